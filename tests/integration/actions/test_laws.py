"""The laws by which the workflow machine judges: each of them notices what would break it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.factories.actions import ask, ask_for_days, bring_to, do, report
from tests.factories.city import City
from tests.support.invariants import LAWS, Moment, broken_laws
from tests.support.pictures import Picture, draw_picture
from tracker.actions.models import ActionItem, Closing, Extension, Part, ProgressUpdate
from tracker.actions.rules.workflow import PartStatus, Status
from tracker.foundation.database import Base
from tracker.people.models import User
from tracker.reports.confirming import decide_adoption
from tracker.reports.models import Recommendation
from tracker.reports.rules.adoption import Adoption

Change = tuple[type[Base], Mapping[str, Any]]
BREACHES: Mapping[str, Change] = {
    # law: what is changed behind its back, in the first row of a class
    "one_lead": (Part, {"item_id": 2}),
    "closed_when_released": (ActionItem, {"status": Status.CLOSED_IMPLEMENTED}),
    "parts_follow_requests": (Part, {"status": PartStatus.OPEN}),
    "ends_have_a_day": (ActionItem, {"status": Status.WITHDRAWN}),
    "due_date_by_grant": (ActionItem, {"due_on": None}),
    "one_request_waits": (ActionItem, {"status": Status.CLOSED_PARTIAL}),
    "nobody_decides_their_own": (Closing, {"decided_at": 1, "decided_by_id": "requested_by_id"}),
    "status_by_the_table": (ActionItem, {"status": Status.ASSIGNED}),
    "every_change_is_recorded": (ActionItem, {"title": "改了"}),
    "nothing_filed_changes": (ProgressUpdate, {"narrative": "改了"}),
    "versions_move": (Extension, {"reason": "改了"}),
    "filings_are_counted": (Part, {"filed_until": None}),
    "nobody_who_left_holds_a_part": (User, {"is_active": False}),
    "adoption_is_whole": (Recommendation, {"study_until": None}),
}


@pytest.fixture
def picture(city: City) -> Picture:
    """An item that asks for release and for more time, with a report, of a recommendation under study."""
    item_id = bring_to(city, "in_progress")
    city.give_action()
    report(city, item_id)
    ask_for_days(city, item_id, 7)
    ask(city, item_id)
    until = city.today() + timedelta(days=9)
    do(city, "coordinator", decide_adoption, 1, Adoption.UNDER_STUDY, "尚待評估", until)
    return replace(draw_picture(city.database), recorded=())


def tampered(picture: Picture, kind: type[Base], values: Mapping[str, Any]) -> Picture:
    """Change the first row of a class; a name of a column stands for what that holds."""
    row_id, row = next(iter(picture.rows[kind].items()))
    changed = {
        name: row.get(value, value) if isinstance(value, str) else value for name, value in values.items()
    }
    return replace(picture, rows={**picture.rows, kind: {**picture.rows[kind], row_id: {**row, **changed}}})


class TestLaws:
    @pytest.mark.parametrize("law", BREACHES)
    def test_notices_what_breaks_it(self, picture: Picture, law: str) -> None:
        broken = broken_laws(Moment(picture, tampered(picture, *BREACHES[law])))
        assert law in {each.partition(":")[0] for each in broken}

    def test_a_report_without_its_line_in_the_record_is_noticed(self, picture: Picture) -> None:
        before = replace(picture, rows={**picture.rows, ProgressUpdate: {}})
        broken = broken_laws(Moment(before, picture))
        assert "every_filing_is_recorded" in {each.partition(":")[0] for each in broken}

    def test_each_is_tried(self) -> None:
        assert {law.__name__ for law in LAWS} == {*BREACHES, "every_filing_is_recorded"}

    def test_nothing_is_broken_when_nothing_happened(self, picture: Picture) -> None:
        assert broken_laws(Moment(picture, picture)) == []
