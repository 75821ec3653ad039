"""`tracker reminders`: look ahead at who would get which letter, and compare what is on record with the rules."""

from datetime import date

import click

from tracker.cli.support import TrackerGroup, language, say, wired
from tracker.cli.table import padded
from tracker.foundation import roc
from tracker.foundation.errors import Conflict, Invalid
from tracker.foundation.language import N_
from tracker.foundation.showing import show_date
from tracker.people.queries import find_user_by_email
from tracker.reminders.comparing import compare, repair
from tracker.reminders.previewing import Preview, preview_day
from tracker.wiring import Wiring


class PlanDiffers(Conflict):
    """What is on record is not what the rules ask for."""

    exit_code = 7
    message = N_("提醒紀錄與規則不符，共 %(count)s 處。加上 --repair 可補列漏掉的提醒並更正紀錄。")


@click.group("reminders", cls=TrackerGroup, help=N_("預覽提醒，比對提醒紀錄。"))
def reminders() -> None:
    """Hold the commands about reminders."""


@reminders.command("preview", help=N_("列出某一天會寄給誰、寄什麼；不寄信，也不留下紀錄。"))
@click.option("--on", "day", default="", help=N_("日期，例如 2026-03-01 或 115/3/1；預設為今天。"))
@click.option("--person", default="", help=N_("只看這個電子郵件的收件人。"))
@click.option("--full", is_flag=True, help=N_("印出信件全文。"))
def preview_command(day: str, person: str, full: bool) -> None:
    """Print the letters of a day."""
    with wired() as wiring:
        preview = preview_day(wiring.office, wiring.database, _day(wiring, day), _person(wiring, person))
    if not preview.is_working_day:
        say(N_("%(day)s是休息日，不寄提醒。"), day=show_date(preview.day, language()))
        return
    _tell(preview, full=full)


@reminders.command("check", help=N_("比對某一天應有的提醒與實際的紀錄；worker 每晚也會自動比對。"))
@click.option("--on", "day", default="", help=N_("日期，例如 2026-03-01 或 115/3/1；預設為今天。"))
@click.option("--repair", "repairs", is_flag=True, help=N_("補列漏掉的提醒，更正與信件不符的紀錄。"))
def check_command(day: str, repairs: bool) -> None:
    """Print what is amiss with the reminders of a day; raises PlanDiffers where something stays so."""
    with wired() as wiring, wiring.database.transaction() as session:
        found = compare(session, wiring.office, _day(wiring, day))
        if repairs:
            repair(session, found, wiring.clock.now())
    for each in found.missing:
        click.echo(f"{each.concern.item_no}  {each.due.step}  {each.person.capacity}")
    say(
        N_(
            "%(day)s應有 %(expected)s 則提醒：漏列 %(missing)s 則，與信件不符 %(astray)s 則，"
            "找不到信件 %(unexplained)s 則，未製作信件 %(unwritten)s 人。"
        ),
        day=show_date(found.day, language()),
        expected=found.expected,
        missing=len(found.missing),
        astray=len(found.astray),
        unexplained=len(found.unexplained),
        unwritten=len(found.unwritten),
    )
    if not (repairs or found.is_sound):
        count = len(found.missing) + len(found.astray) + len(found.unexplained) + len(found.unwritten)
        raise PlanDiffers(count=count)


def _tell(preview: Preview, *, full: bool) -> None:
    for letter in preview.letters:
        click.echo("  ".join((padded(letter.name, 10), padded(letter.address, 34), letter.subject)))
        if full:
            click.echo(f"\n{letter.text}\n{'-' * 72}")
    day = show_date(preview.day, language())
    say(N_("%(day)s共 %(count)s 封。"), day=day, count=len(preview.letters))
    if preview.is_large:
        say(
            N_("超過單日上限 %(largest)s 封，當天會先暫停，等候放行。"),
            largest=preview.largest,
        )


def _day(wiring: Wiring, text: str) -> date:
    if not text:
        return wiring.today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        found = roc.parse(text)
    if found is None:
        raise Invalid(N_("日期「%(text)s」看不懂，請輸入例如 2026-03-01 的日期。"), text=text)
    return found


def _person(wiring: Wiring, address: str) -> int | None:
    if not address:
        return None
    with wiring.database.reading() as session:
        user = find_user_by_email(session, address)
    if user is None:
        raise Invalid(N_("找不到電子郵件為「%(address)s」的人員。"), address=address)
    return user.id
