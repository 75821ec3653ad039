"""From a file to the review desk: what is taken, what is refused and why, and what is left behind of it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.factories.city import City
from tests.support.client import Visitor
from tests.support.pdf import encrypted, pdf
from tests.support.report_stories import QUOTE, TRAM, imported, upload, work
from tests.support.sheets import Sheet, sheets
from tracker.foundation.clock import FixedClock
from tracker.reports.importing import request_import
from tracker.reports.models import Report
from tracker.wiring import Wiring

Visit = Callable[..., Visitor]
GOOD = TRAM.encode()


def stored_files(wiring: Wiring) -> list[Path]:
    """Return the files that the store holds."""
    return [path for path in wiring.settings.storage.files.rglob("*") if path.is_file()]


def count_reports(wiring: Wiring) -> int:
    """Return how many reports are stored."""
    with wiring.database.reading() as session:
        return session.query(Report).count()


class TestUploadReport:
    def test_leads_to_the_progress_of_the_import(self, visit: Visit) -> None:
        answer = upload(visit("coordinator"), ("report.txt", GOOD))
        assert answer.headers["Location"] == "/reports/imports/1?wait=1"

    def test_leads_on_to_the_desk_when_the_report_was_read(self, visit: Visit, wiring: Wiring) -> None:
        visitor = visit("coordinator")
        address = upload(visitor, ("report.txt", GOOD)).headers["Location"]
        assert "等待處理" in visitor.get(address).text
        work(wiring)
        assert visitor.get(address).headers["Location"] == "/reports/1/review"
        assert (
            visitor.get(address, headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/reports/1/review"
        )
        assert "前往審閱台" in visitor.get("/reports/imports/1").text

    def test_names_the_pages_that_are_pictures(self, visit: Visit, wiring: Wiring) -> None:
        visitor = visit("coordinator")
        text = Sheet().write(60, 700, "建議交通局先行清洗電車再進廠，並回收清洗用水。")
        address = upload(visitor, ("r.pdf", sheets(text, Sheet().picture(), Sheet().picture()))).headers[
            "Location"
        ]
        work(wiring)
        told = "第 2、3 頁是掃描影像，沒有讀到文字。"
        assert told in visitor.get("/reports/imports/1").text
        assert told in visitor.get("/reports/imports").text
        assert told in visitor.get(visitor.get(address).headers["Location"]).text

    def test_takes_several_files_at_once(self, visit: Visit, wiring: Wiring) -> None:
        visitor = visit("coordinator")
        answer = upload(visitor, ("a.txt", GOOD), ("b.txt", "建議\n（一）建請交通局增設座位。".encode()))
        assert answer.headers["Location"] == "/reports/imports/batches/1"
        work(wiring)
        assert count_reports(wiring) == 2

    def test_asks_for_a_file(self, visit: Visit) -> None:
        answer = upload(visit("coordinator"))
        assert answer.status_code == 422
        assert "請選擇要匯入的檔案。" in answer.text

    def test_has_no_secret_level(self, visit: Visit, wiring: Wiring) -> None:
        answer = upload(visit("coordinator"), ("report.txt", GOOD), confidentiality="secret")
        assert answer.status_code == 422
        assert stored_files(wiring) == []

    def test_keeps_the_name_without_its_folders(self, visit: Visit, wiring: Wiring) -> None:
        upload(visit("coordinator"), ("../../秘密/報告\u202e.txt", GOOD))
        work(wiring)
        with wiring.database.reading() as session:
            assert session.query(Report).one().source_name == "報告.txt"

    @pytest.mark.parametrize("key", ["officer", "unit_head", "agency_head", "viewer", "administrator"])
    def test_is_the_coordinators(self, visit: Visit, key: str) -> None:
        assert visit(key).get("/reports/new").status_code == 403
        assert upload(visit(key), ("report.txt", GOOD)).status_code == 403

    def test_asks_strangers_to_sign_in(self, visit: Visit) -> None:
        assert "/sign-in" in visit().get("/reports/new").headers["Location"]


class TestRefusedAtOnce:
    @pytest.mark.parametrize(
        ("name", "data", "reason"),
        [
            ("report.txt", b"", "檔案是空的"),
            ("report.docx.exe", b"MZ", "不支援這種檔案格式"),
            ("report", b"text", "不支援這種檔案格式"),
        ],
    )
    def test_tells_why_and_stores_nothing(
        self, visit: Visit, wiring: Wiring, name: str, data: bytes, reason: str
    ) -> None:
        answer = upload(visit("coordinator"), (name, data))
        assert answer.status_code == 422
        assert reason in answer.text
        assert stored_files(wiring) == []

    def test_leads_to_the_report_that_was_made_of_the_file_before(self, visit: Visit, wiring: Wiring) -> None:
        visitor = visit("coordinator")
        report = imported(visitor, wiring)
        answer = upload(visitor, ("again.txt", GOOD))
        assert answer.status_code == 422
        assert "已於先前匯入" in answer.text
        assert f'href="/reports/{report.id}"' in answer.text
        assert len(stored_files(wiring)) == 1


class TestRefusedByReading:
    @pytest.mark.parametrize(
        ("name", "data", "reason"),
        [
            ("locked.pdf", encrypted(pdf("Recommendations")), "設有密碼"),
            ("cut.pdf", pdf("Recommendations", "More")[:300], "不完整或已損壞"),
            ("noise.txt", bytes(range(128, 256)) * 3, "編碼無法辨識"),
            ("secret.txt", ("出國報告\n機密等級：密\n" + TRAM).encode(), "密件"),
            ("fake.pdf", b"just words", "檔案的內容與副檔名不符"),
        ],
        ids=["encrypted", "cut off", "other encoding", "secret", "no pdf"],
    )
    def test_tells_why_and_keeps_nothing(
        self, visit: Visit, wiring: Wiring, name: str, data: bytes, reason: str
    ) -> None:
        visitor = visit("coordinator")
        upload(visitor, (name, data))
        work(wiring)
        page = visitor.get("/reports/imports/1").text
        assert reason in page
        assert "改選其他檔案" in page
        assert (stored_files(wiring), count_reports(wiring)) == ([], 0)

    def test_tells_it_in_english(self, visit: Visit, wiring: Wiring) -> None:
        visitor = visit("coordinator", "en")
        upload(visitor, ("empty.pdf", encrypted(pdf("x"))))
        work(wiring)
        page = visitor.get("/reports/imports/1").text
        assert 'lang="en"' in page

    def test_leaves_a_file_that_was_there_before(self, visit: Visit, wiring: Wiring) -> None:
        evidence = encrypted(pdf("x"))
        wiring.files.put(evidence, "evidence.pdf")
        upload(visit("coordinator"), ("evidence.pdf", evidence))
        work(wiring)
        assert len(stored_files(wiring)) == 1


class TestCancelImport:
    def test_leaves_nothing_behind(self, visit: Visit, wiring: Wiring) -> None:
        visitor = visit("coordinator")
        upload(visitor, ("report.txt", GOOD))
        visitor.post("/reports/imports/1/cancel")
        work(wiring)
        assert "已取消" in visitor.get("/reports/imports/1").text
        assert (stored_files(wiring), count_reports(wiring)) == ([], 0)


class TestShowImport:
    def test_refreshes_itself_with_and_without_scripts(self, visit: Visit) -> None:
        visitor = visit("coordinator")
        upload(visitor, ("report.txt", GOOD))
        page = visitor.get("/reports/imports/1").text
        assert 'hx-trigger="every 1s"' in page
        assert '<noscript><meta http-equiv="refresh"' in page

    def test_tells_when_nobody_does_the_work(self, visit: Visit, clock: FixedClock) -> None:
        visitor = visit("coordinator")
        upload(visitor, ("report.txt", GOOD))
        clock.advance(timedelta(minutes=1))
        assert "背景程序" in visitor.get("/reports/imports/1").text

    def test_knows_no_other_jobs(self, visit: Visit) -> None:
        assert visit("coordinator").get("/reports/imports/9").status_code == 404


class TestBigReport:
    def test_does_not_break_the_desk(self, visit: Visit, wiring: Wiring, city: City) -> None:
        filler = "\n".join(f"第 {number} 段，說明行程中的觀察與背景資料。" * 4 for number in range(6_000))
        data = TRAM.replace("二、過程\n", f"二、過程\n{filler}\n").encode()
        with wiring.database.transaction() as session:
            request_import(
                session, city.act("coordinator", session), wiring.files, "big.txt", data, len(data)
            )
        work(wiring)
        page = visit("coordinator").get("/reports/1/review")
        assert page.status_code == 200
        assert QUOTE in page.text
