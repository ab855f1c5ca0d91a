"""One attack's ROC curve."""

from mia_teach.plots.look import in_percent, new_axes, style


class RocDisplay:
    """ROC curve with the diagonal of guessing, on linear or on logarithmic axes.

    Args:
        fpr, tpr: the curve's points.
        name: for the legend.

    After :meth:`plot`: ``ax_``, ``figure_``, ``line_``.
    """

    def __init__(self, fpr, tpr, *, name=None):
        self.fpr, self.tpr, self.name = fpr, tpr, name

    @classmethod
    def from_roc(cls, roc, *, name=None):
        """From a :class:`mia_teach.Roc`."""
        return cls(roc.fpr, roc.tpr, name=name or roc.name)

    def plot(self, ax=None, *, log=False, smallest=1e-3, **line):
        """Draw the curve; with ``log`` both axes are logarithmic from ``smallest`` on, where low rates show."""
        with style():
            self.ax_ = ax = new_axes(ax)
            self.figure_ = ax.figure
            (self.line_,) = ax.plot(self.fpr, self.tpr, label=self.name, drawstyle="steps-post", **line)
            if not getattr(ax, "_has_diagonal", False):
                ends = (smallest, 1) if log else (0, 1)
                ax.plot(ends, ends, color="#595959", lw=1, ls=(0, (2, 2)), label="guessing", zorder=1)
                ax._has_diagonal = True
            if log:
                ax.set(xscale="log", yscale="log", xlim=(smallest, 1), ylim=(smallest, 1.05))
            else:
                ax.set(xlim=(-0.01, 1), ylim=(0, 1.01))
            ax.set(
                xlabel="false positive rate (share of non-members accused)",
                ylabel="true positive rate (share of members found)",
                aspect="equal",
            )
            in_percent(ax.xaxis, ax.yaxis)
            ax.legend(loc="lower right")
        return self
