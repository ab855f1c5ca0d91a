"""The prediction: committed once, kept, and scored."""

import pytest

from mia_teach import progress
from mia_teach.labs.prediction import Prediction, plain, trouble
from mia_teach.rate import Rate
from tests.browser import axe_violations, rested, state, words
from tests.labs.examples import EXAMPLES, prediction
from tests.labs.node import needs_node, under_node


def kept():
    return progress.read()["lessons"]["02"]["prediction"]["tpr"]


def test_the_first_commitment_counts():
    made = prediction().commit(12, confidence=70)
    made.commit(40, confidence=99)
    assert (made.answer, made.confidence) == (12, 70)
    made.answer = 50
    made.set_state({"answer": 60.0, "confidence": 55})
    assert (made.answer, made.confidence) == (12, 70)
    assert kept() == {"guess": 12, "confidence": 0.7}


def test_a_commitment_stands_there_again_when_the_cell_runs_again():
    prediction().commit(12, confidence=70)
    again = prediction()
    assert again.read_out() == (
        "You predicted 12 % and are 70 % sure that the truth lies within ±5 percentage points of it."
    )
    assert again.commit(80, confidence=50).answer == 12
    assert Prediction("How much?", lesson="02", name="other").answer is None


@pytest.mark.parametrize(
    ("truth", "hit", "brier"),
    [(12, True, 0.09), (17, True, 0.09), (7, True, 0.09), (17.1, False, 0.49), (90, False, 0.49)],
)
def test_brier_score_is_the_squared_distance_of_confidence_and_outcome(truth, hit, brier):
    revealed = prediction().commit(12, confidence=70).reveal(truth)
    assert revealed.hit is hit
    assert revealed.brier == pytest.approx(brier)
    assert kept()["right"] is hit


def test_what_is_committed_after_scoring_changes_nothing_in_the_file():
    made = prediction().commit(12, confidence=70)
    made.reveal(50)
    made.reveal(12)
    assert kept()["right"] is False
    assert progress.summary()[0].brier == pytest.approx(0.49)


def test_revealing_says_all_and_nothing_that_changes_from_run_to_run():
    made = prediction().commit(12, confidence=70)
    assert repr(made.reveal(14.04, 13, 15.26)) == (
        "You predicted 12 % and were 70 % sure.\n"
        "Result: 14.0 % (interval 13.0 to 15.3).\n"
        "That is within ±5 percentage points: a hit.\n"
        "Brier score 0.090, the square of your sureness minus what came (1 for a hit, 0 for a miss): "
        "0 is the best, always saying 50 % earns 0.250, sure and wrong costs nearly 1."
    )
    assert repr(made.reveal(14.04, 13, 15.26)) == repr(made.reveal(14.04, 13, 15.26))


def test_a_rate_is_told_in_per_cent_with_its_interval():
    assert "Result: 1.3 % (interval 0.7 to 2.3)." in repr(prediction().reveal(Rate(12, 899)))


def test_without_a_commitment_revealing_says_what_came_and_scores_nothing(answers):
    revealed = prediction().reveal(14)
    assert (revealed.hit, revealed.brier) == (None, None)
    assert repr(revealed).startswith("Result: 14.0 %.\nYou had committed no prediction")
    assert not answers.exists()


@pytest.mark.parametrize("answer", [None, "12", float("nan"), True, -1, 101, 1e9])
def test_an_answer_that_cannot_be_meant_gets_a_sentence_and_is_not_kept(answer, answers):
    made = prediction().commit(answer, confidence=70)
    assert made.answer is None
    assert "from 0 to 100 %" in made.note
    assert made.note in repr(made)
    assert not answers.exists()
    assert made.commit(5, confidence=70).note == ""


@pytest.mark.parametrize("confidence", [4, 100, 0.7, None])
def test_a_confidence_that_cannot_be_meant_gets_a_sentence(confidence):
    assert "from 5 to 99 %" in prediction().commit(12, confidence=confidence).note


@pytest.mark.parametrize(
    ("options", "said"),
    [({"low": 5, "high": 5}, "below high"), ({"tolerance": 0}, "above 0"), ({"tolerance": 100}, "less than")],
)
def test_a_prediction_that_cannot_be_scored_is_refused(options, said):
    with pytest.raises(ValueError, match=said):
        prediction(**options)


def test_a_number_without_a_unit_leaves_no_gap():
    made = Prediction("Which AUC?", name="auc", unit="", low=0.5, high=1, tolerance=0.05).commit(
        0.7, confidence=60
    )
    assert made.read_out() == "You predicted 0.7 and are 60 % sure that the truth lies within ±0.05 of it."
    assert "Result: 0.731." in repr(made.reveal(0.7312))


@needs_node
def test_bad_input_gets_the_same_sentence_in_both_languages():
    cases = [
        [a, c, [0, 100], u]
        for a in (None, -0.5, 0, 33.3333333, 100, 101, 1234567.0, "12.5.5", "many")
        for c in (4, 5, 99, 100)
        for u in ("%", "")
    ]
    said = under_node(prediction(), "output = input.map((case_) => module.trouble(...case_));", cases)
    assert said == [trouble(a, c, *between, u) for a, c, between, u in cases]
    numbers = [0.0, 12.0, 12.5, -0.25, 33.333333333, 0.1 + 0.2, 1e6, 99.99999999]
    assert under_node(prediction(), "output = input.map(module.plain);", numbers) == [
        plain(x) for x in numbers
    ]


@needs_node
def test_what_is_written_is_read_whole_or_not_at_all():
    numbers = ["12", " 12.5 ", "-3", "−3", "+4", ".5", "5.", "12 %", "12%", "007"]
    texts = [
        "12.5.5",
        "12,5",
        "1,000",
        "1e3",
        "0x10",
        "twelve",
        "12 % or so",
        "%",
        "--2",
        ".",
        "1 2",
        "Infinity",
    ]
    code = 'output = input.map((text) => module.read(text, "%"));'
    assert under_node(prediction(), code, numbers) == [12, 12.5, -3, -3, 4, 0.5, 5, 12, 12, 7]
    assert under_node(prediction(), code, texts) == texts
    assert under_node(prediction(), code, ["", "  "]) == [None, None], "NaN"
    assert under_node(prediction(), 'output = module.read("12 people", "people");', None) == 12


def test_a_low_confidence_can_be_committed_and_pays_when_it_was_a_guess():
    honest, bold = (Prediction("How much?", name=n) for n in ("honest", "bold"))
    assert honest.commit(12, confidence=10).reveal(50).brier == pytest.approx(0.01)
    assert bold.commit(12, confidence=50).reveal(50).brier == pytest.approx(0.25)


@pytest.mark.browser
@pytest.mark.parametrize("text", ["12.5.5", "12,5"])
def test_a_number_that_cannot_be_read_is_neither_cut_nor_committed(bare_page, text):
    page = bare_page(EXAMPLES["prediction"].make())
    page.keyboard.press("Tab")
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    assert words(page, ".mia-message").startswith(f"“{text}” is no number that can be read here.")
    assert state(page, "answer") is None
    assert page.locator("input[type=text]").input_value() == text
    assert axe_violations(page) == []


@pytest.mark.browser
def test_enter_in_the_number_commits(bare_page):
    page = bare_page(EXAMPLES["prediction"].make())
    page.keyboard.press("Tab")
    page.keyboard.type("12.5")
    page.keyboard.press("Enter")
    rested(page)
    assert (state(page, "answer"), state(page, "confidence")) == (12.5, 50)


@pytest.mark.browser
def test_bad_input_gets_a_sentence_in_the_panel(bare_page):
    page = bare_page(EXAMPLES["prediction"].make())
    button = page.get_by_role("button", name="Commit")
    button.click()
    assert words(page, ".mia-message") == "Write a number from 0 to 100 % first."
    page.keyboard.type("130")  # the focus went to the number
    button.click()
    assert (
        words(page, ".mia-message") == "130 lies outside the possible range. Write a number from 0 to 100 %."
    )
    assert axe_violations(page) == []
    assert state(page, "answer") is None


@pytest.mark.browser
def test_committing_by_keyboard_alone_locks_the_panel(bare_page):
    page = bare_page(EXAMPLES["prediction"].make())
    page.keyboard.press("Tab")
    page.keyboard.type("12.5")
    page.keyboard.press("Tab")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    rested(page)
    assert (state(page, "answer"), state(page, "confidence")) == (12.5, 55)
    assert (
        words(page)
        == "You predicted 12.5 % and are 55 % sure that the truth lies within ±5 percentage points of it."
    )
    assert page.locator(".mia-lab :is(input, button):enabled").count() == 0
    assert axe_violations(page) == []


@pytest.mark.browser
def test_confidence_stops_at_both_ends(bare_page):
    page = bare_page(EXAMPLES["prediction"].make())
    slider = page.locator("input[type=range]")
    slider.focus()
    for key, end in (
        ("Home", "5 % sure"),
        ("ArrowLeft", "5 % sure"),
        ("End", "99 % sure"),
        ("ArrowRight", "99 % sure"),
    ):
        page.keyboard.press(key)
        assert words(page, "output") == end
