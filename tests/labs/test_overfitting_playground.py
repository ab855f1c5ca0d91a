"""The overfitting playground: what was trained, what it shows, and goals that can be reached."""

import numpy as np
import pytest
import traitlets

import mia_teach as mt
from mia_teach.labs.overfitting_playground import (
    BIN_EDGES,
    OverfittingGrid,
    OverfittingPlayground,
    default_goals,
    noisy_labels,
    points,
)
from tests.browser import rested, state, words
from tests.labs.examples import overfitting_grid


@pytest.fixture(scope="module")
def grid():
    """A small grid, really trained."""
    options = {"sizes": (60, 200), "widths": (4, 32), "noises": (0.0, 0.4), "epochs": (1, 12)}
    return OverfittingGrid.train(mt.load_digits()[:700], **options, seeds=3, progress=False)


def test_wrong_labels_are_as_many_as_asked_for_and_really_wrong():
    data = mt.load_digits()
    labels = noisy_labels(data, 0.3, 4, seed=0)
    assert (labels != data.y).mean(axis=1) == pytest.approx(0.3, abs=0.04)
    assert (labels >= 0).all()
    assert (labels < 10).all()


def test_records_with_wrong_labels_keep_them_when_there_is_more_noise():
    data = mt.load_digits()
    some, more = noisy_labels(data, 0.1, 2, seed=0), noisy_labels(data, 0.3, 2, seed=0)
    assert (some[some != data.y] == more[some != data.y]).all()


def test_a_setting_of_the_grid_is_what_training_it_alone_gives(grid):
    data = mt.load_digits()[:700]
    member = mt.fixed_size(3, 700, size=200, seed=200)
    labels = noisy_labels(data, 0.4, 3, seed=0)
    rows = grid.settings["noise"].index(0.4) * 2 + grid.settings["size"].index(200)
    seeds = mt.training.model_seeds(0, 12)[3 * rows : 3 * rows + 3]
    alone = mt.train(
        mt.mlp(64, 32, 10), data, member, labels=labels, epochs=12, learning_rate=5e-3, seed=seeds
    )
    logits = alone.logits(data.x)
    aucs = [
        mt.Roc.from_scores(mt.Scores(-mt.signals.cross_entropy(*one), inside)).auc
        for *one, inside in zip(logits, labels, member, strict=True)
    ]
    at = grid.at(size=200, width=32, epochs=12, noise=0.4)
    assert grid.measures["auc"][at] == pytest.approx(aucs)
    right = mt.signals.correct(logits[1], labels[1])
    assert grid.measures["train_accuracy"][at][1] == pytest.approx(right[member[1]].mean())
    assert grid.measures["test_accuracy"][at][1] == pytest.approx(right[~member[1]].mean())
    clean = mt.signals.correct(logits[1], data.y)[~member[1]].mean()
    assert grid.measures["clean_accuracy"][at][1] == pytest.approx(clean)


def test_histograms_hold_every_record(grid):
    for scale, edges in BIN_EDGES.items():
        shares = grid.histograms[scale]
        assert shares.shape == (2, 2, 2, 2, 2, len(edges) - 1)
        assert np.allclose(shares.sum(axis=-1), 1)


def test_without_noise_clean_labels_are_the_labels(grid):
    assert (grid.measures["clean_accuracy"][:, 0] == grid.measures["test_accuracy"][:, 0]).all()


def test_training_longer_on_wrong_labels_leaks_more(grid):
    settings = {"size": 60, "width": 32, "noise": 0.4}
    early, late = (grid.measures["auc"][grid.at(epochs=epochs, **settings)] for epochs in (1, 12))
    assert (late > early).all()


def test_a_size_that_leaves_too_few_non_members_is_refused():
    with pytest.raises(ValueError, match="fewer than 100 non-members"):
        OverfittingGrid.train(mt.load_digits()[:700], sizes=(650,), progress=False)


def test_values_are_the_intervals_over_the_seeds():
    grid = overfitting_grid()
    lab = OverfittingPlayground(grid, size=100, width=8, epochs=2, noise=0.3)
    found = grid.measures["tpr"][0, 2, 0, 1]
    expected = mt.Interval.from_values(found)
    values = lab.values()
    assert (values["tpr"], values["tpr_high"]) == (expected.value, min(1.0, expected.high))
    assert values["tpr_low"] == max(0.0, expected.low)
    assert values["gap"] == values["train_accuracy"] - values["test_accuracy"]


def test_every_goal_can_be_reached_and_none_is_met_at_the_start(grid):
    for one in (grid, overfitting_grid()):
        lab = OverfittingPlayground(one)
        positions = [
            {"size": size, "width": width, "epochs": epochs, "noise": noise, "loss_axis": "log"}
            for width in one.settings["width"]
            for noise in one.settings["noise"]
            for size in one.settings["size"]
            for epochs in one.settings["epochs"]
        ]
        for goal in lab.goals:
            assert any(goal.is_met(lab.values_at(**at)) for at in positions), goal.text
    assert lab.goals_met == [False] * 3


def test_the_first_goal_needs_the_same_data():
    goal = default_goals(overfitting_grid())[0]
    assert goal.conditions["size"] == ("==", 600)
    assert goal.conditions["noise"] == ("==", 0.0)


def test_the_third_goal_asks_for_auc_where_few_false_positives_find_nobody(grid):
    for one in (grid, overfitting_grid()):
        conditions = default_goals(one)[2].conditions
        (more, auc), (less, tpr) = conditions["auc"], conditions["tpr"]
        assert (more, less) == (">=", "<=")
        found = one.measures["tpr"].mean(axis=-1)
        assert tpr == 0.015 or found.min() <= tpr <= found.min() + 0.002
        assert auc <= one.measures["auc"].mean(axis=-1)[found <= tpr].max()


def test_the_read_out_says_that_test_labels_are_wrong_too():
    lab = OverfittingPlayground(overfitting_grid(), noise=0.3)
    assert "30 % wrong labels" in lab.read_out()
    assert "test accuracy (labels 30 % wrong too)" in lab.read_out()
    lab.noise = 0.0
    assert "0 % wrong labels" in lab.read_out()
    assert "wrong too" not in lab.read_out()


def test_the_grid_says_how_many_models_and_moments_it_has(grid):
    said = "8 settings × 3 seeds = 24 models, each kept at 2 moments (1, 12 epochs): 16 combinations"
    assert repr(grid) == said


def test_goals_are_kept_once_met(answers):
    lab = OverfittingPlayground(overfitting_grid(), lesson="01", epochs=1)
    for width in (8, 128):
        for epochs in (1, 2, 4, 20):
            lab.width, lab.epochs = width, epochs
    assert lab.goals_met[0]
    assert "leak_more" in answers.read_text()
    assert OverfittingPlayground(overfitting_grid(), lesson="01").goals_met[0]


@pytest.mark.parametrize(("name", "value"), [("size", 601), ("width", 0), ("epochs", 3), ("noise", 0.2)])
def test_a_setting_that_was_not_trained_is_refused_with_those_that_were(name, value):
    lab = OverfittingPlayground(overfitting_grid())
    with pytest.raises(traitlets.TraitError, match="Choose one of"):
        setattr(lab, name, value)
    at = {"size": 600, "width": 8, "epochs": 1, "noise": 0.0, name: value}
    with pytest.raises(ValueError, match="Trained were"):
        lab.grid.at(**at)


def test_points_have_a_true_minus_sign():
    assert points(-0.25) == "−25.0 points"


@pytest.mark.browser
def test_dragging_in_a_curve_chooses_an_epoch_and_only_that(bare_page):
    lab = OverfittingPlayground(overfitting_grid(), epochs=20)
    page = bare_page(lab)
    before = {name: state(page, name) for name in lab.controls}
    box = page.locator(".mia-draggable").first.bounding_box()
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 60, steps=5)
    page.mouse.up()
    rested(page)
    after = {name: state(page, name) for name in lab.controls}
    assert after == {**before, "epochs": 1}
    assert words(page) == lab.words(lab.values_at(**after))


@pytest.mark.browser
def test_the_axis_of_the_losses_changes_the_picture_and_no_number(bare_page):
    page = bare_page(OverfittingPlayground(overfitting_grid()))
    said = words(page)
    outline = page.locator(".mia-plot path.mia-member")
    before = outline.get_attribute("d")
    page.locator("select").focus()
    page.keyboard.press("ArrowDown")
    rested(page)
    assert state(page, "loss_axis") == "linear"
    assert outline.get_attribute("d") != before
    assert words(page) == said
