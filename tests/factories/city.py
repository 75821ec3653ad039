"""A small city for tests: one coordinating office, two agencies with units, one person for each role."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import count

from sqlalchemy import update

from tests.support.rows import Rows, all_rows, insert_rows
from tracker.access import SYSTEM, Act, Grant, Principal, Role
from tracker.actions.assigning import Assignment, open_action
from tracker.actions.models import ActionItem
from tracker.extraction.model import Candidate, Extraction, Metadata, ReadReport
from tracker.foundation.clock import Clock, local_date
from tracker.foundation.database import Database, Session
from tracker.foundation.filing import describe
from tracker.people import credentials, organization, queries, service
from tracker.people.organization import DepartmentFields
from tracker.people.service import PersonFields, RoleAssignment
from tracker.reports.confirming import confirm
from tracker.reports.drafting import Proposals
from tracker.reports.models import Draft, Recommendation, Report
from tracker.reports.reviewing import DraftChoice, accept_draft
from tracker.reports.rules.drafts import Confidentiality
from tracker.reports.service import ReportFields, edit_report, import_report
from tracker.settings import load_settings

PASSWORD = "紙船順著河水慢慢走 42"
_NUMBERS = count(1)
THEMES = ("交通運輸", "智慧城市", "國際交流")
ZONE = load_settings({}).site.zone
DEPARTMENTS = (
    # code, name, English name, parent, coordinating
    ("RDC", "研究發展考核委員會", "Research, Development and Evaluation Commission", None, True),
    ("RDC-1", "管制考核組", "Monitoring Section", "RDC", True),
    ("TPT", "交通局", "Transport Bureau", None, False),
    ("TPT-P", "運輸規劃科", "Transport Planning Section", "TPT", False),
    ("EDU", "教育局", "Education Bureau", None, False),
    ("EDU-I", "國際教育科", "International Education Section", "EDU", False),
)
PEOPLE = (
    # key, name, title, role, department
    ("officer", "何語安", "科員", Role.OFFICER, "TPT-P"),
    ("unit_head", "簡立群", "科長", Role.UNIT_HEAD, "TPT-P"),
    ("agency_head", "馮則言", "局長", Role.AGENCY_HEAD, "TPT"),
    ("other_officer", "白若水", "科員", Role.OFFICER, "EDU-I"),
    ("other_head", "樂知微", "科長", Role.UNIT_HEAD, "EDU-I"),
    ("coordinator", "溫如玉", "研究員", Role.COORDINATOR, "RDC-1"),
    ("second_coordinator", "方正平", "組長", Role.COORDINATOR, "RDC"),
    ("viewer", "高望川", "秘書", Role.VIEWER, None),
    ("administrator", "池映月", "管理師", Role.ADMINISTRATOR, None),
)


@cache
def password_hash() -> str:
    """Return the hash of everybody's password, made once: an argon2 hash takes a third of a second."""
    return credentials.hash_password(PASSWORD)


@dataclass(frozen=True)
class City:
    """A small city: ids by department code and by a person's key."""

    database: Database
    clock: Clock
    departments: Mapping[str, int]
    people: Mapping[str, int]

    def today(self) -> date:
        """Return the city's local day."""
        return local_date(self.clock.now(), ZONE)

    def act(self, key: str, session: Session) -> Act:
        """Return a person's act, now."""
        user = queries.get_user(session, self.people[key])
        return Act(
            queries.principal_of(session, user, self.today()), self.clock.now(), self.today(), "127.0.0.1"
        )

    def email(self, key: str) -> str:
        """Return a person's address."""
        return f"{key.replace('_', '.')}@city.example"

    def give_report(
        self,
        quotes: tuple[str, ...] = ("建請交通局於轉運站試辦候車資訊看板。",),
        agency: str = "TPT",
        confidentiality: Confidentiality = Confidentiality.PUBLIC,
    ) -> int:
        """Import a report whose text holds the quotes, one a line, and return its id; its drafts wait."""
        with self.database.transaction() as session:
            return _import(
                session, self.act("coordinator", session), self, quotes, agency, confidentiality
            ).id

    def give_ready(self, quotes: tuple[str, ...], lead: str = "TPT") -> int:
        """Import a report of the transport bureau whose drafts lack nothing that confirming needs; return its id."""
        report_id = self.give_report(quotes)
        filled = {"lead_department_id": self.departments[lead], "version": Draft.version}
        with self.database.transaction() as session:
            session.execute(update(Draft).where(Draft.report_id == report_id).values(filled))
        return report_id

    def give_action(
        self,
        lead: str = "TPT-P",
        support: tuple[str, ...] = (),
        officer: str | None = "officer",
        due_in_days: int = 60,
        quote: str = "建請交通局於轉運站試辦候車資訊看板。",
        agency: str = "TPT",
        confidentiality: Confidentiality = Confidentiality.PUBLIC,
    ) -> int:
        """Confirm one recommendation of a new report, open its action item by the services, and return its id."""
        with self.database.transaction() as session:
            act = self.act("coordinator", session)
            report = _import(session, act, self, (quote,), agency, confidentiality)
            draft = report.drafts[0]
            accept_draft(session, act, draft.id, DraftChoice("試辦候車資訊看板", THEMES[0]))
            draft.lead_department_id = None
            (recommendation,) = confirm(session, act, report.id)
            session.info.pop("events", None)
            return self._open(session, act, recommendation, report, lead, support, officer, due_in_days).id

    def _open(
        self,
        session: Session,
        act: Act,
        recommendation: Recommendation,
        report: Report,
        lead: str,
        support: tuple[str, ...],
        officer: str | None,
        due_in_days: int,
    ) -> ActionItem:
        assignment = Assignment(
            self.departments[lead],
            self.today() + timedelta(days=due_in_days),
            tuple(self.departments[code] for code in support),
            self.people[officer] if officer else None,
        )
        number = f"{report.report_no}-{recommendation.seq_no:02d}"
        return open_action(session, act, recommendation.id, number, "試辦候車資訊看板", assignment)


_BUILT: dict[datetime, tuple[Rows, Mapping[str, int], Mapping[str, int]]] = {}


def build_city(database: Database, clock: Clock) -> City:
    """Build the departments and people by the services, once; later cities are copies of its rows.

    Everybody's password is `PASSWORD`.
    """
    if clock.now() in _BUILT:
        rows, departments, people = _BUILT[clock.now()]
        insert_rows(database, rows)
        return City(database, clock, departments, people)
    city = _build_city(database, clock)
    _BUILT[clock.now()] = (all_rows(database), city.departments, city.people)
    return city


def _build_city(database: Database, clock: Clock) -> City:
    now = clock.now()
    founder = Act(Principal(None, SYSTEM.name, (Grant(Role.ADMINISTRATOR),)), now, local_date(now, ZONE))
    departments: dict[str, int] = {}
    people: dict[str, int] = {}
    with database.transaction() as session:
        for code, name, english_name, parent, coordinating in DEPARTMENTS:
            fields = DepartmentFields(
                code,
                name,
                english_name,
                parent_id=departments.get(parent or ""),
                is_coordinating=coordinating,
            )
            departments[code] = organization.add_department(session, founder, fields).id
        for key, name, title, role, code in PEOPLE:
            address = f"{key.replace('_', '.')}@city.example"
            roles = (RoleAssignment(role, departments[code] if code else None),)
            user = service.add_person(session, founder, PersonFields(address, name, title, roles=roles))
            user.password_hash = password_hash()
            people[key] = user.id
        session.info.pop("events", None)
    return City(database, clock, departments, people)


def _import(
    session: Session,
    act: Act,
    city: City,
    quotes: tuple[str, ...],
    agency: str,
    confidentiality: Confidentiality,
) -> Report:
    number = next(_NUMBERS)
    text = f"赴海港城考察候車資訊 出國報告\n第 {number} 號\n建議\n" + "\n".join(quotes) + "\n"
    candidates = tuple(
        Candidate(
            text.index(quote),
            text.index(quote) + len(quote),
            quote,
            None,
            "建議",
            confidence=0.9,
            why=("recommendation-section",),
        )
        for quote in quotes
    )
    found = Extraction(Metadata(title="赴海港城考察候車資訊 出國報告"), candidates)
    file = describe(text.encode(), "report.txt")
    read = ReadReport(text, "text", None, found)
    report = import_report(session, act, file, read, Proposals(THEMES, 180), confidentiality)
    fields = ReportFields(report.title, city.departments[agency], confidentiality=confidentiality)
    return edit_report(session, act, report.id, fields)
