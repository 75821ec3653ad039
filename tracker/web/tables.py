"""The tables to hand up: choose one, look at its first rows, take it as a file."""

import io
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import HiddenField, RadioField

from tracker.access import Permission
from tracker.actions.exchange import exporting
from tracker.actions.rules.periods import period_of
from tracker.dashboards import handing_up
from tracker.dashboards.handing_up import Order
from tracker.dashboards.rules.tables import Layout, Table
from tracker.dashboards.tables import Asked
from tracker.foundation import jobs
from tracker.foundation.documents import MOST_ROWS_IN_PDF, Format, Paper, show_cell
from tracker.foundation.language import N_
from tracker.web.actions import lists
from tracker.web.actions.job_pages import facts_of_job
from tracker.web.downloads import attachment
from tracker.web.forms import Form
from tracker.web.numbers import number_of
from tracker.web.session import act, refused, requires, say, session, tell, today, wiring

blueprint = Blueprint("tables", __name__)

PREVIEWED = 10
FORMATS = {
    Format.ODT: N_("ODT（開放文件文字檔）"),
    Format.ODS: N_("ODS（開放文件試算表）"),
    Format.PDF: N_("PDF（列印用）"),
    Format.XLSX: N_("XLSX（Excel）"),
    Format.CSV: N_("CSV（UTF-8，純文字）"),
}


class TableForm(Form):
    """The table that is meant, as the query of its address, and the format."""

    question = HiddenField()
    form = RadioField(N_("檔案格式"), coerce=Format)


@blueprint.route("/", methods=["GET", "POST"])
@requires(Permission.Dashboard.HAND_UP)
def show_tables() -> Response | tuple[str, int]:
    """Show the first rows of a table and ask for the format, and hand it out or put its making in line."""
    form = TableForm()
    asked = _asked(request.args if request.method == "GET" else dict(parse_qsl(form.question.data or "")))
    layout = wiring().layouts[asked.table]
    form.form.choices = {each: say(FORMATS[each]) for each in layout.formats}
    if request.method == "GET":
        form.form.data = layout.formats[0]
    form.question.data = urlencode(_question(asked))
    with wiring().database.snapshot() as looking:
        shown = Order(asked, layout.formats[0], g.language)
        paper, rows = handing_up.preview(looking, act(), shown, layout, wiring().table_terms(), PREVIEWED)
    if form.validate_on_submit():
        with refused(form):
            return _answer(Order(asked, form.form.data, g.language), layout, paper)
    page = render_template(
        "tables/show_tables.html",
        form=form,
        asked=asked,
        paper=paper,
        columns=[(str(place), column.name, "text") for place, column in enumerate(paper.columns)],
        rows=[[show_cell(cell, g.language) for cell in row] for row in rows],
        tables=[(each.value, found.titled(g.language)) for each, found in wiring().layouts.items()],
        periods=lists.period_options(today(), asked.period),
        departments=lists.department_options(session()),
        most_at_once=handing_up.MOST_AT_ONCE,
        most_at_once_in_pdf=handing_up.MOST_AT_ONCE_IN_PDF,
        most_in_pdf=MOST_ROWS_IN_PDF if Format.PDF in layout.formats else None,
    )
    return page, form.answer_status


@blueprint.get("/files/<int:job_id>")
@requires(Permission.Dashboard.HAND_UP)
def show_making(job_id: int) -> str:
    """Show how far a table is and, at its end, where the file is."""
    job = exporting.get_export(session(), act(), job_id, handing_up.KIND)
    order = handing_up.order_of(job.payload)
    return render_template(
        "tables/show_making.html",
        **facts_of_job(job),
        title=wiring().layouts[order.asked.table].titled(g.language),
        back=url_for("tables.show_tables", **_question(order.asked)),
        is_over=bool(job.result.get("removed")) or exporting.is_over(job, act().at),
        kept_days=exporting.KEPT.days,
    )


@blueprint.post("/files/<int:job_id>/cancel")
@requires(Permission.Dashboard.HAND_UP)
def cancel_making(job_id: int) -> Response:
    """Stop the making of a table."""
    job = exporting.get_export(session(), act(), job_id, handing_up.KIND)
    jobs.cancel(session(), job.id, act().at)
    tell(N_("已要求取消。"))
    return redirect(url_for("tables.show_making", job_id=job.id))


@blueprint.get("/files/<int:job_id>/file")
@requires(Permission.Dashboard.HAND_UP)
def download_table(job_id: int) -> Response:
    """Hand out a table to who asked for it, while they may see what is in it."""
    stored = exporting.exported_file(session(), act(), job_id, handing_up.KIND)
    order = handing_up.order_of(exporting.get_export(session(), act(), job_id, handing_up.KIND).payload)
    return attachment(wiring().files.open(stored.sha256), stored.name, order.form.mime_type)


def _answer(order: Order, layout: Layout, shown: Paper) -> Response:
    if handing_up.is_long(order, shown.length):
        job = handing_up.request(session(), act(), order)
        return redirect(url_for("tables.show_making", job_id=job.id))
    file = io.BytesIO()
    with wiring().database.snapshot() as looking:
        handing_up.write(looking, act(), order, layout, wiring().table_terms(), file)
    handing_up.record(session(), act(), order, shown.length)
    file.seek(0)
    name = handing_up.file_name(order, act(), layout, wiring().table_terms())
    return attachment(file, name, order.form.mime_type)


def _asked(arguments: Mapping[str, str]) -> Asked:
    named = arguments.get("table", "")
    return Asked(
        Table(named) if named in set(Table) else Table.ADOPTION,
        period_of(arguments.get("period", "")),
        number_of(arguments.get("department")),
        arguments.get("report", "").strip(),
        _past_day(arguments.get("as_at", "")),
    )


def _question(asked: Asked) -> dict[str, Any]:
    written = {
        "table": asked.table.value,
        "period": asked.period.code if asked.period else "",
        "department": str(asked.department_id or ""),
        "report": asked.report_no,
        "as_at": asked.as_at.isoformat() if asked.as_at else "",
    }
    return {key: value for key, value in written.items() if value}


def _past_day(text: str) -> date | None:
    """Return the past day that an address names; of today, and of what makes no sense, the present is told."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day < today() else None
