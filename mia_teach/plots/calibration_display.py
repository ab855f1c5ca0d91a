"""How often something came true, beside how sure people were that it would."""

from mia_teach.calibration import Calibration
from mia_teach.plots.interval_display import IntervalDisplay
from mia_teach.plots.look import in_percent, new_axes, style
from mia_teach.rate import percent


class CalibrationDisplay:
    """A point a group of predictions, with the interval of its hits; on the diagonal sure and right agree.

    Args:
        sure: mean confidence of each group, from 0 to 1.
        rates: :class:`mia_teach.Rate` of the hits, one a group.
        names: what each group is, in words.

    After :meth:`plot`: ``ax_``, ``figure_``, ``line_``.
    """

    def __init__(self, sure, rates, *, names):
        if not len(sure) == len(rates) == len(names):
            raise ValueError(
                f"{len(sure)} confidences, {len(rates)} rates and {len(names)} names came; each group needs one of each."
            )
        self.sure, self.rates, self.names = list(map(float, sure)), list(rates), list(names)

    @classmethod
    def from_calibration(cls, calibration: Calibration):
        """The groups of one person's predictions."""
        groups = calibration.groups
        return cls(
            [group.sure for group in groups],
            [group.rate for group in groups],
            names=[group.name for group in groups],
        )

    def describe(self) -> str:
        """What the picture shows, with its numbers."""
        parts = [
            f"{name}: {percent(sure, '.0%')} sure on average, {rate.hits} of {rate.total} came true, "
            f"{percent(rate.value, '.0%')} ({percent(rate.low, '.0%')} to {percent(rate.high, '.0%')})"
            for name, sure, rate in zip(self.names, self.sure, self.rates, strict=True)
        ]
        return (
            "How often predictions came true against how sure people were. "
            + ("; ".join(parts) or "None was scored")
            + "."
        )

    def plot(self, ax=None, **line):
        with style():
            self.ax_ = ax = new_axes(ax)
            self.figure_ = ax.figure
            ax.plot([0, 1], [0, 1], ls="--", lw=1.5, color="#595959", label="as often right as sure")
            points = {"ls": "none", "marker": "o", "color": "#0072B2", **line}
            self.line_ = IntervalDisplay(self.sure, self.rates, name="came true").plot(ax, **points).line_
            for sure, rate in zip(self.sure, self.rates, strict=True):
                ax.annotate(
                    f"{rate.hits} of {rate.total}",
                    (sure, rate.value),
                    xytext=(8, 0),
                    textcoords="offset points",
                    va="center",
                )
            ticks = [0, 0.25, 0.5, 0.75, 1]
            ax.set_xticks(ticks)
            ax.set_yticks(ticks)
            in_percent(ax.xaxis, ax.yaxis)
            ax.set(xlim=(0, 1.12), ylim=(-0.03, 1.03), xlabel="how sure, on average", ylabel="came true")
            ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2)
        return self
