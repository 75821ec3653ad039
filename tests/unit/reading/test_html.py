"""What a web page says, as a browser without scripts shows it."""

import pytest

from tracker.foundation.errors import FileTooLarge, TextMissing
from tracker.reading import readers
from tracker.reading.document import BlockKind, Document, ReadingLimits


def read(page: str | bytes) -> Document:
    data = page if isinstance(page, bytes) else page.encode()
    return readers.read("報告.html", data, ReadingLimits())


def lines(page: str) -> list[str]:
    return [line for line in read(page).text.split("\n") if line]


class TestWords:
    def test_blocks_are_lines(self) -> None:
        assert lines("<body>前<div>甲<p>乙</div>丙</body>") == ["前", "甲", "乙", "丙"]

    def test_inline_elements_stay_in_their_line(self) -> None:
        assert lines("<p>應<b>儘速</b>辦理<a href=x>專案</a>。</p>") == ["應儘速辦理專案。"]

    def test_a_break_ends_a_line(self) -> None:
        assert lines("<p>上<br>下<br/>末</p>") == ["上", "下", "末"]

    def test_a_paragraph_kept_open_by_a_break_or_blank_is_a_blank_line(self) -> None:
        assert (
            read("<p>上</p><p><br></p><p>中</p><p>&nbsp;</p><p>下</p><p></p><p>末</p>").text
            == "上\n\n中\n\n下\n末"
        )

    def test_broken_source_lines_are_no_breaks(self) -> None:
        assert lines("<p>中文\n   接續 and\n more words</p>") == ["中文接續 and more words"]

    def test_preformatted_lines_stay(self) -> None:
        assert lines("<pre>一行\n  二行</pre>") == ["一行", "二行"]

    def test_entities_are_characters(self) -> None:
        assert lines("<p>A&amp;B &#24314;&#x8b70;&nbsp;&lt;x&gt;</p>") == ["A&B 建議\xa0<x>"]

    @pytest.mark.parametrize(
        "unseen",
        [
            "<script>x()</script>",
            "<style>p{}</style>",
            "<nav>選單</nav>",
            "<template><p>樣板</p></template>",
            "<p hidden>密</p>",
            '<p style="color:red; display : none">密</p>',
            "<select><option>選</option></select>",
            "<!-- 註 -->",
            '<div title="footer"><p>第 1 頁</p></div>',
            '<div id="sdfootnote1"><p>註</p></div>',
        ],
    )
    def test_what_nobody_sees_is_out(self, unseen: str) -> None:
        assert lines(f"<body><p>明</p>{unseen}</body>") == ["明"]

    def test_a_page_without_words_is_refused(self) -> None:
        with pytest.raises(TextMissing):
            read("<html><body><script>x</script></body></html>")

    def test_a_page_of_more_tags_than_any_report_is_too_large(self) -> None:
        with pytest.raises(FileTooLarge):
            read("<b>" * 1_000_001)

    def test_open_and_wrong_tags_are_mended(self) -> None:
        assert lines("<p>甲<p>乙</b></i><table><tr><td>一<td>二</table>丙") == ["甲", "乙", "一\t二", "丙"]

    @pytest.mark.parametrize(
        ("encoding", "says"),
        [
            ("utf-8", ""),
            ("utf-8-sig", ""),
            ("utf-16", ""),
            ("big5", "big5"),
            ("big5", ""),
            ("gb18030", "gb2312"),
            ("utf-8", "big5"),
        ],
    )
    def test_is_read_in_its_encoding_whatever_it_says(self, encoding: str, says: str) -> None:
        meta = f'<meta http-equiv="Content-Type" content="text/html; charset={says}">' if says else ""
        words = "建議交通局於年底前完成公車專用道之規劃與評估。"
        page = f"<html><head>{meta}</head><body><p>{words}</p></body></html>"
        assert read(page.encode(encoding)).text.lstrip("\ufeff") == words


class TestHeadings:
    def test_carry_their_level_and_stand_after_a_blank_line(self) -> None:
        document = read("<p>前</p><h2>建議</h2><p>後</p>")
        assert document.text == "前\n\n建議\n後"
        assert [(b.kind, b.level) for b in document.blocks][1] == (BlockKind.HEADING, 2)

    def test_font_is_told(self) -> None:
        blocks = read('<p style="font-size: 16pt"><b>建議</b></p><p><b>半</b>句</p>').blocks
        assert [(b.bold, b.size) for b in blocks] == [(True, 16.0), (False, None)]


class TestNumbers:
    def test_lists_are_counted(self) -> None:
        document = read("<ol><li>a<ol type=a><li>b</ol><li><p>c</p><p>d</p></ol>")
        assert document.text.split("\n") == ["1. a", "a. b", "2. c", "d"]
        assert [block.label for block in document.blocks] == ["1.", "a.", "2.", ""]

    @pytest.mark.parametrize(
        ("attributes", "shown"),
        [
            ('start="4"', ["4. x", "5. y"]),
            ("reversed", ["2. x", "1. y"]),
            ('type="I" start="9"', ["IX. x", "X. y"]),
            ('style="list-style-type: cjk-ideographic"', ["一、x", "二、y"]),
            ('style="list-style: trad-chinese-formal"', ["壹、x", "貳、y"]),
            ('style="list-style-type:none"', ["x", "y"]),
            ('start="junk"', ["1. x", "2. y"]),
        ],
    )
    def test_lists_may_count_otherwise(self, attributes: str, shown: list[str]) -> None:
        assert lines(f"<ol {attributes}><li>x</li><li>y</li></ol>") == shown

    def test_an_item_may_name_its_number(self) -> None:
        assert lines('<ol><li>x<li value="8">y<li>z</ol>') == ["1. x", "8. y", "9. z"]

    def test_bullets_are_one_sign(self) -> None:
        assert lines("<ul><li>x<ul><li>y</ul></ul><li>z") == ["• x", "• y", "• z"]


class TestTables:
    def test_a_row_is_a_line_with_its_cells(self) -> None:
        document = read(
            "<table><thead><tr><th>建議事項<th>主辦機關<tbody><tr><td>設<br>專用道<td>交通局</table>"
        )
        assert document.text == "建議事項\t主辦機關\n設專用道\t交通局"
        assert [[document.text[s:e] for s, e in b.cells] for b in document.blocks][1] == [
            "設專用道",
            "交通局",
        ]

    def test_spans_keep_the_columns_and_an_owner_counts_for_its_rows(self) -> None:
        page = (
            "<table><tr><th>建議<th>主辦單位<th>期限</tr>"
            "<tr><td>甲案<td rowspan=2>工務局<td>年底</tr><tr><td>乙案<td>年中</tr>"
            "<tr><td colspan=2>丙案<td>未定</tr></table>"
        )
        assert lines(page)[1:] == ["甲案\t工務局\t年底", "乙案\t工務局\t年中", "丙案\t\t未定"]

    def test_spans_without_end_are_bounded(self) -> None:
        assert len(read('<table><tr><td colspan=999999 rowspan="-3">x<td>y</table>').text) < 100

    def test_a_layout_table_gives_its_paragraphs(self) -> None:
        assert lines("<table><tr><td>選單一<td><h1>建議</h1><p>宜設站牌。</p></table>") == [
            "選單一",
            "建議",
            "宜設站牌。",
        ]
