"""`tracker demo` as a person runs it: the real command, its children, and what is left when it ends."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from tests.support.loopback import free_port

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180
READY = "Ctrl-C ends it"


@dataclass
class Running:
    """A demonstration that was started."""

    process: subprocess.Popen[str]
    port: int
    home: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def told(self) -> str:
        """Return what it told once it was ready."""
        assert self.process.stdout
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if READY in line:
                return "".join(lines)
        raise AssertionError("".join(lines))

    def children(self) -> dict[str, int]:
        """Return the ids of the children by what they do."""
        listed = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
        )
        rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
        return {
            row[2].split("tracker ")[-1].split()[0]: int(row[0]) for row in rows if int(row[1]) == self.pid
        }

    @property
    def pid(self) -> int:
        return self.process.pid

    def end(self, number: int = signal.SIGTERM) -> int:
        """End it by a signal and return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(60)


def start(home: Path, port: int) -> Running:
    """Start the command in a folder of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "tracker", "demo", "--port", str(port)],
        cwd=home,
        env={**environment, "PYTHONPATH": str(ROOT), "TRACKER_LANGUAGE": "en", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    return Running(process, port, home)


@contextmanager
def running(home: Path) -> Iterator[tuple[Running, str]]:
    """Run the demonstration until it is ready, and make sure that it ends."""
    demonstration = start(home, free_port())
    try:
        yield demonstration, demonstration.told()
    finally:
        if demonstration.process.poll() is None:
            demonstration.end()
        for stream in (demonstration.process.stdout, demonstration.process.stderr):
            assert stream
            stream.close()


def is_alive(pid: int) -> bool:
    """Tell whether a process still runs; one that ended and that nobody has waited for yet does not."""
    asked = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(asked.stdout.strip()) and not asked.stdout.startswith("Z")


def all_gone(pids: list[int]) -> bool:
    """Wait a little for processes to end."""
    until = time.monotonic() + 30
    while any(is_alive(pid) for pid in pids) and time.monotonic() < until:
        time.sleep(0.2)
    return not any(is_alive(pid) for pid in pids)


def password_in(told: str) -> str:
    """Return the password that was printed."""
    found = re.search(r"\b[a-z2-9]{4}(?:-[a-z2-9]{4}){3}\b", told)
    assert found
    return found[0]


def sign_in(address: str, email: str, password: str) -> tuple[str, str]:
    """Sign in as a person would; returns the address and the text of the page that follows."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    page = opener.open(f"{address}/sign-in", timeout=30).read().decode()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    form = {"csrf_token": token[1], "email": email, "password": password}
    answer = opener.open(f"{address}/sign-in", urllib.parse.urlencode(form).encode(), timeout=30)
    return answer.url, answer.read().decode()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the demonstration ran once."""
    folder = tmp_path_factory.mktemp("demonstration")
    with running(folder) as (first, told):
        (folder / "told.json").write_text(
            json.dumps({"told": told, "children": first.children()}), encoding="utf-8"
        )
        email = re.search(r"\S+@city\.example", told)
        assert email
        url, page = sign_in(first.address, email[0], password_in(told))
        (folder / "page.html").write_text(f"{url}\n{page}", encoding="utf-8")
        (folder / "code").write_text(str(first.end()))
    return folder


@pytest.mark.slow
class TestFirstStart:
    def test_tells_address_names_roles_password_and_letters(self, home: Path) -> None:
        told = json.loads((home / "told.json").read_text())["told"]
        assert re.search(r"http://127\.0\.0\.1:\d+", told)
        assert "admin@city.example" in told
        assert "Department of Information Technology" in told
        assert str(home / "var" / "letters") in told

    def test_lets_a_printed_person_in(self, home: Path) -> None:
        url, _, page = (home / "page.html").read_text(encoding="utf-8").partition("\n")
        assert "/sign-in" not in url
        assert "魏書宜" in page

    def test_keeps_the_password_to_the_owner(self, home: Path) -> None:
        kept = home / "var" / "demo-password"
        assert kept.stat().st_mode & 0o777 == 0o600
        assert kept.read_text().strip() == password_in(json.loads((home / "told.json").read_text())["told"])

    def test_ends_every_child(self, home: Path) -> None:
        children = json.loads((home / "told.json").read_text())["children"]
        assert set(children) == {"serve", "worker", "catch-letters"}
        assert all_gone(list(children.values()))
        assert (home / "code").read_text() == "0"


@pytest.mark.slow
class TestLaterStarts:
    def test_keep_the_data_and_begin_soon(self, home: Path) -> None:
        with sqlite3.connect(home / "var" / "tracker.db") as database:
            before = database.execute("select count(*), max(opened_at) from action_item").fetchone()
        database.close()
        began = time.monotonic()
        with running(home) as (again, told):
            assert time.monotonic() - began < 30
            assert password_in(told) == (home / "var" / "demo-password").read_text().strip()
            assert "loading" not in told
            assert again.end(signal.SIGINT) == 0
        with sqlite3.connect(home / "var" / "tracker.db") as database:
            assert database.execute("select count(*), max(opened_at) from action_item").fetchone() == before
        database.close()

    def test_a_killed_parent_leaves_no_child(self, home: Path) -> None:
        with running(home) as (again, _):
            children = list(again.children().values())
            assert len(children) == 3
            again.end(signal.SIGKILL)
            assert all_gone(children)

    def test_the_end_of_one_child_ends_the_others_in_plain_words(self, home: Path) -> None:
        with running(home) as (again, _):
            children = again.children()
            os.kill(children["worker"], signal.SIGKILL)
            assert again.process.wait(60) == 1
            assert again.process.stderr
            error = again.process.stderr.read()
            assert "worker" in error
            assert str(home / "var" / "logs" / "worker.log") in error
            assert len(error.strip().splitlines()) == 1
            assert all_gone(list(children.values()))


class TestTakenPort:
    def test_is_told_in_one_line_before_anything_starts(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            refused = start(tmp_path, other.getsockname()[1])
            out, error = refused.process.communicate(timeout=PATIENCE)
        assert refused.process.returncode == 6
        assert len(error.strip().splitlines()) == 1
        assert str(refused.port) in error
        assert out == ""
        assert list(tmp_path.iterdir()) == []
