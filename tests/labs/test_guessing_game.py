"""The guessing game: what is said about twelve people, what stays secret, and what a rule wins."""

import numpy as np
import pytest
import traitlets
from scipy.stats import binom

import mia_teach as mt
from mia_teach import progress
from mia_teach.labs.guessing_game import GuessingGame, in_words, luck
from mia_teach.rate import percent
from mia_teach.scores import Scores
from tests.browser import state, words
from tests.labs.examples import guessing_game

TRUTH = "✓✗"


def test_a_rule_wins_what_counting_says():
    lab = guessing_game()
    random = np.random.default_rng(3)  # the same draws as the example's
    member = random.random(76) < 0.5
    confidence = np.clip(random.beta(2, 2, 76) + 0.25 * member, 0, 1)[36:]
    for place in range(101):
        lab.threshold = place / 100
        guess, truth = confidence > place / 100, member[36:]
        shown = lab.values()
        assert shown["wins"] == (guess == truth).sum()
        assert shown["advantage"] == pytest.approx(guess[truth].mean() - guess[~truth].mean())


def test_twelve_marks_are_judged_against_the_truth():
    lab = guessing_game()
    truth = lab.member[:12]
    for person, was_in in enumerate(truth, start=1):
        lab.mark(person, not was_in if person <= 4 else was_in)
    shown = lab.reveal().values()
    assert (shown["right"], shown["members"]) == (8, truth.sum())
    assert shown["members_found"] == truth[4:].sum()
    assert shown["others_accused"] == (~truth[:4]).sum()


def test_nothing_shown_depends_on_the_truth_before_it_is_uncovered():
    lab = guessing_game()
    other = Scores(np.tile(lab.confidence, 3)[:76], np.arange(76) % 2 == 0, "confidence")
    swapped = GuessingGame(other, lab.about * 3, deals=3, rounds=40, goals=(), title=lab.title)
    assert swapped.lines()[:13] == lab.lines()[:13]
    assert not set(TRUTH) & set(repr(lab) + lab._repr_mimebundle_()[0]["text/html"])


def test_uncovering_before_all_are_judged_names_those_still_open():
    lab = guessing_game()
    for person in range(1, 12):
        lab.mark(person, True)
    with pytest.raises(ValueError, match="still open: 12"):
        lab.reveal()


def test_a_mark_after_uncovering_changes_nothing():
    lab = guessing_game()
    for person in range(1, 13):
        lab.mark(person, True)
    before = lab.reveal().values()
    assert lab.mark(1, False).values() == before


def test_luck_agrees_with_scipy():
    for wins in range(13):
        assert luck(wins) == pytest.approx(binom.sf(wins - 1, 12, 0.5))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("deal", 3),
        ("deal", -1),
        ("marks", [1] * 11),
        ("marks", [2] * 12),
        ("threshold", 1.5),
        ("threshold", -0.1),
    ],
)
def test_an_impossible_position_is_refused(name, value):
    with pytest.raises(traitlets.TraitError):
        setattr(guessing_game(), name, value)


def test_too_few_people_or_impossible_confidences_are_refused():
    member = np.arange(20) < 10
    with pytest.raises(ValueError, match="32 people are needed"):
        GuessingGame(Scores(np.ones(20), member), ["x"] * 20, deals=1, rounds=20)
    with pytest.raises(ValueError, match="from 0 to 1"):
        GuessingGame(Scores(np.arange(20.0), member), ["x"] * 20, deals=1, rounds=8)
    with pytest.raises(ValueError, match="one side"):
        GuessingGame(Scores(np.ones(32), np.arange(32) < 12), ["x"] * 32, deals=1, rounds=20)


def test_all_goals_can_be_met_and_are_kept():
    lab = guessing_game()
    for person, was_in in enumerate(lab.member[:12], start=1):
        lab.mark(person, bool(was_in))
    lab.reveal()
    assert lab.goals_met == [True, True, False]
    best = int(np.argmax([lab.values_at(0, [-1] * 12, False, p / 100)["wins"] for p in range(101)]))
    lab.threshold = best / 100
    assert lab.goals_met == [True, True, True]
    assert progress.summary()[0].goals_met == 3


def test_the_untouched_panel_meets_no_goal():
    lab = guessing_game()
    assert not any(goal.is_met(lab.values()) for goal in lab.goals)


def test_patients_are_described_without_their_exact_age():
    patients = mt.load_support2("disease")
    said = in_words(patients)
    assert len(said) == len(patients)
    assert not any(character.isdigit() for words in said for character in words)
    women = patients.x[:, patients.feature_names.index("sex = female")].sum()
    assert sum(words.startswith("woman") for words in said) == women
    for disease in ("coma", "lung cancer", "heart failure", "organ failure with sepsis"):
        assert sum(words.endswith(f", {disease}") for words in said) in np.bincount(patients.y)


@pytest.mark.browser
def test_a_whole_deal_is_played_by_keyboard(bare_page):
    lab = guessing_game()
    page = bare_page(lab)
    for _ in range(12):
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
    assert state(page, "marks") == [1] * 12
    page.keyboard.press("ArrowDown")
    assert state(page, "marks") == [1] * 11 + [0]
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_timeout(220)
    shown = lab.values_at(0, [1] * 11 + [0], True, 0.0)
    assert words(page, ".mia-won") == (
        f"You win {shown['right']} of 12. Coin flips win {shown['right']} or more in {percent(shown['luck'])} of deals."
    )
    button, won = (page.locator(one).bounding_box() for one in (".mia-uncover button", ".mia-won"))
    assert abs(button["y"] + button["height"] / 2 - won["y"] - won["height"] / 2) < 5, "beside the button"
    assert words(page) == lab.words(lab.values_at(0, [1] * 11 + [0], True, 0.0))
    verdicts = page.locator(".mia-verdict").all_inner_texts()
    assert [verdict[2:] for verdict in verdicts] == [
        "was in" if was else "was not in" for was in lab.member[:12]
    ]
    assert page.locator(".mia-person input:enabled").count() == 0
    assert page.evaluate("document.activeElement.textContent") == "Another twelve"
    page.keyboard.press("Enter")
    assert (state(page, "deal"), state(page, "marks"), state(page, "revealed")) == (1, [-1] * 12, False)
    assert words(page, ".mia-won") == ""
    assert page.locator(".mia-about").first.inner_text() == "1. woman in her sixties, illness 12"


@pytest.mark.browser
def test_uncovering_too_early_names_those_still_open(bare_page):
    page = bare_page(guessing_game())
    for row in range(10):
        page.locator(".mia-person").nth(row).get_by_text("was in", exact=True).click()
    page.locator(".mia-uncover button").click()
    assert (
        page.locator(".mia-uncover [role=status]").inner_text()
        == "Judge all twelve first; still open: 11, 12."
    )
    assert state(page, "revealed") is False


@pytest.mark.browser
def test_after_the_last_deal_comes_the_first(bare_page):
    page = bare_page(guessing_game(deal=2))
    for row in range(12):
        page.locator(".mia-person").nth(row).get_by_text("was not in", exact=True).click()
    page.locator(".mia-uncover button").click()
    assert page.locator(".mia-uncover button").inner_text() == "Back to the first twelve"
    page.locator(".mia-uncover button").click()
    assert state(page, "deal") == 0


@pytest.mark.browser
def test_the_sides_of_the_rule_stay_hidden_until_something_was_tried(bare_page):
    page = bare_page(guessing_game())
    assert not page.locator("path.mia-member").is_visible()
    assert page.get_by_text("The patients appear when you move the line.").is_visible()
    slider = page.locator("input[type=range]")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("path.mia-member").is_visible()
    assert page.get_by_text("The patients appear").count() == 0


@pytest.mark.browser
def test_a_drag_sets_whole_per_cents(bare_page):
    page = bare_page(guessing_game())
    box = page.locator(".mia-draggable").bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.63 * box["width"], box["y"] + 40, steps=5)
    page.mouse.up()
    threshold = state(page, "threshold")
    assert 0.4 < threshold < 0.8
    assert threshold == round(threshold, 2)
