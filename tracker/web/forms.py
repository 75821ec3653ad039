"""Shared fields and validators; a form itself sits with its pages."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from flask import g
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.fields.core import Field
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from tracker.foundation import roc
from tracker.foundation.errors import Conflict, Invalid, TrackerError
from tracker.foundation.language import N_, translator
from tracker.people.models import Department, User
from tracker.people.rules.naming import indented_name

FIRST_YEAR, LAST_YEAR = 1912, 2200
"""Outside of these years a date is a typing error, and reckoning with it runs past the end of the calendar."""


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types.
    """The parent of the site's forms: its own messages, in the reader's language.

    `refusal` is the error with which a service refused what was sent, if one did.
    """

    refusal: TrackerError | None = None

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Let WTForms' own messages speak through the catalogues of this project."""

        def get_translations(self, form: Any) -> "_Translations":
            """Return the reader's language for built-in messages."""
            return _Translations()

        def render_field(self, field: Field, render_kw: dict[str, Any]) -> Any:
            """Render as usual; labels are translated where they are shown."""
            return super().render_field(field, render_kw)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check what was sent; messages given to a validator are msgids, and are said in the reader's language."""
        valid: bool = super().validate(extra_validators)
        for field in self:
            field.errors = [translator(g.language)(str(error)) for error in field.errors]
        return valid

    @property
    def answer_status(self) -> int:
        """Return the HTTP status of a page that shows this form: 409 after a conflict, 422 with errors, else 200."""
        if isinstance(self.refusal, Conflict):
            return self.refusal.status
        return Invalid.status if self.errors else 200


class _Translations:
    """Speaks the reader's language to WTForms."""

    def gettext(self, text: str) -> str:
        return translator(g.language)(text)

    def ngettext(self, one: str, many: str, number: int) -> str:
        return translator(g.language)(one if number == 1 else many)


def required(message: str = N_("這個欄位必填。")) -> InputRequired:
    """Return the validator of a field that must be filled."""
    return InputRequired(message)


class Day(DateField):
    """A day: ISO from the browser's own field, or an ROC date as an official types it (114/6/30)."""

    def __init__(self, label: str, *, is_required: bool = False, **options: Any) -> None:
        super().__init__(label, [required()] if is_required else [Optional()], **options)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read what was typed; raises ValueError with a sentence for what is no date."""
        text = (valuelist[0] if valuelist else "").strip()
        self.data = None
        if not text:
            return
        self.data = _iso(text) or roc.parse(text)
        if self.data is None:
            raise ValueError(self.gettext(N_("日期格式不正確，請輸入例如 114/6/30 的日期。")))
        if not FIRST_YEAR <= self.data.year <= LAST_YEAR:
            raise ValueError(self.gettext(N_("年份須介於民國 1 年與 289 年之間。")))


class Words(StringField):
    """One line of text, without the blanks around it."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Take the text, trimmed; line breaks become blanks, so that no name breaks a letter's header."""
        self.data = " ".join(valuelist[0].split()) if valuelist else ""


class HiddenNumber(IntegerField):
    """A number that travels with a form unseen."""

    widget = HiddenInput()

    def show(self, number: int | None) -> None:
        """Let the next answer carry a number, whatever was sent."""
        self.data, self.raw_data = number, None


class DepartmentChoice(SelectField):
    """One department of the tree, or none."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, coerce=_number_or_none, **options)

    def offer(self, departments: Iterable[Department], depths: Mapping[int, int], none_label: str) -> None:
        """Fill in the tree, units indented below their agency."""
        self.choices = {"": none_label, **_tree(departments, depths)}


class DepartmentChoices(SelectMultipleField):
    """Any number of departments, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, coerce=int, **options)

    def offer(self, departments: Iterable[Department], depths: Mapping[int, int]) -> None:
        """Fill in the tree, units indented below their agency."""
        self.choices = _tree(departments, depths)


class PersonChoice(SelectField):
    """One person, or none."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, coerce=_number_or_none, **options)

    def offer(self, people: Iterable[User], none_label: str) -> None:
        """Fill in the people, by name with title."""
        self.choices = {"": none_label, **{str(p.id): f"{p.name} {p.title}".strip() for p in people}}


def _tree(departments: Iterable[Department], depths: Mapping[int, int]) -> dict[str, str]:
    return {str(each.id): indented_name(each, depths[each.id], g.language) for each in departments}


def _number_or_none(value: Any) -> int | None:
    return int(value) if value not in ("", None, "None") else None


def _iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
