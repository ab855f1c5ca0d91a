"""The ROC curve of an attack, with what can honestly be read from it."""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from mia_teach.rate import Interval, Rate, lower_end
from mia_teach.scores import Scores


@dataclass(frozen=True, eq=False)
class Roc:
    """True positive rate against false positive rate over all thresholds.

    ``tpr[i]`` and ``fpr[i]`` are the shares of members and non-members whose score is at least
    ``threshold[i]``. Made with :meth:`from_scores`; the counting is scikit-learn's ``roc_curve``.

    >>> roc = Roc.from_scores(Scores([0.9, 0.8, 0.3, 0.1], [True, False, True, False]))
    >>> roc.auc, roc.advantage
    (0.75, 0.5)
    """

    fpr: Float[np.ndarray, " thresholds"]
    tpr: Float[np.ndarray, " thresholds"]
    threshold: Float[np.ndarray, " thresholds"]
    n_members: int
    n_non_members: int
    name: str = "attack"
    _scores: Scores | None = field(default=None, repr=False)

    @classmethod
    def from_scores(cls, scores: Scores) -> "Roc":
        from sklearn.metrics import roc_curve

        # ranks keep infinite scores in order, which scikit-learn does not take
        levels, ranks = np.unique(scores.score, return_inverse=True)
        fpr, tpr, cut = roc_curve(scores.member, ranks, drop_intermediate=False)
        threshold = np.append(np.inf, levels[cut[1:].astype(int)])
        members = int(scores.member.sum())
        return cls(fpr, tpr, threshold, members, len(scores.member) - members, scores.name, scores)

    @property
    def auc(self) -> float:
        """Area under the curve: how often a random member outranks a random non-member, ties half.

        Source: Hanley & McNeil 1982, "The meaning and use of the area under a ROC curve".
        """
        from sklearn.metrics import auc

        return float(auc(self.fpr, self.tpr))

    def auc_interval(self, confidence: float = 0.95) -> Interval:
        r"""The AUC with DeLong's confidence interval, cut at 0 and 1.

        With :math:`\psi_i` the share of the other side that example i outranks (ties half), the variance is
        :math:`s^2(\psi_{members})/m + s^2(\psi_{non})/n`.

        Where members and non-members part perfectly this variance is 0, however few they are, and so it is where all
        of them tie. The interval then follows from min(m, n) pairs without a common example. They are independent, and
        came out alike; had fewer than the lower end p of Clopper and Pearson's share of all pairs been so, that would
        have happened with a probability of at most (1 − confidence) / 2. So at least p of the AUC is known, and the rest
        may be anything.

        Raises: ValueError with fewer than two examples on a side.

        Source: DeLong et al. 1988, "Comparing the areas under two or more correlated ROC curves"; Clopper & Pearson
        1934 (:func:`mia_teach.rate.lower_end`), which for k of k is the k-th root of (1 − confidence) / 2.

        >>> scores = Scores([4.0, 3.0, 2.0, 1.0], [True, False, True, False])
        >>> print(Roc.from_scores(scores).auc_interval())
        0.750 (0.057 to 1.000)
        >>> print(Roc.from_scores(Scores([4.0, 3.0, 2.0, 1.0], [True, True, False, False])).auc_interval())
        1.000 (0.158 to 1.000)
        """
        from scipy.stats import norm, rankdata

        m, n = self.n_members, self.n_non_members
        if min(m, n) < 2:
            raise ValueError(f"{m} members and {n} non-members came; an interval needs at least two of each.")
        member = self._scores.member
        within = np.empty(m + n)
        within[member] = rankdata(self._scores.score[member])
        within[~member] = rankdata(self._scores.score[~member])
        beaten = rankdata(self._scores.score) - within
        above, below = beaten[member] / n, beaten[~member] / m
        if np.ptp(above) == 0 == np.ptp(below):  # every pair came out alike: won, lost or tied
            alike = lower_end(min(m, n), min(m, n), (1 - confidence) / 2)
            return Interval(self.auc, alike * self.auc, 1 - alike * (1 - self.auc), confidence)
        half = norm.ppf((1 + confidence) / 2) * (above.var(ddof=1) / m + below.var(ddof=1) / n) ** 0.5
        return Interval(self.auc, max(0.0, self.auc - half), min(1.0, self.auc + half), confidence)

    @property
    def advantage(self) -> float:
        """Largest TPR minus FPR over all thresholds: 0 for guessing, 1 for certainty.

        Source: Yeom et al. 2018, "Privacy risk in machine learning", definition 4, at the best threshold.
        """
        return float((self.tpr - self.fpr).max())

    def threshold_at(self, fpr: float) -> float:
        """Threshold that only scores **above** it pass, with at most ``fpr`` of the non-members among them.

        It is the k-th largest non-member score, with k one more than the false positives allowed.

        Raises: ValueError for an ``fpr`` that this number of non-members can't resolve.
        """
        allowed = self._false_positives(fpr)
        return (
            float(np.sort(self._scores.non_members)[::-1][allowed])
            if allowed < self.n_non_members
            else -np.inf
        )

    def tpr_at(self, fpr: float, *, confidence: float = 0.95) -> Rate:
        """Share of members found at a false positive rate of at most ``fpr``, by counts.

        The interval is Clopper and Pearson's for the members, given the threshold; that the threshold
        itself came from ``n_non_members`` examples is not in it.

        Raises: ValueError for an ``fpr`` that this number of non-members can't resolve.

        Source: Carlini et al. 2022, "Membership inference attacks from first principles", section III.

        >>> scores = Scores([9, 8, 7, 1, 6, 2, 1, 0], [True] * 4 + [False] * 4)
        >>> print(Roc.from_scores(scores).tpr_at(0.25).hits)
        3
        """
        threshold = self.threshold_at(fpr)
        above = int((self._scores.non_members > threshold).sum())
        allowed = self._false_positives(fpr)
        note = ""
        if above < allowed:
            tied = int((self._scores.non_members == threshold).sum())
            note = f"{tied} non-members tie at the threshold, so {above} false positives are reached of {allowed} allowed."
        return Rate(int((self._scores.members > threshold).sum()), self.n_members, confidence, note)

    @property
    def tied_at_the_top(self) -> int:
        """How many non-members share the highest score of all; no threshold can accuse fewer of them and anybody.

        >>> Roc.from_scores(Scores([1.0, 1.0, 1.0, 0.2], [True, True, False, False])).tied_at_the_top
        1
        """
        return int((self._scores.non_members == self._scores.score.max()).sum())

    def _false_positives(self, fpr):
        if not 0 < fpr <= 1:
            raise ValueError(f"A false positive rate lies above 0 and up to 1; {fpr!r} came.")
        allowed = int(np.floor(fpr * self.n_non_members * (1 + 1e-12)))
        if allowed < 1:
            raise ValueError(
                f"An FPR of {fpr:g} cannot be measured with {self.n_non_members:,} non-members: one false positive "
                f"is already {1 / self.n_non_members:.2g}. Use at least {int(np.ceil(1 / fpr)):,}."
            )
        return allowed

    def __repr__(self):
        return f"Roc({self.name!r}: {self.n_members:,} members, {self.n_non_members:,} non-members, AUC {self.auc:.3f})"
