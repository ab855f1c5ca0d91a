"""DP-SGD: clip every example's gradient, add up, add noise; and what that promises.

No single record may move a step by more than its clipped gradient, and noise of that very size hides whether
it was there. :func:`noisy_sum` is the whole idea in four lines; ``train(..., privacy=DPSGD(...))`` does the same
for many models at once. A gradient is a flat row here: the parameters in the order of ``model.parameters()``.
"""

import logging
import math
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float

_FINE, _COARSE = 1e-4, 1e-3  # steps of the privacy loss: to state an epsilon, and to look for a noise


@dataclass(frozen=True)
class DPSGD:
    r"""How DP-SGD is run, and thereby what it promises.

    A step draws every member with probability ``sample_rate``, on its own coin, clips each one's whole gradient
    :math:`g` to :math:`g\,\min(1, C/\lVert g\rVert)`, adds them up, adds Gaussian noise of standard deviation
    :math:`\sigma C` to every coordinate, and divides by the batch size to be expected. Neighbours are two data
    sets of which one has one record more.

    Args:
        noise_multiplier: :math:`\sigma`, the noise in units of ``max_grad_norm``; 0 promises nothing.
        max_grad_norm: :math:`C`, the longest gradient of a single example.
        sample_rate: probability in (0, 1] that a member takes part in a step.
        steps: how many noisy sums are released.

    Source: Abadi et al. 2016, "Deep learning with differential privacy", algorithm 1.

    >>> DPSGD(noise_multiplier=1.1, sample_rate=0.01, steps=1000).epsilon(1e-5).__round__(3)
    1.515
    """

    noise_multiplier: float
    max_grad_norm: float = 1.0
    sample_rate: float = 1.0
    steps: int = 1

    def __post_init__(self):
        if not 0 <= self.noise_multiplier < math.inf:
            raise ValueError(
                f"noise_multiplier must be 0 or more, and finite; {self.noise_multiplier!r} came. It is the noise's "
                "standard deviation over max_grad_norm."
            )
        if not 0 < self.max_grad_norm < math.inf:
            raise ValueError(
                f"max_grad_norm must be positive and finite; {self.max_grad_norm!r} came. Without a longest gradient "
                "no noise is large enough."
            )
        if not 0 < self.sample_rate <= 1:
            raise ValueError(
                f"sample_rate must be above 0 and at most 1; {self.sample_rate!r} came. For batches of about 250 of "
                "2,500 members it is 0.1."
            )
        if isinstance(self.steps, bool) or int(self.steps) != self.steps or self.steps < 1:
            raise ValueError(f"steps must be a whole number of at least 1; {self.steps!r} came.")

    def epsilon(
        self, delta: float, *, examples: int | None = None, accountant: Literal["pld", "rdp"] = "pld"
    ) -> float:
        """The epsilon that holds with ``delta`` for all steps together; infinite without noise.

        Args:
            delta: in (0, 1); at worst the probability that the promise fails altogether, as where a record is published
                with this probability. With Gaussian noise nothing fails altogether: delta is the mean of 1 − e^(ε − loss)
                over all answers, counted as 0 where the privacy loss stays below ε.
            examples: size of the training set, if known: a delta of 1/examples or more is refused, for it allows
                publishing a record.
            accountant: "pld" follows the distribution of the privacy loss, tight but for a rounding that is
                always upwards; "rdp" bounds its moments, and its epsilon is larger.

        Source: Koskela et al. 2020 and Doroshenko et al. 2022 (PLD), Mironov et al. 2019 (RDP of the sampled
        Gaussian mechanism); computed by ``dp-accounting``.

        >>> one_look = DPSGD(noise_multiplier=1.0)
        >>> [round(one_look.epsilon(1e-5, accountant=a), 3) for a in ("pld", "rdp")]
        [4.377, 4.729]
        """
        _check_delta(delta, examples)
        if accountant not in ("pld", "rdp"):
            raise ValueError(f"accountant must be 'pld' or 'rdp'; {accountant!r} came.")
        if self.noise_multiplier == 0:
            return math.inf
        run = (float(self.sample_rate), float(self.noise_multiplier), int(self.steps), float(delta))
        return _rdp_epsilon(*run) if accountant == "rdp" else _pld_epsilon(*run, _FINE)

    @classmethod
    def for_epsilon(
        cls,
        epsilon: float,
        delta: float,
        *,
        sample_rate: float,
        steps: int,
        max_grad_norm: float = 1.0,
        examples: int | None = None,
    ) -> "DPSGD":
        """The least noise, to four digits or so, with which the run promises ``epsilon`` by the PLD accountant.

        An infinite ``epsilon`` gives a run without noise, which still clips.

        >>> DPSGD.for_epsilon(4.3775, 1e-5, sample_rate=1.0, steps=1).noise_multiplier.__round__(3)
        1.0
        """
        _check_delta(delta, examples)
        if not epsilon > 0:
            raise ValueError(f"epsilon must be positive; {epsilon!r} came. No noise promises 0.")
        run = cls(0.0, max_grad_norm, sample_rate, steps)
        if epsilon == math.inf:
            return run
        from scipy.optimize import brentq

        def excess(log_sigma, of=_pld_epsilon):
            more = (_COARSE,) if of is _pld_epsilon else ()
            return math.log(
                of(float(sample_rate), math.exp(log_sigma), int(steps), float(delta), *more) / epsilon
            )

        # RDP's answer is quick and never too small, so it is where the search for PLD's begins
        high = 0.0
        while excess(high, _rdp_epsilon) > 0:
            high += 1
            if high > 20:
                raise ValueError(
                    f"epsilon = {epsilon:g} needs more than {math.exp(20):.0e} times max_grad_norm as noise. Ask "
                    "for a larger epsilon, a larger delta, or fewer steps."
                )
        low = high - 1
        while excess(low) < 0:
            high, low = low, low - 1
        root = brentq(excess, low, high, xtol=1e-5)
        while excess(root) > 0:  # the root is known to 1e-5; the promise is kept, not nearly kept
            root += 1e-5
        return cls(math.exp(root), max_grad_norm, sample_rate, steps)


@dataclass(frozen=True, eq=False)
class GradientCanaries:
    """Gradients that an auditor slips into DP-SGD as if records had them, to see whether they show.

    A row in a direction that no record's gradient has (one coordinate, say, of a weight behind an input that is
    always 0) is as easy to see as DP-SGD allows any record to be. It is clipped like all others.

    Args:
        gradients: a canary a row, a parameter a column, in the order of ``model.parameters()``.
        inserted: True where the model's training set holds the canary; it then joins each step on a coin of its
            own. Records and noise are drawn as without it.

    Source: Nasr et al. 2023, "Tight auditing of differentially private machine learning", section 4.
    """

    gradients: Float[np.ndarray, "canaries parameters"]
    inserted: Bool[np.ndarray, "models canaries"]

    def __post_init__(self):
        gradients, inserted = np.array(self.gradients, np.float64), np.asarray(self.inserted)
        if gradients.ndim != 2 or not np.isfinite(gradients).all():
            raise ValueError(
                f"Canary gradients of shape {gradients.shape} came; finite numbers of shape (canaries, parameters) are "
                "needed. For one canary use gradient[None]."
            )
        if inserted.dtype != bool or inserted.ndim != 2 or inserted.shape[1] != len(gradients):
            raise ValueError(
                f"inserted of type {inserted.dtype} and shape {inserted.shape} came; a bool array of shape "
                f"(models, {len(gradients)}) is needed, one row a model."
            )
        object.__setattr__(self, "gradients", gradients)
        object.__setattr__(self, "inserted", inserted.copy())


def clipped_sum(
    gradients: Float[np.ndarray, "batch parameters"], max_grad_norm: float
) -> Float[np.ndarray, " parameters"]:
    """The sum of the gradients, each of them first shortened to ``max_grad_norm`` if it is longer.

    >>> clipped_sum(np.array([[3.0, 4.0], [0.0, 0.5]]), max_grad_norm=1.0)
    array([0.6, 1.3])
    """
    norms = np.linalg.norm(gradients, axis=1)
    return (max_grad_norm / np.maximum(norms, max_grad_norm)) @ gradients


def noisy_sum(
    gradients: Float[np.ndarray, "batch parameters"], privacy: DPSGD, rng: np.random.Generator
) -> Float[np.ndarray, " parameters"]:
    """What one step of DP-SGD releases: the sum of the clipped gradients, and noise as long as a clip allows.

    An empty batch releases noise alone; that it was empty must not show.

    >>> noisy_sum(np.array([[3.0, 4.0], [0.0, 0.5]]), DPSGD(noise_multiplier=0), np.random.default_rng(0))
    array([0.6, 1.3])
    """
    noise = rng.standard_normal(gradients.shape[1]) * (privacy.noise_multiplier * privacy.max_grad_norm)
    return clipped_sum(gradients, privacy.max_grad_norm) + noise


def _check_delta(delta, examples):
    if not 0 < delta < 1:
        raise ValueError(
            f"delta must be above 0 and below 1; {delta!r} came. Gaussian noise promises nothing with delta = 0; "
            "take less than 1 / (number of training records), 1e-5 for example."
        )
    if examples is not None and delta >= 1 / examples:
        raise ValueError(
            f"delta = {delta:g} came with {examples:,} training records; it must be below 1/{examples:,} = "
            f"{1 / examples:.2g}. Publishing one record at random would keep a promise with that delta."
        )


@lru_cache(maxsize=256)
def _rdp_epsilon(sample_rate, noise_multiplier, steps, delta):
    from dp_accounting.rdp import RdpAccountant

    with _quiet():
        accountant = RdpAccountant().compose(_event(sample_rate, noise_multiplier, steps))
        return float(accountant.get_epsilon(delta))


@lru_cache(maxsize=256)
def _pld_epsilon(sample_rate, noise_multiplier, steps, delta, width):
    from dp_accounting.pld import PLDAccountant

    # a loss of hundreds in steps of 1e-4 takes a minute, for digits that mean nothing
    width = max(width, 2e-5 * _rdp_epsilon(sample_rate, noise_multiplier, steps, delta))
    accountant = PLDAccountant(value_discretization_interval=width)
    return float(accountant.compose(_event(sample_rate, noise_multiplier, steps)).get_epsilon(delta))


def _event(sample_rate, noise_multiplier, steps):
    import dp_accounting

    step = dp_accounting.PoissonSampledDpEvent(sample_rate, dp_accounting.GaussianDpEvent(noise_multiplier))
    return dp_accounting.SelfComposedDpEvent(step, steps)


@contextmanager
def _quiet():
    """RDP's orders near 1 may not converge and are then left out, which is safe and would be said every time."""
    log = logging.getLogger("absl")

    def drop(record):
        return "failed to converge" not in record.getMessage()

    log.addFilter(drop)
    try:
        yield
    finally:
        log.removeFilter(drop)
