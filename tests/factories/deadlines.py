"""A town whose items fall due on given days: everybody's address, unit and items follow from numbers alone.

Nothing has to be asked of the database to know who is to hear of what; the rows are stored in bulk.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice
from typing import Any, Final

from sqlalchemy import insert

from tracker.access import Role
from tracker.actions.models import ActionItem, Part
from tracker.actions.rules.workflow import PartRole, PartStatus, Status
from tracker.foundation.database import Base, Database
from tracker.people.models import Department, RoleGrant, User
from tracker.reports.models import Recommendation, Report
from tracker.reports.rules.adoption import Adoption

Row = dict[str, Any]
BATCH: Final = 5_000
QUOTE: Final = "建請於渡口設置電子看板。"


@dataclass(frozen=True)
class Town:
    """How many agencies, units in each and officers in each unit there are; `headed` says whether they have heads.

    Officers are numbered first, then the heads of units, then those of agencies, then the coordinator. Item number n is
    held by officer number n, begun anew after the last officer; all numbers count from 1.
    """

    agencies: int = 1
    units: int = 1
    officers: int = 1
    headed: bool = True

    @property
    def all_units(self) -> int:
        """Return how many units there are in the town."""
        return self.agencies * self.units

    @property
    def all_officers(self) -> int:
        """Return how many officers there are in the town."""
        return self.all_units * self.officers

    @property
    def coordinator(self) -> int:
        """Return the person who is the coordinating office."""
        return self.all_officers + self.all_units + self.agencies + 1

    def officer_of(self, item: int) -> int:
        """Return who holds an item."""
        return (item - 1) % self.all_officers + 1

    def unit_of(self, officer: int) -> int:
        """Return the number of an officer's unit among the units."""
        return (officer - 1) // self.officers + 1

    def unit_head_of(self, officer: int) -> int:
        """Return the head of an officer's unit."""
        return self.all_officers + self.unit_of(officer)

    def agency_head_of(self, officer: int) -> int:
        """Return the head of an officer's agency."""
        return self.all_officers + self.all_units + self._agency_of(self.unit_of(officer))

    def _agency_of(self, unit: int) -> int:
        return (unit - 1) // self.units + 1

    def department_of(self, unit: int) -> int:
        """Return the id of a unit's department; agencies stand before them."""
        return self.agencies + unit

    def grants(self) -> Iterator[tuple[int, Role, int | None]]:
        """Yield who holds which role in which department."""
        for officer in range(1, self.all_officers + 1):
            yield officer, Role.OFFICER, self.department_of(self.unit_of(officer))
        if not self.headed:
            return
        for unit in range(1, self.all_units + 1):
            yield self.all_officers + unit, Role.UNIT_HEAD, self.department_of(unit)
        for agency in range(1, self.agencies + 1):
            yield self.all_officers + self.all_units + agency, Role.AGENCY_HEAD, agency
        yield self.coordinator, Role.COORDINATOR, None


def address(person: int) -> str:
    """Return a person's address."""
    return f"officer{person}@city.example"


def fill_town(
    database: Database, town: Town, due_days: Sequence[date], assigned_at: datetime, filed_until: date | None
) -> None:
    """Store a town with one item for each of some days, in progress since a moment, reported on until a day."""
    grants = list(town.grants())
    items = list(enumerate(due_days, 1))
    rows: Mapping[type[Base], Iterable[Row]] = {
        Department: _departments(town),
        User: (_person(person, assigned_at) for person, _, _ in grants),
        RoleGrant: (
            {"person_id": person, "role": role, "department_id": department}
            for person, role, department in grants
        ),
        Report: [_report(assigned_at)],
        Recommendation: (_recommendation(number, assigned_at) for number, _ in items),
        ActionItem: (_item(number, due_on, assigned_at) for number, due_on in items),
        Part: (_part(town, number, assigned_at, filed_until) for number, _ in items),
    }
    with database.transaction() as session:
        for model, wanted in rows.items():
            for some in _in_batches(wanted):
                session.execute(insert(model), some)


def _in_batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    waiting = iter(rows)
    for first in waiting:
        yield [first, *islice(waiting, BATCH - 1)]


def _departments(town: Town) -> Iterator[Row]:
    agencies = ((number, f"A{number:03d}", None) for number in range(1, town.agencies + 1))
    units = (
        (town.department_of(unit), f"U{unit:04d}", (unit - 1) // town.units + 1)
        for unit in range(1, town.all_units + 1)
    )
    for number, code, parent in chain(agencies, units):
        yield {
            "id": number,
            "code": code,
            "parent_id": parent,
            "name": f"交通局{number}",
            "english_name": f"Transport Bureau {number}",
            "aliases": [],
            "version": 1,
        }


def _person(number: int, at: datetime) -> Row:
    return {
        "id": number,
        "email": address(number),
        "name": f"承辦人{number}",
        "created_at": at,
        "version": 1,
    }


def _report(at: datetime) -> Row:
    return {
        "id": 1,
        "title": "港口城市考察報告",
        "source_name": "report.txt",
        "source_kind": "text",
        "source_sha256": "0" * 64,
        "text": QUOTE,
        "imported_at": at,
        "version": 1,
    }


def _recommendation(number: int, at: datetime) -> Row:
    return {
        "id": number,
        "report_id": 1,
        "seq_no": number,
        "verbatim_quote": QUOTE,
        "start": 0,
        "end": len(QUOTE),
        "adoption": Adoption.ADOPTED,
        "confirmed_at": at,
        "version": 1,
    }


def _item(number: int, due_on: date, at: datetime) -> Row:
    return {
        "id": number,
        "item_no": f"115-TPT-{number:06d}-01",
        "recommendation_id": number,
        "title": "於渡口設置電子看板",
        "status": Status.IN_PROGRESS,
        "start_on": at.date(),
        "original_due_on": due_on,
        "due_on": due_on,
        "opened_at": at,
        "version": 1,
    }


def _part(town: Town, number: int, at: datetime, filed_until: date | None) -> Row:
    officer = town.officer_of(number)
    return {
        "id": number,
        "item_id": number,
        "department_id": town.department_of(town.unit_of(officer)),
        "role": PartRole.LEAD,
        "officer_id": officer,
        "status": PartStatus.OPEN,
        "assigned_at": at,
        "reports_from": at.date(),
        "filed_until": filed_until,
    }
