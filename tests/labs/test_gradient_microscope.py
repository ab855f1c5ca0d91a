"""The gradient microscope: its numbers are the attacks' own, its truth is hidden at first, its goals can be reached."""

import copy
import itertools
import time
import warnings

import numpy as np
import pytest
import torch
import traitlets
from torch import nn
from torch.nn import functional as F

from mia_teach import signals
from mia_teach.attacks import white_box
from mia_teach.data import Dataset
from mia_teach.labs.gradient_microscope import OFFERED, GradientMicroscope, truth_in_words
from mia_teach.labs.lab import pack
from mia_teach.models import cnn, logistic, mlp
from mia_teach.roc import Roc
from mia_teach.scores import Scores
from tests.browser import rested, state, words
from tests.labs.examples import gradient_microscope, target_on_digits
from tests.labs.node import needs_node, under_node


@pytest.fixture(autouse=True)
def _the_same_start():
    """torch draws the models of these tests; every run gets the same ones, and nobody else notices."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        yield


LAYERS = {"0": ["0"], "3": ["3"], "all": None}


def at(lab, **moved):
    """What the lab shows with some controls moved."""
    return lab.values_at(**{**{name: getattr(lab, name) for name in lab.controls}, **moved})


def everywhere(lab):
    """Every position a learner can reach, with the truth shown and every layer looked at."""
    looked = list(range(len(lab.layers) * len(lab.updates)))
    for record, layer, update in itertools.product(lab.offered, lab.layers, lab.updates):
        yield {"record": record, "layer": layer, "update": update, "uncovered": [record], "looked": looked}


def batch(lab, update):
    return np.flatnonzero(lab._all["inside"][lab.updates.index(update)])


def stepped(server, data, rows, rate=0.1):
    """The update of one step, made with PyTorch's own optimiser."""
    client = copy.deepcopy(server)
    optimiser = torch.optim.SGD(client.parameters(), lr=rate)
    F.cross_entropy(client(torch.tensor(data.x[rows])), torch.tensor(data.y[rows])).backward()
    optimiser.step()
    before = dict(server.named_parameters())
    return {name: (p - before[name]).detach() for name, p in client.named_parameters()}


def server_of_its_own():
    return mlp(64, 16, 10).double()


def odd(name, n=240):
    """Models and data at the edge of what can be shown."""
    random = np.random.default_rng(0)
    data = Dataset(random.normal(size=(n, 6)), random.integers(0, 3, n), 3)
    model, member = mlp(6, 5, 3).double(), np.arange(n) < n // 2
    options = {"batches": (4, 16)}
    with torch.no_grad():
        if name == "sure of everything":
            for p in model.parameters():
                p *= 1e4
            options["server"] = model
        if name == "all weights zero":
            for p in model.parameters():
                p *= 0
            options["server"] = model
    if name == "all records the same":
        data = Dataset(np.ones((n, 6)), np.zeros(n, int), 3)
    if name == "one layer":
        model = logistic(6, 3).double()
    if name == "no bias":
        model = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3, bias=False)).double()
    if name == "a single update of everybody":
        options["batches"] = (n // 2,)
    if name == "few records":
        data, member, options["batches"] = data[:30], np.arange(30) % 2 == 0, (2, 3)
    return model, data, member, options


ODD = (
    "sure of everything",
    "all weights zero",
    "all records the same",
    "one layer",
    "no bias",
    "a single update of everybody",
    "few records",
)


@pytest.mark.parametrize("layer", LAYERS)
def test_norms_ranks_and_auc_are_those_of_the_attack(layer):
    lab, (model, data, member) = gradient_microscope(), target_on_digits()
    score = white_box.gradient_norm(model, data.x, data.y, layers=LAYERS[layer])
    roc = Roc.from_scores(Scores(score, member))
    for record in lab.offered:
        v = at(lab, record=record, layer=layer)
        assert v["norm"] == pytest.approx(-score[record])
        assert v["rank"] == 1 + (score > score[record]).sum()
        assert v["auc"] == pytest.approx(roc.auc)
        assert v["tpr"] == roc.tpr_at(0.01).value
        assert (v["auc_low"], v["auc_high"]) == pytest.approx(
            (roc.auc_interval().low, roc.auc_interval().high)
        )


def test_the_loss_and_its_auc_are_those_of_the_model_that_is_seen():
    (model, data, member), server = target_on_digits(), server_of_its_own()
    lab = gradient_microscope(server=server)
    for update, one in ((0, model), (8, server)):
        with torch.no_grad():
            loss = signals.cross_entropy(one(torch.tensor(data.x)).numpy(), data.y)
        inside = np.isin(np.arange(400), batch(lab, 8)) if update else member
        for record in lab.offered:
            v = at(lab, record=record, update=update)
            assert v["loss"] == pytest.approx(loss[record])
            assert v["rank_by_loss"] == 1 + (loss < loss[record]).sum()
            assert v["loss_auc"] == pytest.approx(Roc.from_scores(Scores(-loss, inside)).auc)


@pytest.mark.parametrize("update", [8, 32])
def test_the_cosine_with_an_update_is_that_of_the_attack(update):
    (_, data, _), server = target_on_digits(), server_of_its_own()
    lab = gradient_microscope(server=server)
    rows = batch(lab, update)
    assert len(rows) == update
    score = white_box.update_alignment(server, data.x, data.y, update=stepped(server, data, rows))
    roc = Roc.from_scores(Scores(score, np.isin(np.arange(400), rows)))
    for record in lab.offered:
        v = at(lab, record=record, update=update, layer="all")
        assert v["alignment"] == pytest.approx(score[record])
        assert v["rank"] == 1 + (score > score[record]).sum()
        assert v["auc"] == pytest.approx(roc.auc)


def test_the_cosine_of_one_layer_looks_at_that_layer_alone():
    (_, data, _), server = target_on_digits(), server_of_its_own()
    lab = gradient_microscope(server=server)
    update = stepped(server, data, batch(lab, 8))
    of_layer = white_box.per_example_gradients(server, data.x, data.y, layers=["3"])
    g = np.concatenate([one.reshape(400, -1) for one in of_layer.values()], axis=1)
    delta = np.concatenate([update[name].numpy().ravel() for name in of_layer])
    cosine = -g @ delta / np.linalg.norm(g, axis=1) / np.linalg.norm(delta)
    for record in lab.offered:
        assert at(lab, record=record, update=8, layer="3")["alignment"] == pytest.approx(cosine[record])


def test_the_norm_of_the_last_layer_is_the_error_times_the_size_of_its_input():
    lab = gradient_microscope()
    for record, update in itertools.product(lab.offered, lab.updates):
        v = at(lab, record=record, update=update, layer="3")
        assert v["norm"] == v["norm_of_last"] == pytest.approx(v["error"] * np.sqrt(v["input"] ** 2 + 1))
    model, data, member, options = odd("no bias")
    v = GradientMicroscope(model, data, member, **options).values()
    assert v["norm_of_last"] == pytest.approx(v["error"] * v["input"])


def test_on_a_trained_model_every_layer_ranks_as_the_loss_does_and_an_update_does_not():
    lab = gradient_microscope()
    for layer in lab.layers:
        v = at(lab, layer=layer)
        assert v["agreement"] > 0.8
        assert abs(v["auc"] - v["loss_auc"]) < 0.01
    small, large = (at(lab, layer="all", update=update) for update in (8, 32))
    assert abs(small["agreement"]) < 0.7
    assert small["auc"] > large["auc"] > 0.6


def test_updates_are_made_of_members_and_the_small_ones_are_part_of_the_large():
    lab, (_, _, member) = gradient_microscope(), target_on_digits()
    small, large = (set(batch(lab, update)) for update in (8, 32))
    assert small < large <= set(np.flatnonzero(member))
    assert set(batch(gradient_microscope(seed=1), 8)) != small


def test_the_length_of_the_step_changes_nothing():
    one, other = (gradient_microscope(learning_rate=rate)._all for rate in (0.1, 3.0))
    np.testing.assert_allclose(one["alignment"], other["alignment"], atol=1e-12)
    assert (one["ranks"] == other["ranks"]).all()


def test_the_target_is_left_as_it_was():
    model, _, _ = target_on_digits()
    before = copy.deepcopy(model.state_dict())
    gradient_microscope()
    assert all(torch.equal(p, before[name]) for name, p in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())


def test_records_that_are_equal_have_the_same_rank():
    model, data, member = target_on_digits()
    twice = Dataset(np.concatenate([data.x, data.x]), np.concatenate([data.y, data.y]), 10)
    lab = GradientMicroscope(model, twice, np.concatenate([member, ~member]), batches=(8,), lesson="")
    assert (lab._all["ranks"][..., :400] == lab._all["ranks"][..., 400:]).all()
    assert lab.values()["auc"] == lab.values()["loss_auc"] == 0.5


def test_the_truth_is_hidden_until_it_is_shown_and_then_for_that_record_only():
    lab, (_, _, member) = gradient_microscope(update=8), target_on_digits()
    assert lab.values()["member"] is lab.values()["inside"] is None
    assert "The truth is hidden." in lab.read_out()
    lab.reveal()
    assert lab.values()["inside"] == (lab.record in batch(lab, 8))
    lab.update = 0
    assert (lab.values()["member"], lab.values()["inside"]) == (member[lab.record], None)
    lab.record = lab.offered[1]
    assert lab.values()["member"] is None


@pytest.mark.parametrize(
    ("update", "rank", "member", "inside", "said"),
    [
        (0, 5, 1, None, "a member."),
        (0, 5, 0, None, "not a member."),
        (16, 16, 1, 1, "in the update. It is betrayed, among the 16 best aligned."),
        (16, 17, 1, 1, "in the update. It hides, not among the 16 best aligned."),
        (16, 3, 1, 0, "a member, but not in this update. A false alarm, among the 16 best aligned."),
        (16, 99, 0, 0, "not a member, and not in the update."),
    ],
)
def test_the_truth_says_what_the_attack_makes_of_it(update, rank, member, inside, said):
    values = {"update": update, "rank": rank, "member": member, "inside": inside}
    assert truth_in_words(values) == f"The truth: {said}"


def test_a_layer_counts_as_looked_at_when_a_cell_chooses_it():
    lab = gradient_microscope()
    assert lab.values()["layers_seen"] == 1
    lab.update = 8
    lab.layer = "3"
    lab.layer = "all"
    lab.update = 0
    assert lab.values()["layers_seen"] == 2, "what was seen of an update is no look at the trained model"
    assert "All layers looked at" not in lab.read_out()
    assert not lab.goals_met[0]
    lab.layer = "3"
    assert lab.goals_met[0]
    assert "All layers looked at: AUC 0." in lab.read_out()


@needs_node
def test_a_layer_that_beats_the_loss_is_named_by_both_twins():
    lab = gradient_microscope()
    lab._t["auc"][0, 1] = 0.99
    lab._tables = {**lab._tables, "auc": pack(lab._t["auc"])}
    lab.looked = [0, 1, 2]
    assert (
        "All layers looked at: last layer, 16 → 10: better than the loss by 0.01 or more." in lab.read_out()
    )
    controls = {name: getattr(lab, name) for name in lab.controls}
    code = "const d = lab.prepare((key) => state[key]); output = lab.words(lab.values(d, input), d);"
    assert under_node(lab, code, controls) == lab.read_out()


def test_the_records_on_offer_are_half_members_and_differ():
    lab, (_, _, member) = gradient_microscope(records=None), target_on_digits()
    assert len(lab.offered) == OFFERED
    assert member[lab.offered].sum() == OFFERED // 2
    assert lab.offered == sorted(lab.offered), "the order must tell nothing"
    seen = [at(lab, record=record, layer="all", update=8, uncovered=[record]) for record in lab.offered]
    assert sum(v["inside"] for v in seen) >= 5
    assert any(v["inside"] and v["rank"] <= 8 for v in seen)
    assert sum(not v["inside"] and v["rank"] <= 8 for v in seen) >= 1
    assert sum(at(lab, record=r, update=32, uncovered=[r])["inside"] for r in lab.offered) >= 8


def test_goals_ask_for_every_layer_a_betrayed_record_and_an_update_that_hides():
    lab = gradient_microscope(records=None)
    every, betrayed, hidden = (goal.conditions for goal in lab.goals)
    assert every == {"update": ("==", 0), "layers_seen": ("==", 3)}
    assert betrayed == {"update": ("==", 8), "rank": ("<=", 8), "inside": ("==", 1)}
    assert hidden.keys() == {"update", "whole", "auc"}
    aucs = [at(lab, layer="all", update=update)["auc"] for update in (8, 32)]
    assert min(aucs) < hidden["auc"][1] <= max(aucs)


@pytest.mark.parametrize("name", ODD)
def test_every_goal_can_be_reached_whatever_the_data_and_none_is_met_at_the_start(name):
    model, data, member, options = odd(name)
    for records in (None, [3], [1, 2]):
        lab = GradientMicroscope(model, data, member, records=records, **options)
        assert not any(lab.goals_met)
        assert not any(goal.is_met(lab.values()) for goal in lab.goals)
        for goal in lab.goals:
            assert any(goal.is_met(lab.values_at(**position)) for position in everywhere(lab)), goal.text


def test_where_no_record_on_offer_is_in_the_update_the_goal_says_so():
    member = target_on_digits()[2]
    goal = gradient_microscope(records=np.flatnonzero(~member)[:5]).goals[1]
    assert "not in the update" in goal.text
    assert goal.conditions == {"update": ("==", 8), "inside": ("==", 0)}


@pytest.mark.parametrize("name", ODD)
def test_odd_models_and_data_can_be_looked_at_and_drawn(name):
    model, data, member, options = odd(name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", category=DeprecationWarning)  # old packages, of each other
        lab = GradientMicroscope(model, data, member, **options)
        for update, layer in itertools.product(lab.updates, (lab.layers[0], "all")):
            lab.update, lab.layer = update, layer
            assert "<img" in lab._repr_mimebundle_()[0]["text/html"]
            assert "nan" not in lab.read_out()
            assert "inf" not in lab.read_out()


@pytest.mark.browser
@pytest.mark.parametrize("name", ODD)
def test_odd_models_and_data_can_be_looked_at_in_the_browser(name, bare_page):
    model, data, member, options = odd(name)
    lab = GradientMicroscope(model, data, member, **options)
    page = bare_page(lab)
    for _ in lab.updates:
        rested(page)
        assert words(page) == lab.words(lab.values_at(**{name: state(page, name) for name in lab.controls}))
        html = page.inner_html(".mia-lab")
        assert not any(strange in html for strange in ("NaN", "Infinity", "undefined"))
        page.locator("select").first.press("ArrowDown")


def test_histograms_hold_every_record():
    assert np.allclose(gradient_microscope()._t["histogram"].sum(axis=-1), 1)


def test_too_few_records_for_a_rate_of_one_per_cent_have_none():
    model, data, member, options = odd("few records")
    v = GradientMicroscope(model, data, member, **options).values()
    assert v["tpr"] is v["loss_tpr"] is None


def test_goals_are_kept_once_met(answers):
    lab = gradient_microscope(records=None)
    for position in everywhere(lab):
        for name, value in position.items():
            setattr(lab, name, value)
    assert lab.goals_met == [True] * 3
    assert "gradient_microscope.betrayed" in answers.read_text()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"batches": ()}, "one or more sizes, ascending, from 2 on"),
        ({"batches": (32, 8)}, "one or more sizes, ascending, from 2 on"),
        ({"batches": (1, 8)}, "one or more sizes, ascending, from 2 on"),
        ({"batches": (8, 256)}, "256 records was asked for, and there are 200 members"),
        ({"records": [400]}, "There is no record 400"),
        ({"records": []}, "0 records came"),
        ({"records": range(61)}, "61 records came"),
        ({"images": np.zeros((13, 5, 5))}, "one for each example"),
        ({"server": mlp(64, 8, 10)}, "other layers than the target"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_what_can(options, words):
    with pytest.raises(ValueError, match=words):
        gradient_microscope(**options)


@pytest.mark.parametrize(
    ("member", "words"),
    [
        (np.ones((1, 400), bool), r"shape \(1, 400\) came; \(400,\) is needed"),
        (np.full(400, 2), "True or False for each example"),
        (np.ones(400, bool), "400 members of 400 examples"),
    ],
)
def test_a_membership_that_does_not_fit_is_refused(member, words):
    model, data, _ = target_on_digits()
    with pytest.raises(ValueError, match=words):
        GradientMicroscope(model, data, member)


def test_a_model_without_a_linear_last_layer_is_refused_and_a_convolutional_one_is_not():
    _, data, member = target_on_digits()
    with pytest.raises(ValueError, match=r"not an nn\.Linear"):
        GradientMicroscope(nn.Sequential(nn.Flatten(), nn.Conv1d(1, 1, 3)), data, member, batches=(8,))
    lab = GradientMicroscope(cnn(8, 10, channels=(2, 3)).double(), data, member, batches=(8,), lesson="")
    assert lab.layer_names[1].startswith("middle layer")


@pytest.mark.parametrize(
    ("name", "value"), [("record", 3), ("layer", "1"), ("update", 16), ("uncovered", [2, 3]), ("looked", [9])]
)
def test_a_position_that_is_not_on_offer_is_refused_with_those_that_are(name, value):
    lab = gradient_microscope()
    with pytest.raises(traitlets.TraitError, match="Choose one of"):
        setattr(lab, name, value)


def test_a_digit_is_named_as_one_and_another_class_by_its_name():
    assert gradient_microscope(records=[2]).labels[0].startswith("record 2: a")
    _, data, member, options = odd("one layer")
    assert (
        GradientMicroscope(logistic(6, 3), data, member, **options)
        .labels[0]
        .endswith(f"class {data.y[GradientMicroscope(logistic(6, 3), data, member, **options).record]}")
    )


def test_two_thousand_records_are_ready_in_three_seconds():
    random = np.random.default_rng(0)
    data = Dataset(random.normal(size=(2000, 64)), random.integers(0, 10, 2000), 10)
    model, member = mlp(64, 128, 10).double(), np.arange(2000) < 1000
    GradientMicroscope(model, data, member)
    started = time.perf_counter()
    GradientMicroscope(model, data, member)
    assert time.perf_counter() - started < 3


@pytest.mark.browser
def test_previous_and_next_go_round_the_records_on_offer(bare_page):
    lab = gradient_microscope()
    page = bare_page(lab)
    previous, following = (page.get_by_role("button", name=name) for name in ("Previous", "Next"))
    previous.focus()
    page.keyboard.press("Enter")
    assert state(page, "record") == lab.offered[-1]
    following.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert state(page, "record") == lab.offered[1]


@pytest.mark.browser
def test_the_table_fills_with_what_has_been_looked_at(bare_page):
    lab = gradient_microscope()
    page = bare_page(lab)
    cells = "cells => cells.map(cell => cell.textContent)"
    assert page.locator(".mia-found tbody td").evaluate_all(cells).count("?") == 12 - 2
    page.locator("select").first.press("ArrowDown")
    rested(page)
    shown = page.locator(".mia-found tbody td").evaluate_all(cells)
    assert shown.count("?") == 12 - 4
    assert shown[1] == f"{at(lab, update=8)['auc']:.3f}"
    assert state(page, "looked") == [0, 3]


@pytest.mark.browser
def test_the_picture_of_a_record_has_words_and_where_there_is_none_there_is_no_canvas(bare_page):
    lab = gradient_microscope()
    assert bare_page(lab).locator("canvas").get_attribute("aria-label") == f"Picture of {lab.labels[0]}"
    assert bare_page(gradient_microscope(images=None)).locator("canvas").count() == 0


@pytest.mark.browser
def test_the_truth_can_be_hidden_again(bare_page):
    page = bare_page(gradient_microscope())
    page.get_by_role("button", name="Show the truth").focus()
    page.keyboard.press("Enter")
    rested(page)
    assert "The truth: " in words(page)
    assert page.locator(".mia-truth").inner_text()
    page.keyboard.press("Enter")
    rested(page)
    assert "The truth is hidden." in words(page)
    assert state(page, "uncovered") == []


@pytest.mark.browser
def test_a_step_with_two_thousand_records_is_drawn_within_a_frame(bare_page):
    random = np.random.default_rng(0)
    data = Dataset(random.normal(size=(2000, 64)), random.integers(0, 10, 2000), 10)
    page = bare_page(GradientMicroscope(mlp(64, 128, 10).double(), data, np.arange(2000) < 1000))
    times = page.evaluate("""() => {
      const select = document.querySelectorAll('select')[2];
      return [...select.options].map((_, i) => {
        const started = performance.now();
        select.selectedIndex = i;
        select.dispatchEvent(new Event('change'));
        document.body.getBoundingClientRect();
        return performance.now() - started;
      });
    }""")
    assert np.median(times) < 16
