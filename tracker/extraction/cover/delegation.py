"""Who travelled: names and job titles, apart or run together with the unit (新聞處黃小明專門委員)."""

import re
from collections.abc import Iterator, Sequence

from tracker.extraction.model import Person
from tracker.extraction.passage import Line
from tracker.extraction.registry import rule

_JOB = re.compile(
    r"(?:代理|約聘|約僱|助理|高級|首席|資深|簡任|薦任|委任|候用|專案|執行|常務|政務|主任|"
    r"第[一二]|一級|二級|特約|榮譽|兼任?|副|總|正|幫|前)*"
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
    r"發言人|召集人|負責人|代表|研究生)"
)
_UNIT_END = re.compile(
    r"(?:局|處|科|室|隊|會|所|館|院|府|中心|課|組|署|部|司|廳|站|廠|公司|大學|學校|國小|國中|高中|公所|團|股)"
)
_SURNAMES = frozenset(
    "陳林黃張李王吳劉蔡楊許鄭謝郭洪曾邱廖賴周徐蘇葉莊呂江何蕭羅高簡朱鍾施游詹沈彭胡余盧潘顏梁趙柯翁魏方孫"
    "張戴范宋鄧杜侯曹薛傅丁溫紀蔣歐藍連唐馬董石卓程姚古馮湯姜田康白汪鄒巫尤鐘塗涂龔嚴韓黎阮袁童陸金錢夏柳邵"
)
_NAME_COLUMN = re.compile(r"姓\s*名|出國人員|name|member", re.IGNORECASE)
_JOB_COLUMN = re.compile(r"職\s*[稱務別]|title|position|role|post", re.IGNORECASE)
_JOB_BRACKETS = re.compile(r"(?P<name>[^(（]{2,40}?)\s*[(（](?P<job>[^)）]{1,40})[)）]")


def job_in(text: str) -> re.Match[str] | None:
    """Find the job title in a token: the last one, for units may carry such words too."""
    matches = list(_JOB.finditer(text))
    return matches[-1] if matches else None


def people(values: Sequence[str], jobs: Sequence[str]) -> Iterator[Person]:
    """Read the first list of names; job titles may stand in a list of their own."""
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


@rule
def members(lines: Sequence[Line]) -> list[Person]:
    r"""The members of the delegation in a table with a column of names.

    >>> head, row = "姓名\t職稱", "鄢若谷\t股長"
    >>> members([Line(0, head, cells=((0, 2), (3, 5))), Line(6, row, cells=((0, 3), (4, 6)))])
    [Person(name='鄢若谷', title='股長')]
    """
    found: list[Person] = []
    columns: tuple[int, int | None] | None = None
    for line in lines:
        texts = [line.text[begin:end].strip(" 　*") for begin, end in line.cells]
        heads = _member_columns(texts)
        if heads:
            columns = heads
        elif columns is None:
            continue
        elif not texts:
            break
        else:
            found += _member(texts, *columns)
    return found


def _member_columns(texts: Sequence[str]) -> tuple[int, int | None] | None:
    name = next((i for i, text in enumerate(texts) if _NAME_COLUMN.fullmatch(text)), None)
    job = next((i for i, text in enumerate(texts) if _JOB_COLUMN.fullmatch(text)), None)
    return (name, job) if name is not None and len(texts) > 1 else None


def _member(texts: Sequence[str], name: int, job: int | None) -> list[Person]:
    if name >= len(texts) or not texts[name]:
        return []
    if job is None or job >= len(texts):
        person = _person(texts[name])
        return [person] if person else []
    title = job_in(texts[job])
    return [
        Person(
            texts[name].replace(" ", ""),
            title[0] if title and not texts[job].isascii() else texts[job] or None,
        )
    ]


def _tokens(value: str) -> list[str]:
    if value.isascii() or (
        re.search(r"[A-Za-z]{3,}[^;\n]*[,;]", value) and not re.search(r"[\u3400-\u9fff]{2}", value)
    ):
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
        inner = job_in(brackets["job"])
        return Person(_name(brackets["name"]), inner[0] if inner else brackets["job"].strip())
    if re.search(r"\b(?:team|office|unit|group|department)$", token, re.IGNORECASE):
        return None
    if re.match(r"[A-Za-z]", token):
        name, _, job = token.partition(",")
        return Person(name.strip(), job.strip() or None)
    return _chinese_person(token)


def _chinese_person(token: str) -> Person | None:
    pieces = token.split()
    job = job_in(token)
    if job is None:
        if len(pieces) > 1:
            return _by_surname(pieces)
        return Person(token.replace(" ", ""), None) if 2 <= len(token.replace(" ", "")) <= 4 else None
    before, after = token[: job.start()].strip(), token[job.end() :].strip()
    if after and not _UNIT_END.search(after[-1:]):
        return Person(_name(after), job[0])
    return Person(_name(before), job[0]) if before else None


def _by_surname(pieces: Sequence[str]) -> Person:
    """Tell name and unknown job title apart by the surname; a name stands first otherwise."""
    named = [i for i, p in enumerate(pieces) if 2 <= len(p) <= 4 and p[0] in _SURNAMES]
    at = named[-1] if named else 0
    job = pieces[at + 1] if at + 1 < len(pieces) else pieces[at - 1]
    return Person(pieces[at], job)


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
