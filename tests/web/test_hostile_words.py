"""Words that want to be code: in every stored text, in file names, in letters and tables."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import quote, unquote

import pytest
from sqlalchemy import JSON, Text, select, text, update
from werkzeug.test import TestResponse

from tests.factories.city import City
from tests.support.client import Visitor
from tests.support.prepared import Prepared
from tests.support.rights import addresses
from tracker.foundation.clock import FixedClock
from tracker.foundation.database import Base, Database
from tracker.people.models import User
from tracker.reminders.models import OutboxLetter
from tracker.reminders.planning import plan_reminders
from tracker.wiring import Wiring

MARKUP = "\"'></script></textarea></title><svg onload=alert(1)>{{7*7}}"
# Texts that no person writes: the machine's own names for things.
CODES = {
    "audit_event": {"action", "object_type", "previous_digest", "digest"},
    "heartbeat": {"work"},
    "job": {"kind", "message", "lease_token", "payload", "message_values", "result"},
    "person": {"password_hash", "language"},
    "outbox_letter": {"key", "message_id", "lease_token"},
    "delivery_attempt": {"token"},
    "report": {"source_sha256", "source_kind", "page_starts"},
    "recognised_page": {"source_sha256"},
    "draft": {"why", "support_department_ids"},
    "precedent_gram": {"gram"},
    "ladder": {"value"},
    "ladder_stage": {"audience"},
    "planned_reminder": {"stage", "step"},
    "evidence": {"sha256"},
    "snapshot": {"period", "figures"},
    "frozen_file": {"sha256"},
    "kept_file": {"sha256"},
}
CODES_IN_RECORDS = {
    "status",
    "outcome",
    "reason",
    "completed_on",
    "closed_on",
    "due_on",
    "new_due_on",
    "sha256",
}


def poison(database: Database, markup: str = MARKUP) -> None:
    """Put markup into every text of every row that a person, a file or a browser can have written."""
    with database.engine.begin() as connection:
        # The record of what happened cannot be changed while its guards stand.
        for guard in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.execute(text(f"DROP TRIGGER {guard}"))
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if column.name in CODES.get(table.name, ()) or column.name.endswith("token_digest"):
                    continue
                if isinstance(column.type, Text):
                    connection.execute(update(table).values({column: column + markup}))
                elif isinstance(column.type, JSON):
                    key = next(iter(table.primary_key))
                    for row in connection.execute(select(key, column)).all():
                        changed = update(table).where(key == row[0]).values({column: spoiled(row[1], markup)})
                        connection.execute(changed)


def spoiled(value: Any, markup: str) -> Any:
    if isinstance(value, str):
        return value + markup
    if isinstance(value, list):
        return [spoiled(each, markup) for each in value]
    if isinstance(value, dict):
        return {
            key: each if key in CODES_IN_RECORDS else spoiled(each, markup) for key, each in value.items()
        }
    return value


class TestMarkup:
    @pytest.mark.parametrize("key", ["officer", "coordinator", "administrator"])
    def test_in_any_stored_text_is_shown_as_words(self, prepared: Prepared, key: str) -> None:
        poison(prepared.wiring.database)
        shown = 0
        for address in addresses(prepared, "GET"):
            with prepared.visit(key).get(address) as answer:
                assert answer.status_code < 500 or address == "/healthz", address
                if answer.mimetype != "text/html":
                    continue
                page = answer.get_data().decode(errors="replace")
            assert "<svg onload" not in page, address
            assert "{49}" not in page.replace("{{7*7}}", ""), address
            shown += "&lt;svg onload=alert(1)&gt;" in page
        assert shown

    @pytest.mark.parametrize("sign", ["%", "%(x)s", "100%王", "{", "\\", "</"])
    def test_of_a_template_in_a_stored_text_breaks_no_page(self, prepared: Prepared, sign: str) -> None:
        poison(prepared.wiring.database, sign)
        for key in ("officer", "coordinator", "administrator"):
            for address in addresses(prepared, "GET"):
                with prepared.visit(key).get(address) as answer:
                    assert answer.status_code < 500 or address == "/healthz", address

    def test_in_what_was_just_typed_comes_back_as_words(self, prepared: Prepared) -> None:
        officer, administrator = prepared.visit("officer"), prepared.visit("administrator")
        coordinator = prepared.visit("coordinator")
        item, draft = prepared.ids["alone_item"], prepared.ids["draft"]
        for answer in (
            officer.post(f"/actions/{item}/progress", {"narrative": MARKUP, "percent": MARKUP}),
            officer.post(f"/actions/{item}/closing", {"result": MARKUP, "completed_on": MARKUP}),
            administrator.post("/people/new", {"email": MARKUP, "name": MARKUP, "roles-0-role": MARKUP}),
            administrator.post("/departments/new", {"code": MARKUP, "name": "", "parent_id": MARKUP}),
            administrator.post("/people/import", {"file": (io.BytesIO(MARKUP.encode()), "x.csv")}),
            coordinator.post(
                f"/reports/drafts/{draft}/edit", {"title": MARKUP, "due_on": MARKUP, "version": "1"}
            ),
            coordinator.post("/reports/new", {"files": (io.BytesIO(b"x"), f"{MARKUP}.html")}),
            prepared.visit().post("/sign-in", {"email": MARKUP, "password": MARKUP}),
            coordinator.get("/actions/", query_string={"q": MARKUP, "theme": MARKUP}),
            coordinator.get("/reports/", query_string={"q": MARKUP}),
            administrator.get("/people", query_string={"q": MARKUP}),
            administrator.get("/outbox", query_string={"q": MARKUP}),
            prepared.visit().get("/sign-in", query_string={"next": MARKUP}),
        ):
            assert answer.status_code in {200, 422}, answer.request.path
            assert "<svg onload" not in answer.text, answer.request.path

    def test_in_a_message_after_a_step_is_words(self, prepared: Prepared) -> None:
        administrator = prepared.visit("administrator")
        answer = administrator.post(
            "/people/new", {"email": "markup@city.example", "name": MARKUP, "language": "en"}
        )
        assert answer.status_code == 302
        page = administrator.get(answer.location).text
        assert "<svg onload" not in page
        assert "&lt;svg onload=alert(1)&gt;" in page


class TestLetters:
    @pytest.fixture
    def letters(self, city: City, wiring: Wiring, clock: FixedClock) -> list[EmailMessage]:
        """The letters of a morning in a city where every text is hostile, line breaks included."""
        for days in (-3, 1, 7):
            city.give_action(due_in_days=days)
        poison(wiring.database, MARKUP + "\r\nBcc: evil@evil.example\r\n\r\n<p>")
        with wiring.database.transaction() as session:
            for user in session.scalars(select(User)):
                user.email = f"person{user.id}@city.example"
        clock.advance(timedelta(days=1))
        plan_reminders(wiring.office, wiring.database)
        with wiring.database.reading() as session:
            payloads = session.scalars(select(OutboxLetter.payload)).all()
        found = [message_from_bytes(payload, policy=policy.default) for payload in payloads]
        return [letter for letter in found if isinstance(letter, EmailMessage)]

    def test_are_written_all_the_same(self, letters: list[EmailMessage]) -> None:
        assert letters

    def test_get_no_header_from_a_text(self, letters: list[EmailMessage]) -> None:
        for letter in letters:
            assert "Bcc" not in letter
            assert len(letter.get_all("To", [])) == 1
            assert "\n" not in str(letter["Subject"])
            (address,) = letter["To"].addresses
            assert re.fullmatch(r"person[0-9]+@city\.example", address.addr_spec)

    def test_show_markup_as_words(self, letters: list[EmailMessage]) -> None:
        for letter in letters:
            part = letter.get_body(("html",))
            assert part is not None
            page = part.get_content()
            assert "<svg onload" not in page
            assert "&lt;svg onload" in page

    def test_of_an_invitation_bear_a_hostile_name(
        self, visit: Callable[..., Visitor], wiring: Wiring
    ) -> None:
        form = {"email": "new@city.example", "name": "新人\r\nBcc: evil@evil.example", "language": "zh-Hant"}
        assert visit("administrator").post("/people/new", form).status_code == 302
        with wiring.database.reading() as session:
            (payload,) = session.scalars(select(OutboxLetter.payload)).all()
        assert "Bcc" not in message_from_bytes(payload, policy=policy.default)

    @pytest.mark.parametrize(
        "email",
        [
            "a@city.example\r\nBcc: x@y",
            "a@city.example, b@evil.example",
            "a b@c",
            "<a@b>",
            "a@b@c",
            "@",
            "a@\u202eb",
        ],
    )
    def test_go_to_no_address_that_is_more_than_one(self, visit: Callable[..., Visitor], email: str) -> None:
        form = {"email": email, "name": "新人", "language": "zh-Hant"}
        assert visit("administrator").post("/people/new", form).status_code == 422


NAMES = {
    'quote".pdf': 'quote".pdf',
    "../../etc/passwd.pdf": "passwd.pdf",
    "..\\..\\windows\\報告.pdf": "報告.pdf",
    "C:\\Users\\何語安\\成果.pdf": "成果.pdf",
    "a\r\nSet-Cookie: x=y.pdf": "a Set-Cookie: x=y.pdf",
    "成果報告（定稿）.pdf": "成果報告（定稿）.pdf",
    "\u202efdp.exe.pdf": "fdp.exe.pdf",
    "a;b=c%00.pdf": "a;b=c%00.pdf",
}


def upload(visitor: Visitor, address: str, field: str, name: str, data: bytes, **fields: str) -> TestResponse:
    """Send one file under exactly this name, which the test client would tidy up."""
    parts = [
        f'Content-Disposition: form-data; name="{key}"\r\n\r\n{value}'
        for key, value in {"csrf_token": visitor.form_token, **fields}.items()
    ]
    parts.append(
        f"Content-Disposition: form-data; name=\"{field}\"; filename*=UTF-8''{quote(name, safe='')}\r\n"
        f"Content-Type: text/html\r\n\r\n{data.decode('latin-1')}"
    )
    body = "".join(f"--frontier\r\n{part}\r\n" for part in parts) + "--frontier--\r\n"
    kind = "multipart/form-data; boundary=frontier"
    return visitor.client.post(address, data=body.encode(), content_type=kind)


def stored_in(site: Prepared) -> list[str]:
    folder = site.wiring.settings.storage.files
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]


def last_evidence(visitor: Visitor, item_id: int) -> TestResponse:
    page = visitor.get(f"/actions/{item_id}").text
    return visitor.get(f"/actions/evidence/{max(map(int, re.findall(r'/actions/evidence/([0-9]+)', page)))}")


class TestFileNames:
    @pytest.mark.parametrize(("sent", "kept"), NAMES.items())
    def test_of_evidence_name_no_path_and_break_no_header(
        self, prepared: Prepared, sent: str, kept: str
    ) -> None:
        visitor, item_id = prepared.visit("officer"), prepared.ids["alone_item"]
        form = {"narrative": "已完成。", "percent": "60"}
        address = f"/actions/{item_id}/progress"
        assert upload(visitor, address, "evidence", sent, b"%PDF-1.7 x", **form).status_code == 302
        answer = last_evidence(visitor, item_id)
        disposition = answer.headers["Content-Disposition"]
        assert disposition.startswith("attachment; filename*=UTF-8''")
        assert unquote(disposition.partition("''")[2]) == kept
        assert "Set-Cookie" not in answer.headers
        assert disposition.isascii()

    @pytest.mark.parametrize("sent", [name.replace(".pdf", ".txt") for name in NAMES])
    def test_of_a_report_are_only_words(self, prepared: Prepared, sent: str) -> None:
        visitor, data = prepared.visit("coordinator"), f"report under the name {sent!a}".encode()
        answer = upload(visitor, "/reports/new", "files", sent, data, confidentiality="public")
        assert answer.status_code == 302
        assert all(re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{62}", path) for path in stored_in(prepared))

    @pytest.mark.parametrize("sent", NAMES)
    def test_of_a_source_break_no_header(self, prepared: Prepared, sent: str) -> None:
        report = Base.metadata.tables["report"]
        with prepared.wiring.database.engine.begin() as connection:
            connection.execute(update(report).values(source_name=sent))
        with prepared.visit("coordinator").get(f"/reports/{prepared.ids['alone_report']}/file") as answer:
            assert answer.status_code == 200
            assert answer.headers["Content-Disposition"].startswith("attachment")
            assert "\n" not in answer.headers["Content-Disposition"]
            assert answer.mimetype == "application/octet-stream"


class TestEvidence:
    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("page.html", b"<script>alert(1)</script>"),
            ("image.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
            ("page.xhtml", b"<html/>"),
            ("page.pdf.html", b"%PDF-1.7"),
            ("program.exe", b"MZ"),
            ("page.pdf", b"<script>alert(1)</script>"),
            ("image.png", b"GIF89a<script>"),
            ("table.xlsx", b"MZ program"),
            ("words.txt", b"a\0b"),
            ("page", b"%PDF-1.7"),
            (".pdf", b"%PDF-1.7"),
            ("empty.pdf", b""),
        ],
    )
    def test_of_a_kind_that_browsers_run_or_that_lies_is_refused(
        self, prepared: Prepared, name: str, data: bytes
    ) -> None:
        before = prepared.dump()
        form = {"narrative": "已完成。", "percent": "60", "evidence": (io.BytesIO(data), name)}
        answer = prepared.visit("officer").post(f"/actions/{prepared.ids['alone_item']}/progress", form)
        assert answer.status_code == 422
        assert prepared.dump() == before

    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("polyglot.pdf", b"%PDF-1.7\n<html><script>alert(1)</script></html>"),
            ("words.txt", b"<html><script>alert(1)</script></html>"),
            ("table.csv", b"=HYPERLINK(1)"),
            ("photo.jpg", b"\xff\xd8\xff<script>alert(1)</script>"),
        ],
    )
    def test_is_only_ever_downloaded(self, prepared: Prepared, name: str, data: bytes) -> None:
        visitor, item_id = prepared.visit("officer"), prepared.ids["alone_item"]
        form = {"narrative": "已完成。", "percent": "60", "evidence": (io.BytesIO(data), name)}
        assert visitor.post(f"/actions/{item_id}/progress", form).status_code == 302
        answer = last_evidence(visitor, item_id)
        assert answer.mimetype == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer.data == data

    def test_that_was_kept_is_a_mark_that_nobody_can_write(self, prepared: Prepared) -> None:
        sha256 = stored_in(prepared)[0].replace("/", "")
        form = {"narrative": "已完成。", "percent": "60", "kept": f'["{sha256}",3,"x.html"].AAAA'}
        before = len(prepared.dump()["evidence"])
        prepared.visit("officer").post(f"/actions/{prepared.ids['alone_item']}/progress", form)
        assert len(prepared.dump()["evidence"]) == before


class TestTables:
    @pytest.mark.parametrize("language", ["zh-Hant", "en"])
    @pytest.mark.parametrize("address", ["/people/import/sample.csv", "/departments/import/sample.csv"])
    def test_to_fill_in_hold_no_formula(
        self, visit: Callable[..., Visitor], address: str, language: str
    ) -> None:
        text = visit("administrator", language).get(address).data.decode("utf-8-sig")
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert cells
        assert not [cell for cell in cells if cell.lstrip().startswith(tuple("=+-@\t\r\n＝＋－＠"))]
