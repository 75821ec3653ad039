"""Reading PDF reports: against PDFium's bare text extraction of the same file, by length, and by memory."""

import gc
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pypdfium2
from playwright.sync_api import sync_playwright

from tests.support.benchmark import Benchmark
from tests.support.browser import MISSING, find_chromium, launch
from tracker.extraction import extract
from tracker.reading import readers
from tracker.reading.document import Document, ReadingLimits

LIMITS = ReadingLimits()
PARAGRAPHS_ON_PAGE = 9
PARAGRAPH = (
    "第{number}日上午拜會甲市電車處，聽取其機廠清洗用水回收的作法。該處以十年為期，逐年汰換{number}號路線的軌道，並將清洗"
    "所需的水全數回收，用於澆灌沿線行道樹。下午至機廠參觀，其作業方式與本市不同，由值班人員依車輛進廠的次序清洗，每列電車約需"
    "二十分鐘，雨天則停洗。"
)
ADVICE = "{number}、建議交通局於110年6月底前，比照甲市的作法，先清洗電車再進廠，以節省清洗所需的用水。"
_folder = TemporaryDirectory()


@cache
def report(pages: int) -> bytes:
    """Return a text PDF of about so many pages, printed by Chromium, that ends with recommendations."""
    body = [PARAGRAPH.format(number=number) for number in range(PARAGRAPHS_ON_PAGE * pages)]
    advice = [ADVICE.format(number=number) for number in "一二三四五六七八九十"]
    lines = ["<h1>壹、考察紀要</h1>", *_paragraphs(body), "<h1>貳、建議事項</h1>", *_paragraphs(advice)]
    chromium = find_chromium()
    if chromium is None:
        sys.exit(MISSING)
    with sync_playwright() as playwright, launch(playwright, chromium) as browser:
        page = browser.new_page()
        page.set_content(f"<!doctype html><meta charset=utf-8>{''.join(lines)}")
        return page.pdf(format="A4", margin=dict.fromkeys(("top", "right", "bottom", "left"), "2cm"))


def _paragraphs(texts: list[str]) -> list[str]:
    return [f"<p>{text}</p>" for text in texts]


def bare(data: bytes) -> list[str]:
    """Let PDFium alone give the text of every page."""
    with closing(pypdfium2.PdfDocument(data)) as document:
        return [_text(document, number) for number in range(len(document))]


def _text(document: pypdfium2.PdfDocument, number: int) -> str:
    with closing(document[number]) as page, closing(page.get_textpage()) as characters:
        return str(characters.get_text_range())


def read(data: bytes) -> Document:
    """Read a report."""
    return readers.read("report.pdf", data, LIMITS)


def read_and_extract(data: bytes) -> None:
    """Read a report and find what it recommends."""
    assert extract(read(data)).recommendations


def on(pages: int, work: Callable[[bytes], object]) -> Callable[[], object]:
    """Return a work on the report of about so many pages, which is printed when it is first asked for."""
    return lambda: work(report(pages))


@dataclass(frozen=True)
class Growth(Benchmark):
    """What a page costs in a long report against one of about ten pages, where bare PDFium's own growth is one.

    Measured in processor time: a long work never falls into a quiet moment of the machine, a short one does. PDFium
    itself takes longer for a page of a long file, so its growth is the measure and not the number of pages.
    """

    pages: int = 10

    def ratio(self) -> float:
        """Return how many times bare PDFium we take in the long report over the same in the short one."""
        return self._times_bare(self.pages, self.rounds) / self._times_bare(10, 10 * self.rounds)

    def _times_bare(self, pages: int, rounds: int) -> float:
        report(pages)
        turns = [
            (_processor_seconds(on(pages, read_and_extract)), _processor_seconds(on(pages, bare)))
            for _ in range(rounds)
        ]
        return min(ours for ours, _ in turns) / min(bare for _, bare in turns)


def _processor_seconds(work: Callable[[], object]) -> float:
    gc.disable()  # As in the child program that reads the files of the house.
    started = time.process_time()
    work()
    spent = time.process_time() - started
    gc.enable()
    return spent


@dataclass(frozen=True)
class Memory(Benchmark):
    """The peak memory of a process that does the one, against that of a process that does the other."""

    def ratio(self) -> float:
        """Return our peak over the yardstick's."""
        return _peak(self.ours) / _peak(self.yardstick)


def _peak(work: Callable[[], object]) -> int:
    """Return the peak memory of a fresh process that does a work of this module on the report of 50 pages."""
    file = Path(_folder.name) / "report.pdf"
    file.write_bytes(report(50))
    program = f"{PROGRAMS[work]}; print(next(l for l in open('/proc/self/status') if l.startswith('VmHWM')).split()[1])"
    ran = subprocess.run([sys.executable, "-c", program, file], capture_output=True, text=True, check=True)
    return int(ran.stdout)


def ours() -> None:
    """Read and extract."""
    read_and_extract(report(50))


def yardstick() -> None:
    """Let PDFium alone give the text."""
    bare(report(50))


# What the processes run whose memory is measured: nothing but the work, without what the benchmarks load.
PROGRAMS: dict[Callable[[], object], str] = {
    ours: (
        "import pathlib, sys; from tracker.extraction import extract; from tracker.reading import readers;"
        "from tracker.reading.document import ReadingLimits;"
        "extract(readers.read('report.pdf', pathlib.Path(sys.argv[1]).read_bytes(), ReadingLimits()))"
    ),
    yardstick: (
        "import pathlib, pypdfium2, sys; d = pypdfium2.PdfDocument(pathlib.Path(sys.argv[1]).read_bytes());"
        "[p.get_textpage().get_text_range() for p in d]"
    ),
}

BENCHMARKS = [
    Benchmark("reading 50 pages of PDF, against bare PDFium", on(50, read), on(50, bare), limit=2.5),
    Benchmark("reading and extracting 50 pages of PDF, against the same", ours, yardstick, limit=3),
    *(
        Growth(
            f"growth from 10 to {pages:,} pages, against bare PDFium's",
            on(pages, read_and_extract),
            on(pages, bare),
            limit=1.3,
            rounds=rounds,
            pages=pages,
        )
        for pages, rounds in ((100, 5), (1_000, 2))
    ),
    Memory("peak memory for 50 pages of PDF, against bare PDFium", ours, yardstick, limit=2),
]
