"""Runs above a set size: the day's letters are not written until a person has looked and lets them go."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select, update

from tracker import audit
from tracker.access import Act, Permission, Role
from tracker.foundation.database import Database, Session
from tracker.foundation.errors import Duplicate, StepNotAllowed, VersionConflict
from tracker.foundation.language import N_
from tracker.reminders.letter_queries import list_written_to
from tracker.reminders.models import LargeRun, Notice
from tracker.reminders.post_office import PostOffice
from tracker.reminders.queries import load_directory
from tracker.reminders.rules.digest import NoticeKind


def may_go(office: PostOffice, database: Database, day: date, people: Sequence[int]) -> bool:
    """Tell whether the letters to some people may be written now; otherwise the run is held, and that is told once.

    What was written earlier on the day counts too, so that a large run cannot pass in small ones. A run that was let go
    is held again where it has grown by more than the limit since.
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
    elif held.released_at is None:
        _count(database, day, size)
    elif size <= held.letters + office.largest_run:
        return True
    else:
        with database.transaction() as session:
            _hold_again(session, office, held, size)
    return False


def find_held_run(session: Session, day: date) -> LargeRun | None:
    """Return the run of a day that waits for a person, or None."""
    return session.scalars(
        select(LargeRun).where(LargeRun.day == day, LargeRun.released_at.is_(None))
    ).one_or_none()


def release_run(session: Session, office: PostOffice, act: Act, seen: int) -> LargeRun:
    """Let today's large run of as many letters as were seen go; raises Forbidden.

    Raises StepNotAllowed where none waits or where no letter leaves today any more, VersionConflict where the run has
    grown beyond what was seen.
    """
    act.require(Permission.Reminder.RELEASE)
    run = find_held_run(session, act.today)
    if run is None:
        raise StepNotAllowed
    if not office.slot(session, act.at).is_open:
        raise StepNotAllowed(
            N_("今天的寄送時段已結束，不能再放行；這些提醒會併入下一個工作日，屆時重新計算。")
        )
    if run.letters > seen:
        raise VersionConflict(
            N_("提醒已增加為 %(count)s 封，還沒有放行。請再檢查一次預覽，確認無誤後放行。"), count=run.letters
        )
    run.released_at, run.released_by_id = act.at, act.by.person_id
    audit.record(session, act, "release_run", "run", None, {}, {"day": str(run.day), "letters": run.letters})
    return run


def _hold(session: Session, office: PostOffice, day: date, size: int) -> None:
    now = office.clock.now()
    session.add(LargeRun(day=day, letters=size, held_at=now))
    session.flush()
    _tell_of_hold(session, day, size, now)


def _hold_again(session: Session, office: PostOffice, held: LargeRun, size: int) -> None:
    """Hold a run that was let go; another worker may have done so, or somebody let it go anew, in the meantime."""
    now = office.clock.now()
    again = session.execute(
        update(LargeRun)
        .where(LargeRun.day == held.day, LargeRun.released_at == held.released_at)
        .values(letters=size, held_at=now, released_at=None, released_by_id=None)
        .returning(LargeRun.day)
    ).first()
    if again:
        _tell_of_hold(session, held.day, size, now)


def _count(database: Database, day: date, size: int) -> None:
    """Note how large a run that waits has become, since it is let go at the size that was seen."""
    with database.transaction() as session:
        session.execute(
            update(LargeRun)
            .where(LargeRun.day == day, LargeRun.released_at.is_(None), LargeRun.letters != size)
            .values(letters=size)
        )


def _tell_of_hold(session: Session, day: date, size: int, now: datetime) -> None:
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
