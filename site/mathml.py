"""A Sphinx extension: formulas as MathML, made while the page is, so that no script has to draw them."""

from docutils import nodes
from math_core import LatexToMathML

_CONVERTER = LatexToMathML(fancy_error=False)


def _inline(translator, node):
    translator.body.append(_CONVERTER.convert_with_local_state(node.astext(), displaystyle=False))
    raise nodes.SkipNode


def _block(translator, node):
    formula = _CONVERTER.convert_with_local_state(node.astext(), displaystyle=True)
    translator.body.append(f'<div class="math">{formula}</div>\n')
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
