"""What became of suggestions: how often the department that was decided on had been proposed."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, SQLColumnExpression, case, func, select

from tracker.access import Act, Permission
from tracker.foundation.database import Session
from tracker.people.models import Department
from tracker.reports.models import SuggestionOutcome
from tracker.reports.rules.suggesting import MOST_DEPARTMENTS


@dataclass(frozen=True)
class OutcomeCounts:
    """Confirmed recommendations by what was proposed for them; `department` is the one decided on, None for all."""

    department: Department | None
    first: int
    further: int
    overruled: int
    without_ground: int

    @property
    def proposed(self) -> int:
        """Return for how many a department was proposed."""
        return self.first + self.further + self.overruled

    @property
    def total(self) -> int:
        """Return how many were confirmed with a department."""
        return self.proposed + self.without_ground


@dataclass(frozen=True)
class Outcomes:
    """The counts of all departments, of each, and how many themes and dates were taken of those proposed."""

    all: OutcomeCounts
    by_department: Sequence[OutcomeCounts]
    themes: int
    themes_taken: int
    dates: int
    dates_taken: int


def count_outcomes(session: Session, act: Act) -> Outcomes:
    """Count what became of all suggestions; raises Forbidden."""
    act.require(Permission.Report.KEEP_DUTIES)
    noted = SuggestionOutcome
    places = (
        _number(noted.place == 1),
        _number(noted.place.between(2, MOST_DEPARTMENTS)),
        _number(noted.place == 0),
        _number(noted.place.is_(None)),
    )
    query = (
        select(Department, *places)
        .join(noted, noted.department_id == Department.id)
        .group_by(Department.id)
        .order_by(Department.code)
    )
    rows = [OutcomeCounts(*row) for row in session.execute(query)]
    rest = session.execute(
        select(
            _number(noted.suggested_theme != ""),
            _number(noted.theme_taken),
            _number(noted.suggested_days.is_not(None)),
            _number(noted.days_taken),
        )
    ).one()
    whole = OutcomeCounts(
        None,
        sum(each.first for each in rows),
        sum(each.further for each in rows),
        sum(each.overruled for each in rows),
        sum(each.without_ground for each in rows),
    )
    return Outcomes(whole, rows, *rest)


def _number(condition: SQLColumnExpression[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
