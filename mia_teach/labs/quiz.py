"""A quiz: each choice has its own reply, and the first answer to each question counts."""

from dataclasses import dataclass
from typing import ClassVar

import traitlets

from mia_teach.labs.lab import Lab, browser_files


@dataclass(frozen=True)
class Choice:
    """One possible answer and what the quiz replies to it.

    Args:
        text: the answer.
        reply: why it is right, or what is wrong about just this thought.
        wrong: the name of the misconception behind it; the right choice has none.
    """

    text: str
    reply: str
    wrong: str = ""

    def __post_init__(self):
        if not self.text.strip():
            raise ValueError("A choice of a quiz came without a text.")
        if not self.reply.strip():
            raise ValueError(
                f"The choice {self.text!r} has no reply. Say why it is right or what is wrong about it."
            )


@dataclass(frozen=True)
class Question:
    """A question with its choices, exactly one of which is right.

    >>> Question("Who wins?", [Choice("The adversary", "Always."), Choice("Nobody", "Look again.", wrong="no_game")]).right
    0
    """

    text: str
    choices: tuple[Choice, ...]
    name: str = ""

    def __post_init__(self):
        object.__setattr__(self, "choices", tuple(self.choices))
        if not self.text.strip():
            raise ValueError("A question came without a text.")
        if len(self.choices) < 2:
            raise ValueError(
                f"The question {self.text!r} has {len(self.choices)} choices; it needs at least two."
            )
        right = sum(not choice.wrong for choice in self.choices)
        if right != 1:
            raise ValueError(
                f"The question {self.text!r} has {right} right choices; exactly one choice is right, "
                "and every other one names its misconception with wrong=."
            )

    @property
    def right(self) -> int:
        """The number of the right choice, from 0."""
        return next(i for i, choice in enumerate(self.choices) if not choice.wrong)


class Quiz(Lab):
    """Multiple-choice questions, to be answered by choosing and checking.

    ``quiz.score`` counts the questions that were right at the first answer. Afterwards every other choice may be
    checked too: each has a reply. What was answered earlier stands there again when the cell is run again.

    >>> choices = [Choice("12 of 899", "Yes."), Choice("887 of 899", "Those were missed.", wrong="counts_the_missed")]
    >>> quiz = Quiz([Question("A TPR of 1.3 % is …", choices)])
    >>> quiz.check(0, 1).score, quiz.check(0, 0).score
    (0, 0)
    """

    _esm, _css = browser_files(__file__)
    controls = ("answers", "first")
    kind: ClassVar[str] = "quiz"  # among the learner's answers

    title = traitlets.Unicode("Quiz").tag(sync=True)
    answers = traitlets.List(traitlets.Int(), help="the choice checked last, a question; -1 for none").tag(
        sync=True
    )
    first = traitlets.List(traitlets.Int(), help="the choice checked first, a question; -1 for none").tag(
        sync=True
    )
    _questions = traitlets.List().tag(sync=True)

    def __init__(self, questions, *, lesson: str = "", name: str = "", **options):
        self.questions = tuple(questions)
        if not self.questions:
            raise ValueError("A quiz came without questions.")
        self.lesson, self.name = lesson, name or "quiz"
        kept = self.earlier(self.kind)
        entries = [kept.get(self._name_of(i), {}) for i in range(len(self.questions))]
        self._kept = [self._place(i, entry.get("choice")) for i, entry in enumerate(entries)]
        super().__init__(
            lesson=lesson,
            name=self.name,
            answers=list(self._kept),
            first=[self._place(i, entry.get("first")) for i, entry in enumerate(entries)],
            _questions=[
                {"text": q.text, "choices": [[c.text, c.reply, not c.wrong] for c in q.choices]}
                for q in self.questions
            ],
            **options,
        )

    @property
    def score(self) -> int:
        """How many questions were right at the first answer."""
        return self.values()["right_at_first"]

    def check(self, question: int, choice: int) -> "Quiz":
        """Answer a question, both counted from 0, where no panel can be shown."""
        self.answers = [choice if i == question else answer for i, answer in enumerate(self.answers)]
        return self

    def values_at(self, answers, first):
        return {
            "answered": sum(choice >= 0 for choice in first),
            "right_at_first": sum(q.right == choice for q, choice in zip(self.questions, first, strict=True)),
            "questions": len(self.questions),
        }

    def words(self, values):
        if not values["answered"]:
            return "Nothing answered yet. Your first answer to a question counts; after it, try the other choices too."
        return (
            f"{values['answered']} of {values['questions']} answered, "
            f"{values['right_at_first']} right at the first answer."
        )

    def lines(self):
        lines = []
        for number, (question, answer) in enumerate(zip(self.questions, self.answers, strict=True)):
            lines.append(f"{number + 1}. {question.text}")
            lines += [f"   ({'x' if i == answer else ' '}) {c.text}" for i, c in enumerate(question.choices)]
        return [*lines, *super().lines()]

    @traitlets.validate("answers", "first")
    def _possible(self, proposal):
        value = proposal.value
        if len(value) != len(self.questions):
            raise traitlets.TraitError(f"{len(value)} answers came for {len(self.questions)} questions.")
        for answer, question in zip(value, self.questions, strict=True):
            if not -1 <= answer < len(question.choices):
                raise traitlets.TraitError(
                    f"Choice {answer} came for {question.text!r}, which has no such choice."
                )
        return value

    @traitlets.observe("answers")
    def _answered(self, change):
        """Keep what is new. A busy kernel may hear of two answers at once: then the first is kept first."""
        if len(self.first) != len(self.questions):
            return  # still under construction
        self.first = [first if first >= 0 else now for first, now in zip(self.first, change.new, strict=True)]
        for number, (first, now) in enumerate(zip(self.first, change.new, strict=True)):
            news = [now] if self._kept[number] >= 0 or first == now else [first, now]
            for answer in news:
                if answer not in (-1, self._kept[number]):
                    self._kept[number] = answer
                    self._keep(number, answer, first)

    def _keep(self, number, answer, first):
        choices = self.questions[number].choices
        wrong = choices[answer].wrong
        fields = {"choice": choices[answer].text, "first": choices[first].text, "right": not wrong}
        self.keep(self.kind, self._name_of(number), **fields, **({"wrong": wrong} if wrong else {}))

    def _name_of(self, number):
        return f"{self.name}.{self.questions[number].name or number + 1}"

    def _place(self, number, text):
        """Which choice has this text, -1 for none: a choice that was reworded since is no answer any more."""
        return next((i for i, choice in enumerate(self.questions[number].choices) if choice.text == text), -1)
