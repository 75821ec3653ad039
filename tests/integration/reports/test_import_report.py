"""A report is stored whole or not at all, and only by those who may."""

import pytest
from sqlalchemy import func, select

from tests.factories.city import THEMES, City
from tracker.extraction.model import Candidate, DueHint, Extraction, Metadata, Person, ReadReport
from tracker.foundation.database import Database
from tracker.foundation.errors import Forbidden
from tracker.foundation.filing import describe
from tracker.reports.drafting import Proposals
from tracker.reports.models import Report
from tracker.reports.rules.drafts import DraftKind, DraftState
from tracker.reports.service import ReportKnown, SecretReport, import_report

TEXT = "赴瀨灣市考察\n建議\n建請臺北市政府交通局增設候車亭。\n擬邀請學生來訪。\n"
QUOTE = "建請臺北市政府交通局增設候車亭。"
PROPOSALS = Proposals(THEMES, 180)


def read(text: str = TEXT) -> ReadReport:
    """Return a report as the child gives it back."""

    def at(quote: str) -> tuple[int, int, str]:
        start = text.index(quote)
        return start, start + len(quote), quote

    sure = Candidate(*at(QUOTE), None, "候車空間", "交通局", DueHint("年底前"), 0.9, ("numbered-item",))
    unsure = Candidate(*at("擬邀請學生來訪。"), confidence=0.4, why=("commitment",))
    cover = Metadata("赴瀨灣市考察", ("市政府交通局",), (Person("何語安", "科員"),), ("日本",))
    return ReadReport(text, "text", None, Extraction(cover, (sure,), (unsure,)))


def count_reports(database: Database) -> int:
    """Return how many reports are stored."""
    with database.reading() as session:
        return session.scalar(select(func.count(Report.id))) or 0


def bring(city: City, report: ReadReport, key: str = "coordinator") -> int:
    """Import a report as a person of the city, and return its id."""
    file = describe(report.document_text.encode(), "a.txt")
    with city.database.transaction() as session:
        return import_report(session, city.act(key, session), file, report, PROPOSALS).id


class TestImportReport:
    def test_keeps_text_people_and_drafts(self, city: City) -> None:
        report_id = bring(city, read())
        with city.database.reading() as session:
            report = session.get_one(Report, report_id)
            assert report.text == TEXT
            assert [(t.name, t.title) for t in report.travellers] == [("何語安", "科員")]
            assert report.lead_agency_id == city.departments["TPT"]
            assert [(d.kind, d.state) for d in report.drafts] == [
                (DraftKind.RECOMMENDATION, DraftState.WAITING),
                (DraftKind.POSSIBLE, DraftState.WAITING),
            ]

    def test_proposes_title_theme_department_and_day(self, city: City) -> None:
        report_id = bring(city, read())
        with city.database.reading() as session:
            draft = session.get_one(Report, report_id).drafts[0]
            assert (draft.title, draft.theme) == ("臺北市政府交通局增設候車亭", "交通運輸")
            assert draft.lead_department_id == city.departments["TPT"]
            assert draft.due_on is not None
            assert (draft.due_on - city.today()).days == PROPOSALS.default_due_days

    def test_takes_a_file_once(self, city: City) -> None:
        bring(city, read())
        with pytest.raises(ReportKnown):
            bring(city, read())
        assert count_reports(city.database) == 1

    def test_keeps_nothing_of_a_secret_report(self, city: City) -> None:
        with pytest.raises(SecretReport):
            bring(city, read("機密等級：密\n" + TEXT))
        assert count_reports(city.database) == 0

    def test_is_the_coordinators(self, city: City) -> None:
        for key in ("officer", "agency_head", "viewer", "administrator"):
            with pytest.raises(Forbidden):
                bring(city, read(), key)
