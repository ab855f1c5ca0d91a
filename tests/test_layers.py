"""Imports point one way, so that a reader can start anywhere and go down."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import mia_teach

ROOT = Path(mia_teach.__file__).parent

LAYERS = [
    {
        "data",
        "membership",
        "models",
        "signals",
        "rate",
        "scores",
        "progress",
        "waiting",
        "mechanisms",
        "table",
    },
    {"roc", "risk", "assessment", "audit", "calibration", "dpsgd", "clipping", "suspects"},
    {"training"},
    {"game", "canaries"},
    {"plots"},
    {"attacks", "defences"},
    {"labs"},
    {"exercises"},
    {"assignments"},
    {"course", "environment", "overview", "collect", "kernel", "cli"},
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
MODULES = sorted(p for p in ROOT.rglob("*.py") if p != ROOT / "__init__.py" and "_course" not in p.parts)


def part(path):
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported(tree):
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.ImportFrom):
            names = ["mia_teach.RELATIVE"]
        for name in names:
            if name.startswith("mia_teach.") and name.split(".")[1] in {*LEVEL, "RELATIVE"}:
                yield name.split(".")[1]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_imports_only_its_own_part_and_those_below(path):
    here = part(path)
    assert here in LEVEL, f"{here} has no layer yet"
    for other in imported(ast.parse(path.read_text(encoding="utf-8"))):
        assert other == here or LEVEL[other] <= LEVEL[here], f"{here} imports {other}"


def test_the_import_is_light():
    heavy = {"torch", "sklearn", "matplotlib", "ipywidgets", "anywidget", "numpy", "pandas", "IPython"}
    code = f"import sys, mia_teach; print(sorted({heavy!r} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_every_public_name_stays_what_it_is_after_all_modules_are_imported():
    for path in MODULES:
        import_module(
            ".".join(["mia_teach", *path.relative_to(ROOT).with_suffix("").parts]).removesuffix(".__init__")
        )
    for name, module in mia_teach._NAMES.items():
        assert getattr(mia_teach, name) is getattr(import_module(f"mia_teach.{module}"), name)
        assert callable(getattr(mia_teach, name)), name
    assert callable(mia_teach.plots.style)
    assert callable(mia_teach.plots.show)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        mia_teach.nothing  # noqa: B018


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_says_what_it_is_for(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path.name
