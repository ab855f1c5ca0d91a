"""A record's two sides: the shadows that trained on it ("in") and those that did not ("out").

Every statistic here is taken over a mask. A model that does not belong to a side is left out of it; it never
counts as a zero, so designs in which records have unequally many models on a side need no special case.
"""

import numpy as np
from jaxtyping import Bool, Float

IN, OUT = "that trained on it", "that never saw it"


def require(side: Bool[np.ndarray, "shadows examples"], name: str, *, least: int, advice: str) -> None:
    """Refuse a side on which some record has fewer than ``least`` models.

    Raises: ValueError that names the record with the fewest, and gives the advice.
    """
    count = side.sum(axis=0)
    if len(count) and count.min() < least:
        few = int(count.min())
        raise ValueError(
            f"Example {count.argmin()} has {few} shadow model{'' if few == 1 else 's'} {name}, and at least {least} "
            f"are needed. {advice}"
        )


def mean(
    values: Float[np.ndarray, "shadows examples"], side: Bool[np.ndarray, "shadows examples"]
) -> Float[np.ndarray, " examples"]:
    """Each record's mean over the models of a side.

    >>> mean(np.array([[1.0, 5.0], [3.0, 7.0]]), np.array([[True, False], [True, True]]))
    array([2., 7.])
    """
    return np.where(side, values, 0.0).sum(axis=0) / side.sum(axis=0)


def median(
    values: Float[np.ndarray, "shadows examples"], side: Bool[np.ndarray, "shadows examples"]
) -> Float[np.ndarray, " examples"]:
    """Each record's median over the models of a side.

    >>> median(np.array([[1.0, 5.0], [3.0, 7.0], [8.0, 0.0]]), np.array([[True, False], [True, True], [True, True]]))
    array([3. , 3.5])
    """
    ordered = np.sort(np.where(side, values, np.inf), axis=0)  # the side's own values come first
    count = side.sum(axis=0)
    middle = np.stack([(count - 1) // 2, count // 2])
    return np.take_along_axis(ordered, middle, axis=0).mean(axis=0)


def deviation(
    values: Float[np.ndarray, "shadows examples"], side: Bool[np.ndarray, "shadows examples"]
) -> Float[np.ndarray, " examples"]:
    """Each record's standard deviation over the models of a side, divided by their number (ddof 0).

    >>> deviation(np.array([[1.0, 5.0], [3.0, 7.0]]), np.array([[True, True], [True, True]]))
    array([1., 1.])
    """
    return mean((values - mean(values, side)) ** 2, side) ** 0.5


def pooled_deviation(
    values: Float[np.ndarray, "shadows examples"],
    side: Bool[np.ndarray, "shadows examples"],
    center: Float[np.ndarray, " examples"],
) -> float:
    """One deviation for all records: of every model's distance from its own record's center, on this side.

    >>> values = np.array([[1.0, 45.0], [3.0, 59.0]])  # 1 and 7 away from their centers
    >>> pooled_deviation(values, np.full((2, 2), True), np.array([2.0, 52.0]))
    5.0
    """
    return float(np.sqrt(np.mean((values - center)[side] ** 2)))


def log_mean(
    log_values: Float[np.ndarray, "shadows examples"], side: Bool[np.ndarray, "shadows examples"]
) -> Float[np.ndarray, " examples"]:
    """Logarithm of each record's mean over the models of a side, from logarithms, without underflow.

    >>> log_mean(np.array([[-1000.0], [-1000.0]]), np.array([[True], [True]]))
    array([-1000.])
    """
    top = np.where(side, log_values, -np.inf).max(axis=0)
    return top + np.log(mean(np.exp(np.where(side, log_values - top, -np.inf)), side))


def skewness(
    values: Float[np.ndarray, "shadows examples"], side: Bool[np.ndarray, "shadows examples"]
) -> Float[np.ndarray, " examples"]:
    """Each record's skewness over the models of a side: the mean third power of (value − mean)/deviation; 0 for a bell.

    >>> skewness(np.array([[0.0], [0.0], [3.0]]), np.full((3, 1), True)).round(3)
    array([0.707])
    """
    return mean(((values - mean(values, side)) / deviation(values, side)) ** 3, side)
