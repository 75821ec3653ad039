"""Forms of the steps on an item; each carries the version it was shown with, so that nothing is overwritten unseen."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from flask import current_app, request
from flask_wtf.file import MultipleFileField
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, IntegerField, RadioField, SelectField, TextAreaField

from tracker.actions.assigning import Assignment
from tracker.actions.editing import ItemChanges
from tracker.actions.extending import ExtensionDecision, ExtensionRequest
from tracker.actions.models import ActionItem
from tracker.actions.post_checking import CheckAnswer
from tracker.actions.releasing import ClosingDecision, ClosingRequest, ClosingReview
from tracker.actions.reporting import Progress, ProgressReview
from tracker.actions.rules.editing import TRACKING_LEVEL_LABELS, TrackingLevel, read_tags
from tracker.actions.rules.evidence import problem_with_file
from tracker.actions.rules.extending import EXTENSION_REASON_LABELS, ExtensionReason
from tracker.actions.rules.workflow import OUTCOME_LABELS, WITHDRAWAL_LABELS, Outcome, WithdrawalReason
from tracker.foundation.filing import StoredFile
from tracker.foundation.language import N_
from tracker.reports.rules.adoption import FINAL, Adoption
from tracker.reports.rules.adoption import LABELS as ADOPTION_LABELS
from tracker.web.forms import (
    Day,
    DepartmentChoice,
    DepartmentChoices,
    Form,
    HiddenNumber,
    PersonChoice,
    Words,
    required,
)
from tracker.web.merging import MergingForm
from tracker.web.session import say, wiring


class StepForm(Form):
    """The parent of the forms: which version of the item, and how much of its story, its reader had seen."""

    version = HiddenNumber()
    seen = HiddenNumber()


class EditForm(MergingForm, StepForm):
    """What an item says of itself."""

    title = Words(N_("列管事項"), validators=[required(N_("請填寫列管事項的名稱。"))])
    expected_result = TextAreaField(N_("預期成果"))
    tracking_level = RadioField(N_("列管層級"), choices=[])
    is_priority = BooleanField(N_("優先事項"))
    tags = Words(N_("標籤"))

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.tracking_level.choices = [
            (each.value, say(TRACKING_LEVEL_LABELS[each])) for each in TrackingLevel
        ]

    @staticmethod
    def facts_of(item: ActionItem) -> dict[str, Any]:
        """Return what the form shows of an item."""
        return {
            "title": item.title,
            "expected_result": item.expected_result,
            "tracking_level": item.tracking_level.value,
            "is_priority": item.is_priority,
            "tags": "、".join(item.tags),
        }

    def value(self) -> ItemChanges:
        """Return what was typed."""
        return ItemChanges(
            self.title.data or "",
            self.expected_result.data or "",
            TrackingLevel(self.tracking_level.data),
            bool(self.is_priority.data),
            read_tags(self.tags.data or ""),
        )


class OfficerForm(StepForm):
    """Who is to answer for a department's part."""

    officer_id = PersonChoice(N_("新的承辦人"), validators=[required(N_("請選擇承辦人。"))])
    reason = TextAreaField(N_("說明"))


class AcknowledgeForm(StepForm):
    """Who takes the item."""

    officer_id = PersonChoice(N_("承辦人"))


class EvidenceForm(StepForm):
    """A step that may bring files.

    Files that arrived with a form that was refused are kept: they come back as signed marks, not as uploads.
    """

    evidence = MultipleFileField(N_("佐證資料"))

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.files: list[StoredFile] = []

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields and the files; good files are stored at once, so that an error elsewhere loses none."""
        valid = super().validate(extra_validators)
        self.files, problems = _kept_files(), []
        for upload in self.evidence.data or ():
            if not isinstance(upload, FileStorage) or not upload.filename:
                continue
            if problem := self._take(upload):
                problems.append(f"{upload.filename}：{say(problem)}")
        self.evidence.errors = [*self.evidence.errors, *problems]
        return valid and not problems

    def _take(self, upload: FileStorage) -> str | None:
        data, name = upload.stream.read(), _plain_name(upload.filename or "")
        problem = problem_with_file(name, data, wiring().settings.follow_up.max_evidence_megabytes)
        if problem is None:
            stored = wiring().files.put(data, name)
            if all(file.sha256 != stored.sha256 for file in self.files):
                self.files.append(stored)
        return problem

    def kept(self) -> list[tuple[str, str]]:
        """Return the files at hand as (mark, name) pairs for the next answer."""
        return [(_marks().dumps([f.sha256, f.size, f.name]), f.name) for f in self.files]


class PartForm(EvidenceForm):
    """For which department a person acts who may act for several, and with which files."""

    part_id = RadioField(N_("填報的機關或單位"), coerce=int, choices=[], validate_choice=True)

    def offer_parts(self, parts: Iterable[tuple[int, str]]) -> None:
        """Offer the departments to choose from; with only one there is nothing to choose."""
        offered = list(parts)
        if len(offered) > 1:
            self.part_id.choices = offered
            self.part_id.data = self.part_id.data or offered[0][0]
        else:
            del self.part_id

    def chosen_part(self) -> int | None:
        """Return the part that was chosen, None where there was no choice."""
        return self.part_id.data if self.part_id else None


class ProgressForm(PartForm):
    """What was done, how far it is."""

    period = RadioField(N_("填報期別"), choices=[])
    narrative = TextAreaField(N_("辦理情形"), [required(N_("請填寫辦理情形。"))])
    percent = IntegerField(N_("進度"), [required(N_("進度請填 0 到 100。"))])
    next_step = TextAreaField(N_("下一步"))
    difficulty = TextAreaField(N_("遭遇困難"))

    def offer_periods(self, periods: Iterable[tuple[str, str]]) -> None:
        """Offer the periods to choose from, the likeliest first; with only one there is nothing to choose."""
        offered = list(periods)
        if len(offered) > 1:
            self.period.choices = offered
            self.period.data = self.period.data or offered[0][0]
        else:
            del self.period

    def value(self) -> Progress:
        """Return what was typed."""
        return Progress(
            self.narrative.data or "",
            self.percent.data if self.percent.data is not None else -1,
            self.next_step.data or "",
            self.difficulty.data or "",
            self.period.data if self.period else "",
        )


class ReviewForm(StepForm):
    """Approve what an officer reported, or return it."""

    approve = RadioField(N_("決定"), [required(N_("請選擇核可或退回。"))], choices=[])
    note = TextAreaField(N_("意見"))

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.approve.choices = [("yes", say(N_("核可"))), ("no", say(N_("退回，請補充後再填")))]

    def value(self) -> ProgressReview:
        """Return what was chosen."""
        return ProgressReview(self.approve.data == "yes", self.note.data or "")


class ClosingForm(PartForm):
    """With what a department asks for release."""

    result = TextAreaField(N_("辦理結果"), [required(N_("請具體說明辦理結果（至少 10 個字）。"))])
    completed_on = Day(N_("實際完成日"), is_required=True)
    outcome = RadioField(N_("辦理結果的認定"), choices=[], default=Outcome.IMPLEMENTED.value)

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.outcome.choices = _outcomes()

    def value(self) -> ClosingRequest:
        """Return what was typed."""
        return ClosingRequest(self.result.data or "", self.completed_on.data, Outcome(self.outcome.data))


class ForwardForm(StepForm):
    """Forward a closing request to the coordinating office, or return it."""

    forward = RadioField(N_("決定"), [required(N_("請選擇轉送或退回。"))], choices=[])
    note = TextAreaField(N_("意見"))

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.forward.choices = [("yes", say(N_("轉送研考"))), ("no", say(N_("退回補正")))]

    def value(self) -> ClosingReview:
        """Return what was chosen."""
        return ClosingReview(self.forward.data == "yes", self.note.data or "")


class DecisionForm(StepForm):
    """Agree to a release, or keep tracking."""

    agree = RadioField(N_("決定"), [required(N_("請選擇同意解除列管或持續列管。"))], choices=[])
    outcome = RadioField(N_("認定的結果"), choices=[])
    adoption = SelectField(N_("最後的採行情形"), choices=[], default="")
    decision = TextAreaField(N_("決定說明"), [required(N_("請說明決定的理由。"))])
    document_no = Words(N_("文號"))

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.agree.choices = [("yes", say(N_("同意解除列管"))), ("no", say(N_("持續列管")))]
        self.outcome.choices = _outcomes()

    def offer_adoption(self, present: Adoption | None) -> None:
        """Offer the decisions to end with beside the present one; None where there is nothing to decide."""
        if present is None:
            del self.adoption
            return
        unchanged = say(N_("不變（%(label)s）"), label=say(ADOPTION_LABELS[present]))
        final = {each.value: say(ADOPTION_LABELS[each]) for each in Adoption if each in FINAL - {present}}
        self.adoption.choices = {"": unchanged, **final}

    def value(self) -> ClosingDecision:
        """Return what was chosen."""
        return ClosingDecision(
            self.agree.data == "yes",
            self.decision.data or "",
            Outcome(self.outcome.data),
            self.document_no.data or "",
            Adoption(self.adoption.data) if self.adoption and self.adoption.data else None,
        )


class ExtensionReasonForm(Form):
    """Until when more time is asked for, and why."""

    new_due_on = Day(N_("展延後的預定完成日"), is_required=True)
    reason_code = SelectField(N_("展延原因"), [required(N_("請選擇展延的原因。"))], choices=[])
    reason = TextAreaField(N_("展延理由"), [required(N_("請具體說明展延的理由（至少 10 個字）。"))])

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        labels = {code.value: say(label) for code, label in EXTENSION_REASON_LABELS.items()}
        self.reason_code.choices = {"": say(N_("請選擇")), **labels}

    def value(self) -> ExtensionRequest:
        """Return what was typed in a form that is valid."""
        code = ExtensionReason(self.reason_code.data)
        return ExtensionRequest(self.new_due_on.data, code, self.reason.data or "")


class ExtensionForm(EvidenceForm, ExtensionReasonForm):
    """A request for more time that may bring files."""


class ExtensionDecisionForm(StepForm):
    """Grant more time, or refuse it."""

    agree = RadioField(N_("決定"), [required(N_("請選擇核准或退回。"))], choices=[])
    decision = TextAreaField(N_("決定說明"))
    document_no = Words(N_("核准層級與文號"))

    def offer(self, agreeing: str) -> None:
        """Offer the two decisions; what agreeing means depends on who decides."""
        self.agree.choices = [("yes", agreeing), ("no", say(N_("退回申請，預定完成日不變")))]

    def value(self) -> ExtensionDecision:
        """Return what was chosen."""
        return ExtensionDecision(
            self.agree.data == "yes", self.decision.data or "", self.document_no.data or ""
        )


class ReassignForm(StepForm):
    """To whom the item goes; its due date stays."""

    lead_department_id = DepartmentChoice(N_("主辦機關"))
    officer_id = PersonChoice(N_("承辦人"))
    support_department_ids = DepartmentChoices(N_("協辦機關"))
    reason = TextAreaField(N_("改分說明"), [required(N_("請說明改分的理由。"))])

    def value(self, due_on: Any) -> Assignment:
        """Return what was chosen; the service checks it."""
        return Assignment(
            self.lead_department_id.data or 0,
            due_on,
            tuple(self.support_department_ids.data or ()),
            self.officer_id.data,
        )


class NewItemForm(Form):
    """An item that is to be opened: what is to be done, by whom and until when."""

    title = Words(N_("列管事項"), [required(N_("請填寫列管事項的名稱。"))])
    lead_department_id = DepartmentChoice(N_("主辦機關"))
    support_department_ids = DepartmentChoices(N_("協辦機關"))
    officer_id = PersonChoice(N_("承辦人"))
    due_on = Day(N_("預定完成日"), is_required=True)
    expected_result = TextAreaField(N_("預期成果"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields; an item has a leading department."""
        valid = super().validate(extra_validators)
        if self.lead_department_id.data is None:
            self.lead_department_id.errors = [say(N_("請選擇主辦機關。"))]
            return False
        return valid

    def value(self) -> Assignment:
        """Return what was chosen in a form that is valid; the service checks it."""
        return Assignment(
            self.lead_department_id.data,
            cast("date", self.due_on.data),
            tuple(self.support_department_ids.data or ()),
            self.officer_id.data,
        )


class FurtherForm(NewItemForm):
    """One more item for a recommendation."""

    as_draft = BooleanField(N_("先暫存，不分案"))


class SplitForm(NewItemForm, StepForm):
    """What is taken out of an item to be one of its own."""

    reason = TextAreaField(N_("分出的理由"), [required(N_("請說明分出另案的理由。"))])


class CheckForm(StepForm):
    """How things stand with an item that was released."""

    adoption = RadioField(N_("目前的採行情形"), [required(N_("請選擇目前的採行情形。"))], choices=[])
    in_effect = RadioField(N_("是否仍持續辦理"), [required(N_("請選擇是否仍持續辦理。"))], choices=[])
    narrative = TextAreaField(N_("目前情形"), [required(N_("請說明目前的情形。"))])

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.adoption.choices = [
            (each.value, say(ADOPTION_LABELS[each])) for each in Adoption if each in FINAL
        ]
        self.in_effect.choices = [("yes", say(N_("仍持續辦理"))), ("no", say(N_("已不再辦理")))]

    def value(self) -> CheckAnswer:
        """Return what was said."""
        return CheckAnswer(
            Adoption(self.adoption.data), self.in_effect.data == "yes", self.narrative.data or ""
        )


class NoteForm(StepForm):
    """Taking note of that."""

    note = TextAreaField(N_("說明"))
    record_adoption = BooleanField(N_("同時將採行情形改為答覆的內容"))


class WithdrawForm(StepForm):
    """Why tracking is withdrawn, and who approved it."""

    reason = RadioField(N_("撤銷原因"), [required(N_("請選擇撤銷的原因。"))], choices=[])
    explanation = TextAreaField(N_("說明"), [required(N_("請說明撤銷管制的理由。"))])
    approval = Words(N_("核准層級與文號"), [required(N_("請填寫核准的層級與文號。"))])

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.reason.choices = [(code.value, say(WITHDRAWAL_LABELS[code])) for code in WithdrawalReason]


class MergeForm(StepForm):
    """Into which item this one goes, why, and who approved it."""

    into_item_no = Words(N_("併入的列管編號"), [required(N_("請填寫另一個仍在列管中的事項編號。"))])
    explanation = TextAreaField(N_("說明"), [required(N_("請說明併案的理由。"))])
    approval = Words(N_("核准層級與文號"), [required(N_("請填寫核准的層級與文號。"))])


class VoidForm(StepForm):
    """Why the entry was a mistake."""

    explanation = TextAreaField(N_("說明"), [required(N_("請說明作廢的理由。"))])


class ReopenForm(StepForm):
    """Why a released item is tracked again."""

    reason = TextAreaField(N_("重新列管說明"), [required(N_("請說明重新列管的理由。"))])
    officer_id = PersonChoice(N_("承辦人"))


def _outcomes() -> list[tuple[str, str]]:
    return [(code.value, say(OUTCOME_LABELS[code])) for code in Outcome]


def _plain_name(name: str) -> str:
    # Some browsers send a whole path; what cannot be seen in a name deceives its readers.
    last = " ".join(name.replace("\\", "/").rsplit("/", 1)[-1].split())
    return "".join(character for character in last if character.isprintable())


def _marks() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or b"", salt="evidence that was sent before")


def _kept_files() -> list[StoredFile]:
    files = []
    for mark in request.form.getlist("kept"):
        try:
            sha256, size, name = _marks().loads(mark)
        except (BadSignature, ValueError):
            continue
        if wiring().files.exists(sha256):
            files.append(StoredFile(sha256, size, name))
    return files
