"""The guide for lecturers: every command, file and name in it is there, its plans add up, its examples run."""

import argparse
import contextlib
import inspect
import io
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import lessons_build as build
import pytest

import mia_teach as mt
from mia_teach import cli

from . import shipped
from .test_instructor_edition import SOURCES, minutes, paragraph

GUIDE = build.Places().guide
TEXT = GUIDE.read_text("utf-8")
PIECES = ("card to predict", "build", "lab", "exercises", "surprise to recap")
LESSON = {path.stem[:2]: path for path in SOURCES}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.M | re.S)


def in_code() -> list[str]:
    """All that stands in backticks in the running text, and each line of the commands."""
    prose = re.sub(r"^```.*?^```", "", TEXT, flags=re.M | re.S)
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    return [" ".join(one.split()) for one in (*re.findall(r"`([^`]+)`", prose), *lines)]


def section(heading: str) -> str:
    return re.search(rf"^#+ {re.escape(heading)}.*?(?=^#+ |\Z)", TEXT, re.M | re.S)[0]


def rows(text: str) -> list[list[str]]:
    """The rows of a section's table, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def asked(what: str) -> int | None:
    """The minutes that the notes give what a row takes of a lesson; None where it takes none."""
    found = re.match(r"\*\*(\d\d)\*\*: (.+)", what)
    if not found:
        return None
    given = minutes(LESSON[found[1]])
    if found[2] == "whole lesson":
        return given.card
    return sum(given.pieces[piece] for piece in found[2].split(", "))


def test_every_make_target_exists():
    targets = set(re.findall(r"^([a-z-]+):", (shipped.ROOT / "Makefile").read_text(), re.M))
    named = {one.split()[1] for one in in_code() if one.startswith("make ")}
    assert named
    assert named <= targets


def test_every_command_of_the_course_is_understood():
    commands = [shlex.split(one)[1:] for one in in_code() if re.match(r"mia-teach [a-z]", one)]
    assert {"start", "doctor", "collect", "assignment"} <= {one[0] for one in commands}
    parser = cli._parser()
    for one in commands:
        with contextlib.redirect_stderr(io.StringIO()) as said:
            try:
                parser.parse_args(one)
            except SystemExit:
                raise AssertionError(f"mia-teach {' '.join(one)}: {said.getvalue()}") from None


def test_every_command_of_nbgrader_and_every_assignment_is_there():
    from nbgrader.apps.nbgraderapp import NbGraderApp

    from mia_teach.assignments import assignment, numbers

    commands = [one.split()[1:] for one in in_code() if one.startswith("nbgrader ")]
    assert {command for command, *_ in commands} == {
        "generate_assignment",
        "autograde",
        "generate_feedback",
        "export",
        "validate",
        "release_assignment",
        "collect",
        "zip_collect",
    }
    assert {command for command, *_ in commands} <= set(NbGraderApp.subcommands)
    options = {"--force", "--student", "NAME"}
    named = {name for _, *names in commands for name in names} - options
    assert named <= {assignment(number).name for number in numbers()}


def test_every_file_exists():
    named = {one for one in in_code() if re.fullmatch(r"[\w.-]+(/[\w.-]+)*(/|\.(md|py|txt|ipynb))", one)}
    named |= set(re.findall(r"`([\w-]+/[\w./-]+)`", TEXT))
    made = {"build/instructor/", "nbgrader_config.py", "lessons/source/NN_name.py"}
    made |= {
        "release/",
        "submitted/NAME/02_threshold/",
        "source/02_threshold/02_threshold.ipynb",
        "02_threshold.ipynb",
    }
    made |= {"downloaded/02_threshold/archive/", "ada_02_threshold.ipynb"}
    assert "OWNER/REPOSITORY" in named
    assert "OWNER/REPOSITORY" in (shipped.ROOT / "README.md").read_text("utf-8"), (
        "it stands in the badge's link"
    )
    assert {"README.md", "binder/postBuild", "datasets/README.md"} <= named
    for one in named - made - {"OWNER/REPOSITORY"}:
        assert (shipped.ROOT / one).exists() or (shipped.LESSONS / one).exists(), one


def test_every_name_of_the_package_exists():
    named = {name for text in (TEXT, *blocks("python")) for name in re.findall(r"\bmt\.([A-Za-z_]\w+)", text)}
    assert {"Scores", "train", "coin_flips"} <= named
    for name in named:
        assert hasattr(mt, name), name
    assert "executor" in inspect.signature(mt.train).parameters
    assert "group" in inspect.signature(mt.coin_flips).parameters
    from mia_teach.attacks import label_only

    assert callable(label_only.one_hot_groups)


def test_builders_and_pips_arguments_are_those_that_exist():
    for line in [one for one in in_code() if one.startswith("python ")]:
        words = shlex.split(line)
        if words[1].endswith(".py"):
            assert (shipped.ROOT / words[1]).exists(), line
        for word in words:
            if "/" in word and not any(mark in word for mark in "*()"):
                assert (shipped.ROOT / word).exists(), line


def test_where_a_package_is_missing_the_builder_says_what_to_install(tmp_path):
    (tmp_path / "jupytext.py").write_text('raise ModuleNotFoundError("No module", name="jupytext")')
    done = subprocess.run(
        [sys.executable, shipped.LESSONS / "build.py", "--instructor-only"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert "jupytext" in line
    assert "python -m pip install '.[teach]'" in line
    assert "python -m pip install '.[teach]'" in TEXT


def test_the_wheel_is_called_what_a_wheel_of_this_version_is_called():
    assert re.findall(r"mia_teach-([\d.]+)-py3-none-any\.whl", TEXT) == [mt.__version__]


def test_the_examples_run_one_after_the_other(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MIA_TEACH_PROGRESS", str(tmp_path / "progress.json"))
    world, said = {}, io.StringIO()
    assert len(blocks("python")) >= 4
    with contextlib.redirect_stdout(said):
        for block in blocks("python"):
            exec(compile(block, "guide.md", "exec"), world)
    lira, loss = (re.search(rf"^{name}.*AUC ([\d.]+)", said.getvalue(), re.M)[1] for name in ("LiRA", "loss"))
    assert float(lira) > float(loss) > 0.5, "on a table with pure noise in its labels both must find members"
    assert len(said.getvalue().splitlines()) >= 4


def test_the_path_for_a_hubs_settings_is_printed():
    [command] = [one for one in in_code() if one.startswith("python -c")]
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(shlex.split(command)[2], {})
    settings = Path(said.getvalue().strip()) / "labconfig" / "default_setting_overrides.json"
    assert '"saveState": true' in settings.read_text()


def test_a_hub_gets_the_threads_that_binder_gets():
    start = (shipped.ROOT / "binder" / "start").read_text()
    threads = re.findall(r"export (\w+_NUM_THREADS)=1", start)
    assert len(threads) == 3
    for name in threads:
        assert f'"{name}": "1"' in TEXT


def clock(text: str) -> int:
    hours, after = text.split(":")
    return 60 * int(hours) + int(after)


@pytest.mark.parametrize(("heading", "total"), [("A workshop of 90 minutes", 90), ("A day", 475)])
def test_a_plan_runs_without_a_gap_on_the_minutes_of_the_notes(heading, total):
    plan = rows(section(heading))
    for (at, taken, what), following in zip(plan, [*plan[1:], None], strict=True):
        assert asked(what) in (None, int(taken)), what
        if following:
            assert clock(at) + int(taken) == clock(following[0]), what
    assert sum(int(taken) for _, taken, _ in plan) == total
    assert sum(asked(what) is not None for *_, what in plan) >= 6


def test_the_six_weeks_take_all_lessons_in_labs_of_90_minutes():
    plan = rows(section("Six weeks, two labs of 90 minutes each"))
    assert [row[0] for row in plan] == [f"{week}{lab}" for week in range(1, 7) for lab in "ab"]
    assert [re.match(r"\*\*(\d\d)", row[2])[1] for row in plan] == sorted(LESSON)
    for _, before, what, taken, after, _ in plan:
        assert asked(what) == int(taken), what
        assert int(before) + int(taken) + int(after) == 90, what


def test_a_plan_takes_pieces_that_lessons_have():
    taken = re.findall(r"\*\*(\d\d)\*\*: ([^|]+?) \|", TEXT)
    assert len(taken) > 20
    for number, what in taken:
        for piece in what.split(", "):
            assert piece == "whole lesson" or piece in minutes(LESSON[number]).pieces, (number, piece)


def test_the_sentences_to_say_are_those_of_the_notes():
    said = rows(section("What to say before each prediction"))
    assert [row[0] for row in said] == sorted(LESSON)
    for number, sentence, _ in said:
        assert f"Say: {sentence}" in paragraph(LESSON[number], "Predict ("), number


def test_exercises_that_go_home_are_there():
    for number, task in re.findall(r"\| (\d\d): ([^|]+) \|$", section("Six weeks, two labs"), re.M):
        lesson = build.source.read(LESSON[number])
        there = len([cell for cell in lesson.exercises if "stretch" not in cell.tags])
        for count in re.findall(r"exercises? (\d)(?: (?:and|to) (\d))?", task):
            assert all(1 <= int(one) <= there for one in count if one), (number, task)


def test_the_lines_of_the_commands_name_no_option_that_is_not_there():
    options = {
        option
        for action in cli._parser()._subparsers._group_actions[0].choices.values()
        for option in _options(action)
    }
    used = {word for one in in_code() if one.startswith("mia-teach") for word in re.findall(r"--[\w-]+", one)}
    assert used
    assert used <= options


def _options(parser: argparse.ArgumentParser) -> set[str]:
    return {option for action in parser._actions for option in action.option_strings}


def test_the_guide_stays_out_of_the_learners_folder_and_of_the_wheel():
    assert GUIDE.parent.name == "source"
    assert not (shipped.LESSONS / GUIDE.name).exists()
    assert '"/lessons/*.md"' in (shipped.ROOT / "pyproject.toml").read_text()
