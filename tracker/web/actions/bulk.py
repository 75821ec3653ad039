"""One step on many items: choose them in a list, say what to do, see what would happen and who is told, do it."""

import hashlib
import json
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import current_app, redirect, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeSerializer
from wtforms import BooleanField, TextAreaField

from tracker.access import Act, Permission, Right
from tracker.actions import bulk, queries
from tracker.actions.bulk import Change, Chosen, Result
from tracker.actions.rules.editing import read_tags
from tracker.actions.rules.workflow import NEEDED
from tracker.foundation.database import rehearsal
from tracker.foundation.errors import Forbidden, Invalid, NotFound, TrackerError
from tracker.foundation.language import N_
from tracker.foundation.paging import BEGINNING
from tracker.people.queries import department_depths, list_departments
from tracker.reminders.queries import Told, last_notice, list_told_by
from tracker.reminders.rules.digest import NOTICE_LABELS
from tracker.web.actions import lists
from tracker.web.actions.blueprint import blueprint
from tracker.web.actions.forms import ExtensionReasonForm
from tracker.web.forms import DepartmentChoice, Form, PersonChoice, Words, required
from tracker.web.numbers import number_of
from tracker.web.session import act, refused, requires, say, session, standards, tell, today, wiring


class BulkForm(Form):
    """The parent of the forms: whether people are told."""

    quiet = BooleanField(N_("靜默處理，不發通知"))

    def offer(self) -> None:
        """Fill in what can be chosen."""

    @abstractmethod
    def change(self) -> Change:
        """Return what was asked for in a form that is valid."""


class DepartmentForm(BulkForm):
    """To which department the items go."""

    lead_department_id = DepartmentChoice(N_("主辦機關"))
    officer_id = PersonChoice(N_("承辦人"))
    reason = TextAreaField(N_("改分說明"))

    def offer(self) -> None:
        """Fill in departments and people."""
        departments, depths = list_departments(session(), only_active=True), department_depths(session())
        self.lead_department_id.offer(departments, depths, say(N_("依暫存時的選擇（限暫存事項）")))
        self.officer_id.offer(lists.officer_options(session(), act()), say(N_("由主辦機關簽收時指定")))

    def change(self) -> Change:
        """Return the departments that were chosen."""
        return bulk.GiveToDepartment(
            self.lead_department_id.data, self.officer_id.data, self.reason.data or ""
        )


class OfficerForm(BulkForm):
    """To whom the leading parts go."""

    officer_id = PersonChoice(N_("承辦人"), validators=[required(N_("請指定承辦人。"))])
    reason = TextAreaField(N_("說明"))

    def offer(self) -> None:
        """Fill in the people."""
        self.officer_id.offer(lists.officer_options(session(), act()), say(N_("請選擇承辦人")))

    def change(self) -> Change:
        """Return who was chosen."""
        return bulk.GiveToOfficer(self.officer_id.data or 0, self.reason.data or "")


class DateForm(BulkForm, ExtensionReasonForm):
    """Until when more time is asked for, and why."""

    def change(self) -> Change:
        """Return the request that is made for each item."""
        return bulk.ProposeDate(self.value(), wiring().extension_limits())


class TagForm(BulkForm):
    """Which tags come and go."""

    add = Words(N_("加上標籤"))
    remove = Words(N_("移除標籤"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields; something has to change."""
        valid = super().validate(extra_validators)
        if not (self.add.data or self.remove.data):
            self.add.errors = [*self.add.errors, say(N_("請填寫要加上或移除的標籤。"))]
            return False
        return valid

    def change(self) -> Change:
        """Return the tags that were typed."""
        return bulk.Tag(read_tags(self.add.data or ""), read_tags(self.remove.data or ""))


class QuestionForm(BulkForm):
    """What is said to those who are to report."""

    message = TextAreaField(N_("留言"))

    def change(self) -> Change:
        """Return what was typed."""
        return bulk.AskForProgress(self.message.data or "")


@dataclass(frozen=True)
class Operation:
    """One thing that can be done with many items."""

    label: str
    form: type[BulkForm]
    change: type[Change]
    hint: str = ""

    @property
    def needs(self) -> Right:
        """Return the right without which nobody gets to it."""
        return NEEDED[self.change.step]


OPERATIONS: Final[Mapping[str, Operation]] = {
    "assign": Operation(
        N_("分案或改分"),
        DepartmentForm,
        bulk.GiveToDepartment,
        N_("暫存的事項會分案；列管中的事項會改分，由新的主辦機關重新簽收，預定完成日與協辦機關不變。"),
    ),
    "officer": Operation(
        N_("更換承辦人"), OfficerForm, bulk.GiveToOfficer, N_("承辦人須屬於該事項的主辦機關或單位。")
    ),
    "extend": Operation(
        N_("申請展延"), DateForm, bulk.ProposeDate, N_("每一件各自成為一筆展延申請，核定前預定完成日不變。")
    ),
    "tag": Operation(N_("加減標籤"), TagForm, bulk.Tag, N_("多個標籤以頓號或逗號分開。")),
    "ask": Operation(N_("催報辦理情形"), QuestionForm, bulk.AskForProgress),
}


def offered_operations(who: Act) -> list[tuple[str, str]]:
    """Return the codes and names of what a person can do with many items."""
    return [(code, say(each.label)) for code, each in OPERATIONS.items() if who.by.may(each.needs)]


@blueprint.route("/bulk", methods=["GET", "POST"])
@requires(Permission.Action.READ)
def change_many() -> Any:
    """Rehearse a change on many items and show what it would do, then make it."""
    code = request.args.get("do", "")
    operation = OPERATIONS.get(code)
    if operation is None:
        raise NotFound
    if not act().by.may(operation.needs):
        raise Forbidden
    form, chosen, too_many = operation.form(), *_chosen()
    form.offer()
    results: Sequence[Result] = ()
    told: Sequence[Told] = ()
    done = False
    if chosen and not too_many and form.validate_on_submit():
        with refused(form):
            agreed = _agreed(form)
            done = agreed is not None
            results, told = _make(form, agreed) if agreed else _rehearse(form, chosen)
    if done and all(each.refusal is None for each in results):
        tell(N_("已處理 %(count)s 件。"), count=len(results))
        return redirect(_back())
    page = render_template(
        "actions/change_many.html",
        operation=operation,
        hint=say(operation.hint) if operation.hint else "",
        form=form,
        chosen=chosen,
        too_many=too_many,
        most=bulk.MOST_ITEMS,
        results=results,
        made=[each for each in results if each.refusal is None],
        refused=[(each.chosen, _why(each.refusal)) for each in results if each.refusal],
        told=[(each, say(NOTICE_LABELS[each.kind])) for each in told],
        done=done,
        mark=_mark(form, results) if results and not done else "",
        back=_back(),
        address=request.full_path,
    )
    return page, form.answer_status


def _chosen() -> tuple[list[Chosen], bool]:
    """Return the items that the address names, one by one or by a filter, and whether these are too many."""
    principal = act().by
    if request.args.get("everything"):
        wanted = lists.filter_of(request.args)
        most = bulk.MOST_ITEMS
        found = queries.list_actions(session(), principal, wanted, today(), standards(), BEGINNING, most)
        items, too_many = found.rows, found.on is not None
    else:
        ids = [number for written in request.args.getlist("id") if (number := number_of(written))]
        too_many = len(ids) > bulk.MOST_ITEMS
        items = queries.list_by_ids(session(), principal, ids[: bulk.MOST_ITEMS])
    return [Chosen(item.id, item.item_no, item.title, item.version) for item in items], too_many


def _rehearse(form: BulkForm, chosen: Sequence[Chosen]) -> tuple[Sequence[Result], Sequence[Told]]:
    since = last_notice(session())
    with rehearsal(session()):
        results = bulk.change_many(session(), _act(form), chosen, form.change())
        wiring().database.react(session())
        told = list_told_by(session(), act(), since)
    return results, told


def _make(form: BulkForm, agreed: Sequence[Chosen]) -> tuple[Sequence[Result], Sequence[Told]]:
    return bulk.change_many(session(), _act(form), agreed, form.change()), ()


def _why(refusal: TrackerError) -> str:
    """Return what stood against a change, field by field where the error says so, in the reader's language."""
    fields = refusal.fields if isinstance(refusal, Invalid) else {}
    return " ".join(say(msgid) for msgid in fields.values()) or refusal.text(say)


def _act(form: BulkForm) -> Act:
    return act().quietly() if form.quiet.data else act()


def _mark(form: BulkForm, results: Sequence[Result]) -> str:
    """Return what was seen, signed: the words of the form, and the items that can be changed with their versions."""
    items = [
        [each.chosen.item_id, each.chosen.item_no, each.chosen.title, each.chosen.version]
        for each in results
        if each.refusal is None
    ]
    return str(_marks().dumps([_digest(form), act().by.person_id, items])) if items else ""


def _agreed(form: BulkForm) -> list[Chosen] | None:
    """Return the items of a rehearsal that was seen and agreed to, None where there was none or words changed since."""
    if "agreed" not in request.form:
        return None
    try:
        digest, person_id, items = _marks().loads(request.form.get("mark", ""))
    except (BadSignature, ValueError):
        return None
    if digest != _digest(form) or person_id != act().by.person_id:
        tell(N_("內容有變更，請再確認一次預覽。"), "warning")
        return None
    return [Chosen(*each) for each in items]


def _digest(form: BulkForm) -> str:
    words = {field.name: str(field.data) for field in form if field.name != "csrf_token"}
    written = json.dumps([request.args.get("do"), words], sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()


def _marks() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or b"", salt="many items that were shown before")


def _back() -> str:
    query: dict[str, Any] = {
        key: value for key, value in request.args.items() if key not in {"do", "id", "everything", "from"}
    }
    return url_for("actions.list_actions", **query)
