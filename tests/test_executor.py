"""Chunks of models go elsewhere, to other processes or a Dask cluster, and what comes back is the same, bit for bit."""

import multiprocessing
import os
import socket
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from pathlib import Path

import psutil
import pytest
import torch
from torch import nn

from mia_teach import cnn, coin_flips, fixed_size, load_digits, logistic, mlp, training
from mia_teach.training import train
from tests.no_network import environment

DIGITS = load_digits()[:300]
QUICK = {"epochs": 3, "batch_size": 16, "progress": False}
calls = 0  # of Mortal.forward in this process


class Mortal(nn.Module):
    """Kills the process that trains it after so many passes, if the order is there: one other than the tests' own."""

    def __init__(self, order: Path, after: int):
        super().__init__()
        self.order, self.after, self.spared = order, after, os.getpid()
        self.layer = nn.Linear(64, 10)

    def forward(self, x):
        global calls
        calls += 1
        if calls > self.after and os.getpid() != self.spared and self.order.exists():
            try:
                self.order.rename(self.order.with_name("carried out"))
            except FileNotFoundError:
                pass  # the other worker was faster
            else:
                self.order.with_name("victim").write_text(str(os.getpid()))
                psutil.Process().kill()
        return torch.tanh(self.layer(x))


class Here(Executor):
    """Does the work at once, in this process, and counts the models of each chunk."""

    def __init__(self):
        self.chunks = []

    def submit(self, work, template, x, y, rows, *rest):
        self.chunks.append(len(rows))
        future = Future()
        future.set_result(work(template, x, y, rows, *rest))
        return future


@pytest.fixture(scope="module")
def client():
    """Two worker processes on the loopback address, themselves kept off the network."""
    from distributed import Client, LocalCluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", environment()["PYTHONPATH"])
        with (
            LocalCluster(
                n_workers=2,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
            ) as cluster,
            Client(cluster) as client,
        ):
            yield client


def assert_bit_for_bit(one, other):
    assert one.params.keys() == other.params.keys()
    for name in one.params:
        assert torch.equal(one.params[name], other.params[name]), name


@pytest.mark.parametrize(
    ("model", "options"),
    [
        (logistic(64, 10), {}),
        (mlp(64, 7, 10), {}),
        (mlp(64, 7, 10), {"dropout": 0.3, "weight_decay": 0.1}),
        (cnn(8, 10), {"label_smoothing": 0.1}),
    ],
    ids=["logistic", "mlp", "mlp-dropout", "cnn"],
)
@pytest.mark.parametrize("draw", ["fixed_size", "coin_flips"])
def test_a_models_bits_do_not_depend_on_the_chunk_it_is_in(model, options, draw, monkeypatch):
    member = fixed_size(13, 300, size=101, seed=0) if draw == "fixed_size" else coin_flips(13, 300, seed=0)
    whole = train(model, DIGITS, member, **options, **QUICK)
    real = training._chunks
    for most in (1, 2, 5, 13):

        def at_most(sizes, batch_size, n=most, **_):
            return real(sizes, batch_size, most=n, least=1, workers=1)

        monkeypatch.setattr(training, "_chunks", at_most)
        assert_bit_for_bit(train(model, DIGITS, member, **options, **QUICK), whole)


def test_an_executor_gets_work_for_more_workers_than_this_machine_has(monkeypatch):
    monkeypatch.setattr(training, "_workers", lambda device: 2)
    member, here = fixed_size(64, 300, size=100, seed=0), Here()
    elsewhere = train(mlp(64, 7, 10), DIGITS, member, executor=here, **QUICK)
    assert here.chunks == [8] * 8
    assert_bit_for_bit(elsewhere, train(mlp(64, 7, 10), DIGITS, member, **QUICK))


def test_few_models_are_still_shared_among_workers(monkeypatch):
    monkeypatch.setattr(training, "_workers", lambda device: 2)
    here = Here()
    train(mlp(64, 7, 10), DIGITS, fixed_size(5, 300, size=100, seed=0), executor=here, **QUICK)
    assert here.chunks == [3, 2]


def test_a_broken_pool_is_an_error_with_a_sentence(tmp_path):
    order = tmp_path / "die"
    order.touch()
    member = fixed_size(4, 300, size=100, seed=0)
    with (
        ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool,
        pytest.raises(BrokenExecutor, match=r"lost a worker.* Make a new one"),
    ):
        train(Mortal(order, after=3), DIGITS, member, executor=pool, **QUICK)
    assert not psutil.pid_exists(int((tmp_path / "victim").read_text()))


def test_a_dask_cluster_trains_the_same_models(client):
    assert all(client.run(lambda: hasattr(socket.socket.connect, "guarded")).values())
    member = coin_flips(20, 300, seed=0)
    here = train(mlp(64, 7, 10), DIGITS, member, dropout=0.2, **QUICK)
    there = train(mlp(64, 7, 10), DIGITS, member, dropout=0.2, executor=client.get_executor(), **QUICK)
    assert_bit_for_bit(there, here)


def test_a_dask_worker_killed_at_work_costs_a_second_try_and_not_the_result(client, tmp_path):
    member, steps = fixed_size(64, 300, size=96, seed=0), 3 * 6
    model = Mortal(tmp_path / "die", after=steps + steps // 2)  # in the middle of the worker's second chunk
    here = train(model, DIGITS, member, **QUICK)
    before = client.run(os.getpid).values()
    model.order.touch()
    there = train(model, DIGITS, member, executor=client.get_executor(), **QUICK)
    victim = int((tmp_path / "victim").read_text())
    assert victim in before
    assert victim not in client.run(os.getpid).values()
    assert_bit_for_bit(there, here)
