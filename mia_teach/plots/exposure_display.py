"""How unequally an attack finds people: which share of them it finds at least so often."""

import numpy as np

from mia_teach.plots.look import new_axes, style
from mia_teach.risk import Exposure, at_least, at_least_if_equal


class ExposureDisplay:
    """A falling curve: the share of records found in at least this share of the trainings that included them.

    Args:
        often: shares of trainings, ascending from 0.
        share: of the records, found at least so often; 1 at the left end.
        if_equal: the same if all records had the average exposure and only luck told them apart, or None.
        records: how many there are; a share below one of them has no place on the axis.
        name: for the legend.

    After :meth:`plot`: ``ax_``, ``figure_``, ``line_``.
    """

    def __init__(self, often, share, *, if_equal=None, records=1000, name=None):
        self.often, self.share = np.asarray(often, float), np.asarray(share, float)
        if self.often.shape != self.share.shape or self.often.ndim != 1:
            raise ValueError(
                f"Shares of trainings of shape {self.often.shape} and of records of shape {self.share.shape} came; two rows "
                "of the same length are needed."
            )
        self.if_equal, self.records, self.name = if_equal, records, name

    @classmethod
    def from_exposure(cls, exposure: Exposure, *, name=None):
        """Of a :class:`mia_teach.Exposure` in which every record was trained on by equally many targets.

        Raises: ValueError where they were not; a balanced design sees to it.
        """
        share = at_least(exposure)
        often = np.linspace(0, 1, len(share))
        return cls(
            often,
            share,
            if_equal=at_least_if_equal(exposure),
            records=len(exposure),
            name=name or exposure.name,
        )

    def plot(self, ax=None, *, equal=False, **line):
        """Draw the curve; with ``equal`` also, dotted, what it would be if all records were equally exposed."""
        with style():
            self.ax_ = ax = new_axes(ax)
            self.figure_ = ax.figure
            there = self.share > 0
            (self.line_,) = ax.plot(self.often[there], self.share[there], label=self.name, **line)
            if equal and self.if_equal is not None:
                there = self.if_equal >= 0.1 / self.records
                words = "if all were equally exposed"
                ax.plot(
                    self.often[there],
                    self.if_equal[there],
                    color="#595959",
                    lw=1.5,
                    ls=(0, (2, 2)),
                    label=words,
                )
            drawn = ax.get_yscale() == "log"
            lowest = min(0.5 / self.records, ax.get_ylim()[0] if drawn else 1.0)
            ax.set(
                yscale="log",
                ylim=(lowest, 1.15),
                xlim=(-0.01, 1.02),
                xlabel="found in at least this share of the trainings",
                ylabel="share of the records",
            )
            ticks = np.linspace(0, 1, 5)
            ax.set_xticks(ticks, [f"{100 * tick:.0f} %" for tick in ticks])
            decades = [tick for tick in (1e-4, 1e-3, 1e-2, 1e-1, 1.0) if tick >= lowest]
            ax.set_yticks(decades, [f"{100 * tick:g} %" for tick in decades])
            ax.minorticks_off()
            if self.name:
                ax.legend(loc="best")
        return self
