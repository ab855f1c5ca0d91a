"""Lesson 04: stable log-odds, the LiRA score, pooled deviations that are kept apart, the share of outsiders beaten."""

import numpy as np
from jaxtyping import Bool, Float, Int

from mia_teach.exercises.exercise import Case, Exercise, Wrong
from mia_teach.labs.quiz import Choice, Question, Quiz

LESSON = "04"


# ---- 1. log-odds that survive sure answers -------------------------------------------------------


def _label_log_odds(
    logits: Float[np.ndarray, "examples classes"], labels: Int[np.ndarray, " examples"]
) -> Float[np.ndarray, " examples"]:
    """z_y − log Σ_{k≠y} exp(z_k), one number an example."""
    is_label = np.arange(logits.shape[1]) == labels[:, None]
    others = np.where(is_label, -np.inf, logits)
    return logits[is_label] - np.logaddexp.reduce(others, axis=1)


def _softmax(logits):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def _label_probability(logits, labels):
    return _softmax(logits)[np.arange(len(labels)), labels]


def _by_probability(logits, labels):
    p = _label_probability(logits, labels)
    with np.errstate(divide="ignore"):
        return np.log(p) - np.log(1 - p)


def _clipped(logits, labels):
    p = np.clip(_label_probability(logits, labels), 1e-12, 1 - 1e-12)
    return np.log(p / (1 - p))


def _overflowing(logits, labels):
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        at_label = logits[np.arange(len(labels)), labels]
        rest = np.exp(logits).sum(axis=1) - np.exp(at_label)
        return at_label - np.log(rest)


def _through_log_p(logits, labels):
    log_p = _label_among_the_others(logits, labels)
    with np.errstate(divide="ignore"):
        return log_p - np.log1p(-np.exp(log_p))


def _zero_for_the_label(logits, labels):
    is_label = np.arange(logits.shape[1]) == labels[:, None]
    return logits[is_label] - np.logaddexp.reduce(np.where(is_label, 0.0, logits), axis=1)


def _label_among_the_others(logits, labels):
    return logits[np.arange(len(labels)), labels] - np.logaddexp.reduce(logits, axis=1)


def _margin(logits, labels):
    is_label = np.arange(logits.shape[1]) == labels[:, None]
    return logits[is_label] - np.where(is_label, -np.inf, logits).max(axis=1)


label_log_odds = Exercise(
    name="label_log_odds",
    lesson=LESSON,
    reference=_label_log_odds,
    cases=(
        Case(np.array([[2.0, 0.0, 0.0], [0.0, 1.0, -1.0]]), np.array([0, 0])),
        Case(np.array([[40.0, 0.0, 1.0], [0.0, 45.0, 3.0]]), np.array([0, 1])),
        Case(np.array([[900.0, -900.0, 100.0], [-800.0, 1000.0, 1000.0]]), np.array([0, 0])),
    ),
    hints=(
        "Do not go through the probability: for a sure answer it is 1 to the last digit, and 1 − p is 0. Write p_y and "
        "1 − p_y with exponentials of logits and look at what cancels.",
        "p_y / (1 − p_y) = exp(z_y) / Σ exp(z_k), the sum over the other classes. Its logarithm is z_y minus a "
        "log-sum-exp, and `np.logaddexp.reduce(z, axis=1)` computes one without overflow.",
        "Put −inf where the label stands, so that it adds nothing: `others = np.where(is_label, -np.inf, logits)` "
        "with `is_label = np.arange(logits.shape[1]) == labels[:, None]`. What is left to subtract from what?",
    ),
    wrong=(
        Wrong(
            "through_the_probability",
            _by_probability,
            "Right for unsure answers. For sure ones 1 − p has run out of digits: the log-odds stop being exact, then "
            "become infinite, and all sure records tie. Stay with logits.",
        ),
        Wrong(
            "through_log_p",
            _through_log_p,
            "log p is exact here, but exp(log p) of a sure answer is 1 again, and 1 − 1 is 0: infinite log-odds. Do not "
            "leave the logits; the other classes' logits hold what 1 − p has lost.",
        ),
        Wrong(
            "zero_for_the_label",
            _zero_for_the_label,
            "A 0 in the label's place still adds exp(0) = 1 to the sum over the others. What adds nothing?",
        ),
        Wrong(
            "clipped",
            _clipped,
            "Clipping hides the infinities and keeps the ties: every record surer than the clip gets the same number. "
            "The most suspect records are exactly those. Stay with logits.",
        ),
        Wrong(
            "overflow",
            _overflowing,
            "For large logits `np.exp` overflows or the difference of two huge numbers loses every digit. "
            "`np.logaddexp.reduce` adds exponentials without leaving the logarithm.",
        ),
        Wrong(
            "label_among_the_others",
            _label_among_the_others,
            "That is log p, minus the loss: the label itself stands in the sum. Log-odds compare the label with the "
            "others alone.",
        ),
        Wrong(
            "margin",
            _margin,
            "That is the distance to the best other class. Close, where one rival dominates; but all other classes "
            "together make up 1 − p.",
        ),
        Wrong(
            "sign_flipped",
            lambda *case: -_label_log_odds(*case),
            "The size is right and the sign is not: log-odds are large where the model is sure of the label.",
        ),
        Wrong(
            "predicted_class",
            lambda logits, labels: _label_log_odds(logits, logits.argmax(axis=1)),
            "These are the log-odds of the class the model prefers. The attack asks about the true label, also where "
            "the model is wrong.",
        ),
    ),
)


# ---- 2. the likelihood ratio of one record -------------------------------------------------------


def _lira_score(
    phi: Float[np.ndarray, " examples"],
    shadow_phi: Float[np.ndarray, "shadows examples"],
    member: Bool[np.ndarray, "shadows examples"],
) -> Float[np.ndarray, " examples"]:
    """log N(φ; μ_in, σ_in) − log N(φ; μ_out, σ_out), each record with its own means and deviations."""

    def log_density(side):
        middle = shadow_phi.mean(axis=0, where=side)
        spread = shadow_phi.std(axis=0, where=side)
        return -(((phi - middle) / spread) ** 2) / 2 - np.log(spread)

    return log_density(member) - log_density(~member)


def _lira_with(middle=None, spread=None, log_term=True, only_in=False):
    """A wrong LiRA score: another center or deviation, a missing term."""

    def function(phi, shadow_phi, member):
        def log_density(side):
            m = shadow_phi.mean(axis=0, where=side) if middle is None else middle(shadow_phi, side)
            s = shadow_phi.std(axis=0, where=side) if spread is None else spread(shadow_phi, side, member)
            return -(((phi - m) / s) ** 2) / 2 - (np.log(s) if log_term else 0)

        inside = log_density(member)
        return inside - np.log(2 * np.pi) / 2 if only_in else inside - log_density(~member)

    return function


def _medians(values, side):
    return np.nanmedian(np.where(side, values, np.nan), axis=0)


_PHI = np.array([3.0, 5.0, 0.0])
_SHADOW_PHI = np.array(
    [[1.0, 6.0, 0.0], [5.0, 3.0, 3.0], [3.0, 8.0, 1.0], [0.0, 5.0, -1.0], [-2.0, 1.0, 3.0], [-1.0, 7.0, 2.0]]
)
_HELD = np.array([[1, 1, 0], [1, 0, 1], [1, 1, 0], [0, 0, 0], [0, 0, 1], [0, 1, 1]], bool)


def _lira_case(seed, shadows, examples):
    rng = np.random.default_rng(seed)
    member = rng.permuted(np.arange(shadows)[:, None] < np.full(examples, shadows // 2), axis=0)
    return Case(
        rng.normal(1, 2, examples).round(2),
        rng.normal(member, 1 + 0.5 * member, (shadows, examples)).round(2),
        member,
    )


def _log_of_densities(phi, shadow_phi, member):
    def density(side):
        m, s = shadow_phi.mean(axis=0, where=side), shadow_phi.std(axis=0, where=side)
        return np.exp(-(((phi - m) / s) ** 2) / 2) / s

    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(density(member)) - np.log(density(~member))


def _half_forgotten(phi, shadow_phi, member):
    def log_density(side):
        m, s = shadow_phi.mean(axis=0, where=side), shadow_phi.std(axis=0, where=side)
        return -(((phi - m) / s) ** 2) - np.log(s)

    return log_density(member) - log_density(~member)


def _divided_by_sigma_once(phi, shadow_phi, member):
    def log_density(side):
        m, s = shadow_phi.mean(axis=0, where=side), shadow_phi.std(axis=0, where=side)
        return -((phi - m) ** 2) / s / 2 - np.log(s)

    return log_density(member) - log_density(~member)


def _zeros_in_mean_and_deviation(phi, shadow_phi, member):
    def log_density(side):
        own = shadow_phi * side
        m, s = own.mean(axis=0), own.std(axis=0)
        return -(((phi - m) / s) ** 2) / 2 - np.log(s)

    return log_density(member) - log_density(~member)


lira_score = Exercise(
    name="lira_score",
    lesson=LESSON,
    reference=_lira_score,
    cases=(
        Case(_PHI, _SHADOW_PHI, _HELD),
        _lira_case(0, 8, 4),
        _lira_case(1, 12, 5),
        Case(np.array([90.0, -80.0, 2.0]), _SHADOW_PHI, _HELD),
    ),
    hints=(
        "Work on one side first: what do mean and deviation of the shadows that trained on a record look like, for "
        "every record at once? NumPy's `mean` and `std` take `where=`.",
        "`shadow_phi.mean(axis=0, where=member)` is μ_in of each record; `std` likewise; the other side is `~member`.",
        "The logarithm of a normal density is −((φ − μ)/σ)²/2 − log σ, up to a constant that cancels. Score = that "
        "for the members' side minus that for the others.",
    ),
    wrong=(
        Wrong(
            "sides_swapped",
            lambda *case: -_lira_score(*case),
            "The ratio is upside down: this is large for records that look unseen. A score is larger for members, so "
            "it is log-density in minus log-density out.",
        ),
        Wrong(
            "not_the_logarithm",
            lambda *case: np.exp(_lira_score(*case)),
            "That is the likelihood ratio itself. It ranks alike, but a ratio of tiny densities soon is 0/0; the "
            "logarithm is asked for.",
        ),
        Wrong(
            "log_of_densities",
            _log_of_densities,
            "The formula is right, but far from a bell's middle the density is 0 to the last digit before you take its "
            "logarithm. Write the logarithm of the density down on paper and compute that.",
        ),
        Wrong(
            "half_forgotten",
            _half_forgotten,
            "The ½ before the square is missing; it is what ties the square to the −log σ beside it.",
        ),
        Wrong(
            "divided_by_sigma_once",
            _divided_by_sigma_once,
            "The squared distance is divided by σ where σ² belongs. Divide first, then square: ((φ − μ)/σ)².",
        ),
        Wrong(
            "zeros_in_mean_and_deviation",
            _zeros_in_mean_and_deviation,
            "Multiplying by the mask turns the other side's answers into zeros, and both mean and deviation then count "
            "them. A mask leaves models out: `mean` and `std` take `where=`.",
        ),
        Wrong(
            "sigma_forgotten",
            _lira_with(log_term=False),
            "The term −log σ is missing. A wide Gaussian is low everywhere; without the term, the wider side would "
            "always look likelier.",
        ),
        Wrong(
            "ddof_1",
            _lira_with(spread=lambda v, side, m: v.std(axis=0, where=side, ddof=1)),
            "The deviation is divided by the number less one (ddof 1). That is a fine estimate; the course, as the "
            "published attack, uses NumPy's own `std`, with ddof 0.",
        ),
        Wrong(
            "variance_for_deviation",
            _lira_with(spread=lambda v, side, m: v.var(axis=0, where=side)),
            "That is the variance where the deviation belongs. Check the unit: (φ − μ)/σ has none.",
        ),
        Wrong(
            "zeros_counted",
            _lira_with(middle=lambda v, side: np.where(side, v, 0).mean(axis=0)),
            "The models of the other side count as zeros in your mean. A mask leaves models out; it does not set their "
            "log-odds to 0. `where=` does it right.",
        ),
        Wrong(
            "one_sigma_for_both",
            _lira_with(spread=lambda v, side, m: v.std(axis=0, where=~m)),
            "Both sides use the deviation of the models without the record. Training on a record also changes how much "
            "answers vary; each side has its own σ.",
        ),
        Wrong(
            "both_sides_in_one_deviation",
            _lira_with(spread=lambda v, side, m: v.std(axis=0)),
            "The deviation runs over all shadows, with and without the record. The better the two sides part, the larger it "
            "gets, and the less you see of it.",
        ),
        Wrong(
            "only_in",
            _lira_with(only_in=True),
            "This is the log-density of one side. A record that fits the members' side well may fit the other as well; "
            "only the difference tells.",
        ),
        Wrong(
            "medians",
            _lira_with(middle=_medians),
            "You took medians for the centers, which is what the published code does and what resists outliers. Here "
            "means are asked for.",
        ),
        Wrong(
            "all_records_together",
            _lira_with(
                middle=lambda v, side: v.mean(where=side), spread=lambda v, side, m: v.std(where=side)
            ),
            "One mean and one deviation for all records: that is a threshold attack again. The point is to compare each "
            "record with its own past, so the statistics run over the models, `axis=0`.",
        ),
    ),
)


# ---- 3. the published slip -----------------------------------------------------------------------


def _pooled_deviations(
    shadow_phi: Float[np.ndarray, "shadows examples"], member: Bool[np.ndarray, "shadows examples"]
) -> tuple[float, float]:
    """(σ_in, σ_out): of all distances from the record's own mean, on each side by itself."""

    def spread(side):
        distance = shadow_phi - shadow_phi.mean(axis=0, where=side)
        return float(np.sqrt(np.mean(distance[side] ** 2)))

    return spread(member), spread(~member)


def _std_of_all(shadow_phi, side):
    return float(shadow_phi[side].std())


def _mean_of_deviations(shadow_phi, side):
    return float(shadow_phi.std(axis=0, where=side).mean())


def _both_sides_together(shadow_phi, member):
    inside, outside = _pooled_deviations(shadow_phi, member)
    share = member.mean()
    both = float(np.sqrt(share * inside**2 + (1 - share) * outside**2))
    return both, both


def _published(shadow_phi, member):
    both = _std_of_all(shadow_phi, member)
    return both, both


def _around(middle):
    """Deviations of each side around another middle than its own."""

    def function(shadow_phi, member):
        distance = shadow_phi - middle(shadow_phi, member)
        return tuple(float(np.sqrt(np.mean(distance[side] ** 2))) for side in (member, ~member))

    return function


def _mask_forgotten(shadow_phi, member):
    return tuple(
        float(np.sqrt(np.mean((shadow_phi - shadow_phi.mean(axis=0, where=side)) ** 2)))
        for side in (member, ~member)
    )


def _absolute(shadow_phi, member):
    return tuple(
        float(np.abs(shadow_phi - shadow_phi.mean(axis=0, where=side))[side].mean())
        for side in (member, ~member)
    )


def _along_records(shadow_phi, member):
    return tuple(
        float(np.sqrt(np.mean((shadow_phi - shadow_phi.mean(axis=1, keepdims=True, where=side))[side] ** 2)))
        for side in (member, ~member)
    )


pooled_deviations = Exercise(
    name="pooled_deviations",
    lesson=LESSON,
    reference=_pooled_deviations,
    returns=("deviation in", "deviation out"),
    cases=(
        Case(
            np.array([[1.0, 11.0], [3.0, 15.0], [-3.0, 6.0], [3.0, 12.0]]),
            np.array([[1, 1], [1, 1], [0, 0], [0, 0]], bool),
        ),
        Case(_SHADOW_PHI, _HELD),
        Case(*_lira_case(2, 10, 6).args[1:]),
    ),
    hints=(
        "Look at the published lines twice. Whose scores does each of them take? And what does `np.std` of a whole "
        "table measure the distance from?",
        "The deviation that a Gaussian of one record needs is the distance of the models from this record's mean. "
        "Subtract each record's own mean first: `shadow_phi.mean(axis=0, where=side)`.",
        "For one side: `distance = shadow_phi - shadow_phi.mean(axis=0, where=side)`, then the root of the mean of "
        "`distance[side] ** 2`. Once for `member`, once for `~member`.",
    ),
    wrong=(
        Wrong(
            "as_published",
            _published,
            "These are the published lines: one number from the members' side, used for both. The models without a "
            "record have a deviation of their own.",
        ),
        Wrong(
            "around_one_common_mean",
            lambda phi, member: (_std_of_all(phi, member), _std_of_all(phi, ~member)),
            "Each side has its own scores now. But `np.std` of the whole table measures how far records lie apart, "
            "easy from hard ones. Take every record's own mean off first.",
        ),
        Wrong(
            "out_from_in",
            lambda phi, member: (_pooled_deviations(phi, member)[0],) * 2,
            "The distances are taken from each record's own mean, well done. The second number still comes from the "
            "members' side.",
        ),
        Wrong(
            "around_the_mean_of_all_shadows",
            _around(lambda phi, member: phi.mean(axis=0)),
            "The distances are taken from the mean over all shadows of a record. That mean lies between the two bells, so "
            "both deviations also hold how far the bells are apart. Each side has a mean of its own.",
        ),
        Wrong(
            "around_the_members_mean",
            _around(lambda phi, member: phi.mean(axis=0, where=member)),
            "Both sides are measured from the mean of the models with the record. The others have a middle of their own.",
        ),
        Wrong(
            "mask_forgotten",
            _mask_forgotten,
            "The mean is taken over the right models, the squares over all of them. The mask belongs into both steps: "
            "`distance[side]`.",
        ),
        Wrong(
            "mean_absolute_distance",
            _absolute,
            "That is the mean absolute distance. A deviation averages the squares and takes the root.",
        ),
        Wrong(
            "along_records",
            _along_records,
            "Your means run over the records of a model. What varies in a record's bell is the model: `axis=0`.",
        ),
        Wrong(
            "sides_in_the_wrong_order",
            lambda *case: _pooled_deviations(*case)[::-1],
            "Both numbers are right and stand in the wrong order: first the models that trained on the record (in), "
            "then the others (out).",
        ),
        Wrong(
            "mean_of_deviations",
            lambda phi, member: (_mean_of_deviations(phi, member), _mean_of_deviations(phi, ~member)),
            "That is the mean of the records' deviations. Pooling averages the squares and takes the root at the end; "
            "the mean of roots is too small.",
        ),
        Wrong(
            "variances",
            lambda *case: tuple(s**2 for s in _pooled_deviations(*case)),
            "These are variances. The root is missing at the end.",
        ),
        Wrong(
            "both_sides_together",
            _both_sides_together,
            "Distances from the right means, but both sides are thrown together into one number. Training on a record "
            "changes how much its answers vary; keep in and out apart.",
        ),
    ),
)


# ---- stretch: RMIA -------------------------------------------------------------------------------


def _rmia_score(
    p: Float[np.ndarray, " examples"],
    p_out: Float[np.ndarray, " examples"],
    q: Float[np.ndarray, " outsiders"],
    q_out: Float[np.ndarray, " outsiders"],
    a: float,
    gamma: float,
) -> Float[np.ndarray, " examples"]:
    """Share of outsiders z with r(x)/r(z) > γ, where r = p / ((1 + a)/2 · p_out + (1 − a)/2)."""
    record = p / ((1 + a) / 2 * p_out + (1 - a) / 2)
    outsider = q / ((1 + a) / 2 * q_out + (1 - a) / 2)
    return (record[:, None] / outsider > gamma).mean(axis=1)


def _rmia_with(beats, axis=1, scale=None):
    """A wrong RMIA score: another comparison, axis or denominator."""

    def function(p, p_out, q, q_out, a, gamma):
        usual = scale or (lambda out, a: (1 + a) / 2 * out + (1 - a) / 2)
        return beats((p / usual(p_out, a))[:, None], q / usual(q_out, a), gamma).mean(axis=axis)

    return function


def _more_than(record, outsider, gamma):
    return record / outsider > gamma


rmia_score = Exercise(
    name="rmia_score",
    lesson=LESSON,
    stretch=True,
    reference=_rmia_score,
    cases=(
        Case(
            np.array([0.9, 0.5]), np.array([0.5, 0.5]), np.array([0.5, 0.95]), np.array([0.5, 0.5]), 1.0, 1.0
        ),
        Case(
            np.array([0.9, 0.8, 0.3, 0.99]),
            np.array([0.2, 0.85, 0.3, 0.9]),
            np.array([0.7, 0.95, 0.2, 0.6, 0.9]),
            np.array([0.6, 0.9, 0.35, 0.3, 0.9]),
            0.3,
            1.0,
        ),
        Case(
            np.array([0.9, 0.8, 0.3, 0.99]),
            np.array([0.2, 0.85, 0.3, 0.9]),
            np.array([0.7, 0.95, 0.2, 0.6, 0.9]),
            np.array([0.6, 0.9, 0.35, 0.3, 0.9]),
            0.5,
            1.2,
        ),
    ),
    hints=(
        "First the ratio r of every record and of every outsider, each one row of numbers. Only then compare rows.",
        "r = p / ((1 + a)/2 · p_out + (1 − a)/2). To compare every record with every outsider, give the records a "
        "second axis: `record[:, None] / outsider` is a table, one row a record.",
        "`(record[:, None] / outsider > gamma)` is True where a record beats an outsider; a share is the mean over the "
        "outsiders, `axis=1`.",
    ),
    wrong=(
        Wrong(
            "at_least",
            _rmia_with(lambda r, z, gamma: r / z >= gamma),
            "A ratio of exactly γ counts as beaten here. The comparison is strict: a record whose ratio is just that "
            "of an outsider has not beaten it.",
        ),
        Wrong(
            "upside_down",
            _rmia_with(lambda r, z, gamma: z / r > gamma),
            "This counts the outsiders that beat the record. A score is larger for members.",
        ),
        Wrong(
            "per_outsider",
            _rmia_with(_more_than, axis=0),
            "That is one number for each outsider: the share of records that beat it. The mean runs over the outsiders.",
        ),
        Wrong(
            "not_calibrated",
            _rmia_with(_more_than, scale=lambda out, a: np.ones_like(out)),
            "Here the target's probabilities alone are compared, so an easy record beats every hard outsider. Divide "
            "each by what is usual for it.",
        ),
        Wrong(
            "a_forgotten",
            _rmia_with(_more_than, scale=lambda out, a: out),
            "You divide by p_out, as if a were 1. But p(x) is the mean over models with and without the record, and only "
            "those without are at hand; a says how to guess the others.",
        ),
        Wrong(
            "gamma_forgotten",
            _rmia_with(lambda r, z, gamma: r / z > 1),
            "γ is not used: a record has to exceed an outsider γ times.",
        ),
        Wrong(
            "counts",
            lambda *case: _rmia_score(*case) * len(case[2]),
            "These are counts of outsiders. A share is the count over their number.",
        ),
        Wrong(
            "outsiders_not_calibrated",
            lambda p, p_out, q, q_out, a, gamma: (
                (p / ((1 + a) / 2 * p_out + (1 - a) / 2))[:, None] / q > gamma
            ).mean(axis=1),
            "The outsiders' probabilities stand there as they are. They are divided by what is usual for them just like "
            "the records': r(z), not q.",
        ),
        Wrong(
            "mean_ratio",
            lambda p, p_out, q, q_out, a, gamma: (
                (p / ((1 + a) / 2 * p_out + (1 - a) / 2))[:, None] / (q / ((1 + a) / 2 * q_out + (1 - a) / 2))
            ).mean(axis=1),
            "This is the mean of the ratios, in which one odd outsider can outweigh all others. Count instead: in how many "
            "comparisons is the ratio above γ?",
        ),
    ),
)


quiz = Quiz(
    [
        Question(
            "The target answers one record with log-odds of 17, the surest answer of all. Shadows trained on this record give "
            "it 16.8 on average, shadows that never saw it 16.9, each ± 1.5. What does the likelihood ratio say?",
            [
                Choice(
                    "A member: nobody else gets so sure an answer",
                    "Sure answers are usual for this record, with it or without it. That is what a threshold on the "
                    "loss cannot know.",
                    wrong="sure_means_member",
                ),
                Choice(
                    "A non-member: 17 lies a little nearer to 16.9",
                    "Nearer by 0.1, where models differ by 1.5 anyhow. The ratio is about 1 and decides nothing.",
                    wrong="nearest_center_wins",
                ),
                Choice(
                    "Next to nothing: both sides explain the answer alike",
                    "Log-densities that are equal have the difference 0. The record is easy, and its membership leaves no "
                    "trace here.",
                ),
                Choice(
                    "Nothing yet: a prior for membership is missing",
                    "A prior would turn a ratio into a probability. The ratio itself is already known: about 1.",
                    wrong="ratio_needs_prior",
                ),
            ],
            name="easy_record",
        ),
        Question(
            "You can afford four shadow models, each record in two of them. How do you get the deviations for LiRA?",
            [
                Choice(
                    "From all records together, each side by itself",
                    "Thousands of distances from the records' own means give one steady number a side. A record's own "
                    "two values do not.",
                ),
                Choice(
                    "From each record's own two values a side",
                    "Two values that happen to lie close give a deviation near zero and an enormous ratio: the top of the "
                    "ranking fills with such accidents.",
                    wrong="own_deviation_of_two",
                ),
                Choice(
                    "From the models with the record, for both sides",
                    "That is the published slip. Training on a record narrows its answers, so the two sides have "
                    "different deviations.",
                    wrong="one_for_both",
                ),
                Choice(
                    "From theory: with log-odds it is always one",
                    "Nothing fixes the deviation of log-odds. It depends on model, data and side.",
                    wrong="unit_deviation",
                ),
            ],
            name="few_shadows",
        ),
        Question(
            "Offline you know only what models say that never saw the record. The target's answer on it is far worse than "
            "theirs. Which score is right to give?",
            [
                Choice(
                    "A high one: the answer is very unusual",
                    "Unusual, yes, but in the wrong direction. Training on a record makes its answer better. Two-sided "
                    "code accuses here.",
                    wrong="unusual_means_member",
                ),
                Choice(
                    "A low one: training would have made it better",
                    "One-sided: the further below its usual answers, the less suspect.",
                ),
                Choice(
                    "A middling one: without shadows that knew it, all is open",
                    "The size of the effect is unknown offline. Its direction is not.",
                    wrong="offline_knows_nothing",
                ),
                Choice(
                    "None at all: LiRA needs both of the sides",
                    "The online variant does. The offline one tests against the side that never saw the record.",
                    wrong="offline_impossible",
                ),
            ],
            name="one_sided",
        ),
        Question(
            "RMIA gives a record the score 0.97, with γ = 1 and outsiders like the target's non-members. What does that number say?",
            [
                Choice(
                    "The record is a member with probability 97 %",
                    "For that one would have to know how rare members are. The score only compares with outsiders.",
                    wrong="score_is_probability",
                ),
                Choice(
                    "The target is 97 % sure of the record's true class",
                    "The target's probability is only the numerator of the ratio, and ratios are compared.",
                    wrong="score_is_confidence",
                ),
                Choice(
                    "97 % of the members have a lower score than this one",
                    "Members were not among those compared. The population holds outsiders.",
                    wrong="compared_with_members",
                ),
                Choice(
                    "Its ratio is larger than that of 97 % of the outsiders",
                    "So where outsiders are like the non-members, accusing everybody above 0.97 blames about 3 % of them.",
                ),
            ],
            name="rmia_score",
        ),
        Question(
            "The loss attack finds 1 % of a model's members at a false positive rate of 1 %. The hospital concludes: "
            "nothing leaks. You run LiRA on the same model and find 20 %. What changed?",
            [
                Choice(
                    "The model: shadows made it remember more",
                    "The target was trained before and is asked once for each record. Shadows are other models.",
                    wrong="shadows_change_the_target",
                ),
                Choice(
                    "The threshold: LiRA accuses more non-members",
                    "Both stand at a false positive rate of 1 %: equally many are blamed falsely.",
                    wrong="more_false_alarms",
                ),
                Choice(
                    "The data: LiRA needs other records than the loss",
                    "The same records, labels and answers. LiRA also looks at the adversary's own models.",
                    wrong="other_records",
                ),
                Choice(
                    "The question: it is asked record by record now",
                    "The leak was there. A threshold for all could not see it, and a weak attack is no proof of safety.",
                ),
            ],
            name="weak_attack",
        ),
    ],
    lesson=LESSON,
)
