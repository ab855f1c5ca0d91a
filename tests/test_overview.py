"""The course at a glance: for somebody new, in the middle, at the end, and with a file that is damaged."""

import json
import os
import re
import subprocess
import sys

import pytest

import mia_teach as mt
from mia_teach import course, exercises, overview, progress

CARDS = course.cards()
LESSONS = [card.number for card in CARDS]


@pytest.fixture(autouse=True)
def answers(tmp_path, monkeypatch):
    monkeypatch.setenv("MIA_TEACH_PROGRESS", str(tmp_path / "progress.json"))
    return tmp_path / "progress.json"


def take(lesson, *, missed=(), sure=0.8, right=True, done=True):
    """Go through a lesson: its prediction, its exercises, its quiz."""
    module = exercises.of_lesson(lesson)
    progress.record("prediction", lesson, "p", guess=1, confidence=sure)
    progress.record("prediction", lesson, "p", right=right)
    for name in exercises.exercises_of(module.__name__.rpartition(".")[2]):
        progress.record("exercise", lesson, name, outcome="done" if done else "tried")
    for question in module.quiz.questions:
        progress.record("quiz", lesson, f"quiz.{question.name}", right=question.name not in missed)


def row(lesson):
    return next(row for row in mt.home().table.rows if row[0].startswith(lesson))


def links(page):
    return re.findall(r'href="([^"]*)"', page)


def test_somebody_new_is_sent_to_the_first_lesson_and_nothing_is_written(answers):
    home = mt.home()
    assert home.go_on[:2] == ("00_game.ipynb", "00 The membership game")
    assert "Nothing answered yet" in repr(home)
    assert links(home._repr_html_()) == ["00_game.ipynb"]
    assert "<img" not in home._repr_html_()
    assert not answers.exists()


def test_a_lesson_that_is_begun_is_the_one_to_go_on_with_until_its_quiz_is_answered():
    take("00")
    progress.record("exercise", "01", "purge", outcome="tried")
    assert mt.home().go_on[0] == "01_overfitting.ipynb"
    take("01", done=False)
    assert mt.home().go_on[0] == "02_threshold.ipynb"


def test_a_quiz_that_is_answered_in_part_is_not_yet_answered():
    for question in exercises.of_lesson("00").quiz.questions[:4]:
        progress.record("quiz", "00", f"quiz.{question.name}", right=True)
    assert mt.home().go_on[0] == "00_game.ipynb"


def test_a_lesson_that_this_installation_lacks_is_left_out():
    take("01", missed=["no_gap"], done=False)
    home = overview.Home(tuple(CARDS[:1]), progress.read())
    assert (home.missed, home.open) == ([], [])
    assert "lesson 01" not in repr(home)


def test_somebody_who_begins_in_the_middle_is_not_sent_back():
    take("05")
    assert mt.home().go_on[0] == "06_white_box.ipynb"


def test_every_lesson_has_its_row_with_what_was_done_of_it():
    take("00", missed=["labels_only"], sure=0.9, right=False)
    progress.record("goal", "00", "lab.a", met=True)
    assert [one[0][:2] for one in mt.home().table.rows] == LESSONS
    assert row("00")[1:] == ("20 min", "3 of 3 and the stretch", "4 of 5", "90 % sure, miss", "1")
    assert row("04")[2:] == ("", "", "", "")


def test_a_prediction_that_waits_for_the_truth_says_so():
    progress.record("prediction", "00", "p", guess=1, confidence=0.9)
    assert row("00")[4] == "waits for its score"


def test_what_was_missed_leads_to_its_lesson_until_it_is_remembered():
    take("00", missed=["labels_only"])
    text = next(q.text for q in exercises.of_lesson("00").quiz.questions if q.name == "labels_only")
    assert [(card.number, said) for card, said in mt.home().missed] == [("00", text)]
    assert text in repr(mt.home())
    assert "the coming lessons begin with them" in repr(mt.home())
    progress.record("recall", "01", "00.labels_only", right=True)
    assert mt.home().missed == []
    progress.record("recall", "04", "00.labels_only", right=False)
    assert [card.number for card, _ in mt.home().missed] == ["00"]


def test_exercises_that_are_open_lead_to_their_lesson():
    progress.record("exercise", "01", "purge", outcome="tried")
    progress.record("exercise", "01", "cross_entropy", outcome="done")
    progress.record("exercise", "01", "of an older version", outcome="tried")
    assert [(card.number, name) for card, name in mt.home().open] == [("01", "purge")]


def test_with_a_few_predictions_nothing_is_told_and_with_more_there_is_a_picture_with_its_words():
    for lesson in LESSONS[:4]:
        take(lesson, sure=0.95, right=False)
    assert "nothing can be told" in repr(mt.home())
    assert "<img" not in mt.home()._repr_html_()
    for lesson in LESSONS[4:]:
        take(lesson, sure=0.95, right=False)
    home = mt.home()
    assert "You were surer than you were right" in repr(home)
    [alt] = re.findall(r'<img alt="([^"]*)"', home._repr_html_())
    assert alt in repr(home)
    assert "0 of 12 came true" in alt


def test_at_the_end_there_is_no_lesson_to_go_on_with():
    for lesson in LESSONS:
        take(lesson, missed=["labels_only"])
    file, _, why = mt.home().go_on
    assert file == ""
    assert "where to go next" in why
    assert why in mt.home()._repr_html_()
    assert "Questions that you missed:" in repr(mt.home()), "no coming lesson is promised"


def test_every_link_leads_to_a_file_that_the_learner_has():
    for lesson in LESSONS:
        take(lesson, missed=[exercises.of_lesson(lesson).quiz.questions[0].name], done=False)
    found = set(links(mt.home()._repr_html_()))
    there = {path.name for path in course.lesson_files(course.lessons_folder())}
    assert found <= there
    assert {card.file for card in CARDS} <= found


def test_a_long_list_is_cut_and_says_how_much_is_left_out():
    names = [question.name for question in exercises.of_lesson("00").quiz.questions]
    take("00", missed=names)
    take("01", missed=[question.name for question in exercises.of_lesson("01").quiz.questions])
    assert len(mt.home().missed) == 10
    assert "(4 more later)" in repr(mt.home())
    assert repr(mt.home()).count("  lesson 0") == overview.LISTED


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b'{"version": 2, "lessons": {}}', b"[" * 100_000])
def test_a_damaged_file_is_said_and_left_as_it_is(answers, raw):
    answers.write_bytes(raw)
    home = mt.home()
    assert "cannot be read" in repr(home)
    assert "cannot be read" in home._repr_html_()
    assert home.go_on[0] == "00_game.ipynb"
    assert answers.read_bytes() == raw


@pytest.mark.parametrize(
    "lessons",
    [
        {"77": {"quiz": {"quiz.x": {"right_at_first": False}}}, "<b>": {"exercise": {"a": {}}}},
        {"00": {"quiz": {"quiz.gone": {"right_at_first": False}}, "exercise": {"luck": {"outcome": 3}}}},
        {"00": {"prediction": {"p": {"confidence": 1e9, "right": True}, "q": {}}}},
        {"00": {}},
    ],
)
def test_a_strange_file_is_shown_as_far_as_it_is_understood(answers, lessons):
    answers.write_text(json.dumps({"version": 1, "lessons": lessons}))
    home = mt.home()
    assert repr(home)
    assert "<b>" not in home._repr_html_()


def test_without_lessons_it_says_so():
    assert "holds no lessons" in repr(overview.Home((), progress.read()))


def test_it_is_light():
    code = "import sys, mia_teach as mt; mt.home()._repr_html_(); print('torch' in sys.modules)"
    environment = {**os.environ, "MIA_TEACH_PROGRESS": "nowhere.json"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert done.stdout.strip() == "False", done.stderr
