"""A course folder for nbgrader: its settings, and a source notebook for each assignment."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from mia_teach.assignments import assignment, notebook
from mia_teach.progress import replace_file

CONFIG = "nbgrader_config.py"
BESIDE = "nbgrader_config_mia.py"
GRADEBOOK = "gradebook.db"
_OURS = "MIA_TEACH_SECRET"


@dataclass(frozen=True)
class Made:
    """What came of it, by path within the folder.

    ``written`` is new, ``same`` was there already and is what would have been written, ``left`` was there, differs, and
    stays as it is. ``add`` is a line for the lecturer's own settings, or ""; ``first`` is an assignment's name;
    ``lost`` is the file with a new secret, where a gradebook shows that there may have been another one, or "".
    """

    written: tuple[str, ...]
    same: tuple[str, ...]
    left: tuple[str, ...]
    add: str = ""
    first: str = ""
    lost: str = ""


def make(folder: Path, lessons: list[str]) -> Made:
    """Lay settings and source notebooks into a course folder; nothing that lies there is overwritten.

    Raises: OSError where the folder cannot be written, KeyError for a lesson that has no assignment.
    """
    files = {}
    for lesson in lessons:
        one = assignment(lesson)
        files[f"source/{one.name}/{one.name}.ipynb"] = _as_bytes(notebook.source(one))
    written, same, left = [], [], []
    for name, content in files.items():
        path = folder / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, content)
            written.append(name)
        else:
            (same if path.is_file() and path.read_bytes() == content else left).append(name)

    settings, add = CONFIG, ""
    if (folder / CONFIG).exists() and _OURS not in (folder / CONFIG).read_text("utf-8", errors="replace"):
        settings, add = BESIDE, f'load_subconfig("{BESIDE}")'
        left.append(CONFIG)
        if BESIDE in (folder / CONFIG).read_text("utf-8", errors="replace"):
            add = ""
    lost = ""
    if (folder / settings).exists():
        same.append(settings)
    else:
        lost = settings if (folder / GRADEBOOK).exists() else ""
        replace_file(folder / settings, _settings().encode())
        written.append(settings)
    return Made(tuple(written), tuple(same), tuple(left), add, assignment(lessons[0]).name, lost)


def _settings() -> str:
    """nbgrader's settings, with a secret of this course's own."""
    template = Path(__file__).with_name("nbgrader_config.txt").read_text("utf-8")
    return template.replace("{secret}", secrets.token_hex(16))


def _as_bytes(book) -> bytes:
    import nbformat

    nbformat.validate(book)
    return (nbformat.writes(book, version=4).rstrip("\n") + "\n").encode()
