"""Who is at risk: how often an attack finds each single record, over many targets that trained on it.

A true positive rate is an average over the members of a training set, and an average describes nobody. Train many
targets, so that every record is a member of some and no member of others, attack each of them, and count record by
record. What is counted is called exposure. It belongs to one record, one attack, one way of training and one
false positive rate, and it is a lower bound: another attack may find more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from mia_teach.rate import Interval, Rate, percent
from mia_teach.roc import Roc
from mia_teach.scores import Scores


@dataclass(frozen=True, eq=False)
class Exposure:
    """Who is accused by which attacked model, and who was in truth a member of it.

    A record's **exposure** is its own true positive rate: of the targets that trained on it, the share in which it is
    accused, at the threshold that spends ``fpr`` of that target's non-members.

    Args:
        accused: whether the attack on each target accuses the record.
        member: whether the target trained on it.
        fpr: the false positive rate that each target's threshold was allowed.
        name: of the attack.

    Raises: ValueError where shapes differ, or some record is a member of no target or of all of them.

    Source: the per-record view is that of Carlini et al. 2022, "The privacy onion effect: memorization is relative",
    and Aerni et al. 2024, "Evaluations of machine learning privacy defenses are misleading".

    Four targets, three records. The first is found by both models that trained on it, the others by none.

    >>> member = np.array([[1, 1, 0], [1, 0, 1], [0, 1, 0], [0, 0, 1]], dtype=bool)
    >>> accused = np.array([[1, 0, 0], [1, 0, 0], [0, 0, 0], [0, 0, 0]], dtype=bool)
    >>> exposure = Exposure(accused, member, fpr=0.01)
    >>> exposure.tpr, print(exposure.rate(0))
    100.0 % (15.8 % to 100.0 %; 2 of 2)
    (array([1., 0., 0.]), None)
    """

    accused: Bool[np.ndarray, "targets examples"]
    member: Bool[np.ndarray, "targets examples"]
    fpr: float
    name: str = "attack"

    def __post_init__(self):
        accused, member = np.array(self.accused), np.array(self.member)
        if (
            accused.ndim != 2
            or accused.shape != member.shape
            or {accused.dtype, member.dtype} != {np.dtype(bool)}
        ):
            raise ValueError(
                f"Accusations of {accused.dtype}, shape {accused.shape}, and a membership of {member.dtype}, shape "
                f"{member.shape}, came; two tables of True and False, (targets, examples), are needed."
            )
        trained = member.sum(axis=0)
        never = (trained == 0) | (trained == len(member))
        if never.any():
            raise ValueError(
                f"{int(never.sum())} of {len(trained)} records, the first at position {int(never.argmax())}, are a member "
                f"of none or of all of the {len(member)} targets. Attack more targets: with both models of each pair of "
                "balanced_shadows, every record has as many with it as without."
            )
        for name, value in (("accused", accused), ("member", member)):
            value.flags.writeable = False
            object.__setattr__(self, name, value)

    @classmethod
    def from_scores(cls, parts: Sequence[Scores], *, fpr: float) -> "Exposure":
        """From the scores of one attack on many targets, all of the same records in the same order.

        Every target has a threshold of its own, read off its non-members (:meth:`mia_teach.Roc.threshold_at`).

        Raises: ValueError for scores of different numbers of records, or an ``fpr`` that a target's non-members
        can't resolve.

        >>> parts = [Scores([9, 1, 3, 2], [True, True, False, False]), Scores([2, 1, 3, 9], [False, False, True, True])]
        >>> Exposure.from_scores(parts, fpr=0.5).tpr
        array([1., 0., 1., 1.])
        """
        if len({len(part.score) for part in parts}) != 1:
            lengths = sorted({len(part.score) for part in parts})
            raise ValueError(
                f"Scores of {len(parts)} targets with {lengths or 'no'} records came; give those of at least two targets, "
                "each for the same records in the same order."
            )
        accused = [part.score > Roc.from_scores(part).threshold_at(fpr) for part in parts]
        return cls(np.stack(accused), np.stack([part.member for part in parts]), fpr, parts[0].name)

    def __len__(self):
        return self.member.shape[1]

    @property
    def found(self) -> Int[np.ndarray, " examples"]:
        """Of the targets that trained on the record, by how many attacks it was found."""
        return (self.accused & self.member).sum(axis=0)

    @property
    def trained(self) -> Int[np.ndarray, " examples"]:
        """How many targets trained on the record."""
        return self.member.sum(axis=0)

    @property
    def tpr(self) -> Float[np.ndarray, " examples"]:
        """Each record's exposure, from 0 (never found) to 1 (found by every attack on a model that knew it)."""
        return self.found / self.trained

    @property
    def false_alarms(self) -> Float[np.ndarray, " examples"]:
        """Each record's own false positive rate: of the targets that never saw it, the share in which it is accused.

        ``fpr`` promises the mean over the records, not that all are accused falsely equally often.
        """
        return (self.accused & ~self.member).sum(axis=0) / (~self.member).sum(axis=0)

    def rate(self, record: int, *, confidence: float = 0.95) -> Rate:
        """One record's exposure with its Clopper-Pearson interval, which takes the trainings as independent.

        It holds for a record that was named beforehand. Whoever is picked *because* this number is large had luck
        as well: measure again on other models, see :meth:`mia_teach.Game.halves`.
        """
        if not 0 <= record < len(self):
            raise ValueError(f"Record {record} was asked for; there are {len(self)}, numbered from 0.")
        return Rate(int(self.found[record]), int(self.trained[record]), confidence)

    def average(self, *, confidence: float = 0.95) -> Interval:
        """The mean exposure, which is the attack's usual TPR; the interval is over people, see :func:`over_people`."""
        return over_people(self.tpr, confidence=confidence)

    def on(self, targets) -> "Exposure":
        """The same records, attacked through these targets only.

        Args:
            targets: a slice, a mask or positions among the targets.
        """
        return Exposure(self.accused[targets], self.member[targets], self.fpr, self.name)

    def of(self, records) -> "Exposure":
        """These records alone.

        Args:
            records: a slice, a mask or positions.
        """
        return Exposure(self.accused[:, records], self.member[:, records], self.fpr, self.name)

    def most_exposed(self, share: float) -> Int[np.ndarray, " records"]:
        """Positions of this share of the records, at least one, with the largest exposure; ties in order of position.

        Raises: ValueError for a share that is not above 0 and up to 1.
        """
        if not 0 < share <= 1:
            raise ValueError(f"A share above 0 and up to 1 is needed, such as 0.01; {share!r} came.")
        return np.argsort(-self.tpr, kind="stable")[: max(1, round(share * len(self)))]

    def by_group(
        self, group: Int[np.ndarray, " examples"], names: Sequence[str], *, confidence: float = 0.95
    ) -> "tuple[Group, ...]":
        """The exposure of each group of records, in the order of ``names``, with intervals over its people.

        Args:
            group: each record's group, a number from 0 that stands for a name.
            names: of the groups; one without any record is left out.
            confidence: that **all** of the intervals hold together: each has an error of 1 − ``confidence`` divided
                by the number of groups (Bonferroni), since whoever looks at many groups finds one that stands out.

        Raises: ValueError for groups that don't fit the records or the names.
        """
        group = np.asarray(group)
        if group.shape != (len(self),) or group.dtype.kind not in "iu":
            raise ValueError(
                f"A group of {group.dtype} and shape {group.shape} came; one integer for each of the {len(self)} records "
                "is needed."
            )
        if group.min() < 0 or group.max() >= len(names):
            raise ValueError(
                f"Groups from {group.min()} to {group.max()} came for {len(names)} names; they are counted from 0."
            )
        there = np.flatnonzero(np.bincount(group, minlength=len(names)))
        each = 1 - (1 - confidence) / len(there)
        alarms = self.false_alarms
        return tuple(
            Group(
                names[g],
                int((group == g).sum()),
                over_people(self.tpr[group == g], confidence=each),
                float(alarms[group == g].mean()),
            )
            for g in there
        )

    def __repr__(self):
        targets, records = self.member.shape
        return f"Exposure({self.name!r}: {records:,} records, {targets} targets, at {self.fpr:.2%} FPR)"


@dataclass(frozen=True)
class Group:
    """What an attack does to a group of people.

    Args:
        name: of the group.
        people: how many.
        exposure: mean over its people of the share of trainings in which they are found.
        false_alarms: mean over its people of the share of the other trainings in which they are accused falsely.
    """

    name: str
    people: int
    exposure: Interval
    false_alarms: float


def over_people(shares: Float[np.ndarray, " people"], *, confidence: float = 0.95) -> Interval:
    r"""The mean of people's shares, with an interval for the mean among *all* such people.

    However many trainings a share rests on, it tells about one person. So each person is one trial, and a share counts
    as that fraction of a success: with sum :math:`s` over n people the ends are Clopper and Pearson's,
    :math:`B(\alpha/2;\, s, n-s+1)` and :math:`B(1-\alpha/2;\, s+1, n-s)`. For shares of 0 and 1 that is exact; all others
    scatter less than these, so the interval is then wider than it need be. It is never of width 0, unlike Student's,
    which calls a group of three people safe as soon as none of the three was found.

    Raises: ValueError for shares outside 0 to 1 or none at all.

    Source: Clopper & Pearson 1934, "The use of confidence or fiducial limits", in the form with beta quantiles.

    >>> print(over_people(np.array([0.0, 0.0, 0.0])).words(".1%"))
    0.0 % (0.0 % to 70.8 %)
    >>> over_people(np.array([1.0, 0.0])).words() == "0.500 ({:.3f} to {:.3f})".format(*Rate(1, 2).interval)
    True
    """
    from scipy.stats import beta

    shares = np.asarray(shares, float)
    if shares.ndim != 1 or not len(shares) or not ((shares >= 0) & (shares <= 1)).all():
        raise ValueError(f"One share from 0 to 1 a person is needed, for at least one; {shares!r} came.")
    if not 0 < confidence < 1:
        raise ValueError(
            f"A confidence of {confidence} was given; it must lie between 0 and 1, such as 0.95."
        )
    s, n, alpha = float(shares.sum()), len(shares), 1 - confidence
    low = float(beta.ppf(alpha / 2, s, n - s + 1)) if s > 0 else 0.0
    high = float(beta.ppf(1 - alpha / 2, s + 1, n - s)) if s < n else 1.0
    return Interval(s / n, low, high, confidence)


def at_least(exposure: Exposure) -> Float[np.ndarray, " counts"]:
    """Which share of the records is found by at least 0, 1, 2, ... of the targets that trained on them.

    Raises: ValueError where some records were trained on oftener than others.

    >>> member = np.array([[1, 1], [1, 1], [0, 0]], dtype=bool)
    >>> at_least(Exposure(np.array([[1, 0], [1, 1], [0, 0]], dtype=bool), member, fpr=0.01))
    array([1. , 1. , 0.5])
    """
    trained = _equally_often(exposure)
    return (exposure.found >= np.arange(trained + 1)[:, None]).mean(axis=1)


def at_least_if_equal(exposure: Exposure) -> Float[np.ndarray, " counts"]:
    r"""What :func:`at_least` would be if all records had the average exposure: luck alone, :math:`P(Bin(n, p) \ge k)`.

    Where the true curve lies far above it at the right end, some records are found again and again.

    >>> member = np.array([[1, 1], [1, 1], [0, 0]], dtype=bool)
    >>> at_least_if_equal(Exposure(np.array([[1, 0], [1, 0], [0, 0]], dtype=bool), member, fpr=0.01))
    array([1.  , 0.75, 0.25])
    """
    from scipy.stats import binom

    trained = _equally_often(exposure)
    return binom.sf(np.arange(trained + 1) - 1, trained, exposure.tpr.mean())


def _equally_often(exposure):
    fewest, most = int(exposure.trained.min()), int(exposure.trained.max())
    if fewest != most:
        raise ValueError(
            f"Some records were trained on {fewest} times and others {most} times; counts can be compared only where all "
            "were trained on equally often, as in balanced_shadows with both models of each pair as targets."
        )
    return most


def table(groups: Sequence[Group], *, heading: str = "") -> str:
    """Groups in lines: how many people, their exposure with its interval, and how often they are accused falsely.

    >>> print(table([Group("rare", 3, Interval(0.5, 0.1, 0.9), 0.01)], heading="illness"))
    illness  people  exposure                    accused falsely
    rare          3  50.0 % (10.0 % to 90.0 %)             1.0 %
    """
    width = max(len(heading), *(len(group.name) for group in groups))
    lines = [f"{heading:{width}}  people  {'exposure':26}  accused falsely"]
    for group in groups:
        words, alarms = group.exposure.words(".1%"), percent(group.false_alarms)
        lines.append(f"{group.name:{width}}  {group.people:6,}  {words:26}  {alarms:>15}")
    return "\n".join(lines)


def distance_to_nearest(
    x: Float[np.ndarray, "examples *features"], *, k: int = 1
) -> tuple[Float[np.ndarray, " examples"], Int[np.ndarray, " examples"]]:
    """How far each record lies from its ``k``-th nearest other record, and which one that is.

    Small with ``k=1``: it has a near-duplicate (0: a twin). Large with ``k=10``, say: it stands far from the crowd.
    Euclidean, in the units of ``x``; among equally near ones any may be named.

    Raises: ValueError for a ``k`` that is not between 1 and the number of others.

    Source: the k-th nearest neighbour's distance as a measure of outliers is Ramaswamy et al. 2000, "Efficient
    algorithms for mining outliers from large data sets", section 2.

    >>> distance_to_nearest(np.array([[0.0], [0.0], [3.0]]))
    (array([0., 0., 3.]), array([1, 0, 0]))
    """
    from scipy.spatial.distance import cdist

    flat = np.asarray(x, float).reshape(len(x), -1)
    if not 1 <= k < len(flat):
        raise ValueError(f"k={k} came for {len(flat)} records; each has {len(flat) - 1} others.")
    far, which = np.empty(len(flat)), np.empty(len(flat), np.int64)
    for start in range(0, len(flat), 256):
        part = cdist(flat[start : start + 256], flat)
        rows = np.arange(len(part))
        part[rows, start + rows] = np.inf  # nobody is a neighbour of their own
        order = np.argsort(part, axis=1, kind="stable")[:, k - 1]
        which[start : start + 256], far[start : start + 256] = order, part[rows, order]
    return far, which


def fifths(values: Float[np.ndarray, " examples"]) -> Int[np.ndarray, " examples"]:
    """Which fifth of the records each belongs to by a value: 0 for the smallest, 4 for the largest.

    Equal values are parted by position, so that the fifths differ by one record at most.

    >>> fifths(np.array([10.0, 50.0, 20.0, 40.0, 30.0]))
    array([0, 4, 1, 3, 2])
    """
    values = np.asarray(values)
    return values.argsort(kind="stable").argsort(kind="stable") * 5 // len(values)
