"""Figures with words, for people who can't see them and for places that don't show them."""

import base64
import html
import io


def show(figure, *, alt: str) -> None:
    """Show a figure in a notebook together with a description.

    The picture goes out as ``<img alt>``, the words also as plain text: they reach JupyterLab, an exported
    page and a screen reader, and a test that compares notebooks compares them.

    Args:
        figure: a Display (plotted if it isn't yet), a matplotlib figure, or axes.
        alt: what the picture shows, with the numbers that matter; one or two sentences.

    Raises: ValueError without a description, TypeError for what is no figure.
    """
    from IPython.display import display
    from matplotlib.figure import Figure

    if not isinstance(alt, str) or len(alt.split()) < 4:
        raise ValueError(f"alt={alt!r} describes no figure. Say in a sentence what the picture shows.")
    if hasattr(figure, "plot") and not hasattr(figure, "figure_") and not hasattr(figure, "figure"):
        figure.plot()
    for name in ("figure_", "figure"):
        figure = getattr(figure, name, None) or figure
    if not isinstance(figure, Figure):
        raise TypeError(
            f"{type(figure).__name__} is no figure. Give a Display, a matplotlib figure or its axes."
        )
    data = html.escape(alt, quote=True)
    picture = base64.b64encode(png(figure)).decode()
    display(
        {
            "text/html": f'<img alt="{data}" style="max-width:100%" src="data:image/png;base64,{picture}">',
            "text/plain": alt,
        },
        raw=True,
    )


def png(figure) -> bytes:
    """The figure as a PNG file without date or version, so that the same figure gives the same bytes."""
    import sys

    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100, metadata={"Software": None})
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close(figure)  # or the notebook shows it again, without words
    return buffer.getvalue()
