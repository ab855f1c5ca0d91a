"""A progress bar for anything that takes over two seconds, which leaves no words behind."""

import os
import sys
from contextlib import contextmanager

PATIENCE = 2.0  # seconds before a bar appears


class _Cell:
    """A text stream that shows only its latest line, in one output of a notebook cell."""

    def __init__(self):
        self.handle = None

    def write(self, text):
        line = text.strip("\r\n ")
        if line:
            self.show({"text/plain": line})

    def flush(self):
        pass

    def show(self, data):
        from IPython.display import display

        if self.handle is None:
            self.handle = display(data, raw=True, display_id=True)
        else:
            self.handle.update(data, raw=True)

    def clear(self):
        if self.handle is not None:
            self.show({})


@contextmanager
def waiting(total: int, what: str, *, show: bool = True):
    """Give a function to call with each amount of work done; draw a bar if it takes long.

    A bar is drawn where somebody watches: in a notebook that a Jupyter server runs, or in a
    terminal. A notebook that is built or tested shows none, so its stored outputs stay the same.

    >>> with waiting(3, "counting") as done:
    ...     done(3)
    """
    from tqdm import tqdm

    in_notebook = "JPY_SESSION_NAME" in os.environ and "ipykernel" in sys.modules
    cell = _Cell()
    with tqdm(
        total=total,
        desc=what,
        delay=PATIENCE,
        leave=False,
        mininterval=0.25,
        ascii=" █" if in_notebook else None,
        ncols=72 if in_notebook else None,
        file=cell if in_notebook else sys.stderr,
        disable=not show or not (in_notebook or sys.stderr.isatty()),
        bar_format="{desc}: {percentage:3.0f} %|{bar}| {elapsed} so far, about {remaining} to go",
    ) as bar:
        try:
            yield bar.update
        finally:
            bar.close()
            cell.clear()
