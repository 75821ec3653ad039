"""A city with very many items: every table that lists and pages read, the same rows for the same seed.

The rows are made up without the services, which would take hours, and stored in bulk; the index of searching and the
chain of the record are made by the house itself, so that what is measured is what an installation would hold.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any, Final

from sqlalchemy import Connection, Table, func, select, text

from tests.factories.city import City
from tracker.actions import searched
from tracker.actions.models import ActionItem, Closing, Evidence, Extension, ItemPeriod, Part, ProgressUpdate
from tracker.actions.rules.workflow import CLOSED, OPEN, Outcome, Status
from tracker.audit.models import AuditEvent
from tracker.audit.service import GENESIS, digest_of
from tracker.foundation.database import Base, Database
from tracker.people.models import Department, RoleGrant, User
from tracker.reports.models import Recommendation, Report
from tracker.reports.rules.adoption import Adoption

Row = dict[str, Any]
BATCH: Final = 5_000
AGENCIES, UNITS, OFFICERS = 30, 8, 3
ITEMS_OF_REPORT: Final = 20
WAITED: Final = timedelta(days=3)
THEMES: Final = ("交通運輸", "智慧城市", "國際交流", "產業經濟", "文化觀光", "環境永續")
PLACES: Final = ("海港城", "山城", "河谷市", "北灣", "湖岸市", "高原城", "舊城區", "新港")
THINGS: Final = (
    "候車資訊看板",
    "自行車道",
    "電動公車",
    "智慧路燈",
    "交通號誌",
    "姊妹市交流",
    "河岸步道",
    "再生能源",
    "無障礙設施",
    "市場改建",
    "數位學習",
    "水資源監測",
    "BRT 路線",
    "open data 平台",
    "night market 動線",
)
DEEDS: Final = ("試辦", "規劃", "擴充", "檢討", "建置", "推動", "評估", "改善")
FILLERS: Final = (
    "並與相關機關及民間團體召開會議，蒐集意見後分期辦理",
    "以提升市民使用的便利性，並逐年檢討成效",
    "參考當地作法，訂定作業規定與維護方式",
    "編列經費並爭取中央補助，優先於人潮集中處施作",
    "with a public dashboard and yearly evaluation",
    "納入年度施政計畫，由主辦機關按季追蹤",
)
STATUSES: Final = (
    *[Status.IN_PROGRESS] * 30,
    *[Status.ASSIGNED] * 6,
    *[Status.CLOSE_REQUESTED] * 4,
    *[Status.CLOSED_IMPLEMENTED] * 50,
    *[Status.CLOSED_PARTIAL] * 5,
    *[Status.WITHDRAWN] * 3,
    *[Status.MERGED] * 2,
)


@dataclass
class Crowd:
    """What was made: ids to draw from, and the head of the record."""

    chance: random.Random
    today: date
    coordinator: int
    statuses: Sequence[Status] = STATUSES
    units: list[int] = field(default_factory=list)
    officers: dict[int, list[int]] = field(default_factory=dict)
    seq: int = 0
    digest: str = GENESIS

    def moment(self, day: date) -> datetime:
        return datetime.combine(day, time(2, 30), UTC)


def crowd(city: City, items: int, seed: int = 20260302, *, more_closed: int = 0) -> None:
    """Fill a small city up to very many items; `more_closed` are added that all were released long ago."""
    made = Crowd(random.Random(seed), city.today(), city.people["coordinator"])
    with city.database.engine.begin() as connection:
        last = connection.execute(
            select(AuditEvent.seq, AuditEvent.digest).order_by(AuditEvent.seq.desc())
        ).first()
        if last:
            made.seq, made.digest = last
        _store(connection, _departments(connection, made))
        _store(connection, _people(connection, made))
        for number in range(0, items, BATCH):
            _store(connection, _items(connection, made, number, min(BATCH, items - number)))
        made.statuses = (Status.CLOSED_IMPLEMENTED,)
        for number in range(items, items + more_closed, BATCH):
            _store(connection, _items(connection, made, number, min(BATCH, items + more_closed - number)))
        _number_on(connection)
    with city.database.transaction() as session:
        searched.rebuild(session)
    _settle(city.database)


def _settle(database: Database) -> None:
    # What an installation's own housekeeping does: tell the planner how much there is.
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


Rows = Mapping[type[Base], list[Row]]


def _departments(connection: Connection, made: Crowd) -> Rows:
    ids = count(_next(connection, Department))
    rows: list[Row] = []
    for agency in range(AGENCIES):
        head = next(ids)
        rows.append(_department(head, f"A{agency:02d}", f"第{agency}局", f"Bureau {agency}", None))
        for unit in range(UNITS):
            made.units.append(next(ids))
            name = f"第{agency}局第{unit}科"
            rows.append(
                _department(made.units[-1], f"A{agency:02d}-{unit}", name, f"Section {agency}-{unit}", head)
            )
    return {Department: rows}


def _department(number: int, code: str, name: str, english_name: str, parent_id: int | None) -> Row:
    return {
        "id": number,
        "code": code,
        "name": name,
        "english_name": english_name,
        "aliases": [],
        "parent_id": parent_id,
        "mailbox": "",
        "is_coordinating": False,
        "is_active": True,
        "version": 1,
    }


def _people(connection: Connection, made: Crowd) -> Rows:
    ids, grants = count(_next(connection, User)), count(_next(connection, RoleGrant))
    people: list[Row] = []
    held: list[Row] = []
    for unit in made.units:
        made.officers[unit] = [next(ids) for _ in range(OFFICERS)]
        for number in made.officers[unit]:
            people.append(
                {
                    "id": number,
                    "email": f"p{number}@city.example",
                    "name": f"承辦{number}",
                    "title": "科員",
                    "extension": "",
                    "language": "zh-Hant",
                    "is_active": True,
                    "created_at": made.moment(made.today),
                    "version": 1,
                }
            )
            held.append({"id": next(grants), "person_id": number, "role": "officer", "department_id": unit})
    return {User: people, RoleGrant: held}


def _items(connection: Connection, made: Crowd, first: int, number: int) -> Rows:
    """Return some items with their reports, parts, progress, requests, evidence and record."""
    rows: dict[type[Base], list[Row]] = {model: [] for model in _MODELS}
    ids = {model: count(_next(connection, model)) for model in _MODELS if hasattr(model, "id")}
    for offset in range(number):
        if offset % ITEMS_OF_REPORT == 0:
            report = _report(made, next(ids[Report]), first + offset)
            rows[Report].append(report)
        source = _recommendation(made, next(ids[Recommendation]), report, offset % ITEMS_OF_REPORT)
        rows[Recommendation].append(source)
        _item(made, rows, ids, source, f"{report['report_no']}-{offset % ITEMS_OF_REPORT:02d}")
    return rows


_MODELS: Final = (
    Report,
    Recommendation,
    ActionItem,
    Part,
    ProgressUpdate,
    Closing,
    Extension,
    Evidence,
    ItemPeriod,
    AuditEvent,
)


def _report(made: Crowd, number: int, first: int) -> Row:
    day = made.today - timedelta(days=made.chance.randrange(30, 2_000))
    place, thing = made.chance.choice(PLACES), made.chance.choice(THINGS)
    return {
        "id": number,
        "report_no": f"{day.year - 1911}-CRW-{first:06d}",
        "title": f"赴{place}考察{thing}出國報告",
        "lead_agency_id": made.chance.choice(made.units),
        "agencies": [],
        "destinations": [place],
        "trip_category": made.chance.choice(("考察", "開會", "訪問", "研究")),
        "confidentiality": "public",
        "state": "reviewed",
        "no_recommendation_declared": False,
        "source_name": "report.txt",
        "source_kind": "text",
        "source_sha256": f"{number:064x}",
        "text": "報告全文",
        "imported_at": made.moment(day),
        "imported_by_id": made.coordinator,
        "reviewed_at": made.moment(day),
        "version": 1,
        "day": day,
    }


def _recommendation(made: Crowd, number: int, report: Row, seq: int) -> Row:
    chance = made.chance
    sentences = chance.sample(FILLERS, chance.randrange(1, 4))
    quote = f"建議{chance.choice(DEEDS)}{chance.choice(THINGS)}與{chance.choice(THINGS)}，{'；'.join(sentences)}。"
    return {
        "id": number,
        "report_id": report["id"],
        "seq_no": seq + 1,
        "verbatim_quote": quote,
        "start": seq * 100,
        "end": seq * 100 + len(quote),
        "label": "建議",
        "theme": chance.choice(THEMES),
        "adoption": chance.choice((Adoption.ADOPTED, Adoption.PARTIALLY_ADOPTED)),
        "adoption_reason": "",
        "confirmed_at": report["imported_at"],
        "confirmed_by_id": made.coordinator,
        "version": 1,
        "day": report["day"],
    }


def _item(
    made: Crowd,
    rows: Mapping[type[Base], list[Row]],
    ids: Mapping[type[Base], Iterator[int]],
    source: Row,
    item_no: str,
) -> None:
    chance, start = made.chance, source["day"]
    original = start + timedelta(days=chance.randrange(60, 700))
    status: Status = chance.choice(made.statuses)
    is_late_for_an_open_one = status in OPEN and original < made.today and chance.random() < 0.8
    if is_late_for_an_open_one:
        original = made.today + timedelta(days=chance.randrange(1, 400))
    extended = chance.random() < 0.1
    due = original + timedelta(days=chance.randrange(10, 90)) if extended else original
    closed = min(due + timedelta(days=chance.randrange(-60, 30)), made.today) if status not in OPEN else None
    item = {
        "id": next(ids[ActionItem]),
        "item_no": item_no,
        "recommendation_id": source["id"],
        "title": f"{chance.choice(DEEDS)}{chance.choice(THINGS)}",
        "expected_result": f"完成{chance.choice(THINGS)}並公布成果",
        "status": status,
        "start_on": start,
        "original_due_on": original,
        "due_on": due,
        "opened_at": made.moment(start),
        "round_no": 1,
        "closed_on": closed,
        "outcome": Outcome.IMPLEMENTED if status in CLOSED else None,
        "version": 1,
    }
    rows[ActionItem].append(item)
    units = chance.sample(made.units, 2 if chance.random() < 0.3 else 1)
    parts = [
        _part(made, next(ids[Part]), item, unit, "support" if n else "lead") for n, unit in enumerate(units)
    ]
    rows[Part] += parts
    _tell(made, rows, ids, item, parts[0])
    if extended:
        rows[Extension].append(_extension(made, next(ids[Extension]), item, parts[0]))
    rows[ItemPeriod] += _history(made, item, parts, source)


def _history(made: Crowd, item: Row, parts: Sequence[Row], source: Row) -> Iterator[Row]:
    """Yield how an item stood: under tracking, with a later date where it has one, asked for, ended."""
    lead, start = parts[0], item["start_on"]
    waits = item["status"] is Status.CLOSE_REQUESTED
    asked_on = item["closed_on"] if item["status"] in CLOSED else None
    facts: Row = {
        "item_id": item["id"],
        "status": Status.IN_PROGRESS if lead["acknowledged_at"] else item["status"],
        "start_on": start,
        "due_on": item["original_due_on"],
        "original_due_on": item["original_due_on"],
        "closed_on": None,
        "asked_on": None,
        "reported_until": max(lead["filed_until"], start - timedelta(days=1)),
        "updated_on": max(part["updated_on"] for part in parts),
        "percent": lead["percent"],
        "department_id": lead["department_id"],
        "officer_id": lead["officer_id"],
        "adoption": source["adoption"],
        "theme": source["theme"],
    }
    owing = [part for part in parts if part["status"] == "open"]
    reported = [max(part["filed_until"], part["reports_from"] - timedelta(days=1)) for part in owing]
    owes = reported and item["status"] in (Status.ASSIGNED, Status.IN_PROGRESS)
    last = {
        **facts,
        "status": item["status"],
        "due_on": item["due_on"],
        "closed_on": item["closed_on"],
        "asked_on": made.today - WAITED if waits else asked_on,
        "reported_until": min(reported) if owes else None,
    }
    begins = {start: facts}
    if item["due_on"] != item["original_due_on"]:
        begins[start + timedelta(days=20)] = {**facts, "due_on": item["due_on"]}
    ended = item["closed_on"] or (made.today - WAITED if waits else None)
    begins[max(ended, *begins) if ended else max(begins)] = last
    days = sorted(begins)
    for day, until in zip(days, [*days[1:], None], strict=True):
        yield {**begins[day], "from_on": day, "until_on": until}


def _part(made: Crowd, number: int, item: Row, unit: int, role: str) -> Row:
    released = item["closed_on"]
    waits = item["status"] is Status.CLOSE_REQUESTED and role == "lead"
    return {
        "id": number,
        "item_id": item["id"],
        "department_id": unit,
        "role": role,
        "officer_id": made.chance.choice(made.officers[unit]),
        "status": "released" if released else "close_requested" if waits else "open",
        "percent": 100 if released else made.chance.randrange(0, 10) * 10,
        "assigned_at": item["opened_at"],
        "acknowledged_at": item["opened_at"],
        "updated_on": made.today - timedelta(days=made.chance.randrange(0, 60)),
        "reports_from": item["opened_at"].date(),
        "filed_until": made.today - timedelta(days=made.chance.randrange(0, 90)),
        "released_on": released,
    }


def _tell(
    made: Crowd,
    rows: Mapping[type[Base], list[Row]],
    ids: Mapping[type[Base], Iterator[int]],
    item: Row,
    lead: Row,
) -> None:
    """Let the leading department report, ask for release where the item has come so far, and record both."""
    _record(made, rows, item, "opened", {"item_no": item["item_no"], "title": item["title"]})
    for number in range(made.chance.randrange(1, 3)):
        update = {
            "id": next(ids[ProgressUpdate]),
            "item_id": item["id"],
            "part_id": lead["id"],
            "round_no": 1,
            "narrative": f"第 {number + 1} 次會議已召開，{made.chance.choice(FILLERS)}。",
            "percent": lead["percent"],
            "next_step": "",
            "difficulty": "",
            "submitted_at": item["opened_at"] + timedelta(days=30 * (number + 1)),
            "submitted_by_id": lead["officer_id"],
        }
        rows[ProgressUpdate].append(update)
        _record(
            made,
            rows,
            item,
            "report_progress",
            {"percent": lead["percent"], "narrative": update["narrative"]},
        )
    if item["status"] in CLOSED or item["status"] is Status.CLOSE_REQUESTED:
        closing = _closing(made, next(ids[Closing]), item, lead)
        rows[Closing].append(closing)
        rows[Evidence].append(_evidence(next(ids[Evidence]), closing))


def _closing(made: Crowd, number: int, item: Row, lead: Row) -> Row:
    decided = item["status"] in CLOSED
    asked = item["closed_on"] or made.today - WAITED
    return {
        "id": number,
        "item_id": item["id"],
        "part_id": lead["id"],
        "round_no": 1,
        "result": f"{item['title']}已完成並啟用。",
        "completed_on": asked,
        "proposed_outcome": Outcome.IMPLEMENTED,
        "requested_at": made.moment(asked),
        "requested_on": asked,
        "requested_by_id": lead["officer_id"],
        "decided_at": made.moment(asked) if decided else None,
        "decided_by_id": made.coordinator if decided else None,
        "agreed": True if decided else None,
        "outcome": Outcome.IMPLEMENTED if decided else None,
        "decision": "成果具體。" if decided else "",
        "document_no": "",
    }


def _evidence(number: int, closing: Row) -> Row:
    return {
        "id": number,
        "item_id": closing["item_id"],
        "closing_id": closing["id"],
        "name": "成果報告.pdf",
        "sha256": f"{number:064x}",
        "size": 4_096,
        "uploaded_at": closing["requested_at"],
        "uploaded_by_id": closing["requested_by_id"],
    }


def _extension(made: Crowd, number: int, item: Row, lead: Row) -> Row:
    days = (item["due_on"] - item["original_due_on"]).days
    asked = item["start_on"] + timedelta(days=20)
    return {
        "id": number,
        "item_id": item["id"],
        "seq": 1,
        "reason_code": "procurement",
        "reason": "第一次招標流標，須重新上網公告。",
        "old_due_on": item["original_due_on"],
        "new_due_on": item["due_on"],
        "days": days,
        "cumulative_days": days,
        "required_level": "coordinator",
        "turn": "coordinator",
        "requested_at": made.moment(asked),
        "requested_on": asked,
        "requested_by_id": lead["officer_id"],
        "requested_after_due": False,
        "decided_at": made.moment(asked),
        "decided_by_id": made.coordinator,
        "granted": True,
        "decision": "同意。",
        "document_no": "",
    }


def _record(made: Crowd, rows: Mapping[type[Base], list[Row]], item: Row, action: str, after: Row) -> None:
    made.seq += 1
    event = SimpleNamespace(
        seq=made.seq,
        at=item["opened_at"],
        actor_id=made.coordinator,
        actor_name="溫如玉",
        ip="127.0.0.1",
        action=action,
        object_type="action_item",
        object_id=item["id"],
        before={},
        after=after,
        previous_digest=made.digest,
    )
    made.digest = digest_of(event)  # type: ignore[arg-type] - it reads what the row would say
    rows[AuditEvent].append({**vars(event), "digest": made.digest})


def _next(connection: Connection, model: type[Base]) -> int:
    (key,) = model.__table__.primary_key
    return (connection.scalar(select(func.max(key))) or 0) + 1


def _store(connection: Connection, rows: Rows) -> None:
    for model, added in rows.items():
        table = model.__table__
        assert isinstance(table, Table)
        # What a newer model brings along and nothing here is about stays as the model begins it.
        plain_defaults = {c.name: c.default.arg for c in table.columns if c.default and c.default.is_scalar}
        filled = [{**plain_defaults, **row} for row in added]
        columns = [column for column in table.columns if filled and column.name in filled[0]]
        plain = list(_plain(connection, columns, filled))
        store = _copy if connection.dialect.name == "postgresql" else _insert
        if plain:
            store(connection, table.name, [column.name for column in columns], plain)


def _plain(connection: Connection, columns: Sequence[Any], rows: Iterable[Row]) -> Iterator[tuple[Any, ...]]:
    dialect = connection.dialect
    made: list[Callable[[Any], Any] | None] = [
        column.type.dialect_impl(dialect).bind_processor(dialect) for column in columns
    ]
    for row in rows:
        yield tuple(
            process(row.get(column.name)) if process else row.get(column.name)
            for column, process in zip(columns, made, strict=True)
        )


def _insert(connection: Connection, table: str, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
    names, marks = ", ".join(f'"{each}"' for each in columns), ", ".join("?" * len(columns))
    connection.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)


def _copy(connection: Connection, table: str, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
    names = ", ".join(f'"{each}"' for each in columns)
    cursor = connection.connection.driver_connection.cursor()  # type: ignore[union-attr]
    with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _number_on(connection: Connection) -> None:
    if connection.dialect.name != "postgresql":
        return
    for model in (Department, User, RoleGrant, *_MODELS):
        name = model.__table__.name
        if "id" in model.__table__.columns:
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"
            )
