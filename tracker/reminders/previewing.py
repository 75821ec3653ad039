"""Looking ahead: who would get which letter on a day, in full, while nothing is written.

The preview is the planning itself, done within a part of a transaction that is undone, so that it cannot say anything
else than what then happens. The days until then are lived through first: what they send is not sent again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from tracker.access import Act, Permission
from tracker.actions.rules.filing import Period
from tracker.foundation.clock import FixedClock, local_date
from tracker.foundation.database import Database, Session, rehearsal
from tracker.foundation.errors import Invalid
from tracker.foundation.language import N_
from tracker.people.queries import get_user
from tracker.reminders import outbox
from tracker.reminders.letter_queries import list_written_to
from tracker.reminders.letters import write_digest
from tracker.reminders.models import LetterKind, OutboxLetter
from tracker.reminders.outbox import NewLetter
from tracker.reminders.planning import (
    Told,
    digests_of,
    lock_planning,
    pass_day,
    people_of_day,
    record_due_stages,
    what_stands,
    write_letters,
)
from tracker.reminders.post_office import PostOffice
from tracker.reminders.queries import load_directory
from tracker.reminders.rendering import Written, envelope
from tracker.reminders.rules.recipients import Directory
from tracker.reminders.rules.retry import Slot
from tracker.reminders.summaries import (
    list_waiting_readers,
    pass_summary,
    period_to_tell,
    put_summary,
    sketch_summary,
)

FURTHEST = timedelta(days=60)
DELIVER_TEST_WITHIN = timedelta(hours=4)


@dataclass(frozen=True)
class PreviewedLetter:
    """A letter that would be written."""

    person_id: int
    name: str
    address: str
    subject: str
    text: str


@dataclass(frozen=True)
class Preview:
    """What a day would bring: how many people have something waiting, and the letters of those who were asked for.

    `size` counts with the letters that were written on that day already; above `largest` the run waits for a person.
    """

    day: date
    is_working_day: bool
    people: int
    size: int
    largest: int
    letters: Sequence[PreviewedLetter]

    @property
    def is_large(self) -> bool:
        """Tell whether the run would wait for a person."""
        return self.size > self.largest


def preview_day(
    office: PostOffice,
    database: Database,
    day: date,
    person_id: int | None = None,
    first: int = 0,
    most: int | None = None,
) -> Preview:
    """Return what a day would bring as things stand; raises Invalid for a day that is past or too far ahead.

    `person_id` asks for one person's letter, `first` and `most` for a part of them all.
    """
    today = office.today()
    if not today <= day <= today + FURTHEST:
        raise Invalid(fields={"on": N_("只能預覽今天起 60 日內的日期。")})
    with database.transaction() as session, rehearsal(session):
        lock_planning(session)
        here = today
        while here < day:
            _live_through(session, _office_on(office, here))
            here += timedelta(days=1)
        return _preview(session, _office_on(office, day), person_id, first, most)


def _office_on(office: PostOffice, day: date) -> PostOffice:
    """Return the office at the moment of a day at which its letters are written: now, or when the slot opens."""
    opens_at = datetime.combine(day, time(office.hour), office.zone)
    now = office.clock.now()
    return replace(
        office, clock=FixedClock(max(now, opens_at) if local_date(now, office.zone) == day else opens_at)
    )


def _live_through(session: Session, office: PostOffice) -> None:
    slot = office.slot(session, office.clock.now())
    if not slot.is_open:
        return
    directory = load_directory(session, slot.day)
    record_due_stages(session, office, directory, office.clock.now())
    told = _readers_of_period(session, office, directory, slot)
    pass_day(session, office, directory, slot, people_of_day(session, office, directory, slot))
    for person_id, period in told.items():
        pass_summary(session, office, slot, period, person_id)


def _readers_of_period(
    session: Session, office: PostOffice, directory: Directory, slot: Slot
) -> Mapping[int, Period]:
    """Return who would be told of a period that closed, and of which."""
    period = period_to_tell(session, office, slot)
    if period is None:
        return {}
    return dict.fromkeys(list_waiting_readers(session, office, directory, slot, period), period)


def _preview(
    session: Session, office: PostOffice, person_id: int | None, first: int, most: int | None
) -> Preview:
    now = office.clock.now()
    slot = office.slot(session, now)
    if not slot.is_open:
        return Preview(slot.day, _is_worked(session, office, slot), 0, 0, office.largest_run, ())
    directory = load_directory(session, slot.day)
    record_due_stages(session, office, directory, now)
    told = _readers_of_period(session, office, directory, slot)
    people = sorted({*people_of_day(session, office, directory, slot), *told})
    size = len(set(people) | set(list_written_to(session, slot.day)))
    asked = [each for each in people if person_id in (None, each)][
        first : None if most is None else first + most
    ]
    written = _write_summaries(session, office, directory, slot, {p: told[p] for p in asked if p in told})
    written += write_letters(session, office, directory, slot, [p for p in asked if p not in told])
    letters = [_shown(session.get_one(OutboxLetter, each)) for each in written]
    letters.sort(key=lambda each: each.person_id)
    return Preview(slot.day, True, len(people), size, office.largest_run, letters)


def _write_summaries(
    session: Session, office: PostOffice, directory: Directory, slot: Slot, told: Mapping[int, Period]
) -> list[int]:
    written = []
    for person_id, period in told.items():
        assert office.monthly is not None
        reader = get_user(session, person_id)
        sketch = sketch_summary(session, office, office.monthly, reader, period, slot.day)
        written.append(put_summary(session, office, directory, slot, period, person_id, sketch))
    return [each for each in written if each is not None]


def _is_worked(session: Session, office: PostOffice, slot: Slot) -> bool:
    noon = datetime.combine(slot.day, time(office.hour), office.zone)
    return office.slot(session, noon).is_open


def _shown(letter: OutboxLetter) -> PreviewedLetter:
    recipient = letter.recipient
    return PreviewedLetter(recipient.id, recipient.name, letter.address, letter.subject, letter.text)


def send_test_letter(session: Session, office: PostOffice, act: Act) -> int | None:
    """Put a letter into the outbox with what waits for the person who acts, marked as a test; returns its id.

    It does not count for one mail a day, and nothing that stands in it counts as told. None within a minute of the
    last one. Raises Forbidden.
    """
    act.require(Permission.Reminder.READ)
    assert act.by.person_id is not None
    reader = get_user(session, act.by.person_id)
    written = _words_of_test(session, office, reader.id)
    key = f"test|{reader.id}|{act.at:%Y-%m-%dT%H:%M}"
    message_id = office.message_id(key)
    letter = NewLetter(
        key=key,
        message_id=message_id,
        kind=LetterKind.TEST_LETTER,
        recipient_id=reader.id,
        address=reader.email,
        subject=written.subject,
        text=written.text,
        payload=office.mailer.compose(envelope(office, reader, written, message_id, act.at)),
        local_date=act.today,
        deliver_by=act.at + DELIVER_TEST_WITHIN,
    )
    return outbox.put(session, letter, act.at)


def _words_of_test(session: Session, office: PostOffice, person_id: int) -> Written:
    with rehearsal(session):
        directory = load_directory(session, office.today())
        now = office.clock.now()
        record_due_stages(session, office, directory, now)
        slot = office.slot(session, now)
        told = what_stands(session, office, directory, slot, [person_id]).get(person_id, Told((), ()))
        reader = get_user(session, person_id)
        digests = digests_of(session, office, directory, slot.day, {person_id: told})
        return write_digest(office, reader, digests[person_id], is_test=True)
