import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from jaxtyping import config

from mia_teach import data
from mia_teach.data import Dataset, mislabelled, principal_components

LOADERS = {
    "digits.npz": data.load_digits,
    "mnist_5k.npz": data.load_mnist_5k,
    "support2_disease.npz": lambda: data.load_support2("disease"),
    "support2_death.npz": lambda: data.load_support2("death"),
    "lending_club.npz": data.load_lending_club,
    "complete_journey.npz": data.load_complete_journey,
    "genomes.npz": data.load_genomes,
    "allele_frequencies.npz": data.load_allele_frequencies,
    "ancestry.npz": data.load_ancestry,
    "taiwan_credit.npz": data.load_taiwan_credit,
    "adult.npz": data.load_adult,
}

CONTRAST = ("taiwan_credit.npz", "adult.npz")


def small(**changes):
    fields = {"x": np.arange(8.0).reshape(4, 2), "y": np.array([0, 1, 2, 1]), "n_classes": 3} | changes
    return Dataset(**fields)


@pytest.fixture
def as_for_a_learner():
    """No type checker stands before the package's own sentences, as in a notebook."""
    before = config.jaxtyping_disable
    config.update("jaxtyping_disable", True)
    yield
    config.update("jaxtyping_disable", before)


# ---- Dataset -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("as_for_a_learner")
@pytest.mark.parametrize(
    ("changes", "error", "sentence"),
    [
        ({"x": [[0.0], [np.nan], [1.0], [np.inf]]}, ValueError, "2 of 4 rows of x hold NaN or infinity"),
        ({"y": [0, 1, 2, 3]}, ValueError, "run from 0 to 3; with n_classes=3 they must lie between 0 and 2"),
        ({"y": [0, 1, -1, 1]}, ValueError, "run from -1 to 1"),
        ({"y": [0, 1, 2]}, ValueError, "with equally many examples"),
        ({"x": np.zeros(4)}, ValueError, "Give x as"),
        ({"y": [[0], [1], [2], [1]]}, ValueError, "Give x as"),
        ({"y": [0.0, 1.0, 2.0, 1.0]}, TypeError, "astype"),
        ({"y": [True, False, True, True]}, TypeError, "of type bool"),
        ({"y": [0, 0, 0, 0], "n_classes": 1}, ValueError, "at least 2"),
        ({"feature_names": ("a",)}, ValueError, "1 feature names were given for 2"),
        ({"class_names": ("a", "b")}, ValueError, "2 class names were given for 3"),
        ({"group": [0, 0, 1]}, ValueError, r"group has the shape \(3,\) and there are 4 examples"),
        ({"group": [[0], [0], [1], [1]]}, ValueError, r"group has the shape \(4, 1\)"),
        ({"group": [0.0, 0.0, 1.0, 1.0]}, TypeError, "numbered with integers"),
        ({"group": ["Ann", "Ann", "Bob", "Bob"]}, TypeError, "return_inverse"),
    ],
)
def test_a_dataset_that_cannot_be_right_is_refused_with_a_sentence(changes, error, sentence):
    with pytest.raises(error, match=sentence):
        small(**changes)


@pytest.mark.usefixtures("as_for_a_learner")
def test_lists_and_small_integers_are_taken_too():
    np.testing.assert_array_equal(small(y=[0, 1, 2, 1]).x, small(x=[[0, 1], [2, 3], [4, 5], [6, 7]]).x)
    assert small(y=np.array([0, 1, 2, 1], dtype=np.uint8)).y.dtype == np.int64


def test_the_arrays_are_float64_and_int64_and_cannot_be_written_to():
    given = np.arange(8, dtype=np.float32).reshape(4, 2)
    dataset = small(x=given, y=np.array([0, 1, 2, 1], dtype=np.int32))
    given[0, 0] = 99
    assert (dataset.x.dtype, dataset.y.dtype) == (np.float64, np.int64)
    assert dataset.x[0, 0] == 0
    for array in (dataset.x, dataset.y, dataset[:2].x, dataset[[0]].y):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_a_slice_a_mask_and_positions_choose_the_same_examples():
    dataset = small()
    for index in (slice(1, 3), np.array([False, True, True, False]), np.array([1, 2]), [1, 2]):
        part = dataset[index]
        assert isinstance(part, Dataset)
        assert len(part) == 2
        np.testing.assert_array_equal(part.x, [[2, 3], [4, 5]])
        np.testing.assert_array_equal(part.y, [1, 2])
        assert (part.n_classes, part.name) == (dataset.n_classes, dataset.name)
    assert len(dataset[[]]) == len(dataset[dataset.y > 5]) == 0


@pytest.mark.parametrize("index", [3, "x", np.array([0.5]), None, (0, 1, 2, np.ones((2, 2)))[3]])
def test_an_index_that_gives_no_dataset_is_refused_with_a_sentence(index):
    with pytest.raises(TypeError, match="Use a slice, a mask or an array of positions"):
        small()[index]


def test_a_mask_of_the_wrong_length_is_refused_with_a_sentence():
    with pytest.raises(ValueError, match="3 entries; it needs one for each of 4"):
        small()[np.array([True, False, True])]


def test_groups_are_int64_copies_that_cannot_be_written_to():
    given = np.array([7, 7, 9, 9], dtype=np.uint16)
    dataset = small(group=given)
    given[0] = 0
    assert dataset.group.dtype == np.int64
    np.testing.assert_array_equal(dataset.group, [7, 7, 9, 9])
    for group in (dataset.group, dataset[1:].group, dataset[[0]].group):
        with pytest.raises(ValueError, match="read-only"):
            group[0] = 1


def test_examples_keep_their_group_whatever_is_made_of_them():
    dataset = small(group=np.array([7, 8, 9, 7]))
    for index in (slice(1, 3), np.array([False, True, True, False]), [1, 2]):
        np.testing.assert_array_equal(dataset[index].group, [8, 9])
    np.testing.assert_array_equal(dataset[[3, 0, 2]].group, [7, 7, 9])
    assert len(dataset[[]].group) == 0
    np.testing.assert_array_equal(mislabelled(dataset, [0], seed=0).group, dataset.group)
    np.testing.assert_array_equal(principal_components(dataset, 1).group, dataset.group)


def test_without_groups_there_are_none_anywhere():
    dataset = small()
    made = (
        dataset,
        dataset[:2],
        dataset[[0]],
        mislabelled(dataset, [0], seed=0),
        principal_components(dataset, 1),
    )
    assert [part.group for part in made] == [None] * 5


def test_a_dataset_shows_its_size_and_not_its_numbers():
    assert repr(small(name="toy")) == "Dataset(toy: 4 examples, 2 features, 3 classes)"


# ---- loading -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "shape", "n_classes", "lowest", "highest"),
    [
        ("digits.npz", (1797, 64), 10, 0, 1),
        ("mnist_5k.npz", (5000, 784), 10, 0, 1),
        ("support2_disease.npz", (9105, 48), 8, -5, 5),
        ("support2_death.npz", (9105, 65), 2, -5, 5),
        ("lending_club.npz", (10_000, 114), 7, -5, 5),
        ("complete_journey.npz", (24_887, 600), 96, 0, 1),
        ("genomes.npz", (503, 7363), 5, 0, 2),
        ("allele_frequencies.npz", (5, 10_608), 5, 10 / 198, 188 / 198),
        ("ancestry.npz", (2504, 169), 26, 0, 2),
        ("taiwan_credit.npz", (10_000, 33), 2, -5, 5),
        ("adult.npz", (20_000, 103), 2, -5, 5),
    ],
)
def test_each_dataset_has_its_size_and_its_scale(file, shape, n_classes, lowest, highest):
    dataset = LOADERS[file]()
    assert (dataset.x.shape, dataset.n_classes) == (shape, n_classes)
    assert len(dataset.feature_names) == shape[1] == len(set(dataset.feature_names))
    assert len(dataset.class_names) == n_classes == len(set(dataset.class_names))
    assert sorted(set(dataset.y.tolist())) == list(range(n_classes))
    reached = (dataset.x.min(), dataset.x.max())
    assert reached == (lowest, highest) or file in ("support2_disease.npz", "support2_death.npz", *CONTRAST)
    assert (dataset.group is None) == (file != "complete_journey.npz")
    assert lowest <= dataset.x.min() <= dataset.x.max() <= highest


def test_baskets_are_zeros_and_ones_of_numbered_households():
    baskets = data.load_complete_journey()
    assert set(np.unique(baskets.x)) == {0.0, 1.0}
    assert baskets.x.sum(axis=1).min() == 8
    assert sorted(set(baskets.group.tolist())) == list(range(1200))
    # Frequent types come first, so an unpacking that turned bits around or shifted columns would show.
    frequencies = baskets.x.mean(axis=0)
    assert (
        dict(zip(baskets.feature_names, frequencies, strict=True))["FLUID MILK WHITE ONLY"]
        == frequencies.max()
    )


def test_copies_of_an_allele_are_unpacked_site_by_site():
    """Neighbouring sites are linked, so an unpacking that shifted people or sites would lose it."""
    genomes = data.load_genomes()
    assert set(np.unique(genomes.x)) == {0.0, 1.0, 2.0}
    near = [abs(np.corrcoef(genomes.x[:, i], genomes.x[:, i + 1])[0, 1]) for i in range(0, 7000, 70)]
    far = [abs(np.corrcoef(genomes.x[:, i], genomes.x[:, i + 3600])[0, 1]) for i in range(0, 3600, 36)]
    assert np.median(near) > 0.3
    assert np.median(far) < 0.1


def test_frequencies_are_shares_of_each_populations_chromosomes():
    shares = data.load_allele_frequencies().x
    counts = shares * np.array([198, 198, 182, 214, 214])[:, None]
    np.testing.assert_allclose(counts, counts.round(), atol=1e-9)


def test_ancestry_has_populations_or_regions_for_the_same_people():
    populations, regions = data.load_ancestry(), data.load_ancestry("region")
    np.testing.assert_array_equal(populations.x, regions.x)
    assert (populations.n_classes, regions.n_classes) == (26, 5)
    finns = populations.y == populations.class_names.index("FIN")
    assert set(regions.y[finns]) == {regions.class_names.index("EUR")}
    with pytest.raises(ValueError, match="Choose 'population'"):
        data.load_ancestry("continent")


def test_an_unknown_label_of_support2_is_refused_with_a_sentence():
    with pytest.raises(ValueError, match="Choose 'disease'"):
        data.load_support2("dzgroup")


@pytest.fixture
def copied_folder(tmp_path, monkeypatch):
    for file in data.FILES:
        shutil.copy(data.data_folder() / file, tmp_path)
    monkeypatch.setattr(data, "data_folder", lambda: tmp_path)
    return tmp_path


@pytest.mark.parametrize("file", data.FILES)
@pytest.mark.parametrize("damage", ["altered", "cut short"])
def test_a_damaged_file_is_refused_before_it_is_read(copied_folder, file, damage):
    content = bytearray((copied_folder / file).read_bytes())
    content[len(content) // 2] ^= 1
    (copied_folder / file).write_bytes(content if damage == "altered" else content[:-100])
    with pytest.raises(ValueError, match=r"(?s)altered or cut short.*is needed\. Install the package"):
        LOADERS[file]()
    assert [name for name, good in data.check_files().items() if not good] == [file]


def test_a_missing_file_is_named(copied_folder):
    (copied_folder / "digits.npz").unlink()
    with pytest.raises(FileNotFoundError, match=r"digits\.npz is missing\. Install"):
        data.load_digits()
    assert data.check_files()["digits.npz"] is False


def test_the_files_inside_an_installed_package_come_first(tmp_path, monkeypatch):
    monkeypatch.setattr(data, "__file__", str(tmp_path / "mia_teach" / "data.py"))
    assert data.data_folder() == tmp_path / "datasets"
    installed = tmp_path / "mia_teach" / "_course" / "datasets"
    installed.mkdir(parents=True)
    assert data.data_folder() == installed


def run_python(script, **environment):
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_declared_types_hold_when_they_are_checked_at_run_time():
    run_python(
        "from jaxtyping import install_import_hook\n"
        "with install_import_hook('mia_teach.data', 'beartype.beartype'):\n"
        "    from mia_teach import data\n"
        "digits = data.load_digits()\n"
        "data.load_support2('death')[digits.y[:5]]\n"
        "data.mislabelled(data.principal_components(digits, 4), digits.y == 3, seed=0)\n"
        "data.load_lending_club()\n"
        "data.mislabelled(data.load_complete_journey()[:9], [0], seed=0)\n"
        "for load in (data.load_genomes, data.load_allele_frequencies, data.load_ancestry): load()\n"
        "for load in (data.load_taiwan_credit, data.load_adult): load()\n"
    )


def test_loading_needs_no_network_and_neither_torch_nor_scikit_learn():
    run_python(
        "import socket, sys\n"
        "def blocked(*arguments, **options): raise OSError('no network here')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = blocked\n"
        "from mia_teach import data\n"
        "for load in (data.load_digits, data.load_mnist_5k, data.load_support2): load()\n"
        "for load in (data.load_lending_club, data.load_complete_journey): load()\n"
        "for load in (data.load_genomes, data.load_allele_frequencies, data.load_ancestry): load()\n"
        "for load in (data.load_taiwan_credit, data.load_adult): load()\n"
        "data.load_support2('death')\n"
        "heavy = {'torch', 'sklearn', 'scipy', 'matplotlib', 'pandas', 'pyarrow', 'ipywidgets'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )


# ---- made from a dataset -------------------------------------------------------------------------


def test_all_components_together_keep_every_distance():
    dataset = small(x=np.random.default_rng(0).normal(size=(4, 3)))
    reduced = principal_components(dataset, 3)
    for i in range(4):
        for j in range(4):
            before = np.linalg.norm(dataset.x[i] - dataset.x[j])
            assert np.linalg.norm(reduced.x[i] - reduced.x[j]) == pytest.approx(before)


def test_components_are_centred_uncorrelated_and_fall_in_variance():
    x = principal_components(data.load_digits(), 20).x
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-12)
    covariance = x.T @ x
    np.testing.assert_allclose(covariance - np.diag(np.diag(covariance)), 0, atol=1e-8)
    assert (np.diff(np.diag(covariance)) < 0).all()


def test_components_agree_with_scikit_learn_up_to_sign():
    from sklearn.decomposition import PCA

    digits = data.load_digits()
    theirs = PCA(10, svd_solver="full").fit_transform(digits.x)
    ours = principal_components(digits, 10)
    np.testing.assert_allclose(np.abs(ours.x), np.abs(theirs), atol=1e-10)
    assert ours.feature_names[:2] == ("component 1", "component 2")
    np.testing.assert_array_equal(ours.y, digits.y)


def test_the_largest_loading_of_each_component_is_positive():
    digits = data.load_digits()
    reduced = principal_components(digits, 10)
    centred = digits.x - digits.x.mean(axis=0)
    loadings = np.linalg.lstsq(reduced.x, centred, rcond=None)[0]
    assert (loadings[np.arange(10), np.abs(loadings).argmax(axis=1)] > 0).all()


def test_labels_do_not_move_the_components():
    digits = data.load_digits()
    other = Dataset(digits.x, (digits.y + 3) % 10, 10)
    np.testing.assert_array_equal(principal_components(digits, 5).x, principal_components(other, 5).x)


def test_components_agree_between_processors():
    script = (
        "import sys, numpy as np\n"
        "from mia_teach import data\n"
        "x = data.principal_components(data.load_mnist_5k(), 64).x\n"
        "sys.stdout.write(' '.join(value.hex() for value in x[::250].ravel()))\n"
    )
    here, older = (
        np.array([float.fromhex(value) for value in run_python(script, **environment).split()])
        for environment in ({}, {"OPENBLAS_CORETYPE": "Prescott", "OPENBLAS_NUM_THREADS": "1"})
    )
    assert np.abs(here - older).max() < 1e-12


@pytest.mark.parametrize("n", [0, 3, -1])
def test_a_number_of_components_that_the_data_cannot_give_is_refused(n):
    with pytest.raises(ValueError, match="has between 1 and 2"):
        principal_components(small(), n)


def test_only_the_chosen_examples_are_mislabelled_and_all_of_them():
    digits = data.load_digits()
    chosen = np.random.default_rng(1).random(len(digits)) < 0.1
    wrong = mislabelled(digits, chosen, seed=3)
    np.testing.assert_array_equal(wrong.y != digits.y, chosen)
    np.testing.assert_array_equal(wrong.x, digits.x)
    np.testing.assert_array_equal(mislabelled(digits, np.flatnonzero(chosen), seed=3).y, wrong.y)
    assert (mislabelled(digits, chosen, seed=4).y != wrong.y).any()


def test_wrong_labels_are_uniform_among_the_other_classes():
    from scipy.stats import chisquare

    dataset = Dataset(x=np.zeros((9000, 1)), y=np.full(9000, 2), n_classes=10)
    counts = np.bincount(mislabelled(dataset, slice(None), seed=0).y, minlength=10)
    assert counts[2] == 0
    assert chisquare(np.delete(counts, 2)).pvalue > 0.001
