"""One upload of many files: how far it is, what became of each, stopping the rest, trying again."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.factories.city import City
from tests.support.client import Visitor, visitor
from tests.support.report_stories import TRAM, upload, work
from tracker.app import create_app
from tracker.extraction.model import ReadReport
from tracker.foundation.clock import FixedClock
from tracker.foundation.errors import ReadingTookTooLong
from tracker.foundation.jobs import run_next
from tracker.reports.models import Report
from tracker.wiring import Wiring

Visit = Callable[..., Visitor]
BATCH = "/reports/imports/batches/1"


def files(count: int, start: int = 1) -> list[tuple[str, bytes]]:
    return [
        (f"報告{number}.txt", f"{TRAM}\n第 {number} 份\n".encode()) for number in range(start, start + count)
    ]


def count_reports(wiring: Wiring) -> int:
    with wiring.database.reading() as session:
        return session.query(Report).count()


def stored_files(wiring: Wiring) -> int:
    return sum(path.is_file() for path in wiring.settings.storage.files.rglob("*"))


def send(visitor: Visitor, *files: tuple[str, bytes]) -> TestResponse:
    """Send large files, and close what the client kept them in."""
    answer = upload(visitor, *files)
    answer.request.environ["wsgi.input"].close()
    return answer


def work_once(wiring: Wiring) -> None:
    assert run_next(wiring.database, wiring.handlers(), wiring.clock)


class TestShowBatch:
    def test_tells_how_far_it_is(self, visit: Visit, wiring: Wiring) -> None:
        visitor = visit("coordinator")
        upload(visitor, *files(3))
        assert "已處理 0／3 個檔案。" in visitor.get(BATCH).text
        work_once(wiring)
        page = visitor.get(BATCH).text
        assert "已處理 1／3 個檔案。" in page
        assert 'value="33"' in page
        assert "審閱 4 則候選建議" in page

    def test_goes_on_after_a_bad_file_and_tells_each(self, visit: Visit, wiring: Wiring) -> None:
        visitor = visit("coordinator")
        secret = ("secret.txt", ("出國報告\n機密等級：密\n" + TRAM).encode())
        upload(visitor, files(1)[0], ("empty.txt", b""), ("virus.exe", b"MZ"), secret, *files(1, 2))
        work(wiring)
        page = visitor.get(BATCH).text
        assert "已匯入 2 個、未匯入 3 個。" in page
        assert "檔案是空的" in page
        assert "不支援這種檔案格式" in page
        assert "密件" in page
        assert "hx-get" not in page
        assert (count_reports(wiring), stored_files(wiring)) == (2, 2)

    def test_counts_what_was_imported_before_apart(self, visit: Visit, wiring: Wiring) -> None:
        visitor = visit("coordinator")
        upload(visitor, files(1)[0])
        work(wiring)
        upload(visitor, *files(2), ("copy.txt", files(1, 2)[0][1]))
        work(wiring)
        page = visitor.get(BATCH).text
        assert "已匯入 1 個、先前已匯入 2 個。" in page
        assert "看已匯入的報告" in page
        assert "與同一批的「報告2.txt」內容相同" in page

    def test_tells_when_nothing_of_it_could_be_taken(self, visit: Visit, wiring: Wiring) -> None:
        visitor = visit("coordinator")
        upload(visitor, ("empty.txt", b""), ("virus.exe", b"MZ"))
        assert "未匯入 2 個。" in visitor.get(BATCH).text
        assert (count_reports(wiring), stored_files(wiring)) == (0, 0)

    def test_shows_the_files_of_one_outcome(self, visit: Visit, wiring: Wiring) -> None:
        visitor = visit("coordinator")
        upload(visitor, *files(2), ("empty.txt", b""))
        work(wiring)
        page = visitor.get(f"{BATCH}?show=failed").text
        assert "empty.txt" in page
        assert "報告1.txt" not in page

    def test_has_pages(self, visit: Visit) -> None:
        visitor = visit("coordinator")
        upload(visitor, *files(51))
        assert "報告51.txt" not in visitor.get(BATCH).text
        assert "報告51.txt" in visitor.get(f"{BATCH}?page=2").text

    def test_judges_the_time_that_is_left(self, visit: Visit, wiring: Wiring, clock: FixedClock) -> None:
        visitor = visit("coordinator")
        upload(visitor, *files(7))
        slow = replace(wiring, reader=Slow(wiring, clock))
        for _ in range(3):
            work_once(slow)
        assert "每分鐘約 2 個，還要 約 2 分鐘。" in visitor.get(BATCH).text

    def test_refreshes_itself_with_and_without_scripts(self, visit: Visit) -> None:
        visitor = visit("coordinator")
        upload(visitor, *files(2))
        page = visitor.get(f"{BATCH}?show=waiting").text
        assert 'hx-get="/reports/imports/batches/1?show=waiting"' in page
        assert '<noscript><meta http-equiv="refresh"' in page

    def test_tells_when_nobody_does_the_work(self, visit: Visit, clock: FixedClock) -> None:
        visitor = visit("coordinator")
        upload(visitor, *files(2))
        clock.advance(timedelta(minutes=1))
        assert "背景程序" in visitor.get(BATCH).text

    def test_is_listed_among_the_imports(self, visit: Visit, wiring: Wiring) -> None:
        visitor = visit("coordinator")
        upload(visitor, *files(2))
        page = visitor.get("/reports/imports").text
        assert f'href="{BATCH}"' in page
        assert "已處理 0／2" in page
        assert "報告1.txt" not in page

    def test_speaks_english(self, visit: Visit, wiring: Wiring) -> None:
        visitor = visit("coordinator", "en")
        upload(visitor, *files(2))
        work(wiring)
        assert 'lang="en"' in visitor.get(BATCH).text

    def test_knows_no_other_batch(self, visit: Visit) -> None:
        assert visit("coordinator").get("/reports/imports/batches/9").status_code == 404


class Slow:
    """Reads as ever, while half a minute goes by."""

    def __init__(self, wiring: Wiring, clock: FixedClock) -> None:
        self._reader = wiring.reader
        self._clock = clock

    def read(self, name: str, data: bytes) -> ReadReport:
        self._clock.advance(timedelta(seconds=30))
        return self._reader.read(name, data)


class TooBusy:
    """A machine that is too busy to read anything in time."""

    def read(self, name: str, data: bytes) -> ReadReport:
        raise ReadingTookTooLong


class TestCancelBatch:
    def test_lets_the_rest_go_and_keeps_what_is_imported(self, visit: Visit, wiring: Wiring) -> None:
        visitor = visit("coordinator")
        upload(visitor, *files(3))
        work_once(wiring)
        visitor.post(f"{BATCH}/cancel")
        work(wiring)
        assert "已匯入 1 個、已取消 2 個。" in visitor.get(BATCH).text
        assert (count_reports(wiring), stored_files(wiring)) == (1, 1)


class TestRetryBatch:
    def test_reads_again_what_may_go_better_now(self, visit: Visit, wiring: Wiring) -> None:
        visitor = visit("coordinator")
        upload(visitor, *files(2), ("empty.txt", b""))
        work(replace(wiring, reader=TooBusy()))
        assert "重試 2 個檔案" in visitor.get(BATCH).text
        assert stored_files(wiring) == 2
        visitor.post(f"{BATCH}/retry")
        work(wiring)
        page = visitor.get(BATCH).text
        assert "已匯入 2 個、未匯入 1 個。" in page
        assert "重試" not in page

    def test_is_not_offered_for_what_can_never_be_read(self, visit: Visit, wiring: Wiring) -> None:
        visitor = visit("coordinator")
        upload(visitor, *files(1), ("big.txt", b"\x00\xff\x00\xff"))
        work(wiring)
        assert "重試" not in visitor.get(BATCH).text
        assert "沒有可以重試的檔案" in visitor.post(f"{BATCH}/retry", follow_redirects=True).text


class TestLimits:
    @pytest.fixture
    def changes(self) -> Mapping[str, Any]:
        return {"max_megabytes": 1, "max_upload_megabytes": 2}

    @pytest.fixture
    def small(self, wiring: Wiring, changes: Mapping[str, Any]) -> Flask:
        """The same site with room for two megabytes in one upload."""
        settings = wiring.settings
        reading = replace(settings.reading, **changes)
        follow_up = replace(settings.follow_up, max_evidence_megabytes=1)
        return create_app(replace(wiring, settings=replace(settings, reading=reading, follow_up=follow_up)))

    def test_are_told_on_the_page(self, visit: Visit) -> None:
        page = visit("coordinator").get("/reports/new").text
        assert "最多 300 個，每個最多 50 MB，合計最多 500 MB" in page

    def test_of_all_files_are_told_with_words(self, small: Flask, city: City) -> None:
        answer = send(visitor(small, city, "coordinator"), *((f"{n}.txt", b"x" * 900_000) for n in range(3)))
        assert answer.status_code == 413
        assert "一次上傳最多 300 個檔案、合計 2 MB" in answer.text

    def test_of_one_file_do_not_stop_the_others(self, small: Flask, city: City, wiring: Wiring) -> None:
        person = visitor(small, city, "coordinator")
        send(person, ("big.txt", b"x" * 1_100_000), *files(1))
        work(wiring)
        page = person.get(BATCH).text
        assert "檔案太大" in page
        assert "已匯入 1 個、未匯入 1 個。" in page

    def test_are_those_of_one_file_for_everybody_else(self, small: Flask, city: City) -> None:
        answer = send(visitor(small, city, "officer"), ("a.txt", b"x" * 1_500_000), ("b.txt", b"x" * 900_000))
        assert answer.status_code == 413

    def test_of_the_number_of_files(self, visit: Visit) -> None:
        answer = upload(visit("coordinator"), *((f"{n}.txt", b"x") for n in range(301)))
        assert answer.status_code == 422
        assert "一次最多 300 個檔案" in answer.text
