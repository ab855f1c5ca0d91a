"""The membership game: a challenger who knows the truth, and what a black-box adversary may see of it."""

import zipfile
from dataclasses import dataclass
from os import PathLike

import numpy as np
from jaxtyping import Bool, Float, Int

from mia_teach.scores import Scores

_FORMAT = "mia_teach game 1"
_FIELDS = ("logits", "labels", "member", "target")


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
    """

    labels: Int[np.ndarray, " examples"]
    target_logits: Float[np.ndarray, "examples classes"]
    shadow_logits: Float[np.ndarray, "shadows examples classes"]
    shadow_member: Bool[np.ndarray, "shadows examples"]

    def __repr__(self):
        shadows, examples, classes = self.shadow_logits.shape
        return f"View({examples:,} examples, {classes} classes, {shadows} shadow models)"


@dataclass(frozen=True, eq=False)
class Game:
    """Models, examples and the truth; one of the models is the target.

    Any model can be the target: ``replace(game, target=3)`` attacks the fourth, with the others as shadows.

    Args:
        logits: every model's answer to every example.
        labels: the true class of each example.
        member: who trained on what.
        target: the model under attack, from 0.

    Raises: ValueError where shapes, labels or numbers do not fit together.

    >>> game = Game(np.zeros((1, 3, 2)), np.array([0, 1, 1]), np.array([[True, False, True]]))
    >>> game.judge([0.9, 0.1, 0.8], name="a guess")
    Scores('a guess': 2 members, 1 non-members)
    """

    logits: Float[np.ndarray, "models examples classes"]
    labels: Int[np.ndarray, " examples"]
    member: Bool[np.ndarray, "models examples"]
    target: int = 0

    def __post_init__(self):
        logits, labels, member = np.array(self.logits, float), np.array(self.labels), np.array(self.member)
        if logits.ndim != 3 or member.shape != logits.shape[:2] or labels.shape != logits.shape[1:2]:
            raise ValueError(
                f"Logits of shape {logits.shape}, labels of shape {labels.shape} and membership of shape "
                f"{member.shape} came; (models, examples, classes), (examples,) and (models, examples) are needed."
            )
        if labels.dtype.kind not in "iu" or member.dtype != bool:
            raise ValueError(
                f"Labels must be integers and membership bool; {labels.dtype} and {member.dtype} came."
            )
        if len(labels) and not (labels.min() >= 0 and labels.max() < logits.shape[2]):
            raise ValueError(
                f"Labels from {labels.min()} to {labels.max()} came; with {logits.shape[2]} classes "
                f"they run from 0 to {logits.shape[2] - 1}."
            )
        if not np.isfinite(logits).all():
            raise ValueError(
                "Some logits are infinite or NaN. Did training diverge? Try a smaller learning rate."
            )
        if not 0 <= self.target < len(logits):
            raise ValueError(
                f"Target {self.target} was chosen; there are {len(logits)} models, numbered from 0."
            )
        for name, array in (("logits", logits), ("labels", labels.astype(np.int64)), ("member", member)):
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        object.__setattr__(self, "target", int(self.target))

    @classmethod
    def from_ensemble(cls, ensemble, data, *, target: int = 0) -> "Game":
        """The game on the examples that the ensemble's membership speaks of."""
        return cls(ensemble.logits(data.x), data.y, ensemble.member, target)

    @property
    def view(self) -> View:
        """What the adversary sees."""
        others = np.arange(len(self.logits)) != self.target
        partner = (self.member == ~self.member[self.target]).all(axis=1)
        shadows = others & ~partner
        return View(self.labels, self.logits[self.target], self.logits[shadows], self.member[shadows])

    def judge(self, score: Float[np.ndarray, " examples"], *, name: str) -> Scores:
        """Put an attack's scores beside the truth about the target."""
        if np.shape(score) != self.labels.shape:
            raise ValueError(
                f"Scores of shape {np.shape(score)} came; one number for each of the {len(self.labels)} examples is needed."
            )
        return Scores(score, self.member[self.target], name)

    def save(self, path: str | PathLike) -> None:
        """Write the game to an ``.npz`` file of plain arrays."""
        with open(path, "wb") as file:
            np.savez_compressed(file, format=_FORMAT, **{name: getattr(self, name) for name in _FIELDS})

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
                fields = {name: file[name] for name in ("format", *_FIELDS)}
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
        return cls(**{**fields, "target": int(fields["target"])})

    def __repr__(self):
        models, examples, classes = self.logits.shape
        return f"Game({models} models, {examples:,} examples, {classes} classes; target {self.target})"
