"""The page beside the lessons: built from its source, and its map is that of the lessons."""

import json
import re
import shutil

import lessons_build as build
import pytest

from mia_teach import course, exercises, progress
from tests.browser import axe_violations
from tests.jupyter import jupyterlab, open_notebook, run_all

from . import shipped

PAGE = shipped.LESSONS / "home.ipynb"
ROW = re.compile(r"^\| \[(\d\d) ([^\]]+)\]\(([^)]+)\) \| (\d+) \| (.+) \|$", re.M)


def texts(path):
    return "\n".join("".join(cell["source"]) for cell in json.loads(path.read_text("utf-8"))["cells"])


def test_the_map_names_every_lesson_with_the_title_and_the_minutes_of_its_card():
    rows = [
        (number, file, title, int(minutes)) for number, title, file, minutes, _ in ROW.findall(texts(PAGE))
    ]
    assert rows == [(card.number, card.file, card.title, card.minutes) for card in course.cards()]


def test_the_readme_gives_the_same_minutes():
    readme = (shipped.ROOT / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d\d) \| \[[^\]]+\]\(lessons/([^)]+)\) \| (\d+) \|", readme, re.M)
    assert rows == [(card.number, card.file, str(card.minutes)) for card in course.cards()]


def test_a_rebuild_gives_the_same_bytes(capsys):
    assert build.main(["home", "--check", "--cell-seconds", "60"]) == 0, capsys.readouterr().out


def test_it_has_no_other_edition():
    [source] = build.Places().pages(["home"])
    assert list(build.build_page(source, build.Places(), cell_seconds=60).files) == [PAGE]


def test_it_is_built_with_the_lessons_and_by_its_name():
    places = build.Places()
    assert [path.stem for path in places.pages([])] == ["home"]
    assert places.pages(["02"]) == []
    assert [path.stem for path in places.pages(["02", "home"])] == ["home"]


def test_a_page_that_does_not_exist_is_refused():
    with pytest.raises(SystemExit, match="There is no lesson nowhere"):
        build.main(["nowhere", "--check"])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("(glossary.md)", "(glossary.md#nothing)", "no heading with the anchor #nothing"),
        ("(02_threshold.ipynb)", "(02_gone.ipynb)", "leads nowhere"),
        (
            "# Was this patient's record",
            "# It finds 12 % of them. Was this patient's record",
            "looks measured",
        ),
    ],
)
def test_what_a_reader_would_trip_over_is_refused_with_its_line(tmp_path, old, new, said):
    text = (shipped.LESSONS / "source" / "home.py").read_text("utf-8")
    assert old in text
    page = tmp_path / "home.py"
    page.write_text(text.replace(old, new), "utf-8")
    for name in shipped.EXPECTED:
        (tmp_path / f"{name}.py").touch()
    with pytest.raises(build.Refusal, match=said) as refused:
        build.build_page(page, build.Places())
    assert re.search(r"home\.py:\d+: ", str(refused.value))


def _six_lessons_taken(path, monkeypatch):
    """Answers to six lessons: every first question missed, one exercise open, every prediction too sure."""
    monkeypatch.setenv("MIA_TEACH_PROGRESS", str(path))
    for number in list(exercises.MODULE_OF_LESSON)[:6]:
        progress.record("prediction", number, "p", guess=1, confidence=0.95, right=False)
        for place, question in enumerate(exercises.of_lesson(number).quiz.questions):
            progress.record("quiz", number, f"quiz.{question.name}", right=place > 0)
    progress.record("exercise", "01", "purge", outcome="tried")


@pytest.mark.browser
def test_in_jupyterlab_a_learner_sees_what_was_done_and_goes_on_from_there(new_page, tmp_path, monkeypatch):
    shutil.copy(PAGE, tmp_path)
    shutil.copy(shipped.LESSONS / "06_white_box.ipynb", tmp_path)
    _six_lessons_taken(tmp_path / "progress.json", monkeypatch)
    with jupyterlab(tmp_path, env={"MIA_TEACH_PROGRESS": str(tmp_path / "progress.json")}) as url:
        page = open_notebook(new_page(viewport={"width": 1200, "height": 1600}), url, PAGE.name)
        assert run_all(page) == []
        shown = page.locator(".jp-CodeCell .jp-RenderedHTMLCommon")
        assert shown.locator("tbody tr").count() == len(shipped.EXPECTED)
        assert "You were surer than you were right" in shown.inner_text()
        assert shown.locator("img").evaluate("image => image.naturalWidth") > 300
        assert axe_violations(page, ".jp-CodeCell .jp-RenderedHTMLCommon") == []
        shown.get_by_role("link", name="06 White box: gradients").first.click()
        page.locator(".lm-TabBar-tab.lm-mod-current", has_text="06_white_box.ipynb").wait_for()
