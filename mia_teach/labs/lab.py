"""The base of every interactive panel.

How to write a lab called NAME, in two files that lie side by side:

1. NAME.py holds a class on `Lab` with ``_esm, _css = browser_files(__file__)``. What the learner moves are traits
   tagged ``sync=True``, named in ``controls``. Tables for the browser are traits too, packed with `pack`.
2. ``values_at(**controls)`` returns all that the panel shows, as a dict of numbers, from the controls alone.
   Goals are conditions on these values. ``words(values)`` says the most important ones in a sentence or two.
3. ``picture()`` draws the same on a matplotlib ``Figure`` and ``describe()`` says what it shows. Together with
   ``lines()`` that is what places without widgets display; nothing else is needed for them.
4. NAME.js begins with one import line from ``./lab.js`` and ends with ``export default lab({...})``, see there:
   ``prepare`` unpacks the tables once, ``values`` and ``words`` are twins of the two methods above, ``build`` makes
   the controls and pictures and returns a function that redraws. JavaScript looks up and draws, it computes nothing.
5. Give an example to ``tests/labs/examples.py``: every law of a lab is then tested on yours (the twins agree, keys
   and pointer work, axe finds nothing, the extremes of each control hold, the plain representation is stable).
"""

import base64
import html
import io
import operator
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import anywidget
import numpy as np
import traitlets

RULES = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
}


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Goal:
    """Something to reach in a lab: a sentence for the learner, and the conditions that verify it.

    Args:
        text: what to reach, as the panel shows it.
        conditions: for each value of the lab that matters a rule and a bound, all of which must hold at once.
        name: under which it is kept among the learner's answers.

    >>> goal = Goal("Find 20 % of the members with 1 % false alarms", {"tpr": (">=", 0.2), "fpr": ("<=", 0.01)})
    >>> goal.is_met({"tpr": 0.25, "fpr": 0.01}), goal.is_met({"tpr": 0.25, "fpr": 0.02})
    (True, False)
    """

    text: str
    conditions: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    name: str = ""

    def __post_init__(self):
        if not self.text.strip():
            raise ValueError("A goal came without words. Say in one sentence what to reach.")
        if not self.conditions:
            raise ValueError(f"The goal {self.text!r} has no condition, so nothing could verify it.")
        for value, (rule, _) in self.conditions.items():
            if rule not in RULES:
                raise ValueError(
                    f"The rule {rule!r} for {value!r} is unknown. Use one of {', '.join(RULES)}."
                )

    def is_met(self, values: Mapping[str, float | None]) -> bool:
        """Whether all conditions hold; a value that is None (not defined just now) meets none."""
        return all(
            values[name] is not None and bool(RULES[rule](values[name], bound))
            for name, (rule, bound) in self.conditions.items()
        )


class Lab(anywidget.AnyWidget):
    """An interactive panel with goals: the module's first lines say how to write one.

    Args:
        lesson: the lesson it belongs to, such as "02"; without one, met goals are not kept.
        name: of the panel among the learner's answers, by default that of its file.
        goals: what to reach; each is met for good once it has been met.
    """

    controls: ClassVar[tuple[str, ...]] = ()

    title = traitlets.Unicode().tag(sync=True)
    goals_met = traitlets.List(traitlets.Bool()).tag(sync=True)
    note = traitlets.Unicode(help="a sentence for the learner about trouble with the file of answers").tag(
        sync=True
    )
    _controls = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _goals = traitlets.List().tag(sync=True)
    _met_at = traitlets.Dict(help="goal number -> the controls at which the browser saw it met").tag(
        sync=True
    )

    def __init__(self, *, lesson: str = "", name: str = "", goals: tuple[Goal, ...] = (), **traits):
        self.lesson, self.goals = lesson, tuple(goals)
        self.name = name or type(self).__module__.rpartition(".")[2]
        kept = self.earlier("goal")
        super().__init__(
            goals_met=[kept.get(self._goal_name(i), {}).get("met", False) for i in range(len(self.goals))],
            _controls=list(self.controls),
            _goals=[
                {"text": g.text, "conditions": {k: list(v) for k, v in g.conditions.items()}}
                for g in self.goals
            ],
            **traits,
        )
        for goal in self.goals:
            if unknown := goal.conditions.keys() - self.values().keys():
                raise ValueError(
                    f"The goal {goal.text!r} asks for {', '.join(sorted(unknown))}, which this panel does not show. "
                    f"It shows {', '.join(self.values())}."
                )
        if self.controls:  # from here on, every move is the learner's
            self.observe(lambda change: self._judge(self.values()), list(self.controls))

    def values_at(self, **controls) -> dict[str, float | None]:
        """All that the panel shows at these positions of the controls."""
        return controls

    def words(self, values: Mapping[str, float | None]) -> str:
        """The values in a sentence or two."""
        return ""

    def picture(self):
        """The panel as a matplotlib ``Figure``, or None where words are enough."""
        return None

    def describe(self) -> str:
        """What the picture shows, for someone who cannot see it."""
        return ""

    def values(self) -> dict[str, float | None]:
        """All that the panel shows now."""
        return self.values_at(**{name: getattr(self, name) for name in self.controls})

    def read_out(self) -> str:
        """What the panel says now, in words: the same sentence that stands in it."""
        return self.words(self.values())

    def lines(self) -> list[str]:
        """The plain representation, line by line, below the title."""
        marks = ["met" if met else "to do" for met in self.goals_met]
        goals = [f"Goal ({mark}): {goal.text}" for mark, goal in zip(marks, self.goals, strict=True)]
        return [line for line in (self.read_out(), *goals, self.note) if line]

    def earlier(self, kind: str) -> dict[str, dict]:
        """The learner's earlier answers of one kind in this lesson; empty without any."""
        from mia_teach import progress

        return progress.read()["lessons"].get(self.lesson, {}).get(kind, {}) if self.lesson else {}

    def keep(self, kind: str, name: str, **fields) -> None:
        """Keep one answer of the learner."""
        from mia_teach import progress

        if self.lesson:
            self.note = progress.record(kind, self.lesson, name, **fields) or self.note

    def _goal_name(self, number: int) -> str:
        return f"{self.name}.{self.goals[number].name or number + 1}"

    def _judge(self, values):
        for number, goal in enumerate(self.goals):
            if not self.goals_met[number] and goal.is_met(values):
                self.goals_met = [met or i == number for i, met in enumerate(self.goals_met)]
                self.keep("goal", self._goal_name(number), met=True)

    @traitlets.observe("_met_at")
    def _verify(self, change):
        """Judge again what the browser saw: while a kernel is busy, only the controls' last position arrives."""
        for controls in change.new.values():
            if controls.keys() == set(self.controls):
                self._judge(self.values_at(**controls))

    def __repr__(self):
        return "\n".join([self.title, *self.lines()])

    def _repr_mimebundle_(self, **kwargs):
        """The live panel, and a picture with words for places that show no widgets: an untrusted notebook, a page."""
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return {**data, "text/plain": repr(self), "text/html": self._plain_html()}, metadata

    def _plain_html(self) -> str:
        parts = [f"<p><strong>{html.escape(self.title)}</strong></p>"]
        if (figure := self.picture()) is not None:
            parts.append(
                f'<img alt="{html.escape(self.describe())}" style="max-width:100%" '
                f'src="data:image/png;base64,{png(figure)}">'
            )
        lines = [html.escape(line).replace("   ", "&emsp;") for line in self.lines()]
        return "\n".join(
            [*parts, f"<p>{'<br>'.join(lines)}</p>", "<p><em>Run this cell to use the panel.</em></p>"]
        )


def browser_files(python_file: str) -> tuple[str, str]:
    """JavaScript and style of the lab in ``python_file``: lab.js with NAME.js in one module, lab.css with NAME.css.

    A browser can import nothing that is not on the net, so the import line of NAME.js is replaced by lab.js itself.
    """
    here = Path(python_file)
    shared = (here.parent / "lab.js").read_text("utf-8")
    own = here.with_suffix(".js").read_text("utf-8")
    style = (here.parent / "lab.css").read_text("utf-8")
    if here.with_suffix(".css").exists():
        style += here.with_suffix(".css").read_text("utf-8")
    return shared + re.sub(r'^import \{[^}]*\} from "\./lab\.js";\n', "", own, flags=re.M), style


def pack(values, kind: str = "f8") -> bytes:
    """Numbers as little-endian bytes for a trait; ``unpack(bytes, kind)`` in lab.js reads them.

    >>> pack([1, 2], "i4")
    b'\\x01\\x00\\x00\\x00\\x02\\x00\\x00\\x00'
    """
    if kind not in ("f4", "f8", "i4"):
        raise ValueError(f"Numbers of the kind {kind!r} cannot be sent. Use 'f4', 'f8' or 'i4'.")
    return np.ascontiguousarray(values, dtype=f"<{kind}").tobytes()


def decimal(number: float, digits: int = 3) -> str:
    """A number with a true minus sign, as lab.js writes it; a tiny or huge one with a power of ten.

    >>> decimal(-0.5), decimal(0.000042)
    ('−0.500', '4.2 × 10⁻⁵')
    """
    if number == 0 or 0.001 <= abs(number) < 1e6:
        return f"{number + 0.0:.{digits}f}".replace("-", "−")  # −0.0 + 0.0 is 0.0
    mantissa, exponent = f"{number:.1e}".split("e")
    return f"{mantissa} × 10{str(int(exponent)).translate(_RAISED)}".replace("-", "−")


def png(figure) -> str:
    """A matplotlib figure as base64 text, without the name and version of the program that drew it."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=80, metadata={"Software": None})
    return base64.b64encode(buffer.getvalue()).decode()
