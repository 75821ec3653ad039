"""The states of a draft on the review desk, of a report, and what a report's number looks like."""

import re
from datetime import date
from enum import StrEnum
from typing import Final

from tracker.foundation.roc import EPOCH


class DraftKind(StrEnum):
    """Where a draft comes from."""

    RECOMMENDATION = "recommendation"
    POSSIBLE = "possible"
    MANUAL = "manual"


class DraftState(StrEnum):
    """How far a draft has come on the desk."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CONFIRMED = "confirmed"
    MATCHED = "matched"
    """It says what a known recommendation says, and a person made it a further source of that one."""
    GONE = "gone"
    """It became part of another one, or its making was taken back; it is kept for undoing, and shown nowhere."""


SETTLED: Final = frozenset({DraftState.CONFIRMED, DraftState.MATCHED})
"""What became of drafts in these states is no longer the desk's to change."""
HOLDS_ITS_WORDS: Final = frozenset({DraftState.WAITING, DraftState.ACCEPTED}) | SETTLED
"""Drafts in these states never share words with each other."""


class ReportState(StrEnum):
    """How far a report has come."""

    IN_REVIEW = "in_review"
    REVIEWED = "reviewed"


class Confidentiality(StrEnum):
    """Who may read a report; 密 is refused at import and so is no value here."""

    PUBLIC = "public"
    RESTRICTED = "restricted"


def report_number(day: date, agency_code: str, sequence: int) -> str:
    """Return a report's number: ROC year, agency, three digits; `108-TPE-003`."""
    return f"{day.year - EPOCH}-{agency_code}-{sequence:03d}"


def item_number(report_no: str, sequence: int) -> str:
    """Return an action item's number: the report's and two digits; `108-TPE-003-02`."""
    return f"{report_no}-{sequence:02d}"


def number_of_item(item_no: str) -> int:
    """Return the last part of an action item's number, counted within its report."""
    return int(item_no.rpartition("-")[2])


_TITLE_LENGTH = 40
_SECRET = re.compile(r"(?:機密等級|密等|保密等級)\s*[:：]\s*(?:絕對機密|極機密|機密|密)(?!等)")
_COVER_LENGTH = 3000


def short_title(quote: str) -> str:
    """Return a first title for an item: the quote's opening words, on one line, without a leading request verb."""
    line = re.sub(r"\s+", " " if quote.isascii() else "", quote).strip("*・•- ")
    line = re.sub(r"^(?:爰|故|因此|另|此外)?[，,]?(?:建請|建議|請|擬請|擬)", "", line)
    sentence = re.split(r"[。；;]", line, maxsplit=1)[0].strip("，,、 ")
    return sentence if len(sentence) <= _TITLE_LENGTH else sentence[: _TITLE_LENGTH - 1] + "…"


def is_marked_secret(text: str) -> bool:
    """Tell whether a report's cover marks it 密 or higher; such a report must not be stored here."""
    return bool(_SECRET.search(text[:_COVER_LENGTH]))
