"""The site, built once for all tests with the panels of the two cheapest lessons alive, and served from a subfolder."""

import functools
import http.server
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests import no_network

ROOT = Path(__file__).resolve().parents[2]
ALIVE = ("00", "02")
sys.path.append(str(ROOT / "site"))  # last, for a well-known package is called "build" too


def build(folder: Path, *numbers: str) -> Path:
    """The site in ``folder``/course/site, as ``make site`` builds it. States of panels are kept between runs."""
    site = folder / "course" / "site"
    done = subprocess.run(
        [sys.executable, str(ROOT / "site" / "build.py"), *numbers, "--to", str(site)],
        capture_output=True,
        text=True,
        env=no_network.environment(),
        stdin=subprocess.DEVNULL,
        timeout=1500,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return site


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


def served(folder: Path):
    """A plain static server of this machine; yields the address of ``folder``."""
    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the built site. Building it fails on any warning."""
    return build(tmp_path_factory.mktemp("site"), *ALIVE)


@pytest.fixture(scope="session")
def address(site):
    """Where a browser finds it: not at the root of its server."""
    for url in served(site.parents[1]):
        yield f"{url}/course/site"
