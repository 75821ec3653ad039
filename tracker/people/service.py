"""Verbs about people: each checks the right, changes the rows, writes the record."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, update

from tracker import audit
from tracker.access import CITY_WIDE_ROLES, Act, Permission, Role
from tracker.foundation.database import Session, check_version, raise_event
from tracker.foundation.errors import Conflict, Duplicate, Forbidden, Invalid, NotFound
from tracker.foundation.language import N_, known_language
from tracker.people import queries
from tracker.people.credentials import check_password, hash_password
from tracker.people.events import DeputyNamed, PersonDeactivated, RolesTaken
from tracker.people.invitations import TokenNotValid, issue_token, make_invitation
from tracker.people.models import APIToken, Delegation, Invitation, RoleGrant, User
from tracker.people.rules.addresses import looks_like_address
from tracker.people.rules.tokens import Purpose
from tracker.people.signing_in import end_all_sign_ins


class AlreadySetUp(Conflict):
    """An administrator exists, so no second first one is made."""

    message = N_("系統已有管理者，不再接受初始設定。")


@dataclass(frozen=True)
class RoleAssignment:
    """A role to be held in a department, or in none for a city-wide role."""

    role: Role
    department_id: int | None


@dataclass(frozen=True)
class PersonFields:
    """What an administrator enters about a person."""

    email: str
    name: str
    title: str = ""
    extension: str = ""
    language: str = "zh-Hant"
    roles: tuple[RoleAssignment, ...] = ()


def invite_person(session: Session, act: Act, fields: PersonFields) -> User:
    """Add a person without a password and issue an invitation, which the letters room sends."""
    user = add_person(session, act, fields)
    issue_token(session, act, user, Purpose.INVITATION)
    return user


def add_person(session: Session, act: Act, fields: PersonFields) -> User:
    """Add a person without a password; raises Invalid, or Duplicate for an address in use."""
    act.require(Permission.People.MANAGE)
    _check_person(session, fields)
    if queries.find_user_by_email(session, fields.email):
        raise Duplicate(N_("電子郵件「%(email)s」已經有人使用。"), email=fields.email)
    user = User(is_active=True, created_at=act.at)
    _fill_person(user, fields)
    session.add(user)
    session.flush()
    audit.record(session, act, "person_added", "person", user.id, {}, _person_facts(user))
    return user


def edit_person(
    session: Session, act: Act, person_id: int, fields: PersonFields, version: int | None = None
) -> User:
    """Change a person and their roles.

    Raises Invalid, Duplicate, VersionConflict, or Conflict when the last administrator would lose the role.
    """
    act.require(Permission.People.MANAGE)
    user = queries.get_user(session, person_id)
    check_version(user.version, version)
    _check_person(session, fields)
    other = queries.find_user_by_email(session, fields.email)
    if other and other.id != person_id:
        raise Duplicate(N_("電子郵件「%(email)s」已經有人使用。"), email=fields.email)
    before = _person_facts(user)
    had = {RoleAssignment(grant.role, grant.department_id) for grant in user.grants}
    _fill_person(user, fields)
    session.flush()
    if not queries.has_administrator(session):
        raise Conflict(N_("至少要有一位使用中的系統管理者。"))
    audit.record(session, act, "person_edited", "person", person_id, before, _person_facts(user))
    if had - set(fields.roles):
        raise_event(session, RolesTaken(person_id))
    return user


def deactivate_person(session: Session, act: Act, person_id: int) -> None:
    """Take a person out at once: every session, API token and delegation ends.

    What they hold has to be with others by the end of the transaction. Raises Conflict for the last administrator.
    """
    act.require(Permission.People.MANAGE)
    user = queries.get_user(session, person_id)
    user.is_active = False
    session.flush()
    if not queries.has_administrator(session):
        raise Conflict(N_("至少要有一位使用中的系統管理者。"))
    end_all_sign_ins(session, act, person_id)
    session.execute(
        update(APIToken)
        .where(APIToken.person_id == person_id, APIToken.revoked_at.is_(None))
        .values(revoked_at=act.at)
    )
    for delegation in queries.list_delegations_touching(session, person_id, act.today):
        _end_delegation(session, act, delegation)
    audit.record(session, act, "person_deactivated", "person", person_id, {"active": True}, {"active": False})
    raise_event(session, PersonDeactivated(person_id))


def reactivate_person(session: Session, act: Act, person_id: int) -> None:
    """Let a person in again, with the roles they had."""
    act.require(Permission.People.MANAGE)
    user = queries.get_user(session, person_id)
    user.is_active = True
    audit.record(session, act, "person_reactivated", "person", person_id, {"active": False}, {"active": True})


def invite_again(session: Session, act: Act, person_id: int) -> None:
    """Issue a new invitation to a person who has no password yet; older ones stop working."""
    act.require(Permission.People.MANAGE)
    user = queries.get_user(session, person_id)
    if user.password_hash is not None:
        raise Conflict(N_("這位同仁已設定密碼，不需要再次邀請。"))
    issue_token(session, act, user, Purpose.INVITATION)


def open_setup(session: Session, act: Act) -> str:
    """Return a one-time token that makes the first administrator; raises AlreadySetUp when there is one."""
    if queries.has_administrator(session):
        raise AlreadySetUp
    session.execute(delete(Invitation).where(Invitation.purpose == Purpose.SETUP))
    token = make_invitation(session, act, Purpose.SETUP, None)
    audit.record(session, act, "setup_opened", "installation", None)
    return token


def finish_setup(session: Session, act: Act, token: str, fields: PersonFields, password: str) -> User:
    """Make the first administrator; raises TokenNotValid, AlreadySetUp or Invalid."""
    invitation = queries.find_invitation(session, token, Purpose.SETUP, act.at)
    if invitation is None:
        raise TokenNotValid
    if queries.has_administrator(session):
        raise AlreadySetUp
    _check_person(session, fields)
    check_password(password, fields.name, fields.email)
    user = queries.find_user_by_email(session, fields.email) or User(is_active=True, created_at=act.at)
    _fill_person(user, fields)
    user.grants = [RoleGrant(role=Role.ADMINISTRATOR, department_id=None)]
    user.password_hash = hash_password(password)
    session.add(user)
    session.flush()
    invitation.used_at = act.at
    audit.record(session, act, "administrator_made", "person", user.id, {}, _person_facts(user))
    return user


def choose_language(session: Session, act: Act, person_id: int, language: str) -> None:
    """Set the language of a person's pages and letters."""
    user = queries.get_user(session, person_id)
    before = user.language
    user.language = known_language(language)
    audit.record(
        session,
        act,
        "language_chosen",
        "person",
        person_id,
        {"language": before},
        {"language": user.language},
    )


def delegate(
    session: Session, act: Act, person_id: int, deputy_id: int, starts_on: date, ends_on: date
) -> Delegation:
    """Name a deputy for a person from one day until another: one's own, or another's as a head or the administrator.

    Raises Forbidden or Invalid.
    """
    user = queries.get_user(session, person_id)
    if not _may_name(act, user):
        raise Forbidden
    problems = {}
    if not user.is_active:
        problems["person_id"] = N_("這位同仁的帳號已停用。")
    if deputy_id == person_id:
        problems["deputy_id"] = N_("職務代理人不能是本人。")
    if ends_on < starts_on:
        problems["ends_on"] = N_("結束日期不可早於開始日期。")
    if problems:
        raise Invalid(fields=problems)
    if not queries.get_user(session, deputy_id).is_active:
        raise Invalid(fields={"deputy_id": N_("這位同仁的帳號已停用。")})
    row = Delegation(person_id=person_id, deputy_id=deputy_id, starts_on=starts_on, ends_on=ends_on)
    session.add(row)
    session.flush()
    after = {"deputy_id": deputy_id, "starts_on": starts_on, "ends_on": ends_on}
    audit.record(session, act, "delegated", "person", person_id, {}, after)
    raise_event(session, DeputyNamed(person_id, deputy_id, starts_on, ends_on, act))
    return row


def end_delegation(session: Session, act: Act, person_id: int, delegation_id: int) -> None:
    """End a person's delegation at once, as who might name the deputy; the days that are over it keeps.

    Raises NotFound.
    """
    row = session.get(Delegation, delegation_id)
    if row is None or row.person_id != person_id or not _may_name(act, row.person):
        raise NotFound
    _end_delegation(session, act, row)


def _may_name(act: Act, user: User) -> bool:
    return user.id == act.by.person_id or queries.may_name_deputy(act.by, user)


def _end_delegation(session: Session, act: Act, row: Delegation) -> None:
    before = {"deputy_id": row.deputy_id, "starts_on": row.starts_on, "ends_on": row.ends_on}
    if row.starts_on < act.today:
        row.ends_on = act.today - timedelta(days=1)
    else:
        session.delete(row)
    audit.record(session, act, "delegation_ended", "person", row.person_id, before, {})


def _check_person(session: Session, fields: PersonFields) -> None:
    problems = {}
    if not looks_like_address(fields.email):
        problems["email"] = N_("電子郵件格式不正確。")
    if not fields.name.strip():
        problems["name"] = N_("請填寫姓名。")
    for assignment in fields.roles:
        if assignment.department_id is None and assignment.role not in CITY_WIDE_ROLES:
            problems["roles"] = N_("這個角色必須指定機關或單位。")
        elif assignment.department_id is not None:
            queries.get_department(session, assignment.department_id)
    if problems:
        raise Invalid(fields=problems)


def _fill_person(user: User, fields: PersonFields) -> None:
    user.email = fields.email.strip().casefold()
    user.name = fields.name.strip()
    user.title = fields.title.strip()
    user.extension = fields.extension.strip()
    user.language = known_language(fields.language)
    wanted = set(fields.roles)
    user.grants = [g for g in user.grants if RoleAssignment(g.role, g.department_id) in wanted]
    held = {RoleAssignment(g.role, g.department_id) for g in user.grants}
    user.grants += [RoleGrant(role=a.role, department_id=a.department_id) for a in _in_order(wanted - held)]


def _in_order(assignments: Iterable[RoleAssignment]) -> Sequence[RoleAssignment]:
    return sorted(assignments, key=lambda a: (list(Role).index(a.role), a.department_id or 0))


def _person_facts(user: User) -> dict[str, object]:
    return {
        "email": user.email,
        "name": user.name,
        "title": user.title,
        "roles": [f"{grant.role.value}@{grant.department_id or '-'}" for grant in user.grants],
    }
