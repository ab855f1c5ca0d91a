"""Attacks on published allele frequencies: no model at all, only averages over a pool of people.

A study publishes how frequent an allele is among its participants, at thousands of sites (SNPs). Whoever holds
somebody's genome, and the frequencies of a comparable population, asks which of the two the genome is nearer to.

A genotype is the number of copies, 0, 1 or 2, of one of a site's two alleles; a frequency is half a mean genotype.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True, eq=False)
class PooledStatistics:
    """All that the adversary knows beside a genome: the frequencies of a pool and those of a reference population.

    It is the threat model: nobody in the pool and nobody in the reference is seen, only their averages.

    Args:
        pool_frequencies: share of the counted allele among the pool's copies, from 0 to 1, at each site.
        reference_frequencies: the same in the reference population, for the same allele.
        pool_size: people in the pool; each has two copies.
        reference_size: people behind the reference frequencies.

    Raises:
        ValueError: the two are not of one length, a frequency lies outside 0 to 1, or a size is below 1.

    >>> PooledStatistics(np.array([0.5, 0.1]), np.array([0.4, 0.1]), pool_size=50, reference_size=100)
    PooledStatistics(2 sites: a pool of 50 people, a reference of 100)
    """

    pool_frequencies: Float[np.ndarray, " sites"]
    reference_frequencies: Float[np.ndarray, " sites"]
    pool_size: int
    reference_size: int

    def __post_init__(self):
        for name in ("pool_frequencies", "reference_frequencies"):
            given = np.array(getattr(self, name), dtype=np.float64)
            if given.ndim != 1 or not given.size:
                raise ValueError(
                    f"{name} has the shape {given.shape}; one row with a frequency for each site is needed."
                )
            if not ((given >= 0) & (given <= 1)).all():
                raise ValueError(
                    f"{name} runs from {given.min():g} to {given.max():g}; a frequency lies between 0 and 1. "
                    "Divide counts by the number of copies, two for each person."
                )
            given.flags.writeable = False
            object.__setattr__(self, name, given)
        pool, reference = len(self.pool_frequencies), len(self.reference_frequencies)
        if pool != reference:
            raise ValueError(
                f"The pool has {pool} frequencies and the reference {reference}; both must be of the same sites."
            )
        if min(self.pool_size, self.reference_size) < 1:
            raise ValueError(
                f"A pool of {self.pool_size} and a reference of {self.reference_size} people came; "
                "each needs at least 1."
            )

    @classmethod
    def from_genotypes(
        cls, pool: Float[np.ndarray, "members sites"], reference: Float[np.ndarray, "others sites"]
    ) -> "PooledStatistics":
        """What a study would publish of these people: their frequencies, and how many they are.

        >>> PooledStatistics.from_genotypes(np.array([[0.0], [1.0]]), np.array([[2.0], [1.0]])).pool_frequencies
        array([0.25])
        """
        pool, reference = _genotypes(pool), _genotypes(reference)
        return cls(pool.mean(axis=0) / 2, reference.mean(axis=0) / 2, len(pool), len(reference))

    def __repr__(self):
        return (
            f"PooledStatistics({len(self.pool_frequencies):,} sites: a pool of {self.pool_size:,} people, "
            f"a reference of {self.reference_size:,})"
        )


def homer_distance(
    statistics: PooledStatistics, genotypes: Float[np.ndarray, "people sites"]
) -> Float[np.ndarray, " people"]:
    r"""How much nearer a genome is to the pool than to the reference, on average over the sites.

        D = mean over sites of  ``|y − reference| − |y − pool|``,   y = genotype / 2

    A member pulled the pool's frequencies a little towards their own genotype, so D is positive for members; for
    outsiders of the same population it lies around 0, if pool and reference are equally large.

    Source: Homer et al. 2008, "Resolving individuals contributing trace amounts of DNA to highly complex
    mixtures using high-density SNP genotyping microarrays", PLoS Genetics 4(8), equation 1.

    >>> statistics = PooledStatistics(np.array([0.75, 0.25]), np.array([0.5, 0.5]), 2, 100)
    >>> homer_distance(statistics, np.array([[2.0, 0.0], [0.0, 2.0]]))
    array([ 0.25, -0.25])
    """
    return _distances(statistics, genotypes).mean(axis=1)


def homer_t(
    statistics: PooledStatistics, genotypes: Float[np.ndarray, "people sites"]
) -> Float[np.ndarray, " people"]:
    r"""Homer's test statistic: the mean distance in units of its standard error over the sites.

        T = D / (s / √sites),   s = deviation of the distances over the sites

    The paper takes T of an outsider for a standard normal number, so that T > 1.645 would accuse 5 % of them. That
    holds (on the safe side) for independent sites and a reference like the pool, and fails without either.

    Raises: ValueError with a single site.

    Source: Homer et al. 2008, equation 2.

    >>> statistics = PooledStatistics(np.array([0.75, 0.25, 0.5]), np.array([0.5, 0.5, 0.5]), 2, 100)
    >>> homer_t(statistics, np.array([[2.0, 0.0, 1.0]])).round(6)  # distances ¼, ¼, 0: mean 1/6, error 1/12
    array([2.])
    """
    distances = _distances(statistics, genotypes)
    sites = distances.shape[1]
    if sites < 2:
        raise ValueError("One site came; a standard error over the sites needs at least two.")
    error = distances.std(axis=1, ddof=1) / sites**0.5
    return distances.mean(axis=1) / np.maximum(error, 1e-12)  # equal distances have no spread to divide by


def likelihood_ratio(
    statistics: PooledStatistics, genotypes: Float[np.ndarray, "people sites"]
) -> Float[np.ndarray, " people"]:
    r"""Log-likelihood of a genome under the pool's frequencies minus that under the reference's.

        L = Σ over sites of  x log(pool / reference) + (2 − x) log((1 − pool) / (1 − reference))

    with x the genotype. If sites are independent and the frequencies known, no other test finds more members at the same
    false positive rate (Neyman & Pearson 1933). Frequencies counted on people are estimates, and a member's copies are
    drawn from the pool without being put back; so this is nearly true for large pools and references, and with a few
    dozen people a ratio that takes both into account finds more.
    A frequency of 0 (or 1) counts as half a copy (or all but half a copy), so that no single site decides alone.

    Source: Sankararaman et al. 2009, "Genomic privacy and limits of individual detection in a pool", Nature
    Genetics 41(9), equation 1 (there for one allele at each site).

    >>> statistics = PooledStatistics(np.array([0.6]), np.array([0.5]), 100, 100)
    >>> likelihood_ratio(statistics, np.array([[0.0], [1.0], [2.0]])).round(3)  # 2 log 0.8, log 0.96, 2 log 1.2
    array([-0.446, -0.041,  0.365])
    """
    x = _matching(statistics, genotypes)
    pool = _half_a_copy(statistics.pool_frequencies, statistics.pool_size)
    reference = _half_a_copy(statistics.reference_frequencies, statistics.reference_size)
    return x @ np.log(pool / reference) + (2 - x) @ np.log((1 - pool) / (1 - reference))


def expected_auc(sites: int, pool_size: int, reference_size: float | int = np.inf) -> float:
    r"""AUC of the likelihood ratio on independent common sites, from a normal approximation.

        AUC = Φ(d / √2),   d = √(sites / pool_size) / √(1 + pool_size / reference_size)

    d is the distance between members and outsiders in deviations: each site moves them 1 / pool_size apart, with
    a variance of 1 / pool_size + 1 / reference_size. What counts is sites for each member, not either alone.

    Args:
        reference_size: people behind the reference frequencies; infinite where those are the truth.

    Source: Sankararaman et al. 2009, equation 2 (√(sites / pool size) as the sum of two normal quantiles);
    the second factor follows in the same way from the reference's own sampling error.

    >>> round(expected_auc(1000, 1000), 3), round(expected_auc(1000, 1000, 1000), 3)
    (0.76, 0.691)
    """
    from scipy.stats import norm

    if min(sites, pool_size, reference_size) <= 0:
        raise ValueError(
            f"{sites} sites, a pool of {pool_size} and a reference of {reference_size} came; all must be positive."
        )
    d = (sites / pool_size) ** 0.5 / (1 + pool_size / reference_size) ** 0.5
    return float(norm.cdf(d / 2**0.5))


def _distances(statistics, genotypes):
    y = _matching(statistics, genotypes) / 2
    return np.abs(y - statistics.reference_frequencies) - np.abs(y - statistics.pool_frequencies)


def _half_a_copy(frequencies, people):
    least = 0.5 / (2 * people)
    return np.clip(frequencies, least, 1 - least)


def _matching(statistics, genotypes):
    x, sites = _genotypes(genotypes), len(statistics.pool_frequencies)
    if x.shape[1] != sites:
        raise ValueError(
            f"Genotypes at {x.shape[1]} sites came, and the statistics are of {sites}. Give the same sites, in order."
        )
    return x


def _genotypes(given):
    x = np.asarray(given, dtype=np.float64)
    if x.ndim != 2 or not len(x):
        raise ValueError(
            f"Genotypes of the shape {x.shape} came; (people, sites) is needed. One person is genotypes[[i]]."
        )
    if not ((x >= 0) & (x <= 2)).all():
        raise ValueError(
            "A genotype is the number of copies of an allele, 0, 1 or 2; others came (or NaN for a missing one). "
            "Leave sites with missing genotypes out."
        )
    return x
