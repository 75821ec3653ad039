"""What the cover says: title, agency, people, destination, period, report date and category of the trip."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from tracker.extraction.cover.delegation import member_agencies, members, people
from tracker.extraction.cover.entries import entries, pairs_in
from tracker.extraction.cover.fields import Field
from tracker.extraction.cover.periods import days_in, lone_day, period_in, period_of_story
from tracker.extraction.cover.places import destinations
from tracker.extraction.cover.titles import title_in
from tracker.extraction.model import Metadata, Person
from tracker.extraction.outline import Outline
from tracker.extraction.passage import Line
from tracker.extraction.registry import rule
from tracker.foundation import roc

__all__ = ["metadata"]

_READ_LINES = 90
_CATEGORY_LINES = 20
_OPENING_LINES = 14
_LONGEST_OPENING = 120
_CATEGORY = re.compile(
    r"\(\s*(?:出國)?類別\s*[:：]\s*(?P<value>[^()]{1,60}?)\s*\)|出國類別\s*[:：]\s*(?P<open>\S{1,20})$"
)
_HEADLINE_LINES = 6
_AGENCY = re.compile(
    r"[\u3400-\u9fff]{1,8}(?:市|縣|鄉|鎮|區)(?:政府|公所|立)?[\u3400-\u9fff]{0,14}(?:政府|局|處|所|館|院|會|公司|中心|大學|學校)"
)
_TICKED = re.compile(r"[■☑☒✔✓▣◼●Ｖ]\s?(?:\d[.、]?\s?)?(?P<choice>[^\s□☐○◻■☑,，、]{2,16})")
_EMPTY = re.compile(r"[（(]?(?:無|略|未定|none|n/?a|[-–—/])?[)）]?", re.IGNORECASE)
_BETWEEN_AGENCIES = re.compile(
    r"(?:[、；;／/\n]|，(?=\S{2,}(?:局|處|所|館|院|會|府))|(?<!政府)　+|<br>)(?![^（(]*[)）])"
)


def metadata(outline: Outline) -> Metadata:
    """Read the cover of a report; the trip is looked for in the story where the cover is silent."""
    lines = outline.lines[:_READ_LINES]
    values = _values(lines)
    title = _first(values[Field.TITLE]) or title_in(lines, lambda line: bool(pairs_in(line)))
    start, end = _period(values[Field.PERIOD], outline.lines)
    returned = days_in(_first(values[Field.RETURN]) or "")
    end = returned[0] if start == end and returned else end
    return Metadata(
        title=title,
        agencies=tuple(agencies(values[Field.AGENCY]) or member_agencies(lines) or agency_line(lines)),
        people=_people(values, lines),
        destinations=tuple(destinations(values[Field.DESTINATION], title)),
        trip_start=start,
        trip_end=end,
        report_date=_report_date(values[Field.REPORT_DATE]) or dated_line(lines),
        category=ticked_choice(_first(values[Field.CATEGORY]) or category_in_brackets(lines)),
    )


def _values(lines: Sequence[Line]) -> Mapping[Field, list[str]]:
    """Return the values of each field; members of the delegation named one after the other are one value."""
    values: dict[Field, list[str]] = {field: [] for field in Field}
    before: Field | None = None
    for entry in entries(lines):
        if _EMPTY.fullmatch(entry.value):
            continue
        if entry.field is Field.PEOPLE and before is Field.PEOPLE:
            values[Field.PEOPLE][-1] += "\n" + entry.value
        else:
            values[entry.field].append(entry.value)
        before = entry.field
    return values


def _first(values: Sequence[str]) -> str | None:
    return values[0].strip() if values else None


def _period(values: Sequence[str], lines: Sequence[Line]) -> tuple[date | None, date | None]:
    """Read the field of the period, else a line of the headline with two days, else the itinerary."""
    if values:
        return period_in(values[0])
    opening = (line.text for line in lines[:_OPENING_LINES] if len(line.text) <= _LONGEST_OPENING)
    spans = (period_in(text) for text in opening if len(days_in(text)) > 1)
    return next(spans, None) or period_of_story(lines)


def _people(values: Mapping[Field, Sequence[str]], lines: Sequence[Line]) -> tuple[Person, ...]:
    named = tuple(people(values[Field.PEOPLE], values[Field.JOB]))
    return named or tuple(members(lines))


def _report_date(values: Sequence[str]) -> date | None:
    days = (days_in(value) for value in values)
    return next((found[0] for found in days if found), None)


@rule
def ticked_choice(category: str | None) -> str | None:
    """The category that is ticked where the cover offers all of them.

    >>> ticked_choice("□考察　■進修　□研究"), ticked_choice("考察")
    ('進修', '考察')
    """
    ticked = _TICKED.search(category or "")
    return ticked["choice"] if ticked else category


@rule
def dated_line(lines: Sequence[Line]) -> date | None:
    """A line of the cover that is a date and nothing else, where no field names the day of the report.

    >>> dated_line([Line(0, "Relief supplies were not ready"), Line(31, "November 6, 2025")])
    datetime.date(2025, 11, 6)
    """
    days = (lone_day(line.text) for line in lines[:_OPENING_LINES])
    return next((day for day in days if day), None)


@rule
def agencies(values: Sequence[str]) -> list[str]:
    """The agencies of the authors, as the cover lists them.

    >>> agencies(["銀杏市政府交通局、銀杏市政府工務局"]), agencies(["Office of Parks, City of Elm"])
    (['銀杏市政府交通局', '銀杏市政府工務局'], ['Office of Parks, City of Elm'])
    """
    if not values:
        return []
    value = values[0]
    parts = re.split(r"[;\n]", value) if value.isascii() else _BETWEEN_AGENCIES.split(value)
    found = (part.strip("*_ 　，,。") for part in parts)
    return list(dict.fromkeys(part for part in found if part))


@rule
def agency_line(lines: Sequence[Line]) -> list[str]:
    """A line of the headline that is the name of an agency and nothing else.

    >>> agency_line([Line(0, "銀杏市政府工務局"), Line(9, "赴丹麥考察港區再生報告")])
    ['銀杏市政府工務局']
    """
    texts = (line.text.strip("*# 　") for line in lines[:_HEADLINE_LINES])
    return [text for text in texts if _AGENCY.fullmatch(text)][:1]


@rule
def category_in_brackets(lines: Sequence[Line]) -> str | None:
    """The category of the trip as the headline has it in brackets.

    >>> category_in_brackets([Line(0, "出國報告（出國類別：考察）")])
    '考察'
    """
    for line in lines[:_CATEGORY_LINES]:
        match = _CATEGORY.search(roc.fold(line.text))
        if match:
            group = "value" if match["value"] else "open"
            return line.text[match.start(group) : match.end(group)]
    return None
