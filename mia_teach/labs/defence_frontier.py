"""The defence frontier: choose a defence and its strength, and see what it costs in accuracy and whom it still lets be found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import traitlets
from jaxtyping import Bool, Float, Int

from mia_teach import signals
from mia_teach.attacks import sides
from mia_teach.attacks.lira import lira
from mia_teach.game import Game
from mia_teach.labs.grid_lab import interval_ends
from mia_teach.labs.lab import Goal, Lab, browser_files, decimal, pack
from mia_teach.rate import Interval, percent
from mia_teach.roc import Roc
from mia_teach.scores import Scores

ATTACKERS = ("loss", "adaptive", "label")
GROUPS = ("all", "exposed")
FPR = 0.01
_SAID = {"loss": "the loss", "adaptive": "the adaptive attacker", "label": "one letter"}
_WHO = {"all": "all records", "exposed": "the most exposed"}


@dataclass(frozen=True, eq=False)
class Setting:
    """A defence at one strength: what models that use it answer.

    Args:
        name: of this strength, as the panel shows it: "stop after epoch 5".
        shown: what each model answers about each record.
        accuracy: each model's share of right answers on records that no model trained on, as it answers them.
        read: the same as an adversary reads it who knows of the defence; by default as shown. A temperature is undone.
        own: what the models say before the answer is masked, which adversaries have of their own models; by default as shown.
    """

    name: str
    shown: Float[np.ndarray, "models examples classes"]
    accuracy: Float[np.ndarray, " models"]
    read: Float[np.ndarray, "models examples classes"] | None = None
    own: Float[np.ndarray, "models examples classes"] | None = None


def attacked(
    setting: Setting,
    labels: Int[np.ndarray, " examples"],
    member: Bool[np.ndarray, "models examples"],
    target: int,
) -> dict[str, Float[np.ndarray, " examples"]]:
    """The scores of the three attackers on one target; its partner in a balanced design is no shadow.

    "loss" takes the answer as it is shown and one threshold for all. "adaptive" is LiRA with one pooled deviation a side;
    its shadow models were trained and answer with the same defence. "label" uses nothing of the answer but its first
    class: right or wrong, times how surprising right is to shadow models that never saw the record.
    """
    shown = Game(setting.shown, labels, member, target=target)
    read = shown if setting.read is None else replace(shown, logits=setting.read)
    own = shown if setting.own is None else replace(shown, logits=setting.own)
    strange = ~own.view.shadow_member
    sides.require(strange, sides.OUT, least=1, advice="Use more shadow models.")
    usual = sides.mean(signals.label_probability(own.view.shadow_logits, labels), strange)
    return {
        "loss": signals.label_log_odds(setting.shown[target], labels),
        "adaptive": lira(read.view, variance="pooled"),
        "label": signals.correct(setting.shown[target], labels) * (1 - usual),
    }


def found(
    parts: Sequence[Scores], group: Bool[np.ndarray, "targets examples"], fpr: float = FPR
) -> Float[np.ndarray, " targets"]:
    """The share of a group's members found in each target, at one threshold for all targets.

    The threshold lets at most a share ``fpr`` of the *group's own* non-members pass, those of all targets together: a small
    group has few of them in one target.
    """
    own = [Scores(one.score[of], one.member[of], one.name) for one, of in zip(parts, group, strict=True)]
    threshold = Roc.from_scores(Scores.pooled(own)).threshold_at(fpr)
    return np.array([(one.members > threshold).mean() for one in own])


def most_exposed(
    logits: Float[np.ndarray, "models examples classes"],
    labels: Int[np.ndarray, " examples"],
    member: Bool[np.ndarray, "models examples"],
    targets: Sequence[int],
    *,
    share: float = 0.1,
) -> Bool[np.ndarray, "targets examples"]:
    """For each target the records whose log-odds training moves most, judged by the other models without a defence.

    The target and its partner have no say in who counts as exposed, so that nobody is chosen by luck in this very target.
    """
    exposed = []
    for target in targets:
        view = Game(logits, labels, member, target=target).view
        phi, seen = signals.label_log_odds(view.shadow_logits, labels), view.shadow_member
        gain = sides.mean(phi, seen) - sides.mean(phi, ~seen)
        exposed.append(gain.argsort().argsort() >= round((1 - share) * len(labels)))
    return np.array(exposed)


@dataclass(frozen=True, eq=False)
class FrontierGrid:
    """Accuracy and leak of every defence at every strength, against three attackers, on several targets.

    Args:
        strengths: defence -> names of its strengths, "none" first; equally many for each.
        accuracy: (defences, strengths, targets), on records that no model trained on.
        leak: share of the members found at 1 % FPR, (defences, strengths, attackers, groups, targets).
    """

    strengths: Mapping[str, tuple[str, ...]]
    accuracy: Float[np.ndarray, "defences strengths targets"]
    leak: Float[np.ndarray, "defences strengths attackers groups targets"]

    @classmethod
    def measure(
        cls,
        undefended: Setting,
        defences: Mapping[str, Sequence[Setting]],
        labels: Int[np.ndarray, " examples"],
        member: Bool[np.ndarray, "models examples"],
        *,
        targets: Sequence[int],
        share: float = 0.1,
    ) -> "FrontierGrid":
        """Let three attackers, see :func:`attacked`, attack every target at every strength of every defence.

        Args:
            undefended: where every defence begins.
            defences: name -> its strengths, from weak to strong, equally many for each.
            targets: at least two, for intervals; of a balanced design, no model together with its partner.
            share: of the records that count as most exposed, see :func:`most_exposed`.

        Raises: ValueError for a single target, no defence, or unequally many strengths.
        """
        counts = {name: len(settings) for name, settings in defences.items()}
        if len(set(targets)) < 2:
            raise ValueError(f"Targets {list(targets)} came; an interval needs at least two.")
        if len(set(counts.values())) != 1 or not min(counts.values()):
            raise ValueError(f"Strengths {counts} came; give each defence equally many, at least one.")
        exposed = most_exposed(undefended.shown, labels, member, targets, share=share)
        groups = np.ones_like(exposed), exposed

        def judged(setting):
            each = [attacked(setting, labels, member, target) for target in targets]
            parts = {
                name: [
                    Scores(one[name], member[target], name) for one, target in zip(each, targets, strict=True)
                ]
                for name in ATTACKERS
            }
            leak = [[found(parts[name], group) for group in groups] for name in ATTACKERS]
            return setting.accuracy[list(targets)], np.array(leak)

        first = judged(undefended)
        results = [[first, *map(judged, settings)] for settings in defences.values()]
        names = {name: ("none", *(one.name for one in own)) for name, own in defences.items()}
        accuracy, leak = (np.array([[one[i] for one in row] for row in results]) for i in range(2))
        return cls(names, accuracy, leak)

    def interval(self, defence: str, strength: int, *, attacker: str = "", group: str = "all") -> Interval:
        """Leak against an attacker, or without one the accuracy: mean over the targets with Student's t interval.

        Raises: ValueError for what was not measured.
        """
        for value, known in ((defence, tuple(self.strengths)), (attacker, ("", *ATTACKERS)), (group, GROUPS)):
            if value not in known:
                raise ValueError(
                    f"{value!r} was not measured. Measured were {', '.join(filter(None, known))}."
                )
        at = list(self.strengths).index(defence), strength
        values = self.accuracy[at]
        if attacker:
            values = self.leak[(*at, ATTACKERS.index(attacker), GROUPS.index(group))]
        return Interval.from_values(values, within=(0, 1))

    def __repr__(self):
        strengths, targets = self.accuracy.shape[1:]
        return (
            f"{len(self.strengths)} defences at {strengths} strengths, none among them, against {len(ATTACKERS)} attackers; "
            f"each on {targets} targets"
        )


class DefenceFrontier(Lab):
    """A defence and its strength: a point on the plane of accuracy and leak, with intervals, for three attackers.

    A later cell reads ``lab.defence``, ``lab.strength``, ``lab.attacker``, ``lab.group`` and ``lab.values()``; the numbers of
    every setting are in ``lab.grid``.

    Args:
        grid: measured beforehand, with :meth:`FrontierGrid.measure`.
        goals: what to reach, by default three that follow from this grid and can be reached on it.
        traits: where the controls stand at first.
    """

    _esm, _css = browser_files(__file__)
    controls = ("defence", "strength", "attacker", "group")

    title = traitlets.Unicode("Defence frontier").tag(sync=True)
    defence = traitlets.Unicode(help="name of the defence").tag(sync=True)
    strength = traitlets.Int(0, help="0 is none, then from weak to strong").tag(sync=True)
    attacker = traitlets.Enum(ATTACKERS, "adaptive", help="whose leak is drawn").tag(sync=True)
    group = traitlets.Enum(GROUPS, "all", help="among whom members are looked for").tag(sync=True)
    _strengths = traitlets.Dict().tag(sync=True)
    _targets = traitlets.Int().tag(sync=True)
    _tables = traitlets.Dict().tag(sync=True)

    def __init__(self, grid: FrontierGrid, *, lesson: str = "09", goals=None, **traits):
        self.grid = grid
        self._accuracy, self._leak = interval_ends(grid.accuracy), interval_ends(grid.leak)
        super().__init__(
            lesson=lesson,
            goals=self._default_goals() if goals is None else goals,
            _strengths={name: list(own) for name, own in grid.strengths.items()},
            _targets=grid.accuracy.shape[-1],
            _tables={
                "accuracy": pack(self._accuracy),
                "leak": pack(self._leak),
                "reach": pack(self._reach()),
            },
            **{"defence": next(iter(grid.strengths)), **traits},
        )

    @traitlets.validate("defence", "strength")
    def _measured(self, proposal):
        name, value = proposal.trait.name, proposal.value
        known = list(self.grid.strengths) if name == "defence" else list(range(self._accuracy.shape[1]))
        if value not in known:
            listed = ", ".join(str(one) for one in known)
            raise traitlets.TraitError(f"Nothing was measured with {name} {value!r}. Choose one of {listed}.")
        return value

    def values_at(self, defence, strength, attacker, group):
        at, who = (list(self.grid.strengths).index(defence), strength), GROUPS.index(group)
        shown = {"accuracy": self._accuracy[at], "none_accuracy": self._accuracy[at[0], 0]}
        for i, name in enumerate(ATTACKERS):
            shown |= {name: self._leak[at][i, who], f"none_{name}": self._leak[at[0], 0, i, who]}
        values = {}
        for name, (mean, low, high) in shown.items():
            values |= {name: float(mean), f"{name}_low": float(low), f"{name}_high": float(high)}
        return {
            **values,
            "defence": list(self.grid.strengths).index(defence),
            "strength": strength,
            "attacker": ATTACKERS.index(attacker),
            "exposed": who,
            "worst": max(values[name] for name in ATTACKERS),
            "gained": values["accuracy"] - values["none_accuracy"],
            "more_than_without": values["adaptive"] - values["none_adaptive"],
        }

    def words(self, values):
        v = values
        defence = list(self.grid.strengths)[v["defence"]]
        name = self.grid.strengths[defence][v["strength"]]
        chosen = "No defence" if v["strength"] == 0 else f"{defence}, {name}"

        def ends(one, text):
            return f"{text(v[one])} ({text(v[one + '_low'])} to {text(v[one + '_high'])})"

        by = "; ".join(f"{_SAID[one]} {ends(one, percent)}" for one in ATTACKERS)
        return (
            f"{chosen}: accuracy {ends('accuracy', decimal)}, without a defence {decimal(v['none_accuracy'])}. "
            f"Members found at 1 % FPR among {_WHO[GROUPS[v['exposed']]]}: {by}. "
            f"Without a defence: {percent(v['none_loss'])}, {percent(v['none_adaptive'])}, {percent(v['none_label'])}."
        )

    def lines(self):
        targets = self.grid.accuracy.shape[-1]
        return [
            *super().lines(),
            f"Each number is the mean over {targets} targets; intervals are 95 %, over the targets.",
        ]

    def describe(self):
        return (
            f"Accuracy on new records against the share of members found at 1 % FPR by {_SAID[self.attacker]}, among "
            f"{_WHO[self.group]}. A point for every defence at every strength; the chosen defence's are joined, from none to "
            "strong, and its chosen strength has intervals both ways. " + self.read_out()
        )

    def picture(self):
        from matplotlib.figure import Figure

        from mia_teach.plots import in_percent, style

        v = self.values()
        i, a, who = v["defence"], v["attacker"], v["exposed"]
        x, y = self._accuracy[..., 0], self._leak[:, :, a, who, 0]
        with style():
            figure = Figure(figsize=(7.6, 4.6), layout="constrained")
            ax = figure.subplots()
            ax.plot(x[:, 1:].ravel(), y[:, 1:].ravel(), "o", color="#767676", ms=4, label="other defences")
            ax.plot(x[i], y[i], "-o", color="black", label=self.defence)
            for name, *point in zip(self.grid.strengths[self.defence][1:], x[i, 1:], y[i, 1:], strict=True):
                ax.annotate(name, point, xytext=(7, 5), textcoords="offset points", fontsize=9)
            ax.plot(x[i, 0], y[i, 0], "X", color="#D55E00", ms=11, label="no defence")
            here, leak = self._accuracy[i, self.strength], self._leak[i, self.strength, a, who]
            bars = [[one[0] - one[1]] for one in (leak, here)], [[one[2] - one[0]] for one in (leak, here)]
            ax.errorbar(
                here[0],
                leak[0],
                yerr=[bars[0][0], bars[1][0]],
                xerr=[bars[0][1], bars[1][1]],
                fmt="D",
                color="black",
                ms=9,
                capsize=4,
                label="your setting",
            )
            reach = self._reach()
            ax.set(
                xlim=reach[0],
                ylim=reach[1 + who],
                xlabel="accuracy on new records",
                ylabel=f"found by {_SAID[self.attacker]} at 1 % FPR",
            )
            in_percent(ax.yaxis)
            ax.legend(loc="best", fontsize=9)
        return figure

    def _reach(self):
        """Both ends of the axis of accuracy, and of that of the leak among all and among the most exposed."""
        low, high = self._accuracy[..., 1].min(), self._accuracy[..., 2].max()
        margin = 0.05 * (high - low) + 1e-3
        tops = [min(1.0, self._leak[:, :, :, who, 2].max() * 1.05) for who in range(2)]
        return np.array([(low - margin, high + margin), *((-0.02 * top, max(top, 0.02)) for top in tops)])

    def _everywhere(self):
        """The values at every strength of every defence, among all and among the most exposed."""
        for defence, strength, group in product(
            self.grid.strengths, range(1, self._accuracy.shape[1]), GROUPS
        ):
            yield self.values_at(defence, strength, "adaptive", group)

    def _default_goals(self) -> list[Goal]:
        """Three goals within reach on this grid: a free lunch, a loss that sees nothing, and few found by anybody."""
        among = {who: [v for v in self._everywhere() if v["exposed"] == who] for who in (0, 1)}
        none = max(among[0][0][f"none_{name}"] for name in ATTACKERS)
        free = [v["worst"] for v in among[0] if v["gained"] >= 0] or [none]
        half = _up(max(none / 2, min(free)))
        blind = [v for v in among[0] if v["more_than_without"] >= 0]
        missed = _up(max(0.01, min((v["loss"] for v in blind), default=1.0)))
        most = _up(max(0.1, min(v["worst"] for v in among[1])))
        return [
            Goal(
                f"All records: at most {percent(half)} found by each of the three attackers ({percent(none)} by the strongest "
                "without a defence), and no accuracy lost",
                {
                    "exposed": ("==", 0),
                    "worst": ("<=", half),
                    "gained": (">=", 0.0),
                    "strength": (">", 0),
                },
                "free_lunch",
            ),
            Goal(
                f"All records: a defence with which the loss finds at most {percent(missed)}, and the adaptive attacker at "
                "least as many as without",
                {
                    "exposed": ("==", 0),
                    "loss": ("<=", missed),
                    "more_than_without": (">=", 0.0),
                    "strength": (">", 0),
                },
                "looks_like_a_defence",
            )
            if blind
            else Goal(
                "All records: the defence that takes least from the adaptive attacker",
                {
                    "exposed": ("==", 0),
                    "more_than_without": (">=", max(v["more_than_without"] for v in among[0])),
                    "strength": (">", 0),
                },
                "looks_like_a_defence",
            ),
            Goal(
                f"The most exposed: at most {percent(most)} found by each of the three attackers",
                {"exposed": ("==", 1), "worst": ("<=", most), "strength": (">", 0)},
                "nobody_found",
            ),
        ]


def _up(number):
    return float(np.ceil(1000 * number - 1e-9)) / 1000
