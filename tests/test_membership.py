import numpy as np
import pytest

import mia_teach as mt


def test_coin_flips_are_fair_and_independent_between_models():
    member = mt.coin_flips(200, 2000, seed=1)
    assert abs(member.mean() - 0.5) < 5 * 0.5 / np.sqrt(member.size)
    agreement = (member[::2] == member[1::2]).mean()
    assert abs(agreement - 0.5) < 5 * 0.5 / np.sqrt(member.size / 2)


def test_coins_by_group_keep_a_person_together_and_are_fair_and_independent_between_persons():
    group = np.random.default_rng(0).integers(100, 400, size=2000)
    member = mt.coin_flips(100, len(group), seed=1, group=group)
    persons = np.unique(group)
    coins = np.stack([member[:, group == person][:, 0] for person in persons], axis=1)
    assert (member == coins[:, np.searchsorted(persons, group)]).all()
    assert abs(coins.mean() - 0.5) < 5 * 0.5 / np.sqrt(coins.size)
    assert abs((coins[:, :100] == coins[:, 100:200]).mean() - 0.5) < 5 * 0.5 / np.sqrt(100 * 100)
    assert abs((coins[::2] == coins[1::2]).mean() - 0.5) < 5 * 0.5 / np.sqrt(coins.size / 2)


def test_coins_by_group_do_not_depend_on_how_the_groups_are_numbered():
    group = np.array([4, 2, 4, 9, 2])
    assert (
        mt.coin_flips(5, 5, seed=3, group=group) == mt.coin_flips(5, 5, seed=3, group=10 * group + 1)
    ).all()


def test_fixed_size_has_the_size_and_every_example_equally_often():
    member = mt.fixed_size(500, 40, size=10, seed=2)
    assert (member.sum(axis=1) == 10).all()
    assert np.abs(member.mean(axis=0) - 0.25).max() < 5 * np.sqrt(0.25 * 0.75 / 500)


@pytest.mark.parametrize("examples", [100, 101])
def test_balanced_shadows_hold_every_example_in_half_of_the_models(examples):
    member = mt.balanced_shadows(16, examples, seed=3)
    assert (member.sum(axis=0) == 8).all()
    assert (member[::2] == ~member[1::2]).all()
    assert (np.abs(member.sum(axis=1) - examples / 2) <= 0.5).all()


def test_the_same_seed_gives_the_same_membership_and_leaves_numpy_alone():
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - the global state is what must not change
    assert (mt.coin_flips(3, 50, seed=7) == mt.coin_flips(3, 50, seed=7)).all()
    assert (mt.coin_flips(3, 50, seed=7) != mt.coin_flips(3, 50, seed=8)).any()
    assert (before == np.random.get_state()[1]).all()  # noqa: NPY002


def test_it_refuses_designs_that_cannot_be():
    with pytest.raises(ValueError, match="Use 6 or 4"):
        mt.balanced_shadows(5, 10, seed=0)
    with pytest.raises(ValueError, match="from 1 to 9"):
        mt.fixed_size(2, 10, size=10, seed=0)
    with pytest.raises(ValueError, match="at least 1 and 2"):
        mt.coin_flips(0, 10, seed=0)
    with pytest.raises(ValueError, match=r"shape \(3,\) came; integers of shape \(4,\)"):
        mt.coin_flips(2, 4, seed=0, group=np.array([0, 1, 1]))
    with pytest.raises(ValueError, match="A group of float64"):
        mt.coin_flips(2, 2, seed=0, group=np.array([0.0, 1.0]))
