"""The statements of the letters' way out of the outbox, put together once: every hand of letters takes them all.

They name tables, not entities, since no session holds the rows: to put each together anew, and to look for rows that it
might change, takes several times as long as what the database does.
"""

from functools import cache
from typing import Any

from sqlalchemy import Table, Text, bindparam, cast, exists, func, insert, or_, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from tracker.audit import AuditEvent
from tracker.foundation.database import Base
from tracker.foundation.membership import is_among_given, is_code
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

_is_in_hand = is_among_given(_letter.c.id, "letters")
_is_of_hand = _is_in_hand & (_letter.c.lease_token == bindparam("lease"))

_DUE = (
    select(_letter.c.id)
    .where(is_code(_letter.c.state, LetterState.QUEUED), _letter.c.next_at <= bindparam("now"))
    .order_by(_letter.c.next_at, _letter.c.id)
    .limit(bindparam("most"))
)
_WAS_ASKED_FOR = _letter.c.kind.not_in(COUNTED)
_NEVER_WENT_WRONG = (_letter.c.crashes == 0) & (_letter.c.ambiguous == 0)


@cache
def claiming(*, is_closed: bool, is_for_several: bool) -> ReturningUpdate[tuple[Any, ...]]:
    """Return what takes the letters that have waited longest for the length of a lease.

    Given `now`, `lease`, `until` and how many at `most`. While the day's slot is closed it takes only what a person
    asked for. Several at once, only where nothing ever went wrong with them, pass the point of no return with it, so
    that their recipients are locked as well. Nobody is waited for: a letter that somebody else looks at, or whose
    recipient is being written to, is passed over.
    """
    due = _DUE.where(_WAS_ASKED_FOR) if is_closed else _DUE
    if is_for_several:
        due = due.join(_person, _person.c.id == _letter.c.recipient_id).where(_NEVER_WENT_WRONG)
        due = due.with_for_update(skip_locked=True, key_share=True, of=[_letter, _person])
    else:
        due = due.with_for_update(skip_locked=True)
    taken = due.cte("taken")
    return (
        update(_letter)
        .where(_letter.c.id.in_(select(taken.c.id)))
        .values(
            state=LetterState.TRANSMITTING if is_for_several else LetterState.LEASED,
            lease_token=bindparam("lease"),
            lease_until=bindparam("until"),
        )
        .returning(
            _letter.c.id,
            _letter.c.lease_token,
            _letter.c.recipient_id,
            _letter.c.kind,
            _letter.c.address,
            _letter.c.payload,
            _letter.c.local_date,
            _letter.c.as_of,
            _letter.c.deliver_by,
            _letter.c.ambiguous,
        )
    )


_AS_OF = (
    select(
        func.coalesce(cast(func.max(_record.c.seq), Text), "")
        + "."
        + select(cast(func.count(_refused.c.id), Text)).scalar_subquery()
        + "."
        + select(func.coalesce(cast(func.max(_refused.c.id), Text), "")).scalar_subquery()
    )
    .scalar_subquery()
    .label("as_of")
)

AS_OF = select(_AS_OF)
"""How far the record and the list of refused addresses have grown: whatever a letter says rests on what is written
there."""
LOCK_LETTERS = select(_letter.c.id).where(_is_in_hand).order_by(_letter.c.id).with_for_update()
"""Locks some `letters`, one after the other."""
NEXT_DUE = _DUE
"""The letters that have waited longest. Given `now` and how many at `most`."""
LOCK_RECIPIENTS = (
    select(_person.c.id)
    .where(is_among_given(_person.c.id, "people"))
    .order_by(_person.c.id)
    .with_for_update(key_share=True)
)
"""Lets no second letter to some `people` pass the point of no return meanwhile."""
BEGIN_TRANSMITTING = (
    update(_letter)
    .where(
        _is_of_hand,
        _letter.c.state.in_((LetterState.LEASED, LetterState.TRANSMITTING)),
        _letter.c.lease_until > bindparam("now"),
    )
    .values(state=LetterState.TRANSMITTING, lease_until=bindparam("until"))
    .returning(_letter.c.id)
)
"""Passes the point of no return, first or once more, with those of some `letters` whose `lease` holds `now`."""
GIVE_BACK = (
    update(_letter)
    .where(_is_of_hand, _letter.c.state.in_((LetterState.LEASED, LetterState.TRANSMITTING)))
    .values(state=LetterState.QUEUED, lease_token=None, lease_until=None)
)
"""Lets `letters` of which surely nothing has left wait again, where the `lease` is still theirs."""
FACTS = select(
    _person.c.id,
    _person.c.is_active,
    exists()
    .where(
        _letter.c.recipient_id == _person.c.id,
        _letter.c.kind.in_(COUNTED),
        or_(
            (_letter.c.accepted_at >= bindparam("since")) & (_letter.c.accepted_at < bindparam("until")),
            (_letter.c.state == LetterState.TRANSMITTING) & (_letter.c.lease_token != bindparam("lease")),
        ),
    )
    .label("day_is_taken"),
    _AS_OF,
).where(is_among_given(_person.c.id, "people"))
"""Whether some `people` are here, whether a counted letter left to them between `since` and `until` or is leaving now
in another hand than that of the `lease`, and how far the record has grown."""
NOTE = insert(_attempt).returning(_attempt.c.id)
"""Keeps how attempts ended; given their columns. It asks for their ids since many rows go in one statement then."""
ACCEPT = (
    update(_letter)
    .where(_is_in_hand, _letter.c.state != LetterState.ACCEPTED)
    .values(state=LetterState.ACCEPTED, accepted_at=bindparam("now"), lease_token=None, lease_until=None)
)
"""Says that the mail server has taken some `letters`, whoever holds them."""
SETTLE_REMINDERS = (
    update(_reminder)
    .where(is_among_given(_reminder.c.letter_id, "letters"), _reminder.c.outcome == Planned.PLANNED)
    .values(outcome=bindparam("ended"), reason=bindparam("why"))
)
"""Says how what stood in some `letters` has `ended`, and `why`."""
SETTLE_NOTICES = (
    update(_notice)
    .where(is_among_given(_notice.c.letter_id, "letters"), _notice.c.mail == Planned.PLANNED)
    .values(mail=bindparam("ended"), reason=bindparam("why"))
)
"""The same for notices."""
CHANNEL_ANSWERS = (
    update(_channel).where(_channel.c.id == CHANNEL).values(failures=0, paused_until=None, last_error="")
)
"""Ends the row of failures of the mail server."""
CHANNEL_TAKES = CHANNEL_ANSWERS.values(last_success_at=bindparam("now"))
"""The same, and notes when it last took a letter."""
