"""A lesson fits where the course is taught: two gigabytes and one core, as on a small Binder. So do its attacks."""

import os
import sys

import pytest

from tests.lessons import shipped
from tests.limits import limited

LIMIT = 2 << 30
BUDGET = 1 << 30
HUNGRIEST = "01_overfitting"

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
