"""Single items, and what hangs on them: requests, evidence, the people and reports behind them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Row, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from tracker.access import Principal
from tracker.actions.models import (
    ActionItem,
    Closing,
    Evidence,
    Extension,
    ItemTag,
    Part,
    Petition,
    PostCheck,
    ProgressUpdate,
)
from tracker.actions.queries.visibility import visible_to
from tracker.actions.rules.deadlines import Deadline
from tracker.actions.rules.workflow import OPEN, OWING, PartStatus, Status
from tracker.foundation.database import Session
from tracker.foundation.errors import NotFound
from tracker.people.models import Department, RoleGrant
from tracker.reports.models import EditionVerdict, Recommendation, Report
from tracker.reports.queries import visible_to as readable_by
from tracker.reports.twins import recommendations_like

_DAY = timedelta(days=1)


def get_action(session: Session, principal: Principal, item_id: int) -> ActionItem:
    """Return an item, read anew, with all that its page shows; raises NotFound, also when it may not be seen."""
    parts = joinedload(ActionItem.parts)
    query = (
        select(ActionItem)
        .where(ActionItem.id == item_id, visible_to(principal))
        .options(
            parts.joinedload(Part.department),
            parts.joinedload(Part.officer),
            joinedload(ActionItem.recommendation).joinedload(Recommendation.report),
            joinedload(ActionItem.recommendation)
            .joinedload(Recommendation.sources)
            .joinedload(EditionVerdict.report),
            joinedload(ActionItem.merged_into),
            selectinload(ActionItem.updates).joinedload(ProgressUpdate.submitted_by),
            selectinload(ActionItem.updates).joinedload(ProgressUpdate.reviewed_by),
            selectinload(ActionItem.closings).joinedload(Closing.requested_by),
            selectinload(ActionItem.closings).joinedload(Closing.forwarded_by),
            selectinload(ActionItem.closings).joinedload(Closing.decided_by),
            selectinload(ActionItem.extensions).joinedload(Extension.requested_by),
            selectinload(ActionItem.extensions).joinedload(Extension.endorsed_by),
            selectinload(ActionItem.extensions).joinedload(Extension.decided_by),
            joinedload(ActionItem.checks).joinedload(PostCheck.answered_by),
            joinedload(ActionItem.waiting_petition).joinedload(Petition.department),
            joinedload(ActionItem.waiting_petition).joinedload(Petition.requested_by),
        )
        .execution_options(populate_existing=True)
    )
    item = session.scalars(query).unique().one_or_none()
    if item is None:
        raise NotFound
    waiting = sorted((each for each in item.updates if each.approved is None), key=lambda each: each.id)
    set_committed_value(item, "waiting_updates", waiting)
    _hang_evidence(session, item)
    return item


def _hang_evidence(session: Session, item: ActionItem) -> None:
    # All the evidence of an item is read at once and hung where it was filed, not once for each kind of filing.
    query = select(Evidence).where(Evidence.item_id == item.id).order_by(Evidence.id)
    whose = {
        **{("progress_update_id", each.id): each for each in item.updates},
        **{("closing_id", each.id): each for each in item.closings},
        **{("extension_id", each.id): each for each in item.extensions},
    }
    filed: dict[tuple[str, int], list[Evidence]] = {place: [] for place in whose}
    for file in session.scalars(query.options(joinedload(Evidence.uploaded_by))):
        for column in ("progress_update_id", "closing_id", "extension_id"):
            if (place := (column, getattr(file, column))) in filed:
                filed[place].append(file)
    for place, owner in whose.items():
        set_committed_value(owner, "evidence", filed[place])


def find_action_by_number(session: Session, principal: Principal, item_no: str) -> ActionItem | None:
    """Return the visible item with a number."""
    query = select(ActionItem).where(ActionItem.item_no == item_no.strip(), visible_to(principal))
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def get_closing(session: Session, principal: Principal, closing_id: int) -> Closing:
    """Return a closing request of a visible item; raises NotFound."""
    query = (
        select(Closing)
        .join(ActionItem, ActionItem.id == Closing.item_id)
        .where(Closing.id == closing_id, visible_to(principal))
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def get_check(session: Session, principal: Principal, check_id: int) -> PostCheck:
    """Return a check after closing of a visible item; raises NotFound."""
    query = (
        select(PostCheck)
        .join(ActionItem, ActionItem.id == PostCheck.item_id)
        .where(PostCheck.id == check_id, visible_to(principal))
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def get_part(session: Session, principal: Principal, part_id: int) -> Part:
    """Return a department's part of a visible item; raises NotFound."""
    query = (
        select(Part)
        .join(ActionItem, ActionItem.id == Part.item_id)
        .where(Part.id == part_id, visible_to(principal))
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def get_update(session: Session, principal: Principal, update_id: int) -> ProgressUpdate:
    """Return a report of progress on a visible item; raises NotFound."""
    query = (
        select(ProgressUpdate)
        .join(ActionItem, ActionItem.id == ProgressUpdate.item_id)
        .where(ProgressUpdate.id == update_id, visible_to(principal))
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def get_extension(session: Session, principal: Principal, extension_id: int) -> Extension:
    """Return a request for more time of a visible item; raises NotFound."""
    query = (
        select(Extension)
        .join(ActionItem, ActionItem.id == Extension.item_id)
        .where(Extension.id == extension_id, visible_to(principal))
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def get_petition(session: Session, principal: Principal, petition_id: int) -> Petition:
    """Return what was asked of the coordinating office for a visible item; raises NotFound."""
    query = (
        select(Petition)
        .join(ActionItem, ActionItem.id == Petition.item_id)
        .where(Petition.id == petition_id, visible_to(principal))
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def get_evidence(session: Session, principal: Principal, evidence_id: int) -> Evidence:
    """Return a piece of evidence of a visible item; raises NotFound."""
    query = (
        select(Evidence)
        .join(ActionItem, ActionItem.id == Evidence.item_id)
        .where(Evidence.id == evidence_id, visible_to(principal))
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def departments_of(session: Session, person_ids: Iterable[int]) -> Mapping[int, Department]:
    """Return the department in which each person holds a role, where they hold one."""
    asked = set(person_ids)
    if not asked:
        return {}
    query = (
        select(RoleGrant.person_id, Department)
        .join(Department, Department.id == RoleGrant.department_id)
        .where(RoleGrant.person_id.in_(asked))
        .order_by(RoleGrant.id.desc())
    )
    return {row.person_id: row.Department for row in session.execute(query)}


@dataclass(frozen=True)
class Suggestions:
    """What a filter suggests: reports by number and title, the last first, and tags, the most used first."""

    reports: Sequence[tuple[str, str]]
    tags: Sequence[str]


@dataclass(frozen=True)
class Relatives:
    """The item that one was split off from, those split off from it, and open ones whose reports may say the same."""

    origin: ActionItem | None
    split_off: Sequence[ActionItem]
    alike: Sequence[ActionItem]


def relatives_of(session: Session, principal: Principal, item: ActionItem) -> Relatives:
    """Return the relatives of an item, as far as a person sees them, with the words that they stem from."""
    is_relative = [ActionItem.split_from_id == item.id, ActionItem.id == item.split_from_id]
    if item.status in OPEN:
        like = recommendations_like(item.recommendation.verbatim_quote)
        is_relative.append(and_(ActionItem.status.in_(OPEN), ActionItem.recommendation_id.in_(like)))
    related = session.scalars(
        select(ActionItem)
        .where(or_(*is_relative), ActionItem.id != item.id, visible_to(principal))
        .options(joinedload(ActionItem.recommendation).joinedload(Recommendation.report))
        .order_by(ActionItem.item_no)
    ).all()
    origin = next((each for each in related if each.id == item.split_from_id), None)
    own_report = item.recommendation.report_id
    return Relatives(
        origin,
        split_off=[each for each in related if each.split_from_id == item.id],
        alike=[each for each in related if each.recommendation.report_id != own_report],
    )


def list_numbers(
    session: Session, principal: Principal, recommendation_ids: Sequence[int]
) -> Mapping[int, Sequence[Row[int, int, str, Status]]]:
    """Return id, number and status of the visible items of each recommendation, in one statement."""
    query = (
        select(ActionItem.recommendation_id, ActionItem.id, ActionItem.item_no, ActionItem.status)
        .where(ActionItem.recommendation_id.in_(recommendation_ids), visible_to(principal))
        .order_by(ActionItem.item_no)
    )
    found: dict[int, list[Row[int, int, str, Status]]] = {}
    for row in session.execute(query) if recommendation_ids else ():
        found.setdefault(row.recommendation_id, []).append(row)
    return found


def list_suggestions(session: Session, principal: Principal, limit: int = 100) -> Suggestions:
    """Return, in one statement, the reports that a person may read and the tags of the items that they see."""
    reports = (
        select(literal("report").label("kind"), Report.report_no.label("name"), Report.title.label("title"))
        .add_columns(Report.id.label("rank"))
        .where(Report.report_no.is_not(None), readable_by(principal))
        .order_by(Report.id.desc())
        .limit(limit)
        .subquery()
    )
    uses = func.count(ItemTag.item_id)
    tags = (
        select(literal("tag").label("kind"), ItemTag.tag.label("name"), literal("").label("title"))
        .add_columns(uses.label("rank"))
        .join(ActionItem, ActionItem.id == ItemTag.item_id)
        .where(visible_to(principal))
        .group_by(ItemTag.tag)
        .order_by(uses.desc(), ItemTag.tag)
        .limit(limit)
        .subquery()
    )
    both = union_all(select(reports), select(tags)).subquery()
    rows = session.execute(select(both).order_by(both.c.rank.desc(), both.c.name)).all()
    return Suggestions(
        [(row.name, row.title) for row in rows if row.kind == "report"],
        [row.name for row in rows if row.kind == "tag"],
    )


def items_of_recommendations(
    session: Session, principal: Principal, recommendation_ids: Sequence[int]
) -> Mapping[int, Sequence[ActionItem]]:
    """Return the visible items that grew out of each recommendation."""
    if not recommendation_ids:
        return {}
    parts = selectinload(ActionItem.parts)
    query = (
        select(ActionItem)
        .where(ActionItem.recommendation_id.in_(recommendation_ids), visible_to(principal))
        .options(
            parts.joinedload(Part.department),
            parts.joinedload(Part.officer),
            selectinload(ActionItem.closings),
            selectinload(ActionItem.extensions),
            selectinload(ActionItem.waiting_updates).joinedload(ProgressUpdate.part),
        )
        .order_by(ActionItem.item_no)
    )
    found: dict[int, list[ActionItem]] = {}
    for item in session.scalars(query):
        found.setdefault(item.recommendation_id, []).append(item)
    return found


def deadline_of(item: ActionItem) -> Deadline:
    """Return the facts that lateness and 燈號 are told from; needs parts and closings loaded."""
    waiting = item.waiting_closing
    return Deadline(
        status=item.status,
        due_on=item.due_on,
        original_due_on=item.original_due_on,
        start_on=item.start_on,
        percent=item.lead.percent,
        closing_requested_on=waiting.requested_on if waiting else None,
        updated_on=max((part.updated_on for part in item.parts if part.updated_on), default=None),
        reported_until=_reported_until(item),
    )


def _reported_until(item: ActionItem) -> date | None:
    if item.status not in OWING:
        return None
    owing = (part for part in item.parts if part.status is PartStatus.OPEN)
    return min((max(part.reports_from - _DAY, part.filed_until or date.min) for part in owing), default=None)
