"""The lecturer's notebook of an assignment, from which nbgrader makes the students'."""

import ast
import inspect
import textwrap

from mia_teach.assignments.task import Assignment, Task

_SHORT = "These tasks apply lesson {lesson} to data that you have not met; {points} points in all."
_RULES = """- You write a function for each task. Use what you like: NumPy, the package (`mt`), the lesson.
- `yours` is one case drawn from your name, for you alone to look at. The cell after your function tries it on an example
  that everybody shares: *done* there is a good sign and not yet the grade.
- The grade comes from calling your function with other data, so a number that you type in, or copy, cannot be right.
- Points are given for a whole task. A known mistake gets its reply in your feedback.
- `nbgrader validate` says *Success* where your functions are right on the examples. That is not the grade either.
- Add cells where you like. **Rename or delete none of those that are here, nor the notebook**: what is gone cannot be graded."""


def source(assignment: Assignment):
    """The notebook with solutions, points and hidden tests, as ``nbgrader generate_assignment`` takes it.

    A hidden test is one call: the feedback that students get holds neither the solution nor the data.

    Returns: a notebook node of nbformat 4.
    """
    from nbformat import v4

    words = _SHORT.format(lesson=assignment.lesson, points=assignment.points)
    imports = ["import numpy as np", "", "import mia_teach as mt", *filter(None, [assignment.imports])]
    imports += [
        "from mia_teach.assignments import assignment",
        "",
        f'tasks = assignment("{assignment.lesson}")',
    ]
    cells = [
        v4.new_markdown_cell(f"# {assignment.title}: assignment\n\n{words}\n\n{_RULES}", id="rules"),
        v4.new_code_cell(
            '# Between the quotes: your name or number, as your course knows you.\nSTUDENT = ""', id="student"
        ),
        _marked("\n".join(imports), "setup", locked=True),
    ]
    for number, task in enumerate(assignment.tasks, 1):
        cells += _cells(assignment, number, task)
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    return v4.new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})


def solution(task: Task) -> tuple[str, str]:
    """The head of the task's function, which students see, and its body, which they don't.

    >>> from mia_teach.assignments import assignment
    >>> head, body = solution(assignment("02").tasks[0])
    >>> head.splitlines()[0]
    'def hospital_report(loss, member, fpr, base_rate):'
    """
    lines = textwrap.dedent(inspect.getsource(task.reference)).rstrip().splitlines()
    said, first = ast.parse("\n".join(lines)).body[0].body[:2]
    head = [f"def {task.signature}:", *lines[said.lineno - 1 : said.end_lineno]]
    return "\n".join(head), "\n".join(lines[first.lineno - 1 :])


def _cells(assignment: Assignment, number: int, task: Task) -> list:
    from nbformat import v4

    head, body = solution(task)
    points = "1 point" if task.points == 1 else f"{task.points} points"
    which = f'tasks.task("{task.name}")'
    test = f"""# What is tested here is with your teacher, but for the example at the end.
### BEGIN HIDDEN TESTS
import mia_teach.assignments.grading

mia_teach.assignments.grading.award("{assignment.lesson}", "{task.name}", globals())
### END HIDDEN TESTS
from mia_teach.assignments import assignment

assignment("{assignment.lesson}").task("{task.name}").must_hold({task.name})"""
    return [
        v4.new_markdown_cell(
            f"## {number}. `{task.name}` ({points})\n\n{task.question.strip()}", id=f"{task.name}-question"
        ),
        _marked(f"yours = {which}.yours(STUDENT)\nyours", f"{task.name}_yours", locked=True),
        _marked(f"{head}\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION", task.name, solution=True),
        _marked(f"{which}.try_it({task.name}, STUDENT)", f"{task.name}_try", locked=True),
        _going_on(_marked(test, f"{task.name}_test", grade=True, locked=True, points=task.points)),
    ]


def _going_on(cell):
    """The cell, so marked that *Run All Cells* goes on behind its error: a task that is open stops nobody."""
    cell.metadata.tags = ["raises-exception"]
    return cell


def _marked(text: str, grade_id: str, **marks: object):
    from nbformat import v4

    meta = {"schema_version": 3, "grade_id": grade_id, "grade": False, "solution": False, "locked": False}
    return v4.new_code_cell(
        text, id=grade_id.replace("_", "-"), metadata={"nbgrader": {**meta, "task": False, **marks}}
    )
