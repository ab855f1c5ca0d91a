"""Build the lessons: lessons/source/NN_name.py → two notebooks.

    python lessons/build.py [NN ...] [--check] [--learner-only | --instructor-only] [--jobs N]

makes, of each lesson (all of them, or those whose numbers are given),

1. ``lessons/NN_name.ipynb``: stubs in place of solutions, executed, outputs stored; what learners open;
2. ``build/instructor/NN_name.ipynb``: solutions, teaching notes, likely wrong answers, timings; executed.

Beside the second lies the guide for lecturers, ``lessons/source/guide.md``: it gives answers away, so it is not
among the learner's pages.

Of ``lessons/source/home.py``, the page beside the lessons, it makes the first alone.

``--check`` builds into a temporary folder and compares with the first, byte for byte. ``--instructor-only``
makes nothing but the second and the guide. What a lesson is refused for is listed at once, as
``file:line: sentence``; then nothing is written.

How a source is written
-----------------------
jupytext's percent format, without a header; cells carry options as ``# %% [markdown] section="card"``:

- ``section="NAME"`` on the first cell of each section, a text cell that opens with a heading (``#`` for the
  card, ``##`` for the others): card, warm-up, case, predict, build, lab, exercises, surprise, quiz, transfer,
  recap; all of them, once, in this order.
- ``exercise="NAME"`` on the code cell of an exercise; at least three, and one with ``tags=["stretch"]``. It
  holds a function, its solution between ``### BEGIN SOLUTION`` and ``### END SOLUTION``, and as last line
  ``NAME = check.NAME(NAME)``. ``check`` is the lesson's exercise module, imported under that name; it also
  holds ``quiz``.
- ``tests="NAME"`` on a code cell: further tests of that exercise's solution, run in the instructor's edition only.
- ``audience="instructor"``: a teaching note. Likely wrong answers, hints and answers to the quiz are added
  from the exercise module.
- ``tags=["nbval-ignore-output"]``: at most one cell of a lesson.

Numbers in prose: ``{{ expression:format }}`` is evaluated in the running kernel, after the cells above it.
``[[1 %]]`` marks a number as part of a definition or design, ``[[15.7 %|Carlini 2022]]`` as quoted from a
paper that the recap lists. Everything else that looks measured is refused; builder/prose.py says what does.

Links to ``glossary.md#term`` must meet a heading there; other local links must exist in this folder.
"""

import argparse
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

try:
    from builder import editions, refusals, running, source  # the parts lie beside this file
    from builder.source import Complaint, Lesson, Refusal
except ModuleNotFoundError as missing:
    raise SystemExit(
        f"The package {missing.name}, with which lessons are built, is not installed here. "
        "In the repository: python -m pip install '.[teach]'"
    ) from None


@dataclass(frozen=True)
class Places:
    """Where sources are read and notebooks written."""

    lessons: Path = HERE
    build: Path = HERE.parent / "build"

    def pages(self, names: list[str]) -> list[Path]:
        """The sources of pages beside the lessons: those named, or all of them when nothing is named."""
        paths = sorted((self.lessons / "source").glob("[!0-9]*.py"))
        return [path for path in paths if not names or path.stem in names]

    def sources(self, numbers: list[str]) -> list[Path]:
        """The sources with these numbers; all of them without any. Raises SystemExit for one that is not there."""
        paths = sorted((self.lessons / "source").glob("[0-9][0-9]_*.py"))
        for number in numbers:
            if not any(path.name.startswith(f"{number}_") for path in paths):
                raise SystemExit(
                    f"There is no lesson {number}; there are {', '.join(p.stem for p in paths)}."
                )
        return [path for path in paths if not numbers or path.name[:2] in numbers]

    def learner(self, lesson: Lesson) -> Path:
        return self.lessons / f"{lesson.name}.ipynb"

    def instructor(self, lesson: Lesson) -> Path:
        return self.build / "instructor" / f"{lesson.name}.ipynb"

    @property
    def guide(self) -> Path:
        return self.lessons / "source" / "guide.md"


@dataclass(frozen=True)
class Built:
    """A lesson's notebooks by the file each belongs into, what to look at again, and the seconds it took."""

    files: dict[Path, bytes]
    warnings: list[Complaint]
    seconds: float


def build(
    path: Path,
    places: Places,
    *,
    learner_only: bool = False,
    instructor_only: bool = False,
    cell_seconds: float = 10,
) -> Built:
    """The notebooks of one source, as bytes. Raises Refusal with everything that is wrong with it."""
    lesson = source.read(path)
    if complaints := refusals.before(lesson, places.lessons / "glossary.md"):
        raise Refusal(complaints)
    if instructor_only:
        book, seconds = _instructor(lesson, places)
        return Built({places.instructor(lesson): editions.as_bytes(book)}, [], sum(seconds))

    cells = editions.learner_cells(lesson)
    book = editions.notebook(cells)
    seconds = running.run(lesson, cells, book, places.lessons)
    data = editions.as_bytes(editions.stored(book))
    complaints = refusals.after(lesson, cells, book, data)
    if complaints := complaints + refusals.slow(lesson, cells, seconds, cell_seconds):
        raise Refusal(complaints)
    files = {places.learner(lesson): data}
    filled = {cell.line: made.source for cell, made in zip(cells, book.cells, strict=True)}

    if not learner_only:
        solved, _ = _instructor(lesson, places, filled)
        files[places.instructor(lesson)] = editions.as_bytes(solved)
    return Built(files, refusals.aims(lesson, cells, book, seconds), sum(seconds))


def build_page(path: Path, places: Places, *, cell_seconds: float = 10) -> Built:
    """A page beside the lessons: run, checked and stored as a lesson is, without a lesson's sections and editions."""
    page = source.read(path)
    if complaints := refusals.before_page(page, places.lessons / "glossary.md"):
        raise Refusal(complaints)
    cells = editions.learner_cells(page)
    book = editions.notebook(cells)
    seconds = running.run(page, cells, book, places.lessons)
    data = editions.as_bytes(editions.stored(book))
    complaints = refusals.after(page, cells, book, data)
    if complaints := complaints + refusals.slow(page, cells, seconds, cell_seconds):
        raise Refusal(complaints)
    return Built({places.learner(page): data}, refusals.aims(page, cells, book, seconds), sum(seconds))


def _instructor(
    lesson: Lesson, places: Places, filled: dict[int, str] | None = None
) -> tuple[NotebookNode, list[float]]:
    """The instructor's edition and the seconds of its cells; refused where a solution is not done.

    `filled` is the learner's prose by line of the source; a solution that changes a number in it is refused too.
    """
    cells = editions.instructor_cells(lesson)
    book = editions.notebook(cells)
    seconds = running.run(lesson, cells, book, places.lessons)
    complaints = []
    for cell, made in zip(cells, book.cells, strict=True):
        if cell.exercise and not refusals.says_done(made, cell.exercise):
            complaints.append(lesson.complaint(cell, f"The solution of {cell.exercise!r} is not done."))
        same = filled is None or made.source == filled.get(cell.line)
        if cell.kind == "markdown" and cell.for_learners and not same:
            complaints.append(
                lesson.complaint(cell, "With the exercises solved, a number in this text changes.")
            )
    if complaints:
        raise Refusal(complaints)
    return editions.with_timings(editions.stored(book), cells, seconds), seconds


def main(arguments: list[str] | None = None) -> int:
    """The command line; gives the exit status."""
    parser = argparse.ArgumentParser(description="Build the lessons from lessons/source.")
    parser.add_argument("numbers", nargs="*", metavar="NN", help="only these, such as 00 02 home")
    parser.add_argument("--check", action="store_true", help="compare a new build with the notebooks here")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--learner-only", action="store_true", help="leave out build/instructor")
    only.add_argument(
        "--instructor-only", action="store_true", help="nothing but build/instructor and the guide"
    )
    parser.add_argument(
        "--jobs", type=int, default=1, metavar="N", help="lessons to build at once (default 1)"
    )
    parser.add_argument(
        "--cell-seconds",
        type=float,
        default=refusals.CELL_SECONDS,
        metavar="S",
        help="how long a cell may take",
    )
    asked = parser.parse_args(arguments)
    places = Places()
    pages = [] if asked.instructor_only else places.pages(asked.numbers)
    numbers = [name for name in asked.numbers if name not in {page.stem for page in pages}]
    paths = places.sources(numbers) if numbers or not asked.numbers else []

    def one(path: Path) -> Built | Refusal:
        try:
            if path in pages:
                return build_page(path, places, cell_seconds=asked.cell_seconds)
            return build(
                path,
                places,
                learner_only=asked.learner_only or asked.check,
                instructor_only=asked.instructor_only and not asked.check,
                cell_seconds=asked.cell_seconds,
            )
        except Refusal as refusal:
            return refusal

    status = 0
    with ThreadPoolExecutor(asked.jobs) as pool:
        for path, built in zip([*paths, *pages], pool.map(one, [*paths, *pages]), strict=True):
            if isinstance(built, Refusal):
                print(f"{path.stem}: refused\n{built}", flush=True)
                status = 1
                continue
            print(f"{path.stem}: {built.seconds:.0f} s", flush=True)
            for warning in built.warnings:
                print(f"  note: {warning}", flush=True)
            status |= _differs(built) if asked.check else _written(built)
    if not (asked.learner_only or asked.check) and places.guide.exists():
        target = places.build / "instructor" / places.guide.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(places.guide, target)
    return status


def _written(built: Built) -> int:
    for path, data in built.files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return 0


def _differs(built: Built) -> int:
    status = 0
    for path, data in built.files.items():
        if not path.exists() or path.read_bytes() != data:
            print(f"{path} is not what its source gives; run python lessons/build.py {_short(path)}.")
            status = 1
    return status


def _short(path: Path) -> str:
    """What the command line calls it: a lesson's number, a page's name."""
    return path.stem[:2] if path.stem[:2].isdecimal() else path.stem


if __name__ == "__main__":
    sys.exit(main())
