"""How items stood on past days: every change leaves a row, in the transaction that made it, on both databases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.factories.actions import (
    acknowledge,
    after_days,
    agree,
    ask,
    ask_for_days,
    bring_to,
    do,
    grant,
    keep_draft,
    report,
)
from tests.factories.city import City
from tracker.access import Act
from tracker.actions import history, releasing
from tracker.actions.editing import change_officer
from tracker.actions.models import ActionItem, ItemPeriod, Part
from tracker.actions.rules.workflow import Status
from tracker.foundation import migrating
from tracker.foundation.database import Session
from tracker.foundation.errors import TrackerError
from tracker.reports.confirming import decide_adoption
from tracker.reports.rules.adoption import Adoption


def rows_of(city: City, item_id: int) -> list[ItemPeriod]:
    """Return the history of an item, oldest first."""
    with city.database.reading() as session:
        query = select(ItemPeriod).where(ItemPeriod.item_id == item_id).order_by(ItemPeriod.from_on)
        return list(session.scalars(query))


def on(city: City, item_id: int, day: date) -> ItemPeriod | None:
    """Return how an item stood at the end of a day."""
    with city.database.reading() as session:
        query = select(ItemPeriod).where(ItemPeriod.item_id == item_id, history.holding_on(day))
        return session.scalars(query).one_or_none()


def facts_of(row: ItemPeriod) -> tuple[object, ...]:
    """Return what the back-filled history tells of every row alike."""
    return (row.item_id, row.from_on, row.until_on, row.status, row.due_on, row.closed_on)


def differences(city: City) -> list[history.Difference]:
    """Return what the history tells wrongly."""
    with city.database.reading() as session:
        return history.differences(session)


class TestHistory:
    def test_begins_on_the_day_on_which_an_item_is_opened(self, city: City) -> None:
        item_id = city.give_action()
        (row,) = rows_of(city, item_id)
        assert (row.from_on, row.until_on, row.status) == (city.today(), None, Status.ASSIGNED)
        assert on(city, item_id, city.today() - timedelta(days=1)) is None

    def test_tells_how_an_item_stood_at_the_end_of_each_day(self, city: City) -> None:
        first = city.today()
        item_id = city.give_action()
        after_days(city, 3)
        acknowledge(city, item_id)
        after_days(city, 3)
        agree(city, ask(city, item_id))
        told = [on(city, item_id, first + timedelta(days=days)) for days in (0, 2, 3, 5, 6, 100)]
        assert [row.status.value for row in told if row] == [
            *("assigned", "assigned", "in_progress", "in_progress"),
            *("closed_implemented", "closed_implemented"),
        ]

    def test_writes_the_row_of_a_day_anew_when_facts_change_twice(self, city: City) -> None:
        item_id = city.give_action()
        acknowledge(city, item_id)
        (row,) = rows_of(city, item_id)
        assert row.status is Status.IN_PROGRESS

    def test_follows_a_granted_extension(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        first = city.today()
        after_days(city, 1)
        grant(city, ask_for_days(city, item_id, 7), "unit_head")
        before, after = rows_of(city, item_id)
        assert before.until_on == after.from_on == first + timedelta(days=1)
        assert (after.due_on - before.due_on).days == 7
        assert after.original_due_on == before.due_on

    def test_follows_who_holds_an_item(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        after_days(city, 1)
        with city.database.reading() as session:
            part_id = session.scalars(select(Part.id).where(Part.item_id == item_id)).one()
        do(city, "unit_head", change_officer, part_id, city.people["unit_head"])
        assert [row.officer_id for row in rows_of(city, item_id)] == [
            city.people["officer"],
            city.people["unit_head"],
        ]

    def test_follows_a_decision_on_the_recommendation(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        after_days(city, 1)
        with city.database.reading() as session:
            source = session.get_one(ActionItem, item_id).recommendation_id
        do(city, "coordinator", decide_adoption, source, Adoption.PARTIALLY_ADOPTED, "經費有限。")
        assert [row.adoption for row in rows_of(city, item_id)][-1] is Adoption.PARTIALLY_ADOPTED

    def test_follows_reports(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        after_days(city, 1)
        report(city, item_id)
        row = rows_of(city, item_id)[-1]
        assert row.updated_on == city.today()

    def test_keeps_the_day_of_asking_with_a_release(self, city: City) -> None:
        item_id = bring_to(city, "close_requested")
        asked_on = city.today()
        after_days(city, 4)
        with city.database.reading() as session:
            (closing,) = session.get_one(ActionItem, item_id).closings
        agree(city, closing.id)
        row = rows_of(city, item_id)[-1]
        assert (row.asked_on, row.closed_on) == (asked_on, city.today())

    def test_tells_of_items_tracked_again(self, city: City) -> None:
        item_id = bring_to(city, "closed_implemented")
        after_days(city, 1)
        do(city, "coordinator", releasing.reopen, item_id, "成果未達標。")
        assert [row.status for row in rows_of(city, item_id)] == [
            Status.CLOSED_IMPLEMENTED,
            Status.IN_PROGRESS,
        ]

    def test_knows_drafts_as_drafts(self, city: City) -> None:
        (row,) = rows_of(city, keep_draft(city))
        assert row.status is Status.DRAFT

    def test_is_undone_with_what_it_tells(self, city: City) -> None:
        item_id = city.give_action()

        def acknowledge_and_fail(session: Session, act: Act) -> None:
            session.get_one(ActionItem, item_id).status = Status.IN_PROGRESS
            session.flush()
            raise TrackerError

        with pytest.raises(TrackerError):
            do(city, "officer", acknowledge_and_fail)
        assert [row.status for row in rows_of(city, item_id)] == [Status.ASSIGNED]


class TestDifferences:
    def test_are_none_after_the_steps_of_the_house(self, city: City) -> None:
        for status in (
            "assigned",
            "in_progress",
            "close_requested",
            "closed_implemented",
            "withdrawn",
            "merged",
        ):
            bring_to(city, status)
            after_days(city, 2)
        assert differences(city) == []

    def test_are_found_and_mended_from_today_on(self, city: City) -> None:
        item_id = city.give_action()
        after_days(city, 2)
        with city.database.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE action_item SET status = 'void', closed_on = '2026-03-04'")
        (wrong,) = differences(city)
        assert wrong.item_id == item_id
        with city.database.transaction() as session:
            history.mend(session, [wrong], city.today())
        assert differences(city) == []
        assert [row.status for row in rows_of(city, item_id)] == [Status.ASSIGNED, Status.VOID]

    def test_are_none_after_a_rebuild(self, city: City) -> None:
        bring_to(city, "closed_implemented")
        with city.database.transaction() as session:
            history.rebuild(session)
        assert differences(city) == []


class TestBackfilling:
    def test_tells_of_the_past_from_what_was_filed_and_decided(self, city: City) -> None:
        item_id = city.give_action(support=("EDU-I",))
        after_days(city, 3)
        acknowledge(city, item_id)
        after_days(city, 2)
        grant(city, ask_for_days(city, item_id, 7), "unit_head")
        after_days(city, 2)
        other = bring_to(city, "closed_implemented")
        written = [facts_of(row) for each in (item_id, other) for row in rows_of(city, each)]
        migrating.migrate(city.database, "0022_endorsements")
        migrating.migrate(city.database)
        assert [facts_of(row) for each in (item_id, other) for row in rows_of(city, each)] == written
        assert differences(city) == []
