"""The real child process, with files that are well, ill and hostile."""

import os
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.pdf import encrypted, pdf
from tracker.adapters import sandbox
from tracker.adapters.sandbox import Sandbox
from tracker.foundation.errors import (
    EncodingUnknown,
    FileEmpty,
    FileEncrypted,
    FileTooLarge,
    FileTruncated,
    FormatMismatch,
    ReadingTookTooLong,
    ReportUnreadable,
    TextMissing,
)
from tracker.reading.document import ReadingLimits

REPORT = """服務機關：澄湖市政府水利處
一、前言
略。
二、建議
（一）建請水利處於115年3月31日前訂定維護手冊。
"""
PAGES = pdf("Report", "2. Recommendations\n1. The Depot should wash trams first.\n2. Buy brushes.")


class TestRead:
    def test_text_comes_back_with_what_was_found(self) -> None:
        report = Sandbox().read("報告.txt", REPORT.encode())
        assert report.document_text == REPORT
        assert (report.kind, report.page_starts) == ("text", None)
        assert report.extraction.metadata.agencies == ("澄湖市政府水利處",)
        assert [c.owner_hint for c in report.extraction.recommendations] == ["水利處"]

    def test_pdf_comes_back_with_pages(self) -> None:
        report = Sandbox().read("report.pdf", PAGES)
        assert report.page_starts is not None
        assert [c.page for c in report.extraction.recommendations] == [2, 2]
        for candidate in report.extraction.recommendations:
            assert report.document_text[candidate.start : candidate.end] == candidate.text

    def test_name_is_data_only(self) -> None:
        assert Sandbox().read("--help; rm -rf ../\0../x.txt", REPORT.encode()).document_text == REPORT


class TestBoxes:
    def test_come_back_for_a_span_of_the_text(self) -> None:
        text = Sandbox().read("report.pdf", PAGES).document_text
        start = text.index("Depot")
        (place,) = Sandbox().boxes("report.pdf", PAGES, start, start + len("Depot"))
        assert place.page == 2
        assert 60 < place.left < place.right < 200
        assert 740 < place.bottom < place.top < 780

    def test_none_for_a_text(self) -> None:
        assert Sandbox().boxes("a.txt", REPORT.encode(), 0, 5) == ()

    def test_refusals_are_those_of_reading(self) -> None:
        with pytest.raises(FileEncrypted):
            Sandbox().boxes("a.pdf", encrypted(PAGES), 0, 5)


class TestLength:
    def test_two_thousand_pages_are_read(self) -> None:
        report = Sandbox().read("long.pdf", pdf(*["A page of plain words"] * 2_000))
        assert report.page_starts is not None
        assert len(report.page_starts) == 2_000

    def test_more_are_refused(self) -> None:
        with pytest.raises(FileTooLarge):
            Sandbox().read("longer.pdf", pdf(*["A page of plain words"] * 2_001))


class TestRefusals:
    @pytest.mark.parametrize(
        ("name", "data", "error"),
        [
            ("a.txt", b"", FileEmpty),
            ("a.txt", "건의 사항".encode("euc-kr"), EncodingUnknown),
            ("a.pdf", PAGES[:300], FileTruncated),
            ("a.pdf", encrypted(PAGES), FileEncrypted),
            ("a.pdf", pdf(""), TextMissing),
            ("a.pdf", os.urandom(2000), FormatMismatch),
        ],
        ids=["empty", "encoding", "cut off", "password", "scan", "garbage"],
    )
    def test_names_the_reason(self, name: str, data: bytes, error: type[ReportUnreadable]) -> None:
        with pytest.raises(ReportUnreadable) as caught:
            Sandbox().read(name, data)
        assert caught.type is error

    def test_too_large_is_refused_before_a_child_starts(self) -> None:
        with pytest.raises(FileTooLarge):
            Sandbox(ReadingLimits(max_bytes=10)).read("a.txt", b"x" * 11)


class TestBombs:
    def test_memory_is_limited(self) -> None:
        bomb = _inflating_pdf(512 * 2**20)
        began = time.monotonic()
        with pytest.raises(ReportUnreadable):
            Sandbox(ReadingLimits(cpu_seconds=10, wall_seconds=20)).read("bomb.pdf", bomb)
        assert time.monotonic() - began < 25


ChildProgram = Callable[[str], None]


@pytest.fixture
def child_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ChildProgram:
    """Lets the sandbox start another program in place of the reader, to see how it guards itself."""

    def replace(code: str) -> None:
        file = tmp_path / "child.py"
        file.write_text(code, encoding="utf-8")
        monkeypatch.setattr(sandbox, "_command", lambda *_: [sys.executable, str(file)])

    return replace


class TestMisbehavingChild:
    def test_hanging_child_is_ended_with_its_children(
        self, child_program: ChildProgram, tmp_path: Path
    ) -> None:
        marker = tmp_path / "grandchild"
        child_program(
            "import os, time\n"
            f"if os.fork() == 0:\n    open({str(marker)!r}, 'w').write(str(os.getpid()))\n"
            "time.sleep(60)\n"
        )
        began = time.monotonic()
        with pytest.raises(ReadingTookTooLong):
            Sandbox(ReadingLimits(wall_seconds=1.5)).read("a.txt", b"text")
        assert time.monotonic() - began < 10
        assert _ends(int(marker.read_text()))

    def test_endless_answer_is_cut(self, child_program: ChildProgram) -> None:
        child_program("import sys\nwhile True: sys.stdout.write('x' * 65536)\n")
        with pytest.raises(ReadingTookTooLong):
            Sandbox(ReadingLimits(max_bytes=2**20)).read("a.txt", b"text")

    @pytest.mark.parametrize("answer", ["", "no json", "[]", '{"error": "SystemExit"}', '{"text": 1}'])
    def test_nonsense_is_not_believed(self, child_program: ChildProgram, answer: str) -> None:
        child_program(f"print({answer!r})")
        with pytest.raises(ReportUnreadable):
            Sandbox().read("a.txt", b"text")

    @pytest.mark.parametrize(
        "answer", ["", "[]", '{"boxes": 1}', '{"boxes": [[1, 2]]}', '{"boxes": [["x", 1, 2, 3, 4]]}']
    )
    def test_nonsense_about_boxes_is_not_believed(self, child_program: ChildProgram, answer: str) -> None:
        child_program(f"print({answer!r})")
        with pytest.raises(ReportUnreadable):
            Sandbox().boxes("a.pdf", b"text", 0, 1)

    def test_killed_child_took_too_much(self, child_program: ChildProgram) -> None:
        child_program("import os\nos.kill(os.getpid(), 9)\n")
        with pytest.raises(ReadingTookTooLong):
            Sandbox().read("a.txt", b"text")

    def test_crashed_parser_is_one_message(self, child_program: ChildProgram) -> None:
        child_program("import os\nos.kill(os.getpid(), 11)\n")
        with pytest.raises(ReportUnreadable) as caught:
            Sandbox().read("a.txt", b"text")
        assert caught.type is ReportUnreadable

    def test_environment_holds_no_secrets(
        self, child_program: ChildProgram, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        seen = tmp_path / "environment"
        monkeypatch.setenv("TRACKER_SECRET", "not for children")
        child_program(f"import os\nopen({str(seen)!r}, 'w').write(repr(dict(os.environ)))\n")
        with pytest.raises(ReportUnreadable):
            Sandbox().read("a.txt", b"text")
        assert "not for children" not in seen.read_text()


def _ends(pid: int, seconds: float = 5) -> bool:
    """Tell whether a killed process is gone within some seconds; the kernel may take a moment."""
    deadline = time.monotonic() + seconds
    while _is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not _is_running(pid)


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def _inflating_pdf(size: int) -> bytes:
    """Return a small PDF whose one page grows to the size when it is unpacked twice."""
    packer = zlib.compressobj(9)
    once = b"".join(packer.compress(b" " * 2**20) for _ in range(size // 2**20)) + packer.flush()
    stream = zlib.compress(once, 9)
    plain = pdf("x")
    head, _, rest = plain.partition(b"<< /Length ")
    _, _, after = rest.partition(b"endstream")
    filters = f"<< /Filter [/FlateDecode /FlateDecode] /Length {len(stream)} >>\nstream\n".encode()
    return head + filters + stream + b"\nendstream" + after
