"""One example of every lab: test_laws.py holds each of them to the same laws."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from mia_teach.labs.lab import Lab
from mia_teach.labs.threshold_explorer import ThresholdExplorer
from mia_teach.scores import Scores


@dataclass
class Example:
    """How to make the lab, and positions of its controls, extremes among them, where its twins are compared."""

    make: Callable[[], Lab]
    positions: list[dict] = field(default_factory=list)


def scores(n=300, seed=0):
    """Two signals of the same records with the same ranking, and one that knows nothing."""
    random = np.random.default_rng(seed)
    member = np.arange(2 * n) < n
    log_odds = np.where(member, random.normal(1, 1.2, 2 * n), random.normal(0, 1, 2 * n))
    return {
        "label log-odds": Scores(log_odds, member, "label log-odds"),
        "label probability": Scores(1 / (1 + np.exp(-4 * log_odds)), member, "label probability"),
        "noise": Scores(random.normal(size=2 * n).round(1), member, "noise"),
    }


def threshold_positions():
    random = np.random.default_rng(1)
    return [
        {"threshold": float(threshold), "signal": signal, "base_rate": rate}
        for signal, one in scores().items()
        for rate in (0.5, 0.01, 0.001)
        for threshold in [
            -1e9,
            1e9,
            -0.0,
            *one.score[:5],
            *random.uniform(one.score.min(), one.score.max(), 20),
        ]
    ]


EXAMPLES = {
    "threshold_explorer": Example(lambda: ThresholdExplorer(scores(), lesson="02"), threshold_positions()),
}
