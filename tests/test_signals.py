from fractions import Fraction
from math import fsum, log

import numpy as np
import pytest
import torch
from scipy.special import softmax

from mia_teach import signals

RNG = np.random.default_rng(0)
LOGITS = RNG.normal(scale=3, size=(4, 50, 7))
LABELS = RNG.integers(0, 7, 50)


def probabilities():
    p = softmax(LOGITS, axis=-1)
    return p, np.take_along_axis(p, np.broadcast_to(LABELS[:, None], (4, 50, 1)), -1)[..., 0]


def test_cross_entropy_is_torchs():
    ours = signals.cross_entropy(LOGITS, LABELS)
    for logits, row in zip(LOGITS, ours, strict=True):
        torchs = torch.nn.functional.cross_entropy(
            torch.tensor(logits), torch.tensor(LABELS), reduction="none"
        )
        np.testing.assert_allclose(row, torchs, rtol=1e-12)


def test_label_probability_and_log_odds_are_their_definitions():
    _, at_label = probabilities()
    np.testing.assert_allclose(signals.label_probability(LOGITS, LABELS), at_label, rtol=1e-12)
    odds = signals.label_log_odds(LOGITS, LABELS)
    np.testing.assert_allclose(odds, np.log(at_label / (1 - at_label)), rtol=1e-9)


def test_entropy_is_its_definition():
    p, _ = probabilities()
    np.testing.assert_allclose(signals.entropy(LOGITS), -(p * np.log(p)).sum(-1), rtol=1e-11)


def test_modified_entropy_is_song_and_mittals_equation_8_worked_by_hand():
    # logits log 2, log 1, log 1 give the probabilities 1/2, 1/4, 1/4 and the label is the first
    p_y, p = Fraction(1, 2), Fraction(1, 4)
    by_hand = fsum([-(1 - p_y) * log(p_y), -2 * p * log(1 - p)])
    ours = signals.modified_entropy(np.log([[2.0, 1.0, 1.0]]), np.array([0]))
    np.testing.assert_allclose(ours, by_hand, rtol=1e-14)


def test_modified_entropy_equals_the_sum_over_classes():
    p, at_label = probabilities()
    others = -(p * np.log1p(-p)).sum(-1) + at_label * np.log1p(-at_label)
    np.testing.assert_allclose(
        signals.modified_entropy(LOGITS, LABELS), others - (1 - at_label) * np.log(at_label), rtol=1e-9
    )


@pytest.mark.parametrize("size", [1e4, -1e4, 1e6])
def test_every_signal_is_finite_and_exact_for_extreme_logits(size):
    logits, labels = np.array([[size, 0.0, 0.0], [0.0, size, 0.0]]), np.array([0, 0])
    for name in ("cross_entropy", "label_probability", "label_log_odds", "modified_entropy"):
        assert np.isfinite(getattr(signals, name)(logits, labels)).all(), name
    assert np.isfinite(signals.entropy(logits)).all()
    if size > 0:
        np.testing.assert_array_equal(signals.cross_entropy(logits, labels), [0, size])
        np.testing.assert_allclose(
            signals.label_log_odds(logits, labels), [size - np.log(2), -size], rtol=1e-15
        )
        # surely right: 0; surely wrong: -log p_y and -log(1 - p_k), each `size` large
        np.testing.assert_allclose(signals.modified_entropy(logits, labels), [0, 2 * size - 0.0], rtol=1e-4)
    else:
        np.testing.assert_allclose(
            signals.cross_entropy(logits, labels), [-size + np.log(2), np.log(2)], rtol=1e-15
        )


@pytest.mark.filterwarnings("error")
def test_a_sure_answer_gives_no_warning():
    for logits in (np.array([[1e4, 0.0, 0.0]]), np.array([[0.0, 0.0, 1e4]])):
        assert np.isfinite(signals.modified_entropy(logits, np.array([0])))
        assert np.isfinite(signals.cross_entropy(logits, np.array([0])))
        assert np.isfinite(signals.entropy(logits))


def test_tiny_losses_do_not_tie():
    logits = np.array([[40.0, 0.0], [50.0, 0.0], [60.0, 0.0]])
    loss = signals.cross_entropy(logits, np.zeros(3, int))
    np.testing.assert_allclose(loss, np.exp([-40.0, -50.0, -60.0]), rtol=1e-12)


def test_a_tie_at_the_top_is_not_correct():
    assert signals.correct(np.array([[1.0, 1.0], [2.0, 1.0]]), np.array([0, 0])).tolist() == [False, True]


def test_float32_logits_are_computed_in_float64():
    assert signals.cross_entropy(LOGITS.astype(np.float32), LABELS).dtype == np.float64


@pytest.mark.parametrize(
    ("logits", "labels", "words"),
    [
        (np.zeros(3), np.zeros(3, int), "examples, classes"),
        (np.zeros((3, 1)), np.zeros(3, int), "at least 2 classes"),
        (np.array([[np.nan, 0.0]]), np.array([0]), "infinite or NaN"),
        (np.zeros((3, 2)), np.zeros(2, int), "one integer per example"),
        (np.zeros((3, 2)), np.zeros(3), "one integer per example"),
        (np.zeros((3, 2)), np.array([0, 1, 2]), "from 0 to 1"),
        (np.zeros((3, 2)), np.array([0, 1, -1]), "from 0 to 1"),
    ],
)
def test_it_refuses_with_a_sentence(logits, labels, words):
    with pytest.raises(ValueError, match=words):
        signals.cross_entropy(logits, labels)
