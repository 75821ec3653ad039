"""Writing the record, and proving that it was not changed."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, text

from tracker.access import Act
from tracker.audit.models import AuditEvent
from tracker.foundation.database import Session

GENESIS = "0" * 64
_CHAIN_LOCK = 7_245_001
"""The number of the PostgreSQL advisory lock that puts writers of the record in one line."""


@dataclass(frozen=True)
class Break:
    """The first place where the chain does not hold, and why."""

    seq: int
    reason: str


def record(
    session: Session,
    act: Act,
    action: str,
    object_type: str,
    object_id: int | None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Append an act to the record, within the transaction of the change; equal values are left out of both sides."""
    changed_before, changed_after = _changes(before or {}, after or {})
    last = _last_link(session)
    row = AuditEvent(
        seq=(last.seq + 1) if last else 1,
        at=act.at,
        actor_id=act.by.person_id,
        actor_name=act.by.name,
        ip=act.ip,
        action=action,
        object_type=object_type,
        object_id=object_id,
        before=changed_before,
        after=changed_after,
        previous_digest=last.digest if last else GENESIS,
    )
    row.digest = digest_of(row)
    session.add(row)
    session.flush()
    return row


def verify(session: Session) -> Break | None:
    """Walk the whole chain and return its first break, or None when it holds."""
    expected_seq, previous = 1, GENESIS
    in_order = select(AuditEvent).order_by(AuditEvent.seq).execution_options(yield_per=1000)
    with closing(session.scalars(in_order)) as rows:
        for row in rows:
            if row.seq != expected_seq:
                return Break(expected_seq, "missing")
            if row.previous_digest != previous:
                return Break(row.seq, "not linked to the row before")
            if digest_of(row) != row.digest:
                return Break(row.seq, "changed")
            expected_seq, previous = row.seq + 1, row.digest
    return None


def digest_of(row: AuditEvent) -> str:
    """Return the SHA-256 over the row before and the canonical JSON of this row."""
    facts = {
        "seq": row.seq,
        "at": row.at.isoformat(),
        "actor_id": row.actor_id,
        "actor_name": row.actor_name,
        "ip": row.ip,
        "action": row.action,
        "object_type": row.object_type,
        "object_id": row.object_id,
        "before": row.before,
        "after": row.after,
    }
    canonical = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256((row.previous_digest + canonical).encode()).hexdigest()


def _last_link(session: Session) -> AuditEvent | None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK})
    head = select(func.max(AuditEvent.seq)).scalar_subquery()
    return session.scalars(select(AuditEvent).where(AuditEvent.seq == head)).one_or_none()


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    plain_before = {key: _plain(value) for key, value in before.items()}
    plain_after = {key: _plain(value) for key, value in after.items()}
    same = {key for key in plain_before if key in plain_after and plain_before[key] == plain_after[key]}
    return (
        {key: value for key, value in plain_before.items() if key not in same},
        {key: value for key, value in plain_after.items() if key not in same},
    )


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, list | tuple | frozenset | set):
        return [_plain(each) for each in value]
    return value
