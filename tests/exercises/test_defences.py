"""The exercises and the quiz of lesson 09, and what its text says about them."""

from itertools import pairwise

import numpy as np
import pytest

import mia_teach as mt
from mia_teach import defences
from mia_teach.exercises import defences as check
from mia_teach.labs.defence_frontier import found

from .laws import check_exercise_laws, check_quiz_laws


def stopping_epoch(validation, test, attack, patience): ...


def log_odds_behind(shown, labels, t): ...


def exposed_tpr(score, member, exposed, fpr): ...


def frontier(accuracy, leak): ...


@pytest.mark.parametrize(
    "stub", [stopping_epoch, log_odds_behind, exposed_tpr, frontier], ids=lambda stub: stub.__name__
)
def test_every_exercise_keeps_the_laws(stub):
    exercise = getattr(check, stub.__name__)
    check_exercise_laws(exercise, stub)
    assert len(exercise.wrong) >= 9


def _by_quantile(score, member, exposed, fpr):
    return np.mean(score[exposed & member] > np.quantile(score[exposed & ~member], 1 - fpr))


def _rounded_up(score, member, exposed, fpr):
    non = np.sort(score[exposed & ~member])
    return np.mean(score[exposed & member] > non[-1 - round(fpr * len(non))])


def _given_accuracy(score, member, exposed, fpr):
    accused = score > np.median(score)
    return np.mean(accused[exposed] == member[exposed])


def _how_many(score, member, exposed, fpr):
    return check.exposed_tpr.reference(score, member, exposed, fpr) * (exposed & member).sum()


def _rises(validation, test, attack, patience):
    keep, waited = 1, 0
    for epoch, (before, now) in enumerate(pairwise(validation), start=2):
        if now > before:
            keep, waited = epoch, 0
        else:
            waited += 1
        if waited >= patience:
            return keep
    return keep


def _only_z(shown, labels, t):
    return t * np.log(shown[np.arange(len(labels)), labels])


def _equals_out(accuracy, leak):
    def others(k):
        return [j for j in range(len(leak)) if j != k]

    return np.array(
        [
            not any(accuracy[j] >= accuracy[k] and leak[j] <= leak[k] for j in others(k))
            for k in range(len(leak))
        ]
    )


@pytest.mark.parametrize(
    ("exercise", "mistake", "name"),
    [
        ("exposed_tpr", _by_quantile, "quantile"),
        ("exposed_tpr", _rounded_up, "rounded_up"),
        ("exposed_tpr", _given_accuracy, "given_accuracy_among_the_exposed"),
        ("exposed_tpr", _how_many, "a_count"),
        ("stopping_epoch", _rises, "than_the_previous"),
        ("log_odds_behind", _only_z, "bare_logit"),
        ("frontier", _equals_out, "equals_beat_each_other"),
    ],
)
def test_a_likely_mistake_is_recognised_and_named(exercise, mistake, name):
    assert getattr(check, exercise).verdict(mistake).wrong == name


def test_one_case_of_each_exercise_can_be_worked_out_by_hand():
    assert check.stopping_epoch.reference(*check.stopping_epoch.cases[0].args) == 3
    # 2·log 0.6 − log(0.3² + 0.1²) = log 3.6, and log(0.04 / (0.04 + 0.36)) − log 1 of the second
    np.testing.assert_allclose(
        check.log_odds_behind.reference(*check.log_odds_behind.cases[0].args), np.log([3.6, 0.1])
    )
    assert check.exposed_tpr.reference(*check.exposed_tpr.cases[0].args) == 0.75
    assert check.frontier.reference(*check.frontier.cases[0].args).tolist() == [
        False,
        True,
        False,
        True,
        True,
    ]


def test_nothing_after_the_stop_and_neither_test_nor_attack_moves_the_choice():
    rng = np.random.default_rng(0)
    for _ in range(50):
        validation, test, attack = rng.random((3, 20))
        chosen = check.stopping_epoch.reference(validation, test, attack, 3)
        assert chosen == check.stopping_epoch.reference(validation, *rng.random((2, 20)), 3)
        later = validation.copy()
        later[chosen - 1 + 4 :] = rng.random(len(later[chosen - 1 + 4 :])) + 1
        assert chosen == check.stopping_epoch.reference(later, test, attack, 3)


def test_what_was_behind_a_temperature_is_the_package_s_log_odds():
    rng = np.random.default_rng(1)
    logits, labels = 4 * rng.normal(size=(30, 6)), rng.integers(0, 6, 30)
    for t in (0.5, 2.0, 10.0):
        soft = np.exp(defences.temperature(logits, t=t))
        shown = soft / soft.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(
            check.log_odds_behind.reference(shown, labels, t), mt.signals.label_log_odds(logits, labels)
        )


def test_with_two_classes_the_log_odds_themselves_may_be_multiplied():
    shown, labels = np.array([[0.8, 0.2], [0.4, 0.6]]), np.array([0, 0])
    odds = check.log_odds_behind.reference(shown, labels, 1.0)
    np.testing.assert_allclose(check.log_odds_behind.reference(shown, labels, 3.0), 3 * odds)


def test_the_rate_of_the_exposed_is_the_package_s():
    rng = np.random.default_rng(2)
    member, exposed = rng.random(4000) < 0.5, rng.random(4000) < 0.3
    score = rng.normal(size=4000) + member
    ours = check.exposed_tpr.reference(score, member, exposed, 0.01)
    roc = mt.Roc.from_scores(mt.Scores(score[exposed], member[exposed]))
    assert ours == roc.tpr_at(0.01).value
    assert ours == found([mt.Scores(score, member)], exposed[None])[0]


def test_on_the_frontier_more_accuracy_costs_more_leak():
    rng = np.random.default_rng(3)
    accuracy, leak = rng.random((2, 100))
    on = check.frontier.reference(accuracy, leak)
    order = np.argsort(accuracy[on])
    assert (np.diff(leak[on][order]) > 0).all()
    for a, k in zip(accuracy[~on], leak[~on], strict=True):
        assert ((accuracy[on] >= a) & (leak[on] <= k)).any()


def test_the_quiz_has_five_questions_that_cannot_be_answered_by_place_or_length():
    questions = check.quiz.questions
    assert len(questions) == 5
    assert len({question.right for question in questions}) >= 3
    for question in questions:
        lengths = [len(choice.text) for choice in question.choices]
        assert max(lengths) <= 2 * min(lengths) + 6, question.text
        longest = lengths.index(max(lengths)) == question.right and lengths.count(max(lengths)) == 1
        assert not longest or max(lengths) <= 1.2 * sorted(lengths)[-2], question.text


def test_every_misconception_of_the_quiz_has_a_reply_of_its_own():
    check_quiz_laws(check.quiz)
    choices = [choice for question in check.quiz.questions for choice in question.choices]
    names = [choice.wrong for choice in choices if choice.wrong]
    assert len(names) == len(set(names)) == 15
    assert len({choice.reply for choice in choices}) == len(choices)
    assert not any("*" in text for choice in choices for text in (choice.text, choice.reply))
