"""The workbench on the pages: filters whose numbers match, giving drafts to reviewers, confirming many."""

import re
from collections.abc import Callable
from html import unescape

from tests.factories.city import City
from tests.support.client import Visitor
from tracker.reports.models import Recommendation
from tracker.reports.queries import list_drafts

QUOTES = ("建請交通局於轉運站試辦候車資訊看板。", "建請交通局檢討公車路線班次。")


def draft_ids(city: City, report_id: int) -> list[int]:
    with city.database.reading() as session:
        return [each.id for each in list_drafts(session, report_id)]


class TestWorkbenchPage:
    def test_lists_as_many_rows_as_each_choice_says(self, city: City, visit: Callable[..., Visitor]) -> None:
        city.give_report(QUOTES)
        city.give_report(("建請教育局辦理姊妹校互訪。",), agency="EDU")
        coordinator = visit("coordinator")
        page = unescape(coordinator.get("/reports/workbench").text)
        choices = re.findall(r'<option value="([^"]+)"[^>]*>[^<]*（(\d+)）</option>', page)
        assert choices
        names = {"mine": "reviewer", "nobody": "reviewer", "none": "agency"}
        for value, count in choices:
            guess = "sureness" if "sure" in value else "age" if value in ("new", "weeks", "old") else "agency"
            listed = coordinator.get("/reports/workbench", query_string={names.get(value, guess): value}).text
            assert listed.count('name="draft"') == int(count)

    def test_gives_chosen_drafts_to_a_reviewer_and_keeps_the_filter(
        self, city: City, visit: Callable[..., Visitor]
    ) -> None:
        first, second = draft_ids(city, city.give_report(QUOTES))
        coordinator = visit("coordinator")
        sent = {"draft": str(first), "reviewer_id": str(city.people["second_coordinator"])}
        answer = coordinator.post("/reports/workbench?reviewer=nobody", sent)
        assert answer.location.endswith("/reports/workbench?reviewer=nobody")
        left = coordinator.get("/reports/workbench?reviewer=nobody").text
        assert f'value="{second}"' in left
        assert f'name="draft" value="{first}"' not in left
        theirs = visit("second_coordinator")
        assert f'name="draft" value="{first}"' in theirs.get("/reports/workbench?reviewer=mine").text
        assert "有候選建議指派給您審閱" in theirs.get("/notices").text

    def test_refuses_without_a_choice(self, city: City, visit: Callable[..., Visitor]) -> None:
        city.give_report(QUOTES)
        answer = visit("coordinator").post("/reports/workbench", {"reviewer_id": ""})
        assert answer.status_code == 409
        assert "請先選取要指派的候選" in answer.text

    def test_passes_over_what_names_nothing(self, city: City, visit: Callable[..., Visitor]) -> None:
        city.give_report(QUOTES)
        address = "/reports/workbench?agency=x&reviewer=99999999999&sureness=no&age=1&sort=z&page=-3"
        assert visit("coordinator").get(address).text.count('name="draft"') == 2


class TestConfirmSurePage:
    def test_shows_a_sample_before_and_confirms_what_was_shown(
        self, city: City, visit: Callable[..., Visitor]
    ) -> None:
        city.give_ready(QUOTES)
        coordinator = visit("coordinator")
        page = coordinator.get("/reports/workbench/confirm").text
        assert all(quote in page for quote in QUOTES)
        found = re.search(r'name="shown" value="([^"]+)"', page)
        assert found
        assert coordinator.post("/reports/workbench/confirm", {"shown": found[1]}).status_code == 302
        with city.database.reading() as session:
            assert session.query(Recommendation).count() == 2
        assert "沒有等候審閱的候選" in coordinator.get("/reports/workbench").text

    def test_shows_the_page_anew_when_it_is_stale(self, city: City, visit: Callable[..., Visitor]) -> None:
        first, second = draft_ids(city, city.give_ready(QUOTES))
        answer = visit("coordinator").post("/reports/workbench/confirm", {"shown": f"{first}-1,{second}-9"})
        assert answer.status_code == 409
        page = visit("coordinator", language="en").get("/reports/workbench/confirm").text
        assert "Confirm these 2" in page
