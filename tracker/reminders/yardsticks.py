"""What the headings of a day are told by: the ladders in force, and the calendars that places keep."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, exists, select

from tracker.actions.models import ActionItem, Part
from tracker.foundation.database import Session
from tracker.foundation.office_days import Calendars
from tracker.reminders.post_office import PostOffice
from tracker.reminders.queries import load_ladders
from tracker.reminders.ranking import Yardstick
from tracker.reminders.rules.ladders import Ladders, Scope, Target
from tracker.reminders.rules.work import marks_of
from tracker.reports.models import Recommendation


@dataclass(frozen=True)
class Yardsticks:
    """The yardstick of each place on a day; places that keep no calendar of their own share one."""

    office: PostOffice
    today: date
    calendars: Calendars
    ladders: Ladders
    _made: dict[int | None, Yardstick] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def load(cls, office: PostOffice, session: Session, today: date) -> "Yardsticks":
        """Return the yardsticks of a day."""
        calendars = office.calendars(session, today)
        return cls(office, today, calendars, load_ladders(session))

    def of(self, place: int | None) -> Yardstick:
        """Return what is judged by in a department, or by those who have none."""
        keeps = place if place in self.calendars.local else None
        if keeps not in self._made:
            self._made[keeps] = self._make(keeps)
        return self._made[keeps]

    def _make(self, keeps: int | None) -> Yardstick:
        calendar = self.calendars.everywhere if keeps is None else self.calendars.of(keeps)
        today, filing = self.today, self.office.filing
        usual = marks_of(today, calendar, filing.cycle, filing.days, self.ladders.of_city)
        apart = [
            (target, marks_of(today, calendar, filing.cycle, filing.days, stages))
            for target, stages in self.ladders.apart()
        ]
        if all(marks == usual for _, marks in apart):
            return Yardstick(usual, self.office.zone)
        conditions = [(_applies(self.ladders, target), marks) for target, marks in apart]
        return Yardstick(usual, self.office.zone, tuple(conditions))


def _applies(ladders: Ladders, target: Target) -> ColumnElement[bool]:
    """Return the condition for a part to which a ladder of less than the whole city applies."""
    scope, value = target
    match scope:
        case Scope.DEPARTMENT:
            return Part.department_id.in_(ladders.at_or_below(int(value)))
        case Scope.THEME:
            return exists(
                select(Recommendation.id).where(
                    Recommendation.id == ActionItem.recommendation_id, Recommendation.theme == value
                )
            )
        case Scope.LEVEL:
            return ActionItem.tracking_level == value
        case Scope.CITY:
            raise ValueError(target)
