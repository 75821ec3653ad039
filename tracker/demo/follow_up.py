"""What the demonstration's people do with an item: each kind of move calls the verb of that name."""

from dataclasses import dataclass
from datetime import date

from tracker.access import Act, Role
from tracker.actions import assigning, ending, extending, petitioning, queries, releasing, reporting
from tracker.actions.assigning import Assignment
from tracker.actions.extending import ExtensionDecision, ExtensionRequest
from tracker.actions.models import ActionItem, Closing
from tracker.actions.petitioning import PetitionRequest
from tracker.actions.releasing import ClosingDecision, ClosingRequest, ClosingReview
from tracker.actions.reporting import Progress, ProgressReview
from tracker.actions.rules.extending import ExtensionReason
from tracker.actions.rules.petitioning import PetitionKind
from tracker.actions.rules.workflow import Outcome, WithdrawalReason
from tracker.demo.desk import COORDINATOR
from tracker.demo.evidence import piece_of_evidence
from tracker.demo.founding import act_of
from tracker.demo.plan import ItemPlan, Move, day_of
from tracker.foundation import roc
from tracker.foundation.database import Session
from tracker.foundation.filing import StoredFile
from tracker.people.queries import find_department_by_code, find_user_by_email, get_user
from tracker.reminders.queries import load_directory
from tracker.reminders.rules.recipients import asked_by, recipients
from tracker.reminders.rules.stages import Capacity
from tracker.wiring import Wiring


@dataclass(frozen=True)
class FollowUp:
    """The people at work, and the day from which the plan's days count."""

    wiring: Wiring
    today: date

    def find_item(self, recommendation_id: int) -> int | None:
        """Return the id of the item that confirming a recommendation opened, if it did."""
        with self.wiring.database.reading() as session:
            act = act_of(self.wiring, session, COORDINATOR)
            items = queries.items_of_recommendations(session, act.by, [recommendation_id])
            return next((item.id for item in items.get(recommendation_id, ())), None)

    def open_further(self, recommendation_id: int, item_no: str, plan: ItemPlan) -> int:
        """Open one more item for a recommendation, or keep it as a draft."""
        with self.wiring.database.transaction() as session:
            act = act_of(self.wiring, session, COORDINATOR)
            lead = find_department_by_code(session, plan.lead)
            officer = find_user_by_email(session, f"{plan.officer}@city.example")
            assert lead is not None, plan.lead
            due_on = day_of(plan.due, self.today)
            assignment = Assignment(lead.id, due_on, officer_id=officer.id if officer else None)
            begin = assigning.prepare_action if plan.prepared else assigning.open_action
            item = begin(session, act, recommendation_id, item_no, plan.title, assignment, plan.expected)
            return item.id

    def make(self, move: Move, item_id: int, others: dict[int, int]) -> None:
        """Make one move on an item; `others` are the report's items by the number of their recommendation."""
        with self.wiring.database.transaction() as session:
            coordinator = act_of(self.wiring, session, move.by or COORDINATOR)
            item = queries.get_action(session, act_of(self.wiring, session, COORDINATOR).by, item_id)
            match move.do:
                case "acknowledge":
                    assigning.acknowledge(session, self._head(session, move, item), item_id)
                case "progress" | "extend" | "grant" | "ask" | "petition":
                    department = {
                        "progress": self._report,
                        "extend": self._extend,
                        "grant": self._grant,
                        "ask": self._ask,
                        "petition": self._petition,
                    }
                    department[move.do](session, move, item)
                case "agree" | "refuse":
                    self._decide(session, coordinator, move, item)
                case "merge":
                    target = session.get_one(ActionItem, others[move.into])
                    ending.merge(session, coordinator, item_id, target.item_no, move.says, move.document)
                case _:
                    self._end(session, coordinator, move, item_id)

    def _end(self, session: Session, coordinator: Act, move: Move, item_id: int) -> None:
        match move.do:
            case "withdraw":
                reason = WithdrawalReason(move.reason)
                ending.withdraw(session, coordinator, item_id, reason, move.says, move.document)
            case "void":
                ending.make_void(session, coordinator, item_id, move.says)
            case "reopen":
                releasing.reopen(session, coordinator, item_id, move.says)
            case unknown:
                raise ValueError(unknown)

    def _report(self, session: Session, move: Move, item: ActionItem) -> None:
        act = self._officer(session, move, item)
        progress = Progress(move.says, move.percent, move.next, move.difficulty)
        files, filing = self._files(act, move, item), self.wiring.filing()
        update = reporting.submit_progress(session, act, item.id, progress, files, filing=filing)
        heads = load_directory(session, self.today).heads(update.part.department_id, Role.UNIT_HEAD)
        if update.approved is None and not move.waits:
            head = act_of(self.wiring, session, _key(get_user(session, heads[0]).email))
            reporting.review_progress(session, head, update.id, ProgressReview(approve=True))

    def _extend(self, session: Session, move: Move, item: ActionItem) -> None:
        act = self._officer(session, move, item)
        request = ExtensionRequest(day_of(move.until, self.today), ExtensionReason(move.reason), move.says)
        limits, files = self.wiring.extension_limits(), self._files(act, move, item)
        extending.request_extension(session, act, item.id, request, limits, files)

    def _grant(self, session: Session, move: Move, item: ActionItem) -> None:
        extension = item.waiting_extension
        assert extension is not None, item.title
        directory, lead = load_directory(session, self.today), item.lead
        request = asked_by(extension.requested_by_id, turn=extension.turn)
        approvers = recipients((Capacity.APPROVER,), lead.officer_id, lead.department_id, directory, request)
        act = act_of(self.wiring, session, move.by or _key(get_user(session, approvers[0].person_id).email))
        decision = ExtensionDecision(agree=True, decision=move.says, document_no=move.document)
        extending.decide_extension(session, act, extension.id, decision)

    def _petition(self, session: Session, move: Move, item: ActionItem) -> None:
        proposed = find_department_by_code(session, move.of)
        assert proposed is not None, move.of
        request = PetitionRequest(PetitionKind.REASSIGN, move.says, department_id=proposed.id)
        petitioning.make_petition(session, self._head(session, move, item), item.id, request)

    def _ask(self, session: Session, move: Move, item: ActionItem) -> None:
        act = self._officer(session, move, item) if move.waits else self._head(session, move, item)
        request = ClosingRequest(move.says, act.today, Outcome(move.outcome))
        closing = releasing.request_closing(session, act, item.id, request, self._files(act, move, item))
        heads = load_directory(session, self.today).heads(closing.part.department_id, Role.UNIT_HEAD)
        if closing.requested_on is None and not move.waits:
            head = act_of(self.wiring, session, _key(get_user(session, heads[0]).email))
            releasing.review_closing(session, head, closing.id, ClosingReview(forward=True))

    def _decide(self, session: Session, act: Act, move: Move, item: ActionItem) -> None:
        agree = move.do == "agree"
        outcome = Outcome(move.outcome) if agree else None
        decision = ClosingDecision(agree, move.says, outcome, move.document)
        releasing.decide_closing(session, act, _waiting(item, move.of).id, decision)

    def _officer(self, session: Session, move: Move, item: ActionItem) -> Act:
        officer = item.lead.officer
        assert move.by or officer is not None, item.title
        return act_of(self.wiring, session, move.by or _key(officer.email if officer else ""))

    def _head(self, session: Session, move: Move, item: ActionItem) -> Act:
        """Return the act of the leading unit's head, else its officer's, or of whom the move names."""
        heads = load_directory(session, self.today).heads(item.lead.department_id, Role.UNIT_HEAD)
        if move.by or not heads:
            return self._officer(session, move, item)
        return act_of(self.wiring, session, _key(get_user(session, heads[0]).email))

    def _files(self, act: Act, move: Move, item: ActionItem) -> list[StoredFile]:
        if not move.file:
            return []
        title = move.file.rpartition(".")[0]
        lines = (self.wiring.settings.site.city, title, item.item_no, item.title, roc.show(act.today))
        data = piece_of_evidence(move.file, (*lines, "", *_wrapped(move.says)))
        return [self.wiring.files.put(data, move.file)]


def _waiting(item: ActionItem, code: str) -> Closing:
    """Return the request that waits: the leading department's, or that of the department of a code."""
    wanted = code or item.lead.department.code
    return next(
        each for each in item.closings if each.decided_at is None and each.part.department.code == wanted
    )


def _wrapped(text: str, width: int = 30) -> list[str]:
    return [text[start : start + width] for start in range(0, len(text), width)]


def _key(email: str) -> str:
    return email.partition("@")[0]
