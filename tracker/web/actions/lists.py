"""Lists of items: the filter in the address, read and written, and what one line shows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from flask import g, url_for

from tracker.access import Act, Permission
from tracker.actions.models import ActionItem
from tracker.actions.queries import (
    OF_PAST_DAYS,
    ActionFilter,
    Filing,
    Group,
    ItemThen,
    Order,
    as_they_stood,
    deadline_of,
    group_words,
    read_key,
    write_key,
)
from tracker.actions.rules import deadlines
from tracker.actions.rules.deadlines import Cause, Deadline, Signal, Standards
from tracker.actions.rules.editing import TrackingLevel
from tracker.actions.rules.periods import Occasion, Period, period_of, periods_around
from tracker.actions.rules.workflow import Status, Step
from tracker.foundation import roc
from tracker.foundation.database import Session
from tracker.foundation.language import SOURCE_LANGUAGE
from tracker.foundation.paging import Key, Place
from tracker.people.models import Department, User
from tracker.people.queries import list_active_people, list_departments, list_people_in
from tracker.people.rules import tree
from tracker.people.rules.naming import indented_name
from tracker.reports.rules.adoption import Adoption
from tracker.web.numbers import number_of
from tracker.web.session import say, standards, today

SIZE = 25
GROUPS = (
    Group.OPEN,
    Group.DUE_SOON,
    Group.OVERDUE,
    Group.CLOSING_PREPARED,
    Group.AWAITING_DECISION,
    Group.EXTENSION_ASKED,
    Group.CLOSED,
    Group.TO_CHECK,
    Group.ALL,
)
SORTABLE = tuple(order.value for order in Order)
Code = TypeVar("Code", bound=StrEnum)


@dataclass(frozen=True)
class Why:
    """A reason for the light, in the reader's language; `by_date` when the due date beside it says the same."""

    sentence: str
    by_date: bool


@dataclass(frozen=True)
class ActionLine:
    """One line of a list: the item, its 燈號, and the day to count its lateness from, if it counts.

    On the work page it also says what the reader does next, where, and in whose place.
    """

    item: ActionItem | ItemThen
    signal: Signal
    counted_from: date | None
    days_late: int = 0
    updated_on: date | None = None
    next_step: str = ""
    next_address: str = ""
    stands_in_for: str = ""
    reasons: Sequence[Why] = ()


def lines_of(items: Iterable[ActionItem]) -> list[ActionLine]:
    """Return items as lines of today."""
    return [_line(item, deadline_of(item), today(), standards()) for item in items]


def lines_as_at(session: Session, items: Sequence[ActionItem], day: date | None) -> list[ActionLine]:
    """Return items as lines of the end of a past day, or of today without one."""
    if day is None:
        return lines_of(items)
    then = as_they_stood(session, items, day)
    held_to = standards().at_the_end_of(day)
    return [_line(each, each.deadline, day, held_to) for each in then]


def group_name(group: Group) -> str:
    """Return the name of a group in the reader's language."""
    words, values = group_words(group, standards())
    return say(words, **values)


def filter_of(arguments: Mapping[str, str]) -> ActionFilter:
    """Read a filter from an address; what makes no sense narrows nothing.

    Without a group the open items are meant, or all of them when words are searched for.
    """
    words = " ".join(arguments.get("q", "").split())
    sort = arguments.get("sort", "")
    group = _code(Group, arguments.get("group")) or (Group.ALL if words else Group.OPEN)
    return ActionFilter(
        group=group,
        status=_code(Status, arguments.get("status")),
        department_id=number_of(arguments.get("department")),
        with_units=arguments.get("units") != "0",
        officer_id=number_of(arguments.get("officer")),
        signal=_code(Signal, arguments.get("signal")),
        report_no=arguments.get("report", "").strip(),
        theme=arguments.get("theme", ""),
        trip_category=arguments.get("trip", ""),
        adoption=_code(Adoption, arguments.get("adoption")),
        words=words,
        occasion=_code(Occasion, arguments.get("occasion")),
        period=period_of(arguments.get("period", "")),
        due_from=_day(arguments.get("due_from")),
        due_until=_day(arguments.get("due_until")),
        tag=" ".join(arguments.get("tag", "").split()),
        level=_code(TrackingLevel, arguments.get("level")),
        only_priority=arguments.get("priority") == "1",
        as_at=past_day(arguments.get("as_at"), group),
        support_id=number_of(arguments.get("support")),
        filing=Filing.read(arguments.get("filing", "")),
        order=_code(Order, sort.removeprefix("-")) or Order.DUE,
        descending=sort.startswith("-"),
    )


def past_day(text: str | None, group: Group) -> date | None:
    """Return the past day that an address asks for, None for today, the future, and groups told of today alone."""
    day = _day(text)
    return day if day and day < today() and group in OF_PAST_DAYS else None


def query_of(wanted: ActionFilter) -> dict[str, Any]:
    """Write a filter as the query of an address; `filter_of` reads it back."""
    written = {
        "group": wanted.group.value,
        "status": wanted.status,
        "department": wanted.department_id,
        "units": None if wanted.with_units else 0,
        "officer": wanted.officer_id,
        "signal": wanted.signal,
        "report": wanted.report_no,
        "theme": wanted.theme,
        "trip": wanted.trip_category,
        "adoption": wanted.adoption,
        "q": wanted.words,
        "occasion": wanted.occasion,
        "period": wanted.period.code if wanted.period else None,
        "due_from": wanted.due_from,
        "due_until": wanted.due_until,
        "tag": wanted.tag,
        "level": wanted.level,
        "priority": 1 if wanted.only_priority else None,
        "as_at": wanted.as_at,
        "support": wanted.support_id,
        "filing": wanted.filing.code if wanted.filing else None,
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


def place_of(arguments: Mapping[str, str], order: Order) -> Place:
    """Read from an address where in a list to go on; what no row can have is the beginning."""
    after, before = (arguments.get(name, "") for name in ("after", "before"))
    return Place(read_key(order, after), read_key(order, before))


def address_at(query: Mapping[str, Any], **keys: Key | None) -> str | None:
    """Return the address of a list from a key on (`after`) or back from it (`before`), None without one."""
    written: dict[str, Any] = {name: write_key(key) for name, key in keys.items() if key}
    return url_for("actions.list_actions", **query, **written) if written else None


def narrows_further(wanted: ActionFilter) -> bool:
    """Tell whether a filter asks for something that the page keeps under "more conditions"."""
    usual = replace(
        wanted,
        signal=None,
        theme="",
        trip_category="",
        adoption=None,
        report_no="",
        occasion=None,
        period=None,
        due_from=None,
        due_until=None,
        tag="",
        level=None,
        only_priority=False,
        with_units=True,
    )
    return wanted != usual


def period_options(today: date, chosen: Period | None) -> list[tuple[str, str]]:
    """Return the periods that a filter offers, and the one that is chosen."""
    offered = periods_around(today)
    shown = offered if chosen is None or chosen in offered else [chosen, *offered]
    counts_roc = g.language == SOURCE_LANGUAGE
    return [
        (each.code, say(each.label, year=each.roc if counts_roc else each.year, month=each.month))
        for each in shown
    ]


def department_options(session: Session) -> list[tuple[int, str]]:
    """Return all departments in tree order, units indented below their agency."""
    departments = list_departments(session)
    parents = {each.id: each.parent_id for each in departments}
    depths = {each: len(list(tree.upwards(parents, each))) - 1 for each in parents}
    return [(each.id, indented(each, depths)) for each in departments]


def indented(department: Department, depths: Mapping[int, int]) -> str:
    """Return a department's name, moved in by how deep it lies in the tree."""
    return indented_name(department, depths[department.id], g.language)


def officer_options(session: Session, act: Act) -> Sequence[User]:
    """Return the people whom a reader may ask for: those of the departments that they see."""
    scope = act.by.scope(Permission.Action.READ)
    return list_active_people(session) if scope.city else list_people_in(session, scope.departments)


def _line(item: ActionItem | ItemThen, facts: Deadline, today: date, standards: Standards) -> ActionLine:
    late = deadlines.is_overdue(facts, today)
    counts = deadlines.is_open(item.status) and (late or item.due_on >= today)
    return ActionLine(
        item,
        deadlines.signal(facts, today, standards),
        today if counts else None,
        deadlines.days_late(facts, today),
        facts.updated_on,
        reasons=_why(facts, today, standards),
    )


def _why(facts: Deadline, today: date, standards: Standards) -> list[Why]:
    """Return what to say beside the light: the reasons of its own colour."""
    found = deadlines.reasons(facts, today, standards)
    return [
        Why(say(each.words[0], **each.words[1]), each.cause in (Cause.OVERDUE, Cause.DUE_SOON))
        for each in found
        if each.level is found[0].level
    ]


def primary_step(steps: Sequence[Step]) -> Step | None:
    """Return the one step a page offers first."""
    order = (
        Step.AGREE_CLOSING,
        Step.GRANT_PETITION,
        Step.GRANT_EXTENSION,
        Step.ENDORSE_EXTENSION,
        Step.FORWARD_CLOSING,
        Step.APPROVE_PROGRESS,
        Step.ASSIGN,
        Step.ACKNOWLEDGE,
        Step.REPORT_PROGRESS,
        Step.PREPARE_CLOSING,
    )
    return next((step for step in order if step in steps), None)


def _code(kind: type[Code], text: str | None) -> Code | None:
    return next((member for member in kind if member.value == text), None)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return roc.parse(text) if text else None
