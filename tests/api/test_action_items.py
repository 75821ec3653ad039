"""Action items over the programming interface: as its owner may see them, and as the contract says."""

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as example_settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.factories.actions import do
from tests.factories.city import City
from tests.support.interface import Ask, token_of
from tracker.actions.editing import ItemChanges, edit_action
from tracker.actions.rules.editing import TrackingLevel
from tracker.people.api_tokens import revoke_api_token
from tracker.people.queries import list_api_tokens
from tracker.people.service import deactivate_person


class TestToken:
    def test_is_asked_for(self, ask: Ask) -> None:
        answer = ask("/action-items", key=None)
        assert answer.status_code == 401
        assert answer.content_type == "application/problem+json"

    def test_does_not_work_once_revoked(self, ask: Ask, city: City) -> None:
        token = token_of(city, "officer")
        with city.database.transaction() as session:
            row = list_api_tokens(session, city.people["officer"])[0]
            revoke_api_token(session, city.act("officer", session), city.people["officer"], row.id)
        assert ask("/action-items", token=token).status_code == 401

    def test_does_not_work_once_its_owner_left(self, ask: Ask, city: City) -> None:
        token = token_of(city, "officer")
        with city.database.transaction() as session:
            deactivate_person(session, city.act("administrator", session), city.people["officer"])
        assert ask("/action-items", token=token).status_code == 401

    def test_of_an_administrator_reads_no_items(self, ask: Ask) -> None:
        assert ask("/action-items", key="administrator").status_code == 403

    def test_is_not_replaced_by_a_cookie(self, city: City, visit: Callable[..., Any]) -> None:
        assert visit("coordinator").get("/api/v1/action-items").status_code == 401


class TestList:
    def test_shows_an_item_with_its_verbatim_quote(self, ask: Ask, city: City) -> None:
        city.give_action(quote="建請交通局於渡口試辦電子候船看板。")
        (item,) = ask("/action-items").json["items"]
        assert item["source"]["quote"] == "建請交通局於渡口試辦電子候船看板。"

    def test_tells_level_priority_and_tags_and_is_narrowed_by_them(self, ask: Ask, city: City) -> None:
        city.give_action()
        changes = ItemChanges(tracking_level=TrackingLevel.AGENCY, is_priority=True, tags=("重大", "跨局處"))
        do(city, "coordinator", edit_action, city.give_action(), changes)
        for narrowed in ("tag=重大", "tracking_level=agency", "only_priority=true"):
            (item,) = ask(f"/action-items?{narrowed}").json["items"]
            marks = item["tracking_level"], item["is_priority"], set(item["tags"])
            assert marks == ("agency", True, {"重大", "跨局處"})

    def test_hides_what_its_owner_may_not_see(self, ask: Ask, city: City) -> None:
        city.give_action(lead="TPT-P")
        assert ask("/action-items", key="other_officer").json["total"] == 0

    def test_counts_what_it_lists(self, ask: Ask, city: City) -> None:
        for _ in range(3):
            city.give_action()
        answer = ask("/action-items?per_page=2").json
        assert (answer["total"], len(answer["items"]), answer["previous"]) == (3, 2, None)

    def test_goes_on_and_back(self, ask: Ask, city: City) -> None:
        for days in range(3):
            city.give_action(due_in_days=days)
        first = ask("/action-items?per_page=2").json
        second = ask(f"/action-items?per_page=2&after={first['next']}").json
        assert (len(second["items"]), second["next"]) == (1, None)
        assert ask(f"/action-items?per_page=2&before={second['previous']}").json == first

    def test_narrows_to_a_department_and_its_units(self, ask: Ask, city: City) -> None:
        city.give_action(lead="TPT-P")
        city.give_action(lead="EDU-I", officer="other_officer")
        assert ask("/action-items?department=TPT").json["total"] == 1

    @pytest.mark.parametrize(
        "query",
        [
            "department=NOWHERE",
            "group=some",
            "signal=blue",
            "per_page=9999",
            "due_from=yesterday",
            "colour=red",
        ],
    )
    def test_says_which_parameter_is_wrong(self, ask: Ask, query: str) -> None:
        answer = ask(f"/action-items?{query}")
        assert answer.status_code == 422
        assert list(answer.json["fields"]) == [query.split("=", maxsplit=1)[0]]


class TestItem:
    def test_is_found_by_its_number(self, ask: Ask, city: City) -> None:
        city.give_action()
        number = ask("/action-items").json["items"][0]["item_no"]
        assert ask(f"/action-items/{number}").json["item_no"] == number

    def test_of_another_department_does_not_exist(self, ask: Ask, city: City) -> None:
        city.give_action()
        number = ask("/action-items").json["items"][0]["item_no"]
        assert ask(f"/action-items/{number}", key="other_officer").status_code == 404


class TestContract:
    def test_is_openapi_3_1_and_open_to_all(self, app: Flask) -> None:
        assert app.test_client().get("/api/v1/openapi.json").json["openapi"].startswith("3.1")

    def test_names_every_route_of_the_interface(self, app: Flask) -> None:
        paths = app.test_client().get("/api/v1/openapi.json").json["paths"]
        routes = {
            r.rule.replace("<string:", "{").replace("<", "{").replace(">", "}")
            for r in app.url_map.iter_rules()
        }
        assert set(paths) == {r for r in routes if r.startswith("/api/v1")} - {"/api/v1/openapi.json"}

    def test_is_exactly_what_the_server_does(self, app: Flask, city: City) -> None:
        city.give_action()
        token = token_of(city, "coordinator")
        schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)

        for operation in schema.get_all_operations():
            drive(operation.ok(), token)


def drive(operation: Any, token: str) -> None:
    """Let generated requests hold the server to one operation of the contract.

    A department's code is free text in the contract, and one that names no department is refused all the same.
    """

    @example_settings(
        max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
    )
    @given(case=operation.as_strategy())
    def hold(case: schemathesis.Case) -> None:
        case.call_and_validate(
            headers={"Authorization": f"Bearer {token}"}, excluded_checks=[positive_data_acceptance]
        )

    hold()
