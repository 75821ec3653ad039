"""Whether what was planned still stands: asked when a letter is written, and again before it leaves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

from tracker.actions.rules.deadlines import is_open
from tracker.actions.rules.workflow import PartStatus
from tracker.foundation.database import Session
from tracker.people.queries import get_user, principal_of
from tracker.reminders.letter_queries import list_readable
from tracker.reminders.models import Notice, PlannedReminder
from tracker.reminders.queries import Concern, Terms, list_concerns, list_parts_of
from tracker.reminders.rules.digest import NoticeKind
from tracker.reminders.rules.ladder import Reason, why_void
from tracker.reminders.rules.preferences import is_voluntary
from tracker.reminders.rules.recipients import Directory, Recipient, hearers, recipients
from tracker.reminders.rules.stages import Capacity, Stage

OWNERS = (Capacity.OFFICER, Capacity.UNIT_HEAD, Capacity.AGENCY_HEAD)
NEWS_FOR = timedelta(days=14)
"""How long a notice is worth a mail; longer than any run of days off, shorter than anybody calls news."""

_ASK_SOMETHING = frozenset(
    {
        NoticeKind.ASSIGNED,
        NoticeKind.OFFICER_GIVEN,
        NoticeKind.OFFICER_MISSING,
        NoticeKind.RETURNED,
        NoticeKind.REOPENED,
        NoticeKind.PROGRESS_ASKED,
        NoticeKind.PROGRESS_RETURNED,
        NoticeKind.CLOSING_RETURNED,
        NoticeKind.EXTENSION_REFUSED,
        NoticeKind.PETITION_REFUSED,
    }
)
"""What is mailed of these asks the owner to go on; what else is mailed is news, whoever holds the item by now."""


@dataclass(frozen=True)
class Standing:
    """The present facts about some items, and the people of the day."""

    concerns: Mapping[int, Concern]
    directory: Directory
    readable: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """By person, which items they may see of those that news names several of at once."""

    def why_not_remind(self, reminder: PlannedReminder) -> Reason | None:
        """Return why a reminder has nothing to ask of its recipient any more, or None."""
        concern = self.concerns.get(reminder.part_id)
        if concern is None:
            return Reason.ENDED
        if reason := why_void(reminder.stage, reminder.cycle, concern.facts):
            return reason
        if reminder.recipient_id not in self.directory.active:
            return Reason.RECIPIENT_INACTIVE
        stage = next((each for each in concern.stages if each.code == reminder.stage), None)
        return Reason.RULE_CHANGED if stage is None else self._why_not_told(reminder, concern, stage)

    def _why_not_told(self, reminder: PlannedReminder, concern: Concern, stage: Stage) -> Reason | None:
        heard = hearers_of(concern, stage, self.directory)
        if all(each.person_id != reminder.recipient_id for each in heard):
            return Reason.NO_LONGER_CONCERNED
        wants_less = self.directory.preferences_of(reminder.recipient_id).only_duties
        is_own = reminder.deputy_for_id is None
        if wants_less and is_own and is_voluntary(stage, reminder.capacity, concern.stages):
            return Reason.SWITCHED_OFF
        return None

    def why_not_notify(self, notice: Notice, now: datetime) -> Reason | None:
        """Return why the mail of a notice has become pointless, or None; inside the system the notice stays."""
        if notice.person_id not in self.directory.active:
            return Reason.RECIPIENT_INACTIVE
        if notice.created_at < now - NEWS_FOR:
            return Reason.EXPIRED
        if notice.kind not in _ASK_SOMETHING:
            is_hidden = notice.about and len(self.gone_from(notice)) == len(notice.about)
            return Reason.NO_LONGER_CONCERNED if is_hidden else None
        parts = [concern for item_id in notice.about for concern in self._parts.get(item_id, ())]
        if not any(is_open(concern.facts.status) for concern in parts):
            return Reason.ENDED
        return self._why_not_asked(notice, parts)

    def gone_from(self, notice: Notice) -> list[int]:
        """Return which items of a notice its letter must not name: each is judged as if it had been told alone."""
        return [item_id for item_id in notice.about if self._is_gone(notice, item_id)]

    def _is_gone(self, notice: Notice, item_id: int) -> bool:
        if notice.kind in _ASK_SOMETHING:
            return self._why_not_asked(notice, self._parts.get(item_id, ())) is not None
        return notice.is_of_several and item_id not in self.readable[notice.person_id]

    def _why_not_asked(self, notice: Notice, parts: Iterable[Concern]) -> Reason | None:
        """Return why nothing can be done about some items by whom a notice asks, or None."""
        theirs = {
            concern.facts.part_status
            for concern in parts
            if is_open(concern.facts.status) and concern.facts.part_status is not PartStatus.RELEASED
            if self._is_with_reader(notice, concern)
        }
        if not theirs:
            return Reason.NO_LONGER_CONCERNED
        return None if PartStatus.OPEN in theirs else Reason.PAUSED

    @cached_property
    def _parts(self) -> Mapping[int, Sequence[Concern]]:
        found: dict[int, list[Concern]] = {}
        for concern in self.concerns.values():
            found.setdefault(concern.item_id, []).append(concern)
        return found

    def _is_with_reader(self, notice: Notice, concern: Concern) -> bool:
        """Tell whether a part is its reader's to do; what was handed over, as what they were told of it.

        A head who was given an item and gave it to somebody else is still above it, but has not taken it over.
        """
        audience = (Capacity.OFFICER,) if notice.is_of_several else OWNERS
        heard = recipients(audience, concern.officer_id, concern.department_id, self.directory)
        held = {each.capacity for each in heard if each.person_id == notice.person_id}
        return notice.capacity in held if notice.is_of_several else bool(held)


def hearers_of(concern: Concern, stage: Stage, directory: Directory) -> list[Recipient]:
    """Return who hears of a stage of one department's part, as things stand."""
    return hearers(
        stage, concern.facts, concern.officer_id, concern.department_id, directory, concern.requests
    )


def standing_of(
    session: Session,
    terms: Terms,
    directory: Directory,
    reminders: Iterable[PlannedReminder],
    notices: Iterable[Notice],
) -> Standing:
    """Return the present facts that reminders and notices are judged by."""
    notices = list(notices)
    part_ids = {each.part_id for each in reminders}
    if told_of := {item_id for each in notices for item_id in each.about}:
        part_ids |= set(list_parts_of(session, told_of))
    concerns = list_concerns(session, terms, part_ids) if part_ids else []
    readable = _readable(session, terms.today, notices)
    return Standing({each.part_id: each for each in concerns}, directory, readable)


def _readable(session: Session, today: date, notices: Iterable[Notice]) -> Mapping[int, frozenset[int]]:
    """Return, by person, which items they may see of those that news names several of at once."""
    news: dict[int, list[Notice]] = {}
    for each in notices:
        if each.is_of_several and each.kind not in _ASK_SOMETHING:
            news.setdefault(each.person_id, []).append(each)
    return {
        person_id: list_readable(session, principal_of(session, get_user(session, person_id), today), told)
        for person_id, told in news.items()
    }
