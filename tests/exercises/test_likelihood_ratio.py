"""The exercises and the quiz of lesson 04, and what its text says about them."""

import numpy as np
import pytest

import mia_teach as mt
from mia_teach.attacks.lira import lira
from mia_teach.attacks.rmia import rmia
from mia_teach.exercises import likelihood_ratio as check
from mia_teach.game import View

from .laws import check_exercise_laws, check_quiz_laws


def label_log_odds(logits, labels): ...


def lira_score(phi, shadow_phi, member): ...


def pooled_deviations(shadow_phi, member) -> tuple[float, float]: ...


def rmia_score(p, p_out, q, q_out, a, gamma): ...


STUBS = (label_log_odds, lira_score, pooled_deviations, rmia_score)


@pytest.mark.parametrize("stub", STUBS, ids=lambda stub: stub.__name__)
def test_every_exercise_keeps_the_laws(stub):
    check_exercise_laws(getattr(check, stub.__name__), stub)


def a_view(shadows=40, examples=60, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, examples)
    member = mt.coin_flips(shadows, examples, seed=seed)
    logits = rng.normal(size=(shadows, examples, 3)) + 2 * member[:, :, None] * (
        np.arange(3) == labels[:, None]
    )
    outside = View(
        rng.integers(0, 3, 50),
        rng.normal(size=(50, 3)),
        rng.normal(size=(shadows, 50, 3)),
        np.zeros((shadows, 50), bool),
    )
    return View(labels, rng.normal(size=(examples, 3)), logits, member, outside)


def test_the_log_odds_are_the_package_s():
    rng = np.random.default_rng(1)
    logits, labels = 20 * rng.normal(size=(50, 6)), rng.integers(0, 6, 50)
    ours = check.label_log_odds.reference(logits, labels)
    np.testing.assert_allclose(ours, mt.signals.label_log_odds(logits, labels), rtol=1e-12)


def test_the_score_is_the_package_s_with_means_and_own_deviations():
    view = a_view()
    phi, shadow_phi = (
        mt.signals.label_log_odds(z, view.labels) for z in (view.target_logits, view.shadow_logits)
    )
    ours = check.lira_score.reference(phi, shadow_phi, view.shadow_member)
    np.testing.assert_allclose(ours, lira(view, center="mean"), rtol=1e-9)


def test_the_pooled_deviations_are_the_package_s():
    view = a_view()
    phi, shadow_phi = (
        mt.signals.label_log_odds(z, view.labels) for z in (view.target_logits, view.shadow_logits)
    )
    inside, outside = check.pooled_deviations.reference(shadow_phi, view.shadow_member)
    means = [shadow_phi.mean(axis=0, where=side) for side in (view.shadow_member, ~view.shadow_member)]
    by_hand = (
        ((phi - means[1]) / outside) ** 2 / 2
        - ((phi - means[0]) / inside) ** 2 / 2
        + np.log(outside / inside)
    )
    np.testing.assert_allclose(by_hand, lira(view, center="mean", variance="pooled"), rtol=1e-9)


def test_with_the_published_deviation_its_size_changes_no_rank():
    """One number for both sides scales all scores alike, so only that it is one number matters."""
    view = a_view()
    phi, shadow_phi = (
        mt.signals.label_log_odds(z, view.labels) for z in (view.target_logits, view.shadow_logits)
    )
    means = [shadow_phi.mean(axis=0, where=side) for side in (view.shadow_member, ~view.shadow_member)]
    order = [
        (((phi - means[1]) / s) ** 2 - ((phi - means[0]) / s) ** 2).argsort().tolist()
        for s in (0.3, 1.0, 7.0)
    ]
    assert order[0] == order[1] == order[2]


def test_the_share_of_outsiders_beaten_is_the_package_s_offline_score():
    view = a_view()
    target, shadows = (
        mt.signals.label_probability(z, view.labels) for z in (view.target_logits, view.shadow_logits)
    )
    beside = view.population
    q, q_out = (
        mt.signals.label_probability(z, beside.labels) for z in (beside.target_logits, beside.shadow_logits)
    )
    p_out = shadows.mean(axis=0, where=~view.shadow_member)
    ours = check.rmia_score.reference(target, p_out, q, q_out.mean(axis=0), 0.3, 1.1)
    np.testing.assert_allclose(ours, rmia(view, variant="offline", a=0.3, gamma=1.1), atol=1e-12)


def test_one_case_of_each_exercise_can_be_worked_out_by_hand():
    assert check.pooled_deviations.reference(*check.pooled_deviations.cases[0].args) == pytest.approx(
        (np.sqrt((1 + 1 + 4 + 4) / 4), 3.0)
    )
    assert check.rmia_score.reference(*check.rmia_score.cases[0].args).tolist() == [0.5, 0.0]
    assert check.label_log_odds.reference(*check.label_log_odds.cases[0].args)[0] == pytest.approx(
        2 - np.log(2)
    )


def test_the_quiz_has_five_questions_that_cannot_be_answered_by_place_or_length():
    questions = check.quiz.questions
    assert len(questions) == 5
    assert len({question.right for question in questions}) == 4
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
