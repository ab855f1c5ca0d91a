"""White-box attacks: the adversary holds the weights, and with them every record's own gradient.

A gradient says how training would still change the model for the sake of one record. For the last layer it is
(p − y)·hᵀ, the error of the answer times the layer's input, so much of it is the loss again; how much more there is,
is measured, not assumed. Where weights are seen *while they change*, as in federated learning, gradients win.
"""

import copy
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.func import functional_call, grad, jvp, vmap
from torch.nn import functional as F

from mia_teach import signals

_MEMORY = 256 * 2**20  # bytes of gradients that are kept
_CHUNK = 64 * 2**20  # bytes of gradients at a time, where only numbers of each are kept


def gradient_chunks(
    model: nn.Module,
    x: Float[np.ndarray, "examples *features"],
    labels: Int[np.ndarray, " examples"],
    *,
    layers: Sequence[str] | None = None,
    memory: int = _CHUNK,
) -> Iterator[tuple[slice, dict[str, Tensor]]]:
    """Per-example gradients of the cross-entropy, a chunk of examples at a time.

    Gives pairs of a slice of the examples and their gradients by parameter name, the examples first.

    Args:
        layers: names of parameters, or beginnings of names such as "3" for "3.weight" and "3.bias"; None for all.
        memory: bytes that the gradients of one chunk may take.

    Raises: ValueError where no parameter has such a name, or the memory does not hold one example's gradients.
    """
    params = {name: p.detach() for name, p in model.named_parameters()}
    chosen = _chosen(params, layers)
    some = next(iter(params.values()))
    x = torch.as_tensor(np.array(x), dtype=some.dtype, device=some.device)
    y = torch.as_tensor(np.array(labels), dtype=torch.int64, device=some.device)
    each = sum(params[name].numel() for name in chosen) * some.element_size()
    if each > memory:
        raise ValueError(
            f"The gradients of one example take {each / 2**20:.1f} MB and memory={memory / 2**20:.1f} MB was given. "
            "Choose fewer layers or more memory."
        )
    rest = {name: p for name, p in params.items() if name not in chosen}

    def loss(own, row, label):
        logits = functional_call(model, {**rest, **own}, (row[None],))
        return F.cross_entropy(logits, label[None])

    of_each = vmap(grad(loss), in_dims=(None, 0, 0))
    rows = max(1, min(len(x), memory // each))
    for first in range(0, len(x), rows):
        part = slice(first, min(first + rows, len(x)))
        yield part, of_each({name: params[name] for name in chosen}, x[part], y[part])


def per_example_gradients(
    model: nn.Module,
    x: Float[np.ndarray, "examples *features"],
    labels: Int[np.ndarray, " examples"],
    *,
    layers: Sequence[str] | None = None,
    memory: int = _MEMORY,
) -> dict[str, Float[np.ndarray, "examples *shape"]]:
    """Every example's own gradient of the cross-entropy, by parameter name, the examples first.

    All of them together must fit into ``memory``, and a quarter more is needed on the way; attacks that need only a
    number of each go through :func:`gradient_chunks`, which holds a chunk at a time.

    Source: Goodfellow 2015, "Efficient per-example gradient computations", for the task; computed by ``torch.func``.

    >>> model = nn.Linear(2, 2).double()
    >>> gradients = per_example_gradients(model, np.ones((3, 2)), np.array([0, 1, 1]))
    >>> gradients["weight"].shape, gradients["bias"].shape
    ((3, 2, 2), (3, 2))
    """
    sizes = {name: p.numel() * p.element_size() for name, p in model.named_parameters()}
    whole = len(x) * sum(sizes[name] for name in _chosen(sizes, layers))
    if whole > memory:
        raise ValueError(
            f"The gradients of {len(x):,} examples take {whole / 2**20:.0f} MB and memory={memory / 2**20:.0f} MB was "
            "given. Choose fewer layers or examples or more memory, or go through gradient_chunks."
        )
    found = {}
    for part, gradients in gradient_chunks(
        model, x, labels, layers=layers, memory=max(memory // 8, whole // max(1, len(x)))
    ):
        for name, own in gradients.items():
            own = own.cpu().numpy()
            found.setdefault(name, np.empty((len(x), *own.shape[1:]), own.dtype))[part] = own
    return found


def _chosen(params, layers):
    if layers is None:
        return list(params)
    chosen = [name for name in params if any(name == one or name.startswith(f"{one}.") for one in layers)]
    missing = [one for one in layers if not any(name == one or name.startswith(f"{one}.") for name in chosen)]
    if missing or not chosen:
        raise ValueError(
            f"No parameter is called {', '.join(map(str, missing)) or 'so'}; there are {', '.join(params)}."
        )
    return chosen


def gradient_norm(
    model: nn.Module,
    x: Float[np.ndarray, "examples *features"],
    labels: Int[np.ndarray, " examples"],
    *,
    layers: Sequence[str] | None = None,
    memory: int = _CHUNK,
) -> Float[np.ndarray, " examples"]:
    """Minus the Euclidean norm of each example's gradient: training has brought members' close to 0.

    Source: Nasr et al. 2019, "Comprehensive privacy analysis of deep learning", section III (the gradient's norm as a
    feature); Rezaei & Liu 2021, "On the difficulty of membership inference attacks", section 3, for the norm alone.
    """
    norms = np.empty(len(x))
    for part, gradients in gradient_chunks(model, x, labels, layers=layers, memory=memory):
        norms[part] = _squares(gradients).sum(dim=1).sqrt().cpu().numpy()
    return -norms


def _squares(gradients):
    """Squared norm of each example's gradient, one column a parameter."""
    norms = [
        torch.linalg.vector_norm(g.flatten(1), dim=1) for g in gradients.values()
    ]  # without a second table
    return torch.stack(norms, dim=1).square()


def gradient_features(
    model: nn.Module,
    x: Float[np.ndarray, "examples *features"],
    labels: Int[np.ndarray, " examples"],
    *,
    memory: int = _CHUNK,
) -> Float[np.ndarray, "examples columns"]:
    """What an attack network sees of a record: log-norm of each parameter's gradient, log-odds, loss, largest answers.

    One column a parameter, then the label's log-odds, the loss and the three largest probabilities, in order.

    Source: Nasr et al. 2019, "Comprehensive privacy analysis of deep learning", section III: gradients of the layers,
    outputs, loss and label (there the gradients themselves go through small networks; here their norms do).
    """
    columns = []
    for _, gradients in gradient_chunks(model, x, labels, memory=memory):
        columns.append(0.5 * torch.log(_squares(gradients).clamp_min(1e-300)).cpu().numpy())
    logits = _logits(model, x)
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = np.sort(p / p.sum(axis=1, keepdims=True), axis=1)[:, ::-1][:, :3]
    odds, loss = signals.label_log_odds(logits, labels), signals.cross_entropy(logits, labels)
    return np.column_stack([np.concatenate(columns), odds, loss, p])


def _logits(model, x):
    some = next(model.parameters())
    with torch.no_grad():
        out = model(torch.as_tensor(np.array(x), dtype=some.dtype, device=some.device))
    return out.cpu().numpy().astype(np.float64)


def gradient_network(
    model: nn.Module,
    x: Float[np.ndarray, "examples *features"],
    labels: Int[np.ndarray, " examples"],
    *,
    shadows: Sequence[nn.Module],
    shadow_member,
    seed: int = 0,
    memory: int = _CHUNK,
) -> Float[np.ndarray, " examples"]:
    """Log-odds of membership from an attack network that learnt gradient features on shadow models.

    The network is scikit-learn's ``MLPClassifier`` on standardised :func:`gradient_features`. It never sees the target's
    members: Nasr et al. trained theirs on some of them, which an adversary would have to know already.

    Args:
        shadows: models of the same architecture, such as ``[ensemble[i] for i in range(1, 9)]``.
        shadow_member: (shadows, examples), which of them trained on which example.

    Source: Nasr et al. 2019, "Comprehensive privacy analysis of deep learning", section III.
    """
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    member = np.asarray(shadow_member)
    if len(shadows) != len(member) or not len(shadows):
        raise ValueError(
            f"{len(shadows)} shadow models and membership of {len(member)} came; one row a model is needed."
        )
    rows = np.concatenate([gradient_features(one, x, labels, memory=memory) for one in shadows])
    network = MLPClassifier(
        (32,), early_stopping=True, n_iter_no_change=5, max_iter=300, batch_size=512, random_state=seed
    )
    attack = make_pipeline(StandardScaler(), network).fit(rows, member.ravel())
    p = attack.predict_proba(gradient_features(model, x, labels, memory=memory))[:, 1]
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return np.log(p) - np.log1p(-p)


# ---- seeing the weights change -------------------------------------------------------------------


def update_alignment(
    model: nn.Module,
    x: Float[np.ndarray, "examples *features"],
    labels: Int[np.ndarray, " examples"],
    *,
    update: dict[str, Tensor],
    memory: int = _CHUNK,
) -> Float[np.ndarray, " examples"]:
    r"""Cosine between each record's descent direction and a client's update: :math:`-\langle g, \Delta\rangle/(|g||\Delta|)`.

    A step on a batch is minus the mean of its records' gradients, so each of them points along it a little; the smaller
    the batch, the more. Passive: the server only looks.

    Args:
        model: before the update.
        update: new minus old parameters, by name.

    Source: Melis et al. 2019, "Exploiting unintended feature leakage in collaborative learning", and Nasr et al. 2019,
    section III-C (the passive global adversary); the cosine as in Li et al. 2023, "Effective passive membership inference
    attacks in federated learning against overparameterized models".
    """
    size = torch.sqrt(sum(delta.square().sum() for delta in update.values()))
    score = np.empty(len(x))
    for part, gradients in gradient_chunks(model, x, labels, memory=memory):
        along = sum((g * update[name]).flatten(1).sum(dim=1) for name, g in gradients.items())
        norm = _squares(gradients).sum(dim=1).sqrt()
        score[part] = (-along / (norm * size).clamp_min(1e-300)).cpu().numpy()
    return score


def ascent_probe(
    model: nn.Module,
    x: Float[np.ndarray, "examples *features"],
    labels: Int[np.ndarray, " examples"],
    *,
    client: Callable[[nn.Module], nn.Module],
    step: float,
) -> Float[np.ndarray, " examples"]:
    """How much of the damage a client repairs: the server raises a record's loss and watches who lowers it again.

    Active: for each record the server sends the client a model that was moved *up* the record's gradient, by ``step``
    in parameter space. A client that trains on the record brings its loss down again.

    Args:
        client: what the client does with the model it is sent: trains on its own data and sends it back.

    Source: Nasr et al. 2019, "Comprehensive privacy analysis of deep learning", section III-C (the active adversary).
    """
    score = np.empty(len(x))
    for part, gradients in gradient_chunks(model, x, labels):
        norm = _squares(gradients).sum(dim=1).sqrt().clamp_min(1e-300)
        for i in range(part.stop - part.start):
            sent = copy.deepcopy(model)
            with torch.no_grad():
                for name, p in sent.named_parameters():
                    p += step * gradients[name][i] / norm[i]
            one = slice(part.start + i, part.start + i + 1)
            before = signals.cross_entropy(_logits(sent, x[one]), labels[one])
            after = signals.cross_entropy(_logits(client(sent), x[one]), labels[one])
            score[one] = before - after
    return score


# ---- curvature -----------------------------------------------------------------------------------


def inverse_hessian(
    model: nn.Module,
    x: Float[np.ndarray, "examples *features"],
    labels: Int[np.ndarray, " examples"],
    *,
    others_x: Float[np.ndarray, "others *features"],
    others_labels: Int[np.ndarray, " others"],
    held: Int[np.ndarray, " examples"] | None = None,
    learning_rate: float,
    damping: float = 1e-2,
    exact: int = 3000,
    iterations: int = 50,
) -> Float[np.ndarray, " examples"]:
    r"""Did one more record pull the weights away from where all others would have left them?

    The adversary knows the weights *and every other record of the training set*. With :math:`g` the record's gradient,
    :math:`\nabla L_0` that of the mean loss of the n others and H its Hessian, all at the weights θ,

    :math:`\ell(\theta) - \frac{1}{\eta}\left(\frac{|H^{-1}g|^2}{n} + 2\langle H^{-1}\nabla L_0, H^{-1}g\rangle\right)`.

    :math:`H^{-1}\nabla L_0` is how far θ lies from the others' optimum, :math:`-H^{-1}g/n` how far the record would pull it
    from there. The bracket is the log-likelihood ratio of two Gaussians of equal width at the two optima; ℓ comes from
    the width, which grows with the loss.

    Args:
        others_x, others_labels: the known training set. Where the record under question is one of them it is taken out
            again, since the adversary knows the *others*: ``held`` says where.
        held: position of each example among the others, -1 where it is none of them; None where none is.
        learning_rate: η of the training.
        damping: added to the Hessian's diagonal, so that it can be inverted.
        exact: up to so many parameters the Hessian is computed and inverted; above, conjugate gradients solve for each
            record, and where they meet a direction of negative curvature they stop with what they have.
        iterations: of conjugate gradients at most.

    Source: Suri, Zhang & Evans 2024, "Do parameters reveal more than loss for membership inference?", the Inverse
    Hessian Attack; Martens 2010, "Deep learning via Hessian-free optimization", section 4, for the stop.
    """
    n = len(others_x)
    held = np.full(len(x), -1) if held is None else np.asarray(held)
    params = {name: p.detach() for name, p in model.named_parameters()}
    flat, back = _flat(params)
    ox = torch.as_tensor(np.array(others_x), dtype=flat.dtype, device=flat.device)
    oy = torch.as_tensor(np.array(others_labels), dtype=torch.int64, device=flat.device)

    def mean_loss(theta):
        return F.cross_entropy(functional_call(model, back(theta), (ox,)), oy)

    gradient = grad(mean_loss)
    of_all = gradient(flat)
    if len(flat) <= exact:
        unit = torch.eye(len(flat), dtype=flat.dtype, device=flat.device)
        hessian = vmap(lambda v: jvp(gradient, (flat,), (v,))[1], chunk_size=64)(unit) + damping * unit
        factors = torch.linalg.ldl_factor((hessian + hessian.T) / 2)

        def solve(columns):
            return torch.linalg.ldl_solve(*factors, columns)
    else:

        def solve(columns):
            product = vmap(lambda v: jvp(gradient, (flat,), (v,))[1] + damping * v)
            return _conjugate_gradients(product, columns.T, iterations).T

    scores, pull_of_all = np.empty(len(x)), solve(of_all[:, None])[:, 0]
    loss = signals.cross_entropy(_logits(model, x), labels)
    for part, gradients in gradient_chunks(model, x, labels):
        own = torch.cat([g.flatten(1) for g in gradients.values()], dim=1)
        pull = solve(own.T).T
        inside = torch.as_tensor(held[part] >= 0, device=flat.device)
        # without the record, the others' mean gradient is (n ∇L − g) / (n − 1), and so is what H⁻¹ makes of it
        away = torch.where(inside[:, None], (n * pull_of_all - pull) / (n - 1), pull_of_all)
        count = torch.where(inside, float(n - 1), float(n))
        bracket = pull.square().sum(dim=1) / count + 2 * (away * pull).sum(dim=1)
        scores[part] = loss[part] - bracket.cpu().numpy() / learning_rate
    return scores


def _flat(params):
    """All parameters in one row, and a function that makes a dict of such a row."""
    shapes = {name: p.shape for name, p in params.items()}

    def back(row):
        parts = torch.split(row, [shape.numel() for shape in shapes.values()])
        return {name: part.view(shape) for (name, shape), part in zip(shapes.items(), parts, strict=True)}

    return torch.cat([p.flatten() for p in params.values()]), back


def _conjugate_gradients(product, b, iterations, tolerance=1e-9):
    """Solve A v = b for every row of b; a row rests once it is solved or A curves down along its direction."""
    v, r = torch.zeros_like(b), b.clone()
    direction, square = r.clone(), r.square().sum(dim=1)
    goal = tolerance**2 * square
    for _ in range(iterations):
        along = product(direction)
        curvature = (direction * along).sum(dim=1)
        going = (square > goal) & (curvature > 0)
        if not going.any():
            break
        step = torch.where(going, square / curvature.where(going, torch.ones_like(curvature)), 0.0)[:, None]
        v, r = v + step * direction, r - step * along
        new = r.square().sum(dim=1)
        ratio = torch.where(going, new / square.where(square > 0, torch.ones_like(square)), 0.0)
        direction, square = r + ratio[:, None] * direction, torch.where(going, new, torch.zeros_like(new))
    return v
