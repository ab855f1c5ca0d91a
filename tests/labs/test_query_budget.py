"""The query budget: what is measured, what it shows, and goals that can be reached."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import traitlets

import mia_teach as mt
from mia_teach.attacks.lira import lira
from mia_teach.labs.query_budget import MEASURES, YARDSTICKS, QueryBudget, QueryGrid
from tests.browser import rested, state, words
from tests.labs.examples import query_grid

N, MODELS, TARGETS = 300, 8, (0, 2, 4)


def a_game(seed=0):
    """Models that were never trained: surer of their members, and sure of easy records in any case."""
    random = np.random.default_rng(seed)
    member = mt.balanced_shadows(MODELS, N, seed=seed)
    labels = random.integers(0, 3, N)
    logits = random.normal(size=(MODELS, N, 3))
    logits[:, np.arange(N), labels] += random.normal(0.5, 2, N) + 2 * member
    return mt.Game(logits, labels, member)


def answers_to(game, queries=10, scales=(0.1, 1.0), seed=1):
    """The first question is the clean one; the others carry noise of that size on the logits."""
    random, given = np.random.default_rng(seed), {}
    for scale in scales:
        noisy = game.logits + 2 * scale * random.normal(size=(queries, *game.logits.shape))
        noisy[0] = game.logits
        given[scale] = noisy.argmax(axis=3) == game.labels
    return given


@pytest.fixture(scope="module")
def game():
    return a_game()


@pytest.fixture(scope="module")
def grid(game):
    return QueryGrid.measure(answers_to(game), game, targets=TARGETS, queries=(1, 3, 10))


def positions(grid):
    names = ("queries", "scale", "calibrated")
    for values in product(grid.settings["queries"], grid.settings["scale"], (False, True)):
        yield dict(zip(names, values, strict=True))


@pytest.mark.parametrize("calibrated", [False, True])
def test_a_place_of_the_grid_is_what_judging_it_alone_gives(grid, game, calibrated):
    share = answers_to(game)[1.0][:3].mean(axis=0)
    for i, target in enumerate(TARGETS):
        score = share[target].copy()
        if calibrated:
            for record in range(N):
                strangers = [k for k in range(MODELS) if k // 2 != target // 2 and not game.member[k, record]]
                score[record] -= share[strangers, record].mean()
        roc = mt.Roc.from_scores(mt.Scores(score, game.member[target]))
        assert grid.measures["auc"][int(calibrated), 1, 1, i] == pytest.approx(roc.auc)
        assert grid.measures["tpr"][int(calibrated), 1, 1, i] == pytest.approx(roc.tpr_at(0.01).value)


def test_one_question_is_the_gap_attack_whatever_the_noise(grid):
    for s in range(2):
        np.testing.assert_allclose(grid.measures["auc"][0, s, 0], grid.yardsticks["gap"]["auc"])
    fpr, tpr = grid.gap_point
    assert grid.yardstick("gap", "auc").value == pytest.approx((1 + tpr - fpr) / 2)


def test_the_yardsticks_are_the_package_s_attacks(grid, game):
    for i, target in enumerate(TARGETS):
        one = replace(game, target=target)
        loss = mt.Roc.from_scores(
            one.judge(mt.signals.label_log_odds(game.logits[target], game.labels), name="loss")
        )
        ratio = mt.Roc.from_scores(one.judge(lira(one.view, variance="pooled"), name="LiRA"))
        assert grid.yardsticks["loss"]["auc"][i] == pytest.approx(loss.auc)
        assert grid.yardsticks["lira"]["tpr"][i] == pytest.approx(ratio.tpr_at(0.01).value)


def test_a_target_s_own_membership_moves_no_score_but_its_partner_is_left_out():
    """With the partner among the shadows, the number of strangers of a record would tell its membership."""
    game = a_game(seed=3)
    answers = {0.1: np.ones((2, MODELS, N), bool)}  # all are right about everything: nothing to be found
    grid = QueryGrid.measure(answers, game, targets=TARGETS, queries=(1, 2))
    np.testing.assert_allclose(grid.measures["auc"], 0.5)


def test_curves_are_the_mean_over_the_targets_at_counts_of_non_members(grid, game):
    fewest = min(int((~game.member[t]).sum()) for t in TARGETS)
    assert grid.levels[0] == 1 / fewest
    assert grid.levels[-1] == 1.0
    losses = [
        mt.Roc.from_scores(
            mt.Scores(mt.signals.label_log_odds(game.logits[t], game.labels), game.member[t], "loss")
        )
        for t in TARGETS
    ]
    for level, tpr in zip(grid.levels, grid.loss_curve, strict=True):
        assert tpr == pytest.approx(np.mean([roc.tpr_at(level).value for roc in losses]))
    assert (np.diff(grid.curves, axis=-1) >= -1e-12).all()


def test_intervals_stay_rates_and_what_was_not_measured_is_refused(grid):
    for at, measure in product(positions(grid), MEASURES):
        one = grid.interval(measure, **at)
        assert 0 <= one.low <= one.value <= one.high <= 1
    with pytest.raises(ValueError, match="Measured were 1, 3, 10"):
        grid.interval("auc", queries=2, scale=0.1, calibrated=False)
    lab = QueryBudget(grid)
    for name, value in (("queries", 2), ("scale", 0.3)):
        with pytest.raises(traitlets.TraitError, match="Choose one of"):
            setattr(lab, name, value)
    with pytest.raises(traitlets.TraitError, match="Choose one of"):
        QueryBudget(grid, queries=7)


def test_input_that_cannot_be_measured_is_refused(game):
    answers = answers_to(game)
    with pytest.raises(ValueError, match="at least two"):
        QueryGrid.measure(answers, game, targets=(0, 0))
    with pytest.raises(ValueError, match="Give at least one noise"):
        QueryGrid.measure({}, game, targets=TARGETS)
    with pytest.raises(ValueError, match=r"10 answers came for noise 0\.1, and 50"):
        QueryGrid.measure(answers, game, targets=TARGETS)
    with pytest.raises(ValueError, match="must be at least 1"):
        QueryGrid.measure(answers, game, targets=TARGETS, queries=(0, 1))
    with pytest.raises(ValueError, match="with 8 models and 300 examples are needed"):
        QueryGrid.measure({0.1: answers[0.1][:, 1:]}, game, targets=TARGETS, queries=(1,))


def test_the_grid_says_what_it_holds(grid):
    assert repr(grid) == (
        "noise 0.1, 1 × 1, 3, 10 questions about each of 300 records, plain and calibrated; each on 3 targets"
    )


def test_every_goal_can_be_reached_and_none_is_met_at_the_start(grid):
    for one in (grid, query_grid()):
        lab = QueryBudget(one)
        for goal in lab.goals:
            assert any(goal.is_met(lab.values_at(**where)) for where in positions(one)), goal.text
            assert not goal.is_met(lab.values()), goal.text
        assert lab.goals_met == [False] * 3


def test_goals_fit_a_grid_on_which_noise_never_harms_and_few_are_found():
    grid = query_grid()
    better = grid.measures["auc"].copy()
    better[..., 1:, :] = np.maximum(better[..., 1:, :], 0.83)
    better[..., 0, :] = grid.yardsticks["gap"]["auc"]
    one = replace(grid, measures={"auc": better, "tpr": np.minimum(grid.measures["tpr"], 0.04)})
    lab = QueryBudget(one)
    assert set(lab.goals[1].conditions) == {"above_gap", "queries"}
    assert "at least 4.0 %" in lab.goals[2].text
    for goal in lab.goals:
        assert any(goal.is_met(lab.values_at(**where)) for where in positions(one)), goal.text


def test_the_bill_counts_the_target_s_answers_alone():
    lab = QueryBudget(query_grid(), queries=50, calibrated=True)
    assert lab.values()["bill"] == 100_000
    assert "Bill: 100,000 questions." in lab.read_out()
    lab.queries = 1
    assert lab.read_out().startswith("1 question about each record, no noisy copy yet, calibrated by shadows")
    assert set(YARDSTICKS) == {name[:-4] for name in lab.values() if name[:-4] in YARDSTICKS}


def test_goals_are_kept_once_met(answers):
    lab = QueryBudget(query_grid())
    for where in positions(query_grid()):
        for name, value in where.items():
            setattr(lab, name, value)
    assert lab.goals_met == [True] * 3
    assert "worse_than_once" in answers.read_text()
    assert QueryBudget(query_grid()).goals_met == [True] * 3


@pytest.mark.browser
def test_a_click_on_a_column_chooses_how_often_to_ask_and_only_that(bare_page):
    lab = QueryBudget(query_grid())
    page = bare_page(lab)
    before = {name: state(page, name) for name in lab.controls}
    page.locator(".mia-qb-hit").nth(2).click()
    rested(page)
    after = {name: state(page, name) for name in lab.controls}
    assert after == {**before, "queries": 10}
    assert words(page) == lab.words(lab.values_at(**after))


@pytest.mark.browser
def test_the_left_picture_changes_its_measure_and_no_number(bare_page):
    page = bare_page(QueryBudget(query_grid()))
    said, curve = words(page), page.locator(".mia-plot path.mia-curve").first
    before = curve.get_attribute("d")
    page.locator("select").last.focus()
    page.keyboard.press("ArrowDown")
    rested(page)
    assert state(page, "measure") == "tpr"
    assert curve.get_attribute("d") != before
    assert words(page) == said


@pytest.mark.browser
def test_the_roc_begins_at_its_first_point_and_goes_in_steps(bare_page):
    grid = query_grid()
    curves = np.where(grid.levels < 0.01, 0.0, grid.curves)
    page = bare_page(QueryBudget(replace(grid, curves=curves)))
    attack = page.locator(".mia-qb-side").last.locator("path.mia-curve").get_attribute("d")
    assert set(attack) <= set("MHV-. 0123456789")
    assert attack.count("V") == (grid.levels >= 0.01).sum() - 1


@pytest.mark.browser
def test_each_picture_s_legend_names_what_is_drawn_in_it(bare_page):
    page = bare_page(QueryBudget(query_grid()))
    left, right = (side.locator(".mia-legend").inner_text() for side in page.locator(".mia-qb-side").all())
    assert "LiRA" in left
    assert "guessing" not in left
    assert "LiRA" not in right
    assert "guessing" in right
