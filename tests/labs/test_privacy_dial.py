"""The privacy dial: what a run allows, the strongest attack, what is measured, and goals that can be reached."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import traitlets

import mia_teach as mt
from mia_teach import mechanisms
from mia_teach.attacks.lira import lira
from mia_teach.canaries import observe, unused_directions
from mia_teach.dpsgd import DPSGD
from mia_teach.labs.privacy_dial import CONTROLS, CURVES, PrivacyDial, PrivacyGrid, run_limit, strongest
from tests.browser import rested, state, words
from tests.labs.examples import privacy_grid

FPRS = np.array([0.001, 0.01, 0.1, 0.5, 0.9])
TARGETS = (0, 2, 4)


def some_digits():
    digits = mt.load_digits()
    digits = digits[np.random.default_rng(0).permutation(len(digits))]
    return digits[:300], digits[300:600], mt.balanced_shadows(6, 300, seed=0)


SETTINGS = {"noise": (0.7, 3.0), "rates": (0.1, 0.3), "steps": (5, 15)}
HOW = {"targets": TARGETS, "games": 8000, "learning_rate": 0.5, "seed": 2}


@pytest.fixture(scope="module")
def grid():
    digits, others, member = some_digits()
    return PrivacyGrid.measure(mt.logistic(64, 10), digits, others, member, **SETTINGS, **HOW)


def positions(grid):
    for values in product(*(grid.settings[name] for name in CONTROLS)):
        yield dict(zip(CONTROLS, values, strict=True))


@pytest.mark.parametrize(("noise", "steps"), [(1.0, 1), (2.0, 1), (3.0, 9)])
def test_without_sampling_a_run_allows_what_one_gaussian_mechanism_does(noise, steps):
    limit = run_limit(DPSGD(noise, sample_rate=1.0, steps=steps), FPRS)
    exact = mechanisms.gaussian_largest_tpr(FPRS, steps**0.5 / noise)
    assert (limit >= exact - 1e-9).all(), "a bound is never too small"
    np.testing.assert_allclose(limit, exact, atol=0.004)


def test_a_whole_run_allows_less_than_any_of_its_pairs():
    run = DPSGD(1.0, sample_rate=0.1, steps=50)
    limit = run_limit(run, FPRS)
    for delta in (1e-5, 0.05):
        assert (limit <= mechanisms.largest_tpr(FPRS, run.epsilon(delta), delta) + 2e-3).all()
    pair = mechanisms.largest_tpr(0.01, run.epsilon(1e-5), 1e-5)
    assert run_limit(run, 0.01) < pair / 3


@pytest.mark.parametrize("run", [DPSGD(1.0, sample_rate=0.1, steps=50), DPSGD(0.8, sample_rate=0.5, steps=4)])
def test_the_strongest_attack_stays_below_the_limit_and_comes_close_to_it(run):
    scores = strongest(run, games=40_000, seed=1)
    for fpr in (0.02, 0.1, 0.3):
        found, limit = mt.Roc.from_scores(scores).tpr_at(fpr), run_limit(run, fpr)
        assert found.low <= limit * 1.05
        assert found.high >= limit * 0.9


def test_a_sum_of_shares_finds_less_than_the_likelihood_ratio():
    """Neyman and Pearson: so the simulated attack is the strongest, and not just one."""
    from mia_teach.labs.privacy_dial import _simulated

    seen = _simulated(DPSGD(0.7, sample_rate=0.05, steps=20), 20_000, 3)
    ratio, total = (mt.Roc.from_scores(one) for one in (seen.likelihood(), seen.total()))
    assert ratio.auc > total.auc
    assert ratio.tpr_at(0.01).value > total.tpr_at(0.01).value


def test_in_a_training_the_shares_are_what_the_simulation_says():
    digits, _, member = some_digits()
    run = DPSGD(1.0, sample_rate=0.2, steps=20)
    model = mt.logistic(64, 10)
    seen = observe(
        model, digits, member, privacy=run, directions=unused_directions(model), seed=4, progress=False
    )
    trained, simulated = (
        mt.Roc.from_scores(one) for one in (seen.likelihood(), strongest(run, games=20_000, seed=5))
    )
    assert simulated.auc in mt.Interval(*_wider(trained.auc_interval(0.999)))


def _wider(interval):
    return interval.value, interval.low - 0.01, interval.high + 0.01


def test_without_noise_there_is_no_limit_to_give():
    with pytest.raises(ValueError, match="Without noise"):
        run_limit(DPSGD(0.0), 0.01)


def test_a_place_of_the_grid_is_what_training_it_alone_gives(grid):
    digits, others, member = some_digits()
    run = DPSGD(0.7, sample_rate=0.3, steps=5)
    models = mt.train(mt.logistic(64, 10), digits, member, privacy=run, learning_rate=0.5, seed=2)
    games = [mt.Game.from_ensemble(models, digits, target=target) for target in TARGETS]
    for t, game in enumerate(games):
        roc = mt.Roc.from_scores(game.judge(lira(game.view, variance="pooled"), name="LiRA"))
        assert grid.found[0, 1, 0, t] == pytest.approx(roc.tpr_at(0.01).value)
    right = mt.signals.correct(models.logits(others.x), others.y).mean(axis=1)
    np.testing.assert_allclose(grid.accuracy[0, 1, 0], right[list(TARGETS)])


def test_epsilon_is_the_package_s_rounded_a_little_upwards(grid):
    for at in list(positions(grid))[::5]:
        exact = DPSGD(at["noise"], sample_rate=at["rate"], steps=at["steps"]).epsilon(1e-5)
        place = tuple(grid.settings[name].index(at[name]) for name in CONTROLS)
        assert exact - 1e-6 <= grid.epsilon[place] <= exact + 0.02


def test_each_dial_moves_epsilon_its_way(grid):
    assert (np.diff(grid.epsilon, axis=0) < 0).all(), "more noise"
    assert (np.diff(grid.epsilon, axis=1) > 0).all(), "more records a step"
    assert (np.diff(grid.epsilon, axis=2) > 0).all(), "more steps"


def test_no_curve_leaves_the_region(grid):
    assert (grid.curves["limit"] <= grid.curves["allowed"] + 5e-3).all()
    below = grid.levels >= 0.05  # fewer false positives of 4,000 are too few to be judged by
    assert (grid.curves["strongest"] <= grid.curves["limit"] + 0.06)[..., below].all()
    assert (np.diff(grid.curves["lira"], axis=-1) >= -1e-12).all()


def test_input_that_cannot_be_measured_is_refused():
    digits, others, member = some_digits()
    model = mt.logistic(64, 10)
    with pytest.raises(ValueError, match="at least two"):
        PrivacyGrid.measure(model, digits, others, member, **SETTINGS, **{**HOW, "targets": (0, 0)})
    with pytest.raises(ValueError, match="without it nothing is promised"):
        PrivacyGrid.measure(model, digits, others, member, **{**SETTINGS, "noise": (0.0, 1.0)}, **HOW)
    with pytest.raises(ValueError, match="at least one of"):
        PrivacyGrid.measure(model, digits, others, member, **{**SETTINGS, "steps": ()}, **HOW)
    with pytest.raises(ValueError, match="must be below 1/150"):
        PrivacyGrid.measure(model, digits, others, member, **SETTINGS, **HOW, delta=0.1)


def test_what_was_not_measured_is_refused(grid):
    lab = PrivacyDial(grid)
    for name, value in (("noise", 1.5), ("rate", 0.2), ("steps", 7)):
        with pytest.raises(traitlets.TraitError, match="Choose one of"):
            setattr(lab, name, value)
    with pytest.raises(traitlets.TraitError, match="Choose one of"):
        PrivacyDial(grid, noise=9.0)


def test_the_grid_says_what_it_holds(grid):
    assert repr(grid) == ("noise 0.7, 3 × sample rate 0.1, 0.3 × 5, 15 steps, δ = 1e-05; each on 3 targets")


def test_intervals_stay_rates(grid):
    for at, measure in product(positions(grid), ("found", "accuracy")):
        one = grid.interval(measure, **at)
        assert 0 <= one.low <= one.value <= one.high <= 1


def test_every_goal_can_be_reached_and_none_is_met_at_the_start(grid):
    for one in (grid, privacy_grid(), replace(privacy_grid(), epsilon=3 + privacy_grid().epsilon)):
        lab = PrivacyDial(one)
        for goal in lab.goals:
            assert any(goal.is_met(lab.values_at(**where)) for where in positions(one)), goal.text
            assert not goal.is_met(lab.values()), goal.text
        assert lab.goals_met == [False] * 3


def test_the_last_goal_asks_for_a_useful_model_too(grid):
    """So a run of few steps, which learns little and meets the second goal, is not enough for it."""
    for one in (grid, privacy_grid()):
        goal = PrivacyDial(one).goals[2]
        met = [at for at in positions(one) if goal.is_met(PrivacyDial(one).values_at(**at))]
        assert met
        for at in met:
            v = PrivacyDial(one).values_at(**at)
            assert v["accuracy"] >= goal.conditions["accuracy"][1]
            assert not goal.is_met({**v, "accuracy": goal.conditions["accuracy"][1] - 0.01})


def test_goals_are_kept_once_met(answers):
    lab = PrivacyDial(privacy_grid())
    for where in positions(lab.grid):
        for name, value in where.items():
            setattr(lab, name, value)
    assert lab.goals_met == [True] * 3
    assert "one_pair_says_little" in answers.read_text()
    assert PrivacyDial(privacy_grid()).goals_met == [True] * 3


@pytest.mark.browser
def test_a_click_on_a_setting_chooses_it(bare_page):
    lab = PrivacyDial(privacy_grid())
    page = bare_page(lab)
    page.locator(".mia-plot circle.mia-pd-dot").nth(4).dispatch_event("click")
    rested(page)
    chosen = {name: state(page, name) for name in CONTROLS}
    assert chosen == list(positions(lab.grid))[4]
    assert words(page) == lab.words(lab.values_at(**chosen))


@pytest.mark.browser
def test_every_curve_is_drawn_and_the_grey_region_begins_at_the_pair_s_line(bare_page):
    page = bare_page(PrivacyDial(privacy_grid()))
    for name in ("mia-pd-allowed", "mia-pd-limit", "mia-curve", "mia-pd-lira", "mia-pd-beyond"):
        assert len(page.locator(f".mia-plot path.{name}").first.get_attribute("d")) > 50
    line, grey = (
        page.locator(f".mia-plot path.mia-pd-{name}").first.get_attribute("d")
        for name in ("allowed", "beyond")
    )
    assert grey.startswith(line)
    assert len(CURVES) == 4
