"""The learner's course folder: lessons put there, brought up to date, never taken away.

A lesson that the learner has changed belongs to the learner. When a new version of it comes, the new one is laid
beside it under another name. To tell changed from untouched, a hidden file in the folder keeps the SHA-256 of every
file as it was put there.
"""

import hashlib
import json
import logging
import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from mia_teach.progress import replace_file

_MANIFEST = ".mia-teach.json"
_LESSON = re.compile(r"\d\d_.+\.ipynb")


@dataclass(frozen=True)
class Card:
    """What the head of a lesson's notebook says, and which exercises are in it; those to try for fun are apart."""

    number: str
    file: str
    title: str
    minutes: int | None = None
    exercises: tuple[str, ...] = ()
    stretch: tuple[str, ...] = ()


class CourseTroubleError(Exception):
    """Something that keeps the course from starting, in a sentence for the learner."""


@dataclass(frozen=True)
class Update:
    """What was done to a course folder, by file name; ``beside`` maps a changed lesson to its new version's name."""

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    beside: tuple[tuple[str, str], ...] = ()


def lessons_folder() -> Path:
    """Where the lessons lie: inside the installed package, or in the repository it was installed from."""
    package = Path(__file__).parent
    installed = package / "_course" / "lessons"
    return installed if installed.is_dir() else package.parent / "lessons"


def lesson_files(source: Path) -> list[Path]:
    """The notebooks and pages that a learner gets, in order."""
    found = source.iterdir() if source.is_dir() else ()
    return sorted(
        path for path in found if path.suffix in {".ipynb", ".md"} and not path.name.startswith(".")
    )


def update(folder: Path, *, version: str, source: Path | None = None) -> Update:
    """Make ``folder`` hold the lessons of ``source``: add, bring up to date, and lay beside what the learner changed.

    Every file is written whole or not at all, so an update that was cut off is finished by the next one.

    Raises:
        CourseTroubleError: when the folder cannot be written or there are no lessons to put there.
    """
    source = lessons_folder() if source is None else source
    lessons = lesson_files(source)
    if not any(_LESSON.fullmatch(path.name) for path in lessons):
        raise CourseTroubleError("This installation holds no lessons. Install mia-teach again.")
    if folder.exists() and not folder.is_dir():
        raise CourseTroubleError(f"{folder} is a file. Name a folder for the course: mia-teach start FOLDER.")
    if folder.exists() and folder.samefile(source):
        raise CourseTroubleError(
            f"{folder} is where the lessons come from. Name another folder to work in: mia-teach start FOLDER."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / f"{_MANIFEST}.lock", timeout=30):
            return _update(folder, lessons, version)
    except (OSError, NotImplementedError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise CourseTroubleError(
            f"The folder {folder} cannot be written ({reason}). Name another one: mia-teach start FOLDER."
        ) from error


def current_lesson(folder: Path) -> str:
    """The name of the lesson to open: the one the learner changed last, the first one if none was changed yet."""
    placed = _read_manifest(folder)["files"]
    lessons = sorted(path for path in folder.iterdir() if _LESSON.fullmatch(path.name) and path.is_file())
    changed = [path for path in lessons if path.name in placed and _sha256(path) != placed[path.name]]
    if changed:
        return max(changed, key=lambda path: path.stat().st_mtime).name
    return lessons[0].name


def title(folder: Path, lesson: str) -> str:
    """A lesson's number and name, as its notebook's name tells it: ``"02 Threshold attacks"``."""
    names = sorted(path.stem for path in folder.glob(f"{lesson}_*.ipynb") if ".new-" not in path.name)
    return f"{lesson} {names[0].partition('_')[2].replace('_', ' ').capitalize()}" if names else lesson


def cards(source: Path | None = None) -> list[Card]:
    """The lessons in order; of a notebook that cannot be read only number, file and what its name says."""
    source = lessons_folder() if source is None else source
    return [
        _card(path)
        for path in lesson_files(source)
        if _LESSON.fullmatch(path.name) and ".new-" not in path.name
    ]


def _card(path: Path) -> Card:
    number, name = path.name[:2], path.stem[3:].replace("_", " ").capitalize()
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        head = "".join(cells[0]["source"])
        tagged = [(cell["id"], cell["metadata"].get("tags", ())) for cell in cells]
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        return Card(number, path.name, name)
    title = re.match(r"# \d\d (.+)", head)
    minutes = re.search(r"\*\*Time\*\* (\d+) minutes", head)
    named = [(str(id).removeprefix("exercise-"), tags) for id, tags in tagged if "exercise" in tags]
    return Card(
        number,
        path.name,
        title[1].strip() if title else name,
        int(minutes[1]) if minutes else None,
        tuple(name for name, tags in named if "stretch" not in tags),
        tuple(name for name, tags in named if "stretch" in tags),
    )


def _update(folder: Path, lessons: list[Path], version: str) -> Update:
    manifest = _read_manifest(folder)
    before = json.dumps(manifest, sort_keys=True)
    placed, seen = manifest["files"], manifest["seen"]
    added, updated, beside = [], [], []
    for lesson in lessons:
        content = lesson.read_bytes()
        new, target = hashlib.sha256(content).hexdigest(), folder / lesson.name
        offered = seen.setdefault(lesson.name, [])
        if not target.exists():
            put(target, content)
            added.append(lesson.name)
            placed[lesson.name] = new
        elif target.is_file() and _sha256(target) == new:
            placed[lesson.name] = new
        elif target.is_file() and _sha256(target) == placed.get(lesson.name):
            put(target, content)
            updated.append(lesson.name)
            placed[lesson.name] = new
        elif new not in offered:
            name = _free_name(folder, lesson, version, new)
            put(folder / name, content)
            beside.append((lesson.name, name))
            placed[name] = new
        if new not in offered:
            offered.append(new)
    if json.dumps(manifest, sort_keys=True) != before:
        replace_file(folder / _MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode())
    return Update(tuple(added), tuple(updated), tuple(beside))


def put(target: Path, content: bytes) -> None:
    """Write a file whole; a notebook is signed as well, so that its outputs are shown."""
    replace_file(target, content)
    if target.suffix == ".ipynb":
        _trust(content)


def _trust(content: bytes) -> None:
    """Sign the notebook, so that JupyterLab shows the stored pictures of a file it has not run itself."""
    import nbformat
    from jupyter_core.paths import jupyter_data_dir
    from nbformat.sign import NotebookNotary

    quiet = logging.getLogger(f"{__name__}.trust")
    quiet.addHandler(logging.NullHandler())
    quiet.propagate = False
    try:
        notebook = nbformat.reads(content.decode("utf-8"), as_version=4)
        Path(jupyter_data_dir()).mkdir(parents=True, exist_ok=True)  # for the key, which nbformat writes
        NotebookNotary(log=quiet).sign(notebook)
    except (OSError, ValueError, sqlite3.Error) as error:
        # Not trusted, a notebook shows its pictures after it has run; that is no reason to withhold it.
        quiet.info("The notebook was not signed: %s", error)


def _free_name(folder: Path, lesson: Path, version: str, content_hash: str) -> str:
    """The name for a new version beside a changed lesson: free, or already holding this very version."""
    number = 1
    while True:
        again = "" if number == 1 else f"-{number}"
        name = f"{lesson.stem}.new-{version}{again}{lesson.suffix}"
        path = folder / name
        if not path.exists() or (path.is_file() and _sha256(path) == content_hash):
            return name
        number += 1


def _read_manifest(folder: Path) -> dict:
    """What was put here: file name -> SHA-256, and lesson -> versions it came in. Empty when lost or damaged.

    Without it every file that differs counts as the learner's, so nothing is lost with it.
    """
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        files = {str(name): str(placed) for name, placed in manifest["files"].items()}
        seen = {str(name): [str(one) for one in versions] for name, versions in manifest["seen"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {"files": {}, "seen": {}}
    return {"files": files, "seen": seen}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
