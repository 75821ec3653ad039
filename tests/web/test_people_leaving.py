"""Leaving: what a person holds is listed and goes to others first; and deputies whom a head names."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from tests.factories import actions
from tests.factories.city import City
from tests.support.client import Visitor
from tracker.access import Role
from tracker.actions.queries import open_parts_of
from tracker.foundation.clock import FixedClock
from tracker.people import queries, service
from tracker.people.service import PersonFields, RoleAssignment

Visit = Callable[..., Visitor]


def part_ids(city: City, key: str = "officer") -> list[int]:
    with city.database.reading() as session:
        return [part.id for part in open_parts_of(session, city.people[key])]


def is_active(city: City, key: str = "officer") -> bool:
    with city.database.reading() as session:
        return queries.get_user(session, city.people[key]).is_active


def notices(city: City, visit: Visit, key: str) -> str:
    return visit(key).get("/notices").text


class TestDeactivating:
    def address(self, city: City) -> str:
        return f"/people/{city.people['officer']}/deactivate"

    def test_lists_what_the_person_holds_by_number(self, city: City, visit: Visit) -> None:
        item_id = actions.bring_to(city, "in_progress")
        number = actions.look(city, "coordinator", item_id, lambda _s, _a, item: item.item_no)
        page = visit("administrator").get(self.address(city)).text
        assert number in page
        assert "簡立群" in page

    def test_tells_the_administrator_no_title_of_an_item_that_is_not_theirs_to_read(
        self, city: City, visit: Visit
    ) -> None:
        actions.bring_to(city, "in_progress")
        assert "試辦候車資訊看板" not in visit("administrator").get(self.address(city)).text

    def test_moves_everything_to_one_person_and_signs_the_leaver_out(self, city: City, visit: Visit) -> None:
        for _ in range(2):
            actions.bring_to(city, "in_progress")
        leaver = visit("officer")
        form = {"default_to": str(city.people["unit_head"]), "reason": "退休"}
        assert visit("administrator").post(self.address(city), form).status_code == 302
        assert part_ids(city) == []
        assert len(part_ids(city, "unit_head")) == 2
        assert leaver.get("/").status_code == 302

    def test_moves_one_by_one_where_that_was_chosen(self, city: City, visit: Visit) -> None:
        actions.bring_to(city, "in_progress")
        city.give_action()
        taken, waiting = part_ids(city)
        form = {
            f"successor_{taken}": str(city.people["unit_head"]),
            f"successor_{waiting}": "none",
            "reason": "退休",
        }
        visit("administrator").post(self.address(city), form)
        assert part_ids(city, "unit_head") == [taken]
        assert not is_active(city)

    @pytest.mark.parametrize("form", [{}, {"reason": "退休"}])
    def test_is_refused_with_everything_kept_while_a_part_has_no_successor(
        self, city: City, visit: Visit, form: dict[str, str]
    ) -> None:
        actions.bring_to(city, "in_progress")
        answer = visit("administrator").post(self.address(city), form)
        assert answer.status_code == 422
        assert form.get("reason", "") in answer.text
        assert is_active(city)

    def test_needs_no_reason_where_nothing_is_held(self, city: City, visit: Visit) -> None:
        visit("administrator").post(self.address(city), {})
        assert not is_active(city)

    def test_says_where_the_department_has_nobody_else(self, city: City, visit: Visit) -> None:
        city.give_action(lead="EDU-I", officer="other_officer")
        with city.database.transaction() as session:
            act = city.act("administrator", session)
            service.deactivate_person(session, act, city.people["other_head"])
        page = visit("administrator").get(f"/people/{city.people['other_officer']}/deactivate").text
        assert "國際教育科沒有其他使用中的同仁" in page

    def test_warns_that_a_unit_is_left_without_its_head(self, city: City, visit: Visit) -> None:
        page = visit("administrator").get(f"/people/{city.people['unit_head']}/deactivate").text
        assert "這些職務沒有別人擔任" in page

    def test_is_no_step_for_somebody_who_has_left(self, city: City, visit: Visit) -> None:
        visit("administrator").post(self.address(city), {})
        assert visit("administrator").get(self.address(city)).status_code == 409

    def test_speaks_english(self, city: City, visit: Visit) -> None:
        actions.bring_to(city, "in_progress")
        page = visit("administrator", language="en").get(self.address(city)).text
        assert "Hand over and deactivate the account" in page


class TestNoticesOfAHandover:
    def hand_over(self, city: City, visit: Visit) -> None:
        form = {"default_to": str(city.people["unit_head"]), "reason": "職務調整"}
        visit("administrator").post(f"/people/{city.people['officer']}/handover", form)

    def test_the_successor_gets_one_for_all_items(self, city: City, visit: Visit) -> None:
        items = [actions.bring_to(city, "in_progress") for _ in range(3)]
        self.hand_over(city, visit)
        page = notices(city, visit, "unit_head")
        assert page.count("改由您承辦") == 1
        assert all(f'/actions/{item_id}"' in page for item_id in items)

    def test_the_former_officer_is_told_as_well(self, city: City, visit: Visit) -> None:
        actions.bring_to(city, "in_progress")
        self.hand_over(city, visit)
        assert "改由其他同仁承辦" in notices(city, visit, "officer")

    def test_the_head_hears_where_nobody_takes_the_item_yet(self, city: City, visit: Visit) -> None:
        city.give_action()
        (part_id,) = part_ids(city)
        form = {f"successor_{part_id}": "none", "reason": "退休"}
        visit("administrator").post(f"/people/{city.people['officer']}/deactivate", form)
        assert "尚待指派承辦人" in notices(city, visit, "unit_head")

    def test_the_item_tells_who_took_it_on_and_why(self, city: City, visit: Visit) -> None:
        item_id = actions.bring_to(city, "in_progress")
        self.hand_over(city, visit)
        page = visit("unit_head").get(f"/actions/{item_id}").text
        assert "承辦人由何語安改為簡立群" in page
        assert "職務調整" in page


class TestMovingToAnotherDepartment:
    def test_is_refused_with_the_items_and_the_way_to_hand_them_over(self, city: City, visit: Visit) -> None:
        item_id = actions.bring_to(city, "in_progress")
        number = actions.look(city, "coordinator", item_id, lambda _s, _a, item: item.item_no)
        administrator = visit("administrator")
        address = f"/people/{city.people['officer']}/edit"
        version = re.search(r'name="version"[^>]*value="(\d+)"', administrator.get(address).text)
        assert version
        answer = administrator.post(
            address,
            {
                "email": city.email("officer"),
                "name": "何語安",
                "language": "zh-Hant",
                "version": version[1],
                "roles-0-role": "officer",
                "roles-0-department": str(city.departments["EDU-I"]),
            },
        )
        assert answer.status_code == 409
        assert number in answer.text
        assert f"/people/{city.people['officer']}/handover" in answer.text


class TestDeputiesNamedByAHead:
    def name(self, city: City, visit: Visit, by: str, person: str, deputy: str, days: int = 3) -> int:
        form = {
            "person_id": str(city.people[person]),
            "deputy_id": str(city.people[deputy]),
            "starts_on": str(city.today()),
            "ends_on": str(city.today() + timedelta(days=days)),
        }
        return visit(by).post("/deputies", form).status_code

    @pytest.mark.parametrize("by", ["unit_head", "agency_head", "administrator"])
    def test_takes_effect_for_the_people_of_the_own_subtree(self, city: City, visit: Visit, by: str) -> None:
        assert self.name(city, visit, by, "officer", "unit_head") == 302
        with city.database.reading() as session:
            assert queries.deputies_on(session, city.today()) == {
                city.people["officer"]: [city.people["unit_head"]]
            }

    @pytest.mark.parametrize("person", ["other_officer", "agency_head", "coordinator", "administrator"])
    def test_is_no_choice_for_somebody_else_s_people_nor_for_those_above(
        self, city: City, visit: Visit, person: str
    ) -> None:
        assert self.name(city, visit, "unit_head", person, "unit_head") == 422

    def test_is_no_choice_for_somebody_who_has_a_right_beyond_the_head_s_own_reach(
        self, city: City, visit: Visit
    ) -> None:
        with city.database.transaction() as session:
            roles = (
                RoleAssignment(Role.OFFICER, city.departments["TPT-P"]),
                RoleAssignment(Role.VIEWER, None),
            )
            fields = PersonFields(city.email("officer"), "何語安", roles=roles)
            service.edit_person(session, city.act("administrator", session), city.people["officer"], fields)
        assert self.name(city, visit, "unit_head", "officer", "unit_head") == 422

    def test_both_are_told(self, city: City, visit: Visit) -> None:
        self.name(city, visit, "agency_head", "officer", "unit_head")
        for key in ("officer", "unit_head"):
            assert "已指定職務代理人" in notices(city, visit, key)

    def test_ends_when_the_head_ends_it(self, city: City, visit: Visit) -> None:
        self.name(city, visit, "unit_head", "officer", "unit_head")
        with city.database.reading() as session:
            (row,) = queries.list_delegations(session, city.people["officer"], city.today())
        address = f"/people/{city.people['officer']}/deputies/{row.id}/end"
        assert visit("other_head").post(address).status_code == 404
        assert visit("unit_head").post(address).status_code == 302
        with city.database.reading() as session:
            assert not queries.deputies_on(session, city.today())


class TestADeputysRights:
    def stand_in(self, city: City, starts: int, ends: int) -> None:
        with city.database.transaction() as session:
            today = city.today()
            service.delegate(
                session,
                city.act("officer", session),
                city.people["officer"],
                city.people["other_officer"],
                today + timedelta(days=starts),
                today + timedelta(days=ends),
            )

    @pytest.mark.parametrize(
        ("day", "status"), [(0, 404), (1, 200), (2, 200), (3, 404)], ids=["before", "first", "last", "after"]
    )
    def test_begin_and_end_with_the_days(
        self, city: City, visit: Visit, clock: FixedClock, day: int, status: int
    ) -> None:
        item_id = actions.bring_to(city, "in_progress")
        self.stand_in(city, 1, 2)
        clock.advance(timedelta(days=day))
        assert visit("other_officer").get(f"/actions/{item_id}").status_code == status

    def test_what_a_deputy_does_is_told_as_done_for_the_person(
        self, city: City, visit: Visit, app: Flask
    ) -> None:
        item_id = actions.bring_to(city, "in_progress")
        self.stand_in(city, 0, 0)
        actions.report(city, item_id, "other_officer")
        page = visit("coordinator").get(f"/actions/{item_id}").text
        assert "白若水（國際教育科）代理何語安填報" in page

    def test_what_somebody_does_in_their_own_right_is_not(self, city: City, visit: Visit) -> None:
        item_id = actions.bring_to(city, "in_progress")
        actions.report(city, item_id)
        assert "代理何語安" not in visit("coordinator").get(f"/actions/{item_id}").text
