"""The site in a real browser: panels alive without a kernel, dark mode, search, and what axe-core finds."""

import base64

import nbformat
import numpy as np
import pytest
from panels import panels_of

from mia_teach.exercises import threshold as check
from mia_teach.labs.threshold_explorer import ThresholdExplorer
from mia_teach.scores import Scores
from tests.browser import axe_violations, rested
from tests.lessons import shipped
from tests.site.conftest import ALIVE, ROOT, build, served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1500)]  # the first of them waits for the site

LESSONS = sorted(shipped.LESSONS.glob("[0-9][0-9]_*.ipynb"))
CHEAP = [path for path in LESSONS if path.name[:2] in ALIVE]
THRESHOLD = shipped.LESSONS / "02_threshold.ipynb"
PAGES = [
    *(f"lessons/{path.stem}.html" for path in CHEAP),
    "index.html",
    "lessons/glossary.html",
    "datasets/README.html",
    "api/index.html",
    "api/mia_teach.roc.html",
    "search.html?q=canary",
]


@pytest.fixture
def opened(new_page, address):
    """``opened("lessons/00_game.html")`` shows a page; its console must stay free of errors to the end."""
    complaints = []

    def show(name, address=address, **options):
        page = new_page(**{"viewport": {"width": 1200, "height": 900}, **options})
        page.on("console", lambda one: complaints.append(one.text) if one.type == "error" else None)
        page.goto(f"{address}/{name}")
        return page

    yield show
    assert complaints == []


def panel(page, cell):
    """The live panel of this cell."""
    place = page.locator(f'.mia-place[data-panel="{cell}"][data-alive]')
    place.locator(".mia-lab").wait_for()
    return place


def said(place):
    return place.locator(".mia-lab > .mia-words").inner_text().replace("\u00a0", " ")


def panels_in(path):
    """The id of each cell with a panel, and what it says in the committed notebook."""
    return {
        cell.id: output.data["text/plain"].replace("\u00a0", " ")
        for cell in nbformat.read(path, 4).cells
        for output in cell.get("outputs", [])
        if "Run this cell to use the panel" in output.get("data", {}).get("text/html", "")
    }


def all_alive(page, path):
    found = panels_in(path)
    assert len(found) >= 3
    for cell, plain in found.items():
        place = panel(page, cell)
        assert (said(place) or "nothing") in plain, cell
        assert place.locator(".mia-plain").count() == 0
        assert place.locator(".mia-aside").is_visible()


@pytest.mark.parametrize("path", CHEAP, ids=lambda path: path.stem)
def test_every_panel_is_alive_and_says_what_python_said(opened, path):
    all_alive(opened(f"lessons/{path.stem}.html"), path)


def explorer():
    """Lesson 02's threshold explorer, made anew in Python from the counts in its saved state, with the slider's stops."""
    saved = panels_of(THRESHOLD, ROOT / "build" / "site-panels")["lab-2"]
    tables = {}
    for buffer in saved["buffers"]:
        _, name, column = buffer["path"]
        kind = "<i4" if column in ("tp", "fp", "stops") else "<f8"
        tables.setdefault(name, {})[column] = np.frombuffer(base64.b64decode(buffer["data"]), kind)
    scores = {}
    for name, table in tables.items():
        levels = table["candidates"][1:]
        members, others = (np.repeat(levels, -np.diff(table[side])) for side in ("tp", "fp"))
        truth = np.arange(len(members) + len(others)) < len(members)
        scores[name] = Scores(np.concatenate([members, others]), truth, name)
    stops = {name: table["candidates"][table["stops"]] for name, table in tables.items()}
    return ThresholdExplorer(scores), stops


def test_a_lab_driven_by_keyboard_says_what_python_says(opened):
    lab, stops = explorer()
    page = opened("lessons/02_threshold.html")
    place = panel(page, "lab-2")
    slider = place.locator("input[type=range]")
    slider.focus()
    heard = []
    for keys, stop in ((["Home"], 0), (["ArrowRight"] * 7, 7), (["End", "ArrowLeft"], -2)):
        for key in keys:
            slider.press(key)
        rested(page)
        heard.append(said(place))
        where = {"threshold": stops[lab.signal][stop], "signal": lab.signal, "base_rate": lab.base_rate}
        assert heard[-1] == lab.words(lab.values_at(**where))
    assert len(set(heard)) == 3


def test_a_quiz_answers_by_keyboard_and_forgets_when_the_page_is_left(opened):
    question = check.quiz.questions[0]
    page = opened("lessons/02_threshold.html")
    form = panel(page, "quiz-2").locator("form").first
    form.locator("input[type=radio]").first.focus()
    page.keyboard.press("Space")
    form.locator("button").focus()
    page.keyboard.press("Enter")
    rested(page)
    reply = form.locator(".mia-reply").inner_text().replace("\u00a0", " ")
    assert reply.endswith(question.choices[0].reply)
    assert said(panel(page, "quiz-2")).startswith("1 of ")
    page.reload()
    assert said(panel(page, "quiz-2")).startswith("Nothing answered yet.")


def test_a_prediction_can_be_committed_and_the_page_says_that_it_is_not_kept(opened):
    page = opened("lessons/02_threshold.html")
    place = panel(page, "predict-2")
    place.locator("input[type=text]").fill("12")
    place.locator("button").press("Enter")
    rested(page)
    assert said(place).startswith("You predicted 12 % and are 50 % sure")
    assert "keeps nothing and cannot score you" in place.locator(".mia-aside").inner_text()


def test_without_scripts_picture_and_words_stand_in_a_panel_s_place(opened):
    page = opened("lessons/02_threshold.html", java_script_enabled=False)
    place = page.locator('.mia-place[data-panel="lab-2"]')
    text = place.inner_text()
    assert place.locator("img").get_attribute("alt").startswith("Left: histograms")
    assert panels_in(THRESHOLD)["lab-2"].splitlines()[1] in text.replace("\u00a0", " ")
    assert "The panel itself needs JavaScript" in text
    assert "forgets" not in text


def test_the_dark_page_has_dark_panels(opened):
    def papers(scheme):
        page = opened("lessons/02_threshold.html", color_scheme=scheme)
        place = panel(page, "lab-2")
        paint = "(box) => [getComputedStyle(box).backgroundColor, getComputedStyle(box).color]"
        lab = place.locator(".mia-lab").evaluate(paint)
        assert lab[0] == page.locator("body").evaluate(paint)[0]
        return [sum(int(part) for part in one[4:-1].split(",")) for one in lab]

    paper, ink = papers("light")
    assert paper > 600 > 200 > ink
    paper, ink = papers("dark")
    assert paper < 200 < 500 < ink


def test_the_search_finds_a_term(opened):
    page = opened("index.html")
    page.locator(".sidebar-search").fill("canary")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li")
    found = page.locator("#search-results li a").evaluate_all("(all) => all.map((one) => one.href)")
    assert any("lessons/glossary.html#canary" in one for one in found)
    assert any("lessons/11_audits.html" in one for one in found)


def test_the_keyboard_reaches_code_that_is_wider_than_the_page(opened):
    page = opened("lessons/02_threshold.html", viewport={"width": 400, "height": 800})
    wide = "(all) => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.tabIndex)"
    reached = page.locator("article pre").evaluate_all(wide)
    assert len(reached) > 3
    assert set(reached) == {0}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(opened, name, scheme):
    page = opened(name, color_scheme=scheme)
    if name.startswith("lessons/0"):
        panel(page, "quiz-2")
    assert axe_violations(page, "html") == []


@pytest.mark.slow
@pytest.mark.timeout(2400)
def test_the_whole_site_is_small_alive_and_clean(opened, tmp_path):
    site = build(tmp_path)
    assert sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) < 15e6
    for url in served(tmp_path):
        for path in LESSONS:
            page = opened(f"{path.stem}.html", address=f"{url}/course/site/lessons")
            all_alive(page, path)
            assert axe_violations(page, "html") == [], path.stem
            page.context.close()
