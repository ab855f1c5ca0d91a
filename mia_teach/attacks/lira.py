"""LiRA, the likelihood-ratio attack: a record's score against its own past, with it and without it in training.

Online, the adversary trains shadows with and without each record; offline, only without, before the record
is known. Both describe a record's log-odds over models by a Gaussian.
"""

import numpy as np
from jaxtyping import Float

from mia_teach import signals
from mia_teach.attacks import sides as side_of
from mia_teach.game import View

_LEAST = {"per_example": 8, "pooled": 2}
_SMALLEST = 1e-12  # a deviation of 0 (all shadows agree to the last digit) must not divide
_CENTERS = {"median": side_of.median, "mean": side_of.mean}


def lira(
    view: View,
    *,
    variant: str = "online",
    sides: int = 1,
    center: str = "median",
    variance: str = "per_example",
) -> Float[np.ndarray, " examples"]:
    r"""Likelihood ratio of the target's log-odds φ on each record: trained on it, against never seen.

    online: :math:`\log N(\varphi; \mu_{in}, \sigma_{in}) - \log N(\varphi; \mu_{out}, \sigma_{out})`;
    offline with one side: :math:`\log \Phi((\varphi - \mu_{out})/\sigma_{out})`, which grows with φ;
    offline with two sides: :math:`-\log N(\varphi; \mu_{out}, \sigma_{out})`, which calls an answer that is
    unusually *bad* a member too. Several tools ship it; it is here to show what it costs.

    Args:
        variant: "online" needs shadows that trained on each record and shadows that did not; "offline" only
            those that did not.
        sides: of the offline variant, 1 or 2.
        center: "median" or "mean" of a side, for μ.
        variance: "per_example" gives each record a σ of its own (ddof 0) and needs 8 models on a side;
            "pooled" takes one σ for all records of a side, from each model's distance to its own record's μ,
            and needs 2.

    Raises: ValueError for too few shadow models on a side of some record, or an unknown variant.

    Source: Carlini et al. 2022, "Membership inference attacks from first principles", algorithm 1 (online),
    section IV-C with equation 4 (offline), section VI-B (fewer shadow models: the global variance).

    Four shadow models, three records; every log-odds lies 1 from the middle of its side, so σ = 1. The second record
    gets the surest answer (5), and is the least suspect but one: without it the models say 4 of it anyway.

    >>> shadows = np.array([[2.0, 6, 1], [4, 3, 3], [0, 8, 1], [-2, 5, -1]])
    >>> member = np.array([[1, 1, 1], [1, 0, 1], [0, 1, 0], [0, 0, 0]], dtype=bool)
    >>> logits = lambda phi: np.stack([phi, np.zeros_like(phi)], axis=-1)  # two classes: φ is the first one's logit
    >>> view = View(np.array([0, 0, 0]), logits(np.array([3.0, 5, 0])), logits(shadows), member)
    >>> lira(view, variance="pooled")  # ((φ − μ_out)² − (φ − μ_in)²) / 2
    array([ 8. , -1.5, -2. ])
    >>> lira(view, variant="offline", variance="pooled").round(2)  # log Φ(4), log Φ(1), log Φ(0)
    array([-0.  , -0.17, -0.69])
    """
    _check(variant, sides, center, variance)
    phi = signals.label_log_odds(view.target_logits, view.labels)
    shadows = signals.label_log_odds(view.shadow_logits, view.labels)

    def distance(side):
        """How far φ lies from the side's center, in its deviations, and the deviation's logarithm."""
        middle = _CENTERS[center](shadows, side)
        if variance == "pooled":
            spread = side_of.pooled_deviation(shadows, side, middle)
        else:
            spread = side_of.deviation(shadows, side)
        spread = np.maximum(spread, _SMALLEST)
        return (phi - middle) / spread, np.log(spread)

    least, advice = _LEAST[variance], _advice(variance)
    out = ~view.shadow_member
    side_of.require(out, side_of.OUT, least=least, advice=advice)
    z_out, log_out = distance(out)
    if variant == "offline":
        return _log_normal_cdf(z_out) if sides == 1 else z_out**2 / 2 + log_out + 0.5 * np.log(2 * np.pi)
    side_of.require(view.shadow_member, side_of.IN, least=least, advice=advice)
    z_in, log_in = distance(view.shadow_member)
    return (z_out**2 - z_in**2) / 2 + log_out - log_in


def _log_normal_cdf(z):
    from scipy.special import log_ndtr

    return log_ndtr(z)


def _advice(variance):
    if variance == "per_example":
        return (
            "A deviation from fewer is mostly noise. Use variance='pooled', or more shadow models: with "
            "balanced_shadows(18, ...) every example has 8 on each side."
        )
    return "Use more shadow models; with balanced_shadows(6, ...) every example has 2 on each side."


def _check(variant, sides, center, variance):
    for name, value, choices in (
        ("variant", variant, ("online", "offline")),
        ("sides", sides, (1, 2)),
        ("center", center, tuple(_CENTERS)),
        ("variance", variance, tuple(_LEAST)),
    ):
        if value not in choices:
            raise ValueError(f"{name}={value!r} came; choose {choices[0]!r} or {choices[1]!r}.")
    if variant == "online" and sides == 2:
        raise ValueError(
            "sides=2 came with variant='online'. The online variant compares two densities and has no sides; "
            "leave sides out, or use variant='offline'."
        )
