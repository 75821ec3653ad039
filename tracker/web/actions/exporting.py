"""Taking the filtered list out as a file: at once when it is short, by a background job when it is long."""

import io
from urllib.parse import parse_qsl, urlencode

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import BooleanField, HiddenField, RadioField

from tracker.access import Permission
from tracker.actions.exchange import exporting
from tracker.actions.exchange.columns import columns_of
from tracker.actions.exchange.exporting import Order
from tracker.actions.exchange.telling import conditions_of
from tracker.actions.queries import count_actions
from tracker.foundation import jobs
from tracker.foundation.language import N_
from tracker.foundation.sheets import Kind
from tracker.web.actions import columns, filters, lists
from tracker.web.actions.blueprint import blueprint
from tracker.web.actions.job_pages import facts_of_job
from tracker.web.downloads import attachment
from tracker.web.forms import Form
from tracker.web.session import act, refused, requires, say, session, standards, tell, today, wiring

KINDS = {
    Kind.ODS: N_("ODS（開放文件試算表，建議）"),
    Kind.XLSX: N_("XLSX（Excel）"),
    Kind.CSV: N_("CSV（UTF-8，純文字）"),
}


class ExportForm(Form):
    """The list that is meant, as the query of its address, and how it is to be written."""

    question = HiddenField()
    kind = RadioField(N_("檔案格式"), coerce=Kind, default=Kind.ODS)
    with_editable = BooleanField(N_("加上可修改後再匯入的欄位（預期成果、承辦人、列管層級、優先、標籤）"))


@blueprint.route("/export", methods=["GET", "POST"])
@requires(Permission.Action.READ)
def export_actions() -> Response | tuple[str, int]:
    """Ask for the format, and hand the list out or put its writing in line."""
    form = ExportForm()
    form.kind.choices = {kind: say(label) for kind, label in KINDS.items()}
    asked = request.args.to_dict() if request.method == "GET" else dict(parse_qsl(form.question.data or ""))
    wanted = lists.filter_of(asked)
    shown = columns.columns_of([asked.get("columns", "")])
    question = filters.question_of(wanted, shown)
    form.question.data = urlencode(question)
    with wiring().database.snapshot() as looking:
        total = count_actions(looking, act().by, wanted, today(), standards())
        told = conditions_of(looking, wanted, standards(), g.language)
    if form.validate_on_submit():
        with refused(form):
            codes = columns_of(shown, with_editable=bool(form.with_editable.data))
            return _answer(Order(wanted, codes, form.kind.data, g.language), total)
    page = render_template(
        "actions/export_actions.html",
        form=form,
        total=total,
        conditions=told,
        back=url_for("actions.list_actions", **question),
        most_at_once=exporting.MOST_AT_ONCE,
    )
    return page, form.answer_status


@blueprint.get("/exports/<int:job_id>")
@requires(Permission.Action.READ)
def show_export(job_id: int) -> str:
    """Show how far an export is and, at its end, where the file is."""
    job = exporting.get_export(session(), act(), job_id)
    return render_template(
        "actions/show_export.html",
        **facts_of_job(job),
        is_over=bool(job.result.get("removed")) or exporting.is_over(job, act().at),
        kept_days=exporting.KEPT.days,
    )


@blueprint.post("/exports/<int:job_id>/cancel")
@requires(Permission.Action.READ)
def cancel_export(job_id: int) -> Response:
    """Stop an export."""
    job = exporting.get_export(session(), act(), job_id)
    jobs.cancel(session(), job.id, act().at)
    tell(N_("已要求取消匯出。"))
    return redirect(url_for("actions.show_export", job_id=job.id))


@blueprint.get("/exports/<int:job_id>/file")
@requires(Permission.Action.READ)
def download_export(job_id: int) -> Response:
    """Hand out the file of an export to who asked for it, while they may see what is in it."""
    stored = exporting.exported_file(session(), act(), job_id)
    kind = Kind(exporting.get_export(session(), act(), job_id).payload["kind"])
    return attachment(wiring().files.open(stored.sha256), stored.name, kind.mime_type)


def _answer(order: Order, total: int) -> Response:
    if total > exporting.MOST_AT_ONCE:
        job = exporting.request_export(session(), act(), order)
        return redirect(url_for("actions.show_export", job_id=job.id))
    zone = wiring().settings.site.zone
    file = io.BytesIO()
    with wiring().database.snapshot() as looking:
        rows = exporting.write_list(looking, act(), order, file, zone, standards())
    exporting.record_export(session(), act(), order, rows)
    file.seek(0)
    return attachment(file, exporting.file_name(order, act(), zone), order.kind.mime_type)
