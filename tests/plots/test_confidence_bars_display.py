"""Twelve people as bars: the secret is kept until it is told, and then never by colour alone."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from mia_teach.plots import MEMBER, NON_MEMBER, ConfidenceBarsDisplay
from mia_teach.plots.figures import png

CONFIDENCE, NAMES = np.array([0.9, 0.2, 0.5]), ["one", "two", "three"]


def test_untold_bars_look_alike_and_are_as_long_as_the_confidence():
    display = ConfidenceBarsDisplay(CONFIDENCE, NAMES).plot()
    assert len({bar.get_facecolor() for bar in display.bars_}) == 1
    assert [bar.get_width() for bar in display.bars_] == CONFIDENCE.tolist()
    assert [text.get_text() for text in display.ax_.texts] == ["90.0 %", "20.0 %", "50.0 %"]
    assert display.ax_.get_legend() is None


def test_told_members_are_solid_and_the_others_hatched():
    display = ConfidenceBarsDisplay(CONFIDENCE, NAMES, member=[True, False, False]).plot()
    member, other, _ = display.bars_
    assert to_hex(member.get_facecolor()).upper() == MEMBER
    assert to_hex(other.get_edgecolor()).upper() == NON_MEMBER
    assert not member.get_hatch()
    assert other.get_hatch()
    told = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert told == ["was in (solid)", "was not in (hatched)"]


def test_names_stand_from_top_to_bottom_and_given_axes_are_used():
    axes = Figure().subplots()
    display = ConfidenceBarsDisplay(CONFIDENCE, NAMES).plot(axes)
    assert display.ax_ is axes
    assert axes.yaxis_inverted()
    assert [label.get_text() for label in axes.get_yticklabels()] == NAMES


def test_the_same_bars_give_the_same_bytes():
    one, other = (png(ConfidenceBarsDisplay(CONFIDENCE, NAMES).plot().figure_) for _ in range(2))
    assert one == other


def test_a_name_too_few_is_refused():
    with pytest.raises(ValueError, match="3 confidences and 2 names"):
        ConfidenceBarsDisplay(CONFIDENCE, NAMES[:2])
