"""How the site is built: each lesson run once, a panel never at odds with its notebook, no stale page."""

import importlib.util
import json
import shutil
import sys

import nbformat
import pages
import panels
import pytest
from nbformat import v4

from tests.lessons import shipped
from tests.site.conftest import ROOT

QUIZ = """from mia_teach.labs import Choice, Question, Quiz
choices = [Choice("12 of 899", "Yes."), Choice("887", "Those were missed.", wrong="counts_the_missed")]
Quiz([Question("A TPR of 1.3 % is …", choices)])"""


@pytest.fixture(scope="module")
def builder():
    spec = importlib.util.spec_from_file_location("site_build", ROOT / "site" / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def quiz_notebook(path, says):
    """A notebook that shows a quiz, and claims that it said this."""
    output = v4.new_output("execute_result", {"text/plain": says, "text/html": says}, execution_count=1)
    cell = v4.new_code_cell(QUIZ, id="quiz-1", outputs=[output], execution_count=1)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel}), path)
    return path


def said_by_python():
    space = {}
    exec(QUIZ.replace("Quiz([", "quiz = Quiz(["), space)
    return repr(space["quiz"])


def test_a_lesson_is_run_once_and_again_when_it_has_changed(tmp_path, monkeypatch):
    runs, run = [], panels._run
    monkeypatch.setattr(panels, "_run", lambda path: runs.append(path) or run(path))
    path, kept = quiz_notebook(tmp_path / "97_mini.ipynb", said_by_python()), tmp_path / "kept"
    first = panels.panels_of(path, kept)
    assert panels.panels_of(path, kept) == first
    assert len(runs) == 1
    assert first["quiz-1"]["state"]["answers"] == [-1]
    assert "Those were missed." in str(first["quiz-1"]["state"]["_questions"])

    path.write_text(path.read_text("utf-8") + "\n", encoding="utf-8")
    assert panels.panels_of(path, kept) == first
    assert len(runs) == 2
    assert len(list(kept.iterdir())) == 1, "what nobody asks for any more is gone"


def test_a_panel_that_says_something_else_than_its_notebook_is_refused(tmp_path):
    path = quiz_notebook(tmp_path / "97_mini.ipynb", "An older quiz")
    with pytest.raises(
        SystemExit, match=r"97_mini: the panel in cell quiz-1 .* Run python lessons/build.py 97"
    ):
        panels.panels_of(path, tmp_path / "kept")
    assert not (tmp_path / "kept").exists()


def test_a_lesson_is_run_by_this_python_whatever_python3_means_to_jupyter(tmp_path, monkeypatch):
    kernel = tmp_path / "jupyter" / "kernels" / "python3" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    broken = [sys.executable, "-c", "raise SystemExit('another Python')"]
    kernel.write_text(json.dumps({"argv": broken, "display_name": "Mine", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    path = quiz_notebook(tmp_path / "97_mini.ipynb", said_by_python())
    assert panels.panels_of(path, tmp_path / "kept")


def test_the_state_follows_the_notebook_the_panels_code_and_every_quiz(tmp_path, monkeypatch):
    lesson = shipped.LESSONS / "02_threshold.ipynb"
    package = tmp_path / "package"
    names = (
        *("labs/lab.js", "labs/quiz.py"),
        *("exercises/threshold.py", "exercises/game.py", "exercises/recall.py"),
    )
    for name in (*names, "roc.py"):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text("one")
    monkeypatch.setattr(panels, "PACKAGE", package)
    before = panels._fingerprint(lesson)
    for name, counts in (*((name, True) for name in names), ("roc.py", False)):
        (package / name).write_text("another")
        assert (panels._fingerprint(lesson) != before) is counts, name
        before = panels._fingerprint(lesson)


def test_wherever_the_package_lies_its_modules_have_pages_and_those_with_answers_none(tmp_path, monkeypatch):
    package = tmp_path / "assignments" / "_mine" / "mia_teach"
    shutil.copytree(pages.PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__", "_course"))
    here = pages.package_pages()
    monkeypatch.setattr(pages, "PACKAGE", package)
    assert pages.package_pages() == here
    assert {"mia_teach.rst", "mia_teach.roc.rst", "mia_teach.attacks.lira.rst", "index.rst"} <= set(here)
    assert not [name for name in here if name.startswith("mia_teach.assignments")]
    assert "mia_teach.exercises.threshold.rst" not in here
    assert "assignments" not in here["index.rst"]


def test_only_changed_pages_are_written_and_pages_that_went_are_taken_away(builder, tmp_path):
    assert not builder.write({"a.md": "A", "b/c.md": "C"}, tmp_path)
    times = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.md")}
    assert builder.write({"a.md": "A", "b/d.md": "D"}, tmp_path), "b/c.md had to go"
    assert (tmp_path / "a.md").stat().st_mtime_ns == times[tmp_path / "a.md"]
    assert sorted(path.name for path in tmp_path.rglob("*.md")) == ["a.md", "d.md"]


@pytest.mark.parametrize("where", ["mine", "mine-pages/source"])
def test_a_folder_with_something_that_was_not_built_here_is_left_as_it_is(
    builder, tmp_path, where, monkeypatch
):
    (tmp_path / where).mkdir(parents=True)
    (tmp_path / where / "thesis.md").write_text("years of work")
    monkeypatch.setattr(builder, "laid_out", lambda *_: {})
    with pytest.raises(SystemExit, match=r"mine(-pages)? holds something that was not built here"):
        builder.main(["--to", str(tmp_path / "mine")])
    assert (tmp_path / where / "thesis.md").read_text() == "years of work"


def test_an_empty_folder_and_an_older_site_are_built_into(builder, tmp_path, monkeypatch):
    def build_main(arguments):
        (tmp_path / "site" / "index.html").touch()
        return 0

    monkeypatch.setattr(builder, "build_main", build_main)
    (tmp_path / "site").mkdir()
    for page in ("a.md", "b.md"):
        monkeypatch.setattr(builder, "laid_out", lambda *_, page=page: {page: "A"})
        assert builder.main(["--to", str(tmp_path / "site")]) == 0
    assert (tmp_path / "site" / "index.html").exists()
