"""Lesson 00's exercises keep the laws, and their numbers agree with people who compute them differently."""

import math

import numpy as np
import pytest
from scipy.stats import binom
from sklearn.metrics import accuracy_score, balanced_accuracy_score, confusion_matrix

from mia_teach.exercises import game as check

from .laws import check_exercise_laws, check_quiz_laws


def guess_members(confidence, threshold):
    """True for every example whose confidence is above the threshold."""
    ...


def accuracy_and_advantage(guess, member):
    """Share of rounds won, and true-positive rate minus false-positive rate."""
    ...


def fair_report(guess, member):
    """What the best blind guesser wins, and an accuracy in which both sides count the same."""
    ...


def luck(wins, rounds):
    """Probability that fair coin flips win at least this many rounds."""
    ...


@pytest.mark.parametrize("stub", [guess_members, accuracy_and_advantage, fair_report, luck])
def test_the_exercise_keeps_the_laws(stub):
    check_exercise_laws(getattr(check, stub.__name__), stub)


def test_there_are_three_exercises_and_a_stretch():
    exercises = [check.guess_members, check.accuracy_and_advantage, check.fair_report, check.luck]
    assert [one.stretch for one in exercises] == [False, False, False, True]
    assert {one.lesson for one in exercises} == {"00"}


@pytest.fixture
def rounds():
    random = np.random.default_rng(0)
    return random.random(500) < 0.6, random.random(500) < 0.8


def test_accuracy_and_advantage_agree_with_scikit_learn(rounds):
    guess, member = rounds
    tn, fp, fn, tp = confusion_matrix(member, guess).ravel()
    accuracy, advantage = check.accuracy_and_advantage.reference(guess, member)
    assert accuracy == pytest.approx(accuracy_score(member, guess))
    assert advantage == pytest.approx(tp / (tp + fn) - fp / (fp + tn))


def test_the_balanced_accuracy_agrees_with_scikit_learn_and_the_zero_point_is_the_best_constant_guess(rounds):
    guess, member = rounds
    zero_point, balanced = check.fair_report.reference(guess, member)
    assert balanced == pytest.approx(balanced_accuracy_score(member, guess))
    constants = [accuracy_score(member, np.full(500, answer)) for answer in (True, False)]
    assert zero_point == pytest.approx(max(constants))


def test_whoever_never_looks_has_a_balanced_accuracy_of_one_half_whatever_the_split():
    for members in (1, 50, 99):
        member = np.arange(100) < members
        for answer in (True, False):
            assert check.fair_report.reference(np.full(100, answer), member)[1] == 0.5


def test_luck_agrees_with_scipy():
    for wins, rounds in ((0, 1), (9, 12), (12, 12), (120, 200)):
        assert check.luck.reference(wins, rounds) == pytest.approx(binom.sf(wins - 1, rounds, 0.5))


def test_the_quiz_varies_the_place_of_the_right_answer_and_names_every_misconception():
    questions = check.quiz.questions
    assert len(questions) == 5
    assert len({one.right for one in questions}) >= 3
    wrong = [choice.wrong for one in questions for choice in one.choices if choice.wrong]
    replies = [choice.reply for one in questions for choice in one.choices]
    assert len(replies) == len(set(replies)) == 20
    assert len(wrong) == 15


def _reply(name, function):
    return getattr(check, name).verdict(function)


@pytest.mark.parametrize(
    ("name", "function", "wrong"),
    [
        ("guess_members", lambda c, t: [x > t for x in c], "list_for_array"),
        ("accuracy_and_advantage",
         lambda g, m: ((g == m).mean(), g[m].mean() - (~g[~m]).mean()), "true_negative_rate"),
        ("accuracy_and_advantage",
         lambda g, m: ((g == m).mean(), m[g].mean() - m[~g].mean()), "precision_difference"),
        ("accuracy_and_advantage",
         lambda g, m: ((g == m).mean(), abs(g[m].mean() - g[~m].mean())), "sign_dropped"),
        ("accuracy_and_advantage", lambda g, m: ((g == m).mean(), np.corrcoef(g, m)[0, 1]), "correlation"),
        ("accuracy_and_advantage", lambda g, m: ((g == m).sum(), g[m].mean() - g[~m].mean()), "counted"),
        ("accuracy_and_advantage",
         lambda g, m: (100 * (g == m).mean(), g[m].mean() - g[~m].mean()), "per_cent"),
        ("fair_report", lambda g, m: (0.5, (g == m).mean()), "zero_point_is_half"),
        ("fair_report", lambda g, m: (g.mean(), 0.0), "share_called_members"),
        ("fair_report",
         lambda g, m: (100 * max(m.mean(), 1 - m.mean()), 50 * (g[m].mean() + (~g[~m]).mean())), "per_cent"),
        ("fair_report",
         lambda g, m: (max(m.mean(), 1 - m.mean()), ((g & m).mean() + (~g & ~m).mean()) / 2),
         "halved_shares_of_everybody"),
        ("fair_report",
         lambda g, m: (max(m.mean(), 1 - m.mean()), (g == m).mean() - 0.5), "distance_from_half"),
        ("luck", lambda w, n: sum(math.comb(n, k) for k in range(w, n + 1)), "not_divided"),
        ("luck", lambda w, n: sum(0.5**k for k in range(w, n + 1)), "halves_added"),
    ],
)  # fmt: skip
def test_an_answer_that_a_student_gave_is_known(name, function, wrong):
    assert (_reply(name, function).kind, _reply(name, function).wrong) == ("not right yet", wrong)


def test_a_simulated_luck_is_near_and_not_enough():
    def simulated(wins, rounds):
        flips = np.random.default_rng(0).random((200_000, rounds)) < 0.5
        return (flips.sum(1) >= wins).mean()

    assert "Was it rounded or simulated?" in _reply("luck", simulated).reply


def test_a_number_that_nobody_foresaw_is_called_by_its_name():
    assert _reply("fair_report", lambda g, m: (0.123, 0.5)).reply == "Your first number (zero point) differs."


def test_no_reply_of_the_quiz_repeats_what_the_panel_says_before_it():
    check_quiz_laws(check.quiz)
