"""A small table that a notebook, a screen reader and a terminal can all read."""

import re
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, repr=False)
class Table:
    """Rows of texts under a heading each; the first column names the row.

    Args:
        caption: what the table shows, in a sentence.
        head: the headings.
        rows: as many texts a row as there are headings; what stands between backticks is code.
        links: for a row's first text the page that it leads to.

    Raises:
        ValueError: when a row has more or fewer texts than there are headings.

    >>> Table("Who found whom.", ("attack", "found"), [("loss", "12 of 899"), ("LiRA", "98 of 899")])
    Who found whom.
    attack   found
    loss     12 of 899
    LiRA     98 of 899
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    links: tuple[tuple[str, str], ...] = ()

    def __post_init__(self):
        object.__setattr__(self, "head", tuple(self.head))
        object.__setattr__(self, "rows", tuple(tuple(row) for row in self.rows))
        for row in self.rows:
            if len(row) != len(self.head):
                raise ValueError(f"The row {row!r} has {len(row)} texts for {len(self.head)} headings.")

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        lines = [self.head, *self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.head))]
        body = [
            "   ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        ]
        return "\n".join([self.caption, *body])

    def _repr_html_(self) -> str:
        left = 'style="text-align:left"'
        links = dict(self.links)

        def named(text):
            return f'<a href="{escape(links[text])}">{_marked(text)}</a>' if text in links else _marked(text)

        head = "".join(f'<th scope="col" {left}>{escape(text)}</th>' for text in self.head)
        body = "".join(
            f'<tr><th scope="row" {left}>{named(first)}</th>'
            + "".join(f"<td {left}>{_marked(text)}</td>" for text in rest)
            + "</tr>"
            for first, *rest in self.rows
        )
        caption = f'<caption style="text-align:left;color:inherit">{escape(self.caption)}</caption>'
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _marked(text: str) -> str:
    """The text as HTML: code between backticks, and no line break between a number and its sign."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", re.sub(r"(?<=\d) %", "\u00a0%", escape(text)))
