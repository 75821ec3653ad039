"""What holds after every step, whoever took it: each law is a function that yields how it is broken.

A law sees the rows before and after, and who acted; it asks none of the services' own rules but the table of steps.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from tests.support.pictures import OF_AN_ITEM, Picture, Row, all_without, without
from tracker.actions.models import Closing, Extension, Part, Petition, PostCheck, ProgressUpdate
from tracker.actions.rules.filing import Period
from tracker.actions.rules.workflow import (
    CLOSED,
    CLOSED_AS,
    OPEN,
    TRANSITIONS,
    PartRole,
    PartStatus,
    Status,
    Step,
)
from tracker.people.models import Department, User
from tracker.reports.models import Recommendation
from tracker.reports.rules.adoption import NEEDS_NO_REASON, Adoption

STEPS = {step.value: step for step in Step}


@dataclass(frozen=True)
class Moment:
    """The rows before and after something was tried, and the persons for whom the actor acted."""

    before: Picture
    after: Picture
    persons: frozenset[int] = frozenset()

    def decided(self, kind: type, when: str) -> Iterator[Row]:
        """Yield the rows that were decided in this moment."""
        for row_id, row in self.after.rows[kind].items():
            was = self.before.rows[kind].get(row_id)
            if row[when] is not None and (was is None or was[when] is None):
                yield row


Law = Callable[[Moment], Iterator[str]]


def one_lead(moment: Moment) -> Iterator[str]:
    """An item has exactly one leading department, and no department twice."""
    for item_id in moment.after.items:
        parts = moment.after.of(Part, item_id)
        leads = [part for part in parts if part["role"] is PartRole.LEAD]
        if len(leads) != 1:
            yield f"item {item_id} has {len(leads)} leads"
        if len({part["department_id"] for part in parts}) != len(parts):
            yield f"item {item_id} has a department twice"


def closed_when_released(moment: Moment) -> Iterator[str]:
    """An item is closed exactly when every part of it is released; it asks for release exactly when its lead does."""
    for item_id, item in moment.after.items.items():
        parts = {part["id"]: part["status"] for part in moment.after.of(Part, item_id)}
        lead = moment.after.lead(item_id)["status"]
        if item["status"] in CLOSED and set(parts.values()) != {PartStatus.RELEASED}:
            yield f"item {item_id} is closed with parts {parts}"
        if item["status"] in OPEN and lead is PartStatus.RELEASED:
            yield f"item {item_id} is open and its lead released"
        if item["status"] in OPEN:
            asks = item["status"] is Status.CLOSE_REQUESTED
            if asks is not (lead is PartStatus.CLOSE_REQUESTED):
                yield f"item {item_id} is {item['status'].value}, its lead {lead}"


def parts_follow_requests(moment: Moment) -> Iterator[str]:
    """A part of an open item asks for release exactly when one request of its waits, and one only."""
    for item_id, item in moment.after.items.items():
        undecided = [each for each in moment.after.of(Closing, item_id) if each["decided_at"] is None]
        waiting = [each["part_id"] for each in undecided if each["requested_on"] is not None]
        if item["status"] in CLOSED and undecided:
            yield f"{len(undecided)} requests wait on item {item_id}, which is closed"
        for part in moment.after.of(Part, item_id):
            asks = part["status"] is PartStatus.CLOSE_REQUESTED
            if item["status"] in OPEN and waiting.count(part["id"]) != asks:
                yield f"part {part['id']} is {part['status'].value} with {waiting.count(part['id'])} waiting requests"
            if (part["status"] is PartStatus.RELEASED) is not (part["released_on"] is not None):
                yield f"part {part['id']} is {part['status'].value}, released on {part['released_on']}"


def ends_have_a_day(moment: Moment) -> Iterator[str]:
    """What left tracking has a day, what was released has an outcome, what was merged a target; nothing else does."""
    for item_id, item in moment.after.items.items():
        ended = item["status"] not in OPEN | {Status.DRAFT}
        if ended is not (item["closed_on"] is not None):
            yield f"item {item_id} is {item['status'].value}, closed on {item['closed_on']}"
        if (item["status"] in CLOSED) is not (item["outcome"] is not None):
            yield f"item {item_id} is {item['status'].value} with outcome {item['outcome']}"
        if item["outcome"] and CLOSED_AS[item["outcome"]] is not item["status"]:
            yield f"item {item_id} is {item['status'].value} with outcome {item['outcome']}"
        if (item["status"] is Status.MERGED) is not (item["merged_into_id"] is not None):
            yield f"item {item_id} is {item['status'].value}, merged into {item['merged_into_id']}"


def due_date_by_grant(moment: Moment) -> Iterator[str]:
    """The due date is the one of the last extension granted, else the original one, which never changes."""
    for item_id, item in moment.after.items.items():
        granted = [each for each in moment.after.of(Extension, item_id) if each["granted"]]
        expected = granted[-1]["new_due_on"] if granted else item["original_due_on"]
        if item["due_on"] != expected:
            yield f"item {item_id} is due on {item['due_on']}, granted was {expected}"
        was = moment.before.items.get(item_id)
        if was and was["original_due_on"] != item["original_due_on"]:
            yield f"item {item_id} was originally due on {was['original_due_on']}, now {item['original_due_on']}"
        if was and was["due_on"] != item["due_on"]:
            steps = [each["action"] for each in moment.after.recorded_on("action_item", item_id)]
            if Step.GRANT_EXTENSION.value not in steps:
                yield f"the due date of item {item_id} moved by {steps}"


def one_request_waits(moment: Moment) -> Iterator[str]:
    """At most one request for more time waits, and one petition, and none on what is no longer open."""
    for item_id, item in moment.after.items.items():
        for kind in (Extension, Petition):
            waiting = [each for each in moment.after.of(kind, item_id) if each["decided_at"] is None]
            if len(waiting) > (item["status"] in OPEN):
                yield f"{len(waiting)} rows of {kind.__tablename__} wait on item {item_id}, {item['status'].value}"


def nobody_decides_their_own(moment: Moment) -> Iterator[str]:
    """Nobody decides what they asked for, nor what the person asked for whom they stand in."""
    taken_back = any(each["action"] == "closing_taken_back" for each in moment.after.recorded)
    signed = (
        (Closing, "forwarded_at", "forwarded_by_id", "requested_by_id"),
        (Closing, "decided_at", "decided_by_id", "requested_by_id"),
        (Extension, "decided_at", "decided_by_id", "requested_by_id"),
        (Extension, "endorsed_at", "endorsed_by_id", "requested_by_id"),
        (Petition, "decided_at", "decided_by_id", "requested_by_id"),
        (PostCheck, "noted_at", "noted_by_id", "answered_by_id"),
        (ProgressUpdate, "reviewed_at", "reviewed_by_id", "submitted_by_id"),
    )
    for kind, when, decider, asker in signed:
        for row in moment.decided(kind, when):
            if taken_back or row[decider] is None:
                continue
            if row[asker] in moment.persons | {row[decider]}:
                yield f"{kind.__tablename__} {row['id']} was decided by who asked"


def status_by_the_table(moment: Moment) -> Iterator[str]:
    """A status changes only by recorded steps that the table knows."""
    for item_id, item in moment.after.items.items():
        was = moment.before.items.get(item_id)
        status = was["status"] if was else Status.DRAFT
        for event in moment.after.recorded_on("action_item", item_id):
            step = STEPS.get(event["action"])
            if step is None:
                continue
            begins = Status(event["before"].get("status", status))
            ends = Status(event["after"].get("status", begins))
            legal = (
                begins is Status.CLOSE_REQUESTED and ends in CLOSED
                if step is Step.AGREE_CLOSING
                else TRANSITIONS.get((begins, step)) is ends
            )
            if begins is not status or not legal:
                yield f"item {item_id}: {step.value} from {begins.value} to {ends.value}, found {status.value}"
            status = ends
        if status is not item["status"]:
            yield f"item {item_id} is {item['status'].value}, its record says {status.value}"


def every_change_is_recorded(moment: Moment) -> Iterator[str]:
    """Whatever changed on an item, a recommendation or a person, the record tells of it."""
    for item_id in moment.after.items:
        changed = facts_of(moment.before, item_id) != facts_of(moment.after, item_id)
        if changed and not moment.after.recorded_on("action_item", item_id):
            yield f"item {item_id} changed without a record"
    for kind, name in ((Recommendation, "recommendation"), (User, "person"), (Department, "department")):
        for row_id, row in moment.after.rows[kind].items():
            if row != moment.before.rows[kind].get(row_id) and not moment.after.recorded_on(name, row_id):
                yield f"{name} {row_id} changed without a record"


FILED = {
    ProgressUpdate: ("report_progress",),
    Closing: ("prepare_closing", "part_release_prepared", "request_closing", "part_release_requested"),
    Extension: ("request_extension",),
    Petition: ("petition",),
}


def every_filing_is_recorded(moment: Moment) -> Iterator[str]:
    """Each report, closing request, extension and petition has its own line in the record."""
    for item_id in moment.after.items:
        actions = [each["action"] for each in moment.after.recorded_on("action_item", item_id)]
        for kind, names in FILED.items():
            new = len(moment.after.of(kind, item_id)) - len(moment.before.of(kind, item_id))
            told = sum(actions.count(name) for name in names)
            if new != told:
                yield f"item {item_id} has {new} new rows of {kind.__tablename__}, recorded are {told}"


MOVING = {Extension: ("turn",)}
"""Columns of what was filed that may change while it waits."""


def nothing_filed_changes(moment: Moment) -> Iterator[str]:
    """What was filed or decided stays as it is: columns are filled in once, and no row goes."""
    for kind in OF_AN_ITEM[1:]:
        for row_id, was in moment.before.rows[kind].items():
            now = moment.after.rows[kind].get(row_id)
            if now is None:
                yield f"{kind.__tablename__} {row_id} is gone"
                continue
            moving = MOVING.get(kind, ())
            for name, value in was.items():
                if name not in moving and value not in (None, "") and now[name] != value:
                    yield f"{kind.__tablename__} {row_id}: {name} was {value}, is {now[name]}"
    for item_id in moment.before.items.keys() - moment.after.items.keys():
        yield f"item {item_id} is gone"
    for part_id in moment.before.rows[Part].keys() - moment.after.rows[Part].keys():
        # A draft goes to others before anybody has heard of it.
        item = moment.before.items[moment.before.rows[Part][part_id]["item_id"]]
        if item["status"] is not Status.DRAFT:
            yield f"part {part_id} of item {item['id']} is gone"


MOVED_BY_ADDING = ("percent", "updated_on", "filed_until")
"""Columns of a part that a further report moves."""


def versions_move(moment: Moment) -> Iterator[str]:
    """Every change of what a reader was shown moves the version; a further report overwrites nothing and does not."""
    for item_id, was in moment.before.items.items():
        now = moment.after.items[item_id]
        if now["version"] < was["version"]:
            yield f"the version of item {item_id} went back"
        changed = _shown(moment.before, moment.before, item_id) != _shown(
            moment.after, moment.before, item_id
        )
        if changed and now["version"] == was["version"]:
            actions = [each["action"] for each in moment.after.recorded_on("action_item", item_id)]
            yield f"item {item_id} changed by {actions}, and its version stayed"


def filings_are_counted(moment: Moment) -> Iterator[str]:
    """A part knows the last day of the latest period that it filed a report for, returned ones aside."""
    filed: dict[int, list[date]] = {}
    for update in moment.after.rows[ProgressUpdate].values():
        if update["approved"] is not False:
            filed.setdefault(update["part_id"], []).append(Period.read(update["period"]).last_day)
    for part_id, part in moment.after.rows[Part].items():
        latest = max(filed.get(part_id, ()), default=None)
        if part["filed_until"] != latest:
            yield f"part {part_id} filed until {part['filed_until']}, its reports say {latest}"


def nobody_who_left_holds_a_part(moment: Moment) -> Iterator[str]:
    """No open part is in the hands of a person who was deactivated; work in progress is in somebody's hands."""
    for item_id, item in moment.after.items.items():
        if item["status"] not in OPEN:
            continue
        for part in moment.after.of(Part, item_id):
            held = part["status"] is not PartStatus.RELEASED
            if held and part["officer_id"] in moment.after.inactive:
                yield f"part {part['id']} of item {item_id} is held by {part['officer_id']}, who left"
        if item["status"] is not Status.ASSIGNED and moment.after.lead(item_id)["officer_id"] is None:
            yield f"item {item_id} is {item['status'].value} without an officer"


def adoption_is_whole(moment: Moment) -> Iterator[str]:
    """研議中 has an end date, and every decision that needs one has its reason."""
    for row_id, row in moment.after.rows[Recommendation].items():
        adoption = row["adoption"]
        if (adoption is Adoption.UNDER_STUDY) is not (row["study_until"] is not None):
            yield f"recommendation {row_id} is {adoption.value} until {row['study_until']}"
        if adoption not in NEEDS_NO_REASON and not row["adoption_reason"].strip():
            yield f"recommendation {row_id} is {adoption.value} without a reason"


LAWS: tuple[Law, ...] = (
    one_lead,
    closed_when_released,
    parts_follow_requests,
    ends_have_a_day,
    due_date_by_grant,
    one_request_waits,
    nobody_decides_their_own,
    status_by_the_table,
    every_change_is_recorded,
    every_filing_is_recorded,
    nothing_filed_changes,
    versions_move,
    filings_are_counted,
    nobody_who_left_holds_a_part,
    adoption_is_whole,
)


def broken_laws(moment: Moment) -> list[str]:
    """Return every way in which a law is broken."""
    return [f"{law.__name__}: {how}" for law in LAWS for how in law(moment)]


def facts_of(picture: Picture, item_id: int) -> tuple[object, ...]:
    """Return all that is held of an item."""
    return picture.items.get(item_id), *(picture.of(kind, item_id) for kind in OF_AN_ITEM)


def _shown(picture: Picture, since: Picture, item_id: int) -> tuple[object, ...]:
    """Return what a step may have been decided on: all but what was added since, and what an addition moves."""
    known = {kind: {row["id"] for row in since.of(kind, item_id)} for kind in OF_AN_ITEM}
    updates = [row for row in picture.of(ProgressUpdate, item_id) if row["id"] in known[ProgressUpdate]]
    return (
        without(picture.items[item_id], "version"),
        all_without(picture.of(Part, item_id), *MOVED_BY_ADDING),
        all_without(updates),
        all_without(picture.of(Closing, item_id)),
        all_without(picture.of(Extension, item_id)),
        all_without(picture.of(Petition, item_id)),
    )
