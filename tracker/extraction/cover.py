"""What the cover says: title, agency, people, destination, period, report date and category of the trip."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from babel import Locale

from tracker.extraction.delegation import job_in, people
from tracker.extraction.model import Metadata
from tracker.extraction.outline import KNOWN_HEADINGS, Outline, is_table_row, label_of, plain_title
from tracker.extraction.passage import Line
from tracker.foundation import roc

_READ_LINES = 90
_BODY_CHARACTERS = 150


class Field(StrEnum):
    """A line of the cover, by what it holds."""

    TITLE = "title"
    AGENCY = "agency"
    PEOPLE = "people"
    JOB = "job"
    DESTINATION = "destination"
    PERIOD = "period"
    REPORT_DATE = "report_date"
    CATEGORY = "category"
    OTHER = "other"


_FIELDS: tuple[tuple[Field, re.Pattern[str]], ...] = (
    (
        Field.TITLE,
        re.compile(r"報告(?:名稱|題目|主題)|計畫名稱|題目|(?:report )?title|subject", re.IGNORECASE),
    ),
    (
        Field.AGENCY,
        re.compile(
            r"(?:服務|報告|派遣|派員|出國|計畫主辦|主辦|提出|撰寫|執行)(?:機關|單位)(?:名稱)?|"
            r"機關(?:名稱)?|服務機關/?單位|"
            r"(?:issuing |reporting |home |parent )?(?:agency|organi[sz]ation|institution|"
            r"authority|department|office)|issued by|published by|submitted by",
            re.IGNORECASE,
        ),
    ),
    (
        Field.PEOPLE,
        re.compile(
            r"姓名[、/及]?職稱|職稱[、/及]?姓名|(?:出國|參加|考察|參訪|與會|訪問|報告|撰寫|"
            r"團隊)人員?(?:姓名)?(?:[、/及]?職稱)?|報告人|姓名|團員(?:名單)?|代表團(?:成員)?|"
            r"delegation(?: members?)?|delegates?|participants?|travell?ers?|members|attendees|"
            r"visitors|prepared by|authors?|travelling party",
            re.IGNORECASE,
        ),
    ),
    (Field.JOB, re.compile(r"職稱|職務|job title|position", re.IGNORECASE)),
    (
        Field.DESTINATION,
        re.compile(
            r"(?:派赴|前往|出國|參訪|考察|訪問|目的)(?:國家|地區|地點|國)(?:[/、及或]?(?:地區|"
            r"城市|國家))?|(?:會議)?地點|國家(?:[/、]地區)?|目的地|"
            r"destinations?|countr(?:y|ies)(?: visited)?|places?(?: visited)?|locations?|venue",
            re.IGNORECASE,
        ),
    ),
    (
        Field.PERIOD,
        re.compile(
            r"(?:出國|參訪|考察|訪問|會議|實習|進修|研習|研究|行程|旅程)?(?:期間|起訖(?:日期|日)?|"
            r"起迄(?:日期|日)?)|(?:出國|參訪|考察|訪問)(?:日期|時間)|"
            r"(?:(?:travel|trip|visit|mission|study|tour) (?:dates?|period)|dates|period)(?: of (?:travel|visit|trip|"
            r"mission))?|dates? of (?:the )?(?:travel|visit|trip|mission)|travelled|period covered",
            re.IGNORECASE,
        ),
    ),
    (
        Field.REPORT_DATE,
        re.compile(
            r"(?:報告)?(?:報告|提出|撰寫|繳交|完成|提交|製作)(?:日期|時間)|日期|report(?:ed)? (?:date|on)|"
            r"date of (?:this )?report|issued(?: on)?|date issued|published(?: on)?|"
            r"publication date|submitted(?: on)?|date",
            re.IGNORECASE,
        ),
    ),
    (
        Field.CATEGORY,
        re.compile(
            r"(?:出國|報告|考察)?類別|出國(?:性質|目的類別)|(?:trip |report |visit )?(?:category|"
            r"type)|type of (?:visit|trip|travel)",
            re.IGNORECASE,
        ),
    ),
    (
        Field.OTHER,
        re.compile(
            r"關鍵[詞字]|聯絡(?:人|電話)|電話|電子(?:信箱|郵件)|頁數|附件|含附件|系統識別號|"
            r"分類號|內容摘要|摘要|主題分類|施政分類|專責單位|密等|備註|"
            r"keywords?|contact|status|date of incident|version|pages|summary|abstract|purpose|"
            r"budget|funding",
            re.IGNORECASE,
        ),
    ),
)
_PAIR = re.compile(
    r"(?:\*\*|__)?(?P<key>[^：:|\t\n]{2,24}?)(?:\*\*|__)?\s?[：:](?:\*\*|__)?[ \t　]*(?P<value>.*)$"
)
_CELL_PAIR = re.compile(
    r"\|?\s*(?:\*\*)?(?P<key>[^|\t]{2,16}?)(?:\*\*)?\s*[|\t]\s*(?P<value>[^|\t]+?)\s*\|?$"
)
_CATEGORY_IN_BRACKETS = re.compile(r"\(\s*出國類別\s*[:：]\s*(?P<value>[^()]{1,40}?)\s*\)")
_GENERIC_TITLE = re.compile(
    r"(?:.{0,14}(?:政府|局|處|所|館|院|會|公司|中心|大學|"
    r"學校))?(?:公務人員)?(?:因公)?(?:公務)?出國(?:考察|參訪|訪問|研習|進修)?(?:報告|"
    r"報告書)?(?:\(.*\)|（.*）)?|"
    r"(?:study visit|trip|travel|visit|mission|internal audit|audit|final|incident|"
    r"investigation|inspection) report(?: (?:no\.? ?)?[\w./-]*\d[\w./-]*)?|report",
    re.IGNORECASE,
)
_TRIP_WORDS = re.compile(
    r"赴|出席|參加|參與|考察|參訪|訪問|率團|研習|進修|實習|觀摩|洽談|報告|會議|論壇|\b(?:report|visit|tour|study|review|conference|mission|incident|audit)\b",
    re.IGNORECASE,
)
_AGENCY_END = re.compile(r"(?:政府|局|處|所|館|院|會|公司|中心|大學|學校)$")
_LIST_MARKS = re.compile(r"[、，,；;／/\n]|\s及\s|\s{3,}")
_EMPTY = re.compile(r"[（(]?(?:無|略|未定|none|n/?a|[-–—/])?[)）]?", re.IGNORECASE)


@dataclass(frozen=True)
class Entry:
    """A field of the cover with its value, which may run over several lines."""

    field: Field
    value: str


def metadata(outline: Outline) -> Metadata:
    """Read the cover of a report; the trip is looked for in the story where the cover is silent."""
    lines = outline.lines[:_READ_LINES]
    entries = list(_entries(lines))
    values = {
        field: [e.value for e in entries if e.field is field and not _EMPTY.fullmatch(e.value)]
        for field in Field
    }
    title = _first(values[Field.TITLE]) or _title(lines)
    start, end = _period(_first(values[Field.PERIOD]) or "")
    if start is None:
        start, end = _period_of_story(outline.lines)
    return Metadata(
        title=title,
        agencies=tuple(_agencies(values[Field.AGENCY])),
        people=tuple(people(values[Field.PEOPLE], values[Field.JOB])),
        destinations=tuple(_destinations(values[Field.DESTINATION], title)),
        trip_start=start,
        trip_end=end,
        report_date=_report_date(values[Field.REPORT_DATE]),
        category=_first(values[Field.CATEGORY]) or _category(lines),
    )


def _first(values: Sequence[str]) -> str | None:
    return values[0].strip() if values else None


def _entries(lines: Sequence[Line]) -> Iterator[Entry]:
    """Read "key: value" lines up to the body; a value goes on over lines that name no key."""
    open_field: Field | None = None
    value: list[str] = []
    for line in lines:
        pair = _pair(line.text)
        if pair is None and open_field and _goes_on(line, open_field, value):
            value.append(line.text)
            continue
        if open_field and value:
            yield Entry(open_field, "\n".join(value))
        open_field, value = None, []
        if pair:
            open_field, text = pair
            value = [text] if text else []
        elif _is_body(line.text):
            return
    if open_field and value:
        yield Entry(open_field, "\n".join(value))


def _pair(text: str) -> tuple[Field, str] | None:
    label = label_of(text)
    if label and label.length < len(text):
        text = text[label.length :]
    match = _CELL_PAIR.match(text) if is_table_row(text) else _PAIR.match(text)
    if match is None:
        return None
    key = re.sub(r"[\s　*_]+", " " if match["key"].isascii() else "", match["key"]).strip("() （）【】")
    value = match["value"].strip("*_ 　|")
    for field, pattern in _FIELDS:
        if pattern.fullmatch(key):
            is_range = field is Field.REPORT_DATE and len(_days(value)) > 1
            return Field.PERIOD if is_range else field, value
    return None


def _goes_on(line: Line, field: Field, value: Sequence[str]) -> bool:
    """Say whether a line without a key belongs to the value above it."""
    text = line.text
    if label_of(text) or is_table_row(text) or text.startswith("#") or len(text) > 80 or text.endswith("。"):
        return False
    if KNOWN_HEADINGS.fullmatch(plain_title(text)):
        return False
    if field is Field.PEOPLE and value:
        return job_in(text) is not None
    if field is Field.AGENCY and value:
        return not line.gap and _AGENCY_END.search(text) is not None
    return not value or (field is Field.TITLE and not line.gap and not value[-1].endswith(("報告", "報告書")))


def _is_body(text: str) -> bool:
    return len(text) > _BODY_CHARACTERS


def _title(lines: Sequence[Line]) -> str | None:
    """Take the headline: a markdown title, else the first line that is neither generic nor a field."""
    marked = next((line.text for line in lines[:10] if line.text.startswith("# ")), None)
    if marked:
        return plain_title(marked)
    opening: list[Line] = []
    for line in lines[:12]:
        if _pair(line.text) or is_table_row(line.text) or _is_body(line.text):
            break
        if KNOWN_HEADINGS.fullmatch(plain_title(line.text)) or (label_of(line.text) and opening):
            break
        opening.append(line)
    named = [line for line in opening if not _GENERIC_TITLE.fullmatch(roc.fold(line.text.strip("*# ")))]
    wanted = next((i for i, line in enumerate(named) if _TRIP_WORDS.search(line.text)), 0)
    if not named:
        return opening[0].text.strip("*# ") if opening else None
    return _joined_title(named[wanted:])


def _joined_title(lines: Sequence[Line]) -> str:
    """Join a headline that was broken over two lines: the rest follows at once and ends in 報告."""
    title = lines[0].text.strip("*# ")
    for line in lines[1:3]:
        if line.gap or title.endswith(("報告", "報告書")) or not line.text.endswith(("報告", "報告書")):
            break
        title += line.text if not title[-1].isascii() else " " + line.text
    return title


def _agencies(values: Sequence[str]) -> list[str]:
    if not values:
        return []
    value = values[0]
    marks = r"[、；;／/\n]|，(?=\S{2,}(?:局|處|所|館|院|會|府))" if not value.isascii() else r"[;\n]"
    found = [v.strip("*_ 　，,。") for v in re.split(marks, value)]
    return list(dict.fromkeys(v for v in found if v))


def _destinations(values: Sequence[str], title: str | None) -> list[str]:
    if values:
        found = [v.strip("*_ 　。") for v in re.split(r"[、，,；;／/\n及與和]|\band\b", values[0])]
        return list(dict.fromkeys(v for v in found if v))
    countries = _countries()
    text = title or ""
    named = sorted((text.find(name), name) for name in countries if name in text)
    return [named[0][1]] if named else []


@cache
def _countries() -> frozenset[str]:
    """Return the names of countries in Chinese and English, without our own."""
    names = set(_SHORT_COUNTRIES)
    for language in ("zh_Hant", "en"):
        names |= {
            n
            for code, n in Locale.parse(language).territories.items()
            if len(code) == 2 and code not in ("TW", "ZZ")
        }
    return frozenset(n for n in names if len(n) >= 2)


_SHORT_COUNTRIES = (
    "韓國",
    "南韓",
    "中國大陸",
    "大陸",
    "香港",
    "澳門",
    "紐西蘭",
    "捷克",
    "杜拜",
    "阿聯",
    "沙烏地",
    "俄國",
    "帛琉",
    "寮國",
)


def _category(lines: Sequence[Line]) -> str | None:
    for line in lines[:20]:
        match = _CATEGORY_IN_BRACKETS.search(roc.fold(line.text))
        if match:
            return line.text[match.start("value") : match.end("value")]
    return None


def _report_date(values: Sequence[str]) -> date | None:
    days = (_days(value) for value in values)
    return next((found[0] for found in days if found), None)


_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_ENGLISH_DAY = re.compile(
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:\s?(?:-|–|—|to)\s?(?P<last>\d{1,2})(?:st|nd|rd|"
    r"th)?)? (?P<month>[A-Z][a-z]{2,8})\.?,? ?(?P<year>\d{4})?|"
    r"(?P<month2>[A-Z][a-z]{2,8})\.? (?P<day2>\d{1,2})(?:st|nd|rd|th)?(?:\s?(?:-|–|—|"
    r"to)\s?(?P<last2>\d{1,2})(?:st|nd|rd|th)?)?(?:,? (?P<year2>\d{4}))?"
)
_LAST_DAY = re.compile(
    r"\s*(?:\([^)]{1,4}\))?\s*(?:至|到|迄|[-–—~～〜])\s*(?:同年)?\s*(?:(?P<month>\d{1,2}|"
    r"[一二三四五六七八九十]{1,3})\s?[月/.])?\s?"
    r"(?P<day>\d{1,2}|[一二三四五六七八九十廿卅]{1,3})(?:\s?[日號])?(?![\d/.年])"
)


def _period(text: str) -> tuple[date | None, date | None]:
    """Read a period; an end without year or month takes them from the start."""
    folded = roc.fold(text)
    found = list(roc.find(folded))
    if not found:
        days = _english_days(text)
        return (days[0], days[-1]) if days else (None, None)
    first = found[0]
    if len(found) > 1:
        return first.day, found[1].day
    rest = _LAST_DAY.match(folded, first.end)
    if rest:
        month = roc.number(rest["month"]) if rest["month"] else first.day.month
        try:
            return first.day, first.day.replace(month=month or 0, day=roc.number(rest["day"]) or 0)
        except ValueError:
            pass
    return first.day, first.day


def _days(text: str) -> list[date]:
    return [found.day for found in roc.find(text)] or _english_days(text)


def _english_days(text: str) -> list[date]:
    """Read days such as 11 March 2024 or March 11-15, 2024; a missing year is the next one written."""
    found: list[tuple[int, int, str | None]] = []
    for match in _ENGLISH_DAY.finditer(text):
        name = (match["month"] or match["month2"]).lower()
        month = next(
            (
                i
                for i, m in enumerate(_MONTHS, start=1)
                if m == name or (m[:3] == name[:3] and len(name) <= 4)
            ),
            None,
        )
        if month is None:
            continue
        year = match["year"] or match["year2"]
        days_written = (match["day"] or match["day2"], match["last"] or match["last2"])
        found += [(month, int(day), year) for day in days_written if day]
    years = [year for _, _, year in found if year]
    days = []
    for i, (month, day, year) in enumerate(found):
        written = year or next((y for _, _, y in found[i:] if y), years[-1] if years else None)
        try:
            days.append(date(int(written or 0), month, day))
        except ValueError:
            continue
    return days


def _period_of_story(lines: Sequence[Line]) -> tuple[date | None, date | None]:
    """Take the first and last full date at the start of the lines of an itinerary."""
    days = []
    for line in lines[:400]:
        first = next(roc.find(line.text[:24].lstrip("|* ")), None)
        if first and first.start == 0:
            days.append(first.day)
    if len(days) < 2 or (max(days) - min(days)).days > 120:
        return None, None
    return min(days), max(days)
