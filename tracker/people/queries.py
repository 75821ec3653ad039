"""Reading people and departments; every function takes the session."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, ScalarSelect, Select, SQLColumnExpression, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from tracker.access import CITY_WIDE_ROLES, Act, Grant, Permission, Principal, Role
from tracker.foundation.clock import local_date
from tracker.foundation.database import Page, Session
from tracker.foundation.errors import NotFound
from tracker.foundation.language import N_
from tracker.foundation.office_days import Calendars, calendars
from tracker.foundation.searching import holds
from tracker.people.models import (
    APIToken,
    Delegation,
    Department,
    Invitation,
    OfficeDay,
    RoleGrant,
    SignIn,
    SignInAttempt,
    User,
)
from tracker.people.rules import tokens, tree
from tracker.people.rules.lockout import WINDOW, Attempt


class PersonState(StrEnum):
    """Where a person's account stands."""

    ACTIVE = "active"
    INVITED = "invited"
    INACTIVE = "inactive"


PERSON_STATE_LABELS = {
    PersonState.ACTIVE: N_("使用中"),
    PersonState.INVITED: N_("已邀請，尚未設定密碼"),
    PersonState.INACTIVE: N_("已停用"),
}


@dataclass(frozen=True)
class PeopleFilter:
    """What the list of people asks for; a department stands for itself and everything below it."""

    words: str = ""
    department_id: int | None = None
    state: PersonState | None = None


NumberOf = Callable[[SQLColumnExpression[int]], ScalarSelect[int]]
IDLE_LIMIT = timedelta(minutes=30)
ABSOLUTE_LIMIT = timedelta(hours=12)


def find_user_by_email(session: Session, email: str) -> User | None:
    """Return the person with an address, however it is written."""
    return session.scalars(select(User).where(User.email == email.strip().casefold())).one_or_none()


def get_user(session: Session, person_id: int) -> User:
    """Return a person; raises NotFound."""
    user = session.get(User, person_id, options=[joinedload(User.grants).joinedload(RoleGrant.department)])
    if user is None:
        raise NotFound
    return user


def list_people(session: Session, person_ids: Iterable[int]) -> Sequence[User]:
    """Return some people, without their roles."""
    return session.scalars(select(User).where(User.id.in_(list(person_ids))).order_by(User.id)).all()


def list_users(session: Session, *, only_active: bool = False) -> Sequence[User]:
    """Return everybody, by name, with roles and departments loaded."""
    query = select(User).options(joinedload(User.grants).joinedload(RoleGrant.department))
    if only_active:
        query = query.where(User.is_active)
    return session.scalars(query.order_by(User.name, User.id)).unique().all()


def list_active_people(session: Session) -> Sequence[User]:
    """Return everybody who is active, by name, without their roles."""
    return session.scalars(select(User).where(User.is_active).order_by(User.name, User.id)).all()


def list_everybody(session: Session) -> Sequence[User]:
    """Return everybody, also who has left, by name, without their roles."""
    return session.scalars(select(User).order_by(User.name, User.id)).all()


def list_people_of_departments(session: Session) -> Sequence[User]:
    """Return everybody who is active and holds a role in some department, by name, without their roles."""
    query = select(User).where(User.is_active, User.grants.any(RoleGrant.department_id.is_not(None)))
    return session.scalars(query.order_by(User.name, User.id)).all()


def count_users(session: Session) -> int:
    """Return how many people there are."""
    return session.scalar(select(func.count(User.id))) or 0


def has_administrator(session: Session) -> bool:
    """Tell whether an active administrator with a password exists."""
    query = (
        select(User.id)
        .join(RoleGrant)
        .where(RoleGrant.role == Role.ADMINISTRATOR, User.is_active, User.password_hash.is_not(None))
    )
    return session.scalars(query.limit(1)).first() is not None


def get_department(session: Session, department_id: int) -> Department:
    """Return a department; raises NotFound."""
    department = session.get(Department, department_id)
    if department is None:
        raise NotFound
    return department


def find_department_by_code(session: Session, code: str) -> Department | None:
    """Return the department with a code."""
    return session.scalars(select(Department).where(Department.code == code.strip().upper())).one_or_none()


def list_departments(session: Session, *, only_active: bool = False) -> Sequence[Department]:
    """Return all departments in tree order: each agency followed by its units."""
    query = select(Department)
    if only_active:
        query = query.where(Department.is_active)
    departments = session.scalars(query.order_by(Department.code)).all()
    below: dict[int | None, list[Department]] = {}
    known = {d.id for d in departments}
    for department in departments:
        below.setdefault(department.parent_id if department.parent_id in known else None, []).append(
            department
        )
    ordered: list[Department] = []
    waiting = list(reversed(below.get(None, [])))
    while waiting:
        here = waiting.pop()
        ordered.append(here)
        waiting += reversed(below.get(here.id, []))
    return ordered


_NODES: Final = "department_nodes"


def department_nodes(session: Session) -> list[tree.Node]:
    """Return the tree as the rules want it; a session that only looks asks for it once."""
    if not session.get_bind().get_execution_options().get("only_reads"):
        return _department_nodes(session)
    if _NODES not in session.info:
        keep_departments(session, _department_nodes(session))
    return list(session.info[_NODES])


def keep_departments(session: Session, nodes: Sequence[tree.Node]) -> None:
    """Spare a session that only looks asking for the tree, where it was asked for a moment ago."""
    session.info[_NODES] = nodes


def _department_nodes(session: Session) -> list[tree.Node]:
    columns = (
        Department.id,
        Department.parent_id,
        Department.name,
        Department.english_name,
        Department.aliases,
    )
    return [
        tree.Node(row.id, row.parent_id, (row.name, row.english_name, *row.aliases))
        for row in session.execute(select(*columns))
    ]


def parents_of(session: Session) -> Mapping[int, int | None]:
    """Return what each department hangs under."""
    return {node.id: node.parent_id for node in department_nodes(session)}


def at_or_below(department_id: int) -> Select[int]:
    """Return the query for the ids of a department and of everything below it: `tree.subtree` in SQL."""
    return _with_everything_below(select(Department.id).where(Department.id == department_id))


def below_heads(*roles: Role) -> Select[int]:
    """Return the query for the ids of the departments that have, or stand below one that has, an active head."""
    headed = select(Department.id).where(
        Department.id.in_(
            select(RoleGrant.department_id)
            .join(User, User.id == RoleGrant.person_id)
            .where(RoleGrant.role.in_(roles), User.is_active)
        )
    )
    return _with_everything_below(headed)


def _with_everything_below(first: Select[int]) -> Select[int]:
    found = first.cte(recursive=True)
    child = aliased(Department)
    # UNION leaves out what was found before, so that a tree that goes round in a circle ends as well.
    found = found.union(select(child.id).where(child.parent_id == found.c.id))
    return select(found.c.id)


def department_depths(session: Session) -> Mapping[int, int]:
    """Return how deep each department lies, agencies at 0: for indenting lists."""
    parents = parents_of(session)
    return {each: len(list(tree.upwards(parents, each))) - 1 for each in parents}


def list_above(session: Session, department_id: int) -> Sequence[int]:
    """Return a department and what it hangs under, up to its agency."""
    return list(tree.upwards(parents_of(session), department_id))


def department_choices(session: Session) -> tuple[Sequence[Department], Mapping[int, int]]:
    """Return the active departments in tree order, and how deep each of all lies, in one statement."""
    departments = list_departments(session)
    parents = {each.id: each.parent_id for each in departments}
    depths = {each: len(list(tree.upwards(parents, each))) - 1 for each in parents}
    return [each for each in departments if each.is_active], depths


def list_people_below(session: Session, department_id: int) -> Sequence[User]:
    """Return active people who hold a role in a department or in one below it, by name."""
    query = select(User).join(RoleGrant).where(RoleGrant.department_id.in_(at_or_below(department_id)))
    return session.scalars(query.where(User.is_active).distinct().order_by(User.name, User.id)).all()


def list_people_in(session: Session, departments: frozenset[int], *roles: Role) -> Sequence[User]:
    """Return active people who hold one of the roles in one of the departments, by name."""
    query = (
        select(User)
        .join(RoleGrant)
        .where(RoleGrant.department_id.in_(departments), User.is_active)
        .distinct()
        .order_by(User.name, User.id)
    )
    if roles:
        query = query.where(RoleGrant.role.in_(roles))
    return session.scalars(query).all()


def list_coordinators(session: Session) -> Sequence[User]:
    """Return the active people of the coordinating office."""
    query = select(User).join(RoleGrant).where(RoleGrant.role == Role.COORDINATOR, User.is_active)
    return session.scalars(query.distinct().order_by(User.name, User.id)).all()


def list_sole_holders(session: Session, person_id: int) -> Sequence[RoleGrant]:
    """Return the roles of heads and coordinators that nobody else who is active holds in the same place."""
    watched = (Role.UNIT_HEAD, Role.AGENCY_HEAD, Role.COORDINATOR)
    other, holder = aliased(RoleGrant), aliased(User)
    same_place = or_(other.department_id == RoleGrant.department_id, RoleGrant.role.in_(CITY_WIDE_ROLES))
    held_elsewhere = (
        select(other.id)
        .join(holder, holder.id == other.person_id)
        .where(other.role == RoleGrant.role, other.person_id != person_id, same_place, holder.is_active)
    )
    query = (
        select(RoleGrant)
        .where(RoleGrant.person_id == person_id, RoleGrant.role.in_(watched), ~held_elsewhere.exists())
        .options(joinedload(RoleGrant.department))
        .order_by(RoleGrant.id)
    )
    return session.scalars(query).all()


def deputies_on(session: Session, day: date) -> Mapping[int, Sequence[int]]:
    """Return, for each person who is stood in for on a day, the ids of the active deputies."""
    rows = session.execute(
        select(Delegation.person_id, Delegation.deputy_id)
        .join(User, User.id == Delegation.deputy_id)
        .where(Delegation.starts_on <= day, Delegation.ends_on >= day, User.is_active)
    )
    deputies: dict[int, list[int]] = {}
    for person_id, deputy_id in rows:
        deputies.setdefault(person_id, []).append(deputy_id)
    return deputies


def list_delegations_touching(session: Session, person_id: int, today: date) -> Sequence[Delegation]:
    """Return the present and coming delegations in which somebody is stood in for, or stands in."""
    query = (
        select(Delegation)
        .where(
            or_(Delegation.person_id == person_id, Delegation.deputy_id == person_id),
            Delegation.ends_on >= today,
        )
        .options(joinedload(Delegation.person), joinedload(Delegation.deputy))
        .order_by(Delegation.starts_on, Delegation.id)
    )
    return session.scalars(query).all()


def list_delegations_of(session: Session, person_ids: Iterable[int], today: date) -> Sequence[Delegation]:
    """Return the present and coming delegations by some people, earliest first."""
    query = (
        select(Delegation)
        .where(Delegation.person_id.in_(list(person_ids)), Delegation.ends_on >= today)
        .options(joinedload(Delegation.person), joinedload(Delegation.deputy))
        .order_by(Delegation.starts_on, Delegation.id)
    )
    return session.scalars(query).all()


def list_people_to_stand_in_for(session: Session, principal: Principal) -> Sequence[User]:
    """Return the active people for whom a person may name a deputy, by name; not that person."""
    people = list_users(session, only_active=True)
    return [each for each in people if each.id != principal.person_id and may_name_deputy(principal, each)]


def may_name_deputy(principal: Principal, user: User) -> bool:
    """Tell whether a person may name another's deputy: the administrator, or a head all of whose people they are.

    A deputy receives every right of the person, so a head names none for somebody with a right beyond their own reach.
    """
    scope = principal.scope(Permission.People.NAME_DEPUTY)
    if scope.city or not user.grants:
        return scope.city
    return all(
        grant.department_id in scope.departments and grant.role not in CITY_WIDE_ROLES
        for grant in user.grants
    )


def list_delegations(session: Session, person_id: int, today: date) -> Sequence[Delegation]:
    """Return the present and coming delegations by a person."""
    return list_delegations_of(session, [person_id], today)


def act_of(session: Session, person: User, now: datetime, zone: ZoneInfo, ip: str | None = None) -> Act:
    """Return the act of a person at a moment, on the grants that they hold on its local day."""
    today = local_date(now, zone)
    return Act(principal_of(session, person, today), now, today, ip)


def principal_of(session: Session, user: User, today: date) -> Principal:
    """Return a person as the rules see them: own grants, and those of whom they stand in for today.

    Nobody becomes administrator by standing in for one, and nobody stands in for a person who has left. Who has left
    holds nothing, also where no door stands in the way, as in a job that they began.
    """
    if not user.is_active:
        return Principal(user.id, user.name, (), user.language)
    nodes = department_nodes(session)
    stood_in_for = (
        select(Delegation.person_id)
        .join(User, User.id == Delegation.person_id)
        .where(
            Delegation.deputy_id == user.id,
            Delegation.starts_on <= today,
            Delegation.ends_on >= today,
            User.is_active,
        )
    )
    lent = and_(RoleGrant.person_id.in_(stood_in_for), RoleGrant.role != Role.ADMINISTRATOR)
    held = session.scalars(
        select(RoleGrant)
        .where(or_(RoleGrant.person_id == user.id, lent))
        .options(joinedload(RoleGrant.person).load_only(User.name))
    )
    own_first = sorted(held, key=lambda each: (each.person_id != user.id, each.id))
    grants = [_grant(nodes, each, user.id) for each in own_first]
    return Principal(user.id, user.name, tuple(grants), user.language)


def _grant(nodes: Sequence[tree.Node], row: RoleGrant, holder_id: int) -> Grant:
    is_lent = row.person_id != holder_id
    deputy_for, name = (row.person_id, row.person.name) if is_lent else (None, "")
    if row.department_id is None:
        return Grant(row.role, deputy_for=deputy_for, deputy_for_name=name)
    below = tree.subtree(nodes, row.department_id)
    agency = tree.agency_of({node.id: node.parent_id for node in nodes}, row.department_id)
    return Grant(row.role, row.department_id, below, deputy_for, tree.subtree(nodes, agency), name)


def find_sign_in(
    session: Session, token: str, now: datetime, number_of: NumberOf
) -> tuple[SignIn, int] | None:
    """Return the live sign-in of a token: not revoked, not idle for 30 minutes, not older than 12 hours.

    `number_of` says what number of the person's is to be read along with it.
    """
    query = (
        select(SignIn, number_of(SignIn.person_id))
        .where(
            SignIn.token_digest == tokens.digest(token),
            SignIn.revoked_at.is_(None),
            SignIn.last_seen_at > now - IDLE_LIMIT,
            SignIn.created_at > now - ABSOLUTE_LIMIT,
        )
        .options(joinedload(SignIn.person))
    )
    for sign_in, number in session.execute(query):
        return (sign_in, number) if sign_in.person.is_active else None
    return None


def list_sign_ins(session: Session, person_id: int, now: datetime) -> Sequence[SignIn]:
    """Return a person's live sign-ins, newest first."""
    query = (
        select(SignIn)
        .where(
            SignIn.person_id == person_id,
            SignIn.revoked_at.is_(None),
            SignIn.last_seen_at > now - IDLE_LIMIT,
            SignIn.created_at > now - ABSOLUTE_LIMIT,
        )
        .order_by(SignIn.last_seen_at.desc())
    )
    return session.scalars(query).all()


def recent_attempts(session: Session, email: str, now: datetime) -> list[Attempt]:
    """Return the attempts on an account within the window that the lock-out counts."""
    query = select(SignInAttempt).where(SignInAttempt.email == email, SignInAttempt.at > now - WINDOW)
    return [Attempt(row.at, row.ip, row.succeeded) for row in session.scalars(query)]


def find_invitation(
    session: Session, token: str, purpose: tokens.Purpose, now: datetime
) -> Invitation | None:
    """Return a one-time token of a purpose that is neither used nor expired."""
    query = (
        select(Invitation)
        .where(
            Invitation.token_digest == tokens.digest(token),
            Invitation.purpose == purpose,
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
        )
        .options(selectinload(Invitation.person))
    )
    return session.scalars(query).one_or_none()


def was_issued_since(session: Session, person_id: int, purpose: tokens.Purpose, moment: datetime) -> bool:
    """Tell whether a one-time token of a purpose was made for a person after a moment."""
    query = select(Invitation.id).where(
        Invitation.person_id == person_id, Invitation.purpose == purpose, Invitation.created_at > moment
    )
    return session.scalars(query.limit(1)).first() is not None


def find_api_token(session: Session, token: str) -> APIToken | None:
    """Return a live API token of an active person."""
    query = (
        select(APIToken)
        .join(User)
        .where(APIToken.token_digest == tokens.digest(token), APIToken.revoked_at.is_(None), User.is_active)
        .options(selectinload(APIToken.person))
    )
    return session.scalars(query).one_or_none()


def list_api_tokens(session: Session, person_id: int) -> Sequence[APIToken]:
    """Return a person's live API tokens, newest first."""
    query = select(APIToken).where(APIToken.person_id == person_id, APIToken.revoked_at.is_(None))
    return session.scalars(query.order_by(APIToken.id.desc())).all()


def office_overrides(session: Session) -> Mapping[int | None, Mapping[date, bool]]:
    """Return the days that differ from the country's calendar: by department, None for the city, day -> is worked."""
    found: dict[int | None, dict[date, bool]] = {}
    columns = (OfficeDay.department_id, OfficeDay.day, OfficeDay.is_workday)
    for department_id, day, is_workday in session.execute(select(*columns)):
        found.setdefault(department_id, {})[day] = is_workday
    return found


def calendars_around(session: Session, country: str, day: date) -> Calendars:
    """Return the office calendars of the years around a day, the days of city and departments included."""
    years, overrides = range(day.year - 2, day.year + 3), office_overrides(session)
    parents: Mapping[int, int | None] = {}
    if overrides.keys() - {None}:
        parents = parents_of(session)
    return calendars(country, years, overrides, parents)


def find_office_day(session: Session, day: date, department_id: int | None) -> OfficeDay | None:
    """Return what was said of a day for a department, or for the whole city."""
    query = select(OfficeDay).where(
        OfficeDay.day == day, OfficeDay.department_id.is_not_distinct_from(department_id)
    )
    return session.scalars(query).one_or_none()


def list_city_days(session: Session) -> Sequence[OfficeDay]:
    """Return every day that differs for the whole city, in order."""
    query = select(OfficeDay).where(OfficeDay.department_id.is_(None)).order_by(OfficeDay.day)
    return session.scalars(query).all()


def list_office_days(session: Session, year: int) -> Sequence[OfficeDay]:
    """Return the days of a year that differ, in order, those of the whole city before those of departments."""
    query = (
        select(OfficeDay)
        .where(OfficeDay.day.between(date(year, 1, 1), date(year, 12, 31)))
        .options(joinedload(OfficeDay.department))
        .order_by(OfficeDay.day, OfficeDay.department_id.is_not(None), OfficeDay.id)
    )
    return session.scalars(query).all()


def search_users(session: Session, wanted: PeopleFilter, number: int = 1, size: int = 50) -> Page[User]:
    """Return a page of the people that a filter lets through, by name, with roles and departments loaded."""
    conditions = _conditions(session, wanted)
    total = session.scalar(select(func.count(User.id)).where(*conditions)) or 0
    rows = session.scalars(
        select(User)
        .where(*conditions)
        .options(selectinload(User.grants).selectinload(RoleGrant.department))
        .order_by(User.name, User.id)
        .limit(size)
        .offset((number - 1) * size)
    ).all()
    return Page(rows, total, number, size)


def _conditions(session: Session, wanted: PeopleFilter) -> list[ColumnElement[bool]]:
    conditions = holds(wanted.words, User.name, User.email)
    if wanted.department_id is not None:
        below = tree.subtree(department_nodes(session), wanted.department_id)
        conditions.append(User.id.in_(select(RoleGrant.person_id).where(RoleGrant.department_id.in_(below))))
    if wanted.state is PersonState.ACTIVE:
        conditions.append(User.is_active.is_(True))
    elif wanted.state is PersonState.INVITED:
        conditions += [User.is_active.is_(True), User.password_hash.is_(None)]
    elif wanted.state is PersonState.INACTIVE:
        conditions.append(User.is_active.is_(False))
    return conditions


def count_people_by_department(session: Session) -> Mapping[int, int]:
    """Return, for each department, how many active people hold a role in it or below it."""
    rows = session.execute(
        select(RoleGrant.department_id, RoleGrant.person_id)
        .join(User)
        .where(User.is_active, RoleGrant.department_id.is_not(None))
    )
    people: dict[int | None, set[int]] = {}
    for department_id, person_id in rows:
        people.setdefault(department_id, set()).add(person_id)
    nodes = department_nodes(session)
    return {
        node.id: len(set().union(*(people.get(each, set()) for each in tree.subtree(nodes, node.id))))
        for node in nodes
    }
