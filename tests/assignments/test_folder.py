"""The course folder: what is laid there, and what of the lecturer's stays as it was."""

import json
import re

import nbformat
import pytest

from mia_teach import assignments, cli, course
from mia_teach.assignments import folder, notebook
from mia_teach.assignments.task import Assignment, NotAwardedError

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


def test_beside_a_gradebook_a_lost_secret_is_said_and_not_quietly_made_anew(tmp_path, capsys):
    lay = ["assignment", "02", str(tmp_path)]
    cli.main(lay)
    (tmp_path / folder.GRADEBOOK).write_text("")
    capsys.readouterr()
    cli.main(lay)
    assert "new secret" not in capsys.readouterr().out
    (tmp_path / CONFIG).unlink()
    assert cli.main(lay) == 0
    said = capsys.readouterr().out
    assert f"no {CONFIG}, so a new one was made, with a new secret" in said
    assert "put your copy of the old one in its place" in said


@pytest.mark.parametrize("name", ["ada_02_threshold.ipynb", "ada_04_likelihood_ratio (1).ipynb"])
@pytest.mark.parametrize("place", ["/home/me/my class/downloaded/", "C:\\me\\downloaded\\"])
def test_the_settings_line_for_sent_files_tells_student_and_notebook(tmp_path, place, name):
    folder.make(tmp_path, ["02"])
    [expression] = re.findall(r'named_regexp = r"(.+)"', (tmp_path / CONFIG).read_text())
    found = re.match(expression, place + name).groupdict()
    assert found["student_id"] == "ada"
    assert found["file_id"] in {assignments.assignment(number).name for number in assignments.numbers()}


def test_several_lessons_come_into_one_folder_and_each_once(tmp_path):
    assert cli.main(["assignment", "02", "03", "02", str(tmp_path)]) == 0
    assert sorted(path.name for path in (tmp_path / "source").iterdir()) == [
        "02_threshold",
        "03_shadow_models",
    ]


def test_a_lesson_where_the_folder_should_stand_gets_a_sentence_and_no_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["assignment", "02", "03"]) == 1
    assert "the folder is missing: mia-teach assignment 02 03 FOLDER" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    assert cli.main(["assignment", "02", "./03"]) == 0
    assert (tmp_path / "03" / "source").is_dir()


def test_the_make_target_lays_where_clean_does_not_delete_and_git_does_not_look():
    root = course.lessons_folder().parent
    makefile = (root / "Makefile").read_text("utf-8")
    laid = re.search(r"^CLASS \?= (\S+)$", makefile, re.M)[1]
    assert "mia-teach assignment all '$(CLASS)'" in makefile
    assert laid not in re.search(r"^clean:\n\trm -rf (.+)$", makefile, re.M)[1].split()
    assert "/" not in laid
    assert f"{laid}/" in (root / ".gitignore").read_text("utf-8").splitlines()


def test_the_visible_part_of_a_test_cell_holds_for_the_right_and_stops_a_stub_without_stopping_the_notebook():
    for number in assignments.numbers():
        one = assignments.assignment(number)
        cells = {
            cell.metadata.nbgrader.grade_id: cell
            for cell in notebook.source(one).cells
            if "nbgrader" in cell.metadata
        }
        for task in one.tasks:
            test = cells[f"{task.name}_test"]
            shown = re.sub(r"### BEGIN HIDDEN TESTS.*### END HIDDEN TESTS", "", test.source, flags=re.S)
            assert "raises-exception" in test.metadata.tags
            exec(shown, {task.name: lambda *args, _task=task, **kwargs: _task.reference(*args, **kwargs)})
            with pytest.raises(NotAwardedError, match="not yet tried"):
                exec(shown, {task.name: lambda *args, **kwargs: ...})
