"""The page of the tables to hand up: choose, look, take; long ones in the background."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.factories.city import City
from tests.support.client import Visitor
from tracker.dashboards import handing_up
from tracker.dashboards.rules.tables import Table
from tracker.foundation.documents import Format, why_no_pdf
from tracker.foundation.jobs import run_next
from tracker.reading.tables import read_table
from tracker.wiring import Wiring

Visit = Callable[..., Visitor]


class TestPage:
    @pytest.mark.parametrize("language", ["zh-Hant", "en"])
    @pytest.mark.parametrize("table", Table)
    def test_shows_the_first_rows_of_each_table(
        self, city: City, visit: Visit, table: Table, language: str
    ) -> None:
        city.give_action()
        shown = visit("coordinator", language=language).get(f"/tables/?table={table}")
        assert shown.status_code == 200

    def test_says_how_many_rows_there_are_and_shows_ten(self, city: City, visit: Visit) -> None:
        for _ in range(11):
            city.give_action()
        page = visit("coordinator").get("/tables/?table=items").text
        assert "列管事項明細，共 11 列。" in page
        assert "以上是前 10 列。" in page

    def test_tells_of_a_past_day(self, city: City, visit: Visit) -> None:
        city.give_action()
        day = city.today() - timedelta(days=1)
        page = visit("coordinator").get(f"/tables/?table=items&as_at={day}").text
        assert "列管事項明細，共 0 列。" in page
        assert "止</dd>" in page
        assert "共 1 列" in visit("coordinator").get(f"/tables/?table=items&as_at={city.today()}").text

    def test_is_content_with_an_empty_city(self, city: City, visit: Visit) -> None:
        assert "沒有符合的資料" in visit("viewer").get("/tables/").text

    def test_leads_there_only_who_may(self, city: City, visit: Visit) -> None:
        assert 'href="/tables/"' in visit("unit_head").get("/").text
        assert 'href="/tables/"' not in visit("officer").get("/").text

    @pytest.mark.parametrize(
        "query",
        ["table=x", "department=9999999999", "period=2026-9", "report=%00", "as_at=soon", "as_at=0001-01-01"],
    )
    def test_is_not_upset_by_nonsense(self, city: City, visit: Visit, query: str) -> None:
        assert visit("coordinator").get(f"/tables/?{query}").status_code in {200, 400}


class TestFile:
    @pytest.mark.parametrize("form", Format)
    def test_is_handed_out_in_each_format(self, city: City, visit: Visit, form: Format) -> None:
        if form is Format.PDF and why_no_pdf():
            pytest.skip("Pango or Chinese fonts are not installed")
        city.give_action()
        sent = visit("coordinator").post("/tables/", {"question": "table=council", "form": form.value})
        assert sent.status_code == 200
        assert sent.mimetype == form.mime_type
        assert f".{form}" in sent.headers["Content-Disposition"]
        assert sent.data

    def test_holds_what_was_shown(self, city: City, visit: Visit) -> None:
        city.give_action()
        city.give_action(lead="EDU-I", officer="other_officer")
        question = f"table=items&department={city.departments['EDU']}"
        sent = visit("coordinator").post("/tables/", {"question": question, "form": "csv"})
        rows = [row for row in read_table(sent.data).rows if len(row.cells) > 3 and row.cells[3]]
        assert len(rows) == 1

    def test_refuses_a_format_that_the_table_has_not(self, city: City, visit: Visit) -> None:
        for form in ("odt", "exe"):
            sent = visit("coordinator").post("/tables/", {"question": "table=counts", "form": form})
            assert sent.status_code == 422, form

    def test_says_so_where_pdf_cannot_be_made(
        self, city: City, visit: Visit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(__import__("sys").modules, "weasyprint", None)
        city.give_action()
        sent = visit("coordinator").post("/tables/", {"question": "table=items", "form": "pdf"})
        assert sent.status_code == 422
        assert "tracker doctor" in sent.text


class TestLongTable:
    @pytest.fixture
    def address(self, city: City, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> str:
        monkeypatch.setattr(handing_up, "MOST_AT_ONCE", 0)
        city.give_action()
        sent = visit("coordinator").post("/tables/", {"question": "table=items", "form": "ods"})
        assert sent.status_code == 302
        return sent.headers["Location"]

    def test_is_made_in_the_background_and_downloaded_here(
        self, address: str, visit: Visit, wiring: Wiring
    ) -> None:
        assert "hx-get" in visit("coordinator").get(address).text
        run_next(wiring.database, wiring.handlers(), wiring.clock)
        page = visit("coordinator").get(address).text
        found = re.search(r'href="([^"]*/file)"', page)
        assert found
        sent = visit("coordinator").get(found[1], buffered=True)
        assert sent.data.startswith(b"PK")

    def test_is_nobody_elses(self, address: str, visit: Visit, wiring: Wiring) -> None:
        run_next(wiring.database, wiring.handlers(), wiring.clock)
        for path in (address, f"{address}/file"):
            assert visit("viewer").get(path).status_code == 404

    def test_can_be_stopped_while_it_waits(self, address: str, visit: Visit) -> None:
        visit("coordinator").post(f"{address}/cancel")
        assert "已取消" in visit("coordinator").get(address).text
