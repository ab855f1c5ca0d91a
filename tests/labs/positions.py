"""Where the controls of a lab can stand, whatever it shows: in the tests' own examples and in a lesson's kernel."""

from collections.abc import Iterator
from itertools import product

import numpy as np

from mia_teach.labs.lab import Lab


def positions(lab: Lab) -> Iterator[dict]:
    """Positions of the controls that keys can reach, enough of them to meet every goal that can be met."""
    if hasattr(lab, "_positions"):
        yield from lab._positions()
        return
    for choices in _CHOICES[lab.name](lab):
        for values in product(*choices.values()):
            yield dict(zip(choices, values, strict=True))


def meeting(lab: Lab) -> list[dict]:
    """For each goal the first position that meets it. Raises: AssertionError for a goal that none meets."""
    found = []
    for goal in lab.goals:
        at = next((at for at in positions(lab) if goal.is_met(lab.values_at(**at))), None)
        assert at is not None, f"Nothing meets the goal {goal.text!r}."
        found.append(at)
    return found


def some(lab: Lab, most: int = 8) -> list[dict]:
    """A few positions, the first and the last among them."""
    every = list(positions(lab))
    return [*every[:: -(-len(every) // (most - 1))], every[-1]]


def _of_a_guessing_game(lab):
    hand = lab.member[:12].tolist()
    yield {
        "deal": [0],
        "marks": [[int(was_in) for was_in in hand]],
        "revealed": [False, True],
        "threshold": [place / 100 for place in range(101)],
    }


def _of_a_playground(lab):
    yield {**{name: list(values) for name, values in lab.grid.settings.items()}, "loss_axis": ["log"]}


def _of_a_threshold_explorer(lab):
    """The places at which its slider stops."""
    for signal, table in lab._tables.items():
        candidates, stops = np.frombuffer(table["candidates"], "<f8"), np.frombuffer(table["stops"], "<i4")
        rates = [rate for rate, _ in lab._base_rates]
        yield {"signal": [signal], "threshold": candidates[stops].tolist(), "base_rate": rates}


def _of_a_likelihood_explorer(lab):
    for record in lab.offered:
        yield {
            "record": [record],
            "shadows": lab.counts,
            "variant": ["online", "offline"],
            "deviation": ["per_example", "pooled"],
            "uncovered": [[], [record]],
        }


def _of_a_microscope(lab):
    seen = list(range(len(lab.layers) * len(lab.updates)))
    for record in lab.offered:
        yield {
            "record": [record],
            "layer": lab.layers,
            "update": lab.updates,
            "uncovered": [[], [record]],
            "looked": [seen],
        }


def _of_a_frontier(lab):
    strengths = lab.grid.strengths
    yield {
        "defence": list(strengths),
        "strength": range(len(next(iter(strengths.values())))),
        "attacker": lab.traits()["attacker"].values,
        "group": lab.traits()["group"].values,
    }


_CHOICES = {
    "defence_frontier": _of_a_frontier,
    "gradient_microscope": _of_a_microscope,
    "guessing_game": _of_a_guessing_game,
    "likelihood_explorer": _of_a_likelihood_explorer,
    "overfitting_playground": _of_a_playground,
    "threshold_explorer": _of_a_threshold_explorer,
}
