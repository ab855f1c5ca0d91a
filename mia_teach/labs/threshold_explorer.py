"""The threshold explorer: move the threshold, watch who is accused and where the ROC point goes."""

from collections.abc import Mapping

import numpy as np
import traitlets

from mia_teach.labs.lab import Goal, Lab, browser_files, decimal, pack
from mia_teach.plots import ScoreHistogramDisplay
from mia_teach.rate import percent, precision
from mia_teach.roc import Roc
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
    'Threshold 0.650. TPR 50.0 % (1 of 2 members). FPR 50.0 % (1 of 2 non-members). Advantage 0.0 %. Precision 50.0 % when 1 in 2 records is a member (these records).'
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

    def __init__(
        self, scores: Scores | Mapping[str, Scores], threshold: float | None = None, *, goals=None, **options
    ):
        several = scores if isinstance(scores, Mapping) else {scores.name: scores}
        if not several:
            raise ValueError("No scores came. Give one Scores, or a dict of them by name.")
        self.scores = {name: _finite(one) for name, one in several.items()}
        self._sides = {
            name: (np.sort(one.members), np.sort(one.non_members)) for name, one in self.scores.items()
        }
        self._rocs = {name: Roc.from_scores(one) for name, one in self.scores.items()}
        self._histograms = {
            name: ScoreHistogramDisplay.from_scores(one, bins=BINS, name=f"score: {name}")
            for name, one in self.scores.items()
        }
        signal = options.pop("signal", next(iter(self.scores)))
        super().__init__(
            goals=default_goals(list(self._rocs.values())) if goals is None else goals,
            threshold=float(np.quantile(self.scores[signal].score, 0.1))
            if threshold is None
            else float(threshold),
            signal=signal,
            _tables={name: _table(self._rocs[name], self._histograms[name]) for name in self.scores},
            _base_rates=_base_rates(list(self.scores.values())),
            **options,
        )

    @traitlets.validate("threshold", "base_rate", "signal")
    def _possible(self, proposal):
        name, value = proposal.trait.name, proposal.value
        if name == "signal" and value not in self.scores:
            raise traitlets.TraitError(
                f"There is no signal {value!r} here. Choose one of {', '.join(self.scores)}."
            )
        if name == "threshold" and not np.isfinite(value):
            raise traitlets.TraitError(f"A threshold of {value} came; it must be a finite number.")
        if name == "base_rate" and not 0 < value < 1:
            raise traitlets.TraitError(
                f"A base rate of {value} came; it must lie between 0 and 1, such as 0.01."
            )
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
            "precision": precision(tpr, fpr, base_rate) if tp or fp else None,
        }

    def words(self, values):
        v = values
        label = dict(self._base_rates).get(v["base_rate"], percent(v["base_rate"]))
        rare, _, where = label.partition(" (")
        known = "is not defined (nobody is accused)" if v["precision"] is None else percent(v["precision"])
        return (
            f"Threshold {decimal(v['threshold'])}. "
            f"TPR {percent(v['tpr'])} ({v['tp']:,} of {v['tp'] + v['fn']:,} members). "
            f"FPR {percent(v['fpr'])} ({v['fp']:,} of {v['fp'] + v['tn']:,} non-members). "
            f"Advantage {percent(v['advantage']).replace('-', '−')}. "
            f"Precision {known} when {rare} records is a member{where and f' ({where}'}."
        )

    def describe(self):
        return (
            f"Left: histograms of the score {self.signal} for members and non-members, with the threshold as a line. "
            "Right: the ROC curve with the point of this threshold."
        )

    def picture(self):
        from matplotlib.figure import Figure

        from mia_teach.plots import RocDisplay, style

        now = self.values()
        with style():
            figure = Figure(figsize=(9, 4), layout="constrained")
            left, right = figure.subplots(1, 2)
            self._histograms[self.signal].plot(left)
            left.axvline(np.clip(self.threshold, *left.get_xlim()), color="black")
            RocDisplay.from_roc(self._rocs[self.signal], name=self.signal).plot(
                right, log=self.roc_scale == "log", color="black"
            )
            right.plot(now["fpr"], now["tpr"], "o", color="black", markersize=8)
            right.set(xlabel="false positive rate", ylabel="true positive rate")
        return figure


def default_goals(rocs: list[Roc]) -> list[Goal]:
    """Three goals within reach on these scores: few false alarms, the best advantage, the precision that is left."""
    best_low = max(float(roc.tpr[roc.fpr <= 0.01].max()) for roc in rocs)
    best_advantage = max(roc.advantage for roc in rocs)
    enough = int(900 * best_low) / 1000
    strict = Goal(
        f"At most 1 % false alarms, and still at least {percent(enough)} of the members found"
        if enough
        else "At most 1 % false alarms (hardly a member can be found there on these data)",
        {"fpr": ("<=", 0.01), "tpr": (">=", enough)},
        "few_false_alarms",
    )
    most = Goal(
        "The greatest advantage that these scores allow, to within one percentage point",
        {"advantage": (">=", best_advantage - 0.01)},
        "greatest_advantage",
    )
    few = max(_few(roc) for roc in rocs)
    peaks = [(roc, _most_precise(roc)) for roc in rocs]
    best, innocents = max(
        (precision(roc.tpr[i], roc.fpr[i], 0.01), -round(roc.fpr[i] * roc.n_non_members)) for roc, i in peaks
    )
    nearly = int(970 * best) / 1000
    reach = f"the best is {percent(best)}, with {-innocents:,} accused falsely"
    worth = Goal(
        f"Precision of at least {percent(nearly)} when only 1 in 100 records is a member, with {few} or more members "
        f"found ({'' if best > 0.5 else '50 % is out of reach here: '}{reach})",
        {"base_rate": ("==", 0.01), "precision": (">=", nearly), "tp": (">=", few)},
        "precision_when_rare",
    )
    return [strict, most, worth]


def _few(roc):
    """Members that must be found at least: a precision over a handful of records says nothing."""
    return -(-roc.n_members // 100)


def _most_precise(roc):
    """The place on the curve with the best precision when 1 in 100 records is a member, with few innocents accused."""
    enough = np.flatnonzero(roc.tpr * roc.n_members > _few(roc) - 0.5)
    return max(enough, key=lambda i: (precision(roc.tpr[i], roc.fpr[i], 0.01), -roc.fpr[i]))


def _base_rates(several):
    """The choices [rate, label], among them the rate in these records, at which precision is a share of the counts."""
    own = {float(one.member.mean()) for one in several}
    labels = dict(BASE_RATES)
    for rate in own if len(own) == 1 else ():
        labels[rate] = f"{f'1 in {1 / rate:,.0f}' if rate <= 0.5 else percent(rate)} (these records)"
    return [[rate, labels[rate]] for rate in sorted(labels, reverse=True)]


def _finite(scores):
    """The same order with infinite scores just beyond the finite ones, so that they can be drawn and accused."""
    finite = scores.score[np.isfinite(scores.score)]
    low, high = (finite.min(), finite.max()) if len(finite) else (0.0, 0.0)
    beyond = 0.05 * (high - low) or 1.0
    return Scores(np.clip(scores.score, low - beyond, high + beyond), scores.member, scores.name)


def _table(roc, histogram):
    """What the browser looks up: at every threshold that makes a difference, ascending, who is above it."""
    levels = roc.threshold[:0:-1]
    candidates = np.concatenate([[np.nextafter(levels[0], -np.inf)], levels])
    return {
        "candidates": pack(candidates),
        "tp": pack(np.rint(roc.tpr[::-1] * roc.n_members), "i4"),
        "fp": pack(np.rint(roc.fpr[::-1] * roc.n_non_members), "i4"),
        "stops": pack(_stops(roc), "i4"),
        "auc": pack([roc.auc]),
        "edges": pack(histogram.edges),
        "of_members": pack(histogram.members),
        "of_non_members": pack(histogram.non_members),
    }


def _stops(roc):
    """The places among the candidates at which the slider stops.

    From the strict end each single candidate, then steps that grow by 3 %, to at most 1 in 200: the low
    false positive rates, where the interest lies, are reached record by record, and the whole way in 400 steps.
    """
    n = len(roc.threshold)
    stops = [n - 1]
    while stops[-1] > 0:
        done = n - stops[-1]
        stops.append(max(0, stops[-1] - max(1, min(int(0.03 * done), n // 200))))
    best = n - 1 - int((roc.tpr - roc.fpr).argmax())
    return np.unique([*stops, best, n - 1 - _most_precise(roc)])
