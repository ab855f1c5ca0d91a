"""RMIA, the robust membership inference attack: a record against a population of outsiders.

Two questions in a row. How much likelier is the record under the target than under other models? And is that
more than what the same ratio gives for records that are surely not members?
"""

import numpy as np
from jaxtyping import Float

from mia_teach import signals
from mia_teach.attacks import sides as side_of
from mia_teach.game import View


def rmia(
    view: View,
    *,
    variant: str = "online",
    temperature: float = 1.0,
    gamma: float = 1.0,
    a: float = 0.3,
) -> Float[np.ndarray, " examples"]:
    r"""Share of the population that each record beats: :math:`\Pr_z[\,r(x)/r(z) > \gamma\,]`, in [0, 1].

    :math:`r(x) = p(x \mid \theta)/p(x)` with p the probability of the true label. Online,
    :math:`p(x) = (p_{in}(x) + p_{out}(x))/2`, means over the shadows with and without x. Offline, and for
    the population (which has no "in" side), :math:`p(x) = ((1+a)\,p_{out}(x) + 1-a)/2`.

    Scores are counts over the population, so with few outsiders many records share the top score 1:
    ``Roc.tied_at_the_top`` says how many non-members do. One shadow without each record is enough (offline).

    Args:
        view: with a ``population``.
        variant: "online" or "offline".
        temperature: logits are divided by it before the softmax; above 1 it keeps sure answers apart.
        gamma: how many times the population's ratio a record must exceed; compared with a strict >.
        a: in [0, 1], how p_in follows from p_out: 1 takes them as equal, 0 takes p_in as 1. Those who can
            train two models choose it between these, by attacking one with the other.

    Raises: ValueError without a population, for a record with no shadow on a needed side, or for a parameter
    out of range.

    Source: Zarifzadeh et al. 2024, "Low-cost high-power membership inference attacks", equations 3 and 4, and
    its appendix on the offline approximation.

    >>> logits = np.log([[[0.9, 0.1], [0.5, 0.5]], [[0.6, 0.4], [0.5, 0.5]]])  # one shadow, then the target
    >>> outsiders = View(np.array([0, 0]), np.log([[0.5, 0.5], [0.8, 0.2]]), np.log([[[0.5, 0.5], [0.4, 0.6]]]),
    ...                  np.full((1, 2), False))
    >>> view = View(np.array([0, 0]), logits[0], logits[1:], np.full((1, 2), False), population=outsiders)
    >>> rmia(view, variant="offline", a=1.0)  # r(x) = 0.9/0.6 and 1; r(z) = 1 and 0.8/0.4
    array([0.5, 0. ])
    """
    _check(view, variant, temperature, gamma, a)
    ratio = _log_ratio(view, variant, temperature, a)
    among = np.sort(_log_ratio(view.population, "offline", temperature, a))
    beaten = np.searchsorted(among, ratio - np.log(gamma), side="left")  # strictly smaller ones only
    return beaten / len(among)


def _log_ratio(view, variant, temperature, a):
    """log r(x) = log p(x | θ) − log p(x)."""
    target = -signals.cross_entropy(view.target_logits / temperature, view.labels)
    shadows = -signals.cross_entropy(view.shadow_logits / temperature, view.labels)
    out = ~view.shadow_member
    advice = "Use more shadow models; with balanced_shadows(4, ...) every example has one on each side."
    side_of.require(out, side_of.OUT, least=1, advice=advice)
    p_out = side_of.log_mean(shadows, out)
    if variant == "offline":
        with np.errstate(divide="ignore"):  # a = 1 adds exactly nothing
            return target - np.logaddexp(np.log((1 + a) / 2) + p_out, np.log((1 - a) / 2))
    side_of.require(view.shadow_member, side_of.IN, least=1, advice=advice)
    p_in = side_of.log_mean(shadows, view.shadow_member)
    return target - (np.logaddexp(p_in, p_out) - np.log(2))


def _check(view, variant, temperature, gamma, a):
    if variant not in ("online", "offline"):
        raise ValueError(f"variant={variant!r} came; choose 'online' or 'offline'.")
    if not temperature > 0 or not gamma > 0:
        raise ValueError(
            f"temperature and gamma must be positive; {temperature!r} and {gamma!r} came. Both are often 1 or 2."
        )
    if not 0 <= a <= 1:
        raise ValueError(f"a must lie between 0 and 1; {a!r} came.")
    if view.population is None or not len(view.population.labels):
        raise ValueError(
            "RMIA compares each record with outsiders, and this view has no population. Make the game with "
            "Game.from_ensemble(ensemble, data, population=outsiders), where no model trained on the outsiders."
        )
