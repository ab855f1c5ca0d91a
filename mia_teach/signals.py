"""Signals: what a model's answer on one example shows, computed from logits in float64.

Probabilities near 1 run out of digits (in float32 already at 1 - 6e-8), examples then tie, and ties
change the rates at low false positive rates. Everything here starts from logits and stays finite for
logits of any size. A signal keeps its natural sign; attacks decide which way points to members.
"""

import numpy as np
from jaxtyping import Bool, Float, Int


def _checked(logits, labels=None):
    logits = np.asarray(logits, np.float64)
    if logits.ndim < 2 or logits.shape[-1] < 2:
        raise ValueError(
            f"Logits of shape {logits.shape} came; (..., examples, classes) with at least 2 classes is needed."
        )
    if not np.isfinite(logits).all():
        raise ValueError(
            "Some logits are infinite or NaN. Did training diverge? Try a smaller learning rate."
        )
    if labels is None:
        return logits
    labels = np.asarray(labels)
    if labels.dtype.kind not in "iu" or labels.shape != logits.shape[-2:-1]:
        raise ValueError(
            f"Labels of type {labels.dtype} and shape {labels.shape} came; "
            f"one integer per example, shape {logits.shape[-2:-1]}, is needed."
        )
    if len(labels) and not (labels.min() >= 0 and labels.max() < logits.shape[-1]):
        raise ValueError(
            f"Labels from {labels.min()} to {labels.max()} came; "
            f"with {logits.shape[-1]} classes they run from 0 to {logits.shape[-1] - 1}."
        )
    return logits, labels


def _log_sum_exp(logits):
    top = logits.max(axis=-1, keepdims=True)
    shifted = logits - top
    return top[..., 0] + np.log(np.exp(shifted, out=shifted).sum(axis=-1))


def _at(values, index):
    return np.take_along_axis(values, index, axis=-1)[..., 0]


def _without(logits, index):
    """The logits with one class an example taken out."""
    others = logits.copy()
    np.put_along_axis(others, index, -np.inf, axis=-1)
    return others


def _column(labels, logits):
    return np.broadcast_to(labels[..., None], (*logits.shape[:-1], 1))


def cross_entropy(
    logits: Float[np.ndarray, "*models examples classes"], labels: Int[np.ndarray, " examples"]
) -> Float[np.ndarray, "*models examples"]:
    r"""Cross-entropy of each example, in nats: :math:`-\log p_y = \log\sum_k e^{z_k} - z_y`.

    The loss the model was trained on: small where it is sure of the true label.

    >>> cross_entropy(np.array([[0.0, 0.0], [10000.0, 0.0]]), np.array([0, 1]))
    array([6.93147181e-01, 1.00000000e+04])
    """
    logits, labels = _checked(logits, labels)
    margin = -label_log_odds(logits, labels)
    return np.logaddexp(0.0, margin)


def label_probability(
    logits: Float[np.ndarray, "*models examples classes"], labels: Int[np.ndarray, " examples"]
) -> Float[np.ndarray, "*models examples"]:
    r"""Probability the model gives to the true label, :math:`p_y = e^{z_y} / \sum_k e^{z_k}`.

    >>> label_probability(np.array([[np.log(3.0), 0.0]]), np.array([0])).round(3)
    array([0.75])
    """
    return np.exp(-cross_entropy(logits, labels))


def label_log_odds(
    logits: Float[np.ndarray, "*models examples classes"], labels: Int[np.ndarray, " examples"]
) -> Float[np.ndarray, "*models examples"]:
    r"""Log-odds of the true label, :math:`\log\frac{p_y}{1-p_y} = z_y - \log\sum_{k\ne y} e^{z_k}`.

    It ranks examples as the probability does, without saturating, and is close to
    normally distributed over models.

    Source: Carlini et al. 2022, "Membership inference attacks from first principles", sections IV-C
    (logit scaling) and VI-A (its stable form, which is this one).

    >>> label_log_odds(np.array([[2.0, 0.0, 0.0]]), np.array([0])).round(3)
    array([1.307])
    """
    logits, labels = _checked(logits, labels)
    label = _column(labels, logits)
    return _at(logits, label) - _log_sum_exp(_without(logits, label))


def entropy(logits: Float[np.ndarray, "*models examples classes"]) -> Float[np.ndarray, "*models examples"]:
    r"""Entropy of the prediction, in nats: :math:`-\sum_k p_k \log p_k`.

    It needs no label; a model that is surely wrong has low entropy too.

    Source: Shokri et al. 2017, "Membership inference attacks against machine learning models",
    section VIII (prediction uncertainty).

    >>> entropy(np.array([[0.0, 0.0], [10000.0, 0.0]])).round(3)
    array([0.693, 0.   ])
    """
    logits = _checked(logits)
    log_p = logits - _log_sum_exp(logits)[..., None]
    return -(np.exp(log_p) * log_p).sum(axis=-1) + 0.0


def modified_entropy(
    logits: Float[np.ndarray, "*models examples classes"], labels: Int[np.ndarray, " examples"]
) -> Float[np.ndarray, "*models examples"]:
    r"""Entropy that knows the label: :math:`-(1-p_y)\log p_y - \sum_{k\ne y} p_k\log(1-p_k)`.

    0 where the model is surely right and large where it is surely wrong.

    Source: Song & Mittal 2021, "Systematic evaluation of privacy risks of machine learning models",
    section 3.2, equation 8.

    >>> modified_entropy(np.array([[0.0, 0.0], [10000.0, 0.0]]), np.array([0, 1])).round(3)
    array([6.93e-01, 2.00e+04])
    """
    logits, labels = _checked(logits, labels)
    label, top = _column(labels, logits), logits.argmax(axis=-1)[..., None]
    log_p = logits - _log_sum_exp(logits)[..., None]
    p = np.exp(log_p)
    # log(1 - p_k) loses its digits where p_k is near 1, and only the top class can be: sum its others there
    log_rest = np.zeros_like(p)
    np.log1p(-p, out=log_rest, where=p <= 0.5)
    rest_of_top = _log_sum_exp(_without(logits, top)) - _log_sum_exp(logits)
    np.put_along_axis(log_rest, top, rest_of_top[..., None], axis=-1)
    terms = -p * log_rest
    at_label = -np.exp(_at(log_rest, label)) * _at(log_p, label)
    np.put_along_axis(terms, label, at_label[..., None], axis=-1)
    return terms.sum(axis=-1)


def correct(
    logits: Float[np.ndarray, "*models examples classes"], labels: Int[np.ndarray, " examples"]
) -> Bool[np.ndarray, "*models examples"]:
    """Whether the most likely class is the true label; a tie at the top counts as wrong.

    >>> correct(np.array([[2.0, 1.0], [2.0, 1.0], [1.0, 1.0]]), np.array([0, 1, 0]))
    array([ True, False, False])
    """
    return label_margin(logits, labels) > 0


def label_margin(
    logits: Float[np.ndarray, "*models examples classes"], labels: Int[np.ndarray, " examples"]
) -> Float[np.ndarray, "*models examples"]:
    r"""How far the true label's logit is ahead of the best other: :math:`z_y - \max_{k\ne y} z_k`.

    >>> label_margin(np.array([[2.0, 1.0, -1.0]]), np.array([0]))
    array([1.])
    """
    logits, labels = _checked(logits, labels)
    label = _column(labels, logits)
    return _at(logits, label) - _without(logits, label).max(axis=-1)
