"""One checked exercise: a reference, cases to try it on, the mistakes people make, and three hints.

A lesson's module makes one ``Exercise`` for each task. In the lesson the learner writes a function and says

    label_log_odds = check.label_log_odds(label_log_odds)

which shows one of four outcomes (done, not yet tried, not right yet, it crashed) and gives back a function that
works: the learner's own when it is right, the package's own otherwise. So no open exercise blocks what follows.
"""

import ast
import contextlib
import copy
import dis
import inspect
import io
import itertools
import linecache
import textwrap
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from mia_teach import progress
from mia_teach.exercises.compare import (
    difference,
    is_per_cent,
    lists_for_arrays,
    part_in_words,
    unchanged,
    words,
)
from mia_teach.exercises.outcome import Aside, Outcome

_NO_WORK = {
    "RESUME",
    "NOP",
    "CACHE",
    "LOAD_CONST",
    "LOAD_SMALL_INT",
    "RETURN_CONST",
    "RETURN_VALUE",
    "POP_TOP",
}


class Case:
    """The arguments of one call, as they would be written in it: ``Case(logits, labels, clip=0.1)``.

    The first case of an exercise should be small enough to work out by hand: it is what a learner is shown first.
    """

    def __init__(self, *args: object, **kwargs: object):
        self.args = args
        self.kwargs = kwargs

    def __repr__(self) -> str:
        named = [f"{name}={words(value)}" for name, value in self.kwargs.items()]
        return f"Case({', '.join([*map(words, self.args), *named])})"


@dataclass(frozen=True)
class Wrong:
    """A mistake that people make: its name, a function that makes it, and what to say to who made it.

    The name goes into the learner's progress file and the lecturer's counts (``"sign_flipped"``); the reply names
    the misconception and what to think about, and never gives the solution away.
    """

    name: str
    function: Callable
    reply: str


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Exercise:
    """A task with its judge.

    Args:
        name: of the function the learner writes, and of this exercise in its module.
        lesson: two digits, such as "02".
        reference: the right function; its source is the solution.
        cases: at least two calls on which the learner's function must agree with the reference.
        hints: three, from a nudge to nearly the solution.
        wrong: the known mistakes; each must differ from the reference and from each other on the cases.
        tolerance: how far numbers may lie from the reference's, relative and absolute.
        stretch: whether this is the optional, harder one.
        returns: what each number of a returned tuple is, such as ("zero point", "balanced accuracy").

    Raises:
        ValueError: when any of this is missing or two mistakes cannot be told apart.

    >>> double = Exercise(
    ...     name="double", lesson="00", reference=lambda x: 2 * x, cases=(Case(3), Case(5)),
    ...     hints=("Twice.", "Multiply.", "Multiply by two."),
    ...     wrong=(Wrong("squared", lambda x: x * x, "That is the square."),),
    ... )
    >>> double.verdict(lambda x: x + x).kind
    'done'
    >>> double.verdict(lambda x: x**2).reply
    'That is the square.'
    """

    name: str
    lesson: str
    reference: Callable
    cases: tuple[Case, ...]
    hints: tuple[str, ...]
    wrong: tuple[Wrong, ...]
    tolerance: float = 1e-6
    stretch: bool = False
    returns: tuple[str, ...] = ()
    _expected: tuple = field(init=False)
    _mistakes: tuple = field(init=False)
    _next_hint: Iterator = field(init=False)

    def __post_init__(self):
        self._check_texts()
        for name in ("cases", "hints", "wrong"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        object.__setattr__(self, "_expected", self._results(self.reference, "The reference"))
        mistakes = tuple(
            self._results(wrong.function, f"The wrong answer {wrong.name!r}") for wrong in self.wrong
        )
        object.__setattr__(self, "_mistakes", mistakes)
        object.__setattr__(self, "_next_hint", itertools.cycle(enumerate(self.hints, start=1)))
        self._check_mistakes()

    def __repr__(self) -> str:
        return (
            f"Exercise {self.name} of lesson {self.lesson}: write {self.signature}, then run "
            f"{self.name} = check.{self.name}({self.name}). For a hint, run check.{self.name}.hint()"
        )

    @property
    def signature(self) -> str:
        """The call that the learner's function must answer, such as ``label_log_odds(logits, labels)``."""
        parameters = inspect.signature(self.reference).parameters.values()
        bare = [one.replace(annotation=inspect.Parameter.empty) for one in parameters]
        return f"{self.name}{inspect.Signature(bare)}"

    def __call__(self, function: object) -> Callable:
        """Show what came of checking ``function``, keep it in the progress file, and give back one that works.

        Returns:
            ``function`` itself when it is right, the package's own otherwise.
        """
        if function is self.reference:
            outcome = Outcome(
                "not yet tried",
                self.name,
                f"This is the package's own `{self.name}`, not yours. "
                "Run the cell in which you define yours, then check again.",
            )
        else:
            outcome = self.verdict(function)
        if outcome.done:
            says = f"From here on the lesson uses your own `{self.name}`."
        else:
            says = (
                f"Until yours is right the lesson uses the package's own `{self.name}`, so you can also read on. "
                f"For a hint, run `check.{self.name}.hint()`."
            )
        _show(replace(outcome, notes=(*outcome.notes, says, *self._kept(outcome))))
        return function if outcome.done else self.reference

    def verdict(self, function: object) -> Outcome:
        """What checking ``function`` gives, without showing or keeping it."""
        try:
            return self._verdict(function)
        except Exception as error:  # a learner may hand over any object, and some break on being looked at
            return self._not_right(f"What you passed cannot be checked ({type(error).__name__}).")

    def hint(self) -> None:
        """Show the next of the three hints; after the third the first comes again."""
        number, text = next(self._next_hint)
        if number == len(self.hints):
            text = f"{text} (If you would rather see it: `check.{self.name}.solution()` shows the package's own.)"
        _show(Aside(f"Hint {number} of {len(self.hints)} for {self.name}", text))

    def solution(self) -> None:
        """Show the source of the package's own function, as a learner would write it: under the exercise's name
        and without types."""
        source = _without_types(inspect.unwrap(self.reference), self.signature)
        where = f"`{self.reference.__module__}`"
        _show(Aside(f"Solution of {self.name}", f"The package's own function, from {where}:", source))

    def _verdict(self, function: object) -> Outcome:
        if function is None or function is Ellipsis:
            return self._untried()
        if not callable(function):
            call = f"`check.{self.name}({self.name})`"
            return self._not_right(
                f"{words(function)} is no function. Pass your function by its name alone: {call}, "
                "with no brackets after the name."
            )
        if said := _refuses(function, self.cases[0]):
            return self._not_right(
                f"Your function cannot be called as `{self.signature}`: {said}.", "signature"
            )

        runs = []
        for case in self.cases:
            run = _run(function, case)
            if _says_untried(run):
                return self._untried()
            if run.error is not None:
                return self._crashed(function, case, run.error)
            runs.append(run)
        return self._judge(function, runs)

    def _judge(self, function: Callable, runs: list["_Run"]) -> Outcome:
        came = [run.value for run in runs]
        notes = ()
        if any(run.printed for run in runs):
            notes += ("Your function also prints; what it printed is left out here.",)
        if any(run.changed for run in runs):
            notes += (f"Your function also changes {_listed(runs)}, which belongs to whoever called it.",)

        said = [
            difference(one, right, self.tolerance, returns=self.returns)
            for one, right in zip(came, self._expected, strict=True)
        ]
        if not any(said):
            if any(map(lists_for_arrays, came, self._expected)):
                return self._not_right(
                    "The values are right, but they came in a list, and what follows needs an array. Put "
                    "`np.array(...)` around the list, or compute with the whole array at once.",
                    "list_for_array",
                )
            if not any(run.changed for run in runs):
                return Outcome("done", self.name, f"Right on all {len(self.cases)} cases.", notes=notes)
            return self._not_right(
                f"The result is right, but your function changes {_listed(runs)} in place, and who called it would "
                "go on with the changed values. Work on a copy, or make a new array.",
                "changes_its_input",
            )
        if all(value is None for value in came) and all(value is not None for value in self._expected):
            if _does_nothing(function):
                return self._untried()
            printed = any(run.printed for run in runs)
            says = "prints its answer but returns nothing" if printed else "returns nothing (None)"
            return self._not_right(
                f"Your function {says}. Does its last line begin with `return`?", "returns_nothing"
            )

        first = next(i for i, sentence in enumerate(said) if sentence)
        shown = self._shown(first, came[first])
        name, reply = self._recognised(came) or ("", said[first])
        return Outcome("not right yet", self.name, reply, name, shown, notes)

    def _recognised(self, came: list) -> tuple[str, str] | None:
        """Name and reply of the known mistake that gives these results: all of them, or the first number that is off."""
        for wrong, results in zip(self.wrong, self._mistakes, strict=True):
            if self._same(came, results):
                return wrong.name, wrong.reply
        right, own = _parts(self._expected), _parts(came)
        if len(own) != len(right):
            return None
        i = next(i for i in range(len(right)) if not self._same(own[i], right[i]))
        for wrong, results in zip(self.wrong, self._mistakes, strict=True):
            parts = _parts(results)
            others_right = len(parts) == len(right) and all(
                self._same(*both) for j, both in enumerate(zip(parts, right, strict=True)) if j != i
            )
            if others_right and self._same(own[i], parts[i]):
                return wrong.name, wrong.reply
        off = [pair for pair in zip(own[i], right[i], strict=True) if difference(*pair, self.tolerance)]
        if all(is_per_cent(*pair, self.tolerance) for pair in off):
            which = part_in_words(i, len(right), self.returns) if len(right) > 1 else "Your result"
            return (
                "per_cent",
                f"{which} is a hundred times what is asked. Give a share from 0 to 1, not per cent.",
            )
        return None

    def _untried(self) -> Outcome:
        return Outcome(
            "not yet tried", self.name, f"Write `{self.signature}` in the cell above, then run it again."
        )

    def _not_right(self, reply: str, wrong: str = "") -> Outcome:
        return Outcome("not right yet", self.name, reply, wrong)

    def _crashed(self, function: Callable, case: Case, error: BaseException) -> Outcome:
        line = _own_line(function, error)
        said = f"{type(error).__name__}: {_message(error)}" if _message(error) else type(error).__name__
        shown = (("Your line", line),) if line else ()
        return Outcome(
            "it crashed",
            self.name,
            "Your function stopped with an error.",
            shown=(*shown, ("Error", said), ("Input", self._input(case))),
        )

    def _shown(self, index: int, came: object) -> tuple[tuple[str, str], ...]:
        return (
            ("Input", self._input(self.cases[index])),
            ("Your result", words(came)),
            ("Expected", words(self._expected[index])),
        )

    def _input(self, case: Case) -> str:
        arguments = inspect.signature(self.reference).bind(*case.args, **case.kwargs).arguments
        lines = []
        for name, value in arguments.items():
            lines.append(f"{name} = " + words(value).replace("\n", "\n" + " " * (len(name) + 3)))
        return "\n".join(lines)

    def _kept(self, outcome: Outcome) -> tuple[str, ...]:
        """Keep the outcome; a sentence if that failed. A stub is no answer and leaves no trace."""
        if outcome.kind == "not yet tried":
            return ()
        kept = "done" if outcome.done else "tried"
        said = progress.record("exercise", self.lesson, self.name, outcome=kept, wrong=outcome.wrong)
        return (said,) if said else ()

    def _results(self, function: Callable, who: str) -> tuple:
        runs = [_run(function, case) for case in self.cases]
        for case, run in zip(self.cases, runs, strict=True):
            if run.error is not None:
                raise ValueError(
                    f"{who} of the exercise {self.name!r} fails on {case}: {run.error!r}."
                ) from run.error
            if run.changed:
                raise ValueError(
                    f"{who} of the exercise {self.name!r} changes its input on {case}. Make it copy."
                )
        return tuple(run.value for run in runs)

    def _same(self, some, others) -> bool:
        return not any(
            difference(one, other, self.tolerance) for one, other in zip(some, others, strict=True)
        )

    def _check_texts(self) -> None:
        who = f"The exercise {self.name!r}"
        if not self.name.isidentifier():
            raise ValueError(f"{who} needs a name that a function can have.")
        if len(self.hints) != 3 or not all(hint.strip() for hint in self.hints):
            raise ValueError(
                f"{who} has {len(self.hints)} hints. It needs three, from a nudge to nearly the solution."
            )
        if len(self.cases) < 2:
            raise ValueError(
                f"{who} has {len(self.cases)} cases. One case can be met by luck: give at least two."
            )
        if not self.wrong:
            raise ValueError(
                f"{who} knows no wrong answers. List the mistakes that people make, each with its reply."
            )
        if not all(wrong.reply.strip() for wrong in self.wrong):
            raise ValueError(f"{who} has a wrong answer without a reply. Say what the mistake is.")
        for what, texts in (("name", [w.name for w in self.wrong]), ("reply", [w.reply for w in self.wrong])):
            if len(set(texts)) < len(texts):
                raise ValueError(
                    f"{who} gives two wrong answers the same {what}. Merge them or tell them apart."
                )

    def _check_mistakes(self) -> None:
        who = f"The exercise {self.name!r}"
        if self.returns and any(
            not isinstance(right, tuple) or len(right) != len(self.returns) for right in self._expected
        ):
            raise ValueError(
                f"{who} names {len(self.returns)} returned numbers; the reference returns others."
            )
        for wrong, results in zip(self.wrong, self._mistakes, strict=True):
            if self._same(results, self._expected):
                raise ValueError(
                    f"{who}: {wrong.name!r} is right on all cases. Add a case on which it fails."
                )
        for (one, a), (other, b) in itertools.combinations(zip(self.wrong, self._mistakes, strict=True), 2):
            if self._same(a, b):
                raise ValueError(
                    f"{who}: {one.name!r} and {other.name!r} give the same results on all cases. "
                    "Merge them, or add a case that tells them apart."
                )


@dataclass(frozen=True)
class _Run:
    """What one call did: gave a value or an error, printed or not, and which arguments it changed."""

    value: object
    error: BaseException | None
    printed: bool
    changed: tuple[str, ...]


def _run(function: Callable, case: Case) -> _Run:
    """Call the function on copies of the arguments, quietly. An interrupt by the learner goes through."""
    args, kwargs = copy.deepcopy((case.args, case.kwargs))
    value, error, printed = None, None, io.StringIO()
    with (
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        try:
            value = function(*args, **kwargs)
        except KeyboardInterrupt:
            raise
        except BaseException as raised:  # SystemExit too: a stray exit() must not end the learner's kernel
            error = raised
    if inspect.iscoroutine(value):
        value.close()
    pairs = [
        *zip(itertools.count(1), case.args, args),
        *((name, case.kwargs[name], kwargs[name]) for name in kwargs),
    ]
    changed = tuple(
        _argument(function, which) for which, before, after in pairs if not unchanged(before, after)
    )
    return _Run(value, error, bool(printed.getvalue()), changed)


def _parts(results) -> list[list]:
    """The results of all cases, number by number of the tuples; one part when they are no tuples of one length."""
    if all(isinstance(one, tuple) for one in results) and len(set(map(len, results))) == 1:
        return [list(part) for part in zip(*results, strict=True)]
    return [list(results)]


def _without_types(function: Callable, signature: str) -> str:
    """The function's source under this signature; as it stands where it is not written with ``def``."""
    source = textwrap.dedent(inspect.getsource(function)).rstrip()
    try:
        first = ast.parse(source).body[0]
    except SyntaxError:  # a lambda in the middle of a call
        return source
    if not isinstance(first, ast.FunctionDef) or first.body[0].lineno == first.lineno:
        return source
    body = source.splitlines()[first.body[0].lineno - 1 :]
    return "\n".join([f"def {signature}:", *body])


def _says_untried(run: _Run) -> bool:
    """Stubs that say so: they raise NotImplementedError, return ``...``, or compute with a ``...`` left in place."""
    if isinstance(run.error, NotImplementedError):
        return True
    if isinstance(run.error, TypeError | AttributeError) and "ellipsis" in str(run.error):
        return True
    return run.value is Ellipsis or run.value is NotImplemented


def _does_nothing(function: Callable) -> bool:
    """Whether the body holds nothing that runs: a docstring, ``pass``, ``...`` or ``return None``."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return code is not None and {one.opname for one in dis.get_instructions(code)} <= _NO_WORK


def _refuses(function: Callable, case: Case) -> str:
    """Why the function cannot take the arguments of this case, or "" when it can, or when only a call could tell."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return ""
    try:
        signature.bind(*case.args, **case.kwargs)
    except TypeError as error:
        return f"yours takes `{signature}`, and so there is {error}"
    return ""


def _own_line(function: Callable, error: BaseException) -> str:
    """The learner's line on which the error arose: the innermost one in the file or cell of their function."""
    code = getattr(inspect.unwrap(function), "__code__", None) or getattr(
        type(function).__call__, "__code__", None
    )
    frames = [(frame.f_code, number) for frame, number in traceback.walk_tb(error.__traceback__)]
    own = [
        (one, number) for one, number in frames if code is not None and one.co_filename == code.co_filename
    ]
    if not own:
        return ""
    where, number = own[-1]
    text = linecache.getline(where.co_filename, number).strip()
    return f"line {number - where.co_firstlineno + 1} of {where.co_name}" + (f":  {text}" if text else "")


def _message(error: BaseException) -> str:
    try:
        return str(error)[:300]
    except Exception as another:
        return f"(its message cannot be shown: {type(another).__name__})"


def _argument(function: Callable, which: int | str) -> str:
    """The argument's name as the learner wrote it, or its place."""
    if isinstance(which, str):
        return f"`{which}`"
    try:
        names = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        names = []
    return f"`{names[which - 1]}`" if which <= len(names) else f"argument {which}"


def _listed(runs: list[_Run]) -> str:
    return " and ".join(dict.fromkeys(name for run in runs for name in run.changed))


def _show(something: Outcome | Aside) -> None:
    from IPython.display import display

    display(something)
