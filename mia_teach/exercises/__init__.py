"""The checked exercises: one module for each lesson, loaded when first used.

>>> from mia_teach import exercises
>>> "exercise" in exercises.lesson_modules()
False
"""

from importlib import import_module
from pkgutil import iter_modules

_FRAME = {"compare", "exercise", "outcome", "recall"}
MODULE_OF_LESSON = {
    "00": "game",
    "01": "overfitting",
    "02": "threshold",
    "03": "shadow_models",
    "04": "likelihood_ratio",
    "05": "label_only",
    "06": "white_box",
    "07": "genomic",
    "08": "risk",
    "09": "defences",
    "10": "differential_privacy",
    "11": "audits",
}
_NAMES = {"Case": "exercise", "Exercise": "exercise", "Wrong": "exercise", "Outcome": "outcome"}

__all__ = ["Case", "Exercise", "Outcome", "Wrong", "exercises_of", "lesson_modules", "of_lesson"]


def lesson_modules() -> list[str]:
    """The names of the modules that hold a lesson's exercises."""
    return sorted(module.name for module in iter_modules(__path__) if module.name not in _FRAME)


def of_lesson(lesson: str):
    """The module of a lesson's exercises and quiz, or None where no lesson has this number.

    >>> of_lesson("02").quiz.lesson
    '02'
    """
    return import_module(f"{__name__}.{MODULE_OF_LESSON[lesson]}") if lesson in MODULE_OF_LESSON else None


def exercises_of(module: str) -> dict:
    """A module's exercises by name, in the order in which it defines them."""
    from mia_teach.exercises.exercise import Exercise

    found = vars(import_module(f"{__name__}.{module}"))
    return {name: value for name, value in found.items() if isinstance(value, Exercise)}


def __getattr__(name):
    if name in _NAMES:
        return getattr(import_module(f"{__name__}.{_NAMES[name]}"), name)
    if name in lesson_modules():
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return [*__all__, *lesson_modules()]
