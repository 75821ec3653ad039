"""The sample reports are found to recommend what their labels say, on whatever day they are taken."""

import re
from datetime import date

import pytest

from tracker.adapters.sandbox import Sandbox
from tracker.demo.samples import NAMES, Sample, sample
from tracker.extraction.model import ReadReport

DAYS = (date(2026, 3, 9), date(2027, 1, 31))


@pytest.fixture(scope="module", params=[(name, day) for name in NAMES for day in DAYS], ids=str)
def taken(request: pytest.FixtureRequest) -> tuple[Sample, ReadReport]:
    """A report, and what the reading child finds in it."""
    report = sample(*request.param)
    return report, Sandbox().read(report.file_name, report.text.encode())


class TestSample:
    def test_is_as_long_as_a_short_report(self, taken: tuple[Sample, ReadReport]) -> None:
        assert 1500 <= len(taken[0].text) <= 3500

    def test_leaves_no_place_unfilled(self, taken: tuple[Sample, ReadReport]) -> None:
        report, _ = taken
        assert not re.search(r"[{}]", report.text)
        assert not re.search(r"\{[wm][+-]", str(report.labels))

    def test_is_found_to_recommend_what_it_does(self, taken: tuple[Sample, ReadReport]) -> None:
        report, read = taken
        assert [each.text for each in read.extraction.recommendations] == report.quotes

    def test_quotes_stand_where_they_are_said_to(self, taken: tuple[Sample, ReadReport]) -> None:
        report, read = taken
        assert all(report.text[c.start : c.end] == c.text for c in read.extraction.recommendations)

    def test_due_dates_are_read(self, taken: tuple[Sample, ReadReport]) -> None:
        report, read = taken
        hints = [each.due_hint for each in read.extraction.recommendations]
        found = [hint.date.isoformat() if hint and hint.date else None for hint in hints]
        assert found == [each["due"] for each in report.labels["recommendations"]]

    def test_commitments_elsewhere_are_offered(self, taken: tuple[Sample, ReadReport]) -> None:
        report, read = taken
        offered = [each.text for each in read.extraction.possible]
        assert set(report.labels.get("possible", ())) <= set(offered)

    def test_cover_is_read(self, taken: tuple[Sample, ReadReport]) -> None:
        report, read = taken
        found = read.extraction.metadata
        read_fields = {
            "title": found.title,
            "agencies": list(found.agencies),
            "people": [{"name": each.name, "title": each.title} for each in found.people],
            "destinations": list(found.destinations),
            "trip_start": found.trip_start.isoformat() if found.trip_start else None,
            "trip_end": found.trip_end.isoformat() if found.trip_end else None,
            "report_date": found.report_date.isoformat() if found.report_date else None,
            "category": found.category,
        }
        wanted = report.labels["metadata"]
        assert {key: read_fields[key] for key in wanted} == wanted
