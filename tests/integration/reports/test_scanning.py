"""Scans are read page by page in the background: what is read stays read, whatever happens to the job."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.factories.city import THEMES, ZONE, City
from tests.support.pdf import pdf
from tests.support.scans import TOO_LONG, TwinScanner, WorkerDied, absent
from tracker.adapters.sandbox import Sandbox
from tracker.foundation import jobs
from tracker.foundation.errors import Forbidden, StepNotAllowed
from tracker.foundation.filing import MemoryFileStore
from tracker.foundation.jobs import LEASE, Job, JobState, run_next
from tracker.reading.scan import ReadsPictures
from tracker.reports import importing, scanning
from tracker.reports.drafting import Proposals
from tracker.reports.models import RecognisedPage, Report
from tracker.reports.rules.scans import DOUBTED

SCAN = pdf("", "", "")
PAGES = {
    1: ("出國報告", "赴瀨灣市考察輕軌出國報告", "服務機關:交通局"),
    2: ("一、目的", "了解瀨灣市的作法。"),
    3: ("三、建議", "1.建請交通局試辦行人優先號誌。", "2.建請交通局增設低位售票窗口。"),
}
PROPOSALS = Proposals(THEMES, 180)


class Office:
    """The background work of a city, with a twin in place of tesseract."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.files = MemoryFileStore()
        self.scanner: ReadsPictures = TwinScanner(PAGES)
        self.turn_seconds = 60.0

    def handlers(self) -> Mapping[str, jobs.Handler]:
        sandbox, zone = Sandbox(), ZONE
        reading = scanning.ReadScan(
            sandbox, self.scanner, self.files, PROPOSALS, zone, 72, 0.6, self.turn_seconds
        )
        return {
            importing.KIND: importing.ImportReport(sandbox, self.files, PROPOSALS, zone, self.scanner),
            scanning.KIND: reading,
        }

    def work(self) -> None:
        while run_next(self.city.database, self.handlers(), self.city.clock):
            pass

    def upload(self, data: bytes = SCAN, name: str = "掃描.pdf") -> int:
        with self.city.database.transaction() as session:
            act = self.city.act("coordinator", session)
            job_id = importing.request_import(session, act, self.files, name, data, 2**20).id
        self.work()
        return job_id

    def ask(self, job_id: int, key: str = "coordinator") -> int:
        with self.city.database.transaction() as session:
            job = session.get_one(Job, job_id)
            act = self.city.act(key, session)
            return scanning.request_scan(session, act, self.files, self.scanner, job).id

    def job(self, job_id: int) -> Job:
        with self.city.database.reading() as session:
            return session.get_one(Job, job_id)

    def pages(self) -> list[int]:
        with self.city.database.reading() as session:
            return sorted(row.number for row in session.query(RecognisedPage))

    def report(self) -> Report:
        with self.city.database.reading() as session:
            report = session.query(Report).one()
            _ = report.text, report.drafts
            return report


@pytest.fixture
def office(city: City) -> Office:
    return Office(city)


def twin(office: Office, **changes: Any) -> TwinScanner:
    office.scanner = replace(TwinScanner(PAGES), **changes)
    return office.scanner


class TestScanFromUploadToDesk:
    def test_is_offered_and_its_file_is_kept(self, office: Office) -> None:
        job = office.job(office.upload())
        assert importing.may_be_scanned(job)
        assert office.files.exists(job.payload["sha256"])

    def test_becomes_a_report_whose_drafts_stand_on_their_pages(self, office: Office) -> None:
        job_id = office.ask(office.upload())
        office.work()
        report = office.report()
        assert office.job(job_id).result["report_id"] == report.id
        assert (report.source_kind, report.title) == ("scan", "赴瀨灣市考察輕軌出國報告")
        assert [report.text[each.start : each.end] for each in report.drafts] == [
            "建請交通局試辦行人優先號誌。",
            "建請交通局增設低位售票窗口。",
        ]
        assert {each.page for each in report.drafts} == {3}

    def test_keeps_how_sure_each_page_and_word_is(self, office: Office) -> None:
        office.ask(office.upload())
        office.work()
        with office.city.database.reading() as session:
            for page in scanning.pages_of(session, office.report().source_sha256):
                assert page.sureness == pytest.approx(0.95)
                assert {word.sureness for row in page.lines for word in row} == {0.95}

    def test_of_low_sureness_says_so_in_each_candidate(self, office: Office) -> None:
        twin(office, sureness=0.4)
        office.ask(office.upload())
        office.work()
        for draft in office.report().drafts:
            assert DOUBTED in draft.why
            assert draft.confidence < 0.6


class TestProgress:
    def test_is_told_page_by_page(self, office: Office) -> None:
        job_id = office.ask(office.upload())
        office.turn_seconds = 0.0
        assert run_next(office.city.database, office.handlers(), office.city.clock)
        job = office.job(job_id)
        assert (job.state, job.done, job.total) == (JobState.WAITING, 1, 4)
        assert job.message_values == {"page": 2, "count": 3}

    def test_lets_others_go_first_after_each_turn(self, office: Office) -> None:
        job_id = office.ask(office.upload())
        office.turn_seconds = 0.0
        run_next(office.city.database, office.handlers(), office.city.clock)
        with office.city.database.transaction() as session:
            act = office.city.act("coordinator", session)
            other = importing.request_import(session, act, office.files, "a.txt", "報告".encode(), 2**20).id
        run_next(office.city.database, office.handlers(), office.city.clock)
        assert office.job(other).state is not JobState.WAITING
        assert office.job(job_id).state is JobState.WAITING
        office.work()
        assert office.job(job_id).state is JobState.DONE


class TestJobThatDies:
    def test_goes_on_with_the_next_page(self, office: Office) -> None:
        first = twin(office, fails={2: WorkerDied()})
        job_id = office.ask(office.upload())
        with pytest.raises(WorkerDied):
            run_next(office.city.database, office.handlers(), office.city.clock)
        assert (first.asked, office.pages()) == ([1, 2], [1])
        second = twin(office)
        office.city.clock.advance(LEASE + timedelta(seconds=1))
        office.work()
        assert second.asked == [2, 3]
        assert office.job(job_id).state is JobState.DONE
        assert len(office.report().drafts) == 2


class TestJobThatIsStopped:
    def test_keeps_the_pages_it_has_done_and_may_go_on(self, office: Office) -> None:
        job_id = office.ask(office.upload())
        office.turn_seconds = 0.0
        run_next(office.city.database, office.handlers(), office.city.clock)
        with office.city.database.transaction() as session:
            jobs.cancel(session, job_id, office.city.clock.now())
        office.work()
        assert office.job(job_id).state is JobState.CANCELLED
        assert office.pages() == [1]
        going_on = twin(office)
        office.ask(job_id)
        office.work()
        assert going_on.asked == [2, 3]
        assert office.report().source_kind == "scan"

    def test_in_the_middle_of_a_page_stops_after_it(self, office: Office) -> None:
        job_id = office.ask(office.upload())

        class StoppedMeanwhile(TwinScanner):
            def recognise(self, picture: bytes, number: int, width: int, height: int) -> Any:
                with office.city.database.transaction() as session:
                    jobs.cancel(session, job_id, office.city.clock.now())
                return super().recognise(picture, number, width, height)

        office.scanner = StoppedMeanwhile(PAGES)
        office.work()
        assert office.job(job_id).state is JobState.CANCELLED
        assert office.pages() == [1]


class TestPageThatTakesTooLong:
    def test_is_passed_over_and_told(self, office: Office) -> None:
        twin(office, fails={2: TOO_LONG})
        job_id = office.ask(office.upload())
        office.work()
        assert office.job(job_id).result["scanned"] == [2]
        assert len(office.report().drafts) == 2


class TestRefusals:
    def test_absent_program_keeps_nothing_of_the_file(self, office: Office) -> None:
        office.scanner = absent()
        job = office.job(office.upload())
        assert job.state is JobState.FAILED
        assert not office.files.exists(job.payload["sha256"])

    def test_absent_program_is_told_with_the_command_to_install_it(self, office: Office) -> None:
        job_id = office.upload()
        office.scanner = absent()
        with pytest.raises(scanning.ScannerMissing) as refused:
            office.ask(job_id)
        assert "apt-get install tesseract-ocr tesseract-ocr-chi-tra" in str(refused.value)

    def test_who_may_not_import_may_not_read_scans(self, office: Office) -> None:
        job_id = office.upload()
        with pytest.raises(Forbidden):
            office.ask(job_id, "officer")

    def test_asked_twice_reads_once(self, office: Office) -> None:
        job_id = office.upload()
        assert office.ask(job_id) == office.ask(job_id)

    def test_a_file_that_is_no_scan_is_refused(self, office: Office) -> None:
        job_id = office.upload(b"%PDF-1.7 cut off")
        with pytest.raises(StepNotAllowed):
            office.ask(job_id)

    def test_a_secret_report_is_forgotten_with_all_its_pages(self, office: Office) -> None:
        twin(office, pages={**PAGES, 1: ("密件", "密等：密", "出國報告")})
        job_id = office.ask(office.upload())
        office.work()
        job = office.job(job_id)
        assert job.result == {"error": "SecretReport"}
        assert office.pages() == []
        assert not office.files.exists(job.payload["sha256"])

    def test_pages_without_a_word_are_told_as_such(self, office: Office) -> None:
        twin(office, pages={})
        job_id = office.ask(office.upload())
        office.work()
        assert office.job(job_id).result == {"error": "TextMissing"}


class TestScanThatNobodyWants:
    def test_is_removed_after_a_month(self, office: Office) -> None:
        job = office.job(office.upload())
        office.city.clock.advance(timedelta(days=31))
        with office.city.database.transaction() as session:
            assert scanning.has_old(session, office.city.clock.now())
            scanning.discard_old(session, office.files, office.city.clock.now())
        assert not office.files.exists(job.payload["sha256"])
        with office.city.database.reading() as session:
            assert not scanning.has_old(session, office.city.clock.now())
