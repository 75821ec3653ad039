"""What stands in a report stays as it is; what is derived from it is short, on one line and never empty-handed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.reports.rules.drafts import (
    is_marked_secret,
    item_number,
    report_number,
    short_title,
)

TEXTS = st.text(min_size=1, max_size=200)


class TestReportNumber:
    @given(st.dates(date(1912, 1, 1), date(2911, 12, 31)), st.integers(1, 999))
    def test_names_year_agency_and_sequence(self, day: date, sequence: int) -> None:
        year, agency, number = report_number(day, "TPT", sequence).split("-")
        assert (int(year), agency, int(number)) == (day.year - 1911, "TPT", sequence)

    def test_an_item_carries_the_number_of_its_report(self) -> None:
        assert item_number(report_number(date(2019, 3, 1), "TPE", 3), 2) == "108-TPE-003-02"


class TestShortTitle:
    @pytest.mark.parametrize(
        ("quote", "title"),
        [
            ("建請交通局試辦行人優先號誌。並提出評估。", "交通局試辦行人優先號誌"),
            ("爰建議增設候車亭；其他另議", "增設候車亭"),
            ("  • 擬請教育局\n辦理交流。", "教育局辦理交流"),
            ("We recommend\n two more buses.", "We recommend two more buses."),
        ],
    )
    def test_takes_the_opening_words_without_the_request(self, quote: str, title: str) -> None:
        assert short_title(quote) == title

    @given(TEXTS)
    def test_is_one_short_line(self, quote: str) -> None:
        title = short_title(quote)
        assert len(title) <= 40
        assert "\n" not in title


class TestIsMarkedSecret:
    @pytest.mark.parametrize("line", ["機密等級：密", "密等: 機密", "保密等級：極機密"])
    def test_reads_the_mark_on_the_cover(self, line: str) -> None:
        assert is_marked_secret(f"出國報告\n{line}\n內容")

    @pytest.mark.parametrize("line", ["機密等級：普通", "本市與友城關係密切", "保密等級：無"])
    def test_leaves_other_reports_alone(self, line: str) -> None:
        assert not is_marked_secret(f"出國報告\n{line}\n內容")
