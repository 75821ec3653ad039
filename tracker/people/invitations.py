"""One-time tokens, which letters carry: the invitation and the password reset."""

from datetime import timedelta

from sqlalchemy import update

from tracker import audit
from tracker.access import Act
from tracker.foundation.database import Session, raise_event
from tracker.foundation.errors import NotFound
from tracker.foundation.language import N_
from tracker.people import queries
from tracker.people.credentials import check_password, hash_password
from tracker.people.events import TokenIssued
from tracker.people.models import Invitation, User
from tracker.people.rules import tokens
from tracker.people.rules.tokens import LIFETIMES, Purpose
from tracker.people.signing_in import end_all_sign_ins


class TokenNotValid(NotFound):
    """The one-time link was used, has expired, or was never issued."""

    message = N_("這個連結已使用過、已逾期或不正確。請向系統管理者索取新的連結。")


RESET_PAUSE = timedelta(minutes=5)
"""How long after a reset letter no second one is written, so that nobody can fill another's mailbox."""


def issue_token(session: Session, act: Act, user: User, purpose: Purpose) -> str:
    """Make a one-time token for a person and announce it; tokens of the same purpose issued before stop working."""
    session.execute(
        update(Invitation)
        .where(Invitation.person_id == user.id, Invitation.purpose == purpose, Invitation.used_at.is_(None))
        .values(used_at=act.at)
    )
    token = make_invitation(session, act, purpose, user.id)
    audit.record(session, act, f"{purpose.value}_issued", "person", user.id)
    raise_event(session, TokenIssued(user.id, purpose, token))
    return token


def accept_invitation(session: Session, act: Act, token: str, purpose: Purpose, password: str) -> User:
    """Set the password by a one-time token and end every other sign-in; raises TokenNotValid or Invalid."""
    invitation = queries.find_invitation(session, token, purpose, act.at)
    if invitation is None or invitation.person is None or not invitation.person.is_active:
        raise TokenNotValid
    user = invitation.person
    check_password(password, user.name, user.email)
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


def make_invitation(session: Session, act: Act, purpose: Purpose, person_id: int | None) -> str:
    """Store a one-time token of a purpose and return it, the only time it is seen."""
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
