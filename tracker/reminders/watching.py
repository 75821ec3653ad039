"""Watching oneself: whether the worker still ticks and letters still leave, for /healthz, a banner and the outbox page.

Silence is the worst failure of a reminder system, so it is made loud: a monitor outside asks /healthz, and whoever can
do something about it sees a banner.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import Select, exists, func, or_, select, true
from sqlalchemy.orm import aliased

from tracker.foundation.clock import local_date
from tracker.foundation.database import Session
from tracker.foundation.language import N_
from tracker.foundation.mailing import OutcomeKind
from tracker.reminders.heartbeats import is_stale, list_heartbeats
from tracker.reminders.letter_queries import (
    CHANNEL,
    IS_UNSENT,
    differences_of_last_night,
    is_anybody_refused,
)
from tracker.reminders.models import (
    COUNTED,
    DeliveryAttempt,
    LetterKind,
    MailChannel,
    OutboxLetter,
)
from tracker.reminders.post_office import PostOffice
from tracker.reminders.rules.retry import Slot
from tracker.reminders.runs import find_held_run

WAITS_TOO_LONG: Final = timedelta(hours=1)
ONE_DAY: Final = timedelta(days=1)
_PUT_OFF: Final = frozenset({OutcomeKind.TEMPORARY, OutcomeKind.DENIED, OutcomeKind.UNKNOWN})


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
        "有信件等候超過 1 小時沒有寄出，這段時間郵件伺服器沒有收下任何信件。請查看寄件匣。"
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
    beats = list_heartbeats(session)
    channel, someone_is_refused, differences = session.execute(
        select(MailChannel, is_anybody_refused(), differences_of_last_night()).where(
            MailChannel.id == CHANNEL
        )
    ).one_or_none() or (None, False, None)
    paused_until = channel.rests_until(now) if channel else None
    taken_at = channel.last_success_at if channel else None
    # A clock that was set back since tells nothing.
    waiting = _waiting(session, office, taken_at if taken_at and taken_at <= now else None, now)
    found = {
        Trouble.WORKER_SILENT: not beats or any(is_stale(beat, now, office.mail_wait) for beat in beats),
        Trouble.LETTERS_STUCK: office.is_on and waiting.are_stuck(now),
        Trouble.MAIL_PAUSED: paused_until is not None,
        Trouble.RUN_HELD: find_held_run(session, local_date(now, office.zone)) is not None,
        Trouble.ADDRESS_REFUSED: bool(someone_is_refused),
        Trouble.PLAN_DIFFERS: bool(differences),
    }
    return Watch(
        tuple(trouble for trouble, is_so in found.items() if is_so),
        min((beat.finished_at for beat in beats if beat.finished_at), default=None),
        waiting.since,
        paused_until,
    )


@dataclass(frozen=True)
class _Waiting:
    """The letters that might have left, in groups: since when each waits, and its addresses, the first and the last.

    `taken_at` says when the server last took any letter. One that it put off before that is not among them: others
    were served meanwhile, so that its own mailbox is the reason.
    """

    groups: Mapping[datetime, frozenset[str]]
    taken_at: datetime | None

    @property
    def since(self) -> datetime | None:
        """Return since when the letter waits that could have left first."""
        return min(self.groups, default=None)

    def are_stuck(self, now: datetime) -> bool:
        """Tell whether they wait for too long, and nothing was taken in that time.

        A single mailbox that is left over after others were served may be the one that is full.
        """
        long_ago = now - WAITS_TOO_LONG
        if self.taken_at is None:
            return any(since < long_ago for since in self.groups)
        if any(self.taken_at < since < long_ago for since in self.groups):
            return True
        left_over = [addresses for since, addresses in self.groups.items() if since <= self.taken_at]
        return self.taken_at < long_ago and len(frozenset().union(*left_over)) > 1


def _waiting(session: Session, office: PostOffice, taken_at: datetime | None, now: datetime) -> _Waiting:
    """Return the letters that might have left, and since when.

    A day's letter can leave within the day's slot only, so that the night does not count, nor the hours until the one
    that its reader chose. When it is tried next tells nothing, since each attempt that failed moves that.
    """
    slot = office.slot(session, now)
    groups: dict[datetime, frozenset[str]] = {}
    for row in session.execute(_unsent(slot, taken_at, now)):
        since = row.created_at
        if row.kind in COUNTED:
            if not slot.is_open or office.is_dry:
                continue
            since = max(row.created_at if row.is_tried else row.next_at, slot.opens_at)
        groups[since] = groups.get(since, frozenset()) | {row.first, row.last}
    return _Waiting(groups, taken_at)


def _unsent(
    slot: Slot, taken_at: datetime | None, now: datetime
) -> Select[LetterKind, bool, bool, datetime, datetime, str, str]:
    """Return the question for the letters that wait, by kind, tried today or not, older than the last success or not.

    What waits for another day, or untried for a later hour, was told to.
    """
    attempted = exists().where(DeliveryAttempt.letter_id == OutboxLetter.id)
    is_tried = attempted.where(DeliveryAttempt.ended_at >= slot.opens_at)
    is_counted = OutboxLetter.kind.in_(COUNTED)
    is_new = OutboxLetter.created_at > taken_at if taken_at else true()
    # The numbers of attempts tell their order, whatever the clock did.
    last_taken = aliased(DeliveryAttempt)
    last_taken_id = (
        select(last_taken.id)
        .where(last_taken.outcome == OutcomeKind.ACCEPTED)
        .order_by(last_taken.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    was_put_off = attempted.where(DeliveryAttempt.outcome.in_(_PUT_OFF), DeliveryAttempt.id < last_taken_id)
    return (
        select(
            OutboxLetter.kind,
            is_tried.label("is_tried"),
            is_new.label("is_new"),
            func.min(OutboxLetter.created_at).label("created_at"),
            func.min(OutboxLetter.next_at).label("next_at"),
            func.min(OutboxLetter.address).label("first"),
            func.max(OutboxLetter.address).label("last"),
        )
        .where(
            IS_UNSENT,
            ~was_put_off,
            or_(~is_counted, OutboxLetter.next_at <= now, is_tried),
            or_(~is_counted, OutboxLetter.next_at < slot.opens_at + ONE_DAY),
        )
        .group_by(OutboxLetter.kind, "is_tried", "is_new")
    )
