"""The package as a wheel: it carries the course, and works where the repository is not."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOT_CARRIED = shutil.ignore_patterns(
    ".git", ".venv", "build", "dist", "__pycache__", "my-course", "node_modules"
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy of the repository."""
    repository = tmp_path_factory.mktemp("wheel") / "repository"
    shutil.copytree(ROOT, repository, ignore=NOT_CARRIED)
    built = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", str(repository)],
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = (repository / "dist").glob("*.whl")
    return wheel


def names_in(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def visible(folder, *endings):
    return {
        path.name
        for path in (ROOT / folder).iterdir()
        if path.suffix in endings and not path.name.startswith(".")
    }


def test_the_wheel_carries_every_lesson_page_and_data_file_and_nothing_of_how_they_are_made(wheel):
    names = names_in(wheel)
    carried = {
        folder: {name.split("/", 3)[3] for name in names if name.startswith(f"mia_teach/_course/{folder}/")}
        for folder in ("lessons", "datasets")
    }
    assert carried["lessons"] == visible("lessons", ".ipynb", ".md")
    assert any(re.fullmatch(r"00_.+\.ipynb", name) for name in carried["lessons"])
    assert carried["datasets"] == visible("datasets", ".npz") | {"README.md"}
    assert len(carried["datasets"]) > 1


def test_the_wheel_carries_every_file_of_the_package_and_no_other_folder(wheel):
    names = {name for name in names_in(wheel) if not name.startswith("mia_teach/_course/")}
    package = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "mia_teach").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in names if name.startswith("mia_teach/")} == package
    assert {name.split("/")[0].rpartition(".")[2] for name in names} == {"mia_teach", "dist-info"}


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """A new environment with the wheel in it; what the wheel depends on is borrowed from this one."""
    place = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place / "venv"], check=True)
    scripts = place / "venv" / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / Path(sys.executable).name
    folder = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
    ).stdout.strip()
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--no-deps",
        "--no-index",
        "--quiet",
        wheel,
    ]
    subprocess.run(install, check=True)
    borrowed = [path for path in sys.path if path.endswith("site-packages") and "_editable" not in path]
    Path(folder, "borrowed.pth").write_text("\n".join(borrowed))
    return python


@pytest.fixture
def far_away(tmp_path, monkeypatch):
    """A folder with no repository above it, and a Jupyter that finds its extensions where they are borrowed from."""
    monkeypatch.chdir(tmp_path)
    for name in (
        "PYTHONPATH",
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "BROWSER",
        "JUPYTER_TOKEN",
        "MIA_TEACH_PROGRESS",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JUPYTER_PATH", str(Path(sys.prefix) / "share" / "jupyter"))
    monkeypatch.setenv("JUPYTERLAB_DIR", str(Path(sys.prefix) / "share" / "jupyter" / "lab"))
    for what in ("CONFIG", "DATA", "RUNTIME"):
        monkeypatch.setenv(f"JUPYTER_{what}_DIR", str(tmp_path / "jupyter" / what))
    return tmp_path


def test_the_installed_package_is_the_wheels_and_its_data_load_without_the_repository(python, far_away):
    code = (
        "import mia_teach as mt; from mia_teach import course; from mia_teach.data import check_files, data_folder\n"
        "print(mt.__file__, course.lessons_folder(), data_folder(), sep='\\n')\n"
        "print(all(check_files().values()), len(mt.load_digits()))"
    )
    done = subprocess.run([python, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    *places, said = done.stdout.splitlines()
    assert all(str(python.parents[1]) in place for place in places), places
    assert said == "True 1797"


def test_doctor_finds_everything_in_the_new_environment(python, far_away):
    command = python.with_name("mia-teach")
    done = subprocess.run([command, "doctor"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_installed_command_lays_all_assignments(python, far_away):
    command = [python.with_name("mia-teach"), "assignment", "all", "course"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    laid = {path.name for path in (far_away / "course" / "source").iterdir()}
    assert laid == {path.stem for path in (ROOT / "lessons").glob("[0-9][0-9]_*.ipynb")}
    assert "MIA_TEACH_SECRET" in (far_away / "course" / "nbgrader_config.py").read_text()


def test_the_installed_command_starts_the_course_far_from_the_repository(python, far_away):
    with contextlib.ExitStack() as ended:
        course = subprocess.Popen(
            [python.with_name("mia-teach"), "start", "learning", "--no-browser"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        ended.callback(lambda: course.poll() is None and (course.terminate(), course.wait(60)))
        lines = []
        reader = threading.Thread(target=lambda: lines.extend(iter(course.stdout.readline, "")), daemon=True)
        reader.start()
        deadline = time.monotonic() + 120
        while not any("Ctrl-C" in line for line in lines):
            assert course.poll() is None and time.monotonic() < deadline, lines  # noqa: PT018
            time.sleep(0.1)
        host, port = re.search(r"http://([\d.]+):(\d+)/lab/tree/00_", "".join(lines)).groups()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://{host}:{port}/api", timeout=30) as answer:
            assert "version" in json.load(answer)
        course.send_signal(signal.SIGINT)
        assert course.wait(60) == 0
    copied = {path.name for path in (far_away / "learning").iterdir() if not path.name.startswith(".")}
    assert copied == visible("lessons", ".ipynb", ".md")
