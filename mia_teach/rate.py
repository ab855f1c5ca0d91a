"""Measured numbers with their uncertainty: a share by counts, a mean over seeds; and what follows from rates."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Rate:
    """A share ``hits / total`` with its exact confidence interval.

    The Clopper-Pearson interval inverts the binomial test: with probability at least
    ``confidence`` it holds the true rate, whatever that rate is and however few the counts. Its ends are
    :func:`lower_end` and :func:`upper_end`, each wrong with half of what is left.

    Args:
        hits: how many of them.
        total: of how many, at least 1.
        confidence: of the interval, between 0 and 1.
        note: one sentence that belongs to this number, or nothing.

    Source: Clopper & Pearson 1934, "The use of confidence or fiducial limits".

    >>> rate = Rate(12, 899)
    >>> print(rate)
    1.3 % (0.7 % to 2.3 %; 12 of 899)
    >>> f"{rate:.2%}"
    '1.33 %'
    """

    hits: int
    total: int
    confidence: float = 0.95
    note: str = ""

    def __post_init__(self):
        if self.total < 1 or not 0 <= self.hits <= self.total:
            raise ValueError(
                f"{self.hits} of {self.total} is no share. The total must be at least 1 and the hits within it."
            )
        if not 0 < self.confidence < 1:
            raise ValueError(
                f"A confidence of {self.confidence} was given; it must lie between 0 and 1, such as 0.95."
            )

    @property
    def value(self) -> float:
        return self.hits / self.total

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper end of the Clopper-Pearson interval."""
        alpha = (1 - self.confidence) / 2
        return lower_end(self.hits, self.total, alpha), upper_end(self.hits, self.total, alpha)

    @property
    def low(self) -> float:
        return self.interval[0]

    @property
    def high(self) -> float:
        return self.interval[1]

    def __float__(self):
        return self.value

    def __format__(self, spec):
        return percent(self.value, spec) if spec else str(self)

    def __str__(self):
        low, high = self.interval
        text = f"{percent(self.value)} ({percent(low)} to {percent(high)}; {self.hits:,} of {self.total:,})"
        return f"{text}. {self.note}" if self.note else text


@dataclass(frozen=True)
class Interval:
    """A number with the two ends of its confidence interval.

    >>> print(Interval(0.731, 0.702, 0.760))
    0.731 (0.702 to 0.760)
    """

    value: float
    low: float
    high: float
    confidence: float = 0.95

    @classmethod
    def from_values(
        cls, values, *, confidence: float = 0.95, within: tuple[float, float] = (-np.inf, np.inf)
    ) -> "Interval":
        """The mean of independent repetitions (seeds, targets) with Student's t interval.

        The ends are cut at ``within``: (0, 1) for rates, which can lie nowhere else.

        Source: Student 1908, "The probable error of a mean"; computed by ``scipy.stats.t``.

        >>> print(Interval.from_values([0.70, 0.72, 0.74]))
        0.720 (0.670 to 0.770)
        """
        from scipy.stats import t

        values = np.asarray(values, float)
        if values.ndim != 1 or len(values) < 2 or not np.isfinite(values).all():
            raise ValueError(
                f"An interval needs at least two finite repetitions in one row; {values!r} came."
            )
        mean, half = (
            values.mean(),
            t.ppf((1 + confidence) / 2, len(values) - 1) * values.std(ddof=1) / len(values) ** 0.5,
        )
        low, high = max(within[0], mean - half), min(within[1], mean + half)
        return cls(float(mean), float(low), float(high), confidence)

    def __float__(self):
        return self.value

    def __contains__(self, number):
        return self.low <= number <= self.high

    def __format__(self, spec):
        if not spec:
            return str(self)
        return percent(self.value, spec) if spec.endswith("%") else format(self.value, spec)

    def words(self, spec: str = ".3f") -> str:
        """Value and ends in the format ``spec``: ``.1%`` for rates, ``.3f`` for AUC and accuracy.

        Repetitions that all came out alike have no spread, and ends that show none would promise certainty.

        >>> print(Interval.from_values([0.0, 0.0, 0.0]).words(".1%"))
        0.0 % (each time)
        """
        one = (lambda x: percent(x, spec)) if spec.endswith("%") else (lambda x: format(x, spec))
        ends = "each time" if self.low == self.high else f"{one(self.low)} to {one(self.high)}"
        return f"{one(self.value)} ({ends})"

    def points(self, spec: str = ".1f") -> str:
        """The difference of two rates in percentage points; ``+.1f`` shows the sign of a gain as well.

        >>> print(Interval(0.281, 0.160, 0.403).points())
        28.1 points (16.0 to 40.3)
        """
        value, low, high = (format(100 * x, spec) for x in (self.value, self.low, self.high))
        return f"{value} points ({low} to {high})"

    def __str__(self):
        return self.words()


def lower_end(hits, total, alpha: float):
    """A rate's lower end, above the true rate with a probability of at most ``alpha``: Clopper and Pearson, one side.

    Args:
        hits, total: counts, numbers or arrays of one shape; a number comes back for numbers.
        alpha: what may go wrong, between 0 and 1.

    Source: Clopper & Pearson 1934; a quantile of a beta distribution, by ``scipy.special.betaincinv``.
    ``scipy.stats.binomtest`` gives the same by a search, some hundred times slower and one at a time.

    >>> round(lower_end(12, 899, 0.025), 4), lower_end(0, 899, 0.025)
    (0.0069, 0.0)
    """
    from scipy.special import betaincinv

    hits, total = np.asarray(hits), np.asarray(total)
    ends = np.where(hits > 0, betaincinv(np.maximum(hits, 1), total - np.maximum(hits, 1) + 1, alpha), 0.0)
    return ends if ends.ndim else float(ends)


def upper_end(hits, total, alpha: float):
    """A rate's upper end, below the true rate with a probability of at most ``alpha``; as :func:`lower_end`.

    >>> round(upper_end(12, 899, 0.025), 4), upper_end(899, 899, 0.025)
    (0.0232, 1.0)
    """
    return 1 - lower_end(np.asarray(total) - hits, total, alpha)


def percent(share: float, spec: str = ".1%") -> str:
    """A share in the course's one way of writing it, with a space before the sign.

    >>> percent(0.0163)
    '1.6 %'
    """
    text = format(share, spec)
    return text[:-1] + " %" if text.endswith("%") else text


def precision(tpr: float, fpr: float, base_rate: float) -> float:
    r"""Share of members among the accused when ``base_rate`` of all records are members; NaN if nobody is accused.

    :math:`\frac{b \cdot TPR}{b \cdot TPR + (1 - b) \cdot FPR}`, which is Bayes' rule. It is what an accusation
    is worth, and it falls with the base rate.

    Source: Jayaraman et al. 2021, "Revisiting membership inference under realistic assumptions" (there as PPV,
    positive predictive value).

    >>> round(precision(0.10, 0.01, 0.5), 3), round(precision(0.10, 0.01, 0.001), 3)
    (0.909, 0.01)
    """
    accused = base_rate * tpr + (1 - base_rate) * fpr
    return base_rate * tpr / accused if accused else float("nan")
