"""Opening an item and giving it to departments: drafts, 分案, 改分, and 簽收 by the department."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from tracker import audit
from tracker.access import Act
from tracker.actions.events import ActionAcknowledged, ActionAssigned
from tracker.actions.models import ActionItem, Part
from tracker.actions.rules.workflow import NEEDED, PartRole, PartStatus, Status, Step
from tracker.actions.steps import item_for, lapse, move, touch
from tracker.foundation.database import Session, raise_event
from tracker.foundation.errors import Conflict, Forbidden, Invalid
from tracker.foundation.language import N_
from tracker.people.models import Department, User
from tracker.people.queries import department_nodes, get_department, get_user
from tracker.people.rules import tree
from tracker.reports.events import RecommendationConfirmed
from tracker.reports.models import Recommendation, Report
from tracker.reports.queries import get_recommendation
from tracker.reports.rules.adoption import OPENS_ITEMS
from tracker.reports.rules.drafts import item_number, number_of_item


@dataclass(frozen=True)
class Assignment:
    """To whom an item goes, and until when."""

    lead_department_id: int
    due_on: date
    support_department_ids: tuple[int, ...] = ()
    officer_id: int | None = None


def open_confirmed(session: Session, happened: RecommendationConfirmed) -> None:
    """React to a confirmed recommendation: open its item when a leading department was chosen."""
    if happened.lead_department_id is None or happened.due_on is None:
        return
    assignment = Assignment(
        happened.lead_department_id, happened.due_on, happened.support_department_ids, happened.officer_id
    )
    open_action(
        session,
        happened.act,
        happened.recommendation_id,
        _free_number(session, happened.recommendation_id, happened.item_no),
        happened.title,
        assignment,
        happened.expected_result,
    )


def open_action(
    session: Session,
    act: Act,
    recommendation_id: int,
    item_no: str,
    title: str,
    assignment: Assignment,
    expected_result: str = "",
) -> ActionItem:
    """Open an item for a recommendation and assign it; raises Forbidden or Invalid."""
    item = prepare_action(session, act, recommendation_id, item_no, title, assignment, expected_result)
    return bring_out(session, act, item)


def open_further(
    session: Session,
    act: Act,
    recommendation_id: int,
    title: str,
    assignment: Assignment,
    expected_result: str = "",
    *,
    as_draft: bool = False,
) -> ActionItem:
    """Open one more item for a confirmed recommendation under the report's next number, or keep it as a draft.

    Raises Forbidden, NotFound, Conflict where the adoption opens no items, or Invalid.
    """
    if not act.by.may(NEEDED[Step.ASSIGN]):
        raise Forbidden
    recommendation = get_recommendation(session, act.by, recommendation_id)
    if recommendation.adoption not in OPENS_ITEMS:
        raise Conflict(N_("依採行情形，這項建議不開立列管事項。"))
    if assignment.due_on < act.today:
        raise Invalid(fields={"due_on": N_("預定完成日不可早於今天。")})
    begin = prepare_action if as_draft else open_action
    item_no = next_number(session, recommendation.report)
    return begin(session, act, recommendation_id, item_no, title, assignment, expected_result)


def prepare_action(
    session: Session,
    act: Act,
    recommendation_id: int,
    item_no: str,
    title: str,
    assignment: Assignment,
    expected_result: str = "",
) -> ActionItem:
    """Write an item down as a draft (暫存), which nobody is told of before `assign`; raises Forbidden or Invalid."""
    if not act.by.may(NEEDED[Step.ASSIGN]):
        raise Forbidden
    if not title.strip():
        raise Invalid(fields={"title": N_("請填寫列管事項的名稱。")})
    item = ActionItem(
        item_no=item_no,
        recommendation_id=recommendation_id,
        title=title.strip(),
        expected_result=expected_result.strip(),
        status=Status.DRAFT,
        start_on=act.today,
        original_due_on=assignment.due_on,
        due_on=assignment.due_on,
        opened_at=act.at,
        round_no=1,
        parts=[],
        closings=[],
        updates=[],
    )
    session.add(item)
    _set_parts(session, act, item, assignment)
    session.flush()
    audit.record(
        session, act, "opened", "action_item", item.id, {}, {"item_no": item_no, "title": item.title}
    )
    return item


def assign(
    session: Session,
    act: Act,
    item_id: int,
    version: int | None = None,
    assignment: Assignment | None = None,
) -> ActionItem:
    """Bring a draft out to the departments that were chosen for it, or to others (分案).

    The date stays that of the draft; raises Invalid when it has gone by.
    """
    item = item_for(session, act, item_id, Step.ASSIGN, version)
    if item.due_on < act.today:
        raise Invalid(N_("預定完成日不可早於今天。"))
    if assignment is not None:
        # Nobody was told of a draft, so the departments that were first thought of leave no trace.
        item.parts.clear()
        session.flush()
        _set_parts(session, act, item, assignment)
    item.start_on = act.today
    for part in item.parts:
        part.assigned_at, part.reports_from = act.at, act.today
    return bring_out(session, act, item)


def reassign(
    session: Session, act: Act, item_id: int, assignment: Assignment, reason: str, version: int | None = None
) -> ActionItem:
    """Give an item to other departments (改分); it waits to be acknowledged again. The due date does not change."""
    item = item_for(session, act, item_id, Step.REASSIGN, version)
    return carry_out_reassignment(session, act, item, assignment, reason)


def carry_out_reassignment(
    session: Session, act: Act, item: ActionItem, assignment: Assignment, reason: str
) -> ActionItem:
    """Give a locked item to other departments, by whoever was found to have the right; raises Invalid."""
    if not reason.strip():
        raise Invalid(fields={"reason": N_("請說明改分的理由。")})
    before = _assignment_facts(session, item)
    held = [part for part in item.parts if part.status is not PartStatus.RELEASED]
    _set_parts(session, act, item, assignment)
    lapse(act, item.waiting_petition)
    touch(item)
    session.flush()
    after = _assignment_facts(session, item) | {"reason": reason.strip()}
    move(session, act, item, Step.REASSIGN, after, before)
    lost = tuple(part.id for part in held if part.status is PartStatus.RELEASED)
    raise_event(session, ActionAssigned(item.id, act, lost))
    return item


def acknowledge(
    session: Session, act: Act, item_id: int, officer_id: int | None = None, version: int | None = None
) -> ActionItem:
    """Take an item for the leading department and name its officer (簽收); raises Invalid without an officer."""
    item = item_for(session, act, item_id, Step.ACKNOWLEDGE, version)
    chosen = officer_id or item.lead.officer_id or act.by.person_id
    if chosen is None:
        raise Invalid(fields={"officer_id": N_("請指定承辦人。")})
    officer = check_officer(session, chosen, item.lead.department_id)
    item.lead.officer_id = officer.id
    item.lead.officer = officer
    item.lead.acknowledged_at = act.at
    move(session, act, item, Step.ACKNOWLEDGE, {"officer": officer.name})
    raise_event(session, ActionAcknowledged(item.id, act))
    return item


def check_officer(session: Session, officer_id: int, department_id: int) -> User:
    """Return a person who may be a department's officer, active until this transaction ends; raises Invalid."""
    officer = get_user(session, officer_id)
    # Whoever deactivates this person at the same moment waits, and then finds what they hold.
    is_active = session.scalar(select(User.is_active).where(User.id == officer_id).with_for_update(read=True))
    below = tree.subtree(department_nodes(session), department_id)
    belongs = any(grant.department_id in below for grant in officer.grants)
    if not is_active or not belongs:
        raise Invalid(fields={"officer_id": N_("承辦人必須是該機關或單位使用中的同仁。")})
    return officer


def bring_out(session: Session, act: Act, item: ActionItem) -> ActionItem:
    """Assign a draft of this transaction to the departments that were chosen for it."""
    move(session, act, item, Step.ASSIGN, _assignment_facts(session, item))
    raise_event(session, ActionAssigned(item.id, act))
    return item


def next_number(session: Session, report: Report) -> str:
    """Return the number that the report's next item gets, held for it until the transaction ends."""
    # Numbers are given out one after the other; those of recommendations without an item stay theirs.
    session.execute(select(Report.id).where(Report.id == report.id).with_for_update(key_share=True)).all()
    of_report = Recommendation.report_id == report.id
    given = session.scalars(select(ActionItem.item_no).join(Recommendation).where(of_report))
    last = session.scalar(select(func.max(Recommendation.seq_no)).where(of_report)) or 0
    numbers = (number_of_item(item_no) for item_no in given)
    return item_number(report.report_no or "", 1 + max((last, *numbers)))


def _free_number(session: Session, recommendation_id: int, wanted: str) -> str:
    """Return a recommendation's own number, or the next one where an item that was opened later bears it already."""
    taken = session.scalar(select(ActionItem.id).where(ActionItem.item_no == wanted))
    if taken is None:
        return wanted
    return next_number(session, session.get_one(Recommendation, recommendation_id).report)


def _set_parts(session: Session, act: Act, item: ActionItem, assignment: Assignment) -> None:
    wanted = _wanted_departments(session, assignment)
    lead_id = assignment.lead_department_id
    officer = (
        check_officer(session, assignment.officer_id, lead_id) if assignment.officer_id is not None else None
    )
    for part in item.parts:
        _prepare_for_change(act, part, wanted.get(part.department_id))
    # The former lead steps back before the new one comes: the database knows one lead at any time.
    session.flush()
    present = {part.department_id: part for part in item.parts}
    for department_id, role in wanted.items():
        part = present.get(department_id) or _new_part(session, act, item, department_id, role)
        if part.status is PartStatus.RELEASED and not _was_agreed(item, part):
            part.status, part.released_on, part.reports_from = PartStatus.OPEN, None, act.today
        if part.officer is not None and not part.officer.is_active:
            part.officer = None
        if role is PartRole.LEAD:
            part.role, part.officer = role, officer
            part.assigned_at, part.acknowledged_at = act.at, None


def _wanted_departments(session: Session, assignment: Assignment) -> dict[int, PartRole]:
    lead = _usable_department(session, assignment.lead_department_id, "lead_department_id")
    wanted = {lead.id: PartRole.LEAD}
    for department_id in assignment.support_department_ids:
        if department_id == lead.id:
            raise Invalid(fields={"support_department_ids": N_("協辦機關不可與主辦機關相同。")})
        wanted[_usable_department(session, department_id, "support_department_ids").id] = PartRole.SUPPORT
    return wanted


def _prepare_for_change(act: Act, part: Part, wanted: PartRole | None) -> None:
    """Settle a part that leaves or changes its role; what its department filed stays, so the part does too."""
    keeps_role = wanted is part.role and wanted is not None
    for closing in part.item.closings:
        # The lead's item begins anew, with another officer perhaps: what the last one prepared is not asked any more.
        moot = not keeps_role or part.role is PartRole.LEAD
        if moot and closing.part_id == part.id and closing.decided_at is None:
            closing.agreed, closing.decided_at, closing.decided_by_id = False, act.at, act.by.person_id
    if keeps_role:
        return
    part.status = PartStatus.OPEN if wanted else PartStatus.RELEASED
    part.released_on = None if wanted else part.released_on or act.today
    if part.role is PartRole.LEAD:
        part.role = PartRole.SUPPORT


def _was_agreed(item: ActionItem, part: Part) -> bool:
    return any(closing.agreed for closing in item.closings if closing.part_id == part.id)


def _new_part(session: Session, act: Act, item: ActionItem, department_id: int, role: PartRole) -> Part:
    part = Part(
        department_id=department_id,
        role=role,
        assigned_at=act.at,
        reports_from=act.today,
        percent=0,
        status=PartStatus.OPEN,
    )
    part.department = get_department(session, department_id)
    item.parts.append(part)
    return part


def _usable_department(session: Session, department_id: int, field: str) -> Department:
    department = get_department(session, department_id)
    if not department.is_active:
        raise Invalid(fields={field: N_("這個機關或單位已停用。")})
    return department


def _assignment_facts(session: Session, item: ActionItem) -> dict[str, object]:
    officer = session.get(User, item.lead.officer_id) if item.lead.officer_id else None
    return {
        "lead": item.lead.department.name,
        "support": [part.department.name for part in item.supporting],
        "officer": officer.name if officer else None,
        "due_on": item.due_on,
    }
