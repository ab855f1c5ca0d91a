"""The one call of a hidden test, and what a kernel is asked before it grades."""

import sys
import warnings
from dataclasses import replace

import pytest

from mia_teach.assignments import assignment, grading

TASK = assignment("02").tasks[0]


@pytest.fixture(autouse=True)
def _course(monkeypatch):
    monkeypatch.setenv(grading.SECRET, "of this course")


def right(*args, **kwargs):
    return TASK.reference(*args, **kwargs)


def test_what_is_right_gets_its_points_and_no_word_on_stderr(capsys):
    def loud(*args, **kwargs):
        warnings.warn("look out", stacklevel=1)
        print("to stderr", file=sys.stderr)
        return right(*args, **kwargs)

    assert grading.award("02", TASK.name, {TASK.name: loud, "STUDENT": "ada"}) is None
    said = capsys.readouterr()
    assert said.err == "", "nbgrader gives a grade cell that writes to stderr no points"
    assert "All points" in said.out
    assert "drawn for ada" in said.out


def test_nor_does_what_the_judging_itself_has_to_say_reach_stderr(monkeypatch, capsys):
    def draw(rng):
        warnings.warn("look out", stacklevel=1)
        print("to stderr", file=sys.stderr)
        return TASK.draw(rng)

    loud = replace(assignment("02"), tasks=(replace(TASK, draw=draw),))
    monkeypatch.setattr(grading, "assignment", lambda lesson: loud)
    grading.award("02", TASK.name, {TASK.name: right})
    assert capsys.readouterr().err == ""


def test_what_is_wrong_stops_with_its_reply_and_without_the_package_s_lines():
    wrong = TASK.wrong[0]
    with pytest.raises(grading.NotAwardedError) as stopped:
        grading.award("02", TASK.name, {TASK.name: wrong.function, "STUDENT": "ada"})
    lines = stopped.value._render_traceback_()
    assert wrong.reply in "\n".join(lines)
    assert "outcome" not in "\n".join(lines)
    with pytest.raises(grading.NotAwardedError, match="no function"):
        grading.award("02", TASK.name, {})


@pytest.mark.parametrize(
    ("student", "said"),
    [
        (" Ada ", "drawn for ada."),
        (4711, "drawn for 4711."),
        ("", "drawn for nobody"),
        (None, "drawn for nobody"),
    ],
)
@pytest.mark.parametrize("function", [right, TASK.wrong[0].function])
def test_for_whom_the_data_were_drawn_is_said_of_every_grade_and_points_are_nbgrader_s_alone(
    student, said, function, capsys
):
    try:
        grading.award("02", TASK.name, {TASK.name: function, "STUDENT": student})
        told = capsys.readouterr().out
    except grading.NotAwardedError as stopped:
        told = str(stopped)
    assert said in told
    assert "5" not in told


def test_a_function_that_is_interrupted_gets_a_sentence_and_no_points():
    def endless(*args):
        raise KeyboardInterrupt  # as the kernel does when nbgrader's time is up

    with pytest.raises(grading.NotAwardedError, match="interrupted before it had an answer") as stopped:
        grading.award("02", TASK.name, {TASK.name: endless, "STUDENT": "ada"})
    assert len(stopped.value._render_traceback_()) == 2
    for run in (TASK.try_it, TASK.must_hold):
        with pytest.raises(KeyboardInterrupt, match="come to an end") as stopped:
            run(endless)
        assert len(stopped.value._render_traceback_()) == 2


def test_the_secret_of_the_course_decides_about_the_data(monkeypatch):
    own = TASK.own_case("ada").args[0]
    seen = []

    def spy(loss, *rest):
        seen.append(loss)
        return right(loss, *rest)

    for secret in ("one", "other"):
        monkeypatch.setenv(grading.SECRET, secret)
        grading.award("02", TASK.name, {TASK.name: spy, "STUDENT": "Ada"})
    (a, *hidden), (b, *others) = seen[: len(seen) // 2], seen[len(seen) // 2 :]
    assert a.tolist() == b.tolist() == own.tolist()
    assert all(x.tolist() != y.tolist() for x, y in zip(hidden, others, strict=True))


def test_without_the_secret_nothing_is_graded_and_it_is_said_why(monkeypatch):
    monkeypatch.delenv(grading.SECRET)
    with pytest.raises(grading.NotAwardedError, match="secret is not set"):
        grading.award("02", TASK.name, {TASK.name: right, "STUDENT": "ada"})
    assert "secret is not set" in grading.ready("02_threshold")
    assert grading.ready("problem set 1") == "ready"


def test_a_kernel_is_ready_for_what_it_can_judge_and_for_assignments_of_others():
    assert grading.ready("02_threshold") == "ready"
    assert grading.ready("problem set 1") == grading.ready("02_mine") == "ready"


def test_a_kernel_without_a_package_names_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.metrics", None)
    with pytest.raises(ImportError, match=r"sklearn\.metrics"):
        grading.ready("02_threshold")


def test_a_kernel_that_takes_a_stub_for_right_is_not_ready(monkeypatch):
    from mia_teach.exercises.outcome import Outcome

    monkeypatch.setattr(type(TASK), "grade", lambda self, *given: Outcome("done", self.name, "Right."))
    assert "of a stub: done" in grading.ready("02_threshold")
