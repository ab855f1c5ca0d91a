"""The command ``mia-teach``: start the course, check the environment, show the progress."""

import argparse
import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from pathlib import Path
from urllib.parse import quote

from mia_teach import __version__, course, progress

_HOST = "127.0.0.1"
_PORTS_TRIED = 50
_SECONDS_TO_START = 120
_SECONDS_TO_STOP = 20


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0 when all went well, 1 when a sentence says what did not."""
    options = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # a stream that a caller put in place need not be able to
            stream.reconfigure(errors="replace")  # a folder's name may hold letters that a console lacks
    try:
        return options.run(options)
    except course.CourseTroubleError as trouble:
        print(trouble, file=sys.stderr)
        return 1


def start(options: argparse.Namespace) -> int:
    """Put the lessons into the folder, then, unless only the files are wanted, run JupyterLab there until Ctrl-C."""
    folder = Path(options.folder).expanduser().absolute()
    done = course.update(folder, version=__version__)
    _tell(done, folder)
    if options.only_files:
        print("Open that folder in the JupyterLab that runs already. Your work in it is kept.")
        return 0
    lesson = course.current_lesson(folder)
    port = _free_port(options.port)
    if port != options.port:
        print(f"Port {options.port} is busy; port {port} is used.")

    token = os.environ.get("JUPYTER_TOKEN") or secrets.token_hex(24)
    address = f"http://{_HOST}:{port}/lab/tree/{quote(lesson)}?token={token}"
    # A group of its own: Ctrl-C then reaches only this program, which ends JupyterLab without its question.
    server = subprocess.Popen(
        _jupyterlab(folder, port, lesson),
        cwd=folder,
        env={**os.environ, "JUPYTER_TOKEN": token, "JUPYTER_CONFIG_PATH": _config_path()},
        start_new_session=os.name == "posix",
    )
    try:
        for name in ("SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), _interrupt)
        if not _answers(server, port):
            print("JupyterLab did not start. Run mia-teach doctor to see what is missing.", file=sys.stderr)
            return 1
        opened = not options.no_browser and _open_browser(address)
        print(f"{'The course is also at' if opened else 'Open in a browser:'} {address}", flush=True)
        print("To stop, press Ctrl-C here. Your work is kept.", flush=True)
        code = server.wait()
        print("JupyterLab has ended.")
        return 0 if code == 0 else 1
    except KeyboardInterrupt:
        print(
            "\nStopping. Your work is kept; go on with: mia-teach start " + _quoted(options.folder),
            flush=True,
        )
        return 0
    finally:
        _stop(server)


def doctor(options: argparse.Namespace) -> int:
    """Print a line for each thing the course needs."""
    from mia_teach import environment

    report = environment.doctor(options.folder)
    width = max(len(check.name) for check in report.checks)
    for check in report.checks:
        print(f"{check.name:<{width}}  {'OK' if check.ok else '--'}  {check.found}")
        if not check.ok:
            print(f"{'':<{width}}      {check.advice}")
    return 0 if report.ok else 1


def show_progress(options: argparse.Namespace) -> int:
    """Print a table of the learner's answers, a row for each lesson."""
    folder = Path(options.folder).expanduser() if options.folder else _course_here()
    path = folder / "progress.json"
    if not options.folder and os.environ.get("MIA_TEACH_PROGRESS"):
        path = progress.file()
    rows = progress.summary(progress.read(path))
    if not rows:
        if path.exists() and not progress.is_understood(path):
            print(f"{path} cannot be read. With your next answer it is put aside and a new one begins.")
            return 1
        print("No answers yet, and that is where everyone begins. Open lesson 00 with: mia-teach start")
        return 0
    head = ("Lesson", "Exercises", "Predictions", "Quiz", "Goals")
    table = [head, *(_row(folder, row) for row in rows)]
    widths = [max(len(line[i]) for line in table) for i in range(len(head))]
    for line in table:
        print("   ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    print("\nQuiz: right at the first try, of those answered.")
    if any(row.brier is not None for row in rows):
        print(
            "Brier score of the predictions: 0 is sure and right, 0.25 is always fifty-fifty, 1 is sure and wrong."
        )
    return 0


def lay_assignment(options: argparse.Namespace) -> int:
    """Lay some lessons' graded assignments, or all of them, into a course folder for nbgrader."""
    from mia_teach import assignments

    known, given = assignments.numbers(), list(dict.fromkeys(options.lessons))
    for one in given:
        if one != "all" and one not in known:
            print(f"There is no assignment {one}; there are {', '.join(known)}, and all.", file=sys.stderr)
            return 1
    if options.folder in (*known, "all") and not Path(options.folder).exists():
        print(
            f"{options.folder} is a lesson, and the folder is missing: mia-teach assignment {' '.join(given)} "
            f"{options.folder} FOLDER. If your folder is to have that name, write ./{options.folder}.",
            file=sys.stderr,
        )
        return 1
    folder = Path(options.folder).expanduser().absolute()
    try:
        made = assignments.make(folder, known if "all" in given else given)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        print(f"The folder {folder} cannot be written ({reason}). Name another one.", file=sys.stderr)
        return 1
    print(f"A course folder for nbgrader, {folder}")
    for what, names in (("new:      ", made.written), ("as it was:", made.same), ("left alone:", made.left)):
        for name in names:
            print(f"  {what:<11} {name}")
    if made.left:
        print("What was left alone is yours and differs from what the course would have put there.")
    if made.add:
        print(f"For the course's settings, add this line at the end of your nbgrader_config.py: {made.add}")
    if made.lost:
        print(
            f"Beside a gradebook there was no {made.lost}, so a new one was made, with a new secret. If these assignments were "
            "graded here before, put your copy of the old one in its place: with another secret grades change."
        )
    print(f"Next, in that folder: nbgrader generate_assignment {made.first}")
    return 0


def collect_answers(options: argparse.Namespace) -> int:
    """Count the answers in a folder of progress files, and put a notebook that shows them beside the files."""
    from mia_teach import collect

    folder = Path(options.folder).expanduser().absolute()
    try:
        room = collect.Room.read(folder)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    print(room)
    for sentence in room.refused:
        print(f"  {sentence}")
    if not len(room):
        return 1
    path, written = collect.write_notebook(folder)
    if written:
        print(f"Open in JupyterLab: {path}")
    else:
        print(f"{path} is as you changed it and stays so. Open it and run all cells for the new counts.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mia-teach", description="Membership Inference, Hands On.")
    parser.add_argument("--version", action="version", version=f"mia-teach {__version__}")
    commands = parser.add_subparsers(
        required=True, metavar="start | doctor | progress | assignment | collect"
    )

    one = commands.add_parser("start", help="put the lessons into a folder and open them in JupyterLab")
    one.add_argument("folder", nargs="?", default="my-course", metavar="FOLDER", help="default: my-course")
    one.add_argument(
        "--port", type=_port, default=8888, metavar="N", help="default: 8888, or the next free one"
    )
    one.add_argument("--no-browser", action="store_true", help="print the address and open no browser")
    one.add_argument(
        "--only-files", action="store_true", help="start nothing: on a JupyterHub, JupyterLab runs already"
    )
    one.set_defaults(run=start)

    two = commands.add_parser("doctor", help="check that everything the course needs is here")
    two.add_argument(
        "folder", nargs="?", default=".", metavar="FOLDER", help="must be writable; default: this one"
    )
    two.set_defaults(run=doctor)

    three = commands.add_parser("progress", help="show what is done, tried and predicted")
    three.add_argument("folder", nargs="?", metavar="FOLDER", help="default: this one, else my-course")
    three.set_defaults(run=show_progress)

    four = commands.add_parser("assignment", help="lay graded assignments into a course folder for nbgrader")
    four.add_argument("lessons", nargs="+", metavar="NN", help="lessons by their two digits, or all")
    four.add_argument("folder", metavar="FOLDER", help="the course folder; nothing in it is overwritten")
    four.set_defaults(run=lay_assignment)

    five = commands.add_parser("collect", help="count the answers that learners chose to hand in")
    five.add_argument("folder", metavar="FOLDER", help="where their files lie, under any names")
    five.set_defaults(run=collect_answers)
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port. Give a number from 1 to 65535, such as 8888.")
    return int(text)


def _tell(done: course.Update, folder: Path) -> None:
    print(f"Membership Inference, Hands On, in {folder}")
    for name in done.added:
        print(f"  new:      {name}")
    for name in done.updated:
        print(f"  updated:  {name}")
    for name, beside in done.beside:
        print(f"  {name} stays as you changed it; its new version lies beside it: {beside}")


def _jupyterlab(folder: Path, port: int, lesson: str) -> list[str]:
    """The command: this Python's JupyterLab, in the folder, with no call to any other machine."""
    command = [
        *(sys.executable, "-m", "jupyterlab"),
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.ip={_HOST}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--ServerApp.base_url=/",
        "--ServerApp.open_browser=False",
        "--ServerApp.log_level=ERROR",
        "--LabApp.log_level=ERROR",
        "--LabApp.extension_manager=readonly",
        f"--LabApp.default_url=/lab/tree/{quote(lesson)}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--ServerApp.answer_yes=True",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    return command


def _config_path() -> str:
    """Where JupyterLab looks for settings: ours, which keep labs alive in a notebook opened again, come first."""
    ours = Path(__file__).with_name("jupyter")
    return os.pathsep.join([str(ours), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])])


def _free_port(first: int) -> int:
    """The first free port from ``first`` on; any free one when they are all taken."""
    for port in (*range(first, min(first + _PORTS_TRIED, 65536)), 0):
        with socket.socket() as probe:
            if os.name == "posix":  # without it a port counts as busy for a minute after its last use
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((_HOST, port))
                return probe.getsockname()[1]
    raise course.CourseTroubleError("No port is free on this machine. Close other servers, then try again.")


def _answers(server: subprocess.Popen, port: int) -> bool:
    """Wait until the server takes connections; False if it ended or took too long."""
    deadline = time.monotonic() + _SECONDS_TO_START
    while server.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection((_HOST, port), timeout=1).close()
            return True
        except OSError:
            time.sleep(0.1)
    return False


def _open_browser(address: str) -> bool:
    """Open the address in a browser with windows, if there is one; a browser for terminals would hide this text."""
    screen = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
    if sys.platform.startswith("linux") and not screen:
        return False
    try:
        return webbrowser.open(address)
    except (webbrowser.Error, OSError):
        return False


def _interrupt(number, frame) -> None:
    raise KeyboardInterrupt


def _stop(server: subprocess.Popen) -> None:
    """End JupyterLab and its kernels, kindly first."""
    if server.poll() is not None:
        return
    if os.name == "posix":
        server.terminate()
    try:  # on Windows Ctrl-C has reached JupyterLab as well, and terminating would leave its kernels behind
        server.wait(_SECONDS_TO_STOP)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        server.kill()
        server.wait()


def _course_here() -> Path:
    here = Path()
    return (
        here if (here / "progress.json").exists() or not (here / "my-course").is_dir() else here / "my-course"
    )


def _row(folder: Path, row: progress.LessonProgress) -> tuple[str, ...]:
    exercises = [
        f"{n} {word}" for n, word in ((row.exercises_done, "done"), (row.exercises_tried, "tried")) if n
    ]
    predictions = str(row.predictions) if row.predictions else "-"
    return (
        course.title(folder, row.lesson),
        ", ".join(exercises) or "-",
        predictions if row.brier is None else f"{predictions}, Brier score {row.brier:.2f}",
        f"{row.quiz_right_at_first} of {row.quiz_answered}" if row.quiz_answered else "-",
        f"{row.goals_met} met" if row.goals_met else "-",
    )


def _quoted(folder: str) -> str:
    return f'"{folder}"' if " " in folder else folder


if __name__ == "__main__":
    sys.exit(main())
