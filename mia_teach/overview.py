"""The course at a glance: where to go on, what is done, what to look at again, and how sure against how right."""

from dataclasses import dataclass
from html import escape

from mia_teach import course, progress
from mia_teach.calibration import Calibration, is_scored
from mia_teach.course import Card
from mia_teach.exercises import recall
from mia_teach.table import Table

QUESTIONS = 5
LISTED = 6


def home() -> "Home":
    """What this learner has done so far, from the file of answers in the working folder.

    >>> home().go_on  # doctest: +SKIP
    ('00_game.ipynb', '00 The membership game', 'The course begins there; it takes 20 minutes.')
    """
    path = progress.file()
    trouble = ""
    if path.exists() and not progress.is_understood(path):
        trouble = (
            f"{path.name} is there and cannot be read, so nothing of it is shown. Your next answer puts it aside under "
            "another name and begins a new one; nothing is thrown away."
        )
    return Home(tuple(course.cards()), progress.read(path), trouble)


@dataclass(frozen=True, repr=False)
class Home:
    """A learner's answers beside the lessons there are.

    Args:
        cards: the lessons, in order.
        content: all answers, as ``progress.read()`` gives them.
        trouble: a sentence when the file of answers cannot be read.
    """

    cards: tuple[Card, ...]
    content: dict
    trouble: str = ""

    @property
    def go_on(self) -> tuple[str, str, str]:
        """File and title of the lesson to open now, and a sentence why; two empty texts when there is none left."""
        if not self.cards:
            return "", "", "This installation holds no lessons. Install mia-teach again."
        begun = [card for card in self.cards if self.content["lessons"].get(card.number)]
        if not begun:
            first = self.cards[0]
            takes = f"; it takes {first.minutes} minutes" if first.minutes else ""
            return first.file, _named(first), f"The course begins there{takes}."
        last = begun[-1]
        if self._answered(last) < QUESTIONS:
            return last.file, _named(last), "You have begun it; its quiz still waits for answers."
        later = self.cards[self.cards.index(last) + 1 :]
        if not later:
            return "", "", "You have come to the end of the last lesson; below stands where to go next."
        takes = f" It takes {later[0].minutes} minutes." if later[0].minutes else ""
        return later[0].file, _named(later[0]), f"You have answered the quiz of lesson {last.number}.{takes}"

    @property
    def table(self) -> Table:
        """A row for every lesson: what is done of it."""
        rows = []
        by_number = {row.lesson: row for row in progress.summary(self.content)}
        for card in self.cards:
            row = by_number.get(card.number)
            rows.append(
                (
                    _named(card),
                    f"{card.minutes} min" if card.minutes else "",
                    self._exercises(card),
                    _of(row.quiz_right_at_first, row.quiz_answered) if row else "",
                    self._predicted(card),
                    str(row.goals_met) if row and row.goals_met else "",
                )
            )
        head = ("lesson", "time", "exercises done", "quiz, right at first", "prediction", "goals met")
        links = tuple((_named(card), card.file) for card in self.cards)
        return Table(
            "What you have done so far; an empty place is one you have not come to.", head, rows, links
        )

    @property
    def missed(self) -> list[tuple[Card, str]]:
        """Lesson and question, for each quiz question that was missed where it was asked last."""
        cards = {card.number: card for card in self.cards}
        found = []
        for number, name in recall.missed(self.content):
            asked = recall.question(number, name)
            if asked and number in cards:
                found.append((cards[number], asked.text))
        return found

    @property
    def open(self) -> list[tuple[Card, str]]:
        """Lesson and exercise, for each exercise that was tried and is not done."""
        found = []
        for card in self.cards:
            kept = self.content["lessons"].get(card.number, {}).get("exercise", {})
            for name in (*card.exercises, *card.stretch):
                if kept.get(name, {}).get("outcome") == "tried":
                    found.append((card, name))
        return found

    @property
    def calibration(self) -> Calibration:
        """All scored predictions."""
        return Calibration.from_answers(self.content)

    def __repr__(self) -> str:
        file, title, why = self.go_on
        lines = [f"Go on here: {title} ({file}). {why}" if file else why]
        if self.trouble:
            lines.insert(0, self.trouble)
        if not self.content["lessons"]:
            return "\n".join([*lines, "Nothing answered yet. Your progress will stand here."])
        lines += ["", repr(self.table)]
        for heading, items in self._again():
            lines += ["", heading, *(f"  lesson {card.number}: {text}" for card, text in items)]
        lines += ["", repr(self.calibration)]
        if display := self._picture():
            lines.append(display.describe())
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        file, title, why = self.go_on
        parts = [f"<p>{escape(self.trouble)}</p>"] if self.trouble else []
        there = f'Go on here: <a href="{escape(file)}">{escape(title)}</a>. ' if file else ""
        parts.append(f"<p><strong>{there}</strong>{escape(why)}</p>")
        if not self.content["lessons"]:
            parts.append("<p>Nothing answered yet. Your progress will stand here.</p>")
            return "".join(parts)
        parts.append(self.table._repr_html_())
        for heading, items in self._again():
            listed = "".join(
                f'<li><a href="{escape(card.file)}">lesson {card.number}</a>: {escape(text)}</li>'
                for card, text in items
            )
            parts.append(f"<p>{escape(heading)}</p><ul>{listed}</ul>")
        parts.append("".join(f"<p>{escape(line)}</p>" for line in repr(self.calibration).split("\n")))
        if display := self._picture():
            parts.append(_image(display))
        return "".join(parts)

    def _again(self):
        """What to look at again, under a heading each."""
        coming = "; the coming lessons begin with them" if self.go_on[0] else ""
        headings = (
            (f"Questions that you missed{coming}:", self.missed),
            ("Exercises that you tried and that are not done:", self.open),
        )
        for heading, items in headings:
            if items:
                more = len(items) - LISTED
                yield heading if more <= 0 else f"{heading[:-1]} ({more} more later):", items[:LISTED]

    def _picture(self):
        from mia_teach.plots import CalibrationDisplay

        calibration = self.calibration
        return CalibrationDisplay.from_calibration(calibration) if calibration.verdict else None

    def _answered(self, card):
        return len(self.content["lessons"].get(card.number, {}).get("quiz", {}))

    def _exercises(self, card):
        kept = self.content["lessons"].get(card.number, {}).get("exercise", {})
        if not kept:
            return ""
        done = [
            sum(kept.get(name, {}).get("outcome") == "done" for name in names)
            for names in (card.exercises, card.stretch)
        ]
        return _of(done[0], len(card.exercises)) + (" and the stretch" if done[1] else "")

    def _predicted(self, card):
        entries = self.content["lessons"].get(card.number, {}).get("prediction", {}).values()
        said = [
            f"{100 * entry['confidence']:.0f} % sure, {'hit' if entry['right'] else 'miss'}"
            for entry in entries
            if is_scored(entry)
        ]
        return ", ".join(said) or ("waits for its score" if entries else "")


def _named(card):
    return f"{card.number} {card.title}"


def _of(part, whole):
    return f"{part} of {whole}" if whole else ""


def _image(display):
    import base64

    from mia_teach.plots.figures import png

    picture = base64.b64encode(png(display.plot().figure_)).decode()
    return f'<img alt="{escape(display.describe())}" style="max-width:100%" src="data:image/png;base64,{picture}">'
