"""Every route against every kind of person: generated from the URL map, judged by rights.toml beside this file."""

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.support.prepared import Prepared
from tests.support.rights import Line, address_of, form_of, lines, methods_of


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
