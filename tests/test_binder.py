"""The Binder environment, checked without Docker: the recipe, the pins, and a lesson run from them."""

import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.lessons import shipped

ROOT = shipped.ROOT
BINDER = ROOT / "binder"


def requirements(path: Path) -> list[str]:
    lines = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    return [line for line in lines if line]


@pytest.fixture(scope="module")
def recipe():
    """The Dockerfile that Binder would build, and what was said while making it."""
    command = Path(sys.executable).with_name("jupyter-repo2docker")
    done = subprocess.run(
        [command, "--no-build", "--debug", str(ROOT)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_the_recipe_takes_the_python_of_runtime_txt(recipe):
    assert (BINDER / "runtime.txt").read_text().strip() == "python-3.11"
    assert "python=3.11" in recipe
    assert "unspecified" not in recipe


def test_the_recipe_installs_the_pins_and_the_package_from_the_root_of_the_repository(recipe):
    steps = [line.strip() for line in recipe.splitlines()]
    install = next(n for n, line in enumerate(steps) if '-r "binder/requirements.txt"' in line)
    before = steps[:install]
    copied = max(n for n, line in enumerate(before) if line.startswith("COPY ") and "src/ " in line)
    workdir = [line for line in before if line.startswith("WORKDIR")][-1]
    assert workdir == "WORKDIR ${REPO_DIR}"
    assert copied < install, "the package must be there before pip installs it"
    assert requirements(BINDER / "requirements.txt")[-1] == "."


def test_the_recipe_runs_post_build_and_start(recipe):
    assert "RUN ./binder/postBuild" in recipe
    assert 'R2D_ENTRYPOINT "/home/' in recipe or "binder/start" in recipe
    for name in ("postBuild", "start"):
        assert os.access(BINDER / name, os.X_OK), name
        assert (BINDER / name).read_text().startswith("#!/usr/bin/env bash\n")


def test_start_hands_over_to_what_binder_asks_for():
    done = subprocess.run([BINDER / "start", "echo", "two words"], capture_output=True, text=True, timeout=30)
    assert done.stdout == "two words\n"
    assert (BINDER / "start").read_text().rstrip().endswith('exec "$@"')


def test_every_requirement_is_pinned_to_what_these_tests_run_with():
    pinned = {}
    for path in (BINDER / "requirements.txt", ROOT / "tests" / "requirements.txt"):
        for line in requirements(path):
            if line != "." and not line.startswith("--"):
                name, _, exact = line.partition("==")
                assert re.fullmatch(r"[\w.]+", exact), line
                assert canonicalize_name(name) not in pinned, f"{name} is pinned twice"
                pinned[canonicalize_name(name)] = exact
    here = {name: version(name).partition("+")[0] for name in pinned}
    assert here == pinned


def test_the_pins_are_all_that_the_package_needs_and_no_more():
    pinned = {
        canonicalize_name(line.partition("==")[0]) for line in requirements(BINDER / "requirements.txt")[1:-1]
    }
    assert pinned == _needed("mia-teach") - {"mia-teach"}


def _needed(package: str) -> set[str]:
    """A package and all it requires, on this system and without extras of its own."""
    seen, waiting = set(), [Requirement(package)]
    while waiting:
        asked = waiting.pop()
        name = canonicalize_name(asked.name)
        key = (name, *sorted(asked.extras))
        if key in seen:
            continue
        seen.add(key)
        try:
            lines = requires(name) or []
        except PackageNotFoundError:
            continue
        for one in map(Requirement, lines):
            extras = asked.extras or {""}
            if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(one)
    return {name for name, *_ in seen}


def test_torch_comes_without_cuda():
    lines = requirements(BINDER / "requirements.txt")
    assert lines[0] == "--extra-index-url https://download.pytorch.org/whl/cpu"
    assert any(re.fullmatch(r"torch==\d+\.\d+\.\d+", line) for line in lines)


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_lesson_00_runs_in_an_environment_made_from_the_pins(tmp_path):
    clone, venv = tmp_path / "clone", tmp_path / "venv"
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, tracked.stdout.split("\0")):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, clone / name)
    env = {
        **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        "PIP_RETRIES": "0",
        "PATH": f"{venv / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "MIA_TEACH_PROGRESS": str(tmp_path / "progress.json"),
    }

    def run(*command):
        done = subprocess.run(command, cwd=clone, env=env, capture_output=True, text=True, timeout=1200)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    run(sys.executable, "-m", "venv", str(venv))
    run(venv / "bin" / "python", "-m", "pip", "install", "-q", "--no-input", "-r", "binder/requirements.txt")
    run("binder/postBuild")
    shutil.rmtree(clone / "mia_teach")  # from here on the installed package must do
    run("binder/start", venv / "bin" / "jupyter", "execute", "lessons/00_game.ipynb")
