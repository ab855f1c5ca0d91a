"""Small models without buffers, ready to be trained many at a time.

They are ordinary ``torch.nn.Sequential`` modules that give logits. Each hidden layer is followed by an
``nn.Dropout(0)``: a place where ``train(..., dropout=0.3)`` can act.
"""

from torch import nn


def _count(name, value):
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{name} must be a whole number of at least 1; {value!r} came.")


def logistic(n_features: int, n_classes: int) -> nn.Sequential:
    """Softmax regression: one linear layer from features to logits.

    >>> sum(p.numel() for p in logistic(64, 10).parameters())
    650
    """
    return mlp(n_features, n_classes)


def mlp(n_features: int, *widths: int) -> nn.Sequential:
    """A multilayer perceptron with ReLUs: ``mlp(64, 32, 10)`` has 64 features, 32 hidden units, 10 classes.

    The last width is the number of classes; without hidden widths it is softmax regression.

    >>> print(mlp(64, 32, 10))
    Sequential(
      (0): Linear(in_features=64, out_features=32, bias=True)
      (1): ReLU()
      (2): Dropout(p=0.0, inplace=False)
      (3): Linear(in_features=32, out_features=10, bias=True)
    )
    """
    if not widths:
        raise ValueError(
            "mlp(n_features, *widths) needs at least the number of classes, as in mlp(64, 32, 10)."
        )
    for width in (n_features, *widths):
        _count("Each width", width)
    layers = []
    for fan_in, fan_out in zip((n_features, *widths), widths, strict=False):
        layers += [nn.Linear(fan_in, fan_out), nn.ReLU(), nn.Dropout(0.0)]
    return nn.Sequential(*layers[:-2])


def cnn(side: int, n_classes: int, *, channels: tuple[int, int] = (8, 16)) -> nn.Sequential:
    """A small convolutional network for square grey images given as rows of ``side * side`` pixels.

    Two convolutions with ReLU and pooling, then one linear layer. ``side`` must be a multiple of 4.

    >>> import torch
    >>> cnn(28, 10)(torch.zeros(5, 784)).shape
    torch.Size([5, 10])
    """
    _count("side", side)
    _count("n_classes", n_classes)
    if side % 4:
        raise ValueError(
            f"Images of side {side} can't be halved twice. Use a side that is a multiple of 4, such as 28."
        )
    first, second = channels
    return nn.Sequential(
        nn.Unflatten(1, (1, side, side)),
        nn.Conv2d(1, first, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(first, second, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.0),
        nn.Linear(second * (side // 4) ** 2, n_classes),
    )
