"""What the hidden tests call, and what is asked of a kernel before it grades anybody."""

import contextlib
import io
import os
import warnings
from dataclasses import replace

from mia_teach.assignments import assignment, numbers
from mia_teach.assignments.task import NotAwardedError, StoppedError, named

SECRET = "MIA_TEACH_SECRET"  # the environment variable that nbgrader_config.py sets
READY = "ready"
_NO_SECRET = (
    "This course's secret is not set, so anybody could know the hidden data. Grade in the folder that `mia-teach assignment` "
    "made, or add the line that it named to your own nbgrader_config.py."
)


def award(lesson: str, name: str, notebook: dict[str, object]) -> None:
    """Return where the student's function deserves its points, and say from which name its data were drawn.

    Args:
        lesson: two digits.
        name: of the task.
        notebook: the notebook's ``globals()``, with the function under the task's name and ``STUDENT``.

    Raises: NotAwardedError with the reply where the function does not, or was stopped, or where the course's secret is
        not set.
    """
    if not os.environ.get(SECRET):
        raise NotAwardedError(f"Nothing was graded. {_NO_SECRET}")
    task = assignment(lesson).task(name)
    # Whatever a grade cell writes to stderr costs all its points, so a warning is kept from it.
    with contextlib.redirect_stderr(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            outcome = task.grade(notebook.get(name), notebook.get("STUDENT"), os.environ[SECRET])
        except StoppedError as stopped:
            raise NotAwardedError(str(stopped)) from None
    whose = named(notebook.get("STUDENT"))
    said = (
        f"The data were drawn for {whose}."
        if whose
        else "STUDENT names nobody, so the data were drawn for nobody."
    )
    outcome = replace(outcome, notes=(*outcome.notes, said))
    if not outcome.done:
        raise NotAwardedError(repr(outcome))
    print(repr(replace(outcome, reply="All points: right on data that you have not seen.")))


def ready(name: str) -> str:
    """``"ready"`` when this kernel awards the references of an assignment and refuses a stub; else a sentence.

    What a reference stops with is raised: it names the package that is missing.

    An assignment that is not the course's own counts as ready: that the course can be imported is all it asks.

    >>> ready("a problem set of your own")
    'ready'
    """
    if name[:2] not in numbers() or assignment(name).name != name:
        return READY
    if not os.environ.get(SECRET):
        return _NO_SECRET
    for task in assignment(name).tasks:
        case = task.own_case("nobody")
        task.reference(*case.args, **case.kwargs)  # where a package is missing, this names it
        for what, function, kind in (
            (
                "its own solution",
                lambda *args, _task=task, **kwargs: _task.reference(*args, **kwargs),
                "done",
            ),
            ("a stub", lambda *args, **kwargs: ..., "not yet tried"),
        ):
            outcome = task.grade(function, "nobody", os.environ[SECRET])
            if outcome.kind != kind:
                return f"Task {task.name} says of {what}: {outcome.kind}. {outcome.reply}"
    return READY
