"""The impact assessment: what a learner wrote comes out as written, is never lost, and reads well on screen and paper."""

import re
from html.parser import HTMLParser

import pytest

from mia_teach import assessment
from mia_teach.assessment import QUESTIONS, WORDS, Assessment
from tests.browser import axe_violations

ANSWERS = {name: f"{name.capitalize()}, said in a sentence." for name in QUESTIONS}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("MIA_TEACH_PROGRESS", str(tmp_path / "progress.json"))
    return tmp_path


def a_page(**answers):
    figures = {
        "patients in training": "1,000",
        "exposure of the average patient": "26.1 % (24.2 % to 28.1 %)",
    }
    return Assessment("A model that names the illness", figures, {**ANSWERS, **answers}, "LiRA, 64 models.")


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.words = [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attributes]

    def handle_data(self, data):
        self.words += data


def test_what_was_written_is_shown_as_written_and_never_taken_for_html():
    nasty = "<script>alert('x')</script> & \"quotes\" <b>5 % > 1 %</b> {rows} {0}"
    page = Page(Assessment(nasty, {nasty: nasty}, dict.fromkeys(QUESTIONS, nasty), nasty).html())
    assert not {"script", "b"} & set(page.tags)
    assert page.words.replace("\xa0", " ").count(nasty) == 2 + 2 + len(QUESTIONS) + 1


def test_every_question_stands_on_the_page_with_its_article_and_its_answer():
    words = Page(a_page().html()).words
    for name, (question, place) in QUESTIONS.items():
        assert question in words
        assert place in words
        assert ANSWERS[name] in words
    assert "no legal advice" in words


def test_open_questions_are_named_and_stop_nobody(folder):
    page = a_page(risks="  ", decision="")
    assert page.open_questions == ("risks", "decision")
    assert Page(page.html()).words.count("Not answered yet.") == 2
    assert page.save().endswith("3 of 5 questions are answered; open: risks, decision.")
    assert (folder / "08_impact_assessment.html").exists()


def test_a_long_answer_is_said_to_need_a_second_page():
    assert (
        f"over {WORDS} words, so that the page may become two: measures"
        in a_page(measures="word " * 61).save()
    )
    assert "over" not in a_page(measures="word " * 60).save()


def test_paragraphs_are_kept_and_line_breaks_of_the_code_are_not():
    assert "<p>One two.</p>\n<p>Three.</p>" in a_page(risks="One\n   two.\n\nThree.").html()


def test_saving_the_same_page_again_changes_nothing(folder):
    first = a_page().save()
    assert a_page().save() == first
    assert [path.name for path in folder.iterdir()] == ["08_impact_assessment.html"]


def test_another_page_keeps_the_one_before_also_what_was_written_into_the_file_by_hand(folder):
    a_page().save()
    file = folder / "08_impact_assessment.html"
    file.write_text(by_hand := file.read_text("utf-8").replace("Date", "Written by hand"), "utf-8")
    assert "kept as 08_impact_assessment.earlier-1.html" in a_page().save()
    assert (folder / "08_impact_assessment.earlier-1.html").read_text("utf-8") == by_hand
    second = file.read_text("utf-8")
    assert "earlier-2" in a_page(risks="Other.").save()
    assert (folder / "08_impact_assessment.earlier-2.html").read_text("utf-8") == second
    assert "Other." in file.read_text("utf-8")


def test_a_folder_that_cannot_be_written_to_is_a_sentence_and_no_error(folder, monkeypatch):
    def refuse(path, content):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(assessment.progress, "replace_file", refuse)
    assert (
        a_page()
        .save()
        .startswith("The page cannot be saved as 08_impact_assessment.html (Permission denied).")
    )


@pytest.mark.parametrize("name", ["../page.html", "folder/page.html", "a\\b.html", "page.txt", ".html", ""])
def test_it_writes_nowhere_but_beside_the_answers(name, folder):
    with pytest.raises(ValueError, match="can't be the page's name"):
        a_page().save(name)
    assert list(folder.iterdir()) == []


def test_it_refuses_what_is_no_answer():
    with pytest.raises(ValueError, match="No question is called 'risk'"):
        a_page(risk="Much.")
    with pytest.raises(TypeError, match="'risks' is of type float"):
        a_page(risks=0.5)
    with pytest.raises(ValueError, match="no title"):
        Assessment(" ", {})


def test_it_says_what_it_is():
    assert repr(a_page(risks="")) == (
        "Assessment('A model that names the illness': 2 figures; 4 of 5 questions are answered; open: risks)"
    )


def test_the_page_is_accessible_by_its_source():
    page = Page(a_page().html())
    assert ("html", "lang", "en") in page.attributes
    assert [tag for tag in page.tags if tag in ("h1", "h2")] == ["h1", *["h2"] * len(QUESTIONS)]
    assert page.tags.count("caption") == 1
    scopes = [value for tag, name, value in page.attributes if (tag, name) == ("th", "scope")]
    assert scopes == ["col", "col", "row", "row"]
    assert not [one for one in page.attributes if one[1] in ("src", "href")]


@pytest.mark.browser
def test_axe_finds_nothing_and_it_prints_on_one_page(chromium, tmp_path):
    full = a_page(**dict.fromkeys(QUESTIONS, "word " * (WORDS - 25)))
    (tmp_path / "page.html").write_text(full.html(), "utf-8")
    page = chromium.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    assert axe_violations(page, "html") == []
    pdf = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    page.close()
