"""A data protection impact assessment of a model on one printed page: a learner's answers beside measured numbers.

The four parts are those that the GDPR asks for at least, in article 35(7), and a fifth says what was decided. It is a
form for learning: a real assessment is longer, is made with the data protection officer, and this is no legal advice.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape

from mia_teach import progress

QUESTIONS = {
    "description": ("What is done with whose data, and for what purpose?", "Article 35(7)(a)"),
    "necessity": ("Is it necessary, and would less do?", "Article 35(7)(b)"),
    "risks": ("Who could be harmed, how badly, how likely?", "Article 35(7)(c)"),
    "measures": ("What is done about it, and what is left?", "Article 35(7)(d)"),
    "decision": (
        "May the model go out? Under which conditions? Who was asked?",
        "Articles 35(2), 35(9) and 36",
    ),
}
WORDS = 60  # of an answer, so that five of them and the numbers fit on one page
_UNANSWERED = "Not answered yet."


@dataclass(frozen=True)
class Assessment:
    """One page: what the model is, what was measured, and the answers to the questions of :data:`QUESTIONS`.

    Args:
        title: of the page; what is assessed.
        figures: what was measured, a name and a number in words for each row of the table.
        answers: by the names of :data:`QUESTIONS`, in plain sentences; those left out or empty are open.
        method: a sentence on how the numbers were measured.

    Raises: ValueError for an empty title or an answer to a question that isn't asked; TypeError for an answer that is
    no text.

    >>> page = Assessment("A model of illness", {"patients": "1,000"}, {"risks": "Patients in coma."})
    >>> page.open_questions
    ('description', 'necessity', 'measures', 'decision')
    >>> "Patients in coma." in page.html()
    True
    """

    title: str
    figures: Mapping[str, object]
    answers: Mapping[str, str] = field(default_factory=dict)
    method: str = ""

    def __post_init__(self):
        if not str(self.title).strip():
            raise ValueError("The assessment has no title. Say in a few words which model is assessed.")
        for name, answer in self.answers.items():
            if name not in QUESTIONS:
                raise ValueError(f"No question is called {name!r}. There are {', '.join(QUESTIONS)}.")
            if not isinstance(answer, str):
                raise TypeError(
                    f"The answer to {name!r} is of type {type(answer).__name__}. Write it as a text, in quotation marks."
                )

    @property
    def open_questions(self) -> tuple[str, ...]:
        """The questions without an answer."""
        return tuple(name for name in QUESTIONS if not self.answers.get(name, "").strip())

    @property
    def too_long(self) -> tuple[str, ...]:
        """The answers of more words than fit on the page."""
        return tuple(name for name, answer in self.answers.items() if len(answer.split()) > WORDS)

    def html(self) -> str:
        """The page as one HTML file: no script, nothing from elsewhere, everything that was written shown as written."""
        rows = "\n".join(
            f'<tr><th scope="row">{escape(str(name))}</th><td>{_text(number)}</td></tr>'
            for name, number in self.figures.items()
        )
        parts = "\n".join(
            f"<section>\n<h2>{number}. {escape(question)} <small>{place}</small></h2>\n{_paragraphs(self.answers.get(name, ''))}\n</section>"
            for number, (name, (question, place)) in enumerate(QUESTIONS.items(), 1)
        )
        method = f'<p class="method">{_text(self.method)}</p>' if self.method.strip() else ""
        return _PAGE.format(
            title=escape(str(self.title)), rows=rows, parts=parts, method=method, style=_STYLE
        )

    def save(self, name: str = "08_impact_assessment.html") -> str:
        """Write the page beside the file of answers (:func:`mia_teach.progress.file`): the lesson's own folder.

        What stands there already is never lost: a page with other words is first renamed, to the first free of
        ``NAME.earlier-1.html``, ``NAME.earlier-2.html`` and so on.

        Returns: what to tell the learner, also where the folder can't be written to. A lesson never fails because
        of it.

        Raises: ValueError for a name that leads to another folder or isn't that of an HTML file.
        """
        if (
            os.path.basename(name) != name
            or "\\" in name
            or not name.endswith(".html")
            or name.startswith(".")
        ):
            raise ValueError(
                f"{name!r} can't be the page's name. Use one like 'my_assessment.html', without a folder."
            )
        path = progress.file().with_name(name)
        content, kept = self.html().encode(), ""
        try:
            if path.exists() and path.read_bytes() != content:
                aside = _free(path)
                os.replace(path, aside)
                kept = f" The page that stood there is kept as {aside.name}."
            progress.replace_file(path, content)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            return (
                f"The page cannot be saved as {name} ({reason}). Open the lesson in a folder that you may write to, and run "
                "this cell again."
            )
        return f"Saved as {name}, in the folder of your answers.{kept}\n{self._state()}"

    def _state(self):
        answered = len(QUESTIONS) - len(self.open_questions)
        words = f"{answered} of {len(QUESTIONS)} questions are answered"
        if self.open_questions:
            words += f"; open: {', '.join(self.open_questions)}"
        if self.too_long:
            words += f"; over {WORDS} words, so that the page may become two: {', '.join(self.too_long)}"
        return words + "."

    def __repr__(self):
        return f"Assessment({self.title!r}: {len(self.figures)} figures; {self._state()[:-1]})"


def _free(path):
    number = 1
    while (aside := path.with_name(f"{path.stem}.earlier-{number}{path.suffix}")).exists():
        number += 1
    return aside


def _text(value):
    return escape(str(value)).replace(" %", "&nbsp;%")


def _paragraphs(answer):
    if not answer.strip():
        return f'<p class="open">{_UNANSWERED}</p>'
    blocks = [block for block in answer.strip().split("\n\n") if block.strip()]
    return "\n".join(f"<p>{_text(' '.join(block.split()))}</p>" for block in blocks)


_STYLE = """
:root { color-scheme: light; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; background: #fff; color: #1a1a1a;
  font: 15px/1.45 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.2; }
h2 { margin: .9rem 0 .2rem; font-size: 1rem; }
h2 small { margin-left: .4em; font-weight: 400; color: #595959; }
p { margin: .2rem 0 .4rem; }
.kind, .method, footer { color: #595959; font-size: .87em; }
.open { padding: .1rem .6rem; border-left: 4px solid #b35900; font-style: italic; }
table { width: 100%; margin: .6rem 0; border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding-bottom: .2rem; }
th, td { padding: .18rem .5rem .18rem 0; border-bottom: 1px solid #ccc; vertical-align: top; text-align: left; }
thead th { border-bottom: 2px solid #1a1a1a; }
tbody th { font-weight: 400; width: 52%; }
.signed { display: flex; gap: 2rem; margin-top: 1.4rem; }
.signed p { flex: 1; border-top: 1px solid #1a1a1a; padding-top: .15rem; font-size: .87em; }
footer { margin-top: .6rem; }
@page { size: A4; margin: 12mm 17mm; }
@media print {
  body { max-width: none; margin: 0; padding: 0; font-size: 9.5pt; line-height: 1.35; }
  h1 { font-size: 14pt; }
  h2 { margin-top: .7rem; font-size: 10pt; break-after: avoid; }
  section, table, .signed { break-inside: avoid; }
}
"""

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Impact assessment: {title}</title>
<style>{style}</style>
</head>
<body>
<main>
<p class="kind">Data protection impact assessment, on one page</p>
<h1>{title}</h1>
<table>
<caption>What was measured</caption>
<thead><tr><th scope="col">Quantity</th><th scope="col">Number</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
{method}
{parts}
<div class="signed"><p>Date</p><p>Controller</p><p>Data protection officer</p></div>
</main>
<footer><p>The parts follow article 35(7) of Regulation (EU) 2016/679 (GDPR). Made in a course: an exercise, no legal advice.</p></footer>
</body>
</html>
"""
