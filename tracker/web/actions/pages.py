"""The list of items, one item with its story, and the evidence to download."""

from collections.abc import Sequence
from urllib.parse import quote

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.access import Permission
from tracker.actions import post_checking, queries, rights
from tracker.actions.evidence import evidence_of
from tracker.actions.models import ActionItem
from tracker.actions.rules import closing as closing_rules
from tracker.actions.rules import deadlines
from tracker.actions.rules.deadlines import SIGNAL_LABELS, Signal
from tracker.actions.rules.editing import TRACKING_LEVEL_LABELS, TrackingLevel
from tracker.actions.rules.periods import OCCASION_LABELS, Occasion
from tracker.actions.rules.petitioning import PETITION_LABELS, kinds_for
from tracker.actions.rules.workflow import LABELS, Status, Step
from tracker.reminders.ledger import reminders_of_item
from tracker.reports.queries import is_visible_to
from tracker.reports.rules.adoption import LABELS as ADOPTION_LABELS
from tracker.reports.rules.adoption import Adoption
from tracker.reports.rules.trips import TRIP_CATEGORIES
from tracker.web.actions import bulk, filters, known_words, lists
from tracker.web.actions.blueprint import blueprint
from tracker.web.actions.columns import CHOICES, columns_of
from tracker.web.actions.telling import entries, period_name, shown_file, story_of
from tracker.web.session import act, requires, say, session, standards, today, wiring

STEP_PAGES = {
    Step.ASSIGN: "actions.assign",
    Step.ACKNOWLEDGE: "actions.acknowledge",
    Step.REPORT_PROGRESS: "actions.report_progress",
    Step.PREPARE_CLOSING: "actions.request_closing",
    Step.REQUEST_EXTENSION: "actions.request_extension",
    Step.REASSIGN: "actions.reassign",
    Step.EDIT: "actions.edit_action",
    Step.SPLIT: "actions.split_action",
    Step.WITHDRAW: "actions.withdraw",
    Step.MERGE: "actions.merge",
    Step.VOID: "actions.make_void",
    Step.REOPEN: "actions.reopen",
}
"""Where each step is taken; a closing request is decided at an address of its own."""


@blueprint.get("/")
@requires(Permission.Action.READ)
def list_actions() -> Response:
    """Show the items that the reader sees, by the filter in the address or, without one, by their default filter."""
    saved = queries.list_saved_filters(session(), act().by)
    if not request.args and (default := next((each for each in saved if each.is_default), None)):
        return redirect(url_for("actions.list_actions", **default.filter.question))
    wanted = lists.filter_of(request.args)
    shown = columns_of(request.args.getlist("column") or request.args.getlist("columns"))
    query = filters.question_of(wanted, shown)
    place = lists.place_of(request.args, wanted.order)
    found = queries.list_actions(session(), act().by, wanted, today(), standards(), place, lists.SIZE)
    groups = lists.GROUPS if wanted.group in lists.GROUPS else (*lists.GROUPS, wanted.group)
    counts = queries.count_by_group(session(), act().by, wanted, today(), standards(), groups)
    page = render_template(
        "actions/list_actions.html",
        wanted=wanted,
        query=query,
        columns=shown,
        column_choices=[(column.value, say(column.label)) for column in CHOICES],
        lines=lists.lines_as_at(session(), found.rows, wanted.as_at),
        total=counts[wanted.group],
        back=lists.address_at(query, before=found.back),
        on=lists.address_at(query, after=found.on),
        saved=saved,
        operations=[] if wanted.as_at else bulk.offered_operations(act()),
        groups=[(group, lists.group_name(group), counts[group]) for group in groups if group in counts],
        counts=counts,
        sort=lists.sort_of(wanted) or "due_on",
        sortable=lists.SORTABLE,
        narrows_further=lists.narrows_further(wanted),
        departments=lists.department_options(session()),
        officers=[(each.id, each.name) for each in lists.officer_options(session(), act())],
        suggestions=queries.list_suggestions(session(), act().by),
        statuses=[(status.value, say(LABELS[status])) for status in Status if status is not Status.DRAFT],
        signals=[(each.value, say(SIGNAL_LABELS[each])) for each in Signal],
        adoptions=[(each.value, say(ADOPTION_LABELS[each])) for each in Adoption],
        themes=[(theme, theme) for theme in wiring().settings.follow_up.themes],
        trips=[(each, say(each)) for each in TRIP_CATEGORIES],
        levels=[(each.value, say(TRACKING_LEVEL_LABELS[each])) for each in TrackingLevel],
        occasions=[(each.value, say(OCCASION_LABELS[each])) for each in Occasion],
        periods=lists.period_options(today(), wanted.period),
    )
    return make_response(page)


@blueprint.get("/<int:item_id>")
@requires(Permission.Action.READ)
def show_action(item_id: int) -> str:
    """Show one item: what it is, what the reader can do now, and its story."""
    item = queries.get_action(session(), act().by, item_id)
    steps = rights.steps_for(act(), item)
    waiting = rights.waiting_for(act(), item)
    facts = queries.deadline_of(item)
    relatives = queries.relatives_of(session(), act().by, item)
    return render_template(
        "actions/show_action.html",
        item=item,
        origin=relatives.origin,
        check=item.checks[-1] if item.checks else None,
        check_state=item.checks[-1].state_on(today()) if item.checks else None,
        may_answer=post_checking.may_answer(act(), item),
        may_note=bool(item.checks) and post_checking.may_note(act(), item.checks[-1]),
        split_off=relatives.split_off,
        line=lists.lines_of([item])[0],
        days_late=deadlines.days_late(facts, today()),
        past_original=deadlines.is_overdue_vs_original(facts, today()),
        links=_step_links(item, steps),
        primary=lists.primary_step(steps),
        to_decide=waiting,
        to_review=rights.updates_to_review(act(), item),
        changeable=rights.parts_for(act(), item, Step.CHANGE_OFFICER),
        period_name=period_name,
        extension_to_decide=rights.extension_to_decide(act(), item),
        petition_to_decide=rights.petition_to_decide(act(), item),
        petitions=_petition_links(item, steps),
        to_forward=rights.prepared_for(act(), item),
        asked=[each for each in item.closings if rights.is_waiting(each) or rights.is_prepared(each)],
        only_promises=closing_rules.only_promises,
        sources=known_words.sources_of(item),
        twins=known_words.twins_of(item, relatives.alike),
        readable_report=is_visible_to(act().by, item.recommendation.report),
        entries=entries(item, story_of(item)),
        files=[shown_file(each) for each in evidence_of(item)],
        reminders=reminders_of_item(session(), item.id, wiring().settings.site.zone),
        evidence_of=lambda asked: [shown_file(each) for each in asked.evidence],
        own_persons=act().by.persons,
    )


@blueprint.get("/evidence/<int:evidence_id>")
@requires(Permission.Action.READ)
def download_evidence(evidence_id: int) -> Response:
    """Hand out a piece of evidence as a download that no browser runs."""
    evidence = queries.get_evidence(session(), act().by, evidence_id)
    with wiring().files.open(evidence.sha256) as file:
        response = Response(file.read(), mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(evidence.name, safe='')}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _petition_links(item: ActionItem, steps: Sequence[Step]) -> list[tuple[str, str]]:
    """Return what a department may ask of the coordinating office for an item now, with the address."""
    kinds = kinds_for(item.status) if Step.PETITION in steps else ()
    return [
        (say(PETITION_LABELS[kind]), url_for("actions.make_petition", item_id=item.id, kind=kind))
        for kind in kinds
    ]


def _step_links(item: ActionItem, steps: Sequence[Step]) -> dict[Step, str]:
    return {step: url_for(STEP_PAGES[step], item_id=item.id) for step in steps if step in STEP_PAGES}
