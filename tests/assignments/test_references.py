"""What is graded as right in lessons 06 to 11, against laws, closed forms, simulation and the exercises."""

import numpy as np
import pytest
from scipy.stats import norm

import mia_teach as mt
from mia_teach.assignments import assignment
from mia_teach.attacks.genomic import expected_auc
from mia_teach.exercises import audits


def reference(lesson, name):
    return assignment(lesson).task(name).reference


def drawn(lesson, name, seed=0):
    return list(assignment(lesson).task(name).draw(np.random.default_rng(seed)).args)


def test_06_weights_add_nothing_where_the_length_follows_from_the_answer():
    _, log_odds, member = drawn("06", "gain_of_access")
    norms = np.exp(-log_odds)[..., None] * np.array([3.0, 4.0])
    assert reference("06", "gain_of_access")(norms, log_odds, member) == (0, 0, 0)


def test_06_the_gain_is_that_of_two_rocs_with_every_score_made_by_itself():
    norms, log_odds, member = drawn("06", "gain_of_access")
    models, records = range(len(member)), range(member.shape[1])
    length = [[-np.log(np.linalg.norm(norms[k, i])) for i in records] for k in models]
    gains = []
    for target in models:
        aucs = []
        for value in (length, log_odds):
            score = []
            for i in records:
                usual = [value[k][i] for k in models if k != target and not member[k, i]]
                score.append(value[target][i] - np.mean(usual))
            aucs.append(mt.Roc.from_scores(mt.Scores(score, member[target])).auc)
        gains.append(aucs[0] - aucs[1])
    interval = mt.Interval.from_values(gains)
    came = reference("06", "gain_of_access")(norms, log_odds, member)
    assert came == pytest.approx((interval.value, interval.low, interval.high))


def test_06_a_partner_names_whom_the_other_s_own_update_names():
    rng = np.random.default_rng(1)
    own, other = rng.normal(size=(2, 20))
    suspects, strangers = rng.normal(size=(30, 20)), rng.normal(size=(41, 20))
    average = (12 * own + 5 * other) / 17
    named, expected = reference("06", "named_by_the_partner")(average, own, (12, 5), suspects, strangers, 0.1)
    cosines = [
        [-(row @ other) / (row @ row) ** 0.5 / (other @ other) ** 0.5 for row in rows]
        for rows in (suspects, strangers)
    ]
    fifth = sorted(cosines[1])[-5]  # 4 of 41 may lie above it
    assert named.tolist() == [cosine > fifth for cosine in cosines[0]]
    assert expected == pytest.approx(30 * 4 / 41)


def test_07_the_mended_test_keeps_its_promise_for_whoever_of_the_outsiders_comes_new():
    t = np.random.default_rng(2).standard_t(2, 68)
    for fpr in (0.05, 0.1):
        accused = 0
        for new in range(len(t)):
            known = np.delete(t, new)
            *_, threshold = reference("07", "mended_test")(known, np.full(len(known), "TSI"), "TSI", fpr)
            accused += t[new] > threshold
        assert accused == int(fpr * len(t)), "as many as are allowed, and not one more"


def test_07_at_the_limit_the_closed_form_finds_just_so_many():
    people, reference_people, fpr, tpr, *pilot = drawn("07", "sites_to_publish")
    sites, _ = reference("07", "sites_to_publish")(people, reference_people, fpr, tpr, *pilot)
    d = 2**0.5 * norm.ppf(expected_auc(sites, people, reference_people))
    assert norm.sf(norm.isf(fpr) - d) == pytest.approx(tpr)


def test_07_where_the_pilot_s_sites_are_independent_each_is_worth_one():
    independent = expected_auc(200, 40, 40)
    sites, whole = reference("07", "sites_to_publish")(500, 700, 0.01, 0.1, 40, 200, independent)
    assert whole == int(sites)


def test_08_the_more_who_asked_the_less_is_told_to_each():
    accused, member, asked, limit = drawn("08", "told_to_each")
    few = reference("08", "told_to_each")(accused, member, asked[:2], limit)
    many = reference("08", "told_to_each")(accused, member, asked, limit)
    assert (many[0][:2] <= few[0]).all()
    assert (many[1][:2] >= few[1]).all()
    assert few[0][0] == mt.Rate(*counts(accused, member, asked[0]), confidence=0.975).low
    assert (np.abs(many[2][:2]) <= np.abs(few[2])).all()


def counts(accused, member, person):
    trained = member[:, person]
    return int((accused[:, person] & trained).sum()), int(trained.sum())


def test_08_at_the_base_rate_for_one_half_half_of_the_accusations_are_right():
    *counted, base_rate = drawn("08", "worth_for_a_group")
    worth = reference("08", "worth_for_a_group")
    value, low, high, even = worth(*counted, base_rate)
    assert low < value < high
    assert worth(*counted, even)[0] == pytest.approx(0.5)


def test_09_a_filter_that_keeps_every_target_s_order_changes_nothing():
    accuracy, _, scores, _, member, fpr = drawn("09", "price_and_gain")
    moved = np.exp(scores) + np.arange(len(member))[:, None]
    assert reference("09", "price_and_gain")(accuracy, accuracy, scores, moved, member, fpr) == (0,) * 6


def test_09_the_rates_are_those_of_the_roc():
    accuracy, defended, scores, behind, member, fpr = drawn("09", "price_and_gain")

    def strongest(some):
        means = [
            [mt.Roc.from_scores(mt.Scores(*pair)).tpr_at(fpr).value for pair in zip(one, member, strict=True)]
            for one in some
        ]
        return max(means, key=np.mean)

    gain = mt.Interval.from_values(np.subtract(strongest(behind), strongest(scores)))
    came = reference("09", "price_and_gain")(accuracy, defended, scores, behind, member, fpr)
    assert came[3:] == pytest.approx((gain.value, gain.low, gain.high))


def test_09_defences_of_no_use_have_no_say_and_groups_no_order():
    found, accuracy, at_least, chooses = drawn("09", "serves_worst_off")
    serves = reference("09", "serves_worst_off")
    defence, group, *said = serves(found, accuracy, at_least, chooses)
    useful = accuracy >= at_least
    turned = serves(found[useful][:, ::-1], accuracy[useful], at_least, chooses)
    assert turned == (useful[:defence].sum(), found.shape[1] - 1 - group, *said)


def test_10_many_pairs_of_one_mechanism_come_near_what_it_allows_and_never_below():
    mu = 1.4
    deltas = np.geomspace(1e-5, 0.51, 300)
    pairs = np.array([(mt.mechanisms.gaussian_epsilon(mu, delta), delta) for delta in deltas])
    for fpr in (0.01, 0.1, 0.3):
        exact = float(mt.mechanisms.gaussian_largest_tpr(fpr, mu))
        first, together, worth = reference("10", "allowed_by_all")(pairs, fpr, 0.01)
        assert exact <= together < exact + 0.003 < first
        assert worth == mt.precision(together, fpr, 0.01)


def test_10_the_promise_to_a_user_holds_for_a_mechanism_of_which_all_is_known():
    mu, epsilon = 0.1, 0.2  # k sentences move a Gaussian answer k times as far
    delta = mt.mechanisms.gaussian_delta(epsilon, mu)
    for sentences in (1, 2, 5, 10):
        grown, broken, _ = reference("10", "promise_to_a_user")(epsilon, delta, sentences, 0.01, 0.2)
        assert mt.mechanisms.gaussian_delta(grown, sentences * mu) <= broken * (1 + 1e-9)


def test_10_no_longer_user_keeps_the_limit():
    epsilon, delta, _, fpr, at_most = drawn("10", "promise_to_a_user")
    promise = reference("10", "promise_to_a_user")
    most = promise(epsilon, delta, 1, fpr, at_most)[2]
    allowed = [
        mt.mechanisms.largest_tpr(fpr, *promise(epsilon, delta, k, fpr, at_most)[:2])
        for k in (most, most + 1)
    ]
    assert allowed[0] <= at_most < allowed[1]


def test_10_a_sum_without_its_smallest_delta_gets_no_points():
    task = assignment("10").task("promise_to_a_user")

    def one_link_short(epsilon, delta, sentences, fpr, at_most):
        of_user, broken, most = task.reference(epsilon, delta, sentences, fpr, at_most)
        return of_user, broken - delta, most

    assert not any(task.grade(one_link_short, f"student {k}", "secret").done for k in range(20))


def test_11_for_no_student_are_two_attacks_equally_good():
    task = assignment("11").task("best_attack_shows")
    for k in (26, 47, 51, 62, 87, *range(10)):  # the first draw of the first five has equals
        scores, *others = task.own_case(f"student {k}").args
        best, bound, ceiling = task.reference(scores, *others)
        assert task.reference(scores[::-1], *others) == (len(scores) - 1 - best, bound, ceiling)


def test_11_the_best_of_many_attacks_that_know_nothing_shows_something_in_few_audits():
    rng, shown = np.random.default_rng(3), 0
    for _ in range(100):
        member, chooses = rng.random(200) < 0.5, rng.permutation(200) < 100
        _, bound, ceiling = reference("11", "best_attack_shows")(
            rng.normal(size=(20, 200)), member, chooses, 0.0
        )
        assert 0 <= bound <= ceiling
        shown += bound > 0
    assert shown <= 11, (
        "5 % are allowed, and more than 11 of 100 come by chance in less than one of a hundred tries"
    )


def test_11_the_page_s_bounds_are_the_lesson_s_and_its_ceilings_those_of_a_perfect_attack():
    hits, members, alarms, strangers, claims, delta = drawn("11", "words_for_a_report")
    bounds, ceilings, words = reference("11", "words_for_a_report")(
        hits, members, alarms, strangers, claims, delta
    )
    each = 1 - 0.05 / len(claims)
    bound = audits.epsilon_bound.reference
    for k, (h, m, a, n) in enumerate(np.transpose([hits, members, alarms, strangers]).tolist()):
        assert bounds[k] == pytest.approx(bound(h, m, a, n, delta, each))
        assert ceilings[k] == pytest.approx(bound(m, m, 0, n, delta, each))
    assert set(words) == {"refuted", "not refuted", "could not be"}
    assert (words[ceilings <= claims] == "could not be").all()
