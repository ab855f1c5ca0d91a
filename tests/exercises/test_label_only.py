"""The exercises and the quiz of lesson 05, and what its text says about them."""

import numpy as np
import pytest

import mia_teach as mt
from mia_teach.attacks import label_only
from mia_teach.attacks.label_only import LabelOracle
from mia_teach.exercises import label_only as check

from .laws import check_exercise_laws, check_quiz_laws


def gap_by_class(predictions, labels, member, n_classes): ...


def robustness(ask, x, label, noise, budget): ...


def boundary(ask, x, start, tolerance): ...


def walk_queries(steps, first, most, halvings): ...


def robustness_ratio(score, shadow_score, member): ...


STUBS = (gap_by_class, robustness, boundary, walk_queries, robustness_ratio)


@pytest.mark.parametrize("stub", STUBS, ids=lambda stub: stub.__name__)
def test_every_exercise_keeps_the_laws(stub):
    exercise = getattr(check, stub.__name__)
    check_exercise_laws(exercise, stub)
    assert len(exercise.wrong) >= 9


def plane(x):
    """Class 1 where the first feature and half of the second exceed 0.2."""
    z = x[:, 0] + x[:, 1] / 2 - 0.2
    return np.stack([-z, z], axis=1)


def test_the_gap_of_all_classes_is_training_minus_test_accuracy_where_there_is_one():
    rng = np.random.default_rng(0)
    predictions, member = rng.integers(0, 2, 300), rng.random(300) < 0.5
    labels = np.zeros(300, int)
    roc = mt.Roc.from_scores(mt.Scores((predictions == labels).astype(float), member))
    found = check.gap_by_class.reference(predictions, labels, member, 1)
    assert abs(found[0]) == pytest.approx(max(roc.advantage, abs(found[0])))
    right = predictions == labels
    assert found[0] == pytest.approx(right[member].mean() - right[~member].mean())


def test_the_robustness_is_the_package_s_and_never_asks_beyond_its_budget():
    rng = np.random.default_rng(1)
    x, noise = rng.normal(size=3), rng.normal(size=(40, 3))
    for budget in (1, 2, 17):
        oracle = LabelOracle(plane, budget=budget)
        ours = check.robustness.reference(oracle, x, 1, noise, budget)
        rows = np.concatenate([x[None], x + noise[: budget - 1]])
        assert ours == pytest.approx((plane(rows).argmax(axis=1) == 1).mean())
        assert oracle.left == 0


def test_answers_that_were_asked_for_and_cut_away_are_billed():
    def cut_afterwards(ask, x, label, noise, budget):
        return (ask(np.concatenate([x[None], x + noise])) == label)[:budget].mean()

    def one_copy_too_many(ask, x, label, noise, budget):
        return (ask(np.concatenate([x[None], x + noise[:budget]])) == label)[:budget].mean()

    for function in (cut_afterwards, one_copy_too_many):
        assert check.robustness.verdict(function).wrong == "asked_beyond_the_budget"


def test_who_asks_on_after_a_refusal_is_told_so():
    def every_copy_by_itself(ask, x, label, noise, budget):
        return np.mean([ask(row[None])[0] == label for row in x + noise])

    outcome = check.robustness.verdict(every_copy_by_itself)
    assert outcome.kind == "it crashed"
    assert "budget of 3 answers was passed" in dict(outcome.shown)["Error"]


@pytest.mark.parametrize("exercise", [check.robustness, check.boundary], ids=lambda one: one.name)
def test_a_record_that_is_no_row_is_refused_as_the_oracle_refuses_it(exercise):
    outcome = exercise.verdict(lambda ask, x, *others: ask(x))
    assert "A single record is x[None]" in dict(outcome.shown)["Error"]


def test_a_bisection_that_never_ends_is_stopped_with_a_sentence():
    def stuck(ask, x, start, tolerance):
        low, high = 0.0, 1.0
        while high - low > tolerance:
            ask((x + (low + high) / 2 * (start - x))[None])

    error = dict(check.boundary.verdict(stuck).shown)["Error"]
    assert "1,000 answers were given" in error
    assert "do `low` and `high` move" in error


def test_a_class_without_a_side_has_no_gap_and_keeps_its_place():
    with pytest.warns(RuntimeWarning):  # NumPy says so of a mean of nothing
        found = check.gap_by_class.reference(*check.gap_by_class.cases[3].args)
    np.testing.assert_array_equal(found, [-0.5, np.nan, np.nan, -0.5])

    def only_classes_that_occur(predictions, labels, member, n_classes):
        right = predictions == labels
        each = [labels == c for c in np.unique(labels)]
        return np.array([right[of & member].mean() - right[of & ~member].mean() for of in each])

    assert check.gap_by_class.verdict(only_classes_that_occur).wrong == "only_classes_that_occur"


def test_the_boundary_is_the_package_s_first_bisection():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(20, 2)) + np.array([2.0, 0.0])
    start = np.array([[-4.0, -1.0]])
    labels = np.ones(20, int)
    x = x[plane(x).argmax(axis=1) == 1]
    package = label_only.boundary_distance(
        LabelOracle(plane), x, labels[: len(x)], start=start, queries=8, tolerance=0.01, directions=64, seed=0
    )
    ours = [check.boundary.reference(LabelOracle(plane), one, start[0], 0.01) for one in x]
    np.testing.assert_allclose(ours, package, rtol=1e-9)


def test_by_halves_a_boundary_costs_the_logarithm_of_its_tolerance():
    oracle = LabelOracle(plane)
    check.boundary.reference(oracle, np.array([3.0, 0.0]), np.array([-3.0, 0.0]), 0.003)
    assert oracle.queries == 1 + 9


def test_the_count_of_a_walk_can_be_worked_out_by_hand():
    # steps 1 to 4 feel 10, 14, 15 and 15 directions, and ask 7 + 1 questions beside them
    assert check.walk_queries.reference(4, 10, 15, 7) == 1 + (10 + 14 + 15 + 15) + 4 * 8


def test_one_case_of_each_exercise_can_be_worked_out_by_hand():
    assert check.gap_by_class.reference(*check.gap_by_class.cases[0].args).tolist() == [0.5, 0.5]
    assert check.robustness.reference(*_fresh(check.robustness)) == pytest.approx(2 / 3)
    assert check.boundary.reference(*_fresh(check.boundary)) == pytest.approx(
        3.75
    )  # three halvings of a line of 10


def _fresh(exercise):
    import copy

    return copy.deepcopy(exercise.cases[0].args)


def test_the_ratio_is_the_pooled_one_of_lesson_04():
    rng = np.random.default_rng(3)
    member = mt.balanced_shadows(12, 30, seed=0)
    phi, shadow_phi = rng.normal(size=30), rng.normal(size=(12, 30)) + member
    from mia_teach.exercises import likelihood_ratio as before

    inside, outside = before.pooled_deviations.reference(shadow_phi, member)
    z_in = (phi - shadow_phi.mean(axis=0, where=member)) / inside
    z_out = (phi - shadow_phi.mean(axis=0, where=~member)) / outside
    expected = (z_out**2 - z_in**2) / 2 + np.log(outside / inside)
    np.testing.assert_allclose(check.robustness_ratio.reference(phi, shadow_phi, member), expected)


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
