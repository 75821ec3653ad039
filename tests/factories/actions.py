"""An item's way through the services, one call a step: `acknowledge(city, item_id)`, `ask(city, item_id)`, …"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from tests.factories.city import City
from tracker.access import Act
from tracker.actions import assigning, ending, extending, petitioning, queries, releasing, reporting, rights
from tracker.actions.assigning import Assignment
from tracker.actions.extending import ExtensionDecision, ExtensionRequest
from tracker.actions.models import ActionItem
from tracker.actions.petitioning import PetitionRequest
from tracker.actions.releasing import ClosingDecision, ClosingRequest, ClosingReview
from tracker.actions.reporting import Progress, ProgressReview
from tracker.actions.rules.extending import ExtensionReason, Limits
from tracker.actions.rules.petitioning import PetitionKind
from tracker.actions.rules.workflow import Outcome, WithdrawalReason
from tracker.foundation.database import Session
from tracker.foundation.filing import StoredFile, describe
from tracker.reminders import work
from tracker.settings import load_settings
from tracker.wiring import post_office

T = TypeVar("T")
RESULT = "兩處轉運站的候車資訊看板已完成並啟用。"
REPORT = describe(b"%PDF-1.7 results", "成果報告.pdf")


def do(city: City, key: str, verb: Callable[..., T], *arguments: Any, **named: Any) -> T:
    """Let a person do something by a service, in a transaction of its own."""
    with city.database.transaction() as session:
        return verb(session, city.act(key, session), *arguments, **named)


def look(city: City, key: str, item_id: int, question: Callable[[Session, Act, ActionItem], T]) -> T:
    """Ask something about an item as a person sees it."""
    with city.database.reading() as session:
        act = city.act(key, session)
        return question(session, act, queries.get_action(session, act.by, item_id))


def status_of(city: City, item_id: int) -> str:
    """Return where an item stands."""
    return look(city, "coordinator", item_id, lambda _session, _act, item: item.status.value)


def work_of(city: City, key: str) -> list[int]:
    """Return the items that wait for a person's own hand, as their work page has them."""
    office = post_office(load_settings({}), city.clock)
    with city.database.reading() as session:
        piles = work.work_of(office, session, city.act(key, session).by, city.today(), limit=1000)
    return [waiting.item.id for pile in piles if not pile.is_overseen for waiting in pile.items]


def version_of(city: City, item_id: int) -> int:
    """Return the version of an item."""
    return look(city, "coordinator", item_id, lambda _session, _act, item: item.version)


def acknowledge(city: City, item_id: int, key: str = "officer") -> None:
    """Take the item; its officer is whoever takes it."""
    do(city, key, assigning.acknowledge, item_id)


def report(city: City, item_id: int, key: str = "officer", percent: int = 40, **more: Any) -> int:
    """File progress, and return the id of the report."""
    progress = Progress("已完成現場勘查與設計。", percent)
    return do(city, key, reporting.submit_progress, item_id, progress, **more).id


def approve(city: City, update_id: int, key: str = "unit_head", **more: Any) -> None:
    """Approve progress."""
    do(city, key, reporting.review_progress, update_id, ProgressReview(approve=True), **more)


def send_back(city: City, update_id: int, key: str = "unit_head", note: str = "請補充招標結果。") -> None:
    """Return progress."""
    do(city, key, reporting.review_progress, update_id, ProgressReview(approve=False, note=note))


HEADS = {"officer": "unit_head", "other_officer": "other_head"}
"""Who forwards what an officer prepared."""


def ask(city: City, item_id: int, key: str = "officer", **more: Any) -> int:
    """Ask for release, let the head of the unit forward it where one has to, and return the id of the request."""
    closing_id = prepare_closing(city, item_id, key, **more)
    if prepared(city, item_id):
        forward(city, closing_id, HEADS[key])
    return closing_id


def forward(city: City, closing_id: int, key: str = "unit_head", **more: Any) -> None:
    """Forward a prepared closing request."""
    do(city, key, releasing.review_closing, closing_id, ClosingReview(forward=True), **more)


def return_closing(city: City, closing_id: int, key: str = "unit_head", note: str = "請補成效數據。") -> None:
    """Return a prepared closing request."""
    do(city, key, releasing.review_closing, closing_id, ClosingReview(forward=False, note=note))


def prepared(city: City, item_id: int) -> list[int]:
    """Return the closing requests of an item that wait for a head."""
    return look(
        city,
        "coordinator",
        item_id,
        lambda _s, _a, item: [c.id for c in item.closings if rights.is_prepared(c)],
    )


def prepare_closing(
    city: City,
    item_id: int,
    key: str = "officer",
    files: tuple[StoredFile, ...] = (REPORT,),
    result: str = RESULT,
    **more: Any,
) -> int:
    """Prepare a closing request, and return its id; it waits for the head of the unit, where there is one."""
    request = ClosingRequest(result, city.today(), Outcome.IMPLEMENTED)
    return do(city, key, releasing.request_closing, item_id, request, files, **more).id


def agree(city: City, closing_id: int, key: str = "coordinator", **more: Any) -> None:
    """Agree to a release."""
    decision = ClosingDecision(agree=True, decision="成果具體。", document_no="府研管字第 1 號")
    do(city, key, releasing.decide_closing, closing_id, decision, **more)


def refuse(city: City, closing_id: int, key: str = "coordinator") -> None:
    """Keep tracking."""
    do(
        city,
        key,
        releasing.decide_closing,
        closing_id,
        ClosingDecision(agree=False, decision="請補充成效數據。"),
    )


def ask_for_days(city: City, item_id: int, days: int, key: str = "officer", **more: Any) -> int:
    """Ask for an extension by some days from the due date in force, and return the id of the request."""
    due_on = look(city, key, item_id, lambda _session, _act, item: item.due_on)
    request = ExtensionRequest(
        due_on + timedelta(days=days), ExtensionReason.PROCUREMENT, "第一次招標流標，須重新上網公告。"
    )
    return do(city, key, extending.request_extension, item_id, request, Limits(), **more).id


def grant(city: City, extension_id: int, key: str, document_no: str = "", **more: Any) -> None:
    """Agree to more time, as far as the person's signature goes."""
    decision = ExtensionDecision(agree=True, decision="同意。", document_no=document_no)
    do(city, key, extending.decide_extension, extension_id, decision, **more)


def deny(city: City, extension_id: int, key: str, words: str = "請先增派人力。") -> None:
    """Refuse more time."""
    do(city, key, extending.decide_extension, extension_id, ExtensionDecision(agree=False, decision=words))


WITHDRAWAL = PetitionRequest(
    PetitionKind.WITHDRAW, "市政會議已決議改採其他方案。", reason_code=WithdrawalReason.POLICY_CHANGED
)


def petition(
    city: City, item_id: int, key: str = "unit_head", request: PetitionRequest = WITHDRAWAL, **more: Any
) -> int:
    """Ask the coordinating office for something, and return the id of the petition."""
    return do(city, key, petitioning.make_petition, item_id, request, **more).id


def bring_to(city: City, status: str, **facts: Any) -> int:
    """Open an item and take it to a status by the real steps; return its id."""
    item_id = city.give_action(**facts)
    if status == "assigned":
        return item_id
    if status == "withdrawn":
        reason = WithdrawalReason.POLICY_CHANGED
        do(city, "coordinator", ending.withdraw, item_id, reason, "政策調整", "秘書長核准")
    elif status == "merged":
        other = city.give_action()
        number = look(city, "coordinator", other, lambda _session, _act, item: item.item_no)
        do(city, "coordinator", ending.merge, item_id, number, "內容相同", "秘書長核准")
    elif status == "void":
        do(city, "coordinator", ending.make_void, item_id, "重複建檔")
    else:
        acknowledge(city, item_id)
        if status != "in_progress":
            closing_id = ask(city, item_id)
            if status == "closed_implemented":
                agree(city, closing_id)
    return item_id


def after_days(city: City, number: int) -> None:
    """Let days pass."""
    city.clock.advance(timedelta(days=number))  # type: ignore[attr-defined]


def keep_draft(city: City, key: str = "coordinator") -> int:
    """Keep a second item of an assigned item's recommendation as a draft, and return its id."""
    first = city.give_action()
    recommendation_id = look(city, "coordinator", first, lambda _session, _act, item: item.recommendation_id)
    due_on = city.today() + timedelta(days=60)
    assignment = Assignment(city.departments["TPT-P"], due_on, officer_id=city.people["officer"])
    item: ActionItem = do(
        city, key, assigning.prepare_action, recommendation_id, "115-TPT-901-09", "後續說明會", assignment
    )
    return item.id
