"""The reader's notices, and the outbox with every letter."""

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.access import Permission
from tracker.foundation.language import N_
from tracker.foundation.mailing import OutcomeKind
from tracker.people.queries import list_everybody
from tracker.reminders import ledger, letter_queries, queries, runs, service
from tracker.reminders.letter_queries import LetterFilter
from tracker.reminders.models import LETTER_LABELS, LETTER_STATE_LABELS, LetterState, OutboxLetter
from tracker.reminders.rules.digest import NOTICE_LABELS
from tracker.reminders.rules.ladder import REASON_LABELS
from tracker.reminders.rules.retry import last_leaves_at
from tracker.reminders.rules.stages import CAPACITY_LABELS
from tracker.web.numbers import number_of, page_of
from tracker.web.reminders.blueprint import blueprint
from tracker.web.session import act, requires, say, session, tell, today, wiring

OUTCOME_LABELS = {
    OutcomeKind.ACCEPTED: N_("郵件伺服器已接收"),
    OutcomeKind.TEMPORARY: N_("郵件伺服器暫時拒收，稍後重試"),
    OutcomeKind.PERMANENT: N_("郵件伺服器拒收"),
    OutcomeKind.UNKNOWN: N_("連線中斷，無法確定是否送達"),
    OutcomeKind.CHANNEL: N_("無法連線到郵件伺服器"),
    OutcomeKind.DENIED: N_("郵件伺服器不准本系統寄信，稍後重試"),
    OutcomeKind.WITHHELD: N_("寄送前已不需要，沒有寄出"),
}


@blueprint.get("/notices")
@requires(Permission.Account.OWN)
def list_notices() -> str:
    """Show the reader's notices, newest first."""
    person_id = act().by.person_id
    assert person_id is not None
    page = queries.list_notices(session(), person_id, page_of(request.args))
    items = queries.items_of_notices(session(), page.rows)
    return render_template(
        "reminders/list_notices.html",
        page=page,
        items=items,
        readable=letter_queries.list_readable(session(), act().by, page.rows),
        newest=max((each.id for each in page.rows), default=0),
        labels=NOTICE_LABELS,
        capacities=CAPACITY_LABELS,
    )


@blueprint.post("/notices/<int:notice_id>/read")
@requires(Permission.Account.OWN)
def mark_read(notice_id: int) -> Response:
    """Mark a notice as read."""
    service.mark_read(session(), act(), notice_id)
    return redirect(url_for("reminders.list_notices"))


@blueprint.post("/notices/read")
@requires(Permission.Account.OWN)
def mark_all_read() -> Response:
    """Mark the notices that the page showed and all earlier ones as read; none where it does not say which."""
    service.mark_all_read(session(), act(), number_of(request.form.get("up_to")) or 0)
    tell(N_("這一頁顯示的通知與更早的通知都標為已讀。"))
    return redirect(url_for("reminders.list_notices"))


@blueprint.get("/outbox")
@requires(Permission.Outbox.READ)
def list_letters() -> str:
    """Show every letter, by the filter in the address, and how the post does."""
    wanted = _filter()
    office, health = wiring().office, letter_queries.outbox_health(session(), act().at)
    return render_template(
        "reminders/list_letters.html",
        page=letter_queries.list_letters(session(), wanted, page_of(request.args)),
        wanted=wanted,
        why_sent=ledger.why_sent,
        health=health,
        ends_at=last_leaves_at(health.waiting, office.letters_per_minute, act().at),
        refused=letter_queries.list_refused(session()),
        compared=health.compared,
        held_run=runs.find_held_run(session(), today()),
        has_mail_server=bool(wiring().settings.mail.host),
        kinds=LETTER_LABELS,
        state_labels=LETTER_STATE_LABELS,
        states=[(state.value, say(label)) for state, label in LETTER_STATE_LABELS.items()],
        people=[(user.id, f"{user.name} {user.title}".strip()) for user in list_everybody(session())],
    )


@blueprint.get("/outbox/<int:letter_id>")
@requires(Permission.Outbox.READ)
def show_letter(letter_id: int) -> str:
    """Show one letter: its words, why it was written, and what became of it."""
    letter = letter_queries.get_letter(session(), letter_id)
    closed = letter_queries.list_closed_numbers(session(), act().by)
    return render_template(
        "reminders/show_letter.html",
        letter=letter,
        is_closed=any(number in letter.text for number in closed),
        reasons=ledger.why_sent(letter),
        items=_linked(letter),
        kinds=LETTER_LABELS,
        reason_labels=REASON_LABELS,
        state_labels=LETTER_STATE_LABELS,
        outcome_labels=OUTCOME_LABELS,
    )


def _linked(letter: OutboxLetter) -> Mapping[str, int]:
    """Return the ids of the items of a letter by number, none for whoever reads no items: their links would be dead."""
    if not act().by.may(Permission.Action.READ):
        return {}
    items = [*(each.item for each in letter.reminders), *(each.item for each in letter.notices)]
    return {item.item_no: item.id for item in items if item is not None}


@blueprint.post("/outbox/<int:letter_id>/release")
@requires(Permission.Outbox.RELEASE)
def release_letter(letter_id: int) -> Response:
    """Let a letter that was set aside go out again."""
    service.release_letter(session(), act(), letter_id)
    tell(N_("信件已排入寄送。"))
    return redirect(url_for("reminders.show_letter", letter_id=letter_id))


@blueprint.post("/outbox/refused/<int:refused_id>/accept")
@requires(Permission.Outbox.RELEASE)
def accept_address(refused_id: int) -> Response:
    """Let letters go to an address again."""
    service.accept_address(session(), act(), refused_id)
    tell(N_("已解除註記，之後的信會再寄到這個地址。"))
    return redirect(url_for("reminders.list_letters"))


@blueprint.post("/outbox/refused/accept")
@requires(Permission.Outbox.RELEASE)
def accept_all_addresses() -> Response:
    """Let letters go to every address again."""
    count = service.accept_all_addresses(session(), act())
    tell(N_("已解除 %(count)s 個地址的註記，之後的信會再寄到這些地址。"), count=count)
    return redirect(url_for("reminders.list_letters"))


def _filter() -> LetterFilter:
    state = request.args.get("state", "")
    return LetterFilter(
        LetterState(state) if state in list(LetterState) else None,
        number_of(request.args.get("person")),
        request.args.get("q", ""),
    )
