"""The course folder: lessons come, are brought up to date, and nothing of the learner's is ever lost."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.sign import NotebookNotary

from mia_teach import course

FIRST, SECOND = "00_the_game.ipynb", "01_overfitting.ipynb"


@pytest.fixture(autouse=True)
def jupyter_home(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))


def lesson(text):
    cell = nbformat.v4.new_code_cell(text, id="a", execution_count=1)
    cell.outputs = [nbformat.v4.new_output("display_data", {"text/html": "<b>a picture</b>"})]
    return nbformat.writes(nbformat.v4.new_notebook(cells=[cell])).encode()


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "lessons"
    (folder / "source").mkdir(parents=True)
    (folder / "source" / "00_the_game.py").write_text("solutions")
    (folder / "build.py").write_text("")
    (folder / ".hidden.md").write_text("")
    (folder / FIRST).write_bytes(lesson("one"))
    (folder / SECOND).write_bytes(lesson("two"))
    (folder / "glossary.md").write_text("Member: one of the training set.")
    return folder


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "my-course"


def visible(folder):
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_a_new_folder_gets_the_lessons_and_pages_and_nothing_of_how_they_are_made(source, folder):
    done = course.update(folder, version="1", source=source)
    assert visible(folder) == [FIRST, SECOND, "glossary.md"]
    assert done == course.Update(added=(FIRST, SECOND, "glossary.md"))
    assert all((folder / name).read_bytes() == (source / name).read_bytes() for name in visible(folder))


def test_a_second_run_changes_nothing(source, folder):
    course.update(folder, version="1", source=source)
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    assert course.update(folder, version="1", source=source) == course.Update()
    after = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    assert after.keys() == before.keys()
    assert {p.name for p in before if before[p] != after[p]} <= {".mia-teach.json.lock"}


def test_an_untouched_lesson_is_brought_up_to_date_in_its_place(source, folder):
    course.update(folder, version="1", source=source)
    (source / SECOND).write_bytes(lesson("two, better"))
    assert course.update(folder, version="2", source=source) == course.Update(updated=(SECOND,))
    assert (folder / SECOND).read_bytes() == lesson("two, better")
    assert visible(folder) == [FIRST, SECOND, "glossary.md"]


def test_a_changed_lesson_stays_and_its_new_version_comes_beside_it_once(source, folder):
    course.update(folder, version="1", source=source)
    (folder / SECOND).write_bytes(b"the learner's own work")
    assert course.update(folder, version="1", source=source) == course.Update()
    (source / SECOND).write_bytes(lesson("two, better"))
    done = course.update(folder, version="0.2.0", source=source)
    assert done == course.Update(beside=((SECOND, "01_overfitting.new-0.2.0.ipynb"),))
    assert (folder / SECOND).read_bytes() == b"the learner's own work"
    assert (folder / "01_overfitting.new-0.2.0.ipynb").read_bytes() == lesson("two, better")
    (folder / "01_overfitting.new-0.2.0.ipynb").unlink()
    assert course.update(folder, version="0.2.0", source=source) == course.Update()


def test_a_new_version_never_takes_the_place_of_an_earlier_one(source, folder):
    course.update(folder, version="1", source=source)
    (folder / SECOND).write_bytes(b"the learner's own work")
    for text in ("better", "better still", "best"):
        (source / SECOND).write_bytes(lesson(text))
        course.update(folder, version="2", source=source)
    beside = [f"01_overfitting.new-2{again}.ipynb" for again in ("", "-2", "-3")]
    assert [(folder / name).read_bytes() for name in beside] == [
        lesson(t) for t in ("better", "better still", "best")
    ]


def test_a_lesson_the_learner_deleted_comes_back_fresh(source, folder):
    course.update(folder, version="1", source=source)
    (folder / SECOND).unlink()
    assert course.update(folder, version="1", source=source) == course.Update(added=(SECOND,))


def test_a_new_lesson_is_added_to_an_old_folder(source, folder):
    course.update(folder, version="1", source=source)
    (folder / FIRST).write_bytes(b"work")
    (source / "02_threshold_attacks.ipynb").write_bytes(lesson("three"))
    assert course.update(folder, version="2", source=source) == course.Update(
        added=("02_threshold_attacks.ipynb",)
    )


def test_files_that_were_there_before_are_kept_even_under_a_lessons_name(source, folder):
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine")
    (folder / "glossary.md").write_text("my own glossary")
    (folder / FIRST).mkdir()
    done = course.update(folder, version="1", source=source)
    assert done.added == (SECOND,)
    assert dict(done.beside) == {FIRST: "00_the_game.new-1.ipynb", "glossary.md": "glossary.new-1.md"}
    assert (folder / "thesis.txt").read_text() == "mine"
    assert (folder / "glossary.md").read_text() == "my own glossary"


@pytest.mark.parametrize(
    "damage", [None, b"", b"[]", b'{"files": 3, "seen": {}}', b'{"files": {}}', b"[" * 100_000]
)
def test_without_its_manifest_everything_that_differs_counts_as_the_learners(source, folder, damage):
    course.update(folder, version="1", source=source)
    (folder / SECOND).write_bytes(b"work")
    manifest = folder / ".mia-teach.json"
    manifest.unlink() if damage is None else manifest.write_bytes(damage)
    (source / FIRST).write_bytes(lesson("one, better"))
    done = course.update(folder, version="2", source=source)
    assert done.updated == ()
    assert (folder / SECOND).read_bytes() == b"work"
    assert (folder / FIRST).read_bytes() == lesson("one")
    assert (folder / "00_the_game.new-2.ipynb").read_bytes() == lesson("one, better")


def test_an_update_cut_off_in_the_middle_leaves_whole_files_and_is_finished_by_the_next(source, folder):
    course.update(folder, version="1", source=source)
    (folder / SECOND).write_bytes(b"work")
    for name in (FIRST, SECOND):
        (source / name).write_bytes(lesson("better"))
    cut_off = (
        "import os, sys; from pathlib import Path; from mia_teach import course\n"
        "count, fsync = 0, os.fsync\n"
        "def dying(descriptor):\n"
        "    global count; count += 1\n"
        "    os._exit(9) if count > int(sys.argv[3]) else fsync(descriptor)\n"
        "os.fsync = dying\n"
        "course.update(Path(sys.argv[1]), version='2', source=Path(sys.argv[2]))\n"
    )
    whole = {lesson("one"), lesson("better"), b"work", b"Member: one of the training set."}
    for after in (0, 1, 2):
        run = subprocess.run([sys.executable, "-c", cut_off, folder, source, str(after)])
        assert run.returncode == 9 or after == 2
        assert {(folder / name).read_bytes() for name in visible(folder)} <= whole
    course.update(folder, version="2", source=source)
    assert (folder / FIRST).read_bytes() == lesson("better")
    assert (folder / SECOND).read_bytes() == b"work"
    assert (folder / "01_overfitting.new-2.ipynb").read_bytes() == lesson("better")
    assert visible(folder) == [FIRST, "01_overfitting.ipynb", "01_overfitting.new-2.ipynb", "glossary.md"]


UPDATES = """
import sys
from pathlib import Path
from mia_teach import course
for i in range(15):
    course.update(Path(sys.argv[1]), version="1", source=Path(sys.argv[2 + i % 2]))
"""


def test_updates_at_the_same_moment_all_succeed(source, folder, tmp_path):
    other = tmp_path / "other lessons"
    shutil.copytree(source, other)
    for name in (FIRST, SECOND):
        (other / name).write_bytes(lesson("another"))
    runs = [subprocess.Popen([sys.executable, "-c", UPDATES, folder, source, other]) for _ in range(3)]
    assert [run.wait(120) for run in runs] == [0, 0, 0]
    assert visible(folder) == [FIRST, SECOND, "glossary.md"]


def test_the_copied_notebooks_are_trusted_so_that_their_pictures_show(source, folder):
    course.update(folder, version="1", source=source)
    (source / FIRST).write_bytes(lesson("one, better"))
    course.update(folder, version="2", source=source)
    for name in (FIRST, SECOND):
        assert NotebookNotary().check_signature(nbformat.read(folder / name, as_version=4))


def test_where_notebooks_cannot_be_signed_they_still_come(source, folder, tmp_path, monkeypatch, capfd):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "file" / "jupyter"))
    (source / SECOND).write_bytes(b"not a notebook")
    course.update(folder, version="1", source=source)
    assert visible(folder) == [FIRST, SECOND, "glossary.md"]
    assert capfd.readouterr() == ("", "")


def test_the_course_opens_on_the_first_lesson_and_later_on_the_one_changed_last(source, folder):
    course.update(folder, version="1", source=source)
    assert course.current_lesson(folder) == FIRST
    for at, name in ((2_000_000_000, SECOND), (2_100_000_000, FIRST)):
        (folder / name).write_bytes(b"work " + name.encode())
        os.utime(folder / name, (at, at))
        assert course.current_lesson(folder) == name


def test_an_update_does_not_move_the_learner_to_another_lesson(source, folder):
    course.update(folder, version="1", source=source)
    (folder / FIRST).write_bytes(b"work")
    os.utime(folder / FIRST, (1_000_000_000, 1_000_000_000))
    (source / SECOND).write_bytes(lesson("two, better"))
    course.update(folder, version="2", source=source)
    assert course.current_lesson(folder) == FIRST


@pytest.mark.parametrize("where", ["a file", "under a file"])
def test_a_folder_that_cannot_be_is_refused_in_one_sentence(source, tmp_path, where):
    (tmp_path / "file").write_text("")
    folder = tmp_path / "file" if where == "a file" else tmp_path / "file" / "course"
    with pytest.raises(course.CourseTroubleError, match="mia-teach start FOLDER") as trouble:
        course.update(folder, version="1", source=source)
    assert "\n" not in str(trouble.value)
    assert (tmp_path / "file").read_text() == ""


def test_a_folder_that_turns_read_only_is_refused_and_keeps_what_it_has(source, folder, monkeypatch):
    course.update(folder, version="1", source=source)
    (source / FIRST).write_bytes(lesson("better"))

    def refuses(path, content):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(course, "replace_file", refuses)
    with pytest.raises(course.CourseTroubleError, match="Permission denied"):
        course.update(folder, version="2", source=source)
    assert (folder / FIRST).read_bytes() == lesson("one")


def test_the_folder_the_lessons_come_from_is_refused(source):
    before = visible(source)
    with pytest.raises(course.CourseTroubleError, match="where the lessons come from"):
        course.update(source, version="1", source=source)
    assert visible(source) == before


def test_an_installation_without_lessons_is_told(tmp_path, folder):
    with pytest.raises(course.CourseTroubleError, match="holds no lessons"):
        course.update(folder, version="1", source=tmp_path / "nowhere")
    assert not folder.exists()


def test_a_lessons_title_is_read_from_its_notebook(source, folder):
    course.update(folder, version="1", source=source)
    (folder / "01_overfitting.new-2.ipynb").write_text("")
    assert course.title(folder, "01") == "01 Overfitting"
    assert course.title(Path("/nowhere"), "07") == "07"


def test_a_card_is_read_from_the_head_and_the_cells_of_a_lesson(tmp_path):
    cells = [
        nbformat.v4.new_markdown_cell(
            "# 02 Threshold attacks\n\n**Builds on** 00. **Time** 60 minutes.", id="a"
        ),
        nbformat.v4.new_code_cell("", id="exercise-roc", metadata={"tags": ["exercise"]}),
        nbformat.v4.new_code_cell("", id="exercise-more", metadata={"tags": ["exercise", "stretch"]}),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "02_threshold.ipynb")
    (tmp_path / "02_threshold.new-1.ipynb").write_text("{}")
    (tmp_path / "home.ipynb").write_text("{}")
    assert course.cards(tmp_path) == [
        course.Card("02", "02_threshold.ipynb", "Threshold attacks", 60, ("roc",), ("more",))
    ]


@pytest.mark.parametrize(
    "raw", ["", "{}", "[]", '{"cells": []}', '{"cells": [3]}', '{"cells": [{"source": "x"}]}']
)
def test_of_a_lesson_that_cannot_be_read_its_name_is_known(tmp_path, raw):
    (tmp_path / "02_threshold_attacks.ipynb").write_text(raw)
    [card] = course.cards(tmp_path)
    assert (card.number, card.file, card.title) == ("02", "02_threshold_attacks.ipynb", "Threshold attacks")


def test_every_lesson_says_its_title_its_minutes_and_its_exercises():
    cards = course.cards()
    assert [card.number for card in cards] == [f"{number:02}" for number in range(len(cards))]
    assert all(card.minutes and len(card.exercises) >= 3 and card.stretch for card in cards)
