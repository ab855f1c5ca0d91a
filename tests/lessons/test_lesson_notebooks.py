"""The shipped notebooks: complete, clean, and what they show is what a run gives."""

import copy
import dis
import json
import re
import types

import lessons_build as build
import pytest

from . import shipped

NOTEBOOKS = shipped.notebooks()
IDS = [path.stem for path in NOTEBOOKS]
every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
PATH = re.compile(r"(?<![\w.:])/(?:root|home|Users|tmp|work|var|opt|mnt|private)/|\b[A-Z]:\\\\")


def code_cells(path):
    return [cell for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]


def outputs(path):
    return [output for cell in code_cells(path) for output in cell["outputs"]]


def said(output):
    """All that an output holds as text, pictures taken out."""
    text = json.dumps([output.get("text", ""), output.get("data", {})], ensure_ascii=False)
    return re.sub(r"data:image/png;base64,[A-Za-z0-9+/=]+", "", text)


def test_every_lesson_of_the_course_is_shipped_with_its_source():
    assert [path.stem for path in shipped.notebooks()] == [*shipped.EXPECTED, *shipped.PAGES]
    assert [path.stem for path in build.Places().pages([])] == list(shipped.PAGES)
    assert [path.stem for path in build.Places().sources([])] == list(shipped.EXPECTED)
    assert set(shipped.CHEAPEST) < set(shipped.EXPECTED)


@every_notebook
def test_code_cells_were_run_once_from_top_to_bottom(path):
    counts = [cell["execution_count"] for cell in code_cells(path)]
    assert counts == list(range(1, len(counts) + 1))


@every_notebook
def test_nothing_failed_or_complained(path):
    assert not [o for o in outputs(path) if o["output_type"] == "error" or o.get("name") == "stderr"]


@every_notebook
def test_no_state_of_a_widget_is_stored(path):
    book = json.loads(path.read_text("utf-8"))
    assert set(book["metadata"]) == {"kernelspec", "language_info"}
    assert "version" not in book["metadata"]["language_info"]
    assert book["metadata"]["kernelspec"]["name"] == "python3"
    assert not [o for o in outputs(path) if "application/vnd.jupyter.widget-view+json" in o.get("data", {})]


@every_notebook
def test_cell_ids_follow_the_source(path):
    ids = [cell["id"] for cell in json.loads(path.read_text("utf-8"))["cells"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"(exercise-\w+|[a-z-]+-\d+)", name) for name in ids)


@every_notebook
def test_no_path_of_the_machine_it_was_made_on_is_stored(path):
    sources = [cell["source"] for cell in json.loads(path.read_text("utf-8"))["cells"]]
    for text in (*map(said, outputs(path)), *map("".join, sources)):
        assert not PATH.search(text), text[:200]


@every_notebook
def test_it_is_small_and_ends_in_a_newline(path):
    data = path.read_bytes()
    assert len(data) < 1_000_000
    assert data.endswith(b"}\n")
    assert b"\r" not in data


@every_notebook
def test_at_most_one_output_is_not_compared(path):
    tags = [tag for cell in code_cells(path) for tag in cell["metadata"].get("tags", [])]
    assert sum("nbval" in tag or "NBVAL" in tag for tag in tags) <= 1
    assert "NBVAL" not in path.read_text("utf-8")


@every_notebook
def test_every_picture_has_words_and_the_words_are_compared(path):
    for output in outputs(path):
        data = output.get("data", {})
        assert not any(kind.startswith("image/") for kind in data)
        html = "".join(data.get("text/html", ""))
        for picture in re.findall(r"<img[^>]*>", html):
            assert re.search(r'alt="[^"]{20,}"', picture), picture[:200]
            assert "".join(data["text/plain"]).strip()


def _reads_and_makes(code):
    """The names that a cell takes from before, or that its functions will take when called, and those that it binds or deletes."""
    reads, makes = set(), set()
    for one in dis.get_instructions(code):
        if isinstance(one.argval, types.CodeType):
            at_once = one.argval.co_name in ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")
            reads |= _reads_and_makes(one.argval)[0] - (makes if at_once else set())
        elif one.opname in ("LOAD_NAME", "LOAD_GLOBAL") and one.argval not in makes:
            reads.add(one.argval)
        elif one.opname in ("STORE_NAME", "DELETE_NAME"):
            makes.add(one.argval)
    return reads, makes


def test_names_that_a_cell_takes_from_before_are_told_from_its_own():
    source = "a = b + [c for d in e if a]\nfor f in a: g = f\ndef h(i): return i + j + g\ndel k"
    reads, makes = _reads_and_makes(compile(source, "cell", "exec"))
    assert (reads, makes) == ({"a", "b", "c", "e", "j", "g"}, {"a", "f", "g", "h", "k"})


@every_notebook
def test_any_cell_can_run_again_for_what_it_reads_is_made_by_one_cell_only(path):
    cells = {cell["id"]: compile("".join(cell["source"]), cell["id"], "exec") for cell in code_cells(path)}
    names = {cell: _reads_and_makes(code) for cell, code in cells.items()}
    makers = {
        name: [cell for cell in names if name in names[cell][1]] for cell in names for name in names[cell][0]
    }
    assert not {name: cells for name, cells in makers.items() if len(cells) > 1}


@every_notebook
def test_no_solution_is_shipped(path):
    assert not re.search(r"(BEGIN|END) (SOLUTION|HIDDEN)", path.read_text("utf-8"))


def test_no_notebook_holds_answers_of_whoever_built_it():
    for path in NOTEBOOKS:
        assert not re.search(r"Goal \(met\)|: done\b", "".join(map(said, outputs(path)))), path.name


@every_notebook
def test_a_run_gives_what_is_stored(path, tmp_path):
    assert shipped.passed(shipped.compared(path, folder=tmp_path)) == len(code_cells(path))
    assert not (tmp_path / "progress.json").exists(), "a lesson without answers leaves no file of answers"


def test_a_run_on_another_cpu_gives_what_is_stored_in_the_cheapest_lessons(tmp_path):
    paths = [path for path in NOTEBOOKS if path.stem in shipped.CHEAPEST]
    expected = sum(map(len, map(code_cells, paths)))
    assert shipped.passed(shipped.compared(*paths, folder=tmp_path, **shipped.ANOTHER_CPU)) == expected


@pytest.mark.slow
@every_notebook
def test_a_run_on_another_cpu_gives_what_is_stored_in_all_lessons(path, tmp_path):
    assert shipped.passed(shipped.compared(path, folder=tmp_path, **shipped.ANOTHER_CPU)) == len(
        code_cells(path)
    )


def _with_another_digit(output):
    """The output with its first digit changed, in every form in which it is stored; None if it has none."""
    changed = copy.deepcopy(output)
    for holder, kind in ((changed, "text"), (changed.get("data", {}), "text/plain")):
        text = "".join(holder.get(kind, ""))
        if digit := re.search(r"\d", text):
            at = digit.start()
            holder[kind] = text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :]
            return changed
    return None


def test_every_stored_number_is_compared(tmp_path):
    """One digit changed in each output that has one: each of these cells fails, and no other."""
    path = shipped.LESSONS / f"{shipped.CHEAPEST[0]}.ipynb"
    book = json.loads(path.read_text("utf-8"))
    touched = set()
    for number, cell in enumerate(c for c in book["cells"] if c["cell_type"] == "code"):
        for at, output in enumerate(cell["outputs"]):
            if changed := _with_another_digit(output):
                cell["outputs"][at] = changed
                if "nbval-ignore-output" not in cell["metadata"].get("tags", []):
                    touched.add(number)
    forged = tmp_path / path.name
    forged.write_text(json.dumps(book), "utf-8")
    done = shipped.compared(forged, folder=tmp_path)
    assert done.returncode == 1
    assert {int(n) for n in re.findall(r"^FAILED .*::Cell (\d+)", done.stdout, re.M)} == touched
    assert touched


def test_nbval_compares_words_and_printed_digits_and_no_pixels(built_mini, tmp_path):
    """On the mini lesson: one digit printed, one digit of a picture's words, one pixel."""
    text = (built_mini.lessons / "00_mini.ipynb").read_text("utf-8")
    assert shipped.passed(_compared_mini(text, tmp_path))
    assert shipped.passed(_compared_mini(text.replace("base64,iVBOR", "base64,jVBOR"), tmp_path))
    for old, new in (("12 of 899", "13 of 899"), ("A bar of height 0.013", "A bar of height 0.014")):
        assert old in text
        done = _compared_mini(text.replace(old, new), tmp_path)
        assert done.returncode == 1, new
        assert done.stdout.count("FAILED ") == 1


def _compared_mini(text, folder):
    from .conftest import MINI

    (folder / "00_mini.ipynb").write_text(text, "utf-8")
    return shipped.compared(
        folder / "00_mini.ipynb",
        folder=folder,
        PYTHONPATH=f"{MINI}:{shipped.environment(folder)['PYTHONPATH']}",
    )


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("path", build.Places().sources([]), ids=lambda path: path.stem)
def test_every_lesson_makes_a_lecturer_s_edition(path, tmp_path):
    """That the learner's comes out the same is proved in test_offline.py."""
    places = build.Places(build=tmp_path)
    built = build.build(path, places, cell_seconds=60, instructor_only=True)
    made = [file.relative_to(tmp_path).parts[0] for file in built.files if tmp_path in file.parents]
    assert made == ["instructor"]
