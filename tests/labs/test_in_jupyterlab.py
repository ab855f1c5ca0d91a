"""The labs in a real JupyterLab: its shortcuts, its kernel, its trust, its dark theme."""

import os
import re
import shutil
from pathlib import Path

import nbformat
import numpy as np
import pytest

import mia_teach
from mia_teach import progress
from tests.browser import axe_violations, rested, watched_page
from tests.jupyter import jupyterlab, open_notebook, run_all, run_code
from tests.labs.examples import ThresholdExplorer, scores

pytestmark = pytest.mark.browser

CELLS = [
    f"import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r})",
    "from tests.labs.examples import EXAMPLES, prediction",
    "lab = EXAMPLES['threshold_explorer'].make()\nlab",
    "quiz = EXAMPLES['quiz'].make()\nquiz",
    "said = prediction()\nsaid",
]


def notebook(path):
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(code, id=f"cell-{i}") for i, code in enumerate(CELLS)],
        metadata={"kernelspec": kernel},
    )
    nbformat.write(made, path)
    return made


@pytest.fixture(scope="module")
def server(chromium, tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    notebook(folder / "labs.ipynb")
    with jupyterlab(folder, env={"MIA_TEACH_PROGRESS": str(folder / "progress.json")}) as url:
        yield folder, url


@pytest.fixture(scope="module")
def page(chromium, server):
    _, url = server
    page = watched_page(chromium, viewport={"width": 1200, "height": 2600})
    open_notebook(page, url, "labs.ipynb")
    assert run_all(page) == []
    page.wait_for_selector(".mia-lab >> nth=2")
    yield page
    assert page.elsewhere == []
    page.context.close()


def said(page, place):
    return page.locator(".mia-lab").nth(place).locator("> .mia-words").inner_text().replace("\u00a0", " ")


def test_arrow_keys_reach_the_slider_and_its_value_reaches_the_kernel(page):
    slider = page.locator(".mia-lab input[type=range]").first
    before = said(page, 0)
    for key in ("ArrowRight", "ArrowRight", "PageUp", "ArrowUp", "ArrowLeft"):
        slider.focus()
        page.keyboard.press(key)
        rested(page, 400)
        assert said(page, 0) != before, f"JupyterLab took {key}"
        before = said(page, 0)
    assert page.evaluate("document.activeElement.type") == "range"
    assert run_code(page, "print(lab.read_out())") == [before]
    assert before.startswith("Threshold ")


def test_a_drag_reaches_the_kernel(page):
    box = page.locator(".mia-draggable").first.bounding_box()
    page.mouse.move(box["x"] + 150, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 250, box["y"] + 100, steps=10)
    page.mouse.up()
    rested(page, 400)
    assert run_code(page, "print(lab.read_out())") == [said(page, 0)]


def test_a_cell_that_sets_the_threshold_moves_the_panel(page):
    assert run_code(page, "lab.threshold = 1.25; print(lab.read_out())") == [said(page, 0)]
    assert said(page, 0).startswith("Threshold 1.250.")


def test_a_goal_met_while_the_kernel_is_busy_is_met_for_both(page):
    run_code(page, "from tests.labs.examples import *; busy = ThresholdExplorer(scores()); busy")
    panel = page.locator(".mia-lab").last
    lab = ThresholdExplorer(scores())
    stops = np.frombuffer(lab._tables[lab.signal]["stops"], "<i4")
    candidates = np.frombuffer(lab._tables[lab.signal]["candidates"], "<f8")
    met = [
        lab.goals[0].is_met(lab.values_at(threshold=t, signal=lab.signal, base_rate=0.5))
        for t in candidates[stops]
    ]
    run_code(page, "import time")
    page.evaluate(
        """() => {
          const notebook = window.jupyterapp.shell.currentWidget.content;
          notebook.activeCellIndex = notebook.widgets.length - 1;
          notebook.activeCell.model.sharedModel.setSource('time.sleep(6)');
          window.ran = false;
          void window.jupyterapp.commands.execute('notebook:run-cell').then(() => { window.ran = true; });
        }"""
    )
    panel.locator("input[type=range]").focus()
    page.keyboard.press("End")
    rested(page)
    for _ in range(len(stops) - 1 - met.index(True)):
        page.keyboard.press("ArrowLeft")
    rested(page)
    page.keyboard.press("Home")
    rested(page)
    assert not page.evaluate("window.ran"), "the kernel was to be busy until now"
    page.wait_for_function("window.ran")
    rested(page, 500)
    ticked = panel.locator(".mia-goals li").evaluate_all("a => a.map(i => i.classList.contains('mia-met'))")
    assert ticked == [True, False, False]
    assert run_code(page, "print(busy.values()['tpr'], busy.goals_met)") == [f"1.0 {ticked}"]


def test_the_quiz_is_answered_by_keyboard_and_kept(page, server, monkeypatch):
    page.locator(".mia-question input").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    rested(page, 500)
    reply = page.locator(".mia-question [role=status]").first
    assert reply.inner_text().startswith("✗ Not this one. That would be attribute inference")
    assert run_code(page, "print(quiz.answers, quiz.score)") == ["[1, -1] 0"]
    kept = progress.read(server[0] / "progress.json")["lessons"]["02"]["quiz"]["quiz.what_is_found"]
    assert kept["met"] == {"attribute_inference": 1}


def test_the_prediction_is_committed_and_scored(page):
    panel = page.locator(".mia-lab").nth(2)
    number = panel.locator("input[type=text]")
    number.fill("12.5.5")
    number.press("Enter")
    assert "“12.5.5” is no number" in panel.locator(".mia-message").inner_text()
    number.fill("12")
    panel.locator("input[type=range]").focus()
    page.keyboard.press("ArrowRight")
    number.press("Enter")
    rested(page, 500)
    assert said(page, 2).startswith("You predicted 12 % and are 51 % sure")
    assert "a hit" in "".join(run_code(page, "said.reveal(14.0)"))


def test_axe_finds_nothing_in_the_light_theme(page):
    assert axe_violations(page) == []


def test_axe_finds_nothing_in_the_dark_theme(chromium, server):
    folder, _ = server
    with jupyterlab(folder, dark=True) as url:
        page = watched_page(chromium, viewport={"width": 1200, "height": 2600})
        open_notebook(page, url, "labs.ipynb")
        assert run_all(page) == []
        page.wait_for_selector(".mia-lab >> nth=2")
        assert (
            page.evaluate("getComputedStyle(document.querySelector('.mia-lab')).backgroundColor")
            != "rgb(255, 255, 255)"
        )
        assert axe_violations(page) == []
        assert page.errors == []
        page.context.close()


@pytest.fixture(scope="module")
def executed(server):
    """The notebook as a run from the command line stores it."""
    from nbclient import NotebookClient

    folder, _ = server
    made = nbformat.read(folder / "labs.ipynb", 4)
    client = NotebookClient(made, timeout=60, resources={"metadata": {"path": str(folder)}})
    client.execute(env={**os.environ, "MIA_TEACH_PROGRESS": str(folder / "unanswered.json")})
    made.metadata.pop("widgets", None)
    return made


def test_an_untrusted_notebook_shows_picture_and_words(chromium, server, executed):
    folder, url = server
    nbformat.write(executed, folder / "stored.ipynb")
    page = watched_page(chromium, viewport={"width": 1200, "height": 2600})
    open_notebook(page, url, "stored.ipynb", kernel=False)
    page.wait_for_selector(".jp-OutputArea img")
    assert page.locator(".mia-lab").count() == 0
    picture = page.locator(".jp-OutputArea img")
    assert picture.get_attribute("alt").startswith("Left: histograms of the score label log-odds")
    assert picture.evaluate("image => image.naturalWidth") > 300
    text = page.locator(".jp-Notebook").inner_text()
    for words in (
        "Goal (to do): At most 1 % false alarms",
        "Which values a record has",
        "Run this cell to use the panel.",
    ):
        assert words in text
    assert page.errors == []
    page.context.close()


def test_a_trusted_notebook_without_live_panels_shows_picture_and_words_too(chromium, server, executed):
    folder, _ = server
    for cell in executed.cells:
        for output in cell.outputs:
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
    nbformat.write(executed, folder / "trusted.ipynb")
    with jupyterlab(folder, trust=[folder / "trusted.ipynb"]) as url:
        page = watched_page(chromium, viewport={"width": 1200, "height": 2600})
        open_notebook(page, url, "trusted.ipynb", kernel=False)
        page.wait_for_selector(".jp-OutputArea img")
        assert "Goal (to do): At most 1 % false alarms" in page.locator(".jp-Notebook").inner_text()
        page.context.close()


def test_an_exported_page_shows_picture_and_words(executed):
    from nbconvert import HTMLExporter

    for cell in executed.cells:
        for output in cell.outputs:
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
    page, _ = HTMLExporter().from_notebook_node(executed)
    assert (
        len(re.findall(r'<img alt="Left: histograms of the score label log-odds[^>]*data:image/png', page))
        == 1
    )
    assert "Goal (to do): At most 1 % false alarms" in page


def test_a_notebook_saved_and_opened_again_shows_labs_that_live_before_any_cell_is_run(chromium, server):
    folder, _ = server
    shutil.copy(folder / "labs.ipynb", folder / "again.ipynb")
    ours = {
        "JUPYTER_CONFIG_PATH": str(Path(mia_teach.__file__).with_name("jupyter")),
        "MIA_TEACH_PROGRESS": str(folder / "again.json"),
    }
    with jupyterlab(folder, env=ours) as url:
        page = watched_page(chromium)
        open_notebook(page, url, "again.ipynb")
        run_all(page)
        page.wait_for_selector(".mia-lab input[type=range]")
        before = (folder / "again.ipynb").stat().st_mtime_ns
        page.evaluate("void jupyterapp.commands.execute('docmanager:save')")
        page.wait_for_function("() => !jupyterapp.shell.currentWidget.context.model.dirty")
        assert (folder / "again.ipynb").stat().st_mtime_ns > before
        page.context.close()
    with jupyterlab(folder, env=ours, trust=[folder / "again.ipynb"]) as url:
        page = watched_page(chromium)
        open_notebook(page, url, "again.ipynb")
        slider = page.locator(".mia-lab input[type=range]").first
        slider.wait_for()
        assert "model not found" not in page.locator(".jp-Notebook").inner_text()
        value = slider.input_value()
        slider.focus()
        page.keyboard.press("ArrowRight")
        assert slider.input_value() != value
        page.context.close()
