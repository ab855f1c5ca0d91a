import numpy as np
import pytest
from scipy.stats import beta, binomtest, ttest_1samp

from mia_teach import Interval, Rate, precision
from mia_teach.rate import lower_end, upper_end


@pytest.mark.parametrize(("hits", "total"), [(0, 10), (10, 10), (3, 10), (12, 899)])
def test_the_interval_is_clopper_and_pearsons_beta_quantiles(hits, total):
    low = beta.ppf(0.025, hits, total - hits + 1) if hits else 0
    high = beta.ppf(0.975, hits + 1, total - hits) if hits < total else 1
    np.testing.assert_allclose(Rate(hits, total).interval, (low, high), rtol=1e-6, atol=1e-12)


def test_one_sided_ends_are_scipys_binomial_test_for_numbers_and_arrays():
    hits, total = np.array([0, 1, 40, 99, 100]), 100
    for alpha in (0.001, 0.05):
        tests = [binomtest(k, total) for k in hits]
        low = [t.proportion_ci(1 - 2 * alpha, method="exact").low for t in tests]
        high = [t.proportion_ci(1 - 2 * alpha, method="exact").high for t in tests]
        np.testing.assert_allclose(lower_end(hits, total, alpha), low, atol=1e-10)
        np.testing.assert_allclose(upper_end(hits, total, alpha), high, atol=1e-10)
        assert [lower_end(int(k), total, alpha) for k in hits] == lower_end(hits, total, alpha).tolist()
        assert type(upper_end(40, total, alpha)) is float


def test_the_interval_holds_the_true_rate_at_least_as_often_as_it_says():
    rng = np.random.default_rng(0)
    for truth in (0.01, 0.2):
        table = [Rate(hits, 100).interval for hits in range(101)]
        held = np.mean([table[h][0] <= truth <= table[h][1] for h in rng.binomial(100, truth, 2000)])
        assert held > 0.95 - 3 * np.sqrt(0.05 * 0.95 / 2000)


def test_the_mean_of_repetitions_is_covered_as_often_as_it_says():
    rng = np.random.default_rng(1)
    held = np.mean([0.0 in Interval.from_values(rng.normal(size=5)) for _ in range(2000)])
    assert abs(held - 0.95) < 3 * np.sqrt(0.05 * 0.95 / 2000)


def test_the_mean_of_repetitions_has_scipys_t_interval():
    values = np.array([0.2, 0.5, 0.4, 0.9])
    theirs = ttest_1samp(values, 0).confidence_interval(0.9)
    ours = Interval.from_values(values, confidence=0.9)
    np.testing.assert_allclose((ours.value, ours.low, ours.high), (values.mean(), theirs.low, theirs.high))


def test_a_share_is_written_in_one_way():
    assert f"{Rate(1, 8)}" == "12.5 % (0.3 % to 52.7 %; 1 of 8)"
    assert f"{Rate(1, 8):.0%}" == "12 %"
    assert f"{Interval(0.5, 0.25, 0.75):.1%}" == "50.0 %"
    assert Interval(0.5, 0.25, 0.75).words(".0%") == "50 % (25 % to 75 %)"
    assert str(Rate(0, 5, note="All tie.")).endswith("All tie.")


def test_it_refuses_what_is_no_share():
    with pytest.raises(ValueError, match="11 of 10 is no share"):
        Rate(11, 10)
    with pytest.raises(ValueError, match="no share"):
        Rate(0, 0)
    with pytest.raises(ValueError, match="between 0 and 1"):
        Rate(1, 10, confidence=95)
    with pytest.raises(ValueError, match="at least two"):
        Interval.from_values([0.5])


def test_precision_is_the_share_of_members_among_those_drawn_and_accused():
    random = np.random.default_rng(4)
    member = random.random(400_000) < 0.02
    accused = random.random(400_000) < np.where(member, 0.3, 0.05)
    expected = precision(0.3, 0.05, 0.02)
    assert Rate(int(member[accused].sum()), int(accused.sum()), confidence=0.999).low <= expected
    assert Rate(int(member[accused].sum()), int(accused.sum()), confidence=0.999).high >= expected


def test_nobody_accused_has_no_precision():
    assert np.isnan(precision(0.0, 0.0, 0.5))


def test_the_interval_of_a_rate_does_not_leave_0_to_1():
    rates = [0.0, 0.0, 0.02]
    assert Interval.from_values(rates).low < 0
    cut = Interval.from_values(rates, within=(0, 1))
    assert (cut.value, cut.low) == (Interval.from_values(rates).value, 0.0)
    assert Interval.from_values([1.0, 0.9], within=(0, 1)).high == 1.0
