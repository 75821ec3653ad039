"""Due dates in words."""

from datetime import date

import pytest

from tracker.extraction.wording.duedates import due_in, due_in_cell


class TestDueIn:
    @pytest.mark.parametrize(
        ("sentence", "text", "day"),
        [
            ("應於109年6月底前完成", "109年6月底前", date(2020, 6, 30)),
            ("應於１０９年１２月３１日前簽訂", "109年12月31日前", date(2020, 12, 31)),
            ("民國一〇九年六月底前", "民國一〇九年六月底前", date(2020, 6, 30)),
            ("於113年第2季完成", "113年第2季", date(2024, 6, 30)),
            ("於113年上半年前完成", "113年上半年前", date(2024, 6, 30)),
            ("114年下半年檢討", "114年下半年", date(2025, 12, 31)),
            ("113年底前", "113年底前", date(2024, 12, 31)),
            ("自109年1月1日起實施", "109年1月1日起", date(2020, 1, 1)),
            ("於2024年2月完成", "2024年2月", date(2024, 2, 29)),
            ("111年汛期前", "111年汛期前", None),
            ("自112學年度起", "112學年度", None),
            ("返國後三個月內提出", "返國後三個月內", None),
            ("於下年度編列預算", "下年度", None),
            ("should finish by 31 December 2024.", "31 December 2024", date(2024, 12, 31)),
            ("effective October 1, 2022", "October 1, 2022", date(2022, 10, 1)),
            ("by September 2024", "September 2024", date(2024, 9, 30)),
            ("before the second quarter of 2025", "second quarter of 2025", date(2025, 6, 30)),
        ],
    )
    def test_names_the_last_day(self, sentence: str, text: str, day: date | None) -> None:
        hint = due_in(sentence)
        assert hint is not None
        assert (hint.text, hint.date) == (text, day)

    @pytest.mark.parametrize(
        "sentence", ["每半年檢討一次", "試辦六個月", "每年五月前辦理講習", "應儘速辦理", "a six-week trial"]
    )
    def test_frequency_and_duration_are_no_due_dates(self, sentence: str) -> None:
        assert due_in(sentence) is None

    def test_passes_over_the_past(self) -> None:
        assert due_in("自106年1月1日起推動", date(2019, 1, 1)) is None

    def test_impossible_day_has_no_date(self) -> None:
        hint = due_in("109年2月31日前")
        assert hint is not None
        assert hint.date is None


class TestDueInCell:
    @pytest.mark.parametrize("cell", ["", "（未定）", "-", "TBD", "N/A"])
    def test_empty_cell_gives_none(self, cell: str) -> None:
        assert due_in_cell(cell) is None

    def test_keeps_words_without_a_day(self) -> None:
        hint = due_in_cell("持續辦理")
        assert hint is not None
        assert (hint.text, hint.date) == ("持續辦理", None)
