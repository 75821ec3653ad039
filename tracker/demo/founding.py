"""How the demonstration city came to be: its departments, its people, one deputy."""

from datetime import date, timedelta

from tracker.access import SYSTEM, Act
from tracker.demo import plan
from tracker.foundation.clock import local_date
from tracker.foundation.database import Session
from tracker.people import credentials, organization, queries, service
from tracker.people.organization import DepartmentFields
from tracker.people.service import PersonFields, RoleAssignment
from tracker.reminders.queries import last_notice
from tracker.reminders.service import mark_all_read
from tracker.wiring import Wiring


def act_of(wiring: Wiring, session: Session, key: str) -> Act:
    """Return the act of one of the city's people, by the city's clock."""
    user = queries.find_user_by_email(session, f"{key}@city.example")
    assert user is not None, key
    return queries.act_of(session, user, wiring.clock.now(), wiring.settings.site.zone)


def found_city(wiring: Wiring, password: str) -> None:
    """Set up the installation as an administrator would; everybody gets the same password, hashed once."""
    administrator, *others = plan.people()
    now = wiring.clock.now()
    setting_up = Act(SYSTEM, now, local_date(now, wiring.settings.site.zone))
    with wiring.database.transaction() as session:
        token = service.open_setup(session, setting_up)
        fields = PersonFields(administrator.email, administrator.name, administrator.title)
        service.finish_setup(session, setting_up, token, fields, password)
    with wiring.database.transaction() as session:
        act = act_of(wiring, session, administrator.key)
        codes = _add_departments(session, act)
        password_hash = credentials.hash_password(password)
        for person in others:
            user = service.add_person(session, act, _fields(person, codes))
            user.password_hash = password_hash


def name_deputies(wiring: Wiring, today: date) -> None:
    """Let people name their deputies for days around the day of loading."""
    for each in plan.delegations():
        with wiring.database.transaction() as session:
            act = act_of(wiring, session, each.person)
            deputy = act_of(wiring, session, each.deputy).by.person_id
            assert act.by.person_id is not None
            assert deputy is not None
            starts, ends = (today + timedelta(days=days) for days in (each.starts, each.ends))
            service.delegate(session, act, act.by.person_id, deputy, starts, ends)


def read_notices(wiring: Wiring) -> None:
    """Let everybody read the notices that have come so far."""
    for person in plan.people():
        with wiring.database.transaction() as session:
            mark_all_read(session, act_of(wiring, session, person.key), last_notice(session))


def _add_departments(session: Session, act: Act) -> dict[str, int]:
    codes: dict[str, int] = {}
    for each in plan.departments():
        fields = DepartmentFields(
            each.code,
            each.name,
            each.english,
            each.aliases,
            codes.get(each.parent),
            f"{each.code.lower()}@city.example",
            each.coordinating,
        )
        codes[each.code] = organization.add_department(session, act, fields).id
    return codes


def _fields(person: plan.PersonPlan, codes: dict[str, int]) -> PersonFields:
    roles = tuple(RoleAssignment(role, codes[code]) for role, code in person.grants)
    return PersonFields(person.email, person.name, person.title, language=person.language, roles=roles)
