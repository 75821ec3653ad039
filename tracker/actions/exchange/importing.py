"""Bringing a table in: kept, its columns understood, looked through in the background, then applied as a whole.

Applying does exactly what was shown: it works with the facts that looking through stored, not with the file, and an
item that somebody changed since is a conflict. All happens in one transaction.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter
from sqlalchemy import delete, func, insert, select

from tracker import audit
from tracker.access import Act, Permission
from tracker.actions.exchange.applying import LineRefused, add_items, apply_changes, listed_of
from tracker.actions.exchange.fields import DAYS, REQUIRED_FOR_NEW, Field, guess
from tracker.actions.exchange.finding import CHOSEN, Finder
from tracker.actions.exchange.keeping import is_referred_to
from tracker.actions.exchange.planning import Choices, Line, Planner
from tracker.actions.models import ActionImport, ImportLine
from tracker.actions.rules.lines import IN_THE_WAY, LineOutcome
from tracker.actions.rules.written_days import Writing, writing_of
from tracker.foundation import jobs, roc
from tracker.foundation.database import Page, Session
from tracker.foundation.errors import Conflict, FileTooLarge, Forbidden, Invalid, NotFound, VersionConflict
from tracker.foundation.filing import FileStore
from tracker.foundation.jobs import ENDED, Job, Running
from tracker.foundation.language import N_
from tracker.people.queries import act_of, get_user, parents_of
from tracker.people.rules import tree
from tracker.reading.tables import Row, Table, read_table
from tracker.reports.listing import ListText
from tracker.reports.service import ReportKnown, check_unknown

LOOK: Final = "look_through_import"
APPLY: Final = "apply_import"
MOST_BYTES: Final = 20 * 1024 * 1024
KEPT: Final = timedelta(days=30)
MOST_VALUES: Final = 200
_TOLD_EVERY: Final = 500
_CHOICES: Final = TypeAdapter(Choices)


def begin_import(session: Session, act: Act, files: FileStore, name: str, data: bytes) -> ActionImport:
    """Keep a table, with a first guess at its columns; raises Forbidden, FileTooLarge or what `read_table` raises."""
    act.require(Permission.Action.IMPORT)
    if len(data) > MOST_BYTES:
        raise FileTooLarge
    table = read_table(data)
    found = ActionImport(
        person_id=act.by.person_id,
        created_at=act.at,
        name=name,
        sha256=files.put(data, name).sha256,
        choices=_CHOICES.dump_python(_first_choices(session, act, table), mode="json"),
    )
    session.add(found)
    session.flush()
    return found


def get_import(session: Session, act: Act, import_id: int) -> ActionImport:
    """Return one's own import; raises NotFound for anybody else's."""
    act.require(Permission.Action.IMPORT)
    found = session.get(ActionImport, import_id)
    if found is None or found.person_id != act.by.person_id:
        raise NotFound
    return found


def list_imports(session: Session, act: Act, limit: int = 10) -> Sequence[ActionImport]:
    """Return one's own imports, newest first."""
    query = select(ActionImport).where(ActionImport.person_id == act.by.person_id)
    return session.scalars(query.order_by(ActionImport.id.desc()).limit(limit)).all()


def table_of(files: FileStore, found: ActionImport) -> Table:
    """Return the table of an import; raises FileMissing."""
    with files.open(found.sha256) as file:
        return read_table(file.read())


def choices_of(found: ActionImport) -> Choices:
    """Return what was decided about a table so far."""
    return _CHOICES.validate_python(found.choices)


def choose(session: Session, act: Act, found: ActionImport, choices: Choices) -> None:
    """Keep what a person decided about a table; what was looked through before no longer counts."""
    act.require(Permission.Action.IMPORT)
    _check_not_applied(found)
    found.choices = _CHOICES.dump_python(choices, mode="json")
    found.looked_through_at = None
    session.flush()


def check_columns(table: Table, choices: Choices) -> None:
    """Raise Invalid for columns that are missing, Ambiguous or Mixed for days that cannot be read for sure."""
    missing = [name for name in REQUIRED_FOR_NEW if name not in choices.columns]
    if Field.ITEM_NO not in choices.columns and missing:
        raise Invalid(N_("沒有列管編號的表格只能新增事項，請指定列管事項、主辦機關與預定完成日三欄。"))
    writings_of(table, choices)


def writings_of(table: Table, choices: Choices) -> dict[Field, Writing | None]:
    """Return how each column of days writes them; raises Ambiguous or Mixed."""
    return {
        name: writing_of(table.head[place], _column(table.rows, place))
        for name, place in choices.columns.items()
        if name in DAYS
    }


def unknown_values(
    session: Session, table: Table, choices: Choices, themes: Sequence[str]
) -> dict[Field, list[str]]:
    """Return the values of closed lists that nobody knows, in the order in which they come, the first few of each."""
    finder = Finder(session, themes, {})
    unknown: dict[Field, list[str]] = {}
    for name in CHOSEN:
        if name not in choices.columns:
            continue
        written = dict.fromkeys(str(cell).strip() for cell in _column(table.rows, choices.columns[name]))
        if left := [each for each in written if each and not finder.knows(name, each)]:
            unknown[name] = left[:MOST_VALUES]
    return unknown


def request_look(session: Session, act: Act, found: ActionImport) -> Job:
    """Put looking through a table in line; raises Forbidden, or Conflict while another job has it in hand."""
    act.require(Permission.Action.IMPORT)
    _check_not_applied(found)
    return _enqueue(session, act, found, LOOK)


def request_apply(session: Session, act: Act, found: ActionImport) -> Job:
    """Put applying a table in line; raises Forbidden, or Conflict while it was not looked through or a row is wrong."""
    act.require(Permission.Action.IMPORT)
    _check_not_applied(found)
    counts = count_lines(session, found)
    if found.looked_through_at is None or not counts:
        raise Conflict(N_("請先檢查內容再匯入。"))
    if wrong := sum(counts.get(each, 0) for each in IN_THE_WAY):
        raise Conflict(
            N_("還有 %(count)s 列不能匯入。請修正檔案後重新上傳；修正以前什麼都不會匯入。"), count=wrong
        )
    if not counts.get(LineOutcome.NEW) and not counts.get(LineOutcome.CHANGED):
        raise Conflict(N_("這個檔案沒有要新增或變更的事項。"))
    return _enqueue(session, act, found, APPLY)


def count_lines(session: Session, found: ActionImport) -> Mapping[LineOutcome, int]:
    """Return how many rows there are of each outcome."""
    counted = (
        select(ImportLine.outcome, func.count())
        .where(ImportLine.import_id == found.id)
        .group_by(ImportLine.outcome)
    )
    return {row.outcome: row[1] for row in session.execute(counted)}


def page_of_lines(
    session: Session, found: ActionImport, outcome: LineOutcome | None, number: int, size: int = 50
) -> Page[ImportLine]:
    """Return a page of the rows of a table in its order, all or those of one outcome."""
    query = select(ImportLine).where(ImportLine.import_id == found.id)
    if outcome:
        query = query.where(ImportLine.outcome == outcome)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.scalars(query.order_by(ImportLine.line).limit(size).offset((number - 1) * size)).all()
    return Page(rows, total, number, size)


def list_old(session: Session, now: datetime) -> Sequence[ActionImport]:
    """Return the imports that are past the days for which they are kept."""
    return session.scalars(select(ActionImport).where(ActionImport.created_at < now - KEPT)).all()


def discard_old(session: Session, files: FileStore, now: datetime) -> int:
    """Remove imports past their days with their rows and files; what they brought in stays. Returns how many."""
    old = list_old(session, now)
    for found in old:
        session.execute(delete(ImportLine).where(ImportLine.import_id == found.id))
        session.delete(found)
    session.flush()
    for sha256 in {found.sha256 for found in old}:
        if not is_referred_to(session, sha256):
            files.discard(sha256)
    return len(old)


@dataclass(frozen=True)
class LookThrough:
    """Looks through a table in the background and stores what each of its rows would do."""

    files: FileStore
    zone: ZoneInfo
    themes: Sequence[str]

    def __call__(self, running: Running) -> Mapping[str, Any]:
        """Look through the table of a job; raises Cancelled, Forbidden, FileMissing or what `read_table` raises."""
        with running.database.snapshot() as session:
            act = _act(session, running, self.zone)
            found = get_import(session, act, running.payload["import_id"])
            lines = self._look(session, act, found, running)
        with running.database.transaction() as session:
            session.execute(delete(ImportLine).where(ImportLine.import_id == found.id))
            session.execute(insert(ImportLine), [_row(found.id, line) for line in lines])
            session.get_one(ActionImport, found.id).looked_through_at = act.at
        return {"rows": len(lines)}

    def _look(self, session: Session, act: Act, found: ActionImport, running: Running) -> list[Line]:
        table = table_of(self.files, found)
        choices = choices_of(found)
        finder = Finder(session, self.themes, choices.values)
        planner = Planner(session, act, choices, writings_of(table, choices), finder)
        lines: list[Line] = []
        running.progress(0, len(table.rows), N_("正在檢查內容…"))
        for line in planner.lines(table.rows):
            lines.append(line)
            if len(lines) % _TOLD_EVERY == 0:
                running.progress(len(lines), len(table.rows), N_("正在檢查內容…"))
        _refuse_known_lists(session, lines)
        return lines


@dataclass(frozen=True)
class ApplyImport:
    """Applies a table that was looked through, in one transaction."""

    files: FileStore
    zone: ZoneInfo

    def __call__(self, running: Running) -> Mapping[str, Any]:
        """Apply the table of a job; raises LineRefused, ReportKnown, Forbidden or Cancelled, then nothing is stored."""
        stored: list[str] = []
        import_id = running.payload["import_id"]
        try:
            with running.database.transaction() as session:
                return self._apply(session, running, import_id, stored)
        except BaseException as error:
            for sha256 in stored:
                self.files.discard(sha256)
            if isinstance(error, LineRefused):
                with running.database.transaction() as session:
                    _note_refused(session, import_id, error)
            raise

    def _apply(self, session: Session, running: Running, import_id: int, stored: list[str]) -> dict[str, int]:
        found = session.scalars(
            select(ActionImport).where(ActionImport.id == import_id).with_for_update()
        ).one()
        choices = choices_of(found)
        counts = count_lines(session, found)
        changed, added = counts.get(LineOutcome.CHANGED, 0), counts.get(LineOutcome.NEW, 0)
        done = {"changed": changed, "added": added}
        if found.applied_at:
            # A worker that died after the transaction was stored left nothing to do.
            return done
        act = _act(session, running, self.zone)
        act.require(Permission.Action.IMPORT)
        tell = _telling(running, changed + added)
        told = act.quietly() if choices.quiet else act
        apply_changes(session, told, import_id, choices, tell)
        add_items(session, told, import_id, choices, self._store(stored), lambda rows: tell(changed + rows))
        facts = {**done, "file": found.name, "sha256": found.sha256, "quiet": choices.quiet}
        audit.record(session, act, "items_imported", "action_import", found.id, {}, facts)
        found.applied_at = act.at
        return done

    def _store(self, stored: list[str]) -> Callable[[ListText], None]:
        def store(written: ListText) -> None:
            described, data = written.file()
            if not self.files.exists(described.sha256):
                stored.append(self.files.put(data, described.name).sha256)

        return store


def _first_choices(session: Session, act: Act, table: Table) -> Choices:
    parents = parents_of(session)
    own = min(act.by.own_departments, default=None)
    agency_id = tree.agency_of(parents, own) if own is not None else None
    return Choices(guess(table.head), title=f"列管清單匯入 {roc.show(act.today)}", agency_id=agency_id)


def _telling(running: Running, total: int) -> Callable[[int], None]:
    message = N_("正在匯入…")
    running_alone = running.database.has_one_writer
    # Where there is one writer, telling how far it is would wait for the very transaction that it tells of.
    return (lambda _done: None) if running_alone else (lambda done: running.progress(done, total, message))


def _act(session: Session, running: Running, zone: ZoneInfo) -> Act:
    if running.requested_by_id is None:
        raise Forbidden
    return act_of(session, get_user(session, running.requested_by_id), running.clock.now(), zone)


def _enqueue(session: Session, act: Act, found: ActionImport, kind: str) -> Job:
    present = jobs.find_job(session, found.job_id) if found.job_id else None
    if present and present.state not in ENDED:
        raise Conflict(N_("這個檔案正在處理中，請稍候。"))
    job = jobs.enqueue(session, kind, {"import_id": found.id}, act.at, act.by.person_id)
    found.job_id = job.id
    session.flush()
    return job


def _check_not_applied(found: ActionImport) -> None:
    if found.applied_at:
        raise Conflict(N_("這個檔案已經匯入。"))


def _column(rows: Iterable[Row], place: int) -> list[Any]:
    return [row.cells[place] for row in rows if place < len(row.cells)]


def _refuse_known_lists(session: Session, lines: Sequence[Line]) -> None:
    new = [line for line in lines if line.outcome is LineOutcome.NEW]
    for written, places in listed_of([line.facts for line in new]):
        try:
            check_unknown(session, written.file()[0])
        except ReportKnown:
            for place in places:
                new[place].refuse(N_("同樣內容的清單已於先前匯入：%(title)s"), title=written.title)


def _row(import_id: int, line: Line) -> dict[str, Any]:
    facts = asdict(line)
    return {"import_id": import_id, "line": facts.pop("number"), **facts}


def _note_refused(session: Session, import_id: int, error: LineRefused) -> None:
    line = session.get_one(ImportLine, (import_id, error.line))
    reason = error.reason
    fields = reason.fields.values() if isinstance(reason, Invalid) else ()
    told = [[msgid, {}] for msgid in fields] or [[reason.message, dict(reason.values)]]
    line.outcome = LineOutcome.CONFLICT if isinstance(reason, VersionConflict) else LineOutcome.ERROR
    line.problems = [*line.problems, *told]
