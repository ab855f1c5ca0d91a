"""The interactive panels of the lessons: one NAME.py and one NAME.js each, on the base in lab.py."""

from importlib import import_module

_NAMES = {
    "Lab": "lab",
    "Goal": "lab",
    "Choice": "quiz",
    "Question": "quiz",
    "Quiz": "quiz",
    "Prediction": "prediction",
    "AuditBench": "audit_bench",
    "DefenceFrontier": "defence_frontier",
    "ExposureExplorer": "exposure_explorer",
    "GenomePool": "genome_pool",
    "GradientMicroscope": "gradient_microscope",
    "GuessingGame": "guessing_game",
    "LikelihoodExplorer": "likelihood_explorer",
    "OverfittingPlayground": "overfitting_playground",
    "PrivacyDial": "privacy_dial",
    "QueryBudget": "query_budget",
    "ShadowWorkbench": "shadow_workbench",
    "ThresholdExplorer": "threshold_explorer",
}

__all__ = list(_NAMES)


def __getattr__(name):
    if name not in _NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_NAMES[name]}"), name)
    globals()[name] = value
    return value
