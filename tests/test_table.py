"""A table says the same to a terminal and to a page, and nothing in it becomes markup."""

import re

import pytest

from mia_teach.table import Table

HEAD, ROWS = ("attack", "found"), [("loss", "12 of 899"), ("<LiRA> & co", "98 of 899")]


def test_every_text_stands_in_both_forms_with_headings_for_rows_and_columns():
    table = Table("Who found whom.", HEAD, ROWS)
    page = table._repr_html_()
    for text in (*HEAD, "loss", "12 of 899", "98 of 899", "Who found whom."):
        assert text in repr(table)
        assert f">{text}<" in page
    assert page.count('scope="col"') == 2
    assert page.count('scope="row"') == 2
    assert len(table) == 2


def test_columns_are_aligned_and_no_line_ends_in_spaces():
    lines = repr(Table("Who.", HEAD, ROWS)).split("\n")
    assert len({line.index("of 899") for line in lines[2:]}) == 1
    assert all(line == line.rstrip() for line in lines)


def test_nothing_in_it_becomes_markup():
    page = Table("a < b", HEAD, ROWS, links=(("loss", 'x"y.ipynb'),))._repr_html_()
    assert "<LiRA>" not in page
    assert "&lt;LiRA&gt; &amp; co" in page
    assert "a &lt; b" in page
    assert re.search(r'<a href="x&quot;y.ipynb">loss</a>', page)


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match="has 1 texts for 2 headings"):
        Table("Who.", HEAD, [("loss",)])


def test_code_is_marked_and_a_number_stays_on_the_line_of_its_sign():
    page = Table("Who.", HEAD, [("loss", "12 % of `a < b`")])._repr_html_()
    assert '<td style="text-align:left">12\u00a0% of <code>a &lt; b</code></td>' in page
