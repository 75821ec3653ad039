"""The lines of a cover as fields and values: "key：value", two cells, a key set apart by a wide gap."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tracker.extraction.cover.delegation import ends_in_job, names_people
from tracker.extraction.cover.fields import Field, field_of
from tracker.extraction.cover.periods import days_in
from tracker.extraction.outline.headings import known_heading, plain_title
from tracker.extraction.outline.labels import label_of
from tracker.extraction.passage import Line
from tracker.extraction.registry import rule

_BODY_CHARACTERS = 150
_LONGEST_VALUE = 80
_LONGEST_REST = 4
# No cover says more on one line; its lists are parted by patterns that look ahead to the end of the value.
_LONGEST_LINE = 2_000
_PAIR = re.compile(
    r"(?:\*\*|__)?(?P<key>[^：:|｜\t\n]{2,28}?)(?:\*\*|__)?\s?[：:｜](?:\*\*|__)?[ \t　]*(?P<value>.*)$"
)
_BOXED_PAIR = re.compile(r"[【〔［\[](?P<key>[^】〕］\]\n]{2,14})[】〕］\]][ \t　]*(?P<value>\S.*)$")
_GAP_PAIR = re.compile(r"(?P<key>[\u3400-\u9fff（）/／、]{2,14}?)(?:[　 ]+|\s[-–—]\s)(?P<value>\S.*)$")
_KEY_ALONE = re.compile(r"[\u3400-\u9fff／/、（）]{3,14}|[A-Z][a-z]+(?: [a-z]+){0,2}")
_WIDE = re.compile(r"　+|\s{2,}|(?<=[\u3400-\u9fff）)])[ ，；;](?=[\u3400-\u9fff]{2,8}[：:])")
_MARKUP = "*_ 　|"
_KEY = re.compile(r"[a-z_]{2,20}: ?\S|-{3}$")
# A key that no rule knows still ends the value above it.
_NOUN_KEY = re.compile(
    r"[\u3400-\u9fff、]{0,14}(?:類別|類型|名稱|日期|期間|時間|地點|地區|國家|機關|單位|人員|姓名|職稱|編號|窗口|電話|頁數|文號)\s?[：:]"
)
_AGENCY_END = re.compile(r"(?:政府|局|處|所|館|院|會|公司|中心|大學|學校|部|署|室)$")


@dataclass(frozen=True)
class Entry:
    """A field of the cover with its value, which may run over several lines."""

    field: Field
    value: str


def entries(lines: Sequence[Line]) -> Iterator[Entry]:
    """Read the fields up to the body; a value goes on over lines that name no field."""
    open_field: Field | None = None
    value: list[str] = []
    for line in lines:
        pairs = pairs_in(line)
        if not pairs and open_field is Field.PEOPLE and value and torn_job(value[-1], line):
            value[-1] += line.text
            continue
        if not pairs and open_field and goes_on(line, open_field, value):
            value.append(line.text)
            continue
        if open_field and value:
            yield Entry(open_field, "\n".join(value))
        open_field, value = None, []
        for field, text in pairs:
            if open_field and value:
                yield Entry(open_field, "\n".join(value))
            open_field, value = field, [text] if text else []
        if not pairs and len(line.text) > _BODY_CHARACTERS:
            return
    if open_field and value:
        yield Entry(open_field, "\n".join(value))


@rule
def pairs_in(line: Line) -> list[tuple[Field, str]]:
    """The fields that a line names, each with its value on the same line.

    >>> pairs_in(Line(0, "姓名：鄢若谷　職稱：股長"))
    [(<Field.PEOPLE: 'people'>, '鄢若谷'), (<Field.JOB: 'job'>, '股長')]
    >>> pairs_in(Line(0, "服務機關　銀杏市政府")), pairs_in(Line(0, "出國人員"))
    ([(<Field.AGENCY: 'agency'>, '銀杏市政府')], [(<Field.PEOPLE: 'people'>, '')])
    """
    if line.is_row:
        return _pairs_in_cells(line)
    text = line.text[:_LONGEST_LINE]
    label = label_of(text)
    if label and label.length < len(text):
        text = text[label.length :]
    pieces = [piece for piece in _WIDE.split(text) if piece]
    several = [pair for piece in pieces if (pair := _colon_pair(piece))]
    if len(several) > 1:
        return several
    pair = _colon_pair(text) or _gap_pair(text) or _key_alone(text)
    return [pair] if pair else []


def _colon_pair(text: str) -> tuple[Field, str] | None:
    match = _PAIR.match(text) or _BOXED_PAIR.match(text)
    return _field_and_value(match["key"], match["value"]) if match else None


def _gap_pair(text: str) -> tuple[Field, str] | None:
    match = _GAP_PAIR.match(text)
    return _field_and_value(match["key"], match["value"]) if match else None


def _key_alone(text: str) -> tuple[Field, str] | None:
    return _field_and_value(text, "") if _KEY_ALONE.fullmatch(text) else None


def _pairs_in_cells(line: Line) -> list[tuple[Field, str]]:
    """Read a row as key, value, key, value; a row in which two keys stand together heads a table."""
    texts = [line.text[begin:end].strip(_MARKUP) for begin, end in line.cells]
    keys = [_key_field(text.rstrip("：:")) is not None for text in texts]
    if len(texts) % 2 or any(keys[1::2]):
        return []
    found = (_field_and_value(key, value) for key, value in zip(texts[::2], texts[1::2], strict=True))
    return [pair for pair in found if pair and pair[1]]


def _field_and_value(key: str, value: str) -> tuple[Field, str] | None:
    field = _key_field(key)
    if field is None:
        return None
    value = value.strip(_MARKUP)
    is_range = field is Field.REPORT_DATE and len(days_in(value)) > 1
    return Field.PERIOD if is_range else field, value


def _key_field(key: str) -> Field | None:
    key = re.sub(r"[\s　*_]+", " " if key.isascii() else "", key).strip("() （）【】:：")
    return field_of(key)


@rule
def torn_job(value: str, line: Line) -> bool:
    """A job title that the width of the page tore in two.

    >>> torn_job("鄢若谷股長、樊雨晴約聘工程", Line(20, "師")), torn_job("鄢若谷股長", Line(20, "樊雨晴技士"))
    (True, False)
    """
    last = re.split("[、，；]", value)[-1]
    return (
        not line.gap
        and len(line.text) <= _LONGEST_REST
        and names_people(last + line.text)
        and (not ends_in_job(last) and ends_in_job(last + line.text) and not names_people(line.text))
    )


@rule
def goes_on(line: Line, field: Field, value: Sequence[str]) -> bool:
    """A line without a key that belongs to the value above it: more members, another agency, the rest of a title.

    >>> goes_on(Line(9, "樊雨晴（技士）"), Field.PEOPLE, ["鄢若谷（股長）"])
    True
    >>> goes_on(Line(9, "本次考察由本局派員前往。"), Field.PEOPLE, ["鄢若谷（股長）"])
    False
    >>> goes_on(Line(9, "承辦窗口：秘書室"), Field.TITLE, ["赴德國考察都市樹木"])
    False
    """
    text = line.text
    if label_of(text) and field is not Field.PEOPLE:
        return False
    if line.is_row or text.startswith("#") or len(text) > _LONGEST_VALUE or text.endswith("。"):
        return False
    if known_heading(plain_title(text)) or _KEY.match(text) or _NOUN_KEY.match(text):
        return False
    if field is Field.PEOPLE and value:
        return names_people(text) or ("," in text and text.isascii() and not line.gap)
    if field is Field.AGENCY and value:
        return not line.gap and _AGENCY_END.search(text) is not None
    return not value or (field is Field.TITLE and not line.gap and not value[-1].endswith(("報告", "報告書")))
