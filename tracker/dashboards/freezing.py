"""Freezing a reporting period: its figures and tables as its filing closed, kept so that they can be shown again.

The cut-off is the last day on which the period could be reported on, as it ended; the history tells how items stood, so
that it does not matter on which later day somebody freezes it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from tempfile import TemporaryFile
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.orm import joinedload, selectinload

from tracker import audit
from tracker.access import Act, Permission
from tracker.actions.exchange.background import act_behind
from tracker.actions.queries import ActionFilter
from tracker.actions.reporting import Filing
from tracker.actions.rules import deadlines
from tracker.actions.rules.deadlines import Standards
from tracker.actions.rules.filing import Period
from tracker.actions.rules.workflow import Status
from tracker.dashboards import handing_up
from tracker.dashboards.handing_up import Layouts, Order
from tracker.dashboards.models import FrozenFile, FrozenItem, Snapshot
from tracker.dashboards.past import Standing, standings_on
from tracker.dashboards.queries import overview
from tracker.dashboards.rules.differences import Stood
from tracker.dashboards.tables import Asked, Terms
from tracker.foundation import jobs
from tracker.foundation.database import Session
from tracker.foundation.documents import PDFNotAvailable, TooLongForPDF
from tracker.foundation.errors import Conflict, Duplicate, NotFound
from tracker.foundation.filing import FileStore, StoredFile
from tracker.foundation.jobs import Job, Running
from tracker.foundation.kept import keep_for_good
from tracker.foundation.language import N_, SOURCE_LANGUAGE
from tracker.people.models import Department

KIND: Final = "freeze_period"
OFFERED: Final = 12
_BATCH: Final = 2_000


class PeriodStillOpen(Conflict):
    """Its filing has not closed yet."""

    message = N_("這一期的填報還沒截止，截止後才能凍結。")


class AlreadyFrozen(Duplicate):
    """What was handed up is not made a second time."""

    message = N_("這一期已經凍結。")


def figures_of(session: Session, act: Act, day: date, standards: Standards) -> dict[str, int | None]:
    """Return the numbers of the dashboard at the end of a day, by the codes of `Measure`."""
    told = overview(session, act.by, ActionFilter(as_at=day), act.today, standards, by_agency=True)
    return asdict(told.tiles())


def freezable(session: Session, today: date, filing: Filing) -> Sequence[Period]:
    """Return the latest periods that are closed and not frozen yet, last first."""
    frozen = set(session.scalars(select(Snapshot.period)))
    period = Period.around(today, filing.cycle)
    found = []
    for _ in range(OFFERED):
        if period.closes_on(filing.days) < today and period.code not in frozen:
            found.append(period)
        period = period.previous
    return found


def request(session: Session, act: Act, period: Period, filing: Filing) -> Job:
    """Put the freezing of a period in line; raises Forbidden, PeriodStillOpen or AlreadyFrozen."""
    act.require(Permission.Dashboard.FREEZE)
    _refuse(session, period, act.today, filing)
    return jobs.enqueue(session, KIND, {"period": period.code}, act.at, act.by.person_id)


def get_job(session: Session, act: Act, job_id: int) -> Job:
    """Return the freezing that is going on; raises NotFound."""
    act.require(Permission.Dashboard.FREEZE)
    job = jobs.find_job(session, job_id)
    if job is None or job.kind != KIND:
        raise NotFound
    return job


def list_snapshots(session: Session, act: Act) -> Sequence[Snapshot]:
    """Return the frozen periods, the last first; raises Forbidden."""
    act.require(Permission.Dashboard.FREEZE)
    query = select(Snapshot).options(joinedload(Snapshot.frozen_by)).order_by(Snapshot.cut_off_on.desc())
    return session.scalars(query).all()


def get_snapshot(session: Session, act: Act, snapshot_id: int) -> Snapshot:
    """Return a frozen period with its files; raises Forbidden or NotFound."""
    act.require(Permission.Dashboard.FREEZE)
    query = (
        select(Snapshot)
        .where(Snapshot.id == snapshot_id)
        .options(joinedload(Snapshot.frozen_by), selectinload(Snapshot.files))
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def get_file(session: Session, act: Act, snapshot_id: int, file_id: int) -> FrozenFile:
    """Return a file of a frozen period; raises Forbidden or NotFound."""
    found = get_snapshot(session, act, snapshot_id).files
    for file in found:
        if file.id == file_id:
            return file
    raise NotFound


def stood_then(session: Session, snapshot_id: int) -> Mapping[int, Stood]:
    """Return how the items of a frozen period stood."""
    columns = (
        FrozenItem.item_id,
        FrozenItem.item_no,
        FrozenItem.title,
        FrozenItem.department,
        FrozenItem.status,
        FrozenItem.due_on,
        FrozenItem.is_overdue,
    )
    query = select(*columns).where(FrozenItem.snapshot_id == snapshot_id)
    rows = session.execute(query.order_by(FrozenItem.department, FrozenItem.due_on, FrozenItem.item_id))
    return {row[0]: Stood(*row[1:]) for row in rows}


def stood_on(session: Session, act: Act, day: date) -> Mapping[int, Stood]:
    """Return how the items stood on a day."""
    names = {row[0]: row[1] for row in session.execute(select(Department.id, Department.name))}
    return {
        item.item_id: _stood(item, day, names)
        for item in standings_on(session, act.by, day).values()
        if item.status is not Status.DRAFT
    }


@dataclass(frozen=True)
class FreezePeriod:
    """Freezes a period in the background: all its tables in all their formats, its items and figures, in one act."""

    files: FileStore
    layouts: Layouts
    terms: Terms
    filing: Filing

    def __call__(self, running: Running) -> Mapping[str, Any]:
        """Freeze the period that a job asks for; raises Forbidden, PeriodStillOpen, AlreadyFrozen or Cancelled."""
        period = Period.read(running.payload["period"])
        with running.database.snapshot() as session:
            act = act_behind(session, running, self.terms.zone)
            act.require(Permission.Dashboard.FREEZE)
            _refuse(session, period, act.today, self.filing)
            day = period.closes_on(self.filing.days)
            figures = figures_of(session, act, day, self.terms.standards)
            items = stood_on(session, act, day)
            session.expunge_all()
            made = self._make_files(session, act, day, running)
        with running.database.transaction() as session:
            snapshot = Snapshot(
                period=period.code,
                cut_off_on=day,
                frozen_at=act.at,
                frozen_by_id=act.by.person_id,
                figures=figures,
            )
            session.add(snapshot)
            session.flush()
            _keep_items(session, snapshot.id, items)
            _keep_files(session, snapshot.id, made)
            facts = {"period": period.code, "figures": figures, "files": [file.sha256 for _, file in made]}
            audit.record(session, act, "frozen", "snapshot", snapshot.id, {}, facts)
            return {"snapshot": snapshot.id}

    def _make_files(
        self, session: Session, act: Act, day: date, running: Running
    ) -> list[tuple[Order, StoredFile]]:
        orders = [
            Order(Asked(table, as_at=day), form, SOURCE_LANGUAGE)
            for table, layout in self.layouts.items()
            for form in layout.formats
        ]
        made = []
        for number, order in enumerate(orders):
            running.progress(number, len(orders), N_("正在製作表件…"))
            stored = self._make_file(session, act, order)
            if stored is not None:
                made.append((order, stored))
            session.expunge_all()
        return made

    def _make_file(self, session: Session, act: Act, order: Order) -> StoredFile | None:
        layout = self.layouts[order.asked.table]
        with TemporaryFile() as file:
            try:
                handing_up.write(session, act, order, layout, self.terms, file)
            except (TooLongForPDF, PDFNotAvailable):
                return None
            return self.files.keep(file, f"{layout.title}-{order.asked.as_at:%Y%m%d}.{order.form}")


def _refuse(session: Session, period: Period, today: date, filing: Filing) -> None:
    if period.cycle is not filing.cycle or period.closes_on(filing.days) >= today:
        raise PeriodStillOpen
    if session.scalar(select(Snapshot.id).where(Snapshot.period == period.code)) is not None:
        raise AlreadyFrozen


def _stood(item: Standing, day: date, names: Mapping[int, str]) -> Stood:
    return Stood(
        item.item_no,
        item.title,
        names[item.department_id],
        item.status,
        item.deadline.due_on,
        deadlines.is_overdue(item.deadline, day),
    )


def _keep_items(session: Session, snapshot_id: int, items: Mapping[int, Stood]) -> None:
    rows = [
        {"snapshot_id": snapshot_id, "item_id": item_id, **vars(stood)} for item_id, stood in items.items()
    ]
    for begin in range(0, len(rows), _BATCH):
        session.execute(insert(FrozenItem), rows[begin : begin + _BATCH])


def _keep_files(session: Session, snapshot_id: int, made: Iterable[tuple[Order, StoredFile]]) -> None:
    for order, stored in made:
        session.add(
            FrozenFile(
                snapshot_id=snapshot_id,
                table=order.asked.table,
                form=order.form,
                name=stored.name,
                sha256=stored.sha256,
                size=stored.size,
            )
        )
        keep_for_good(session, stored.sha256)
    session.flush()
