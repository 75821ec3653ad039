"""What an OpenDocument text says, in reading order and with the numbers that Writer shows."""

import pytest

from tests.support.office import list_style, number_level, open_document
from tracker.foundation.errors import FileEncrypted, FormatMismatch
from tracker.reading import readers
from tracker.reading.document import BlockKind, Document, ReadingLimits

COUNT = list_style(
    "L",
    number_level(1, "一, 二, 三, ...", suffix="、"),
    number_level(2, "一, 二, 三, ...", "（", "）"),
    number_level(3, "1", suffix="."),
)
OUTLINE = (
    '<text:outline-style style:name="Outline">'
    '<text:outline-level-style text:level="1" style:num-format="壹, 貳, 參, ..." style:num-suffix="、"/>'
    '<text:outline-level-style text:level="2" style:num-format="1" text:display-levels="2"/>'
    "</text:outline-style>"
)


def read(data: bytes) -> Document:
    return readers.read("報告.odt", data, ReadingLimits())


def lines(body: str, automatic: str = "", styles: str = "") -> list[str]:
    return [line for line in read(open_document(body, automatic, styles)).text.split("\n") if line]


def p(text: str, style: str = "P") -> str:
    return f'<text:p text:style-name="{style}">{text}</text:p>'


def h(text: str, level: int = 1, style: str = "H", more: str = "") -> str:
    return f'<text:h text:style-name="{style}" text:outline-level="{level}" {more}>{text}</text:h>'


def item(content: str, more: str = "") -> str:
    return f"<text:list-item {more}>{content}</text:list-item>"


def listed(*items: str, style: str = 'text:style-name="L"', more: str = "") -> str:
    return f"<text:list {style} {more}>{''.join(items)}</text:list>"


def cell(content: str, more: str = "") -> str:
    return f"<table:table-cell {more}>{content}</table:table-cell>"


def table(*rows: str) -> str:
    return (
        f"<table:table>{''.join(f'<table:table-row>{row}</table:table-row>' for row in rows)}</table:table>"
    )


class TestWords:
    def test_a_paragraph_is_a_line_and_a_block(self) -> None:
        document = read(open_document(p("第一段。") + p("") + p("第二段。")))
        assert document.text == "第一段。\n\n第二段。"
        assert [document.text[b.start : b.end] for b in document.blocks] == ["第一段。", "第二段。"]
        assert document.kind == "odt"

    def test_blanks_tabs_and_breaks_have_elements_of_their_own(self) -> None:
        body = p('a<text:s text:c="2"/>b<text:tab/>c<text:line-break/>d\n   e')
        assert lines(body) == ["a  b c", "d e"]

    def test_spans_links_and_fields_are_read_in_order(self) -> None:
        assert lines(p("一<text:span>二</text:span>三<text:a>四</text:a><text:date>五</text:date>六")) == [
            "一二三四五六"
        ]

    def test_deletions_notes_and_remarks_are_out(self) -> None:
        changes = (
            "<text:tracked-changes><text:changed-region><text:deletion>"
            + p("舊")
            + "</text:deletion></text:changed-region></text:tracked-changes>"
        )
        note = (
            "<text:note><text:note-citation>1</text:note-citation><text:note-body>"
            + p("註")
            + "</text:note-body></text:note>"
        )
        remark = "<office:annotation>" + p("眉批") + "</office:annotation>"
        assert lines(changes + p(f"新{note}{remark}文")) == ["新文"]

    def test_hidden_words_are_out(self) -> None:
        hidden = '<style:style style:name="T" style:family="text"><style:text-properties text:display="none"/></style:style>'
        assert lines(p('明<text:span text:style-name="T">密</text:span>白'), hidden) == ["明白"]

    def test_frames_stand_after_their_paragraph(self) -> None:
        frame = f"<draw:frame><draw:text-box>{p('框內')}</draw:text-box></draw:frame>"
        assert lines(p(f"前{frame}後") + p("其次")) == ["前後", "框內", "其次"]

    def test_sections_and_the_table_of_contents_are_read(self) -> None:
        body = f"<text:table-of-content><text:index-body>{p('壹、前言<text:tab/>1')}</text:index-body></text:table-of-content>"
        assert lines(body + f"<text:section>{p('內文')}</text:section>") == ["壹、前言\t1", "內文"]

    def test_a_hidden_section_is_out(self) -> None:
        assert lines(f'<text:section text:display="none">{p("密")}</text:section>{p("明")}') == ["明"]

    def test_an_encrypted_file_asks_for_a_password(self) -> None:
        manifest = {"META-INF/manifest.xml": "<manifest><encryption-data/></manifest>"}
        with pytest.raises(FileEncrypted):
            read(open_document(p("密"), **manifest))

    def test_a_spreadsheet_is_no_text(self) -> None:
        content = '<o:document-content xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0"><o:body><o:spreadsheet/></o:body></o:document-content>'
        with pytest.raises(FormatMismatch):
            read(open_document("", **{"content.xml": content}))


class TestHeadings:
    def test_carry_their_level(self) -> None:
        block = read(open_document(h("建議", 2))).blocks[0]
        assert (block.kind, block.level) == (BlockKind.HEADING, 2)

    def test_are_counted_by_the_outline(self) -> None:
        body = h("前言") + h("緣起", 2) + h("建議") + h("設施", 2) + h("維護", 2)
        assert lines(body, styles=OUTLINE) == ["壹、前言", "壹.1 緣起", "貳、建議", "貳.1 設施", "貳.2 維護"]

    def test_may_start_anew_or_stay_without_number(self) -> None:
        anew = 'text:restart-numbering="true" text:start-value="4"'
        body = h("a") + h("b", more='text:is-list-header="true"') + h("c", more=anew)
        assert lines(body, styles=OUTLINE) == ["壹、a", "b", "肆、c"]

    def test_of_a_style_outside_all_lists_have_no_number(self) -> None:
        styles = '<style:style style:name="H" style:family="paragraph" style:list-style-name=""/>'
        assert lines(h("a"), styles=OUTLINE + styles) == ["a"]

    def test_in_a_list_take_the_number_of_the_list(self) -> None:
        assert lines(listed(item(h("a"))), COUNT, OUTLINE) == ["一、a"]

    def test_font_comes_from_the_style_and_its_parents(self) -> None:
        styles = (
            '<style:style style:name="Base" style:family="paragraph"><style:text-properties style:font-size-asian="16pt" style:font-weight-asian="bold"/></style:style>'
            '<style:style style:name="P" style:family="paragraph" style:parent-style-name="Base"/>'
        )
        block = read(open_document(p("標題"), styles=styles)).blocks[0]
        assert (block.size, block.bold) == (16.0, True)


class TestNumbers:
    def test_stand_before_the_words(self) -> None:
        body = listed(
            item(p("設施") + listed(item(p("維護") + listed(item(p("編列")), style="")), style="")),
            item(p("人力")),
        )
        document = read(open_document(body, COUNT))
        assert document.text.split("\n") == ["一、設施", "（一）維護", "1. 編列", "二、人力"]
        assert [block.label for block in document.blocks] == ["一、", "（一）", "1.", "二、"]

    def test_only_the_first_paragraph_of_an_item_has_one(self) -> None:
        assert lines(listed(item(p("a") + p("b")), item(p("c"))), COUNT) == ["一、a", "b", "二、c"]

    def test_a_new_list_begins_again(self) -> None:
        assert lines(listed(item(p("a"))) + listed(item(p("b"))), COUNT) == ["一、a", "一、b"]

    def test_a_list_may_go_on_after_other_text(self) -> None:
        goes_on = listed(item(p("b")), more='text:continue-numbering="true"')
        assert lines(listed(item(p("a"))) + p("間") + goes_on, COUNT) == ["一、a", "間", "二、b"]

    def test_a_list_may_go_on_with_a_named_one(self) -> None:
        body = (
            listed(item(p("a")), more='xml:id="x"')
            + listed(item(p("b")), more='xml:id="y"')
            + listed(item(p("c")), more='text:continue-list="x"')
        )
        assert lines(body, COUNT) == ["一、a", "一、b", "二、c"]

    def test_an_item_may_name_its_number(self) -> None:
        assert lines(listed(item(p("a")), item(p("b"), 'text:start-value="7"'), item(p("c"))), COUNT) == [
            "一、a",
            "七、b",
            "八、c",
        ]

    def test_a_level_may_name_its_start(self) -> None:
        style = list_style("L", number_level(1, "甲, 乙, 丙, ...", suffix="、", more='text:start-value="3"'))
        assert lines(listed(item(p("a"))), style) == ["丙、a"]

    def test_a_list_header_has_no_number(self) -> None:
        header = f"<text:list-header>{p('說明')}</text:list-header>"
        assert lines(listed(header, item(p("a"))), COUNT) == ["說明", "一、a"]

    def test_an_item_may_take_another_style(self) -> None:
        other = list_style("M", number_level(1, "a", "(", ")"))
        body = listed(item(p("a")), item(p("b"), 'text:style-override="M"'), item(p("c")))
        assert lines(body, COUNT + other) == ["一、a", "(b) b", "三、c"]

    def test_outer_numbers_are_shown_as_levels_are(self) -> None:
        style = list_style(
            "L", number_level(1, "1"), number_level(2, "a", suffix=")", more='text:display-levels="2"')
        )
        assert lines(listed(item(p("a") + listed(item(p("b")), style=""))), style) == ["1 a", "1.a) b"]

    def test_the_shape_that_libreoffice_writes_counts_before_prefix_and_suffix(self) -> None:
        shape = 'xmlns:loext="urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0" loext:num-list-format="第%1%章"'
        style = list_style("L", number_level(1, "一, 二, 三, ...", "?", "?", shape))
        assert lines(listed(item(p("前言"))), style) == ["第一章 前言"]

    def test_bullets_are_one_sign(self) -> None:
        style = list_style("L", '<text:list-level-style-bullet text:level="1" text:bullet-char="➢"/>')
        assert lines(listed(item(p("a"))), style) == ["• a"]

    def test_may_come_from_the_style_of_the_paragraph(self) -> None:
        styles = '<style:style style:name="P" style:family="paragraph" style:list-style-name="L"/>'
        assert lines(listed(item(p("a")), style=""), COUNT, styles) == ["一、a"]

    def test_a_list_without_style_has_none(self) -> None:
        assert lines(listed(item(p("a")), style=""), COUNT) == ["a"]


class TestTables:
    def test_a_row_is_a_line_with_its_cells(self) -> None:
        document = read(
            open_document(
                table(cell(p("建議事項")) + cell(p("主辦機關")), cell(p("設專用道")) + cell(p("交通局")))
            )
        )
        assert document.text == "建議事項\t主辦機關\n設專用道\t交通局"
        assert [[document.text[s:e] for s, e in b.cells] for b in document.blocks][1] == [
            "設專用道",
            "交通局",
        ]

    def test_the_header_rows_come_first(self) -> None:
        header = f"<table:table-header-rows><table:table-row>{cell(p('a'))}{cell(p('b'))}</table:table-row></table:table-header-rows>"
        body = f"<table:table><table:table-column/>{header}<table:table-row>{cell(p('c'))}{cell(p('d'))}</table:table-row></table:table>"
        assert lines(body) == ["a\tb", "c\td"]

    def test_covered_cells_keep_the_columns_and_the_owner_counts_for_its_rows(self) -> None:
        body = table(
            cell(p("建議")) + cell(p("主辦單位")) + cell(p("期限")),
            cell(p("甲案")) + cell(p("工務局"), 'table:number-rows-spanned="2"') + cell(p("年底")),
            cell(p("乙案")) + "<table:covered-table-cell/>" + cell(p("年中")),
            cell(p("丙案"), 'table:number-columns-spanned="2"')
            + "<table:covered-table-cell/>"
            + cell(p("未定")),
        )
        assert lines(body)[1:] == ["甲案\t工務局\t年底", "乙案\t工務局\t年中", "丙案\t\t未定"]

    def test_repeated_cells_are_as_many_but_not_without_end(self) -> None:
        body = table(
            cell(p("x"), 'table:number-columns-repeated="3"')
            + cell(p("y"), 'table:number-columns-repeated="999999999"')
        )
        assert lines(body)[0].split("\t")[:4] == ["x", "x", "x", "y"]
        assert len(lines(body)[0]) < 1000

    def test_a_form_gives_the_paragraphs_of_its_cells(self) -> None:
        body = table(cell(p("建議")) + cell(listed(item(p("宜設站牌。")), item(p("應編預算。")))))
        assert lines(body, COUNT) == ["建議", "一、宜設站牌。", "二、應編預算。"]
