"""A page asks its database a bounded number of questions, however many rows it shows."""

import re
from collections.abc import Callable

import pytest

from tests.factories import actions
from tests.factories.city import City
from tests.support.client import Visitor
from tests.support.counting import count_queries
from tests.support.prepared import Prepared
from tests.support.rights import KEYS, addresses
from tracker.actions.assigning import acknowledge
from tracker.actions.petitioning import PetitionRequest
from tracker.actions.reporting import Progress, submit_progress
from tracker.actions.rules.petitioning import PetitionKind
from tracker.foundation.filing import describe
from tracker.people.models import OfficeDay
from tracker.reminders.ladder_changes import LadderFields, save_ladder
from tracker.reminders.rules.ladders import WHOLE_CITY, Scope
from tracker.reminders.rules.stages import SHIPPED, Anchor, Capacity, Stage
from tracker.reports.queries import list_drafts
from tracker.reports.reviewing import accept_draft
from tracker.wiring import Wiring

FEW, MANY = 3, 9
MOST = 12
"""So many statements a page may take, those that find out who asks and with which rights among them."""
PEOPLE = ("officer", "unit_head", "agency_head", "coordinator")


def statements(city: City, visitor: Visitor, address: str) -> int:
    """Return how many statements a page takes, once everything that is kept between pages is there."""
    assert visitor.get(address).status_code == 200
    with count_queries(city.database) as seen:
        assert visitor.get(address).status_code == 200
    return len(seen)


def give(city: City, number: int) -> list[int]:
    return [city.give_action(support=("EDU-I",), due_in_days=each) for each in range(number)]


@pytest.mark.parametrize("key", PEOPLE)
@pytest.mark.parametrize("address", ["/", "/actions/", "/dashboard", "/reports/"])
class TestPageOfManyRows:
    def test_asks_no_more_for_nine_than_for_three(
        self, city: City, visit: Callable[..., Visitor], key: str, address: str
    ) -> None:
        give(city, FEW)
        visitor = visit(key)
        few = statements(city, visitor, address)
        give(city, MANY - FEW)
        assert statements(city, visitor, address) <= few <= MOST


class TestWorkPage:
    @pytest.mark.parametrize("key", PEOPLE)
    def test_asks_no_more_than_twelve_where_a_department_has_its_own_ladder_and_days_off(
        self, city: City, wiring: Wiring, visit: Callable[..., Visitor], key: str
    ) -> None:
        give(city, FEW)
        with city.database.transaction() as session:
            for target in (WHOLE_CITY, (Scope.DEPARTMENT, str(city.departments["TPT"]))):
                fields = LadderFields("規則", target, (*SHIPPED, Stage(Anchor.DUE, -45, (Capacity.OFFICER,))))
                save_ladder(session, wiring.office, city.act("coordinator", session), fields)
            session.add(OfficeDay(department_id=city.departments["TPT"], day=city.today(), is_workday=False))
        assert statements(city, visit(key), "/") <= MOST


LOOKING_AHEAD = re.compile(r"/reminders/(preview|items/|ladders/\d+/delete)")
"""What lives through days to come asks for each of them, and for each person who would hear."""


class TestEveryPage:
    @pytest.mark.parametrize("key", [None, *KEYS])
    def test_asks_no_more_than_twelve_statements_whoever_looks(
        self, looked_at: Prepared, key: str | None
    ) -> None:
        counts = {address: asked(looked_at, key, address) for address in addresses(looked_at, "GET")}
        counts = {each: number for each, number in counts.items() if not LOOKING_AHEAD.match(each)}
        assert {address: number for address, number in counts.items() if number > MOST} == {}


def asked(site: Prepared, key: str | None, address: str) -> int:
    """Return how many statements an address takes at its second visit."""
    visitor = site.visit(key)

    def look() -> None:
        (site.ask(key, address) if address.startswith("/api/") else visitor.get(address)).close()

    look()
    with count_queries(site.wiring.database) as seen:
        look()
    return len(seen)


class TestItemPage:
    @pytest.mark.parametrize("key", PEOPLE)
    def test_asks_no_more_for_nine_reports_of_progress_than_for_three(
        self, city: City, visit: Callable[..., Visitor], key: str
    ) -> None:
        (item_id,) = give(city, 1)
        with city.database.transaction() as session:
            acknowledge(session, city.act("officer", session), item_id)
        visitor = visit(key)
        self.tell(city, item_id, FEW)
        few = statements(city, visitor, f"/actions/{item_id}")
        self.tell(city, item_id, MANY - FEW)
        assert statements(city, visitor, f"/actions/{item_id}") <= few

    @pytest.mark.parametrize("key", PEOPLE)
    def test_of_an_item_on_which_everything_was_filed_asks_no_more_than_twelve(
        self, city: City, visit: Callable[..., Visitor], key: str
    ) -> None:
        item_id = actions.bring_to(city, "in_progress", support=("EDU-I",))
        proofs = tuple(describe(f"%PDF-1.7 {each}".encode(), f"{each}.pdf") for each in range(4))
        actions.report(city, item_id, files=proofs[:1])
        actions.report(city, item_id, key="other_officer", files=proofs[1:2])
        extension_id = actions.ask_for_days(city, item_id, 10, files=proofs[2:3])
        actions.grant(city, extension_id, "unit_head")
        actions.refuse(city, actions.ask(city, item_id, files=proofs[3:]))
        actions.ask_for_days(city, item_id, 2)
        actions.ask(city, item_id, key="other_officer")
        assert statements(city, visit(key), f"/actions/{item_id}") <= MOST

    def test_of_a_wish_to_be_given_to_others_asks_no_more_than_twelve(
        self, city: City, visit: Callable[..., Visitor]
    ) -> None:
        wish = PetitionRequest(
            PetitionKind.REASSIGN, "路權屬於教育局所管的校區範圍。", department_id=city.departments["EDU"]
        )
        petition_id = actions.petition(city, city.give_action(), request=wish)
        assert statements(city, visit("coordinator"), f"/actions/petitions/{petition_id}") <= MOST

    def tell(self, city: City, item_id: int, times: int) -> None:
        for number in range(times):
            with city.database.transaction() as session:
                progress = Progress(f"第 {number} 次會勘已完成。", 10)
                submit_progress(session, city.act("officer", session), item_id, progress, [])


class TestReviewDesk:
    def test_asks_no_more_for_thirty_drafts_than_for_three(
        self, city: City, visit: Callable[..., Visitor]
    ) -> None:
        visitor = visit("coordinator")
        counts = []
        for number in (3, 30):
            report_id = city.give_report(
                tuple(f"建請交通局試辦第 {each:02d} 處看板。" for each in range(number))
            )
            with city.database.transaction() as session:
                first = list_drafts(session, report_id)[0]
                accept_draft(session, city.act("coordinator", session), first.id)
            counts.append(statements(city, visitor, f"/reports/{report_id}/review"))
        assert counts[1] <= counts[0] <= MOST
