"""Filing a report: by when it was due, when it was dispatched, and how many recommendations the city asks for."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.factories.city import City
from tests.support.client import Visitor
from tests.support.site import settings_for
from tracker.settings import Settings

Visit = Callable[..., Visitor]
RULES = {"day_after": ("108年6月3日", "108年3月4日"), "day_of_return": ("108年5月26日", "108年2月27日")}


@pytest.fixture(params=RULES)
def counts_from(request: pytest.FixtureRequest) -> str:
    """How a city counts."""
    rule: str = request.param
    return rule


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str, counts_from: str) -> Settings:
    """Settings of a city with a rule of its own, which asks for three recommendations at least."""
    changes = {
        "TRACKER_FOLLOW_UP__REPORT_COUNTS_FROM": counts_from,
        "TRACKER_FOLLOW_UP__REPORT_LEAST_RECOMMENDATIONS": "3",
    }
    return settings_for(tmp_path, sqlite_url, changes)


def edit(visit: Visit, report_id: int, **facts: str) -> int:
    coordinator = visit("coordinator")
    page = coordinator.get(f"/reports/{report_id}/edit").text
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert version
    form = {"version": version[1], "title": "赴海港城考察", "confidentiality": "public", **facts}
    return coordinator.post(f"/reports/{report_id}/edit", form).status_code


def facts_of(visit: Visit, report_id: int) -> str:
    return visit("coordinator").get(f"/reports/{report_id}").text


class TestTheDayByWhichAReportIsFiled:
    def test_is_counted_by_the_city_s_rule(self, city: City, visit: Visit, counts_from: str) -> None:
        report_id = city.give_report()
        assert edit(visit, report_id, trip_start="108/2/23", trip_end="108/2/27") == 302
        due_on, count_from = RULES[counts_from]
        page = facts_of(visit, report_id)
        assert due_on in page
        assert f"自{count_from}" in re.sub(r"<[^>]+>", "", page)
        assert "已逾提出期限" in page

    def test_is_kept_or_missed_by_the_day_of_dispatch(self, city: City, visit: Visit) -> None:
        report_id = city.give_report()
        edit(visit, report_id, trip_end="108/2/27", dispatched_on="108/5/20", document_no="府研字第 1 號")
        page = facts_of(visit, report_id)
        assert "府研字第 1 號" in page
        assert "逾期" not in page.split("發文日期")[1].split("</dd>")[0]
        edit(visit, report_id, trip_end="108/2/27", dispatched_on="108/6/13")
        assert "日提出" in facts_of(visit, report_id)

    def test_cannot_be_met_by_a_dispatch_before_the_return(self, city: City, visit: Visit) -> None:
        report_id = city.give_report()
        assert edit(visit, report_id, trip_end="108/2/27", dispatched_on="108/2/20") == 422

    def test_is_unknown_without_a_day_of_return(self, city: City, visit: Visit) -> None:
        assert "提出期限" not in facts_of(visit, city.give_report())


class TestFewerRecommendationsThanAskedFor:
    def test_is_told_to_the_reviewer_and_stops_nobody(self, city: City, visit: Visit) -> None:
        report_id = city.give_report(())
        visit("coordinator").post(f"/reports/{report_id}/no-recommendation", {"version": "2"})
        page = facts_of(visit, report_id)
        assert "本報告無建議事項" in page
        assert "規定至少 3 項，這份報告有 0 項" in page
        assert "規定至少" not in visit("viewer").get(f"/reports/{report_id}").text
