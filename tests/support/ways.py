"""The way of each step: who takes it, by which call, what has to wait for it, and what the house is told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from tests.factories.actions import (
    REPORT,
    RESULT,
    WITHDRAWAL,
    acknowledge,
    ask,
    ask_for_days,
    do,
    look,
    petition,
    prepare_closing,
    report,
)
from tests.factories.city import City
from tracker.access import Act
from tracker.actions import (
    asking,
    assigning,
    editing,
    ending,
    events,
    extending,
    petitioning,
    releasing,
    reporting,
    splitting,
)
from tracker.actions.assigning import Assignment
from tracker.actions.editing import ItemChanges
from tracker.actions.extending import ExtensionDecision, ExtensionRequest
from tracker.actions.models import ActionItem
from tracker.actions.petitioning import PetitionDecision
from tracker.actions.releasing import ClosingDecision, ClosingRequest, ClosingReview
from tracker.actions.reporting import Progress, ProgressReview
from tracker.actions.rules.extending import ExtensionReason, Limits
from tracker.actions.rules.workflow import (
    CLOSED,
    CLOSED_AS,
    TRANSITIONS,
    Status,
    Step,
    WithdrawalReason,
)
from tracker.foundation.database import Session

OWNERS = ("officer", "unit_head")
HEADS = ("unit_head", "agency_head")
COORDINATORS = ("coordinator", "second_coordinator")


@dataclass(frozen=True)
class Scene:
    """An item on which a step can be taken, another one, and what waits on it."""

    city: City
    item_id: int
    other_no: str
    part_id: int = 0
    waiting: Mapping[str, int] = field(default_factory=dict)

    def to(self, lead: str, days: int = 30) -> Assignment:
        """Return an assignment to a department."""
        due_on = self.city.today() + timedelta(days=days)
        return Assignment(self.city.departments[lead], due_on)


Take = Callable[[Session, Act, Scene], object]


@dataclass(frozen=True)
class Way:
    """How a step is taken, by whom, and what it tells the house.

    `waits_for` is what has to wait on the item: a report, a prepared or forwarded request, or days asked for.
    """

    may: tuple[str, ...]
    take: Take
    tells: tuple[type, ...]
    waits_for: str = ""


def _extend(agree: bool) -> Take:
    decision = ExtensionDecision(agree, "請先增派人力。", "秘書長核定，府授研字第 7 號")

    def take(session: Session, act: Act, scene: Scene) -> object:
        days = next(each for each in scene.waiting if each.endswith("days"))
        return extending.decide_extension(session, act, scene.waiting[days], decision)

    return take


def _acknowledge(session: Session, act: Act, scene: Scene) -> object:
    return assigning.acknowledge(session, act, scene.item_id)


def _change_officer(session: Session, act: Act, scene: Scene) -> object:
    return editing.change_officer(session, act, scene.part_id, scene.city.people["unit_head"])


def _ask_for_release(session: Session, act: Act, scene: Scene) -> object:
    request = ClosingRequest(RESULT, act.today)
    return releasing.request_closing(session, act, scene.item_id, request, (REPORT,))


def _ask_for_time(session: Session, act: Act, scene: Scene) -> object:
    due_on = session.get_one(ActionItem, scene.item_id).due_on + timedelta(days=7)
    request = ExtensionRequest(due_on, ExtensionReason.PROCUREMENT, "第一次招標流標，須重新上網公告。")
    return extending.request_extension(session, act, scene.item_id, request, Limits())


def _report(session: Session, act: Act, scene: Scene) -> object:
    return reporting.submit_progress(session, act, scene.item_id, Progress("已完成現場勘查。", 40))


def _review_report(approve: bool) -> Take:
    review = ProgressReview(approve, "請補充招標結果。")
    return lambda session, act, scene: reporting.review_progress(
        session, act, scene.waiting["report"], review
    )


def _review_request(forward: bool) -> Take:
    review = ClosingReview(forward, "請補成效數據。")
    return lambda session, act, scene: releasing.review_closing(
        session, act, scene.waiting["prepared"], review
    )


def _decide(agree: bool) -> Take:
    decision = ClosingDecision(agree, "成果具體。")
    return lambda session, act, scene: releasing.decide_closing(
        session, act, scene.waiting["forwarded"], decision
    )


def _decide_petition(agree: bool) -> Take:
    decision = PetitionDecision(agree, "市政會議另有決議。", approval="秘書長核准")
    return lambda session, act, scene: petitioning.decide_petition(
        session, act, scene.waiting["petition"], decision
    )


def _merge(session: Session, act: Act, scene: Scene) -> object:
    return ending.merge(session, act, scene.item_id, scene.other_no, "內容相同", "秘書長核准")


def _split(session: Session, act: Act, scene: Scene) -> object:
    to = scene.to("EDU-I")
    return splitting.split_action(
        session, act, scene.item_id, "試辦校園看板", to, reason="由兩個機關分別辦理"
    )


def _withdraw(session: Session, act: Act, scene: Scene) -> object:
    reason = WithdrawalReason.POLICY_CHANGED
    return ending.withdraw(session, act, scene.item_id, reason, "政策調整", "秘書長核准")


WAYS: Mapping[Step, Way] = {
    Step.ASSIGN: Way(
        COORDINATORS, lambda s, a, scene: assigning.assign(s, a, scene.item_id), (events.ActionAssigned,)
    ),
    Step.REASSIGN: Way(
        COORDINATORS,
        lambda s, a, scene: assigning.reassign(s, a, scene.item_id, scene.to("EDU-I"), "業務移撥"),
        (events.ActionAssigned,),
    ),
    # An edit is read on the item itself; who is told of it would be told of every comma.
    Step.EDIT: Way(
        COORDINATORS,
        lambda s, a, scene: editing.edit_action(s, a, scene.item_id, ItemChanges(title="擴大試辦看板")),
        (),
    ),
    Step.CHANGE_OFFICER: Way((*HEADS, *COORDINATORS), _change_officer, (events.OfficerChanged,)),
    Step.ACKNOWLEDGE: Way((*OWNERS, "agency_head"), _acknowledge, (events.ActionAcknowledged,)),
    Step.REPORT_PROGRESS: Way(OWNERS, _report, (events.ProgressSubmitted,)),
    # What is approved asks nothing more of the officer, who finds it approved.
    Step.APPROVE_PROGRESS: Way(HEADS, _review_report(approve=True), (), "report"),
    Step.RETURN_PROGRESS: Way(HEADS, _review_report(approve=False), (events.ProgressReturned,), "report"),
    Step.ASK_FOR_PROGRESS: Way(
        (*HEADS, *COORDINATORS),
        lambda s, a, scene: asking.ask_for_progress(s, a, scene.item_id),
        (events.ProgressAsked,),
    ),
    Step.PREPARE_CLOSING: Way(("officer",), _ask_for_release, (events.ClosingPrepared,)),
    Step.FORWARD_CLOSING: Way(
        ("unit_head",), _review_request(forward=True), (events.ClosingRequested,), "prepared"
    ),
    Step.RETURN_CLOSING: Way(
        ("unit_head",), _review_request(forward=False), (events.ClosingReturned,), "prepared"
    ),
    Step.REQUEST_CLOSING: Way(("unit_head",), _ask_for_release, (events.ClosingRequested,)),
    Step.AGREE_CLOSING: Way(COORDINATORS, _decide(agree=True), (events.ActionClosed,), "forwarded"),
    Step.REFUSE_CLOSING: Way(COORDINATORS, _decide(agree=False), (events.ClosingRefused,), "forwarded"),
    Step.REQUEST_EXTENSION: Way(OWNERS, _ask_for_time, (events.ExtensionRequested,)),
    Step.ENDORSE_EXTENSION: Way(("agency_head",), _extend(agree=True), (events.ExtensionDecided,), "45 days"),
    Step.GRANT_EXTENSION: Way(
        (*HEADS, *COORDINATORS), _extend(agree=True), (events.ExtensionDecided,), "7 days"
    ),
    Step.REFUSE_EXTENSION: Way(
        (*HEADS, *COORDINATORS), _extend(agree=False), (events.ExtensionDecided,), "7 days"
    ),
    Step.PETITION: Way(
        HEADS,
        lambda s, a, scene: petitioning.make_petition(s, a, scene.item_id, WITHDRAWAL),
        (events.PetitionMade,),
    ),
    Step.GRANT_PETITION: Way(
        COORDINATORS,
        _decide_petition(agree=True),
        (events.PetitionDecided, events.ActionEnded),
        "petition",
    ),
    Step.REFUSE_PETITION: Way(
        COORDINATORS, _decide_petition(agree=False), (events.PetitionDecided,), "petition"
    ),
    Step.WITHDRAW: Way(COORDINATORS, _withdraw, (events.ActionEnded,)),
    Step.MERGE: Way(COORDINATORS, _merge, (events.ActionEnded,)),
    Step.SPLIT: Way(COORDINATORS, _split, (events.ActionAssigned, events.ActionSplit)),
    Step.VOID: Way(
        COORDINATORS,
        lambda s, a, scene: ending.make_void(s, a, scene.item_id, "重複建檔"),
        (events.ActionEnded,),
    ),
    Step.REOPEN: Way(
        COORDINATORS,
        lambda s, a, scene: releasing.reopen(s, a, scene.item_id, "成果未持續"),
        (events.ActionReopened,),
    ),
}
AGREED = {(Status.CLOSE_REQUESTED, Step.AGREE_CLOSING): Status.CLOSED_IMPLEMENTED}
ALL = dict(sorted({**TRANSITIONS, **AGREED}.items()))


def set_scene(city: City, status: Status, *waits_for: str) -> Scene:
    """Bring an item to a status by the real steps, with what the steps on it wait for."""
    if status is Status.DRAFT:
        return Scene(city, _keep_draft(city), "")
    item_id, other = city.give_action(), city.give_action()
    other_no = look(city, "coordinator", other, lambda _s, _a, item: item.item_no)
    acknowledge(city, item_id)
    waiting = {wanted: _FILED[wanted](city, item_id) for wanted in _FILED if wanted in waits_for}
    if status is Status.ASSIGNED:
        back = Assignment(city.departments["TPT-P"], city.today(), officer_id=city.people["officer"])
        do(city, "coordinator", assigning.reassign, item_id, back, "重新分案")
    elif status is not Status.IN_PROGRESS:
        waiting["forwarded"] = ask(city, item_id)
    if status in CLOSED:
        outcome = next(outcome for outcome, ends in CLOSED_AS.items() if ends is status)
        decision = ClosingDecision(True, "成果具體。", outcome)
        do(city, "coordinator", releasing.decide_closing, waiting["forwarded"], decision)
    if "petition" in waits_for:
        waiting["petition"] = petition(city, item_id)
    part_id = look(city, "coordinator", item_id, lambda _s, _a, item: item.lead.id)
    return Scene(city, item_id, other_no, part_id, waiting)


def _keep_draft(city: City) -> int:
    """Keep a further item of an item's recommendation as a draft."""
    recommendation_id = look(
        city, "coordinator", city.give_action(), lambda _s, _a, item: item.recommendation_id
    )
    due_on = city.today() + timedelta(days=60)
    to = Assignment(city.departments["TPT-P"], due_on, officer_id=city.people["officer"])
    draft: ActionItem = do(
        city, "coordinator", assigning.open_further, recommendation_id, "後續說明會", to, as_draft=True
    )
    return draft.id


_FILED: Mapping[str, Callable[[City, int], int]] = {
    "report": report,
    "7 days": lambda city, item_id: ask_for_days(city, item_id, 7),
    "45 days": lambda city, item_id: ask_for_days(city, item_id, 45),
    "prepared": prepare_closing,
}
