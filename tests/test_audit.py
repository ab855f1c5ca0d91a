"""Lower bounds on epsilon: closed forms, published values, and error rates over thousands of simulated audits."""

import dataclasses

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import beta, binom, norm

from mia_teach import Rate, Roc, Scores
from mia_teach.audit import (
    EpsilonBound,
    Threshold,
    clopper_pearson,
    dpsgd_bound,
    halves,
    one_run,
    one_run_from_scores,
    threshold_from,
)
from mia_teach.dpsgd import DPSGD
from mia_teach.mechanisms import gaussian_epsilon

AUDITS = 2000


def noise(rng, m=100, n=100):
    return Scores(rng.normal(size=m + n), np.arange(m + n) < m, "noise")


def randomised_response(rng, epsilon, m, n, delta=0.0):
    """Each bit is told truly with e^ε / (1 + e^ε); with probability delta it is betrayed beyond doubt (score ±9)."""
    member = np.arange(m + n) < m
    told = np.where(rng.random(m + n) < expit(epsilon), member, ~member)
    sure = rng.random(m + n) < delta
    return Scores(np.where(sure, np.where(member, 9.0, -9.0), np.where(told, 1.0, -1.0)), member, "told")


def share_above(bounds, truth):
    return Rate(sum(bound.epsilon > truth for bound in bounds), len(bounds))


def is_kept(rate, promised=0.05):
    """A promise on the error rate is broken when even the lower end of what was measured lies above it."""
    return rate.low <= promised


# ---- closed forms and published values -----------------------------------------------------------


def test_a_perfect_attack_reaches_the_ceiling_in_closed_form():
    for m, n in ((20, 20), (50, 400), (1000, 10)):
        scores = Scores(np.arange(m + n) < m, np.arange(m + n) < m)
        bound = clopper_pearson(scores, threshold=0.5, delta=0.01)
        low, high = 0.025 ** (1 / m), 1 - 0.025 ** (1 / n)
        assert bound.epsilon == pytest.approx(np.log(max((low - 0.01) / high, (1 - high - 0.01) / (1 - low))))
        assert bound.ceiling == bound.epsilon


def test_the_bound_is_the_worse_end_of_both_intervals_in_the_better_direction():
    score = np.r_[np.arange(100) < 60, np.arange(200) < 10].astype(float)
    bound = clopper_pearson(Scores(score, np.arange(300) < 100), threshold=0.5, delta=0.02)
    tpr, fpr = beta.ppf(0.025, 60, 41), beta.ppf(0.975, 11, 190)
    assert bound.epsilon == pytest.approx(np.log((tpr - 0.02) / fpr))
    assert bound.ceiling > bound.epsilon
    opposite = Scores(-score, np.arange(300) >= 100)
    assert clopper_pearson(opposite, threshold=-0.5, delta=0.02).epsilon == pytest.approx(bound.epsilon)


def test_only_scores_above_the_threshold_are_accused():
    scores = Scores([1.0] * 50 + [0.0] * 50, np.arange(100) < 50)
    assert clopper_pearson(scores, threshold=Threshold(1.0), delta=0.0).epsilon == 0
    assert clopper_pearson(scores, threshold=Threshold(0.0), delta=0.0).epsilon > 2


@pytest.mark.parametrize(
    ("m", "r", "v", "delta", "epsilon"),
    [(1000, 100, 80, 0.0, 0.958), (1000, 100, 100, 0.0, 3.493), (5000, 500, 450, 1e-5, 1.941)],
)
def test_one_run_gives_the_published_values(m, r, v, delta, epsilon):
    """Steinke et al. 2023, the code of appendix D, at 95 %."""
    assert one_run(m, r, v, delta).epsilon == pytest.approx(epsilon, abs=5e-4)


def p_value(m, r, v, epsilon, delta):
    """Theorem 5.2 as it is written, term after term."""
    law = binom(r, expit(epsilon)).pmf(np.arange(r + 1))
    most = max(sum(law[v - i : v]) / i for i in range(1, v + 1))
    return sum(law[v:]) + 2 * m * delta * most


@pytest.mark.parametrize("delta", [0.0, 1e-5, 1e-3])
@pytest.mark.parametrize(("m", "r", "v"), [(60, 20, 18), (60, 60, 45), (400, 40, 39)])
def test_one_run_stops_where_the_theorem_stops_to_refute(m, r, v, delta):
    found = one_run(m, r, v, delta).epsilon
    grid = np.linspace(0, 6, 601)
    refuted = np.array([p_value(m, r, v, epsilon, delta) < 0.05 for epsilon in grid])
    up_to = grid[np.argmin(refuted)]  # the first one that stands
    assert found <= up_to <= found + 0.01 + 1e-9


def test_delta_costs_the_more_the_more_canaries_there_are():
    small, large = (one_run(m, 200, 170, 1e-4).epsilon for m in (200, 20_000))
    assert one_run(20_000, 200, 170, 0.0).epsilon > small > large


def test_ceilings_grow_with_counts_and_nothing_shows_nothing():
    assert one_run(1000, 100, 50, 0.0).epsilon == one_run(1000, 100, 0, 1e-5).epsilon == 0
    assert one_run(1000, 500, 400, 0.0).ceiling > one_run(1000, 100, 80, 0.0).ceiling
    assert one_run(1000, 100, 80, 0.0).ceiling == one_run(1000, 100, 100, 0.0).epsilon


# ---- error rates: at 95 %, a bound may lie above the truth in one audit of twenty --------------------


def chosen_on_one_half(scores, delta=0.0):
    held, test = halves(scores, seed=1)
    return clopper_pearson(test, threshold=threshold_from(held, delta=delta), delta=delta)


WAYS = {
    "fixed beforehand": lambda s: clopper_pearson(s, threshold=0.5, delta=0.0),
    "all, corrected": lambda s: clopper_pearson(s, threshold="all", correction="bonferroni", delta=0.0),
    "chosen on one half": chosen_on_one_half,
    "one run": lambda s: one_run_from_scores(s, k_plus=20, k_minus=20, delta=0.0),
}


@pytest.mark.parametrize("way", WAYS)
def test_pure_noise_shows_something_in_at_most_one_audit_of_twenty(way):
    rng = np.random.default_rng(0)
    rate = share_above([WAYS[way](noise(rng)) for _ in range(AUDITS)], 0)
    assert is_kept(rate), rate


@pytest.mark.parametrize("epsilon", [0.5, 1, 3])
def test_a_bound_on_randomised_response_keeps_its_error_rate_and_shows_most_of_it(epsilon):
    """At ε = 3 both directions bind, and the rate is nearly used up: a one-sided interval each would break it."""
    rng = np.random.default_rng(1)
    bounds = [
        clopper_pearson(randomised_response(rng, epsilon, 2000, 2000), threshold=0.0, delta=0.0)
        for _ in range(AUDITS)
    ]
    assert is_kept(share_above(bounds, epsilon)), share_above(bounds, epsilon)
    assert np.median([bound.epsilon for bound in bounds]) > 0.75 * epsilon


@pytest.mark.parametrize(("epsilon", "delta"), [(0.5, 0.0), (2.0, 0.0), (2.0, 1e-4)])
def test_a_bound_from_one_run_keeps_its_error_rate_and_shows_most_of_it(epsilon, delta):
    rng = np.random.default_rng(2)
    told = rng.binomial(500, expit(epsilon), AUDITS)
    right = told + rng.binomial(500 - told, delta)  # whom the answer did not give away, delta may
    known = {v: one_run(500, 500, v, delta) for v in set(right.tolist())}
    found = [known[v] for v in right.tolist()]
    assert is_kept(share_above(found, epsilon)), share_above(found, epsilon)
    assert np.median([bound.epsilon for bound in found]) > 0.6 * epsilon


@pytest.mark.parametrize("threshold", [0.0, 5.0])
def test_what_delta_allows_is_not_held_against_the_mechanism(threshold):
    """One record in twenty is betrayed beyond doubt, which δ = 0.05 allows; without the δ that would refute ε = 1."""
    rng = np.random.default_rng(3)
    games = [randomised_response(rng, 1.0, 2000, 2000, delta=0.05) for _ in range(500)]
    fair = share_above([clopper_pearson(s, threshold=threshold, delta=0.05) for s in games], 1)
    assert is_kept(fair), fair
    forgotten = share_above([clopper_pearson(s, threshold=threshold, delta=0.0) for s in games], 1)
    assert not is_kept(forgotten), forgotten


def laplace(rng, n=1000, epsilon=1.0):
    """A mechanism that is tight at every threshold from 1 on: to look for the luckiest one is to find too much."""
    member = np.arange(2 * n) < n
    return Scores(member + rng.laplace(scale=1 / epsilon, size=2 * n), member, "laplace")


def test_the_best_of_all_thresholds_claims_too_much_and_both_ways_of_paying_mend_it():
    rng = np.random.default_rng(4)
    games = [laplace(rng) for _ in range(600)]
    peeked = [clopper_pearson(s, threshold=Threshold(threshold_from(s).value), delta=0.0) for s in games]
    assert not is_kept(share_above(peeked, 1)), share_above(peeked, 1)
    for way in ("all, corrected", "chosen on one half"):
        rate = share_above([WAYS[way](s) for s in games], 1)
        assert is_kept(rate), (way, rate)


# ---- against the whole curve of DP-SGD ---------------------------------------------------------------


def gaussian(rng, mu, m):
    member = np.arange(2 * m) < m
    return Scores(rng.normal(size=2 * m) + mu * member, member, "gaussian")


@pytest.mark.parametrize("mu", [0.5, 1.0, 2.5])
@pytest.mark.parametrize("steps", [1, 9])
def test_for_full_batches_the_curve_gives_the_gaussian_closed_form(mu, steps):
    """With every record in every step, the ends of both rates lie on a Gaussian curve: mu is their distance."""
    scores = gaussian(np.random.default_rng(10), mu, 5000)
    bound = dpsgd_bound(scores, threshold=Threshold(mu), privacy=DPSGD(1.0, steps=steps), delta=1e-5)
    hits, alarms = int((scores.members > mu).sum()), int((scores.non_members > mu).sum())
    shown = norm.isf(beta.ppf(0.975, alarms + 1, 5000 - alarms)) - norm.isf(
        beta.ppf(0.025, hits, 5001 - hits)
    )
    exact = gaussian_epsilon(shown, 1e-5)
    assert 0.97 * exact <= bound.epsilon <= exact
    assert bound.assuming == f"DP-SGD of sample rate 1 and {steps} step" + "s" * (steps > 1)


def test_against_the_curve_the_error_rate_is_kept_and_nearly_all_is_shown():
    rng = np.random.default_rng(11)
    privacy = DPSGD(1.0)
    claim = privacy.epsilon(1e-5)
    few = [
        dpsgd_bound(gaussian(rng, 1.0, 300), threshold=0.5, privacy=privacy, delta=1e-5) for _ in range(500)
    ]
    assert is_kept(share_above(few, claim)), share_above(few, claim)
    many = gaussian(rng, 1.0, 20_000)
    against_curve = dpsgd_bound(many, threshold=0.5, privacy=privacy, delta=1e-5).epsilon
    against_pair = clopper_pearson(many, threshold=2.0, delta=1e-5).epsilon
    assert 0.9 * claim < against_curve < claim
    assert against_pair < 0.7 * claim


def test_a_curve_is_refuted_exactly_where_the_rates_leave_it():
    """The verdict is about the claim, not about the family: at the claim's own noise some ε must be violated."""
    rng = np.random.default_rng(12)
    for mu in (0.9, 1.3, 1.5, 2.0):
        scores = gaussian(rng, mu, 400)
        bound = dpsgd_bound(scores, threshold=0.7, privacy=DPSGD(1.0), delta=1e-5)
        hits, alarms = int((scores.members > 0.7).sum()), int((scores.non_members > 0.7).sum())
        low, high = beta.ppf(0.025, hits, 401 - hits), beta.ppf(0.975, alarms + 1, 400 - alarms)
        allowed = norm.sf(norm.isf(high) - 1.0)  # the largest TPR that mu = 1 allows
        if abs(norm.isf(low) - norm.isf(allowed)) > 0.02:
            assert bound.refutes(DPSGD(1.0).epsilon(1e-5)) == (low > allowed)


def test_no_evidence_and_perfect_evidence_end_at_nought_and_at_the_end_of_the_scale():
    nothing = Scores([1.0, 0.0] * 20, [False, True] * 20)
    assert dpsgd_bound(nothing, threshold=0.5, privacy=DPSGD(1.0), delta=1e-5).epsilon == 0
    member = np.arange(400) < 200
    assert (
        dpsgd_bound(Scores(1.0 * member, member), threshold=0.5, privacy=DPSGD(1.0), delta=1e-5).epsilon == 20
    )


# ---- thresholds and where they came from ---------------------------------------------------------


def test_a_threshold_taken_from_the_scores_under_test_is_refused():
    scores = noise(np.random.default_rng(5))
    held, test = halves(scores, seed=0)
    with pytest.raises(ValueError, match="one of the scores under test"):
        clopper_pearson(scores, threshold=Roc.from_scores(scores).threshold_at(0.05), delta=0.0)
    with pytest.raises(ValueError, match="Pay for the choice"):
        clopper_pearson(scores, threshold="all", delta=0.0)
    for chosen_on in (scores, held, Scores(scores.score, scores.member)):
        with pytest.raises(ValueError, match="under test again"):
            clopper_pearson(scores, threshold=threshold_from(chosen_on), delta=0.0)
    with pytest.raises(ValueError, match="under test again"):
        clopper_pearson(held, threshold=threshold_from(scores), delta=0.0)
    clopper_pearson(test, threshold=threshold_from(held), delta=0.0)


def test_answers_of_two_kinds_may_be_halved_though_both_halves_share_their_values():
    scores = randomised_response(np.random.default_rng(6), 2.0, 400, 400)
    held, test = halves(scores, seed=0)
    assert clopper_pearson(test, threshold=threshold_from(held), delta=0.0).epsilon > 1


def test_halves_are_apart_and_together_are_all():
    scores = noise(np.random.default_rng(7), 31, 50)
    first, second = halves(scores, seed=3)
    assert sorted([*first.score, *second.score]) == sorted(scores.score)
    assert len(first.members) == 15
    assert len(first.non_members) == 25


def test_the_chosen_threshold_shows_most_on_the_scores_it_was_chosen_on():
    for seed in range(20):
        scores = laplace(np.random.default_rng(seed), n=60)
        best = max(
            clopper_pearson(scores, threshold=Threshold(t), delta=0.01).epsilon
            for t in [-np.inf, *scores.score]
        )
        chosen = Threshold(threshold_from(scores, delta=0.01).value)
        assert clopper_pearson(scores, threshold=chosen, delta=0.01).epsilon == best


def test_all_thresholds_corrected_is_every_threshold_at_its_own_price():
    scores = laplace(np.random.default_rng(8), n=50, epsilon=6.0)
    bound = clopper_pearson(scores, threshold="all", correction="bonferroni", delta=0.0)
    at_price = [
        clopper_pearson(scores, threshold=Threshold(t), delta=0.0, confidence=1 - 0.05 / 50).epsilon
        for t in scores.score
    ]
    assert bound.epsilon == pytest.approx(max(at_price))


# ---- guesses -------------------------------------------------------------------------------------


def test_guesses_are_the_ends_of_the_ranking():
    rng = np.random.default_rng(9)
    for _ in range(50):
        member = rng.permutation(np.arange(60) < 30)
        score = rng.normal(size=60) + member
        k_plus, k_minus = rng.integers(1, 30, 2)
        order = np.argsort(score)
        right = member[order[60 - k_plus :]].sum() + (~member[order[:k_minus]]).sum()
        found = one_run_from_scores(Scores(score, member), k_plus=k_plus, k_minus=k_minus, delta=1e-4)
        assert found == one_run(60, k_plus + k_minus, right, 1e-4)


def test_ties_are_not_broken_by_the_order_in_which_the_canaries_stand():
    for member in (np.arange(100) < 50, np.arange(100) >= 50):
        assert (
            one_run_from_scores(Scores(np.zeros(100), member), k_plus=20, k_minus=20, delta=0.0).epsilon == 0
        )


def test_all_may_be_guessed():
    scores = Scores(np.arange(40.0), np.arange(40) >= 20)
    for k_plus, k_minus, right in ((20, 20, 40), (40, 0, 20), (0, 40, 20)):
        assert one_run_from_scores(scores, k_plus=k_plus, k_minus=k_minus, delta=0.0) == one_run(
            40, 40, right, 0.0
        )


# ---- words and refusals --------------------------------------------------------------------------


def test_a_bound_says_what_it_is_and_stays_as_it_is():
    bound = EpsilonBound(1.234, 1e-5, 0.95, 5.0)
    assert str(bound) == "ε ≥ 1.23 at δ = 1e-05, 95 % sure (a perfect attack could have shown 5.00)"
    assert bound.refutes(1.2)
    assert not bound.refutes(1.234)
    with pytest.raises(dataclasses.FrozenInstanceError):
        bound.epsilon = 3.0


FINE = Scores([1.0, 0.0] * 20, [True, False] * 20)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: clopper_pearson(FINE, threshold=0.5, delta=1.0), "A delta lies from 0"),
        (lambda: clopper_pearson(FINE, threshold=0.5, delta=-1e-9), "A delta lies from 0"),
        (lambda: clopper_pearson(FINE, threshold=0.5, delta=0.0, confidence=95), "such as 0.95"),
        (lambda: clopper_pearson(FINE, threshold="best", delta=0.0), "'best' is not known"),
        (
            lambda: clopper_pearson(FINE, threshold=0.5, delta=0.0, correction="bonferroni"),
            "needs no correction",
        ),
        (lambda: clopper_pearson(FINE, threshold="all", delta=0.0, correction="holm"), "'holm' is not known"),
        (lambda: dpsgd_bound(FINE, threshold=0.5, privacy=DPSGD(1.0), delta=0.0), "promises nothing"),
        (lambda: Threshold(np.nan), "NaN came"),
        (lambda: one_run(10, 11, 5, 0.0), "5 right of 11 guesses about 10"),
        (lambda: one_run(10, 5, 6, 0.0), "must be among the guesses"),
        (lambda: one_run(10, 0, 0, 0.0), "at least one guess"),
        (lambda: one_run_from_scores(FINE, k_plus=30, k_minus=20, delta=0.0), "from 1 to 40"),
        (lambda: one_run_from_scores(FINE, k_plus=-1, k_minus=20, delta=0.0), "neither may be negative"),
        (
            lambda: one_run_from_scores(
                Scores(np.arange(100), np.arange(100) < 10), k_plus=5, k_minus=5, delta=0.0
            ),
            "which fair coins don't give",
        ),
        (lambda: halves(Scores([1.0, 0.0, 0.0], [True, False, False]), seed=0), "can't be halved"),
        (lambda: EpsilonBound(2.0, 0.0, 0.95, 1.0), "up to its ceiling"),
    ],
)
def test_it_refuses_with_a_sentence(call, words):
    with pytest.raises(ValueError, match=words):
        call()
