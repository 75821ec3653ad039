"""`tracker audit`: prove that the record was not changed."""

import click

from tracker.audit.service import verify as verify_record
from tracker.cli.support import TrackerGroup, say, speech, wired
from tracker.foundation.errors import Conflict
from tracker.foundation.language import N_


class RecordBroken(Conflict):
    """The chain of the record does not hold; somebody changed it behind the program's back."""

    exit_code = 7
    message = N_("稽核紀錄自第 %(seq)s 筆起不一致（%(reason)s）。請保留資料庫現狀並通知資安人員。")


REASONS = {
    "missing": N_("有紀錄遺失"),
    "not linked to the row before": N_("與前一筆不相連"),
    "changed": N_("內容遭變更"),
}


@click.group("audit", cls=TrackerGroup, help=N_("驗證稽核紀錄。"))
def audit() -> None:
    """Hold the commands about the record."""


@audit.command("verify", help=N_("逐筆驗證稽核紀錄的雜湊鏈。"))
def verify() -> None:
    """Walk the whole chain; raises RecordBroken at its first break."""
    with wired() as wiring, wiring.database.reading() as session:
        found = verify_record(session)
    if found:
        raise RecordBroken(seq=found.seq, reason=speech()(REASONS.get(found.reason, found.reason)))
    say(N_("稽核紀錄完整，雜湊鏈一致。"))
