import math

import numpy as np
import pytest
import scipy.integrate
import scipy.stats

from mia_teach.mechanisms import (
    gaussian,
    gaussian_delta,
    gaussian_epsilon,
    gaussian_largest_tpr,
    laplace,
    largest_tpr,
    randomised_response,
)

FPR = np.linspace(0, 1, 501)


def roc_of(samples_in, samples_out):
    """False- and true-positive rates of the attack that says "in" above each threshold."""
    cuts = np.quantile(samples_out, 1 - np.linspace(0.005, 0.995, 100))
    return (samples_out[:, None] > cuts).mean(0), (samples_in[:, None] > cuts).mean(0)


def test_randomised_response_is_right_as_often_as_stated_for_either_answer():
    for epsilon in (0.1, 1.0, 3.0):
        truth = np.arange(200_000) % 2 == 0
        kept = randomised_response(truth, epsilon, seed=0) == truth
        for side in (truth, ~truth):
            assert kept[side].mean() == pytest.approx(1 / (1 + math.exp(-epsilon)), abs=5e-3)


def test_randomised_response_is_the_tightest_that_epsilon_allows():
    epsilon = 1.2
    says_yes = [randomised_response(np.full(400_000, bit), epsilon, seed=1).mean() for bit in (False, True)]
    assert says_yes[1] == pytest.approx(float(largest_tpr(says_yes[0], epsilon)), abs=5e-3)


@pytest.mark.parametrize(("sensitivity", "epsilon"), [(1.0, 0.5), (3.0, 2.0)])
def test_laplace_noise_has_the_stated_law(sensitivity, epsilon):
    values = laplace(np.full(50_000, 4.0), sensitivity=sensitivity, epsilon=epsilon, seed=0)
    assert scipy.stats.kstest(values, scipy.stats.laplace(4.0, sensitivity / epsilon).cdf).pvalue > 1e-3


def test_laplace_keeps_its_epsilon_and_uses_it_up():
    epsilon = 0.8
    one, other = (
        laplace(np.full(400_000, v), sensitivity=1.0, epsilon=epsilon, seed=s)
        for v, s in ((1.0, 1), (0.0, 2))
    )
    fpr, tpr = roc_of(one, other)
    bound = largest_tpr(fpr, epsilon)
    assert (tpr <= bound + 5e-3).all()
    assert abs(tpr - bound)[fpr < 0.2].max() < 5e-3


def test_gaussian_noise_has_the_stated_law():
    values = gaussian(np.full((100, 500), -2.0), sigma=1.5, seed=0)
    assert values.shape == (100, 500)
    assert scipy.stats.kstest(values.ravel(), scipy.stats.norm(-2.0, 1.5).cdf).pvalue > 1e-3


def test_the_gaussian_trade_off_is_what_the_best_attack_gets():
    sigma, move = 2.0, 1.5
    one, other = (gaussian(np.full(400_000, v), sigma=sigma, seed=s) for v, s in ((move, 1), (0.0, 2)))
    fpr, tpr = roc_of(one, other)
    np.testing.assert_allclose(tpr, gaussian_largest_tpr(fpr, move / sigma), atol=6e-3)


def test_gaussian_delta_is_the_integral_of_what_epsilon_does_not_cover():
    for mu in (0.3, 1.0, 4.0):
        for epsilon in (0.0, 0.5, 2.0, 6.0):
            one, other = scipy.stats.norm(mu, 1), scipy.stats.norm(0, 1)
            start = epsilon / mu + mu / 2  # where the first density is e^epsilon times the second
            missing, _ = scipy.integrate.quad(
                lambda x, one=one, other=other, e=epsilon: one.pdf(x) - math.exp(e) * other.pdf(x),
                start, start + 40, epsabs=1e-13,
            )  # fmt: skip
            assert gaussian_delta(epsilon, mu) == pytest.approx(missing, abs=1e-10)


def test_gaussian_epsilon_is_the_inverse_and_a_published_value():
    assert round(gaussian_epsilon(1.0, 1e-5), 3) == 4.377
    for mu in (0.01, 0.5, 3.0, 30.0):
        for delta in (1e-9, 1e-5, 1e-3):
            epsilon = gaussian_epsilon(mu, delta)
            assert gaussian_delta(epsilon, mu) == pytest.approx(delta, rel=1e-6)
    assert gaussian_epsilon(0.001, 0.1) == 0


def test_every_epsilon_and_delta_of_a_mechanism_allow_what_its_best_attack_gets_and_together_no_more():
    mu = 1.3
    best = gaussian_largest_tpr(FPR, mu)
    bounds = np.array([largest_tpr(FPR, e, gaussian_delta(e, mu)) for e in np.linspace(0, 12, 400)])
    assert (bounds >= best - 1e-9).all()
    np.testing.assert_allclose(bounds.min(axis=0), best, atol=2e-3)


def test_the_region_is_that_of_the_definition():
    for epsilon, delta in ((0.0, 0.0), (0.7, 0.0), (2.0, 0.1), (5.0, 1e-5)):
        tpr = largest_tpr(FPR, epsilon, delta)
        worst = np.maximum(
            tpr - (np.exp(epsilon) * FPR + delta), (1 - FPR) - (np.exp(epsilon) * (1 - tpr) + delta)
        )
        assert worst.max() <= 1e-12, "both inequalities of the definition hold"
        assert (np.abs(worst)[tpr < 1] < 1e-9).all(), "and one of them is used up"
        assert (np.diff(tpr) >= -1e-12).all()
    np.testing.assert_allclose(largest_tpr(FPR, 0.0), FPR)
    assert (largest_tpr(FPR, math.inf) == 1).all()
    assert (largest_tpr(FPR, 1000.0)[1:] == 1).all()
    assert largest_tpr(0.0, 1000.0) == 0


def test_the_same_seed_gives_the_same_noise_and_the_global_one_is_left_alone():
    np.random.seed(0)  # noqa: NPY002 - the global state is what must not change
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    for draw in (
        lambda seed: laplace(np.zeros(9), sensitivity=1.0, epsilon=1.0, seed=seed),
        lambda seed: gaussian(np.zeros(9), sigma=1.0, seed=seed),
        lambda seed: randomised_response(np.zeros(99, bool), 0.1, seed=seed),
    ):
        assert (draw(1) == draw(1)).all()
        assert (draw(1) != draw(2)).any()
    assert (before == np.random.get_state()[1]).all()  # noqa: NPY002


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: randomised_response(np.zeros(3, bool), 0, seed=0), "epsilon must be positive"),
        (lambda: randomised_response(np.zeros(3), 1, seed=0), "True or False for each"),
        (lambda: laplace(0.0, sensitivity=0, epsilon=1, seed=0), "sensitivity must be positive"),
        (lambda: laplace(0.0, sensitivity=1, epsilon=-1, seed=0), "epsilon must be positive"),
        (lambda: gaussian(0.0, sigma=math.inf, seed=0), "sigma must be positive and finite"),
        (lambda: largest_tpr(1.5, 1), "lie between 0 and 1"),
        (lambda: largest_tpr(0.5, -1), "epsilon must be 0 or more"),
        (lambda: largest_tpr(0.5, 1, 2), r"delta in \[0, 1\]"),
        (lambda: gaussian_largest_tpr(0.5, 0), "mu must be positive"),
        (lambda: gaussian_epsilon(1.0, 0), "keeps no epsilon at all"),
    ],
)
def test_they_refuse_with_a_sentence(call, words):
    with pytest.raises(ValueError, match=words):
        call()
