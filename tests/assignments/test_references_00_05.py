"""What is graded as right in lessons 00 to 05, against the package, scikit-learn, laws and plain counting."""

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.metrics import accuracy_score, roc_auc_score

import mia_teach as mt
from mia_teach.assignments import assignment
from mia_teach.attacks.lira import lira
from mia_teach.attacks.rmia import rmia
from mia_teach.exercises import overfitting


def reference(lesson, name):
    return assignment(lesson).task(name).reference


def drawn(lesson, name, seed=0):
    return list(assignment(lesson).task(name).draw(np.random.default_rng(seed)).args)


def logits_of(p):
    """Two classes, the first with probability p."""
    return np.log(np.stack([p, 1 - p], axis=-1))


@pytest.mark.parametrize("seed", range(5))
def test_00_accuracy_and_zero_point_are_scikit_learn_s(seed):
    confidence, member, threshold = drawn("00", "rule_on_trial", seed)
    accuracy, zero, low = reference("00", "rule_on_trial")(confidence, member, threshold)
    blind = DummyClassifier(strategy="most_frequent").fit(confidence[:, None], member)
    assert accuracy == pytest.approx(accuracy_score(member, confidence > threshold))
    assert zero == pytest.approx(blind.score(confidence[:, None], member))
    assert low < accuracy


@pytest.mark.parametrize(("won", "of"), [(9, 10), (5, 7), (13, 20), (2, 3), (1, 1)])
def test_00_rounds_are_those_after_which_the_exact_interval_clears_one_half(won, of):
    n = reference("00", "rounds_needed")(won, of)
    assert mt.Rate(n * won // of, n).low > 0.5
    assert all(mt.Rate(k * won // of, k).low <= 0.5 for k in range(1, n))


@pytest.mark.parametrize("seed", range(5))
def test_01_the_honest_gap_is_the_lesson_s_gap_of_what_its_purge_leaves(seed):
    train, test, nearest, tolerance = drawn("01", "honest_gap", seed)
    gap, low, high = reference("01", "honest_gap")(train, test, nearest, tolerance)
    stays = overfitting.purge.reference(nearest[:, None], np.zeros((1, 1)), tolerance)
    right = overfitting.generalisation_gap.reference(train, test[stays])
    assert (gap, low, high) == pytest.approx((right.value, right.low, right.high))
    assert gap > train.mean() - test.mean(), "copies make the gap look smaller"


@pytest.mark.parametrize("seed", range(5))
def test_01_all_records_carry_the_whole_gap_and_the_few_their_part_of_it(seed):
    right, member, share = drawn("01", "carried_by_few", seed)
    carried, half = reference("01", "carried_by_few"), len(right) // 2
    picking, judging = (
        overfitting.memorisation.reference(right[some], member[some])
        for some in (slice(half), slice(half, None))
    )
    count = int(share * len(picking))
    few = np.flatnonzero(picking >= np.sort(picking)[-count])
    assert len(few) == count, "no tie at the edge"
    assert carried(right, member, share) == pytest.approx(judging[few].sum() / judging.sum())
    assert carried(right, member, 1.0) == pytest.approx(1)
    assert share < carried(right, member, share)


def test_01_where_all_are_memorised_alike_the_few_carry_their_share_and_seem_to_carry_more_unsplit():
    task, rng = assignment("01").task("carried_by_few"), np.random.default_rng(0)
    unsplit = {wrong.name: wrong.function for wrong in task.wrong}
    names = ("picked_and_judged_on_all", "first_half_alone", "second_half_alone")
    honest, seeming = [], {name: [] for name in names}
    for _ in range(100):
        member = rng.random((24, 80)) < 0.5
        member[[0, 1, 12, 13]] = np.array([True, False, True, False])[:, None]
        right = rng.random(member.shape) < np.where(member, 0.9, 0.5)
        honest.append(task.reference(right, member, 0.1))
        for name in names:
            seeming[name].append(unsplit[name](right, member, 0.1))
    assert 0.1 in mt.Interval.from_values(honest, confidence=0.999)
    for name in names:
        assert mt.Interval.from_values(seeming[name], confidence=0.999).low > 0.13, name


@pytest.mark.parametrize("seed", range(5))
def test_02_the_report_is_what_counting_over_all_thresholds_gives(seed):
    loss, member, fpr, base_rate = drawn("02", "hospital_report", seed)
    tpr, worth = reference("02", "hospital_report")(loss, member, fpr, base_rate)
    rates = [((loss[member] < cut).mean(), (loss[~member] < cut).mean()) for cut in np.sort(loss)]
    best, spent = max(one for one in rates if one[1] <= fpr)
    assert tpr == pytest.approx(best)
    crowd = 10**6
    accused = crowd * base_rate * best, crowd * (1 - base_rate) * spent
    assert worth == pytest.approx(accused[0] / sum(accused), rel=1e-9)


def test_02_at_home_a_carried_threshold_keeps_its_promise():
    score, member, *_, fpr = drawn("02", "carried_threshold")
    rate, low, high = reference("02", "carried_threshold")(score, member, score, member, fpr)
    outsiders = (~member).sum()
    assert rate == pytest.approx(int(fpr * outsiders) / outsiders)
    assert low < rate <= fpr < high


@pytest.mark.parametrize("seed", range(5))
def test_03_on_the_shadow_s_own_innocent_the_promise_holds_for_each_kind(seed):
    score, member, kind, *_, promised = drawn("03", "accused_by_kind", seed)
    accused = reference("03", "accused_by_kind")(score, member, kind, score, kind, promised)
    for one in range(3):
        innocent = (kind == one) & ~member
        assert accused[innocent].sum() == int(promised * innocent.sum())
        assert accused[(kind == one) & member].mean() > accused[innocent].mean()


def test_03_counting_wins_where_every_record_is_in_half_and_not_among_coins_or_pairs():
    leak = reference("03", "design_leak")
    exactly_half = np.random.default_rng(0).random((16, 400)).argsort(axis=0) < 8
    assert leak(exactly_half, 3) == (1, 1)
    paired = mt.balanced_shadows(16, 400, seed=0)
    assert leak(paired, 5) == (1, 0.5)
    coins = leak(mt.coin_flips(16, 4000, seed=0), 5)
    assert coins[0] == coins[1] == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("seed", range(8))
def test_04_the_odds_grow_by_the_package_s_ratio_with_the_deviation_that_it_allows(seed):
    p, shadow_p, held, base_rate = drawn("04", "member_probability", seed)
    view = mt.View(np.zeros(len(p), int), logits_of(p), logits_of(shadow_p), held)
    few = len(held) < 10
    ratio = np.exp(lira(view, center="mean", variance="pooled" if few else "per_example"))
    right = base_rate * ratio / (base_rate * ratio + 1 - base_rate)
    np.testing.assert_allclose(
        reference("04", "member_probability")(p, shadow_p, held, base_rate), right, rtol=1e-6
    )
    if few:
        with pytest.raises(ValueError, match="mostly noise"):
            lira(view, center="mean", variance="per_example")


@pytest.mark.parametrize("seed", range(5))
def test_04_who_is_accused_is_whom_the_package_s_rmia_puts_above_the_promise(seed):
    p, models_p, q, models_q, a, fpr = drawn("04", "promised_accusations", seed)
    outside = [np.full(models.shape, False) for models in (models_p, models_q)]
    beside = mt.View(np.zeros(len(q), int), logits_of(q), logits_of(models_q), outside[1])
    view = mt.View(np.zeros(len(p), int), logits_of(p), logits_of(models_p), outside[0], beside)
    accused, wrong = reference("04", "promised_accusations")(p, models_p, q, models_q, a, fpr)
    assert accused.tolist() == (rmia(view, variant="offline", a=a) > 1 - fpr).tolist()
    assert wrong == (pytest.approx(min(1, fpr * len(p) / sum(accused))) if any(accused) else 0)


def test_04_the_promise_holds_among_outsiders():
    rng, rates = np.random.default_rng(0), []
    for _ in range(200):
        ease = rng.normal(0.6, 1.5, 287)
        p = 1 / (1 + np.exp(-rng.normal(ease, 0.6)))
        models = 1 / (1 + np.exp(-rng.normal(ease, 0.7, (2, 287))))
        accused, _ = reference("04", "promised_accusations")(
            p[:80], models[:, :80], p[80:], models[:, 80:], 0.3, 0.1
        )
        rates.append(accused.mean())
    assert 0.1 in mt.Interval.from_values(rates, confidence=0.99)


def test_05_what_is_bought_fits_the_budget_and_members_hold_their_letter_longer():
    letters, shadow_letters, held, labels, budget = drawn("05", "scores_on_a_budget")
    score, bought = reference("05", "scores_on_a_budget")(letters, shadow_letters, held, labels, budget)
    assert budget - len(labels) < bought <= budget
    copies = bought // len(labels)
    for record in range(len(labels)):
        usual = [
            np.mean([letter == labels[record] for letter in shadow_letters[s, :copies, record]])
            for s in range(len(held))
            if not held[s, record]
        ]
        own = np.mean([letter == labels[record] for letter in letters[:copies, record]])
        assert score[record] == pytest.approx(own - np.mean(usual))


@pytest.mark.parametrize("seed", range(5))
def test_05_the_chosen_noise_is_the_one_with_scikit_learn_s_largest_auc(seed):
    scales, letters, labels, member = drawn("05", "choose_noise", seed)
    scale, auc = reference("05", "choose_noise")(scales, letters, labels, member)
    share = (letters == labels).mean(axis=2)
    mean = {
        s: np.mean([roc_auc_score(m, one) for m, one in zip(member, row, strict=True)])
        for s, row in zip(scales, share, strict=True)
    }
    assert scale == max(mean, key=mean.get)
    assert auc == pytest.approx(mean[scale])
