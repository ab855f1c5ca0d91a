"""The room's misconceptions: counted by learner, whatever the files are called, and nobody's name in what is shown."""

import json
import re
import shutil

import nbformat
import numpy as np
import pytest

from mia_teach import cli, collect, exercises, progress
from mia_teach.collect import Room


@pytest.fixture(autouse=True)
def jupyter_home(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "handed in").mkdir()
    return tmp_path / "handed in"


@pytest.fixture
def hand_in(folder, monkeypatch):
    """``hand_in("name.json", (kind, lesson, name, fields), ...)`` records answers into a file as the course does."""

    def hand_in(name, *answers):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        monkeypatch.setenv("MIA_TEACH_PROGRESS", str(path))
        for kind, lesson, what, fields in answers:
            assert progress.record(kind, lesson, what, **fields) == ""
        return path

    return hand_in


def first_answer(lesson, name, wrong=""):
    """An answer to a quiz question as the panel keeps it: the right one, or the choice with this misconception."""
    question = next(q for q in exercises.of_lesson(lesson).quiz.questions if q.name == name)
    choice = next(c for c in question.choices if c.wrong == wrong)
    fields = {"choice": choice.text, "first": choice.text, "right": not wrong}
    return "quiz", lesson, f"quiz.{name}", {**fields, **({"wrong": wrong} if wrong else {})}


def predicted(lesson, sure, right):
    return "prediction", lesson, "p", {"guess": 1, "confidence": sure, "right": right}


def tried(lesson, name, wrong=None):
    return "exercise", lesson, name, {"outcome": "tried", "wrong": wrong}


def done(lesson, name):
    return "exercise", lesson, name, {"outcome": "done"}


LUCK = "exactly_this_many"  # a named wrong answer of lesson 00's exercise luck


def counts(findings):
    return [(one.lesson, one.where, one.name, one.rate.hits, one.rate.total) for one in findings]


def test_wrong_answers_count_once_a_learner_of_those_who_tried(hand_in, folder):
    hand_in("a.json", tried("00", "luck", LUCK), tried("00", "luck", LUCK), done("00", "luck"))
    hand_in("b.json", tried("00", "luck", LUCK))
    hand_in("c.json", done("00", "luck"))
    hand_in("d.json", predicted("00", 0.5, True))
    room = Room.read(folder)
    assert len(room) == 4
    assert counts(room.wrong_answers) == [("00", "luck", LUCK, 2, 3)]
    reply = next(w.reply for w in exercises.of_lesson("00").luck.wrong if w.name == LUCK)
    assert room.wrong_answers[0].reply == reply
    assert room.by_exercise.rows == (("00", "luck", "2 of 3 (9 % to 99 %)", "exactly this many: 2"),)


def test_of_the_quiz_only_first_answers_count(hand_in, folder):
    right, wrong = first_answer("00", "labels_only"), first_answer("00", "labels_only", "labels_tell_nothing")
    explored = ("quiz", "00", "quiz.labels_only", {**wrong[3], "first": right[3]["first"]})
    hand_in("a.json", right, explored)
    hand_in("b.json", wrong)
    room = Room.read(folder)
    text = next(q.text for q in exercises.of_lesson("00").quiz.questions if q.name == "labels_only")
    assert counts(room.misconceptions) == [("00", text, "labels_tell_nothing", 1, 2)]
    assert room.by_question.rows[0][2].startswith("1 of 2 ")


def test_the_most_frequent_comes_first(hand_in, folder):
    for number in range(3):
        answers = [first_answer("00", "labels_only", "labels_tell_nothing")] if number else []
        hand_in(f"{number}.json", *answers, first_answer("00", "always_in", "accuracy_for_advantage"))
    assert [one.rate.hits for one in Room.read(folder).misconceptions] == [3, 2]


def test_predictions_are_counted_by_question_and_over_learners(hand_in, folder):
    each = [(0.9, False), (0.7, True), (0.8, False), (0.6, True)]
    for number, (sure, right) in enumerate(each):
        hand_in(f"{number}.json", predicted("01", sure, right), predicted("02", 0.5, True))
    room = Room.read(folder)
    assert room.by_prediction.rows == (
        ("01", "75 %", "2 of 4 (7 % to 93 %)"),
        ("02", "50 %", "4 of 4 (40 % to 100 %)"),
    )
    own = [(sure - right + 0.5 - 1) / 2 for sure, right in each]
    assert room.overconfidence.value == pytest.approx(np.mean(own))
    half = np.std(own, ddof=1) / 2 * 3.182446  # Student's t, three degrees of freedom, 95 %
    assert room.overconfidence.high - room.overconfidence.value == pytest.approx(half, rel=1e-5)
    assert room.calibration().beside == [pytest.approx(0.75), 0.5]
    assert "lesson 01: 2 of 4, 50 % (7 % to 93 %), how sure, on average 75 %" in room.calibration().describe()


def test_a_room_surer_than_right_is_said_to_be_so(hand_in, folder):
    for number in range(8):
        hand_in(f"{number}.json", predicted("01", 0.9, number == 0), predicted("02", 0.8, number == 1))
    assert re.search(r"On average they were \d+ percentage points surer than right", repr(Room.read(folder)))


def test_where_nothing_can_be_told_of_the_room_that_is_said(hand_in, folder):
    hand_in("a.json", predicted("01", 0.5, True))
    hand_in("b.json", predicted("01", 0.5, False))
    assert "cannot be told" in repr(Room.read(folder))


@pytest.mark.parametrize(
    ("each", "said"),
    [
        ([[(0.9, False)]] * 6, "90 percentage points surer than right"),
        ([[(sure / 100, False)] for sure in (60, 75, 90)], "75 percentage points surer than right"),
        ([[(0.7, True)], [(0.9, True)]], "20 percentage points less sure than right"),
        ([[(0.5, True), (0.5, False)]] * 3, "just as sure as right"),
    ],
    ids=["six times the same", "nobody was right", "everybody was right", "all differ alike"],
)
def test_where_the_spread_shows_nothing_of_other_learners_there_is_no_interval(hand_in, folder, each, said):
    for number, predictions in enumerate(each):
        answers = [predicted(f"0{lesson}", *one) for lesson, one in enumerate(predictions)]
        hand_in(f"{number}.json", *answers)
    room = Room.read(folder)
    assert room.overconfidence is None
    assert f"On average they were {said}. Nothing in these answers" in repr(room)


def test_a_prediction_in_a_lesson_that_there_is_not_counts_nowhere(hand_in, folder):
    for number, right in enumerate((True, False)):
        hand_in(f"{number}.json", predicted("01", 0.5, right), predicted("77", 0.9, False))
    room = Room.read(folder)
    assert [row[0] for row in room.by_prediction.rows] == ["01"]
    assert room.overconfidence.value == 0


def test_files_may_have_any_names_and_lie_in_subfolders(hand_in, folder):
    for name in ("a.json", "group 2/Zoë Müller_1234_progress.json", "deep/er/progress.json.txt", "x/answers"):
        hand_in(name, done("00", "luck"))
    assert len(Room.read(folder)) == 4


def test_what_is_no_file_of_answers_is_named_if_it_meant_to_be_one_and_stops_nothing(hand_in, folder):
    hand_in("good.json", done("00", "luck"))
    (folder / "broken.json").write_text("{")
    (folder / "old progress.bak").write_text('{"version": 9, "lessons": {}}')
    (folder / "empty.json").write_text('{"version": 1, "lessons": {}}')
    (folder / "all.zip").write_bytes(b"PK")
    (folder / "huge.json").write_bytes(b" " * (collect._BYTES + 1))
    (folder / "notes.txt").write_text("call Anna")
    (folder / "photo.png").write_bytes(b"\x89PNG")
    (folder / ".hidden.json").write_text("{")
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "x.json").write_text("{")
    room = Room.read(folder)
    assert len(room) == 1
    assert sorted(room.refused) == [
        "all.zip is packed. Unpack it and collect again.",
        "broken.json is no file of answers, or is damaged.",
        "empty.json holds no answers.",
        "huge.json is far larger than a file of answers ever is.",
        "old progress.bak is no file of answers, or is damaged.",
    ]
    assert "5 files were not counted" in repr(room)


def test_a_copy_and_an_earlier_state_of_a_file_are_one_learner(hand_in, folder):
    path = hand_in("a.json", tried("00", "luck", LUCK))
    shutil.copy(path, folder / "a (1).json")
    hand_in("a.json", done("00", "luck"), predicted("00", 0.5, True))
    hand_in("b.json", done("00", "luck"))
    room = Room.read(folder)
    assert len(room) == 2
    assert "They come in 3 files" in repr(room)
    assert room.by_exercise.rows[0][2].startswith("2 of 2")


def test_files_without_an_id_are_one_learner_only_when_they_are_the_same(hand_in, folder):
    for name, answer in (("a.json", done("00", "luck")), ("c.json", done("00", "fair_report"))):
        path = hand_in(name, answer)
        content = json.loads(path.read_text())
        del content["id"]
        path.write_text(json.dumps(content))
    shutil.copy(folder / "a.json", folder / "b.json")
    assert len(Room.read(folder)) == 2


def nbgrader(hand_in):
    """Two learners with two assignments each; one of them handed in twice, and the lecturer tried a lesson as well."""
    hand_in("submitted/anna/00_game/progress.json", tried("00", "luck", LUCK))
    hand_in("submitted/anna/01_overfitting/progress.json", done("01", "purge"))
    hand_in("submitted/ben/00_game/progress.json", done("00", "luck"))
    hand_in("autograded/anna/00_game/progress.json", tried("00", "luck", LUCK), done("00", "luck"))
    hand_in("source/00_game/progress.json", done("00", "luck"))
    hand_in("progress.json", done("00", "luck"))


def test_in_nbgraders_folders_a_learner_is_a_folder_and_only_what_was_handed_in_counts(hand_in, folder):
    nbgrader(hand_in)
    room = Room.read(folder)
    assert len(room) == 2
    assert [row[:3] for row in room.by_exercise.rows] == [
        ("00", "luck", "2 of 2 (16 % to 100 %)"),
        ("01", "purge", "1 of 1 (3 % to 100 %)"),
    ]
    assert len(Room.read(folder / "submitted")) == 2
    (folder / "submitted" / "room").mkdir()  # from where the notebook reads
    assert len(Room.read(folder / "submitted" / "room" / "..")) == 2


def test_a_file_that_was_released_with_the_assignment_does_not_make_a_class_one_learner(hand_in, folder):
    path = hand_in("submitted/anna/00_game/progress.json", done("00", "luck"))
    for name in ("ben", "cleo"):
        (folder / "submitted" / name / "00_game").mkdir(parents=True)
        shutil.copy(path, folder / "submitted" / name / "00_game")
    assert len(Room.read(folder)) == 3


def test_a_loose_copy_joins_the_one_learners_folder_that_has_its_id(hand_in, folder):
    path = hand_in("course/submitted/anna/00_game/progress.json", tried("00", "luck", LUCK))
    shutil.copy(path, folder / "by mail.json")
    hand_in("by mail.json", done("00", "luck"))
    hand_in("course/submitted/ben/00_game/progress.json", done("00", "luck"))
    room = Room.read(folder)
    assert (len(room), room.files) == (2, 3)
    assert room.by_exercise.rows[0][2].startswith("2 of 2 ")


def test_a_loose_copy_of_what_was_released_is_nobodys_in_particular(hand_in, folder):
    path = hand_in("course/submitted/anna/00_game/progress.json", done("00", "luck"))
    (folder / "course/submitted/ben/00_game").mkdir(parents=True)
    shutil.copy(path, folder / "course/submitted/ben/00_game")
    shutil.copy(path, folder / "by mail.json")
    assert len(Room.read(folder)) == 3


def test_a_folder_that_only_happens_to_be_called_submitted_is_no_course_folder(hand_in, folder):
    for name in ("anna", "ben"):
        hand_in(f"submitted/lesson 00/{name}.json", done("00", "luck"))
    assert len(Room.read(folder)) == 2
    assert len(Room.read(folder / "submitted" / "lesson 00")) == 2


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, "No answers are here yet"),
        (1, "1 learner handed"),
        (4, "are no room"),
        (19, "A small room"),
        (20, "20 learners"),
    ],
)
def test_a_small_room_is_said_to_be_small(hand_in, folder, n, said):
    for number in range(n):
        hand_in(f"{number}.json", done("00", "luck"))
    room = Room.read(folder)
    assert said in repr(room)
    assert ("small" in repr(room)) == (5 <= n < 20)


def test_nothing_that_a_file_says_is_shown_as_it_stands(hand_in, folder):
    evil = "<script>alert(1)</script>"
    lessons = {
        "00": {
            "exercise": {"luck": {"outcome": evil, "met": {evil: 3, LUCK: -1}}, evil: {"met": {evil: 1}}},
            "quiz": {"quiz.labels_only": {"right_at_first": False, "first": evil}, evil: {}},
            "prediction": {evil: {"confidence": 0.5, "right": True}, "q": {"confidence": 1e9, "right": True}},
        },
        evil: {
            "quiz": {"quiz.x": {"right_at_first": False}},
            "prediction": {"p": {"confidence": 0.5, "right": True}},
        },
    }
    (folder / f"{'x' * 20}.json").write_text(json.dumps({"version": 1, "id": [evil], "lessons": lessons}))
    room = Room.read(folder)
    shown = [room, room.by_exercise, room.by_question, room.by_prediction, room.replies(room.wrong_answers)]
    for one in (*shown, room.replies(room.misconceptions)):
        assert "script" not in repr(one)
        assert not hasattr(one, "_repr_html_") or "script" not in one._repr_html_()
    assert room.wrong_answers == []


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no folder"):
        Room.read(tmp_path / "nowhere")


def test_every_misconception_and_wrong_answer_of_the_course_can_be_found(hand_in, folder):
    """One learner who makes every known mistake, another who makes none."""
    wrong, right, expected = [], [], 0
    for lesson in exercises.MODULE_OF_LESSON:
        module = exercises.of_lesson(lesson)
        for name, exercise in exercises.exercises_of(module.__name__.rpartition(".")[2]).items():
            wrong += [tried(lesson, name, one.name) for one in exercise.wrong]
            expected += len({*(one.name for one in exercise.wrong)})
            right.append(done(lesson, name))
        for question in module.quiz.questions:
            wrong.append(
                first_answer(lesson, question.name, next(c.wrong for c in question.choices if c.wrong))
            )
            right.append(first_answer(lesson, question.name))
    hand_in("a.json", *wrong)
    hand_in("b.json", *right)
    room = Room.read(folder)
    assert len(room.wrong_answers) == expected
    assert len(room.misconceptions) == 5 * len(exercises.MODULE_OF_LESSON)
    assert {(one.rate.hits, one.rate.total) for one in (*room.wrong_answers, *room.misconceptions)} == {
        (1, 2)
    }


# ---- the command and its notebook


def outputs(path):
    return [o for cell in nbformat.read(path, 4).cells for o in cell.get("outputs", [])]


def test_the_command_puts_an_executed_notebook_beside_the_files_without_names_or_trouble(
    hand_in, folder, capsys
):
    nbgrader(hand_in)
    (folder / "submitted" / "ben" / "00_game" / "old progress.json").write_text("{")
    assert cli.main(["collect", str(folder)]) == 0
    told = capsys.readouterr()
    assert "2 learners handed in answers" in told.out
    assert "ben/00_game/old progress.json is no file of answers" in told.out
    assert str(folder / "room/room.ipynb") in told.out
    assert told.err == ""
    assert not [
        o
        for o in outputs(folder / "room/room.ipynb")
        if o.output_type == "error" or o.get("name") == "stderr"
    ]
    text = (folder / "room/room.ipynb").read_text("utf-8")
    assert "2 learners handed in answers" in text
    assert "exactly this many" in text
    for name in ("anna", "ben"):
        assert not re.search(rf"\b{name}\b", re.sub(r"base64,[^\"]+", "", text))
    assert str(folder) not in text
    nbformat.validate(nbformat.read(folder / "room/room.ipynb", 4))


def test_a_second_count_brings_the_notebook_up_to_date_unless_the_lecturer_changed_it(
    hand_in, folder, monkeypatch
):
    hand_in("a.json", done("00", "luck"))
    monkeypatch.setattr(collect, "_execute", lambda book, folder: None)
    path, written = collect.write_notebook(folder)
    assert written
    book = nbformat.read(path, 4)
    book.cells[1].outputs = [nbformat.v4.new_output("stream", text="an old count")]
    nbformat.write(book, path)
    assert collect.write_notebook(folder) == (path, True)
    assert "an old count" not in path.read_text("utf-8")

    book.cells.append(nbformat.v4.new_markdown_cell("ask about lesson 02", id="mine"))
    nbformat.write(book, path)
    before = path.read_bytes()
    assert collect.write_notebook(folder) == (path, False)
    assert path.read_bytes() == before


def test_nothing_that_was_handed_in_is_run_by_the_notebook(hand_in, folder, tmp_path):
    hand_in("a.json", done("00", "luck"))
    for name in ("mia_teach", "numpy", "ipykernel_launcher", "json"):
        (folder / f"{name}.py").write_text(f"open({str(tmp_path / 'it ran')!r}, 'w')")
    path, _ = collect.write_notebook(folder)
    assert "1 learner handed in answers" in path.read_text("utf-8")
    assert not (tmp_path / "it ran").exists()


@pytest.mark.parametrize("name", ["mia_teach.py", "mia_teach/__init__.py", "numpy.pyc"])
def test_what_the_notebook_could_import_from_beside_it_must_go_first(
    hand_in, folder, name, monkeypatch, capsys
):
    hand_in("a.json", done("00", "luck"))
    (folder / "room" / name).parent.mkdir(parents=True)
    (folder / "room" / name).touch()
    monkeypatch.setattr(collect, "_execute", lambda book, folder: pytest.fail("It was run."))
    assert cli.main(["collect", str(folder)]) == 1
    assert name in capsys.readouterr().err
    (folder / "room" / name).unlink()
    (folder / "room" / "my notes.md").touch()
    monkeypatch.setattr(collect, "_execute", lambda book, folder: None)
    assert cli.main(["collect", str(folder)]) == 0


@pytest.mark.parametrize(
    "raw", [b"", b"my own notes", b"{}", b'{"cells": [], "metadata": {}, "nbformat": 4}']
)
def test_a_file_of_this_name_that_is_the_lecturers_own_stays(folder, raw, hand_in, capsys):
    hand_in("a.json", done("00", "luck"))
    (folder / "room").mkdir()
    (folder / "room/room.ipynb").write_bytes(raw)
    assert cli.main(["collect", str(folder)]) == 0
    assert (folder / "room/room.ipynb").read_bytes() == raw
    assert "is as you changed it and stays so" in capsys.readouterr().out


def test_without_a_kernel_the_notebook_comes_without_outputs(hand_in, folder, monkeypatch):
    def no_kernel(book, folder):
        book.cells[1].outputs = [nbformat.v4.new_output("stream", text="half")]
        raise RuntimeError("Kernel died before replying to kernel_info")

    hand_in("a.json", done("00", "luck"))
    monkeypatch.setattr(collect, "_execute", no_kernel)
    path, written = collect.write_notebook(folder)
    assert written
    assert outputs(path) == []


def test_an_empty_folder_gets_a_sentence_and_no_notebook(folder, capsys):
    assert cli.main(["collect", str(folder)]) == 1
    assert "nobody has to" in capsys.readouterr().out
    assert list(folder.iterdir()) == []


def test_a_folder_that_is_none_or_cannot_be_written_is_said_in_a_sentence(
    hand_in, folder, monkeypatch, capsys
):
    assert cli.main(["collect", str(folder / "nowhere")]) == 1
    assert "There is no folder" in capsys.readouterr().err

    def refuses(path, content):
        raise PermissionError(13, "Permission denied", str(path))

    hand_in("a.json", done("00", "luck"))
    monkeypatch.setattr(collect, "_execute", lambda book, folder: None)
    monkeypatch.setattr(collect.course, "put", refuses)
    assert cli.main(["collect", str(folder)]) == 1
    assert "cannot be written (Permission denied)" in capsys.readouterr().err


def test_without_a_kernel_the_notebook_is_written_bare_and_a_fault_in_a_cell_is_not_hidden(
    folder, hand_in, monkeypatch
):
    def stops_with(error):
        def execute(book, place):
            raise error

        return execute

    hand_in("a.json", done("00", "luck"))
    monkeypatch.setattr(collect, "_execute", stops_with(ValueError("a fault of ours")))
    with pytest.raises(ValueError, match="a fault of ours"):
        collect.write_notebook(folder)
    monkeypatch.setattr(collect, "_execute", stops_with(RuntimeError("Kernel died")))
    path, written = collect.write_notebook(folder)
    assert written
    assert not any(cell.get("outputs") for cell in nbformat.read(path, 4).cells)
