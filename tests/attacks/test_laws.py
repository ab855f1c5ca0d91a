"""Every attack obeys the same laws."""

from dataclasses import replace

import numpy as np
import pytest

from mia_teach import Game, Roc, coin_flips, load_digits, mlp, train
from mia_teach.attacks import threshold

ATTACKS = {
    f"threshold.{attack.__name__}": attack
    for attack in (
        threshold.loss,
        threshold.label_probability,
        threshold.label_log_odds,
        threshold.entropy,
        threshold.modified_entropy,
        threshold.gap,
    )
}


@pytest.fixture(params=ATTACKS)
def attack(request):
    return ATTACKS[request.param]


def rigged(models=12, examples=400, classes=12, lift=9.0, seed=0):
    """A game whose models are sure of their members' labels and guess on the rest."""
    rng = np.random.default_rng(seed)
    member = coin_flips(models, examples, seed=seed + 1)
    labels = rng.integers(0, classes, examples)
    logits = rng.normal(size=(models, examples, classes))
    logits += lift * member[:, :, None] * (np.arange(classes) == labels[:, None])
    return Game(logits, labels, member)


def test_sign_members_get_the_larger_scores_in_a_rigged_game(attack):
    game = rigged()
    assert Roc.from_scores(game.judge(attack(game.view), name="a")).auc > 0.9


def test_null_a_target_that_never_looked_at_membership_gives_an_auc_of_one_half(attack):
    held = 0
    for seed in range(40):
        game = rigged(lift=0.0, seed=100 + seed)
        held += 0.5 in Roc.from_scores(game.judge(attack(game.view), name="a")).auc_interval()
    assert held >= 34  # of 40 at 95 %: fewer happens once in 100,000 runs


def test_null_holds_for_a_real_model_judged_on_people_it_never_saw(attack):
    digits = load_digits()
    member = coin_flips(2, len(digits), seed=5)
    ensemble = train(mlp(64, 32, 10), digits, member, epochs=3, progress=False)
    unseen = ~member[0] & ~member[1]
    game = Game(ensemble.logits(digits.x[unseen]), digits.y[unseen], coin_flips(2, int(unseen.sum()), seed=6))
    assert 0.5 in Roc.from_scores(game.judge(attack(game.view), name="a")).auc_interval(0.999)


def test_no_peeking_changing_the_targets_membership_changes_no_score(attack):
    game = rigged()
    member = game.member.copy()
    member[game.target] = ~member[game.target]
    np.testing.assert_array_equal(attack(game.view), attack(replace(game, member=member).view))


def test_order_permuting_examples_permutes_scores(attack):
    game = rigged()
    order = np.random.default_rng(1).permutation(len(game.labels))
    shuffled = Game(game.logits[:, order], game.labels[order], game.member[:, order])
    np.testing.assert_allclose(attack(game.view)[order], attack(shuffled.view), rtol=1e-12)


def test_extremes_give_finite_scores(attack):
    game = rigged()
    for size in (1e4, -1e4):
        score = attack(replace(game, logits=np.sign(game.logits) * size).view)
        assert np.isfinite(score).all()
