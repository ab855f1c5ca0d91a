"""The panels of a lesson with their state, so that a page without Python can show them alive.

The committed notebooks hold a picture and words in each panel's place, and none of its arrays. So a lesson is run once,
by its committed cells, and what its panels then hold is kept as widgets are saved in notebooks. It is run again when
the notebook, the panels' code or any lesson's exercises and quiz have changed, for a lesson asks earlier questions again.
"""

import hashlib
import json
import os
import tempfile
from pathlib import Path
from time import perf_counter

import nbformat
from nbclient import NotebookClient

import mia_teach
from mia_teach.kernel import kernel_manager

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
PACKAGE = Path(mia_teach.__file__).parent


def panels_of(path: Path, kept: Path) -> dict[str, dict]:
    """The saved state of each panel in the notebook at ``path``, by the id of the cell that shows it.

    Raises: SystemExit where a panel says something else than the committed notebook.
    """
    file = kept / f"{path.stem}-{_fingerprint(path)}.json"
    if not file.exists():
        print(f"{path.stem}: running it for the state of its panels …", end=" ", flush=True)
        start = perf_counter()
        panels = _run(path)
        print(f"{perf_counter() - start:.0f} s", flush=True)
        kept.mkdir(parents=True, exist_ok=True)
        for old in kept.glob(f"{path.stem}-*.json"):
            old.unlink()
        half = file.with_suffix(f".{os.getpid()}")
        half.write_text(json.dumps(panels), encoding="utf-8")
        half.replace(file)
    return json.loads(file.read_text(encoding="utf-8"))


def _fingerprint(path: Path) -> str:
    parts = [one for part in ("exercises", "labs") for one in (PACKAGE / part).iterdir()]
    code = sorted(one for one in parts if one.suffix in (".py", ".js", ".css"))
    whole = hashlib.sha256()
    for one in (path, *code):
        whole.update(one.read_bytes())
    return whole.hexdigest()[:16]


def _run(path: Path) -> dict[str, dict]:
    committed, book = nbformat.read(path, 4), nbformat.read(path, 4)
    with tempfile.TemporaryDirectory() as folder:
        nobody = {"IPYTHONDIR": folder, "MIA_TEACH_PROGRESS": str(Path(folder) / "progress.json")}
        manager, resources = kernel_manager(Path(folder)), {"metadata": {"path": folder}}
        client = NotebookClient(book, km=manager, timeout=600, resources=resources)
        client.owns_km = True  # and ends it
        client.execute(env={**os.environ, **nobody})
    states = book.metadata.widgets[STATE]["state"]
    panels = {}
    for cell, before in zip(book.cells, committed.cells, strict=True):
        for data in _bundles(cell):
            if VIEW not in data:
                continue
            if data["text/plain"] not in [one.get("text/plain") for one in _bundles(before)]:
                raise SystemExit(
                    f"{path.stem}: the panel in cell {cell.id} does not say what the notebook says. "
                    f"Run python lessons/build.py {path.stem[:2]} first."
                )
            panels[cell.id] = states[data[VIEW]["model_id"]]
            panels[cell.id]["state"].pop("layout", None)  # another widget, which no panel asks for
    return panels


def _bundles(cell) -> list[dict]:
    return [output.data for output in cell.get("outputs", []) if "data" in output]
