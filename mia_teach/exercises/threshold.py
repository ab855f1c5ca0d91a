"""Lesson 02: the ROC point, modified entropy, a threshold that is judged on other records, precision when rare."""

import numpy as np
from jaxtyping import Bool, Float, Int

from mia_teach.exercises.exercise import Case, Exercise, Wrong
from mia_teach.labs.quiz import Choice, Question, Quiz
from mia_teach.rate import Rate, precision

LESSON = "02"


def balanced_accuracy(
    score: Float[np.ndarray, " examples"], member: Bool[np.ndarray, " examples"], threshold: float
) -> float:
    """Mean of the share of members accused and the share of non-members left in peace: (1 + TPR − FPR) / 2.

    >>> balanced_accuracy(np.array([0.9, 0.4, 0.2]), np.array([True, True, False]), 0.5)
    0.75
    """
    accused = score > threshold
    return float(accused[member].mean() + (~accused[~member]).mean()) / 2


def best_threshold(score: Float[np.ndarray, " examples"], member: Bool[np.ndarray, " examples"]) -> float:
    """The threshold with the best balanced accuracy on these very records.

    >>> best_threshold(np.array([0.9, 0.4, 0.2]), np.array([True, True, False]))
    0.2
    """
    thresholds = np.unique(score)
    accuracies = [balanced_accuracy(score, member, threshold) for threshold in thresholds]
    return float(thresholds[np.argmax(accuracies)])


def _roc_point(
    score: Float[np.ndarray, " examples"], member: Bool[np.ndarray, " examples"], threshold: float
) -> tuple[float, float]:
    """(FPR, TPR) when every score above the threshold is accused."""
    accused = score > threshold
    return float(accused[~member].mean()), float(accused[member].mean())


def _by_accused(score, member, threshold):
    accused = score > threshold
    return float((~member[accused]).mean()), float(member[accused].mean())


def _by_all(score, member, threshold):
    accused = score > threshold
    return float((accused & ~member).mean()), float((accused & member).mean())


def _counts(score, member, threshold):
    accused = score > threshold
    return float((accused & ~member).sum()), float((accused & member).sum())


_SCORE = np.array([0.9, 0.8, 0.6, 0.4, 0.3, 0.1])
_MEMBER = np.array([True, False, True, True, False, False])

roc_point = Exercise(
    name="roc_point",
    lesson=LESSON,
    reference=_roc_point,
    returns=("FPR", "TPR"),
    cases=(
        Case(_SCORE, _MEMBER, 0.5),
        Case(_SCORE, _MEMBER, 0.6),
        Case(np.array([3.0, -1.0, 2.0, 0.0, -2.0]), np.array([True, True, False, False, False]), -0.5),
    ),
    hints=(
        "Who is accused? Make that one row of True and False, as long as the scores.",
        "A rate needs the right denominator: all members for the TPR, all non-members for the FPR. "
        "`accused[member]` looks at the members alone.",
        "The mean of a row of True and False is the share of True: `accused[member].mean()` is one of the two. "
        "Which one goes first?",
    ),
    wrong=(
        Wrong(
            "at_least",
            lambda score, member, threshold: _roc_point(score, member, np.nextafter(threshold, -np.inf)),
            "A record whose score equals the threshold is accused here. The course accuses only scores that are "
            "larger: with `>=`, a crowd of ties at the threshold would be accused all at once.",
        ),
        Wrong(
            "axes_swapped",
            lambda *case: _roc_point(*case)[::-1],
            "Both rates are right and stand in the wrong order. A point of the ROC is written like any other: "
            "across first (FPR), up second (TPR).",
        ),
        Wrong(
            "below_the_threshold",
            lambda score, member, threshold: _roc_point(-score, member, -threshold),
            "Here the low scores are accused. A score is larger for members, always, so suspicion starts at the top.",
        ),
        Wrong(
            "share_of_the_accused",
            _by_accused,
            "These are shares of the accused: that is precision and its complement. A rate of the ROC asks the "
            "other way round: of all members (or of all non-members), how many are accused?",
        ),
        Wrong(
            "share_of_everybody",
            _by_all,
            "Members and non-members share one denominator here, all records. Each rate has a side of its own; "
            "with few members your TPR could never come near 1.",
        ),
        Wrong(
            "counts",
            _counts,
            "These are counts. A rate is a count over the size of its own side.",
        ),
        Wrong(
            "left_in_peace",
            lambda *case: (1 - _roc_point(*case)[0], _roc_point(*case)[1]),
            "Your TPR is right. Your first number is the share of non-members left in peace, the true-negative "
            "rate; the FPR counts the others, who are accused falsely.",
        ),
    ),
)


def _modified_entropy(
    probability: Float[np.ndarray, "examples classes"], labels: Int[np.ndarray, " examples"]
) -> Float[np.ndarray, " examples"]:
    """−(1 − p_y) log p_y − Σ_{k≠y} p_k log(1 − p_k), one number an example."""
    true = np.arange(probability.shape[1]) == labels[:, None]
    terms = np.where(true, (1 - probability) * np.log(probability), probability * np.log(1 - probability))
    return -terms.sum(axis=1)


def _with(at_label, elsewhere):
    """A wrong modified entropy: one term for the label's probability, another for every other class."""

    def function(probability, labels):
        true = np.arange(probability.shape[1]) == labels[:, None]
        return np.where(true, at_label(probability), elsewhere(probability)).sum(axis=1)

    return function


def _surprise_when_right(p):
    return -(1 - p) * np.log(p)


def _surprise_when_wrong(p):
    return -p * np.log(1 - p)


def _label_in_the_sum(probability, labels):
    at = np.arange(len(labels))
    whole = _surprise_when_wrong(probability).sum(axis=1)
    return whole + _surprise_when_right(probability[at, labels])


def _every_label_for_every_row(probability, labels):
    p = probability[:, labels]
    others = _surprise_when_wrong(probability).sum(axis=1) - _surprise_when_wrong(p)
    return _surprise_when_right(p) + others


modified_entropy = Exercise(
    name="modified_entropy",
    lesson=LESSON,
    reference=_modified_entropy,
    cases=(
        Case(np.array([[0.5, 0.5], [0.9, 0.1], [0.9, 0.1]]), np.array([0, 0, 1])),
        Case(np.array([[0.7, 0.2, 0.1], [0.2, 0.3, 0.5]]), np.array([0, 1])),
    ),
    hints=(
        "The formula treats the true class and all others differently. First find out where the true class stands: "
        "`np.arange(classes) == labels[:, None]` is True there, once in every row.",
        "Work out both kinds of term for all classes, then pick with `np.where(is_label, one, other)`.",
        "For the true class −(1 − p) log p, for the others −p log(1 − p); the sum runs over the classes, `axis=1`.",
    ),
    wrong=(
        Wrong(
            "plain_entropy",
            _with(lambda p: -p * np.log(p), lambda p: -p * np.log(p)),
            "This is the ordinary entropy: the label changes nothing. Compare the last two rows: "
            "the model is equally sure of both, and it is wrong about one.",
        ),
        Wrong(
            "sign_flipped",
            lambda *case: -_modified_entropy(*case),
            "The size is right and the sign is not: log of a probability is negative, and the formula begins with a "
            "minus so that a surprise comes out positive.",
        ),
        Wrong(
            "label_not_weighted",
            _with(lambda p: -np.log(p), _surprise_when_wrong),
            "The label's own term lacks its weight: as it stands it is the cross-entropy. In the formula it counts "
            "the less, the more probable the label is.",
        ),
        Wrong(
            "label_weighted_with_itself",
            _with(lambda p: -p * np.log(p), _surprise_when_wrong),
            "The label's own term carries the wrong weight: it is weighted with p, as in the ordinary entropy. A "
            "badly missed label, with p near zero, would then count for nothing. Which weight is large there?",
        ),
        Wrong(
            "every_label_for_every_row",
            _every_label_for_every_row,
            "One number is needed for each example, and a whole table came. `probability[:, labels]` takes all the "
            "labels' columns in every row; to take one place in each row, the rows need an index too: `np.arange(n)`.",
        ),
        Wrong(
            "others_weighted_with_the_rest",
            _with(_surprise_when_right, lambda p: -(1 - p) * np.log(1 - p)),
            "The other classes carry the wrong weight. A wrong class should count when the model believes in it, so "
            "its weight is its own probability.",
        ),
        Wrong(
            "others_with_log_p",
            _with(_surprise_when_right, lambda p: -p * np.log(p)),
            "For the other classes the logarithm is of p. Ask of a wrong class: how surprised are you that it did "
            "not come? That is about 1 − p.",
        ),
        Wrong(
            "label_in_the_sum",
            _label_in_the_sum,
            "The label stands in the sum over the other classes as well, so a model that is surely right gets a "
            "large value. Look at the second row: should it be large or small?",
        ),
        Wrong(
            "only_the_label",
            _with(_surprise_when_right, np.zeros_like),
            "The other classes are missing. With two classes that is half of the story, with more classes it loses "
            "which of the wrong ones the model believed in.",
        ),
        Wrong(
            "base_two",
            lambda *case: _modified_entropy(*case) / np.log(2),
            "This is in bits (log2). The course measures entropies in nats, with the natural logarithm.",
        ),
    ),
)


def _honest_accuracy(
    score: Float[np.ndarray, " examples"],
    member: Bool[np.ndarray, " examples"],
    tuning: Bool[np.ndarray, " examples"],
) -> float:
    """Balanced accuracy, on the other records, of the threshold that is best on the tuning records."""
    threshold = best_threshold(score[tuning], member[tuning])
    return balanced_accuracy(score[~tuning], member[~tuning], threshold)


def _tuned_and_judged(tuned_on, judged_on):
    """A wrong honest accuracy: which records choose the threshold, and which records judge it."""

    def function(score, member, tuning):
        tune, judge = tuned_on(tuning), judged_on(tuning)
        return balanced_accuracy(score[judge], member[judge], best_threshold(score[tune], member[tune]))

    return function


def _cross_fitted(score, member, tuning):
    return (_honest_accuracy(score, member, tuning) + _honest_accuracy(score, member, ~tuning)) / 2


def _plain_accuracy(score, member, tuning):
    threshold = best_threshold(score[tuning], member[tuning])
    return float(((score > threshold) == member)[~tuning].mean())


def _evaluation_case(seed: int, members: int, non_members: int) -> Case:
    """Records with a faint signal, the first half of each side for tuning."""
    member = np.arange(members + non_members) < members
    score = np.random.default_rng(seed).normal(0.5 * member).round(1)
    return Case(score, member, np.arange(len(member)) % 2 == 0)


honest_accuracy = Exercise(
    name="honest_accuracy",
    lesson=LESSON,
    reference=_honest_accuracy,
    cases=(
        Case(
            np.array([0.9, 0.7, 0.5, 0.3, 0.8, 0.6, 0.4, 0.2]),
            np.array([True, False, True, False, True, True, False, False]),
            np.array([True, True, True, True, False, False, False, False]),
        ),
        _evaluation_case(0, 6, 14),
        _evaluation_case(1, 8, 20),
        _evaluation_case(2, 10, 30),
    ),
    hints=(
        "Who may help to choose the threshold, and who may help to judge it? Nobody may do both.",
        "`best_threshold` and `balanced_accuracy` are both fine as they are. What counts is which records each of "
        "them is given: `score[tuning]` are the tuning records' scores, `score[~tuning]` the others'.",
        "First `best_threshold(score[tuning], member[tuning])`; then `balanced_accuracy` on the records that are "
        "not for tuning, at that threshold.",
    ),
    wrong=(
        Wrong(
            "tuned_on_its_judges",
            _tuned_and_judged(np.ones_like, np.ones_like),
            "This is the published way: all records choose the threshold and the same records judge it. `tuning` is "
            "not used at all.",
        ),
        Wrong(
            "judged_where_tuned",
            _tuned_and_judged(np.copy, np.copy),
            "The threshold is chosen on the tuning records and judged on the same ones. That is the old mistake "
            "with fewer records, so the optimism is larger still.",
        ),
        Wrong(
            "tuned_on_the_judges",
            _tuned_and_judged(np.invert, np.invert),
            "The right records judge, and the same ones chose the threshold. Those marked by `tuning` are not used at "
            "all, so the optimism is all there.",
        ),
        Wrong(
            "cross_fitted",
            _cross_fitted,
            "Cross-fitting is honest, and it wastes no records: each part judges the other's threshold, and the mean "
            "is reported. Here only one direction is asked for; `tuning` chooses and the others judge.",
        ),
        Wrong(
            "halves_swapped",
            _tuned_and_judged(np.invert, np.copy),
            "Chosen on one part and judged on the other, as it should be, but the parts are swapped: `tuning` marks "
            "the records that choose.",
        ),
        Wrong(
            "judged_on_everybody",
            _tuned_and_judged(np.copy, np.ones_like),
            "The judges include the records that chose the threshold. Part of the optimism stays in.",
        ),
        Wrong(
            "tuned_on_everybody",
            _tuned_and_judged(np.ones_like, np.invert),
            "The judges are the right ones, but they had a say in the choice: the threshold was tuned on all records.",
        ),
        Wrong(
            "plain_accuracy",
            _plain_accuracy,
            "The records are used as they should be, but this is plain accuracy. Where non-members are many, accusing "
            "nobody would look good; use `balanced_accuracy`, in which both sides weigh the same.",
        ),
    ),
)


def _precision_interval(
    true_alarms: int, members: int, false_alarms: int, non_members: int, base_rate: float
) -> tuple[float, float]:
    """Ends that hold the precision at this base rate with at least 95 % confidence."""
    tpr = Rate(true_alarms, members, confidence=0.975)
    fpr = Rate(false_alarms, non_members, confidence=0.975)
    return precision(tpr.low, fpr.high, base_rate), precision(tpr.high, fpr.low, base_rate)


def _ends(confidence, low, high):
    """A wrong interval: other confidence, or other ends; ``low`` and ``high`` name the FPR's end beside the TPR's."""

    def function(true_alarms, members, false_alarms, non_members, base_rate):
        tpr = Rate(true_alarms, members, confidence=confidence)
        fpr = Rate(false_alarms, non_members, confidence=confidence)
        return (
            precision(tpr.low, getattr(fpr, low), base_rate),
            precision(tpr.high, getattr(fpr, high), base_rate),
        )

    return function


def _upper_end_first(confidence):
    """A wrong interval: the right ends, the upper one first."""
    interval = _ends(confidence, "high", "low")
    return lambda *case: interval(*case)[::-1]


def _in_this_sample(true_alarms, members, false_alarms, non_members, base_rate):
    return _precision_interval(
        true_alarms, members, false_alarms, non_members, members / (members + non_members)
    )


def _of_the_counts(true_alarms, members, false_alarms, non_members, base_rate):
    rate = Rate(true_alarms, true_alarms + false_alarms)
    return rate.low, rate.high


precision_interval = Exercise(
    name="precision_interval",
    lesson=LESSON,
    stretch=True,
    reference=_precision_interval,
    returns=("lower end", "upper end"),
    cases=(
        Case(20, 100, 1, 100, 0.5),
        Case(12, 1000, 10, 1000, 0.01),
        Case(30, 500, 40, 4000, 0.001),
    ),
    hints=(
        "Two rates were measured, the TPR and the FPR, each with an interval of its own. Which pair of ends makes "
        "precision smallest, which one largest?",
        "Precision grows with the TPR and falls with the FPR, so the ends cross over. And two intervals must hold at "
        "once: give each an error of 2.5 %, then both hold in at least 95 % of experiments.",
        "`tpr = mt.Rate(true_alarms, members, confidence=0.975)` has `.low` and `.high`, the FPR likewise. The lower "
        "end is `mt.precision(tpr.low, fpr.high, base_rate)`.",
    ),
    wrong=(
        Wrong(
            "ends_not_crossed",
            _ends(0.975, "low", "high"),
            "Lower end with lower end is not the worst that can be: precision falls when the FPR rises. The interval "
            "comes out too narrow, or even turned round: then your lower end is above your upper end.",
        ),
        Wrong(
            "ends_not_crossed_at_95",
            _ends(0.95, "low", "high"),
            "Precision falls when the FPR rises, so lower end with lower end is not the worst that can be; where your "
            "lower end is above your upper end, that is why. And the error is to be shared: 0.975 each.",
        ),
        Wrong(
            "upper_end_first",
            _upper_end_first(0.975),
            "Your lower end is above your upper end: both are right, and they stand in the wrong order.",
        ),
        Wrong(
            "upper_end_first_at_95",
            _upper_end_first(0.95),
            "Your lower end is above your upper end: they stand in the wrong order. And each interval fails in up to "
            "5 % of experiments, where the two may fail in 5 % together.",
        ),
        Wrong(
            "each_at_95",
            _ends(0.95, "high", "low"),
            "The ends are put together well, but each interval fails in up to 5 % of experiments, so one of the two "
            "may fail in up to 10 %. Give each of them half of the error.",
        ),
        Wrong(
            "independent_samples",
            _ends(0.95**0.5, "high", "low"),
            "That is valid too: where two samples are independent, √0.95 each makes 95 % together. The task shares the "
            "error equally (Bonferroni), which holds without independence and is hardly wider: 0.975 each.",
        ),
        Wrong(
            "each_at_99",
            _ends(0.99, "high", "low"),
            "Your ends hold the precision, and more often than asked: with 0.99 each, both hold in at least 98 % of "
            "experiments. The task gives each 0.975, which is narrower.",
        ),
        Wrong(
            "base_rate_of_the_sample",
            _in_this_sample,
            "Here the members are as frequent as in the experiment. How rare they are in the world is a number of its "
            "own, `base_rate`, and the experiment cannot tell it.",
        ),
        Wrong(
            "share_of_the_accused",
            _of_the_counts,
            "This is an interval for the share of members among those accused in the experiment. It is right only "
            "where members are as frequent as in the experiment; `base_rate` is not used.",
        ),
    ),
)


quiz = Quiz(
    [
        Question(
            "You score the same records by their loss, by the probability of the true label and by its log-odds, "
            "all in exact arithmetic. How do the three ROC curves compare?",
            [
                Choice(
                    "The log-odds curve is highest, as it spreads the records widest",
                    "Spreading the scores makes the histogram readable. The ROC asks only who outranks whom, and "
                    "that stays the same.",
                    wrong="spread_is_power",
                ),
                Choice(
                    "The loss curve is highest, as the model was trained on the loss",
                    "True, it was trained on the loss. But the other two are increasing functions of minus the loss, "
                    "so whatever the loss knows, they know too.",
                    wrong="training_objective_wins",
                ),
                Choice(
                    "All three curves are the same, as they rank the records alike",
                    "Each is a monotone function of the others, and a ROC depends on the order alone. In "
                    "float32, ties can break this.",
                ),
                Choice(
                    "It depends on the data, so all three should always be tried",
                    "For entropy and modified entropy that is so. These three are one signal in three units, "
                    "whatever the data.",
                    wrong="three_signals",
                ),
            ],
            name="same_ranking",
        ),
        Question(
            "A model is right on 95 % of its training records and on 70 % of fresh ones. An API shows only its "
            "answer. You accuse whenever the answer is right. What is your advantage?",
            [
                Choice(
                    "25 percentage points",
                    "The TPR is the training accuracy, the FPR is the test accuracy, and advantage is their "
                    "difference, exactly.",
                ),
                Choice(
                    "95 percentage points",
                    "That is the share of members you accuse, the TPR. You also accuse 70 % of the non-members.",
                    wrong="tpr_is_advantage",
                ),
                Choice(
                    "12.5 percentage points",
                    "That is how far your accuracy lies above one half in a balanced game. Advantage is twice that: "
                    "TPR minus FPR.",
                    wrong="half_the_advantage",
                ),
                Choice(
                    "None: labels alone tell nothing",
                    "Whether the answer is right is a signal with two values, and members get the better one more "
                    "often. That is enough.",
                    wrong="labels_are_safe",
                ),
            ],
            name="gap_attack",
        ),
        Question(
            "An attack has an AUC of 0.83, and at a false positive rate of 1 % it finds 1.4 % of the members. "
            "Which sentence may stand in the report?",
            [
                Choice(
                    "The attack identifies 83 % of the training records",
                    "AUC is no share of records. It says how often a random member outranks a random non-member; "
                    "nobody has been identified yet.",
                    wrong="auc_is_a_share",
                ),
                Choice(
                    "An accusation by this attack is right in 83 % of cases",
                    "That would be precision, which depends on the threshold and on how rare members are. AUC holds "
                    "neither.",
                    wrong="auc_is_precision",
                ),
                Choice(
                    "No attack can accuse a training record with confidence",
                    "You measured one attack, and one that treats easy and hard records alike. Lesson 04 meets one "
                    "that does better on the same kind of model.",
                    wrong="weak_attack_is_safety",
                ),
                Choice(
                    "At few false alarms this attack does hardly better than chance",
                    "Blind accusation finds 1 % of the members at a false positive rate of 1 %.",
                ),
            ],
            name="reading_auc",
        ),
        Question(
            "An attack finds 10 % of the members at a false positive rate of 1 %. In the population it is used on, "
            "1 record in 1,000 is a member. An accused record is a member in about …",
            [
                Choice(
                    "99 % of cases",
                    "You took 1 − FPR: how often a non-member is left in peace. The question starts from an accused "
                    "record instead.",
                    wrong="one_minus_fpr",
                ),
                Choice(
                    "1 % of cases",
                    "Of 1,000,000 records 1,000 are members and 100 of these are accused, beside nearly 10,000 "
                    "non-members.",
                ),
                Choice(
                    "91 % of cases",
                    "That is the precision when members and non-members are equally many, ten to one. Here 999 "
                    "non-members stand behind every member.",
                    wrong="base_rate_ignored",
                ),
                Choice(
                    "10 % of cases",
                    "That is the TPR: how often a member is accused. Turn the question round, and the false alarms "
                    "count too.",
                    wrong="tpr_is_precision",
                ),
            ],
            name="base_rate",
        ),
        Question(
            "A paper reports a TPR at a false positive rate of 0.1 %, measured with 5,000 members and 500 "
            "non-members. What do you make of it?",
            [
                Choice(
                    "Sound: with 5,000 members the TPR is well measured",
                    "The TPR at a given threshold is. But the threshold stands where 0.1 % of the non-members lie "
                    "above it, and that is half a person.",
                    wrong="members_resolve_the_fpr",
                ),
                Choice(
                    "Sound, if the curve is interpolated between its points",
                    "A line drawn between zero and one false alarm is not a measurement. Nothing was seen there.",
                    wrong="interpolation_measures",
                ),
                Choice(
                    "Not measured: one false alarm is already 0.2 %",
                    "An FPR of 0.1 % needs at least 1,000 non-members for one false alarm, and ten times as "
                    "many for a steady threshold.",
                ),
                Choice(
                    "Sound, if the AUC comes with a narrow interval",
                    "The AUC averages over the whole curve and may be known well while its left end is not known "
                    "at all.",
                    wrong="auc_vouches",
                ),
            ],
            name="resolution",
        ),
    ],
    lesson=LESSON,
)
