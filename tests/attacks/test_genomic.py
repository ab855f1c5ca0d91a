"""Attacks on allele frequencies: their laws, two oracles, a closed form, and what real genomes do to a promise."""

import numpy as np
import pytest
from scipy.stats import binom, norm, ttest_1samp

import mia_teach as mt
from mia_teach.attacks.genomic import (
    PooledStatistics,
    expected_auc,
    homer_distance,
    homer_t,
    likelihood_ratio,
)

ATTACKS = {attack.__name__: attack for attack in (homer_distance, homer_t, likelihood_ratio)}


@pytest.fixture(params=ATTACKS)
def attack(request):
    return ATTACKS[request.param]


def people(count, sites, seed):
    """Genotypes at independent sites, of a population whose frequencies depend on nothing but the number of sites."""
    frequencies = np.random.default_rng(sites).uniform(0.1, 0.9, sites)
    return np.random.default_rng(seed).binomial(2, frequencies, (count, sites)).astype(float)


def a_study(sites=5000, pool=50, reference=50, outsiders=100, seed=0):
    """Statistics, candidates (members first), and who is a member."""
    x = people(pool + reference + outsiders, sites, seed)
    statistics = PooledStatistics.from_genotypes(x[:pool], x[pool : pool + reference])
    candidates = np.concatenate([x[:pool], x[pool + reference :]])
    return statistics, candidates, np.arange(pool + outsiders) < pool


def roc(attack, statistics, candidates, member):
    return mt.Roc.from_scores(mt.Scores(attack(statistics, candidates), member, attack.__name__))


# ---- laws ----------------------------------------------------------------------------------------


def test_sign_members_get_the_larger_scores(attack):
    assert roc(attack, *a_study()).auc > 0.9


def test_null_among_people_who_are_all_outsiders_the_auc_is_one_half(attack):
    held = 0
    for seed in range(40):
        statistics, candidates, member = a_study(sites=400, seed=seed)
        strangers = candidates[~member]
        half = np.arange(len(strangers)) % 2 == 0
        held += 0.5 in roc(attack, statistics, strangers, half).auc_interval()
    assert held >= 34  # of 40 at 95 %: fewer happens once in 100,000 runs


def test_order_permuting_people_permutes_scores_and_permuting_sites_changes_nothing(attack):
    statistics, candidates, _ = a_study(sites=300)
    score = attack(statistics, candidates)
    rng = np.random.default_rng(1)
    order, sites = rng.permutation(len(candidates)), rng.permutation(300)
    np.testing.assert_allclose(attack(statistics, candidates[order]), score[order], rtol=1e-12)
    shuffled = PooledStatistics(
        statistics.pool_frequencies[sites], statistics.reference_frequencies[sites], 50, 50
    )
    np.testing.assert_allclose(attack(shuffled, candidates[:, sites]), score, rtol=1e-9)


def test_no_peeking_the_pool_counts_only_through_its_frequencies_and_each_candidate_alone(attack):
    x = people(120, 300, seed=2)
    pool, reference, candidates = x[:40], x[40:80], x[60:]
    score = attack(PooledStatistics.from_genotypes(pool, reference), candidates)
    exchanged = np.random.default_rng(3).permuted(pool, axis=0)  # other people, the same frequencies
    np.testing.assert_array_equal(
        attack(PooledStatistics.from_genotypes(exchanged, reference), candidates), score
    )
    alone = [attack(PooledStatistics.from_genotypes(pool, reference), one[None])[0] for one in candidates]
    np.testing.assert_allclose(alone, score, rtol=1e-9)


def test_extremes_alleles_that_nobody_or_everybody_has_give_finite_scores(attack):
    rare = np.array([0.0, 1.0, 0.0, 1.0, 0.5])
    common = np.array([1.0, 0.0, 0.0, 1.0, 0.0])
    genotypes = np.array([[0.0, 2, 2, 0, 1], [2.0, 0, 0, 2, 0], [1.0, 1, 1, 1, 2]])
    assert np.isfinite(attack(PooledStatistics(rare, common, 10, 10**9), genotypes)).all()
    assert np.isfinite(attack(PooledStatistics(rare, rare, 1, 1), genotypes)).all()


def test_counting_the_other_allele_changes_no_score(attack):
    statistics, candidates, _ = a_study(sites=300)
    other = PooledStatistics(1 - statistics.pool_frequencies, 1 - statistics.reference_frequencies, 50, 50)
    np.testing.assert_allclose(attack(other, 2 - candidates), attack(statistics, candidates), rtol=1e-9)


def test_exchanging_pool_and_reference_changes_the_sign_and_nothing_else(attack):
    statistics, candidates, _ = a_study(sites=300, reference=80)
    exchanged = PooledStatistics(statistics.reference_frequencies, statistics.pool_frequencies, 80, 50)
    np.testing.assert_allclose(attack(exchanged, candidates), -attack(statistics, candidates), rtol=1e-9)


# ---- oracles and closed forms --------------------------------------------------------------------


def test_the_t_is_that_of_scipy_on_the_distances_of_the_paper():
    statistics, candidates, _ = a_study(sites=300)
    y = candidates / 2
    distances = abs(y - statistics.reference_frequencies) - abs(y - statistics.pool_frequencies)
    theirs = ttest_1samp(distances, 0, axis=1).statistic
    np.testing.assert_allclose(homer_t(statistics, candidates), theirs, rtol=1e-9)
    np.testing.assert_allclose(homer_distance(statistics, candidates), distances.mean(axis=1), rtol=1e-12)


def test_the_ratio_is_the_difference_of_two_binomial_log_likelihoods():
    statistics, candidates, _ = a_study(sites=300, reference=70)
    assert 0 < statistics.pool_frequencies.min() < statistics.pool_frequencies.max() < 1
    under = [
        binom.logpmf(candidates, 2, frequencies).sum(axis=1)
        for frequencies in (statistics.pool_frequencies, statistics.reference_frequencies)
    ]
    np.testing.assert_allclose(likelihood_ratio(statistics, candidates), under[0] - under[1], rtol=1e-9)


def test_an_absent_allele_counts_as_half_a_copy():
    statistics = PooledStatistics(np.array([0.0]), np.array([0.5]), 10, 10)
    expected = 2 * np.log(0.5 / 20 / 0.5)  # half a copy of 20, against one half
    assert likelihood_ratio(statistics, np.array([[2.0]]))[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("sites", "pool", "reference"),
    [(50, 50, 50), (200, 100, 100), (200, 100, 400), (1000, 200, 100), (300, 100, 2000)],
)
def test_on_independent_sites_the_ratio_reaches_the_normal_approximation(sites, pool, reference):
    aucs = []
    for seed in range(60):
        aucs.append(roc(likelihood_ratio, *a_study(sites, pool, reference, outsiders=200, seed=seed)).auc)
    found = mt.Interval.from_values(aucs, confidence=0.999)
    assert abs(found.value - expected_auc(sites, pool, reference)) < (found.high - found.low) / 2 + 0.006


def test_with_the_true_frequencies_only_sites_for_each_member_count():
    frequencies = np.random.default_rng(0).uniform(0.1, 0.9, 2000)
    for sites, pool in ((400, 200), (800, 400), (2000, 1000)):
        rng, aucs = np.random.default_rng(sites), []
        for _ in range(10):
            x = rng.binomial(2, frequencies[:sites], (pool + 400, sites)).astype(float)
            statistics = PooledStatistics(x[:pool].mean(axis=0) / 2, frequencies[:sites], pool, 10**9)
            aucs.append(roc(likelihood_ratio, statistics, x[pool - 200 :], np.arange(600) < 200).auc)
        assert np.mean(aucs) == pytest.approx(expected_auc(2, 1), abs=0.02)


def test_the_approximation_at_points_that_can_be_worked_out():
    assert expected_auc(1, 10**9) == pytest.approx(0.5, abs=1e-4)
    assert expected_auc(2 * 10**6, 10**6) == pytest.approx(norm.cdf(1))  # d / √2 = 1
    assert expected_auc(800, 100, 100) == pytest.approx(expected_auc(4, 1))
    assert expected_auc(800, 100, np.inf) == expected_auc(8, 1)


def test_homers_distance_finds_fewer_than_the_ratio_but_not_many_fewer():
    ratio, distance = [], []
    for seed in range(30):
        study = a_study(300, 100, 100, outsiders=200, seed=seed)
        ratio.append(roc(likelihood_ratio, *study).auc)
        distance.append(roc(homer_distance, *study).auc)
    lost = mt.Interval.from_values(np.subtract(ratio, distance), confidence=0.999)
    assert 0 < lost.low < lost.high < 0.06


# ---- the promise of five per cent, on real people ------------------------------------------------


def tuscans_accused(*, linked, reference, pools=60, seed=0):
    """Share of outsiders with T > 1.645, pool by pool: 35 Tuscans, and 35 others as the reference."""
    genomes, rng, shares = mt.load_genomes(), np.random.default_rng(seed), []
    x = genomes.x
    if not linked:
        x = x.copy()
        for label in range(5):
            x[genomes.y == label] = rng.permuted(x[genomes.y == label], axis=0)
    names = list(genomes.class_names)
    for _ in range(pools):
        tuscans = rng.permutation(np.flatnonzero(genomes.y == names.index("TSI")))
        others = (
            tuscans[35:70]
            if reference == "TSI"
            else rng.permutation(np.flatnonzero(genomes.y == names.index(reference)))[:35]
        )
        statistics = PooledStatistics.from_genotypes(x[tuscans[:35]], x[others])
        shares.append((homer_t(statistics, x[tuscans[70:]]) > 1.645).mean())
    return mt.Interval.from_values(shares)


def test_with_neither_fault_the_nominal_test_keeps_its_promise():
    assert tuscans_accused(linked=False, reference="TSI").high < 0.06


def test_linkage_alone_breaks_the_promise():
    assert tuscans_accused(linked=True, reference="TSI").low > 0.25


@pytest.mark.parametrize("reference", ["IBS", "FIN"])
def test_a_reference_that_does_not_match_breaks_the_promise_alone(reference):
    assert tuscans_accused(linked=False, reference=reference, pools=20).low > 0.9


# ---- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"pool_frequencies": np.array([0.5, 1.2])},
            "runs from 0.5 to 1.2; a frequency lies between 0 and 1",
        ),
        ({"reference_frequencies": np.array([0.5, np.nan])}, "a frequency lies between 0 and 1"),
        ({"pool_frequencies": np.array([0.5])}, "The pool has 1 frequencies and the reference 2"),
        ({"pool_size": 0}, "each needs at least 1"),
        ({"pool_frequencies": np.array([])}, "one row with a frequency for each site"),
    ],
)
def test_statistics_that_cannot_be_right_are_refused(change, sentence):
    fields = {
        "pool_frequencies": np.array([0.5, 0.2]),
        "reference_frequencies": np.array([0.4, 0.3]),
        "pool_size": 5,
        "reference_size": 5,
    }
    with pytest.raises(ValueError, match=sentence):
        PooledStatistics(**fields | change)


@pytest.mark.parametrize(
    ("genotypes", "sentence"),
    [
        (np.array([[0.0, 3.0]]), "0, 1 or 2; others came"),
        (np.array([[0.0, np.nan]]), "Leave sites with missing genotypes out"),
        (np.array([[0.0]]), "Genotypes at 1 sites came, and the statistics are of 2"),
    ],
)
def test_genotypes_that_cannot_be_right_are_refused(attack, genotypes, sentence):
    statistics = PooledStatistics(np.array([0.5, 0.2]), np.array([0.4, 0.3]), 5, 5)
    with pytest.raises(ValueError, match=sentence):
        attack(statistics, genotypes)


def test_a_single_site_and_impossible_sizes_are_refused():
    statistics = PooledStatistics(np.array([0.5]), np.array([0.4]), 5, 5)
    with pytest.raises(ValueError, match="at least two"):
        homer_t(statistics, np.array([[1.0]]))
    with pytest.raises(ValueError, match="all must be positive"):
        expected_auc(0, 10)


def test_the_frequencies_cannot_be_written_to():
    statistics, _, _ = a_study(sites=10)
    with pytest.raises(ValueError, match="read-only"):
        statistics.pool_frequencies[0] = 0
