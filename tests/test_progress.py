"""The progress file: nothing lost, nothing raised, nothing written before an answer."""

import json
import subprocess
import sys

import numpy as np
import pytest

from mia_teach import progress


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setenv("MIA_TEACH_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setattr(progress, "_told", set())
    return tmp_path / "progress.json"


def entry(kind, lesson, name):
    return progress.read()["lessons"][lesson][kind][name]


def test_the_file_stands_in_the_working_directory_unless_the_environment_says_otherwise(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MIA_TEACH_PROGRESS", raising=False)
    assert progress.file() == tmp_path / "progress.json"
    monkeypatch.setenv("MIA_TEACH_PROGRESS", "")
    assert progress.file() == tmp_path / "progress.json"
    monkeypatch.setenv("MIA_TEACH_PROGRESS", str(tmp_path / "elsewhere.json"))
    assert progress.file() == tmp_path / "elsewhere.json"


def test_reading_makes_no_file(path):
    assert progress.read() == {"version": 1, "lessons": {}}
    assert progress.summary() == []
    assert list(path.parent.iterdir()) == []


def test_an_answer_leaves_one_visible_file_that_a_person_can_read(path):
    assert progress.record("exercise", "02", "roc_points", outcome="tried") == ""
    assert [p.name for p in path.parent.iterdir() if not p.name.startswith(".")] == ["progress.json"]
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) > 5
    assert json.loads(text) == progress.read()


def test_done_is_never_lowered_to_tried(path):
    progress.record("exercise", "02", "roc_points", outcome="done")
    progress.record("exercise", "02", "roc_points", outcome="tried", wrong="sign_flipped")
    assert entry("exercise", "02", "roc_points") == {"outcome": "done", "met": {"sign_flipped": 1}}


def test_wrong_answers_are_counted_by_name(path):
    for wrong in ("a", "b", "a", None):
        progress.record("exercise", "02", "roc_points", outcome="tried", wrong=wrong)
    assert entry("exercise", "02", "roc_points")["met"] == {"a": 2, "b": 1}


def test_a_scored_prediction_cannot_be_changed_afterwards(path):
    progress.record("prediction", "01", "auc", guess=0.7, confidence=0.9)
    progress.record("prediction", "01", "auc", guess=0.6, confidence=0.8)
    progress.record("prediction", "01", "auc", right=False)
    progress.record("prediction", "01", "auc", guess=0.5, confidence=0.1, right=True)
    assert entry("prediction", "01", "auc") == {"guess": 0.6, "confidence": 0.8, "right": False}


def test_a_quiz_item_keeps_its_first_answer_and_its_misconceptions(path):
    progress.record("quiz", "01", "gap", right=False, wrong="gap_is_necessary")
    progress.record("quiz", "01", "gap", right=True)
    assert entry("quiz", "01", "gap") == {
        "right_at_first": False,
        "right": True,
        "tries": 2,
        "met": {"gap_is_necessary": 1},
    }


def test_a_goal_once_met_stays_met(path):
    progress.record("goal", "02", "low_fpr", met=True)
    progress.record("goal", "02", "low_fpr", met=False)
    assert entry("goal", "02", "low_fpr") == {"met": True}


def test_numpy_values_and_strange_values_are_kept_as_json(path):
    fields = {
        "a": np.float64(0.5),
        "b": np.bool_(True),
        "c": float("nan"),
        "d": {1},
        "e": [np.int64(3), None],
    }
    assert progress.record("prediction", "01", "auc", **fields) == ""
    assert entry("prediction", "01", "auc") == {"a": 0.5, "b": True, "c": "nan", "d": "{1}", "e": [3, None]}


def test_a_recalled_question_keeps_its_first_answer_as_a_quiz_item_does(path):
    progress.record("recall", "04", "01.no_gap", right=True)
    progress.record("recall", "04", "01.no_gap", right=False, wrong="gap_is_necessary")
    assert entry("recall", "04", "01.no_gap") == {
        "right_at_first": True,
        "right": False,
        "tries": 2,
        "met": {"gap_is_necessary": 1},
    }
    assert repr(progress.so_far("04")) == "Lesson 04 so far: 1 of 1 earlier question remembered."


def test_a_file_has_an_id_of_its_own_that_stays(path):
    progress.record("goal", "00", "g", met=True)
    first = progress.read()["id"]
    progress.record("goal", "00", "h", met=True)
    assert progress.read()["id"] == first
    path.unlink()
    progress.record("goal", "00", "g", met=True)
    assert progress.read()["id"] != first


def test_a_file_from_before_there_were_ids_is_read_and_gets_one(path):
    path.write_text('{"version": 1, "lessons": {"00": {"goal": {"g": {"met": true}}}}}')
    assert progress.summary()[0].goals_met == 1
    progress.record("goal", "00", "h", met=True)
    assert progress.read()["id"]
    assert progress.summary()[0].goals_met == 2


def test_an_unknown_kind_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="exercise, prediction, quiz, goal, recall"):
        progress.record("homework", "01", "x")


def test_the_summary_counts_each_lesson(path):
    progress.record("exercise", "01", "a", outcome="done")
    progress.record("exercise", "01", "b", outcome="tried")
    progress.record("prediction", "01", "p", guess=1, confidence=0.9)
    progress.record("prediction", "01", "p", right=True)
    progress.record("prediction", "01", "q", guess=1, confidence=0.7)
    progress.record("prediction", "01", "q", right=False)
    progress.record("quiz", "01", "r", right=True)
    progress.record("quiz", "01", "s", right=False)
    progress.record("goal", "00", "g", met=True)
    zero, one = progress.summary()
    assert (zero.lesson, zero.goals_met, zero.brier) == ("00", 1, None)
    assert (one.exercises_done, one.exercises_tried, one.predictions) == (1, 1, 2)
    assert (one.quiz_right_at_first, one.quiz_answered) == (1, 2)
    assert one.brier == pytest.approx((0.01 + 0.49) / 2)


HAMMER = """
import sys
from mia_teach import progress
who, times = sys.argv[1], int(sys.argv[2])
for i in range(times):
    said = progress.record("exercise", "02", f"{who}-{i}", outcome="done")
    said += progress.record("exercise", "02", "shared", outcome="tried", wrong="same")
    assert said == "", said
"""


def test_four_processes_writing_at_once_lose_nothing(path):
    writers = [subprocess.Popen([sys.executable, "-c", HAMMER, str(who), "25"]) for who in range(4)]
    assert [writer.wait(120) for writer in writers] == [0, 0, 0, 0]
    exercises = progress.read()["lessons"]["02"]["exercise"]
    assert exercises["shared"]["met"] == {"same": 100}
    assert len(exercises) == 101


ENDLESS = """
from mia_teach import progress
i = 0
while True:
    progress.record("exercise", "02", f"e{i}", outcome="done")
    print(i, flush=True)
    i += 1
"""


def test_a_kernel_killed_at_any_moment_loses_no_answer_that_was_kept(path):
    writer = subprocess.Popen([sys.executable, "-c", ENDLESS], stdout=subprocess.PIPE, text=True)
    for _ in range(10):
        writer.stdout.readline()
    writer.kill()
    kept = 10 + len([line for line in writer.stdout.read().split("\n") if line])
    writer.wait(10)
    before = progress.read()["lessons"]["02"]["exercise"]
    assert len(before) >= kept
    assert progress.record("exercise", "02", "after", outcome="done") == ""
    assert progress.read()["lessons"]["02"]["exercise"].keys() == before.keys() | {"after"}


DIES_WHILE_WRITING = """
import os
from mia_teach import progress
progress.record("exercise", "02", "first", outcome="done")
os.fsync = lambda descriptor: os._exit(9)
progress.record("exercise", "02", "second", outcome="done")
"""


def test_a_kernel_killed_in_the_middle_of_a_write_leaves_the_file_whole_and_the_lock_free(path):
    assert subprocess.run([sys.executable, "-c", DIES_WHILE_WRITING]).returncode == 9
    assert progress.read()["lessons"]["02"]["exercise"].keys() == {"first"}
    assert progress.record("exercise", "02", "second", outcome="done") == ""
    assert progress.read()["lessons"]["02"]["exercise"].keys() == {"first", "second"}
    assert not [p for p in path.parent.iterdir() if p.name.endswith(".tmp")]


def test_a_write_that_breaks_half_way_leaves_the_old_file_whole(path, monkeypatch):
    progress.record("exercise", "02", "first", outcome="done")
    before = path.read_bytes()

    def full_disk(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(progress.os, "fsync", full_disk)
    assert "No space left on device" in progress.record("exercise", "02", "second", outcome="done")
    assert path.read_bytes() == before


BROKEN = [
    b"",
    b"{",
    b"\xff\xfe\x00",
    b"[]",
    b"null",
    b'{"version": 2, "lessons": {}}',
    b'{"version": 1}',
    b'{"version": 1, "lessons": []}',
    b'{"version": 1, "lessons": {"01": []}}',
    b'{"version": 1, "lessons": {"01": {"homework": {}}}}',
    b'{"version": 1, "lessons": {"01": {"quiz": 3}}}',
    b'{"version": 1, "lessons": {"01": {"exercise": {"a": 3}}}}',
    b'{"version": 1, "lessons": {"01": {"exercise": {"a": {"met": {"b": "c"}}}}}}',
    b'{"version": 1, "lessons": {"01": {"prediction": {"a": {"confidence": "high", "right": true}}}}}',
    b"[" * 100_000,
]


@pytest.mark.parametrize("raw", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_file_is_kept_aside_and_said_in_a_sentence(path, raw):
    path.write_bytes(raw)
    assert progress.summary() == []
    assert path.read_bytes() == raw, "reading must not touch the file"
    said = progress.record("exercise", "01", "a", outcome="done")
    assert "kept as progress.broken.json" in said
    assert (path.parent / "progress.broken.json").read_bytes() == raw
    assert entry("exercise", "01", "a") == {"outcome": "done"}


def test_a_second_broken_file_does_not_take_the_first_ones_place(path):
    for raw in (b"one", b"two", b"three"):
        path.write_bytes(raw)
        progress.record("exercise", "01", "a", outcome="done")
    kept = [
        path.parent / name
        for name in ("progress.broken.json", "progress.broken-2.json", "progress.broken-3.json")
    ]
    assert [one.read_bytes() for one in kept] == [b"one", b"two", b"three"]


def test_a_folder_that_cannot_be_written_is_said_once_and_nothing_is_raised(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("MIA_TEACH_PROGRESS", str(tmp_path / "file" / "progress.json"))
    monkeypatch.setattr(progress, "_told", set())
    assert "not being kept" in progress.record("exercise", "01", "a", outcome="done")
    assert progress.record("exercise", "01", "b", outcome="done") == ""
    assert progress.read()["lessons"] == {}


def test_a_progress_file_that_is_a_folder_is_said_and_left_alone(path):
    path.mkdir()
    assert "not being kept" in progress.record("exercise", "01", "a", outcome="done")
    assert path.is_dir()
    assert progress.summary() == []


def test_a_lock_that_another_program_never_gives_back_is_said_and_nothing_is_raised(path, monkeypatch):
    monkeypatch.setattr(progress, "_LOCK_SECONDS", 0.1)
    with progress.FileLock(path.with_name(".progress.json.lock")):
        assert "not being kept" in progress.record("exercise", "01", "a", outcome="done")
    assert progress.record("exercise", "01", "b", outcome="done") == ""


def test_a_link_to_the_file_stays_a_link(path):
    real = path.with_name("real.json")
    real.write_text('{"version": 1, "lessons": {}}')
    path.symlink_to(real)
    progress.record("exercise", "01", "a", outcome="done")
    assert path.is_symlink()
    assert "exercise" in real.read_text()


def test_what_was_done_of_a_lesson_is_said_in_words(tmp_path, monkeypatch):
    monkeypatch.setenv("MIA_TEACH_PROGRESS", str(tmp_path / "progress.json"))
    assert repr(progress.so_far("00")) == "Lesson 00 so far: nothing answered yet."
    progress.record("exercise", "00", "rule", outcome="done")
    progress.record("prediction", "00", "wins", guess=120, confidence=0.8)
    progress.record("goal", "00", "lab.first", met=True)
    assert repr(progress.so_far("00")) == "Lesson 00 so far: 1 exercise done, 1 prediction, 1 goal met."


def test_where_it_is_shown_it_leads_home():
    assert 'href="home.ipynb"' in progress.so_far("99")._repr_html_()
    assert repr(progress.so_far("99")) in progress.so_far("99")._repr_html_()
