"""The exercises and the quiz of lesson 07, and what its text says about them."""

import numpy as np
import pytest

from mia_teach.attacks import genomic
from mia_teach.attacks.genomic import PooledStatistics
from mia_teach.exercises import genomic as check

from .laws import check_exercise_laws, check_quiz_laws


def homer_distance(pool, reference, genotypes): ...


def likelihood_ratio(pool, reference, genotypes): ...


def p_values(t, outsiders): ...


def beacon_ratio(has, answers, frequencies, pool_size, error): ...


STUBS = (homer_distance, likelihood_ratio, p_values, beacon_ratio)


@pytest.mark.parametrize("stub", STUBS, ids=lambda stub: stub.__name__)
def test_every_exercise_keeps_the_laws(stub):
    exercise = getattr(check, stub.__name__)
    check_exercise_laws(exercise, stub)
    assert len(exercise.wrong) >= 9
    assert exercise.stretch == (stub is beacon_ratio)


@pytest.mark.parametrize("name", ["homer_distance", "likelihood_ratio"])
def test_the_two_scores_are_the_package_s(name):
    for case in getattr(check, name).cases:
        pool, reference, genotypes = case.args
        package = getattr(genomic, name)(PooledStatistics(pool, reference, 10**6, 10**6), genotypes)
        np.testing.assert_allclose(getattr(check, name).reference(*case.args), package, rtol=1e-12)


def test_one_case_of_each_exercise_can_be_worked_out_by_hand():
    first = check.homer_distance.cases[0].args
    assert check.homer_distance.reference(*first).tolist() == [0.25, 0.0, -0.25]
    ratio = check.likelihood_ratio.reference(*check.likelihood_ratio.cases[0].args)
    assert ratio[0] == pytest.approx(2 * np.log(1.2) + 2 * np.log(1.5))
    p = check.p_values.reference(*check.p_values.cases[0].args)
    assert p.tolist() == [2 / 5, 3 / 5, 1.0, 1 / 5]
    beacon = check.beacon_ratio.reference(*check.beacon_ratio.cases[0].args)
    yes, no = np.log(0.99 / 0.75), np.log(0.01 / 0.81)
    np.testing.assert_allclose(beacon, [yes + no, yes, 0.0])


def _log_of_the_quotient(pool, reference, x):
    inside, outside = (np.prod(f**x * (1 - f) ** (2 - x), axis=1) for f in (pool, reference))
    return np.log(inside / outside)


def _difference_of_the_logs(pool, reference, x):
    inside, outside = (np.prod(f**x * (1 - f) ** (2 - x), axis=1) for f in (pool, reference))
    return np.log(inside) - np.log(outside)


def _alleles_apart(pool, reference, x):
    inside, outside = (np.prod(f**x, axis=1) * np.prod((1 - f) ** (2 - x), axis=1) for f in (pool, reference))
    return np.log(inside / outside)


@pytest.mark.parametrize("products", [_log_of_the_quotient, _difference_of_the_logs, _alleles_apart])
def test_products_of_probabilities_do_not_pass_for_the_ratio_that_the_lesson_goes_on_with(products):
    outcome = check.likelihood_ratio.verdict(products)
    assert (outcome.kind, outcome.wrong) == ("not right yet", "products_underflow")


def test_the_ratio_s_cases_are_of_the_length_on_which_products_of_probabilities_vanish():
    few, many = check.likelihood_ratio.cases[1].args, check.likelihood_ratio.cases[-1].args
    np.testing.assert_allclose(_log_of_the_quotient(*few), check.likelihood_ratio.reference(*few))
    with np.errstate(invalid="ignore"):
        assert np.isnan(_log_of_the_quotient(*many)).all()
    assert np.isfinite(check.likelihood_ratio.reference(*many)).all()


@pytest.mark.parametrize(
    ("exercise", "function", "name"),
    [
        ("homer_distance", lambda p, r, x: (abs(x - r) - abs(x - p)).sum(axis=1), "sum_of_copies"),
        (
            "likelihood_ratio",
            lambda p, r, x: x @ np.log2(p / r) + (2 - x) @ np.log2((1 - p) / (1 - r)),
            "base_two",
        ),
        (
            "p_values",
            lambda t, known: np.array([np.mean(t >= one) for one in t]),
            "among_the_candidates_alone",
        ),
        (
            "p_values",
            lambda t, known: np.array([np.mean(np.concatenate([t, known]) >= one) for one in t]),
            "among_everybody",
        ),
    ],
)
def test_mistakes_of_scale_and_of_company_are_named(exercise, function, name):
    outcome = getattr(check, exercise).verdict(function)
    assert (outcome.kind, outcome.wrong) == ("not right yet", name)


def _two_probabilities(member_no, outsider_no):
    """The ratio from the probabilities of a no: of a member, of an outsider; site by site, in a loop."""

    def function(has, answers, frequencies, pool_size, error):
        score = np.zeros(len(has))
        for j in range(len(answers)):
            m, o = (no(frequencies[j], pool_size, error) for no in (member_no, outsider_no))
            score[has[:, j]] += np.log((1 - m) / (1 - o)) if answers[j] else np.log(m / o)
        return score

    return function


def test_the_beacon_s_two_probabilities_are_those_of_the_text_and_its_finer_forms_are_named():
    def absent(f, n, e):
        return (1 - f) ** (2 * n)

    forms = {
        "": _two_probabilities(lambda f, n, e: e, absent),
        "error_for_outsiders_too": _two_probabilities(
            lambda f, n, e: e, lambda f, n, e: absent(f, n, e) * (1 - e) + (1 - absent(f, n, e)) * e
        ),
        "others_have_it_too": _two_probabilities(lambda f, n, e: e * absent(f, n - 1, e), absent),
    }
    for name, function in forms.items():
        outcome = check.beacon_ratio.verdict(function)
        assert (outcome.done, outcome.wrong) == (not name, name)


@pytest.mark.parametrize("level", [0.05, 0.1, 0.25])
def test_a_p_value_from_ranks_accuses_no_more_outsiders_than_its_level(level):
    """Whatever the distribution, so long as the known outsiders and the judged ones are of one kind."""
    rng = np.random.default_rng(0)
    for draw in (rng.standard_cauchy, lambda size: rng.exponential(size=size).round(1)):
        accused = [check.p_values.reference(draw(1), draw(19))[0] <= level for _ in range(4000)]
        assert np.mean(accused) <= level + 3 * (level * (1 - level) / 4000) ** 0.5


def test_the_nominal_p_value_breaks_its_promise_where_the_one_from_ranks_keeps_it():
    rng = np.random.default_rng(1)
    nominal = next(wrong.function for wrong in check.p_values.wrong if wrong.name == "nominal")
    studies = [(rng.normal(2, 3, 99), rng.normal(2, 3, 200)) for _ in range(60)]
    assert np.mean([nominal(judged, known) <= 0.05 for known, judged in studies]) > 0.4
    assert np.mean([check.p_values.reference(judged, known) <= 0.05 for known, judged in studies]) < 0.065


def test_a_beacon_finds_members_of_a_small_pool_and_knows_nothing_of_a_large_one():
    rng = np.random.default_rng(2)
    shares = rng.uniform(0.05, 0.2, 1000)
    found = []
    for size in (5, 200):
        people = rng.binomial(2, shares, (size + 100, 1000)) > 0
        answers = people[:size].any(axis=0)
        score = check.beacon_ratio.reference(people, answers, shares, size, 0.001)
        found.append(
            (score[:size, None] > score[size:]).mean() + 0.5 * (score[:size, None] == score[size:]).mean()
        )
    assert found[0] == 1.0
    assert found[1] < 0.6


def test_the_quiz_has_five_questions_that_cannot_be_answered_by_place_or_length():
    questions = check.quiz.questions
    assert len(questions) == 5
    assert len({question.right for question in questions}) == 4
    for question in questions:
        lengths = [len(choice.text) for choice in question.choices]
        assert max(lengths) <= 2 * min(lengths) + 6, question.text
        longest = lengths.index(max(lengths)) == question.right and lengths.count(max(lengths)) == 1
        assert not longest or max(lengths) <= 1.2 * sorted(lengths)[-2], question.text


def test_every_misconception_of_the_quiz_has_a_reply_of_its_own():
    check_quiz_laws(check.quiz)
    choices = [choice for question in check.quiz.questions for choice in question.choices]
    names = [choice.wrong for choice in choices if choice.wrong]
    assert len(names) == len(set(names)) == 15
    assert len({choice.reply for choice in choices}) == len(choices)
    assert not any("*" in text for choice in choices for text in (choice.text, choice.reply))
