"""The browser's fixtures, and a place for answers that no test shares with another."""

import pytest

from tests.browser import bare_page, chromium, new_page  # noqa: F401  (fixtures)


@pytest.fixture(autouse=True)
def answers(tmp_path, monkeypatch):
    """The file of answers, which does not exist until something is answered."""
    place = tmp_path / "answers" / "progress.json"
    place.parent.mkdir()
    monkeypatch.setenv("MIA_TEACH_PROGRESS", str(place))
    return place
