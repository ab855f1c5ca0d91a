"""Running a notebook in a fresh kernel, in an empty folder, with its prose filled along the way."""

import ast
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from time import perf_counter

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from mia_teach.kernel import kernel_manager

from . import prose
from .source import Cell, Complaint, Lesson, Refusal

TIMEOUT = 300


def run(lesson: Lesson, cells: list[Cell], notebook: NotebookNode, beside: Path) -> list[float]:
    """Execute `notebook`, made of `cells`, in place; gives the seconds each of its cells took.

    The kernel works in a folder of its own that holds a copy of the lessons folder's other files, so
    nothing the author has answered, tried or configured can reach the stored outputs.
    """
    with _workplace(beside) as (folder, env):
        client = _Runner(lesson, cells, notebook, folder)
        try:
            client.execute(env=env, cwd=str(folder))
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            cell = cells[len(client.seconds)]
            reason = getattr(error, "ename", type(error).__name__)
            detail = getattr(error, "evalue", str(error)).strip().split("\n")[0]
            raise Refusal(
                [*client.complaints, lesson.complaint(cell, f"This cell failed with {reason}: {detail}")]
            ) from error
    if client.complaints:
        raise Refusal(client.complaints)
    return client.seconds


class _Runner(NotebookClient):
    """A notebook client that times code cells and, when it comes to a text cell, fills it."""

    def __init__(self, lesson: Lesson, cells: list[Cell], notebook: NotebookNode, folder: Path):
        super().__init__(
            notebook,
            km=kernel_manager(folder.parent),
            timeout=TIMEOUT,
            record_timing=False,
            store_widget_state=False,
            resources={"metadata": {"path": str(folder)}},
        )
        self.owns_km = True
        self.lesson, self.cells = lesson, cells
        self.seconds: list[float] = []
        self.complaints: list[Complaint] = []

    async def async_execute_cell(
        self, cell: NotebookNode, cell_index: int, **options: object
    ) -> NotebookNode:
        start = perf_counter()
        if cell.cell_type == "markdown":
            cell.source = await self._filled(cell.source, self.cells[cell_index])
        else:
            cell = await super().async_execute_cell(cell, cell_index, **options)
        self.seconds.append(perf_counter() - start)
        return cell

    async def _filled(self, text: str, cell: Cell) -> str:
        found = list(prose.placeholders(text))
        asked = {str(n): placeholder.call for n, placeholder in enumerate(found)}
        replies = await self._evaluated(asked) if asked else {}
        values = []
        for n, placeholder in enumerate(found):
            reply = replies[str(n)]
            if reply["status"] != "ok":
                sentence = (
                    f"{{{{ {placeholder.expression} }}}} failed with {reply['ename']}: {reply['evalue']}"
                )
                self.complaints.append(self.lesson.complaint(cell, sentence, placeholder.start))
                values.append("?")
            else:
                values.append(ast.literal_eval(reply["data"]["text/plain"]))
        return prose.fill(text, values)

    async def _evaluated(self, expressions: dict[str, str]) -> dict:
        request = self.kc.execute("", silent=True, store_history=False, user_expressions=expressions)
        reply = await self.async_wait_for_reply(request)
        return reply["content"]["user_expressions"]


@contextmanager
def _workplace(beside: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    _warm_fonts()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        folder = root / "course"
        folder.mkdir()
        for path in beside.iterdir():
            if path.is_file() and path.suffix not in (".ipynb", ".py", ".json"):
                shutil.copy(path, folder)
        inherited = {name: value for name, value in os.environ.items() if name != "JPY_SESSION_NAME"}
        env = {
            **inherited,
            "IPYTHONDIR": str(root / "ipython"),
            "MIA_TEACH_PROGRESS": str(root / "progress.json"),
        }
        yield folder, env


@cache
def _warm_fonts() -> None:
    """Matplotlib announces the first building of its font list on stderr; have that behind us."""
    subprocess.run([sys.executable, "-c", "import matplotlib.font_manager"], check=False, capture_output=True)
