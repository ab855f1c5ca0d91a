"""The pages of the site before Sphinx reads them: notebooks with places for panels, and a page for each module."""

import ast
import re
from pathlib import Path

from nbformat import NotebookNode, v4
from panels import PACKAGE, STATE

from mia_teach.exercises import lesson_modules

READING = """```{note}
You can read this lesson here and use its panels, but the page keeps nothing you do in them. Its code was run beforehand.
To run it yourself, have your exercises checked and keep your answers, [open the course in Jupyter](../index.md#begin).
```"""
EXERCISE = """```{note}
Checking needs Python, which this page has not: write your answer [in Jupyter](../index.md#begin).
```"""
PREDICTION = (
    "This page keeps nothing and cannot score you later: write down your number and how sure you are of it."
)
PANEL = "This page forgets what you did here when you leave it."
RUN, NO_SCRIPT = "Run this cell to use the panel.", "The panel itself needs JavaScript, or Jupyter."

# The home notebook shows a learner's own answers; what needs none of them stands on the index.
HOME = "](home.ipynb)", "](../index.md#the-course)"
HOME_IN_OUTPUT = 'href="home.ipynb"', 'href="../index.html#the-course"'

ANSWERS = {f"exercises/{name}.py" for name in lesson_modules()}  # modules that hold the answers to a lesson


def lesson(book: NotebookNode, panels: dict[str, dict]) -> NotebookNode:
    """The notebook as the site shows it: panels in their places, and said what needs Python."""
    title, _, card = book.cells[0].source.partition("\n")
    book.cells[0].source = f"{title}\n\n{READING}\n{card}"
    cells = []
    for cell in book.cells:
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace(*HOME)
        for output in cell.get("outputs", []):
            shown = output.get("data", {})
            if "text/html" in shown:
                shown["text/html"] = shown["text/html"].replace(*HOME_IN_OUTPUT)
                if cell.id in panels:
                    shown["text/html"] = _place(cell.id, panels[cell.id]["state"], shown["text/html"])
        cells.append(cell)
        if "exercise" in cell.metadata.get("tags", []):
            cells.append(v4.new_markdown_cell(EXERCISE, id=f"{cell.id}-python"[:64]))
    book.cells = cells
    book.metadata["widgets"] = {STATE: {"version_major": 2, "version_minor": 0, "state": panels}}
    return book


def _place(name: str, state: dict, plain: str) -> str:
    """What stands there without a script, in a place that panels.js finds and fills."""
    aside = PREDICTION if state["_anywidget_id"].endswith(".Prediction") else PANEL
    return (
        f'<div class="mia-place" data-panel="{name}">\n<div class="mia-plain">\n'
        f'{plain.replace(RUN, NO_SCRIPT)}\n</div>\n<p class="mia-aside" hidden>{aside}</p>\n</div>'
    )


def package_pages() -> dict[str, str]:
    """The pages on the package, by their path below ``api/``: an index by part, and each public module's docstrings."""
    pages, parts = {}, {}
    for path in _public_modules():
        relative = path.relative_to(PACKAGE)
        name = ".".join(["mia_teach", *relative.with_suffix("").parts]).removesuffix(".__init__")
        said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))).split("\n")[0]
        members = "" if path.name == "__init__.py" else "   :members:\n"
        pages[f"{name}.rst"] = f"{name}\n{'=' * len(name)}\n\n.. automodule:: {name}\n{members}"
        part = name if path.name == "__init__.py" else name.rpartition(".")[0]
        parts.setdefault(part, []).append((name, said))
    lines = ["The package", "===========", ""]
    for part, modules in parts.items():
        lines += [part, "-" * len(part), ""]
        for name, said in modules:
            lines += [f":doc:`{name}`", f"    {said}", ""]
        lines += [".. toctree::", "   :hidden:", "", *(f"   {name}" for name, _ in modules), ""]
    return {"index.rst": "\n".join(lines), **pages}


def _public_modules() -> list[Path]:
    """Every module but those that hold answers: an exercise's is the package's own, and it stands on those pages."""
    found = {path: path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")}
    return sorted(
        (
            path
            for path, name in found.items()
            if name not in ANSWERS and not re.search(r"(^|/)_(?!_init__)|^assignments/", name)
        ),
        key=lambda path: (path.parent, path.name != "__init__.py", path.name),
    )
