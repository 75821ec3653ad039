"""A real SMTP server on the loopback that keeps what it receives."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.loopback import free_port


@dataclass
class Postbox:
    """Where the server listens, the letters it took, and the recipients it refuses."""

    host: str
    port: int
    letters: list[EmailMessage] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Answer one recipient: with the reply set in `refused`, else with a yes."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - the name that aiosmtpd calls
        """Keep one letter."""
        content = envelope.content
        letter = message_from_bytes(content if isinstance(content, bytes) else b"", policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 Kept"

    def letters_to(self, address: str) -> list[EmailMessage]:
        """Return the letters whose To header names an address."""
        return [letter for letter in self.letters if address in str(letter["To"])]


def plain_text(letter: EmailMessage) -> str:
    """Return the plain text of a letter."""
    plain = letter.get_body(("plain",))
    assert plain is not None
    return str(plain.get_content())


@contextmanager
def smtp_server() -> Generator[Postbox, None, None]:
    """Start a server on a free port and end it afterwards."""
    postbox = Postbox("127.0.0.1", free_port())
    controller = Controller(postbox, hostname=postbox.host, port=postbox.port)
    controller.start()
    try:
        yield postbox
    finally:
        controller.stop()
