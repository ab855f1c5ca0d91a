"""Reading a lesson's source: cells with their line, section, exercise and audience."""

import ast
import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType

import jupytext

SECTIONS = (
    "card",
    "warm-up",
    "case",
    "predict",
    "build",
    "lab",
    "exercises",
    "surprise",
    "quiz",
    "transfer",
    "recap",
)
OPTIONS = {"section", "exercise", "tests", "audience", "tags"}
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
STUB = "...  # your code here"


@dataclass(frozen=True)
class Complaint:
    """One thing that is wrong with a lesson, and where."""

    path: Path
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.sentence}"


class Refusal(Exception):
    """A lesson cannot be built; every reason found is listed, each with file and line."""

    def __init__(self, complaints: list[Complaint]):
        self.complaints = complaints
        super().__init__("\n".join(map(str, complaints)))


@dataclass(frozen=True)
class Cell:
    """A cell of the source. `line` is where its `# %%` stands; `section` is inherited from above."""

    kind: str
    text: str
    line: int
    section: str | None = None
    opens_section: bool = False
    exercise: str | None = None
    tests: str | None = None
    audience: str = "learner"
    tags: tuple[str, ...] = ()

    @property
    def for_learners(self) -> bool:
        return self.audience == "learner" and self.tests is None

    def at(self, offset: int) -> int:
        """The line of the source file on which the character at `offset` of the text stands."""
        return self.line + 1 + self.text.count("\n", 0, offset)


@dataclass(frozen=True)
class Lesson:
    """One source file, read."""

    path: Path
    cells: tuple[Cell, ...]

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def exercises(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if cell.exercise)

    def complaint(self, cell: Cell, sentence: str, offset: int | None = None) -> Complaint:
        return Complaint(self.path, cell.line if offset is None else cell.at(offset), sentence)

    @cached_property
    def check_import(self) -> tuple[str, Cell] | None:
        """The dotted name of the lesson's exercise module (imported `as check`) and the importing cell."""
        for cell in self.cells:
            if cell.kind != "code":
                continue
            for node in ast.walk(_parsed(cell)):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    for name in node.names:
                        if name.asname == "check":
                            prefix = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
                            return prefix + name.name, cell
        return None

    @cached_property
    def check(self) -> ModuleType:
        """The lesson's exercise module itself."""
        if self.check_import is None:
            raise Refusal(
                [
                    Complaint(
                        self.path,
                        1,
                        "No cell imports the exercise module; write "
                        "`from mia_teach.exercises import NAME as check` in the first code cell.",
                    )
                ]
            )
        module, cell = self.check_import
        try:
            return importlib.import_module(module)
        except ImportError as error:
            raise Refusal([self.complaint(cell, f"{module} cannot be imported: {error}")]) from error


def read(path: Path) -> Lesson:
    """A lesson from its source file, with the marks of form checked that everything else relies on."""
    text = path.read_text(encoding="utf-8")
    lines = [n for n, line in enumerate(text.splitlines(), 1) if re.match(r"# %%( |$)", line)]
    if not lines or text[: text.index("# %%")].strip():
        raise Refusal(
            [Complaint(path, 1, "A source starts with its first `# %%` cell; nothing stands above it.")]
        )
    raw = jupytext.reads(text, fmt="py:percent").cells
    if len(raw) != len(lines):
        raise Refusal(
            [Complaint(path, 1, f"{len(lines)} `# %%` lines gave {len(raw)} cells; look for a stray one.")]
        )

    cells, complaints, section = [], [], None
    for line, cell in zip(lines, raw, strict=True):
        meta = cell.metadata
        unknown = sorted(name for name in set(meta) - OPTIONS if not name.startswith("lines_to_"))
        if unknown:
            options = ", ".join(sorted(OPTIONS))
            complaints.append(
                Complaint(path, line, f"Unknown cell option {unknown[0]!r}; there are {options}.")
            )
        if cell.cell_type not in ("markdown", "code"):
            complaints.append(Complaint(path, line, f"A {cell.cell_type} cell; use markdown or code."))
        if not cell.source.strip():
            complaints.append(Complaint(path, line, "An empty cell; fill it or take it out."))
        if meta.get("audience", "instructor") != "instructor":
            complaints.append(Complaint(path, line, 'The only audience to name is "instructor".'))
        section = meta.get("section", section)
        cells.append(
            Cell(
                kind=cell.cell_type,
                text=cell.source,
                line=line,
                section=section,
                opens_section="section" in meta,
                exercise=meta.get("exercise"),
                tests=meta.get("tests"),
                audience=meta.get("audience", "learner"),
                tags=tuple(meta.get("tags", ())),
            )
        )
    lesson = Lesson(path, tuple(cells))
    for cell in lesson.cells:
        if cell.kind == "code":
            try:
                _parsed(cell)
            except SyntaxError as error:
                sentence = f"This cell does not parse: {error.msg}."
                complaints.append(Complaint(path, cell.line + (error.lineno or 1), sentence))
        complaints += [lesson.complaint(cell, sentence) for sentence in _marks(cell)]
    if complaints:
        raise Refusal(complaints)
    return lesson


def stub(text: str) -> str:
    """The text with each solution replaced by one line for the learner's own code."""
    return _solutions(text, lambda indent, _: [indent + STUB])


def solved(text: str) -> str:
    """The text with its solutions, without the marks around them."""
    return _solutions(text, lambda _, solution: solution)


def check_line(name: str) -> str:
    return f"{name} = check.{name}({name})"


def with_text(cell: Cell, text: str) -> Cell:
    return replace(cell, text=text)


def _parsed(cell: Cell) -> ast.Module:
    plain = "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in cell.text.split("\n"))
    return ast.parse(plain)


def _solutions(text: str, replaced: Callable[[str, list[str]], list[str]]) -> str:
    lines, solution = [], None
    for line in text.split("\n"):
        if line.strip() == BEGIN:
            solution, indent = [], line[: line.index("#")]
        elif line.strip() == END:
            lines += replaced(indent, solution)
            solution = None
        else:
            (lines if solution is None else solution).append(line)
    return "\n".join(lines)


def _marks(cell: Cell) -> list[str]:
    """What is wrong with the solution marks and the check line of a cell."""
    marks = [line.strip() for line in cell.text.split("\n") if line.strip() in (BEGIN, END)]
    wrong = []
    if marks != [BEGIN, END] * (len(marks) // 2):
        wrong.append(f"`{BEGIN}` and `{END}` do not come in pairs.")
    if cell.exercise is None:
        if marks:
            wrong.append('A solution stands only in a cell with exercise="NAME".')
        return wrong
    if cell.kind != "code" or not cell.exercise.isidentifier():
        wrong.append('exercise="NAME" belongs to a code cell, and NAME is a Python name.')
    if not marks:
        wrong.append(f"Exercise {cell.exercise} has no solution between `{BEGIN}` and `{END}`.")
    if cell.text.rstrip().split("\n")[-1] != check_line(cell.exercise):
        wrong.append(f"Exercise {cell.exercise} does not end in the line `{check_line(cell.exercise)}`.")
    return wrong
