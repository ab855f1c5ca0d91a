"""One example of every lab: test_laws.py holds each of them to the same laws."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from itertools import product

import numpy as np

from mia_teach.data import load_digits
from mia_teach.game import Game
from mia_teach.labs.audit_bench import CONTROLS as OF_AN_AUDIT
from mia_teach.labs.audit_bench import SEES, AuditBench, AuditGrid
from mia_teach.labs.defence_frontier import ATTACKERS, GROUPS, DefenceFrontier, FrontierGrid
from mia_teach.labs.exposure_explorer import ExposureExplorer, ExposureGrid
from mia_teach.labs.genome_pool import MEASURES as OF_A_POOL
from mia_teach.labs.genome_pool import GenomePool, PoolGrid
from mia_teach.labs.gradient_microscope import GradientMicroscope
from mia_teach.labs.guessing_game import GuessingGame
from mia_teach.labs.lab import Lab
from mia_teach.labs.likelihood_explorer import LikelihoodExplorer
from mia_teach.labs.overfitting_playground import BIN_EDGES, OverfittingGrid, OverfittingPlayground
from mia_teach.labs.prediction import Prediction
from mia_teach.labs.privacy_dial import CURVES, PrivacyDial, PrivacyGrid
from mia_teach.labs.query_budget import MEASURES, YARDSTICKS, QueryBudget, QueryGrid
from mia_teach.labs.quiz import Choice, Question, Quiz
from mia_teach.labs.shadow_workbench import ShadowGrid, ShadowWorkbench
from mia_teach.labs.threshold_explorer import ThresholdExplorer
from mia_teach.membership import balanced_shadows, fixed_size
from mia_teach.models import mlp
from mia_teach.scores import Scores
from mia_teach.training import train


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


def questions():
    """Two questions; the second has no name of its own."""
    return [
        Question(
            "A model is trained on 500 records. What does a membership inference attack find out?",
            [
                Choice("Whether one given record was among the 500", "That is the game's only question."),
                Choice(
                    "Which values a record has",
                    "That would be attribute inference: here the attacker holds the whole record already.",
                    wrong="attribute_inference",
                ),
                Choice(
                    "The weights of the model",
                    "That would be model extraction; the weights may even be public.",
                    wrong="model_extraction",
                ),
            ],
            name="what_is_found",
        ),
        Question(
            "Of 899 non-members 9 are accused. What is the false-positive rate?",
            [
                Choice("9 of 1,798", "The members do not belong in the denominator.", wrong="all_records"),
                Choice("9 of 899, which is 1.0 %", "The non-members are the denominator."),
            ],
        ),
    ]


def prediction(**options):
    question = (
        "Which share of the members will a loss threshold find when 1 % of the non-members are accused?"
    )
    return Prediction(question, lesson="02", name="tpr", **{"low": 0, "high": 100, "tolerance": 5, **options})


def overfitting_grid(seeds=4):
    """Numbers of no model at all, but of the right shapes, with a gap of every sign."""
    random = np.random.default_rng(0)
    settings = {
        "width": (8, 128),
        "noise": (0.0, 0.1, 0.3),
        "size": (100, 600, 1500),
        "epochs": (1, 2, 4, 20),
    }
    shape = tuple(len(values) for values in settings.values())
    names = ("train_accuracy", "test_accuracy", "clean_accuracy", "auc", "tpr")
    return OverfittingGrid(
        settings,
        {name: random.uniform(0.0, 0.2 if name == "tpr" else 1.0, (*shape, seeds)) for name in names},
        {name: random.dirichlet(np.ones(len(edges) - 1), (*shape, 2)) for name, edges in BIN_EDGES.items()},
    )


def overfitting_positions():
    settings = overfitting_grid().settings
    return [
        {"size": size, "width": width, "epochs": epochs, "noise": noise, "loss_axis": axis}
        for width in settings["width"]
        for noise in settings["noise"]
        for size in settings["size"]
        for epochs in settings["epochs"]
        for axis in ("log", "linear")
    ]


def guessing_game(**options):
    """Three deals and forty rounds; members are a little surer."""
    random = np.random.default_rng(3)
    member = random.random(76) < 0.5
    confidence = np.clip(random.beta(2, 2, 76) + 0.25 * member, 0, 1)
    about = [f"woman in her sixties, illness {number}" for number in range(76)]
    return GuessingGame(
        Scores(confidence, member, "confidence"), about, deals=3, rounds=40, lesson="00", **options
    )


def guessing_positions():
    none, mixed, out = [-1] * 12, [1, 0, -1] * 4, [0] * 12
    hands = [(0, none, False), (1, mixed, False), (2, out, True), (0, [1] * 12, True), (2, [1, 0] * 6, True)]
    return [
        {"deal": deal, "marks": marks, "revealed": revealed, "threshold": place / 100}
        for deal, marks, revealed in hands
        for place in (0, 1, 29, 50, 57, 58, 99, 100)
    ]


def game_of_hard_and_easy_records(models=18, n=400, seed=1):
    """No trained models: each record has its own difficulty, and its own gain from being trained on."""
    random = np.random.default_rng(seed)
    member = balanced_shadows(models, n, seed=seed)
    log_odds = random.normal(6, 4, n) + random.exponential(2, n) * member + random.normal(0, 1.2, (models, n))
    labels = random.integers(0, 10, n)
    logits = np.zeros((models, n, 10))
    logits[:, np.arange(n), labels] = log_odds
    return Game(logits, labels, member)


def likelihood_explorer(**options):
    images = np.random.default_rng(2).random((400, 5, 5))
    shown = {"shadows": (4, 8, 16), "records": range(3, 400, 31), "images": images, **options}
    return LikelihoodExplorer(game_of_hard_and_easy_records(), **shown)


def likelihood_positions():
    return [
        {"record": record, "shadows": n, "variant": variant, "deviation": deviation, "uncovered": uncovered}
        for record in range(3, 400, 31)
        for n in (4, 8, 16)
        for variant in ("online", "offline")
        for deviation in ("per_example", "pooled")
        for uncovered in ([], [record], [34, 375])
    ]


def query_grid(targets=4):
    """Numbers of no attack at all, but of the right shapes, some of them below the gap attack's."""
    random = np.random.default_rng(5)
    settings = {"queries": (1, 2, 10, 50), "scale": (0.1, 0.2, 1.0)}
    places, levels = (2, 3, 4), np.geomspace(1e-3, 1.0, 30)
    measures = {
        "auc": random.uniform(0.7, 0.9, (*places, targets)),
        "tpr": random.uniform(0.0, 0.3, (*places, targets)),
    }
    yardsticks = {
        name: {measure: random.uniform(low, low + 0.02, targets) for measure in MEASURES}
        for name, low in zip(YARDSTICKS, (0.8, 0.85, 0.9), strict=True)
    }
    curves = levels ** random.uniform(0.3, 0.9, (*places, 1))
    return QueryGrid(settings, measures, yardsticks, levels, curves, levels**0.6, (0.4, 1.0), 2000)


def query_positions():
    settings = query_grid().settings
    return [
        {"queries": queries, "scale": scale, "calibrated": calibrated}
        for queries in settings["queries"]
        for scale in settings["scale"]
        for calibrated in (False, True)
    ]


def shadow_grid(targets=4):
    """Numbers of no attack at all, but of the right shapes; the last kind knows other classes."""
    random = np.random.default_rng(4)
    settings = {
        "kind": ("like the target", "another architecture altogether", "digits"),
        "classifier": ("one for all", "one per class"),
        "count": (1, 2, 8),
        "promised": (0.005, 0.01, 0.1),
    }
    places, levels = (3, 2, 3), np.geomspace(1e-3, 1.0, 30)
    there = np.array(settings["promised"])[:, None] * random.uniform(0.8, 1.2, (*places, 3, targets))
    there *= np.array([1.0, 3.5, 0.0])[:, None, None, None, None]
    measures = {
        "auc": random.uniform(0.6, 0.9, (*places, targets)),
        "tpr": random.uniform(0.0, 0.1, (*places, targets)),
        "true_fpr": there,
        "true_tpr": np.minimum(1.0, 2.0 * there),
    }
    curves = levels ** random.uniform(0.5, 0.9, (*places, 1))
    for values in (*measures.values(), curves):
        values[-1, 1] = np.nan
    loss = {"auc": np.array([0.70, 0.72, 0.73, 0.74]), "tpr": np.array([0.01, 0.02, 0.02, 0.03])}
    classes = dict(zip(settings["kind"], (96, 96, 10), strict=True))
    return ShadowGrid(settings, classes, 96, measures, loss, levels, curves, levels**0.8)


def shadow_positions():
    settings = shadow_grid().settings
    return [
        {"kind": kind, "count": count, "classifier": classifier, "promised": promised}
        for kind in settings["kind"]
        for count in settings["count"]
        for classifier in settings["classifier"]
        for promised in settings["promised"]
    ]


def frontier_grid(targets=4):
    """Numbers of no attack at all, but of the right shapes; no defence is the same for all of them."""
    random = np.random.default_rng(6)
    strengths = {
        "early stopping": ("none", "after epoch 20", "after epoch 5"),
        "rounding": ("none", "2 decimals", "1 decimal"),
        "distillation": ("none", "40 epochs", "5 epochs"),
    }
    accuracy = random.uniform(0.35, 0.45, (3, 3, targets))
    leak = random.uniform(0.0, 0.3, (3, 3, len(ATTACKERS), len(GROUPS), targets))
    accuracy[:, 0], leak[:, 0] = accuracy[0, 0], leak[0, 0]
    return FrontierGrid(strengths, accuracy, leak)


def frontier_positions():
    strengths = frontier_grid().strengths
    return [
        {"defence": defence, "strength": strength, "attacker": attacker, "group": group}
        for defence in strengths
        for strength in range(3)
        for attacker in ATTACKERS
        for group in GROUPS
    ]


def pool_grid(draws=4):
    """Numbers of no attack at all, but of the right shapes; the true error goes from none to all."""
    random = np.random.default_rng(7)
    settings = {
        "pool": (5, 20),
        "sites": (30, 1000, 7363),
        "linked": (False, True),
        "reference": ("TSI", "IBS", "FIN"),
    }
    places, levels = (2, 3, 2, 3), np.linspace(0.01, 1.0, 30)
    measures = {name: random.uniform(0.6, 0.9, (*places, draws)) for name in OF_A_POOL}
    measures["error"] = np.clip(random.uniform(-0.2, 1.2, (*places, 1)) + np.zeros(draws), 0, 1)
    curves = levels ** random.uniform(0.3, 0.9, (2, *places, 1))
    sources = {"TSI": "other Tuscans", "IBS": "Iberians", "FIN": "Finns"}
    return PoolGrid(settings, measures, levels, curves, sources)


def pool_positions():
    settings = pool_grid().settings
    return [
        {"pool": pool, "sites": sites, "linked": linked, "reference": reference}
        for pool in settings["pool"]
        for sites in settings["sites"]
        for linked in (False, True)
        for reference in settings["reference"]
    ]


def exposure_parts(targets=16, n=400):
    """Scores of no attack on no models: every fifth record is found far more often than the others."""
    random = np.random.default_rng(7)
    member = balanced_shadows(targets, n, seed=7)
    gain = np.where(np.arange(n) % 5 == 0, 3.0, random.exponential(0.5, n))
    return [Scores(random.normal(size=n) + gain * row, row, "rigged") for row in member]


def exposure_grid():
    groups = {"every fifth": np.arange(400) % 5 == 0, "four": np.arange(400) < 4}
    return ExposureGrid.measure(exposure_parts(), groups, fprs=(0.01, 0.02, 0.1), one_in=(2, 100, 1000))


def exposure_positions():
    grid = exposure_grid()
    return [
        {"group": group, "fpr": fpr, "one_in": one_in}
        for group in grid.groups
        for fpr in grid.fprs
        for one_in in grid.one_in
    ]


def privacy_grid(targets=4):
    """Numbers of no training at all, but of the right shapes; ε goes the way it must."""
    random = np.random.default_rng(8)
    settings = {"noise": (0.6, 1.0, 4.0), "rate": (0.05, 0.2), "steps": (1, 100)}
    places, levels = (3, 2, 2), np.geomspace(1e-3, 1.0, 30)
    epsilon = np.array([12.0, 4.0, 0.5])[:, None, None] * np.array([1.0, 2.5])[:, None] * np.array([0.3, 1.0])
    powers = np.sort(random.uniform(0.2, 0.9, (len(CURVES), *places, 1)), axis=0)
    curves = {name: levels**power for name, power in zip(CURVES, powers, strict=True)}
    found = random.uniform(0.0, 0.05, (*places, targets))
    accuracy = random.uniform(0.6, 0.9, (*places, targets))
    return PrivacyGrid(settings, 1e-5, epsilon, levels, curves, found, accuracy)


def privacy_positions():
    settings = privacy_grid().settings
    return [
        {"noise": noise, "rate": rate, "steps": steps}
        for noise in settings["noise"]
        for rate in settings["rate"]
        for steps in settings["steps"]
    ]


@cache
def target_on_digits():
    """A trained model, its data and who was in them: few records and many epochs, so that they leak."""
    digits = load_digits()[:400]
    member = fixed_size(1, 400, size=200, seed=0)
    return train(mlp(64, 16, 10), digits, member, epochs=20, learning_rate=5e-3, seed=1)[0], digits, member[0]


def gradient_microscope(**options):
    model, digits, member = target_on_digits()
    shown = {
        "batches": (8, 32),
        "records": range(2, 400, 13),
        "images": digits.x.reshape(-1, 8, 8),
        **options,
    }
    return GradientMicroscope(model, digits, member, **shown)


def gradient_positions():
    offered = list(range(2, 400, 13))
    return [
        {"record": record, "layer": layer, "update": update, "uncovered": uncovered, "looked": looked}
        for record in offered[::3]
        for layer in ("0", "3", "all")
        for update in (0, 8, 32)
        for uncovered, looked in (([], []), ([record], [0, 4]), (offered, list(range(9))))
    ]


def audit_grid():
    """Numbers of no audit at all, but of the right shapes; whoever sees each update shows more."""
    random = np.random.default_rng(9)
    settings = {"sees": SEES, "noise": (0.6, 1.21), "canaries": (8, 16, 32), "models": (1, 50, 1000)}
    shape = (2, 2, 3, 3, 3)
    claims = np.array([12.5, 4.0])
    ceiling = random.uniform(0.9, 1.6, shape) * np.linspace(0.3, 1, 3)[:, None] * claims[:, None, None, None]
    mean = ceiling * np.array([0.1, 0.7])[:, None, None, None, None] * random.uniform(0.6, 0.9, shape)
    found = np.stack([mean, 0.8 * mean, np.minimum(1.2 * mean, ceiling)], axis=-1)
    return AuditGrid(settings, 1e-5, claims, found, ceiling, 8)


def audit_positions():
    settings = audit_grid().settings
    return [
        dict(zip(OF_AN_AUDIT, at, strict=True)) for at in product(*(settings[name] for name in OF_AN_AUDIT))
    ]


EXAMPLES = {
    "audit_bench": Example(lambda: AuditBench(audit_grid()), audit_positions()),
    "defence_frontier": Example(lambda: DefenceFrontier(frontier_grid()), frontier_positions()),
    "genome_pool": Example(lambda: GenomePool(pool_grid()), pool_positions()),
    "exposure_explorer": Example(lambda: ExposureExplorer(exposure_grid()), exposure_positions()),
    "gradient_microscope": Example(gradient_microscope, gradient_positions()),
    "guessing_game": Example(guessing_game, guessing_positions()),
    "likelihood_explorer": Example(likelihood_explorer, likelihood_positions()),
    "overfitting_playground": Example(
        lambda: OverfittingPlayground(overfitting_grid(), epochs=20, lesson="01"), overfitting_positions()
    ),
    "privacy_dial": Example(lambda: PrivacyDial(privacy_grid()), privacy_positions()),
    "query_budget": Example(lambda: QueryBudget(query_grid()), query_positions()),
    "shadow_workbench": Example(lambda: ShadowWorkbench(shadow_grid()), shadow_positions()),
    "threshold_explorer": Example(lambda: ThresholdExplorer(scores(), lesson="02"), threshold_positions()),
    "quiz": Example(
        lambda: Quiz(questions(), lesson="02"),
        [
            {"answers": [-1, -1], "first": [-1, -1]},
            {"answers": [0, -1], "first": [2, -1]},
            {"answers": [0, 1], "first": [0, 1]},
        ],
    ),
    "prediction": Example(
        prediction,
        [
            {"answer": None, "confidence": None},
            {"answer": 0.0, "confidence": 5},
            {"answer": 33.333333333, "confidence": 99},
            {"answer": 100.0, "confidence": 70},
        ],
    ),
}
