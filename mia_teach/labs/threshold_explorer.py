"""The threshold explorer: move the threshold, watch who is accused and where the ROC point goes."""

from collections.abc import Mapping

import numpy as np
import traitlets

from mia_teach.labs.lab import Goal, Lab, browser_files, decimal, pack
from mia_teach.rate import percent
from mia_teach.scores import Scores

BASE_RATES = {0.5: "1 in 2", 0.1: "1 in 10", 0.01: "1 in 100", 0.001: "1 in 1,000"}
BINS = 60


class ThresholdExplorer(Lab):
    """Histograms of members and non-members with a threshold to drag, and the ROC curve with its point.

    A record is accused of membership when its score is larger than the threshold (``>``). A later cell reads
    ``lab.threshold``, ``lab.signal``, ``lab.base_rate`` and ``lab.values()``.

    Args:
        scores: of one attack, or of several by name; the learner then chooses among them.
        threshold: where it stands at first; by default nine records in ten are accused.
        goals: what to reach, by default three that follow from these scores and can be reached on them.

    >>> lab = ThresholdExplorer(Scores([0.9, 0.6, 0.7, 0.1], [True, True, False, False], "by hand"), threshold=0.65)
    >>> lab.values()["tpr"], lab.values()["fpr"]
    (0.5, 0.5)
    >>> lab.read_out()
    'Threshold 0.650. TPR 50.0 % (1 of 2 members). FPR 50.0 % (1 of 2 non-members). Advantage 0.0 %. Precision 50.0 % when 1 in 2 records is a member.'
    """

    _esm, _css = browser_files(__file__)
    controls = ("threshold", "signal", "base_rate")

    title = traitlets.Unicode("Threshold explorer").tag(sync=True)
    threshold = traitlets.Float().tag(sync=True)
    signal = traitlets.Unicode().tag(sync=True)
    base_rate = traitlets.Float(0.5).tag(sync=True)
    roc_scale = traitlets.Enum(["linear", "log"], "linear").tag(sync=True)
    _tables = traitlets.Dict(help="signal -> what its two pictures need").tag(sync=True)
    _base_rates = traitlets.List().tag(sync=True)

    def __init__(self, scores: Scores | Mapping[str, Scores], threshold: float | None = None, *, goals=None, **options):
        several = scores if isinstance(scores, Mapping) else {scores.name: scores}
        if not several:
            raise ValueError("No scores came. Give one Scores, or a dict of them by name.")
        self.scores = {name: _finite(one) for name, one in several.items()}
        self._sides = {name: (np.sort(one.members), np.sort(one.non_members)) for name, one in self.scores.items()}
        tables = {name: _table(*sides) for name, sides in self._sides.items()}
        signal = options.pop("signal", next(iter(self.scores)))
        super().__init__(
            goals=default_goals(list(self.scores.values())) if goals is None else goals,
            threshold=float(np.quantile(self.scores[signal].score, 0.1)) if threshold is None else float(threshold),
            signal=signal,
            _tables=tables,
            _base_rates=[list(pair) for pair in BASE_RATES.items()],
            **options,
        )

    @traitlets.validate("threshold", "base_rate", "signal")
    def _possible(self, proposal):
        name, value = proposal.trait.name, proposal.value
        if name == "signal" and value not in self.scores:
            raise traitlets.TraitError(f"There is no signal {value!r} here. Choose one of {', '.join(self.scores)}.")
        if name == "threshold" and not np.isfinite(value):
            raise traitlets.TraitError(f"A threshold of {value} came; it must be a finite number.")
        if name == "base_rate" and not 0 < value < 1:
            raise traitlets.TraitError(f"A base rate of {value} came; it must lie between 0 and 1, such as 0.01.")
        return value

    def values_at(self, threshold, signal, base_rate):
        members, non_members = self._sides[signal]
        tp = len(members) - int(np.searchsorted(members, threshold, "right"))
        fp = len(non_members) - int(np.searchsorted(non_members, threshold, "right"))
        tpr, fpr = tp / len(members), fp / len(non_members)
        return {
            "threshold": threshold,
            "base_rate": base_rate,
            "tp": tp,
            "fn": len(members) - tp,
            "fp": fp,
            "tn": len(non_members) - fp,
            "tpr": tpr,
            "fpr": fpr,
            "advantage": tpr - fpr,
            "precision": precision(tpr, fpr, base_rate),
        }

    def words(self, values):
        v = values
        rare = BASE_RATES.get(v["base_rate"], percent(v["base_rate"]))
        known = "is not defined (nobody is accused)" if v["precision"] is None else percent(v["precision"])
        return (
            f"Threshold {decimal(v['threshold'])}. "
            f"TPR {percent(v['tpr'])} ({v['tp']:,} of {v['tp'] + v['fn']:,} members). "
            f"FPR {percent(v['fpr'])} ({v['fp']:,} of {v['fp'] + v['tn']:,} non-members). "
            f"Advantage {percent(v['advantage']).replace('-', '−')}. "
            f"Precision {known} when {rare} records is a member."
        )

    def describe(self):
        return (
            f"Left: histograms of the score {self.signal} for members and non-members, with the threshold as a line. "
            "Right: the ROC curve with the point of this threshold."
        )

    def picture(self):
        from matplotlib.figure import Figure

        from mia_teach import plots

        members, non_members = self._sides[self.signal]
        edges, of_members, of_non_members = _histogram(members, non_members)
        stops, tpr, fpr = _stops(members, non_members)
        now = self.values()
        with plots.style():
            figure = Figure(figsize=(8, 3), layout="constrained")
            left, right = figure.subplots(1, 2)
            left.stairs(of_members, edges, fill=True, color=plots.MEMBER, alpha=0.5, label="members")
            left.stairs(of_non_members, edges, color=plots.NON_MEMBER, hatch="///", ls="--", label="non-members")
            left.axvline(self.threshold, color="black")
            left.set(xlabel=f"score: {self.signal}", ylabel="share of the side", title="Who is accused")
            left.legend()
            right.plot([0, 1], [0, 1], ":", color="grey")
            right.plot(fpr, tpr, color="black")
            right.plot(now["fpr"], now["tpr"], "o", color="black")
            right.set(xlabel="false positive rate", ylabel="true positive rate", title="ROC curve")
        return figure


def precision(tpr, fpr, base_rate):
    """The share of members among the accused when ``base_rate`` of all records are members: Bayes' rule."""
    accused = base_rate * tpr + (1 - base_rate) * fpr
    return base_rate * tpr / accused if accused else None


def default_goals(several: list[Scores]) -> list[Goal]:
    """Three goals that can be reached on these scores: few false alarms, the best advantage, the precision that is left."""
    best_low, best_advantage, best_precision = 0.0, 0.0, 0.0
    for scores in several:
        _, tp, fp = _counts(np.sort(scores.members), np.sort(scores.non_members))
        tpr, fpr = tp / len(scores.members), fp / len(scores.non_members)
        best_low = max(best_low, tpr[fpr <= 0.01].max())
        best_advantage = max(best_advantage, (tpr - fpr).max())
        accused = 0.01 * tpr + 0.99 * fpr
        best_precision = max(best_precision, (0.01 * tpr[accused > 0] / accused[accused > 0]).max())
    enough = np.floor(900 * best_low) / 1000
    few = Goal(
        f"At most 1 % false alarms, and still at least {percent(enough)} of the members found"
        if enough
        else "At most 1 % false alarms (hardly a member can be found there on these data)",
        {"fpr": ("<=", 0.01), "tpr": (">=", float(enough))},
        "few_false_alarms",
    )
    most = Goal(
        "The greatest advantage that these scores allow, to within one percentage point",
        {"advantage": (">=", float(best_advantage) - 0.01)},
        "greatest_advantage",
    )
    if best_precision > 0.5:
        text, bound = "Precision above 50 % when only 1 in 100 records is a member", (">", 0.5)
    else:
        bound = (">=", float(np.floor(900 * best_precision)) / 1000)
        text = (
            f"Precision of at least {percent(bound[1])} when only 1 in 100 records is a member "
            f"(50 % is out of reach here: the best is {percent(best_precision)})"
        )
    return [few, most, Goal(text, {"base_rate": ("==", 0.01), "precision": bound}, "precision_when_rare")]


def _finite(scores):
    """The same order with infinite scores just beyond the finite ones, so that they can be drawn and accused."""
    finite = scores.score[np.isfinite(scores.score)]
    low, high = (finite.min(), finite.max()) if len(finite) else (0.0, 0.0)
    beyond = 0.05 * (high - low) or 1.0
    return Scores(np.clip(scores.score, low - beyond, high + beyond), scores.member, scores.name)


def _counts(members, non_members):
    """Every threshold that makes a difference, ascending, with the members and the non-members above it."""
    scores = np.unique(np.concatenate([members, non_members]))
    candidates = np.concatenate([[np.nextafter(scores[0], -np.inf)], scores])
    above = [len(side) - np.searchsorted(side, candidates, "right") for side in (members, non_members)]
    return candidates, *above


def _stops(members, non_members):
    """The candidates at which the slider stops, ascending, with their TPR and FPR.

    From the strict end each single candidate, then steps that grow by 3 %, at most 1 in 200: the low
    false-positive rates, where the interest lies, are reached record by record, and the whole way in 400 steps.
    """
    candidates, tp, fp = _counts(members, non_members)
    chosen, n = [len(candidates) - 1], len(candidates)
    while chosen[-1] > 0:
        done = n - chosen[-1]
        chosen.append(max(0, chosen[-1] - max(1, min(int(0.03 * done), n // 200))))
    advantage = tp / len(members) - fp / len(non_members)
    stops = np.unique([*chosen, int(advantage.argmax())])
    return stops, tp[stops] / len(members), fp[stops] / len(non_members)


def _auc(members, non_members):
    from sklearn.metrics import roc_auc_score

    member = np.repeat([True, False], [len(members), len(non_members)])
    return roc_auc_score(member, np.concatenate([members, non_members]))


def _histogram(members, non_members):
    ends = min(members[0], non_members[0]), max(members[-1], non_members[-1])
    edges = np.histogram_bin_edges([], BINS, ends)
    return edges, *(np.histogram(side, edges)[0] / len(side) for side in (members, non_members))


def _table(members, non_members):
    candidates, tp, fp = _counts(members, non_members)
    stops, _, _ = _stops(members, non_members)
    edges, of_members, of_non_members = _histogram(members, non_members)
    return {
        "candidates": pack(candidates),
        "tp": pack(tp, "i4"),
        "fp": pack(fp, "i4"),
        "stops": pack(stops, "i4"),
        "edges": pack(edges),
        "of_members": pack(of_members),
        "of_non_members": pack(of_non_members),
        "auc": pack([_auc(members, non_members)]),
    }
