"""Letters over SMTP: Flask-Mail composes, our own connection owns the dialogue.

Flask-Mail's own way of sending waits without limit, checks no certificate and hides whether the server took the
letter before the connection broke. Only the answer after the final dot decides here: whoever hangs up later does not
turn a delivered letter into a failed one, and only a break after the body began to leave is unknown.
"""

import logging
import re
import select
import smtplib
import ssl
from contextlib import suppress
from dataclasses import replace
from datetime import UTC
from email import policy
from email.charset import BASE64, Charset
from email.headerregistry import HeaderRegistry
from email.mime.base import MIMEBase
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

import flask_mail
from flask import Flask

from tracker.foundation.errors import MailServerAway
from tracker.foundation.mailing import (
    AT_ONCE_SECONDS,
    Letter,
    Outcome,
    OutcomeKind,
    Witness,
    boundary,
)
from tracker.settings import MailSettings

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_log = logging.getLogger(__name__)
_ADDRESS = re.compile(r"[!-;=?A-~]+@[!-;=?A-~]+")
_DOT_AT_LINE_START = re.compile(rb"(?m)^\.")
OK, WILL_FORWARD, READY_FOR_BODY, SERVICE_CLOSING = 250, 251, 354, 421
SIGN_IN_WANTED = frozenset({530, 534, 535, 538})
NO_SUCH_ADDRESS = frozenset({501, 550, 551, 553})
_ENHANCED_CODE = re.compile(r"5\.\d{1,3}\.\d{1,3}(?!\d)")
_ABOUT_MAILBOX = re.compile(r"5\.(1\.(?![078]$)\d+|2\.1)")
"""RFC 3463: an address that is bad, or a mailbox that is closed; 5.1.7 and 5.1.8 are about the sender's address, and
so is 5.1.0 where Postfix says it of an unknown sender."""

# Folding a long header decodes it and drops its quotes: what means something in an address must not stand in a name.
_ADDRESS_SIGNS = str.maketrans(dict.fromkeys("<>@", " "))

_FREEZING = policy.SMTP.clone(header_factory=lru_cache(maxsize=512)(HeaderRegistry()))
"""The policy that Flask-Mail asks for; most headers of a day's letters are the same, and reading one is slow."""


def plain_name(name: str) -> str:
    """Return a display name from which no reader of a header can make out an address."""
    return " ".join(name.translate(_ADDRESS_SIGNS).split())


class FrozenMessage(flask_mail.Message):
    """A Flask-Mail message whose bytes depend on the letter alone: not on the moment, the zone or the host."""

    def __init__(self, letter: Letter) -> None:
        # Flask-Mail's own makes a Message-ID that nobody wants and asks the name service for it: where that does not
        # answer, each letter would take seconds to write.
        self.subject, self.body, self.sender = letter.subject, letter.text, letter.sender
        self.recipients, self.reply_to = [letter.to_address], letter.reply_to
        self.cc, self.bcc, self.mail_options, self.rcpt_options = [], [], [], []
        self.alts, self.charset = {}, None
        self.html = letter.html
        self.date, self.msgId = letter.date.timestamp(), f"<{letter.message_id}>"
        self.extra_headers = dict(letter.headers)
        self.attachments = []
        for each in letter.attachments:
            self.attach(each.name, each.mime_type, each.data)
        self._letter = letter

    def _message(self) -> MIMEBase:
        message = super()._message()
        message.policy = _FREEZING
        # Flask-Mail encodes names that are encoded already, and loses those that are not and hold a comma.
        message.replace_header("From", formataddr(parseaddr(self._letter.sender)))
        message.replace_header("To", formataddr((plain_name(self._letter.to_name), self._letter.to_address)))
        message.replace_header("Date", format_datetime(self._letter.date.astimezone(UTC)))
        multiparts = (part for part in message.walk() if part.is_multipart())
        for level, part in enumerate(multiparts):
            part.set_boundary(boundary(self._letter.message_id, level))
        return message

    def _mimetext(self, text: str | None, subtype: str = "plain") -> MIMEText:
        # Base64 keeps the body to 7 bits and short lines, so no relay has a reason to rewrite it. The type stubs
        # know charsets by name only; MIMEText takes a Charset as well.
        seven_bit = Charset("utf-8")
        seven_bit.body_encoding = BASE64
        return MIMEText("\r\n".join((text or "").splitlines()), subtype, seven_bit)  # type: ignore[arg-type]


class Watched(smtplib.SMTP):
    """A conversation that tells when the server does not answer, or does not listen, at once."""

    witness: Witness | None = None

    def send(self, s: "ReadableBuffer | str") -> None:
        """Say something; raises OSError when the conversation breaks."""
        if isinstance(s, str) or self.sock is None:
            super().send(s)
            return
        left = memoryview(s)
        while left:
            self._watch(select.POLLOUT)
            left = left[self.sock.send(left) :]

    def getreply(self) -> tuple[int, bytes]:
        """Wait for the server's next answer; raises OSError when the conversation breaks."""
        self._watch(select.POLLIN)
        return super().getreply()

    def _watch(self, sign: int) -> None:
        sock = self.sock
        if sock is None or (sign == select.POLLIN and isinstance(sock, ssl.SSLSocket) and sock.pending()):
            return
        poll = select.poll()
        poll.register(sock, sign)
        if not poll.poll(AT_ONCE_SECONDS * 1000) and self.witness is not None:
            self.witness.kept_waiting()


class WatchedTLS(Watched, smtplib.SMTP_SSL):
    """The same within TLS from the first byte."""


class Connection(flask_mail.Connection):
    """One conversation with the mail server, which may carry many letters, one recipient each."""

    def __init__(self, mail: flask_mail.Mail, settings: MailSettings) -> None:
        super().__init__(mail)
        self._settings = settings
        self._sender = parseaddr(settings.sender_address)[1]
        self._is_clean = True

    @property
    def is_open(self) -> bool:
        """Tell whether a conversation is going on."""
        return self.host is not None

    def open(self) -> None:
        """Connect, secure and sign in; raises OSError when the server or the way to it fails."""
        self.host, self._is_clean = self.configure_host(), True

    def configure_host(self) -> Watched:
        """Return a secured, signed-in conversation; a certificate that does not hold is an error, never a warning."""
        settings = self._settings
        name, timeout = settings.message_id_domain, settings.connect_timeout_seconds
        if settings.security == "tls":
            context = self._verifying_context()
            host: Watched = WatchedTLS(settings.host, settings.port, name, timeout=timeout, context=context)
        else:
            host = Watched(settings.host, settings.port, name, timeout=timeout)
        try:
            self._introduce(host)
        except BaseException:
            host.close()
            raise
        return host

    def begin(self, witness: Witness) -> tuple[int, bytes]:
        """Say in the open conversation who sends a letter, and return the server's answer.

        Only what a letter that was not taken left behind is cleared first: a relay may be far away, and each word costs
        a journey. Raises OSError when the conversation breaks.
        """
        host = self._conversation
        host.witness = witness
        if not self._is_clean:
            host.rset()
        self._is_clean = False
        # Both addresses stand in the plain form that these words take; to have each taken apart again takes a while.
        return host.docmd("MAIL", f"FROM:<{self._sender}>")

    def hand_over(self, data: bytes, recipient: str, witness: Witness) -> Outcome:
        """Offer the letter that was begun to one recipient and wait for the server's word.

        Raises OSError, of which every SMTPException is one, when the conversation breaks before the body leaves.
        """
        host = self._conversation
        code, text = host.docmd("RCPT", f"TO:<{recipient}>")
        if code not in (OK, WILL_FORWARD):
            return _recipient_refused(code, text)
        code, text = host.docmd("DATA")
        if code != READY_FOR_BODY:
            return _refused(code, text)
        if not witness.may_leave():
            self.drop()
            return Outcome(OutcomeKind.WITHHELD)
        return self._send_body(data)

    def drop(self) -> None:
        """Hang up without a word; what the server holds of an unfinished letter it must throw away."""
        if self.host is not None:
            self.host.close()
            self.host = None

    def quit(self) -> None:
        """Say good-bye; an answer is welcome but changes nothing."""
        if self.host is not None:
            self._conversation.witness = None
            with suppress(OSError):
                self.host.quit()
            self.drop()

    @property
    def _conversation(self) -> Watched:
        if not isinstance(self.host, Watched):
            raise smtplib.SMTPServerDisconnected("not connected")
        return self.host

    def _send_body(self, data: bytes) -> Outcome:
        host = self._conversation
        _set_timeout(host, self._settings.final_timeout_seconds)
        try:
            host.send(_stuffed(data))
            code, text = host.getreply()
        except OSError as error:
            self.drop()
            return Outcome(OutcomeKind.UNKNOWN, None, str(error))
        _set_timeout(host, self._settings.reply_timeout_seconds)
        self._is_clean = code == OK
        return _accepted(code, text) if code == OK else _refused(code, text)

    def _introduce(self, host: smtplib.SMTP) -> None:
        settings = self._settings
        _set_timeout(host, settings.reply_timeout_seconds)
        host.ehlo_or_helo_if_needed()
        if settings.security == "starttls":
            host.starttls(context=self._verifying_context())
            host.ehlo_or_helo_if_needed()
        if settings.username:
            host.login(settings.username, settings.password)

    def _verifying_context(self) -> ssl.SSLContext:
        ca_file = self._settings.ca_file
        return ssl.create_default_context(cafile=str(ca_file) if ca_file else None)


class SMTPMailer:
    """The mailer of a real installation; keeps one conversation open between letters until `close`."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._app = Flask(__name__, static_folder=None, template_folder=None)
        self._connection = Connection(flask_mail.Mail(self._app), settings)
        self._lock = Lock()

    def compose(self, letter: Letter) -> bytes:
        """Freeze a letter into bytes; raises ValueError for a line break in a header."""
        with self._app.app_context():
            message = FrozenMessage(letter)
            if message.has_bad_headers() or any("\n" in value for value in letter.headers.values()):
                raise ValueError("a header of the letter holds a line break")
            return message.as_bytes()

    def deliver(self, data: bytes, recipient: str, witness: Witness) -> Outcome:
        """Hand composed bytes to the mail server for one recipient.

        Returns as soon as the server's answer is known, so that it can be recorded before anything else is said.
        """
        if not _ADDRESS.fullmatch(recipient):
            words = "the address cannot be used in SMTP"
            return Outcome(OutcomeKind.PERMANENT, None, words, refuses_address=True)
        with self._lock:
            try:
                code, text = self._begin(witness)
                if code != OK:
                    return _sender_refused(code, text)
                return self._connection.hand_over(data, recipient, witness)
            except MailServerAway as away:
                return Outcome(
                    OutcomeKind.CHANNEL, getattr(away.__cause__, "smtp_code", None), _words(away.__cause__)
                )
            except OSError as error:
                self._connection.drop()
                return Outcome(OutcomeKind.TEMPORARY, None, _words(error))
            except BaseException:
                # The server still waits for a body; whatever were said next would become part of it.
                self._connection.drop()
                raise

    def greet(self) -> None:
        """Connect, introduce ourselves and say good-bye; raises MailServerAway when that fails."""
        with self._lock:
            self._connection.drop()
            self._connect()
            self._connection.quit()

    def close(self) -> None:
        """End the conversation with the server, if one is open."""
        with self._lock:
            self._connection.quit()

    def _begin(self, witness: Witness) -> tuple[int, bytes]:
        """Begin a letter in the conversation that is open, or in a new one where that has grown stale."""
        if self._connection.is_open:
            with suppress(OSError):
                code, text = self._connection.begin(witness)
                if code == OK:
                    return code, text
            self._connection.drop()
        witness.kept_waiting()
        self._connect()
        return self._connection.begin(witness)

    def _connect(self) -> None:
        try:
            self._connection.open()
        except OSError as error:
            _log.warning("mail server %s:%s: %s", self._settings.host, self._settings.port, error)
            raise MailServerAway from error


def _accepted(code: int, text: bytes) -> Outcome:
    return Outcome(OutcomeKind.ACCEPTED, code, _decoded(text))


def _refused(code: int, text: bytes) -> Outcome:
    """Judge a refusal: of the channel, for now, or for good."""
    if code == SERVICE_CLOSING or code in SIGN_IN_WANTED:
        return Outcome(OutcomeKind.CHANNEL, code, _decoded(text))
    kind = OutcomeKind.PERMANENT if 500 <= code < 600 else OutcomeKind.TEMPORARY
    return Outcome(kind, code, _decoded(text))


def _sender_refused(code: int, text: bytes) -> Outcome:
    """Judge a refusal of our own address: for good, it is the way that we are denied."""
    judged = _refused(code, text)
    return replace(judged, kind=OutcomeKind.DENIED) if judged.kind is OutcomeKind.PERMANENT else judged


def _recipient_refused(code: int, text: bytes) -> Outcome:
    """Judge a refusal at a recipient: relays say there as well that they take nothing from us, whoever it is for."""
    judged = _refused(code, text)
    if judged.kind is not OutcomeKind.PERMANENT:
        return judged
    if _is_about_address(code, judged.text):
        return replace(judged, refuses_address=True)
    return replace(judged, kind=OutcomeKind.DENIED)


def _is_about_address(code: int, text: str) -> bool:
    """Tell whether a refusal for good is the address's: by the enhanced code (RFC 3463), else by RFC 5321's."""
    enhanced = _ENHANCED_CODE.match(text)
    return bool(_ABOUT_MAILBOX.fullmatch(enhanced[0])) if enhanced else code in NO_SUCH_ADDRESS


def _set_timeout(host: smtplib.SMTP, seconds: float) -> None:
    if host.sock is not None:
        host.sock.settimeout(seconds)


def _stuffed(data: bytes) -> bytes:
    body = data if data.endswith(b"\r\n") else data + b"\r\n"
    return _DOT_AT_LINE_START.sub(b"..", body) + b".\r\n"


def _decoded(text: bytes) -> str:
    # PostgreSQL stores no NUL, and what the server said must be stored whatever it said.
    return text.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")


def _words(error: BaseException | None) -> str:
    answer = getattr(error, "smtp_error", None)
    return _decoded(answer) if isinstance(answer, bytes) else str(error)
