"""Tables handed up: the same words in every format, opened by LibreOffice, and a PDF whose text can be selected."""

import io
import subprocess
import sys
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pypdfium2
import pytest
from lxml import etree

from tests.support.libreoffice import converted, needs_calc, needs_writer
from tracker.foundation import documents
from tracker.foundation.documents import (
    Format,
    Heading,
    Paper,
    PDFNotAvailable,
    TooLongForPDF,
    why_no_pdf,
    write_paper,
)
from tracker.foundation.drawing import Bar, BarChart, Piece, Tone

HOSTILE = '=HYPERLINK("http://x") <b>&amp; </text:p>\t<script>'
ROWS = [
    ("1", "設置轉乘資訊看板", date(2026, 3, 31), 45),
    ("2", HOSTILE, date(2010, 1, 2), None),
]
needs_pdf = pytest.mark.skipif(why_no_pdf() is not None, reason="Pango or Chinese fonts are not installed")


def paper(rows: list[tuple] | None = None, widths: tuple[float, ...] = (1, 10, 3, 2)) -> Paper:
    rows = ROWS if rows is None else rows
    return Paper(
        title="列管事項明細",
        facts=[("資料截至", "115年3月6日（五）09:00"), ("匯出者", "溫如玉")],
        columns=[
            Heading(name, width)
            for name, width in zip(("項次", "列管事項", "預定完成日", "進度"), widths, strict=True)
        ],
        rows=rows,
        length=len(rows),
        empty="沒有符合的事項。",
    )


def written(form: Format, told: Paper | None = None, language: str = "zh-Hant") -> bytes:
    file = io.BytesIO()
    write_paper(form, file, told or paper(), language)
    return file.getvalue()


def text_of_pdf(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


class TestPaper:
    def test_lies_on_its_side_when_its_columns_need_the_room(self) -> None:
        assert not paper().lies
        assert paper(widths=(1, 20, 3, 2)).lies

    def test_gives_its_columns_the_whole_width_of_the_page(self) -> None:
        assert sum(paper().shares) == pytest.approx(17, abs=0.1)
        assert sum(paper(widths=(1, 20, 3, 2)).shares) == pytest.approx(26.7, abs=0.1)


class TestEveryFormat:
    @pytest.mark.parametrize("form", [form for form in Format if form is not Format.PDF])
    def test_gives_the_same_bytes_for_the_same_table(self, form: Format) -> None:
        if form is not Format.XLSX:  # A workbook carries the moment of its making.
            assert written(form) == written(form)

    def test_keeps_the_head_in_the_first_line_of_csv_and_states_the_rest_below(self) -> None:
        lines = written(Format.CSV).decode("utf-8-sig").splitlines()
        assert lines[0] == "項次,列管事項,預定完成日,進度"
        assert lines[3:] == ["", "列管事項明細", "資料截至：115年3月6日（五）09:00", "匯出者：溫如玉"]


class TestODT:
    def test_holds_hostile_words_as_words(self) -> None:
        with ZipFile(io.BytesIO(written(Format.ODT))) as package:
            content = etree.fromstring(package.read("content.xml"))
        texts = ["".join(each.itertext()) for each in content.iter("{*}p", "{*}h")]
        assert '=HYPERLINK("http://x") <b>&amp; </text:p> <script>' in texts

    def test_says_so_where_there_is_nothing_to_list(self) -> None:
        with ZipFile(io.BytesIO(written(Format.ODT, paper([])))) as package:
            content = package.read("content.xml").decode()
        assert "沒有符合的事項。" in content
        assert "<table:table " not in content

    @pytest.mark.slow
    @needs_writer
    def test_opens_in_libreoffice_with_its_heading_statements_and_table(self, tmp_path: Path) -> None:
        text = converted(written(Format.ODT), "odt", "txt:Text (encoded):UTF8", tmp_path).decode("utf-8-sig")
        for words in ("列管事項明細", "資料截至：115年3月6日（五）09:00", "匯出者：溫如玉", "115/03/31"):
            assert words in text

    @pytest.mark.slow
    @needs_writer
    def test_is_printed_by_libreoffice_on_a4(self, tmp_path: Path) -> None:
        wide = written(Format.ODT, paper(widths=(1, 20, 3, 2)))
        document = pypdfium2.PdfDocument(converted(wide, "odt", "pdf", tmp_path))
        assert [round(side) for side in document[0].get_size()] == [842, 595]


class TestSpreadsheets:
    @pytest.mark.slow
    @needs_calc
    @pytest.mark.parametrize("form", [Format.ODS, Format.XLSX])
    def test_open_in_libreoffice_with_the_right_cell_types(self, form: Format, tmp_path: Path) -> None:
        flat = etree.fromstring(converted(written(form), form.value, "fods", tmp_path))
        rows = [list(row.iter("{*}table-cell")) for row in flat.iter("{*}table-row")]
        [first] = [row for row in rows if row and "".join(row[0].itertext()).strip() == "1"]
        office = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
        types = [cell.get(f"{office}value-type") for cell in first[:4]]
        assert types == ["string", "string", "date", "float"]
        assert (first[2].get(f"{office}date-value"), first[3].get(f"{office}value")) == ("2026-03-31", "45")
        assert "".join(first[2].itertext()).strip().endswith("/03/31")

    @pytest.mark.slow
    @needs_calc
    def test_are_printed_lying_with_the_title_on_top(self, tmp_path: Path) -> None:
        data = converted(written(Format.ODS), "ods", "pdf", tmp_path)
        document = pypdfium2.PdfDocument(data)
        width, height = document[0].get_size()
        assert width > height
        assert text_of_pdf(data).startswith("列管事項明細")


@needs_pdf
class TestPDF:
    def test_carries_chinese_text_that_can_be_selected(self) -> None:
        text = text_of_pdf(written(Format.PDF)).replace("\r\n", "").replace("\n", "")
        for words in (
            "列管事項明細",
            "資料截至：",
            "115年3月6日（五）09:00",
            "設置轉乘資訊看板",
            "115/03/31",
        ):
            assert words in text

    def test_draws_a_chart_whose_words_can_be_selected(self) -> None:
        chart = BarChart(
            "哪些機關逾期最多？", "依主辦機關計算。", [Piece("逾期", Tone.LATE)], [Bar("交通局", (3,))]
        )
        data = written(Format.PDF, Paper(**{**vars(paper()), "chart": chart}))
        assert "哪些機關逾期最多？" in text_of_pdf(data)
        assert "交通局" in text_of_pdf(data)
        document = pypdfium2.PdfDocument(data)
        kinds = {each.type for each in document[0].get_objects()}
        assert pypdfium2.raw.FPDF_PAGEOBJ_PATH in kinds
        assert pypdfium2.raw.FPDF_PAGEOBJ_IMAGE not in kinds

    def test_shows_hostile_words_as_words(self) -> None:
        assert "<script>" in text_of_pdf(written(Format.PDF)).replace("\r\n", "")

    def test_repeats_the_head_on_every_page_of_a4(self) -> None:
        rows = [(str(number), "設置轉乘資訊看板", date(2026, 3, 31), number) for number in range(60)]
        document = pypdfium2.PdfDocument(written(Format.PDF, paper(rows)))
        assert len(document) > 1
        for page in document:
            assert "預定完成日" in page.get_textpage().get_text_range()
            assert [round(side) for side in page.get_size()] == [595, 842]

    def test_fetches_nothing(self) -> None:
        rows = [("1", '<img src="file:///etc/hostname">', None, None)]
        assert "<img" in text_of_pdf(written(Format.PDF, paper(rows)))

    def test_is_refused_for_more_rows_than_anybody_reads(self) -> None:
        many = paper()
        with pytest.raises(TooLongForPDF):
            written(Format.PDF, Paper(**{**vars(many), "length": documents.MOST_ROWS_IN_PDF + 1}))


class TestWithoutPango:
    def test_names_what_is_missing_and_leaves_the_rest_alone(self) -> None:
        """Run where loading Pango fails, in a process of its own, since a library once loaded stays."""
        program = (
            "import sys; sys.modules['weasyprint'] = None\n"
            "from tracker.foundation.documents import PDFNotAvailable, _weasyprint, why_no_pdf\n"
            "print(why_no_pdf())\n"
        )
        done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
        assert done.stdout.strip() == "pango"

    def test_tells_the_reader_what_to_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "weasyprint", None)
        with pytest.raises(PDFNotAvailable, match="tracker doctor"):
            written(Format.PDF)
        assert written(Format.ODT)
