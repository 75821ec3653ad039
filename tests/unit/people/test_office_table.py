"""Reading office calendars as governments and calendar programs write them."""

from datetime import date

import pytest

from tracker.foundation.errors import Invalid
from tracker.people.rules.import_table import ColumnsMissing
from tracker.people.rules.office_table import NotACalendar, read_calendar, read_day

PUBLISHED = "西元日期,星期,是否放假,備註\n20260214,六,0,補行上班\n20260216,一,2,除夕\n20260217,二,2,春節\n"
CITY_HEADERS = (
    "Date,name,isHoliday,holidayCategory,description",
    "date,year,name,isholiday,holidaycategory,description",
)
ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//city//calendar//ZH
BEGIN:VEVENT
UID:1@city.example
SUMMARY:春節
DTSTART;VALUE=DATE:20260216
DTEND;VALUE=DATE:20260219
END:VEVENT
BEGIN:VEVENT
UID:2@city.example
SUMMARY:補行上班
DTSTART;VALUE=DATE:20260214
DTEND;VALUE=DATE:20260215
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


def days(data: str | bytes, name: str = "calendar.csv") -> dict[date, bool]:
    content = data if isinstance(data, bytes) else data.encode()
    return {row.day: row.is_workday for row in read_calendar(content, name).rows}


class TestPublishedTable:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp950"])
    def test_is_read_in_the_encodings_in_which_it_is_published(self, encoding: str) -> None:
        assert days(PUBLISHED.encode(encoding)) == {
            date(2026, 2, 14): True,
            date(2026, 2, 16): False,
            date(2026, 2, 17): False,
        }

    @pytest.mark.parametrize("written", ["20260216", "2026-02-16", "2026/2/16", "115/2/16", "115年2月16日"])
    def test_writes_its_dates_western_or_roc(self, written: str) -> None:
        assert read_day(written) == date(2026, 2, 16)

    @pytest.mark.parametrize("written", ["", "20260230", "16-02", "春節"])
    def test_with_anything_else_for_a_date_is_told_so(self, written: str) -> None:
        assert read_day(written) is None

    def test_tells_of_each_line_that_cannot_be_taken(self) -> None:
        read = read_calendar("日期,是否放假\n20260230,2\n20260216,或許\n20260217,2\n".encode(), "a.csv")
        assert [problem.line for problem in read.problems] == [2, 3]
        assert [row.day for row in read.rows] == [date(2026, 2, 17)]

    @pytest.mark.parametrize("header", CITY_HEADERS)
    def test_of_a_city_names_only_the_days_that_differ(self, header: str) -> None:
        year = "2026," if "year" in header else ""
        lines = [
            f"20260207,{year},否,補行上班日,",
            f"20260216,{year}除夕,是,放假之紀念日及節日,放假一日。",
            f"20260501,{year}勞動節,是,特定節日,全國各機關學校放假一日。",
        ]
        read = read_calendar("\n".join([header, *lines]).encode(), "calendar.csv")
        assert [(row.day, row.is_workday, row.note) for row in read.rows] == [
            (date(2026, 2, 7), True, "補行上班日"),
            (date(2026, 2, 16), False, "除夕"),
            (date(2026, 5, 1), False, "勞動節"),
        ]

    @pytest.mark.parametrize(("day", "is_worked"), [("20260615", True), ("20260614", False)])
    def test_closes_no_office_for_the_holiday_of_one_profession(self, day: str, is_worked: bool) -> None:
        line = f"{day},警察節,是,特定節日,警察依規定辦理。"
        assert list(days(f"{CITY_HEADERS[0]}\n{line}\n").values()) == [is_worked]

    def test_needs_its_columns(self) -> None:
        with pytest.raises(ColumnsMissing):
            days("日子,放不放\n20260216,2\n")


class TestCalendarFile:
    def test_gives_every_day_of_a_stay_and_knows_make_up_days_by_their_name(self) -> None:
        assert days(ICS, "calendar.ics") == {
            date(2026, 2, 16): False,
            date(2026, 2, 17): False,
            date(2026, 2, 18): False,
            date(2026, 2, 14): True,
        }

    def test_that_repeats_or_has_no_date_is_told_so(self) -> None:
        odd = ICS.replace("DTEND;VALUE=DATE:20260219", "RRULE:FREQ=YEARLY")
        read = read_calendar(odd.encode(), "calendar.ics")
        assert [problem.line for problem in read.problems] == [1]

    @pytest.mark.parametrize("data", ["BEGIN:VCALENDAR", "no calendar at all"])
    def test_that_is_none_is_refused(self, data: str) -> None:
        with pytest.raises(Invalid):
            read_calendar(data.encode(), "calendar.ics")

    def test_is_no_calendar_when_it_is_garbled(self) -> None:
        with pytest.raises(NotACalendar):
            read_calendar(b"BEGIN:VEVENT\r\nSUMMARY", "calendar.ics")
