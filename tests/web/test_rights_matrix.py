"""Every route against every kind of person: generated from the URL map, judged by rights.toml beside this file."""

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.factories.city import PASSWORD
from tests.support.prepared import Prepared
from tests.support.rights import KINDS, Line, address_of, form_of, lines, methods_of


def answer_to(site: Prepared, line: Line, key: str | None) -> TestResponse:
    address = address_of(site, line)
    if line.endpoint.startswith("api"):
        return site.ask(key, address)
    visitor = site.visit(key)
    if line.method == "POST":
        return visitor.post(address, form_of(site, line.endpoint))
    with visitor.get(address) as answer:
        return answer


def in_words(line: Line, answer: TestResponse) -> str:
    """Return an answer in the words of the table."""
    led_away = answer.status_code == 302 and answer.location.startswith("/sign-in")
    if answer.status_code == 401 or (led_away and line.told[None] == "sign in"):
        return "sign in"
    return "let in" if answer.status_code < 400 else str(answer.status_code)


class TestTheTable:
    def test_has_a_line_for_every_method_of_every_route(self, app: Flask) -> None:
        written = {f"{line.method} {line.endpoint}" for line in lines()}
        assert methods_of(app) - written == set()
        assert written - methods_of(app) == set()

    def test_says_for_every_kind_of_person_what_each_route_answers(self) -> None:
        assert [str(line) for line in lines() if set(line.told) != set(KINDS.values())] == []


@pytest.mark.parametrize("line", list(lines()), ids=str)
class TestEveryRoute:
    def test_lets_in_who_may(self, prepared: Prepared, line: Line) -> None:
        may = [key for key, told in line.told.items() if told == "let in"]
        heard = {}
        for key in may:
            heard[key] = in_words(line, answer_to(prepared, line, key))
            if line.method == "POST":
                prepared.restore()
        assert heard == dict.fromkeys(may, "let in")

    def test_refuses_who_may_not_and_changes_nothing(self, prepared: Prepared, line: Line) -> None:
        refused = {key: told for key, told in line.told.items() if told != "let in"}
        before = prepared.dump()
        assert {key: in_words(line, answer_to(prepared, line, key)) for key in refused} == refused
        assert prepared.dump() == before


class TestADeactivatedPerson:
    def test_is_out_at_once_with_every_session_and_token_and_cannot_come_back(
        self, prepared: Prepared
    ) -> None:
        at_work = prepared.visit("officer")
        assert at_work.get("/").status_code == 200
        assert prepared.ask("officer", "/api/v1/figures").status_code == 200
        person = prepared.city.people["officer"]
        form = {"default_to": str(prepared.city.people["unit_head"]), "reason": "離職"}
        answer = prepared.visit("administrator").post(f"/people/{person}/deactivate", form)
        assert answer.status_code == 302
        assert at_work.get("/").location.startswith("/sign-in")
        assert prepared.ask("officer", "/api/v1/figures").status_code == 401
        signing_in = prepared.visit().post(
            "/sign-in", {"email": "officer@city.example", "password": PASSWORD}
        )
        assert signing_in.status_code != 302
