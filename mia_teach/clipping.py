"""Sums of clipped gradients, an example at a time in theory and never so in practice.

For a linear layer an example's gradient is the outer product of the error that reached the layer's output and
the layer's input, so its length is the product of theirs. Lengths, clipping and sum need only what an ordinary
backward pass computes anyway: no example's gradient is ever stored. Models come first everywhere.
"""

from collections.abc import Collection

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap
from torch.nn import functional as F


def sum_from_errors(
    layers: dict[str, tuple[Tensor, Tensor]], names: Collection[str], max_grad_norm: float
) -> dict[str, Tensor]:
    r"""The sum over the batch of clipped gradients, by parameter, of a chain of linear layers.

    With input :math:`a` and error :math:`e` the gradient of a weight is :math:`e\,a^\top`, of length
    :math:`\lVert e\rVert\,\lVert a\rVert`, and that of a bias is :math:`e`. The whole gradient's squared length is the
    sum over all layers. An example whose errors are 0 adds nothing.

    Args:
        layers: by name, the inputs (models, fan-in, batch) and the errors (models, fan-out, batch).
        names: the parameters; a layer has a bias if it is among them.

    Source: Goodfellow 2015, "Efficient per-example gradient computations"; Bu et al. 2022,
    "Differentially private optimization on large model at small cost" (book-keeping).
    """
    squares = sum(
        (error * error).sum(1) * ((given * given).sum(1) + (f"{name}.bias" in names))
        for name, (given, error) in layers.items()
    )
    shorten = (max_grad_norm / squares.sqrt()).clamp(max=1)[:, None]
    sums = {}
    for name, (given, error) in layers.items():
        error = error * shorten
        sums[f"{name}.weight"] = error @ given.mT
        if f"{name}.bias" in names:
            sums[f"{name}.bias"] = error.sum(2)
    return sums


def per_example_gradients(
    module: nn.Module,
    params: dict[str, Tensor],
    masks: dict[str, Tensor],
    x: Float[Tensor, "models batch *features"],
    y: Tensor,
    label_smoothing: float,
) -> Float[Tensor, "models batch parameters"]:
    """Every example's whole gradient as a row, for any module; the plain form, and the memory it takes."""

    def loss(params, masks, one, label):
        logits = functional_call(module, {**params, **masks}, (one[None],))
        return F.cross_entropy(logits[0], label, label_smoothing=label_smoothing)

    over_examples = vmap(grad(loss), in_dims=(None, 0, 0, 0))
    gradients = vmap(over_examples)(params, masks, x, y)
    return torch.cat([gradients[name].flatten(2) for name in params], dim=2)


def sum_from_gradients(
    gradients: Float[Tensor, "models batch parameters"],
    drawn: Float[Tensor, "models batch"],
    max_grad_norm: float,
) -> Float[Tensor, "models parameters"]:
    """The same sum from stored gradients; places where ``drawn`` is 0 add nothing."""
    norms = gradients.square().sum(2).sqrt()
    shorten = (max_grad_norm / norms).clamp(max=1) * drawn
    return (shorten[:, None] @ gradients)[:, 0]
