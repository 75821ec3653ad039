"""`tracker audit`: prove that the record was not changed."""

from pathlib import Path

import click

from tracker.audit import head_of, read_heads
from tracker.audit.service import verify as verify_record
from tracker.cli.support import TrackerGroup, say, speech, wired
from tracker.foundation.errors import Conflict, Invalid
from tracker.foundation.language import N_


class RecordBroken(Conflict):
    """The chain of the record does not hold; somebody changed it behind the program's back."""

    exit_code = 7
    message = N_("稽核紀錄自第 %(seq)s 筆起不一致（%(reason)s）。請保留資料庫現狀並通知資安人員。")


REASONS = {
    "missing": N_("有紀錄遺失"),
    "not linked to the row before": N_("與前一筆不相連"),
    "changed": N_("內容遭變更"),
    "unreadable": N_("內容無法讀取"),
    "not as exported": N_("與匯出的末筆雜湊不符"),
    "cut off": N_("末尾的紀錄遭刪除"),
}


@click.group("audit", cls=TrackerGroup, help=N_("驗證稽核紀錄。"))
def audit() -> None:
    """Hold the commands about the record."""


@audit.command("head", help=N_("印出稽核紀錄的末筆雜湊，供保存在資料庫之外。"))
def head() -> None:
    """Print the number of rows, the digest of the last one and its time, on one line."""
    with wired() as wiring, wiring.database.reading() as session:
        last = head_of(session)
    if last is None:
        raise Conflict(N_("還沒有任何稽核紀錄。"))
    click.echo(str(last))


@audit.command("verify", help=N_("逐筆驗證稽核紀錄的雜湊鏈。"))
@click.option("--head", "kept", metavar="FILE|TEXT", help=N_("與先前匯出的末筆雜湊比對，可以是檔案或文字。"))
def verify(kept: str | None) -> None:
    """Walk the whole chain; raises RecordBroken at its first break."""
    heads = read_heads(_words_of(kept)) if kept is not None else []
    with wired() as wiring, wiring.database.reading() as session:
        found = verify_record(session, heads)
    if found:
        raise RecordBroken(seq=found.seq, reason=speech()(REASONS.get(found.reason, found.reason)))
    say(N_("稽核紀錄完整，雜湊鏈一致。"))
    if heads:
        say(N_("與匯出的 %(count)s 筆末筆雜湊相符。"), count=len(heads))


def _words_of(kept: str) -> str:
    path = Path(kept)
    if " " in kept and not path.exists():
        return kept
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(N_("無法開啟檔案「%(file)s」。請確認路徑與讀取權限。"), file=kept) from error
