"""Measure every lesson on one core and put the table into README.md: ``make table``.

    python tests/lesson_table.py [NN ...]

runs the lessons (all of them, or those whose numbers are given) one after another, each in a fresh kernel that has one core
and 2 GB, and writes seconds, memory and slowest cell between the two marks in README.md. It wants a machine with nothing
else running. The mark holds a fingerprint of each lesson's code, by which a test sees whether the table is still that of
the lessons here; what a lesson says, in prose or in code, may change without a new measurement.
"""

import argparse
import ast
import hashlib
import json
import platform
import re
import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # for the drivers in tests/

from tests.lessons import shipped  # noqa: E402
from tests.limits import limited  # noqa: E402

README = ROOT / "README.md"
BEGIN, END = "<!-- lessons measured: ", "<!-- end of the lessons measured -->"
HEADING = "| lesson | seconds | peak MB | slowest cell | measured |\n|---|---:|---:|---|---|"
LIMIT = 2 << 30

# Prints the seconds of each code cell by its id, and of everything, the start of the kernel included.
RUN = """
import json, sys, time
import nbformat
from nbclient import NotebookClient

start = time.perf_counter()
book = nbformat.read(sys.argv[1], 4)
client = NotebookClient(book, timeout=900, kernel_name="python3", resources={"metadata": {"path": sys.argv[2]}})
cells = {}
with client.setup_kernel():
    for number, cell in enumerate(book.cells):
        if cell.cell_type == "code":
            before = time.perf_counter()
            client.execute_cell(cell, number)
            cells[cell.id] = time.perf_counter() - before
print(json.dumps({"seconds": time.perf_counter() - start, "cells": cells}))
"""


@dataclass(frozen=True)
class Row:
    """What a lesson took on one core; ``megabytes`` is the most that the kernel and the program that runs it held."""

    lesson: str
    seconds: float
    megabytes: float
    slowest: str
    slowest_seconds: float
    day: str

    def __str__(self):
        return (
            f"| {self.lesson} | {self.seconds:.0f} | {self.megabytes:.0f} | "
            f"{self.slowest_seconds:.1f} s, {self.slowest} | {self.day} |"
        )

    @classmethod
    def read(cls, line: str) -> "Row":
        lesson, seconds, megabytes, slowest, day = (part.strip() for part in line.strip("|").split("|"))
        taken, _, cell = slowest.partition(" s, ")
        return cls(lesson, float(seconds), float(megabytes), cell, float(taken), day)


@dataclass(frozen=True)
class Table:
    """The part of README.md between the marks: on which machine, of which code, and the rows."""

    machine: str
    fingerprints: dict[str, str]
    rows: list[Row]

    def __str__(self):
        lines = [
            f"{BEGIN}{json.dumps(self.fingerprints)} -->",
            self.machine,
            "",
            HEADING,
            *map(str, self.rows),
            END,
        ]
        return "\n".join(lines)

    @classmethod
    def read(cls, text: str) -> "Table | None":
        """The table in a text; None where its marks stand and nothing between them.

        Raises: ValueError where the marks are missing, doubled or in the wrong order.
        """
        _, inside, _ = split(text)
        fingerprints, _, rest = inside.partition(" -->")
        if not rest.strip():
            return None
        machine, _, rows = rest.strip().partition("\n\n")
        heading, lines = rows[: len(HEADING)], rows[len(HEADING) :].strip().split("\n")
        if heading != HEADING:
            raise ValueError("The table in README.md has another heading; run make table.")
        return cls(machine, json.loads(fingerprints), [Row.read(line) for line in lines])


def split(text: str) -> tuple[str, str, str]:
    """What stands before, between and behind the marks."""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise ValueError(f"README.md needs the marks {BEGIN!r} and {END!r}, once each and in this order.")
    before, _, rest = text.partition(BEGIN)
    inside, _, behind = rest.partition(END)
    return before, inside, behind


def fingerprint(path: Path) -> str:
    """Eight characters that change when the code of a notebook does; comments and sentences in it do not count."""
    tree = []
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            code = ast.parse("".join(cell["source"]))
            for node in ast.walk(code):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
                    node.value = ""
            tree.append(ast.dump(code))
    return hashlib.sha256("\n".join(tree).encode()).hexdigest()[:8]


def lessons() -> dict[str, Path]:
    """The notebooks of the shipped lessons by their number."""
    return {name[:2]: shipped.LESSONS / f"{name}.ipynb" for name in shipped.EXPECTED}


def title(path: Path) -> str:
    """A lesson's number and name, as its first line has them."""
    first = json.loads(path.read_text("utf-8"))["cells"][0]["source"]
    return "".join(first).split("\n")[0].removeprefix("# ")


def measured(path: Path, *, cores: int = 1) -> Row:
    """Run a notebook on so many cores. Raises: RuntimeError if it fails or needs more than 2 GB."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        work = folder / "work"
        work.mkdir()
        command = [sys.executable, "-c", RUN, str(path), str(work)]
        ended = limited(command, shipped.environment(folder), LIMIT, folder, cores=cores)
    if ended.returncode:
        held = f"at most {ended.peak >> 20} MB of {LIMIT >> 20} were held"
        raise RuntimeError(f"{path.name} ended with {ended.returncode}; {held}.\n{ended.stderr[-2000:]}")
    spent = json.loads(ended.stdout.splitlines()[-1])
    slowest = max(spent["cells"], key=spent["cells"].get)
    return Row(
        lesson=title(path),
        seconds=spent["seconds"],
        megabytes=ended.peak / 2**20,
        slowest=slowest,
        slowest_seconds=spent["cells"][slowest],
        day=date.today().isoformat(),
    )


def machine() -> str:
    """The sentence above the table: where it was measured."""
    cpuinfo = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.+)", cpuinfo.read_text()) if cpuinfo.exists() else []
    processor = names[0] if names else platform.processor() or platform.machine()
    return (
        f"One core of {processor}, {platform.system()}, at most 2 GB; Python {platform.python_version()}, "
        f"torch {version('torch')}, numpy {version('numpy')}. Seconds count from an empty kernel to the last cell; the peak "
        "is that of the kernel and the program that runs it."
    )


def updated(text: str, rows: dict[str, Row], here: str) -> str:
    """README.md with these rows, by number, in the table; the others stay.

    Raises: ValueError for a lesson without a row, and for rows of two machines.
    """
    before, _, behind = split(text)
    old = Table.read(text)
    kept = {row.lesson[:2]: row for row in old.rows} if old else {}
    prints = dict(old.fingerprints) if old else {}
    paths = lessons()
    if missing := sorted(paths.keys() - kept.keys() - rows.keys()):
        raise ValueError(f"The table has no row for {', '.join(missing)} yet; measure all lessons.")
    if old and old.machine != here and paths.keys() - rows.keys():
        raise ValueError(f"The other rows come from another machine ({old.machine}); measure all lessons.")
    table = Table(
        here,
        {n: fingerprint(path) if n in rows else prints[n] for n, path in paths.items()},
        [rows.get(n) or kept[n] for n in paths],
    )
    return f"{before}{table}{behind}"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Measure the lessons on one core; the table goes into README.md."
    )
    parser.add_argument("numbers", nargs="*", metavar="NN", help="only these lessons, such as 00 02")
    asked = parser.parse_args(arguments).numbers
    paths = lessons()
    if unknown := sorted(set(asked) - paths.keys()):
        parser.error(f"there is no lesson {', '.join(unknown)}; there are {', '.join(paths)}")
    rows = {}
    for number in asked or paths:
        rows[number] = measured(paths[number])
        print(rows[number], flush=True)
    README.write_text(updated(README.read_text("utf-8"), rows, machine()), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
