"""The statements of a letter's way out of the outbox, put together once: every letter takes them all.

They name tables, not entities, since no session holds the rows: to put each together anew, and to look for rows that it
might change, takes several times as long as what the database does.
"""

from typing import Any

from sqlalchemy import Select, Table, bindparam, exists, func, insert, or_, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from tracker.audit import AuditEvent
from tracker.foundation.database import Base
from tracker.foundation.membership import is_code
from tracker.people.models import User
from tracker.reminders.letter_queries import CHANNEL
from tracker.reminders.models import (
    COUNTED,
    DeliveryAttempt,
    LetterState,
    MailChannel,
    Notice,
    OutboxLetter,
    Planned,
    PlannedReminder,
    RefusedAddress,
)


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


_letter, _reminder, _notice = _table(OutboxLetter), _table(PlannedReminder), _table(Notice)
_attempt, _channel, _refused = _table(DeliveryAttempt), _table(MailChannel), _table(RefusedAddress)
_person, _record = _table(User), _table(AuditEvent)

_is_in_hand = _letter.c.id == bindparam("letter")
_is_this_person = _person.c.id == bindparam("person")

_DUE = (
    select(_letter.c.id)
    .where(is_code(_letter.c.state, LetterState.QUEUED), _letter.c.next_at <= bindparam("now"))
    .order_by(_letter.c.next_at, _letter.c.id)
)


def _claim(due: Select[int]) -> ReturningUpdate[tuple[Any, ...]]:
    first = due.limit(1).with_for_update(skip_locked=True)
    return (
        update(_letter)
        .where(_letter.c.id == first.scalar_subquery())
        .values(state=LetterState.LEASED, lease_token=bindparam("lease"), lease_until=bindparam("until"))
        .returning(
            _letter.c.id,
            _letter.c.lease_token,
            _letter.c.recipient_id,
            _letter.c.kind,
            _letter.c.address,
            _letter.c.payload,
            _letter.c.local_date,
            _letter.c.deliver_by,
            _letter.c.ambiguous,
        )
    )


NEXT_DUE = _DUE.limit(bindparam("most"))
"""The letters that have waited longest. Given `now` and how many at `most`."""
CLAIM = _claim(_DUE)
"""Takes the first of them for the length of a lease. Given `now`, `lease` and `until`."""
CLAIM_ASKED_FOR = _claim(_DUE.where(_letter.c.kind.not_in(COUNTED)))
"""Takes the first that a person asked for."""
LOCK_RECIPIENT = select(_person.c.id).where(_is_this_person).with_for_update(key_share=True)
"""Lets no second letter to a `person` pass the point of no return meanwhile."""
BEGIN_TRANSMITTING = (
    update(_letter)
    .where(
        _is_in_hand,
        _letter.c.lease_token == bindparam("lease"),
        _letter.c.state == LetterState.LEASED,
        _letter.c.lease_until > bindparam("now"),
    )
    .values(state=LetterState.TRANSMITTING, lease_until=bindparam("until"))
)
"""Passes the point of no return with a `letter` whose `lease` holds `now`."""
FACTS = select(
    _person.c.is_active,
    exists()
    .where(
        _letter.c.recipient_id == _person.c.id,
        _letter.c.id != bindparam("letter"),
        _letter.c.kind.in_(COUNTED),
        or_(
            (_letter.c.accepted_at >= bindparam("since")) & (_letter.c.accepted_at < bindparam("until")),
            _letter.c.state == LetterState.TRANSMITTING,
        ),
    )
    .label("day_is_taken"),
    select(func.max(_record.c.seq)).scalar_subquery().label("recorded"),
    select(func.count(_refused.c.id)).scalar_subquery().label("refused"),
    select(func.max(_refused.c.id)).scalar_subquery().label("refused_last"),
).where(_is_this_person)
"""Whether a `person` is here, whether another counted letter than this left to them between `since` and `until` or is
leaving now, and how far the record and the list of refused addresses have grown."""
NOTE = insert(_attempt)
"""Keeps how an attempt ended; given its columns."""
ACCEPT = (
    update(_letter)
    .where(_is_in_hand, _letter.c.state != LetterState.ACCEPTED)
    .values(state=LetterState.ACCEPTED, accepted_at=bindparam("now"), lease_token=None, lease_until=None)
)
"""Says that the mail server has taken a `letter`, whoever holds it."""
SETTLE_REMINDERS = (
    update(_reminder)
    .where(_reminder.c.letter_id == bindparam("letter"), _reminder.c.outcome == Planned.PLANNED)
    .values(outcome=bindparam("ended"), reason=bindparam("why"))
)
"""Says how what stood in a `letter` has `ended`, and `why`."""
SETTLE_NOTICES = (
    update(_notice)
    .where(_notice.c.letter_id == bindparam("letter"), _notice.c.mail == Planned.PLANNED)
    .values(mail=bindparam("ended"), reason=bindparam("why"))
)
"""The same for notices."""
CHANNEL_ANSWERS = (
    update(_channel).where(_channel.c.id == CHANNEL).values(failures=0, paused_until=None, last_error="")
)
"""Ends the row of failures of the mail server."""
CHANNEL_TAKES = CHANNEL_ANSWERS.values(last_success_at=bindparam("now"))
"""The same, and notes when it last took a letter."""
