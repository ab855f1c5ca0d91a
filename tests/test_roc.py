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


def test_an_interval_from_one_member_is_refused():
    with pytest.raises(ValueError, match="at least two of each"):
        Roc.from_scores(Scores(np.arange(3.0), np.array([True, False, False]))).auc_interval()
