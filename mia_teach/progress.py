"""What a learner has answered: one small JSON file in the course folder, and nothing that leaves it.

The file is ``progress.json`` in the working directory (a notebook's own folder), or the file that the environment
variable ``MIA_TEACH_PROGRESS`` names. It is made with the first answer, can be read by eye, and may be deleted at
any time. Five kinds of answers are kept:

==========  =====================================  ======================================================
kind        what to record                         what is kept
==========  =====================================  ======================================================
exercise    ``outcome="tried"`` or ``"done"``,     the best outcome so far; how often each known wrong
            ``wrong="its_name"``                   answer was met
prediction  ``guess=``, ``confidence=`` (0 to 1),  the guess as it stood when it was scored
            later ``right=True`` or ``False``
quiz        ``right=``, ``wrong="misconception"``  whether the first answer was right, how many tries, how
                                                   often each misconception was met
goal        ``met=True``                           that it was met once
recall      as for quiz                            the same, of an earlier lesson's question asked again
==========  =====================================  ======================================================

The file begins with an ``id`` drawn at random. It tells two copies of one file from the files of two learners, for
whoever is handed them; it says nothing about who the learner is.

A lesson never fails because of this file. ``record`` returns a sentence when the learner should hear of a trouble.
"""

import json
import math
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

KINDS = ("exercise", "prediction", "quiz", "goal", "recall")
_VERSION = 1
_LOCK_SECONDS = 10
# Folders whose trouble has been told: while a kernel lives a learner hears of it once, not after every answer.
_told: set[Path] = set()


def file() -> Path:
    """The file that holds the answers; it need not exist yet."""
    return Path(os.environ.get("MIA_TEACH_PROGRESS") or "progress.json").absolute()


def record(kind: str, lesson: str, name: str, **fields: object) -> str:
    """Keep one answer, and return a sentence for the learner if something went wrong with the file, else "".

    Two notebooks may record at the same moment: each reads, changes and replaces the file under a lock, and the
    new file takes the old one's place in one step, so that a kernel killed half-way leaves the old one whole.

    Raises:
        ValueError: if ``kind`` is none of the five; no answer of a learner can cause it.

    >>> import tempfile
    >>> os.environ["MIA_TEACH_PROGRESS"] = os.path.join(tempfile.mkdtemp(), "progress.json")
    >>> record("exercise", "02", "roc_points", outcome="tried", wrong="sign_flipped")
    ''
    >>> record("exercise", "02", "roc_points", outcome="done")
    ''
    >>> read()["lessons"]["02"]["exercise"]["roc_points"]
    {'met': {'sign_flipped': 1}, 'outcome': 'done'}
    >>> del os.environ["MIA_TEACH_PROGRESS"]
    """
    if kind not in KINDS:
        raise ValueError(f"Progress of the kind {kind!r} cannot be kept. Use one of {', '.join(KINDS)}.")
    fields = {key: _plain(value) for key, value in fields.items()}
    path = Path("progress.json")
    try:
        path = file().resolve()  # of a link, the file behind it is replaced and the link stays
        with FileLock(path.with_name(f".{path.name}.lock"), timeout=_LOCK_SECONDS):
            content, note = _read_or_begin(path)
            lesson_so_far = content["lessons"].setdefault(str(lesson), {})
            entry = lesson_so_far.setdefault(kind, {}).setdefault(str(name), {})
            _MERGE[kind](entry, fields)
            content.setdefault("id", secrets.token_hex(6))
            replace_file(
                path, (json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
            )
        return note
    except (OSError, NotImplementedError) as error:  # the second: a file system without locks
        if path in _told:
            return ""
        _told.add(path)
        reason = getattr(error, "strerror", None) or type(error).__name__
        return (
            f"Your answers are not being kept: {path} cannot be written ({reason}). The course goes on without it; "
            "to keep them, open the lessons in a folder that you may write to."
        )


def read(path: Path | None = None) -> dict:
    """All answers so far: ``{"version": 1, "lessons": {lesson: {kind: {name: fields}}}}``; empty when there are none.

    A file that is missing or cannot be understood reads as empty and stays as it is.
    """
    try:
        content = _decode((path or file()).read_bytes())
    except OSError:
        content = None
    return content or _empty()


def is_understood(path: Path) -> bool:
    """Whether the file at ``path`` holds answers that can be read."""
    try:
        return _decode(path.read_bytes()) is not None
    except OSError:
        return False


@dataclass(frozen=True, repr=False)
class LessonProgress:
    """One lesson's answers, counted.

    ``brier`` is the mean of (confidence − right)² over the scored predictions, None without any: 0 for someone who
    is always sure and right, 0.25 for someone who always says "fifty-fifty", 1 for always sure and wrong.
    Source: Brier, Verification of forecasts expressed in terms of probability, 1950.
    """

    lesson: str
    exercises_done: int
    exercises_tried: int
    predictions: int
    brier: float | None
    quiz_right_at_first: int
    quiz_answered: int
    goals_met: int
    recalled_right: int = 0
    recalled: int = 0

    def __repr__(self) -> str:
        parts = [
            f"{_count(n, 'exercise')} {word}"
            for n, word in ((self.exercises_done, "done"), (self.exercises_tried, "tried"))
            if n
        ]
        if self.predictions:
            score = "" if self.brier is None else f" with a Brier score of {self.brier:.2f}"
            parts.append(_count(self.predictions, "prediction") + score)
        if self.quiz_answered:
            parts.append(f"{self.quiz_right_at_first} of {self.quiz_answered} quiz questions right at first")
        if self.goals_met:
            parts.append(_count(self.goals_met, "goal") + " met")
        if self.recalled:
            parts.append(f"{self.recalled_right} of {_count(self.recalled, 'earlier question')} remembered")
        return f"Lesson {self.lesson} so far: {', '.join(parts) or 'nothing answered yet'}."

    def _repr_html_(self) -> str:
        return f'<p>{self!r} The whole course at a glance: <a href="home.ipynb">home</a>.</p>'


def _count(n, thing):
    return f"{n} {thing}" if n == 1 else f"{n} {thing}s"


def so_far(lesson: str) -> LessonProgress:
    """What this learner has done of one lesson, in words where it is shown.

    >>> so_far("99")
    Lesson 99 so far: nothing answered yet.
    """
    nothing = LessonProgress(lesson, 0, 0, 0, None, 0, 0, 0)
    return next((row for row in summary() if row.lesson == lesson), nothing)


def summary(content: dict | None = None) -> list[LessonProgress]:
    """One row for each lesson with an answer, in the order of the lessons.

    >>> summary({"lessons": {"00": {"prediction": {"wins": {"confidence": 0.8, "right": False}}}}})[0].brier.__round__(2)
    0.64
    """
    rows = []
    for lesson, kinds in sorted((read() if content is None else content)["lessons"].items()):
        exercises, predictions, quiz, goals, recalled = (list(kinds.get(kind, {}).values()) for kind in KINDS)
        done = sum(entry.get("outcome") == "done" for entry in exercises)
        misses = [
            (p["confidence"] - p["right"]) ** 2 for p in predictions if "right" in p and "confidence" in p
        ]
        rows.append(
            LessonProgress(
                lesson=lesson,
                exercises_done=done,
                exercises_tried=len(exercises) - done,
                predictions=len(predictions),
                brier=sum(misses) / len(misses) if misses else None,
                quiz_right_at_first=sum(entry.get("right_at_first") is True for entry in quiz),
                quiz_answered=len(quiz),
                goals_met=sum(entry.get("met") is True for entry in goals),
                recalled_right=sum(entry.get("right_at_first") is True for entry in recalled),
                recalled=len(recalled),
            )
        )
    return rows


def replace_file(path: Path, content: bytes) -> None:
    """Put ``content`` at ``path`` in one step: whoever reads sees the old file or the new one, never a half."""
    temporary = path.with_name(f".{path.name}.tmp")
    with open(temporary, "wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    for patience in (0.05, 0.2, 1.0):
        try:
            os.replace(temporary, path)
            return
        except PermissionError:  # Windows refuses for as long as another program is reading the file
            time.sleep(patience)
    os.replace(temporary, path)


def _empty() -> dict:
    return {"version": _VERSION, "lessons": {}}


def _read_or_begin(path: Path) -> tuple[dict, str]:
    """The answers so far and a sentence about what had to be put aside, if anything."""
    if not path.exists():
        return _empty(), ""
    content = _decode(path.read_bytes())
    if content is not None:
        return content, ""
    aside = path.with_name(f"{path.stem}.broken{path.suffix}")
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.stem}.broken-{number}{path.suffix}")
    os.replace(path, aside)
    return _empty(), (
        f"The file with your answers could not be read. It is kept as {aside.name}, and a new {path.name} begins here."
    )


def _decode(raw: bytes) -> dict | None:
    """The content, or None when it is not a progress file that the rest of this module can work with."""
    try:
        content = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    if not _is_table(content) or content.get("version") != _VERSION or not _is_table(content.get("lessons")):
        return None
    for kinds in content["lessons"].values():
        if not _is_table(kinds) or not kinds.keys() <= set(KINDS):
            return None
        for kind, entries in kinds.items():
            if not _is_table(entries) or not all(_is_entry(kind, entry) for entry in entries.values()):
                return None
    return content


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _is_entry(kind: str, entry: object) -> bool:
    """Whether merging and counting can rely on this entry's fields."""
    if not _is_table(entry):
        return False
    if kind == "goal":
        return isinstance(entry.get("met", False), bool)
    if kind == "prediction":
        return isinstance(entry.get("confidence", 0.5), int | float) and isinstance(
            entry.get("right", True), bool
        )
    met = entry.get("met", {})
    return (
        _is_table(met)
        and all(isinstance(n, int) for n in met.values())
        and isinstance(entry.get("tries", 0), int)
    )


def _merge_exercise(entry: dict, fields: dict) -> None:
    _count_wrong(entry, fields)
    if entry.get("outcome") == "done":
        fields.pop("outcome", None)
    entry.update(fields)


def _merge_prediction(entry: dict, fields: dict) -> None:
    if "right" not in entry:  # what is said after the answer is known is no prediction
        entry.update(fields)


def _merge_quiz(entry: dict, fields: dict) -> None:
    _count_wrong(entry, fields)
    if "right" in fields:
        entry.setdefault("right_at_first", fields["right"])
        entry["tries"] = entry.get("tries", 0) + 1
    entry.update(fields)


def _merge_goal(entry: dict, fields: dict) -> None:
    fields["met"] = bool(entry.get("met") or fields.get("met", True))
    entry.update(fields)


_MERGE = {
    "exercise": _merge_exercise,
    "prediction": _merge_prediction,
    "quiz": _merge_quiz,
    "goal": _merge_goal,
    "recall": _merge_quiz,
}


def _count_wrong(entry: dict, fields: dict) -> None:
    """Count the wrong answer or misconception that ``fields`` names, and take its name out of ``fields``."""
    wrong = fields.pop("wrong", None)
    if wrong:
        met = entry.setdefault("met", {})
        met[str(wrong)] = met.get(str(wrong), 0) + 1


def _plain(value: object) -> object:
    """The value as JSON can hold it: NumPy numbers become Python's, anything without a JSON form its words."""
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        value = value.item()
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return str(value)
