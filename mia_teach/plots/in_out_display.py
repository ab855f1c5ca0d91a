"""One record's answers over models: those that trained on it, those that did not, and the target's."""

import numpy as np

from mia_teach.plots import MEMBER, NON_MEMBER
from mia_teach.plots.look import new_axes, style


class InOutDisplay:
    """Two normal densities fitted to a record's log-odds, a stroke for each shadow model, a line for the target.

    Args:
        inside, outside: log-odds of the shadows that trained on the record, and of those that did not; at least
            two each.
        answer: the target's log-odds.
        name: of the record, as the title.

    After :meth:`plot`: ``ax_``, ``figure_``.
    """

    def __init__(self, inside, outside, answer, *, name=""):
        self.inside, self.outside = np.asarray(inside, float), np.asarray(outside, float)
        if min(len(self.inside), len(self.outside)) < 2:
            raise ValueError(
                f"{len(self.inside)} models with the record and {len(self.outside)} without came; a density needs at "
                "least two of each."
            )
        self.answer, self.name = float(answer), name

    @classmethod
    def from_view(cls, view, record, *, shadows=None, name=""):
        """Of one record of a :class:`mia_teach.View`, by its first ``shadows`` models (by default all)."""
        from mia_teach import signals

        one = slice(record, record + 1)
        held = view.shadow_member[:shadows, record]
        phi = signals.label_log_odds(view.shadow_logits[:shadows, one], view.labels[one])[:, 0]
        answer = signals.label_log_odds(view.target_logits[one], view.labels[one])[0]
        return cls(phi[held], phi[~held], answer, name=name)

    def plot(self, ax=None, *, legend=True):
        from scipy.stats import norm

        with style():
            self.ax_ = ax = new_axes(ax)
            self.figure_ = ax.figure
            sides = (
                (self.inside, MEMBER, "-", "trained on it (solid)"),
                (self.outside, NON_MEMBER, "--", "never saw it (dashed)"),
            )
            spreads = [max(side.std(), 1e-6) for side, *_ in sides]
            ends = [
                (side.mean() - 4 * s, side.mean() + 4 * s)
                for (side, *_), s in zip(sides, spreads, strict=True)
            ]
            left, right = min(self.answer, *(e[0] for e in ends)), max(self.answer, *(e[1] for e in ends))
            at = np.linspace(left - 0.5, right + 0.5, 800)
            for row, ((side, color, line, words), spread) in enumerate(zip(sides, spreads, strict=True)):
                ax.plot(at, norm.pdf(at, side.mean(), spread), color=color, ls=line, lw=2, label=words)
                where = (-0.07 - 0.07 * row, -0.02 - 0.07 * row)
                ax.vlines(side, *where, transform=ax.get_xaxis_transform(), color=color, lw=1, clip_on=False)
            ax.axvline(self.answer, color="black", lw=1.5, label="the target's answer")
            ax.set(ylim=(0, None), yticks=[], title=self.name)
            ax.set(xlabel="log-odds of the true class", ylabel="density")
            ax.tick_params(axis="x", length=0, pad=24)  # room for the two rows of strokes
            if legend:
                ax.legend()
        return self
