import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import formataddr
from pathlib import Path
from threading import Event

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from tracker.adapters import smtp
from tracker.adapters.smtp import SMTPMailer
from tracker.foundation.mailing import Letter, Outcome, OutcomeKind
from tracker.settings import MailSettings

LETTER = Letter(
    to_name="陳怡君, 專員",
    to_address="yichun.chen@city.example",
    subject="[列管追蹤] 明日到期：114-TPE-003-02 規劃自駕車道路測試及後續營運之整體推動方案與配套措施",
    text="一、原文：\n.開頭的點不可遺失\n\n預定完成日：114年6月30日（一）\n",
    html="<p>原文</p>\n",
    message_id="0f8fad5b-d9cb-469f-a165-70867728950e@tracker.example",
    date=datetime(2025, 6, 27, 1, 0, tzinfo=UTC),
    sender='"研考會, 列管追蹤" <tracker@city.example>',
    reply_to="rdec@city.example",
    headers={"Auto-Submitted": "auto-generated"},
)


def settings(port: int, **changes: object) -> MailSettings:
    values = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "username": "",
        "password": "",
        "sender_name": "研考會",
        "sender_address": "tracker@city.example",
        "subject_prefix": "[列管追蹤]",
        "reply_to": "",
        "message_id_domain": "tracker.example",
        "connect_timeout_seconds": 0.5,
        "reply_timeout_seconds": 0.5,
        "final_timeout_seconds": 0.5,
        "letters_in_hand": 16,
        "ca_file": None,
    }
    return MailSettings(**(values | changes))


def parsed(data: bytes) -> EmailMessage:
    message = message_from_bytes(data, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


class TestCompose:
    def composed(self) -> bytes:
        return SMTPMailer(settings(25)).compose(LETTER)

    def test_the_same_letter_gives_the_same_bytes(self) -> None:
        assert self.composed() == self.composed()

    def test_the_zone_of_the_machine_leaves_no_trace(self, monkeypatch: pytest.MonkeyPatch) -> None:
        here = self.composed()
        monkeypatch.setenv("TZ", "America/New_York")
        assert self.composed() == here

    def test_asks_the_name_service_for_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        expected = self.composed()

        def is_asked(*_: object) -> None:
            raise AssertionError("the name service was asked")

        for question in ("getfqdn", "gethostbyaddr", "getaddrinfo"):
            monkeypatch.setattr(socket, question, is_asked)
        assert self.composed() == expected

    def test_has_exactly_one_message_id_and_it_is_ours(self) -> None:
        assert parsed(self.composed()).get_all("Message-ID") == [f"<{LETTER.message_id}>"]

    def test_the_subject_survives(self) -> None:
        assert parsed(self.composed())["Subject"] == LETTER.subject

    def test_a_comma_in_a_name_keeps_both_addresses_whole(self) -> None:
        message = parsed(self.composed())
        sender, recipient = message["From"].addresses[0], message["To"].addresses[0]
        assert (sender.display_name, sender.addr_spec) == ("研考會, 列管追蹤", "tracker@city.example")
        assert (recipient.display_name, recipient.addr_spec) == ("陳怡君, 專員", "yichun.chen@city.example")

    @pytest.mark.parametrize("name", ["段以恆", "Tobias Wren", "王, 小明", 'O"Brien', ""])
    def test_the_recipients_name_is_read_as_it_was_written(self, name: str) -> None:
        letter = replace(LETTER, to_name=name, sender=formataddr((name, "tracker@city.example")))
        message = parsed(SMTPMailer(settings(25)).compose(letter))
        assert message["To"].addresses[0].display_name == name
        assert message["From"].addresses[0].display_name == name

    def test_the_text_stands_beside_the_html(self) -> None:
        message = parsed(self.composed())
        assert part(message, "plain").rstrip("\n") == LETTER.text.rstrip("\n")
        assert "<p>原文</p>" in part(message, "html")

    def test_every_line_is_short_and_plain(self) -> None:
        lines = self.composed().split(b"\r\n")
        assert all(line.isascii() and len(line) <= 998 and b"\n" not in line for line in lines)

    def test_says_that_a_machine_wrote_it(self) -> None:
        assert parsed(self.composed())["Auto-Submitted"] == "auto-generated"

    def test_refuses_a_line_break_in_the_subject(self) -> None:
        forged = Letter(**(vars(LETTER) | {"subject": "hello\r\nBcc: someone@else.example"}))
        with pytest.raises(ValueError, match="line break"):
            SMTPMailer(settings(25)).compose(forged)


class Asked:
    """A witness that remembers how often the point of no return was reached, and the server took its time."""

    def __init__(self, answer: bool = True) -> None:
        self.times, self.answer, self.waits = 0, answer, 0

    def may_leave(self) -> bool:
        self.times += 1
        return self.answer

    def kept_waiting(self) -> None:
        self.waits += 1


class Trips(Asked):
    """One whose database goes away at the point of no return."""

    def may_leave(self) -> bool:
        raise RuntimeError("the database went away")


def deliver(mailer: SMTPMailer, asked: Asked | None = None) -> Outcome:
    return mailer.deliver(mailer.compose(LETTER), LETTER.to_address, asked or Asked())


class TestDeliver:
    def test_the_server_receives_the_composed_bytes(self, mailbox) -> None:
        mailer = SMTPMailer(settings(mailbox.port))
        outcome = deliver(mailer)
        mailer.close()
        assert outcome.kind is OutcomeKind.ACCEPTED
        assert [taken.data for taken in mailbox.taken] == [mailer.compose(LETTER)]

    def test_the_envelope_names_one_recipient(self, mailbox) -> None:
        mailer = SMTPMailer(settings(mailbox.port))
        deliver(mailer)
        mailer.close()
        assert mailbox.taken[0].recipients == [LETTER.to_address]
        assert mailbox.taken[0].sender == "tracker@city.example"

    def test_many_letters_share_a_conversation(self, faulty_server) -> None:
        server = faulty_server()
        mailer = SMTPMailer(settings(server.port))
        outcomes = [deliver(mailer) for _ in range(3)]
        mailer.close()
        assert {outcome.kind for outcome in outcomes} == {OutcomeKind.ACCEPTED}
        assert server.conversations == 1

    def test_a_conversation_that_fell_silent_is_opened_anew(self, faulty_server) -> None:
        server = faulty_server(MAIL=["ok", "drop"])
        mailer = SMTPMailer(settings(server.port))
        outcomes = [deliver(mailer) for _ in range(2)]
        mailer.close()
        assert [outcome.kind for outcome in outcomes] == [OutcomeKind.ACCEPTED, OutcomeKind.ACCEPTED]
        assert server.conversations == 2

    def test_a_conversation_that_the_server_ends_is_opened_anew(self, faulty_server) -> None:
        server = faulty_server(MAIL=["ok", "421 so many letters are enough"])
        mailer = SMTPMailer(settings(server.port))
        outcomes = [deliver(mailer) for _ in range(2)]
        mailer.close()
        assert [outcome.kind for outcome in outcomes] == [OutcomeKind.ACCEPTED, OutcomeKind.ACCEPTED]
        assert server.conversations == 2

    def test_what_a_refused_letter_left_behind_is_cleared_before_the_next(self, mailbox) -> None:
        mailer = SMTPMailer(settings(mailbox.port))
        refused = mailer.deliver(b"", f"{'x' * 600}@city.example", Asked())
        taken = deliver(mailer)
        mailer.close()
        assert (refused.kind, taken.kind) == (OutcomeKind.DENIED, OutcomeKind.ACCEPTED)

    def test_a_letter_in_a_clean_conversation_costs_the_four_words_that_it_must(self, faulty_server) -> None:
        server = faulty_server(RSET=["drop"])
        mailer = SMTPMailer(settings(server.port))
        outcomes = [deliver(mailer) for _ in range(2)]
        mailer.close()
        assert {outcome.kind for outcome in outcomes} == {OutcomeKind.ACCEPTED}
        assert server.conversations == 1

    def test_a_withheld_letter_leaves_nothing_behind(self, mailbox) -> None:
        mailer = SMTPMailer(settings(mailbox.port))
        assert deliver(mailer, Asked(answer=False)).kind is OutcomeKind.WITHHELD
        mailer.close()
        assert mailbox.taken == []

    def test_lines_that_begin_with_a_dot_arrive_whole(self, mailbox) -> None:
        mailer = SMTPMailer(settings(mailbox.port))
        data = b"Subject: x\r\n\r\n.\r\n..\r\n.a\r\n"
        mailer.deliver(data, LETTER.to_address, Asked())
        mailer.close()
        assert mailbox.taken[0].data == data

    @pytest.mark.parametrize(
        "address", ["nobody", "a b@city.example", "x@y.example>\r\nRCPT TO:<z@y.example", "陳@市.example"]
    )
    def test_an_unusable_address_is_refused_for_good(self, address: str) -> None:
        outcome = SMTPMailer(settings(1)).deliver(b"", address, Asked())
        assert outcome.kind is OutcomeKind.PERMANENT

    def test_no_server_is_the_channels_failure(self, faulty_server) -> None:
        server = faulty_server()
        server.stop()
        asked = Asked()
        assert deliver(SMTPMailer(settings(server.port)), asked).kind is OutcomeKind.CHANNEL
        assert asked.times == 0

    @pytest.mark.parametrize(
        ("faults", "kind", "reached"),
        [
            ({"banner": ["421 too busy"]}, OutcomeKind.CHANNEL, 0),
            ({"banner": ["554 no service"]}, OutcomeKind.CHANNEL, 0),
            ({"banner": ["hang"]}, OutcomeKind.CHANNEL, 0),
            ({"banner": ["drop"]}, OutcomeKind.CHANNEL, 0),
            ({"EHLO": ["421 closing"]}, OutcomeKind.CHANNEL, 0),
            ({"MAIL": ["421 closing"]}, OutcomeKind.CHANNEL, 0),
            ({"MAIL": ["530 sign in first"]}, OutcomeKind.CHANNEL, 0),
            ({"MAIL": ["550 sender unknown"]}, OutcomeKind.DENIED, 0),
            ({"MAIL": ["553 5.1.8 your domain is unknown"]}, OutcomeKind.DENIED, 0),
            ({"MAIL": ["554 5.7.1 no service for you"]}, OutcomeKind.DENIED, 0),
            ({"MAIL": ["451 later"]}, OutcomeKind.TEMPORARY, 0),
            ({"RCPT": ["450 greylisted"]}, OutcomeKind.TEMPORARY, 0),
            ({"RCPT": ["451 local error"]}, OutcomeKind.TEMPORARY, 0),
            ({"RCPT": ["550 no such person"]}, OutcomeKind.PERMANENT, 0),
            ({"RCPT": ["554 5.7.1 relay access denied"]}, OutcomeKind.DENIED, 0),
            ({"RCPT": ["hang"]}, OutcomeKind.TEMPORARY, 0),
            ({"RCPT": ["drop"]}, OutcomeKind.TEMPORARY, 0),
            ({"DATA": ["452 disk full"]}, OutcomeKind.TEMPORARY, 0),
            ({"DATA": ["554 refused"]}, OutcomeKind.PERMANENT, 0),
            ({"dot": ["451 later"]}, OutcomeKind.TEMPORARY, 1),
            ({"dot": ["421 closing"]}, OutcomeKind.CHANNEL, 1),
            ({"dot": ["550 refused content"]}, OutcomeKind.PERMANENT, 1),
            ({"dot": ["hang"]}, OutcomeKind.UNKNOWN, 1),
            ({"dot": ["drop"]}, OutcomeKind.UNKNOWN, 1),
            ({"dot": ["take and drop"]}, OutcomeKind.UNKNOWN, 1),
            ({"QUIT": ["drop"]}, OutcomeKind.ACCEPTED, 1),
            ({"QUIT": ["hang"]}, OutcomeKind.ACCEPTED, 1),
        ],
        ids=str,
    )
    def test_judges_each_fault(self, faulty_server, faults, kind, reached) -> None:
        mailer = SMTPMailer(settings(faulty_server(**faults).port))
        asked = Asked()
        outcome = deliver(mailer, asked)
        mailer.close()
        assert (outcome.kind, asked.times) == (kind, reached)

    def answered(self, faulty_server, **faults: list[str]) -> Outcome:
        mailer = SMTPMailer(settings(faulty_server(**faults).port))
        outcome = deliver(mailer)
        mailer.close()
        return outcome

    @pytest.mark.parametrize(
        "answer",
        [
            "550 no such person", "501 no address at all", "551 not here", "553 no such name", "550 5.1.1 unknown user",
            "554 5.1.2 no such domain", "553 5.1.3 bad address", "556 5.1.10 takes no mail", "550 5.2.1 closed",
            "550-5.1.1 unknown user|550 5.1.1 see the list of our people",
        ],
    )  # fmt: skip
    def test_says_that_the_address_is_refused_where_the_answer_is_about_it(
        self, faulty_server, answer
    ) -> None:
        outcome = self.answered(faulty_server, RCPT=[answer.replace("|", "\r\n")])
        assert (outcome.kind, outcome.refuses_address) == (OutcomeKind.PERMANENT, True)

    @pytest.mark.parametrize(
        "answer",
        [
            "554 5.7.1 relay access denied", "550 5.7.1 client blocked", "550 5.7.26 not authenticated",
            "554 no relaying", "552 5.2.2 mailbox full", "500 what", "503 5.5.1 bad sequence",
            "550 5.1.0 sender unknown", "550 5.1.7 sender malformed", "550 5.1.8 sender's domain not found",
            "550-5.7.1 blocked|550 5.7.1 by the list 5.1.1",
        ],
    )  # fmt: skip
    def test_says_that_the_way_is_denied_where_it_is_about_us(self, faulty_server, answer) -> None:
        outcome = self.answered(faulty_server, RCPT=[answer.replace("|", "\r\n")])
        assert (outcome.kind, outcome.refuses_address) == (OutcomeKind.DENIED, False)

    def test_after_a_refused_recipient_the_next_letter_goes_out(self, faulty_server) -> None:
        server = faulty_server(RCPT=["550 no such person"])
        mailer = SMTPMailer(settings(server.port))
        kinds = [deliver(mailer).kind for _ in range(2)]
        mailer.close()
        assert kinds == [OutcomeKind.PERMANENT, OutcomeKind.ACCEPTED]

    def test_the_servers_words_are_kept(self, faulty_server) -> None:
        mailer = SMTPMailer(settings(faulty_server(RCPT=["550 no such person"]).port))
        outcome = deliver(mailer)
        mailer.close()
        assert (outcome.code, outcome.text) == (550, "no such person")


@pytest.fixture
def unread() -> Iterator[int]:
    """The port of a server that asks for the body and then reads nothing of it."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as apart:
        is_over = Event()

        def converse() -> None:
            connection, _ = listener.accept()
            with connection, connection.makefile("rb") as lines:
                for answer in (b"220 here", b"250 well", b"250 sender", b"250 recipient", b"354 go on"):
                    connection.sendall(answer + b"\r\n")
                    if not answer.startswith(b"354"):
                        lines.readline()
                is_over.wait(30)

        conversation = apart.submit(converse)
        yield listener.getsockname()[1]
        is_over.set()
        conversation.result()


class TestAServerThatTakesItsTime:
    """Whoever waits for it is told, so that nothing is known in memory alone meanwhile."""

    def told(self, port: int, letters: int, **changes: object) -> list[int]:
        """Deliver letters over one conversation; return at which of them it was told."""
        mailer, asked = SMTPMailer(settings(port, **changes)), [Asked() for _ in range(letters)]
        for each in asked:
            deliver(mailer, each)
        mailer.close()
        return [number for number, each in enumerate(asked) if each.waits]

    @pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "dot"])
    def test_is_told_of_at_every_word(self, faulty_server, step: str) -> None:
        told = self.told(faulty_server(**{step: ["ok", "hang"]}).port, 2)
        assert 1 in told

    def test_is_told_of_when_it_does_not_read_on(self, unread) -> None:
        mailer, asked = SMTPMailer(settings(unread)), Asked()
        outcome = mailer.deliver(b"x" * 76 * 500_000, LETTER.to_address, asked)
        assert outcome.kind is OutcomeKind.UNKNOWN
        assert asked.waits > 1  # Once before the conversation was begun.

    def test_is_not_told_of_while_it_answers_at_once(self, faulty_server, monkeypatch) -> None:
        monkeypatch.setattr(smtp, "AT_ONCE_SECONDS", 30.0)
        server = faulty_server()
        assert self.told(server.port, 5, reply_timeout_seconds=30, final_timeout_seconds=30) == [0]
        assert server.conversations == 1

    def test_is_told_of_before_a_new_conversation_is_begun(self, faulty_server, monkeypatch) -> None:
        monkeypatch.setattr(smtp, "AT_ONCE_SECONDS", 30.0)
        server = faulty_server(MAIL=["ok", "drop"])
        told = self.told(server.port, 2, reply_timeout_seconds=30, final_timeout_seconds=30)
        assert (told, server.conversations) == ([0, 1], 2)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A fresh certificate for `localhost`, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here to make a certificate: apt-get install openssl")
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert],
        check=True, capture_output=True,
    )  # fmt: skip
    return cert, key


@pytest.fixture(params=["starttls", "tls"])
def secured(
    request: pytest.FixtureRequest, certificate, mailbox_handler, unused_port
) -> Iterator[tuple[str, Controller]]:
    cert, key = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)

    def authenticate(
        server: SMTP, session: object, envelope: object, mechanism: str, data: object
    ) -> AuthResult:
        return AuthResult(success=getattr(data, "password", b"") == b"right", handled=False)

    common = {"hostname": "127.0.0.1", "port": unused_port, "authenticator": authenticate}
    if request.param == "starttls":
        controller = Controller(mailbox_handler, **common, tls_context=context, require_starttls=True)
    else:
        controller = Controller(mailbox_handler, **common, ssl_context=context, auth_require_tls=False)
    controller.start()
    yield request.param, controller
    controller.stop()


class TestSecuredConversation:
    def mailer(self, secured, certificate, **changes: object) -> SMTPMailer:
        security, controller = secured
        values = {"host": "localhost", "security": security, "ca_file": certificate[0]}
        return SMTPMailer(settings(controller.port, **(values | changes)))

    def test_delivers_when_the_certificate_holds(self, secured, certificate) -> None:
        mailer = self.mailer(secured, certificate)
        assert deliver(mailer).kind is OutcomeKind.ACCEPTED
        mailer.close()

    def test_refuses_a_certificate_nobody_vouches_for(self, secured, certificate) -> None:
        outcome = deliver(self.mailer(secured, certificate, ca_file=None))
        assert (outcome.kind, "certificate" in outcome.text.lower()) == (OutcomeKind.CHANNEL, True)

    def test_refuses_a_certificate_for_another_host(self, secured, certificate) -> None:
        outcome = deliver(self.mailer(secured, certificate, host="127.0.0.1"))
        assert (outcome.kind, "certificate" in outcome.text.lower()) == (OutcomeKind.CHANNEL, True)

    def test_signs_in(self, secured, certificate) -> None:
        mailer = self.mailer(secured, certificate, username="tracker", password="right")
        assert deliver(mailer).kind is OutcomeKind.ACCEPTED
        mailer.close()

    def test_a_refused_sign_in_is_the_channels_failure(self, secured, certificate) -> None:
        outcome = deliver(self.mailer(secured, certificate, username="tracker", password="wrong"))
        assert (outcome.kind, outcome.code) == (OutcomeKind.CHANNEL, 535)

    def test_a_server_without_tls_is_refused_when_tls_is_asked_for(self, mailbox) -> None:
        mailer = SMTPMailer(settings(mailbox.port, security="starttls"))
        assert deliver(mailer).kind is OutcomeKind.CHANNEL
        assert mailbox.taken == []


class TestWhenTheCallerFails:
    def test_the_next_letter_is_not_mixed_with_the_broken_one(self, faulty_server) -> None:
        server = faulty_server()
        mailer = SMTPMailer(settings(server.port))

        with pytest.raises(RuntimeError):
            mailer.deliver(mailer.compose(LETTER), LETTER.to_address, Trips())
        assert deliver(mailer).kind is OutcomeKind.ACCEPTED
        mailer.close()
        assert server.taken == [mailer.compose(LETTER)]
