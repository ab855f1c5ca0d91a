"""The membership game: a challenger who knows the truth, and what a black-box adversary may see of it."""

import zipfile
from dataclasses import dataclass, replace
from os import PathLike

import numpy as np
from jaxtyping import Bool, Float, Int

from mia_teach.scores import Scores

_FORMAT = "mia_teach game 1"
_FIELDS = ("logits", "labels", "member", "target")
_OUTSIDERS = ("population_labels", "population_logits")


@dataclass(frozen=True, eq=False)
class View:
    """All that a black-box attack is given: answers of the target, and shadow models of one's own.

    The truth about the target is not in it. With a balanced design the target's complementary
    partner is left out, since it would give the truth away (see :func:`mia_teach.balanced_shadows`).

    Args:
        labels: the true class of each example.
        target_logits: the target model's answers.
        shadow_logits: the shadow models' answers to the same examples; there may be none.
        shadow_member: which shadow trained on which example; the adversary made them and knows.
        population: the same of other records that are surely outsiders, for attacks that compare with them.
    """

    labels: Int[np.ndarray, " examples"]
    target_logits: Float[np.ndarray, "examples classes"]
    shadow_logits: Float[np.ndarray, "shadows examples classes"]
    shadow_member: Bool[np.ndarray, "shadows examples"]
    population: "View | None" = None

    def first(self, shadows: int, *, skip: int = 0) -> "View":
        """The view of an adversary who trained only ``shadows`` of these models.

        Who compares few shadows over several targets lets the targets go round them, target number t with
        ``skip=t * shadows``; else nearly the same few models attack every target, and an interval over targets
        misses the luck of those models. In a balanced design pairs stay whole where both numbers are even.

        Args:
            shadows: how many, from 0 to as many as there are.
            skip: the position of the first of them, from 0 on; past the last model it goes on at the beginning.

        Raises: ValueError where there are not so many, or for a ``skip`` below 0.

        >>> logits = np.arange(4.0)[:, None, None] * np.ones((4, 1, 2))
        >>> view = View(np.array([0]), logits[0], logits, np.eye(4, 1, dtype=bool))
        >>> [view.first(3, skip=3 * target).shadow_logits[:, 0, 0].tolist() for target in range(2)]
        [[0.0, 1.0, 2.0], [3.0, 0.0, 1.0]]
        """
        there = len(self.shadow_logits)
        if not 0 <= shadows <= there:
            raise ValueError(f"{shadows} shadow models were asked for; this view has {there}.")
        if skip < 0:
            raise ValueError(f"skip={skip} came; it is the position of the first shadow model, from 0 on.")
        start = skip % there if there else 0
        those = slice(start, start + shadows)  # no copy, unless it goes round
        if start + shadows > there:
            those = np.arange(start, start + shadows) % there
        return replace(
            self,
            shadow_logits=self.shadow_logits[those],
            shadow_member=self.shadow_member[those],
            population=None if self.population is None else self.population.first(shadows, skip=skip),
        )

    def __repr__(self):
        shadows, examples, classes = self.shadow_logits.shape
        beside = "" if self.population is None else f", {len(self.population.labels):,} outsiders"
        return f"View({examples:,} examples, {classes} classes, {shadows} shadow models{beside})"


@dataclass(frozen=True, eq=False)
class Outsiders:
    """Records that no model of a game trained on, with every model's answers to them.

    Args:
        labels: the true class of each outsider.
        logits: every model's answer to every outsider.

    Raises: ValueError where shapes or labels do not fit together.
    """

    labels: Int[np.ndarray, " outsiders"]
    logits: Float[np.ndarray, "models outsiders classes"]

    def __post_init__(self):
        logits, labels = _answers(self.logits, self.labels, "outsiders")
        object.__setattr__(self, "logits", logits)
        object.__setattr__(self, "labels", labels)

    def __len__(self):
        return len(self.labels)


def _frozen(array, dtype=None):
    """A copy that nobody can write to; an array that is one already, as in ``replace(game, target=3)``, as it is."""
    array = np.asarray(array, dtype)
    if array.flags.writeable or array.base is not None:
        array = array.copy()
        array.flags.writeable = False
    return array


def _answers(logits, labels, who):
    """Frozen logits (models, examples, classes) and labels (examples,), or a sentence."""
    logits, labels = _frozen(logits, float), _frozen(labels)
    if logits.ndim != 3 or labels.shape != logits.shape[1:2]:
        raise ValueError(
            f"Logits of shape {logits.shape} and labels of shape {labels.shape} came for the {who}; "
            f"(models, {who}, classes) and ({who},) are needed."
        )
    if labels.dtype.kind not in "iu":
        raise ValueError(f"Labels must be integers; {labels.dtype} came.")
    if len(labels) and not (labels.min() >= 0 and labels.max() < logits.shape[2]):
        raise ValueError(
            f"Labels from {labels.min()} to {labels.max()} came; with {logits.shape[2]} classes "
            f"they run from 0 to {logits.shape[2] - 1}."
        )
    if not np.isfinite(logits).all():
        raise ValueError(
            "Some logits are infinite or NaN. Did training diverge? Try a smaller learning rate."
        )
    return logits, _frozen(labels, np.int64)


@dataclass(frozen=True, eq=False)
class Game:
    """Models, examples and the truth; one of the models is the target.

    Any model can be the target: ``replace(game, target=3)`` attacks the fourth, with the others as shadows.

    Args:
        logits: every model's answer to every example.
        labels: the true class of each example.
        member: who trained on what.
        target: the model under attack, from 0.
        population: outsiders, for attacks that compare a record with them.

    Raises: ValueError where shapes, labels or numbers do not fit together.

    >>> game = Game(np.zeros((1, 3, 2)), np.array([0, 1, 1]), np.array([[True, False, True]]))
    >>> game.judge([0.9, 0.1, 0.8], name="a guess")
    Scores('a guess': 2 members, 1 non-members)
    """

    logits: Float[np.ndarray, "models examples classes"]
    labels: Int[np.ndarray, " examples"]
    member: Bool[np.ndarray, "models examples"]
    target: int = 0
    population: Outsiders | None = None

    def __post_init__(self):
        logits, labels = _answers(self.logits, self.labels, "examples")
        member = _frozen(self.member)
        if member.shape != logits.shape[:2] or member.dtype != bool:
            raise ValueError(
                f"A {member.dtype} membership of shape {member.shape} came; bool of shape {logits.shape[:2]}, "
                "(models, examples), is needed."
            )
        if not 0 <= self.target < len(logits):
            raise ValueError(
                f"Target {self.target} was chosen; there are {len(logits)} models, numbered from 0."
            )
        if self.population is not None and self.population.logits.shape[::2] != logits.shape[::2]:
            raise ValueError(
                f"The population's logits have the shape {self.population.logits.shape}; answers of the same "
                f"{len(logits)} models in the same {logits.shape[2]} classes are needed."
            )
        for name, value in (("logits", logits), ("labels", labels), ("member", member)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "target", int(self.target))

    @classmethod
    def from_ensemble(cls, ensemble, data, *, target: int = 0, population=None) -> "Game":
        """The game on the examples that the ensemble's membership speaks of.

        ``population`` is a dataset of outsiders, on which no model of the ensemble trained.
        """
        if population is not None:
            population = Outsiders(population.y, ensemble.logits(population.x))
        return cls(ensemble.logits(data.x), data.y, ensemble.member, target, population)

    @property
    def view(self) -> View:
        """What the adversary sees.

        Raises: ValueError where merely counting which shadows hold a record would give the target away: when
        every record is a member of equally many models, and the target has no partner that could be left out.
        """
        own = self.member[self.target]
        partner = (self.member == ~own).all(axis=1)
        shadows = (np.arange(len(self.logits)) != self.target) & ~partner
        held = self.member[shadows].sum(axis=0)
        if shadows.sum() > 1 and (held + own == held[0] + own[0]).all() and own.any() and not own.all():
            raise ValueError(
                f"Every example is a member of exactly {held[0] + own[0]} of the {shadows.sum() + 1} models, so the "
                "number of shadows that hold it gives the target away. Use coin_flips, or balanced_shadows, "
                "whose complementary partner is left out."
            )
        outside = None
        if self.population is not None:
            labels, logits = self.population.labels, self.population.logits
            nobody = np.full((int(shadows.sum()), len(labels)), False)
            outside = View(labels, logits[self.target], logits[shadows], nobody)
        return View(
            self.labels, self.logits[self.target], self.logits[shadows], self.member[shadows], outside
        )

    def halves(self) -> "tuple[Game, Game]":
        """Two games with half of the models each: one to pick records on, the other to measure those picked.

        Split before you attack. Where all models have attacked each other first, the target of one half was judged by
        shadows of the other, and the luck by which a record was picked is in both. Neighbouring models stay together,
        two and two, so that the pairs of a balanced design are not torn apart.

        Raises: ValueError for fewer than four models.

        >>> game = Game(np.zeros((8, 3, 2)), np.array([0, 1, 1]), np.eye(8, 3, dtype=bool))
        >>> game.halves()[0]
        Game(4 models, 3 examples, 2 classes; target 0)
        """
        models = np.arange(len(self.logits))
        if len(models) < 4:
            raise ValueError(f"Two halves of pairs need four models at least; this game has {len(models)}.")
        return tuple(self._of_these(models[models // 2 % 2 == half]) for half in (0, 1))

    def _of_these(self, models):
        outsiders = self.population
        if outsiders is not None:
            outsiders = replace(outsiders, logits=outsiders.logits[models])
        return Game(self.logits[models], self.labels, self.member[models], population=outsiders)

    def judge(self, score: Float[np.ndarray, " examples"], *, name: str) -> Scores:
        """Put an attack's scores beside the truth about the target."""
        if np.shape(score) != self.labels.shape:
            raise ValueError(
                f"Scores of shape {np.shape(score)} came; one number for each of the {len(self.labels)} examples is needed."
            )
        return Scores(score, self.member[self.target], name)

    def save(self, path: str | PathLike) -> None:
        """Write the game to an ``.npz`` file of plain arrays."""
        fields = {name: getattr(self, name) for name in _FIELDS}
        if self.population is not None:
            fields |= dict(zip(_OUTSIDERS, (self.population.labels, self.population.logits), strict=True))
        with open(path, "wb") as file:
            np.savez_compressed(file, format=_FORMAT, **fields)

    @classmethod
    def load(cls, path: str | PathLike) -> "Game":
        """Read a game that :meth:`save` wrote; nothing in the file is ever executed.

        Raises: ValueError for a file that is truncated, holds pickled objects, or is no game.
        """
        advice = "Use a file written by Game.save."
        try:
            with np.load(path, allow_pickle=False) as file:
                if not isinstance(file, np.lib.npyio.NpzFile):
                    raise ValueError("it holds a single array")
                outside = _OUTSIDERS if _OUTSIDERS[0] in file else ()
                fields = {name: file[name] for name in ("format", *_FIELDS, *outside)}
        except FileNotFoundError:
            raise
        except KeyError as error:
            raise ValueError(f"{path} is no game: {error.args[0]}. {advice}") from error
        except (
            ValueError,
            OSError,
            EOFError,
            TypeError,
            AttributeError,
            zipfile.BadZipFile,
            NotImplementedError,
        ) as error:
            raise ValueError(f"{path} can't be read as a game: {error}. {advice}") from error
        if str(fields.pop("format")) != _FORMAT:
            raise ValueError(f"{path} was written by another version of the package. {advice}")
        outside = [fields.pop(name) for name in _OUTSIDERS if name in fields]
        population = Outsiders(*outside) if outside else None
        return cls(**{**fields, "target": int(fields["target"])}, population=population)

    def __repr__(self):
        models, examples, classes = self.logits.shape
        return f"Game({models} models, {examples:,} examples, {classes} classes; target {self.target})"
