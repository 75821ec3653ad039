"""What the cover says: title, agency, people, destination, period, report date and category of the trip."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from babel import Locale

from tracker.extraction.model import Metadata, Person
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
    (Field.TITLE, re.compile(r"報告(?:名稱|題目|主題)|計畫名稱|題目|(?:report )?title|subject", re.IGNORECASE)),
    (Field.AGENCY, re.compile(
        r"(?:服務|報告|派遣|派員|出國|計畫主辦|主辦|提出|撰寫|執行)(?:機關|單位)(?:名稱)?|機關(?:名稱)?|服務機關/?單位|"
        r"(?:issuing |reporting |home |parent )?(?:agency|organi[sz]ation|institution|authority|department|office)|issued by|published by|submitted by", re.IGNORECASE)),
    (Field.PEOPLE, re.compile(
        r"姓名[、/及]?職稱|職稱[、/及]?姓名|(?:出國|參加|考察|參訪|與會|訪問|報告|撰寫|團隊)人員?(?:姓名)?(?:[、/及]?職稱)?|報告人|姓名|團員(?:名單)?|代表團(?:成員)?|"
        r"delegation(?: members?)?|delegates?|participants?|travell?ers?|members|attendees|visitors|prepared by|authors?|travelling party", re.IGNORECASE)),
    (Field.JOB, re.compile(r"職稱|職務|job title|position", re.IGNORECASE)),
    (Field.DESTINATION, re.compile(
        r"(?:派赴|前往|出國|參訪|考察|訪問|目的)(?:國家|地區|地點|國)(?:[/、及或]?(?:地區|城市|國家))?|(?:會議)?地點|國家(?:[/、]地區)?|目的地|"
        r"destinations?|countr(?:y|ies)(?: visited)?|places?(?: visited)?|locations?|venue", re.IGNORECASE)),
    (Field.PERIOD, re.compile(
        r"(?:出國|參訪|考察|訪問|會議|實習|進修|研習|研究|行程|旅程)?(?:期間|起訖(?:日期|日)?|起迄(?:日期|日)?)|(?:出國|參訪|考察|訪問)(?:日期|時間)|"
        r"(?:travel|trip|visit|mission|study)? ?(?:dates?|period)(?: of (?:travel|visit|trip|mission))?|dates? of (?:the )?(?:travel|visit|trip|mission)|travelled|period covered", re.IGNORECASE)),
    (Field.REPORT_DATE, re.compile(
        r"(?:報告|提出|撰寫|繳交|完成|提交|製作)(?:日期|時間)|日期|report(?:ed)? (?:date|on)|date of (?:this )?report|issued(?: on)?|date issued|published(?: on)?|publication date|submitted(?: on)?|date", re.IGNORECASE)),
    (Field.CATEGORY, re.compile(r"(?:出國|報告|考察)?類別|出國(?:性質|目的類別)|(?:trip |report |visit )?(?:category|type)|type of (?:visit|trip|travel)", re.IGNORECASE)),
    (Field.OTHER, re.compile(
        r"關鍵[詞字]|聯絡(?:人|電話)|電話|電子(?:信箱|郵件)|頁數|附件|含附件|系統識別號|分類號|內容摘要|摘要|主題分類|施政分類|專責單位|密等|備註|"
        r"keywords?|contact|status|date of incident|version|pages|summary|abstract|purpose|budget|funding", re.IGNORECASE)),
)
_PAIR = re.compile(r"(?:\*\*|__)?(?P<key>[^：:|\t\n]{2,24}?)(?:\*\*|__)?\s?[：:](?:\*\*|__)?[ \t　]*(?P<value>.*)$")
_CELL_PAIR = re.compile(r"\|?\s*(?:\*\*)?(?P<key>[^|\t]{2,16}?)(?:\*\*)?\s*[|\t]\s*(?P<value>[^|\t]+?)\s*\|?$")
_CATEGORY_IN_BRACKETS = re.compile(r"\(\s*出國類別\s*[:：]\s*(?P<value>[^()]{1,40}?)\s*\)")
_GENERIC_TITLE = re.compile(
    r"(?:.{0,14}(?:政府|局|處|所|館|院|會|公司|中心|大學|學校))?(?:公務人員)?(?:因公)?(?:公務)?出國(?:考察|參訪|訪問|研習|進修)?(?:報告|報告書)?(?:\(.*\)|（.*）)?|"
    r"(?:study visit|trip|travel|visit|mission|internal audit|audit|final|incident|investigation|inspection) report(?: (?:no\.? ?)?[\w./-]*\d[\w./-]*)?|report",
    re.IGNORECASE,
)
_TRIP_WORDS = re.compile(r"赴|出席|參加|參與|考察|參訪|訪問|率團|研習|進修|實習|觀摩|洽談|報告|會議|論壇")
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
    values = {field: [e.value for e in entries if e.field is field and not _EMPTY.fullmatch(e.value)] for field in Field}
    title = _first(values[Field.TITLE]) or _title(lines)
    start, end = _period(_first(values[Field.PERIOD]) or "")
    if start is None:
        start, end = _period_of_story(outline.lines)
    return Metadata(
        title=title,
        agencies=tuple(_agencies(values[Field.AGENCY])),
        people=tuple(_people(values[Field.PEOPLE], values[Field.JOB])),
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
    for field, pattern in _FIELDS:
        if pattern.fullmatch(key):
            return field, match["value"].strip("*_ 　|")
    return None


def _goes_on(line: Line, field: Field, value: Sequence[str]) -> bool:
    text = line.text
    if label_of(text) or is_table_row(text) or text.startswith("#") or len(text) > 80 or text.endswith("。"):
        return False
    if KNOWN_HEADINGS.fullmatch(plain_title(text)):
        return False
    if not value:
        return True
    if field is Field.PEOPLE:
        return _job_in(text) is not None
    if line.gap:
        return False
    if field is Field.AGENCY:
        return bool(re.search(r"(?:政府|局|處|所|館|院|會|公司|中心|大學|學校)$", text))
    return field is Field.TITLE and not value[-1].endswith(("報告", "報告書"))


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
        names |= {n for code, n in Locale.parse(language).territories.items() if len(code) == 2 and code not in ("TW", "ZZ")}
    return frozenset(n for n in names if len(n) >= 2)


_SHORT_COUNTRIES = ("韓國", "南韓", "中國大陸", "大陸", "香港", "澳門", "紐西蘭", "捷克", "杜拜", "阿聯", "沙烏地", "俄國", "帛琉", "寮國")


def _category(lines: Sequence[Line]) -> str | None:
    for line in lines[:20]:
        match = _CATEGORY_IN_BRACKETS.search(roc.fold(line.text))
        if match:
            return line.text[match.start("value") : match.end("value")]
    return None


def _report_date(values: Sequence[str]) -> date | None:
    days = (_days(value) for value in values)
    return next((found[0] for found in days if found), None)


_MONTHS = "january february march april may june july august september october november december".split()
_ENGLISH_DAY = re.compile(
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:\s?(?:-|–|—|to)\s?(?P<last>\d{1,2})(?:st|nd|rd|th)?)? (?P<month>[A-Z][a-z]{2,8})\.?,? ?(?P<year>\d{4})?|"
    r"(?P<month2>[A-Z][a-z]{2,8})\.? (?P<day2>\d{1,2})(?:st|nd|rd|th)?(?:\s?(?:-|–|—|to)\s?(?P<last2>\d{1,2})(?:st|nd|rd|th)?)?(?:,? (?P<year2>\d{4}))?"
)
_LAST_DAY = re.compile(
    r"\s*(?:\([^)]{1,4}\))?\s*(?:至|到|迄|[-–—~～〜])\s*(?:同年)?\s*(?:(?P<month>\d{1,2}|[一二三四五六七八九十]{1,3})\s?[月/.])?\s?"
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
        month = next((i for i, m in enumerate(_MONTHS, start=1) if m == name or (m[:3] == name[:3] and len(name) <= 4)), None)
        if month is None:
            continue
        year = match["year"] or match["year2"]
        for day in (match["day"] or match["day2"], match["last"] or match["last2"]):
            if day:
                found.append((month, int(day), year))
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


_JOB = re.compile(
    r"(?:代理|約聘|約僱|助理|高級|首席|資深|簡任|薦任|委任|候用|專案|執行|常務|政務|主任|第[一二]|一級|二級|特約|榮譽|兼任?|副|總|正|幫|前)*"
    r"(?:專門委員|主任秘書|秘書長|祕書長|工程司|工程師|工程員|技術師|設計師|分析師|管理師|規劃師|營養師|護理師|護理長|護士長|社工師|社工員|督導員|稽查員|檢驗員|技術員|管理員|研究員|"
    r"偵查佐|偵查員|巡官|巡佐|警務員|警務正|警務佐|警員|消防員|隊員|分隊長|小隊長|中隊長|大隊長|支隊長|總隊長|隊長|站長|園長|場長|廠長|館長|館員|"
    r"校長|教務主任|學務主任|教師|老師|教授|講師|教練|院長|醫師|藥師|獸醫師|獸醫|所長|署長|市長|縣長|鄉長|鎮長|區長|里長|部長|次長|司長|局長|處長|科長|股長|課長|組長|室主任|"
    r"主任委員|執行長|執行秘書|董事長|董事|總經理|經理|協理|襄理|理事長|總幹事|幹事|委員|議員|議長|參事|參議|參贊|顧問|諮議|視察|督學|編審|編輯|專員|科員|課員|組員|股員|技正|技士|技佐|技監|"
    r"辦事員|書記|佐理員|助理員|約聘人員|約僱人員|約用人員|職員|秘書|祕書|主任|主管|助理|隨員|司機|會計|記者|社長|團長|領隊|教官|法官|檢察官|書記官|調查員|審計|稽核|監察|發言人|召集人|負責人|代表|研究生)"
)
_UNIT_END = re.compile(r"(?:局|處|科|室|隊|會|所|館|院|府|中心|課|組|署|部|司|廳|站|廠|公司|大學|學校|國小|國中|高中|公所|團|股)")
_JOB_BRACKETS = re.compile(r"(?P<name>[^(（]{2,40}?)\s*[(（](?P<job>[^)）]{1,40})[)）]")


def _job_in(text: str) -> re.Match[str] | None:
    """Find the job title in a token: the last one, for units may carry such words too."""
    matches = list(_JOB.finditer(text))
    return matches[-1] if matches else None


def _people(values: Sequence[str], jobs: Sequence[str]) -> Iterator[Person]:
    if not values:
        return
    seen: set[str] = set()
    titles = re.split(r"[、，,；;\n]", jobs[0]) if jobs else []
    for index, token in enumerate(_tokens(values[0])):
        person = _person(token)
        if person and person.name not in seen:
            seen.add(person.name)
            job = person.title or (titles[index].strip() if index < len(titles) else None)
            yield Person(person.name, job or None)


def _tokens(value: str) -> list[str]:
    if value.isascii() or re.search(r"[A-Za-z]{3,}[^;\n]*[,;]", value) and not re.search(r"[\u3400-\u9fff]{2}", value):
        parts = re.split(r"[;\n]|\band\b(?= [A-Z])", value)
        if len(parts) == 1 and "(" in value:
            parts = re.split(r",(?![^(]*\))", value)
        return [p.strip() for p in parts if p.strip()]
    parts = re.split(r"[、，,；;／/\n](?![^(（]*[)）])|(?<=[)）])\s+|[　]{2,}", value)
    return [p.strip(" 　。*_") for p in parts if p.strip(" 　。*_")]


def _person(token: str) -> Person | None:
    token = re.sub(r"^(?:[\d.()（）]+|等)\s*|等(?:人|\d+人)$", "", token).strip()
    brackets = _JOB_BRACKETS.fullmatch(token)
    if brackets:
        inner = _job_in(brackets["job"])
        return Person(_name(brackets["name"]), inner[0] if inner else brackets["job"].strip())
    if re.match(r"[A-Za-z]", token):
        name, _, job = token.partition(",")
        return Person(name.strip(), job.strip() or None)
    return _chinese_person(token)


def _chinese_person(token: str) -> Person | None:
    pieces = token.split()
    job = _job_in(token)
    if job is None:
        if len(pieces) == 2:
            return Person(pieces[0], pieces[1])
        return Person(token.replace(" ", ""), None) if 2 <= len(token.replace(" ", "")) <= 4 else None
    before, after = token[: job.start()].strip(), token[job.end() :].strip()
    if after and not _UNIT_END.search(after[-1:]):
        return Person(_name(after), job[0])
    return Person(_name(before), job[0]) if before else None


def _name(text: str) -> str:
    """Return the personal name at the end of "unit name"; names have two to four characters."""
    pieces = text.split()
    if len(pieces) > 1 and all(len(p) == 1 for p in pieces):
        return "".join(pieces)
    last = pieces[-1] if pieces else text
    if re.search(r"[A-Za-z]", last):
        return text.strip()
    if len(last) <= 3:
        return last
    ends = [m.end() for m in _UNIT_END.finditer(last) if 2 <= len(last) - m.end() <= 4]
    return last[ends[-1] :] if ends else last if len(last) == 4 else last[-3:]
