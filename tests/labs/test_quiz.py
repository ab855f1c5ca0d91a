"""The quiz: replies, the first answer, and what is kept."""

import pytest
import traitlets

from mia_teach import progress
from mia_teach.labs.quiz import Choice, Question, Quiz
from tests.browser import rested, state, words
from tests.labs.examples import EXAMPLES, questions

right, wrong = Choice("Yes", "Indeed."), Choice("No", "Look again.", wrong="says_no")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Question("Is it?", [right, right]), "2 right choices"),
        (lambda: Question("Is it?", [wrong, wrong]), "0 right choices"),
        (lambda: Question("Is it?", [right]), "1 choices"),
        (lambda: Question(" ", [right, wrong]), "without a text"),
        (lambda: Choice("Yes", " "), "no reply"),
        (lambda: Choice("", "Indeed."), "without a text"),
        (lambda: Quiz([]), "without questions"),
    ],
)
def test_a_quiz_that_cannot_teach_is_refused(make, said):
    with pytest.raises(ValueError, match=said):
        make()


def test_the_plain_representation_does_not_tell_which_choice_is_right():
    quiz = Quiz(questions())
    swapped = Quiz(
        [
            Question(
                q.text, [Choice(c.text, "reply", wrong="x" if i else "") for i, c in enumerate(q.choices)]
            )
            for q in questions()
        ]
    )
    assert repr(quiz) == repr(swapped)
    assert "( ) Which values a record has" in repr(quiz)
    assert "attribute" not in repr(quiz) + quiz._repr_mimebundle_()[0]["text/html"]


def test_only_the_first_answer_counts():
    quiz = Quiz(questions(), lesson="02")
    assert quiz.check(0, 1).check(0, 0).check(1, 1).score == 1
    assert quiz.answers == [0, 1]
    assert quiz.read_out() == "2 of 2 answered, 1 right at the first answer."


def test_every_answer_is_kept_with_its_misconception():
    Quiz(questions(), lesson="02").check(0, 1).check(0, 2).check(0, 0)
    entry = progress.read()["lessons"]["02"]["quiz"]["quiz.what_is_found"]
    assert entry["met"] == {"attribute_inference": 1, "model_extraction": 1}
    assert entry["right_at_first"] is False
    assert entry["tries"] == 3
    assert progress.summary()[0].quiz_answered == 1


def test_earlier_answers_stand_there_again_and_are_not_counted_twice():
    Quiz(questions(), lesson="02").check(0, 1).check(0, 0)
    again = Quiz(questions(), lesson="02")
    assert (again.answers, again.first, again.score) == ([0, -1], [1, -1], 0)
    assert "(x) Whether one given record" in repr(again)
    assert progress.read()["lessons"]["02"]["quiz"]["quiz.what_is_found"]["tries"] == 2
    assert Quiz(questions(), lesson="03").answers == [-1, -1]


def test_a_choice_that_was_reworded_is_no_answer_any_more():
    Quiz([Question("Is it?", [right, wrong])], lesson="02").check(0, 1)
    assert Quiz([Question("Is it?", [right, Choice("Never", "No.", wrong="x")])], lesson="02").answers == [-1]


def test_two_answers_that_arrive_together_are_kept_in_their_order():
    Quiz(questions(), lesson="02").set_state({"first": [2, -1], "answers": [0, -1]})
    entry = progress.read()["lessons"]["02"]["quiz"]["quiz.what_is_found"]
    assert (entry["right_at_first"], entry["tries"], entry["right"]) == (False, 2, True)


@pytest.mark.parametrize("answers", [[5, -1], [0], [0, -2]])
def test_an_impossible_answer_is_refused(answers):
    with pytest.raises(traitlets.TraitError):
        Quiz(questions()).answers = answers


@pytest.mark.browser
def test_every_choice_shows_its_own_reply(bare_page):
    page = bare_page(EXAMPLES["quiz"].make())
    for number, question in enumerate(questions()):
        form = page.locator(".mia-question").nth(number)
        for i, choice in enumerate(question.choices):
            form.locator("label").nth(i).click()
            assert words(page, f".mia-question >> nth={number} >> [role=status]") == ""
            form.locator("button").click()
            told = form.locator("[role=status]").inner_text()
            assert told == ("✗ Not this one. " if choice.wrong else "✓ Right. ") + choice.reply
    rested(page)
    assert words(page) == "2 of 2 answered, 1 right at the first answer."
    assert state(page, "first") == [0, 0]
    assert state(page, "answers") == [2, 1]


@pytest.mark.browser
def test_arrow_keys_pass_over_choices_without_answering(bare_page):
    page = bare_page(EXAMPLES["quiz"].make())
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert state(page, "answers") == [-1, -1]
    page.keyboard.press("Enter")
    assert state(page, "answers") == [2, -1]
    assert state(page, "first") == [2, -1]


@pytest.mark.browser
def test_checking_without_a_choice_asks_for_one(bare_page):
    page = bare_page(EXAMPLES["quiz"].make())
    page.locator("button").first.click()
    assert (
        page.locator(".mia-question [role=status]").first.inner_text() == "Choose one of the answers first."
    )
    assert state(page, "answers") == [-1, -1]


@pytest.mark.browser
def test_earlier_answers_are_shown_with_their_reply(bare_page):
    Quiz(questions(), lesson="02").check(0, 1)
    page = bare_page(Quiz(questions(), lesson="02"))
    assert page.locator("input").nth(1).is_checked()
    assert "attribute inference" in page.locator(".mia-question [role=status]").first.inner_text()
    assert page.locator("input:checked").count() == 1
