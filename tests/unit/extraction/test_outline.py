"""The tree of parts, whatever the numbering."""

import pytest

from tracker.extraction.outline import Part, outline
from tracker.extraction.outline.labels import label_of
from tracker.extraction.passage import Line, joined
from tracker.reading.document import Block, BlockKind, Document


def _titles(part: Part) -> list[object]:
    return [p.title if not p.parts else (p.title, _titles(p)) for p in part.parts]


def _tree(text: str) -> list[object]:
    return _titles(outline(Document(text, "text")).root)


class TestLabels:
    @pytest.mark.parametrize(
        ("line", "kind", "ordinal"),
        [
            ("壹、前言", "formal", 1),
            ("十二、結語", "count", 12),
            ("（三）討論", "count_in_brackets", 3),
            ("(4) 其他", "number_in_brackets", 4),
            ("５．說明", "number", 5),
            ("5.1 細項", "decimal1", 1),
            ("第三章 心得", "chapter", 3),
            ("③ 追蹤", "circled", 3),
            ("乙、附帶", "stem", 2),
            ("IV. Results", "roman", 4),
            ("Finding 2. Late reports", "named", 2),
            ("● 建置資料庫", "bullet", None),
            ("- [ ] Add a check", "bullet", None),
        ],
    )
    def test_reads_many_kinds(self, line: str, kind: str, ordinal: int | None) -> None:
        label = label_of(line)
        assert label is not None
        assert (label.kind, label.ordinal) == (kind, ordinal)

    @pytest.mark.parametrize("line", ["108年2月出發", "3.5公里", "一行人抵達", "A city", "-5 degrees"])
    def test_leaves_words_and_figures_alone(self, line: str) -> None:
        assert label_of(line) is None


class TestOutline:
    def test_nests_by_what_is_met_inside_what(self) -> None:
        text = "壹、前言\n甲。\n貳、建議\n一、短期\n（一）請甲處辦理。\n二、長期\n（一）請乙處辦理。\n"
        assert _tree(text) == ["前言", ("建議", [("短期", [""]), ("長期", [""])])]

    def test_numbers_may_start_anew_under_the_same_kind(self) -> None:
        text = (
            "1. Purpose\nText here.\n2. Recommendations\n1. Do this now.\n2. Do that now.\n3. Costs\nNone.\n"
        )
        assert _tree(text) == ["Purpose", ("Recommendations", ["", ""]), "Costs"]

    def test_contents_page_is_not_the_body(self) -> None:
        text = "目錄\n一、前言……1\n二、建議……5\n\n一、前言\n內容。\n二、建議\n請甲處辦理。\n"
        assert _tree(text) == ["前言", "建議"]

    def test_page_furniture_does_not_tear_an_item(self) -> None:
        page = "某局出國報告\n"
        body = "".join(f"第{n}段文字說明某事。\n                    {n}\n{page}" for n in range(1, 5))
        text = f"{page}一、前言\n{body}二、建議\n1、建議甲處建立名冊，\n                    5\n{page}並每年更新。\n"
        item = outline(Document(text, "text")).root.parts[1].parts[0]
        assert [p.text for p in item.paragraphs] == ["建議甲處建立名冊，並每年更新。"]


class TestPassage:
    def test_parts_of_joined_lines_know_their_offsets(self) -> None:
        text = "甲乙\n   丙丁。戊己"
        passage = joined([Line(0, "甲乙"), Line(6, "丙丁。戊己")])
        spans = [(s.text, text[s.start : s.end]) for s in passage.sentences()]
        assert spans == [("甲乙丙丁。", "甲乙\n   丙丁。"), ("戊己", "戊己")]

    def test_abbreviation_does_not_end_a_sentence(self) -> None:
        passage = joined([Line(0, "Ask Dr. Lee first. Then act.")])
        assert [s.text for s in passage.sentences()] == ["Ask Dr. Lee first.", "Then act."]


class TestWrappedLines:
    def test_half_a_bullet_is_no_heading(self) -> None:
        text = (
            "二、建議\n● 就近設站：環境局應於三處碼頭，在漁船進港時段前完成回\n收站之設置。\n● 公布數量。\n"
        )
        items = outline(Document(text, "pdf")).root.parts[0].parts
        whole = "就近設站：環境局應於三處碼頭，在漁船進港時段前完成回收站之設置。"
        assert items[0].paragraphs[0].text == whole


def _block(text: str, words: str, **known: object) -> Block:
    start = text.index(words)
    return Block(start, start + len(words), **known)  # type: ignore[arg-type]


class TestWhatAFormatKnows:
    def test_heading_levels_make_the_tree(self) -> None:
        text = "前面的話\n港區再生\n建議方向\n增設座椅。\n"
        blocks = (
            _block(text, "前面的話", kind=BlockKind.HEADING, level=1),
            _block(text, "港區再生", kind=BlockKind.HEADING, level=1),
            _block(text, "建議方向", kind=BlockKind.HEADING, level=2),
            _block(text, "增設座椅。"),
        )
        root = outline(Document(text, "docx", blocks=blocks)).root
        assert _titles(root) == ["前面的話", ("港區再生", ["建議方向"])]

    def test_a_sentence_set_as_heading_is_none(self) -> None:
        text = "建議\n本府應於明年檢討各項措施之成效，並公布結果。\n"
        blocks = (
            _block(text, "本府應於明年檢討各項措施之成效，並公布結果。", kind=BlockKind.HEADING, level=1),
        )
        assert _titles(outline(Document(text, "docx", blocks=blocks)).root) == ["建議"]

    def test_larger_letters_make_a_heading(self) -> None:
        text = "港區再生\n本市港區老舊，有待整建。\n"
        blocks = (
            _block(text, "港區再生", size=16.0),
            _block(text, "本市港區老舊，有待整建。", size=12.0),
        )
        assert _titles(outline(Document(text, "pdf", blocks=blocks)).root) == ["港區再生"]

    def test_cells_of_a_row_are_the_formats_own(self) -> None:
        text = "建議\n一、\t增設座椅\t公園處\n"
        start = text.index("一")
        cells = ((start, start + 2), (start + 3, start + 7), (start + 8, start + 11))
        row = Block(start, start + 11, kind=BlockKind.ROW, cells=cells)
        table = outline(Document(text, "docx", blocks=(row,))).root.parts[0].tables[0]
        assert table[0].cells == ((0, 2), (3, 7), (8, 11))
