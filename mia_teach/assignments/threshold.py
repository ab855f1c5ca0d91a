"""Lesson 02, graded: a hospital's report at few false alarms, and a threshold carried to another hospital."""

import numpy as np

import mia_teach as mt
from mia_teach.assignments.task import Assignment, Task
from mia_teach.exercises.exercise import Case, Wrong

# ---- 1. what a hospital may report -------------------------------------------------------------


def _hospital_report(loss, member, fpr, base_rate):
    """What the loss attack finds at few false alarms, and what an accusation is worth.

    loss: one number a patient, as the model gave it; member: True for those in the training set;
    fpr: the largest false-positive rate allowed; base_rate: the share of members where the attack is used.
    Returns: (the true-positive rate, the precision of an accusation), two shares from 0 to 1.
    """
    threshold = mt.Roc.from_scores(mt.Scores(-loss, member)).threshold_at(fpr)
    accused = -loss > threshold
    tpr, false_alarms = accused[member].mean(), accused[~member].mean()
    return tpr, mt.precision(tpr, false_alarms, base_rate)


def _report(accused=None, worth=None):
    """A wrong report: another choice of whom to accuse, or another worth of an accusation."""

    def function(loss, member, fpr, base_rate):
        score = -loss
        if accused is None:
            those = score > mt.Roc.from_scores(mt.Scores(score, member)).threshold_at(fpr)
        else:
            those = accused(score, member, fpr)
        tpr, false_alarms = those[member].mean(), those[~member].mean()
        if worth is None:
            return tpr, mt.precision(tpr, false_alarms, base_rate)
        return tpr, worth(those, member, fpr, base_rate)

    return function


def _top(share, among):
    """The lowest of the scores ``among`` above which at most this share of them lies."""
    allowed = int(share * len(among))
    return np.sort(among)[::-1][allowed]


def _last_allowed(share, among):
    """The lowest of the scores that lie above ``_top``; that itself where none may."""
    return np.sort(among)[::-1][max(int(share * len(among)) - 1, 0)]


def _halfway(share, among):
    return (_top(share, among) + _last_allowed(share, among)) / 2


def _just_below(score):
    """A threshold that this score passes, and with it all who are ``>=`` it."""
    return np.nextafter(score, -np.inf)


def _losses(rng):
    non_members, members = (
        100 * int(rng.integers(6, 13)) + int(rng.integers(35, 75)),
        int(rng.integers(250, 500)),
    )
    member = rng.permutation(np.arange(members + non_members) < members)
    loss = np.where(member, rng.gamma(0.6, 0.35, len(member)), rng.gamma(1.2, 0.9, len(member)))
    return Case(loss, member, float(rng.choice([0.01, 0.02])), float(rng.choice([0.001, 0.002, 0.005, 0.02])))


hospital_report = Task(
    name="hospital_report",
    points=5,
    question="""
A hospital attacked its own model before handing it out. `loss` holds the model's loss on each of its patients, `member`
who was trained on. The insurer who will one day attack the model can afford false alarms on a share of at most `fpr` of
the outsiders, and in the *insurer's* files a share `base_rate` of all people were in the training set.

Give what the hospital has to report: the **true-positive rate** of the loss attack, and the **precision** of the insurer's accusations. The
threshold, as in the lesson, is the *lowest score of a non-member* above which at most a share `fpr` of the non-members lies; whoever
exceeds it is accused. For the precision take the false-positive rate that
the threshold really has in the hospital's data, not the one that was allowed.
""",
    reference=_hospital_report,
    draw=_losses,
    example=Case(
        np.array([0.4, 0.3, 1.2, 0.8, 1.4, 1.1, 0.9, 0.1]),
        np.array([True, True, True, True, False, False, False, False]),
        0.3,
        0.1,
    ),
    returns=("true-positive rate", "precision"),
    wrong=(
        Wrong(
            "loss_as_score",
            _report(lambda score, member, fpr: -score > _top(fpr, -score[~member])),
            "The patients with the largest losses are accused here. Members were trained to a small loss: a score, which is "
            "larger for members, is minus the loss.",
        ),
        Wrong(
            "threshold_from_everybody",
            _report(lambda score, member, fpr: score > _top(fpr, score)),
            "The threshold leaves a share `fpr` of all patients above it. A false-positive rate is a share of the "
            "non-members, so they alone set the threshold.",
        ),
        Wrong(
            "threshold_from_the_members",
            _report(lambda score, member, fpr: score > _top(fpr, score[member])),
            "The threshold leaves a share `fpr` of the members above it. False alarms are accusations of non-members: their "
            "scores set the threshold, the members' scores are judged by it.",
        ),
        Wrong(
            "one_false_alarm_too_many",
            _report(lambda score, member, fpr: score >= _top(fpr, score[~member])),
            "One non-member more than allowed is accused: whoever sits exactly on the threshold does not pass it. Only "
            "scores above it count.",
        ),
        Wrong(
            "threshold_halfway",
            _report(lambda score, member, fpr: score > _halfway(fpr, score[~member])),
            "Your threshold lies halfway between two non-members' scores. It keeps the rate too, and whoever scores between it and the lower of "
            "the two goes free; the task takes that lower one itself.",
        ),
        Wrong(
            "from_the_last_allowed_on",
            _report(lambda score, member, fpr: score >= _last_allowed(fpr, score[~member])),
            "You accuse from the score of the last non-member on who may be accused. The task takes the next one's score, the lowest that "
            "keeps the rate, and accuses whoever exceeds that.",
        ),
        Wrong(
            "allowed_rate_for_the_real_one",
            _report(
                worth=lambda those, member, fpr, base_rate: mt.precision(those[member].mean(), fpr, base_rate)
            ),
            "The true-positive rate is right. The precision is computed with the rate that was allowed; the threshold's real "
            "one is a little smaller, as false alarms come in whole people.",
        ),
        Wrong(
            "precision_of_the_sample",
            _report(worth=lambda those, member, fpr, base_rate: member[those].mean()),
            "The true-positive rate is right. The precision is the share of members among those accused in the hospital's "
            "own data, where members are far more frequent than in the insurer's files.",
        ),
        Wrong(
            "one_minus_the_rate",
            _report(worth=lambda those, member, fpr, base_rate: 1 - those[~member].mean()),
            "The true-positive rate is right. 1 − FPR says how often an outsider is left in peace; precision asks how often "
            "an accused person was a member, and for that their rarity counts.",
        ),
    ),
)


# ---- 2. a threshold on the road ----------------------------------------------------------------


def _carried_threshold(score_a, member_a, score_b, member_b, fpr):
    """The false-positive rate at hospital B of a threshold that was fixed at hospital A.

    score_a, member_a: the attack's scores (larger for members) and the truth at A; score_b, member_b: at B;
    fpr: what the threshold allows at A.
    Returns: (the rate at B, the lower and the upper end of its 95 % interval), three shares from 0 to 1.
    """
    threshold = mt.Roc.from_scores(mt.Scores(score_a, member_a)).threshold_at(fpr)
    outsiders = score_b[~member_b]
    rate = mt.Rate(int((outsiders > threshold).sum()), len(outsiders))
    return rate.value, *rate.interval


def _carried(threshold=None, who=None, interval=None):
    """A wrong report on B: another threshold, other people, another interval."""

    def function(score_a, member_a, score_b, member_b, fpr):
        if threshold is None:
            cut = mt.Roc.from_scores(mt.Scores(score_a, member_a)).threshold_at(fpr)
        else:
            cut = threshold(score_a, member_a, score_b, member_b, fpr)
        people = score_b[~member_b] if who is None else who(score_a, member_a, score_b, member_b)
        rate = mt.Rate(int((people > cut).sum()), len(people))
        low, high = rate.interval if interval is None else interval(rate)
        return rate.value, low, high

    return function


def _normal(rate):
    half = 1.959963984540054 * (rate.value * (1 - rate.value) / rate.total) ** 0.5
    return rate.value - half, rate.value + half


def _two_hospitals(rng):
    def hospital(members, others, shift):
        member = rng.permutation(np.arange(members + others) < members)
        return rng.normal(1.2 * member + shift, 1.0), member

    fpr = float(rng.choice([0.01, 0.02]))
    a = hospital(int(rng.integers(150, 300)), int(rng.integers(450, 900)), 0.0)
    b = hospital(int(rng.integers(150, 300)), int(rng.integers(250, 450)), float(rng.uniform(0.3, 0.7)))
    return Case(*a, *b, fpr)


carried_threshold = Task(
    name="carried_threshold",
    points=5,
    question="""
Hospital A fixed a threshold on its own patients, whose membership it knows: the *lowest score of a non-member* above which at most a
share `fpr` of its non-members lies; whoever exceeds it is accused. Now the threshold travels: hospital B attacks its model with it, and
promises its patients A's error rate. B knows its members too, so the promise can be checked.

Give the **false-positive rate at B** and the two ends of its exact **95 % interval** (Clopper–Pearson). Then look at your own
case: is A's promise still inside?
""",
    reference=_carried_threshold,
    draw=_two_hospitals,
    example=Case(
        np.array([3.0, 2.0, 2.5, 1.0, 0.5, 0.0]),
        np.array([True, True, False, False, False, False]),
        np.array([4.0, 1.5, 0.5, 0.2]),
        np.array([True, False, False, False]),
        0.25,
    ),
    returns=("rate at B", "lower end", "upper end"),
    wrong=(
        Wrong(
            "fixed_at_b",
            _carried(lambda sa, ma, sb, mb, fpr: _top(fpr, sb[~mb])),
            "The threshold is fixed anew on B's own non-members, and so keeps its rate there by construction. B was "
            "promised what A's threshold does.",
        ),
        Wrong(
            "fixed_on_everybody_of_a",
            _carried(lambda sa, ma, sb, mb, fpr: _top(fpr, sa)),
            "A's members take part in fixing the threshold. A false-positive rate is about non-members; A's alone set it.",
        ),
        Wrong(
            "threshold_halfway",
            _carried(lambda sa, ma, sb, mb, fpr: _halfway(fpr, sa[~ma])),
            "Your threshold lies halfway between two of A's non-members' scores. It keeps A's rate too, but A's threshold is the lower of the "
            "two itself, and at B it meets other people.",
        ),
        Wrong(
            "from_the_last_allowed_on",
            _carried(lambda sa, ma, sb, mb, fpr: _just_below(_last_allowed(fpr, sa[~ma]))),
            "You accuse from the score of the last of A's non-members on who may be accused. A's threshold is the next one's score, the "
            "lowest that keeps the rate, and whoever exceeds it is accused.",
        ),
        Wrong(
            "fixed_on_both",
            _carried(lambda sa, ma, sb, mb, fpr: _top(fpr, np.concatenate([sa[~ma], sb[~mb]]))),
            "The threshold is fixed on the outsiders of both hospitals together. Those by whom a promise is judged must have "
            "no say in it.",
        ),
        Wrong(
            "members_of_b",
            _carried(who=lambda sa, ma, sb, mb: sb[mb]),
            "This is the share of B's members above the threshold, the true-positive rate. The promise is about those who "
            "are accused without reason.",
        ),
        Wrong(
            "everybody_at_b",
            _carried(who=lambda sa, ma, sb, mb: sb),
            "This is the share of all of B's patients above the threshold, members among them. A false alarm is an "
            "accusation of a non-member.",
        ),
        Wrong(
            "rate_at_a",
            _carried(who=lambda sa, ma, sb, mb: sa[~ma]),
            "This is the rate at A, on the people who set the threshold. It says that the threshold was well set, and "
            "nothing of B.",
        ),
        Wrong(
            "normal_interval",
            _carried(interval=_normal),
            "The rate is right. The interval is the normal approximation, which is too short where few are accused and can "
            "even fall below 0; `mt.Rate` has the exact one.",
        ),
        Wrong(
            "interval_at_90",
            _carried(interval=lambda rate: mt.Rate(rate.hits, rate.total, confidence=0.90).interval),
            "The rate is right. Each end of your interval fails in up to 5 % of cases, so both together hold with 90 %; 95 % "
            "is asked for.",
        ),
    ),
)


assignment = Assignment(
    name="02_threshold", title="02 Threshold attacks", tasks=(hospital_report, carried_threshold)
)
