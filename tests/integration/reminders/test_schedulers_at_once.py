"""Two to five processes plan and deliver at the same moment, morning after morning: everything once, nothing missing."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import date, datetime, time, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.factories.deadlines import address
from tests.integration.conftest import Mailbox
from tests.support.crash_fixtures import Copied
from tests.support.crashing import Life, Nursery, Place
from tests.support.storm import BEGINS
from tracker.foundation.database import Database
from tracker.reminders.models import LetterState, OutboxLetter, Planned, PlannedReminder

OFFICERS = 12
DUE_ON = date(2026, 6, 29)
STAGES = {
    date(2026, 6, 15): "due-14",
    date(2026, 6, 22): "due-7",
    date(2026, 6, 26): "due-1",
    date(2026, 6, 30): "late+1",
}
"""Who counts by hand: the due date is a Monday, and no day between is a holiday in Taiwan but Friday, 19 June."""


@pytest.mark.parametrize("schedulers", [2, 5])
class TestSchedulersAtOnce:
    def test_plan_and_send_everything_once(
        self,
        schedulers: int,
        copied_town: Callable[[int], Copied],
        copies: Callable[[], Mapping[str, Sequence[bytes]]],
        mailbox: Mailbox,
        tmp_path: Path,
    ) -> None:
        copied = copied_town(OFFICERS)
        with ExitStack() as stack:
            nursery = Nursery(Place(tmp_path, mailbox.port), stack.enter_context(copied()), BEGINS)
            stack.callback(nursery.close)
            url = stack.enter_context(copied())
            assert nursery.bear() == 0  # The first life is over; what it sent does not count.
            mailbox.taken.clear()
            for offset in range(16):
                moment = datetime.combine(BEGINS.date() + timedelta(days=offset), time(9, 5), BEGINS.tzinfo)
                assert nursery.bear(*[Life(url, moment)] * schedulers) == 0
            database = Database(url)
            stack.callback(database.close)
            with database.reading() as session:
                rows = session.execute(
                    select(PlannedReminder.recipient_id, PlannedReminder.stage, OutboxLetter.local_date)
                    .join(OutboxLetter, OutboxLetter.id == PlannedReminder.letter_id)
                    .where(PlannedReminder.outcome == Planned.SENT)
                )
                told = sorted((person, stage, day) for person, stage, day in rows)
                planned = session.scalar(select(func.count(PlannedReminder.id)))
                states = set(session.scalars(select(OutboxLetter.state)))
        officers = range(1, OFFICERS + 1)
        assert told == sorted((person, stage, day) for person in officers for day, stage in STAGES.items())
        assert planned == len(told)
        assert states == {LetterState.ACCEPTED}
        assert {each: len(found) for each, found in copies().items()} == {
            address(each): len(STAGES) for each in officers
        }
        numbers = Counter(message_from_bytes(taken.data)["Message-ID"] for taken in mailbox.taken)
        assert set(numbers.values()) == {1}
