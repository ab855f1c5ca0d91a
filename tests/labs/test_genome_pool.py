"""The genome pool: what is measured is what the attacks give one by one, and goals that can be reached."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import traitlets

import mia_teach as mt
from mia_teach.attacks.genomic import PooledStatistics, expected_auc, homer_t, likelihood_ratio
from mia_teach.data import Dataset
from mia_teach.labs import genome_pool
from mia_teach.labs.genome_pool import MEASURES, NOMINAL, GenomePool, PoolGrid
from tests.browser import rested, state, words
from tests.labs.examples import pool_grid, pool_positions

SMALL = {"population": "A", "references": ("A", "B"), "pools": (3, 8), "sites": (5, 40, 60), "draws": 6}


def genomes(people=30, sites=60, seed=0):
    """Two populations whose frequencies differ; sites in pairs that are linked."""
    rng = np.random.default_rng(seed)
    shares = rng.uniform(0.2, 0.8, (2, sites))
    y = np.repeat([0, 1], people)
    x = rng.binomial(2, shares[y]).astype(float)
    x[:, 1::2] = x[:, ::2]
    return Dataset(x, y, 2, class_names=("A", "B"))


@pytest.fixture(scope="module")
def grid():
    return PoolGrid.measure(genomes(), **SMALL, rounds=2, seed=1)


@pytest.mark.parametrize("reference", ["A", "B"])
def test_scores_of_nested_sites_are_what_the_attacks_give_one_by_one(reference):
    """The products of matrices against the package's functions, whose formulas stand in the papers."""
    data = genomes()
    x = {"A": data.x[data.y == 0], "B": data.x[data.y == 1]}
    rng = np.random.default_rng(2)
    drawn = {name: np.stack([rng.permutation(30) for _ in range(4)]) for name in "AB"}
    settings = {"sites": (5, 40, 60), "reference": ("A", "B")}
    inside, outside = genome_pool._scores(x, drawn, settings, 8, reference)
    for draw, (s, sites) in product(range(4), enumerate(settings["sites"])):
        order = drawn["A"][draw]
        known = x["A"][order[8:16]] if reference == "A" else x["B"][drawn["B"][draw][:8]]
        statistics = PooledStatistics.from_genotypes(x["A"][order[:8], :sites], known[:, :sites])
        for scores, people in ((inside, order[:8]), (outside, order[16:])):
            judged = x["A"][people][:, :sites]
            np.testing.assert_allclose(scores[s][0, draw], homer_t(statistics, judged), rtol=1e-6)
            np.testing.assert_allclose(
                scores[s][1, draw], likelihood_ratio(statistics, judged), rtol=1e-9, atol=1e-9
            )


def test_measures_of_scores_are_those_of_the_roc():
    rng = np.random.default_rng(3)
    inside, outside = rng.normal(1, 1, (5, 12)).round(1), rng.normal(0, 1, (5, 20)).round(1)
    member = np.arange(32) < 12
    for i, auc in enumerate(genome_pool._aucs(inside, outside)):
        roc = mt.Roc.from_scores(mt.Scores(np.concatenate([inside[i], outside[i]]), member))
        assert auc == pytest.approx(roc.auc)
    together = mt.Roc.from_scores(
        mt.Scores(np.concatenate([inside.ravel(), outside.ravel()]), np.arange(160) < 60)
    )
    levels = np.array([0.01, 0.05, 0.2, 0.77, 1.0])
    found = genome_pool._curve(inside, outside, levels)
    assert found.tolist() == pytest.approx([together.tpr_at(level).value for level in levels])


def test_on_independent_sites_the_grid_reaches_the_closed_form():
    rng = np.random.default_rng(4)
    shares = rng.uniform(0.2, 0.8, 300)
    data = Dataset(
        rng.binomial(2, shares, (160, 300)).astype(float), np.repeat([0, 1], 80), 2, class_names=("A", "B")
    )
    grid = PoolGrid.measure(
        data, population="A", references=(), pools=(20,), sites=(40, 300), draws=60, rounds=1, seed=0
    )
    for linked in (False, True):
        for sites in (40, 300):
            at = {"pool": 20, "sites": sites, "linked": linked, "reference": "A"}
            assert grid.interval("ratio_auc", **at).value == pytest.approx(
                expected_auc(sites, 20, 20), abs=0.03
            )
            assert grid.interval("error", **at).value < 0.09


def test_linkage_and_the_wrong_reference_each_raise_the_true_error(grid):
    at = {"pool": 8, "sites": 60}
    right = grid.interval("error", linked=False, reference="A", **at).value
    assert grid.interval("error", linked=False, reference="B", **at).value > right + 0.2
    assert grid.interval("error", linked=True, reference="A", **at).value > right


def test_the_nominal_threshold_is_the_normal_distribution_s():
    from scipy.stats import norm

    assert pytest.approx(norm.ppf(0.95)) == NOMINAL


def test_the_same_seed_gives_the_same_grid_and_another_one_another(grid):
    again = PoolGrid.measure(genomes(), **SMALL, rounds=2, seed=1)
    other = PoolGrid.measure(genomes(), **SMALL, rounds=2, seed=2)
    for name in MEASURES:
        np.testing.assert_array_equal(grid.measures[name], again.measures[name])
    assert (grid.measures["auc"] != other.measures["auc"]).any()
    np.testing.assert_array_equal(grid.curves, again.curves)


def test_curves_rise_and_intervals_stay_rates(grid):
    assert (np.diff(grid.curves, axis=-1) >= 0).all()
    for pool, sites, linked, reference, name in product((3, 8), (5, 40, 60), (False, True), "AB", MEASURES):
        one = grid.interval(name, pool=pool, sites=sites, linked=linked, reference=reference)
        assert 0 <= one.low <= one.value <= one.high <= 1
    with pytest.raises(ValueError, match="Measured were 5, 40, 60"):
        grid.interval("auc", pool=3, sites=6, linked=True, reference="A")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"pools": (15,)}, "30 people of A are there, and a pool of 15 needs 31"),
        ({"references": ("A", "C")}, "'C' is no population here; there are A, B"),
        ({"sites": (1, 40)}, "sites must lie between 2 and 60"),
        ({"sites": (61,)}, "sites must lie between 2 and 60"),
        ({"pools": ()}, "at least one size of the pool"),
        ({"draws": 1, "rounds": 1}, "an interval needs two pools"),
    ],
)
def test_input_that_cannot_be_measured_is_refused(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        PoolGrid.measure(genomes(), **SMALL | {"rounds": 2, "seed": 0} | changes)


def test_the_grid_says_what_it_holds(grid):
    assert repr(grid) == (
        "pools of 3, 8 people × 5, 40, 60 sites × linked or not × references A, B; each on 6 pools"
    )


def test_every_goal_can_be_reached_and_none_is_met_at_the_start(grid):
    for one in (grid, pool_grid()):
        lab = GenomePool(one)
        for goal in lab.goals:
            assert any(goal.is_met(lab.values_at(**at)) for at in lab._positions()), goal.text
            assert not goal.is_met(lab.values()), goal.text
        assert lab.goals_met == [False] * 3


def test_the_panel_begins_with_genomes_as_they_are_where_a_goal_is_not_met_there_at_once():
    assert GenomePool(pool_grid()).linked
    assert GenomePool(pool_grid(), reference="FIN", linked=False).reference == "FIN"


def test_a_setting_that_was_not_measured_is_refused():
    lab = GenomePool(pool_grid())
    for name, value in (("pool", 7), ("sites", 31), ("reference", "JPT")):
        with pytest.raises(traitlets.TraitError, match="Choose one of"):
            setattr(lab, name, value)
    with pytest.raises(traitlets.TraitError, match="Choose one of"):
        GenomePool(pool_grid(), pool=7)


def test_goals_are_kept_once_met(answers):
    lab = GenomePool(pool_grid())
    for at in pool_positions():
        for name, value in at.items():
            setattr(lab, name, value)
    assert lab.goals_met == [True] * 3
    assert "mismatch_alone" in answers.read_text()
    assert GenomePool(pool_grid()).goals_met == [True] * 3


def test_both_left_pictures_are_drawn():
    for measure in ("error", "auc"):
        lab = GenomePool(pool_grid(), measure=measure)
        left = lab.picture().axes[0]
        assert left.get_ylabel() == {"error": "outsiders accused", "auc": "AUC"}[measure]


@pytest.mark.browser
def test_a_click_on_a_column_chooses_the_sites_and_only_those(bare_page):
    lab = GenomePool(pool_grid())
    page = bare_page(lab)
    before = {name: state(page, name) for name in lab.controls}
    page.locator(".mia-gp-hit").nth(1).click()
    rested(page)
    after = {name: state(page, name) for name in lab.controls}
    assert after == {**before, "sites": 1000}
    assert words(page) == lab.words(lab.values_at(**after))


@pytest.mark.browser
def test_the_left_picture_changes_its_measure_and_no_number(bare_page):
    page = bare_page(GenomePool(pool_grid()))
    said, curve = words(page), page.locator(".mia-plot path.mia-curve").first
    before = curve.get_attribute("d")
    page.locator("select").last.focus()
    page.keyboard.press("ArrowDown")
    rested(page)
    assert state(page, "measure") == "auc"
    assert curve.get_attribute("d") != before
    assert "theory" in page.locator(".mia-gp-side .mia-legend").first.inner_text()
    assert words(page) == said


@pytest.mark.browser
def test_the_diamond_stands_at_the_true_error_and_the_members_found(bare_page):
    grid = pool_grid()
    sure = {name: np.full_like(values, 0.25) for name, values in grid.measures.items()}
    page = bare_page(GenomePool(replace(grid, measures={**sure, "found": sure["found"] * 3}), goals=()))
    place = page.locator(".mia-gp-side").last.locator("svg.mia-plot > .mia-gp-here").get_attribute("d")
    x, y = (float(number) for number in place[1:].split("L")[0].split())
    assert (x + 8 - 60) / (380 - 22 - 60) == pytest.approx(0.25)
    assert (300 - 44 - y) / (300 - 44 - 26) == pytest.approx(0.75)
