"""Lesson 09: an early stop without peeking, a temperature undone, the exposed instead of the average, the frontier."""

import numpy as np
from jaxtyping import Bool, Float, Int

from mia_teach.exercises.exercise import Case, Exercise, Wrong
from mia_teach.labs.quiz import Choice, Question, Quiz

LESSON = "09"


# ---- 1. the epoch at which to stop ---------------------------------------------------------------


def _stopping_epoch(
    validation: Float[np.ndarray, " epochs"],
    test: Float[np.ndarray, " epochs"],
    attack: Float[np.ndarray, " epochs"],
    patience: int,
) -> int:
    """The best epoch by validation so far, when `patience` epochs in a row have not beaten it; epochs count from 1."""
    best = 0
    for epoch in range(len(validation)):
        if validation[epoch] > validation[best]:
            best = epoch
        if epoch - best == patience:
            break
    return best + 1


def _stopped(choose, late=0, at_least=False, stop_itself=False, total=False, count_from=1):
    """A wrong stop: by another curve, or another rule."""

    def function(validation, test, attack, patience):
        curve = choose(validation, test, attack)
        best, waited = 0, 0
        for epoch in range(len(curve)):
            better = curve[epoch] >= curve[best] if at_least else curve[epoch] > curve[best]
            if better and epoch:
                best, waited = epoch, waited if total else 0
            elif epoch:
                waited += 1
            if waited == patience + late:
                return (epoch if stop_itself else best) + count_from
        return (len(curve) - 1 if stop_itself else best) + count_from

    return function


def _validation(validation, test, attack):
    return validation


def _fell(validation, test, attack, patience):
    falls = 0
    for epoch in range(1, len(validation)):
        falls = falls + 1 if validation[epoch] < validation[epoch - 1] else 0
        if falls == patience:
            return int(np.argmax(validation[: epoch + 1])) + 1
    return int(np.argmax(validation)) + 1


def _than_the_previous(validation, test, attack, patience):
    best, waited = 0, 0
    for epoch in range(1, len(validation)):
        best, waited = (epoch, 0) if validation[epoch] > validation[epoch - 1] else (best, waited + 1)
        if waited == patience:
            break
    return best + 1


def _curve_case(seed, epochs, patience):
    rng = np.random.default_rng(seed)
    rise = np.minimum(np.arange(epochs), epochs // 3) / epochs - np.arange(epochs) / (6 * epochs)
    validation, test = ((0.3 + rise + rng.normal(0, 0.03, epochs)).round(2) for _ in range(2))
    attack = (0.02 * np.arange(epochs) + rng.uniform(0, 0.05, epochs)).round(3)
    return Case(validation, test, attack, patience)


stopping_epoch = Exercise(
    name="stopping_epoch",
    lesson=LESSON,
    reference=_stopping_epoch,
    cases=(
        Case(
            np.array([0.30, 0.38, 0.41, 0.41, 0.40, 0.39, 0.40, 0.44]),
            np.array([0.31, 0.37, 0.40, 0.42, 0.41, 0.40, 0.41, 0.43]),
            np.array([0.01, 0.02, 0.04, 0.03, 0.08, 0.10, 0.11, 0.12]),
            3,
        ),
        Case(
            np.array([0.50, 0.60, 0.55, 0.58, 0.61, 0.60, 0.64, 0.60, 0.56, 0.62, 0.70]),
            np.array([0.52, 0.58, 0.59, 0.62, 0.60, 0.60, 0.59, 0.58, 0.57, 0.60, 0.69]),
            np.array([0.03, 0.02, 0.04, 0.05, 0.06, 0.07, 0.09, 0.10, 0.11, 0.12, 0.13]),
            3,
        ),
        Case(
            np.array([0.2, 0.3, 0.4]), np.array([0.3, 0.3, 0.2]), np.array([0.03, 0.02, 0.01]), 2
        ),  # it never stops: the training ends first
        Case(
            np.array([0.30, 0.50, 0.40, 0.45, 0.60, 0.55, 0.50, 0.70]),
            np.array([0.32, 0.48, 0.47, 0.46, 0.57, 0.58, 0.52, 0.66]),
            np.array([0.01, 0.03, 0.02, 0.05, 0.06, 0.08, 0.07, 0.09]),
            2,
        ),
        *(
            _curve_case(seed, epochs, patience)
            for seed, epochs, patience in ((0, 14, 2), (1, 20, 4), (2, 16, 3))
        ),
    ),
    hints=(
        "Three curves came and only one of them is yours to look at while you train. Which data may decide?",
        "Walk through the epochs in order and remember the best so far. When have you waited long enough? What comes after "
        "that epoch does not exist yet.",
        "`if validation[epoch] > validation[best]: best = epoch`, then `if epoch - best == patience: break`. Epochs count "
        "from 1, places from 0.",
    ),
    wrong=(
        Wrong(
            "by_the_test",
            _stopped(lambda validation, test, attack: test),
            "You chose by the test set. What the test set has chosen it can no longer judge: its number is then the best of many. "
            "Choose by validation.",
        ),
        Wrong(
            "by_the_attack",
            _stopped(lambda validation, test, attack: -attack),
            "You stopped where the attack finds least. Then the attack's number is chosen to be small, and nothing says that "
            "the model is any good. Choose by validation alone.",
        ),
        Wrong(
            "by_accuracy_minus_attack",
            _stopped(lambda validation, test, attack: validation - attack),
            "You let the attack's result into the choice. Whoever reports the attack afterwards reports a number that was chosen "
            "to look good. Choose by validation alone.",
        ),
        Wrong(
            "by_both_accuracies",
            _stopped(lambda validation, test, attack: validation + test),
            "The test set has a say in your choice. It should meet the model once, at the end.",
        ),
        Wrong(
            "hindsight",
            lambda validation, test, attack, patience: int(np.argmax(validation)) + 1,
            "That is the best of all epochs, in hindsight. Training had already stopped: epochs after that were never run.",
        ),
        Wrong(
            "where_it_stopped",
            _stopped(_validation, stop_itself=True),
            "That is the epoch at which you gave up waiting. Keep the model of the best epoch before it.",
        ),
        Wrong(
            "from_nought",
            _stopped(_validation, count_from=0),
            "Places in an array count from 0, epochs from 1.",
        ),
        Wrong(
            "one_more",
            _stopped(_validation, late=1),
            "You wait one epoch longer than `patience`. Stop as soon as so many epochs in a row have not beaten the best.",
        ),
        Wrong(
            "one_fewer",
            _stopped(_validation, late=-1),
            "You stop one epoch too early: `patience` epochs in a row must fail to beat the best, the last of them included.",
        ),
        Wrong(
            "ties_count",
            _stopped(_validation, at_least=True),
            "An epoch that only equals the best has not beaten it. Keep the earlier one, which has learnt less by heart, and "
            "go on waiting.",
        ),
        Wrong(
            "never_forgives",
            _stopped(_validation, total=True),
            "You count all epochs that were no better. A new best starts the waiting afresh: *in a row*.",
        ),
        Wrong(
            "falls_in_a_row",
            _fell,
            "You wait for falls from one epoch to the next. An epoch can rise and still be below the best; compare each with "
            "the best so far.",
        ),
        Wrong(
            "than_the_previous",
            _than_the_previous,
            "You compare each epoch with the one before it. After a deep fall a small rise then passes for a new best; keep the "
            "best so far, and compare with that.",
        ),
        Wrong(
            "first_fall",
            lambda validation, test, attack, patience: next(
                (e for e in range(1, len(validation)) if validation[e] <= validation[e - 1]), len(validation)
            ),
            "You stop at the first epoch that is no better. That is a patience of 1; validation accuracy jumps about, and "
            "`patience` is there to sit it out.",
        ),
    ),
)


# ---- 2. behind a temperature ---------------------------------------------------------------------


def _log_odds_behind(
    shown: Float[np.ndarray, "examples classes"], labels: Int[np.ndarray, " examples"], t: float
) -> Float[np.ndarray, " examples"]:
    """Log-odds of the true class as the model has them, from the probabilities softmax(z / t) that it shows."""
    z = t * np.log(shown)
    is_label = np.arange(z.shape[1]) == labels[:, None]
    return z[is_label] - np.logaddexp.reduce(np.where(is_label, -np.inf, z), axis=1)


def _behind(logits, odds=None):
    """A wrong way back: other logits, or another ending."""

    def function(shown, labels, t):
        z = logits(shown, t)
        is_label = np.arange(z.shape[1]) == labels[:, None]
        others = np.where(is_label, -np.inf, z)
        if odds is None:
            return z[is_label] - np.logaddexp.reduce(others, axis=1)
        return odds(z, is_label, others)

    return function


def _right_way(shown, t):
    return t * np.log(shown)


def _scaled_odds(shown, labels, t):
    return t * _log_odds_behind(shown, labels, 1.0)


def _shown_case(seed, examples, classes, t):
    rng = np.random.default_rng(seed)
    z = rng.normal(0, 4, (examples, classes)) / t
    p = np.exp(z - z.max(axis=1, keepdims=True))
    return Case(p / p.sum(axis=1, keepdims=True), rng.integers(0, classes, examples), t)


log_odds_behind = Exercise(
    name="log_odds_behind",
    lesson=LESSON,
    reference=_log_odds_behind,
    cases=(
        Case(np.array([[0.6, 0.3, 0.1], [0.2, 0.2, 0.6]]), np.array([0, 1]), 2.0),
        _shown_case(0, 5, 4, 5.0),
        _shown_case(1, 4, 7, 3.0),
        _shown_case(2, 6, 3, 0.5),
    ),
    hints=(
        "The model shows softmax(z / t). What do the logarithms of its probabilities have to do with z?",
        "They are z / t up to one constant for each record, and a constant cancels in log-odds. So get z first, and take the "
        "log-odds afterwards.",
        "`z = t * np.log(shown)`. Then, as in lesson 04: the label's z minus `np.logaddexp.reduce` over the others, with −inf in "
        "the label's place.",
    ),
    wrong=(
        Wrong(
            "odds_multiplied",
            _scaled_odds,
            "You took the log-odds of what is shown and multiplied *them* by t. With two classes that is the same; with more, the "
            "others' sum does not scale. Multiply the logarithms first.",
        ),
        Wrong(
            "as_shown",
            _behind(lambda shown, t: np.log(shown)),
            "These are the log-odds of the softened answer. Either t does not come in, or it stands inside the logarithm, where it is "
            "a constant that cancels.",
        ),
        Wrong(
            "divided",
            _behind(lambda shown, t: np.log(shown) / t),
            "You softened the answer once more. It was divided by t; the way back is to multiply.",
        ),
        Wrong(
            "probabilities_multiplied",
            _behind(lambda shown, t: t * shown),
            "You multiplied probabilities by t. The temperature divided *logits*; their trace is in the logarithms.",
        ),
        Wrong(
            "margin",
            _behind(_right_way, lambda z, own, others: z[own] - others.max(axis=1)),
            "That is the margin to the best other class. Log-odds hold the label against all the others together: "
            "`np.logaddexp.reduce`.",
        ),
        Wrong(
            "log_probability",
            _behind(_right_way, lambda z, own, others: z[own] - np.logaddexp.reduce(z, axis=1)),
            "That is log p of the label. Its own class stands in your sum; in log-odds only the others do.",
        ),
        Wrong(
            "bare_logit",
            _behind(_right_way, lambda z, own, others: z[own]),
            "That is the label's z alone, and it is known only up to a constant of its record. Odds are against something: take away "
            "what the other classes have together.",
        ),
        Wrong(
            "mean_of_others",
            _behind(
                _right_way,
                lambda z, own, others: z[own] - np.where(own, 0, z).sum(axis=1) / (z.shape[1] - 1),
            ),
            "You compare with the mean of the others' logits. The odds against the label are a sum of probabilities: "
            "`np.logaddexp.reduce`.",
        ),
        Wrong(
            "sign_flipped",
            lambda *case: -_log_odds_behind(*case),
            "Upside down: the log-odds are positive where the label is likelier than all others together.",
        ),
        Wrong(
            "odds_without_logarithm",
            lambda *case: np.exp(_log_odds_behind(*case)),
            "These are the odds; asked for is their logarithm.",
        ),
        Wrong(
            "predicted_class",
            lambda shown, labels, t: _log_odds_behind(shown, shown.argmax(axis=1), t),
            "You took the class that the model names. The attack needs the record's true class, `labels`.",
        ),
        Wrong(
            "probability",
            lambda *case: 1 / (1 + np.exp(-_log_odds_behind(*case))),
            "That is the probability behind the temperature. Asked for are the log-odds, which do not run out of digits.",
        ),
    ),
)


# ---- 3. the exposed instead of the average -------------------------------------------------------


def _exposed_tpr(
    score: Float[np.ndarray, " records"],
    member: Bool[np.ndarray, " records"],
    exposed: Bool[np.ndarray, " records"],
    fpr: float,
) -> float:
    """Share of the exposed members whose score is above a threshold that ≤ fpr of the exposed non-members exceed."""
    non_members = np.sort(score[exposed & ~member])[::-1]
    threshold = non_members[int(fpr * len(non_members))]
    return float((score[exposed & member] > threshold).mean())


def _tpr_with(judges=None, found=None, allowed=lambda fpr, non: int(fpr * len(non)), at_least=False):
    """A wrong rate: a threshold from other records, other records found, or another count."""

    def function(score, member, exposed, fpr):
        non = np.sort(score[exposed & ~member if judges is None else judges(member, exposed)])[::-1]
        threshold = non[allowed(fpr, non)]
        own = score[exposed & member if found is None else found(member, exposed)]
        return float(((own >= threshold) if at_least else (own > threshold)).mean())

    return function


def _share_of_all_members(score, member, exposed, fpr):
    non = np.sort(score[exposed & ~member])[::-1]
    return float((score[exposed & member] > non[int(fpr * len(non))]).sum() / member.sum())


def _accuracy_of_all(score, member, exposed, fpr):
    return float(((score > np.median(score)) == member).mean())


def _accuracy_of_exposed(score, member, exposed, fpr):
    own = score[exposed]
    return float(((own > np.median(own)) == member[exposed]).mean())


def _accuracy_among_the_exposed(score, member, exposed, fpr):
    return float(((score > np.median(score)) == member)[exposed].mean())


def _tpr_by_quantile(score, member, exposed, fpr):
    return float((score[exposed & member] > np.quantile(score[exposed & ~member], 1 - fpr)).mean())


def _count(score, member, exposed, fpr):
    non = np.sort(score[exposed & ~member])[::-1]
    return int((score[exposed & member] > non[int(fpr * len(non))]).sum())


def _precision(score, member, exposed, fpr):
    non = np.sort(score[exposed & ~member])[::-1]
    return float(member[exposed & (score > non[int(fpr * len(non))])].mean())


def _exposed_case(seed, records, fpr):
    rng = np.random.default_rng(seed)
    member, exposed = rng.random(records) < 0.55, rng.random(records) < 0.35
    score = (rng.normal(0, 1, records) + 0.4 * member + 1.5 * exposed * member - 0.8 * exposed).round(1)
    return Case(score, member, exposed, fpr)


exposed_tpr = Exercise(
    name="exposed_tpr",
    lesson=LESSON,
    reference=_exposed_tpr,
    cases=(
        Case(
            np.array([9.0, 8, 7, 2, 6, 3, 3, 1, 9, 9, 5, 0]),
            np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1], bool),
            np.array([1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0], bool),
            0.25,
        ),
        Case(
            np.array([9.0, 8, 7, 5, 10, 8, 4, 3, 2, 1, 0, 11, 12, 6]),
            np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0], bool),
            np.array([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0], bool),
            0.25,
        ),  # a quarter of seven non-members is one, not two
        _exposed_case(0, 120, 0.1),
        _exposed_case(1, 200, 0.05),
        _exposed_case(3, 160, 0.2),
    ),
    hints=(
        "Two groups have to be changed, not one: whose members are found, and whose non-members set the threshold.",
        "Sort the scores of the exposed non-members, largest first. How many of them may be accused, and at which place "
        "stands the score that nobody beyond that number exceeds?",
        "`non = np.sort(score[exposed & ~member])[::-1]`; the threshold is `non[int(fpr * len(non))]`; only larger scores "
        "count.",
    ),
    wrong=(
        Wrong(
            "published",
            _accuracy_of_all,
            "That is the published number: how often the attack is right, with the median as its threshold, over all records. A few "
            "people found for certain hardly move it.",
        ),
        Wrong(
            "accuracy_of_the_exposed",
            _accuracy_of_exposed,
            "The right people, the old measure: accuracy at the median lets half of them be accused. Give the share found at a few "
            "false alarms.",
        ),
        Wrong(
            "given_accuracy_among_the_exposed",
            _accuracy_among_the_exposed,
            "You kept the published accuracy and its median, and only looked at the exposed. Both have to go: find the threshold "
            "on the exposed non-members, then count members above it.",
        ),
        Wrong(
            "quantile",
            _tpr_by_quantile,
            "Your threshold is an interpolated quantile. It can lie between two non-members and let more of them pass than a share "
            "`fpr`; with few of them that is a lot. Count: the threshold is the score of one of them.",
        ),
        Wrong(
            "rounded_up",
            _tpr_with(allowed=lambda fpr, non: round(fpr * len(non))),
            "You round the number of false alarms, and upwards it is more than a share `fpr`. *At most* means: leave off what is "
            "behind the point.",
        ),
        Wrong(
            "a_count",
            _count,
            "That is how many exposed members pass. Asked for is which share of them.",
        ),
        Wrong(
            "average",
            _tpr_with(lambda m, e: ~m, lambda m, e: m),
            "That is the rate over all records. It is what hides the exposed: neither the members nor the threshold are theirs.",
        ),
        Wrong(
            "threshold_of_all",
            _tpr_with(lambda m, e: ~m),
            "The threshold comes from all non-members. Among the exposed ones a different share passes it, so your rate is not at "
            "the false positive rate that you state.",
        ),
        Wrong(
            "members_of_all",
            _tpr_with(None, lambda m, e: m),
            "The threshold is the exposed's own, but then you count all members. Count the exposed ones.",
        ),
        Wrong(
            "the_others",
            _tpr_with(lambda m, e: ~e & ~m, lambda m, e: ~e & m),
            "These are the records that are *not* exposed. The mask is True for those who are.",
        ),
        Wrong(
            "threshold_of_the_others",
            _tpr_with(lambda m, e: ~e & ~m),
            "You set the threshold on non-members who are not exposed. The false alarms must be counted among the people whom "
            "the accusation is about.",
        ),
        Wrong(
            "threshold_from_members",
            _tpr_with(lambda m, e: e & m),
            "The threshold comes from members. A false positive rate is a share of the non-members.",
        ),
        Wrong(
            "not_larger_only",
            _tpr_with(at_least=True),
            "You count scores that equal the threshold. The non-member who set it would then be accused as well, one more than "
            "allowed: only larger ones count.",
        ),
        Wrong(
            "one_too_few",
            _tpr_with(allowed=lambda fpr, non: max(0, int(fpr * len(non)) - 1)),
            "You allow one false alarm fewer than you may. With k allowed, k scores may lie above the threshold, so it stands at "
            "place k, counted from 0.",
        ),
        Wrong(
            "share_of_all_members",
            _share_of_all_members,
            "You divide by all members. The share asked for is of the exposed ones, and they are few: that is why averages do not "
            "see them.",
        ),
        Wrong(
            "precision",
            _precision,
            "That is the share of members among the accused, a precision. Asked for is the share of the exposed members who are "
            "accused.",
        ),
        Wrong(
            "smallest_first",
            lambda score, member, exposed, fpr: float(
                (
                    score[exposed & member]
                    > np.sort(score[exposed & ~member])[int(fpr * (exposed & ~member).sum())]
                ).mean()
            ),
            "You sorted from the smallest. Then nearly everybody passes the threshold: the false alarms are at the top.",
        ),
    ),
)


# ---- stretch: the frontier -----------------------------------------------------------------------


def _frontier(
    accuracy: Float[np.ndarray, " settings"], leak: Float[np.ndarray, " settings"]
) -> Bool[np.ndarray, " settings"]:
    """True for settings that no other beats: at least as accurate, at most as leaky, and better in one of the two."""
    as_good = (accuracy >= accuracy[:, None]) & (leak <= leak[:, None])
    better = (accuracy > accuracy[:, None]) | (leak < leak[:, None])
    return ~(as_good & better).any(axis=1)


def _frontier_with(beats, over=True):
    def function(accuracy, leak):
        beaten = beats(accuracy, accuracy[:, None], leak, leak[:, None])
        return ~beaten.any(axis=1) if over else beaten.any(axis=1)

    return function


def _frontier_case(seed, n, step):
    rng = np.random.default_rng(seed)
    accuracy = (rng.uniform(0.3, 0.5, n) / step).round() * step
    leak = ((0.1 + accuracy - 0.3 + rng.uniform(0, 0.2, n)) / step).round() * step
    return Case(accuracy.round(3), leak.round(3))


frontier = Exercise(
    name="frontier",
    lesson=LESSON,
    stretch=True,
    reference=_frontier,
    cases=(
        Case(np.array([0.40, 0.42, 0.42, 0.38, 0.44]), np.array([0.10, 0.10, 0.15, 0.05, 0.30])),
        Case(np.array([0.40, 0.40, 0.35, 0.45]), np.array([0.10, 0.10, 0.10, 0.20])),
        Case(np.array([0.40, 0.45, 0.38]), np.array([0.10, 0.05, 0.20])),
        Case(
            np.array([0.42, 0.42, 0.40]), np.array([0.10, 0.10, 0.05])
        ),  # two equals, and neither beats the other
        _frontier_case(0, 12, 0.001),
        _frontier_case(1, 16, 0.02),
    ),
    hints=(
        "When is a setting not worth offering to anybody? When another one is as good in both respects and better in one.",
        "Compare all with all: `accuracy[:, None]` is the column of those who might be beaten, `accuracy` the row of those who "
        "might beat them. A setting must not beat itself, or its equal.",
        "`as_good = (accuracy >= accuracy[:, None]) & (leak <= leak[:, None])`; `better` likewise with `>` and `<` and an or; "
        "then `~(as_good & better).any(axis=1)`.",
    ),
    wrong=(
        Wrong(
            "leak_wanted",
            _frontier_with(lambda a, a0, k, k0: (a >= a0) & (k >= k0) & ((a > a0) | (k > k0))),
            "You prefer a larger leak. Accuracy should be large and the leak small.",
        ),
        Wrong(
            "accuracy_unwanted",
            _frontier_with(lambda a, a0, k, k0: (a <= a0) & (k <= k0) & ((a < a0) | (k < k0))),
            "You prefer a smaller accuracy. Only the leak should be small.",
        ),
        Wrong(
            "better_in_one",
            _frontier_with(lambda a, a0, k, k0: (a > a0) | (k < k0)),
            "A setting is out for you when another is better in *one* respect. Then hardly any remains; it must be at least as good "
            "in the other as well.",
        ),
        Wrong(
            "better_in_both",
            _frontier_with(lambda a, a0, k, k0: (a > a0) & (k < k0)),
            "You ask that the other be better in both. One that is as accurate and leaks less beats it too.",
        ),
        Wrong(
            "beats_itself",
            _frontier_with(lambda a, a0, k, k0: (a >= a0) & (k <= k0)),
            "Every setting is as good as itself, so all of them are beaten. Ask also that the other be better in one respect.",
        ),
        Wrong(
            "equals_beat_each_other",
            lambda accuracy, leak: (
                ~(
                    (accuracy >= accuracy[:, None]) & (leak <= leak[:, None]) & ~np.eye(len(leak), dtype=bool)
                ).any(axis=1)
            ),
            "Two settings with the same numbers throw each other out. Neither is better in anything, so neither beats the other.",
        ),
        Wrong(
            "the_beaten",
            _frontier_with(lambda a, a0, k, k0: (a >= a0) & (k <= k0) & ((a > a0) | (k < k0)), over=False),
            "You marked the settings that are beaten. The frontier are the others.",
        ),
        Wrong(
            "beats_nobody",
            lambda accuracy, leak: (
                ~(
                    (accuracy <= accuracy[:, None])
                    & (leak >= leak[:, None])
                    & ((accuracy < accuracy[:, None]) | (leak > leak[:, None]))
                ).any(axis=1)
            ),
            "You marked those that beat nobody. Rows and columns are exchanged: ask who is beaten *by* somebody.",
        ),
        Wrong(
            "only_leak_strict",
            _frontier_with(lambda a, a0, k, k0: (a >= a0) & (k < k0)),
            "An equally leaky setting with a higher accuracy beats it too, and yours does not see that.",
        ),
        Wrong(
            "only_accuracy_strict",
            _frontier_with(lambda a, a0, k, k0: (a > a0) & (k <= k0)),
            "An equally accurate setting with a smaller leak beats it too, and yours does not see that.",
        ),
        Wrong(
            "difference",
            lambda accuracy, leak: accuracy - leak >= (accuracy - leak).max() - 1e-12,
            "You took the best difference. That weighs a point of accuracy like a point of leak, and how to weigh them is what the "
            "frontier leaves to the reader.",
        ),
    ),
)


quiz = Quiz(
    [
        Question(
            "A supplier's filter rounds all probabilities. The test: the loss attack at a false positive rate of 1 % found 3 % of the "
            "members before and 0.0 % after. What happened?",
            [
                Choice(
                    "The model has forgotten part of its members",
                    "Its weights are untouched. What was rounded is the answer on its way out.",
                    wrong="filter_changes_model",
                ),
                Choice(
                    "Sure answers tie, so this attack has no threshold at 1 %",
                    "All that are shown as 1.00 share the highest score, non-members among them: accuse all of them or nobody. That is a "
                    "fact about the attack, not about the leak.",
                ),
                Choice(
                    "The filter works, whoever it is that attacks",
                    "It works against somebody who keeps to one threshold and one answer. Others compare with models of their own, or "
                    "read the label only.",
                    wrong="one_attack_is_all",
                ),
                Choice(
                    "Rounding has cut what members say and others do not",
                    "Members and others are rounded alike, and whoever compares a record with its own past still sees both. What "
                    "was lost is the order among the surest.",
                    wrong="rounding_hits_members",
                ),
            ],
            name="nought_by_rounding",
        ),
        Question(
            "What makes an attack adaptive?",
            [
                Choice(
                    "It asks the target more questions than others",
                    "That is a larger budget. Adapting means knowing what the defence does, and may need not a single question more.",
                    wrong="adaptive_means_more_queries",
                ),
                Choice(
                    "It has seen the members of the target before",
                    "Nobody tells an attacker whom the target trained on. That is known of the attacker's own models.",
                    wrong="adaptive_knows_truth",
                ),
                Choice(
                    "It changes the threshold for every record",
                    "Comparing a record with its own past does that, with a defence or without one.",
                    wrong="adaptive_means_per_record",
                ),
                Choice(
                    "It knows the defence and attacks accordingly",
                    "It undoes what can be undone, lets models of its own use the same defence, or takes what the defence leaves alone.",
                ),
            ],
            name="what_adaptive_means",
        ),
        Question(
            "With label smoothing the loss attack finds next to nobody. Why can somebody with shadow models find more?",
            [
                Choice(
                    "The shadow models are trained without smoothing",
                    "Then less would be found: the bells would stand in the wrong place. One smooths as the target does.",
                    wrong="unsmoothed_shadows",
                ),
                Choice(
                    "Smoothing makes the model less accurate",
                    "On the digits it made it more accurate. Accuracy and leak need not move together.",
                    wrong="less_accurate",
                ),
                Choice(
                    "All members are pulled to one and the same sureness",
                    "How sure to be is then prescribed, and members keep close to it. A narrow bell is easy to tell from a wide one.",
                ),
                Choice(
                    "Smoothed models learn their members by heart longer",
                    "They train as long as before. What changed is the sureness at which training holds a member.",
                    wrong="memorises_longer",
                ),
            ],
            name="why_smoothing_leaks",
        ),
        Question(
            "A report: over all records the attack finds 3 % at 1 % FPR. A reader asks about people with mislabelled or odd records. What do "
            "you answer?",
            [
                Choice(
                    "About 3 % of them are found, like everybody",
                    "An average over all says nothing of a few. They may nearly all be found, or none.",
                    wrong="average_holds_for_each",
                ),
                Choice(
                    "It must be measured on them, at their own FPR",
                    "With canaries or with the records that training moves most, and with a threshold set on such records' non-members.",
                ),
                Choice(
                    "Nobody can know, since they are too few",
                    "Pooled over several targets they are enough for a rate with an interval, and canaries can be made.",
                    wrong="too_few_to_know",
                ),
                Choice(
                    "They are safer, for the model gets them wrong",
                    "It gets them wrong as long as it has not seen them. Once learnt by heart, they are what stands out most.",
                    wrong="odd_is_safe",
                ),
            ],
            name="average_and_exposed",
        ),
        Question(
            "Two defences are compared: A leaks less than B and is less accurate. What makes the comparison fair?",
            [
                Choice(
                    "Both at the accuracy that their authors chose",
                    "Then they differ in two respects, and stopping either earlier might give the same point.",
                    wrong="authors_settings",
                ),
                Choice(
                    "Each at the strength at which it leaks least",
                    "A model that learns nothing leaks nothing. The leak alone ranks no defence.",
                    wrong="leak_alone",
                ),
                Choice(
                    "Both with the same number of epochs",
                    "Epochs are a means. What they cost and what they leak is what you want to compare.",
                    wrong="same_epochs",
                ),
                Choice(
                    "The leak at equal accuracy, early stopping included",
                    "Draw both as curves on one plane. A defence has to beat what a plain early stop gives for nothing.",
                ),
            ],
            name="fair_comparison",
        ),
    ],
    lesson=LESSON,
)
