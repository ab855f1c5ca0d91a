"""The audit bench: canaries, models, noise and what the auditor sees; the ε that is shown, and what could have been."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import traitlets
from jaxtyping import Bool, Float
from torch import nn

from mia_teach import signals
from mia_teach.audit import (
    EpsilonBound,
    Threshold,
    clopper_pearson,
    dpsgd_bound,
    halves,
    one_run_from_scores,
    threshold_from,
)
from mia_teach.canaries import Shares, unused_directions
from mia_teach.data import Dataset
from mia_teach.dpsgd import DPSGD, GradientCanaries
from mia_teach.labs.grid_lab import GridLab, among_the_measured
from mia_teach.labs.lab import Goal, browser_files, decimal, pack
from mia_teach.membership import coin_flips
from mia_teach.rate import percent
from mia_teach.scores import Scores
from mia_teach.training import train

SEES = ("final model", "each update")
WAYS = ("pair", "curve", "run")
CONTROLS = ("sees", "noise", "canaries", "models")


@dataclass(frozen=True, eq=False)
class Watched:
    """Models trained once, as two auditors see them, each with canaries and coins of its own.

    Args:
        shares: what each update held of the gradient canaries.
        answers: log-odds that the final models give to the wrong labels of the mislabelled records.
        member: which of these records each model trained on.
    """

    shares: Shares
    answers: Float[np.ndarray, "models canaries"]
    member: Bool[np.ndarray, "models canaries"]

    def final(self, canary: int) -> Scores:
        """The scores of one mislabelled record, a run each."""
        return Scores(self.answers[:, canary], self.member[:, canary], "final model")


def watched(
    model: nn.Module,
    records: Dataset,
    odd: Dataset,
    *,
    privacy: DPSGD,
    models: int,
    seed: int,
    release: Callable | None = None,
    learning_rate: float = 1.0,
    length: float = 10.0,
) -> Watched:
    """Train so many models on the records, with mislabelled ones and gradient canaries inserted by fair coins.

    There are as many gradient canaries as mislabelled records. Neither disturbs the other: a gradient canary points
    where no record's gradient does, and adds the same to all logits.

    Args:
        odd: records with wrong labels.
        length: of the gradient canaries before clipping, in clips.

    Raises: ValueError for more odd records than the model has unused directions.

    Source: Jagielski et al. 2020 (poisoned records, the final model); Nasr et al. 2023, section 4 (gradient canaries).
    """
    n, canaries, clip = len(records), len(odd), privacy.max_grad_norm
    directions = unused_directions(model)[:canaries]
    if len(directions) < canaries or canaries < 2:
        raise ValueError(
            f"{canaries} mislabelled records came, and this model has {len(unused_directions(model))} directions for "
            "gradient canaries. Use from two up to as many."
        )
    coins = np.random.SeedSequence(seed).generate_state(3)
    inserted, inside = (coin_flips(models, canaries, seed=int(one)) for one in coins[:2])
    member = np.concatenate([np.ones((models, n), bool), inside], axis=1)
    data = Dataset(
        np.concatenate([records.x, odd.x]), np.concatenate([records.y, odd.y]), n_classes=records.n_classes
    )
    share = np.zeros((privacy.steps, models, canaries))

    def watch(step, those, update):
        share[step - 1, those] = update @ directions.T / clip

    trained = train(
        model,
        data,
        member,
        privacy=privacy,
        learning_rate=learning_rate,
        seed=int(coins[2]),
        canaries=GradientCanaries(length * clip * directions, inserted),
        watch=watch,
        release=release,
        progress=False,
    )
    answers = signals.label_log_odds(trained.logits(odd.x), odd.y)
    return Watched(Shares(share, inserted, privacy), answers, inside)


@dataclass(frozen=True, eq=False)
class AuditGrid:
    """Audits of sound DP-SGD for what the auditor sees, noise, canaries and models: what each shows of the claim.

    Args:
        settings: the values of "sees", "noise" (multipliers), "canaries" (in a model) and "models", each ascending.
        delta: of the claims.
        claims: the ε at each noise.
        found: mean, lowest and highest bound of the audits, (sees, noises, canaries, models, ways, 3); the ways are one
            canary a model against the pair ε and δ, the same against the whole curve, and all canaries by the theorem
            for one run.
        ceiling: what a perfect attack would have shown, (sees, noises, canaries, models, ways).
        audits: at most so many of each kind.
    """

    settings: Mapping[str, tuple]
    delta: float
    claims: Float[np.ndarray, " noises"]
    found: Float[np.ndarray, "sees noises canaries models ways ends"]
    ceiling: Float[np.ndarray, "sees noises canaries models ways"]
    audits: int

    @classmethod
    def measure(
        cls,
        seen: Sequence[Watched],
        *,
        delta: float,
        models: Sequence[int],
        canaries: Sequence[int],
        audits: int = 8,
    ) -> "AuditGrid":
        """Audit the first models with the first canaries, for every setting.

        Each canary by itself over many models is an audit; so is each disjoint group of models and canaries for the
        theorem of one run, which then guesses a quarter of them in and a quarter out. A threshold is chosen on one
        half of the models and tested on the other, but for the likelihood ratio's, which is 0 beforehand.

        Args:
            seen: one for each noise, from :func:`watched`.

        Raises: ValueError for more models or canaries than there are, or fewer than two noises.
        """
        seen = sorted(seen, key=lambda one: one.shares.privacy.noise_multiplier)
        settings = {
            "sees": SEES,
            "noise": tuple(one.shares.privacy.noise_multiplier for one in seen),
            "canaries": tuple(sorted(set(canaries))),
            "models": tuple(sorted(set(models))),
        }
        _check(settings, seen)
        shape = tuple(len(settings[name]) for name in CONTROLS)
        found, ceiling = np.empty((*shape, len(WAYS), 3)), np.empty((*shape, len(WAYS)))
        for i, j in product(range(shape[0]), range(shape[1])):
            one = seen[j]
            for m, count in enumerate(settings["models"]):
                each = [_many_runs(one, SEES[i], k, count, delta) for k in range(_repeats(one, audits))]
                for w in range(2):
                    _fill(found, ceiling, (i, j, slice(None), m, w), [pair[w] for pair in each])
                for c, inside in enumerate(settings["canaries"]):
                    bounds = _one_run(one, SEES[i], inside, count, delta, audits)
                    _fill(found, ceiling, (i, j, c, m, 2), bounds)
        claims = np.array([one.shares.privacy.epsilon(delta) for one in seen])
        return cls(settings, delta, claims, found, ceiling, audits)

    def __repr__(self):
        listed = (", ".join(f"{one:g}" for one in self.settings[name]) for name in CONTROLS[1:])
        noise, canaries, models = listed
        return (
            f"noise {noise} × {canaries} canaries × {models} models, δ = {self.delta:g}, for an auditor of the final model and "
            f"one of each update; up to {self.audits} audits each"
        )


def _check(settings, seen):
    if len(set(settings["noise"])) < 2 or len(set(settings["noise"])) < len(seen):
        raise ValueError(
            f"Noise multipliers {list(settings['noise'])} came; at least two are needed, each once."
        )
    if settings["noise"][0] == 0:
        raise ValueError("A noise multiplier of 0 came; without noise there is no claim to audit.")
    for name, most in (("models", min(len(one.member) for one in seen)), ("canaries", _fewest(seen))):
        if not settings[name] or settings[name][0] < 1 or settings[name][-1] > most:
            raise ValueError(
                f"{list(settings[name])} {name} came; at least one number from 1 to {most} is needed."
            )


def _fewest(seen):
    return min(one.member.shape[1] for one in seen)


def _repeats(one, audits):
    return min(audits, one.member.shape[1])


def _many_runs(one, sees, canary, count, delta):
    """Bounds of one canary over so many models: against the pair, and against the curve. None can be shown by a few."""
    shares, privacy = one.shares, one.shares.privacy
    if sees == "final model":
        score, member = one.answers[:count, canary], one.member[:count, canary]
    else:
        score, member = shares.likelihood(canary).score[:count], shares.inserted[:count, canary]
    if min(member.sum(), (~member).sum()) < 2:
        nothing = EpsilonBound(0.0, delta, 0.95, 0.0)
        return nothing, nothing
    scores = Scores(score, member, sees)
    held, test = halves(scores, seed=canary)
    pair = clopper_pearson(test, threshold=threshold_from(held, delta=delta), delta=delta)
    if sees == "final model":
        return pair, dpsgd_bound(test, threshold=threshold_from(held), privacy=privacy, delta=delta)
    return pair, dpsgd_bound(scores, threshold=Threshold(0.0), privacy=privacy, delta=delta)


def _one_run(one, sees, canaries, count, delta, audits):
    """Bounds by the theorem of one run, for disjoint groups of so many models and canaries."""
    if sees == "final model":
        score, member = one.answers, one.member
    else:
        score, member = one.shares.share.sum(axis=0), one.shares.inserted
    bounds, quarter = [], max(1, canaries * count // 4)
    for m, c in product(range(len(member) // count), range(member.shape[1] // canaries)):
        group = slice(m * count, (m + 1) * count), slice(c * canaries, (c + 1) * canaries)
        inside = member[group].ravel()
        if inside.all() or not inside.any() or len(inside) < 2:
            continue  # coins that fell alike, in a small group
        scores = Scores(score[group].ravel(), inside, sees)
        bounds.append(one_run_from_scores(scores, k_plus=quarter, k_minus=quarter, delta=delta))
        if len(bounds) == audits:
            break
    return bounds or [EpsilonBound(0.0, delta, 0.95, 0.0)]


def _fill(found, ceiling, at, bounds):
    shown = [bound.epsilon for bound in bounds]
    found[at] = np.mean(shown), min(shown), max(shown)
    ceiling[at] = np.mean([bound.ceiling for bound in bounds])


class AuditBench(GridLab):
    """What the auditor sees, noise, canaries and models; three bounds on ε with their ceilings, as shares of the claim.

    A later cell reads ``lab.sees``, ``lab.noise``, ``lab.canaries``, ``lab.models`` and ``lab.values()``; the numbers of
    every setting are in ``lab.grid``.

    Args:
        grid: measured beforehand, with :meth:`AuditGrid.measure`.
        goals: what to reach, by default three that follow from this grid and can be reached on it.
        traits: where the controls stand at first, by default where no goal is met.
    """

    _esm, _css = browser_files(__file__)
    controls = CONTROLS

    title = traitlets.Unicode("Audit bench").tag(sync=True)
    sees = traitlets.Enum(SEES, SEES[0], help="what the auditor is shown").tag(sync=True)
    noise = traitlets.Float(help="noise multiplier").tag(sync=True)
    canaries = traitlets.Int(help="in each model, for the theorem of one run").tag(sync=True)
    models = traitlets.Int(help="trained for the audit").tag(sync=True)
    _settings = traitlets.Dict().tag(sync=True)
    _delta = traitlets.Float().tag(sync=True)
    _tables = traitlets.Dict().tag(sync=True)

    def __init__(self, grid: AuditGrid, *, lesson: str = "11", goals=None, **traits):
        self.grid = grid
        self._best = grid.found[..., 0].max(axis=-1)
        goals = self._default_goals() if goals is None else goals
        super().__init__(
            lesson=lesson,
            goals=goals,
            _settings={name: list(values) for name, values in grid.settings.items()},
            _delta=grid.delta,
            _tables={
                "claims": pack(grid.claims),
                "found": pack(grid.found),
                "ceiling": pack(grid.ceiling),
                "best": pack(self._best),
            },
            **self.first_position(goals, {name: traits.pop(name) for name in CONTROLS if name in traits}),
            **traits,
        )

    def _positions(self):
        """Every position of the controls, those with a middle number of models first."""
        counts = self.grid.settings["models"]
        every = [
            dict(zip(CONTROLS, values, strict=True))
            for values in product(*(self.grid.settings[name] for name in CONTROLS))
        ]
        return sorted(every, key=lambda at: abs(counts.index(at["models"]) - len(counts) // 2))

    _known = traitlets.validate("noise", "canaries", "models")(among_the_measured)

    def _place(self, at):
        return tuple(self.grid.settings[name].index(at[name]) for name in CONTROLS)

    def values_at(self, sees, noise, canaries, models):
        here = {"sees": sees, "noise": noise, "canaries": canaries, "models": models}
        at = self._place(here)
        shown = {
            way + end: float(one)
            for w, way in enumerate(WAYS)
            for end, one in zip(("", "_low", "_high"), self.grid.found[at][w], strict=True)
        }
        ceilings = {f"{way}_ceiling": float(self.grid.ceiling[at][w]) for w, way in enumerate(WAYS)}
        claim = float(self.grid.claims[at[1]])
        best = [float(self._best[(i, *at[1:])]) for i in range(len(SEES))]
        shares = {"share": best[at[0]] / claim, "by_final": best[0] / claim, "by_updates": best[1] / claim}
        return {**here, "claim": claim, **shown, **ceilings, **shares}

    def words(self, values):
        v = values
        many, more = ("model" if v["models"] == 1 else "models"), (" each" if v["models"] > 1 else "")
        rest = ", ".join(
            f"{_NAMES[way]} {decimal(v[way], 2)} ({decimal(v[way + '_low'], 2)} to {decimal(v[way + '_high'], 2)}; "
            f"ceiling {decimal(v[way + '_ceiling'], 2)})"
            for way in WAYS
        )
        return (
            f"{v['models']} {many} with {v['canaries']} canaries{more}, the auditor sees "
            f"{'the final model' if v['sees'] == SEES[0] else 'each update'}. Noise {v['noise']:g} claims ε = "
            f"{decimal(v['claim'], 2)} at δ = {decimal(self.grid.delta)}. Shown: {rest}. "
            f"The best of them is {percent(v['share'])} of the claim."
        )

    def lines(self):
        return [
            *super().lines(),
            f"Each number is the mean of up to {self.grid.audits} audits, in brackets the lowest and the highest; each bound is "
            "95 % sure by itself, the best of the three is not.",
        ]

    def describe(self):
        return (
            "Left: the share of the claim that is shown against the number of models, for one canary a model held against the "
            "pair ε and δ or against the whole curve, and for all canaries by the theorem of one run; thin dotted lines are "
            "ceilings. Right: the same three for the chosen setting, by an auditor of the final model and one of each update. "
            + self.read_out()
        )

    def _draw_left(self, ax):
        from mia_teach.plots import in_percent

        i, j, c, m = self._place({name: getattr(self, name) for name in CONTROLS})
        models, claim = self.grid.settings["models"], self.grid.claims[j]
        for w, way in enumerate(WAYS):
            color, ls, marker = _LOOKS[way]
            mean, low, high = self.grid.found[i, j, c, :, w].T / claim
            bars = [mean - low, high - mean]
            ax.errorbar(
                models, mean, yerr=bars, color=color, ls=ls, marker=marker, capsize=3, label=_NAMES[way]
            )
            if way != "curve":
                ax.plot(models, self.grid.ceiling[i, j, c, :, w] / claim, ":", color=color, lw=1.2)
        ax.axvline(models[m], color="#767676", lw=1)
        ax.set(xscale="log", xlabel="models", ylim=(0, 1.25), ylabel="share of the claimed ε")
        in_percent(ax.yaxis)
        ax.set_xticks(models, [str(one) for one in models])
        ax.minorticks_off()
        ax.axhline(1, color="#767676", ls="--", lw=1)
        ax.legend(loc="upper left", fontsize=9)

    def _draw_right(self, ax):
        from mia_teach.plots import in_percent

        _, j, c, m = self._place({name: getattr(self, name) for name in CONTROLS})
        for i in range(len(SEES)):
            for w, way in enumerate(WAYS):
                color, _, marker = _LOOKS[way]
                mean, low, high = self.grid.found[i, j, c, m, w] / self.grid.claims[j]
                x = i + 0.22 * (w - 1)
                ax.errorbar(
                    x, mean, yerr=[[mean - low], [high - mean]], color=color, marker=marker, ms=8, capsize=4
                )
        ax.axhline(1, color="#767676", ls="--", lw=1)
        ax.set(xlim=(-0.6, 1.6), ylim=(0, 1.25), ylabel="share of the claimed ε")
        in_percent(ax.yaxis)
        ax.set_xticks(range(len(SEES)), [f"sees the {SEES[0]}", f"sees {SEES[1]}"])

    def _default_goals(self) -> list[Goal]:
        """Three goals within reach on this grid: most of a claim, as much with the fewest models, and one of two sees it."""
        everywhere = [self.values_at(**at) for at in self._positions()]
        most = _floor(0.97 * max(v["share"] for v in everywhere))
        few = self.grid.settings["models"][0]
        at_most = max((v for v in everywhere if v["models"] == few), key=lambda v: v["run"])["run"]
        at_most = _floor(at_most, 10) or _floor(at_most)
        apart = max(everywhere, key=lambda v: v["by_updates"] - v["by_final"])
        seeing, blind = _floor(apart["by_updates"], 20), _floor(apart["by_final"], 20) + 0.05
        single = "a single model" if few == 1 else f"only {few} models"
        return [
            Goal(
                f"A strong audit: show at least {percent(most, '.0%')} of the claimed ε",
                {"share": (">=", most)},
                "most_of_a_claim",
            ),
            Goal(
                f"With {single}: show an ε of at least {decimal(at_most, 2)}",
                {"models": ("==", few), "run": (">=", at_most)},
                "fewest_models",
            ),
            Goal(
                f"One is blind: whoever sees the final model shows at most {percent(blind, '.0%')} of a claim, and whoever sees "
                f"each update at least {percent(seeing, '.0%')}",
                {"by_final": ("<=", blind), "by_updates": (">=", seeing)},
                "one_is_blind",
            ),
        ]


_NAMES = {
    "pair": "against ε and δ",
    "curve": "against the whole curve",
    "run": "one-run theorem",
}
_LOOKS = {"pair": ("#009E73", "--", "s"), "curve": ("black", "-", "o"), "run": ("#CC79A7", "-.", "D")}


def _floor(number, parts=100):
    return int(parts * number) / parts
