"""Lesson 03, graded: a threshold for each kind of record, and a design that is checked before anything is trained."""

import numpy as np

import mia_teach as mt
from mia_teach.assignments.task import Assignment, Task
from mia_teach.exercises.exercise import Case, Wrong

# ---- 1. a threshold for each kind --------------------------------------------------------------


def _accused_by_kind(shadow_score, shadow_member, shadow_kind, score, kind, promised):
    """Who stands accused when each kind of record has a threshold of its own, fixed on the shadow's records.

    shadow_score, shadow_member, shadow_kind: of the shadow's records, whose truth the adversary knows;
    score, kind: of the target's records; promised: the share of each kind's innocent who may be accused.
    Returns: True for each of the target's records that is accused.
    """
    accused = np.zeros(len(score), dtype=bool)
    for one in np.unique(kind):
        innocent = shadow_score[(shadow_kind == one) & ~shadow_member]
        allowed = int(promised * len(innocent))
        accused |= (kind == one) & (score > np.sort(innocent)[::-1][allowed])
    return accused


def _by_kind(innocent=None, allowed=None, keep=None, cut_at=None):
    def function(shadow_score, shadow_member, shadow_kind, score, kind, promised):
        accused = np.zeros(len(score), dtype=bool)
        for one in np.unique(kind):
            if innocent is None:
                those = shadow_score[(shadow_kind == one) & ~shadow_member]
            else:
                those = innocent(shadow_score, shadow_member, shadow_kind == one, score[kind == one])
            k = int((promised if allowed is None else allowed(promised)) * len(those))
            those = np.sort(those)[::-1]
            cut = those[k] if cut_at is None else cut_at(those, k)
            accused |= (kind == one) & ((score > cut) if keep is None else keep(score, cut))
        return accused

    return function


def _one_threshold_sharing(shadow_score, shadow_member, shadow_kind, score, kind, promised):
    innocent = shadow_score[~shadow_member]
    share = promised / len(np.unique(kind))
    return score > np.sort(innocent)[::-1][int(share * len(innocent))]


def _kinds(rng):
    offsets = rng.normal(0, 2.0, 3)

    def model(count):
        kind = np.concatenate([np.arange(3), rng.choice(3, count - 3, p=[0.5, 0.3, 0.2])])
        member = rng.random(count) < 0.5
        return rng.normal(offsets[kind] + 1.5 * member), member, kind

    shadow_score, shadow_member, shadow_kind = model(int(rng.integers(500, 800)))
    score, _, kind = model(int(rng.integers(120, 180)))
    return Case(shadow_score, shadow_member, shadow_kind, score, kind, float(rng.choice([0.06, 0.11])))


accused_by_kind = Task(
    name="accused_by_kind",
    points=5,
    question="""
A chain's model sorts shopping baskets, and some kinds of basket are easy for any model. With one threshold for all, an attack accuses
whole kinds and never reaches others. You have one shadow model, whose records you know, and scores (larger for members) for the
shadow's records and the target's.

Fix **one threshold for each kind** on the shadow's non-members of that kind: the *lowest of their scores* above which at most a share
`promised` of them lies. Return which of the target's records are accused: those that *exceed* their kind's threshold.
""",
    reference=_accused_by_kind,
    draw=_kinds,
    example=Case(
        np.array([2.0, 5.5, 4.5, 1.5, 4.0, 12.0, 9.0, 11.5, 13.0, 6.0]),
        np.array([True, False, False, False, False, True, False, False, False, False]),
        np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]),
        np.array([9.25, 5.25, 3.25, 11.75, 10.25, 19.25]),
        np.array([0, 0, 0, 1, 1, 1]),
        0.3,
    ),
    wrong=(
        Wrong(
            "one_threshold_for_all",
            _by_kind(innocent=lambda s, m, here, own: s[~m]),
            "One threshold for all kinds. A kind that is easy for any model then stands accused as a whole; compare each basket "
            "with its own kind.",
        ),
        Wrong(
            "one_threshold_at_a_third",
            _one_threshold_sharing,
            "There is still one threshold for all kinds, only stricter. What differs between kinds is where their scores lie, "
            "not how strict one should be.",
        ),
        Wrong(
            "members_set_it",
            _by_kind(innocent=lambda s, m, here, own: s[here & m]),
            "The shadow's members set your thresholds. The promise is about the innocent: the non-members set them.",
        ),
        Wrong(
            "everybody_sets_it",
            _by_kind(innocent=lambda s, m, here, own: s[here]),
            "Members and non-members of the shadow set your thresholds together, so of the innocent fewer than promised are "
            "accused. The non-members alone set them.",
        ),
        Wrong(
            "fixed_on_the_target",
            _by_kind(innocent=lambda s, m, here, own: own),
            "Your thresholds accuse a fixed share of the target's records of each kind, whoever they are. What an innocent "
            "record scores, the shadow has to tell.",
        ),
        Wrong(
            "threshold_halfway",
            _by_kind(cut_at=lambda those, k: (those[k] + those[max(k - 1, 0)]) / 2),
            "Your thresholds lie halfway between two innocent scores. They keep the promise too; the task takes the lower of the two itself, "
            "which accuses a few more.",
        ),
        Wrong(
            "from_the_last_allowed_on",
            _by_kind(cut_at=lambda those, k: those[max(k - 1, 0)], keep=lambda score, cut: score >= cut),
            "You accuse from the score of the last innocent record on that may be accused. The task takes the next one's score, the "
            "lowest that keeps the promise, and accuses whoever exceeds that.",
        ),
        Wrong(
            "below_the_threshold",
            _by_kind(keep=lambda score, cut: score < cut),
            "Those below the threshold are accused. Scores are larger for members.",
        ),
        Wrong(
            "the_promise_turned_round",
            _by_kind(allowed=lambda promised: 1 - promised),
            "A share `promised` of the innocent lies below your thresholds, and all the others are accused. So few should lie "
            "above.",
        ),
    ),
)


# ---- 2. a design on paper ----------------------------------------------------------------------


def _design_leak(member, target):
    """The AUC of merely counting who holds a record, before and after the target's mirror is sent away.

    member: who trains on what, (models, records); target: the attacked model's row; the others are its shadows.
    Returns: (AUC with all others as shadows, AUC without those that train on exactly what the target leaves out). Counting
    accuses a record the more, the fewer shadows hold it.
    """
    others = np.arange(len(member)) != target
    mirror = (member == ~member[target]).all(axis=1)
    return tuple(
        mt.Roc.from_scores(mt.Scores(-member[those].sum(axis=0), member[target])).auc
        for those in (others, others & ~mirror)
    )


def _auc(held, truth):
    """Share of pairs of a member and a non-member in which the member is held by fewer, ties half."""
    inside, outside = held[truth][:, None], held[~truth]
    return float((inside < outside).mean() + (inside == outside).mean() / 2)


def _leak(shadows=None, second=None, score=None):
    def function(member, target):
        others = np.arange(len(member)) != target
        mirror = (member == ~member[target]).all(axis=1)
        pairs = [others, others & ~mirror]
        if shadows is not None:
            pairs[0] = shadows(member, target)
            pairs[1] = pairs[0] & ~mirror
        if second is not None:
            pairs[1] = second(member, target)
        made = score or _auc
        return tuple(made(member[those].sum(axis=0), member[target]) for those in pairs)

    return function


def _others(member, target):
    return np.arange(len(member)) != target


def _one_of_each_pair(member, target):
    mirrors = (member[:, None] == ~member[None]).all(axis=2)
    second = np.triu(mirrors).any(axis=0)
    return _others(member, target) & ~second & ~mirrors[target]


def _accuracy(held, truth):
    return max(float(((held < cut) == truth).mean()) for cut in range(int(held.max()) + 2))


def _design(rng):
    records = int(rng.integers(60, 100))
    halves = rng.random((3, records)) < 0.5
    pairs = np.concatenate([halves, ~halves])
    coins = rng.random((int(rng.integers(3, 6)), records)) < 0.5
    member = np.concatenate([pairs, coins])
    order = rng.permutation(len(member))
    return Case(member[order], int(np.flatnonzero(order < 3)[int(rng.integers(3))]))


design_leak = Task(
    name="design_leak",
    points=5,
    question="""
A colleague hands you the plan of an experiment: `member`, which model will train on which record. Some models are pairs, the second
trained on exactly what the first leaves out; the rows are shuffled. Nothing has been trained. `target` is the row of the model under
attack, all others are to be its shadows.

Check the plan as the lesson did: accuse a record the more, the **fewer shadows hold it**. Give the AUC of this counting with all others as
shadows, and again without the model that mirrors the target. (Pairs that do not mirror the target may stay.)
""",
    reference=_design_leak,
    draw=_design,
    example=Case(
        np.array([[1, 1, 0, 1], [0, 0, 1, 0], [1, 0, 1, 1], [0, 1, 0, 0], [0, 0, 1, 0]], bool),
        0,
    ),
    returns=("AUC with all others", "AUC without the mirror"),
    wrong=(
        Wrong(
            "held_by_many",
            _leak(score=lambda held, truth: 1 - _auc(held, truth)),
            "You accuse those whom many shadows hold. Where a record is in a fixed number of models, whoever is in the target is "
            "missing among the others: fewer is suspect.",
        ),
        Wrong(
            "target_counted",
            _leak(shadows=lambda member, target: np.full(len(member), True)),
            "The target is among the models you count. It is the one under attack; the adversary only knows what the shadows hold.",
        ),
        Wrong(
            "mirror_never_left",
            _leak(second=_others),
            "The first number is right, the second is the same again: the mirror is still among the shadows. Whoever it holds, the "
            "target does not.",
        ),
        Wrong(
            "one_of_each_pair",
            _leak(second=_one_of_each_pair),
            "The first number is right. For the second you sent one model of every pair away. A pair that does not mirror the "
            "target holds every record exactly once, and only as a pair gives nothing away.",
        ),
        Wrong(
            "best_accuracy",
            _leak(score=_accuracy),
            "That is the accuracy of the best cut in the counts. The AUC asks how often a member is held by fewer than a "
            "non-member, ties half.",
        ),
        Wrong(
            "ties_lost",
            _leak(score=lambda held, truth: float((held[truth][:, None] < held[~truth]).mean())),
            "Pairs with equal counts are lost in your AUC. Counts are few, so ties are many; each counts one half.",
        ),
    ),
)


assignment = Assignment(
    name="03_shadow_models", title="03 Shadow models", tasks=(accused_by_kind, design_leak)
)
