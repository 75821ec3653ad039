"""Signing in: the check behind the lock-out, and the sign-ins that a person has open."""

from datetime import datetime

from sqlalchemy import update

from tracker import audit
from tracker.access import Act
from tracker.foundation.database import Session
from tracker.foundation.errors import Conflict, Invalid, NotFound
from tracker.foundation.language import N_
from tracker.people import queries
from tracker.people.credentials import check_password, hash_password, password_matches
from tracker.people.models import SignIn, SignInAttempt, User
from tracker.people.rules import tokens
from tracker.people.rules.lockout import locked_until


class SignInRefused(Invalid):
    """The address and the password do not belong together; says the same for unknown and known addresses."""

    message = N_("電子郵件或密碼不正確。")


class SignInLocked(Conflict):
    """Too many failures; sign-in is closed for a while."""

    status = 429
    message = N_("登入失敗次數過多，請於 %(minutes)s 分鐘後再試。")


def change_password(
    session: Session, act: Act, person_id: int, old: str, new: str, keep: int | None = None
) -> None:
    """Change one's own password and end the other sign-ins; `keep` is the sign-in that stays. Raises Invalid."""
    user = queries.get_user(session, person_id)
    if not password_matches(user.password_hash, old):
        raise Invalid(fields={"old_password": N_("目前的密碼不正確。")})
    check_password(new, user.name, user.email)
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
