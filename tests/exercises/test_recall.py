"""What a lesson begins with: what was missed, then rests, then comes back once; and two questions for everybody else."""

import json
import subprocess
import sys

import pytest

import mia_teach as mt
from mia_teach import exercises, progress
from mia_teach.exercises import recall as recalling
from tests.browser import axe_violations, rested, state, words

LATER = [number for number in exercises.MODULE_OF_LESSON if number != "00"]


@pytest.fixture(autouse=True)
def answers(tmp_path, monkeypatch):
    monkeypatch.setenv("MIA_TEACH_PROGRESS", str(tmp_path / "progress.json"))
    return tmp_path / "progress.json"


def quiz(lesson):
    return exercises.of_lesson(lesson).quiz


def answer(lesson, *missed):
    """Answer the whole quiz of a lesson rightly, but for the questions of these names."""
    for question in quiz(lesson).questions:
        right = question.name not in missed
        progress.record("quiz", lesson, f"quiz.{question.name}", right=right)


def again(lesson, earlier, name, right):
    """Answer a question of an earlier lesson in the warm-up of this one."""
    progress.record("recall", lesson, f"{earlier}.{name}", right=right)


def asked(lesson):
    return [(number, question.name) for number, question in mt.recall(lesson)._asked]


def choose(panel, number, right):
    """Choose the right choice, or a wrong one, of a question of the panel."""
    question = panel.questions[number]
    return panel.check(number, question.right if right else (question.right + 1) % len(question.choices))


def test_each_module_is_that_of_its_lesson():
    assert {number: quiz(number).lesson for number in exercises.MODULE_OF_LESSON} == {
        number: number for number in exercises.MODULE_OF_LESSON
    }
    assert sorted(exercises.MODULE_OF_LESSON.values()) == exercises.lesson_modules()
    assert exercises.of_lesson("99") is None


def test_questions_have_names_of_their_own_in_every_lesson():
    for number in exercises.MODULE_OF_LESSON:
        names = [question.name for question in quiz(number).questions]
        assert all(names)
        assert len(set(names)) == len(names)


def test_the_questions_for_everybody_exist_come_from_earlier_lessons_and_never_come_twice():
    everywhere = [where for pair in recalling.SPACED.values() for where in pair]
    assert len(set(everywhere)) == len(everywhere)
    assert list(recalling.SPACED) == LATER
    for lesson, pair in recalling.SPACED.items():
        assert len(pair) == recalling.AT_LEAST
        for earlier, name in pair:
            assert earlier < lesson
            assert recalling.question(earlier, name), (earlier, name)


@pytest.mark.parametrize("lesson", LATER)
def test_without_answers_everybody_gets_the_same_two(lesson, answers):
    first, second = mt.recall(lesson), mt.recall(lesson)
    assert repr(first) == repr(second)
    assert asked(lesson) == sorted(recalling.SPACED[lesson], key=recalling._place)
    assert first.note == ""
    assert not answers.exists(), "showing records nothing"


def test_what_was_missed_comes_first_and_at_most_three_at_once():
    answer("00", "labels_only", "always_in")
    answer("01", "no_gap", "wrong_labels")
    assert asked("02") == [("00", "always_in"), ("00", "labels_only"), ("01", "no_gap")]
    assert len(mt.recall("02").questions) == recalling.AT_MOST


def test_one_missed_question_is_joined_by_one_for_everybody():
    answer("02", "base_rate")
    assert asked("03") == [("00", "labels_only"), ("02", "base_rate")]


def test_a_question_right_at_first_is_not_missed_even_if_the_others_were_tried_afterwards():
    progress.record("quiz", "00", "quiz.labels_only", right=True)
    progress.record("quiz", "00", "quiz.labels_only", right=False, wrong="x")
    assert recalling.due(progress.read(), "01") == []
    progress.record("quiz", "00", "quiz.always_in", right=False, wrong="x")
    progress.record("quiz", "00", "quiz.always_in", right=True)
    assert recalling.due(progress.read(), "01") == [("00", "always_in")]


def test_answered_rightly_it_rests_comes_back_once_and_is_done():
    answer("00", "labels_only")
    where = ("00", "labels_only")

    def is_due(lesson):
        return where in recalling.due(progress.read(), lesson)

    assert [lesson for lesson in LATER if is_due(lesson)] == LATER, "it stays until it is answered"
    again("02", *where, right=True)
    assert [lesson for lesson in LATER if is_due(lesson)] == ["01", "02", *LATER[4:]], "it rests in 03 and 04"
    again("05", *where, right=True)
    assert [lesson for lesson in LATER if is_due(lesson)] == ["01", "02", "05"], "done for 06 and later"


def test_a_wrong_answer_begins_it_anew():
    answer("00", "labels_only")
    again("01", "00", "labels_only", right=True)
    again("04", "00", "labels_only", right=False)
    assert recalling.due(progress.read(), "05") == [("00", "labels_only")]
    again("05", "00", "labels_only", right=True)
    assert recalling.due(progress.read(), "06") == []
    assert recalling.due(progress.read(), "08") == [("00", "labels_only")]


def test_a_question_for_everybody_that_is_missed_comes_back_too():
    earlier, name = recalling.SPACED["04"][0]
    again("04", earlier, name, right=False)
    assert recalling.due(progress.read(), "05") == [(earlier, name)]


def test_what_was_missed_at_the_last_answer_comes_before_what_rested():
    answer("00", "labels_only", "always_in")
    answer("01", "no_gap")
    again("01", "00", "always_in", right=True)
    again("02", "01", "no_gap", right=False)
    assert recalling.due(progress.read(), "04") == [
        ("01", "no_gap"),
        ("00", "labels_only"),
        ("00", "always_in"),
    ]


def test_an_answer_is_kept_in_the_lesson_it_was_given_in_and_the_first_one_counts():
    answer("00", "labels_only")
    panel = mt.recall("02")
    number = [question.name for question in panel.questions].index("labels_only")
    choose(panel, number, right=False)
    choose(panel, number, right=True)
    entry = progress.read()["lessons"]["02"]["recall"]["00.labels_only"]
    assert (entry["right_at_first"], entry["right"], entry["tries"]) == (False, True, 2)
    assert progress.read()["lessons"]["00"]["quiz"]["quiz.labels_only"] == {
        "right": False,
        "right_at_first": False,
        "tries": 1,
    }
    assert "0 of 1 earlier question remembered" in repr(progress.so_far("02"))


def test_run_again_the_cell_shows_the_same_questions_with_their_answers():
    answer("00", "labels_only", "always_in", "what_is_won")
    answer("01", "no_gap")
    panel = mt.recall("02")
    before = [question.text for question in panel.questions]
    for number in range(3):
        choose(panel, number, right=True)
        rerun = mt.recall("02")
        assert [question.text for question in rerun.questions] == before
        assert rerun.score == number + 1


def test_a_question_answered_here_stays_when_more_is_missed_elsewhere_afterwards():
    choose(mt.recall("04"), 0, right=True)
    kept = asked("04")[0]
    answer("00", "labels_only", "always_in", "what_is_won")
    assert kept in asked("04")
    assert len(asked("04")) == recalling.AT_MOST


def test_what_is_missed_is_what_the_last_answer_got_wrong():
    answer("00", "labels_only", "always_in")
    again("01", "00", "labels_only", right=True)
    again("01", "00", "what_is_won", right=False)
    assert recalling.missed(progress.read()) == [("00", "always_in"), ("00", "what_is_won")]


def test_answers_of_this_lesson_and_later_ones_change_nothing_of_its_choice():
    answer("00", "labels_only")
    before = asked("02")
    answer("02", "base_rate")
    answer("03", "mismatch")
    again("03", "00", "labels_only", right=True)
    assert asked("02") == before


@pytest.mark.parametrize("lesson", LATER)
def test_the_choices_stand_in_another_order_and_each_keeps_its_reply(lesson):
    original = recalling.question("00", "labels_only")
    answer("00", "labels_only")
    [shown] = [q for q in mt.recall(lesson).questions if q.name == "labels_only"]
    assert set(shown.choices) == set(original.choices)
    assert shown.choices != original.choices
    assert shown.choices[shown.right] == original.choices[original.right]
    assert shown.text == f"{original.text} (lesson 00, missed)"


def test_exercises_tried_and_not_done_are_named():
    progress.record("exercise", "00", "luck", outcome="tried", wrong="x")
    progress.record("exercise", "00", "fair_report", outcome="done")
    progress.record("exercise", "03", "promise", outcome="tried")
    assert mt.recall("02").note == "Tried and not done yet: luck (lesson 00)."
    assert "luck (lesson 00)" in repr(mt.recall("02"))


@pytest.mark.parametrize(
    "lessons",
    [
        {"00": {"quiz": {"quiz.gone": {"right_at_first": False}, "other.x": {"right_at_first": False}}}},
        {"00": {"quiz": {"quiz.labels_only": {"right_at_first": "no"}}}},
        {"77": {"quiz": {"quiz.x": {"right_at_first": False}}}},
        {"zero": {"quiz": {"quiz.x": {"right_at_first": False}}}},
        {"01": {"recall": {"": {"right_at_first": False}, "99.x": {"right_at_first": False}}}},
        {"02": {"recall": {"00.gone": {"choice": 3, "first": ["x"]}, "no point": {}}}},
        {"00": {"exercise": {"<b>": {"outcome": "tried"}}}},
    ],
)
def test_a_strange_file_of_answers_gives_the_questions_for_everybody(lessons, answers):
    answers.write_text(json.dumps({"version": 1, "lessons": lessons}))
    assert asked("02") == list(recalling.SPACED["02"])
    assert mt.recall("02").note == ""


@pytest.mark.parametrize("lesson", ["00", "12", 2, "two"])
def test_a_lesson_without_earlier_ones_is_refused(lesson):
    with pytest.raises(ValueError, match="no earlier lessons"):
        mt.recall(lesson)


def test_the_questions_for_everybody_load_no_torch_but_in_a_lesson_that_trains_with_it():
    code = (
        "import sys, mia_teach as mt\n"
        f"for lesson in {[one for one in LATER if one != '09']}: mt.recall(lesson)\n"
        "print('torch' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "False"


@pytest.mark.browser
def test_every_choice_shows_its_own_reply_and_the_panel_is_accessible(bare_page):
    answer("00", "labels_only", "always_in")
    panel = mt.recall("03")
    page = bare_page(panel)
    assert words(page, ".mia-title") == "From earlier lessons"
    for number, question in enumerate(panel.questions):
        form = page.locator(".mia-question").nth(number)
        legend = form.locator("legend").inner_text().replace("\u00a0", " ")
        assert legend == f"{number + 1}. {question.text}"
        for i, choice in enumerate(question.choices):
            form.locator("label").nth(i).click()
            form.locator("button").click()
            told = form.locator("[role=status]").inner_text()
            assert told == ("✗ Not this one. " if choice.wrong else "✓ Right. ") + choice.reply
    rested(page)
    assert state(page, "first") == [0] * len(panel.questions)
    assert axe_violations(page) == []


@pytest.mark.browser
def test_by_keyboard_alone_and_with_the_open_exercise_in_sight(bare_page):
    progress.record("exercise", "00", "luck", outcome="tried")
    page = bare_page(mt.recall("01"))
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert state(page, "answers") == [-1, -1]
    page.keyboard.press("Enter")
    assert state(page, "answers") == [1, -1]
    assert words(page, ".mia-note") == "Tried and not done yet: luck (lesson 00)."
