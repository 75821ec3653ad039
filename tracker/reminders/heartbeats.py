"""Heartbeats: when each regular work last ended, so that a silent worker is noticed."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from tracker.foundation.database import Database, Session
from tracker.foundation.errors import TrackerError
from tracker.reminders.models import Heartbeat

DELIVER = "deliver_outbox"
"""The work that speaks to the mail server."""
STALE_AFTER = timedelta(minutes=3)
_QUIET = timedelta(seconds=20)
_log = logging.getLogger(__name__)


def beat(database: Database, work: str, started_at: datetime, finished_at: datetime, error: str) -> None:
    """Note that a work ended, well or with an error; a good one noted a moment ago is not noted again.

    A database that is away is logged only: the note must not stop the ticker.
    """
    try:
        with database.reading() as session:
            last = session.get(Heartbeat, work)
        if (
            last
            and not error
            and not last.error
            and last.finished_at
            and finished_at - last.finished_at < _QUIET
        ):
            return
        with database.transaction() as session:
            row = session.get(Heartbeat, work) or Heartbeat(work=work)
            row.started_at, row.error = started_at, error[:1000]
            row.finished_at = row.finished_at if error else finished_at
            session.add(row)
    except TrackerError as failure:
        _log.warning("the heartbeat of %s could not be noted: %s", work, failure)


def list_heartbeats(session: Session) -> Sequence[Heartbeat]:
    """Return the last beat of every regular work, by name."""
    return session.scalars(select(Heartbeat).order_by(Heartbeat.work)).all()


def is_stale(beat: Heartbeat, now: datetime, mail_wait: timedelta) -> bool:
    """Tell whether a work has not ended well for too long; delivering may wait for the mail server's last word."""
    allowed = STALE_AFTER + (mail_wait if beat.work == DELIVER else timedelta(0))
    return beat.finished_at is None or now - beat.finished_at > allowed
