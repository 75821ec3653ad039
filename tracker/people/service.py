"""Verbs about people: each checks the right, changes the rows, writes the record."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select, update

from tracker import audit
from tracker.access import CITY_WIDE_ROLES, Act, Permission, Role
from tracker.foundation.database import Session, raise_event
from tracker.foundation.errors import Conflict, Duplicate, Forbidden, Invalid, NotFound, VersionConflict
from tracker.foundation.language import N_, known_language
from tracker.people import queries
from tracker.people.events import TokenIssued
from tracker.people.models import (
    APIToken,
    Delegation,
    Department,
    Invitation,
    RoleGrant,
    SignIn,
    SignInAttempt,
    User,
)
from tracker.people.rules import passwords, tokens, tree
from tracker.people.rules.lockout import locked_until
from tracker.people.rules.tokens import LIFETIMES, Purpose


class SignInRefused(Invalid):
    """The address and the password do not belong together; says the same for unknown and known addresses."""

    message = N_("電子郵件或密碼不正確。")


class SignInLocked(Conflict):
    """Too many failures; sign-in is closed for a while."""

    status = 429
    message = N_("登入失敗次數過多，請於 %(minutes)s 分鐘後再試。")


class TokenNotValid(NotFound):
    """The one-time link was used, has expired, or was never issued."""

    message = N_("這個連結已使用過、已逾期或不正確。請向系統管理者索取新的連結。")


class AlreadySetUp(Conflict):
    """An administrator exists, so no second first one is made."""

    message = N_("系統已有管理者，不再接受初始設定。")


RESET_PAUSE = timedelta(minutes=5)
"""How long after a reset letter no second one is written, so that nobody can fill another's mailbox."""


@dataclass(frozen=True)
class RoleAssignment:
    """A role to be held in a department, or in none for a city-wide role."""

    role: Role
    department_id: int | None


@dataclass(frozen=True)
class DepartmentFields:
    """What a person enters about a department."""

    code: str
    name: str
    english_name: str = ""
    aliases: tuple[str, ...] = ()
    parent_id: int | None = None
    mailbox: str = ""
    is_coordinating: bool = False


@dataclass(frozen=True)
class PersonFields:
    """What an administrator enters about a person."""

    email: str
    name: str
    title: str = ""
    extension: str = ""
    language: str = "zh-Hant"
    roles: tuple[RoleAssignment, ...] = ()


def add_department(session: Session, act: Act, fields: DepartmentFields) -> Department:
    """Add a department; raises Invalid, or Duplicate for a code in use."""
    _require(act, Permission.People.MANAGE)
    code = fields.code.strip().upper()
    _check_department(session, fields, None)
    if queries.find_department_by_code(session, code):
        raise Duplicate(N_("機關代碼「%(code)s」已經使用。"), code=code)
    department = Department(is_active=True)
    _fill_department(department, fields)
    session.add(department)
    session.flush()
    audit.record(
        session, act, "department_added", "department", department.id, {}, _department_facts(department)
    )
    return department


def edit_department(
    session: Session, act: Act, department_id: int, fields: DepartmentFields, version: int | None = None
) -> Department:
    """Change a department; raises Invalid, Duplicate, or VersionConflict when it changed since it was shown."""
    _require(act, Permission.People.MANAGE)
    department = queries.get_department(session, department_id)
    _check_version(department.version, version)
    _check_department(session, fields, department_id)
    other = queries.find_department_by_code(session, fields.code)
    if other and other.id != department_id:
        raise Duplicate(N_("機關代碼「%(code)s」已經使用。"), code=other.code)
    before = _department_facts(department)
    _fill_department(department, fields)
    session.flush()
    audit.record(
        session, act, "department_edited", "department", department_id, before, _department_facts(department)
    )
    return department


def deactivate_department(session: Session, act: Act, department_id: int) -> None:
    """Take a department out of use; its history stays. Raises Conflict while active units hang below it."""
    _require(act, Permission.People.MANAGE)
    department = queries.get_department(session, department_id)
    below = select(Department.id).where(Department.parent_id == department_id, Department.is_active)
    if session.scalars(below.limit(1)).first():
        raise Conflict(N_("所屬單位仍在使用中，請先處理所屬單位。"))
    department.is_active = False
    audit.record(
        session,
        act,
        "department_deactivated",
        "department",
        department_id,
        {"active": True},
        {"active": False},
    )


def reactivate_department(session: Session, act: Act, department_id: int) -> None:
    """Take a department into use again."""
    _require(act, Permission.People.MANAGE)
    queries.get_department(session, department_id).is_active = True
    audit.record(
        session,
        act,
        "department_reactivated",
        "department",
        department_id,
        {"active": False},
        {"active": True},
    )


def invite_person(session: Session, act: Act, fields: PersonFields) -> User:
    """Add a person without a password and issue an invitation, which the letters room sends."""
    user = add_person(session, act, fields)
    issue_token(session, act, user, Purpose.INVITATION)
    return user


def add_person(session: Session, act: Act, fields: PersonFields) -> User:
    """Add a person without a password; raises Invalid, or Duplicate for an address in use."""
    _require(act, Permission.People.MANAGE)
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
    _require(act, Permission.People.MANAGE)
    user = queries.get_user(session, person_id)
    _check_version(user.version, version)
    _check_person(session, fields)
    other = queries.find_user_by_email(session, fields.email)
    if other and other.id != person_id:
        raise Duplicate(N_("電子郵件「%(email)s」已經有人使用。"), email=fields.email)
    before = _person_facts(user)
    _fill_person(user, fields)
    session.flush()
    if not queries.has_administrator(session):
        raise Conflict(N_("至少要有一位啟用中的系統管理者。"))
    audit.record(session, act, "person_edited", "person", person_id, before, _person_facts(user))
    return user


def deactivate_person(session: Session, act: Act, person_id: int) -> None:
    """Take a person out at once: every session and API token ends. Raises Conflict for the last administrator."""
    _require(act, Permission.People.MANAGE)
    user = queries.get_user(session, person_id)
    user.is_active = False
    session.flush()
    if not queries.has_administrator(session):
        raise Conflict(N_("至少要有一位啟用中的系統管理者。"))
    end_all_sign_ins(session, act, person_id)
    session.execute(
        update(APIToken)
        .where(APIToken.person_id == person_id, APIToken.revoked_at.is_(None))
        .values(revoked_at=act.at)
    )
    audit.record(session, act, "person_deactivated", "person", person_id, {"active": True}, {"active": False})


def reactivate_person(session: Session, act: Act, person_id: int) -> None:
    """Let a person in again, with the roles they had."""
    _require(act, Permission.People.MANAGE)
    user = queries.get_user(session, person_id)
    user.is_active = True
    audit.record(session, act, "person_reactivated", "person", person_id, {"active": False}, {"active": True})


def invite_again(session: Session, act: Act, person_id: int) -> None:
    """Issue a new invitation to a person who has no password yet; older ones stop working."""
    _require(act, Permission.People.MANAGE)
    user = queries.get_user(session, person_id)
    if user.password_hash is not None:
        raise Conflict(N_("這位同仁已設定密碼，不需要再次邀請。"))
    issue_token(session, act, user, Purpose.INVITATION)


def issue_token(session: Session, act: Act, user: User, purpose: Purpose) -> str:
    """Make a one-time token for a person and announce it; tokens of the same purpose issued before stop working."""
    session.execute(
        update(Invitation)
        .where(Invitation.person_id == user.id, Invitation.purpose == purpose, Invitation.used_at.is_(None))
        .values(used_at=act.at)
    )
    token = _new_invitation(session, act, purpose, user.id)
    audit.record(session, act, f"{purpose.value}_issued", "person", user.id)
    raise_event(session, TokenIssued(user.id, purpose, token))
    return token


def open_setup(session: Session, act: Act) -> str:
    """Return a one-time token that makes the first administrator; raises AlreadySetUp when there is one."""
    if queries.has_administrator(session):
        raise AlreadySetUp
    session.execute(delete(Invitation).where(Invitation.purpose == Purpose.SETUP))
    token = _new_invitation(session, act, Purpose.SETUP, None)
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
    _check_password(password, fields.name, fields.email)
    user = queries.find_user_by_email(session, fields.email) or User(is_active=True, created_at=act.at)
    _fill_person(user, fields)
    user.grants = [RoleGrant(role=Role.ADMINISTRATOR, department_id=None)]
    user.password_hash = hash_password(password)
    session.add(user)
    session.flush()
    invitation.used_at = act.at
    audit.record(session, act, "administrator_made", "person", user.id, {}, _person_facts(user))
    return user


def accept_invitation(session: Session, act: Act, token: str, purpose: Purpose, password: str) -> User:
    """Set the password by a one-time token and end every other sign-in; raises TokenNotValid or Invalid."""
    invitation = queries.find_invitation(session, token, purpose, act.at)
    if invitation is None or invitation.person is None or not invitation.person.is_active:
        raise TokenNotValid
    user = invitation.person
    _check_password(password, user.name, user.email)
    user.password_hash = hash_password(password)
    invitation.used_at = act.at
    end_all_sign_ins(session, act, user.id)
    audit.record(session, act, f"{purpose.value}_used", "person", user.id)
    return user


def request_password_reset(session: Session, act: Act, email: str) -> None:
    """Issue a reset token when the address is known; tells nobody whether it is."""
    user = queries.find_user_by_email(session, email)
    if user is None or not user.is_active or not user.password_hash:
        return
    if not queries.was_issued_since(session, user.id, Purpose.PASSWORD_RESET, act.at - RESET_PAUSE):
        issue_token(session, act, user, Purpose.PASSWORD_RESET)


def change_password(
    session: Session, act: Act, person_id: int, old: str, new: str, keep: int | None = None
) -> None:
    """Change one's own password and end the other sign-ins; `keep` is the sign-in that stays. Raises Invalid."""
    user = queries.get_user(session, person_id)
    if not password_matches(user.password_hash, old):
        raise Invalid(fields={"old_password": N_("目前的密碼不正確。")})
    _check_password(new, user.name, user.email)
    user.password_hash = hash_password(new)
    end_all_sign_ins(session, act, person_id, keep=keep)
    audit.record(session, act, "password_changed", "person", person_id)


def authenticate(session: Session, email: str, password: str, ip: str | None, now: datetime) -> User:
    """Return the person who signs in; raises SignInLocked or SignInRefused. Call `note_attempt` with the result."""
    address = email.strip().casefold()
    until = locked_until(queries.recent_attempts(session, address, now), ip, now)
    if until:
        raise SignInLocked(minutes=max(1, -(-int((until - now).total_seconds()) // 60)))
    user = queries.find_user_by_email(session, address)
    known = user.password_hash if user and user.is_active else None
    if not password_matches(known, password) or user is None:
        raise SignInRefused
    return user


def note_attempt(session: Session, email: str, ip: str | None, now: datetime, *, succeeded: bool) -> None:
    """Keep one attempt for the lock-out to count; committed on its own, also when sign-in was refused."""
    session.add(SignInAttempt(email=email.strip().casefold()[:254], ip=ip, at=now, succeeded=succeeded))


def begin_sign_in(session: Session, act: Act, user: User, browser: str) -> tuple[SignIn, str]:
    """Open a sign-in session; returns the row and the token for the cookie."""
    token = tokens.new_token()
    row = SignIn(
        token_digest=tokens.digest(token),
        person_id=user.id,
        created_at=act.at,
        last_seen_at=act.at,
        ip=act.ip,
        browser=browser[:200],
    )
    session.add(row)
    session.flush()
    audit.record(session, act, "signed_in", "person", user.id)
    return row, token


def note_seen(session: Session, sign_in_id: int, now: datetime) -> None:
    """Keep a sign-in alive: its idle time counts from now."""
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(last_seen_at=now))


def end_sign_in(session: Session, act: Act, person_id: int, sign_in_id: int) -> None:
    """Revoke one of a person's own sign-ins; raises NotFound."""
    row = session.get(SignIn, sign_in_id)
    if row is None or row.person_id != person_id:
        raise NotFound
    row.revoked_at = act.at
    audit.record(session, act, "signed_out", "person", person_id)


def end_all_sign_ins(session: Session, act: Act, person_id: int, keep: int | None = None) -> None:
    """Revoke every live sign-in of a person, but for one."""
    statement = update(SignIn).where(SignIn.person_id == person_id, SignIn.revoked_at.is_(None))
    if keep is not None:
        statement = statement.where(SignIn.id != keep)
    session.execute(statement.values(revoked_at=act.at))


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
    """Name a deputy for a person from one day until another; one's own, or anybody's by the administrator."""
    if person_id != act.by.person_id:
        _require(act, Permission.People.MANAGE)
    problems = {}
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
    return row


def end_delegation(session: Session, act: Act, person_id: int, delegation_id: int) -> None:
    """End one of one's own delegations at once; one that has begun keeps the days that are over. Raises NotFound."""
    row = session.get(Delegation, delegation_id)
    if row is None or row.person_id != person_id:
        raise NotFound
    before = {"deputy_id": row.deputy_id, "starts_on": row.starts_on, "ends_on": row.ends_on}
    if row.starts_on < act.today:
        row.ends_on = act.today - timedelta(days=1)
    else:
        session.delete(row)
    audit.record(session, act, "delegation_ended", "person", person_id, before, {})


def issue_api_token(session: Session, act: Act, person_id: int, name: str) -> str:
    """Make a bearer token for one's own use of the API and return it, the only time it is seen."""
    if not name.strip():
        raise Invalid(fields={"name": N_("請為權杖取一個名稱。")})
    token = tokens.new_token()
    session.add(
        APIToken(token_digest=tokens.digest(token), person_id=person_id, name=name.strip(), created_at=act.at)
    )
    audit.record(session, act, "api_token_issued", "person", person_id, {}, {"name": name.strip()})
    return token


def note_token_used(session: Session, token_id: int, now: datetime) -> None:
    """Remember when an API token was last used, so that its owner can tell a forgotten one."""
    session.execute(update(APIToken).where(APIToken.id == token_id).values(last_used_at=now))


def revoke_api_token(session: Session, act: Act, person_id: int, token_id: int) -> None:
    """End one of one's own API tokens; raises NotFound."""
    row = session.get(APIToken, token_id)
    if row is None or row.person_id != person_id:
        raise NotFound
    row.revoked_at = act.at
    audit.record(session, act, "api_token_revoked", "person", person_id, {"name": row.name}, {})


_hasher = PasswordHasher()
# One hash takes 64 MiB and a third of a second, so a flood of sign-ins must not compute many at the same time.
_hashing = BoundedSemaphore(2)


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    with _hashing:
        return _hasher.hash(password)


def password_matches(known_hash: str | None, password: str) -> bool:
    """Tell whether a password is the right one; takes as long for an unknown person as for a known one."""
    known_or_dummy = known_hash or _dummy_hash()
    try:
        with _hashing:
            _hasher.verify(known_or_dummy, password)
    except (VerificationError, InvalidHashError):
        return False
    return known_hash is not None


@cache
def _dummy_hash() -> str:
    return hash_password(tokens.new_token())


def _new_invitation(session: Session, act: Act, purpose: Purpose, person_id: int | None) -> str:
    token = tokens.new_token()
    session.add(
        Invitation(
            token_digest=tokens.digest(token),
            purpose=purpose,
            person_id=person_id,
            created_at=act.at,
            expires_at=act.at + LIFETIMES[purpose],
        )
    )
    session.flush()
    return token


def _require(act: Act, permission: Permission.People) -> None:
    if not act.by.may(permission):
        raise Forbidden


def _check_version(present: int, shown: int | None) -> None:
    if shown is not None and shown != present:
        raise VersionConflict


def _check_password(password: str, name: str, email: str) -> None:
    if problem := passwords.problem_with(password, (name, email.split("@", maxsplit=1)[0])):
        raise Invalid(fields={"password": problem})


def _check_department(session: Session, fields: DepartmentFields, department_id: int | None) -> None:
    problems = {}
    if not fields.code.strip():
        problems["code"] = N_("請填寫機關代碼。")
    if not fields.name.strip():
        problems["name"] = N_("請填寫機關名稱。")
    if fields.mailbox.strip() and not looks_like_address(fields.mailbox):
        problems["mailbox"] = N_("電子郵件格式不正確。")
    if fields.parent_id is not None:
        queries.get_department(session, fields.parent_id)
        if department_id and tree.would_loop(
            queries.department_nodes(session), department_id, fields.parent_id
        ):
            problems["parent_id"] = N_("上級機關不能是自己或所屬單位。")
    if problems:
        raise Invalid(fields=problems)


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


def looks_like_address(text: str) -> bool:
    """Tell whether a text can be one mail address; also refuses what could break a letter's header."""
    local, at, domain = text.strip().rpartition("@")
    plain = not any(c.isspace() or ord(c) < 32 or c in '<>,;:"()[]\\' for c in text.strip())
    return bool(at and local and "." in domain.strip(".") and plain and len(text) <= 254)


def _fill_department(department: Department, fields: DepartmentFields) -> None:
    department.code = fields.code.strip().upper()
    department.name = fields.name.strip()
    department.english_name = fields.english_name.strip()
    department.aliases = [alias.strip() for alias in fields.aliases if alias.strip()]
    department.parent_id = fields.parent_id
    department.mailbox = fields.mailbox.strip()
    department.is_coordinating = fields.is_coordinating


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


def _department_facts(department: Department) -> dict[str, object]:
    return {
        "code": department.code,
        "name": department.name,
        "parent_id": department.parent_id,
        "mailbox": department.mailbox,
        "is_coordinating": department.is_coordinating,
    }


def _person_facts(user: User) -> dict[str, object]:
    return {
        "email": user.email,
        "name": user.name,
        "title": user.title,
        "roles": [f"{grant.role.value}@{grant.department_id or '-'}" for grant in user.grants],
    }
