"""A lesson fits where the course is taught: two gigabytes and one core, as on a small Binder. So do its attacks."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.lessons import shipped

LIMIT = 2 << 30
BUDGET = 1 << 30
HUNGRIEST = "01_overfitting"
CGROUPS = Path("/sys/fs/cgroup")

# Goes into the group and onto one core, then becomes the command.
ENTER = """
import os, sys
if sys.argv[1]:
    open(sys.argv[1], "w").write(str(os.getpid()))
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
os.execv(sys.argv[2], sys.argv[2:])
"""

# Scores 5,000 records with 256 shadow models, in both variants, and prints how many scores came.
SCORING = """
import numpy as np
from mia_teach.attacks import {attack}
from mia_teach.game import Game, Outsiders

rng = np.random.default_rng(0)
labels, outsiders = rng.integers(0, 10, 5000), rng.integers(0, 10, 1000)
population = Outsiders(outsiders, rng.normal(size=(257, 1000, 10)))
member = rng.random((257, 5000)) < 0.5
view = Game(rng.normal(size=(257, 5000, 10)), labels, member, 0, population=population).view
assert view.shadow_logits.shape == (256, 5000, 10)
scores = [{attack}.{attack}(view, variant=variant) for variant in ("online", "offline")]
print(np.isfinite(scores).sum())
"""


@dataclass(frozen=True)
class Ended:
    """How a limited command ended, and the most memory that it and its children held at a time."""

    returncode: int
    stdout: str
    stderr: str
    peak: int
    kept_by: str


@contextmanager
def memory_group(limit: int):
    """A control group that ends what passes the limit: the file to enter it by, or "" where none can be made."""
    first = CGROUPS / "memory"
    group, name = (first, "memory.limit_in_bytes") if first.is_dir() else (CGROUPS, "memory.max")
    group = group / f"mia-teach-{os.getpid()}"
    try:
        group.mkdir()
        (group / name).write_text(str(limit))
    except OSError:
        if group.is_dir():
            group.rmdir()
        yield "", "sampling only"
        return
    try:
        yield str(group / "cgroup.procs"), f"control group ({name})"
    finally:
        group.rmdir()


def limited(command: list[str], env: dict[str, str], limit: int, folder: Path) -> Ended:
    """Run a command on one core within the limit."""
    out, err = folder / "stdout", folder / "stderr"
    with memory_group(limit) as (enter, kept_by), out.open("w") as stdout, err.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-c", ENTER, enter, *command],
            env=env,
            cwd=shipped.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
        )
        peak, below = 0, set()
        while process.poll() is None:
            held, seen = _held(process.pid)
            peak, below = max(peak, held), below | seen
            if held > limit:
                process.kill()
            time.sleep(0.05)
        left = [one for one in below if one.is_running()]
        for one in left:
            one.kill()
        psutil.wait_procs(left, timeout=10)
    return Ended(process.returncode, out.read_text(), err.read_text(), peak, kept_by)


def _held(pid: int) -> tuple[int, set[psutil.Process]]:
    """Resident memory of a process and all below it, and which those are."""
    total, below = 0, set()
    try:
        top = psutil.Process(pid)
        below = set(top.children(recursive=True))
        for one in [top, *below]:
            total += one.memory_info().rss
    except psutil.NoSuchProcess:
        pass  # it ended while it was looked at
    return total, below


@pytest.mark.parametrize(
    "name",
    [name if name == HUNGRIEST else pytest.param(name, marks=pytest.mark.slow) for name in shipped.EXPECTED],
)
def test_a_lesson_runs_in_two_gigabytes_on_one_core_and_keeps_to_one(name, tmp_path, capsys):
    path = shipped.LESSONS / f"{name}.ipynb"
    ended = limited(shipped.nbval(path), shipped.environment(tmp_path), LIMIT, tmp_path)
    shipped.passed(ended)
    with capsys.disabled():
        print(
            f"\n{name}: peak {ended.peak >> 20} MB on one core, {LIMIT >> 20} MB allowed by {ended.kept_by}"
        )
    assert ended.peak <= BUDGET


@pytest.mark.parametrize("attack", ["lira", "rmia"])
def test_256_shadows_score_5000_records_in_one_gigabyte(attack, tmp_path, capsys):
    command = [sys.executable, "-c", SCORING.format(attack=attack)]
    ended = limited(command, dict(os.environ), BUDGET, tmp_path)
    with capsys.disabled():
        print(f"\n{attack}: peak {ended.peak >> 20} MB, {BUDGET >> 20} MB allowed by {ended.kept_by}")
    assert (ended.returncode, ended.stdout) == (0, "10000\n"), ended.stderr


def test_what_passes_the_limit_is_ended(tmp_path):
    hungry = [sys.executable, "-c", "x = bytearray(600 << 20)\nimport time\ntime.sleep(20)\nprint('fits')"]
    ended = limited(hungry, dict(os.environ), 300 << 20, tmp_path)
    assert ended.returncode != 0
    assert "fits" not in ended.stdout


def test_the_command_gets_one_core(tmp_path):
    if not hasattr(os, "sched_getaffinity"):
        pytest.skip("this system cannot tie a process to a core")
    count = [sys.executable, "-c", "import os; print(len(os.sched_getaffinity(0)))"]
    assert limited(count, dict(os.environ), LIMIT, tmp_path).stdout == "1\n"
