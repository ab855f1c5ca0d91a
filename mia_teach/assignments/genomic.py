"""Lesson 07, graded: a promised error on the right people, and how many linked sites may be published."""

import numpy as np
from scipy.stats import norm

import mia_teach as mt
from mia_teach.assignments.task import Assignment, Task
from mia_teach.exercises.exercise import Case, Wrong

# ---- 1. whom a promise is about ----------------------------------------------------------------


def _mended_test(t, population, pool_from, fpr):
    """What the published test does to outsiders of the pool's population, and a threshold that keeps its promise.

    t: Homer's T of people who surely are not in the pool; population: each one's, as text; pool_from: the pool's;
    fpr: the promised false-positive rate.
    Returns: (the published test's rate among them, lower and upper end of its 95 % interval, the mended threshold of T).
    """
    outsiders = t[population == pool_from]
    rate = mt.Rate(int((outsiders > norm.isf(fpr)).sum()), len(outsiders))
    allowed = int(fpr * (len(outsiders) + 1)) - 1
    return rate.value, rate.low, rate.high, np.sort(outsiders)[::-1][allowed]


def _who(t, population, pool_from):
    return t[population == pool_from]


def _allowed(outsiders, fpr):
    return np.sort(outsiders)[::-1][int(fpr * (len(outsiders) + 1)) - 1]


def _exact(hits, total):
    return mt.Rate(hits, total).interval


def _test(who=_who, above=None, ends=_exact, threshold=_allowed):
    """A wrong report: other people, another published test, another interval, another mended threshold."""

    def function(t, population, pool_from, fpr):
        outsiders = who(t, population, pool_from)
        accused = outsiders > norm.isf(fpr) if above is None else above(outsiders, fpr)
        low, high = ends(int(accused.sum()), len(outsiders))
        return accused.mean(), low, high, threshold(outsiders, fpr)

    return function


def _normal(hits, total):
    p = hits / total
    half = 1.959963984540054 * (p * (1 - p) / total) ** 0.5
    return p - half, p + half


def _known_outsiders(rng):
    names = rng.permutation(["Tuscans", "Iberians", "Finns"])
    counts = 20 * rng.integers(3, 6, 3) + 7
    middles, wide = rng.permutation([0.3, 2.2, -1.0]), rng.uniform(1.5, 4.0, 3)
    t = np.concatenate([rng.normal(*one) for one in zip(middles, wide, counts, strict=True)])
    order = rng.permutation(len(t))
    return Case(t[order], np.repeat(names, counts)[order], str(names[0]), float(rng.choice([0.05, 0.1])))


mended_test = Task(
    name="mended_test",
    points=5,
    question="""
Paola's hospital reads in a report that somebody has named its patients, "with a test that accuses only a share `fpr` of those who did not
take part". The hospital can check that: it holds `t`, Homer's T, of many people who surely are not in the pool. They come from several
populations; the pool is from one of them.

The report accused whoever had a T above the standard normal distribution's upper `fpr` point (`norm.isf(fpr)`). Give the **rate** at which
that accuses outsiders *from the pool's population*, and the two ends of its exact **95 % interval**. Then mend the test by ranks, as in the
lesson: give the **lowest T among those outsiders** of which this is true. Accuse whoever exceeds it, and the promise holds: among the outsiders
**and the new person**, at most a share `fpr` have a T as high as the newcomer's.
""",
    reference=_mended_test,
    draw=_known_outsiders,
    example=Case(
        np.array([3.0, 0.5, -2.0, -1.5, 1.5, 4.0, -0.5, 2.0]),
        np.array(["Finns", "Finns", "Tuscans", "Finns", "Tuscans", "Finns", "Tuscans", "Finns"]),
        "Finns",
        0.45,
    ),
    returns=("rate", "lower end", "upper end", "mended threshold"),
    wrong=(
        Wrong(
            "everybody_known",
            _test(who=lambda t, population, pool_from: t),
            "Outsiders of all populations are counted. Each population's T lies elsewhere, since the reference differs from it in its own "
            "way; the promise is about people like the pool's.",
        ),
        Wrong(
            "the_other_populations",
            _test(who=lambda t, population, pool_from: t[population != pool_from]),
            "Those are the outsiders of the *other* populations. Whoever might have been in the pool comes from the pool's own.",
        ),
        Wrong(
            "two_sided",
            _test(above=lambda outsiders, fpr: np.abs(outsiders) > norm.isf(fpr)),
            "A very low T is counted as an accusation as well. Only a high one says that somebody is nearer to the pool.",
        ),
        Wrong(
            "half_the_error",
            _test(above=lambda outsiders, fpr: outsiders > norm.isf(fpr / 2)),
            "The report's threshold leaves the whole `fpr` above it, and yours half of it, as in a test with two ends. This one has one.",
        ),
        Wrong(
            "left_in_peace",
            _test(above=lambda outsiders, fpr: outsiders <= norm.isf(fpr)),
            "That is the share of outsiders who are left in peace. An error is an accusation of somebody who was not there.",
        ),
        Wrong(
            "normal_interval",
            _test(ends=_normal),
            "The rate is right. The ends come from the normal approximation; with so few people take the exact ones, `mt.Rate` has them.",
        ),
        Wrong(
            "new_person_forgotten",
            _test(threshold=lambda outsiders, fpr: np.sort(outsiders)[::-1][int(fpr * len(outsiders))]),
            "The report on the published test is right. The mended threshold counts the known outsiders alone; the new person has a place "
            "in the ranking too, and may be an outsider like them.",
        ),
        Wrong(
            "bell_around_their_mean",
            _test(threshold=lambda outsiders, fpr: outsiders.mean() + norm.isf(fpr) * outsiders.std(ddof=1)),
            "The report on the published test is right. The mended threshold assumes a bell once more, only moved and widened. Ranks "
            "promise without one.",
        ),
    ),
)


# ---- 2. how many sites a table may have --------------------------------------------------------


def _sites_to_publish(people, reference, fpr, tpr, pilot_people, pilot_sites, pilot_auc):
    """How many sites a study may publish so that the likelihood ratio finds at most a share of its people.

    people: in the pool; reference: people behind the reference frequencies; fpr, tpr: at this false-positive rate at most this
    share of the pool may be found; pilot_people: in the pool of a pilot, and as many in its reference; pilot_sites: its linked
    sites; pilot_auc: of the likelihood ratio there.
    Returns: (how many independent sites reach exactly that limit; the largest whole number of linked sites below it).
    """
    d = norm.ppf(tpr) - norm.ppf(fpr)
    independent = d**2 * people * (1 + people / reference)
    pilot_d = 2**0.5 * norm.ppf(pilot_auc)
    worth = pilot_d**2 * pilot_people * (1 + 1) / pilot_sites
    return independent, int(independent / worth)


def _sites(distance=None, independent=None, pilot_d=None, factor=2, count=None):
    """A wrong number of sites: another distance, law, pilot, or step from independent sites to linked ones."""

    def function(people, reference, fpr, tpr, pilot_people, pilot_sites, pilot_auc):
        d = norm.ppf(tpr) - norm.ppf(fpr) if distance is None else distance(fpr, tpr)
        if independent is None:
            sites = d**2 * people * (1 + people / reference)
        else:
            sites = independent(d, people, reference)
        there = 2**0.5 * norm.ppf(pilot_auc) if pilot_d is None else pilot_d(pilot_auc)
        worth = there**2 * pilot_people * factor / pilot_sites
        return sites, int(sites / worth) if count is None else count(sites, worth)

    return function


def _consortium(rng):
    fpr = float(rng.choice([0.001, 0.01, 0.02]))
    return Case(
        int(rng.integers(400, 3000)),
        int(rng.integers(500, 4000)),
        fpr,
        float(rng.choice([0.05, 0.1, 0.2])),
        int(rng.integers(30, 60)),
        int(rng.integers(300, 3000)),
        round(float(rng.uniform(0.7, 0.85)), 3),
    )


sites_to_publish = Task(
    name="sites_to_publish",
    points=5,
    question="""
A consortium will publish allele frequencies of `people` patients, Paola among them, for whom membership is a diagnosis. Its ethics board
has set a limit: whoever accuses a share `fpr` of the outsiders must not find more than a share `tpr` of the patients. The attacker has
frequencies of `reference` others and takes the likelihood ratio. How long may the table be?

First in theory: how many **independent sites** put members exactly so far above the outsiders, by the lesson's formula for *d* with a reference
of people? (A number, not rounded.) Then for real sites. In a pilot with `pilot_people` in the pool and as many in the reference, `pilot_sites`
sites gave the likelihood ratio an AUC of `pilot_auc`. Work out how many independent sites those were worth, and suppose that each site of the
new table is worth the same share of an independent one. Give the largest **whole number of such sites** that keeps the limit.
""",
    reference=_sites_to_publish,
    draw=_consortium,
    example=Case(100, 200, 0.16, 0.84, 50, 1000, 0.76),
    returns=("independent sites", "sites to publish"),
    wrong=(
        Wrong(
            "false_alarms_forgotten",
            _sites(distance=lambda fpr, tpr: norm.isf(fpr)),
            "Your distance is where the threshold lies above the outsiders. That is the members' distance only if half of "
            "them exceed it, and another share is allowed.",
        ),
        Wrong(
            "distances_added",
            _sites(distance=lambda fpr, tpr: norm.ppf(tpr) + norm.isf(1 - fpr)),
            "Two points of the normal distribution are combined with the wrong sign. Draw the two bells with the threshold between their "
            "middles, or beyond both, and see which stretch is which.",
        ),
        Wrong(
            "square_forgotten",
            _sites(independent=lambda d, people, reference: d * people * (1 + people / reference)),
            "The number of sites grows with the distance itself here. Twice the distance takes more than twice the sites: look at "
            "where the root stands.",
        ),
        Wrong(
            "perfect_reference",
            _sites(independent=lambda d, people, reference: d**2 * people),
            "The reference counts as the truth. It is people as well, and its noise covers for the pool: more may be published than you say.",
        ),
        Wrong(
            "every_site_independent",
            _sites(count=lambda sites, worth: int(sites)),
            "The number in theory is right. The second takes linked sites for independent ones; the pilot shows that they repeat each "
            "other, so more of them tell no more.",
        ),
        Wrong(
            "linkage_upside_down",
            _sites(count=lambda sites, worth: int(sites * worth)),
            "The number in theory is right. A linked site is worth less than an independent one, so it takes more of them to tell as much. "
            "Yours are fewer.",
        ),
        Wrong(
            "half_of_the_pilot",
            _sites(factor=1),
            "The number in theory is right. The pilot's sites are worth twice as much as you say. Either its reference counts as the truth, "
            "though it was as small as the pool, or its AUC is read as if only one of the two people compared did scatter.",
        ),
        Wrong(
            "quarter_of_the_pilot",
            _sites(pilot_d=norm.ppf, factor=1),
            "The number in theory is right. The pilot's sites are worth four times as much as you say: in its AUC two people scatter, not one, "
            "and its reference was as small as its pool.",
        ),
        Wrong(
            "rounded_up",
            _sites(count=lambda sites, worth: int(np.ceil(sites / worth))),
            "One site too many: the number was rounded up, and a limit is kept from below.",
        ),
    ),
)


assignment = Assignment(
    name="07_genomes",
    title="07 Genomes and statistics",
    tasks=(mended_test, sites_to_publish),
    imports="from scipy.stats import norm",
)
