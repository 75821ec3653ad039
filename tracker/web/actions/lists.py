"""Lists of items: the filter in the address, read and written, and what one line shows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from flask import g, url_for

from tracker.access import Act, Permission
from tracker.actions.models import ActionItem
from tracker.actions.queries import ActionFilter, Group, Order, deadline_of
from tracker.actions.rights import steps_for
from tracker.actions.rules import deadlines
from tracker.actions.rules.deadlines import Signal
from tracker.actions.rules.workflow import STEP_LABELS, Status, Step
from tracker.foundation import roc
from tracker.foundation.database import Session
from tracker.foundation.language import N_
from tracker.people.models import Department, User
from tracker.people.queries import department_depths, list_departments, list_people_in, list_users
from tracker.people.rules.naming import indented_name
from tracker.reports.rules.adoption import Adoption
from tracker.web.numbers import number_of

SIZE = 25
GROUPS = (
    Group.OPEN,
    Group.DUE_SOON,
    Group.OVERDUE,
    Group.AWAITING_DECISION,
    Group.CLOSED,
    Group.ALL,
)
SORTABLE = tuple(order.value for order in Order)
Code = TypeVar("Code", bound=StrEnum)


@dataclass(frozen=True)
class ActionLine:
    """One line of a list: the item, its 燈號, and the day to count its lateness from, if it counts."""

    item: ActionItem
    signal: Signal
    counted_from: date | None
    next_step: str = ""


def lines_of(items: Iterable[ActionItem], today: date, act: Act | None = None) -> list[ActionLine]:
    """Return items as lines; with an act, each says what the person who acts can do next."""
    return [_line(item, today, act) for item in items]


def filter_of(arguments: Mapping[str, str]) -> ActionFilter:
    """Read a filter from an address; what makes no sense narrows nothing.

    Without a group the open items are meant, or all of them when words are searched for.
    """
    words = " ".join(arguments.get("q", "").split())
    sort = arguments.get("sort", "")
    return ActionFilter(
        group=_code(Group, arguments.get("group")) or (Group.ALL if words else Group.OPEN),
        status=_code(Status, arguments.get("status")),
        department_id=number_of(arguments.get("department")),
        with_units=arguments.get("units") != "0",
        officer_id=number_of(arguments.get("officer")),
        report_id=number_of(arguments.get("report")),
        theme=arguments.get("theme", ""),
        adoption=_code(Adoption, arguments.get("adoption")),
        words=words,
        due_from=_day(arguments.get("due_from")),
        due_until=_day(arguments.get("due_until")),
        order=_code(Order, sort.removeprefix("-")) or Order.DUE,
        descending=sort.startswith("-"),
    )


def query_of(wanted: ActionFilter) -> dict[str, Any]:
    """Write a filter as the query of an address; `filter_of` reads it back."""
    written = {
        "group": wanted.group.value,
        "status": wanted.status,
        "department": wanted.department_id,
        "units": None if wanted.with_units else 0,
        "officer": wanted.officer_id,
        "report": wanted.report_id,
        "theme": wanted.theme,
        "adoption": wanted.adoption,
        "q": wanted.words,
        "due_from": wanted.due_from,
        "due_until": wanted.due_until,
        "sort": sort_of(wanted),
    }
    return {key: str(value) for key, value in written.items() if value is not None and value != ""}


def sort_of(wanted: ActionFilter) -> str:
    """Return the order of a filter as an address says it, empty for the usual one."""
    if wanted.order is Order.DUE and not wanted.descending:
        return ""
    return f"{'-' if wanted.descending else ''}{wanted.order.value}"


def address_of(wanted: ActionFilter) -> str:
    """Return the address of the list that shows what a filter holds."""
    return url_for("actions.list_actions", **query_of(wanted))


def department_options(session: Session) -> list[tuple[int, str]]:
    """Return all departments in tree order, units indented below their agency."""
    depths = department_depths(session)
    return [(each.id, indented(each, depths)) for each in list_departments(session)]


def indented(department: Department, depths: Mapping[int, int]) -> str:
    """Return a department's name, moved in by how deep it lies in the tree."""
    return indented_name(department, depths[department.id], g.language)


def officer_options(session: Session, act: Act) -> Sequence[User]:
    """Return the people whom a reader may ask for: those of the departments that they see."""
    scope = act.by.scope(Permission.Action.READ)
    return list_users(session, only_active=True) if scope.city else list_people_in(session, scope.departments)


def _line(item: ActionItem, today: date, act: Act | None) -> ActionLine:
    facts = deadline_of(item)
    late = deadlines.is_overdue(facts, today)
    counts = deadlines.is_open(item.status) and (late or item.due_on >= today)
    steps = steps_for(act, item) if act else ()
    return ActionLine(item, deadlines.signal(facts, today), today if counts else None, next_step_label(steps))


def next_step_label(steps: Sequence[Step]) -> str:
    """Return the msgid of what waits for a person who may take these steps, empty when nothing does."""
    step = primary_step(steps)
    if step is Step.AGREE_CLOSING:
        return N_("審查解除列管")
    if step is Step.APPROVE_PROGRESS:
        return N_("核可辦理情形")
    if step in (Step.GRANT_EXTENSION, Step.ENDORSE_EXTENSION):
        return N_("核定展延")
    return STEP_LABELS[step] if step else ""


def primary_step(steps: Sequence[Step]) -> Step | None:
    """Return the one step a page offers first."""
    order = (
        Step.AGREE_CLOSING,
        Step.GRANT_EXTENSION,
        Step.ENDORSE_EXTENSION,
        Step.APPROVE_PROGRESS,
        Step.ASSIGN,
        Step.ACKNOWLEDGE,
        Step.REPORT_PROGRESS,
        Step.REQUEST_CLOSING,
    )
    return next((step for step in order if step in steps), None)


def _code(kind: type[Code], text: str | None) -> Code | None:
    return next((member for member in kind if member.value == text), None)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return roc.parse(text) if text else None
