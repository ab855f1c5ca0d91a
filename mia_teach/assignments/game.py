"""Lesson 00, graded: a rule against the right zero point, and how many rounds it takes to show something."""

import numpy as np
from scipy.stats import beta

import mia_teach as mt
from mia_teach.assignments.task import Assignment, Task
from mia_teach.exercises.exercise import Case, Wrong
from mia_teach.rate import lower_end

# ---- 1. a rule and its zero point --------------------------------------------------------------


def _rule_on_trial(confidence, member, threshold):
    """What a rule wins, what the better of two blind rules would win, and the least that the rounds prove.

    confidence: the model's confidence on each person asked about; member: True for those in the training set;
    threshold: the rule says "was in" above it.
    Returns: (accuracy, zero point, lower end of the accuracy's 95 % interval), three shares from 0 to 1.
    """
    won = (confidence > threshold) == member
    rate = mt.Rate(int(won.sum()), len(won))
    zero_point = max(member.mean(), 1 - member.mean())
    return rate.value, zero_point, rate.low


def _trial(won=None, zero_point=None, low=None):
    def function(confidence, member, threshold):
        guess = confidence > threshold
        wins = (guess == member) if won is None else won(confidence, member, threshold)
        rate = mt.Rate(int(wins.sum()), len(wins))
        zero = max(member.mean(), 1 - member.mean()) if zero_point is None else zero_point(member)
        return rate.value, zero, rate.low if low is None else low(rate)

    return function


def _people(rng):
    people = int(rng.integers(80, 160))
    share = float(rng.choice([0.25, 0.3, 0.7, 0.75]))
    member = rng.permutation(np.arange(people) < int(share * people))
    confidence = 1 / (1 + np.exp(-rng.normal(1.4 * member - 0.2, 1.0)))
    return Case(confidence, member, float(rng.choice([0.55, 0.6, 0.65])))


rule_on_trial = Task(
    name="rule_on_trial",
    points=5,
    question="""
A newspaper claims to have won most rounds of the game against a clinic's model. It asked about a list of people who are
*not* half members: somebody took whoever was at hand. The rule says "was in" for everyone whose `confidence` is above `threshold`.

Give three numbers: the rule's **accuracy**; its **zero point**, which is the accuracy of the better of "always in" and "always
not in"; and the **lower end** of the accuracy's exact 95 % interval (`mt.Rate`). On your own case: does that end clear the zero
point?
""",
    reference=_rule_on_trial,
    draw=_people,
    example=Case(np.array([0.9, 0.8, 0.7, 0.4, 0.6]), np.array([True, True, True, True, False]), 0.5),
    returns=("accuracy", "zero point", "lower end"),
    wrong=(
        Wrong(
            "one_half",
            _trial(zero_point=lambda member: 0.5),
            "One half is the zero point of a balanced list only. Here one side is larger, and a rule that looks at nothing can "
            "win more rounds than that.",
        ),
        Wrong(
            "the_smaller_side",
            _trial(zero_point=lambda member: min(member.mean(), 1 - member.mean())),
            "Your zero point is what the worse of the two blind rules wins. Whoever does not look may still choose which "
            "side to name.",
        ),
        Wrong(
            "below_the_threshold",
            _trial(won=lambda c, m, t: (c < t) == m),
            "The rule is turned round: it says “was in” where the model is unsure. Models are surer of those they were "
            "trained on.",
        ),
        Wrong(
            "members_only",
            _trial(won=lambda c, m, t: c[m] > t),
            "This counts the members alone: the share of them who are called members. A round with a non-member is won too, "
            "when the rule acquits.",
        ),
        Wrong(
            "non_members_only",
            _trial(won=lambda c, m, t: c[~m] <= t),
            "This counts the non-members alone: the share of them who are left in peace. Rounds with members count as well.",
        ),
        Wrong(
            "normal_interval",
            _trial(low=lambda rate: rate.value - 1.96 * (rate.value * (1 - rate.value) / rate.total) ** 0.5),
            "Accuracy and zero point are right. The lower end comes from the normal approximation; with so few rounds take "
            "the exact interval, which `mt.Rate` has.",
        ),
        Wrong(
            "upper_end",
            _trial(low=lambda rate: rate.high),
            "Accuracy and zero point are right. The third number is the upper end of the interval: what the rule can be at "
            "best. A claim has to hold at its lower end.",
        ),
    ),
)


# ---- 2. how long to play -----------------------------------------------------------------------


def _rounds_needed(won, of):
    """The smallest number of rounds n in which n · won // of wins prove more than blind guessing.

    won, of: whole numbers; the rule wins about `won` of `of` rounds.
    Returns: the first n at which the exact 95 % interval of n · won // of wins of n lies above one half.
    """
    n = np.arange(1, 1500)
    wins = n * won // of
    low = beta.ppf(0.025, wins, n - wins + 1)  # Clopper-Pearson's lower end, for all n at once
    return int(n[np.argmax(low > 0.5)])


_UP_TO = np.arange(1, 1500)


def _first(holds):
    """A count that is fast: the first n at which ``holds(wins, n)``."""

    def function(won, of):
        wins = _UP_TO * won // of
        with np.errstate(all="ignore"):
            return int(_UP_TO[np.argmax(holds(wins, _UP_TO))])

    return function


def _from_then_on(won, of):
    wins = _UP_TO * won // of
    return int(_UP_TO[~(lower_end(wins, _UP_TO, 0.025) > 0.5)].max() + 1)


def _normal_low(wins, n):
    p = wins / n
    return p - 1.96 * np.sqrt(p * (1 - p) / n)


rounds_needed = Task(
    name="rounds_needed",
    points=5,
    question="""
Twelve rounds prove next to nothing, two hundred show something. Before you play for an afternoon, work out how long you must:
your rule wins about `won` of `of` rounds, and members and the others are equally many.

Suppose that in n rounds it wins exactly `n * won // of`. Give the **smallest n** at which the exact 95 % interval of that
result lies above one half.
""",
    reference=_rounds_needed,
    draw=lambda rng: Case(int(rng.integers(122, 142)), int(rng.integers(195, 211))),
    example=Case(9, 10),
    wrong=(
        Wrong(
            "more_than_half",
            _first(lambda wins, n: wins / n > 0.5),
            "At this number the share of wins is above one half, and so it is for a coin half of the time. The lower end of its "
            "interval has to be above one half.",
        ),
        Wrong(
            "one_sided",
            _first(lambda wins, n: lower_end(wins, n, 0.05) > 0.5),
            "Your lower end fails in 5 % of experiments, so it belongs to an interval of 90 %. With 95 % each end fails in 2.5 %.",
        ),
        Wrong(
            "sure_at_99",
            _first(lambda wins, n: lower_end(wins, n, 0.005) > 0.5),
            "That is the number for an interval of 99 %; 95 % is asked for, and needs fewer rounds.",
        ),
        Wrong(
            "normal_interval",
            _first(lambda wins, n: _normal_low(wins, n) > 0.5),
            "The normal approximation is too sure of itself at so few rounds (three wins of three would prove everything). Take "
            "the exact interval.",
        ),
        Wrong(
            "from_then_on",
            _from_then_on,
            "From this number on the interval stays above one half. Wins come whole, so it gets there earlier and falls back; "
            "the first time is asked for.",
        ),
        Wrong(
            "wins_not_rounds",
            lambda won, of: _first(lambda wins, n: lower_end(wins, n, 0.025) > 0.5)(won, of) * won // of,
            "That is how many rounds it wins by then. How many it has played is asked for.",
        ),
    ),
)


assignment = Assignment(
    name="00_game",
    title="00 The membership game",
    tasks=(rule_on_trial, rounds_needed),
    imports="from scipy.stats import beta",
)
