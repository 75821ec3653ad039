"""The way of a list out and in again: written to a file, edited as in a spreadsheet, looked through and applied."""

import csv
import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from tests.factories.city import THEMES, ZONE, City
from tracker.actions.exchange import exporting, importing
from tracker.actions.exchange.columns import columns_of
from tracker.actions.exchange.exporting import Order
from tracker.actions.models import ActionItem
from tracker.actions.queries import ActionFilter, Group
from tracker.actions.rules.deadlines import Standards
from tracker.actions.rules.lines import LineOutcome
from tracker.actions.rules.workflow import LABELS, OPEN
from tracker.foundation import jobs
from tracker.foundation.filing import MemoryFileStore
from tracker.foundation.sheets import Kind

COLUMNS = columns_of(
    ("title", "department", "officer", "status", "due_on", "percent", "opened_at"), with_editable=True
)
TITLES = ("更新{}", "={}", "+886 {}", "@{}", "'{}", "-{}", "“{}”", '{}，"甲"；乙')
Facts = dict[str, tuple[Any, ...]]


@dataclass(frozen=True)
class Outcome:
    """What bringing a table in came to."""

    counts: dict[LineOutcome, int]
    applied: jobs.Job | None


def take_out(city: City, kind: Kind = Kind.CSV) -> bytes:
    """Write every item to a file."""
    file = io.BytesIO()
    order = Order(ActionFilter(group=Group.ALL), COLUMNS, kind, "zh-Hant")
    with city.database.snapshot() as session:
        exporting.write_list(session, city.act("coordinator", session), order, file, ZONE, Standards())
    return file.getvalue()


def edit(data: bytes, seed: int, every: int = 2) -> tuple[bytes, Facts]:
    """Edit the open items of an exported CSV file, one in so many, and return it with what they should be then."""
    chance = random.Random(seed)
    head, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    title, tags, level = (head.index(each) for each in ("列管事項", "標籤", "列管層級"))
    number, status, result = (head.index(each) for each in ("列管編號", "狀態", "預期成果"))
    expected: Facts = {}
    opens = {LABELS[code] for code in OPEN}
    for place, row in enumerate(rows):
        if row[status] not in opens or place % every:
            continue
        wanted = chance.choice(TITLES).format(f"第 {place} 件")
        # A spreadsheet shows the mark before a formula; whoever types a new title types none.
        row[title] = wanted
        row[tags] = "跨局處、匯入"
        row[level] = "自行列管"
        row[result] = "第一行\n第二行"
        expected[row[number]] = (wanted, ("匯入", "跨局處"), "agency", "第一行\n第二行")
    text = io.StringIO()
    csv.writer(text).writerows([head, *rows])
    return text.getvalue().encode("utf-8-sig"), expected


def bring_in(
    city: City,
    data: bytes,
    *,
    apply: bool = True,
    reason: str = "",
    tell: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Look through a table and, unless a row is wrong or nothing is to do, apply it."""
    files = MemoryFileStore()
    with city.database.transaction() as session:
        act = city.act("coordinator", session)
        found = importing.begin_import(session, act, files, "table.csv", data)
        importing.choose(session, act, found, replace(importing.choices_of(found), reason=reason))
        importing.request_look(session, act, found)
    _run(city, files)
    tell("looked through")
    with city.database.transaction() as session:
        act = city.act("coordinator", session)
        found = importing.get_import(session, act, found.id)
        counts = dict(importing.count_lines(session, found))
        if not apply:
            return Outcome(counts, None)
        job_id = importing.request_apply(session, act, found).id
    _run(city, files)
    tell("applied")
    with city.database.reading() as session:
        return Outcome(counts, session.get_one(jobs.Job, job_id))


def facts_of(city: City, numbers: Sequence[str]) -> Facts:
    """Return what some items say of themselves, as `edit` expects it."""
    wanted = set(numbers)
    with city.database.reading() as session:
        items = session.scalars(select(ActionItem).options(selectinload(ActionItem.parts)))
        return {
            item.item_no: (
                item.title,
                tuple(sorted(item.tags)),
                item.tracking_level.value,
                item.expected_result,
            )
            for item in items
            if item.item_no in wanted
        }


def _run(city: City, files: MemoryFileStore) -> None:
    handlers = {
        importing.LOOK: importing.LookThrough(files, ZONE, THEMES),
        importing.APPLY: importing.ApplyImport(files, ZONE),
    }
    while jobs.run_next(city.database, handlers, city.clock):
        pass
