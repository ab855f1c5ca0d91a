"""The share of records found at least so often."""

import numpy as np
import pytest

from mia_teach import Exposure, balanced_shadows
from mia_teach.plots import ExposureDisplay


def an_exposure(chance=0.3, targets=16, records=500, seed=0):
    member = balanced_shadows(targets, records, seed=seed)
    return Exposure(
        np.random.default_rng(seed).random(member.shape) < chance, member, fpr=0.01, name="rigged"
    )


def test_each_point_is_the_share_of_records_found_so_often():
    exposure = an_exposure()
    line = ExposureDisplay.from_exposure(exposure).plot().line_
    for often, share in zip(line.get_xdata(), line.get_ydata(), strict=True):
        assert share == pytest.approx((exposure.tpr >= often - 1e-9).mean())
    assert (line.get_xdata()[0], line.get_ydata()[0]) == (0.0, 1.0)


def test_equally_exposed_records_lie_on_the_curve_of_luck_alone():
    display = ExposureDisplay.from_exposure(an_exposure(records=4000)).plot(equal=True)
    luck = display.ax_.lines[-1]
    assert luck.get_linestyle() != display.line_.get_linestyle()
    many = display.if_equal > 0.02
    np.testing.assert_allclose(display.share[many], display.if_equal[many], atol=0.03)


def test_a_few_who_are_always_found_stand_above_the_curve_of_luck():
    chance = np.where(np.arange(500) < 10, 1.0, 0.02)
    display = ExposureDisplay.from_exposure(an_exposure(chance=chance)).plot(equal=True)
    assert display.share[-1] == pytest.approx(0.02)
    assert display.if_equal[-1] < 1e-6


def test_two_curves_share_an_axis_that_reaches_the_lower_of_them():
    ax = ExposureDisplay.from_exposure(an_exposure(records=2000), name="many").plot().ax_
    ExposureDisplay.from_exposure(an_exposure(records=100), name="few").plot(ax, ls="--")
    assert ax.get_ylim()[0] <= 0.5 / 2000
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["many", "few"]
    assert ax.get_yscale() == "log"


def test_it_refuses_records_trained_on_unequally_often_and_curves_of_two_lengths():
    member = np.array([[1, 1], [1, 0], [0, 1], [0, 1]], bool)
    with pytest.raises(ValueError, match="trained on 2 times and others 3 times"):
        ExposureDisplay.from_exposure(Exposure(member, member, fpr=0.01))
    with pytest.raises(ValueError, match="two rows"):
        ExposureDisplay([0.0, 1.0], [1.0])
