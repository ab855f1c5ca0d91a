"""Build the reading site: the committed notebooks, glossary, data cards and docstrings as pages in build/site.

    python site/build.py [NN ...] [--to FOLDER]

Panels are alive on the pages of all lessons, or of those whose numbers are given; the others show their picture and
words. The first build runs each of these lessons (some ten minutes in all); what their panels then hold is kept in
build/site-panels, and later builds take seconds. A warning of Sphinx, such as a link that leads nowhere, is an error.

Any static server shows the site, `python -m http.server --directory build/site` for one. Pages refer to each other by
relative paths and load nothing from elsewhere.
"""

import argparse
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))

import nbformat  # noqa: E402 (the package lies beside this folder)
from pages import lesson, package_pages  # noqa: E402
from panels import panels_of  # noqa: E402
from sphinx.cmd.build import build_main  # noqa: E402

MARK = ".site-of-the-course"
LESSON = "[0-9][0-9]_*.ipynb"
TEXTS = {
    "index.md": HERE / "index.md",
    "README.md": ROOT / "README.md",
    "lessons/glossary.md": ROOT / "lessons" / "glossary.md",
    "datasets/README.md": ROOT / "datasets" / "README.md",
}


def laid_out(numbers: list[str], kept: Path) -> dict[str, str]:
    """Every page that Sphinx reads, by path. They lie as in the repository, so links between them lead on."""
    pages = {name: path.read_text(encoding="utf-8") for name, path in TEXTS.items()}
    pages |= {f"api/{name}": text for name, text in package_pages().items()}
    for path in sorted((ROOT / "lessons").glob(LESSON)):
        alive = not numbers or path.name[:2] in numbers
        book = lesson(nbformat.read(path, 4), panels_of(path, kept) if alive else {})
        pages[f"lessons/{path.name}"] = nbformat.writes(book)
    return pages


def write(pages: dict[str, str], folder: Path) -> bool:
    """Make ``folder`` hold these pages, leaving the unchanged untouched; gives whether any other page had to go."""
    old = [path for path in folder.rglob("*") if path.is_file()]
    gone = [path for path in old if path.relative_to(folder).as_posix() not in pages]
    for path in gone:
        path.unlink()
    for name, text in pages.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return bool(gone)


def claim(folder: Path) -> None:
    """Make ``folder`` if need be, and mark it as one whose content may be deleted.

    Raises: SystemExit where it holds something and no such mark.
    """
    mark = folder / MARK
    if not mark.exists():
        if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
            raise SystemExit(
                f"{folder} holds something that was not built here, and it would be deleted. Name another folder, or "
                "remove this one first if it is an older site."
            )
        folder.mkdir(parents=True, exist_ok=True)
        mark.touch()


def main(arguments: list[str] | None = None) -> int:
    """The command line; gives the exit status."""
    parser = argparse.ArgumentParser(description="Build the reading site from the committed notebooks.")
    parser.add_argument("numbers", nargs="*", metavar="NN", help="lessons whose panels are to be alive (all)")
    parser.add_argument("--to", type=Path, default=ROOT / "build" / "site", metavar="FOLDER")
    asked = parser.parse_args(arguments)
    work = asked.to.with_name(f"{asked.to.name}-pages")
    source, doctrees = work / "source", work / "doctrees"
    for folder in (asked.to, work):
        claim(folder)
    went = write(laid_out(asked.numbers, ROOT / "build" / "site-panels"), source)
    if (
        went or not (asked.to / "searchindex.js").exists()
    ):  # which is written last: there was no end to a build
        for stale in (asked.to, doctrees):
            shutil.rmtree(stale, ignore_errors=True)
        asked.to.mkdir(parents=True, exist_ok=True)
        (asked.to / MARK).touch()
    options = ["-q", "--fail-on-warning", "-c", str(HERE), "-d", str(doctrees)]
    status = build_main([*options, str(source), str(asked.to)])
    if status:
        shutil.rmtree(doctrees, ignore_errors=True)  # so that the next build finds every fault again
    else:
        size = sum(path.stat().st_size for path in asked.to.rglob("*") if path.is_file())
        print(f"{asked.to}: {size / 1e6:.1f} MB")
    return status


if __name__ == "__main__":
    sys.exit(main())
