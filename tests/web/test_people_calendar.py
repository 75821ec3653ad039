"""The office calendar's pages: a typhoon day by hand, the yearly calendar by a file."""

import io
import re
from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

from tests.factories.actions import do
from tests.factories.city import City
from tests.support.client import Visitor
from tracker.people import calendar_keeping
from tracker.people.queries import list_office_days

Visit = Callable[..., Visitor]
TABLE = "西元日期,星期,是否放假,備註\n20260214,六,0,補行上班\n"


def days(city: City) -> list[tuple[date, bool]]:
    with city.database.reading() as session:
        return [(row.day, row.is_workday) for row in list_office_days(session, 2026)]


class TestCalendar:
    def test_shows_the_published_days_and_takes_one_that_differs(self, city: City, visit: Visit) -> None:
        visitor = visit("coordinator")
        page = visitor.get("/calendar?year=2026").text
        assert "這一年沒有匯入或登錄的日子，以內建的國定假日為準。" in page
        assert "115年2月16日（一）" in page
        form = {"day": "115/7/21", "is_workday": "no", "department_id": "", "note": "颱風"}
        assert visitor.post("/calendar", form).status_code == 302
        assert days(city) == [(date(2026, 7, 21), False)]
        assert "人工登錄" in visitor.get("/calendar?year=2026").text

    def test_asks_for_what_is_missing(self, city: City, visit: Visit) -> None:
        answer = visit("administrator").post("/calendar", {"day": "昨天"})
        assert answer.status_code == 422
        assert "日期格式不正確" in answer.text
        assert "請選擇放假或上班。" in answer.text

    def test_forgets_a_day(self, city: City, visit: Visit) -> None:
        visitor = visit("coordinator")
        visitor.post("/calendar", {"day": "2026-07-21", "is_workday": "no", "department_id": ""})
        address = re.search(r'action="(/calendar/\d+/forget[^"]*)"', visitor.get("/calendar?year=2026").text)
        assert address
        visitor.post(address[1], {})
        assert days(city) == []

    def test_speaks_english(self, city: City, visit: Visit) -> None:
        assert "Office calendar" in visit("coordinator", language="en").get("/calendar").text


class TestImport:
    def test_shows_every_day_that_changes_before_anything_is_stored(self, city: City, visit: Visit) -> None:
        visitor = visit("coordinator")
        page = visitor.post("/calendar/import", {"file": (io.BytesIO(TABLE.encode()), "115.csv")}).text
        assert "匯入後有 1 日與目前的日曆不同" in page
        assert days(city) == []
        kept = re.search(r'name="kept"[^>]*value="([^"]*)"', page)
        assert kept
        answer = visitor.post("/calendar/import", {"kept": kept[1], "name": "115.csv"})
        assert answer.status_code == 302
        assert days(city) == [(date(2026, 2, 14), True)]

    def test_says_how_many_days_of_an_earlier_file_are_taken_back(self, city: City, visit: Visit) -> None:
        visitor = visit("coordinator")
        zone = ZoneInfo("Asia/Taipei")
        do(city, "coordinator", calendar_keeping.import_calendar, "TW", zone, TABLE.encode(), "115.csv")
        later = "日期,是否放假\n20260216,2\n".encode()
        page = visitor.post("/calendar/import", {"file": (io.BytesIO(later), "115.csv")}).text
        assert "其中 1 日是先前匯入、這個檔案不再列出的日子，會收回。" in page
        assert "收回先前的匯入" in page

    def test_refuses_a_file_with_problems_and_names_the_lines(self, city: City, visit: Visit) -> None:
        bad = io.BytesIO("日期,是否放假\n20260230,2\n".encode())
        page = visit("coordinator").post("/calendar/import", {"file": (bad, "115.csv")}).text
        assert "看不懂日期「20260230」" in page
        assert ">匯入</button>" not in page

    def test_tells_what_is_no_calendar(self, city: City, visit: Visit) -> None:
        answer = visit("coordinator").post("/calendar/import", {"file": (io.BytesIO(b"\0\0"), "a.csv")})
        assert answer.status_code == 422
