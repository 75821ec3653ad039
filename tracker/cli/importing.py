"""`tracker import`: files and whole directories, read side by side, with what became of each told at once."""

import csv
import logging
import sys
import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TextIO

import click

from tracker.access import Permission
from tracker.cli.files import NOTHING_INSIDE, Found, bytes_of, find_files
from tracker.cli.parallel import as_they_end, stopped_by_signals, usual_jobs
from tracker.cli.progress import Display, display_for
from tracker.cli.support import say, speech, wired
from tracker.foundation.errors import (
    Duplicate,
    Forbidden,
    Invalid,
    ReportUnreadable,
    TextMissing,
    TrackerError,
    Unavailable,
)
from tracker.foundation.language import N_
from tracker.foundation.showing import safe_cell
from tracker.people.queries import act_of, find_user_by_email, list_coordinators
from tracker.reports.importing import ImportAtOnce, Imported
from tracker.reports.rules.drafts import Confidentiality
from tracker.wiring import Wiring

STOPPED = 130
_log = logging.getLogger(__name__)


class NobodyToActFor(Invalid):
    """There is no coordinator, and nobody was named."""

    message = N_("沒有可以匯入報告的人員。請先建立一位研考，或以 --as 指定電子郵件。")


class PersonUnknown(Invalid):
    """Nobody active has the address that was named."""

    message = N_("找不到電子郵件為 %(email)s 的使用中人員。")


class Unexpected(TrackerError):
    """Something that nobody foresaw; the others go on."""

    message = N_("發生未預期的錯誤：%(detail)s")


class CannotWrite(Invalid):
    """The file for the outcomes cannot be written."""

    message = N_("無法寫入 %(path)s（%(reason)s）。")


class Outcome(StrEnum):
    """What became of a file."""

    IMPORTED = "imported"
    WITHOUT_RECOMMENDATIONS = "without_recommendations"
    KNOWN = "known"
    FAILED = "failed"
    READABLE = "readable"
    LEFT = "left"


OUTCOMES = {
    Outcome.IMPORTED: N_("已匯入"),
    Outcome.WITHOUT_RECOMMENDATIONS: N_("已匯入，沒有找到建議事項"),
    Outcome.KNOWN: N_("先前已匯入"),
    Outcome.FAILED: N_("未匯入"),
    Outcome.READABLE: N_("將會讀取"),
    Outcome.LEFT: N_("尚未處理"),
}
NO_REPORT = N_("沒有封面資料，也沒有建議事項，可能不是出國報告。")
SCAN = N_("這份 PDF 是掃描影像，沒有可讀取的文字。請在網頁的「匯入報告」上傳這個檔案，就可以由系統辨識文字。")
COLUMNS = (N_("檔案"), N_("結果"), N_("說明"), N_("報告名稱"), N_("候選建議數"))


@dataclass(frozen=True)
class Ended:
    """A file and what became of it; `error` says why it was not imported."""

    file: Path
    outcome: Outcome
    error: TrackerError | None = None
    imported: Imported | None = None

    @property
    def note(self) -> str:
        """Return the reason in the operator's language, empty where there is nothing to say."""
        if isinstance(self.error, TextMissing) and self.file.suffix.lower() == ".pdf":
            return speech()(SCAN)
        if self.error:
            return self.error.text(speech())
        if self.imported and not self.imported.looks_like_report:
            return speech()(NO_REPORT)
        return ""

    @property
    def sentence(self) -> str:
        """Return the line that tells of the file."""
        if self.outcome is Outcome.IMPORTED and self.imported:
            words = speech()(N_("%(file)s：已匯入「%(title)s」，候選建議 %(drafts)s 則"))
            return words % {"file": self.file, **vars(self.imported)}
        return f"{self.file}: " + (self.note or speech()(OUTCOMES[self.outcome]))


@click.command("import", help=N_("匯入報告並擷取建議事項，等候研考審閱。可以指定檔案或整個目錄。"))
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--confidentiality",
    type=click.Choice([each.value for each in Confidentiality]),
    default=Confidentiality.PUBLIC.value,
    help=N_("機密等級：public 公開，restricted 限閱。"),
)
@click.option("--as", "email", metavar="EMAIL", help=N_("以誰的名義匯入；省略時為第一位研考。"))
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=usual_jobs,
    help=N_("同時讀取幾個檔案；省略時為處理器的數目，最多四個。"),
)
@click.option("--dry-run", is_flag=True, help=N_("只列出會讀取哪些檔案，不匯入。"))
@click.option(
    "--report",
    "report_file",
    metavar="FILE.csv",
    type=click.Path(path_type=Path, dir_okay=False),
    help=N_("把每個檔案的結果寫成 CSV，一個檔案一列。"),
)
def import_command(
    paths: tuple[Path, ...],
    confidentiality: str,
    email: str | None,
    jobs: int,
    dry_run: bool,
    report_file: Path | None,
) -> None:
    """Import what the paths stand for; a bad file is told and passed over, a stop finishes what is in hand."""
    found = find_files(paths)
    with wired() as wiring:
        importing = wiring.import_at_once(_whom_to_act_for(wiring, email), Confidentiality(confidentiality))
        work = Looking(importing) if dry_run else Working(importing)
        with ExitStack() as opened:
            rows = opened.enter_context(_rows(report_file))
            run = Run(found, rows, opened.enter_context(stopped_by_signals()))
            with display_for(len(found.files)) as display:
                run.through(work, jobs, display)
            run.tell_left()
            _summarize(run)
    if run.away:
        raise run.away
    sys.exit(run.exit_code)


@dataclass(frozen=True)
class Working:
    """Imports one file."""

    importing: ImportAtOnce

    def __call__(self, file: Path) -> Ended:
        """Return what became of a file; raises Unavailable, which concerns every other file too."""
        with _told(file) as told:
            imported = self.importing(file.name, bytes_of(file, self.importing.max_bytes))
            outcome = Outcome.IMPORTED if imported.drafts else Outcome.WITHOUT_RECOMMENDATIONS
            told.append(Ended(file, outcome, imported=imported))
        return told[0]


@dataclass(frozen=True)
class Looking:
    """Tells of one file whether it would be read."""

    importing: ImportAtOnce

    def __call__(self, file: Path) -> Ended:
        """Return what would become of a file, as far as that can be told without reading it."""
        with _told(file) as told:
            self.importing.check(file.name, bytes_of(file, self.importing.max_bytes))
            told.append(Ended(file, Outcome.READABLE))
        return told[0]


@contextmanager
def _told(file: Path) -> Generator[list[Ended], None, None]:
    """Collect what became of a file; whatever goes wrong with it alone becomes its outcome."""
    told: list[Ended] = []
    try:
        yield told
    except Unavailable:
        raise
    except Duplicate as error:
        told.append(Ended(file, Outcome.KNOWN, error))
    except TrackerError as error:
        told.append(Ended(file, Outcome.FAILED, error))
    except Exception as error:  # noqa: BLE001 - one bad file must not end the import of hundreds.
        _log.debug("%s", file, exc_info=True)
        told.append(Ended(file, Outcome.FAILED, Unexpected(detail=f"{type(error).__name__}: {error}")))


class Run:
    """One import: what has ended so far, counted and written down; the files themselves are not kept."""

    def __init__(self, found: Found, row: Callable[[Ended], None], stop: threading.Event) -> None:
        self.found = found
        self.counts: Counter[Outcome] = Counter()
        self.reasons: Counter[str] = Counter()
        self.no_reports = 0
        self.away: Unavailable | None = None
        self._row = row
        self._stop = stop
        self._left = dict.fromkeys(found.files)

    @property
    def exit_code(self) -> int:
        """Return 0, 3 when a file was bad, 130 when the run was stopped before its end."""
        if self._left:
            return STOPPED
        bad = self.counts[Outcome.FAILED] or self.found.empty
        return ReportUnreadable.exit_code if bad else 0

    def through(self, work: Callable[[Path], Ended], jobs: int, display: Display) -> None:
        """Do the work on every file, until a signal or a database that is away ends it."""
        for each in self.found.empty:
            display.complain(f"{each}: {speech()(NOTHING_INSIDE)}")
        results = as_they_end(work, self.found.files, jobs, self._stop, lambda: display.tell(_stopping()))
        try:
            for ended in results:
                self._note(ended)
                _show(ended, display)
        except Unavailable as error:
            self.away = error

    def tell_left(self) -> None:
        """Write down the files that were not reached."""
        for file in self._left:
            self.counts[Outcome.LEFT] += 1
            self._row(Ended(file, Outcome.LEFT))

    def _note(self, ended: Ended) -> None:
        del self._left[ended.file]
        self.counts[ended.outcome] += 1
        if ended.outcome is Outcome.FAILED:
            self.reasons[ended.note] += 1
        if ended.imported and not ended.imported.looks_like_report:
            self.no_reports += 1
        self._row(ended)


def _show(ended: Ended, display: Display) -> None:
    if ended.outcome is Outcome.FAILED:
        display.complain(ended.sentence)
    elif ended.outcome is Outcome.WITHOUT_RECOMMENDATIONS:
        display.tell(ended.sentence)
    else:
        display.mention(ended.sentence)
    display.advance(ended.file.name)


def _stopping() -> str:
    return speech()(N_("正在結束：處理中的檔案完成後就停止。再按一次 Ctrl-C 立即停止。"))


def _summarize(run: Run) -> None:
    counts = run.counts
    for outcome in (
        Outcome.READABLE,
        Outcome.IMPORTED,
        Outcome.WITHOUT_RECOMMENDATIONS,
        Outcome.KNOWN,
        Outcome.FAILED,
    ):
        if counts[outcome]:
            say(N_("%(what)s：%(count)s 個"), what=speech()(OUTCOMES[outcome]), count=counts[outcome])
        if outcome is Outcome.WITHOUT_RECOMMENDATIONS and run.no_reports:
            say(N_("　其中可能不是出國報告：%(count)s 個"), count=run.no_reports)
    for reason, count in run.reasons.most_common():
        say(N_("　%(count)s 個：%(reason)s"), reason=reason, count=count)
    if run.found.skipped:
        say(N_("略過隱藏檔與暫存檔：%(count)s 個"), count=run.found.skipped)
    if counts[Outcome.LEFT]:
        say(N_("尚未處理：%(count)s 個。再執行一次相同的命令就會從這裡繼續。"), count=counts[Outcome.LEFT])


@contextmanager
def _rows(path: Path | None) -> Generator[Callable[[Ended], None], None, None]:
    """Give what writes a row for each file that ended, at once, so that a table is right wherever it ends."""
    if path is None:
        yield lambda _: None
        return
    try:
        # With a mark of its encoding, without which spreadsheets take Chinese for something else.
        file = path.open("w", encoding="utf-8-sig", newline="")
    except OSError as error:
        raise CannotWrite(path=path, reason=error.strerror) from error
    with file:
        write = _writer(file)
        write([speech()(each) for each in COLUMNS])
        yield lambda ended: write(_cells(ended))


def _writer(file: TextIO) -> Callable[[Iterable[str]], None]:
    table = csv.writer(file)

    def write(cells: Iterable[str]) -> None:
        table.writerow([safe_cell(each) for each in cells])
        file.flush()

    return write


def _cells(ended: Ended) -> Sequence[str]:
    imported = ended.imported
    found = (imported.title, str(imported.drafts)) if imported else ("", "")
    return (str(ended.file), speech()(OUTCOMES[ended.outcome]), ended.note, *found)


def _whom_to_act_for(wiring: Wiring, email: str | None) -> int:
    """Return the id of the person in whose name the import is done, after checking that they may."""
    with wiring.database.reading() as session:
        if email:
            user = find_user_by_email(session, email)
            if user is None or not user.is_active:
                raise PersonUnknown(email=email)
        else:
            user = next(iter(list_coordinators(session)), None)
            if user is None:
                raise NobodyToActFor
        if not act_of(session, user, wiring.clock.now(), wiring.settings.site.zone).by.may(
            Permission.Report.IMPORT
        ):
            raise Forbidden
        return user.id
