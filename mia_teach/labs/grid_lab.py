"""The base of every panel over a grid of settings that were measured before the learner moves anything."""

import numpy as np
import traitlets

from mia_teach.labs.lab import Lab
from mia_teach.rate import Interval


class GridLab(Lab):
    """A panel whose controls choose among the settings of ``grid``, with two pictures side by side.

    A subclass sets ``self.grid`` before it calls ``first_position``; gives ``_positions()``, every position of the
    controls in the order in which a learner might start there; draws with ``_draw_left(ax)`` and
    ``_draw_right(ax)``; and names the controls that the grid must know::

        _known = traitlets.validate("queries", "scale")(among_the_measured)
    """

    width_ratios = (1, 1)

    def first_position(self, goals, given):
        """The first position with these controls given at which no goal is met, or the very first."""
        fitting = [at for at in self._positions() if given.items() <= at.items()]
        if not fitting:
            return {**next(iter(self._positions())), **given}  # the traits say what is wrong with it
        unmet = (at for at in fitting if not any(goal.is_met(self.values_at(**at)) for goal in goals))
        return next(unmet, fitting[0])

    def choices(self, name):
        """What was measured of a control."""
        return self.grid.settings[name]

    def picture(self):
        from matplotlib.figure import Figure

        from mia_teach.plots import style

        with style():
            figure = Figure(figsize=(9.6, 4.2), layout="constrained")
            left, right = figure.subplots(1, 2, width_ratios=self.width_ratios)
            self._draw_left(left)
            self._draw_right(right)
        return figure


def among_the_measured(lab, proposal):
    """A value that the grid holds. Raises: TraitError, with those that it holds."""
    name, value = proposal.trait.name, proposal.value
    if value not in (known := lab.choices(name)):
        listed = ", ".join(one if isinstance(one, str) else f"{one:g}" for one in known)
        raise traitlets.TraitError(f"Nothing was measured with {name} {value!r}. Choose one of {listed}.")
    return value


def interval_ends(values):
    """Mean, low and high over the last axis (targets, pools) of shares, shape (..., repeats): shape (..., 3).

    >>> interval_ends(np.array([[0.2, 0.4]])).round(2)
    array([[0.3, 0. , 1. ]])
    """
    ends = np.empty((*values.shape[:-1], 3))
    for at in np.ndindex(values.shape[:-1]):
        one = Interval.from_values(values[at], within=(0, 1))
        ends[at] = one.value, one.low, one.high
    return ends


def rounded_down(number):
    """A number above 0 with three digits, none of them too large: a goal that can just be met stays within reach.

    >>> rounded_down(0.7999)
    0.799
    """
    return int(1000 * number) / 1000
