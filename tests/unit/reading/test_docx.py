"""What a Word file says, in reading order and with the numbers that Word and LibreOffice show."""

from io import BytesIO

import pytest
from docx import Document as WordDocument
from docx.shared import Pt

from tests.support.office import definition, instance, level, p, word
from tracker.foundation.errors import TextMissing
from tracker.reading import counting, readers
from tracker.reading.document import BlockKind, Document, ReadingLimits

COUNTED = definition(
    1,
    level(0, "taiwaneseCountingThousand", "%1、"),
    level(1, "taiwaneseCountingThousand", "（%2）"),
    level(2, "decimal", "%3."),
) + instance(1, 1)

STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"


def read(data: bytes) -> Document:
    return readers.read("報告.docx", data, ReadingLimits())


def lines(data: bytes) -> list[str]:
    return [line for line in read(data).text.split("\n") if line]


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def row(*cells: str, cell_properties: str = "") -> str:
    inside = "".join(f"<w:tc><w:tcPr>{cell_properties}</w:tcPr>{cell}</w:tc>" for cell in cells)
    return f"<w:tr>{inside}</w:tr>"


class TestWords:
    def test_a_paragraph_is_a_line_and_a_block(self) -> None:
        document = read(word(p("第一段。") + p("第二段。")))
        assert document.text == "第一段。\n第二段。"
        assert [document.text[b.start : b.end] for b in document.blocks] == ["第一段。", "第二段。"]
        assert document.pages is None

    def test_an_empty_paragraph_is_a_blank_line(self) -> None:
        assert read(word(p("甲") + p("") + p(" ") + p("乙"))).text == "甲\n\n乙"

    def test_a_line_break_stays_and_a_tab_is_a_blank(self) -> None:
        body = "<w:p><w:r><w:t>上</w:t><w:br/><w:t>下</w:t><w:tab/><w:t>右</w:t></w:r></w:p>"
        assert read(word(body)).text == "上\n下 右"

    def test_a_tab_before_a_page_number_stays(self) -> None:
        assert (
            read(word("<w:p><w:r><w:t>壹、前言</w:t><w:tab/><w:t>12</w:t></w:r></w:p>")).text
            == "壹、前言\t12"
        )

    def test_insertions_are_in_and_deletions_out(self) -> None:
        body = f"<w:p>{run('宜')}<w:ins>{run('儘速')}</w:ins><w:del><w:r><w:delText>緩緩</w:delText></w:r></w:del>{run('辦理')}</w:p>"
        assert read(word(body)).text == "宜儘速辦理"

    def test_moved_words_stand_where_they_were_moved_to(self) -> None:
        body = f"<w:p><w:moveFrom>{run('甲')}</w:moveFrom>{run('乙')}</w:p><w:p><w:moveTo>{run('甲')}</w:moveTo></w:p>"
        assert lines(word(body)) == ["乙", "甲"]

    def test_a_deleted_end_of_paragraph_joins_the_next(self) -> None:
        body = f"<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>{run('前半')}</w:p>{p('後半')}"
        assert lines(word(body)) == ["前半後半"]

    def test_hidden_words_are_out(self) -> None:
        styles = '<w:style w:type="character" w:styleId="h"><w:rPr><w:vanish/></w:rPr></w:style>'
        hidden = run("密", "<w:vanish/>") + run("密", '<w:rStyle w:val="h"/>')
        assert read(word(f"<w:p>{run('明')}{hidden}</w:p>", styles=styles)).text == "明"

    def test_long_runs_of_blanks_take_no_time(self) -> None:
        blanks = " " * 400_000
        assert read(word(p(f"甲{blanks}乙\t{blanks}\t5"))).text.split() == ["甲", "乙", "5"]

    def test_a_field_shows_its_result(self) -> None:
        field = (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGEREF x</w:instrText></w:r>'
            '<w:r><w:t>不見</w:t></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
            f'{run("第三章")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        )
        assert read(word(f"<w:p>{run('見')}{field}</w:p>")).text == "見第三章"

    def test_a_field_that_never_ends_does_not_swallow_the_rest(self) -> None:
        broken = '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r></w:p>'
        assert read(word(broken + p("其餘"))).text == "其餘"

    def test_content_controls_links_and_boxes_are_read(self) -> None:
        body = (
            f"<w:sdt><w:sdtContent>{p('控制項')}</w:sdtContent></w:sdt>"
            f"<w:p><w:hyperlink>{run('連結')}</w:hyperlink></w:p>"
            f"<w:p>{run('本文')}<w:r><w:pict><w:txbxContent>{p('文字方塊')}</w:txbxContent></w:pict></w:r></w:p>"
        )
        assert lines(word(body)) == ["控制項", "連結", "本文", "文字方塊"]

    def test_a_prompt_of_a_content_control_is_no_text(self) -> None:
        control = "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:r><w:t>請按此</w:t></w:r></w:sdtContent></w:sdt>"
        assert read(word(f"<w:p>{run('主題')}{control}</w:p>")).text == "主題"

    def test_a_drawing_with_a_fallback_is_read_once(self) -> None:
        box = f"<w:txbxContent>{p('一次')}</w:txbxContent>"
        compatible = "http://schemas.openxmlformats.org/markup-compatibility/2006"
        drawing = (
            f'<mc:AlternateContent xmlns:mc="{compatible}"><mc:Choice><w:drawing>{box}</w:drawing></mc:Choice>'
            f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent>"
        )
        assert lines(word(f"<w:p><w:r>{drawing}</w:r></w:p>")) == ["一次"]

    def test_symbols_of_symbol_fonts_are_signs(self) -> None:
        symbols = '<w:sym w:font="Wingdings" w:char="F06C"/><w:sym w:font="Wingdings" w:char="F0FC"/>'
        assert read(word(f"<w:p><w:r>{symbols}<w:t>項</w:t></w:r></w:p>")).text == "●✓項"

    def test_the_reading_aid_of_a_character_is_out(self) -> None:
        ruby = f"<w:r><w:ruby><w:rt>{run('ㄓㄨˋ')}</w:rt><w:rubyBase>{run('築')}</w:rubyBase></w:ruby></w:r>"
        assert read(word(f"<w:p>{run('建')}{ruby}</w:p>")).text == "建築"

    def test_the_strict_variant_is_read_alike(self) -> None:
        main = f'<w:document xmlns:w="{STRICT}"><w:body>{p("嚴格")}</w:body></w:document>'
        assert read(word("", **{"word/document.xml": main})).text == "嚴格"

    def test_an_empty_body_holds_no_text(self) -> None:
        with pytest.raises(TextMissing):
            read(word(p("")))


class TestHeadings:
    @pytest.mark.parametrize("name", ["heading 2", "Heading 2", "標題 2", "标题 2"])
    def test_are_known_by_the_name_of_their_style(self, name: str) -> None:
        styles = f'<w:style w:type="paragraph" w:styleId="x"><w:name w:val="{name}"/></w:style>'
        block = read(word(p("建議", properties='<w:pStyle w:val="x"/>'), styles=styles)).blocks[0]
        assert (block.kind, block.level) == (BlockKind.HEADING, 2)

    def test_are_known_by_the_outline_level_of_an_older_style(self) -> None:
        styles = (
            '<w:style w:type="paragraph" w:styleId="base"><w:name w:val="章"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>'
            '<w:style w:type="paragraph" w:styleId="x"><w:name w:val="本府章"/><w:basedOn w:val="base"/></w:style>'
        )
        assert read(word(p("建議", properties='<w:pStyle w:val="x"/>'), styles=styles)).blocks[0].level == 1

    def test_a_paragraph_may_leave_the_outline(self) -> None:
        styles = '<w:style w:type="paragraph" w:styleId="x"><w:name w:val="heading 1"/></w:style>'
        properties = '<w:pStyle w:val="x"/><w:outlineLvl w:val="9"/>'
        assert read(word(p("內文", properties=properties), styles=styles)).blocks[0].level is None

    def test_styles_that_are_based_on_each_other_end(self) -> None:
        styles = '<w:style w:styleId="x"><w:basedOn w:val="y"/></w:style><w:style w:styleId="y"><w:basedOn w:val="x"/></w:style>'
        assert read(word(p("字", properties='<w:pStyle w:val="x"/>'), styles=styles)).text == "字"

    def test_stand_after_a_blank_line(self) -> None:
        styles = '<w:style w:type="paragraph" w:styleId="x"><w:name w:val="heading 1"/></w:style>'
        body = p("前文。") + p("建議", properties='<w:pStyle w:val="x"/>') + p("後文。")
        assert read(word(body, styles=styles)).text == "前文。\n\n建議\n後文。"

    def test_font_is_told_where_every_letter_is_bold(self) -> None:
        bold, size = "<w:b/>", '<w:sz w:val="32"/>'
        body = f"<w:p>{run('建', bold + size)}{run('議', bold + size)}</w:p><w:p>{run('全', bold)}{run('部')}</w:p>"
        blocks = read(word(body)).blocks
        assert [(b.bold, b.size) for b in blocks] == [(True, 16.0), (False, 10.0)]


class TestNumbers:
    def test_stand_before_the_words(self) -> None:
        document = read(word(p("設施", 1) + p("維護", 1, 1) + p("編列", 1, 2), COUNTED))
        assert document.text.split("\n") == ["一、設施", "（一）維護", "1. 編列"]
        assert [block.label for block in document.blocks] == ["一、", "（一）", "1."]
        assert document.blocks[2].start == document.text.index("1.")

    def test_inner_levels_start_again(self) -> None:
        body = p("a", 1) + p("b", 1, 1) + p("c", 1, 1) + p("d", 1) + p("e", 1, 1)
        assert lines(word(body, COUNTED)) == ["一、a", "（一）b", "（二）c", "二、d", "（一）e"]

    def test_a_level_that_was_jumped_over_counts_as_begun(self) -> None:
        assert lines(word(p("a", 1, 1) + p("b", 1), COUNTED)) == ["（一）a", "二、b"]

    def test_a_level_may_go_on_counting_through_the_document(self) -> None:
        numbering = definition(
            1, level(0, "decimal", "%1"), level(1, "decimal", "建議%2：", more='<w:lvlRestart w:val="0"/>')
        ) + instance(1, 1)
        body = p("a", 1) + p("b", 1, 1) + p("c", 1) + p("d", 1, 1)
        assert lines(word(body, numbering)) == ["1 a", "建議1：b", "2 c", "建議2：d"]

    def test_lists_of_one_definition_count_on(self) -> None:
        numbering = COUNTED + instance(2, 1)
        assert lines(word(p("a", 1) + p("b", 2) + p("c", 1), numbering)) == ["一、a", "二、b", "三、c"]

    def test_a_list_with_a_start_of_its_own_starts_once(self) -> None:
        numbering = COUNTED + instance(
            2, 1, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
        )
        body = p("a", 1) + p("b", 1) + p("c", 2) + p("d", 2) + p("e", 1)
        assert lines(word(body, numbering)) == ["一、a", "二、b", "一、c", "二、d", "三、e"]

    def test_a_list_may_replace_a_level(self) -> None:
        override = f'<w:lvlOverride w:ilvl="0">{level(0, "ideographTraditional", "%1、")}</w:lvlOverride>'
        assert lines(word(p("a", 2), COUNTED + instance(2, 1, override))) == ["甲、a"]

    def test_a_number_may_hold_the_outer_ones(self) -> None:
        numbering = definition(1, level(0, "upperRoman", "%1."), level(1, "decimal", "%1.%2")) + instance(
            1, 1
        )
        assert lines(word(p("a", 1) + p("b", 1, 1), numbering)) == ["I. a", "I.1 b"]

    def test_legal_numbers_are_decimal(self) -> None:
        numbering = definition(
            1, level(0, "upperRoman", "%1."), level(1, "decimal", "%1.%2", more="<w:isLgl/>")
        ) + instance(1, 1)
        assert lines(word(p("a", 1) + p("b", 1, 1), numbering)) == ["I. a", "1.1 b"]

    def test_an_outer_level_without_number_takes_its_sign_along(self) -> None:
        numbering = definition(1, level(0, "none", ""), level(1, "decimal", "%1.%2")) + instance(1, 1)
        assert lines(word(p("a", 1) + p("b", 1, 1), numbering)) == ["a", "1 b"]

    def test_bullets_are_one_sign(self) -> None:
        numbering = definition(1, level(0, "bullet", "\uf0b7"), level(1, "bullet", "o")) + instance(1, 1)
        assert lines(word(p("a", 1) + p("b", 1, 1), numbering)) == ["• a", "• b"]

    def test_a_paragraph_without_words_is_counted(self) -> None:
        assert lines(word(p("a", 1) + p("", 1) + p("c", 1), COUNTED)) == ["一、a", "三、c"]

    def test_come_from_styles_and_the_levels_tied_to_them(self) -> None:
        numbering = definition(
            1,
            level(0, "ideographLegalTraditional", "%1、", more='<w:pStyle w:val="h1"/>'),
            level(1, "taiwaneseCountingThousand", "%2、", more='<w:pStyle w:val="h2"/>'),
        ) + instance(1, 1)
        listed = '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
        styles = "".join(
            f'<w:style w:type="paragraph" w:styleId="h{n}"><w:name w:val="heading {n}"/>{listed}</w:style>'
            for n in (1, 2)
        )
        body = "".join(
            p(t, properties=f'<w:pStyle w:val="{s}"/>')
            for t, s in (("前言", "h1"), ("緣起", "h2"), ("建議", "h1"))
        )
        assert lines(word(body, numbering, styles)) == ["壹、前言", "一、緣起", "貳、建議"]

    def test_a_paragraph_may_leave_the_list_of_its_style(self) -> None:
        styles = '<w:style w:type="paragraph" w:styleId="x"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        body = p("a", properties='<w:pStyle w:val="x"/>') + p("b", 0, properties='<w:pStyle w:val="x"/>')
        assert lines(word(body, COUNTED, styles)) == ["一、a", "b"]

    def test_a_list_may_be_defined_by_a_numbering_style(self) -> None:
        numbering = (
            definition(1, level(0, "decimal", "第%1條"), more='<w:styleLink w:val="S"/>')
            + definition(2, more='<w:numStyleLink w:val="S"/>')
            + instance(1, 1)
            + instance(2, 2)
        )
        styles = '<w:style w:type="numbering" w:styleId="S"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        assert lines(word(p("a", 2) + p("b", 1), numbering, styles)) == ["第1條 a", "第2條 b"]

    def test_a_list_that_is_not_there_gives_no_number(self) -> None:
        assert lines(word(p("a", 7) + p("b", 1, 8), COUNTED)) == ["a", "b"]

    @pytest.mark.parametrize(
        ("name", "number", "shown"),
        [
            ("taiwaneseCountingThousand", 10, "十"),
            ("taiwaneseCountingThousand", 21, "二十一"),
            ("taiwaneseCountingThousand", 101, "一百零一"),
            ("taiwaneseCountingThousand", 110, "一百一十"),
            ("taiwaneseCountingThousand", 3005, "三千零五"),
            ("ideographLegalTraditional", 12, "壹拾貳"),
            ("ideographTraditional", 10, "癸"),
            ("ideographTraditional", 11, "11"),
            ("ideographZodiac", 12, "亥"),
            ("decimalEnclosedCircle", 20, "⑳"),
            ("decimalZero", 7, "07"),
            ("upperRoman", 49, "XLIX"),
            ("lowerLetter", 28, "bb"),
            ("ordinal", 112, "112th"),
            ("cardinalText", 121, "One hundred twenty-one"),
            ("ordinalText", 20, "Twentieth"),
            ("decimalFullWidth", 3, "3"),
            ("upperRoman", 0, "0"),
            ("lowerLetter", 10_000, "10000"),
        ],
    )
    def test_are_written_as_libreoffice_writes_them(self, name: str, number: int, shown: str) -> None:
        assert counting.written(number, counting.OOXML, name) == shown


class TestTables:
    def test_a_row_is_a_line_with_its_cells(self) -> None:
        header = row(p("建議事項"), p("主辦機關"))
        document = read(word(p("前") + f"<w:tbl>{header}{row(p('設專用道'), p('交通局'))}</w:tbl>" + p("後")))
        assert document.text == "前\n\n建議事項\t主辦機關\n設專用道\t交通局\n\n後"
        rows = [b for b in document.blocks if b.kind is BlockKind.ROW]
        assert [[document.text[s:e] for s, e in b.cells] for b in rows] == [
            ["建議事項", "主辦機關"],
            ["設專用道", "交通局"],
        ]

    def test_breaks_in_a_cell_go_between_chinese_characters(self) -> None:
        cell = "<w:p><w:r><w:t>完成</w:t><w:br/><w:t>期限</w:t></w:r></w:p>"
        english = p("due") + p("date")
        assert lines(word(f"<w:tbl>{row(p('項目內容'), cell, english)}</w:tbl>")) == [
            "項目內容\t完成期限\tdue date"
        ]

    def test_a_cell_merged_down_counts_for_each_row(self) -> None:
        first = f'<w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr>{p("工務局")}</w:tc>'
        further = f"<w:tc><w:tcPr><w:vMerge/></w:tcPr>{p('')}</w:tc>"
        body = (
            f"<w:tbl>{row(p('建議'), p('主辦單位'))}"
            f"<w:tr><w:tc>{p('甲案')}</w:tc>{first}</w:tr><w:tr><w:tc>{p('乙案')}</w:tc>{further}</w:tr></w:tbl>"
        )
        assert lines(word(body)) == ["建議\t主辦單位", "甲案\t工務局", "乙案\t工務局"]

    def test_a_cell_merged_across_keeps_the_columns(self) -> None:
        wide = f'<w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>{p("合計")}</w:tc><w:tc>{p("9")}</w:tc></w:tr>'
        assert lines(word(f"<w:tbl>{row(p('a'), p('b'), p('c'))}{wide}</w:tbl>")) == ["a\tb\tc", "合計\t\t9"]

    def test_a_numbered_first_column_is_counted(self) -> None:
        body = f"<w:tbl>{row(p('項次'), p('建議事項'), p('期限'))}{row(p('', 1), p('甲'), p('年底'))}{row(p('', 1), p('乙'), p('年底'))}</w:tbl>"
        assert lines(word(body, COUNTED))[1:] == ["一、\t甲\t年底", "二、\t乙\t年底"]

    def test_a_deleted_row_is_out(self) -> None:
        gone = f"<w:tr><w:trPr><w:del/></w:trPr><w:tc>{p('舊')}</w:tc><w:tc>{p('案')}</w:tc></w:tr>"
        assert lines(word(f"<w:tbl>{row(p('新'), p('案'))}{gone}</w:tbl>")) == ["新\t案"]

    def test_a_form_gives_the_paragraphs_of_its_cells(self) -> None:
        section = p("一、宜設置站牌。") + p("二、應編列預算。")
        body = f"<w:tbl>{row(p('出國人員'), p('王小明'))}{row(p('建議'), section)}</w:tbl>"
        assert lines(word(body)) == ["出國人員\t王小明", "建議", "一、宜設置站牌。", "二、應編列預算。"]

    def test_a_box_around_text_is_no_table(self) -> None:
        document = read(word(f"<w:tbl>{row(p('建議') + p('宜增設無障礙坡道。'))}</w:tbl>"))
        assert document.text == "建議\n宜增設無障礙坡道。"
        assert all(block.kind is not BlockKind.ROW for block in document.blocks)

    def test_an_action_table_stays_a_table_though_a_cell_holds_a_list(self) -> None:
        body = f"<w:tbl>{row(p('建議事項'), p('主辦機關'))}{row(p('甲、') + p('乙、') + p('丙、'), p('交通局'))}</w:tbl>"
        assert lines(word(body)) == ["建議事項\t主辦機關", "甲、乙、丙、\t交通局"]

    def test_a_table_in_a_table_is_read(self) -> None:
        inner = f"<w:tbl>{row(p('內一'), p('內二'))}</w:tbl>"
        assert lines(word(f"<w:tbl>{row(p('外'), inner + p(''))}</w:tbl>")) == ["外", "內一\t內二"]


class TestPythonDocx:
    def test_its_files_are_read(self) -> None:
        made = WordDocument()
        made.add_heading("考察報告", 1)
        made.add_paragraph("第一項", style="List Number")
        made.add_paragraph("第二項", style="List Number")
        made.add_paragraph("").add_run("粗體").font.size = Pt(14)
        made.add_table(1, 2).cell(0, 1).text = "右"
        stream = BytesIO()
        made.save(stream)
        document = read(stream.getvalue())
        assert document.text == "考察報告\n1. 第一項\n2. 第二項\n粗體\n\n右"
        assert [block.level for block in document.blocks][:2] == [1, None]
        assert document.blocks[3].size == 14.0
