"""Lesson 06: every record's own gradient, the last layer's in closed form, the alignment attack, a fair evaluation."""

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.func import grad, vmap
from torch.nn import functional as F

from mia_teach.exercises.exercise import Case, Exercise, Wrong
from mia_teach.labs.quiz import Choice, Question, Quiz

LESSON = "06"


# ---- 1. every record's own gradient --------------------------------------------------------------


class _TensorExercise(Exercise):
    """An exercise whose result has to be a tensor, since what follows computes with it as one."""

    def _judge(self, function, runs):
        outcome = super()._judge(function, runs)
        if outcome.done and not all(isinstance(run.value, Tensor) for run in runs):
            return self._not_right(
                "The values are right, but they came as an array, and what follows needs a tensor. Leave out the "
                "`.numpy()`.",
                "array_for_tensor",
            )
        if outcome.wrong == "list_for_array":
            return self._not_right(
                "The values are right, but they came in a list, and what follows needs a tensor. Put `torch.stack(...)` "
                "around a list of tensors.",
                "list_for_tensor",
            )
        return outcome


class _Loss:
    """The cross-entropy of softmax regression on one record, as PyTorch computes it."""

    def __call__(self, weight, row, label):
        return F.cross_entropy((weight @ row)[None], label[None])

    def __repr__(self):
        return "cross-entropy of softmax(weight @ row) at label"


def _own_gradients(
    loss: Callable,
    weight: Float[Tensor, "classes features"],
    x: Float[Tensor, "examples features"],
    labels: Int[Tensor, " examples"],
) -> Float[Tensor, "examples classes features"]:
    """Each record's gradient of loss(weight, row, label) with respect to the weight, the records first."""
    return vmap(grad(loss), in_dims=(None, 0, 0))(weight, x, labels)


def _gradients_then(change):
    """A wrong answer that does something to the right one."""
    return lambda loss, weight, x, labels: change(_own_gradients(loss, weight, x, labels))


def _towards_its_own_answer(loss, weight, x, labels):
    return _own_gradients(loss, weight, x, (x @ weight.T).argmax(dim=1))


def _gradient_case(seed, n, classes, features):
    rng = np.random.default_rng(seed)
    weight, x = rng.normal(size=(classes, features)).round(1), rng.normal(size=(n, features)).round(1)
    return Case(_Loss(), torch.tensor(weight), torch.tensor(x), torch.tensor(rng.integers(0, classes, n)))


own_gradients = _TensorExercise(
    name="own_gradients",
    lesson=LESSON,
    reference=_own_gradients,
    cases=(
        Case(  # all weights 0: p is one half for both classes, and p − y is ±one half
            _Loss(),
            torch.zeros((2, 2), dtype=torch.float64),
            torch.tensor([[2.0, 0.0], [4.0, -6.0]], dtype=torch.float64),
            torch.tensor([0, 1]),
        ),
        _gradient_case(0, 5, 3, 4),
        _gradient_case(1, 4, 4, 2),
    ),
    hints=(
        "`loss` answers for one record. `torch.func.grad(loss)` is a function with the same arguments that gives the gradient "
        "with respect to the first of them. How does one function for one record become one for many?",
        "`torch.func.vmap` does that: it runs a function over rows. The rows of `x` and the entries of `labels` change "
        "from record to record; the weight is the same for all.",
        "`in_dims` says along which axis each argument is walked, None for one that stays: "
        "`vmap(grad(loss), in_dims=(None, 0, 0))`, called with weight, x and labels.",
    ),
    wrong=(
        Wrong(
            "batch_gradient",
            _gradients_then(lambda g: g.mean(dim=0)),
            "That is the gradient of the mean loss, one for all records: what training uses. In it a single record can't "
            "be seen any more; asked for is each record's own.",
        ),
        Wrong(
            "batch_gradient_repeated",
            _gradients_then(lambda g: g.mean(dim=0).expand_as(g)),
            "Every record got the same gradient, that of the mean loss. Take the gradient first, of one record's loss, and "
            "never average.",
        ),
        Wrong(
            "sum_of_gradients",
            _gradients_then(lambda g: g.sum(dim=0)),
            "The gradients are added up: a single `backward()` of the summed loss does that. Keep them apart, the records "
            "first.",
        ),
        Wrong(
            "gradients_accumulate",
            _gradients_then(lambda g: g.cumsum(dim=0)),
            "Each record carries the gradients of all before it: `backward()` adds to what is there. Start from an empty "
            "gradient for every record, or use `torch.func`, which keeps nothing.",
        ),
        Wrong(
            "one_tensor_for_all",
            _gradients_then(lambda g: g[-1:].expand_as(g)),
            "Every record has the gradient of the last one: your list holds the same tensor again and again, and it is "
            "written over each time. Put a `.clone()` of it into the list.",
        ),
        Wrong(
            "one_tensor_added_up",
            _gradients_then(lambda g: g.sum(dim=0).expand_as(g)),
            "Every record has the sum of all gradients: your list holds the same tensor again and again, and `backward()` "
            "adds to it. Start from an empty gradient for every record, and put a `.clone()` of it into the list.",
        ),
        Wrong(
            "share_of_the_mean",
            _gradients_then(lambda g: g / len(g)),
            "Each gradient is divided by the number of records, as in the gradient of a mean. A record's own gradient does "
            "not depend on how many others stand beside it.",
        ),
        Wrong(
            "descent_direction",
            _gradients_then(lambda g: -g),
            "The sign is turned: that is the direction in which a step would go. The gradient itself points uphill.",
        ),
        Wrong(
            "gradient_of_the_record",
            lambda loss, weight, x, labels: vmap(grad(loss, argnums=1), in_dims=(None, 0, 0))(
                weight, x, labels
            ),
            "You took the derivative with respect to the record. It says how the loss changes when the record does; here "
            "the weight moves.",
        ),
        Wrong(
            "norms_only",
            _gradients_then(lambda g: g.flatten(1).norm(dim=1)),
            "Those are the lengths. They come later; asked for is the whole gradient of each record, shaped like the "
            "weight.",
        ),
        Wrong(
            "losses_only",
            lambda loss, weight, x, labels: vmap(loss, in_dims=(None, 0, 0))(weight, x, labels),
            "Those are the losses, one a record. `grad(loss)` is missing between `vmap` and `loss`.",
        ),
        Wrong(
            "flattened",
            _gradients_then(lambda g: g.flatten(1)),
            "The numbers are right, laid out in one row a record. Leave them in the shape of the weight.",
        ),
        Wrong(
            "transposed",
            _gradients_then(lambda g: g.transpose(1, 2)),
            "The last two axes are exchanged. A gradient has the shape of what it is taken for: (classes, features).",
        ),
        Wrong(
            "towards_its_own_answer",
            _towards_its_own_answer,
            "You used the model's own answer as the label. Where it is wrong, the gradient then points to the wrong class; "
            "use the labels that came.",
        ),
    ),
)


# ---- 2. the last layer, in closed form -----------------------------------------------------------


def _last_layer_norm(
    logits: Float[np.ndarray, "examples classes"],
    labels: Int[np.ndarray, " examples"],
    hidden: Float[np.ndarray, "examples width"],
) -> Float[np.ndarray, " examples"]:
    """Norm of each record's gradient in the last layer's weight and bias: |p − y| times sqrt(|h|² + 1)."""
    error = np.exp(logits - logits.max(axis=1, keepdims=True))
    error /= error.sum(axis=1, keepdims=True)
    error[np.arange(len(labels)), labels] -= 1
    return np.linalg.norm(error, axis=1) * np.sqrt((hidden**2).sum(axis=1) + 1)


def _softmax(logits, axis=1):
    p = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return p / p.sum(axis=axis, keepdims=True)


def _one_hot(logits, labels):
    return np.eye(logits.shape[1])[labels]


def _norm_with(
    *,
    error=lambda logits, labels: _softmax(logits) - _one_hot(logits, labels),
    size=lambda e: np.linalg.norm(e, axis=1),
    hidden=lambda h: np.sqrt((h**2).sum(axis=1) + 1),
    together=lambda e, h: e * h,
):
    """A wrong norm: another error, another size of it, another size of the input, or put together otherwise."""
    return lambda logits, labels, h: together(size(error(logits, labels)), hidden(h))


def _overflowing(logits, labels, hidden):
    with np.errstate(all="ignore"):
        p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return _norm_with(error=lambda logits, labels: p - _one_hot(logits, labels))(logits, labels, hidden)


def _norm_case(seed, n, classes, width, size=1.5):
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, size, (n, classes)).round(1)
    return Case(logits, rng.integers(0, classes, n), np.maximum(rng.normal(0.3, 1, (n, width)), 0).round(1))


last_layer_norm = Exercise(
    name="last_layer_norm",
    lesson=LESSON,
    reference=_last_layer_norm,
    cases=(
        # p = (½, ½): |p − y| = √½; |h|² + 1 = 8 and 2
        Case(np.zeros((2, 2)), np.array([0, 1]), np.array([[2.0, 1.0, 1.0, 1.0], [0.0, 0.0, 1.0, 0.0]])),
        _norm_case(0, 5, 3, 4),
        Case(np.array([[1000.0, 0.0, 999.0]]), np.array([2]), np.array([[0.5, 2.0]])),
        _norm_case(1, 4, 4, 3),
    ),
    hints=(
        "The gradient in the weight is the error (p − y) times the input h, every pair of them; in the bias it is the error "
        "alone. How long is such a table of products?",
        "The squares of all products add up to |p − y|²|h|². The bias adds |p − y|². So the whole squared norm is "
        "|p − y|² times what?",
        "`p` is the softmax of the logits (subtract each row's maximum first), `error` is p with 1 taken off at the label; "
        "then `np.linalg.norm(error, axis=1) * np.sqrt((hidden**2).sum(axis=1) + 1)`.",
    ),
    wrong=(
        Wrong(
            "bias_forgotten",
            _norm_with(hidden=lambda h: np.linalg.norm(h, axis=1)),
            "That is the norm in the weight alone. The bias has a gradient too, the error itself: as if the input had "
            "one more entry, always 1.",
        ),
        Wrong(
            "bias_alone",
            _norm_with(hidden=lambda h: np.ones(len(h))),
            "That is |p − y|, the norm in the bias alone. In the weight the error is multiplied with the layer's input.",
        ),
        Wrong(
            "one_added_to_the_length",
            _norm_with(hidden=lambda h: np.linalg.norm(h, axis=1) + 1),
            "Lengths don't add up like that, their squares do: the 1 of the bias belongs under the root, beside |h|².",
        ),
        Wrong(
            "label_forgotten",
            _norm_with(error=lambda logits, labels: _softmax(logits)),
            "You used p in place of p − y. At the label 1 is taken off: a model that is sure and right has no error left.",
        ),
        Wrong(
            "only_the_label_s_error",
            _norm_with(size=lambda e: np.abs(e.min(axis=1))),
            "You used 1 − p of the true class. It is one entry of the error; the others, the p of the wrong classes, "
            "belong to the length as well.",
        ),
        Wrong(
            "sum_of_errors",
            _norm_with(size=lambda e: np.abs(e).sum(axis=1)),
            "You added up the entries of the error. The Euclidean norm is the root of the sum of squares.",
        ),
        Wrong(
            "squared",
            lambda *case: _last_layer_norm(*case) ** 2,
            "That is the squared norm; the root is missing.",
        ),
        Wrong(
            "added_instead_of_multiplied",
            _norm_with(together=lambda e, h: e + h),
            "You added the two lengths. Every entry of the gradient is a product of an error and an input, so the lengths "
            "multiply.",
        ),
        Wrong(
            "score_for_norm",
            lambda *case: -_last_layer_norm(*case),
            "That is the attack's score, where a small gradient speaks for a member. Asked for is the norm itself.",
        ),
        Wrong(
            "softmax_over_examples",
            _norm_with(error=lambda logits, labels: _softmax(logits, axis=0) - _one_hot(logits, labels)),
            "Your probabilities add up to 1 over the records. Each record has its own: over the classes, `axis=1`.",
        ),
        Wrong(
            "logits_for_probabilities",
            _norm_with(error=lambda logits, labels: logits - _one_hot(logits, labels)),
            "You took 1 off the logits. The error is that of the probabilities, so the softmax comes first.",
        ),
        Wrong(
            "predicted_class",
            _norm_with(
                error=lambda logits, labels: _softmax(logits) - _one_hot(logits, logits.argmax(axis=1))
            ),
            "You took 1 off at the class that the model names. Whether it is right is the question; take it off at the "
            "label.",
        ),
        Wrong(
            "overflow",
            _overflowing,
            "`np.exp(1000)` is infinite, and the result no number. Subtract each row's largest logit first; the softmax "
            "stays the same.",
        ),
    ),
)


# ---- 3. the alignment attack ---------------------------------------------------------------------


def _alignment(
    gradients: Float[np.ndarray, "examples parameters"], update: Float[np.ndarray, " parameters"]
) -> Float[np.ndarray, " examples"]:
    """Cosine between each record's descent direction, minus its gradient, and the update."""
    return -gradients @ update / (np.linalg.norm(gradients, axis=1) * np.linalg.norm(update))


def _alignment_case(seed, n, parameters, inside):
    rng = np.random.default_rng(seed)
    gradients = (rng.normal(size=(n, parameters)) * rng.choice([0.2, 1, 4], (n, 1))).round(1) + 0.05
    return Case(gradients, (-gradients[:inside].mean(axis=0) / 2).round(2))


alignment = Exercise(
    name="alignment",
    lesson=LESSON,
    reference=_alignment,
    cases=(
        Case(np.array([[3.0, 4.0], [-0.6, -0.8], [4.0, -3.0]]), np.array([0.0, -2.0])),
        _alignment_case(0, 5, 4, 2),
        _alignment_case(1, 6, 3, 3),
    ),
    hints=(
        "A step goes against the gradient. If a record was in the batch, where does its *negative* gradient point, compared "
        "with the update?",
        "A cosine is a dot product divided by both lengths: that of the record's own gradient (one each) and that of the "
        "update (one for all).",
        "`-gradients @ update` are the dot products; `np.linalg.norm(gradients, axis=1)` are the lengths of the rows, and "
        "`np.linalg.norm(update)` is that of the update.",
    ),
    wrong=(
        Wrong(
            "sign_flipped",
            lambda *case: -_alignment(*case),
            "Upside down: a client's step goes *against* the gradients of its records, so it is minus the gradient that "
            "points along the update.",
        ),
        Wrong(
            "dot_product",
            lambda gradients, update: -gradients @ update,
            "That is the dot product. Records with a large gradient then lead, in the batch or not; divide by both lengths.",
        ),
        Wrong(
            "only_the_update_s_length",
            lambda gradients, update: -gradients @ update / np.linalg.norm(update),
            "You divided by the length of the update alone. The long gradients, those of hard records, still lead: divide "
            "by each record's own length too.",
        ),
        Wrong(
            "only_the_gradient_s_length",
            lambda gradients, update: -gradients @ update / np.linalg.norm(gradients, axis=1),
            "The length of the update is missing. The order is right, but the number is no cosine and can't be compared "
            "between updates.",
        ),
        Wrong(
            "one_length_for_all",
            lambda gradients, update: (
                -gradients @ update / (np.linalg.norm(gradients) * np.linalg.norm(update))
            ),
            "You divided by one length for the whole table. Each row has its own: `axis=1`.",
        ),
        Wrong(
            "squared_lengths",
            lambda gradients, update: -gradients @ update / ((gradients**2).sum(axis=1) * (update**2).sum()),
            "You divided by the squared lengths. The lengths are their roots.",
        ),
        Wrong(
            "sums_for_lengths",
            lambda gradients, update: (
                -gradients @ update / (np.abs(gradients).sum(axis=1) * np.abs(update).sum())
            ),
            "You added up sizes of entries. The length of a vector is the root of the sum of squares.",
        ),
        Wrong(
            "either_direction",
            lambda *case: np.abs(_alignment(*case)),
            "You dropped the sign. A record that points exactly the other way would be suspect; it is the least suspect of "
            "all.",
        ),
        Wrong(
            "angle",
            lambda *case: np.arccos(np.clip(_alignment(*case), -1, 1)),
            "That is the angle, which is small for the suspect. A score is larger for members: the cosine itself.",
        ),
        Wrong(
            "correlation",
            lambda gradients, update: _alignment(
                gradients - gradients.mean(axis=1, keepdims=True), update - update.mean()
            ),
            "You took the mean off first: a correlation. A gradient has a natural zero, and a step keeps to it.",
        ),
        Wrong(
            "distance",
            lambda gradients, update: -np.linalg.norm(gradients + update, axis=1),
            "You measured how near the two are. A client's step is short and a gradient long, so nearness says which "
            "gradients are short; compare directions.",
        ),
        Wrong(
            "share_of_signs",
            lambda gradients, update: (np.sign(-gradients) == np.sign(update)).mean(axis=1),
            "You counted in how many parameters the signs agree. Then the smallest entries weigh as much as the largest.",
        ),
    ),
)


# ---- stretch: judged by those who never saw it ---------------------------------------------------


class _Nearest:
    """A classifier that remembers everything: a row's score is the share of members among the two nearest rows learnt."""

    def __call__(self, features, member):
        features, member = np.array(features, float), np.array(member, float)
        if features.ndim != 2 or len(features) != len(member) or not len(member):
            raise ValueError(
                f"Features of shape {features.shape} and membership of shape {member.shape} came to fit; one or more rows "
                "are needed, with a True or False for each."
            )

        def score(rows):
            distance = np.linalg.norm(np.asarray(rows, float)[:, None] - features, axis=2)
            return member[distance.argsort(axis=1, kind="stable")[:, :2]].mean(axis=1)

        return score

    def __repr__(self):
        return "learns rows by heart; the function it gives scores a row by the share of members of the 2 nearest rows learnt"


def _cross_fitted(
    features: Float[np.ndarray, "examples columns"],
    member: Bool[np.ndarray, " examples"],
    fold: Int[np.ndarray, " examples"],
    fit: Callable,
) -> Float[np.ndarray, " examples"]:
    """Each record's score by the attack that was fitted to the records of all other folds."""
    score = np.empty(len(member))
    for k in np.unique(fold):
        here = fold == k
        score[here] = fit(features[~here], member[~here])(features[here])
    return score


def _by_networks(combine, chosen=lambda fold, k: fold != k):
    """A wrong evaluation: what each fold's network says of every record, combined otherwise."""

    def function(features, member, fold, fit):
        folds = np.unique(fold)
        said = np.stack(
            [fit(features[rows], member[rows])(features) for k in folds for rows in [chosen(fold, k)]]
        )
        return combine(said, fold, folds)

    return function


def _own(said, fold, folds):
    return said[np.searchsorted(folds, fold), np.arange(len(fold))]


def _next_ones(said, fold, folds):
    return said[(np.searchsorted(folds, fold) + 1) % len(folds), np.arange(len(fold))]


def _in_the_order_of_folds(features, member, fold, fit):
    score = _cross_fitted(features, member, fold, fit)
    return np.concatenate([score[fold == k] for k in np.unique(fold)])


def _one_at_a_time(features, member, fold, fit):
    return _cross_fitted(features, member, np.arange(len(member)), fit)


def _two_folds_only(features, member, fold, fit):
    score = np.zeros(len(member))
    for k in (0, 1):
        here = fold == k
        score[here] = fit(features[~here], member[~here])(features[here])
    return score


def _one_fold_judges_the_others(features, member, fold, fit):
    score = np.zeros(len(member))
    for k in np.unique(fold):
        here = fold == k
        score[~here] = fit(features[here], member[here])(features[~here])
    return score


def _four_folds(features, member, fold, fit):
    score = _cross_fitted(features, member, fold, fit)
    score[fold > 3] = 0
    return score


def _cross_case(seed, n, folds):
    rng = np.random.default_rng(seed)
    member = rng.permutation(n) < n // 2
    fold = rng.permutation(np.arange(n) % folds)
    return Case((rng.normal(size=(n, 2)) + member[:, None]).round(1), member, fold, _Nearest())


cross_fitted = Exercise(
    name="cross_fitted",
    lesson=LESSON,
    stretch=True,
    reference=_cross_fitted,
    cases=(
        Case(
            np.array([[0.0], [1.0], [2.0], [3.5], [5.5], [6.0]]),
            np.array([True, True, False, False, True, False]),
            np.array([0, 1, 0, 1, 0, 1]),
            _Nearest(),
        ),
        _cross_case(0, 12, 3),
        _cross_case(1, 16, 4),
        _cross_case(2, 15, 5),
    ),
    hints=(
        "Who may judge the records of fold 0? A network that has seen none of them. Which records are left to fit it?",
        "Go through the folds. `here = fold == k` are the records to be judged, `~here` those to learn from. `fit` gives a "
        "function; call it with the features of the records to be judged.",
        "`score = np.empty(len(member))`, then for each k of `np.unique(fold)`: "
        "`score[here] = fit(features[~here], member[~here])(features[here])`.",
    ),
    wrong=(
        Wrong(
            "fitted_to_all",
            lambda features, member, fold, fit: fit(features, member)(features),
            "One attack is fitted to everybody and judged on everybody. It may have learnt the answers by heart: that is how "
            "well it remembers, not how well it attacks.",
        ),
        Wrong(
            "fitted_to_the_fold_itself",
            _by_networks(_own, chosen=lambda fold, k: fold == k),
            "Each fold is judged by an attack fitted to this very fold. It is the other folds that may learn: `~here`.",
        ),
        Wrong(
            "one_network_for_all",
            _by_networks(lambda said, fold, folds: said[0]),
            "One attack judges everybody, and only the first fold is new to it. That is the published evaluation: the known "
            "records are judged along with the rest.",
        ),
        Wrong(
            "last_network_for_all",
            _by_networks(lambda said, fold, folds: said[-1]),
            "The last attack's scores have replaced all others. Put each attack's scores in the places of its own fold only: "
            "`score[here] = ...`.",
        ),
        Wrong(
            "mean_of_all_networks",
            _by_networks(lambda said, fold, folds: said.mean(axis=0)),
            "You took the mean over all attacks, and most of them have trained on the record. Only the one that left its "
            "fold out may speak.",
        ),
        Wrong(
            "judged_by_the_next",
            _by_networks(_next_ones),
            "Each fold is judged by the attack that left out *another* fold, so one that trained on it.",
        ),
        Wrong(
            "only_one_fold_learns",
            _by_networks(_next_ones, chosen=lambda fold, k: fold == k),
            "The attack that judges a fold has learnt from a single other fold. It may learn from all others: `fold != k`.",
        ),
        Wrong(
            "order_lost",
            _in_the_order_of_folds,
            "The scores are right and stand in the order of the folds. Put them where their records are: `score[here] = ...`.",
        ),
        Wrong(
            "first_fold_only",
            lambda features, member, fold, fit: fit(features[fold != 0], member[fold != 0])(
                features[fold == 0]
            ),
            "Scores came for the first fold only. It is a fair test, of a part of the records; go through all folds.",
        ),
        Wrong(
            "two_folds_only",
            _two_folds_only,
            "You went through folds 0 and 1. There may be more: `np.unique(fold)` names them all.",
        ),
        Wrong(
            "four_folds_always",
            _four_folds,
            "You went through folds 0 to 3. In the lesson there are four, in another evaluation more: `np.unique(fold)` "
            "names them all.",
        ),
        Wrong(
            "one_fold_judges_the_others",
            _one_fold_judges_the_others,
            "You fit to one fold and judge all the others, so each attack writes over the scores of the one before. Turn it "
            "round: learn from `~here`, judge `here`.",
        ),
        Wrong(
            "one_at_a_time",
            _one_at_a_time,
            "Each record has an attack of its own, fitted to all others. That is fair too, and costs one training a record; "
            "here the folds say who is left out together.",
        ),
        Wrong(
            "sides_exchanged",
            lambda features, member, fold, fit: _cross_fitted(features, ~member, fold, fit),
            "Your attack learnt to find non-members: hand it `member` as it is. A score is larger for members.",
        ),
    ),
)


quiz = Quiz(
    [
        Question(
            "A research group may publish its model's weights or offer only an interface with probabilities. Nobody has shadow "
            "models. What do the weights add for an adversary with one threshold on the gradient's norm?",
            [
                Choice(
                    "Very much: there are thousands of numbers a record",
                    "Many numbers, and nearly all of them say the same: the error of the answer, multiplied.",
                    wrong="more_numbers_more_evidence",
                ),
                Choice(
                    "Next to nothing: the norm follows the loss closely",
                    "For the last layer it is |p − y| times the size of the layer's input, and |p − y| is known from the "
                    "probabilities.",
                ),
                Choice(
                    "Much in early layers: there the records are stored",
                    "The error is passed back from the last layer. The first layer's norm ranks the records in nearly the same "
                    "order.",
                    wrong="early_layers_store_records",
                ),
                Choice(
                    "Much where the loss is near 0: there norms still differ",
                    "Where the loss is near 0 so is p − y, and with it every product in the gradient.",
                    wrong="norm_outlives_the_loss",
                ),
            ],
            name="what_weights_add",
        ),
        Question(
            "With 16 shadow models, an attack on gradient norms finds ten times as many members as the plain loss. The report "
            "concludes: white-box access is ten times as dangerous. Which control is missing?",
            [
                Choice(
                    "The same attack with the gradients of all layers",
                    "That varies the white box. The claim compares it with the black box.",
                    wrong="only_white_boxes",
                ),
                Choice(
                    "The loss attack, run on a larger number of targets",
                    "It would sharpen the interval of an unfair comparison: one side has shadows and the other has none.",
                    wrong="sharper_but_unfair",
                ),
                Choice(
                    "The same 16 shadow models used with the losses",
                    "Then only the access differs. Nearly all of the gain is the shadows'.",
                ),
                Choice(
                    "More shadow models, until the gain stops growing",
                    "That finds out how large the gain can get. Whose it is, the shadows' or the access's, it leaves open.",
                    wrong="larger_but_mixed",
                ),
            ],
            name="missing_control",
        ),
        Question(
            "A client takes one step on 16 records and sends the update. Why does minus the gradient of one of them point along it?",
            [
                Choice(
                    "The step is minus the mean of 16 gradients, its own too",
                    "Its own gradient is a sixteenth of the sum. With 256 records it is lost among the others.",
                ),
                Choice(
                    "The model has learnt the record by heart in this step",
                    "After one small step hardly anything is learnt by heart. The direction gives the record away.",
                    wrong="memorised_in_one_step",
                ),
                Choice(
                    "Records of one client always have alike gradients",
                    "That would betray the client and not the record: its other records would be aligned as well.",
                    wrong="clients_are_alike",
                ),
                Choice(
                    "The server sent a model that was made for this purpose",
                    "The passive server sends what the protocol says and only looks. The active one is another attack.",
                    wrong="always_active",
                ),
            ],
            name="why_aligned",
        ),
        Question(
            "An attack network is trained on half of a target's members, and the figure shows its ROC curve on all of them. What "
            "does the curve measure?",
            [
                Choice(
                    "The leak of the target, as any ROC curve does",
                    "Only if all records are new to the attack. Half of these members are not.",
                    wrong="any_roc_measures_the_leak",
                ),
                Choice(
                    "A lower bound of the leak: half was used up",
                    "The used half makes the curve better, not worse.",
                    wrong="lower_bound",
                ),
                Choice(
                    "The leak on the other half, which it never saw",
                    "It would if the known half were left out. It is in the figure, and may be answered by heart.",
                    wrong="known_half_left_out",
                ),
                Choice(
                    "A mixture of the attack and of its own memory",
                    "On the half it trained on it may answer by heart. Judge it on records that it never saw.",
                ),
            ],
            name="judged_on_its_own",
        ),
        Question(
            "A hospital's model is online and is retrained every night with the day's few patients. You may ask for a record's "
            "probabilities whenever you like. Which question betrays today's patients best?",
            [
                Choice(
                    "How small is the loss on the record tonight?",
                    "Small for easy records, old or new. One threshold for all, as ever.",
                    wrong="one_look",
                ),
                Choice(
                    "By how much did the record's log-odds rise tonight?",
                    "The record is compared with itself a day before, on a scale on which easy and hard records move alike.",
                ),
                Choice(
                    "How high does it rank tonight among its own class?",
                    "Easy records lead their class, whoever they belong to. Compare the record with itself a day before.",
                    wrong="rank_in_its_class",
                ),
                Choice(
                    "Is the record answered rightly by the model?",
                    "That is the gap attack, on all records that were ever trained on.",
                    wrong="gap_attack_again",
                ),
            ],
            name="two_looks",
        ),
    ],
    lesson=LESSON,
)
