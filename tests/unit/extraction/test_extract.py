"""Extraction as a library: pure, safe on any text, and in linear time."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.extraction import extract
from tracker.reading.document import Document

PIECES = [
    *(
        "建議",
        "一、",
        "（一）",
        "\n",
        "\n\n",
        "：",
        "應於109年2月30日前",
        "交通局",
        "。",
        "|",
        "\t",
        "#  ",
        "- ",
    ),
    *("服務機關：", "姓名職稱：", "1. ", "目錄", " ", "A", "..", "**"),
]


class TestAnyText:
    @given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
    @settings(max_examples=300, deadline=None)
    def test_never_fails_and_quotes_exactly(self, text: str) -> None:
        found = extract(Document(text, "text"))
        for candidate in (*found.recommendations, *found.possible):
            assert candidate.text == text[candidate.start : candidate.end]

    @given(st.text())
    @settings(deadline=None)
    def test_never_fails_on_noise(self, text: str) -> None:
        extract(Document(text, "text"))


class TestPages:
    def test_candidate_tells_its_page(self) -> None:
        text = "一、前言\n略。\n二、建議\n1、建議甲處辦理。\n"
        found = extract(Document(text, "pdf", pages=(0, text.index("二"))))
        assert [c.page for c in found.recommendations] == [2]


class TestLinearTime:
    @pytest.mark.parametrize(
        "piece",
        [
            "建議交通局應於",
            "本局應研議改善。",
            "a",
            " ",
            "\n",
            ".",
            "(",
            "*",
            "1",
            "- should do it\n",
            "建議：",
            "#",
            "|",
            "１年",
        ],
    )
    def test_four_times_the_text_takes_no_more_than_twelve_times_as_long(self, piece: str) -> None:
        short, long = piece * (100_000 // len(piece)), piece * (400_000 // len(piece))
        assert _seconds(long) < 12 * max(_seconds(short), 0.02)

    @pytest.mark.parametrize("key", ["姓名職稱：", "服務機關：", "出國人員：\n", "報告名稱："])
    @pytest.mark.parametrize("piece", ["；", "below", "，往往 ", "（"])
    def test_a_field_of_the_cover_that_never_ends_takes_no_longer(self, key: str, piece: str) -> None:
        assert _seconds(piece * (100_000 // len(piece)), key) < 3


def _seconds(text: str, before: str = "四、建議\n") -> float:
    began = time.process_time()
    extract(Document(before + text, "text"))
    return time.process_time() - began
