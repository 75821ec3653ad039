from datetime import date
from email import message_from_bytes
from email.policy import default

import pytest
from sqlalchemy import select

from tracker.audit.models import AuditEvent
from tracker.foundation.errors import Forbidden, NotFound
from tracker.foundation.mailing import Outcome, OutcomeKind
from tracker.people.models import Department, User
from tracker.reminders.delivery import deliver_outbox
from tracker.reminders.ledger import reminders_of_item, why_waiting
from tracker.reminders.models import Notice, OutboxLetter, Planned, PlannedReminder, RefusedAddress
from tracker.reminders.rules.digest import NoticeKind
from tracker.reminders.rules.ladder import Reason
from tracker.reminders.service import accept_address, accept_all_addresses
from tracker.reminders.watching import Trouble, look

DUE_ON = date(2026, 7, 14)  # The stage of 30 June is for the officer alone.
MORNING, NEXT = "2026-06-30 09:00", "2026-07-07 09:00"
REFUSED = Outcome(OutcomeKind.PERMANENT, 550, "no such person", refuses_address=True)
UNKNOWN = Outcome(OutcomeKind.UNKNOWN, None, "connection lost")


@pytest.fixture
def mailbox(database, city) -> str:
    """The shared mailbox of the agency; the unit has none."""
    with database.transaction() as session:
        session.get_one(Department, city.agency).mailbox = "transport@city.example"
    return "transport@city.example"


@pytest.fixture
def item(make_item) -> int:
    return make_item(DUE_ON)


def one(database, model):
    with database.reading() as session:
        return session.scalars(select(model)).one()


class TestWithASharedMailbox:
    def test_the_letter_of_the_same_day_goes_there_and_says_for_whom_it_is(
        self, morning, mailbox, item, mailer, database
    ) -> None:
        mailer.answers.append(REFUSED)
        assert morning(MORNING) == []
        assert morning("2026-06-30 09:05") == ["transport"]
        letter = message_from_bytes(mailer.delivered[0].data, policy=default)
        assert letter["To"].addresses[0].addr_spec == mailbox
        text = letter.get_body(("plain",)).get_content()
        assert "這封信是給林雅婷的。郵件伺服器拒收其信箱 officer@city.example" in text

    def test_so_do_those_of_later_days_without_another_attempt(self, morning, mailbox, item, mailer) -> None:
        mailer.answers.append(REFUSED)
        morning(MORNING)
        morning("2026-06-30 09:05")
        assert morning(NEXT) == ["head", "transport"]

    def test_it_is_one_a_day(self, morning, mailbox, item, mailer, make_item) -> None:
        mailer.answers.append(REFUSED)
        morning(MORNING)
        morning("2026-06-30 09:05")
        make_item(DUE_ON)
        assert morning("2026-06-30 13:00") == []

    def test_one_that_may_have_arrived_before_the_refusal_is_the_mail_of_the_day(
        self, morning, mailbox, item, mailer
    ) -> None:
        mailer.answers += [UNKNOWN, REFUSED]
        morning(MORNING)
        assert morning("2026-06-30 10:00") == []
        assert morning("2026-06-30 11:00") == []
        assert morning("2026-07-01 09:00") == ["transport"]

    def test_the_ledger_says_where_it_went_instead(
        self, morning, mailbox, item, mailer, database, office
    ) -> None:
        mailer.answers.append(REFUSED)
        morning(MORNING)
        morning("2026-06-30 09:05")
        with database.reading() as session:
            sent = [e for e in reminders_of_item(session, item, office.zone) if e.outcome is Planned.SENT]
        assert [(each.person, each.passed_to) for each in sent] == [("林雅婷", mailbox)]

    def test_the_mark_is_told_to_the_administrator_and_to_monitors(
        self, morning, mailbox, item, mailer, database, office, city
    ) -> None:
        mailer.answers.append(REFUSED)
        morning(MORNING)
        with database.reading() as session:
            told = select(Notice.person_id).where(Notice.kind == NoticeKind.LETTER_FAILED)
            assert session.scalars(told).all() == [city.administrator]
            assert Trouble.ADDRESS_REFUSED in look(session, office, office.clock.now()).troubles

    def test_a_letter_that_waits_is_written_anew_when_its_address_is_refused_meanwhile(
        self, morning, mailbox, item, mailer, database, office, at
    ) -> None:
        mailer.answers.append(Outcome(OutcomeKind.TEMPORARY, 451, "later"))
        assert morning(MORNING) == []
        with database.transaction() as session:
            session.add(
                RefusedAddress(address="officer@city.example", refused_at=office.clock.now(), text="")
            )
        at("2026-06-30 10:00")
        deliver_outbox(office, database)
        assert mailer.delivered == []
        assert morning("2026-06-30 10:01") == ["transport"]


class TestWithoutOne:
    def test_the_reminders_wait_and_the_ledger_says_for_what(
        self, morning, item, mailer, database, office, city
    ) -> None:
        mailer.answers.append(REFUSED)
        assert morning(MORNING) == []
        assert morning("2026-06-30 13:00") == []
        assert morning("2026-07-01 09:00") == []
        with database.reading() as session:
            assert "拒收" in why_waiting(session, office, city.officer)
            waiting = session.scalars(
                select(PlannedReminder).where(PlannedReminder.outcome == Planned.PLANNED)
            ).all()
        assert [each.stage for each in waiting] == ["due-14"]

    def test_a_corrected_address_gets_them_at_once(self, morning, item, mailer, database, city) -> None:
        mailer.answers.append(REFUSED)
        morning(MORNING)
        with database.transaction() as session:
            session.get_one(User, city.officer).email = "lin@city.example"
        assert morning("2026-06-30 11:00") == ["lin"]

    def test_a_refused_mailbox_is_not_tried_again_and_again(
        self, morning, mailbox, item, mailer, database
    ) -> None:
        mailer.answers += [REFUSED, REFUSED]
        for moment in (MORNING, "2026-06-30 09:05", "2026-06-30 09:10", "2026-07-01 09:00"):
            assert morning(moment) == []
        with database.reading() as session:
            assert len(session.scalars(select(OutboxLetter)).all()) == 2

    def test_a_letter_that_is_refused_for_its_content_is_no_matter_of_the_address(
        self, morning, mailbox, item, mailer, database
    ) -> None:
        mailer.answers.append(Outcome(OutcomeKind.PERMANENT, 554, "looks like spam"))
        assert morning(MORNING) == []
        assert morning("2026-06-30 13:00") == []
        with database.reading() as session:
            assert session.scalars(select(RefusedAddress)).all() == []
            failed = session.scalars(select(PlannedReminder.reason).where(PlannedReminder.stage == "due-14"))
            assert failed.all() == [Reason.LETTER_REFUSED]


class TestTheMark:
    @pytest.fixture
    def marked(self, morning, item, mailer, database) -> int:
        mailer.answers.append(REFUSED)
        morning(MORNING)
        return one(database, RefusedAddress).id

    def test_taken_away_the_letter_goes_to_the_person(self, marked, morning, database, acting, city) -> None:
        with database.transaction() as session:
            accept_address(session, acting(city.administrator), marked)
        assert morning("2026-06-30 11:00") == ["officer"]

    def test_is_for_the_administrator_to_take_away(self, marked, database, acting, city) -> None:
        with database.transaction() as session, pytest.raises(Forbidden):
            accept_address(session, acting(city.officer), marked)

    def test_that_is_not_there_cannot_be_taken_away(self, database, acting, city) -> None:
        with database.transaction() as session, pytest.raises(NotFound):
            accept_address(session, acting(city.administrator), 999)

    def test_is_taken_from_all_at_once_and_recorded_for_each(self, marked, database, acting, city) -> None:
        with database.transaction() as session:
            act = acting(city.administrator)
            session.add(RefusedAddress(address="gone@city.example", refused_at=act.at, text="550"))
        with database.transaction() as session:
            assert accept_all_addresses(session, act) == 2
        with database.reading() as session:
            assert session.scalars(select(RefusedAddress)).all() == []
            taken = session.scalars(select(AuditEvent).where(AuditEvent.action == "address_accepted"))
            addresses = {(each.before | each.after)["address"] for each in taken}
        assert addresses == {"officer@city.example", "gone@city.example"}

    def test_of_all_is_for_the_administrator_to_take_away(self, marked, database, acting, city) -> None:
        with database.transaction() as session, pytest.raises(Forbidden):
            accept_all_addresses(session, acting(city.coordinator))
