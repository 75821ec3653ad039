"""A form that another site sends, a page that another site frames, a cookie that another program reads."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.client import visitor
from tests.support.prepared import Prepared, prepare
from tests.support.rights import KEYS, Line, address_of, addresses, form_of, lines
from tests.support.site import settings_for
from tracker.app import create_app
from tracker.foundation.clock import FixedClock
from tracker.wiring import wire

POSTS = [line for line in lines() if line.method == "POST" and not line.aspect]


def sender(line: Line) -> str | None:
    """Return somebody who may send a form."""
    return next(
        key for key, told in line.told.items() if told in ("let in", "409") and (key in KEYS or not key)
    )


class TestAFormWithoutItsToken:
    @pytest.mark.parametrize("line", POSTS, ids=str)
    def test_is_refused_and_changes_nothing(self, prepared_once: Prepared, line: Line) -> None:
        before, guest = prepared_once.dump(), prepared_once.visit(sender(line))
        address = address_of(prepared_once, line)
        answers = []
        for forged in (
            {},
            {"csrf_token": ""},
            {"csrf_token": "wrong"},
            {"csrf_token": guest.form_token[:-1]},
        ):
            form = {**form_of(prepared_once, line.endpoint), **forged}
            answers.append(guest.client.post(address, data=form).status_code)
        assert answers == [400, 400, 400, 400]
        assert prepared_once.dump() == before

    def test_one_of_another_browser_s_session_is_worth_nothing(self, prepared_once: Prepared) -> None:
        mine, theirs = prepared_once.visit("officer"), prepared_once.visit("coordinator")
        with theirs.client.session_transaction() as cookie:
            cookie["csrf_token"] = "1" * 40
        assert (
            theirs.client.post("/me/tokens", data={"name": "x", "csrf_token": mine.form_token}).status_code
            == 400
        )


class TestHeaders:
    @pytest.mark.parametrize("key", [None, "officer", "coordinator", "administrator"])
    def test_stand_on_every_answer(self, prepared_once: Prepared, key: str | None) -> None:
        guest = prepared_once.visit(key)
        for address in (*addresses(prepared_once, "GET"), "/nowhere", "/actions/999", "/sign-out"):
            with guest.get(address) as answer:
                headers = answer.headers
            policy = headers["Content-Security-Policy"]
            assert "unsafe" not in policy, address
            assert "default-src 'self'" in policy or "sandbox" in policy, address
            assert "frame-ancestors 'none'" in policy or "sandbox" in policy, address
            assert headers["X-Frame-Options"] == "DENY", address
            assert headers["X-Content-Type-Options"] == "nosniff", address
            assert headers["Referrer-Policy"] == "same-origin", address
            assert headers["Cache-Control"] == ("no-cache" if "/static/" in address else "no-store"), address

    def test_pages_hold_no_script_or_style_of_their_own(self, prepared_once: Prepared) -> None:
        for key in (None, "coordinator", "administrator"):
            for address in addresses(prepared_once, "GET"):
                with prepared_once.visit(key).get(address) as answer:
                    if answer.mimetype != "text/html":
                        continue
                    page = answer.text
                assert "<style" not in page, address
                assert " onclick=" not in page, address
                assert " style=" not in page, address
                assert "<script>" not in page, address


class TestCookies:
    @pytest.fixture
    def behind_https(self, tmp_path: Path, sqlite_url: str, clock: FixedClock) -> Iterator[Prepared]:
        """The prepared city on a site that says it is reached by HTTPS."""
        built = prepare(tmp_path, sqlite_url, clock)
        secure = wire(settings_for(tmp_path, sqlite_url, {"TRACKER_WEB__SECURE_COOKIES": "true"}), clock)
        yield Prepared(
            create_app(secure), secure, built.city, tmp_path, built.ids, built.cookies, built.tokens
        )
        secure.database.close()
        built.wiring.database.close()

    def test_are_tied_to_host_and_https_where_the_site_has_it(self, behind_https: Prepared) -> None:
        client = behind_https.app.test_client()
        page = client.get("/sign-in", base_url="https://localhost")
        token = page.text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
        answer = client.post(
            "/sign-in",
            data={"email": "officer@city.example", "password": "紙船順著河水慢慢走 42", "csrf_token": token},
            base_url="https://localhost",
            headers={"Referer": "https://localhost/sign-in"},
        )
        assert answer.status_code == 302
        set_there = [*page.headers.getlist("Set-Cookie"), *answer.headers.getlist("Set-Cookie")]
        assert {each.split("=")[0] for each in set_there} == {"__Host-form", "__Host-tracker"}
        for each in set_there:
            assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(each.split("; ")), each
            assert "Domain" not in each
        assert "max-age=" in answer.headers["Strict-Transport-Security"]

    @pytest.mark.parametrize("referrer", ["https://evil.example/", "https://[", None])
    def test_come_with_forms_of_this_site_only(self, behind_https: Prepared, referrer: str | None) -> None:
        guest = visitor(behind_https.app)
        headers = {"Referer": referrer} if referrer else {}
        answer = guest.post("/theme", {"theme": "dark"}, base_url="https://localhost", headers=headers)
        assert answer.status_code == 400

    def test_without_the_prefix_are_no_sign_in_there(self, behind_https: Prepared) -> None:
        guest = visitor(behind_https.app)
        guest.client.set_cookie("tracker", behind_https.cookies["officer"])
        assert guest.client.get("/me", base_url="https://localhost").status_code == 302
