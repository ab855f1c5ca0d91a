"""The gradient microscope: one record's gradient, layer by layer, in a trained model and in a client's update."""

import copy
import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import torch
import traitlets
from torch import nn
from torch.func import functional_call
from torch.nn import functional as F

from mia_teach import signals
from mia_teach.attacks.white_box import gradient_chunks
from mia_teach.data import Dataset
from mia_teach.labs.lab import Goal, Lab, browser_files, decimal, pack
from mia_teach.plots import MEMBER, NON_MEMBER, ScoreHistogramDisplay
from mia_teach.roc import Roc
from mia_teach.scores import Scores

BATCHES = (16, 64, 256)
ALL = "all"  # the choice of all layers together
OFFERED = 40  # records, by default
MOST = 60
BINS = 40
HIDDEN = 0.65  # an AUC below which the records of an update are said to hide
MORE = 0.01  # of AUC above the loss's, to be called better
_LEAST = 1e-12  # smaller norms are rounding errors of the probabilities


class GradientMicroscope(Lab):
    """Choose what the adversary sees, a layer and a record; does the gradient tell more than the loss?

    The adversary sees either the trained model, where a small gradient norm speaks for a member, or the *update* that
    a client makes in one plain gradient step on some of its records, where the cosine between a record's descent
    direction and the update speaks for a record of that step. Small updates are part of the larger ones, and all of
    them are made of members. A later cell reads ``lab.record``, ``lab.layer``, ``lab.update`` and ``lab.values()``.

    Args:
        model: the trained target; its last layer must be an ``nn.Linear`` that gives the logits.
        member: (examples,), True where the target trained on the example.
        records: positions of the examples on offer, at most 60; by default 40 that differ: low and high losses, large
            inputs of the last layer, records of each update, and others that merely point the same way.
        batches: how many records an update is made of, ascending.
        learning_rate: of the client's step; the cosine does not depend on it.
        lesson: under which met goals are kept; "" keeps none.
        images: a grey picture for every example, (examples, side, side); 0 is paper.
        seed: which records the updates are made of, and of the server's model.
        server: the model that the server sends out and the client updates; by default ``model`` with fresh weights, as
            in the first round. The longer it has been trained, the less an update betrays.
        goals: what to reach, by default three that can be reached on these data.
        traits: where the controls stand at first.

    Raises: ValueError for a membership, batches, records or images that do not fit the data, and for a model without a
    linear last layer.

    >>> from mia_teach import load_digits, logistic
    >>> digits = load_digits()[:300]
    >>> lab = GradientMicroscope(logistic(64, 10).double(), digits, np.arange(300) < 150, batches=(8, 32), lesson="")
    >>> lab.layer, lab.layer_names
    ('0', ('the only layer, 64 → 10', 'all layers together'))
    >>> lab.update = 8
    >>> lab.values()["inside"], lab.reveal().values()["inside"] in (0, 1)
    (None, True)
    """

    _esm, _css = browser_files(__file__)
    controls = ("record", "layer", "update", "uncovered", "looked")

    title = traitlets.Unicode("Gradient microscope").tag(sync=True)
    record = traitlets.Int(help="position of the example").tag(sync=True)
    layer = traitlets.Unicode(help='name of the layer in the model, such as "0", or "all"').tag(sync=True)
    update = traitlets.Int(help="records in the update that is seen; 0 for the trained model").tag(sync=True)
    uncovered = traitlets.List(traitlets.Int(), help="records whose truth has been shown").tag(sync=True)
    looked = traitlets.List(
        traitlets.Int(), help="what has been looked at: layers × place of update + place of layer"
    )
    looked = looked.tag(sync=True)
    _offered = traitlets.List(traitlets.Int()).tag(sync=True)
    _labels = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _layers = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _layer_names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _updates = traitlets.List(traitlets.Int()).tag(sync=True)
    _bias = traitlets.Bool(help="whether the last layer has one").tag(sync=True)
    _tables = traitlets.Dict().tag(sync=True)
    _n = traitlets.Int(help="records in all").tag(sync=True)
    _images = traitlets.Bytes(help="a byte a pixel, 255 is ink; empty without images").tag(sync=True)

    def __init__(
        self,
        model: nn.Module,
        data: Dataset,
        member,
        *,
        records: Sequence[int] | None = None,
        batches: Sequence[int] = BATCHES,
        learning_rate: float = 0.1,
        lesson: str = "06",
        images=None,
        seed: int = 0,
        server: nn.Module | None = None,
        goals: Sequence[Goal] | None = None,
        **traits,
    ):
        member = _possible_members(member, len(data))
        batches = _possible_batches(batches, int(member.sum()))
        names, self.layer_names, bias = _layers(model)
        self.n, self.layers, self.updates, self._bias_in_last = len(data), (*names, ALL), (0, *batches), bias
        random = np.random.default_rng(seed)
        server = _fresh(model, random) if server is None else server
        if [one.shape for one in server.parameters()] != [one.shape for one in model.parameters()]:
            raise ValueError(
                "The server's model has other layers than the target. Give two of one architecture."
            )
        order = random.permutation(np.flatnonzero(member))
        self._all = _all_records(
            model, server, data, member, names, [order[:size] for size in batches], learning_rate
        )
        chosen = teaching_records(self._all) if records is None else _possible_records(records, self.n)
        self.offered = [int(record) for record in chosen]
        self._t = _tables(self._all, self.offered)
        kind = {name.isdigit() for name in data.class_names} == {True}
        self.labels = [_label(record, data.class_names[data.y[record]], kind) for record in self.offered]
        self.images = None if images is None else _pixels(images, self.n)[self.offered]
        super().__init__(
            lesson=lesson,
            goals=self._default_goals() if goals is None else goals,
            record=traits.pop("record", self.offered[0]),
            layer=traits.pop("layer", self.layers[0]),
            _offered=self.offered,
            _labels=self.labels,
            _layers=list(self.layers),
            _layer_names=list(self.layer_names),
            _updates=list(self.updates),
            _bias=bias,
            _tables={
                name: pack(values, "i4" if values.dtype.kind in "bi" else "f8")
                for name, values in self._t.items()
            },
            _n=self.n,
            _images=b"" if self.images is None else self.images.tobytes(),
            **traits,
        )
        self._look()

    def reveal(self) -> "GradientMicroscope":
        """Show the truth about the present record, where no panel can be shown."""
        self.uncovered = [*self.uncovered, self.record]
        return self

    @traitlets.validate("record", "layer", "update", "uncovered", "looked")
    def _on_offer(self, proposal):
        name, value = proposal.trait.name, proposal.value
        known = {
            "layer": self.layers,
            "update": self.updates,
            "looked": range(len(self.layers) * len(self.updates)),
        }.get(name, self.offered)
        asked = value if isinstance(value, list) else [value]
        if strange := [one for one in asked if one not in known]:
            raise traitlets.TraitError(
                f"{strange[0]!r} came for {name!r}. Choose one of {', '.join(map(repr, known))}."
            )
        return sorted(set(value)) if isinstance(value, list) else value

    @traitlets.observe("layer", "update")
    def _look(self, change=None):
        """A layer counts as looked at wherever it was chosen, in the panel or in a cell."""
        if self.layer and self._offered:
            self.looked = [*self.looked, self._place(self.update, self.layer)]

    def _place(self, update, layer):
        return self.updates.index(update) * len(self.layers) + self.layers.index(layer)

    def values_at(self, record, layer, update, uncovered, looked):
        r, a, u, t = self.offered.index(record), self.layers.index(layer), self.updates.index(update), self._t
        model = int(u > 0)
        known = record in uncovered
        seen = {place for place in (*looked, self._place(update, layer)) if place < len(self.layers)}
        tpr, loss_tpr = (float(one) for one in (t["tpr"][u, a], t["loss_tpr"][u]))
        return {
            "record": record,
            "layer": a,
            "whole": int(layer == ALL),
            "update": update,
            "norm": float(t["norm"][model, a, r]),
            "alignment": float(t["alignment"][u - 1, a, r]) if u else None,
            "rank": int(t["rank"][u, a, r]),
            "loss": float(t["loss"][model, r]),
            "rank_by_loss": int(t["rank_by_loss"][model, r]),
            "error": float(t["error"][model, r]),
            "input": float(t["input"][model, r]),
            "norm_of_last": float(t["norm"][model, -2, r]),
            "auc": float(t["auc"][u, a]),
            "auc_low": float(t["auc_low"][u, a]),
            "auc_high": float(t["auc_high"][u, a]),
            "tpr": None if tpr < 0 else tpr,
            "loss_auc": float(t["loss_auc"][u]),
            "loss_tpr": None if loss_tpr < 0 else loss_tpr,
            "agreement": float(t["agreement"][u, a]),
            "layers_seen": len(seen),
            "member": int(t["inside"][0, r]) if known else None,
            "inside": int(t["inside"][u, r]) if known and u else None,
        }

    def words(self, values):
        v = values
        label = self.labels[self.offered.index(v["record"])].replace("record", "Record")
        name = self.layer_names[v["layer"]]
        if v["update"]:
            seen = (
                f"its descent direction and the update of {v['update']:,} records have the cosine "
                f"{decimal(v['alignment'])}, rank {v['rank']:,} of {self.n:,}; its loss on the server's model, "
                f"{decimal(v['loss'])}, has rank {v['rank_by_loss']:,}"
            )
        else:
            seen = (
                f"the norm of its gradient is {decimal(v['norm'])}, rank {v['rank']:,} of {self.n:,}; its loss, "
                f"{decimal(v['loss'])}, has rank {v['rank_by_loss']:,}"
            )
        alike = "nearly the same order" if v["agreement"] >= 0.8 else "another order"
        return (
            f"{label}; {name}: {seen}. Over all records the {'cosine' if v['update'] else 'norm'} has an AUC of "
            f"{decimal(v['auc'])} ({decimal(v['auc_low'])} to {decimal(v['auc_high'])}), the loss "
            f"{decimal(v['loss_auc'])}: {alike}, rank correlation {decimal(v['agreement'], 2)}. "
            f"{self._finding(v)}{truth_in_words(v)}"
        )

    def _finding(self, v):
        """What the layers of the trained model came to, once all have been looked at."""
        if v["update"] or v["layers_seen"] < len(self.layers):
            return ""
        aucs = self._t["auc"][0]
        better = [
            name for name, auc in zip(self.layer_names, aucs, strict=True) if auc - v["loss_auc"] >= MORE
        ]
        return (
            f"All layers looked at: {'; '.join(better)}: better than the loss by {MORE} or more. "
            if better
            else f"All layers looked at: AUC {decimal(aucs.min())} to {decimal(aucs.max())}, none better than the loss "
            f"by {MORE}. "
        )

    def describe(self):
        one, other = sides_of(self.update)
        return (
            f"Left: histograms of all records, {quantity(self.update)}, {one} and {other}; the outermost bins hold all "
            "beyond, a line is this record. Right: every record's rank by it against its rank by loss; a line means that it is the "
            "loss again, a cloud that it is something else. " + self.read_out()
        )

    def picture(self):
        from matplotlib.figure import Figure

        from mia_teach.plots import style

        with style():
            figure = Figure(figsize=(9, 4), layout="constrained")
            left, right = figure.subplots(1, 2)
            self._draw_histogram(left)
            self._draw_ranks(right)
        return figure

    def _at(self):
        return self.offered.index(self.record), self.layers.index(self.layer), self.updates.index(self.update)

    def _draw_histogram(self, ax):
        (r, a, u), t = self._at(), self._t
        edges = t["edges"][min(u, 1)]
        shares = t["histogram"][u, a]
        one, other = sides_of(self.update)
        ScoreHistogramDisplay(edges, *shares, name=quantity(self.update)).plot(ax)
        for drawn, name in zip(ax.get_legend_handles_labels()[0], (one, other), strict=False):
            drawn.set_label(name)
        here = t["alignment"][u - 1, a, r] if u else math.log10(max(t["norm"][0, a, r], _LEAST))
        ax.axvline(np.clip(here, edges[0], edges[-1]), color="black", label="this record")
        if not u:
            ticks = decades(edges[0], edges[-1])
            ax.set_xticks(ticks, [power(one) for one in ticks])
        ax.set(ylim=(0, 1.5 * shares.max()))
        ax.legend(loc="upper left", fontsize=9)
        name = self.layer_names[a]
        ax.set_title(name[0].upper() + name[1:])
        if self.images is not None:
            inset = ax.inset_axes([0.84, 0.76, 0.15, 0.22])
            inset.imshow(self.images[r], cmap="gray_r")
            inset.set(xticks=[], yticks=[])

    def _draw_ranks(self, ax):
        (_, a, u), t = self._at(), self._t
        model, v = int(u > 0), self.values()
        ax.plot([1, self.n], [1, self.n], color="0.5", ls=":", lw=1)
        ax.scatter(t["loss_ranks"][model], t["ranks"][u, a], s=3, color="0.45", alpha=0.5, linewidths=0)
        for side, color, face, marker in ((1, MEMBER, MEMBER, "o"), (0, NON_MEMBER, "white", "s")):
            shown = [
                i for i, one in enumerate(self.offered) if one in self.uncovered and t["inside"][u, i] == side
            ]
            ax.scatter(
                t["rank_by_loss"][model, shown],
                t["rank"][u, a, shown],
                s=40,
                color=face,
                edgecolors=color,
                marker=marker,
            )
        ax.scatter(v["rank_by_loss"], v["rank"], s=110, facecolors="none", edgecolors="black", linewidths=2)
        ax.set(
            xlabel="rank by loss (1: smallest)",
            ylabel=f"rank by {'cosine (1: largest)' if u else 'norm (1: smallest)'}",
        )
        ax.set(xlim=(1, self.n), ylim=(1, self.n))
        ax.set_title(f"Rank correlation {decimal(v['agreement'], 2)}")

    def _default_goals(self):
        """Three goals within reach on these data: every layer, a record that an update betrays, an update that hides."""
        t, small = self._t, self.updates[1]
        inside = t["inside"][1].astype(bool)
        best = int(t["rank"][1][:, inside].min()) if inside.any() else None
        limit = None if best is None else small if best <= small else best
        whole = np.sort(t["auc"][1:, -1])
        bound = HIDDEN
        if not whole[0] < HIDDEN <= whole[-1]:
            just = (math.floor(1000 * whole[0]) + 1) / 1000
            bound = max(just, math.floor(500 * sum(whole[:2])) / 1000) if len(whole) > 1 else just
        show = "then show the truth"
        return [
            Goal(
                "Look at every layer of the trained model: does the gradient norm of any tell members better than the "
                f"loss, by {MORE} in AUC?",
                {"update": ("==", 0), "layers_seen": ("==", len(self.layers))},
                "every_layer",
            ),
            Goal(
                f"A record that an update of {small:,} betrays, {limit:,} or better by rank: find it, {show}",
                {"update": ("==", small), "rank": ("<=", limit), "inside": ("==", 1)},
                "betrayed",
            )
            if limit
            else Goal(
                f"A record that is not in the update of {small:,}, as all on offer: find one, {show}",
                {"update": ("==", small), "inside": ("==", 0)},
                "betrayed",
            ),
            Goal(
                "How many records must be mixed until they hide? Find an update whose AUC, all layers together, is "
                f"below {bound:g}",
                {"update": (">", 0), "whole": ("==", 1), "auc": ("<", bound)},
                "hidden",
            ),
        ]


def quantity(update: int) -> str:
    """What is measured of a record, as the axes name it."""
    return (
        "cosine with the update (large speaks for it)"
        if update
        else "gradient norm (small speaks for a member)"
    )


def decades(low: float, high: float) -> list[int]:
    """A few whole powers of ten between two, evenly spaced.

    >>> decades(-7.5, 2.0)
    [-6, -4, -2, 0, 2]
    """
    inside = range(math.ceil(low), math.floor(high) + 1)
    every = 1 if len(inside) <= 6 else 2 if len(inside) <= 14 else 4
    return [one for one in inside if one % every == 0]


def sides_of(update: int) -> tuple[str, str]:
    """What the two sides of the histogram are."""
    return (
        ("in the update (solid)", "not in the update (dashed)")
        if update
        else ("members (solid)", "non-members (dashed)")
    )


def power(exponent: int) -> str:
    """A power of ten as a tick.

    >>> power(-1), power(1), power(-4)
    ('0.1', '10', '10⁻⁴')
    """
    if -2 <= exponent <= 2:
        return f"{10.0**exponent:g}"
    return f"10{str(exponent).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def truth_in_words(values: Mapping[str, float | None]) -> str:
    """The truth about a record, and what the attack makes of it; or that it is still hidden."""
    v = values
    if v["member"] is None:
        return "The truth is hidden."
    if not v["update"]:
        return f"The truth: {'a member' if v['member'] else 'not a member'}."
    accused = v["rank"] <= v["update"]
    best = f"among the {v['update']:,} best aligned"
    if v["inside"]:
        return (
            f"The truth: in the update. {f'It is betrayed, {best}.' if accused else f'It hides, not {best}.'}"
        )
    where = "a member, but not in this update" if v["member"] else "not a member, and not in the update"
    return f"The truth: {where}.{f' A false alarm, {best}.' if accused else ''}"


# ---- the numbers of all records ------------------------------------------------------------------


def _layers(model):
    """Names of the layers that have parameters, how to call them, and whether the last of them has a bias."""
    found = [
        (name, layer)
        for name, layer in model.named_modules()
        if any(True for _ in layer.parameters(recurse=False))
    ]
    if not found or not isinstance(found[-1][1], nn.Linear):
        raise ValueError(
            "The model's last layer is not an nn.Linear, so it has no |p − y| and |h|. Give a model such as "
            "mt.mlp(64, 128, 10) or mt.logistic(64, 10)."
        )
    sizes = [
        f", {layer.weight.shape[1]:,} → {layer.weight.shape[0]:,}"
        if getattr(layer, "weight", None) is not None
        else ""
        for _, layer in found
    ]
    places = (
        ["the only layer"] if len(found) == 1 else ["first layer", *_middle(len(found) - 2), "last layer"]
    )
    names = [place + size for place, size in zip(places, sizes, strict=True)]
    return [name for name, _ in found], (*names, "all layers together"), found[-1][1].bias is not None


def _middle(count):
    return ["middle layer"] if count == 1 else [f"layer {i + 2}" for i in range(count)]


def _fresh(model, random):
    """Weights as PyTorch's linear layers start with, uniform within 1/sqrt(fan-in), drawn by NumPy."""
    fresh = copy.deepcopy(model)
    with torch.no_grad():
        for layer in fresh.modules():
            weight = getattr(layer, "weight", None)
            if isinstance(weight, torch.Tensor) and weight.ndim > 1:
                bound = weight[0].numel() ** -0.5
                for p in layer.parameters(recurse=False):
                    p.copy_(torch.as_tensor(random.uniform(-bound, bound, tuple(p.shape))))
    return fresh


def _one_step(model, x, y, learning_rate):
    """New minus old parameters after one plain gradient step on these records."""
    params = {name: p.detach().clone().requires_grad_() for name, p in model.named_parameters()}
    some = next(iter(params.values()))
    x = torch.as_tensor(np.array(x), dtype=some.dtype, device=some.device)
    y = torch.as_tensor(np.array(y), dtype=torch.int64, device=some.device)
    loss = F.cross_entropy(functional_call(model, params, (x,)), y)
    return {
        name: -learning_rate * g
        for name, g in zip(params, torch.autograd.grad(loss, list(params.values())), strict=True)
    }


def _answers(model, x, last):
    """Logits, and the size of what goes into the last layer."""
    some, sizes = next(model.parameters()), []
    hook = model.get_submodule(last).register_forward_pre_hook(
        lambda _, given: sizes.append(given[0].norm(dim=1).cpu().numpy().astype(np.float64))
    )
    try:
        with torch.no_grad():
            logits = model(torch.as_tensor(np.array(x), dtype=some.dtype, device=some.device))
    finally:
        hook.remove()
    return logits.cpu().numpy().astype(np.float64), sizes[0]


def _gradients(model, data, layers, updates):
    """Norms (layers and all, examples) and cosines with each update (updates, layers and all, examples)."""
    of = {name: layers.index(name.rpartition(".")[0]) for name, _ in model.named_parameters()}
    square = np.zeros((len(layers), len(data)))
    along = np.zeros((len(updates), len(layers), len(data)))
    size = np.zeros((len(updates), len(layers), 1))
    for i, update in enumerate(updates):
        for name, delta in update.items():
            size[i, of[name]] += float(delta.square().sum())
    for part, gradients in gradient_chunks(model, data.x, data.y):
        for name, g in gradients.items():
            g = g.flatten(1)
            square[of[name], part] += torch.linalg.vector_norm(g, dim=1).square().cpu().numpy()
            for i, update in enumerate(updates):
                along[i, of[name], part] -= (g @ update[name].flatten()).cpu().numpy()
    square = np.concatenate([square, square.sum(axis=0, keepdims=True)])
    along, size = (np.concatenate([a, a.sum(axis=1, keepdims=True)], axis=1) for a in (along, size))
    norm = np.sqrt(square)
    return norm, along / np.maximum(norm * np.sqrt(size), 1e-300)


def _all_records(model, server, data, member, layers, batches, learning_rate):
    """What the panel shows, of all records: the last axis is theirs; the first is that of models or of updates."""
    inside = np.stack([member, *(np.isin(np.arange(len(data)), batch) for batch in batches)])
    updates = [_one_step(server, data.x[batch], data.y[batch], learning_rate) for batch in batches]
    norm, loss, error, size = [], [], [], []
    for one, seen in ((model, []), (server, updates)):
        logits, h = _answers(one, data.x, layers[-1])
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        p[np.arange(len(data)), data.y] -= 1
        norms, alignment = _gradients(one, data, layers, seen)
        norm.append(norms)
        loss.append(signals.cross_entropy(logits, data.y))
        error.append(np.sqrt((p**2).sum(axis=1)))
        size.append(h)
    norm, loss = np.stack(norm), np.stack(loss)
    score = np.stack([-np.maximum(norm[0], _LEAST), *alignment])
    t = {
        "inside": inside,
        "norm": norm,
        "alignment": alignment,
        "loss": loss,
        "error": np.stack(error),
        "input": np.stack(size),
        "ranks": np.stack([[_rank(row) for row in rows] for rows in score]),
        "loss_ranks": np.stack([_rank(-row) for row in loss]),
    }
    return t | _judged(t, score) | _histograms(t)


def _steady(score):
    """Nine digits, so that records which differ by rounding errors alone are equals."""
    scale = 10.0 ** (8 - np.floor(np.log10(np.maximum(np.abs(score), 1e-300))))
    return np.where(score == 0, 0.0, np.round(score * scale) / scale)


def _rank(score):
    """1 for the most suspect record; equals share the better rank."""
    score = _steady(score)
    return len(score) - np.searchsorted(np.sort(score), score, "right") + 1


def _judged(t, score):
    """How well each score, and the loss of the model that is seen, tells one side from the other; -1: no such rate."""
    from scipy.stats import rankdata

    shape = score.shape[:2]
    found = {name: np.empty(shape) for name in ("auc", "auc_low", "auc_high", "tpr", "agreement")}
    found |= {name: np.empty(shape[0]) for name in ("loss_auc", "loss_tpr")}
    for u, inside in enumerate(t["inside"]):
        by_loss = _steady(-t["loss"][min(u, 1)])
        found["loss_auc"][u], found["loss_tpr"][u], _ = _measured(by_loss, inside)
        for a in range(shape[1]):
            row = _steady(score[u, a])
            found["auc"][u, a], found["tpr"][u, a], interval = _measured(row, inside)
            found["auc_low"][u, a], found["auc_high"][u, a] = interval.low, interval.high
            ranks = rankdata(row), rankdata(by_loss)
            constant = min(np.ptp(one) for one in ranks) == 0
            found["agreement"][u, a] = 0.0 if constant else np.round(np.corrcoef(*ranks)[0, 1], 2) + 0.0
    return found


def _measured(score, inside):
    roc = Roc.from_scores(Scores(score, inside))
    tpr = roc.tpr_at(0.01).value if roc.n_non_members >= 100 else -1.0
    return roc.auc, tpr, roc.auc_interval()


def _histograms(t):
    """Shares of the two sides over bins that are the same for every layer and every update, so that pictures compare."""
    place = [np.log10(np.maximum(t["norm"][0], _LEAST)), *t["alignment"]]
    low, high = np.quantile(place[0], 0.005), place[0].max()
    reach = np.array(t["alignment"])
    ends = [(math.floor(low), math.ceil(high)), (reach.min() - 0.02, reach.max() + 0.02)]
    edges = np.stack([np.linspace(a, max(b, a + 0.1), BINS + 1) for a, b in ends])
    histogram = np.empty((len(place), place[0].shape[0], 2, BINS))
    for u, a in np.ndindex(histogram.shape[:2]):
        row = np.clip(place[u][a], edges[min(u, 1), 0], edges[min(u, 1), -1])
        for i, side in enumerate((t["inside"][u], ~t["inside"][u])):
            histogram[u, a, i] = np.histogram(row[side], edges[min(u, 1)])[0] / side.sum()
    return {"edges": edges, "histogram": histogram}


_OF_THESE = ("inside", "norm", "alignment", "loss", "error", "input")


def _tables(t, offered):
    """For the browser: the ranks of all records for the picture, and everything else of those on offer."""
    few = {name: t[name][..., offered] for name in _OF_THESE}
    few |= {"rank": t["ranks"][..., offered], "rank_by_loss": t["loss_ranks"][..., offered]}
    return few | {name: values for name, values in t.items() if name not in _OF_THESE}


def teaching_records(t: Mapping[str, np.ndarray], *, seed: int = 0) -> list[int]:
    """Records that differ as much as possible, half of them members, in the order of their positions."""
    random = np.random.default_rng(seed)
    inside, ranks = t["inside"], t["ranks"][:, -1]
    member, batches, n = inside[0], inside[1:], inside.shape[1]
    small, top = batches[0], int(batches[0].sum())
    by_loss = t["loss_ranks"][0]
    first = np.sort(ranks[1][small])[: min(5, top)][-1]  # its best aligned records
    kinds = [
        (5, small & (ranks[1] <= first)),
        (3, small),
        *((3, later & ~earlier) for earlier, later in pairwise(batches)),
        (3, member & ~batches[-1] & (by_loss <= n // 10)),
        (3, member & (by_loss > 0.9 * n)),
        (4, ~member & (ranks[1] <= top)),
        (4, ~member & (by_loss <= n // 10)),
        (4, ~member & (by_loss > 0.9 * n)),
        (3, ~member & (t["input"][0] >= np.quantile(t["input"][0], 0.98))),
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


def _possible_members(member, n):
    member = np.asarray(member)
    if member.shape != (n,) or not np.isin(member, (0, 1)).all():
        raise ValueError(
            f"A membership of shape {member.shape} came; ({n},) is needed, True or False for each example. "
            "One row of mt.fixed_size(...) is such a membership: member[0]."
        )
    member = member.astype(bool)
    if min(member.sum(), n - member.sum()) < 2:
        raise ValueError(
            f"{member.sum()} members of {n} examples came; at least two of each side are needed."
        )
    return member


def _possible_batches(batches, members):
    batches = [int(size) for size in batches]
    if not batches or sorted(set(batches)) != batches or batches[0] < 2:
        raise ValueError(
            f"Updates of {batches} records were asked for; give one or more sizes, ascending, from 2 on."
        )
    if batches[-1] > members:
        raise ValueError(
            f"An update of {batches[-1]:,} records was asked for, and there are {members:,} members. Give batches= with "
            f"at most {members:,}."
        )
    return batches


def _possible_records(records, n):
    records = list(dict.fromkeys(int(record) for record in records))
    if not 1 <= len(records) <= MOST:
        raise ValueError(f"{len(records)} records came; a learner can look through 1 to {MOST} of them.")
    if strange := [record for record in records if not 0 <= record < n]:
        raise ValueError(f"There is no record {strange[0]}; the {n:,} examples are numbered from 0.")
    return records


def _label(record, of_class, digit):
    if not digit:
        return f"record {record}: {of_class}"
    return f"record {record}: {'an' if of_class in ('8', '11', '18') else 'a'} {of_class}"


def _pixels(images, n):
    images = np.asarray(images, float)
    if images.ndim != 3 or len(images) != n or images.shape[1] != images.shape[2]:
        raise ValueError(
            f"Images of shape {images.shape} came; ({n}, side, side) is needed, one for each example."
        )
    low, high = images.min(), images.max()
    return np.rint(255 * (images - low) / (high - low or 1.0)).astype(np.uint8)
