"""Whether a letter may leave: asked once more at the point of no return, with the facts of that moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from tracker.foundation.database import Session
from tracker.foundation.office_days import OfficeCalendar
from tracker.reminders import outbox, protocol
from tracker.reminders.models import (
    LetterPreference,
    OutboxLetter,
)
from tracker.reminders.outbox import Claimed
from tracker.reminders.post_office import PostOffice
from tracker.reminders.queries import Terms, day_bounds, load_directory
from tracker.reminders.rules.ladder import Reason
from tracker.reminders.rules.recipients import Directory
from tracker.reminders.rules.retry import Slot, slot_of
from tracker.reminders.standing import Standing, standing_of

ONE_DAY = timedelta(days=1)
AT_FIRST, AT_MOST = 16, 256
"""How many letters are judged together: at first, and when nothing has been recorded for a while."""


@dataclass(frozen=True)
class _Known:
    """What letters are judged by, as it was when the record stood so."""

    state: tuple[object, ...]
    directory: Directory
    terms: Terms
    calendar: OfficeCalendar


@dataclass
class Present:
    """What every letter of a pass is judged by: who is there, the ladders in force, and what the letters tell of.

    It is read anew when the day ends, and when the record or the list of refused addresses has grown: whatever changes
    it is written there. As long as nothing is, letters are judged before their turn, twice as many each time: asking
    for each by itself takes longer than all the rest.
    """

    office: PostOffice
    _known: _Known | None = None
    _verdicts: Mapping[int, Reason | None] = field(default_factory=dict)
    _ahead: int = AT_FIRST

    def slot(self, session: Session, now: datetime) -> Slot:
        """Return the slot of the day by the office days that were known when the last letter left."""
        if self._known is None:
            return self.office.slot(session, now)
        return slot_of(now, self.office.zone, self.office.hour, self._known.calendar)

    def objection(self, session: Session, claimed: Claimed, now: datetime) -> Reason | datetime | None:
        """Return why a letter must not leave any more, or the moment for which it has to wait, or None.

        One with an attempt of unknown end goes out again as it stands, as long as its recipient is there; any other of
        an earlier day is written anew. None is a second mail of the day, and none leaves before the hour that its
        recipient chose.
        """
        today = self.office.today()
        since, until = day_bounds(today, self.office.zone)
        asked = {"letter": claimed.letter_id, "person": claimed.recipient_id, "since": since, "until": until}
        facts = session.execute(protocol.FACTS, asked).one()
        if not facts.is_active:
            return Reason.RECIPIENT_INACTIVE
        if outbox.is_superseded(claimed, today):
            return Reason.OUTDATED
        if claimed.deliver_by < now:
            return Reason.EXPIRED
        if not claimed.is_counted:
            return None
        self._see(session, (today, facts.recorded, facts.refused, facts.refused_last))
        if claimed.ambiguous:
            return self._waits_until(session, claimed, now, day_is_taken=facts.day_is_taken)
        reason = Reason.OUTDATED if facts.day_is_taken else self._judged(session, claimed.letter_id, now)
        return reason or self._waits_until(session, claimed, now)

    def _waits_until(
        self, session: Session, claimed: Claimed, now: datetime, *, day_is_taken: bool = False
    ) -> datetime | None:
        slot = self.slot(session, now)
        if day_is_taken:
            return slot.opens_at + ONE_DAY
        if not slot.is_open:
            return now
        return _opens_later(session, claimed, slot, now) if claimed.local_date < slot.day else None

    def _see(self, session: Session, state: tuple[date, *tuple[object, ...]]) -> None:
        if self._known is not None and self._known.state == state:
            return
        today, calendars = state[0], self.office.calendars(session, state[0])
        directory, terms = load_directory(session, today), self.office.terms(session, today)
        self._known = _Known(state, directory, terms, calendars.everywhere)
        self._verdicts, self._ahead = {}, AT_FIRST

    def _judged(self, session: Session, letter_id: int, now: datetime) -> Reason | None:
        if letter_id not in self._verdicts:
            self._verdicts = self._judge(
                session, [letter_id, *outbox.list_due(session, now, self._ahead - 1)], now
            )
            self._ahead = min(2 * self._ahead, AT_MOST)
        return self._verdicts[letter_id]

    def _judge(self, session: Session, letter_ids: list[int], now: datetime) -> Mapping[int, Reason | None]:
        assert self._known is not None
        letters = session.scalars(
            select(OutboxLetter)
            .where(OutboxLetter.id.in_(letter_ids))
            .options(
                joinedload(OutboxLetter.recipient),
                selectinload(OutboxLetter.reminders),
                selectinload(OutboxLetter.notices),
            )
        ).all()
        reminders = [each for letter in letters for each in letter.reminders]
        notices = [each for letter in letters for each in letter.notices]
        standing = standing_of(session, self._known.terms, self._known.directory, reminders, notices)
        return {letter.id: _why_not(letter, standing, now) for letter in letters}


def _why_not(letter: OutboxLetter, standing: Standing, now: datetime) -> Reason | None:
    person_id, directory = letter.recipient_id, standing.directory
    is_refused = person_id in directory.refused
    address = directory.mailbox_for(person_id) if is_refused else letter.recipient.email
    if letter.address != address:
        return Reason.OUTDATED
    if letter.tells_of_period and person_id not in directory.readers_of_periods(directory.parents):
        return Reason.OUTDATED
    reasons = [standing.why_not_remind(each) for each in letter.reminders]
    reasons += [standing.why_not_notify(each, now) for each in letter.notices]
    names_too_much = any(not set(standing.gone_from(each)).isdisjoint(each.told) for each in letter.notices)
    return Reason.OUTDATED if any(reasons) or names_too_much else None


def _opens_later(session: Session, claimed: Claimed, slot: Slot, now: datetime) -> datetime | None:
    row = session.get(LetterPreference, claimed.recipient_id)
    opens_at = row.chosen.opens_at(slot) if row else now
    return opens_at if opens_at > now else None
