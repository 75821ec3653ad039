"""`tracker check`: hold what is kept for the sake of figures against what it is told from."""

from typing import Final

import click

from tracker import audit
from tracker.access import SYSTEM, Act
from tracker.actions import history
from tracker.actions.cross_checking import contradictions
from tracker.cli.support import TrackerGroup, say, wired
from tracker.foundation.errors import Conflict
from tracker.foundation.language import N_


class HistoryOutdated(Conflict):
    """The history of some items says something else than the items do."""

    exit_code = 7
    message = N_("有 %(count)s 件的歷程與資料不符。請執行「tracker check figures --repair」修復。")


class HistoryTorn(Conflict):
    """The days of some items' history do not follow upon each other."""

    exit_code = 7
    message = N_("有 %(count)s 件的歷程日期不連續，過去日期的數字可能不對。請由備份比對資料庫。")


class HistoryContradicted(Conflict):
    """The history tells other days than the decisions that were recorded."""

    exit_code = 7
    message = N_("歷程與展延、解列的紀錄有 %(count)s 處不同。請由備份比對資料庫。")


TOLD: Final = 20
"""So many of the differences are told one by one."""


@click.group("check", cls=TrackerGroup, help=N_("檢查統計所依據的資料。"))
def check() -> None:
    """Hold the commands that compare."""


@check.command("figures", help=N_("比對統計用的歷程與列管事項是否相符；可排入每晚執行。"))
@click.option("--repair", is_flag=True, help=N_("以列管事項目前的資料修復歷程，自今天起生效。"))
def figures(repair: bool) -> None:
    """Compare the history with the items, and with what was decided on them; raises a Conflict for what differs."""
    with wired() as wiring:
        act = Act(SYSTEM, wiring.clock.now(), wiring.today())
        with wiring.database.transaction() as session:
            wrong = history.differences(session)
            for each in wrong[:TOLD]:
                say(
                    N_("事項 %(item)s 與歷程不同：%(facts)s。"),
                    item=each.item_id,
                    facts="、".join(each.facts),
                )
            if wrong and not repair:
                raise HistoryOutdated(count=len(wrong))
            if wrong:
                history.mend(session, wrong, act.today)
                items = [each.item_id for each in wrong]
                audit.record(session, act, "history_mended", "installation", None, {}, {"items": items})
                say(N_("已修復 %(count)s 件的歷程。"), count=len(wrong))
            if torn := history.torn_items(session):
                raise HistoryTorn(count=len(torn))
            odd = list(contradictions(session, wiring.settings.site.zone))
            for told in odd[:TOLD]:
                say(
                    N_("%(item_no)s，%(day)s：歷程的 %(fact)s 是 %(told)s，紀錄是 %(recorded)s。"),
                    **vars(told),
                )
            if odd:
                raise HistoryContradicted(count=len(odd))
    say(N_("歷程與列管事項相符。"))
