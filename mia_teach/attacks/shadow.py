"""The shadow-model attack: learn on models of one's own how members differ, then apply it to the target.

The adversary knows the members of its shadow models, so telling members from non-members is an ordinary
classification task, with a model's answers as features. The classifiers are scikit-learn's.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from mia_teach import signals
from mia_teach.game import View


def features(
    logits: Float[np.ndarray, "*models examples classes"],
    labels: Int[np.ndarray, " examples"],
    *,
    top: int = 3,
) -> Float[np.ndarray, "*models examples columns"]:
    """What the attack classifier sees of an answer: its largest probabilities in order, loss, and correctness.

    The names of the classes are gone, so answers of models with other classes, even about other data, can be
    compared. A model with fewer than ``top`` classes leaves the missing places 0.

    Source: Salem et al. 2019, "ML-Leaks", section III (the three largest posteriors, sorted); loss and
    correctness as in Shokri et al. 2017, who give the attack the whole answer and the true class.

    >>> features(np.log([[0.1, 0.2, 0.7]]), np.array([2]), top=2).round(3)
    array([[0.7  , 0.2  , 0.357, 1.   ]])
    """
    if top < 1:
        raise ValueError(f"top={top!r} came; at least the largest probability is needed.")
    loss = signals.cross_entropy(logits, labels)
    right = signals.correct(logits, labels)
    logits = np.asarray(logits, np.float64)
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p = np.sort(p / p.sum(axis=-1, keepdims=True), axis=-1)[..., ::-1][..., :top]
    missing = np.zeros((*p.shape[:-1], top - p.shape[-1]))
    return np.concatenate([p, missing, loss[..., None], right[..., None]], axis=-1)


@dataclass(frozen=True, eq=False)
class ShadowClassifier:
    """A fitted attack: give it a view, or answers and labels, and it scores each record. Made by :func:`learn`.

    Args:
        common: the fitted classifier for all classes.
        by_class: one for each class that has its own; empty where there is one for all.
        top: how many of the largest probabilities it looks at.
    """

    common: object
    by_class: dict
    top: int

    def __call__(self, view: View) -> Float[np.ndarray, " examples"]:
        return self.score(view.target_logits, view.labels)

    def score(
        self, logits: Float[np.ndarray, "examples classes"], labels: Int[np.ndarray, " examples"]
    ) -> Float[np.ndarray, " examples"]:
        """Log-odds of membership that the classifier gives to each answer; larger for members."""
        return self.score_rows(features(logits, labels, top=self.top), labels)

    def score_rows(
        self, seen: Float[np.ndarray, "rows columns"], labels: Int[np.ndarray, " rows"]
    ) -> Float[np.ndarray, " rows"]:
        """The same from :func:`features`, which many attacks can share."""
        score = _log_odds(self.common, seen)
        for label, classifier in self.by_class.items():
            own = np.asarray(labels) == label
            if own.any():
                score[own] = _log_odds(classifier, seen[own])
        return score


def learn(
    logits: Float[np.ndarray, "shadows examples classes"],
    labels: Int[np.ndarray, " examples"],
    member: Bool[np.ndarray, "shadows examples"],
    *,
    top: int = 3,
    per_class: bool = False,
    classifier=None,
) -> ShadowClassifier:
    """Fit the attack on shadow models' answers; each answer of each shadow is one row to learn from.

    The shadows may have been asked about records that the target never meets, and may have other classes.

    Args:
        member: which shadow trained on which record.
        per_class: a classifier of its own for every class, as Shokri et al. have it; a class without both members
            and non-members among the rows is left to the classifier for all.
        classifier: an unfitted scikit-learn classifier; by default logistic regression on standardised features.

    Raises: ValueError without shadow models, or where all rows are on one side.

    Source: Shokri et al. 2017, "Membership inference attacks against machine learning models", section V.
    """
    return learn_rows(
        features(logits, labels, top=top), labels, member, per_class=per_class, classifier=classifier
    )


def learn_rows(
    seen: Float[np.ndarray, "shadows examples columns"],
    labels: Int[np.ndarray, " examples"],
    member: Bool[np.ndarray, "shadows examples"],
    *,
    per_class: bool = False,
    classifier=None,
) -> ShadowClassifier:
    """:func:`learn` from :func:`features`, which many attacks can share."""
    from sklearn.base import clone

    member = np.asarray(member)
    if not member.size or member.all() or not member.any():
        raise ValueError(
            f"{len(member)} shadow models came whose rows are not of both kinds; the attack learns from members "
            "and non-members. Train at least one shadow model on some of the records, not all."
        )
    rows = np.asarray(seen).reshape(member.size, -1)
    inside, label = member.ravel(), np.tile(labels, len(member))
    # sorted, so that the order of the records changes no digit of the fit
    order = np.lexsort((*rows.T, inside, label))
    rows, inside, label = rows[order], inside[order], label[order]
    unfitted = _logistic() if classifier is None else classifier
    common = clone(unfitted).fit(rows, inside)
    by_class = {}
    for one in np.unique(label) if per_class else ():
        own = label == one
        if 0 < inside[own].sum() < own.sum():
            by_class[int(one)] = clone(unfitted).fit(rows[own], inside[own])
    return ShadowClassifier(common, by_class, rows.shape[1] - 2)


def shadow_classifier(
    view: View, *, top: int = 3, per_class: bool = False, classifier=None
) -> Float[np.ndarray, " examples"]:
    """Log-odds of membership from a classifier that learnt on the view's shadow models: :func:`learn`, then score.

    Source: Shokri et al. 2017, "Membership inference attacks against machine learning models", section V;
    Salem et al. 2019, "ML-Leaks", for one shadow model and three features.
    """
    attack = learn(
        view.shadow_logits,
        view.labels,
        view.shadow_member,
        top=top,
        per_class=per_class,
        classifier=classifier,
    )
    return attack(view)


def _logistic():
    """Logistic regression on standardised features; scikit-learn's pipeline would take twice the time a class."""
    from sklearn.linear_model import LogisticRegression

    class StandardisedLogisticRegression(LogisticRegression):
        def fit(self, rows, inside):
            self.mean_, self.spread_ = rows.mean(axis=0), rows.std(axis=0)
            self.spread_[self.spread_ < 1e-12] = 1.0  # a column that does not vary
            return super().fit((rows - self.mean_) / self.spread_, inside)

        def decision_function(self, rows):
            return (rows - self.mean_) / self.spread_ @ self.coef_[0] + self.intercept_[0]

    return StandardisedLogisticRegression(solver="newton-cholesky")


def _log_odds(classifier, rows):
    """The decision function where there is one; else from probabilities, kept from 0 and 1."""
    if hasattr(classifier, "decision_function"):
        return classifier.decision_function(rows)
    p = np.clip(classifier.predict_proba(rows)[:, 1], 1e-12, 1 - 1e-12)
    return np.log(p) - np.log1p(-p)
