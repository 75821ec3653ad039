"""Taking the list out through the pages: the same filter and columns, three formats, a long list in the background."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from tests.factories.city import City
from tests.support.client import Visitor
from tracker.actions.exchange import exporting
from tracker.audit.models import AuditEvent
from tracker.foundation.jobs import run_next
from tracker.reading.tables import read_table
from tracker.wiring import Wiring

Visit = Callable[..., Visitor]
QUESTION = "group=all&columns=support,theme"


class TestPage:
    @pytest.mark.parametrize("language", ["zh-Hant", "en"])
    def test_is_reached_from_the_list_with_the_same_question(
        self, city: City, visit: Visit, language: str
    ) -> None:
        city.give_action()
        reader = visit("viewer", language=language)
        page = reader.get(f"/actions/?{QUESTION}").text
        address = re.search(r'href="(/actions/export\?[^"]*)"', page)
        assert address
        shown = reader.get(address[1].replace("&amp;", "&"))
        assert shown.status_code == 200
        assert 'value="group=all&amp;columns=support%2Ctheme"' in shown.text

    def test_tells_the_filter_in_words(self, city: City, visit: Visit) -> None:
        page = (
            visit("viewer")
            .get(f"/actions/export?group=overdue&department={city.departments['TPT']}&q=看板")
            .text
        )
        assert all(word in page for word in ("逾期", "交通局", "看板"))


class TestFile:
    @pytest.mark.parametrize("kind", ["csv", "ods", "xlsx"])
    def test_holds_the_columns_of_the_list(self, city: City, visit: Visit, kind: str) -> None:
        city.give_action()
        sent = visit("viewer").post("/actions/export", {"question": QUESTION, "kind": kind})
        assert sent.status_code == 200
        assert "attachment" in sent.headers["Content-Disposition"]
        table = read_table(sent.data)
        assert list(table.head) == ["列管編號", "版本（請勿修改）", "列管事項", "協辦機關", "主題"]
        assert len(table.rows) == 1

    def test_can_hold_what_an_import_may_change(self, city: City, visit: Visit) -> None:
        city.give_action()
        form = {"question": QUESTION, "kind": "csv", "with_editable": "y"}
        head = read_table(visit("coordinator").post("/actions/export", form).data).head
        assert {"預期成果", "承辦人", "列管層級", "優先", "標籤"} <= set(head)

    def test_is_on_record(self, city: City, visit: Visit) -> None:
        city.give_action()
        visit("viewer").post("/actions/export", {"question": QUESTION, "kind": "csv"})
        with city.database.reading() as session:
            assert session.scalar(select(func.count()).where(AuditEvent.action == "exported")) == 1

    def test_refuses_an_unknown_format(self, city: City, visit: Visit) -> None:
        assert (
            visit("viewer").post("/actions/export", {"question": QUESTION, "kind": "exe"}).status_code == 422
        )


class TestLongList:
    @pytest.fixture
    def address(self, city: City, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> str:
        monkeypatch.setattr(exporting, "MOST_AT_ONCE", 0)
        city.give_action()
        sent = visit("viewer").post("/actions/export", {"question": QUESTION, "kind": "ods"})
        assert sent.status_code == 302
        return sent.headers["Location"]

    def test_is_written_in_the_background_and_downloaded_here(
        self, address: str, visit: Visit, wiring: Wiring
    ) -> None:
        assert "hx-get" in visit("viewer").get(address).text
        run_next(wiring.database, wiring.handlers(), wiring.clock)
        assert f"{address}/file" in visit("viewer").get(address).text
        sent = visit("viewer").get(f"{address}/file", buffered=True)
        assert len(read_table(sent.data).rows) == 1

    def test_is_nobody_elses(self, address: str, visit: Visit, wiring: Wiring) -> None:
        run_next(wiring.database, wiring.handlers(), wiring.clock)
        for path in (address, f"{address}/file"):
            assert visit("coordinator").get(path).status_code == 404
        assert visit("coordinator").post(f"{address}/cancel").status_code == 404

    def test_can_be_cancelled_while_it_waits(self, address: str, visit: Visit) -> None:
        visit("viewer").post(f"{address}/cancel")
        assert "已取消" in visit("viewer").get(address).text
