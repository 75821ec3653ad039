"""The states of a draft on the review desk, of a report, and what a report's number looks like."""

from datetime import date
from enum import StrEnum

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


def is_verbatim(source: str, start: int, end: int, quote: str) -> bool:
    """Tell whether a quote is exactly what stands at its place in the source; offsets are code points."""
    return 0 <= start < end <= len(source) and source[start:end] == quote
