"""The exercises and the quiz of lesson 03, and what its text says about them."""

import numpy as np
import pytest

import mia_teach as mt
from mia_teach.attacks import shadow
from mia_teach.exercises import shadow_models as check

from .laws import check_exercise_laws, check_quiz_laws


def shadow_plan(household, candidates, coins): ...


def attack_features(logits, labels, top): ...


def allowed_shadows(member, target): ...


def promise(shadow_score, shadow_member, target_score, target_member, promised) -> tuple[float, float]: ...


STUBS = (shadow_plan, attack_features, allowed_shadows, promise)


@pytest.mark.parametrize("stub", STUBS, ids=lambda stub: stub.__name__)
def test_every_exercise_keeps_the_laws(stub):
    check_exercise_laws(getattr(check, stub.__name__), stub)


@pytest.mark.parametrize("stub", STUBS, ids=lambda stub: stub.__name__)
def test_no_hint_or_reply_holds_the_whole_solution(stub):
    exercise = getattr(check, stub.__name__)
    assert len(exercise.wrong) >= 8
    for wrong in exercise.wrong:
        assert "np." not in wrong.reply, wrong.name


@pytest.mark.parametrize(
    ("exercise", "names"),
    [
        ("attack_features", {"loss_and_right_swapped", "loss_in_bits"}),
        ("allowed_shadows", {"partner_half_way_round", "descending"}),
        (
            "promise",
            {"wrong_order", "wrong_tail", "mean_of_each_shadow_s_threshold", "false_alarms_among_everybody"},
        ),
    ],
)
def test_mistakes_that_students_made_have_replies_of_their_own(exercise, names):
    assert names <= {wrong.name for wrong in getattr(check, exercise).wrong}


@pytest.mark.parametrize("promised", [0.01, 0.05, 0.25])
def test_the_lesson_s_limit_is_the_threshold_that_the_stretch_exercise_asks_for(promised):
    random = np.random.default_rng(8)
    score, inside = random.normal(size=(3, 1001)), random.random((3, 1001)) < 0.5
    threshold, _ = check.promise.reference(score, inside, score[0], inside[0], promised)
    assert np.quantile(score[~inside], 1 - promised, method="inverted_cdf") == threshold


def test_a_plan_takes_every_stranger_s_record_and_nobody_else_s():
    random = np.random.default_rng(0)
    household = random.integers(0, 40, 200)
    candidates = random.choice(200, 30, replace=False)
    coins = random.random((5, 40)) < 0.5
    own, member = check.shadow_plan.reference(household, candidates, coins)
    known = {household[i] for i in candidates}
    assert own.tolist() == [i for i in range(200) if household[i] not in known]
    assert member.shape == (5, len(own))
    for shadow_model in range(5):
        for column, record in enumerate(own):
            assert member[shadow_model, column] == coins[shadow_model, household[record]]


def test_attack_features_are_the_package_s():
    random = np.random.default_rng(1)
    logits, labels = random.normal(0, 3, (60, 7)), random.integers(0, 7, 60)
    for top in (1, 3, 7):
        ours = check.attack_features.reference(logits, labels, top)
        assert np.allclose(ours, shadow.features(logits, labels, top=top))


def test_allowed_shadows_are_those_that_the_game_lets_the_adversary_see():
    member = mt.balanced_shadows(8, 50, seed=2)[np.random.default_rng(3).permutation(8)]
    logits = np.arange(8.0)[:, None, None] * np.ones((8, 50, 2))
    for target in range(8):
        game = mt.Game(logits, np.zeros(50, int), member, target)
        seen = game.view.shadow_logits[:, 0, 0].astype(int)
        assert check.allowed_shadows.reference(member, target).tolist() == seen.tolist()


def test_counting_solves_the_published_design_and_says_nothing_once_pairs_leave_together():
    published = check.published_design(16, 2000, seed=0)
    assert (published.sum(axis=0) == 8).all()
    assert abs(published.mean(axis=1) - 0.5).max() < 5 * 0.5 / np.sqrt(2000)
    paired = mt.balanced_shadows(16, 2000, seed=0)
    for target in range(16):
        others = np.arange(16) != target
        held = published[others].sum(axis=0)
        assert mt.Roc.from_scores(mt.Scores(-held, published[target])).auc == 1
        held = paired[check.allowed_shadows.reference(paired, target)].sum(axis=0)
        assert mt.Roc.from_scores(mt.Scores(-held, paired[target])).auc == 0.5


def test_the_game_refuses_the_published_design():
    member = check.published_design(4, 30, seed=0)
    with pytest.raises(ValueError, match="gives the target away"):
        _ = mt.Game(np.zeros((4, 30, 2)), np.zeros(30, int), member).view


def test_cutting_all_records_to_equal_counts_as_the_published_code_does_leaves_no_count_to_use():
    member = check.published_design(16, 2000, seed=1)
    held = member[1:].sum(axis=0)
    kept = min(held.min(), (15 - held).min())
    assert set(held) == {7, 8}
    assert kept == 7


def test_one_of_each_other_pair_is_safe_as_its_reply_says():
    member = mt.balanced_shadows(8, 400, seed=5)
    safe = next(wrong for wrong in check.allowed_shadows.wrong if wrong.name == "one_of_each_pair")
    kept = safe.function(member, 2)
    assert len(kept) == 3
    counting = mt.Roc.from_scores(mt.Scores(member[kept].sum(axis=0), member[2]))
    assert 0.5 in counting.auc_interval(0.999)


def test_a_promise_is_kept_where_target_and_shadows_are_alike():
    random = np.random.default_rng(4)
    inside = random.random((8, 4000)) < 0.5
    member = random.random(8000) < 0.5
    score = random.normal(1.0 * inside)
    threshold, fpr = check.promise.reference(score, inside, random.normal(1.0 * member), member, 0.05)
    assert (score[~inside] > threshold).mean() <= 0.05
    assert (score[~inside] >= threshold).mean() > 0.05
    assert fpr == pytest.approx(0.05, abs=5 * (0.05 / 4000) ** 0.5)


def test_a_promise_breaks_in_both_directions_when_the_target_s_scores_are_shifted():
    random = np.random.default_rng(6)
    inside, member = random.random((4, 2000)) < 0.5, random.random(2000) < 0.5
    target = random.normal(1.0 * member)
    for shift, way in ((1.0, 1), (-1.0, -1)):
        _, fpr = check.promise.reference(random.normal(1.0 * inside), inside, target + shift, member, 0.05)
        assert way * (fpr - 0.05) > 0.02


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
    check_quiz_laws(check.quiz)
    choices = [choice for question in check.quiz.questions for choice in question.choices]
    names = [choice.wrong for choice in choices if choice.wrong]
    assert len(names) == len(set(names)) == 15
    assert len({choice.reply for choice in choices}) == len(choices)


def test_the_counts_in_the_quiz_reply_are_right():
    held = check.published_design(64, 300, seed=0)
    others = held[1:].sum(axis=0)
    assert set(others[held[0]]) == {31}
    assert set(others[~held[0]]) == {32}
