"""What waits for a person today, under the headings of their letter: the work page and the letter agree by this.

Every reason why an item concerns a person is a claim; of several claims on one item the most urgent one stands, one's
own before what others do below. A letter tells of what is new; the page shows the whole.

Conditions that are the same for every reader are made once and kept: making them takes longer than asking.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    SQLColumnExpression,
    Subquery,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from tracker.access import Permission, Principal, Role
from tracker.actions.models import ActionItem, Closing, Extension, Part, ProgressUpdate
from tracker.actions.queries import (
    closings_for,
    extensions_for,
    for_lines,
    forwards_for,
    from_joined,
    held_by,
    is_open,
    overdue_on,
    petitions_for,
    updates_for,
)
from tracker.actions.rules.extending import Level
from tracker.actions.rules.filing import Period
from tracker.actions.rules.workflow import PartRole, PartStatus, Status
from tracker.foundation.database import Base, Session
from tracker.foundation.office_days import OfficeCalendar
from tracker.people.models import User
from tracker.people.queries import below_heads, calendars_around
from tracker.reminders.models import Notice
from tracker.reminders.post_office import PostOffice
from tracker.reminders.queries import day_bounds
from tracker.reminders.rules.digest import NoticeKind, Section
from tracker.reminders.rules.work import Marks, marks_of
from tracker.reminders.standing import NEWS_FOR

_ORDER: Final = tuple(Section)
_RANK: Final = {section: rank for rank, section in enumerate(_ORDER)}
_NOBODY: Final[ColumnElement[int | None]] = cast(null(), Integer)


@dataclass(frozen=True)
class Waiting:
    """One item that waits: what it waits for (`target_id`: a request, a report of progress or a part), and for whom.

    `stands_in_for` names the person in whose place the reader acts, empty where they act for themselves.
    """

    item: ActionItem
    target_id: int
    stands_in_for: str = ""


@dataclass(frozen=True)
class Pile:
    """The items under one heading, those that others do below (`is_overseen`) apart; `total` counts all of them."""

    section: Section
    is_overseen: bool
    total: int
    late: int
    earliest_due_on: date | None
    items: Sequence[Waiting]


def work_of(
    office: PostOffice, session: Session, principal: Principal, today: date, limit: int = 50
) -> list[Pile]:
    """Return what waits for a person, most urgent first; of each pile at most `limit` items, earliest due first."""
    rows = session.execute(_piled(_Desk.of(office, session, principal, today), limit)).all()
    ids = [row.item_id for row in rows]
    query = from_joined(select(ActionItem)).where(ActionItem.id.in_(ids)).options(*for_lines())
    items = {item.id: item for item in session.scalars(query).unique()} if ids else {}
    piles: dict[tuple[int, bool], list[Any]] = {}
    for row in rows:
        piles.setdefault((row.rank, bool(row.overseen)), []).append(row)
    return [
        Pile(
            _ORDER[rank],
            overseen,
            rows[0].total,
            rows[0].late,
            rows[0].earliest_due_on,
            [Waiting(items[row.item_id], row.target_id, row.name or "") for row in rows],
        )
        for (rank, overseen), rows in piles.items()
    ]


def headings_of(
    office: PostOffice, session: Session, principal: Principal, today: date, item_ids: Collection[int]
) -> Mapping[int, Section]:
    """Return, of some items, under which heading each stands on a person's work page, where it stands there."""
    if not item_ids:
        return {}
    desk = _Desk.of(office, session, principal, today, frozenset(item_ids))
    chosen = _chosen(desk)
    return {row.item_id: _ORDER[row.rank] for row in session.execute(select(chosen.c.item_id, chosen.c.rank))}


def headings_of_own(
    office: PostOffice,
    session: Session,
    calendar: OfficeCalendar,
    today: date,
    people: Collection[int],
    item_ids: Collection[int],
) -> Mapping[int, Mapping[int, Section]]:
    """Return, by person and item, the headings of some items in which people hold a part, as `headings_of` does.

    It answers for many people at once, but only for those with no other claim on an item: officers of one department
    that keeps the calendar, nobody's deputies, whom no notice gave an item or asked for a report.
    """
    marks = marks_of(today, calendar, office.filing.cycle, office.filing.days)
    desk = _Desk(Principal(None, ""), marks, office.zone, frozenset(item_ids), ())
    rank = func.min(_own_rank(desk, false(), false())).label("rank")
    held: Any = select(Part.officer_id, Part.item_id, rank)
    query = desk.narrowed(held.join(ActionItem, ActionItem.id == Part.item_id)).where(
        Part.status == PartStatus.OPEN, Part.officer_id.in_(people)
    )
    found: dict[int, dict[int, Section]] = {}
    for person_id, item_id, place in session.execute(query.group_by(Part.officer_id, Part.item_id)):
        found.setdefault(person_id, {})[item_id] = _ORDER[place]
    return found


def list_singled_out(session: Session, people: Collection[int]) -> Sequence[int]:
    """Return those of some people whom a notice ever gave an item or asked for a report."""
    kinds = (NoticeKind.OFFICER_GIVEN, NoticeKind.PROGRESS_ASKED)
    query = select(Notice.person_id).where(Notice.kind.in_(kinds), Notice.person_id.in_(people))
    return session.scalars(query.distinct()).all()


@dataclass(frozen=True)
class _Desk:
    """Whose work is asked for, on which day; `only` narrows it to some items."""

    principal: Principal
    marks: Marks
    zone: ZoneInfo
    only: frozenset[int] | None
    given: Sequence[Notice]

    @classmethod
    def of(
        cls,
        office: PostOffice,
        session: Session,
        principal: Principal,
        today: date,
        only: frozenset[int] | None = None,
    ) -> "_Desk":
        calendars = calendars_around(session, office.country, today)
        place = next(
            (each.department_id for each in principal.grants if each.department_id is not None), None
        )
        calendar = calendars.everywhere if place is None else calendars.of(place)
        marks = marks_of(today, calendar, office.filing.cycle, office.filing.days)
        return cls(principal, marks, office.zone, only, _given_to(session, principal, office.clock.now()))

    def narrowed(self, query: Select[Any]) -> Select[Any]:
        """Leave closed items out of a query, and those that nobody asks for."""
        asked = is_open() if self.only is None else and_(is_open(), ActionItem.id.in_(self.only))
        return query.where(asked)

    def until_end_of(self, day: date) -> datetime:
        return day_bounds(day, self.zone)[1]


def _given_to(session: Session, principal: Principal, now: datetime) -> Sequence[Notice]:
    """Return what tells a person of items that came to them lately from another officer."""
    if not principal.may(Permission.Action.ACKNOWLEDGE):
        return ()
    return session.scalars(
        select(Notice).where(
            Notice.kind == NoticeKind.OFFICER_GIVEN,
            Notice.person_id.in_(principal.persons),
            Notice.created_at > now - NEWS_FOR,
        )
    ).all()


def _piled(desk: _Desk, limit: int) -> Select[Any]:
    chosen = _chosen(desk)
    pile = (chosen.c.rank, chosen.c.overseen)
    late_due_on = case((chosen.c.late == 1, chosen.c.due_on))
    numbered = select(
        chosen,
        func.row_number()
        .over(partition_by=pile, order_by=(chosen.c.due_on, chosen.c.item_no))
        .label("place"),
        func.count().over(partition_by=pile).label("total"),
        func.sum(chosen.c.late).over(partition_by=pile).label("late_in_all"),
        func.min(late_due_on).over(partition_by=pile).label("earliest_due_on"),
    ).subquery("numbered")
    shown = numbered.c
    return (
        select(
            shown.item_id,
            shown.rank,
            shown.overseen,
            shown.target_id,
            shown.total,
            shown.late_in_all.label("late"),
            shown.earliest_due_on,
            User.name,
        )
        .outerjoin(User, User.id == shown.stands_in_for)
        .where(shown.place <= limit)
        .order_by(shown.rank, shown.overseen, shown.place)
    )


def _chosen(desk: _Desk) -> Subquery:
    """Return the claim that stands for each item: the most urgent, one's own first."""
    claims = union_all(*_claims(desk)).subquery("claims")
    of_item = (
        claims.c.rank,
        claims.c.overseen,
        claims.c.stands_in_for.is_not(None),
        claims.c.target_id.desc(),
    )
    best = select(
        claims, func.row_number().over(partition_by=claims.c.item_id, order_by=of_item).label("place")
    ).subquery("best")
    return (
        select(
            best.c.item_id,
            best.c.rank,
            best.c.overseen,
            best.c.target_id,
            best.c.stands_in_for,
            ActionItem.due_on,
            ActionItem.item_no,
            case((overdue_on(desk.marks.today), 1), else_=0).label("late"),
        )
        .join(ActionItem, ActionItem.id == best.c.item_id)
        .where(best.c.place == 1)
        .subquery("chosen")
    )


def _claims(desk: _Desk) -> Iterator[Select[Any]]:
    """Yield the claims on a person; each lies within what they may see, so that nothing has to be left out after."""
    principal, marks = desk.principal, desk.marks
    yield _own_parts(desk)
    deciders = (Role.COORDINATOR, Role.AGENCY_HEAD)
    if any(map(principal.holds, deciders)):
        yield _requests(desk, Section.TO_DECIDE, closings_for(principal), *deciders)
        yield _requests(desk, Section.TO_ANSWER, petitions_for(principal), *deciders)
    for level in Level:
        if principal.holds(Role(level.value)):
            turn = extensions_for(principal).where(Extension.turn == level)
            yield _requests(desk, Section.TO_EXTEND, turn, Role(level.value))
    if principal.holds(Role.UNIT_HEAD):
        yield _requests(desk, Section.TO_FORWARD, forwards_for(principal), Role.UNIT_HEAD)
        yield _requests(desk, Section.TO_APPROVE, updates_for(principal), Role.UNIT_HEAD)
        yield _below_unit_head(desk)
    if principal.holds(Role.AGENCY_HEAD):
        yield _below_agency_head(desk, Part.department_id.in_(principal.headed_departments), marks.today)
    if principal.holds(Role.COORDINATOR):
        yield _below_agency_head(desk, not_(_is_below(Role.AGENCY_HEAD)), marks.late_ten)
        yield _long_late(desk)


def _claim(
    rank: ColumnElement[int], target: SQLColumnExpression[Any], overseen: bool, whom: ColumnElement[Any]
) -> Select[Any]:
    return select(
        ActionItem.id.label("item_id"),
        rank.label("rank"),
        target.label("target_id"),
        literal(int(overseen)).label("overseen"),
        whom.label("stands_in_for"),
    )


def _own_parts(desk: _Desk) -> Select[Any]:
    """Return the claims of the parts that a person holds, and of those without an officer that are theirs to take."""
    principal = desk.principal
    is_mine = held_by(principal)
    untaken = or_(Part.officer_id.is_(None), Part.officer_id.in_(select(User.id).where(~User.is_active)))
    takes: ColumnElement[bool] = Part.department_id.in_(
        principal.scope(Permission.Action.ACKNOWLEDGE).departments
    )
    if principal.holds(Role.COORDINATOR):
        takes = or_(takes, not_(_is_below(Role.UNIT_HEAD, Role.AGENCY_HEAD)))
    rank = _own_rank(desk, or_(false(), *(_is_given(each) for each in desk.given)), _is_asked(principal))
    own = principal.person_id
    whom = case((and_(is_mine, Part.officer_id != own), Part.officer_id), else_=_NOBODY)
    query = _claim(rank, Part.id, False, whom).join(Part, Part.item_id == ActionItem.id)
    return desk.narrowed(query).where(Part.status == PartStatus.OPEN, or_(is_mine, and_(untaken, takes)))


def _own_rank(desk: _Desk, given: ColumnElement[bool], asked: ColumnElement[bool]) -> ColumnElement[Any]:
    """Return under which heading a part stands for its officer; `given` and `asked` are for one reader only."""
    marks = desk.marks
    # What the head of the unit has to forward is no longer in the officer's hands.
    spared = and_(_is_prepared(), _is_below(Role.UNIT_HEAD))
    return _rank(
        _sections(desk, marks.soon, marks.unacknowledged, spared)
        | {
            Section.GIVEN: given,
            Section.TO_REPORT: asked,
            Section.TO_FILE: _is_owed(marks.period.previous),
            Section.THIS_PERIOD: and_(not_(spared), _is_unfiled(marks.period)),
            Section.LATER: Part.id.is_not(None),
        }
    )


def _below_unit_head(desk: _Desk) -> Select[Any]:
    """Return the claims of what the officers below the head of a unit have to do soon, or had to do."""
    marks = desk.marks
    rank = _rank(_sections(desk, marks.soon_for_heads, marks.unacknowledged_for_heads, false()))
    whom = _for_whom(desk.principal, Role.UNIT_HEAD)
    query = _claim(rank, Part.id, True, whom).join(Part, Part.item_id == ActionItem.id)
    below = Part.department_id.in_(desk.principal.departments_as(Role.UNIT_HEAD))
    asked = select(Closing.part_id).where(
        Closing.id.in_(forwards_for(desk.principal).with_only_columns(Closing.id))
    )
    theirs = and_(below, Part.id.not_in(asked))
    return desk.narrowed(query).where(Part.status == PartStatus.OPEN, theirs, rank.is_not(None))


def _below_agency_head(desk: _Desk, below: ColumnElement[bool], late_by: date) -> Select[Any]:
    """Return the claims of what is late below the head of an agency, or has to be done anew.

    Where an agency has no head, the coordinating office stands in its place.
    """
    conditions = _late(desk, late_by) | {Section.RETURNED: _is_in_new_round()}
    role = Role.AGENCY_HEAD if late_by == desk.marks.today else Role.COORDINATOR
    return _overseen(desk, conditions, role).where(below)


def _long_late(desk: _Desk) -> Select[Any]:
    """Return the claims of what the coordinating office brings before the city's heads (專案簽報)."""
    last = desk.marks.period.previous
    conditions = _late(desk, desk.marks.late_twenty)
    if desk.marks.is_filing_late:
        conditions[Section.UNFILED_OVERVIEW] = and_(
            Part.status == PartStatus.OPEN, _is_owed(last.previous), _is_owed(last)
        )
    return _overseen(desk, conditions, Role.COORDINATOR)


def _overseen(desk: _Desk, conditions: Mapping[Section, ColumnElement[bool]], role: Role) -> Select[Any]:
    query = _claim(_rank(conditions), Part.id, True, _for_whom(desk.principal, role))
    query = query.join(Part, Part.item_id == ActionItem.id)
    return desk.narrowed(query).where(Part.status != PartStatus.RELEASED, or_(*conditions.values()))


def _late(desk: _Desk, by: date) -> dict[Section, ColumnElement[bool]]:
    reached = and_(ActionItem.due_on < desk.marks.today, ActionItem.due_on <= by)
    is_late = overdue_on(desk.marks.today)
    return {Section.HELD_UP: and_(reached, not_(is_late)), Section.OVERVIEW: and_(reached, is_late)}


def _requests(desk: _Desk, section: Section, waiting: Select[int, int, int], *roles: Role) -> Select[Any]:
    """Return the claims of requests that wait for a person's decision."""
    item_id, request_id, department_id = waiting.subquery(section.value).c
    whom = _for_whom(desk.principal, *roles, department=department_id)
    claim = _claim(literal(_RANK[section]), request_id, False, whom)
    return desk.narrowed(claim.join(request_id.table, item_id == ActionItem.id))


def _sections(
    desk: _Desk, soon: date, unacknowledged: date, spared: ColumnElement[bool]
) -> dict[Section, ColumnElement[bool]]:
    """Return under which headings a part stands as long as it is open, as the ladder of reminders has it.

    Nobody is chased about the due date of what is `spared`.
    """
    today = desk.marks.today
    is_late, past = overdue_on(today), ActionItem.due_on < today
    leads = Part.role == PartRole.LEAD
    new = or_(
        and_(leads, ActionItem.status == Status.ASSIGNED),
        and_(not_(leads), Part.updated_on.is_(None), ActionItem.status == Status.ASSIGNED),
    )
    chased = not_(or_(and_(leads, _waits_for_time()), spared))
    return {
        Section.TOMORROW: and_(chased, not_(past), ActionItem.due_on <= desk.marks.tomorrow),
        Section.LATE_THREE_DAYS: and_(chased, is_late, ActionItem.due_on <= desk.marks.late_three),
        Section.TO_ACKNOWLEDGE: and_(leads, new, Part.assigned_at < desk.until_end_of(unacknowledged)),
        Section.ASSIGNED: new,
        Section.RETURNED: _is_returned(),
        Section.LATE: and_(chased, is_late),
        Section.HELD_UP: and_(chased, past, not_(is_late)),
        Section.SOON: and_(chased, not_(past), ActionItem.due_on <= soon),
        Section.FILING_MISSED: _is_owed(desk.marks.period.previous) if desk.marks.is_filing_late else false(),
    }


def _rank(conditions: Mapping[Section, ColumnElement[bool]]) -> ColumnElement[Any]:
    return case(
        *((conditions[section], literal(_RANK[section])) for section in Section if section in conditions),
        else_=null(),
    )


def _for_whom(
    principal: Principal, *roles: Role, department: ColumnElement[int] | None = None
) -> ColumnElement[Any]:
    """Return the person in whose place somebody stands above a department, NULL where it is their own."""
    column = Part.department_id if department is None else department
    # One's own grants come first, so that nobody is called a deputy where they stand in their own right.
    whens = [
        (
            true() if grant.role is Role.COORDINATOR else column.in_(grant.subtree),
            _NOBODY if grant.deputy_for is None else literal(grant.deputy_for),
        )
        for grant in principal.grants
        if grant.role in roles
    ]
    return case(*whens, else_=_NOBODY) if whens else _NOBODY


@cache
def _is_below(*roles: Role) -> ColumnElement[bool]:
    return Part.department_id.in_(below_heads(*roles))


@cache
def _waits_for_time() -> ColumnElement[bool]:
    return exists(
        select(Extension.id).where(Extension.item_id == ActionItem.id, Extension.decided_at.is_(None))
    )


@cache
def _is_prepared() -> ColumnElement[bool]:
    """Return the condition for a part whose closing request waits for the head of the unit."""
    return exists(
        select(Closing.id).where(
            Closing.part_id == Part.id, Closing.decided_at.is_(None), Closing.requested_on.is_(None)
        )
    )


@cache
def _is_in_new_round() -> ColumnElement[bool]:
    """Return the condition for a leading part of which nothing was reported since its round began."""
    reported = exists(
        select(ProgressUpdate.id).where(
            ProgressUpdate.part_id == Part.id, ProgressUpdate.round_no == ActionItem.round_no
        )
    )
    is_lead = and_(Part.role == PartRole.LEAD, Part.status == PartStatus.OPEN)
    return and_(is_lead, ActionItem.round_no > 1, not_(reported))


@cache
def _is_returned() -> ColumnElement[bool]:
    """Return the condition for a part to which something was given back, and which has not reported since."""
    later = aliased(ProgressUpdate)
    newer = exists(
        select(later.id).where(later.part_id == ProgressUpdate.part_id, later.id > ProgressUpdate.id)
    )
    progress = exists(
        select(ProgressUpdate.id).where(
            ProgressUpdate.part_id == Part.id, ProgressUpdate.approved.is_(False), not_(newer)
        )
    )
    closing = exists(
        select(Closing.id).where(
            Closing.part_id == Part.id,
            Closing.agreed.is_(False),
            Closing.decided_by_id != Closing.requested_by_id,
            not_(_reported_since(Closing, Closing.decided_at)),
        )
    )
    extension = exists(
        select(Extension.id).where(
            Extension.item_id == ActionItem.id,
            Extension.granted.is_(False),
            Extension.decided_by_id.is_not(None),
            not_(_reported_since(Extension, Extension.decided_at)),
        )
    )
    asks_again = and_(Part.role == PartRole.LEAD, extension, not_(_waits_for_time()))
    return or_(_is_in_new_round(), progress, closing, asks_again)


def _reported_since(asker: type[Base], moment: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    since = aliased(ProgressUpdate)
    found = select(since.id).where(since.part_id == Part.id, since.submitted_at > moment)
    return exists(found.correlate(Part, asker))


def _is_asked(principal: Principal) -> ColumnElement[bool]:
    """Return the condition for a part of which somebody above asked for a report that has not come yet."""
    return exists(
        select(Notice.id).where(
            Notice.item_id == ActionItem.id,
            Notice.kind == NoticeKind.PROGRESS_ASKED,
            Notice.person_id.in_(principal.persons),
            not_(_reported_since(Notice, Notice.created_at)),
        )
    )


def _is_given(notice: Notice) -> ColumnElement[bool]:
    """Return the condition for a part of which the new officer has not reported since it was given to them."""
    since = aliased(ProgressUpdate)
    reported = select(since.id).where(since.part_id == Part.id, since.submitted_at > notice.created_at)
    return and_(ActionItem.id.in_(notice.about), not_(exists(reported)))


@cache
def _is_owed(period: Period) -> ColumnElement[bool]:
    """Return the condition for a part at work that has not reported for a period that is over."""
    return and_(Part.reports_from <= period.last_day, _is_unfiled(period))


@cache
def _is_unfiled(period: Period) -> ColumnElement[bool]:
    missing = or_(Part.filed_until.is_(None), Part.filed_until < period.last_day)
    return and_(ActionItem.status == Status.IN_PROGRESS, missing)
