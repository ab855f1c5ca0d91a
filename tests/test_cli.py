"""The command ``mia-teach``, run as a learner runs it: in a process of its own, in a folder of its own."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest

from mia_teach import cli, environment

# The real command on lessons made for the test.
COMMAND = """
import sys
from pathlib import Path
from mia_teach import cli, course
lessons = Path(sys.argv[1])
course.lessons_folder = lambda: lessons
sys.exit(cli.main(sys.argv[2:]))
"""


@pytest.fixture
def lessons(tmp_path):
    folder = tmp_path / "lessons"
    folder.mkdir()
    for name in ("00_the_game", "01_overfitting"):
        cells = [nbformat.v4.new_markdown_cell(f"# {name}", id="a")]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / f"{name}.ipynb")
    return folder


@pytest.fixture
def surroundings(tmp_path):
    """The environment of a learner without a screen and without settings of their own."""
    gone = {"DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "JUPYTER_TOKEN", "MIA_TEACH_PROGRESS"}
    kept = {name: value for name, value in os.environ.items() if name not in gone}
    jupyter = {
        f"JUPYTER_{what}_DIR": str(tmp_path / "jupyter" / what) for what in ("CONFIG", "DATA", "RUNTIME")
    }
    return {**kept, **jupyter, "IPYTHONDIR": str(tmp_path / "ipython")}


@pytest.fixture
def run(lessons, surroundings, tmp_path):
    """Run one command to its end and give back what it said."""

    def run(*arguments, **environment):
        return subprocess.run(
            [sys.executable, "-c", COMMAND, str(lessons), *map(str, arguments)],
            cwd=tmp_path,
            env={**surroundings, **environment},
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


class Started:
    """A running ``mia-teach start``: what it said so far, and the address it printed."""

    def __init__(self, process):
        self.process, self.said = process, ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        deadline = time.monotonic() + 90
        while "Ctrl-C" not in self.said:
            assert process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.05)
        self.address = re.search(r"http://\S+", self.said)[0]
        self.port = int(re.search(r":(\d+)/", self.address)[1])
        self.token = self.address.partition("token=")[2]

    def _read(self):
        for line in self.process.stdout:
            self.said += line

    def ask(self, path, token=""):
        address = f"http://127.0.0.1:{self.port}{path}" + (f"?token={token}" if token else "")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(address, timeout=20) as answer:
            return json.load(answer)

    def end(self, number):
        self.process.send_signal(number)
        code = self.process.wait(60)
        self._reader.join(10)
        return code


@pytest.fixture
def start(lessons, surroundings, tmp_path):
    """Start the course and wait until it says where; it is ended after the test."""
    with contextlib.ExitStack() as ended:

        def start(*arguments, **environment):
            process = subprocess.Popen(
                [sys.executable, "-c", COMMAND, str(lessons), "start", *map(str, arguments)],
                cwd=tmp_path,
                env={**surroundings, **environment},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            ended.callback(lambda: process.poll() is None and (process.terminate(), process.wait(60)))
            return Started(process)

        yield start


def port_is_open(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def test_the_first_start_brings_the_lessons_and_serves_lesson_00_to_the_learner_alone(start, tmp_path):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        taken = busy.getsockname()[1]
        course = start("--port", taken)
    assert f"Port {taken} is busy; port {course.port} is used." in course.said
    assert course.port != taken
    assert sorted(p.name for p in (tmp_path / "my-course").glob("*.ipynb")) == [
        "00_the_game.ipynb",
        "01_overfitting.ipynb",
    ]
    assert course.address.startswith(f"http://127.0.0.1:{course.port}/lab/tree/00_the_game.ipynb?token=")
    assert len(course.said.split("Open in a browser: ")) == 2, "one clear line with the address"
    assert "version" in course.ask("/api")
    names = {one["name"] for one in course.ask("/api/contents", course.token)["content"]}
    assert names == {"00_the_game.ipynb", "01_overfitting.ipynb"}
    with pytest.raises(urllib.error.HTTPError, match="403"):
        course.ask("/api/contents")

    assert course.end(signal.SIGINT) == 0
    assert not port_is_open(course.port)
    assert "Traceback" not in course.said
    assert "Your work is kept" in course.said


def test_a_later_start_goes_on_where_the_learner_was_and_keeps_what_is_theirs(start, lessons, tmp_path):
    folder = tmp_path / "a folder with spaces é"
    first = start(folder, "--no-browser")
    assert first.end(signal.SIGTERM) == 0
    assert not port_is_open(first.port)

    mine = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("my work", id="a")])
    nbformat.write(mine, folder / "01_overfitting.ipynb")
    before = (folder / "01_overfitting.ipynb").read_bytes()
    for name in ("00_the_game", "01_overfitting"):
        cells = [nbformat.v4.new_markdown_cell("a better lesson", id="a")]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), lessons / f"{name}.ipynb")

    opened = tmp_path / "opened"
    browser = tmp_path / "browser.py"
    browser.write_text(f"import sys, pathlib; pathlib.Path({str(opened)!r}).write_text(sys.argv[1])")
    second = start(folder, BROWSER=f"{sys.executable} {browser} %s")
    assert "/lab/tree/01_overfitting.ipynb?" in second.address
    deadline = time.monotonic() + 20
    while not (opened.exists() and opened.read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert opened.read_text() == second.address
    assert (folder / "01_overfitting.ipynb").read_bytes() == before
    assert "updated:  00_the_game.ipynb" in second.said
    beside = re.search(r"beside it: (01_overfitting\.new-\S+\.ipynb)", second.said)[1]
    assert (folder / beside).read_bytes() == (lessons / "01_overfitting.ipynb").read_bytes()
    assert second.end(signal.SIGINT) == 0


def test_where_jupyterlab_runs_already_only_the_files_come(run, tmp_path):
    for said in ("new:      00_the_game.ipynb", "Open that folder in the JupyterLab that runs already."):
        done = run("start", "on-a-hub", "--only-files")
        assert done.returncode == 0, done.stderr
        assert said in done.stdout
        assert "http" not in done.stdout
    names = sorted(path.name for path in (tmp_path / "on-a-hub").glob("*.ipynb"))
    assert names == ["00_the_game.ipynb", "01_overfitting.ipynb"]


@pytest.mark.parametrize("where", ["file", "file/course", "lessons"])
def test_a_folder_that_cannot_be_used_gets_one_clear_sentence(run, tmp_path, where):
    (tmp_path / "file").write_text("")
    done = run("start", where)
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "mia-teach start FOLDER" in done.stderr


@pytest.mark.parametrize("port", ["0", "65536", "eighty", "-1"])
def test_a_port_that_is_none_is_refused_with_what_a_port_is(run, port):
    done = run("start", "--port", port)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "port" in done.stderr


def test_without_a_command_all_are_named(run):
    done = run()
    assert done.returncode == 2
    assert "start | doctor | progress | assignment | collect" in done.stderr


def test_when_jupyterlab_does_not_start_it_is_said_and_nothing_stays_behind(
    lessons, tmp_path, monkeypatch, capfd
):
    monkeypatch.setattr(cli.course, "lessons_folder", lambda: lessons)
    monkeypatch.setattr(cli, "_jupyterlab", lambda *settings: [sys.executable, "-c", "raise SystemExit(3)"])
    monkeypatch.setattr(cli.signal, "signal", lambda number, handler: None)
    assert cli.main(["start", str(tmp_path / "my-course"), "--no-browser"]) == 1
    assert "mia-teach doctor" in capfd.readouterr().err


def test_with_every_port_near_by_busy_any_free_one_is_taken(monkeypatch):
    monkeypatch.setattr(cli, "_PORTS_TRIED", 1)
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        taken = busy.getsockname()[1]
        assert cli._free_port(taken) not in (0, taken)


def test_doctor_says_ok_for_each_thing(run):
    done = run("doctor")
    names = ["Python", "torch", "widgets", "memory", "cores", "write access", "data files", "JupyterLab"]
    assert [line[:14].strip() for line in done.stdout.splitlines()] == names
    assert all(re.match(r".{12}  OK  \S", line) for line in done.stdout.splitlines())
    assert done.returncode == 0


def test_doctor_fails_with_what_to_do(run, tmp_path):
    (tmp_path / "file").write_text("")
    done = run("doctor", "file")
    assert done.returncode == 1
    assert re.search(r"write access  --  .*\n +Work in a folder that you may write to\.", done.stdout)


def test_the_report_is_one_sentence_without_a_version_when_all_is_well():
    report = environment.doctor()
    assert report.ok, report
    assert repr(report) == (
        "Ready: Python, torch, widgets, memory, cores, write access, data files and JupyterLab are all OK."
    )


@pytest.mark.parametrize(
    ("name", "break_it", "said"),
    [
        ("Python", lambda patch: patch.setattr(environment.sys, "version_info", (3, 9, 0)), "3.11 or later"),
        ("torch", lambda patch: patch.setitem(sys.modules, "torch", None), "pip install torch"),
        ("widgets", lambda patch: patch.setitem(sys.modules, "anywidget", None), "missing: anywidget"),
        (
            "widgets",
            lambda patch: patch.setattr("jupyter_core.paths.jupyter_path", lambda *a: []),
            "JupyterLab part",
        ),
        (
            "memory",
            lambda patch: patch.setattr(environment, "available_memory", lambda: 10**8),
            "0.1 GB free",
        ),
        (
            "data files",
            lambda patch: patch.setattr("mia_teach.data.check_files", lambda: {"a.npz": False}),
            "a.npz",
        ),
        (
            "data files",
            lambda patch: patch.setattr("mia_teach.data.check_files", lambda: 1 / 0),
            "ZeroDivisionError",
        ),
        (
            "JupyterLab",
            lambda patch: patch.setattr(environment.metadata, "version", lambda name: "3.6.1"),
            "3.6.1",
        ),
    ],
)
def test_each_check_notices_what_it_is_there_for(monkeypatch, name, break_it, said):
    break_it(monkeypatch)
    report = environment.doctor()
    bad = [check for check in report.checks if not check.ok]
    assert name in [check.name for check in bad]
    assert said in repr(report)
    assert all(check.advice for check in bad)


def test_the_limit_of_a_container_counts_and_its_cached_files_do_not(monkeypatch, tmp_path):
    files = {
        "memory.max": "2000000000",
        "memory.current": "1500000000",
        "memory.stat": "anon 1\ninactive_file 600000000",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(
        environment, "Path", lambda *parts: tmp_path if parts == ("/sys/fs/cgroup",) else Path(*parts)
    )
    assert environment.available_memory() == 1_100_000_000
    (tmp_path / "memory.max").write_text("max")
    assert environment.available_memory() != 1_100_000_000


def test_progress_without_answers_is_kind(run):
    done = run("progress")
    assert done.returncode == 0
    assert "No answers yet" in done.stdout


ANSWERS = {
    "version": 1,
    "lessons": {
        "00": {"goal": {"a": {"met": True}}},
        "01": {
            "exercise": {"a": {"outcome": "done"}, "b": {"outcome": "tried"}},
            "prediction": {"p": {"confidence": 0.9, "right": False}},
            "quiz": {
                "q": {"right_at_first": True, "right": True},
                "r": {"right_at_first": False, "right": True},
            },
        },
    },
}


def test_progress_is_a_table_by_lesson(run, tmp_path):
    folder = tmp_path / "my-course"
    folder.mkdir()
    (folder / "01_overfitting.ipynb").write_text("")
    (folder / "progress.json").write_text(json.dumps(ANSWERS))
    done = run("progress")
    assert done.stdout.splitlines()[:3] == [
        "Lesson           Exercises         Predictions           Quiz     Goals",
        "00               -                 -                     -        1 met",
        "01 Overfitting   1 done, 1 tried   1, Brier score 0.81   1 of 2   -",
    ]
    assert done.returncode == 0
    assert run("progress", folder).stdout == done.stdout
    assert run("progress", MIA_TEACH_PROGRESS=str(folder / "progress.json")).returncode == 0


def test_a_progress_file_that_cannot_be_read_is_said(run, tmp_path):
    (tmp_path / "progress.json").write_text("{")
    done = run("progress")
    assert done.returncode == 1
    assert "cannot be read" in done.stdout
    assert (tmp_path / "progress.json").read_text() == "{"
