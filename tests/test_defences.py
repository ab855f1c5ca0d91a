"""What each defence shows, what an adversary can take back, and that every attack runs on it."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

import mia_teach as mt
from mia_teach import defences, signals
from mia_teach.attacks import shadow, threshold
from mia_teach.attacks.lira import lira
from mia_teach.attacks.rmia import rmia
from mia_teach.game import Outsiders

RNG = np.random.default_rng(0)
LOGITS = 3 * RNG.normal(size=(4, 50, 7))
LABELS = RNG.integers(0, 7, 50)
DEFENCES = {
    "rounded": partial(defences.rounded, digits=1),
    "top 1": partial(defences.top_k, k=1),
    "top 3": partial(defences.top_k, k=3),
    "temperature": partial(defences.temperature, t=5.0),
    "noisy": partial(defences.noisy, scale=2.0, seed=0),
}
ATTACKS = {
    "loss": threshold.loss,
    "log-odds": threshold.label_log_odds,
    "entropy": threshold.entropy,
    "modified entropy": threshold.modified_entropy,
    "calibrated": threshold.difficulty_calibrated,
    "lira": lira,
    "lira, pooled": partial(lira, variance="pooled"),
    "lira, offline": partial(lira, variant="offline", variance="pooled"),
    "rmia": rmia,
    "shadow classifier": partial(shadow.shadow_classifier, per_class=False),
}
every_defence = pytest.mark.parametrize("defence", DEFENCES.values(), ids=DEFENCES)


def softmax(logits):
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def a_game(lift=6.0, seed=0):
    rng = np.random.default_rng(seed)
    member = mt.balanced_shadows(34, 300, seed=seed)
    labels = rng.integers(0, 7, 300)
    logits = rng.normal(size=(34, 300, 7))
    logits += lift * member[:, :, None] * (np.arange(7) == labels[:, None])
    outside = Outsiders(rng.integers(0, 7, 100), rng.normal(size=(34, 100, 7)))
    return mt.Game(logits, labels, member, population=outside)


# ---- what they show


@pytest.mark.parametrize("digits", [1, 2, 4])
def test_a_rounded_answer_shows_so_many_decimals_and_reads_nought_as_a_quarter_of_a_unit(digits):
    shown, p = np.exp(defences.rounded(LOGITS, digits=digits)), softmax(LOGITS)
    unit = 10.0**-digits
    nought = p < unit / 2
    assert 0 < nought.mean() < 1
    np.testing.assert_allclose(shown[nought], unit / 4)
    np.testing.assert_allclose(shown[~nought] / unit, np.rint(p[~nought] / unit), rtol=1e-9)


def test_rounding_never_turns_an_order_round_and_many_decimals_change_nothing():
    p = np.sort(softmax(LOGITS).ravel())
    pair = np.log(np.stack([p, 1 - p], axis=1))
    assert (np.diff(defences.rounded(pair, digits=1)[:, 0]) >= 0).all()
    np.testing.assert_allclose(
        np.exp(defences.rounded(LOGITS, digits=15)), softmax(LOGITS), rtol=1e-6, atol=1e-14
    )


@pytest.mark.parametrize("k", [1, 3, 6])
def test_top_k_shows_k_probabilities_as_they_are_and_the_rest_as_equal_shares_of_what_is_left(k):
    shown, p = np.exp(defences.top_k(LOGITS, k=k)), softmax(LOGITS)
    for one, own in zip(shown.reshape(-1, 7), p.reshape(-1, 7), strict=True):
        order = np.argsort(-own)
        np.testing.assert_allclose(one[order[:k]], own[order[:k]])
        np.testing.assert_allclose(one[order[k:]], (1 - own[order[:k]].sum()) / (7 - k), rtol=1e-6)
    np.testing.assert_allclose(shown.sum(axis=-1), 1)


def test_all_classes_are_the_whole_answer():
    np.testing.assert_allclose(np.exp(defences.top_k(LOGITS, k=7)), softmax(LOGITS))


def test_top_k_leaves_the_log_odds_of_every_class_that_it_shows():
    best = LOGITS[0].argmax(axis=1)
    shown = signals.label_log_odds(defences.top_k(LOGITS[0], k=1), best)
    np.testing.assert_allclose(shown, signals.label_log_odds(LOGITS[0], best))


def test_a_temperature_is_undone_by_multiplying_and_softens():
    soft = defences.temperature(LOGITS, t=5.0)
    np.testing.assert_allclose(5 * soft, LOGITS)
    assert (signals.entropy(soft) > signals.entropy(LOGITS)).all()
    assert (signals.entropy(defences.temperature(LOGITS, t=0.5)) < signals.entropy(LOGITS)).all()


@pytest.mark.parametrize("scale", [0.0, 0.5, 20.0])
def test_noise_never_changes_the_label(scale):
    given = defences.noisy(LOGITS, scale=scale, seed=1)
    np.testing.assert_array_equal(given.argmax(axis=-1), LOGITS.argmax(axis=-1))


def test_noise_has_its_deviation_and_every_model_record_and_class_its_own():
    sure = np.zeros((3, 4000, 4))
    sure[..., 2] = 1000.0
    noise = defences.noisy(sure, scale=2.0, seed=3) - sure
    assert noise.std() == pytest.approx(2.0, rel=0.02)
    flat = noise.transpose(0, 2, 1).reshape(12, -1)
    assert np.abs(np.corrcoef(flat) - np.eye(12)).max() < 0.1


def test_the_noisy_values_are_exchanged_and_not_invented():
    free = LOGITS + 4.0 * np.random.default_rng(5).normal(size=LOGITS.shape)
    given = defences.noisy(LOGITS, scale=4.0, seed=5)
    np.testing.assert_array_equal(np.sort(given, axis=-1), np.sort(free, axis=-1))
    moved = (given != free).sum(axis=-1)
    assert set(np.unique(moved)) == {0, 2}
    np.testing.assert_array_equal(moved == 2, free.argmax(axis=-1) != LOGITS.argmax(axis=-1))


def test_asking_again_with_the_same_seed_teaches_nothing_and_with_new_ones_the_mean_is_the_answer():
    sure = LOGITS + 50 * (np.arange(7) == LABELS[:, None])
    again = [defences.noisy(sure, scale=1.0, seed=7) for _ in range(2)]
    np.testing.assert_array_equal(*again)
    mean = np.mean([defences.noisy(sure, scale=1.0, seed=seed) for seed in range(400)], axis=0)
    assert np.abs(mean - sure).std() < 1.5 / 20


# ---- what an adversary makes of them


@pytest.mark.parametrize("name", ["top 1", "top 3", "temperature", "noisy"])
def test_all_but_rounding_keep_the_label(name):
    np.testing.assert_array_equal(DEFENCES[name](LOGITS).argmax(axis=-1), LOGITS.argmax(axis=-1))


@every_defence
def test_what_is_given_has_the_same_shape_changes_nothing_in_place_and_treats_each_answer_alone(defence):
    before = LOGITS.copy()
    given = defence(LOGITS)
    np.testing.assert_array_equal(LOGITS, before)
    assert given.shape == LOGITS.shape
    if defence.func is not defences.noisy:
        np.testing.assert_allclose(defence(LOGITS[2, 10:20]), given[2, 10:20])


@every_defence
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_every_attack_runs_on_defended_answers_and_stays_finite_at_the_extremes(defence, attack):
    game = a_game()
    for scale in (1.0, 1e4):
        outside = replace(game.population, logits=scale * game.population.logits)
        one = defences.defended(replace(game, logits=scale * game.logits, population=outside), defence)
        assert np.isfinite(attack(one.view)).all()


@every_defence
def test_members_keep_the_larger_scores(defence):
    game = defences.defended(a_game(), defence)
    for attack in (threshold.label_log_odds, partial(lira, variance="pooled")):
        assert mt.Roc.from_scores(game.judge(attack(game.view), name="a")).auc > 0.9


@every_defence
def test_where_membership_leaves_no_trace_a_defence_leaves_none(defence):
    held = 0
    for seed in range(20):
        game = defences.defended(a_game(lift=0.0, seed=seed), defence)
        held += 0.5 in mt.Roc.from_scores(
            game.judge(lira(game.view, variance="pooled"), name="a")
        ).auc_interval(0.99)
    assert held >= 18


def test_no_temperature_moves_a_score_of_likelihood_ratios_by_much():
    """Log-odds of many classes are not quite linear in the logits; with two classes they are, and nothing moves."""
    game = a_game()
    two = replace(game, logits=game.logits[..., :2], labels=game.labels % 2, population=None)
    soft = defences.defended(two, DEFENCES["temperature"])
    np.testing.assert_allclose(lira(soft.view), lira(two.view))


def test_a_game_is_defended_for_all_models_or_for_the_target_alone():
    game, defence = replace(a_game(), target=2), DEFENCES["top 1"]
    both, target = defences.defended(game, defence), defences.defended(game, defence, shadows=False)
    np.testing.assert_array_equal(both.logits, defence(game.logits))
    np.testing.assert_array_equal(both.population.logits, defence(game.population.logits))
    others = np.arange(len(game.logits)) != 2
    for before, after in (
        (game.logits, target.logits),
        (game.population.logits, target.population.logits),
    ):
        np.testing.assert_array_equal(after[others], before[others])
        np.testing.assert_array_equal(after[2], defence(before[2]))
    assert target.target == 2
    np.testing.assert_array_equal(target.member, game.member)


# ---- distillation

QUICK = {"epochs": 4, "learning_rate": 5e-3, "progress": False}
MODEL = mt.mlp(64, 16, 10)


@pytest.fixture(scope="module")
def digits():
    return mt.load_digits()[:300]


@pytest.fixture(scope="module")
def member():
    return mt.balanced_shadows(4, 300, seed=0)


def test_halves_are_disjoint_and_together_the_whole_training_set(member):
    first, second = defences.halves(member, seed=0)
    np.testing.assert_array_equal(first | second, member)
    assert not (first & second).any()
    np.testing.assert_array_equal(first.sum(axis=1), member.sum(axis=1) // 2)
    assert (first != defences.halves(member, seed=1)[0]).any()
    assert (first[0] != ~first[1]).any()


def test_a_student_learns_its_teacher_s_softened_answers_and_nothing_else(digits, member):
    first, second = defences.halves(member, seed=0)
    students = defences.distil(MODEL, digits, first, second, t=2.0, seed=3, **QUICK)
    seeds = mt.training.model_seeds(3, 4)
    for i in range(4):
        teacher = mt.train(MODEL, digits, first[i : i + 1], seed=[int(seeds[i])], **QUICK)
        soft = softmax(teacher.logits(digits.x) / 2)
        alone = mt.train(MODEL, digits, second[i : i + 1], labels=soft, seed=[int(seeds[i]) + 1], **QUICK)
        np.testing.assert_allclose(students.logits(digits.x)[i], alone.logits(digits.x)[0], atol=1e-8)
    np.testing.assert_array_equal(students.member, member)


def test_the_labels_of_the_student_s_records_are_never_used(digits, member):
    first, second = (half[:1] for half in defences.halves(member, seed=0))
    other = replace(digits, y=np.where(first[0], digits.y, (digits.y + 1) % 10))
    one, same = (
        defences.distil(MODEL, data, first, second, **QUICK).logits(digits.x) for data in (digits, other)
    )
    np.testing.assert_array_equal(one, same)


# ---- what is refused


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (partial(defences.rounded, digits=0), "1 to 15 decimals"),
        (partial(defences.rounded, digits=1.5), "1 to 15 decimals"),
        (partial(defences.top_k, k=0), "1 to 7 of them"),
        (partial(defences.top_k, k=8), "1 to 7 of them"),
        (partial(defences.temperature, t=0.0), "above 0 and finite"),
        (partial(defences.temperature, t=np.inf), "above 0 and finite"),
        (partial(defences.noisy, scale=-1.0, seed=0), "0 or more"),
    ],
)
def test_settings_that_mean_nothing_are_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call(LOGITS)


@every_defence
def test_answers_that_cannot_be_masked_are_refused(defence):
    with pytest.raises(ValueError, match="infinite or NaN"):
        defence(np.array([[0.0, -np.inf, 1.0, 0.0]]))
    with pytest.raises(ValueError, match="at least 2 classes"):
        defence(np.zeros((5, 1)))


def test_distillation_with_shared_records_is_refused(digits, member):
    first, second = defences.halves(member, seed=0)
    with pytest.raises(ValueError, match=r"disjoint, for example with halves"):
        defences.distil(MODEL, digits, member, second, **QUICK)
    with pytest.raises(ValueError, match="must be alike"):
        defences.distil(MODEL, digits, first, second[:2], **QUICK)
    with pytest.raises(ValueError, match="labels came"):
        defences.distil(MODEL, digits, first, second, labels=digits.y, **QUICK)
    with pytest.raises(ValueError, match="above 0"):
        defences.distil(MODEL, digits, first, second, t=-1.0, **QUICK)
