"""A small city with one item, and a post office whose clock stands still."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from tests.support.crash_fixtures import copied_town, copies, crashes
from tracker import audit
from tracker.access import Act, Role
from tracker.actions.models import ActionItem, Part
from tracker.actions.reporting import Filing
from tracker.actions.rules.filing import Cycle
from tracker.actions.rules.workflow import PartRole, PartStatus, Status
from tracker.foundation.clock import FixedClock
from tracker.foundation.database import Database, Session
from tracker.foundation.mailing import MemoryMailer
from tracker.people.models import Department, RoleGrant, User
from tracker.people.queries import get_user, principal_of
from tracker.reminders.delivery import deliver_outbox
from tracker.reminders.models import OutboxLetter
from tracker.reminders.planning import plan_reminders
from tracker.reminders.post_office import PostOffice
from tracker.reports.models import Recommendation, Report
from tracker.reports.rules.adoption import Adoption
from tracker.settings import MailSettings
from tracker.wiring import subscriptions

__all__ = ["copied_town", "copies", "crashes"]
TAIPEI = ZoneInfo("Asia/Taipei")
MAIL = MailSettings(
    host="127.0.0.1",
    port=25,
    security="none",
    username="",
    password="",
    ca_file="",
    sender_name="建議事項追蹤系統",
    sender_address="tracker@city.example",
    reply_to="rdec@city.example",
    subject_prefix="[列管追蹤]",
    message_id_domain="tracker.city.example",
    connect_timeout_seconds=2,
    reply_timeout_seconds=2,
    final_timeout_seconds=2,
    letters_in_hand=16,
)


class Addresses:
    """The links of a site that has no pages here."""

    def work_page(self) -> str:
        return "https://tracker.city.example/"

    def invitation(self, token: str) -> str:
        return f"https://tracker.city.example/invitation/{token}"

    def password_reset(self, token: str) -> str:
        return f"https://tracker.city.example/password/{token}"


@pytest.fixture
def mailer() -> MemoryMailer:
    """The mailer's twin, which keeps what it delivers."""
    return MemoryMailer()


@pytest.fixture
def office(clock: FixedClock, mailer: MemoryMailer) -> PostOffice:
    """A post office with a clock that stands still and a mailer that keeps its letters."""
    return PostOffice(
        clock=clock,
        zone=TAIPEI,
        country="TW",
        city="青嶼市政府",
        hour=9,
        mail=MAIL,
        mailer=mailer,
        links=Addresses(),
        letters_per_minute=1000,
        # Only one period ends in the months in which the stories play, and items have filed for it.
        filing=Filing(Cycle.HALF_YEARLY),
    )


@pytest.fixture
def at(clock: FixedClock) -> Callable[[str], None]:
    """Move the clock to a local moment: `at("2026-06-29 09:00")`."""

    def move(moment: str) -> None:
        clock.set(datetime.fromisoformat(moment).replace(tzinfo=TAIPEI))

    return move


@dataclass(frozen=True)
class City:
    """The ids of the people and departments there are."""

    agency: int
    unit: int
    office: int
    officer: int
    head: int
    director: int
    coordinator: int
    administrator: int


@pytest.fixture
def city(database: Database) -> City:
    """An agency with one unit, the coordinating office, and somebody in each role."""
    with database.transaction() as session:
        agency = _department(session, "TRA", "交通局", "Transport Bureau")
        unit = _department(session, "TRA-1", "智慧運輸科", "Smart Transport Section", parent=agency)
        office = _department(session, "RDE", "研考會", "Evaluation Office", coordinating=True)
        return City(
            agency=agency.id,
            unit=unit.id,
            office=office.id,
            officer=_person(session, "林雅婷", "officer", Role.OFFICER, unit),
            head=_person(session, "周志豪", "head", Role.UNIT_HEAD, unit),
            director=_person(session, "許文雄", "director", Role.AGENCY_HEAD, agency),
            coordinator=_person(session, "蔡佩珊", "coordinator", Role.COORDINATOR, office),
            administrator=_person(session, "吳信宏", "admin", Role.ADMINISTRATOR, office),
        )


@pytest.fixture
def make_item(database: Database, city: City) -> Callable[..., int]:
    """Store items in progress: `make_item(due_on=date(2026, 6, 30))`."""
    numbers = iter(range(1, 1000))

    def make(
        due_on: date,
        *,
        assigned_on: date = date(2026, 1, 5),
        status: Status = Status.IN_PROGRESS,
        title: str = "規劃自動駕駛車輛的測試道路",
        filed_until: date | None = date(2026, 6, 30),
        quote: str = "建議選定一處封閉場域，先行測試自動駕駛接駁車，\n再視成果延伸至公車路網。",
    ) -> int:
        number = next(numbers)
        assigned_at = datetime.combine(assigned_on, datetime.min.time(), TAIPEI).astimezone(UTC)
        with database.transaction() as session:
            report = Report(
                title="智慧運輸考察報告",
                source_name="report.txt",
                source_kind="text",
                source_sha256=f"{number:064d}",
                text=quote,
                imported_at=assigned_at,
            )
            recommendation = Recommendation(
                report=report,
                seq_no=number,
                verbatim_quote=quote,
                start=0,
                end=len(quote),
                page=12,
                adoption=Adoption.ADOPTED,
                confirmed_at=assigned_at,
            )
            item = ActionItem(
                item_no=f"115-TPE-001-{number:02d}",
                recommendation=recommendation,
                title=title,
                status=status,
                start_on=assigned_on,
                original_due_on=due_on,
                due_on=due_on,
                opened_at=assigned_at,
            )
            item.parts = [
                Part(
                    department_id=city.unit,
                    role=PartRole.LEAD,
                    officer_id=city.officer,
                    status=PartStatus.OPEN,
                    assigned_at=assigned_at,
                    reports_from=assigned_on,
                    filed_until=filed_until,
                )
            ]
            session.add(item)
            session.flush()
            return item.id

    return make


@pytest.fixture
def house(database: Database, office: PostOffice) -> Iterator[Database]:
    """The database with the reactions of a real installation."""
    opened = Database(database.url, subscriptions(office))
    yield opened
    opened.close()


@pytest.fixture
def acting(database: Database, office: PostOffice) -> Callable[[int], Act]:
    """Say who acts: `acting(city.head)`."""

    def act(person_id: int) -> Act:
        with database.reading() as session:
            principal = principal_of(session, get_user(session, person_id), office.today())
        return Act(principal, office.clock.now(), office.today())

    return act


@pytest.fixture
def note_act(acting: Callable[[int], Act], city: City) -> Callable[[Session], None]:
    """Keep on record that something was done: `note_act(session)`. Whatever changes facts outside of tests does so."""
    return lambda session: audit.record(
        session, acting(city.coordinator), "withdraw_item", "action_item", None
    )


@pytest.fixture
def letters_wait(
    office: PostOffice,
    database: Database,
    at: Callable[[str], None],
    make_item: Callable[..., int],
    city: City,
) -> Callable[[int], list[str]]:
    """Have officers with an item each written to: `letters_wait(8)` returns whom, in the order of the letters."""

    def wait(number: int) -> list[str]:
        for each in range(number):
            item_id = make_item(date(2026, 7, 1), assigned_on=date(2026, 6, 10))
            with database.transaction() as session:
                officer = User(
                    email=f"officer-{each}@city.example",
                    name=f"承辦人{each}",
                    created_at=office.clock.now(),
                    grants=[RoleGrant(role=Role.OFFICER, department_id=city.unit)],
                )
                session.add(officer)
                session.flush()
                session.execute(update(Part).where(Part.item_id == item_id).values(officer_id=officer.id))
        at("2026-06-17 09:00")
        assert plan_reminders(office, database) == number
        with database.reading() as session:
            return list(session.scalars(select(OutboxLetter.address).order_by(OutboxLetter.id)))

    return wait


@pytest.fixture
def withdraw(database: Database, note_act: Callable[[Session], None]) -> Callable[[str], None]:
    """Withdraw the item of the officer with an address."""

    def end(address: str) -> None:
        with database.transaction() as session:
            part = session.scalars(select(Part).join(User).where(User.email == address)).one()
            part.item.status = Status.WITHDRAWN
            note_act(session)

    return end


@pytest.fixture
def morning(
    office: PostOffice, house: Database, at: Callable[[str], None], mailer: MemoryMailer
) -> Callable[[str], list[str]]:
    """Live through one morning, and return the addresses that got a letter."""

    def live(moment: str) -> list[str]:
        at(moment)
        before = len(mailer.delivered)
        plan_reminders(office, house)
        deliver_outbox(office, house)
        return sorted(each.recipient.split("@")[0] for each in mailer.delivered[before:])

    return live


@pytest.fixture
def newcomer(database: Database) -> Callable[..., int]:
    """Store somebody new with roles: `newcomer((Role.OFFICER, city.unit))`."""

    def arrive(*roles: tuple[Role, int]) -> int:
        with database.transaction() as session:
            grants = [RoleGrant(role=role, department_id=department) for role, department in roles]
            since = datetime(2026, 6, 1, tzinfo=UTC)
            user = User(email="new@city.example", name="江品妤", created_at=since, grants=grants)
            session.add(user)
            session.flush()
            return user.id

    return arrive


def _department(
    session: Session,
    code: str,
    name: str,
    english_name: str,
    *,
    parent: Department | None = None,
    coordinating: bool = False,
) -> Department:
    department = Department(
        code=code,
        name=name,
        english_name=english_name,
        parent_id=parent.id if parent else None,
        is_coordinating=coordinating,
    )
    session.add(department)
    session.flush()
    return department


def _person(session: Session, name: str, address: str, role: Role, department: Department) -> int:
    user = User(
        email=f"{address}@city.example",
        name=name,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        grants=[RoleGrant(role=role, department_id=department.id)],
    )
    session.add(user)
    session.flush()
    return user.id
