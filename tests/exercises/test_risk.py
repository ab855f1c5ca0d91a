"""The exercises and the quiz of lesson 08, and what its text says about them."""

import numpy as np
import pytest

import mia_teach as mt
from mia_teach.exercises import risk as check
from mia_teach.risk import at_least_if_equal, over_people

from .laws import check_exercise_laws, check_quiz_laws


def exposures(accused, member): ...


def precision_by_group(accused, member, group, n_groups, base_rate): ...


def group_intervals(exposure, group, n_groups): ...


def people_by_luck(found, trained): ...


STUBS = (exposures, precision_by_group, group_intervals, people_by_luck)


@pytest.mark.parametrize("stub", STUBS, ids=lambda stub: stub.__name__)
def test_every_exercise_keeps_the_laws(stub):
    exercise = getattr(check, stub.__name__)
    check_exercise_laws(exercise, stub)
    assert len(exercise.wrong) >= 9


def test_the_exposures_are_the_package_s():
    rng = np.random.default_rng(0)
    member = mt.balanced_shadows(8, 50, seed=0)
    accused = rng.random(member.shape) < 0.3
    np.testing.assert_allclose(
        check.exposures.reference(accused, member), mt.Exposure(accused, member, fpr=0.01).tpr
    )


def test_dividing_as_the_hint_says_is_right_although_numpy_warns_of_a_record_nobody_trained_on():
    def plainly(accused, member):
        with np.errstate(invalid="ignore"):
            return (accused & member).sum(axis=0) / member.sum(axis=0)

    assert check.exposures.verdict(plainly).kind == "done"
    assert check.exposures.verdict(lambda a, m: (a & m).sum(axis=0) / m.sum(axis=0)).kind == "done"


def test_one_case_of_each_exercise_can_be_worked_out_by_hand():
    first = {name: getattr(check, name) for name in ("exposures", "precision_by_group", "people_by_luck")}
    worked = {name: one.reference(*one.cases[0].args) for name, one in first.items()}
    np.testing.assert_allclose(worked["exposures"], [1.0, 0.0, 0.0])
    # group 0: 1 of 2 members, 1 of 4 others; group 1: 2 of 2 members, 1 of 2 others
    np.testing.assert_allclose(worked["precision_by_group"], [2 / 3, 2 / 3])
    np.testing.assert_allclose(worked["people_by_luck"], [4, 3, 1])  # chance 1/2, two trainings, four people


def test_the_worth_of_an_accusation_is_bayes_rule_by_counting():
    """A population in which the base rate holds: the share of members among its accused is the precision."""
    rng = np.random.default_rng(1)
    group = rng.integers(0, 2, 400_000)
    member = rng.random(len(group)) < 0.1
    accused = rng.random(len(group)) < np.where(member, 0.5, np.where(group, 0.02, 0.1))
    found = check.precision_by_group.reference(accused, member, group, 2, member.mean())
    for g in (0, 1):
        share = mt.Rate(
            int((accused & member & (group == g)).sum()), int((accused & (group == g)).sum()), 0.999
        )
        assert share.low <= found[g] <= share.high


def test_a_group_without_a_side_has_no_precision_and_keeps_its_place():
    accused, member = np.array([True, True, False]), np.array([True, False, False])
    found = check.precision_by_group.reference(accused, member, np.array([0, 0, 2]), 3, 0.5)
    np.testing.assert_allclose(found, [0.5, np.nan, np.nan])


def test_the_intervals_are_the_package_s_by_group():
    rng = np.random.default_rng(2)
    member = mt.balanced_shadows(8, 60, seed=0)
    exposure = mt.Exposure(rng.random(member.shape) < 0.3, member, fpr=0.01)
    group = np.arange(60) % 3
    ours = check.group_intervals.reference(exposure.tpr, group, 3)
    theirs = [(one.exposure.low, one.exposure.high) for one in exposure.by_group(group, "abc")]
    np.testing.assert_allclose(ours, theirs)


def test_counting_trainings_as_people_finds_groups_that_stand_out_where_there_are_none():
    """Groups by lot: the claim to repair calls one of them exposed nearly always, the repaired one hardly ever."""
    rng = np.random.default_rng(3)
    exposure = rng.beta(0.3, 0.8, 400).round(2)
    published = next(w.function for w in check.group_intervals.wrong if w.name == "trainings_uncorrected")

    def stands_out(intervals):
        return any(not low <= exposure.mean() <= high for low, high in intervals)

    claims = {"published": 0, "repaired": 0}
    for _ in range(60):
        group = rng.permutation(np.arange(400) % 10)
        claims["published"] += stands_out(published(exposure, group, 10))
        claims["repaired"] += stands_out(check.group_intervals.reference(exposure, group, 10))
    assert claims["published"] >= 55
    assert claims["repaired"] <= 3


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (lambda e, g, n: [_ends(e[g == i], 0.95 ** (1 / n)) for i in range(n)], "Šidák"),
        (lambda e, g, n: [_ends(e[g == i], 0.95**n) for i in range(n)], "to the power"),
        (lambda e, g, n: np.transpose([_ends(e[g == i], 1 - 0.05 / n) for i in range(n)]), "transpose"),
    ],
    ids=["sidak", "powered", "transposed"],
)
def test_near_answers_about_the_groups_are_told_what_they_are(answer, word):
    verdict = check.group_intervals.verdict(lambda *case: np.array(answer(*case)))
    assert verdict.kind != "done"
    assert word in str(verdict)


def _ends(shares, confidence):
    found = over_people(shares, confidence=confidence)
    return found.low, found.high


def test_no_hint_has_half_an_emphasis():
    hints = [hint for stub in STUBS for hint in getattr(check, stub.__name__).hints]
    outside_code = [part for hint in hints for part in hint.split("`")[::2]]
    assert not [part for part in outside_code if part.count("*") % 2]


def test_luck_alone_is_the_package_s_curve():
    rng = np.random.default_rng(4)
    member = mt.balanced_shadows(12, 80, seed=0)
    exposure = mt.Exposure(rng.random(member.shape) < 0.3, member, fpr=0.01)
    ours = check.people_by_luck.reference(exposure.found, 6)
    np.testing.assert_allclose(ours, 80 * at_least_if_equal(exposure))


def test_three_people_never_found_are_not_three_people_at_no_risk():
    assert over_people(np.zeros(3)).high > 0.7
    student = next(w.function for w in check.group_intervals.wrong if w.name == "student")
    low, high = student(np.zeros(3), np.zeros(3, int), 1)[0]
    assert (low, high) == (0, 0)


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
