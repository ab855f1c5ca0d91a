"""A driver for a real JupyterLab in headless Chromium.

    with jupyterlab(folder) as url:
        page = open_notebook(new_page(), url, "01_name.ipynb")
        run_all(page)

As a command it shows what a learner sees: run a notebook in JupyterLab and save a picture of every cell with output:

    python tests/jupyter.py lessons/02_threshold_attacks.ipynb FOLDER [--dark] [--width 1100] [--all] [--no-run]
"""

import argparse
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

if not __package__:  # run as a command
    sys.path[0] = str(Path(__file__).parents[1])

from tests.browser import CHROMIUM, OPTIONS, watched_page

SETTINGS = {
    # every cell is in the page, also those out of sight
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}


@contextlib.contextmanager
def jupyterlab(folder, *, dark=False, trust=(), env=None, extra=()):
    """JupyterLab on this machine with nobody's settings; gives its address.

    Args:
        folder: what it shows, and where the kernels work.
        dark: in the dark theme.
        trust: notebooks to be trusted; all others are as untrusted as freshly downloaded ones.
        env: further environment variables for server and kernels.
        extra: further options of ``jupyter lab``.
    """
    home = Path(tempfile.mkdtemp(prefix="jupyterlab-"))
    settings = {
        **SETTINGS,
        "@jupyterlab/apputils-extension/themes": {"theme": f"JupyterLab {'Dark' if dark else 'Light'}"},
    }
    for name, values in settings.items():
        place = home / "settings" / f"{name}.jupyterlab-settings"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(values))
    env = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
        **(env or {}),
    }
    for notebook in trust:
        subprocess.run(
            [sys.executable, "-m", "jupyter", "trust", str(notebook)],
            env=env,
            check=True,
            capture_output=True,
        )
    port = _free_port()
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--ip=127.0.0.1", f"--port={port}"]
    command += ["--ServerApp.port_retries=0", "--IdentityProvider.token=", "--ServerApp.password="]
    command += [f"--ServerApp.root_dir={Path(folder).resolve()}", "--LabApp.expose_app_in_browser=True"]
    command += ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    log = home / "log.txt"
    with open(log, "w") as handle:
        server = subprocess.Popen([*command, *extra], stdout=handle, stderr=subprocess.STDOUT, env=env)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{url}/api", server, log)
        yield url
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
        shutil.rmtree(home, ignore_errors=True)


def _free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _wait_for(url, server, log, seconds=240):
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


def open_notebook(page, url, name, *, kernel=True):
    """Open a notebook of the folder; with ``kernel``, wait until its kernel answers."""
    page.goto(f"{url}/lab/tree/{name}?reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    page.evaluate("async () => { await window.jupyterapp.shell.currentWidget.context.ready; }")
    if kernel:
        page.evaluate("void (window.kernelReady = false)")
        page.evaluate(
            "void (async () => { const session = window.jupyterapp.shell.currentWidget.sessionContext;"
            " await session.ready; await session.session.kernel.info; window.kernelReady = true; })()"
        )
        page.wait_for_function("window.kernelReady", timeout=90_000)
    return page


def run_all(page, *, seconds=180):
    """Run all cells and wait for the last one. Returns the errors that cells ended with."""
    # evaluate() waits for a promise without any time limit, so the promise is left to the page
    page.evaluate(
        "void (window.ran = false, window.jupyterapp.commands.execute('notebook:run-all-cells')"
        ".then(() => { window.ran = true; }))"
    )
    page.wait_for_function("window.ran", timeout=1000 * seconds)
    page.wait_for_timeout(500)
    return page.locator(
        '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]'
    ).all_inner_texts()


def run_code(page, code, *, seconds=60):
    """Run code in a new last cell, as a learner would, and return what it shows."""
    page.evaluate(
        """code => {
          const notebook = window.jupyterapp.shell.currentWidget.content;
          notebook.activeCellIndex = notebook.widgets.length - 1;
          window.ran = false;
          const commands = window.jupyterapp.commands;
          void (async () => {
            await commands.execute('notebook:insert-cell-below');
            notebook.activeCell.model.sharedModel.setSource(code);
            await commands.execute('notebook:run-cell');
            window.ran = true;
          })();
        }""",
        code,
    )
    page.wait_for_function("window.ran", timeout=1000 * seconds)
    page.wait_for_timeout(200)
    shown = page.locator(".jp-Notebook .jp-CodeCell").last.locator(".jp-OutputArea-output").all_inner_texts()
    return [text.strip() for text in shown]


def picture_cells(page, folder, *, every=False, width=1100):
    """Save a picture of every cell that has output (or of every cell), each in its full height."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    page.evaluate("void window.jupyterapp.commands.execute('application:toggle-left-area')")
    tallest = page.evaluate(
        "Math.max(...[...document.querySelectorAll('.jp-Cell')].map(c => c.scrollHeight))"
    )
    page.set_viewport_size({"width": width, "height": min(16_000, int(tallest) + 400)})
    page.wait_for_timeout(500)
    saved = []
    for number, cell in enumerate(page.locator(".jp-Notebook .jp-Cell").all()):
        if every or cell.locator(".jp-OutputArea-child").count():
            cell.scroll_into_view_if_needed()
            page.wait_for_timeout(100)
            saved.append(folder / f"cell-{number:02d}.png")
            cell.screenshot(path=saved[-1], animations="disabled")
    return saved


def main():
    parser = argparse.ArgumentParser(
        description="Run a notebook in JupyterLab and save pictures of its cells."
    )
    parser.add_argument("notebook", type=Path)
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--dark", action="store_true", help="JupyterLab's dark theme")
    parser.add_argument("--width", type=int, default=1100, help="of the window, in pixels")
    parser.add_argument("--all", action="store_true", help="picture cells without output too")
    parser.add_argument(
        "--no-run", action="store_true", help="show the stored outputs, untrusted, as after a download"
    )
    options = parser.parse_args()

    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as copy, sync_playwright() as playwright:
        shutil.copy(options.notebook, copy)
        env = {"MIA_TEACH_PROGRESS": str(Path(copy) / "progress.json")}
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        page = watched_page(browser, viewport={"width": options.width, "height": 1000})
        with jupyterlab(copy, dark=options.dark, env=env) as url:
            open_notebook(page, url, options.notebook.name, kernel=not options.no_run)
            began = time.monotonic()
            errors = [] if options.no_run else run_all(page, seconds=600)
            sys.stdout.write(f"ran in {time.monotonic() - began:.1f} s\n")
            for path in picture_cells(page, options.folder, every=options.all, width=options.width):
                sys.stdout.write(f"{path}\n")
        browser.close()
    for message in [*errors, *page.errors, *(f"asked for {url}" for url in page.elsewhere)]:
        sys.stdout.write(f"PROBLEM {message}\n")
    return 1 if errors or page.errors or page.elsewhere else 0


if __name__ == "__main__":
    sys.exit(main())
