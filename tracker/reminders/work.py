"""What waits for a person today, under the headings of their letter: the work page and the letter agree by this.

Every reason why an item concerns a person is a claim; of several claims on one item the most urgent one stands, one's
own before what others do below. A letter tells of what is new; the page shows the whole.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Final

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
from tracker.actions.rules.workflow import PartStatus
from tracker.foundation.database import Session
from tracker.people.models import User
from tracker.reminders.models import Notice
from tracker.reminders.post_office import PostOffice
from tracker.reminders.ranking import (
    ORDER,
    RANK,
    Mark,
    Yardstick,
    is_below,
    is_in_new_round,
    is_owed,
    own_rank,
    rank_below,
    ranked,
    reported_since,
    sections_late_by,
    sections_soon_by,
)
from tracker.reminders.rules.digest import NoticeKind, Section
from tracker.reminders.standing import NEWS_FOR
from tracker.reminders.yardsticks import Yardsticks

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
    desk = Desk.of(office, session, principal, Yardsticks.load(office, session, today))
    rows = session.execute(_piled(desk, limit)).all()
    ids = [row.item_id for row in rows]
    query = from_joined(select(ActionItem)).where(ActionItem.id.in_(ids)).options(*for_lines())
    items = {item.id: item for item in session.scalars(query).unique()} if ids else {}
    piles: dict[tuple[int, bool], list[Any]] = {}
    for row in rows:
        piles.setdefault((row.rank, bool(row.overseen)), []).append(row)
    return [
        Pile(
            ORDER[rank],
            overseen,
            rows[0].total,
            rows[0].late,
            rows[0].earliest_due_on,
            [Waiting(items[row.item_id], row.target_id, row.name or "") for row in rows],
        )
        for (rank, overseen), rows in piles.items()
    ]


@dataclass(frozen=True)
class Desk:
    """Whose work is asked for, on which day; `only` narrows it to some items, `given` are those new to the person."""

    principal: Principal
    yardstick: Yardstick
    only: frozenset[int] | None
    given: Sequence[Notice]

    @classmethod
    def of(
        cls,
        office: PostOffice,
        session: Session,
        principal: Principal,
        yardsticks: Yardsticks,
        only: frozenset[int] | None = None,
    ) -> "Desk":
        """Return the desk of a person on a day, by the calendar that their first department keeps."""
        place = next(
            (each.department_id for each in principal.grants if each.department_id is not None), None
        )
        given = _given_to(session, principal, office.clock.now())
        return cls(principal, yardsticks.of(place), only, given)

    def narrowed(self, query: Select[Any]) -> Select[Any]:
        """Leave closed items out of a query, and those that nobody asks for."""
        asked = is_open() if self.only is None else and_(is_open(), ActionItem.id.in_(self.only))
        return query.where(asked)


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


def _piled(desk: Desk, limit: int) -> Select[Any]:
    chosen = chosen_claims(desk)
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


def chosen_claims(desk: Desk) -> Subquery:
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
            case((overdue_on(desk.yardstick.marks.today), 1), else_=0).label("late"),
        )
        .join(ActionItem, ActionItem.id == best.c.item_id)
        .where(best.c.place == 1)
        .subquery("chosen")
    )


def _claims(desk: Desk) -> Iterator[Select[Any]]:
    """Yield the claims on a person; each lies within what they may see, so that nothing has to be left out after."""
    principal = desk.principal
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
        below = Part.department_id.in_(principal.headed_departments)
        yield _below_agency_head(desk, Role.AGENCY_HEAD, below, attrgetter("today"))
    if principal.holds(Role.COORDINATOR):
        headless = not_(is_below(Role.AGENCY_HEAD))
        yield _below_agency_head(desk, Role.COORDINATOR, headless, attrgetter("late_for_agency_heads"))
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


def _own_parts(desk: Desk) -> Select[Any]:
    """Return the claims of the parts that a person holds, and of those without an officer that are theirs to take."""
    principal = desk.principal
    is_mine = held_by(principal)
    untaken = or_(Part.officer_id.is_(None), Part.officer_id.in_(select(User.id).where(~User.is_active)))
    takes: ColumnElement[bool] = Part.department_id.in_(
        principal.scope(Permission.Action.ACKNOWLEDGE).departments
    )
    if principal.holds(Role.COORDINATOR):
        takes = or_(takes, not_(is_below(Role.UNIT_HEAD, Role.AGENCY_HEAD)))
    given = or_(false(), *(_is_given(each) for each in desk.given))
    rank = own_rank(desk.yardstick, given, _is_asked(principal))
    own = principal.person_id
    whom = case((and_(is_mine, Part.officer_id != own), Part.officer_id), else_=_NOBODY)
    query = _claim(rank, Part.id, False, whom).join(Part, Part.item_id == ActionItem.id)
    return desk.narrowed(query).where(Part.status == PartStatus.OPEN, or_(is_mine, and_(untaken, takes)))


def _below_unit_head(desk: Desk) -> Select[Any]:
    """Return the claims of what the officers below the head of a unit have to do soon, or had to do."""
    rank = rank_below(desk.yardstick)
    whom = _for_whom(desk.principal, Role.UNIT_HEAD)
    query = _claim(rank, Part.id, True, whom).join(Part, Part.item_id == ActionItem.id)
    below = Part.department_id.in_(desk.principal.departments_as(Role.UNIT_HEAD))
    asked = select(Closing.part_id).where(
        Closing.id.in_(forwards_for(desk.principal).with_only_columns(Closing.id))
    )
    theirs = and_(below, Part.id.not_in(asked))
    return desk.narrowed(query).where(Part.status == PartStatus.OPEN, theirs, rank.is_not(None))


def _below_agency_head(desk: Desk, role: Role, below: ColumnElement[bool], late_by: Mark) -> Select[Any]:
    """Return the claims of what is late below the head of an agency, has to be done anew, or falls due and is told of.

    Where an agency has no head, the coordinating office stands in its place.
    """
    conditions = sections_late_by(desk.yardstick, late_by) | {Section.RETURNED: is_in_new_round()}
    conditions |= sections_soon_by(desk.yardstick, attrgetter("soon_for_agency_heads"))
    return _overseen(desk, conditions, role).where(below)


def _long_late(desk: Desk) -> Select[Any]:
    """Return the claims of what the coordinating office brings before the city's heads (專案簽報)."""
    marks = desk.yardstick.marks
    last = marks.period.previous
    conditions = sections_late_by(desk.yardstick, attrgetter("late_for_coordinators"))
    conditions |= sections_soon_by(desk.yardstick, attrgetter("soon_for_coordinators"))
    if marks.is_filing_late:
        conditions[Section.UNFILED_OVERVIEW] = and_(
            Part.status == PartStatus.OPEN, is_owed(last.previous), is_owed(last)
        )
    return _overseen(desk, conditions, Role.COORDINATOR)


def _overseen(desk: Desk, conditions: Mapping[Section, ColumnElement[bool]], role: Role) -> Select[Any]:
    query = _claim(ranked(conditions), Part.id, True, _for_whom(desk.principal, role))
    query = query.join(Part, Part.item_id == ActionItem.id)
    return desk.narrowed(query).where(Part.status != PartStatus.RELEASED, or_(*conditions.values()))


def _requests(desk: Desk, section: Section, waiting: Select[int, int, int], *roles: Role) -> Select[Any]:
    """Return the claims of requests that wait for a person's decision."""
    item_id, request_id, department_id = waiting.subquery(section.value).c
    whom = _for_whom(desk.principal, *roles, department=department_id)
    claim = _claim(literal(RANK[section]), request_id, False, whom)
    return desk.narrowed(claim.join(request_id.table, item_id == ActionItem.id))


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


def _is_asked(principal: Principal) -> ColumnElement[bool]:
    """Return the condition for a part of which somebody above asked for a report that has not come yet."""
    return exists(
        select(Notice.id).where(
            Notice.item_id == ActionItem.id,
            Notice.kind == NoticeKind.PROGRESS_ASKED,
            Notice.person_id.in_(principal.persons),
            not_(reported_since(Notice, Notice.created_at)),
        )
    )


def _is_given(notice: Notice) -> ColumnElement[bool]:
    """Return the condition for a part of which the new officer has not reported since it was given to them."""
    since = aliased(ProgressUpdate)
    reported = select(since.id).where(since.part_id == Part.id, since.submitted_at > notice.created_at)
    return and_(ActionItem.id.in_(notice.about), not_(exists(reported)))
