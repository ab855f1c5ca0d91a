"""Defences without a guarantee: what is done to a model's answers, and distillation.

A defence of the output is a function from logits to logits, of any leading shape: the logarithms of what its reader knows
about the probabilities. So every attack runs on its answers unchanged, see :func:`defended`. The model behind it stays
as it was. What changes the model itself (weight decay, dropout, label smoothing, early stopping by snapshots) are
arguments of :func:`mia_teach.train`.

An answer may show a probability of 0, whose logarithm no score survives. Nobody who reads "0.00" takes it for
impossible, so :func:`rounded` and :func:`top_k` put in its place what the reader may expect there, and stay finite.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float

from mia_teach.data import Dataset
from mia_teach.game import Game, Outsiders
from mia_teach.training import Ensemble, model_seeds, train

Answers = Float[np.ndarray, "*models examples classes"]


def rounded(logits: Answers, *, digits: int) -> Answers:
    r"""Log-probabilities of answers that show so many decimals: :math:`\log\,\mathrm{round}(p, d)`.

    A shown 0 is anything below half a unit of the last place, and read as the middle of that, a quarter of a unit. A
    shown sum other than 1 is left as it is; whatever takes a softmax of the result divides by it.

    Args:
        digits: decimals that are shown, from 1 to 15.

    Source: Shokri et al. 2017, "Membership inference attacks against machine learning models", section VIII-A
    ("coarsen precision of the prediction vector").

    >>> np.exp(rounded(np.log([[0.81, 0.18, 0.01]]), digits=1)).round(3)  # it shows 0.8, 0.2, 0.0
    array([[0.8  , 0.2  , 0.025]])
    """
    if not 1 <= digits <= 15 or int(digits) != digits:
        raise ValueError(
            f"digits={digits!r} came; a probability can be shown with 1 to 15 decimals. For labels alone use "
            "mia_teach.attacks.label_only."
        )
    shown = np.exp(_log_softmax(logits)).round(int(digits))
    return np.log(np.where(shown > 0, shown, 0.25 * 10.0**-digits))


def top_k(logits: Answers, *, k: int) -> Answers:
    """Log-probabilities of answers that show the k most likely classes and nothing of the others.

    What is shown is not rescaled, so its sum tells how much all the others have together. Each of them is read as an equal
    share of that, which is not 0 as long as the logits are finite.

    Args:
        k: classes that are shown, at least 1; all of them changes nothing.

    Source: Shokri et al. 2017, "Membership inference attacks against machine learning models", section VIII-A
    ("restrict the prediction vector to top k classes").

    >>> np.exp(top_k(np.log([[0.7, 0.2, 0.08, 0.02]]), k=1)).round(3)
    array([[0.7, 0.1, 0.1, 0.1]])
    """
    log_p = _log_softmax(logits)
    classes = log_p.shape[-1]
    if not 1 <= k <= classes or int(k) != k:
        raise ValueError(f"k={k!r} came; with {classes} classes an answer can show 1 to {classes} of them.")
    order = np.argsort(-log_p, axis=-1, kind="stable")
    hidden = np.take_along_axis(log_p, order[..., int(k) :], axis=-1)
    if not hidden.shape[-1]:
        return log_p
    share = np.logaddexp.reduce(hidden, axis=-1, keepdims=True) - np.log(hidden.shape[-1])
    read = log_p.copy()
    np.put_along_axis(read, order[..., int(k) :], share, axis=-1)
    return read


def temperature(logits: Answers, *, t: float) -> Answers:
    r"""Logits of softer answers: :math:`z / t`, whose probabilities are nearer to each other for t above 1.

    Everything that the logits told is still there: whoever multiplies by t has them back, and no ranking of classes moves.

    Args:
        t: above 0; 1 changes nothing, and below 1 answers become sharper.

    Source: Hinton, Vinyals & Dean 2015, "Distilling the knowledge in a neural network", section 2; as a defence Shokri
    et al. 2017, section VIII-A ("increase entropy of the prediction vector").

    >>> softer = temperature(np.log([[0.9, 0.1]]), t=2.0)  # odds of 9 become odds of 3
    >>> (np.exp(softer) / np.exp(softer).sum()).round(2)
    array([[0.75, 0.25]])
    """
    if not 0 < t < np.inf:
        raise ValueError(f"A temperature of {t!r} came; it must be above 0 and finite, such as 4.0.")
    return _checked(logits) / t


def noisy(logits: Answers, *, scale: float, seed: int) -> Answers:
    """Logits with Gaussian noise that never changes the predicted class.

    Every number gets noise of its own; where another class would come out on top, it and the predicted class exchange
    their noisy values. With the same seed the same question gets the same answer, and asking again teaches nothing; with a
    new seed each time, whoever asks often takes the mean.

    This is the idea of MemGuard (noise under the condition that the label stays, drawn once a question) without its
    core: there the noise is searched for, so that one given attack classifier is fooled, and its size is bounded in
    probabilities.

    Args:
        scale: deviation of the noise, in logits.

    Source: Jia et al. 2019, "MemGuard: defending against black-box membership inference attacks via adversarial
    examples", section 4 (the label stays; one-time randomness).

    >>> answers = np.log([[0.5, 0.3, 0.2]]).repeat(1000, axis=0)
    >>> bool((noisy(answers, scale=5.0, seed=0).argmax(axis=1) == 0).all())
    True
    """
    if not 0 <= scale < np.inf:
        raise ValueError(f"Noise of scale {scale!r} came; a deviation is 0 or more, and finite.")
    logits = _checked(logits)
    with_noise = logits + scale * np.random.default_rng(seed).normal(size=logits.shape)
    label, top = (values.argmax(axis=-1)[..., None] for values in (logits, with_noise))
    at_label, at_top = (np.take_along_axis(with_noise, place, axis=-1) for place in (label, top))
    np.put_along_axis(with_noise, label, at_top, axis=-1)
    np.put_along_axis(with_noise, top, at_label, axis=-1)
    return with_noise


def defended(game: Game, defence: Callable[[Answers], Answers], *, shadows: bool = True) -> Game:
    """The game in which models answer through a defence of their output.

    Args:
        defence: from logits to logits, such as ``partial(rounded, digits=1)``.
        shadows: whether the adversary's own models answer through it as well. An adversary who knows of the defence sees
            to that; one who does not compares a changed answer with unchanged ones.

    >>> game = Game(np.array([[[4.0, 0.0]], [[2.0, 0.0]]]), np.array([0]), np.array([[True], [False]]))
    >>> defended(game, lambda logits: temperature(logits, t=2.0), shadows=False).logits[:, 0, 0]
    array([2., 2.])
    """

    def through(logits):
        if shadows:
            return defence(logits)
        target = slice(game.target, game.target + 1)
        return np.concatenate([logits[: target.start], defence(logits[target]), logits[target.stop :]])

    outside = game.population
    if outside is not None:
        outside = Outsiders(outside.labels, through(outside.logits))
    return replace(game, logits=through(game.logits), population=outside)


def halves(
    member: Bool[np.ndarray, "models examples"], *, seed: int
) -> tuple[Bool[np.ndarray, "models examples"], Bool[np.ndarray, "models examples"]]:
    """Each model's training set in two disjoint halves, drawn at random; the second is larger by one where it is odd.

    >>> first, second = halves(np.ones((2, 5), bool), seed=0)
    >>> first.sum(axis=1), second.sum(axis=1), bool((first & second).any())
    (array([2, 2]), array([3, 3]), False)
    """
    drawn = np.where(member, np.random.default_rng(seed).random(np.shape(member)), np.inf)
    first = drawn.argsort(axis=1).argsort(axis=1) < np.sum(member, axis=1, keepdims=True) // 2
    return first, member & ~first


def distil(
    model,
    data: Dataset,
    teacher: Bool[np.ndarray, "models examples"],
    student: Bool[np.ndarray, "models examples"],
    *,
    t: float = 1.0,
    seed: int = 0,
    **training,
) -> Ensemble:
    r"""Students that learnt from teachers' answers, :math:`\mathrm{softmax}(z/t)`, on records the teachers never saw.

    A teacher learns its own records with their labels. Its student learns other records, with the teacher's answers in
    place of their labels. So the student never sees a record of the teacher's, nor the label of any record.

    Args:
        model: the architecture of both.
        teacher: whose teacher learns which example; a row may share no example with the same row of ``student``.
        student: whose student learns the teacher's answers on which example, see :func:`halves`.
        t: temperature of the teachers' answers; larger ones tell less of the teacher.
        seed: of the teachers' starts; the students' are others.
        **training: of both, as for :func:`mia_teach.train`, such as ``epochs=40``.

    Returns:
        The students; their ``member`` says who was used for either, and so which records are at risk.

    Raises: ValueError for rows that share an example, and for all that ``train`` refuses.

    Source: Shejwalkar & Houmansadr 2021, "Membership privacy for machine learning models through knowledge transfer",
    the method DMP (there the student's records are public ones); Hinton, Vinyals & Dean 2015 (distillation).

    >>> from mia_teach import balanced_shadows, load_digits, mlp
    >>> digits = load_digits()[:200]
    >>> first, second = halves(balanced_shadows(2, 200, seed=0), seed=1)
    >>> distil(mlp(64, 16, 10), digits, first, second, t=2.0, epochs=2)
    Ensemble(2 models of 1,210 parameters)
    """
    if "labels" in training:
        raise ValueError("labels came; the teachers learn data.y, and the students their teachers' answers.")
    teacher, student = np.asarray(teacher), np.asarray(student)
    if teacher.shape != student.shape:
        raise ValueError(
            f"Memberships of shape {teacher.shape} for the teachers and {student.shape} for the students came; they must "
            "be alike, one row a pair."
        )
    if shared := int((teacher & student).any(axis=0).sum()):
        raise ValueError(
            f"{shared} examples are learnt by a teacher and by its own student. A student that sees its teacher's records "
            "learns them again: make the rows disjoint, for example with halves(member, seed=0)."
        )
    seeds = model_seeds(seed, len(teacher))
    teachers = train(model, data, teacher, seed=seeds.tolist(), **training)
    answers = np.exp(_log_softmax(temperature(teachers.logits(data.x), t=t)))
    students = train(model, data, student, labels=answers, seed=(seeds + 1).tolist(), **training)
    return replace(students, member=teacher | student)


def _checked(logits):
    logits = np.asarray(logits, np.float64)
    if logits.ndim < 2 or logits.shape[-1] < 2:
        raise ValueError(
            f"Logits of shape {logits.shape} came; (..., examples, classes) with at least 2 classes is needed."
        )
    if not np.isfinite(logits).all():
        raise ValueError(
            "Some logits are infinite or NaN. For probabilities of 0, give log(p) with p of at least 1e-300."
        )
    return logits


def _log_softmax(logits):
    logits = _checked(logits)
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
