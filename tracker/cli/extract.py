"""`tracker extract`: read reports and show what they recommend, without a database."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from tracker.adapters.sandbox import Sandbox
from tracker.cli.files import NOTHING_INSIDE, bytes_of, find_files
from tracker.cli.parallel import in_order, usual_jobs
from tracker.cli.support import speech
from tracker.extraction.model import Candidate, Metadata, ReadReport, to_json
from tracker.foundation import roc
from tracker.foundation.errors import ReportUnreadable, Translate
from tracker.foundation.language import N_
from tracker.reading.document import ReadingLimits

_TEXT_KINDS = ("text", "markdown")
RECOMMENDATIONS = N_("建議事項：%(count)s 項")
POSSIBLE = N_("另有可能的建議：%(count)s 項")
NONE_FOUND = N_("沒有找到建議事項。")


@click.command("extract", help=N_("讀取報告並列出其中的建議事項，不需要資料庫。可以指定檔案或整個目錄。"))
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--jsonl", is_flag=True, help=N_("標準輸出只寫 JSON，每個檔案一行。"))
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=usual_jobs,
    help=N_("同時讀取幾個檔案；省略時為處理器的數目，最多四個。"),
)
def extract_command(paths: tuple[Path, ...], jsonl: bool, jobs: int) -> None:
    """Extract what the paths stand for, in order; a bad file is told on stderr and does not stop the others."""
    translate = speech()
    sandbox = Sandbox()
    found = find_files(paths)
    code = 0

    def read(file: Path) -> tuple[Path, ReadReport | ReportUnreadable]:
        try:
            return file, sandbox.read(file.name, bytes_of(file, ReadingLimits().max_bytes))
        except ReportUnreadable as error:
            return file, error

    for empty in found.empty:
        click.echo(f"{empty}: {translate(NOTHING_INSIDE)}", err=True)
        code = ReportUnreadable.exit_code
    for file, report in in_order(read, found.files, jobs):
        if isinstance(report, ReportUnreadable):
            click.echo(f"{file}: {report.text(translate)}", err=True)
            code = report.exit_code
        else:
            click.echo(_json_line(file, report) if jsonl else _summary(file, report, translate))
    sys.exit(code)


def _json_line(file: Path, report: ReadReport) -> str:
    values: dict[str, Any] = {"id": file.stem, **to_json(report.extraction)}
    if report.kind not in _TEXT_KINDS:
        values["text"] = report.document_text
    return json.dumps(values, ensure_ascii=False)


def _summary(file: Path, report: ReadReport, translate: Translate) -> str:
    found = report.extraction
    lines = [str(file), *_cover_lines(found.metadata)]
    if not found.recommendations and not found.possible:
        return "\n".join([*lines, f"  {translate(NONE_FOUND)}", ""])
    for heading, candidates in ((RECOMMENDATIONS, found.recommendations), (POSSIBLE, found.possible)):
        if candidates:
            lines.append("  " + translate(heading) % {"count": len(candidates)})
            lines += [f"  {number}. {_candidate_line(c)}" for number, c in enumerate(candidates, start=1)]
    return "\n".join([*lines, ""])


def _cover_lines(metadata: Metadata) -> list[str]:
    days = [roc.show(day) for day in (metadata.trip_start, metadata.trip_end) if day]
    people = [" ".join(filter(None, (p.name, p.title))) for p in metadata.people]
    parts = (
        metadata.title,
        "、".join(metadata.agencies),
        "、".join(people),
        "、".join(metadata.destinations),
        "–".join(days),
    )
    return [f"  {part}" for part in parts if part]


def _candidate_line(candidate: Candidate) -> str:
    due = candidate.due_hint
    shown = (roc.show(due.date) if due.date else due.text) if due else None
    hints = "；".join(filter(None, (candidate.owner_hint, shown)))
    quote = " ".join(candidate.text.split())
    return f"{quote}（{hints}）" if hints else quote
