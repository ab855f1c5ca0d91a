"""The base of the labs: goals, numbers, and what is kept."""

import json
import random

import numpy as np
import pytest
import traitlets

from mia_teach import progress
from mia_teach.labs import lab as base
from mia_teach.labs.lab import Goal, Lab, pack
from mia_teach.labs.threshold_explorer import ThresholdExplorer
from tests.browser import rested, state
from tests.labs.examples import EXAMPLES
from tests.labs.node import needs_node, under_node


class Dial(Lab):
    """The smallest lab: one number."""

    _esm, _css = ThresholdExplorer._esm, ThresholdExplorer._css
    controls = ("turn",)
    title = traitlets.Unicode("Dial").tag(sync=True)
    turn = traitlets.Float(0.0).tag(sync=True)

    def values_at(self, turn):
        return {"turn": turn, "half": turn / 2 if turn else None}

    def words(self, values):
        return f"Turn {values['turn']:.1f}."


def goal(bound=10.0, **options):
    return Goal("Turn it far", {"turn": (">=", bound)}, **options)


def test_a_goal_once_met_stays_met():
    dial = Dial(goals=[goal()])
    assert dial.goals_met == [False]
    dial.turn = 12
    assert dial.goals_met == [True]
    dial.turn = 3
    assert dial.goals_met == [True]


def test_a_goal_needs_all_its_conditions_at_once():
    dial = Dial(goals=[Goal("Between", {"turn": (">", 1), "half": ("<", 1)})])
    dial.turn = 3
    assert dial.goals_met == [False]
    dial.turn = 1.5
    assert dial.goals_met == [True]


def test_a_value_that_is_not_defined_meets_no_goal():
    dial = Dial(goals=[Goal("Half small", {"half": ("<", 1)})], turn=5)
    dial.turn = 0
    assert dial.goals_met == [False]


def test_a_goal_that_holds_from_the_start_waits_for_the_learner(answers):
    dial = Dial(goals=[goal(bound=0)], lesson="02")
    assert dial.goals_met == [False]
    assert not answers.exists()
    dial.turn = 1
    assert dial.goals_met == [True]
    assert answers.exists()


def test_a_met_goal_is_kept_and_still_met_when_the_cell_runs_again():
    Dial(goals=[goal(name="far")], lesson="02", name="dial").turn = 11
    assert progress.read()["lessons"]["02"]["goal"] == {"dial.far": {"met": True}}
    assert Dial(goals=[goal(name="far")], lesson="02", name="dial").goals_met == [True]
    assert Dial(goals=[goal(name="far")], lesson="03", name="dial").goals_met == [False]


def test_a_goal_is_kept_once_however_often_it_is_met(answers):
    dial = Dial(goals=[goal()], lesson="02")
    dial.turn = 11
    answers.unlink()
    dial.turn = 12
    assert not answers.exists()


def test_what_the_browser_met_while_the_kernel_was_busy_counts():
    dial = Dial(goals=[goal(), goal(99)])
    dial.set_state({"_met_at": {"0": {"turn": 10.0}, "1": {"turn": 10.0}}, "turn": 2.0})
    assert dial.goals_met == [True, False]
    dial.set_state({"_met_at": {"1": {"other": 1}}})
    assert dial.goals_met == [True, False]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Goal(" ", {"x": (">", 1)}), "without words"),
        (lambda: Goal("Reach it", {}), "no condition"),
        (lambda: Goal("Reach it", {"x": ("=>", 1)}), "'=>'"),
        (lambda: Dial(goals=[Goal("Reach it", {"speed": (">", 1)})]), "speed"),
        (lambda: pack([1], "f2"), "'f2'"),
    ],
)
def test_mistakes_of_an_author_are_refused_with_a_sentence(make, said):
    with pytest.raises(ValueError, match=said):
        make()


def test_plain_words_hold_title_read_out_and_goals():
    dial = Dial(goals=[goal(), goal(50)], turn=1)
    dial.turn = 20
    assert repr(dial) == "Dial\nTurn 20.0.\nGoal (met): Turn it far\nGoal (to do): Turn it far"


def test_html_in_words_is_shown_not_obeyed():
    html = Dial(title="<script>alert(1)</script>")._repr_mimebundle_()[0]["text/html"]
    assert "<script" not in html


@needs_node
def test_numbers_are_written_alike_in_both_languages():
    random.seed(0)
    numbers = [k / 16 for k in range(-200, 200)] + [
        random.uniform(-3, 3) * 10 ** random.randint(-9, 3) for _ in range(2000)
    ]
    numbers += [1e6, 1.25e6, -1.35e6, 1.15e15, 9.95e15, 1e300, -5e-324, 0.0009999, 999999.9999]
    shares = [k / 1024 for k in range(1025)] + [random.random() for _ in range(1000)]
    counts = [0, 7, 999, 1000, 12345, 1234567]
    code = """output = [input[0].map((x) => module.decimal(x)), input[0].map((x) => module.decimal(x, 1)),
        input[1].map(module.percent), input[2].map(module.count)];"""
    three, one, per_cent, whole = under_node(Dial(), code, [numbers, shares, counts])
    assert three == [base.decimal(x) for x in numbers]
    assert one == [base.decimal(x, 1) for x in numbers]
    assert per_cent == [f"{100 * x:.1f} %" for x in shares]
    assert whole == [f"{n:,}" for n in counts]


@needs_node
def test_packed_numbers_arrive_bit_by_bit():
    numbers = [0.1, -2.5e300, 3.0]
    sent = {
        kind: json.loads(json.dumps(list(pack(numbers if kind == "f8" else [1, -2, 3], kind))))
        for kind in ("f8", "f4", "i4")
    }
    code = """output = Object.entries(input).map(([kind, bytes]) =>
        [...module.unpack(new DataView(Uint8Array.from([9, ...bytes]).buffer, 1), kind)]);"""
    assert under_node(Dial(), code, sent) == [numbers, [1, -2, 3], [1, -2, 3]]


@needs_node
def test_goals_are_judged_alike_in_both_languages():
    cases = [
        ({"x": [rule, bound]}, {"x": value})
        for rule in base.RULES
        for bound in (0.1, 1)
        for value in (0.1, 0.30000000000000004, 1, -5, None)
    ]
    met = under_node(
        Dial(), "output = input.map(([conditions, values]) => module.isMet(conditions, values));", cases
    )
    assert met == [Goal("x", conditions).is_met(values) for conditions, values in cases]
    assert any(met)
    assert not all(met)


@pytest.mark.browser
def test_a_goal_is_ticked_in_a_page_without_a_kernel_and_stays(bare_page):
    lab = EXAMPLES["threshold_explorer"].make()
    page = bare_page(lab)
    assert page.locator(".mia-met").count() == 0
    stops = np.frombuffer(lab._tables["label log-odds"]["stops"], "<i4")
    candidates = np.frombuffer(lab._tables["label log-odds"]["candidates"], "<f8")
    at = [lab.values_at(threshold=t, signal="label log-odds", base_rate=0.5) for t in candidates[stops]]
    target = next(i for i, values in enumerate(at) if lab.goals[0].is_met(values))
    page.locator("input[type=range]").focus()
    page.keyboard.press("End")
    for _ in range(len(stops) - 1 - target):
        page.keyboard.press("ArrowLeft")
    rested(page)
    ticked = page.locator(".mia-goals li").evaluate_all(
        "items => items.map(i => i.classList.contains('mia-met'))"
    )
    assert ticked == [True, False, False]
    assert "met" in page.locator(".mia-goals li").first.inner_text()
    assert page.inner_text(".mia-goals [role=status]") == "Goal 1 is met."
    # what the kernel would be told makes Python agree
    lab.set_state({"_met_at": state(page, "_met_at")})
    assert lab.goals_met == ticked
    page.keyboard.press("Home")
    rested(page)
    assert page.locator(".mia-met").count() >= 1


@pytest.mark.browser
def test_passing_over_a_goal_in_a_drag_does_not_meet_it(bare_page):
    page = bare_page(EXAMPLES["threshold_explorer"].make())
    page.locator("input[type=range]").focus()
    page.keyboard.press("Home")
    rested(page)
    box = page.locator(".mia-draggable").first.bounding_box()
    page.mouse.move(box["x"] + 70, box["y"] + 90)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + 90, steps=30)
    page.mouse.move(box["x"] + 70, box["y"] + 90, steps=30)
    page.mouse.up()
    rested(page)
    assert page.locator(".mia-met").count() == 0
