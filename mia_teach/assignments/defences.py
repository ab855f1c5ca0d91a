"""Lesson 09, graded: the price of a defence against attackers who may choose, and the group it serves worst."""

import numpy as np

import mia_teach as mt
from mia_teach.assignments.task import Assignment, Task
from mia_teach.exercises.exercise import Case, Wrong

# ---- 1. what it costs and what it buys ---------------------------------------------------------


def _price_and_gain(accuracy, defended_accuracy, scores, defended_scores, member, fpr):
    """What a defence changes, target by target: in accuracy, and in what the strongest attacker finds.

    accuracy, defended_accuracy: of each target without and with the defence, (targets,); scores, defended_scores: those of several
    attackers, (attackers, targets, records), the same attackers in both; member: the truth, (targets, records); fpr: a share.
    Returns: (mean change of accuracy, its lower and upper end; mean change of the TPR, its lower and upper end), 95 % intervals.
    """

    def found(attacker):
        rates = []
        for score, own in zip(attacker, member, strict=True):
            strangers = np.sort(score[~own])[::-1]
            rates.append((score[own] > strangers[int(fpr * len(strangers))]).mean())
        return np.array(rates)

    before, after = (max(map(found, some), key=np.mean) for some in (scores, defended_scores))
    price, gain = (
        mt.Interval.from_values(change) for change in (defended_accuracy - accuracy, after - before)
    )
    return price.value, price.low, price.high, gain.value, gain.low, gain.high


def _rates(scores, member, fpr, at=None, cut=lambda strangers, k: strangers[k]):
    """TPRs (attackers, targets), with the thresholds of the scores themselves or of others."""
    at = scores if at is None else at

    def threshold(score, own):
        strangers = np.sort(score[~own])[::-1]
        return cut(strangers, int(fpr * len(strangers)))

    return np.array(
        [
            [
                (s[own] > threshold(other, own)).mean()
                for s, other, own in zip(one, those, member, strict=True)
            ]
            for one, those in zip(scores, at, strict=True)
        ]
    )


def _strongest(before, after):
    return before[before.mean(axis=1).argmax()], after[after.mean(axis=1).argmax()]


def _differences(price, before, after):
    one, other = (mt.Interval.from_values(change) for change in (price, after - before))
    return one.value, one.low, one.high, other.value, other.low, other.high


def _halfway(strangers, k):
    return (strangers[k] + strangers[max(k - 1, 0)]) / 2


def _just_below_the_last_allowed(strangers, k):
    """A threshold that whoever is ``>=`` the last stranger above passes; of the strangers those and nobody else."""
    return np.nextafter(strangers[max(k - 1, 0)], -np.inf)


def _bought(
    choose=_strongest,
    old_threshold=False,
    said=None,
    utility=lambda before, after: after - before,
    cut=lambda strangers, k: strangers[k],
):
    """A wrong bill: other attackers, old thresholds, other differences, other thresholds."""

    def function(accuracy, defended_accuracy, scores, defended_scores, member, fpr):
        plain = _rates(scores, member, fpr, cut=cut)
        after = _rates(defended_scores, member, fpr, scores if old_threshold else None, cut)
        before, after = choose(plain, after)
        price = utility(accuracy, defended_accuracy)
        return (said or _differences)(price, before, after)

    return function


def _same_attacker(before, after):
    strongest = before.mean(axis=1).argmax()
    return before[strongest], after[strongest]


def _unpaired(price, before, after):
    middle, low, high, *_ = _differences(price, before, after)
    one, other = (mt.Interval.from_values(values) for values in (before, after))
    half = np.hypot(one.high - one.low, other.high - other.low) / 2
    gain = (after - before).mean()
    return middle, low, high, gain, gain - half, gain + half


def _targets_attacked(rng):
    targets, strangers = int(rng.integers(5, 8)), 20 * int(rng.integers(6, 9)) + 7
    member = np.array([rng.permutation(2 * strangers - 3) >= strangers for _ in range(targets)])
    strengths = np.array([0.5, 2.2, 1.4])  # loss, LiRA, one letter
    behind = np.array([0.2, 1.0 + 0.3 * rng.random(), 1.4 + 0.3 * rng.random()])
    order = rng.permutation(3)
    luck = rng.normal(0, 0.35, (3, targets, 1))

    def of(strengths, moved):
        strength = strengths[order][:, None, None] + luck
        return rng.normal(strength * member, 1.0) + moved

    useful = rng.normal(0.4, 0.02, targets)
    dearer = useful + rng.normal(rng.uniform(-0.02, 0.01), 0.01, targets)
    return Case(
        useful.round(3),
        dearer.round(3),
        of(strengths, 0.0),
        of(behind, 0.8),
        member,
        float(rng.choice([0.03, 0.05])),
    )


price_and_gain = Task(
    name="price_and_gain",
    points=5,
    question="""
A supplier sells Hanna a filter. She has tried it on several models and wants one line for her file: what does it cost in accuracy, and how many
members does it save from being found? The attackers know of it. They may choose among several attacks, and whoever chose one yesterday may
choose another tomorrow.

For every attacker and target: the share of members above the threshold, which is the *lowest score of a non-member* that at most a share `fpr` of
**that target's** non-members exceed, read from the very scores that are judged. An attacker's strength is the mean of that over the targets; without the filter take the
strongest there, with the filter the strongest *there*. Return the mean **change of accuracy** (with minus without) and the two ends of its
95 % interval, then the mean **change of what is found** and its two ends, both paired target by target (`mt.Interval.from_values`).
""",
    reference=_price_and_gain,
    draw=_targets_attacked,
    example=Case(
        np.array([0.40, 0.50]),
        np.array([0.38, 0.50]),
        np.array(
            [
                [[1.5, 2.0, 5.0, 1.0, 3.5, 0.0, 2.5], [2.5, 3.0, 1.5, 1.0, 3.5, 4.5, 5.5]],
                [[4.5, 4.0, 1.0, 0.5, 5.5, 3.5, 0.0], [4.0, 2.5, 0.5, 3.0, 1.0, 5.5, 3.5]],
            ]
        ),
        np.array(
            [
                [[4.5, 3.5, 0.5, 2.0, 5.5, 5.0, 2.5], [2.0, 0.5, 1.0, 2.5, 1.5, 3.0, 5.0]],
                [[4.0, 5.0, 0.5, 0.0, 5.5, 3.0, 2.5], [0.5, 1.5, 3.5, 3.0, 5.5, 0.0, 2.0]],
            ]
        ),
        np.array([[1, 1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1]], bool),
        0.3,
    ),
    returns=(
        "change of accuracy",
        "its lower end",
        "its upper end",
        "change of what is found",
        "its lower end",
        "its upper end",
    ),
    wrong=(
        Wrong(
            "attacker_who_stays",
            _bought(choose=_same_attacker),
            "You follow the attacker who was strongest *without* the filter. He may leave an attack that no longer serves and take up "
            "another.",
        ),
        Wrong(
            "old_thresholds",
            _bought(old_threshold=True),
            "The filtered scores are held against thresholds from before the filter. It has moved strangers' scores as well, so the old "
            "thresholds no longer mean the same share of false alarms.",
        ),
        Wrong(
            "threshold_halfway",
            _bought(cut=_halfway),
            "Your thresholds lie halfway between two non-members' scores. They keep the rate too; the task takes the lower of the two itself, "
            "and some members score between.",
        ),
        Wrong(
            "from_the_last_allowed_on",
            _bought(cut=_just_below_the_last_allowed),
            "You count members from the score of the last non-member on who may be accused. The task takes the next one's score, the lowest "
            "that keeps the rate, and counts whoever exceeds that.",
        ),
        Wrong(
            "mean_attacker",
            _bought(choose=lambda before, after: (before.mean(axis=0), after.mean(axis=0))),
            "The attackers are averaged. Nobody is attacked by an average: a weak attack beside a strong one makes nobody safer.",
        ),
        Wrong(
            "best_of_each_target",
            _bought(choose=lambda before, after: (before.max(axis=0), after.max(axis=0))),
            "For every single target you take the attack that happened to find most there. That picks luck; an attacker has to choose "
            "before the truth of a target is known.",
        ),
        Wrong(
            "without_minus_with",
            _bought(
                choose=lambda before, after: _strongest(before, after)[::-1],
                utility=lambda before, after: before - after,
            ),
            "Both changes are turned round. A change is what came after, minus what was before.",
        ),
        Wrong(
            "relative_change",
            _bought(utility=lambda before, after: after / before - 1),
            "The change of accuracy is given relative to what it was. Asked is the difference of the two shares.",
        ),
        Wrong(
            "two_intervals",
            _bought(said=_unpaired),
            "The means are right. The ends of the second change come from two separate intervals, as if different targets had been attacked. "
            "They were the same ones: pair them.",
        ),
    ),
)


# ---- 2. whom it serves worst -------------------------------------------------------------------


def _serves_worst_off(found, accuracy, at_least, chooses):
    """The useful defence whose worst-off group fares best, and how that group fares on models that did not choose.

    found: the share of a group's members who are found, (defences, groups, targets); accuracy: of each defence;
    at_least: the accuracy that is needed; chooses: which targets choose, (targets,).
    Returns: (the defence, its worst-off group, both counted from 0; that group's mean share on the other targets, its 95 %
    interval's lower and upper end).
    """
    by_group = found[:, :, chooses].mean(axis=2)
    worst = np.where(accuracy >= at_least, by_group.max(axis=1), np.inf)
    defence = int(worst.argmin())
    group = int(by_group[defence].argmax())
    interval = mt.Interval.from_values(found[defence, group, ~chooses], within=(0, 1))
    return defence, group, interval.value, interval.low, interval.high


def _worst_group(by_group, accuracy, at_least):
    return int(np.where(accuracy >= at_least, by_group.max(axis=1), np.inf).argmin())


def _served(look=lambda found, chooses: found[:, :, chooses], pick=_worst_group, group=None, told=None):
    """A wrong choice: other targets to choose on, another rule, another group, other targets to judge on."""

    def function(found, accuracy, at_least, chooses):
        by_group = look(found, chooses).mean(axis=2)
        defence = pick(by_group, accuracy, at_least)
        which = int(by_group[defence].argmax()) if group is None else group(found[defence], chooses)
        values = found[defence, which, ~chooses] if told is None else told(found[defence], which, chooses)
        interval = mt.Interval.from_values(values, within=(0, 1))
        return defence, which, interval.value, interval.low, interval.high

    return function


def _on_average(by_group, accuracy, at_least):
    return int(np.where(accuracy >= at_least, by_group.mean(axis=1), np.inf).argmin())


def _useful_or_not(by_group, accuracy, at_least):
    return int(by_group.max(axis=1).argmin())


def _most_accurate(by_group, accuracy, at_least):
    return int(accuracy.argmax())


def _group_named_anew(found, chooses):
    return int(found[:, ~chooses].mean(axis=1).argmax())


def _defences_tried(rng):
    defences, groups, targets = int(rng.integers(5, 7)), int(rng.integers(5, 8)), 2 * int(rng.integers(4, 7))
    level = rng.uniform(0.03, 0.1, (defences, groups))
    order, by_use = rng.permutation(groups), rng.permutation(defences)
    a, b, c, d = by_use[:4]
    level[:, order[0]] = rng.uniform(0.5, 0.7, defences)
    level[a] = rng.uniform(0.14, 0.2, groups)  # no group far above the others: the one to choose
    level[a, order[:4]] = 0.27 + rng.uniform(-0.01, 0.01, 4)
    level[b] = rng.uniform(0.02, 0.05, groups)  # lowest on average, and hard on one group
    level[b, order[1]] = rng.uniform(0.42, 0.5)
    level[c] = rng.uniform(0.01, 0.03, groups)  # private and of no use
    accuracy = rng.uniform(0.41, 0.43, defences)
    accuracy[c], accuracy[d] = rng.uniform(0.3, 0.35), 0.44
    found = np.clip(level[..., None] + rng.normal(0, 0.05, (defences, groups, targets)), 0, 1)
    chooses = rng.permutation(targets) < targets // 2
    return Case(found.round(4), accuracy.round(3), 0.4, chooses)


serves_worst_off = Task(
    name="serves_worst_off",
    points=5,
    question="""
Ines had a rare grade, and the lender's average had never spoken of her. This time the ombudsman asks: among the defences that leave the model useful,
which one is best for the group that it serves *worst*, and how badly does that group still fare?

`found` holds the share of each group's members whom the strongest attacker finds, on several targets. The targets that `chooses` marks choose: for each defence
the group with the largest mean share there; then, among the defences with an accuracy of at least `at_least`, the one for which that
largest share is smallest. Return **the defence** and **its worst-off group** (counted from 0), and what the *other* targets say of
this group under this defence: **mean and the two ends** of the 95 % interval over targets, within 0 and 1.
""",
    reference=_serves_worst_off,
    draw=_defences_tried,
    example=Case(
        np.array(
            [
                [[0.2, 0.0, 0.3, 0.3], [0.3, 0.3, 0.2, 0.0]],
                [[0.5, 0.2, 0.2, 0.3], [0.0, 0.0, 0.5, 0.1]],
                [[0.3, 0.2, 0.0, 0.2], [0.0, 0.1, 0.0, 0.0]],
            ]
        ),
        np.array([0.41, 0.42, 0.33]),
        0.4,
        np.array([True, True, False, False]),
    ),
    returns=("defence", "group", "share found", "lower end", "upper end"),
    wrong=(
        Wrong(
            "best_on_average",
            _served(pick=_on_average),
            "The defence has the smallest share over all groups together. An average can be small because one group pays for the others, "
            "and about that group the ombudsman asks.",
        ),
        Wrong(
            "useful_or_not",
            _served(pick=_useful_or_not),
            "The defence protects best and is too inaccurate to be used. A model that knows nothing gives nobody away.",
        ),
        Wrong(
            "most_accurate",
            _served(pick=_most_accurate),
            "You take the most accurate defence. Accuracy is a condition here; among those that meet it the worst-off group decides.",
        ),
        Wrong(
            "judged_where_picked",
            _served(told=lambda found, which, chooses: found[which, chooses]),
            "The group's share is measured on the targets that picked it. Part of what made it look worst there is luck, as with the winners of "
            "lesson 08.",
        ),
        Wrong(
            "judged_on_all",
            _served(told=lambda found, which, chooses: found[which]),
            "The group's share is measured on all targets, those that picked it among them. Only the others have had no say in it.",
        ),
        Wrong(
            "chosen_on_all",
            _served(look=lambda found, chooses: found),
            "All targets have a say in the choice, also those that shall judge it afterwards.",
        ),
        Wrong(
            "group_named_anew",
            _served(group=_group_named_anew),
            "The worst-off group is looked for once more on the targets that judge. It has to be named before they are looked at.",
        ),
        Wrong(
            "everybody_under_it",
            _served(told=lambda found, which, chooses: found[:, ~chooses].mean(axis=0)),
            "Defence and group are right. The share is that of all groups together, where the one that fares worst was asked for.",
        ),
    ),
)


assignment = Assignment(
    name="09_defences", title="09 Defences without a guarantee", tasks=(price_and_gain, serves_worst_off)
)
