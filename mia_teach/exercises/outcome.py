"""What a check found, in words that a notebook, a screen reader and a grader can all read."""

import re
from dataclasses import dataclass
from html import escape
from typing import Literal

Kind = Literal["done", "not yet tried", "not right yet", "it crashed"]

# Symbol and colour of each kind. The colours mark only the edge and the symbol, never text, and stand out on
# JupyterLab's white as well as on its dark page (at least 3 : 1 on both).
_LOOKS = {
    "done": ("✓", "#0f8a5f"),
    "not yet tried": ("○", "#7a7f87"),
    "not right yet": ("✗", "#c8641b"),
    "it crashed": ("⚠", "#c2509b"),
    "hint": ("→", "#2b7fc4"),
}


@dataclass(frozen=True)
class Outcome:
    """What came of checking a learner's function.

    Args:
        kind: "done", "not yet tried", "not right yet" or "it crashed".
        exercise: the exercise's name.
        reply: what to say to the learner.
        wrong: the name of the known mistake that was recognised, or "".
        shown: pairs of a heading and a text, such as ("Input", "labels = [0, 1]").
        notes: further sentences, each a line of its own.

    >>> Outcome("done", "double", "Right on all 3 cases.")
    ✓ double: done
      Right on all 3 cases.
    """

    kind: Kind
    exercise: str
    reply: str
    wrong: str = ""
    shown: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def done(self) -> bool:
        return self.kind == "done"

    def __repr__(self) -> str:
        symbol, _ = _LOOKS[self.kind]
        return plain(f"{symbol} {self.exercise}: {self.kind}", self.reply, self.shown, self.notes)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        symbol, colour = _LOOKS[self.kind]
        page = framed(symbol, colour, f"{self.exercise}: {self.kind}", self.reply, self.shown, self.notes)
        return {"text/plain": repr(self), "text/html": page}


@dataclass(frozen=True)
class Aside:
    """A hint or a solution: a heading, a sentence and perhaps some code."""

    heading: str
    reply: str
    code: str = ""

    def __repr__(self) -> str:
        return plain(
            f"{_LOOKS['hint'][0]} {self.heading}", self.reply, (("Code", self.code),) if self.code else ()
        )

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        shown = (("Code", self.code),) if self.code else ()
        return {
            "text/plain": repr(self),
            "text/html": framed(*_LOOKS["hint"], self.heading, self.reply, shown),
        }


def plain(heading: str, reply: str, shown=(), notes=()) -> str:
    """The message as text: the heading, then everything else indented by two."""
    lines = [reply] if reply else []
    for name, text in shown:
        lines += [f"{name}:", *(f"  {line}" for line in text.splitlines())]
    return "\n".join([heading, *(f"  {line}" for line in [*lines, *notes])])


def framed(symbol: str, colour: str, heading: str, reply: str, shown=(), notes=()) -> str:
    """The message as HTML: a coloured edge, a symbol and the same words; spoken by a screen reader when it appears."""
    style = "margin:0.5em 0 0.1em 0;padding:0"
    pre = (
        "margin:0.1em 0 0.3em 0;padding:0.2em 0.6em;white-space:pre-wrap;background:transparent;color:inherit"
    )
    parts = [
        f'<strong><span aria-hidden="true" style="color:{colour}">{symbol}</span> {escape(heading)}</strong>',
        f'<p style="{style}">{marked(reply)}</p>' if reply else "",
        *(
            f'<p style="{style}">{escape(name)}:</p><pre style="{pre}">{escape(text)}</pre>'
            for name, text in shown
        ),
        *(f'<p style="{style}">{marked(note)}</p>' for note in notes),
    ]
    frame = f"border-left:5px solid {colour};padding:0.2em 0.9em;margin:0.4em 0;color:inherit"
    return f'<div role="status" style="{frame}">{"".join(parts)}</div>'


def marked(text: str) -> str:
    """The sentence as HTML, with what stands between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
