import subprocess
import sys

import nbformat
from nbclient import NotebookClient

SLOW = """
import time
from mia_teach.waiting import waiting
with waiting(30, "training") as done:
    for _ in range(30):
        time.sleep(0.1)
        done(1)
print("after")
"""


def outputs(code, monkeypatch, tmp_path, watched):
    if watched:
        monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "lesson.ipynb"))
    else:
        monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    NotebookClient(book, timeout=60, kernel_name="python3").execute()
    return book.cells[0].outputs


def test_a_notebook_that_nobody_watches_shows_no_bar(monkeypatch, tmp_path):
    (only,) = outputs(SLOW, monkeypatch, tmp_path, watched=False)
    assert only.text == "after\n"


def test_a_watched_notebook_shows_a_bar_that_leaves_no_words(monkeypatch, tmp_path):
    seen = []
    real = NotebookClient.process_message

    def spy(self, message, cell, index):
        seen.append(message["content"].get("data", {}).get("text/plain", ""))
        return real(self, message, cell, index)

    monkeypatch.setattr(NotebookClient, "process_message", spy)
    out = outputs(SLOW, monkeypatch, tmp_path, watched=True)
    assert any("training" in text and "%" in text for text in seen)
    assert "".join(o.get("text", "") for o in out) == "after\n"
    assert not any(o.get("data") for o in out)


def test_quick_work_shows_nothing_even_when_watched(monkeypatch, tmp_path):
    (only,) = outputs(SLOW.replace("0.1", "0.001"), monkeypatch, tmp_path, watched=True)
    assert only.text == "after\n"


def test_a_program_without_a_terminal_shows_nothing():
    run = subprocess.run([sys.executable, "-c", SLOW], capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("after\n", "")
