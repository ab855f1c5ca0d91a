"""The privacy dial: noise, sample rate and steps; the ε they give, the region that no attack can leave, and two attacks in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import traitlets
from jaxtyping import Bool, Float

from mia_teach import signals
from mia_teach.attacks.lira import lira
from mia_teach.canaries import Shares
from mia_teach.data import Dataset
from mia_teach.dpsgd import DPSGD
from mia_teach.game import Game
from mia_teach.labs.grid_lab import GridLab, among_the_measured, interval_ends
from mia_teach.labs.lab import Goal, browser_files, decimal, pack
from mia_teach.mechanisms import largest_tpr
from mia_teach.rate import Interval, percent
from mia_teach.roc import Roc
from mia_teach.scores import Scores
from mia_teach.training import train

FPR = 0.01
CONTROLS = ("noise", "rate", "steps")
CURVES = ("allowed", "limit", "strongest", "lira")
_EPSILONS = np.linspace(
    0, 30, 301
)  # one pair (ε, δ) of a run for each: fewer of them allow more, never too little


def run_limit(
    privacy: DPSGD, fpr: Float[np.ndarray, "*shape"] | float, *, width: float = 1e-3
) -> Float[np.ndarray, "*shape"]:
    r"""The largest true positive rate that all steps of DP-SGD together allow, at each false positive rate.

    A run keeps more than one pair: to every :math:`\varepsilon` there is a :math:`\delta`, and no attack may break
    any of the pairs. The lowest of their lines is close to what the best attack reaches; a single pair is far above it.

    Args:
        width: of the steps in which the privacy loss is followed, rounded so that more is allowed.

    Raises: ValueError without noise, where nothing is promised.

    Source: Dong, Roth & Su 2022, "Gaussian differential privacy", proposition 2.12 (a curve as the lower hull of pairs);
    the pairs by ``dp-accounting``, Doroshenko et al. 2022.

    >>> round(float(run_limit(DPSGD(noise_multiplier=1.0), 0.01)), 3)  # the Gaussian mechanism: 0.092
    0.092
    """
    return _lowest(_loss(privacy, width), np.asarray(fpr, np.float64))


def strongest(privacy: DPSGD, *, games: int, seed: int) -> Scores:
    r"""Scores of the strongest attack on DP-SGD, simulated: who sees every step, and a record that shows in each it joins.

    The record's share of a step is 1 where it takes part and 0 where not, plus noise of the noise multiplier. The score
    is the log-likelihood ratio of all shares. With :func:`mia_teach.canaries.observe` the same happens in a training.

    Source: Nasr et al. 2023, "Tight auditing of differentially private machine learning", section 4; Neyman & Pearson
    1933: no test is better.

    >>> scores = strongest(DPSGD(noise_multiplier=1.0), games=20_000, seed=0)
    >>> bool(abs(Roc.from_scores(scores).auc - 0.760) < 0.01)  # Φ(1/√2)
    True
    """
    return _simulated(privacy, games, seed).likelihood()


@dataclass(frozen=True, eq=False)
class PrivacyGrid:
    """DP-SGD at every noise, sample rate and number of steps: what is promised, what two attacks find, how good it is.

    Args:
        settings: the values of "noise" (multipliers), "rate" (sample rates) and "steps", each ascending.
        delta: of the promise.
        epsilon: (noises, rates, steps).
        levels: false positive rates at which curves are kept.
        curves: true positive rates, (noises, rates, steps, levels), of "allowed" (the pair ε and δ), "limit" (all pairs of
            the run), "strongest" (the attack that sees every step) and "lira" (on the final model, mean of the targets).
        found: share of the members that LiRA finds at 1 % FPR, (noises, rates, steps, targets).
        accuracy: on records that no model trained on, of the same shape.
    """

    settings: Mapping[str, tuple]
    delta: float
    epsilon: Float[np.ndarray, "noises rates steps"]
    levels: Float[np.ndarray, " levels"]
    curves: Mapping[str, Float[np.ndarray, "noises rates steps levels"]]
    found: Float[np.ndarray, "noises rates steps targets"]
    accuracy: Float[np.ndarray, "noises rates steps targets"]

    @classmethod
    def measure(
        cls,
        model,
        data: Dataset,
        others: Dataset,
        member: Bool[np.ndarray, "models examples"],
        *,
        noise: Sequence[float],
        rates: Sequence[float],
        steps: Sequence[int],
        targets: Sequence[int],
        delta: float = 1e-5,
        learning_rate: float = 1.0,
        games: int = 10_000,
        seed: int,
    ) -> "PrivacyGrid":
        """Train at every noise and sample rate, look after each number of steps, and let LiRA attack the targets.

        LiRA has one pooled deviation a side and the other models as shadows, without the target's partner. The strongest
        attack needs no training: its scores are simulated, from so many games.

        Raises: ValueError for a single target, for no noise at all, or for a delta that is not below 1 / members.
        """
        settings = {
            "noise": tuple(sorted(set(noise))),
            "rate": tuple(sorted(set(rates))),
            "steps": tuple(sorted(set(steps))),
        }
        if len(set(targets)) < 2:
            raise ValueError(f"Targets {list(targets)} came; an interval needs at least two.")
        if not all(settings.values()) or settings["noise"][0] <= 0:
            raise ValueError(
                f"Noise {settings['noise']}, sample rates {settings['rate']} and steps {settings['steps']} came; at least one of "
                "each is needed, and noise above 0: without it nothing is promised."
            )
        size = int(member.sum(axis=1).max())
        fewest = int((~member[list(targets)]).sum(axis=1).min())
        levels = np.unique(np.rint(np.geomspace(1, fewest, 60))) / fewest
        shape = tuple(len(values) for values in settings.values())
        epsilon = np.empty(shape)
        curves = {name: np.empty((*shape, len(levels))) for name in CURVES}
        found, accuracy = (np.empty((*shape, len(targets))) for _ in range(2))
        for i, j in product(range(shape[0]), range(shape[1])):
            whole = DPSGD(settings["noise"][i], 1.0, settings["rate"][j], settings["steps"][-1])
            whole.epsilon(delta, examples=size, accountant="rdp")  # refuses a delta that is too large
            trained = train(
                model,
                data,
                member,
                privacy=whole,
                learning_rate=learning_rate,
                snapshots=settings["steps"],
                seed=seed,
                progress=False,
            )
            seen = _simulated(whole, games, seed + 1 + i * shape[1] + j)
            for k, count in enumerate(settings["steps"]):
                at = i, j, k
                part = DPSGD(whole.noise_multiplier, 1.0, whole.sample_rate, count)
                loss = _loss(part, 4e-3)
                epsilon[at] = loss.get_epsilon_for_delta(delta)
                curves["allowed"][at] = largest_tpr(levels, epsilon[at], delta)
                curves["limit"][at] = _lowest(loss, levels)
                scores = Shares(seen.share[:count], seen.inserted, part).likelihood()
                curves["strongest"][at] = _tpr_at(Roc.from_scores(scores), levels)
                rocs, accuracy[at] = _attacked(trained.at_step(count), data, others, targets)
                curves["lira"][at] = np.mean([_tpr_at(roc, levels) for roc in rocs], axis=0)
                found[at] = [roc.tpr_at(FPR).value for roc in rocs]
        return cls(settings, delta, epsilon, levels, curves, found, accuracy)

    def interval(self, measure: str, *, noise: float, rate: float, steps: int) -> Interval:
        """ "found" or "accuracy" at a setting: mean over the targets, with Student's t interval cut at 0 and 1."""
        at = tuple(
            self.settings[name].index(value)
            for name, value in zip(CONTROLS, (noise, rate, steps), strict=True)
        )
        return Interval.from_values(getattr(self, measure)[at], within=(0, 1))

    def at_fpr(self, curve: str, fpr: float = FPR) -> Float[np.ndarray, "noises rates steps"]:
        """A curve's true positive rates at the last level that is at most ``fpr``, for every setting."""
        return self.curves[curve][..., np.searchsorted(self.levels, fpr * (1 + 1e-12), "right") - 1]

    def __repr__(self):
        noise, rates, steps = (", ".join(f"{one:g}" for one in self.settings[name]) for name in CONTROLS)
        return (
            f"noise {noise} × sample rate {rates} × {steps} steps, δ = {self.delta:g}; "
            f"each on {self.found.shape[-1]} targets"
        )


def _loss(privacy, width):
    """The distribution of the privacy loss of a whole run, rounded upwards."""
    from dp_accounting.pld.privacy_loss_distribution import from_gaussian_mechanism

    if privacy.noise_multiplier == 0:
        raise ValueError(
            "Without noise every true positive rate is possible. Use a noise_multiplier above 0."
        )
    step = from_gaussian_mechanism(
        privacy.noise_multiplier, sampling_prob=privacy.sample_rate, value_discretization_interval=width
    )
    return step.self_compose(privacy.steps) if privacy.steps > 1 else step


def _lowest(loss, fpr):
    deltas = np.clip(loss.get_delta_for_epsilon(list(_EPSILONS)), 0, 1)
    pairs = zip(_EPSILONS, deltas, strict=True)
    return np.min([largest_tpr(fpr, epsilon, delta) for epsilon, delta in pairs], axis=0)


def _simulated(privacy, games, seed):
    """Shares of a record in every step, in so many games; in half of them it takes part."""
    rng = np.random.default_rng(seed)
    inserted = (np.arange(games) % 2 == 0)[None]
    joins = (rng.random((privacy.steps, 1, games)) < privacy.sample_rate) & inserted
    return Shares(joins + privacy.noise_multiplier * rng.standard_normal(joins.shape), inserted, privacy)


def _attacked(models, data, others, targets):
    """LiRA's ROC on each target, and the targets' accuracy on other records."""
    logits = models.logits(data.x)
    games = [Game(logits, data.y, models.member, target=target) for target in targets]
    rocs = [
        Roc.from_scores(game.judge(lira(game.view, variance="pooled"), name="LiRA, final model"))
        for game in games
    ]
    right = signals.correct(models.logits(others.x), others.y)
    return rocs, right.mean(axis=1)[list(targets)]


def _tpr_at(roc, levels):
    """The largest share of members found with at most these false positive rates: ``roc.tpr_at`` for many at once."""
    return roc.tpr[np.searchsorted(roc.fpr, levels * (1 + 1e-12), "right") - 1]


class PrivacyDial(GridLab):
    """Noise, sample rate and steps; what the run promises, what the strongest attack and LiRA find, and the accuracy.

    A later cell reads ``lab.noise``, ``lab.rate``, ``lab.steps`` and ``lab.values()``; the numbers of every setting are in
    ``lab.grid``.

    Args:
        grid: measured beforehand, with :meth:`PrivacyGrid.measure`.
        goals: what to reach, by default three that follow from this grid and can be reached on it.
        traits: where the controls stand at first, by default where no goal is met.
    """

    _esm, _css = browser_files(__file__)
    controls = CONTROLS

    title = traitlets.Unicode("Privacy dial").tag(sync=True)
    noise = traitlets.Float(help="noise multiplier").tag(sync=True)
    rate = traitlets.Float(help="probability that a record takes part in a step").tag(sync=True)
    steps = traitlets.Int(help="how many noisy sums are released").tag(sync=True)
    _settings = traitlets.Dict().tag(sync=True)
    _delta = traitlets.Float().tag(sync=True)
    _tables = traitlets.Dict().tag(sync=True)

    def __init__(self, grid: PrivacyGrid, *, lesson: str = "10", goals=None, **traits):
        self.grid = grid
        self._found, self._accuracy = interval_ends(grid.found), interval_ends(grid.accuracy)
        self._rates = {name: grid.at_fpr(name) for name in CURVES[:3]}
        goals = self._default_goals() if goals is None else goals
        super().__init__(
            lesson=lesson,
            goals=goals,
            _settings={name: list(values) for name, values in grid.settings.items()},
            _delta=grid.delta,
            _tables={
                "epsilon": pack(grid.epsilon),
                "found": pack(self._found),
                "accuracy": pack(self._accuracy),
                "rates": pack(np.stack([self._rates[name] for name in CURVES[:3]], axis=-1)),
                "reach": pack(self._reach()),
                "levels": pack(grid.levels),
                **{name: pack(grid.curves[name], "f4") for name in CURVES},
            },
            **self.first_position(goals, {name: traits.pop(name) for name in CONTROLS if name in traits}),
            **traits,
        )

    def _positions(self):
        """Every position of the controls, from the most noise, sampling and steps on."""
        for values in product(*(reversed(self.grid.settings[name]) for name in CONTROLS)):
            yield dict(zip(CONTROLS, values, strict=True))

    _known = traitlets.validate("noise", "rate", "steps")(among_the_measured)

    def _place(self, at):
        return tuple(self.grid.settings[name].index(at[name]) for name in CONTROLS)

    def values_at(self, noise, rate, steps):
        here = {"noise": noise, "rate": rate, "steps": steps}
        at = self._place(here)
        shown = {"found": self._found[at], "accuracy": self._accuracy[at]}
        ends = {
            name + end: float(one)
            for name, three in shown.items()
            for end, one in zip(("", "_low", "_high"), three, strict=True)
        }
        rates = {name: float(self._rates[name][at]) for name in CURVES[:3]}
        return {**here, "epsilon": float(self.grid.epsilon[at]), **rates, **ends}

    def words(self, values):
        v = values
        return (
            f"Noise {v['noise']:g}, {percent(v['rate'])} of the records a step, {v['steps']} "
            f"{'step' if v['steps'] == 1 else 'steps'}: ε {decimal(v['epsilon'], 2)} at δ = {decimal(self.grid.delta)}. "
            f"At 1 % FPR this pair lets {percent(v['allowed'])} of the members be found, the whole run "
            f"{percent(v['limit'])}. The strongest attack finds {percent(v['strongest'])}, LiRA on the final model "
            f"{percent(v['found'])} ({percent(v['found_low'])} to {percent(v['found_high'])}). "
            f"Accuracy {decimal(v['accuracy'])} ({decimal(v['accuracy_low'])} to {decimal(v['accuracy_high'])})."
        )

    def lines(self):
        targets = self.grid.found.shape[-1]
        return [
            *super().lines(),
            f"LiRA and accuracy are means over {targets} targets; intervals are 95 %, over the targets. The strongest attack is "
            "simulated, and at low rates luck moves its curve a little.",
        ]

    def describe(self):
        return (
            "Left: accuracy on new records against ε for every setting, the chosen one marked. Right: ROC curves on "
            "logarithmic axes: the line of the pair ε and δ, beyond which no attack can get, below it that of the whole run, the "
            "strongest attack close to that one, and LiRA on the final model. " + self.read_out()
        )

    def _draw_left(self, ax):
        from matplotlib.ticker import NullFormatter

        at = self._place({name: getattr(self, name) for name in CONTROLS})
        ax.plot(
            self.grid.epsilon.ravel(),
            self._accuracy[..., 0].ravel(),
            "o",
            color="#767676",
            ms=4,
            label="all settings",
        )
        mean, low, high = self._accuracy[at]
        ax.errorbar(
            self.grid.epsilon[at],
            mean,
            yerr=[[mean - low], [high - mean]],
            fmt="D",
            color="black",
            ms=9,
            capsize=4,
            label="your setting",
        )
        reach = self._reach()
        ax.set(xscale="log", xlim=reach[0], ylim=reach[1], xlabel=f"ε at δ = {decimal(self.grid.delta)}")
        ticks = [one for one in _TICKS if reach[0][0] <= one <= reach[0][1]]
        ax.set_xticks(ticks, [f"{one:g}" for one in ticks])
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.set_ylabel("accuracy on new records")
        ax.legend(loc="lower right", fontsize=9)

    def _draw_right(self, ax):
        from mia_teach.plots import RocDisplay

        grid = self.grid
        at = self._place({name: getattr(self, name) for name in CONTROLS})
        smallest = grid.levels[0]
        ax.fill_between(grid.levels, grid.curves["allowed"][at], 1.05, color="#767676", alpha=0.2, lw=0)
        for name in CURVES:
            curve, (color, ls, label) = grid.curves[name][at], _LOOKS[name]
            seen = curve > 0  # nobody found has no place on a logarithmic axis
            if name in ("allowed", "limit"):
                ax.plot(grid.levels[seen], curve[seen], color=color, ls=ls, label=label)
            else:
                display = RocDisplay(grid.levels[seen], curve[seen], name=label)
                display.plot(ax, log=True, smallest=smallest, color=color, ls=ls)
        ax.set(aspect="auto", xlabel="false positive rate", ylabel="true positive rate")
        ax.legend(loc="lower right", fontsize=8)

    def _reach(self):
        """Both ends of the axes of ε and of accuracy."""
        low, high = self._accuracy[..., 1].min(), self._accuracy[..., 2].max()
        margin = 0.05 * (high - low) + 1e-3
        return np.array(
            [(self.grid.epsilon.min() / 1.3, self.grid.epsilon.max() * 1.3), (low - margin, high + margin)]
        )

    def _default_goals(self) -> list[Goal]:
        """Three goals within reach on this grid: useful and private, private without more noise, useful with a pair that says little."""
        everywhere = [self.values_at(**at) for at in self._positions()]
        small = 2.0
        private = [v for v in everywhere if v["epsilon"] <= small]
        if not private:
            small = float(np.ceil(100 * min(v["epsilon"] for v in everywhere))) / 100
            private = [v for v in everywhere if v["epsilon"] <= small]
        useful = int(100 * max(v["accuracy"] for v in private)) / 100
        loud = self.grid.settings["noise"][0]
        least = min(v["epsilon"] for v in everywhere if v["noise"] == loud)
        least = float(np.ceil(10 * least)) / 10
        good = [v for v in everywhere if v["accuracy"] >= useful]
        apart = max(good, key=lambda v: v["allowed"] - v["limit"])
        allowed, limit = int(100 * apart["allowed"]) / 100, float(np.ceil(100 * apart["limit"])) / 100
        return [
            Goal(
                f"Useful and private: an ε of at most {small:g} with an accuracy of at least {useful:.2f}",
                {"epsilon": ("<=", small), "accuracy": (">=", useful)},
                "useful_and_private",
            ),
            Goal(
                f"With the smallest noise, {loud:g}: an ε of at most {least:g}",
                {"noise": ("==", loud), "epsilon": ("<=", least)},
                "without_more_noise",
            ),
            Goal(
                f"Useful, with a pair that says little: an accuracy of at least {useful:.2f}, ε and δ let "
                f"{percent(allowed, '.0%')} of the members be found at 1 % FPR, the whole run at most "
                f"{percent(limit, '.0%')}".replace(" %", "\u00a0%"),
                {"accuracy": (">=", useful), "allowed": (">=", allowed), "limit": ("<=", limit)},
                "one_pair_says_little",
            ),
        ]


_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)
_LOOKS = {
    "allowed": ("#E69F00", "-", "allowed by ε and δ"),
    "limit": ("#009E73", "--", "allowed by the whole run"),
    "strongest": ("black", "-", "sees every step"),
    "lira": ("#CC79A7", "-.", "LiRA, final model"),
}
