"""The oldest packages that pyproject.toml allows are those with which ``make test-oldest`` tests."""

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = ("scale", "site", "teach", "test")
NEWER = {"torch"}  # tests/oldest.txt says why
DIRECT = [
    Requirement(line)
    for line in (
        *PROJECT["dependencies"],
        *(line for extra in EXTRAS for line in PROJECT["optional-dependencies"][extra]),
    )
    if not line.startswith(PROJECT["name"]) and "==" not in line
]


def pins():
    lines = (ROOT / "tests" / "oldest.txt").read_text("utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


@pytest.mark.parametrize("requirement", DIRECT, ids=lambda one: one.name)
def test_a_direct_dependency_is_tested_at_the_lower_end_of_its_range(requirement):
    [bound] = [one for one in requirement.specifier if one.operator == ">="]
    pinned, lowest = Version(pins()[requirement.name]), Version(bound.version)
    assert pinned in requirement.specifier
    first = pinned.release[: len(lowest.release)] == lowest.release
    assert first or requirement.name in NEWER, "a first release of this line, if not the very first"


def test_everything_else_is_pinned_once_and_exactly():
    lines = [
        line
        for line in (ROOT / "tests" / "oldest.txt").read_text("utf-8").splitlines()
        if line[:1] not in ("", "#")
    ]
    assert all(line.count("==") == 1 for line in lines)
    assert len(pins()) == len(lines)
    assert {one.name for one in DIRECT} <= pins().keys()
