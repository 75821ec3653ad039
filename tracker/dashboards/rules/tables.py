"""The tables to hand up as data: which there are, and how a city wants their columns, read and checked."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from tracker.foundation.documents import Format
from tracker.foundation.errors import Misconfigured
from tracker.foundation.language import SOURCE_LANGUAGE


class Table(StrEnum):
    """A table to hand up; the value names its section in tables.toml."""

    ADOPTION = "adoption"
    RECOMMENDATIONS = "recommendations"
    ITEMS = "items"
    COUNTS = "counts"
    OVERDUE = "overdue"
    LONG_OPEN = "long_open"
    COUNCIL = "council"


class Subject(StrEnum):
    """What one row of a table is about; a recommendation has a row for each of its items, or one without any."""

    ITEM = "item"
    RECOMMENDATION = "recommendation"
    DEPARTMENT = "department"


SUBJECTS: Final[Mapping[Table, Subject]] = {
    Table.ADOPTION: Subject.RECOMMENDATION,
    Table.RECOMMENDATIONS: Subject.RECOMMENDATION,
    Table.ITEMS: Subject.ITEM,
    Table.COUNTS: Subject.DEPARTMENT,
    Table.OVERDUE: Subject.ITEM,
    Table.LONG_OPEN: Subject.ITEM,
    Table.COUNCIL: Subject.ITEM,
}
WIDTHS: Final = (0.5, 20.0)


@dataclass(frozen=True)
class Column:
    """A column: the field it shows, its width in centimetres, and the city's names for it, empty for the usual one."""

    field: str
    width: float
    heading: str = ""
    english: str = ""

    def named(self, language: str) -> str:
        """Return the city's name for the column in a language; empty when the usual one is meant."""
        return self.heading if language == SOURCE_LANGUAGE else self.english


@dataclass(frozen=True)
class Layout:
    """How a city wants a table."""

    title: str
    english: str
    formats: tuple[Format, ...]
    columns: tuple[Column, ...]

    def titled(self, language: str) -> str:
        """Return the title in a language; where none was given in English, the city's own."""
        return self.title if language == SOURCE_LANGUAGE else self.english or self.title


def read_layouts(
    written: Mapping[str, Any], fields: Mapping[Subject, Collection[str]], source: str
) -> Mapping[Table, Layout]:
    """Return the layouts that a file describes; raises Misconfigured, which names the place in the file."""
    layouts = {}
    for name, described in written.items():
        if name not in set(Table):
            raise Misconfigured(detail=f"{source}: [{name}]")
        table = Table(name)
        layouts[table] = _layout(described, fields[SUBJECTS[table]], f"{source}: {name}")
    return layouts


def _layout(described: Any, fields: Collection[str], place: str) -> Layout:
    known = {"title", "english", "formats", "columns"}
    if not isinstance(described, Mapping) or not described.keys() <= known:
        raise Misconfigured(detail=f"{place} = {described!r}")
    formats, columns = described.get("formats"), described.get("columns")
    if not isinstance(formats, list) or not formats or not set(formats) <= set(Format):
        raise Misconfigured(detail=f"{place}.formats = {formats!r}")
    if not isinstance(columns, list) or not columns:
        raise Misconfigured(detail=f"{place}.columns = {columns!r}")
    return Layout(
        _words(described, "title", place, needed=True),
        _words(described, "english", place),
        tuple(Format(each) for each in formats),
        tuple(_column(each, fields, f"{place}.columns[{number}]") for number, each in enumerate(columns)),
    )


def _column(described: Any, fields: Collection[str], place: str) -> Column:
    known = {"field", "width", "heading", "english"}
    if not isinstance(described, Mapping) or not described.keys() <= known:
        raise Misconfigured(detail=f"{place} = {described!r}")
    field, width = described.get("field"), described.get("width")
    if not isinstance(field, str) or field not in fields:
        raise Misconfigured(detail=f"{place}.field = {field!r}")
    is_number = isinstance(width, int | float) and not isinstance(width, bool)
    if not is_number or not WIDTHS[0] <= float(str(width)) <= WIDTHS[1]:
        raise Misconfigured(detail=f"{place}.width = {width!r}")
    return Column(
        field, float(str(width)), _words(described, "heading", place), _words(described, "english", place)
    )


def _words(described: Mapping[str, Any], key: str, place: str, *, needed: bool = False) -> str:
    words = described.get(key, "")
    if not isinstance(words, str) or (needed and not words.strip()):
        raise Misconfigured(detail=f"{place}.{key} = {words!r}")
    return words.strip()
