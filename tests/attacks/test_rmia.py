"""RMIA against a plain loop over records and outsiders."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import softmax

from mia_teach import Game, Roc, balanced_shadows, coin_flips
from mia_teach.attacks.rmia import rmia
from mia_teach.game import Outsiders


def a_game(member=None, outsiders=80, seed=0, sure=2.0):
    rng = np.random.default_rng(seed)
    member = coin_flips(9, 50, seed=3) if member is None else member
    models, examples = member.shape
    labels, others = rng.integers(0, 4, examples), rng.integers(0, 4, outsiders)
    logits = rng.normal(size=(models, examples, 4))
    logits[:, np.arange(examples), labels] += sure * member
    return Game(logits, labels, member, population=Outsiders(others, rng.normal(size=(models, outsiders, 4))))


def plain_loop(view, variant, temperature, gamma, a):
    def p(logits, label):
        return softmax(logits / temperature)[label]

    def ratio(v, i, variant):
        shadows = [p(logits[i], v.labels[i]) for logits in v.shadow_logits]
        p_out = np.mean([q for q, inside in zip(shadows, v.shadow_member[:, i], strict=True) if not inside])
        if variant == "offline":
            return p(v.target_logits[i], v.labels[i]) / ((1 + a) / 2 * p_out + (1 - a) / 2)
        p_in = np.mean([q for q, inside in zip(shadows, v.shadow_member[:, i], strict=True) if inside])
        return p(v.target_logits[i], v.labels[i]) / ((p_in + p_out) / 2)

    z = [ratio(view.population, i, "offline") for i in range(len(view.population.labels))]
    return [np.mean([ratio(view, i, variant) / one > gamma for one in z]) for i in range(len(view.labels))]


@pytest.mark.parametrize("variant", ["online", "offline"])
@pytest.mark.parametrize(("temperature", "gamma", "a"), [(1.0, 1.0, 0.3), (2.0, 2.0, 0.0), (0.5, 1.3, 1.0)])
def test_it_is_the_plain_loop(variant, temperature, gamma, a):
    view = a_game().view
    ours = rmia(view, variant=variant, temperature=temperature, gamma=gamma, a=a)
    np.testing.assert_allclose(ours, plain_loop(view, variant, temperature, gamma, a), atol=1e-12)


def test_a_ratio_equal_to_gamma_does_not_count():
    view = a_game().view
    out = replace(view, shadow_member=np.zeros_like(view.shadow_member))
    # the population is the records themselves: the one with the smallest ratio beats nobody, not even itself
    score = rmia(replace(out, population=out), variant="offline", a=1.0)
    assert sorted(np.round(score * 50)) == list(range(50))


def test_with_many_outsiders_a_non_members_score_is_nearly_uniform():
    game = a_game(balanced_shadows(10, 4000, seed=3), outsiders=4000, sure=0.0)
    score = rmia(game.view, variant="offline", a=1.0)
    assert np.abs(np.quantile(score, np.linspace(0.1, 0.9, 9)) - np.linspace(0.1, 0.9, 9)).max() < 0.05


def test_one_shadow_without_each_record_is_enough_offline():
    game = a_game(balanced_shadows(4, 50, seed=1))
    assert len(game.view.shadow_logits) == 2
    assert Roc.from_scores(game.judge(rmia(game.view, variant="offline"), name="a")).auc > 0.7


def test_few_outsiders_leave_ties_at_the_top_and_the_curve_says_how_many():
    game = a_game(balanced_shadows(10, 2000, seed=3), outsiders=5)
    score = rmia(game.view)
    roc = Roc.from_scores(game.judge(score, name="a"))
    assert set(np.round(score * 5)) <= set(range(6))
    assert roc.tied_at_the_top == (score[~game.member[0]] == score.max()).sum() > 0
    assert "non-members tie" in roc.tpr_at(0.001).note


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"variant": "both"}, "choose 'online' or 'offline'"),
        ({"temperature": 0.0}, "must be positive"),
        ({"gamma": -1.0}, "must be positive"),
        ({"a": 1.2}, "between 0 and 1"),
    ],
)
def test_a_parameter_out_of_range_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        rmia(a_game().view, **options)


def test_no_population_or_no_shadow_on_a_side_is_refused_with_what_to_do():
    view = a_game().view
    with pytest.raises(ValueError, match="population=outsiders"):
        rmia(replace(view, population=None))
    with pytest.raises(ValueError, match="0 shadow models that trained on it"):
        rmia(replace(view, shadow_member=np.zeros_like(view.shadow_member)))
    with pytest.raises(ValueError, match="0 shadow models that never saw it"):
        rmia(replace(view, shadow_member=np.ones_like(view.shadow_member)))
