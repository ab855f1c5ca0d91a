"""Lesson 06, graded: what the weights add beside the same shadows, and what a partner reads from an average."""

import numpy as np

import mia_teach as mt
from mia_teach.assignments.task import Assignment, Task
from mia_teach.exercises.exercise import Case, Wrong

# ---- 1. the missing control --------------------------------------------------------------------


def _gain_of_access(norms, log_odds, member):
    """How much more of an AUC the gradients give than the answers do, with the same shadows for both.

    norms: the length of each record's gradient in each table of weights, (models, records, tables), above 0;
    log_odds: of the true class, (models, records); member: which model trained on which record, (models, records).
    Returns: (mean gain in AUC over the targets, lower and upper end of its 95 % interval).
    """
    length = -np.log(np.sqrt((norms**2).sum(axis=2)))
    gain = []
    for target in range(len(member)):
        own = member[target]
        unseen = ~member & (np.arange(len(member)) != target)[:, None]
        aucs = []
        for value in (length, log_odds):
            score = value[target] - value.mean(axis=0, where=unseen)
            aucs.append((score[own][:, None] > score[~own]).mean())
        gain.append(aucs[0] - aucs[1])
    interval = mt.Interval.from_values(gain)
    return interval.value, interval.low, interval.high


def _length(norms):
    return -np.log(np.sqrt((norms**2).sum(axis=2)))


def _never_saw_it(member, target):
    return ~member & (np.arange(len(member)) != target)[:, None]


def _ends(with_gradients, with_answers):
    interval = mt.Interval.from_values(with_gradients - with_answers)
    return interval.low, interval.high


def _gain(length=_length, usual=_never_saw_it, control=None, ends=_ends):
    """A wrong gain: another length, other shadows, another control, another interval."""

    def function(norms, log_odds, member):
        aucs = []
        for value, compared in ((length(norms), usual), (log_odds, usual if control is None else control)):
            row = []
            for target, own in enumerate(member):
                score = value[target]
                if compared is not _nothing:
                    score = score - value.mean(axis=0, where=compared(member, target))
                row.append((score[own][:, None] > score[~own]).mean())
            aucs.append(np.array(row))
        return (aucs[0] - aucs[1]).mean(), *ends(*aucs)

    return function


def _nothing(member, target):
    """No shadows: the score is the target's value as it is."""


def _all_others(member, target):
    return np.broadcast_to((np.arange(len(member)) != target)[:, None], member.shape)


def _unpaired(some, others):
    apart = mt.Interval.from_values(some), mt.Interval.from_values(others)
    half = np.hypot(*((one.high - one.low) / 2 for one in apart))
    middle = (some - others).mean()
    return middle - half, middle + half


def _scatter(some, others):
    gap = some - others
    return gap.mean() - 2 * gap.std(ddof=1), gap.mean() + 2 * gap.std(ddof=1)


def _seen_by_models(rng):
    models, records = int(rng.integers(6, 9)), int(rng.integers(50, 80))
    member = rng.random((models, records)) < 0.5
    for half in (
        slice(0, 3),
        slice(3, 6),
    ):  # of any two halves of the models each has some without the record
        member[half][rng.integers(3, size=records), np.arange(records)] = False
    ease, shift = rng.normal(1.0, 1.5, records), rng.normal(0, 0.3, (models, 1))
    log_odds = ease + rng.normal(1.3, 0.3) * member + shift + rng.normal(0, 0.8, (models, records))
    error = 1 / (1 + np.exp(log_odds))
    tables = np.exp(rng.normal([0.4, -1.0, 1.0], 0.35, (models, records, 3)))
    return Case(error[..., None] * tables, log_odds, member)


gain_of_access = Task(
    name="gain_of_access",
    points=5,
    question="""
"With the weights we find far more of your patients", writes a consultant to a hospital, and offers to keep them in his vault. He had
compared gradients *and shadow models* with a bare loss. You own a few models of the same make and know who is in which; do for him the
comparison that he left out.

Every model plays the target in turn, the others are its shadows. A record's value at a model is, once, **minus the logarithm of the length
of its whole gradient** (`norms` holds its length in each table of weights) and, once, its **log-odds**. The score is the value at the
target minus the mean of the values at those shadows that did **not** train on the record. Give the mean over the targets of *AUC from
gradients minus AUC from log-odds*, and the two ends of its 95 % interval, paired target by target (`mt.Interval.from_values`). No scores tie.
""",
    reference=_gain_of_access,
    draw=_seen_by_models,
    example=Case(
        np.array(
            [
                [[2.4, 0.7], [0.9, 1.2], [0.6, 0.8], [1.2, 0.5]],
                [[0.8, 1.5], [0.5, 1.2], [1.2, 0.5], [0.9, 1.2]],
                [[0.9, 1.2], [0.9, 1.2], [0.9, 1.2], [1.2, 0.5]],
                [[2.4, 0.7], [0.5, 1.2], [1.2, 0.5], [2.4, 0.7]],
            ]
        ),
        np.array([[2.6, 2.5, 2.7, 3.2], [2.2, 2.4, 2.5, 1.2], [1.5, 2.9, 0.8, 3.0], [2.8, 0.3, 2.3, 1.8]]),
        np.array([[1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 0, 1], [0, 1, 1, 0]], bool),
    ),
    returns=("gain", "lower end", "upper end"),
    wrong=(
        Wrong(
            "control_without_shadows",
            _gain(control=_nothing),
            "The log-odds stand alone, the gradients beside shadows. So two things differ, access and shadows, and the gain is "
            "of both together: the consultant's comparison.",
        ),
        Wrong(
            "no_shadows_at_all",
            _gain(usual=_nothing),
            "Neither side is compared with shadow models. That is a fair comparison of two weak attacks; asked is what access "
            "adds for somebody who has shadows.",
        ),
        Wrong(
            "shadows_that_saw_it",
            _gain(usual=_all_others),
            "What is usual for a record is taken from all shadows, those that trained on it among them. Only models that never saw it "
            "show what the target would say as a stranger.",
        ),
        Wrong(
            "target_among_its_shadows",
            _gain(usual=lambda member, target: ~member),
            "The target takes part in what is usual for a record, and only where it did not train on it. So the truth that the attack "
            "should find has gone into its scores.",
        ),
        Wrong(
            "lengths_added",
            _gain(length=lambda norms: -np.log(norms.sum(axis=2))),
            "The lengths in the tables are added up. A gradient over all tables is one vector, and the parts of a vector stand at "
            "right angles to each other.",
        ),
        Wrong(
            "longer_for_members",
            _gain(length=lambda norms: -_length(norms)),
            "A long gradient counts as a sign of membership here. Training has made the members' gradients short; a score is larger "
            "for members.",
        ),
        Wrong(
            "two_intervals",
            _gain(ends=_unpaired),
            "The gain is right. Its ends are put together from two separate intervals, as if the two attacks had met different targets. "
            "They met the same ones, so take the differences first.",
        ),
        Wrong(
            "scatter_of_targets",
            _gain(ends=_scatter),
            "The gain is right. Its ends say how much single targets scatter. How well the *mean* is known depends on how many "
            "targets there are as well.",
        ),
    ),
)


# ---- 2. what an average says to a partner ------------------------------------------------------


def _named_by_the_partner(average, own, patients, gradients, strangers, fpr):
    """Whom one of two hospitals would name, from the average of both updates and its own.

    average: the change of weights that the server sent to both, (parameters,); own: the change that this hospital had sent;
    patients: how many stood behind its own update and how many behind the other's; gradients: of the suspects, before the night,
    (suspects, parameters); strangers: of people who surely were in neither hospital, (others, parameters); fpr: a share.
    Returns: (True for each suspect who is named; how many would be if none of them had been there).
    """
    mine, theirs = patients
    update = ((mine + theirs) * average - mine * own) / theirs

    def cosine(rows):
        return -(rows @ update) / (np.linalg.norm(rows, axis=1) * np.linalg.norm(update))

    innocent = cosine(strangers)
    threshold = np.sort(innocent)[::-1][int(fpr * len(innocent))]
    return cosine(gradients) > threshold, (innocent > threshold).mean() * len(gradients)


def _subtracted(average, own, mine, theirs):
    return ((mine + theirs) * average - mine * own) / theirs


def _cosine(rows, update):
    return -(rows @ update) / (np.linalg.norm(rows, axis=1) * np.linalg.norm(update))


def _named(update=_subtracted, score=_cosine, among=None, cut=lambda those, k: those[k], expected=None):
    """A wrong list: another update, another score, another threshold, another expectation."""

    def function(average, own, patients, gradients, strangers, fpr):
        change = update(average, own, *patients)
        suspects, innocent = score(gradients, change), score(strangers, change)
        those = innocent if among is None else among(suspects, innocent)
        threshold = cut(np.sort(those)[::-1], int(fpr * len(those)))
        share = (
            (innocent > threshold).mean()
            if expected is None
            else expected(innocent, suspects, threshold, fpr)
        )
        return suspects > threshold, share * len(gradients)

    return function


def _just_below_the_last_allowed(those, k):
    """A threshold that whoever is ``>=`` the last stranger above passes; of the strangers those and nobody else."""
    return np.nextafter(those[max(k - 1, 0)], -np.inf)


def _one_night(rng):
    parameters = 30
    common = rng.normal(0, 1.0, parameters)

    def people(count):
        directions = rng.normal(0, 1.0, (count, parameters)) + 0.3 * common
        return directions * rng.lognormal(0, 0.8, (count, 1))

    mine, theirs = int(rng.integers(14, 22)), int(rng.integers(6, 10))
    suspects, strangers = people(int(rng.integers(26, 36))), people(20 * int(rng.integers(4, 7)) + 7)
    at_home = people(mine)
    tonight = suspects[rng.permutation(len(suspects))[:theirs]]
    own, other = (-0.1 * part.mean(axis=0) for part in (at_home, tonight))
    average = (mine * own + theirs * other) / (mine + theirs)
    return Case(average, own, (mine, theirs), suspects, strangers, float(rng.choice([0.05, 0.1])))


named_by_the_partner = Task(
    name="named_by_the_partner",
    points=5,
    question="""
Two hospitals train one model. Each night both send their update to a server that shows neither to the other: it hands out only the
average, in which every patient of the night weighs the same. Amara was treated in one of them. Is she hidden from the other one, which
knows what it had sent itself, and how many `patients` stood behind both updates (its own number first)?

Recover the other hospital's update. Score people by its **alignment** with their own descent direction, the cosine of the lesson. The threshold is
the *lowest score of a stranger* above which at most a share `fpr` of the `strangers` lies; whoever exceeds it is named. Return **who is named** among the suspects,
and **how many of them would be named if none had been there**: the share of strangers who really lie above it, times the number of
suspects.
""",
    reference=_named_by_the_partner,
    draw=_one_night,
    example=Case(
        np.array([-1.0, -2.0]),
        np.array([-2.0, -1.0]),
        (2, 1),
        np.array([[3.0, 2.0], [-4.0, 1.0], [4.0, 2.0], [2.0, 3.0]]),
        np.array([[0.0, -4.0], [2.0, -3.0], [1.0, -3.0], [2.0, 4.0], [-3.0, 0.0]]),
        0.3,
    ),
    returns=("who is named", "named by chance"),
    wrong=(
        Wrong(
            "average_as_it_came",
            _named(update=lambda average, own, mine, theirs: average),
            "People are compared with the average, and most of that is this hospital's own night. What it had sent itself it can take "
            "out.",
        ),
        Wrong(
            "counts_forgotten",
            _named(update=lambda average, own, mine, theirs: 2 * average - own),
            "You take the average for the middle between two hospitals. It is one over patients, and they were not equally many.",
        ),
        Wrong(
            "counts_swapped",
            _named(update=lambda average, own, mine, theirs: _subtracted(average, own, theirs, mine)),
            "The two numbers of patients have changed places: the first is of the hospital that does the sums, the second of the other.",
        ),
        Wrong(
            "along_the_gradient",
            _named(score=lambda rows, update: -_cosine(rows, update)),
            "Those are named whose gradient points along the update. A step goes *down* the gradients of those it learns from.",
        ),
        Wrong(
            "product_not_cosine",
            _named(score=lambda rows, update: -(rows @ update)),
            "That is the product of gradient and update, which is large for whoever has a long gradient, in whatever direction. An "
            "alignment is about directions alone.",
        ),
        Wrong(
            "threshold_from_the_suspects",
            _named(among=lambda suspects, innocent: suspects),
            "The threshold leaves a share of the *suspects* above it, so as many are named on every night, whoever was there. "
            "People who surely were not set a false-positive rate.",
        ),
        Wrong(
            "one_stranger_too_many",
            _named(cut=lambda those, k: those[k + 1]),
            "One stranger more than allowed lies above the threshold. Count again how many may, and who then sits on it.",
        ),
        Wrong(
            "threshold_halfway",
            _named(cut=lambda those, k: (those[k] + those[max(k - 1, 0)]) / 2),
            "Your threshold lies halfway between two strangers' scores. It keeps the rate too; the task takes the lower of the two itself, and "
            "somebody scores between.",
        ),
        Wrong(
            "from_the_last_allowed_on",
            _named(cut=_just_below_the_last_allowed),
            "You name people from the score of the last stranger on who may lie above. The task takes the next one's score, the lowest "
            "that keeps the rate, and names whoever exceeds that.",
        ),
        Wrong(
            "allowed_rate_for_the_real_one",
            _named(expected=lambda innocent, suspects, threshold, fpr: fpr),
            "Who is named is right. The expectation uses the share that was allowed; strangers come whole, so the share that lies above "
            "is another.",
        ),
    ),
)


assignment = Assignment(
    name="06_white_box", title="06 White box: gradients", tasks=(gain_of_access, named_by_the_partner)
)
