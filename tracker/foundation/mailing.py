"""What a letter is and how one leaves the house; the real way out is an adapter, the twin works in memory.

`compose` freezes a letter into bytes once. A later attempt sends the same bytes, so that a copy which an
unknown attempt may have delivered is recognisable.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

AT_ONCE_SECONDS = 0.05
"""What leaves within so long may be in doubt together when a worker dies."""


@dataclass(frozen=True)
class Attachment:
    """A file that travels with a letter; its name is plain ASCII, which every mail program shows alike."""

    name: str
    mime_type: str
    data: bytes


@dataclass(frozen=True)
class Letter:
    """A letter to one person; `message_id` stands without angle brackets, `date` is aware."""

    to_name: str
    to_address: str
    subject: str
    text: str
    html: str | None
    message_id: str
    date: datetime
    sender: str
    reply_to: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    attachments: Sequence[Attachment] = ()


class OutcomeKind(StrEnum):
    """How an attempt ended, seen from the letter."""

    ACCEPTED = "accepted"
    """The server took the letter over."""
    TEMPORARY = "temporary"
    """Refused for now; the same bytes may be taken later."""
    PERMANENT = "permanent"
    """Refused for good; sending again unchanged is useless."""
    UNKNOWN = "unknown"
    """The connection broke after the body began to leave: perhaps delivered, perhaps not."""
    CHANNEL = "channel"
    """The server, the connection or the sign-in failed; the letter itself was not judged."""
    DENIED = "denied"
    """The server lets us send nothing this way, and says so for good; neither letter nor address was judged."""
    WITHHELD = "withheld"
    """The point of no return said no; nothing left."""


@dataclass(frozen=True)
class Outcome:
    """The end of one attempt; `code` is the server's reply code, or None when there was no reply.

    `refuses_address` tells that it is the recipient whom the server does not take, whatever the letter says.
    """

    kind: OutcomeKind
    code: int | None = None
    text: str = ""
    refuses_address: bool = False


class Witness(Protocol):
    """Whoever is asked and told about one letter while it is handed over."""

    def may_leave(self) -> bool:
        """Tell whether the body may leave: asked once, before its first byte and when the server waits for it."""
        ...

    def kept_waiting(self) -> None:
        """Take note that the server takes its time, so that what is known by now is not kept in memory alone."""
        ...


class Mailer(Protocol):
    """The way out for letters."""

    def compose(self, letter: Letter) -> bytes:
        """Freeze a letter into the bytes that will travel; the same letter gives the same bytes."""
        ...

    def deliver(self, data: bytes, recipient: str, witness: Witness) -> Outcome:
        """Hand composed bytes to the mail server for one recipient; never raises for what the server does."""
        ...

    def close(self) -> None:
        """End the conversation with the server, if one is open."""
        ...


@dataclass(frozen=True)
class Delivered:
    """A letter that the twin took."""

    recipient: str
    data: bytes


@dataclass
class MemoryMailer:
    """Keeps what it delivers in a list; `answers` may hold outcomes to give first, in order."""

    delivered: list[Delivered] = field(default_factory=list)
    answers: list[Outcome] = field(default_factory=list)

    def compose(self, letter: Letter) -> bytes:
        """Freeze a letter into bytes."""
        message = EmailMessage(policy=SMTP)
        message["Subject"] = letter.subject
        message["From"] = letter.sender
        message["To"] = formataddr((letter.to_name, letter.to_address))
        message["Date"] = format_datetime(letter.date)
        message["Message-ID"] = f"<{letter.message_id}>"
        if letter.reply_to:
            message["Reply-To"] = letter.reply_to
        for name, value in letter.headers.items():
            message[name] = value
        message.set_content(letter.text)
        if letter.html:
            message.add_alternative(letter.html, subtype="html")
        for each in letter.attachments:
            kind, _, subtype = each.mime_type.partition("/")
            message.add_attachment(each.data, maintype=kind, subtype=subtype, filename=each.name)
        for level, part in enumerate(part for part in message.walk() if part.is_multipart()):
            part.set_boundary(boundary(letter.message_id, level))
        return message.as_bytes()

    def deliver(self, data: bytes, recipient: str, witness: Witness) -> Outcome:
        """Keep the bytes, or give the next prepared answer."""
        answer = self.answers.pop(0) if self.answers else Outcome(OutcomeKind.ACCEPTED, 250, "kept in memory")
        if answer.kind in (OutcomeKind.ACCEPTED, OutcomeKind.UNKNOWN) and not witness.may_leave():
            return Outcome(OutcomeKind.WITHHELD)
        if answer.kind is OutcomeKind.ACCEPTED:
            self.delivered.append(Delivered(recipient, data))
        return answer

    def close(self) -> None:
        """Do nothing: there is no conversation to end."""


def boundary(message_id: str, level: int = 0) -> str:
    """Return the MIME boundary of a letter, fixed by its Message-ID so that composing twice gives equal bytes."""
    return f"=_{sha256(message_id.encode()).hexdigest()[:32]}_{level}"
