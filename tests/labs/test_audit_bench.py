"""The audit bench: two auditors of the same models, what their bounds are, and goals that can be reached."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import traitlets
from scipy.stats import kstest, norm

import mia_teach as mt
from mia_teach.audit import (
    Threshold,
    clopper_pearson,
    dpsgd_bound,
    halves,
    one_run_from_scores,
    threshold_from,
)
from mia_teach.canaries import Shares
from mia_teach.dpsgd import DPSGD
from mia_teach.labs.audit_bench import CONTROLS, SEES, WAYS, AuditBench, AuditGrid, Watched, watched
from tests.labs.examples import audit_grid

DELTA = 1e-5


def some_digits():
    digits = mt.load_digits()
    digits = digits[np.random.default_rng(0).permutation(len(digits))]
    return digits[:40], mt.mislabelled(digits[40:46], np.ones(6, bool), seed=0)


@pytest.fixture(scope="module")
def seen():
    records, odd = some_digits()
    runs = [DPSGD(noise, 4.0, 0.5, 4) for noise in (2.0, 0.2)]
    return [watched(mt.logistic(64, 10), records, odd, privacy=run, models=200, seed=3) for run in runs]


@pytest.fixture(scope="module")
def grid(seen):
    return AuditGrid.measure(seen, delta=DELTA, models=(1, 40, 200), canaries=(2, 6), audits=4)


def positions(grid):
    for values in product(*(grid.settings[name] for name in CONTROLS)):
        yield dict(zip(CONTROLS, values, strict=True))


def test_both_auditors_find_members_and_the_one_who_sees_updates_finds_more(seen):
    quiet = seen[1]
    final = np.mean([mt.Roc.from_scores(quiet.final(k)).auc for k in range(6)])
    updates = np.mean([mt.Roc.from_scores(quiet.shares.likelihood(k)).auc for k in range(6)])
    assert 0.55 < final < updates
    assert updates > 0.95


def test_their_coins_are_fair_and_apart(seen):
    for one in seen:
        assert one.member.shape == one.shares.inserted.shape == (200, 6)
        for coins in (one.member, one.shares.inserted):
            assert mt.Rate(int(coins.sum()), coins.size, confidence=0.9999).low < 0.5
            assert mt.Rate(int(coins.sum()), coins.size, confidence=0.9999).high > 0.5
        assert mt.Rate(int((one.member == one.shares.inserted).sum()), 1200, confidence=0.9999).low < 0.5


def test_where_a_gradient_canary_is_out_only_noise_remains(seen):
    """So the mislabelled records do not disturb it."""
    shares = seen[0].shares
    assert kstest(shares.share[:, ~shares.inserted].ravel(), norm(scale=2.0).cdf).pvalue > 1e-4


def test_gradient_canaries_change_no_answer():
    records, odd = some_digits()
    run = DPSGD(1e-6, 4.0, 1.0, 3)
    one, other = (
        watched(mt.logistic(64, 10), records, odd, privacy=run, models=6, seed=1, length=length)
        for length in (1e-9, 10.0)
    )
    np.testing.assert_allclose(one.answers, other.answers, atol=1e-3)


def test_a_place_of_the_grid_is_what_its_audits_give(seen, grid):
    loud = seen[0]  # the noise of 2 comes second in the grid
    for k, sees in enumerate(SEES):
        pairs, curves = [], []
        for canary in range(4):
            scores = loud.final(canary) if k == 0 else loud.shares.likelihood(canary)
            held, test = halves(scores, seed=canary)
            pairs.append(clopper_pearson(test, threshold=threshold_from(held, delta=DELTA), delta=DELTA))
            how = (scores, Threshold(0.0)) if k else (test, threshold_from(held))
            curves.append(dpsgd_bound(how[0], threshold=how[1], privacy=loud.shares.privacy, delta=DELTA))
        for w, bounds in enumerate((pairs, curves)):
            shown = [bound.epsilon for bound in bounds]
            expected = np.mean(shown), min(shown), max(shown)
            np.testing.assert_allclose(grid.found[k, 1, 0, 2, w], expected)
        assert grid.settings["sees"][k] == sees
        assert grid.ceiling[k, 1, 0, 2, 0] == pytest.approx(np.mean([bound.ceiling for bound in pairs]))


def test_all_canaries_of_all_models_are_one_run(seen, grid):
    total = seen[1].shares.total()
    bound = one_run_from_scores(total, k_plus=300, k_minus=300, delta=DELTA)
    assert grid.found[1, 0, 1, 2, 2].tolist() == [bound.epsilon] * 3
    assert grid.ceiling[1, 0, 1, 2, 2] == bound.ceiling


def test_nothing_is_shown_above_its_ceiling_and_ceilings_grow_with_counts(grid):
    assert (grid.found[..., 0] <= grid.ceiling + 1e-9).all()
    assert (grid.found[..., 1] <= grid.found[..., 0] + 1e-9).all()
    assert (grid.found[..., 0] <= grid.found[..., 2] + 1e-9).all()
    assert (np.diff(grid.ceiling[..., 0], axis=3) >= 0).all(), "more models"
    assert (np.diff(grid.ceiling[..., 2], axis=2) >= 0).all(), "more canaries"


def test_one_model_shows_nothing_to_a_count_of_models(grid):
    assert not grid.found[:, :, :, 0, :2].any()
    assert not grid.ceiling[:, :, :, 0, :2].any()


def test_a_sound_claim_is_seldom_passed(grid):
    """48 audits of the claim, each 95 % sure; at least a dozen would have to fail before chance is ruled out."""
    assert (grid.found[..., 2] > grid.claims[:, None, None, None]).sum() <= 4


def lawful(models=60, canaries=4, noise=1.0, seed=0):
    rng = np.random.default_rng(seed)
    inserted = rng.random((models, canaries)) < 0.5
    shares = Shares(inserted + noise * rng.normal(size=(1, models, canaries)), inserted, DPSGD(noise))
    return Watched(shares, rng.normal(size=(models, canaries)), rng.random((models, canaries)) < 0.5)


def test_input_that_cannot_be_measured_is_refused():
    two = [lawful(), lawful(noise=3.0)]
    how = {"delta": DELTA, "models": (20,), "canaries": (2,)}
    with pytest.raises(ValueError, match="at least two are needed, each once"):
        AuditGrid.measure(two[:1], **how)
    with pytest.raises(ValueError, match="at least two are needed, each once"):
        AuditGrid.measure([two[0], two[0], two[1]], **how)
    with pytest.raises(ValueError, match="from 1 to 60"):
        AuditGrid.measure(two, **{**how, "models": (20, 61)})
    with pytest.raises(ValueError, match="from 1 to 4"):
        AuditGrid.measure(two, **{**how, "canaries": ()})
    silent = replace(two[0], shares=replace(two[0].shares, privacy=DPSGD(0.0)))
    with pytest.raises(ValueError, match="no claim to audit"):
        AuditGrid.measure([silent, two[1]], **how)
    records, _ = some_digits()
    odd = mt.mislabelled(mt.load_digits()[500:570], np.ones(70, bool), seed=0)
    with pytest.raises(ValueError, match="has 65 directions"):
        watched(mt.logistic(64, 10), records, odd, privacy=DPSGD(1.0), models=4, seed=0)


def test_what_was_not_measured_is_refused(grid):
    lab = AuditBench(grid)
    for name, value in (("noise", 1.5), ("canaries", 5), ("models", 7), ("sees", "nothing")):
        with pytest.raises(traitlets.TraitError):
            setattr(lab, name, value)
    with pytest.raises(traitlets.TraitError, match="Choose one of"):
        AuditBench(grid, noise=9.0)


def test_the_grid_says_what_it_holds(grid):
    assert repr(grid) == (
        "noise 0.2, 2 × 2, 6 canaries × 1, 40, 200 models, δ = 1e-05, for an auditor of the final model and one of each "
        "update; up to 4 audits each"
    )


def test_every_goal_can_be_reached_and_none_is_met_at_the_start(grid):
    for one in (grid, audit_grid()):
        lab = AuditBench(one)
        for goal in lab.goals:
            assert any(goal.is_met(lab.values_at(**where)) for where in positions(one)), goal.text
            assert not goal.is_met(lab.values()), goal.text
        assert lab.goals_met == [False] * 3


def test_goals_are_kept_once_met(answers):
    lab = AuditBench(audit_grid())
    for where in positions(lab.grid):
        for name, value in where.items():
            setattr(lab, name, value)
    assert lab.goals_met == [True] * 3
    assert "one_is_blind" in answers.read_text()
    assert AuditBench(audit_grid()).goals_met == [True] * 3


@pytest.mark.browser
def test_every_way_is_drawn_for_every_number_of_models_and_for_both_auditors(bare_page):
    page = bare_page(AuditBench(audit_grid()))
    for way in WAYS:
        marks = page.locator(f".mia-ab-side .mia-plot path.mia-ab-mark.mia-ab-{way}")
        assert marks.count() == 3 + 2
        line = page.locator(f".mia-plot path.mia-ab-line.mia-ab-{way}").first.get_attribute("d")
        assert line.count("L") == 2
    assert page.locator(".mia-plot path.mia-ab-ceiling").count() == 2
