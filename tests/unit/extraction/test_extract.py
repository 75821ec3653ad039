"""Extraction as a library: pure, safe on any text, and in linear time."""

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
