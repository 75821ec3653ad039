"""Bringing a table in through the pages: file, columns, values, what each row would do, and doing it."""

import io
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.factories.city import City
from tests.support.client import Visitor
from tracker.actions.models import ActionItem
from tracker.foundation.jobs import run_next
from tracker.reminders.models import Notice
from tracker.wiring import Wiring

Visit = Callable[..., Visitor]
DATASET = Path(__file__).resolve().parents[2].parent / "shared" / "dataset.py"
NEW = "名稱,機關,期限,主題\n設置共乘區,TPT-P,115/12/31,交通\n更新路線圖,運輸規劃科,116/01/31,\n"


@pytest.fixture
def coordinator(city: City, visit: Visit) -> Visitor:
    return visit("coordinator")


def upload(who: Visitor, data: bytes | str, name: str = "table.csv") -> str:
    data = data.encode() if isinstance(data, str) else data
    sent = who.post("/actions/import", {"file": (io.BytesIO(data), name)}, content_type="multipart/form-data")
    assert sent.status_code == 302, sent.text
    return str(sent.headers["Location"]).removesuffix("/columns")


def selected(page: str) -> dict[str, str]:
    """Return what is chosen in each select of a page."""
    chosen = {}
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL):
        found = re.search(r'<option value="([^"]*)" selected', options) or re.search(
            r'selected value="([^"]*)"', options
        )
        chosen[name] = found[1] if found else ""
    return chosen


def send_columns(who: Visitor, address: str, **more: str) -> str:
    page = who.get(f"{address}/columns").text
    form = {**selected(page), "title": "舊案清單", "skip_closed": "y", **more}
    sent = who.post(f"{address}/columns", form)
    assert sent.status_code == 302, sent.text
    return str(sent.headers["Location"])


def work(wiring: Wiring) -> None:
    while run_next(wiring.database, wiring.handlers(), wiring.clock):
        pass


def count(city: City, model: type) -> int:
    with city.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


class TestWayThrough:
    def test_goes_from_the_file_to_items(self, city: City, coordinator: Visitor, wiring: Wiring) -> None:
        address = upload(coordinator, NEW)
        assert list(selected(coordinator.get(f"{address}/columns").text).values())[:4] == [
            "title", "department", "due_on", "theme",
        ]  # fmt: skip
        assert send_columns(coordinator, address).endswith("/values")
        assert coordinator.post(f"{address}/values", {"theme_0": "交通運輸"}).headers["Location"] == address
        assert "hx-get" in coordinator.get(address).text
        work(wiring)
        page = coordinator.get(address).text
        assert "確認匯入" in page
        assert "設置共乘區" in page
        assert count(city, ActionItem) == 0
        coordinator.post(f"{address}/apply")
        work(wiring)
        assert "已全部匯入" in coordinator.get(address).text
        assert count(city, ActionItem) == 2

    def test_round_trip_of_an_exported_file(self, city: City, coordinator: Visitor, wiring: Wiring) -> None:
        item_id = city.give_action()
        form = {"question": "group=all", "kind": "xlsx", "with_editable": "y"}
        data = coordinator.post("/actions/export", form).data
        address = upload(coordinator, data, "list.xlsx")
        assert send_columns(coordinator, address) == address
        work(wiring)
        assert "沒有要新增或變更" in coordinator.get(address).text
        csv = coordinator.post("/actions/export", {**form, "kind": "csv"}).data.decode("utf-8-sig")
        address = upload(coordinator, csv.replace("試辦候車資訊看板", "試辦五處看板"))
        send_columns(coordinator, address)
        work(wiring)
        page = coordinator.get(address).text
        assert "<del>試辦候車資訊看板</del> → <ins>試辦五處看板</ins>" in page
        coordinator.post(f"{address}/apply")
        work(wiring)
        with city.database.reading() as session:
            assert session.get_one(ActionItem, item_id).title == "試辦五處看板"

    @pytest.mark.parametrize(("tells", "notices"), [({}, 0), ({"tells": "y"}, 2)])
    def test_tells_people_only_when_asked_to(
        self, city: City, coordinator: Visitor, wiring: Wiring, tells: dict[str, str], notices: int
    ) -> None:
        address = upload(coordinator, NEW.replace(",交通\n", ",\n"))
        send_columns(coordinator, address, **tells)
        work(wiring)
        coordinator.post(f"{address}/apply")
        work(wiring)
        assert (count(city, ActionItem), count(city, Notice)) == (2, notices)


class TestRefusals:
    @pytest.mark.parametrize(
        ("data", "told"),
        [
            (b"", "檔案是空的"),
            (b"PK\x03\x04 no archive", "檔案不完整"),
            (b"\x00\x01\x02" * 50, "不是可以讀取的表格"),
            ("名稱,機關\n".encode(), "沒有資料"),
        ],
    )
    def test_says_what_is_wrong_with_a_file(self, coordinator: Visitor, data: bytes, told: str) -> None:
        form = {"file": (io.BytesIO(data), "table.csv")}
        sent = coordinator.post("/actions/import", form, content_type="multipart/form-data")
        assert sent.status_code == 422
        assert told in sent.text

    def test_says_both_readings_of_a_day_and_keeps_what_was_chosen(self, coordinator: Visitor) -> None:
        address = upload(coordinator, "名稱,機關,到期\n甲,TPT-P,03/04/2026\n")
        form = {
            **selected(coordinator.get(f"{address}/columns").text),
            "column_2": "due_on",
            "title": "舊案清單",
        }
        sent = coordinator.post(f"{address}/columns", form)
        assert sent.status_code == 422
        assert "2026-04-03 或 2026-03-04" in sent.text
        assert selected(sent.text)["column_2"] == "due_on"

    def test_refuses_one_meaning_for_two_columns(self, coordinator: Visitor) -> None:
        address = upload(coordinator, NEW)
        sent = coordinator.post(f"{address}/columns", {"column_0": "title", "column_1": "title"})
        assert sent.status_code == 422
        assert "只能對應一欄" in sent.text

    def test_offers_no_confirmation_while_a_row_is_wrong(self, coordinator: Visitor, wiring: Wiring) -> None:
        address = upload(coordinator, NEW.replace("TPT-P", "不存在局").replace(",交通\n", ",\n"))
        send_columns(coordinator, address)
        coordinator.post(f"{address}/values", {})
        work(wiring)
        page = coordinator.get(address).text
        assert "確認匯入" not in page
        assert "找不到機關或單位「不存在局」" in page
        assert coordinator.post(f"{address}/apply").status_code == 409

    def test_an_import_is_nobody_elses(self, coordinator: Visitor, visit: Visit) -> None:
        address = upload(coordinator, NEW)
        assert visit("second_coordinator").get(f"{address}/columns").status_code == 404

    @pytest.mark.parametrize("language", ["zh-Hant", "en"])
    def test_pages_speak_both_languages(
        self, city: City, visit: Visit, wiring: Wiring, language: str
    ) -> None:
        who = visit("coordinator", language=language)
        address = upload(who, NEW)
        send_columns(who, address)
        who.post(f"{address}/values", {"theme_0": "-"})
        work(wiring)
        for page in ("/actions/import", f"{address}/columns", f"{address}/values", address):
            assert who.get(page).status_code == 200
        assert ("確認匯入" in who.get(address).text) == (language == "zh-Hant")


class TestForeignLists:
    @pytest.mark.skipif(not DATASET.exists(), reason="the shared folder is not beside the project")
    def test_takes_a_list_of_another_product_by_its_columns_and_values(
        self, city: City, coordinator: Visitor, wiring: Wiring
    ) -> None:
        command = [sys.executable, str(DATASET), "--n", "60", "--format", "csv"]
        data = subprocess.run(command, capture_output=True, check=True).stdout
        address = upload(coordinator, data, "items.csv")
        send_columns(coordinator, address)
        page = coordinator.get(f"{address}/values").text
        asked = selected(page)
        units = [city.departments["TPT-P"], city.departments["EDU-I"]]
        said = {
            name: str(units[place % 2]) for place, name in enumerate(asked) if name.startswith("department_")
        }
        said |= {name: "ordinary" for name in asked if name.startswith("priority_")}
        said |= {name: "open" for name in asked if name.startswith("status_")}
        assert coordinator.post(f"{address}/values", said).headers["Location"] == address
        work(wiring)
        page = coordinator.get(address).text
        assert "確認匯入" in page, page
        coordinator.post(f"{address}/apply")
        work(wiring)
        closed = data.count(b",closed,") + data.count(b",cancelled,")
        assert count(city, ActionItem) == 60 - closed > 0
