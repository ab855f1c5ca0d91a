"""The builder, and a mini lesson for it to build."""

import importlib.util
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MINI = Path(__file__).parent / "mini"
collect_ignore_glob = ["mini/*"]
sys.path.insert(0, str(MINI))

# Under a name of its own, for a well-known package is called "build" too.
_spec = importlib.util.spec_from_file_location("lessons_build", ROOT / "lessons" / "build.py")
build = importlib.util.module_from_spec(_spec)
sys.modules["lessons_build"] = build
_spec.loader.exec_module(build)


@pytest.fixture(scope="session")
def built_mini(tmp_path_factory):
    """The mini lesson's folder, with its two notebooks built once for all tests."""
    with pytest.MonkeyPatch.context() as patch:
        places = _course(tmp_path_factory.mktemp("mini"), patch)
        [source] = places.sources([])
        built = build.build(source, places, cell_seconds=60)
        for path, data in built.files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        yield places


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A fresh copy of the mini lesson's folder, to break."""
    return _course(tmp_path, monkeypatch)


def _course(folder, patch):
    shutil.copytree(MINI, folder / "lessons")
    patch.setenv("PYTHONPATH", str(MINI))
    return build.Places(folder / "lessons", folder / "build")
