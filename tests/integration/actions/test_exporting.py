"""The filtered list as a file: the same items, columns that come back, and who may take it out."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories.city import ZONE, City
from tests.factories.crowd import crowd
from tracker.access import Role
from tracker.actions import queries
from tracker.actions.exchange import exporting
from tracker.actions.exchange.columns import COLUMNS, columns_of
from tracker.actions.exchange.exporting import ExportActions, ExportGone, Order, RightsChanged
from tracker.actions.models import ActionItem, Evidence
from tracker.actions.queries import ActionFilter, Group
from tracker.actions.rules.deadlines import Standards
from tracker.audit.models import AuditEvent
from tracker.foundation import jobs
from tracker.foundation.errors import Conflict, NotFound
from tracker.foundation.filing import MemoryFileStore
from tracker.foundation.jobs import JobState
from tracker.foundation.sheets import Kind
from tracker.people import queries as people
from tracker.people.models import RoleGrant
from tracker.reading.tables import Table, read_table
from tracker.web.actions.columns import COLUMN_LABELS, Column

ALL = ActionFilter(group=Group.ALL)
ORDER = Order(ALL, columns_of(("title", "due_on", "officer")), Kind.CSV, "zh-Hant")


def export(city: City, key: str, order: Order = ORDER) -> Table:
    file = io.BytesIO()
    with city.database.snapshot() as session:
        exporting.write_list(session, city.act(key, session), order, file, ZONE, Standards())
    return read_table(file.getvalue())


def listed(city: City, key: str, wanted: ActionFilter) -> list[str]:
    with city.database.reading() as session:
        act = city.act(key, session)
        found = queries.list_actions(session, act.by, wanted, act.today, Standards(), size=5_000)
        return [item.item_no for item in found.rows]


def numbers(table: Table) -> list[str]:
    return [str(row.cells[0]) for row in table.rows]


def run_job(city: City, files: MemoryFileStore, key: str = "coordinator", order: Order = ORDER) -> int:
    with city.database.transaction() as session:
        job_id = exporting.request_export(session, city.act(key, session), order).id
    jobs.run_next(city.database, {exporting.KIND: ExportActions(files, ZONE, Standards())}, city.clock)
    return job_id


def state_of(city: City, job_id: int) -> JobState:
    with city.database.reading() as session:
        return session.get_one(jobs.Job, job_id).state


class TestRows:
    @pytest.mark.parametrize("key", ["coordinator", "viewer", "officer", "agency_head"])
    @pytest.mark.parametrize("kind", Kind)
    def test_are_exactly_those_of_the_list_for_each_reader(self, city: City, key: str, kind: Kind) -> None:
        city.give_action()
        city.give_action(lead="EDU-I", officer=None, agency="EDU")
        assert numbers(export(city, key, replace(ORDER, kind=kind))) == listed(city, key, ALL)

    def test_keep_filter_and_order_over_several_stretches(self, city: City) -> None:
        crowd(city, 1_400)
        wanted = ActionFilter(group=Group.OPEN, order=queries.Order.DEPARTMENT, descending=True)
        table = export(city, "coordinator", replace(ORDER, filter=wanted))
        with city.database.reading() as session:
            act = city.act("coordinator", session)
            count = queries.count_actions(session, act.by, wanted, act.today, Standards())
        assert len(table.rows) == count > 500
        assert numbers(table)[:200] == listed(city, "coordinator", wanted)[:200]

    def test_hold_number_and_version_whatever_columns_are_chosen(self, city: City) -> None:
        city.give_action()
        assert list(export(city, "coordinator").head) == [
            "列管編號",
            "版本（請勿修改）",
            "列管事項",
            "承辦人",
            "預定完成日",
        ]

    def test_speak_the_readers_language(self, city: City) -> None:
        item_id = city.give_action()
        table = export(city, "coordinator", replace(ORDER, language="en"))
        with city.database.reading() as session:
            due_on = session.get_one(ActionItem, item_id).due_on
        assert table.rows[0].cells[4] == due_on.isoformat()

    def test_hold_no_formula(self, city: City) -> None:
        item_id = city.give_action()
        with city.database.transaction() as session:
            session.get_one(ActionItem, item_id).title = '=HYPERLINK("http://x")'
        file = io.BytesIO()
        with city.database.snapshot() as session:
            exporting.write_list(session, city.act("coordinator", session), ORDER, file, ZONE, Standards())
        assert b"'=HYPERLINK" in file.getvalue()
        assert read_table(file.getvalue()).rows[0].cells[2] == '=HYPERLINK("http://x")'

    def test_every_column_of_the_list_can_be_exported_under_its_name(self) -> None:
        shown = {column: label for column, label in COLUMN_LABELS.items() if column is not Column.DOING}
        assert {column: COLUMNS[column.value].label for column in shown} == shown


class TestJob:
    def test_writes_the_list_and_keeps_it_for_who_asked(self, city: City) -> None:
        city.give_action()
        files = MemoryFileStore()
        job_id = run_job(city, files)
        with city.database.reading() as session:
            stored = exporting.exported_file(session, city.act("coordinator", session), job_id)
        assert numbers(read_table(files.files[stored.sha256])) == listed(city, "coordinator", ALL)

    def test_is_nobody_elses(self, city: City) -> None:
        job_id = run_job(city, MemoryFileStore())
        with city.database.reading() as session, pytest.raises(NotFound):
            exporting.exported_file(session, city.act("second_coordinator", session), job_id)

    def test_gives_no_file_before_its_end(self, city: City) -> None:
        with city.database.transaction() as session:
            act = city.act("coordinator", session)
            job_id = exporting.request_export(session, act, ORDER).id
            with pytest.raises(Conflict):
                exporting.exported_file(session, act, job_id)

    def test_gives_no_file_to_who_may_see_less_than_when_it_was_written(self, city: City) -> None:
        job_id = run_job(city, MemoryFileStore(), "viewer")
        with city.database.transaction() as session:
            grant = session.scalars(
                select(RoleGrant).where(RoleGrant.person_id == city.people["viewer"])
            ).one()
            grant.role, grant.department_id = Role.OFFICER, city.departments["EDU-I"]
        with city.database.reading() as session, pytest.raises(RightsChanged):
            exporting.exported_file(session, city.act("viewer", session), job_id)

    def test_can_be_cancelled(self, city: City) -> None:
        with city.database.transaction() as session:
            act = city.act("coordinator", session)
            job_id = exporting.request_export(session, act, ORDER).id
            jobs.cancel(session, job_id, act.at)
        assert state_of(city, job_id) is JobState.CANCELLED

    def test_is_written_on_the_rights_of_the_person_not_of_the_system(self, city: City) -> None:
        city.give_action()
        files = MemoryFileStore()
        run_job(city, files, "other_officer")
        assert [numbers(read_table(data)) for data in files.files.values() if data.count(b"\n") > 1] == []


class TestRecord:
    def test_tells_who_took_out_which_list_and_how_many_items(self, city: City) -> None:
        city.give_action()
        run_job(city, MemoryFileStore())
        with city.database.reading() as session:
            event = session.scalars(select(AuditEvent).order_by(AuditEvent.seq.desc()).limit(1)).one()
        assert (event.action, event.actor_name, event.after["rows"]) == ("exported", "溫如玉", 1)
        assert event.after["filter"]["group"] == "all"


class TestRemoval:
    def old(self, city: City, files: MemoryFileStore) -> int:
        with city.database.transaction() as session:
            now = city.clock.now() + exporting.KEPT + timedelta(hours=1)
            return exporting.discard_old(session, files, now)

    def test_takes_files_past_their_days_away(self, city: City) -> None:
        files = MemoryFileStore()
        job_id = run_job(city, files)
        assert self.old(city, files) == 1
        assert files.files == {}
        with city.database.reading() as session, pytest.raises(ExportGone):
            exporting.exported_file(session, city.act("coordinator", session), job_id)

    def test_leaves_young_ones(self, city: City) -> None:
        files = MemoryFileStore()
        run_job(city, files)
        with city.database.transaction() as session:
            assert exporting.discard_old(session, files, city.clock.now()) == 0

    def test_leaves_a_file_that_somebody_filed_as_evidence(self, city: City) -> None:
        files = MemoryFileStore()
        run_job(city, files)
        (sha256,) = files.files
        item_id = city.give_action()
        with city.database.transaction() as session:
            person = people.get_user(session, city.people["officer"])
            session.add(
                Evidence(
                    item_id=item_id,
                    name="list.csv",
                    sha256=sha256,
                    size=1,
                    uploaded_at=city.clock.now(),
                    uploaded_by_id=person.id,
                )
            )
        self.old(city, files)
        assert files.exists(sha256)
