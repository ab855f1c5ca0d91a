"""The exposure explorer: what is measured, what it shows, and goals that can be reached."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import traitlets

import mia_teach as mt
from mia_teach.labs.exposure_explorer import BINS, ExposureExplorer, ExposureGrid
from tests.browser import rested
from tests.labs.examples import exposure_grid, exposure_parts


@pytest.fixture(scope="module")
def parts():
    return exposure_parts()


@pytest.fixture(scope="module")
def grid():
    return exposure_grid()


def positions(grid):
    for values in product(grid.groups, grid.fprs, grid.one_in):
        yield dict(zip(("group", "fpr", "one_in"), values, strict=True))


def test_a_place_of_the_grid_is_what_counting_gives(grid, parts):
    for f, fpr in enumerate(grid.fprs):
        exposure = mt.Exposure.from_scores(parts, fpr=fpr)
        odd = np.arange(400) % 5 == 0
        assert grid.tpr[0, f, 0] == pytest.approx(exposure.tpr.mean())
        assert grid.tpr[1, f, 0] == pytest.approx(exposure.tpr[odd].mean())
        assert grid.alarms[1, f, 0] == pytest.approx(exposure.false_alarms[odd].mean())
        assert grid.half[1, f] == pytest.approx((exposure.tpr[odd] >= 0.5).mean())
        for k in range(BINS):
            low, high = (k - 1) / 10, k / 10
            inside = (exposure.tpr > low + 1e-9) & (exposure.tpr <= high + 1e-9)
            assert grid.often[0, f, k] == pytest.approx(inside.mean()), k


def test_precision_is_that_of_the_group_s_own_rates_and_its_ends_are_the_worst_and_best_pair(grid):
    lab = ExposureExplorer(grid)
    for at in positions(grid):
        v = lab.values_at(**at)
        assert v["precision"] == pytest.approx(mt.precision(v["tpr"], v["alarms"], 1 / at["one_in"]))
        assert v["precision_low"] <= v["precision"] <= v["precision_high"]
        assert v["precision_low"] == pytest.approx(
            mt.precision(v["tpr_low"], v["alarms_high"], 1 / at["one_in"])
        )


def test_the_rarer_the_members_the_less_an_accusation_is_worth(grid):
    lab = ExposureExplorer(grid)
    for group, fpr in product(grid.groups, grid.fprs):
        worth = [lab.values_at(group, fpr, one_in)["precision"] for one_in in grid.one_in]
        assert worth == sorted(worth, reverse=True)


def test_nobody_accused_is_said_and_is_no_number(grid):
    silent = replace(
        grid, tpr=np.zeros_like(grid.tpr), alarms=np.zeros_like(grid.alarms), half=np.zeros_like(grid.half)
    )
    lab = ExposureExplorer(silent)
    assert lab.values()["precision"] is None
    assert "nobody is ever accused" in lab.read_out()
    assert lab.picture() is not None


def test_every_goal_can_be_reached_and_none_is_met_at_the_start(grid):
    lab = ExposureExplorer(grid)
    for goal in lab.goals:
        assert any(goal.is_met(lab.values_at(**at)) for at in positions(grid)), goal.text
        assert not goal.is_met(lab.values()), goal.text
    assert lab.goals_met == [False] * 3


def test_goals_fit_a_grid_on_which_nobody_stands_out_and_little_is_found(grid):
    dull = replace(
        grid, tpr=np.broadcast_to(np.array([0.02, 0.01, 0.03]), grid.tpr.shape), people=grid.people // 50
    )
    lab = ExposureExplorer(dull)
    for goal in lab.goals:
        assert any(goal.is_met(lab.values_at(**at)) for at in positions(dull)), goal.text


def test_goals_are_kept_once_met(answers, grid):
    lab = ExposureExplorer(grid)
    for at in positions(grid):
        for name, value in at.items():
            setattr(lab, name, value)
    assert lab.goals_met == [True] * 3
    assert "found_and_mostly_false" in answers.read_text()


def test_what_was_not_measured_is_refused(grid, parts):
    lab = ExposureExplorer(grid)
    for name, value in (("group", "nobody"), ("fpr", 0.3), ("one_in", 7)):
        with pytest.raises(traitlets.TraitError, match="Choose one of"):
            setattr(lab, name, value)
    with pytest.raises(traitlets.TraitError, match="Choose one of"):
        ExposureExplorer(grid, one_in=7)
    with pytest.raises(ValueError, match="with 0 people"):
        ExposureGrid.measure(parts, {"nobody": np.full(400, False)}, fprs=(0.05,))
    with pytest.raises(ValueError, match=r"each of the 400 records"):
        ExposureGrid.measure(parts, {"few": np.full(40, True)}, fprs=(0.05,))
    with pytest.raises(ValueError, match="no base rate is above one in 1"):
        ExposureGrid.measure(parts, {}, one_in=(0,))


def test_the_grid_says_what_it_holds(grid):
    assert (
        repr(grid) == "3 groups of 400 people × FPR 1.0 %, 2.0 %, 10.0 % × base rates of one in 2, 100, 1,000"
    )


@pytest.mark.browser
def test_as_many_squares_are_filled_as_accusations_are_right(bare_page, grid):
    lab = ExposureExplorer(grid)
    page = bare_page(lab)
    slider = page.locator("input[type=range]").last
    for key, one_in in (("Home", grid.one_in[0]), ("End", grid.one_in[-1])):
        slider.focus()
        page.keyboard.press(key)
        rested(page)
        worth = lab.values_at(lab.group, lab.fpr, one_in)["precision"]
        squares = page.locator(".mia-ee-squares .mia-plot rect")
        assert squares.count() == 100
        assert page.locator(".mia-ee-squares .mia-plot rect.mia-member").count() == round(100 * worth)


@pytest.mark.browser
def test_the_bars_are_the_group_s_and_the_outline_everybody_s(bare_page, grid):
    page = bare_page(ExposureExplorer(grid))
    bars = page.locator(".mia-ee-often .mia-plot rect.mia-ee-bar")
    outline = page.locator(".mia-ee-often .mia-plot path.mia-ee-all")

    def heights():
        return [float(bar.get_attribute("height")) for bar in bars.all()]

    before, all_before = heights(), outline.get_attribute("d")
    page.locator("select").focus()
    page.keyboard.press("ArrowDown")
    rested(page)
    after = heights()
    assert after != before
    assert outline.get_attribute("d") == all_before
    np.testing.assert_allclose(np.array(after) / sum(after), grid.often[1, grid.fprs.index(0.01)], atol=1e-3)
