"""Whole lessons in a real JupyterLab, from the first cell to the last, as a learner has them."""

import itertools
import json
import shutil
from pathlib import Path

import pytest

import mia_teach
from tests.browser import axe_violations, watched_page
from tests.jupyter import jupyterlab, open_notebook, run_all, run_code
from tests.labs import keys
from tests.lessons import shipped

pytestmark = pytest.mark.browser

SOLVED = {
    "00_game": (
        "guess_members",
        "def guess_members(confidence, threshold):\n    return confidence > threshold",
    ),
    "01_overfitting": (
        "cross_entropy",
        "def cross_entropy(logits, labels):\n"
        "    others = np.logaddexp.reduce(logits, axis=1)\n"
        "    return others - np.take_along_axis(logits, labels[:, None], axis=1)[:, 0]",
    ),
    "02_threshold": (
        "roc_point",
        "def roc_point(score, member, threshold):\n"
        "    return (score[~member] > threshold).mean(), (score[member] > threshold).mean()",
    ),
    "03_shadow_models": (
        "attack_features",
        "def attack_features(logits, labels, top):\n"
        "    log_p = logits - np.logaddexp.reduce(logits, axis=1)[:, None]\n"
        "    own = log_p[np.arange(len(labels)), labels]\n"
        "    largest = np.sort(np.exp(log_p), axis=1)[:, ::-1][:, :top]\n"
        "    return np.column_stack([largest, -own, logits.argmax(axis=1) == labels])",
    ),
    "04_likelihood_ratio": (
        "lira_score",
        "def lira_score(phi, shadow_phi, member):\n"
        "    score = 0\n"
        "    for sign, side in ((1, member), (-1, ~member)):\n"
        "        m, s = shadow_phi.mean(axis=0, where=side), shadow_phi.std(axis=0, where=side)\n"
        "        score = score - sign * (((phi - m) / s) ** 2 / 2 + np.log(s))\n"
        "    return score",
    ),
    "05_label_only": (
        "gap_by_class",
        "def gap_by_class(predictions, labels, member, n_classes):\n"
        "    right, gaps = predictions == labels, []\n"
        "    for label in range(n_classes):\n"
        "        here = labels == label\n"
        "        gaps.append(right[here & member].mean() - right[here & ~member].mean())\n"
        "    return np.array(gaps)",
    ),
    "06_white_box": (
        "alignment",
        "def alignment(gradients, update):\n"
        "    lengths = np.sqrt((gradients**2).sum(axis=1) * (update**2).sum())\n"
        "    return -(gradients * update).sum(axis=1) / lengths",
    ),
    "07_genomes": (
        "p_values",
        "def p_values(t, outsiders):\n"
        "    ranks = [1 + sum(one >= mine for one in outsiders) for mine in t]\n"
        "    return np.array(ranks) / (1 + len(outsiders))",
    ),
    "08_who_is_at_risk": (
        "group_intervals",
        "def group_intervals(exposure, group, n_groups):\n"
        "    each = 1 - 0.05 / n_groups\n"
        "    ends = [over_people(exposure[group == g], confidence=each) for g in range(n_groups)]\n"
        "    return np.array([[one.low, one.high] for one in ends])",
    ),
    "09_defences": (
        "stopping_epoch",
        "def stopping_epoch(validation, test, attack, patience):\n"
        "    best = 0\n"
        "    for epoch, value in enumerate(validation):\n"
        "        best = epoch if value > validation[best] else best\n"
        "        if epoch >= best + patience:\n"
        "            break\n"
        "    return best + 1",
    ),
    "10_differential_privacy": (
        "clipped_sum",
        "def clipped_sum(gradients, clip):\n"
        "    lengths = np.sqrt((gradients**2).sum(axis=1))\n"
        "    return (clip / np.maximum(lengths, clip)) @ gradients",
    ),
    "11_audits": (
        "models_needed",
        "def models_needed(claim, confidence):\n"
        "    n = 1\n"
        "    while ((1 - confidence) / 2) ** (1 / n) <= 1 / (1 + np.exp(-claim)):\n"
        "        n += 1\n"
        "    return n",
    ),
}


def code_cells(path):
    return [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]


@pytest.mark.parametrize(
    "name",
    [
        name if name == shipped.CHEAPEST[0] else pytest.param(name, marks=pytest.mark.slow)
        for name in shipped.EXPECTED
    ],
)
def test_a_learner_runs_the_lesson_from_the_first_cell_to_the_last(name, chromium, tmp_path):
    shutil.copy(shipped.LESSONS / f"{name}.ipynb", tmp_path)
    env = {
        "MIA_TEACH_PROGRESS": str(tmp_path / "progress.json"),
        "JUPYTER_CONFIG_PATH": str(Path(mia_teach.__file__).with_name("jupyter")),
    }
    with jupyterlab(tmp_path, env=env) as url:
        page = watched_page(chromium, viewport={"width": 1200, "height": 1600})
        open_notebook(page, url, f"{name}.ipynb")
        assert run_all(page, seconds=300) == []
        counts = page.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts()
        cells = code_cells(shipped.LESSONS / f"{name}.ipynb")
        assert counts == [f"[{number}]:" for number in range(1, len(cells) + 1)], "each cell ran, in order"

        labs = page.locator(".mia-lab")
        alive = 3 + (name[:2] > "00")
        labs.nth(alive - 1).wait_for()
        assert labs.count() == alive, "the earlier questions, the prediction, the lab and the quiz are alive"
        assert axe_violations(page) == []
        stored = [
            o for cell in cells for o in cell["outputs"] if "<img" in str(o.get("data", {}).get("text/html"))
        ]
        pictures = page.locator(".jp-OutputArea img")
        assert pictures.count() == len(stored) - 1, (
            "every figure is a picture; the lab's stands aside for the lab"
        )
        for picture in pictures.all():
            assert picture.evaluate("image => image.naturalWidth") > 300
            assert len(picture.get_attribute("alt").split()) > 3
        stubs = sum("# your code here" in "".join(cell["source"]) for cell in cells)
        assert stubs >= 4
        assert page.locator(".jp-OutputArea", has_text="Not yet tried").count() == stubs
        assert not (tmp_path / "progress.json").exists(), "nothing was answered"

        _moves_the_lab_by_keys(page)
        assert axe_violations(page) == []

        exercise, code = SOLVED[name]
        reply = run_code(page, f"{code}\n\n{exercise} = check.{exercise}({exercise})")
        assert any("done" in text.lower() for text in reply), reply
        kept = json.loads((tmp_path / "progress.json").read_text())
        assert kept["lessons"][name[:2]]["exercise"][exercise]["outcome"] == "done"
        assert page.errors == []
        assert page.elsewhere == []
        page.context.close()


def _moves_the_lab_by_keys(page):
    """Every control to every end, on the lesson's own numbers: the kernel says what the panel says, in the same order.

    A kernel that is busy hears of the last position alone, so it may leave some out.
    """
    panel = page.locator(".mia-lab:has(.mia-goals)")
    status = panel.locator("> .mia-words")
    run_code(page, "heard = []\nlab.observe(lambda change: heard.append(lab.read_out()), list(lab.controls))")
    said = [status.inner_text().replace("\u00a0", " ") for _ in keys.to_every_end(page, panel)]
    [printed] = run_code(page, "print(*heard, sep='\\n')")
    heard = [words for words, _ in itertools.groupby(printed.split("\n"))]
    in_order = iter(said)
    for words in heard:
        assert words in in_order, f"only the kernel said {words!r}"
    assert heard[-1] == said[-1]
    assert len(set(heard)) > 5
