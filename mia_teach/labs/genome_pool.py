"""The genome pool: its size, the sites, linkage and the reference, and what Homer's test makes of its promise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import traitlets
from jaxtyping import Float

from mia_teach.attacks.genomic import expected_auc
from mia_teach.data import Dataset
from mia_teach.labs.grid_lab import GridLab, among_the_measured, interval_ends, rounded_down
from mia_teach.labs.lab import Goal, browser_files, decimal, pack
from mia_teach.rate import Interval, percent

POOLS = (10, 20, 35)
SITES = (30, 100, 300, 1000, 3000, 7363)
REFERENCES = ("TSI", "IBS", "CEU", "FIN")
PEOPLE = {
    "TSI": "other Tuscans",
    "IBS": "Iberians in Spain",
    "CEU": "Utahns of north-west European ancestry",
    "GBR": "British",
    "FIN": "Finns",
}
MEASURES = ("auc", "ratio_auc", "error", "found")
NOMINAL = 1.6448536269514722  # the 95 % point of the standard normal distribution
PROMISE = 0.05


@dataclass(frozen=True, eq=False)
class PoolGrid:
    """Homer's test and the likelihood ratio on random pools of one population, at every setting.

    Args:
        settings: the values of "pool" (people), "sites", "linked" (False, True) and "reference" (names of populations,
            the pool's own first).
        measures: of the shape (pool, sites, linked, reference, pools drawn): "auc" of Homer's T, "ratio_auc" of the
            likelihood ratio, "error" and "found", the shares of outsiders and of members with T above the 95 % point
            of the normal distribution.
        levels: false positive rates at which curves are kept.
        curves: share of members found at the levels, with the scores of all pools drawn under one threshold,
            (homer and ratio, pool, sites, linked, reference, levels).
        sources: what each reference is called in a sentence.
    """

    settings: Mapping[str, tuple]
    measures: Mapping[str, Float[np.ndarray, "pool sites linked reference draws"]]
    levels: Float[np.ndarray, " levels"]
    curves: Float[np.ndarray, "attacks pool sites linked reference levels"]
    sources: Mapping[str, str]

    @classmethod
    def measure(
        cls,
        genomes: Dataset,
        *,
        population: str = "TSI",
        references: Sequence[str] = REFERENCES,
        pools: Sequence[int] = POOLS,
        sites: Sequence[int] = SITES,
        draws: int = 40,
        rounds: int = 4,
        seed: int,
    ) -> "PoolGrid":
        """Draw pools at random and run both attacks at every setting.

        A reference has as many people as the pool. Where it is the pool's own population it takes people who are
        neither in the pool nor judged; the judged outsiders are the same people whatever the reference. Sites are the
        first of a random order. Without linkage the genotypes of each site are exchanged at random among the people of
        a population, which keeps every frequency. Order and exchange are new in each of the ``rounds``.

        Raises: ValueError where a population is too small for pool, reference and outsiders, or a setting is missing.
        """
        settings = {
            "pool": tuple(sorted(pools)),
            "sites": tuple(sorted(sites)),
            "linked": (False, True),
            "reference": (population, *(one for one in references if one != population)),
        }
        _check(settings, genomes, draws, rounds)
        names = list(genomes.class_names)
        of = {name: np.flatnonzero(genomes.y == names.index(name)) for name in settings["reference"]}
        shape = [len(values) for values in settings.values()]
        measures = {name: np.empty((*shape, draws)) for name in MEASURES}
        levels = np.unique(np.concatenate([np.geomspace(0.002, 0.05, 15), np.linspace(0.05, 1, 39)]))
        curves = np.empty((2, *shape, len(levels)))
        from threadpoolctl import threadpool_limits

        rng = np.random.default_rng(seed)
        places = list(product(enumerate(settings["pool"]), (0, 1), enumerate(settings["reference"])))
        scores = [[] for _ in places]
        for part in np.array_split(np.arange(draws), rounds):
            order = rng.permutation(genomes.x.shape[1])[: settings["sites"][-1]]
            as_it_is = {name: genomes.x[np.ix_(people, order)] for name, people in of.items()}
            exchanged = {name: rng.permuted(x, axis=0) for name, x in as_it_is.items()}
            drawn = {name: np.stack([rng.permutation(len(of[name])) for _ in part]) for name in of}
            # One thread: on matrices this small several are slower, many times so on a busy machine. (threadpoolctl
            # comes with scikit-learn.)
            with threadpool_limits(1, "blas"):
                for kept, ((_, size), linked, (_, reference)) in zip(scores, places, strict=True):
                    kept.append(_scores((exchanged, as_it_is)[linked], drawn, settings, size, reference))
        for kept, ((p, _), linked, (r, _)) in zip(scores, places, strict=True):
            for s in range(shape[1]):
                inside, outside = (np.concatenate([one[side][s] for one in kept], axis=1) for side in (0, 1))
                at = p, s, linked, r
                measures["auc"][at] = _aucs(inside[0], outside[0])
                measures["ratio_auc"][at] = _aucs(inside[1], outside[1])
                measures["error"][at] = (outside[0] > NOMINAL).mean(axis=1)
                measures["found"][at] = (inside[0] > NOMINAL).mean(axis=1)
                for attack in (0, 1):
                    curves[(attack, *at)] = _curve(inside[attack], outside[attack], levels)
        sources = {name: PEOPLE.get(name, name) for name in settings["reference"]}
        return cls(settings, measures, levels, curves, sources)

    def interval(self, measure: str, *, pool: int, sites: int, linked: bool, reference: str) -> Interval:
        """A measure at some settings: mean over the pools drawn, with Student's t interval cut at 0 and 1.

        Raises: ValueError for a setting that was not measured.
        """
        at = {"pool": pool, "sites": sites, "linked": linked, "reference": reference}
        for name, value in at.items():
            if value not in self.settings[name]:
                known = ", ".join(str(one) for one in self.settings[name])
                raise ValueError(f"Nothing was measured with {name} {value!r}. Measured were {known}.")
        place = tuple(self.settings[name].index(value) for name, value in at.items())
        return Interval.from_values(self.measures[measure][place], within=(0, 1))

    def __repr__(self):
        s = {name: ", ".join(str(one) for one in values) for name, values in self.settings.items()}
        return (
            f"pools of {s['pool']} people × {s['sites']} sites × linked or not × references {s['reference']}; "
            f"each on {self.measures['auc'].shape[-1]} pools"
        )


class GenomePool(GridLab):
    """Pool, sites, linkage and reference; the AUC or the true error against the sites, and the ROC curve.

    A later cell reads ``lab.pool``, ``lab.sites``, ``lab.linked``, ``lab.reference`` and ``lab.values()``; the numbers
    of every setting are in ``lab.grid``.

    Args:
        grid: measured beforehand, with :meth:`PoolGrid.measure`.
        goals: what to reach, by default three that follow from this grid and can be reached on it.
        traits: where the controls stand at first, by default where no goal is met; ``measure`` for the left picture.
    """

    _esm, _css = browser_files(__file__)
    controls = ("pool", "sites", "linked", "reference")

    title = traitlets.Unicode("Genome pool").tag(sync=True)
    pool = traitlets.Int(help="people in the pool, and as many in the reference").tag(sync=True)
    sites = traitlets.Int(help="published frequencies").tag(sync=True)
    linked = traitlets.Bool(help="sites as they are inherited, or each exchanged over people").tag(sync=True)
    reference = traitlets.Unicode(help="population of the reference").tag(sync=True)
    measure = traitlets.Enum(("error", "auc"), "error", help="of the left picture").tag(sync=True)
    _settings = traitlets.Dict().tag(sync=True)
    _sources = traitlets.Dict().tag(sync=True)
    _tables = traitlets.Dict().tag(sync=True)

    def __init__(self, grid: PoolGrid, *, lesson: str = "07", goals=None, **traits):
        self.grid = grid
        self._found = {name: interval_ends(values) for name, values in grid.measures.items()}
        s = grid.settings
        self._expected = np.array([[expected_auc(m, n, n) for m in s["sites"]] for n in s["pool"]])
        goals = self._default_goals() if goals is None else goals
        super().__init__(
            lesson=lesson,
            goals=goals,
            _settings={name: list(values) for name, values in s.items()},
            _sources=dict(grid.sources),
            _tables={
                **{name: pack(values) for name, values in self._found.items()},
                "expected": pack(self._expected),
                "reach": pack([self._reach(measure) for measure in ("error", "auc")]),
                "levels": pack(grid.levels),
                "curves": pack(grid.curves, "f4"),
            },
            **self.first_position(
                goals, {name: traits.pop(name) for name in self.controls if name in traits}
            ),
            **traits,
        )

    def _positions(self):
        """Every position of the controls, those where a learner might start first."""
        s = self.grid.settings
        for linked, reference, pool, sites in product((True, False), s["reference"], s["pool"], s["sites"]):
            yield {"pool": pool, "sites": sites, "linked": linked, "reference": reference}

    _known = traitlets.validate("pool", "sites", "reference")(among_the_measured)

    def values_at(self, pool, sites, linked, reference):
        s = self.grid.settings
        p, m, r = s["pool"].index(pool), s["sites"].index(sites), s["reference"].index(reference)
        found = {}
        for name in MEASURES:
            mean, low, high = (float(one) for one in self._found[name][p, m, int(linked), r])
            found |= {name: mean, f"{name}_low": low, f"{name}_high": high}
        return {
            "pool": pool,
            "sites": sites,
            "linked": int(linked),
            "reference": r,
            **found,
            "expected": float(self._expected[p, m]),
        }

    def words(self, values):
        v = values
        who = self.grid.sources[self.grid.settings["reference"][v["reference"]]]
        decimals = [
            f"{decimal(v[n])} ({decimal(v[n + '_low'])} to {decimal(v[n + '_high'])})" for n in MEASURES[:2]
        ]
        shares = [
            f"{percent(v[n])} ({percent(v[n + '_low'])} to {percent(v[n + '_high'])})" for n in MEASURES[2:]
        ]
        return (
            f"A pool of {v['pool']}, {v['sites']:,} sites {'as inherited' if v['linked'] else 'without linkage'}, compared "
            f"with {v['pool']} {who}: AUC of Homer's T {decimals[0]}, of the likelihood ratio {decimals[1]}; independent "
            f"sites would give {decimal(v['expected'])}. The test that promises 5 % accuses {shares[0]} of the outsiders "
            f"and finds {shares[1]} of the members."
        )

    def lines(self):
        draws = self.grid.measures["auc"].shape[-1]
        return [
            *super().lines(),
            f"Each number is the mean over {draws} pools drawn at random; intervals are 95 %, over the pools.",
        ]

    def describe(self):
        name = {"auc": "AUC of Homer's T", "error": "true error of the test that promises 5 %"}[self.measure]
        return (
            f"Left: {name} against the number of sites, with intervals and what the textbook says. Right: ROC curves of "
            "Homer's T and of the likelihood ratio, with the promised 5 % and the point where the test really stands. "
            + self.read_out()
        )

    def _draw_left(self, ax):
        from mia_teach.plots import IntervalDisplay, in_percent

        s = self.grid.settings
        at = {"pool": self.pool, "linked": self.linked, "reference": self.reference}
        line = [self.grid.interval(self.measure, sites=sites, **at) for sites in s["sites"]]
        IntervalDisplay(s["sites"], line, name="Homer's T").plot(ax, color="black")
        here = line[s["sites"].index(self.sites)].value
        ax.plot(self.sites, here, "D", color="black", markersize=10, zorder=5, label="your setting")
        if self.measure == "auc":
            expected = self._expected[s["pool"].index(self.pool)]
            ax.plot(s["sites"], expected, color="#009E73", ls="--", label="independent sites, in theory")
        else:
            ax.axhline(PROMISE, color="#009E73", ls="--", label="promised")
            in_percent(ax.yaxis)
        ax.set(
            xscale="log",
            ylim=self._reach(self.measure),
            xlabel="sites published",
            ylabel="AUC" if self.measure == "auc" else "outsiders accused",
        )
        ax.set_xticks(s["sites"], [f"{sites:,}" for sites in s["sites"]])
        ax.minorticks_off()
        ax.legend(loc="best", fontsize=9)

    def _draw_right(self, ax):
        from mia_teach.plots import RocDisplay

        grid, v = self.grid, self.values()
        place = (
            grid.settings["pool"].index(self.pool),
            grid.settings["sites"].index(self.sites),
            v["linked"],
            v["reference"],
        )
        for curve, name, look in (
            (grid.curves[(0, *place)], "Homer's T", {"color": "black"}),
            (grid.curves[(1, *place)], "likelihood ratio", {"color": "#CC79A7", "ls": "-."}),
        ):
            RocDisplay(grid.levels, curve, name=name).plot(ax, **look)
        ax.axvline(PROMISE, color="#009E73", ls="--", label="promised")
        ax.plot(v["error"], v["found"], "D", color="black", markersize=10, zorder=5, label="the test")
        ax.set(aspect="auto", xlabel="false positive rate", ylabel="true positive rate")
        ax.legend(loc="lower right", fontsize=9)

    def _reach(self, measure):
        """Both ends of the axis of a measure, the same at every position."""
        return (0.0, 1.0) if measure == "error" else (0.5, 1.0)

    def _default_goals(self) -> list[Goal]:
        """Three goals within reach on this grid: what theory says, each fault's doing, and what is left without it."""
        s = self.grid.settings
        everywhere = [self.values_at(**at) for at in self._positions()]
        own = [v for v in everywhere if v["reference"] == 0]
        largest = s["pool"][-1]
        theory = min(
            0.95, rounded_down(max(v["auc"] for v in own if not v["linked"] and v["pool"] == largest))
        )
        wrong = min(0.25, rounded_down(max(v["error"] for v in own if v["linked"])))
        unlinked = min(
            0.5, rounded_down(max(v["error"] for v in everywhere if not v["linked"] and v["reference"]))
        )
        return [
            Goal(
                f"Without linkage and with the largest pool: an AUC of at least {theory:.3f}",
                {"auc": (">=", theory), "linked": ("==", 0), "pool": ("==", largest)},
                "theory",
            ),
            Goal(
                f"Linkage alone: with {self.grid.sources[s['reference'][0]]} as the reference, a test that promises 5 % "
                f"accuses at least {percent(wrong)} of the outsiders",
                {"error": (">=", wrong), "linked": ("==", 1), "reference": ("==", 0)},
                "linkage_alone",
            ),
            Goal(
                "The wrong reference alone: without linkage it accuses at least "
                f"{percent(unlinked)} of the outsiders",
                {"error": (">=", unlinked), "linked": ("==", 0), "reference": (">", 0)},
                "mismatch_alone",
            ),
        ]


def _check(settings, genomes, draws, rounds):
    if not settings["pool"] or not settings["sites"]:
        raise ValueError("No setting came: give at least one size of the pool and one number of sites.")
    if (
        settings["pool"][0] < 1
        or not 2 <= settings["sites"][0] <= settings["sites"][-1] <= genomes.x.shape[1]
    ):
        raise ValueError(
            f"Pools of {settings['pool']} people and {settings['sites']} sites came; a pool needs a person, and "
            f"sites must lie between 2 and {genomes.x.shape[1]}."
        )
    if draws < 2 or not 1 <= rounds <= draws:
        raise ValueError(f"{draws} pools in {rounds} rounds came; an interval needs two pools, a round one.")
    for name in settings["reference"]:
        if name not in genomes.class_names:
            raise ValueError(f"{name!r} is no population here; there are {', '.join(genomes.class_names)}.")
        people = int((genomes.y == genomes.class_names.index(name)).sum())
        needed = 2 * settings["pool"][-1] + 1 if name == settings["reference"][0] else settings["pool"][-1]
        if people < needed:
            raise ValueError(
                f"{people} people of {name} are there, and a pool of {settings['pool'][-1]} needs {needed}."
            )


def _scores(x, drawn, settings, size, reference):
    """Homer's T and the ratio of members and of outsiders, for nested numbers of sites.

    Returns:
        two lists, members and outsiders, an array (2 attacks, draws, people) for each number of sites.
    """
    population = settings["reference"][0]
    own, others = x[population], x[reference]
    order = drawn[population]
    known_people = order[:, size : 2 * size] if reference == population else drawn[reference][:, :size]
    pool, known = _frequencies(own, order[:, :size]), _frequencies(others, known_people)
    low, high = 0.25 / size, 1 - 0.25 / size
    p, q = np.clip(pool, low, high), np.clip(known, low, high)
    first, second = np.log(p / q), np.log((1 - p) / (1 - q))
    distance = [abs(y - known) - abs(y - pool) for y in (0.0, 0.5, 1.0)]
    squared = [d * d for d in distance]

    # A function of a genotype x is f(0) + x (f(1) − f(0)) + [x = 2] (f(2) − 2 f(1) + f(0)): sums over sites are
    # products of matrices, block by block of the nested numbers of sites.
    two = (own == 2).astype(np.float64)
    total, squares, ratio = np.zeros((3, len(order), len(own)))
    found, start = [], 0
    for stop in settings["sites"]:
        block = slice(start, stop)
        for summed, table in ((total, distance), (squares, squared)):
            f0, f1, f2 = (f[:, block] for f in table)
            summed += f0.sum(axis=1, keepdims=True) + (f1 - f0) @ own[:, block].T
            summed += (f2 - 2 * f1 + f0) @ two[:, block].T
        ratio += 2 * second[:, block].sum(axis=1, keepdims=True)
        ratio += (first - second)[:, block] @ own[:, block].T
        error = np.sqrt(np.maximum(squares - total**2 / stop, 0) / (stop - 1) / stop)
        found.append(np.stack([total / stop / np.maximum(error, 1e-12), ratio]))
        start = stop
    row = np.arange(len(order))[:, None]
    return (
        [one[:, row, order[:, :size]] for one in found],
        [one[:, row, order[:, 2 * size :]] for one in found],
    )


def _frequencies(x, drawn):
    """Of the people drawn, (draws, people): allele frequencies (draws, sites)."""
    chosen = np.zeros((len(drawn), len(x)))
    np.put_along_axis(chosen, drawn, 1.0, axis=1)
    return chosen @ x / (2 * drawn.shape[1])


def _aucs(inside, outside):
    """Of each draw: how often a member outranks an outsider, ties half."""
    above = inside[:, :, None] - outside[:, None, :]
    return (above > 0).mean(axis=(1, 2)) + 0.5 * (above == 0).mean(axis=(1, 2))


def _curve(inside, outside, levels):
    """Share of members above the threshold that at most these shares of all outsiders exceed."""
    thresholds = np.append(np.sort(outside.ravel())[::-1], -np.inf)
    allowed = np.floor(levels * outside.size * (1 + 1e-12)).astype(int)
    members = np.sort(inside.ravel())
    return 1 - np.searchsorted(members, thresholds[allowed], "right") / len(members)
