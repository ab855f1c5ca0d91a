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
        beside: another share a name, drawn as a diamond without an interval; with ``names_of`` for the legend: what the
            rates are, and what those beside them.

    After :meth:`plot`: ``ax_``, ``figure_``, ``line_``.
    """

    def __init__(self, names, rates, *, of, beside=None, names_of=("", "")):
        if len(names) != len(rates) or (beside is not None and len(beside) != len(names)):
            raise ValueError(
                f"{len(names)} names, {len(rates)} rates and {'no' if beside is None else len(beside)} shares beside them "
                "came; each name needs one of each, or nothing beside."
            )
        self.names, self.rates, self.of = list(names), list(rates), of
        self.beside, self.names_of = beside, names_of

    def describe(self) -> str:
        """What the picture shows, with its numbers."""
        parts = [
            f"{name}: {rate.hits} of {rate.total}, {percent(rate.value, '.0%')} "
            f"({percent(rate.low, '.0%')} to {percent(rate.high, '.0%')})"
            for name, rate in zip(self.names, self.rates, strict=True)
        ]
        if self.beside is not None:
            what = self.names_of[1]
            pairs = zip(parts, self.beside, strict=True)
            parts = [f"{part}, {what} {percent(share, '.0%')}" for part, share in pairs]
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
            if self.beside is not None:
                ax.plot(self.beside, places, ls="none", marker="D", color="#D55E00", label=self.names_of[1])
                self.line_.set_label(self.names_of[0])
                ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2)
            ax.set_yticks(list(places), [shorten(name, 60, placeholder=" …") for name in self.names])
            ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
            in_percent(ax.xaxis)
            ax.set(
                xlim=(-0.02, 1.02), ylim=(max(1, len(self.names)) - 0.5, -0.5), xlabel=f"share of {self.of}"
            )
        return self
