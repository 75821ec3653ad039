from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import undefer

from tracker import audit
from tracker.access import Act, Role
from tracker.actions import assigning, ending, releasing
from tracker.actions.asking import ask_for_progress
from tracker.actions.editing import change_officer
from tracker.actions.handing_over import Handover, hand_over
from tracker.actions.models import Part
from tracker.actions.queries import open_parts_of
from tracker.actions.rules.workflow import Status, WithdrawalReason
from tracker.foundation.database import Database
from tracker.foundation.errors import NotFound
from tracker.foundation.filing import StoredFile
from tracker.people.models import Delegation, RoleGrant, User
from tracker.people.queries import get_user, principal_of
from tracker.reminders.delivery import deliver_outbox
from tracker.reminders.ledger import reminders_of_item
from tracker.reminders.models import LetterState, Notice, OutboxLetter, Planned
from tracker.reminders.planning import plan_reminders
from tracker.reminders.queries import list_notices, unread_notices
from tracker.reminders.rules.digest import NoticeKind
from tracker.reminders.rules.ladder import Reason
from tracker.reminders.service import mark_all_read, mark_read
from tracker.wiring import subscriptions

DUE = date(2026, 12, 31)
NUMBERS = tuple(f"115-TPE-001-{number:02d}" for number in (1, 2, 3))
EVIDENCE = StoredFile("0" * 64, 3, "驗收紀錄.pdf")
REQUEST = releasing.ClosingRequest(
    result="測試道路已啟用，並完成第三方驗收。", completed_on=date(2026, 6, 16)
)


@pytest.fixture
def house(database: Database, office) -> Iterator[Database]:
    """The database with the reactions of a real installation."""
    opened = Database(database.url, subscriptions(office))
    yield opened
    opened.close()


@pytest.fixture
def acting(database, office):
    """Say who acts: `acting(city.head)`."""

    def act(person_id: int) -> Act:
        with database.reading() as session:
            principal = principal_of(session, get_user(session, person_id), office.today())
        return Act(principal, office.clock.now(), office.today())

    return act


@pytest.fixture
def assigned(make_item, at) -> int:
    """An item that waits to be taken, on a Tuesday afternoon."""
    at("2026-06-16 14:00")
    return make_item(DUE, assigned_on=date(2026, 6, 16), status=Status.ASSIGNED)


def notices(database: Database) -> list[tuple[NoticeKind, int]]:
    with database.reading() as session:
        return [(row.kind, row.person_id) for row in session.scalars(select(Notice).order_by(Notice.id))]


class TestNotices:
    def test_assignment_is_told_to_officer_and_head(self, house, acting, assigned, city) -> None:
        with house.transaction() as session:
            assignment = assigning.Assignment(city.unit, DUE, officer_id=city.officer)
            assigning.reassign(session, acting(city.coordinator), assigned, assignment, "業務調整")
        assert notices(house) == [(NoticeKind.ASSIGNED, city.officer), (NoticeKind.ASSIGNED, city.head)]

    def test_the_department_that_loses_the_item_is_told_of_that_alone(
        self, house, acting, assigned, city
    ) -> None:
        with house.transaction() as session:
            assignment = assigning.Assignment(city.office, DUE)
            assigning.reassign(session, acting(city.coordinator), assigned, assignment, "業務調整")
        told = {(kind, person) for kind, person in notices(house) if person in (city.officer, city.head)}
        assert told == {(NoticeKind.REASSIGNED_AWAY, person) for person in (city.officer, city.head)}

    def test_a_department_that_lost_it_earlier_is_not_told_again(self, house, acting, assigned, city) -> None:
        for department in (city.office, city.agency):
            with house.transaction() as session:
                assignment = assigning.Assignment(department, DUE)
                assigning.reassign(session, acting(city.coordinator), assigned, assignment, "業務調整")
        assert notices(house).count((NoticeKind.REASSIGNED_AWAY, city.officer)) == 1

    def test_the_letter_says_that_it_asks_nothing_more_of_them(
        self, house, office, acting, assigned, city, at
    ) -> None:
        with house.transaction() as session:
            assignment = assigning.Assignment(city.office, DUE)
            assigning.reassign(session, acting(city.coordinator), assigned, assignment, "業務調整")
        at("2026-06-17 09:00")
        plan_reminders(office, house)
        with house.reading() as session:
            query = select(OutboxLetter.text).where(OutboxLetter.recipient_id == city.officer)
            assert "改分至其他機關，您不必再辦理。" in session.scalars(query).one()

    def test_of_a_quiet_act_nobody_is_told_and_the_record_tells_of_it(
        self, house, acting, assigned, city
    ) -> None:
        with house.transaction() as session:
            assignment = assigning.Assignment(city.unit, DUE, officer_id=city.officer)
            assigning.reassign(session, acting(city.coordinator).quietly(), assigned, assignment, "業務調整")
            assert audit.history_of(session, "action_item", assigned)[-1].action == "reassign"
        assert notices(house) == []

    def test_a_question_for_progress_goes_to_the_officer_with_its_words(
        self, house, office, acting, make_item, city, at
    ) -> None:
        at("2026-06-16 14:00")
        item = make_item(DUE)
        with house.transaction() as session:
            ask_for_progress(session, acting(city.head), item, "議會本週質詢，請先填報。")
        assert notices(house) == [(NoticeKind.PROGRESS_ASKED, city.officer)]
        at("2026-06-17 09:00")
        plan_reminders(office, house)
        with house.reading() as session:
            text = session.scalars(
                select(OutboxLetter.text).where(OutboxLetter.recipient_id == city.officer)
            ).one()
        assert "請填報辦理情形" in text
        assert "議會本週質詢，請先填報。" in text

    def test_a_new_officer_and_the_former_one_are_told(self, house, acting, assigned, city) -> None:
        with house.transaction() as session:
            part_id = session.scalars(select(Part.id).where(Part.item_id == assigned)).one()
            change_officer(session, acting(city.director), part_id, city.head, reason="長期請假")
        assert notices(house) == [
            (NoticeKind.OFFICER_GIVEN, city.head),
            (NoticeKind.OFFICER_TAKEN, city.officer),
        ]

    def test_taking_is_told_to_the_coordinator(self, house, acting, assigned, city) -> None:
        with house.transaction() as session:
            assigning.acknowledge(session, acting(city.head), assigned)
        assert notices(house) == [(NoticeKind.ACKNOWLEDGED, city.coordinator)]

    def test_a_closing_request_goes_to_who_decides_and_the_answer_back(
        self, house, acting, make_item, city, at
    ) -> None:
        at("2026-06-16 14:00")
        item = make_item(DUE)
        with house.transaction() as session:
            closing = releasing.request_closing(session, acting(city.officer), item, REQUEST, [EVIDENCE])
        with house.transaction() as session:
            review = releasing.ClosingReview(forward=True)
            releasing.review_closing(session, acting(city.head), closing.id, review)
        with house.transaction() as session:
            decision = releasing.ClosingDecision(agree=False, decision="請補充維護經費來源。")
            releasing.decide_closing(session, acting(city.coordinator), closing.id, decision)
        assert notices(house) == [
            (NoticeKind.CLOSING_PREPARED, city.head),
            (NoticeKind.CLOSING_REQUESTED, city.coordinator),
            (NoticeKind.RETURNED, city.officer),
            (NoticeKind.RETURNED, city.head),
        ]

    def test_release_is_told_up_to_the_agency_head(self, house, acting, make_item, city, at) -> None:
        at("2026-06-16 14:00")
        item = make_item(DUE)
        with house.transaction() as session:
            closing = releasing.request_closing(session, acting(city.head), item, REQUEST, [EVIDENCE])
        with house.transaction() as session:
            releasing.decide_closing(
                session, acting(city.coordinator), closing.id, releasing.ClosingDecision(True, "同意。")
            )
        told = [person for kind, person in notices(house) if kind is NoticeKind.DECIDED]
        assert told == [city.officer, city.head, city.director]

    def test_who_acts_is_not_told(self, house, acting, make_item, city, at) -> None:
        at("2026-06-16 14:00")
        item = make_item(DUE)
        with house.transaction() as session:
            ending.withdraw(
                session, acting(city.coordinator), item, WithdrawalReason.OTHER, "政策調整", "府授研字第1號"
            )
        assert city.coordinator not in [person for _, person in notices(house)]

    def test_a_failed_step_leaves_no_notice(self, house, acting, assigned, city) -> None:
        def take_and_break() -> None:
            with house.transaction() as session:
                assigning.acknowledge(session, acting(city.head), assigned)
                raise RuntimeError("the page broke")

        with pytest.raises(RuntimeError):
            take_and_break()
        assert notices(house) == []


class TestTheirMail:
    @pytest.fixture
    def told(self, house, acting, assigned, city) -> int:
        """Officer and head were told of an assignment on Tuesday at two."""
        with house.transaction() as session:
            assignment = assigning.Assignment(city.unit, DUE, officer_id=city.officer)
            assigning.reassign(session, acting(city.coordinator), assigned, assignment, "業務調整")
        return assigned

    def test_waits_for_the_next_mornings_letter(self, house, office, told, at) -> None:
        assert plan_reminders(office, house) == 0
        at("2026-06-17 09:00")
        assert plan_reminders(office, house) == 2

    def test_shares_the_letter_with_the_reminders(self, house, office, told, at, make_item, mailer) -> None:
        make_item(date(2026, 6, 18))
        at("2026-06-17 09:00")
        plan_reminders(office, house)
        deliver_outbox(office, house)
        assert len(mailer.delivered) == 2
        with house.reading() as session:
            subjects = set(session.scalars(select(OutboxLetter.subject)))
            assert subjects == {"[列管追蹤] 列管事項 2 件"}
            assert set(session.scalars(select(Notice.mail))) == {Planned.SENT}

    def test_is_pointless_when_the_item_has_ended(
        self, house, office, told, at, acting, city, mailer
    ) -> None:
        with house.transaction() as session:
            ending.withdraw(
                session, acting(city.coordinator), told, WithdrawalReason.OTHER, "政策調整", "府授研字第1號"
            )
        at("2026-06-17 09:00")
        plan_reminders(office, house)
        deliver_outbox(office, house)
        with house.reading() as session:
            mails = {row.kind: row.mail for row in session.scalars(select(Notice))}
        assert mails == {NoticeKind.ASSIGNED: Planned.SUPPRESSED, NoticeKind.ENDED: Planned.SENT}

    def test_is_no_news_after_two_weeks(self, house, office, told, at, mailer) -> None:
        at("2026-07-02 09:00")
        plan_reminders(office, house)
        deliver_outbox(office, house)
        with house.reading() as session:
            assert set(session.scalars(select(Notice.mail))) == {Planned.SUPPRESSED}

    def test_stands_in_the_ledger(self, house, office, told, at) -> None:
        with house.reading() as session:
            labels = {entry.words[0] for entry in reminders_of_item(session, told, office.zone)}
        assert labels == {"分案通知"}


class TestReadMarks:
    @pytest.fixture
    def one(self, database, city, clock) -> int:
        with database.transaction() as session:
            notice = Notice(person_id=city.officer, kind=NoticeKind.ASSIGNED, created_at=clock.now())
            session.add(notice)
            session.flush()
            return notice.id

    def test_reading_lowers_the_number(self, database, city, acting, one) -> None:
        with database.transaction() as session:
            assert session.scalar(select(unread_notices(city.officer))) == 1
            mark_read(session, acting(city.officer), one)
        with database.reading() as session:
            assert session.scalar(select(unread_notices(city.officer))) == 0

    def test_nobody_reads_for_somebody_else(self, database, city, acting, one) -> None:
        with pytest.raises(NotFound), database.transaction() as session:
            mark_read(session, acting(city.head), one)

    def test_all_at_once(self, database, city, acting, one) -> None:
        with database.transaction() as session:
            mark_all_read(session, acting(city.officer), one)
        with database.reading() as session:
            assert session.scalar(select(unread_notices(city.officer))) == 0
            assert list_notices(session, city.officer).total == 1

    def test_what_came_after_the_page_was_shown_stays_unread(
        self, database, city, acting, one, clock
    ) -> None:
        with database.transaction() as session:
            session.add(
                Notice(person_id=city.officer, kind=NoticeKind.PROGRESS_RETURNED, created_at=clock.now())
            )
            session.flush()
            mark_all_read(session, acting(city.officer), one)
        with database.reading() as session:
            assert session.scalar(select(unread_notices(city.officer))) == 1


class TestAHandover:
    def test_reaches_the_successor_as_one_notice_and_in_one_letter(
        self, house, office, acting, make_item, city, at, mailer
    ) -> None:
        at("2026-06-16 14:00")
        items = [make_item(DUE) for _ in range(3)]
        with house.transaction() as session:
            parts = open_parts_of(session, city.officer)
            handover = Handover("調任其他機關", {part.id: city.head for part in parts})
            hand_over(session, acting(city.administrator), city.officer, handover)
        with house.reading() as session:
            (told,) = session.scalars(select(Notice).where(Notice.kind == NoticeKind.OFFICER_GIVEN))
            assert (told.person_id, told.item_ids) == (city.head, items)
        at("2026-06-17 09:00")
        plan_reminders(office, house)
        deliver_outbox(office, house)
        assert sorted(each.recipient.partition("@")[0] for each in mailer.delivered) == ["head", "officer"]
        with house.reading() as session:
            to_head = select(OutboxLetter.text).where(OutboxLetter.recipient_id == city.head)
            text = session.scalars(to_head).one()
            ledger = [reminders_of_item(session, item, office.zone) for item in (items[0], items[2])]
        assert [sorted(each.person for each in entries) for entries in ledger] == [["周志豪", "林雅婷"]] * 2
        assert text.count("改請您承辦") == 3
        assert all(f"115-TPE-001-{number:02d}" in text for number in (1, 2, 3))

    @pytest.mark.parametrize(
        ("language", "told", "asked", "never"),
        [
            ("zh-Hant", "沒有指定接辦的人", "請您：簽收並確認承辦人", "您承辦"),
            ("en", "nobody was named to take", "confirm the officer", "passed it to you"),
        ],
    )
    def test_without_successor_asks_the_head_to_name_one(
        self, house, office, acting, make_item, city, at, language, told, asked, never
    ) -> None:
        at("2026-06-16 14:00")
        item = make_item(DUE, assigned_on=date(2026, 6, 16), status=Status.ASSIGNED)
        with house.transaction() as session:
            session.get_one(User, city.head).language = language
            parts = open_parts_of(session, city.officer)
            handover = Handover("調任其他機關", dict.fromkeys(part.id for part in parts))
            hand_over(session, acting(city.administrator), city.officer, handover)
        assert notices(house)[0] == (NoticeKind.OFFICER_MISSING, city.head)
        at("2026-06-17 09:00")
        plan_reminders(office, house)
        with house.reading() as session:
            notice = session.scalars(select(Notice).where(Notice.person_id == city.head)).one()
            assert notice.item_ids == [item]
            text = session.scalars(
                select(OutboxLetter.text).where(OutboxLetter.recipient_id == city.head)
            ).one()
        assert told in text
        assert asked.casefold() in text.casefold()
        assert never not in text


class TestADeputy:
    @pytest.fixture(autouse=True)
    def stands_in_for_the_officer(self, database, city, at) -> None:
        at("2026-06-16 14:00")
        day = date(2026, 6, 16)
        with database.transaction() as session:
            session.add(
                Delegation(
                    person_id=city.officer,
                    deputy_id=city.director,
                    starts_on=day,
                    ends_on=day.replace(day=30),
                )
            )

    @pytest.mark.parametrize("handed_over", [True, False])
    def test_reads_for_whom_they_hear_that_an_item_was_given(
        self, house, office, acting, make_item, city, at, handed_over
    ) -> None:
        item = make_item(DUE)
        with house.transaction() as session:
            (part,) = open_parts_of(session, city.officer)
            part.officer_id = city.head
            session.flush()
            if handed_over:
                handover = Handover("調任其他機關", {part.id: city.officer})
                hand_over(session, acting(city.administrator), city.head, handover)
            else:
                change_officer(session, acting(city.coordinator), part.id, city.officer, reason="職務調整")
        at("2026-06-17 09:00")
        plan_reminders(office, house)
        with house.reading() as session:
            told = select(Notice).where(Notice.person_id == city.director)
            assert session.scalars(told).one().deputy_for_id == city.officer
            to_deputy = select(OutboxLetter.text).where(OutboxLetter.recipient_id == city.director)
            text = session.scalars(to_deputy).one()
            entries = reminders_of_item(session, item, office.zone)
        assert "改請您代理的林雅婷承辦" in text
        assert "寄給您的原因：您是林雅婷（承辦人）的職務代理人。" in text
        assert "您是這個事項的承辦人" not in text
        assert {each.person: each.deputy_for for each in entries}["許文雄"] == "林雅婷"


class TestWhatIsLeftOfAHandover:
    @pytest.fixture
    def successor(self, newcomer, city) -> int:
        """Somebody who takes over what an officer held."""
        return newcomer((Role.OFFICER, city.unit))

    @pytest.fixture
    def three(self, make_item, at) -> list[int]:
        """Three items of the officer, on a Tuesday afternoon."""
        at("2026-06-16 14:00")
        return [make_item(DUE) for _ in range(3)]

    @pytest.fixture
    def hand_all_to(self, house, acting, city):
        """Hand over whatever the officer holds: `hand_all_to(city.head)`, or to nobody yet."""

        def give(person_id: int | None) -> None:
            with house.transaction() as session:
                parts = open_parts_of(session, city.officer)
                handover = Handover("調任其他機關", dict.fromkeys((part.id for part in parts), person_id))
                hand_over(session, acting(city.administrator), city.officer, handover)

        return give

    @pytest.fixture
    def pass_on(self, house, acting, city):
        """Give an item to another officer, without a word to anybody: `pass_on(item, city.officer)`."""

        def give(item_id: int, person_id: int) -> None:
            with house.transaction() as session:
                part_id = session.scalars(select(Part.id).where(Part.item_id == item_id)).one()
                act = acting(city.director).quietly()
                change_officer(session, act, part_id, person_id, reason="職務調整")

        return give

    @pytest.fixture
    def withdraw(self, house, acting, city):
        """End an item, without a word to anybody."""

        def end(item_id: int) -> None:
            act, why = acting(city.coordinator).quietly(), WithdrawalReason.OTHER
            with house.transaction() as session:
                ending.withdraw(session, act, item_id, why, "政策調整", "府授研字第1號")

        return end

    @pytest.fixture
    def letters_to(self, house):
        """Return a person's letters in a state, the oldest first."""

        def find(person_id: int, state: LetterState) -> list[OutboxLetter]:
            query = select(OutboxLetter).where(
                OutboxLetter.recipient_id == person_id, OutboxLetter.state == state
            )
            with house.reading() as session:
                return list(
                    session.scalars(query.order_by(OutboxLetter.id).options(undefer(OutboxLetter.text)))
                )

        return find

    def test_is_all_that_the_letter_names_and_counts(
        self, house, three, successor, hand_all_to, pass_on, withdraw, morning, letters_to, city
    ) -> None:
        hand_all_to(successor)
        pass_on(three[0], city.officer)
        withdraw(three[1])
        morning("2026-06-17 09:00")
        (letter,) = letters_to(successor, LetterState.ACCEPTED)
        assert letter.subject == "[列管追蹤] 115-TPE-001-03 改由您承辦"
        assert [number in letter.text for number in NUMBERS] == [False, False, True]

    def test_may_be_one_whose_release_is_asked_for_of_which_the_letter_is_silent(
        self, house, three, successor, hand_all_to, acting, morning, letters_to, city
    ) -> None:
        hand_all_to(successor)
        with house.transaction() as session:
            releasing.request_closing(session, acting(city.head).quietly(), three[0], REQUEST, [EVIDENCE])
        morning("2026-06-17 09:00")
        (letter,) = letters_to(successor, LetterState.ACCEPTED)
        assert [number in letter.text for number in NUMBERS] == [False, True, True]

    def test_is_judged_again_as_the_letter_leaves_which_is_written_anew(
        self, house, office, three, successor, hand_all_to, pass_on, withdraw, at, letters_to, city
    ) -> None:
        hand_all_to(successor)
        pass_on(three[0], city.officer)
        at("2026-06-17 09:00")
        plan_reminders(office, house)
        withdraw(three[1])
        deliver_outbox(office, house)
        (outdated,) = letters_to(successor, LetterState.CANCELLED)
        assert outdated.reason is Reason.OUTDATED
        at("2026-06-17 09:05")
        plan_reminders(office, house)
        deliver_outbox(office, house)
        (letter,) = letters_to(successor, LetterState.ACCEPTED)
        assert [number in letter.text for number in NUMBERS] == [False, False, True]

    def test_stands_in_the_letter_again_when_it_comes_back_before_that_is_written_anew(
        self, house, office, three, successor, hand_all_to, pass_on, withdraw, at, letters_to, city
    ) -> None:
        hand_all_to(successor)
        pass_on(three[0], city.officer)
        at("2026-06-17 09:00")
        plan_reminders(office, house)
        pass_on(three[0], successor)
        withdraw(three[1])
        deliver_outbox(office, house)
        at("2026-06-17 09:05")
        plan_reminders(office, house)
        deliver_outbox(office, house)
        (letter,) = letters_to(successor, LetterState.ACCEPTED)
        assert [number in letter.text for number in NUMBERS] == [True, False, True]

    def test_is_nothing_and_no_letter_when_all_has_moved_on(
        self, house, three, successor, hand_all_to, pass_on, morning, letters_to, city
    ) -> None:
        hand_all_to(successor)
        for item in three:
            pass_on(item, city.officer)
        assert "new" not in morning("2026-06-17 09:00")
        with house.reading() as session:
            told = session.scalars(select(Notice).where(Notice.person_id == successor)).one()
            assert (told.mail, told.reason) == (Planned.SUPPRESSED, Reason.NO_LONGER_CONCERNED)

    def test_does_not_change_what_the_notice_inside_the_system_tells(
        self, house, three, successor, hand_all_to, pass_on, morning, city
    ) -> None:
        hand_all_to(successor)
        pass_on(three[0], city.officer)
        morning("2026-06-17 09:00")
        with house.reading() as session:
            (told,) = list_notices(session, successor).rows
            assert told.about == tuple(three)

    def test_is_all_of_which_the_ledger_says_that_a_letter_told(
        self, house, office, three, successor, hand_all_to, pass_on, morning, city
    ) -> None:
        hand_all_to(successor)
        pass_on(three[0], city.officer)
        morning("2026-06-17 09:00")
        with house.reading() as session:
            ledgers = [reminders_of_item(session, item, office.zone) for item in three]
        named = ["江品妤" in {each.person for each in entries} for entries in ledgers]
        assert named == [False, True, True]

    def test_is_not_what_a_head_who_took_over_has_given_to_an_officer_since(
        self, house, three, successor, hand_all_to, pass_on, morning, letters_to, city
    ) -> None:
        hand_all_to(city.head)
        pass_on(three[0], successor)
        morning("2026-06-17 09:00")
        (letter,) = letters_to(city.head, LetterState.ACCEPTED)
        assert letter.text.count("改請您承辦") == 2
        assert NUMBERS[0] not in letter.text

    def test_is_not_what_somebody_was_named_for_since(
        self, house, make_item, hand_all_to, pass_on, successor, at, morning, letters_to, city
    ) -> None:
        at("2026-06-16 14:00")
        today, waits = date(2026, 6, 16), Status.ASSIGNED
        three = [make_item(DUE, assigned_on=today, status=waits) for _ in range(3)]
        hand_all_to(None)
        pass_on(three[0], successor)
        morning("2026-06-17 09:00")
        (letter,) = letters_to(city.head, LetterState.ACCEPTED)
        assert letter.text.count("沒有指定接辦的人") == 2
        assert NUMBERS[0] not in letter.text

    def test_is_told_to_the_former_officer_only_as_long_as_they_may_read_it(
        self, house, office, three, successor, hand_all_to, at, morning, letters_to, city, note_act
    ) -> None:
        hand_all_to(successor)
        at("2026-06-17 09:00")
        plan_reminders(office, house)
        with house.transaction() as session:
            session.execute(delete(RoleGrant).where(RoleGrant.person_id == city.officer))
            note_act(session)
        assert morning("2026-06-17 09:05") == ["new"]
        assert letters_to(city.officer, LetterState.ACCEPTED) == []
