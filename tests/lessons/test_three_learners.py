"""Three people take each lesson: one skips everything, one answers everything wrongly, one solves everything.

Two sittings serve for the three. In the first, somebody runs the lesson without an answer, comes back and gives every
wrong answer there is, and then runs cells again from the last to the first. In the second, somebody starts with the
exercises, loses the kernel while an answer is being written, and takes the whole lesson once more, solving it.

A fourth takes all lessons with one file of answers, and meets again what was missed.

That a plain run gives what is stored is proved in test_lesson_notebooks.py; what an exercise says to strange functions,
in exercises/laws.py; what happens to the file of answers outside of a lesson, in test_progress.py.
"""

import json
import os
import re
import time
from collections import Counter
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import lessons_build as build
import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

from . import shipped

pytestmark = pytest.mark.timeout(1800)
every_lesson = pytest.mark.parametrize(
    "name",
    [
        name if name in shipped.CHEAPEST else pytest.param(name, marks=pytest.mark.slow)
        for name in shipped.EXPECTED
    ],
)
SLOW = 1 / 10  # of the whole lesson; nobody waits for a training twice to see the same number

# Cells that say something else each time they run: the lender's oracle counts on.
GO_ON = {"05_label_only": {"build-12"}}

# Half of the next answer reaches the disk; then the kernel is gone.
DIES_WHILE_WRITING = """
def _die(descriptor):
    import os, signal
    os.ftruncate(descriptor, os.fstat(descriptor).st_size // 2)
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


mt.progress.os.fsync = _die
"""


class Sitting:
    """Somebody before a shipped lesson: its code cells by id, a kernel, what each cell said last, and how long it took."""

    def __init__(self, name: str, folder: Path):
        self.number, self.folder = name[:2], folder
        [path] = build.Places().sources([self.number])
        self.lesson = build.source.read(path)
        self.check = self.lesson.check
        book = nbformat.read(shipped.LESSONS / f"{name}.ipynb", 4)
        self.cells = {cell.id: cell.source for cell in book.cells if cell.cell_type == "code"}
        self.stored = {cell.id: said(cell) for cell in book.cells if cell.cell_type == "code"}
        self.latest: dict[str, list[str]] = {}
        self.seconds: dict[str, float] = {}

    @contextmanager
    def kernel(self):
        """A fresh kernel, with the file of answers as it is."""
        self.client = NotebookClient(
            nbformat.v4.new_notebook(),
            timeout=600,
            kernel_name="python3",
            record_timing=False,
            store_widget_state=False,
            resources={"metadata": {"path": str(self.folder)}},
        )
        env = shipped.environment(self.folder)
        env["PYTHONPATH"] = f"{shipped.ROOT}{os.pathsep}{env['PYTHONPATH']}"
        with self.client.setup_kernel(env=env):
            yield

    def run(self, code: str) -> list[str]:
        """What code says, output by output. It may neither fail nor complain."""
        cell = nbformat.v4.new_code_cell(code)
        self.client.nb.cells = [cell]
        self.client.execute_cell(cell, 0)
        assert not [output.text for output in cell.outputs if output.get("name") == "stderr"]
        return said(cell)

    def run_cell(self, name: str, code: str | None = None) -> list[str]:
        start = time.perf_counter()
        self.latest[name] = self.run(self.cells[name] if code is None else code)
        self.seconds.setdefault(name, time.perf_counter() - start)
        return self.latest[name]

    def is_slow(self, cell: str) -> bool:
        return self.seconds[cell] > SLOW * sum(self.seconds.values())

    def section(self, name: str) -> list[str]:
        """The ids of a section's code cells; the exercises' own begin with "exercise-"."""
        return [one for one in self.cells if one.rpartition("-")[0] == name]

    @cached_property
    def exercises(self) -> dict[str, str]:
        """The exercises' names by cell."""
        return {f"exercise-{cell.exercise}"[:64]: cell.exercise for cell in self.lesson.exercises}

    @cached_property
    def panel(self) -> str:
        """The cell that shows the lab."""
        return next(name for name, code in self.cells.items() if code.endswith("\nlab"))

    @cached_property
    def reads_the_lab(self) -> list[str]:
        """The cells below it that belong to it."""
        section = self.section("lab")
        return section[section.index(self.panel) + 1 :]

    @cached_property
    def predicts(self) -> str:
        return next(name for name, code in self.cells.items() if "prediction = Prediction(" in code)

    @cached_property
    def reveals(self) -> str:
        return next(name for name, code in self.cells.items() if "prediction.reveal(" in code)

    def answers(self) -> dict:
        """The file of answers, which holds this lesson's alone."""
        content = json.loads((self.folder / "progress.json").read_text("utf-8"))
        assert content["version"] == 1
        assert set(content["lessons"]) == {self.number}
        return content["lessons"][self.number]


def said(cell) -> list[str]:
    """The outputs of a cell as a reader of plain text has them; what was printed in one go is one."""
    texts, printed = [], False
    for output in cell.outputs:
        text = output.text if output.output_type == "stream" else output.data["text/plain"]
        if printed and output.output_type == "stream":
            texts[-1] += text
        else:
            texts.append(text)
        printed = output.output_type == "stream"
    return texts


def truth(texts: list[str]) -> float:
    """The number that a revealed prediction tells."""
    return float(re.search(r"Result: (−?[\d.]+)", "\n".join(texts))[1].replace("−", "-"))


@every_lesson
def test_who_skips_everything_and_then_answers_everything_wrongly(name, tmp_path):
    one = Sitting(name, tmp_path)
    with one.kernel():
        _skips(one)
        answers = _errs(one)
        assert one.answers() == answers
        _runs_cells_again(one)
    assert one.answers() == answers, "to run a cell again is no answer"


def _skips(one):
    for cell in one.cells:
        texts = one.run_cell(cell)
        if cell in one.exercises:
            [text] = texts
            assert text.startswith(f"○ {one.exercises[cell]}: not yet tried\n"), text
    assert not (one.folder / "progress.json").exists(), "nothing was answered"


def _errs(one) -> dict:
    """Every wrong answer, each with its own reply; gives the answers that must be on file."""
    low, high = map(float, one.run("print(prediction.low, prediction.high)")[0].split())
    came = truth(one.latest[one.reveals])
    guess = low if came - low > high - came else high
    one.run(f"prediction.set_state({{'answer': {guess}, 'confidence': 99}})")
    [text] = one.run_cell(one.predicts)
    assert "are 99 % sure" in text, "committed, and there again when the cell runs again"

    goals = _moves(one)

    tried = {}
    skipped = dict(one.latest)
    for cell in list(one.cells)[list(one.cells).index(next(iter(one.exercises))) :]:
        if exercise := one.exercises.get(cell):
            tried[exercise] = _every_mistake(one, exercise)
        elif not one.is_slow(cell):
            one.run_cell(cell)
            if cell not in (one.reveals, one.section("quiz")[0], one.section("recap")[-1]):
                assert one.latest[cell] == skipped[cell], f"after wrong answers {cell} says something else"
    if one.is_slow(one.reveals):
        one.run_cell(one.reveals)
    assert "a miss" in "\n".join(one.latest[one.reveals])
    [text] = one.run_cell(one.section("recap")[-1])
    assert f"{len(tried)} exercises tried" in text
    assert "done" not in text

    [kept] = one.answers()["prediction"].values()
    assert kept["truth"] == pytest.approx(came, abs=0.06)
    return {
        "exercise": tried,
        "prediction": {
            _prediction(one): {"guess": guess, "confidence": 0.99, "right": False, "truth": kept["truth"]}
        },
        "quiz": _every_misconception(one),
        **({"goal": goals} if goals else {}),
    }


def _prediction(one):
    return one.run("print(prediction.name)")[0].strip()


def _moves(one) -> dict:
    """The lab's controls here and there, and the cells that read them; the goals met on the way."""
    before = {cell: one.latest[cell] for cell in (one.panel, *one.reads_the_lab)}
    one.run("from tests.labs.positions import some as _some")
    for at in range(int(one.run("_places = _some(lab); print(len(_places))")[0])):
        one.run(f"lab.set_state(_places[{at}])")
        for cell in one.reads_the_lab:
            if not one.is_slow(cell):
                one.run_cell(cell)
    met = one.run("print([lab._goal_name(i) for i, met in enumerate(lab.goals_met) if met])")
    for cell in before:
        one.run_cell(cell)
        if cell != one.panel:
            assert one.latest[cell] == before[cell], "the panel stands again where it stood at first"
    assert one.run("print([lab._goal_name(i) for i, met in enumerate(lab.goals_met) if met])") == met
    plain = [text.replace("Goal (met)", "Goal (to do)") for text in one.latest[one.panel]]
    assert plain == before[one.panel]
    return {name: {"met": True} for name in re.findall(r"'([^']+)'", met[0])}


def _every_mistake(one, name) -> dict:
    """Each of an exercise's wrong answers in turn; gives what must be on file."""
    exercise = getattr(one.check, name)
    texts = one.run(
        f"def _all_wrong(check):\n"
        f"    for one in check.wrong:\n"
        f"        assert check(one.function) is check.reference\n"
        f"    return check.reference\n\n\n"
        f"{name} = _all_wrong(check.{name})"
    )
    for wrong, text in zip(exercise.wrong, texts, strict=True):
        heading, reply = text.split("\n")[:2]
        assert (heading, reply) == (f"✗ {name}: not right yet", f"  {wrong.reply}")
        assert f"Until yours is right the lesson uses the package's own `{name}`" in text
    return {"outcome": "tried", "met": {wrong.name: 1 for wrong in exercise.wrong}}


def _every_misconception(one) -> dict:
    """Each wrong choice of each question in turn; gives what must be on file."""
    kept = {}
    for number, question in enumerate(one.check.quiz.questions):
        wrong = [place for place in range(len(question.choices)) if place != question.right]
        for place in wrong:
            one.run(f"_ = check.quiz.check({number}, {place})")
        kept[f"quiz.{question.name or number + 1}"] = {
            "first": question.choices[wrong[0]].text,
            "choice": question.choices[wrong[-1]].text,
            "right": False,
            "right_at_first": False,
            "tries": len(wrong),
            "met": dict(Counter(question.choices[place].wrong for place in wrong)),
        }
    [text] = one.run_cell(one.section("quiz")[0])
    assert f"{len(kept)} of {len(kept)} answered, 0 right at the first answer." in text
    one.run_cell(one.section("recap")[-1])
    return kept


def _runs_cells_again(one):
    """From the last cell to the first, as the names stand at the end of the lesson; slow ones are left out."""
    changed = {}
    for cell in reversed(one.cells):
        if not one.is_slow(cell) or cell == one.panel:
            before = one.latest[cell]
            after = one.run_cell(cell)
            if after != before:
                changed[cell] = (before, after)
    assert set(changed) <= GO_ON.get(one.lesson.name, set()), changed


@every_lesson
def test_who_solves_everything_after_a_kernel_that_died_while_writing(name, tmp_path):
    one = Sitting(name, tmp_path)
    guess = {"answer": truth(one.stored[one.reveals]), "confidence": 90}
    solutions = {
        f"exercise-{cell.exercise}"[:64]: build.source.solved(cell.text) for cell in one.lesson.exercises
    }
    first, second, *_ = solutions

    with one.kernel():
        for cell in (*one.section("card"), one.predicts):
            one.run_cell(cell)
        one.run(f"prediction.set_state({guess})")
        _solves(one, first, solutions[first])
        prediction = _prediction(one)
        before = one.answers()
        assert before == {
            "prediction": {prediction: {"guess": guess["answer"], "confidence": 0.9}},
            "exercise": {one.exercises[first]: {"outcome": "done"}},
        }
        one.run(DIES_WHILE_WRITING)
        with pytest.raises(DeadKernelError):
            one.run(solutions[second])
    assert one.answers() == before, "what was kept is kept"
    assert (tmp_path / ".progress.json.tmp").stat().st_size > 0, "half an answer was written"

    with one.kernel():
        for cell in one.section("card"):
            one.run_cell(cell)
        [text] = one.run_cell(one.predicts)
        assert "are 90 % sure" in text
        for cell in list(one.cells)[len(one.section("card")) :]:
            if cell in solutions:
                _solves(one, cell, solutions[cell])
            else:
                one.run_cell(cell)
        assert "a hit" in "\n".join(one.latest[one.reveals])
        one.run("from tests.labs.positions import meeting as _meeting")
        one.run("for _at in _meeting(lab):\n    lab.set_state(_at)")
        assert "to do" not in one.run("print(lab)")[0]
        goals = one.run("print([lab._goal_name(i) for i in range(len(lab.goals))])")[0]
        right = [question.right for question in one.check.quiz.questions]
        one.run(f"check.quiz.set_state({{'answers': {right}}})")
        [text] = one.run_cell(one.section("quiz")[0])
        assert f"{len(right)} of {len(right)} answered, {len(right)} right at the first answer." in text
        [text] = one.run_cell(one.section("recap")[-1])
        assert f"{len(solutions)} exercises done, 1 prediction with a Brier score of 0.01" in text

    found = one.answers()
    assert found["prediction"][prediction].pop("truth") == pytest.approx(guess["answer"], abs=0.06)
    assert found == {
        "exercise": {exercise: {"outcome": "done"} for exercise in one.exercises.values()},
        "prediction": {prediction: {"guess": guess["answer"], "confidence": 0.9, "right": True}},
        "quiz": {
            f"quiz.{question.name or number + 1}": {
                "first": question.choices[question.right].text,
                "choice": question.choices[question.right].text,
                "right": True,
                "right_at_first": True,
                "tries": 1,
            }
            for number, question in enumerate(one.check.quiz.questions)
        },
        "goal": {goal: {"met": True} for goal in re.findall(r"'([^']+)'", goals)},
    }
    assert not list(tmp_path.glob("*.tmp")), "nothing half-written is left"

    with one.kernel():  # and tomorrow
        for cell in (*one.section("card"), one.predicts, one.section("quiz")[0]):
            one.run_cell(cell)
        assert one.run("print(check.quiz.score)") == [f"{len(right)}\n"]
        assert "are 90 % sure" in one.latest[one.predicts][0]


def _solves(one, cell, solution):
    [text] = one.run_cell(cell, solution)
    name = one.exercises[cell]
    assert text.startswith(f"✓ {name}: done\n"), text
    assert f"From here on the lesson uses your own `{name}`." in text
    assert one.run(f"print({name} is check.{name}.reference)") == ["False\n"]


@pytest.mark.slow
def test_what_was_missed_comes_back_in_later_lessons_and_stands_at_home(tmp_path):
    """One file of answers through all lessons: in each the first question is missed, and what comes back is answered.

    So each lesson asks what the one before it missed, and what was answered three lessons ago, a lesson after it was missed.
    """
    first, sitting = {}, None
    for at, name in enumerate(shipped.EXPECTED):
        sitting = Sitting(name, tmp_path)
        quiz = sitting.check.quiz.questions
        first[at] = quiz[0].text
        with sitting.kernel():
            for cell in (*sitting.section("card"), sitting.predicts):
                sitting.run_cell(cell)
            if at:
                [text] = sitting.run("again = mt.recall(check.quiz.lesson)\nagain")
                came_back = [
                    earlier for earlier in first if f"{first[earlier]} (lesson {earlier:02}, missed)" in text
                ]
                assert came_back == [earlier for earlier in (at - 4, at - 1) if earlier >= 0], name
                sitting.run("again.set_state({'answers': [one.right for one in again.questions]})")
            sitting.run("prediction.set_state({'answer': prediction.low, 'confidence': 80})")
            sitting.run("prediction.reveal(prediction.high)")
            sitting.run("_ = check.quiz.check(0, (check.quiz.questions[0].right + 1) % 2)")
            for number in range(1, len(quiz)):
                sitting.run(f"_ = check.quiz.check({number}, check.quiz.questions[{number}].right)")
    with sitting.kernel():
        [text] = sitting.run("import mia_teach as mt\nmt.home()")
    assert "You have come to the end of the last lesson" in text
    again = text.partition("Questions that you missed:")[2].partition("\n\n")[0]
    assert again.strip() == f"lesson 11: {first[11]}"
    assert text.count("80 % sure, miss") == len(shipped.EXPECTED)
    assert f"{len(quiz) - 1} of {len(quiz)}" in text
    assert "12 predictions" in text
