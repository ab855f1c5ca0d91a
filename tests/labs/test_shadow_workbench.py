"""The shadow workbench: what is measured, what it shows, and goals that can be reached."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import traitlets

import mia_teach as mt
from mia_teach.attacks import shadow
from mia_teach.labs.shadow_workbench import (
    CLASSIFIERS,
    MEASURES,
    ShadowGrid,
    ShadowWorkbench,
    rate,
    verdict,
)
from tests.browser import rested, state, words
from tests.labs.examples import shadow_grid

N, CLASSES = 400, 3


def answers_of(models, *, classes=CLASSES, n=N, gain=1.5, certainty=0.0, seed=0):
    """Answers of models that were never trained: surer about their members, and some classes more than others."""
    random = np.random.default_rng(seed)
    member = mt.coin_flips(models, n, seed=seed)
    labels = random.integers(0, classes, n)
    logits = random.normal(size=(models, n, classes))
    logits[:, np.arange(n), labels] += certainty + labels + (1 + labels) * gain * member / 2
    return logits, labels, member


def kinds():
    return {
        "like the target": answers_of(4, seed=1),
        "surer": answers_of(4, certainty=2.0, seed=2),
        "other classes": answers_of(4, classes=5, n=300, seed=3),
    }


@pytest.fixture(scope="module")
def target():
    return answers_of(3, seed=4)


@pytest.fixture(scope="module")
def grid(target):
    """A small grid, really fitted."""
    return ShadowGrid.measure(*target, kinds(), counts=(1, 4), promised=(0.02, 0.1), progress=False)


def at(grid, kind, classifier, count):
    s = grid.settings
    return s["kind"].index(kind), s["classifier"].index(classifier), s["count"].index(count)


def positions(grid):
    names = ("kind", "count", "classifier", "promised")
    for values in product(*(grid.settings[name] for name in names)):
        yield dict(zip(names, values, strict=True))


@pytest.mark.parametrize("classifier", CLASSIFIERS)
@pytest.mark.parametrize("count", [1, 4])
def test_a_place_of_the_grid_is_what_learning_it_alone_gives_with_the_next_shadows_for_each_target(
    grid, target, classifier, count
):
    logits, labels, member = kinds()["surer"]
    place = at(grid, "surer", classifier, count)
    for i, (one, inside) in enumerate(zip(target[0], target[2], strict=True)):
        those = slice(i, i + 1) if count == 1 else slice(0, 4)
        attack = shadow.learn(logits[those], labels, member[those], per_class=classifier == "one per class")
        own = np.concatenate(
            [attack.score(one, labels)[~m] for one, m in zip(logits[those], member[those], strict=True)]
        )
        score = attack.score(one, target[1])
        roc = mt.Roc.from_scores(mt.Scores(score, inside))
        assert grid.measures["auc"][place][i] == pytest.approx(roc.auc)
        assert grid.measures["tpr"][place][i] == pytest.approx(roc.tpr_at(0.01).value)
        for promised, fpr, tpr in zip(
            (0.02, 0.1), grid.measures["true_fpr"][place], grid.measures["true_tpr"][place], strict=True
        ):
            threshold = np.sort(own)[::-1][int(promised * len(own))]
            assert fpr[i] == pytest.approx((score[~inside] > threshold).mean(), abs=1e-9)
            assert tpr[i] == pytest.approx((score[inside] > threshold).mean(), abs=1e-9)


def test_groups_of_shadows_go_round_the_targets(target):
    """Two groups of two: the third target meets the first group again."""
    logits, labels, member = kinds()["surer"]
    both = ShadowGrid.measure(*target, kinds(), counts=(2,), promised=(0.02,), progress=False)
    for i, first in enumerate((0, 2, 0)):
        attack = shadow.learn(logits[first : first + 2], labels, member[first : first + 2], per_class=True)
        roc = mt.Roc.from_scores(mt.Scores(attack.score(target[0][i], target[1]), target[2][i]))
        assert both.measures["auc"][at(both, "surer", "one per class", 2)][i] == pytest.approx(roc.auc)


def test_a_class_whose_answers_are_all_alike_is_learnt_as_well():
    """Columns without spread are no reason for a division by zero, nor is a class with members alone."""
    logits, labels, member = answers_of(3, seed=7)
    logits[:, labels == 1] = [50.0, 0.0, 0.0]
    member[:, labels == 2] = True
    one = ShadowGrid.measure(
        logits,
        labels,
        member,
        {"itself": (logits, labels, member)},
        counts=(1, 3),
        promised=(0.1,),
        progress=False,
    )
    attack = shadow.learn(logits, labels, member, per_class=True)
    rocs = [
        mt.Roc.from_scores(mt.Scores(attack.score(*pair), inside))
        for *pair, inside in zip(logits, [labels] * 3, member, strict=True)
    ]
    assert one.measures["auc"][at(one, "itself", "one per class", 3)] == pytest.approx(
        [roc.auc for roc in rocs]
    )


def test_curves_are_the_mean_over_the_targets_at_counts_of_non_members(grid, target):
    logits, labels, member = target
    loss = [
        mt.Roc.from_scores(mt.Scores(-mt.signals.cross_entropy(one, labels), inside))
        for one, inside in zip(logits, member, strict=True)
    ]
    fewest = min(roc.n_non_members for roc in loss)
    assert grid.levels[0] == 1 / fewest
    assert grid.levels[-1] == 1.0
    assert np.allclose(grid.levels * fewest, np.rint(grid.levels * fewest))
    for level, tpr in zip(grid.levels, grid.loss_curve, strict=True):
        assert tpr == pytest.approx(np.mean([roc.tpr_at(level).value for roc in loss]))
    assert grid.loss["auc"] == pytest.approx([roc.auc for roc in loss])
    assert grid.loss["tpr"] == pytest.approx([roc.tpr_at(0.01).value for roc in loss])


def test_an_adversary_keeps_its_promise_on_its_own_shadows_and_roughly_on_a_target_like_them(grid):
    for promised in (0.02, 0.1):
        found = grid.interval(
            "true_fpr", kind="like the target", count=4, classifier="one for all", promised=promised
        )
        assert abs(found.value - promised) < 0.04


def test_shadows_that_are_too_sure_never_accuse_and_those_of_other_classes_have_one_classifier(grid):
    surer = grid.interval("true_fpr", kind="surer", count=4, classifier="one for all", promised=0.1)
    assert surer.high < 0.1
    assert np.isnan(grid.measures["auc"][at(grid, "other classes", "one per class", 4)]).all()
    assert not grid.possible("other classes", "one per class")
    with pytest.raises(ValueError, match="know 5 classes and the target 3"):
        grid.interval("auc", kind="other classes", count=4, classifier="one per class")


def test_the_grid_says_how_many_fits_it_holds(grid):
    assert repr(grid) == (
        "3 kinds of shadow models × 2 numbers of them (1, 4): 10 fits, 6 of one classifier for all and 4 of one "
        "per class; each tried on 3 targets"
    )


def test_intervals_are_students_over_the_targets_and_stay_rates(grid):
    place = at(grid, "like the target", "one per class", 4)
    expected = mt.Interval.from_values(grid.measures["auc"][place])
    found = grid.interval("auc", kind="like the target", count=4, classifier="one per class")
    assert (found.value, found.high) == (expected.value, min(1.0, expected.high))
    for name in MEASURES:
        for where in positions(grid):
            if grid.possible(where["kind"], where["classifier"]):
                one = grid.interval(name, **where)
                assert 0 <= one.low <= one.value <= one.high <= 1


def test_what_was_not_measured_is_refused_with_what_was(grid):
    with pytest.raises(ValueError, match="Measured were 1, 4"):
        grid.interval("auc", kind="surer", count=3, classifier="one for all")
    with pytest.raises(ValueError, match=r"Measured were 0\.02, 0\.1"):
        grid.interval("true_fpr", kind="surer", count=4, classifier="one for all")
    lab = ShadowWorkbench(grid)
    for name, value in (("kind", "cats"), ("count", 2), ("promised", 0.5)):
        with pytest.raises(traitlets.TraitError, match="Choose one of"):
            setattr(lab, name, value)
    with pytest.raises(traitlets.TraitError, match="Choose one of"):
        ShadowWorkbench(grid, kind="cats")


def test_input_that_cannot_be_measured_is_refused(target):
    logits, labels, member = target
    with pytest.raises(ValueError, match="at least two targets"):
        ShadowGrid.measure(logits[:1], labels, member[:1], kinds())
    with pytest.raises(ValueError, match="Give at least one kind"):
        ShadowGrid.measure(*target, {})
    with pytest.raises(ValueError, match="has 4 shadow models, and counts asks for 8"):
        ShadowGrid.measure(*target, kinds())
    with pytest.raises(ValueError, match="cannot be promised from"):
        ShadowGrid.measure(*target, kinds(), counts=(1,), promised=(0.001,))
    with pytest.raises(ValueError, match="between 0 and 1"):
        ShadowGrid.measure(*target, kinds(), counts=(1,), promised=(1.5,))
    with pytest.raises(ValueError, match="must be at least 1"):
        ShadowGrid.measure(*target, kinds(), counts=(0, 1))
    wrong = {"like the target": (kinds()["surer"][0], labels[:-1], kinds()["surer"][2])}
    with pytest.raises(ValueError, match="are needed"):
        ShadowGrid.measure(*target, wrong, counts=(1,))


def test_every_goal_can_be_reached_and_none_is_met_at_the_start(grid):
    for one in (grid, shadow_grid()):
        lab = ShadowWorkbench(one)
        for goal in lab.goals:
            assert any(goal.is_met(lab.values_at(**where)) for where in positions(one)), goal.text
            assert not goal.is_met(lab.values()), goal.text
        assert lab.goals_met == [False] * 4


def test_goals_fit_grids_without_a_better_ranking_or_a_broken_promise():
    grid = shadow_grid()
    honest = grid.measures["true_fpr"].copy()
    honest[:] = np.array(grid.settings["promised"])[:, None] * np.array([0.90, 0.95, 1.0, 1.05])
    slightly = np.array(grid.settings["promised"])[:, None] * np.array([1.48, 1.49, 1.50, 1.51])
    low = np.minimum(grid.measures["tpr"], 0.01)
    for fpr, conditions in (
        (honest, {"ratio", "per_class"}),
        (0 * honest + slightly, {"broken", "per_class"}),
    ):
        fpr[-1, 1] = np.nan
        one = replace(grid, measures={**grid.measures, "true_fpr": fpr, "tpr": low})
        lab = ShadowWorkbench(one)
        assert set(lab.goals[2].conditions) == conditions
        assert lab.goals[0].text.startswith("Find as many as")
        for goal in lab.goals:
            assert any(goal.is_met(lab.values_at(**where)) for where in positions(one)), goal.text


def test_no_step_meets_two_goals_where_one_per_class_ranks_better_and_breaks_its_promise():
    """As in the lesson: its reach shows in the order, while the promise is to be broken by one classifier for all."""
    grid = shadow_grid()
    tpr, auc, fpr = (grid.measures[name].copy() for name in ("tpr", "auc", "true_fpr"))
    tpr[0, 1], tpr[0, 0], auc[:2, 0], auc[0, 1], auc[1, 1] = 0.2, 0.02, 0.75, 0.8, 0.6
    fpr[0, 1] = 2.5 * np.array(grid.settings["promised"])[:, None]
    lab = ShadowWorkbench(replace(grid, measures={**grid.measures, "tpr": tpr, "auc": auc, "true_fpr": fpr}))
    better = lab.values_at(kind="like the target", count=8, classifier="one per class", promised=0.01)
    assert better["broken"]
    assert [goal.is_met(better) for goal in lab.goals] == [True, False, False, False]
    worse = lab.values_at(kind=grid.settings["kind"][1], count=8, classifier="one per class", promised=0.01)
    assert [goal.is_met(worse) for goal in lab.goals] == [False, False, False, True]
    assert lab.goals[3].text.startswith("Find shadow models with which one classifier per class ranks worse")


def test_where_no_order_is_worse_than_the_loss_s_the_worst_there_is_is_asked_for():
    grid = shadow_grid()
    lab = ShadowWorkbench(replace(grid, loss={**grid.loss, "auc": 0 * grid.loss["auc"] + 0.5}))
    assert lab.goals[3].text.startswith("Find the shadow models that teach the worst order of all")
    assert any(lab.goals[3].is_met(lab.values_at(**where)) for where in positions(grid))


def test_a_rate_left_of_the_axis_is_an_arrow_and_the_legend_says_so():
    lab = ShadowWorkbench(shadow_grid(), kind="digits")
    ax = lab.picture().axes[1]
    assert "less than the axis shows" in [text.get_text() for text in ax.get_legend().get_texts()]
    points = {line.get_marker() for line in ax.get_lines() if list(line.get_ydata()) == [2]}
    assert "<" in points


def test_where_one_per_class_is_impossible_one_for_all_is_shown_and_a_sentence_says_why():
    lab = ShadowWorkbench(shadow_grid(), kind="digits", classifier="one per class")
    said, values = lab.read_out(), lab.values()
    assert "one per class is impossible: these shadows know 10 classes, the target 96" in said
    lab.classifier = "one for all"
    assert "impossible" not in lab.read_out()
    assert values == {**lab.values(), "fell_back": 1}


def test_the_verdict_follows_the_interval():
    at = {"promised": 0.01, "ratio": 2.5, "true_fpr_high": 0.03}
    assert verdict({**at, "broken": 1}) == "the promise is broken, 2.5 times as many false alarms"
    assert verdict({**at, "broken": 0}) == "the promise is kept, within the interval"
    assert verdict({**at, "broken": 0, "true_fpr_high": 0.005}) == "more careful than promised"


def test_promised_rates_are_written_without_needless_decimals():
    assert [rate(share) for share in (0.001, 0.025, 0.07, 0.1)] == ["0.1 %", "2.5 %", "7 %", "10 %"]


def test_goals_are_kept_once_met(answers):
    lab = ShadowWorkbench(shadow_grid())
    for where in positions(shadow_grid()):
        for name, value in where.items():
            setattr(lab, name, value)
    assert lab.goals_met == [True] * 4
    assert "broken_promise" in answers.read_text()
    assert ShadowWorkbench(shadow_grid()).goals_met == [True] * 4


@pytest.mark.browser
def test_a_click_on_a_row_chooses_the_kind_and_only_that(bare_page):
    lab = ShadowWorkbench(shadow_grid())
    page = bare_page(lab)
    before = {name: state(page, name) for name in lab.controls}
    page.locator(".mia-kind").nth(2).click()
    rested(page)
    after = {name: state(page, name) for name in lab.controls}
    assert after == {**before, "kind": "digits"}
    assert words(page) == lab.words(lab.values_at(**after))


@pytest.mark.browser
def test_the_axes_of_the_roc_curve_change_the_picture_and_no_number(bare_page):
    page = bare_page(ShadowWorkbench(shadow_grid()))
    said, curve = words(page), page.locator(".mia-plot path.mia-curve")
    before = curve.get_attribute("d")
    page.locator("select").last.focus()
    page.keyboard.press("ArrowDown")
    rested(page)
    assert state(page, "roc_scale") == "linear"
    assert curve.get_attribute("d") != before
    assert words(page) == said
