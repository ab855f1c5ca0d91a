"""The table of the lessons in README.md: of these lessons, within the budgets, and how it is made."""

import json
import os
from dataclasses import replace

import pytest

from tests import lesson_table
from tests.lesson_table import BEGIN, END, Row, Table, fingerprint, measured, title, updated

PATHS = list(lesson_table.lessons().values())
EMPTY = f"Before.\n{BEGIN}{{}} -->\n{END}\nBehind.\n"


@pytest.fixture(scope="module")
def table():
    return Table.read(lesson_table.README.read_text("utf-8"))


def test_every_shipped_lesson_has_a_row_in_order(table):
    assert table is not None, "nothing has been measured yet; run make table"
    assert [row.lesson for row in table.rows] == list(map(title, PATHS))


def test_the_code_that_was_measured_is_the_code_here(table):
    now = {path.name[:2]: fingerprint(path) for path in PATHS}
    changed = [number for number, print_ in now.items() if table.fingerprints.get(number) != print_]
    assert not changed, f"their code has changed since: run python tests/lesson_table.py {' '.join(changed)}"
    assert list(table.fingerprints) == list(now)


def test_every_lesson_keeps_to_two_gigabytes_and_its_slowest_cell_is_one_of_its_own(table):
    for path, row in zip(PATHS, table.rows, strict=True):
        cells = [cell["id"] for cell in json.loads(path.read_text("utf-8"))["cells"]]
        assert 100 < row.megabytes < 2048, row
        assert 0 < row.slowest_seconds <= row.seconds, row
        assert row.slowest in cells, row


def test_the_table_is_what_writing_it_again_gives(table):
    text = lesson_table.README.read_text("utf-8")
    assert str(table) in text
    assert "core of" in table.machine


def row(path, seconds=1.0):
    return Row(title(path), seconds, 200.0, "build-2", 0.5, "2026-11-25")


def test_rows_are_put_between_the_marks_and_the_rest_stays():
    every = {path.name[:2]: row(path) for path in PATHS}
    whole = updated(EMPTY, every, "One core of a machine.")
    assert whole.startswith("Before.\n<!-- ")
    assert whole.endswith("-->\nBehind.\n")
    assert updated(whole, every, "One core of a machine.") == whole
    again = updated(whole, {"02": replace(every["02"], seconds=9.0)}, "One core of a machine.")
    assert [one.seconds for one in Table.read(again).rows] == [9.0 if n == "02" else 1.0 for n in every]


def test_rows_of_two_machines_and_a_table_with_a_hole_are_refused():
    every = {path.name[:2]: row(path) for path in PATHS}
    whole = updated(EMPTY, every, "One core of a machine.")
    with pytest.raises(ValueError, match="from another machine"):
        updated(whole, {"00": every["00"]}, "One core of another.")
    with pytest.raises(ValueError, match="no row for 01, 02"):
        updated(EMPTY, {"00": every["00"]}, "One core of a machine.")


@pytest.mark.parametrize("text", ["", BEGIN, END, f"{END}{BEGIN}", f"{EMPTY}{EMPTY}"])
def test_missing_or_doubled_marks_are_refused(text):
    with pytest.raises(ValueError, match="once each and in this order"):
        Table.read(text)
    assert Table.read(EMPTY) is None


def notebook(folder, *cells):
    path = folder / "09_tiny.ipynb"
    made = [{"cell_type": "markdown", "id": "card-1", "metadata": {}, "source": "# 09 Tiny\n\nWords."}]
    for number, code in enumerate(cells, 2):
        cell = {"cell_type": "code", "id": f"build-{number}", "metadata": {}, "source": code}
        made.append({**cell, "outputs": [], "execution_count": None})
    path.write_text(json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def test_the_fingerprint_follows_the_code_and_not_what_it_says(tmp_path):
    def of(code):
        return fingerprint(notebook(tmp_path, code))

    first = of("print('so many people:', n)  # all\nlira(view, variant='online')")
    assert of("print('so many patients:', n)\nlira(view,\n    variant='online')") == first
    for changed in ("variant='offline'", "variant='online', sides=1"):
        assert of(f"print('so many people:', n)\nlira(view, {changed})") != first


def test_a_lesson_is_measured_on_one_core_with_its_slowest_cell_and_its_memory(tmp_path):
    cores = "import os; assert not hasattr(os, 'sched_getaffinity') or len(os.sched_getaffinity(0)) == 1"
    path = notebook(tmp_path, cores, "x = bytearray(300 << 20)\nimport time\ntime.sleep(1.2)", "del x")
    found = measured(path)
    assert (found.lesson, found.slowest) == ("09 Tiny", "build-3")
    assert 1.2 <= found.slowest_seconds < found.seconds
    assert 300 < found.megabytes < 700


def test_a_lesson_that_fails_is_told_with_its_error(tmp_path):
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        measured(notebook(tmp_path, "1 / 0"))


@pytest.mark.skipif(os.name == "nt", reason="processes are limited by what POSIX offers")
def test_a_lesson_that_needs_more_than_two_gigabytes_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(lesson_table, "LIMIT", 300 << 20)
    code = "x = bytearray(600 << 20)\nimport time\ntime.sleep(5)"
    with pytest.raises(RuntimeError, match="of 300 were held"):
        measured(notebook(tmp_path, code))
