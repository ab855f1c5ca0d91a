"""Label-only attacks: the model names a class and nothing else, and every question is counted.

Hiding the confidences hides no distance. A record that was trained on sits farther from the decision boundary,
and that can be felt out with labels alone: by noise, by small changes of an image, by walking to the boundary.
The price is queries.
"""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Bool, Float, Int

from mia_teach.training import Ensemble
from mia_teach.waiting import waiting


class QueryBudgetError(ValueError):
    """More answers were asked for than the oracle may still give."""


class LabelOracle:
    """A model that answers with the number of the most likely class, and counts its answers.

    The model, its logits and its weights cannot be reached through the oracle: it keeps them, with the counter, in a
    closure. A question that would pass the budget is refused as a whole and not counted.

    Args:
        model: an ``nn.Module`` that gives logits, or any function from rows to logits.
        budget: how many answers it gives in all; None for as many as are asked for.

    >>> oracle = LabelOracle(lambda x: np.stack([-x[:, 0], x[:, 0]], axis=1), budget=3)
    >>> oracle(np.array([[0.5], [-2.0]])), oracle.queries, oracle.left
    (array([1, 0]), 2, 1)
    """

    __slots__ = ("_answer", "_counted", "budget")

    def __init__(self, model, *, budget: int | None = None):
        if budget is not None and budget < 0:
            raise ValueError(f"A budget of {budget} came; give a number of answers, or None for no limit.")
        object.__setattr__(self, "budget", budget)
        answer, counted = _counting(model, budget)
        object.__setattr__(self, "_answer", answer)
        object.__setattr__(self, "_counted", counted)

    def __setattr__(self, name, value):
        raise AttributeError(f"{name} of an oracle cannot be changed; make a new LabelOracle.")

    def __reduce_ex__(self, protocol):
        raise TypeError("An oracle cannot be copied or stored: its counter would begin anew.")

    def __call__(self, x: Float[np.ndarray, "examples *features"]) -> Int[np.ndarray, " examples"]:
        """The class of each row, one query a row.

        Raises: QueryBudgetError where the budget does not cover all of them.
        """
        return self._answer(x)

    @property
    def queries(self) -> int:
        """How many answers were given so far."""
        return self._counted()

    @property
    def left(self) -> int | None:
        """How many answers it still gives; None without a budget."""
        return None if self.budget is None else self.budget - self.queries

    def __repr__(self):
        limit = "" if self.budget is None else f" of {self.budget:,}"
        return f"LabelOracle({self.queries:,}{limit} queries)"


def _counting(model, budget):
    """A function that answers and one that tells how often; nothing else can see the model."""
    given = 0

    def logits(x):
        if not isinstance(model, torch.nn.Module):
            return np.asarray(model(x))
        some = next(model.parameters())
        with torch.no_grad():
            return model(torch.as_tensor(x, dtype=some.dtype, device=some.device)).cpu().numpy()

    def answer(x):
        nonlocal given
        x = np.array(x, dtype=np.float64)
        if x.ndim < 2 or not np.isfinite(x).all():
            raise ValueError(
                f"Rows of shape {x.shape} came; (examples, features) of finite numbers are needed. A single record is x[None]."
            )
        if budget is not None and given + len(x) > budget:
            raise QueryBudgetError(
                f"{len(x):,} answers were asked for and {budget - given:,} of {budget:,} are left. "
                "Ask fewer questions, or make an oracle with a larger budget."
            )
        given += len(x)
        return logits(x).argmax(axis=1).astype(np.int64) if len(x) else np.empty(0, np.int64)

    return answer, lambda: given


def correctness(
    oracle: LabelOracle, x: Float[np.ndarray, "examples *features"], labels: Int[np.ndarray, " examples"]
) -> Float[np.ndarray, " examples"]:
    """1 where the oracle is right and 0 where it is wrong: the gap attack, one query a record.

    Source: Yeom et al. 2018, "Privacy risk in machine learning", adversary 1.
    """
    return (oracle(x) == labels).astype(float)


def one_hot_groups(feature_names: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """Columns that belong together, such as "state = AK", "state = AL"; and each "... missing" by itself.

    >>> one_hot_groups(("age", "age missing", "state = AK", "state = AL"))
    ((1,), (2, 3))
    """
    groups: dict[str, list[int]] = {}
    for column, name in enumerate(feature_names):
        if " = " in name:
            groups.setdefault(name.split(" = ")[0], []).append(column)
        elif name.endswith(" missing"):
            groups[name] = [column]
    return tuple(tuple(columns) for columns in groups.values())


def perturbed(
    x: Float[np.ndarray, "examples features"],
    rng: np.random.Generator,
    *,
    scale: float,
    flip: float = 0.0,
    groups: Sequence[Sequence[int]] = (),
) -> Float[np.ndarray, "examples features"]:
    """A noisy copy: Gaussian noise on the numbers, another category now and then in each group.

    Args:
        scale: deviation of the noise, in the units of x.
        flip: how likely each group changes. A column alone turns from 0 to 1 or back, several columns name another
            category, uniformly among the others.
        groups: columns that are not numbers and get no Gaussian noise, see :func:`one_hot_groups`.
    """
    noisy = x + scale * rng.normal(size=x.shape)
    for group in groups:
        columns = list(group)
        changes = rng.random(len(x)) < flip
        steps = rng.integers(1, max(2, len(columns)), size=len(x))
        if len(columns) == 1:
            noisy[:, columns[0]] = np.where(changes, 1 - x[:, columns[0]], x[:, columns[0]])
            continue
        place = (x[:, columns].argmax(axis=1) + steps) % len(columns)
        other = np.arange(len(columns)) == place[:, None]
        noisy[:, columns] = np.where(changes[:, None], other, x[:, columns])
    return noisy


def noise_robustness(
    oracle: LabelOracle,
    x: Float[np.ndarray, "examples features"],
    labels: Int[np.ndarray, " examples"],
    *,
    scale: float,
    queries: int,
    flip: float = 0.0,
    groups: Sequence[Sequence[int]] = (),
    seed: int,
) -> Float[np.ndarray, " examples"]:
    """How often the true label survives noise: the share of right answers, the clean record's among them.

    Members sit deeper inside their class. The scale matters and is to be chosen on shadow models: too little noise changes
    no answer, too much changes all.

    Args:
        queries: answers for each record, the clean one included; 1 is the gap attack.
        scale, flip, groups: the noise, see :func:`perturbed`.

    Raises: QueryBudgetError before the first question where the budget is too small; ValueError for less than one query.

    Source: Choquette-Choo et al. 2021, "Label-only membership inference attacks", section 4.2 (there with flips for
    binary features and Gaussian noise for others).
    """
    if queries < 1:
        raise ValueError(f"{queries} queries a record came; at least the clean record is asked about.")
    _affordable(oracle, len(x) * queries)
    rng = np.random.default_rng(seed)
    right = (oracle(x) == labels).astype(float)
    with waiting(queries - 1, "asking") as done:
        for _ in range(queries - 1):
            right += oracle(perturbed(np.asarray(x), rng, scale=scale, flip=flip, groups=groups)) == labels
            done(1)
    return right / queries


def own_answers(
    models: Ensemble,
    x: Float[np.ndarray, "examples features"],
    labels: Int[np.ndarray, " examples"],
    *,
    scale: float,
    queries: int,
    flip: float = 0.0,
    groups: Sequence[Sequence[int]] = (),
    seed: int,
) -> Bool[np.ndarray, "queries models examples"]:
    """Whether models of one's own name the true label, on the very questions of :func:`noise_robustness`.

    With the same seed every model is asked what an oracle is asked there: the clean record first, then the same noisy
    copies. So ``own_answers(...)[:q].mean(axis=0)`` is each model's robustness with the first q questions, and can be
    compared with the target's, record by record. No oracle counts: these models belong to who asks.

    Args:
        queries: answers for each record, the clean one included.
        scale, flip, groups: the noise, see :func:`perturbed`.
    """
    if queries < 1:
        raise ValueError(f"{queries} queries a record came; at least the clean record is asked about.")
    x, rng = np.asarray(x), np.random.default_rng(seed)
    right = np.empty((queries, len(models), len(x)), bool)
    with waiting(queries, "asking") as done:
        for q in range(queries):
            rows = perturbed(x, rng, scale=scale, flip=flip, groups=groups) if q else x
            right[q] = models.logits(rows).argmax(axis=2) == labels
            done(1)
    return right


def shifts(distance: int) -> tuple[tuple[int, int], ...]:
    """Moves of an image by up to so many pixels down and right: none first, then the nearer ones.

    >>> shifts(1)
    ((0, 0), (-1, 0), (0, -1), (0, 1), (1, 0))
    """
    moves = [
        (down, right)
        for down in range(-distance, distance + 1)
        for right in range(-distance, distance + 1)
        if abs(down) + abs(right) <= distance
    ]
    return tuple(sorted(moves, key=lambda move: (abs(move[0]) + abs(move[1]), move)))


def shifted(
    x: Float[np.ndarray, "images pixels"], down: int, right: int
) -> Float[np.ndarray, "images pixels"]:
    """Square images, as rows of pixels, moved by whole pixels; what leaves is lost and paper (0) comes in.

    >>> shifted(np.array([[1.0, 2.0, 3.0, 4.0]]), 1, 0)
    array([[0., 0., 1., 2.]])
    """
    side = round(x.shape[1] ** 0.5)
    if side * side != x.shape[1]:
        raise ValueError(f"{x.shape[1]} pixels came, which make no square image.")
    images = np.zeros((len(x), side, side))
    from_, to = slice(max(0, -down), side - max(0, down)), slice(max(0, down), side - max(0, -down))
    left, here = slice(max(0, -right), side - max(0, right)), slice(max(0, right), side - max(0, -right))
    images[:, to, here] = x.reshape(images.shape)[:, from_, left]
    return images.reshape(x.shape)


def augmentation_robustness(
    oracle: LabelOracle,
    x: Float[np.ndarray, "images pixels"],
    labels: Int[np.ndarray, " images"],
    *,
    distance: int = 1,
) -> Float[np.ndarray, " images"]:
    """How often the true label survives a shift of the image by up to ``distance`` pixels, the image itself included.

    Source: Choquette-Choo et al. 2021, "Label-only membership inference attacks", section 4.1 (translations).
    """
    moves = shifts(distance)
    _affordable(oracle, len(x) * len(moves))
    return np.mean([oracle(shifted(np.asarray(x), *move)) == labels for move in moves], axis=0)


def _affordable(oracle, needed):
    if oracle.left is not None and needed > oracle.left:
        raise QueryBudgetError(
            f"This attack needs {needed:,} answers and {oracle.left:,} are left. "
            "Use fewer queries a record, fewer records, or an oracle with a larger budget."
        )


def boundary_distance(
    oracle: LabelOracle,
    x: Float[np.ndarray, "examples features"],
    labels: Int[np.ndarray, " examples"],
    *,
    start: Float[np.ndarray, "others features"],
    queries: int,
    tolerance: float = 1e-2,
    directions: int = 16,
    seed: int,
) -> Float[np.ndarray, " examples"]:
    r"""Distance to the nearest point found that the oracle labels otherwise; 0 where it is wrong already.

    From each record a straight line leads to the nearest start that has another label; bisection finds where the label
    changes. Then the walk of HopSkipJump: random directions around that point tell, by labels, which way the boundary
    leans; a step along it, away again as far as the label stays changed, and a new bisection towards the record. All
    records walk at once, and the shortest distance so far counts, so more queries never make it longer.

    Args:
        start: records to start from, such as some of other classes; asked once each.
        queries: answers for each record at most, those about it and its walk.
        tolerance: the bisection stops when it knows the place on its line to this share of the line's length.
        directions: random directions in a step of the walk; every further step takes more, with its root.

    Raises: QueryBudgetError before the first question; ValueError where no start has another label than some record.

    Source: Chen, Jordan & Wainwright 2020, "HopSkipJumpAttack", algorithms 1 and 2; used for membership by
    Choquette-Choo et al. 2021, "Label-only membership inference attacks", section 4.3, and Li & Zhang 2021,
    "Membership leakage in label-only exposures", section 4.
    """
    walk = _Walk(oracle, x, labels, queries, tolerance, seed)
    return walk.distances(np.asarray(start, float), directions)


class _Walk:
    """The state of one call: records, what each may still ask, and the nearest changed label so far."""

    def __init__(self, oracle, x, labels, queries, tolerance, seed):
        self.oracle, self.x, self.labels = oracle, np.asarray(x, float), np.asarray(labels)
        if queries < 1 or not 0 < tolerance < 1:
            raise ValueError(
                f"{queries} queries and a tolerance of {tolerance} came; at least 1, and one between 0 and 1, are needed."
            )
        self.tolerance, self.rng = tolerance, np.random.default_rng(seed)
        self.left = np.full(len(self.x), queries)

    def distances(self, start, directions):
        _affordable(self.oracle, len(start) + int(self.left.sum()))
        told = self.oracle(start)
        right = self._changed(np.arange(len(self.x)), self.x) == 0
        walking = np.flatnonzero(right)
        at = self.x.copy()
        for i in walking:
            others = start[told != self.labels[i]]
            if not len(others):
                raise ValueError(
                    f"No start has another label than record {i} (class {self.labels[i]}). Give starts of several classes."
                )
            at[i] = others[((others - self.x[i]) ** 2).sum(axis=1).argmin()]
        far = np.linalg.norm(at - self.x, axis=1)
        at[walking] = self._bisected(walking, at[walking])
        best = np.where(right, np.minimum(far, np.linalg.norm(at - self.x, axis=1)), 0.0)
        for step in range(1, 1000):
            walking = walking[self.left[walking] > self._needed(directions, step)]
            if not len(walking):
                return best
            at[walking] = self._stepped(walking, at[walking], round(directions * step**0.5), step)
            best[walking] = np.minimum(best[walking], np.linalg.norm(at - self.x, axis=1)[walking])
        return best

    def _needed(self, directions, step):
        return round(directions * step**0.5) + self._halvings() + 2

    def _halvings(self):
        return int(np.ceil(-np.log2(self.tolerance)))

    def _changed(self, who, points):
        """Whether the oracle labels each point otherwise than its record; one query each, from the record's own."""
        self.left[who] -= 1
        return self.oracle(points) != self.labels[who]

    def _bisected(self, who, beyond):
        """On each line from the record to a changed point: the near end of the changed part, to the tolerance."""
        low, high = np.zeros(len(who)), np.ones(len(who))
        for _ in range(self._halvings()):
            able = self.left[who] > 0
            middle = (low + high) / 2
            changed = self._changed(who[able], self._between(who, beyond, middle)[able])
            high[able] = np.where(changed, middle[able], high[able])
            low[able] = np.where(changed, low[able], middle[able])
        return self._between(who, beyond, high)

    def _between(self, who, beyond, share):
        return self.x[who] + share[:, None] * (beyond - self.x[who])

    def _stepped(self, who, at, directions, step):
        """One step of the walk: feel the boundary, go along its normal, come back to it."""
        length = np.linalg.norm(at - self.x[who], axis=1)
        radius = np.maximum(length * max(self.tolerance, 1 / np.sqrt(at.shape[1])) / np.sqrt(step), 1e-12)
        u = self.rng.normal(size=(directions, *at.shape))
        u /= np.linalg.norm(u, axis=2, keepdims=True)
        felt = np.stack([self._changed(who, at + radius[:, None] * one) for one in u]) * 2.0 - 1
        mean = felt.mean(axis=0)
        weight = np.where(
            np.abs(mean) == 1, felt, felt - mean
        )  # the paper's baseline, where the answers differ
        normal = (weight[:, :, None] * u).mean(axis=0)
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
        stride = length / np.sqrt(step)
        tried = at + stride[:, None] * normal
        for _ in range(2):
            able = self.left[who] > self._halvings()
            inside = np.zeros(len(who), bool)
            inside[able] = ~self._changed(who[able], tried[able])
            stride = np.where(inside, stride / 2, stride)
            tried = at + stride[:, None] * normal
        fits = np.zeros(len(who), bool)
        able = self.left[who] > 0
        fits[able] = self._changed(who[able], tried[able])
        moved = at.copy()
        if fits.any():
            moved[fits] = self._bisected(who[fits], tried[fits])
        closer = np.linalg.norm(moved - self.x[who], axis=1) < length
        return np.where(closer[:, None], moved, at)
