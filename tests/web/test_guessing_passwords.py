"""What somebody learns who tries to sign in as somebody else: nothing; and a stolen cookie soon is worth nothing."""

import re

import pytest
from flask import Flask

from tests.factories.city import PASSWORD, City
from tests.support.client import Visitor, visitor
from tests.support.prepared import FORMER, Prepared
from tracker.people import credentials, queries, service, signing_in
from tracker.people.models import User

NEW_PASSWORD = "石階上的青苔濕濕滑滑的 7"


def attempt(guest: Visitor, email: str, password: str = "not the password", ip: str = "192.0.2.1") -> int:
    return guest.post(
        "/sign-in", {"email": email, "password": password}, environ_overrides={"REMOTE_ADDR": ip}
    ).status_code


class TestGuessing:
    def test_costs_one_computation_whoever_is_named(
        self, prepared: Prepared, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        counted: list[str] = []

        class Counting:
            """The real hasher, counted."""

            def verify(self, known: str, password: str) -> bool:
                counted.append(password)
                return bool(real.verify(known, password))

        real = credentials._hasher
        credentials.password_matches(None, "the dummy hash is made once")
        monkeypatch.setattr(credentials, "_hasher", Counting())
        for email in (
            "officer@city.example",
            "nobody@city.example",
            "former@city.example",
            "new@city.example",
        ):
            counted.clear()
            assert attempt(prepared.visit(), email) == 422
            assert len(counted) == 1, email

    @pytest.mark.parametrize("email", ["officer@city.example", "nobody@city.example"])
    def test_from_one_address_ends_after_five(self, prepared: Prepared, email: str) -> None:
        statuses = [attempt(prepared.visit(), email) for _ in range(6)]
        assert statuses == [422] * 5 + [429]

    def test_by_a_stranger_does_not_lock_the_owner_out(self, prepared: Prepared) -> None:
        for _ in range(6):
            attempt(prepared.visit(), "officer@city.example", ip="192.0.2.66")
        assert attempt(prepared.visit(), "officer@city.example", PASSWORD, ip="192.0.2.1") == 302

    def test_from_many_addresses_ends_too(self, prepared: Prepared) -> None:
        with prepared.wiring.database.transaction() as session:
            for number in range(50):
                now = prepared.city.clock.now()
                signing_in.note_attempt(
                    session, "officer@city.example", f"198.51.100.{number}", now, succeeded=False
                )
        assert attempt(prepared.visit(), "officer@city.example", ip="192.0.2.9") == 429

    def test_an_address_written_otherwise_is_the_same_account(self, prepared: Prepared) -> None:
        spellings = (
            "officer@city.example",
            "OFFICER@city.example",
            " officer@city.example ",
            "Officer@City.Example",
        )
        statuses = [attempt(prepared.visit(), spellings[number % 4]) for number in range(6)]
        assert statuses[-1] == 429


class TestACookie:
    def test_given_before_signing_in_is_not_the_one_after(self, prepared: Prepared) -> None:
        guest = prepared.visit()
        guest.client.set_cookie("tracker", "planted-by-somebody-else")
        assert attempt(guest, "officer@city.example", PASSWORD) == 302
        cookie = guest.client.get_cookie("tracker")
        assert cookie is not None
        assert cookie.value != "planted-by-somebody-else"
        thief = visitor(prepared.app)
        thief.client.set_cookie("tracker", "planted-by-somebody-else")
        assert thief.get("/me").status_code == 302

    def test_is_worth_nothing_after_signing_out(self, prepared: Prepared) -> None:
        prepared.visit("officer").post("/sign-out")
        assert prepared.visit("officer").get("/me").status_code == 302

    def test_is_worth_nothing_after_deactivation_nor_is_a_token(self, prepared: Prepared) -> None:
        person_id = prepared.city.people["officer"]
        with prepared.wiring.database.transaction() as session:
            session.get_one(User, person_id).is_active = False
        assert prepared.visit("officer").get("/me").status_code == 302
        assert prepared.ask("officer", "/api/v1/figures").status_code == 401
        assert attempt(prepared.visit(), "officer@city.example", PASSWORD) == 422

    def test_stays_worth_nothing_after_reactivation(self, prepared: Prepared) -> None:
        with prepared.wiring.database.reading() as session:
            former = queries.find_user_by_email(session, "former@city.example")
            assert former is not None
        prepared.visit("administrator").post(f"/people/{former.id}/reactivate")
        assert prepared.visit(FORMER).get("/me").status_code == 302
        assert prepared.ask(FORMER, "/api/v1/figures").status_code == 401

    def test_of_another_device_is_worth_nothing_after_a_new_password(self, prepared: Prepared) -> None:
        here = prepared.visit()
        assert attempt(here, "officer@city.example", PASSWORD) == 302
        token = re.findall(r'name="csrf_token" value="([^"]+)"', here.get("/me").text)[0]
        form = {
            "old_password": PASSWORD,
            "password": NEW_PASSWORD,
            "repeated": NEW_PASSWORD,
            "csrf_token": token,
        }
        assert here.post("/me/password", form).status_code == 302
        assert here.get("/me").status_code == 200
        assert prepared.visit("officer").get("/me").status_code == 302

    def test_loses_at_once_the_rights_that_its_owner_lost(self, prepared: Prepared) -> None:
        table = prepared.wiring.database
        with table.transaction() as session:
            user = queries.get_user(session, prepared.city.people["coordinator"])
            user.grants = []
        assert prepared.visit("coordinator").get("/reports/new").status_code == 403
        assert prepared.ask("coordinator", "/api/v1/figures").status_code == 403


class TestDeputies:
    def test_an_administrator_hands_on_no_administration(self, app: Flask, city: City) -> None:
        with city.database.transaction() as session:
            act, day = city.act("administrator", session), city.today()
            service.delegate(session, act, city.people["administrator"], city.people["officer"], day, day)
        assert visitor(app, city, "officer").get("/people").status_code == 403
