"""The real commands on a class of submissions: generate_assignment, autograde, generate_feedback, export."""

import csv
import html
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest

from mia_teach import course
from mia_teach.assignments import assignment, folder, numbers
from mia_teach.assignments.notebook import solution
from mia_teach.exercises.compare import words

pytestmark = pytest.mark.timeout(1800)

GUIDE = course.lessons_folder() / "source" / "guide.md"
SCRIPTS = Path(sys.executable).parent
QUICK = ("02",)
LESSONS = [
    pytest.param(number, marks=() if number in QUICK else pytest.mark.slow, id=number) for number in numbers()
]


@pytest.fixture(scope="module")
def nbgrader(tmp_path_factory):
    """One command in a course folder, with no settings but the folder's own."""
    home = tmp_path_factory.mktemp("home")
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "MIA_TEACH"))
    }
    path = f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}"  # it calls alembic by name
    surroundings = {**kept, "PATH": path, "HOME": str(home), "JUPYTER_CONFIG_DIR": str(home)}

    def run(course, *command, **environment):
        done = subprocess.run(
            [SCRIPTS / "nbgrader", *command],
            cwd=course,
            env={**surroundings, **environment},
            capture_output=True,
            text=True,
            timeout=1500,
        )
        return done

    return run


def edited(release, student, write):
    """The released notebook with a name and answers; ``write`` gives a cell's new source or None."""
    book = nbformat.read(release, 4)
    for cell in book.cells:
        if cell.id == "student":
            cell.source = cell.source.replace('""', f'"{student}"')
        new = write(cell.metadata.get("nbgrader", {}).get("grade_id", ""), cell)
        if new is not None:
            cell.source = new
    return book


def a_class(one):
    """Students by name, each with what they write into which cell."""
    solved = {task.name: "\n".join(solution(task)) for task in one.tasks}

    def tampered(name, cell):
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.metadata.nbgrader.points = 100
            return 'print("all mine")'
        return "print('no example for me')" if name.endswith("_try") else None

    def wrong(number):
        def write(name, cell):
            if name not in solved:
                return None
            known = one.task(name).wrong
            return f'{name} = tasks.task("{name}").wrong[{min(number, len(known) - 1)}].function'

        return write

    students = {
        "solved": lambda name, cell: solved.get(name),
        "stub": lambda name, cell: None,
        "tampered": tampered,
        "half": lambda name, cell: solved[name] if name == one.tasks[0].name else None,
        "copied": lambda name, cell: f"def {name}(*data):\n    return 0.5" if name in solved else None,
        "crashed": lambda name, cell: f"def {name}(*data):\n    return 1 // 0" if name in solved else None,
    }
    for number in range(max(len(task.wrong) for task in one.tasks)):
        students[f"wrong{number}"] = wrong(number)
    return students


def grade(nbgrader, course, number):
    """The class of one lesson, through all commands; what came of it."""
    one = assignment(number)
    folder.make(course, [number])
    release = course / "release" / one.name / f"{one.name}.ipynb"
    for command in ("generate_assignment", "autograde", "generate_feedback", "export"):
        if command == "autograde":
            for student, write in a_class(one).items():
                place = course / "submitted" / student / one.name
                place.mkdir(parents=True)
                nbformat.write(edited(release, student, write), place / release.name)
        done = nbgrader(course, command, *([] if command == "export" else [one.name]))
        assert done.returncode == 0, done.stdout + done.stderr
    with open(course / "grades.csv", newline="") as rows:
        points = {row["student_id"]: float(row["raw_score"]) for row in csv.DictReader(rows)}
    feedback = {}
    for student in a_class(one):
        page = (course / "feedback" / student / one.name / f"{one.name}.html").read_text("utf-8")
        feedback[student] = html.unescape(re.sub(r"<[^>]*>", "", page))
    return SimpleNamespace(one=one, course=course, release=release, points=points, feedback=feedback)


def written(answer):
    """The answer as a page would show it; bools in full, for three and three of them are soon met by chance."""
    whole = isinstance(answer, np.ndarray) and answer.dtype == bool
    return str(answer.tolist()) if whole else words(answer)


@pytest.fixture(scope="module", params=LESSONS)
def graded(request, nbgrader, tmp_path_factory):
    return grade(nbgrader, tmp_path_factory.mktemp("course"), request.param)


def test_who_solved_has_all_points_and_everybody_else_what_they_deserve(graded):
    deserved = {"solved": graded.one.points, "half": graded.one.tasks[0].points}
    for student, points in graded.points.items():
        assert points == deserved.get(student, 0), student


def test_each_known_mistake_finds_its_reply_in_the_feedback(graded):
    for task in graded.one.tasks:
        for number, wrong in enumerate(task.wrong):
            assert wrong.reply in graded.feedback[f"wrong{number}"], (task.name, wrong.name)
    assert "the same answer whatever data" in graded.feedback["copied"]
    assert "ZeroDivisionError" in graded.feedback["crashed"]
    assert "return 1 // 0" in graded.feedback["crashed"]
    assert "not yet tried" in graded.feedback["stub"]


def test_a_tampered_test_cell_is_put_back(graded):
    name = graded.one.name
    path = graded.course / "autograded" / "tampered" / name / f"{name}.ipynb"
    cells = json.loads(path.read_text("utf-8"))["cells"]
    text = "".join("".join(cell["source"]) for cell in cells)
    assert "all mine" not in text
    assert "no example for me" not in text
    marks = [cell["metadata"].get("nbgrader", {}) for cell in cells]
    points = [mark["points"] for mark in marks if mark.get("grade")]
    assert points == [task.points for task in graded.one.tasks]


def test_release_and_feedback_hold_no_solution_no_hidden_test_and_no_answer(graded):
    released = graded.release.read_text("utf-8")
    secret = re.search(r'MIA_TEACH_SECRET"\] = "(\w+)"', (graded.course / folder.CONFIG).read_text()).group(1)
    for word in ("SOLUTION", "HIDDEN", "grading", "award", secret):
        assert word not in released, word
    for task in graded.one.tasks:
        lines = [line.strip() for line in solution(task)[1].splitlines() if len(line.strip()) > 15]
        for line in lines:
            assert json.dumps(line)[1:-1] not in released, line
        for student, page in graded.feedback.items():
            assert secret not in page
            assert "NotAwardedError(" not in page, "no line of the package, and so no traceback through it"
            hidden = [written(task.reference(*case.args)) for case in task.judge(student, secret).cases[1:]]
            for answer in hidden:
                assert len(answer) < 7 or answer not in page, (student, answer)
            if student not in ("solved", "half"):
                for line in lines:
                    assert line not in page, (student, line)


def test_feedback_shows_the_students_their_own_code_and_points(graded):
    assert graded.one.tasks[0].name in graded.feedback["solved"]
    assert "All points: right on data that you have not seen." in graded.feedback["half"]
    for student, page in graded.feedback.items():
        assert page.count(f"The data were drawn for {student}.") == len(graded.one.tasks)


def test_the_guide_s_search_for_cheats_names_no_release_and_no_honest_solution(graded, tmp_path):
    said = re.search(r"grep -lE '(.+?)' submitted", GUIDE.read_text("utf-8"))[1]
    honest = edited(graded.release, "ada", lambda name, cell: None)
    for task in graded.one.tasks:
        for cell in honest.cells:
            if cell.metadata.get("nbgrader", {}).get("grade_id") == task.name:
                cell.source = "\n".join(solution(task))
    cheats = (
        f'return tasks.task("{graded.one.tasks[0].name}").reference(*data)',
        "from mia_teach.assignments.threshold import _carried_threshold",
        "import mia_teach.assignments.grading",
        "os.environ",
    )
    nbformat.write(honest, tmp_path / "honest.ipynb")
    for number, line in enumerate(cheats):
        honest.cells[1].source = line
        nbformat.write(honest, tmp_path / f"cheat{number}.ipynb")
    files = sorted(tmp_path.iterdir())
    found = subprocess.run(["grep", "-lE", said, *files], capture_output=True, text=True).stdout.split()
    assert [Path(name).name for name in found] == [f"cheat{number}.ipynb" for number in range(len(cheats))]
    names = re.search(r"grep -Ho '(.+?)' submitted", GUIDE.read_text("utf-8"))[1]
    place = graded.course / "submitted" / "solved" / graded.one.name / graded.release.name
    listed = subprocess.run(["grep", "-Ho", names, place], capture_output=True, text=True).stdout
    assert re.fullmatch(r'\S+/solved/\S+:STUDENT = \\"solved\\"\S*\n', listed)


def test_validate_fails_on_a_stub_and_succeeds_where_the_examples_are_right(graded, nbgrader):
    for student, success in (("stub", False), ("wrong0", False), ("solved", True)):
        place = graded.course / "submitted" / student / graded.one.name / graded.release.name
        done = nbgrader(graded.course, "validate", str(place))
        assert ("Success!" in done.stdout) == success, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("missing", "settings"), [("sklearn", "the course's"), ("mia_teach", "the lecturer's own")]
)
def test_a_kernel_without_a_package_grades_nobody_and_says_so(
    nbgrader, missing, settings, tmp_path, tmp_path_factory
):
    if settings == "the lecturer's own":
        own = f'c = get_config()\nload_subconfig("{folder.BESIDE}")\n'
        (tmp_path / folder.CONFIG).write_text(own)
    folder.make(tmp_path, ["02"])
    shutil.copytree(tmp_path / "source" / "02_threshold", tmp_path / "submitted" / "ada" / "02_threshold")
    broken = tmp_path_factory.mktemp("broken")
    (broken / f"{missing}.py").write_text(f'raise ModuleNotFoundError("No module named {missing!r}")')
    done = nbgrader(tmp_path, "autograde", "02_threshold", PYTHONPATH=str(broken))
    assert done.returncode != 0
    assert "Nobody was graded" in done.stderr
    assert f"No module named '{missing}'" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "autograded").exists()
