import numpy as np
import pytest

from mia_teach import Game, Roc, coin_flips
from mia_teach.attacks import threshold


def a_game():
    rng = np.random.default_rng(0)
    member = coin_flips(1, 800, seed=1)
    labels = rng.integers(0, 5, 800)
    logits = rng.normal(scale=2, size=(1, 800, 5))
    logits[0, np.arange(800), labels] += np.where(member[0], 4, 2)
    return Game(logits, labels, member)


def test_loss_probability_and_log_odds_rank_alike():
    view = a_game().view
    ranks = [
        attack(view).argsort()
        for attack in (threshold.loss, threshold.label_probability, threshold.label_log_odds)
    ]
    assert (ranks[0] == ranks[1]).all()
    assert (ranks[0] == ranks[2]).all()


def test_the_gap_attacks_advantage_is_train_accuracy_minus_test_accuracy():
    game = a_game()
    right = game.logits[0].argmax(-1) == game.labels
    member = game.member[0]
    roc = Roc.from_scores(game.judge(threshold.gap(game.view), name="gap"))
    assert roc.advantage == pytest.approx(right[member].mean() - right[~member].mean(), abs=1e-12)
