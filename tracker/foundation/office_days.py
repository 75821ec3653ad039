"""Working-day arithmetic over a calendar value; which days are worked is data, never weekday arithmetic alone.

In Taiwan a Saturday may be worked (2024-02-17, 2025-02-08) and a typhoon may close a Tuesday overnight.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

import holidays

from tracker.foundation.errors import Misconfigured

SATURDAY, SUNDAY = 5, 6
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class OfficeCalendar:
    """The days on which offices are open: weekends, less make-up days, plus days off.

    `work_days` wins where a day stands in both sets; `weekend` holds numbers as `date.weekday()` gives them.
    """

    days_off: frozenset[date] = frozenset()
    work_days: frozenset[date] = frozenset()
    weekend: frozenset[int] = frozenset({SATURDAY, SUNDAY})

    def is_working_day(self, day: date) -> bool:
        """Tell whether offices are open on the day."""
        if day in self.work_days:
            return True
        return day not in self.days_off and day.weekday() not in self.weekend

    def last_working_day_on_or_before(self, day: date) -> date:
        """Return the day itself when it is worked, else the nearest working day before it."""
        return day if self.is_working_day(day) else self._next_working_day(day, -ONE_DAY)

    def next_working_day_on_or_after(self, day: date) -> date:
        """Return the day itself when it is worked, else the nearest working day after it."""
        return day if self.is_working_day(day) else self._next_working_day(day, ONE_DAY)

    def add_working_days(self, day: date, count: int) -> date:
        """Return the count-th working day after the day, or before it when the count is negative.

        The day itself is never counted; a count of 0 gives the day unchanged, worked or not.
        """
        step = ONE_DAY if count > 0 else -ONE_DAY
        for _ in range(abs(count)):
            day = self._next_working_day(day, step)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Return how many working days follow `start` up to and including `end`; negative when reversed."""
        if end < start:
            return -self.working_days_between(end - ONE_DAY, start - ONE_DAY)
        return sum(self.is_working_day(day) for day in _days_after(start, end))

    def shared_with(self, other: "OfficeCalendar") -> "OfficeCalendar":
        """Return the calendar of the days that are worked in both."""
        told = self.days_off | self.work_days | other.days_off | other.work_days
        worked = frozenset(day for day in told if self.is_working_day(day) and other.is_working_day(day))
        return OfficeCalendar(told - worked, worked, self.weekend | other.weekend)

    def _next_working_day(self, day: date, step: timedelta) -> date:
        day += step
        while not self.is_working_day(day):
            day += step
        return day


@dataclass(frozen=True)
class Calendars:
    """The calendar of everywhere, and those of the places that keep another one; places are told by number."""

    everywhere: OfficeCalendar
    local: Mapping[int, OfficeCalendar] = field(default_factory=dict)

    def of(self, place: int) -> OfficeCalendar:
        """Return the calendar that a place keeps."""
        return self.local.get(place, self.everywhere)

    def where_everywhere_is_open(self) -> "Calendars":
        """Return the calendars of the places on those days alone on which everywhere is open too."""
        local = {place: calendar.shared_with(self.everywhere) for place, calendar in self.local.items()}
        return Calendars(self.everywhere, local)

    def is_any_open(self, places: Iterable[int], day: date) -> bool:
        """Tell whether one of some places is open on a day; without places, whether everywhere is."""
        kept = [self.of(place) for place in places] or [self.everywhere]
        return any(calendar.is_working_day(day) for calendar in kept)


def calendars(
    country: str,
    years: range,
    overrides: Mapping[int | None, Mapping[date, bool]],
    parents: Mapping[int, int | None],
) -> Calendars:
    """Build the calendars of a tree of places; what is said of a place holds below it, and the nearest word wins.

    Overrides under None hold everywhere. Raises Misconfigured when no calendar of the country is known.
    """
    of_all = overrides.get(None, {})
    local = {}
    for place in parents:
        said = dict(of_all)
        for above in reversed(_upwards(parents, place)):
            said |= overrides.get(above, {})
        if said != of_all:
            local[place] = office_calendar(country, years, said)
    return Calendars(office_calendar(country, years, of_all), local)


def _upwards(parents: Mapping[int, int | None], place: int) -> list[int]:
    way: list[int] = []
    here: int | None = place
    while here is not None and here not in way:
        way.append(here)
        here = parents.get(here)
    return way


def _days_after(start: date, end: date) -> Iterator[date]:
    return (start + timedelta(days=offset) for offset in range(1, (end - start).days + 1))


def office_calendar(
    country: str, years: range, overrides: Mapping[date, bool] | None = None
) -> OfficeCalendar:
    """Build the calendar of a country (ISO 3166 code) for some years, make-up days included.

    An override says of a single day whether it is worked, and wins over the published calendar.
    Raises Misconfigured when no calendar of the country is known.
    """
    published = _published_calendar(country, years)
    if not overrides:
        return published
    closed = {day for day, is_worked in overrides.items() if not is_worked}
    worked = {day for day, is_worked in overrides.items() if is_worked}
    return OfficeCalendar(
        days_off=(published.days_off - worked) | closed,
        work_days=(published.work_days - closed) | worked,
        weekend=published.weekend,
    )


@cache
def _published_calendar(country: str, years: range) -> OfficeCalendar:
    try:
        known = holidays.country_holidays(country, years=years)
    except NotImplementedError as error:
        raise Misconfigured(detail=f"site.country = {country}") from error
    return OfficeCalendar(
        days_off=frozenset(known),
        work_days=frozenset(day for day in known.weekend_workdays if day.year in years),
        weekend=frozenset(known.weekend),
    )
