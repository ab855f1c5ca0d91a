"""The defence frontier: who is attacked and how, what it shows, and goals that can be reached."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import traitlets

import mia_teach as mt
from mia_teach import defences
from mia_teach.attacks.lira import lira
from mia_teach.labs.defence_frontier import (
    ATTACKERS,
    GROUPS,
    DefenceFrontier,
    FrontierGrid,
    Setting,
    attacked,
    found,
    most_exposed,
)
from tests.browser import rested, state, words
from tests.labs.examples import frontier_grid

N, MODELS, TARGETS = 1200, 10, (0, 2, 4)


@pytest.fixture(scope="module")
def game():
    """Models that were never trained: surer of their members, most of all of a tenth of the records."""
    random = np.random.default_rng(0)
    member = mt.balanced_shadows(MODELS, N, seed=0)
    labels = random.integers(0, 4, N)
    logits = random.normal(size=(MODELS, N, 4))
    gain = np.where(np.arange(N) % 10 == 0, 8.0, 1.0)
    logits[:, np.arange(N), labels] += random.normal(0.5, 2, N) + gain * member
    return mt.Game(logits, labels, member)


@pytest.fixture(scope="module")
def none(game):
    return Setting("none", game.logits, np.linspace(0.6, 0.7, MODELS))


@pytest.fixture(scope="module")
def masked(game, none):
    soft = defences.temperature(game.logits, t=10.0)
    return {
        "temperature": [replace(none, name="10", shown=soft, read=10 * soft, own=game.logits)],
        "rounding": [
            Setting("1 digit", defences.rounded(game.logits, digits=1), none.accuracy, own=game.logits)
        ],
    }


@pytest.fixture(scope="module")
def grid(game, none, masked):
    return FrontierGrid.measure(none, masked, game.labels, game.member, targets=TARGETS)


def positions(grid):
    strengths = range(grid.accuracy.shape[1])
    for defence, strength, attacker, group in product(grid.strengths, strengths, ATTACKERS, GROUPS):
        yield {"defence": defence, "strength": strength, "attacker": attacker, "group": group}


def test_the_three_attackers_are_the_package_s_and_the_lesson_s(game, none):
    for target in TARGETS:
        one, scores = replace(game, target=target), attacked(none, game.labels, game.member, target)
        np.testing.assert_allclose(
            scores["loss"], mt.signals.label_log_odds(game.logits[target], game.labels)
        )
        np.testing.assert_allclose(scores["adaptive"], lira(one.view, variance="pooled"))
        p = mt.signals.label_probability(game.logits, game.labels)
        for record in range(0, N, 120):
            strangers = [k for k in range(MODELS) if k // 2 != target // 2 and not game.member[k, record]]
            right = game.logits[target, record].argmax() == game.labels[record]
            assert scores["label"][record] == pytest.approx(right * (1 - p[strangers, record].mean()))


def test_a_temperature_changes_nothing_for_who_undoes_it_or_reads_the_label(grid):
    place = list(grid.strengths).index("temperature")
    for attacker in ("adaptive", "label"):
        a = ATTACKERS.index(attacker)
        np.testing.assert_allclose(grid.leak[place, 1, a], grid.leak[place, 0, a])


def test_a_score_does_not_depend_on_the_target_s_own_membership_or_its_partner(game, none):
    member = game.member.copy()
    member[:2] = ~member[:2]
    for name, score in attacked(none, game.labels, member, 0).items():
        np.testing.assert_array_equal(score, attacked(none, game.labels, game.member, 0)[name])


def test_the_threshold_is_the_group_s_own_and_one_for_all_targets():
    random = np.random.default_rng(1)
    member = random.random((3, 1000)) < 0.5
    score = random.normal(size=(3, 1000)) + member
    group = random.random((3, 1000)) < 0.3
    parts = [mt.Scores(*pair, "a") for pair in zip(score, member, strict=True)]
    non = np.sort(score[group & ~member])[::-1]
    threshold = non[int(0.01 * len(non))]
    expected = [(score[i][group[i] & member[i]] > threshold).mean() for i in range(3)]
    np.testing.assert_allclose(found(parts, group), expected)
    everybody = np.ones_like(group)
    assert (
        np.concatenate([score[i][~member[i]] for i in range(3)])
        > np.sort(score[~member])[::-1][int(0.01 * (~member).sum())]
    ).mean() <= 0.01
    assert found(parts, everybody).shape == (3,)


def test_the_exposed_are_those_whom_training_moves_and_the_target_has_no_say(game):
    exposed = most_exposed(game.logits, game.labels, game.member, TARGETS)
    assert (exposed.sum(axis=1) == N // 10).all()
    assert exposed[:, ::10].mean() > 0.9
    logits = game.logits.copy()
    logits[:2] = 0.0
    np.testing.assert_array_equal(
        most_exposed(logits, game.labels, game.member, TARGETS)[0], exposed[0], "model 0 and its partner"
    )


def test_the_exposed_are_found_oftener(grid):
    at = ATTACKERS.index("adaptive")
    assert (grid.leak[0, 0, at, 1] > grid.leak[0, 0, at, 0]).all()


def test_accuracy_is_that_of_the_targets(grid, none):
    np.testing.assert_array_equal(grid.accuracy[1, 0], none.accuracy[list(TARGETS)])


def test_intervals_stay_rates_and_what_was_not_measured_is_refused(grid):
    for at in positions(grid):
        for attacker in ("", at["attacker"]):
            one = grid.interval(at["defence"], at["strength"], attacker=attacker, group=at["group"])
            assert 0 <= one.low <= one.value <= one.high <= 1
    with pytest.raises(ValueError, match="Measured were temperature, rounding"):
        grid.interval("prayer", 0)
    with pytest.raises(ValueError, match="Measured were loss, adaptive, label"):
        grid.interval("rounding", 0, attacker="anybody")
    lab = DefenceFrontier(grid)
    for name, value in (("defence", "prayer"), ("strength", 2)):
        with pytest.raises(traitlets.TraitError, match="Choose one of"):
            setattr(lab, name, value)


def test_input_that_cannot_be_measured_is_refused(game, none, masked):
    with pytest.raises(ValueError, match="at least two"):
        FrontierGrid.measure(none, masked, game.labels, game.member, targets=(0, 0))
    with pytest.raises(ValueError, match="equally many"):
        FrontierGrid.measure(none, {**masked, "a": []}, game.labels, game.member, targets=TARGETS)
    with pytest.raises(ValueError, match="equally many"):
        FrontierGrid.measure(none, {}, game.labels, game.member, targets=TARGETS)


def test_the_grid_says_what_it_holds(grid):
    assert repr(grid) == (
        "2 defences at 2 strengths, none among them, against 3 attackers; each on 3 targets"
    )


def test_every_goal_can_be_reached_and_none_is_met_at_the_start(grid):
    for one in (grid, frontier_grid()):
        lab = DefenceFrontier(one)
        for goal in lab.goals:
            assert any(goal.is_met(lab.values_at(**where)) for where in positions(one)), goal.text
            assert not goal.is_met(lab.values()), goal.text
            assert not any(goal.is_met(lab.values_at(**w)) for w in positions(one) if w["strength"] == 0)
        assert lab.goals_met == [False] * 3


def test_goals_fit_a_grid_on_which_every_defence_helps():
    one = frontier_grid()
    leak = one.leak.copy()
    leak[:, 1:, 1, 0] = 0.9 * leak[:, :1, 1, 0]
    lab = DefenceFrontier(replace(one, leak=leak))
    assert "takes least" in lab.goals[1].text
    for goal in lab.goals:
        assert any(goal.is_met(lab.values_at(**where)) for where in positions(one)), goal.text


def test_a_mask_that_one_letter_sees_through_meets_no_goal_about_everybody():
    one = frontier_grid()
    leak, accuracy = one.leak.copy(), one.accuracy.copy()
    rounding = list(one.strengths).index("rounding")
    leak[:, 0] = 0.2
    leak[rounding, 1:, :2], leak[rounding, 1:, 2] = (
        0.01,
        0.19,
    )  # loss and LiRA see nothing, the label says as much as ever
    accuracy[rounding, 1:] = accuracy[rounding, :1]
    leak[0, 2], accuracy[0, 2] = 0.05, accuracy[0, 0] + 0.01  # an early stop does
    lab = DefenceFrontier(replace(one, leak=leak, accuracy=accuracy))
    for strength in (1, 2):
        assert not lab.goals[0].is_met(lab.values_at("rounding", strength, "adaptive", "all"))
    assert any(lab.goals[0].is_met(lab.values_at(**where)) for where in positions(one))


def test_the_panel_opens_on_the_attacker_who_knows_the_defence():
    assert DefenceFrontier(frontier_grid()).attacker == "adaptive"


def test_goals_are_kept_once_met(answers):
    lab = DefenceFrontier(frontier_grid())
    for where in positions(frontier_grid()):
        for name, value in where.items():
            setattr(lab, name, value)
    assert lab.goals_met == [True] * 3
    assert "looks_like_a_defence" in answers.read_text()
    assert DefenceFrontier(frontier_grid()).goals_met == [True] * 3


@pytest.mark.browser
def test_a_click_on_another_defence_s_point_chooses_it(bare_page):
    lab = DefenceFrontier(frontier_grid())
    page = bare_page(lab)
    page.locator(".mia-plot .mia-df-other").last.dispatch_event("click")
    rested(page)
    after = {name: state(page, name) for name in lab.controls}
    assert (after["defence"], after["strength"]) == (list(lab.grid.strengths)[-1], 2)
    assert words(page) == lab.words(lab.values_at(**after))


@pytest.mark.browser
def test_the_picture_puts_the_setting_where_its_numbers_are(bare_page):
    lab = DefenceFrontier(frontier_grid(), strength=1)
    page = bare_page(lab)
    v, reach = lab.values(), lab._reach()
    box = page.evaluate("""() => { const frame = document.querySelector('.mia-plot .mia-frame').getBBox();
      const here = document.querySelector('.mia-plot .mia-df-here').getBBox();
      return [(here.x + here.width / 2 - frame.x) / frame.width, 1 - (here.y + here.height / 2 - frame.y) / frame.height]; }""")
    ends = zip((v["accuracy"], v["adaptive"]), reach[:2], strict=True)
    assert box == pytest.approx([(value - low) / (high - low) for value, (low, high) in ends], abs=2e-3)
