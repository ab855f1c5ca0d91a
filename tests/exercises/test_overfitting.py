"""The exercises and the quiz of lesson 01, and what its text says about them."""

import numpy as np
import pytest

import mia_teach as mt
from mia_teach.exercises import overfitting as check

from .laws import check_exercise_laws, check_quiz_laws


def cross_entropy(logits, labels): ...


def generalisation_gap(train_correct, test_correct): ...


def purge(test, train, tolerance): ...


def memorisation(correct, member): ...


STUBS = (cross_entropy, generalisation_gap, purge, memorisation)


@pytest.mark.parametrize("stub", STUBS, ids=lambda stub: stub.__name__)
def test_every_exercise_keeps_the_laws(stub):
    check_exercise_laws(getattr(check, stub.__name__), stub)


def test_the_loss_is_the_package_s_for_logits_of_any_size():
    random = np.random.default_rng(0)
    for size in (1.0, 30.0, 1e4):
        logits, labels = random.normal(0, size, (200, 7)), random.integers(0, 7, 200)
        ours = check.cross_entropy.reference(logits, labels)
        assert np.allclose(ours, mt.signals.cross_entropy(logits, labels), rtol=1e-10, atol=1e-12)


def test_clipping_merges_the_losses_that_the_reply_says_it_merges():
    logits, labels = np.array([[0.0, 28.0], [0.0, 40.0]]), np.array([0, 0])
    [clipped] = [wrong for wrong in check.cross_entropy.wrong if wrong.name == "clipped"]
    assert clipped.function(logits, labels) == pytest.approx([27.63, 27.63], abs=0.01)


def test_all_columns_for_every_row_are_answered_by_name():
    def wrote(logits, labels):
        top = logits.max(axis=1)
        return top + np.log(np.exp(logits - top[:, None]).sum(axis=1)) - logits[:, labels]

    outcome = check.cross_entropy.verdict(wrote)
    assert outcome.wrong == "a_table_of_logits"
    assert "every label's column for every row" in outcome.reply


def test_positions_for_true_and_false_are_answered_by_name():
    def wrote(test, train, tolerance):
        distance = np.sqrt(((test[:, None] - train) ** 2).sum(axis=2)).min(axis=1)
        return np.flatnonzero(distance > tolerance)

    outcome = check.purge.verdict(wrote)
    assert outcome.wrong == "positions"
    assert "True or False for each image" in outcome.reply


def test_the_gap_interval_holds_the_true_gap_in_at_least_19_of_20_test_sets():
    random, train, truth = np.random.default_rng(1), np.ones(50, dtype=bool), 0.87
    gaps = [check.generalisation_gap.reference(train, random.random(200) < truth) for _ in range(400)]
    assert np.mean([1 - truth in gap for gap in gaps]) >= 0.94


def test_the_gap_of_a_perfect_test_set_still_has_an_interval():
    gap = check.generalisation_gap.reference(np.ones(20, dtype=bool), np.ones(30, dtype=bool))
    assert (gap.value, gap.low) == (0.0, 0.0)
    assert gap.high == pytest.approx(1 - 0.025 ** (1 / 30))


def test_a_share_of_copies_takes_that_share_from_the_gap():
    train = np.ones(100, dtype=bool)
    test = np.arange(900) < 600
    with_copies = np.concatenate([test, train])
    before, after = (check.generalisation_gap.reference(train, one) for one in (test, with_copies))
    assert after.value == pytest.approx(0.9 * before.value)


def test_purging_leaves_no_copy_and_nothing_else_goes():
    random = np.random.default_rng(2)
    train, others = random.normal(0, 3, (80, 16)), random.normal(0, 3, (120, 16))
    copies = train[:15] + random.normal(0, 0.01, (15, 16))
    stays = check.purge.reference(np.concatenate([others, copies]), train, 0.5)
    assert stays.tolist() == [True] * 120 + [False] * 15


def test_mean_memorisation_is_the_gap_when_every_record_is_in_half_of_the_models():
    member = mt.balanced_shadows(8, 50, seed=0)
    correct = np.random.default_rng(3).random((8, 50)) < np.where(member, 0.9, 0.6)
    memory = check.memorisation.reference(correct, member)
    assert memory.mean() == pytest.approx(correct[member].mean() - correct[~member].mean())


def test_the_quiz_has_five_questions_and_each_wrong_choice_its_own_name_and_reply():
    assert len(check.quiz.questions) == 5
    wrong = [choice for question in check.quiz.questions for choice in question.choices if choice.wrong]
    assert len({choice.wrong for choice in wrong}) == len(wrong)
    assert len({choice.reply for choice in wrong}) == len(wrong)
    assert len({question.right for question in check.quiz.questions}) >= 3


def test_no_reply_of_the_quiz_repeats_the_panel_s_own_verdict():
    check_quiz_laws(check.quiz)
