"""The office calendar: the days of a year that differ, a day set by hand, the yearly calendar brought in."""

import base64
import binascii
from datetime import date
from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField
from wtforms.validators import ValidationError

from tracker.access import Permission
from tracker.foundation.language import N_, translator
from tracker.people import calendar_keeping, queries
from tracker.people.calendar_keeping import CalendarPlan, DayFields
from tracker.people.queries import calendars_around
from tracker.people.rules.import_table import MAX_BYTES
from tracker.people.rules.naming import department_name
from tracker.people.rules.office_table import FIRST_YEAR, LAST_YEAR
from tracker.web.forms import Day, DepartmentChoice, Form, Words, required
from tracker.web.numbers import number_of
from tracker.web.people.blueprint import blueprint
from tracker.web.session import act, refused, requires, say, session, tell, today, wiring


class DayForm(Form):
    """One day, and what is said of it."""

    day = Day(N_("日期"), is_required=True)
    is_workday = RadioField(N_("這一天"), [required(N_("請選擇放假或上班。"))], choices=[])
    department_id = DepartmentChoice(N_("適用範圍"))
    note = Words(N_("備註"))

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.is_workday.choices = [("no", say(N_("停止上班"))), ("yes", say(N_("照常上班或補行上班")))]

    def value(self) -> DayFields:
        """Return what was typed in a form that is valid."""
        assert self.day.data is not None
        return DayFields(
            self.day.data, self.is_workday.data == "yes", self.note.data or "", self.department_id.data
        )


class CalendarForm(Form):
    """A calendar file, fresh from the disk or kept in the page until the changes were looked at."""

    file = FileField(N_("日曆檔（CSV 或 ICS）"))
    kept = HiddenField()
    name = HiddenField()

    def validate_file(self, chosen: FileField) -> None:
        """Ask for a file where none is kept."""
        if not chosen.data and not self.kept.data:
            raise ValidationError(say(N_("請選擇日曆檔。")))

    @property
    def is_confirmed(self) -> bool:
        """Tell whether the changes were seen: then no file is chosen, and one is kept."""
        return not self.file.data and bool(self.kept.data)

    def content(self) -> tuple[bytes, str]:
        """Return bytes and name; a file chosen now goes before one kept."""
        if self.file.data:
            return self.file.data.stream.read(MAX_BYTES + 1), self.file.data.filename or ""
        try:
            return base64.urlsafe_b64decode(self.kept.data or ""), self.name.data or ""
        except (binascii.Error, ValueError):
            return b"", ""

    def keep(self, data: bytes, name: str) -> None:
        """Let the next answer carry the file."""
        self.kept.data, self.name.data = base64.urlsafe_b64encode(data).decode("ascii"), name


@blueprint.route("/calendar", methods=["GET", "POST"])
@requires(Permission.Calendar.CHANGE)
def show_calendar() -> Any:
    """Show a year's days off and make-up days, and take a single day that differs."""
    form = DayForm()
    form.department_id.offer(
        queries.list_departments(session(), only_active=True),
        queries.department_depths(session()),
        say(N_("全市")),
    )
    if form.validate_on_submit():
        with refused(form):
            row = calendar_keeping.set_day(session(), act(), form.value())
            tell(N_("已更新辦公日曆。"))
            return redirect(url_for("people.show_calendar", year=row.day.year))
    year = _year()
    calendar = calendars_around(session(), wiring().settings.site.country, date(year, 7, 1)).everywhere
    page = render_template(
        "people/show_calendar.html",
        form=form,
        year=year,
        years=range(today().year - 1, today().year + 3),
        days=queries.list_office_days(session(), year),
        off=sorted(
            day for day in calendar.days_off if day.year == year and day.weekday() not in calendar.weekend
        ),
        worked=sorted(day for day in calendar.work_days if day.year == year),
        department_label=lambda each: department_name(each, g.language),
    )
    return page, form.answer_status


@blueprint.post("/calendar/<int:office_day_id>/forget")
@requires(Permission.Calendar.CHANGE)
def forget_day(office_day_id: int) -> Any:
    """Let a day be as the published calendar says again."""
    if Form().validate_on_submit():
        calendar_keeping.forget_day(session(), act(), office_day_id)
        tell(N_("已移除，這一天恢復為公布的日曆。"))
    return redirect(url_for("people.show_calendar", year=_year()))


@blueprint.route("/calendar/import", methods=["GET", "POST"])
@requires(Permission.Calendar.CHANGE)
def import_calendar() -> Any:
    """Bring in the yearly office calendar, after a look at every day that changes."""
    form, plan = CalendarForm(), None
    site = wiring().settings.site
    if form.validate_on_submit():
        with refused(form):
            data, name = form.content()
            plan = calendar_keeping.plan_calendar(session(), site.country, site.zone, data, name)
            if form.is_confirmed:
                calendar_keeping.import_calendar(session(), act(), site.country, site.zone, data, name)
                tell(N_("已匯入辦公日曆，%(count)s 日有變更。"), count=len(plan.changes))
                return redirect(url_for("people.show_calendar", year=plan.years[0]))
            form.keep(data, name)
    page = render_template("people/import_calendar.html", form=form, plan=plan, problems=_problems(plan))
    return page, form.answer_status


def _problems(plan: CalendarPlan | None) -> list[tuple[int, str]]:
    speak = translator(g.language)
    return [(each.line, each.text(speak)) for each in plan.problems] if plan else []


def _year() -> int:
    asked = number_of(request.args.get("year"))
    return asked if asked and FIRST_YEAR <= asked <= LAST_YEAR else today().year
