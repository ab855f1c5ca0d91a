"""Gradient canaries: their law under sound DP-SGD, directions that no record uses, and what they prove."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import binomtest, kstest, norm
from torch import nn

from mia_teach import Rate, Roc, cnn, load_digits, logistic, mlp
from mia_teach.attacks.white_box import per_example_gradients
from mia_teach.audit import Threshold, dpsgd_bound, halves, one_run_from_scores, threshold_from
from mia_teach.canaries import Shares, observe, strongest_bound, unused_directions
from mia_teach.dpsgd import DPSGD

DIGITS = load_digits()[:300]
PRIVACY = DPSGD(noise_multiplier=1.5, max_grad_norm=2.0, sample_rate=0.5, steps=6)


def lawful(rng, privacy, models, canaries=1, strength=1.0):
    """Shares as sound DP-SGD releases them: a coin a step, and noise."""
    inserted = rng.random((models, canaries)) < 0.5
    drawn = rng.random((privacy.steps, models, canaries)) < privacy.sample_rate
    noise = privacy.noise_multiplier * rng.normal(size=drawn.shape)
    return Shares(strength * (drawn & inserted) + noise, inserted, privacy)


def seen(models=60, canaries=(3, 40, 64), privacy=PRIVACY, seed=0, **options):
    model = logistic(64, 10)
    member = np.zeros((models, len(DIGITS)), bool)
    member[:, :40] = True
    directions = unused_directions(model)[list(canaries)]
    return observe(
        model, DIGITS, member, privacy=privacy, directions=directions, seed=seed, progress=False, **options
    )


@pytest.mark.parametrize("make", [lambda: logistic(64, 10), lambda: mlp(64, 7, 10), lambda: cnn(8, 10)])
def test_no_record_s_gradient_points_in_an_unused_direction(make):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = make().double()
    rows = unused_directions(model)
    np.testing.assert_allclose(rows @ rows.T, np.eye(len(rows)), atol=1e-12)
    own = per_example_gradients(model, DIGITS.x[:50], DIGITS.y[:50])
    flat = np.concatenate([own[name].reshape(50, -1) for name, _ in model.named_parameters()], axis=1)
    assert np.abs(flat).max() > 0.01
    np.testing.assert_allclose(flat @ rows.T, 0, atol=1e-12)


def test_without_noise_a_share_is_whether_the_canary_was_drawn():
    shares = seen(privacy=replace(PRIVACY, noise_multiplier=0))
    assert np.isclose(shares.share, 0, atol=1e-9).any()
    np.testing.assert_allclose(shares.share, shares.share.round(), atol=1e-9)
    assert set(shares.share.round().ravel()) == {0, 1}
    assert (shares.share[:, ~shares.inserted].round() == 0).all()
    drawn = int(shares.share[:, shares.inserted].round().sum())
    assert binomtest(drawn, 6 * int(shares.inserted.sum()), 0.5).pvalue > 1e-4


def test_with_noise_it_is_that_plus_gaussian_noise_of_the_noise_multiplier():
    shares = seen()
    out = shares.share[:, ~shares.inserted].ravel()
    assert kstest(out, norm(scale=1.5).cdf).pvalue > 1e-4
    inside = shares.share[:, shares.inserted].ravel()
    assert kstest(inside, lambda x: (norm.cdf(x / 1.5) + norm.cdf((x - 1) / 1.5)) / 2).pvalue > 1e-4


def test_a_short_canary_is_not_made_longer():
    shares = seen(length=0.25, privacy=replace(PRIVACY, noise_multiplier=0))
    assert set(shares.share.round(9).ravel()) == {0, 0.25}


def test_the_same_seed_sees_the_same():
    one, two, other = seen(models=4), seen(models=4), seen(models=4, seed=1)
    np.testing.assert_array_equal(one.share, two.share)
    assert (one.share != other.share).all()


def test_members_score_higher_and_the_likelihood_is_the_ratio_of_the_two_densities():
    shares = lawful(np.random.default_rng(0), PRIVACY, 3000)
    for scores in (shares.total(0), shares.likelihood(0)):
        assert Roc.from_scores(scores).auc > 0.65
    x = shares.share[:, :, 0]
    ratio = (0.5 * norm.pdf(x, 0, 1.5) + 0.5 * norm.pdf(x, 1, 1.5)) / norm.pdf(x, 0, 1.5)
    np.testing.assert_allclose(shares.likelihood(0).score, np.log(ratio).sum(axis=0))
    full = lawful(np.random.default_rng(0), replace(PRIVACY, sample_rate=1.0), 50)
    np.testing.assert_allclose(full.likelihood(0).score, (full.total(0).score - 3) / 1.5**2)


def test_all_canaries_of_all_runs_make_one_audit_of_one_run():
    shares = lawful(np.random.default_rng(1), replace(PRIVACY, noise_multiplier=0.3), 20, canaries=50)
    scores = shares.total()
    assert len(scores.score) == 1000
    assert one_run_from_scores(scores, k_plus=100, k_minus=0, delta=1e-5).epsilon > 2
    assert shares.unrest().members.mean() > shares.unrest().non_members.mean()


def test_sound_dp_sgd_is_convicted_no_more_often_than_the_confidence_says():
    """200 audits with the shares that sound DP-SGD releases; the test above says that the package's are such."""
    rng = np.random.default_rng(2)
    privacy = DPSGD(noise_multiplier=1.2, sample_rate=0.25, steps=8)
    claim = privacy.epsilon(1e-3)
    bounds = [strongest_bound(lawful(rng, privacy, 400, 2), delta=1e-3) for _ in range(200)]
    assert Rate(sum(bound.refutes(claim) for bound in bounds), 200).low <= 0.05
    assert bounds[0].confidence == 0.95


def test_the_strongest_of_four_bounds_has_paid_for_all_four():
    """Two scores and two canaries: each bound may fail in a quarter of the 5 %, and the ceiling says the same."""
    privacy = DPSGD(noise_multiplier=0.6, sample_rate=0.25, steps=8)
    shares = lawful(np.random.default_rng(4), privacy, 400, 2)
    each, tried = 1 - 0.05 / 4, []
    for canary in (0, 1):
        held, test = halves(shares.total(canary), seed=0)
        for scores, threshold in (
            (shares.likelihood(canary), Threshold(0.0)),
            (test, threshold_from(held, confidence=each)),
        ):
            tried.append(
                dpsgd_bound(scores, threshold=threshold, privacy=privacy, delta=1e-3, confidence=each)
            )
    best = max(tried, key=lambda bound: bound.epsilon)
    assert strongest_bound(shares, delta=1e-3) == replace(best, confidence=0.95)
    alone = dpsgd_bound(shares.likelihood(0), threshold=Threshold(0.0), privacy=privacy, delta=1e-3)
    assert tried[0].epsilon < alone.epsilon  # the price


def test_it_shows_most_of_a_sound_claim_and_convicts_half_the_noise():
    rng = np.random.default_rng(3)
    privacy = DPSGD(noise_multiplier=1.2, sample_rate=0.25, steps=8)
    claim = privacy.epsilon(1e-3)
    assert 0.75 * claim < strongest_bound(lawful(rng, privacy, 40_000), delta=1e-3).epsilon < claim
    half = lawful(rng, replace(privacy, noise_multiplier=0.6), 1000)
    assert strongest_bound(replace(half, privacy=privacy), delta=1e-3).refutes(claim)


def test_it_refuses_with_a_sentence():
    with pytest.raises(ValueError, match="The last layer is Conv2d"):
        unused_directions(nn.Sequential(nn.Linear(4, 4), nn.Conv2d(1, 1, 1)))
    with pytest.raises(ValueError, match="not orthogonal unit rows"):
        observe(
            logistic(64, 10),
            DIGITS,
            np.ones((2, 300), bool),
            privacy=PRIVACY,
            directions=np.ones((2, 650)),
            seed=0,
        )
    with pytest.raises(ValueError, match="length must be positive"):
        seen(length=0.0)
    silent = lawful(np.random.default_rng(0), replace(PRIVACY, noise_multiplier=0), 20)
    with pytest.raises(ValueError, match="Without noise"):
        silent.likelihood()
