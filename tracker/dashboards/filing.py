"""Who filed for which period: what the coordinating office looks at after every closing day."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import case, func

from tracker.access import Principal
from tracker.actions.queries import ActionFilter, Filed, Filing, Group, population
from tracker.actions.queries.lists import filing_condition
from tracker.actions.rules.deadlines import Standards
from tracker.actions.rules.filing import Period
from tracker.foundation.database import Session

PERIODS = 6


@dataclass(frozen=True)
class FilingOfPeriod:
    """Items by what became of the report on a period.

    filed: a department reported, and it was not returned. late: it did so after the closing day. missing: the item is
    still under tracking, and a department owes it.
    """

    period: Period
    closes_on: date
    filed: int
    late: int
    missing: int


def filing_by_period(
    session: Session, principal: Principal, wanted: ActionFilter, today: date, standards: Standards
) -> list[FilingOfPeriod]:
    """Count the reports of the last periods that are closed, the latest first."""
    of = population(principal, replace(wanted, group=Group.ALL, as_at=None), today, standards)
    periods = _last_periods(today, standards)
    asked = [filing_condition(Filing(what, period)) for period in periods for what in Filed]
    sums = [func.coalesce(func.sum(case((each, 1), else_=0)), 0) for each in asked]
    numbers = list(session.execute(of.select(*sums)).one())
    return [
        FilingOfPeriod(period, period.closes_on(standards.filing_days), *numbers[3 * place : 3 * place + 3])
        for place, period in enumerate(periods)
    ]


def _last_periods(today: date, standards: Standards) -> Sequence[Period]:
    periods = [standards.last_closed(today)]
    while len(periods) < PERIODS:
        periods.append(periods[-1].previous)
    return periods
