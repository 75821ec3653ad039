"""The workbench for many drafts: the queue, giving drafts to reviewers, and confirming the sure ones together."""

from typing import Any

from flask import redirect, render_template, request, url_for

from tracker.access import Permission
from tracker.foundation.language import N_
from tracker.people.models import User
from tracker.people.queries import list_departments, list_users
from tracker.reports import bulk_confirming, workbench
from tracker.reports.rules.reasons import confidence_word
from tracker.reports.workbench import Age, Order, QueueFilter, Sureness
from tracker.web.forms import Form, PersonChoice
from tracker.web.numbers import number_of, page_of
from tracker.web.reports.blueprint import blueprint
from tracker.web.reports.forms import Shown
from tracker.web.session import act, refused, requires, say, session, tell, wiring

SURENESS_LABELS = {
    Sureness.VERY_SURE: N_("很有把握"),
    Sureness.SURE: N_("有把握"),
    Sureness.UNSURE: N_("沒有把握"),
}
AGE_LABELS = {Age.NEW: N_("一週內"), Age.WEEKS: N_("一週到一個月"), Age.OLD: N_("超過一個月")}
ORDER_LABELS = {
    Order.OLDEST: N_("最早匯入的在前"),
    Order.NEWEST: N_("最晚匯入的在前"),
    Order.SUREST: N_("最有把握的在前"),
    Order.LEAST_SURE: N_("最沒把握的在前"),
    Order.AGENCY: N_("依主辦機關"),
}


class AssignForm(Form):
    """To whom the chosen drafts go; the boxes stand in the rows of the list."""

    reviewer_id = PersonChoice(N_("指派給"))

    def offer_reviewers(self, people: list[User]) -> None:
        """Fill in the reviewers."""
        self.reviewer_id.offer(people, say(N_("不指派（放回共同的清單）")))


class SureForm(Form):
    """What was shown before confirming many."""

    shown = Shown()


@blueprint.route("/workbench", methods=["GET", "POST"])
@requires(Permission.Report.REVIEW)
def show_workbench() -> Any:
    """Show the drafts that wait, and give those that were chosen to a reviewer."""
    wanted = _wanted()
    form = AssignForm()
    people = list(workbench.list_reviewers(list_users(session(), only_active=True)))
    form.offer_reviewers(people)
    if form.validate_on_submit():
        with refused(form):
            chosen = [number for each in request.form.getlist("draft") if (number := number_of(each))]
            count = workbench.assign_drafts(session(), act(), chosen, form.reviewer_id.data)
            tell(N_("已指派 %(count)s 則候選。"), count=count)
            return redirect(url_for("reports.show_workbench", **_asked(wanted)))
    return _page(wanted, form, people), form.answer_status


@blueprint.route("/workbench/confirm", methods=["GET", "POST"])
@requires(Permission.Report.REVIEW)
def confirm_sure() -> Any:
    """Show a sample of what may be confirmed together, and confirm it."""
    wanted, rules = _wanted(), wiring().settings.review
    least = rules.bulk_confidence_percent / 100
    form = SureForm()
    if form.validate_on_submit() and not form.shown.data:
        # Nothing is confirmed that was not shown before.
        return redirect(url_for("reports.confirm_sure", **_asked(wanted)))
    if form.validate_on_submit():
        with refused(form):
            count = bulk_confirming.confirm_sure(session(), act(), wanted, least, form.shown.data or {})
            tell(N_("已確認 %(count)s 項建議事項。"), count=count)
            return redirect(url_for("reports.show_workbench", **_asked(wanted)))
    preview = bulk_confirming.preview_sure(session(), act(), wanted, least, rules.bulk_sample)
    page = render_template(
        "reports/confirm_sure.html",
        preview=preview,
        form=form,
        asked=_asked(wanted),
        percent=rules.bulk_confidence_percent,
        shown=",".join(f"{key}-{version}" for key, version in preview.shown.items()),
    )
    return page, form.answer_status


def _page(wanted: QueueFilter, form: AssignForm, people: list[User]) -> str:
    tally = workbench.tally(session(), act(), wanted)
    page = workbench.list_queue(session(), act(), wanted, page_of(request.args))
    return render_template(
        "reports/show_workbench.html",
        page=page,
        form=form,
        wanted=wanted,
        asked=_asked(wanted),
        tally=tally,
        departments=[each for each in list_departments(session()) if tally.agency.get(str(each.id))],
        people=[each for each in people if tally.reviewer.get(str(each.id))],
        sureness_labels=SURENESS_LABELS,
        age_labels=AGE_LABELS,
        order_labels=ORDER_LABELS,
        sureness_said={each.draft.id: say(confidence_word(each.draft.confidence)) for each in page.rows},
    )


def _wanted() -> QueueFilter:
    """Read the filter from the address; what names nothing is passed over."""
    asked = request.args
    agency, reviewer, order = (asked.get(name, "") for name in ("agency", "reviewer", "sort"))
    sureness, age = asked.get("sureness", ""), asked.get("age", "")
    return QueueFilter(
        agency=agency if agency == workbench.NO_AGENCY or number_of(agency) else "",
        reviewer=reviewer if reviewer in (workbench.MINE, workbench.NOBODY) or number_of(reviewer) else "",
        sureness=Sureness(sureness) if sureness in set(Sureness) else None,
        age=Age(age) if age in set(Age) else None,
        order=Order(order) if order in set(Order) else Order.OLDEST,
    )


def _asked(wanted: QueueFilter) -> dict[str, Any]:
    """Return a filter as it stands in an address."""
    values = {
        "agency": wanted.agency,
        "reviewer": wanted.reviewer,
        "sureness": wanted.sureness,
        "age": wanted.age,
        "sort": wanted.order if wanted.order is not Order.OLDEST else "",
    }
    return {name: str(value) for name, value in values.items() if value}
