"""Running headers, footers and page numbers, told apart from the lists and headings of the text."""

import pytest

from tracker.reading.document import BlockKind
from tracker.reading.furniture import furniture_of
from tracker.reading.text import plain

LONG = "本段記述參訪經過與雙方討論的內容，並說明現場的配置與後續聯繫的安排。" * 8


def _furniture(text: str, pages: tuple[int, ...] | None = None) -> list[str]:
    return [text[start:end] for start, end in furniture_of(text, pages)]


class TestPageNumbers:
    @pytest.mark.parametrize(
        "number", ["第 3 頁", "- 3 -", "Page 3 of 9", "3 / 9", "第３頁，共９頁", "– 3 –"]
    )
    def test_a_marked_number_is_furniture(self, number: str) -> None:
        assert _furniture(f"{LONG}\n{number}\n{LONG}") == [number]

    def test_a_bare_number_between_pages_is_furniture(self) -> None:
        assert _furniture(f"{LONG}\n1\n{LONG}\n2\n{LONG}") == ["1", "2"]

    def test_numbers_of_a_list_are_not(self) -> None:
        assert _furniture("1\n增設候車亭。\n2\n公布班次。\n3\n更新站牌。\n") == []

    def test_an_indented_number_is_furniture(self) -> None:
        assert _furniture("甲。\n            7\n乙。\n            8\n") == ["7", "8"]


class TestRunningLines:
    def test_words_beside_page_numbers_run(self) -> None:
        text = "".join(f"{LONG}\n- {n} -\n銀杏市赴外考察報告\n" for n in range(1, 5))
        assert _furniture(text).count("銀杏市赴外考察報告") == 4

    def test_words_at_the_edges_of_known_pages_run(self) -> None:
        page = f"銀杏市赴外考察報告\n{LONG}\n"
        assert len(_furniture(page * 3, (0, len(page), 2 * len(page)))) == 3

    def test_form_feeds_start_pages(self) -> None:
        assert len(_furniture("\f".join(f"銀杏市赴外考察報告\n{LONG}\n" for _ in range(3)))) == 3

    def test_the_number_may_stand_on_the_running_line(self) -> None:
        text = "".join(f"{LONG}\n赴外考察報告　第{n}頁\n" for n in range(1, 4))
        assert len(_furniture(text)) == 3

    def test_counted_headings_at_the_top_of_pages_do_not(self) -> None:
        pages = [f"Recommendation {n}\n{LONG}\n" for n in range(1, 5)]
        starts = tuple(sum(map(len, pages[:n])) for n in range(4))
        assert _furniture("".join(pages), starts) == []


class TestPlain:
    def test_no_paragraph_holds_furniture(self) -> None:
        text = f"{LONG}\n第1頁\n{LONG}\n"
        kinds = [(b.kind, text[b.start : b.end]) for b in plain(text).blocks]
        assert kinds == [
            (BlockKind.PARAGRAPH, LONG),
            (BlockKind.FURNITURE, "第1頁"),
            (BlockKind.PARAGRAPH, LONG),
        ]
