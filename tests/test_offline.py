"""Nothing here needs a network: neither the tests nor the lessons."""

import shutil
import socket
import subprocess
import sys

import pytest

from tests import no_network
from tests.lessons import shipped

ELSEWHERE = ("192.0.2.1", 80)  # an address kept for documentation; nobody answers there
WITHOUT_NETWORK = ("unshare", "--map-root-user", "--net")


def test_the_tests_cannot_leave_the_machine():
    for attempt in (
        lambda: socket.create_connection(ELSEWHERE, timeout=1),
        lambda: socket.socket().connect_ex(ELSEWHERE),
        lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ELSEWHERE),
        lambda: socket.getaddrinfo("example.org", 443),
    ):
        with pytest.raises(no_network.NetworkUsed, match="work without a network"):
            attempt()


def test_the_tests_can_talk_to_this_machine():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as line,
    ):
        assert line.getpeername() == server.getsockname()
    assert socket.getaddrinfo("localhost", 80)


def test_a_python_that_a_test_starts_cannot_leave_the_machine_either():
    code = f"import socket; socket.create_connection({ELSEWHERE}, timeout=1)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=no_network.environment(), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert "NetworkUsed" in done.stderr


def _without_network(*command, **options):
    """Run a command where there is no network interface but an idle loopback; skip where that cannot be had."""
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not installed, so no place without a network can be made")
    probe = [*WITHOUT_NETWORK, sys.executable, "-c", "import socket; print(socket.if_nameindex())"]
    tried = subprocess.run(probe, capture_output=True, text=True, timeout=60)
    if tried.returncode:
        pytest.skip(f"no place without a network can be made here: {tried.stderr.strip()}")
    assert tried.stdout == "[(1, 'lo')]\n"
    return subprocess.run(
        [*WITHOUT_NETWORK, *command], capture_output=True, text=True, stdin=subprocess.DEVNULL, **options
    )


def _rebuilt_without_network(name, folder):
    command = (sys.executable, str(shipped.LESSONS / "build.py"), "--check", name[:2], "--cell-seconds", "60")
    done = _without_network(*command, cwd=folder, env=shipped.environment(folder), timeout=500)
    assert done.returncode == 0, done.stdout + done.stderr
    assert name in done.stdout


def test_a_lesson_is_rebuilt_without_a_network_to_the_same_bytes(tmp_path):
    _rebuilt_without_network(shipped.CHEAPEST[0], tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped.EXPECTED[1:])
def test_every_other_lesson_is_rebuilt_without_a_network_to_the_same_bytes(name, tmp_path):
    _rebuilt_without_network(name, tmp_path)
