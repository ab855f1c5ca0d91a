"""The course folder: what is laid there, and what of the lecturer's stays as it was."""

import json
import re

import nbformat
import pytest

from mia_teach import assignments, cli
from mia_teach.assignments import folder, notebook
from mia_teach.assignments.task import Assignment

CONFIG = folder.CONFIG


def test_each_assignment_is_laid_where_nbgrader_looks_for_it(tmp_path):
    made = folder.make(tmp_path / "course", ["02", "04"])
    names = [f"source/{name}/{name}.ipynb" for name in ("02_threshold", "04_likelihood_ratio")]
    assert made.written == (*names, CONFIG)
    assert (made.same, made.left, made.add) == ((), (), "")
    for name in names:
        nbformat.validate(json.loads((tmp_path / "course" / name).read_text("utf-8")))


def test_a_second_time_changes_nothing_and_calls_nothing_the_lecturer_s(tmp_path):
    folder.make(tmp_path, ["02"])
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    made = folder.make(tmp_path, ["02"])
    assert (made.written, made.left, made.add) == ((), (), "")
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}


def test_what_the_lecturer_changed_or_made_is_left_alone_and_said(tmp_path, capsys):
    folder.make(tmp_path, ["02"])
    changed = tmp_path / "source" / "02_threshold" / "02_threshold.ipynb"
    changed.write_text("mine")
    (tmp_path / CONFIG).write_text("c = get_config()\n")
    assert cli.main(["assignment", "02", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert re.search(r"left alone: +source/02_threshold/02_threshold\.ipynb", said)
    assert re.search(rf"left alone: +{CONFIG}", said)
    assert 'load_subconfig("nbgrader_config_mia.py")' in said
    assert changed.read_text() == "mine"
    assert (tmp_path / CONFIG).read_text() == "c = get_config()\n"
    assert "MIA_TEACH_SECRET" in (tmp_path / folder.BESIDE).read_text()

    (tmp_path / CONFIG).write_text('c = get_config()\nload_subconfig("nbgrader_config_mia.py")\n')
    secret = (tmp_path / folder.BESIDE).read_text()
    assert not folder.make(tmp_path, ["02"]).add
    assert (tmp_path / folder.BESIDE).read_text() == secret


def test_two_courses_have_two_secrets(tmp_path):
    for name in "ab":
        folder.make(tmp_path / name, ["02"])
    one, other = ((tmp_path / name / CONFIG).read_text() for name in "ab")
    assert one != other
    compile(one, CONFIG, "exec")


def test_the_command_lays_all_assignments_and_names_what_there_is(tmp_path, capsys):
    assert cli.main(["assignment", "all", str(tmp_path / "course")]) == 0
    laid = sorted(path.name for path in (tmp_path / "course" / "source").iterdir())
    assert laid == [assignments.assignment(number).name for number in assignments.numbers()]
    assert "nbgrader generate_assignment" in capsys.readouterr().out
    assert cli.main(["assignment", "99", str(tmp_path)]) == 1
    assert "There is no assignment 99; there are" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert cli.main(["assignment", "02", str(tmp_path / "file")]) == 1
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("number", assignments.numbers())
def test_a_notebook_is_short_and_its_marks_are_nbgrader_s(number):
    one = assignments.assignment(number)
    cells = notebook.source(one).cells
    assert len(cells) == 3 + 5 * len(one.tasks)
    assert len({cell.id for cell in cells}) == len(cells)
    marks = {
        cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader
        for cell in cells
        if "nbgrader" in cell.metadata
    }
    for task in one.tasks:
        assert marks[task.name].solution
        assert not marks[task.name].locked
        test = marks[f"{task.name}_test"]
        assert (test.grade, test.locked, test.points) == (True, True, task.points)
    assert {name for name, mark in marks.items() if mark.grade} == {f"{task.name}_test" for task in one.tasks}
    assert all(mark.schema_version == 3 for mark in marks.values())


def test_one_point_is_no_points():
    [task, _] = assignments.assignment("02").tasks
    from dataclasses import replace

    book = notebook.source(Assignment(name="02_x", title="X", tasks=(replace(task, points=1),)))
    assert "(1 point)" in book.cells[3].source
    assert "# 1 point." in book.cells[7].source
