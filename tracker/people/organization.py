"""Verbs about departments, which hang in a tree: each checks the right, changes the row, writes the record."""

from dataclasses import dataclass

from sqlalchemy import select

from tracker import audit
from tracker.access import Act, Permission
from tracker.foundation.database import Session, check_version
from tracker.foundation.errors import Conflict, Duplicate, Invalid
from tracker.foundation.language import N_
from tracker.people import queries
from tracker.people.models import Department
from tracker.people.rules import tree
from tracker.people.rules.addresses import looks_like_address


@dataclass(frozen=True)
class DepartmentFields:
    """What a person enters about a department."""

    code: str
    name: str
    english_name: str = ""
    aliases: tuple[str, ...] = ()
    parent_id: int | None = None
    mailbox: str = ""
    is_coordinating: bool = False


def add_department(session: Session, act: Act, fields: DepartmentFields) -> Department:
    """Add a department; raises Invalid, or Duplicate for a code in use."""
    act.require(Permission.People.MANAGE)
    code = fields.code.strip().upper()
    _check_department(session, fields, None)
    if queries.find_department_by_code(session, code):
        raise Duplicate(N_("機關代碼「%(code)s」已經使用。"), code=code)
    department = Department(is_active=True)
    _fill_department(department, fields)
    session.add(department)
    session.flush()
    audit.record(
        session, act, "department_added", "department", department.id, {}, _department_facts(department)
    )
    return department


def edit_department(
    session: Session, act: Act, department_id: int, fields: DepartmentFields, version: int | None = None
) -> Department:
    """Change a department; raises Invalid, Duplicate, or VersionConflict when it changed since it was shown."""
    act.require(Permission.People.MANAGE)
    department = queries.get_department(session, department_id)
    check_version(department.version, version)
    _check_department(session, fields, department_id)
    other = queries.find_department_by_code(session, fields.code)
    if other and other.id != department_id:
        raise Duplicate(N_("機關代碼「%(code)s」已經使用。"), code=other.code)
    before = _department_facts(department)
    _fill_department(department, fields)
    session.flush()
    audit.record(
        session, act, "department_edited", "department", department_id, before, _department_facts(department)
    )
    return department


def deactivate_department(session: Session, act: Act, department_id: int) -> None:
    """Take a department out of use; its history stays. Raises Conflict while active units hang below it."""
    act.require(Permission.People.MANAGE)
    department = queries.get_department(session, department_id)
    below = select(Department.id).where(Department.parent_id == department_id, Department.is_active)
    if session.scalars(below.limit(1)).first():
        raise Conflict(N_("所屬單位仍在使用中，請先處理所屬單位。"))
    department.is_active = False
    audit.record(
        session,
        act,
        "department_deactivated",
        "department",
        department_id,
        {"active": True},
        {"active": False},
    )


def reactivate_department(session: Session, act: Act, department_id: int) -> None:
    """Take a department into use again."""
    act.require(Permission.People.MANAGE)
    queries.get_department(session, department_id).is_active = True
    audit.record(
        session,
        act,
        "department_reactivated",
        "department",
        department_id,
        {"active": False},
        {"active": True},
    )


def _check_department(session: Session, fields: DepartmentFields, department_id: int | None) -> None:
    problems = {}
    if not fields.code.strip():
        problems["code"] = N_("請填寫機關代碼。")
    if not fields.name.strip():
        problems["name"] = N_("請填寫機關名稱。")
    if fields.mailbox.strip() and not looks_like_address(fields.mailbox):
        problems["mailbox"] = N_("電子郵件格式不正確。")
    if fields.parent_id is not None:
        queries.get_department(session, fields.parent_id)
        if department_id and tree.would_loop(
            queries.department_nodes(session), department_id, fields.parent_id
        ):
            problems["parent_id"] = N_("上級機關不能是自己或所屬單位。")
    if problems:
        raise Invalid(fields=problems)


def _fill_department(department: Department, fields: DepartmentFields) -> None:
    department.code = fields.code.strip().upper()
    department.name = fields.name.strip()
    department.english_name = fields.english_name.strip()
    department.aliases = [alias.strip() for alias in fields.aliases if alias.strip()]
    department.parent_id = fields.parent_id
    department.mailbox = fields.mailbox.strip()
    department.is_coordinating = fields.is_coordinating


def _department_facts(department: Department) -> dict[str, object]:
    return {
        "code": department.code,
        "name": department.name,
        "parent_id": department.parent_id,
        "mailbox": department.mailbox,
        "is_coordinating": department.is_coordinating,
    }
