"""White-box attacks: gradients against a loop of backward(), closed forms, quadratic theory."""

import copy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from mia_teach import Roc, Scores, cnn, fixed_size, load_digits, logistic, mlp, train
from mia_teach.attacks import white_box
from mia_teach.data import mislabelled


@pytest.fixture(autouse=True)
def _the_same_start():
    """torch draws the models of these tests; every run gets the same ones, and nobody else notices."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        yield


def data(n=40, features=6, classes=3, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, features)), rng.integers(0, classes, n)


def backward(model, x, labels):
    """The plain way: one example at a time."""
    found = {name: [] for name, _ in model.named_parameters()}
    for row, label in zip(torch.tensor(x), torch.tensor(labels), strict=True):
        model.zero_grad()
        F.cross_entropy(model(row[None]), label[None]).backward()
        for name, p in model.named_parameters():
            found[name].append(p.grad.clone())
    model.zero_grad()
    return {name: torch.stack(rows).numpy() for name, rows in found.items()}


MODELS = {"mlp": lambda: mlp(6, 5, 4, 3).double(), "cnn": lambda: cnn(4, 3, channels=(2, 3)).double()}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("memory", [10_000, 2**28])
def test_per_example_gradients_are_those_of_a_loop(name, memory):
    torch.manual_seed(0)
    model = MODELS[name]()
    x, labels = data(n=23, features=16 if name == "cnn" else 6)
    expected = backward(model, x, labels)
    for part, gradients in white_box.gradient_chunks(model, x, labels, memory=memory):
        for parameter, own in gradients.items():
            np.testing.assert_allclose(own.numpy(), expected[parameter][part], atol=1e-10)
    together = white_box.per_example_gradients(model, x, labels)
    assert together.keys() == expected.keys()
    for parameter, own in together.items():
        np.testing.assert_allclose(own, expected[parameter], atol=1e-10)


def test_the_last_layer_s_gradient_is_the_error_times_the_layer_s_input():
    model = mlp(6, 5, 3).double()
    x, labels = data()
    with torch.no_grad():
        hidden = model[1](model[0](torch.tensor(x))).numpy()
        p = torch.softmax(model(torch.tensor(x)), dim=1).numpy()
    error = p - np.eye(3)[labels]
    last = white_box.per_example_gradients(model, x, labels, layers=("3",))
    assert set(last) == {"3.weight", "3.bias"}
    np.testing.assert_allclose(last["3.weight"], error[:, :, None] * hidden[:, None, :], atol=1e-12)
    np.testing.assert_allclose(last["3.bias"], error, atol=1e-12)
    norm = -white_box.gradient_norm(model, x, labels, layers=("3.weight",))
    np.testing.assert_allclose(norm, np.linalg.norm(error, axis=1) * np.linalg.norm(hidden, axis=1))


def test_the_norm_over_layers_is_that_of_the_whole_gradient_whatever_the_chunks():
    model = mlp(6, 5, 3).double()
    x, labels = data()
    flat = np.concatenate([g.reshape(len(x), -1) for g in backward(model, x, labels).values()], axis=1)
    for memory in (5_000, 2**28):
        norm = white_box.gradient_norm(model, x, labels, memory=memory)
        np.testing.assert_allclose(norm, -np.linalg.norm(flat, axis=1), rtol=1e-10)


def test_gradients_that_do_not_fit_and_layers_that_do_not_exist_are_refused():
    model = mlp(6, 5, 3).double()
    x, labels = data()
    with pytest.raises(ValueError, match=r"No parameter is called 7; there are 0\.weight, 0\.bias"):
        white_box.gradient_norm(model, x, labels, layers=("7",))
    with pytest.raises(ValueError, match="gradients of one example take"):
        white_box.gradient_norm(model, x, labels, memory=100)
    with pytest.raises(ValueError, match="go through gradient_chunks"):
        white_box.per_example_gradients(model, x, labels, memory=1000)


# How far the peak of a fresh process rises while it treats 2,000 records with lesson 06's model: 9,610 weights, 147 MB in all.
PEAK = """
import re
import numpy as np
from mia_teach import mlp
from mia_teach.attacks import white_box

def peak():
    return 1024 * int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])

rng = np.random.default_rng(0)
x, labels, model = rng.normal(size=(2000, 64)), rng.integers(0, 10, 2000), mlp(64, 128, 10).double()
white_box.gradient_norm(model, x[:20], labels[:20])
before = peak()
white_box.{attack}(model, x, labels{more})
print(peak() - before)
"""


@pytest.mark.parametrize(
    ("attack", "more", "limit"),
    [
        ("per_example_gradients", "", 256),  # its own budget
        ("gradient_norm", "", 160),
        ("gradient_norm", ", memory=8 * 2**20", 40),
        ("gradient_features", ", memory=8 * 2**20", 40),
    ],
)
def test_gradients_of_2000_records_stay_inside_the_budget(attack, more, limit):
    if not Path("/proc/self/status").exists():
        pytest.skip("this system does not tell the peak of a process")
    code = PEAK.format(attack=attack, more=more)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 0 < int(run.stdout) <= limit * 2**20


def test_the_model_is_left_as_it_was():
    model = mlp(6, 5, 3).double()
    before = copy.deepcopy(model.state_dict())
    x, labels = data()
    white_box.gradient_features(model, x, labels)
    white_box.ascent_probe(model, x[:3], labels[:3], client=lambda sent: sent, step=0.5)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())


# ---- updates -------------------------------------------------------------------------------------


def stepped(model, x, labels, rate=0.1):
    """The model after one plain step on these records, and the update."""
    new = copy.deepcopy(model)
    F.cross_entropy(new(torch.tensor(x)), torch.tensor(labels)).backward()
    with torch.no_grad():
        for p in new.parameters():
            p -= rate * p.grad
            p.grad = None
    old = dict(model.named_parameters())
    return new, {name: (p - old[name]).detach() for name, p in new.named_parameters()}


def test_a_step_on_one_record_points_exactly_along_its_descent():
    model = mlp(6, 20, 3).double()
    x, labels = data()
    _, update = stepped(model, x[:1], labels[:1])
    score = white_box.update_alignment(model, x, labels, update=update)
    assert score[0] == pytest.approx(1.0)
    assert (np.abs(score) <= 1 + 1e-12).all()
    assert score[1:].max() < 1
    opposite = {name: -delta for name, delta in update.items()}
    np.testing.assert_allclose(
        white_box.update_alignment(model, x, labels, update=opposite), -score, atol=1e-12
    )


def test_an_update_betrays_its_records_the_more_the_fewer_they_are():
    digits = load_digits()
    model = mlp(64, 32, 10).double()
    aucs = []
    for size in (8, 32, 128):
        _, update = stepped(model, digits.x[:size], digits.y[:size])
        score = white_box.update_alignment(model, digits.x[: 2 * size], digits.y[: 2 * size], update=update)
        aucs.append(Roc.from_scores(Scores(score, np.arange(2 * size) < size)).auc)
    assert aucs[0] > aucs[1] > aucs[2] > 0.5


def test_a_client_repairs_what_was_done_to_its_own_records():
    digits = load_digits()
    model = train(mlp(64, 32, 10), digits, fixed_size(1, 1797, size=600, seed=1), epochs=5, progress=False)[0]
    own = slice(0, 12)

    def client(sent):
        for _ in range(3):
            sent, _ = stepped(sent, digits.x[own], digits.y[own], rate=0.5)
        return sent

    member = np.arange(24) < 12
    score = white_box.ascent_probe(model, digits.x[:24], digits.y[:24], client=client, step=1.0)
    assert Roc.from_scores(Scores(score, member)).auc > 0.7
    idle = white_box.ascent_probe(model, digits.x[:24], digits.y[:24], client=lambda sent: sent, step=1.0)
    assert (idle == 0).all()


# ---- curvature -----------------------------------------------------------------------------------


def by_hand(model, x, labels, others_x, others_labels, rate, damping):
    """The formula with an explicit Hessian of softmax regression."""
    weight, bias = (p.detach().numpy() for p in model.parameters())
    classes = len(bias)

    def softmax(rows):
        z = rows @ weight.T + bias
        p = np.exp(z - z.max(axis=1, keepdims=True))
        return p / p.sum(axis=1, keepdims=True)

    def gradient(rows, labels):
        error = softmax(rows) - np.eye(classes)[labels]
        return np.concatenate([(error[:, :, None] * rows[:, None, :]).reshape(len(rows), -1), error], axis=1)

    p, rows = softmax(others_x), np.concatenate([others_x, np.ones((len(others_x), 1))], axis=1)
    s = np.einsum("ni,ij->nij", p, np.eye(classes)) - p[:, :, None] * p[:, None, :]
    blocks = np.einsum("nij,na,nb->iajb", s, rows, rows) / len(rows)
    d = others_x.shape[1]
    order = [i * (d + 1) + a for i in range(classes) for a in range(d)] + [
        i * (d + 1) + d for i in range(classes)
    ]
    hessian = blocks.reshape(classes * (d + 1), -1)[np.ix_(order, order)]
    inverse = np.linalg.inv(hessian + damping * np.eye(len(hessian)))
    pull = gradient(x, labels) @ inverse
    away = inverse @ gradient(others_x, others_labels).mean(axis=0)
    loss = -np.log(softmax(x)[np.arange(len(x)), labels])
    return loss - ((pull**2).sum(axis=1) / len(others_x) + 2 * pull @ away) / rate


@pytest.mark.parametrize("exact", [3000, 0])
def test_it_is_the_formula_with_an_explicit_hessian(exact):
    model = logistic(4, 3).double()
    x, labels = data(n=7, features=4)
    others_x, others_labels = data(n=50, features=4, seed=1)
    score = white_box.inverse_hessian(
        model,
        x,
        labels,
        others_x=others_x,
        others_labels=others_labels,
        learning_rate=0.3,
        damping=0.05,
        exact=exact,
        iterations=200,
    )
    np.testing.assert_allclose(
        score, by_hand(model, x, labels, others_x, others_labels, 0.3, 0.05), rtol=1e-5
    )


def test_a_record_of_the_known_ones_is_taken_out_again():
    model = logistic(4, 3).double()
    others_x, others_labels = data(n=50, features=4, seed=1)
    options = {"learning_rate": 0.3, "damping": 1e6}  # so large that the Hessian itself no longer matters
    held = np.arange(5)
    score = white_box.inverse_hessian(
        model,
        others_x[:5],
        others_labels[:5],
        others_x=others_x,
        others_labels=others_labels,
        held=held,
        **options,
    )
    for i in held:
        rest = np.arange(50) != i
        alone = white_box.inverse_hessian(
            model,
            others_x[i : i + 1],
            others_labels[i : i + 1],
            others_x=others_x[rest],
            others_labels=others_labels[rest],
            **options,
        )
        assert score[i] == pytest.approx(alone[0], rel=1e-6)


def test_near_the_optimum_the_weights_tell_who_pulled_them():
    """Softmax regression trained to its optimum: in the leave-one-out game the pull of a record shows plainly."""
    digits = mislabelled(load_digits()[:200], np.arange(0, 200, 4), seed=0)
    member = np.random.default_rng(0).permuted(np.arange(200) < 100)
    model = train(
        logistic(64, 10), digits, member[None], epochs=400, batch_size=100, learning_rate=0.02, progress=False
    )[0]
    held = np.where(member, np.cumsum(member) - 1, -1)
    score = white_box.inverse_hessian(
        model,
        digits.x,
        digits.y,
        others_x=digits.x[member],
        others_labels=digits.y[member],
        held=held,
        learning_rate=0.02,
    )
    assert Roc.from_scores(Scores(score, member)).auc > 0.9


def test_conjugate_gradients_solve_what_can_be_solved_and_rest_elsewhere():
    rng = np.random.default_rng(0)
    root = torch.tensor(rng.normal(size=(8, 8)))
    a, b = root @ root.T + torch.eye(8), torch.tensor(rng.normal(size=(5, 8)))
    found = white_box._conjugate_gradients(lambda v: v @ a, b, iterations=50)
    torch.testing.assert_close(found, torch.linalg.solve(a, b.T).T, rtol=1e-5, atol=1e-6)
    down = torch.diag(torch.tensor([1.0, -1.0], dtype=torch.float64))
    found = white_box._conjugate_gradients(
        lambda v: v @ down, torch.eye(2, dtype=torch.float64), iterations=50
    )
    assert found.isfinite().all()
    torch.testing.assert_close(found[0], torch.tensor([1.0, 0.0], dtype=torch.float64))


# ---- the attack network --------------------------------------------------------------------------


def test_the_attack_network_learns_on_shadows_alone_and_finds_members():
    digits = mislabelled(load_digits()[:300], np.arange(0, 300, 2), seed=0)
    member = fixed_size(4, 300, size=150, seed=3)
    ensemble = train(mlp(64, 32, 10), digits, member, epochs=150, learning_rate=5e-3, progress=False)
    shadows = [ensemble[i] for i in (1, 2, 3)]
    score = white_box.gradient_network(
        ensemble[0], digits.x, digits.y, shadows=shadows, shadow_member=member[1:]
    )
    assert Roc.from_scores(Scores(score, member[0])).auc > 0.8
    assert np.isfinite(score).all()
    with pytest.raises(ValueError, match="one row a model"):
        white_box.gradient_network(ensemble[0], digits.x, digits.y, shadows=shadows, shadow_member=member[2:])


@pytest.mark.parametrize("size", [1e4, -1e4])
def test_extremes_give_finite_numbers(size):
    model = mlp(6, 5, 3).double()
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(torch.sign(p) * abs(size) ** 0.5)
    x, labels = data()
    x = np.sign(x) * size
    assert np.isfinite(white_box.gradient_norm(model, x, labels)).all()
    assert np.isfinite(white_box.gradient_features(model, x, labels)).all()
    update = {name: torch.zeros_like(p) for name, p in model.named_parameters()}
    assert np.isfinite(white_box.update_alignment(model, x, labels, update=update)).all()
