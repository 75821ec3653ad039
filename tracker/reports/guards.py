"""What every step at the desk checks first: the draft is there as it was shown, and its words are its own."""

from collections.abc import Collection, Sequence

from sqlalchemy import inspect, select

from tracker.access import Act, Permission
from tracker.foundation.database import Session, check_version
from tracker.foundation.errors import Conflict
from tracker.foundation.language import N_
from tracker.reports import queries
from tracker.reports.models import Draft, Report
from tracker.reports.rules.drafts import HOLDS_ITS_WORDS, DraftState
from tracker.reports.rules.spans import share_words

_COLUMNS = [column.key for column in inspect(Draft).column_attrs]


class DraftGone(Conflict):
    """Somebody joined the draft to another one, or took back what had made it."""

    message = N_("這一則已被合併到別則，或已被移除。您輸入的內容仍保留在畫面上，請回審閱台比對。")


class DraftConfirmed(Conflict):
    """A confirmed quote never changes."""

    message = N_("這項建議已確認，引文不能再更動。")


class DraftMatched(Conflict):
    """What was matched is taken back where it was matched."""

    message = N_("這一則已視為既有的建議事項；要更動，請先在「版本比對」復原。")


class WordsTaken(Conflict):
    """The words belong to another draft already."""

    message = N_("這段文字與另一則候選重疊（%(title)s），請先合併、調整或剔除那一則。")


def open_draft(session: Session, act: Act, draft_id: int, version: int | None) -> Draft:
    """Return a draft that may be changed, as it is stored now, and hold the desk of its report until the end.

    Raises Forbidden, NotFound, DraftGone, DraftConfirmed, or VersionConflict when it changed since it was shown.
    """
    act.require(Permission.Report.REVIEW)
    draft = queries.get_draft(session, act.by, draft_id)
    hold_desk(session, draft.report_id)
    session.refresh(draft, _COLUMNS)
    check_open(draft)
    check_version(draft.version, version)
    return draft


def hold_desk(session: Session, report_id: int) -> None:
    """Let nobody else take a step at a report's desk before this transaction ends."""
    session.execute(select(Report.id).where(Report.id == report_id).with_for_update(key_share=True))


def check_open(draft: Draft) -> None:
    """Raise DraftGone, DraftConfirmed or DraftMatched for a draft that can no longer be changed."""
    if draft.state is DraftState.GONE:
        raise DraftGone
    if draft.state is DraftState.CONFIRMED:
        raise DraftConfirmed
    if draft.state is DraftState.MATCHED:
        raise DraftMatched


def check_free(
    session: Session, report_id: int, spans: Sequence[tuple[int, int]], without: Collection[int] = ()
) -> None:
    """Raise WordsTaken when a span shares words with a draft that holds its own, other than those left out."""
    for other in holders(session, report_id, without):
        if any(share_words(span, (other.start, other.end)) for span in spans):
            raise WordsTaken(title=other.title)


def holders(session: Session, report_id: int, without: Collection[int] = ()) -> Sequence[Draft]:
    """Return the drafts that hold their words, in the order of the text."""
    drafts = queries.list_drafts(session, report_id)
    return [each for each in drafts if each.state in HOLDS_ITS_WORDS and each.id not in without]
