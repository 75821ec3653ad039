"""Departments as parameters: named by their stable code."""

from tracker.api.tokens import session
from tracker.foundation.errors import Invalid
from tracker.foundation.language import N_
from tracker.people.queries import find_department_by_code


def department_id_of(code: str | None) -> int | None:
    """Return a department's id by its code; raises Invalid for an unknown one."""
    if code is None:
        return None
    department = find_department_by_code(session(), code)
    if department is None:
        raise Invalid(fields={"department": N_("沒有這個機關代碼。")})
    return department.id
