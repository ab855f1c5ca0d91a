"""How confident a model is about each of a few people; who was in its training set only when it is told."""

import numpy as np

from mia_teach.plots import MEMBER, NON_MEMBER
from mia_teach.plots.look import new_axes, style
from mia_teach.rate import percent

UNKNOWN = "#8a8a8a"


class ConfidenceBarsDisplay:
    """One horizontal bar for each person, from 0 to 100 %, with its number.

    Args:
        confidence: the model's probability of each person's true label.
        names: a few words for each person.
        member: who was in the training set, or None as long as that is secret.

    After :meth:`plot`: ``ax_``, ``figure_``, ``bars_``.
    """

    def __init__(self, confidence, names, member=None):
        self.confidence, self.names, self.member = np.asarray(confidence, float), tuple(names), member
        if len(self.confidence) != len(self.names):
            raise ValueError(
                f"{len(self.confidence)} confidences and {len(self.names)} names came; one name for each is needed."
            )

    def plot(self, ax=None):
        with style():
            self.ax_ = ax = new_axes(ax)
            self.figure_ = ax.figure
            if ax.figure.get_axes() == [ax]:
                ax.figure.set_size_inches(8, 0.6 + 0.32 * len(self.names))
            place = np.arange(len(self.names))
            self.bars_ = ax.barh(place, self.confidence, height=0.7, color=UNKNOWN, edgecolor=UNKNOWN)
            for where, value in zip(place, self.confidence, strict=True):
                ax.text(value + 0.01, where, percent(value), va="center", fontsize=10)
            if self.member is not None:
                self._tell()
            ax.set_yticks(place, self.names)
            ax.set_xticks(
                np.linspace(0, 1, 5), [f"{share:.0%}".replace("%", " %") for share in np.linspace(0, 1, 5)]
            )
            ax.set(xlim=(0, 1.13), xlabel="confidence in the true label")
            ax.grid(visible=False, axis="y")
            ax.invert_yaxis()
        return self

    def _tell(self):
        """Members solid, non-members hatched, and a legend that says so."""
        labelled = set()
        for bar, member in zip(self.bars_, self.member, strict=True):
            look = (
                {"color": MEMBER}
                if member
                else {"facecolor": "white", "edgecolor": NON_MEMBER, "hatch": "////", "linestyle": "--"}
            )
            bar.set(**look)
            words = "was in (solid)" if member else "was not in (hatched)"
            if words not in labelled:
                bar.set_label(words)
                labelled.add(words)
        self.ax_.legend(loc="lower right")
