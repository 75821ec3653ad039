"""The page beside the text: a report's pages as they were printed, with its recommendations marked on them."""

import re
from collections.abc import Callable

import pytest

from tests.factories.city import City
from tests.support.client import Visitor
from tests.support.counting import count_queries
from tests.support.pdf import pdf
from tests.support.report_stories import Imported, choice, imported, upload, work
from tracker.reports.models import Report
from tracker.reports.rules.drafts import DraftKind
from tracker.wiring import Wiring

Visit = Callable[..., Visitor]
FIRST = "The Transport Bureau should wash trams every night."
SECOND = "The Transport Bureau should buy brushes."
FILE = pdf("Report on trams\nAgency: Transport Bureau", f"2. Recommendations\n1. {FIRST}\n2. {SECOND}")


def taken(visitor: Visitor, wiring: Wiring, data: bytes = FILE, name: str = "report.pdf") -> Imported:
    """Bring a PDF to the desk."""
    assert upload(visitor, (name, data)).status_code == 302
    work(wiring)
    with wiring.database.reading() as session:
        report = session.query(Report).order_by(Report.id.desc()).first()
        assert report is not None
        return Imported(report.id, tuple(report.drafts))


def confirmed(visitor: Visitor, wiring: Wiring) -> int:
    """Bring a PDF to the end of its review with everything confirmed, and return its id."""
    report = taken(visitor, wiring)
    for draft in report.drafts:
        if draft.kind is DraftKind.RECOMMENDATION:
            visitor.post(f"/reports/drafts/{draft.id}/edit", choice(draft))
    with wiring.database.reading() as session:
        version = session.get_one(Report, report.id).version
    desk = visitor.get(f"/reports/{report.id}/review").text
    shown = re.search(r'name="shown" value="([^"]+)"', desk)
    assert shown is not None
    visitor.post(f"/reports/{report.id}/confirm", {"version": version, "shown": shown.group(1)})
    return report.id


@pytest.fixture
def report(visit: Visit, wiring: Wiring) -> Imported:
    """A PDF of two pages on the desk, with a draft for each recommendation of the second."""
    return taken(visit("coordinator"), wiring)


class TestPage:
    def test_shows_the_image_with_the_span_that_was_asked_for_marked(
        self, visit: Visit, report: Imported
    ) -> None:
        draft = report.drafts[0]
        page = visit("coordinator").get(f"/reports/{report.id}/pages/2?draft={draft.id}").text
        assert f'src="/reports/{report.id}/pages/2/image?zoom=100"' in page
        assert re.search(rf'class="page-mark is-pending is-current" data-passage="{draft.id}"', page)
        assert len(re.findall(r"<rect ", page)) == 2

    def test_draws_nothing_by_inline_style(self, visit: Visit, report: Imported) -> None:
        page = visit("coordinator").get(f"/reports/{report.id}/pages/2").text
        assert "style=" not in page

    def test_leads_to_the_next_and_the_previous_page_and_keeps_what_was_asked_for(
        self, visit: Visit, report: Imported
    ) -> None:
        visitor, draft = visit("coordinator"), report.drafts[0].id
        first = visitor.get(f"/reports/{report.id}/pages/1?draft={draft}&zoom=150").text
        assert f'rel="next" href="/reports/{report.id}/pages/2?zoom=150&amp;draft={draft}"' in first
        assert 'rel="prev"' not in first
        second = visitor.get(f"/reports/{report.id}/pages/2").text
        assert f'rel="prev" href="/reports/{report.id}/pages/1?zoom=100"' in second
        assert 'rel="next"' not in second

    def test_zooms_by_links(self, visit: Visit, report: Imported) -> None:
        page = visit("coordinator").get(f"/reports/{report.id}/pages/2?zoom=200").text
        assert "is-zoom-200" in page
        assert f'href="/reports/{report.id}/pages/2?zoom=150"' in page

    @pytest.mark.parametrize("zoom", ["0", "999", "wide", "-1"])
    def test_takes_an_unknown_zoom_for_the_usual_one(self, visit: Visit, report: Imported, zoom: str) -> None:
        assert "is-zoom-100" in visit("coordinator").get(f"/reports/{report.id}/pages/2?zoom={zoom}").text

    def test_shows_its_text_beside_the_image(self, visit: Visit, report: Imported) -> None:
        assert "2. Recommendations" in visit("coordinator").get(f"/reports/{report.id}/pages/2").text

    @pytest.mark.parametrize("number", [0, 3, 2**31 - 1])
    def test_that_is_not_there_is_not_found(self, visit: Visit, report: Imported, number: int) -> None:
        for address in (f"/reports/{report.id}/pages/{number}", f"/reports/{report.id}/pages/{number}/image"):
            assert visit("coordinator").get(address).status_code == 404

    def test_of_a_report_that_may_not_be_read_is_not_found(self, visit: Visit, report: Imported) -> None:
        for address in (f"/reports/{report.id}/pages/2", f"/reports/{report.id}/pages/2/image"):
            assert visit("viewer").get(address).status_code == 404

    def test_of_a_report_without_pages_leads_to_its_text(self, visit: Visit, wiring: Wiring) -> None:
        visitor = visit("coordinator")
        text = imported(visitor, wiring)
        assert visitor.get(f"/reports/{text.id}/pages/1").location == f"/reports/{text.id}/source"
        assert visitor.get(f"/reports/{text.id}/pages/1/image").status_code == 404

    def test_asks_no_more_than_twelve_statements(self, visit: Visit, report: Imported, city: City) -> None:
        visitor = visit("coordinator")
        address = f"/reports/{report.id}/pages/2?draft={report.drafts[0].id}"
        visitor.get(address)
        with count_queries(city.database) as seen:
            visitor.get(address)
        assert len(seen) <= 12


class TestImage:
    def test_is_a_png_that_runs_nothing(self, visit: Visit, report: Imported) -> None:
        answer = visit("coordinator").get(f"/reports/{report.id}/pages/2/image")
        assert answer.mimetype == "image/png"
        assert answer.data.startswith(b"\x89PNG")
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"

    def test_is_kept_beside_the_files_by_their_hash(
        self, visit: Visit, report: Imported, wiring: Wiring
    ) -> None:
        visit("coordinator").get(f"/reports/{report.id}/pages/2/image?zoom=150")
        with wiring.database.reading() as session:
            sha256 = session.get_one(Report, report.id).source_sha256
        folder = wiring.settings.storage.path / "pages" / sha256[:2] / sha256[2:]
        assert [each.name for each in folder.glob("*.image")] == ["2-1500.image"]


class TestPageThatFails:
    @pytest.fixture
    def gone(self, report: Imported, wiring: Wiring) -> Imported:
        """A report of which the file was damaged after its import."""
        with wiring.database.reading() as session:
            sha256 = session.get_one(Report, report.id).source_sha256
        wiring.settings.storage.files.joinpath(sha256[:2], sha256[2:]).write_bytes(b"%PDF-1.7 nothing")
        return report

    @pytest.mark.parametrize(
        ("language", "words"),
        [
            ("zh-Hant", "這一頁無法以原樣顯示，請看文字。"),
            ("en", "This page cannot be shown as it was printed"),
        ],
    )
    def test_says_so_in_the_readers_language_and_the_text_stays(
        self, visit: Visit, gone: Imported, language: str, words: str
    ) -> None:
        answer = visit("coordinator", language=language).get(f"/reports/{gone.id}/pages/2")
        assert answer.status_code == 200
        assert words in answer.text
        assert "2. Recommendations" in answer.text

    def test_has_no_image(self, visit: Visit, gone: Imported) -> None:
        assert visit("coordinator").get(f"/reports/{gone.id}/pages/2/image").status_code == 404

    def test_of_a_file_that_is_gone_says_so(self, visit: Visit, gone: Imported, wiring: Wiring) -> None:
        with wiring.database.reading() as session:
            wiring.files.discard(session.get_one(Report, gone.id).source_sha256)
        page = visit("coordinator").get(f"/reports/{gone.id}/pages/2").text
        assert "找不到這個檔案" in page
        assert "2. Recommendations" in page


class TestOneClick:
    def test_from_the_desk_each_candidate_leads_to_its_page(self, visit: Visit, report: Imported) -> None:
        desk = visit("coordinator").get(f"/reports/{report.id}/review").text
        for draft in report.drafts:
            assert f'href="/reports/{report.id}/pages/2?draft={draft.id}"' in desk

    def test_from_the_item_and_from_the_dashboards_report_leads_to_the_same_page(
        self, visit: Visit, wiring: Wiring
    ) -> None:
        visitor = visit("coordinator")
        report_id = confirmed(visitor, wiring)
        link = re.compile(rf'href="(/reports/{report_id}/pages/2\?recommendation=\d+)"')
        dashboard = visitor.get(f"/dashboard/reports/{report_id}").text
        found = link.findall(dashboard)
        assert len(found) == 2
        assert link.findall(visitor.get(f"/reports/{report_id}").text) == found
        page = visitor.get(found[0]).text
        assert "page-mark is-accepted is-current" in page
        item = re.search(r'href="(/actions/\d+)"', dashboard)
        assert item is not None
        assert link.search(visitor.get(item.group(1)).text)

    def test_of_a_text_leads_to_its_place_in_the_text(self, visit: Visit, city: City) -> None:
        item_id = city.give_action()
        page = visit("coordinator").get(f"/actions/{item_id}").text
        assert re.search(r'href="/reports/\d+/source#place-\d+"', page)
        assert "/pages/" not in page


class TestOtherFormats:
    PAGE = (
        "<!doctype html><meta charset=utf-8><title>x</title><h1>赴瀨灣市考察報告</h1><p>服務機關：交通局</p>"
        "<h2>三、建議</h2><table><tr><td>建請交通局試辦行人優先號誌。</td><td>交通局</td></tr></table>"
    )

    @pytest.fixture
    def web_page(self, visit: Visit, wiring: Wiring) -> Imported:
        """A report that came as a web page."""
        return taken(visit("coordinator"), wiring, self.PAGE.encode(), "report.html")

    @pytest.mark.parametrize("page", ["source", "review"])
    def test_show_the_text_with_its_headings_and_tables(
        self, visit: Visit, web_page: Imported, page: str
    ) -> None:
        shown = visit("coordinator").get(f"/reports/{web_page.id}/{page}").text
        assert re.search(
            r'is-heading is-level-1" data-start="\d+" role="heading" aria-level="2">赴瀨灣市考察報告', shown
        )
        assert re.search(
            r'is-heading is-level-2" data-start="\d+" role="heading" aria-level="3">三、建議', shown
        )
        assert re.search(r'class="source__line is-row" data-start="\d+">', shown)

    def test_show_the_text_when_the_file_is_gone(
        self, visit: Visit, web_page: Imported, wiring: Wiring
    ) -> None:
        with wiring.database.reading() as session:
            wiring.files.discard(session.get_one(Report, web_page.id).source_sha256)
        shown = visit("coordinator").get(f"/reports/{web_page.id}/source").text
        assert "赴瀨灣市考察報告" in shown
        assert "is-heading" not in shown
