"""What every exercise must do, whatever its task.

A lesson's test says, for each of its exercises,

    from .laws import check_exercise_laws
    check_exercise_laws(check.roc_points, stub)

where ``stub`` is the function as the learner finds it in the notebook.
"""

import re

import numpy as np

from mia_teach.exercises.outcome import Outcome


class Evil:
    """An object that breaks on nearly everything that can be done to it."""

    def _refuse(self, *args, **kwargs):
        raise RuntimeError("no")

    __eq__ = __len__ = __float__ = __array__ = __repr__ = __str__ = __bool__ = __iter__ = __getitem__ = (
        _refuse
    )
    __hash__ = __index__ = __lt__ = __add__ = keys = _refuse


STRANGE = [
    None,
    ...,
    NotImplemented,
    0,
    -1.5,
    float("nan"),
    float("inf"),
    10**400,
    1j,
    True,
    "",
    "three",
    b"\x00",
    [],
    [[]],
    [1, [2, 3]],
    [None],
    (),
    (1,),
    {},
    {"a": 1},
    {1, 2},
    range(3),
    iter([1]),
    (x for x in [1]),
    np.array(3.0),
    np.empty((0, 3)),
    np.full((2, 2), np.nan),
    np.array(["a"]),
    np.array([None]),
    np.zeros(3, dtype=complex),
    np.datetime64("2020-01-01"),
    object(),
    Evil(),
    Evil,
    ValueError("an error, returned"),
    len,
    int,
    lambda: None,
    type("Callable", (), {"__call__": lambda self, *args, **kwargs: 1})(),
]


def check_exercise_laws(exercise, stub) -> None:
    """Assert the laws: done, untried, crashed, each wrong answer its own reply, and never an exception."""
    _check_reference(exercise)
    _check_untried(exercise, stub)
    _check_crash(exercise)
    _check_wrong_answers(exercise)
    _check_strange_objects(exercise)


def check_quiz_laws(quiz) -> None:
    """Assert that no reply begins as the panel does, which says "Right." or "Not this one." before it."""
    for question in quiz.questions:
        for choice in question.choices:
            assert not re.match(r"(Right|Correct|Yes|No|Wrong)\b[.,:!]", choice.reply), choice.reply


def _check_reference(exercise):
    outcome = exercise.verdict(lambda *args, **kwargs: exercise.reference(*args, **kwargs))
    assert outcome.kind == "done", outcome


def _check_untried(exercise, stub):
    def raises(*args, **kwargs):
        raise NotImplementedError

    def empty(*args, **kwargs):
        """Only words."""

    for nothing in (stub, raises, empty, lambda *args, **kwargs: ..., None, ...):
        outcome = exercise.verdict(nothing)
        assert outcome.kind == "not yet tried", outcome


def _check_crash(exercise):
    def crashes(*args, **kwargs):
        return 1 // 0

    outcome = exercise.verdict(crashes)
    assert outcome.kind == "it crashed", outcome
    shown = dict(outcome.shown)
    assert "return 1 // 0" in shown["Your line"], outcome
    assert "ZeroDivisionError" in shown["Error"], outcome
    assert shown["Input"], outcome


def _check_wrong_answers(exercise):
    replies = set()
    for wrong in exercise.wrong:
        outcome = exercise.verdict(wrong.function)
        assert outcome.kind == "not right yet", (wrong.name, outcome)
        assert (outcome.wrong, outcome.reply) == (wrong.name, wrong.reply), (wrong.name, outcome)
        headings = [heading for heading, _ in outcome.shown]
        assert headings == ["Input", "Your result", "Expected"], (wrong.name, outcome)
        replies.add(outcome.reply)
    assert len(replies) == len(exercise.wrong)


def _check_strange_objects(exercise):
    for strange in STRANGE:
        for passed in (strange, lambda *args, _strange=strange, **kwargs: _strange):
            outcome = exercise.verdict(passed)
            assert isinstance(outcome, Outcome)
            assert outcome.reply.strip()
            assert repr(outcome)
            assert outcome._repr_mimebundle_()["text/html"]
