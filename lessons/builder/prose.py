"""The numbers of the prose: filled from the run, marked as defined or quoted, or refused.

What counts as a measured number, once everything exempt is masked: a decimal, a number in scientific
notation, a percentage, a rate ("3 of 10", "1 in 100", "10:1", "12/899", "3 per 1,000") and a factor
("5 ×", "3 times as many"). Exempt are code, link targets, HTML attributes, mathematics that holds a
symbol, numbers of lists, headings, sections, lessons, steps and versions, DOIs and arXiv numbers. Plain
counts and years are never taken for measured.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

NO_BREAK = "\u00a0"
MASK = "□"

PLACEHOLDER = re.compile(r"\{\{(.+?)\}\}", re.S)
MARKED = re.compile(r"\[\[([^\[\]|]+)(?:\|([^\[\]|]+))?\]\]")

_CODE = re.compile(r"^(```|~~~).*?^\1[^\n]*$|(?<!`)(`+)(?!`)(?:(?!\n\n).)+?(?<!`)\2(?!`)", re.S | re.M)
_NUMBERED = (
    r"(?:[Ss]ections?|§+|[Tt]ables?|[Ff]igures?|[Ff]ig\.|[Ee]quations?|[Ee]q\.|[Tt]heorems?|[Ll]emmas?|"
    r"[Aa]lgorithms?|[Aa]ppendix|[Cc]hapters?|[Vv]ersions?|Python|PyTorch|torch|NumPy|SciPy|scikit-learn|"
    r"JupyterLab|CC BY(?:-SA|-NC|-ND)*)"
)
_ORDERED = r"(?:[Ll]essons?|[Ss]teps?|[Rr]ounds?|[Ee]xercises?|[Qq]uestions?|[Ii]tems?|[Gg]oals?|[Pp]arts?|[Hh]ints?)"
_SECTION_NUMBER = r"\d+(?:\.\d+)*"
_EXEMPT = [
    re.compile(pattern, re.S | re.M)
    for pattern in (
        r"<!--.*?-->",
        r"<https?://[^>]*>",
        r"</?[A-Za-z][^>]*>",
        r"(?<=\])\([^()\s]*(?:\([^()]*\)[^()\s]*)*(?:\s+\"[^\"]*\")?\)",
        r"^\[[^\]]+\]:\s+\S+",
        r"https?://\S+",
        r"\b(?:doi:\s*)?10\.\d{4,}/\S+",
        r"arXiv[: ]\s*\d{4}\.\d{4,5}(?:v\d+)?",
        r"^\s*\d+[.)]\s",
        rf"^#+\s+{_SECTION_NUMBER}\b\.?(?!\s*%)",
        rf"{_NUMBERED}[\s{NO_BREAK}]*{_SECTION_NUMBER}(?:(?:,\s*|\s*(?:and|to|or|–|-)\s*){_SECTION_NUMBER})*(?!\s*%)",
        r"\b\d[\d,]*(?:\s?×\s?\d[\d,]*(?![\d.,]*[\d⁻]))+",
        rf"{_ORDERED}\s+\d+\s+(?:of|out of)\s+\d+",
    )
]
_MATHS = re.compile(r"\$\$.+?\$\$|(?<![\\$])\$(?!\s)[^$\n]+?(?<!\s)\$(?!\d)", re.S)

_N = r"\d[\d,]*(?:\.\d+)?"
_WORD = r"(?i:one|two|three|four|five|six|seven|eight|nine|ten|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred)"
_S = rf"[\s{NO_BREAK}\u202f]"
_MEASURED = re.compile(
    "|".join(
        (
            rf"(?:(?<![\w.]){_N}|(?<![\w.])\.\d+|\b{_WORD}){_S}*(?:%|‰|per{_S}?cent\b|percentage{_S}points?\b)",
            r"(?<![\w.])\d+(?:\.\d+)?[eE][-+−]?\d+\b",
            r"(?<!\w)10⁻[⁰¹²³⁴⁵⁶⁷⁸⁹]+",
            rf"(?<![\w.]){_N}(?:{_S}+[a-z-]+)?{_S}+(?:out{_S}+of|of){_S}+(?:the{_S}+|all{_S}+|every{_S}+)?\d[\d,]*",
            rf"(?<![\w.]){_N}{_S}+in{_S}+(?:every{_S}+|a{_S}+)?(?!(?:19|20)\d\d\b(?!,))(?:\d[\d,]*|hundred|thousand|million)",
            rf"\b{_WORD}{_S}+(?:in|out{_S}+of){_S}+(?:a{_S}+|every{_S}+)?(?:{_WORD}|thousand|million|\d[\d,]*)\b",
            rf"(?<![\w.]){_N}{_S}+per{_S}+(?:\d|hundred|thousand|million)[\d,]*",
            rf"(?<![\w.:]){_N}{_S}?:{_S}?\d[\d,]*(?![\w:])",
            rf"(?<![\w.]){_N}{_S}+to{_S}+(?:1|one)\b",
            rf"(?<![\w./]){_N}{_S}?/{_S}?\d[\d,]*(?![\w/])",
            rf"(?<![\w.]){_N}{_S}?×(?!{_S}*[\d□])",
            rf"(?<![\w.]){_N}{_S}+times{_S}+(?:as|more|less|larger|smaller|faster|slower|higher|lower|better|worse)\b",
            r"(?<![\w.])\d+-?fold\b(?!\s+cross)",
            r"(?<![\w.])(?:\d[\d,]*)?\.\d+(?!\.?\d)",
        )
    )
)


@dataclass(frozen=True)
class Placeholder:
    """`{{ expression:format }}` and where it starts in its cell."""

    expression: str
    format: str
    start: int
    end: int

    @property
    def call(self) -> str:
        """Python that gives the text to put in its place."""
        return f"format(({self.expression}), {self.format!r})"


@dataclass(frozen=True)
class Quotation:
    """`[[number|source]]`: what is shown, where it is from, and where it starts in its cell."""

    text: str
    source: str | None
    start: int


def placeholders(text: str) -> Iterator[Placeholder]:
    """The placeholders of a cell. Raises ValueError("offset", sentence) for one that is not Python."""
    for match in PLACEHOLDER.finditer(text):
        inner = match[1].strip()
        for colon in [*(m.start() for m in re.finditer(":", inner)), len(inner)]:
            expression = inner[:colon].strip()
            if _is_expression(expression):
                yield Placeholder(expression, inner[colon + 1 :].strip(), match.start(), match.end())
                break
        else:
            raise ValueError(
                match.start(), f"{match[0]} is not a Python expression, with or without a format."
            )


def fill(text: str, values: list[str]) -> str:
    """The text with the values of its placeholders in their places, and its marks as bare numbers."""
    rest = iter(values)
    filled = PLACEHOLDER.sub(lambda _: _typeset(next(rest)), text)
    code = [match.span() for match in _CODE.finditer(filled)]
    return MARKED.sub(lambda m: m[0] if _within(m.start(), code) else _typeset(m[1].strip()), filled)


def quotations(text: str) -> list[Quotation]:
    """The marked numbers of a cell."""
    code = [match.span() for match in _CODE.finditer(text)]
    return [
        Quotation(m[1].strip(), (m[2] or "").strip() or None, m.start())
        for m in MARKED.finditer(text)
        if not _within(m.start(), code)
    ]


def measured(text: str) -> list[tuple[int, str]]:
    """The numbers of a cell's prose that look measured, with their offsets."""
    masked = _masked(text, _CODE)
    for pattern in (PLACEHOLDER, MARKED, *_EXEMPT):
        masked = _masked(masked, pattern)
    masked = _MATHS.sub(lambda m: MASK * len(m[0]) if re.search(r"[A-Za-z\\]", m[0]) else m[0], masked)
    return [(m.start(), " ".join(m[0].split())) for m in _MEASURED.finditer(masked)]


def links(text: str) -> list[tuple[int, str]]:
    """The targets of a cell's links, with their offsets."""
    plain = _masked(text, _CODE)
    found = [(m.start(1), m[1]) for m in re.finditer(r"\]\(([^()\s]*(?:\([^()]*\)[^()\s]*)*)", plain)]
    return found + [(m.start(1), m[1]) for m in re.finditer(r"<a\s[^>]*href=[\"']([^\"']+)", plain)]


def anchors(page: str) -> set[str]:
    """The anchors of a Markdown page: its headings as GitHub spells them, and explicit ids."""
    page = _masked(page, _CODE)
    headings = re.findall(r"^#+\s+(.+?)\s*#*$", page, re.M)
    return {_slug(heading) for heading in headings} | set(
        re.findall(r"<a\s[^>]*(?:id|name)=[\"']([^\"']+)", page)
    )


def _slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def _typeset(value: str) -> str:
    """Per cent with a no-break space before it and a minus that is no hyphen, as everywhere in the course."""
    return re.sub(r"(?<=\d)\s*%", NO_BREAK + "%", re.sub(r"(?<![\w.])-(?=[\d.])", "−", value))


def _is_expression(text: str) -> bool:
    try:
        ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError):
        return False
    return True


def _masked(text: str, pattern: re.Pattern[str]) -> str:
    return pattern.sub(lambda m: re.sub(r"[^\n]", MASK, m[0]), text)


def _within(offset: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= offset < end for start, end in spans)
