"""How sure against how right: the verdict is rarely wrong about somebody who is calibrated, and sees who is not."""

from functools import reduce

import numpy as np
import pytest
from scipy.stats import binom

from mia_teach.calibration import Calibration


def answers(*entries):
    predictions = {str(i): entry for i, entry in enumerate(entries)}
    return {"version": 1, "lessons": {"01": {"prediction": predictions}}}


def judged(confidences):
    """The numbers of hits that get a verdict against somebody with these confidences."""
    n = len(confidences)
    said = [Calibration(confidences, [True] * k + [False] * (n - k)).verdict for k in range(n + 1)]
    return [k for k, verdict in enumerate(said) if verdict in ("surer", "less sure")]


def wrongly_judged(n, sure):
    """How probably somebody is who is always this sure, and rightly so."""
    return binom.pmf(judged([sure] * n), n, sure).sum()


def test_only_scored_predictions_count():
    content = answers(
        {"guess": 1, "confidence": 0.7, "right": True},
        {"guess": 1, "confidence": 0.7},
        {"guess": 1, "confidence": 1.5, "right": True},
        {"guess": 1, "confidence": float("nan"), "right": True},
        {"confidence": 0.3, "right": False},
    )
    found = Calibration.from_answers(content)
    assert (found.confidence, found.right) == ((0.7, 0.3), (True, False))


def test_every_prediction_is_in_one_group():
    confidence = [i / 100 for i in range(5, 100)]
    found = Calibration(confidence, [True] * len(confidence))
    assert sum(group.rate.total for group in found.groups) == len(confidence)
    assert [group.rate.total for group in found.groups] == [35, 30, 30]
    assert found.groups[1].sure == pytest.approx(np.mean(range(40, 70)) / 100)


def test_floating_point_moves_nobody_into_another_group():
    assert [group.name for group in Calibration([0.1 + 0.2 + 0.1, 0.7 - 1e-12], [True, True]).groups] == [
        "40 to 69 % sure",
        "70 % sure or more",
    ]


@pytest.mark.parametrize("n", [0, 1, 4])
def test_from_few_predictions_nothing_is_told(n):
    found = Calibration([0.95] * n, [False] * n)
    assert n == 0 or found.verdict == ""
    assert "nothing can be told" in repr(found) or "No prediction" in repr(found)
    assert "surer" not in repr(found)


def test_as_long_as_no_outcome_could_speak_against_the_confidence_nothing_is_told():
    """Five times fifty-fifty: even five misses are as probable as 1 in 32, and that is within the interval."""
    assert Calibration([0.5] * 5, [False] * 5).verdict == ""
    assert Calibration([0.5] * 6, [False] * 6).verdict == "surer"
    assert Calibration([0.5] * 6, [True] * 6).verdict == "less sure"


def test_the_sentence_holds_the_numbers_and_the_interval():
    said = repr(Calibration([0.8] * 10, [True] * 6 + [False] * 4))
    assert "10 predictions scored. You were 80 % sure on average, and 6 came true" in said
    assert "60.0 % (26.2 % to 87.8 %; 6 of 10)" in said
    assert "anything from 26 % to 88 %" in said


@pytest.mark.parametrize("n", [5, 12, 40])
@pytest.mark.parametrize("sure", [0.3, 0.5, 0.8, 0.95])
def test_somebody_calibrated_is_wrongly_judged_at_most_once_in_twenty(n, sure):
    """Exactly, over all outcomes of n predictions that come true with just the stated probability."""
    assert wrongly_judged(n, sure) <= 0.05


def test_with_confidences_that_differ_it_is_wrong_more_rarely_still():
    """Than with equal ones of the same mean: exactly, over all outcomes of twelve predictions, for 200 sets of these."""
    rng = np.random.default_rng(0)
    for sure in rng.choice([0.2, 0.5, 0.7, 0.95], size=(200, 12)):
        hits = reduce(np.convolve, [(1 - p, p) for p in sure])  # the probability of each number of hits
        assert hits[judged(sure)].sum() < wrongly_judged(12, sure.mean())


def test_over_a_course_somebody_far_too_sure_is_seen():
    rng = np.random.default_rng(1)
    verdicts = [Calibration([0.9] * 12, rng.random(12) < 0.4).verdict for _ in range(300)]
    assert np.mean([verdict == "surer" for verdict in verdicts]) > 0.8


@pytest.mark.parametrize(
    ("confidence", "right", "said"),
    [([0.5], [], "1 confidences and 0 outcomes"), ([70], [True], "share from 0 to 1")],
)
def test_what_is_no_confidence_is_refused(confidence, right, said):
    with pytest.raises(ValueError, match=said):
        Calibration(confidence, right)
