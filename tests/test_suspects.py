"""Seven suspects: who keeps the claim, and who is convicted by an auditor that sees the updates."""

import inspect
from dataclasses import replace

import numpy as np
import pytest

from mia_teach import Rate, load_digits, logistic
from mia_teach.canaries import observe, strongest_bound, unused_directions
from mia_teach.dpsgd import DPSGD, noisy_sum
from mia_teach.suspects import SUSPECTS

BROKEN = {"ash", "cedar", "elm", "fir", "hazel"}
SOUND = {"birch", "oak"}
NAMED = {suspect.name: suspect for suspect in SUSPECTS}
PRIVACY = DPSGD(noise_multiplier=1.2, max_grad_norm=4.0, sample_rate=0.25, steps=8)
MEMBERS, POOL, DELTA = 60, 480, 1e-3


def convicted(name, seed, models=400):
    """One audit: many small models trained together, a canary in the weights and one in the biases of each."""
    suspect, model = NAMED[name], logistic(64, 10)
    member = np.zeros((models, POOL), bool)
    member[:, :MEMBERS] = True
    shares = observe(
        model,
        load_digits()[:POOL],
        member,
        privacy=PRIVACY,
        directions=unused_directions(model)[[20, 64]],
        release=suspect.release,
        seed=seed,
        progress=False,
    )
    claimed = suspect.account(PRIVACY, MEMBERS, POOL)
    bound = strongest_bound(replace(shares, privacy=claimed), delta=DELTA, seed=seed)
    return bound.refutes(claimed.epsilon(DELTA))


def test_all_are_accounted_for_and_short_enough_to_be_read():
    assert set(NAMED) == BROKEN | SOUND
    for suspect in SUSPECTS:
        assert len(inspect.getsource(suspect.release).splitlines()) <= 25
        assert inspect.getdoc(suspect.release) is None  # nothing but the code tells


@pytest.mark.parametrize("name", sorted(NAMED))
def test_a_first_audit_convicts_the_broken_and_not_the_sound(name):
    assert convicted(name, seed=1) == (name in BROKEN)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(BROKEN))
def test_each_broken_one_is_convicted_in_nine_audits_of_ten(name):
    assert sum(convicted(name, seed) for seed in range(10)) >= 9


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SOUND))
def test_sound_ones_are_convicted_no_more_often_than_the_confidence_says(name):
    assert Rate(sum(convicted(name, seed) for seed in range(20)), 20).low <= 0.05


# ---- what is wrong with each, as a law -----------------------------------------------------------


def released(name, gradients, privacy=PRIVACY, times=1, seed=0):
    rng = np.random.default_rng(seed)
    return np.array([NAMED[name].release(gradients, privacy, rng) for _ in range(times)])


RECORDS = np.random.default_rng(0).normal(size=(5, 650))
SILENT = replace(PRIVACY, noise_multiplier=0)
NOBODY = np.zeros((0, 650))


@pytest.mark.parametrize("name", sorted(NAMED))
def test_an_empty_batch_releases_noise_of_the_stated_size_but_for_three(name):
    spread = released(name, NOBODY, times=60).std(axis=0)
    weights, biases = spread[:640].mean(), spread[640:].mean()
    expected = {"ash": (1.2, 1.2), "elm": (4.8, 0), "hazel": (0, 0)}.get(name, (4.8, 4.8))
    assert (weights, biases) == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize("name", sorted(NAMED))
def test_one_record_more_moves_the_sum_by_at_most_the_clip_but_for_one(name):
    moved = 0.0
    for size in (0.001, 1, 1000):
        for batch in (NOBODY, RECORDS):
            with_it = released(name, np.concatenate([batch, size * RECORDS[:1]]), SILENT)[0]
            moved = max(moved, np.linalg.norm(with_it - released(name, batch, SILENT)[0]))
    assert (moved > 4 * (1 + 1e-9)) == (name == "cedar"), moved


@pytest.mark.parametrize("name", ["ash", "elm", "fir", "hazel", "oak"])
def test_without_noise_most_are_the_noisy_sum_itself(name):
    expected = noisy_sum(RECORDS, SILENT, np.random.default_rng(0))
    np.testing.assert_allclose(released(name, RECORDS, SILENT)[0], expected, atol=1e-12)


def test_only_one_tells_the_accountant_another_rate():
    for suspect in SUSPECTS:
        claimed = suspect.account(PRIVACY, MEMBERS, POOL)
        assert claimed.sample_rate == (PRIVACY.sample_rate / 8 if suspect.name == "fir" else 0.25)
        assert replace(claimed, sample_rate=0.25) == PRIVACY
