"""An item's story and its files, in the reader's language."""

from collections.abc import Sequence
from typing import Any

from flask import url_for

from tracker import audit
from tracker.actions import queries
from tracker.actions.evidence import evidence_of
from tracker.actions.models import ActionItem, Evidence
from tracker.actions.rules import story
from tracker.actions.rules.filing import Period
from tracker.foundation.language import N_
from tracker.foundation.showing import show_date
from tracker.people.models import Department
from tracker.people.rules.naming import department_name
from tracker.web.session import act, say, session


def story_of(item: ActionItem) -> list[story.Line]:
    """Return what happened to an item, as the record tells it."""
    return story.tell(audit.history_of(session(), "action_item", item.id))


def entries(item: ActionItem, lines: Sequence[story.Line]) -> list[dict[str, Any]]:
    """Return story lines in the reader's language, as the timeline shows them."""
    departments = queries.departments_of(session(), (line.actor_id for line in lines if line.actor_id))
    files = {each.id: each for each in evidence_of(item)}
    return [
        {
            "at": line.at,
            "kind": line.kind,
            "round_no": line.round_no,
            "sentence": _sentence(line, departments.get(line.actor_id or 0)),
            "details": [(say(each.heading), _passage(each)) for each in line.details],
            "files": [_told_file(files[number]) for number in line.evidence if number in files],
        }
        for line in lines
    ]


def shown_file(evidence: Evidence) -> dict[str, Any]:
    """Return a file as a list of files shows it, with who filed it, and when."""
    filed = {"uploaded_by": evidence.uploaded_by.name, "uploaded_at": evidence.uploaded_at}
    return _told_file(evidence) | filed | {"sha256": evidence.sha256}


def period_name(code: str) -> str:
    """Return a reporting period's name in the reader's language."""
    sentence, values = Period.read(code).words
    return say(sentence, **values)


def _sentence(line: story.Line, department: Department | None) -> str:
    actor = say(line.actor) if line.actor_id is None else line.actor
    if department:
        named = department_name(department, act().by.language)
        actor = say(N_("%(name)s（%(department)s）"), name=actor, department=named)
    if line.acting_for:
        actor = say(N_("%(name)s代理%(other)s"), name=actor, other=line.acting_for)
    terms = {name: say(msgid) for name, msgid in line.terms.items()}
    days = {name: show_date(day, act().by.language) for name, day in line.days.items()}
    return say(line.sentence, actor=actor, **line.values, **terms, **days)


def _passage(passage: story.Passage) -> str:
    said = say if passage.are_terms else str
    words = said(passage.words) or say(N_("（空白）"))
    return f"{said(passage.was)} → {words}" if passage.was else words


def _told_file(evidence: Evidence) -> dict[str, Any]:
    """Return a file as the story shows it, whose sentence already says who filed it, and when."""
    address = url_for("actions.download_evidence", evidence_id=evidence.id)
    return {"name": evidence.name, "href": address, "size": evidence.size}
