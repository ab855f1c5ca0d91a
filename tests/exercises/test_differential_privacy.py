"""The exercises and the quiz of lesson 10, and what its text says about them."""

import math

import numpy as np
import pytest

import mia_teach as mt
from mia_teach import mechanisms
from mia_teach.dpsgd import DPSGD, noisy_sum
from mia_teach.exercises import differential_privacy as check

from .laws import check_exercise_laws, check_quiz_laws


def clipped_sum(gradients, clip): ...


def noisy_mean(total, clip, noise_multiplier, drawn, expected, normal): ...


def largest_tpr(fpr, epsilon, delta): ...


def fixed_batches_mu(examples, batch_size, steps, noise_multiplier): ...


@pytest.mark.parametrize(
    "stub", [clipped_sum, noisy_mean, largest_tpr, fixed_batches_mu], ids=lambda stub: stub.__name__
)
def test_every_exercise_keeps_the_laws(stub):
    exercise = getattr(check, stub.__name__)
    check_exercise_laws(exercise, stub)
    assert len(exercise.wrong) >= 9


@pytest.mark.parametrize(
    ("exercise", "written", "name"),
    [
        ("clipped_sum", lambda g, c: _clipped_rows(g, c).mean(axis=0), "mean_of_nobody"),
        ("clipped_sum", lambda g, c: _clipped_rows(g, c).sum(axis=0) / len(g), "mean_of_nobody"),
        (
            "clipped_sum",
            lambda g, c: sum(
                (row / (n := np.linalg.norm(row)) * min(n, c) for row in g), np.zeros(g.shape[1])
            ),
            "zero_over_zero",
        ),
        (
            "clipped_sum",
            lambda g, c: (g / np.linalg.norm(g, axis=1, keepdims=True) * c).sum(axis=0),
            "normalised_zero_over_zero",
        ),
        ("noisy_mean", lambda t, c, s, d, e, z: (t + s * c * z) / d, "by_the_drawn_also_if_nobody"),
        ("noisy_mean", lambda t, c, s, d, e, z: (t + s * z) / d, "no_clip_by_the_drawn_also_if_nobody"),
        (
            "largest_tpr",
            lambda f, e, d: np.clip(np.minimum(np.exp(e) * f + d, 1 - np.exp(-e) * (1 - f) - d), None, 1),
            "delta_outside_with_minus",
        ),
        ("largest_tpr", lambda f, e, d: np.exp(e) * f + d, "one_side_without_end"),
        ("largest_tpr", lambda f, e, d: 1 - (1 - f - d) / np.exp(e), "other_side_without_end"),
        ("fixed_batches_mu", lambda n, b, t, s: t / (n / b) / s, "no_root_on_average"),
        ("fixed_batches_mu", lambda n, b, t, s: t / -(-n // b) / s, "no_root_not_rounded"),
        ("fixed_batches_mu", lambda n, b, t, s: s * (-(-t // -(-n // b))) ** 0.5, "times_the_noise"),
    ],
)
def test_what_learners_write_is_named(exercise, written, name):
    """As a reader of the lesson wrote it, who does not divide by max(drawn, 1)."""
    assert getattr(check, exercise).verdict(written).wrong == name


def _clipped_rows(gradients, clip):
    return gradients * (clip / np.maximum(np.linalg.norm(gradients, axis=1, keepdims=True), clip))


def test_one_case_of_each_exercise_can_be_worked_out_by_hand():
    np.testing.assert_allclose(check.clipped_sum.reference(*check.clipped_sum.cases[0].args), [0.6, 1.3])
    np.testing.assert_allclose(check.noisy_mean.reference(*check.noisy_mean.cases[0].args), [0.5, -0.5])
    np.testing.assert_allclose(
        check.largest_tpr.reference(*check.largest_tpr.cases[0].args), [0, 0.3, 0.75, 5 / 6, 1]
    )
    assert check.fixed_batches_mu.reference(*check.fixed_batches_mu.cases[0].args) == 1.0


def test_nobody_moves_a_clipped_sum_by_more_than_the_clip():
    rng = np.random.default_rng(0)
    for _ in range(50):
        gradients = rng.normal(size=(rng.integers(1, 10), 6)) * 10 ** rng.uniform(-3, 3)
        clip = 10 ** rng.uniform(-2, 2)
        without = check.clipped_sum.reference(gradients[1:], clip)
        moved = np.linalg.norm(check.clipped_sum.reference(gradients, clip) - without)
        assert moved <= clip * (1 + 1e-9)


def test_a_clipped_batch_is_moved_by_twice_as_much_as_the_reply_says():
    wrong = next(one.function for one in check.clipped_sum.wrong if one.name == "batch_clipped")
    others, huge = np.array([[1.0, 0.0]]), np.array([[-1e6, 0.0]])
    moved = wrong(np.concatenate([others, huge]), 1.0) - wrong(others, 1.0)
    assert np.linalg.norm(moved) == pytest.approx(2.0)


def test_both_parts_together_are_the_package_s_noisy_sum():
    rng = np.random.default_rng(1)
    gradients, privacy = rng.normal(size=(20, 7)), DPSGD(1.3, 0.4)
    normal = np.random.default_rng(5).standard_normal(7)
    total = check.clipped_sum.reference(gradients, 0.4)
    ours = 25 * check.noisy_mean.reference(total, 0.4, 1.3, 20, 25, normal)
    np.testing.assert_allclose(ours, noisy_sum(gradients, privacy, np.random.default_rng(5)))


def test_how_many_were_drawn_never_shows():
    total, normal = np.array([1.0, 2.0]), np.array([0.3, -0.1])
    one, other = (check.noisy_mean.reference(total, 1.0, 1.0, drawn, 10.0, normal) for drawn in (0, 99))
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(("epsilon", "delta"), [(0.0, 0.0), (0.3, 0.1), (2.0, 1e-5), (8.0, 0.0)])
def test_the_region_is_the_package_s(epsilon, delta):
    fpr = np.linspace(0, 1, 101)
    ours = check.largest_tpr.reference(fpr, epsilon, delta)
    np.testing.assert_allclose(ours, mechanisms.largest_tpr(fpr, epsilon, delta))


def test_the_region_is_reached_by_the_mechanism_that_leaks_most():
    """With probability delta it tells the record, otherwise it is randomised response on two answers."""
    epsilon, delta, rng = 1.0, 0.1, np.random.default_rng(2)
    n = 200_000
    tells = rng.random(n) < delta
    honest = rng.random(n) < 1 / (1 + math.exp(-epsilon))
    score_in = np.where(tells, 2, np.where(honest, 1, 0))
    score_out = np.where(
        rng.random(n) < delta, -1, np.where(rng.random(n) < 1 / (1 + math.exp(-epsilon)), 0, 1)
    )
    for cut in (2, 1, 0):
        fpr, tpr = (score_out >= cut).mean(), (score_in >= cut).mean()
        assert tpr == pytest.approx(
            check.largest_tpr.reference(np.array([fpr]), epsilon, delta)[0], abs=0.006
        )


def test_fixed_batches_leak_what_adding_the_shares_up_finds():
    """An attacker who adds up the steps with the record meets N(k, k σ²) or N(0, k σ²): one Gaussian mechanism."""
    examples, batch, steps, sigma = 60, 20, 7, 2.0
    k = sum(1 for step in range(steps) if step % 3 == 0)
    mu = check.fixed_batches_mu.reference(examples, batch, steps, sigma)
    assert mu == pytest.approx(k / (k**0.5 * sigma))
    rng = np.random.default_rng(3)
    member = np.arange(40_000) < 20_000
    score = member * k + sigma * rng.normal(size=(k, 40_000)).sum(axis=0)
    found = mt.Roc.from_scores(mt.Scores(score, member)).tpr_at(0.05)
    assert found.low <= mechanisms.gaussian_largest_tpr(0.05, mu) + 0.01
    assert found.high >= mechanisms.gaussian_largest_tpr(0.05, mu) - 0.01


def test_coins_promise_more_than_fixed_batches():
    """With the same noise, batch size and steps; what the stretch exercise is about."""
    coins = DPSGD(1.0, sample_rate=0.1, steps=100).epsilon(1e-5)
    fixed = mechanisms.gaussian_epsilon(check.fixed_batches_mu.reference(1000, 100, 100, 1.0), 1e-5)
    assert fixed > 2 * coins


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
