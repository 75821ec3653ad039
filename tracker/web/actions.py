"""Pages of the actions room: the list, the item with its story, and a page for each step."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker import audit
from tracker.access import Permission
from tracker.actions import assigning, ending, queries, releasing, reporting, rights
from tracker.actions.models import ActionItem, Closing, Evidence, Part
from tracker.actions.queries import GROUP_LABELS
from tracker.actions.rules import closing as closing_rules
from tracker.actions.rules import deadlines, story
from tracker.actions.rules.workflow import LABELS, PartRole, Status, Step, WithdrawalReason
from tracker.foundation.errors import Conflict, Forbidden, StepNotAllowed
from tracker.foundation.language import N_
from tracker.foundation.showing import show_date
from tracker.people.queries import (
    department_depths,
    department_nodes,
    list_departments,
    list_people_in,
    list_users,
)
from tracker.people.rules import tree
from tracker.reminders.ledger import reminders_of_item
from tracker.reports.queries import get_recommendation
from tracker.reports.rules.adoption import LABELS as ADOPTION_LABELS
from tracker.reports.rules.adoption import Adoption
from tracker.web import action_lists as lists
from tracker.web.action_forms import (
    AcknowledgeForm,
    ClosingForm,
    DecisionForm,
    FurtherForm,
    MergeForm,
    PartForm,
    ProgressForm,
    ReassignForm,
    ReopenForm,
    StepForm,
    VoidForm,
    WithdrawForm,
)
from tracker.web.numbers import number_of, page_of
from tracker.web.session import act, refused, requires, say, session, tell, today, wiring

blueprint = Blueprint("actions", __name__)

STEP_PAGES = {
    Step.ASSIGN: "actions.assign",
    Step.ACKNOWLEDGE: "actions.acknowledge",
    Step.REPORT_PROGRESS: "actions.report_progress",
    Step.REQUEST_CLOSING: "actions.request_closing",
    Step.REASSIGN: "actions.reassign",
    Step.WITHDRAW: "actions.withdraw",
    Step.MERGE: "actions.merge",
    Step.VOID: "actions.make_void",
    Step.REOPEN: "actions.reopen",
}
"""Where each step is taken; a closing request is decided at an address of its own."""


@blueprint.get("/")
@requires(Permission.Action.READ)
def list_actions() -> str:
    """Show the items that the reader sees, by the filter in the address."""
    wanted = lists.filter_of(request.args)
    page = queries.list_actions(session(), act().by, wanted, today(), page_of(request.args), lists.SIZE)
    counts = queries.count_by_group(session(), act().by, wanted, today())
    groups = lists.GROUPS if wanted.group in lists.GROUPS else (*lists.GROUPS, wanted.group)
    return render_template(
        "actions/list_actions.html",
        wanted=wanted,
        page=page,
        lines=lists.lines_of(page.rows, today()),
        groups=[(group, say(GROUP_LABELS[group]), counts[group]) for group in groups],
        counts=counts,
        sort=lists.sort_of(wanted) or "due_on",
        sortable=lists.SORTABLE,
        departments=lists.department_options(session()),
        officers=[(each.id, each.name) for each in lists.officer_options(session(), act())],
        reports=queries.reports_with_items(session(), act().by),
        statuses=[(status.value, say(LABELS[status])) for status in Status if status is not Status.DRAFT],
        adoptions=[(each.value, say(ADOPTION_LABELS[each])) for each in Adoption],
        themes=[(theme, theme) for theme in wiring().settings.follow_up.themes],
    )


@blueprint.get("/<int:item_id>")
@requires(Permission.Action.READ)
def show_action(item_id: int) -> str:
    """Show one item: what it is, what the reader can do now, and its story."""
    item = queries.get_action(session(), act().by, item_id)
    steps = rights.steps_for(act(), item)
    waiting = rights.waiting_for(act(), item)
    facts = queries.deadline_of(item)
    return render_template(
        "actions/show_action.html",
        item=item,
        line=lists.lines_of([item], today())[0],
        days_late=deadlines.days_late(facts, today()),
        past_original=deadlines.is_overdue_vs_original(facts, today()),
        links=_step_links(item, steps),
        primary=lists.primary_step(steps),
        to_decide=waiting,
        asked=[each for each in item.closings if rights.is_waiting(each)],
        only_promises=closing_rules.only_promises,
        readable_report=queries.may_read_report(session(), act().by, item.recommendation.report_id),
        entries=_entries(item, _story(item)),
        files=[_file(each) for each in _all_evidence(item)],
        reminders=reminders_of_item(session(), item.id, wiring().settings.site.zone),
        evidence_of=lambda closing: [_file(each) for each in closing.evidence],
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.Action.ASSIGN)
def open_further() -> Any:
    """Open one more item for the recommendation that the address names."""
    wanted = number_of(request.args.get("recommendation"))
    recommendation = get_recommendation(session(), act().by, wanted or 0)
    form = FurtherForm(lead_department_id=recommendation.report.lead_agency_id)
    _offer_departments(form)
    if form.validate_on_submit():
        words = (form.title.data or "", form.value(), form.expected_result.data or "")
        with refused(form):
            item = assigning.open_further(
                session(), act(), recommendation.id, *words, as_draft=form.as_draft.data
            )
            tell(N_("已暫存，尚未分案。") if form.as_draft.data else N_("已分案，並通知主協辦機關。"))
            return _back_to(item.id)
    report_id, place = recommendation.report_id, f"recommendation-{recommendation.id}"
    back = url_for("reports.show_report", report_id=report_id, _anchor=place)
    page = render_template("actions/open_further.html", form=form, recommendation=recommendation, back=back)
    return page, form.answer_status


@blueprint.route("/<int:item_id>/assign", methods=["GET", "POST"])
@requires(Permission.Action.ASSIGN)
def assign(item_id: int) -> Any:
    """Bring a draft out to the departments that were chosen for it."""
    _item_for(item_id, Step.ASSIGN)
    form = StepForm()
    if form.validate_on_submit():
        with refused(form):
            assigning.assign(session(), act(), item_id, form.version.data)
            tell(N_("已分案，並通知主協辦機關。"))
            return _back_to(item_id)
    return _step_page("actions/assign.html", item_id, form)


@blueprint.route("/<int:item_id>/acknowledge", methods=["GET", "POST"])
@requires(Permission.Action.ACKNOWLEDGE)
def acknowledge(item_id: int) -> Any:
    """Take the item for the leading department and name its officer."""
    item = _item_for(item_id, Step.ACKNOWLEDGE)
    form = AcknowledgeForm(officer_id=item.lead.officer_id or act().by.person_id)
    form.officer_id.offer(_people_below(item.lead.department_id), say(N_("請選擇承辦人")))
    if form.validate_on_submit():
        with refused(form):
            assigning.acknowledge(session(), act(), item_id, form.officer_id.data, form.version.data)
            tell(N_("已簽收。"))
            return _back_to(item_id)
    return _step_page("actions/acknowledge.html", item_id, form)


@blueprint.route("/<int:item_id>/progress", methods=["GET", "POST"])
@requires(Permission.Action.REPORT_PROGRESS)
def report_progress(item_id: int) -> Any:
    """File what a department has done."""
    item = _item_for(item_id, Step.REPORT_PROGRESS)
    parts = rights.parts_for(act(), item, Step.REPORT_PROGRESS)
    form = ProgressForm(percent=parts[0].percent if parts else None)
    form.offer_parts(_part_choices(parts))
    if form.validate_on_submit():
        with refused(form):
            reporting.submit_progress(session(), act(), item_id, form.value(), form.files, form.chosen_part())
            tell(N_("已送出辦理情形。"))
            return _back_to(item_id)
    return _step_page("actions/report_progress.html", item_id, form, latest=_latest_update(item, parts))


@blueprint.route("/<int:item_id>/closing", methods=["GET", "POST"])
@requires(Permission.Action.REQUEST_CLOSING)
def request_closing(item_id: int) -> Any:
    """Ask for release with result, completion day and evidence."""
    item = _item_for(item_id, Step.REQUEST_CLOSING)
    parts = rights.parts_for(act(), item, Step.REQUEST_CLOSING)
    form = ClosingForm()
    form.offer_parts(_part_choices(parts))
    evidence_required = wiring().settings.follow_up.evidence_required
    if form.validate_on_submit():
        with refused(form):
            releasing.request_closing(
                session(),
                act(),
                item_id,
                form.value(),
                form.files,
                form.chosen_part(),
                evidence_required=evidence_required,
            )
            tell(N_("已申請解除列管，等候研考決定。"))
            return _back_to(item_id)
    return _step_page("actions/request_closing.html", item_id, form, evidence_required=evidence_required)


@blueprint.route("/closings/<int:closing_id>", methods=["GET", "POST"])
@requires(Permission.Action.DECIDE_CLOSING)
def decide_closing(closing_id: int) -> Any:
    """Agree to a release, or keep tracking."""
    closing = queries.get_closing(session(), act().by, closing_id)
    item_id = closing.item_id
    _check_decision(closing)
    form = DecisionForm(outcome=closing.proposed_outcome.value)
    form.offer_adoption(_adoption_to_decide(closing))
    if form.validate_on_submit():
        decision = form.value()
        with refused(form):
            releasing.decide_closing(session(), act(), closing_id, decision, form.version.data)
            tell(N_("已同意解除列管。") if decision.agree else N_("已決定持續列管，並通知主辦機關。"))
            return _back_to(item_id)
    return _step_page(
        "actions/decide_closing.html",
        item_id,
        form,
        closing=queries.get_closing(session(), act().by, closing_id),
        only_promises=closing_rules.only_promises,
        evidence_of=lambda each: [_file(file) for file in each.evidence],
        unreleased=_unreleased(closing),
    )


@blueprint.route("/<int:item_id>/reassign", methods=["GET", "POST"])
@requires(Permission.Action.ASSIGN)
def reassign(item_id: int) -> Any:
    """Give the item to other departments."""
    item = _item_for(item_id, Step.REASSIGN)
    form = ReassignForm(
        lead_department_id=item.lead.department_id,
        officer_id=item.lead.officer_id,
        support_department_ids=[part.department_id for part in item.supporting],
    )
    _offer_departments(form)
    if form.validate_on_submit():
        with refused(form):
            assigning.reassign(
                session(), act(), item_id, form.value(item.due_on), form.reason.data or "", form.version.data
            )
            tell(N_("已改分，等候主辦機關簽收。"))
            return _back_to(item_id)
    return _step_page("actions/reassign.html", item_id, form)


@blueprint.route("/<int:item_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.Action.WITHDRAW)
def withdraw(item_id: int) -> Any:
    """Withdraw tracking, with reason and approval."""
    _item_for(item_id, Step.WITHDRAW)
    form = WithdrawForm()
    if form.validate_on_submit():
        reason = WithdrawalReason(form.reason.data)
        words = (form.explanation.data or "", form.approval.data or "")
        with refused(form):
            ending.withdraw(session(), act(), item_id, reason, *words, form.version.data)
            tell(N_("已撤銷管制。"))
            return _back_to(item_id)
    return _step_page("actions/withdraw.html", item_id, form)


@blueprint.route("/<int:item_id>/merge", methods=["GET", "POST"])
@requires(Permission.Action.WITHDRAW)
def merge(item_id: int) -> Any:
    """Merge the item into another, which goes on alone."""
    _item_for(item_id, Step.MERGE)
    form = MergeForm()
    if form.validate_on_submit():
        words = (form.into_item_no.data or "", form.explanation.data or "", form.approval.data or "")
        with refused(form):
            ending.merge(session(), act(), item_id, *words, form.version.data)
            tell(N_("已併案。"))
            return _back_to(item_id)
    return _step_page("actions/merge.html", item_id, form)


@blueprint.route("/<int:item_id>/void", methods=["GET", "POST"])
@requires(Permission.Action.WITHDRAW)
def make_void(item_id: int) -> Any:
    """Void an item that was entered by mistake."""
    _item_for(item_id, Step.VOID)
    form = VoidForm()
    if form.validate_on_submit():
        with refused(form):
            ending.make_void(session(), act(), item_id, form.explanation.data or "", form.version.data)
            tell(N_("已作廢。"))
            return _back_to(item_id)
    return _step_page("actions/make_void.html", item_id, form)


@blueprint.route("/<int:item_id>/reopen", methods=["GET", "POST"])
@requires(Permission.Action.REOPEN)
def reopen(item_id: int) -> Any:
    """Track a released item again."""
    _item_for(item_id, Step.REOPEN)
    form = ReopenForm()
    if form.validate_on_submit():
        with refused(form):
            releasing.reopen(session(), act(), item_id, form.reason.data or "", form.version.data)
            tell(N_("已重新列管。"))
            return _back_to(item_id)
    return _step_page("actions/reopen.html", item_id, form)


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


def _item_for(item_id: int, step: Step) -> ActionItem:
    item = queries.get_action(session(), act().by, item_id)
    try:
        rights.check_step(act(), item, step)
    except StepNotAllowed:
        # What was typed is not thrown away: the service refuses it, and the form comes back with every word.
        if request.method != "POST":
            raise
    return item


def _check_decision(closing: Closing) -> None:
    if not rights.may_decide(act(), closing):
        raise Forbidden
    if request.method != "POST" and not rights.is_waiting(closing):
        raise StepNotAllowed


def _step_page(template: str, item_id: int, form: StepForm, **values: Any) -> tuple[str, int]:
    """Show the page of a step; after a conflict it tells what happened meanwhile, and carries the new version."""
    item = queries.get_action(session(), act().by, item_id)
    lines = _story(item)
    meanwhile: Sequence[story.Line] = ()
    if isinstance(form.refusal, Conflict):
        meanwhile = [line for line in lines if line.seq > (form.seen.data or 0)]
    form.version.show(item.version)
    form.seen.show(max((line.seq for line in lines), default=0))
    kept = form.kept() if isinstance(form, PartForm) else []
    page = render_template(
        template,
        item=item,
        line=lists.lines_of([item], today())[0],
        form=form,
        kept=kept,
        meanwhile=_entries(item, meanwhile),
        max_megabytes=wiring().settings.follow_up.max_evidence_megabytes,
        **values,
    )
    return page, form.answer_status


def _back_to(item_id: int) -> Response:
    return redirect(url_for("actions.show_action", item_id=item_id))


def _step_links(item: ActionItem, steps: Sequence[Step]) -> dict[Step, str]:
    return {step: url_for(STEP_PAGES[step], item_id=item.id) for step in steps if step in STEP_PAGES}


def _story(item: ActionItem) -> list[story.Line]:
    return story.tell(audit.history_of(session(), "action_item", item.id))


def _entries(item: ActionItem, lines: Sequence[story.Line]) -> list[dict[str, Any]]:
    """Return story lines in the reader's language, as the timeline shows them."""
    departments = queries.departments_of(session(), (line.actor_id for line in lines if line.actor_id))
    files = {each.id: each for each in _all_evidence(item)}
    return [
        {
            "at": line.at,
            "kind": line.kind,
            "round_no": line.round_no,
            "sentence": _sentence(line, departments.get(line.actor_id or 0)),
            "details": [(say(each.heading), each.words) for each in line.details],
            "files": [_told_file(files[number]) for number in line.evidence if number in files],
        }
        for line in lines
    ]


def _sentence(line: story.Line, department: str | None) -> str:
    actor = say(line.actor) if line.actor_id is None else line.actor
    if department:
        actor = say(N_("%(name)s（%(department)s）"), name=actor, department=department)
    terms = {name: say(msgid) for name, msgid in line.terms.items()}
    days = {name: show_date(day, act().by.language) for name, day in line.days.items()}
    return say(line.sentence, actor=actor, **line.values, **terms, **days)


def _file(evidence: Evidence) -> dict[str, Any]:
    filed = {"uploaded_by": evidence.uploaded_by.name, "uploaded_at": evidence.uploaded_at}
    return _told_file(evidence) | filed


def _told_file(evidence: Evidence) -> dict[str, Any]:
    """Return a file as the story shows it, whose sentence already says who filed it, and when."""
    address = url_for("actions.download_evidence", evidence_id=evidence.id)
    return {"name": evidence.name, "href": address, "size": evidence.size}


def _all_evidence(item: ActionItem) -> list[Evidence]:
    filed = [each for update in item.updates for each in update.evidence]
    asked = [each for closing in item.closings for each in closing.evidence]
    return sorted(filed + asked, key=lambda each: each.id)


def _part_choices(parts: Sequence[Part]) -> list[tuple[int, str]]:
    return [(part.id, part.department.name) for part in parts]


def _latest_update(item: ActionItem, parts: Sequence[Part]) -> Any:
    mine = {part.id for part in parts}
    return next((each for each in reversed(item.updates) if each.part_id in mine), None)


def _adoption_to_decide(closing: Closing) -> Adoption | None:
    """Return what was decided about the recommendation so far, None where this decision is none on the whole item."""
    decides = closing.part.role is PartRole.LEAD and act().by.may(Permission.Report.REVIEW)
    return closing.item.recommendation.adoption if decides else None


def _unreleased(closing: Closing) -> list[str]:
    if closing.part.role is not PartRole.LEAD:
        return []
    return releasing.unreleased_departments(closing.item)


def _offer_departments(form: ReassignForm | FurtherForm) -> None:
    departments = list_departments(session(), only_active=True)
    depths = department_depths(session())
    form.lead_department_id.offer(departments, depths, say(N_("請選擇主辦機關")))
    form.support_department_ids.offer(departments, depths)
    form.officer_id.offer(_possible_officers(), say(N_("由主辦機關簽收時指定")))


def _people_below(department_id: int) -> Sequence[Any]:
    return list_people_in(session(), tree.subtree(department_nodes(session()), department_id))


def _possible_officers() -> Sequence[Any]:
    return [
        each for each in list_users(session(), only_active=True) if any(g.department_id for g in each.grants)
    ]
