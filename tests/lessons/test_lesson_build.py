"""What the builder makes of a lesson: two notebooks, the same bytes every time."""

import json
from pathlib import Path

import lessons_build as build
import nbformat
import pytest


def notebook(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, 4)


@pytest.fixture(scope="module")
def learner(built_mini):
    return notebook(built_mini.lessons / "00_mini.ipynb")


@pytest.fixture(scope="module")
def instructor(built_mini):
    return notebook(built_mini.build / "instructor" / "00_mini.ipynb")


def sources(book, kind="code"):
    return {cell.id: cell.source for cell in book.cells if cell.cell_type == kind}


def test_learners_get_stubs_with_the_indent_of_the_solution(learner):
    stub = sources(learner)["exercise-double"]
    assert stub == (
        'def double(x: float) -> float:\n    """Twice x."""\n    ...  # your code here\n\n\n'
        "double = check.double(double)"
    )


def test_no_solution_note_or_hidden_test_reaches_learners(learner):
    text = json.dumps(learner)
    for word in ("SOLUTION", "3 * x", "x + x", "Ask who added", "double(10)", "HIDDEN", "One was not added"):
        assert word not in text, word


def test_prose_holds_the_numbers_of_the_run(learner):
    prose = sources(learner, "markdown")
    assert prose["build-3"] == "It was 1.3\u00a0% of 899, and the paper reports 15.7\u00a0%."
    assert prose["case-1"].endswith("a false alarm is 1\u00a0% of them.")
    assert prose["surprise-3"] == "That makes 12."


def test_a_placeholder_sees_the_cells_above_it_and_not_those_below(course):
    [path] = course.sources([])
    text = path.read_text()
    text = text.replace("# %%\nguess + 1", "# %%\nrate = 99\nguess + 1")
    path.write_text(text)
    built = build.build(path, course, learner_only=True, cell_seconds=60)
    assert "It was 1.3" in built.files[course.lessons / "00_mini.ipynb"].decode()


def test_code_cells_are_counted_from_one_without_a_gap(learner):
    counts = [cell.execution_count for cell in learner.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))


def test_ids_come_from_the_section_and_the_exercise(learner):
    ids = [cell.id for cell in learner.cells]
    assert ids[:4] == ["card-1", "card-2", "warm-up-1", "case-1"]
    assert {"exercise-double", "build-3", "recap-1"} <= set(ids)
    assert len(set(ids)) == len(ids)


def test_the_notebook_keeps_nothing_that_differs_between_machines(learner):
    assert set(learner.metadata) == {"kernelspec", "language_info"}
    assert "version" not in learner.metadata.language_info
    assert learner.metadata.kernelspec.name == "python3"
    assert all(set(cell.metadata) <= {"tags"} for cell in learner.cells)


def test_a_rebuild_gives_the_same_bytes(built_mini):
    [path] = built_mini.sources([])
    again = build.build(path, built_mini, cell_seconds=60)
    for file, data in again.files.items():
        if "instructor" not in file.parts:  # that edition holds timings
            assert file.read_bytes() == data, file


WIDGET = """from ipywidgets import IntSlider


class Slider(IntSlider):
    def _repr_mimebundle_(self, **kwargs):
        return {**super()._repr_mimebundle_(**kwargs), "text/html": "<p>a slider</p>", "text/plain": "a slider"}


Slider()"""


def test_a_live_widget_is_stored_as_its_plain_representation(course):
    [path] = course.sources([])
    path.write_text(path.read_text().replace("guess + 1", WIDGET))
    built = build.build(path, course, learner_only=True, cell_seconds=60)
    text = built.files[course.lessons / "00_mini.ipynb"].decode()
    assert "<p>a slider</p>" in text
    assert "widget-" not in text


def test_what_is_printed_in_pieces_is_stored_in_one(course):
    [path] = course.sources([])
    code = "import sys, time\nfor i in range(3):\n    print(i)\n    sys.stdout.flush()\n    time.sleep(0.3)"
    path.write_text(path.read_text().replace("guess + 1", code))
    built = build.build(path, course, learner_only=True, cell_seconds=60)
    book = nbformat.reads(built.files[course.lessons / "00_mini.ipynb"].decode(), 4)
    [cell] = [cell for cell in book.cells if cell.id == "lab-2"]
    assert [output.text for output in cell.outputs] == ["0\n1\n2\n"]


def test_what_the_author_has_answered_or_configured_does_not_reach_the_run(course, monkeypatch):
    (course.lessons / "progress.json").write_text("{}")
    (course.lessons / "note.txt").write_text("beside")
    monkeypatch.setenv("JPY_SESSION_NAME", "lab")
    monkeypatch.setenv("MIA_TEACH_PROGRESS", "mine.json")
    [path] = course.sources([])
    code = (
        "import os\nprint(sorted(os.listdir()), 'JPY_SESSION_NAME' in os.environ, "
        "os.path.exists(os.environ['MIA_TEACH_PROGRESS']), os.environ['MIA_TEACH_PROGRESS'] == 'mine.json')"
    )
    path.write_text(path.read_text().replace("guess + 1", code))
    data = build.build(path, course, learner_only=True, cell_seconds=60).files[
        course.lessons / "00_mini.ipynb"
    ]
    assert "['glossary.md', 'note.txt'] False False False" in data.decode()


def test_the_instructor_edition_is_solved_and_says_what_goes_wrong(instructor):
    code, prose = sources(instructor), "\n".join(sources(instructor, "markdown").values())
    assert "twice = x + x" in code["exercise-double"]
    assert "SOLUTION" not in "".join(code.values())
    assert "assert double(10) == 20" in code.values(), "further tests are run beside the solution"
    for word in (
        "Ask who added",
        "You gave the number back as it came.",
        "Think of a product.",
        "**right**: 1: Yes.",
        "Timings of this run",
        "**Likely wrong answers to `double`**",
    ):
        assert word in prose, word
    outputs = [o.data["text/plain"] for c in instructor.cells for o in c.get("outputs", []) if "data" in o]
    assert sum(": done" in text for text in outputs) == 4


def test_in_the_instructor_edition_notes_stand_apart_from_what_learners_read(instructor):
    notes = [cell for cell in instructor.cells if "instructor" in cell.metadata.get("tags", [])]
    texts = [cell.source for cell in notes if cell.cell_type == "markdown" and cell.id != "timings"]
    assert len(texts) > 4
    assert all(line.startswith(">") for text in texts for line in text.split("\n"))
    assert not [cell for cell in instructor.cells if cell not in notes and cell.source.startswith(">")]


def test_check_finds_an_edited_notebook_and_passes_a_fresh_one(course, monkeypatch, capsys):
    monkeypatch.setattr(build, "Places", lambda: course)
    slow = ["--cell-seconds", "60"]
    assert build.main(["--learner-only", *slow]) == 0
    assert not course.build.exists()
    assert build.main(["--check", *slow]) == 0
    path = course.lessons / "00_mini.ipynb"
    path.write_text(path.read_text().replace("12 of 899", "13 of 899"))
    assert build.main(["--check", "00", *slow]) == 1
    assert "is not what its source gives" in capsys.readouterr().out
    assert "13 of 899" in path.read_text()


def test_a_lesson_number_that_is_not_there_is_said(course, monkeypatch):
    monkeypatch.setattr(build, "Places", lambda: course)
    with pytest.raises(SystemExit, match="no lesson 07; there are 00_mini"):
        build.main(["07"])
