"""Exposure: each record's own rates over many targets, by group, with intervals over people."""

import numpy as np
import pytest

from mia_teach import Exposure, Interval, Rate, Roc, Scores, balanced_shadows
from mia_teach.risk import distance_to_nearest, fifths, over_people


def rigged(targets=16, records=400, seed=0, found=None):
    """Targets that find each member with a chance of its own, and accuse each non-member with 1 %."""
    rng = np.random.default_rng(seed)
    chance = rng.random(records) ** 3 if found is None else np.broadcast_to(found, records)
    member = balanced_shadows(targets, records, seed=seed)
    accused = rng.random(member.shape) < np.where(member, chance, 0.01)
    return Exposure(accused, member, fpr=0.01), chance


def parts(targets=8, records=300, seed=3):
    rng = np.random.default_rng(seed)
    member = balanced_shadows(targets, records, seed=seed)
    gain = rng.exponential(1.5, records)
    return [Scores(rng.normal(size=records) + gain * row, row, "rigged") for row in member]


def test_exposure_is_what_counting_record_by_record_gives():
    scores = parts()
    exposure = Exposure.from_scores(scores, fpr=0.05)
    thresholds = [Roc.from_scores(one).threshold_at(0.05) for one in scores]
    for record in range(300):
        own = [
            one.score[record] > cut for one, cut in zip(scores, thresholds, strict=True) if one.member[record]
        ]
        others = [
            one.score[record] > cut
            for one, cut in zip(scores, thresholds, strict=True)
            if not one.member[record]
        ]
        assert exposure.tpr[record] == pytest.approx(np.mean(own))
        assert exposure.false_alarms[record] == pytest.approx(np.mean(others))
        assert exposure.rate(record) == Rate(sum(map(int, own)), len(own))


def test_the_mean_exposure_is_the_mean_tpr_and_no_target_spends_more_than_its_fpr():
    scores = parts()
    exposure = Exposure.from_scores(scores, fpr=0.05)
    assert exposure.average().value == pytest.approx(
        np.mean([Roc.from_scores(s).tpr_at(0.05).value for s in scores])
    )
    assert ((exposure.accused & ~exposure.member).sum(axis=1) <= 0.05 * (~exposure.member).sum(axis=1)).all()
    assert exposure.false_alarms.mean() <= 0.05


def test_a_record_s_interval_holds_its_own_chance_at_least_as_often_as_it_says():
    exposure, chance = rigged(targets=40, records=3000)
    ends = np.array([Rate(hits, 20).interval for hits in range(21)])[exposure.found]
    assert exposure.rate(7).interval == pytest.approx(tuple(ends[7]))
    assert np.mean((ends[:, 0] <= chance) & (chance <= ends[:, 1])) > 0.95 - 3 * np.sqrt(0.05 * 0.95 / 3000)


def test_whoever_is_picked_for_a_large_number_has_a_smaller_one_on_other_targets():
    """All have the same chance, so nobody is more exposed than anybody; the top of one half is luck."""
    exposure, _ = rigged(targets=32, records=2000, found=0.3)
    first, second = exposure.on(slice(16)), exposure.on(slice(16, 32))
    top = first.most_exposed(0.01)
    assert first.tpr[top].mean() > 0.6
    assert second.tpr[top].mean() == pytest.approx(0.3, abs=0.1)
    assert first.tpr[top].min() >= np.delete(first.tpr, top).max()


@pytest.mark.parametrize("people", [3, 12, 60])
@pytest.mark.parametrize("shape", [(0.05, 0.4), (0.5, 0.5), (4.0, 2.0), (0.01, 1.0)])
def test_an_interval_over_people_holds_the_mean_of_all_such_people_at_least_as_often_as_it_says(
    people, shape
):
    """People whose shares follow a beta distribution, from nearly all-or-nothing to nearly alike."""
    rng, truth = np.random.default_rng(people), shape[0] / sum(shape)
    held = np.mean([truth in over_people(rng.beta(*shape, people)) for _ in range(400)])
    assert held > 0.95 - 3 * np.sqrt(0.05 * 0.95 / 400)


def test_found_or_not_is_clopper_and_pearson_and_nobody_found_is_not_nobody_at_risk():
    for hits, total in ((0, 5), (5, 5), (2, 9)):
        interval = over_people((np.arange(total) < hits).astype(float))
        np.testing.assert_allclose(
            (interval.low, interval.high), Rate(hits, total).interval, rtol=1e-6, atol=1e-12
        )
    assert Interval.from_values([0.0, 0.0, 0.0]).high == 0
    assert over_people(np.zeros(3)).high > 0.7


def test_more_trainings_of_few_people_do_not_narrow_the_interval_over_people():
    """Three people are three people, whether each is trained on 8 or on 800 times."""
    few, many = (rigged(targets=t, records=4, found=0.5, seed=1)[0].average() for t in (16, 1600))
    assert many.high - many.low > 0.8
    assert few.high - few.low < 1.3 * (many.high - many.low)


def test_some_records_alone_keep_their_numbers():
    exposure, _ = rigged(records=50)
    for some in (slice(10, 20), np.arange(50) % 7 == 0, [3, 1]):
        np.testing.assert_array_equal(exposure.of(some).tpr, exposure.tpr[some])
        np.testing.assert_array_equal(exposure.of(some).false_alarms, exposure.false_alarms[some])


def test_groups_are_measured_apart_and_all_intervals_hold_together():
    truth, missed = np.array([0.05, 0.2, 0.6]), 0
    group = np.repeat([0, 1, 2], [300, 40, 8])
    for seed in range(200):
        exposure, _ = rigged(targets=8, records=348, seed=seed, found=truth[group])
        found = exposure.by_group(group, ("many", "some", "few"))
        missed += any(t not in one.exposure for t, one in zip(truth, found, strict=True))
    assert missed / 200 < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)
    assert [one.people for one in found] == [300, 40, 8]
    assert all(one.exposure.confidence == pytest.approx(1 - 0.05 / 3) for one in found)
    assert found[0].exposure.value == pytest.approx(exposure.tpr[:300].mean())
    assert found[2].false_alarms == pytest.approx(exposure.false_alarms[-8:].mean())


def test_a_group_without_anybody_is_left_out():
    exposure, _ = rigged(records=20)
    names = [one.name for one in exposure.by_group(np.repeat([0, 2], 10), ("a", "b", "c"))]
    assert names == ["a", "c"]


def test_neighbours_are_brute_force_s_and_twins_lie_at_0():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 4)) * 1.0
    x[17] = x[250]
    for k in (1, 5):
        far, which = distance_to_nearest(x, k=k)
        for i in (0, 17, 250, 299):
            distances = np.linalg.norm(x - x[i], axis=1)
            others = np.sort(np.delete(distances, i))
            assert far[i] == pytest.approx(others[k - 1])
            assert distances[which[i]] == pytest.approx(others[k - 1])
            assert which[i] != i
    far, which = distance_to_nearest(x)
    assert (far[17], which[17], which[250]) == (0, 250, 17)


def test_fifths_are_equally_large_even_among_equals():
    assert np.bincount(fifths(np.zeros(13))).tolist() == [3, 3, 2, 3, 2]
    values = np.random.default_rng(0).normal(size=50)
    parts_ = fifths(values)
    assert values[parts_ == 0].max() < values[parts_ == 1].min()


def test_it_refuses_what_cannot_be_counted():
    member = balanced_shadows(4, 6, seed=0)
    with pytest.raises(ValueError, match=r"two tables of True and False"):
        Exposure(member.astype(float), member, fpr=0.01)
    with pytest.raises(ValueError, match=r"shape \(3, 6\)"):
        Exposure(member[:3], member, fpr=0.01)
    with pytest.raises(ValueError, match="a member of none or of all of the 2 targets"):
        Exposure(member[::2], np.array([[1, 1, 0, 1, 0, 1], [1, 0, 1, 0, 1, 0]], bool), fpr=0.01)
    exposure = Exposure(member, member, fpr=0.01)
    with pytest.raises(ValueError, match="Record 6 was asked for; there are 6"):
        exposure.rate(6)
    with pytest.raises(ValueError, match="0 came"):
        exposure.most_exposed(0)
    with pytest.raises(ValueError, match="one integer for each of the 6 records"):
        exposure.by_group(np.zeros(5, int), ("a",))
    with pytest.raises(ValueError, match="Groups from 0 to 1 came for 1 names"):
        exposure.by_group(np.arange(6) % 2, ("a",))
    with pytest.raises(ValueError, match="same records in the same order"):
        Exposure.from_scores([*parts(2, 30), *parts(2, 40)], fpr=0.1)
    with pytest.raises(ValueError, match="0 targets with no records"):
        Exposure.from_scores([], fpr=0.1)
    with pytest.raises(ValueError, match="cannot be measured with 15 non-members"):
        Exposure.from_scores(parts(2, 30), fpr=0.01)
    for wrong in ([], [1.2], [np.nan]):
        with pytest.raises(ValueError, match="One share from 0 to 1 a person"):
            over_people(np.array(wrong))
    with pytest.raises(ValueError, match="must lie between 0 and 1"):
        over_people(np.array([0.5]), confidence=95)
    for k in (0, 3):
        with pytest.raises(ValueError, match="each has 2 others"):
            distance_to_nearest(np.zeros((3, 2)), k=k)


def test_it_says_what_it_is():
    assert repr(rigged(records=30)[0]) == "Exposure('attack': 30 records, 16 targets, at 1.00% FPR)"
