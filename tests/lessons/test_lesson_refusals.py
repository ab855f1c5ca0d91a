"""The builder refuses what a reader would trip over, and says in which file and on which line."""

import dataclasses
import re

import lessons_build as build
import mini_exercises
import pytest
from builder import refusals, running
from builder.source import Refusal


def edited(course, old, new, count=1):
    """The mini lesson's source with one thing changed, and the line on which the change begins."""
    [path] = course.sources([])
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), "utf-8")
    return path, text[: text.index(old)].count("\n") + 1


def refused(course, path, said, line=None):
    """Assert that the lesson is refused once, with these words, on this line."""
    with pytest.raises(Refusal) as error:
        build.build(path, course, learner_only=True, cell_seconds=60)
    [complaint] = error.value.complaints
    assert re.search(said, complaint.sentence), complaint
    assert str(complaint).startswith(f"{path}:{complaint.line}: ")
    if line is not None:
        assert complaint.line == line, complaint
    return complaint


SECTIONS = ["warm-up", "case", "predict", "build", "lab", "surprise", "quiz", "transfer", "recap"]


@pytest.mark.parametrize("name", SECTIONS)
def test_a_lesson_without_a_section_is_refused(course, name):
    path, _ = edited(course, f' section="{name}"', "")
    with pytest.raises(Refusal, match=f"no section '{name}'"):
        build.build(path, course)


def test_a_lesson_without_a_card_is_refused(course):
    path, _ = edited(course, ' section="card"', "")
    with pytest.raises(Refusal, match="no section 'card'"):
        build.build(path, course)


def test_sections_out_of_order_are_refused(course):
    path, _ = edited(course, 'section="case"', 'section="X"')
    edited(course, 'section="warm-up"', 'section="case"')
    _, line = edited(course, 'section="X"', 'section="warm-up"')
    refused(course, path, "'warm-up' comes too late", line)


def test_a_section_that_opens_twice_is_refused(course):
    path, line = edited(course, 'section="predict"', 'section="case"')
    with pytest.raises(Refusal, match=f":{line}: Section 'case' opens a second time"):
        build.build(path, course)


def test_an_unknown_section_is_refused(course):
    path, line = edited(course, 'section="lab"', 'section="laboratory"')
    with pytest.raises(Refusal, match=f":{line}: No section is called 'laboratory'"):
        build.build(path, course)


def test_a_section_without_a_heading_is_refused(course):
    path, line = edited(course, "# ## Predict", "# Predict")
    refused(course, path, "opens with a heading", line - 1)


def test_a_quiz_section_that_shows_no_quiz_is_refused(course):
    path, _ = edited(course, "# %%\nlen(check.quiz.questions)\n", "")
    refused(course, path, "'quiz' has no code cell")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (' section="lab"', ' sektion="lab" section="lab"', "Unknown cell option 'sektion'"),
        ('audience="instructor"', 'audience="teacher"', "only audience"),
        ("guess = 0.5", "guess = = 0.5", "does not parse"),
        ("    ### END SOLUTION\n", "", "do not come in pairs"),
        ("double = check.double(double)", "check.double(double)", "does not end in the line"),
        ("# %%\nguess + 1", "# %%\n\n# %%\nguess + 1", "empty cell"),
        ("guess + 1", "### BEGIN SOLUTION\nguess + 1\n### END SOLUTION", "only in a cell with exercise="),
        (
            '# %% [markdown] section="card"\n',
            'x = 1\n# %% [markdown] section="card"\n',
            "nothing stands above",
        ),
    ],
)
def test_a_source_that_breaks_the_form_is_refused(course, old, new, said):
    path, _ = edited(course, old, new)
    refused(course, path, said)


def test_a_lesson_with_two_exercises_is_refused(course):
    path, _ = edited(course, "\n\ntriple = check.triple(triple)", "")
    edited(course, ' exercise="triple"', "")
    edited(course, "    ### BEGIN SOLUTION\n    return 3 * x\n    ### END SOLUTION\n", "    return 3 * x\n")
    refused(course, path, "2 exercises and 1 stretch")


def test_a_lesson_without_a_stretch_is_refused(course):
    path, _ = edited(course, ' tags=["stretch"]', "")
    refused(course, path, "4 exercises and 0 stretch")


@pytest.mark.parametrize(
    ("change", "said"),
    [({"hints": ("One.", "Two.")}, "2 hints; it needs three"), ({"wrong": ()}, "no wrong answer")],
)
def test_an_exercise_without_hints_or_wrong_answers_is_refused(course, monkeypatch, change, said):
    class Careless:
        hints, wrong = ("One.", "Two.", "Three."), ("some",)

    for name, value in change.items():
        monkeypatch.setattr(Careless, name, value)
    monkeypatch.setattr(mini_exercises, "triple", Careless)
    [path] = course.sources([])
    line = path.read_text().split("\n").index('# %% exercise="triple"') + 1
    refused(course, path, f"'triple'.*{said}|{said}", line)


def test_an_exercise_that_the_module_lacks_is_refused(course, monkeypatch):
    monkeypatch.delattr(mini_exercises, "triple")
    refused(course, course.sources([])[0], "no exercise 'triple'")


def test_tests_for_no_exercise_are_refused(course):
    path, line = edited(course, 'tests="double"', 'tests="doubble"')
    refused(course, path, "no exercise of this lesson", line)


def test_a_lesson_without_an_exercise_module_is_refused(course):
    path, _ = edited(course, "import mini_exercises as check", "import mini_exercises as checks")
    refused(course, path, "No cell imports the exercise module")


def test_a_quiz_choice_without_a_reply_is_refused(course, monkeypatch):
    monkeypatch.setattr(mini_exercises.quiz.questions[3].choices[1], "reply", " ")
    refused(course, course.sources([])[0], "Quiz item 4: the choice '3' has no reply")


def test_a_quiz_of_four_items_is_refused(course, monkeypatch):
    monkeypatch.setattr(mini_exercises.quiz, "questions", mini_exercises.quiz.questions[:4])
    refused(course, course.sources([])[0], "has 4 items; it needs five")


@pytest.mark.parametrize("number", ["0.57", "12 %", "3 of 10", "1 in 100", "10:1"])
def test_a_measured_number_in_prose_is_refused_on_its_line(course, number):
    path, line = edited(course, "# Nothing came before.", f"# Nothing came before.\n# But {number} did.")
    refused(course, path, f"'{number}' looks measured", line + 1)


def test_a_measured_number_in_a_teaching_note_is_refused_too(course):
    path, line = edited(course, "# Ask who added", "# Ask 12 % who added")
    refused(course, path, "'12 %' looks measured", line)


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ("[[15.7 %|Shokri 2017]]", "Shokri 2017 is not among the sources"),
        ("[[15.7 %|Carlini 2021]]", "Carlini 2021 is not among the sources"),
        ("[[15.7 %|Carlini & Song 2022]]", "not among the sources"),
        ("[[15.7 %|somebody]]", "author and year"),
        ("[[many|definition]]", "marks no number"),
    ],
)
def test_a_mark_that_says_nothing_true_is_refused(course, mark, said):
    path, line = edited(course, "[[15.7 %|Carlini 2022]]", mark)
    refused(course, path, said, line)


def test_a_placeholder_that_fails_is_refused_on_its_line(course):
    path, line = edited(
        course, "# That makes {{ double(triple(2)) }}.", "# That\n# makes {{ nothing_here:.1% }}."
    )
    refused(course, path, r"nothing_here.*NameError", line + 1)


def test_a_placeholder_that_is_not_python_is_refused(course):
    path, line = edited(course, "{{ double(triple(2)) }}", "{{ double( }}")
    refused(course, path, "not a Python expression", line)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("glossary.md#shadow-models", "no heading with the anchor #shadow-models"),
        ("01_missing.ipynb", "leads nowhere"),
        ("../datasets/README.md", "leaves the lessons folder"),
    ],
)
def test_a_link_that_leads_nowhere_is_refused(course, target, said):
    path, line = edited(course, "glossary.md#shadow-model", target)
    refused(course, path, said, line)


def test_a_long_code_cell_is_refused_and_a_solution_does_not_count(course):
    solution = "    twice = x + x\n" * 20
    path, _ = edited(course, "    twice = x + x\n", solution)
    assert build.build(path, course, learner_only=True, cell_seconds=60).warnings == []
    path, line = edited(course, "guess + 1", "guess + 1\n" * 17)
    refused(course, path, "17 lines; at most 16", line - 1)


def test_a_long_text_is_refused_and_a_longish_one_noted(course):
    path, line = edited(course, "# Nothing came before.", "# " + "word " * 130)
    [warning] = build.build(path, course, learner_only=True, cell_seconds=60).warnings
    assert "132 words; aim at 120" in str(warning)
    path, _ = edited(course, "# " + "word " * 130, "# " + "word " * 300)
    refused(course, path, "302 words", line - 3)


def test_a_long_case_is_refused(course):
    path, _ = edited(course, "# Somebody has", "# " + "word " * 150 + "Somebody has")
    refused(course, path, "The case has 16. words; at most 150")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("1 / 0", "failed with ZeroDivisionError: division by zero"),
        ("import sys; print('x', file=sys.stderr)", "written to stderr"),
        ("import warnings; warnings.warn('old')", "written to stderr"),
        ("import pathlib; print(pathlib.Path('/home/me/x'))", "path of this machine"),
        ("print('C:\\\\Users\\\\me')", "path of this machine"),
        ("display({'image/png': 'iVBORw0KGgo=', 'text/plain': 'a line'}, raw=True)", "figure without words"),
        (
            "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
            "figure without words.*|words say nothing",
        ),
        (
            "display({'text/html': '<img src=\"x\">', 'text/plain': 'a line'}, raw=True)",
            "without a description",
        ),
        (
            "display({'text/html': '<p>a</p><img alt=\" \" src=\"x\">', 'text/plain': 'a line'}, raw=True)",
            "without a description",
        ),
        (
            "display({'text/html': '<svg><path/></svg>', 'text/plain': 'a line'}, raw=True)",
            "without a description",
        ),
        (
            "display({'text/html': '<canvas></canvas>', 'text/plain': 'a line'}, raw=True)",
            "without a description",
        ),
        (
            "display({'text/html': '<img alt=\"a\" src=\"x\">', 'text/plain': '<Figure>'}, raw=True)",
            "say nothing",
        ),
        ("class A:\n    def __repr__(self): return 'A at 0x7f'\nA()", "changes with every run"),
        ("print('x' * 1_100_000)", "bytes; at most 1,000,000"),
        ("print(f'{{{{ x }}}}')", "unfilled placeholder"),
    ],
)
def test_an_output_that_fails_a_reader_is_refused(course, code, said):
    path, _ = edited(course, "guess + 1", code)
    with pytest.raises(Refusal, match=said):
        build.build(path, course, learner_only=True, cell_seconds=60)


@pytest.mark.parametrize(
    "html",
    [
        "<img alt='a rising line' src='x'>",
        "<svg aria-label='a rising line'><path/></svg>",
        "<svg><title>a rising line</title></svg>",
        "<svg aria-hidden='true'></svg>",
    ],
)
def test_a_picture_with_words_is_let_through(html):
    from nbformat import v4

    output = v4.new_output("display_data", {"text/html": html, "text/plain": "a rising line"})
    assert list(refusals._outputs(v4.new_code_cell("", outputs=[output]))) == []


def test_a_widget_with_nothing_beside_it_is_refused(course):
    path, _ = edited(course, "guess + 1", "import ipywidgets\nipywidgets.IntSlider()")
    with pytest.raises(Refusal, match="widget without a plain representation"):
        build.build(path, course, learner_only=True, cell_seconds=60)


def test_a_slow_cell_is_refused(course):
    path, line = edited(course, "guess + 1", "import time; time.sleep(1)")
    with pytest.raises(Refusal, match=f":{line - 1}: This cell took 1.. s; at most 0.9 s"):
        build.build(path, course, learner_only=True, cell_seconds=0.9)


def test_a_kernel_that_dies_is_refused_and_not_waited_for(course, monkeypatch):
    monkeypatch.setattr(running, "TIMEOUT", 20)
    path, line = edited(course, "guess + 1", "import os; os._exit(1)")
    refused(course, path, "failed with DeadKernelError", line - 1)


def test_a_second_ignored_output_is_refused(course):
    tag = ' tags=["nbval-ignore-output"]'
    path, _ = edited(course, "# %%\nguess + 1", f"# %%{tag}\nguess + 1")
    edited(course, "# %%\nguess = 0.5", f"# %%{tag}\nguess = 0.5")
    refused(course, path, "a lesson has at most one")


def test_all_reasons_are_listed_at_once(course):
    path, _ = edited(course, "# Nothing came before.", "# 0.5 came before.")
    edited(course, "glossary.md#shadow-model", "glossary.md#nobody")
    edited(course, "# Yes.", "# 0.7 times yes.")
    with pytest.raises(Refusal) as error:
        build.build(path, course)
    assert len(error.value.complaints) == 3


def test_a_refused_lesson_is_not_written_and_the_command_fails(course, monkeypatch, capsys):
    path, line = edited(course, "# Nothing came before.", "# 0.5 came before.")
    monkeypatch.setattr(build, "Places", lambda: course)
    assert build.main([]) == 1
    assert f"{path}:{line}: '0.5' looks measured" in capsys.readouterr().out
    assert not course.build.exists()
    assert dataclasses.is_dataclass(course)


def test_a_solution_that_is_not_done_is_refused(course):
    path, _ = edited(course, "    return 3 * x\n", "    return x\n")
    with pytest.raises(Refusal, match="The solution of 'triple' is not done"):
        build.build(path, course, cell_seconds=60)


def test_a_number_that_depends_on_the_exercises_being_solved_is_refused(course):
    path, line = edited(course, "{{ double(triple(2)) }}", "{{ triple.__name__ }}")
    with pytest.raises(Refusal, match=f":{line - 1}: With the exercises solved, a number"):
        build.build(path, course, cell_seconds=60)
