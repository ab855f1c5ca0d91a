"""Threshold attacks: one signal of the target model, compared with a threshold.

No shadow models are needed, but for :func:`difficulty_calibrated`. A loss or an entropy is small for members, so here, and only here, those two
are negated: every score is larger for members.
"""

import numpy as np
from jaxtyping import Float

from mia_teach import signals
from mia_teach.attacks import sides as side_of
from mia_teach.game import View


def loss(view: View) -> Float[np.ndarray, " examples"]:
    """Minus the cross-entropy: members were trained to a low loss.

    Source: Yeom et al. 2018, "Privacy risk in machine learning", adversary 2.
    """
    return -signals.cross_entropy(view.target_logits, view.labels)


def label_probability(view: View) -> Float[np.ndarray, " examples"]:
    """Probability of the true label, in [0, 1]. It ranks examples as :func:`loss` does, until digits run out.

    Source: Salem et al. 2019, "ML-Leaks", section V (there with the largest probability).
    """
    return signals.label_probability(view.target_logits, view.labels)


def label_log_odds(view: View) -> Float[np.ndarray, " examples"]:
    """Log-odds of the true label: the same ranking again, without running out of digits.

    Source: Carlini et al. 2022, "Membership inference attacks from first principles", sections IV-C and VI-A.
    """
    return signals.label_log_odds(view.target_logits, view.labels)


def entropy(view: View) -> Float[np.ndarray, " examples"]:
    """Minus the entropy of the prediction: members get sharp answers. It needs no true label.

    Source: Song & Mittal 2021, "Systematic evaluation of privacy risks", section 3.2.
    """
    return -signals.entropy(view.target_logits)


def modified_entropy(view: View) -> Float[np.ndarray, " examples"]:
    """Minus the modified entropy, which knows whether a sharp answer is right.

    Source: Song & Mittal 2021, "Systematic evaluation of privacy risks", section 3.2, equation 8.
    """
    return -signals.modified_entropy(view.target_logits, view.labels)


def gap(view: View) -> Float[np.ndarray, " examples"]:
    """1 where the target model is right and 0 where it is wrong: the attack that needs only a label.

    Its advantage is the gap between train and test accuracy.

    Source: Yeom et al. 2018, "Privacy risk in machine learning", adversary 1.
    """
    return signals.correct(view.target_logits, view.labels).astype(float)


def difficulty_calibrated(view: View) -> Float[np.ndarray, " examples"]:
    r"""How much lower the target's loss is than usual for this record: :math:`\bar{\ell}_{out}(x) - \ell(x)`.

    An easy record has a low loss under any model; what counts is the difference from models that never saw it.
    The mean is over the shadows that did not train on the record; one is enough.

    Raises: ValueError for a record that every shadow trained on.

    Source: Watson et al. 2022, "On the importance of difficulty calibration in membership inference attacks",
    section 3.

    >>> loss_of = lambda p: np.log([[p, 1 - p]])
    >>> view = View(np.array([0]), loss_of(0.8), loss_of(0.4)[None], np.array([[False]]))
    >>> difficulty_calibrated(view).round(6) == np.log(0.8 / 0.4).round(6)
    array([ True])
    """
    out = ~view.shadow_member
    advice = "Use more shadow models; with balanced_shadows(4, ...) every example has one on each side."
    side_of.require(out, side_of.OUT, least=1, advice=advice)
    usual = side_of.mean(signals.cross_entropy(view.shadow_logits, view.labels), out)
    return usual - signals.cross_entropy(view.target_logits, view.labels)
