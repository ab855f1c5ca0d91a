"""Scores: the waist of the course. Attacks end here and measurements begin here."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float


@dataclass(frozen=True, eq=False)
class Scores:
    """What an attack says of each example, beside the truth.

    Args:
        score: one number per example, larger = "more likely a member". Infinities are
            allowed, NaN is not.
        member: the truth, True for members.
        name: of the attack, as figures and tables show it.

    Raises: ValueError for unequal lengths, NaN, or a membership with one side missing.

    >>> scores = Scores([0.9, 0.2, 0.4], [True, False, False], "by hand")
    >>> scores.members, scores.non_members
    (array([0.9]), array([0.2, 0.4]))
    """

    score: Float[np.ndarray, " examples"]
    member: Bool[np.ndarray, " examples"]
    name: str = "attack"

    def __post_init__(self):
        score, member = np.array(self.score, float), np.asarray(self.member)
        if member.dtype != bool:
            if not np.isin(member, (0, 1)).all():
                raise ValueError(
                    f"Membership must be True or False (or 1 and 0); {member.dtype} values came."
                )
            member = member.astype(bool)
        if score.ndim != 1 or member.ndim != 1 or len(score) != len(member):
            raise ValueError(
                f"Scores of shape {score.shape} and membership of shape {member.shape} came; "
                "both must be one row of the same length, a number and a truth per example."
            )
        if np.isnan(score).any():
            raise ValueError(
                f"{np.isnan(score).sum()} of {len(score)} scores are not a number (NaN). "
                "Compute them from logits in float64, for example with mia_teach.signals."
            )
        if member.all() or not member.any():
            side = "non-members" if member.all() else "members"
            raise ValueError(
                f"There are no {side} among the {len(member)} examples; an attack is measured on both."
            )
        member = member.copy()
        score.flags.writeable = member.flags.writeable = False
        object.__setattr__(self, "score", score)
        object.__setattr__(self, "member", member)

    @classmethod
    def pooled(cls, parts: "Sequence[Scores]", name: str = "") -> "Scores":
        """The scores of several targets in one row, so that one threshold is judged on all of them.

        Low false positive rates need many non-members, and a single target has few. It makes sense where
        scores of different targets have the same meaning.

        >>> one, other = Scores([2.0, 1.0], [True, False], "a"), Scores([3.0, 0.0], [True, False], "a")
        >>> Scores.pooled([one, other])
        Scores('a': 2 members, 2 non-members)
        """
        if not parts:
            raise ValueError("No scores came to pool; give those of at least one target.")
        return cls(
            np.concatenate([part.score for part in parts]),
            np.concatenate([part.member for part in parts]),
            name or parts[0].name,
        )

    @property
    def members(self) -> Float[np.ndarray, " members"]:
        """The members' scores, in the order of the examples."""
        return self.score[self.member]

    @property
    def non_members(self) -> Float[np.ndarray, " non_members"]:
        """The non-members' scores, in the order of the examples."""
        return self.score[~self.member]

    def __repr__(self):
        return f"Scores({self.name!r}: {self.member.sum():,} members, {(~self.member).sum():,} non-members)"
