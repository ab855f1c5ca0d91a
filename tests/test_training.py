import concurrent.futures
import os
import signal
import threading
import time
import warnings

import numpy as np
import pytest
import torch
from torch import nn

from mia_teach import Dataset, cnn, coin_flips, fixed_size, logistic, mlp, training
from mia_teach.training import model_seeds, train


def some_data(examples=120, features=6, classes=3, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, classes, examples)
    x = rng.normal(size=(examples, features)) + 0.8 * np.eye(classes, features)[y]
    return Dataset(x=x, y=y, n_classes=classes)


DATA = some_data()
MEMBER = fixed_size(5, len(DATA), size=50, seed=1)
QUICK = {"epochs": 3, "batch_size": 16, "progress": False}


class Odd(nn.Module):
    """No chain of linear layers: it must go through vmap."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(6, 8)
        self.norm = nn.LayerNorm(8)
        self.drop = nn.Dropout(0.0)
        self.last = nn.Linear(8, 3, bias=False)

    def forward(self, x):
        return self.last(self.drop(torch.tanh(self.norm(self.first(x)))) ** 2)


MODELS = {"logistic": logistic(6, 3), "mlp": mlp(6, 16, 8, 3), "odd": Odd()}


def assert_same(one, other, tolerance=1e-10):
    assert one.params.keys() == other.params.keys()
    for name in one.params:
        torch.testing.assert_close(one.params[name], other.params[name], rtol=tolerance, atol=tolerance)


def plain_loop(model, data, own, seed, *, epochs, batch_size, lr=1e-3, weight_decay=0.0, smoothing=0.0):
    """One model in plain PyTorch: an independent oracle, given only the start and the order of batches."""
    model = train(model, data, own[None], epochs=1, learning_rate=1e-300, seed=[seed], progress=False)[
        0
    ].train()
    rng = np.random.default_rng(seed)
    for module in model.modules():  # advance the generator past the initial weights
        if getattr(module, "weight", None) is not None and module.weight.ndim > 1:
            for parameter in module.parameters(recurse=False):
                rng.uniform(-1, 1, tuple(parameter.shape))
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=lr, weight_decay=weight_decay, foreach=False, fused=False
    )
    loss = nn.CrossEntropyLoss(label_smoothing=smoothing)
    x, y = torch.tensor(data.x), torch.tensor(data.y)
    for _ in range(epochs):
        order = rng.permutation(np.flatnonzero(own))
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            optimiser.zero_grad()
            loss(model(x[batch]), y[batch]).backward()
            optimiser.step()
    return model


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("options", [{}, {"weight_decay": 0.1, "label_smoothing": 0.2}])
def test_one_of_many_equals_a_plain_pytorch_loop(name, options):
    ensemble = train(MODELS[name], DATA, MEMBER, seed=4, **options, **QUICK)
    seed = model_seeds(4, 5)[2]
    loop = plain_loop(
        MODELS[name], DATA, MEMBER[2], int(seed), epochs=3, batch_size=16,
        weight_decay=options.get("weight_decay", 0.0), smoothing=options.get("label_smoothing", 0.0),
    )  # fmt: skip
    for (parameter, ours), theirs in zip(ensemble[2].named_parameters(), loop.parameters(), strict=True):
        torch.testing.assert_close(
            ours, theirs, rtol=1e-9, atol=1e-10, msg=lambda m, p=parameter: f"{p}: {m}"
        )


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("options", [{}, {"dropout": 0.4}])
def test_together_equals_alone_even_with_training_sets_of_different_sizes(name, options):
    if name == "logistic" and options:
        options = {"label_smoothing": 0.1}
    member = coin_flips(6, len(DATA), seed=3)
    member[0, 10:] = False
    member[0, :3] = True
    member[5] = True
    together = train(MODELS[name], DATA, member, seed=8, **options, **QUICK)
    for i, seed in enumerate(model_seeds(8, 6)):
        alone = train(MODELS[name], DATA, member[i : i + 1], seed=[int(seed)], **options, **QUICK)
        for parameter in alone.params:
            torch.testing.assert_close(
                alone.params[parameter][0], together.params[parameter][i], rtol=1e-9, atol=1e-10
            )


def test_a_model_depends_on_nothing_but_its_own_members():
    other = DATA.x.copy()
    other[~MEMBER[1]] = 99.0
    changed = Dataset(x=other, y=np.where(MEMBER[1], DATA.y, 0), n_classes=3)
    before, after = (train(mlp(6, 8, 3), d, MEMBER[1:2], seed=1, **QUICK) for d in (DATA, changed))
    assert_same(before, after, tolerance=0)


def test_every_member_counts():
    start = train(mlp(6, 8, 3), DATA, MEMBER[:1], epochs=1, progress=False)
    for index in np.flatnonzero(MEMBER[0])[[0, 20, -1]]:
        x = DATA.x.copy()
        x[index] += 1
        moved = train(mlp(6, 8, 3), Dataset(x=x, y=DATA.y, n_classes=3), MEMBER[:1], epochs=1, progress=False)
        assert any((start.params[n] != moved.params[n]).any() for n in start.params)


def test_models_with_the_same_members_have_their_own_start_and_order():
    ensemble = train(mlp(6, 8, 3), DATA, MEMBER[[0, 0]], **QUICK)
    assert (ensemble.params["0.weight"][0] != ensemble.params["0.weight"][1]).all()


def test_chunks_threads_and_memory_do_not_change_the_result(monkeypatch):
    member = fixed_size(13, len(DATA), size=50, seed=1)
    whole = train(mlp(6, 16, 3), DATA, member, **QUICK)
    monkeypatch.setattr(training, "_WORTH", 1)
    for workers, memory in ((2, 2**29), (1, 60_000)):
        monkeypatch.setattr(training, "_workers", lambda device, n=workers: n)
        assert_same(whole, train(mlp(6, 16, 3), DATA, member, memory=memory, **QUICK), tolerance=0)


@pytest.mark.parametrize(
    ("models", "workers", "sizes"),
    [(5, 2, [5]), (19, 2, [19]), (20, 2, [10, 10]), (35, 16, [12, 12, 11]), (100, 2, [25] * 4)],
)
def test_threads_get_chunks_that_are_worth_one(models, workers, sizes):
    chunks = training._chunks(np.full(models, 50), 16, most=30, least=10, workers=workers)
    assert [len(chunk) for chunk in chunks] == sizes


def test_memory_stays_within_the_budget():
    wide, data = mlp(6, 3000, 3), some_data(examples=64)
    member = fixed_size(24, 64, size=32, seed=0)
    budget, tracked, lock = 24 * 2**20, [0], threading.Lock()
    real = training._train_chunk

    def counting(template, x, y, rows, *rest):
        with lock:
            tracked.append(len(rows))
        return real(template, x, y, rows, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "_train_chunk", counting)
        train(wide, data, member, epochs=1, memory=budget, progress=False)
    size = sum(p.numel() for p in wide.parameters())
    assert 0 < max(tracked) * 8 * (4 * size + 64 * 3000 * 3) * training._workers("cpu") <= budget * 1.05


def test_a_model_that_cannot_fit_is_refused_with_its_size():
    with pytest.raises(ValueError, match=r"One model needs about .* MB"):
        train(mlp(6, 1000, 3), DATA, MEMBER, memory=100_000, **QUICK)


def test_snapshots_are_the_models_of_a_shorter_training():
    ensemble = train(mlp(6, 16, 3), DATA, MEMBER, epochs=6, snapshots=(2, 4), batch_size=16, progress=False)
    for epoch in (2, 4, 6):
        short = train(mlp(6, 16, 3), DATA, MEMBER, epochs=epoch, batch_size=16, progress=False)
        assert_same(ensemble.at_epoch(epoch), short)
    with pytest.raises(ValueError, match="Epoch 3 was not kept"):
        ensemble.at_epoch(3)


def test_own_labels_are_learned_by_the_model_they_belong_to():
    labels = np.stack([DATA.y, (DATA.y + 1) % 3])
    ensemble = train(
        mlp(6, 64, 3), DATA, MEMBER[[0, 0]], labels=labels, epochs=60, learning_rate=0.01, progress=False
    )
    guess = ensemble.logits(DATA.x).argmax(-1)
    for model in range(2):
        assert (guess[model] == labels[model])[MEMBER[0]].mean() > 0.95


def test_soft_labels_that_are_sure_are_hard_labels():
    hard = np.stack([DATA.y, (DATA.y + 1) % 3])
    soft = np.eye(3)[hard]
    for smoothing in (0.0, 0.2):
        one, other = (
            train(mlp(6, 8, 3), DATA, MEMBER[:2], labels=labels, label_smoothing=smoothing, **QUICK)
            for labels in (hard, soft)
        )
        assert_same(one, other)


def test_a_model_settles_at_the_probabilities_that_it_was_given_and_another_at_its_own():
    apart = Dataset(x=np.eye(4), y=np.zeros(4, int), n_classes=3)
    soft = np.random.default_rng(0).dirichlet(np.ones(3), size=(2, 4))
    everybody = np.ones((2, 4), bool)
    ensemble = train(
        logistic(4, 3), apart, everybody, labels=soft, epochs=3000, learning_rate=0.02, progress=False
    )
    found = np.exp(ensemble.logits(apart.x))
    np.testing.assert_allclose(found / found.sum(axis=2, keepdims=True), soft, atol=1e-3)


def test_dropout_masks_are_inverted_bernoulli_and_differ_between_models():
    recipe = training._Recipe(1, 500, 1e-3, 0.0, 0.3, 0.0, (1,))
    rngs = [np.random.default_rng(i) for i in range(2)]
    masks = training._masks({"2": (40,)}, rngs, recipe, 500, torch.zeros(1, dtype=torch.float64))["2.mask"]
    assert set(masks.unique().tolist()) == {0.0, 1 / 0.7}
    assert abs(float(masks.mean()) - 1) < 0.03
    assert (masks[0] != masks[1]).any()


def test_dropout_and_smoothing_and_decay_each_change_the_models():
    plain = train(mlp(6, 16, 3), DATA, MEMBER, **QUICK)
    for option in ({"dropout": 0.5}, {"label_smoothing": 0.2}, {"weight_decay": 1.0}):
        changed = train(mlp(6, 16, 3), DATA, MEMBER, **option, **QUICK)
        assert (plain.params["0.weight"] != changed.params["0.weight"]).any(), option


@pytest.mark.parametrize("model", [mlp(64, 16, 10), cnn(8, 10), Odd()], ids=["mlp", "cnn", "odd"])
def test_logits_are_those_of_the_ordinary_modules(model):
    features = 6 if isinstance(model, Odd) else 64
    data = some_data(50, features, 3)
    ensemble = train(model, data, fixed_size(3, 50, size=20, seed=0), epochs=1, progress=False)
    logits = ensemble.logits(data.x)
    assert logits.dtype == np.float64
    for i in range(3):
        with torch.no_grad():
            np.testing.assert_allclose(logits[i], ensemble[i](torch.tensor(data.x)), rtol=1e-10, atol=1e-12)


def test_threads_never_share_a_module(monkeypatch):
    monkeypatch.setattr(training, "_workers", lambda device: 2)
    monkeypatch.setattr(training, "_WORTH", 1)
    # functional_call puts parameters into the module for the time of the call
    users, real = {}, training._forward

    def watching(module, params, x):
        users.setdefault(module, set()).add(threading.get_ident())
        assert module is not ensemble_template
        return real(module, params, x)

    ensemble_template = None
    ensemble = train(Odd(), DATA, MEMBER, **QUICK)
    ensemble_template = ensemble.template
    monkeypatch.setattr(training, "_forward", watching)
    ensemble.logits(DATA.x)
    train(Odd(), DATA, MEMBER, **QUICK)
    assert users
    assert all(len(threads) == 1 for threads in users.values())


def test_nothing_global_is_changed(monkeypatch):
    monkeypatch.setattr(training, "_workers", lambda device: 2)
    monkeypatch.setattr(training, "_WORTH", 1)
    count = torch.get_num_threads()
    torch.set_num_threads(3)
    model = mlp(6, 8, 3)  # PyTorch's own start draws from its global generator
    torch.manual_seed(3)
    np.random.seed(3)  # noqa: NPY002 - the global state is what must not change
    before = torch.get_rng_state(), np.random.get_state()[1].copy(), torch.get_num_threads()  # noqa: NPY002
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        train(model, DATA, MEMBER, dropout=0.2, **QUICK).logits(DATA.x)
    assert (before[0] == torch.get_rng_state()).all()
    assert (before[1] == np.random.get_state()[1]).all()  # noqa: NPY002
    assert torch.get_num_threads() == before[2] == 3
    torch.set_num_threads(count)


def test_the_start_has_pytorchs_default_spread():
    ensemble = train(mlp(100, 50, 3), some_data(20, 100), fixed_size(40, 20, size=5, seed=0), epochs=1,
                     learning_rate=1e-300, progress=False)  # fmt: skip
    weight, bias = ensemble.params["0.weight"], ensemble.params["0.bias"]
    for values in (weight, bias):
        assert float(values.abs().max()) <= 0.1
        assert float(values.std()) == pytest.approx(0.1 / np.sqrt(3), rel=0.05)


def test_an_interrupt_stops_every_thread_and_leaves_nothing_half_made(monkeypatch):
    monkeypatch.setattr(training, "_workers", lambda device: 2)
    monkeypatch.setattr(training, "_WORTH", 1)
    train(mlp(6, 8, 3), DATA, MEMBER, **QUICK)  # whatever starts once and stays has started
    threads, cores = threading.active_count(), torch.get_num_threads()
    timer = threading.Timer(0.7, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    started = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        train(mlp(6, 64, 3), DATA, fixed_size(8, len(DATA), size=100, seed=0), epochs=100_000, progress=False)
    assert time.perf_counter() - started < 5
    timer.join()
    assert threading.active_count() <= threads
    assert torch.get_num_threads() == cores


def test_an_executor_trains_the_same_models():
    whole = train(mlp(6, 8, 3), DATA, MEMBER, **QUICK)
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        elsewhere = train(mlp(6, 8, 3), DATA, MEMBER, executor=pool, **QUICK)
    assert_same(whole, elsewhere, tolerance=0)


def test_float32_is_an_argument():
    ensemble = train(mlp(6, 8, 3), DATA, MEMBER, dtype=torch.float32, **QUICK)
    assert ensemble.params["0.weight"].dtype == torch.float32
    assert_close = np.testing.assert_allclose
    assert_close(
        ensemble.logits(DATA.x), train(mlp(6, 8, 3), DATA, MEMBER, **QUICK).logits(DATA.x), atol=1e-3
    )


def test_the_template_given_is_not_changed():
    model = mlp(6, 8, 3)
    before = [p.clone() for p in model.parameters()]
    train(model, DATA, MEMBER, dropout=0.3, **QUICK)
    assert all((b == p).all() for b, p in zip(before, model.parameters(), strict=True))
    assert model[0].weight.dtype == torch.float32


class _Raw:
    """A data set that skips Dataset's own checks."""

    n_classes = 3

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __len__(self):
        return len(self.x)


EMPTY = MEMBER.copy()
EMPTY[3] = False


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"member": MEMBER[0]}, r"use member\[None\]"),
        ({"member": MEMBER[:, :-1]}, r"\(models, 120\) is needed"),
        ({"member": MEMBER.astype(int)}, "a bool array"),
        ({"member": EMPTY}, "Model 3 has an empty training set"),
        ({"data": Dataset(x=DATA.x, y=DATA.y + 1, n_classes=4)}, "0 to 2"),
        ({"data": _Raw(np.where(DATA.x > 2, np.nan, DATA.x), DATA.y)}, "infinite or NaN"),
        ({"labels": np.zeros((4, 120), int)}, "for each model its own"),
        ({"labels": np.full((5, 120), 0.5)}, r"\(5, 120, 3\) is needed"),
        ({"labels": np.full((5, 120, 3), 0.5)}, "1 in sum over the classes"),
        (
            {"model": nn.Sequential(nn.Linear(6, 3), nn.BatchNorm1d(3))},
            "nn.GroupNorm or nn.LayerNorm instead",
        ),
        ({"model": mlp(7, 3)}, "can't take examples of shape"),
        ({"model": nn.Linear(6, 3), "dropout": 0.5}, "no nn.Dropout"),
        ({"dropout": 1.0}, "below 1"),
        ({"label_smoothing": -0.1}, "at least 0"),
        ({"epochs": 0}, "epochs must be a whole number"),
        ({"batch_size": 2.5}, "batch_size must be"),
        ({"learning_rate": 0}, "must be positive"),
        ({"weight_decay": -1}, "not negative"),
        ({"snapshots": (9,)}, "from 1 to 3"),
        ({"seed": [1, 2]}, "2 seeds came for 5 models"),
        ({"learning_rate": 1e300}, "diverged"),
    ],
)
def test_it_refuses_with_a_sentence(change, words):
    arguments = {"model": mlp(6, 8, 3), "data": DATA, "member": MEMBER, **QUICK, **change}
    with pytest.raises(ValueError, match=words):
        train(arguments.pop("model"), arguments.pop("data"), arguments.pop("member"), **arguments)
