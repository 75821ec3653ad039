"""Reading what reminders are planned from and what waits to be written; and the notices inside the system."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    SQLColumnExpression,
    and_,
    exists,
    false,
    func,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import joinedload, selectinload

from tracker.access import Act, Role
from tracker.actions.models import ActionItem, Closing, Extension, Part, Petition, PostCheck, ProgressUpdate
from tracker.actions.queries import is_live_check
from tracker.actions.rules.filing import Cycle, Period
from tracker.actions.rules.workflow import OPEN, PartRole, PartStatus, Status
from tracker.foundation.clock import local_date
from tracker.foundation.database import Page, Session
from tracker.foundation.membership import is_among, is_code
from tracker.people.models import Department, RoleGrant, User
from tracker.people.queries import deputies_on, parents_of
from tracker.reminders.letter_queries import IS_QUEUED
from tracker.reminders.models import (
    Ladder,
    LetterKind,
    LetterPreference,
    Notice,
    OutboxLetter,
    Planned,
    PlannedReminder,
    RefusedAddress,
)
from tracker.reminders.rules.digest import NoticeKind
from tracker.reminders.rules.ladder import Facts
from tracker.reminders.rules.ladders import Ladders, Scope
from tracker.reminders.rules.recipients import Directory, Request, asked_by
from tracker.reminders.rules.retry import Slot
from tracker.reminders.rules.stages import SHIPPED, Anchor, Stage, read_code
from tracker.reports.models import Recommendation


@dataclass(frozen=True)
class Terms:
    """What reminders are judged by on a day: the ladders in force, and how the city lets progress be filed."""

    today: date
    zone: ZoneInfo
    ladders: Ladders
    cycle: Cycle = Cycle.MONTHLY
    filing_days: int = 5

    def unfiled(
        self, reports_from: date, filed_until: date | None
    ) -> tuple[date | None, date | None, date | None]:
        """Return when the last period ended, where nothing was filed for it, and until when that is in time.

        The latter once more where nothing was filed for the period before either; None for what need not be filed.
        """
        if not _is_owed(self.last, reports_from, filed_until):
            return None, None, None
        closes_on = self.last.closes_on(self.filing_days)
        is_second = _is_owed(self.last.previous, reports_from, filed_until)
        return self.last.last_day, closes_on, closes_on if is_second else None

    @cached_property
    def last(self) -> Period:
        """Return the period that ended last."""
        return Period.around(self.today, self.cycle).previous


def _is_owed(period: Period, reports_from: date, filed_until: date | None) -> bool:
    return reports_from <= period.last_day and (filed_until is None or filed_until < period.last_day)


@dataclass(frozen=True)
class Concern:
    """One department's open part in an item, with the facts that its ladder asks for.

    `requests` are those that wait for somebody's word, by the anchor that is counted from them.
    """

    part_id: int
    item_id: int
    item_no: str
    department_id: int
    officer_id: int | None
    facts: Facts
    requests: Mapping[Anchor, Request] = field(default_factory=dict)
    stages: Sequence[Stage] = SHIPPED


def load_directory(session: Session, day: date) -> Directory:
    """Return who is active and holds what, with the deputies of the day."""
    holders: dict[tuple[Role, int | None], list[int]] = {}
    grants = (
        select(RoleGrant.role, RoleGrant.department_id, RoleGrant.person_id).join(User).where(User.is_active)
    )
    for role, department_id, person_id in session.execute(grants.order_by(RoleGrant.id)):
        holders.setdefault((role, department_id), []).append(person_id)
    places = select(
        Department.id,
        Department.parent_id,
        Department.mailbox,
        Department.is_coordinating,
        RefusedAddress.id.label("refused"),
    )
    departments = session.execute(
        places.outerjoin(RefusedAddress, RefusedAddress.address == Department.mailbox)
    ).all()
    people = (
        select(User.id, LetterPreference, RefusedAddress.id.label("refused"))
        .outerjoin(LetterPreference, LetterPreference.person_id == User.id)
        .outerjoin(RefusedAddress, RefusedAddress.address == User.email)
        .where(User.is_active)
    )
    active = {row.id: row for row in session.execute(people)}
    return Directory(
        parents={row.id: row.parent_id for row in departments},
        holders=holders,
        active=frozenset(active),
        deputies=deputies_on(session, day),
        preferences={
            row.id: row.LetterPreference.chosen for row in active.values() if row.LetterPreference is not None
        },
        refused=frozenset(row.id for row in active.values() if row.refused is not None),
        mailboxes={row.id: row.mailbox for row in departments if row.mailbox and row.refused is None},
        coordinating=frozenset(row.id for row in departments if row.is_coordinating),
    )


def load_ladders(session: Session) -> Ladders:
    """Return the ladders in force."""
    enabled = select(Ladder).where(Ladder.is_enabled).options(joinedload(Ladder.rungs))
    stages = {each.target: each.stages for each in session.scalars(enabled).unique()}
    parents: Mapping[int, int | None] = {}
    # Most cities have no ladder of a department, and this is asked for with every page of work and batch of letters.
    if any(scope is Scope.DEPARTMENT for scope, _ in stages):
        parents = parents_of(session)
    return Ladders(stages, parents)


def list_concerns(
    session: Session,
    terms: Terms,
    part_ids: Collection[int] | None = None,
    today: date | None = None,
    *,
    with_history: bool = False,
    reached: Mapping[str, date] | None = None,
) -> list[Concern]:
    """Return the parts that reminders may concern: all of open items, or the named ones whatever their state.

    Of released items those whose check after closing is due. The steps that are covered come with all parts, with the
    named ones only when asked for. Given what `steps_reached` returns, parts whose due date has reached only steps that
    are covered are left out, unless more than the due date is asked after.
    """
    ids = _asked_parts(session, terms, today or date.max, reached) if part_ids is None else part_ids
    # Columns, not entities: there are thousands of them on a day.
    query = (
        select(
            Part.id,
            Part.item_id,
            Part.department_id,
            Part.officer_id,
            Part.status,
            Part.role,
            Part.assigned_at,
            Part.reports_from,
            Part.filed_until,
            ActionItem.item_no,
            ActionItem.status.label("item_status"),
            ActionItem.due_on,
            ActionItem.tracking_level,
            Recommendation.theme,
            Closing.requested_on,
            Closing.requested_at,
            Closing.requested_by_id,
            Closing.forwarded_by_id,
            Extension.requested_on.label("extension_requested_on"),
            Extension.requested_by_id.label("extension_requested_by_id"),
            Extension.turn,
            Petition.requested_on.label("petition_made_on"),
            Petition.requested_by_id.label("petition_made_by_id"),
            PostCheck.due_on.label("post_check_on"),
        )
        .join(ActionItem, ActionItem.id == Part.item_id)
        .join(Recommendation, Recommendation.id == ActionItem.recommendation_id)
        .outerjoin(Closing, (Closing.part_id == Part.id) & Closing.decided_at.is_(None))
        .outerjoin(
            Extension,
            (Extension.item_id == Part.item_id)
            & Extension.decided_at.is_(None)
            & (Part.role == PartRole.LEAD),
        )
        .outerjoin(
            Petition,
            (Petition.item_id == Part.item_id) & Petition.decided_at.is_(None) & (Part.role == PartRole.LEAD),
        )
        .outerjoin(
            PostCheck,
            (PostCheck.item_id == Part.item_id)
            & (Part.role == PartRole.LEAD)
            & is_live_check()
            & PostCheck.answered_at.is_(None)
            & (ActionItem.status == Status.CLOSED_IMPLEMENTED),
        )
        .where(is_among(Part.id, ids))
        .order_by(Part.id)
    )
    rows, waiting = session.execute(query).all(), _unreviewed(session, ids)
    covered = _covered(session, ids) if part_ids is None or with_history else {}
    return [_concern(row, terms, waiting.get(row.id, {}), covered.get(row.id, ())) for row in rows]


def _asked_parts(
    session: Session, terms: Terms, today: date, reached: Mapping[str, date] | None
) -> Sequence[int]:
    """Return the ids of the parts that reminders may concern; asked of every part, twice a minute."""
    is_asked = ActionItem.status.in_(OPEN) & (Part.status != PartStatus.RELEASED)
    if reached is not None:
        is_asked &= _has_open_step(reached) | _is_asked_otherwise(terms)
    parts = select(Part.id).join(ActionItem, ActionItem.id == Part.item_id)
    return session.scalars(parts.where(is_asked | _is_checked(today))).all()


def _has_open_step(reached: Mapping[str, date]) -> ColumnElement[bool]:
    """Return the condition for a part whose due date has reached a step that is not on record for it."""
    return or_(
        false(),
        *(
            and_(
                ActionItem.due_on <= due_on,
                not_(
                    exists().where(
                        PlannedReminder.part_id == Part.id,
                        PlannedReminder.step == step,
                        PlannedReminder.cycle == ActionItem.due_on,
                    )
                ),
            )
            for step, due_on in reached.items()
        ),
    )


def _is_asked_otherwise(terms: Terms) -> ColumnElement[bool]:
    """Return the condition for a part of which something is asked whatever its due date."""
    last = terms.last.last_day
    by_part = (
        select(Closing.part_id).where(Closing.decided_at.is_(None)),
        select(ProgressUpdate.part_id).where(ProgressUpdate.approved.is_(None)),
    )
    by_item = (
        select(Extension.item_id).where(Extension.decided_at.is_(None)),
        select(Petition.item_id).where(Petition.decided_at.is_(None)),
    )
    return or_(
        ActionItem.status == Status.ASSIGNED,
        and_(Part.reports_from <= last, or_(Part.filed_until.is_(None), Part.filed_until < last)),
        *map(Part.id.in_, by_part),
        and_(Part.role == PartRole.LEAD, or_(*map(Part.item_id.in_, by_item))),
    )


def _is_checked(by: date) -> ColumnElement[bool]:
    """Return the condition for the leading part of a released item whose check is due by a day and not answered."""
    due = (
        select(PostCheck.item_id)
        .join(ActionItem, ActionItem.id == PostCheck.item_id)
        .where(
            ActionItem.status == Status.CLOSED_IMPLEMENTED,
            is_live_check(),
            PostCheck.answered_at.is_(None),
            PostCheck.due_on <= by,
        )
        .correlate(None)
    )
    return and_(Part.role == PartRole.LEAD, Part.item_id.in_(due))


def _concern(
    row: Any, terms: Terms, unreviewed: Mapping[int, datetime], covered: Collection[tuple[str, date]]
) -> Concern:
    period_ended_on, filing_closes_on, filing_missed_twice_on = terms.unfiled(
        row.reports_from, row.filed_until
    )
    return Concern(
        part_id=row.id,
        item_id=row.item_id,
        item_no=row.item_no,
        department_id=row.department_id,
        officer_id=row.officer_id,
        facts=Facts(
            status=row.item_status,
            part_status=row.status,
            is_lead=row.role is PartRole.LEAD,
            due_on=row.due_on,
            assigned_on=local_date(row.assigned_at, terms.zone),
            closing_requested_on=row.requested_on,
            closing_prepared_on=_prepared_on(row.requested_at, row.requested_on, terms.zone),
            extension_requested_on=row.extension_requested_on,
            petition_made_on=row.petition_made_on,
            progress_submitted_on=local_date(min(unreviewed.values()), terms.zone) if unreviewed else None,
            period_ended_on=period_ended_on,
            filing_closes_on=filing_closes_on,
            filing_missed_twice_on=filing_missed_twice_on,
            post_check_on=row.post_check_on,
            covered=frozenset(covered),
        ),
        requests=dict(_requests(row, unreviewed)),
        stages=terms.ladders.choose(row.department_id, row.theme, row.tracking_level),
    )


def _requests(row: Any, unreviewed: Collection[int]) -> Iterator[tuple[Anchor, Request]]:
    """Yield what waits for somebody's word; of progress it is enough to have the word on one report."""
    if row.requested_by_id is not None:
        yield Anchor.CLOSING_PREPARED, asked_by(row.requested_by_id)
        yield Anchor.CLOSING_REQUESTED, asked_by(row.requested_by_id, row.forwarded_by_id)
    if row.extension_requested_by_id is not None:
        yield Anchor.EXTENSION_REQUESTED, asked_by(row.extension_requested_by_id, turn=row.turn)
    if row.petition_made_by_id is not None:
        yield Anchor.PETITION_MADE, asked_by(row.petition_made_by_id)
    if unreviewed:
        behind = tuple(frozenset({person_id}) for person_id in unreviewed)
        yield Anchor.PROGRESS_SUBMITTED, Request(behind, rises=True)


def _prepared_on(asked_at: datetime | None, forwarded_on: date | None, zone: ZoneInfo) -> date | None:
    """Return the day on which a closing request came to the head of the unit, None once it was forwarded."""
    return local_date(asked_at, zone) if asked_at is not None and forwarded_on is None else None


def list_parts_of(session: Session, item_ids: Iterable[int]) -> Sequence[int]:
    """Return the ids of the parts of some items."""
    return session.scalars(select(Part.id).where(Part.item_id.in_(list(item_ids)))).all()


def _unreviewed(session: Session, part_ids: Collection[int]) -> Mapping[int, Mapping[int, datetime]]:
    """Return, by part and by who filed it, when the oldest report of progress came that waits for approval."""
    query = (
        select(
            ProgressUpdate.part_id,
            ProgressUpdate.submitted_by_id,
            func.min(ProgressUpdate.submitted_at).label("since"),
        )
        .where(ProgressUpdate.approved.is_(None), is_among(ProgressUpdate.part_id, part_ids))
        .group_by(ProgressUpdate.part_id, ProgressUpdate.submitted_by_id)
    )
    found: dict[int, dict[int, datetime]] = {}
    for row in session.execute(query):
        found.setdefault(row.part_id, {})[row.submitted_by_id] = row.since
    return found


def _covered(session: Session, part_ids: Collection[int]) -> Mapping[int, Collection[tuple[str, date]]]:
    """Return, by part, the steps that are on record with the day that each is counted from."""
    query = (
        select(PlannedReminder.part_id, PlannedReminder.step, PlannedReminder.cycle)
        .where(is_among(PlannedReminder.part_id, part_ids))
        .distinct()
    )
    covered: dict[int, set[tuple[str, date]]] = {}
    for part_id, step, cycle in session.execute(query):
        covered.setdefault(part_id, set()).add((step, cycle))
    return covered


def list_people_to_write(session: Session, directory: Directory, slot: Slot) -> Sequence[int]:
    """Return the people for whom something waits to be written on a day, or whose older letter has not left.

    Whoever asked for a later hour is among them, so that the size of the day's run is known when it begins. What was
    planned after the day's slot had closed, by a repair, waits for the next one.
    """
    reminders = select(
        PlannedReminder.recipient_id,
        PlannedReminder.stage,
        PlannedReminder.capacity,
        func.min(PlannedReminder.occurs_on).label("since"),
    ).where(
        is_code(PlannedReminder.outcome, Planned.PLANNED),
        PlannedReminder.letter_id.is_(None),
        PlannedReminder.planned_at < slot.closes_at,
    )
    notices = select(Notice.person_id, func.min(Notice.created_at).label("since")).where(
        Notice.mail == Planned.PLANNED, Notice.letter_id.is_(None)
    )
    older = select(OutboxLetter.recipient_id).where(
        OutboxLetter.kind == LetterKind.REMINDER_DIGEST,
        IS_QUEUED,
        OutboxLetter.local_date < slot.day,
    )
    found = set(session.scalars(older))
    by_step = PlannedReminder.recipient_id, PlannedReminder.stage, PlannedReminder.capacity
    for person_id, stage, capacity, since in session.execute(reminders.group_by(*by_step)):
        chosen = directory.preferences_of(person_id)
        if chosen.told_from(read_code(stage), capacity, since) <= slot.day:
            found.add(person_id)
    for person_id, since in session.execute(notices.group_by(Notice.person_id)):
        if since < directory.preferences_of(person_id).opens_at(slot):
            found.add(person_id)
    return sorted(found)


def list_waiting_reminders(
    session: Session, people: Collection[int], directory: Directory, day: date
) -> list[PlannedReminder]:
    """Return some people's planned reminders that may stand in the letters of a day, earliest stage first."""
    waiting = session.scalars(
        select(PlannedReminder)
        .where(
            PlannedReminder.recipient_id.in_(people),
            PlannedReminder.outcome == Planned.PLANNED,
            PlannedReminder.letter_id.is_(None),
        )
        .options(selectinload(PlannedReminder.deputy_for))
        .order_by(PlannedReminder.occurs_on, PlannedReminder.id)
    )
    return [each for each in waiting if _may_be_told(each, directory, day)]


def _may_be_told(reminder: PlannedReminder, directory: Directory, day: date) -> bool:
    chosen = directory.preferences_of(reminder.recipient_id)
    return chosen.told_from(read_code(reminder.stage), reminder.capacity, reminder.occurs_on) <= day


def list_waiting_notices(
    session: Session, people: Collection[int], directory: Directory, slot: Slot
) -> list[Notice]:
    """Return some people's notices whose mail stands in no letter yet, made before their letters may leave."""
    waiting = session.scalars(
        select(Notice)
        .where(Notice.person_id.in_(people), Notice.mail == Planned.PLANNED, Notice.letter_id.is_(None))
        .order_by(Notice.created_at, Notice.id)
    )
    return [
        each for each in waiting if each.created_at < directory.preferences_of(each.person_id).opens_at(slot)
    ]


def list_notices(session: Session, person_id: int, number: int = 1, size: int = 50) -> Page[Notice]:
    """Return a page of a person's notices, newest first, with their items."""
    total = session.scalar(select(func.count(Notice.id)).where(Notice.person_id == person_id)) or 0
    rows = session.scalars(
        select(Notice)
        .where(Notice.person_id == person_id)
        .options(joinedload(Notice.item))
        .order_by(Notice.created_at.desc(), Notice.id.desc())
        .limit(size)
        .offset((number - 1) * size)
    ).all()
    return Page(rows, total, number, size)


def items_of_notices(session: Session, notices: Iterable[Notice]) -> Mapping[int, ActionItem]:
    """Return the items that notices about several at once name, by id."""
    wanted = {item_id for each in notices for item_id in each.item_ids}
    found = session.scalars(select(ActionItem).where(ActionItem.id.in_(wanted))) if wanted else ()
    return {item.id: item for item in found}


def unread_notices(person_id: SQLColumnExpression[int] | int) -> ScalarSelect[int]:
    """Return how many notices a person has not read, as a value to be asked for along with others."""
    unread = select(func.count(Notice.id)).where(Notice.person_id == person_id, Notice.read_at.is_(None))
    return unread.scalar_subquery()


@dataclass(frozen=True)
class Told:
    """What one act told a person: of how many items, and whether it also goes by mail."""

    person: str
    kind: NoticeKind
    items: int
    by_mail: bool


def last_notice(session: Session) -> int:
    """Return the number of the notice that was made last, 0 where there is none."""
    return session.scalar(select(func.max(Notice.id))) or 0


def list_told_by(session: Session, act: Act, since: int) -> Sequence[Told]:
    """Return whom an act tells what, by name, after the notice of a number."""
    query = (
        select(User.name, Notice.kind, func.count(Notice.id), func.count(Notice.mail))
        .join(User, User.id == Notice.person_id)
        .where(Notice.id > since, Notice.created_at == act.at, Notice.actor_name == act.by.name)
        .group_by(User.id, User.name, Notice.kind)
        .order_by(User.name, User.id, Notice.kind)
    )
    return [Told(name, kind, items, mailed > 0) for name, kind, items, mailed in session.execute(query)]


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first moment of a local day and of the next."""
    start = datetime.combine(day, datetime.min.time(), zone)
    return start, datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)
