"""The shapes and types in the signatures are true: they are checked at run time while other tests run."""

import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent
FILES = (
    "test_membership.py",
    "test_signals.py",
    "test_roc.py",
    "test_risk.py",
    "test_game.py",
    "test_training.py",
    "test_dpsgd.py",
    "test_mechanisms.py",
    "test_defences.py",
    "attacks",
)


def test_signatures_tell_the_truth():
    command = [sys.executable, "-m", "pytest", "-q", "--jaxtyping-packages=mia_teach,beartype.beartype"]
    command += ["-m", "not slow", "-k", "not refuse and not budget", *(str(TESTS / name) for name in FILES)]
    run = subprocess.run(command, capture_output=True, text=True, cwd=TESTS.parent)
    assert run.returncode == 0, run.stdout[-4000:]


def test_a_wrong_shape_is_noticed_by_that_check():
    code = """
from jaxtyping import install_import_hook
install_import_hook("mia_teach", "beartype.beartype")
import numpy as np
from mia_teach import signals
try:
    signals.cross_entropy(np.zeros((5, 3)), np.zeros(4, int))
except Exception as error:
    print(type(error).__name__)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "TypeCheckError"
