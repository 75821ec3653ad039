"""Bringing in many departments or people at once: a plan that stores nothing, then the same plan carried out.

Departments are known by their code, people by their address. What exists already is completed: an empty cell keeps
what is stored, and roles are added, never taken away.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Generic, TypeVar

from tracker.access import CITY_WIDE_ROLES, Act
from tracker.foundation.database import Session
from tracker.foundation.errors import Invalid
from tracker.foundation.language import N_, SOURCE_LANGUAGE
from tracker.people import organization, queries, service
from tracker.people.models import Department, User
from tracker.people.organization import DepartmentFields
from tracker.people.rules import tree
from tracker.people.rules.addresses import looks_like_address
from tracker.people.rules.import_table import DepartmentRow, PersonRow, Problem, read_departments, read_people
from tracker.people.service import PersonFields, RoleAssignment

E = TypeVar("E", bound="PersonEntry | DepartmentEntry")


class LinesRefused(Invalid):
    """Some lines have problems, and nobody said to leave them out; nothing was stored."""

    message = N_("有 %(count)s 個問題需要修正，因此沒有匯入任何資料。")


class Change(StrEnum):
    """What carrying out the plan does with an entry."""

    ADD = "add"
    UPDATE = "update"
    NONE = "none"


CHANGE_LABELS = {
    Change.ADD: N_("新增"),
    Change.UPDATE: N_("更新"),
    Change.NONE: N_("沒有變更"),
}


@dataclass(frozen=True)
class PersonEntry:
    """A person as the plan leaves them; `lines` are those of the file that speak of them."""

    lines: tuple[int, ...]
    change: Change
    fields: PersonFields
    person_id: int | None


@dataclass(frozen=True)
class DepartmentEntry:
    """A department as the plan leaves it; its parent may come in by the same plan, so it is named by code."""

    lines: tuple[int, ...]
    change: Change
    fields: DepartmentFields
    parent_code: str | None
    department_id: int | None


@dataclass(frozen=True)
class Plan(Generic[E]):
    """What an import will do, and the lines that it cannot take."""

    entries: tuple[E, ...]
    problems: tuple[Problem, ...]
    unknown_columns: tuple[str, ...]

    def count(self, change: Change) -> int:
        """Return how many entries the plan changes in a way."""
        return sum(entry.change is change for entry in self.entries)


def plan_people(session: Session, data: bytes) -> Plan[PersonEntry]:
    """Compare a table of people with those known; raises what `read_people` raises."""
    read = read_people(data)
    problems = list(read.problems)
    departments = [d for d in queries.list_departments(session) if d.is_active]
    found = _Departments(departments)
    rows: dict[str, list[tuple[PersonRow, RoleAssignment | None]]] = {}
    known = {user.email: user for user in queries.list_users(session)}
    for row in read.rows:
        assignment, problem = _assignment(row, found)
        first = rows[row.email][0][0] if row.email in rows else None
        problem = problem or _problem_with_person(row, first, known.get(row.email))
        if problem:
            problems.append(problem)
        else:
            rows.setdefault(row.email, []).append((row, assignment))
    entries = tuple(_person_entry(found_rows, known.get(email)) for email, found_rows in rows.items())
    return Plan(entries, _by_line(problems), read.unknown_columns)


def import_people(
    session: Session, act: Act, data: bytes, *, skip: bool = False, invite: bool = True
) -> Plan[PersonEntry]:
    """Carry out the plan for a table of people; new ones are invited by mail unless told otherwise.

    Raises LinesRefused while a line has a problem and `skip` does not say to leave such lines out.
    """
    plan = _accepted(plan_people(session, data), skip=skip)
    for entry in plan.entries:
        if entry.change is Change.ADD:
            (service.invite_person if invite else service.add_person)(session, act, entry.fields)
        elif entry.change is Change.UPDATE and entry.person_id is not None:
            service.edit_person(session, act, entry.person_id, entry.fields)
    return plan


def plan_departments(session: Session, data: bytes) -> Plan[DepartmentEntry]:
    """Compare a table of departments with those known; raises what `read_departments` raises.

    Entries come with parents before their units.
    """
    read = read_departments(data)
    known = {department.code: department for department in queries.list_departments(session)}
    problems = list(read.problems)
    rows: list[DepartmentRow] = []
    for row in read.rows:
        problem = _problem_with_department(row, rows)
        if problem:
            problems.append(problem)
        else:
            rows.append(row)
    placed, homeless = _placed(rows, known)
    problems += (
        Problem(row.line, N_("找不到上級機關「%(parent)s」，或上級機關互相從屬。"), {"parent": row.parent})
        for row in homeless
    )
    entries = tuple(_department_entry(row, parent, known) for row, parent in placed)
    return Plan(entries, _by_line(problems), read.unknown_columns)


def import_departments(
    session: Session, act: Act, data: bytes, *, skip: bool = False
) -> Plan[DepartmentEntry]:
    """Carry out the plan for a table of departments; raises LinesRefused as `import_people` does."""
    plan = _accepted(plan_departments(session, data), skip=skip)
    ids = {department.code: department.id for department in queries.list_departments(session)}
    for entry in plan.entries:
        parent_id = ids[entry.parent_code] if entry.parent_code else None
        fields = replace(entry.fields, parent_id=parent_id)
        if entry.change is Change.ADD:
            ids[fields.code] = organization.add_department(session, act, fields).id
        elif entry.change is Change.UPDATE and entry.department_id is not None:
            organization.edit_department(session, act, entry.department_id, fields)
    return plan


def _accepted(plan: Plan[E], *, skip: bool) -> Plan[E]:
    if plan.problems and not skip:
        raise LinesRefused(count=len(plan.problems))
    return plan


def _by_line(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: problem.line))


class _Departments:
    """Finds the department that a cell names, by code or by name."""

    def __init__(self, departments: Sequence[Department]) -> None:
        self._by_code = {d.code: d.id for d in departments}
        self._nodes = [tree.Node(d.id, d.parent_id, (d.name, *d.aliases)) for d in departments]

    def find(self, text: str) -> int | None:
        return self._by_code.get(text.upper()) or tree.named_department(self._nodes, text)


def _assignment(row: PersonRow, departments: _Departments) -> tuple[RoleAssignment | None, Problem | None]:
    if row.role is None:
        return None, None
    department_id = departments.find(row.department) if row.department else None
    if row.department and department_id is None:
        values = {"department": row.department}
        return None, Problem(
            row.line, N_("找不到機關或單位「%(department)s」，或有好幾個相符；請改填機關代碼。"), values
        )
    if department_id is None and row.role not in CITY_WIDE_ROLES:
        return None, Problem(row.line, N_("這個角色必須指定機關或單位。"))
    return RoleAssignment(row.role, department_id), None


def _problem_with_person(row: PersonRow, first: PersonRow | None, user: User | None) -> Problem | None:
    if not looks_like_address(row.email):
        return Problem(row.line, N_("電子郵件「%(email)s」的格式不正確。"), {"email": row.email})
    if first and first.name != row.name:
        values = {"line": first.line, "name": first.name}
        return Problem(row.line, N_("同一個電子郵件在第 %(line)s 列的姓名是「%(name)s」。"), values)
    if user and not user.is_active:
        return Problem(row.line, N_("這位同仁的帳號已停用。請先在人員頁面恢復帳號。"))
    return None


def _person_entry(rows: Sequence[tuple[PersonRow, RoleAssignment | None]], user: User | None) -> PersonEntry:
    first = rows[0][0]
    held = tuple(RoleAssignment(grant.role, grant.department_id) for grant in user.grants) if user else ()
    wanted = (assignment for _, assignment in rows if assignment)
    fields = PersonFields(
        email=first.email,
        name=first.name,
        title=_first(row.title for row, _ in rows) or (user.title if user else ""),
        extension=_first(row.extension for row, _ in rows) or (user.extension if user else ""),
        language=_first(row.language or "" for row, _ in rows)
        or (user.language if user else SOURCE_LANGUAGE),
        roles=tuple(dict.fromkeys((*held, *wanted))),
    )
    change = Change.ADD if user is None else Change.NONE if fields == _present(user) else Change.UPDATE
    return PersonEntry(tuple(row.line for row, _ in rows), change, fields, user.id if user else None)


def _present(user: User) -> PersonFields:
    roles = tuple(RoleAssignment(grant.role, grant.department_id) for grant in user.grants)
    return PersonFields(user.email, user.name, user.title, user.extension, user.language, roles)


def _first(texts: Iterator[str]) -> str:
    return next((text for text in texts if text), "")


def _problem_with_department(row: DepartmentRow, before: Sequence[DepartmentRow]) -> Problem | None:
    if row.mailbox and not looks_like_address(row.mailbox):
        return Problem(row.line, N_("電子郵件「%(email)s」的格式不正確。"), {"email": row.mailbox})
    for other in before:
        if other.code == row.code:
            values = {"code": row.code, "line": other.line}
            return Problem(row.line, N_("機關代碼「%(code)s」已出現在第 %(line)s 列。"), values)
    return None


def _placed(
    rows: Sequence[DepartmentRow], known: Mapping[str, Department]
) -> tuple[list[tuple[DepartmentRow, str | None]], list[DepartmentRow]]:
    """Return the rows with the codes of their parents, parents first, and the rows that find no place."""
    codes_by_id = {department.id: code for code, department in known.items()}
    parents = {code: codes_by_id.get(d.parent_id or 0) for code, d in known.items()}
    names = {code: (d.name, *d.aliases) for code, d in known.items()}
    placed: list[tuple[DepartmentRow, str | None]] = []
    waiting = list(rows)
    while waiting:
        homeless = []
        for row in waiting:
            parent = _code_named(row.parent, names) if row.parent else parents.get(row.code)
            if (row.parent and parent is None) or _lies_below(parents, parent, row.code):
                homeless.append(row)
                continue
            placed.append((row, parent))
            parents[row.code] = parent
            names[row.code] = (row.name, *row.aliases)
        if len(homeless) == len(waiting):
            return placed, homeless
        waiting = homeless
    return placed, []


def _code_named(text: str, names: Mapping[str, tuple[str, ...]]) -> str | None:
    if text.upper() in names:
        return text.upper()
    codes = list(names)
    found = tree.named_department(
        (tree.Node(number, None, names[code]) for number, code in enumerate(codes)), text
    )
    return None if found is None else codes[found]


def _lies_below(parents: Mapping[str, str | None], here: str | None, above: str) -> bool:
    while here is not None:
        if here == above:
            return True
        here = parents.get(here)
    return False


def _department_entry(
    row: DepartmentRow, parent_code: str | None, known: Mapping[str, Department]
) -> DepartmentEntry:
    present = known.get(row.code)
    fields = DepartmentFields(
        code=row.code,
        name=row.name,
        english_name=row.english_name or (present.english_name if present else ""),
        aliases=row.aliases or (tuple(present.aliases) if present else ()),
        mailbox=row.mailbox or (present.mailbox if present else ""),
        is_coordinating=(present.is_coordinating if present else False)
        if row.is_coordinating is None
        else row.is_coordinating,
    )
    if present is None:
        return DepartmentEntry((row.line,), Change.ADD, fields, parent_code, None)
    is_same = fields == _present_department(present) and parent_code == (
        present.parent.code if present.parent else None
    )
    change = Change.NONE if is_same else Change.UPDATE
    return DepartmentEntry((row.line,), change, fields, parent_code, present.id)


def _present_department(department: Department) -> DepartmentFields:
    return DepartmentFields(
        code=department.code,
        name=department.name,
        english_name=department.english_name,
        aliases=tuple(department.aliases),
        mailbox=department.mailbox,
        is_coordinating=department.is_coordinating,
    )
