"""Looking through a table: what each of its rows would do, compared with the items as they are, and nothing stored.

A row that cannot be taken says why and never stops the others from being looked at.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import select

from tracker.access import Act
from tracker.actions.exchange.columns import COLUMNS, JOINT, Shown
from tracker.actions.exchange.fields import CHANGEABLE, DAYS, FIXED, REQUIRED_FOR_NEW, Field
from tracker.actions.exchange.finding import CLOSED_ITEM, NOTHING, PRIORITY, Finder
from tracker.actions.models import ActionItem
from tracker.actions.queries import for_lines, from_joined, visible_to
from tracker.actions.rules.deadlines import Standards
from tracker.actions.rules.editing import TrackingLevel, problem_with_tags, read_tags
from tracker.actions.rules.lines import LineOutcome
from tracker.actions.rules.workflow import OPEN, Status
from tracker.actions.rules.written_days import Writing, read_day
from tracker.foundation.database import Session
from tracker.foundation.language import LANGUAGES, N_
from tracker.foundation.sheets import show_day, storable
from tracker.people.models import User
from tracker.reading.tables import Cell, Row

FIRST_YEAR, LAST_YEAR = 1912, 2200
_STRETCH: Final = 500
_SPLIT: Final = str.maketrans("，,；;\n", "、、、、、")
_NOT_BY_IMPORT: Final[Mapping[Field, str]] = {
    Field.DUE: N_("「%(field)s」由 %(before)s 改為 %(after)s：預定完成日只能經核准的展延變更。"),
}
_FIXED_PROBLEM: Final = N_("「%(field)s」由「%(before)s」改為「%(after)s」：這一欄不能以匯入變更。")


@dataclass(frozen=True)
class Choices:
    """What a person decided about a table before it is looked through.

    `columns` gives the place of each field, `values` the code that a written value stands for, by field. New rows
    without a report of their own belong to one called `title`; `reason` is that of every change of the lead.
    """

    columns: Mapping[Field, int]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    title: str = ""
    agency_id: int | None = None
    reason: str = ""
    skip_closed: bool = True
    quiet: bool = True


@dataclass
class Line:
    """What a row does; problems are msgids with values, `facts` what applying works with."""

    number: int
    outcome: LineOutcome = LineOutcome.SAME
    item_no: str = ""
    title: str = ""
    changes: list[list[str]] = field(default_factory=list)
    problems: list[list[Any]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def refuse(self, message: str, outcome: LineOutcome = LineOutcome.ERROR, **values: object) -> None:
        """Note why the row cannot be taken."""
        self.problems.append([message, values])
        if self.outcome is not LineOutcome.ERROR:
            self.outcome = outcome

    def change(self, name: Field, before: str, after: str, fact: object) -> None:
        """Note what the row changes."""
        self.changes.append([name.value, before, after])
        self.facts[name.value] = fact
        if self.outcome is LineOutcome.SAME:
            self.outcome = LineOutcome.CHANGED


@dataclass
class Planner:
    """Looks through rows, a stretch at a time."""

    session: Session
    act: Act
    choices: Choices
    writings: Mapping[Field, Writing | None]
    finder: Finder
    _seen: dict[str, int] = field(default_factory=dict)

    def lines(self, rows: Sequence[Row]) -> Iterator[Line]:
        """Yield what each row does."""
        for begin in range(0, len(rows), _STRETCH):
            stretch = [(row, self._cells(row)) for row in rows[begin : begin + _STRETCH]]
            items = self._items({_text(cells.get(Field.ITEM_NO, "")) for _, cells in stretch} - {""})
            for row, cells in stretch:
                yield self._line(row, cells, items)
            self.session.expunge_all()

    def _cells(self, row: Row) -> dict[Field, Cell]:
        return {
            name: row.cells[place] if place < len(row.cells) else ""
            for name, place in self.choices.columns.items()
        }

    def _items(self, numbers: set[str]) -> dict[str, ActionItem]:
        query = from_joined(select(ActionItem)).where(
            ActionItem.item_no.in_(numbers), visible_to(self.act.by)
        )
        return {item.item_no: item for item in self.session.scalars(query.options(*for_lines())).unique()}

    def _line(self, row: Row, cells: Mapping[Field, Cell], items: Mapping[str, ActionItem]) -> Line:
        number = _text(cells.get(Field.ITEM_NO, ""))
        line = Line(row.line, item_no=number, title=_one_line(cells.get(Field.TITLE, "")))
        if not number:
            self._new(line, cells)
        elif (item := items.get(number)) is None:
            line.refuse(N_("找不到列管編號「%(number)s」。要新增事項，請讓列管編號空白。"), number=number)
        elif number in self._seen:
            line.refuse(N_("同一件事項已出現在第 %(line)s 列。"), line=self._seen[number])
        else:
            self._seen[number] = row.line
            self._existing(line, item, cells)
        return line

    def _existing(self, line: Line, item: ActionItem, cells: Mapping[Field, Cell]) -> None:
        line.title = line.title or item.title
        line.facts = {"item_id": item.id, "version": item.version}
        self._check_version(line, item, _text(cells.get(Field.VERSION, "")))
        for name in CHANGEABLE:
            if name in cells:
                _COMPARE[name](self, line, item, _text(cells[name]))
        for name in FIXED:
            if name in cells:
                self._compare_fixed(line, item, name, cells[name])
        if line.changes and item.status not in OPEN | {Status.DRAFT}:
            line.refuse(N_("這件事項已離開列管，不能修改。"))

    def _check_version(self, line: Line, item: ActionItem, written: str) -> None:
        if written and written != str(item.version):
            line.refuse(
                N_(
                    "匯出之後別人已修改這件事項（版本 %(written)s，現在是 %(present)s）。請重新匯出這一件再修改。"
                ),
                LineOutcome.CONFLICT,
                written=written,
                present=item.version,
            )

    def _compare_fixed(self, line: Line, item: ActionItem, name: Field, cell: Cell) -> None:
        # None of these columns shows a light, so whatever the city's standards are makes no difference.
        sides = (Shown(item, self.act.today, Standards(), language) for language in LANGUAGES)
        shown = [COLUMNS[name.value].value(side) for side in sides]
        present, written = "" if shown[0] is None else shown[0], _text(cell)
        if not written:
            return
        if name in DAYS:
            day = read_day(cell, self.writings.get(name))
            if day != present:
                before = show_day(present, self.act.by.language) if isinstance(present, date) else ""
                message = _NOT_BY_IMPORT.get(name, _FIXED_PROBLEM)
                line.refuse(message, field=name.label, before=before, after=written)
        elif written.rstrip("%").strip() not in {storable(str(each)).strip() for each in shown}:
            line.refuse(_FIXED_PROBLEM, field=name.label, before=str(present), after=written)

    def _title(self, line: Line, item: ActionItem, cell: str) -> None:
        title = " ".join(cell.split())
        if not title:
            line.refuse(N_("請填寫列管事項的名稱。"))
        elif title != " ".join(item.title.split()):
            line.change(Field.TITLE, item.title, title, title)

    def _expected_result(self, line: Line, item: ActionItem, cell: str) -> None:
        present = storable(item.expected_result).strip()
        if cell != present:
            line.change(Field.EXPECTED_RESULT, present, cell, cell)

    def _level(self, line: Line, item: ActionItem, cell: str) -> None:
        code = self._code(line, Field.LEVEL, cell)
        if code and code != item.tracking_level:
            line.change(Field.LEVEL, item.tracking_level.value, code, code)

    def _priority(self, line: Line, item: ActionItem, cell: str) -> None:
        code = self._code(line, Field.PRIORITY, cell)
        if code and (code == PRIORITY) != item.is_priority:
            line.change(
                Field.PRIORITY, _marked(item.is_priority), _marked(code == PRIORITY), code == PRIORITY
            )

    def _tags(self, line: Line, item: ActionItem, cell: str) -> None:
        tags = read_tags(cell)
        if sorted(tags) == sorted(item.tags):
            return
        if problem := problem_with_tags(tags):
            line.refuse(problem)
        else:
            line.change(Field.TAGS, JOINT.join(item.tags), JOINT.join(tags), list(tags))

    def _lead(self, line: Line, item: ActionItem, cell: str) -> None:
        lead = item.lead.department
        if not cell or cell in (lead.name, lead.english_name, lead.code):
            return
        department_id = self._department(line, cell)
        if department_id is None or department_id == lead.id:
            return
        if not self.choices.reason.strip():
            line.refuse(N_("變更主辦機關是改分，請在匯入設定填寫改分的理由。"))
        line.change(Field.LEAD, lead.name, self.finder.name_of(department_id), department_id)

    def _officer(self, line: Line, item: ActionItem, cell: str) -> None:
        present = item.lead.officer.name if item.lead.officer else ""
        moved_to = line.facts.get(Field.LEAD.value)
        if cell == present and moved_to is None:
            return
        if not cell:
            if moved_to is None:
                line.refuse(N_("承辦人不能以匯入清空。"))
            return
        # Whoever moves an item and leaves the former officer's name means nobody of the new department.
        if moved_to is not None and cell == present:
            return
        officer = self._person(line, cell, moved_to or item.lead.department_id)
        if officer and officer.id != item.lead.officer_id:
            line.change(Field.OFFICER, present, officer.name, officer.id)

    def _new(self, line: Line, cells: Mapping[Field, Cell]) -> None:
        line.outcome = LineOutcome.NEW
        if _text(cells.get(Field.STATUS, "")) and self._is_closed(line, cells):
            return
        for name in REQUIRED_FOR_NEW:
            if not _text(cells.get(name, "")):
                line.refuse(N_("新增事項必須填寫「%(field)s」。"), field=name.label)
        if self.choices.agency_id is None:
            line.refuse(N_("新增事項須在匯入設定選定來源的主辦機關。"))
        lead = self._department(line, _text(cells.get(Field.LEAD, "")))
        line.facts = {
            "title": line.title,
            "quote": _text(cells.get(Field.QUOTE, "")) or line.title,
            "expected_result": _text(cells.get(Field.EXPECTED_RESULT, "")),
            "report": _one_line(cells.get(Field.REPORT, "")) or self.choices.title,
            "lead": lead,
            "support": self._support(line, _text(cells.get(Field.SUPPORT, "")), lead),
            "due_on": self._day(line, Field.DUE, cells),
            "start_on": self._day(line, Field.START, cells),
            "theme": self._code(line, Field.THEME, _text(cells.get(Field.THEME, ""))) or "",
            "level": self._code(line, Field.LEVEL, _text(cells.get(Field.LEVEL, "")))
            or TrackingLevel.CITY.value,
            "priority": self._code(line, Field.PRIORITY, _text(cells.get(Field.PRIORITY, ""))) == PRIORITY,
            "tags": list(read_tags(_text(cells.get(Field.TAGS, "")))),
        }
        if not line.facts["report"]:
            line.refuse(N_("新增事項須有來源報告，或在匯入設定填寫來源名稱。"))
        if problem := problem_with_tags(line.facts["tags"]):
            line.refuse(problem)
        named = _text(cells.get(Field.OFFICER, ""))
        officer = self._person(line, named, lead) if named and lead else None
        line.facts["officer"] = officer.id if officer else None

    def _is_closed(self, line: Line, cells: Mapping[Field, Cell]) -> bool:
        code = self._code(line, Field.STATUS, _text(cells[Field.STATUS]))
        if code != CLOSED_ITEM:
            return False
        line.outcome = LineOutcome.SKIPPED
        if not self.choices.skip_closed:
            line.refuse(N_("已結束的事項不能以匯入新增。"))
            line.outcome = LineOutcome.ERROR
        return True

    def _support(self, line: Line, cell: str, lead: int | None) -> list[int]:
        names = [each.strip() for each in cell.translate(_SPLIT).split("、") if each.strip()]
        found = [self._department(line, each) for each in names]
        departments = list(dict.fromkeys(each for each in found if each is not None))
        if lead in departments:
            line.refuse(N_("協辦機關不可與主辦機關相同。"))
        return departments

    def _day(self, line: Line, name: Field, cells: Mapping[Field, Cell]) -> str | None:
        cell = cells.get(name, "")
        if not _text(cell):
            return None
        day = read_day(cell, self.writings.get(name))
        if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
            line.refuse(N_("「%(field)s」的「%(cell)s」不是日期。"), field=name.label, cell=_text(cell))
            return None
        return day.isoformat()

    def _code(self, line: Line, name: Field, cell: str) -> str | None:
        if not cell:
            return None
        code = self.finder.code(name, cell)
        if code is None:
            line.refuse(N_("「%(field)s」沒有「%(cell)s」這個值。"), field=name.label, cell=cell)
        return None if code == NOTHING else code

    def _department(self, line: Line, cell: str) -> int | None:
        found = self.finder.department(cell) if cell else None
        if cell and found is None:
            line.refuse(
                N_("找不到機關或單位「%(department)s」，或有好幾個相符；請改填機關代碼。"), department=cell
            )
        return found

    def _person(self, line: Line, cell: str, department_id: int) -> User | None:
        officer = self.finder.officer(cell, department_id)
        if officer is None:
            line.refuse(
                N_("在「%(department)s」找不到使用中的「%(person)s」，或有好幾位同名；請改填電子郵件。"),
                department=self.finder.name_of(department_id),
                person=cell,
            )
        return officer


_COMPARE: Final = {
    Field.TITLE: Planner._title,  # noqa: SLF001 - the table of this class's own comparisons
    Field.EXPECTED_RESULT: Planner._expected_result,  # noqa: SLF001
    Field.LEVEL: Planner._level,  # noqa: SLF001
    Field.PRIORITY: Planner._priority,  # noqa: SLF001
    Field.TAGS: Planner._tags,  # noqa: SLF001
    Field.LEAD: Planner._lead,  # noqa: SLF001
    Field.OFFICER: Planner._officer,  # noqa: SLF001
}


def _text(cell: Cell) -> str:
    return cell.isoformat() if isinstance(cell, date) else cell.strip()


def _one_line(cell: Cell) -> str:
    return " ".join(_text(cell).split())


def _marked(is_priority: bool) -> str:
    return "priority" if is_priority else "ordinary"
