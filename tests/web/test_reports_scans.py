"""A scanned PDF on its way in: offered to be read, told page by page, and on the desk with its doubts."""

import re
from collections.abc import Callable

import pytest

from tests.support.client import Visitor
from tests.support.pdf import pdf
from tests.support.printed import printed_report, scanned
from tests.support.report_stories import upload, work
from tests.support.scans import TwinScanner, absent, tesseract
from tracker.reports.models import Report
from tracker.wiring import Wiring

Visit = Callable[..., Visitor]
COMMAND = "apt-get install tesseract-ocr tesseract-ocr-chi-tra"
PAGES = {1: ("出國報告", "服務機關:交通局"), 2: ("三、建議", "1.建請交通局試辦行人優先號誌。")}


def with_scanner(wiring: Wiring, scanner: object) -> None:
    """Let a machine have another program than its own, or none."""
    object.__setattr__(wiring, "scanner", scanner)


def sent(visitor: Visitor, wiring: Wiring, data: bytes = b"") -> str:
    """Upload a scan, let its import fail, and return the address where that is told."""
    address = upload(visitor, ("掃描.pdf", data or pdf("", ""))).location
    work(wiring)
    return address.split("?")[0]


def job_of(address: str) -> str:
    return address.rsplit("/", 1)[-1]


class TestOffer:
    @pytest.mark.parametrize(
        ("language", "words"), [("zh-Hant", "辨識文字並匯入"), ("en", "Read the scan and import it")]
    )
    def test_to_read_a_pdf_without_text_is_made(
        self, visit: Visit, wiring: Wiring, language: str, words: str
    ) -> None:
        with_scanner(wiring, TwinScanner(PAGES))
        page = visit("coordinator", language=language).get(sent(visit("coordinator"), wiring)).text
        assert words in page
        assert COMMAND not in page

    def test_without_the_program_tells_the_command_to_install_it(self, visit: Visit, wiring: Wiring) -> None:
        with_scanner(wiring, absent())
        page = visit("coordinator").get(sent(visit("coordinator"), wiring)).text
        assert COMMAND in page
        assert "系統沒有留下這個檔案的任何內容" in page
        assert "辨識文字並匯入" not in page

    def test_taken_where_the_program_is_gone_meanwhile_tells_the_command(
        self, visit: Visit, wiring: Wiring
    ) -> None:
        with_scanner(wiring, TwinScanner(PAGES))
        visitor = visit("coordinator")
        address = sent(visitor, wiring)
        with_scanner(wiring, absent())
        answer = visitor.post(f"{address}/scan", {}, follow_redirects=True)
        assert COMMAND in answer.text

    def test_is_told_in_a_batch_too(self, visit: Visit, wiring: Wiring) -> None:
        with_scanner(wiring, TwinScanner(PAGES))
        visitor = visit("coordinator")
        address = upload(visitor, ("掃描.pdf", pdf("", "")), ("空.txt", b"")).location
        work(wiring)
        assert "看怎麼辨識" in visitor.get(address).text


class TestReading:
    @pytest.fixture
    def reading(self, visit: Visit, wiring: Wiring) -> str:
        """The address of the job that reads a scan."""
        with_scanner(wiring, TwinScanner(PAGES))
        visitor = visit("coordinator")
        return visitor.post(f"{sent(visitor, wiring)}/scan", {}).location.split("?")[0]

    def test_is_told_while_it_goes_on_and_can_be_stopped(self, visit: Visit, reading: str) -> None:
        page = visit("coordinator").get(reading).text
        assert "停止辨識" in page

    def test_that_was_stopped_may_go_on(self, visit: Visit, wiring: Wiring, reading: str) -> None:
        visitor = visit("coordinator")
        visitor.post(f"{reading}/cancel", {})
        page = visitor.get(reading).text
        assert "辨識文字並匯入" in page
        again = visitor.post(f"{reading}/scan", {}).location
        work(wiring)
        assert re.search(r"/reports/\d+/review", visitor.get(again).location)

    def test_leads_to_the_desk(self, visit: Visit, wiring: Wiring, reading: str) -> None:
        work(wiring)
        visitor = visit("coordinator")
        assert re.search(r"/reports/\d+/review", visitor.get(f"{reading}?wait=1").location)
        assert "前往審閱台" in visitor.get(reading).text

    def test_is_listed_with_the_imports(self, visit: Visit, reading: str) -> None:
        assert f'href="{reading}"' in visit("coordinator").get("/reports/imports").text


class TestDeskOfAScan:
    @pytest.fixture
    def report_id(self, visit: Visit, wiring: Wiring) -> int:
        """A report that was read with doubts."""
        with_scanner(wiring, TwinScanner(PAGES, sureness=0.4))
        visitor = visit("coordinator")
        visitor.post(f"{sent(visitor, wiring)}/scan", {})
        work(wiring)
        with wiring.database.reading() as session:
            return session.query(Report).one().id

    def test_says_of_each_doubtful_candidate_that_it_is(self, visit: Visit, report_id: int) -> None:
        desk = visit("coordinator").get(f"/reports/{report_id}/review").text
        assert "掃描辨識沒有把握，請對照原頁" in desk
        assert "沒有把握" in desk

    def test_marks_passages_and_doubted_words_on_the_printed_page(self, visit: Visit, report_id: int) -> None:
        page = visit("coordinator").get(f"/reports/{report_id}/pages/2?draft=1").text
        assert "page-mark is-pending is-current" in page
        assert page.count('class="page-doubt"') > 10
        assert "辨識的把握平均 40%" in page


class TestOurOwnSampleAsAScan:
    def test_goes_from_upload_to_confirmed_items(self, visit: Visit, wiring: Wiring) -> None:
        tesseract()
        visitor = visit("coordinator")
        address = sent(visitor, wiring, scanned(printed_report()))
        visitor.post(f"{address}/scan", {})
        work(wiring)
        with wiring.database.reading() as session:
            report = session.query(Report).one()
            drafts = list(report.drafts)
        assert (report.source_kind, len(drafts)) == ("scan", 2)
        for draft in drafts:
            visitor.post(f"/reports/drafts/{draft.id}/accept", {"version": draft.version})
        desk = visitor.get(f"/reports/{report.id}/review").text
        version, shown = (re.search(rf'name="{each}" value="([^"]+)"', desk) for each in ("version", "shown"))
        assert version is not None
        assert shown is not None
        sending = {"version": version.group(1), "shown": shown.group(1)}
        assert visitor.post(f"/reports/{report.id}/confirm", sending).status_code == 302
        page = visitor.get(f"/reports/{report.id}").text
        assert len(set(re.findall(r'href="(/actions/\d+)"', page))) == 2
        assert re.search(rf'href="/reports/{report.id}/pages/2\?recommendation=\d+"', page)
