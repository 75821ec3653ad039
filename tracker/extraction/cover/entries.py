"""The lines of a cover as fields and values: "key：value", two cells, a key set apart by a wide gap."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tracker.extraction.cover.delegation import job_in
from tracker.extraction.cover.fields import Field, field_of
from tracker.extraction.cover.periods import days_in
from tracker.extraction.outline.headings import known_heading, plain_title
from tracker.extraction.outline.labels import label_of
from tracker.extraction.passage import Line
from tracker.extraction.registry import rule

_BODY_CHARACTERS = 150
_LONGEST_VALUE = 80
_PAIR = re.compile(
    r"(?:\*\*|__)?(?P<key>[^：:|\t\n]{2,28}?)(?:\*\*|__)?\s?[：:](?:\*\*|__)?[ \t　]*(?P<value>.*)$"
)
_GAP_PAIR = re.compile(r"(?P<key>[\u3400-\u9fff（）/／、]{2,14}?)(?:　| {2,})[ 　]*(?P<value>\S.*)$")
_MARKUP = "*_ 　|"
_KEY = re.compile(r"[a-z_]{2,20}: ?\S|-{3}$")
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
        pair = pair_in(line)
        if pair is None and open_field and goes_on(line, open_field, value):
            value.append(line.text)
            continue
        if open_field and value:
            yield Entry(open_field, "\n".join(value))
        open_field, value = None, []
        if pair:
            open_field, text = pair
            value = [text] if text else []
        elif len(line.text) > _BODY_CHARACTERS:
            return
    if open_field and value:
        yield Entry(open_field, "\n".join(value))


def pair_in(line: Line) -> tuple[Field, str] | None:
    """Return the field that a line names and its value on the same line, None for another line."""
    if line.is_row:
        return _pair_in_cells(line)
    text = line.text
    label = label_of(text)
    if label and label.length < len(text):
        text = text[label.length :]
    match = _PAIR.match(text)
    found = _field_and_value(match["key"], match["value"]) if match else None
    if found:
        return found
    gap = _GAP_PAIR.match(text)
    return _field_and_value(gap["key"], gap["value"]) if gap else None


def _pair_in_cells(line: Line) -> tuple[Field, str] | None:
    texts = [line.text[begin:end].strip(_MARKUP) for begin, end in line.cells]
    if len(texts) != 2 or not texts[1] or _key_field(texts[1]):
        return None
    return _field_and_value(texts[0].rstrip("：:"), texts[1])


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
def goes_on(line: Line, field: Field, value: Sequence[str]) -> bool:
    """A line without a key that belongs to the value above it: more members, another agency, the rest of a title.

    >>> goes_on(Line(9, "樊雨晴（技士）"), Field.PEOPLE, ["鄢若谷（股長）"])
    True
    >>> goes_on(Line(9, "本次考察由本局派員前往。"), Field.PEOPLE, ["鄢若谷（股長）"])
    False
    """
    text = line.text
    if label_of(text) and field is not Field.PEOPLE:
        return False
    if line.is_row or text.startswith("#") or len(text) > _LONGEST_VALUE or text.endswith("。"):
        return False
    if known_heading(plain_title(text)) or _KEY.match(text):
        return False
    if field is Field.PEOPLE and value:
        return job_in(text) is not None or ("," in text and text.isascii() and not line.gap)
    if field is Field.AGENCY and value:
        return not line.gap and _AGENCY_END.search(text) is not None
    return not value or (field is Field.TITLE and not line.gap and not value[-1].endswith(("報告", "報告書")))
