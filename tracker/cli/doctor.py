"""`tracker doctor`: looks at everything an installation needs and says in one line each what to do."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from tempfile import TemporaryFile

import click

from tracker.adapters.smtp import SMTPMailer
from tracker.cli.support import speech
from tracker.cli.table import lines_of
from tracker.foundation.clock import SystemClock
from tracker.foundation.database import Database
from tracker.foundation.documents import why_no_pdf
from tracker.foundation.errors import TrackerError
from tracker.foundation.language import N_
from tracker.foundation.migrating import check_schema, head_revision
from tracker.reminders.heartbeats import is_stale, list_heartbeats
from tracker.reports import sketching
from tracker.settings import Settings, load_settings
from tracker.web import STATIC
from tracker.wiring import scanner

NEWEST_TRIED = (3, 14)
PATIENCE_SECONDS = 10.0


class Attention(TrackerError):
    """Something wants looking at; the message says what to do."""


@dataclass(frozen=True)
class Finding:
    """What was looked at, and how it is: `detail` is a msgid with its values, already filled in on telling."""

    subject: str
    is_good: bool
    detail: str
    values: dict[str, object] = field(default_factory=dict)


Look = Callable[[Settings], tuple[str, dict[str, object]]]


@click.command("doctor", help=N_("檢查安裝狀態，逐項說明該怎麼處理。"))
def doctor() -> None:
    """Print one line for each thing looked at; ends with 1 when one wants attention."""
    translate = speech()
    findings = list(examine())
    rows = [
        (
            translate(N_("良好")) if each.is_good else translate(N_("需處理")),
            translate(each.subject),
            translate(each.detail) % each.values if each.values else translate(each.detail),
        )
        for each in findings
    ]
    for line in lines_of(rows):
        click.echo(line)
    sys.exit(0 if all(each.is_good for each in findings) else 1)


def examine() -> Iterator[Finding]:
    """Look at one thing after another; without readable settings the rest cannot be looked at."""
    yield _python()
    try:
        settings = load_settings()
    except TrackerError as error:
        yield Finding(N_("設定"), False, error.message, error.values)
        return
    yield Finding(N_("設定"), True, N_("可讀取。"))
    for subject, look in LOOKS:
        yield _looked_at(subject, look, settings)


def _looked_at(subject: str, look: Look, settings: Settings) -> Finding:
    try:
        detail, values = look(settings)
    except TrackerError as error:
        return Finding(subject, False, error.message, error.values)
    return Finding(subject, True, detail, values)


def _python() -> Finding:
    version = sys.version_info
    values: dict[str, object] = {"version": f"{version.major}.{version.minor}.{version.micro}"}
    if version[:2] > NEWEST_TRIED:
        return Finding("Python", False, N_("%(version)s：比測試過的版本新，若有問題請改用 3.11。"), values)
    return Finding("Python", True, "%(version)s", values)


def _storage(settings: Settings) -> tuple[str, dict[str, object]]:
    path = settings.storage.path
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryFile(dir=path) as file:
            file.write(b"\0")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise Attention(
            N_("無法寫入 %(path)s（%(reason)s）。請檢查權限與磁碟空間。"), path=path, reason=error.strerror
        ) from error
    return N_("可寫入 %(path)s。"), {"path": path}


def _database(settings: Settings) -> tuple[str, dict[str, object]]:
    database = Database(settings.storage.database_url)
    try:
        check_schema(database)
    finally:
        database.close()
    return N_("可連線，結構為 %(revision)s。"), {"revision": head_revision()}


def _mail_server(settings: Settings) -> tuple[str, dict[str, object]]:
    mail = settings.mail
    if not mail.host:
        raise Attention(N_("未設定郵件伺服器，信件會留在寄件匣。請設定 mail.host。"))
    impatient = replace(mail, connect_timeout_seconds=min(mail.connect_timeout_seconds, PATIENCE_SECONDS))
    SMTPMailer(impatient).greet()
    return N_("%(host)s:%(port)s 有回應。"), {"host": mail.host, "port": mail.port}


def _worker(settings: Settings) -> tuple[str, dict[str, object]]:
    database = Database(settings.storage.database_url)
    try:
        check_schema(database)
        with database.reading() as session:
            beats = list_heartbeats(session)
    finally:
        database.close()
    now, mail_wait = SystemClock().now(), timedelta(seconds=settings.mail.final_timeout_seconds)
    if not beats or any(is_stale(each, now, mail_wait) for each in beats):
        raise Attention(N_("背景程序沒有動靜，提醒與信件不會送出。請執行「tracker worker」。"))
    if failing := next((each for each in beats if each.error), None):
        raise Attention(
            N_("背景工作 %(work)s 失敗：%(error)s"), work=failing.work, error=failing.error.split("\n")[0]
        )
    return N_("執行中。"), {}


def _sketches(settings: Settings) -> tuple[str, dict[str, object]]:
    database = Database(settings.storage.database_url)
    try:
        check_schema(database)
        with database.reading() as session:
            missing = sketching.count_missing(session)
    finally:
        database.close()
    if missing:
        raise Attention(
            N_(
                "有 %(count)s 筆報告或建議沒有編入，找不到前後版本與相同的建議。請執行「tracker db reindex」。"
            ),
            count=missing,
        )
    return N_("齊全。"), {}


def _assets(_settings: Settings) -> tuple[str, dict[str, object]]:
    if not (STATIC / "vendor" / "tabler.min.css").exists():
        raise Attention(N_("缺少網頁的樣式與程式檔。請執行「make assets」或重新安裝套件。"))
    return N_("齊全。"), {}


def _pdf(_settings: Settings) -> tuple[str, dict[str, object]]:
    missing = why_no_pdf()
    if missing == "pango":
        raise Attention(
            N_(
                "缺少 Pango 程式庫，無法產生 PDF。Debian 請執行「apt-get install libpango-1.0-0 libpangoft2-1.0-0」。"
            )
        )
    if missing:
        raise Attention(N_("沒有中文字型，PDF 會缺字。Debian 請執行「apt-get install fonts-noto-cjk」。"))
    return N_("可產生 PDF。"), {}


def _scans(settings: Settings) -> tuple[str, dict[str, object]]:
    """Tell whether scans can be read; without the program everything else works."""
    if not scanner(settings).is_there():
        return N_(
            "未安裝（選用）。要讀取掃描檔，請執行「apt-get install tesseract-ocr tesseract-ocr-chi-tra」。"
        ), {}
    return N_("可辨識（%(languages)s）。"), {"languages": settings.scans.languages}


LOOKS: tuple[tuple[str, Look], ...] = (
    (N_("儲存目錄"), _storage),
    (N_("資料庫"), _database),
    (N_("版本索引"), _sketches),
    (N_("郵件伺服器"), _mail_server),
    (N_("背景程序"), _worker),
    (N_("網頁資源"), _assets),
    ("PDF", _pdf),
    (N_("掃描檔"), _scans),
)
