"""Reading office calendars as governments and calendar programs write them."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from tracker.foundation.errors import Invalid
from tracker.people.rules.import_table import ColumnsMissing
from tracker.people.rules.office_table import (
    NotACalendar,
    is_make_up_day,
    read_calendar,
    read_day,
    years_covered,
)

TAIPEI = ZoneInfo("Asia/Taipei")
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
    return {row.day: row.is_workday for row in read_calendar(content, name, TAIPEI).rows}


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
        read = read_calendar(
            "日期,是否放假\n20260230,2\n20260216,或許\n20260217,2\n".encode(), "a.csv", TAIPEI
        )
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
        read = read_calendar("\n".join([header, *lines]).encode(), "calendar.csv", TAIPEI)
        assert [(row.day, row.is_workday, row.note) for row in read.rows] == [
            (date(2026, 2, 7), True, "補行上班日"),
            (date(2026, 2, 16), False, "除夕"),
            (date(2026, 5, 1), False, "勞動節"),
        ]

    @pytest.mark.parametrize(("day", "is_worked"), [("20260615", True), ("20260614", False)])
    def test_closes_no_office_for_the_holiday_of_one_profession(self, day: str, is_worked: bool) -> None:
        line = f"{day},警察節,是,特定節日,警察依規定辦理。"
        assert list(days(f"{CITY_HEADERS[0]}\n{line}\n").values()) == [is_worked]

    @pytest.mark.parametrize("order", [1, -1])
    def test_closes_on_a_holiday_of_all_that_is_one_of_a_profession_too(self, order: int) -> None:
        lines = ["20260615,警察節,是,特定節日,", "20260615,端午節,是,放假,"][::order]
        read = read_calendar("\n".join([CITY_HEADERS[0], *lines]).encode(), "calendar.csv", TAIPEI)
        assert ([(row.note, row.is_workday) for row in read.rows], read.problems) == ([("端午節", False)], ())

    def test_names_both_lines_that_contradict_each_other(self) -> None:
        read = read_calendar("日期,是否放假\n20260216,2\n20260217,2\n20260216,0\n".encode(), "a.csv", TAIPEI)
        (problem,) = read.problems
        assert problem.line == 4
        assert problem.text(str) == "第 2 列與第 4 列對 2026-02-16 的說法不同，請留下正確的一列。"

    def test_may_say_the_same_twice(self) -> None:
        read = read_calendar("日期,是否放假\n20260216,2\n20260216,2\n".encode(), "a.csv", TAIPEI)
        assert (len(read.rows), read.problems) == (1, ())

    def test_needs_its_columns(self) -> None:
        with pytest.raises(ColumnsMissing):
            days("日子,放不放\n20260216,2\n")


class TestYearsCovered:
    def test_are_those_that_the_days_fall_in(self) -> None:
        assert years_covered([date(2027, 2, 6), date(2026, 2, 14)]) == (2026, 2027)

    def test_are_none_for_a_stay_that_runs_over_the_turn_of_the_year(self) -> None:
        assert years_covered([date(2026, 2, 14), date(2025, 12, 31), date(2027, 1, 1)]) == (2026,)

    def test_are_the_year_of_a_file_that_knows_no_other_day(self) -> None:
        assert years_covered([date(2027, 1, 1)]) == (2027,)


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
        read = read_calendar(odd.encode(), "calendar.ics", TAIPEI)
        assert [problem.line for problem in read.problems] == [1]

    @pytest.mark.parametrize(
        "title",
        [
            "補行上班",
            "補班日",
            "補行上班（補2月16日）",
            "【補行上班】",
            "補班(調整放假)",
            "調整放假補行上班",
            "2月7日(補行上班)",
            "Make-up working day",
            "Working day (holiday on 16 Feb)",
        ],
    )
    def test_knows_a_make_up_day_by_its_title(self, title: str) -> None:
        assert is_make_up_day(title)

    @pytest.mark.parametrize(
        "title",
        [
            "春節",
            "調整放假(2月20日補行上班)",
            "調整放假（補行上班日另定）",
            "調整放假，2月20日補行上班",
            "調整放假 2月20日補行上班",
            "春節(2/20補班)",
            "除夕 不補班",
            "Holiday (make-up working day on 20 Feb)",
            "Non-working day",
        ],
    )
    def test_takes_no_day_off_for_the_make_up_day_that_its_title_names_beside(self, title: str) -> None:
        assert not is_make_up_day(title)

    @pytest.mark.parametrize(
        ("begins", "ends"),
        [
            ("DTSTART:20260215T160000Z", "DTEND:20260218T160000Z"),
            ("DTSTART:20260216T000000", "DTEND:20260219T000000"),
            ("DTSTART;TZID=Asia/Tokyo:20260216T010000", "DTEND;TZID=Asia/Tokyo:20260219T010000"),
        ],
    )
    def test_counts_days_in_the_citys_zone(self, begins: str, ends: str) -> None:
        told = ICS.replace("DTSTART;VALUE=DATE:20260216", begins).replace("DTEND;VALUE=DATE:20260219", ends)
        assert days(told, "calendar.ics") == days(ICS, "calendar.ics")

    @pytest.mark.parametrize(
        ("begins", "lasts"),
        [
            ("DTSTART;VALUE=DATE:20260216", "DURATION:P3D"),
            ("DTSTART:20260215T160000Z", "DURATION:PT72H"),
        ],
    )
    def test_counts_days_that_are_told_by_how_long_they_last(self, begins: str, lasts: str) -> None:
        told = ICS.replace("DTSTART;VALUE=DATE:20260216", begins).replace("DTEND;VALUE=DATE:20260219", lasts)
        assert days(told, "calendar.ics") == days(ICS, "calendar.ics")

    def test_of_another_age_is_told_so(self) -> None:
        odd = ICS.replace("DTSTART;VALUE=DATE:20260216", "DTSTART:99991231T230000Z")
        assert [each.line for each in read_calendar(odd.encode(), "calendar.ics", TAIPEI).problems] == [1]

    def test_passes_over_what_was_cancelled(self) -> None:
        cancelled = ICS.replace("SUMMARY:補行上班", "SUMMARY:補行上班\r\nSTATUS:CANCELLED")
        assert date(2026, 2, 14) not in days(cancelled, "calendar.ics")

    def test_names_both_events_that_contradict_each_other(self) -> None:
        odd = ICS.replace("DTSTART;VALUE=DATE:20260214", "DTSTART;VALUE=DATE:20260218").replace(
            "DTEND;VALUE=DATE:20260215", "DTEND;VALUE=DATE:20260219"
        )
        (problem,) = read_calendar(odd.encode(), "calendar.ics", TAIPEI).problems
        expected = "第 1 個活動與第 2 個活動對 2026-02-18 的說法不同，請留下正確的一個。"
        assert problem.text(str) == expected

    @pytest.mark.parametrize("data", ["BEGIN:VCALENDAR", "no calendar at all"])
    def test_that_is_none_is_refused(self, data: str) -> None:
        with pytest.raises(Invalid):
            read_calendar(data.encode(), "calendar.ics", TAIPEI)

    def test_is_no_calendar_when_it_is_garbled(self) -> None:
        with pytest.raises(NotACalendar):
            read_calendar(b"BEGIN:VEVENT\r\nSUMMARY", "calendar.ics", TAIPEI)
