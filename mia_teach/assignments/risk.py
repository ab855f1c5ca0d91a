"""Lesson 08, graded: what can be told to those who asked, and what an accusation of one group is worth."""

import numpy as np

import mia_teach as mt
from mia_teach.assignments.task import Assignment, Task
from mia_teach.exercises.exercise import Case, Wrong
from mia_teach.rate import lower_end, upper_end

# ---- 1. letters to people ----------------------------------------------------------------------


def _told_to_each(accused, member, asked, limit):
    """What can be told to the people who asked how often they are found.

    accused, member: whether the attack on each model accuses each person, and whether that model had trained on them,
    (models, people); asked: who asked, as positions; limit: a share of trainings.
    Returns: (lower ends, upper ends of each one's exposure, 95 % sure together; 1 above the limit, −1 below it, 0 cannot be told).
    """
    low, high = np.zeros(len(asked)), np.ones(len(asked))
    for i, person in enumerate(asked):
        trained = member[:, person]
        if trained.any():
            found = int(accused[trained, person].sum())
            low[i], high[i] = mt.Rate(found, int(trained.sum()), 1 - 0.05 / len(asked)).interval
    return low, high, np.where(low > limit, 1, np.where(high < limit, -1, 0))


def _exact(found, trained, error):
    """Clopper and Pearson's ends for many people at once; 0 and 1 where nobody trained on them."""
    return lower_end(found, trained, error / 2), upper_end(found, trained, error / 2)


def _normal(found, trained, error):
    """The normal approximation, which has no width where nobody or everybody was found."""
    p = found / np.maximum(trained, 1)
    half = 1.959963984540054 * np.sqrt(p * (1 - p) / np.maximum(trained, 1))
    return p - half, p + half


def _by_ends(low, high, found, trained, limit):
    return np.where(low > limit, 1, np.where(high < limit, -1, 0))


def _told(counts=None, error=None, ends=_exact, verdict=_by_ends):
    """Wrong letters: of other counts, at another error, with other ends or another verdict."""

    def function(accused, member, asked, limit):
        if counts is None:
            found, trained = (accused & member).sum(axis=0)[asked], member.sum(axis=0)[asked]
        else:
            found, trained = (one[asked] for one in counts(accused, member))
        level = 0.05 / len(asked) if error is None else error(asked, member)
        low, high = ends(found, trained, level)
        return low, high, verdict(low, high, found, trained, limit)

    return function


def _by_value(low, high, found, trained, limit):
    return np.where(found > limit * trained, 1, -1)


def _silence_is_safe(low, high, found, trained, limit):
    return np.where(low > limit, 1, -1)


def _models_attacked(rng):
    models, people = int(rng.integers(50, 70)), int(rng.integers(60, 90))
    often = rng.choice([0.02, 0.15, 0.45, 0.9], people)
    share = rng.choice([0.15, 0.5, 0.9], people)
    asked = rng.permutation(people)[: int(rng.integers(6, 9))]
    often[asked[:4]], share[asked[:4]] = [0.02, 0.95, 0.95, 0.2], [0.7, 0.7, 0.1, 0.5]
    member = rng.random((models, people)) < share
    member[:, asked[4]] = False
    accused = rng.random((models, people)) < np.where(member, often, 0.06)
    return Case(accused, member, asked, float(rng.choice([0.25, 0.3])))


told_to_each = Task(
    name="told_to_each",
    points=6,
    question="""
A few of a hospital's patients have written: "How often would your model give *me* away?" The hospital owes each an answer, and none that it
cannot stand by. It has trained models on random parts of its table, not everybody equally often, and attacked them all.

For those who `asked`, in their order, give the two ends of the exact interval of their **exposure**, the share of the trainings with them in
which they are found; the intervals shall hold **all together** with 95 %, and everybody who asked gets an equal part of the error, also whoever was in no training at
all and has the ends 0 and 1. Then what can be told: **1** where the whole interval lies above `limit`, **−1** where it lies below, **0** where it cannot be told.
""",
    reference=_told_to_each,
    draw=_models_attacked,
    example=Case(
        np.array([[1, 0, 0, 0], [1, 1, 0, 1], [1, 0, 1, 0], [1, 1, 1, 1]], bool),
        np.array([[1, 1, 0, 1], [1, 0, 0, 1], [1, 0, 0, 1], [1, 1, 0, 0]], bool),
        np.array([2, 0, 1]),
        0.2,
    ),
    returns=("lower ends", "upper ends", "what can be told"),
    wrong=(
        Wrong(
            "each_at_95",
            _told(error=lambda asked, member: 0.05),
            "Each interval is right in 95 % of cases, so of many letters one is likely to be false. All of them shall hold together.",
        ),
        Wrong(
            "shared_with_those_who_did_not_ask",
            _told(error=lambda asked, member: 0.05 / member.shape[1]),
            "The error is shared among everybody in the table. Only those who asked get a letter, and they were named before anybody "
            "looked at the numbers.",
        ),
        Wrong(
            "shared_among_those_trained",
            _told(error=lambda asked, member: 0.05 / max(member[:, asked].any(axis=0).sum(), 1)),
            "The error is shared among those alone who were in a training. The parts were promised to everybody who asked, before anybody "
            "looked who had been in.",
        ),
        Wrong(
            "share_of_all_models",
            _told(
                counts=lambda accused, member: (
                    (accused & member).sum(axis=0),
                    np.full(len(member.T), len(member)),
                )
            ),
            "Models that never trained on a person count as failures to find them. Exposure is a share of the trainings with the person.",
        ),
        Wrong(
            "false_alarms_as_finds",
            _told(counts=lambda accused, member: (accused.sum(axis=0), np.full(len(member.T), len(member)))),
            "Accusations by models that never saw the person are counted as well. Those are false; nobody is found where they were not.",
        ),
        Wrong(
            "right_accusations",
            _told(counts=lambda accused, member: ((accused & member).sum(axis=0), accused.sum(axis=0))),
            "That is the share of a person's accusations that were right. Exposure asks the other way round: of the trainings with them, "
            "in how many are they found?",
        ),
        Wrong(
            "normal_interval",
            _told(ends=_normal),
            "The ends come from the normal approximation at 95 % each. Where somebody was found never, or always, it has no width at all and "
            "calls three trainings a certainty.",
        ),
        Wrong(
            "by_the_bare_share",
            _told(verdict=_by_value),
            "The intervals are right and are not used: you compare the bare share with the limit. With few trainings it may lie on either "
            "side by luck.",
        ),
        Wrong(
            "not_shown_is_safe",
            _told(verdict=_silence_is_safe),
            "The intervals are right. Whoever is not shown to lie above the limit is told to be below it. For some neither is shown, and "
            "they deserve to hear that.",
        ),
    ),
)


# ---- 2. an insurer's accusation ----------------------------------------------------------------


def _worth_for_a_group(found, trained, alarms, others, base_rate):
    """What an accusation of somebody from a group is worth, how sure that is, and from which base rate on it is mostly right.

    found, trained: for each of the group's people, in how many of how many trainings with them they were found; alarms, others: in
    how many of how many models without them they were accused; base_rate: the share of members where the attack is used.
    Returns: (precision, its lower and upper end, the base rate at which half of the accusations are right).
    """
    tpr = mt.risk.over_people(found / trained, confidence=0.975)
    fpr = mt.risk.over_people(alarms / others, confidence=0.975)
    worth = mt.precision(tpr.value, fpr.value, base_rate)
    ends = mt.precision(tpr.low, fpr.high, base_rate), mt.precision(tpr.high, fpr.low, base_rate)
    return worth, *ends, fpr.value / (tpr.value + fpr.value)


def _by_people(found, trained, level):
    one = mt.risk.over_people(found / trained, confidence=level)
    return one.value, one.low, one.high


def _by_trainings(found, trained, level):
    one = mt.Rate(int(found.sum()), int(trained.sum()), level)
    return one.value, one.low, one.high


def _worth(
    rates=_by_people, level=0.975, value=None, ends=None, even=None, rate_of=lambda base_rate: base_rate
):
    """A wrong worth: other rates, ends, base rate, or another break-even."""

    def function(found, trained, alarms, others, base_rate):
        tpr, fpr = rates(found, trained, level), rates(alarms, others, level)
        b = rate_of(base_rate)
        worth = mt.precision(tpr[0], fpr[0], b) if value is None else value(tpr[0], fpr[0], found, alarms)
        if ends is None:
            low, high = mt.precision(tpr[1], fpr[2], b), mt.precision(tpr[2], fpr[1], b)
        else:
            low, high = ends(tpr, fpr, b)
        return worth, low, high, fpr[0] / (tpr[0] + fpr[0]) if even is None else even(tpr[0], fpr[0])

    return function


def _a_group(rng):
    people = int(rng.integers(25, 60))
    trained = rng.integers(8, 40, people)
    others = 48 - trained
    found = rng.binomial(trained, rng.beta(0.8, 0.8, people))
    alarms = rng.binomial(others, rng.beta(0.6, 12.0, people))
    return Case(found, trained, alarms, others, float(rng.choice([0.001, 0.005, 0.02, 0.05])))


worth_for_a_group = Task(
    name="worth_for_a_group",
    points=4,
    question="""
An insurer has turned down a woman who had been in a coma: the attack accused her. In the *insurer's* files a share `base_rate` of people like her were in
the hospital's training set. Her lawyer asks what such an accusation is worth, and what the insurer would have to know already for it to be worth more
than a coin.

You have the counts for the people of her group: `found` of `trained` with each person in training, accused in `alarms` of `others`
without. The group's rates are means over its people, each person one trial (`mt.risk.over_people`). Give the **precision** at `base_rate`; its
**two ends**, from the ends of both rates at 97.5 % each, combined so that they are the worst and the best case; and the **base rate at which
half** of the accusations would be right.
""",
    reference=_worth_for_a_group,
    draw=_a_group,
    example=Case(np.array([4, 0]), np.array([4, 2]), np.array([0, 1]), np.array([2, 4]), 0.1),
    returns=("precision", "lower end", "upper end", "base rate for one half"),
    wrong=(
        Wrong(
            "half_are_members",
            _worth(rate_of=lambda base_rate: 0.5),
            "This is the worth of an accusation where every second person is a member. In the insurer's files they are rare.",
        ),
        Wrong(
            "precision_of_the_sample",
            _worth(value=lambda tpr, fpr, found, alarms: found.sum() / (found.sum() + alarms.sum())),
            "That is the share of right accusations among those that the audit made. How frequent members were there is the auditor's "
            "doing, and not the insurer's world.",
        ),
        Wrong(
            "one_minus_fpr",
            _worth(value=lambda tpr, fpr, found, alarms: 1 - fpr),
            "1 − FPR says how often a stranger is left in peace. The lawyer asks of those who *were* accused, how many rightly.",
        ),
        Wrong(
            "trainings_as_people",
            _worth(rates=_by_trainings),
            "Every training counts as a case of its own. However many trainings stand behind somebody's share, it tells about one person.",
        ),
        Wrong(
            "both_low_both_high",
            _worth(
                ends=lambda tpr, fpr, b: (mt.precision(tpr[1], fpr[1], b), mt.precision(tpr[2], fpr[2], b))
            ),
            "The precision is right. Its ends combine low with low and high with high, and that is neither the worst nor the best case: ask of "
            "each rate whether it speaks for an accusation.",
        ),
        Wrong(
            "each_at_95",
            _worth(level=0.95),
            "The precision is right. Both rates have to hold at once, so with 95 % each their ends hold together less often; 97.5 % each was "
            "asked for.",
        ),
        Wrong(
            "ratio_of_the_rates",
            _worth(even=lambda tpr, fpr: fpr / tpr),
            "The precision and its ends are right. The last number is the ratio of the two rates: members to strangers, not members to "
            "everybody.",
        ),
        Wrong(
            "even_by_the_others",
            _worth(even=lambda tpr, fpr: tpr / (tpr + fpr)),
            "The precision and its ends are right. The last number is turned round: an attack with few false alarms needs fewer members "
            "to be right, not more.",
        ),
    ),
)


assignment = Assignment(
    name="08_who_is_at_risk", title="08 Who is at risk", tasks=(told_to_each, worth_for_a_group)
)
