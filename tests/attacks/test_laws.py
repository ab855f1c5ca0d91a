"""Every attack obeys the same laws."""

from dataclasses import replace
from functools import partial
from itertools import product

import numpy as np
import pytest

from mia_teach import Game, Roc, balanced_shadows, coin_flips, load_digits, mlp, train
from mia_teach.attacks import shadow, threshold
from mia_teach.attacks.lira import lira
from mia_teach.attacks.rmia import rmia
from mia_teach.game import Outsiders

ATTACKS = {
    f"threshold.{attack.__name__}": attack
    for attack in (
        threshold.loss,
        threshold.label_probability,
        threshold.label_log_odds,
        threshold.entropy,
        threshold.modified_entropy,
        threshold.gap,
        threshold.difficulty_calibrated,
    )
}
ATTACKS |= {
    f"shadow.{'per class' if per_class else 'for all'}": partial(
        shadow.shadow_classifier, per_class=per_class
    )
    for per_class in (False, True)
}
for center, variance in product(("median", "mean"), ("per_example", "pooled")):
    for variant, sides in (("online", 1), ("offline", 1), ("offline", 2)):
        ATTACKS[f"lira.{variant}, {sides} sides, {center}, {variance}"] = partial(
            lira, variant=variant, sides=sides, center=center, variance=variance
        )
for variant in ("online", "offline"):
    ATTACKS[f"rmia.{variant}"] = partial(rmia, variant=variant)
    ATTACKS[f"rmia.{variant}, T=2, γ=2"] = partial(rmia, variant=variant, temperature=2.0, gamma=2.0, a=0.5)


@pytest.fixture(params=ATTACKS)
def attack(request):
    return ATTACKS[request.param]


def rigged(member=None, classes=12, lift=9.0, seed=0, outsiders=200):
    """A game whose models are sure of their members' labels and guess on the rest."""
    rng = np.random.default_rng(seed)
    member = coin_flips(64, 400, seed=seed + 1) if member is None else member
    labels = rng.integers(0, classes, member.shape[1])
    logits = rng.normal(size=(*member.shape, classes))
    logits += lift * member[:, :, None] * (np.arange(classes) == labels[:, None])
    outside = Outsiders(
        rng.integers(0, classes, outsiders), rng.normal(size=(len(member), outsiders, classes))
    )
    return Game(logits, labels, member, population=outside)


def test_sign_members_get_the_larger_scores_in_a_rigged_game(attack):
    game = rigged()
    assert Roc.from_scores(game.judge(attack(game.view), name="a")).auc > 0.9


def test_null_a_target_that_never_looked_at_membership_gives_an_auc_of_one_half(attack):
    held = 0
    for seed in range(40):
        game = rigged(balanced_shadows(20, 200, seed=seed), lift=0.0, seed=100 + seed)
        held += 0.5 in Roc.from_scores(game.judge(attack(game.view), name="a")).auc_interval()
    assert held >= 34  # of 40 at 95 %: fewer happens once in 100,000 runs


@pytest.fixture(scope="module")
def strangers():
    """Real models, and a made-up membership of people whom none of them ever saw."""
    digits = load_digits()
    member = np.zeros((20, len(digits)), bool)
    member[:, :900] = coin_flips(20, 900, seed=5)
    ensemble = train(mlp(64, 32, 10), digits, member, epochs=3, progress=False)
    unseen, outside = digits[900:1600], digits[1600:]
    return Game(
        ensemble.logits(unseen.x),
        unseen.y,
        balanced_shadows(20, len(unseen), seed=6),
        population=Outsiders(outside.y, ensemble.logits(outside.x)),
    )


def test_null_holds_for_real_models_judged_on_people_they_never_saw(attack, strangers):
    scores = strangers.judge(attack(strangers.view), name="a")
    assert 0.5 in Roc.from_scores(scores).auc_interval(0.999)


def test_no_peeking_changing_the_targets_membership_changes_no_score(attack):
    game = rigged()
    member = game.member.copy()
    member[game.target] = ~member[game.target]
    np.testing.assert_array_equal(attack(game.view), attack(replace(game, member=member).view))


def test_order_permuting_examples_permutes_scores(attack):
    game = rigged()
    order = np.random.default_rng(1).permutation(len(game.labels))
    shuffled = replace(
        game, logits=game.logits[:, order], labels=game.labels[order], member=game.member[:, order]
    )
    np.testing.assert_allclose(attack(game.view)[order], attack(shuffled.view), rtol=1e-12, atol=1e-12)


def test_extremes_give_finite_scores(attack):
    game = rigged()
    for size in (1e4, -1e4):
        outside = replace(game.population, logits=np.sign(game.population.logits) * size)
        extreme = replace(game, logits=np.sign(game.logits) * size, population=outside)
        assert np.isfinite(attack(extreme.view)).all()
