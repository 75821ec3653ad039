"""What a person may see of the items, decided once for lists, pages, counts, exports and API."""

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true

from tracker.access import Permission, Principal
from tracker.actions.models import ActionItem, Part
from tracker.actions.rules.workflow import Status
from tracker.reports.models import Recommendation, Report
from tracker.reports.rules.drafts import Confidentiality


def visible_to(principal: Principal) -> ColumnElement[bool]:
    """Return the condition on `ActionItem` for what a person may see.

    A department sees the items in which it has a part, an officer also those given to them by name; drafts are the
    coordinator's; items of a restricted report are hidden from city-wide readers who may not read that report.
    """
    scope = principal.scope(Permission.Action.READ)
    if not scope:
        return false()
    not_draft = true() if principal.may(Permission.Action.ASSIGN) else ActionItem.status != Status.DRAFT
    if not scope.city:
        return and_(not_draft, has_part(Part.department_id.in_(scope.departments) | held_by(principal)))
    return and_(not_draft, open_to(principal))


def open_to(principal: Principal) -> ColumnElement[bool]:
    """Return the condition on `ActionItem` for being of a public report, or of one that a person may read."""
    restricted = principal.scope(Permission.Report.READ_RESTRICTED)
    if restricted.city:
        return true()
    public = exists(
        select(Recommendation.id)
        .join(Report)
        .where(
            Recommendation.id == ActionItem.recommendation_id,
            Report.confidentiality == Confidentiality.PUBLIC,
        )
    )
    return or_(public, has_part(Part.department_id.in_(restricted.departments)))


def has_part(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition on `ActionItem` for having a part of which a condition on `Part` alone holds."""
    # Asked for by a list of ids, not row by row: whoever sees few of many items gets them by the parts' own indexes.
    return ActionItem.id.in_(select(Part.item_id).where(condition))


def held_by(principal: Principal) -> ColumnElement[bool]:
    """Return the condition on `Part` for being a person's, or of whom they stand in for."""
    return Part.officer_id.in_(principal.persons)
