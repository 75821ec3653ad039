"""Every transition of the table by everybody: who may take it, who may not, what it leaves in the record, whom it tells.

A step without a line in `WAYS`, and a transition that nothing can be brought to, fail the tests.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.factories.actions import (
    REPORT,
    RESULT,
    WITHDRAWAL,
    acknowledge,
    ask,
    ask_for_days,
    do,
    keep_draft,
    look,
    petition,
    prepare_closing,
    report,
)
from tests.factories.city import PEOPLE, City
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
from tracker.actions.rules.story import tell
from tracker.actions.rules.workflow import (
    CLOSED,
    CLOSED_AS,
    OPEN,
    TRANSITIONS,
    Status,
    Step,
    WithdrawalReason,
)
from tracker.audit import AuditEvent
from tracker.foundation.database import Session, rehearsal
from tracker.foundation.errors import Conflict, Forbidden, Invalid, NotFound
from tracker.people import service
from tracker.people.models import User

KEYS = tuple(key for key, *_ in PEOPLE)
OWNERS = ("officer", "unit_head")
HEADS = ("unit_head", "agency_head")
COORDINATORS = ("coordinator", "second_coordinator")
READERS = (*OWNERS, "agency_head", *COORDINATORS, "viewer")
STAND_IN = "other_officer"
"""Who stands in for each of the others in turn; an officer of a department that has no part in the item."""


@dataclass(frozen=True)
class Scene:
    """An item on which a step can be taken, another one, and what waits on it."""

    city: City
    item_id: int
    other_no: str
    waiting_id: int = 0

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
    return lambda session, act, scene: extending.decide_extension(session, act, scene.waiting_id, decision)


def _acknowledge(session: Session, act: Act, scene: Scene) -> object:
    return assigning.acknowledge(session, act, scene.item_id)


def _change_officer(session: Session, act: Act, scene: Scene) -> object:
    part = session.get_one(ActionItem, scene.item_id).lead
    return editing.change_officer(session, act, part.id, scene.city.people["unit_head"])


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
    return lambda session, act, scene: reporting.review_progress(session, act, scene.waiting_id, review)


def _review_request(forward: bool) -> Take:
    review = ClosingReview(forward, "請補成效數據。")
    return lambda session, act, scene: releasing.review_closing(session, act, scene.waiting_id, review)


def _decide(agree: bool) -> Take:
    decision = ClosingDecision(agree, "成果具體。")
    return lambda session, act, scene: releasing.decide_closing(session, act, scene.waiting_id, decision)


def _decide_petition(agree: bool) -> Take:
    decision = PetitionDecision(agree, "市政會議另有決議。", approval="秘書長核准")
    return lambda session, act, scene: petitioning.decide_petition(session, act, scene.waiting_id, decision)


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


def set_scene(city: City, status: Status, waits_for: str) -> Scene:
    """Bring an item to a status by the real steps, with what the step waits for."""
    if status is Status.DRAFT:
        return Scene(city, keep_draft(city), "")
    item_id, other = city.give_action(), city.give_action()
    other_no = look(city, "coordinator", other, lambda _s, _a, item: item.item_no)
    acknowledge(city, item_id)
    waiting_id = 0
    if waits_for == "report":
        waiting_id = report(city, item_id)
    elif waits_for == "prepared":
        waiting_id = prepare_closing(city, item_id)
    elif waits_for.endswith("days"):
        waiting_id = ask_for_days(city, item_id, int(waits_for.split(maxsplit=1)[0]))
    if status is Status.ASSIGNED:
        back = Assignment(city.departments["TPT-P"], city.today(), officer_id=city.people["officer"])
        do(city, "coordinator", assigning.reassign, item_id, back, "重新分案")
    elif status is not Status.IN_PROGRESS:
        closing_id = ask(city, item_id)
        waiting_id = waiting_id or closing_id
        if status in CLOSED:
            outcome = next(outcome for outcome, ends in CLOSED_AS.items() if ends is status)
            decision = ClosingDecision(True, "成果具體。", outcome)
            do(city, "coordinator", releasing.decide_closing, closing_id, decision)
    if waits_for == "petition":
        waiting_id = petition(city, item_id)
    return Scene(city, item_id, other_no, waiting_id)


@dataclass(frozen=True)
class Attempt:
    """What came of trying a step: what was recorded on the item, what the house was told, or how it was refused."""

    recorded: tuple[Any, ...] = ()
    told: tuple[type, ...] = ()
    refusal: type[Exception] | None = None


def attempt(session: Session, scene: Scene, key: str, way: Way) -> Attempt:
    """Let somebody try a step, and undo it."""
    known = len(record_of(session, scene.item_id))
    with rehearsal(session):
        try:
            way.take(session, scene.city.act(key, session), scene)
        except (Forbidden, NotFound, Conflict, Invalid) as refusal:
            return Attempt(refusal=type(refusal))
        told = tuple(type(event) for event in session.info.get("events", ()))
        return Attempt(record_of(session, scene.item_id)[known:], told)


def record_of(session: Session, item_id: int) -> tuple[Any, ...]:
    """Return the recorded acts on an item as plain rows, which outlive what is undone."""
    events = AuditEvent.__table__
    of_item = (events.c.object_type == "action_item") & (events.c.object_id == item_id)
    return tuple(session.execute(select(events).where(of_item).order_by(events.c.seq)))


def delegated(session: Session, city: City, key: str) -> None:
    """Let somebody stand in for a person today."""
    act = city.act("administrator", session)
    today = city.today()
    service.delegate(session, act, city.people[key], city.people[STAND_IN], today, today)


@pytest.mark.parametrize(("status", "step"), list(ALL), ids=[f"{a.value}-{b.value}" for a, b in ALL])
class TestTransitions:
    def test_is_taken_by_who_may_and_refused_to_everybody_else(
        self, city: City, status: Status, step: Step
    ) -> None:
        way = WAYS[step]
        scene = set_scene(city, status, way.waits_for)
        with city.database.transaction() as session:
            assert session.get_one(ActionItem, scene.item_id).status is status
            for key in KEYS:
                tried = attempt(session, scene, key, way)
                took = step.value in [event.action for event in tried.recorded]
                assert took is (key in way.may), f"{key}: {tried}"
                if tried.refusal is not None:
                    sees = key in (COORDINATORS if status is Status.DRAFT else READERS)
                    assert issubclass(tried.refusal, Forbidden if sees else NotFound), f"{key}: {tried}"
                if took:
                    self.check_what_it_leaves(scene, key, (status, step), tried)

    def check_what_it_leaves(
        self, scene: Scene, key: str, transition: tuple[Status, Step], tried: Attempt
    ) -> None:
        status, step = transition
        row = next(event for event in tried.recorded if event.action == step.value)
        assert row.actor_id == scene.city.people[key]
        stood = Status(row.before.get("status", status)), Status(row.after.get("status", status))
        assert stood == (status, ALL[transition])
        assert tell([row]), "the timeline does not know the step"
        assert set(tried.told) == set(WAYS[step].tells)

    def test_is_taken_by_the_deputies_of_who_may_and_by_nobody_who_left(
        self, city: City, status: Status, step: Step
    ) -> None:
        way = WAYS[step]
        scene = set_scene(city, status, way.waits_for)
        with city.database.transaction() as session:
            for key in KEYS:
                if key != STAND_IN:
                    with rehearsal(session):
                        delegated(session, city, key)
                        tried = attempt(session, scene, STAND_IN, way)
                    took = step.value in [event.action for event in tried.recorded]
                    assert took is (key in way.may), f"deputy of {key}: {tried}"
                with rehearsal(session):
                    session.get_one(User, city.people[key]).is_active = False
                    session.flush()
                    tried = attempt(session, scene, key, way)
                assert tried.refusal is NotFound, f"{key}, who left: {tried}"


class TestTable:
    def test_every_step_has_its_way(self) -> None:
        assert set(WAYS) == set(Step)

    def test_every_step_leads_somewhere(self) -> None:
        assert {step for _, step in ALL} == set(Step)

    def test_what_left_tracking_otherwise_than_released_goes_nowhere(self) -> None:
        assert {status for status, _ in ALL} == OPEN | CLOSED | {Status.DRAFT}
