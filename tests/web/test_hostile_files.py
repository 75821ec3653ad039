"""Hostile files by the upload page and the command line: a reason for each, no trace in the log and no report."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.support.client import Visitor
from tests.support.hostile import HostileFile, one_of_each_kind
from tests.support.report_stories import upload, work
from tracker.cli.extract import extract_command
from tracker.foundation import errors
from tracker.foundation.errors import ReportUnreadable
from tracker.reports.models import Report
from tracker.wiring import Wiring

Visit = Callable[..., Visitor]
FILES = [*one_of_each_kind()]


def reasons(file: HostileFile) -> list[str]:
    """Return the sentences of which one must be told."""
    kinds = (getattr(errors, answer) for answer in file.case.answers if hasattr(errors, answer))
    return [kind().text(str) for kind in kinds]


def offers(file: HostileFile) -> list[str]:
    """Return the sentence that offers to read the file as a scan, where the machine can do that."""
    return ["檔案裡沒有文字。可以由系統逐頁辨識"] if "TextMissing" in file.case.answers else []


class TestUploadPage:
    @pytest.mark.parametrize("file", FILES, ids=lambda file: file.kind)
    def test_tells_why_and_makes_no_report(
        self, visit: Visit, wiring: Wiring, file: HostileFile, caplog: pytest.LogCaptureFixture
    ) -> None:
        visitor = visit("coordinator")
        answer = upload(visitor, (f"hostile.{file.case.name.rsplit('.', 1)[-1]}", file.case.data))
        work(wiring)
        page = answer.text if answer.status_code == 422 else visitor.get("/reports/imports/1").text
        assert any(reason in page for reason in [*reasons(file), *offers(file)])
        assert [r for r in caplog.records if r.exc_info or r.levelno >= logging.ERROR] == []
        with wiring.database.reading() as session:
            assert session.query(Report).count() == 0


class TestExtractCommand:
    def test_tells_why_for_each_and_goes_on(self, tmp_path: Path) -> None:
        paths = []
        for number, file in enumerate(FILES):
            path = tmp_path / f"{number:03}.{file.case.name.rsplit('.', 1)[-1]}"
            path.write_bytes(file.case.data)
            paths.append(str(path))
        result = CliRunner().invoke(extract_command, [*paths, "--jsonl"], env={"TRACKER_LANGUAGE": "zh-Hant"})
        lines = result.stderr.splitlines()
        assert (result.exit_code, result.stdout) == (ReportUnreadable.exit_code, "")
        assert len(lines) == len(paths)
        for line, path, file in zip(lines, paths, FILES, strict=True):
            assert line.startswith(path)
            assert any(line.endswith(reason) for reason in reasons(file))
