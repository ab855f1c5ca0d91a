"""Mechanisms of differential privacy, and what each of them leaves to the best attack there can be.

A mechanism answers with noise. That it is (epsilon, delta)-private says, for every attack whatever, where its ROC
curve cannot go: :func:`largest_tpr`.
"""

import math

import numpy as np
from jaxtyping import Bool, Float
from scipy.optimize import brentq
from scipy.special import log_ndtr, ndtr, ndtri


def randomised_response(
    bits: Bool[np.ndarray, "*shape"], epsilon: float, *, seed: int
) -> Bool[np.ndarray, "*shape"]:
    r"""Each answer told truthfully with probability :math:`e^\varepsilon/(1 + e^\varepsilon)`, else turned round.

    Nobody's answer can be held against them, yet the share of a crowd can be worked out. It is epsilon-private for
    each answer, and no mechanism on one bit that is shows more.

    Source: Warner 1965, "Randomized response"; Kasiviswanathan et al. 2011 for the connection.

    >>> answers = randomised_response(np.ones(10_000, bool), np.log(3), seed=0)  # the truth in 3 of 4 cases
    >>> bool(abs(answers.mean() - 0.75) < 0.01)
    True
    """
    _check_positive(epsilon=epsilon)
    bits = np.asarray(bits)
    if bits.dtype != bool:
        raise ValueError(f"Answers of type {bits.dtype} came; True or False for each is needed.")
    lies = np.random.default_rng(seed).random(bits.shape) > 1 / (1 + math.exp(-epsilon))
    return bits ^ lies


def laplace(
    value: Float[np.ndarray, "*shape"] | float, *, sensitivity: float, epsilon: float, seed: int
) -> Float[np.ndarray, "*shape"] | float:
    r"""The value with Laplace noise of scale :math:`b = \Delta_1/\varepsilon`; its standard deviation is :math:`\sqrt2\,b`.

    Args:
        sensitivity: how far one record can move the value: the sum of all coordinates' moves.

    Source: Dwork et al. 2006, "Calibrating noise to sensitivity in private data analysis", proposition 1.

    >>> bool(abs(laplace(np.full(100_000, 7.0), sensitivity=1, epsilon=0.5, seed=0).std() - 2 * 2**0.5) < 0.03)
    True
    """
    _check_positive(sensitivity=sensitivity, epsilon=epsilon)
    value = np.asarray(value, np.float64)
    return value + np.random.default_rng(seed).laplace(0, sensitivity / epsilon, value.shape)


def gaussian(
    value: Float[np.ndarray, "*shape"] | float, *, sigma: float, seed: int
) -> Float[np.ndarray, "*shape"] | float:
    r"""The value with Gaussian noise of standard deviation ``sigma`` on every coordinate.

    With :math:`\Delta_2` the Euclidean length by which one record can move the value, all that matters is
    :math:`\mu = \Delta_2/\sigma`: see :func:`gaussian_epsilon` and :func:`gaussian_largest_tpr`.

    Source: Dwork et al. 2006, "Our data, ourselves"; Dwork & Roth 2014, appendix A.

    >>> bool(abs(gaussian(np.full(100_000, 7.0), sigma=2, seed=0).std() - 2) < 0.02)
    True
    """
    _check_positive(sigma=sigma)
    value = np.asarray(value, np.float64)
    return value + np.random.default_rng(seed).normal(0, sigma, value.shape)


def largest_tpr(
    fpr: Float[np.ndarray, "*shape"] | float, epsilon: float, delta: float = 0.0
) -> Float[np.ndarray, "*shape"] | float:
    r"""The largest true positive rate of any attack on any (epsilon, delta)-private mechanism.

    .. math:: \min\{e^\varepsilon\,\mathrm{FPR} + \delta,\; 1 - e^{-\varepsilon}(1 - \delta - \mathrm{FPR}),\; 1\}

    The second term is the first with the two sides exchanged. There is a mechanism that reaches it.

    Source: Kairouz, Oh & Viswanath 2015, "The composition theorem for differential privacy", theorem 2.1;
    Wasserman & Zhou 2010, proposition 4.

    >>> float(largest_tpr(0.01, np.log(5)).round(3)), float(largest_tpr(0.5, np.log(5)).round(3))
    (0.05, 0.9)
    """
    fpr = _checked_fpr(fpr)
    if not epsilon >= 0 or not 0 <= delta <= 1:
        raise ValueError(f"epsilon must be 0 or more and delta in [0, 1]; {epsilon!r} and {delta!r} came.")
    if epsilon == math.inf:
        return np.ones_like(fpr)
    with np.errstate(over="ignore", divide="ignore"):
        steep = np.exp(epsilon + np.log(fpr)) + delta
    return np.minimum(np.minimum(steep, 1 - np.exp(-epsilon) * (1 - delta - fpr)), 1.0)


def gaussian_largest_tpr(
    fpr: Float[np.ndarray, "*shape"] | float, mu: float
) -> Float[np.ndarray, "*shape"] | float:
    r"""The largest true positive rate of any attack on the Gaussian mechanism: :math:`\Phi(\Phi^{-1}(\mathrm{FPR}) + \mu)`.

    This is exact: the attack that compares the answer with a threshold reaches it. Any (epsilon, delta) that the
    mechanism keeps allows more.

    Args:
        mu: sensitivity over the noise's standard deviation.

    Source: Dong, Roth & Su 2022, "Gaussian differential privacy", definition 2.6.

    >>> float(gaussian_largest_tpr(0.01, 1.0).round(3))
    0.092
    """
    _check_positive(mu=mu)
    return ndtr(ndtri(_checked_fpr(fpr)) + mu)


def gaussian_delta(epsilon: float, mu: float) -> float:
    r"""The least delta with which the Gaussian mechanism keeps ``epsilon``.

    .. math:: \Phi(\mu/2 - \varepsilon/\mu) - e^\varepsilon\,\Phi(-\mu/2 - \varepsilon/\mu)

    Source: Balle & Wang 2018, "Improving the Gaussian mechanism", theorem 8.

    >>> gaussian_delta(1.0, 1.0).__round__(3)
    0.127
    """
    _check_positive(mu=mu)
    beyond = math.exp(epsilon + log_ndtr(-mu / 2 - epsilon / mu))
    return float(max(ndtr(mu / 2 - epsilon / mu) - beyond, 0.0))


def gaussian_epsilon(mu: float, delta: float) -> float:
    """The least epsilon that the Gaussian mechanism keeps with ``delta``; the inverse of :func:`gaussian_delta`.

    >>> gaussian_epsilon(1.0, 1e-5).__round__(3)
    4.377
    """
    _check_positive(mu=mu)
    if not 0 < delta < 1:
        raise ValueError(
            f"delta must be above 0 and below 1; {delta!r} came. Gaussian noise keeps no epsilon at all with 0."
        )
    if gaussian_delta(0.0, mu) <= delta:
        return 0.0
    # without the second term delta is too large, and there the inverse is known
    highest = mu * (mu / 2 - ndtri(delta))
    return float(brentq(lambda epsilon: gaussian_delta(epsilon, mu) - delta, 0.0, highest, xtol=1e-12))


def _check_positive(**values):
    for name, value in values.items():
        if not 0 < value < math.inf:
            raise ValueError(f"{name} must be positive and finite; {value!r} came.")


def _checked_fpr(fpr):
    fpr = np.asarray(fpr, np.float64)
    if not ((fpr >= 0) & (fpr <= 1)).all():
        raise ValueError(
            f"False positive rates from {fpr.min()} to {fpr.max()} came; they lie between 0 and 1."
        )
    return fpr
