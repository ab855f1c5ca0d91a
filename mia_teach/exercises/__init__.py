"""The checked exercises: one module for each lesson, loaded when first used.

>>> from mia_teach import exercises
>>> "exercise" in exercises.lesson_modules()
False
"""

from importlib import import_module
from pkgutil import iter_modules

_FRAME = {"compare", "exercise", "outcome"}
_NAMES = {"Case": "exercise", "Exercise": "exercise", "Wrong": "exercise", "Outcome": "outcome"}

__all__ = ["Case", "Exercise", "Outcome", "Wrong", "exercises_of", "lesson_modules"]


def lesson_modules() -> list[str]:
    """The names of the modules that hold a lesson's exercises."""
    return sorted(module.name for module in iter_modules(__path__) if module.name not in _FRAME)


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
