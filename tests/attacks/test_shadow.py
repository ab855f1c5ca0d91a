"""The shadow classifier: what it sees, what it learns from, and that it never learns from the target."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from mia_teach import Roc, coin_flips
from mia_teach.attacks import shadow

from .test_laws import rigged


def test_features_are_sorted_probabilities_loss_and_correctness():
    logits = np.array([[[2.0, 0.0, 1.0], [0.0, 3.0, 0.0]]])
    seen = shadow.features(logits, np.array([0, 2]), top=3)
    p = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    assert seen.shape == (1, 2, 5)
    np.testing.assert_allclose(seen[..., :3], np.sort(p)[..., ::-1])
    np.testing.assert_allclose(seen[0, :, 3], -np.log([p[0, 0, 0], p[0, 1, 2]]))
    assert seen[0, :, 4].tolist() == [1, 0]


def test_models_with_other_classes_can_be_learnt_from():
    few = rigged(classes=2, seed=1).view
    attack = shadow.learn(few.shadow_logits, few.labels, few.shadow_member, top=3)
    game = rigged(classes=12, seed=2)
    assert Roc.from_scores(game.judge(attack(game.view), name="a")).auc > 0.9


def test_the_classifier_is_the_same_whatever_the_target_says():
    view = rigged().view
    other = replace(view, target_logits=view.target_logits[::-1] * 3)
    probe = np.random.default_rng(0).normal(size=(50, 12)), np.arange(50) % 12
    fits = [shadow.learn(v.shadow_logits, v.labels, v.shadow_member).score(*probe) for v in (view, other)]
    np.testing.assert_array_equal(*fits)


def test_per_class_a_class_is_judged_by_its_own_shadow_rows():
    """Members of even classes get sure answers, members of odd ones unsure: one classifier for all cannot see it."""
    rng = np.random.default_rng(0)
    member, labels = coin_flips(20, 600, seed=1), np.arange(600) % 4
    lift = np.where((labels % 2 == 0) == member, 4.0, 1.0)
    logits = rng.normal(size=(20, 600, 4)) + lift[:, :, None] * (np.arange(4) == labels[:, None])
    fit = {
        per_class: shadow.learn(logits[1:], labels, member[1:], per_class=per_class)
        for per_class in (False, True)
    }
    correct = {
        per_class: ((one.score(logits[0], labels) > 0) == member[0]).mean() for per_class, one in fit.items()
    }
    assert set(fit[True].by_class) == {0, 1, 2, 3}
    assert correct[True] > 0.75
    assert correct[False] < 0.6


def test_a_class_with_one_side_only_is_left_to_the_common_classifier():
    view = rigged().view
    member = view.shadow_member.copy()
    member[:, view.labels == 3] = False
    fit = shadow.learn(view.shadow_logits, view.labels, member, per_class=True)
    assert set(fit.by_class) == set(range(12)) - {3}
    assert np.isfinite(fit(view)).all()


def test_any_classifier_of_scikit_learn_will_do():
    game = rigged()
    score = shadow.shadow_classifier(game.view, classifier=KNeighborsClassifier(5))
    assert Roc.from_scores(game.judge(score, name="a")).auc > 0.9


def test_shadows_of_one_kind_only_are_refused():
    view = rigged().view
    for member in (np.zeros((0, 400), bool), np.ones((3, 400), bool), np.zeros((3, 400), bool)):
        with pytest.raises(ValueError, match="not of both kinds"):
            shadow.learn(view.shadow_logits[: len(member)], view.labels, member)
    with pytest.raises(ValueError, match="largest probability"):
        shadow.features(view.target_logits, view.labels, top=0)
