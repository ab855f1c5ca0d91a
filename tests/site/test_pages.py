"""What stands on the pages: all of the committed course, nothing for instructors, and no link that leads nowhere."""

import re
import sys
from urllib.parse import unquote

import nbformat
import pytest

from mia_teach.exercises import exercises_of, lesson_modules
from tests.lessons import shipped
from tests.site import markup

pytestmark = pytest.mark.timeout(1500)  # the first of them waits for the site
LESSONS = sorted(shipped.LESSONS.glob("[0-9][0-9]_*.ipynb"))
each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def shown(site, path):
    return markup.page(site / "lessons" / f"{path.stem}.html")


def cells(path, kind):
    return [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == kind]


def test_the_site_is_small(site):
    assert sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) < 15e6


def test_every_link_inside_the_site_leads_somewhere(site):
    astray = []
    for page in markup.pages(site):
        for link in page.links + page.loads:
            if re.match(r"[a-z]+:", link):
                continue
            name, _, anchor = link.partition("#")
            target = (page.path.parent / unquote(name.partition("?")[0])).resolve() if name else page.path
            if target.is_dir():
                target /= "index.html"
            if not target.is_file() or (
                anchor and target.suffix == ".html" and unquote(anchor) not in markup.page(target).ids
            ):
                astray.append((page.path.name, link))
    assert astray == []


def test_no_page_loads_anything_from_elsewhere(site):
    for page in markup.pages(site):
        assert [one for one in page.loads if re.match(r"([a-z]+:)?//", one)] == [], page.path.name
    for sheet in site.rglob("*.css"):
        assert not re.search(r"(@import|url\()\s*[\"']?(https?:)?//", sheet.read_text("utf-8")), sheet.name


@each_lesson
def test_a_page_holds_what_its_notebook_shows(site, path):
    page = shown(site, path)
    text = markup.squeezed(page.text)
    for cell in cells(path, "code"):
        assert markup.squeezed(cell.source) in text
        for output in cell.outputs:
            if output.output_type == "stream":
                assert markup.squeezed(output.text) in text
            elif "<img" in output.data.get("text/html", ""):
                assert output.data["text/html"].count("<img") == output.data["text/html"].count("alt=")
    images = sum(
        o.get("data", {}).get("text/html", "").count("<img") for c in cells(path, "code") for o in c.outputs
    )
    assert len(page.alts) == images
    assert all(alt.strip() for alt in page.alts)


@each_lesson
def test_every_formula_is_set_as_mathml(site, path):
    formulas = [
        formula
        for cell in cells(path, "markdown")
        for formula in re.findall(r"\$\$.+?\$\$|\$[^$\n]+\$", cell.source, re.DOTALL)
    ]
    page = shown(site, path)
    assert page.formulas == len(formulas)
    assert not re.search(r"\\(frac|log|text|sum|varepsilon|epsilon)\b|\$\$", page.text)


@each_lesson
def test_a_page_says_of_each_exercise_that_checking_needs_python(site, path):
    exercises = [cell for cell in cells(path, "code") if "exercise" in cell.metadata.get("tags", [])]
    text = markup.squeezed(shown(site, path).text)
    assert len(exercises) >= 4
    assert text.count("Checking needs Python") == len(exercises)
    assert text.count("the page keeps nothing you do in them") == 1


def instructors_texts():
    """Every paragraph of the teaching notes, and every hint and reply to a wrong answer."""
    sys.path.insert(0, str(shipped.LESSONS))
    from builder import source

    for path in sorted((shipped.LESSONS / "source").glob("[0-9][0-9]_*.py")):
        for cell in source.read(path).cells:
            if not cell.for_learners:
                yield from cell.text.split("\n\n")
    for module in lesson_modules():
        for exercise in exercises_of(module).values():
            yield from exercise.hints
            yield from (wrong.reply for wrong in exercise.wrong)


def test_nothing_for_instructors_is_on_any_page(site):
    texts = [markup.squeezed(re.sub(r"[*`_]", "", text)) for text in instructors_texts()]
    long = [text for text in texts if len(text) > 40]
    assert len(long) > 200
    everything = [re.sub(r"[*`_]", "", markup.squeezed(page.text)) for page in markup.pages(site)]
    assert [text for text in long if any(text in page for page in everything)] == []


def test_every_public_module_has_a_page_and_no_module_that_holds_answers(site):
    names = {path.stem for path in (site / "api").glob("*.html")}
    for name in (
        "mia_teach.roc",
        "mia_teach.attacks.lira",
        "mia_teach.labs.lab",
        "mia_teach.exercises.exercise",
    ):
        assert name in names
    assert not names & {f"mia_teach.exercises.{module}" for module in lesson_modules()}
    roc = markup.page(site / "api" / "mia_teach.roc.html")
    assert "mia_teach.roc.Roc.tpr_at" in roc.ids
    assert "Clopper and Pearson" in roc.text


def test_a_term_of_a_lesson_leads_to_its_entry_in_the_glossary(site):
    page = shown(site, LESSONS[0])
    assert "glossary.html#advantage" in page.links
    assert "advantage" in markup.page(site / "lessons" / "glossary.html").ids


def test_each_data_set_has_its_card(site):
    cards = markup.page(site / "datasets" / "README.html")
    for name in ("digitsnpz", "support2_diseasenpz", "genomesnpz"):
        assert name in cards.ids
    assert "$50,000 or less" in cards.text
    assert cards.formulas == 0
