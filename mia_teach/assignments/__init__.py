"""Graded assignments: for each lesson two or three tasks that apply it to data of each student's own.

They are made for nbgrader: ``mia-teach assignment 02 FOLDER`` lays a course folder that its commands take as it is.
A task asks for a function. A student sees one case of their own, drawn from their name, and one example that all
share; the grade comes from further cases that are drawn from their name and a secret of the course. So a number
copied from somebody else cannot be right; copied code can, as anywhere. And whoever reads this package finds the
references in it, as they find the solutions of the exercises: what is graded is worth what an open-book exam is worth.

>>> assignment("02").name
'02_threshold'
"""

from importlib import import_module
from typing import TYPE_CHECKING

from mia_teach.exercises import MODULE_OF_LESSON

if TYPE_CHECKING:
    from pathlib import Path

    from mia_teach.assignments.folder import Made
    from mia_teach.assignments.task import Assignment


def make(folder: "Path", lessons: list[str]) -> "Made":
    """Lay these lessons' assignments into a course folder: see :func:`mia_teach.assignments.folder.make`."""
    from mia_teach.assignments import folder as course_folder

    return course_folder.make(folder, lessons)


def numbers() -> list[str]:
    """The lessons that have an assignment, by number."""
    return list(MODULE_OF_LESSON)


def assignment(lesson: str) -> "Assignment":
    """The assignment of a lesson, such as ``"02"``; its notebook's name ``"02_threshold"`` will do too.

    Raises: KeyError where there is none.
    """
    return import_module(f"{__name__}.{MODULE_OF_LESSON[lesson[:2]]}").assignment
