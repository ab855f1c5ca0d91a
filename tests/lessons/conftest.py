"""The builder, and a mini lesson for it to build."""

import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MINI = Path(__file__).parent / "mini"
sys.path.insert(0, str(ROOT / "lessons"))
collect_ignore_glob = ["mini/*"]


@pytest.fixture(scope="session")
def built_mini(tmp_path_factory):
    """The mini lesson's folder, with its three notebooks built once for all tests."""
    import build

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
    import build

    shutil.copytree(MINI, folder / "lessons")
    patch.syspath_prepend(str(MINI))
    patch.setenv("PYTHONPATH", str(MINI))
    return build.Places(folder / "lessons", folder / "build")
