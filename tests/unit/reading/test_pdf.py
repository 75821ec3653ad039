"""What a PDF prints, read as what it means: paragraphs, headings, rows of tables, and where each stands."""

import re

import pypdfium2
import pytest

from tests.support.pdf import pdf
from tests.support.sheets import HEIGHT, MARGIN, Sheet, running_text, sheets
from tracker.reading import readers
from tracker.reading.document import Block, BlockKind, Document, ReadingLimits

LIMITS = ReadingLimits()
COLUMNS = (60, 320, 420, 520)
HEADER = ("建議事項", "主辦單位", "期限")
PLANS = (
    ("建議先行清洗電車再進廠，並將清\n洗用水回收使用於澆灌行道樹", "交通局", "109年6月\n底前"),
    ("The agency should wash trams\nbefore they enter the depot", "環境保護局、\n水利局", "112/6/30"),
)
PARAGRAPH = "".join(
    f"第{number}日旨在了解當地電車機廠的作業方式，並就清洗用水的回收以及{number}號路面鋪設的工法交換意見。"
    for number in "一二三四"
)


def read(data: bytes) -> Document:
    return readers.read("report.pdf", data, LIMITS)


def texts(document: Document, kind: BlockKind) -> list[str]:
    return [document.text[b.start : b.end] for b in document.blocks if b.kind is kind]


def rows(document: Document) -> list[list[str]]:
    return [
        [document.text[begin:end] for begin, end in block.cells]
        for block in document.blocks
        if block.kind is BlockKind.ROW
    ]


class TestParagraphs:
    def test_printed_lines_that_fill_the_column_make_one(self) -> None:
        document = read(sheets(*running_text(PARAGRAPH, "下一段比較短。", PARAGRAPH)))
        assert [text.replace("\n", "") for text in texts(document, BlockKind.PARAGRAPH)] == [
            PARAGRAPH,
            "下一段比較短。",
            PARAGRAPH,
        ]

    def test_font_tells_headings_by_size_and_weight(self) -> None:
        page = Sheet().write(60, 760, "肆、建議", 18).write(60, 700, "建議先清洗電車再進廠，以利作業。")
        page.write(60, 640, "一、水的回收", bold=True)
        looks = [(block.size, block.bold) for block in read(sheets(page)).blocks]
        assert looks == [(18, False), (12, False), (12, True)]

    def test_blocks_lie_in_the_order_of_the_text(self) -> None:
        page = Sheet().write(60, 780, "表前的一段文字，說明其後的表格。")
        page.table(COLUMNS, 700, (HEADER, *PLANS))
        document = read(sheets(page, *running_text(PARAGRAPH)))
        starts = [block.start for block in document.blocks]
        assert starts == sorted(starts)
        assert all(a.end <= b.start for a, b in zip(document.blocks, document.blocks[1:], strict=False))

    def test_wide_gap_is_a_blank_line(self) -> None:
        page = Sheet()
        for number, line in enumerate(PARAGRAPH[at : at + 38] for at in range(0, len(PARAGRAPH), 38)):
            page.write(60, 760 - 18 * number, line)
        page.write(60, 630, "參觀電車機廠").write(60, 612, "機廠位於城南。")
        assert read(sheets(page)).text.split("\n") == [PARAGRAPH, "", "參觀電車機廠", "機廠位於城南。"]

    def test_goes_on_behind_a_page_break_and_its_furniture(self) -> None:
        pages = running_text(PARAGRAPH * 12)
        for number, page in enumerate(pages, start=1):
            page.write(60, HEIGHT - 30, "赴甲國考察電車機廠報告", 9).write(290, 20, str(number), 9)
        made = sheets(*pages)
        document = read(made)
        assert len(pages) > 1
        assert PARAGRAPH * 12 in document.text
        start = document.text.index(PARAGRAPH)
        places = readers.boxes("report.pdf", made, start, start + len(PARAGRAPH) * 12, LIMITS)
        assert {place.page for place in places} == set(range(1, len(pages) + 1))

    def test_numbered_line_begins_its_own(self) -> None:
        document = read(
            sheets(*running_text(PARAGRAPH[:38], "二、建議將清洗用水回收使用於澆灌。", PARAGRAPH))
        )
        assert "\n二、建議將清洗用水" in document.text

    def test_edge_is_no_line_of_short_ones(self) -> None:
        page = Sheet().write(60, 700, "The agency should wash trams").write(60, 682, "before they enter")
        assert read(sheets(page)).text == "The agency should wash trams\nbefore they enter"


class TestHeadings:
    def test_bookmarks_name_them(self) -> None:
        page = Sheet().write(60, 760, "肆、 建議").write(60, 700, "建議先清洗電車再進廠，以利作業。")
        document = read(sheets(page, bookmarks=[("肆、建議", 0)]))
        assert texts(document, BlockKind.HEADING) == ["肆、 建議"]
        assert document.blocks[0].level == 1

    def test_no_heading_is_guessed(self) -> None:
        page = Sheet().write(60, 760, "肆、建議", 18).write(60, 700, "建議先清洗電車再進廠，以利作業。")
        assert texts(read(sheets(page)), BlockKind.HEADING) == []


class TestTables:
    def test_cells_keep_apart_and_their_lines_together(self) -> None:
        page = Sheet()
        page.table(COLUMNS, 700, (HEADER, *PLANS))
        assert rows(read(sheets(page))) == [
            list(HEADER),
            ["建議先行清洗電車再進廠，並將清洗用水回收使用於澆灌行道樹", "交通局", "109年6月底前"],
            ["The agency should wash trams before they enter the depot", "環境保護局、水利局", "112/6/30"],
        ]

    def test_a_row_is_one_line_with_tabs(self) -> None:
        page = Sheet()
        page.table(COLUMNS, 700, (HEADER, *PLANS))
        assert read(sheets(page)).text.split("\n")[0] == "\t".join(HEADER)

    def test_goes_on_at_the_next_page_without_its_header(self) -> None:
        first, second = Sheet(), Sheet()
        first.table(COLUMNS, 700, (HEADER, *PLANS))
        second.table(COLUMNS, 780, (HEADER, ("建議三年內更換軌道。", "工務局", "115年底")))
        document = read(sheets(first, second))
        assert rows(document)[-1] == ["建議三年內更換軌道。", "工務局", "115年底"]
        assert [row for row in rows(document) if row == list(HEADER)] == [list(HEADER)]
        assert texts(document, BlockKind.FURNITURE) == ["\t".join(HEADER)]

    def test_row_cut_by_the_page_break_is_whole_and_has_boxes_on_both_pages(self) -> None:
        first, second = Sheet(), Sheet()
        first.table(COLUMNS, 700, (HEADER, PLANS[0], ("建議三年內更換軌道，", "工務局", "115年底")))
        first.write(290, 20, "1", 9)
        second.table(COLUMNS, 780, (HEADER, ("並檢討鋪面的工法。", "", ""), PLANS[1]))
        made = sheets(first, second)
        document = read(made)
        assert rows(document)[2] == ["建議三年內更換軌道，並檢討鋪面的工法。", "工務局", "115年底"]
        assert rows(document)[3][1] == "環境保護局、水利局"
        start = document.text.index("建議三年內")
        places = readers.boxes("report.pdf", made, start, start + len("建議三年內更換軌道，並檢討"), LIMITS)
        assert [place.page for place in places] == [1, 2]

    def test_row_cut_in_several_cells_is_whole(self) -> None:
        columns = (60, 140, 240, 340)
        first, second = Sheet(), Sheet()
        first.table(columns, 700, (("事項", "問題", "建議"), ("外國人", "演練訊息沒有翻", "製作四國語言的")))
        second.table(columns, 780, (("", "譯", "說明單"), ("學校", "無", "照舊")))
        assert rows(read(sheets(first, second)))[1:] == [
            ["外國人", "演練訊息沒有翻譯", "製作四國語言的說明單"],
            ["學校", "無", "照舊"],
        ]

    def test_row_of_the_next_page_that_says_more_is_its_own(self) -> None:
        first, second = Sheet(), Sheet()
        first.table(COLUMNS, 700, (HEADER, PLANS[0]))
        second.table(COLUMNS, 780, (HEADER, ("一、建議三年內更換軌道。", "", ""), PLANS[1]))
        assert len(rows(read(sheets(first, second)))) == 4

    def test_merged_owner_counts_for_each_of_its_rows(self) -> None:
        page = Sheet().frame(60, 600, 460, 90).rule(320, 600, 320, 690).rule(60, 660, 520, 660)
        page.rule(60, 630, 320, 630).write(64, 670, "建議事項").write(324, 670, "主辦單位")
        page.write(64, 640, "建議先清洗電車").write(64, 610, "建議再回收用水").write(324, 625, "交通局")
        assert rows(read(sheets(page)))[1:] == [["建議先清洗電車", "交通局"], ["建議再回收用水", "交通局"]]

    def test_frame_around_a_text_is_no_table(self) -> None:
        page = (
            Sheet()
            .frame(50, 600, 500, 100)
            .write(60, 660, "框內的一段文字，並非表格，應當和框外的文字一樣照讀。")
        )
        assert rows(read(sheets(page))) == []

    def test_cell_that_arranges_running_text_is_no_row(self) -> None:
        page = Sheet()
        page.table((60, 160, 520), 700, [("建議", "一、先清洗電車再進廠。\n二、回收清洗所需的水。")])
        assert rows(read(sheets(page))) == []
        assert read(sheets(page)).text.split("\n") == [
            "建議",
            "一、先清洗電車再進廠。",
            "二、回收清洗所需的水。",
        ]


class TestCharacters:
    @pytest.mark.parametrize(
        ("printed", "meant"),
        [
            ("⼀、建議⽇後", "一、建議日後"),
            ("設\u200b置\xad電車", "設置電車"),
            ("eﬃcient ﬂow", "efficient flow"),
            ("\uf0b7建議", "•建議"),
        ],
    )
    def test_reads_what_was_meant(self, printed: str, meant: str) -> None:
        line = Sheet().write(60, 700, printed + "，以及其餘足夠長的一段文字作為陪襯。")
        assert meant in read(sheets(line)).text

    @pytest.mark.parametrize(
        ("elsewhere", "meant"),
        [("The on-call list is kept.", "on-call"), ("The oncall list is kept.", "oncall")],
    )
    def test_hyphen_at_the_end_of_a_line_is_that_of_the_word(self, elsewhere: str, meant: str) -> None:
        page = Sheet().write(60, 760, elsewhere).write(60, 700, "Every night one clerk of the town is on-")
        page.write(60, 685, "call and answers within an hour.")
        assert f"town is {meant} and answers" in read(sheets(page)).text

    def test_sign_that_was_written_late_stands_where_it_is_seen(self) -> None:
        page = Sheet().write(60, 700, "籌組榕津").write(120, 700, "塔科馬").write(108, 700, "—")
        page.write(156, 700, "友好委員會，邀請歷屆學生代表加入。")
        assert "榕津—塔科馬友好" in read(sheets(page)).text

    def test_bullets_that_are_drawn(self) -> None:
        page = Sheet().write(60, 760, "Recommendations for the depot and its trams")
        page.frame(48, 703, 4, 4).write(60, 700, "Wash trams before they enter the depot")
        assert "\n• Wash trams" in read(sheets(page)).text

    def test_label_stands_apart_from_its_words(self) -> None:
        page = Sheet().write(60, 700, "S1").write(82, 700, "Wash trams before they enter the depot")
        assert read(sheets(page)).text == "S1  Wash trams before they enter the depot"

    def test_blank_that_only_the_typesetting_made_is_left_out(self) -> None:
        page = (
            Sheet()
            .write(60, 700, "建議於")
            .write(99, 700, "109")
            .write(120, 700, "年底前，先行清洗進廠的全部電車。")
        )
        page.write(60, 660, "交通局").write(160, 660, "109").write(190, 660, "年")
        text = read(sheets(page)).text
        assert "建議於109年底前" in text
        assert "交通局 109" in text


class TestVerticalText:
    def test_columns_are_lines(self) -> None:
        page = Sheet().write(60, 780, "封面上的橫書文字，其下為直書的題目。")
        for column, words in enumerate(("電車機廠考察", "出國報告")):
            for place, word in enumerate(words):
                page.write(400 - 30 * column, 700 - 14 * place, word)
        assert read(sheets(page)).text.split("\n")[1:] == ["電車機廠考察", "出國報告"]


class TestFurniture:
    def test_running_header_and_page_numbers(self) -> None:
        pages = running_text(*[PARAGRAPH] * 30)
        for number, page in enumerate(pages, start=1):
            page.write(60, HEIGHT - 30, "赴甲國考察電車機廠報告", 9).write(290, 20, str(number), 9)
        document = read(sheets(*pages))
        assert texts(document, BlockKind.FURNITURE).count("赴甲國考察電車機廠報告") == len(pages)
        assert "1" in texts(document, BlockKind.FURNITURE)
        assert not any("考察電車機廠報告" in text for text in texts(document, BlockKind.PARAGRAPH))


class TestScans:
    def test_remembers_pages_that_are_pictures(self) -> None:
        document = read(sheets(*running_text(PARAGRAPH), Sheet().picture(), *running_text(PARAGRAPH)))
        assert document.scanned == (2,)

    def test_empty_page_is_no_scan(self) -> None:
        assert read(sheets(*running_text(PARAGRAPH), Sheet())).scanned == ()


def spans(document: Document) -> list[tuple[int, int]]:
    """Return spans of all sorts: blocks, cells, and stretches within them."""
    found = []
    for block in document.blocks:
        for start, end in block.cells or ((block.start, block.end),):
            found += [(start, end), (start + (end - start) // 3, end - (end - start) // 4)]
    return [(start, end) for start, end in found if start < end]


@pytest.fixture(scope="module")
def data() -> bytes:
    """Return a file with a table, a paragraph, and characters that stand for others."""
    page = Sheet().write(60, 780, "⼀、表前的一段文字 eﬃcient，說明其後的表格。")
    page.table(COLUMNS, 700, (HEADER, *PLANS))
    return sheets(page, *running_text(PARAGRAPH, "短段。", PARAGRAPH))


class TestBoxes:
    def test_their_text_is_that_of_the_span(self, data: bytes) -> None:
        document = read(data)
        for start, end in spans(document):
            places = readers.boxes("report.pdf", data, start, end, LIMITS)
            assert _printed(data, places) == _bare(document.text[start:end])

    def test_one_for_each_printed_line(self, data: bytes) -> None:
        document = read(data)
        paragraph = next(b for b in document.blocks if PARAGRAPH[:9] in document.text[b.start : b.end])
        places = readers.boxes("report.pdf", data, paragraph.start, paragraph.end, LIMITS)
        assert len(places) == -(-len(PARAGRAPH) // 38)
        assert {place.page for place in places} == {2}
        assert all(place.left >= MARGIN - 1 for place in places)

    def test_span_over_a_page_break_has_boxes_on_both(self, data: bytes) -> None:
        places = readers.boxes("report.pdf", data, 0, len(read(data).text), LIMITS)
        assert {place.page for place in places} == {1, 2}

    def test_none_where_there_are_no_pages(self) -> None:
        assert readers.boxes("a.txt", b"plain words", 0, 5, LIMITS) == ()

    def test_none_where_only_the_second_try_could_read(self) -> None:
        broken = pdf("One line of plain words", "Another line of plain words").replace(
            b"%PDF-1.4", b"%PDF-x.4"
        )
        assert isinstance(readers.boxes("a.pdf", broken, 0, 5, LIMITS), tuple)


def _printed(data: bytes, places: tuple[tuple[int, float, float, float, float], ...]) -> str:
    with pypdfium2.PdfDocument(data) as document:
        found = [document[place[0] - 1].get_textpage().get_text_bounded(*place[1:]) for place in places]
    return _bare("".join(found))


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text).replace("⼀", "一").replace("ﬃ", "ffi")


def test_block_spans_stay_within_their_page() -> None:
    document = read(sheets(*running_text(*[PARAGRAPH] * 20)))
    assert document.pages is not None
    assert len(document.pages) > 1
    blocks: list[Block] = list(document.blocks)
    assert all(
        document.page_at(block.start) == document.page_at(block.end - 1) == block.page for block in blocks
    )
