"""The exercises and the quiz of lesson 06, and that they are the package's attacks."""

import copy

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from torch.nn import functional as F

from mia_teach import Roc, Scores, mlp
from mia_teach.attacks import white_box
from mia_teach.exercises import white_box as check

from .laws import check_exercise_laws, check_quiz_laws


def own_gradients(loss, weight, x, labels): ...


def last_layer_norm(logits, labels, hidden): ...


def alignment(gradients, update): ...


def cross_fitted(features, member, fold, fit): ...


STUBS = (own_gradients, last_layer_norm, alignment, cross_fitted)


@pytest.fixture(autouse=True)
def _the_same_start():
    """torch draws the models of these tests; every run gets the same ones, and nobody else notices."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        yield


def records(n=20):
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, 6)), rng.integers(0, 3, n)


@pytest.mark.parametrize("stub", STUBS, ids=lambda stub: stub.__name__)
def test_every_exercise_keeps_the_laws(stub):
    exercise = getattr(check, stub.__name__)
    check_exercise_laws(exercise, stub)
    assert len(exercise.wrong) >= 9


def test_a_loop_of_backward_is_as_good_as_torch_func():
    def loop(loss, weight, x, labels):
        rows = []
        for row, label in zip(x, labels, strict=True):
            own = weight.clone().requires_grad_()
            loss(own, row, label).backward()
            rows.append(own.grad)
        return torch.stack(rows)

    def loop_that_forgets_to_clear(loss, weight, x, labels):
        own, rows = weight.clone().requires_grad_(), []
        for row, label in zip(x, labels, strict=True):
            loss(own, row, label).backward()
            rows.append(own.grad.clone())
        return torch.stack(rows)

    assert check.own_gradients.verdict(loop).done
    assert check.own_gradients.verdict(loop_that_forgets_to_clear).wrong == "gradients_accumulate"


def test_a_loop_that_keeps_one_tensor_is_told_so():
    def kept(clear):
        def loop(loss, weight, x, labels):
            own, rows = weight.clone().requires_grad_(), []
            for row, label in zip(x, labels, strict=True):
                if clear and own.grad is not None:
                    own.grad.zero_()
                loss(own, row, label).backward()
                rows.append(own.grad)
            return torch.stack(rows)

        return loop

    assert check.own_gradients.verdict(kept(clear=True)).wrong == "one_tensor_for_all"
    assert check.own_gradients.verdict(kept(clear=False)).wrong == "one_tensor_added_up"


@pytest.mark.parametrize(
    ("made", "wrong"),
    [(lambda g: g.numpy(), "array_for_tensor"), (list, "list_for_tensor"), (lambda g: g.clone(), "")],
    ids=["array", "list", "tensor"],
)
def test_right_gradients_have_to_be_a_tensor(made, wrong):
    outcome = check.own_gradients.verdict(lambda *case: made(check.own_gradients.reference(*case)))
    assert (outcome.done, outcome.wrong) == (not wrong, wrong)


@pytest.mark.parametrize(
    ("turned", "names", "wrong"),
    [
        (False, lambda fold: range(4), "four_folds_always"),
        (True, np.unique, "one_fold_judges_the_others"),
    ],
)
def test_folds_gone_through_wrongly_are_recognised(turned, names, wrong):
    def mine(features, member, fold, fit):
        score = np.zeros(len(member))
        for k in names(fold):
            here = (fold != k) if turned else (fold == k)
            score[here] = fit(features[~here], member[~here])(features[here])
        return score

    assert check.cross_fitted.verdict(mine).wrong == wrong


def test_the_closed_form_of_softmax_regression_counts_as_the_gradient():
    def closed(loss, weight, x, labels):
        error = torch.softmax(x @ weight.T, dim=1) - F.one_hot(labels, len(weight))
        return error[:, :, None] * x[:, None, :]

    assert check.own_gradients.verdict(closed).done


def test_the_norm_of_the_last_layer_is_the_attack_s():
    model, (x, labels) = mlp(6, 5, 3).double(), records()
    with torch.no_grad():
        hidden, logits = model[:3](torch.tensor(x)).numpy(), model(torch.tensor(x)).numpy()
    norm = check.last_layer_norm.reference(logits, labels, hidden)
    np.testing.assert_allclose(norm, -white_box.gradient_norm(model, x, labels, layers=("3",)))


def test_the_alignment_is_the_attack_s():
    model, (x, labels) = mlp(6, 5, 3).double(), records()
    own = white_box.per_example_gradients(model, x, labels)
    step = {name: torch.tensor(-0.1 * g[:4].mean(axis=0)) for name, g in own.items()}
    rows = np.concatenate([g.reshape(len(x), -1) for g in own.values()], axis=1)
    update = np.concatenate([delta.numpy().ravel() for delta in step.values()])
    np.testing.assert_allclose(
        check.alignment.reference(rows, update),
        white_box.update_alignment(model, x, labels, update=step),
    )


def test_on_pure_noise_only_the_fair_evaluation_finds_nothing():
    rng = np.random.default_rng(0)
    features, member = rng.normal(size=(400, 100)), rng.permutation(400) < 200
    fold = np.arange(400) % 4

    def fit(rows, of):
        return LogisticRegression(C=1e3, max_iter=2000).fit(rows, of).decision_function

    fair = Roc.from_scores(Scores(check.cross_fitted.reference(features, member, fold, fit), member))
    assert 0.5 in fair.auc_interval(0.999)
    published = next(wrong for wrong in check.cross_fitted.wrong if wrong.name == "one_network_for_all")
    unfair = Roc.from_scores(Scores(published.function(features, member, fold, fit), member))
    assert unfair.auc_interval(0.999).low > 0.5


def test_folds_may_have_any_names():
    features, member, fold, fit = copy.deepcopy(check.cross_fitted.cases[1].args)
    named = np.array([7, -3, 40])[fold]
    np.testing.assert_array_equal(
        check.cross_fitted.reference(features, member, named, fit),
        check.cross_fitted.reference(features, member, fold, fit),
    )


def test_one_case_of_each_exercise_can_be_worked_out_by_hand():
    own = check.own_gradients.reference(*check.own_gradients.cases[0].args)
    assert own.tolist() == [[[-1, 0], [1, 0]], [[2, -3], [-2, 3]]]
    assert check.last_layer_norm.reference(*check.last_layer_norm.cases[0].args) == pytest.approx([2, 1])
    assert check.alignment.reference(*check.alignment.cases[0].args) == pytest.approx([0.8, -0.8, -0.6])
    fair = check.cross_fitted.reference(*copy.deepcopy(check.cross_fitted.cases[0].args))
    assert fair.tolist() == [0.5, 0.5, 0.5, 0.5, 0, 0.5]


def test_the_quiz_has_five_questions_that_cannot_be_answered_by_place_or_length():
    questions = check.quiz.questions
    assert len(questions) == 5
    assert len({question.right for question in questions}) == 4
    for question in questions:
        lengths = [len(choice.text) for choice in question.choices]
        assert max(lengths) <= 2 * min(lengths) + 6, question.text
        longest = lengths.index(max(lengths)) == question.right and lengths.count(max(lengths)) == 1
        assert not longest or max(lengths) <= 1.2 * sorted(lengths)[-2], question.text


def test_every_misconception_of_the_quiz_has_a_reply_of_its_own():
    check_quiz_laws(check.quiz)
    choices = [choice for question in check.quiz.questions for choice in question.choices]
    names = [choice.wrong for choice in choices if choice.wrong]
    assert len(names) == len(set(names)) == 15
    assert len({choice.reply for choice in choices}) == len(choices)
    assert not any("*" in text for choice in choices for text in (choice.text, choice.reply))
