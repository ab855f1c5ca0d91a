"""Lower bounds on epsilon: what an attack's hits prove against a privacy claim, and how surely.

An (ε, δ) claim bounds every attack. So an attack that does better than the bound refutes the claim, and what
it reaches is a lower bound on the true ε. Such a bound is itself a claim with an error rate: at 95 % it may lie
above the truth in at most 5 of 100 audits. That holds only if the threshold was fixed before the scores under
test were seen, or if the choice is paid for; so how it was chosen is part of the signature.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from mia_teach.dpsgd import DPSGD
from mia_teach.rate import lower_end
from mia_teach.scores import Scores


@dataclass(frozen=True)
class EpsilonBound:
    """A lower bound on ε, with its error rate and what could have been shown at best.

    Args:
        epsilon: every ε below it is refuted at this δ; 0 says that nothing was shown.
        delta: the δ of the claim under test.
        confidence: in at least this share of audits of any mechanism, ``epsilon`` is not above the truth.
        ceiling: the bound that a perfect attack would have earned with the same counts.
        assuming: what the mechanism must be for ``epsilon`` to hold; empty if it holds for any.

    >>> bound = one_run(1000, 100, 80, delta=0.0)
    >>> print(bound)
    ε ≥ 0.96 at δ = 0, 95 % sure (a perfect attack could have shown 3.49)
    >>> bound.refutes(0.5), bound.refutes(1.0)
    (True, False)
    """

    epsilon: float
    delta: float
    confidence: float
    ceiling: float
    assuming: str = ""

    def __post_init__(self):
        _check(self.delta, self.confidence)
        if not 0 <= self.epsilon <= self.ceiling:
            raise ValueError(
                f"A bound lies from 0 up to its ceiling; epsilon {self.epsilon} and ceiling {self.ceiling} came."
            )

    def refutes(self, claim: float) -> bool:
        """Whether an ε of ``claim``, at this δ, can't be true (with this confidence)."""
        return self.epsilon > claim

    def __str__(self):
        condition = f" if it is {self.assuming}" if self.assuming else ""
        return (
            f"ε ≥ {self.epsilon:.2f} at δ = {self.delta:g}{condition}, {100 * self.confidence:g} % sure "
            f"(a perfect attack could have shown {self.ceiling:.2f})"
        )


@dataclass(frozen=True, eq=False)
class Threshold:
    """A threshold and where it came from. Scores **above** it are accused.

    Args:
        value: of the score.
        chosen_on: the scores that it was chosen on; None where it was fixed beforehand, from theory or once for all.
    """

    value: float
    chosen_on: Scores | None = None

    def __post_init__(self):
        if np.isnan(self.value):
            raise ValueError("A threshold is a number; NaN came.")

    def __repr__(self):
        origin = "fixed beforehand" if self.chosen_on is None else f"chosen on {self.chosen_on!r}"
        return f"Threshold({self.value:.4g}, {origin})"


def halves(scores: Scores, *, seed: int) -> tuple[Scores, Scores]:
    """Two random halves of the scores: one to choose a threshold on, one to test it on.

    Members and non-members are halved apart, so that both halves have both.

    Raises: ValueError with fewer than two on a side.

    >>> halves(Scores([4.0, 3.0, 2.0, 1.0], [True, True, False, False]), seed=0)
    (Scores('attack': 1 members, 1 non-members), Scores('attack': 1 members, 1 non-members))
    """
    rng = np.random.default_rng(seed)
    first = np.zeros(len(scores.score), bool)
    for side in (scores.member, ~scores.member):
        who = rng.permutation(np.flatnonzero(side))
        if len(who) < 2:
            raise ValueError(
                f"{scores!r} can't be halved: each half needs a member and a non-member. Use two of each or more."
            )
        first[who[: len(who) // 2]] = True
    return tuple(Scores(scores.score[part], scores.member[part], scores.name) for part in (first, ~first))


def threshold_from(scores: Scores, *, delta: float = 0.0, confidence: float = 0.95) -> Threshold:
    """The threshold that would show the largest ε on these scores, to be tested on **other** scores.

    Raises: ValueError for a delta or confidence that is none.

    >>> held, test = halves(Scores(np.arange(400) % 203, np.arange(400) % 203 > 99), seed=1)
    >>> clopper_pearson(test, threshold=threshold_from(held), delta=0.0).epsilon > 2
    True
    """
    _check(delta, confidence)
    levels = np.append(-np.inf, np.unique(scores.score))
    hits, alarms = (_above(side, levels) for side in (scores.members, scores.non_members))
    alpha = (1 - confidence) / 2
    found = _epsilon(
        _low(hits, len(scores.members), alpha), _high(alarms, len(scores.non_members), alpha), delta
    )
    best = int(found.argmax())
    above = levels[best + 1] if best + 1 < len(levels) else np.inf
    middle = (levels[best] + above) / 2 if np.isfinite([levels[best], above]).all() else levels[best]
    return Threshold(float(middle), scores)


def clopper_pearson(
    scores: Scores,
    *,
    threshold: float | Threshold | str,
    delta: float,
    confidence: float = 0.95,
    correction: str | None = None,
) -> EpsilonBound:
    r"""Lower bound on ε from the true- and false positive rates of an attack at one threshold.

    An (ε, δ) claim says of every attack, and of the attack that answers the opposite,

    .. math:: TPR \le e^\epsilon FPR + \delta, \qquad 1 - FPR \le e^\epsilon (1 - TPR) + \delta,

    so the bound is the larger of :math:`\ln\frac{TPR - \delta}{FPR}` and
    :math:`\ln\frac{1 - FPR - \delta}{1 - TPR}`, at the ends of the intervals that speak for the claim: the TPR's
    lower and the FPR's upper end. Both must hold at once, so each may fail with half of the error rate only.

    It needs independent scores: those of canaries in runs of their own, one canary a run. For many canaries
    in one run there is :func:`one_run_from_scores`.

    Args:
        threshold: a number or :class:`Threshold` fixed beforehand; what :func:`threshold_from` chose on other
            scores; or "all", the best of all thresholds, which must be paid for with ``correction``.
        delta: of the claim, from 0 up to below 1.
        correction: "bonferroni" with ``threshold="all"``: every rank of the members and of the non-members gets
            an equal part of the error rate, so that all thresholds hold at once.

    Raises: ValueError for a threshold that was taken from the scores under test, or a choice that isn't paid for.

    Source: Jagielski et al. 2020, "Auditing differentially private machine learning", section 4 (the bound);
    Nasr et al. 2021, "Adversary instantiation", section IV (both directions); Clopper & Pearson 1934.

    >>> perfect = Scores(np.arange(200.0), np.arange(200) >= 100)
    >>> print(clopper_pearson(perfect, threshold=99.5, delta=0.0))
    ε ≥ 3.28 at δ = 0, 95 % sure (a perfect attack could have shown 3.28)
    """
    _check(delta, confidence)
    rates, perfect = _rates(scores, threshold, correction, confidence)
    found, best = (float(_epsilon(*ends, delta).max()) for ends in (rates, perfect))
    return EpsilonBound(found, delta, confidence, best)


def dpsgd_bound(
    scores: Scores,
    *,
    threshold: float | Threshold | str,
    privacy: DPSGD,
    delta: float,
    confidence: float = 0.95,
    correction: str | None = None,
) -> EpsilonBound:
    r"""The ε that DP-SGD with these steps and this sample rate must have at least, to let the attack do so well.

    DP-SGD promises more than one pair (ε, δ): a whole curve, a δ for every ε. An attack is held against all of it,
    and so shows several times more than against the one small δ of a claim, at which only false positive rates
    that no audit can count would tell. The noise multiplier is lowered until some curve allows the
    rates' intervals; the ε of that noise is returned.

    Two things can be said of it. If it exceeds ``privacy.epsilon(delta)``, the mechanism does not keep the
    curve it was claimed to keep, whatever it is: that verdict assumes nothing. The number itself holds only for
    DP-SGD with this sample rate and these steps, of which just the noise isn't known, and it says so. It is
    shown up to 20.

    Args:
        privacy: what is claimed.
        threshold, correction: as in :func:`clopper_pearson`.

    Source: Nasr et al. 2023, "Tight auditing of differentially private machine learning", section 4 (there by
    Gaussian differential privacy, here by the exact privacy-loss distribution, with the intervals' ends).

    >>> scores = Scores(np.arange(200.0), np.arange(200) >= 100)
    >>> bound = dpsgd_bound(scores, threshold=99.5, privacy=DPSGD(1.0), delta=1e-5)
    >>> print(bound)
    ε ≥ 20.00 at δ = 1e-05 if it is DP-SGD of sample rate 1 and 1 step, 95 % sure (a perfect attack could have shown 20.00)
    >>> bound.refutes(DPSGD(1.0).epsilon(1e-5))
    True
    """
    _check(delta, confidence)
    if delta == 0:
        raise ValueError(
            "Gaussian noise promises nothing with delta = 0. Use one below 1 / examples, such as 1e-5."
        )
    rates, perfect = _rates(scores, threshold, correction, confidence)
    found, best = (_dpsgd_epsilon(*ends, privacy, delta) for ends in (rates, perfect))
    steps = f"{privacy.steps} step{'s' if privacy.steps > 1 else ''}"
    assuming = f"DP-SGD of sample rate {privacy.sample_rate:g} and {steps}"
    return EpsilonBound(min(found, best), delta, confidence, best, assuming)


def one_run(m: int, r: int, v: int, delta: float, confidence: float = 0.95) -> EpsilonBound:
    r"""Lower bound on ε from one training run: of ``m`` canaries, ``r`` were guessed and ``v`` guessed right.

    Every canary is put into the training set by a fair coin of its own; a guesser who sees all the run gave out
    may abstain. If the run is (ε, δ)-DP, then with :math:`W \sim Bin(r, \frac{e^\epsilon}{1 + e^\epsilon})`

    .. math:: P[\text{at least } v \text{ right}] \le P[W \ge v] + 2 m \delta \max_{1 \le i \le v}
        \tfrac{1}{i} P[v - i \le W < v].

    The bound is the largest ε up to which the right side stays below 1 − confidence.

    Args:
        m: canaries with a coin, guessed or not.
        r: guesses, a number fixed beforehand.
        v: right ones among them.

    Raises: ValueError unless 0 ≤ v ≤ r ≤ m and r ≥ 1.

    Source: Steinke, Nasr & Jagielski 2023, "Privacy auditing with one (1) training run", theorem 5.2
    and appendix D.

    >>> round(one_run(1000, 100, 80, 0.0).epsilon, 3), round(one_run(5000, 500, 450, 1e-5).epsilon, 3)
    (0.958, 1.941)
    """
    _check(delta, confidence)
    if not 1 <= r <= m or not 0 <= v <= r:
        raise ValueError(
            f"{v} right of {r} guesses about {m} canaries came; the right ones must be among the guesses, at most one "
            "guess a canary, and at least one guess."
        )
    found, best = (_one_run_epsilon(m, r, right, delta, 1 - confidence) for right in (v, r))
    return EpsilonBound(found, delta, confidence, best)


def one_run_from_scores(
    scores: Scores, *, k_plus: int, k_minus: int, delta: float, confidence: float = 0.95
) -> EpsilonBound:
    """:func:`one_run` with the ``k_plus`` highest scores guessed in and the ``k_minus`` lowest guessed out.

    Both numbers must be fixed before the scores are seen; to choose them, use another run. Where scores tie at
    the last place, nobody of the tie is guessed and the guess counts as wrong: ties are never broken by order.
    Scores of several independent runs may be pooled, if every canary had a coin of its own in every run.

    Args:
        scores: of all canaries with a coin, guessed or not: their number is the ``m`` of the theorem.

    Raises: ValueError for more guesses than canaries, or a membership that can't come from fair coins.

    Source: Steinke et al. 2023, algorithm 1.

    >>> sure = Scores(np.arange(200.0), np.arange(200) >= 100)
    >>> print(one_run_from_scores(sure, k_plus=50, k_minus=50, delta=0.0))
    ε ≥ 3.49 at δ = 0, 95 % sure (a perfect attack could have shown 3.49)
    """
    m, r = len(scores.score), k_plus + k_minus
    if k_plus < 0 or k_minus < 0 or not 1 <= r <= m:
        raise ValueError(
            f"{k_plus} guesses in and {k_minus} out came for {m} canaries; neither may be negative, and together "
            f"they must be from 1 to {m}."
        )
    inside = int(scores.member.sum())
    if abs(inside - m / 2) > 5 * (m / 4) ** 0.5:  # five standard deviations: one in a million
        raise ValueError(
            f"{inside} of {m} canaries are members, which fair coins don't give. The theorem needs a fair coin a "
            "canary, and the scores of all that had one."
        )
    ranked = np.sort(scores.score)
    least = ranked[m - k_plus - 1] if k_plus < m else -np.inf
    most = ranked[k_minus] if k_minus < m else np.inf
    guessed_in = scores.score > least if k_plus < m else np.ones(m, bool)
    guessed_out = scores.score < most if k_minus < m else np.ones(m, bool)
    right = int((guessed_in & scores.member).sum() + (guessed_out & ~scores.member).sum())
    return one_run(m, r, right, delta, confidence)


# --- the parts ---------------------------------------------------------------------------------------


def _check(delta, confidence):
    if not 0 <= delta < 1:
        raise ValueError(f"A delta lies from 0 up to below 1; {delta!r} came. Use one below 1 / examples.")
    if not 0 < confidence < 1:
        raise ValueError(f"A confidence lies between 0 and 1, such as 0.95; {confidence!r} came.")


def _rates(scores, threshold, correction, confidence):
    """The TPR's lower and the FPR's upper ends at every threshold, and those of a perfect attack.

    Of m sorted scores, the k-th bounds the rate at every threshold between it and the next, so that m bounds hold
    at all thresholds; a union over the observed thresholds alone would forget that these are random.
    """
    levels = _levels(scores, threshold, correction)
    m, n = len(scores.members), len(scores.non_members)
    alpha = (1 - confidence) / 2
    of_tpr, of_fpr = (alpha / m, alpha / n) if correction else (alpha, alpha)
    hits, alarms = _above(scores.members, levels), _above(scores.non_members, levels)
    return (_low(hits, m, of_tpr), _high(alarms, n, of_fpr)), (_low(m, m, of_tpr), _high(0, n, of_fpr))


def _above(side, levels):
    """How many of one side's scores lie above each level."""
    return len(side) - np.searchsorted(np.sort(side), levels, side="right")


def _low(hits, total, alpha):
    return _lows(total, alpha)[hits] if np.ndim(hits) else lower_end(hits, total, alpha)


@lru_cache(maxsize=8)
def _lows(total, alpha):
    """The lower ends for 0 to ``total`` hits: to go through all thresholds asks for each of them."""
    return lower_end(np.arange(total + 1), total, alpha)


def _high(hits, total, alpha):
    return 1 - _low(total - hits, total, alpha)


def _epsilon(tpr, fpr, delta):
    """The least ε (from 0) at which both inequalities hold for these rates."""
    with np.errstate(divide="ignore"):
        ratio = [np.maximum(tpr - delta, 0) / fpr, np.maximum(1 - fpr - delta, 0) / (1 - tpr)]
        return np.maximum(np.log(np.maximum(*ratio)), 0.0)


_EPSILONS = np.linspace(
    0, 20, 401
)  # where curves are compared: at fewer points less is refuted, never too much
_GRID = 50  # noise multipliers in a factor of e: audits look at the same ones again and again


def _dpsgd_epsilon(tpr, fpr, privacy, delta):
    """The ε of the most noise that still allows these rates, rounded to more noise."""
    tpr, fpr = np.atleast_1d(tpr), np.atleast_1d(fpr)
    if (tpr <= fpr).all():
        return 0.0
    rate, steps = float(privacy.sample_rate), int(privacy.steps)
    excess = np.exp(_EPSILONS)[:, None]

    def is_refuted(place):
        allowed = _curve(place, rate, steps)[:, None]
        return bool(((tpr - excess * fpr > allowed) | (1 - fpr - excess * (1 - tpr) > allowed)).any())

    refuted = round(_GRID * np.log(privacy.noise_multiplier or 1.0))
    step = 32
    while not is_refuted(refuted):
        refuted += step
        if refuted > 12 * _GRID:
            return 0.0
    allowed = refuted - step
    while is_refuted(allowed):
        if _curve(allowed, rate, steps)[-1] > delta:
            return float(_EPSILONS[-1])
        refuted, allowed = allowed, allowed - step
    while refuted - allowed > 1:
        middle = (refuted + allowed) // 2
        refuted, allowed = (middle, allowed) if is_refuted(middle) else (refuted, middle)
    # ln δ bends downwards in ε, so that the straight line between two points never says too much
    curve = np.maximum(_curve(refuted, rate, steps), 1e-300)
    return float(np.interp(-np.log(delta), -np.log(curve), _EPSILONS))


@lru_cache(maxsize=512)
def _curve(place, sample_rate, steps):
    """The δ of DP-SGD at each of the epsilons, with the noise multiplier at this place of the grid."""
    from dp_accounting.pld.privacy_loss_distribution import from_gaussian_mechanism

    sigma = float(np.exp(place / _GRID))
    if sample_rate == 1:  # Gaussian steps add up to one
        sigma, steps = sigma / steps**0.5, 1
    loss = from_gaussian_mechanism(sigma, sampling_prob=sample_rate, value_discretization_interval=5e-3)
    return np.asarray((loss.self_compose(steps) if steps > 1 else loss).get_delta_for_epsilon(_EPSILONS))


def _levels(scores, threshold, correction):
    """The thresholds to test, after a look at where they came from."""
    if correction not in (None, "bonferroni"):
        raise ValueError(f'The correction {correction!r} is not known. Use "bonferroni", or none.')
    if isinstance(threshold, str):
        if threshold != "all":
            raise ValueError(
                f'The threshold {threshold!r} is not known. Give a number, a Threshold, or "all".'
            )
        if correction is None:
            raise ValueError(
                "The best of all thresholds on the scores under test shows more than there is. Pay for the choice with "
                'correction="bonferroni", or choose on other scores with threshold_from.'
            )
        return np.append(-np.inf, np.unique(scores.score))
    if correction is not None:
        raise ValueError('One threshold needs no correction. Use threshold="all" with it, or leave it out.')
    if not isinstance(threshold, Threshold):
        if np.isin(threshold, scores.score):
            raise ValueError(
                f"The threshold {threshold:g} is one of the scores under test, so it was probably taken from them, and "
                'the bound would claim too much. Choose on other scores with threshold_from, or use threshold="all" with '
                'correction="bonferroni". If it was fixed beforehand, say so: Threshold(...).'
            )
        threshold = Threshold(float(threshold))
    if threshold.chosen_on is not None and _overlap(scores, threshold.chosen_on):
        raise ValueError(
            "The threshold was chosen on scores that are under test again. Choose on one half and test on the other: "
            "first, second = halves(scores, seed=0)."
        )
    return np.array([threshold.value])


def _overlap(scores, others):
    """Whether scores under test are among those others; with rounded scores, whether they are the very same."""
    if scores is others or (
        np.array_equal(scores.score, others.score) and np.array_equal(scores.member, others.member)
    ):
        return True
    distinct = len(np.unique(others.score)) > 0.9 * len(others.score)
    return bool(distinct and np.isin(scores.score, others.score).mean() > 0.1)


def _one_run_epsilon(m, r, v, delta, alpha):
    from scipy.optimize import brentq
    from scipy.special import expit, logit
    from scipy.stats import binom

    def excess(epsilon):
        q = expit(epsilon)
        below = np.cumsum(binom.pmf(np.arange(v - 1, -1, -1), r, q))  # P[v - i ≤ W < v], i = 1 … v
        extra = (below / np.arange(1, v + 1)).max() if v else 0.0
        return binom.sf(v - 1, r, q) + 2 * m * delta * extra - alpha

    pure = lower_end(v, r, alpha)  # with δ = 0 the theorem is the binomial test, and this its inverse
    if pure <= 0.5:
        return 0.0
    pure = float(logit(pure))
    if delta == 0:
        return pure
    if excess(0.0) >= 0:
        return 0.0
    # up to `pure`, v lies in the upper tail of W and both terms grow with ε: one crossing
    return float(brentq(excess, 0.0, pure, xtol=1e-10))
