"""The numbers of the prose: what is filled, what is marked, and what counts as measured."""

import pytest
from builder import prose

MEASURED = {
    "a decimal": "The AUC was 0.57.",
    "a decimal without its zero": "It fell to .698 at once.",
    "a decimal before a comma": "With 0.5, half.",
    "a percentage": "It found 12 % of them.",
    "a percentage without a space": "It found 12% of them.",
    "a percentage in words": "It found 12 per cent of them.",
    "a number word per cent": "That is fifty per cent.",
    "percentage points": "Up by 3 percentage points.",
    "of": "It caught 3 of 10 patients.",
    "of, with a noun": "It caught 12 members of 899.",
    "of the": "It caught 3 of the 10 patients.",
    "out of": "It caught 3 out of 10.",
    "in": "One false alarm: 1 in 100.",
    "in every": "It is 1 in every 1,000.",
    "in words": "One in ten is found.",
    "a ratio": "The odds are 10:1.",
    "odds": "The odds are 10 to 1.",
    "a fraction": "It found 12/899.",
    "per": "That is 3 per 1,000 records.",
    "scientific": "Below 1e-3 nothing is left.",
    "a power of ten": "Below 10⁻³ nothing is left.",
    "a power of ten with a factor": "Below 3 × 10⁻³ nothing is left.",
    "a product with a decimal": "It is 3 × 0.5 now.",
    "a factor": "It is 5 × faster.",
    "a factor in words": "It is 3 times as many.",
    "fold": "A 5-fold increase.",
    "in a table": "| AUC | 0.698 |",
    "in a heading, after its number": "## 2.1 Only 0.5",
    "in a link's text": "[an AUC of 0.57](https://example.org/0.99)",
    "bare mathematics": "It is $0.57$ now.",
    "across a line break": "It caught 3\nof 10.",
    "beside a mark": "[[1 %]] against 0.3 here.",
    "beside a placeholder": "{{ x }} against 0.3 here.",
    "in an instructor's list": "1. first 0.5\n2. second",
}
FREE = {
    "plain counts": "There are 10,000 records and 12 patients.",
    "years": "In 2022 and 2017, as in 1998.",
    "minutes": "20 minutes, then 45–75 minutes.",
    "list numbers": "1. one\n2. two\n10. ten",
    "heading numbers": "## 3.2 What came",
    "section numbers": "See section 3.2, Sections 4.1 and 4.2, § 5.1, Table 2.1 and Eq. 7.3.",
    "lessons and steps": "Lesson 02, step 1 of 3, and exercise 2 of 4.",
    "versions": "Python 3.11 and numpy 2.4.6.",
    "licences": "CC BY 4.0",
    "shapes": "A 64 × 64 matrix of 28 × 28 pixels.",
    "code spans": "Try `tpr_at(0.01)` and ``0.5 `x` ``.",
    "code blocks": "Look:\n\n```python\nx = 0.5  # 12 %\n```\n\nThere.",
    "link targets": "[a paper](https://doi.org/10.1145/3133956.31)",
    "bare addresses": "<https://example.org/0.5> and https://example.org/1.5",
    "DOIs and arXiv numbers": "doi:10.1109/SP.2017.41, arXiv:1610.05820 and 10.1109/SP46214.2022.9833649",
    "mathematics with a symbol": r"If $p = 0.5$ then $$\Pr[b] = \tfrac{1}{2} \le 0.75$$ holds.",
    "HTML attributes": '<div style="width: 0.5em">text</div>',
    "marked numbers": "At [[1 %]] and [[0.5|definition]] and [[15.7 %|Carlini 2022]].",
    "filled numbers": "It was {{ rate:.1%}}, {{ hits }} of {{ total }}.",
    "time and counts in words": "Three goals, two of them easy; in two rounds.",
    "in a year": "Those 3 in 2017 agreed.",
    "folds of cross-validation": "A 5-fold cross-validation.",
    "a sentence that ends in a number": "There were 12. Then 13.",
}


@pytest.mark.parametrize("text", MEASURED.values(), ids=MEASURED)
def test_a_measured_number_is_seen(text):
    assert len(prose.measured(text)) == 1, prose.measured(text)


@pytest.mark.parametrize("text", FREE.values(), ids=FREE)
def test_a_number_that_nobody_measured_is_left_alone(text):
    assert prose.measured(text) == []


def test_a_measured_number_is_reported_where_it_stands():
    [(offset, number)] = prose.measured("One line.\nThen `0.1` and 0.25 here.")
    assert (offset, number) == (25, "0.25")


@pytest.mark.parametrize(
    ("inner", "expression", "form"),
    [
        ("rate", "rate", ""),
        ("roc.tpr_at(0.01):.1%", "roc.tpr_at(0.01)", ".1%"),
        ("x[1:3]", "x[1:3]", ""),
        ("x[1:3].mean():.2f", "x[1:3].mean()", ".2f"),
        ("{'a': 1}['a']:,", "{'a': 1}['a']", ","),
        ("d['a:b']", "d['a:b']", ""),
        ("max(x, key=lambda v: -v):>4", "max(x, key=lambda v: -v)", ">4"),
    ],
)
def test_a_placeholder_is_split_into_expression_and_format(inner, expression, form):
    [found] = prose.placeholders(f"It is {{{{ {inner} }}}}.")
    assert (found.expression, found.format) == (expression, form)


def test_a_placeholder_that_is_not_python_is_named_with_its_place():
    with pytest.raises(ValueError, match="not a Python expression") as error:
        list(prose.placeholders("So {{ 1 + }}."))
    assert error.value.args[0] == 3


def test_per_cent_gets_a_space_that_does_not_break():
    assert (
        prose.fill("{{ a }} and [[5%]] and [[5 %|Yeom 2018]]", ["1.3%"])
        == "1.3\u00a0% and 5\u00a0% and 5\u00a0%"
    )


def test_a_negative_number_gets_a_minus_and_a_range_of_years_or_an_exponent_keeps_its_hyphen():
    filled = prose.fill("{{ a }}, {{ b }}, {{ c }}", ["-0.3 (-1.5 to 0.9)", "1e-05", "2020-2021"])
    assert filled == "−0.3 (−1.5 to 0.9), 1e-05, 2020-2021"


def test_brackets_inside_code_are_no_mark():
    assert prose.fill("`[[0.5]]` and [[0.5]]", []) == "`[[0.5]]` and 0.5"
    assert [quoted.text for quoted in prose.quotations("`[[0.5]]` and [[0.7]]")] == ["0.7"]


def test_anchors_are_those_that_github_makes():
    page = "# Glossary\n\n## shadow model\n\n## TPR at 1 % FPR\n\n<a id='extra'></a>\n\n```\n## no heading\n```\n"
    assert prose.anchors(page) == {"glossary", "shadow-model", "tpr-at-1--fpr", "extra"}


def test_links_are_found_with_brackets_in_them_and_not_in_code():
    text = "[a](x.md#y) [b](https://e.org/a_(b)) `[c](z.md)` <a href='w.md'>w</a>"
    assert [target for _, target in prose.links(text)] == ["x.md#y", "https://e.org/a_(b)", "w.md"]
