"""Whether a letter may leave: asked once more at the point of no return, with the facts of that moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, select
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


@dataclass
class _Known:
    """What was found out on a day while the record stood so."""

    day: date
    as_of: str
    calendar: OfficeCalendar
    judged_by: tuple[Directory, Terms] | None = None
    verdicts: Mapping[int, Reason | None] = field(default_factory=dict)
    ahead: int = AT_FIRST


@dataclass
class Present:
    """What every letter of a pass is judged by: who is there, the ladders in force, and what the letters tell of.

    It is read anew when the day ends, and when the record or the list of refused addresses has grown: whatever changes
    it is written there. A letter that was written since is right as it stands. As long as nothing is recorded, others
    are judged before their turn, twice as many each time: asking for each by itself takes longer than all the rest.
    """

    office: PostOffice
    _known: _Known | None = None

    def is_open(self, session: Session, now: datetime) -> bool:
        """Tell whether the day's letters may leave, by the office days that were known when the last one left."""
        return not self.office.is_dry and self._slot(session, now).is_open

    def _slot(self, session: Session, now: datetime) -> Slot:
        if self._known is None:
            return self.office.slot(session, now)
        return slot_of(now, self.office.zone, self.office.hour, self._known.calendar)

    def objections(
        self, session: Session, hand: Sequence[Claimed], now: datetime
    ) -> Mapping[int, Reason | datetime]:
        """Return why some letters of a hand must not leave any more, or the moment for which they have to wait, by id.

        One with an attempt of unknown end goes out again as it stands, as long as its recipient is there; any other of
        an earlier day is written anew. None is a second mail of the day or of the hand, and none leaves before the hour
        that its recipient chose.
        """
        if not hand:
            return {}
        since, until = day_bounds(self.office.today(), self.office.zone)
        people = [each.recipient_id for each in hand]
        asked = {"people": people, "lease": hand[0].token, "since": since, "until": until}
        facts = {row.id: row for row in session.execute(protocol.FACTS, asked)}
        found: dict[int, Reason | datetime] = {}
        told: set[int] = set()
        for claimed in hand:
            person_id = claimed.recipient_id
            is_second = person_id in told
            objection = now if is_second else self._objection(session, claimed, facts[person_id], hand, now)
            if objection is None:
                told.add(person_id)
            else:
                found[claimed.letter_id] = objection
        return found

    def _objection(
        self, session: Session, claimed: Claimed, facts: Row[Any], hand: Sequence[Claimed], now: datetime
    ) -> Reason | datetime | None:
        today = self.office.today()
        if reason := _is_over(claimed, today, now, is_active=facts.is_active):
            return reason
        if not claimed.is_counted:
            return None
        known = self._see(session, today, facts.as_of)
        if claimed.ambiguous:
            return self._waits_until(session, claimed, now, day_is_taken=facts.day_is_taken)
        if facts.day_is_taken:
            return Reason.OUTDATED
        is_as_written = (claimed.local_date, claimed.as_of) == (today, self.office.as_of(facts.as_of))
        reason = None if is_as_written else self._judged(session, known, claimed, hand, now)
        return reason or self._waits_until(session, claimed, now)

    def _waits_until(
        self, session: Session, claimed: Claimed, now: datetime, *, day_is_taken: bool = False
    ) -> datetime | None:
        slot = self._slot(session, now)
        if day_is_taken:
            return slot.opens_at + ONE_DAY
        if not slot.is_open:
            return now
        return _opens_later(session, claimed, slot, now) if claimed.local_date < slot.day else None

    def _see(self, session: Session, today: date, as_of: str) -> _Known:
        if self._known is None or (self._known.day, self._known.as_of) != (today, as_of):
            self._known = _Known(today, as_of, self.office.calendars(session, today).everywhere)
        return self._known

    def _judged(
        self, session: Session, known: _Known, claimed: Claimed, hand: Sequence[Claimed], now: datetime
    ) -> Reason | None:
        if claimed.letter_id not in known.verdicts:
            due = outbox.list_due(session, now, max(known.ahead - len(hand), 0))
            known.verdicts = self._judge(session, known, [*(each.letter_id for each in hand), *due], now)
            known.ahead = min(2 * known.ahead, AT_MOST)
        return known.verdicts[claimed.letter_id]

    def _judge(
        self, session: Session, known: _Known, letter_ids: list[int], now: datetime
    ) -> Mapping[int, Reason | None]:
        if known.judged_by is None:
            known.judged_by = load_directory(session, known.day), self.office.terms(session, known.day)
        directory, terms = known.judged_by
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
        standing = standing_of(session, terms, directory, reminders, notices)
        return {letter.id: _why_not(letter, standing, now) for letter in letters}


def _is_over(claimed: Claimed, today: date, now: datetime, *, is_active: bool) -> Reason | None:
    """Return why a letter must not leave any more, whatever it says, or None."""
    if not is_active:
        return Reason.RECIPIENT_INACTIVE
    if outbox.is_superseded(claimed, today):
        return Reason.OUTDATED
    return Reason.EXPIRED if claimed.deliver_by < now else None


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
