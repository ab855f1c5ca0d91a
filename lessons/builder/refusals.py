"""What a lesson is refused for, before it runs (its source) and after (its stored outputs)."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from nbformat import NotebookNode

from . import prose
from .source import SECTIONS, Cell, Complaint, Lesson, stub

CODE_LINES, CODE_LINES_AIM = 16, 12
WORDS, WORDS_AIM = 260, 120
CASE_WORDS = 150
CELL_SECONDS = 10
LESSON_SECONDS = 60
BYTES = 1_000_000
NEEDS_CODE = ("predict", "lab", "exercises", "surprise", "quiz")
_PATH = re.compile(r"(?<![\w.:/])/(?:root|home|Users|tmp|work|var|opt|mnt|private)/|\b[A-Z]:\\\\?\w")
_QUOTED = re.compile(r"[A-ZÀ-Þ].*\b(?:19|20)\d\d[a-z]?$")


def before(lesson: Lesson, glossary: Path) -> list[Complaint]:
    """Everything wrong with the source, found without running it."""
    found = [*_sections(lesson), *_exercises(lesson), *_quiz(lesson)]
    for cell in lesson.cells:
        if cell.kind == "markdown":
            found += _numbers(lesson, cell)
            found += _links(lesson, cell, glossary)
        elif cell.for_learners:
            lines = stub(cell.text).count("\n") + 1
            if lines > CODE_LINES:
                found.append(lesson.complaint(cell, f"A code cell of {lines} lines; at most {CODE_LINES}."))
    ignored = [cell for cell in lesson.cells if "nbval-ignore-output" in cell.tags]
    for cell in ignored[1:]:
        found.append(lesson.complaint(cell, "A second cell with ignored output; a lesson has at most one."))
    return found


def before_page(page: Lesson, glossary: Path) -> list[Complaint]:
    """What of this holds for a page beside the lessons too: its numbers and its links."""
    texts = [cell for cell in page.cells if cell.kind == "markdown"]
    return [one for cell in texts for one in (*_numbers(page, cell), *_links(page, cell, glossary))]


def after(lesson: Lesson, cells: list[Cell], notebook: NotebookNode, data: bytes) -> list[Complaint]:
    """Everything wrong with the executed notebook for learners."""
    found = []
    for cell, stored in zip(cells, notebook.cells, strict=True):
        if cell.kind == "markdown":
            words = len(stored.source.split())
            if words > WORDS:
                found.append(lesson.complaint(cell, f"{words} words without a break; at most {WORDS}."))
        text = stored.source + "".join(_texts(stored))
        if path := _PATH.search(text):
            found.append(lesson.complaint(cell, f"A path of this machine: {text[path.start() :][:60]!r}."))
        if re.search(r"\{\{.*?\}\}", stored.source):
            found.append(lesson.complaint(cell, "An unfilled placeholder."))
        found += [lesson.complaint(cell, sentence) for sentence in _outputs(stored)]
    case = sum(
        len(stored.source.split())
        for cell, stored in zip(cells, notebook.cells, strict=True)
        if cell.section == "case" and cell.kind == "markdown"
    )
    if case > CASE_WORDS:
        opening = next(cell for cell in cells if cell.section == "case")
        found.append(lesson.complaint(opening, f"The case has {case} words; at most {CASE_WORDS}."))
    if len(data) > BYTES:
        found.append(Complaint(lesson.path, 1, f"The notebook has {len(data):,} bytes; at most {BYTES:,}."))
    return found


def slow(lesson: Lesson, cells: list[Cell], seconds: list[float], limit: float) -> list[Complaint]:
    """Code cells that take longer than `limit` seconds."""
    return [
        lesson.complaint(cell, f"This cell took {taken:.1f} s; at most {limit:g} s.")
        for cell, taken in zip(cells, seconds, strict=True)
        if taken > limit
    ]


def says_done(stored: NotebookNode, exercise: str) -> bool:
    """Whether the check at the end of an exercise's cell found it done."""
    return f"{exercise}: done" in "".join(_texts(stored))


def aims(lesson: Lesson, cells: list[Cell], notebook: NotebookNode, seconds: list[float]) -> list[Complaint]:
    """What is allowed and still worth a second look."""
    found = []
    for cell, stored in zip(cells, notebook.cells, strict=True):
        lines, words = stored.source.count("\n") + 1, len(stored.source.split())
        if cell.kind == "code" and lines > CODE_LINES_AIM:
            found.append(lesson.complaint(cell, f"{lines} lines of code; aim at {CODE_LINES_AIM}."))
        if cell.kind == "markdown" and words > WORDS_AIM:
            found.append(lesson.complaint(cell, f"{words} words; aim at {WORDS_AIM}."))
    if sum(seconds) > LESSON_SECONDS:
        found.append(
            Complaint(lesson.path, 1, f"The lesson took {sum(seconds):.0f} s; aim at {LESSON_SECONDS}.")
        )
    return found


def _sections(lesson: Lesson) -> Iterator[Complaint]:
    openings = [cell for cell in lesson.cells if cell.opens_section]
    if not lesson.cells[0].opens_section:
        yield lesson.complaint(lesson.cells[0], 'The first cell opens the card: section="card".')
    for cell in openings:
        hashes = "# " if cell.section == "card" else "## "
        if cell.section not in SECTIONS:
            yield lesson.complaint(
                cell, f"No section is called {cell.section!r}; there are {', '.join(SECTIONS)}."
            )
        elif cell.kind != "markdown" or not cell.text.startswith(hashes):
            yield lesson.complaint(cell, f"Section {cell.section} opens with a heading, {hashes!r}.")
    names = [cell.section for cell in openings]
    for name in SECTIONS:
        if name not in names:
            yield Complaint(lesson.path, 1, f"The lesson has no section {name!r}.")
        elif names.count(name) > 1:
            again = [cell for cell in openings if cell.section == name][1]
            yield lesson.complaint(again, f"Section {name!r} opens a second time.")
    places = [SECTIONS.index(name) for name in names if name in SECTIONS]
    for cell, previous, place in zip(openings[1:], places, places[1:], strict=False):
        if place < previous:
            yield lesson.complaint(
                cell, f"Section {cell.section!r} comes too late; it belongs before the last one."
            )
    for name in NEEDS_CODE:
        inside = [cell for cell in lesson.cells if cell.section == name]
        if inside and not any(cell.kind == "code" and cell.for_learners for cell in inside):
            yield lesson.complaint(inside[0], f"Section {name!r} has no code cell.")


def _exercises(lesson: Lesson) -> Iterator[Complaint]:
    stretch = [cell for cell in lesson.exercises if "stretch" in cell.tags]
    checked = [cell for cell in lesson.exercises if "stretch" not in cell.tags]
    if len(checked) < 3 or not stretch:
        sentence = (
            f"{len(checked)} exercises and {len(stretch)} stretch; a lesson has at least three and one."
        )
        opening = next((cell for cell in lesson.cells if cell.section == "exercises"), lesson.cells[0])
        yield lesson.complaint(opening, sentence)
    names = [cell.exercise for cell in lesson.exercises]
    for n, cell in enumerate(lesson.exercises):
        name = cell.exercise
        if name in names[:n]:
            yield lesson.complaint(cell, f"Exercise {name!r} stands here a second time.")
        if cell.section != "exercises":
            yield lesson.complaint(cell, f"Exercise {name!r} stands in section {cell.section!r}.")
        exercise = getattr(lesson.check, name, None)
        if exercise is None:
            yield lesson.complaint(cell, f"{lesson.check.__name__} has no exercise {name!r}.")
            continue
        hints = [hint for hint in exercise.hints if hint.strip()]
        if len(hints) != 3:
            yield lesson.complaint(cell, f"Exercise {name!r} has {len(hints)} hints; it needs three.")
        if not exercise.wrong:
            yield lesson.complaint(cell, f"Exercise {name!r} names no wrong answer.")
    for cell in lesson.cells:
        if cell.tests and cell.tests not in names:
            yield lesson.complaint(cell, f"Tests for {cell.tests!r}, which is no exercise of this lesson.")


def _quiz(lesson: Lesson) -> Iterator[Complaint]:
    opening = next((cell for cell in lesson.cells if cell.section == "quiz"), None)
    if opening is None:
        return
    quiz = getattr(lesson.check, "quiz", None)
    if quiz is None:
        yield lesson.complaint(opening, f"{lesson.check.__name__} has no `quiz`.")
        return
    if len(quiz.questions) != 5:
        yield lesson.complaint(opening, f"The quiz has {len(quiz.questions)} items; it needs five.")
    for number, item in enumerate(quiz.questions, 1):
        for choice in item.choices:
            if not choice.reply.strip():
                sentence = f"Quiz item {number}: the choice {choice.text!r} has no reply."
                yield lesson.complaint(opening, sentence)


def _numbers(lesson: Lesson, cell: Cell) -> Iterator[Complaint]:
    try:
        list(prose.placeholders(cell.text))
    except ValueError as error:
        offset, sentence = error.args
        yield lesson.complaint(cell, sentence, offset)
    for offset, number in prose.measured(cell.text):
        sentence = (
            f"{number!r} looks measured; fill it from the run ({{{{ … }}}}), or mark it as defined "
            "([[…]]) or quoted ([[…|Author year]])."
        )
        yield lesson.complaint(cell, sentence, offset)
    recap = [
        line for c in lesson.cells if c.section == "recap" and c.for_learners for line in c.text.split("\n")
    ]
    for quoted in prose.quotations(cell.text):
        if not re.search(r"\d", quoted.text):
            yield lesson.complaint(cell, f"[[{quoted.text}]] marks no number.", quoted.start)
        if quoted.source in (None, "definition"):
            continue
        if not _QUOTED.match(quoted.source):
            sentence = (
                f'[[…|{quoted.source}]]: after the bar stands "definition" or the author and year of a paper.'
            )
            yield lesson.complaint(cell, sentence, quoted.start)
            continue
        names = re.findall(r"[A-ZÀ-Þ][\w’'-]+|(?:19|20)\d\d[a-z]?", quoted.source)
        if not any(all(name in line for name in names) for line in recap):
            yield lesson.complaint(
                cell, f"{quoted.source} is not among the sources of the recap.", quoted.start
            )


def _links(lesson: Lesson, cell: Cell, glossary: Path) -> Iterator[Complaint]:
    lessons, sources = glossary.parent, lesson.path.parent
    for offset, target in prose.links(cell.text):
        page, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target) or not page:
            continue
        if ".." in page.split("/") or page.startswith("/"):
            sentence = f"The link {target} leaves the lessons folder, which is all that a learner has."
            yield lesson.complaint(cell, sentence, offset)
        elif not ((lessons / page).exists() or (sources / page).with_suffix(".py").exists()):
            yield lesson.complaint(cell, f"The link {target} leads nowhere.", offset)
        elif anchor and page.endswith(".md"):
            known = prose.anchors((lessons / page).read_text(encoding="utf-8"))
            if anchor not in known:
                yield lesson.complaint(cell, f"{page} has no heading with the anchor #{anchor}.", offset)


def _texts(stored: NotebookNode) -> Iterator[str]:
    """All that a cell's outputs say in words, pictures taken out."""
    for output in stored.get("outputs", []):
        yield str(output.get("text", ""))
        for kind, data in output.get("data", {}).items():
            if not kind.startswith("image/"):
                yield re.sub(r"data:[\w/+-]+;base64,[\w+/=]+", "", str(data))


def _outputs(stored: NotebookNode) -> Iterator[str]:
    for output in stored.get("outputs", []):
        if output.output_type == "error":
            yield f"A stored error: {output.ename}: {output.evalue}"
        if output.output_type == "stream" and output.name == "stderr":
            yield f"Something was written to stderr: {output.text.strip()[:80]!r}."
        data = output.get("data", {})
        if "application/vnd.jupyter.widget-view+json" in data:
            yield "A widget without a plain representation beside it."
        if any(kind.startswith("image/") for kind in data):
            yield "A figure without words; show it through mt.show(…, alt=…)."
        words = data.get("text/plain", "")
        page = _Pictures()
        page.feed(data.get("text/html", ""))
        page.close()
        if page.silent:
            yield f"A picture without a description: <{page.silent[0]}>."
        if (page.seen or not data.get("text/html")) and data and re.fullmatch(r"\s*(<.*>)?\s*", words, re.S):
            yield f"An output whose words say nothing: {words[:60]!r}."
        if re.search(r"\bat 0x[0-9a-f]+", words):
            yield f"An output that changes with every run: {words[:60]!r}."


class _Pictures(HTMLParser):
    """The pictures of an output: how many there are, and which have no words."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0
        self.silent: list[str] = []
        self._svg: str | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "title" and self._svg:
            self._svg = None
        if tag not in ("img", "svg", "canvas"):
            return
        self.seen += 1
        words = (given.get("alt") if tag == "img" else given.get("aria-label")) or ""
        hidden = given.get("aria-hidden") == "true"
        if not words.strip() and not hidden:
            if tag == "svg":
                self._svg = tag
            else:
                self.silent.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "svg" and self._svg:
            self.silent.append(self._svg)
            self._svg = None
