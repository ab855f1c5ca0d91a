import pickle
from dataclasses import fields, replace

import numpy as np
import pytest

from mia_teach import Exposure, Game, balanced_shadows, coin_flips
from mia_teach.attacks.lira import lira
from mia_teach.game import Outsiders, View


def a_game(models=6, examples=20, classes=3, member=None):
    rng = np.random.default_rng(0)
    member = coin_flips(models, examples, seed=1) if member is None else member
    return Game(
        rng.normal(size=(models, examples, classes)), rng.integers(0, classes, examples), member, target=2
    )


def test_a_view_holds_the_targets_answers_and_not_its_membership():
    game = a_game()
    assert (game.view.target_logits == game.logits[2]).all()
    assert len(game.view.shadow_logits) == 5
    assert not any((row == game.member[2]).all() for row in game.view.shadow_member)
    seen = {"labels", "target_logits", "shadow_logits", "shadow_member", "population"}
    assert {f.name for f in fields(View)} == seen


def test_with_a_balanced_design_the_targets_partner_is_left_out_of_the_view():
    game = a_game(member=balanced_shadows(6, 20, seed=0))
    for target in range(6):
        view = replace(game, target=target).view
        assert len(view.shadow_logits) == 4
        # counting who holds a record says nothing once the partner is gone
        assert set(view.shadow_member.sum(axis=0)) == {2}


def test_a_design_in_which_counting_gives_the_target_away_is_refused():
    rank = np.random.default_rng(0).random((6, 20)).argsort(axis=0)
    member = rank < 3  # every example in exactly 3 of 6 models, and nobody has a partner
    game = a_game(member=member)
    held = np.delete(member, 2, axis=0).sum(axis=0)
    assert set(held[member[2]]) == {2}
    assert set(held[~member[2]]) == {3}
    with pytest.raises(ValueError, match="exactly 3 of the 6 models"):
        _ = game.view


def test_the_view_of_outsiders_is_that_of_the_same_models():
    game = a_game(member=balanced_shadows(6, 20, seed=0))
    rng = np.random.default_rng(1)
    outside = Outsiders(rng.integers(0, 3, 7), rng.normal(size=(6, 7, 3)))
    view = replace(game, population=outside).view
    assert (view.population.target_logits == outside.logits[2]).all()
    assert (view.population.shadow_logits == outside.logits[[0, 1, 4, 5]]).all()
    assert not view.population.shadow_member.any()
    assert "7 outsiders" in repr(view)
    with pytest.raises(ValueError, match="same 6 models in the same 3 classes"):
        replace(game, population=Outsiders(outside.labels, outside.logits[1:]))


def test_a_view_with_fewer_shadows_keeps_the_first_ones_of_records_and_outsiders():
    rng = np.random.default_rng(1)
    view = replace(a_game(), population=Outsiders(rng.integers(0, 3, 7), rng.normal(size=(6, 7, 3)))).view
    few = view.first(2)
    assert (few.shadow_logits == view.shadow_logits[:2]).all()
    assert (few.shadow_member == view.shadow_member[:2]).all()
    assert (few.population.shadow_logits == view.population.shadow_logits[:2]).all()
    assert (few.target_logits == view.target_logits).all()
    assert a_game().view.first(0).population is None
    with pytest.raises(ValueError, match="6 shadow models were asked for; this view has 5"):
        view.first(6)


def test_halves_share_no_model_keep_pairs_together_and_take_the_outsiders_along():
    member = balanced_shadows(8, 20, seed=0)
    game = replace(
        a_game(8, member=member), population=Outsiders(np.zeros(5, int), np.arange(120.0).reshape(8, 5, 3))
    )
    for half, models in zip(game.halves(), ([0, 1, 4, 5], [2, 3, 6, 7]), strict=True):
        assert (half.logits == game.logits[models]).all()
        assert (half.member.sum(axis=0) == 2).all()
        assert (half.population.logits == game.population.logits[models]).all()
        assert len(half.view.shadow_logits) == 2  # its partner is there, to be left out
    with pytest.raises(ValueError, match="this game has 3"):
        a_game(3).halves()


def test_luck_does_not_reach_the_other_half_unless_the_attack_comes_before_the_split():
    """Answers that know nothing: whoever is picked is found no more often by models that had no part in the picking."""
    game = a_game(32, 1000, member=balanced_shadows(32, 1000, seed=0))

    def exposure(game):
        games = (replace(game, target=target) for target in range(len(game.logits)))
        scores = [one.judge(lira(one.view, variance="pooled"), name="LiRA") for one in games]
        return Exposure.from_scores(scores, fpr=0.01)

    first, second = map(exposure, game.halves())
    assert second.tpr[first.most_exposed(0.02)].mean() < 0.04
    together, half = exposure(game), np.arange(32) // 2 % 2 == 0
    assert together.on(~half).tpr[together.on(half).most_exposed(0.02)].mean() > 0.06


def test_targets_go_round_the_shadows_of_records_and_outsiders():
    rng = np.random.default_rng(1)
    view = replace(a_game(), population=Outsiders(rng.integers(0, 3, 7), rng.normal(size=(6, 7, 3)))).view
    for skip, those in ((0, [0, 1]), (3, [3, 4]), (4, [4, 0]), (5, [0, 1]), (13, [3, 4])):
        few = view.first(2, skip=skip)
        assert (few.shadow_logits == view.shadow_logits[those]).all()
        assert (few.shadow_member == view.shadow_member[those]).all()
        assert (few.population.shadow_logits == view.population.shadow_logits[those]).all()
    assert (view.first(5, skip=2).shadow_logits == view.shadow_logits[[2, 3, 4, 0, 1]]).all()
    assert len(view.first(0, skip=3).shadow_logits) == 0
    assert len(view.first(0).first(0, skip=3).shadow_logits) == 0
    with pytest.raises(ValueError, match="skip=-2 came; it is the position of the first shadow model"):
        view.first(2, skip=-2)


def test_going_round_by_even_numbers_keeps_the_pairs_of_a_balanced_design_whole():
    view = a_game(models=8, member=balanced_shadows(8, 20, seed=0)).view
    for shadows in (2, 4):
        for skip in range(0, 12, 2):
            held = view.first(shadows, skip=skip).shadow_member
            assert (held[::2] == ~held[1::2]).all()


def test_a_game_with_outsiders_is_saved_and_loaded_with_them(tmp_path):
    rng = np.random.default_rng(1)
    game = replace(a_game(), population=Outsiders(rng.integers(0, 3, 7), rng.normal(size=(6, 7, 3))))
    game.save(tmp_path / "a.npz")
    loaded = Game.load(tmp_path / "a.npz")
    assert (loaded.population.labels == game.population.labels).all()
    assert (loaded.population.logits == game.population.logits).all()
    assert (loaded.view.population.target_logits == game.view.population.target_logits).all()


def test_another_target_costs_no_copy_and_a_game_cannot_be_changed_from_outside():
    logits, labels = np.zeros((3, 4, 2)), np.zeros(4, int)
    member = coin_flips(3, 4, seed=0)
    game = Game(logits, labels, member)
    other = replace(game, target=1)
    assert all(getattr(game, name) is getattr(other, name) for name in ("logits", "labels", "member"))
    shown = logits.view()
    shown.flags.writeable = False
    through_a_view = Game(shown, labels, member)
    logits[0, 0, 0], labels[0], member[0, 0] = 9.0, 1, not member[0, 0]
    for one in (game, through_a_view):
        assert (one.logits == 0).all()
        assert (one.labels == 0).all()
    assert game.member[0, 0] != member[0, 0]
    with pytest.raises(ValueError, match="read-only"):
        game.logits[0] = 1.0


def test_judge_pairs_scores_with_the_targets_truth():
    game = a_game()
    scores = game.judge(np.arange(20.0), name="order")
    assert (scores.member == game.member[2]).all()
    with pytest.raises(ValueError, match="each of the 20 examples"):
        game.judge(np.arange(19.0), name="short")


def test_a_game_that_is_saved_and_loaded_is_the_same(tmp_path):
    game = a_game()
    game.save(tmp_path / "a.npz")
    loaded = Game.load(tmp_path / "a.npz")
    for field in fields(Game):
        np.testing.assert_array_equal(getattr(game, field.name), getattr(loaded, field.name))


class _Trap:
    def __reduce__(self):
        return (pytest.fail, ("the pickle was opened",))


def test_load_refuses_pickles_truncated_and_foreign_files_with_a_sentence(tmp_path):
    (tmp_path / "pickle.npz").write_bytes(pickle.dumps(_Trap()))
    np.savez(tmp_path / "object.npz", logits=np.array([_Trap()], dtype=object), format="mia_teach game 1")
    np.savez(tmp_path / "foreign.npz", weights=np.zeros(3))
    np.save(tmp_path / "single.npy", np.zeros(3))
    (tmp_path / "text.npz").write_text("hello")
    (tmp_path / "empty.npz").write_bytes(b"")
    a_game().save(tmp_path / "whole.npz")
    whole = (tmp_path / "whole.npz").read_bytes()
    for cut in (10, len(whole) // 2, len(whole) - 30):
        (tmp_path / f"cut{cut}.npz").write_bytes(whole[:cut])
    (tmp_path / "flipped.npz").write_bytes(whole[:200] + bytes(b ^ 255 for b in whole[200:400]) + whole[400:])
    np.savez(tmp_path / "other_version.npz", **{**dict(np.load(tmp_path / "whole.npz")), "format": "game 9"})
    for path in sorted(tmp_path.iterdir()):
        if path.name == "whole.npz":
            continue
        with pytest.raises(ValueError, match=r"Use a file written by Game\.save"):
            Game.load(path)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"labels": np.zeros(19, int)}, "labels of shape"),
        ({"labels": np.full(20, 3)}, "from 0 to 2"),
        ({"labels": np.zeros(20)}, "integers"),
        ({"member": np.zeros((6, 19), bool)}, "membership of shape"),
        ({"logits": np.full((6, 20, 3), np.nan)}, "infinite or NaN"),
        ({"target": 6}, "there are 6 models"),
    ],
)
def test_it_refuses_with_a_sentence(change, words):
    with pytest.raises(ValueError, match=words):
        replace(a_game(), **change)
