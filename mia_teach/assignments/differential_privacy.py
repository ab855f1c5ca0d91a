"""Lesson 10, graded: what a whole table of promises allows, and what a promise about a record says to a user."""

import numpy as np

import mia_teach as mt
from mia_teach.assignments.task import Assignment, Task
from mia_teach.exercises.exercise import Case, Wrong

# ---- 1. all rows of a table --------------------------------------------------------------------


def _allowed_by_all(pairs, fpr, base_rate):
    """What the first pair of a table of promises allows, what all of them together do, and what an accusation is then worth.

    pairs: a row (ε, δ) for each promise, all kept by the same training, (pairs, 2); fpr: the false-positive rate;
    base_rate: the share of members where the attack is used.
    Returns: (the largest TPR that the first pair allows, the largest that all allow, the largest precision then).
    """
    allowed = [float(mt.mechanisms.largest_tpr(fpr, epsilon, delta)) for epsilon, delta in pairs]
    return allowed[0], min(allowed), mt.precision(min(allowed), fpr, base_rate)


def _line(pairs, fpr):
    epsilon, delta = pairs.T
    return np.minimum(np.minimum(np.exp(epsilon) * fpr + delta, 1 - np.exp(-epsilon) * (1 - delta - fpr)), 1)


def _allowed(lines=_line, of_all=lambda each, pairs: each.min(), worth=mt.precision):
    """Wrong limits: other lines, another way to take them together, another precision."""

    def function(pairs, fpr, base_rate):
        each = lines(pairs, fpr)
        together = float(of_all(each, pairs))
        return float(each[0]), together, worth(together, fpr, base_rate)

    return function


def _accusing_only(pairs, fpr):
    epsilon, delta = pairs.T
    return np.minimum(np.exp(epsilon) * fpr + delta, 1)


def _nearly_one(pairs, fpr):
    epsilon, delta = pairs.T
    return np.minimum(np.minimum((1 + epsilon) * fpr + delta, 1 - np.exp(-epsilon) * (1 - delta - fpr)), 1)


def _without_delta(pairs, fpr):
    return _line(pairs * [1, 0], fpr)


def _accountant(rng):
    mu = float(rng.uniform(1.1, 2.2))
    between = rng.uniform([1e-3, 0.02, 0.08, 0.3], [0.01, 0.06, 0.2, 0.4]).round(4)
    deltas = np.append(1e-5, rng.permutation(between))
    epsilons = np.array([mt.mechanisms.gaussian_epsilon(mu, delta) for delta in deltas])
    pairs = np.stack(
        [np.ceil(100 * epsilons) / 100, deltas], axis=1
    )  # rounded so that the promise still holds
    fpr = float(rng.choice([0.01, 0.02, 0.05, 0.2, 0.3]))
    return Case(pairs, fpr, float(rng.choice([0.001, 0.01, 0.05, 0.1])))


allowed_by_all = Task(
    name="allowed_by_all",
    points=5,
    question="""
Nadia's hospital has trained with differential privacy. Its announcement names one pair (ε, δ); the accountant's file holds a table of `pairs`, the
announced one first, and the training keeps **all of them at once**. An employer who can bear to accuse a share `fpr` of the others wrongly, in a town
where a share `base_rate` took part: how much can be done at most, whatever the employer knows?

Give the largest **true-positive rate that the announced pair** allows at `fpr`, the largest that **all pairs together** allow, and the largest
**precision** that the accusations can have with that. (Remember that a pair binds who is accused and who is not.)
""",
    reference=_allowed_by_all,
    draw=_accountant,
    example=Case(np.array([[np.log(16), 0.0], [np.log(4), 0.05], [np.log(2), 0.5]]), 0.1, 0.01),
    returns=("by the first pair", "by all pairs", "precision"),
    wrong=(
        Wrong(
            "the_announced_alone",
            _allowed(of_all=lambda each, pairs: each[0]),
            "The announced pair speaks for all of them here. The others are promises too, and a training that keeps several allows "
            "nothing that any one of them forbids.",
        ),
        Wrong(
            "the_last_alone",
            _allowed(of_all=lambda each, pairs: each[-1]),
            "Only the last row of the table is used for all pairs together. Which of them says most depends on the rate, not on its place.",
        ),
        Wrong(
            "the_smallest_epsilon_alone",
            _allowed(of_all=lambda each, pairs: each[pairs[:, 0].argmin()]),
            "The pair with the smallest ε speaks for all of them here. It has bought that ε with its δ, and which of the two weighs more "
            "depends on the rate.",
        ),
        Wrong(
            "mean_of_the_pairs",
            _allowed(of_all=lambda each, pairs: each.mean()),
            "The pairs' limits are averaged. Promises that hold at once do not meet in the middle.",
        ),
        Wrong(
            "who_is_accused_only",
            _allowed(lines=_accusing_only),
            "You use the line for *accusing* alone. Not accusing is an event as well, and where many are accused it is the one that binds.",
        ),
        Wrong(
            "one_plus_epsilon",
            _allowed(lines=_nearly_one),
            "The factor is taken to be 1 + ε. That is near enough for small ε only, and these are not small.",
        ),
        Wrong(
            "delta_forgotten",
            _allowed(lines=_without_delta),
            "The deltas are left out. Rows with a small ε buy it with a large δ, and that is what they let through at any rate.",
        ),
        Wrong(
            "half_took_part",
            _allowed(worth=lambda tpr, fpr, base_rate: mt.precision(tpr, fpr, 0.5)),
            "Both true-positive rates are right. The precision is that of a town where half of the people took part.",
        ),
    ),
)


# ---- 2. a footnote -----------------------------------------------------------------------------


def _promise_to_a_user(epsilon, delta, sentences, fpr, at_most):
    """What a promise about one sentence says to a user who typed many, and for how many it still says something.

    epsilon, delta: of the promise, one sentence more or less; sentences: how many this user typed; fpr: the false-positive rate;
    at_most: the share of such users whom an attacker may find at it.
    Returns: (ε, δ of this user; the largest number of sentences for which the promise keeps the limit).
    """

    def of(k):
        return k * epsilon, delta * sum(np.exp(j * epsilon) for j in range(k))

    most = 0
    while mt.mechanisms.largest_tpr(fpr, *of(most + 1)) <= at_most:
        most += 1
    return *of(sentences), most


def _sum_of_factors(epsilon, delta, k):
    return delta * np.expm1(k * epsilon) / np.expm1(epsilon)


def _promised(grown=lambda epsilon, k: k * epsilon, broken=_sum_of_factors, more=0, most=None):
    """A wrong promise: another growth of ε or δ, or another number of sentences."""

    def function(epsilon, delta, sentences, fpr, at_most):
        def of(k):
            return grown(epsilon, k), broken(epsilon, delta, k)

        if most is None:
            limit = 0
            while limit < 2000 and mt.mechanisms.largest_tpr(fpr, *of(limit + 1)) <= at_most:
                limit += 1
        else:
            limit = most(epsilon, delta, fpr, at_most)
        return *of(sentences), limit + more

    return function


def _keyboard(rng):
    return Case(
        round(float(rng.uniform(0.05, 0.3)), 3),
        float(rng.choice([1e-6, 3e-6, 1e-5])),
        int(rng.integers(12, 35)),
        float(rng.choice([0.01, 0.02])),
        round(float(rng.uniform(0.1, 0.4)), 2),
    )


promise_to_a_user = Task(
    name="promise_to_a_user",
    points=5,
    question="""
A keyboard learns on the phone of a man who writes to a clinic. "Differentially private", says the maker; in the footnote every *sentence* is a record.
The man has typed `sentences` of them. An insurer asks whether *he* is in the training set, not which sentence.

From one sentence to the next a probability grows by the factor e^ε at most, and δ is added: P ≤ e^ε P′ + δ. Chain that over all of a user's
sentences, with nothing thrown away. Give the **ε** and the **δ** that the promise makes to this user. Then: users of how many sentences are still
protected? Give the **largest number** for which no attacker can find more than a share `at_most` of such users at a false-positive rate of `fpr`
(`mt.mechanisms.largest_tpr`).
""",
    reference=_promise_to_a_user,
    draw=_keyboard,
    example=Case(float(np.log(2)), 0.001, 3, 0.05, 0.45),
    returns=("ε of the user", "δ of the user", "sentences"),
    tolerance=1e-9,  # a δ is as small as the usual one
    wrong=(
        Wrong(
            "one_sentence_only",
            _promised(
                grown=lambda epsilon, k: epsilon, broken=lambda epsilon, delta, k: delta, most=lambda *a: 1
            ),
            "That is the promise about one sentence. The insurer asks about a person, and whoever looks for all of a person's sentences at "
            "once has more to go by.",
        ),
        Wrong(
            "grows_by_a_root",
            _promised(grown=lambda epsilon, k: k**0.5 * epsilon),
            "You let ε grow with the root of the number. Roots come from independent noise on each of many answers; here one training hides all "
            "of the sentences, or none.",
        ),
        Wrong(
            "deltas_added",
            _promised(broken=lambda epsilon, delta, k: k * delta),
            "The δs are added up as they are. In the chain each later step also multiplies what the earlier ones had let through.",
        ),
        Wrong(
            "delta_as_it_was",
            _promised(broken=lambda epsilon, delta, k: delta),
            "The user's ε has grown, and the δ is still that of one sentence. Every link of the chain lets its own δ through.",
        ),
        Wrong(
            "largest_factor_for_all",
            _promised(broken=lambda epsilon, delta, k: k * np.exp((k - 1) * epsilon) * delta),
            "Your δ takes the largest factor of the chain for all its links. It is safe, and more than the chain gives; each link has a factor "
            "of its own.",
        ),
        Wrong(
            "one_factor_too_many",
            _promised(broken=lambda epsilon, delta, k: np.exp(epsilon) * _sum_of_factors(epsilon, delta, k)),
            "Each δ in your sum has one factor too many. Write the chain down for two sentences: how often is the δ of the last link multiplied?",
        ),
        Wrong(
            "first_that_breaks_it",
            _promised(more=1),
            "The user's ε and δ are right. Your number of sentences is the first that breaks the limit.",
        ),
        Wrong(
            "not_a_whole_number",
            _promised(most=lambda epsilon, delta, fpr, at_most: np.log(at_most / fpr) / epsilon),
            "The user's ε and δ are right. The last number is a logarithm of two rates over ε: nobody types part of a sentence, and δ has "
            "a say as well.",
        ),
    ),
)


assignment = Assignment(
    name="10_differential_privacy",
    title="10 Differential privacy",
    tasks=(allowed_by_all, promise_to_a_user),
)
