"""The query budget: how many questions, how much noise, calibrated by shadows or not, and how good labels alone are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import traitlets
from jaxtyping import Bool, Float

from mia_teach import signals
from mia_teach.attacks import sides
from mia_teach.attacks.lira import lira
from mia_teach.game import Game
from mia_teach.labs.grid_lab import GridLab, among_the_measured, interval_ends, rounded_down
from mia_teach.labs.lab import Goal, browser_files, decimal, pack
from mia_teach.rate import Interval, percent
from mia_teach.roc import Roc
from mia_teach.scores import Scores

QUERIES = (1, 2, 5, 10, 20, 50)
MEASURES = ("auc", "tpr")
YARDSTICKS = ("gap", "loss", "lira")
FEW = 20  # questions about each record, in the first goal


@dataclass(frozen=True, eq=False)
class QueryGrid:
    """Noise robustness from labels, for every noise and number of questions, plain and calibrated, on several targets.

    Args:
        settings: the values of "queries" (ascending) and "scale" (ascending).
        measures: "auc" and "tpr" (at a false positive rate of 1 %), each of the shape (plain and calibrated, scales,
            queries, targets).
        yardsticks: the same two on each target for "gap" (one label, right or wrong), "loss" (from probabilities) and
            "lira" (from probabilities, with the same shadow models and a pooled deviation).
        levels: false positive rates at which curves are kept.
        curves: the mean of the targets' ROC curves at the levels, (plain and calibrated, scales, queries, levels).
        loss_curve: the same for the loss.
        gap_point: mean FPR and TPR of the gap attack.
        records: how many records are asked about.
    """

    settings: Mapping[str, tuple]
    measures: Mapping[str, Float[np.ndarray, "kinds scales queries targets"]]
    yardsticks: Mapping[str, Mapping[str, Float[np.ndarray, " targets"]]]
    levels: Float[np.ndarray, " levels"]
    curves: Float[np.ndarray, "kinds scales queries levels"]
    loss_curve: Float[np.ndarray, " levels"]
    gap_point: tuple[float, float]
    records: int

    @classmethod
    def measure(
        cls,
        answers: Mapping[float, Bool[np.ndarray, "queries models examples"]],
        game: Game,
        *,
        targets: Sequence[int],
        queries: Sequence[int] = QUERIES,
    ) -> "QueryGrid":
        """Judge every setting on every target, from answers that were asked for before.

        A setting's score is the share of right labels among the first questions; calibrated, minus its mean over the
        target's shadow models that never saw the record. A target's partner in a balanced design is no shadow.

        Args:
            answers: noise scale -> whether each model named the true label, as
                :func:`mia_teach.attacks.label_only.own_answers` gives it with the same seed for each scale.
            game: the models' logits and the truth.
            targets: at least two, for intervals; of a balanced design, no model together with its partner.

        Raises: ValueError for a single target, for answers of other models or records, or for too few of them.
        """
        settings = {"queries": tuple(sorted(set(queries))), "scale": tuple(sorted(answers))}
        _check(settings, answers, game, targets)
        games = [replace(game, target=target) for target in targets]
        fewest = min(int((~one.member[one.target]).sum()) for one in games)
        levels = np.unique(np.rint(np.geomspace(1, fewest, 60))) / fewest
        shape = 2, len(settings["scale"]), len(settings["queries"])
        measures = {name: np.empty((*shape, len(games))) for name in MEASURES}
        curves = np.empty((*shape, len(levels)))
        for s, scale in enumerate(settings["scale"]):
            for q, count in enumerate(settings["queries"]):
                share = answers[scale][:count].mean(axis=0)
                for kind, score in enumerate((_plain, _calibrated)):
                    rocs = [_roc(one, score(one, share)) for one in games]
                    measures["auc"][kind, s, q] = [roc.auc for roc in rocs]
                    measures["tpr"][kind, s, q] = [roc.tpr_at(0.01).value for roc in rocs]
                    curves[kind, s, q] = np.mean([_tpr_at(roc, levels) for roc in rocs], axis=0)
        clean = answers[settings["scale"][0]][0]
        scores = {
            "gap": [clean[one.target].astype(float) for one in games],
            "loss": [signals.label_log_odds(one.logits[one.target], one.labels) for one in games],
            "lira": [lira(one.view, variance="pooled") for one in games],
        }
        rocs = {name: [_roc(*pair) for pair in zip(games, own, strict=True)] for name, own in scores.items()}
        yardsticks = {
            name: {
                "auc": np.array([roc.auc for roc in own]),
                "tpr": np.array([roc.tpr_at(0.01).value for roc in own]),
            }
            for name, own in rocs.items()
        }
        sides_of = [(clean[one.target], one.member[one.target]) for one in games]
        point = [np.mean([right[inside == side].mean() for right, inside in sides_of]) for side in (0, 1)]
        return cls(
            settings,
            measures,
            yardsticks,
            levels,
            curves,
            np.mean([_tpr_at(roc, levels) for roc in rocs["loss"]], axis=0),
            (float(point[0]), float(point[1])),
            len(game.labels),
        )

    def interval(self, measure: str, *, queries: int, scale: float, calibrated: bool) -> Interval:
        """A measure at some settings: mean over the targets, with Student's t interval cut at 0 and 1.

        Raises: ValueError for a setting that was not measured.
        """
        at = int(calibrated), self._place("scale", scale), self._place("queries", queries)
        return Interval.from_values(self.measures[measure][at], within=(0, 1))

    def yardstick(self, name: str, measure: str) -> Interval:
        """What an attack beside this one reaches: "gap", "loss" or "lira"."""
        return Interval.from_values(self.yardsticks[name][measure], within=(0, 1))

    def _place(self, name, value):
        if value not in self.settings[name]:
            known = ", ".join(str(one) for one in self.settings[name])
            raise ValueError(f"Nothing was measured with {name} {value!r}. Measured were {known}.")
        return self.settings[name].index(value)

    def __repr__(self):
        scales, queries = (", ".join(f"{one:g}" for one in self.settings[n]) for n in ("scale", "queries"))
        return (
            f"noise {scales} × {queries} questions about each of {self.records:,} records, plain and calibrated; "
            f"each on {len(self.yardsticks['gap']['auc'])} targets"
        )


def _check(settings, answers, game, targets):
    if len(set(targets)) < 2:
        raise ValueError(f"Targets {list(targets)} came; an interval needs at least two.")
    if not answers:
        raise ValueError("No answers came. Give at least one noise: scale -> answers.")
    if not settings["queries"] or settings["queries"][0] < 1:
        raise ValueError(f"Numbers of questions {settings['queries']} came; each must be at least 1.")
    for scale, given in answers.items():
        if np.ndim(given) != 3 or given.shape[1:] != game.member.shape:
            raise ValueError(
                f"Answers of shape {np.shape(given)} came for noise {scale:g}; (queries, models, examples) with "
                f"{game.member.shape[0]} models and {game.member.shape[1]} examples are needed."
            )
        if len(given) < settings["queries"][-1]:
            raise ValueError(
                f"{len(given)} answers came for noise {scale:g}, and {settings['queries'][-1]} questions are to be "
                "judged. Ask more, or judge fewer."
            )


def _plain(game, share):
    return share[game.target]


def _calibrated(game, share):
    own = game.member[game.target]
    partner = (game.member == ~own).all(axis=1)
    shadows = (np.arange(len(share)) != game.target) & ~partner
    out = ~game.member[shadows]
    sides.require(out, sides.OUT, least=1, advice="Use more shadow models.")
    return share[game.target] - sides.mean(share[shadows], out)


def _roc(game, score):
    return Roc.from_scores(Scores(score, game.member[game.target], "labels"))


def _tpr_at(roc, levels):
    """The largest share of members found with at most these false positive rates: ``roc.tpr_at`` for many at once."""
    return roc.tpr[np.searchsorted(roc.fpr, levels * (1 + 1e-12), "right") - 1]


class QueryBudget(GridLab):
    """Questions about each record, noise and calibration; the measure against the questions, the ROC curve and the bill.

    A later cell reads ``lab.queries``, ``lab.scale``, ``lab.calibrated`` and ``lab.values()``; the numbers of every
    setting are in ``lab.grid``.

    Args:
        grid: measured beforehand, with :meth:`QueryGrid.measure`.
        goals: what to reach, by default three that follow from this grid and can be reached on it.
        traits: where the controls stand at first, by default where no goal is met; ``measure`` for the left picture.
    """

    _esm, _css = browser_files(__file__)
    controls = ("queries", "scale", "calibrated")

    title = traitlets.Unicode("Query budget").tag(sync=True)
    queries = traitlets.Int(help="questions about each record").tag(sync=True)
    scale = traitlets.Float(help="deviation of the noise").tag(sync=True)
    calibrated = traitlets.Bool(help="minus the mean of shadows that never saw the record").tag(sync=True)
    measure = traitlets.Enum(MEASURES, "auc", help="of the left picture").tag(sync=True)
    _settings = traitlets.Dict().tag(sync=True)
    _records = traitlets.Int().tag(sync=True)
    _tables = traitlets.Dict().tag(sync=True)

    def __init__(self, grid: QueryGrid, *, lesson: str = "05", goals=None, **traits):
        self.grid = grid
        self._found = {name: interval_ends(values) for name, values in grid.measures.items()}
        self._beside = {
            name: {measure: grid.yardstick(name, measure).value for measure in MEASURES}
            for name in YARDSTICKS
        }
        goals = self._default_goals() if goals is None else goals
        super().__init__(
            lesson=lesson,
            goals=goals,
            _settings={name: list(values) for name, values in grid.settings.items()},
            _records=grid.records,
            _tables={
                **{name: pack(values) for name, values in self._found.items()},
                "beside": pack([[self._beside[name][m] for m in MEASURES] for name in YARDSTICKS]),
                "reach": pack([self._reach(measure) for measure in MEASURES]),
                "levels": pack(grid.levels),
                "curves": pack(grid.curves, "f4"),
                "loss_curve": pack(grid.loss_curve, "f4"),
                "gap_point": pack(grid.gap_point),
            },
            **self.first_position(
                goals, {name: traits.pop(name) for name in self.controls if name in traits}
            ),
            **traits,
        )

    def _positions(self):
        """Every position of the controls, those where a learner might start first."""
        s = self.grid.settings
        for calibrated, scale, queries in product((False, True), s["scale"], s["queries"]):
            yield {"queries": queries, "scale": scale, "calibrated": calibrated}

    _known = traitlets.validate("queries", "scale")(among_the_measured)

    def values_at(self, queries, scale, calibrated):
        s = self.grid.settings
        at = int(calibrated), s["scale"].index(scale), s["queries"].index(queries)
        found = {}
        for name in MEASURES:
            mean, low, high = (float(one) for one in self._found[name][at])
            found |= {name: mean, f"{name}_low": low, f"{name}_high": high}
        beside = {f"{name}_{m}": self._beside[name][m] for name in YARDSTICKS for m in MEASURES}
        return {
            "queries": queries,
            "scale": scale,
            "calibrated": int(calibrated),
            **found,
            **beside,
            "above_gap": found["auc"] - beside["gap_auc"],
            "bill": queries * self.grid.records,
        }

    def words(self, values):
        v = values
        many = "question" if v["queries"] == 1 else "questions"
        noise = "no noisy copy yet" if v["queries"] == 1 else f"noise {v['scale']:g}"
        return (
            f"{v['queries']} {many} about each record, {noise}, "
            f"{'calibrated by shadows' if v['calibrated'] else 'no shadows'}: "
            f"AUC {decimal(v['auc'])} ({decimal(v['auc_low'])} to {decimal(v['auc_high'])}), "
            f"TPR at 1 % FPR {percent(v['tpr'])} ({percent(v['tpr_low'])} to {percent(v['tpr_high'])}). "
            f"Gap attack {decimal(v['gap_auc'])} and {percent(v['gap_tpr'])}, "
            f"loss {decimal(v['loss_auc'])} and {percent(v['loss_tpr'])}, "
            f"LiRA {decimal(v['lira_auc'])} and {percent(v['lira_tpr'])}. "
            f"Bill: {v['bill']:,} questions."
        )

    def lines(self):
        targets = len(self.grid.yardsticks["gap"]["auc"])
        return [
            *super().lines(),
            f"Each number is the mean over {targets} targets; intervals are 95 %, over the targets.",
        ]

    def describe(self):
        name = "AUC" if self.measure == "auc" else "TPR at 1 % FPR"
        return (
            f"Left: {name} against the questions about each record for this noise, with intervals, and lines for the gap "
            "attack, the loss and LiRA. Right: the mean ROC curve on logarithmic axes, with that of the loss and the point "
            "of the gap attack. " + self.read_out()
        )

    def _draw_left(self, ax):
        from mia_teach.plots import IntervalDisplay, in_percent

        s = self.grid.settings
        at = {"scale": self.scale, "calibrated": self.calibrated}
        line = [self.grid.interval(self.measure, queries=queries, **at) for queries in s["queries"]]
        IntervalDisplay(s["queries"], line, name="labels only").plot(ax, color="black")
        here = line[s["queries"].index(self.queries)].value
        ax.plot(self.queries, here, "D", color="black", markersize=10, zorder=5, label="your setting")
        for name, (color, ls, label) in _LOOKS.items():
            ax.axhline(self._beside[name][self.measure], color=color, ls=ls, label=label)
        ax.set(
            xscale="log",
            ylim=self._reach(self.measure),
            xlabel="questions about each record",
            ylabel="AUC" if self.measure == "auc" else "TPR at 1 % FPR",
        )
        if self.measure == "tpr":
            in_percent(ax.yaxis)
        ax.set_xticks(s["queries"], [str(queries) for queries in s["queries"]])
        ax.minorticks_off()
        ax.legend(loc="best", fontsize=9)

    def _draw_right(self, ax):
        from mia_teach.plots import RocDisplay

        grid, v = self.grid, self.values()
        place = grid.settings["scale"].index(self.scale), grid.settings["queries"].index(self.queries)
        curve = grid.curves[(v["calibrated"], *place)]
        look = {"log": True, "smallest": grid.levels[0]}
        color, ls, label = _LOOKS["loss"]
        for tpr, name, line in (
            (curve, "your setting", {"color": "black"}),
            (grid.loss_curve, label, {"color": color, "ls": ls}),
        ):
            found = (
                tpr > 0
            )  # a curve begins at its first point: nobody found has no place on a logarithmic axis
            RocDisplay(grid.levels[found], tpr[found], name=name).plot(ax, **look, **line)
        ax.plot(*grid.gap_point, "X", color=_LOOKS["gap"][0], markersize=10, label="gap attack", zorder=5)
        ax.set(aspect="auto", xlabel="false positive rate", ylabel="true positive rate")
        ax.legend(loc="best", fontsize=9)

    def _reach(self, measure):
        """Both ends of the axis of a measure, the same at every position."""
        found = self._found[measure]
        beside = [self._beside[name][measure] for name in YARDSTICKS]
        top = min(1.0, max(found[..., 2].max(), *beside) * 1.05)
        lowest = 0.0 if measure == "tpr" else max(0.0, min(found[..., 1].min(), *beside) - 0.02)
        return lowest, max(top, 0.02)

    def _default_goals(self) -> list[Goal]:
        """Three goals within reach on this grid: near the loss, worse than asking once, found with few false alarms."""
        everywhere = [self.values_at(**at) for at in self._positions()]
        few = max(n for n in self.grid.settings["queries"] if n <= max(FEW, self.grid.settings["queries"][0]))
        alone = [v["auc"] for v in everywhere if not v["calibrated"] and v["queries"] <= few]
        loss = self._beside["loss"]
        near = rounded_down(min(loss["auc"] - 0.02, max(alone)))
        once = self.grid.settings["queries"][0]
        worst = min((v["above_gap"] for v in everywhere if v["queries"] > once), default=0.0)
        found = min(0.1, rounded_down(max(v["tpr"] for v in everywhere)))
        worse = (
            Goal(
                "Find a setting that is worse in AUC than asking once "
                f"(the gap attack has {decimal(self._beside['gap']['auc'])})",
                {"above_gap": ("<", 0.0)},
                "worse_than_once",
            )
            if worst < 0
            else Goal(
                "Find the setting that gains least in AUC over asking once",
                {"above_gap": ("<=", worst), "queries": (">", once)},
                "worse_than_once",
            )
        )
        return [
            Goal(
                f"Without shadows and with no more than {few} questions: an AUC of at least {near:.3f} "
                f"(the loss has {decimal(loss['auc'])})",
                {"auc": (">=", near), "queries": ("<=", few), "calibrated": ("==", 0)},
                "near_the_loss",
            ),
            worse,
            Goal(
                f"Find at least {percent(found)} of the members at 1 % FPR (the loss finds {percent(loss['tpr'])})",
                {"tpr": (">=", found)},
                "few_false_alarms",
            ),
        ]


_LOOKS = {
    "gap": ("#595959", ":", "gap attack"),
    "loss": ("#009E73", "--", "loss"),
    "lira": ("#CC79A7", "-.", "LiRA"),
}
