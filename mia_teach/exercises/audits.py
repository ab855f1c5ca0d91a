"""Exercises and quiz of lesson 11: a lower bound on ε, a threshold from other scores, verdicts that hold together, a ceiling."""

import math

import numpy as np
from jaxtyping import Bool, Float
from scipy.stats import binomtest, norm

from mia_teach.exercises.exercise import Case, Exercise, Wrong
from mia_teach.labs.quiz import Choice, Question, Quiz
from mia_teach.rate import lower_end, upper_end

LESSON = "11"


# ---- 1. the bound --------------------------------------------------------------------------------


def _epsilon_bound(
    hits: int, members: int, alarms: int, non_members: int, delta: float, confidence: float
) -> float:
    """Every ε below it is refuted by these counts; 0 where none is."""
    tpr = binomtest(hits, members).proportion_ci(confidence).low
    fpr = binomtest(alarms, non_members).proportion_ci(confidence).high
    ratio = max((tpr - delta) / fpr, (1 - fpr - delta) / (1 - tpr))
    return math.log(max(ratio, 1.0))


def _right_ends(h, m, a, n, confidence):
    return lower_end(h, m, (1 - confidence) / 2), upper_end(a, n, (1 - confidence) / 2)


def _both(tpr, fpr, delta):
    """The larger ratio of the two directions."""
    ratios = [np.divide(tpr - delta, fpr), np.divide(1 - fpr - delta, 1 - tpr)]
    return float(np.nanmax(ratios))


def _bound_with(ends=None, ratio=_both, end=lambda ratio: math.log(max(ratio, 1.0))):
    """A wrong bound: other ends of the intervals, another ratio, or another last step."""

    chosen = ends or _right_ends

    def function(hits, members, alarms, non_members, delta, confidence):
        tpr, fpr = chosen(hits, members, alarms, non_members, confidence)
        return end(ratio(tpr, fpr, delta))

    return function


def _one_side_each(h, m, a, n, confidence):
    return lower_end(h, m, 1 - confidence), upper_end(a, n, 1 - confidence)


def _other_ends(h, m, a, n, confidence):
    alpha = (1 - confidence) / 2
    return upper_end(h, m, alpha), lower_end(a, n, alpha)


def _half_of_half(h, m, a, n, confidence):
    return _right_ends(h, m, a, n, (1 + confidence) / 2)


def _wilson_ends(h, m, a, n, confidence):
    return (
        binomtest(h, m).proportion_ci(confidence, method="wilson").low,
        binomtest(a, n).proportion_ci(confidence, method="wilson").high,
    )


def _normal_ends(h, m, a, n, confidence):
    z = norm.ppf((1 + confidence) / 2)
    tpr, fpr = h / m, a / n
    low = max(tpr - z * math.sqrt(tpr * (1 - tpr) / m), 0.0)
    return low, min(fpr + z * math.sqrt(fpr * (1 - fpr) / n), 1.0)


def _larger(h, m, a, n, confidence, first, second):
    """The bound with a δ of its own in each of the two ratios."""
    tpr, fpr = _right_ends(h, m, a, n, confidence)
    return math.log(max((tpr - first) / fpr, (1 - fpr - second) / (1 - tpr), 1.0))


epsilon_bound = Exercise(
    name="epsilon_bound",
    lesson=LESSON,
    reference=_epsilon_bound,
    # measured rates of 0 and 1 are left out: careless answers would stop with a division by zero, and hear no more than that
    cases=(
        Case(60, 100, 10, 200, 0.01, 0.95),
        Case(196, 200, 130, 200, 0.02, 0.9),
        Case(190, 200, 120, 200, 0.0, 0.95),
        Case(52, 100, 50, 100, 0.0, 0.95),
        Case(30, 100, 2, 300, 1e-3, 0.99),
    ),
    hints=(
        "What does the claim say of a rate of hits and a rate of false alarms? And which end of each interval speaks *for* the "
        "claim? Only what is left then refutes it.",
        "`binomtest(hits, members).proportion_ci(confidence)` has the two ends of Clopper and Pearson's interval, `.low` and "
        "`.high`. For the true positive rate take the low one, for the false positive rate the high one. “Not accused” gives "
        "a second ratio.",
        "With tpr and fpr at those ends: `ratio = max((tpr - delta) / fpr, (1 - fpr - delta) / (1 - tpr))`, and then "
        "`math.log(max(ratio, 1.0))`, as no ε is below 0.",
    ),
    wrong=(
        Wrong(
            "no_interval",
            _bound_with(ends=lambda h, m, a, n, c: (h / m, a / n)),
            "You took the measured rates themselves. They scatter around the truth, so half of all such audits claim too much, "
            "and no false alarm at all would prove anything you like.",
        ),
        Wrong(
            "other_ends",
            _bound_with(ends=_other_ends),
            "You took the ends that speak against the claim. That is how large ε could be; proved is only what holds at the other "
            "ends.",
        ),
        Wrong(
            "one_rate_only",
            _bound_with(ends=lambda h, m, a, n, c: (h / m, upper_end(a, n, (1 - c) / 2))),
            "The false positive rate has its interval, the true positive rate has none. Both were counted, so both scatter.",
        ),
        Wrong(
            "whole_error_each",
            _bound_with(ends=_one_side_each),
            "Each of your two ends may fail with the whole error rate, so together they fail up to twice as often. The two-sided "
            "interval leaves half of it on each side, which is what is needed.",
        ),
        Wrong(
            "error_halved_twice",
            _bound_with(ends=_half_of_half),
            "The error is halved twice. The two-sided interval leaves half of it on each side already: give it the confidence as "
            "it is.",
        ),
        Wrong(
            "wilson",
            _bound_with(ends=_wilson_ends),
            "That is Wilson's interval. It holds on average and fails too often at some rates; an audit needs one that never "
            "does. Clopper and Pearson's is what `proportion_ci` gives without a `method`.",
        ),
        Wrong(
            "normal_interval",
            _bound_with(ends=_normal_ends),
            "That is the textbook interval, rate ± z standard errors. It has no width where nobody or everybody was accused, "
            "which is just where audits look.",
        ),
        Wrong(
            "one_direction",
            _bound_with(ratio=lambda t, f, d: (t - d) / f),
            "Right for an attack that accuses few. “Not accused” is an event too, and where most are accused it refutes "
            "more: (1 − FPR − δ) / (1 − TPR).",
        ),
        Wrong(
            "other_direction",
            _bound_with(ratio=lambda t, f, d: (1 - f - d) / (1 - t)),
            "That is the ratio of “not accused”. Where few are accused the other one refutes more: (TPR − δ) / FPR.",
        ),
        Wrong(
            "smaller_ratio",
            _bound_with(ratio=lambda t, f, d: min((t - d) / f, (1 - f - d) / (1 - t))),
            "Either ratio by itself refutes every ε below its logarithm. So the larger one counts.",
        ),
        Wrong(
            "no_delta",
            _bound_with(ratio=lambda t, f, d: _both(t, f, 0.0)),
            "The δ is missing. The claim lets a share δ of the members be found for nothing; that share proves nothing.",
        ),
        Wrong(
            "no_delta_in_the_second",
            lambda h, m, a, n, d, c: _larger(h, m, a, n, c, d, 0.0),
            "The first ratio is right. In the second, that of “not accused”, the δ is missing: (1 − FPR − δ) / (1 − TPR).",
        ),
        Wrong(
            "no_delta_in_the_first",
            lambda h, m, a, n, d, c: _larger(h, m, a, n, c, 0.0, d),
            "The second ratio is right. In the first the δ is missing: (TPR − δ) / FPR.",
        ),
        Wrong(
            "delta_added",
            _bound_with(ratio=lambda t, f, d: _both(t, f, -d)),
            "You add δ to the rate. From TPR ≤ e^ε · FPR + δ it follows that δ is taken away.",
        ),
        Wrong(
            "no_logarithm",
            _bound_with(end=lambda ratio: max(ratio, 1.0)),
            "That is the ratio, e^ε. ε itself is its natural logarithm.",
        ),
        Wrong(
            "power_of_two",
            _bound_with(end=lambda ratio: math.log2(max(ratio, 1.0))),
            "You took the logarithm to base 2. The claim is stated with e.",
        ),
        Wrong(
            "below_nought",
            _bound_with(end=lambda ratio: math.log(ratio) if ratio > 0 else -math.inf),
            "Where the ratio is below 1 you give a negative number. No ε is negative, so such an audit has shown nothing: 0.",
        ),
        Wrong(
            "difference",
            _bound_with(ratio=lambda t, f, d: t - f, end=lambda advantage: max(advantage, 0.0)),
            "That is the advantage, TPR − FPR. ε bounds the ratio of the two rates.",
        ),
    ),
)


# ---- 2. the split --------------------------------------------------------------------------------


class _Bound:
    """The lower bound on ε from one run at δ = 0: of so many guesses so many were right; 0 without a guess."""

    def __init__(self, confidence):
        self.confidence = confidence

    def __call__(self, right, guesses):
        right, guesses = int(right), int(guesses)
        if not 0 <= right <= guesses:
            raise ValueError(
                f"{right} right of {guesses} guesses came. Give the right ones first, then all guesses; the right "
                "ones are among them."
            )
        if not right:
            return 0.0
        low = lower_end(right, guesses, 1 - self.confidence)
        return math.log(max(low / (1 - low), 1.0))

    def __repr__(self):
        return f"the bound on ε, {100 * self.confidence:g} % sure, from (right, guesses)"


def _split_guesses(
    score: Float[np.ndarray, " canaries"],
    member: Bool[np.ndarray, " canaries"],
    chooses: Bool[np.ndarray, " canaries"],
    bound,
) -> tuple[int, int]:
    """Right guesses and all guesses of the other half, at the threshold that shows most on the half that chooses."""
    ours, theirs = score[chooses], member[chooses]
    candidates = np.unique(ours)
    shown = [bound(theirs[ours > t].sum(), (ours > t).sum()) for t in candidates]
    threshold = candidates[np.argmax(shown)]
    guessed = score[~chooses] > threshold
    return int(member[~chooses][guessed].sum()), int(guessed.sum())


def _everybody(chooses):
    return np.ones_like(chooses)


def _told(inside, guessed):
    return int(inside[guessed].sum()), int(guessed.sum())


def _split_with(
    choose_on=None, test_on=None, worth=None, above=np.greater, pick=np.argmax, order=1, told=_told
):
    """A wrong split: chosen or tested on other canaries, by another rule, or counted otherwise."""

    def function(score, member, chooses, bound):
        one = chooses if choose_on is None else choose_on(chooses)
        other = ~chooses if test_on is None else test_on(chooses)
        candidates, value = np.unique(score[one])[::order], worth or bound
        counts = [(member[one][above(score[one], t)].sum(), above(score[one], t).sum()) for t in candidates]
        threshold = candidates[pick([value(*pair) for pair in counts])]
        return told(member[other], above(score[other], threshold))

    return function


def _at_the_median(score, member, chooses, bound):
    return _told(member[~chooses], score[~chooses] > np.median(score[chooses]))


def _split_case(seed, n, gain, confidence=0.8):
    rng = np.random.default_rng(seed)
    member = rng.random(n) < 0.5
    chooses = rng.random(n) < 0.5
    return Case((rng.normal(size=n) + gain * member).round(1), member, chooses, _Bound(confidence))


split_guesses = Exercise(
    name="split_guesses",
    lesson=LESSON,
    reference=_split_guesses,
    returns=("right", "guesses"),
    cases=(
        Case(
            np.array([4.0, 3.0, 2.0, 1.0, 5.0, 2.5, 2.0, 0.0]),
            np.array([True, True, False, False, False, True, True, False]),
            np.array([True, True, True, True, False, False, False, False]),
            _Bound(0.6),
        ),
        _split_case(1, 40, 1.0),
        _split_case(2, 60, 0.5),
        _split_case(3, 50, 0.0),
        _split_case(4, 80, 1.5),
    ),
    hints=(
        "One half may look at its own truth as long as it likes. The other half is looked at once, with a threshold that is "
        "already there.",
        "Candidates are `np.unique(score[chooses])`. Whoever scores above one is guessed to be in; right are the members among "
        "them. `bound(right, guesses)` says what that would show, and `np.argmax` gives the first of the best.",
        "With `threshold` found: `guessed = score[~chooses] > threshold`. The guesses are `guessed.sum()`, the right ones "
        "`member[~chooses][guessed].sum()`.",
    ),
    wrong=(
        Wrong(
            "published",
            _split_with(choose_on=_everybody, test_on=_everybody),
            "This is the published slip: the threshold that shows most on these canaries is judged on these canaries. Part of its "
            "success is luck, and the interval knows nothing of it. Choose on the half that `chooses` marks, count on the other.",
        ),
        Wrong(
            "chosen_on_the_test",
            _split_with(choose_on=lambda c: ~c),
            "There are two halves now, but the one under test has chosen its own threshold.",
        ),
        Wrong(
            "chosen_on_all",
            _split_with(choose_on=_everybody),
            "The half under test took part in the choice. Then its luck is still in the threshold, only less of it.",
        ),
        Wrong(
            "judged_on_all",
            _split_with(test_on=_everybody),
            "The choice is clean, but then you count all canaries, those too that chose. Count the other half only.",
        ),
        Wrong(
            "judged_where_chosen",
            _split_with(test_on=lambda c: c),
            "You choose and count on the same half. The other half is there to judge.",
        ),
        Wrong(
            "halves_swapped",
            _split_with(choose_on=lambda c: ~c, test_on=lambda c: c),
            "An honest split, with the halves the other way round: `chooses` marks those that choose.",
        ),
        Wrong(
            "last_of_the_best",
            _split_with(order=-1),
            "Where several thresholds are equally good, take the lowest, so that the result agrees with that of this check.",
        ),
        Wrong(
            "guessed_at_the_threshold",
            _split_with(above=np.greater_equal),
            "You guess a canary in whose score equals the threshold. Everywhere in this course only larger ones count.",
        ),
        Wrong(
            "highest_share",
            _split_with(worth=lambda right, guesses: right / guesses if guesses else 0.0),
            "You chose the threshold with the largest share of right guesses. A single guess that happens to be right has 100 %, "
            "and shows nothing. `bound` weighs the share with their number.",
        ),
        Wrong(
            "most_right",
            _split_with(worth=lambda right, guesses: right),
            "You chose by the number of right guesses. Whoever guesses everybody in has the most.",
        ),
        Wrong(
            "worst",
            _split_with(pick=np.argmin),
            "That is the threshold that shows least.",
        ),
        Wrong(
            "median",
            _at_the_median,
            "A median needs no truth and may be used, but it was not chosen to show much. Try all scores of the choosing half.",
        ),
        Wrong(
            "wrong_guesses",
            _split_with(told=lambda inside, guessed: (int((~inside)[guessed].sum()), int(guessed.sum()))),
            "You counted the wrong guesses. Asked for are the right ones: members among the guessed.",
        ),
        Wrong(
            "other_order",
            _split_with(told=lambda inside, guessed: _told(inside, guessed)[::-1]),
            "Both numbers are right, in the other order. Give the right guesses first, then all guesses.",
        ),
        Wrong(
            "of_all_members",
            _split_with(told=lambda inside, guessed: (int(inside[guessed].sum()), int(inside.sum()))),
            "You give all members of the half as second number. Asked for is how many guesses were made.",
        ),
        Wrong(
            "all_answered",
            _split_with(told=lambda inside, guessed: (int((inside == guessed).sum()), len(inside))),
            "You count those below the threshold as guessed out. Here one abstains about them: only guesses count, right or wrong.",
        ),
    ),
)


# ---- 3. the verdicts -----------------------------------------------------------------------------


class _Audits:
    """Finished audits: called with a number and a confidence, it gives the lower bound on that one's ε.

    Args:
        counts: hits, members, alarms, non-members of each.
    """

    def __init__(self, *counts):
        self.counts = counts

    def __call__(self, k, confidence):
        k = int(k)
        if not 0 <= k < len(self.counts):
            raise ValueError(f"Audit {k} was asked for; there are audits 0 to {len(self.counts) - 1}.")
        confidence = float(confidence)
        if not 0 < confidence < 1:
            raise ValueError(f"A confidence lies between 0 and 1; {confidence:g} came.")
        return math.log(max(_both(*_right_ends(*self.counts[k], confidence), 0.0), 1.0))

    def __repr__(self):
        at = [", ".join(f"{self(k, c):.2f}" for k in range(len(self.counts))) for c in (0.95, 0.99)]
        return f"bounds of {len(self.counts)} audits; at 0.95 [{at[0]}], at 0.99 [{at[1]}]"


def _verdicts(
    bound, claims: Float[np.ndarray, " audits"], confidence: float
) -> tuple[Bool[np.ndarray, " audits"], float]:
    """Which claims are refuted, and the confidence of each, so that all hold together."""
    each = 1 - (1 - confidence) / len(claims)
    return np.array([bound(k, each) > claim for k, claim in enumerate(claims)]), each


def _verdicts_with(each=lambda c, n: 1 - (1 - c) / n, refutes=lambda bound, claim: bound > claim):
    """Wrong verdicts: another confidence for each, or another comparison."""

    def function(bound, claims, confidence):
        own = each(confidence, len(claims))
        return np.array([refutes(bound(k, own), claim) for k, claim in enumerate(claims)]), own

    return function


def _says_the_other(of, told):
    """Verdicts at one confidence, reported at another."""

    def function(bound, claims, confidence):
        n = len(claims)
        refuted, _ = _verdicts_with(each=of)(bound, claims, confidence)
        return refuted, told(confidence, n)

    return function


def _only_refuted_counted(bound, claims, confidence):
    first = np.array([bound(k, confidence) > claim for k, claim in enumerate(claims)])
    each = 1 - (1 - confidence) / max(int(first.sum()), 1)
    return np.array([bound(k, each) > claim for k, claim in enumerate(claims)]), each


def _largest_only(bound, claims, confidence):
    each = 1 - (1 - confidence) / len(claims)
    bounds = np.array([bound(k, each) for k in range(len(claims))])
    return (bounds > claims) & (bounds == bounds.max()), each


def _against_one_claim(bound, claims, confidence):
    each = 1 - (1 - confidence) / len(claims)
    return np.array([bound(k, each) > claims[0] for k in range(len(claims))]), each


_TWO = _Audits((45, 50, 10, 50), (30, 50, 20, 50))
_SEVEN = _Audits(
    (90, 100, 30, 100),
    (60, 100, 40, 100),
    (70, 100, 36, 100),
    (99, 100, 2, 100),
    (55, 100, 52, 100),
    (80, 100, 50, 100),
    (20, 100, 3, 100),
)

verdicts = Exercise(
    name="verdicts",
    lesson=LESSON,
    reference=_verdicts,
    returns=("refuted", "confidence of each"),
    cases=(
        Case(_TWO, np.array([0.5, 0.5]), 0.9),
        Case(_SEVEN, np.array([0.7, 0.2, 0.25, 2.0, 0.5, 0.35, 0.45]), 0.95),
        Case(_SEVEN, np.array([0.84, 0.0, 0.3, 3.0, 0.0, 0.1, 0.7]), 0.8),
        Case(
            _Audits((60, 100, 40, 100), (50, 100, 50, 100), (61, 100, 38, 100)),
            np.array([0.1, 0.0, 0.05]),
            0.95,
        ),
    ),
    hints=(
        "At 95 % each, how probable is it that at least one of seven sound implementations is convicted? What must each of them "
        "be allowed, so that all together stay within 5 %?",
        "Part the error rate equally among the audits: (1 − confidence) / number of claims. `bound(k, each)` is then the bound of "
        "audit k, and a claim is refuted if the bound lies above it.",
        "`each = 1 - (1 - confidence) / len(claims)`; `[bound(k, each) > claim for k, claim in enumerate(claims)]` as an array, "
        "and return both.",
    ),
    wrong=(
        Wrong(
            "no_correction",
            _verdicts_with(each=lambda c, n: c),
            "Every verdict at the full error rate. Of twenty sound implementations one would be convicted on average: the seven "
            "of a family must share the 5 %.",
        ),
        Wrong(
            "only_the_refuted",
            _only_refuted_counted,
            "You share the error rate among those that look guilty. But all of them had the chance to look guilty, and all must be "
            "paid for.",
        ),
        Wrong(
            "corrected_in_words",
            _says_the_other(lambda c, n: c, lambda c, n: 1 - (1 - c) / n),
            "You report the corrected confidence, but asked for the bounds at the uncorrected one.",
        ),
        Wrong(
            "uncorrected_in_words",
            _says_the_other(lambda c, n: 1 - (1 - c) / n, lambda c, n: c),
            "The verdicts are right. The confidence of each single one is larger than that of the family: give that.",
        ),
        Wrong(
            "confidence_divided",
            _verdicts_with(each=lambda c, n: c / n),
            "You divided the confidence. What is parted is the error: 5 % over seven audits leaves each of them 0.7 %.",
        ),
        Wrong(
            "independent",
            _verdicts_with(each=lambda c, n: c ** (1 / n)),
            "That is Šidák's correction, which needs independent audits. It is hardly less strict; sharing the error equally holds "
            "for any.",
        ),
        Wrong(
            "root",
            _verdicts_with(each=lambda c, n: 1 - (1 - c) / n**0.5),
            "You divide by the root of their number. Roots belong to standard errors; error rates simply add up.",
        ),
        Wrong(
            "power",
            _verdicts_with(each=lambda c, n: 1 - (1 - c) ** n),
            "That is the chance that not all of them err together. What must be rare is that any of them errs.",
        ),
        Wrong(
            "always_seven",
            _verdicts_with(each=lambda c, n: 1 - (1 - c) / 7),
            "You part the error among seven, however many audits there are. Their number is `len(claims)`.",
        ),
        Wrong(
            "one_more",
            _verdicts_with(each=lambda c, n: 1 - (1 - c) / (n + 1)),
            "You part the error among one audit more than there are.",
        ),
        Wrong(
            "acquitted",
            _verdicts_with(refutes=lambda bound, claim: bound <= claim),
            "That is the list of those who are not convicted. `True` stands for a refuted claim.",
        ),
        Wrong(
            "below_the_claim",
            _verdicts_with(refutes=lambda bound, claim: bound < claim),
            "You call refuted what lies below its claim. It is the other way round: a lower bound above the claim refutes it.",
        ),
        Wrong(
            "at_least",
            _verdicts_with(refutes=lambda bound, claim: bound >= claim),
            "A bound that equals the claim does not refute it: everything *below* the bound is refuted. An audit that shows nothing "
            "would convict a claim of 0.",
        ),
        Wrong(
            "anything_found",
            _verdicts_with(refutes=lambda bound, claim: bound > 0),
            "You convict whoever leaks anything. A claim of ε allows a leak up to ε.",
        ),
        Wrong(
            "worst_only",
            _largest_only,
            "You convict only the one with the largest bound. Each has its own claim and its own verdict.",
        ),
        Wrong(
            "one_claim_for_all",
            _against_one_claim,
            "All bounds are compared with the first claim. Each implementation has its own.",
        ),
    ),
)


# ---- stretch: the ceiling ------------------------------------------------------------------------


def _models_needed(claim: float, confidence: float) -> int:
    """The fewest models with the canary, and as many without, with which a perfect attack refutes (claim, 0)."""
    rate = 1 / (1 + math.exp(-claim))
    return math.floor(math.log((1 - confidence) / 2) / math.log(rate)) + 1


def _models_with(alpha=lambda c: (1 - c) / 2, rate=lambda e: 1 / (1 + math.exp(-e)), count=None):
    """A wrong number of models: another error rate, another rate to be shown, or another count."""
    last = count or (lambda n: math.floor(n) + 1)
    return lambda claim, confidence: last(math.log(alpha(confidence)) / math.log(rate(claim)))


models_needed = Exercise(
    name="models_needed",
    lesson=LESSON,
    stretch=True,
    reference=_models_needed,
    cases=(Case(1.0, 0.95), Case(4.0, 0.95), Case(0.5, 0.99), Case(8.0, 0.9)),
    hints=(
        "A perfect attack accuses all n members and none of n non-members. What are the two ends of its intervals? (Round 2 has "
        "the formula.) They mirror each other.",
        "The low end of n out of n is α^(1/n), with α = (1 − confidence) / 2, and the high end of 0 out of n is 1 − α^(1/n). The "
        "bound is ln(p / (1 − p)) with p = α^(1/n).",
        "The bound exceeds the claim where p > 1 / (1 + e^(−claim)), so where n > ln α / ln(1 / (1 + e^(−claim))). Take the next whole "
        "number above that: `math.floor(...) + 1`.",
    ),
    wrong=(
        Wrong(
            "both_sides",
            _models_with(count=lambda n: 2 * (math.floor(n) + 1)),
            "You counted both sides together. Asked for is the number with the canary; as many without come on top.",
        ),
        Wrong(
            "whole_error",
            _models_with(alpha=lambda c: 1 - c),
            "Two rates are bounded, so each may fail with half of the error rate.",
        ),
        Wrong(
            "rounded_down",
            _models_with(count=math.floor),
            "With one model fewer than needed the bound still lies below the claim. Round up.",
        ),
        Wrong(
            "ratio_for_rate",
            _models_with(rate=lambda e: 1 - math.exp(-e)),
            "Your rate leaves e^(−ε) for the mistakes. The odds p / (1 − p) must exceed e^ε: p is 1 / (1 + e^(−ε)).",
        ),
        Wrong(
            "confidence_for_error",
            _models_with(alpha=lambda c: c),
            "In the logarithm stands what may go wrong, half of 1 − confidence, not the confidence.",
        ),
        Wrong(
            "rule_of_three",
            _models_with(
                rate=lambda e: math.exp(-math.exp(-e)),
            ),
            "That is the rule of three, 1 − p ≈ −ln α / n, with e^(−ε) for the odds. Near for a large ε, too few for a small one.",
        ),
        Wrong(
            "one_rate",
            _models_with(rate=lambda e: math.exp(-e), count=lambda n: max(1, math.floor(n) + 1)),
            "You ask when the true positive rate exceeds e^(−ε). The claim is about its ratio to the false positive rate.",
        ),
        Wrong(
            "e_to_the_epsilon",
            lambda claim, confidence: math.floor(math.exp(claim)) + 1,
            "e^ε is the right size without the confidence: to be sure takes a few times as many.",
        ),
        Wrong(
            "base_two",
            _models_with(rate=lambda e: 1 / (1 + 2**-e)),
            "The odds are e^ε, not 2^ε.",
        ),
    ),
)


quiz = Quiz(
    [
        Question(
            "An audit of a claim “ε = 2” ends with a lower bound of 0.3, 95 % sure. What may its report say?",
            [
                Choice(
                    "That the true ε is 0.3, far better than was claimed",
                    "0.3 is what this attack could prove, a floor. Another attack may prove more; the truth may well be 2.",
                    wrong="bound_is_truth",
                ),
                Choice(
                    "That the claim of 2 is true, with 95 % confidence",
                    "An audit fails to refute; it never proves. A blind auditor finds 0 in everything, also where nothing is protected.",
                    wrong="audit_proves",
                ),
                Choice(
                    "That this audit did not refute the claim of 2",
                    "And beside it what the audit could have shown at best, so that readers can tell a weak test from a strong one.",
                ),
                Choice(
                    "That the implementation wastes noise it doesn't need",
                    "Not unless this was the strongest attack there is. The noise is for those who see more than this auditor.",
                    wrong="noise_wasted",
                ),
            ],
            name="what_to_report",
        ),
        Question(
            "An attack tells all 20 models with a canary from all 20 without. Why does the bound stop at 1.6?",
            [
                Choice(
                    "With 20 of 20 right, the true rate may still be 83 %",
                    "That is the low end of the interval, and the odds of 83 % are e^1.6. More models raise it, a better attack can't.",
                ),
                Choice(
                    "The attack is too weak: others would show far more",
                    "No attack can do better than all right. What is short here is the number of models.",
                    wrong="ceiling_is_the_attack",
                ),
                Choice(
                    "The δ of the claim takes away what is above 1.6",
                    "The ceiling is there with δ = 0 too. It comes from the counts.",
                    wrong="ceiling_is_delta",
                ),
                Choice(
                    "Since 1.6 is what the implementation really leaks",
                    "With as many models of something that leaks everything the bound would be the same.",
                    wrong="ceiling_is_truth",
                ),
            ],
            name="why_a_ceiling",
        ),
        Question(
            "Why must the threshold of an audit not be the one that shows most on the scores under test?",
            [
                Choice(
                    "Because the best threshold for one model is bad for others",
                    "It may be quite good for others too. What it spoils is the count on the scores that chose it.",
                    wrong="threshold_does_not_carry_over",
                ),
                Choice(
                    "Because the interval only holds for scores of a normal distribution",
                    "It asks only who lies above the threshold and who below, whatever the distribution. What it can't know is "
                    "that you looked first.",
                    wrong="scores_must_be_normal",
                ),
                Choice(
                    "Because the interval holds for one test, not for the best of many",
                    "Among many thresholds one looks good by luck. An interval for a single count does not know that you looked at many.",
                ),
                Choice(
                    "Because it finds too little, so that leaks remain unseen",
                    "The other way round: it finds too much, in pure noise as well.",
                    wrong="finds_too_little",
                ),
            ],
            name="why_split",
        ),
        Question(
            "Seven implementations are audited at 95 % each. All are sound. How probable is it that at least one is convicted?",
            [
                Choice(
                    "At most 5 %, since that was the confidence of every audit",
                    "Of each by itself. Seven chances to err are more than one.",
                    wrong="family_is_each",
                ),
                Choice(
                    "It can be up to 35 %, hence the correction",
                    "Seven times 5 %, if the errors never coincide. Parting the 5 % among the seven brings it back.",
                ),
                Choice(
                    "Nearly 0 %, since all seven would have to err at once",
                    "That is the chance that all of them are convicted. One is enough here.",
                    wrong="all_at_once",
                ),
                Choice(
                    "It is 5 % divided by the 7 audits, so below 1 %",
                    "That is what each may be allowed, so that the family stays within 5 %.",
                    wrong="divided_already",
                ),
            ],
            name="family",
        ),
        Question(
            "An auditor of the final model shows little, one who sees every update shows much. Why trust the second more?",
            [
                Choice(
                    "That one sees what the claim covers: all that DP-SGD releases",
                    "The ε is promised against whoever sees every noisy sum. A test that sees less can only be weaker.",
                ),
                Choice(
                    "The bound is larger, and of two audits the one that shows more was done better",
                    "A threshold that has seen the test shows more too, of pure noise as well. So first ask how a bound was made.",
                    wrong="larger_is_better",
                ),
                Choice(
                    "Real attackers see every update, so the first one tests nothing of use",
                    "Most see the final model only. What is tested here is the promise, and whether the code keeps it.",
                    wrong="threat_model",
                ),
                Choice(
                    "Final models contain no trace of a single record once noise was added",
                    "They do, and the first auditor finds some of it. It is blurred by everything else that was learnt.",
                    wrong="final_model_has_no_trace",
                ),
            ],
            name="two_auditors",
        ),
    ],
    lesson=LESSON,
)
