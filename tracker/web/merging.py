"""Editing what somebody else edits too: nothing is overwritten unseen, and nothing that was typed is lost.

A form carries the values that it was shown with. When they are gone, each field in which three versions differ is
shown as it was before, as the other person left it, and as it was typed; whoever edits chooses, and sends it again.
Where only one of the two changed a field, that change is chosen already.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, Protocol

from flask import g, request
from wtforms import BooleanField, DateField, HiddenField, SelectField, SelectMultipleField
from wtforms.fields.core import Field

from tracker.foundation.errors import VersionConflict
from tracker.foundation.language import N_
from tracker.foundation.showing import show_date
from tracker.web.forms import Form, HiddenNumber
from tracker.web.session import say

MINE, THEIRS = "mine", "theirs"
Values = dict[str, Any]


class Recorded(Protocol):
    """An act as the record keeps it."""

    @property
    def at(self) -> datetime: ...
    @property
    def actor_name(self) -> str: ...
    @property
    def after(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Difference:
    """One field in its three versions, as words; `choice` is empty where both changed it and nobody has chosen."""

    name: str
    label: str
    before: str
    theirs: str
    mine: str
    choice: str
    by: str = ""
    at: datetime | None = None


class MergingForm(Form):
    """The parent of the forms that edit a row with a version."""

    version = HiddenNumber()
    shown = HiddenField()
    differences: Sequence[Difference] = ()

    def prepare(self, present: Mapping[str, Any], version: int, record: Sequence[Recorded] = ()) -> None:
        """Make the form ready to be shown: with what stands there now, or with what was typed and what to choose.

        `present` are the fields' values as of `version`, read together with it; `record` is the row's history.
        """
        fields = self._compared()
        if not self.is_submitted():
            # What the form was made with may be older than the version that it is going to carry.
            for each in fields:
                if each.name in present:
                    each.process_data(present[each.name])
            self.version.show(version)
            self._keep(
                {"before": {each.name: _plain(present[each.name]) for each in fields if each.name in present}}
            )
            return
        self._put_back()
        state = self._state()
        if isinstance(self.refusal, VersionConflict):
            theirs = {each.name: _plain(present[each.name]) for each in fields if each.name in present}
            state = {"before": state.get("theirs") or state.get("before") or {}, "theirs": theirs}
            self.version.show(version)
        self._keep(state)
        if "theirs" in state:
            chosen = {} if isinstance(self.refusal, VersionConflict) else request.form
            self.differences = [_described(each, state, chosen, record) for each in self._differing(state)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check what was sent, with the other person's values where they were chosen."""
        self._typed: dict[str, tuple[Any, Any]] = {}
        state = self._state()
        undecided = []
        for field in self._differing(state) if "theirs" in state else ():
            match _choice(field, state, request.form):
                case "theirs":
                    self._typed[field.name] = field.data, field.raw_data
                    _load(field, state["theirs"][field.name])
                case "":
                    undecided.append(field)
        valid = super().validate(extra_validators)
        for field in undecided:
            field.errors = [*field.errors, say(N_("請選擇要保留我的，或採用對方的。"))]
        return valid and not undecided

    def _compared(self) -> list[Field]:
        hidden = (HiddenField, HiddenNumber)
        return [each for each in self if not isinstance(each, hidden) and each.name not in self.uncompared]

    uncompared: frozenset[str] = frozenset()
    """Names of fields that are no fact of the row."""

    def _differing(self, state: Values) -> list[Field]:
        theirs = state["theirs"]
        return [
            each for each in self._compared() if theirs.get(each.name, _plain(each.data)) != _plain(each.data)
        ]

    def _state(self) -> Values:
        try:
            state = json.loads(self.shown.data or "{}")
        except ValueError:
            return {}
        good = isinstance(state, dict) and all(isinstance(each, dict) for each in state.values())
        return state if good else {}

    def _keep(self, state: Values) -> None:
        self.shown.data = json.dumps(state, ensure_ascii=False)

    def _put_back(self) -> None:
        for name, (data, raw_data) in getattr(self, "_typed", {}).items():
            self[name].data, self[name].raw_data = data, raw_data


def _choice(field: Field, state: Values, sent: Mapping[str, str]) -> str:
    """Return whose value of a differing field is to stand: as chosen, or of whoever alone changed it."""
    chosen = sent.get(f"merge-{field.name}", "")
    if chosen in (MINE, THEIRS):
        return chosen
    before = state.get("before", {}).get(field.name)
    if _plain(field.data) == before:
        return THEIRS
    return MINE if state["theirs"][field.name] == before else ""


def _described(
    field: Field, state: Values, sent: Mapping[str, str], record: Iterable[Recorded]
) -> Difference:
    before = state.get("before", {}).get(field.name, "")
    # An act is recorded with what it changed: the last one that names the field is theirs.
    acts = reversed(list(record)) if before != state["theirs"][field.name] else ()
    last = next((act for act in acts if field.name in act.after), None)
    return Difference(
        name=field.name,
        label=field.label.text,
        before=_words(field, before),
        theirs=_words(field, state["theirs"][field.name]),
        mine=_words(field, _plain(field.data)),
        choice=_choice(field, state, sent),
        by=last.actor_name if last else "",
        at=last.at if last else None,
    )


def _plain(value: Any) -> Any:
    """Return a field's value as it travels with the form, the same for what means the same."""
    match value:
        case None:
            return ""
        case Enum():
            return value.value
        case date():
            return value.isoformat()
        case str():
            return value.replace("\r\n", "\n").strip()
        case list() | tuple():
            return sorted((_plain(each) for each in value), key=str)
    return value


def _load(field: Field, value: Any) -> None:
    """Give a field a value that travelled with the form."""
    field.raw_data = None if value in ("", [], False) else [str(value)]
    if isinstance(field, DateField):
        field.data = _day(value)
    elif isinstance(field, SelectMultipleField):
        field.data = [field.coerce(each) for each in value]
    elif isinstance(field, SelectField):
        field.data = field.coerce(value)
    else:
        field.data = value


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value)
    except (ValueError, TypeError):
        return None


def _words(field: Field, value: Any) -> str:
    """Return a value as a person reads it."""
    if isinstance(field, BooleanField):
        return say(N_("是")) if value else say(N_("否"))
    if isinstance(field, DateField):
        day = _day(value)
        return show_date(day, g.language) if day else ""
    if isinstance(field, SelectField | SelectMultipleField):
        labels = {str(code): str(label).strip() for code, label, *_ in field.iter_choices()}
        chosen = value if isinstance(value, list) else [value]
        return say(N_("、")).join(labels.get(str(each), str(each)) for each in chosen if each != "")
    return str(value)
