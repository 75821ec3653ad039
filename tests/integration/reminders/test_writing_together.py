"""Letters that are written together are what they would be one by one; what is wrong with one person is theirs alone."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from tests.factories.deadlines import Town, fill_town
from tests.support.counting import count_queries
from tests.support.site import settings_for
from tracker.actions.models import ActionItem, Part
from tracker.actions.rules.workflow import Status
from tracker.foundation.clock import FixedClock
from tracker.foundation.database import Database, Session
from tracker.people.models import User
from tracker.people.queries import calendars_around, get_user, principal_of
from tracker.reminders import planning
from tracker.reminders.headings import Headings, headings_of, headings_of_all
from tracker.reminders.models import Ladder, LadderStage, LetterState, OutboxLetter, PlannedReminder
from tracker.reminders.planning import plan_reminders, record_due_stages
from tracker.reminders.queries import list_concerns, load_directory
from tracker.reminders.rules.ladder import due_stages, steps_reached
from tracker.reminders.rules.ladders import WHOLE_CITY, Scope, Target
from tracker.reminders.rules.stages import SHIPPED, Anchor
from tracker.reminders.yardsticks import Yardsticks
from tracker.wiring import Wiring, wire

NOW = datetime(2026, 3, 12, 2, 0, tzinfo=UTC)
TODAY = date(2026, 3, 12)
TOWN = Town(agencies=1, units=2, officers=4)
ITEMS = 160
EDITED = ((Scope.DEPARTMENT, str(TOWN.department_of(2))), (Scope.THEME, ""), WHOLE_CITY)


@pytest.fixture
def wiring(database: Database, tmp_path: Path) -> Iterator[Wiring]:
    """A town with items due between five weeks ago and nine weeks ahead, some not taken yet, some not reported on."""
    days = [TODAY + timedelta(days=offset % 100 - 35) for offset in range(0, ITEMS * 7, 7)]
    fill_town(database, TOWN, days, datetime(2026, 1, 5, tzinfo=UTC), date(2026, 2, 28))
    with database.transaction() as session:
        few = select(Part.id).where(Part.id % 7 == 0)
        session.execute(update(Part).where(Part.id.in_(few)).values(filed_until=date(2026, 1, 31)))
        session.execute(update(ActionItem).where(ActionItem.id % 11 == 0).values(status=Status.ASSIGNED))
        session.execute(update(Part).where(Part.id == 1).values(officer_id=None))
    mail = {"TRACKER_MAIL__HOST": "127.0.0.1"}
    built = wire(settings_for(tmp_path, database.url, mail), FixedClock(NOW))
    yield built
    built.database.close()


def letters(wiring: Wiring) -> dict[int, str]:
    with wiring.database.reading() as session:
        rows = session.execute(select(OutboxLetter.recipient_id, OutboxLetter.text))
        return {row.recipient_id: row.text for row in rows}


def edit_ladder(wiring: Wiring, target: Target) -> None:
    """Let what the target names climb a ladder with other days than the one that the system ships with."""
    moved = [replace(each, offset=each.offset * 2) for each in SHIPPED if each.anchor is Anchor.DUE]
    rungs = [
        LadderStage(
            anchor=each.anchor,
            offset=each.offset,
            in_working_days=each.in_working_days,
            weekly=each.weekly,
            audience=[str(capacity) for capacity in each.audience],
        )
        for each in moved
    ]
    scope, value = target
    with wiring.database.transaction() as session:
        session.add(Ladder(name="規則", scope=scope, value=value, changed_at=NOW, rungs=rungs))


def one_by_one(wiring: Wiring, session: Session, person_id: int, items: Sequence[int]) -> Headings:
    reader = principal_of(session, get_user(session, person_id), TODAY)
    yardsticks = Yardsticks.load(wiring.office, session, TODAY)
    return headings_of(wiring.office, session, reader, yardsticks, items)


class TestWritingTogether:
    def test_gives_the_letters_that_writing_one_by_one_gives(self, wiring: Wiring, monkeypatch) -> None:
        assert plan_reminders(wiring.office, wiring.database) > 10
        together = letters(wiring)
        with wiring.database.transaction() as session:
            for model in (PlannedReminder, OutboxLetter):
                session.execute(delete(model))
        monkeypatch.setattr(planning, "BATCH", 1)
        plan_reminders(wiring.office, wiring.database)
        assert letters(wiring) == together

    @pytest.mark.parametrize("target", [None, *EDITED], ids=lambda each: each and each[0].value)
    def test_puts_every_item_under_the_heading_of_its_readers_work_page(
        self, wiring: Wiring, target: Target | None
    ) -> None:
        if target is not None:
            edit_ladder(wiring, target)
        # Whoever is told of the item that nobody holds is asked for alone; the others are asked for together.
        about = {each: range(1 + each % 2, ITEMS + 1) for each in range(1, TOWN.coordinator + 1)}
        with wiring.database.reading() as session:
            directory = load_directory(session, TODAY)
            together = headings_of_all(wiring.office, session, directory, TODAY, about)
            alone = {each: one_by_one(wiring, session, each, items) for each, items in about.items()}
        assert together == alone
        assert len({section for found in alone.values() for section in found.values()}) > 5

    def test_asks_once_for_all_officers_and_heads_of_units(self, wiring: Wiring) -> None:
        about = {each: range(2, ITEMS + 1) for each in range(1, TOWN.all_officers + TOWN.all_units + 1)}
        with wiring.database.reading() as session:
            directory = load_directory(session, TODAY)
        with wiring.database.reading() as session, count_queries(wiring.database) as statements:
            headings_of_all(wiring.office, session, directory, TODAY, about)
        assert len(statements) <= len(about)

    def test_keeps_one_persons_trouble_from_the_others(self, wiring: Wiring, monkeypatch) -> None:
        write_digest = planning.write_digest

        def fail_for_one(office, reader: User, *rest, **named):
            if reader.id == 3:
                raise ValueError("a name that no template can bear")
            return write_digest(office, reader, *rest, **named)

        monkeypatch.setattr(planning, "write_digest", fail_for_one)
        plan_reminders(wiring.office, wiring.database)
        written = set(letters(wiring))
        monkeypatch.undo()
        assert 3 not in written
        assert written >= {1, 2, 4, 5}
        assert plan_reminders(wiring.office, wiring.database) == 1
        assert set(letters(wiring)) == written | {3}

    @pytest.mark.parametrize("is_lived_in", [False, True], ids=["new", "lived in"])
    @pytest.mark.parametrize("ahead", [0, 1, 4, 11], ids=lambda days: f"{days} days later")
    def test_looks_at_no_item_too_few(self, wiring: Wiring, ahead: int, is_lived_in: bool) -> None:
        today = TODAY + timedelta(days=ahead)
        with wiring.database.transaction() as session:
            if is_lived_in:
                record_due_stages(session, wiring.office, load_directory(session, TODAY), NOW)
                session.execute(delete(PlannedReminder).where(PlannedReminder.id % 5 == 0))
            terms, calendars = wiring.office.terms(session, today), calendars_around(session, "TW", today)
            concerns = list_concerns(session, terms, today=today)
            reached = steps_reached(SHIPPED, today, calendars.everywhere)
            looked_at = list_concerns(session, terms, today=today, reached=reached)
        due = {
            each.part_id: each
            for each in concerns
            if due_stages(each.facts, today, calendars.of(each.department_id), each.stages)
        }
        assert due
        assert due == {each.part_id: each for each in looked_at if each.part_id in due}
        assert len(looked_at) < len(concerns)

    def test_leaves_every_letter_ready_to_go(self, wiring: Wiring) -> None:
        plan_reminders(wiring.office, wiring.database)
        with wiring.database.reading() as session:
            assert set(session.scalars(select(OutboxLetter.state))) == {LetterState.QUEUED}
            told = select(PlannedReminder.letter_id, PlannedReminder.recipient_id, OutboxLetter.recipient_id)
            rows = session.execute(
                told.join(OutboxLetter, OutboxLetter.id == PlannedReminder.letter_id)
            ).all()
        assert rows
        assert all(reminded == addressed for _, reminded, addressed in rows)
