"""Measure what the course promises about speed: ``make bench`` prints this table and writes it as JSON.

A benchmark is no test: it judges nothing by itself and wants a machine with nothing else running. Ratios are
taken within one run, both sides in turn, and the median of the turns counts.
"""

import argparse
import copy
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np
import psutil
import torch

import mia_teach as mt
from mia_teach import signals
from mia_teach.attacks.label_only import LabelOracle, boundary_distance
from mia_teach.attacks.lira import lira
from mia_teach.attacks.rmia import rmia
from mia_teach.attacks.shadow import shadow_classifier
from mia_teach.game import Game, Outsiders

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # for the drivers in tests/


@dataclass
class Row:
    what: str
    ours: str
    beside: str
    ratio: float | None
    promised: str
    kept: bool


def median_times(*functions, turns=3):
    """Median seconds of each function, taken in turn after a first unmeasured round."""
    times = [[] for _ in functions]
    for turn in range(turns + 1):
        for function, spent in zip(functions, times, strict=True):
            start = time.perf_counter()
            function()
            if turn:
                spent.append(time.perf_counter() - start)
    return [statistics.median(spent) for spent in times]


def plain_loop(architecture, data, member, *, epochs, batch_size=64, dtype=torch.float64, device="cpu"):
    """The ordinary way: one model after another, one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    x, y = torch.tensor(data.x, dtype=dtype, device=device), torch.tensor(data.y, device=device)
    for row in member:
        model = architecture().to(device, dtype)
        optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
        own = torch.tensor(np.flatnonzero(row), device=device)
        for _ in range(epochs):
            for batch in own[torch.randperm(len(own), device=device)].split(batch_size):
                optimiser.zero_grad()
                torch.nn.functional.cross_entropy(model(x[batch]), y[batch]).backward()
                optimiser.step()
    x[0, 0].item()  # a GPU answers when all that was asked before is done
    torch.set_num_threads(threads)


def training_rows():
    digits, mnist = mt.load_digits(), mt.load_mnist_5k()
    for widths, data, epochs, promised in (
        ((64, 32, 10), digits, 30, 10),
        ((64, 128, 10), digits, 30, 5),
        ((784, 128, 10), mnist[:2000], 4, 2),
    ):
        member = mt.fixed_size(64, len(data), size=len(data) // 2, seed=0)
        loop_epochs, models = (
            max(1, epochs // 10),
            16,
        )  # the loop's time is linear in both; 64 models take minutes

        def together(widths=widths, data=data, member=member, epochs=epochs):
            mt.train(mt.mlp(*widths), data, member, epochs=epochs, progress=False)

        def alone(widths=widths, data=data, member=member, epochs=loop_epochs, models=models):
            plain_loop(lambda: mt.mlp(*widths), data, member[:models], epochs=epochs)

        ours, loop = median_times(together, alone)
        loop *= 64 / models * epochs / loop_epochs
        name = "-".join(map(str, widths))
        yield Row(
            f"64 MLPs {name}, {epochs} epochs, batch 64",
            f"{ours:.2f} s",
            f"{loop:.1f} s, model after model (from {models} models × {loop_epochs} epochs)",
            loop / ours,
            f"at least {promised} times faster",
            loop / ours >= promised,
        )


def matrix_row():
    mnist = mt.load_mnist_5k()
    member = mt.fixed_size(64, len(mnist), size=2048, seed=0)
    cores = (
        len(psutil.Process().cpu_affinity())
        if hasattr(psutil.Process, "cpu_affinity")
        else psutil.cpu_count()
    )
    a = [torch.ones(1024, 1024, dtype=torch.float64) for _ in range(cores)]
    epochs, repeats = 2, 8

    def products():
        torch.set_num_threads(1)
        threads = [threading.Thread(target=lambda m=m: [torch.mm(m, m) for _ in range(repeats)]) for m in a]
        [t.start() for t in threads]
        [t.join() for t in threads]
        torch.set_num_threads(cores)

    def training():
        mt.train(mt.mlp(784, 128, 10), mnist, member, epochs=epochs, batch_size=256, progress=False)

    ours, raw = median_times(training, products)
    peak = cores * repeats * 2 * 1024**3 / raw
    # forward and weight gradient of both layers, input gradient of the last: 2 operations a product
    work = 64 * epochs * 2048 * 2 * (2 * 784 * 128 + 3 * 128 * 10)
    share = work / ours / peak
    return Row(
        "784-128-10, batch 256: matrix products a second",
        f"{work / ours / 1e9:.0f} GFLOP/s",
        f"{peak / 1e9:.0f} GFLOP/s, torch.mm 1,024 × 1,024 on {cores} cores",
        share,
        "at least 0.5 of it",
        share >= 0.5,
    )


def signal_rows():
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(64, 2000, 10)), rng.integers(0, 10, 2000)
    for name in ("cross_entropy", "label_log_odds"):
        (ours,) = median_times(lambda name=name: getattr(signals, name)(logits, labels), turns=7)
        yield Row(
            f"{name} of 64 models × 2,000 examples",
            f"{ours * 1e3:.0f} ms",
            "",
            None,
            "at most 50 ms",
            ours <= 0.05,
        )


def score_rows():
    """LiRA and RMIA: 64 shadows, 2,000 records, 10 classes, and 1,000 outsiders for RMIA."""
    rng = np.random.default_rng(0)
    labels, outsiders = rng.integers(0, 10, 2000), rng.integers(0, 10, 1000)
    view = Game(
        rng.normal(size=(65, 2000, 10)),
        labels,
        rng.random((65, 2000)) < 0.5,
        population=Outsiders(outsiders, rng.normal(size=(65, 1000, 10))),
    ).view
    for name, attack in (("LiRA", lira), ("RMIA", rmia)):
        for variant in ("online", "offline"):
            (ours,) = median_times(lambda a=attack, v=variant: a(view, variant=v), turns=7)
            yield Row(
                f"{name}, {variant}: 64 shadows × 2,000 records",
                f"{ours * 1e3:.0f} ms",
                "",
                None,
                "at most 50 ms",
                ours <= 0.05,
            )


def art_rows(shadows=16, epochs=30):
    """The whole attack with shadow models, beside ART's: a target, its shadows, and what tells members apart.

    ART fixes batch size and epochs inside its class, so a subclass sets ours; its float32 and one thread, faster
    on networks this small, are kept. Logistic regression is ART's quickest classifier, and the kind that ours is.
    """
    try:
        from art.attacks.inference.membership_inference import MembershipInferenceBlackBox, ShadowModels
        from art.estimators.classification import PyTorchClassifier
    except ImportError:
        print("(ART is not installed, so nothing is measured beside it; make bench installs it.)")
        return

    class Likewise(PyTorchClassifier):
        def fit(self, x, y):
            super().fit(x, y, batch_size=64, nb_epochs=epochs)

    digits = mt.load_digits()
    member = mt.fixed_size(1 + shadows, len(digits), size=len(digits) // 2, seed=0)
    x, y = digits.x.astype(np.float32), np.eye(10, dtype=np.float32)[digits.y]
    model = mt.mlp(64, 32, 10)
    adam = torch.optim.Adam(model.parameters(), lr=1e-3)
    target = Likewise(model, torch.nn.CrossEntropyLoss(), (64,), 10, optimizer=adam)
    seen = []

    def ours():
        ensemble = mt.train(mt.mlp(64, 32, 10), digits, member, epochs=epochs, progress=False)
        shadow_classifier(Game.from_ensemble(ensemble, digits).view)

    def train_theirs():
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        target.fit(x[member[0]], y[member[0]])
        inside, outside = ShadowModels(target, shadows, random_state=0).generate_shadow_dataset(x, y, 0.5)
        seen[:] = [*inside[:2], *outside[:2], inside[2], outside[2]]
        torch.set_num_threads(threads)

    def logistic():
        attack = MembershipInferenceBlackBox(target, attack_model_type="lr")
        attack.fit(*seen)
        attack.infer(x, y, probabilities=True)

    def network(epochs):
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        MembershipInferenceBlackBox(target, attack_model_type="nn", nn_model_epochs=epochs).fit(*seen)
        torch.set_num_threads(threads)

    here, training, quick = median_times(ours, train_theirs, logistic)
    (epoch,) = median_times(lambda: network(1), turns=1)
    what = f"target, {shadows} shadows 64-32-10 on digits, {epochs} epochs, and a classifier's scores"
    for name, theirs in (
        ("with logistic regression", training + quick),
        ("with its own network (from 1 of its 100 epochs)", training + 100 * epoch),
    ):
        yield Row(
            what,
            f"{here:.2f} s",
            f"{theirs:.1f} s, ART {name}",
            theirs / here,
            "at least 10 times faster",
            theirs / here >= 10,
        )


def boundary_rows(records=500, few=30, budgets=(100, 200, 400, 800, 1600)):
    """Distance to the boundary by labels alone, beside ART's attack: time for a query, at distances as good.

    Both walk as HopSkipJump does. ART's walk is cut to 10 steps, since its 50 take minutes. Ours gets the first budget
    with which its distances, in their geometric mean, are no longer than ART's. ART goes record by record, so a few of
    them do; ours walks with all at once.
    """
    try:
        from art.attacks.inference.membership_inference import LabelOnlyDecisionBoundary
        from art.estimators.classification import PyTorchClassifier
    except ImportError:
        return  # art_rows has said so

    class Counting(PyTorchClassifier):
        asked = 0

        def predict(self, x, *args, **kwargs):
            self.asked += len(x)
            return super().predict(x.astype(np.float32), *args, **kwargs)

    digits = mt.load_digits()
    member = np.arange(len(digits)) < len(digits) // 2
    model = mt.train(mt.mlp(64, 32, 10), digits, member[None], epochs=30, seed=0, progress=False)[0]
    right = LabelOracle(model)(digits.x) == digits.y
    some, start = digits[np.flatnonzero(right)[:records]], digits[-100:].x
    settings = {"max_iter": 10, "max_eval": 400, "init_eval": 16, "verbose": False}
    found = {}

    def theirs():
        target = Counting(copy.deepcopy(model).float(), torch.nn.CrossEntropyLoss(), (64,), 10)
        attack = LabelOnlyDecisionBoundary(target, distance_threshold_tau=1e-9)
        x, y = some.x[:few].astype(np.float32), np.eye(10, dtype=np.float32)[some.y[:few]]
        sigmoid = attack.infer(x, y, probabilities=True, **settings)[:, 1].astype(float)
        found["theirs"] = np.log(sigmoid / (1 - sigmoid)), target.asked

    def ours(queries):
        oracle = LabelOracle(model)
        distance = boundary_distance(oracle, some.x, some.y, start=start, queries=queries, seed=0)
        found["ours"] = distance, oracle.queries

    def mean(who):
        return np.exp(np.log(found[who][0][:few]).mean())

    (slow,) = median_times(theirs, turns=1)
    for queries in budgets:
        ours(queries)
        if mean("ours") <= mean("theirs"):
            break
    (quick,) = median_times(lambda: ours(queries))
    (here, there) = (1e6 * quick / found["ours"][1], 1e6 * slow / found["theirs"][1])
    yield Row(
        f"distance to the boundary of {records} digits by labels alone, a query",
        f"{here:.1f} µs (mean distance {mean('ours'):.2f}, {found['ours'][1] / records:,.0f} queries a record)",
        f"{there:.0f} µs, ART ({mean('theirs'):.2f}, {found['theirs'][1] / few:,.0f})",
        there / here,
        "at least 20 times faster, at distances as good",
        bool(there / here >= 20 and mean("ours") <= mean("theirs")),
    )


def private_rows(models=64, few=2, steps=100):
    """DP-SGD beside our own plain training at the same batch, and beside Opacus, model after model."""
    from opacus import PrivacyEngine

    mnist = mt.principal_components(mt.load_mnist_5k(), 64)
    member = mt.fixed_size(models, len(mnist), size=2500, seed=0)
    privacy = mt.DPSGD(noise_multiplier=2.0, max_grad_norm=1.0, sample_rate=0.1, steps=steps)

    def private(model=None, models=8, privacy=privacy):
        mt.train(model or mt.mlp(64, 64, 10), mnist, member[:models], privacy=privacy, progress=False)

    def plain(model=None, epochs=steps // 10):
        mt.train(
            model or mt.mlp(64, 64, 10), mnist, member[:8], epochs=epochs, batch_size=250, progress=False
        )

    ours, beside = median_times(private, plain, turns=5)
    yield Row(
        f"DP-SGD: 8 MLPs 64-64-10, batch about 250, {steps} steps",
        f"{ours:.2f} s",
        f"{beside:.2f} s, plain training at batch 250",
        ours / beside,
        "at most 1.5 times as long",
        ours / beside <= 1.5,
    )
    odd = torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.LayerNorm(64), *mt.mlp(64, 10))
    ours, beside = median_times(lambda: private(odd), lambda: plain(odd), turns=3)
    yield Row(
        f"DP-SGD of another module (one per-example gradient after another), {steps} steps",
        f"{ours:.2f} s",
        f"{beside:.2f} s, plain training at batch 250",
        ours / beside,
        "noted",
        True,
    )

    def opacus():
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        for row in member[:few]:
            model = mt.mlp(64, 64, 10).double()
            own = torch.utils.data.TensorDataset(torch.tensor(mnist.x[row]), torch.tensor(mnist.y[row]))
            model, optimiser, loader = PrivacyEngine().make_private(
                module=model,
                optimizer=torch.optim.SGD(model.parameters(), lr=1.0),
                data_loader=torch.utils.data.DataLoader(own, batch_size=250),
                noise_multiplier=privacy.noise_multiplier,
                max_grad_norm=privacy.max_grad_norm,
            )
            for _ in range(steps // 10):
                for x, y in loader:
                    optimiser.zero_grad()
                    torch.nn.functional.cross_entropy(model(x), y).backward()
                    optimiser.step()
        torch.set_num_threads(threads)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that its noise is not cryptographic; nor is ours
        ours, beside = median_times(lambda: private(models=models), opacus)
    beside *= models / few
    yield Row(
        f"DP-SGD: {models} MLPs 64-64-10, batch about 250, {steps} steps",
        f"{ours:.2f} s",
        f"{beside:.1f} s, Opacus, model after model (from {few} models)",
        beside / ours,
        "at least 10 times faster",
        beside / ours >= 10,
    )


def gpu_rows(device="cuda", sizes=(64, 256), examples=5000, epochs=5, alone=8):
    """Small CNNs on a GPU, all together and one after another. On a CPU it shows only that it runs."""
    if device == "cuda" and not torch.cuda.is_available():
        print("(There is no GPU, so nothing is measured on one.)")
        return
    mnist = mt.load_mnist_5k()[:examples]
    where = torch.cuda.get_device_name() if device == "cuda" else "CPU"
    for models in sizes:
        member = mt.fixed_size(models, len(mnist), size=len(mnist) // 2, seed=0)
        few = member[: min(alone, models)]

        def together(member=member):
            mt.train(
                mt.cnn(28, 10),
                mnist,
                member,
                epochs=epochs,
                dtype=torch.float32,
                device=device,
                memory=16 * 2**30,
                progress=False,
            )

        def one_by_one(few=few):
            plain_loop(lambda: mt.cnn(28, 10), mnist, few, epochs=epochs, dtype=torch.float32, device=device)

        ours, loop = median_times(together, one_by_one)
        loop *= models / len(few)  # linear: each model waits for the one before
        yield Row(
            f"{models} small CNNs on MNIST-5k, {epochs} epochs, float32, {where}",
            f"{ours:.2f} s",
            f"{loop:.1f} s, one after another on the same device (from {len(few)} models)",
            loop / ours,
            "noted",
            True,
        )


def import_row():
    def python(code):
        return lambda: subprocess.run([sys.executable, "-c", code], check=True)

    empty, ours = median_times(python("pass"), python("import mia_teach"), turns=9)
    return Row(
        "import mia_teach",
        f"{(ours - empty) * 1e3:.0f} ms",
        f"{empty * 1e3:.0f} ms, an empty Python",
        None,
        "at most 100 ms",
        ours - empty <= 0.1,
    )


def lesson_rows():
    """Every lesson from top to bottom in a fresh kernel on two cores: seconds, slowest cell, memory."""
    from tests.lesson_table import lessons, measured

    for path in lessons().values():
        row = measured(path, cores=2)
        yield Row(
            f"lesson {path.stem}, run all",
            f"{row.seconds:.0f} s, slowest cell {row.slowest_seconds:.1f} s, {row.megabytes:.0f} MB",
            "",
            None,
            "60 s, 10 s a cell, 1 GB",
            row.seconds <= 60 and row.slowest_seconds <= 10 and row.megabytes <= 1024,
        )


# The work of a step: what runs at once, and what waits for the next frame, between two marks of our own.
STEPS = """async () => {
  const slider = document.querySelector('.mia-lab input[type=range]');
  const mark = () => new Promise((done) => requestAnimationFrame(() => done(performance.now())));
  const spent = [];
  for (let i = 0; i < 200; i++) {
    slider.value = Number(slider.min) + (i + 1) * (slider.max - slider.min) / 202;
    const before = mark(), start = performance.now();
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    const atOnce = performance.now() - start, after = mark();
    spent.push(atOnce + await after - await before);
  }
  return spent;
}"""


def lab_rows():
    """The threshold explorer in a browser with 10,000 scores a side: its first picture, and a step of its slider."""
    from playwright.sync_api import sync_playwright

    from tests.browser import CHROMIUM, OPTIONS, PAGE, html_page

    if not Path(CHROMIUM).exists():
        print(f"(No browser at {CHROMIUM}, so the lab is not measured.)")
        return
    rng = np.random.default_rng(0)
    score = np.concatenate([rng.normal(1, 1, 10_000), rng.normal(0, 1, 10_000)])
    page_source = html_page(mt.labs.ThresholdExplorer(mt.Scores(score, np.arange(20_000) < 10_000)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        page = browser.new_page()
        page.route(PAGE, lambda route: route.fulfill(content_type="text/html", body=page_source))

        def first_picture():
            page.goto(PAGE)
            page.wait_for_selector(".mia-lab svg path")

        (first,) = median_times(first_picture)
        steps = sorted(page.evaluate(STEPS))
        browser.close()
    yield Row(
        "threshold explorer, first picture", f"{first * 1e3:.0f} ms", "", None, "at most 500 ms", first <= 0.5
    )
    middle, slow = steps[len(steps) // 2], steps[int(0.95 * len(steps))]
    yield Row(
        "threshold explorer, one step of its slider",
        f"median {middle:.1f} ms, 95 % within {slow:.1f} ms",
        "a frame lasts 16.7 ms",
        None,
        "at most 16 ms",
        slow <= 16,
    )


def nbval_row():
    """All lessons run again and compared, one job."""
    from tests.lessons import shipped

    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        cells = shipped.passed(shipped.compared(*shipped.notebooks(), folder=Path(folder)))
        spent = time.perf_counter() - start
    return Row(
        f"all lessons through nbval, {cells} cells", f"{spent:.0f} s", "", None, "at most 600 s", spent <= 600
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, default=ROOT / "build" / "bench.json")
    parts = {
        "import": lambda: [import_row()],
        "signals": signal_rows,
        "scores": score_rows,
        "training": training_rows,
        "matrix": lambda: [matrix_row()],
        "art": art_rows,
        "boundary": boundary_rows,
        "private": private_rows,
        "gpu": gpu_rows,
        "lab": lab_rows,
        "lessons": lesson_rows,
        "nbval": lambda: [nbval_row()],
    }
    parser.add_argument("--only", nargs="*", choices=list(parts))
    chosen = parser.parse_args()
    rows = []
    print("| what | ours | beside | ratio | promised | kept |\n|---|---|---|---|---|---|")
    for name, part in parts.items():
        if chosen.only and name not in chosen.only:
            continue
        for row in part():
            rows.append(row)
            ratio = "" if row.ratio is None else f"{row.ratio:.2g}"
            print(
                f"| {row.what} | {row.ours} | {row.beside} | {ratio} | {row.promised} | {'yes' if row.kept else 'no'} |",
                flush=True,
            )
    machine = {
        "date": date.today().isoformat(),
        "python": platform.python_version(),
        "torch": torch.__version__,
    }
    machine |= {"cores": psutil.cpu_count(), "processor": platform.machine()}
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    chosen.json.write_text(json.dumps({**machine, "rows": [asdict(row) for row in rows]}, indent=1) + "\n")


if __name__ == "__main__":
    main()
