"""A pytest plugin: nothing in the tests reaches further than this machine.

Loopback addresses and local sockets stay open, for kernels, servers and browsers talk through them. Everything
else raises ``NetworkUsed``, which is no ``OSError``, so that code which shrugs off a missing network fails too.
``environment()`` does the same for the Python processes that a test starts.
"""

import ipaddress
import os
import socket
from pathlib import Path

_METHODS = ("connect", "connect_ex", "sendto")
_LOCAL_NAMES = {"", "localhost", "0.0.0.0", "::", socket.gethostname()}


class NetworkUsed(RuntimeError):
    """Something tried to leave the machine."""


def environment() -> dict[str, str]:
    """This process's environment, in which new Python processes are kept off the network as well."""
    startup = str(Path(__file__).parent / "startup")
    paths = [startup, *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def block() -> None:
    """Close the network for this process."""
    if getattr(socket.socket.connect, "guarded", False):
        return
    for name in _METHODS:
        setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
    look_up = socket.getaddrinfo

    def getaddrinfo(host, *args, **kwargs):
        _refuse_unless_local(host)
        return look_up(host, *args, **kwargs)

    socket.getaddrinfo = getaddrinfo


def _guarded(method):
    def wrapper(self, *args):
        address = args[-1]
        if self.family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple):
            _refuse_unless_local(address[0])
        return method(self, *args)

    wrapper.guarded = True
    return wrapper


def _refuse_unless_local(host) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name is None or name in _LOCAL_NAMES:
        return
    try:
        if ipaddress.ip_address(name.partition("%")[0]).is_loopback:
            return
    except ValueError:
        pass
    raise NetworkUsed(f"Something tried to reach {name!r}. Tests and lessons work without a network.")


def pytest_configure(config) -> None:
    block()
