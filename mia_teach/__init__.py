"""Membership inference, hands on: the helper package behind the course.

Names are loaded when they are first used, so ``import mia_teach`` stays fast:

>>> import mia_teach as mt
>>> mt.Rate(12, 899).value.__round__(3)
0.013
"""

from importlib import import_module

__version__ = "0.1.0"

_MODULES = {
    "attacks",
    "audit",
    "canaries",
    "defences",
    "exercises",
    "game",
    "labs",
    "mechanisms",
    "models",
    "plots",
    "progress",
    "risk",
    "signals",
    "suspects",
}
_NAMES = {
    "Dataset": "data",
    "load_adult": "data",
    "load_allele_frequencies": "data",
    "load_ancestry": "data",
    "load_complete_journey": "data",
    "load_digits": "data",
    "load_genomes": "data",
    "load_lending_club": "data",
    "load_mnist_5k": "data",
    "load_support2": "data",
    "load_taiwan_credit": "data",
    "mislabelled": "data",
    "principal_components": "data",
    "balanced_shadows": "membership",
    "coin_flips": "membership",
    "fixed_size": "membership",
    "cnn": "models",
    "doctor": "environment",
    "logistic": "models",
    "mlp": "models",
    "DPSGD": "dpsgd",
    "GradientCanaries": "dpsgd",
    "EpsilonBound": "audit",
    "Ensemble": "training",
    "train": "training",
    "Scores": "scores",
    "Rate": "rate",
    "Interval": "rate",
    "percent": "rate",
    "precision": "rate",
    "Game": "game",
    "View": "game",
    "Roc": "roc",
    "Exposure": "risk",
    "Assessment": "assessment",
    "show": "plots.figures",
    "home": "overview",
    "recall": "exercises.recall",
}

__all__ = ["__version__", *sorted(_MODULES | _NAMES.keys())]


def __getattr__(name):
    if name in _NAMES:
        value = getattr(import_module(f"{__name__}.{_NAMES[name]}"), name)
    elif name in _MODULES:
        value = import_module(f"{__name__}.{name}")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__():
    return __all__
