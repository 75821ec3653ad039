"""Coming in and going out, told as stories in a browser's own terms: cookies, forms, links from letters."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.factories.city import PASSWORD, City
from tests.support.client import Visitor, visitor
from tracker.access import SYSTEM, Act, Principal
from tracker.foundation.clock import FixedClock
from tracker.foundation.events import Event
from tracker.people import service
from tracker.people.events import TokenIssued
from tracker.wiring import Wiring

NEW_PASSWORD = "石階上的青苔濕濕滑滑的 7"


def sign_in(guest: Visitor, email: str, password: str = PASSWORD, address: str = "/sign-in") -> TestResponse:
    return guest.post(address, {"email": email, "password": password})


def is_signed_in(guest: Visitor) -> bool:
    return guest.get("/me").status_code == 200


@pytest.fixture
def tokens(wiring: Wiring, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The one-time tokens that were announced, oldest first, as the letters room hears of them."""
    heard: list[str] = []
    reactions = dict(wiring.database._subscriptions)

    def hear(_session: object, happened: Event) -> None:
        assert isinstance(happened, TokenIssued)
        heard.append(happened.token)

    reactions[TokenIssued] = (*reactions.get(TokenIssued, ()), hear)
    monkeypatch.setattr(wiring.database, "_subscriptions", reactions)
    return heard


class TestSignIn:
    def test_lets_a_person_in_and_leads_to_where_they_wanted(
        self, visit: Callable[..., Visitor], city: City
    ) -> None:
        guest = visit()
        asked = guest.get("/me")
        assert asked.location == "/sign-in?next=/me"
        answer = sign_in(guest, city.email("officer"), address=asked.location)
        assert (answer.status_code, answer.location) == (302, "/me")
        assert is_signed_in(guest)

    def test_takes_the_address_however_it_is_written(self, visit: Callable[..., Visitor], city: City) -> None:
        guest = visit()
        assert sign_in(guest, f"  {city.email('officer').upper()} ").status_code == 302

    def test_gives_a_cookie_that_scripts_and_other_sites_cannot_use(
        self, visit: Callable[..., Visitor], city: City
    ) -> None:
        cookies = sign_in(visit(), city.email("officer")).headers.getlist("Set-Cookie")
        cookie = next(each for each in cookies if each.startswith("tracker="))
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/" in cookie

    def test_says_the_same_for_a_wrong_password_and_an_unknown_address(
        self, visit: Callable[..., Visitor], city: City
    ) -> None:
        wrong = sign_in(visit(), city.email("officer"), "not the password")
        unknown = sign_in(visit(), "nobody@city.example", "not the password")
        assert (wrong.status_code, unknown.status_code) == (422, 422)
        assert "電子郵件或密碼不正確。" in wrong.text
        assert "電子郵件或密碼不正確。" in unknown.text

    def test_never_shows_the_password_again(self, visit: Callable[..., Visitor], city: City) -> None:
        assert "not the password" not in sign_in(visit(), city.email("officer"), "not the password").text

    @pytest.mark.parametrize(
        "elsewhere",
        ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/%0d%0aX: y"],
    )
    def test_does_not_lead_to_another_site(
        self, visit: Callable[..., Visitor], city: City, elsewhere: str
    ) -> None:
        answer = visit().post(
            "/sign-in",
            {"email": city.email("officer"), "password": PASSWORD},
            query_string={"next": elsewhere},
        )
        assert answer.status_code == 302
        assert answer.location.startswith("/")
        assert not answer.location.startswith(("//", "/\\"))

    def test_is_refused_without_the_form_s_token(self, visit: Callable[..., Visitor], city: City) -> None:
        guest = visit()
        answer = guest.client.post("/sign-in", data={"email": city.email("officer"), "password": PASSWORD})
        assert answer.status_code == 400
        assert not is_signed_in(guest)

    def test_forgets_what_was_in_the_form_session_before(
        self, visit: Callable[..., Visitor], city: City
    ) -> None:
        guest = visit()
        with guest.client.session_transaction() as planted:
            planted["planted"] = "by somebody else"
        sign_in(guest, city.email("officer"))
        with guest.client.session_transaction() as after:
            assert "planted" not in after

    def test_shows_a_signed_in_person_the_way_on(self, visit: Callable[..., Visitor]) -> None:
        assert visit("officer").get("/sign-in?next=/notices").location == "/notices"


class TestLockOut:
    def test_after_five_failures_even_the_right_password_waits(
        self, visit: Callable[..., Visitor], city: City, clock: FixedClock
    ) -> None:
        guest = visit()
        for _ in range(5):
            assert sign_in(guest, city.email("officer"), "wrong").status_code == 422
        refused = sign_in(guest, city.email("officer"))
        assert refused.status_code == 429
        assert "15 分鐘" in refused.text
        clock.advance(timedelta(minutes=15))
        assert sign_in(guest, city.email("officer")).status_code == 302

    def test_is_said_for_unknown_addresses_too(self, visit: Callable[..., Visitor]) -> None:
        guest = visit()
        codes = [sign_in(guest, "nobody@city.example", "wrong").status_code for _ in range(6)]
        assert codes == [422, 422, 422, 422, 422, 429]

    def test_concerns_nobody_else(self, visit: Callable[..., Visitor], city: City) -> None:
        guest = visit()
        for _ in range(5):
            sign_in(guest, city.email("officer"), "wrong")
        assert sign_in(guest, city.email("viewer")).status_code == 302


class TestSignOut:
    def test_ends_the_sign_in_for_good(self, visit: Callable[..., Visitor]) -> None:
        guest = visit("officer")
        token = guest.client.get_cookie("tracker")
        assert token is not None
        assert guest.post("/sign-out").location == "/sign-in"
        guest.client.set_cookie("tracker", token.value)
        assert not is_signed_in(guest)

    def test_a_lapsed_sign_in_leaves_without_complaint(
        self, visit: Callable[..., Visitor], clock: FixedClock
    ) -> None:
        guest = visit("officer")
        clock.advance(timedelta(hours=13))
        assert guest.post("/sign-out").location == "/sign-in"


class TestInvitation:
    def test_leads_from_the_letter_to_the_first_sign_in(
        self, visit: Callable[..., Visitor], tokens: list[str], city: City
    ) -> None:
        administrator = visit("administrator")
        department = str(city.departments["TPT-P"])
        administrator.post(
            "/people/new",
            {
                "email": "new.one@city.example",
                "name": "蘇見山",
                "language": "zh-Hant",
                "roles-0-role": "officer",
                "roles-0-department": department,
            },
        )
        (token,) = tokens
        guest = visit()
        assert "蘇見山" in guest.get(f"/invitation/{token}").text
        assert sign_in(guest, "new.one@city.example", NEW_PASSWORD).status_code == 422
        answer = guest.post(f"/invitation/{token}", {"password": NEW_PASSWORD, "repeated": NEW_PASSWORD})
        assert answer.location == "/sign-in"
        assert sign_in(guest, "new.one@city.example", NEW_PASSWORD).status_code == 302
        assert is_signed_in(guest)

    def test_works_once(
        self, visit: Callable[..., Visitor], tokens: list[str], city: City, clock: FixedClock
    ) -> None:
        guest = visit()
        issue_reset(guest, city)
        chosen = {"password": NEW_PASSWORD, "repeated": NEW_PASSWORD}
        assert guest.post(f"/reset/{tokens[0]}", chosen).status_code == 302
        assert guest.post(f"/reset/{tokens[0]}", chosen).status_code == 404

    def test_looking_at_the_page_uses_nothing_up(
        self, visit: Callable[..., Visitor], tokens: list[str], city: City
    ) -> None:
        guest = visit()
        issue_reset(guest, city)
        for _ in range(3):
            assert guest.get(f"/reset/{tokens[0]}").status_code == 200

    def test_a_link_for_one_purpose_is_useless_for_another(
        self, visit: Callable[..., Visitor], tokens: list[str], city: City
    ) -> None:
        guest = visit()
        issue_reset(guest, city)
        assert guest.get(f"/invitation/{tokens[0]}").status_code == 404
        assert guest.get(f"/setup/{tokens[0]}").status_code == 409

    def test_expires(
        self, visit: Callable[..., Visitor], tokens: list[str], city: City, clock: FixedClock
    ) -> None:
        guest = visit()
        issue_reset(guest, city)
        clock.advance(timedelta(hours=1, seconds=1))
        assert "已逾期" in guest.get(f"/reset/{tokens[0]}").text

    @pytest.mark.parametrize(
        ("password", "repeated", "sentence"),
        [
            ("short", "short", "12 個字元"),
            (NEW_PASSWORD, "something else", "兩次輸入的密碼不同"),
            ("officer officer officer", "officer officer officer", "電子郵件帳號"),
            ("", "", "必填"),
        ],
    )
    def test_says_what_is_wrong_with_a_password(
        self,
        visit: Callable[..., Visitor],
        tokens: list[str],
        city: City,
        password: str,
        repeated: str,
        sentence: str,
    ) -> None:
        guest = visit()
        issue_reset(guest, city)
        answer = guest.post(f"/reset/{tokens[0]}", {"password": password, "repeated": repeated})
        assert answer.status_code == 422
        assert sentence in answer.text


def issue_reset(guest: Visitor, city: City) -> None:
    assert guest.post("/forgot", {"email": city.email("officer")}).location == "/sign-in"


class TestForgottenPassword:
    def test_answers_the_same_whether_or_not_the_address_is_known(
        self, visit: Callable[..., Visitor], tokens: list[str], city: City
    ) -> None:
        known, unknown = visit(), visit()
        issue_reset(known, city)
        unknown.post("/forgot", {"email": "nobody@city.example"})
        said = [
            re.findall(r"如果這個電子郵件有帳號[^<]*", guest.get("/sign-in").text)
            for guest in (known, unknown)
        ]
        assert said[0] == said[1] != []
        assert len(tokens) == 1

    def test_a_new_password_ends_what_was_open(
        self, visit: Callable[..., Visitor], tokens: list[str], city: City
    ) -> None:
        thief, owner = visit("officer"), visit()
        issue_reset(owner, city)
        owner.post(f"/reset/{tokens[0]}", {"password": NEW_PASSWORD, "repeated": NEW_PASSWORD})
        assert not is_signed_in(thief)
        assert sign_in(owner, city.email("officer")).status_code == 422
        assert sign_in(owner, city.email("officer"), NEW_PASSWORD).status_code == 302


class TestSetUp:
    def test_makes_the_first_administrator_once(self, app: Flask, wiring: Wiring) -> None:
        system = Act(Principal(None, SYSTEM.name), wiring.clock.now(), wiring.today())
        with wiring.database.transaction() as session:
            token = service.open_setup(session, system)
        guest = visitor(app)
        fields = {
            "name": "池映月",
            "email": "first@city.example",
            "title": "",
            "password": NEW_PASSWORD,
            "repeated": NEW_PASSWORD,
        }
        assert guest.get(f"/setup/{token}").status_code == 200
        assert guest.post(f"/setup/{token}", {**fields, "email": "nonsense"}).status_code == 422
        assert guest.post(f"/setup/{token}", fields).location == "/sign-in"
        assert guest.post(f"/setup/{token}", fields).status_code == 409
        assert sign_in(guest, "first@city.example", NEW_PASSWORD).status_code == 302
        assert guest.get("/people").status_code == 200


class TestPreferences:
    def test_somebody_outside_reads_english_and_stays_where_they_were(
        self, visit: Callable[..., Visitor]
    ) -> None:
        guest = visit()
        answer = guest.post("/language", {"language": "en", "next": "/forgot"})
        assert answer.location == "/forgot"
        assert 'lang="en"' in guest.get("/forgot").text

    def test_a_person_s_choice_comes_along_to_the_next_browser(
        self, visit: Callable[..., Visitor], city: City
    ) -> None:
        visit("officer").post("/language", {"language": "en", "next": "/me"})
        other = visit()
        sign_in(other, city.email("officer"))
        assert 'lang="en"' in other.get("/me").text

    @pytest.mark.parametrize(
        ("wanted", "shown"), [("dark", True), ("light", True), ("auto", False), ("x", False)]
    )
    def test_a_theme_is_the_browser_s_own(
        self, visit: Callable[..., Visitor], wanted: str, shown: bool
    ) -> None:
        guest = visit()
        guest.post("/theme", {"theme": wanted, "next": "/sign-in"})
        assert (f'data-bs-theme="{wanted}"' in guest.get("/sign-in").text) is shown

    def test_neither_leads_to_another_site(self, visit: Callable[..., Visitor]) -> None:
        guest = visit()
        for address, choice in (("/language", {"language": "en"}), ("/theme", {"theme": "dark"})):
            assert guest.post(address, {**choice, "next": "https://evil.example/"}).location == "/"
