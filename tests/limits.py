"""Run a command as on the smallest machine that the course promises to fit: so much memory, and one core."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
CGROUPS = Path("/sys/fs/cgroup")

# Goes into the group and onto so many cores, then becomes the command.
ENTER = """
import os, sys
group, cores, *command = sys.argv[1:]
if group:
    open(group, "w").write(str(os.getpid()))
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(cores)])
os.execv(command[0], command)
"""


@dataclass(frozen=True)
class Ended:
    """How a limited command ended, and the most memory, in bytes, that it and its children held at a time."""

    returncode: int
    stdout: str
    stderr: str
    peak: int
    kept_by: str


def limited(command: list[str], env: dict[str, str], limit: int, folder: Path, *, cores: int = 1) -> Ended:
    """Run a command on one core (or a few) within ``limit`` bytes; ``folder`` takes what it prints."""
    out, err = folder / "stdout", folder / "stderr"
    with memory_group(limit) as (enter, kept_by), out.open("w") as stdout, err.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-c", ENTER, enter, str(cores), *command],
            env=env,
            cwd=ROOT,
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
    return Ended(process.returncode, out.read_text("utf-8"), err.read_text("utf-8"), peak, kept_by)


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
