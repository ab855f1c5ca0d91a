"""Gradient canaries: an auditor who sees each noisy update and hides a mark where no record leaves one.

The strongest test that a promise of DP-SGD allows. The auditor inserts, as if a record had it, a gradient in a
direction that no record uses, and reads from each update how much of it points there: the canary's share,
1 where it took part and 0 where not, under noise of the noise multiplier. :func:`observe` trains and reads;
the audits of :mod:`mia_teach.audit` do the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float
from torch import nn

from mia_teach.audit import EpsilonBound, Threshold, dpsgd_bound, halves, threshold_from
from mia_teach.data import Dataset
from mia_teach.dpsgd import DPSGD, GradientCanaries
from mia_teach.membership import coin_flips
from mia_teach.scores import Scores
from mia_teach.training import train


@dataclass(frozen=True, eq=False)
class Shares:
    """What each update held of each canary, in units of the clip.

    Args:
        share: of the released sums; with sound DP-SGD 1 or 0, plus noise of deviation ``noise_multiplier``.
        inserted: the auditor's coins, the truth that is to be guessed.
        privacy: what the training claims to do.
    """

    share: Float[np.ndarray, "steps models canaries"]
    inserted: Bool[np.ndarray, "models canaries"]
    privacy: DPSGD

    def total(self, canary: int | None = None) -> Scores:
        """The shares summed over the steps; of one canary over all models, or of all canaries.

        The scores of one canary come from runs of their own, as Clopper and Pearson's interval needs it; those of all
        canaries are for :func:`mia_teach.audit.one_run_from_scores`.

        Source: Nasr et al. 2023, "Tight auditing of differentially private machine learning", section 4.
        """
        return self._scores(self.share.sum(axis=0), canary, "total share")

    def likelihood(self, canary: int | None = None) -> Scores:
        r"""The log-likelihood ratio of all shares, in against out, if DP-SGD does what it claims.

        :math:`\sum_t \ln(1 - q + q\,e^{(2 x_t - 1) / 2\sigma^2})`: nothing tells more of a sound DP-SGD, and 0
        is a threshold that is fixed beforehand.

        Raises: ValueError without noise, where the ratio is infinite.

        Source: Neyman & Pearson 1933 (no test is better); Mironov et al. 2019, section 3 (the pair of densities).
        """
        q, sigma = self.privacy.sample_rate, self.privacy.noise_multiplier
        if sigma == 0:
            raise ValueError(
                "Without noise there is no likelihood ratio. Use total(), or a noise_multiplier above 0."
            )
        exponent = (2 * self.share - 1) / (2 * sigma**2) + np.log(q)
        rest = np.log1p(-q) if q < 1 else -np.inf
        return self._scores(np.logaddexp(rest, exponent).sum(axis=0), canary, "likelihood ratio")

    def unrest(self, canary: int | None = None) -> Scores:
        """The standard deviation of the shares over the steps: noise that never changes hides no change."""
        return self._scores(self.share.std(axis=0), canary, "unrest")

    def _scores(self, score, canary, name):
        which = slice(None) if canary is None else slice(canary, canary + 1)
        return Scores(score[:, which].ravel(), self.inserted[:, which].ravel(), name)


def unused_directions(model: nn.Module) -> Float[np.ndarray, "directions parameters"]:
    r"""Directions in which no record's gradient points, a unit row each, in a classifier that ends in ``nn.Linear``.

    The gradient of the cross-entropy with respect to the logits is :math:`p - y`, which sums to 0 over the classes.
    So for each input of the last layer no gradient has a part along (1, …, 1) over its weights, and none along
    (1, …, 1) over the biases; the last row is that of the biases. Clipping keeps it so.

    Raises: ValueError for a model whose last layer with parameters is not linear.

    >>> from mia_teach import logistic
    >>> unused_directions(logistic(64, 10)).shape
    (65, 650)
    """
    last = [m for m in model.modules() if next(m.parameters(recurse=False), None) is not None][-1]
    if not isinstance(last, nn.Linear):
        raise ValueError(
            f"The last layer is {type(last).__name__}; the unused directions are known for nn.Linear. Give rows of your "
            "own, such as one weight behind an input that is always 0."
        )
    size, start, places = 0, {}, {id(p): name for name, p in last.named_parameters()}
    for p in model.parameters():
        if id(p) in places:
            start[places[id(p)]] = size
        size += p.numel()
    classes, inputs = last.weight.shape
    rows = np.zeros((inputs + (last.bias is not None), size))
    for i in range(inputs):
        rows[i, start["weight"] + i + inputs * np.arange(classes)] = classes**-0.5
    if last.bias is not None:
        rows[-1, start["bias"] : start["bias"] + classes] = classes**-0.5
    return rows


def observe(
    model: nn.Module,
    data: Dataset,
    member: Bool[np.ndarray, "models examples"],
    *,
    privacy: DPSGD,
    directions: Float[np.ndarray, "canaries parameters"],
    release: Callable | None = None,
    length: float = 10.0,
    learning_rate: float = 1.0,
    seed: int,
    progress: bool = True,
) -> Shares:
    """Train with DP-SGD, each canary inserted by a fair coin a model, and read its share from every update.

    Args:
        member: the training sets, a row a model; the same row again and again is what an auditor would take.
        directions: orthogonal unit rows, of :func:`unused_directions` for example.
        release: the implementation under audit, as in ``train(release=...)``; the package's own if None.
        length: of the inserted gradients before clipping, in clips: longer than 1, lest missing clipping go unseen.

    Raises: ValueError for directions that are not orthogonal unit rows, or a length that isn't positive.

    Source: Nasr et al. 2023, section 4.
    """
    directions = np.asarray(directions, np.float64)
    if directions.ndim != 2 or not np.allclose(directions @ directions.T, np.eye(len(directions)), atol=1e-8):
        raise ValueError(
            f"Directions of shape {directions.shape} came that are not orthogonal unit rows; then one canary's share "
            "holds another's. Use rows of unused_directions(model)."
        )
    if not length > 0:
        raise ValueError(f"A canary's length must be positive; {length!r} came.")
    coins, training = np.random.SeedSequence(seed).generate_state(2)
    inserted = coin_flips(len(member), max(2, len(directions)), seed=int(coins))[:, : len(directions)]
    clip = privacy.max_grad_norm
    share = np.zeros((privacy.steps, *inserted.shape))

    def watch(step, models, update):
        # einsum, since a matrix product would wake all BLAS threads inside each training thread
        share[step - 1, models] = np.einsum("mp,cp->mc", update, directions) / clip

    train(
        model,
        data,
        member,
        privacy=privacy,
        learning_rate=learning_rate,
        seed=int(training),
        canaries=GradientCanaries(length * clip * directions, inserted),
        watch=watch,
        release=release,
        progress=progress,
    )
    return Shares(share, inserted, privacy)


def strongest_bound(shares: Shares, *, delta: float, confidence: float = 0.95, seed: int = 0) -> EpsilonBound:
    r"""The largest of two bounds a canary, with the error rate parted among all of them.

    One takes the likelihood ratio at its threshold of 0, which is fixed beforehand and best if only the noise or
    the sample rate is not as claimed. The other takes the total share at a threshold chosen on one half of the
    models and tested on the other, which needs no idea of what is wrong. Each is a
    :func:`mia_teach.audit.dpsgd_bound` that may fail in :math:`(1 - confidence) / 2k` of the audits, with k canaries.

    Args:
        delta: of the claim, for the ε that is returned; the verdict looks at the whole curve.
        seed: of the halves.

    Raises: ValueError with too few models to halve.
    """
    canaries = shares.inserted.shape[1]
    each = 1 - (1 - confidence) / (2 * canaries)
    bounds = []
    for canary in range(canaries):
        held, test = halves(shares.total(canary), seed=seed)
        chosen = threshold_from(held, confidence=each)
        for scores, threshold in ((shares.likelihood(canary), Threshold(0.0)), (test, chosen)):
            bounds.append(
                dpsgd_bound(scores, threshold=threshold, privacy=shares.privacy, delta=delta, confidence=each)
            )
    return replace(max(bounds, key=lambda bound: bound.epsilon), confidence=confidence)
