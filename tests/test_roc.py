import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import roc_auc_score, roc_curve

from mia_teach import Roc, Scores

RNG = np.random.default_rng(0)


def noisy(distance=1.0, m=300, n=500, rounded=None, rng=RNG):
    score = np.concatenate([rng.normal(distance, 1, m), rng.normal(0, 1, n)])
    score = score if rounded is None else score.round(rounded)
    return Scores(score, np.arange(m + n) < m, "noisy")


@pytest.mark.parametrize("rounded", [None, 1, 0])
def test_curve_and_auc_are_scikit_learns(rounded):
    scores = noisy(rounded=rounded)
    roc = Roc.from_scores(scores)
    fpr, tpr, threshold = roc_curve(scores.member, scores.score, drop_intermediate=False)
    for ours, theirs in ((roc.fpr, fpr), (roc.tpr, tpr), (roc.threshold, threshold)):
        np.testing.assert_allclose(ours, theirs, rtol=1e-15)
    assert roc.auc == pytest.approx(roc_auc_score(scores.member, scores.score), abs=1e-12)


def test_infinite_scores_have_a_curve():
    roc = Roc.from_scores(Scores(np.array([np.inf, 1.0, -np.inf]), np.array([True, True, False])))
    assert roc.auc == 1


def test_gaussian_scores_reach_the_closed_form():
    roc = Roc.from_scores(noisy(1.5, 40_000, 40_000, rng=np.random.default_rng(3)))
    assert roc.auc == pytest.approx(norm.cdf(1.5 / np.sqrt(2)), abs=0.005)
    assert roc.advantage == pytest.approx(2 * norm.cdf(0.75) - 1, abs=0.01)
    assert roc.tpr_at(0.01).value == pytest.approx(norm.sf(norm.isf(0.01) - 1.5), abs=0.01)


def test_tpr_at_counts_by_brute_force():
    for trial in range(200):
        rng = np.random.default_rng(trial)
        scores = noisy(
            rng.uniform(0, 2), rng.integers(2, 30), rng.integers(2, 30), rounded=rng.integers(0, 3), rng=rng
        )
        fpr = rng.uniform(1 / len(scores.non_members), 1)
        best = max(
            (scores.members > t).sum()
            for t in [*scores.score, -np.inf]
            if (scores.non_members > t).mean() <= fpr * (1 + 1e-12)
        )
        assert Roc.from_scores(scores).tpr_at(fpr).hits == best


def test_the_threshold_is_a_non_members_score_and_only_larger_ones_pass():
    scores = Scores(np.array([5.0, 4.0, 3.0, 4.0, 2.0, 1.0, 0.0]), np.array([1, 1, 1, 0, 0, 0, 0], bool))
    roc = Roc.from_scores(scores)
    assert roc.threshold_at(0.25) == 2
    assert roc.tpr_at(0.25).hits == 3
    assert roc.threshold_at(0.5) == 1


def test_ties_at_the_top_are_reported_and_not_counted():
    scores = Scores(np.ones(200), np.arange(200) < 100)
    rate = Roc.from_scores(scores).tpr_at(0.05)
    assert rate.hits == 0
    assert "100 non-members tie at the threshold" in rate.note
    assert "0 false positives are reached of 5 allowed" in rate.note
    assert Roc.from_scores(noisy()).tpr_at(0.05).note == ""


def test_a_rate_too_small_for_the_non_members_is_refused():
    roc = Roc.from_scores(noisy(n=899))
    with pytest.raises(ValueError, match="cannot be measured with 899 non-members: one false positive"):
        roc.tpr_at(0.0001)
    with pytest.raises(ValueError, match="Use at least 10,000"):
        roc.tpr_at(0.0001)
    for wrong in (0, -0.1, 1.5, float("nan")):
        with pytest.raises(ValueError, match="above 0"):
            roc.tpr_at(wrong)


def test_one_percent_of_900_is_nine_false_positives_not_eight():
    scores = Scores(np.arange(1000.0)[::-1], np.arange(1000) < 100)
    assert Roc.from_scores(scores).threshold_at(0.01) == sorted(scores.non_members)[-10]
    hundred = Scores(np.concatenate([[0.0], np.arange(100.0)]), np.arange(101) < 1)
    assert Roc.from_scores(hundred).threshold_at(0.29) == sorted(hundred.non_members)[-30]


def test_delongs_interval_covers_the_true_auc_as_often_as_it_says():
    rng, truth = np.random.default_rng(5), norm.cdf(0.8 / np.sqrt(2))
    held = np.mean(
        [truth in Roc.from_scores(noisy(0.8, 60, 90, rng=rng)).auc_interval() for _ in range(1000)]
    )
    assert abs(held - 0.95) < 0.025


def test_delongs_variance_equals_the_sum_over_pairs():
    scores = noisy(1, 12, 17, rounded=1)
    wins = (scores.members[:, None] > scores.non_members) + 0.5 * (
        scores.members[:, None] == scores.non_members
    )
    half = norm.ppf(0.975) * np.sqrt(wins.mean(1).var(ddof=1) / 12 + wins.mean(0).var(ddof=1) / 17)
    interval = Roc.from_scores(scores).auc_interval()
    assert interval.value == pytest.approx(wins.mean())
    assert interval.high == pytest.approx(min(1, wins.mean() + half))


def worlds_apart(m, n, *, distance=1.0):
    return Scores(np.repeat([distance, 0.0], [m, n]), np.arange(m + n) < m)


@pytest.mark.parametrize(("m", "n"), [(2, 2), (3, 40), (40, 3), (500, 1000)])
@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_at_perfect_separation_the_end_is_where_it_would_be_as_rare_as_an_error_may_be(m, n, confidence):
    won = Roc.from_scores(worlds_apart(m, n)).auc_interval(confidence)
    assert (won.value, won.high) == (1, 1)
    # A world that shows it most easily: on the smaller side each example lies beyond all others with probability
    # a, and else before them. Its AUC is a, and it parts perfectly with probability a ** min(m, n).
    assert won.low ** min(m, n) == pytest.approx((1 - confidence) / 2)
    lost = Roc.from_scores(worlds_apart(m, n, distance=-1.0)).auc_interval(confidence)
    assert (lost.low, lost.value, lost.high) == pytest.approx((0, 0, 1 - won.low))
    tied = Roc.from_scores(worlds_apart(m, n, distance=0.0)).auc_interval(confidence)
    assert (tied.low, tied.value, tied.high) == pytest.approx((won.low / 2, 0.5, 1 - won.low / 2))


@pytest.mark.parametrize(("m", "n"), [(2, 2), (3, 9), (6, 4)])
def test_a_perfect_separation_misses_the_true_auc_no_oftener_than_it_says(m, n):
    rng, low = np.random.default_rng(m), Roc.from_scores(worlds_apart(m, n)).auc_interval().low
    a = low * 0.999  # just missed by the interval, whenever all pairs are won
    few = np.where(rng.random((100_000, min(m, n))) < a, 1, -1)
    assert (few == 1).all(axis=1).mean() == pytest.approx(0.025, abs=0.002)
    shift = norm.ppf(a) * np.sqrt(2)
    members, others = rng.normal(shift, 1, (20_000, m)), rng.normal(0, 1, (20_000, n))
    assert (members.min(axis=1) > others.max(axis=1)).mean() < 0.025


@pytest.mark.parametrize("kind", ["noise", "three values", "parted"])
def test_no_interval_is_a_point(kind):
    for seed in range(300):
        rng = np.random.default_rng(seed)
        m, n = rng.integers(2, 6, 2)
        values = rng.normal(size=m + n) if kind == "noise" else rng.integers(0, 3, m + n).astype(float)
        member = np.arange(m + n) < m
        values = values + 10 * member if kind == "parted" else values
        interval = Roc.from_scores(Scores(values, member)).auc_interval()
        assert interval.low <= interval.value <= interval.high
        assert interval.high > interval.low


def test_an_interval_from_one_member_is_refused():
    with pytest.raises(ValueError, match="at least two of each"):
        Roc.from_scores(Scores(np.arange(3.0), np.array([True, False, False]))).auc_interval()
