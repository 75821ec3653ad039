"""Extensions (展延): who must agree to how many days, what a request must bring, and who may not decide on it.

Source: the city's levels of approval. Days are counted from the original due date, since an extension does not erase
lateness: the original date stays for ever, and only a granted extension moves the date in force.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from tracker.access import Permission, Principal, Role
from tracker.foundation.language import N_

USUAL_MOST: Final = 3
MIN_REASON_LENGTH: Final = 10


class ExtensionReason(StrEnum):
    """Why an item needs more time."""

    PROCUREMENT = "procurement"
    BUDGET = "budget"
    COORDINATION = "coordination"
    LEGISLATION = "legislation"
    SCOPE = "scope"
    FORCE_MAJEURE = "force_majeure"
    OTHER = "other"


EXTENSION_REASON_LABELS: Final[Mapping[ExtensionReason, str]] = {
    ExtensionReason.PROCUREMENT: N_("採購或招標延誤"),
    ExtensionReason.BUDGET: N_("經費未到位"),
    ExtensionReason.COORDINATION: N_("跨機關協調費時"),
    ExtensionReason.LEGISLATION: N_("法規或行政程序未完成"),
    ExtensionReason.SCOPE: N_("工作範圍調整"),
    ExtensionReason.FORCE_MAJEURE: N_("天然災害或其他不可抗力"),
    ExtensionReason.OTHER: N_("其他"),
}


class Level(StrEnum):
    """Who agrees, the lowest first; the coordinating office agrees after the agency's head."""

    UNIT_HEAD = "unit_head"
    AGENCY_HEAD = "agency_head"
    COORDINATOR = "coordinator"


LEVEL_LABELS: Final[Mapping[Level, str]] = {
    Level.UNIT_HEAD: N_("單位主管"),
    Level.AGENCY_HEAD: N_("機關首長"),
    Level.COORDINATOR: N_("機關首長及研考"),
}
SIGNERS: Final[Mapping[Level, Sequence[Level]]] = {
    Level.UNIT_HEAD: (Level.UNIT_HEAD, Level.AGENCY_HEAD, Level.COORDINATOR),
    Level.AGENCY_HEAD: (Level.AGENCY_HEAD, Level.COORDINATOR),
    Level.COORDINATOR: (Level.AGENCY_HEAD, Level.COORDINATOR),
}
"""Who signs for a level; where nobody holds the first office, or only the requester does, the next one signs."""


@dataclass(frozen=True)
class Limits:
    """How many days in all the head of the unit, and the head of the agency, may grant."""

    unit_head_days: int = 14
    agency_head_days: int = 30


def cumulative_days(original_due_on: date, new_due_on: date) -> int:
    """Return the calendar days by which an item would be extended in all."""
    return (new_due_on - original_due_on).days


def required_level(days_in_all: int, limits: Limits) -> Level:
    """Return who must agree to an extension that adds up to so many days."""
    if days_in_all <= limits.unit_head_days:
        return Level.UNIT_HEAD
    return Level.AGENCY_HEAD if days_in_all <= limits.agency_head_days else Level.COORDINATOR


def first_signer(level: Level, present: Collection[Level]) -> Level:
    """Return whose turn it is first: the lowest office that somebody other than the requester holds."""
    return next((each for each in SIGNERS[level] if each in present), Level.COORDINATOR)


def needs_second_signature(required: Level, signer: Level) -> bool:
    """Tell whether the coordinating office decides after this signature."""
    return required is Level.COORDINATOR and signer is Level.AGENCY_HEAD


def problems_with(new_due_on: date | None, due_on: date, reason: str, today: date) -> dict[str, str]:
    """Return, by field, the msgids of what a request lacks."""
    problems = {}
    if new_due_on is None:
        problems["new_due_on"] = N_("請填寫展延後的預定完成日。")
    elif new_due_on <= due_on:
        problems["new_due_on"] = N_("展延後的日期必須晚於目前的預定完成日。")
    elif new_due_on < today:
        problems["new_due_on"] = N_("展延後的日期不可早於今天。")
    if len(reason.strip()) < MIN_REASON_LENGTH:
        problems["reason"] = N_("請具體說明展延的理由（至少 10 個字）。")
    return problems


def may_decide(
    decider: Principal,
    requester_id: int,
    department_id: int,
    turn: Level,
    *,
    led_by_coordinating_office: bool,
) -> bool:
    """Tell whether a person may decide on an extension now: whose turn it is or whoever stands above, never who asked.

    Nor anybody who stands in for the requester. An item that the coordinating office itself leads is decided by a
    coordinator outside that unit, else by the head of its agency.
    """
    if requester_id in decider.persons or not decider.may(Permission.Action.DECIDE_EXTENSION, department_id):
        return False
    if decider.holds(Role.COORDINATOR) and department_id not in decider.own_departments:
        return True
    if department_id in decider.headed_departments:
        return turn is not Level.COORDINATOR or led_by_coordinating_office
    return turn is Level.UNIT_HEAD and department_id in decider.departments_as(Role.UNIT_HEAD)
