"""Real mail servers on loopback: one that takes every letter, one that fails wherever a test wants it to."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.factories.city import City, build_city
from tests.support.loopback import free_port
from tracker.foundation.clock import FixedClock
from tracker.foundation.database import Database

LOOPBACK = "127.0.0.1"
ANSWERS = {
    "banner": "220 mail.example.test ready",
    "EHLO": "250 mail.example.test",
    "HELO": "250 mail.example.test",
    "MAIL": "250 sender ok",
    "RCPT": "250 recipient ok",
    "DATA": "354 go ahead",
    "RSET": "250 reset",
    "NOOP": "250 ok",
    "dot": "250 taken",
    "QUIT": "221 bye",
}


@dataclass
class Taken:
    """A letter that a server took over."""

    sender: str
    recipients: list[str]
    data: bytes


@dataclass
class Mailbox:
    """A mail server that takes every letter; `taken` holds them in order of arrival."""

    port: int = 0
    taken: list[Taken] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the name that aiosmtpd calls
        content = envelope.original_content
        assert isinstance(content, bytes)
        self.taken.append(Taken(envelope.mail_from or "", list(envelope.rcpt_tos), content))
        return "250 taken"


@pytest.fixture
def unused_port() -> int:
    """A port on loopback that nothing listens on."""
    return free_port()


@pytest.fixture
def mailbox_handler() -> Mailbox:
    """What keeps the letters of a mail server, without the server."""
    return Mailbox()


@pytest.fixture
def mailbox(mailbox_handler: Mailbox, unused_port: int) -> Iterator[Mailbox]:
    """A running mail server that keeps what it takes."""
    controller = Controller(mailbox_handler, hostname=LOOPBACK, port=unused_port)
    controller.start()
    mailbox_handler.port = controller.port
    yield mailbox_handler
    controller.stop()


@dataclass
class FaultyServer:
    """Speaks just enough SMTP, and fails where it is told.

    `faults` maps a step (banner, EHLO, MAIL, RCPT, DATA, dot, QUIT …) to the answers of its first uses: a reply
    line, "drop" (hang up instead), "hang" (say nothing until the other side goes), "take and drop" or
    "take and hang" (take the letter without saying so), or "ok".
    """

    faults: dict[str, list[str]] = field(default_factory=dict)
    taken: list[bytes] = field(default_factory=list)
    conversations: int = 0

    def __post_init__(self) -> None:
        # Each conversation has a thread of its own, and must not read what another was answered.
        self._said = threading.local()
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def stop(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.conversations += 1
                self._open.append(connection)
                self._start(self._converse, connection)

    def _converse(self, connection: socket.socket) -> None:
        with suppress(OSError), connection, connection.makefile("rb") as lines:
            if not self._answer(connection, "banner"):
                return
            for line in lines:
                verb = line[:4].decode("ascii", "replace").strip().upper()
                goes_on = self._answer(connection, verb)
                if goes_on and verb == "DATA" and self._said.reply == ANSWERS["DATA"]:
                    goes_on = self._answer(connection, "dot", self._body(lines))
                if not goes_on or verb == "QUIT":
                    return

    def _body(self, lines: Iterator[bytes]) -> bytes:
        body: list[bytes] = []
        for line in lines:
            if line == b".\r\n":
                return b"".join(body)
            body.append(line)
        raise OSError("cut off before the dot")

    def _answer(self, connection: socket.socket, step: str, body: bytes = b"") -> bool:
        prepared = self.faults.get(step, [])
        reply = prepared.pop(0) if prepared else "ok"
        self._said.reply = reply = ANSWERS.get(step, "500 unknown") if reply == "ok" else reply
        if step == "dot" and reply.startswith(("250", "take")):
            self.taken.append(body)
        if "hang" in reply:
            connection.recv(1)
            return False
        if "drop" in reply:
            return False
        connection.sendall(f"{reply}\r\n".encode())
        return not reply.startswith("421")


@pytest.fixture
def faulty_server() -> Iterator[Callable[..., FaultyServer]]:
    """Make servers that fail where they are told: `faulty_server(RCPT=["450 later"])`."""
    servers: list[FaultyServer] = []

    def make(**faults: list[str]) -> FaultyServer:
        servers.append(FaultyServer({step: list(answers) for step, answers in faults.items()}))
        return servers[-1]

    yield make
    for server in servers:
        server.stop()


@pytest.fixture
def city(database: Database, clock: FixedClock) -> City:
    """A small city with one person for each role, on both databases; nobody reacts to its events."""
    return build_city(database, clock)
