"""Frozen periods, on both databases: reproducible, immutable, and compared with another or with the present."""

import hashlib
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError

from tests.factories import actions
from tests.factories.city import ZONE, City
from tracker.actions.exchange.keeping import is_referred_to
from tracker.actions.queries import ActionFilter, Group, count_by_group
from tracker.actions.reporting import Filing
from tracker.actions.rules.deadlines import Standards
from tracker.actions.rules.filing import Cycle, Period
from tracker.audit.models import AuditEvent
from tracker.dashboards import freezing
from tracker.dashboards.freezing import AlreadyFrozen, FreezePeriod, PeriodStillOpen
from tracker.dashboards.handing_up import load_layouts
from tracker.dashboards.models import FrozenFile, FrozenItem, Snapshot
from tracker.dashboards.rules.differences import Change, count, differences
from tracker.dashboards.rules.tables import Table
from tracker.dashboards.tables import Terms
from tracker.foundation import jobs
from tracker.foundation.errors import Forbidden, NotFound
from tracker.foundation.filing import MemoryFileStore
from tracker.foundation.jobs import JobState

FILING = Filing()
LAYOUTS = {table: layout for table, layout in load_layouts().items() if table in (Table.ITEMS, Table.COUNTS)}


@pytest.fixture
def files() -> MemoryFileStore:
    return MemoryFileStore()


def freeze(city: City, files: MemoryFileStore, period: Period, key: str = "coordinator") -> int:
    with city.database.transaction() as session:
        job_id = freezing.request(session, city.act(key, session), period, FILING).id
    terms = Terms(Standards(), ZONE, lambda _session, _ids, _day: {})
    jobs.run_next(city.database, {freezing.KIND: FreezePeriod(files, LAYOUTS, terms, FILING)}, city.clock)
    with city.database.reading() as session:
        job = jobs.find_job(session, job_id)
        assert job is not None
        assert job.state is JobState.DONE, job.message
        return int(job.result["snapshot"])


def last_closed(city: City) -> Period:
    return Standards().last_closed(city.today())


@pytest.fixture
def busy(city: City) -> City:
    """A city a month after its items were opened, on a day on which the last month is closed."""
    for status in ("assigned", "in_progress", "close_requested", "closed_implemented"):
        actions.bring_to(city, status)
    city.give_action(due_in_days=3)
    actions.after_days(city, 40)
    return city


class TestFreezing:
    def test_keeps_the_numbers_of_the_lists_as_they_were(self, busy: City, files: MemoryFileStore) -> None:
        cut_off = last_closed(busy).closes_on(FILING.days)
        snapshot_id = freeze(busy, files, last_closed(busy))
        with busy.database.reading() as session:
            act = busy.act("coordinator", session)
            snapshot = freezing.get_snapshot(session, act, snapshot_id)
            then = ActionFilter(group=Group.ALL, as_at=cut_off)
            counts = count_by_group(session, act.by, then, busy.today(), Standards())
            assert snapshot.cut_off_on == cut_off
            assert snapshot.figures["open"] == counts[Group.OPEN]
            assert snapshot.figures["overdue"] == counts[Group.OVERDUE] == 1
            assert snapshot.figures["closed"] == counts[Group.CLOSED]

    def test_gives_the_same_on_a_later_day(self, busy: City, files: MemoryFileStore) -> None:
        period = last_closed(busy)
        with busy.database.reading() as session:
            act = busy.act("coordinator", session)
            at_once = freezing.stood_on(session, act, period.closes_on(FILING.days))
        actions.after_days(busy, 3)
        actions.acknowledge(busy, next(iter(at_once)))
        busy.give_action()
        with busy.database.reading() as session:
            assert dict(freezing.stood_then(session, _frozen(busy, files, period))) == dict(at_once)

    def test_stores_each_file_with_its_hash(self, busy: City, files: MemoryFileStore) -> None:
        snapshot_id = freeze(busy, files, last_closed(busy))
        with busy.database.reading() as session:
            kept = session.scalars(select(FrozenFile).where(FrozenFile.snapshot_id == snapshot_id)).all()
            assert {(file.table, file.form.value) for file in kept} >= {
                (Table.ITEMS, "ods"),
                (Table.COUNTS, "ods"),
            }
            for file in kept:
                data = files.files[file.sha256]
                assert (hashlib.sha256(data).hexdigest(), len(data)) == (file.sha256, file.size)
                assert is_referred_to(session, file.sha256)

    def test_is_on_record_with_who_and_when(self, busy: City, files: MemoryFileStore) -> None:
        freeze(busy, files, last_closed(busy))
        with busy.database.reading() as session:
            act = busy.act("coordinator", session)
            [shown] = freezing.list_snapshots(session, act)
            assert (shown.frozen_by_id, shown.frozen_at) == (busy.people["coordinator"], busy.clock.now())
            assert session.scalar(select(func.count()).where(AuditEvent.action == "frozen")) == 1

    def test_refuses_a_period_that_is_open(self, busy: City) -> None:
        now = Period.around(busy.today(), Cycle.MONTHLY)
        with busy.database.transaction() as session, pytest.raises(PeriodStillOpen):
            freezing.request(session, busy.act("coordinator", session), now, FILING)

    def test_refuses_a_period_of_another_cycle(self, busy: City) -> None:
        with busy.database.transaction() as session, pytest.raises(PeriodStillOpen):
            freezing.request(session, busy.act("coordinator", session), Period.read("2025-Q1"), FILING)

    def test_refuses_a_second_time(self, busy: City, files: MemoryFileStore) -> None:
        freeze(busy, files, last_closed(busy))
        with busy.database.transaction() as session, pytest.raises(AlreadyFrozen):
            freezing.request(session, busy.act("coordinator", session), last_closed(busy), FILING)
        with busy.database.reading() as session:
            assert last_closed(busy) not in freezing.freezable(session, busy.today(), FILING)

    @pytest.mark.parametrize("key", ["viewer", "agency_head", "unit_head", "officer", "administrator"])
    def test_is_the_coordinators_alone(self, busy: City, files: MemoryFileStore, key: str) -> None:
        snapshot_id = freeze(busy, files, last_closed(busy))
        with busy.database.reading() as session:
            act = busy.act(key, session)
            with pytest.raises(Forbidden):
                freezing.get_snapshot(session, act, snapshot_id)
            with pytest.raises(Forbidden):
                freezing.list_snapshots(session, act)

    def test_knows_only_its_own_files(self, busy: City, files: MemoryFileStore) -> None:
        snapshot_id = freeze(busy, files, last_closed(busy))
        with busy.database.reading() as session, pytest.raises(NotFound):
            freezing.get_file(session, busy.act("coordinator", session), snapshot_id, 9_999)


class TestImmutable:
    @pytest.mark.parametrize("kind", [Snapshot, FrozenItem, FrozenFile])
    @pytest.mark.parametrize("verb", ["update", "delete"])
    def test_is_refused_by_the_database_itself(
        self, busy: City, files: MemoryFileStore, kind: type, verb: str
    ) -> None:
        freeze(busy, files, last_closed(busy))
        column = next(c.name for c in kind.__table__.columns if not c.primary_key and not c.foreign_keys)
        statement = (
            delete(kind)
            if verb == "delete"
            else update(kind).values({column: getattr(kind, "item_no", None) or column})
        )
        if verb == "update":
            mapped = kind.__table__.columns[column]
            statement = kind.__table__.update().values({column: mapped})
        with busy.database.engine.begin() as connection, pytest.raises(DBAPIError, match="never changes"):
            connection.execute(statement)


class TestDifference:
    def test_tells_what_became_of_the_items_since(self, busy: City, files: MemoryFileStore) -> None:
        new, closed, extended = _change(busy, files)
        with busy.database.reading() as session:
            act = busy.act("coordinator", session)
            before = freezing.stood_then(session, _only_snapshot(busy))
            after = freezing.stood_on(session, act, busy.today())
        changed = {
            next(item_id for item_id, stood in after.items() if stood is each.after): each.changes
            for each in differences(before, after)
        }
        assert changed[new] == {Change.NEW}
        assert changed[closed] == {Change.CLOSED}
        assert changed[extended] == {Change.EXTENDED}
        assert count(differences(before, after))[Change.NEW] == 1

    def test_compares_two_frozen_periods(self, busy: City, files: MemoryFileStore) -> None:
        new, closed, _ = _change(busy, files)
        first = _only_snapshot(busy)
        actions.after_days(busy, 31)
        second = freeze(busy, files, last_closed(busy))
        with busy.database.reading() as session:
            numbers = count(
                differences(freezing.stood_then(session, first), freezing.stood_then(session, second))
            )
        assert (numbers[Change.NEW], numbers[Change.CLOSED], numbers[Change.EXTENDED]) == (1, 1, 1)
        assert new != closed


def _frozen(city: City, files: MemoryFileStore, period: Period) -> int:
    return freeze(city, files, period)


def _only_snapshot(city: City) -> int:
    with city.database.reading() as session:
        return session.scalars(select(Snapshot.id)).one()


def _change(city: City, files: MemoryFileStore) -> tuple[int, int, int]:
    """Freeze the last period, then open an item, release one and give one more time."""
    freeze(city, files, last_closed(city))
    with city.database.reading() as session:
        act = city.act("coordinator", session)
        stood = freezing.stood_on(session, act, city.today())
    by_status = {each.status.value: item_id for item_id, each in stood.items() if not each.is_overdue}
    closing = actions.look(
        city, "coordinator", by_status["close_requested"], lambda _s, _a, item: item.waiting_closing.id
    )
    actions.agree(city, closing)
    extension = actions.ask_for_days(city, by_status["in_progress"], 10)
    actions.grant(city, extension, "unit_head")
    return city.give_action(), by_status["close_requested"], by_status["in_progress"]


def test_period_closes_after_its_days() -> None:
    assert Period(2026, 3).closes_on(FILING.days) == date(2026, 3, 31) + timedelta(days=5)
