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
the two ends of its **95 % interval**. Every training photo was asked about; only the test photos are a sample.
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
    """How much of the gap is owed to the records that are memorised most.

    right: whether a model gets a record right, (models, records); member: whether it trained on it, (models, records);
    share: of the records, such as 0.1; the number of records is rounded down.
    Returns: their part of the sum of memorisation over all records.
    """
    inside = (right & member).sum(axis=0) / member.sum(axis=0)
    outside = (right & ~member).sum(axis=0) / (~member).sum(axis=0)
    memorised = np.sort(inside - outside)[::-1]
    return memorised[: int(share * len(memorised))].sum() / memorised.sum()


def _part(memory=None, order=None, part=None):
    def function(right, member, share):
        if memory is None:
            inside = (right & member).sum(axis=0) / member.sum(axis=0)
            values = inside - (right & ~member).sum(axis=0) / (~member).sum(axis=0)
        else:
            values = memory(right, member)
        key = values if order is None else order(right, member)
        chosen = values[np.argsort(-key, kind="stable")][: int(share * len(values))]
        return chosen.sum() / values.sum() if part is None else part(chosen, values)

    return function


def _inside(right, member):
    return (right & member).sum(axis=0) / member.sum(axis=0)


def _outside(right, member):
    return (right & ~member).sum(axis=0) / (~member).sum(axis=0)


def _trainings(rng):
    models, records = int(rng.integers(14, 24)), 10 * int(rng.integers(6, 10)) + 5
    member = rng.random((models, records)) < rng.uniform(0.35, 0.65)
    member[:2], member[2:4] = True, False
    ease = rng.beta(4, 1.2, records)
    right = rng.random((models, records)) < np.where(member, np.maximum(ease, 0.97), ease)
    return Case(right, member, float(rng.choice([0.1, 0.2])))


carried_by_few = Task(
    name="carried_by_few",
    points=5,
    question="""
The gap is an average, and somebody has to carry it. Feldman's *memorisation* of a record is how often models that trained on it get
it right, minus how often the other models do. A registry trained many models on random parts of its records and kept who was in
which, not always the same number.

Give the **part of the whole** that the most memorised `share` of the records carry: their memorisation added up, divided by that of
all records (some of which may be negative). With 65 records and a share of 0.1 these are 6 records.
""",
    reference=_carried_by_few,
    draw=_trainings,
    example=Case(
        np.array([[1, 1, 0, 1, 1], [0, 1, 1, 1, 0], [1, 1, 1, 1, 1], [1, 0, 1, 0, 1]], bool),
        np.array([[0, 0, 0, 1, 1], [1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [1, 0, 1, 0, 1]], bool),
        0.4,
    ),
    wrong=(
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
