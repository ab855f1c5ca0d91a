"""When two results count as the same, and in which words they differ."""

import numpy as np
import pytest
import torch

from mia_teach import Rate
from mia_teach.exercises.compare import difference, is_per_cent, lists_for_arrays, unchanged, words

from .laws import STRANGE


@pytest.mark.parametrize(
    ("came", "expected"),
    [
        ([1, 2], np.array([1.0, 2.0])),
        (torch.tensor([1.0, 2.0], requires_grad=True), np.array([1.0, 2.0])),
        (np.array([1.0, 2.0]), torch.tensor([1.0, 2.0])),
        (np.float32(0.5), 0.5),
        (np.array(0.5), 0.5),
        (3, 3.0),
        (Rate(1, 2), 0.5),
        (np.bool_(True), True),
        ([True, False], np.array([True, False])),
        ([1, 2], (1, 2)),
        (np.array([1.0, 2.0]), (1.0, 2.0)),
        (np.array([np.inf, np.nan]), np.array([np.inf, np.nan])),
        (0.1 + 0.2, 0.3),
        (Rate(1, 2), Rate(1, 2)),
        ({"a": [1]}, {"a": np.array([1])}),
        ("a", "a"),
        (None, None),
    ],
)
def test_these_count_as_the_same(came, expected):
    assert difference(came, expected) == ""


@pytest.mark.parametrize(
    ("came", "expected", "said"),
    [
        (1, True, "True or False is needed; a single number came."),
        (True, 1.0, "A single number is needed; True came."),
        (np.array([1.0, 0.0]), np.array([True, False]), "Bools are needed; floats came."),
        (np.array([1.0, 2.0]), np.array([1, 2]), "Integers are needed; floats came."),
        (np.array([1, 3]), np.array([1, 2]), "1 of the 2 values differs."),
        ([1, [2, 3]], np.array([1.0, 2.0]), "the list that came makes no even array of numbers"),
        (np.array([1.0]), 1.0, "A single number is needed; an array of floats of shape (1,) came."),
        (float("nan"), 1.0, "The number came out NaN"),
        (float("-inf"), 1.0, "The number came out infinite."),
        (np.array([np.inf, 1]), np.array([1.0, 1.0]), "1 of the 2 numbers came out infinite."),
        ((1, 2, 3), (1, 2), "3 values came; 2 are needed."),
        ((1, 5), (1, 2), "The second of the 2 differs."),
        ((1, None), (1, 2), "The second of the 2: A single number is needed"),
        (0.49902, 0.5, "The number is near, but not exact. Was it rounded or simulated?"),
        (0.49, 0.5, "The number differs."),
        (3, (1, 2), "A tuple of 2 is needed; a single number came."),
        ({"b": 1}, {"a": 1}, "A dict with the keys 'a' is needed"),
        (None, 1.0, "A single number is needed; nothing (None) came."),
        (0.5, Rate(1, 2), "A Rate is needed; a single number came."),
        (Rate(2, 4), Rate(1, 2), "`hits` differs. The number differs."),
        ("b", "a", "The value differs."),
    ],
)
def test_a_difference_is_said_in_a_sentence(came, expected, said):
    assert said in difference(came, expected)


@pytest.mark.parametrize(
    "expected", [1.0, True, "a", None, np.ones(2), np.array([True]), (1, 2), {"a": 1}, Rate(1, 2)]
)
def test_no_object_makes_a_comparison_or_a_description_fail(expected):
    for strange in STRANGE:
        assert isinstance(difference(strange, expected), str)
        assert 0 < len(words(strange)) < 700 or strange == ""
        assert isinstance(lists_for_arrays(strange, expected), bool)
        assert isinstance(is_per_cent(strange, expected), bool)


@pytest.mark.parametrize(
    ("came", "expected", "listed"),
    [
        ([1], np.ones(1), True),
        (np.ones(1), np.ones(1), False),
        (torch.ones(1), np.ones(1), False),
        ([1, 2], (1, 2), False),
        ((1, [2]), (1, np.ones(1)), True),
        ({"a": (1,)}, {"a": np.ones(1)}, True),
        (1.0, 1.0, False),
    ],
)
def test_a_list_in_the_place_of_an_array_is_seen(came, expected, listed):
    assert lists_for_arrays(came, expected) is listed


@pytest.mark.parametrize(
    ("came", "expected", "is_so"),
    [
        (25, 0.25, True),
        (-25.0, -0.25, True),
        (np.array([0, 50]), np.array([0.0, 0.5]), True),
        (0.0, 0.0, False),
        (200.0, 2.0, False),
        (100, 1, False),
        ("25", 0.25, False),
    ],
)
def test_a_hundred_times_a_share_is_a_per_cent(came, expected, is_so):
    assert is_per_cent(came, expected) is is_so


def test_what_a_call_changed_is_seen_through_lists_dicts_and_tensors():
    assert unchanged([np.ones(2), {"a": torch.ones(2)}], [np.ones(2), {"a": torch.ones(2)}])
    assert not unchanged([np.ones(2)], [np.zeros(2)])
    assert not unchanged({"a": torch.ones(2)}, {"a": torch.zeros(2)})
    assert not unchanged([1], [1, 2])
    assert unchanged(np.array([np.nan]), np.array([np.nan]))
    assert not unchanged(np.ones(2), np.ones(2, dtype=np.float32))


def test_values_are_shown_short_and_without_addresses():
    assert words(np.arange(1000)) == "[  0,   1,   2, ..., 997, 998, 999]"
    assert words((np.float64(1 / 3), True, "a", None, [2])) == "(0.333333, True, 'a', None, [2])"
    assert words(object()) == "an object"
    assert words(len) == "the function len"
    assert words("a" * 5000).endswith(" …")
