"""Files made in the background: for the rights that a person holds when a file is made, kept, and on record."""

import hashlib
from collections.abc import Callable, Mapping
from tempfile import TemporaryFile
from typing import IO, Any
from zoneinfo import ZoneInfo

from tracker.access import Act, Permission, Principal
from tracker.foundation.database import Session
from tracker.foundation.errors import Forbidden
from tracker.foundation.filing import FileStore
from tracker.foundation.jobs import Running
from tracker.people.queries import act_of, get_user

Write = Callable[[Session, Act, IO[bytes]], tuple[str, int]]
"""Writes to an open file; returns the name of the file and how many rows it has."""
Record = Callable[[Session, Act, int], None]


def act_behind(session: Session, running: Running, zone: ZoneInfo) -> Act:
    """Return the act of whoever asked for a job, with the rights of now; raises Forbidden when nobody did."""
    if running.requested_by_id is None:
        raise Forbidden
    return act_of(session, get_user(session, running.requested_by_id), running.clock.now(), zone)


def make_file(
    running: Running, files: FileStore, zone: ZoneInfo, write: Write, record: Record
) -> Mapping[str, Any]:
    """Make the file that a job asks for and keep it; raises Forbidden, Cancelled, or what `write` raises."""
    with running.database.snapshot() as session, TemporaryFile() as file:
        act = act_behind(session, running, zone)
        name, rows = write(session, act, file)
        stored = files.keep(file, name)
    with running.database.transaction() as session:
        record(session, act, rows)
    return {
        "sha256": stored.sha256,
        "size": stored.size,
        "name": stored.name,
        "rows": rows,
        "rights": rights_of(act.by),
    }


def rights_of(principal: Principal) -> str:
    """Return a digest of what decides which items a person sees, the same as long as that is the same."""
    scopes = [
        principal.scope(right)
        for right in (Permission.Action.READ, Permission.Report.READ_RESTRICTED, Permission.Action.ASSIGN)
    ]
    facts = [(scope.city, sorted(scope.departments)) for scope in scopes]
    return hashlib.sha256(repr((facts, sorted(principal.persons))).encode()).hexdigest()
