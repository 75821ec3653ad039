"""An edition beside the one before: whether it is one, and what becomes of each recommendation."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import redirect, render_template, url_for
from wtforms import StringField
from wtforms.fields.core import Field

from tracker.access import Permission
from tracker.actions.queries import list_numbers
from tracker.actions.rules.workflow import OPEN
from tracker.foundation.errors import Invalid
from tracker.foundation.language import N_
from tracker.reports import comparing, editions, queries
from tracker.reports.comparing import Comparison
from tracker.reports.models import Report
from tracker.reports.rules.editions import GROUNDS, Ground
from tracker.web.forms import Form, Words, required
from tracker.web.numbers import number_of
from tracker.web.reports.blueprint import blueprint
from tracker.web.reports.forms import StepForm
from tracker.web.session import act, refused, requires, say, session, tell

_ANSWERS = {
    "yes": (editions.accept_edition, N_("已視為新版本，請逐項確認建議事項的對應。")),
    "no": (editions.refuse_edition, N_("已記錄：這是另一份報告。")),
    "undo": (editions.take_back_answer, N_("已復原，等候您重新決定。")),
}


class AnswerForm(StepForm):
    """What a person says to a recognition."""

    answer = StringField()


class FormerForm(Form):
    """The report before, named by its number."""

    report_no = Words(N_("前一版的報告編號"), [required(N_("請填寫前一版的報告編號。"))])


class Pairs(Field):
    """Passages with known recommendations as they were shown: draft, its version and recommendation, `12-3-4,…`."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the pairs; raises ValueError for anything else."""
        self.data: list[tuple[int, int, int]] = []
        for pair in valuelist[0].split(",") if valuelist else ():
            match [number_of(part) for part in pair.split("-")]:
                case [int(draft_id), int(version), int(recommendation_id)]:
                    self.data.append((draft_id, version, recommendation_id))
                case _:
                    raise ValueError(say(N_("這個表單不完整，請重新整理頁面後再試。")))


class VerdictForm(Form):
    """A decision about passages: the button that was pressed names it, and carries what it is about."""

    same = Pairs()
    carry = Pairs()
    twin = Pairs()
    apart = Pairs()
    keep = StringField()
    undo = StringField()


@blueprint.get("/<int:report_id>/edition")
@requires(Permission.Report.REVIEW)
def show_edition(report_id: int) -> str:
    """Show a report beside the edition before."""
    return _edition_page(report_id)


@blueprint.post("/<int:report_id>/edition")
@requires(Permission.Report.REVIEW)
def answer_edition(report_id: int) -> Any:
    """Say whether a report is the edition as which it was recognised, or take that back."""
    form = AnswerForm()
    if form.validate_on_submit():
        with refused(form):
            step, told = _ANSWERS.get(form.answer.data or "", (None, ""))
            if step is None:
                raise Invalid(N_("這個表單不完整，請重新整理頁面後再試。"))
            step(session(), act(), report_id, form.version.data)
            tell(told)
            return redirect(url_for("reports.show_edition", report_id=report_id))
    return _edition_page(report_id, step=form), 422


@blueprint.post("/<int:report_id>/former")
@requires(Permission.Report.REVIEW)
def choose_former(report_id: int) -> Any:
    """Name the edition before that was not recognised."""
    form = FormerForm()
    if form.validate_on_submit():
        with refused(form):
            editions.choose_former(session(), act(), report_id, form.report_no.data or "")
            tell(_ANSWERS["yes"][1])
            return redirect(url_for("reports.show_edition", report_id=report_id))
    return _edition_page(report_id, former=form), 422


@blueprint.post("/<int:report_id>/passages")
@requires(Permission.Report.REVIEW)
def judge_passages(report_id: int) -> Any:
    """Decide what passages of a report are, or take a decision back."""
    report = queries.get_report(session(), act().by, report_id)
    form = VerdictForm()
    if form.validate_on_submit():
        with refused(form):
            tell(_judge(form, report.id))
            if form.twin.data:
                anchor = f"candidate-{form.twin.data[0][0]}"
                return redirect(url_for("reports.review_report", report_id=report_id, _anchor=anchor))
            if editions.find_edition(session(), act().by, report_id) is None:
                return redirect(url_for("reports.review_report", report_id=report_id))
            return redirect(url_for("reports.show_edition", report_id=report_id))
    return _edition_page(report_id, step=form), 422


def _judge(form: VerdictForm, report_id: int) -> str:
    if form.same.data:
        comparing.carry_on(session(), act(), report_id, form.same.data, only_same=True)
        return N_("已沿用：決定與列管事項都留在原來的建議。")
    if pairs := form.carry.data or form.twin.data:
        comparing.carry_on(session(), act(), report_id, pairs)
        return N_("已沿用：決定與列管事項都留在原來的建議。")
    if form.apart.data:
        for draft_id, version, recommendation_id in form.apart.data:
            comparing.set_apart(session(), act(), report_id, draft_id, version, recommendation_id)
        return N_("已記錄為不同的建議。")
    if (kept := number_of(form.keep.data)) is not None:
        comparing.keep_dropped(session(), act(), report_id, kept)
        return N_("已記錄：新版本未再提出，仍照原決定辦理。")
    if (undone := number_of(form.undo.data)) is not None:
        comparing.take_back(session(), act(), report_id, undone)
        return N_("已復原，等候您重新決定。")
    raise Invalid(N_("這個表單不完整，請重新整理頁面後再試。"))


def _edition_page(report_id: int, step: Form | None = None, former: FormerForm | None = None) -> str:
    report = queries.get_report(session(), act().by, report_id, with_text=True)
    comparison = comparing.compare(session(), act().by, report)
    return render_template(
        "reports/show_edition.html",
        report=report,
        comparison=comparison,
        edition=comparison.edition if comparison else None,
        step=step,
        former=former or FormerForm(formdata=None),
        items=_items(comparison),
        open_states=OPEN,
        is_corrected=comparison is not None and _same_trip(report, comparison.edition.former),
        grounds=grounds_of(comparison),
    )


def grounds_of(comparison: Comparison | None) -> Sequence[str]:
    """Return why a report was recognised, in the reader's language."""
    known = {each.value for each in Ground}
    grounds = comparison.edition.grounds if comparison else ()
    return [say(GROUNDS[Ground(each)]) for each in grounds if each in known]


def _items(comparison: Comparison | None) -> Mapping[int, Sequence[Any]]:
    if comparison is None:
        return {}
    known = [each.known.recommendation.id for each in comparison.pairs]
    known += [each.known.recommendation.id for each in comparison.dropped]
    return list_numbers(session(), act().by, known)


def _same_trip(report: Report, former: Report) -> bool:
    return report.trip_start is not None and report.trip_start == former.trip_start
