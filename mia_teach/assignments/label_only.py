"""Lesson 05, graded: scores from letters within a budget, and a noise that is chosen without the target's truth."""

import numpy as np

import mia_teach as mt
from mia_teach.assignments.task import Assignment, Task
from mia_teach.exercises.exercise import Case, Wrong

# ---- 1. letters that somebody pays for ---------------------------------------------------------


def _scores_on_a_budget(letters, shadow_letters, held, labels, budget):
    """How much longer each record's letter holds at the target than at models that never saw it, within a budget.

    letters: the target's answers to noisy copies of each record, (copies, records); shadow_letters: those of one's own models to
    the same copies, (shadows, copies, records); held: which shadow trained on which record, (shadows, records);
    labels: the true classes; budget: how many letters of the target are paid for in all, the same number for every record.
    Returns: (one score a record, larger for members; the number of letters bought).
    """
    copies = budget // len(labels)
    target = (letters[:copies] == labels).mean(axis=0)
    shadows = (shadow_letters[:, :copies] == labels).mean(axis=1)
    return target - shadows.mean(axis=0, where=~held), copies * len(labels)


def _bought(copies=None, usual=None, right=None):
    def function(letters, shadow_letters, held, labels, budget):
        count = budget // len(labels) if copies is None else copies(letters, shadow_letters, labels, budget)
        truth = labels if right is None else right(letters)
        target = (letters[:count] == truth).mean(axis=0)
        shadows = (shadow_letters[:, :count] == labels).mean(axis=1)
        beside = shadows.mean(axis=0, where=~held) if usual is None else usual(shadows, held)
        return target - beside, count * len(labels)

    return function


def _answers(rng, shadows, copies, records, classes=4):
    """Letters under noise, who is in which model, and the true classes."""
    labels = rng.integers(0, classes, records)
    depth = rng.normal(0.4, 1.0, records)
    held = rng.random((shadows, records)) < 0.5
    held[:2] = [np.arange(records) % 2 == 0, np.arange(records) % 2 == 1]
    chance = 1 / (1 + np.exp(-(depth + 1.6 * held)))
    right = rng.random((shadows, copies, records)) < chance[:, None]
    letters = np.where(right, labels, (labels + rng.integers(1, classes, right.shape)) % classes)
    return letters, held, labels


def _paid(rng):
    records, copies = int(rng.integers(25, 45)), int(rng.integers(24, 34))
    letters, held, labels = _answers(rng, int(rng.integers(5, 8)), copies, records)
    budget = records * int(rng.integers(9, 15)) + int(rng.integers(3, records - 3))
    return Case(letters[2], np.delete(letters, 2, axis=0), np.delete(held, 2, axis=0), labels, budget)


scores_on_a_budget = Task(
    name="scores_on_a_budget",
    points=6,
    question="""
A lender's service names a grade and nothing else, and every answer costs money. The broker has a table of noisy copies ready, more
than the money allows: `budget` is the number of letters to be bought in all, the same number for every record and as many as it allows, the
first copies first. The broker's own models cost nothing.

Score each record by how much longer its letter holds at the target than is usual for it: the **share of right letters** among those
bought, minus the **mean of that share over the broker's models that never saw the record**, on the same copies. Return the scores and how many letters
were bought.
""",
    reference=_scores_on_a_budget,
    draw=_paid,
    example=Case(
        np.array([[1, 0], [1, 0], [1, 1]]),
        np.array([[[0, 0], [0, 0], [1, 0]], [[0, 1], [0, 1], [0, 1]], [[0, 0], [1, 0], [1, 1]]]),
        np.array([[True, False], [False, True], [False, True]]),
        np.array([0, 1]),
        5,
    ),
    returns=("scores", "letters bought"),
    wrong=(
        Wrong(
            "budget_ignored",
            _bought(copies=lambda letters, shadows, labels, budget: len(letters)),
            "All copies are used, as if each record had the budget to itself. It is for all records together.",
        ),
        Wrong(
            "rounded_up",
            _bought(copies=lambda letters, shadows, labels, budget: -(-budget // len(labels))),
            "The last round of copies is not paid for: all records get the same number, so what is left over buys nothing.",
        ),
        Wrong(
            "own_models_billed",
            _bought(
                copies=lambda letters, shadows, labels, budget: budget // (len(labels) * (1 + len(shadows)))
            ),
            "The questions to the broker's own models are paid from the budget too. Only the target's answers cost anything.",
        ),
        Wrong(
            "not_compared",
            _bought(usual=lambda shadows, held: 0.0),
            "That is the robustness at the target alone. A record that is easy for any model holds its letter everywhere; take off "
            "what is usual for it.",
        ),
        Wrong(
            "all_models_usual",
            _bought(usual=lambda shadows, held: shadows.mean(axis=0)),
            "All of the broker's models say what is usual, those that trained on the record among them. Usual is what models "
            "say that never saw it.",
        ),
        Wrong(
            "models_that_saw_it",
            _bought(usual=lambda shadows, held: shadows.mean(axis=0, where=held)),
            "You compare with the models that trained on the record. With those a member is nothing special; take the others.",
        ),
        Wrong(
            "agrees_with_its_first_letter",
            _bought(right=lambda letters: letters[0]),
            "At the target you count how often the letter stays what it was first. Whether it is *right* is asked, against "
            "`labels`, as for the models.",
        ),
    ),
)


# ---- 2. which noise ----------------------------------------------------------------------------


def _choose_noise(scales, letters, labels, member):
    """The noise that serves best on one's own models, and how well it does there.

    scales: the deviations tried; letters: the models' answers, (scales, models, copies, records); labels: the true classes;
    member: which model trained on which record, (models, records).
    Returns: (the best scale, its AUC, the mean over the models of each one's own AUC).
    """
    robustness = (letters == labels).mean(axis=2)
    aucs = [
        np.mean([mt.Roc.from_scores(mt.Scores(one, own)).auc for one, own in zip(score, member, strict=True)])
        for score in robustness
    ]
    best = int(np.argmax(aucs))
    return scales[best], aucs[best]


def _pairs(score, truth):
    inside, outside = score[truth][:, None], score[~truth]
    return (inside > outside).mean() + (inside == outside).mean() / 2


def _chosen(measure=None, pick=np.argmax, robust=None):
    def function(scales, letters, labels, member):
        robustness = (letters == labels).mean(axis=2) if robust is None else robust(letters, labels)
        if measure is None:
            values = [
                np.mean([_pairs(s, m) for s, m in zip(score, member, strict=True)]) for score in robustness
            ]
        else:
            values = [measure(score, member) for score in robustness]
        best = int(pick(values))
        return scales[best], values[best]

    return function


def _mean_difference(score, member):
    return np.mean([s[m].mean() - s[~m].mean() for s, m in zip(score, member, strict=True)])


def _tried(rng):
    models, copies, records = int(rng.integers(4, 6)), 8, int(rng.integers(40, 60))
    labels = rng.integers(0, 4, records)
    member = rng.random((models, records)) < 0.5
    depth, offset = rng.normal(0.5, 1.2, records), rng.normal(0, 1.0, models)
    strength = rng.permutation([0.4, 1.0, 1.6, 0.8])
    letters = []
    for gain in strength:
        chance = 1 / (1 + np.exp(-(depth + gain * (2 * member - 1) + offset[:, None])))
        right = rng.random((models, copies, records)) < chance[:, None]
        letters.append(np.where(right, labels, (labels + 1) % 4))
    return Case(np.array([0.1, 0.2, 0.5, 1.0]), np.array(letters), labels, member)


choose_noise = Task(
    name="choose_noise",
    points=4,
    question="""
How much noise should the copies carry? The broker cannot read it off the target, whose members are not known, but has other models
whose members are. For each of several `scales` these have answered the same number of noisy copies.

A record's score at a model is the share of right letters. Give the **scale** with the largest mean AUC, where each model's AUC is computed
on its own and then averaged, and that **mean AUC**.
""",
    reference=_choose_noise,
    draw=_tried,
    example=Case(
        np.array([0.1, 0.3]),
        np.array(
            [
                [[[0, 1, 0, 1], [0, 0, 1, 0]], [[1, 0, 1, 0], [1, 0, 0, 0]]],
                [[[1, 1, 1, 0], [1, 0, 1, 1]], [[1, 1, 1, 0], [0, 1, 0, 0]]],
            ]
        ),
        np.array([0, 1, 0, 1]),
        np.array([[True, False, False, True], [True, False, True, False]]),
    ),
    returns=("scale", "mean AUC"),
    wrong=(
        Wrong(
            "worst_scale",
            _chosen(pick=np.argmin),
            "That is the scale with the smallest AUC. The one that tells members best is asked for.",
        ),
        Wrong(
            "models_pooled",
            _chosen(measure=lambda score, member: _pairs(score.ravel(), member.ravel())),
            "The records of all models stand in one ranking. Models differ in how sure they are of everything, and that blurs it: an "
            "AUC for each model, then the mean.",
        ),
        Wrong(
            "difference_of_means",
            _chosen(measure=_mean_difference),
            "You compare the mean robustness of members and others. An AUC is the share of pairs in which the member has the larger "
            "score, ties half.",
        ),
        Wrong(
            "letters_one_by_one",
            _chosen(
                robust=lambda letters, labels: (letters == labels)[:, :, 0].astype(float),
            ),
            "Only the first copy is looked at. A record's score is the share of right letters among all its copies.",
        ),
        Wrong(
            "all_copies_or_nothing",
            _chosen(robust=lambda letters, labels: (letters == labels).all(axis=2).astype(float)),
            "A record counts only if every copy is right. That is one bit where the share of right letters has many values.",
        ),
        Wrong(
            "ties_lost",
            _chosen(
                measure=lambda score, member: np.mean(
                    [(s[m][:, None] > s[~m]).mean() for s, m in zip(score, member, strict=True)]
                )
            ),
            "Pairs with equal shares are lost in your AUC. With few copies many tie, and each counts one half.",
        ),
    ),
)


assignment = Assignment(
    name="05_label_only", title="05 Labels only", tasks=(scores_on_a_budget, choose_noise)
)
