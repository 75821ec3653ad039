"""Comparing an edition with the one before: what is the same, reworded, new or dropped, and what a person decides.

The comparison is made anew each time it is looked at, so that it fits whatever was split or joined on the desk; only
what a person decided is stored. A recommendation keeps its decisions and its items, and gets a further source.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tracker import audit
from tracker.access import Act, Permission, Principal
from tracker.foundation.database import Session, check_version
from tracker.foundation.errors import Conflict, VersionConflict
from tracker.foundation.language import N_
from tracker.foundation.likeness import bigrams, likeness
from tracker.reports import queries
from tracker.reports.drafting import quote_at
from tracker.reports.editions import find_edition, undo_verdicts
from tracker.reports.guards import check_open, hold_desk
from tracker.reports.models import Draft, Edition, EditionVerdict, Recommendation, Report
from tracker.reports.rules.drafts import DraftKind, DraftState
from tracker.reports.rules.editions import CARRIED_ON, EditionState, Passage, Verdict, match
from tracker.reports.rules.wording import Piece, changes, says_the_same, unnumbered

_OPEN = frozenset({DraftState.WAITING, DraftState.ACCEPTED})


class AlreadyCarriedOn(Conflict):
    """A recommendation has one source in a report, and a passage is the source of one recommendation."""

    message = N_("這項建議在這份報告中已有對應的段落，請先復原那一則。")


@dataclass(frozen=True)
class Known:
    """A known recommendation as the edition before words it."""

    recommendation: Recommendation
    quote: str


@dataclass(frozen=True)
class Compared:
    """A known recommendation beside the passage that it became, and what was decided about the two."""

    known: Known
    draft_id: int
    draft_version: int
    quote: str
    verdict: Verdict
    decided: EditionVerdict | None = None

    @property
    def key(self) -> str:
        """Return what a form sends to name the pair as it was shown."""
        return f"{self.draft_id}-{self.draft_version}-{self.known.recommendation.id}"

    @property
    def changes(self) -> Sequence[Piece]:
        """Return what changed between the two wordings."""
        return changes(unnumbered(self.known.quote), unnumbered(self.quote))


@dataclass(frozen=True)
class Dropped:
    """A known recommendation that the edition no longer has, and whether somebody said to keep it."""

    known: Known
    kept: EditionVerdict | None = None


@dataclass(frozen=True)
class Comparison:
    """An edition beside the one before."""

    edition: Edition
    pairs: Sequence[Compared] = field(default=())
    new: Sequence[Draft] = field(default=())
    dropped: Sequence[Dropped] = field(default=())

    def waiting(self, verdict: Verdict) -> Sequence[Compared]:
        """Return the pairs of a kind that nobody has decided on."""
        return [each for each in self.pairs if each.decided is None and each.verdict == verdict]


def compare(session: Session, principal: Principal, report: Report) -> Comparison | None:
    """Compare a report, whose text is there, with the edition before; None when it is no edition of another."""
    edition = queries.edition_of(principal, report)
    if edition is None:
        return None
    if edition.state is EditionState.REFUSED:
        return Comparison(edition)
    known = known_of(session, principal, edition.former_id)
    drafts = queries.list_drafts(session, report.id)
    verdicts = session.scalars(
        select(EditionVerdict)
        .where(EditionVerdict.report_id == report.id)
        .options(joinedload(EditionVerdict.decided_by))
    ).all()
    return Comparison(edition, *_compared(report, known, drafts, verdicts))


def known_of(session: Session, principal: Principal, report_id: int) -> Mapping[int, Known]:
    """Return the recommendations of a report by id in the order of its text: its own and those it carries on."""
    own = session.scalars(select(Recommendation).where(Recommendation.report_id == report_id)).all()
    carried = session.scalars(
        select(EditionVerdict)
        .join(EditionVerdict.recommendation)
        .join(Report, Report.id == Recommendation.report_id)
        .where(
            EditionVerdict.report_id == report_id,
            EditionVerdict.verdict.in_(CARRIED_ON),
            queries.visible_to(principal),
        )
        .options(joinedload(EditionVerdict.recommendation))
    ).all()
    known = [(each.start, Known(each, each.verbatim_quote)) for each in own]
    known += [(each.start or 0, Known(each.recommendation, each.quote)) for each in carried]
    return {each.recommendation.id: each for _, each in sorted(known, key=lambda pair: pair[0])}


def carry_on(
    session: Session,
    act: Act,
    report_id: int,
    pairs: Sequence[tuple[int, int, int]],
    *,
    only_same: bool = False,
) -> Sequence[EditionVerdict]:
    """Make passages further sources of known recommendations, by draft, its version and recommendation, as shown.

    Raises VersionConflict when a draft changed since, or with `only_same` when the wordings differ; AlreadyCarriedOn,
    or NotFound.
    """
    report, drafts = _desk(session, act, report_id)
    taken = session.scalars(select(EditionVerdict).where(EditionVerdict.report_id == report.id)).all()
    carried = {each.recommendation_id for each in taken if each.is_source}
    made = []
    for draft_id, version, recommendation_id in pairs:
        draft = _shown(drafts, draft_id, version)
        recommendation = queries.get_recommendation(session, act.by, recommendation_id)
        if recommendation.id in carried or recommendation.report_id == report.id:
            raise AlreadyCarriedOn
        quote = quote_at(report, draft.start, draft.end)
        is_same = says_the_same(_wording(session, act, report, recommendation), quote)
        if only_same and not is_same:
            raise VersionConflict
        carried.add(recommendation.id)
        for each in taken:
            is_overruled = each.verdict is Verdict.KEPT or each.draft_id == draft.id
            if each.recommendation_id == recommendation.id and is_overruled:
                session.delete(each)
        session.flush()
        draft.state = DraftState.MATCHED
        verdict = Verdict.SAME if is_same else Verdict.REWORDED
        made.append(_judge(session, act, report, recommendation.id, verdict, draft, quote))
    session.flush()
    return made


def set_apart(
    session: Session, act: Act, report_id: int, draft_id: int, version: int, recommendation_id: int
) -> EditionVerdict:
    """Say that a passage is not a known recommendation: the one is a candidate, the other is looked for elsewhere."""
    report, drafts = _desk(session, act, report_id)
    draft = _shown(drafts, draft_id, version)
    recommendation = queries.get_recommendation(session, act.by, recommendation_id)
    verdict = _judge(session, act, report, recommendation.id, Verdict.APART, draft)
    session.flush()
    return verdict


def keep_dropped(session: Session, act: Act, report_id: int, recommendation_id: int) -> EditionVerdict:
    """Say that a recommendation which the edition no longer has goes on as it was decided; raises Conflict."""
    report, _ = _desk(session, act, report_id, with_text=False)
    recommendation = queries.get_recommendation(session, act.by, recommendation_id)
    taken = select(EditionVerdict).where(
        EditionVerdict.report_id == report.id,
        EditionVerdict.recommendation_id == recommendation.id,
        EditionVerdict.verdict != Verdict.APART,
    )
    if session.scalars(taken).first():
        raise Conflict(N_("這項建議已經決定過了。"))
    verdict = _judge(session, act, report, recommendation.id, Verdict.KEPT)
    session.flush()
    return verdict


def take_back(session: Session, act: Act, report_id: int, verdict_id: int) -> None:
    """Take a verdict on a report's passages back; raises VersionConflict when it is gone already."""
    report, _ = _desk(session, act, report_id, with_text=False)
    wanted = select(EditionVerdict).where(
        EditionVerdict.id == verdict_id, EditionVerdict.report_id == report.id
    )
    found = session.scalars(wanted).all()
    if not found:
        raise VersionConflict
    undo_verdicts(session, act, report, found)


def _compared(
    report: Report,
    known: Mapping[int, Known],
    drafts: Sequence[Draft],
    verdicts: Sequence[EditionVerdict],
) -> tuple[Sequence[Compared], Sequence[Draft], Sequence[Dropped]]:
    sources = {each.recommendation_id: each for each in verdicts if each.is_source}
    kept = {each.recommendation_id: each for each in verdicts if each.verdict is Verdict.KEPT}
    apart = {
        (each.recommendation_id, each.draft_id or 0) for each in verdicts if each.verdict is Verdict.APART
    }
    by_id = {each.id: each for each in drafts}
    quotes = {each.id: report.text[each.start : each.end] for each in drafts}
    matching = match(
        [_passage(each.recommendation, each.quote) for key, each in known.items() if key not in sources],
        [_passage(each, quotes[each.id]) for each in drafts if each.state in _OPEN],
        likeness,
        apart,
    )
    pairs = [
        Compared(known[key], each.draft_id or 0, 0, each.quote, each.verdict, each)
        for key, each in sources.items()
        if key in known
    ]
    pairs += [
        Compared(
            known[pair.known],
            pair.found,
            by_id[pair.found].version,
            quotes[pair.found],
            Verdict.REWORDED if pair.is_reworded else Verdict.SAME,
        )
        for pair in matching.pairs
    ]
    places = {each.id: each.start for each in drafts}
    pairs.sort(key=lambda each: places.get(each.draft_id, 0))
    new = [by_id[key] for key in matching.new if by_id[key].kind is not DraftKind.POSSIBLE]
    return pairs, new, [Dropped(known[key], kept.get(key)) for key in matching.dropped]


def _passage(one: Recommendation | Draft, quote: str) -> Passage:
    return Passage(one.id, quote, bigrams(unnumbered(quote)), one.label)


def _wording(session: Session, act: Act, report: Report, recommendation: Recommendation) -> str:
    """Return a recommendation as the edition before this one words it."""
    edition = find_edition(session, act.by, report.id)
    known = known_of(session, act.by, edition.former_id) if edition else {}
    return known[recommendation.id].quote if recommendation.id in known else recommendation.verbatim_quote


def _desk(
    session: Session, act: Act, report_id: int, *, with_text: bool = True
) -> tuple[Report, Mapping[int, Draft]]:
    act.require(Permission.Report.REVIEW)
    report = queries.get_report(session, act.by, report_id, with_text=with_text)
    hold_desk(session, report.id)
    return report, {each.id: each for each in queries.list_drafts(session, report.id, with_gone=True)}


def _shown(drafts: Mapping[int, Draft], draft_id: int, version: int) -> Draft:
    draft = drafts.get(draft_id)
    if draft is None:
        raise VersionConflict
    check_open(draft)
    check_version(draft.version, version)
    return draft


def _judge(
    session: Session,
    act: Act,
    report: Report,
    recommendation_id: int,
    verdict: Verdict,
    draft: Draft | None = None,
    quote: str = "",
) -> EditionVerdict:
    is_source = draft is not None and verdict in CARRIED_ON
    judged = EditionVerdict(
        report_id=report.id,
        recommendation_id=recommendation_id,
        draft_id=draft.id if draft else None,
        verdict=verdict,
        quote=quote,
        start=draft.start if draft and is_source else None,
        end=draft.end if draft and is_source else None,
        page=draft.page if draft and is_source else None,
        label=draft.label if draft and is_source else "",
        decided_at=act.at,
        decided_by_id=act.by.person_id,
    )
    session.add(judged)
    facts = {"report": report.id, "verdict": verdict.value, "quote": quote}
    audit.record(session, act, "edition_judged", "recommendation", recommendation_id, {}, facts)
    return judged
