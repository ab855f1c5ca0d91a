"""A measured number, with its interval, along a setting of the experiment."""

from mia_teach.plots.look import new_axes, style


class IntervalDisplay:
    """Points joined by a line, each with its confidence interval as a bar.

    Args:
        x: the setting, one value a point.
        intervals: :class:`mia_teach.Interval` or :class:`mia_teach.Rate`, one a point.
        name: for the legend.

    After :meth:`plot`: ``ax_``, ``figure_``, ``line_``.
    """

    def __init__(self, x, intervals, *, name=None):
        if len(x) != len(intervals):
            raise ValueError(
                f"{len(x)} settings and {len(intervals)} intervals came; one interval a setting is needed."
            )
        self.x, self.intervals, self.name = x, intervals, name

    def plot(self, ax=None, *, marker="o", capsize=4, **line):
        with style():
            self.ax_ = ax = new_axes(ax)
            self.figure_ = ax.figure
            value = [float(i) for i in self.intervals]
            below = [v - i.low for v, i in zip(value, self.intervals, strict=True)]
            above = [i.high - v for v, i in zip(value, self.intervals, strict=True)]
            bars = ax.errorbar(
                self.x, value, yerr=[below, above], label=self.name, marker=marker, capsize=capsize, **line
            )
            self.line_ = bars[0]
            if self.name:
                ax.legend()
        return self
