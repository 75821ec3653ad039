"""Where the mail server answers at once, letters are handed over by the handful: what may go wrong with one, on both
databases."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from tracker.access import Act
from tracker.foundation.database import Database, Session
from tracker.foundation.errors import DatabaseAway
from tracker.foundation.mailing import MemoryMailer, Outcome, OutcomeKind, Witness
from tracker.people.calendar_keeping import DayFields, set_day
from tracker.reminders import delivery, outbox
from tracker.reminders.delivery import deliver_outbox
from tracker.reminders.leaving import Present
from tracker.reminders.models import DeliveryAttempt, LetterState, OutboxLetter, Planned, PlannedReminder
from tracker.reminders.post_office import PostOffice
from tracker.reminders.rules import retry
from tracker.reminders.rules.ladder import Reason

A_HANDFUL = 4
HANDED_OVER = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"]
"""The first letter goes alone; the second to the fifth are the first handful."""
MARKED = (LetterState.LEASED, LetterState.TRANSMITTING)


class Server(MemoryMailer):
    """Has something happen when a letter to somebody is about to be said; given the witness."""

    def __init__(self) -> None:
        super().__init__()
        self.when: dict[str, Callable[[Witness], None]] = {}
        self.answer: dict[str, Outcome] = {}
        self.offered: Counter[str] = Counter()

    def deliver(self, data: bytes, recipient: str, witness: Witness) -> Outcome:
        self.offered[recipient] += 1
        self.when.pop(recipient, lambda _: None)(witness)
        if answer := self.answer.pop(recipient, None):
            self.answers.append(answer)
        return super().deliver(data, recipient, witness)

    @property
    def taken(self) -> list[str]:
        return [each.recipient for each in self.delivered]


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def quick(office: PostOffice, server: Server, monkeypatch: pytest.MonkeyPatch) -> PostOffice:
    """An office whose server is quick, however slow this machine is, and which may send as much as it likes."""
    monkeypatch.setattr(retry, "AT_ONCE_SECONDS", 3600.0)
    mail = replace(office.mail, letters_in_hand=A_HANDFUL)
    return replace(office, mail=mail, mailer=server, letters_per_minute=600_000)


@pytest.fixture
def nine(letters_wait: Callable[[int], list[str]]) -> Mapping[str, str]:
    """Where nine letters wait: the addresses, by the order in which they leave."""
    return dict(zip(HANDED_OVER, letters_wait(9), strict=True))


@pytest.fixture
def states(database: Database) -> Callable[[], Mapping[str, LetterState]]:
    """Tell the state of each letter by its address."""

    def look() -> Mapping[str, LetterState]:
        with database.reading() as session:
            return {row.address: row.state for row in session.scalars(select(OutboxLetter))}

    return look


@pytest.fixture
def letter(database: Database) -> Callable[[str], OutboxLetter]:
    """Read the letter to an address."""

    def read(address: str) -> OutboxLetter:
        with database.reading() as session:
            return session.scalars(select(OutboxLetter).where(OutboxLetter.address == address)).one()

    return read


def attempts(database: Database) -> Mapping[OutcomeKind, int]:
    with database.reading() as session:
        return Counter(session.scalars(select(DeliveryAttempt.outcome)))


def change(database: Database, address: str, **values: object) -> None:
    with database.transaction() as session:
        session.execute(update(OutboxLetter).where(OutboxLetter.address == address).values(values))


def pick(
    found: Mapping[str, LetterState], addresses: Mapping[str, str], *order: str
) -> Sequence[LetterState]:
    return [found[addresses[each]] for each in order]


@pytest.fixture
def city_closes(database: Database, acting: Callable[[int], Act], city) -> Callable[[], None]:
    """Close the city from now on, as for a typhoon."""

    def close() -> None:
        act = acting(city.administrator)
        with database.transaction() as session:
            set_day(session, act, DayFields(act.today, is_workday=False, note="颱風停班"))

    return close


class TestAHandful:
    def test_passes_the_point_of_no_return_together(self, quick, database, server, nine, states) -> None:
        seen = {}
        server.when[nine["second"]] = lambda _: seen.update(states())
        deliver_outbox(quick, database)
        assert pick(seen, nine, "first") == [LetterState.ACCEPTED]
        assert (
            pick(seen, nine, "second", "third", "fourth", "fifth") == [LetterState.TRANSMITTING] * A_HANDFUL
        )

    def test_goes_out_once_each_and_is_recorded(self, quick, database, server, nine, states) -> None:
        assert deliver_outbox(quick, database) == 9
        assert server.taken == list(nine.values())
        assert set(states().values()) == {LetterState.ACCEPTED}
        assert attempts(database) == {OutcomeKind.ACCEPTED: 9}
        with database.reading() as session:
            assert set(session.scalars(select(PlannedReminder.outcome))) == {Planned.SENT}

    @pytest.mark.parametrize(
        "careful",
        [
            lambda office: replace(office, letters_per_minute=600),
            lambda office: replace(office, mail=replace(office.mail, letters_in_hand=1)),
        ],
        ids=["a rate of ten a second", "a setting of one"],
    )
    def test_is_one_letter_where_the_office_is_careful(
        self, quick, database, server, nine, states, careful
    ) -> None:
        marked = []
        for address in nine.values():
            server.when[address] = lambda _: marked.append(
                sum(state in MARKED for state in states().values())
            )
        assert deliver_outbox(careful(quick), database) == 9
        assert marked == [1] * 9

    def test_is_one_letter_where_the_server_takes_its_time(
        self, quick, database, server, nine, states, monkeypatch
    ) -> None:
        monkeypatch.setattr(retry, "AT_ONCE_SECONDS", 0.0)
        marked = []
        for address in nine.values():
            server.when[address] = lambda _: marked.append(
                sum(state in MARKED for state in states().values())
            )
        assert deliver_outbox(quick, database) == 9
        assert marked == [1] * 9

    def test_keeps_to_the_rate_of_the_minute(self, quick, database, nine, monkeypatch) -> None:
        monkeypatch.setattr(delivery, "COUNTS_PER_MINUTE", 1)
        assert deliver_outbox(replace(quick, letters_per_minute=7), database) == 7

    def test_is_finished_when_the_pass_may_not_go_on(self, quick, database, nine, states) -> None:
        answers = iter([True])
        assert deliver_outbox(quick, database, may_go_on=lambda: next(answers, False)) == 1 + A_HANDFUL
        assert Counter(states().values()) == {LetterState.ACCEPTED: 5, LetterState.QUEUED: 4}

    def test_holds_no_letter_that_ever_went_wrong(self, quick, database, server, nine, states) -> None:
        change(database, nine["third"], crashes=1)
        change(database, nine["fourth"], ambiguous=1)
        seen: dict[str, Mapping[str, LetterState]] = {}
        for order in ("third", "fourth"):
            server.when[nine[order]] = lambda _, order=order: seen.update({order: states()})
        assert deliver_outbox(quick, database) == 9
        for order, found in seen.items():
            assert [address for address, state in found.items() if state in MARKED] == [nine[order]]

    def test_holds_one_letter_to_a_person(self, quick, database, server, nine, letter) -> None:
        recipient = letter(nine["second"]).recipient_id
        change(database, nine["third"], recipient_id=recipient)
        assert deliver_outbox(quick, database) == 8
        assert nine["third"] not in server.taken
        assert letter(nine["third"]).reason is Reason.OUTDATED


class TestAServerThatBeginsToThink:
    def test_finds_recorded_what_it_took_and_the_others_free_again(
        self, quick, database, server, nine, states, letter
    ) -> None:
        seen = {}

        def think(witness: Witness) -> None:
            witness.kept_waiting()
            seen.update(states())

        server.when[nine["third"]] = think
        assert deliver_outbox(quick, database) == 9
        assert pick(seen, nine, "first", "second") == [LetterState.ACCEPTED] * 2
        assert pick(seen, nine, "third") == [LetterState.TRANSMITTING]
        assert set(pick(seen, nine, *HANDED_OVER[3:])) == {LetterState.QUEUED}
        assert server.offered == Counter(nine.values())
        assert {letter(each).attempts for each in nine.values()} == {0}

    def test_loses_nothing_when_the_database_is_away_as_well(
        self, quick, database, server, nine, states, monkeypatch
    ) -> None:
        record, failures = outbox.record_outcomes, [DatabaseAway()]

        def hiccup(*arguments: object) -> None:
            if failures and server.offered[nine["third"]]:
                raise failures.pop()
            record(*arguments)

        monkeypatch.setattr(outbox, "record_outcomes", hiccup)
        server.when[nine["third"]] = lambda witness: witness.kept_waiting()
        assert deliver_outbox(quick, database, wait=lambda _: None) == 9
        assert not failures
        assert server.offered == Counter(nine.values())
        assert set(states().values()) == {LetterState.ACCEPTED}

    def test_does_not_get_what_became_pointless_while_it_thought(
        self, quick, database, server, nine, clock, withdraw
    ) -> None:
        def think(witness: Witness) -> None:
            clock.advance(timedelta(seconds=2))
            withdraw(nine["fourth"])

        server.when[nine["third"]] = think
        assert deliver_outbox(quick, database) == 8
        assert nine["fourth"] not in server.taken

    def test_does_not_get_what_was_about_to_leave_and_became_pointless(
        self, quick, database, server, nine, clock, withdraw
    ) -> None:
        def think(witness: Witness) -> None:
            witness.kept_waiting()
            withdraw(nine["third"])

        server.when[nine["third"]] = think
        assert deliver_outbox(quick, database) == 8
        assert nine["third"] not in server.taken

    def test_until_the_lease_is_over_gets_each_letter_once(
        self, quick, database, server, nine, clock, letter
    ) -> None:
        """As for a worker that was stopped and goes on: others take its letters for lost, one of them rightly so."""

        def sleep(_: Witness) -> None:
            clock.advance(timedelta(minutes=20))
            with database.transaction() as session:
                outbox.release_expired(session, clock.now())

        server.when[nine["third"]] = sleep
        deliver_outbox(quick, database)
        deliver_outbox(quick, database)
        assert Counter(server.taken) == Counter(nine.values())
        assert letter(nine["third"]).ambiguous == 1
        assert letter(nine["second"]).state is LetterState.ACCEPTED


class TestACityThatClosesMeanwhile:
    def test_has_all_wait_but_what_is_in_hand(
        self, quick, database, server, letters_wait, states, city_closes
    ) -> None:
        fourteen = letters_wait(14)
        server.when[fourteen[1]] = lambda _: city_closes()
        assert deliver_outbox(quick, database) == len(server.taken) <= 1 + 2 * A_HANDFUL
        left = {state for address, state in states().items() if address not in server.taken}
        assert left == {LetterState.QUEUED}


class TestALetterThatFails:
    """The third: the second was taken, the fourth and the fifth stand behind it, and others may be taken ahead."""

    @pytest.mark.parametrize(
        ("kind", "state", "counted"),
        [
            (OutcomeKind.TEMPORARY, LetterState.QUEUED, 1),
            (OutcomeKind.UNKNOWN, LetterState.QUEUED, 1),
            (OutcomeKind.PERMANENT, LetterState.FAILED, 0),
        ],
    )
    def test_leaves_the_others_alone(
        self, quick, database, server, nine, letter, kind, state, counted
    ) -> None:
        server.answer[nine["third"]] = Outcome(kind, 451, "no")
        assert deliver_outbox(quick, database) == 8
        assert server.offered == Counter(nine.values())
        assert attempts(database) == {OutcomeKind.ACCEPTED: 8, kind: 1}
        failed = letter(nine["third"])
        assert (failed.state, failed.attempts) == (state, counted)

    @pytest.mark.parametrize("kind", [OutcomeKind.CHANNEL, OutcomeKind.DENIED])
    def test_by_the_servers_fault_ends_the_pass_and_frees_the_others(
        self, quick, database, server, nine, states, letter, kind
    ) -> None:
        server.answer[nine["third"]] = Outcome(kind, 421, "closing")
        assert deliver_outbox(quick, database) == 2
        assert set(pick(states(), nine, *HANDED_OVER[2:])) == {LetterState.QUEUED}
        assert {letter(nine[each]).attempts for each in HANDED_OVER[3:]} == {0}

    def test_to_be_judged_does_not_lose_what_was_said(
        self, quick, database, server, nine, states, monkeypatch
    ) -> None:
        objections = Present.objections

        def trip(self: Present, session: object, hand: Sequence[outbox.Claimed], now: object) -> object:
            if any(each.address == nine["seventh"] for each in hand) and len(hand) > 1:
                raise RuntimeError("a bug")
            return objections(self, session, hand, now)  # type: ignore[arg-type]

        monkeypatch.setattr(Present, "objections", trip)
        assert deliver_outbox(quick, database) == 9
        assert server.offered == Counter(nine.values())
        assert set(states().values()) == {LetterState.ACCEPTED}

    def test_to_be_recorded_keeps_no_other_from_it(
        self, quick, database, server, nine, states, letter, monkeypatch
    ) -> None:
        record, stubborn = outbox.record_outcomes, letter(nine["third"]).id

        def trip(session: Session, ended: Sequence[outbox.Ended], now: datetime) -> None:
            if any(each.claimed.letter_id == stubborn for each in ended):
                raise ValueError("a bug")
            record(session, ended, now)

        monkeypatch.setattr(outbox, "record_outcomes", trip)
        assert deliver_outbox(quick, database) == 9
        left = states()
        assert left.pop(nine["third"]) is LetterState.TRANSMITTING
        assert set(left.values()) == {LetterState.ACCEPTED}

    def test_is_recorded_though_nobody_can_say_how_many_may_leave(
        self, quick, database, server, nine, states, monkeypatch
    ) -> None:
        answers = iter([5])

        def allowance(*_: object) -> int:
            try:
                return next(answers)
            except StopIteration:
                raise DatabaseAway from None

        monkeypatch.setattr(delivery, "_allowance", allowance)
        assert deliver_outbox(quick, database) == 5
        assert Counter(states().values()) == {LetterState.ACCEPTED: 5, LetterState.QUEUED: 4}

    def test_in_the_mailer_leaves_the_others_alone(self, quick, database, server, nine) -> None:
        def trip(_: Witness) -> None:
            raise RuntimeError("a bug")

        server.when[nine["third"]] = trip
        assert deliver_outbox(quick, database) == 8
        assert attempts(database) == {OutcomeKind.ACCEPTED: 8, OutcomeKind.TEMPORARY: 1}
