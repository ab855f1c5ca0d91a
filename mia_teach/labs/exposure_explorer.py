"""The exposure explorer: choose a group, a false positive rate and a base rate; who is found, and how often it is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import traitlets
from jaxtyping import Bool, Float, Int

from mia_teach.labs.grid_lab import GridLab, among_the_measured, rounded_down
from mia_teach.labs.lab import Goal, browser_files, pack
from mia_teach.rate import Interval, percent, precision
from mia_teach.risk import Exposure, over_people
from mia_teach.scores import Scores

FPRS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05)
ONE_IN = (2, 10, 100, 1000, 10_000)
BINS = 11  # never, then up to 10 %, 20 %, ..., 100 % of the trainings
_EVERYBODY = "everybody"
_FEW = 100  # people: below, a precision says more about these few than about the group


@dataclass(frozen=True, eq=False)
class ExposureGrid:
    """Each group's exposure and false alarms at each false positive rate, and what an accusation is worth.

    Args:
        groups: their names, "everybody" first.
        people: how many each group has.
        fprs: the false positive rates, ascending.
        one_in: the base rates as their inverses, ascending: 1,000 stands for one member in 1,000 records.
        tpr: mean exposure of a group's people with its interval over people, (groups, fprs, mean and two ends).
        alarms: the same of the trainings that did *not* include them.
        often: share of a group's people by how often they are found, (groups, fprs, bins).
        half: share of a group's people found in at least half of their trainings.
    """

    groups: tuple[str, ...]
    people: Int[np.ndarray, " groups"]
    fprs: tuple[float, ...]
    one_in: tuple[int, ...]
    tpr: Float[np.ndarray, "groups fprs ends"]
    alarms: Float[np.ndarray, "groups fprs ends"]
    often: Float[np.ndarray, "groups fprs bins"]
    half: Float[np.ndarray, "groups fprs"]

    @classmethod
    def measure(
        cls,
        parts: Sequence[Scores],
        groups: Mapping[str, Bool[np.ndarray, " examples"]],
        *,
        fprs: Sequence[float] = FPRS,
        one_in: Sequence[int] = ONE_IN,
    ) -> "ExposureGrid":
        """From one attack's scores on many targets (see :meth:`mia_teach.Exposure.from_scores`).

        Args:
            groups: name -> which records belong to it; groups may overlap, and everybody is added in front.

        Raises: ValueError for a group of nobody or of another length, or a base rate of more than one in one.
        """
        fprs, one_in = tuple(sorted(set(fprs))), tuple(sorted(set(one_in)))
        if not fprs or not one_in or one_in[0] < 1:
            raise ValueError(
                f"False positive rates {fprs} and base rates of one in {one_in} came; at least one of each is needed, and "
                "no base rate is above one in 1."
            )
        exposures = [Exposure.from_scores(parts, fpr=fpr) for fpr in fprs]
        everybody = np.full(len(exposures[0]), True)
        chosen = {_EVERYBODY: everybody, **{name: np.asarray(mask) for name, mask in groups.items()}}
        for name, mask in chosen.items():
            if mask.dtype != bool or mask.shape != everybody.shape or not mask.any():
                raise ValueError(
                    f"The group {name!r} came as {mask.dtype} of shape {mask.shape} with {int(mask.sum())} people; True or "
                    f"False for each of the {len(everybody)} records is needed, and at least one of them True."
                )
        masks = list(chosen.values())
        places = [[(exposure, mask) for exposure in exposures] for mask in masks]
        return cls(
            tuple(chosen),
            np.array([mask.sum() for mask in masks]),
            fprs,
            one_in,
            _of(places, lambda exposure, mask: _ends(exposure.tpr[mask])),
            _of(places, lambda exposure, mask: _ends(exposure.false_alarms[mask])),
            _of(places, lambda exposure, mask: _by_how_often(exposure.tpr[mask])),
            _of(places, lambda exposure, mask: (exposure.tpr[mask] >= 0.5).mean()),
        )

    def precision(self, group: int, fpr: int) -> Float[np.ndarray, "one_in ends"]:
        """What share of the accusations within a group is right, at each base rate: value and two ends.

        The group's *own* rates count, not the promised one. Each end takes the worse (the better) end of both rates,
        which hold together with 95 % confidence. NaN where nobody is ever accused.
        """
        tpr, alarms = self.tpr[group, fpr], self.alarms[group, fpr]
        pairs = ((tpr[0], alarms[0]), (tpr[1], alarms[2]), (tpr[2], alarms[1]))
        return np.array([[precision(*map(float, pair), 1 / n) for pair in pairs] for n in self.one_in])

    def __repr__(self):
        return (
            f"{len(self.groups)} groups of {int(self.people[0]):,} people × FPR {', '.join(map(percent, self.fprs))} × "
            f"base rates of one in {', '.join(f'{n:,}' for n in self.one_in)}"
        )


def _of(places, measure):
    return np.array([[measure(*pair) for pair in row] for row in places], float)


def _ends(shares):
    """Mean and ends at 97.5 %, so that the ends of two rates hold together at 95 %."""
    found: Interval = over_people(shares, confidence=0.975)
    return found.value, found.low, found.high


def _by_how_often(tpr):
    return np.bincount(np.ceil(10 * tpr - 1e-9).astype(int), minlength=BINS) / len(tpr)


class ExposureExplorer(GridLab):
    """A group, a false positive rate and a base rate; how often its people are found, and 100 accusations of them.

    A later cell reads ``lab.group``, ``lab.fpr``, ``lab.one_in`` and ``lab.values()``; all numbers are in ``lab.grid``.

    Args:
        grid: measured beforehand, with :meth:`ExposureGrid.measure`.
        goals: what to reach, by default three that follow from this grid and can be reached on it.
        traits: where the controls stand at first, by default where no goal is met.
    """

    _esm, _css = browser_files(__file__)
    width_ratios = (3, 2)
    controls = ("group", "fpr", "one_in")

    title = traitlets.Unicode("Exposure explorer").tag(sync=True)
    group = traitlets.Unicode(help="whose people").tag(sync=True)
    fpr = traitlets.Float(help="false positive rate of the attack").tag(sync=True)
    one_in = traitlets.Int(help="one member in so many records").tag(sync=True)
    _settings = traitlets.Dict().tag(sync=True)
    _people = traitlets.List().tag(sync=True)
    _tables = traitlets.Dict().tag(sync=True)

    def __init__(self, grid: ExposureGrid, *, lesson: str = "08", goals=None, **traits):
        self.grid = grid
        places = product(range(len(grid.groups)), range(len(grid.fprs)))
        worth = np.array([grid.precision(*place) for place in places])
        self._precision = worth.reshape(len(grid.groups), len(grid.fprs), len(grid.one_in), 3)
        goals = self._default_goals() if goals is None else goals
        super().__init__(
            lesson=lesson,
            goals=goals,
            _settings={"group": list(grid.groups), "fpr": list(grid.fprs), "one_in": list(grid.one_in)},
            _people=[int(n) for n in grid.people],
            _tables={
                "tpr": pack(grid.tpr),
                "alarms": pack(grid.alarms),
                "often": pack(grid.often),
                "half": pack(grid.half),
                "precision": pack(self._precision),
            },
            **self.first_position(
                goals, {name: traits.pop(name) for name in self.controls if name in traits}
            ),
            **traits,
        )

    def _positions(self):
        """Every position of the controls, the usual ones first."""
        grid = self.grid
        usual = sorted(grid.fprs, key=lambda fpr: abs(np.log(fpr / 0.01)))
        for group, fpr, one_in in product(grid.groups, usual, grid.one_in):
            yield {"group": group, "fpr": fpr, "one_in": one_in}

    _known = traitlets.validate("group", "fpr", "one_in")(among_the_measured)

    def choices(self, name):
        return {"group": self.grid.groups, "fpr": self.grid.fprs, "one_in": self.grid.one_in}[name]

    def values_at(self, group, fpr, one_in):
        grid = self.grid
        at = grid.groups.index(group), grid.fprs.index(fpr)
        worth = self._precision[at][grid.one_in.index(one_in)]
        found = {}
        for name, ends in (("tpr", grid.tpr[at]), ("alarms", grid.alarms[at]), ("precision", worth)):
            for end, number in zip(("", "_low", "_high"), ends, strict=True):
                found[name + end] = None if np.isnan(number) else float(number)
        return {
            "group": group,
            "people": int(grid.people[at[0]]),
            "fpr": fpr,
            "one_in": one_in,
            **found,
            "half": float(grid.half[at]),
        }

    def words(self, values):
        v = values
        worth = (
            "nobody is ever accused"
            if v["precision"] is None
            else f"an accusation is right in {_ends_in_words(v, 'precision')}"
        )
        return (
            f"{v['group']}: {v['people']:,} people, at {percent(v['fpr'])} false positives: found in {_ends_in_words(v, 'tpr')} of the "
            f"trainings that included them, accused in {_ends_in_words(v, 'alarms')} of the others. "
            f"{percent(v['half'])} of these people are found at least every other time. "
            f"Where 1 record in {v['one_in']:,} is a member, {worth}."
        )

    def lines(self):
        return [*super().lines(), "Intervals are over people and hold in pairs with 95 % confidence."]

    def describe(self):
        return (
            "Left: the group's people by how often they are found, as bars, with those of everybody as a dashed outline. "
            "Right: 100 accusations of this group's records as squares, right ones filled, false ones hatched. "
            + self.read_out()
        )

    def _draw_left(self, ax):
        grid = self.grid
        fpr = grid.fprs.index(self.fpr)
        own, everybody = grid.often[grid.groups.index(self.group), fpr], grid.often[0, fpr]
        ax.bar(range(BINS), own, color="#8a8a8a", width=0.8, label=self.group)
        ax.stairs(everybody, np.arange(BINS + 1) - 0.5, color="black", ls="--", label="everybody (dashed)")
        ax.set_xticks(range(0, BINS, 2), ["never", *(f"{10 * i} %" for i in range(2, BINS, 2))])
        ax.set_yticks(np.linspace(0, 1, 6), [f"{20 * i} %" for i in range(6)])
        ax.set(ylim=(0, 1), xlabel="found in up to this share of the trainings", ylabel="share of the people")
        ax.legend()

    def _draw_right(self, ax):
        from mia_teach.plots import MEMBER, NON_MEMBER

        worth = self.values()["precision"]
        right = 0 if worth is None else round(100 * worth)
        for i in range(0 if worth is None else 100):
            look = (
                {"facecolor": MEMBER}
                if i < right
                else {"facecolor": "white", "edgecolor": NON_MEMBER, "hatch": "////"}
            )
            ax.bar(i % 10, 0.8, 0.8, bottom=9 - i // 10, align="edge", **look)
        ax.set(xlim=(-0.2, 10), ylim=(-0.2, 10), aspect="equal", xticks=[], yticks=[])
        ax.grid(visible=False)
        ax.spines[:].set_visible(False)
        ax.set_title("Of 100 accusations: right filled, false hatched", fontsize=11)

    def _default_goals(self) -> list[Goal]:
        """Three goals within reach on this grid: a group twice as exposed, found and yet mostly false, right when rare."""
        everywhere = [self.values_at(**at) for at in self._positions()]
        strict = [v for v in everywhere if v["fpr"] <= 0.01] or everywhere
        limit = max(v["fpr"] for v in strict)
        usual = self.grid.tpr[0, self.grid.fprs.index(limit), 0]
        most = max(v["tpr"] for v in strict)
        exposed = rounded_down(min(2 * usual, most) if most > usual else most)
        found = rounded_down(min(0.5, max(v["tpr"] for v in everywhere)))
        accused = [v for v in everywhere if v["tpr"] >= found and v["precision"] is not None]
        false = max(0.1, min((v["precision"] for v in accused), default=0.1))
        rarest = min(1000, self.grid.one_in[-1])
        rare = [v for v in everywhere if v["one_in"] >= rarest and v["precision"] is not None]
        many = [v for v in rare if v["people"] >= _FEW]
        worth = rounded_down(0.9 * max((v["precision"] for v in many or rare), default=0.0))
        size = {"people": (">=", _FEW)} if many else {}
        who = f"a group of at least {_FEW} people" if many else "a group"
        return [
            Goal(
                f"Find a group whose people are found in at least {percent(exposed)} of their trainings at no more than "
                f"{percent(limit)} false positives (everybody: {percent(usual)})",
                {"tpr": (">=", exposed), "fpr": ("<=", limit)},
                "an_exposed_group",
            ),
            Goal(
                f"Find at least {percent(found)} of a group's members, and yet have no more than {percent(false)} of the "
                "accusations right",
                {"tpr": (">=", found), "precision": ("<=", false)},
                "found_and_mostly_false",
            ),
            Goal(
                f"Where at most 1 record in {rarest:,} is a member: accuse {who} so that at least {percent(worth)} of the "
                "accusations are right",
                {"precision": (">=", worth), "one_in": (">=", rarest), **size},
                "right_though_rare",
            ),
        ]


def _ends_in_words(v, name):
    return f"{percent(v[name])} ({percent(v[name + '_low'])} to {percent(v[name + '_high'])})"
