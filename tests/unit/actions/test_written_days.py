"""One way of writing days in a column, or none."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.actions.rules.written_days import Ambiguous, Mixed, Writing, read_day, writing_of
from tracker.foundation.sheets import show_day

DAYS = st.dates(date(1992, 1, 1), date(2199, 12, 31))


class TestWriting:
    @pytest.mark.parametrize(
        ("cells", "writing"),
        [
            (["2026-03-31", "2026/4/1"], Writing.WESTERN),
            (["115/03/31", "99.4.1", "民國115年4月1日"], Writing.ROC),
            (["31/03/2026", "01/02/2026"], Writing.DAY_FIRST),
            (["03/31/2026", "01/02/2026"], Writing.MONTH_FIRST),
            (["0115/03/31"], Writing.ROC),
            ([date(2026, 3, 31), "", "待定"], None),
            (["5/5/2026"], None),
        ],
    )
    def test_is_told_from_the_column(self, cells: list, writing: Writing | None) -> None:
        assert writing_of("期限", cells) is writing

    def test_refuses_days_that_could_be_months_with_both_readings(self) -> None:
        with pytest.raises(Ambiguous) as refused:
            writing_of("期限", ["05/05/2026", "03/04/2026"])
        assert {str(refused.value.values[each]) for each in ("first", "second")} == {
            "2026-04-03",
            "2026-03-04",
        }

    def test_refuses_a_short_year_that_could_be_western(self) -> None:
        with pytest.raises(Ambiguous) as refused:
            writing_of("期限", ["26/03/31"])
        assert refused.value.values["second"] == "2026-03-31"

    @pytest.mark.parametrize(
        "cells",
        [["2026-03-31", "115/03/31"], ["31/03/2026", "03/31/2026"], ["03/04/2026", "2026-03-31"]],
    )
    def test_refuses_a_column_with_two_ways(self, cells: list[str]) -> None:
        with pytest.raises(Mixed):
            writing_of("期限", cells)


class TestReading:
    @given(DAYS, st.sampled_from(["zh-Hant", "en"]))
    def test_gives_back_what_an_export_wrote(self, day: date, language: str) -> None:
        cell = show_day(day, language)
        assert read_day(cell, writing_of("期限", [cell])) == day

    @given(DAYS)
    def test_takes_real_dates_as_they_are(self, day: date) -> None:
        assert read_day(day, None) == day

    @pytest.mark.parametrize(
        ("cell", "writing", "day"),
        [
            ("31/03/2026", Writing.DAY_FIRST, date(2026, 3, 31)),
            ("03/31/2026", Writing.MONTH_FIRST, date(2026, 3, 31)),
            ("5/5/2026", None, date(2026, 5, 5)),
            ("0115/03/31", Writing.ROC, date(2026, 3, 31)),
            ("115/02/30", Writing.ROC, None),
            ("儘速", Writing.ROC, None),
        ],
    )
    def test_reads_one_way_only(self, cell: str, writing: Writing | None, day: date | None) -> None:
        assert read_day(cell, writing) == day
