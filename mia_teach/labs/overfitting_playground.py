"""The overfitting playground: four settings of training, and what a loss attack makes of the result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import traitlets
from jaxtyping import Float, Int

from mia_teach import signals
from mia_teach.data import Dataset
from mia_teach.labs.lab import Goal, Lab, browser_files, decimal, pack
from mia_teach.membership import fixed_size
from mia_teach.rate import Interval, percent
from mia_teach.roc import Roc
from mia_teach.scores import Scores

SIZES = (100, 250, 600, 1500)
WIDTHS = (8, 32, 128)
NOISES = (0.0, 0.1, 0.3)
EPOCHS = (1, 2, 4, 7, 12, 20)
BIN_EDGES = {  # of the histograms: the log axis in powers of ten, the linear one in nats
    "log": np.linspace(-6.0, 1.5, 51),
    "linear": np.linspace(0.0, 6.0, 51),
}
MEASURES = ("train_accuracy", "test_accuracy", "auc", "tpr")  # those that the panel shows


def noisy_labels(
    dataset: Dataset, noise: float, models: int, *, seed: int
) -> Int[np.ndarray, "models examples"]:
    """Labels for each model, of which a share ``noise`` is wrong: each record's own coin decides, for every model anew.

    Members and non-members are treated alike, so a wrong label gives nobody away. The records that are wrong at
    10 % are wrong at 30 % too, so that settings can be compared.

    >>> data = Dataset(np.zeros((4, 1)), np.array([0, 1, 0, 1]), n_classes=2)
    >>> noisy_labels(data, 0.0, 2, seed=0)
    array([[0, 1, 0, 1],
           [0, 1, 0, 1]])
    """
    random = np.random.default_rng(seed)
    coin = random.random((models, len(dataset)))
    step = random.integers(1, dataset.n_classes, (models, len(dataset)))
    return np.where(coin < noise, (dataset.y + step) % dataset.n_classes, dataset.y)


@dataclass(frozen=True, eq=False)
class OverfittingGrid:
    """Models trained at every combination of the settings, and what was measured on them.

    Each measure has the shape (widths, noises, sizes, epochs, seeds). The seeds of one size share their members
    over all widths, noises and epochs, so a difference between two settings is not one of luck with the data.

    Args:
        settings: the values of "width", "noise", "size" and "epochs", ascending.
        measures: "train_accuracy", "test_accuracy", "auc", "tpr" (at a false positive rate of 1 %), and
            "clean_accuracy": of the same models on non-members with true labels, whatever the noise in training.
        histograms: "log" or "linear" -> shares of members and non-members by loss, over all seeds;
            (widths, noises, sizes, epochs, 2, bins).
    """

    settings: Mapping[str, tuple]
    measures: Mapping[str, Float[np.ndarray, "widths noises sizes epochs seeds"]]
    histograms: Mapping[str, Float[np.ndarray, "widths noises sizes epochs 2 bins"]]

    @classmethod
    def train(
        cls,
        dataset: Dataset,
        *,
        sizes: Sequence[int] = SIZES,
        widths: Sequence[int] = WIDTHS,
        noises: Sequence[float] = NOISES,
        epochs: Sequence[int] = EPOCHS,
        seeds: int = 5,
        learning_rate: float = 5e-3,
        progress: bool = True,
    ) -> "OverfittingGrid":
        """Train the whole grid: one call of ``mt.train`` for each width, epochs as snapshots.

        Raises: ValueError for a size that leaves fewer than 100 non-members, which could not show 1 % of them.
        """
        from mia_teach.models import mlp
        from mia_teach.training import train

        if len(dataset) - max(sizes) < 100:
            raise ValueError(
                f"A training set of {max(sizes)} of {len(dataset)} examples leaves fewer than 100 non-members, and "
                "1 % of them is then less than one. Use smaller sizes or more data."
            )
        settings = {"width": widths, "noise": noises, "size": sizes, "epochs": epochs}
        settings = {name: tuple(sorted(values)) for name, values in settings.items()}
        member = [fixed_size(seeds, len(dataset), size=size, seed=size) for size in settings["size"]]
        labels = [noisy_labels(dataset, noise, seeds, seed=0) for noise in settings["noise"]]
        rows = [(m, y) for y in labels for m in member]  # a row: the seeds of one noise and one size
        parts = []
        for width in settings["width"]:
            models = train(
                mlp(dataset.x.shape[1], width, dataset.n_classes),
                dataset,
                np.concatenate([m for m, _ in rows]),
                labels=np.concatenate([y for _, y in rows]),
                epochs=max(epochs),
                snapshots=settings["epochs"],
                learning_rate=learning_rate,
                progress=progress,
            )
            for epoch in settings["epochs"]:
                logits = models.at_epoch(epoch).logits(dataset.x)
                logits = logits.reshape(len(rows), seeds, *logits.shape[1:])
                parts += [_measured(*one, m, y, dataset.y) for *one, (m, y) in zip(logits, rows, strict=True)]
        lengths = [len(settings[name]) for name in ("width", "epochs", "noise", "size")]

        def stacked(values):
            values = np.array(values)
            return values.reshape(*lengths, *values.shape[1:]).transpose(
                0, 2, 3, 1, *range(4, values.ndim + 3)
            )

        return cls(
            settings,
            {name: stacked([part[name] for part in parts]) for name in (*MEASURES, "clean_accuracy")},
            {scale: stacked([part[scale] for part in parts]) for scale in BIN_EDGES},
        )

    def at(self, *, size: int, width: int, epochs: int, noise: float) -> tuple[int, int, int, int]:
        """The place of these settings in the arrays.

        Raises: ValueError for a setting that was not trained.
        """
        asked = {"width": width, "noise": noise, "size": size, "epochs": epochs}
        for name, value in asked.items():
            if value not in self.settings[name]:
                known = ", ".join(f"{one:g}" for one in self.settings[name])
                raise ValueError(f"No model was trained with {name} {value!r}. Trained were {known}.")
        return tuple(self.settings[name].index(value) for name, value in asked.items())

    def interval(self, measure: str, **settings) -> Interval:
        """A measure at some settings: mean over the seeds, with Student's t interval cut at 0 and 1."""
        found = Interval.from_values(self.measures[measure][self.at(**settings)])
        return Interval(found.value, max(0.0, found.low), min(1.0, found.high), found.confidence)

    def __repr__(self):
        *shape, seeds = self.measures["auc"].shape
        models = int(np.prod(shape[:3])) * seeds
        moments = ", ".join(str(epoch) for epoch in self.settings["epochs"])
        return (
            f"{np.prod(shape[:3])} settings × {seeds} seeds = {models} models, each kept at {shape[3]} moments "
            f"({moments} epochs): {np.prod(shape)} combinations"
        )


def _measured(logits, member, labels, truth) -> dict:
    """What is measured on the models of one setting, one number a seed, and their histograms."""
    out = {name: [] for name in (*MEASURES, "clean_accuracy")}
    losses = np.array([signals.cross_entropy(*one) for one in zip(logits, labels, strict=True)])
    for one, loss, inside, label in zip(logits, losses, member, labels, strict=True):
        right = signals.correct(one, label)
        roc = Roc.from_scores(Scores(-loss, inside, "loss"))
        out["train_accuracy"].append(right[inside].mean())
        out["test_accuracy"].append(right[~inside].mean())
        out["clean_accuracy"].append(signals.correct(one[~inside], truth[~inside]).mean())
        out["auc"].append(roc.auc)
        out["tpr"].append(roc.tpr_at(0.01).value)
    for scale, values in (("log", np.log10(np.maximum(losses, 1e-300))), ("linear", losses)):
        edges = BIN_EDGES[scale]
        inside_axis = np.clip(values, edges[0], edges[-1])  # the outermost bins hold what lies beyond
        out[scale] = [np.histogram(inside_axis[side], edges)[0] / side.sum() for side in (member, ~member)]
    return out


class OverfittingPlayground(Lab):
    """Training-set size, width, epochs and label noise; learning curves, losses and the attack that follows.

    A later cell reads ``lab.size``, ``lab.width``, ``lab.epochs``, ``lab.noise`` and ``lab.values()``; the numbers
    of every setting are in ``lab.grid``.

    Args:
        grid: trained beforehand, with :meth:`OverfittingGrid.train`.
        size, width, epochs, noise: where the controls stand at first.
        goals: what to reach, by default three that follow from this grid and can be reached on it.
    """

    _esm, _css = browser_files(__file__)
    controls = ("size", "width", "epochs", "noise", "loss_axis")

    title = traitlets.Unicode("Overfitting playground").tag(sync=True)
    size = traitlets.Int().tag(sync=True)
    width = traitlets.Int().tag(sync=True)
    epochs = traitlets.Int().tag(sync=True)
    noise = traitlets.Float().tag(sync=True)
    loss_axis = traitlets.Enum(["log", "linear"], "log").tag(sync=True)
    _settings = traitlets.Dict().tag(sync=True)
    _tables = traitlets.Dict().tag(sync=True)
    _edges = traitlets.Dict().tag(sync=True)

    def __init__(
        self, grid: OverfittingGrid, *, size=None, width=None, epochs=None, noise=None, goals=None, **options
    ):
        self.grid = grid
        known = grid.settings
        first = {
            "size": known["size"][-2:][0],
            "width": known["width"][len(known["width"]) // 2],
            "epochs": known["epochs"][len(known["epochs"]) // 3],
            "noise": known["noise"][0],
        }
        given = {"size": size, "width": width, "epochs": epochs, "noise": noise}
        start = {name: first[name] if value is None else value for name, value in given.items()}
        super().__init__(
            goals=default_goals(grid) if goals is None else goals,
            _settings={name: list(values) for name, values in grid.settings.items()},
            _tables=_tables(grid),
            _edges={scale: pack(edges) for scale, edges in BIN_EDGES.items()},
            **start,
            **options,
        )

    @traitlets.validate("size", "width", "epochs", "noise")
    def _trained(self, proposal):
        name, value = proposal.trait.name, proposal.value
        if value not in self.grid.settings[name]:
            known = ", ".join(f"{one:g}" for one in self.grid.settings[name])
            raise traitlets.TraitError(f"No model was trained with {name} {value!r}. Choose one of {known}.")
        return value

    def values_at(self, size, width, epochs, noise, loss_axis):
        settings = {"size": size, "width": width, "epochs": epochs, "noise": noise}
        means = {name: self.grid.interval(name, **settings) for name in MEASURES}
        train, test = means["train_accuracy"].value, means["test_accuracy"].value
        return {
            **settings,
            "train_accuracy": train,
            "test_accuracy": test,
            "gap": train - test,
            **{name: means[name].value for name in ("auc", "tpr")},
            **{
                f"{name}_{end}": getattr(means[name], end)
                for name in ("auc", "tpr")
                for end in ("low", "high")
            },
        }

    def words(self, values):
        v = values
        return (
            f"{v['size']:,} digits, {v['width']} hidden units, {v['epochs']} {'epoch' if v['epochs'] == 1 else 'epochs'}, "
            f"{whole(v['noise'])} wrong labels: train accuracy {percent(v['train_accuracy'])}, "
            f"test accuracy{labels_of_the_test(v['noise'])} {percent(v['test_accuracy'])}, gap {points(v['gap'])}. "
            f"Loss attack: TPR at 1 % FPR {percent(v['tpr'])} ({percent(v['tpr_low'])} to {percent(v['tpr_high'])}), "
            f"AUC {decimal(v['auc'])} ({decimal(v['auc_low'])} to {decimal(v['auc_high'])})."
        )

    def lines(self):
        seeds = self.grid.measures["auc"].shape[-1]
        return [
            *super().lines(),
            f"Each number is the mean of {seeds} trainings; intervals are 95 %, over the trainings.",
        ]

    def describe(self):
        return (
            "Four pictures. Accuracy on members and on non-members, TPR at 1 % FPR and AUC of the loss attack after "
            "each epoch kept, with intervals; histograms of the losses of members and non-members. "
            + self.read_out()
        )

    def picture(self):
        from matplotlib.figure import Figure
        from matplotlib.ticker import PercentFormatter

        from mia_teach.plots import MEMBER, NON_MEMBER, IntervalDisplay, ScoreHistogramDisplay, style

        epochs = self.grid.settings["epochs"]
        fixed = {"size": self.size, "width": self.width, "noise": self.noise}

        def along(measure):
            return [self.grid.interval(measure, epochs=epoch, **fixed) for epoch in epochs]

        with style():
            figure = Figure(figsize=(9, 5.8), layout="constrained")
            (accuracy, found), (losses, leak) = figure.subplots(2, 2)
            IntervalDisplay(epochs, along("train_accuracy"), name="members (training)").plot(
                accuracy, color=MEMBER
            )
            IntervalDisplay(epochs, along("test_accuracy"), name="non-members (test)").plot(
                accuracy, color=NON_MEMBER, ls="--", marker="s"
            )
            accuracy.set(ylabel="accuracy", ylim=(0, 1.03))
            for ax, measure, name, guessing in (
                (found, "tpr", "TPR at 1 % FPR", 0.01),
                (leak, "auc", "AUC", 0.5),
            ):
                IntervalDisplay(epochs, along(measure)).plot(ax, color="black")
                ax.axhline(guessing, color="#595959", lw=1, ls=(0, (2, 2)))
                ax.set(ylabel=name)
            found.set(ylim=(0, None))
            found.yaxis.set_major_formatter(PercentFormatter(1, decimals=1, symbol=" %"))
            leak.set(ylim=(0.45, 1))
            for ax in (accuracy, found, leak):
                ax.axvline(self.epochs, color="black", lw=1)
                ax.set(xscale="log", xlabel="epochs")
                ax.set_xticks(epochs, [str(epoch) for epoch in epochs])
                ax.minorticks_off()
            sides = self.grid.histograms[self.loss_axis][self.grid.at(epochs=self.epochs, **fixed)]
            name = {"log": "loss, as a power of ten (nats)", "linear": "loss (nats)"}[self.loss_axis]
            ScoreHistogramDisplay(BIN_EDGES[self.loss_axis], *sides, name=name).plot(losses)
        return figure


def whole(share: float) -> str:
    """A chosen share, without decimals: 30 %."""
    return percent(share, ".0%")


def labels_of_the_test(noise: float) -> str:
    """What the read-out adds to the test accuracy: test labels are as wrong as training labels.

    >>> labels_of_the_test(0.3)
    ' (labels 30 % wrong too)'
    """
    return f" (labels {whole(noise)} wrong too)" if noise else ""


def points(share: float | Interval) -> str:
    """A difference of two shares in percentage points, with its interval if it has one.

    >>> points(0.123), points(Interval(-0.001, -0.02, 0.018))
    ('12.3 points', '−0.1 points (−2.0 to 1.8)')
    """

    def one(number):
        return f"{100 * number + 0.0:.1f}".replace("-", "−")

    if isinstance(share, Interval):
        return f"{one(share.value)} points ({one(share.low)} to {one(share.high)})"
    return f"{one(share)} points"


def default_goals(grid: OverfittingGrid) -> list[Goal]:
    """Three goals within reach on this grid: more AUC on the same data, a quiet useful model, AUC without TPR."""
    mean = {
        name: values.mean(axis=-1) for name, values in grid.measures.items()
    }  # widths, noises, sizes, epochs
    size = (grid.settings["size"][0], *grid.settings["size"])[-2]
    same = mean["auc"][:, 0, grid.settings["size"].index(size)]
    more = int(1000 * (0.95 * same.max() + 0.05 * same.min())) / 1000
    useful = min(0.8, int(100 * mean["test_accuracy"].max()) / 100)
    little = -int(-100 * mean["auc"][mean["test_accuracy"] >= useful].min() - 1) / 100
    strict = max(0.015, -int(-1000 * mean["tpr"].min() - 1) / 1000)
    unseen = mean["auc"][mean["tpr"] <= strict]  # the AUC where few false positives show next to nobody
    high = int(100 * (unseen.max() + np.median(unseen)) / 2) / 100
    return [
        Goal(
            f"Raise the AUC without changing the data: {size:,} digits, true labels, AUC of at least {more:.3f}",
            {"size": ("==", size), "noise": ("==", grid.settings["noise"][0]), "auc": (">=", more)},
            "leak_more",
        ),
        Goal(
            f"A useful model that hardly leaks: test accuracy of at least {percent(useful, '.0%')}, AUC of at most {little:.2f}",
            {"test_accuracy": (">=", useful), "auc": ("<=", little)},
            "useful_and_quiet",
        ),
        Goal(
            f"High AUC, hardly anybody found: AUC of at least {high:.2f}, TPR at 1 % FPR of at most {percent(strict)}",
            {"auc": (">=", high), "tpr": ("<=", strict)},
            "auc_without_tpr",
        ),
    ]


def _tables(grid):
    """What the browser looks up, in the order widths, noises, sizes, epochs."""
    shape = grid.measures["auc"].shape[:-1]
    found = {name: np.empty((*shape, 3)) for name in MEASURES}
    for at in np.ndindex(shape):
        settings = {name: grid.settings[name][i] for name, i in zip(grid.settings, at, strict=True)}
        for name in MEASURES:
            one = grid.interval(name, **settings)
            found[name][at] = one.value, one.low, one.high
    tables = {name: pack(values) for name, values in found.items()}
    return {**tables, **{scale: pack(values, "f4") for scale, values in grid.histograms.items()}}
