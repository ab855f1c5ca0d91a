"""Figures: a Display holds the numbers of one picture, ``plot()`` draws them, ``mt.show`` puts them in a notebook."""

from importlib import import_module

MEMBER = "#D55E00"  # Okabe-Ito vermillion; drawn solid or filled
NON_MEMBER = "#0072B2"  # Okabe-Ito blue; drawn dashed or hatched
CYCLE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000")  # Okabe & Ito 2008
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")

_NAMES = {
    "style": "look",
    "in_percent": "look",
    "show": "figures",
    "CalibrationDisplay": "calibration_display",
    "RatesDisplay": "rates_display",
    "RocDisplay": "roc_display",
    "ScoreHistogramDisplay": "score_histogram_display",
    "ConfidenceBarsDisplay": "confidence_bars_display",
    "IntervalDisplay": "interval_display",
    "ImagesDisplay": "images_display",
    "InOutDisplay": "in_out_display",
    "ExposureDisplay": "exposure_display",
}

__all__ = ["CYCLE", "LINES", "MARKERS", "MEMBER", "NON_MEMBER", *_NAMES]


def __getattr__(name):
    if name not in _NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_NAMES[name]}"), name)
    globals()[name] = value
    return value
