import matplotlib
import numpy as np
import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import mia_teach as mt
from mia_teach.plots import CYCLE, MEMBER, NON_MEMBER, IntervalDisplay, RocDisplay, ScoreHistogramDisplay
from mia_teach.plots.figures import png

SCORES = mt.Scores(np.arange(40.0), np.arange(40) % 3 == 0, "a score")
ROC = mt.Roc.from_scores(SCORES)
RATES = [mt.Rate(3, 10), mt.Rate(5, 10)]
DISPLAYS = {
    "roc": lambda: RocDisplay.from_roc(ROC),
    "histogram": lambda: ScoreHistogramDisplay.from_scores(SCORES),
    "interval": lambda: IntervalDisplay([1, 2], RATES, name="share"),
}


@pytest.fixture
def shown(monkeypatch):
    shell = InteractiveShell.instance()
    publisher = CapturingDisplayPublisher()
    monkeypatch.setattr(shell, "display_pub", publisher)
    yield publisher.outputs
    InteractiveShell.clear_instance()


@pytest.mark.parametrize("name", DISPLAYS)
def test_a_display_draws_on_its_own_figure_or_on_given_axes_and_keeps_what_it_drew(name):
    display = DISPLAYS[name]().plot()
    assert isinstance(display.figure_, Figure)
    axes = Figure().subplots()
    assert DISPLAYS[name]().plot(axes).ax_ is axes
    assert axes.get_ylabel() or name == "interval"


@pytest.mark.parametrize("name", DISPLAYS)
def test_drawing_changes_no_global_setting_and_leaves_no_open_figure(name):
    before = dict(matplotlib.rcParams)
    png(DISPLAYS[name]().plot().figure_)
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("name", DISPLAYS)
def test_the_same_figure_gives_the_same_bytes(name):
    assert png(DISPLAYS[name]().plot().figure_) == png(DISPLAYS[name]().plot().figure_)


@pytest.mark.parametrize("name", DISPLAYS)
def test_show_gives_the_words_to_the_picture_and_beside_it(name, shown):
    mt.show(DISPLAYS[name](), alt='Members score higher: "0.9" against <0.1>')
    (output,) = shown
    assert output["data"]["text/plain"] == 'Members score higher: "0.9" against <0.1>'
    html = output["data"]["text/html"]
    assert html.startswith(
        '<img alt="Members score higher: &quot;0.9&quot; against &lt;0.1&gt;" style="max-width:100%" src="data:image/png'
    )
    assert "image/png" not in output["data"]


def test_show_takes_a_figure_and_axes_too(shown):
    axes = Figure().subplots()
    mt.show(axes, alt="An empty pair of axes")
    mt.show(axes.figure, alt="An empty pair of axes")
    assert len(shown) == 2


def test_show_refuses_a_picture_without_words_and_what_is_no_picture():
    for alt in ("", "plot", "a plot", None):
        with pytest.raises(ValueError, match="describes no figure"):
            mt.show(DISPLAYS["roc"](), alt=alt)
    with pytest.raises(TypeError, match="list is no figure"):
        mt.show([1, 2], alt="four words are enough")


def test_the_histograms_shares_add_up_to_one_a_side():
    display = ScoreHistogramDisplay.from_scores(SCORES, bins=7)
    assert display.members.sum() == pytest.approx(1)
    assert display.non_members.sum() == pytest.approx(1)


def test_members_and_non_members_differ_in_more_than_colour():
    axes = ScoreHistogramDisplay.from_scores(SCORES).plot().ax_
    filled, *lines = axes.patches
    assert filled.get_fill()
    assert {to_rgb(p.get_edgecolor()[:3]) for p in lines} == {to_rgb(MEMBER), to_rgb(NON_MEMBER)}
    assert len({p.get_linestyle() for p in lines}) == 2


def test_colours_are_okabe_and_itos():
    palette = {"#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7"}
    assert {*CYCLE, MEMBER, NON_MEMBER} <= palette


def test_the_roc_on_logarithmic_axes_shows_the_low_rates():
    axes = RocDisplay.from_roc(ROC).plot(log=True).ax_
    assert axes.get_xscale() == axes.get_yscale() == "log"
    assert axes.get_xlim() == (0.001, 1)


def test_two_attacks_on_the_same_axes_share_one_line_of_guessing():
    axes = RocDisplay.from_roc(ROC, name="one").plot().ax_
    RocDisplay.from_roc(ROC, name="two").plot(axes)
    assert axes.get_legend_handles_labels()[1] == ["one", "guessing", "two"]


def test_an_interval_for_each_setting_is_needed():
    with pytest.raises(ValueError, match="3 settings and 2 intervals"):
        IntervalDisplay([1, 2, 3], RATES)


def test_rates_stand_on_axes_in_per_cent_as_they_do_in_the_text():
    curve, sides = RocDisplay.from_roc(ROC).plot(log=True).ax_, DISPLAYS["histogram"]().plot().ax_
    for axis in (curve.xaxis, curve.yaxis, sides.yaxis):
        written = axis.get_major_formatter()
        assert [written(share) for share in (0.001, 0.25, 1, -1e-17)] == ["0.1 %", "25 %", "100 %", "0 %"]
