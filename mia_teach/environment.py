"""Is everything here that the course needs? One check for each thing, and what to do where the answer is no."""

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

_GIGABYTE = 10**9
_CGROUPS = (
    # limit, use, statistics, and the statistics' name for cached files that the system gives back when asked
    ("memory.max", "memory.current", "memory.stat", "inactive_file"),
    (
        "memory/memory.limit_in_bytes",
        "memory/memory.usage_in_bytes",
        "memory/memory.stat",
        "total_inactive_file",
    ),
)


@dataclass(frozen=True)
class Check:
    """One thing the course needs: ``found`` says what is there, ``advice`` what to do when that is not enough."""

    name: str
    found: str
    advice: str = ""

    @property
    def ok(self) -> bool:
        return not self.advice

    def __str__(self) -> str:
        return f"{self.name}: {'OK' if self.ok else 'not OK'} ({self.found})" + (
            f". {self.advice}" * (not self.ok)
        )


@dataclass(frozen=True, repr=False)
class Report:
    """All checks. Its repr is one sentence when all is well, and the same on every machine that is well."""

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)

    def __repr__(self) -> str:
        if self.ok:
            *most, last = (check.name for check in self.checks)
            return f"Ready: {', '.join(most)} and {last} are all OK."
        return "Not ready yet:\n" + "\n".join(f"  {check}" for check in self.checks if not check.ok)


def doctor(folder: str | os.PathLike = ".") -> Report:
    """Check the environment; ``folder`` is the one that must be writable.

    Nothing is raised: a check that itself fails counts as "not OK" and says why.
    """
    checks: tuple[tuple[str, Callable[[], Check]], ...] = (
        ("Python", _python),
        ("torch", _torch),
        ("widgets", _widgets),
        ("memory", _memory),
        ("cores", _cores),
        ("write access", lambda: _write_access(Path(folder))),
        ("data files", _data_files),
        ("JupyterLab", _jupyterlab),
    )
    return Report(tuple(_guarded(name, check) for name, check in checks))


def available_memory() -> int:
    """Bytes that a program may still take: what the machine has free, within the limit of a container."""
    import psutil

    available = psutil.virtual_memory().available
    for limit, used, statistics, cache in _CGROUPS:
        root = Path("/sys/fs/cgroup")
        try:
            most, now = int((root / limit).read_text()), int((root / used).read_text())
            lines = dict(line.split() for line in (root / statistics).read_text().splitlines())
        except (OSError, ValueError):  # not in such a container, or one without a limit
            continue
        available = min(available, most - now + int(lines.get(cache, 0)))
    return available


def _guarded(name: str, check: Callable[[], Check]) -> Check:
    try:
        return check()
    except Exception as error:  # a broken installation can fail in any way, and this is where one finds out
        return Check(
            name, f"{type(error).__name__}: {error}", "Install mia-teach again in a new environment."
        )


def _python() -> Check:
    found = ".".join(map(str, sys.version_info[:3]))
    return Check("Python", found, "" if sys.version_info >= (3, 11) else "Install Python 3.11 or later.")


def _torch() -> Check:
    try:
        import torch
    except (ImportError, OSError) as error:  # OSError: a library that it needs is missing
        return Check("torch", str(error), "Run: python -m pip install torch")
    ones = torch.ones(2, 2, dtype=torch.float64)
    works = (ones @ ones).sum().item() == 8
    return Check(
        "torch", torch.__version__, "" if works else "Run: python -m pip install --force-reinstall torch"
    )


def _widgets() -> Check:
    from jupyter_core.paths import jupyter_path

    missing = []
    for package, extension in (
        ("ipywidgets", "@jupyter-widgets/jupyterlab-manager"),
        ("anywidget", "anywidget"),
    ):
        try:
            __import__(package)
        except ImportError:
            missing.append(package)
            continue
        if not any(
            (Path(place) / extension / "package.json").is_file() for place in jupyter_path("labextensions")
        ):
            missing.append(f"the JupyterLab part of {package}")
    if missing:
        advice = "Run: python -m pip install --force-reinstall anywidget ipywidgets jupyterlab-widgets"
        return Check("widgets", f"missing: {', '.join(missing)}", advice)
    return Check(
        "widgets", f"anywidget {metadata.version('anywidget')}, ipywidgets {metadata.version('ipywidgets')}"
    )


def _memory() -> Check:
    available = available_memory()
    advice = "" if available >= _GIGABYTE else "Close other programs: a lesson needs 1 GB."
    return Check("memory", f"{available / _GIGABYTE:.1f} GB free", advice)


def _cores() -> Check:
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return Check("cores", "1, training takes about twice as long as with 2" if cores == 1 else f"{cores}")


def _write_access(folder: Path) -> Check:
    try:
        with tempfile.TemporaryFile(dir=folder) as handle:
            handle.write(b"written")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Check(
            "write access", f"{folder.absolute()}: {reason}", "Work in a folder that you may write to."
        )
    return Check("write access", str(folder.absolute()))


def _data_files() -> Check:
    from mia_teach.data import check_files

    files = check_files()
    bad = [name for name, good in files.items() if not good]
    if bad:
        return Check("data files", f"missing or altered: {', '.join(bad)}", "Install mia-teach again.")
    return Check("data files", f"{len(files)}, unaltered")


def _jupyterlab() -> Check:
    advice = "Run: python -m pip install 'jupyterlab>=4.2'"
    try:
        found = metadata.version("jupyterlab")
    except metadata.PackageNotFoundError:
        return Check("JupyterLab", "not installed", advice)
    return Check("JupyterLab", found, "" if int(found.split(".")[0]) >= 4 else advice)
