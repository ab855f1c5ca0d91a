"""The exercises and the quiz of lesson 02, and what its text says about them."""

import numpy as np
import pytest

import mia_teach as mt
from mia_teach.exercises import threshold as check

from .laws import check_exercise_laws


def roc_point(score, member, threshold) -> tuple[float, float]: ...


def modified_entropy(probability, labels): ...


def honest_accuracy(score, member, tuning) -> float: ...


def precision_interval(true_alarms, members, false_alarms, non_members, base_rate) -> tuple[float, float]: ...


STUBS = (roc_point, modified_entropy, honest_accuracy, precision_interval)


@pytest.mark.parametrize("stub", STUBS, ids=lambda stub: stub.__name__)
def test_every_exercise_keeps_the_laws(stub):
    check_exercise_laws(getattr(check, stub.__name__), stub)


def scores(n=400, seed=0):
    random = np.random.default_rng(seed)
    member = random.random(n) < 0.4
    return mt.Scores(random.normal(member).round(1), member)


def test_a_roc_point_lies_on_the_package_s_curve():
    some = scores()
    roc = mt.Roc.from_scores(some)
    for fpr in (0.05, 0.1, 0.5):
        threshold = roc.threshold_at(fpr)
        across, up = check.roc_point.reference(some.score, some.member, threshold)
        assert up == pytest.approx(roc.tpr_at(fpr).value)
        assert across <= fpr


def test_modified_entropy_of_probabilities_is_that_of_their_logits():
    random = np.random.default_rng(1)
    logits, labels = random.normal(0, 2, (50, 6)), random.integers(0, 6, 50)
    probability = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    ours = check.modified_entropy.reference(probability, labels)
    assert np.allclose(ours, mt.signals.modified_entropy(logits, labels))


def test_the_best_threshold_cannot_be_beaten_on_its_own_records():
    some = scores(60)
    best = check.balanced_accuracy(some.score, some.member, check.best_threshold(some.score, some.member))
    everywhere = [check.balanced_accuracy(some.score, some.member, cut) for cut in np.linspace(-4, 5, 300)]
    assert best == pytest.approx(max(everywhere))
    assert best == pytest.approx((1 + mt.Roc.from_scores(some).advantage) / 2)


def test_on_noise_the_published_accuracy_is_inflated_and_the_honest_one_is_not():
    member = np.arange(100) % 2 == 0
    tuning = np.arange(100) < 50
    noise = np.random.default_rng(3).normal(size=(150, 100))
    published = [check.balanced_accuracy(s, member, check.best_threshold(s, member)) for s in noise]
    honest = [check.honest_accuracy.reference(s, member, tuning) for s in noise]
    assert mt.Interval.from_values(published).low > 0.53
    assert 0.5 in mt.Interval.from_values(honest, confidence=0.999)


def test_the_precision_interval_holds_the_truth_at_least_as_often_as_it_says():
    random = np.random.default_rng(5)
    truth = check.precision(0.2, 0.03, 0.01)
    repeats, held = 400, 0
    for true_alarms, false_alarms in zip(
        random.binomial(150, 0.2, repeats), random.binomial(300, 0.03, repeats), strict=True
    ):
        low, high = check.precision_interval.reference(true_alarms, 150, false_alarms, 300, 0.01)
        held += low <= truth <= high
    assert held / repeats >= 0.95


def test_ends_the_wrong_way_round_are_told_to_be_so_at_both_confidences():
    for confidence in (0.95, 0.975):

        def reversed_ends(true_alarms, members, false_alarms, non_members, base_rate, confidence=confidence):
            tpr = mt.Rate(true_alarms, members, confidence=confidence)
            fpr = mt.Rate(false_alarms, non_members, confidence=confidence)
            return mt.precision(tpr.high, fpr.low, base_rate), mt.precision(tpr.low, fpr.high, base_rate)

        said = check.precision_interval.verdict(reversed_ends).reply
        assert "Your lower end is above your upper end" in said


def test_valid_intervals_of_another_confidence_are_called_valid():
    def wider(true_alarms, members, false_alarms, non_members, base_rate):
        tpr = mt.Rate(true_alarms, members, confidence=0.99)
        fpr = mt.Rate(false_alarms, non_members, confidence=0.99)
        return mt.precision(tpr.low, fpr.high, base_rate), mt.precision(tpr.high, fpr.low, base_rate)

    def independent(true_alarms, members, false_alarms, non_members, base_rate):
        tpr = mt.Rate(true_alarms, members, confidence=0.95**0.5)
        fpr = mt.Rate(false_alarms, non_members, confidence=0.95**0.5)
        return mt.precision(tpr.low, fpr.high, base_rate), mt.precision(tpr.high, fpr.low, base_rate)

    assert "more often than asked" in check.precision_interval.verdict(wider).reply
    assert "valid too" in check.precision_interval.verdict(independent).reply


def test_the_label_taken_by_columns_is_told_to_need_a_row_index():
    def by_columns(probability, labels):
        right = probability[:, labels]
        rest = (probability * np.log(1 - probability)).sum(axis=1) - right * np.log(1 - right)
        return -(1 - right) * np.log(right) - rest

    assert "np.arange(n)" in check.modified_entropy.verdict(by_columns).reply


def test_the_quiz_has_five_questions_that_cannot_be_answered_by_place_or_length():
    questions = check.quiz.questions
    assert len(questions) == 5
    places = [question.right for question in questions]
    assert len(set(places)) == 4
    for question in questions:
        lengths = [len(choice.text) for choice in question.choices]
        assert max(lengths) <= 2 * min(lengths) + 6, question.text
        longest = lengths.index(max(lengths)) == question.right and lengths.count(max(lengths)) == 1
        assert not longest or max(lengths) <= 1.2 * sorted(lengths)[-2], question.text


def test_every_misconception_of_the_quiz_has_a_reply_of_its_own():
    choices = [choice for question in check.quiz.questions for choice in question.choices]
    names = [choice.wrong for choice in choices if choice.wrong]
    assert len(names) == len(set(names)) == 15
    assert len({choice.reply for choice in choices}) == len(choices)


def test_the_numbers_in_the_quiz_replies_are_right():
    assert check.precision(0.1, 0.01, 0.001) == pytest.approx(0.01, abs=0.0002)
    assert check.precision(0.1, 0.01, 0.5) == pytest.approx(0.91, abs=0.002)
    right = np.arange(100) < 95, np.arange(100) < 70
    member = np.arange(200) < 100
    gap = mt.Roc.from_scores(mt.Scores(np.concatenate(right).astype(float), member))
    assert gap.advantage == pytest.approx(0.25)
    roc = mt.Roc.from_scores(mt.Scores(np.arange(5500.0), np.arange(5500) < 5000))
    with pytest.raises(ValueError, match=r"500 non-members: one false positive is already 0\.002"):
        roc.tpr_at(0.001)
