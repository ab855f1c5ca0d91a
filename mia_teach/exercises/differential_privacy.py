"""Exercises and quiz of lesson 10: clip each example, noise for a sum, the region no attack can leave, and fixed batches."""

import math

import numpy as np
from jaxtyping import Float

from mia_teach.exercises.exercise import Case, Exercise, Wrong
from mia_teach.labs.quiz import Choice, Question, Quiz

LESSON = "10"


# ---- 1. clip each example ------------------------------------------------------------------------


def _clipped_sum(
    gradients: Float[np.ndarray, "batch parameters"], clip: float
) -> Float[np.ndarray, " parameters"]:
    """The sum of the rows, each shortened to length ``clip`` where it is longer."""
    lengths = np.linalg.norm(gradients, axis=1)
    factors = clip / np.maximum(lengths, clip)
    return factors @ gradients


def _shortened(total, clip):
    return total * clip / max(np.linalg.norm(total), clip)


def _sum_with(factors):
    """A sum whose rows get other factors: functions of (gradients, clip)."""

    def function(gradients, clip):
        return factors(gradients, clip) @ gradients

    return function


def _lengths(gradients):
    return np.linalg.norm(gradients, axis=1)


def _gradient_case(seed, batch, parameters, clip):
    rng = np.random.default_rng(seed)
    return Case((rng.normal(size=(batch, parameters)) * rng.lognormal(0, 1, (batch, 1))).round(2), clip)


clipped_sum = Exercise(
    name="clipped_sum",
    lesson=LESSON,
    reference=_clipped_sum,
    cases=(
        Case(np.array([[3.0, 4.0], [0.0, 0.5], [0.0, 0.0]]), 1.0),
        Case(np.array([[6.0, -8.0], [-1.0, 1.0], [0.0, 3.0]]), 2.0),
        Case(np.array([[0.3, 0.1], [0.2, -0.4]]), 5.0),
        Case(np.zeros((0, 3)), 1.0),
        _gradient_case(0, 8, 5, 1.5),
    ),
    hints=(
        "Whose influence is to be limited? Each row is one person's gradient; so each needs a factor of its own, before "
        "anything is added up.",
        "The factor of a row is clip / length where the row is longer than clip, and 1 elsewhere. A row of zeros must not "
        "divide by 0.",
        "`lengths = np.linalg.norm(gradients, axis=1)`; `factors = clip / np.maximum(lengths, clip)`; then "
        "`factors @ gradients` is the sum.",
    ),
    wrong=(
        Wrong(
            "batch_clipped",
            lambda gradients, clip: _shortened(gradients.sum(axis=0), clip),
            "You add up first and shorten the sum. One huge gradient then pushes all others out of it: with and without this "
            "person the result points elsewhere, twice as far as clip allows. Shorten each row.",
        ),
        Wrong(
            "mean_clipped",
            lambda gradients, clip: (
                len(gradients)
                * _shortened(gradients.mean(axis=0) if len(gradients) else gradients.sum(axis=0), clip)
            ),
            "You clip the mean of the batch. A single long gradient moves such a mean by more than clip / batch; nobody in "
            "particular is limited.",
        ),
        Wrong(
            "normalised",
            _sum_with(lambda gradients, clip: clip / np.maximum(_lengths(gradients), 1e-12)),
            "Every row comes out as long as clip, short ones are lengthened. Clipping only shortens: the factor is at most 1.",
        ),
        Wrong(
            "coordinates_clipped",
            lambda gradients, clip: np.clip(gradients, -clip, clip).sum(axis=0),
            "You cut every coordinate at clip. A row of d coordinates can then still be √d times as long as clip; its length is "
            "what counts, and its direction should stay.",
        ),
        Wrong(
            "long_ones_dropped",
            _sum_with(lambda gradients, clip: (_lengths(gradients) <= clip).astype(float)),
            "You leave the long rows out. Their influence would be limited, and what they teach lost; shorten them to clip.",
        ),
        Wrong(
            "columns",
            lambda gradients, clip: (
                gradients * (clip / np.maximum(np.linalg.norm(gradients, axis=0), clip))
            ).sum(axis=0),
            "You measured columns. A column is one parameter over all people; a row is one person over all parameters: axis=1.",
        ),
        Wrong(
            "not_clipped",
            lambda gradients, clip: gradients.sum(axis=0),
            "That is the plain sum. One person's gradient may be as long as it likes in it, and no noise hides that.",
        ),
        Wrong(
            "mean",
            lambda gradients, clip: _clipped_sum(gradients, clip) / max(len(gradients), 1),
            "You divide by the number of rows. Asked for is the sum: how many took part must not show yet, and an empty batch "
            "has no mean.",
        ),
        Wrong(
            "mean_of_nobody",
            lambda gradients, clip: _clipped_sum(gradients, clip) / len(gradients),
            "You take the mean of the clipped rows. Asked for is their sum; the mean of a batch without rows is 0 / 0, which NumPy "
            "calls NaN.",
        ),
        Wrong(
            "zero_over_zero",
            lambda gradients, clip: (
                (gradients / _lengths(gradients)[:, None]) * np.minimum(_lengths(gradients), clip)[:, None]
            ).sum(axis=0),
            "You divide each row by its length first. A row of zeros has length 0, 0 / 0 is NaN, and one NaN spoils the whole sum. "
            "Divide by the larger of length and clip.",
        ),
        Wrong(
            "normalised_zero_over_zero",
            lambda gradients, clip: clip * (gradients / _lengths(gradients)[:, None]).sum(axis=0),
            "Two things: every row comes out as long as clip, short ones too, though clipping only shortens; and a row of zeros "
            "becomes 0 / 0, NaN, which spoils the sum.",
        ),
        Wrong(
            "absolute_sum",
            _sum_with(lambda gradients, clip: clip / np.maximum(np.abs(gradients).sum(axis=1), clip)),
            "You measured a row by the sum of its absolute values. Gaussian noise is made for the Euclidean length, the root of "
            "the sum of squares.",
        ),
        Wrong(
            "squared_length",
            _sum_with(lambda gradients, clip: clip / np.maximum(_lengths(gradients) ** 2, clip)),
            "Your length is squared: the root is missing. So long rows come out shorter than clip, and some short ones are cut.",
        ),
        Wrong(
            "longest_decides",
            lambda gradients, clip: (
                gradients.sum(axis=0) * clip / max(clip, _lengths(gradients).max(initial=0.0))
            ),
            "One factor for all rows, that of the longest. Then one person changes what everybody else contributes, which is just "
            "what must not be.",
        ),
    ),
)


# ---- 2. the noise for a clipped sum --------------------------------------------------------------


def _noisy_mean(
    total: Float[np.ndarray, " parameters"],
    clip: float,
    noise_multiplier: float,
    drawn: int,
    expected: float,
    normal: Float[np.ndarray, " parameters"],
) -> Float[np.ndarray, " parameters"]:
    """The clipped sum plus noise of deviation noise_multiplier × clip, over the batch size to be expected."""
    return (total + noise_multiplier * clip * normal) / expected


def _noisy_case(seed, parameters, clip, noise_multiplier, drawn, expected):
    rng = np.random.default_rng(seed)
    return Case(
        rng.normal(size=parameters).round(2),
        clip,
        noise_multiplier,
        drawn,
        expected,
        rng.normal(size=parameters).round(2),
    )


noisy_mean = Exercise(
    name="noisy_mean",
    lesson=LESSON,
    reference=_noisy_mean,
    cases=(
        Case(np.array([1.0, -2.0]), 2.0, 0.5, 5, 4.0, np.array([1.0, 0.0])),
        Case(np.array([0.6, 1.3, 0.0]), 0.5, 4.0, 3, 10.0, np.array([-1.0, 2.0, 0.5])),
        Case(np.zeros(2), 3.0, 1.5, 0, 8.0, np.array([0.5, -1.0])),
        _noisy_case(0, 6, 0.3, 1.1, 27, 25.0),
    ),
    hints=(
        "How far can one person move this sum? That is how large the noise must be, times the multiplier.",
        "Noise goes onto the *sum*, each coordinate with its own number from `normal`. Only then divide, and not by how many "
        "happened to be drawn: that number depends on who is in the data.",
        "`(total + noise_multiplier * clip * normal) / expected`",
    ),
    wrong=(
        Wrong(
            "published",
            lambda t, c, s, d, e, z: (t + s * c / e * z) / e,
            "This is the published slip: the noise has the size that a *mean* needs, then it is divided by the batch size once more. "
            "A person moves the sum by up to clip, and so much noise belongs to the sum.",
        ),
        Wrong(
            "without_the_clip",
            lambda t, c, s, d, e, z: (t + s * z) / e,
            "Your noise does not know the clip. The multiplier is in units of it: with clip = 2 each person may move the sum by 2, and "
            "the noise must be twice as large.",
        ),
        Wrong(
            "over_the_clip",
            lambda t, c, s, d, e, z: (t + s / c * z) / e,
            "You divide by the clip. A longer clip lets a person move the sum further, and asks for more noise.",
        ),
        Wrong(
            "after_dividing",
            lambda t, c, s, d, e, z: t / e + s * c * z,
            "You add the sum's noise to the mean. It is private, and drowns the gradient in the batch size's multiple of the noise "
            "that is needed.",
        ),
        Wrong(
            "by_the_drawn",
            lambda t, c, s, d, e, z: (t + s * c * z) / max(d, 1),
            "You divide by how many were drawn. One person more or less changes that number, and the noise was not made to hide it. "
            "Divide by what is known beforehand.",
        ),
        Wrong(
            "by_the_drawn_also_if_nobody",
            lambda t, c, s, d, e, z: (t + s * c * z) / d,
            "You divide by `drawn`. That number changes with one person more or less, and the noise was not made to hide it; and in "
            "a step for which nobody is drawn you divide by 0. Divide by `expected`, which is known beforehand.",
        ),
        Wrong(
            "no_clip_by_the_drawn",
            lambda t, c, s, d, e, z: (t + s * z) / max(d, 1),
            "Two things: your noise does not know the clip, which is how far one person may move the sum; and you divide by how many "
            "were drawn, which tells of one person more or less. Divide by what is known beforehand.",
        ),
        Wrong(
            "no_clip_by_the_drawn_also_if_nobody",
            lambda t, c, s, d, e, z: (t + s * z) / d,
            "Two things: the multiplier is in units of the clip, so the noise must grow with it; and `drawn` changes with one person "
            "more or less, and is 0 in a step for which nobody is drawn. Divide by `expected`, which is known beforehand.",
        ),
        Wrong(
            "variance",
            lambda t, c, s, d, e, z: (t + np.sqrt(s * c) * z) / e,
            "You took noise_multiplier × clip for a variance. It is the standard deviation; what multiplies a standard normal number.",
        ),
        Wrong(
            "squared",
            lambda t, c, s, d, e, z: (t + (s * c) ** 2 * z) / e,
            "That is the variance. A standard normal number is multiplied by the standard deviation.",
        ),
        Wrong(
            "one_number_for_all",
            lambda t, c, s, d, e, z: (t + s * c * z[0]) / e,
            "All coordinates get the same noise. It cancels in any difference of two of them, and the gradient is laid bare. Each needs "
            "its own.",
        ),
        Wrong(
            "spread_over_coordinates",
            lambda t, c, s, d, e, z: (t + s * c * z / np.sqrt(len(z))) / e,
            "You spread the noise over the coordinates. A person may move the sum by clip along a single one, and that one must be "
            "hidden all by itself.",
        ),
        Wrong(
            "no_division",
            lambda t, c, s, d, e, z: t + s * c * z,
            "The noise is right; the division by the expected batch size is missing.",
        ),
        Wrong(
            "no_noise",
            lambda t, c, s, d, e, z: t / e,
            "There is no noise yet. A clipped mean still tells exactly what was added up.",
        ),
        Wrong(
            "by_every_person",
            lambda t, c, s, d, e, z: (t + s * c * np.sqrt(max(d, 0)) * z) / e,
            "Noise for every drawn person, added up. One noise hides whichever single one of them is in question.",
        ),
        Wrong(
            "subtracted",
            lambda t, c, s, d, e, z: (t - s * c * z) / e,
            "As noise that is as good, since it is as likely as its opposite. Add it, so that the numbers agree with those of this check.",
        ),
    ),
)


# ---- 3. the region that no attack can leave ------------------------------------------------------


def _largest_tpr(
    fpr: Float[np.ndarray, " rates"], epsilon: float, delta: float
) -> Float[np.ndarray, " rates"]:
    """The largest true positive rate at each false positive rate that (epsilon, delta) allows."""
    accusing = np.exp(epsilon) * fpr + delta
    acquitting = 1 - np.exp(-epsilon) * (1 - delta - fpr)
    return np.minimum(np.minimum(accusing, acquitting), 1.0)


def _tpr_with(accusing=None, acquitting=None, join=np.minimum, top=1.0):
    """A wrong region: another line, or joined otherwise."""
    first = accusing or (lambda f, e, d: np.exp(e) * f + d)
    second = acquitting or (lambda f, e, d: 1 - np.exp(-e) * (1 - d - f))

    def function(fpr, epsilon, delta):
        both = join(first(fpr, epsilon, delta), second(fpr, epsilon, delta))
        return both if top is None else np.minimum(both, top)

    return function


largest_tpr = Exercise(
    name="largest_tpr",
    lesson=LESSON,
    reference=_largest_tpr,
    cases=(
        Case(np.array([0.0, 0.1, 0.25, 0.5, 1.0]), float(np.log(3)), 0.0),
        Case(np.array([0.0, 0.01, 0.3, 0.9, 1.0]), 1.0, 0.05),
        Case(np.array([0.01, 0.2, 0.7]), 0.0, 0.1),
        Case(np.linspace(0, 1, 11), 0.4, 0.02),
    ),
    hints=(
        "The promise holds for every event and in both directions. One event is “accused”, the other “not accused”.",
        "From the first: TPR ≤ e^ε · FPR + δ. From the second, with the two data sets exchanged: 1 − FPR ≤ e^ε · (1 − TPR) + δ. "
        "Solve that for TPR, and take the smaller of the two. A rate is at most 1.",
        "`np.minimum(np.exp(epsilon) * fpr + delta, 1 - np.exp(-epsilon) * (1 - delta - fpr))`, and `np.minimum` of that with 1.",
    ),
    wrong=(
        Wrong(
            "one_side",
            _tpr_with(join=lambda one, other: one),
            "Right where few are accused. But “not accused” is an event too, and gives a second line that is lower where "
            "many are.",
        ),
        Wrong(
            "one_side_without_end",
            _tpr_with(join=lambda one, other: one, top=None),
            "That is the line of “accused”, and it is right where few are accused. Further right it passes 1, which no rate does; "
            "and the line of “not accused” is lower there.",
        ),
        Wrong(
            "other_side",
            _tpr_with(join=lambda one, other: other),
            "That is the line of “not accused”. At low false positive rates the other one is lower: TPR ≤ e^ε · FPR + δ.",
        ),
        Wrong(
            "other_side_without_end",
            _tpr_with(join=lambda one, other: other, top=None),
            "That is the line of “not accused” alone. At low false positive rates the other, e^ε · FPR + δ, is lower; and "
            "with δ yours ends above 1.",
        ),
        Wrong(
            "larger_of_the_two",
            _tpr_with(join=np.maximum),
            "Both lines must hold, so the lower one decides. You took the higher.",
        ),
        Wrong(
            "no_delta",
            _tpr_with(lambda f, e, d: np.exp(e) * f, lambda f, e, d: 1 - np.exp(-e) * (1 - f)),
            "The δ is missing. At a false positive rate of 0 an attack may still find δ of the members.",
        ),
        Wrong(
            "delta_in_one_line",
            _tpr_with(acquitting=lambda f, e, d: 1 - np.exp(-e) * (1 - f)),
            "δ belongs into both lines; in yours the second does without.",
        ),
        Wrong(
            "delta_not_shrunk",
            _tpr_with(acquitting=lambda f, e, d: 1 - np.exp(-e) * (1 - f) + d),
            "In the second line δ stands inside the bracket: solve 1 − FPR ≤ e^ε · (1 − TPR) + δ for TPR once more.",
        ),
        Wrong(
            "delta_outside_with_minus",
            _tpr_with(acquitting=lambda f, e, d: 1 - np.exp(-e) * (1 - f) - d),
            "In your second line δ stands outside the bracket, and lowers what is allowed. It belongs inside, beside FPR: "
            "1 − e^−ε · (1 − δ − FPR). A larger δ allows more.",
        ),
        Wrong(
            "delta_with_the_wrong_sign",
            _tpr_with(acquitting=lambda f, e, d: 1 - np.exp(-e) * (1 + d - f)),
            "In the second line δ has the wrong sign. A larger δ allows the attack more, never less.",
        ),
        Wrong(
            "delta_in_the_bracket",
            _tpr_with(accusing=lambda f, e, d: np.exp(e) * (f + d)),
            "In the first line δ stands outside: e^ε multiplies the false positive rate alone.",
        ),
        Wrong(
            "epsilon_as_factor",
            _tpr_with(lambda f, e, d: (1 + e) * f + d, lambda f, e, d: 1 - (1 - d - f) / (1 + e)),
            "The factor is e^ε. 1 + ε is near it for a small ε only, and too small always.",
        ),
        Wrong(
            "power_of_two",
            _tpr_with(lambda f, e, d: 2**e * f + d, lambda f, e, d: 1 - 2**-e * (1 - d - f)),
            "You raise 2 to the ε. The promise is stated with e, the base of natural logarithms.",
        ),
        Wrong(
            "more_than_one",
            _tpr_with(top=None),
            "Nearly: with δ both lines pass 1, and a rate cannot.",
        ),
        Wrong(
            "added_to_fpr",
            lambda fpr, epsilon, delta: np.minimum(fpr + epsilon + delta, 1.0),
            "ε is no distance between the rates. It bounds their ratio: e^ε times the false positive rate, plus δ.",
        ),
        Wrong(
            "largest_advantage",
            lambda fpr, epsilon, delta: np.minimum(
                fpr + (np.exp(epsilon) - 1 + 2 * delta) / (np.exp(epsilon) + 1), 1.0
            ),
            "That is the false positive rate plus the largest advantage, which is reached at one place only. Elsewhere less is allowed.",
        ),
    ),
)


# ---- stretch: the order of the batches -----------------------------------------------------------


def _fixed_batches_mu(examples: int, batch_size: int, steps: int, noise_multiplier: float) -> float:
    """Sensitivity over noise, all steps together, of the record that takes part most often in batches of fixed order."""
    batches = math.ceil(examples / batch_size)
    takes_part = math.ceil(steps / batches)
    return math.sqrt(takes_part) / noise_multiplier


def _mu_with(takes_part=None, mu=None):
    """A wrong mu: another count, or other arithmetic on it."""
    count = takes_part or (lambda n, b, t: math.ceil(t / math.ceil(n / b)))
    total = mu or (lambda k, s: math.sqrt(k) / s)
    return lambda n, b, t, s: total(count(n, b, t), s)


fixed_batches_mu = Exercise(
    name="fixed_batches_mu",
    lesson=LESSON,
    stretch=True,
    reference=_fixed_batches_mu,
    cases=(
        Case(1000, 100, 40, 2.0),
        Case(1000, 100, 45, 2.0),
        Case(1050, 100, 33, 0.5),
        Case(60, 20, 3, 1.5),
        Case(500, 100, 2, 4.0),
    ),
    hints=(
        "No coin is tossed here. Follow one record: in which steps does it take part, and what does the order of the batches tell?",
        "A pass over the data takes ⌈examples / batch_size⌉ steps, in each of which other records take part. The record that is unluckiest "
        "takes part once more in a pass that is not finished.",
        "k = ⌈steps / batches⌉. Each part is a Gaussian mechanism with sensitivity 1 and deviation noise_multiplier (in clips); "
        "k of them together are one with √k times the sensitivity.",
    ),
    wrong=(
        Wrong(
            "every_step",
            _mu_with(lambda n, b, t: t),
            "You let the record take part in every step. It is in one batch of each pass.",
        ),
        Wrong(
            "poisson",
            lambda n, b, t, s: b / n * math.sqrt(t * math.expm1(s**-2)),
            "That is the Gaussian approximation for batches drawn by coins. With fixed batches nobody needs to guess in which "
            "steps the record took part.",
        ),
        Wrong(
            "sampled_sensitivity",
            lambda n, b, t, s: b / n * math.sqrt(t) / s,
            "You multiply the sensitivity by the share of records in a batch. Where the record takes part it does so wholly.",
        ),
        Wrong(
            "unlucky_forgotten",
            _mu_with(lambda n, b, t: t // math.ceil(n / b)),
            "You count finished passes. The promise is for everybody, also for who was in the first batch of an unfinished one.",
        ),
        Wrong(
            "on_average",
            _mu_with(lambda n, b, t: t * b / n),
            "That is how often a record takes part on average. The promise is for the one that does so most often, and a last, smaller "
            "batch is a step too.",
        ),
        Wrong(
            "last_batch_dropped",
            _mu_with(lambda n, b, t: math.ceil(t / (n // b))),
            "A last batch that is not full is a batch too: ⌈examples / batch_size⌉ steps a pass.",
        ),
        Wrong(
            "no_root",
            _mu_with(mu=lambda k, s: k / s),
            "Noise adds up too. k parts move the sum k times as far, and its noise is √k times as wide: √k remains.",
        ),
        Wrong(
            "no_root_on_average",
            lambda n, b, t, s: t * b / n / s,
            "Two things: the root is missing, since noise adds up too and k parts give √k; and k is a whole number, the parts of the "
            "record that takes part most often, rounded up.",
        ),
        Wrong(
            "no_root_not_rounded",
            lambda n, b, t, s: t / math.ceil(n / b) / s,
            "You have steps over batches. The promise is for whoever takes part most often, so round up; and k parts sum to √k, as "
            "their noise adds up too.",
        ),
        Wrong(
            "times_the_noise",
            _mu_with(mu=lambda k, s: math.sqrt(k) * s),
            "You multiply by the noise. More noise hides more, so it divides: √k / noise_multiplier.",
        ),
        Wrong(
            "upside_down",
            _mu_with(mu=lambda k, s: s / math.sqrt(k)),
            "That is noise over sensitivity. More noise must give a smaller value.",
        ),
        Wrong(
            "root_of_noise",
            _mu_with(mu=lambda k, s: math.sqrt(k / s)),
            "The root is over the noise multiplier too. Only the number of parts stands under it.",
        ),
        Wrong(
            "one_part",
            _mu_with(mu=lambda k, s: 1 / s),
            "That is one pass. A second one tells about the same record once more.",
        ),
    ),
)


quiz = Quiz(
    [
        Question(
            "A hospital publishes a model trained with (1, 10⁻⁵)-differential privacy. What does that promise to a patient whose record "
            "trained it?",
            [
                Choice(
                    "Whoever tries to tell whether the patient took part gains at most about a factor e by it",
                    "The odds that the patient took part, about e times what they were at most, whatever is known and computed. With odds of one to "
                    "one that is a precision of 73 %: a bound, not “nothing”.",
                ),
                Choice(
                    "Nobody can learn from the model that the patient, a smoker, has a higher risk of cancer",
                    "A model may learn that smokers do, without this patient as well. What holds for a population is no secret of one member.",
                    wrong="hides_population_facts",
                ),
                Choice(
                    "Nobody can attack the model with more than one per cent of success",
                    "ε is no rate. Success depends on the false positive rate that is allowed, and the promise is about a ratio.",
                    wrong="epsilon_is_a_rate",
                ),
                Choice(
                    "Whoever asks whether the patient's whole family took part gains a factor e at most",
                    "The promise is for one record. Four of one family together have four times the ε, a factor of about 55.",
                    wrong="group_has_the_same_epsilon",
                ),
            ],
            name="what_is_promised",
        ),
        Question(
            "LiRA with shadow models finds 1 % of the members at a false positive rate of 1 %. The training clips and adds no noise. What is "
            "its ε?",
            [
                Choice(
                    "About 0, since the attack guesses",
                    "This attack guesses. ε is about all attacks, and without noise one that sees the steps reads the record off.",
                    wrong="failed_attack_is_epsilon",
                ),
                Choice(
                    "Infinite: without noise none is promised",
                    "A failed attack is no promise, and clipping alone gives none.",
                ),
                Choice(
                    "What clipping at 1 gives, so about 1",
                    "Clipping bounds the sensitivity. Only together with noise does that become an ε.",
                    wrong="clip_is_epsilon",
                ),
                Choice(
                    "It can be read off only from a larger attack",
                    "Attacks give lower bounds for ε. An upper one comes from the mechanism, and this one has none.",
                    wrong="epsilon_from_attacks",
                ),
            ],
            name="no_noise",
        ),
        Question(
            "Three ways to account for one run: PLD 7.7, RDP 8.6, Gaussian approximation 6.7. Which may be reported as its ε?",
            [
                Choice(
                    "The 6.7, since the smallest is the tightest",
                    "It comes from a limit for infinitely many steps and lies below what the run really leaks. It bounds nothing.",
                    wrong="smallest_is_tightest",
                ),
                Choice(
                    "Their mean, as accountants err both ways",
                    "PLD and RDP err in one direction only, upwards. Averaging with an approximation spoils that.",
                    wrong="mean_of_accountants",
                ),
                Choice(
                    "The 8.6 only, as RDP is what was proved",
                    "Both are proved. PLD follows the whole distribution of the loss and is simply tighter.",
                    wrong="only_rdp_proved",
                ),
                Choice(
                    "The 7.7 or the 8.6: both are upper bounds",
                    "Both are safe, and the smaller one says more.",
                ),
            ],
            name="which_epsilon",
        ),
        Question(
            "In DP-SGD, why is it not enough to clip the mean gradient of a batch?",
            [
                Choice(
                    "It moves by clip / batch only, so noise is wasted",
                    "That is how far the mean of clipped gradients moves. One person can turn a clipped mean right round: twice clip.",
                    wrong="clipped_mean_moves_little",
                ),
                Choice(
                    "Clipping a mean makes the training less accurate",
                    "That may be; it is no matter of privacy.",
                    wrong="accuracy_reason",
                ),
                Choice(
                    "One long gradient can still decide where it points",
                    "What must be limited is what one person changes. So each person's gradient is cut before it meets the others.",
                ),
                Choice(
                    "Because the noise is added to each example as well",
                    "Noise is added once, to the sum. Clipping is what makes one noise enough for everybody.",
                    wrong="noise_for_each",
                ),
            ],
            name="why_per_example",
        ),
        Question(
            "A paper shuffles the data every epoch, walks through it in batches, and reports the ε of batches drawn by independent coins. "
            "What is wrong?",
            [
                Choice(
                    "Nothing, since on average the batches are equally large",
                    "Sizes are not the point. By coins, nobody knows whether a record was drawn at all; here it surely is, once an epoch.",
                    wrong="same_on_average",
                ),
                Choice(
                    "The reported ε belongs to another way of drawing batches",
                    "The amplification was counted for coins that were never tossed. The true ε of the shuffled run can be several times larger.",
                ),
                Choice(
                    "The ε is too large, since each record comes once an epoch",
                    "That is the intuition, and the wrong way round at small noise: what comes surely is easier to look for.",
                    wrong="shuffling_is_safer",
                ),
                Choice(
                    "Little: the order is secret, which hides a record as coins do",
                    "A secret order hides something, and lower bounds show that it can be far less than what coins hide.",
                    wrong="secret_order_is_coins",
                ),
            ],
            name="shuffled_batches",
        ),
    ],
    lesson=LESSON,
)
