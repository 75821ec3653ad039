"""Who may see a report: the condition in SQL and the question about a row at hand say the same."""

import itertools

import pytest
from sqlalchemy import select

from tests.factories.city import City
from tracker.reports.models import Report
from tracker.reports.queries import is_visible_to, visible_to
from tracker.reports.rules.drafts import Confidentiality, ReportState

READERS = ("officer", "unit_head", "agency_head", "other_officer", "coordinator", "viewer", "administrator")


class TestVisibility:
    @pytest.mark.parametrize("key", READERS)
    def test_of_a_row_is_what_the_query_finds(self, city: City, key: str) -> None:
        kinds = itertools.product(Confidentiality, ReportState, (None, "TPT", "EDU"))
        ids = {kind: city.give_report(()) for kind in kinds}
        with city.database.transaction() as session:
            for (confidentiality, state, agency), report_id in ids.items():
                report = session.get_one(Report, report_id)
                report.confidentiality, report.state = confidentiality, state
                report.lead_agency_id = city.departments[agency] if agency else None
        with city.database.reading() as session:
            principal = city.act(key, session).by
            found = set(session.scalars(select(Report.id).where(visible_to(principal))))
            shown = {each.id for each in session.scalars(select(Report)) if is_visible_to(principal, each)}
        assert shown == found
