"""Writing exactly the filtered list to a file: at once when it is short, else by a background job.

The rows are those of `list_actions`, stretch by stretch from one moment of the database, so that list and file never
disagree and a long list takes no more memory than a short one. An export is an act on record.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any, Final
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from tracker import audit
from tracker.access import Act, Permission
from tracker.actions.exchange.background import make_file, rights_of
from tracker.actions.exchange.columns import COLUMNS, Shown
from tracker.actions.exchange.keeping import EXPORT, EXPORTS, holds_file, is_referred_to
from tracker.actions.exchange.telling import conditions_of
from tracker.actions.models import ActionItem
from tracker.actions.queries import (
    ActionFilter,
    ItemThen,
    as_they_stood,
    count_actions,
    key_of,
    list_actions,
)
from tracker.actions.rules.deadlines import Standards
from tracker.foundation import jobs
from tracker.foundation.database import Session
from tracker.foundation.errors import Conflict, Forbidden, NotFound
from tracker.foundation.filing import FileStore, StoredFile
from tracker.foundation.jobs import Job, JobState, Running
from tracker.foundation.language import N_, translator
from tracker.foundation.paging import BEGINNING, Place
from tracker.foundation.sheets import Cell, Kind, Sheet, write
from tracker.foundation.showing import show_moment, show_number

KIND: Final = EXPORT
MOST_AT_ONCE: Final = 2_000
KEPT: Final = timedelta(days=7)
_STRETCH: Final = 500
_FILTERS: Final = TypeAdapter(ActionFilter)
Tell = Callable[[int], None]


class ExportGone(NotFound):
    """The file was removed after its days, or never made."""

    message = N_("匯出檔已超過保存期限而移除，請重新匯出。")


class RightsChanged(Forbidden):
    """What the person may see is not what it was when the file was made."""

    message = N_("匯出之後您的檢視範圍已變更，這個檔案不再提供下載，請重新匯出。")


@dataclass(frozen=True)
class Order:
    """What is to be written: which items, which columns by code, in which format and language."""

    filter: ActionFilter
    columns: tuple[str, ...]
    kind: Kind
    language: str

    def payload(self) -> dict[str, Any]:
        """Return the order as a job keeps it; `order_of` reads it back."""
        return {
            "filter": _FILTERS.dump_python(self.filter, mode="json"),
            "columns": list(self.columns),
            "kind": self.kind.value,
            "language": self.language,
        }


def order_of(payload: Mapping[str, Any]) -> Order:
    """Return the order that a job keeps."""
    wanted = _FILTERS.validate_python(payload["filter"])
    return Order(wanted, tuple(payload["columns"]), Kind(payload["kind"]), payload["language"])


def write_list(
    session: Session,
    act: Act,
    order: Order,
    file: IO[bytes],
    zone: ZoneInfo,
    standards: Standards,
    tell: Tell = lambda _rows: None,
) -> int:
    """Write the list to an open file and return its number of items; `tell` is called after every few of them.

    Raises Forbidden, or CellTooLong.
    """
    act.require(Permission.Action.READ)
    say = translator(order.language)
    counted = _Counted(_rows(session, act, order, standards), tell)
    head = [say(COLUMNS[code].label) for code in order.columns]
    notes = Sheet(
        say(N_("說明")),
        [say(N_("項目")), say(N_("內容"))],
        _notes(session, act, order, zone, standards, counted),
    )
    write(order.kind, file, [Sheet(say(N_("列管事項")), head, counted), notes], order.language)
    return counted.number


def record_export(session: Session, act: Act, order: Order, rows: int) -> None:
    """Write into the record who took which list out, and how many items it held."""
    asked = order.payload()
    facts = {name: value for name, value in asked["filter"].items() if value not in (None, "", False)}
    after = {"filter": facts, "columns": asked["columns"], "format": asked["kind"], "rows": rows}
    audit.record(session, act, "exported", "action_list", None, {}, after)


def request_export(session: Session, act: Act, order: Order) -> Job:
    """Put the writing of a long list in line; raises Forbidden."""
    act.require(Permission.Action.READ)
    return jobs.enqueue(session, KIND, order.payload(), act.at, act.by.person_id)


def file_name(order: Order, act: Act, zone: ZoneInfo) -> str:
    """Return how a file is called: the list, and the moment at which it was cut off."""
    return f"{translator(order.language)(N_('列管事項'))}-{act.at.astimezone(zone):%Y%m%d-%H%M}.{order.kind}"


def get_export(session: Session, act: Act, job_id: int, kind: str = KIND) -> Job:
    """Return an export that the person who acts asked for; raises NotFound for anybody else's."""
    job = jobs.find_job(session, job_id)
    if job is None or job.kind != kind or job.requested_by_id != act.by.person_id:
        raise NotFound
    return job


def exported_file(session: Session, act: Act, job_id: int, kind: str = KIND) -> StoredFile:
    """Return the file of an export that ended well; raises NotFound, Conflict, ExportGone or RightsChanged."""
    job = get_export(session, act, job_id, kind)
    if job.state is not JobState.DONE:
        raise Conflict(N_("匯出尚未完成。"))
    if job.result.get("removed") or is_over(job, act.at):
        raise ExportGone
    if job.result["rights"] != rights_of(act.by):
        raise RightsChanged
    return StoredFile(job.result["sha256"], job.result["size"], job.result["name"])


def is_over(job: Job, now: datetime) -> bool:
    """Tell whether a file is past the days for which it is kept."""
    return job.finished_at is not None and job.finished_at < now - KEPT


def has_old(session: Session, now: datetime) -> bool:
    """Tell whether files of exports wait to be removed, without writing anything."""
    return any(map(holds_file, _ended(session, now)))


def discard_old(session: Session, files: FileStore, now: datetime) -> int:
    """Remove the files of exports past their days, but none that something else refers to; returns how many."""
    old = [each for each in _ended(session, now) if holds_file(each)]
    for job in old:
        job.result = {**job.result, "removed": True}
    session.flush()
    for sha256 in {job.result["sha256"] for job in old}:
        if not is_referred_to(session, sha256):
            files.discard(sha256)
    return len(old)


def _ended(session: Session, now: datetime) -> Iterator[Job]:
    for kind in EXPORTS:
        yield from jobs.list_ended(session, kind, now - KEPT)


@dataclass(frozen=True)
class ExportActions:
    """Writes a long list in the background, for the rights that the person holds when it is written."""

    files: FileStore
    zone: ZoneInfo
    standards: Standards

    def __call__(self, running: Running) -> Mapping[str, Any]:
        """Write the list that a job asks for, and keep the file; raises what `write_list` raises, or Cancelled."""
        order = order_of(running.payload)

        def write(session: Session, act: Act, file: IO[bytes]) -> tuple[str, int]:
            total = count_actions(session, act.by, order.filter, act.today, self.standards)

            def tell(done: int) -> None:
                running.progress(done, total, N_("正在寫入檔案…"))

            tell(0)
            rows = write_list(session, act, order, file, self.zone, self.standards, tell)
            return file_name(order, act, self.zone), rows

        def record(session: Session, act: Act, rows: int) -> None:
            record_export(session, act, order, rows)

        return make_file(running, self.files, self.zone, write, record)


class _Counted:
    """Rows that are counted while they are written, so that a sheet below can say how many there were."""

    def __init__(self, rows: Iterator[Sequence[Cell]], tell: Tell) -> None:
        self.number = 0
        self._rows = rows
        self._tell = tell

    def __iter__(self) -> Iterator[Sequence[Cell]]:
        for row in self._rows:
            yield row
            self.number += 1
            if self.number % _STRETCH == 0:
                self._tell(self.number)


def _rows(session: Session, act: Act, order: Order, standards: Standards) -> Iterator[Sequence[Cell]]:
    values, past = [COLUMNS[code].value for code in order.columns], order.filter.as_at
    held_to = standards.at_the_end_of(past)
    for item in _items(session, act, order.filter, standards):
        shown = Shown(item, past or act.today, held_to, order.language)
        yield [value(shown) for value in values]


def _items(
    session: Session, act: Act, wanted: ActionFilter, standards: Standards
) -> Iterator[ActionItem | ItemThen]:
    place = BEGINNING
    while True:
        found = list_actions(session, act.by, wanted, act.today, standards, place, _STRETCH)
        yield from as_they_stood(session, found.rows, wanted.as_at) if wanted.as_at else found.rows
        if found.on is None:
            return
        place = Place(after=key_of(found.rows[-1], wanted.order))
        # What was written is let go, or the session would hold the whole list in the end.
        session.expunge_all()


def _notes(
    session: Session, act: Act, order: Order, zone: ZoneInfo, standards: Standards, counted: _Counted
) -> Iterator[Sequence[Cell]]:
    say = translator(order.language)
    yield say(N_("資料截至")), show_moment(act.at, zone, order.language)
    yield say(N_("匯出者")), act.by.name
    yield say(N_("件數")), show_number(counted.number, order.language)
    yield from conditions_of(session, order.filter, standards, order.language)
    yield (
        say(N_("再匯入")),
        say(N_("改好後可再匯入；列管編號與版本請勿修改。日期、狀態與進度不能以匯入變更。")),
    )
