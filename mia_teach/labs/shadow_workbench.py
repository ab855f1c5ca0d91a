"""The shadow workbench: which shadow models, how many, what classifier, and how good the attack then is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import traitlets
from jaxtyping import Bool, Float, Int

from mia_teach import signals
from mia_teach.attacks.shadow import ShadowClassifier, features, learn_rows
from mia_teach.labs.grid_lab import GridLab, among_the_measured
from mia_teach.labs.lab import Goal, browser_files, decimal, pack
from mia_teach.rate import Interval, percent
from mia_teach.roc import Roc
from mia_teach.scores import Scores
from mia_teach.waiting import waiting

COUNTS = (1, 4, 8)
PROMISED = (0.01, 0.05, 0.10)
CLASSIFIERS = ("one for all", "one per class")
TICKS = tuple(digit * 10.0**power for power in range(-4, 1) for digit in (1, 3))  # of true rates
MEASURES = ("auc", "tpr", "true_fpr", "true_tpr")


@dataclass(frozen=True, eq=False)
class ShadowGrid:
    """Shadow attacks for every kind and number of shadow models and both classifiers, measured on several targets.

    Each measure has the shape (kinds, classifiers, counts, targets); "true_fpr" and "true_tpr" have the promised
    rates before the targets. NaN stands where the shadows' classes are not the target's, so that there can be no
    classifier for each class.

    Args:
        settings: the values of "kind", "classifier", "count" (ascending) and "promised" (ascending).
        classes: how many classes the shadows of each kind have.
        target_classes: how many the targets have.
        measures: "auc", "tpr" (at a false positive rate of 1 %), and "true_fpr" and "true_tpr": what the threshold
            gives on the targets at which the adversary's own shadows show the promised false positive rate.
        loss: "auc" and "tpr" of the plain loss attack on each target.
        levels: false positive rates, whole counts of the non-members, at which the curves are kept.
        curves: the mean of the targets' ROC curves at the levels, (kinds, classifiers, counts, levels).
        loss_curve: the same for the plain loss attack.
    """

    settings: Mapping[str, tuple]
    classes: Mapping[str, int]
    target_classes: int
    measures: Mapping[str, Float[np.ndarray, "..."]]
    loss: Mapping[str, Float[np.ndarray, " targets"]]
    levels: Float[np.ndarray, " levels"]
    curves: Float[np.ndarray, "kinds classifiers counts levels"]
    loss_curve: Float[np.ndarray, " levels"]

    @classmethod
    def measure(
        cls,
        target_logits: Float[np.ndarray, "targets examples classes"],
        labels: Int[np.ndarray, " examples"],
        member: Bool[np.ndarray, "targets examples"],
        kinds: Mapping[str, tuple],
        *,
        counts: Sequence[int] = COUNTS,
        promised: Sequence[float] = PROMISED,
        progress: bool = True,
    ) -> "ShadowGrid":
        """Fit every attack with :func:`mia_teach.attacks.shadow.learn_rows`, and try it on the targets.

        With ``count`` shadow models, the first target is attacked with the first ``count`` of a kind, the second with
        the next, and so on, going round four groups of them. So intervals over the targets also hold the luck of the
        shadows, as far as there are enough of them; where ``count`` takes more than half of them, all targets share
        the first.

        The adversary cannot see the truth about the target, so it takes its threshold from its own shadow models:
        the score that a share ``promised`` of their non-members passes. It learnt from those very rows, so its
        promise is too good the fewer rows a classifier has: one per class, from one shadow model, above all.

        Args:
            target_logits: of at least two targets, for intervals; ``labels`` and ``member`` are the truth on them.
            kinds: name -> (logits, labels, member), the first three arguments of ``learn``. Where the number of
                classes is the target's, the classes are taken to be the same.
            counts: how many shadow models an attack learns from.
            promised: false positive rates that the adversary promises itself.

        Raises: ValueError for a single target, for fewer shadow models of a kind than ``counts`` asks for, and for
            a promised rate that the non-members of an attack's shadow models can't resolve.
        """
        import sklearn

        settings = {
            "kind": tuple(kinds),
            "classifier": CLASSIFIERS,
            "count": tuple(sorted(set(counts))),
            "promised": tuple(sorted(set(promised))),
        }
        member = np.asarray(member)
        _check(settings, member, kinds)
        loss = [
            Roc.from_scores(Scores(-one, inside, "loss"))
            for one, inside in zip(signals.cross_entropy(target_logits, labels), member, strict=True)
        ]
        levels = _levels(min(roc.n_non_members for roc in loss))
        classes = {name: int(np.shape(logits)[-1]) for name, (logits, _, _) in kinds.items()}
        target_classes = int(np.shape(target_logits)[-1])
        # a model at a time, since what is sorted on the way is as large as the answers
        targets = np.array([features(one, labels) for one in target_logits])
        filled = {}
        total = sum(settings["count"]) * len(kinds)
        # scikit-learn's checks would take a third of the time, and the logits have been checked by signals
        unchecked = sklearn.config_context(assume_finite=True, skip_parameter_validation=True)
        with unchecked, waiting(total, "fitting the attacks", show=progress) as done:
            for k, (name, (logits, own, inside)) in enumerate(kinds.items()):
                seen = np.array([features(one, own) for one in logits])
                kind = seen, np.asarray(own), np.asarray(inside)
                for n, count in enumerate(settings["count"]):
                    found = _measured(
                        kind,
                        (targets, np.asarray(labels), member),
                        count,
                        classes[name] == target_classes,
                        levels,
                        settings["promised"],
                    )
                    for key, values in found.items():  # each (classifiers, ...)
                        shape = len(kinds), len(CLASSIFIERS), len(settings["count"]), *values.shape[1:]
                        table = filled.setdefault(key, np.full(shape, np.nan))
                        table[k, : len(values), n] = values
                    done(count)
        curves = filled.pop("curve")
        return cls(
            settings,
            classes,
            target_classes,
            filled,
            {
                "auc": np.array([roc.auc for roc in loss]),
                "tpr": np.array([roc.tpr_at(0.01).value for roc in loss]),
            },
            levels,
            curves,
            np.mean([_tpr_at(roc, levels) for roc in loss], axis=0),
        )

    def possible(self, kind: str, classifier: str) -> bool:
        """Whether shadows of this kind can teach this classifier: one per class needs the target's classes."""
        self._place("kind", kind), self._place("classifier", classifier)
        return classifier == CLASSIFIERS[0] or self.classes[kind] == self.target_classes

    def interval(
        self, measure: str, *, kind: str, count: int, classifier: str, promised: float | None = None
    ) -> Interval:
        """A measure at some settings: mean over the targets, with Student's t interval cut at 0 and 1.

        Args:
            promised: needed for "true_fpr" and "true_tpr" only.

        Raises: ValueError for a setting that was not measured.
        """
        if not self.possible(kind, classifier):
            raise ValueError(
                f"Shadows of the kind {kind!r} know {self.classes[kind]} classes and the target "
                f"{self.target_classes}, so there is no classifier for each class. Ask for {CLASSIFIERS[0]!r}."
            )
        at = self._place("kind", kind), self._place("classifier", classifier), self._place("count", count)
        if measure in ("true_fpr", "true_tpr"):
            at += (self._place("promised", promised),)
        return _interval(self.measures[measure][at])

    def loss_interval(self, measure: str) -> Interval:
        """The plain loss attack's "auc" or "tpr", over the same targets."""
        return _interval(self.loss[measure])

    def _place(self, name, value):
        if value not in self.settings[name]:
            known = ", ".join(str(one) for one in self.settings[name])
            raise ValueError(f"Nothing was measured with {name} {value!r}. Measured were {known}.")
        return self.settings[name].index(value)

    def __repr__(self):
        kinds, counts = len(self.settings["kind"]), len(self.settings["count"])
        own = sum(self.possible(kind, CLASSIFIERS[1]) for kind in self.settings["kind"])
        numbers = ", ".join(str(count) for count in self.settings["count"])
        return (
            f"{kinds} {'kind' if kinds == 1 else 'kinds'} of shadow models × {counts} numbers of them ({numbers}): "
            f"{kinds * counts + own * counts} fits, {kinds * counts} of one classifier for all and {own * counts} of "
            f"one per class; each tried on {len(self.loss['auc'])} targets"
        )


def _check(settings, member, kinds):
    if member.ndim != 2 or len(member) < 2:
        raise ValueError(
            f"Membership of shape {member.shape} came; an interval needs at least two targets, "
            "and one row for each."
        )
    if not kinds:
        raise ValueError("No shadow models came. Give at least one kind: name -> (logits, labels, member).")
    if not settings["count"] or settings["count"][0] < 1:
        raise ValueError(f"Numbers of shadow models {settings['count']} came; each must be at least 1.")
    if not settings["promised"] or not 0 < settings["promised"][0] <= settings["promised"][-1] < 1:
        raise ValueError(f"Promised rates {settings['promised']} came; each must lie between 0 and 1.")
    for name, (logits, own, inside) in kinds.items():
        if np.shape(inside) != np.shape(logits)[:2] or np.shape(own) != np.shape(logits)[1:2]:
            raise ValueError(
                f"Kind {name!r}: logits of shape {np.shape(logits)}, labels {np.shape(own)} and membership "
                f"{np.shape(inside)} came; (shadows, examples, classes), (examples,) and (shadows, examples) are needed."
            )
        if len(inside) < settings["count"][-1]:
            raise ValueError(
                f"Kind {name!r} has {len(inside)} shadow models, and counts asks for {settings['count'][-1]}. "
                "Train more, or ask for fewer."
            )
        few = int((~np.asarray(inside)[: settings["count"][0]]).sum())
        if few * settings["promised"][0] * (1 + 1e-12) < 1:
            raise ValueError(
                f"Kind {name!r}: a false positive rate of {settings['promised'][0]:g} cannot be promised from "
                f"{few} non-members. Use at least {int(np.ceil(1 / settings['promised'][0])):,}, or a higher rate."
            )


def _levels(n):
    """About seventy false positive rates k / n: logarithmic from 1 / n on, and even where a linear axis shows them."""
    counts = np.concatenate([np.geomspace(1, n, 50), np.linspace(0.04 * n, n, 25)])
    return np.unique(np.maximum(1, np.rint(counts))) / n


def _tpr_at(roc, levels):
    """The largest share of members found with at most these false positive rates: ``roc.tpr_at`` for many at once."""
    return roc.tpr[np.searchsorted(roc.fpr, levels * (1 + 1e-12), "right") - 1]


def _turns(available, count, targets):
    """Which shadow models attack which targets: pairs of slices. Four groups hold their luck, and each costs fits."""
    groups = min(available // count, targets, 4)
    return [(slice(g * count, (g + 1) * count), slice(g, None, groups)) for g in range(groups)]


def _scores(attack: ShadowClassifier, seen, labels):
    """Log-odds of membership, (models, examples), from features (models, examples, columns)."""
    rows = seen.reshape(-1, seen.shape[-1])
    return attack.score_rows(rows, np.tile(labels, len(seen))).reshape(seen.shape[:2])


def _measured(kind, target, count, per_class, levels, promised):
    """What the attacks with so many shadow models of a kind are worth: for each measure (classifiers, ..., targets).

    ``kind`` and ``target``: features, labels and membership. ``per_class``: whether the shadows
    know the target's classes.
    "curve" is the mean over the targets.
    """
    classifiers, (targets, labels, member) = 1 + per_class, target
    found = {
        "auc": np.empty((classifiers, len(member))),
        "tpr": np.empty((classifiers, len(member))),
        "true_fpr": np.empty((classifiers, len(promised), len(member))),
        "true_tpr": np.empty((classifiers, len(promised), len(member))),
        "curve": np.zeros((classifiers, len(levels))),
    }
    seen, own, inside = kind
    for shadows, attacked in _turns(len(inside), count, len(member)):
        both = learn_rows(seen[shadows], own, inside[shadows], per_class=per_class)
        for c, attack in enumerate([replace(both, by_class={}), both][:classifiers]):
            mine = _scores(attack, seen[shadows], own)
            innocent = np.sort(mine[~inside[shadows]])[::-1]
            # a record is accused when its score is larger than the threshold, itself the score of an innocent
            limits = np.array([innocent[int(rate * len(innocent) * (1 + 1e-12))] for rate in promised])
            scores = _scores(attack, targets[attacked], labels)
            for t, score in zip(range(len(member))[attacked], scores, strict=True):
                roc = Roc.from_scores(Scores(score, member[t], "shadow models"))
                at = (
                    np.searchsorted(-roc.threshold, -limits, "left") - 1
                )  # the last place above the threshold
                found["auc"][c, t], found["tpr"][c, t] = roc.auc, roc.tpr_at(0.01).value
                found["true_fpr"][c, :, t], found["true_tpr"][c, :, t] = roc.fpr[at], roc.tpr[at]
                found["curve"][c] += _tpr_at(roc, levels) / len(member)
    return found


def _interval(values) -> Interval:
    found = Interval.from_values(values)
    return Interval(found.value, max(0.0, found.low), min(1.0, found.high), found.confidence)


class ShadowWorkbench(GridLab):
    """Kind and number of shadow models, classifier and promised false alarms; ROC curve, and who keeps the promise.

    A later cell reads ``lab.kind``, ``lab.count``, ``lab.classifier``, ``lab.promised`` and ``lab.values()``; the
    numbers of every setting are in ``lab.grid``.

    Args:
        grid: measured beforehand, with :meth:`ShadowGrid.measure`.
        goals: what to reach, by default four that follow from this grid and can be reached on it.
        traits: where the controls stand at first, by default where no goal is met; ``roc_scale`` for the axes.
    """

    _esm, _css = browser_files(__file__)
    controls = ("kind", "count", "classifier", "promised")

    title = traitlets.Unicode("Shadow workbench").tag(sync=True)
    kind = traitlets.Unicode(help="of shadow models").tag(sync=True)
    count = traitlets.Int(help="how many shadow models").tag(sync=True)
    classifier = traitlets.Enum(CLASSIFIERS, CLASSIFIERS[0]).tag(sync=True)
    promised = traitlets.Float(help="false positive rate that the adversary promises itself").tag(sync=True)
    roc_scale = traitlets.Enum(["log", "linear"], "log").tag(sync=True)
    _settings = traitlets.Dict().tag(sync=True)
    _classes = traitlets.List(traitlets.Int(), help="of each kind, then the target's").tag(sync=True)
    _tables = traitlets.Dict().tag(sync=True)

    def __init__(self, grid: ShadowGrid, *, lesson: str = "03", goals=None, **traits):
        self.grid = grid
        self._found = _means(grid)
        self._loss = {name: grid.loss_interval(name).value for name in ("auc", "tpr")}
        goals = self._default_goals() if goals is None else goals
        super().__init__(
            lesson=lesson,
            goals=goals,
            _settings={name: list(values) for name, values in grid.settings.items()},
            _classes=[*(grid.classes[kind] for kind in grid.settings["kind"]), grid.target_classes],
            _tables={
                **{name: pack(values) for name, values in self._found.items()},
                "loss": pack([self._loss["auc"], self._loss["tpr"]]),
                "levels": pack(grid.levels),
                "reach": pack(self._reach()),
                "curves": pack(grid.curves, "f4"),
                "loss_curve": pack(grid.loss_curve, "f4"),
            },
            **self.first_position(
                goals, {name: traits.pop(name) for name in self.controls if name in traits}
            ),
            **traits,
        )

    def _positions(self):
        """Every position of the controls, those where a learner might start first."""
        s = self.grid.settings
        for kind, count, classifier, promised in product(
            s["kind"], reversed(s["count"]), s["classifier"], s["promised"]
        ):
            yield {"kind": kind, "count": count, "classifier": classifier, "promised": promised}

    _known = traitlets.validate("kind", "count", "promised")(among_the_measured)

    def values_at(self, kind, count, classifier, promised):
        s = self.grid.settings
        per_class = classifier == CLASSIFIERS[1] and self.grid.possible(kind, classifier)
        at = s["kind"].index(kind), int(per_class), s["count"].index(count)
        there = (*at, s["promised"].index(promised))
        found = {
            "auc": self._found["auc"][at],
            "tpr": self._found["tpr"][at],
            "true_fpr": self._found["true_fpr"][there],
            "true_tpr": self._found["true_tpr"][there],
        }
        mean = {name: float(three[0]) for name, three in found.items()}
        ends = {
            f"{name}_{end}": float(found[name][i]) for name in found for i, end in ((1, "low"), (2, "high"))
        }
        return {
            "kind": at[0],
            "count": count,
            "per_class": int(per_class),
            "fell_back": int(classifier == CLASSIFIERS[1] and not per_class),
            "promised": promised,
            **mean,
            **ends,
            "ratio": mean["true_fpr"] / promised,
            "broken": int(ends["true_fpr_low"] > promised),
            "loss_auc": self._loss["auc"],
            "loss_tpr": self._loss["tpr"],
        }

    def words(self, values):
        v = values
        kind = self.grid.settings["kind"][v["kind"]]
        fallen = (
            f" (one per class is impossible: these shadows know {self.grid.classes[kind]} classes, "
            f"the target {self.grid.target_classes})"
        )
        return (
            f"{v['count']} shadow {'model' if v['count'] == 1 else 'models'}, {kind}; "
            f"{'one classifier per class' if v['per_class'] else 'one classifier for all'}"
            f"{fallen if v['fell_back'] else ''}: "
            f"TPR at 1 % FPR {percent(v['tpr'])} ({percent(v['tpr_low'])} to {percent(v['tpr_high'])}), "
            f"AUC {decimal(v['auc'])}; the plain loss attack has {percent(v['loss_tpr'])} and {decimal(v['loss_auc'])}. "
            f"Promised FPR {rate(v['promised'])}, true FPR {percent(v['true_fpr'])} ({percent(v['true_fpr_low'])} to "
            f"{percent(v['true_fpr_high'])}): {verdict(v)}; {percent(v['true_tpr'])} of the members are found there."
        )

    def lines(self):
        targets = len(self.grid.loss["auc"])
        return [
            *super().lines(),
            f"Each number is the mean over {targets} targets; intervals are 95 %, over the targets.",
        ]

    def describe(self):
        return (
            "Left: the mean ROC curve of the attack with that of the plain loss attack, the promised false positive "
            "rate as a line, and the point that the adversary really gets, with intervals. Right: the true "
            "false positive rate for each kind of shadow models, with intervals, beside the promised one. "
            + self.read_out()
        )

    def _draw_left(self, ax):
        from mia_teach.plots import RocDisplay

        grid, v = self.grid, self.values()
        curve = grid.curves[v["kind"], v["per_class"], grid.settings["count"].index(v["count"])]
        scale = {"log": self.roc_scale == "log", "smallest": grid.levels[0]}
        RocDisplay(grid.levels, curve, name="shadow attack").plot(ax, **scale, color="black")
        RocDisplay(grid.levels, grid.loss_curve, name="plain loss attack").plot(
            ax, **scale, color="#009E73", ls="--"
        )
        ax.axvline(v["promised"], color="#CC79A7", ls="-.", label="promised FPR")
        ax.errorbar(
            v["true_fpr"],
            v["true_tpr"],
            xerr=[[v["true_fpr"] - v["true_fpr_low"]], [v["true_fpr_high"] - v["true_fpr"]]],
            yerr=[[v["true_tpr"] - v["true_tpr_low"]], [v["true_tpr_high"] - v["true_tpr"]]],
            fmt="D",
            color="#0072B2",
            capsize=4,
            label="what it really gets",
            zorder=5,
        )
        ax.set(aspect="auto", xlabel="false positive rate", ylabel="true positive rate")
        ax.legend(loc="best", fontsize=9)

    def _draw_right(self, ax):
        kinds = self.grid.settings["kind"]
        rows = [self.values_at(kind, self.count, self.classifier, self.promised) for kind in kinds]
        for row, v in enumerate(rows):
            now = kinds[row] == self.kind
            mean, low, high = np.clip([v["true_fpr"], v["true_fpr_low"], v["true_fpr_high"]], *self._reach())
            off = v["true_fpr"] < self._reach()[0]
            ax.errorbar(
                mean,
                row,
                xerr=[[mean - low], [high - mean]],
                fmt="<" if off else "D" if now else "o",
                ms=9 if off else None,
                color="#0072B2" if now else "black",
                mfc="#0072B2" if now else "white",
                capsize=4,
                clip_on=False,
            )
        ax.axvline(self.promised, color="#CC79A7", ls="-.", label=f"promised {rate(self.promised)}")
        ax.plot([], [], "<", color="black", mfc="white", ms=9, label="less than the axis shows")
        names = [
            f"{kind}\n(one for all)" if v["fell_back"] else kind for kind, v in zip(kinds, rows, strict=True)
        ]
        ax.set_yticks(range(len(kinds)), names)
        ticks = [one for one in TICKS if self._reach()[0] <= one <= self._reach()[1]]
        ax.set(ylim=(len(kinds) - 0.5, -0.5), xscale="log", xlim=self._reach())
        ax.set(xlabel="true false positive rate")
        ax.set_xticks(ticks, [rate(one) for one in ticks])
        ax.minorticks_off()
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), fontsize=9, ncols=2)

    def _reach(self):
        """Both ends of the axis of true rates, the same at every position."""
        promised, measured = self.grid.settings["promised"], self._found["true_fpr"]
        return promised[0] / 5, float(min(1.0, max(2 * promised[-1], np.nanmax(measured))))

    def _default_goals(self) -> list[Goal]:
        """Four goals within reach on this grid: a better order, few shadow models, a broken promise, a worse order."""
        everywhere = [self.values_at(**at) for at in self._positions()]
        loss, grid = self._loss, self.grid
        best = max(v["tpr"] for v in everywhere)
        nearly = int(1000 * (0.9 * best + 0.1 * min(best, loss["tpr"]))) / 1000
        few = grid.settings["count"][0]
        reach = max(v["auc"] for v in everywhere if v["count"] == few)
        for_all = max(v["auc"] for v in everywhere if not v["per_class"])
        enough = int(1000 * min(reach, min(loss["auc"], for_all) - 0.01)) / 1000
        known = f"the plain loss attack has {percent(loss['tpr'])}"
        return [
            Goal(
                f"Rank better than the loss does: TPR at 1 % FPR of at least {percent(nearly)} ({known})"
                if nearly > loss["tpr"]
                else f"Find as many as these shadow models can: TPR at 1 % FPR of at least {percent(nearly)} ({known})",
                {"tpr": (">=", nearly)},
                "rank_better",
            ),
            Goal(
                f"Save work: {'a single shadow model' if few == 1 else f'only {few} shadow models'}, and still an AUC "
                f"of at least {enough:.3f} (the plain loss attack has {decimal(loss['auc'])})",
                {"count": ("==", few), "auc": (">=", enough)},
                "save_work",
            ),
            _broken_promise([v for v in everywhere if not v["per_class"]]),
            _worse_order(everywhere, loss["auc"]),
        ]


def _broken_promise(for_all) -> Goal:
    """One classifier for all with a true FPR of twice the promised one and surely above it, or the most there is."""
    broken = [v["ratio"] for v in for_all if v["broken"]]
    if broken and max(broken) >= 2:
        text = "at least twice as many false alarms as promised, and the interval lies above the promise"
        conditions = {"ratio": (">=", 2.0), "broken": ("==", 1)}
    elif broken:
        text = "more false alarms than promised, so that the whole interval lies above the promise"
        conditions = {"broken": ("==", 1)}
    else:
        most = int(100 * max(v["ratio"] for v in for_all)) / 100
        text = f"its true FPR is at least {most:.2f} times the promised one, the worst that occurs here"
        conditions = {"ratio": (">=", most)}
    return Goal(
        f"Find an adversary with one classifier for all whose promise cannot be trusted: {text}",
        {**conditions, "per_class": ("==", 0)},
        "broken_promise",
    )


def _worse_order(everywhere, loss) -> Goal:
    """One classifier per class that ranks below the loss alone; where there is none, the lowest AUC that there is."""
    per_class = [v["auc"] for v in everywhere if v["per_class"]]
    lowest = min(per_class, default=np.inf)
    if lowest < loss - 0.02:
        most = np.ceil(500 * (lowest + loss)) / 1000
        text = "Find shadow models with which one classifier per class ranks worse than the loss alone"
        conditions = {"auc": ("<=", most), "per_class": ("==", 1)}
    else:
        most = np.ceil(1000 * min(v["auc"] for v in everywhere)) / 1000
        text = "Find the shadow models that teach the worst order of all"
        conditions = {"auc": ("<=", most)}
    return Goal(
        f"{text}: an AUC of at most {most:.3f} (the plain loss attack has {decimal(loss)})",
        conditions,
        "worse_order",
    )


def rate(share: float) -> str:
    """A promised rate without needless decimals.

    >>> rate(0.01), rate(0.005)
    ('1 %', '0.5 %')
    """
    return f"{100 * share:g} %"


def verdict(values: Mapping[str, float]) -> str:
    """Whether the promise is kept, by the interval of the true false positive rate."""
    v = values
    if v["broken"]:
        return f"the promise is broken, {v['ratio']:.1f} times as many false alarms"
    if v["true_fpr_high"] < v["promised"]:
        return "more careful than promised"
    return "the promise is kept, within the interval"


def _means(grid):
    """Mean, low and high of every measure at every place; NaN where nothing was measured."""
    found = {}
    for name in MEASURES:
        values = grid.measures[name]
        found[name] = np.full((*values.shape[:-1], 3), np.nan)
        for at in np.ndindex(values.shape[:-1]):
            if np.isfinite(values[at]).all():
                one = _interval(values[at])
                found[name][at] = one.value, one.low, one.high
    return found
