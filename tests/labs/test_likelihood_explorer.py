"""The likelihood explorer: its numbers are LiRA's own, its truth is hidden at first, its goals can be reached."""

import time
import warnings
from dataclasses import replace

import numpy as np
import pytest
import traitlets

from mia_teach.attacks import sides
from mia_teach.attacks.lira import lira
from mia_teach.attacks.threshold import loss
from mia_teach.game import Game
from mia_teach.labs.likelihood_explorer import OFFERED, LikelihoodExplorer, times
from mia_teach.membership import balanced_shadows
from mia_teach.roc import Roc
from mia_teach.signals import label_log_odds
from tests.browser import rested, state, words
from tests.labs.examples import game_of_hard_and_easy_records, likelihood_explorer

COUNTS = (4, 8, 16)
SETTINGS = [(n, v, d) for n in COUNTS for v in ("online", "offline") for d in ("per_example", "pooled")]


def game_of(log_odds, member):
    """A game of two classes whose log-odds of the true label are these, for each model and example."""
    log_odds = np.asarray(log_odds, float)
    return Game(np.stack([log_odds, 0 * log_odds], axis=-1), np.zeros(log_odds.shape[1], int), member)


def extreme(name, n=240, models=10):
    member = balanced_shadows(models, n, seed=0)
    noise = np.random.default_rng(0).normal(size=(models, n))
    log_odds = {
        "all answers the same": np.zeros((models, n)),
        "one answer for members, one for the others": np.where(member, 1e4, -1e4),
        "huge and tiny": np.where(noise > 0, 1e4, 1e-9 * noise),
        "nothing leaks": noise,
        "told apart perfectly": np.where(member, 9, 0) + 0.1 * noise,
        "the target the wrong way round": np.where(member, 9, 0)
        * np.where(np.arange(models) > 0, 1, -1)[:, None]
        + noise,
    }
    return game_of(log_odds[name], member)


EXTREMES = (
    "all answers the same",
    "one answer for members, one for the others",
    "huge and tiny",
    "nothing leaks",
    "told apart perfectly",
    "the target the wrong way round",
)


def first_shadows(view, n):
    return replace(view, shadow_logits=view.shadow_logits[:n], shadow_member=view.shadow_member[:n])


def at(lab, **moved):
    """What the lab shows with some controls moved."""
    return lab.values_at(**{**{name: getattr(lab, name) for name in lab.controls}, **moved})


def everywhere(lab):
    return [
        {"record": r, "shadows": n, "variant": v, "deviation": d, "uncovered": [r]}
        for r in lab.offered
        for n in lab.counts
        for v in ("online", "offline")
        for d in ("per_example", "pooled")
    ]


@pytest.mark.parametrize(("n", "variant", "deviation"), SETTINGS)
def test_scores_ranks_and_verdicts_are_those_of_lira_on_the_first_shadows(n, variant, deviation):
    lab, game = likelihood_explorer(), game_of_hard_and_easy_records()
    used = "pooled" if n < 16 else deviation
    score = lira(first_shadows(game.view, n), variant=variant, variance=used)
    threshold = Roc.from_scores(game.judge(score, name="LiRA")).threshold_at(0.01)
    by_loss = loss(game.view)
    for record in lab.offered:
        v = at(lab, record=record, shadows=n, variant=variant, deviation=deviation)
        assert v["accused"] == (score[record] > threshold)
        assert v["rank"] == 1 + (score > score[record]).sum()
        assert v["rank_by_loss"] == 1 + (by_loss > by_loss[record]).sum()
        if variant == "online":
            assert v["log_ratio"] == pytest.approx(score[record])
        else:
            assert v["distance"] == pytest.approx((v["answer"] - v["center_out"]) / v["deviation_out"])


@pytest.mark.parametrize("deviation", ["per_example", "pooled"])
def test_the_two_gaussians_shown_give_the_ratio_shown(deviation):
    lab = likelihood_explorer()
    for record in lab.offered:
        v = at(lab, record=record, shadows=16, deviation=deviation)
        density = {
            side: -(((v["answer"] - v[f"center_{side}"]) / v[f"deviation_{side}"]) ** 2) / 2
            - np.log(v[f"deviation_{side}"])
            for side in ("in", "out")
        }
        assert v["log_ratio"] == pytest.approx(density["in"] - density["out"])


def test_centres_and_deviations_are_those_of_the_record_alone():
    lab, view = likelihood_explorer(), game_of_hard_and_easy_records().view
    phi = label_log_odds(view.shadow_logits[:16], view.labels)
    v = at(lab, record=34, shadows=16)
    own = phi[view.shadow_member[:16, 34], 34]
    assert (v["models_in"], v["models_out"]) == (8, 8)
    assert v["center_in"] == pytest.approx(np.median(own))
    assert v["deviation_in"] == pytest.approx(own.std())
    pooled = sides.pooled_deviation(
        phi, ~view.shadow_member[:16], sides.median(phi, ~view.shadow_member[:16])
    )
    assert at(lab, record=34, shadows=16, deviation="pooled")["deviation_out"] == pytest.approx(pooled)


def test_where_lira_refuses_a_deviation_of_its_own_the_panel_says_so_and_pools():
    lab = likelihood_explorer()
    assert [at(lab, shadows=n)["own"] for n in COUNTS] == [0, 0, 1]
    assert [at(lab, shadows=n)["too_few"] for n in COUNTS] == [1, 1, 0]
    assert "The deviations are pooled: so few models" in lab.read_out()
    lab.shadows = 16
    assert "pooled" not in lab.read_out()
    lab.deviation, lab.shadows = "pooled", 4
    assert "so few models" not in lab.read_out(), "it was the learner's own choice"


def test_offline_shows_nothing_of_the_models_that_trained_on_the_record():
    lab = likelihood_explorer()
    lab.variant = "offline"
    assert lab.values()["center_in"] is lab.values()["deviation_in"] is None
    assert "with it" not in lab.read_out()


def test_the_truth_is_hidden_until_it_is_shown_and_then_for_that_record_only():
    lab, truth = likelihood_explorer(), game_of_hard_and_easy_records().member[0]
    assert lab.values()["member"] is None
    assert "The truth is hidden." in lab.read_out()
    lab.reveal()
    assert lab.values()["member"] == truth[lab.record]
    shown = lab.record
    lab.record = lab.offered[5]
    assert lab.values()["member"] is None
    lab.record = shown
    assert lab.values()["member"] == truth[shown]


def test_a_wrong_verdict_is_named():
    lab = LikelihoodExplorer(game_of_hard_and_easy_records(), shadows=COUNTS)
    said = {
        (v["accused"], v["member"]): lab.words(v).partition("The truth: ")[2]
        for v in (lab.values_at(**position) for position in everywhere(lab))
    }
    assert said == {
        (1, 1): "a member. LiRA finds it.",
        (0, 1): "a member. LiRA misses it.",
        (1, 0): "not a member. LiRA is wrong: a false alarm.",
        (0, 0): "not a member. LiRA is right.",
    }


def test_the_records_on_offer_are_half_members_and_differ():
    game = game_of_hard_and_easy_records(34, 1000)
    lab = LikelihoodExplorer(game, shadows=(4, 32))
    assert len(lab.offered) == OFFERED
    assert game.member[0, lab.offered].sum() == OFFERED // 2
    assert lab.offered == sorted(lab.offered), "the order must tell nothing"
    seen = [at(lab, record=record, shadows=32, uncovered=[record]) for record in lab.offered]
    assert sum(v["false_alarm"] for v in seen) >= 3
    assert sum(v["missed_member"] for v in seen) >= 3
    assert sum(v["accused"] and v["member"] and v["rank_by_loss"] > 500 for v in seen) >= 3
    assert sum(v["verdict_changed"] for v in seen) >= 3
    assert sum(abs(v["center_in"] - v["center_out"]) < 0.5 for v in seen) >= 3


def test_goals_ask_for_what_only_lira_sees_for_a_change_and_for_an_error():
    lab = LikelihoodExplorer(game_of_hard_and_easy_records(), shadows=COUNTS)
    only_lira, change, error = (goal.conditions for goal in lab.goals)
    assert only_lira == {"member": ("==", 1), "accused": ("==", 1), "rank_by_loss": (">", 200)}
    assert change == {"verdict_changed": ("==", 1)}
    assert error == {"shadows": ("==", 16), "false_alarm": ("==", 1)}


@pytest.mark.parametrize("name", EXTREMES)
def test_every_goal_can_be_reached_whatever_the_data_and_none_is_met_at_the_start(name):
    for records in (None, [3], [0, 1, 2]):
        lab = LikelihoodExplorer(extreme(name), shadows=(4, 8), records=records)
        assert not any(goal.is_met(lab.values()) for goal in lab.goals)
        for goal in lab.goals:
            assert any(goal.is_met(lab.values_at(**position)) for position in everywhere(lab)), goal.text


def test_a_goal_of_an_error_that_these_records_lack_gives_way_to_another():
    game = extreme("told apart perfectly")
    members = np.flatnonzero(game.member[0])[:5]
    goal = LikelihoodExplorer(game, shadows=(4, 8), records=members).goals[2]
    assert "errs on none of these records" in goal.text
    game = extreme("the target the wrong way round")
    goal = LikelihoodExplorer(game, shadows=(4, 8), records=np.flatnonzero(game.member[0])[:5]).goals[2]
    assert goal.conditions == {"shadows": ("==", 8), "missed_member": ("==", 1)}


@pytest.mark.parametrize("name", EXTREMES)
def test_extreme_answers_can_be_explored_and_drawn(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", category=DeprecationWarning)  # old packages, of each other
        lab = LikelihoodExplorer(extreme(name), shadows=(4, 8))
        for variant in ("online", "offline"):
            lab.variant = variant
            assert "<img" in lab._repr_mimebundle_()[0]["text/html"]
            assert "nan" not in lab.read_out()
            assert "inf" not in lab.read_out()


@pytest.mark.browser
@pytest.mark.parametrize("name", EXTREMES)
def test_extreme_answers_can_be_explored_in_the_browser(name, bare_page):
    lab = LikelihoodExplorer(extreme(name), shadows=(4, 8))
    page = bare_page(lab)
    for variant in ("online", "offline"):
        page.locator("select").nth(1).select_option(index=("online", "offline").index(variant))
        page.locator("input[type=range]").press("End")
        rested(page)
        assert words(page) == lab.words(lab.values_at(**{name: state(page, name) for name in lab.controls}))
        html = page.inner_html(".mia-lab")
        assert not any(strange in html for strange in ("NaN", "Infinity", "undefined"))


def test_histograms_hold_every_record_and_keep_their_bins_when_shadows_are_added():
    shares = likelihood_explorer()._t["histogram"]
    assert np.allclose(shares.sum(axis=-1), 1)
    assert likelihood_explorer()._t["edges"].shape == (2, shares.shape[-1] + 1)


def test_goals_are_kept_once_met(answers):
    lab = LikelihoodExplorer(game_of_hard_and_easy_records(), shadows=COUNTS)
    for position in everywhere(lab):
        for name, value in position.items():
            setattr(lab, name, value)
    assert lab.goals_met == [True] * 3
    assert "likelihood_explorer.lira_errs" in answers.read_text()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"shadows": (4, 8, 16, 32)}, "32 shadow models were asked for, and this game has 16"),
        ({"shadows": (8,)}, "two or more, ascending"),
        ({"shadows": (8, 4)}, "two or more, ascending"),
        ({"shadows": (2, 8)}, "has 1 shadow model that trained on it, and at least 2"),
        ({"records": [400]}, "There is no record 400"),
        ({"records": []}, "0 records came"),
        ({"records": range(61)}, "61 records came"),
        ({"fpr": 0.001}, "cannot be measured with 200 non-members"),
        ({"images": np.zeros((13, 5, 5))}, "one for each example of the game"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_what_can(options, words):
    with pytest.raises(ValueError, match=words):
        likelihood_explorer(**options)


@pytest.mark.parametrize(("name", "value"), [("record", 5), ("shadows", 5), ("uncovered", [3, 5])])
def test_a_position_that_is_not_on_offer_is_refused_with_those_that_are(name, value):
    lab = likelihood_explorer()
    with pytest.raises(traitlets.TraitError, match=r"hoose one of|Choose one of"):
        setattr(lab, name, value)


def test_without_images_a_record_is_named_by_its_class():
    assert "class" in likelihood_explorer(images=None).labels[0]
    assert likelihood_explorer(images=None)._images == b""


def test_a_ratio_below_one_is_told_the_other_way_round():
    assert times(np.log(1 / 3)) == "3.0 times as likely without it as with it"


def test_two_thousand_records_and_sixty_four_shadows_are_ready_in_two_seconds():
    game = game_of_hard_and_easy_records(66, 2000)
    LikelihoodExplorer(game)
    started = time.perf_counter()
    LikelihoodExplorer(game)
    assert time.perf_counter() - started < 2


@pytest.mark.browser
def test_previous_and_next_go_round_the_records_on_offer(bare_page):
    lab = likelihood_explorer()
    page = bare_page(lab)
    previous, following = (page.get_by_role("button", name=name) for name in ("Previous", "Next"))
    previous.focus()
    page.keyboard.press("Enter")
    assert state(page, "record") == lab.offered[-1]
    following.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert state(page, "record") == lab.offered[1]


@pytest.mark.browser
def test_the_picture_of_a_record_is_drawn_dark_on_light_and_has_words(bare_page):
    images = np.zeros((400, 5, 5))
    images[3, 1, 2] = 1.0
    page = bare_page(likelihood_explorer(images=images))
    canvas = page.locator("canvas")
    label = likelihood_explorer().labels[0]
    assert canvas.get_attribute("aria-label") == f"Picture of {label}"
    pixel = "([x, y]) => [...document.querySelector('canvas').getContext('2d').getImageData(x, y, 1, 1).data]"
    assert page.evaluate(pixel, [2, 1]) == [0, 0, 0, 255]
    assert page.evaluate(pixel, [1, 2]) == [255, 255, 255, 255]


@pytest.mark.browser
def test_the_truth_can_be_hidden_again(bare_page):
    page = bare_page(likelihood_explorer())
    page.get_by_role("button", name="Show the truth").focus()
    page.keyboard.press("Enter")
    rested(page)
    assert "The truth: " in words(page)
    assert page.locator(".mia-truth").inner_text()
    page.keyboard.press("Enter")
    rested(page)
    assert "The truth is hidden." in words(page)
    assert state(page, "uncovered") == []
