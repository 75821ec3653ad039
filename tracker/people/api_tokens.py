"""Bearer tokens by which a program asks the API for its owner."""

from datetime import datetime

from sqlalchemy import update

from tracker import audit
from tracker.access import Act
from tracker.foundation.database import Session
from tracker.foundation.errors import Invalid, NotFound
from tracker.foundation.language import N_
from tracker.people.models import APIToken
from tracker.people.rules import tokens


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
