"""Who is in which training set: bool arrays of shape (models, examples)."""

import numpy as np
from jaxtyping import Bool, Int


def _check(models, examples):
    if models < 1 or examples < 2:
        raise ValueError(
            f"{models} models and {examples} examples were asked for; at least 1 and 2 are needed."
        )


def coin_flips(
    models: int, examples: int, *, seed: int, group: Int[np.ndarray, " examples"] | None = None
) -> Bool[np.ndarray, "models examples"]:
    """Membership in which every model flips a fair coin for every example, or for every group of examples.

    Training sets have about ``examples / 2`` members, each model's independent of
    the others', which is what the membership game assumes.

    Args:
        group: whom each example belongs to, such as ``data.group``: one coin then decides about all the
            examples of a person or household, so that the question is about the person.

    Raises: ValueError for a group that does not give one integer an example.

    Source: Yeom et al. 2018, "Privacy risk in machine learning", experiment 1.

    >>> member = coin_flips(3, 1000, seed=0)
    >>> member.shape, bool(abs(member.mean() - 0.5) < 0.05)
    ((3, 1000), True)
    >>> by_person = coin_flips(3, 4, seed=0, group=np.array([7, 7, 7, 9]))
    >>> bool((by_person[:, 0] == by_person[:, 2]).all())
    True
    """
    _check(models, examples)
    if group is None:
        return np.random.default_rng(seed).random((models, examples)) < 0.5
    group = np.asarray(group)
    if group.shape != (examples,) or group.dtype.kind not in "iu":
        raise ValueError(
            f"A group of {group.dtype} and shape {group.shape} came; integers of shape ({examples},) are needed, "
            "the number of a person or household for each example."
        )
    groups, number = np.unique(group, return_inverse=True)
    return (np.random.default_rng(seed).random((models, len(groups))) < 0.5)[:, number]


def fixed_size(models: int, examples: int, *, size: int, seed: int) -> Bool[np.ndarray, "models examples"]:
    """Membership in which every model draws exactly ``size`` members without replacement.

    >>> fixed_size(4, 10, size=3, seed=0).sum(axis=1)
    array([3, 3, 3, 3])
    """
    _check(models, examples)
    if not 0 < size < examples:
        raise ValueError(
            f"A training set of {size} from {examples} examples leaves no members or no non-members. "
            f"Use a size from 1 to {examples - 1}."
        )
    rank = np.random.default_rng(seed).random((models, examples)).argsort(axis=1).argsort(axis=1)
    return rank < size


def balanced_shadows(models: int, examples: int, *, seed: int) -> Bool[np.ndarray, "models examples"]:
    """Membership in which every example is a member of exactly half of the models.

    Models come in complementary pairs: row ``2k + 1`` trains on what row ``2k`` leaves
    out. It saves shadow models, since every example has equally many models with and
    without it. A target must never be attacked with its own partner among the shadows:
    which of the others hold a record would then betray the target (:class:`mia_teach.View`
    drops the partner).

    Raises: ValueError for an odd number of models.

    Source: Carlini et al. 2022, "Membership inference attacks from first principles", section IV.

    >>> member = balanced_shadows(8, 100, seed=0)
    >>> bool((member.sum(axis=0) == 4).all()), bool((member[0] == ~member[1]).all())
    (True, True)
    """
    _check(models, examples)
    if models % 2:
        raise ValueError(
            f"A balanced design pairs its models, and {models} is odd. Use {models + 1} or {models - 1}."
        )
    rng = np.random.default_rng(seed)
    half = np.array([rng.permutation(examples) < examples // 2 for _ in range(models // 2)])
    return np.stack([half, ~half], axis=1).reshape(models, examples)
