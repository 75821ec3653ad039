"""The duties of departments: the usual ones of their kind, shipped as configuration, or what was written down here."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from sqlalchemy import select

from tracker import audit
from tracker.access import Act, Permission
from tracker.foundation.bundled import bundled
from tracker.foundation.database import Session, check_version
from tracker.people.models import Department
from tracker.people.queries import get_department, list_departments
from tracker.reports.models import DepartmentDuties
from tracker.reports.rules.duties import Duty, tidied, usual_words

_NAMES: Final = 4_096
"""For so many names of departments it is kept which usual duties are theirs; a city has some hundreds."""


@dataclass(frozen=True)
class KeptDuties:
    """A department with the words that suggestions go by; `version` is None while they are the usual ones."""

    department: Department
    words: Sequence[str]
    version: int | None


@cache
def usual_duties() -> tuple[Duty, ...]:
    """Return the duties that are shipped: what departments of a Taiwanese city are usually there for."""
    told = tomllib.loads((bundled("config") / "duties.toml").read_text(encoding="utf-8"))
    return tuple(Duty(tuple(each["names"]), tuple(each["words"])) for each in told["duty"])


def read_words(session: Session) -> Sequence[tuple[Department, Sequence[str]]]:
    """Return every department with its words."""
    query = (
        select(Department, DepartmentDuties.words)
        .outerjoin(DepartmentDuties, DepartmentDuties.department_id == Department.id)
        .order_by(Department.code)
    )
    return [(each, _words(each.name, words)) for each, words in session.execute(query)]


def words_by_department(read: Sequence[tuple[Department, Sequence[str]]]) -> Mapping[int, Sequence[str]]:
    """Return the words of every department in use that has any."""
    return {each.id: words for each, words in read if words and each.is_active}


def list_duties(session: Session) -> Sequence[KeptDuties]:
    """Return the departments in use, in tree order, with their words."""
    written = {each.department_id: each for each in session.scalars(select(DepartmentDuties))}
    return [
        KeptDuties(each, _words(each.name, own.words if own else None), own.version if own else None)
        for each in list_departments(session, only_active=True)
        for own in [written.get(each.id)]
    ]


def get_duties(session: Session, department_id: int) -> KeptDuties:
    """Return one department's duties; raises NotFound."""
    department = get_department(session, department_id)
    own = session.get(DepartmentDuties, department_id)
    words = _words(department.name, own.words if own else None)
    return KeptDuties(department, words, own.version if own else None)


def write_duties(
    session: Session, act: Act, department_id: int, words: Sequence[str], version: int | None = None
) -> KeptDuties:
    """Write down what a department is there for, in words that recommendations use; raises VersionConflict."""
    act.require(Permission.Report.KEEP_DUTIES)
    before = get_duties(session, department_id)
    own = session.get(DepartmentDuties, department_id)
    if own is None:
        own = DepartmentDuties(department_id=department_id, words=[])
        session.add(own)
    else:
        check_version(own.version, version)
    own.words = tidied(words)
    session.flush()
    told = {"words": list(before.words)}, {"words": list(own.words)}
    audit.record(session, act, "duties_written", "department", department_id, *told)
    return get_duties(session, department_id)


def restore_usual(session: Session, act: Act, department_id: int) -> KeptDuties:
    """Let a department have the usual duties of its kind again."""
    act.require(Permission.Report.KEEP_DUTIES)
    own = session.get(DepartmentDuties, department_id)
    if own is not None:
        before = {"words": list(own.words)}
        session.delete(own)
        session.flush()
        after = {"words": list(get_duties(session, department_id).words)}
        audit.record(session, act, "duties_written", "department", department_id, before, after)
    return get_duties(session, department_id)


def _words(name: str, written: Sequence[str] | None) -> Sequence[str]:
    return _usual_words(name) if written is None else written


@lru_cache(_NAMES)
def _usual_words(name: str) -> Sequence[str]:
    return usual_words(usual_duties(), name)
