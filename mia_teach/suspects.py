"""Seven implementations of DP-SGD's noisy sum that all claim the same. Not all of them keep the claim.

Each has the signature of :func:`mia_teach.dpsgd.noisy_sum` and goes into ``train(release=...)``: it is given the
gradients of the records drawn for a step, unclipped, and returns what the step releases. Beside it stands what its
makers tell the accountant. They are written for softmax regression of 64 pixels and ten digits: a gradient
is 640 weights, then 10 biases.

An audit comes first, then the reading: which line is it?
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from mia_teach.dpsgd import DPSGD


@dataclass(frozen=True)
class Suspect:
    """An implementation, and the privacy that its makers claim for it.

    Args:
        release: noisy sum of a step, from (gradients, privacy, rng).
        account: what they hand to the accountant, from (privacy, members, pool): how training was run, how many
            records it trained on, and how many there were to choose from.
    """

    name: str
    release: Callable
    account: Callable


def as_run(privacy: DPSGD, members: int, pool: int) -> DPSGD:
    return privacy


def ash(gradients, privacy, rng):
    norm = np.linalg.norm(gradients, axis=1, keepdims=True)
    clipped = gradients * np.minimum(1, privacy.max_grad_norm / np.maximum(norm, 1e-12))
    noise = rng.normal(0, privacy.noise_multiplier, gradients.shape[1])
    return clipped.sum(axis=0) + noise


def birch(gradients, privacy, rng):
    weights, biases = gradients[:, :640], gradients[:, 640:]
    limit = privacy.max_grad_norm / np.sqrt(2)
    released = []
    for part in (weights, biases):
        norm = np.linalg.norm(part, axis=1, keepdims=True)
        clipped = part * np.minimum(1, limit / np.maximum(norm, 1e-12))
        noise = rng.normal(0, privacy.noise_multiplier * privacy.max_grad_norm, part.shape[1])
        released.append(clipped.sum(axis=0) + noise)
    return np.concatenate(released)


def cedar(gradients, privacy, rng):
    size = max(1, len(gradients))
    mean = gradients.sum(axis=0) / size
    mean *= min(1, privacy.max_grad_norm / max(np.linalg.norm(mean), 1e-12))
    noise = rng.normal(0, privacy.noise_multiplier * privacy.max_grad_norm, len(mean))
    return size * mean + noise


def elm(gradients, privacy, rng):
    norm = np.linalg.norm(gradients, axis=1, keepdims=True)
    clipped = gradients * np.minimum(1, privacy.max_grad_norm / np.maximum(norm, 1e-12))
    total = clipped.sum(axis=0)
    weights, biases = total[:640], total[640:]
    noise = rng.normal(0, privacy.noise_multiplier * privacy.max_grad_norm, weights.shape)
    return np.concatenate([weights + noise, biases])


def fir(gradients, privacy, rng):
    norm = np.linalg.norm(gradients, axis=1, keepdims=True)
    clipped = gradients * np.minimum(1, privacy.max_grad_norm / np.maximum(norm, 1e-12))
    noise = rng.normal(0, privacy.noise_multiplier * privacy.max_grad_norm, gradients.shape[1])
    return clipped.sum(axis=0) + noise


def of_the_pool(privacy: DPSGD, members: int, pool: int) -> DPSGD:
    batch = privacy.sample_rate * members
    return replace(privacy, sample_rate=batch / pool)


def hazel(gradients, privacy, rng):
    norm = np.linalg.norm(gradients, axis=1, keepdims=True)
    clipped = gradients * np.minimum(1, privacy.max_grad_norm / np.maximum(norm, 1e-12))
    rng = np.random.default_rng(2024)
    noise = rng.normal(0, privacy.noise_multiplier * privacy.max_grad_norm, gradients.shape[1])
    return clipped.sum(axis=0) + noise


def oak(gradients, privacy, rng):
    squares = np.square(gradients).sum(axis=1)
    weight = privacy.max_grad_norm / np.sqrt(np.maximum(squares, privacy.max_grad_norm**2))
    noise = privacy.max_grad_norm * rng.standard_normal(gradients.shape[1])
    return weight @ gradients + privacy.noise_multiplier * noise


SUSPECTS = (
    Suspect("ash", ash, as_run),
    Suspect("birch", birch, as_run),
    Suspect("cedar", cedar, as_run),
    Suspect("elm", elm, as_run),
    Suspect("fir", fir, of_the_pool),
    Suspect("hazel", hazel, as_run),
    Suspect("oak", oak, as_run),
)
