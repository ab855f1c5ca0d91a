"""The lecturer's edition: what each lesson's notes hold, and that they speak of this lesson as it stands."""

import re
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import lessons_build as build
import pytest

from . import shipped

SOURCES = build.Places().sources([])
every_lesson = pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
LEADS = (
    "What goes wrong at the machine.",
    "What goes wrong in thinking.",
    "Predict (",
    "Timing of the whole lesson.",
    "When an answer is wrong.",
    "To discuss.",
)


@cache
def lesson(path: Path):
    return build.source.read(path)


def notes(path: Path) -> list[str]:
    """The notes' paragraphs, each on one line; an item of a list is a paragraph."""
    cells = [c.text for c in lesson(path).cells if c.audience == "instructor" and c.kind == "markdown"]
    parts = [part for text in cells for part in re.split(r"\n\s*\n|\n(?=- |\d\. )", text)]
    return [" ".join(part.split()) for part in parts]


def paragraph(path: Path, lead: str) -> str:
    """The one paragraph that begins with this bold lead."""
    [found] = [one for one in notes(path) if one.startswith(f"**{lead}")]
    return found


def items(path: Path, lead: str, mark: str) -> list[str]:
    """The list that follows the paragraph with this lead."""
    found = notes(path)
    start = found.index(paragraph(path, lead)) + 1
    end = next((i for i in range(start, len(found)) if not re.match(mark, found[i])), len(found))
    return [re.sub(f"^{mark}", "", one) for one in found[start:end]]


def learner_words(path: Path) -> str:
    return "\n".join(cell.text for cell in lesson(path).cells if cell.for_learners)


def minutes(path: Path) -> SimpleNamespace:
    """What the notes give each piece of the lesson, in minutes, and the card's own figure."""
    said = paragraph(path, "Timing of the whole lesson.")
    pieces = re.search(
        r"Card to predict (\d+), build (\d+), lab (\d+), exercises (\d+), surprise to recap (\d+)\.", said
    )
    names = ("card to predict", "build", "lab", "exercises", "surprise to recap")
    taken = dict(zip(names, map(int, pieces.groups()), strict=True))
    for one in notes(path):
        if found := re.match(r"\*\*(Round \d|Build|Lab|Exercises) \((\d+) minutes\)", one):
            name, count = found[1].lower(), int(found[2])
            assert taken.get(name, count) == count, one
            taken[name] = count
    [card] = re.findall(r"\*\*Time\*\* (\d+)", learner_words(path))
    return SimpleNamespace(card=int(card), pieces=taken)


@every_lesson
@pytest.mark.parametrize("lead", LEADS)
def test_the_notes_have_every_part_once(path, lead):
    assert len([one for one in notes(path) if one.startswith(f"**{lead}")]) == 1


@every_lesson
def test_the_prediction_has_a_sentence_to_say(path):
    [say] = re.findall(r'Say: "([^"]+)"', paragraph(path, "Predict ("))
    assert say.endswith("?")
    assert len(say.split()) >= 8


@every_lesson
def test_the_minutes_add_up_to_those_of_the_card(path):
    given = minutes(path)
    parts = ("card to predict", "build", "lab", "exercises", "surprise to recap")
    assert sum(given.pieces[part] for part in parts) == given.card
    rounds = [count for name, count in given.pieces.items() if name.startswith("round")]
    if rounds:
        assert sum(rounds) == given.pieces["build"]


def test_readme_and_cards_give_the_same_minutes():
    rows = re.findall(r"^\| (\d\d) \|.*?\| (\d+) \|", (shipped.ROOT / "README.md").read_text("utf-8"), re.M)
    assert dict(rows) == {path.stem[:2]: str(minutes(path).card) for path in SOURCES}


@every_lesson
def test_it_is_said_what_to_leave_out(path):
    assert "leave out" in paragraph(path, "Timing of the whole lesson.")


@every_lesson
def test_wrong_answers_are_those_of_the_exercises_and_three_exercises_have_one(path):
    found = items(path, "When an answer is wrong.", "- ")
    named = [re.match(r"`(\w+)`, \*([^*]+)\*: \w", one).groups() for one in found]
    known = {
        (cell.exercise, wrong.name)
        for cell in lesson(path).exercises
        for wrong in getattr(lesson(path).check, cell.exercise).wrong
    }
    assert {(exercise, wrong.replace(" ", "_")) for exercise, wrong in named} <= known
    assert len({exercise for exercise, _ in named}) >= 3


@every_lesson
def test_a_reaction_says_more_than_the_reply(path):
    replies = {
        (cell.exercise, wrong.name): wrong.reply
        for cell in lesson(path).exercises
        for wrong in getattr(lesson(path).check, cell.exercise).wrong
    }
    for one in items(path, "When an answer is wrong.", "- "):
        exercise, wrong, reaction = re.match(r"`(\w+)`, \*([^*]+)\*: (.+)", one).groups()
        reply = replies[exercise, wrong.replace(" ", "_")].lower()
        spoken = re.findall(r"[a-z]{4,}", reaction.lower())
        assert sum(word not in reply for word in spoken) > len(spoken) / 2, one


def prompts(path: Path) -> list[str]:
    return items(path, "To discuss.", r"\d\. ")


def telling(text: str) -> set[str]:
    return set(re.findall(r"[a-z]{5,}", text.lower()))


@every_lesson
def test_two_or_three_prompts_each_with_a_word_of_this_lesson_that_no_other_prompt_has(path):
    assert 2 <= len(prompts(path)) <= 3
    elsewhere = telling(" ".join(one for other in SOURCES if other != path for one in prompts(other)))
    for prompt in prompts(path):
        assert (telling(prompt) & telling(learner_words(path))) - elsewhere, prompt


@every_lesson
def test_the_people_in_the_notes_are_those_of_the_lesson(path):
    people = {name for other in SOURCES for name in re.findall(r"(\w+) is invented", learner_words(other))}
    assert len(people) > 8
    spoken = set(re.findall(r"\b[A-Z]\w+", " ".join(notes(path)))) & people
    assert spoken <= set(re.findall(r"\w+", learner_words(path)))


@every_lesson
def test_what_the_notes_call_by_name_is_there(path):
    package = "\n".join(file.read_text("utf-8") for file in (shipped.ROOT / "mia_teach").rglob("*.py"))
    code = "\n".join(cell.text for cell in lesson(path).cells if cell.kind == "code")
    for name in re.findall(r"`([^`]+)`", " ".join(notes(path))):
        if name.endswith((".py", ".json")):
            assert (shipped.ROOT / "mia_teach" / name).exists() or name == "progress.json", name
            continue
        for word in re.findall(r"[A-Za-z_]\w+", name):
            assert re.search(rf"\b{word}\b", code) or re.search(rf"\b{word}\b", package), (name, word)


def test_no_note_reaches_a_learner():
    for path in shipped.notebooks():
        text = path.read_text("utf-8")
        for lead in LEADS:
            assert f"**{lead}" not in text, path.name


def test_the_lecturers_edition_can_be_made_alone(course, monkeypatch):
    (course.lessons / "source" / "guide.md").write_text("# A guide\n")
    monkeypatch.setattr(build, "Places", lambda: course)
    assert build.main(["--instructor-only"]) == 0
    made = {file.relative_to(course.build).as_posix() for file in course.build.rglob("*") if file.is_file()}
    assert made == {"instructor/00_mini.ipynb", "instructor/guide.md"}
    assert not (course.lessons / "00_mini.ipynb").exists()
    assert "Timings of this run" in (course.build / "instructor" / "00_mini.ipynb").read_text("utf-8")


def test_it_is_not_made_together_with_the_learners_alone(capsys):
    with pytest.raises(SystemExit):
        build.main(["--instructor-only", "--learner-only"])
    assert "not allowed with" in capsys.readouterr().err
