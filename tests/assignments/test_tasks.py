"""What every graded task must do, for any student."""

import re
import warnings

import numpy as np
import pytest

import mia_teach as mt
from mia_teach import course
from mia_teach.assignments import assignment, numbers
from mia_teach.assignments.notebook import solution
from mia_teach.assignments.task import Task
from mia_teach.exercises.compare import difference, words
from mia_teach.exercises.exercise import Case, Wrong
from tests.exercises.laws import STRANGE

ASSIGNMENTS = [assignment(number) for number in numbers()]
TASKS = [pytest.param(one, task, id=f"{one.lesson}-{task.name}") for one in ASSIGNMENTS for task in one.tasks]
STUDENTS = [f"student {number}" for number in range(6)]
SECRET = "of this course"


def passed_on(function):
    """The same function under another identity, as a student's would be."""
    return lambda *args, **kwargs: function(*args, **kwargs)


def of(case, function):
    return function(*case.args, **case.kwargs)


@pytest.mark.parametrize(("one", "task"), TASKS)
def test_the_reference_is_right_for_every_student_and_the_stub_is_not_tried(one, task):
    for student in STUDENTS:
        assert task.grade(passed_on(task.reference), student, SECRET).done
        assert task.grade(lambda *args, **kwargs: ..., student, SECRET).kind == "not yet tried"


@pytest.mark.parametrize(("one", "task"), TASKS)
def test_each_wrong_answer_is_recognised_for_every_student(one, task):
    for student in STUDENTS:
        judge = task.judge(student, SECRET)
        for wrong in task.wrong:
            outcome = judge.verdict(wrong.function)
            assert (outcome.kind, outcome.wrong) == ("not right yet", wrong.name), (
                student,
                wrong.name,
                outcome,
            )
            assert outcome.reply == wrong.reply


@pytest.mark.parametrize(("one", "task"), TASKS)
def test_no_two_students_share_data_or_answers_and_a_copied_number_fails(one, task):
    answers = [of(task.own_case(student), task.reference) for student in STUDENTS]
    for student in STUDENTS:
        own = task.own_case(student)
        assert words(own) == words(task.own_case(f"  {student.upper()} ")), "spelling is not another student"
        assert words(own) != words(task.hidden_cases(student, SECRET)[0])
        assert words(task.hidden_cases(student, SECRET)) != words(task.hidden_cases(student, "another"))
        for copied in answers:
            outcome = task.grade(lambda *args, _copied=copied, **kwargs: _copied, student, SECRET)
            assert outcome.kind == "not right yet", (student, copied)
    distinct = [i for i in range(len(answers)) if all(difference(answers[i], a) for a in answers[:i])]
    assert len(distinct) == len(answers)


@pytest.mark.parametrize(("one", "task"), TASKS)
def test_the_solution_of_the_lecturer_s_notebook_runs_on_what_the_notebook_imports(one, task):
    names = {"np": np, "mt": mt}
    exec(one.imports, names)
    exec("\n".join(solution(task)), names)
    assert task.on_example(names[task.name]).done
    assert task.grade(names[task.name], "ada", SECRET).done


@pytest.mark.parametrize(("one", "task"), TASKS)
def test_the_example_catches_all_mistakes_and_gives_none_away(one, task):
    said = [task.on_example(wrong.function) for wrong in task.wrong]
    done = {wrong.name for outcome, wrong in zip(said, task.wrong, strict=True) if outcome.done}
    assert done <= set(task.at_times), "whoever makes a known mistake is not told that the example is right"
    for outcome, wrong in zip(said, task.wrong, strict=True):
        assert wrong.reply not in repr(outcome)
    assert task.on_example(lambda *args, **kwargs: ...).kind == "not yet tried"
    crashed = task.on_example(lambda *args, **kwargs: 1 // 0)
    assert crashed.kind == "it crashed"


@pytest.mark.parametrize(("one", "task"), TASKS)
def test_each_wrong_answer_fails_on_every_single_case_that_anybody_meets(one, task):
    assert set(task.at_times) <= {wrong.name for wrong in task.wrong}
    for student in STUDENTS:
        for case in (task.own_case(student), *task.hidden_cases(student, SECRET)):
            right = of(case, task.reference)
            for wrong in task.wrong:
                if wrong.name not in task.at_times:
                    with np.errstate(all="ignore"), warnings.catch_warnings():
                        warnings.simplefilter("ignore")
                        assert difference(of(case, wrong.function), right, task.tolerance), (
                            student,
                            wrong.name,
                        )


def test_only_where_two_kinds_of_case_are_asked_for_a_mistake_may_be_right_on_one_of_them():
    assert {task.name for one in ASSIGNMENTS for task in one.tasks if task.at_times} == {"member_probability"}


BY_COUNTS = [
    ("02", "hospital_report"),
    ("02", "carried_threshold"),
    ("03", "accused_by_kind"),
    ("06", "named_by_the_partner"),
    ("09", "price_and_gain"),
]


@pytest.mark.parametrize(("lesson", "name"), BY_COUNTS)
def test_where_a_threshold_is_set_by_counts_the_text_says_at_which_score_and_other_choices_are_known(
    lesson, name
):
    task = assignment(lesson).task(name)
    assert re.search(r"\*lowest (score of a|of their scores)", task.question)
    assert "exceed" in task.question
    assert {"threshold_halfway", "from_the_last_allowed_on"} <= {wrong.name for wrong in task.wrong}


def test_no_other_task_sets_a_threshold_by_counts():
    every = [task for one in ASSIGNMENTS for task in one.tasks]
    sets = {task.name for task in every if "at most a share `" in " ".join(task.question.split())}
    told_otherwise = {"mended_test"}  # its question says which T is asked for, and asks for that T itself
    assert sets - told_otherwise == {name for _, name in BY_COUNTS}


@pytest.mark.parametrize("seed", range(3))
def test_the_other_choices_of_a_threshold_keep_the_rate_as_well(seed):
    """They are no worse as attacks, only not what was asked: the reply must not say that they break the promise."""
    task = assignment("02").task("hospital_report")
    loss, member, fpr, base_rate = task.draw(np.random.default_rng(seed)).args
    wrong = {one.name: one.function for one in task.wrong}
    for name in ("threshold_halfway", "from_the_last_allowed_on"):
        tpr, worth = wrong[name](loss, member, fpr, base_rate)
        alarms = tpr * base_rate * (1 / worth - 1) / (1 - base_rate)
        assert alarms == pytest.approx(int(fpr * (~member).sum()) / (~member).sum())
        assert tpr <= task.reference(loss, member, fpr, base_rate)[0]


@pytest.mark.parametrize(("one", "task"), TASKS)
def test_a_grade_shows_neither_hidden_data_nor_answers(one, task):
    hidden = task.judge("ada", SECRET).cases
    for function in (
        *(wrong.function for wrong in task.wrong),
        lambda *args, **kwargs: 1 // 0,
        lambda *a, **k: 7.5,
    ):
        outcome = task.grade(passed_on(function), "ada", SECRET)
        assert {heading for heading, _ in outcome.shown} <= {"Your line", "Error"}
        for case in hidden:
            assert words(of(case, task.reference)) not in repr(outcome)
            assert words(case) not in repr(outcome)


def test_names_are_those_of_the_lessons_and_no_two_tasks_share_one():
    names = [task.name for one in ASSIGNMENTS for task in one.tasks]
    assert len(set(names)) == len(names)
    lessons = {path.stem for path in course.lessons_folder().glob("[0-9][0-9]_*.ipynb")}
    for one in ASSIGNMENTS:
        assert one.name in lessons
        assert one.points == 10, one.name
        assert 2 <= len(one.tasks) <= 3
        assert one is assignment(one.name)


def test_a_reply_says_more_than_a_verdict_and_begins_as_a_sentence():
    for one in ASSIGNMENTS:
        for task in one.tasks:
            for wrong in task.wrong:
                assert len(wrong.reply.split()) >= 8, (task.name, wrong.name)
                assert wrong.reply[0].isupper() or not wrong.reply[0].isalpha(), (task.name, wrong.name)
                assert wrong.reply[-1] in ".)?", (task.name, wrong.name)


def a_task(**changes):
    given = {
        "name": "double",
        "points": 2,
        "question": "Twice `x`.",
        "reference": lambda x: 2 * x,
        "example": Case(1.5),
        "draw": lambda rng: Case(rng.normal()),
        "wrong": (Wrong("squared", lambda x: x * x, "That is the square."),),
    }
    return Task(**{**given, **changes})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "no name"}, "a name that a function can have"),
        ({"question": " "}, "a question"),
        ({"points": 0}, "points"),
        ({"wrong": 2 * (Wrong("same", abs, "One."),)}, "the same name"),
    ],
)
def test_a_task_without_its_texts_is_refused(changes, said):
    with pytest.raises(ValueError, match=said):
        a_task(**changes)


def test_wrong_answers_that_no_draw_tells_apart_are_named():
    twice = (Wrong("one", lambda x: x, "One."), Wrong("other", lambda x: x + 0, "Other."))
    with pytest.raises(ValueError, match="'one' and 'other'"):
        a_task(wrong=twice).judge("ada")


def test_cases_on_which_two_wrong_answers_agree_are_drawn_again():
    tries = []

    def draw(rng):
        tries.append(1)
        return Case(2.0 if len(tries) < 6 else rng.normal())  # twice 2 is its square

    assert a_task(draw=draw).grade(lambda x: x + x, "ada").done
    assert len(tries) > 4


def test_a_draw_that_never_tells_a_mistake_from_what_is_right_is_named():
    with pytest.raises(ValueError, match="on the last one right: squared"):
        a_task(draw=lambda rng: Case(2.0)).own_case("ada")
    assert a_task(draw=lambda rng: Case(2.0), at_times=("squared",)).own_case("ada").args == (2.0,)


def test_what_is_no_function_of_one_s_own_gets_a_sentence():
    task = a_task()
    assert "no function `double(x)` yet" in task.grade(None, "ada").reply
    assert "is no function any more" in task.grade(3.0, "ada").reply
    assert "not yours" in task.grade(task.reference, "ada").reply
    assert "cannot be called" in task.grade(lambda: 1, "ada").reply


def test_an_error_s_words_are_shown_for_one_s_own_data_and_not_for_the_hidden():
    def tells(after):
        seen = []

        def function(x):
            seen.append(x)
            if len(seen) > after:
                raise ValueError(f"it is {x}")
            return 2 * x

        return function

    task = a_task()
    own = task.own_case("ada").args[0]
    assert dict(task.grade(tells(0), "ada", SECRET).shown)["Error"] == f"ValueError: it is {own}"
    hidden = task.grade(tells(1), "ada", SECRET)
    assert (hidden.kind, dict(hidden.shown)["Error"]) == ("it crashed", "ValueError")
    assert "raise ValueError" in dict(hidden.shown)["Your line"]


def test_a_student_without_a_name_is_shown_the_example_and_graded_all_the_same():
    task = a_task()
    for nobody in ("", "  ", None, ..., True, 7.5):
        assert "STUDENT is empty" in repr(task.yours(nobody))
        assert task.yours(nobody) == {"x": 1.5}
        assert task.grade(lambda x: x + x, nobody).done
    assert task.yours(4711) == task.yours("4711") == {"x": task.own_case("4711").args[0]}
    mine = task.yours("Ada")
    assert "Drawn for ada" in repr(mine)
    assert mine == {"x": task.own_case("ada").args[0]}
    assert "Drawn for ada" in mine._repr_mimebundle_()["text/html"]


def test_no_object_that_a_student_leaves_there_stops_the_grading(displayed):
    task = a_task()
    for strange in STRANGE:
        for passed in (strange, lambda *args, _strange=strange, **kwargs: _strange):
            assert not task.grade(passed, "ada").done
            task.try_it(passed, "ada")
            assert repr(displayed.pop())


def test_trying_shows_what_comes_on_one_s_own_data_and_an_error_there(displayed):
    task = a_task(draw=lambda rng: Case(-1.0 - rng.random()))
    task.try_it(lambda x: x + x, "ada")
    task.try_it(lambda x: 2 * x if x > 0 else 1 // 0, "ada")
    task.try_it(lambda x: x, "ada")
    task.try_it(lambda x: x + x, "")
    right, crashed, wrong, nameless = displayed
    assert dict(right.shown).keys() == {"On your own data it gives"}
    assert crashed.kind == "it crashed"
    assert dict(wrong.shown)["Expected"] == "3"
    assert nameless.done
    assert not nameless.shown


@pytest.fixture
def displayed(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    return shown
