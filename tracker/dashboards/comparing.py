"""The difference report: what became of the items between two frozen periods, or between one and the present."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from tracker.access import Act, Permission
from tracker.actions.rules.workflow import LABELS
from tracker.dashboards.freezing import stood_on, stood_then
from tracker.dashboards.models import Snapshot
from tracker.dashboards.rules.differences import CHANGE_NAMES, Change, Changed, count, differences
from tracker.foundation.database import Session
from tracker.foundation.documents import Heading, Paper
from tracker.foundation.language import N_, translator
from tracker.foundation.sheets import Cell
from tracker.foundation.showing import show_moment, show_number

_HEADINGS: Final = (
    (N_("列管編號"), 2.6),
    (N_("列管事項"), 6.0),
    (N_("主辦機關"), 3.0),
    (N_("變動"), 3.0),
    (N_("原狀態"), 2.2),
    (N_("現狀態"), 2.2),
    (N_("原預定完成日"), 2.4),
    (N_("現預定完成日"), 2.4),
)


@dataclass(frozen=True)
class Compared:
    """The items of which something became."""

    changed: Sequence[Changed]

    @cached_property
    def counts(self) -> Mapping[Change, int]:
        """Return how many there are of each kind."""
        return count(self.changed)


def compare(session: Session, act: Act, before: Snapshot, after: Snapshot | None) -> Compared:
    """Compare a frozen period with a later one, or with the present; raises Forbidden."""
    act.require(Permission.Dashboard.FREEZE)
    stood = stood_then(session, after.id) if after else stood_on(session, act, act.today)
    return Compared(differences(stood_then(session, before.id), stood))


def paper_of(compared: Compared, act: Act, span: str, zone: ZoneInfo, language: str) -> Paper:
    """Return the report as it is handed up."""
    say = translator(language)
    numbers = "；".join(
        f"{say(CHANGE_NAMES[change])} {show_number(number, language)}"
        for change, number in compared.counts.items()
    )
    return Paper(
        title=say(N_("列管事項差異報告")),
        facts=[
            (say(N_("期間")), span),
            (say(N_("變動")), numbers),
            (say(N_("製表時間")), show_moment(act.at, zone, language)),
            (say(N_("匯出者")), act.by.name),
        ],
        columns=[Heading(say(name), width) for name, width in _HEADINGS],
        rows=_rows(compared.changed, language),
        length=len(compared.changed),
        empty=say(N_("這段期間沒有變動。")),
    )


def _rows(changed: Sequence[Changed], language: str) -> Iterator[Sequence[Cell]]:
    say = translator(language)
    for each in changed:
        before, after = each.before, each.after
        yield (
            after.item_no,
            after.title,
            after.department,
            "、".join(say(CHANGE_NAMES[change]) for change in Change if change in each.changes),
            say(LABELS[before.status]) if before else "",
            say(LABELS[after.status]),
            before.due_on if before else None,
            after.due_on,
        )
