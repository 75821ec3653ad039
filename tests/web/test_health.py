"""What a monitor outside is told, and the banner for those who can do something."""

from collections.abc import Callable

from tests.factories.city import City
from tests.support.client import Visitor
from tracker.reminders.heartbeats import beat
from tracker.worker import DELIVER, JOBS, PLAN

Visit = Callable[..., Visitor]
SENTENCE = "背景排程超過 3 分鐘沒有動作"


def tick(city: City) -> None:
    now = city.clock.now()
    for work in (PLAN, DELIVER, JOBS):
        beat(city.database, work, now, now, "")


class TestHealth:
    def test_is_an_alarm_while_no_worker_runs(self, city: City, visit: Visit) -> None:
        answer = visit().get("/healthz")
        assert answer.status_code == 503
        assert answer.get_json()["troubles"] == ["worker_silent"]

    def test_is_well_while_everything_moves(self, city: City, visit: Visit) -> None:
        tick(city)
        answer = visit().get("/healthz")
        assert answer.status_code == 200
        assert answer.get_json() == {
            "status": "ok",
            "troubles": [],
            "seconds_since_last_tick": 0,
            "seconds_that_letters_wait": None,
        }


class TestBanner:
    def test_is_seen_by_who_can_do_something_and_nobody_else(self, city: City, visit: Visit) -> None:
        for key in ("administrator", "coordinator"):
            assert SENTENCE in visit(key).get("/").text
        for key in ("officer", "unit_head", "agency_head", "viewer"):
            assert SENTENCE not in visit(key).get("/").text

    def test_is_gone_while_everything_moves(self, city: City, visit: Visit) -> None:
        tick(city)
        assert SENTENCE not in visit("administrator").get("/").text

    def test_speaks_english(self, city: City, visit: Visit) -> None:
        page = visit("administrator", language="en").get("/").text
        assert "The background worker has done nothing for more than 3 minutes" in page
