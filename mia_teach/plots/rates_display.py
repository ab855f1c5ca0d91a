"""Shares by name, one below the other, each with its interval."""

from textwrap import shorten

from mia_teach.plots.look import in_percent, style
from mia_teach.rate import percent


class RatesDisplay:
    """A point a name with the interval of its share, the first name on top.

    Args:
        names: what was counted.
        rates: :class:`mia_teach.Rate`, one a name.
        of: what the share is of, for the axis.

    After :meth:`plot`: ``ax_``, ``figure_``, ``line_``.
    """

    def __init__(self, names, rates, *, of):
        if len(names) != len(rates):
            raise ValueError(f"{len(names)} names and {len(rates)} rates came; each name needs one rate.")
        self.names, self.rates, self.of = list(names), list(rates), of

    def describe(self) -> str:
        """What the picture shows, with its numbers."""
        parts = [
            f"{name}: {rate.hits} of {rate.total}, {percent(rate.value, '.0%')} "
            f"({percent(rate.low, '.0%')} to {percent(rate.high, '.0%')})"
            for name, rate in zip(self.names, self.rates, strict=True)
        ]
        return f"Shares of {self.of}, with intervals. " + ("; ".join(parts) or "Nothing was counted") + "."

    def plot(self, ax=None, *, marker="o", capsize=4, **line):
        from matplotlib.figure import Figure

        with style():
            if ax is None:
                ax = Figure(figsize=(8, 0.8 + 0.34 * max(2, len(self.names)))).subplots()
            self.ax_, self.figure_ = ax, ax.figure
            value = [rate.value for rate in self.rates]
            below = [v - rate.low for v, rate in zip(value, self.rates, strict=True)]
            above = [rate.high - v for v, rate in zip(value, self.rates, strict=True)]
            places = range(len(self.names))
            options = {"ls": "none", "color": "#0072B2", "marker": marker, "capsize": capsize, **line}
            self.line_ = ax.errorbar(value, places, xerr=[below, above], **options)[0]
            ax.set_yticks(list(places), [shorten(name, 60, placeholder=" …") for name in self.names])
            ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
            in_percent(ax.xaxis)
            ax.set(
                xlim=(-0.02, 1.02), ylim=(max(1, len(self.names)) - 0.5, -0.5), xlabel=f"share of {self.of}"
            )
        return self
