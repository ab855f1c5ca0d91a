"""One record's answers with and without it."""

import numpy as np
import pytest

from mia_teach import Game, balanced_shadows, signals
from mia_teach.plots import InOutDisplay


def a_view():
    rng = np.random.default_rng(0)
    member = balanced_shadows(10, 30, seed=1)
    return Game(rng.normal(size=(10, 30, 3)), rng.integers(0, 3, 30), member).view


def test_from_a_view_it_holds_the_record_s_answers_by_side():
    view = a_view()
    display = InOutDisplay.from_view(view, 7)
    phi = signals.label_log_odds(view.shadow_logits, view.labels)[:, 7]
    assert sorted(display.inside) == sorted(phi[view.shadow_member[:, 7]])
    assert sorted(display.outside) == sorted(phi[~view.shadow_member[:, 7]])
    assert display.answer == signals.label_log_odds(view.target_logits, view.labels)[7]
    assert len(InOutDisplay.from_view(view, 7, shadows=4).inside) == 2


def test_each_density_is_that_of_its_side_and_stands_apart_without_colour():
    display = InOutDisplay([1.0, 3.0], [-4.0, -2.0, 0.0], 2.5, name="a record").plot()
    inside, outside, answer = display.ax_.lines
    assert inside.get_xdata()[inside.get_ydata().argmax()] == pytest.approx(2.0, abs=0.02)
    assert outside.get_xdata()[outside.get_ydata().argmax()] == pytest.approx(-2.0, abs=0.02)
    assert inside.get_ydata().max() == pytest.approx(1 / np.sqrt(2 * np.pi), rel=1e-3)
    assert (inside.get_linestyle(), outside.get_linestyle()) == ("-", "--")
    assert set(answer.get_xdata()) == {2.5}
    assert display.ax_.get_title(loc="left") == "a record"


def test_answers_that_all_agree_still_make_a_picture():
    display = InOutDisplay([1.0, 1.0], [2.0, 2.0], 1.5).plot()
    for line in display.ax_.lines:
        assert np.isfinite(line.get_ydata()).all()
    left, right = display.ax_.get_xlim()
    assert left < 1.0 < 2.0 < right


def test_one_answer_a_side_is_refused():
    with pytest.raises(ValueError, match="1 models with the record and 3 without"):
        InOutDisplay([1.0], [1.0, 2.0, 3.0], 0.0)
