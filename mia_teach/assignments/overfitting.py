"""Lesson 01, graded: a gap from a test set with copies in it, and who carries a gap."""

import numpy as np

import mia_teach as mt
from mia_teach.assignments.task import Assignment, Task
from mia_teach.exercises.exercise import Case, Wrong

# ---- 1. the gap that remains -------------------------------------------------------------------


def _honest_gap(train_right, test_right, nearest, tolerance):
    """The generalisation gap on the test records that are no copies, with its interval.

    train_right, test_right: True for each record that the model gets right; nearest: each test record's distance to the
    nearest training record; tolerance: a record this near, or nearer, counts as a copy.
    Returns: (gap, lower end, upper end), as shares.
    """
    clean = test_right[nearest > tolerance]
    test = mt.Rate(int(clean.sum()), len(clean))
    train = train_right.mean()
    return train - test.value, train - test.high, train - test.low


def _gap(keep=None, ends=None, sign=1):
    def function(train_right, test_right, nearest, tolerance):
        clean = test_right[nearest > tolerance if keep is None else keep(nearest, tolerance)]
        test, train = mt.Rate(int(clean.sum()), len(clean)), mt.Rate(int(train_right.sum()), len(train_right))
        low, high = test.interval
        made = (train.value - high, train.value - low) if ends is None else ends(train, test)
        return sign * (train.value - test.value), *made

    return function


def _both_sampled(train, test):
    (train_low, train_high), (low, high) = train.interval, test.interval
    return train_low - high, train_high - low


def _not_crossed(train, test):
    low, high = test.interval
    return train.value - low, train.value - high


def _at_90(train, test):
    low, high = mt.Rate(test.hits, test.total, confidence=0.9).interval
    return train.value - high, train.value - low


def _tests(rng):
    train, test, copies = int(rng.integers(300, 600)), int(rng.integers(200, 400)), int(rng.integers(30, 60))
    tolerance = float(rng.choice([0.5, 0.75]))
    nearest = np.concatenate([rng.integers(5, 40, test) / 4, rng.integers(0, 4 * tolerance + 1, copies) / 4])
    right = np.concatenate([rng.random(test) < rng.uniform(0.6, 0.85), rng.random(copies) < 0.97])
    nearest[:2], nearest[-9:] = tolerance, tolerance
    mixed = rng.permutation(test + copies)
    return Case(rng.random(train) < 0.98, right[mixed], nearest[mixed], tolerance)


honest_gap = Task(
    name="honest_gap",
    points=5,
    question="""
A team reports a small generalisation gap for its skin-cancer classifier. Then somebody finds that the photo archive holds the same
mole several times, and that some of the test photos are near copies of training photos. `nearest` is each test photo's
distance to the nearest training photo.

Leave out every test photo at a distance of `tolerance` or less, and give the **gap** that remains (training minus test accuracy) with
the two ends of its exact **95 % interval** (`mt.Rate`). Every training photo was asked about; only the test photos are a sample.
""",
    reference=_honest_gap,
    draw=_tests,
    example=Case(
        np.array([True, True, True, True]),
        np.array([True, False, True, False, True]),
        np.array([3.0, 2.0, 0.25, 4.0, 0.5]),
        0.5,
    ),
    returns=("gap", "lower end", "upper end"),
    wrong=(
        Wrong(
            "copies_kept",
            _gap(keep=lambda nearest, tolerance: nearest >= 0),
            "This is the gap as the team reported it, copies and all. A copy of a training photo is no new photo: it makes the "
            "gap look smaller.",
        ),
        Wrong(
            "only_the_copies",
            _gap(keep=lambda nearest, tolerance: nearest <= tolerance),
            "The gap is measured on the copies alone. They are the ones to leave out.",
        ),
        Wrong(
            "at_the_tolerance_stays",
            _gap(keep=lambda nearest, tolerance: nearest >= tolerance),
            "Photos exactly at the tolerance stay in your test set. The task counts them as copies.",
        ),
        Wrong(
            "ends_not_crossed",
            _gap(ends=_not_crossed),
            "The gap is right. Its lower end comes where the test accuracy is at its upper end: the ends cross over, and yours "
            "are turned round.",
        ),
        Wrong(
            "training_sampled_too",
            _gap(ends=_both_sampled),
            "The gap is right. The interval also doubts the training accuracy; but every training record was asked, so nothing "
            "is uncertain about it.",
        ),
        Wrong(
            "interval_at_90",
            _gap(ends=_at_90),
            "The gap is right. Your interval holds in 90 % of experiments; 95 % is asked for.",
        ),
        Wrong(
            "test_minus_training",
            _gap(sign=-1, ends=lambda train, test: tuple(end - train.value for end in test.interval)),
            "The sign is turned round: the gap is training minus test accuracy, and positive where a model overfits.",
        ),
    ),
)


# ---- 2. who carries the gap --------------------------------------------------------------------


def _carried_by_few(right, member, share):
    """How much of the gap is owed to the records that are memorised most, picked on half of the models.

    right: whether a model gets a record right, (models, records); member: whether it trained on it, (models, records);
    share: of the records, such as 0.1; the number of records is rounded down.
    Returns: their part of the sum of memorisation over all records, in the second half of the models; the first half picked.
    """

    def memorised(some):
        inside = (right[some] & member[some]).sum(axis=0) / member[some].sum(axis=0)
        outside = (right[some] & ~member[some]).sum(axis=0) / (~member[some]).sum(axis=0)
        return inside - outside

    half = len(right) // 2
    picking, judging = memorised(slice(0, half)), memorised(slice(half, None))
    most = np.argsort(-picking, kind="stable")[: int(share * len(picking))]
    return judging[most].sum() / judging.sum()


def _memory(right, member):
    return _inside(right, member) - _outside(right, member)


_FIRST, _SECOND, _ALL = (lambda n: slice(0, n // 2)), (lambda n: slice(n // 2, n)), (lambda n: slice(0, n))


def _part(memory=_memory, order=None, part=None, pick=_FIRST, judge=_SECOND):
    """A wrong part: another memory, another order, another number, or other models to pick or to judge on."""

    def function(right, member, share):
        picking, judging = pick(len(right)), judge(len(right))
        key = (memory if order is None else order)(right[picking], member[picking])
        values = memory(right[judging], member[judging])
        chosen = values[np.argsort(-key, kind="stable")[: int(share * len(values))]]
        return chosen.sum() / values.sum() if part is None else part(chosen, values)

    return function


def _inside(right, member):
    return (right & member).sum(axis=0) / member.sum(axis=0)


def _outside(right, member):
    return (right & ~member).sum(axis=0) / (~member).sum(axis=0)


def _trainings(rng):
    half, records, share = (
        int(rng.integers(14, 24)),
        10 * int(rng.integers(6, 10)) + 5,
        rng.choice([0.1, 0.2]),
    )
    while True:
        member = rng.random((2 * half, records)) < rng.uniform(0.35, 0.65)
        member[[0, 1, half, half + 1]] = np.array([True, False, True, False])[:, None]
        ease = rng.beta(4, 1.2, records)
        learnt = np.where(rng.random(records) < 0.8, np.maximum(ease, 0.97), ease)
        right = rng.random(member.shape) < np.where(member, learnt, ease)
        case = Case(right, member, float(share))
        in_order = np.sort(_memory(right[:half], member[:half]))[::-1]
        last = int(share * records) - 1
        if in_order[last] - in_order[last + 1] > 1e-6:  # no tie decides who is among the few
            return case


carried_by_few = Task(
    name="carried_by_few",
    points=5,
    question="""
The gap is an average, and somebody has to carry it. Feldman's *memorisation* of a record is how often models that trained on it get
it right, minus how often the other models do. A registry trained many models, an even number of them, on random parts of its records
and kept who was in which, not always the same number.

Give the **part of the whole** that the most memorised `share` of the records carry. Whoever is at the top of a ranking is there by luck
too, so the models that pick must not judge: **pick** the records by their memorisation in the *first half* of the models (of the rows),
and on the *second half* **add up** the memorisation of those picked, divided by that of all records (some of which may be negative).
With 65 records and a share of 0.1 these are 6 records.
""",
    reference=_carried_by_few,
    draw=_trainings,
    example=Case(
        np.array(
            [
                [1, 1, 1, 1, 0],
                [1, 1, 1, 0, 0],
                [1, 1, 0, 1, 0],
                [1, 1, 1, 1, 0],
                [0, 0, 1, 1, 1],
                [1, 0, 0, 1, 1],
            ],
            bool,
        ),
        np.array(
            [
                [1, 0, 1, 1, 0],
                [0, 1, 1, 0, 0],
                [1, 0, 0, 0, 1],
                [1, 1, 1, 1, 1],
                [0, 0, 1, 0, 0],
                [1, 0, 0, 1, 1],
            ],
            bool,
        ),
        0.4,
    ),
    wrong=(
        Wrong(
            "picked_and_judged_on_all",
            _part(pick=_ALL, judge=_ALL),
            "The records are picked and added up on the same models. What was luck in the picking is counted as memorisation then, "
            "and the few seem to carry more than they do. Pick on the first half, add up on the second.",
        ),
        Wrong(
            "second_half_alone",
            _part(pick=_SECOND),
            "The models are halved, but the second half both picks and adds up. The picking belongs to the first half, so that its luck "
            "stays behind.",
        ),
        Wrong(
            "first_half_alone",
            _part(judge=_FIRST),
            "The models are halved, but the first half both picks and adds up. Take the picked records to the second half, where the luck "
            "of the picking is gone.",
        ),
        Wrong(
            "all_models_pick",
            _part(pick=_ALL),
            "The second half adds up, and had a say in the picking as well: you picked on all models. Its luck is in both then.",
        ),
        Wrong(
            "halves_swapped",
            _part(pick=_SECOND, judge=_FIRST),
            "The idea is right, and the halves have changed places: the first half picks, the second adds up.",
        ),
        Wrong(
            "over_all_models",
            _part(
                lambda right, member: (
                    ((right & member).sum(axis=0) - (right & ~member).sum(axis=0)) / len(right)
                )
            ),
            "Both counts are divided by the number of all models. Each is a share of its own side: of the models that trained "
            "on the record, and of those that did not.",
        ),
        Wrong(
            "most_right_inside",
            _part(order=_inside),
            "The records are ordered by how often models that trained on them get them right. That is nearly all of them; what "
            "counts is the difference from the other models.",
        ),
        Wrong(
            "hardest_outside",
            _part(order=lambda right, member: -_outside(right, member)),
            "The records are ordered by how hard they are for models that never saw them. Most hard records are learnt by heart, "
            "but not all: order by memorisation itself.",
        ),
        Wrong(
            "least_memorised",
            _part(order=lambda right, member: _outside(right, member) - _inside(right, member)),
            "These are the records that are memorised least: the order is turned round.",
        ),
        Wrong(
            "their_mean",
            _part(part=lambda chosen, values: chosen.mean()),
            "That is the mean memorisation of the chosen records. Which part of the whole they carry is asked for.",
        ),
        Wrong(
            "negative_ones_dropped",
            _part(part=lambda chosen, values: chosen.sum() / np.maximum(values, 0).sum()),
            "Records with a negative memorisation are counted as 0 in the whole. They belong to it: the whole is the gap of all.",
        ),
    ),
)


assignment = Assignment(
    name="01_overfitting",
    title="01 Overfitting: where the leak begins",
    tasks=(honest_gap, carried_by_few),
)
