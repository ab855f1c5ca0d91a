"""Lesson 01: the loss of a record, the generalisation gap, a test set with copies in it, memorisation of a record."""

import numpy as np
from jaxtyping import Bool, Float, Int

from mia_teach.exercises.exercise import Case, Exercise, Wrong
from mia_teach.labs.quiz import Choice, Question, Quiz
from mia_teach.rate import Interval, Rate

LESSON = "01"


# --- 1. the loss of a record ---------------------------------------------------------------------------


def _cross_entropy(
    logits: Float[np.ndarray, "examples classes"], labels: Int[np.ndarray, " examples"]
) -> Float[np.ndarray, " examples"]:
    r"""Cross-entropy of each example: :math:`-\log p_y = \log\sum_k e^{z_k} - z_y`, with the largest logit taken out."""
    top = logits.max(axis=1)
    log_sum = top + np.log(np.exp(logits - top[:, None]).sum(axis=1))
    return log_sum - logits[np.arange(len(labels)), labels]


def _softmax(logits):
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def _at_labels(values, labels):
    return values[np.arange(len(labels)), labels]


def _naive(logits, labels):
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return -np.log(_at_labels(p, labels))


def _over_examples(logits, labels):
    top = logits.max(axis=0)
    return _at_labels(top + np.log(np.exp(logits - top).sum(axis=0)) - logits, labels)


cross_entropy = Exercise(
    name="cross_entropy",
    lesson=LESSON,
    reference=_cross_entropy,
    cases=(
        Case(np.array([[0.0, 0.0], [np.log(3.0), 0.0]]), np.array([0, 1])),
        Case(np.array([[2.0, 0.0, -1.0], [0.0, 5.0, 0.0]]), np.array([2, 1])),
        Case(np.array([[1e4, 0.0], [0.0, -1e4], [-1e4, 1e4]]), np.array([0, 1, 0])),
    ),
    hints=(
        "The loss is a difference: the logarithm of a sum of exponentials, minus one logit. Which of the two can overflow?",
        "`np.exp(1000)` is infinite. Add and take away the same number in every exponent of a row so that none is "
        "above 0: with `top = logits.max(axis=1)` you need `np.exp(logits - top[:, None])`.",
        "`log_sum = top + np.log(np.exp(logits - top[:, None]).sum(axis=1))`. From it take each row's own logit; "
        "`logits[np.arange(len(labels)), labels]` picks one from each row.",
    ),
    wrong=(
        Wrong(
            "overflow",
            _naive,
            "The formula is right for small logits. On the last input `np.exp` of a large logit is infinite, and "
            "infinity divided by infinity is no number. Take the largest logit of each row out first.",
        ),
        Wrong(
            "log_of_zero",
            lambda logits, labels: -np.log(_at_labels(_softmax(logits), labels)),
            "Nothing overflows any more, well done. But the smallest probabilities are rounded to 0 on the way, and "
            "their loss becomes infinite. Stay with logarithms: at no point does a probability have to exist.",
        ),
        Wrong(
            "clipped",
            lambda logits, labels: -np.log(np.clip(_at_labels(_softmax(logits), labels), 1e-12, 1.0)),
            "Clipping the probability hides the trouble: every record with a loss above 27.6 now has the same loss, "
            "and the records that surprise the model most can't be told apart. Stay with logarithms instead.",
        ),
        Wrong(
            "sign_flipped",
            lambda logits, labels: -_cross_entropy(logits, labels),
            "This is the logarithm of the probability, so it is largest where the model is surest. A loss is small "
            "there and never below 0.",
        ),
        Wrong(
            "mean_of_all",
            lambda logits, labels: _cross_entropy(logits, labels).mean(),
            "This is the mean over all records, as a training loop reports it. An attacker wants one loss a record: "
            "an average keeps everybody's secret.",
        ),
        Wrong(
            "wrong_axis",
            _over_examples,
            "The sum runs down the columns, over the examples. Each record's probabilities add up to one over its "
            "classes, which lie along the other axis.",
        ),
        Wrong(
            "predicted_label",
            lambda logits, labels: _cross_entropy(logits, logits.argmax(axis=1)),
            "This is the loss of the class that the model prefers, and it is small even where the model is wrong. "
            "`labels` says which class is the true one.",
        ),
        Wrong(
            "a_table_of_losses",
            lambda logits, labels: (
                logits.max(axis=1)[:, None]
                + np.log(np.exp(logits - logits.max(axis=1)[:, None]).sum(axis=1))[:, None]
                - logits[:, labels]
            ),
            "`logits[:, labels]` picks these columns from every row, so a square table comes out. You need one entry "
            "a row: row 0 with label 0, row 1 with label 1, and so on.",
        ),
        Wrong(
            "a_table_of_logits",
            lambda logits, labels: (
                _cross_entropy(logits, labels) + _at_labels(logits, labels) - logits[:, labels]
            ),
            "`logits[:, labels]` takes every label's column for every row, so a square table comes out. Pair rows with "
            "labels: row 0 with label 0, row 1 with label 1, and so on.",
        ),
        Wrong(
            "a_table_of_probabilities",
            lambda logits, labels: -np.log(_softmax(logits)[:, labels]),
            "`[:, labels]` takes every label's column for every row, so a square table of losses comes out. Pair rows "
            "with labels. And stay with logarithms: some probabilities are rounded to 0 here.",
        ),
        Wrong(
            "a_table_that_overflows",
            lambda logits, labels: (
                -np.log(np.exp(logits[:, labels]) / np.exp(logits).sum(axis=1, keepdims=True))
            ),
            "`[:, labels]` takes every label's column for every row, so a square table comes out. Pair rows with "
            "labels first; then look at the last input, where `np.exp` of a large logit is infinite.",
        ),
    ),
)


# --- 2. the gap and how sure it is ---------------------------------------------------------------------


def _generalisation_gap(
    train_correct: Bool[np.ndarray, " members"], test_correct: Bool[np.ndarray, " others"]
) -> Interval:
    """Train minus test accuracy; the interval is the test accuracy's, since all members were looked at."""
    train = train_correct.mean()
    test = Rate(int(test_correct.sum()), len(test_correct))
    return Interval(train - test.value, train - test.high, train - test.low)


def _rates(train_correct, test_correct):
    return tuple(Rate(int(side.sum()), len(side)) for side in (train_correct, test_correct))


def _both_sampled(train_correct, test_correct):
    train, test = _rates(train_correct, test_correct)
    return Interval(train.value - test.value, train.low - test.high, train.high - test.low)


def _not_crossed(train_correct, test_correct):
    train, test = _rates(train_correct, test_correct)
    return Interval(train.value - test.value, train.value - test.low, train.value - test.high)


def _textbook(train_correct, test_correct):
    train, test = _rates(train_correct, test_correct)
    half = 1.96 * (test.value * (1 - test.value) / test.total) ** 0.5
    gap = train.value - test.value
    return Interval(gap, gap - half, gap + half)


def _relative(train_correct, test_correct):
    gap, train = _generalisation_gap(train_correct, test_correct), train_correct.mean()
    return Interval(gap.value / train, gap.low / train, gap.high / train)


def _negative(train_correct, test_correct):
    gap = _generalisation_gap(train_correct, test_correct)
    return Interval(-gap.value, -gap.high, -gap.low)


def _in_points(train_correct, test_correct):
    gap = _generalisation_gap(train_correct, test_correct)
    return Interval(100 * gap.value, 100 * gap.low, 100 * gap.high)


def _right(hits, total):
    return np.arange(total) < hits


generalisation_gap = Exercise(
    name="generalisation_gap",
    lesson=LESSON,
    reference=_generalisation_gap,
    cases=(
        Case(_right(4, 4), _right(3, 5)),
        Case(_right(18, 20), _right(80, 100)),
        Case(_right(9, 10), _right(10, 10)),
    ),
    hints=(
        "Two accuracies. One of them you know exactly, since you asked about every single training record. Which one "
        "would come out differently with another sample?",
        "`test = mt.Rate(hits, total)` knows `.value`, `.low` and `.high`. When the test accuracy is at its highest, "
        "the gap is at its smallest.",
        "`mt.Interval(gap, lowest, highest)`, where the lowest gap is the training accuracy minus `test.high`.",
    ),
    wrong=(
        Wrong(
            "sign_flipped",
            _negative,
            "This is test minus train. The gap is the other way round, so that it is positive when a model does better "
            "on what it has learnt.",
        ),
        Wrong(
            "ends_not_crossed",
            _not_crossed,
            "The lower end is above the upper one. A *high* test accuracy makes a *small* gap, so the two ends change "
            "places when you subtract.",
        ),
        Wrong(
            "training_set_as_a_sample",
            _both_sampled,
            "This treats the training accuracy as an estimate too. Of what? Every member was asked, so for this model "
            "there is nothing left to estimate on that side, and the interval comes out too wide.",
        ),
        Wrong(
            "textbook_half_width",
            _textbook,
            "Plus or minus 1.96 standard errors: near 0 and 1 that fails. With all test records right it claims that "
            "the gap is known without any error. `mt.Rate` gives ends that hold at every rate.",
        ),
        Wrong(
            "relative_to_train",
            _relative,
            "This is the gap as a share of the training accuracy. The gap is a plain difference of two accuracies, in "
            "percentage points.",
        ),
        Wrong(
            "in_percentage_points",
            _in_points,
            "These are percentage points. The course keeps shares (0.05) in its numbers and writes per cent only when "
            "it shows them.",
        ),
    ),
)


# --- 3. a contaminated test set ------------------------------------------------------------------------


def _purge(
    test: Float[np.ndarray, "others features"], train: Float[np.ndarray, "members features"], tolerance: float
) -> Bool[np.ndarray, " others"]:
    """Which test examples may stay: those with no training example within ``tolerance``."""
    from scipy.spatial.distance import cdist

    return cdist(test, train).min(axis=1) > tolerance


def _all_distances(test, train):
    return np.sqrt(((test[:, None] - train) ** 2).sum(axis=2))


_TEST = np.array([[0.0, 0.0], [5.0, 5.0], [9.0, 1.0]])
_TRAIN = np.array([[9.0, 1.0], [0.0, 0.3], [2.0, 7.0]])

purge = Exercise(
    name="purge",
    lesson=LESSON,
    reference=_purge,
    cases=(
        Case(_TEST, _TRAIN, 0.5),
        Case(
            np.array([[1.0, 1.0], [4.0, 4.0], [0.0, 6.0], [8.0, 8.0]]),
            np.array([[1.0, 1.4], [7.0, 7.0], [4.0, 4.5], [20.0, 6.0]]),
            0.5,
        ),
        Case(
            np.array([[0.0, 0.0], [10.0, 0.0], [3.0, 3.0]]),
            np.array([[10.0, 1.2], [0.9, 0.9], [30.0, 3.0]]),
            1.2,
        ),
    ),
    hints=(
        "For each test image only one training image matters: which one?",
        "`cdist(test, train)` is a table with a row for each test image and a column for each training image. Reduce "
        "each row to the one number that decides.",
        "A test image may stay when the smallest distance in its row is larger than the tolerance: "
        "`cdist(test, train).min(axis=...)`, and then a comparison.",
    ),
    wrong=(
        Wrong(
            "inverted",
            lambda test, train, tolerance: ~_purge(test, train, tolerance),
            "True marks the copies here. The function says which images may *stay*.",
        ),
        Wrong(
            "exact_copies_only",
            lambda test, train, tolerance: (_all_distances(test, train) > 0).all(axis=1),
            "This finds identical images only. A copy that was scanned again, shifted or compressed passes, and the "
            "model has seen it all the same. That is what the tolerance is for.",
        ),
        Wrong(
            "row_by_row",
            lambda test, train, tolerance: np.sqrt(((test - train) ** 2).sum(axis=1)) > tolerance,
            "This compares the first test image with the first training image, the second with the second. A copy "
            "may stand anywhere: every test image must be compared with every training image.",
        ),
        Wrong(
            "wrong_axis",
            lambda test, train, tolerance: _all_distances(test, train).min(axis=0) > tolerance,
            "The minimum runs over the test images, so the answer is about the training images: which of *them* have "
            "a copy. Keep the rows and reduce the columns.",
        ),
        Wrong(
            "far_from_one_is_enough",
            lambda test, train, tolerance: (_all_distances(test, train) > tolerance).any(axis=1),
            "An image stays here as soon as *one* training image is far away, which is nearly always so. It must be "
            "far from *all* of them.",
        ),
        Wrong(
            "squared_distance",
            lambda test, train, tolerance: (_all_distances(test, train) ** 2).min(axis=1) > tolerance,
            "These are squared distances, while the tolerance is a distance: below 1 squares are smaller, above 1 "
            "larger. Take the root, or let `cdist` do it.",
        ),
        Wrong(
            "at_the_border",
            lambda test, train, tolerance: _all_distances(test, train).min(axis=1) >= tolerance,
            "An image exactly at the tolerance still counts as a copy. Look at `>` and `>=`.",
        ),
        Wrong(
            "positions",
            lambda test, train, tolerance: np.flatnonzero(_purge(test, train, tolerance)),
            "These are the positions of the images that may stay. Return True or False for each image: what you gave "
            "to `np.flatnonzero` or `np.where` had that form.",
        ),
        Wrong(
            "positions_of_copies",
            lambda test, train, tolerance: np.flatnonzero(~_purge(test, train, tolerance)),
            "These are the positions of the copies. Return True or False for each image, and True for those that may "
            "stay.",
        ),
    ),
)


# --- stretch: memorisation -----------------------------------------------------------------------------


def _memorisation(
    correct: Bool[np.ndarray, "models examples"], member: Bool[np.ndarray, "models examples"]
) -> Float[np.ndarray, " examples"]:
    """How much oftener an example is classified correctly by models that trained on it than by the others.

    Source: Feldman & Zhang 2020, "What neural networks memorize and why" (label memorisation, estimated from
    random halves of the data).
    """
    inside = (correct & member).sum(axis=0) / member.sum(axis=0)
    outside = (correct & ~member).sum(axis=0) / (~member).sum(axis=0)
    return inside - outside


def _per_model(correct, member):
    inside = (correct & member).sum(axis=1) / member.sum(axis=1)
    return inside - (correct & ~member).sum(axis=1) / (~member).sum(axis=1)


_CORRECT = np.array([[1, 1, 0], [1, 0, 1], [1, 1, 0], [1, 0, 0]], dtype=bool)
_MEMBER = np.array([[1, 1, 0], [0, 0, 1], [1, 1, 1], [0, 0, 0]], dtype=bool)

memorisation = Exercise(
    name="memorisation",
    lesson=LESSON,
    stretch=True,
    reference=_memorisation,
    cases=(
        Case(_CORRECT, _MEMBER),
        Case(
            np.array([[1, 0, 1, 1], [0, 0, 1, 1], [0, 1, 1, 0], [1, 1, 0, 0], [1, 0, 1, 0]], dtype=bool),
            np.array([[1, 0, 1, 0], [0, 1, 1, 1], [0, 1, 1, 0], [1, 1, 0, 1], [1, 0, 0, 0]], dtype=bool),
        ),
    ),
    hints=(
        "Take one example, one column. Split its models in two groups. What is its accuracy in each?",
        "`correct & member` is True where a model trained on the example *and* is right. How many are there in each "
        "column, and of how many?",
        "`inside = (correct & member).sum(axis=0) / member.sum(axis=0)`. Do the same with `~member`, and subtract.",
    ),
    wrong=(
        Wrong(
            "sign_flipped",
            lambda correct, member: -_memorisation(correct, member),
            "This is negative for an example that models get right only when they have seen it. Memorisation is "
            "inside minus outside.",
        ),
        Wrong(
            "divided_by_all_models",
            lambda correct, member: (correct & member).mean(axis=0) - (correct & ~member).mean(axis=0),
            "Both counts are divided by the number of *all* models. A share among the models that trained on the "
            "example has only those in its denominator.",
        ),
        Wrong(
            "one_number_a_model",
            _per_model,
            "This gives one number a model: each model's generalisation gap. Memorisation belongs to an example, so "
            "count down the columns.",
        ),
        Wrong(
            "everybody_outside",
            lambda correct, member: (
                (correct & member).sum(axis=0) / member.sum(axis=0) - correct.mean(axis=0)
            ),
            "The second part is the accuracy over all models, and those that trained on the example are among them. "
            "Compare with models that did *not*.",
        ),
        Wrong(
            "inside_only",
            lambda correct, member: (correct & member).sum(axis=0) / member.sum(axis=0),
            "This is only the accuracy of the models that trained on the example. An easy example is right there too, "
            "without any memory: what would the others say?",
        ),
    ),
)


# --- quiz ----------------------------------------------------------------------------------------------

quiz = Quiz(
    [
        Question(
            "A model is right on all of its training records and on all but a few of a thousand test records. What "
            "follows for its members?",
            [
                Choice(
                    "They are safe, for a model that generalises has not memorised",
                    "That is the hope this lesson took apart. The networks for zeros and ones had hardly any gap, and "
                    "their losses told members from others all the same.",
                    wrong="no_gap_no_leak",
                ),
                Choice(
                    "They leak, for a training accuracy of 100 % is memorisation",
                    "Being right on an easy record takes no memory: the models that never saw it are right as well. "
                    "Accuracy alone can't tell.",
                    wrong="perfect_is_memorised",
                ),
                Choice(
                    "Nothing yet, for the losses may differ where accuracies agree",
                    "The gap is enough for a leak and not needed for one. Look at the losses, record by record.",
                ),
                Choice(
                    "They are safe from this attack, though perhaps not from others",
                    "Which attack? One that looks only at right and wrong would gain little. One that looks at the "
                    "loss has more to go by.",
                    wrong="gap_bounds_all_attacks",
                ),
            ],
            name="no_gap",
        ),
        Question(
            "A loss attack has an AUC of 0.6. What does that number count?",
            [
                Choice(
                    "In 60 % of member and non-member pairs the member has the lower loss",
                    "Ties count half, and one half is guessing.",
                ),
                Choice(
                    "It finds 60 % of the members of the training set",
                    "How many it finds depends on how many false alarms you allow. In this lesson, at 1 % false "
                    "alarms, it was hardly more than 1 %.",
                    wrong="auc_is_tpr",
                ),
                Choice(
                    "Of the records it accuses, 60 % are members",
                    "That would be precision. It depends on the threshold and on how rare members are; the AUC knows "
                    "of neither.",
                    wrong="auc_is_precision",
                ),
                Choice(
                    "It decides 60 % of all records rightly",
                    "That would be an accuracy, at one threshold and for one mixture of members and others.",
                    wrong="auc_is_accuracy",
                ),
            ],
            name="auc_means",
        ),
        Question(
            "A tenth of a test set are copies of training records, and nobody knows. What happens to the two numbers "
            "measured on it?",
            [
                Choice(
                    "The gap shrinks, and the attack's AUC rises",
                    "The gap shrinks, yes. But the copies have low losses like members and count as non-members, so "
                    "members stand out less than they should.",
                    wrong="auc_rises",
                ),
                Choice(
                    "The gap grows, and the attack's AUC falls",
                    "The model is right on the copies as it is on members, which lifts the test accuracy. What does "
                    "that do to the gap?",
                    wrong="gap_grows",
                ),
                Choice(
                    "Nothing, as long as the copies are not exact",
                    "A slightly changed copy gets nearly the same answer. Exactness doesn't matter to the model.",
                    wrong="only_exact_copies",
                ),
                Choice(
                    "Both shrink towards their zero points",
                    "Members hide among the non-members, so the model looks better and safer than it is.",
                ),
            ],
            name="contaminated",
        ),
        Question(
            "Why does a model that is trained long enough on partly wrong labels leak so much more?",
            [
                Choice(
                    "Wrong labels stand out, so an attacker sees who has one",
                    "Non-members had wrong labels as well, just as often. Having one tells nothing.",
                    wrong="noise_marks_members",
                ),
                Choice(
                    "No rule predicts a wrong label: it must be learnt by heart",
                    "The member's loss becomes small by memory alone, while a non-member's wrong label stays a "
                    "surprise.",
                ),
                Choice(
                    "The model gets worse, and bad models leak more than good ones",
                    "After a single epoch the networks were at their worst, and leaked least. What matters is what had "
                    "to be memorised.",
                    wrong="bad_models_leak",
                ),
                Choice(
                    "Training is longer with wrong labels, so more is remembered",
                    "The epochs were the same for all. Compare the settings after 20 epochs: same time, other labels, "
                    "another leak.",
                    wrong="longer_training",
                ),
            ],
            name="wrong_labels",
        ),
        Question(
            "By per-record thresholds ten records were identified almost without error, in networks whose AUC over all "
            "records, with one ranking for all, was below 0.6. How do the two fit together?",
            [
                Choice(
                    "They don't: one of the two numbers must be mistaken",
                    "Both were measured, on models that had no part in choosing the ten. They are two attacks on two sets "
                    "of records.",
                    wrong="contradiction",
                ),
                Choice(
                    "The ten were luck: among 2,000 records some always stand out",
                    "That would be so if they had been chosen and judged on the same models. They were judged on other "
                    "models, where luck has no memory.",
                    wrong="selection_luck",
                ),
                Choice(
                    "Most records are hardly memorised, a few almost wholly",
                    "The AUC averages over everybody, and asks one threshold of all. Under it the ten even look like "
                    "non-members; a threshold of its own exposes each of them.",
                ),
                Choice(
                    "The ten are easy digits, which any model gets right",
                    "It is the other way round: models that had not seen them got them wrong. They had to be learnt by "
                    "heart.",
                    wrong="easy_records_leak",
                ),
            ],
            name="average_and_few",
        ),
    ],
    lesson=LESSON,
)
