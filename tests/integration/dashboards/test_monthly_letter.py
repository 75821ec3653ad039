"""The letter about a period: to heads and coordinators, once, with the dashboard's numbers, as the day's one mail."""

import re
import threading
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from lxml import etree
from sqlalchemy import select, update

from tests.factories import actions
from tests.factories.city import ZONE, City
from tests.support.libreoffice import converted, needs_calc
from tests.support.site import settings_for, settings_with_mail
from tests.support.smtp import Postbox, plain_text
from tracker.actions.models import ActionItem
from tracker.actions.queries import ActionFilter
from tracker.actions.rules.deadlines import Standards
from tracker.actions.rules.workflow import Status
from tracker.dashboards.filing import filing_by_period
from tracker.dashboards.handing_up import load_layouts
from tracker.dashboards.queries import overview
from tracker.dashboards.tables import Terms
from tracker.foundation.mailing import MemoryMailer, Outcome, OutcomeKind
from tracker.people.models import Delegation, Department, RoleGrant
from tracker.people.queries import get_user, principal_of
from tracker.reminders import summaries as summaries_module
from tracker.reminders.comparing import compare_tonight
from tracker.reminders.delivery import deliver_outbox
from tracker.reminders.ledger import why_sent
from tracker.reminders.letter_queries import count_chases
from tracker.reminders.models import LetterState, OutboxLetter, Planned, PlannedReminder
from tracker.reminders.planning import plan_reminders, record_due_stages, write_letters
from tracker.reminders.post_office import Monthly, PostOffice
from tracker.reminders.previewing import preview_day
from tracker.reminders.queries import load_directory
from tracker.reminders.runs import release_run
from tracker.reminders.summaries import plan_letters, plan_summaries
from tracker.wiring import post_office

AT_NINE = datetime(2026, 4, 7, 1, 0, tzinfo=UTC)
"""Tuesday 7 April 2026: March's filing closed on Sunday 5 April, and the Monday is a holiday."""
READERS = ("agency_head", "coordinator", "second_coordinator")


@pytest.fixture
def mailer() -> MemoryMailer:
    return MemoryMailer()


@pytest.fixture
def office(city: City, tmp_path: Path, mailer: MemoryMailer) -> PostOffice:
    """A post office that tells of periods, and keeps its letters."""
    settings = settings_for(
        tmp_path, "sqlite://", {"TRACKER_REMINDERS__MONTHLY_SUMMARY": "true", "TRACKER_MAIL__HOST": "x"}
    )
    made = post_office(settings, city.clock)
    assert made.monthly is not None
    return PostOffice(**{**vars(made), "mailer": mailer})


@pytest.fixture
def closed(city: City) -> City:
    """A city on the first working day after March's filing closed, with late and open items."""
    actions.bring_to(city, "in_progress")
    city.give_action(due_in_days=3)
    city.give_action(lead="EDU-I", officer="other_officer", due_in_days=5)
    actions.bring_to(city, "closed_implemented")
    city.clock.advance(AT_NINE - city.clock.now())  # type: ignore[attr-defined]
    return city


def summaries(city: City) -> list[OutboxLetter]:
    with city.database.reading() as session:
        query = select(OutboxLetter).where(OutboxLetter.key.startswith("summary|"))
        return list(session.scalars(query.order_by(OutboxLetter.id)))


def recipients(city: City) -> set[str]:
    keys = {number: key for key, number in city.people.items()}
    return {keys[letter.recipient_id] for letter in summaries(city)}


def opened(data: bytes) -> EmailMessage:
    message = message_from_bytes(data, policy=default)
    assert isinstance(message, EmailMessage)
    return message


class TestWhoHears:
    def test_is_heads_of_agencies_and_coordinators(self, closed: City, office: PostOffice) -> None:
        plan_summaries(office, closed.database)
        assert recipients(closed) == set(READERS)

    def test_is_no_head_of_an_agency_that_had_nothing_under_tracking(
        self, closed: City, office: PostOffice
    ) -> None:
        with closed.database.transaction() as session:
            items = session.scalars(select(ActionItem)).all()
            for part in (part for item in items for part in item.parts):
                part.department_id = closed.departments["EDU-I"]
        plan_summaries(office, closed.database)
        assert recipients(closed) == {"coordinator", "second_coordinator"}

    def test_is_told_once_however_often_the_worker_looks(self, closed: City, office: PostOffice) -> None:
        assert plan_summaries(office, closed.database) == len(READERS)
        assert plan_summaries(office, closed.database) == 0
        deliver_outbox(office, closed.database)
        actions.after_days(closed, 1)
        assert plan_summaries(office, closed.database) == 0

    @pytest.mark.parametrize("days", [-1, -5, 20])
    def test_is_nobody_on_other_days(self, closed: City, office: PostOffice, days: int) -> None:
        closed.clock.advance(timedelta(days=days))  # type: ignore[attr-defined]
        assert plan_summaries(office, closed.database) == 0

    def test_is_told_late_after_the_worker_was_down(self, closed: City, office: PostOffice) -> None:
        actions.after_days(closed, 3)
        assert plan_summaries(office, closed.database) == len(READERS)

    def test_is_nobody_in_a_dry_run_or_where_the_city_wants_none(
        self, closed: City, office: PostOffice
    ) -> None:
        assert plan_summaries(PostOffice(**{**vars(office), "is_dry": True}), closed.database) == 0
        assert plan_summaries(PostOffice(**{**vars(office), "monthly": None}), closed.database) == 0

    def test_is_the_deputy_of_a_head_too(self, closed: City, office: PostOffice) -> None:
        today = office.today()
        with closed.database.transaction() as session:
            session.add(
                Delegation(
                    person_id=closed.people["agency_head"],
                    deputy_id=closed.people["unit_head"],
                    starts_on=today,
                    ends_on=today,
                )
            )
        plan_summaries(office, closed.database)
        assert recipients(closed) == {*READERS, "unit_head"}

    @pytest.mark.parametrize("tells_of_items", [True, False])
    def test_is_asked_again_when_the_letter_leaves(
        self, closed: City, office: PostOffice, mailer: MemoryMailer, tells_of_items: bool
    ) -> None:
        plan_summaries(office, closed.database)
        with closed.database.transaction() as session:
            if not tells_of_items:
                session.execute(update(PlannedReminder).values(letter_id=None))
            session.execute(
                update(RoleGrant)
                .where(RoleGrant.person_id == closed.people["agency_head"])
                .values(role="unit_head")
            )
        deliver_outbox(office, closed.database)
        states = {letter.recipient_id: letter.state for letter in summaries(closed)}
        assert states[closed.people["agency_head"]] is LetterState.CANCELLED
        assert len(mailer.delivered) == len(READERS) - 1


class TestWhatItSays:
    @pytest.mark.parametrize("key", ["agency_head", "coordinator"])
    def test_is_what_the_dashboard_says_of_the_day_on_which_filing_closed(
        self, closed: City, office: PostOffice, key: str
    ) -> None:
        plan_summaries(office, closed.database)
        with closed.database.reading() as session:
            principal = principal_of(session, get_user(session, closed.people[key]), closed.today())
            wanted = ActionFilter(as_at=date(2026, 4, 5))
            told = overview(
                session, principal, wanted, closed.today(), Standards(), by_agency=key == "coordinator"
            )
            letter = session.scalars(
                select(OutboxLetter).where(OutboxLetter.recipient_id == closed.people[key])
            ).one()
            assert f"列管中：{told.counts.open}\n" in letter.text
            assert f"逾期：{told.counts.overdue}\n" in letter.text
            assert told.counts.overdue == (2 if key == "coordinator" else 1)
            for load in told.departments:
                assert (
                    f"{load.name}：列管中 {load.counts.open} 件，逾期 {load.counts.overdue} 件" in letter.text
                )

    def test_counts_what_was_not_filed_for_the_very_period(self, closed: City, office: PostOffice) -> None:
        plan_summaries(office, closed.database)
        with closed.database.reading() as session:
            principal = closed.act("coordinator", session).by
            latest = filing_by_period(session, principal, ActionFilter(), closed.today(), Standards())[0]
            mine = OutboxLetter.recipient_id == closed.people["coordinator"]
            text = session.scalars(select(OutboxLetter.text).where(mine)).one()
        assert (latest.period.code, latest.missing) == ("2026-03", 3)
        assert "未填報：3\n" in text

    def test_does_not_change_with_what_happens_before_it_is_written(
        self, closed: City, office: PostOffice
    ) -> None:
        closed.give_action()
        plan_summaries(office, closed.database)
        with closed.database.reading() as session:
            texts = session.scalars(select(OutboxLetter.text)).all()
        assert all("列管中：3\n" in text or "列管中：2\n" in text for text in texts)

    def test_brings_the_tables_as_ods(self, closed: City, office: PostOffice, mailer: MemoryMailer) -> None:
        plan_summaries(office, closed.database)
        deliver_outbox(office, closed.database)
        message = opened(mailer.delivered[-1].data)
        [file] = message.iter_attachments()
        assert file.get_filename() == "tracking-2026-03.ods"
        assert file.get_content_type() == "application/vnd.oasis.opendocument.spreadsheet"
        assert file.get_content().startswith(b"PK")

    def test_speaks_the_language_of_its_reader(self, closed: City, office: PostOffice) -> None:
        with closed.database.transaction() as session:
            get_user(session, closed.people["coordinator"]).language = "en"
        plan_summaries(office, closed.database)
        subjects = {letter.recipient_id: letter.subject for letter in summaries(closed)}
        assert "open" in subjects[closed.people["coordinator"]]
        assert "115年3月列管情形" in subjects[closed.people["agency_head"]]


class TestOneMailADay:
    def test_holds_what_else_its_reader_is_told_on_the_day(
        self, closed: City, office: PostOffice, mailer: MemoryMailer
    ) -> None:
        _work(office, closed)
        first = _by_person(mailer, closed)
        assert {key: len(found) for key, found in first.items() if key in READERS} == dict.fromkeys(
            READERS, 1
        )
        assert all("列管情形" in first[key][0] for key in READERS)
        with closed.database.reading() as session:
            waiting = session.scalars(
                select(PlannedReminder.recipient_id).where(PlannedReminder.outcome == Planned.PLANNED)
            ).all()
        assert {closed.people[key] for key in READERS}.isdisjoint(waiting)
        mailer.delivered.clear()
        actions.after_days(closed, 1)
        _work(office, closed)
        assert not any(_by_person(mailer, closed)[key] for key in READERS)

    def test_tells_the_items_before_the_figures(self, closed: City, office: PostOffice) -> None:
        plan_summaries(office, closed.database)
        with closed.database.reading() as session:
            letters = session.execute(select(OutboxLetter.subject, OutboxLetter.text)).all()
        for letter in letters:
            assert letter.text.index("請您：") < letter.text.index("【數字】")
            assert re.search(r"；請您處理或知悉 \d 件$", letter.subject)

    def test_is_said_in_the_outbox_to_tell_of_the_period_too(self, closed: City, office: PostOffice) -> None:
        plan_summaries(office, closed.database)
        with closed.database.reading() as session:
            for letter in session.scalars(select(OutboxLetter)):
                *of_items, last = why_sent(letter)
                assert last == (("每期列管情形", {}), "")
                assert all(item_no for _, item_no in of_items)

    def test_is_written_anew_when_an_item_in_it_ended_before_it_left(
        self, closed: City, office: PostOffice, mailer: MemoryMailer
    ) -> None:
        plan_summaries(office, closed.database)
        with closed.database.transaction() as session:
            for item in session.scalars(select(ActionItem).where(ActionItem.closed_on.is_(None))):
                item.status = Status.WITHDRAWN
        _work(office, closed)
        found = _by_person(mailer, closed)
        assert [len(found[key]) for key in READERS] == [1, 1, 1]
        assert not any("知悉" in found[key][0] for key in READERS)

    def test_that_waited_overnight_is_written_anew_with_the_facts_of_the_day(
        self, closed: City, office: PostOffice, mailer: MemoryMailer
    ) -> None:
        plan_summaries(office, closed.database)
        actions.after_days(closed, 1)
        _work(office, closed)
        found = _by_person(mailer, closed)
        assert all(len(found[key]) == 1 and "列管情形" in found[key][0] for key in READERS)
        states = {letter.local_date: letter.state for letter in summaries(closed)}
        assert list(states.values()) == [LetterState.CANCELLED, LetterState.ACCEPTED]

    def test_is_no_letter_that_the_night_misses(self, closed: City, office: PostOffice) -> None:
        _work(office, closed)
        actions.ask(closed, _first_item(closed))
        closed.clock.advance(timedelta(hours=9))  # type: ignore[attr-defined]
        findings = compare_tonight(office, closed.database)
        assert findings is not None
        assert findings.unwritten == []

    def test_waits_with_a_large_run(self, closed: City, office: PostOffice) -> None:
        small = PostOffice(**{**vars(office), "largest_run": 1})
        assert plan_summaries(small, closed.database) == 0
        with closed.database.transaction() as session:
            release_run(session, small, closed.act("coordinator", session), seen=100)
        assert plan_summaries(small, closed.database) == len(READERS)

    def test_goes_to_the_shared_mailbox_and_says_for_whom(
        self, closed: City, office: PostOffice, mailer: MemoryMailer
    ) -> None:
        with closed.database.transaction() as session:
            for department in session.scalars(select(Department)):
                department.mailbox = "shared@city.example"
        refused = Outcome(OutcomeKind.PERMANENT, 550, "no such person", refuses_address=True)
        plan_summaries(office, closed.database)
        mailer.answers.append(refused)
        deliver_outbox(office, closed.database)
        _work(office, closed)
        [letter] = [each for each in mailer.delivered if each.recipient == "shared@city.example"]
        words = opened(letter.data).get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert "所以改寄到這個公用信箱" in words
        assert "【數字】" in words

    def test_is_not_written_beside_one_that_another_worker_is_writing(
        self, closed: City, office: PostOffice
    ) -> None:
        head = closed.people["agency_head"]
        other = threading.Thread(target=plan_summaries, args=(office, closed.database))
        with closed.database.transaction() as session:
            directory, slot = load_directory(session, office.today()), office.slot(session, AT_NINE)
            record_due_stages(session, office, directory, AT_NINE)
        with closed.database.transaction() as session:
            assert len(write_letters(session, office, directory, slot, [head])) == 1
            other.start()
            other.join(timeout=2)
        other.join()
        with closed.database.reading() as session:
            letters = session.scalars(select(OutboxLetter).where(OutboxLetter.recipient_id == head)).all()
        assert [letter.tells_of_period for letter in letters] == [False]

    def test_that_cannot_be_planned_keeps_nobody_from_a_reminder(
        self, closed: City, office: PostOffice, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise RuntimeError("a bug")

        monkeypatch.setattr(summaries_module, "period_to_tell", fail)
        with pytest.raises(RuntimeError):
            plan_letters(office, closed.database)
        with closed.database.reading() as session:
            written = session.scalars(select(OutboxLetter)).all()
        assert written
        assert not any(letter.tells_of_period for letter in written)

    def test_waits_where_the_mail_of_the_day_has_gone(
        self, closed: City, office: PostOffice, mailer: MemoryMailer
    ) -> None:
        actions.ask(closed, _first_item(closed))
        plan_reminders(office, closed.database)
        deliver_outbox(office, closed.database)
        had = {key for key, found in _by_person(mailer, closed).items() if found}
        assert had & set(READERS)
        plan_summaries(office, closed.database)
        assert recipients(closed) == set(READERS) - had
        actions.after_days(closed, 1)
        plan_summaries(office, closed.database)
        assert recipients(closed) == set(READERS)


class TestPreview:
    def test_shows_letter_for_letter_what_is_then_written(self, closed: City, office: PostOffice) -> None:
        preview = preview_day(office, closed.database, closed.today())
        _work(office, closed)
        with closed.database.reading() as session:
            written = session.scalars(select(OutboxLetter)).all()
            told = {each.recipient_id: (each.subject, each.text) for each in written}
        assert {each.person_id: (each.subject, each.text) for each in preview.letters} == told
        assert preview.people == len(told)

    def test_of_the_day_after_tells_of_the_period_no_more(self, closed: City, office: PostOffice) -> None:
        preview = preview_day(office, closed.database, closed.today() + timedelta(days=1))
        assert not [each for each in preview.letters if "列管情形" in each.subject]


def _work(office: PostOffice, city: City) -> None:
    for _ in range(3):
        plan_letters(office, city.database)
        deliver_outbox(office, city.database)


def _first_item(city: City) -> int:
    with city.database.reading() as session:
        query = select(ActionItem.id).where(ActionItem.status == Status.IN_PROGRESS)
        return session.scalars(query.order_by(ActionItem.id)).first() or 0


def _by_person(mailer: MemoryMailer, city: City) -> dict[str, list[str]]:
    keys = {city.email(key): key for key in city.people}
    found: dict[str, list[str]] = {key: [] for key in city.people}
    for each in mailer.delivered:
        found[keys[each.recipient]].append(str(opened(each.data)["Subject"]))
    return found


class TestOverSMTP:
    @pytest.mark.slow
    @needs_calc
    def test_arrives_with_the_numbers_of_the_dashboard_and_an_ods_that_libreoffice_opens(
        self, closed: City, postbox: Postbox, tmp_path: Path
    ) -> None:
        settings = settings_with_mail(tmp_path, "sqlite://", postbox)
        office = post_office(settings, closed.clock)
        standards = Standards()
        monthly = Monthly(load_layouts(), Terms(standards, ZONE, count_chases))
        office = PostOffice(**{**vars(office), "monthly": monthly})
        plan_summaries(office, closed.database)
        assert deliver_outbox(office, closed.database) == len(READERS)
        own = closed.email("coordinator")
        [message] = [each for each in postbox.letters if each["To"].addresses[0].addr_spec == own]
        assert "列管中：3" in plain_text(message)
        [file] = message.iter_attachments()
        flat = etree.fromstring(converted(file.get_content(), "ods", "fods", tmp_path))
        sheets = [each.get(f"{{{each.nsmap['table']}}}name") for each in flat.iter("{*}table")]
        assert sheets[:2] == ["列管事項件數統計", "逾期及未填報清單"]
        rows = [
            "|".join("".join(cell.itertext()).strip() for cell in row) for row in flat.iter("{*}table-row")
        ]
        [whole] = [row for row in rows if "合計" in row]
        assert "|4|1|3|" in whole
