"""Lets second editions of the samples come in after all the first ones, and counts what became of every recommendation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from tests.factories.city import City
from tests.support import editions as story
from tests.support.edition_samples import SecondEdition, sample, second_edition
from tracker.access import Act
from tracker.actions.models import ActionItem
from tracker.extraction import extract
from tracker.extraction.model import ReadReport
from tracker.foundation.database import Session
from tracker.foundation.filing import describe
from tracker.reading import readers
from tracker.reading.document import ReadingLimits
from tracker.reports import comparing, editions, queries
from tracker.reports.comparing import Comparison
from tracker.reports.confirming import confirm
from tracker.reports.editions import propose_edition
from tracker.reports.events import ReportImported
from tracker.reports.models import Recommendation
from tracker.reports.reviewing import accept_draft
from tracker.reports.rules.drafts import DraftState
from tracker.reports.rules.editions import Verdict
from tracker.reports.rules.wording import says_the_same
from tracker.reports.service import import_report


@dataclass
class Tally:
    """What was intended, what came out as intended, and what did not."""

    reports: int = 0
    recognised: int = 0
    intended: dict[str, int] = field(default_factory=dict)
    matched: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    decided: int = 0
    lost: int = 0

    def note(self, kind: str, said: str, *, as_intended: bool) -> None:
        """Count one recommendation."""
        self.intended[kind] = self.intended.get(kind, 0) + 1
        self.matched[kind] = self.matched.get(kind, 0) + as_intended
        if not as_intended:
            self.wrong.append(f"{kind}: {said}")

    @property
    def share(self) -> float:
        """Return which part of all recommendations came out as intended."""
        return sum(self.matched.values()) / sum(self.intended.values())


def prove(city: City, reports: int) -> Tally:
    """Bring in so many samples, confirm them, bring in their second editions, and decide to the end."""
    tally = Tally(reports=reports)
    firsts = []
    for number in range(reports):
        firsts.append(_bring(city, f"{number}.txt", sample(number).text.encode()))
        story.confirm_all(city, firsts[-1])
    before = _decisions(city)
    for number, former in enumerate(firsts):
        later = second_edition(number)
        report_id = _bring(city, f"{number} 第二版{later.suffix}", later.file)
        with city.database.transaction() as session:
            act = city.act("coordinator", session)
            comparison = story.comparison_of(session, act, report_id)
            tally.recognised += comparison.edition.former_id == former
            _count(tally, later, comparison, _quotes(session, act, report_id))
            _decide(session, act, report_id, comparison)
    after = _decisions(city)
    tally.decided = len(before)
    tally.lost = sum(after.get(key) != facts for key, facts in before.items())
    return tally


def _bring(city: City, name: str, data: bytes) -> int:
    document = readers.read(name, data, ReadingLimits())
    read = ReadReport(document.text, document.kind, document.pages, extract(document))
    with city.database.transaction() as session:
        act = city.act("coordinator", session)
        report = import_report(session, act, describe(data, name), read, story.PROPOSALS)
        session.info.pop("events", None)
        propose_edition(session, ReportImported(report.id, act))
        return report.id


def _quotes(session: Session, act: Act, report_id: int) -> Mapping[int, str]:
    text = queries.get_report(session, act.by, report_id, with_text=True).text
    return {each.id: text[each.start : each.end] for each in queries.list_drafts(session, report_id)}


def _count(tally: Tally, later: SecondEdition, comparison: Comparison, quotes: Mapping[int, str]) -> None:
    pairs = [(each.known.quote, each.quote, each.verdict) for each in comparison.pairs]

    def has(former: str, present: str, verdict: Verdict) -> bool:
        return any(
            says_the_same(known, former) and says_the_same(quote, present) and kind is verdict
            for known, quote, kind in pairs
        )

    for each in later.same:
        tally.note("same", each, as_intended=has(each, each, Verdict.SAME))
    for former, present in later.reworded.items():
        tally.note("reworded", former, as_intended=has(former, present, Verdict.REWORDED))
    for each in later.dropped:
        gone = [dropped.known.quote for dropped in comparison.dropped]
        tally.note("dropped", each, as_intended=any(says_the_same(quote, each) for quote in gone))
    for each in later.added:
        new = [quotes[draft.id] for draft in comparison.new]
        tally.note("new", each, as_intended=any(says_the_same(quote, each) for quote in new))


def _decide(session: Session, act: Act, report_id: int, comparison: Comparison) -> None:
    """Accept the edition, carry on, keep what was dropped, and confirm what is new."""
    editions.accept_edition(session, act, report_id)
    pairs = [(each.draft_id, each.draft_version, each.known.recommendation.id) for each in comparison.pairs]
    comparing.carry_on(session, act, report_id, pairs)
    for dropped in comparison.dropped:
        comparing.keep_dropped(session, act, report_id, dropped.known.recommendation.id)
    for draft in queries.list_drafts(session, report_id):
        if draft.state is DraftState.WAITING:
            accept_draft(session, act, draft.id)
    confirm(session, act, report_id)
    story.open_items(session)


def _decisions(city: City) -> Mapping[int, Sequence[Any]]:
    """Return by recommendation what was decided about it and its item."""
    columns = (
        Recommendation.verbatim_quote,
        Recommendation.adoption,
        Recommendation.adoption_reason,
        Recommendation.theme,
        Recommendation.decided_by_id,
        Recommendation.decided_at,
        ActionItem.item_no,
        ActionItem.status,
        ActionItem.due_on,
        ActionItem.version,
    )
    with city.database.reading() as session:
        query = select(Recommendation.id, *columns).join(
            ActionItem, ActionItem.recommendation_id == Recommendation.id
        )
        return {row[0]: tuple(row[1:]) for row in session.execute(query)}
