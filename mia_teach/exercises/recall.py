"""What is asked again at the start of a lesson: first what this learner missed, else two questions for spacing.

A question of an earlier quiz comes back as long as it was missed: where it was asked last, the first answer was wrong.
It does so in every lesson that follows. Answered rightly it rests for two lessons, comes back once more, and is then done with. A wrong answer begins it anew. Up to
three questions come back at once; with fewer than two, questions that everybody gets fill the place.

Why: what is called to mind stays, what is read again does not, and a pause before it makes it stay longer.
Sources: Roediger & Karpicke 2006, "Test-enhanced learning: taking memory tests improves long-term retention";
Cepeda et al. 2006, "Distributed practice in verbal recall tasks".
"""

from dataclasses import replace
from typing import ClassVar

import traitlets

from mia_teach import exercises, progress
from mia_teach.labs.quiz import Quiz

AT_MOST, AT_LEAST = 3, 2
REST = 3  # a question answered rightly in lesson 04 comes back in lesson 07
SPACED = {
    "01": (("00", "what_is_won"), ("00", "nine_of_twelve")),
    "02": (("00", "unbalanced_report"), ("01", "auc_means")),
    "03": (("00", "labels_only"), ("02", "reading_auc")),
    "04": (("01", "wrong_labels"), ("03", "whose_records")),
    "05": (("02", "resolution"), ("04", "few_shadows")),
    "06": (("03", "mismatch"), ("05", "too_much_noise")),
    "07": (("04", "weak_attack"), ("05", "gap_at_low_fpr")),
    "08": (("05", "what_masking_buys"), ("07", "ranking_and_promise")),
    "09": (("06", "judged_on_its_own"), ("08", "picked_and_judged")),
    "10": (("07", "sites_per_member"), ("09", "average_and_exposed")),
    "11": (("08", "twins"), ("10", "why_per_example")),
}
_QUIZ = "quiz."


class Recall(Quiz):
    """Questions of earlier lessons' quizzes in one panel; its answers are kept as those of the lesson it stands in."""

    kind: ClassVar[str] = "recall"
    title = traitlets.Unicode("From earlier lessons").tag(sync=True)

    def __init__(self, asked, *, lesson: str):
        self._asked = tuple(asked)
        super().__init__([question for _, question in self._asked], lesson=lesson, name="recall")

    def _name_of(self, number):
        earlier, question = self._asked[number]
        return f"{earlier}.{question.name}"


def recall(lesson: str) -> Recall:
    """The questions of earlier lessons with which a lesson begins.

    Raises:
        ValueError: for a lesson that no other comes before, or that there is not.

    >>> [question.name for question in recall("01").questions]
    ['what_is_won', 'nine_of_twelve']
    """
    if lesson not in SPACED:
        raise ValueError(
            f"Lesson {lesson!r} has no earlier lessons to recall; there are {', '.join(SPACED)}, as texts."
        )
    content = progress.read()
    panel = Recall(_questions(content, lesson), lesson=lesson)
    panel.note = _still_open(content, lesson)
    return panel


def due(content: dict, lesson: str) -> list[tuple[str, str]]:
    """The questions to ask again in this lesson as (lesson, name), the most pressing first.

    What was missed at the last answer comes before what rested; then what was missed more often; then the older.

    Args:
        content: all answers, as ``progress.read()`` gives them.
    """
    found = []
    for earlier, name, history in _histories(content, lesson):
        answers = [right for _, right in history]
        if all(answers):
            continue
        since = answers[::-1].index(False)
        rested = since == 1 and int(lesson) >= int(history[-1][0]) + REST
        if since == 0 or rested:
            found.append((since, answers.count(True) - len(answers), earlier, name))
    return [(earlier, name) for *_, earlier, name in sorted(found)]


def missed(content: dict) -> list[tuple[str, str]]:
    """The questions whose first answer was wrong where they were asked last, as (lesson, name), lesson by lesson."""
    histories = _histories(content, "99")
    return [(earlier, name) for earlier, name, history in histories if not history[-1][1]]


def question(lesson: str, name: str):
    """A lesson's quiz question of this name, or None if there is none."""
    module = exercises.of_lesson(lesson)
    questions = module.quiz.questions if module else ()
    return next((one for one in questions if one.name == name), None)


def _histories(content, before):
    """Of each question of the lessons before this one: (lesson, name, [(answered in, right at first), ...])."""
    lessons = sorted(number for number in content["lessons"] if number.isdecimal() and number < before)
    histories = {}
    for number in lessons:
        for kind, prefix in (("quiz", _QUIZ), ("recall", "")):
            for key, entry in content["lessons"][number].get(kind, {}).items():
                if not key.startswith(prefix) or not isinstance(entry.get("right_at_first"), bool):
                    continue
                earlier, _, name = key.partition(".")
                where = (number if kind == "quiz" else earlier, name)
                histories.setdefault(where, []).append((number, entry["right_at_first"]))
    return [(*where, history) for where, history in sorted(histories.items())]


def _questions(content, lesson):
    """The questions to show as (lesson, question), in the order of their lessons."""
    already = content["lessons"].get(lesson, {}).get("recall", {})
    before = [tuple(key.partition(".")[::2]) for key in already]
    pressing = due(content, lesson)
    chosen = {}
    for rank, where in enumerate([*before, *pressing, *SPACED[lesson]]):
        missing = rank >= len(before) + len(pressing)
        if len(chosen) >= (AT_LEAST if missing else AT_MOST):
            break
        if where not in chosen and (found := question(*where)):
            chosen[where] = _asked_again(found, where, lesson, again=where in pressing)
    return [(where[0], chosen[where]) for where in sorted(chosen, key=_place)]


def _place(where):
    """Where a question stands in the course."""
    lesson, name = where
    return lesson, [one.name for one in exercises.of_lesson(lesson).quiz.questions].index(name)


def _asked_again(found, where, lesson, *, again):
    """The question with a word on where it is from, and its choices in another order than there."""
    turn = 1 + int(lesson) % (len(found.choices) - 1)
    origin = f"lesson {where[0]}, missed" if again else f"lesson {where[0]}"
    return replace(
        found, text=f"{found.text} ({origin})", choices=found.choices[turn:] + found.choices[:turn]
    )


def _still_open(content, lesson):
    """A sentence about exercises of earlier lessons that were tried and are not done, or ""."""
    open_ones = [
        f"{name} (lesson {number})"
        for number, kinds in sorted(content["lessons"].items())
        if number < lesson
        for name, entry in kinds.get("exercise", {}).items()
        if entry.get("outcome") == "tried" and name.isidentifier()
    ]
    if not open_ones:
        return ""
    return f"Tried and not done yet: {', '.join(open_ones[:3])}{' and others' if len(open_ones) > 3 else ''}."
