"""Frozen periods: freeze one, read it, download its files, and see what changed since."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import SelectField

from tracker.access import Permission
from tracker.actions.rules.filing import Period
from tracker.actions.rules.workflow import LABELS
from tracker.dashboards import comparing, freezing
from tracker.dashboards.figures import RATES, Measure
from tracker.dashboards.models import FrozenFile, Snapshot
from tracker.dashboards.rules.differences import CHANGE_DEFINITIONS, CHANGE_NAMES, Change
from tracker.foundation import jobs
from tracker.foundation.documents import Format, write_paper
from tracker.foundation.language import N_
from tracker.web.actions.job_pages import facts_of_job
from tracker.web.downloads import attachment
from tracker.web.forms import Form, required
from tracker.web.numbers import number_of
from tracker.web.session import act, refused, requires, say, session, tell, wiring

blueprint = Blueprint("snapshots", __name__)

SHOWN = 50
FORMATS = (Format.ODS, Format.ODT, Format.PDF, Format.XLSX, Format.CSV)


class FreezeForm(Form):
    """The period that is to be frozen."""

    period = SelectField(N_("填報期別"), validators=[required()])


@blueprint.get("/")
@requires(Permission.Dashboard.FREEZE)
def list_snapshots() -> str:
    """Show the frozen periods, and offer those that can be frozen."""
    return _list(_freeze_form())


@blueprint.post("/")
@requires(Permission.Dashboard.FREEZE)
def freeze() -> Response | tuple[str, int]:
    """Put the freezing of a period in line."""
    form = _freeze_form()
    if form.validate_on_submit():
        with refused(form):
            period = Period.read(form.period.data)
            job = freezing.request(session(), act(), period, wiring().filing())
            return redirect(url_for("snapshots.show_freezing", job_id=job.id))
    return _list(form), form.answer_status


@blueprint.get("/freezing/<int:job_id>")
@requires(Permission.Dashboard.FREEZE)
def show_freezing(job_id: int) -> str:
    """Show how far the freezing is and, at its end, where the frozen period is."""
    job = freezing.get_job(session(), act(), job_id)
    return render_template(
        "snapshots/show_freezing.html",
        **facts_of_job(job),
        period=period_name(str(job.payload["period"])),
    )


@blueprint.post("/freezing/<int:job_id>/cancel")
@requires(Permission.Dashboard.FREEZE)
def cancel_freezing(job_id: int) -> Response:
    """Stop the freezing of a period; nothing of it stays."""
    job = freezing.get_job(session(), act(), job_id)
    jobs.cancel(session(), job.id, act().at)
    tell(N_("已要求取消。"))
    return redirect(url_for("snapshots.show_freezing", job_id=job.id))


@blueprint.get("/<int:snapshot_id>")
@requires(Permission.Dashboard.FREEZE)
def show_snapshot(snapshot_id: int) -> str:
    """Show a frozen period: its figures and its files."""
    snapshot = freezing.get_snapshot(session(), act(), snapshot_id)
    return render_template(
        "snapshots/show_snapshot.html",
        snapshot=snapshot,
        name=period_name(snapshot.period),
        figures=_figures(snapshot),
        tables=_by_table(snapshot.files),
    )


@blueprint.get("/<int:snapshot_id>/files/<int:file_id>")
@requires(Permission.Dashboard.FREEZE)
def download_frozen(snapshot_id: int, file_id: int) -> Response:
    """Hand out a frozen file, byte for byte as it was made."""
    file = freezing.get_file(session(), act(), snapshot_id, file_id)
    return attachment(wiring().files.open(file.sha256), file.name, file.form.mime_type)


@blueprint.get("/differences")
@requires(Permission.Dashboard.FREEZE)
def show_differences() -> str:
    """Show what became of the items between two frozen periods, or since one."""
    snapshots = freezing.list_snapshots(session(), act())
    chosen = _chosen(snapshots)
    compared = comparing.compare(session(), act(), *chosen) if chosen else None
    wanted = _change(request.args)
    changed = [each for each in compared.changed if wanted in each.changes] if compared else []
    return render_template(
        "snapshots/show_differences.html",
        snapshots=[(each.id, period_name(each.period)) for each in snapshots],
        before=chosen[0] if chosen else None,
        after=chosen[1] if chosen else None,
        span=_span(chosen) if chosen else "",
        counts=[
            (change, say(CHANGE_NAMES[change]), number)
            for change, number in (compared.counts if compared else {}).items()
        ],
        wanted=wanted,
        wanted_name=say(CHANGE_NAMES[wanted]),
        definition=say(CHANGE_DEFINITIONS[wanted]),
        rows=changed[:SHOWN],
        total=len(changed),
        status_names=LABELS,
        formats=FORMATS,
    )


@blueprint.get("/differences/file")
@requires(Permission.Dashboard.FREEZE)
def download_differences() -> Response:
    """Hand out the whole difference report as a file."""
    chosen = _chosen(freezing.list_snapshots(session(), act()))
    named = request.args.get("form", "")
    form = Format(named) if named in set(Format) else Format.ODS
    if chosen is None:
        return redirect(url_for("snapshots.show_differences"))
    compared = comparing.compare(session(), act(), *chosen)
    zone = wiring().settings.site.zone
    paper = comparing.paper_of(compared, act(), _span(chosen), zone, g.language)
    file = io.BytesIO()
    write_paper(form, file, paper, g.language)
    file.seek(0)
    return attachment(file, f"{paper.title}-{act().today:%Y%m%d}.{form}", form.mime_type)


def period_name(code: str) -> str:
    """Return the name of a period in the reader's language."""
    words, values = Period.read(code).words
    return say(words, **values)


def _freeze_form() -> FreezeForm:
    form = FreezeForm()
    offered = freezing.freezable(session(), act().today, wiring().filing())
    form.period.choices = {each.code: period_name(each.code) for each in offered}
    return form


def _list(form: FreezeForm) -> str:
    snapshots = freezing.list_snapshots(session(), act())
    return render_template(
        "snapshots/list_snapshots.html",
        form=form,
        rows=[(each, period_name(each.period)) for each in snapshots],
        has_periods=bool(form.period.choices),
    )


def _figures(snapshot: Snapshot) -> list[tuple[str, int, bool]]:
    """Return name, number, and whether it is a rate, of each figure that there was."""
    days = wiring().standards().due_soon_days
    return [
        (say(measure.label) % {"days": days}, number, measure in RATES)
        for measure in Measure
        if (number := snapshot.figures.get(measure)) is not None
    ]


def _by_table(files: Sequence[FrozenFile]) -> list[tuple[str, list[FrozenFile]]]:
    layouts = wiring().layouts
    found: dict[str, list[FrozenFile]] = {}
    for file in files:
        found.setdefault(layouts[file.table].titled(g.language), []).append(file)
    return list(found.items())


def _chosen(snapshots: Sequence[Snapshot]) -> tuple[Snapshot, Snapshot | None] | None:
    """Return the two moments that an address names: the later one is the present when it names none."""
    by_id: Mapping[int | None, Snapshot] = {each.id: each for each in snapshots}
    if not snapshots:
        return None
    before = by_id.get(number_of(request.args.get("before")), snapshots[0])
    after = by_id.get(number_of(request.args.get("after")))
    if after is not None and after.cut_off_on < before.cut_off_on:
        return after, before
    return before, after


def _change(arguments: Mapping[str, str]) -> Change:
    named = arguments.get("change", "")
    return Change(named) if named in set(Change) else Change.NEW


def _span(chosen: tuple[Snapshot, Snapshot | None]) -> str:
    before, after = chosen
    names: dict[str, Any] = {
        "before": period_name(before.period),
        "after": period_name(after.period) if after else say(N_("目前")),
    }
    return say(N_("%(before)s至%(after)s"), **names)
