"""Keeps every test on this machine: a socket to any other address is refused."""

import ipaddress
import socket
import sys


class OutsideWorld(Exception):
    """A test tried to reach an address that is not this machine's loopback."""


def forbid_outside_world() -> None:
    """Refuse, from now on and in this process, every connection that leaves the loopback."""
    sys.addaudithook(_refuse)


def free_port() -> int:
    """Return a loopback port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _refuse(event: str, args: tuple[object, ...]) -> None:
    if event == "socket.connect" and isinstance(args[1], tuple) and not _is_loopback(str(args[1][0])):
        raise OutsideWorld(f"a test tried to reach {args[1][0]}")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in {"", "localhost"}
