"""The course's look, as a context: nothing global is changed."""

from contextlib import contextmanager
from pathlib import Path


@contextmanager
def style():
    """Draw what stands inside ``with style():`` in the course's look.

    >>> import matplotlib
    >>> before = matplotlib.rcParams["font.size"]
    >>> with style():
    ...     inside = matplotlib.rcParams["font.size"]
    >>> inside, matplotlib.rcParams["font.size"] == before
    (11.0, True)
    """
    import matplotlib.style

    with matplotlib.style.context(str(Path(__file__).with_name("mia.mplstyle"))):
        yield


def new_axes(ax=None):
    """The given axes, or those of a new figure that no global state knows of."""
    from matplotlib.figure import Figure

    return Figure().subplots() if ax is None else ax
