"""Bringing a table of items in: the file, what its columns and values mean, what it would do, and doing it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask_wtf.file import FileField
from werkzeug.wrappers import Response
from wtforms import BooleanField

from tracker.access import Permission
from tracker.actions.exchange import importing
from tracker.actions.exchange.columns import COLUMNS
from tracker.actions.exchange.fields import Field
from tracker.actions.exchange.finding import (
    NOTHING,
    PRIORITY_LABELS,
    STATUS_LABELS,
    likely_department,
)
from tracker.actions.exchange.planning import Choices
from tracker.actions.models import ActionImport, ImportLine
from tracker.actions.rules.editing import TRACKING_LEVEL_LABELS
from tracker.actions.rules.lines import IN_THE_WAY, OUTCOME_LABELS, LineOutcome
from tracker.foundation import jobs
from tracker.foundation.jobs import JobState
from tracker.foundation.language import N_
from tracker.foundation.showing import show_date
from tracker.people.queries import department_depths, get_department, list_departments
from tracker.people.rules.naming import department_name, indented_name
from tracker.reading.tables import Table
from tracker.web.actions.blueprint import blueprint
from tracker.web.actions.job_pages import facts_of_job
from tracker.web.forms import DepartmentChoice, Form, Words
from tracker.web.numbers import page_of
from tracker.web.reports.pages import file_name
from tracker.web.session import act, refused, requires, say, session, tell, wiring

_SAMPLES = 3
_TERMS: Mapping[str, Mapping[str, str]] = {
    Field.LEVEL: {level.value: label for level, label in TRACKING_LEVEL_LABELS.items()},
    Field.PRIORITY: PRIORITY_LABELS,
    Field.STATUS: STATUS_LABELS,
}


class TableForm(Form):
    """A table fresh from the disk."""

    file = FileField(N_("表格檔案"))


class ColumnsForm(Form):
    """What holds for the whole table; the columns themselves stand beside it."""

    title = Words(N_("新增事項的來源名稱"))
    agency_id = DepartmentChoice(N_("來源的主辦機關"))
    reason = Words(N_("改分的理由"))
    skip_closed = BooleanField(N_("略過已結束的列"))
    tells = BooleanField(N_("通知新增與變更事項的承辦人與主管"))

    def choices_after(self, before: Choices, columns: Mapping[Field, int]) -> Choices:
        """Return what was decided; what was said about values stays for columns that are still meant so."""
        return replace(
            before,
            columns=columns,
            values={name: words for name, words in before.values.items() if name in columns},
            title=self.title.data or "",
            agency_id=self.agency_id.data,
            reason=self.reason.data or "",
            skip_closed=bool(self.skip_closed.data),
            quiet=not self.tells.data,
        )


class ConfirmForm(Form):
    """Nothing but the form's token."""


@blueprint.route("/import", methods=["GET", "POST"])
@requires(Permission.Action.IMPORT)
def import_actions() -> Any:
    """Take a table."""
    form = TableForm()
    if form.validate_on_submit():
        if not form.file.data:
            form.file.errors = [say(N_("請選擇 CSV、ODS 或 XLSX 檔。"))]
        else:
            with refused(form):
                data = form.file.data.stream.read(importing.MOST_BYTES + 1)
                name = file_name(form.file.data.filename or "")
                found = importing.begin_import(session(), act(), wiring().files, name, data)
                return redirect(url_for("actions.choose_columns", import_id=found.id))
    page = render_template(
        "actions/import_actions.html", form=form, imports=importing.list_imports(session(), act())
    )
    return page, form.answer_status


@blueprint.route("/imports/<int:import_id>/columns", methods=["GET", "POST"])
@requires(Permission.Action.IMPORT)
def choose_columns(import_id: int) -> Any:
    """Ask what the columns of a table mean, after a first guess."""
    found = importing.get_import(session(), act(), import_id)
    table = importing.table_of(wiring().files, found)
    before = importing.choices_of(found)
    form = ColumnsForm(
        title=before.title,
        agency_id=before.agency_id,
        reason=before.reason,
        skip_closed=before.skip_closed,
        tells=not before.quiet,
    )
    form.agency_id.offer(
        list_departments(session(), only_active=True), department_depths(session()), say(N_("請選擇"))
    )
    columns: Mapping[Field, int] = before.columns
    if form.validate_on_submit():
        columns = _sent_columns(form, len(table.head))
        if not form.form_errors:
            with refused(form):
                chosen = form.choices_after(before, columns)
                importing.check_columns(table, chosen)
                importing.choose(session(), act(), found, chosen)
                return _go_on(found, table, chosen)
    page = render_template(
        "actions/choose_columns.html",
        form=form,
        found=found,
        columns=_shown_columns(table, columns),
        fields=[(name.value, say(name.label)) for name in Field],
    )
    return page, form.answer_status


@blueprint.route("/imports/<int:import_id>/values", methods=["GET", "POST"])
@requires(Permission.Action.IMPORT)
def choose_values(import_id: int) -> Any:
    """Ask what values mean that nobody knows."""
    found = importing.get_import(session(), act(), import_id)
    table = importing.table_of(wiring().files, found)
    before = importing.choices_of(found)
    unknown = importing.unknown_values(session(), table, before, wiring().settings.follow_up.themes)
    form = ConfirmForm()
    if form.validate_on_submit():
        said = {name.value: _sent_values(name, words) for name, words in unknown.items()}
        with refused(form):
            importing.choose(session(), act(), found, replace(before, values=said))
            return _look(found)
    page = render_template(
        "actions/choose_values.html",
        form=form,
        found=found,
        groups=[(name, say(name.label), _asked(name, words, before)) for name, words in unknown.items()],
        options={name: _options(name) for name in unknown},
    )
    return page, form.answer_status


@blueprint.get("/imports/<int:import_id>")
@requires(Permission.Action.IMPORT)
def show_import(import_id: int) -> Any:
    """Show how far an import is, what each row would do, or what was done."""
    found = importing.get_import(session(), act(), import_id)
    job = jobs.find_job(session(), found.job_id or 0)
    if job is None:
        return redirect(url_for("actions.choose_columns", import_id=found.id))
    outcome = next((each for each in LineOutcome if each.value == request.args.get("outcome")), None)
    counts = importing.count_lines(session(), found)
    page = importing.page_of_lines(session(), found, outcome, page_of(request.args))
    return render_template(
        "actions/show_import.html",
        found=found,
        **facts_of_job(job),
        failed=job.state is JobState.FAILED,
        counts=[(each, say(OUTCOME_LABELS[each]), counts.get(each, 0)) for each in LineOutcome],
        in_the_way=sum(counts.get(each, 0) for each in IN_THE_WAY),
        to_do=counts.get(LineOutcome.NEW, 0) + counts.get(LineOutcome.CHANGED, 0),
        outcome=outcome,
        page=page,
        lines=[_shown_line(line) for line in page.rows],
        quiet=importing.choices_of(found).quiet,
    )


@blueprint.post("/imports/<int:import_id>/apply")
@requires(Permission.Action.IMPORT)
def apply_import(import_id: int) -> Response:
    """Put applying in line."""
    found = importing.get_import(session(), act(), import_id)
    importing.request_apply(session(), act(), found)
    return redirect(url_for("actions.show_import", import_id=found.id))


@blueprint.post("/imports/<int:import_id>/cancel")
@requires(Permission.Action.IMPORT)
def cancel_import(import_id: int) -> Response:
    """Stop what is being done with a table; nothing of it is stored then."""
    found = importing.get_import(session(), act(), import_id)
    if found.job_id:
        jobs.cancel(session(), found.job_id, act().at)
    tell(N_("已要求取消。"))
    return redirect(url_for("actions.show_import", import_id=found.id))


def _go_on(found: ActionImport, table: Table, chosen: Choices) -> Response:
    if importing.unknown_values(session(), table, chosen, wiring().settings.follow_up.themes):
        return redirect(url_for("actions.choose_values", import_id=found.id))
    return _look(found)


def _look(found: ActionImport) -> Response:
    importing.request_look(session(), act(), found)
    return redirect(url_for("actions.show_import", import_id=found.id))


def _sent_columns(form: ColumnsForm, number: int) -> dict[Field, int]:
    columns: dict[Field, int] = {}
    known = {name.value: name for name in Field}
    for place in range(number):
        name = known.get(request.form.get(f"column_{place}", ""))
        if name in columns:
            said = say(N_("「%(field)s」只能對應一欄。"), field=say(name.label))
            form.form_errors = [*form.form_errors, said]
        elif name:
            columns[name] = place
    return columns


def _shown_columns(table: Table, columns: Mapping[Field, int]) -> list[dict[str, Any]]:
    meant = {place: name.value for name, place in columns.items()}
    return [
        {
            "place": place,
            "head": head or say(N_("（無名稱）")),
            "samples": _samples(table, place),
            "field": meant.get(place, ""),
        }
        for place, head in enumerate(table.head)
    ]


def _samples(table: Table, place: int) -> list[str]:
    cells = (row.cells[place] for row in table.rows if place < len(row.cells))
    return [
        str(cell)[:40] for cell, _ in zip((each for each in cells if each), range(_SAMPLES), strict=False)
    ]


def _sent_values(name: Field, words: Sequence[str]) -> dict[str, str]:
    offered = {code for code, _ in _options(name)}
    sent = {word: request.form.get(f"{name.value}_{place}", "") for place, word in enumerate(words)}
    return {
        word: "" if code == "-" else code
        for word, code in sent.items()
        if code in offered or (code == "-" and name is not Field.LEAD)
    }


def _asked(name: Field, words: Sequence[str], before: Choices) -> list[tuple[str, str]]:
    """Return each unknown value with what is chosen for it at first."""
    said = before.values.get(name.value, {})
    departments = list_departments(session(), only_active=True) if name is Field.LEAD else ()
    guesses = {word: str(likely_department(word, departments) or "") for word in words}
    return [
        (word, ("-" if said[word] == NOTHING else said[word]) if word in said else guesses[word])
        for word in words
    ]


def _options(name: Field) -> list[tuple[str, str]]:
    if name is Field.LEAD:
        depths = department_depths(session())
        departments = list_departments(session(), only_active=True)
        return [(str(each.id), indented_name(each, depths[each.id], g.language)) for each in departments]
    if name is Field.THEME:
        return [(theme, theme) for theme in wiring().settings.follow_up.themes]
    return [(code, say(label)) for code, label in _TERMS[name].items()]


def _shown_line(line: ImportLine) -> dict[str, Any]:
    return {
        "line": line,
        "label": say(OUTCOME_LABELS[line.outcome]),
        "changes": [
            (say(COLUMNS[name].label), _term(name, before), _term(name, after))
            for name, before, after in line.changes
        ],
        "problems": [_told(msgid, values) for msgid, values in line.problems],
        "new": _told_new(line) if line.outcome is LineOutcome.NEW else "",
    }


def _term(name: str, value: str) -> str:
    return say(_TERMS[name][value]) if value in _TERMS.get(name, {}) else value


def _told(msgid: str, values: Mapping[str, Any]) -> str:
    named = {name: say(value) if name == "field" else value for name, value in values.items()}
    return say(msgid, **named)


def _told_new(line: ImportLine) -> str:
    lead = get_department(session(), line.facts["lead"])
    return say(
        N_("%(lead)s主辦，%(due)s到期，來源「%(report)s」"),
        lead=department_name(lead, g.language),
        due=show_date(date.fromisoformat(line.facts["due_on"]), g.language),
        report=line.facts["report"],
    )
