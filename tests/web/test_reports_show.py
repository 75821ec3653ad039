"""A report as its readers see it: its facts, its recommendations, their place in the source, the file itself."""

from collections.abc import Callable

import pytest

from tests.factories.city import City
from tests.support.client import Visitor
from tests.support.report_stories import QUOTE, TRAM, choice, imported
from tracker.reports.models import Recommendation, Report
from tracker.reports.rules.adoption import Adoption
from tracker.reports.rules.drafts import DraftKind
from tracker.wiring import Wiring

Visit = Callable[..., Visitor]


def reviewed(visitor: Visitor, wiring: Wiring, confidentiality: str = "public") -> int:
    """Bring a report to the end of its review, with its first proposal confirmed, and return its id."""
    report = imported(visitor, wiring, confidentiality=confidentiality)
    first, *others = [draft for draft in report.drafts if draft.kind is DraftKind.RECOMMENDATION]
    visitor.post(f"/reports/drafts/{first.id}/edit", choice(first))
    for draft in others:
        sent = {"version": draft.version, "rejection_reason": "另案辦理"}
        visitor.post(f"/reports/drafts/{draft.id}/reject", sent)
    with wiring.database.reading() as session:
        version = session.get_one(Report, report.id).version
    assert visitor.post(f"/reports/{report.id}/confirm", {"version": version}).status_code == 302
    return report.id


@pytest.fixture
def report_id(visit: Visit, wiring: Wiring) -> int:
    """A reviewed public report."""
    return reviewed(visit("coordinator"), wiring)


class TestListReports:
    def test_shows_number_agency_and_counts(self, visit: Visit, report_id: int) -> None:
        page = visit("viewer").get("/reports/").text
        for words in ("114-TPT-001", "赴瀨灣市考察輕軌與水岸步道", "交通局", "114年9月8日"):
            assert words in page

    def test_filters_by_words_and_state(self, visit: Visit, report_id: int) -> None:
        visitor = visit("coordinator")
        assert "114-TPT-001" in visitor.get("/reports/?q=瀨灣&state=reviewed").text
        assert "沒有符合條件的報告" in visitor.get("/reports/?state=in_review").text
        assert "114-TPT-001" in visitor.get("/reports/?state=nonsense&page=0").text

    def test_leads_the_coordinator_to_the_first_upload(self, visit: Visit) -> None:
        assert 'href="/reports/new"' in visit("coordinator").get("/reports/").text
        assert 'href="/reports/new"' not in visit("officer").get("/reports/").text


class TestShowReport:
    def test_shows_what_grew_out_of_the_quote(self, visit: Visit, report_id: int) -> None:
        page = visit("coordinator").get(f"/reports/{report_id}").text
        for words in (QUOTE, "待決定", "114-TPT-001-01", "何語安", "#place-1", "記錄採行情形"):
            assert words in page

    def test_gives_readers_nothing_to_decide(self, visit: Visit, report_id: int) -> None:
        page = visit("viewer").get(f"/reports/{report_id}").text
        assert QUOTE in page
        assert "記錄採行情形" not in page
        assert "審閱台" not in page

    def test_speaks_english(self, visit: Visit, report_id: int) -> None:
        page = visit("viewer", "en").get(f"/reports/{report_id}").text
        assert '<html lang="en"' in page
        assert "8 Sep 2025" in page

    def test_hides_one_that_is_still_reviewed(self, visit: Visit, wiring: Wiring) -> None:
        report = imported(visit("coordinator"), wiring)
        assert visit("viewer").get(f"/reports/{report.id}").status_code == 404

    def test_a_restricted_one_is_the_lead_agencys(self, visit: Visit, wiring: Wiring) -> None:
        report_id = reviewed(visit("coordinator"), wiring, "restricted")
        answers = {
            key: {visit(key).get(f"/reports/{report_id}{page}").status_code for page in ("", "/source")}
            for key in ("agency_head", "officer", "other_head", "viewer", "administrator")
        }
        assert answers.pop("agency_head") | answers.pop("officer") == {200}
        assert set.union(*answers.values()) == {404}
        assert visit("viewer").get(f"/reports/{report_id}/file").status_code == 404


class TestShowSource:
    def test_marks_the_confirmed_place(self, visit: Visit, report_id: int) -> None:
        page = visit("officer").get(f"/reports/{report_id}/source").text
        assert '<mark class="is-accepted" id="place-1"' in page
        assert "第三日步行水岸" in page


class TestDownloadSource:
    def test_hands_out_the_very_file_and_never_shows_it(self, visit: Visit, report_id: int) -> None:
        answer = visit("viewer").get(f"/reports/{report_id}/file")
        assert answer.data == TRAM.encode()
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.mimetype == "application/octet-stream"
        answer.close()

    def test_tells_when_the_file_is_gone(self, visit: Visit, city: City) -> None:
        city.give_action()
        assert visit("coordinator").get("/reports/1/file").status_code == 404


class TestDecideAdoption:
    def decide(self, visitor: Visitor, **fields: object) -> tuple[int, str]:
        """Send a decision about the first recommendation."""
        sent = {"version": 1, "adoption": "adopted", "adoption_reason": "", **fields}
        answer = visitor.post("/reports/recommendations/1/adoption", sent)
        return answer.status_code, answer.text

    def test_records_it(self, visit: Visit, report_id: int, wiring: Wiring) -> None:
        assert self.decide(visit("coordinator"))[0] == 302
        with wiring.database.reading() as session:
            assert session.get_one(Recommendation, 1).adoption is Adoption.ADOPTED

    def test_asks_for_the_reason_and_keeps_the_choice(self, visit: Visit, report_id: int) -> None:
        status, page = self.decide(visit("coordinator"), adoption="not_adopted")
        assert status == 422
        assert "必須填寫採行說明" in page
        assert '<option selected value="not_adopted">' in page

    def test_is_the_coordinators(self, visit: Visit, report_id: int) -> None:
        assert self.decide(visit("agency_head"))[0] == 403
