"""The workbench for many: every draft that waits, by agency, age and sureness, and which reviewer has it.

What is counted and what is listed are the same conditions on the same drafts.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, func, literal, select, update
from sqlalchemy.orm import joinedload

from tracker import audit
from tracker.access import TABLE, Act, Permission, Principal
from tracker.foundation.database import Page, Session, raise_event
from tracker.foundation.errors import Conflict, Invalid
from tracker.foundation.language import N_
from tracker.people.events import PersonDeactivated, RolesTaken
from tracker.people.models import RoleGrant, User
from tracker.people.queries import get_user
from tracker.reports.events import DraftsAssigned
from tracker.reports.models import Draft, Report
from tracker.reports.queries import visible_to
from tracker.reports.rules.drafts import DraftKind, DraftState, ReportState
from tracker.reports.rules.reasons import SURE, VERY_SURE

NOBODY: Final = "nobody"
MINE: Final = "mine"
NO_AGENCY: Final = "none"
WEEK, MONTH = timedelta(days=7), timedelta(days=30)


class Sureness(StrEnum):
    """How sure extraction was, as the desk says it."""

    VERY_SURE = "very_sure"
    SURE = "sure"
    UNSURE = "unsure"


class Age(StrEnum):
    """How long ago the report was imported."""

    NEW = "new"
    WEEKS = "weeks"
    OLD = "old"


class Order(StrEnum):
    """In which order drafts are listed."""

    OLDEST = "imported"
    NEWEST = "-imported"
    SUREST = "-confidence"
    LEAST_SURE = "confidence"
    AGENCY = "agency"


class NothingChosen(Conflict):
    """No draft that waits was chosen."""

    message = N_("請先選取要指派的候選；已處理的候選不能指派。")


@dataclass(frozen=True)
class QueueFilter:
    """What is asked of the queue: an agency's id or `none`, a reviewer's id, `mine` or `nobody`."""

    agency: str = ""
    reviewer: str = ""
    sureness: Sureness | None = None
    age: Age | None = None
    order: Order = Order.OLDEST


@dataclass(frozen=True)
class Waiting:
    """A draft that waits, with report, agency and reviewer, and the words it is about."""

    draft: Draft
    quote: str


@dataclass(frozen=True)
class Tally:
    """How many drafts a choice would list, the other choices being kept, by the choice's value; "" for all."""

    agency: Mapping[str, int]
    reviewer: Mapping[str, int]
    sureness: Mapping[str, int]
    age: Mapping[str, int]


def list_queue(
    session: Session, act: Act, wanted: QueueFilter, number: int = 1, size: int = 50
) -> Page[Waiting]:
    """Return a page of the drafts that wait and may be seen; raises Forbidden."""
    act.require(Permission.Report.REVIEW)
    conditions = [waits_for(act.by), *narrowed(act, wanted)]
    total = session.scalar(select(func.count(Draft.id)).join(Report).where(*conditions)) or 0
    # A report's whole text would come once for each of its drafts, so the database cuts out the passages.
    quote = func.substr(Report.text, Draft.start + 1, Draft.end - Draft.start)
    query = (
        select(Draft, quote)
        .join(Report)
        .where(*conditions)
        .options(
            joinedload(Draft.report).joinedload(Report.lead_agency),
            joinedload(Draft.lead_department),
            joinedload(Draft.reviewer),
        )
        .order_by(*_ORDERS[wanted.order], Draft.report_id, Draft.start, Draft.id)
        .limit(size)
        .offset((number - 1) * size)
    )
    rows = [Waiting(draft, words) for draft, words in session.execute(query)]
    return Page(rows, total, number, size)


def tally(session: Session, act: Act, wanted: QueueFilter) -> Tally:
    """Count the drafts behind every choice, in one question."""
    parts = (Report.lead_agency_id, Draft.reviewer_id, _sureness(), _age(act.at))
    query = select(*parts, func.count(Draft.id)).join(Report).where(waits_for(act.by)).group_by(*parts)
    counts: dict[str, Counter[str]] = {name: Counter() for name in ("agency", "reviewer", "sureness", "age")}
    for agency_id, reviewer_id, sureness, age, count in session.execute(query):
        reviewers = {str(reviewer_id or NOBODY)} | ({MINE} if reviewer_id in act.by.persons else set())
        holds = {
            "agency": {NO_AGENCY if agency_id is None else str(agency_id)},
            "reviewer": reviewers,
            "sureness": {sureness},
            "age": {age},
        }
        chosen = {name: str(getattr(wanted, name) or "") for name in holds}
        missed = [name for name, values in holds.items() if chosen[name] and chosen[name] not in values]
        for name, values in holds.items():
            if not missed or missed == [name]:
                for value in ("", *values):
                    counts[name][value] += count
    return Tally(**counts)


def waits_for(principal: Principal) -> ColumnElement[bool]:
    """Return the condition for drafts that wait for a reviewer's decision; the merely possible ones do not."""
    return and_(
        Draft.state == DraftState.WAITING,
        Draft.kind != DraftKind.POSSIBLE,
        Report.state == ReportState.IN_REVIEW,
        visible_to(principal),
    )


def list_reviewers(people: Sequence[User]) -> Sequence[User]:
    """Return those of some people, whose grants are loaded, that may review."""
    roles = TABLE[Permission.Report.REVIEW]
    return [each for each in people if any(grant.role in roles for grant in each.grants)]


def assign_drafts(session: Session, act: Act, draft_ids: Collection[int], reviewer_id: int | None) -> int:
    """Give drafts that wait to a reviewer, or to nobody, and return how many; the reviewer hears of it.

    Raises Forbidden, Invalid for somebody who may not review, NothingChosen when none of the drafts waits any more.
    """
    act.require(Permission.Report.REVIEW)
    reviewer = get_user(session, reviewer_id) if reviewer_id is not None else None
    if reviewer is not None and not (reviewer.is_active and list_reviewers([reviewer])):
        raise Invalid(fields={"reviewer_id": N_("只能指派給使用中的研考同仁。")})
    query = select(Draft.id, Draft.report_id).join(Report).where(Draft.id.in_(draft_ids), waits_for(act.by))
    found = session.execute(query.order_by(Draft.report_id, Draft.id)).all()
    if not found:
        raise NothingChosen
    ids = [each.id for each in found]
    _give(session, Draft.id.in_(ids), reviewer_id)
    by_report: dict[int, list[int]] = {}
    for draft_id, report_id in found:
        by_report.setdefault(report_id, []).append(draft_id)
    for report_id, given in by_report.items():
        after = {"drafts": given, "reviewer": reviewer.name if reviewer else None}
        audit.record(session, act, "drafts_assigned", "report", report_id, {}, after)
    if reviewer is not None:
        raise_event(session, DraftsAssigned(reviewer.id, len(ids), act))
    return len(ids)


def return_drafts(session: Session, happened: PersonDeactivated | RolesTaken) -> None:
    """React to somebody who left or may review no more: what they had to review goes back to everybody's queue."""
    user = get_user(session, happened.person_id)
    if isinstance(happened, RolesTaken):
        held = select(RoleGrant.id).where(
            RoleGrant.person_id == user.id, RoleGrant.role.in_(TABLE[Permission.Report.REVIEW])
        )
        if session.scalars(held.limit(1)).one_or_none() is not None:
            return
    _give(session, Draft.reviewer_id == user.id, None)


def count_assigned(session: Session, person_id: int) -> int:
    """Return how many drafts wait for a person's review."""
    waits = (Draft.reviewer_id == person_id, Draft.state == DraftState.WAITING)
    return session.scalar(select(func.count(Draft.id)).where(*waits)) or 0


def _give(session: Session, which: ColumnElement[bool], reviewer_id: int | None) -> None:
    # Who reviews a draft is no part of what is decided about it, so the version that others were shown stays.
    session.execute(
        update(Draft).where(which).values(reviewer_id=reviewer_id, version=Draft.version),
        execution_options={"synchronize_session": "fetch"},
    )


def narrowed(act: Act, wanted: QueueFilter) -> list[ColumnElement[bool]]:
    """Return the conditions that a filter stands for."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.agency:
        none = wanted.agency == NO_AGENCY
        conditions.append(
            Report.lead_agency_id.is_(None) if none else Report.lead_agency_id == int(wanted.agency)
        )
    if wanted.reviewer == MINE:
        conditions.append(Draft.reviewer_id.in_(act.by.persons))
    elif wanted.reviewer:
        none = wanted.reviewer == NOBODY
        conditions.append(Draft.reviewer_id.is_(None) if none else Draft.reviewer_id == int(wanted.reviewer))
    if wanted.sureness:
        conditions.append(_sureness() == wanted.sureness.value)
    if wanted.age:
        conditions.append(_age(act.at) == wanted.age.value)
    return conditions


def _sureness() -> ColumnElement[str]:
    return case(
        (Draft.confidence >= VERY_SURE, literal(Sureness.VERY_SURE.value)),
        (Draft.confidence >= SURE, literal(Sureness.SURE.value)),
        else_=literal(Sureness.UNSURE.value),
    )


def _age(now: datetime) -> ColumnElement[str]:
    return case(
        (Report.imported_at > now - WEEK, literal(Age.NEW.value)),
        (Report.imported_at > now - MONTH, literal(Age.WEEKS.value)),
        else_=literal(Age.OLD.value),
    )


_ORDERS: Final[Mapping[Order, tuple[ColumnElement[Any], ...]]] = {
    Order.OLDEST: (Report.imported_at.asc(),),
    Order.NEWEST: (Report.imported_at.desc(),),
    Order.SUREST: (Draft.confidence.desc(), Report.imported_at.asc()),
    Order.LEAST_SURE: (Draft.confidence.asc(), Report.imported_at.asc()),
    Order.AGENCY: (Report.lead_agency_id.asc().nulls_last(), Report.imported_at.asc()),
}
