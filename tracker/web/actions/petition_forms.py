"""Forms of what the leading department asks of the coordinating office, and of the answers to it."""

from datetime import date
from typing import Any

from wtforms import RadioField, TextAreaField

from tracker.actions.assigning import Assignment
from tracker.actions.models import Petition
from tracker.actions.petitioning import PetitionDecision, PetitionRequest
from tracker.actions.rules.petitioning import PetitionKind
from tracker.actions.rules.workflow import WITHDRAWAL_LABELS, WithdrawalReason
from tracker.foundation.language import N_
from tracker.web.actions.forms import StepForm
from tracker.web.forms import DepartmentChoice, DepartmentChoices, PersonChoice, Words, required
from tracker.web.session import say


class PetitionForm(StepForm):
    """What every petition says: why."""

    reason = TextAreaField(N_("申請理由"), [required(N_("請具體說明理由（至少 10 個字）。"))])


class RerouteForm(PetitionForm):
    """Who should lead instead."""

    department_id = DepartmentChoice(N_("建議的主辦機關"))

    def value(self) -> PetitionRequest:
        """Return what was chosen."""
        return PetitionRequest(PetitionKind.REASSIGN, self.reason.data or "", self.department_id.data)


class WithdrawalForm(PetitionForm):
    """For which of the reasons tracking should end."""

    reason_code = RadioField(N_("撤銷原因"), [required(N_("請選擇撤銷的原因。"))], choices=[])

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.reason_code.choices = _reasons()

    def value(self) -> PetitionRequest:
        """Return what was chosen in a form that is valid."""
        code = WithdrawalReason(self.reason_code.data)
        return PetitionRequest(PetitionKind.WITHDRAW, self.reason.data or "", reason_code=code)


class MergerForm(PetitionForm):
    """Into which item this one should go."""

    into_item_no = Words(N_("併入的列管編號"), [required(N_("請填寫另一個仍在列管中的事項編號。"))])

    def value(self) -> PetitionRequest:
        """Return what was typed."""
        number = self.into_item_no.data or ""
        return PetitionRequest(PetitionKind.MERGE, self.reason.data or "", into_item_no=number)


class AnswerForm(StepForm):
    """Grant a petition, or refuse it; what granting needs is added by kind."""

    agree = RadioField(N_("決定"), [required(N_("請選擇同意或退回。"))], choices=[])
    decision = TextAreaField(N_("決定說明"), [required(N_("請說明決定的理由。"))])

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.agree.choices = [("yes", say(N_("同意"))), ("no", say(N_("退回申請，事項不變")))]


class RerouteAnswerForm(AnswerForm):
    """To whom the item goes."""

    lead_department_id = DepartmentChoice(N_("主辦機關"))
    officer_id = PersonChoice(N_("承辦人"))
    support_department_ids = DepartmentChoices(N_("協辦機關"))

    def value(self, due_on: date) -> PetitionDecision:
        """Return what was chosen; the service checks it, and the due date of the item stays."""
        lead, supporting = self.lead_department_id.data, tuple(self.support_department_ids.data or ())
        assignment = Assignment(lead, due_on, supporting, self.officer_id.data) if lead else None
        return PetitionDecision(self.agree.data == "yes", self.decision.data or "", assignment)


class WithdrawalAnswerForm(AnswerForm):
    """For which reason tracking ends, and who approved it."""

    reason_code = RadioField(N_("撤銷原因"), choices=[])
    approval = Words(N_("核准層級與文號"))

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.reason_code.choices = _reasons()

    def value(self, _due_on: date) -> PetitionDecision:
        """Return what was chosen; the service checks it."""
        return PetitionDecision(
            self.agree.data == "yes",
            self.decision.data or "",
            reason_code=WithdrawalReason(self.reason_code.data),
            approval=self.approval.data or "",
        )


class MergerAnswerForm(AnswerForm):
    """Into which item it goes, and who approved it."""

    into_item_no = Words(N_("併入的列管編號"))
    approval = Words(N_("核准層級與文號"))

    def value(self, _due_on: date) -> PetitionDecision:
        """Return what was typed; the service checks it."""
        return PetitionDecision(
            self.agree.data == "yes",
            self.decision.data or "",
            into_item_no=self.into_item_no.data or "",
            approval=self.approval.data or "",
        )


def petition_form(kind: PetitionKind) -> RerouteForm | WithdrawalForm | MergerForm:
    """Return the form with which something of a kind is asked for."""
    match kind:
        case PetitionKind.REASSIGN:
            return RerouteForm()
        case PetitionKind.WITHDRAW:
            return WithdrawalForm()
        case PetitionKind.MERGE:
            return MergerForm()


def answer_form(petition: Petition) -> RerouteAnswerForm | WithdrawalAnswerForm | MergerAnswerForm:
    """Return the form with which a petition is answered, filled in with what it proposes."""
    match petition.kind:
        case PetitionKind.REASSIGN:
            stay = [part.department_id for part in petition.item.supporting]
            supporting = [each for each in stay if each != petition.department_id]
            return RerouteAnswerForm(
                lead_department_id=petition.department_id, support_department_ids=supporting
            )
        case PetitionKind.WITHDRAW:
            return WithdrawalAnswerForm(reason_code=petition.reason_code)
        case PetitionKind.MERGE:
            return MergerAnswerForm(into_item_no=petition.into_item_no)


def _reasons() -> list[tuple[str, str]]:
    return [(code.value, say(WITHDRAWAL_LABELS[code])) for code in WithdrawalReason]
