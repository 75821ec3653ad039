"""Handing up: a table as a file, made at once when it is short, else by a background job; each is an act on record."""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import IO, Any, Final

from tracker import audit
from tracker.access import Act, Permission
from tracker.actions.exchange.background import make_file
from tracker.actions.exchange.keeping import HANDED_UP
from tracker.actions.rules.periods import OCCASION_LABELS, Occasion, period_of
from tracker.dashboards.rules.tables import SUBJECTS, Layout, Table, read_layouts
from tracker.dashboards.table_fields import FIELDS, field_of
from tracker.dashboards.tables import Asked, Rows, Terms
from tracker.foundation import jobs
from tracker.foundation.bundled import bundled
from tracker.foundation.database import Session
from tracker.foundation.documents import Format, Heading, Paper, write_paper
from tracker.foundation.errors import Misconfigured
from tracker.foundation.filing import FileStore
from tracker.foundation.jobs import Job, Running
from tracker.foundation.language import N_, SOURCE_LANGUAGE, translator
from tracker.foundation.sheets import Cell
from tracker.foundation.showing import show_date, show_moment, show_number
from tracker.people.models import Department
from tracker.people.rules.naming import department_name

KIND: Final = HANDED_UP
MOST_AT_ONCE: Final = 2_000
MOST_AT_ONCE_IN_PDF: Final = 150
_STRETCH: Final = 100
Tell = Callable[[int], None]
Layouts = Mapping[Table, Layout]


@dataclass(frozen=True)
class Order:
    """A table as it is to be written."""

    asked: Asked
    form: Format
    language: str

    def payload(self) -> dict[str, Any]:
        """Return the order as a job keeps it; `order_of` reads it back."""
        return {
            "table": self.asked.table.value,
            "period": self.asked.period.code if self.asked.period else None,
            "department": self.asked.department_id,
            "report": self.asked.report_no,
            "as_at": self.asked.as_at.isoformat() if self.asked.as_at else None,
            "kind": self.form.value,
            "language": self.language,
        }


def order_of(payload: Mapping[str, Any]) -> Order:
    """Return the order that a job keeps."""
    asked = Asked(
        Table(payload["table"]),
        period_of(payload["period"] or ""),
        payload["department"],
        payload["report"],
        date.fromisoformat(payload["as_at"]) if payload["as_at"] else None,
    )
    return Order(asked, Format(payload["kind"]), payload["language"])


def load_layouts(file: str = "") -> Layouts:
    """Return how the tables look: those of the city's file, else the shipped ones; raises Misconfigured."""
    shipped = bundled("config") / "tables.toml"
    layouts = {**read_layouts(_read(shipped), FIELDS, shipped.name)}
    if file:
        layouts |= read_layouts(_read(Path(file)), FIELDS, file)
    return layouts


def preview(
    session: Session, act: Act, order: Order, layout: Layout, terms: Terms, most: int
) -> tuple[Paper, Sequence[Sequence[Cell]]]:
    """Return a table with its first rows; raises Forbidden."""
    paper = paper_of(session, act, order, layout, terms, most)
    return paper, list(paper.rows)


def paper_of(
    session: Session,
    act: Act,
    order: Order,
    layout: Layout,
    terms: Terms,
    most: int | None = None,
) -> Paper:
    """Return a table as it is handed up, its rows still to be read; raises Forbidden."""
    act.require(Permission.Dashboard.HAND_UP)
    rows = Rows(session, act, order.asked, terms, order.language)
    say = translator(order.language)
    subject = SUBJECTS[order.asked.table]
    return Paper(
        title=layout.titled(order.language),
        facts=_facts(session, act, order, terms, len(rows)),
        columns=[
            Heading(column.named(order.language) or say(field_of(subject, column.field).label), column.width)
            for column in layout.columns
        ],
        rows=rows.cells(layout, most),
        length=len(rows),
        empty=say(N_("沒有符合的資料。")),
        chart=rows.chart(),
    )


def write(
    session: Session,
    act: Act,
    order: Order,
    layout: Layout,
    terms: Terms,
    file: IO[bytes],
    begin: Callable[[int], Tell] = lambda _length: lambda _rows: None,
) -> int:
    """Write a table to an open file and return how many rows it has.

    `begin` is told that number first, and returns what is called after every few rows. Raises Forbidden, CellTooLong,
    TooLongForPDF, or PDFNotAvailable.
    """
    paper = paper_of(session, act, order, layout, terms)
    told = replace(paper, rows=_told(paper.rows, begin(paper.length)))
    write_paper(order.form, file, told, order.language)
    return paper.length


def is_long(order: Order, length: int) -> bool:
    """Tell whether making a table takes so long that nobody should wait for it."""
    return length > (MOST_AT_ONCE_IN_PDF if order.form is Format.PDF else MOST_AT_ONCE)


def record(session: Session, act: Act, order: Order, rows: int) -> None:
    """Write into the record who took which table out, and how many rows it held."""
    audit.record(session, act, "exported", "table", None, {}, {**order.payload(), "rows": rows})


def request(session: Session, act: Act, order: Order) -> Job:
    """Put the making of a long table in line; raises Forbidden."""
    act.require(Permission.Dashboard.HAND_UP)
    return jobs.enqueue(session, KIND, order.payload(), act.at, act.by.person_id)


def file_name(order: Order, act: Act, layout: Layout, terms: Terms) -> str:
    """Return how a file is called: the table, and the moment at which it was cut off."""
    return f"{layout.titled(order.language)}-{act.at.astimezone(terms.zone):%Y%m%d-%H%M}.{order.form}"


@dataclass(frozen=True)
class MakeTable:
    """Makes a long table in the background, for the rights that the person holds when it is made."""

    files: FileStore
    layouts: Layouts
    terms: Terms

    def __call__(self, running: Running) -> Mapping[str, Any]:
        """Make the table that a job asks for, and keep the file; raises what `write_paper` raises, or Cancelled."""
        order = order_of(running.payload)
        layout = self.layouts[order.asked.table]

        def write_file(session: Session, act: Act, file: IO[bytes]) -> tuple[str, int]:
            rows = write(session, act, order, layout, self.terms, file, _progress(running))
            return file_name(order, act, layout, self.terms), rows

        def record_it(session: Session, act: Act, rows: int) -> None:
            record(session, act, order, rows)

        return make_file(running, self.files, self.terms.zone, write_file, record_it)


def _progress(running: Running) -> Callable[[int], Tell]:
    def begin(length: int) -> Tell:
        def tell(done: int) -> None:
            running.progress(done, length, N_("正在寫入檔案…"))

        tell(0)
        return tell

    return begin


def _told(rows: Iterable[Sequence[Cell]], tell: Tell) -> Iterator[Sequence[Cell]]:
    for number, row in enumerate(rows, 1):
        yield row
        if number % _STRETCH == 0:
            tell(number)


def _facts(session: Session, act: Act, order: Order, terms: Terms, length: int) -> Sequence[tuple[str, str]]:
    say = translator(order.language)
    made_at = show_moment(act.at, terms.zone, order.language)
    past = order.asked.as_at
    cut_off = say(N_("%(day)s止")) % {"day": show_date(past, order.language)} if past else made_at
    return [
        (say(N_("資料截至")), cut_off),
        *([(say(N_("製表時間")), made_at)] if past else []),
        (say(N_("期間")), _period(order)),
        (say(N_("篩選條件")), _conditions(session, order)),
        (say(N_("列數")), show_number(length, order.language)),
        (say(N_("匯出者")), act.by.name),
    ]


def _period(order: Order) -> str:
    say = translator(order.language)
    if order.asked.period is None:
        return say(N_("不限"))
    period = order.asked.period
    year = period.roc if order.language == SOURCE_LANGUAGE else period.year
    return f"{say(OCCASION_LABELS[Occasion.OPENED])} {say(period.label) % {'year': year}}"


def _conditions(session: Session, order: Order) -> str:
    say = translator(order.language)
    told = []
    if order.asked.department_id is not None:
        asked = session.get(Department, order.asked.department_id)
        if asked is not None:
            told.append(f"{say(N_('主辦機關'))} {department_name(asked, order.language)}")
    if order.asked.report_no:
        told.append(f"{say(N_('報告編號'))} {order.asked.report_no}")
    return "；".join(told) if told else say(N_("無"))


def _read(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Misconfigured(detail=f"{path}: {error}") from error
