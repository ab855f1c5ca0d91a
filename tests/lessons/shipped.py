"""The lessons that must be there, and how their notebooks are run again and compared."""

import re
import subprocess
import sys
from pathlib import Path

from tests import no_network

ROOT = Path(__file__).resolve().parents[2]
LESSONS = ROOT / "lessons"
EXPECTED = (
    "00_game",
    "01_overfitting",
    "02_threshold",
    "03_shadow_models",
    "04_likelihood_ratio",
    "05_label_only",
    "06_white_box",
    "07_genomes",
    "08_who_is_at_risk",
    "09_defences",
    "10_differential_privacy",
    "11_audits",
)
PAGES = ("home",)  # beside the lessons
CHEAPEST = ("00_game", "02_threshold")  # in seconds
ANOTHER_CPU = {"ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41", "MKL_CBWR": "COMPATIBLE"}


def notebooks() -> list[Path]:
    """Every notebook that a learner gets."""
    return sorted(LESSONS.glob("*.ipynb"))


def environment(folder: Path, **more: str) -> dict[str, str]:
    """An environment for a run: no network, no earlier answers, and what is answered goes into `folder`."""
    inherited = {k: v for k, v in no_network.environment().items() if k != "JPY_SESSION_NAME"}
    return {
        **inherited,
        "MIA_TEACH_PROGRESS": str(folder / "progress.json"),
        "IPYTHONDIR": str(folder),
        "NO_COLOR": "1",
        **more,
    }


def nbval(*paths: Path) -> list[str]:
    """The command that runs notebooks and compares what comes with what is stored."""
    assert paths, "without a notebook pytest would run all the tests there are"
    return [
        *(sys.executable, "-m", "pytest", "-q", "-rf", "-p", "no:cacheprovider"),
        *("--nbval", "--nbval-current-env", "--nbval-cell-timeout=120"),
        f"--nbval-sanitize-with={ROOT / 'tests' / 'nbval_sanitize.cfg'}",
        *map(str, paths),
    ]


def compared(*paths: Path, folder: Path, timeout: int = 600, **more: str) -> subprocess.CompletedProcess:
    """The outcome of nbval on these notebooks."""
    return subprocess.run(
        nbval(*paths),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(folder, **more),
        timeout=timeout,
        stdin=subprocess.DEVNULL,
    )


def passed(done: subprocess.CompletedProcess) -> int:
    """How many cells were the same as stored. Raises AssertionError, with the report, if any was not."""
    assert done.returncode == 0, (done.stdout[-6000:], done.stderr[-2000:])
    return int(re.search(r"(\d+) passed", done.stdout)[1])
