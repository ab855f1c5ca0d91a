"""Label-only attacks: the counter can't be bypassed, and distances of linear models are the exact ones."""

import copy
import pickle

import numpy as np
import pytest
import torch

from mia_teach import Roc, Scores, load_digits, mlp, train
from mia_teach.attacks import label_only
from mia_teach.attacks.label_only import LabelOracle, QueryBudgetError
from mia_teach.data import mislabelled


def linear(weight, bias=0.0):
    """Two classes, divided by the plane weight · x + bias = 0."""

    def logits(x):
        z = x @ np.asarray(weight, float) + bias
        return np.stack([-z, z], axis=1)

    return logits


def points(n=60, features=5, seed=0):
    rng = np.random.default_rng(seed)
    x, weight = rng.normal(size=(n, features)), rng.normal(size=features)
    return x, weight, ((x @ weight + 0.3) > 0).astype(int)


# ---- the oracle ----------------------------------------------------------------------------------


def test_it_answers_with_integers_and_counts_every_row():
    oracle = LabelOracle(linear([1.0, 0.0]))
    answers = oracle(np.array([[1.0, 5.0], [-1.0, 5.0], [2.0, 0.0]]))
    assert answers.dtype == np.int64
    assert answers.tolist() == [1, 0, 1]
    assert oracle.queries == 3
    assert oracle(np.empty((0, 2))).shape == (0,)
    assert oracle.queries == 3
    assert oracle.left is None


def test_a_network_and_a_function_answer_alike():
    network = torch.nn.Linear(4, 3).double()
    x = np.random.default_rng(0).normal(size=(20, 4))
    by_hand = (x @ network.weight.detach().numpy().T + network.bias.detach().numpy()).argmax(axis=1)
    assert (LabelOracle(network)(x) == by_hand).all()


def test_beyond_the_budget_nothing_is_told_and_nothing_is_counted():
    oracle = LabelOracle(linear([1.0]), budget=5)
    oracle(np.zeros((3, 1)))
    with pytest.raises(QueryBudgetError, match="3 answers were asked for and 2 of 5 are left"):
        oracle(np.zeros((3, 1)))
    assert (oracle.queries, oracle.left) == (3, 2)
    oracle(np.zeros((2, 1)))
    assert oracle.left == 0


def test_the_counter_cannot_be_bypassed():
    oracle = LabelOracle(torch.nn.Linear(1, 2).double(), budget=10)
    oracle(np.zeros((4, 1)))
    for name in ("budget", "queries", "left", "_counted", "_answer", "given", "model"):
        with pytest.raises(AttributeError):
            setattr(oracle, name, 0)
    for name in ("model", "logits", "weight", "parameters", "__dict__"):
        assert not hasattr(oracle, name)
    oracle._answer(np.zeros((2, 1)))  # even the private way is counted
    assert oracle.queries == 6
    with pytest.raises(QueryBudgetError):
        oracle._answer(np.zeros((9, 1)))
    for way in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="cannot be copied"):
            way(oracle)


@pytest.mark.parametrize("rows", [np.zeros(3), np.full((2, 2), np.nan)])
def test_what_is_no_table_of_finite_numbers_is_refused_and_not_counted(rows):
    oracle = LabelOracle(linear([1.0, 1.0]))
    with pytest.raises(ValueError, match="finite numbers are needed"):
        oracle(rows)
    assert oracle.queries == 0


# ---- noise and shifts ----------------------------------------------------------------------------


def test_the_share_that_survives_noise_is_the_normal_one():
    from scipy.stats import norm

    x, labels = np.array([[0.5], [1.0], [2.0]]), np.array([1, 1, 1])
    oracle = LabelOracle(linear([1.0]))
    score = label_only.noise_robustness(oracle, x, labels, scale=1.0, queries=4001, seed=0)
    np.testing.assert_allclose(score, norm.cdf(x[:, 0]), atol=0.03)
    assert oracle.queries == 3 * 4001


def test_one_query_is_the_gap_attack_and_a_budget_too_small_asks_nothing():
    x, weight, labels = points()
    oracle = LabelOracle(linear(weight), budget=100)
    with pytest.raises(QueryBudgetError, match="needs 120 answers and 100 are left"):
        label_only.noise_robustness(oracle, x, labels, scale=1.0, queries=2, seed=0)
    assert oracle.queries == 0
    one = label_only.noise_robustness(oracle, x, labels, scale=1.0, queries=1, seed=0)
    fresh = LabelOracle(linear(weight))
    assert (one == label_only.correctness(fresh, x, labels)).all()


def test_own_models_are_asked_exactly_what_the_oracle_is_asked():
    digits = load_digits()[:120]
    member = np.random.default_rng(0).random((3, 120)) < 0.5
    models = train(mlp(64, 16, 10), digits, member, epochs=5, progress=False)
    noise = {"scale": 0.3, "flip": 0.2, "groups": ((0,), (1, 2)), "seed": 4}
    own = label_only.own_answers(models, digits.x, digits.y, queries=9, **noise)
    assert own.shape == (9, 3, 120)
    for model in range(3):
        for queries in (1, 4, 9):
            oracle = LabelOracle(models[model])
            there = label_only.noise_robustness(oracle, digits.x, digits.y, queries=queries, **noise)
            np.testing.assert_allclose(own[:queries, model].mean(axis=0), there)
    with pytest.raises(ValueError, match="0 queries a record came"):
        label_only.own_answers(models, digits.x, digits.y, queries=0, **noise)


def test_categories_stay_categories_and_change_as_often_as_asked():
    rng = np.random.default_rng(0)
    x = np.zeros((4000, 6))
    x[:, 0] = rng.normal(size=4000)
    x[np.arange(4000), 1 + rng.integers(0, 4, 4000)] = 1
    x[:, 5] = rng.random(4000) < 0.5
    noisy = label_only.perturbed(x, rng, scale=0.5, flip=0.3, groups=((1, 2, 3, 4), (5,)))
    assert (noisy[:, 1:5].sum(axis=1) == 1).all()
    assert set(np.unique(noisy[:, 1:])) == {0.0, 1.0}
    assert (noisy[:, 1:5] != x[:, 1:5]).any(axis=1).mean() == pytest.approx(0.3, abs=0.03)
    assert (noisy[:, 5] != x[:, 5]).mean() == pytest.approx(0.3, abs=0.03)
    assert (noisy[:, 0] - x[:, 0]).std() == pytest.approx(0.5, abs=0.03)
    changed = (noisy[:, 1:5] != x[:, 1:5]).any(axis=1)
    other = (noisy[changed, 1:5].argmax(axis=1) - x[changed, 1:5].argmax(axis=1)) % 4
    assert np.bincount(other, minlength=4)[1:] == pytest.approx(changed.sum() / 3, rel=0.15)


def test_a_shift_moves_the_ink_and_brings_in_paper():
    image = np.arange(9.0).reshape(1, 9)
    assert label_only.shifted(image, 0, 0).tolist() == image.tolist()
    assert label_only.shifted(image, -1, 0)[0].reshape(3, 3).tolist() == [[3, 4, 5], [6, 7, 8], [0, 0, 0]]
    assert label_only.shifted(image, 0, 1)[0].reshape(3, 3).tolist() == [[0, 0, 1], [0, 3, 4], [0, 6, 7]]
    with pytest.raises(ValueError, match="no square image"):
        label_only.shifted(np.zeros((1, 8)), 0, 0)
    assert [len(label_only.shifts(d)) for d in (0, 1, 2)] == [1, 5, 13]


def test_augmentation_robustness_is_the_share_of_shifts_read_rightly():
    oracle = LabelOracle(lambda x: np.stack([x[:, 4], 1 - x[:, 4]], axis=1))  # class 0: ink in the middle
    x = np.zeros((2, 9))
    x[0, 4] = 1
    x[1, [3, 4, 5]] = 1
    score = label_only.augmentation_robustness(oracle, x, np.array([0, 0]))
    assert score.tolist() == [1 / 5, 3 / 5]
    assert oracle.queries == 10


# ---- the boundary --------------------------------------------------------------------------------


def test_on_the_line_to_a_start_the_bisection_finds_the_exact_place():
    x, labels = np.array([[1.0, 0.0], [3.0, 2.0]]), np.array([1, 1])
    oracle = LabelOracle(linear([1.0, 0.0], 0.25))
    start = np.array([[-9.0, 0.0]])
    distance = label_only.boundary_distance(
        oracle, x, labels, start=start, queries=14, tolerance=1e-3, directions=64, seed=0
    )
    for record, found in zip(x, distance, strict=True):
        line = start[0] - record
        exact = (record[0] + 0.25) / -line[0] * np.linalg.norm(line)
        assert exact <= found <= exact + 1e-3 * np.linalg.norm(line)


def test_the_walk_reaches_a_plane_at_its_exact_distance():
    x, weight, labels = points(n=80, features=10, seed=1)
    exact = np.abs(x @ weight + 0.3) / np.linalg.norm(weight)
    start = np.random.default_rng(5).normal(scale=3.0, size=(40, 10))
    oracle = LabelOracle(linear(weight, 0.3))
    found = {
        queries: label_only.boundary_distance(
            oracle, x, labels, start=start, queries=queries, tolerance=1e-3, seed=2
        )
        for queries in (20, 200, 3000)
    }
    for distance in found.values():
        assert (distance >= exact * (1 - 1e-9)).all(), "no changed label is nearer than the boundary"
    assert (found[200] <= found[20] + 1e-12).all(), "more queries never make it longer"
    assert np.median(found[20] / exact) > 1.5
    assert np.median(found[3000] / exact) < 1.03
    assert np.quantile(found[3000] / exact, 0.9) < 1.15


def test_no_record_asks_more_than_it_may_and_all_questions_are_counted():
    x, weight, labels = points(n=30)
    asked = []

    def counting(rows):
        asked.append(len(rows))
        return linear(weight, 0.3)(rows)

    oracle = LabelOracle(counting)
    start = points(n=20, seed=9)[0]
    for queries in (1, 5, 40, 150):
        before = oracle.queries
        label_only.boundary_distance(oracle, x, labels, start=start, queries=queries, seed=0)
        assert oracle.queries - before <= 20 + 30 * queries
    assert oracle.queries == sum(asked)
    poor = LabelOracle(linear(weight), budget=500)
    with pytest.raises(QueryBudgetError, match="needs 1,220 answers and 500 are left"):
        label_only.boundary_distance(poor, x, labels, start=start, queries=40, seed=0)
    assert poor.queries == 0


def test_a_record_that_is_wrong_already_lies_on_the_boundary():
    x, weight, labels = points()
    wrong = 1 - labels
    oracle = LabelOracle(linear(weight, 0.3))
    assert (label_only.boundary_distance(oracle, x, wrong, start=x, queries=60, seed=0) == 0).all()
    with pytest.raises(ValueError, match="No start has another label"):
        label_only.boundary_distance(oracle, x[:1], labels[:1], start=x[:1], queries=60, seed=0)


# ---- the laws, through labels --------------------------------------------------------------------


@pytest.fixture(scope="module")
def memorised():
    """A network that learnt 150 digits by heart, a third of them mislabelled, and 150 that it never saw."""
    digits = load_digits()[:300]
    digits = mislabelled(digits, np.arange(0, 300, 3), seed=1)
    member = np.arange(300) % 2 == 0
    member = np.random.default_rng(0).permuted(member)
    return (
        train(mlp(64, 64, 10), digits, member[None], epochs=200, learning_rate=5e-3, progress=False)[0],
        digits,
        member,
    )


ATTACKS = {
    "correctness": lambda oracle, x, y: label_only.correctness(oracle, x, y),
    "noise": lambda oracle, x, y: label_only.noise_robustness(oracle, x, y, scale=0.2, queries=30, seed=1),
    "shifts": lambda oracle, x, y: label_only.augmentation_robustness(oracle, x, y, distance=1),
    "boundary": lambda oracle, x, y: label_only.boundary_distance(
        oracle, x, y, start=load_digits().x[1000:1060], queries=80, seed=1
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_sign_members_get_the_larger_scores(name, memorised):
    model, digits, member = memorised
    score = ATTACKS[name](LabelOracle(model), digits.x, digits.y)
    assert Roc.from_scores(Scores(score, member)).auc_interval(0.99).low > 0.5


@pytest.mark.parametrize("name", ATTACKS)
def test_null_strangers_split_by_a_coin_cannot_be_told_apart(name, memorised):
    strangers = load_digits()[400:1000]
    score = ATTACKS[name](LabelOracle(memorised[0]), strangers.x, strangers.y)
    coin = np.random.default_rng(7).random(600) < 0.5
    assert 0.5 in Roc.from_scores(Scores(score, coin)).auc_interval(0.999)


@pytest.mark.parametrize("name", ["correctness", "shifts"])
def test_order_permuting_records_permutes_scores(name, memorised):
    model, digits, _ = memorised
    order = np.random.default_rng(1).permutation(300)
    score = ATTACKS[name](LabelOracle(model), digits.x, digits.y)
    again = ATTACKS[name](LabelOracle(model), digits.x[order], digits.y[order])
    np.testing.assert_array_equal(score[order], again)


@pytest.mark.parametrize("name", ATTACKS)
def test_extremes_give_finite_scores(name):
    x = np.where(np.random.default_rng(0).random((40, 64)) < 0.5, 1e4, -1e4)
    labels = (x[:, 0] > 0).astype(int)
    oracle = LabelOracle(linear([1.0] + [0.0] * 63))
    attack = ATTACKS[name]
    if name == "boundary":
        score = label_only.boundary_distance(oracle, x, labels, start=x, queries=60, seed=0)
    else:
        score = attack(oracle, x, labels)
    assert np.isfinite(score).all()
