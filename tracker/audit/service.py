"""Writing the record, and proving that it was not changed."""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, text

from tracker.access import Act
from tracker.audit.models import AuditEvent
from tracker.foundation.database import Session, mark_day
from tracker.foundation.errors import Invalid
from tracker.foundation.language import N_

GENESIS = "0" * 64
_HEAD = re.compile(r"([1-9][0-9]{0,17}) ([0-9a-f]{64}) ([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}\+00:00)")
_CHAIN_LOCK = 7_245_001
"""The number of the PostgreSQL advisory lock that puts writers of the record in one line."""


@dataclass(frozen=True)
class Break:
    """The first place where the chain does not hold, and why."""

    seq: int
    reason: str


@dataclass(frozen=True)
class Head:
    """The last link of the chain at some moment: how many rows there were, the digest of the last, and its time.

    Rows are numbered from 1 without a gap, so the number of the last is their count.
    """

    seq: int
    digest: str
    at: datetime

    def __str__(self) -> str:
        return f"{self.seq} {self.digest} {self.at.isoformat()}"


def read_heads(text: str) -> list[Head]:
    """Read heads as they were printed, one a line; raises Invalid for a line that is none, or where there is none."""
    heads = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        found = _HEAD.fullmatch(line.strip())
        if found is None:
            raise Invalid(N_("第 %(line)s 行不是稽核紀錄的末筆雜湊。"), line=number)
        heads.append(Head(int(found[1]), found[2], datetime.fromisoformat(found[3])))
    if not heads:
        raise Invalid(N_("沒有可以比對的末筆雜湊。"))
    return heads


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
    mark_day(session, act.today)
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


def head_of(session: Session, passing_over: Collection[str] = ()) -> Head | None:
    """Return the last link of the chain, to be kept outside of the database; None while nothing is recorded.

    The last one that tells of something else than some acts, where those are passed over.
    """
    query = select(AuditEvent.seq, AuditEvent.digest, AuditEvent.at)
    if passing_over:
        query = query.where(AuditEvent.action.not_in(passing_over))
    last = session.execute(query.order_by(AuditEvent.seq.desc()).limit(1)).one_or_none()
    return Head(*last) if last else None


def verify(session: Session, heads: Iterable[Head] = ()) -> Break | None:
    """Walk the whole chain and return its first break, or None when it holds.

    What was cut off at the end, or written anew from some row on, shows only against heads that were kept outside.
    """
    kept = sorted(heads, key=lambda head: head.seq)
    known = {head.seq: head.digest for head in kept}
    expected_seq, previous = 1, GENESIS
    in_order = select(AuditEvent).order_by(AuditEvent.seq).execution_options(yield_per=1000)
    try:
        with closing(session.scalars(in_order)) as rows:
            for row in rows:
                if row.seq != expected_seq:
                    return Break(expected_seq, "missing")
                if row.previous_digest != previous:
                    return Break(row.seq, "not linked to the row before")
                if digest_of(row) != row.digest:
                    return Break(row.seq, "changed")
                if known.get(row.seq, row.digest) != row.digest:
                    return Break(row.seq, "not as exported")
                expected_seq, previous = row.seq + 1, row.digest
    except ValueError:  # A day that is none, or JSON that is none: nobody wrote that by this program.
        return Break(expected_seq, "unreadable")
    return Break(expected_seq, "cut off") if kept and kept[-1].seq >= expected_seq else None


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
