"""The two real reports, imported as an upload is: read in the child process, stored, waiting on the desk."""

from datetime import date
from pathlib import Path

import pytest

from tests.factories.city import THEMES, City
from tracker.adapters.sandbox import Sandbox
from tracker.foundation.filing import describe
from tracker.reports.models import Report
from tracker.reports.queries import list_drafts
from tracker.reports.rules.drafts import DraftKind
from tracker.reports.service import Proposals, import_report

SEEDS = Path(__file__).resolve().parents[4] / "shared" / "corpus" / "seeds"
pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="The shared corpus is not beside this checkout.")


def imported(city: City, name: str) -> Report:
    """Import one of the real reports, with all that its page shows."""
    data = (SEEDS / name).read_bytes()
    read = Sandbox().read(name, data)
    with city.database.transaction() as session:
        act = city.act("coordinator", session)
        report = import_report(session, act, describe(data, name), read, Proposals(THEMES, 180))
        report.drafts = list(list_drafts(session, report.id))
        return report


class TestFirst:
    def test_proposes_the_four_items_of_its_recommendations(self, city: City) -> None:
        report = imported(city, "000.txt")
        proposed = [d for d in report.drafts if d.kind is DraftKind.RECOMMENDATION]
        assert len(proposed) == 4
        assert any("自駕車道路測試" in report.text[d.start : d.end] for d in proposed)

    def test_offers_the_student_exchange_as_possible(self, city: City) -> None:
        report = imported(city, "000.txt")
        possible = [report.text[d.start : d.end] for d in report.drafts if d.kind is DraftKind.POSSIBLE]
        assert any("學生" in words or "師生" in words for words in possible)


class TestSecond:
    def test_brings_its_cover_along(self, city: City) -> None:
        report = imported(city, "001.txt")
        assert report.agencies == ["臺南市政府"]
        assert report.destinations == ["以色列"]
        assert len(report.travellers) == 6
        assert all(traveller.title for traveller in report.travellers)

    def test_brings_its_dates_along(self, city: City) -> None:
        report = imported(city, "001.txt")
        assert (report.trip_start, report.trip_end) == (date(2016, 11, 12), date(2016, 11, 19))
        assert report.report_date == date(2016, 12, 23)
