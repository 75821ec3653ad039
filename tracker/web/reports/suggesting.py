"""Taking a suggestion by one click, and the pages behind suggestions: what became of them, and departments' duties."""

from typing import Any

from flask import redirect, render_template, request, url_for
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from tracker.access import Permission
from tracker.foundation.language import N_
from tracker.reports import duties, queries, suggesting
from tracker.reports.suggesting import Taken
from tracker.reports.suggestion_counts import count_outcomes
from tracker.web.forms import Day, Form
from tracker.web.reports.blueprint import blueprint
from tracker.web.reports.desk import card_address, desk_page
from tracker.web.reports.forms import StepForm, Version
from tracker.web.reports.review import Sent
from tracker.web.session import act, refused, requires, session, tell

LONGEST_DUTIES = 4_000


class TakeForm(StepForm):
    """What is taken of a suggestion; the button that was pressed carries it."""

    department_id = IntegerField(N_("主辦機關"), [Optional()])
    theme = StringField(N_("主題"), [Length(max=100)])
    due_on = Day(N_("預定完成日"))

    def value(self) -> Taken:
        """Return what was taken as the service reads it."""
        return Taken(self.department_id.data, self.theme.data or None, self.due_on.data)


class DutiesForm(Form):
    """The words of a department's duties, one a line or parted by commas."""

    version = Version()
    words = TextAreaField(N_("業務職掌"), [Length(max=LONGEST_DUTIES)])

    def value(self) -> list[str]:
        """Return the words one by one."""
        text = self.words.data or ""
        for mark in "、，,；;":
            text = text.replace(mark, "\n")
        return text.splitlines()


@blueprint.post("/drafts/<int:draft_id>/suggestion")
@requires(Permission.Report.REVIEW)
def take_suggestion(draft_id: int) -> Any:
    """Fill in what the reviewer takes of a suggestion; the draft goes on waiting."""
    draft = queries.get_draft(session(), act().by, draft_id)
    form = TakeForm()
    if form.validate_on_submit():
        with refused(form):
            suggesting.take_suggestion(session(), act(), draft_id, form.value(), form.version.data)
            return redirect(card_address(draft.report_id, draft_id))
    return desk_page(draft.report_id, Sent(draft.id, form)), 422


@blueprint.get("/suggestions")
@requires(Permission.Report.KEEP_DUTIES)
def show_suggestions() -> str:
    """Show how often suggestions were taken and overruled."""
    return render_template("reports/show_suggestions.html", outcomes=count_outcomes(session(), act()))


@blueprint.get("/duties")
@requires(Permission.Report.KEEP_DUTIES)
def list_duties() -> str:
    """Show what each department is there for, in the words that suggestions go by."""
    return render_template("reports/list_duties.html", kept=duties.list_duties(session()))


@blueprint.route("/duties/<int:department_id>", methods=["GET", "POST"])
@requires(Permission.Report.KEEP_DUTIES)
def edit_duties(department_id: int) -> Any:
    """Write down what a department is there for."""
    kept = duties.get_duties(session(), department_id)
    form = DutiesForm()
    if request.method == "GET":
        form.words.data = "\n".join(kept.words)
    if form.validate_on_submit():
        with refused(form):
            duties.write_duties(session(), act(), department_id, form.value(), form.version.data)
            tell(N_("已儲存業務職掌。"))
            return redirect(url_for("reports.list_duties"))
    form.version.renew(kept.version or 0)
    return render_template("reports/edit_duties.html", form=form, kept=kept), 422 if form.errors else 200


@blueprint.post("/duties/<int:department_id>/usual")
@requires(Permission.Report.KEEP_DUTIES)
def restore_duties(department_id: int) -> Any:
    """Give a department the usual duties of its kind again."""
    duties.restore_usual(session(), act(), department_id)
    tell(N_("已改回預設的業務職掌。"))
    return redirect(url_for("reports.edit_duties", department_id=department_id))
