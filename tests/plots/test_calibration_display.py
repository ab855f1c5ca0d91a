"""Sure against right, as a picture and in words."""

import pytest

from mia_teach import Rate
from mia_teach.calibration import Calibration
from mia_teach.plots import CalibrationDisplay


def display():
    return CalibrationDisplay.from_calibration(
        Calibration([0.2, 0.5, 0.6, 0.8, 0.9, 0.9], [False, True, False, True, True, False])
    )


def test_each_group_stands_at_its_confidence_and_its_share_of_hits():
    drawn = display().plot()
    assert drawn.line_.get_xdata() == pytest.approx([0.2, 0.55, 0.8667], abs=1e-4)
    assert drawn.line_.get_ydata() == pytest.approx([0, 0.5, 2 / 3])
    assert [text.get_text() for text in drawn.ax_.texts] == ["0 of 1", "1 of 2", "2 of 3"]


def test_the_bars_are_the_intervals_of_the_hits():
    drawn = display().plot()
    [bars] = [one for one in drawn.ax_.collections if len(one.get_segments()) == 3]
    ends = [(segment[0][1], segment[1][1]) for segment in bars.get_segments()]
    assert ends == [pytest.approx(Rate(*counts).interval) for counts in ((0, 1), (1, 2), (2, 3))]


def test_the_line_on_which_both_agree_stands_apart_without_colour():
    drawn = display().plot()
    diagonal = drawn.ax_.lines[0]
    assert list(diagonal.get_xdata()) == list(diagonal.get_ydata()) == [0, 1]
    assert diagonal.get_linestyle() == "--"
    assert drawn.line_.get_marker() == "o"


def test_the_words_hold_every_number():
    said = display().describe()
    for part in ("below 40 % sure: 20 % sure on average, 0 of 1 came true, 0 % (0 % to 98 %)", "2 of 3"):
        assert part in said


def test_without_predictions_there_is_still_a_picture_and_a_sentence():
    empty = CalibrationDisplay([], [], names=[])
    assert "None was scored" in empty.describe()
    assert empty.plot().figure_


def test_a_group_without_a_rate_is_refused():
    with pytest.raises(ValueError, match="each group needs one of each"):
        CalibrationDisplay([0.5], [], names=["a"])
