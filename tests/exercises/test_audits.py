"""The exercises and the quiz of lesson 11, and what its text says about them."""

import math
from functools import lru_cache

import numpy as np
import pytest
from scipy.stats import binomtest

from mia_teach import Scores
from mia_teach.audit import Threshold, clopper_pearson, one_run
from mia_teach.exercises import audits as check

from .laws import check_exercise_laws, check_quiz_laws


def epsilon_bound(hits, members, alarms, non_members, delta, confidence): ...


def split_guesses(score, member, chooses, bound): ...


def verdicts(bound, claims, confidence): ...


def models_needed(claim, confidence): ...


@pytest.mark.parametrize(
    "stub", [epsilon_bound, split_guesses, verdicts, models_needed], ids=lambda stub: stub.__name__
)
def test_every_exercise_keeps_the_laws(stub):
    exercise = getattr(check, stub.__name__)
    check_exercise_laws(exercise, stub)
    assert len(exercise.wrong) >= 9


def test_one_case_of_each_exercise_can_be_worked_out_by_hand():
    low = 0.05 ** (1 / 20)  # of 20 out of 20, half of 10 % on each side
    assert check.epsilon_bound.reference(20, 20, 0, 20, 0.0, 0.9) == pytest.approx(math.log(low / (1 - low)))
    assert check.split_guesses.reference(*check.split_guesses.cases[0].args) == (1, 2)
    refuted, each = check.verdicts.reference(*check.verdicts.cases[0].args)
    assert refuted.tolist() == [True, False]
    assert each == pytest.approx(0.95)
    assert check.models_needed.reference(1.0, 0.95) == math.ceil(
        math.log(0.025) / math.log(math.e / (1 + math.e))
    )


def test_the_bound_is_the_package_s():
    rng = np.random.default_rng(0)
    for _ in range(30):
        scores = Scores(rng.integers(0, 2, 120) + 0.0, np.arange(120) < 50)
        hits, alarms = int(scores.members.sum()), int(scores.non_members.sum())
        delta, confidence = rng.choice([0.0, 1e-3, 0.05]), rng.uniform(0.5, 0.99)
        package = clopper_pearson(scores, threshold=Threshold(0.5), delta=delta, confidence=confidence)
        ours = check.epsilon_bound.reference(hits, 50, alarms, 70, delta, confidence)
        assert ours == pytest.approx(package.epsilon)


def _as_a_learner_writes_it(method="exact", low="low", high="high", halved=1, first=1.0, second=1.0):
    def epsilon_bound(hits, members, alarms, non_members, delta, confidence):
        tpr, fpr = hits / members, alarms / non_members
        if method:
            sure = 1 - (1 - confidence) / halved
            tpr = getattr(binomtest(hits, members).proportion_ci(sure, method), low)
            fpr = getattr(binomtest(alarms, non_members).proportion_ci(sure, method), high)
        ratio = max((tpr - first * delta) / fpr, (1 - fpr - second * delta) / (1 - tpr))
        return math.log(max(ratio, 1.0))

    return epsilon_bound


@pytest.mark.parametrize(
    ("slip", "name"),
    [
        ({"method": None}, "no_interval"),
        ({"low": "high", "high": "low"}, "other_ends"),
        ({"halved": 2}, "error_halved_twice"),
        ({"method": "wilson"}, "wilson"),
        ({"second": 0.0}, "no_delta_in_the_second"),
        ({"first": 0.0}, "no_delta_in_the_first"),
        ({"first": 0.0, "second": 0.0}, "no_delta"),
    ],
)
def test_a_bound_with_the_slip_of_a_learner_is_told_which_it_is(slip, name):
    assert check.epsilon_bound.verdict(_as_a_learner_writes_it()).done
    outcome = check.epsilon_bound.verdict(_as_a_learner_writes_it(**slip))
    assert (outcome.kind, outcome.wrong) == ("not right yet", name)


def test_in_both_directions_a_case_needs_its_delta():
    """So that neither ratio can do without it."""
    for alone in (0, 1):
        needed = []
        for case in check.epsilon_bound.cases:
            h, m, a, n, delta, c = case.args
            without = [0.0 if i == alone else delta for i in (0, 1)]
            needed.append(
                abs(check._larger(h, m, a, n, c, *without) - check.epsilon_bound.reference(*case.args))
            )
        assert max(needed) > 0.01


def test_verdicts_below_the_claim_or_for_always_seven_and_a_swapped_pair_have_a_reply_of_their_own():
    def below(bound, claims, confidence):
        each = 1 - (1 - confidence) / len(claims)
        return np.array([bound(k, each) < claim for k, claim in enumerate(claims)]), each

    def seven(bound, claims, confidence):
        each = 1 - (1 - confidence) / 7
        return np.array([bound(k, each) > claim for k, claim in enumerate(claims)]), each

    assert check.verdicts.verdict(below).wrong == "below_the_claim"
    assert check.verdicts.verdict(seven).wrong == "always_seven"
    swapped = check.split_guesses.verdict(lambda *given: check.split_guesses.reference(*given)[::-1])
    assert swapped.wrong == "other_order"


def test_the_ceiling_is_passed_with_the_models_needed_and_not_with_one_fewer():
    for claim in (0.5, 1.0, 2.0, 4.0):
        n = check.models_needed.reference(claim, 0.95)
        assert check.epsilon_bound.reference(n, n, 0, n, 0.0, 0.95) > claim
        assert check.epsilon_bound.reference(n - 1, n - 1, 0, n - 1, 0.0, 0.95) <= claim


def test_on_noise_a_split_shows_something_seldom_and_the_published_slip_often():
    """What the exercise and the surprise of the lesson are about, with the exercise's own functions."""
    published = next(one.function for one in check.split_guesses.wrong if one.name == "published")
    bound, rng, found = lru_cache(check._Bound(0.95)), np.random.default_rng(1), {"honest": 0, "published": 0}
    for _ in range(300):
        score, member, chooses = rng.normal(size=100), rng.random(100) < 0.5, rng.random(100) < 0.5
        for name, counts in (("honest", check.split_guesses.reference), ("published", published)):
            found[name] += bound(*counts(score, member, chooses, bound)) > 0
    assert found["honest"] <= 0.05 * 300 + 12
    assert found["published"] >= 0.15 * 300


def test_the_bound_that_the_split_is_given_is_the_package_s():
    for right, guesses in ((9, 10), (30, 40), (50, 50), (3, 10)):
        ours = check._Bound(0.95)(right, guesses)
        assert ours == pytest.approx(one_run(100, guesses, right, 0.0).epsilon)
    assert check._Bound(0.95)(0, 0) == 0


def test_right_guesses_that_are_not_among_the_guesses_are_refused_with_a_sentence():
    error = dict(check.split_guesses.verdict(lambda score, member, chooses, bound: bound(5, 3)).shown)[
        "Error"
    ]
    assert "5 right of 3 guesses" in error


def test_the_verdicts_of_a_sound_family_are_all_right_in_nineteen_of_twenty():
    """Each of seven is randomised response that keeps ε = 1 exactly."""
    rng, once = np.random.default_rng(2), 0
    claims, p = np.ones(7), 1 / (1 + math.exp(-1))
    for _ in range(300):
        counts = [(rng.binomial(400, p), 400, rng.binomial(400, 1 - p), 400) for _ in range(7)]
        refuted, _ = check.verdicts.reference(check._Audits(*map(_whole, counts)), claims, 0.95)
        once += refuted.any()
    assert once <= 0.05 * 300 + 12


def _whole(counts):
    return tuple(int(one) for one in counts)


def test_an_audit_that_is_not_there_or_a_confidence_that_is_none_is_refused_with_a_sentence():
    def one_too_many(bound, claims, confidence):
        return np.array([bound(k + 1, confidence) > claim for k, claim in enumerate(claims)]), confidence

    error = dict(check.verdicts.verdict(one_too_many).shown)["Error"]
    assert "there are audits 0 to 1" in error

    def error_for_confidence(bound, claims, confidence):
        return np.array([bound(k, 100 * confidence) > claim for k, claim in enumerate(claims)]), confidence

    error = dict(check.verdicts.verdict(error_for_confidence).shown)["Error"]
    assert "between 0 and 1" in error


def test_the_input_of_the_verdicts_says_what_the_audits_found():
    assert repr(check._TWO).startswith("bounds of 2 audits; at 0.95 [")


def test_the_quiz_has_five_questions_that_cannot_be_answered_by_place_or_length():
    questions = check.quiz.questions
    assert len(questions) == 5
    assert len({question.right for question in questions}) >= 3
    for question in questions:
        lengths = [len(choice.text) for choice in question.choices]
        assert max(lengths) <= 2 * min(lengths) + 6, question.text
        longest = lengths.index(max(lengths)) == question.right and lengths.count(max(lengths)) == 1
        assert not longest or max(lengths) <= 1.2 * sorted(lengths)[-2], question.text


def test_what_the_quiz_says_of_a_perfect_attack_on_twenty_is_so():
    low = 0.025 ** (1 / 20)
    assert round(low, 2) == 0.83
    assert round(math.log(low / (1 - low)), 1) == 1.6
    assert round(check.epsilon_bound.reference(20, 20, 0, 20, 0.0, 0.95), 1) == 1.6


def test_every_misconception_of_the_quiz_has_a_reply_of_its_own():
    check_quiz_laws(check.quiz)
    choices = [choice for question in check.quiz.questions for choice in question.choices]
    names = [choice.wrong for choice in choices if choice.wrong]
    assert len(names) == len(set(names)) == 15
    assert len({choice.reply for choice in choices}) == len(choices)
    assert not any("*" in text for choice in choices for text in (choice.text, choice.reply))
