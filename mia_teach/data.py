"""The course's datasets: small real tables, shipped with the package and read with NumPy alone.

Every file is checked against its SHA-256 before it is used, and nothing is fetched from a network.
Where each dataset comes from and what it may be used for stands in ``datasets/README.md``.
"""

import hashlib
import io
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

FILES = {
    "adult.npz": "c043910dea8ca7d5d2489fec2807acf4c022ec2750c8ba3ef234b1f029f0eb6e",
    "allele_frequencies.npz": "1d60c2bc6c6b8e64d773b5fa86aa191a51c5b68d7591074558a5a3c2dfb760e9",
    "ancestry.npz": "b06e11a9021f8ce834fd860e7ecf0facc8fcfa2d5630f1b3c10d79fd11a7577d",
    "complete_journey.npz": "2123c6393c480c91d7b3fc5c10fb5c5ab307067eb9b91340b9158ce87e5f9ab3",
    "digits.npz": "c6052f51e9e44740b373fbaf7e9d48a0440908f15f4d63f01944c93d378e5628",
    "genomes.npz": "3e8f2a63d91f6c3d029fecde4a53e2b222ce4adcfdf1f8e6e92eda3eaa8a61c9",
    "lending_club.npz": "1a0a7b807757f331c159dddcb85461413df54648a734bb8860fe8763c07b6199",
    "mnist_5k.npz": "d944bbd0b4ced493eaec97d3fd1ad7ea5df73ee20fa9e8c944def4aed239d57c",
    "support2_death.npz": "b37c011d9c34b2e7cfe40c9fb42727ee62b3d3bfdc29a0b2a665cfbff06a0ccd",
    "support2_disease.npz": "cb249238668935964234ecc534ec47bb981dc4fff8208b54aad1627b00c24409",
    "taiwan_credit.npz": "50840dca6a71f182171cc139a899345da59dd4b265c1e09c040a6d9aa030d54f",
}


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Examples with their labels, and the names of what the columns and the classes mean.

    The arrays are copies and cannot be written to, so a dataset is the same wherever it is used.
    Indexing with a slice, a mask or an array of positions gives a smaller dataset.

    Args:
        x: finite numbers, one row an example.
        y: the class of each example, 0 to ``n_classes - 1``.
        n_classes: how many classes there are, whether or not each occurs.
        feature_names: one for each feature; left out, "feature 0", "feature 1", ...
        class_names: one for each class; left out, "class 0", "class 1", ...
        name: what figures and messages call the data.
        group: whom each example belongs to, a number from 0 for each person or household that several
            examples may share; None where every example stands for itself.

    Raises:
        ValueError: x is not finite, a label is out of range, lengths or numbers of names do not agree.
        TypeError: the labels or the groups are not integers.

    >>> data = Dataset(x=np.array([[0.0], [1.0], [2.0]]), y=np.array([0, 1, 1]), n_classes=2)
    >>> data[data.y == 1].x.ravel()
    array([1., 2.])
    """

    x: Float[np.ndarray, "examples *features"]
    y: Int[np.ndarray, " examples"]
    n_classes: int
    feature_names: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
    name: str = "data"
    group: Int[np.ndarray, " examples"] | None = None

    def __post_init__(self):
        x = np.array(self.x, dtype=np.float64)
        y = np.array(self.y)
        if x.ndim < 2 or y.ndim != 1 or len(x) != len(y):
            raise ValueError(
                f"x has the shape {x.shape} and y the shape {y.shape}. "
                "Give x as (examples, features) and y as (examples,), with equally many examples."
            )
        if not np.isfinite(x).all():
            where = np.flatnonzero(~np.isfinite(x.reshape(len(x), -1)).all(axis=1))
            raise ValueError(
                f"{len(where)} of {len(x)} rows of x hold NaN or infinity, the first at position {where[0]}. "
                "Every feature needs a finite number: fill or drop what is missing."
            )
        if y.size and not np.issubdtype(y.dtype, np.integer):
            raise TypeError(
                f"The labels are of type {y.dtype}; classes are counted with integers from 0. "
                "If they are whole numbers, convert them with y.astype(int)."
            )
        if self.n_classes < 2:
            raise ValueError(f"n_classes is {self.n_classes}; telling classes apart needs at least 2.")
        if y.size and not 0 <= y.min() <= y.max() < self.n_classes:
            raise ValueError(
                f"The labels run from {y.min()} to {y.max()}; with n_classes={self.n_classes} they must lie "
                f"between 0 and {self.n_classes - 1}. Renumber them, or raise n_classes."
            )
        group = None if self.group is None else _groups(self.group, len(x))
        n_features = int(np.prod(x.shape[1:]))
        features = _names(self.feature_names, n_features, "feature")
        classes = _names(self.class_names, self.n_classes, "class")

        y = y.astype(np.int64)
        x.flags.writeable = False
        y.flags.writeable = False
        checked = {"x": x, "y": y, "feature_names": features, "class_names": classes, "group": group}
        for field, value in checked.items():
            object.__setattr__(self, field, value)  # the one way to set a field of a frozen dataclass

    def __len__(self) -> int:
        return len(self.y)

    def __getitem__(self, index) -> "Dataset":
        """The examples at a slice, where a mask is true, or at an array of positions."""
        if isinstance(index, slice):
            return self._at(index)
        chosen = np.asarray(index)
        if chosen.ndim != 1 or not (chosen.size == 0 or chosen.dtype.kind in "iub"):
            raise TypeError(
                f"A dataset cannot be indexed with {index!r}. Use a slice, a mask or an array of positions, "
                "such as data[:100], data[data.y == 3] or data[[5, 8]]; a single row is data.x[5]."
            )
        if chosen.dtype == bool and len(chosen) != len(self):
            raise ValueError(
                f"The mask has {len(chosen)} entries; it needs one for each of {len(self)} examples."
            )
        if chosen.size == 0:
            chosen = chosen.astype(np.int64)
        return self._at(chosen)

    def _at(self, index) -> "Dataset":
        group = None if self.group is None else self.group[index]
        return replace(self, x=self.x[index], y=self.y[index], group=group)

    def __repr__(self) -> str:
        shape = " × ".join(str(length) for length in self.x.shape[1:])
        return f"Dataset({self.name}: {len(self):,} examples, {shape} features, {self.n_classes} classes)"


def _groups(given, count) -> np.ndarray:
    group = np.array(given)
    if group.shape != (count,):
        raise ValueError(
            f"group has the shape {group.shape} and there are {count} examples. "
            "Give the number of one person or household for each example, or leave group out."
        )
    if group.size and not np.issubdtype(group.dtype, np.integer):
        raise TypeError(
            f"The groups are of type {group.dtype}; people or households are numbered with integers. "
            "np.unique(group, return_inverse=True)[1] numbers whatever names there are."
        )
    group = group.astype(np.int64)
    group.flags.writeable = False
    return group


def _names(given, count, kind) -> tuple[str, ...]:
    names = tuple(str(name) for name in given) or tuple(f"{kind} {number}" for number in range(count))
    if len(names) != count:
        raise ValueError(
            f"{len(names)} {kind} names were given for {count}. Give one for each, or none at all."
        )
    return names


def load_digits() -> Dataset:
    """1,797 handwritten digits of 8 × 8 pixels, from 13 writers; grey values from 0 to 1.

    The smallest of the image sets: a network learns it by heart in seconds.

    Source: Alpaydin & Kaynak 1998, Optical Recognition of Handwritten Digits (its test part).

    >>> load_digits()
    Dataset(digits: 1,797 examples, 64 features, 10 classes)
    """
    return _load("digits.npz", name="digits", scale=16)


def load_mnist_5k() -> Dataset:
    """5,000 handwritten digits of 28 × 28 pixels, 500 of each; grey values from 0 to 1.

    The classes take turns (0, 1, ..., 9, 0, ...), so every slice holds all of them.

    Source: LeCun, Cortes & Burges, the MNIST database of handwritten digits (the first 500 of each digit).

    >>> data = load_mnist_5k()
    >>> data, data.y[:12]
    (Dataset(MNIST-5k: 5,000 examples, 784 features, 10 classes), array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]))
    """
    return _load("mnist_5k.npz", name="MNIST-5k", scale=255)


def load_support2(label: str = "disease") -> Dataset:
    """9,105 seriously ill patients of five hospitals: which disease group, or who died in hospital.

    These are real people, so a member is somebody whose illness a model gives away. Numbers are
    standardised and clipped at 5 deviations; missing values hold the median and a column says so.
    The rows stand in the order of the study, in which the mix of illnesses changed: draw members
    at random, never by cutting the table in two.

    Args:
        label: "disease" for the disease group (8 classes), "death" for death in hospital (2 classes).

    Raises:
        ValueError: for any other label.

    Source: Knaus et al. 1995, "The SUPPORT prognostic model", Annals of Internal Medicine 122:191-203.

    >>> load_support2("disease")
    Dataset(SUPPORT2 disease group: 9,105 examples, 48 features, 8 classes)
    >>> load_support2("death").class_names
    ('left hospital alive', 'died in hospital')
    """
    names = {"disease": "SUPPORT2 disease group", "death": "SUPPORT2 hospital death"}
    if label not in names:
        raise ValueError(
            f"{label!r} is no label of SUPPORT2. Choose 'disease' (8 groups) or 'death' (in hospital)."
        )
    return _load(f"support2_{label}.npz", name=names[label], scale=1)


def load_lending_club() -> Dataset:
    """10,000 loans of early 2018: which grade, A (safest) to G, the lender gave the borrower.

    These are real people, with their income, debts and missed payments. Numbers are standardised and
    clipped at 5 deviations; missing values hold the median and a column says so. Everything that the
    grade decides, such as the interest rate, is left out.

    Source: LendingClub's loans of January to March 2018, published by OpenIntro (``loans_full_schema``).

    >>> data = load_lending_club()
    >>> data, data.class_names
    (Dataset(LendingClub: 10,000 examples, 114 features, 7 classes), ('A', 'B', 'C', 'D', 'E', 'F', 'G'))
    """
    return _load("lending_club.npz", name="LendingClub", scale=1)


def load_complete_journey() -> Dataset:
    """24,887 shopping baskets of 1,200 households: which of 600 product types each one holds.

    The label is one of 96 kinds of basket. Nobody recorded it: k-means found the kinds in these very
    baskets, the recipe of the much used Purchase100 data. So x determines y, and many classes with few
    examples each make a model learn by heart. ``group`` numbers the households: baskets of one household
    resemble each other, so a split by person keeps all of a household's baskets on one side.

    Source: 84.51°, The Complete Journey; the recipe: Shokri et al. 2017, "Membership inference attacks
    against machine learning models", Section VI.A.

    >>> data = load_complete_journey()
    >>> data, len(set(data.group))
    (Dataset(Complete Journey: 24,887 examples, 600 features, 96 classes), 1200)
    """
    return _load("complete_journey.npz", name="Complete Journey", scale=1)


def load_genomes() -> Dataset:
    """503 Europeans at 7,363 sites of chromosome 20: how many copies of the second allele each of them has.

    Copies are 0, 1 or 2, so half the mean of a column is the allele's frequency. The sites lie within 3
    million positions, from the lowest on, and close ones are linked: they are inherited together. The label
    is the population. These are real people who gave their genomes to research; do not try to find out who
    anyone is.

    Source: The 1000 Genomes Project Consortium 2015, "A global reference for human genetic variation", phase 3.

    >>> data = load_genomes()
    >>> data, data.class_names, data.feature_names[0]
    (Dataset(genomes: 503 examples, 7363 features, 5 classes), ('CEU', 'FIN', 'GBR', 'IBS', 'TSI'), '20:1001760 T>C')
    """
    return _load("genomes.npz", name="genomes", scale=1)


def load_allele_frequencies() -> Dataset:
    """How frequent the second allele is in five European populations, at 10,608 sites all over the genome.

    An example is a population, not a person: ``x[2]`` are the frequencies among the British, whose name is
    ``class_names[2]``. They are shares of 182 to 214 copies of each chromosome. Neighbouring sites lie 200,000
    positions apart or more, but for the stretch of chromosome 20 that :func:`load_genomes` covers too.

    Source: The 1000 Genomes Project, recalled on the reference genome GRCh38; frequencies by way of aeon.

    >>> data = load_allele_frequencies()
    >>> data, data.x[2, :2].round(3)
    (Dataset(allele frequencies: 5 examples, 10608 features, 5 classes), array([0.198, 0.077]))
    """
    return _load("allele_frequencies.npz", name="allele frequencies", scale="copies")


def load_ancestry(label: str = "population") -> Dataset:
    """2,504 people from all over the world at 169 sites chosen to tell ancestry: 0, 1 or 2 copies of the rarer letter.

    These are real people who gave their genomes to research; do not try to find out who anyone is.

    Args:
        label: "population" for 26 populations, "region" for the 5 parts of the world they come from.

    Raises:
        ValueError: for any other label.

    Source: The 1000 Genomes Project Consortium 2015; the sites: Kidd et al. 2014 (55 of them) and Kosoy et al. 2009.

    >>> load_ancestry()
    Dataset(ancestry, 26 populations: 2,504 examples, 169 features, 26 classes)
    >>> load_ancestry("region").class_names
    ('AFR', 'AMR', 'EAS', 'EUR', 'SAS')
    """
    fields = {"population": ("y", "class_names"), "region": ("y_region", "region_names")}
    if label not in fields:
        raise ValueError(f"{label!r} is no label of these people. Choose 'population' (26) or 'region' (5).")
    name = {"population": "ancestry, 26 populations", "region": "ancestry, 5 regions"}[label]
    return _load("ancestry.npz", name=name, scale=1, label=fields[label])


def load_taiwan_credit() -> Dataset:
    """10,000 holders of a credit card in Taiwan, 2005: who did not pay the next month's bill.

    Numbers are standardised and clipped at 5 deviations. Drawn at random from 30,000.

    Source: Yeh & Lien 2009, "The comparisons of data mining techniques for the predictive accuracy of
    probability of default of credit card clients", Expert Systems with Applications 36(2).

    >>> data = load_taiwan_credit()
    >>> data, data.class_names
    (Dataset(Taiwan credit: 10,000 examples, 33 features, 2 classes), ('paid', 'did not pay'))
    """
    return _load("taiwan_credit.npz", name="Taiwan credit", scale=1)


def load_adult() -> Dataset:
    """20,000 Americans in the census survey of 1994: who earned more than 50,000 dollars a year.

    Numbers are standardised and clipped at 5 deviations. People with an answer missing are left out, and of
    people alike in every answer all but one: in the original nearly a fourth have such a twin.

    Source: Kohavi 1996, "Scaling up the accuracy of naive-Bayes classifiers"; Becker & Kohavi, UCI dataset 2.

    >>> data = load_adult()
    >>> data, data.class_names
    (Dataset(Adult: 20,000 examples, 103 features, 2 classes), ('$50,000 or less', 'more than $50,000'))
    """
    return _load("adult.npz", name="Adult", scale=1)


def principal_components(dataset: Dataset, n: int) -> Dataset:
    """The dataset in its n directions of largest variance: fewer features, nearly the same data.

        x − mean = U S Vᵀ,   components = (x − mean) V[:, :n]

    A cell that trains on 64 components of 784 pixels runs several times faster. The directions come
    from x alone, never from labels or from who is a member, so they favour neither side of the game.
    Each direction points to where its largest loading is positive, which makes the result unique.

    Raises:
        ValueError: n is not between 1 and what the data can give.

    Source: Hotelling 1933, "Analysis of a complex of statistical variables into principal components".

    >>> line = Dataset(np.array([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]]), np.array([0, 1, 1]), n_classes=2)
    >>> principal_components(line, 1).x.ravel().round(6)
    array([-5.,  0.,  5.])
    """
    x = dataset.x.reshape(len(dataset), -1)
    most = min(x.shape)
    if not 1 <= n <= most:
        raise ValueError(f"{n} components were asked for; {dataset!r} has between 1 and {most}.")
    centred = x - x.mean(axis=0)
    directions = np.linalg.svd(centred, full_matrices=False)[2][:n]
    largest = np.abs(directions).argmax(axis=1)
    directions = directions * np.sign(directions[np.arange(n), largest])[:, None]
    names = tuple(f"component {number}" for number in range(1, n + 1))
    return replace(dataset, x=centred @ directions.T, feature_names=names)


def mislabelled(dataset: Dataset, index, *, seed: int) -> Dataset:
    """A copy in which the examples at ``index`` carry a wrong label, uniform among the other classes.

    Such examples are canaries: a model can only fit them by heart, so they show memory at its plainest.

    Args:
        index: a slice, a mask or positions, as in ``dataset[index]``.

    Source: Carlini et al. 2022, "Membership inference attacks from first principles" (mislabelled records).

    >>> data = Dataset(x=np.array([[0.0], [1.0], [2.0]]), y=np.array([0, 1, 1]), n_classes=2)
    >>> mislabelled(data, [2], seed=0).y
    array([0, 1, 0])
    """
    canaries = np.zeros(len(dataset), dtype=bool)
    canaries[index] = True
    steps = np.random.default_rng(seed).integers(1, dataset.n_classes, size=canaries.sum())
    labels = dataset.y.copy()
    labels[canaries] = (labels[canaries] + steps) % dataset.n_classes
    return replace(dataset, y=labels)


def data_folder() -> Path:
    """Where the data files lie: inside an installed package, else beside it in a checkout."""
    installed = Path(__file__).parent / "_course" / "datasets"
    return installed if installed.is_dir() else Path(__file__).parents[1] / "datasets"


def check_files() -> dict[str, bool]:
    """For every data file, whether it is there and unaltered.

    >>> all(check_files().values())
    True
    """
    folder = data_folder()
    return {
        file: (folder / file).is_file() and _sha256((folder / file).read_bytes()) == needed
        for file, needed in FILES.items()
    }


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _load(file, *, name, scale, label=("y", "class_names")) -> Dataset:
    path = data_folder() / file
    if not path.is_file():
        raise FileNotFoundError(f"The data file {path} is missing. Install the package mia-teach again.")
    content = path.read_bytes()
    if _sha256(content) != FILES[file]:
        raise ValueError(
            f"The data file {path} was altered or cut short: it has {len(content):,} bytes and the SHA-256 "
            f"{_sha256(content)}, but {FILES[file]} is needed. Install the package mia-teach again."
        )
    labels, classes = label
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        if "x_bits" in arrays:  # zeros and ones, eight to a byte; half precision keeps them exactly
            x = np.unpackbits(arrays["x_bits"], axis=1, count=len(arrays["feature_names"])).astype(np.float16)
        elif "x_pairs" in arrays:  # 0, 1 or 2 in two bits, four to a byte; a row is a feature
            bits = np.unpackbits(arrays["x_pairs"], axis=1, count=2 * len(arrays["y"])).T
            x = (2 * bits[0::2] + bits[1::2]).astype(np.float16)
        elif scale == "copies":  # counted among so many copies of each chromosome
            x = arrays["x"] / arrays["copies"].astype(np.float64)[:, None]
        else:
            x = arrays["x"] / np.float64(scale)
        return Dataset(
            x=x,
            y=arrays[labels].astype(np.int64),
            n_classes=len(arrays[classes]),
            feature_names=tuple(arrays["feature_names"].tolist()),
            class_names=tuple(arrays[classes].tolist()),
            name=name,
            group=arrays["group"].astype(np.int64) if "group" in arrays else None,
        )
