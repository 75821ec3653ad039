"""Dates as officials write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.foundation import roc

SATURDAY = date(2019, 2, 23)
roc_days = st.dates(min_value=date(1912, 1, 1), max_value=date(2910, 12, 31))


class TestParse:
    @pytest.mark.parametrize(
        "text",
        [
            "108年2月23日",
            "108 年 2 月 23 日",
            "108/2/23",
            "108/02/23",
            "108.2.23",
            "１０８．２．２３",
            "民國108年2月23日",
            "中華民國一〇八年二月二十三日",
            "中華民國一○八年二月廿三日",
            "一百零八年二月二十三日",
            "108年2月23日(星期六)",
            "108年2月23日（六）",
            "2019年2月23日",
            "西元2019年2月23日",
            "2019/2/23",
            "2019-02-23",
            " 2019.02.23 ",
        ],
    )
    def test_reads_every_spelling_of_one_day(self, text: str) -> None:
        assert roc.parse(text) == SATURDAY

    def test_reads_a_year_of_two_digits(self) -> None:
        assert roc.parse("99.1.5") == date(2010, 1, 5)

    def test_reads_the_first_year(self) -> None:
        assert roc.parse("民國元年一月一日") == date(1912, 1, 1)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "108年",
            "2月23日",
            "108年2月30日",
            "108年13月1日",
            "0年1月1日",
            "於108年2月23日",
            "1.2.3.4",
            "五年級",
        ],
    )
    def test_answers_none_for_anything_else(self, text: str) -> None:
        assert roc.parse(text) is None

    @given(st.text())
    def test_never_fails(self, text: str) -> None:
        roc.parse(text)

    @given(st.text(alphabet="〇零元一二三九十廿百千年月日0123456789./-民國 "))
    def test_never_fails_on_what_looks_like_a_date(self, text: str) -> None:
        roc.parse(text)


class TestFind:
    def test_gives_the_span_that_the_day_was_read_from(self) -> None:
        text = "自１０８年２月２３日至108.2.27止"
        assert [(text[f.start : f.end], f.day) for f in roc.find(text)] == [
            ("１０８年２月２３日", SATURDAY),
            ("108.2.27", date(2019, 2, 27)),
        ]


class TestNumber:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("10", 10),
            ("十", 10),
            ("二十", 20),
            ("廿三", 23),
            ("一百一十四", 114),
            ("一百", 100),
            ("一一四", 114),
        ],
    )
    def test_reads_chinese_numbers(self, text: str, value: int) -> None:
        assert roc.number(text) == value


class TestShow:
    def test_shows_the_roc_year(self) -> None:
        assert roc.show(SATURDAY) == "108年2月23日"

    def test_shows_the_weekday(self) -> None:
        assert roc.show_with_weekday(SATURDAY) == "108年2月23日（六）"

    def test_keeps_the_western_year_before_the_republic(self) -> None:
        assert roc.show(date(1911, 10, 10)) == "1911年10月10日"

    @given(st.dates())
    def test_never_fails(self, day: date) -> None:
        assert roc.show_with_weekday(day)

    @given(roc_days)
    def test_what_is_shown_can_be_read_back(self, day: date) -> None:
        assert roc.parse(roc.show(day)) == day
        assert roc.parse(roc.show_with_weekday(day)) == day
