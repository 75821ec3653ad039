"""Steps at the review desk for the tests of its rooms: a report with three drafts, and who takes which step."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from tests.factories.city import THEMES, City
from tracker.access import Act
from tracker.foundation.database import Session
from tracker.reports import queries
from tracker.reports.drafting import Proposals
from tracker.reports.models import Draft
from tracker.reports.spanning import merge_drafts, split_draft

T = TypeVar("T")
PROPOSALS = Proposals(THEMES, 180)
LONG = "請教育局於115年12月底前辦理互訪。並由交通局於115年6月底前協助接駁。"
SECOND = LONG.index("並由")
QUOTES = (LONG, "建請交通局改善候車亭照明。", "照明應採感應式燈具。")
DESK = ("coordinator", "second_coordinator")


def drafts_of(session: Session, report_id: int) -> Sequence[Draft]:
    """Return a report's drafts in the order of the text."""
    return queries.list_drafts(session, report_id)


def attempt(
    city: City,
    report_id: int,
    step: Callable[[Session, Act, Sequence[Draft]], T],
    key: str = "coordinator",
) -> T:
    """Take a step with the drafts of a report, as a person of the city."""
    with city.database.transaction() as session:
        return step(session, city.act(key, session), drafts_of(session, report_id))


def quotes_of(city: City, report_id: int) -> list[str]:
    """Return what the drafts of a report quote."""
    with city.database.reading() as session:
        act = city.act("coordinator", session)
        text = queries.get_report(session, act.by, report_id, with_text=True).text
        return [text[draft.start : draft.end] for draft in drafts_of(session, report_id)]


def split_first(session: Session, act: Act, drafts: Sequence[Draft]) -> Sequence[Draft]:
    """Cut the first draft at its second sentence."""
    place = drafts[0].start + SECOND
    return split_draft(session, act, drafts[0].id, [place], PROPOSALS, drafts[0].version)


def merge_last(session: Session, act: Act, drafts: Sequence[Draft]) -> Draft:
    """Join the second and the third draft."""
    shown = {each.id: each.version for each in drafts[1:3]}
    return merge_drafts(session, act, drafts[0].report_id, shown)
