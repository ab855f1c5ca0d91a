"""LiRA against Gaussians whose answer is known, and against SciPy's densities, model by model."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from mia_teach import Game, Roc, balanced_shadows, coin_flips
from mia_teach.attacks import sides, threshold
from mia_teach.attacks.lira import lira
from mia_teach.game import View


def gaussian_game(member, distance=1.0, spread_of_records=3.0, in_spread=1.0, seed=0):
    """Two classes; a record's log-odds is normal around its own difficulty, higher where it was a member."""
    rng = np.random.default_rng(seed)
    models, examples = member.shape
    difficulty = rng.normal(scale=spread_of_records, size=examples)
    noise = rng.normal(size=(models, examples)) * np.where(member, in_spread, 1.0)
    phi = difficulty + distance * member + noise
    return Game(np.stack([phi, np.zeros_like(phi)], axis=-1), np.zeros(examples, int), member)


def auc(game, score):
    return Roc.from_scores(game.judge(score, name="a")).auc_interval(0.999)


@pytest.mark.parametrize("distance", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("variance", ["per_example", "pooled"])
def test_on_true_gaussians_it_reaches_the_best_possible_auc(distance, variance):
    game = gaussian_game(coin_flips(401, 8000, seed=1), distance)
    best = norm.cdf(distance / np.sqrt(2))
    for variant in ("online", "offline"):
        assert lira_auc(game, variant, variance) == pytest.approx(best, abs=0.012)


def lira_auc(game, variant, variance):
    return auc(game, lira(game.view, variant=variant, center="mean", variance=variance)).value


def test_the_loss_alone_pays_for_the_records_differences():
    game = gaussian_game(coin_flips(2, 20_000, seed=1), 1.0)
    expected = norm.cdf(1 / np.sqrt(2 * (1 + 3.0**2)))
    assert expected in auc(game, threshold.loss(game.view))


def test_with_unlike_deviations_the_score_is_the_difference_of_log_densities():
    game = gaussian_game(coin_flips(40, 60, seed=2), in_spread=0.4)
    view = game.view
    phi = view.target_logits[:, 0]
    shadows = view.shadow_logits[..., 0]
    for center, middle in (("median", np.median), ("mean", np.mean)):
        by_hand = {"per_example": [], "pooled": []}
        residuals = [
            np.concatenate(
                [
                    shadows[view.shadow_member[:, i] == side, i]
                    - middle(shadows[view.shadow_member[:, i] == side, i])
                    for i in range(60)
                ]
            )
            for side in (False, True)
        ]
        for i in range(60):
            parts = [shadows[view.shadow_member[:, i] == side, i] for side in (False, True)]
            for variance in by_hand:
                spread = [
                    part.std() if variance == "per_example" else np.sqrt((r**2).mean())
                    for part, r in zip(parts, residuals, strict=True)
                ]
                out, inside = (
                    norm(middle(part), s).logpdf(phi[i]) for part, s in zip(parts, spread, strict=True)
                )
                z = (phi[i] - middle(parts[0])) / spread[0]
                by_hand[variance].append((inside - out, norm.logcdf(z), -out))
        for variance, rows in by_hand.items():
            for column, options in enumerate(
                ({}, {"variant": "offline"}, {"variant": "offline", "sides": 2})
            ):
                ours = lira(view, center=center, variance=variance, **options)
                np.testing.assert_allclose(ours, np.array(rows)[:, column], rtol=1e-9)


def test_two_sides_lose_to_one_where_an_unusually_bad_answer_is_no_sign_of_training():
    game = gaussian_game(coin_flips(65, 8000, seed=3), 1.0)
    one, two = (auc(game, lira(game.view, variant="offline", sides=s)) for s in (1, 2))
    assert one.low > two.high


def test_a_few_models_are_refused_with_what_to_use_instead():
    game = gaussian_game(balanced_shadows(10, 30, seed=0))
    with pytest.raises(ValueError, match=r"4 shadow models .*Use variance='pooled'.*balanced_shadows\(18"):
        lira(game.view)
    assert np.isfinite(lira(game.view, variance="pooled")).all()
    enough = gaussian_game(balanced_shadows(18, 30, seed=0))
    assert np.isfinite(lira(enough.view)).all()


def test_one_missing_side_is_refused_by_the_variant_that_needs_it_alone():
    game = gaussian_game(coin_flips(40, 30, seed=4))
    view = game.view
    nobody = replace(view, shadow_member=np.zeros_like(view.shadow_member))
    with pytest.raises(ValueError, match="0 shadow models that trained on it"):
        lira(nobody)
    assert np.isfinite(lira(nobody, variant="offline")).all()
    everybody = replace(view, shadow_member=np.ones_like(view.shadow_member))
    with pytest.raises(ValueError, match="0 shadow models that never saw it"):
        lira(everybody, variant="offline")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"variant": "off"}, "choose 'online' or 'offline'"),
        ({"sides": 3}, "choose 1 or 2"),
        ({"center": "mode"}, "choose 'median' or 'mean'"),
        ({"variance": "fixed"}, "choose 'per_example' or 'pooled'"),
        ({"sides": 2}, "has no sides"),
    ],
)
def test_an_unknown_variant_is_refused_with_the_known_ones(options, words):
    with pytest.raises(ValueError, match=words):
        lira(gaussian_game(coin_flips(40, 30, seed=4)).view, **options)


def test_models_of_the_other_side_never_count_as_zeros():
    rng = np.random.default_rng(0)
    values, side = rng.normal(5.0, 1.0, size=(30, 50)), rng.random((30, 50)) < 0.3
    own = [values[side[:, i], i] for i in range(50)]
    np.testing.assert_allclose(sides.mean(values, side), [one.mean() for one in own])
    np.testing.assert_allclose(sides.median(values, side), [np.median(one) for one in own])
    np.testing.assert_allclose(sides.deviation(values, side), [one.std() for one in own])
    np.testing.assert_allclose(sides.log_mean(values, side), [np.log(np.exp(one).mean()) for one in own])
    residuals = np.concatenate([one - np.median(one) for one in own])
    pooled = sides.pooled_deviation(values, side, sides.median(values, side))
    assert pooled == pytest.approx(np.sqrt((residuals**2).mean()))


def test_removing_models_by_the_mask_or_from_the_arrays_is_the_same():
    game = gaussian_game(coin_flips(60, 40, seed=5))
    view = game.view
    some = np.arange(59) < 40
    fewer = replace(view, shadow_logits=view.shadow_logits[some], shadow_member=view.shadow_member[some])
    extra = View(
        view.labels,
        view.target_logits,
        np.concatenate([fewer.shadow_logits, np.full((5, 40, 2), 9.0)]),
        np.concatenate([fewer.shadow_member, np.full((5, 40), True)]),
    )
    # five absurd models that trained on every record leave the offline score, which asks the others, as it is
    np.testing.assert_array_equal(lira(fewer, variant="offline"), lira(extra, variant="offline"))


@pytest.mark.parametrize(("variance", "least"), [("per_example", 8), ("pooled", 2)])
def test_so_many_models_a_side_are_enough_and_one_fewer_is_not(variance, least):
    member = np.tile((np.arange(2 * least) < least)[:, None], 5)
    logits = np.random.default_rng(0).normal(size=(2 * least + 1, 5, 2))
    view = View(np.zeros(5, int), logits[0], logits[1:], member)
    assert np.isfinite(lira(view, variance=variance)).all()
    for lost in (0, 2 * least - 1):
        rest = np.arange(2 * least) != lost
        fewer = replace(view, shadow_logits=view.shadow_logits[rest], shadow_member=view.shadow_member[rest])
        with pytest.raises(ValueError, match=f"has {least - 1} shadow model"):
            lira(fewer, variance=variance)


@pytest.mark.parametrize("variance", ["per_example", "pooled"])
@pytest.mark.parametrize("options", [{}, {"variant": "offline"}, {"variant": "offline", "sides": 2}])
def test_shadows_that_agree_to_the_last_digit_still_give_finite_scores(variance, options):
    member = balanced_shadows(20, 30, seed=0)
    logits = np.stack([np.where(member, 2.0, 1.0), np.zeros(member.shape)], axis=-1)
    view = Game(logits, np.zeros(30, int), member).view
    assert np.isfinite(lira(view, variance=variance, **options)).all()
