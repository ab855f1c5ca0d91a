"""A place for answers that no test shares with another."""

import pytest


@pytest.fixture(autouse=True)
def answers(tmp_path, monkeypatch):
    """The file of answers, which does not exist until something is answered."""
    place = tmp_path / "answers" / "progress.json"
    place.parent.mkdir()
    monkeypatch.setenv("MIA_TEACH_PROGRESS", str(place))
    return place
