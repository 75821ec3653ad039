"""The rules of reminding: which stages there are, for what, and who would be added or dropped by a change."""

import hashlib
from collections.abc import Sequence
from typing import Any

from flask import g, redirect, render_template, request, url_for
from wtforms import BooleanField, FieldList, FormField, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from tracker.access import Permission
from tracker.actions.rules.editing import TRACKING_LEVEL_LABELS
from tracker.foundation.errors import VersionConflict
from tracker.foundation.language import N_
from tracker.people import queries as people
from tracker.people.rules.naming import indented_name
from tracker.reminders import ladder_changes
from tracker.reminders.ladder_changes import Impact, LadderFields
from tracker.reminders.models import Ladder
from tracker.reminders.rules.ladders import LONGEST, SCOPE_LABELS, WHOLE_CITY, Scope, Target
from tracker.reminders.rules.stages import (
    ANCHOR_LABELS,
    CAPACITY_LABELS,
    SHIPPED,
    Anchor,
    Capacity,
    Stage,
    in_order,
)
from tracker.web.forms import Form, Words, required
from tracker.web.people.administration import Version
from tracker.web.reminders.blueprint import blueprint
from tracker.web.session import act, refused, requires, say, session, tell, today, wiring

EMPTY_ROWS = 3
SHOWN = 50
"""How many added or dropped reminders the page names; the number of all stands above them."""


class Days(Words):
    """A number of days, or nothing."""

    @property
    def number(self) -> int | None:
        """Return the number that was typed; None for nothing and for what is no number."""
        text = self.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None


class Capacities(SelectMultipleField):
    """Those who hear, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class StageRow(Form):
    """One stage; a row without days is none."""

    class Meta(Form.Meta):
        """A part of a form needs no token of its own."""

        csrf = False

    anchor = SelectField(N_("依據"), default=Anchor.DUE.value)
    side = SelectField(N_("之前或之後"), default="after")
    days = Days(N_("天數"))
    unit = SelectField(N_("單位"), default="working")
    weekly = BooleanField(N_("之後每週一"))
    audience = Capacities(N_("對象"))

    def offer(self) -> None:
        """Fill in the choices."""
        self.anchor.choices = {each.value: say(ANCHOR_LABELS[each]) for each in Anchor}
        self.side.choices = {"before": say(N_("前")), "after": say(N_("後"))}
        self.unit.choices = {"calendar": say(N_("日")), "working": say(N_("個工作日"))}
        self.audience.choices = {each.value: say(CAPACITY_LABELS[each]) for each in Capacity}

    def stage(self) -> Stage | None:
        """Return what was entered; a number of days that is none becomes one that no rule allows."""
        if not self.days.data:
            return None
        days = LONGEST + 1 if self.days.number is None else self.days.number
        return Stage(
            Anchor(self.anchor.data),
            -days if self.side.data == "before" else days,
            tuple(each for each in Capacity if each.value in (self.audience.data or ())),
            self.unit.data == "working",
            bool(self.weekly.data),
        )


class LadderForm(Form):
    """A ladder: what it applies to, and its stages."""

    name = Words(N_("名稱"), [required()])
    target = SelectField(N_("適用對象"))
    is_enabled = BooleanField(N_("啟用這組規則"), default=True)
    stages = FieldList(FormField(StageRow), N_("提醒"))
    accepts_silence = BooleanField(N_("我知道最後一次提醒之後不會再催辦"))
    version = Version()

    def offer(self) -> None:
        """Fill in the choices, and leave some rows empty for further stages."""
        self.target.choices = _targets()
        while sum(not row.form.days.data for row in self.stages) < EMPTY_ROWS:
            self.stages.append_entry()
        for row in self.stages:
            row.form.offer()

    def value(self) -> LadderFields:
        """Return what was entered."""
        stages = tuple(stage for row in self.stages if (stage := row.form.stage()) is not None)
        scope, _, value = (self.target.data or "").partition(":")
        return LadderFields(
            self.name.data or "",
            (Scope(scope), value),
            stages,
            bool(self.is_enabled.data),
            bool(self.accepts_silence.data),
        )


@blueprint.get("/reminders/ladders")
@requires(Permission.Reminder.READ)
def list_ladders() -> str:
    """Show every ladder, and the shipped one where the city chose none of its own."""
    ladders = ladder_changes.list_ladders(session())
    return render_template(
        "reminders/list_ladders.html",
        ladders=ladders,
        names={each.id: _target_name(each.target) for each in ladders},
        has_own=any(each.target == WHOLE_CITY and each.is_enabled for each in ladders),
        shipped=SHIPPED,
        capacities={each: say(label) for each, label in CAPACITY_LABELS.items()},
    )


@blueprint.route("/reminders/ladders/new", methods=["GET", "POST"])
@requires(Permission.Reminder.CHANGE)
def add_ladder() -> Any:
    """Make a ladder; it begins with the stages of the shipped one."""
    form = LadderForm(
        data={"stages": _rows(SHIPPED), "name": "", "target": _code(WHOLE_CITY), "is_enabled": True}
    )
    return _changed(form, None)


@blueprint.route("/reminders/ladders/<int:ladder_id>/edit", methods=["GET", "POST"])
@requires(Permission.Reminder.CHANGE)
def edit_ladder(ladder_id: int) -> Any:
    """Change a ladder; `?from=shipped` fills the form with the shipped stages."""
    ladder = ladder_changes.get_ladder(session(), ladder_id)
    stages = SHIPPED if request.args.get("from") == "shipped" else ladder.stages
    form = LadderForm(
        data={
            "name": ladder.name,
            "target": _code(ladder.target),
            "is_enabled": ladder.is_enabled,
            "stages": _rows(stages),
            "version": ladder.version,
        }
    )
    return _changed(form, ladder)


@blueprint.route("/reminders/ladders/<int:ladder_id>/delete", methods=["GET", "POST"])
@requires(Permission.Reminder.CHANGE)
def delete_ladder(ladder_id: int) -> Any:
    """Show what deleting a ladder does, and delete it."""
    ladder = ladder_changes.get_ladder(session(), ladder_id)
    form = _DeleteForm(data={"version": ladder.version})
    if form.validate_on_submit():
        with refused(form):
            ladder_changes.delete_ladder(session(), wiring().office, act(), ladder_id, form.version.data)
            tell(N_("已刪除這組規則。"))
            return redirect(url_for("reminders.list_ladders"))
    impact = ladder_changes.impact_of(session(), wiring().office, today(), ladder.target, None)
    page = render_template(
        "reminders/delete_ladder.html",
        ladder=ladder,
        form=form,
        target=_target_name(ladder.target),
        **_shown(impact),
    )
    return page, form.answer_status


class _DeleteForm(Form):
    version = Version()


def _changed(form: LadderForm, ladder: Ladder | None) -> Any:
    """Save a ladder whose effect was seen; before that, show the effect."""
    form.offer()
    impact = None
    fields = form.value() if form.validate_on_submit() else None
    if fields is not None:
        ladder_id = ladder.id if ladder else None
        with refused(form):
            ladder_changes.check(session(), fields, ladder_id)
            if request.form.get("seen") == _fingerprint(fields):
                ladder_changes.save_ladder(
                    session(),
                    wiring().office,
                    act(),
                    fields,
                    ladder_id,
                    form.version.data if ladder else None,
                )
                tell(N_("已儲存提醒規則。"))
                return redirect(url_for("reminders.list_ladders"))
            old = ladder.target if ladder else None
            impact = ladder_changes.impact_of(session(), wiring().office, today(), old, fields)
    if isinstance(form.refusal, VersionConflict) and ladder is not None:
        form.version.data = ladder_changes.get_ladder(session(), ladder.id).version
    page = render_template(
        "reminders/edit_ladder.html",
        form=form,
        ladder=ladder,
        seen=_fingerprint(fields) if fields and impact else "",
        **_shown(impact),
    )
    return page, form.answer_status


def _shown(impact: Impact | None) -> dict[str, Any]:
    return {"impact": impact, "shown": SHOWN}


def _fingerprint(fields: LadderFields) -> str:
    """Return what tells one set of entries from another: only what was looked at is saved."""
    return hashlib.sha256(repr(fields).encode()).hexdigest()


def _rows(stages: Sequence[Stage]) -> list[dict[str, Any]]:
    return [
        {
            "anchor": stage.anchor.value,
            "side": "before" if stage.offset < 0 else "after",
            "days": str(abs(stage.offset)),
            "unit": "working" if stage.in_working_days else "calendar",
            "weekly": stage.weekly,
            "audience": [each.value for each in stage.audience],
        }
        for stage in in_order(stages)
    ]


def _code(target: Target) -> str:
    return f"{target[0]}:{target[1]}"


def _targets() -> dict[str, str]:
    """Return everything that a ladder may apply to, with its name."""
    themes = wiring().settings.follow_up.themes
    departments = people.list_departments(session(), only_active=True)
    depths = people.department_depths(session())
    kinds = {scope: say(label) for scope, label in SCOPE_LABELS.items()}
    return {
        _code(WHOLE_CITY): kinds[Scope.CITY],
        **{
            f"{Scope.LEVEL}:{level}": _kind_and_name(kinds[Scope.LEVEL], say(label))
            for level, label in TRACKING_LEVEL_LABELS.items()
        },
        **{f"{Scope.THEME}:{theme}": _kind_and_name(kinds[Scope.THEME], theme) for theme in themes},
        **{
            f"{Scope.DEPARTMENT}:{each.id}": _kind_and_name(
                say(N_("機關")), indented_name(each, depths[each.id], g.language)
            )
            for each in departments
        },
    }


def _target_name(target: Target) -> str:
    return _targets().get(_code(target), target[1])


def _kind_and_name(kind: str, name: str) -> str:
    return say(N_("%(kind)s：%(name)s"), kind=kind, name=name)
