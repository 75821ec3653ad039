"""Handing over: nobody who leaves keeps an open part, and every item tells who took it on, and why."""

from collections.abc import Iterator
from datetime import date

import pytest

from tests.factories import actions
from tests.factories.city import City
from tracker import audit
from tracker.access import Role
from tracker.actions import handing_over, queries, releasing
from tracker.actions.assigning import Assignment, reassign
from tracker.actions.events import PartsHandedOver
from tracker.actions.handing_over import Handover, StillHolding
from tracker.actions.models import Part
from tracker.actions.rules import story
from tracker.actions.saving import FilterFields, save_filter
from tracker.foundation.database import Database, Session
from tracker.foundation.errors import Conflict, Forbidden, Invalid
from tracker.people import queries as people
from tracker.people import service
from tracker.people.events import PersonDeactivated, RolesTaken
from tracker.people.service import PersonFields, RoleAssignment
from tracker.reports.workbench import return_drafts

REASON = "何語安調任其他機關"


def parts_of(session: Session, city: City, key: str = "officer") -> list[Part]:
    return list(queries.open_parts_of(session, city.people[key]))


def everything_to(city: City, session: Session, key: str | None, reason: str = REASON) -> Handover:
    successor = city.people[key] if key else None
    return Handover(reason, {part.id: successor for part in parts_of(session, city)})


def deactivate(
    city: City, key: str | None = "unit_head", by: str = "administrator", only: int | None = None
) -> None:
    successor = city.people[key] if key else None
    with city.database.transaction() as session:
        given = [part for part in parts_of(session, city) if only in (None, part.item_id)]
        handover = Handover(REASON, {part.id: successor for part in given})
        act = city.act(by, session)
        handing_over.deactivate_person(session, act, city.people["officer"], handover)


def take_out(city: City, database: Database) -> None:
    """Deactivate the officer by the people room alone, as any door could."""
    with database.transaction() as session:
        service.deactivate_person(session, city.act("administrator", session), city.people["officer"])


@pytest.fixture
def guarded(city: City) -> Iterator[Database]:
    """The city's database as the doors open it: whoever is taken out is asked what they hold."""
    reactions = {
        PersonDeactivated: (handing_over.refuse_left_behind, return_drafts),
        RolesTaken: (handing_over.refuse_misplaced, return_drafts),
    }
    database = Database(city.database.engine.url.render_as_string(hide_password=False), reactions)
    yield database
    database.close()


def held_by(session: Session, person_id: int, today: date) -> queries.Holdings:
    """Return all that a person holds."""
    return queries.holdings_of(session, person_id, queries.open_parts_of(session, person_id), today)


class TestHandOver:
    def test_gives_every_part_to_its_successor_with_a_row_in_the_story(self, city: City) -> None:
        item_id = actions.bring_to(city, "in_progress")
        with city.database.transaction() as session:
            moved = handing_over.hand_over(
                session,
                city.act("administrator", session),
                city.people["officer"],
                everything_to(city, session, "unit_head"),
            )
        assert moved == 1
        with city.database.reading() as session:
            assert parts_of(session, city) == []
            assert [part.item_id for part in parts_of(session, city, "unit_head")] == [item_id]
            last = story.tell(audit.history_of(session, "action_item", item_id))[-1]
        assert last.actor == "池映月"
        assert last.values["from"] == "何語安"
        assert last.values["to"] == "簡立群"
        assert [each.words for each in last.details] == [REASON]

    def test_raises_one_event_for_each_successor(self, city: City) -> None:
        first, second, third = (city.give_action() for _ in range(3))
        with city.database.transaction() as session:
            by_item = {part.item_id: part.id for part in parts_of(session, city)}
            head = city.people["unit_head"]
            successors = {by_item[first]: head, by_item[second]: head, by_item[third]: None}
            act = city.act("administrator", session)
            handing_over.hand_over(session, act, city.people["officer"], Handover(REASON, successors))
            raised = [each for each in session.info["events"] if isinstance(each, PartsHandedOver)]
        assert {(each.to_id, len(each.part_ids)) for each in raised} == {(head, 2), (None, 1)}

    def test_leaves_what_is_not_named_where_it_is(self, city: City) -> None:
        kept, given = city.give_action(), city.give_action()
        with city.database.transaction() as session:
            part = next(each for each in parts_of(session, city) if each.item_id == given)
            handover = Handover(REASON, {part.id: city.people["unit_head"]})
            handing_over.hand_over(
                session, city.act("administrator", session), city.people["officer"], handover
            )
            assert [each.item_id for each in parts_of(session, city)] == [kept]

    def test_lets_an_item_that_waits_to_be_taken_be_without_an_officer(self, city: City) -> None:
        city.give_action()
        deactivate(city, None)
        with city.database.reading() as session:
            assert parts_of(session, city) == []

    @pytest.mark.parametrize("status", ["in_progress", "close_requested"])
    def test_refuses_to_leave_an_item_at_work_without_an_officer(self, city: City, status: str) -> None:
        actions.bring_to(city, status)
        with pytest.raises(Invalid) as refusal:
            deactivate(city, None)
        assert list(refusal.value.fields.values()) == ["辦理中的事項必須有承辦人，請指定接辦人。"]

    def test_refuses_a_successor_from_another_agency(self, city: City) -> None:
        city.give_action()
        with pytest.raises(Invalid):
            deactivate(city, "other_officer")

    def test_refuses_without_a_reason(self, city: City) -> None:
        city.give_action()
        with city.database.transaction() as session, pytest.raises(Invalid):
            handing_over.hand_over(
                session,
                city.act("administrator", session),
                city.people["officer"],
                everything_to(city, session, "unit_head", " "),
            )

    @pytest.mark.parametrize("key", ["officer", "unit_head", "agency_head", "coordinator", "viewer"])
    def test_is_for_the_administrator_alone(self, city: City, key: str) -> None:
        city.give_action()
        with pytest.raises(Forbidden):
            deactivate(city, by=key)

    def test_gives_shared_filters_to_a_successor_under_a_name_that_is_free(self, city: City) -> None:
        with city.database.transaction() as session:
            for key in ("officer", "unit_head"):
                fields = FilterFields("逾期", is_shared=key == "officer")
                act = city.act("coordinator" if key == "officer" else key, session)
                saved = save_filter(session, act, {"group": "overdue"}, fields)
                saved.owner_id = city.people[key]
            head = city.people["unit_head"]
            handing_over.hand_over(
                session,
                city.act("administrator", session),
                city.people["officer"],
                Handover(REASON, filters_to=head),
            )
            offered = queries.list_saved_filters(session, city.act("unit_head", session).by)
            assert sorted(each.filter.name for each in offered if each.is_own) == ["逾期", "逾期 2"]

    def test_bumps_the_version_so_that_an_open_page_learns_of_it(self, city: City) -> None:
        item_id = actions.bring_to(city, "in_progress")
        before = actions.version_of(city, item_id)
        deactivate(city)
        assert actions.version_of(city, item_id) > before


class TestADeactivatedPerson:
    def test_never_holds_an_open_part_whichever_way_they_were_taken_out(
        self, city: City, guarded: Database
    ) -> None:
        city.give_action()
        with pytest.raises(StillHolding, match="何語安"):
            take_out(city, guarded)
        with city.database.reading() as session:
            assert people.get_user(session, city.people["officer"]).is_active

    def test_is_refused_while_one_part_is_left_and_nothing_moves(self, city: City) -> None:
        given = city.give_action()
        kept = city.give_action()
        with pytest.raises(StillHolding):
            deactivate(city, only=given)
        with city.database.reading() as session:
            assert {each.item_id for each in parts_of(session, city)} == {given, kept}

    def test_keeps_the_parts_that_were_released(self, city: City) -> None:
        item_id = actions.bring_to(city, "closed_implemented")
        deactivate(city)
        officer = actions.look(city, "coordinator", item_id, lambda _s, _a, item: item.lead.officer_id)
        assert officer == city.people["officer"]

    def test_does_not_come_back_when_a_released_item_is_tracked_again(self, city: City) -> None:
        item_id = actions.bring_to(city, "closed_implemented")
        deactivate(city)
        with pytest.raises(Invalid):
            actions.do(city, "coordinator", releasing.reopen, item_id, "成效不足")
        actions.do(city, "coordinator", releasing.reopen, item_id, "成效不足", None, city.people["unit_head"])
        officer = actions.look(city, "coordinator", item_id, lambda _s, _a, item: item.lead.officer_id)
        assert officer == city.people["unit_head"]

    def test_does_not_come_back_when_their_department_is_given_a_part_again(self, city: City) -> None:
        item_id = actions.bring_to(city, "in_progress")
        units = city.departments
        day = city.today().replace(year=city.today().year + 1)
        away = Assignment(units["EDU-I"], day)
        actions.do(city, "coordinator", reassign, item_id, away, "業務移撥")
        deactivate(city)
        back = Assignment(units["EDU-I"], day, (units["TPT-P"],))
        actions.do(city, "coordinator", reassign, item_id, back, "請原單位協辦")
        officers = actions.look(
            city, "coordinator", item_id, lambda _s, _a, item: [part.officer_id for part in item.parts]
        )
        assert city.people["officer"] not in officers

    def test_stands_in_for_nobody_and_nobody_for_them_any_more(self, city: City) -> None:
        today = city.today()
        with city.database.transaction() as session:
            officer, head = city.people["officer"], city.people["unit_head"]
            service.delegate(session, city.act("officer", session), officer, head, today, today)
            service.delegate(session, city.act("unit_head", session), head, officer, today, today)
        deactivate(city)
        with city.database.reading() as session:
            assert people.deputies_on(session, today) == {}
            assert people.list_delegations_touching(session, city.people["officer"], today) == []

    def test_cannot_be_the_last_administrator(self, city: City) -> None:
        with pytest.raises(Conflict), city.database.transaction() as session:
            handing_over.deactivate_person(
                session, city.act("administrator", session), city.people["administrator"], Handover("")
            )


class TestAPersonWhoMoves:
    def move(self, city: City, database: Database, code: str) -> None:
        with database.transaction() as session:
            roles = (RoleAssignment(Role.OFFICER, city.departments[code]),)
            fields = PersonFields(city.email("officer"), "何語安", roles=roles)
            service.edit_person(session, city.act("administrator", session), city.people["officer"], fields)

    def test_is_refused_while_they_hold_parts_of_the_department_they_leave(
        self, city: City, guarded: Database
    ) -> None:
        city.give_action()
        with pytest.raises(StillHolding, match="1 件"):
            self.move(city, guarded, "EDU-I")

    def test_may_go_once_these_were_handed_over(self, city: City, guarded: Database) -> None:
        city.give_action()
        with city.database.transaction() as session:
            handing_over.hand_over(
                session,
                city.act("administrator", session),
                city.people["officer"],
                everything_to(city, session, "unit_head"),
            )
        self.move(city, guarded, "EDU-I")
        with city.database.reading() as session:
            assert (
                people.get_user(session, city.people["officer"]).grants[0].department_id
                == (city.departments["EDU-I"])
            )


class TestHoldingsOf:
    def test_lists_parts_requests_filters_deputies_and_roles_nobody_else_holds(self, city: City) -> None:
        item_id = actions.bring_to(city, "in_progress")
        actions.ask_for_days(city, item_id, 10)
        with city.database.transaction() as session:
            head, officer = city.people["unit_head"], city.people["officer"]
            today = city.today()
            service.delegate(session, city.act("officer", session), officer, head, today, today)
        with city.database.reading() as session:
            held = held_by(session, city.people["officer"], city.today())
            assert [part.item_id for part in held.parts] == [item_id]
            assert [each.label for each in held.requests] == ["申請展延"]
            assert len(held.delegations) == 1
            assert held.sole_roles == []
            head_holds = held_by(session, city.people["unit_head"], city.today())
            assert [each.role for each in head_holds.sole_roles] == [Role.UNIT_HEAD]
