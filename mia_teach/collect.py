"""Which misconceptions a room has: the progress files that learners chose to hand in, counted.

Nothing is sent anywhere: the files lie in a folder, and this reads them. What comes out holds counts and no names, neither
of learners nor of files. What the files say is compared with what the course knows, never shown as it stands. Of
predictions the course knows the lessons and not the names: one under any name counts if there is such a lesson.
"""

import hashlib
import json
import os
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from importlib.machinery import all_suffixes
from pathlib import Path

import nbformat

from mia_teach import course, exercises, progress
from mia_teach.calibration import is_scored
from mia_teach.kernel import kernel_manager
from mia_teach.plots import RatesDisplay
from mia_teach.rate import Interval, Rate, percent
from mia_teach.table import Table

# The notebook lies in a folder of its own, since Python imports what lies beside it: no file that somebody handed in may.
NOTEBOOK = "room/room.ipynb"
SMALL, TINY = 20, 5
SHOWN = 12
_BYTES = 2_000_000
_HANDED_OVER = ("submitted", "autograded")
_PACKED = {".zip", ".gz", ".tgz", ".7z", ".rar"}
_NEVER = {".ipynb", ".py", ".md", ".html", ".png", ".svg", ".pdf", ".csv", ".npz", ".db", ".lock"}
_MARK = "mia_teach"
# What the frame of every exercise notices by itself, beside the exercise's own wrong answers.
_ALWAYS = {
    "signature": "The function cannot be called as the exercise asks.",
    "list_for_array": "The values are right, in a list where an array is needed.",
    "changes_its_input": "The result is right, and the function changes what it was given.",
    "returns_nothing": "The function returns nothing.",
    "per_cent": "A hundred times too large: per cent where a share is asked.",
}


_CELLS = (
    (
        "text",
        "# What this room believes\n\n"
        "Counted from the files of answers that learners chose to hand in, which lie in the folder above. There are no names in "
        "here, and nothing leaves this machine. When more files have come, run all cells again; this notebook is yours to "
        "change, and no later count will overwrite what you changed.",
    ),
    (
        "code",
        'import mia_teach as mt\nfrom mia_teach.collect import Room\n\nroom = Room.read("..")\nroom',
    ),
    (
        "text",
        "## The quiz\n\nOnly first answers count: afterwards everybody is asked to try the other choices "
        "too. What stands on top of a sorted list owes something to luck: look at the intervals before you call it the "
        "room's first misconception.",
    ),
    ("code", "room.by_question"),
    ("code", "picture = room.picture(room.misconceptions)\nmt.show(picture, alt=picture.describe())"),
    ("code", "room.replies(room.misconceptions)"),
    ("text", "## The exercises\n\nA wrong answer counts once a learner, however often it was given."),
    ("code", "room.by_exercise"),
    ("code", "picture = room.picture(room.wrong_answers)\nmt.show(picture, alt=picture.describe())"),
    ("code", "room.replies(room.wrong_answers)"),
    (
        "text",
        "## The predictions\n\nWhere the diamond lies far to the right of the point and its bar, the truth surprised the "
        "room: worth talking about, and no fault of anybody's.",
    ),
    ("code", "room.by_prediction"),
    ("code", "picture = room.calibration()\nmt.show(picture, alt=picture.describe())"),
)


@dataclass(frozen=True)
class Finding:
    """One wrong answer in the room: where it was given, its name, what the course replies, and by how many."""

    lesson: str
    where: str
    name: str
    reply: str
    rate: Rate


@dataclass(frozen=True, repr=False)
class Room:
    """The answers of some learners, without their names.

    Args:
        learners: of each learner all answers, as ``progress.read()`` gives them.
        refused: a sentence for each file that is not counted; these name files.
        files: how many files the answers come from.
    """

    learners: tuple[dict, ...]
    refused: tuple[str, ...] = ()
    files: int = 0

    @classmethod
    def read(cls, folder: str | Path = ".") -> "Room":
        """The room of all progress files in a folder and below it, whatever they are called.

        Two files are one learner's when they lie in the same learner's folder of nbgrader's ``submitted/`` or when they
        carry the same id, as a copy and an earlier state of one file do; then each answer counts once. An id in several
        learners' folders was handed out with an assignment, and says nothing about who they are.

        Raises:
            FileNotFoundError: when there is no such folder.
        """
        folder = Path(folder).expanduser()
        if not folder.is_dir():
            raise FileNotFoundError(f"There is no folder {folder}. Name the one that the files lie in.")
        found, refused = [], []
        for path in _files(folder):
            inside = path.relative_to(folder)
            content, sentence = _content(path, inside.as_posix())
            if content:
                found.append(
                    (_handed_over_by(os.path.basename(os.path.abspath(folder)), *inside.parts), content)
                )
            elif sentence:
                refused.append(sentence)
        return cls(tuple(_by_learner(found)), tuple(refused), len(found))

    def __len__(self) -> int:
        return len(self.learners)

    @cached_property
    def wrong_answers(self) -> list[Finding]:
        """The named wrong answers to exercises, the most frequent first: learners who gave it, of those who tried."""
        found = []
        for lesson, module in self._modules():
            for name, exercise in exercises.exercises_of(module.__name__.rpartition(".")[2]).items():
                entries = self._entries(lesson, "exercise", name)
                met = Counter(
                    wrong for entry in entries for wrong, n in entry.get("met", {}).items() if n > 0
                )
                replies = {**_ALWAYS, **{wrong.name: wrong.reply for wrong in exercise.wrong}}
                found += [
                    Finding(lesson, name, wrong, reply, Rate(met[wrong], len(entries)))
                    for wrong, reply in replies.items()
                    if met[wrong]
                ]
        return _frequent_first(found)

    @cached_property
    def misconceptions(self) -> list[Finding]:
        """The wrong first answers to quiz questions, the most frequent first: learners who gave it, of those who answered.

        Later answers do not count, for a learner is asked to try the other choices as well.
        """
        found = []
        for lesson, module in self._modules():
            for question in module.quiz.questions:
                entries = self._answered(lesson, question)
                first = Counter(entry["first"] for entry in entries if isinstance(entry.get("first"), str))
                found += [
                    Finding(lesson, question.text, c.wrong, c.reply, Rate(first[c.text], len(entries)))
                    for c in question.choices
                    if c.wrong and first[c.text]
                ]
        return _frequent_first(found)

    @property
    def by_exercise(self) -> Table:
        """Each exercise that somebody tried: how many did it, and the wrong answer given most."""
        rows = []
        for lesson, module in self._modules():
            for name in exercises.exercises_of(module.__name__.rpartition(".")[2]):
                entries = self._entries(lesson, "exercise", name)
                if entries:
                    done = Rate(sum(entry.get("outcome") == "done" for entry in entries), len(entries))
                    rows.append((lesson, name, _share(done), _most(self.wrong_answers, lesson, name)))
        caption = (
            "Exercises: learners who got it done, of those who tried; and the wrong answer given by most."
        )
        return Table(caption, ("lesson", "exercise", "done", "most given wrong answer"), rows)

    @property
    def by_question(self) -> Table:
        """Each quiz question that somebody answered: how many were right at first, and the misconception met most."""
        rows = []
        for lesson, module in self._modules():
            for question in module.quiz.questions:
                entries = self._answered(lesson, question)
                if entries:
                    right = Rate(sum(entry["right_at_first"] for entry in entries), len(entries))
                    most = _most(self.misconceptions, lesson, question.text)
                    rows.append((lesson, question.name.replace("_", " "), _share(right), most))
        caption = "Quiz: learners who were right at the first answer, of those who answered; and the wrong choice made by most."
        return Table(caption, ("lesson", "question", "right at first", "most made wrong choice"), rows)

    @property
    def by_prediction(self) -> Table:
        """Each prediction that was scored: how sure the room was, and how many were right."""
        rows = [
            (lesson, percent(sure, ".0%"), _share(rate)) for lesson, sure, rate in self._scored_by_question()
        ]
        caption = "Predictions: how sure the learners were on average, and how many came true."
        return Table(caption, ("lesson", "sure", "came true"), rows)

    @property
    def overconfidence(self) -> Interval | None:
        """Mean over the learners of (sure − right), with Student's interval; None where there can be no such interval.

        Learners are the repetitions, for the predictions of one learner, and those of a room on one question, go
        together. It holds for these questions: others would have surprised differently. Where nobody was right,
        or everybody, or all differ alike, the spread is not that of other learners: six who are 90 % sure and wrong
        would get an interval without any width.
        """
        each = self._surer_than_right
        outcomes = {entry["right"] for content in self.learners for _, entry in _scored(content)}
        spread = len(outcomes) == 2 and max(each) - min(each) > 1e-9
        return Interval.from_values(each, within=(-1.0, 1.0)) if spread else None

    def replies(self, findings: list[Finding], most: int = SHOWN) -> Table:
        """Wrong answers with the course's reply to each, the most frequent first."""
        rows = [
            (f"{one.lesson} {one.where}", one.name.replace("_", " "), _share(one.rate), one.reply)
            for one in findings[:most]
        ]
        left = len(findings) - most
        caption = "What the room believes, and what the course replies." + (
            f" {left} rarer ones are left out." if left > 0 else ""
        )
        return Table(caption, ("where", "wrong answer", "learners", "reply"), rows)

    def picture(self, findings: list[Finding], most: int = SHOWN) -> RatesDisplay:
        """The same as shares with intervals."""
        shown = findings[:most]
        names = [f"{one.lesson} {one.name.replace('_', ' ')}" for one in shown]
        return RatesDisplay(names, [one.rate for one in shown], of="those who answered it")

    def calibration(self) -> RatesDisplay:
        """Each prediction: how many came true, and beside it how sure the room was on average."""
        points = self._scored_by_question()
        return RatesDisplay(
            [f"lesson {lesson}" for lesson, *_ in points],
            [rate for *_, rate in points],
            of="those who predicted",
            beside=[sure for _, sure, _ in points],
            names_of=("came true", "how sure, on average"),
        )

    def __repr__(self) -> str:
        n = len(self)
        lines = [f"{n} learner{'' if n == 1 else 's'} handed in answers."]
        if not n:
            lines = [
                "No answers are here yet. Ask learners for the file progress.json beside their lessons; nobody has to."
            ]
        elif n < TINY:
            lines.append(
                "So few are no room: an interval here says next to nothing, and a count may point at one person. "
                "Look at it by yourself, and do not show it to them."
            )
        elif n < SMALL:
            lines.append(
                "A small room: look at the intervals before you compare two counts, and remember that a count of one is "
                "somebody who may sit before you."
            )
        if self.files > n:
            lines.append(f"They come in {self.files} files; an answer that stands in several counts once.")
        if self.overconfidence is not None:
            lines.append(_in_words(self.overconfidence))
        elif len(self._surer_than_right) > 1:
            lines.append(_without_interval(self._surer_than_right))
        if self.refused:
            files = "1 file was" if len(self.refused) == 1 else f"{len(self.refused)} files were"
            lines.append(f"{files} not counted; `room.refused` says which and why.")
        return "\n".join(lines)

    def _modules(self):
        """Number and module of each lesson that somebody answered something in, in order."""
        there = {lesson for content in self.learners for lesson in content["lessons"]}
        return [(lesson, module) for lesson in sorted(there) if (module := exercises.of_lesson(lesson))]

    def _entries(self, lesson, kind, name):
        kept = [content["lessons"].get(lesson, {}).get(kind, {}).get(name) for content in self.learners]
        return [entry for entry in kept if entry]

    def _answered(self, lesson, question):
        entries = self._entries(lesson, "quiz", f"quiz.{question.name}")
        return [entry for entry in entries if isinstance(entry.get("right_at_first"), bool)]

    @cached_property
    def _surer_than_right(self) -> list[float]:
        """Of each learner who predicted, the mean of (sure − right)."""
        scored = [[entry for _, entry in _scored(content)] for content in self.learners]
        return [sum(e["confidence"] - e["right"] for e in one) / len(one) for one in scored if one]

    def _scored_by_question(self):
        scored = defaultdict(list)
        for content in self.learners:
            for question, entry in _scored(content):
                scored[question].append((entry["confidence"], entry["right"]))
        return [
            (lesson, sum(c for c, _ in pairs) / len(pairs), Rate(sum(r for _, r in pairs), len(pairs)))
            for (lesson, _), pairs in sorted(scored.items())
        ]


def write_notebook(folder: Path) -> tuple[Path, bool]:
    """Put a notebook that shows the room into a folder beside the files, executed; gives its path and whether it was written.

    One that the lecturer has changed is theirs and stays as it is; run again it shows the new counts. Where no kernel
    can be started the notebook is written without outputs.

    Raises:
        CourseTroubleError: when the folder cannot be written, or holds what the notebook could import.
    """
    path = folder / NOTEBOOK
    foreign = _importable(path.parent)
    if foreign:
        raise course.CourseTroubleError(
            f"The notebook beside {foreign[0]} could run it in the place of the course's own code. Move it out of that "
            "folder, then collect again."
        )
    if path.exists() and not _is_ours(path):
        return path, False
    book = _notebook()
    try:
        path.parent.mkdir(exist_ok=True)
        try:
            _execute(book, path.parent)
        except (ImportError, RuntimeError, TimeoutError, OSError):
            # Without a kernel, which a lecturer may not have here, the cells can still be run elsewhere. What a cell of
            # ours fails with is a fault of ours, and is not hidden.
            book = _notebook()
        course.put(path, (nbformat.writes(book, version=4) + "\n").encode())
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise course.CourseTroubleError(
            f"{path} cannot be written ({reason}). Copy the files into a folder of your own, then collect there."
        ) from error
    return path, True


def _notebook():
    cells = []
    for number, (kind, text) in enumerate(_CELLS, 1):
        new = nbformat.v4.new_markdown_cell if kind == "text" else nbformat.v4.new_code_cell
        cells.append(new(text, id=f"room-{number}"))
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, _MARK: {"sources": _sources(cells)}}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def _is_ours(path: Path) -> bool:
    """Whether the notebook's cells are as they were written here."""
    try:
        book = json.loads(path.read_text("utf-8"))
        return book["metadata"][_MARK]["sources"] == _sources(book["cells"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False


def _sources(cells) -> str:
    """What the cells say, without their outputs, in short."""
    return hashlib.sha256("\0".join("".join(cell["source"]) for cell in cells).encode()).hexdigest()


def _importable(folder: Path) -> list[Path]:
    """What a notebook in this folder could import from it: modules and packages."""
    there = [*folder.glob("*"), *folder.glob("*/__init__.*")]
    return sorted(path for path in there if path.name.endswith(tuple(all_suffixes())))


def _execute(book, folder: Path) -> None:
    from nbclient import NotebookClient

    with tempfile.TemporaryDirectory() as sockets:
        manager, resources = kernel_manager(Path(sockets)), {"metadata": {"path": str(folder)}}
        client = NotebookClient(book, km=manager, timeout=300, record_timing=False, resources=resources)
        client.owns_km = True
        client.execute()


def _files(folder: Path):
    """The files that may be a learner's: none that is hidden; of nbgrader's folders only what was handed in."""
    for place, folders, names in os.walk(folder):
        nbgrader = "submitted" in folders
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and (not nbgrader or name in _HANDED_OVER)
        )
        for name in sorted(names):
            path = Path(place, name)
            if not nbgrader and not name.startswith(".") and path.suffix.lower() not in _NEVER:
                yield path


def _content(path: Path, name: str) -> tuple[dict | None, str]:
    """The answers in a file, or why it is not counted; neither for a file that never meant to be one of answers."""
    if path.suffix.lower() in _PACKED:
        return None, f"{name} is packed. Unpack it and collect again."
    meant = path.suffix.lower() == ".json" or "progress" in path.name.lower()
    try:
        if path.stat().st_size > _BYTES:
            return None, f"{name} is far larger than a file of answers ever is." if meant else ""
        if not progress.is_understood(path):
            return None, f"{name} is no file of answers, or is damaged." if meant else ""
        content = progress.read(path)
    except OSError as error:
        return None, f"{name} cannot be read ({error.strerror or type(error).__name__})."
    return (content, "") if content["lessons"] else (None, f"{name} holds no answers.")


def _handed_over_by(*parts: str) -> str:
    """The learner's folder in nbgrader's submitted/LEARNER/LESSON/FILE, or "" elsewhere.

    >>> _handed_over_by("course", "submitted", "learner", "02_threshold", "progress.json"), _handed_over_by("course", "a.json")
    ('learner', '')
    """
    return next((parts[at + 1] for at, part in enumerate(parts[:-3]) if part in _HANDED_OVER), "")


def _id(content: dict) -> str:
    """The file's id, or "" where it has none."""
    return content["id"] if isinstance(content.get("id"), str) else ""


def _by_learner(found: list[tuple[str, dict]]) -> list[dict]:
    """One content a learner."""
    folders = defaultdict(set)
    for who, content in found:
        if who:
            folders[_id(content)].add(who)
    learners: dict[tuple, dict] = {}
    for who, content in found:
        same = _id(content)
        if not who and same and len(folders[same]) == 1:
            [who] = folders[same]
        if who:
            key = ("folder", who)
        elif same:
            key = ("id", same)
        else:
            key = ("content", json.dumps(content, sort_keys=True))
        learners[key] = _together(learners[key], content) if key in learners else content
    return list(learners.values())


def _together(one: dict, other: dict) -> dict:
    """All answers of two files of one learner; of the same answer in both, the one that went further."""
    lessons: dict = {}
    for content in (one, other):
        for lesson, kinds in content["lessons"].items():
            for kind, entries in kinds.items():
                kept = lessons.setdefault(lesson, {}).setdefault(kind, {})
                for name, entry in entries.items():
                    if name not in kept or _extent(entry) > _extent(kept[name]):
                        kept[name] = entry
    return {**one, "lessons": lessons}


def _extent(entry: dict) -> tuple:
    """How far an answer went: done or scored, after how many tries and mistakes."""
    settled = entry.get("outcome") == "done" or entry.get("met") is True or "truth" in entry
    met = entry.get("met")
    return settled, entry.get("tries", 0), sum(met.values()) if isinstance(met, dict) else 0


def _scored(content: dict):
    """The scored predictions of one learner, as ((lesson, name), entry), in lessons that there are."""
    for lesson, kinds in content["lessons"].items():
        for name, entry in kinds.get("prediction", {}).items():
            if is_scored(entry) and exercises.of_lesson(lesson):
                yield (lesson, name), entry


def _frequent_first(findings: list[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda one: (-one.rate.hits, -one.rate.value, one.lesson))


def _most(findings: list[Finding], lesson: str, where: str) -> str:
    """The most frequent finding at one place, in words."""
    here = [one for one in findings if (one.lesson, one.where) == (lesson, where)]
    return f"{here[0].name.replace('_', ' ')}: {here[0].rate.hits}" if here else ""


def _share(rate: Rate) -> str:
    ends = f"{percent(rate.low, '.0%')} to {percent(rate.high, '.0%')}"
    return f"{rate.hits} of {rate.total} ({ends})"


def _without_interval(each: list[float]) -> str:
    by = round(100 * sum(each) / len(each))
    which = (
        f"{abs(by)} percentage points {'surer' if by > 0 else 'less sure'} than" if by else "just as sure as"
    )
    return (
        f"On average they were {which} right. Nothing in these answers shows how far others would differ, so there is no "
        "interval."
    )


def _in_words(over: Interval) -> str:
    points = [f"{abs(100 * end):.0f}" for end in (over.low, over.high)]
    mean = f"{abs(100 * over.value):.0f} percentage points"
    if over.low > 0:
        return f"On average they were {mean} surer than right ({points[0]} to {points[1]}, over learners)."
    if over.high < 0:
        return (
            f"On average they were {mean} less sure than right ({points[1]} to {points[0]}, over learners)."
        )
    ends = f"from {100 * over.low:.0f} to {100 * over.high:.0f}".replace("-", "−")
    return (
        f"Whether they were surer than right cannot be told: the difference is anything {ends} percentage points "
        "(over learners)."
    )
