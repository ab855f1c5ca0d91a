"""Lesson 04, graded: what a likelihood ratio says of a record, with few shadows or many, and RMIA's promise."""

import numpy as np

from mia_teach.assignments.task import Assignment, Task
from mia_teach.exercises.exercise import Case, Wrong

# ---- 1. few shadows or many --------------------------------------------------------------------


def _member_probability(p, shadow_p, held, base_rate):
    """How likely each record is a member, by LiRA's ratio with the deviation that fits the number of shadows.

    p: the target's probability of each record's true class; shadow_p: the same of each shadow, (shadows, records);
    held: which shadow trained on which record, (shadows, records); base_rate: the share of members among such records.
    Returns: the probability of membership given the answer, one number a record.
    """
    phi, shadow_phi = np.log(p / (1 - p)), np.log(shadow_p / (1 - shadow_p))
    few = min(held.sum(axis=0).min(), (~held).sum(axis=0).min()) < 8
    score = np.zeros(len(p))
    for sign, side in ((1, held), (-1, ~held)):
        middle = shadow_phi.mean(axis=0, where=side)
        spread = shadow_phi.std(axis=0, where=side)
        if few:
            spread = np.sqrt(np.mean((shadow_phi - middle)[side] ** 2))
        score += sign * (-(((phi - middle) / spread) ** 2) / 2 - np.log(spread))
    return 1 / (1 + np.exp(-score) * (1 - base_rate) / base_rate)


def _logit(p):
    return np.log(p / (1 - p))


def _own(values, side):
    return values.std(axis=0, where=side)


def _pooled(values, side):
    return np.sqrt(np.mean((values - values.mean(axis=0, where=side))[side] ** 2))


def _few(held):
    return min(held.sum(axis=0).min(), (~held).sum(axis=0).min()) < 8


def _bayes(score, base_rate):
    return 1 / (1 + np.exp(-score) * (1 - base_rate) / base_rate)


def _probability(scale=_logit, middle=None, spread=None, sign=1, told=_bayes):
    """A wrong probability: another scale, center, deviation or sign, ``spread(values, side, held)``; another last step."""

    def function(p, shadow_p, held, base_rate):
        phi, shadow_phi = scale(p), scale(shadow_p)
        score = np.zeros(len(p))
        for one, side in ((1, held), (-1, ~held)):
            m = shadow_phi.mean(axis=0, where=side) if middle is None else middle(shadow_phi, side)
            if spread is None:
                s = (_pooled if _few(held) else _own)(shadow_phi, side)
            else:
                s = spread(shadow_phi, side, held)
            score += sign * one * (-(((phi - m) / s) ** 2) / 2 - np.log(s))
        return told(score, base_rate)

    return function


def _medians(values, side):
    return np.nanmedian(np.where(side, values, np.nan), axis=0)


def _around_one_middle(values, side, held):
    return values[side].std() if _few(held) else _own(values, side)


def _of_the_other_side_too(values, side, held):
    return (_pooled if _few(held) else _own)(values, held)


def _shadow_answers(rng):
    pairs = int(rng.choice([3, 4, 10, 12]))
    records = int(rng.integers(20, 35))
    half = np.array([rng.permutation(records) < records // 2 for _ in range(pairs)])
    held = np.concatenate([half, ~half])
    ease, gain = rng.normal(0.5, 1.5, records), rng.gamma(1.5, 0.8, records)
    wide = rng.uniform(0.4, 1.2, records)
    shadow_phi = rng.normal(ease + gain * held, wide * np.where(held, 0.7, 1.0))
    phi = rng.normal(ease + gain * (rng.random(records) < 0.5), wide)
    return Case(
        1 / (1 + np.exp(-phi)),
        1 / (1 + np.exp(-shadow_phi)),
        held,
        float(rng.choice([0.01, 0.05, 0.1, 0.2])),
    )


member_probability = Task(
    name="member_probability",
    points=6,
    question="""
Two teams audit their models with LiRA, on the same kind of data. One could train six or eight shadow models, the other two
dozen. Both send you probabilities of the true class: `p` of the target, `shadow_p` of each shadow, and who trained on what.
None is so near 0 or 1 that its log-odds run out of digits. The data protection officer has no use for a score. She asks how
**likely** it is that a record was in, where a share `base_rate` of such records was.

Write **one** function that answers her for either team. Take the online likelihood ratio of the lesson, on the log-odds, each
record with its own two **means**. With at least 8 shadows on either side of every record, each record has deviations of its
own (`std`, ddof 0). With fewer, pool: one deviation for each side, the root of the mean square of all distances to the record's own
mean on that side.
Then Bayes: the odds before the answer, base rate to its rest, times the ratio are the odds after it. Return the probability of
membership that these odds are.
""",
    reference=_member_probability,
    draw=_shadow_answers,
    example=Case(
        np.array([0.9, 0.5]),
        np.array([[0.2, 0.2], [0.7, 0.5], [0.6, 0.6], [0.6, 0.2], [0.5, 0.3], [0.4, 0.8]]),
        np.array([[True, False]] * 3 + [[False, True]] * 3),
        0.2,
    ),
    at_times=(
        "own_deviation_always",
        "pooled_around_one_middle",
        "pooled_always",
    ),  # each fails one of the teams
    wrong=(
        Wrong(
            "base_rate_forgotten",
            _probability(told=lambda score, base_rate: _bayes(score, 0.5)),
            "These are the probabilities where half of the records are members. Fewer are here, and a ratio of 3 is worth less "
            "where members are rare.",
        ),
        Wrong(
            "odds",
            _probability(told=lambda score, base_rate: np.exp(score) * base_rate / (1 - base_rate)),
            "These are the odds after the answer, and odds can exceed 1. Odds of 3 are a probability of 3 in 4.",
        ),
        Wrong(
            "ratio_times_base_rate",
            _probability(told=lambda score, base_rate: np.minimum(np.exp(score) * base_rate, 1.0)),
            "The base rate is multiplied by the ratio as it stands. The ratio turns odds into odds: go from rate to odds, "
            "multiply, and come back.",
        ),
        Wrong(
            "own_deviation_always",
            _probability(spread=lambda values, side, held: _own(values, side)),
            "Each record has deviations of its own, also where three or four shadows stand on a side. A few answers that happen "
            "to lie close make a needle of a density; with fewer than 8 on a side, pool.",
        ),
        Wrong(
            "pooled_always",
            _probability(spread=lambda values, side, held: _pooled(values, side)),
            "One deviation a side, also for the team with many shadows. With at least 8 on a side each record's own can be "
            "known, and records do differ in it.",
        ),
        Wrong(
            "probabilities_unscaled",
            _probability(scale=lambda p: p),
            "The Gaussians are fitted to the probabilities themselves. Those crowd against 1 and look like no bell; take the "
            "log-odds first.",
        ),
        Wrong(
            "log_probability",
            _probability(scale=np.log),
            "The Gaussians are fitted to log p, minus the loss. It has an end at 0 where sure answers crowd; the log-odds, "
            "log p − log(1 − p), have none.",
        ),
        Wrong(
            "sides_swapped",
            _probability(sign=-1),
            "The ratio is upside down: it is large for records that look unseen. Log-density in minus log-density out.",
        ),
        Wrong(
            "in_deviation_for_both",
            _probability(spread=_of_the_other_side_too),
            "The deviation of the shadows with the record stands in both densities. That slip was published; each side has a "
            "deviation of its own.",
        ),
        Wrong(
            "pooled_around_one_middle",
            _probability(spread=_around_one_middle),
            "For the team with few shadows the deviation is taken around one mean of all records. It then holds how "
            "differently hard the records are. Pool the distances to each record's own mean.",
        ),
        Wrong(
            "medians",
            _probability(
                middle=_medians,
                spread=lambda values, side, held: (_pooled if _few(held) else _own)(values, side),
            ),
            "The centers are medians, as in the published code. Here means are asked for.",
        ),
    ),
)


# ---- 2. a promise before any truth is known ----------------------------------------------------


def _promised_accusations(p, models_p, q, models_q, a, fpr):
    """Which records stand accused when at most a share `fpr` of outsiders like them would, and how many of these wrongly.

    p: the target's probability of each record's true class; models_p: the same of each reference model, none of which
    trained on it, (models, records); q, models_q: the same of the outsiders; a: how p_in follows from p_out.
    Returns: (True for each record that is accused; the largest share of the accusations that is expected to be wrong).
    """

    def ratio(target, models):
        return target / (((1 + a) * models.mean(axis=0) + 1 - a) / 2)

    among = ratio(q, models_q)
    beaten = np.array([(among < one).mean() for one in ratio(p, models_p)])
    accused = beaten > 1 - fpr
    return accused, min(1.0, fpr * len(p) / accused.sum()) if accused.any() else 0.0


def _at_worst(accused, fpr):
    return min(1.0, fpr * len(accused) / accused.sum()) if accused.any() else 0.0


def _accused(ratio=None, who=None, share=None, wrong=_at_worst):
    """A wrong list of accusations: another ratio, another comparison; or another share of them that is wrong."""

    def usual(target, models, a):
        return target / (((1 + a) * models.mean(axis=0) + 1 - a) / 2)

    def function(p, models_p, q, models_q, a, fpr):
        made = ratio or usual
        own, among = made(p, models_p, a), made(q, models_q, a)
        if who is not None:
            among = who(own, among)
        beaten = (among[None] < own[:, None]).mean(axis=1)
        accused = beaten > 1 - fpr if share is None else share(beaten, fpr)
        return accused, wrong(accused, fpr)

    return function


def _confidences(rng):
    records, outsiders = int(rng.integers(60, 90)), 20 * int(rng.integers(7, 12)) + 7
    ease = rng.normal(0.6, 1.5, records + outsiders)
    member = (np.arange(records + outsiders) < records) & (rng.random(records + outsiders) < 0.5)
    phi = rng.normal(ease + 1.8 * member, 0.6)
    models = 1 / (1 + np.exp(-rng.normal(ease, 0.7, (int(rng.integers(2, 4)), len(ease)))))
    p = 1 / (1 + np.exp(-phi))
    return Case(
        p[:records],
        models[:, :records],
        p[records:],
        models[:, records:],
        float(rng.choice([0.2, 0.3, 0.5])),
        float(rng.choice([0.05, 0.1])),
    )


promised_accusations = Task(
    name="promised_accusations",
    points=4,
    returns=("list of the accused", "share"),
    question="""
You come late: two or three reference models are all you have, and none of them saw the records. Still you want to say
*before* any truth is known how many you will accuse without reason. RMIA can: `q` and `models_q` are answers on outsiders,
who surely were in no training set.

Take the offline ratio of the lesson, $r(x) = p(x) \\,/\\, \\tfrac{1}{2}\\big((1 + a)\\,p_{out}(x) + 1 - a\\big)$, with $p_{out}$ the mean
of the probabilities over the reference models, no temperature and γ = 1. Accuse a record when the share of outsiders with a
smaller ratio is **larger than** 1 − `fpr`.

Return the list of accusations, and what a judge will ask: at worst, **which share of your accusations must be expected to be
wrong**? At worst none of the records was in, and a share `fpr` of them all is accused by chance. (No share is larger than 1;
where nobody is accused it is 0.)
""",
    reference=_promised_accusations,
    draw=_confidences,
    example=Case(
        np.array([0.85, 0.6, 0.75, 0.55]),
        np.array([[0.8, 0.7, 0.5, 0.9], [0.4, 0.5, 0.6, 0.2]]),
        np.array([0.4, 0.8, 0.6, 0.2, 0.9, 0.3, 0.4, 0.5]),
        np.array([[0.3, 0.8, 0.5, 0.2, 0.2, 0.5, 0.6, 0.4], [0.4, 0.3, 0.9, 0.5, 0.8, 0.4, 0.3, 0.5]]),
        0.5,
        0.3,
    ),
    wrong=(
        Wrong(
            "ratio_to_p_out_alone",
            _accused(lambda target, models, a: target / models.mean(axis=0)),
            "The record is compared with its answers from models without it alone, as if a were 1. p(x) is half with and half "
            "without the record, and a guesses the first half from the second.",
        ),
        Wrong(
            "no_ratio",
            _accused(lambda target, models, a: target),
            "The target's probabilities are compared as they are, so whoever is easy for any model is accused. Divide by "
            "what is usual for the record first.",
        ),
        Wrong(
            "difference",
            _accused(lambda target, models, a: target - ((1 + a) * models.mean(axis=0) + 1 - a) / 2),
            "You subtract what is usual where RMIA divides: it asks how many times likelier the record became.",
        ),
        Wrong(
            "mean_of_logarithms",
            _accused(
                lambda target, models, a: (
                    target / (((1 + a) * np.exp(np.log(models).mean(axis=0)) + 1 - a) / 2)
                )
            ),
            "The reference models' answers are averaged as logarithms. p_out is a probability: the plain mean over models.",
        ),
        Wrong(
            "compared_with_each_other",
            _accused(who=lambda own, among: own),
            "The records are compared with each other, so a fixed share of them is accused, whoever they are. The promise "
            "comes from comparing with outsiders.",
        ),
        Wrong(
            "compared_with_all",
            _accused(who=lambda own, among: np.concatenate([own, among])),
            "Records and outsiders stand together in the comparison. Members among the records then raise the bar, and the "
            "promised rate is no longer the outsiders'.",
        ),
        Wrong(
            "the_unsuspicious",
            _accused(share=lambda beaten, fpr: beaten < fpr),
            "These are the records whose ratio is smaller than that of nearly all outsiders: the least suspect. Accuse at the "
            "upper end.",
        ),
        Wrong(
            "both_ends",
            _accused(share=lambda beaten, fpr: (beaten > 1 - fpr / 2) | (beaten < fpr / 2)),
            "Records are accused at either end. Training makes a record's answer better; a ratio that is unusually small "
            "speaks against membership.",
        ),
        Wrong(
            "promised_rate",
            _accused(wrong=lambda accused, fpr: fpr),
            "The list is right. Your share is the promised rate itself: that is a share of the innocent, and a share of the "
            "accusations is asked. Of 80 innocent records 5 % are 4; with 8 accusations that is half of them.",
        ),
        Wrong(
            "by_the_base_rate_of_a_half",
            _accused(wrong=lambda accused, fpr: _at_worst(accused, fpr) / 2),
            "The list is right. Your share supposes that half of the records are innocent. At worst all of them are.",
        ),
    ),
)


assignment = Assignment(
    name="04_likelihood_ratio",
    title="04 Likelihood-ratio attacks",
    tasks=(member_probability, promised_accusations),
)
