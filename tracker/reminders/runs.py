"""Runs above a set size: the day's letters are not written until a person has looked and lets them go."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from tracker import audit
from tracker.access import Act, Permission, Role
from tracker.foundation.database import Database, Session
from tracker.foundation.errors import Duplicate, StepNotAllowed
from tracker.reminders.letter_queries import list_written_to
from tracker.reminders.models import LargeRun, Notice
from tracker.reminders.post_office import PostOffice
from tracker.reminders.queries import load_directory
from tracker.reminders.rules.digest import NoticeKind


def may_go(office: PostOffice, database: Database, day: date, people: Sequence[int]) -> bool:
    """Tell whether the letters to some people may be written now; otherwise the run is held, and that is told once.

    What was written earlier on the day counts too, so that a large run cannot pass in small ones.
    """
    with database.reading() as session:
        written = set(list_written_to(session, day))
        size = len(written | set(people))
        if size <= office.largest_run or written.issuperset(people):
            return True
        held = session.get(LargeRun, day)
    if held is None:
        try:
            with database.transaction() as session:
                _hold(session, office, day, size)
        except Duplicate:  # Another worker came to the same end.
            return False
    return held is not None and held.released_at is not None


def find_held_run(session: Session, day: date) -> LargeRun | None:
    """Return the run of a day that waits for a person, or None."""
    return session.scalars(
        select(LargeRun).where(LargeRun.day == day, LargeRun.released_at.is_(None))
    ).one_or_none()


def release_run(session: Session, act: Act) -> LargeRun:
    """Let today's large run go; raises Forbidden, or StepNotAllowed where none waits."""
    act.require(Permission.Reminder.RELEASE)
    run = find_held_run(session, act.today)
    if run is None:
        raise StepNotAllowed
    run.released_at, run.released_by_id = act.at, act.by.person_id
    audit.record(session, act, "release_run", "run", None, {}, {"day": str(run.day), "letters": run.letters})
    return run


def _hold(session: Session, office: PostOffice, day: date, size: int) -> None:
    now = office.clock.now()
    session.add(LargeRun(day=day, letters=size, held_at=now))
    session.flush()
    holders = load_directory(session, day).holders
    told = {
        person
        for (role, _), people in holders.items()
        if role in (Role.ADMINISTRATOR, Role.COORDINATOR)
        for person in people
    }
    session.add_all(
        Notice(person_id=person, kind=NoticeKind.RUN_HELD, detail=str(size), created_at=now)
        for person in sorted(told)
    )
