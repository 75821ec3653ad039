"""Suggestions on the pages: the desk, what became of them, and the duties of departments."""

import re
from collections.abc import Callable

from tests.factories.city import City
from tests.support.client import Visitor
from tests.support.decided import BUSES, LIKE_BUSES, NOTHING, decide
from tracker.reports.queries import list_drafts
from tracker.reports.rules.drafts import Confidentiality


def draft_of(city: City, report_id: int) -> tuple[int, int, int | None]:
    with city.database.reading() as session:
        (draft,) = list_drafts(session, report_id)
        return draft.id, draft.version, draft.lead_department_id


class TestDesk:
    def test_shows_the_department_with_the_earlier_decision_and_takes_it_by_one_click(
        self, city: City, visit: Callable[..., Visitor]
    ) -> None:
        decide(city, BUSES, "EDU-I")
        report_id = city.give_report((LIKE_BUSES,))
        coordinator = visit("coordinator")
        page = coordinator.get(f"/reports/{report_id}/review").text
        assert BUSES[:20] in page
        assert re.search(rf'name="department_id" value="{city.departments["EDU-I"]}"', page)
        draft_id, version, before = draft_of(city, report_id)
        assert before != city.departments["EDU-I"]
        taken = {"version": str(version), "department_id": str(city.departments["EDU-I"])}
        assert coordinator.post(f"/reports/drafts/{draft_id}/suggestion", taken).status_code == 302
        assert draft_of(city, report_id)[2] == city.departments["EDU-I"]
        assert "已採用系統的建議" in coordinator.get(f"/reports/{report_id}/review").text

    def test_says_so_where_there_is_no_ground(self, city: City, visit: Callable[..., Visitor]) -> None:
        report_id = city.give_report((NOTHING,))
        assert "沒有相近的先例" in visit("coordinator").get(f"/reports/{report_id}/review").text
        page = visit("coordinator", language="en").get(f"/reports/{report_id}/review").text
        assert "no department is suggested" in page

    def test_refuses_a_stale_page_and_shows_the_desk(self, city: City, visit: Callable[..., Visitor]) -> None:
        report_id = city.give_report((LIKE_BUSES,))
        draft_id, version, before = draft_of(city, report_id)
        sent = {"version": str(version + 1), "department_id": str(city.departments["EDU-I"])}
        answer = visit("coordinator").post(f"/reports/drafts/{draft_id}/suggestion", sent)
        assert answer.status_code == 422
        assert draft_of(city, report_id)[2] == before


class TestOutcomesPage:
    def test_counts_for_the_coordinator_and_the_administrator(
        self, city: City, visit: Callable[..., Visitor]
    ) -> None:
        decide(city, BUSES, "TPT")
        decide(city, LIKE_BUSES, "EDU-I", Confidentiality.RESTRICTED)
        assert (
            "已確認 2 項，其中 2 項有建議：1 項採第一順位，1 項未採納。"
            in visit("administrator").get("/reports/suggestions").text
        )
        assert "2 confirmed" in visit("coordinator", language="en").get("/reports/suggestions").text


class TestDutiesPage:
    def test_lets_the_administrator_write_other_words_and_go_back(
        self, city: City, visit: Callable[..., Visitor]
    ) -> None:
        administrator, department = visit("administrator"), city.departments["TPT"]
        assert "轉運站" in administrator.get("/reports/duties").text
        address = f"/reports/duties/{department}"
        sent = {"version": "0", "words": "電動滑板車、接駁船\n轉運中心"}
        assert administrator.post(address, sent).status_code == 302
        page = administrator.get("/reports/duties").text
        assert "電動滑板車、接駁船、轉運中心" in page
        assert administrator.post(address, sent).status_code == 422
        administrator.post(f"{address}/usual", {})
        assert "電動滑板車" not in administrator.get("/reports/duties").text
