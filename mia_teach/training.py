"""Train many models at once: stacked parameters, one optimiser step for all of them.

A membership experiment needs dozens of models that differ only in who was in the training set. Trained
one after another, a small network spends most of its time on overhead. Here the parameters of all
models are stacked, with the models as the first axis, and every step moves all of them.

Three promises, each tested: a model sees only its own members, in its own order, from its own start;
training together gives what training alone gives; nothing global (seeds, thread counts) is changed.
"""

import copy
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.func import functional_call, vmap
from torch.nn import functional as F

from mia_teach.clipping import per_example_gradients, sum_from_errors, sum_from_gradients
from mia_teach.data import Dataset
from mia_teach.dpsgd import DPSGD, GradientCanaries, clipped_sum
from mia_teach.waiting import waiting

_CACHE = 32 * 2**20  # bytes that the models of one chunk may touch in a step: what a processor keeps close
_WORTH = 6 * 2**20  # of these, at least, to be worth a thread: below, Python's own work at every step counts
_SENT = 8  # models of a chunk for an executor at most: nobody knows its workers, so there is work for many
_LANES = 16  # numbers that a processor handles at a time, at most


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Models of one architecture, trained together.

    Args:
        template: the architecture; its own parameters are not used.
        params: parameters by name, each stacked with the models first.
        member: whose training set held which example.
        snapshots: parameters after earlier epochs, by epoch, or after earlier steps of DP-SGD.
        counted_in: what the snapshots count, "epoch" or "step".

    ``ensemble[i]`` is an ordinary ``torch.nn.Module``.
    """

    template: nn.Module
    params: dict[str, Tensor]
    member: Bool[np.ndarray, "models examples"]
    snapshots: dict[int, dict[str, Tensor]] = field(default_factory=dict)
    counted_in: str = "epoch"

    def __len__(self):
        return len(self.member)

    def __getitem__(self, index: int) -> nn.Module:
        if not -len(self) <= index < len(self):
            raise IndexError(f"Model {index} was asked for; there are {len(self)}, numbered from 0.")
        model = copy.deepcopy(self.template)
        for name, value in model.named_parameters():
            value.data = self.params[name][index].detach().clone()
        return model.eval()

    def __repr__(self):
        size = sum(p[0].numel() for p in self.params.values())
        return f"Ensemble({len(self)} models of {size:,} parameters)"

    def at_epoch(self, epoch: int) -> "Ensemble":
        """The same models as they were after ``epoch`` epochs; asked for with ``train(snapshots=...)``."""
        return self._kept("epoch", epoch)

    def at_step(self, step: int) -> "Ensemble":
        """The same models after ``step`` steps of DP-SGD, which has no epochs: its batches come by chance."""
        return self._kept("step", step)

    def _kept(self, unit, number):
        if unit != self.counted_in:
            raise ValueError(
                f"These models were kept by {self.counted_in}, not by {unit}: use at_{self.counted_in}(...) with one of "
                f"{sorted(self.snapshots)}."
            )
        if number not in self.snapshots:
            raise ValueError(
                f"{unit.capitalize()} {number} was not kept; kept are {sorted(self.snapshots)}. "
                f"Train again with snapshots=({number},)."
            )
        return replace(self, params=self.snapshots[number])

    def logits(
        self, x: Float[np.ndarray, "examples *features"]
    ) -> Float[np.ndarray, "models examples classes"]:
        """Every model's logits for every row of ``x``, in float64."""
        some = next(iter(self.params.values()))
        x = torch.as_tensor(np.array(x), dtype=some.dtype, device=some.device)
        n_classes, cost = _probe(self.template, x)
        out = np.empty((len(self), len(x), n_classes))
        rows = max(1, _CACHE // (cost * some.element_size()))

        def fill(i):
            template = copy.deepcopy(self.template)
            params = {name: p[i : i + 1] for name, p in self.params.items()}
            for start in range(0, len(x), rows):
                part = x[start : start + rows]
                out[i, start : start + rows] = _forward(template, params, part[None])[0].mT.cpu().numpy()

        with _one_blas_thread(), torch.no_grad(), ThreadPoolExecutor(_workers(some.device)) as pool:
            list(pool.map(lambda i: torch.no_grad()(fill)(i), range(len(self))))
        return out


@dataclass(frozen=True)
class _Recipe:
    """How to train; everything a worker needs beside the data."""

    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    dropout: float
    label_smoothing: float
    snapshots: tuple[int, ...]
    privacy: DPSGD | None = None
    release: Callable | None = None
    watch: Callable | None = None


@dataclass(frozen=True)
class _Draws:
    """What a chunk trained with DP-SGD must know beside its data."""

    models: Int[np.ndarray, " models"]
    width: int  # places of a batch; a larger draw takes several passes
    canaries: Float[np.ndarray, "canaries parameters"]
    inserted: Bool[np.ndarray, "models canaries"]


def train(
    model: nn.Module,
    data: Dataset,
    member: Bool[np.ndarray, "models examples"],
    *,
    epochs: int | None = None,
    batch_size: int | None = None,
    learning_rate: float | None = None,
    weight_decay: float = 0.0,
    dropout: float = 0.0,
    label_smoothing: float = 0.0,
    privacy: DPSGD | None = None,
    labels: Int[np.ndarray, "models examples"] | Float[np.ndarray, "models examples classes"] | None = None,
    snapshots: Sequence[int] = (),
    seed: int | Sequence[int] = 0,
    dtype: torch.dtype = torch.float64,
    device: str = "auto",
    memory: int = 512 * 2**20,
    executor: Executor | None = None,
    progress: bool = True,
    canaries: GradientCanaries | None = None,
    watch: Callable | None = None,
    release: Callable | None = None,
) -> Ensemble:
    """Train one model for each row of ``member``, all of them together.

    Each model minimises the mean cross-entropy of its own members with Adam (``torch.optim.AdamW``), in
    batches drawn without replacement, a new order every epoch. Its cost is that of its own members.

    With ``privacy`` it is DP-SGD instead: plain steps of ``learning_rate`` along the noisy sum of clipped
    gradients over the batch size to be expected, sample_rate × its number of members.

    Args:
        model: the architecture, any module without buffers; its parameters are not used.
        member: True where a model's training set holds the example; at least one a model.
        epochs: how often every member is seen; with ``privacy`` its ``steps`` say how long instead.
        batch_size: 64 unless given; with ``privacy`` its ``sample_rate`` says how many instead.
        learning_rate: 1e-3 unless given, or 1 with ``privacy``.
        weight_decay: decoupled from the gradient, as in AdamW; it acts as in Adam when it is 0.
        dropout: probability in [0, 1) for every ``nn.Dropout`` of the module.
        label_smoothing: share in [0, 1) of the target spread over all classes.
        privacy: how to run DP-SGD, and what it promises: :class:`mia_teach.dpsgd.DPSGD`.
        labels: each model's own labels instead of ``data.y``, for example with label noise; or soft ones, a
            probability for each class, as a teacher gives them.
        snapshots: epochs after which to keep the parameters, see :meth:`Ensemble.at_epoch`; with ``privacy`` steps,
            see :meth:`Ensemble.at_step`. Only the last is covered by no more than its own steps.
        seed: one integer for all, from which :func:`model_seeds` makes one a model, or one a model.
        dtype: float64 gives the same numbers on different CPUs; float32 suits a GPU.
        device: "auto" takes a GPU where there is one, else the CPU.
        memory: bytes that training may take beside data and result; models are trained in chunks that fit.
        executor: any ``concurrent.futures.Executor`` to train chunks of models elsewhere; its workers
            need this package, and the data go along with every chunk.
        progress: whether to show a bar if it takes over two seconds.
        canaries: gradients that an auditor inserts: :class:`mia_teach.dpsgd.GradientCanaries`.
        watch: for an auditor, called as ``watch(step, models, update)`` after each step of DP-SGD: which models,
            and a row for each with the noisy sum released to it. Several threads call it, for different models.
        release: another way to make that sum from the drawn records' gradients, with the signature of
            :func:`mia_teach.dpsgd.noisy_sum`, for example one under audit; called for each model and step.

    Work goes to a Dask cluster in three lines (the package's extra ``scale`` brings Dask). The models are the
    same, and a worker lost on the way costs a second try of its chunks, not the result::

        from distributed import Client
        client = Client("tcp://address-of-the-scheduler:8786")
        ensemble = train(model, data, member, epochs=30, executor=client.get_executor())

    Raises: ValueError with a sentence for what cannot be trained; BrokenExecutor where the executor lost
    a worker and can't go on. An interrupt leaves nothing half-made.

    Source: the idea of stacking is torch.func's "model ensembling"; Kingma & Ba 2015 (Adam),
    Loshchilov & Hutter 2019 (decoupled weight decay), Srivastava et al. 2014 (dropout),
    Szegedy et al. 2016 (label smoothing, section 7).

    >>> from mia_teach import coin_flips, load_digits, mlp
    >>> digits = load_digits()
    >>> ensemble = train(mlp(64, 10), digits, coin_flips(3, len(digits), seed=0), epochs=2)
    >>> ensemble
    Ensemble(3 models of 650 parameters)
    """
    _check_privacy(model, privacy, epochs, batch_size, executor, canaries, watch, release)
    duration = epochs if privacy is None else privacy.steps
    if learning_rate is None:
        learning_rate = 1e-3 if privacy is None else 1.0
    recipe = _Recipe(
        duration,
        64 if batch_size is None else batch_size,
        learning_rate,
        weight_decay,
        dropout,
        label_smoothing,
        tuple(sorted({*snapshots, duration})),
        privacy,
        release,
        watch,
    )
    _check_recipe(recipe)
    member = _checked_membership(member, len(data))
    template = _prepared(model, dropout, dtype)
    device = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
    x = torch.as_tensor(np.array(data.x), dtype=dtype, device=device)
    if not torch.isfinite(x).all():
        raise ValueError("Some features are infinite or NaN. Fill or drop them before training.")
    n_classes, cost = _probe(template, x)
    y = _checked_labels(data.y if labels is None else labels, member.shape, n_classes)
    seeds = model_seeds(seed, len(member))

    template = template.to(device)
    size = sum(p.numel() for p in template.parameters())
    sizes, cpu = member.sum(axis=1), torch.device(device).type == "cpu"
    width, extra, in_step = recipe.batch_size, 0, recipe.batch_size
    if privacy is not None:
        canaries = _checked_canaries(canaries, len(member), size)
        room = (min(memory, _CACHE) if cpu else memory) // (torch.finfo(dtype).bits // 8) - 4 * size
        if release is not None or not _is_chain(template):
            cost += 2 * size
        in_step = int(sizes.max())
        width = _usual_batch(in_step, privacy.sample_rate)
        extra = size * width if release is not None else 0
        width = max(1, min(width, room // cost // _LANES * _LANES))
    per_model = torch.finfo(dtype).bits // 8 * (4 * size + width * cost + extra)
    if per_model > memory:
        raise ValueError(
            f"One model needs about {per_model / 2**20:.0f} MB in training and memory={memory / 2**20:.0f} MB was "
            "given. Use a smaller batch or model, or a larger memory."
        )
    workers = _workers(device)
    limit = memory // workers if executor is None else memory
    if cpu:
        limit = min(limit, _CACHE)
    most, least = max(1, limit // per_model), -(-_WORTH // per_model)
    if executor is not None:
        most, least = min(most, _SENT), 1
    chunks = _chunks(sizes, in_step, most=most, least=least, workers=workers)
    tasks = [
        (
            template,
            x,
            torch.as_tensor(y if y.ndim == 1 else y[chunk], device=device),
            [np.flatnonzero(member[i]) for i in chunk],
            _last_width(sizes, recipe.batch_size, chunk)
            if privacy is None
            else _Draws(chunk, width, canaries.gradients, canaries.inserted[chunk]),
            seeds[chunk],
            recipe,
        )
        for chunk in chunks
    ]
    steps = [duration * len(chunk) * -(-int(sizes[chunk[0]]) // in_step) for chunk in chunks]
    work = _train_chunk if privacy is None else _train_chunk_privately
    with waiting(sum(steps), "training", show=progress) as done:
        if executor is None:
            parts = _in_threads(work, tasks, workers, done)
        else:
            parts = _elsewhere(work, tasks, steps, executor, done)

    order = np.argsort(np.concatenate(chunks), kind="stable")
    kept = {
        epoch: {name: torch.cat([part[epoch][name] for part in parts])[order] for name in parts[0][epoch]}
        for epoch in recipe.snapshots
    }
    lost = ~torch.stack([p.isfinite().flatten(1).all(1) for p in kept[duration].values()]).all(0)
    if lost.any():
        raise ValueError(
            f"{int(lost.sum())} of {len(member)} models diverged: their parameters are no longer finite. "
            f"Use a learning rate below {learning_rate:g}."
        )
    return Ensemble(template, kept[duration], member, kept, "epoch" if privacy is None else "step")


def model_seeds(seed: int | Sequence[int], models: int) -> Int[np.ndarray, " models"]:
    """One seed a model, from one integer; asking for more models leaves the first ones unchanged.

    >>> bool((model_seeds(0, 3) == model_seeds(0, 5)[:3]).all())
    True
    """
    if np.ndim(seed) == 0:
        return np.random.SeedSequence(int(seed)).generate_state(models).astype(np.int64)
    if len(seed) != models:
        raise ValueError(
            f"{len(seed)} seeds came for {models} models; give one integer, or one for each model."
        )
    return np.asarray(seed, np.int64)


# --- what is refused -------------------------------------------------------------------------------


def _check_privacy(model, privacy, epochs, batch_size, executor, canaries, watch, release):
    if privacy is None:
        if epochs is None:
            raise ValueError("How long to train was not said. Give epochs=30, say, or privacy=DPSGD(...).")
        if canaries is not None or watch is not None or release is not None:
            raise ValueError(
                "canaries, watch and release belong to DP-SGD, and no privacy came. "
                "Give privacy=DPSGD(...); with noise_multiplier=0 it adds no noise."
            )
        return
    if epochs is not None or batch_size is not None:
        raise ValueError(
            "epochs or batch_size came beside privacy, whose steps and sample_rate say how long and how many. "
            f"Leave them out; an epoch's worth is about {round(1 / privacy.sample_rate):,} steps."
        )
    mixing = [type(m).__name__ for m in model.modules() if isinstance(m, nn.modules.batchnorm._NormBase)]
    if mixing:
        raise ValueError(
            f"The module holds {mixing[0]}: it mixes the examples of a batch, so that one record changes the others' "
            "gradients and clipping bounds nothing. Use nn.GroupNorm or nn.LayerNorm instead."
        )
    if executor is not None and watch is not None:
        raise ValueError(
            "watch can't see what an executor trains elsewhere. Leave out one of them: executor or watch."
        )


def _checked_canaries(canaries, models, size):
    if canaries is None:
        return GradientCanaries(np.zeros((0, size)), np.zeros((models, 0), bool))
    if canaries.gradients.shape[1] != size or len(canaries.inserted) != models:
        raise ValueError(
            f"Canaries for {len(canaries.inserted)} models of {canaries.gradients.shape[1]:,} parameters came; there are "
            f"{models} models of {size:,}. Give gradients (canaries, {size}) and inserted ({models}, canaries)."
        )
    return canaries


def _check_recipe(recipe):
    for name in ("epochs", "batch_size"):
        value = getattr(recipe, name)
        if int(value) != value or value < 1:
            raise ValueError(f"{name} must be a whole number of at least 1; {value!r} came.")
    if not recipe.learning_rate > 0 or not recipe.weight_decay >= 0:
        raise ValueError(
            f"learning_rate must be positive and weight_decay not negative; "
            f"{recipe.learning_rate!r} and {recipe.weight_decay!r} came."
        )
    for name in ("dropout", "label_smoothing"):
        if not 0 <= getattr(recipe, name) < 1:
            raise ValueError(f"{name} must be at least 0 and below 1; {getattr(recipe, name)!r} came.")
    if recipe.snapshots[0] < 1 or recipe.snapshots[-1] > recipe.epochs:
        raise ValueError(f"Snapshots must be epochs from 1 to {recipe.epochs}; {recipe.snapshots} came.")


def _checked_membership(member, examples):
    member = np.asarray(member)
    if member.dtype != bool or member.ndim != 2 or member.shape[1] != examples:
        raise ValueError(
            f"Membership of type {member.dtype} and shape {member.shape} came; a bool array of shape "
            f"(models, {examples}) is needed, one row a model. For one model use member[None]."
        )
    empty = np.flatnonzero(~member.any(axis=1))
    if len(empty) or not len(member):
        who = f"Model {empty[0]} has" if len(empty) else "There is no model, or it has"
        raise ValueError(f"{who} an empty training set. Give every row of member at least one True.")
    return member.copy()


def _checked_labels(labels, shape, n_classes):
    labels = np.asarray(labels)
    if labels.dtype.kind == "f":
        return _checked_soft_labels(labels, (*shape, n_classes))
    if labels.dtype.kind not in "iu" or labels.shape not in (shape, shape[1:]):
        raise ValueError(
            f"Labels of type {labels.dtype} and shape {labels.shape} came; integers of shape {shape[1:]} "
            f"or, for each model its own, {shape} are needed."
        )
    if labels.min() < 0 or labels.max() >= n_classes:
        raise ValueError(
            f"Labels from {labels.min()} to {labels.max()} came, but the model has {n_classes} classes, "
            f"0 to {n_classes - 1}. Match the model's last width to the labels."
        )
    return labels.astype(np.int64)


def _checked_soft_labels(labels, shape):
    if labels.shape != shape:
        raise ValueError(
            f"Soft labels of shape {labels.shape} came; {shape} is needed: for each model its own, a probability a class."
        )
    if not (labels >= 0).all() or not np.allclose(labels.sum(axis=2), 1):
        raise ValueError(
            "Soft labels must be probabilities: none negative, and 1 in sum over the classes. Give a softmax of logits, "
            "not the logits."
        )
    return labels.astype(np.float64)


def _prepared(model, dropout, dtype):
    """A copy of the architecture in which dropout waits for masks of our own drawing."""
    buffers = [name for name, _ in model.named_buffers()]
    if buffers:
        raise ValueError(
            f"The module keeps buffers ({', '.join(buffers[:3])}), as batch normalisation does; they would mix "
            "examples and models. Use nn.GroupNorm or nn.LayerNorm instead of nn.BatchNorm."
        )
    template = copy.deepcopy(model).to(dtype).eval()
    if dropout and not any(isinstance(m, nn.Dropout) for m in template.modules()):
        raise ValueError(
            "dropout was given, but the module has no nn.Dropout for it to act on. mlp(...) has."
        )
    return template


def _probe(template, x):
    """Number of classes, and numbers held per example and model in a step, by one example's pass."""
    held = [x[0].numel()]
    hooks = [m.register_forward_hook(lambda m, i, o: held.append(3 * o.numel())) for m in template.modules()]
    try:
        with torch.no_grad():
            out = template(x[:1])
    except RuntimeError as error:
        raise ValueError(
            f"The model can't take examples of shape {tuple(x.shape[1:])}: {error}. "
            "Match its first width to the number of features."
        ) from error
    finally:
        for hook in hooks:
            hook.remove()
    return out.shape[-1], sum(held)


# --- the work --------------------------------------------------------------------------------------


def _workers(device):
    if torch.device(device).type != "cpu":
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _one_blas_thread():
    """One thread an operation: matrices this small are slower with two. The old count comes back."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _usual_batch(members, sample_rate):
    """Places that a drawn batch rarely exceeds: 2.5 standard deviations above its mean, in full lanes.

    A product of matrices is rounded in another way where its rows do not begin on a lane.
    """
    mean = members * sample_rate
    places = min(members, int(np.ceil(mean + 2.5 * np.sqrt(mean * (1 - sample_rate)))))
    return places + -places % _LANES


def _chunks(sizes, batch_size, *, most, least, workers):
    """Groups of models whose epochs have the same number of steps, small enough, shared among workers.

    A group of fewer than twice ``least`` stays whole, for threads take turns in all that is Python.
    """
    steps = -(-sizes // batch_size)
    chunks = []
    for count in sorted(set(steps), reverse=True):
        group = np.flatnonzero(steps == count)
        parts = max(-(-len(group) // most), min(workers, len(group) // least), 1)
        if parts > workers:
            parts = min(len(group), -(-parts // workers) * workers)
        chunks += np.array_split(group, parts)
    return chunks


def _last_width(sizes, batch_size, chunk):
    """Width of the last batch: that of the largest model with as many steps, in whichever chunk it is.

    A sum over more places is taken in another order, so a chunk's own largest model would change the last
    digits of the others.
    """
    steps = -(-sizes // batch_size)
    return int((sizes - (steps - 1) * batch_size)[steps == steps[chunk[0]]].max())


class _Stopped(Exception):
    """Another part of the same call failed or was interrupted."""


def _in_threads(work, tasks, workers, done):
    stop, lock, pending = threading.Event(), threading.Lock(), []

    def tick(steps):
        if stop.is_set():
            raise _Stopped
        with lock:
            pending.append(steps)

    with _one_blas_thread(), ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(work, *task, tick) for task in tasks]
        try:
            unfinished = set(futures)
            while unfinished:
                finished, unfinished = wait(unfinished, timeout=0.1, return_when=FIRST_COMPLETED)
                with lock:
                    count, pending[:] = sum(pending), []
                done(count)
                for future in finished:
                    future.result()
        except BaseException:
            stop.set()
            for future in futures:
                future.cancel()
            raise
    return [future.result() for future in futures]


def _elsewhere(work, tasks, steps, executor, done):
    futures = {}
    try:
        for task, count in zip(tasks, steps, strict=True):
            futures[executor.submit(_alone, *task, work)] = count
        unfinished = set(futures)
        while unfinished:
            finished, unfinished = wait(unfinished, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in finished:
                future.result()
                done(futures[future])
    except BaseException as error:
        for future in futures:
            future.cancel()
        if isinstance(error, BrokenExecutor):
            raise BrokenExecutor(
                "The executor lost a worker, perhaps for want of memory, and takes no more work. "
                "Make a new one, with fewer workers or more memory for each, and train again."
            ) from error
        raise
    return [future.result() for future in futures]


def _alone(template, x, y, rows, draws, seeds, recipe, work):
    with _one_blas_thread():
        return work(template, x, y, rows, draws, seeds, recipe, lambda steps: None)


def _train_chunk(template, x, y, rows, width, seeds, recipe, tick):
    """Train some models whose epochs have the same number of steps; parameters by epoch."""
    rngs = [np.random.default_rng(int(seed)) for seed in seeds]
    noise = [np.random.default_rng([int(seed), 1]) for seed in seeds]
    stores, params = _laid_out(_initial(template, rngs, x))
    drops = _dropout_shapes(template, x) if recipe.dropout else {}
    module = _masked(template, drops)
    optimiser = torch.optim.AdamW(
        stores, lr=recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True
    )
    sizes = np.array([len(own) for own in rows])
    steps = -(-sizes[0] // recipe.batch_size)
    last = sizes - (steps - 1) * recipe.batch_size
    weights = [np.full((len(rows), recipe.batch_size), 1 / recipe.batch_size)] * (steps - 1)
    # each model's own mean: a place past the end of its last batch weighs nothing
    weights.append((np.arange(width) < last[:, None]) / last[:, None])
    weights = [torch.as_tensor(w).to(x) for w in weights]
    kept = {}
    for epoch in range(1, recipe.epochs + 1):
        order = np.zeros((len(rows), steps * recipe.batch_size), np.int64)
        for i, (rng, own) in enumerate(zip(rngs, rows, strict=True)):
            order[i, : len(own)] = rng.permutation(own)
        order = torch.as_tensor(order, device=x.device)
        for step, weight in enumerate(weights):
            batch = order[:, step * recipe.batch_size :][:, : weight.shape[1]]
            inputs = x.index_select(0, batch.flatten()).unflatten(0, batch.shape)
            labels = _labels_of(y, batch, x)
            masks = _masks(drops, noise, recipe, batch.shape[1], x)
            logits = _forward(module, {**params, **masks}, inputs)
            loss = F.cross_entropy(logits, labels, reduction="none", label_smoothing=recipe.label_smoothing)
            gradients = torch.autograd.grad((loss * weight).sum(), list(params.values()))
            for store, gradient in zip(stores, gradients, strict=True):
                store.grad = _in_full_lanes(gradient)
            optimiser.step()
            tick(len(rows))
        if epoch in recipe.snapshots:
            kept[epoch] = {name: p.detach().clone() for name, p in params.items()}
    return kept


def _train_chunk_privately(template, x, y, rows, draws, seeds, recipe, tick):
    """Train some models with DP-SGD; parameters by step.

    Records, dropout, noise and canaries have a generator each, so that none of them moves another's draws.
    """
    privacy = recipe.privacy
    rngs = [np.random.default_rng(int(seed)) for seed in seeds]
    dropout, noise, coins = ([np.random.default_rng([int(seed), use]) for seed in seeds] for use in (1, 2, 3))
    params = _initial(template, rngs, x)
    lengths = [p[0].numel() for p in params.values()]
    drops = _dropout_shapes(template, x) if recipe.dropout else {}
    module = _masked(template, drops)
    for layer in module.modules():
        if getattr(layer, "inplace", False):
            layer.inplace = False  # what a linear layer gave is asked for its gradient later
    added = np.empty((len(rows), sum(lengths)))
    expected = torch.tensor([[len(own) * privacy.sample_rate] for own in rows]).to(x)
    kept = {}
    for step in range(1, privacy.steps + 1):
        drawn = [own[rng.random(len(own)) < privacy.sample_rate] for rng, own in zip(rngs, rows, strict=True)]
        joining = [
            draws.canaries[here & (rng.random(len(here)) < privacy.sample_rate)]
            for rng, here in zip(coins, draws.inserted, strict=True)
        ]
        keeps = {
            f"{name}.mask": [
                (rng.random((len(own), *shape)) >= recipe.dropout) / (1 - recipe.dropout)
                for rng, own in zip(dropout, drawn, strict=True)
            ]
            for name, shape in drops.items()
        }
        passes = _passes(module, params, x, y, drawn, keeps, draws.width, recipe)
        if recipe.release is None:
            update = sum(passes, torch.zeros(len(rows), sum(lengths)).to(x))
            for own, place, rng in zip(joining, added, noise, strict=True):
                rng.standard_normal(out=place)
                place *= privacy.noise_multiplier * privacy.max_grad_norm
                if len(own):
                    place += clipped_sum(own, privacy.max_grad_norm)
            update += torch.as_tensor(added).to(x)
        else:
            update = _released(passes, drawn, joining, noise, recipe).to(x)
        if recipe.watch is not None:
            recipe.watch(step, draws.models, update.cpu().numpy().astype(np.float64))
        moves = (update * (recipe.learning_rate / expected)).split(lengths, dim=1)
        for p, move in zip(params.values(), moves, strict=True):
            p.mul_(1 - recipe.learning_rate * recipe.weight_decay).sub_(move.view_as(p))
        tick(len(rows))
        if step in recipe.snapshots:
            kept[step] = {name: p.clone() for name, p in params.items()}
    return kept


def _passes(module, params, x, y, drawn, keeps, width, recipe):
    """For each ``width`` of the drawn records: their clipped sum, or for another ``release`` each one's gradient.

    All sums are taken over as many places, so that a model's last digits do not depend on the luck of others;
    a place that is not filled adds an exact 0.
    """
    for start in range(0, max(map(len, drawn)), width):
        batch = torch.as_tensor(_padded(drawn, start, width), device=x.device)
        filled = torch.as_tensor(_padded([np.ones(len(own)) for own in drawn], start, width)).to(x)
        masks = {name: torch.as_tensor(_padded(keep, start, width)).to(x) for name, keep in keeps.items()}
        inputs = x.index_select(0, batch.flatten()).unflatten(0, batch.shape)
        labels = _labels_of(y, batch, x)
        if recipe.release is not None or not _is_chain(module):
            labels = labels.mT if labels.ndim == 3 else labels
            rows = per_example_gradients(module, params, masks, inputs, labels, recipe.label_smoothing)
            clip = recipe.privacy.max_grad_norm
            yield rows if recipe.release is not None else sum_from_gradients(rows, filled, clip)
            continue
        layers = {}
        logits = _forward(module, {**params, **masks}, inputs, layers)
        loss = F.cross_entropy(logits, labels, reduction="none", label_smoothing=recipe.label_smoothing)
        errors = torch.autograd.grad((loss * filled).sum(), [out for _, out in layers.values()])
        with torch.no_grad():
            pairs = {name: (given, e) for (name, (given, _)), e in zip(layers.items(), errors, strict=True)}
            sums = sum_from_errors(pairs, params.keys(), recipe.privacy.max_grad_norm)
            yield torch.cat([sums[name].flatten(1) for name in params], dim=1)


def _padded(rows, start, width):
    out = np.zeros((len(rows), width, *rows[0].shape[1:]), rows[0].dtype)
    for place, own in zip(out, rows, strict=True):
        part = own[start : start + width]
        place[: len(part)] = part
    return out


def _released(passes, drawn, joining, noise, recipe):
    """One released sum a model by the given function, which sees the drawn gradients alone."""
    passes = [gradients.cpu().numpy().astype(np.float64) for gradients in passes]
    sums = []
    for i, (own, canaries, rng) in enumerate(zip(drawn, joining, noise, strict=True)):
        rows = np.concatenate([canaries[:0], *(gradients[i] for gradients in passes)])
        gradients = np.concatenate([rows[: len(own)], canaries])
        update = np.asarray(recipe.release(gradients, recipe.privacy, rng), np.float64)
        if update.shape != gradients.shape[1:]:
            raise ValueError(
                f"release gave an array of shape {update.shape} for gradients of shape {gradients.shape}; one sum is "
                f"needed, of shape {gradients.shape[1:]}."
            )
        sums.append(update)
    return torch.as_tensor(np.stack(sums))


def _labels_of(y, batch, x):
    """Labels (models, batch), or soft ones (models, classes, batch), as cross_entropy wants them."""
    if y.ndim == 1:
        return y[batch]
    if y.ndim == 2:
        return y.gather(1, batch)
    return y[torch.arange(len(y), device=y.device)[:, None], batch].mT.to(x)


def _initial(template, rngs, x):
    """PyTorch's default start, uniform within 1/sqrt(fan-in), but drawn by NumPy, the same on every CPU.

    Parameters of layers without a weight matrix, such as a normalisation's, start as the template's.
    Source: He et al. 2015 with a = sqrt(5), which is what ``torch.nn.Linear`` and ``Conv2d`` do.
    """
    params = {}
    for prefix, module in template.named_modules():
        weight = getattr(module, "weight", None)
        bound = weight[0].numel() ** -0.5 if isinstance(weight, Tensor) and weight.ndim > 1 else None
        for name, parameter in module.named_parameters(prefix, recurse=False):
            if bound is None:
                stacked = parameter.detach().expand(len(rngs), *parameter.shape).clone()
            else:
                stacked = torch.as_tensor(
                    np.stack([rng.uniform(-bound, bound, parameter.shape) for rng in rngs])
                )
            params[name] = stacked.to(x)
    return params


def _laid_out(start):
    """The flat arrays that the optimiser moves, and the parameters, which lie in the same memory."""
    stores = [_in_full_lanes(p) for p in start.values()]
    return stores, {
        name: store[: p.numel()].view_as(p).requires_grad_()
        for store, (name, p) in zip(stores, start.items(), strict=True)
    }


def _in_full_lanes(values):
    """The numbers in a row, with zeros behind them until a processor's lanes are full.

    Numbers that do not fill the lanes are rounded in another way in the optimiser's step. Without the
    zeros, a model's last digits would depend on how many others share its chunk.
    """
    flat = values.flatten()  # the fused step reads memory in order, whatever the strides
    missing = -len(flat) % _LANES
    return F.pad(flat, (0, missing)) if missing else flat


def _forward(module, params, x, layers=None):
    """Logits (models, classes, batch) of stacked parameters for inputs (models, batch, *features).

    A chain of linear layers and element-wise functions, the usual case here, is one batched product a
    layer, with features before batch so that gradients come out in the order of the weights. Any other
    module goes through ``torch.func.vmap``. Both are the same function. ``layers``, if given, is filled with
    each linear layer's input and output, from which a gradient can be asked for.
    """
    if not _is_chain(module):
        return vmap(lambda p, inputs: functional_call(module, p, (inputs,)))(params, x).mT
    x = x.mT
    for name, layer in module._modules.items():  # named_children() leaves out a ReLU that is used twice
        if isinstance(layer, nn.Linear):
            weight, bias = params[f"{name}.weight"], params.get(f"{name}.bias")
            given, x = x, weight @ x if bias is None else torch.baddbmm(bias[:, :, None], weight, x)
            if layers is not None:
                layers[name] = given, x if x.requires_grad else x.requires_grad_()
        elif isinstance(layer, _Mask):
            x = x * params[f"{name}.mask"].mT
        else:
            x = layer(x)
    return x


class _Mask(nn.Module):
    """Stands where an ``nn.Dropout`` stood and multiplies by a given mask."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mask", torch.ones(()))

    def forward(self, x):
        return x * self.mask


_SIMPLE = (nn.Linear, nn.ReLU, nn.Tanh, nn.Sigmoid, nn.GELU, nn.ELU, nn.Identity, nn.Dropout, _Mask)


def _is_chain(module):
    if type(module) is not nn.Sequential or not all(type(layer) in _SIMPLE for layer in module):
        return False
    linear = [layer for layer in module if isinstance(layer, nn.Linear)]
    return len(linear) == len(set(linear))


def _masked(template, names):
    """A copy of the architecture, since ``functional_call`` borrows it, with masks in place of dropout."""
    module = copy.deepcopy(template)
    for name in names:
        parent, _, child = name.rpartition(".")
        setattr(module.get_submodule(parent), child, _Mask())
    return module


def _dropout_shapes(template, x):
    # a copy of one's own: torch numbers hooks without a lock, so on a shared module two threads' hooks can be one
    template, shapes, hooks = copy.deepcopy(template), {}, []
    for name, module in template.named_modules():
        if isinstance(module, nn.Dropout):
            hooks.append(
                module.register_forward_hook(lambda m, i, o, name=name: shapes.__setitem__(name, o.shape[1:]))
            )
    with torch.no_grad():
        template(x[:1])
    for hook in hooks:
        hook.remove()
    return shapes


def _masks(shapes, rngs, recipe, width, x):
    """Dropout masks (models, batch, ...), 0 or 1/(1 - p), each model's by its own generator."""
    keep = 1 - recipe.dropout
    return {
        f"{name}.mask": torch.as_tensor(
            np.stack([rng.random((recipe.batch_size, *shape))[:width] < keep for rng in rngs]) / keep
        ).to(x)
        for name, shape in shapes.items()
    }
