"""`tracker setup`, `tracker people`, `tracker departments`: the first administrator, and many people at once."""

import sys
from pathlib import Path
from typing import Any

import click

from tracker.access import ROLE_LABELS
from tracker.cli.support import TrackerGroup, operator_act, say, speech, wired
from tracker.cli.table import padded
from tracker.foundation.errors import Invalid
from tracker.foundation.language import N_
from tracker.people import importing, queries, service
from tracker.people.importing import CHANGE_LABELS, Change, LinesRefused, Plan
from tracker.people.rules.import_table import MAX_BYTES

FILE = click.Path(path_type=Path)


@click.command("setup", help=N_("印出一次性連結，用來建立第一位系統管理者。"))
def setup() -> None:
    """Print the address at which the first administrator is made."""
    with wired() as wiring:
        with wiring.database.transaction() as session:
            token = service.open_setup(session, operator_act(wiring))
        say(N_("請在 24 小時內用瀏覽器開啟這個網址，建立第一位系統管理者："))
        click.echo(f"{wiring.settings.site.address.rstrip('/')}/setup/{token}")


@click.group("people", cls=TrackerGroup, help=N_("列出或匯入人員。"))
def people() -> None:
    """Hold the commands about people."""


@click.group("departments", cls=TrackerGroup, help=N_("匯入機關。"))
def departments() -> None:
    """Hold the commands about departments."""


@people.command("list", help=N_("列出所有人員、帳號狀態與角色。"))
def list_people() -> None:
    """Print a line for each person."""
    with wired() as wiring, wiring.database.reading() as session:
        for user in queries.list_users(session):
            state = (
                N_("已停用") if not user.is_active else N_("使用中") if user.password_hash else N_("已邀請")
            )
            roles = speech()(N_("、")).join(
                speech()(ROLE_LABELS[grant.role]) + (f"@{grant.department.code}" if grant.department else "")
                for grant in user.grants
            )
            click.echo("  ".join((padded(user.name, 10), padded(user.email, 34), speech()(state), roles)))


@people.command("import", help=N_("從 CSV 檔匯入人員。有問題的列會逐一列出。"))
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help=N_("只檢查，不儲存。"))
@click.option("--skip", is_flag=True, help=N_("略過有問題的列，匯入其餘的列。"))
@click.option("--no-invitations", is_flag=True, help=N_("不寄邀請信給新增的人員。"))
def import_people(file: Path, dry_run: bool, skip: bool, no_invitations: bool) -> None:
    """Import people, or tell what an import would do."""
    data = _bytes_of(file)
    with wired() as wiring:
        with wiring.database.reading() as reading:
            plan = importing.plan_people(reading, data)
        _tell(plan)
        if not _goes_on(plan, dry_run=dry_run, skip=skip):
            return
        with wiring.database.transaction() as session:
            importing.import_people(session, operator_act(wiring), data, skip=skip, invite=not no_invitations)
    say(N_("匯入完成。"))


@departments.command("import", help=N_("從 CSV 檔匯入機關。有問題的列會逐一列出。"))
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help=N_("只檢查，不儲存。"))
@click.option("--skip", is_flag=True, help=N_("略過有問題的列，匯入其餘的列。"))
def import_departments(file: Path, dry_run: bool, skip: bool) -> None:
    """Import departments, or tell what an import would do."""
    data = _bytes_of(file)
    with wired() as wiring:
        with wiring.database.reading() as reading:
            plan = importing.plan_departments(reading, data)
        _tell(plan)
        if not _goes_on(plan, dry_run=dry_run, skip=skip):
            return
        with wiring.database.transaction() as session:
            importing.import_departments(session, operator_act(wiring), data, skip=skip)
    say(N_("匯入完成。"))


def _bytes_of(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise Invalid(N_("無法開啟檔案「%(file)s」。請確認路徑與讀取權限。"), file=file) from error


def _tell(plan: Plan[Any]) -> None:
    translate = speech()
    for problem in plan.problems:
        line = translate(N_("第 %(line)s 列：%(problem)s"))
        click.echo(line % {"line": problem.line, "problem": problem.text(translate)}, err=True)
    if plan.unknown_columns:
        columns = translate(N_("、")).join(plan.unknown_columns)
        click.echo(
            translate(N_("這些欄位無法辨識，不會匯入：%(columns)s。")) % {"columns": columns}, err=True
        )
    counts = (f"{translate(label)} {plan.count(change)}" for change, label in CHANGE_LABELS.items())
    click.echo("  ".join(counts))


def _goes_on(plan: Plan[Any], *, dry_run: bool, skip: bool) -> bool:
    """Tell whether something is to be stored; ends the program where lines with problems forbid it."""
    refused = plan.problems and not skip
    if refused and not dry_run:
        raise LinesRefused(count=len(plan.problems))
    if refused:
        sys.exit(LinesRefused.exit_code)
    return not dry_run and any(entry.change is not Change.NONE for entry in plan.entries)
