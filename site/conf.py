"""How Sphinx turns the pages that site/build.py lays out into the reading site. Nothing is loaded from the net."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for mathml.py

project = "Membership Inference, Hands On"
copyright = "the authors of the course. Lessons under CC BY 4.0, code under the BSD 3-Clause License"
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "mathml"]
exclude_patterns = ["README.md"]  # index.md takes its parts

html_theme = "furo"
html_title = project
html_favicon = "static/icon.svg"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = [("panels.js", {"defer": "defer"}), ("scrolling.js", {"defer": "defer"})]
html_copy_source = False
html_use_index = False  # the search finds names as well
html_math_renderer = "mathml"

nb_execution_mode = "off"  # text, numbers and figures are those of the committed notebooks
nb_ipywidgets_js = {}  # panels.js takes the place of two scripts from a CDN
myst_enable_extensions = ["dollarmath"]
myst_dmath_allow_digits = False  # "$50,000" on a data card is money
myst_dmath_allow_space = False
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
napoleon_numpy_docstring = False


def setup(app):
    app.connect("autodoc-process-docstring", keep_first_line, priority=400)  # napoleon's is 500
    app.connect("html-page-context", level_captions, priority=600)  # furo's is 500


def keep_first_line(app, what, name, obj, options, lines):
    """Keep napoleon from taking a property's "Area under the curve: how often …" for a type and its meaning."""
    if what in ("attribute", "data", "property"):
        lines.insert(0, "")


def level_captions(app, page, template, context, doctree):
    """Give the headings in the list of pages the level that a screen reader needs."""
    tree = context["furo_navigation_tree"]
    context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')
