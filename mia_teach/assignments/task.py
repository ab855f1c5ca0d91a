"""One graded task: a question, cases drawn for each student, a reference, and the mistakes that people make.

The judging is that of the exercises (:mod:`mia_teach.exercises.exercise`): the same four outcomes, the same replies to
known mistakes. What differs is where the cases come from, and what is shown: a grade says what the mistake is, and shows
neither the data it was found on nor the answer.
"""

import contextlib
import functools
import hashlib
import inspect
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from mia_teach.exercises.compare import difference, words
from mia_teach.exercises.exercise import Case, Exercise, Wrong
from mia_teach.exercises.outcome import Outcome, framed, plain

HIDDEN_CASES = 3
_ATTEMPTS = 20
_DRAWS = 300
_MAY_BE_SHOWN = ("Your line", "Error")


class NotAwardedError(AssertionError):
    """Points that are not given, with the reply to the student.

    It is shown without a traceback: that would print the lines of this package beside it.
    """

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


class StoppedError(KeyboardInterrupt):
    """An interrupt that reached a student's function, told in a sentence: by hand, or by nbgrader after its time."""

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


class _Judge(Exercise):
    """An exercise without hints, on as few cases as there are."""

    def _check_texts(self) -> None:
        """Nothing: a task checks its own."""


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Task:
    """What is asked of a student, and how it is judged.

    Args:
        name: of the function that the student writes.
        points: all or none.
        question: Markdown, without a heading: what is at stake, what comes in, what is to be returned.
        reference: the right function; its docstring is the stub's, its body the solution in the lecturer's notebook,
            so it may use ``np``, ``mt`` and what its assignment imports, and nothing else of its module.
        draw: a case from a generator. Any two of the wrong answers must differ on a few of them, and a case on which
            one of them is right is drawn again.
        example: the one case that everybody sees, small enough to work out by hand; every wrong answer fails on it.
        wrong: the known mistakes, each with the reply that the student's feedback will show.
        at_times: the names of those mistakes that only some of the cases can show.
        tolerance: how far numbers may lie from the reference's, relative and absolute.
        returns: what each number of a returned tuple is.

    Raises: ValueError for a text that is missing, or two wrong answers with one name or reply.

    >>> double = Task(
    ...     name="double", points=1, question="Twice `x`.", reference=lambda x: 2 * x, example=Case(1.0),
    ...     draw=lambda rng: Case(rng.normal()), wrong=(Wrong("squared", lambda x: x * x, "That is the square."),),
    ... )
    >>> double.grade(lambda x: x + x, student="ada").kind
    'done'
    >>> double.grade(lambda x: x**2, student="ada").reply
    'That is the square.'
    >>> double.grade(lambda x: 7.0, student="ada").wrong
    'the_same_whatever_comes'
    """

    name: str
    points: int
    question: str
    reference: Callable
    draw: Callable[[np.random.Generator], Case]
    example: Case
    wrong: tuple[Wrong, ...]
    at_times: tuple[str, ...] = ()
    tolerance: float = 1e-6
    returns: tuple[str, ...] = ()

    def __post_init__(self):
        object.__setattr__(self, "wrong", tuple(self.wrong))
        texts = [self.question, *(wrong.reply for wrong in self.wrong)]
        if not self.name.isidentifier() or self.points < 1 or not all(text.strip() for text in texts):
            raise ValueError(
                f"The task {self.name!r} needs a name that a function can have, points, a question and replies."
            )
        for what, texts in (("name", [w.name for w in self.wrong]), ("reply", [w.reply for w in self.wrong])):
            if len(set(texts)) < len(texts):
                raise ValueError(f"The task {self.name!r} gives two wrong answers the same {what}.")

    @property
    def signature(self) -> str:
        """The call that the student's function must answer."""
        return self._judge((self.example,), ()).signature

    def own_case(self, student: str) -> Case:
        """The case that this student sees."""
        return self._drawn("own", self.name, named(student))

    def hidden_cases(self, student: str, secret: str = "", *, attempt: int = 0) -> tuple[Case, ...]:
        """Further cases for this student, which the course's secret keeps from being known beforehand."""
        return tuple(
            self._drawn(secret, self.name, named(student), k, attempt) for k in range(1, HIDDEN_CASES + 1)
        )

    def yours(self, student: object) -> "Yours":
        """The student's own case, to look at; the example as long as there is no name."""
        name = named(student)
        case = self.own_case(name) if name else self.example
        return Yours(
            self.name, name, inspect.signature(self.reference).bind(*case.args, **case.kwargs).arguments
        )

    def try_it(self, function: object, student: object = "") -> None:
        """Show whether the function is right on the example, and what it gives on the student's own case."""
        from IPython.display import display

        with self._told_if_stopped():
            outcome, name = self.on_example(function), named(student)
            on_own, came = outcome, []
            if outcome.done and name:
                kept, came = _recorded(function)
                on_own = self._judge((self.own_case(name),), ()).verdict(kept)
        if outcome.done and name:
            shown = (("On your own data it gives", words(came[0])),) if came else on_own.shown
            outcome = replace(outcome if came else on_own, shown=shown)
        display(outcome)

    def on_example(self, function: object) -> Outcome:
        """What comes of checking the function on the example alone."""
        if not callable(function):
            return self._no_function(function)
        outcome = self._judge((self.example,), ()).verdict(function)
        if outcome.done:
            return replace(
                outcome,
                reply="Right on the example. The grade comes from other data, so it is not known yet.",
            )
        return outcome

    def must_hold(self, function: object) -> None:
        """Return where the function is right on the example: what ``nbgrader validate`` can tell a student.

        Raises: NotAwardedError where it is not.
        """
        with self._told_if_stopped():
            outcome = self.on_example(function)
        if not outcome.done:
            raise NotAwardedError(repr(outcome))

    def grade(self, function: object, student: object, secret: str = "") -> Outcome:
        """The outcome that decides about the points; of the hidden data and the answers it shows nothing.

        An error's own words are shown where the function stopped on the student's own case, which is no secret.

        Raises: StoppedError where it was interrupted.
        """
        judge = self.judge(named(student), secret)
        try:
            with self._told_if_stopped():
                outcome = self._graded(judge, function)
        except Exception as error:  # a student may leave any object there, and some break on being looked at
            said = f"What stands under `{self.name}` cannot be checked ({type(error).__name__})."
            return Outcome("not right yet", self.name, said)
        return replace(outcome, shown=tuple(pair for pair in outcome.shown if pair[0] in _MAY_BE_SHOWN))

    def _graded(self, judge: Exercise, function: object) -> Outcome:
        if not callable(function):
            return self._no_function(function)
        if inspect.unwrap(function) is self.reference:
            return Outcome("not right yet", self.name, "This is the course's own function, not yours.")
        kept, came = _recorded(function)
        outcome = judge.verdict(kept)
        if outcome.kind == "it crashed" and came:
            shown = [
                (what, text.partition(":")[0] if what == "Error" else text) for what, text in outcome.shown
            ]
            return replace(outcome, shown=tuple(shown))
        unknown = outcome.kind == "not right yet" and not outcome.wrong
        if unknown and len(came) > 1 and not any(difference(one, came[0], self.tolerance) for one in came):
            said = (
                "Your function gives the same answer whatever data it is called with. It is called with data that you "
                "have not seen, so it must compute its answer from its arguments."
            )
            return replace(outcome, wrong="the_same_whatever_comes", reply=said)
        return outcome

    def judge(self, student: str, secret: str = "") -> Exercise:
        """The exercise that this student is judged by: the own case, then the hidden ones.

        Where by chance two wrong answers agree on all of a student's cases, the hidden ones are drawn again.
        """
        own = self.own_case(student)
        for attempt in range(_ATTEMPTS):
            try:
                return self._judge((own, *self.hidden_cases(student, secret, attempt=attempt)), self.wrong)
            except ValueError as error:
                unfit = error
        raise ValueError(
            f"No cases of the task {self.name!r} tell its wrong answers apart. {unfit}"
        ) from unfit

    def _drawn(self, *parts: object) -> Case:
        """A case for these words and numbers on which every wrong answer, but those ``at_times``, is wrong."""
        rng = _generator(*parts)
        for _ in range(_DRAWS):
            case = self.draw(rng)
            if not (right := self.right_on(case) - set(self.at_times)):
                return case
        raise ValueError(
            f"Of {_DRAWS} cases of the task {self.name!r} none tells all of its wrong answers from the reference; "
            f"on the last one right: {', '.join(sorted(right))}."
        )

    def right_on(self, case: Case) -> set[str]:
        """The names of the wrong answers that give on this case what the reference gives."""
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = self.reference(*case.args, **case.kwargs)
            return {
                wrong.name
                for wrong in self.wrong
                if not difference(wrong.function(*case.args, **case.kwargs), expected, self.tolerance)
            }

    @contextlib.contextmanager
    def _told_if_stopped(self) -> Iterator[None]:
        try:
            yield
        except KeyboardInterrupt:
            raise StoppedError(
                f"{self.name}: stopped\n  Your function was interrupted before it had an answer, by hand or because its "
                "time was up: a cell has a minute. Does every loop in it come to an end?"
            ) from None

    def _judge(self, cases: tuple[Case, ...], wrong: tuple[Wrong, ...]) -> Exercise:
        return _Judge(
            name=self.name,
            lesson="graded",
            reference=self.reference,
            cases=cases,
            hints=(),
            wrong=wrong,
            tolerance=self.tolerance,
            returns=self.returns,
        )

    def _no_function(self, what: object) -> Outcome:
        if what is None or what is Ellipsis:
            return Outcome("not yet tried", self.name, f"There is no function `{self.signature}` yet.")
        return Outcome(
            "not right yet", self.name, f"`{self.name}` is no function any more: it became {words(what)}."
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class Assignment:
    """The tasks of a lesson.

    Args:
        name: of the lesson, with its number, such as ``"02_threshold"``.
        title: what the notebook is headed.
        imports: lines of code beside ``import numpy as np`` and ``import mia_teach as mt``.
        tasks: two or three.
    """

    name: str
    title: str
    tasks: tuple[Task, ...]
    imports: str = ""

    @property
    def lesson(self) -> str:
        return self.name[:2]

    @property
    def points(self) -> int:
        return sum(task.points for task in self.tasks)

    def task(self, name: str) -> Task:
        """The task of this name. Raises: KeyError where there is none."""
        return {task.name: task for task in self.tasks}[name]


class Yours(dict):
    """A student's own case: a function's arguments by name, shown in short."""

    def __init__(self, task: str, student: str, arguments: dict[str, object]):
        super().__init__(arguments)
        self._heading = f"Your data for {task}"
        self._said = (
            f"Drawn for {student}; nobody else has them."
            if student
            else (
                "STUDENT is empty, so this is the example that everybody shares. Write your name or number between its quotes, "
                "then run that cell and this one again."
            )
        )
        self._shown = (("yours", "\n".join(map(_line, arguments, arguments.values()))),)

    def __repr__(self) -> str:
        return plain(f"→ {self._heading}", self._said, self._shown)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        page = framed("→", "#2b7fc4", self._heading, self._said, self._shown)
        return {"text/plain": repr(self), "text/html": page}


def named(student: object) -> str:
    """The student's name as data are drawn from it: without spaces at its ends, in small letters; "" for no name.

    >>> named(" Ada "), named(4711), named(None)
    ('ada', '4711', '')
    """
    known = isinstance(student, str) or (
        isinstance(student, int | np.integer) and not isinstance(student, bool)
    )
    return str(student).strip().casefold() if known else ""


def _generator(*parts: object) -> np.random.Generator:
    """A generator of its own for these words and numbers, the same on every machine."""
    digest = hashlib.sha256("\n".join(map(str, parts)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))


def _recorded(function: Callable) -> tuple[Callable, list]:
    """The function, and a list into which all that it returns is put."""
    came = []

    @functools.wraps(function)
    def kept(*args, **kwargs):
        came.append(function(*args, **kwargs))
        return came[-1]

    return kept, came


def _line(name: str, value: object) -> str:
    many = f"   (shape {value.shape})" if isinstance(value, np.ndarray) and value.size > 60 else ""
    return f"{name} = " + words(value).replace("\n", "\n" + " " * (len(name) + 3)) + many
