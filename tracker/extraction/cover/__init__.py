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
    r"\(\s*(?:出國)?類別\s*[:：]\s*(?P<value>[^()]{1,60}?(?:\([^()]{1,30}\))?)\s*\)|出國類別\s*[:：]\s*(?P<open>\S{1,20})$"
)
# Letters set apart for show: 出 國 報 告 （ 出 國 類 別 ： 考 察 ）
_SPACED = re.compile(r"出\s國\s類\s別|類\s別\s?[：:]")
_HAN_BLANK = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])\s+(?=[\u3000-\u9fff\uff00-\uffef])")
_HEADLINE_LINES = 6
_AGENCY = re.compile(
    r"[\u3400-\u9fff]{1,8}(?:市|縣|鄉|鎮|區)(?:政府|公所|立)?[\u3400-\u9fff]{0,14}(?:政府|局|處|所|館|院|會|公司|中心|大學|學校)"
)
_ENGLISH_AGENCY = re.compile(
    r"(?:Office|Department|Ministry|Bureau|City|County|Borough|Town|Board) of (?:the )?[A-Z][\w'’&,. -]{2,70}|"
    r"(?:[A-Z][\w'’&.-]*,? (?:(?:of|and|for|the|on|&) )*){0,8}"
    r"(?:City|County|Town|Borough|District|Parish)? ?(?:Council|Department|Office|Authority|Agency|Service|Bureau|Board|Commission|Ministry|Directorate|Inspectorate|Administration)",
    re.IGNORECASE,
)
_BODY = re.compile(
    r"\b(?:City|County|Government|Council|Department|Office|Bureau|Ministry|Agency|Authority|Division|Directorate|Commission|Board|Services?|"
    r"Institute|University|School|College|Trust|Administration|Inspectorate)\b"
)
_SIGNED = re.compile(
    r"(?:(?:^|; |, and | and )(?:[A-Z][\w'’.-]* ){1,3}[A-Z][\w'’-]*, "
    r"[A-Z][\w'’-]*(?: (?:(?:of|for|the|to) )?[A-Z][\w'’-]*){0,5})+"
)
_ISSUED = re.compile(
    r"(?:^|, )(?:issued|published|dated)(?: on)? (?P<day>\d{1,2} [A-Z][a-z]+ \d{4}|[A-Z][a-z]+ \d{1,2}, \d{4})\.?$",
    re.IGNORECASE,
)
_LEAST_WORDS = 2
_ENGLISH_LINES = 3
_LONGEST_SIGNED = 400
_SMALL_WORDS = ("of", "and", "for", "the", "on")
_TICKED = re.compile(r"[■☑☒✔✓▣◼●Ｖ]\s?(?:\d[.、]?\s?)?(?P<choice>[^\s□☐○◻■☑,，、]{2,16})")
_EMPTY = re.compile(r"[（(]?(?:無|略|未定|none|n/?a|[-–—/])?[)）]?", re.IGNORECASE)
_BETWEEN_AGENCIES = re.compile(
    r"(?:[、；;／/\n]|，(?=\S{2,}(?:局|處|所|館|院|會|府))|(?<!政府)　+|<br>)(?![^（(]*[)）])"
)


def metadata(outline: Outline) -> Metadata:
    """Read the cover of a report; the trip is looked for in the story where the cover is silent."""
    lines = outline.lines[:_READ_LINES]
    values = _values(lines)
    named = _first(values[Field.TITLE]) or _first(values[Field.PLAN])
    title = named or title_in(lines, lambda line: bool(pairs_in(line)))
    start, end = _period(values[Field.PERIOD], outline.lines)
    returned = days_in(_first(values[Field.RETURN]) or "")
    end = returned[0] if start == end and returned else end
    return Metadata(
        title=title,
        agencies=tuple(agencies(_of_agencies(values)) or member_agencies(lines) or agency_line(lines)),
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
    named = tuple(people(values[Field.PEOPLE], values[Field.JOB])) or tuple(members(lines))
    return named or tuple(people([v for v in values[Field.AGENCY] if signed(v)], []))


def _of_agencies(values: Mapping[Field, Sequence[str]]) -> list[str]:
    return [value for value in values[Field.AGENCY] if not signed(value)]


@rule
def signed(value: str) -> bool:
    """A memorandum that comes from people, each with a job title, and not from an agency.

    >>> signed("Ada Lind, Shelter Coordinator; Ole Berg, Engineer"), signed("Elm City Government, Department of Parks")
    (True, False)
    """
    name = value[:_LONGEST_OPENING].partition(",")[0]
    is_list = len(value) <= _LONGEST_SIGNED and bool(_SIGNED.fullmatch(value))
    return is_list and not _BODY.search(name)


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
    >>> dated_line([Line(0, "Report 3/2025, published 16 April 2025")])
    datetime.date(2025, 4, 16)
    """
    opening = [line.text for line in lines[:_OPENING_LINES]]
    issued = (match["day"] for text in opening if (match := _ISSUED.search(text[:_LONGEST_OPENING])))
    days = (lone_day(text) for text in (*opening, *issued))
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
    >>> agency_line([Line(0, "ELM CITY COUNCIL"), Line(17, "Night buses in Leeds")])
    ['ELM CITY COUNCIL']
    """
    texts = [line.text.strip("*# 　") for line in lines[:_HEADLINE_LINES]]
    chinese = [text for text in texts if _AGENCY.fullmatch(text)]
    return (chinese or list(filter(_is_english_agency, texts[:_ENGLISH_LINES])))[:1]


def _is_english_agency(text: str) -> bool:
    small = [word for word in text.split() if word[0].islower() and word not in _SMALL_WORDS]
    is_name = len(text.split()) >= _LEAST_WORDS and not small
    return is_name and len(text) <= _LONGEST_OPENING and bool(_ENGLISH_AGENCY.fullmatch(text))


@rule
def category_in_brackets(lines: Sequence[Line]) -> str | None:
    """The category of the trip as the headline has it in brackets.

    >>> category_in_brackets([Line(0, "出國報告（出國類別：考察）")])
    '考察'
    """
    for line in lines[:_CATEGORY_LINES]:
        text = _HAN_BLANK.sub("", line.text) if _SPACED.search(line.text) else line.text
        match = _CATEGORY.search(roc.fold(text))
        if match:
            group = "value" if match["value"] else "open"
            return text[match.start(group) : match.end(group)]
    return None
