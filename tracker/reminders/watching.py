"""Watching oneself: whether the worker still ticks and letters still leave, for /healthz, a banner and the outbox page.

Silence is the worst failure of a reminder system, so it is made loud: a monitor outside asks /healthz, and whoever can
do something about it sees a banner.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select

from tracker.foundation.clock import local_date
from tracker.foundation.database import Session
from tracker.foundation.language import N_
from tracker.reminders.heartbeats import is_stale, list_heartbeats
from tracker.reminders.letter_queries import CHANNEL, differences_of_last_night, is_anybody_refused
from tracker.reminders.models import COUNTED, LetterState, MailChannel, OutboxLetter
from tracker.reminders.post_office import PostOffice
from tracker.reminders.runs import find_held_run

WAITS_TOO_LONG: Final = timedelta(hours=1)
STANDS_STILL: Final = timedelta(minutes=10)


class Trouble(StrEnum):
    """What is amiss, the worst first."""

    WORKER_SILENT = "worker_silent"
    LETTERS_STUCK = "letters_stuck"
    MAIL_PAUSED = "mail_paused"
    RUN_HELD = "run_held"
    ADDRESS_REFUSED = "address_refused"
    PLAN_DIFFERS = "plan_differs"


TROUBLE_LABELS: Final = {
    Trouble.WORKER_SILENT: N_(
        "背景排程超過 3 分鐘沒有動作，提醒信沒有在處理。請確認 tracker worker 正在執行。"
    ),
    Trouble.LETTERS_STUCK: N_(
        "有信件等候超過 1 小時沒有寄出，最近 10 分鐘也沒有任何信件送出。請查看寄件匣。"
    ),
    Trouble.MAIL_PAUSED: N_("郵件伺服器暫時無法使用，信件留在寄件匣，稍後自動再試。"),
    Trouble.RUN_HELD: N_("今日提醒超過單日上限，等候研考或系統管理者檢查後放行。"),
    Trouble.ADDRESS_REFUSED: N_("郵件伺服器拒收同仁的信箱，提醒信無法寄給本人。請到寄件匣查看並更正地址。"),
    Trouble.PLAN_DIFFERS: N_("最近一次夜間比對發現提醒紀錄與規則不符，漏列的已補上。請到寄件匣查看。"),
}


@dataclass(frozen=True)
class Watch:
    """What a look found; the moments are None where there is nothing to tell."""

    troubles: tuple[Trouble, ...]
    last_tick: datetime | None
    waits_since: datetime | None
    paused_until: datetime | None

    @property
    def is_alarming(self) -> bool:
        """Tell whether a person has to do something, now."""
        return bool({Trouble.WORKER_SILENT, Trouble.LETTERS_STUCK} & set(self.troubles))


def look(session: Session, office: PostOffice, now: datetime) -> Watch:
    """Look at heartbeats, outbox and mail channel once."""
    beats = [beat.finished_at for beat in list_heartbeats(session)]
    channel, someone_is_refused, differences = session.execute(
        select(MailChannel, is_anybody_refused(), differences_of_last_night()).where(
            MailChannel.id == CHANNEL
        )
    ).one_or_none() or (None, False, None)
    paused_until = channel.rests_until(now) if channel else None
    waits_since = _waits_since(session, office, now)
    moved_at = channel.last_success_at if channel else None
    stands_still = moved_at is None or now - moved_at > STANDS_STILL
    found = {
        Trouble.WORKER_SILENT: not beats or any(is_stale(beat, now) for beat in beats),
        Trouble.LETTERS_STUCK: (
            waits_since is not None
            and now - waits_since > WAITS_TOO_LONG
            and stands_still
            and office.is_on
            and paused_until is None
        ),
        Trouble.MAIL_PAUSED: paused_until is not None,
        Trouble.RUN_HELD: find_held_run(session, local_date(now, office.zone)) is not None,
        Trouble.ADDRESS_REFUSED: bool(someone_is_refused),
        Trouble.PLAN_DIFFERS: bool(differences),
    }
    return Watch(
        tuple(trouble for trouble, is_so in found.items() if is_so),
        min((beat for beat in beats if beat), default=None),
        waits_since,
        paused_until,
    )


def _waits_since(session: Session, office: PostOffice, now: datetime) -> datetime | None:
    """Return since when the letter has waited that could have left longest ago.

    A day's letter can leave within the day's slot only, so that the night does not count.
    """
    slot = office.slot(session, now)
    due = select(OutboxLetter.kind, func.min(OutboxLetter.next_at)).where(
        OutboxLetter.state == LetterState.QUEUED, OutboxLetter.next_at <= now
    )
    since = []
    for kind, oldest in session.execute(due.group_by(OutboxLetter.kind)):
        if kind not in COUNTED:
            since.append(oldest)
        elif slot.is_open and not office.is_dry:
            since.append(max(oldest, slot.opens_at))
    return min(since, default=None)
