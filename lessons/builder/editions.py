"""One source, two notebooks: for learners and for instructors."""

from collections import Counter
from dataclasses import replace

import nbformat
from nbformat import NotebookNode, v4

from .source import Cell, Lesson, solved, stub, with_text

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}
WIDGET = "application/vnd.jupyter.widget-view+json"


def learner_cells(lesson: Lesson) -> list[Cell]:
    """The cells a learner meets, with stubs for solutions."""
    return [with_text(cell, stub(cell.text)) for cell in lesson.cells if cell.for_learners]


def instructor_cells(lesson: Lesson) -> list[Cell]:
    """All cells, solved, with notes on the exercises and the quiz where they come up."""
    cells = []
    for number, cell in enumerate(lesson.cells):
        is_note = cell.audience == "instructor" and cell.kind == "markdown"
        cells.append(with_text(cell, _apart(cell.text) if is_note else solved(cell.text)))
        if cell.exercise:
            cells.append(_note(cell, _exercise_notes(lesson, cell)))
        last = number + 1 == len(lesson.cells) or lesson.cells[number + 1].section != cell.section
        if cell.section == "quiz" and last:
            cells.append(_note(cell, _quiz_notes(lesson)))
    return cells


def notebook(cells: list[Cell]) -> NotebookNode:
    """A notebook of these cells, not yet run."""
    made = []
    for cell, name in zip(cells, _ids(cells), strict=True):
        new = v4.new_code_cell if cell.kind == "code" else v4.new_markdown_cell
        made.append(new(cell.text, id=name, metadata=_metadata(cell)))
    return v4.new_notebook(cells=made, metadata={"kernelspec": KERNEL, "language_info": LANGUAGE})


def stored(book: NotebookNode) -> NotebookNode:
    """An executed notebook without what differs between runs: ids of live widgets, versions, timings."""
    book.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": LANGUAGE})
    for cell in book.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = _joined(cell.outputs)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/html" in data:
                data.pop(WIDGET, None)
    return book


def as_bytes(book: NotebookNode) -> bytes:
    """The file's content; two equal notebooks give the same bytes on every system."""
    nbformat.validate(book)
    return (nbformat.writes(book, version=4).rstrip("\n") + "\n").encode()


def with_timings(book: NotebookNode, cells: list[Cell], seconds: list[float]) -> NotebookNode:
    """The instructor's notebook with a table of what its cells took, at the end."""
    rows = [
        f"| {cell.section} | `{cell.text.split(chr(10))[0][:60].replace('|', ' ')}` | {taken:.1f} |"
        for cell, taken in zip(cells, seconds, strict=True)
        if cell.kind == "code"
    ]
    table = ["## Timings of this run", "", "| section | code cell | seconds |", "|---|---|---:|", *rows]
    table += ["", f"All cells together: {sum(seconds):.0f} s."]
    book.cells.append(v4.new_markdown_cell("\n".join(table), id="timings", metadata={"tags": ["instructor"]}))
    return book


def _joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Outputs with what was printed in one go in one piece; a kernel cuts it by the clock."""
    joined: list[NotebookNode] = []
    for output in outputs:
        last = joined[-1] if joined else {}
        if output.output_type == last.get("output_type") == "stream" and output.name == last.name:
            last.text += output.text
        else:
            joined.append(output)
    return joined


def _ids(cells: list[Cell]) -> list[str]:
    counts: Counter[str] = Counter()
    names = []
    for cell in cells:
        if cell.exercise:
            names.append(f"exercise-{cell.exercise}"[:64])
            continue
        kind = cell.section if cell.for_learners else f"{cell.section}-note"
        counts[kind] += 1
        names.append(f"{kind}-{counts[kind]}")
    return names


def _metadata(cell: Cell) -> dict:
    tags = [*cell.tags]
    if cell.exercise:
        tags.insert(0, "exercise")
    if not cell.for_learners:
        tags.insert(0, "instructor")
    return {"tags": tags} if tags else {}


def _note(cell: Cell, text: str) -> Cell:
    return replace(cell, kind="markdown", text=_apart(text), audience="instructor", exercise=None, tags=())


def _apart(text: str) -> str:
    """A note as a quotation, so that it is told at a glance from what a learner reads."""
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _exercise_notes(lesson: Lesson, cell: Cell) -> str:
    exercise = getattr(lesson.check, cell.exercise)
    lines = [f"**Likely wrong answers to `{cell.exercise}`**, and the reply to each", ""]
    lines += [f"- *{wrong.name.replace('_', ' ')}*: {wrong.reply}" for wrong in exercise.wrong]
    lines += ["", "Hints, in order:", ""]
    lines += [f"{number}. {hint}" for number, hint in enumerate(exercise.hints, 1)]
    return "\n".join(lines)


def _quiz_notes(lesson: Lesson) -> str:
    lines = ["**Answers to the quiz**"]
    for number, item in enumerate(lesson.check.quiz.questions, 1):
        lines += ["", f"{number}. {item.text}", ""]
        lines += [f"    - {'wrong' if c.wrong else '**right**'}: {c.text}: {c.reply}" for c in item.choices]
    return "\n".join(lines)
