"""Who is told and chased while a request for more time waits in a house with heads at two levels; on both databases."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from tracker.access import Role
from tracker.actions import extending, releasing, reporting
from tracker.actions.extending import ExtensionDecision, ExtensionRequest
from tracker.actions.models import Extension
from tracker.actions.releasing import ClosingRequest
from tracker.actions.reporting import Progress
from tracker.actions.rules.extending import ExtensionReason, Level, Limits
from tracker.foundation.database import Database
from tracker.foundation.filing import StoredFile
from tracker.people.models import Delegation, Department, RoleGrant, User
from tracker.people.queries import get_user, principal_of
from tracker.reminders.ledger import upcoming_of_item
from tracker.reminders.models import Notice, OutboxLetter
from tracker.reminders.rules.digest import NoticeKind, Section
from tracker.reminders.work import work_of

DUE = date(2026, 12, 31)
WEDNESDAY = "2026-06-17 14:00"
THREE_WORKING_DAYS_LATER = "2026-06-23 09:00"  # The 19th is a holiday.
REQUEST = ExtensionRequest(
    date(2027, 1, 10), ExtensionReason.COORDINATION, "與鄰近縣市協調路線，尚待召開會議。"
)
EVIDENCE = StoredFile("0" * 64, 3, "驗收紀錄.pdf")
DONE = ClosingRequest("測試道路已啟用，並完成第三方驗收。", date(2026, 6, 16))


def appointed(database: Database, name: str, address: str, role: Role, department_id: int) -> int:
    with database.transaction() as session:
        user = User(
            email=f"{address}@city.example",
            name=name,
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
            grants=[RoleGrant(role=role, department_id=department_id)],
        )
        session.add(user)
        session.flush()
        return user.id


@pytest.fixture
def division(database, city) -> int:
    """The head of the division that the unit belongs to."""
    with database.transaction() as session:
        above = Department(
            code="TRA-0", name="綜合規劃處", english_name="Planning Division", parent_id=city.agency
        )
        session.add(above)
        session.flush()
        session.get_one(Department, city.unit).parent_id = above.id
        above_id = above.id
    return appointed(database, "葉麗華", "division", Role.UNIT_HEAD, above_id)


@pytest.fixture
def asked(house, acting, make_item, city, division, at) -> int:
    """The head of the unit asks for ten days on a Wednesday afternoon; the item that they are asked for."""
    return ask(house, acting, make_item, at, city.head)


def ask(house, acting, make_item, at, person_id: int) -> int:
    at(WEDNESDAY)
    item_id = make_item(DUE)
    with house.transaction() as session:
        extension = extending.request_extension(session, acting(person_id), item_id, REQUEST, Limits())
        assert extension.turn is Level.UNIT_HEAD
    return item_id


def notices(database: Database) -> list[tuple[NoticeKind, int]]:
    with database.reading() as session:
        return [(row.kind, row.person_id) for row in session.scalars(select(Notice).order_by(Notice.id))]


def letters_to(database: Database, person_id: int) -> list[str]:
    with database.reading() as session:
        query = select(OutboxLetter.text).where(OutboxLetter.recipient_id == person_id)
        return list(session.scalars(query.order_by(OutboxLetter.id)))


def headings(database: Database, office, person_id: int) -> set[Section]:
    with database.reading() as session:
        principal = principal_of(session, get_user(session, person_id), office.today())
        return {pile.section for pile in work_of(office, session, principal, office.today())}


def stand_in(database: Database, person_id: int, deputy_id: int) -> None:
    with database.transaction() as session:
        session.add(
            Delegation(
                person_id=person_id,
                deputy_id=deputy_id,
                starts_on=date(2026, 6, 1),
                ends_on=date(2026, 7, 31),
            )
        )


class TestAHeadWhoAsksForMoreTime:
    def test_is_not_told_but_the_head_above_is(self, database, asked, division) -> None:
        assert notices(database) == [(NoticeKind.EXTENSION_REQUESTED, division)]

    def test_is_not_chased_but_the_head_above_is(self, database, asked, city, division, morning) -> None:
        assert morning("2026-06-22 09:00") == []
        assert morning(THREE_WORKING_DAYS_LATER) == ["division"]
        assert "等待您核定展延" in letters_to(database, division)[-1]
        assert letters_to(database, city.head) == []

    def test_nor_every_monday_until_it_is_decided(
        self, house, acting, database, asked, division, morning
    ) -> None:
        morning(THREE_WORKING_DAYS_LATER)
        assert morning("2026-06-29 09:00") == ["division"]
        with house.reading() as session:
            extension = session.scalars(select(Extension)).one()
        with house.transaction() as session:
            decision = ExtensionDecision(agree=True, decision="同意展延。")
            extending.decide_extension(session, acting(division), extension.id, decision)
        assert "division" not in morning("2026-07-06 09:00")

    def test_is_not_named_by_what_the_item_says_beforehand(self, database, asked, office) -> None:
        with database.reading() as session:
            coming = upcoming_of_item(session, office, asked)
        assert {each.people for each in coming if each.people} == {("葉麗華",)}

    def test_has_nothing_of_it_on_the_work_page_and_the_head_above_has(
        self, database, asked, office, city, division
    ) -> None:
        assert Section.TO_EXTEND in headings(database, office, division)
        assert Section.TO_EXTEND not in headings(database, office, city.head)

    def test_leaves_it_to_the_other_head_of_the_unit(
        self, house, database, acting, make_item, city, division, at, morning
    ) -> None:
        other = appointed(database, "邱建國", "second", Role.UNIT_HEAD, city.unit)
        ask(house, acting, make_item, at, city.head)
        assert notices(database) == [(NoticeKind.EXTENSION_REQUESTED, other)]
        assert morning("2026-06-22 09:00") == []
        assert morning(THREE_WORKING_DAYS_LATER) == ["second"]


class TestAnOfficerWhomTheHeadStandsInFor:
    def test_asks_the_head_above_for_more_time(
        self, house, database, acting, make_item, city, division, at, morning
    ) -> None:
        stand_in(database, city.officer, city.head)
        ask(house, acting, make_item, at, city.officer)
        assert notices(database) == [(NoticeKind.EXTENSION_REQUESTED, division)]
        morning("2026-06-18 09:00")
        assert morning(THREE_WORKING_DAYS_LATER) == ["division"]

    def test_has_a_release_forwarded_by_the_head_above(
        self, house, database, acting, make_item, city, division, at, morning
    ) -> None:
        at(WEDNESDAY)
        stand_in(database, city.officer, city.head)
        item_id = make_item(DUE)
        with house.transaction() as session:
            releasing.request_closing(session, acting(city.officer), item_id, DONE, [EVIDENCE])
        assert notices(database) == [(NoticeKind.CLOSING_PREPARED, division)]
        morning("2026-06-18 09:00")
        assert morning("2026-06-25 09:00") == ["division"]
        assert "等待您轉送解除列管申請" in letters_to(database, division)[-1]

    def test_has_progress_approved_by_the_head_above(
        self, house, database, acting, make_item, city, division, at, morning
    ) -> None:
        at(WEDNESDAY)
        stand_in(database, city.officer, city.head)
        item_id = make_item(DUE)
        with house.transaction() as session:
            reporting.submit_progress(session, acting(city.officer), item_id, Progress("已完成招標。", 40))
        assert notices(database) == [(NoticeKind.PROGRESS_SUBMITTED, division)]
        morning("2026-06-18 09:00")
        assert morning("2026-06-24 09:00") == ["division"]


class TestWhereNoOtherHeadOfAUnitIsLeft:
    def test_the_head_of_the_agency_is_asked_for_more_time(
        self, house, database, acting, make_item, city, division, at, morning
    ) -> None:
        ask(house, acting, make_item, at, city.head)
        with database.transaction() as session:
            session.get_one(User, division).is_active = False
        assert morning(THREE_WORKING_DAYS_LATER) == ["director"]
        assert "等待您核定展延" in letters_to(database, city.director)[-1]
