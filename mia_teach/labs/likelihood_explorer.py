"""The likelihood explorer: one record, its shadow models, their two Gaussians, and what LiRA makes of them."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import traitlets

from mia_teach import signals
from mia_teach.attacks import sides as side_of
from mia_teach.attacks.lira import lira
from mia_teach.attacks.threshold import loss
from mia_teach.game import Game, View
from mia_teach.labs.lab import Goal, Lab, browser_files, decimal, pack
from mia_teach.plots import MEMBER, NON_MEMBER, ScoreHistogramDisplay
from mia_teach.roc import Roc

SHADOWS = (4, 8, 16, 32, 64)
VARIANTS = ("online", "offline")
DEVIATIONS = ("per_example", "pooled")
OFFERED = 40  # records, by default
MOST = 60
BINS = 44
_WIDEST = 100.0  # the end of the axis of scores, whatever they are
_FARTHEST = 40.0  # deviations: beyond 38 the logarithm of the normal distribution is 0 to the last digit


class LikelihoodExplorer(Lab):
    """Choose a record, add shadow models, compare the target's answer with the two Gaussians, decide, see the truth.

    A record is accused when its score is above the threshold that at most ``fpr`` of the non-members pass. A later
    cell reads ``lab.record``, ``lab.shadows`` and ``lab.values()``.

    Args:
        game: a target and shadow models; with :func:`mia_teach.balanced_shadows` the first 4, 8, 16, ... of them
            hold each record equally often on both sides.
        shadows: how many shadow models can be chosen, ascending.
        records: positions of the examples on offer, at most 60; by default 40 that differ: clear cases, members
            that only LiRA finds, false alarms, missed members, and records whose Gaussians coincide.
        fpr: false positive rate at which the two attacks accuse.
        lesson: under which met goals are kept; "" keeps none.
        images: a grey picture for every example of the game, (examples, side, side); 0 is paper.
        goals: what to reach, by default three that can be reached on these records.

    Raises: ValueError for more shadow models than there are, and for records that are not in the game.

    >>> from mia_teach import balanced_shadows
    >>> random = np.random.default_rng(0)
    >>> member = balanced_shadows(18, 400, seed=0)
    >>> log_odds = random.normal(2.0 * member, 1.0)
    >>> game = Game(np.stack([log_odds, 0 * log_odds], axis=-1), np.zeros(400, int), member)
    >>> lab = LikelihoodExplorer(game, shadows=(4, 16), records=[7, 8, 9], lesson="")
    >>> lab.shadows = 16
    >>> lab.values()["models_in"], lab.values()["member"]
    (8, None)
    >>> lab.reveal().values()["member"], int(member[0, 7])
    (0, 0)
    """

    _esm, _css = browser_files(__file__)
    controls = ("record", "shadows", "variant", "deviation", "uncovered")

    title = traitlets.Unicode("Likelihood explorer").tag(sync=True)
    record = traitlets.Int(help="position of the example").tag(sync=True)
    shadows = traitlets.Int(help="how many shadow models are used").tag(sync=True)
    variant = traitlets.Enum(VARIANTS, "online").tag(sync=True)
    deviation = traitlets.Enum(DEVIATIONS, "per_example").tag(sync=True)
    uncovered = traitlets.List(traitlets.Int(), help="records whose truth has been shown").tag(sync=True)
    _offered = traitlets.List(traitlets.Int()).tag(sync=True)
    _labels = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _counts = traitlets.List(traitlets.Int()).tag(sync=True)
    _tables = traitlets.Dict().tag(sync=True)
    _n = traitlets.Int(help="records in the game").tag(sync=True)
    _rate = traitlets.Unicode().tag(sync=True)
    _images = traitlets.Bytes(help="a byte a pixel, 255 is ink; empty without images").tag(sync=True)

    def __init__(
        self,
        game: Game,
        *,
        shadows: Sequence[int] = SHADOWS,
        records: Sequence[int] | None = None,
        fpr: float = 0.01,
        lesson: str = "04",
        images=None,
        goals: Sequence[Goal] | None = None,
        **options,
    ):
        view = game.view
        self.counts = _possible_counts(shadows, len(view.shadow_logits))
        self.rate = f"{100 * fpr:g} %"
        whole = _all_records(game, view, self.counts, fpr)
        offered = varied_records(whole) if records is None else _possible_records(records, len(view.labels))
        self.offered = [int(record) for record in offered]
        self.n = len(view.labels)
        self._t = {name: values[..., self.offered] for name, values in whole.items() if name not in _OF_ALL}
        self._t |= {name: whole[name] for name in _OF_ALL}
        self.labels = [_label(record, view.labels[record], images is not None) for record in self.offered]
        self.images = None if images is None else _pixels(images, self.n)[self.offered]
        super().__init__(
            lesson=lesson,
            goals=self._default_goals() if goals is None else goals,
            record=options.pop("record", self.offered[0]),
            shadows=self.counts[0],
            _offered=self.offered,
            _labels=self.labels,
            _counts=self.counts,
            _tables=_packed(self._t),
            _n=self.n,
            _rate=self.rate,
            _images=b"" if self.images is None else self.images.tobytes(),
            **options,
        )

    def reveal(self) -> "LikelihoodExplorer":
        """Show the truth about the present record, where no panel can be shown."""
        self.uncovered = [*self.uncovered, self.record]
        return self

    @traitlets.validate("record", "shadows", "uncovered")
    def _on_offer(self, proposal):
        name, value = proposal.trait.name, proposal.value
        if name == "shadows":
            if value not in self.counts:
                known = ", ".join(map(str, self.counts))
                raise traitlets.TraitError(f"{value} shadow models came; choose one of {known}.")
            return value
        asked = [value] if name == "record" else value
        if strange := set(asked) - set(self.offered):
            raise traitlets.TraitError(
                f"Record {min(strange)} is not on offer. Choose one of {', '.join(map(str, self.offered))}."
            )
        return value if name == "record" else sorted(set(value))

    def values_at(self, record, shadows, variant, deviation, uncovered):
        r, s = self.offered.index(record), self.counts.index(shadows)
        v, d = VARIANTS.index(variant), DEVIATIONS.index(deviation)
        online, t = variant == "online", self._t
        accused, before = int(t["accused"][s, v, d, r]), int(t["accused"][0, v, d, r])
        member = int(t["member"][r]) if record in uncovered else None
        return {
            "record": record,
            "shadows": shadows,
            "online": int(online),
            "own": int(t["own"][s, v, d]),
            "too_few": int(deviation == "per_example" and not t["own"][s, v, d]),
            "models_in": int(t["models"][s, 0, r]),
            "models_out": int(t["models"][s, 1, r]),
            "center_in": float(t["center"][s, 0, r]) if online else None,
            "deviation_in": float(t["deviation"][s, v, d, 0, r]) if online else None,
            "center_out": float(t["center"][s, 1, r]),
            "deviation_out": float(t["deviation"][s, v, d, 1, r]),
            "answer": float(t["answer"][r]),
            "log_ratio": float(t["place"][s, v, d, r]) if online else None,
            "distance": None if online else float(t["place"][s, v, d, r]),
            "rank": int(t["rank"][s, v, d, r]),
            "rank_by_loss": int(t["rank_by_loss"][r]),
            "accused": accused,
            "accused_by_loss": int(t["accused_by_loss"][r]),
            "accused_with_fewest": before,
            "verdict_changed": int(accused != before),
            "member": member,
            "false_alarm": None if member is None else int(accused and not member),
            "missed_member": None if member is None else int(member and not accused),
        }

    def words(self, values):
        v = values
        label = self.labels[self.offered.index(v["record"])].replace("record", "Record")
        without = f"centre {decimal(v['center_out'], 2)}, deviation {decimal(v['deviation_out'], 2)}"
        if v["online"]:
            seen = (
                f"{v['shadows']} shadow models, {v['models_in']} trained on it and {v['models_out']} did not. "
                f"Log-odds of its label with it: centre {decimal(v['center_in'], 2)}, "
                f"deviation {decimal(v['deviation_in'], 2)}; without it: {without}. "
            )
            says = f"{times(v['log_ratio'])} (log ratio {decimal(v['log_ratio'], 2)})"
        else:
            seen = (
                f"Offline, {v['models_out']} shadow models that never saw it. "
                f"Log-odds of its label without it: {without}. "
            )
            says = deviations_away(v["distance"])
        few = "The deviations are pooled: so few models say too little of a record's own. "
        earlier = (
            f" (with {self.counts[0]} shadow models: {'' if v['accused_with_fewest'] else 'not '}accused)"
            if v["verdict_changed"]
            else ""
        )
        return (
            f"{label}. {seen}{few if v['too_few'] else ''}The target says {decimal(v['answer'], 2)}: {says}. "
            f"Rank among {self.n:,} records: {v['rank_by_loss']:,} by loss, {v['rank']:,} by LiRA. "
            f"Verdict at {self.rate} FPR: by loss {'' if v['accused_by_loss'] else 'not '}accused, "
            f"by LiRA {'' if v['accused'] else 'not '}accused{earlier}. {truth_in_words(v)}"
        )

    def describe(self):
        which = (
            "that trained on it and that never saw it" if self.variant == "online" else "that never saw it"
        )
        return (
            f"Left: the log-odds of the record's label under the shadow models {which}, as dots and as fitted "
            "Gaussians, with the target's answer as a line. Right: histograms of the LiRA scores of all members and "
            f"non-members, with the threshold at {self.rate} FPR and this record's score. " + self.read_out()
        )

    def picture(self):
        from matplotlib.figure import Figure

        from mia_teach.plots import style

        with style():
            figure = Figure(figsize=(9, 4), layout="constrained")
            left, right = figure.subplots(1, 2)
            self._draw_gaussians(left)
            self._draw_scores(right)
        return figure

    def _draw_gaussians(self, ax):
        from scipy.stats import norm

        r, t, v = self.offered.index(self.record), self._t, self.values()
        low, high = t["range"][:, r]
        x = np.linspace(low, high, 400)
        answers, held = t["shadow"][: self.shadows, r], t["held"][: self.shadows, r]
        top = 0.0
        for side, name, color, line, fill in (
            ("in", "models trained on it", MEMBER, "-", True),
            ("out", "models that never saw it", NON_MEMBER, "--", False),
        ):
            if v[f"center_{side}"] is None:
                continue
            density = norm.pdf(x, v[f"center_{side}"], max(v[f"deviation_{side}"], 1e-3 * (high - low)))
            top = max(top, density.max())
            ax.plot(x, density, color=color, ls=line, lw=2, label=name)
            if fill:
                ax.fill_between(x, density, color=color, alpha=0.3)
        for side, row, color, face in ((held, -0.07, MEMBER, MEMBER), (~held, -0.14, NON_MEMBER, "none")):
            if v["online"] or color == NON_MEMBER:
                ax.scatter(
                    answers[side],
                    np.full(side.sum(), row * top),
                    s=20,
                    facecolors=face,
                    edgecolors=color,
                    alpha=0.8,
                )
        ax.axvline(v["answer"], color="black", label="the target's answer")
        ax.set(
            xlabel="log-odds of the true label",
            ylabel="density",
            yticks=[],
            ylim=(-0.2 * top, 1.45 * top),
            xlim=(low, high),
        )
        ax.set_title(f"{self.labels[r]}: {self.shadows} shadow models".replace("record", "Record"))
        ax.legend(loc="upper left", fontsize=9)
        if self.images is not None:
            inset = ax.inset_axes([0.84, 0.76, 0.15, 0.22])
            inset.imshow(self.images[r], cmap="gray_r")
            inset.set(xticks=[], yticks=[])

    def _draw_scores(self, ax):
        r, s = self.offered.index(self.record), self.counts.index(self.shadows)
        v, d, t = VARIANTS.index(self.variant), DEVIATIONS.index(self.deviation), self._t
        edges = t["edges"][v]
        shares = t["histogram"][s, v, d]
        ScoreHistogramDisplay(edges, *shares, name=SCORES[self.variant]).plot(ax)
        for value, line, name in (
            (t["threshold"][s, v, d], ":", f"threshold at {self.rate} FPR"),
            (t["place"][s, v, d, r], "-", "this record"),
        ):
            ax.axvline(np.clip(value, edges[0], edges[-1]), color="black", ls=line, label=name)
        ax.set(ylim=(0, 1.5 * shares.max()))
        ax.legend(loc="upper left", fontsize=9)
        ax.set_title(f"All {self.n:,} records")

    def _default_goals(self):
        """For each purpose the first goal that some position of the controls meets."""
        everywhere = [
            self.values_at(record, shadows, variant, deviation, [record])
            for record in self.offered
            for shadows in self.counts
            for variant in VARIANTS
            for deviation in DEVIATIONS
        ]
        most, half = self.counts[-1], self.n // 2
        found = {"member": ("==", 1), "accused": ("==", 1)}
        last = {"shadows": ("==", most)}
        show = "then show the truth"
        purposes = {
            "only_lira": [
                (
                    f"A member that LiRA accuses, although its rank by loss is beyond {half:,}: find it, {show}",
                    {**found, "rank_by_loss": (">", half)},
                ),
                (
                    f"A member that LiRA accuses and the loss attack does not: find it, {show}",
                    {**found, "accused_by_loss": ("==", 0)},
                ),
                (f"A member that LiRA accuses: find it, {show}", found),
                (f"A member: find one, {show}", {"member": ("==", 1)}),
                (f"A record that was not a member: find one, {show}", {"member": ("==", 0)}),
            ],
            "verdict_changes": [
                (
                    f"A record whose verdict by LiRA changes when shadow models are added to the first {self.counts[0]}",
                    {"verdict_changed": ("==", 1)},
                ),
                (f"Any record with all {most} shadow models (no verdict changes here)", last),
            ],
            "lira_errs": [
                (
                    f"A false alarm: with all {most} shadow models LiRA accuses a non-member; find it, {show}",
                    {**last, "false_alarm": ("==", 1)},
                ),
                (
                    f"A missed member: with all {most} shadow models LiRA does not accuse it; find it, {show}",
                    {**last, "missed_member": ("==", 1)},
                ),
                (
                    f"With all {most} shadow models LiRA errs on none of these records: show the truth of one",
                    {**last, "false_alarm": ("==", 0)},
                ),
            ],
        }
        return [
            next(
                goal
                for goal in (Goal(text, conditions, name) for text, conditions in choices)
                if any(map(goal.is_met, everywhere))
            )
            for name, choices in purposes.items()
        ]


SCORES = {
    "online": "log of the likelihood ratio; ends hold all beyond",
    "offline": "deviations above the centre; ends hold all beyond",
}


def times(log_ratio: float) -> str:
    """A log-likelihood ratio as a sentence would say it.

    >>> times(np.log(20)), times(-1.0)
    ('20 times as likely with it as without it', '2.7 times as likely without it as with it')
    """
    order = "with it as without it" if log_ratio >= 0 else "without it as with it"
    return f"{ratio(abs(log_ratio))} times as likely {order}"


def ratio(log_ratio: float) -> str:
    """A ratio of 1 or more from its logarithm, with the digits that matter.

    >>> ratio(0.0), ratio(np.log(1234)), ratio(20.0), ratio(1e5)
    ('1.0', '1,234', '4.9 × 10⁸', 'over 10³⁰⁰')
    """
    if log_ratio > 690:
        return "over 10³⁰⁰"
    size = math.exp(log_ratio)
    if size >= 1e6:
        return decimal(size)
    return f"{size:.1f}" if size < 10 else f"{size:,.0f}"


def deviations_away(distance: float) -> str:
    """Where an answer lies from the centre of the models that never saw the record.

    >>> deviations_away(2.5), deviations_away(-0.254), deviations_away(40.0)
    ('2.5 deviations above that centre', '0.3 deviations below that centre', '40 or more deviations above that centre')
    """
    if distance >= _FARTHEST:
        return f"{_FARTHEST:.0f} or more deviations above that centre"
    return f"{decimal(abs(distance), 1)} deviations {'above' if distance >= 0 else 'below'} that centre"


def truth_in_words(values: Mapping[str, float | None]) -> str:
    """The truth about a record, and whether the verdict was right; or that it is still hidden."""
    if values["member"] is None:
        return "The truth is hidden."
    if values["member"]:
        return f"The truth: a member. {'LiRA finds it.' if values['accused'] else 'LiRA misses it.'}"
    return f"The truth: not a member. {'LiRA is wrong: a false alarm.' if values['accused'] else 'LiRA is right.'}"


_OF_ALL = ("own", "threshold", "accused_in_all", "edges", "histogram", "accused_by_loss_in_all")


def _all_records(game: Game, view: View, counts, fpr) -> dict[str, np.ndarray]:
    """What the panel shows, of all records: the last axis is that of the records, except for the names in _OF_ALL.

    The axes before it: shadow models, variants, deviations, sides (with, without), as far as a table has them.
    """
    answer, shadow = (
        signals.label_log_odds(logits, view.labels) for logits in (view.target_logits, view.shadow_logits)
    )
    held, n = view.shadow_member, len(view.labels)
    shape = (len(counts), len(VARIANTS), len(DEVIATIONS))
    by_loss = loss(view)
    threshold_by_loss = Roc.from_scores(game.judge(by_loss, name="loss")).threshold_at(fpr)
    t = {
        "answer": answer,
        "shadow": shadow[: counts[-1]],
        "held": held[: counts[-1]],
        "member": game.member[game.target],
        "rank_by_loss": _rank(by_loss),
        "accused_by_loss": by_loss > threshold_by_loss,
        "accused_by_loss_in_all": np.array((by_loss > threshold_by_loss).sum()),
        "models": np.empty((len(counts), 2, n), int),
        "center": np.empty((len(counts), 2, n)),
        "deviation": np.empty((*shape, 2, n)),
        "own": np.empty(shape, bool),
        "place": np.empty((*shape, n)),
        "rank": np.empty((*shape, n), int),
        "accused": np.empty((*shape, n), bool),
        "accused_in_all": np.empty(shape, int),
        "threshold": np.empty(shape),
    }
    for s, count in enumerate(counts):
        # The log-odds alone, as logits of two classes: their log-odds are the same numbers, and quicker to find.
        few = View(
            np.zeros(n, int),
            np.stack([answer, np.zeros(n)], axis=-1),
            np.stack([shadow[:count], np.zeros((count, n))], axis=-1),
            held[:count],
        )
        spread = {}
        for i, side in enumerate((held[:count], ~held[:count])):
            t["models"][s, i] = side.sum(axis=0)
            side_of.require(side, (side_of.IN, side_of.OUT)[i], least=2, advice="Use more shadow models.")
            t["center"][s, i] = side_of.median(shadow[:count], side)
            spread["per_example", i] = side_of.deviation(shadow[:count], side)
            spread["pooled", i] = side_of.pooled_deviation(shadow[:count], side, t["center"][s, i])
        for v, variant in enumerate(VARIANTS):
            for d, asked in reversed(list(enumerate(DEVIATIONS))):
                used, score = _scored(few, variant, asked)
                t["own"][s, v, d] = used == "per_example"
                for i in range(2):
                    t["deviation"][s, v, d, i] = spread[used, i]
                threshold = Roc.from_scores(game.judge(score, name=variant)).threshold_at(fpr)
                t["rank"][s, v, d], t["accused"][s, v, d] = _rank(score), score > threshold
                t["accused_in_all"][s, v, d] = (score > threshold).sum()
                t["place"][s, v, d] = _place(score, variant)
                t["threshold"][s, v, d] = _place(np.array(threshold), variant)
    reach = 2.5 * t["deviation"][:, 0]
    ends = [t["center"][:, None] - reach, t["center"][:, None] + reach]
    low = np.minimum(np.minimum(shadow.min(0), answer), ends[0].min((0, 1, 2)))
    high = np.maximum(np.maximum(shadow.max(0), answer), ends[1].max((0, 1, 2)))
    margin = np.maximum(0.03 * (high - low), 0.1)
    t["range"] = np.stack([low - margin, high + margin])
    return t | _histograms(t)


def _scored(view, variant, deviation):
    """The deviation used and LiRA's scores with it: pooled where it refuses a record's own."""
    try:
        return deviation, lira(view, variant=variant, variance=deviation)
    except ValueError:
        if deviation == "pooled":
            raise
        return "pooled", lira(view, variant=variant, variance="pooled")


def _rank(score):
    """1 for the most suspect record; equals share the better rank."""
    return len(score) - np.searchsorted(np.sort(score), score, "right") + 1


def _place(score, variant):
    """Where a score is drawn. Offline it is log Φ(z), crowded below 0 for large z; z itself keeps the order."""
    from scipy.special import ndtri_exp

    return score if variant == "online" else np.minimum(ndtri_exp(np.minimum(score, 0.0)), _FARTHEST)


def _histograms(t):
    """Shares of members and non-members over bins that more shadow models do not change, so that pictures compare."""
    shape, member = t["threshold"].shape, t["member"]
    edges, histogram = np.empty((len(VARIANTS), BINS + 1)), np.empty((*shape, 2, BINS))
    for v in range(len(VARIANTS)):
        place = t["place"][:, v]
        limits = t["threshold"][:, v]
        high = 1.3 * max(
            1.0, np.quantile(place, 0.95, axis=-1).max(), limits[np.isfinite(limits)].max(initial=0)
        )
        edges[v] = np.linspace(-0.7, 1.0, BINS + 1) * min(high, _WIDEST)
        inside = np.clip(place, edges[v, 0], edges[v, -1])  # the outermost bins hold what lies beyond
        for s, d in np.ndindex(shape[0], shape[2]):
            for i, side in enumerate((member, ~member)):
                histogram[s, v, d, i] = np.histogram(inside[s, d, side], edges[v])[0] / side.sum()
    return {"edges": edges, "histogram": histogram}


def varied_records(t: Mapping[str, np.ndarray], *, seed: int = 0) -> list[int]:
    """Records that differ as much as possible, half of them members, in the order of their positions."""
    random = np.random.default_rng(seed)
    member, n = t["member"], len(t["member"])
    rank, by_loss = t["rank"][-1, 0, 0], t["rank_by_loss"]
    accused, first = t["accused"][-1, 0, 0], t["accused"][0, 0, 0]
    apart = np.abs(t["center"][-1, 0] - t["center"][-1, 1]) / (t["deviation"][-1, 0, 0].sum(0) + 1e-12)
    together = apart <= np.quantile(apart, 0.1)
    kinds = [
        (5, member & accused & (by_loss > n // 2)),
        (3, member & accused & ~t["accused_by_loss"]),
        (4, ~member & accused),
        (3, member & ~accused & (rank > n // 2)),
        (3, member & (rank <= n // 50)),
        (4, ~member & (rank > 0.95 * n)),
        (2, member & together),
        (2, ~member & together),
        (3, member & (accused != first)),
        (3, ~member & (accused != first)),
        (OFFERED // 2, member),
        (OFFERED // 2, ~member),
    ]
    chosen = np.zeros(n, bool)
    for number, kind in kinds:
        for side in (member, ~member):
            left = OFFERED // 2 - int((chosen & side).sum())
            places = np.flatnonzero(kind & side & ~chosen)
            chosen[random.permutation(places)[: max(0, min(number, left))]] = True
    return np.flatnonzero(chosen).tolist()


def _packed(t):
    """The tables for the browser."""
    from scipy.stats import norm

    z = np.linspace(-4, 4, 81)
    whole = {name for name, values in t.items() if values.dtype.kind in "bi"}
    packed = {name: pack(values, "i4" if name in whole else "f8") for name, values in t.items()}
    return packed | {"bell": pack(np.stack([z, norm.pdf(z)], axis=-1))}


def _possible_counts(counts, available):
    counts = [int(count) for count in counts]
    if len(counts) < 2 or sorted(set(counts)) != counts or counts[0] < 1:
        raise ValueError(
            f"Numbers of shadow models {counts} came; give two or more, ascending, such as (4, 16)."
        )
    if counts[-1] > available:
        raise ValueError(
            f"{counts[-1]} shadow models were asked for, and this game has {available}. Give shadows= with at most "
            f"{available}, or train more models."
        )
    return counts


def _possible_records(records, n):
    records = list(dict.fromkeys(int(record) for record in records))
    if not 1 <= len(records) <= MOST:
        raise ValueError(f"{len(records)} records came; a learner can look through 1 to {MOST} of them.")
    if strange := [record for record in records if not 0 <= record < n]:
        raise ValueError(f"There is no record {strange[0]}; the game's {n:,} examples are numbered from 0.")
    return records


def _label(record, of_class, with_image):
    if not with_image:
        return f"record {record}: class {of_class}"
    return f"record {record}: {'an' if of_class in (8, 11, 18) else 'a'} {of_class}"


def _pixels(images, n):
    images = np.asarray(images, float)
    if images.ndim != 3 or len(images) != n or images.shape[1] != images.shape[2]:
        raise ValueError(
            f"Images of shape {images.shape} came; ({n}, side, side) is needed, one for each example of the game."
        )
    low, high = images.min(), images.max()
    return np.rint(255 * (images - low) / (high - low or 1.0)).astype(np.uint8)
