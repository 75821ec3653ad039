"""Who travelled: names and job titles, in lines, in a table, or run together with the unit (新聞處黃小明專門委員)."""

import re
from collections.abc import Iterator, Sequence
from enum import Enum

from tracker.extraction.cover.surnames import surname_length
from tracker.extraction.model import Person
from tracker.extraction.passage import Line
from tracker.extraction.registry import rule

_JOB = re.compile(
    r"(?:代理|約聘|約僱|助理|高級|首席|資深|簡任|薦任|委任|候用|專案|執行|常務|政務|主任|"
    r"第[一二]|主治|住院|物理|職能|語言|臨床|一級|二級|特約|榮譽|兼任?|副|總|正|幫|前)*"
    r"(?:專門委員|主任秘書|秘書長|祕書長|工程司|工程師|工程員|技術師|設計師|分析師|管理師|"
    r"規劃師|營養師|護理師|護理長|護士長|社工師|社工員|督導員|督導|稽查員|檢驗員|技術員|管理員|"
    r"研究員|"
    r"偵查佐|偵查員|巡官|巡佐|警務員|警務正|警務佐|警員|消防員|隊員|分隊長|小隊長|中隊長|"
    r"大隊長|支隊長|總隊長|隊長|站長|園長|場長|廠長|館長|館員|"
    r"校長|教務主任|學務主任|教師|老師|教授|講師|教練|院長|醫師|藥師|獸醫師|獸醫|所長|"
    r"署長|市長|縣長|鄉長|鎮長|區長|里長|部長|次長|司長|局長|處長|科長|股長|課長|組長|"
    r"室主任|"
    r"主任委員|執行長|執行秘書|董事長|董事|總經理|經理|協理|襄理|理事長|總幹事|幹事|委員|"
    r"議員|議長|參事|參議|參贊|顧問|諮議|視察|督學|編審|編輯|專員|科員|課員|組員|股員|"
    r"技正|技士|技佐|技監|"
    r"辦事員|書記|佐理員|助理員|約聘人員|約僱人員|約用人員|職員|秘書|祕書|主任|主管|助理|"
    r"隨員|司機|會計|記者|社長|團長|領隊|教官|法官|檢察官|書記官|調查員|審計|稽核|監察|"
    r"治療師|諮商師|心理師|建築師|律師|會計師|放射師|檢驗師|訓練員|潛水員|駕駛員?|領班|教保員|保育員|廚師|督察|書記長|"
    r"發言人|召集人|負責人|代表|研究生)"
)
_JOB_BY_ENDING = re.compile(r"[\u3400-\u9fff]{1,6}[師員長官士正佐人監理授辦書事任導]")
_UNIT_END = re.compile(
    r"(?:局|處|科|室|隊|會|所|館|院|府|中心|課|組|署|部|司|廳|站|廠|公司|大學|學校|國小|國中|中學|高中|公所|團|股)"
)
_ENDS_IN_UNIT = re.compile(rf"{_UNIT_END.pattern}$")
_NAME_COLUMN = re.compile(
    r"姓\s*名|出國人員|name|member|participant|delegate|travell?er|attendee", re.IGNORECASE
)
_JOB_COLUMN = re.compile(r"職\s*[稱務別]|(?:job )?title|position|role|post|rank|function", re.IGNORECASE)
_UNIT_COLUMN = re.compile(
    r"(?:服務|所屬)?(?:機關|單位)(?:名稱)?|agency|organi[sz]ation|department|office|unit", re.IGNORECASE
)
_IN_BRACKETS = re.compile(r"(?P<name>[^(（]{2,40}?)\s*[(（](?P<job>[^)）]{1,40})[)）]")
_APART = re.compile(r"[／/|\s　]+")
_BETWEEN = re.compile(r"[、，,；;\n](?![^(（]*[)）])|(?<=[)）])\s+")
_GROUPS = re.compile(r"\b(?:team|office|unit|group|department)$", re.IGNORECASE)
_COUNTED = re.compile(r"^(?:[\d.()（）]+|等)\s*|等[\s\d一二三四五六七八九十]*人$")
_ROLE_BEHIND = re.compile(r"\s*[(（](?:兼)?(?:團長|領隊|隊長|副團長|團員|隨員|秘書)[)）]$")
_PART = re.compile(r"^(?:團長|領隊|副團長|團員|隨員|組員|成員)[:：　 ]*(?=[\u3400-\u9fff]{2})")
_UNIT_IN_BRACKETS = re.compile(rf"[\u3400-\u9fff]{{1,16}}{_UNIT_END.pattern}")
_UNIT_BEFORE = re.compile(rf"^[(（][\u3400-\u9fff]{{1,16}}{_UNIT_END.pattern}[)）]\s*(?=\S{{2}})")
_LONGEST_NAME = 4
_SHORTEST_UNIT = 3
_HONORIFIC = re.compile(r"^(?:Mr|Mrs|Ms|Dr|Prof)\.? ")


def job_in(text: str) -> re.Match[str] | None:
    """Find the job title in a token: the last one, for units may carry such words too."""
    matches = list(_JOB.finditer(text))
    return matches[-1] if matches else None


@rule
def people(values: Sequence[str], jobs: Sequence[str]) -> Iterator[Person]:
    """The members of the delegation, as a field of the cover lists them; job titles may have a field of their own.

    >>> [person.name for person in people(["消防局 局長 郝景行；社會處 督導 阮青霜"], [])]
    ['郝景行', '阮青霜']
    >>> list(people(["新聞處湛小明專門委員"], []))
    [Person(name='湛小明', title='專門委員')]
    """
    if not values:
        return
    seen: set[str] = set()
    titles = re.split(r"[、，,；;\n]", jobs[0]) if jobs else []
    named = (person for token in _tokens(values[0]) for person in _people_in(token))
    for index, person in enumerate(named):
        if person.name not in seen:
            seen.add(person.name)
            job = person.title or (titles[index].strip() if index < len(titles) else None)
            yield Person(person.name, job or None)


def ends_in_job(text: str) -> bool:
    """Say whether a text ends with a job title."""
    job = job_in(text)
    return job is not None and job.end() == len(text)


def names_people(text: str) -> bool:
    """Say whether a line of a cover names somebody: with a job title, or by a name and nothing else."""
    found = list(people([text], []))
    return bool(found) and (
        any(each.title for each in found) or all(surname_length(each.name) for each in found)
    )


@rule
def members(lines: Sequence[Line]) -> list[Person]:
    r"""The members of the delegation in a table with a column of names.

    >>> head, row = "姓名\t職稱", "鄢若谷\t股長"
    >>> members([Line(0, head, cells=((0, 2), (3, 5))), Line(6, row, cells=((0, 3), (4, 6)))])
    [Person(name='鄢若谷', title='股長')]
    """
    found: list[Person] = []
    for columns, texts in _member_rows(lines):
        name, job = (_cell(texts, columns.get(role)) for role in (_NAME_COLUMN, _JOB_COLUMN))
        if not name:
            continue
        if job is None:
            found += _people_in(name)
        else:
            title = None if job.isascii() else job_in(job)
            found.append(Person(_joined_name(name), title[0] if title else job or None))
    return found


@rule
def member_agencies(lines: Sequence[Line]) -> list[str]:
    r"""The agencies in the table of members, each once.

    >>> head, row = "姓名\t服務機關", "鄢若谷\t銀杏市政府交通局"
    >>> member_agencies([Line(0, head, cells=((0, 2), (3, 7))), Line(8, row, cells=((0, 3), (4, 12)))])
    ['銀杏市政府交通局']
    """
    named = [_cell(texts, columns.get(_UNIT_COLUMN)) for columns, texts in _member_rows(lines)]
    return list(dict.fromkeys(name for name in named if name))


_Columns = dict[re.Pattern[str], int]


def _member_rows(lines: Sequence[Line]) -> Iterator[tuple[_Columns, list[str]]]:
    """Give the rows of the table of members, with the place of each column."""
    columns: _Columns = {}
    for line in lines:
        texts = [line.text[begin:end].strip(" 　*") for begin, end in line.cells]
        heads = _columns(texts)
        if heads:
            columns = heads
        elif columns and (not texts or texts[0].endswith(("：", ":"))):
            return
        elif columns:
            yield columns, texts


def _columns(texts: Sequence[str]) -> _Columns:
    patterns = (_NAME_COLUMN, _JOB_COLUMN, _UNIT_COLUMN)
    found = {p: i for p in patterns for i, text in enumerate(texts) if p.fullmatch(text)}
    return found if _NAME_COLUMN in found and len(found) > 1 else {}


def _cell(texts: Sequence[str], column: int | None) -> str | None:
    return texts[column] if column is not None and column < len(texts) else None


def _tokens(value: str) -> list[str]:
    is_english = re.search(r"[A-Za-z]{3}[^;\n]*[,;]", value) and not re.search(r"[\u3400-\u9fff]{2}", value)
    if value.isascii() or is_english:
        parts = re.split(r"[;\n]|,?\s+and\b(?= [A-Z])|, (?=(?:Mr|Mrs|Ms|Dr|Prof|Cllr|Councillor)\b)", value)
        if len(parts) == 1 and "(" in value:
            parts = re.split(r",(?![^(]*\))", value)
    else:
        parts = _BETWEEN.split(value)
    return [kept for part in parts if (kept := part.strip(" 　。*_-•·"))]


def _people_in(token: str) -> list[Person]:
    """Read one token of a list: mostly one person, at times names set apart by strokes only."""
    token = _UNIT_BEFORE.sub("", token)
    token = _PART.sub("", _ROLE_BEHIND.sub("", _COUNTED.sub("", token).strip()))
    brackets = _IN_BRACKETS.fullmatch(token)
    if brackets and _UNIT_IN_BRACKETS.fullmatch(brackets["job"]) and _has_job(brackets["name"]):
        return _people_in(brackets["name"])
    if brackets:
        job = _APART.split(re.split("[、，,]", brackets["job"])[-1].strip())[-1]
        return [Person(_name(brackets["name"]), brackets["job"].strip() if job.isascii() else _title(job))]
    if not token or _GROUPS.search(token):
        return []
    if re.match(r"[A-Za-z]", token):
        name, *job = re.split(r",|:| [-–—] ", token, maxsplit=1)
        return [Person(_HONORIFIC.sub("", name.strip()), "".join(job).strip(" ,") or None)]
    pieces = _APART.split(token)
    if len(pieces) > 1 and all(len(piece) == 1 for piece in pieces):
        pieces = ["".join(pieces)]
    if len(pieces) > 1:
        return _of_pieces(pieces)
    person = _run_together(pieces[0])
    return [person] if person else []


class _Kind(Enum):
    UNIT = "unit"
    JOB = "job"
    NAME = "name"
    TOGETHER = "name and job, or unit and job"
    UNKNOWN = "unknown"


def _of_pieces(pieces: Sequence[str]) -> list[Person]:
    """Tell names, jobs and units apart when blanks or strokes stand between them."""
    kinds = [(piece, _kind_of(piece)) for piece in pieces]
    names = [piece for piece, kind in kinds if kind is _Kind.NAME]
    together = [piece for piece, kind in kinds if kind is _Kind.TOGETHER]
    jobs = [piece for piece, kind in kinds if kind is _Kind.JOB or (names and kind is _Kind.TOGETHER)]
    if not names and together:
        return [person for piece in together if (person := _run_together(piece))]
    if len(names) == len(jobs):
        return [Person(name, _title(job)) for name, job in zip(names, jobs, strict=True)]
    if not jobs:
        return [Person(name, None) for name in names] if _all_surnamed(names) else _by_surname(pieces)
    surnamed = [name for name in names if surname_length(name)]
    apart = "".join(piece for piece in pieces if len(piece) == 1)
    name = (surnamed or names or [apart])[-1]
    return [Person(name, _title(jobs[0]))] if len(name) > 1 else []


def _kind_of(piece: str) -> _Kind:
    job = job_in(piece)
    if _ENDS_IN_UNIT.search(piece) and not (job and job.end() == len(piece)):
        return _Kind.UNIT
    if job and job.end() == len(piece):
        before = piece[: job.start()]
        is_name = 2 <= len(before) <= _LONGEST_NAME and not _UNIT_END.search(before)
        return _Kind.TOGETHER if is_name else _Kind.JOB
    if 2 <= len(piece) <= _LONGEST_NAME:
        is_job = not surname_length(piece) and _JOB_BY_ENDING.fullmatch(piece)
        return _Kind.JOB if is_job else _Kind.NAME
    return _Kind.JOB if _JOB_BY_ENDING.fullmatch(piece) else _Kind.UNKNOWN


def _all_surnamed(names: Sequence[str]) -> bool:
    return len(names) > 1 and all(surname_length(name) for name in names)


def _title(piece: str) -> str:
    """Return a job title without the unit before it; a word that belongs to the title stays (機要秘書)."""
    found = job_in(piece)
    if found is None or found.end() < len(piece):
        return found[0] if found else piece
    units = list(_UNIT_END.finditer(piece[: found.start()]))
    return piece[units[-1].end() :] if units else piece


def _has_job(text: str) -> bool:
    job = job_in(text)
    return job is not None and bool(text[: job.start()].strip())


def _run_together(token: str) -> Person | None:
    job = job_in(token)
    if job and (named := _before_unit(token, job.start())):
        return Person(named, _title(token[len(named) :]))
    if job is None:
        return Person(token, None) if 2 <= len(token) <= _LONGEST_NAME else _with_unknown_job(token)
    before, after = token[: job.start()].strip(" ：:"), token[job.end() :].strip(" ：:")
    if after and not _UNIT_END.search(after[-1:]):
        return Person(_name(after), job[0])
    return Person(_name(before), job[0]) if before else None


def _before_unit(token: str, end: int) -> str | None:
    """Return the name at the start of 樊雨晴典藏組組長: a surname, and a unit between name and job title."""
    length = surname_length(token)
    if not length or not _UNIT_END.search(token[end - 1 : end]):
        return None
    name = token[: length + 2]
    return name if len(token[len(name) : end]) >= _SHORTEST_UNIT else None


def _with_unknown_job(token: str) -> Person | None:
    """Part a name from a job title that no list holds: 賁書瑋樹藝師, by its surname and by how the title ends."""
    behind = next((token[-n:] for n in (3, 4, 2) if surname_length(token[-n:]) == (2 if n == 4 else 1)), None)
    if behind and _JOB_BY_ENDING.fullmatch(token[: -len(behind)][-6:]):
        return Person(behind, token[: -len(behind)])
    length = surname_length(token)
    if not length or not _JOB_BY_ENDING.fullmatch(token[length + 1 :][-6:]):
        return None
    name = token[: length + 2]
    return Person(name, token[len(name) :])


def _by_surname(pieces: Sequence[str]) -> list[Person]:
    """Tell name and unknown job title apart by the surname; a name stands first otherwise."""
    named = [i for i, p in enumerate(pieces) if 2 <= len(p) <= _LONGEST_NAME and surname_length(p)]
    at = named[-1] if named else 0
    return [Person(pieces[at], pieces[at + 1] if at + 1 < len(pieces) else pieces[at - 1])]


def _joined_name(text: str) -> str:
    return text if re.search("[A-Za-z]", text) else re.sub(r"[\s　]", "", text)


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
