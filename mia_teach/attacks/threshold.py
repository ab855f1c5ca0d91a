"""Threshold attacks: one signal of the target model, compared with a threshold.

No shadow models are needed. A loss or an entropy is small for members, so here, and only here, those two
are negated: every score is larger for members.
"""

import numpy as np
from jaxtyping import Float

from mia_teach import signals
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

    Source: Carlini et al. 2022, "Membership inference attacks from first principles", section V-B.
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
