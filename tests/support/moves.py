"""The moves of the workflow machine: one line each says who usually makes it and what it calls.

To add a move, write how its arguments are drawn and put it into `MOVES`. A move may be made by anybody, on anything: the
services have to refuse what is not allowed.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import TypeVar

from tests.factories.actions import REPORT
from tests.factories.city import City
from tests.support.pictures import Picture, Row
from tracker.access import Role
from tracker.actions import (
    asking,
    assigning,
    bulk,
    ending,
    extending,
    handing_over,
    petitioning,
    post_checking,
    releasing,
    reporting,
)
from tracker.actions.assigning import Assignment
from tracker.actions.bulk import Chosen
from tracker.actions.editing import ItemChanges, change_officer, edit_action
from tracker.actions.extending import ExtensionDecision, ExtensionRequest
from tracker.actions.handing_over import Handover
from tracker.actions.models import Closing, Extension, Part, Petition, PostCheck, ProgressUpdate
from tracker.actions.petitioning import PetitionDecision, PetitionRequest
from tracker.actions.post_checking import CheckAnswer
from tracker.actions.releasing import ClosingDecision, ClosingRequest, ClosingReview
from tracker.actions.reporting import Filing, Progress, ProgressReview
from tracker.actions.rules.editing import TrackingLevel
from tracker.actions.rules.extending import ExtensionReason, Limits
from tracker.actions.rules.petitioning import PetitionKind
from tracker.actions.rules.workflow import (
    OPEN,
    Outcome,
    PartStatus,
    Status,
    Step,
    WithdrawalReason,
    allowed_steps,
)
from tracker.actions.splitting import split_action
from tracker.foundation.database import Base
from tracker.people import organization, service
from tracker.people.models import Delegation, Department, RoleGrant
from tracker.reports.confirming import decide_adoption
from tracker.reports.models import Recommendation
from tracker.reports.rules.adoption import OPENS_ITEMS, Adoption

T = TypeVar("T")
OWNERS = ("officer", "colleague", "unit_head", "other_officer", "other_head")
HEADS = ("unit_head", "agency_head", "other_head")
COORDINATORS = ("coordinator", "second_coordinator")
DECIDERS = (*COORDINATORS, "agency_head", "unit_head")
ADMINISTRATORS = ("administrator",)
MOST_ITEMS = 6


class NothingFits(LookupError):
    """There is nothing on which a move makes sense now."""


@dataclass(frozen=True)
class Call:
    """What is asked of a service; `taking` are the steps, one of which must have been offered on the item."""

    verb: Callable[..., object]
    arguments: tuple[object, ...]
    named: Mapping[str, object] = field(default_factory=dict)
    item_id: int | None = None
    taking: tuple[Step, ...] = ()
    is_stale: bool = False


@dataclass(frozen=True)
class Hand:
    """Draws arguments from what there is; mostly such as fit, sometimes any."""

    chance: Random
    city: City
    picture: Picture

    @property
    def today(self) -> date:
        """Return the day of the city."""
        return self.city.today()

    @property
    def everybody(self) -> list[int]:
        """Return the ids of all people."""
        return list(self.city.people.values())

    def any_of(self, those: Sequence[T]) -> T:
        """Return one of some."""
        return self.chance.choice(those)

    def either(self) -> bool:
        """Return True half of the time."""
        return self.any_of((False, True))

    def often(self) -> bool:
        """Return True nearly always."""
        return self.chance.randint(0, 9) > 0

    def mostly(self, fitting: Sequence[T], everything: Sequence[T]) -> T:
        """Return one that fits, or now and then any; raises NothingFits."""
        chosen = fitting if self.often() else everything
        if not chosen:
            raise NothingFits
        return self.any_of(chosen)

    def item(self, *steps: Step) -> int:
        """Return an item, mostly one whose status allows one of the steps."""
        items = self.picture.items
        fitting = [i for i, row in items.items() if set(steps) & set(allowed_steps(row["status"]))]
        return self.mostly(fitting, list(items))

    def refuse_more_items(self) -> None:
        """Raise NothingFits when there are many open items."""
        if sum(row["status"] in OPEN | {Status.DRAFT} for row in self.picture.items.values()) >= MOST_ITEMS:
            raise NothingFits

    def row(self, kind: type[Base], fits: Callable[[Row], bool] = lambda _row: True) -> Row:
        """Return a row, mostly one that fits."""
        rows = list(self.picture.rows[kind].values())
        return self.mostly([row for row in rows if fits(row)], rows)

    def is_open(self, row: Row) -> bool:
        """Tell whether a row hangs on an open item."""
        return self.picture.items[row["item_id"]]["status"] in OPEN

    def actor(self, usually: Sequence[str], item_id: int | None) -> str:
        """Return who acts, mostly one of those who usually do and who have to do with the item."""
        keys = self.city.people
        near = [key for key in usually if item_id is None or self._is_near(keys[key], item_id)]
        return self.mostly(near or usually, list(keys))

    def _is_near(self, person_id: int, item_id: int) -> bool:
        departments = {part["department_id"] for part in self.picture.of(Part, item_id)}
        above = {self.picture.rows[Department][each]["parent_id"] for each in departments}
        return any(
            grant["role"] is Role.COORDINATOR or grant["department_id"] in departments | above
            for grant in self.grants()
            if grant["person_id"] == person_id
        )

    def person(self) -> int:
        """Return anybody's id."""
        return self.any_of(self.everybody)

    def version(self, item_id: int) -> tuple[int | None, bool]:
        """Return the version shown to the reader, and whether it has passed."""
        present = self.picture.items[item_id]["version"]
        return self.mostly([(None, False), (present, False)], [(present - 1, True)])

    def words(self) -> str:
        """Return words that suffice, or none."""
        return "依核定計畫辦理完成並送首長核閱。" if self.often() else " "

    def day(self, first: int, last: int) -> date:
        """Return a day some days from now."""
        return self.today + timedelta(days=self.chance.randint(first, last))

    def assignment(self) -> Assignment:
        """Return an assignment, mostly to units in use."""
        rows = self.picture.rows[Department]
        units = [each for each, row in rows.items() if row["parent_id"] and row["is_active"]]
        lead = self.mostly(units, list(rows))
        support = {self.mostly(units, list(rows)) for _ in range(self.chance.randint(0, 2))}
        fitting = [None, *(g["person_id"] for g in self.grants() if g["department_id"] == lead)]
        officer = self.mostly(fitting, self.everybody)
        kept = tuple(sorted(each for each in support if each != lead or not self.often()))
        return Assignment(lead, self.day(0 if self.often() else -2, 60), kept, officer)

    def grants(self) -> list[Row]:
        """Return who holds which role where."""
        return list(self.picture.rows[RoleGrant].values())

    def part_of(self, item_id: int) -> int | None:
        """Return none of an item's parts, which means one's own, or any."""
        return self.mostly([None], [part["id"] for part in self.picture.of(Part, item_id)])


def _on_item(
    hand: Hand, step: Step, verb: Callable[..., object], *arguments: object, item_id: int | None = None
) -> Call:
    item_id = item_id or hand.item(step)
    version, is_stale = hand.version(item_id)
    return Call(verb, (item_id, *arguments), {"version": version}, item_id, (step,), is_stale)


def _on_row(
    hand: Hand,
    row: Row,
    steps: tuple[Step, ...],
    verb: Callable[..., object],
    decision: object,
) -> Call:
    version, is_stale = hand.version(row["item_id"])
    return Call(verb, (row["id"], decision), {"version": version}, row["item_id"], steps, is_stale)


def _edit(hand: Hand) -> Call:
    changes = ItemChanges(
        hand.any_of([None, "擴大試辦候車資訊看板", " "]),
        hand.any_of([None, "完成三處轉運站。"]),
        hand.any_of([None, *TrackingLevel]),
        hand.any_of([None, True, False]),
        hand.any_of([None, (), ("公車", "跨局處")]),
    )
    return _on_item(hand, Step.EDIT, edit_action, changes)


def _change_officer(hand: Hand) -> Call:
    row = hand.row(Part, lambda each: hand.is_open(each) and each["status"] is PartStatus.OPEN)
    fitting = [each["person_id"] for each in hand.grants() if each["department_id"] == row["department_id"]]
    officer = hand.mostly(fitting, hand.everybody)
    return _on_row(hand, row, (Step.CHANGE_OFFICER,), change_officer, officer)


def _open_further(hand: Hand) -> Call:
    hand.refuse_more_items()
    recommendation = hand.row(Recommendation)
    as_draft = hand.either()
    arguments = (recommendation["id"], "另行辦理說明會", hand.assignment())
    return Call(assigning.open_further, arguments, {"as_draft": as_draft})


def _assign(hand: Hand) -> Call:
    call = _on_item(hand, Step.ASSIGN, assigning.assign)
    return replace(call, named={**call.named, "assignment": hand.any_of([None, hand.assignment()])})


def _reassign(hand: Hand) -> Call:
    return _on_item(hand, Step.REASSIGN, assigning.reassign, hand.assignment(), hand.words())


def _acknowledge(hand: Hand) -> Call:
    officer = hand.person() if not hand.often() else None
    return _on_item(hand, Step.ACKNOWLEDGE, assigning.acknowledge, officer)


def _submit_progress(hand: Hand) -> Call:
    item_id = hand.item(Step.REPORT_PROGRESS)
    progress = Progress(hand.words(), hand.chance.randint(-1, 100))
    files = hand.any_of([(), (REPORT,)])
    named = {"part_id": hand.part_of(item_id), "filing": Filing(approval=hand.often())}
    return Call(
        reporting.submit_progress, (item_id, progress, files), named, item_id, (Step.REPORT_PROGRESS,)
    )


def _ask_for_progress(hand: Hand) -> Call:
    return _on_item(hand, Step.ASK_FOR_PROGRESS, asking.ask_for_progress, hand.words())


def _review_progress(hand: Hand) -> Call:
    row = hand.row(ProgressUpdate, lambda each: each["approved"] is None and hand.is_open(each))
    review = ProgressReview(hand.either(), hand.words())
    step = Step.APPROVE_PROGRESS if review.approve else Step.RETURN_PROGRESS
    return _on_row(hand, row, (step,), reporting.review_progress, review)


def _request_closing(hand: Hand) -> Call:
    # A supporting department may ask as long as the item is open, and so withdrawn.
    steps = (Step.PREPARE_CLOSING, Step.REQUEST_CLOSING)
    item_id = hand.item(hand.any_of((Step.REQUEST_CLOSING, Step.WITHDRAW)))
    request = ClosingRequest(hand.words(), hand.day(-3, 0), hand.any_of(list(Outcome)))
    files = (REPORT,) if hand.often() else ()
    named = {"part_id": hand.part_of(item_id), "approval": hand.often()}
    return Call(releasing.request_closing, (item_id, request, files), named, item_id, steps)


def _is_prepared(hand: Hand, row: Row) -> bool:
    return row["decided_at"] is None and row["requested_on"] is None and hand.is_open(row)


def _review_closing(hand: Hand) -> Call:
    row = hand.row(Closing, lambda each: _is_prepared(hand, each))
    review = ClosingReview(hand.often(), hand.words())
    step = Step.FORWARD_CLOSING if review.forward else Step.RETURN_CLOSING
    return _on_row(hand, row, (step,), releasing.review_closing, review)


def _take_back_closing(hand: Hand) -> Call:
    row = hand.row(Closing, lambda each: _is_prepared(hand, each))
    return Call(releasing.take_back_closing, (row["id"],), item_id=row["item_id"])


def _decide_closing(hand: Hand) -> Call:
    row = hand.row(
        Closing, lambda each: each["decided_at"] is None and each["requested_on"] and hand.is_open(each)
    )
    adoption = hand.any_of(list(Adoption)) if not hand.often() else None
    outcome = hand.any_of([None, *Outcome])
    decision = ClosingDecision(hand.either(), hand.words(), outcome, "府研管字第 1 號", adoption)
    step = Step.AGREE_CLOSING if decision.agree else Step.REFUSE_CLOSING
    call = _on_row(hand, row, (step,), releasing.decide_closing, decision)
    return replace(call, named={**call.named, "post_check_months": hand.any_of([0, 1, 12])})


def _request_extension(hand: Hand) -> Call:
    item_id = hand.item(Step.REQUEST_EXTENSION)
    due_on = hand.picture.items[item_id]["due_on"]
    wanted = due_on + timedelta(days=hand.any_of([0, 7, 14, 15, 30, 45, 90]))
    request = ExtensionRequest(wanted, hand.any_of(list(ExtensionReason)), hand.words())
    return _on_item(
        hand, Step.REQUEST_EXTENSION, extending.request_extension, request, Limits(), item_id=item_id
    )


def _decide_extension(hand: Hand) -> Call:
    row = hand.row(Extension, lambda each: each["decided_at"] is None and hand.is_open(each))
    document_no = hand.any_of(["", "府授研字第 2 號"])
    decision = ExtensionDecision(hand.often(), hand.words(), document_no)
    steps = (Step.GRANT_EXTENSION, Step.ENDORSE_EXTENSION) if decision.agree else (Step.REFUSE_EXTENSION,)
    return _on_row(hand, row, steps, extending.decide_extension, decision)


def _take_back_extension(hand: Hand) -> Call:
    row = hand.row(Extension, lambda each: each["decided_at"] is None)
    return Call(extending.take_back_extension, (row["id"],), item_id=row["item_id"])


def _withdraw(hand: Hand) -> Call:
    reason = hand.any_of(list(WithdrawalReason))
    return _on_item(hand, Step.WITHDRAW, ending.withdraw, reason, hand.words(), hand.words())


def _merge(hand: Hand) -> Call:
    into = hand.picture.items[hand.item(Step.MERGE)]["item_no"]
    return _on_item(hand, Step.MERGE, ending.merge, into, hand.words(), hand.words())


def _petition(hand: Hand) -> Call:
    item_id = hand.item(Step.PETITION)
    into = hand.picture.items[hand.item(Step.MERGE)]["item_no"]
    kind, code = hand.any_of(list(PetitionKind)), hand.any_of(list(WithdrawalReason))
    request = PetitionRequest(kind, hand.words(), hand.row(Department)["id"], code, into)
    return _on_item(hand, Step.PETITION, petitioning.make_petition, request, item_id=item_id)


def _decide_petition(hand: Hand) -> Call:
    row = hand.row(Petition, lambda each: each["decided_at"] is None and hand.is_open(each))
    into = hand.picture.items[hand.item(Step.MERGE)]["item_no"]
    decision = PetitionDecision(
        hand.either(), hand.words(), hand.assignment(), WithdrawalReason.OTHER, into, hand.words()
    )
    step = Step.GRANT_PETITION if decision.agree else Step.REFUSE_PETITION
    return _on_row(hand, row, (step,), petitioning.decide_petition, decision)


def _take_back_petition(hand: Hand) -> Call:
    row = hand.row(Petition, lambda each: each["decided_at"] is None)
    return Call(petitioning.take_back_petition, (row["id"],), item_id=row["item_id"])


def _answer_check(hand: Hand) -> Call:
    row = hand.row(PostCheck, lambda each: each["answered_at"] is None and each["cancelled_at"] is None)
    answer = CheckAnswer(hand.any_of(list(Adoption)), hand.either(), hand.words())
    return Call(post_checking.answer_check, (row["id"], answer), item_id=row["item_id"])


def _note_check(hand: Hand) -> Call:
    row = hand.row(PostCheck, lambda each: each["answered_at"] and not each["noted_at"])
    named = {"record_adoption": hand.either()}
    return Call(post_checking.note_check, (row["id"], hand.words()), named, row["item_id"])


def _split(hand: Hand) -> Call:
    hand.refuse_more_items()
    arguments = (hand.words(), hand.assignment(), "校園看板啟用", hand.words())
    return _on_item(hand, Step.SPLIT, split_action, *arguments)


def _void(hand: Hand) -> Call:
    return _on_item(hand, Step.VOID, ending.make_void, hand.words())


def _reopen(hand: Hand) -> Call:
    call = _on_item(hand, Step.REOPEN, releasing.reopen, hand.words())
    return replace(call, named={**call.named, "officer_id": hand.mostly([None], hand.everybody)})


def _decide_adoption(hand: Hand) -> Call:
    recommendation = hand.row(Recommendation)
    until = hand.any_of([None, hand.day(-1, 90)])
    adoption = hand.any_of([each for each in Adoption if each in OPENS_ITEMS or not hand.often()])
    arguments = (recommendation["id"], adoption, hand.words(), until)
    return Call(decide_adoption, arguments)


def _handover(hand: Hand, person_id: int) -> Handover:
    """Name somebody of the department for what a person holds, mostly."""
    held = [part for part in hand.picture.rows[Part].values() if part["officer_id"] == person_id]
    successors = {}
    for part in held:
        grants = [each for each in hand.grants() if each["department_id"] == part["department_id"]]
        others = [each["person_id"] for each in grants if each["person_id"] != person_id]
        if others and hand.often():
            successors[part["id"]] = hand.mostly([None, *others], hand.everybody)
    return Handover(hand.words(), successors, hand.any_of([None, hand.person()]))


def _deactivate(hand: Hand) -> Call:
    person_id = hand.person()
    if hand.often():
        return Call(handing_over.deactivate_person, (person_id, _handover(hand, person_id)))
    return Call(service.deactivate_person, (person_id,))


def _hand_over(hand: Hand) -> Call:
    person_id = hand.person()
    return Call(handing_over.hand_over, (person_id, _handover(hand, person_id)))


def _change_many(hand: Hand) -> Call:
    rows = [hand.picture.items[hand.item(Step.REASSIGN, Step.ASSIGN)] for _ in range(3)]
    version = hand.mostly([0], [1])
    chosen = [Chosen(row["id"], row["item_no"], row["title"], row["version"] - version) for row in rows]
    to = hand.assignment()
    later = ExtensionRequest(hand.day(60, 120), ExtensionReason.OTHER, hand.words())
    change = hand.any_of(
        [
            bulk.GiveToDepartment(hand.any_of([None, to.lead_department_id]), to.officer_id, hand.words()),
            bulk.GiveToOfficer(hand.person(), hand.words()),
            bulk.ProposeDate(later, Limits()),
            bulk.Tag(("跨局處",), ("公車",)),
            bulk.AskForProgress(hand.words()),
        ]
    )
    return Call(bulk.change_many, (list({each.item_id: each for each in chosen}.values()), change))


def _reactivate(hand: Hand) -> Call:
    inactive = sorted(hand.picture.inactive)
    return Call(service.reactivate_person, (hand.mostly(inactive, hand.everybody),))


def _deactivate_department(hand: Hand) -> Call:
    return Call(organization.deactivate_department, (hand.row(Department)["id"],))


def _reactivate_department(hand: Hand) -> Call:
    row = hand.row(Department, lambda each: not each["is_active"])
    return Call(organization.reactivate_department, (row["id"],))


def _delegate(hand: Hand) -> Call:
    person_id, deputy_id = hand.person(), hand.person()
    return Call(service.delegate, (person_id, deputy_id, hand.day(-1, 1), hand.day(0, 20)))


def _end_delegation(hand: Hand) -> Call:
    row = hand.row(Delegation)
    return Call(service.end_delegation, (row["person_id"], row["id"]))


@dataclass(frozen=True)
class Move:
    """A name, who usually makes the move, how its arguments are drawn, and how often it is thought of."""

    name: str
    usually: tuple[str, ...]
    drawn: Callable[[Hand], Call]
    weight: int


MOVES = (
    Move("open further", COORDINATORS, _open_further, 8),
    Move("assign", COORDINATORS, _assign, 8),
    Move("reassign", COORDINATORS, _reassign, 8),
    Move("edit", COORDINATORS, _edit, 4),
    Move("change officer", (*HEADS, *COORDINATORS), _change_officer, 6),
    Move("acknowledge", OWNERS, _acknowledge, 20),
    Move("submit progress", OWNERS, _submit_progress, 14),
    Move("ask for progress", (*HEADS, *COORDINATORS), _ask_for_progress, 3),
    Move("review progress", HEADS, _review_progress, 14),
    Move("request closing", OWNERS, _request_closing, 20),
    Move("review closing", HEADS, _review_closing, 20),
    Move("take back closing", OWNERS, _take_back_closing, 2),
    Move("decide closing", DECIDERS, _decide_closing, 20),
    Move("request extension", OWNERS, _request_extension, 12),
    Move("decide extension", DECIDERS, _decide_extension, 14),
    Move("take back extension", OWNERS, _take_back_extension, 3),
    Move("petition", HEADS, _petition, 6),
    Move("decide petition", COORDINATORS, _decide_petition, 8),
    Move("take back petition", HEADS, _take_back_petition, 1),
    Move("answer check", OWNERS, _answer_check, 4),
    Move("note check", COORDINATORS, _note_check, 4),
    Move("withdraw", COORDINATORS, _withdraw, 1),
    Move("merge", COORDINATORS, _merge, 1),
    Move("split", COORDINATORS, _split, 2),
    Move("void", COORDINATORS, _void, 1),
    Move("reopen", COORDINATORS, _reopen, 14),
    Move("decide adoption", COORDINATORS, _decide_adoption, 5),
    Move("change many", COORDINATORS, _change_many, 3),
    Move("hand over", ADMINISTRATORS, _hand_over, 3),
    Move("deactivate", ADMINISTRATORS, _deactivate, 3),
    Move("reactivate", ADMINISTRATORS, _reactivate, 6),
    Move("deactivate department", ADMINISTRATORS, _deactivate_department, 1),
    Move("reactivate department", ADMINISTRATORS, _reactivate_department, 6),
    Move("delegate", ADMINISTRATORS, _delegate, 4),
    Move("end delegation", ADMINISTRATORS, _end_delegation, 3),
)
WEIGHTS = [move.weight for move in MOVES]


def draw_call(hand: Hand) -> tuple[Move, Call]:
    """Choose a move that makes sense now, and draw its arguments."""
    while True:
        (move,) = hand.chance.choices(MOVES, WEIGHTS)
        with suppress(NothingFits):
            return move, move.drawn(hand)
