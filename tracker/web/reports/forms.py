"""The forms of the review desk.

Forms of many drafts stand on one page, so their fields have plain names and an id that carries the draft's.
"""

from collections.abc import Iterable, Mapping

from wtforms import IntegerField, SelectField, SelectMultipleField, TextAreaField
from wtforms.fields.core import Field
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from tracker.foundation.language import N_
from tracker.reports.models import Draft
from tracker.reports.reviewing import DraftChoice
from tracker.reports.rules.adoption import Adoption
from tracker.web.forms import Day, DepartmentChoice, DepartmentChoices, Form, Words, required
from tracker.web.session import say

LONGEST_WORDS = 3000
_INCOMPLETE = N_("這個表單不完整，請重新整理頁面後再試。")


class Version(IntegerField):
    """The version of the row that was shown; it is sent back so that nobody overwrites what they did not see."""

    widget = HiddenInput()

    def renew(self, version: int) -> None:
        """Let a refused form stand against what is stored now."""
        self.data, self.raw_data = version, None

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number; raises ValueError for anything else."""
        self.data = _number(valuelist[0] if valuelist else "")


class Shown(Field):
    """Several drafts with the versions that were shown, as `12-3,15-1`."""

    widget = HiddenInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read ids and versions; raises ValueError for anything else."""
        self.data = None
        if valuelist:
            pairs = [pair.partition("-") for pair in valuelist[0].split(",") if valuelist[0]]
            self.data = {_number(draft_id): _number(version) for draft_id, _, version in pairs}


def shown(drafts: Iterable[Draft]) -> str:
    """Return drafts with their versions as `Shown` reads them."""
    return ",".join(f"{draft.id}-{draft.version}" for draft in drafts)


class Offset(IntegerField):
    """A place in the source, counted in characters."""

    widget = HiddenInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number; raises ValueError with a sentence for anything else."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = int(text) if text.isdecimal() else None
        if text and self.data is None:
            raise ValueError(say(N_("請填寫原文中的位置，例如 120。")))


class Places(SelectMultipleField):
    """Places in the source, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class StepForm(Form):
    """A step that asks for nothing but the version that was shown."""

    version = Version()


class ConfirmForm(StepForm):
    """The end of a review: what was accepted, as it was shown."""

    shown = Shown()


class MergeForm(Form):
    """Neighbours that shall become one, as they were shown."""

    shown = Shown()


class UndoForm(Form):
    """Taking back the step that was shown."""

    step = Version()


class RejectForm(StepForm):
    """Setting a draft aside, with the reason."""

    rejection_reason = Words(N_("剔除說明"), [required(N_("請填寫剔除說明。"))])


class SpanForm(Form):
    """A passage to add: by its place, as the desk fills it in from a selection, or by its words."""

    start = Offset(N_("起點"))
    end = Offset(N_("終點"))
    words = TextAreaField(N_("原文的文字"), [Length(max=LONGEST_WORDS)])


class SplitForm(StepForm):
    """Where a draft is cut: at its sentences, or where the second part begins."""

    cuts = Places(N_("從哪裡切開"), coerce=int, validate_choice=False)
    words = Words(N_("第二則開頭的幾個字"), [Length(max=LONGEST_WORDS)])


class BoundaryForm(StepForm):
    """Which words a draft quotes: from one sentence to another, or the words themselves."""

    start = SelectField(N_("從這裡開始"), coerce=int, validate_choice=False)
    end = SelectField(N_("到這裡結束"), coerce=int, validate_choice=False)
    words = Words(N_("或寫出整段文字"), [Length(max=LONGEST_WORDS)])

    def offer(self, starts: Mapping[int, str], ends: Mapping[int, str]) -> None:
        """Fill in the places nearby, and keep the ones that were sent."""
        for field, places in ((self.start, starts), (self.end, ends)):
            kept = {field.data: "…"} if field.data is not None and field.data not in places else {}
            field.choices = {str(place): words for place, words in sorted({**places, **kept}.items())}


class DraftForm(StepForm):
    """What a reviewer chooses for a draft."""

    title = Words(N_("列管事項名稱"), [required(N_("請填寫列管事項的名稱。"))])
    theme = SelectField(N_("主題"))
    adoption = SelectField(N_("採行情形"), coerce=Adoption)
    adoption_reason = Words(N_("採行說明"))
    study_until = Day(N_("研議期限"))
    lead_department_id = DepartmentChoice(N_("主辦機關"))
    support_department_ids = DepartmentChoices(N_("協辦機關"))
    officer_id = SelectField(N_("承辦人"), coerce=lambda value: int(value) if value else None)
    due_on = Day(N_("預定完成日"))
    expected_result = TextAreaField(N_("預期成果"))

    def value(self) -> DraftChoice:
        """Return the choice as the service takes it."""
        return DraftChoice(
            title=self.title.data or "",
            theme=self.theme.data or "",
            adoption=self.adoption.data,
            adoption_reason=self.adoption_reason.data or "",
            study_until=self.study_until.data,
            lead_department_id=self.lead_department_id.data,
            support_department_ids=tuple(self.support_department_ids.data or ()),
            officer_id=self.officer_id.data,
            due_on=self.due_on.data,
            expected_result=self.expected_result.data or "",
        )


def name_apart(form: Form, prefix: str) -> None:
    """Give the fields of a form ids of their own on a page with many forms."""
    for each in form:
        each.id = f"{prefix}-{each.name}"
        each.label.field_id = each.id


def _number(text: str) -> int:
    if not text.isdecimal():
        raise ValueError(say(_INCOMPLETE))
    return int(text)
