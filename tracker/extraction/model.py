"""What extraction finds, as plain values, and the JSON shape in which they travel.

Nothing here is decided: a candidate is a proposal that a person accepts, edits or rejects.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Person:
    """A member of the delegation, with the job title where the cover gives one."""

    name: str
    title: str | None = None


@dataclass(frozen=True)
class Metadata:
    """What the cover says; empty or None where it is silent."""

    title: str | None = None
    agencies: tuple[str, ...] = ()
    people: tuple[Person, ...] = ()
    destinations: tuple[str, ...] = ()
    trip_start: dt.date | None = None
    trip_end: dt.date | None = None
    report_date: dt.date | None = None
    category: str | None = None


@dataclass(frozen=True)
class DueHint:
    """A due date in the report's words; `date` is the last day of a named period, None where none is named."""

    text: str
    date: dt.date | None = None


@dataclass(frozen=True)
class Candidate:
    """A passage that may be a recommendation; `text` is exactly the document's text from start to end.

    `page` counts from 1, `confidence` runs from 0 to 1, `why` names the rules that spoke for it.
    """

    start: int
    end: int
    text: str
    page: int | None = None
    category: str | None = None
    owner_hint: str | None = None
    due_hint: DueHint | None = None
    confidence: float = 0.5
    why: tuple[str, ...] = ()


@dataclass(frozen=True)
class Extraction:
    """Everything found in one report; `possible` holds what a careful reader could also take as one."""

    metadata: Metadata
    recommendations: tuple[Candidate, ...] = ()
    possible: tuple[Candidate, ...] = ()


@dataclass(frozen=True)
class ReadReport:
    """A report that was read: its plain text, where its pages start, and what was found in it.

    `scanned` are the numbers of pages that are pictures, of which nothing could be read.
    """

    document_text: str
    kind: str
    page_starts: tuple[int, ...] | None
    extraction: Extraction
    scanned: tuple[int, ...] = ()


class ReadAndExtract(Protocol):
    """Reads an untrusted file and extracts from it, without harm to the caller."""

    def read(self, name: str, data: bytes) -> ReadReport:
        """Return what the file holds; raise a member of the ReportUnreadable family."""
        ...


def to_json(extraction: Extraction) -> dict[str, Any]:
    """Return the extraction as plain JSON values, dates in ISO form."""
    return {
        "metadata": _metadata_to_json(extraction.metadata),
        "recommendations": [_candidate_to_json(c) for c in extraction.recommendations],
        "possible": [_candidate_to_json(c) for c in extraction.possible],
    }


def from_json(values: Mapping[str, Any]) -> Extraction:
    """Build an extraction from its JSON values; raise KeyError, TypeError or ValueError for another shape."""
    return Extraction(
        metadata=_metadata_from_json(values["metadata"]),
        recommendations=_candidates_from_json(values["recommendations"]),
        possible=_candidates_from_json(values["possible"]),
    )


def _metadata_to_json(metadata: Metadata) -> dict[str, Any]:
    return {
        "title": metadata.title,
        "agencies": list(metadata.agencies),
        "people": [{"name": p.name, "title": p.title} for p in metadata.people],
        "destinations": list(metadata.destinations),
        "trip_start": _iso(metadata.trip_start),
        "trip_end": _iso(metadata.trip_end),
        "report_date": _iso(metadata.report_date),
        "category": metadata.category,
    }


def _metadata_from_json(values: Mapping[str, Any]) -> Metadata:
    return Metadata(
        title=values["title"],
        agencies=tuple(values["agencies"]),
        people=tuple(Person(p["name"], p["title"]) for p in values["people"]),
        destinations=tuple(values["destinations"]),
        trip_start=_day(values["trip_start"]),
        trip_end=_day(values["trip_end"]),
        report_date=_day(values["report_date"]),
        category=values["category"],
    )


def _candidate_to_json(candidate: Candidate) -> dict[str, Any]:
    due = candidate.due_hint
    return {
        "start": candidate.start,
        "end": candidate.end,
        "text": candidate.text,
        "page": candidate.page,
        "category": candidate.category,
        "owner_hint": candidate.owner_hint,
        "due_hint": {"text": due.text, "date": _iso(due.date)} if due else None,
        "confidence": candidate.confidence,
        "why": list(candidate.why),
    }


def _candidates_from_json(rows: Sequence[Mapping[str, Any]]) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            start=int(row["start"]),
            end=int(row["end"]),
            text=row["text"],
            page=row["page"],
            category=row["category"],
            owner_hint=row["owner_hint"],
            due_hint=DueHint(row["due_hint"]["text"], _day(row["due_hint"]["date"]))
            if row["due_hint"]
            else None,
            confidence=float(row["confidence"]),
            why=tuple(row["why"]),
        )
        for row in rows
    )


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
