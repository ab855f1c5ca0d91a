"""The threshold explorer: its numbers, its goals, and the extremes of its data."""

import warnings

import numpy as np
import pytest
import traitlets

from mia_teach.labs.lab import Goal
from mia_teach.labs.threshold_explorer import ThresholdExplorer
from mia_teach.roc import Roc
from mia_teach.scores import Scores
from tests.browser import rested, state, words
from tests.labs.examples import scores


def explorer(member_scores, other_scores, **options):
    both = np.concatenate([member_scores, other_scores]).astype(float)
    return ThresholdExplorer(Scores(both, np.arange(len(both)) < len(member_scores)), **options)


EXTREMES = {
    "one of each": ([1], [0]),
    "all the same score": ([2] * 5, [2] * 7),
    "told apart perfectly": (range(10, 20), range(10)),
    "the wrong way round": (range(10), range(10, 20)),
    "infinite scores": ([np.inf, 1, 2, np.inf], [-np.inf, 1, 0, np.inf]),
    "nothing but infinite scores": ([np.inf, np.inf], [-np.inf, np.inf]),
    "huge and tiny": ([1e300, 1e-300, 5e-324], [0, -1e300]),
    "99.9 % members": (np.linspace(0, 1, 999), [0.5]),
}


def test_values_are_those_of_the_roc():
    one = scores()["label log-odds"]
    lab = ThresholdExplorer(one)
    roc = Roc.from_scores(one)
    for fpr in (0.01, 0.1, 0.5):
        lab.threshold = roc.threshold_at(fpr)
        assert lab.values()["tpr"] == roc.tpr_at(fpr).value
        assert lab.values()["fpr"] <= fpr


def test_only_larger_scores_are_accused():
    lab = explorer([3, 2], [2, 1], threshold=2)
    assert [lab.values()[name] for name in ("tp", "fn", "fp", "tn")] == [1, 1, 0, 2]


def test_precision_follows_bayes_rule_for_every_base_rate():
    lab = explorer(range(50, 100), range(80), threshold=60)
    for rate in (0.5, 0.1, 0.01, 0.001):
        lab.base_rate = rate
        records = 1_000_000
        accused_members = rate * records * lab.values()["tpr"]
        accused_others = (1 - rate) * records * lab.values()["fpr"]
        assert lab.values()["precision"] == pytest.approx(
            accused_members / (accused_members + accused_others)
        )


def test_precision_is_not_defined_when_nobody_is_accused():
    lab = explorer([3, 2], [2, 1], threshold=99)
    assert lab.values()["precision"] is None
    assert "not defined (nobody is accused)" in lab.read_out()


@pytest.mark.parametrize("name", EXTREMES)
def test_extreme_scores_can_be_explored_and_drawn(name):
    lab = explorer(*EXTREMES[name], lesson="02")
    for threshold in (-1e308, lab.threshold, 1e308):
        lab.threshold = threshold
        assert lab.values()["tp"] + lab.values()["fn"] == len(EXTREMES[name][0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", category=DeprecationWarning)  # old packages, of each other
        assert "<img" in lab._repr_mimebundle_()[0]["text/html"]


@pytest.mark.browser
@pytest.mark.parametrize("name", EXTREMES)
def test_extreme_scores_can_be_explored_in_the_browser(name, bare_page):
    lab = explorer(*EXTREMES[name])
    page = bare_page(lab)
    page.locator("input[type=range]").focus()
    for key in ("Home", "ArrowRight", "End"):
        page.keyboard.press(key)
        rested(page)
        assert words(page) == lab.words(lab.values_at(**{c: state(page, c) for c in lab.controls}))
    lab.threshold = state(page, "threshold")
    assert lab.values()["tp"] + lab.values()["fp"] == 0, "the strict end accuses nobody"
    page.locator("select").last.select_option("logarithmic")
    html = page.inner_html(".mia-lab")
    assert "NaN" not in html, html[max(0, html.find("NaN") - 200) :][:260]


@pytest.mark.parametrize(
    "data",
    [
        scores(),
        scores(40, seed=3),
        {"noise": scores()["noise"]},
        *({"x": explorer(*e).scores["attack"]} for e in EXTREMES.values()),
    ],
)
def test_every_default_goal_can_be_reached_by_the_slider(data):
    lab = ThresholdExplorer(data)
    met = set()
    for signal, table in lab._tables.items():
        candidates, stops = np.frombuffer(table["candidates"], "<f8"), np.frombuffer(table["stops"], "<i4")
        for threshold in candidates[stops]:
            values = lab.values_at(threshold=float(threshold), signal=signal, base_rate=0.01)
            met |= {goal.name for goal in lab.goals if goal.is_met(values)}
    assert met == {"few_false_alarms", "greatest_advantage", "precision_when_rare"}


def test_default_goals_are_not_met_where_the_lab_starts():
    lab = ThresholdExplorer(scores())
    assert not any(goal.is_met(lab.values()) for goal in lab.goals)


def test_a_precision_out_of_reach_is_said_to_be_so():
    same = np.tile(np.arange(100.0), 2)
    lab = ThresholdExplorer(Scores(same, np.arange(200) < 100))
    assert "50 % is out of reach here: the best is 1.0 %" in lab.goals[2].text


def test_the_third_goal_asks_for_nearly_the_best_precision_and_says_how_many_it_accuses_falsely():
    members, others = np.linspace(0, 10, 200), np.concatenate([np.linspace(-9, 1, 1000), np.full(3, 11.0)])
    lab = explorer(members, others)
    roc = Roc.from_scores(lab.scores["attack"])
    table = [
        (lab.values_at(float(t), "attack", 0.01), int((others > t).sum())) for t in roc.threshold[1:] - 1e-9
    ]
    best, false = max((v["precision"], -fp) for v, fp in table if v["tp"] >= 2)
    goal = lab.goals[2]
    bound = goal.conditions["precision"][1]
    assert 0.96 * best < bound <= 0.97 * best
    assert f"the best is {100 * best:.1f} %, with {-false} accused falsely" in goal.text
    assert "out of reach" not in goal.text
    assert goal.is_met(max((v for v, _ in table if v["tp"] >= 2), key=lambda v: v["precision"]))


def test_the_greatest_advantage_need_not_be_precise_enough_for_the_third_goal():
    lab = explorer([*np.linspace(5, 6, 60), *np.linspace(1, 2, 40)], [*np.linspace(-3, 0, 800), *[1.5] * 200])
    lab.base_rate = 0.01
    lab.threshold = 0.5
    assert lab.goals[1].is_met(lab.values())
    assert not lab.goals[2].is_met(lab.values())


def test_at_the_records_own_base_rate_precision_is_the_share_of_members_among_the_accused():
    lab = explorer(range(50, 100), range(400), threshold=70)
    assert [label for _, label in lab._base_rates] == [
        "1 in 2",
        "1 in 9 (these records)",
        "1 in 10",
        "1 in 100",
        "1 in 1,000",
    ]
    lab.base_rate = lab._base_rates[1][0]
    now = lab.values()
    assert now["precision"] == pytest.approx(now["tp"] / (now["tp"] + now["fp"]))
    assert lab.read_out().endswith("when 1 in 9 records is a member (these records).")


@pytest.mark.parametrize(
    ("members", "others", "label"),
    [
        (10, 10, "1 in 2 (these records)"),
        (999, 1, "99.9 % (these records)"),
        (1, 99, "1 in 100 (these records)"),
    ],
)
def test_the_records_own_base_rate_is_offered_once_whatever_it_is(members, others, label):
    labels = [text for _, text in explorer(range(members), range(others))._base_rates]
    assert [text for text in labels if "these records" in text] == [label]
    assert len({text.split(" (")[0] for text in labels}) == len(labels)


def test_signals_of_different_records_have_no_base_rate_in_common():
    two = {"a": Scores([1, 2, 3], [True, False, False]), "b": Scores([1, 2, 3], [True, True, False])}
    assert not any("these records" in label for _, label in ThresholdExplorer(two)._base_rates)


def test_the_lesson_may_set_its_own_goals():
    lab = explorer([3, 2], [2, 1], goals=[Goal("Accuse nobody", {"tp": ("==", 0), "fp": ("==", 0)})])
    lab.threshold = 9
    assert lab.goals_met == [True]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("signal", "luck", "no signal 'luck'"),
        ("threshold", float("nan"), "finite"),
        ("base_rate", 0, "between 0 and 1"),
    ],
)
def test_an_impossible_setting_is_refused_with_a_sentence(name, value, said):
    lab = ThresholdExplorer(scores())
    with pytest.raises(traitlets.TraitError, match=said):
        setattr(lab, name, value)


def test_no_scores_are_refused_with_a_sentence():
    with pytest.raises(ValueError, match="No scores came"):
        ThresholdExplorer({})


def test_the_slider_reaches_low_rates_record_by_record_in_few_steps():
    random = np.random.default_rng(0)
    lab = explorer(random.normal(1, 1, 10_000), random.normal(0, 1, 10_000))
    stops = np.frombuffer(lab._tables["attack"]["stops"], "<i4")
    assert len(stops) < 450
    assert np.diff(stops)[-30:].tolist() == [1] * 30
    assert np.diff(stops).max() <= 100


@pytest.mark.browser
def test_another_signal_accuses_as_many_records_so_only_the_ranking_differs(bare_page):
    lab = ThresholdExplorer(scores())
    page = bare_page(lab)
    page.locator("input[type=range]").focus()
    page.keyboard.press("End")
    for _ in range(60):
        page.keyboard.press("ArrowLeft")
    rested(page)
    before = words(page).split(". ", 1)[1]
    page.locator("select").first.select_option("label probability")
    rested(page)
    assert words(page).split(". ", 1)[1] == before, "the same ranking finds the same records"
    page.locator("select").first.select_option("noise")
    rested(page)
    at = lab.values_at(**{c: state(page, c) for c in lab.controls})
    assert at["tpr"] == pytest.approx(at["fpr"], abs=0.1)


@pytest.mark.browser
def test_choosing_logarithmic_axes_redraws_the_curve_at_once(bare_page):
    page = bare_page(ThresholdExplorer(scores()))
    curve = page.locator("path.mia-curve")
    linear = curve.get_attribute("d")
    page.locator("select").last.select_option("logarithmic")
    logarithmic = curve.get_attribute("d")
    page.locator("select").last.select_option("linear")
    assert logarithmic != linear == curve.get_attribute("d")


@pytest.mark.browser
def test_the_roc_point_can_be_dragged_on_logarithmic_axes(bare_page):
    lab = ThresholdExplorer(scores())
    page = bare_page(lab)
    page.locator("select").last.select_option("logarithmic")
    box = page.locator(".mia-draggable").last.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 80)
    page.mouse.down()
    page.mouse.move(box["x"] + 5, box["y"] + 80, steps=10)
    page.mouse.up()
    rested(page)
    at = lab.values_at(**{c: state(page, c) for c in lab.controls})
    assert at["fpr"] == 0
    assert at["tpr"] > 0, "the lowest threshold without a false positive, not one beyond"


@pytest.mark.browser
def test_on_logarithmic_axes_no_label_lies_on_another(bare_page):
    random = np.random.default_rng(0)
    page = bare_page(explorer(random.normal(1, 1, 1000), random.normal(0, 1, 8000)))
    page.locator("select").last.select_option("logarithmic")
    boxes = [text.bounding_box() for text in page.locator(".mia-plot").last.locator("text").all()]
    assert len(boxes) > 8
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            apart = (
                a["x"] + a["width"] <= b["x"]
                or b["x"] + b["width"] <= a["x"]
                or a["y"] + a["height"] <= b["y"]
                or b["y"] + b["height"] <= a["y"]
            )
            assert apart, (a, b)


@pytest.mark.browser
def test_the_records_own_base_rate_can_be_chosen_in_the_browser(bare_page):
    lab = explorer(range(50, 100), range(400), threshold=70)
    page = bare_page(lab)
    page.locator("select").first.select_option("1 in 9 (these records)")
    rested(page)
    assert words(page) == lab.words(lab.values_at(**{c: state(page, c) for c in lab.controls}))
    assert words(page).endswith("(these records).")


@pytest.mark.browser
def test_on_logarithmic_axes_a_rate_of_zero_is_drawn_below_every_tick(bare_page):
    page = bare_page(explorer(range(100), range(50, 150)))
    page.locator("select").last.select_option("logarithmic")
    page.locator("input[type=range]").focus()
    page.keyboard.press("End")
    rested(page)
    roc = page.locator(".mia-plot").last
    grip = roc.locator("circle.mia-grip")
    across, up = float(grip.get_attribute("cx")), float(grip.get_attribute("cy"))
    grid = roc.locator("line.mia-grid").all()
    assert across < min(float(line.get_attribute("x2")) for line in grid)
    assert up > max(
        float(line.get_attribute("y1"))
        for line in grid
        if line.get_attribute("x1") == grid[-1].get_attribute("x1")
    )
