"""One step on many items: each stands or falls by itself, and a rehearsal leaves nothing behind."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories.actions import bring_to, do, look, status_of, version_of
from tests.factories.city import City
from tracker import audit
from tracker.actions import bulk
from tracker.actions.bulk import Chosen
from tracker.actions.extending import ExtensionRequest
from tracker.actions.rules.extending import ExtensionReason, Limits
from tracker.audit.models import AuditEvent
from tracker.foundation.database import rehearsal
from tracker.foundation.errors import Invalid, StepNotAllowed, VersionConflict


def chosen(city: City, *item_ids: int) -> list[Chosen]:
    return [Chosen(each, f"no-{each}", "", version_of(city, each)) for each in item_ids]


def officer_of(city: City, item_id: int) -> int | None:
    return look(city, "coordinator", item_id, lambda _session, _act, item: item.lead.officer_id)


class TestChangeMany:
    def test_gives_open_items_to_a_department_and_brings_drafts_out(self, city: City) -> None:
        opened = [bring_to(city, "assigned", support=("EDU",)), bring_to(city, "in_progress")]
        change = bulk.GiveToDepartment(city.departments["EDU-I"], city.people["other_officer"], "業務調整")
        results = do(city, "coordinator", bulk.change_many, chosen(city, *opened), change)
        assert [each.refusal for each in results] == [None, None]
        for item_id in opened:
            assert officer_of(city, item_id) == city.people["other_officer"]
        support = look(
            city,
            "coordinator",
            opened[0],
            lambda _session, _act, item: {
                part.department.code for part in item.supporting if part.status != "released"
            },
        )
        assert support == {"EDU"}

    def test_gives_items_to_another_officer(self, city: City) -> None:
        opened = [bring_to(city, "assigned", officer=None), bring_to(city, "in_progress")]
        change = bulk.GiveToOfficer(city.people["unit_head"])
        do(city, "unit_head", bulk.change_many, chosen(city, *opened), change)
        assert {officer_of(city, item_id) for item_id in opened} == {city.people["unit_head"]}

    def test_proposes_a_date_for_each_item_and_moves_none(self, city: City) -> None:
        opened = [bring_to(city, "in_progress", due_in_days=days) for days in (10, 20)]
        until = city.today() + timedelta(days=30)
        request = ExtensionRequest(until, ExtensionReason.BUDGET, "第二期經費要到下個月才撥付。")
        change = bulk.ProposeDate(request, Limits())
        do(city, "officer", bulk.change_many, chosen(city, *opened), change)
        for item_id, days in zip(opened, (10, 20), strict=True):
            asked, due_on = look(
                city,
                "officer",
                item_id,
                lambda _session, _act, item: (item.waiting_extension.new_due_on, item.due_on),
            )
            assert asked == until
            assert due_on == city.today() + timedelta(days=days)

    def test_adds_and_removes_tags_and_leaves_the_others(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        do(city, "coordinator", bulk.change_many, chosen(city, item_id), bulk.Tag(("議會", "市長"), ()))
        do(city, "coordinator", bulk.change_many, chosen(city, item_id), bulk.Tag(("預算",), ("市長",)))
        tags = look(city, "coordinator", item_id, lambda _session, _act, item: set(item.tags))
        assert tags == {"議會", "預算"}

    def test_asks_many_for_progress(self, city: City) -> None:
        opened = [bring_to(city, "in_progress") for _ in range(3)]
        results = do(
            city,
            "agency_head",
            bulk.change_many,
            chosen(city, *opened),
            bulk.AskForProgress("請於週五前填報。"),
        )
        assert [each.refusal for each in results] == [None] * 3

    def test_lets_an_item_that_refuses_keep_no_other_back(self, city: City) -> None:
        closed, opened = bring_to(city, "closed_implemented"), bring_to(city, "in_progress")
        results = do(
            city, "coordinator", bulk.change_many, chosen(city, closed, opened), bulk.AskForProgress("")
        )
        assert isinstance(results[0].refusal, StepNotAllowed)
        assert results[1].refusal is None

    def test_does_not_touch_an_item_that_somebody_changed_since_it_was_chosen(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        seen = chosen(city, item_id)
        do(city, "coordinator", bulk.change_many, seen, bulk.Tag(("議會",), ()))
        (result,) = do(city, "coordinator", bulk.change_many, seen, bulk.Tag(("預算",), ()))
        assert isinstance(result.refusal, VersionConflict)

    def test_says_in_one_line_of_the_record_what_was_made_together(self, city: City) -> None:
        opened = [bring_to(city, "in_progress") for _ in range(2)]
        with city.database.transaction() as session:
            act = city.act("coordinator", session).quietly()
            bulk.change_many(session, act, chosen(city, *opened), bulk.Tag(("議會",), ()))
            last = session.scalars(select(AuditEvent).order_by(AuditEvent.seq.desc()).limit(1)).one()
        assert last.action == "changed_many"
        assert last.after == {"step": "edit", "items": [f"no-{each}" for each in opened], "quiet": True}

    def test_takes_no_more_than_one_can_look_through(self, city: City) -> None:
        many = [Chosen(number, "", "", 1) for number in range(bulk.MOST_ITEMS + 1)]
        with pytest.raises(Invalid):
            do(city, "coordinator", bulk.change_many, many, bulk.AskForProgress(""))


class TestRehearsal:
    def test_of_a_change_leaves_items_and_record_as_they_were(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        before = (status_of(city, item_id), version_of(city, item_id))
        seen = chosen(city, item_id)
        with city.database.transaction() as session:
            told = len(audit.history_of(session, "action_item", item_id))
            with rehearsal(session):
                change = bulk.GiveToDepartment(city.departments["EDU-I"], None, "業務調整")
                results = bulk.change_many(session, city.act("coordinator", session), seen, change)
            assert results[0].refusal is None
            assert len(audit.history_of(session, "action_item", item_id)) == told
        assert (status_of(city, item_id), version_of(city, item_id)) == before
