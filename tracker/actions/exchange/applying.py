"""Applying a table that was looked through: all of its rows or none, by the rules of every other way to do the same."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, Final

from sqlalchemy import select

from tracker.access import Act
from tracker.actions.assigning import Assignment, open_action, reassign
from tracker.actions.editing import ItemChanges, change_officer, index_tags, record_changes, set_changes
from tracker.actions.exchange.fields import Field
from tracker.actions.exchange.planning import Choices
from tracker.actions.models import ActionItem, ImportLine
from tracker.actions.queries import for_lines, from_joined, visible_to
from tracker.actions.rights import check_step
from tracker.actions.rules.editing import TrackingLevel
from tracker.actions.rules.lines import LineOutcome
from tracker.actions.rules.workflow import Step
from tracker.actions.steps import lock
from tracker.foundation.database import Session, check_version
from tracker.foundation.errors import Conflict, NotFound, TrackerError
from tracker.foundation.language import N_
from tracker.reports.listing import Listed, ListText, open_listed, text_of
from tracker.reports.rules.drafts import item_number

_STRETCH: Final = 200
Tell = Callable[[int], None]


class LineRefused(Conflict):
    """A row could not be applied after all, so none was."""

    message = N_("第 %(line)s 列無法匯入，因此全部都沒有匯入。請重新檢查內容，看那一列的說明。")

    def __init__(self, line: int, reason: TrackerError) -> None:
        super().__init__(line=line)
        self.line = line
        self.reason = reason


def apply_changes(session: Session, act: Act, import_id: int, choices: Choices, tell: Tell) -> int:
    """Change the items that the rows change; returns how many. Raises LineRefused."""
    lines = _lines(session, import_id, LineOutcome.CHANGED)
    for begin in range(0, len(lines), _STRETCH):
        _change_stretch(session, act, lines[begin : begin + _STRETCH], choices)
        tell(min(begin + _STRETCH, len(lines)))
    return len(lines)


def add_items(
    session: Session,
    act: Act,
    import_id: int,
    choices: Choices,
    store: Callable[[ListText], None],
    tell: Tell,
) -> int:
    """Open the items that the rows add, in a report for each title that `store` keeps; returns how many.

    Raises LineRefused, or ReportKnown for a list that was brought in before.
    """
    done = 0
    for title, lines in _by_report(_lines(session, import_id, LineOutcome.NEW)).items():
        listed = [Listed(line.facts["quote"], line.facts["theme"]) for line in lines]
        written = text_of(title, listed)
        store(written)
        found = open_listed(session, act, written, listed, choices.agency_id or 0)
        for line, recommendation in zip(lines, found, strict=True):
            number = item_number(recommendation.report.report_no or "", recommendation.seq_no)
            with _refusing(line):
                _open(session, act, line.facts, recommendation.id, number)
            done += 1
            if done % _STRETCH == 0:
                tell(done)
    return done


def listed_of(lines: Sequence[dict[str, Any]]) -> Iterator[tuple[ListText, Sequence[int]]]:
    """Yield the text of each report that the facts of new rows would make, with the places of those rows."""
    places: dict[str, list[int]] = {}
    for place, facts in enumerate(lines):
        places.setdefault(facts["report"], []).append(place)
    for title, found in places.items():
        yield text_of(title, [Listed(lines[place]["quote"], lines[place]["theme"]) for place in found]), found


def _change_stretch(session: Session, act: Act, lines: Sequence[ImportLine], choices: Choices) -> None:
    ids = [line.facts["item_id"] for line in lines]
    lock(session, *ids)
    query = from_joined(select(ActionItem)).where(ActionItem.id.in_(ids), visible_to(act.by))
    rows = session.scalars(query.options(*for_lines()).execution_options(populate_existing=True)).unique()
    items = {item.id: item for item in rows}
    edits = []
    for line in lines:
        with _refusing(line):
            item = items.get(line.facts["item_id"])
            if item is None:
                raise NotFound
            check_version(item.version, line.facts["version"])
            if wanted := _changes_of(line.facts):
                check_step(act, item, Step.EDIT)
                edits.append((item, *set_changes(item, wanted)))
    # One flush for all of them: the index of searching is written for many at once.
    index_tags(session, [item for item, _, after in edits if "tags" in after])
    session.flush()
    for item, before, after in edits:
        if after:
            record_changes(session, act, item, before, after)
    for line in lines:
        with _refusing(line):
            _move(session, act, items[line.facts["item_id"]], line.facts, choices)


def _changes_of(facts: dict[str, Any]) -> ItemChanges | None:
    named: dict[str, Any] = {
        "title": facts.get(Field.TITLE),
        "expected_result": facts.get(Field.EXPECTED_RESULT),
        "tracking_level": TrackingLevel(facts[Field.LEVEL]) if Field.LEVEL in facts else None,
        "is_priority": facts.get(Field.PRIORITY),
        "tags": tuple(facts[Field.TAGS]) if Field.TAGS in facts else None,
    }
    return ItemChanges(**named) if any(value is not None for value in named.values()) else None


def _move(session: Session, act: Act, item: ActionItem, facts: dict[str, Any], choices: Choices) -> None:
    officer_id = facts.get(Field.OFFICER)
    if Field.LEAD in facts:
        lead_id = facts[Field.LEAD]
        support = tuple(
            part.department_id
            for part in item.supporting
            if part.department_id != lead_id and not part.released_on
        )
        assignment = Assignment(lead_id, item.due_on, support, officer_id)
        reassign(session, act, item.id, assignment, choices.reason)
    elif officer_id is not None:
        change_officer(session, act, item.lead.id, officer_id, reason=choices.reason)


def _open(session: Session, act: Act, facts: dict[str, Any], recommendation_id: int, number: str) -> None:
    assignment = Assignment(
        facts["lead"], date.fromisoformat(facts["due_on"]), tuple(facts["support"]), facts["officer"]
    )
    item = open_action(
        session, act, recommendation_id, number, facts["title"], assignment, facts["expected_result"]
    )
    if facts["start_on"]:
        item.start_on = date.fromisoformat(facts["start_on"])
    marks = ItemChanges(
        tracking_level=TrackingLevel(facts["level"]), is_priority=facts["priority"], tags=tuple(facts["tags"])
    )
    before, after = set_changes(item, marks)
    if after:
        index_tags(session, [item] if "tags" in after else [])
        record_changes(session, act, item, before, after)


def _lines(session: Session, import_id: int, outcome: LineOutcome) -> list[ImportLine]:
    query = select(ImportLine).where(ImportLine.import_id == import_id, ImportLine.outcome == outcome)
    return list(session.scalars(query.order_by(ImportLine.line)))


def _by_report(lines: Sequence[ImportLine]) -> dict[str, list[ImportLine]]:
    reports: dict[str, list[ImportLine]] = {}
    for line in lines:
        reports.setdefault(line.facts["report"], []).append(line)
    return reports


@contextmanager
def _refusing(line: ImportLine) -> Generator[None, None, None]:
    """Tell, of what a row is refused with, which row it was."""
    try:
        yield
    except TrackerError as error:
        raise LineRefused(line.line, error) from error
