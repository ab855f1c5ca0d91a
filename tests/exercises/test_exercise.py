"""The judge: four outcomes, a reply for each mistake, a function that works, and never an exception."""

import dataclasses
import gc
import inspect
import re
import sys
from html.parser import HTMLParser

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

from mia_teach import progress
from mia_teach.exercises import Case, Exercise, Wrong
from mia_teach.exercises import exercise as module
from mia_teach.exercises.outcome import _LOOKS, Outcome, marked

from .laws import check_exercise_laws


def centred(values, weight=1.0):
    """The weighted distances of the values from their mean."""
    return weight * (values - np.mean(values))


DEMONSTRATION = {
    "name": "centred",
    "lesson": "00",
    "reference": centred,
    "cases": (
        Case(np.array([1.0, 2.0, 6.0])),
        Case(np.array([0.0, 4.0]), weight=2.0),
        Case(np.array([-1.0, -1.0, 5.0, 9.0]), weight=0.5),
    ),
    "hints": ("What is the middle?", "Take the mean away.", "Use `values - values.mean()`, then the weight."),
    "wrong": (
        Wrong("sign_flipped", lambda v, weight=1.0: -centred(v, weight), "The sign is the other way round."),
        Wrong(
            "median", lambda v, weight=1.0: weight * (v - np.median(v)), "That is the median, not the mean."
        ),
        Wrong("weight_forgotten", lambda v, weight=1.0: centred(v), "The weight plays no part."),
        Wrong("not_a_number", lambda v, weight=1.0: v / np.zeros_like(v), "Something is divided by zero."),
    ),
}


def stub(values, weight=1.0):
    """The weighted distances of the values from their mean."""
    ...


@pytest.fixture
def exercise():
    return Exercise(**DEMONSTRATION)


@pytest.fixture(autouse=True)
def path(tmp_path, monkeypatch):
    monkeypatch.setenv("MIA_TEACH_PROGRESS", str(tmp_path / "progress.json"))
    return tmp_path / "progress.json"


@pytest.fixture
def displayed(monkeypatch):
    shown = []
    monkeypatch.setattr(module, "_show", shown.append)
    return shown


def test_an_exercise_keeps_the_laws(exercise):
    check_exercise_laws(exercise, stub)


def test_the_laws_notice_an_exercise_that_breaks_one(exercise):
    class Forgiving(Exercise):
        def _crashed(self, function, case, error):
            return Outcome("not right yet", self.name, "Something is off.")

    with pytest.raises(AssertionError, match="Something is off"):
        check_exercise_laws(Forgiving(**DEMONSTRATION), stub)


def test_the_learners_own_function_comes_back_when_it_is_right(exercise, displayed):
    def mine(values, weight=1.0):
        return weight * (values - values.mean())

    assert exercise(mine) is mine
    assert displayed[0].kind == "done"
    assert "your own `centred`" in displayed[0].notes[-1]


@pytest.mark.parametrize(
    "function", [stub, lambda values, weight=1.0: values, lambda values, weight=1: 1 / 0, 7]
)
def test_the_packages_function_comes_back_when_it_is_not(exercise, displayed, function):
    assert exercise(function) is centred
    assert not displayed[0].done
    assert "the package's own `centred`" in displayed[0].notes[-1]


def test_the_function_that_stood_in_is_not_taken_for_the_learners(exercise, displayed, path):
    stands_in = exercise(stub)
    exercise(stands_in)
    assert displayed[1].kind == "not yet tried"
    assert "not yours" in displayed[1].reply
    assert not path.exists()


def test_a_stub_leaves_no_file_and_an_answer_does(exercise, displayed, path):
    exercise(stub)
    assert not path.exists()
    exercise(exercise.wrong[0].function)
    exercise(exercise.wrong[0].function)
    exercise(lambda values, weight=1.0: 1 / 0)
    entry = progress.read()["lessons"]["00"]["exercise"]["centred"]
    assert entry == {"outcome": "tried", "met": {"sign_flipped": 2}}
    exercise(lambda values, weight=1.0: centred(values, weight))
    exercise(exercise.wrong[1].function)
    entry = progress.read()["lessons"]["00"]["exercise"]["centred"]
    assert entry == {"outcome": "done", "met": {"sign_flipped": 2, "median": 1}}


def test_a_file_that_cannot_be_written_is_told_with_the_outcome(exercise, displayed, path, monkeypatch):
    monkeypatch.setattr(progress, "_told", set())
    path.mkdir()
    exercise(exercise.wrong[0].function)
    exercise(exercise.wrong[0].function)
    assert "not being kept" in displayed[0].notes[-1]
    assert "not being kept" not in displayed[1].notes[-1]


def ellipsis_left(values, weight=1.0):
    middle = ...
    return values - middle


def raises_not_implemented(values, weight=1.0):
    # YOUR CODE HERE
    raise NotImplementedError()


def passes(values, weight=1.0):
    pass


def answer_is_open(values, weight=1.0):
    answer = ...
    return answer


@pytest.mark.parametrize("function", [stub, ellipsis_left, raises_not_implemented, passes, answer_is_open])
def test_every_form_of_stub_counts_as_not_yet_tried(exercise, function):
    assert exercise.verdict(function).kind == "not yet tried"


def test_a_forgotten_return_is_named(exercise):
    def forgets(values, weight=1.0):
        weight * (values - values.mean())

    outcome = exercise.verdict(forgets)
    assert (outcome.kind, outcome.wrong) == ("not right yet", "returns_nothing")
    assert "`return`" in outcome.reply


def test_printing_in_place_of_returning_is_named_and_the_print_is_held_back(exercise, capsys):
    def prints(values, weight=1.0):
        print(weight * (values - values.mean()))

    outcome = exercise.verdict(prints)
    assert "prints its answer but returns nothing" in outcome.reply
    assert capsys.readouterr() == ("", "")


def test_a_right_function_that_prints_is_done_and_told(exercise, capsys):
    def prints(values, weight=1.0):
        print("here", file=sys.stderr)
        return weight * (values - values.mean())

    outcome = exercise.verdict(prints)
    assert outcome.done
    assert "also prints" in outcome.notes[0]
    assert capsys.readouterr() == ("", "")


def test_changing_the_input_in_place_is_named_and_the_cases_stay_whole(exercise):
    def changes(numbers, weight=1.0):
        numbers -= numbers.mean()
        numbers *= weight
        return numbers

    for _ in range(2):
        outcome = exercise.verdict(changes)
        assert (outcome.kind, outcome.wrong) == ("not right yet", "changes_its_input")
        assert "`numbers`" in outcome.reply
    assert exercise.verdict(lambda v, weight=1.0: centred(v, weight)).done


@pytest.mark.parametrize("kind", [list, tuple])
def test_a_list_with_the_right_numbers_is_not_right_yet_and_the_reply_says_what_to_do(
    exercise, displayed, kind
):
    def listed(v, weight=1.0):
        return kind(weight * (x - sum(v) / len(v)) for x in v)

    assert exercise(listed) is centred
    assert (displayed[0].kind, displayed[0].wrong) == ("not right yet", "list_for_array")
    assert "The values are right" in displayed[0].reply
    assert "`np.array(...)`" in displayed[0].reply
    assert exercise.verdict(lambda v, weight=1.0: np.array(listed(v, weight))).done


def test_a_mistake_in_a_list_is_the_same_mistake(exercise):
    assert exercise.verdict(lambda v, weight=1.0: list(-centred(v, weight))).wrong == "sign_flipped"


def two_shares(guess):
    """The share of True and the share of False."""
    return guess.mean(), 1 - guess.mean()


@pytest.fixture
def pair():
    return Exercise(
        name="two_shares",
        lesson="00",
        reference=two_shares,
        cases=(Case(np.array([True, False, False])), Case(np.array([True, True, True, False]))),
        hints=("a", "b", "c"),
        wrong=(
            Wrong("counted", lambda g: (g.sum(), 1 - g.mean()), "That is a count."),
            Wrong("swapped", lambda g: two_shares(g)[::-1], "The order is the other one."),
        ),
        returns=("share of True", "share of False"),
    )


def test_the_laws_hold_with_named_numbers(pair):
    check_exercise_laws(pair, lambda guess: ...)


@pytest.mark.parametrize(
    ("function", "wrong", "said"),
    [
        (lambda g: (g.mean(), 0.9), "", "Your second number (share of False) differs."),
        (lambda g: (g.mean(), [1]), "", "Your second number (share of False): A single number is needed"),
        (lambda g: (g.sum(), 7), "counted", "That is a count."),
        (lambda g: (100 * g.mean(), 1 - g.mean()), "per_cent", "Your first number (share of True) is a hundred"),
        (lambda g: (g.mean(), 100 - 100 * g.mean()), "per_cent", "Your second number (share of False) is a"),
        (lambda g: (g.mean(), 100 * g.mean()), "", "Your second number (share of False) differs."),
        (lambda g: 1 - g.mean(), "", "A tuple of 2 is needed"),
        (lambda g: (1 - g.mean(), g.mean()), "swapped", "The order"),
    ],
)  # fmt: skip
def test_a_number_of_a_pair_is_called_by_its_name_and_its_mistake_is_known_by_itself(
    pair, function, wrong, said
):
    outcome = pair.verdict(function)
    assert (outcome.kind, outcome.wrong) == ("not right yet", wrong)
    assert outcome.reply.startswith(said)


def test_per_cents_for_shares_are_known_in_every_exercise(exercise):
    parts = {**DEMONSTRATION, "cases": (Case(np.array([0.1, 0.3])), Case(np.array([0.0, 1.0])))}
    parts["wrong"] = DEMONSTRATION["wrong"][:1]
    outcome = Exercise(**parts).verdict(lambda v, weight=1.0: 100 * centred(v))
    assert (outcome.wrong, "not per cent" in outcome.reply) == ("per_cent", True)
    assert exercise.verdict(lambda v, weight=1.0: 100 * centred(v, weight)).wrong == "", (
        "no shares were asked"
    )


def test_a_list_appended_to_is_an_input_changed():
    task = Exercise(
        name="longer",
        lesson="00",
        reference=lambda items: [*items, 0],
        cases=(Case([1]), Case([2, 3])),
        hints=("a", "b", "c"),
        wrong=(Wrong("same", lambda items: list(items), "Nothing was added."),),
    )
    outcome = task.verdict(lambda items: items.append(0) or items)
    assert outcome.wrong == "changes_its_input"


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda v, weight=1.0: 3.0, "A single number came; an array of shape (3,) is needed."),
        (lambda v, weight=1.0: v[:, None], "An array of shape (3, 1) came; shape (3,) is needed."),
        (lambda v, weight=1.0: "three", "An array of floats of shape (3,) is needed; a string came."),
        (lambda v, weight=1.0: v > 0, "Floats are needed; bools came."),
        (
            lambda v, weight=1.0: centred(v, weight) + np.nan,
            "3 of the 3 numbers came out NaN (“not a number”).",
        ),
        (lambda v, weight=1.0: centred(v, weight) + 1, "All of the 3 values differ."),
        (lambda v, weight=1.0: (x for x in v), "yield where it should say return"),
    ],
)
def test_an_unknown_mistake_is_told_by_what_came_and_what_is_needed(exercise, function, said):
    outcome = exercise.verdict(function)
    assert (outcome.kind, outcome.wrong) == ("not right yet", "")
    assert said in outcome.reply


def test_the_smallest_failing_case_is_shown_with_input_result_and_expected(exercise):
    outcome = exercise.verdict(lambda v, weight=1.0: v)
    assert dict(outcome.shown) == {
        "Input": "values = [1., 2., 6.]",
        "Your result": "[1., 2., 6.]",
        "Expected": "[-2., -1.,  3.]",
    }


def test_a_mistake_that_shows_only_on_a_later_case_is_shown_on_that_case(exercise):
    outcome = exercise.verdict(exercise.wrong[2].function)
    assert dict(outcome.shown)["Input"] == "values = [0., 4.]\nweight = 2"


def test_a_crash_shows_the_innermost_line_of_the_learners_own(exercise):
    def helper(values):
        return np.linalg.inv(values)

    def crashes(values, weight=1.0):
        middle = helper(values)
        return values - middle

    shown = dict(exercise.verdict(crashes).shown)
    assert shown["Your line"] == "line 2 of helper:  return np.linalg.inv(values)"
    assert shown["Error"].startswith("LinAlgError")
    assert shown["Input"] == "values = [1., 2., 6.]"


def test_a_crash_in_a_notebook_cell_shows_the_line_of_that_cell(exercise):
    shell = InteractiveShell()
    shell.run_cell("def crashes(values, weight=1.0):\n    total = 0\n    return values[7]\n")
    shown = dict(exercise.verdict(shell.user_ns["crashes"]).shown)
    assert shown["Your line"] == "line 3 of crashes:  return values[7]"


def test_a_crash_without_source_still_tells_the_line(exercise):
    space = {}
    exec(compile("def f(values, weight=1.0):\n    return values[7]", "nowhere", "exec"), space)
    assert dict(exercise.verdict(space["f"]).shown)["Your line"] == "line 2 of f"


@pytest.mark.parametrize("ending", [SystemExit, RecursionError, MemoryError, BaseException, StopIteration])
def test_whatever_a_function_raises_it_is_a_crash(exercise, ending):
    def ends(values, weight=1.0):
        raise ending

    assert exercise.verdict(ends).kind == "it crashed"


def test_an_interrupt_by_the_learner_goes_through(exercise):
    def interrupted(values, weight=1.0):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exercise.verdict(interrupted)


def test_an_error_that_cannot_be_printed_is_a_crash_all_the_same(exercise):
    class Unprintable(Exception):
        def __str__(self):
            raise RuntimeError

    def ends(values, weight=1.0):
        raise Unprintable

    assert "cannot be shown" in dict(exercise.verdict(ends).shown)["Error"]


def test_a_wrong_signature_is_told_with_the_right_one(exercise):
    outcome = exercise.verdict(lambda: 3)
    assert outcome.kind == "not right yet"
    assert "`centred(values, weight=1.0)`" in outcome.reply


def test_a_value_in_place_of_the_function_is_told(exercise):
    outcome = exercise.verdict(centred(np.array([1.0, 2.0])))
    assert "check.centred(centred)" in outcome.reply


def test_an_async_function_is_told_and_leaves_no_warning_behind(exercise, recwarn):
    async def waits(values, weight=1.0):
        return values

    outcome = exercise.verdict(waits)
    assert "a coroutine came" in outcome.reply
    gc.collect()
    assert len(recwarn) == 0


def test_warnings_of_a_learners_function_stay_out_of_the_notebook(exercise, recwarn):
    exercise.verdict(lambda v, weight=1.0: np.log(v - v))
    assert len(recwarn) == 0


@dataclasses.dataclass(frozen=True)
class Pair:
    low: float
    values: np.ndarray


@pytest.mark.parametrize(
    ("reference", "wrong"),
    [
        (lambda n: n > 2, lambda n: n < 2),
        (lambda n: n / 2, lambda n: n / 3),
        (lambda n: "ab"[n % 2], lambda n: "ba"[n % 2]),
        (lambda n: (n, np.arange(n)), lambda n: (n, np.arange(n) + 1)),
        (lambda n: Pair(n, np.ones(n)), lambda n: Pair(n, np.zeros(n))),
        (lambda n: {"low": n}, lambda n: {"low": -n}),
        (lambda n: np.arange(n) > 1, lambda n: np.arange(n) < 1),
    ],
    ids=["bool", "float", "str", "tuple", "dataclass", "dict", "bools"],
)
def test_results_of_every_kind_are_judged(reference, wrong):
    task = Exercise(
        name="task",
        lesson="00",
        reference=reference,
        cases=(Case(1), Case(3), Case(4)),
        hints=("a", "b", "c"),
        wrong=(Wrong("wrong", wrong, "Not that one."),),
    )
    check_exercise_laws(task, lambda n: None)


def changed(**changes):
    return {**DEMONSTRATION, **changes}


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (changed(hints=("one", "two")), "It needs three"),
        (changed(hints=("one", "two", " ")), "It needs three"),
        (changed(wrong=()), "knows no wrong answers"),
        (changed(cases=DEMONSTRATION["cases"][:1]), "at least two"),
        (changed(name="two words"), "name that a function can have"),
        (changed(wrong=(*DEMONSTRATION["wrong"], Wrong("twin", lambda v, weight=1: -weight * (v - v.mean()), "New."))),
         "'sign_flipped' and 'twin' give the same results"),
        (changed(wrong=(Wrong("right", lambda v, weight=1.0: centred(v, weight), "No."),)), "is right on all cases"),
        (changed(wrong=(Wrong("breaks", lambda v, weight=1.0: 1 / 0, "No."),)), "ZeroDivisionError"),
        (changed(wrong=(Wrong("mute", lambda v, weight=1.0: v, ""),)), "without a reply"),
        (changed(wrong=(*DEMONSTRATION["wrong"], Wrong("median", lambda v, weight=1.0: v, "New."))), "the same name"),
        (changed(wrong=(*DEMONSTRATION["wrong"], Wrong("echo", lambda v, weight=1.0: v,
                                                       "The sign is the other way round."))), "the same reply"),
        (changed(reference=lambda v, weight=1.0: v.fill(0)), "changes its input"),
        (changed(returns=("one", "other")), "names 2 returned numbers"),
    ],
)  # fmt: skip
def test_an_unfinished_exercise_is_refused_when_it_is_made(parts, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        Exercise(**parts)


def test_the_three_hints_come_one_by_one_and_begin_again(exercise, displayed):
    for _ in range(4):
        exercise.hint()
    assert [aside.heading for aside in displayed] == [f"Hint {n} of 3 for centred" for n in (1, 2, 3, 1)]
    assert displayed[1].reply == "Take the mean away."
    solution = ["solution()" in aside.reply for aside in displayed]
    assert solution == [False, False, True, False], "who has seen all hints learns of the solution"


def test_the_solution_is_the_source_of_the_packages_function(exercise, displayed):
    exercise.solution()
    assert displayed[0].code == inspect.getsource(centred).rstrip()
    assert "centred" in displayed[0].heading


def test_the_solution_shows_the_function_as_a_learner_writes_it_without_types(displayed):
    def _typed(guess: dict[str, int], weight: float = 1.0) -> tuple[float, float]:
        """Says what."""
        # and how
        return weight * guess["a"], 0.0

    parts = {
        "name": "typed", "lesson": "00", "cases": (Case({"a": 1}), Case({"a": 2})), "hints": ("a", "b", "c"),
        "wrong": (Wrong("zero", lambda guess: (0.0, 0.0), "Zero."),),
    }  # fmt: skip
    Exercise(reference=_typed, **parts).solution()
    assert displayed[0].code.splitlines() == [
        "def typed(guess, weight=1.0):",
        '    """Says what."""',
        "    # and how",
        '    return weight * guess["a"], 0.0',
    ]
    Exercise(reference=lambda guess: (guess["a"], 1.0), **parts).solution()
    assert 'lambda guess: (guess["a"], 1.0)' in displayed[1].code


def test_no_outcome_shows_the_solution(exercise):
    solution = inspect.getsource(centred).splitlines()[-1].strip()
    for function in (stub, lambda v, weight=1.0: 1 / 0, *(wrong.function for wrong in exercise.wrong)):
        assert solution not in repr(exercise.verdict(function))


def test_the_repr_says_what_to_do_and_is_the_same_each_time(exercise):
    assert repr(exercise) == repr(Exercise(**DEMONSTRATION))
    assert "centred(values, weight=1.0)" in repr(exercise)
    assert "0x" not in repr(exercise)


def test_a_check_displays_through_the_notebook_and_the_same_each_time(exercise, capsys):
    exercise(stub)
    first = capsys.readouterr().out
    Exercise(**DEMONSTRATION)(stub)
    assert capsys.readouterr().out == first
    assert first.startswith("○ centred: not yet tried\n")


class Texts(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.text, self.status = [], [], 0

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        self.status += ("role", "status") in attributes

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def test_the_html_says_the_same_as_the_text_and_is_announced(exercise):
    for function in (
        stub,
        lambda v, weight=1.0: v < 0,
        exercise.wrong[0].function,
        lambda v, weight=1.0: 1 / 0,
    ):
        outcome = exercise.verdict(function)
        bundle = outcome._repr_mimebundle_()
        page = Texts()
        page.feed(bundle["text/html"])
        assert page.status == 1
        assert page.open == []
        squeezed = re.sub(r"[\s`]", "", "".join(page.text))
        assert squeezed == re.sub(r"[\s`]", "", bundle["text/plain"])


def test_what_a_learner_returns_cannot_become_markup(exercise):
    outcome = exercise.verdict(lambda v, weight=1.0: "<script>alert(1)</script>")
    assert "<script>" not in outcome._repr_mimebundle_()["text/html"]
    assert marked("`<b>`") == "<code>&lt;b&gt;</code>"


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("page", ["#ffffff", "#111111"])
def test_the_colours_stand_out_on_a_light_and_on_a_dark_page(page):
    for kind, (_, colour) in _LOOKS.items():
        dark, light = sorted((luminance(colour), luminance(page)))
        assert (light + 0.05) / (dark + 0.05) >= 3, (kind, page)
