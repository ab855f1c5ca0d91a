"""Scores, or any other number an example has, of members and of non-members."""

import numpy as np

from mia_teach.plots import MEMBER, NON_MEMBER
from mia_teach.plots.look import in_percent, new_axes, style


class ScoreHistogramDisplay:
    """Two histograms over the same bins, each as a share of its own side.

    Args:
        edges: bin edges, one more than bins.
        members, non_members: share of each side in each bin.
        name: of the axis.

    After :meth:`plot`: ``ax_``, ``figure_``.
    """

    def __init__(self, edges, members, non_members, *, name="score"):
        self.edges, self.members, self.non_members, self.name = edges, members, non_members, name

    @classmethod
    def from_scores(cls, scores, *, bins=40, name=None):
        """From :class:`mia_teach.Scores`."""
        return cls.from_values(scores.members, scores.non_members, bins=bins, name=name or scores.name)

    @classmethod
    def from_values(cls, members, non_members, *, bins=40, name="value"):
        """From the two sides' values; ``bins`` is a number or the edges."""
        edges = np.histogram_bin_edges(np.concatenate([members, non_members]), bins)
        share = [np.histogram(side, edges)[0] / len(side) for side in (members, non_members)]
        return cls(edges, *share, name=name)

    def plot(self, ax=None):
        with style():
            self.ax_ = ax = new_axes(ax)
            self.figure_ = ax.figure
            ax.stairs(self.members, self.edges, fill=True, color=MEMBER, alpha=0.45)
            ax.stairs(self.members, self.edges, color=MEMBER, lw=2, label="members (solid)")
            ax.stairs(
                self.non_members, self.edges, color=NON_MEMBER, lw=2, ls="--", label="non-members (dashed)"
            )
            ax.set(xlabel=self.name, ylabel="share of each side", ylim=(0, None))
            in_percent(ax.yaxis)
            ax.legend()
        return self
