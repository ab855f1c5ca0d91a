"""Shares by name."""

import pytest

from mia_teach import Rate
from mia_teach.plots import RatesDisplay

RATES = [Rate(9, 12), Rate(2, 12), Rate(0, 3)]


def test_the_first_name_stands_on_top_and_each_point_at_its_share():
    drawn = RatesDisplay(["a", "b", "c"], RATES, of="the learners").plot()
    assert list(drawn.line_.get_xdata()) == [rate.value for rate in RATES]
    bottom, top = drawn.ax_.get_ylim()
    assert top < 0 < 2 < bottom
    assert [label.get_text() for label in drawn.ax_.get_yticklabels()] == ["a", "b", "c"]
    assert drawn.ax_.get_xlabel() == "share of the learners"


def test_the_bars_are_the_intervals():
    drawn = RatesDisplay(["a", "b", "c"], RATES, of="the learners").plot()
    [bars] = [one for one in drawn.ax_.collections if len(one.get_segments()) == 3]
    ends = [(segment[0][0], segment[1][0]) for segment in bars.get_segments()]
    assert ends == [pytest.approx(rate.interval) for rate in RATES]


def test_the_words_hold_every_number_and_no_names_are_no_error():
    assert "a: 9 of 12, 75 % (43 % to 95 %)" in RatesDisplay(["a"], RATES[:1], of="all").describe()
    empty = RatesDisplay([], [], of="all")
    assert "Nothing was counted" in empty.describe()
    assert empty.plot().figure_


def test_a_name_without_a_rate_is_refused():
    with pytest.raises(ValueError, match="2 names, 1 rates and no shares"):
        RatesDisplay(["a", "b"], RATES[:1], of="all")
    with pytest.raises(ValueError, match="and 1 shares beside"):
        RatesDisplay(["a", "b"], RATES[:2], of="all", beside=[0.5])


def test_what_stands_beside_is_told_apart_without_colour_and_is_in_the_words():
    display = RatesDisplay(
        ["a", "b", "c"], RATES, of="all", beside=[0.7, 0.5, 0.9], names_of=("right", "sure")
    )
    drawn = display.plot()
    [beside] = [line for line in drawn.ax_.lines if line.get_marker() == "D"]
    assert list(beside.get_xdata()) == [0.7, 0.5, 0.9]
    assert drawn.line_.get_marker() == "o"
    assert {text.get_text() for text in drawn.ax_.get_legend().get_texts()} == {"right", "sure"}
    assert "9 of 12, 75 % (43 % to 95 %), sure 70 %" in display.describe()
