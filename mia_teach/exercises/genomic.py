"""Lesson 07: Homer's distance, the likelihood ratio, a promise that can be kept, a beacon; and the quiz."""

import numpy as np
from jaxtyping import Bool, Float

from mia_teach.exercises.exercise import Case, Exercise, Wrong
from mia_teach.labs.quiz import Choice, Question, Quiz

LESSON = "07"


def _study(seed, people, sites):
    """Frequencies of a pool and of a reference, strictly between 0 and 1, and people's genotypes."""
    rng = np.random.default_rng(seed)
    reference = rng.uniform(0.15, 0.85, sites).round(2)
    pool = np.clip(reference + rng.normal(0, 0.08, sites), 0.05, 0.95).round(2)
    return pool, reference, rng.binomial(2, pool, (people, sites)).astype(float)


# ---- 1. Homer's distance -------------------------------------------------------------------------


def _homer_distance(
    pool: Float[np.ndarray, " sites"],
    reference: Float[np.ndarray, " sites"],
    genotypes: Float[np.ndarray, "people sites"],
) -> Float[np.ndarray, " people"]:
    """How much nearer each person is to the pool than to the reference, mean over the sites."""
    y = genotypes / 2
    return (np.abs(y - reference) - np.abs(y - pool)).mean(axis=1)


def _distance_with(combine, *, halved=True):
    """A wrong distance: other combinations of what lies between a person, the reference and the pool."""

    def function(pool, reference, genotypes):
        y = genotypes / 2 if halved else genotypes
        return combine(y - reference, y - pool)

    return function


def _standardised(to_reference, to_pool):
    d = np.abs(to_reference) - np.abs(to_pool)
    return d.mean(axis=1) / (d.std(axis=1, ddof=1) / d.shape[1] ** 0.5)


homer_distance = Exercise(
    name="homer_distance",
    lesson=LESSON,
    reference=_homer_distance,
    cases=(
        Case(np.array([0.75, 0.25]), np.array([0.5, 0.5]), np.array([[2.0, 0.0], [1.0, 0.0], [0.0, 2.0]])),
        Case(*_study(0, 5, 12)),
        Case(*_study(1, 4, 30)),
    ),
    hints=(
        "At one site a person has 0, 1 or 2 copies, so a share of 0, a half or 1. How far is that share from the "
        "reference's frequency, how far from the pool's, and which of the two should be larger for a member?",
        "`y = genotypes / 2` has the shape (people, sites), a frequency vector (sites,); their difference works row by "
        "row. The distance at a site is `np.abs(y - reference) - np.abs(y - pool)`.",
        "Take the mean of that over the sites of each person: `.mean(axis=1)`.",
    ),
    wrong=(
        Wrong(
            "sign_flipped",
            lambda *case: -_homer_distance(*case),
            "The size is right and the sign is not: whoever is nearer to the pool must get the larger score, so the "
            "distance to the pool is subtracted.",
        ),
        Wrong(
            "copies_for_shares",
            _distance_with(lambda r, p: (np.abs(r) - np.abs(p)).mean(axis=1), halved=False),
            "You compare 0, 1 or 2 copies with a frequency, which lies between 0 and 1. Divide the genotype by 2.",
        ),
        Wrong(
            "squares",
            _distance_with(lambda r, p: (r**2 - p**2).mean(axis=1)),
            "These are squared distances. They make a statistic too, but Homer's takes absolute values.",
        ),
        Wrong(
            "no_absolute_values",
            _distance_with(lambda r, p: (r - p).mean(axis=1)),
            "Without absolute values the person cancels: everybody gets the mean of pool minus reference.",
        ),
        Wrong(
            "absolute_afterwards",
            _distance_with(lambda r, p: np.abs(np.abs(r) - np.abs(p)).mean(axis=1)),
            "The last absolute value is one too many. It says how different the two distances are, and no longer which "
            "is the larger.",
        ),
        Wrong(
            "absolute_of_the_means",
            _distance_with(lambda r, p: np.abs(r.mean(axis=1)) - np.abs(p.mean(axis=1))),
            "You average over the sites first and take absolute values afterwards. Sites above and below then cancel, and "
            "with them nearly all that the pool tells.",
        ),
        Wrong(
            "only_the_pool",
            _distance_with(lambda r, p: -np.abs(p).mean(axis=1)),
            "Nearness to the pool alone says how common somebody's alleles are. The reference is there to take that away.",
        ),
        Wrong(
            "sum_for_mean",
            _distance_with(lambda r, p: (np.abs(r) - np.abs(p)).sum(axis=1)),
            "That is the sum over the sites. The mean stays comparable when a study publishes more of them.",
        ),
        Wrong(
            "sum_of_copies",
            _distance_with(lambda r, p: (np.abs(r) - np.abs(p)).sum(axis=1), halved=False),
            "Two things at once: you compare 0, 1 or 2 copies with a frequency (divide the genotype by 2), and you add up "
            "over the sites where their mean is asked for.",
        ),
        Wrong(
            "over_people",
            _distance_with(lambda r, p: (np.abs(r) - np.abs(p)).mean(axis=0)),
            "You averaged over the people, so there is one number for each site. A score belongs to a person: average "
            "over the sites, `axis=1`.",
        ),
        Wrong(
            "one_for_all",
            _distance_with(lambda r, p: (np.abs(r) - np.abs(p)).mean()),
            "That is one number for everybody together. Each person needs one: `axis=1`.",
        ),
        Wrong(
            "share_of_sites",
            _distance_with(lambda r, p: (np.abs(r) > np.abs(p)).mean(axis=1)),
            "You count at how many sites the pool is nearer. How much nearer is part of the distance.",
        ),
        Wrong(
            "t_for_distance",
            _distance_with(_standardised),
            "That is Homer's T, the distance in units of its standard error. Here the mean distance itself is asked for.",
        ),
    ),
)


# ---- 2. the likelihood ratio ---------------------------------------------------------------------


def _likelihood_ratio(
    pool: Float[np.ndarray, " sites"],
    reference: Float[np.ndarray, " sites"],
    genotypes: Float[np.ndarray, "people sites"],
) -> Float[np.ndarray, " people"]:
    """Log-likelihood under the pool's frequencies minus that under the reference's, both alleles counted."""
    return genotypes @ np.log(pool / reference) + (2 - genotypes) @ np.log((1 - pool) / (1 - reference))


def _products(pool, reference, x):
    def probability(frequencies):
        return np.prod(frequencies**x * (1 - frequencies) ** (2 - x), axis=1)

    return np.log(probability(pool) / probability(reference))


def _ratio_with(combine):
    """A wrong ratio: other combinations of the copies with the two logarithms."""

    def function(pool, reference, genotypes):
        return combine(genotypes, np.log(pool / reference), np.log((1 - pool) / (1 - reference)))

    return function


likelihood_ratio = Exercise(
    name="likelihood_ratio",
    lesson=LESSON,
    reference=_likelihood_ratio,
    cases=(
        Case(np.array([0.6, 0.25]), np.array([0.5, 0.5]), np.array([[2.0, 0.0], [1.0, 1.0], [0.0, 2.0]])),
        Case(*_study(2, 5, 12)),
        Case(*_study(3, 4, 30)),
        Case(*_study(4, 3, 4000)),  # as many sites as real studies have: products of probabilities are 0 here
    ),
    hints=(
        "At each site a person carries two copies. How probable is each of them under the pool's frequency, and how "
        "probable under the reference's? Probabilities of independent copies multiply, so logarithms add.",
        "A copy of the counted allele has the ratio pool / reference, a copy of the other one (1 − pool) / (1 − reference). "
        "Of the first kind there are `genotypes`, of the second `2 - genotypes`.",
        "`genotypes @ np.log(pool / reference)` adds up the first kind over all sites, person by person. Add the same for "
        "the second kind.",
    ),
    wrong=(
        Wrong(
            "sign_flipped",
            lambda *case: -_likelihood_ratio(*case),
            "The size is right and the sign is not: the pool belongs above the fraction line, or members get the smaller "
            "score.",
        ),
        Wrong(
            "other_allele_forgotten",
            _ratio_with(lambda x, a, b: x @ a),
            "A site at which somebody has no copy of the counted allele counts for nothing here. It holds two copies of "
            "the other allele, and they are evidence too.",
        ),
        Wrong(
            "one_copy_each",
            _ratio_with(lambda x, a, b: x @ a + (1 - x) @ b),
            "You give a person one copy at each site. There are two: one chromosome from either parent.",
        ),
        Wrong(
            "shares_for_copies",
            _ratio_with(lambda x, a, b: x / 2 @ a + (1 - x / 2) @ b),
            "That is half of it: you divided the genotype by 2. A likelihood counts every copy.",
        ),
        Wrong(
            "mean_for_sum",
            _ratio_with(lambda x, a, b: (x * a + (2 - x) * b).mean(axis=1)),
            "That is the mean over the sites. Logarithms of independent evidence add up: each further site counts in full.",
        ),
        Wrong(
            "site_by_site",
            _ratio_with(lambda x, a, b: x * a + (2 - x) * b),
            "Every site's evidence stands by itself here, a row for each person. Add it up over the sites.",
        ),
        Wrong(
            "over_people",
            _ratio_with(lambda x, a, b: (x * a + (2 - x) * b).sum(axis=0)),
            "You added up over the people, so there is one number for each site. A score belongs to a person: sum over "
            "the sites.",
        ),
        Wrong(
            "ratio_without_logarithm",
            _ratio_with(lambda x, a, b: np.exp(x @ a + (2 - x) @ b)),
            "That is the ratio itself. Over thousands of sites it leaves the range of floating-point numbers; give its "
            "logarithm.",
        ),
        Wrong(
            "other_base",
            _ratio_with(lambda x, a, b: (x @ a + (2 - x) @ b) / np.log(10)),
            "You took logarithms to the base 10. The ranking is the same; here the natural logarithm, `np.log`, is meant.",
        ),
        Wrong(
            "base_two",
            _ratio_with(lambda x, a, b: (x @ a + (2 - x) @ b) / np.log(2)),
            "You took logarithms to the base 2, which gives bits. The ranking is the same; here `np.log` is meant.",
        ),
        Wrong(
            "products_underflow",
            _products,
            "Right on a few sites, and not a number on thousands: a product of so many probabilities is smaller than "
            "any floating-point number, so it becomes 0, and 0 / 0 has no value. Take the logarithm at each site first, "
            "then add.",
        ),
        Wrong(
            "alleles_exchanged",
            _ratio_with(lambda x, a, b: x @ b + (2 - x) @ a),
            "The two alleles have changed places. `genotypes` counts copies of the allele whose frequencies are given.",
        ),
        Wrong(
            "only_the_pool",
            lambda pool, reference, x: x @ np.log(pool) + (2 - x) @ np.log(1 - pool),
            "That is the likelihood under the pool alone. Somebody with common alleles has a high one without having taken "
            "part; divide by the likelihood under the reference.",
        ),
        Wrong(
            "differences_of_frequencies",
            lambda pool, reference, x: x @ (pool - reference) + (2 - x) @ (reference - pool),
            "You weigh copies by differences of frequencies. A likelihood ratio weighs them by the logarithm of a quotient: "
            "the same difference says more where an allele is rare.",
        ),
    ),
)


# ---- 3. a promise that can be kept ---------------------------------------------------------------


def _p_values(
    t: Float[np.ndarray, " people"], outsiders: Float[np.ndarray, " known"]
) -> Float[np.ndarray, " people"]:
    """(1 + how many known outsiders score as high or higher) / (1 + how many there are), person by person."""
    as_high = (outsiders[:, None] >= t).sum(axis=0)
    return (1 + as_high) / (1 + len(outsiders))


def _p_with(combine):
    """A wrong p value: other counts, or none."""

    def function(t, outsiders):
        return combine((outsiders[:, None] >= t).sum(axis=0), len(outsiders))

    return function


def _normal_tail(z):
    from scipy.stats import norm

    return norm.sf(z)


def _p_case(seed, people, known):
    rng = np.random.default_rng(seed)
    return Case(rng.normal(1.5, 2, people).round(1), np.append(rng.normal(0.8, 2, known - 1).round(1), 9.5))


p_values = Exercise(
    name="p_values",
    lesson=LESSON,
    reference=_p_values,
    cases=(
        Case(np.array([2.0, 0.5, -1.0, 3.5]), np.array([2.0, 0.0, 1.0, -0.5])),
        _p_case(0, 8, 19),
        _p_case(1, 5, 39),
    ),
    hints=(
        "You have T of people of whom you know that they were not in the pool. If this person was not either, this T is one "
        "more of the same kind. How often would it be among the highest?",
        "Count the known outsiders whose T is as high as the person's or higher, and count the person too, who is one of "
        "those who might be an outsider.",
        "`(outsiders[:, None] >= t)` has a row for each outsider and a column for each person. Sum over the rows, add 1, and "
        "divide by `len(outsiders) + 1`.",
    ),
    wrong=(
        Wrong(
            "nominal",
            lambda t, outsiders: _normal_tail(t),
            "That is the paper's own promise: the tail of the standard normal distribution. It does not look at the "
            "outsiders, and it is what went wrong.",
        ),
        Wrong(
            "fitted_normal",
            lambda t, outsiders: _normal_tail((t - outsiders.mean()) / outsiders.std(ddof=1)),
            "You fit a bell to the outsiders. That mends its place and its width, and promises a tail that nobody has "
            "seen. Counting promises nothing about the shape.",
        ),
        Wrong(
            "fitted_normal_population",
            lambda t, outsiders: _normal_tail((t - outsiders.mean()) / outsiders.std()),
            "You fit a bell (with the deviation that divides by n). Its tail is an assumption; count outsiders instead.",
        ),
        Wrong(
            "nought_is_possible",
            _p_with(lambda high, known: high / known),
            "Whoever exceeds all known outsiders gets a p value of 0, as if that could not happen by chance. Of n outsiders "
            "and one more, the last one is the highest once in n + 1. Count the person in, above and below the line.",
        ),
        Wrong(
            "counted_only_below",
            _p_with(lambda high, known: high / (known + 1)),
            "You count the person among all and not among those who score as high as the person does. The person does: add 1 "
            "above the line too.",
        ),
        Wrong(
            "counted_only_above",
            _p_with(lambda high, known: (1 + high) / known),
            "You count the person above the line and not below, so the largest p value exceeds 1. Divide by one more.",
        ),
        Wrong(
            "ties_let_off",
            lambda t, outsiders: (1 + (outsiders[:, None] > t).sum(axis=0)) / (1 + len(outsiders)),
            "An outsider with exactly the same T is evidence that outsiders get it. Count ties too: `>=`.",
        ),
        Wrong(
            "lower_tail",
            lambda t, outsiders: (1 + (outsiders[:, None] <= t).sum(axis=0)) / (1 + len(outsiders)),
            "You count outsiders who score lower. A high T speaks for membership, so what counts is how many outsiders "
            "score as high.",
        ),
        Wrong(
            "two_sided",
            lambda t, outsiders: (
                (1 + (np.abs(outsiders)[:, None] >= np.abs(t)).sum(axis=0)) / (1 + len(outsiders))
            ),
            "You take absolute values. Who is far from the pool has a T far below 0, and nobody is accused for that.",
        ),
        Wrong(
            "confidence_for_p",
            lambda t, outsiders: 1 - _p_values(t, outsiders),
            "That is 1 minus the p value. A p value is small for the suspicious.",
        ),
        Wrong(
            "among_the_candidates",
            lambda t, outsiders: (1 + (t[:, None] >= t).sum(axis=0)) / (1 + len(t)),
            "You rank the people among themselves. Members are among them, so nothing is promised about outsiders; compare "
            "with the known ones.",
        ),
        Wrong(
            "among_the_candidates_alone",
            lambda t, outsiders: (t[:, None] >= t).mean(axis=0),
            "These are ranks among the tested people, and the known outsiders do not occur. Some of the tested are members, "
            "so such a rank promises nothing; count known outsiders.",
        ),
        Wrong(
            "among_everybody",
            lambda t, outsiders: (np.append(outsiders, t)[:, None] >= t).mean(axis=0),
            "You rank each person among the outsiders and all the other tested people. Members among those push the rank "
            "down; compare each with the known outsiders alone, and count the person in.",
        ),
        Wrong(
            "counts",
            _p_with(lambda high, known: 1 + high),
            "These are counts. Divide by the number of those who were compared, the person included.",
        ),
    ),
)


# ---- stretch: a beacon ---------------------------------------------------------------------------


def _beacon_ratio(
    has: Bool[np.ndarray, "people sites"],
    answers: Bool[np.ndarray, " sites"],
    frequencies: Float[np.ndarray, " sites"],
    pool_size: int,
    error: float,
) -> Float[np.ndarray, " people"]:
    """Log-likelihood of the beacon's answers at the sites where a person has the allele: in the pool, or not."""
    nobody = (1 - frequencies) ** (2 * pool_size)
    return has @ np.where(answers, np.log((1 - error) / (1 - nobody)), np.log(error / nobody))


def _beacon_with(combine, *, copies=2):
    """A wrong beacon: other sites, other answers, or another chance that nobody has the allele."""

    def function(has, answers, frequencies, pool_size, error):
        nobody = (1 - frequencies) ** (copies * pool_size)
        yes, no = np.log((1 - error) / (1 - nobody)), np.log(error / nobody)
        return combine(has, answers, yes, no)

    return function


def _right_combination(has, answers, yes, no):
    return has @ np.where(answers, yes, no)


def _every_site(has, answers, frequencies, pool_size, error):
    nobody = (1 - frequencies) ** (2 * pool_size)
    yes, no = np.log((1 - error) / (1 - nobody)), np.log(error / nobody)
    return np.where(has == answers, np.where(answers, yes, -no), np.where(answers, -yes, no)).sum(axis=1)


def _errs_for_outsiders_too(has, answers, frequencies, pool_size, error):
    nobody = (1 - frequencies) ** (2 * pool_size)
    no = nobody * (1 - error) + (1 - nobody) * error
    return has @ np.where(answers, np.log((1 - error) / (1 - no)), np.log(error / no))


def _others_have_it_too(has, answers, frequencies, pool_size, error):
    nobody, others = ((1 - frequencies) ** (2 * n) for n in (pool_size, pool_size - 1))
    return has @ np.where(
        answers, np.log((1 - error * others) / (1 - nobody)), np.log(error * others / nobody)
    )


def _everybody_has_it(has, answers, frequencies, pool_size, error):
    everybody = frequencies ** (2 * pool_size)
    return has @ np.where(answers, np.log((1 - error) / (1 - everybody)), np.log(error / everybody))


def _beacon_case(seed, people, sites, pool_size, error):
    rng = np.random.default_rng(seed)
    frequencies = rng.uniform(0.02, 0.2, sites).round(3)
    answers = rng.random(sites) > (1 - frequencies) ** (2 * pool_size)
    answers[:2] = True, False
    has = rng.random((people, sites)) < 2 * frequencies
    has[:, :2] = True
    return Case(has, answers, frequencies, pool_size, error)


beacon_ratio = Exercise(
    name="beacon_ratio",
    lesson=LESSON,
    stretch=True,
    reference=_beacon_ratio,
    cases=(
        Case(
            np.array([[True, True], [True, False], [False, False]]),
            np.array([True, False]),
            np.array([0.5, 0.1]),
            1,
            0.01,
        ),
        _beacon_case(0, 5, 20, 6, 0.001),
        _beacon_case(1, 4, 35, 12, 0.02),
    ),
    hints=(
        "Look only at sites where the person has the allele. If the person is in the pool, the beacon says no there "
        "with the probability `error`. If not, it says no where nobody in the pool has it. How probable is that?",
        "A pool of n people has 2n copies, and each lacks the allele with probability 1 − f: "
        "`nobody = (1 - frequencies) ** (2 * pool_size)`. A yes has the ratio (1 − error) / (1 − nobody), a no "
        "error / nobody.",
        "`np.where(answers, np.log((1 - error) / (1 - nobody)), np.log(error / nobody))` is the evidence of each site. Add "
        "it up over the sites where the person has the allele: `has @ ...`.",
    ),
    wrong=(
        Wrong(
            "sign_flipped",
            lambda *case: -_beacon_ratio(*case),
            "The size is right and the sign is not: what is probable for a member belongs above the fraction line.",
        ),
        Wrong(
            "one_copy_each",
            _beacon_with(_right_combination, copies=1),
            "You give each person one copy. Nobody has the allele only if all 2n copies lack it.",
        ),
        Wrong(
            "everybody_for_nobody",
            _everybody_has_it,
            "You computed the chance that all copies carry the allele. The beacon says no where none does: powers of 1 − f.",
        ),
        Wrong(
            "yes_alone",
            _beacon_with(lambda has, answers, yes, no: has @ np.where(answers, yes, 0.0)),
            "You let the noes pass. A no at a site where the person has the allele is the strongest evidence there is: that "
            "the person is not in the pool.",
        ),
        Wrong(
            "no_alone",
            _beacon_with(lambda has, answers, yes, no: has @ np.where(answers, 0.0, no)),
            "You count only the noes. Each yes adds a little for membership, the more the rarer the allele.",
        ),
        Wrong(
            "at_every_site",
            _beacon_with(lambda has, answers, yes, no: np.where(answers, yes, no).sum() + 0.0 * has[:, 0]),
            "You add up all sites, whether or not the person has the allele, so everybody gets the same. Whoever "
            "lacks it does not change the answer there.",
        ),
        Wrong(
            "agreement_everywhere",
            _every_site,
            "You also count sites where the person lacks the allele. There the beacon's answer is about others, and is the "
            "same with the person or without.",
        ),
        Wrong(
            "answers_exchanged",
            _beacon_with(lambda has, answers, yes, no: has @ np.where(answers, no, yes)),
            "Yes and no have changed places.",
        ),
        Wrong(
            "mean_for_sum",
            _beacon_with(lambda has, answers, yes, no: has @ np.where(answers, yes, no) / has.shape[1]),
            "That is the mean over the sites. Logarithms of independent evidence add up.",
        ),
        Wrong(
            "ratio_without_logarithm",
            _beacon_with(lambda has, answers, yes, no: np.exp(has @ np.where(answers, yes, no))),
            "That is the ratio itself; a few noes take it to 0. Give its logarithm.",
        ),
        Wrong(
            "shared_alleles",
            lambda has, answers, frequencies, pool_size, error: (has & answers).sum(axis=1),
            "You count the person's alleles that the beacon knows. Common ones are in every pool; weigh each by how "
            "surprising the answer would be without the person.",
        ),
        Wrong(
            "no_error",
            lambda has, answers, frequencies, pool_size, error: (
                has
                @ np.where(
                    answers,
                    -np.log(1 - (1 - frequencies) ** (2 * pool_size)),
                    np.log(error) - 2 * pool_size * np.log(1 - frequencies),
                )
            ),
            "Nearly: a member's yes has the probability 1 − error, not 1.",
        ),
        Wrong(
            "error_for_outsiders_too",
            _errs_for_outsiders_too,
            "You let the beacon err about everybody. That can be argued for; here, as in the text, only a member's allele "
            "is overlooked, and an outsider's no has the probability (1 − f) to the power 2n.",
        ),
        Wrong(
            "others_have_it_too",
            _others_have_it_too,
            "That is the paper's finer form: a member's no also needs that none of the n − 1 others has the allele. Here a "
            "member's no has the probability `error`, whoever else has it.",
        ),
    ),
)


# ---- the quiz ------------------------------------------------------------------------------------

quiz = Quiz(
    [
        Question(
            "A study prints averages over 100 people and not one genome. Why can somebody who holds Paola's genome tell "
            "whether she took part?",
            [
                Choice(
                    "Averages over as few as 100 people are still rather rough",
                    "Roughness alone gives nobody away. With 10,000 people the same happens, if enough averages are printed.",
                    wrong="small_pool_is_the_cause",
                ),
                Choice(
                    "Among thousands of alleles there is one that only she has",
                    "The attack needs no such allele: here every allele is common, and none decides.",
                    wrong="rare_allele_needed",
                ),
                Choice(
                    "Each of thousands of averages leans a little towards her",
                    "By 1 part in 100 at each site: nothing alone, and a lot when thousands of independent sites agree.",
                ),
                Choice(
                    "From enough averages one can solve for all 100 genomes",
                    "That would be a reconstruction. The attack solves for nobody; it asks one yes-or-no question about a "
                    "genome that it holds already.",
                    wrong="reconstruction_needed",
                ),
            ],
            name="why_averages_leak",
        ),
        Question(
            "A study of 500 people publishes 1,000 independent sites. Its successor has 2,000 people and 4,000 sites. What "
            "can the likelihood ratio now do?",
            [
                Choice(
                    "The same as before: as many sites a member",
                    "The distance between members and outsiders is the root of sites per member, and that is 2 both times.",
                ),
                Choice(
                    "Less than before: each hides among more",
                    "She does, and there are more sites to find her by. Both enter, as their quotient.",
                    wrong="only_people_count",
                ),
                Choice(
                    "Twice as much: the sites enter by a root",
                    "The root is right, but it is of sites divided by people; four times both changes nothing.",
                    wrong="only_sites_count",
                ),
                Choice(
                    "More: an average over 2,000 is more exact",
                    "It is, and each person in it weighs less, 1 part in 2,000. At a single site that is a loss for the "
                    "attack; the further sites just make up for it.",
                    wrong="exact_averages_tell_more",
                ),
            ],
            name="sites_per_member",
        ),
        Question(
            "On a stretch of one chromosome the AUC hardly rises from 1,000 to 7,363 sites, though theory says 1.000. What "
            "holds it back?",
            [
                Choice(
                    "The further sites are rarer, and rare ones say less",
                    "All are common, and drawn in a random order. With linkage removed the very same sites give an AUC of "
                    "1.000.",
                    wrong="sites_are_rare",
                ),
                Choice(
                    "The further sites repeat what the first ones said",
                    "Neighbours are inherited together. A thousand witnesses who have all heard it from the same one are "
                    "one witness.",
                ),
                Choice(
                    "The reference population does not fit the pool well",
                    "It was the same population. A reference that doesn't fit moves everybody's score, and hurts the "
                    "threshold more than the ranking.",
                    wrong="reference_to_blame",
                ),
                Choice(
                    "The attack has already found all whom it can find",
                    "At an AUC below 1 there are members left to find; without linkage they are found.",
                    wrong="attack_is_saturated",
                ),
            ],
            name="what_caps_it",
        ),
        Question(
            "A test promises 5 % false accusations; on people known to be outside it accuses 70 %. Its AUC is 0.76. What "
            "follows?",
            [
                Choice(
                    "The AUC must be wrong: no such test can rank people",
                    "A ranking does not depend on where the threshold lies. Add 10 to every score, and the AUC is the same.",
                    wrong="auc_needs_calibration",
                ),
                Choice(
                    "It does no harm: what counts is who is found",
                    "Those who are accused wrongly will see that differently. With 70 % of them accused, an accusation "
                    "says next to nothing.",
                    wrong="false_alarms_do_not_matter",
                ),
                Choice(
                    "More sites will bring it down to the promised 5 %",
                    "On these genomes more sites made it worse: both faults grow with every site.",
                    wrong="more_sites_mend_it",
                ),
                Choice(
                    "Its ranking can be used, its threshold cannot",
                    "So take the threshold from people who are known to be outside, and keep the ranking.",
                ),
            ],
            name="ranking_and_promise",
        ),
        Question(
            "You hold a fitting reference only for another population than the pool's. What makes an accusation honest?",
            [
                Choice(
                    "The reference that is nearest among those there are",
                    "It may help or not, so check it: here the Iberians are nearer to the Tuscans than the Finns are, and "
                    "with them the test accused more outsiders.",
                    wrong="nearest_reference_suffices",
                ),
                Choice(
                    "The likelihood ratio in place of Homer's distance",
                    "It is the better ranking, and leans on the reference just as much.",
                    wrong="better_attack_mends_it",
                ),
                Choice(
                    "Known outsiders of the pool's own population",
                    "Their scores show what the same reference makes of innocent people. A p value from their ranks holds "
                    "whatever is wrong with the rest.",
                ),
                Choice(
                    "A stricter level, such as one in 1,000 by theory",
                    "A stricter level of a wrong theory is wrong too: T of outsiders can lie far above any such bound.",
                    wrong="stricter_level_mends_it",
                ),
            ],
            name="honest_accusation",
        ),
    ],
    lesson=LESSON,
)
