"""The pages of frozen periods: freeze, read, download the same bytes again, compare."""

import hashlib
import re
from collections.abc import Callable

import pytest

from tests.factories import actions
from tests.factories.city import City
from tests.support.client import Visitor
from tracker.dashboards import freezing
from tracker.dashboards.handing_up import load_layouts
from tracker.dashboards.rules.tables import Table
from tracker.foundation.documents import Format
from tracker.foundation.jobs import run_next
from tracker.wiring import Wiring

Visit = Callable[..., Visitor]


@pytest.fixture
def busy(city: City) -> City:
    """A city a month after its items were opened."""
    for status in ("in_progress", "close_requested"):
        actions.bring_to(city, status)
    actions.after_days(city, 40)
    return city


@pytest.fixture
def frozen(busy: City, visit: Visit, wiring: Wiring) -> str:
    """The address of a period that was frozen through the pages, with one table in one format."""
    layouts = {Table.ITEMS: load_layouts()[Table.ITEMS]}
    handler = freezing.FreezePeriod(wiring.files, layouts, wiring.table_terms(), wiring.filing())
    coordinator = visit("coordinator")
    period = re.search(r'<option value="(\d{4}-\d{2})"', coordinator.get("/snapshots/").text)
    assert period
    address = coordinator.post("/snapshots/", {"period": period[1]}).headers["Location"]
    assert "hx-get" in coordinator.get(address).text
    run_next(wiring.database, {freezing.KIND: handler}, wiring.clock)
    found = re.search(r'class="btn btn-primary" href="(/snapshots/\d+)"', coordinator.get(address).text)
    assert found
    return found[1]


class TestSnapshots:
    @pytest.mark.parametrize("language", ["zh-Hant", "en"])
    def test_are_empty_at_first(self, city: City, visit: Visit, language: str) -> None:
        assert visit("coordinator", language=language).get("/snapshots/").status_code == 200
        assert visit("coordinator", language=language).get("/snapshots/differences").status_code == 200
        assert visit("coordinator").get("/snapshots/differences/file").status_code == 302

    @pytest.mark.parametrize("language", ["zh-Hant", "en"])
    def test_tell_who_froze_what_and_when(self, frozen: str, visit: Visit, busy: City, language: str) -> None:
        reader = visit("coordinator", language=language)
        for address in ("/snapshots/", frozen):
            assert "溫如玉" in re.sub(
                r"<header.*?</header>", "", reader.get(address).text, count=1, flags=re.DOTALL
            )

    def test_serve_a_file_again_byte_for_byte(self, frozen: str, visit: Visit) -> None:
        reader = visit("coordinator")
        page = reader.get(frozen).text
        links = re.findall(rf'href="({frozen}/files/\d+)"', page)
        hashes = re.findall(r"<code>([0-9a-f]{64})<", page)
        assert len(links) == len(hashes) >= 3
        for link, sha256 in zip(links, hashes, strict=True):
            first, again = (reader.get(link, buffered=True).data for _ in range(2))
            assert first == again
            assert hashlib.sha256(first).hexdigest() == sha256

    def test_refuse_what_is_no_period_to_freeze(self, frozen: str, visit: Visit) -> None:
        for period in ("2026-13", "x", ""):
            assert visit("coordinator").post("/snapshots/", {"period": period}).status_code == 422

    def test_can_be_stopped_while_they_wait(self, busy: City, visit: Visit) -> None:
        coordinator = visit("coordinator")
        period = re.search(r'<option value="(\d{4}-\d{2})"', coordinator.get("/snapshots/").text)
        assert period
        address = coordinator.post("/snapshots/", {"period": period[1]}).headers["Location"]
        coordinator.post(f"{address}/cancel")
        assert "已取消" in coordinator.get(address).text


class TestDifferences:
    def test_list_what_became_of_the_items_since(self, frozen: str, busy: City, visit: Visit) -> None:
        busy.give_action()
        page = visit("coordinator").get("/snapshots/differences").text
        assert re.search(r'新增 <span class="tabs__count">1</span>', page)
        assert re.search(r'離開列管 <span class="tabs__count">0</span>', page)
        assert "試辦候車資訊看板" in page
        assert "沒有這種變動" in visit("coordinator").get("/snapshots/differences?change=closed").text

    @pytest.mark.parametrize("form", [form for form in Format if form is not Format.PDF])
    def test_are_handed_out_in_each_format(self, frozen: str, busy: City, visit: Visit, form: Format) -> None:
        sent = visit("coordinator").get(f"/snapshots/differences/file?form={form}")
        assert (sent.status_code, sent.mimetype) == (200, form.mime_type)

    @pytest.mark.parametrize("query", ["before=x&after=9999999999", "change=x", "before=1&after=1"])
    def test_are_not_upset_by_nonsense(self, frozen: str, visit: Visit, query: str) -> None:
        assert visit("coordinator").get(f"/snapshots/differences?{query}").status_code == 200
