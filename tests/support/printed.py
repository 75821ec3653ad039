"""Reports as they come from a printer's driver: set by WeasyPrint from plain lines, with a text layer or without one."""

from html import escape
from io import BytesIO

import pypdfium2
import pytest

STYLE = """
@page { size: A4; margin: 2.2cm }
body { font: 13pt/1.9 "Noto Sans CJK TC", sans-serif }
p { margin: 0 0 .3em }
.break { break-before: page }
"""
COVER = (
    "出國報告（出國類別：考察）",
    "赴瀨灣市考察輕軌與水岸步道 出國報告",
    "服務機關：交通局",
    "姓名職稱：何語安 科員",
    "派赴國家：日本",
    "出國期間：115年1月12日至1月16日",
    "報告日期：115年2月20日",
    "一、目的",
    "了解瀨灣市如何串連港區、輕軌與步道。",
)
QUOTES = (
    "建請交通局於輕軌沿線三處路口試辦行人優先號誌。",
    "建請交通局在渡輪站增設低位售票窗口，並於年底前完成。",
)
ADVICE = ("三、建議", f"1. {QUOTES[0]}", f"2. {QUOTES[1]}")


def printed(*pages: tuple[str, ...]) -> bytes:
    """Return a PDF with a text layer, a page for each tuple of lines; skips loudly without Pango."""
    try:
        from weasyprint import HTML  # noqa: PLC0415 - needs the system's Pango
    except OSError:
        pytest.skip("*** SKIPPED: there is no Pango. Run as root: apt-get install -y libpango-1.0-0")
    parts = []
    for number, lines in enumerate(pages):
        paragraphs = "".join(f"<p>{escape(line)}</p>" for line in lines)
        parts.append(f'<div class="{"break" if number else ""}">{paragraphs}</div>')
    page = f"<html lang=zh-Hant><style>{STYLE}</style>{''.join(parts)}</html>"
    made: bytes = HTML(string=page).write_pdf()
    return made


def printed_report() -> bytes:
    """Return a report of two pages whose recommendations stand on the second."""
    return printed(COVER, ADVICE)


def scanned(data: bytes, dots_per_inch: int = 150) -> bytes:
    """Return the pages of a PDF as pictures of paper, without a text layer."""
    document = pypdfium2.PdfDocument(data)
    pictures = [page.render(scale=dots_per_inch / 72, grayscale=True).to_pil() for page in document]
    document.close()
    out = BytesIO()
    pictures[0].save(out, "PDF", save_all=True, append_images=pictures[1:], resolution=dots_per_inch)
    return out.getvalue()
