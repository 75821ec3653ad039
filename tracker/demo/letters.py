"""Where the demonstration's letters land: a folder of .eml files that any mail program opens.

Two ways lead there: a mailer, for the letters of the past that are written while the city is loaded, and a mail
server on loopback, to which the worker speaks real SMTP.
"""

import re
import secrets
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tracker.foundation.mailing import Letter, Mailer, Outcome, OutcomeKind, Witness

TAKEN = 250


@dataclass(frozen=True)
class LetterFolder:
    """A folder that keeps each letter as a file named by its day, its recipient and a chance word."""

    path: Path

    def keep(self, data: bytes, recipient: str) -> Path:
        """Store one letter as it came, readable to its owner only."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        dated = message_from_bytes(data, policy=policy.default)["Date"]
        moment = f"{dated.datetime:%Y%m%d-%H%M%S}" if dated is not None else "undated"
        reader = re.sub(r"[^A-Za-z0-9.@_-]", "_", recipient)[:100]
        place = self.path / f"{moment}-{reader}-{secrets.token_hex(3)}.eml"
        place.touch(0o600)
        place.write_bytes(data)
        return place


@dataclass(frozen=True)
class FolderMailer:
    """Composes as the real mailer does, and delivers straight into the folder."""

    composer: Mailer
    folder: LetterFolder

    def compose(self, letter: Letter) -> bytes:
        """Freeze a letter into the bytes that will travel."""
        return self.composer.compose(letter)

    def deliver(self, data: bytes, recipient: str, witness: Witness) -> Outcome:
        """Put the letter into the folder."""
        if not witness.may_leave():
            return Outcome(OutcomeKind.WITHHELD)
        self.folder.keep(data, recipient)
        return Outcome(OutcomeKind.ACCEPTED, TAKEN, "kept")

    def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True)
class Catcher:
    """The handler of the mail server: takes every letter and sends none on."""

    folder: LetterFolder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the letter once for each recipient."""
        data = envelope.original_content
        for recipient in envelope.rcpt_tos:
            self.folder.keep(data if isinstance(data, bytes) else b"", recipient)
        return f"{TAKEN} kept"


def mail_server(host: str, port: int, folder: Path) -> Controller:
    """Return a mail server, not yet started, that keeps what it takes in a folder."""
    return Controller(Catcher(LetterFolder(folder)), hostname=host, port=port)
