"""What a department owes reports on, from assignment to release, and what the light says of it."""

from datetime import date, timedelta

from sqlalchemy import select

from tests.factories.actions import after_days, agree, ask, bring_to, do, look, refuse, report, send_back
from tests.factories.city import City
from tracker.actions import assigning, queries, releasing
from tracker.actions.assigning import Assignment
from tracker.actions.models import ActionItem
from tracker.actions.reporting import Filing, periods_for
from tracker.actions.rules import deadlines
from tracker.actions.rules.deadlines import Cause, Signal, Standards
from tracker.foundation.database import Session

USUAL = Standards()
AWAY = 400


def light(city: City, item_id: int) -> Signal:
    """Return the light of an item."""

    def of(_session: object, _act: object, item: ActionItem) -> Signal:
        return deadlines.signal(queries.deadline_of(item), city.today(), USUAL)

    return look(city, "coordinator", item_id, of)


def missed(city: City, item_id: int) -> int:
    """Return how many filings in a row an item missed, by the rules; the SQL has to say the same."""

    def of(session: Session, _act: object, item: ActionItem) -> int:
        number = deadlines.missed_filings(queries.deadline_of(item), city.today(), USUAL)
        for filings in (1, 2, 3):
            condition = queries.missed_on(city.today(), filings, USUAL)
            found = session.scalars(select(ActionItem.id).where(condition)).all()
            assert (item_id in found) == (number >= filings)
        return number

    return look(city, "coordinator", item_id, of)


def until(city: City, day: date) -> None:
    """Let time pass until a day."""
    after_days(city, (day - city.today()).days)


def first_of_month(city: City, months: int) -> date:
    """Return the first day of the month that comes so many months after today's."""
    number = city.today().year * 12 + city.today().month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def tracked(city: City, **facts: object) -> int:
    """Open an item that is due in the far future, and take it."""
    return bring_to(city, "in_progress", due_in_days=AWAY, **facts)


class TestFilings:
    def test_nothing_is_owed_before_the_first_month_closed(self, city: City) -> None:
        item_id = tracked(city)
        until(city, first_of_month(city, 1) + timedelta(4))
        assert missed(city, item_id) == 0

    def test_one_missed_is_amber_and_two_are_red(self, city: City) -> None:
        item_id = tracked(city)
        sixth = first_of_month(city, 1) + timedelta(5)
        until(city, sixth)
        assert (missed(city, item_id), light(city, item_id)) == (1, Signal.ATTENTION)
        until(city, first_of_month(city, 1) + timedelta(5))
        assert (missed(city, item_id), light(city, item_id)) == (2, Signal.OVERDUE)

    def test_a_report_pays_what_was_owed(self, city: City) -> None:
        item_id = tracked(city)
        until(city, first_of_month(city, 2) + timedelta(5))
        report(city, item_id)
        assert missed(city, item_id) == 0

    def test_a_report_that_was_returned_counts_as_none(self, city: City) -> None:
        item_id = tracked(city)
        until(city, first_of_month(city, 1) + timedelta(5))
        update_id = report(city, item_id)
        assert missed(city, item_id) == 0
        send_back(city, update_id)
        assert missed(city, item_id) == 1

    def test_the_report_before_a_returned_one_still_counts(self, city: City) -> None:
        item_id = tracked(city)
        report(city, item_id, key="unit_head")
        until(city, first_of_month(city, 1) + timedelta(8))
        send_back(city, report(city, item_id))
        assert missed(city, item_id) == 0

    def test_every_open_part_owes_its_own(self, city: City) -> None:
        item_id = tracked(city, support=("EDU-I",))
        until(city, first_of_month(city, 1) + timedelta(5))
        report(city, item_id)
        assert missed(city, item_id) == 1

    def test_a_released_part_owes_nothing(self, city: City) -> None:
        item_id = tracked(city, support=("EDU-I",))
        agree(city, ask(city, item_id, key="other_officer"))
        until(city, first_of_month(city, 1) + timedelta(5))
        report(city, item_id)
        assert missed(city, item_id) == 0

    def test_a_department_that_comes_later_owes_nothing_of_before(self, city: City) -> None:
        item_id = tracked(city)
        until(city, first_of_month(city, 3) + timedelta(5))
        assignment = Assignment(
            city.departments["EDU-I"], city.today() + timedelta(AWAY), officer_id=city.people["other_officer"]
        )
        do(city, "coordinator", assigning.reassign, item_id, assignment, "業務移撥")
        assert missed(city, item_id) == 0

    def test_nothing_is_owed_while_the_release_is_decided_nor_of_that_time(self, city: City) -> None:
        item_id = tracked(city, support=("EDU-I",))
        closing_id = ask(city, item_id)
        until(city, first_of_month(city, 3) + timedelta(5))
        assert missed(city, item_id) == 0
        refuse(city, closing_id)
        assert missed(city, item_id) == 0
        until(city, first_of_month(city, 1) + timedelta(5))
        assert missed(city, item_id) == 1

    def test_an_item_tracked_again_owes_from_that_day_on(self, city: City) -> None:
        item_id = bring_to(city, "closed_implemented", due_in_days=AWAY)
        until(city, first_of_month(city, 3) + timedelta(5))
        assert light(city, item_id) is Signal.NONE
        do(city, "coordinator", releasing.reopen, item_id, "成效未如預期")
        assert missed(city, item_id) == 0

    def test_a_part_that_nobody_took_is_missed_too(self, city: City) -> None:
        item_id = city.give_action(due_in_days=AWAY)
        until(city, first_of_month(city, 2) + timedelta(5))
        assert missed(city, item_id) == 2

    def test_the_light_of_two_missed_filings_is_not_called_overdue(self, city: City) -> None:
        item_id = tracked(city)
        until(city, first_of_month(city, 2) + timedelta(5))
        facts = look(city, "coordinator", item_id, lambda _s, _a, item: queries.deadline_of(item))
        assert not deadlines.is_overdue(facts, city.today())
        assert deadlines.reasons(facts, city.today(), USUAL)[0].cause is Cause.FILINGS_MISSED


class TestPeriods:
    def test_of_before_a_refusal_are_not_offered_after_it(self, city: City) -> None:
        item_id = tracked(city)
        closing_id = ask(city, item_id)
        until(city, first_of_month(city, 1) + timedelta(2))
        refuse(city, closing_id)
        offered = look(city, "officer", item_id, lambda _s, act, i: periods_for(act, i, i.lead, Filing()))
        assert [period.last_day for period in offered] == [first_of_month(city, 1) - timedelta(1)]
