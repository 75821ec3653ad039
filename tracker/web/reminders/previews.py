"""Looking ahead, letting a large run go, a test letter to oneself, and the ledger of a person."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.access import Permission
from tracker.actions.queries import get_action
from tracker.foundation import roc
from tracker.foundation.errors import Forbidden, Invalid, VersionConflict
from tracker.foundation.language import N_
from tracker.people.queries import get_user, list_everybody
from tracker.reminders import ledger, letter_queries, previewing, runs
from tracker.reminders.ledger import why_waiting
from tracker.reminders.previewing import PreviewedLetter
from tracker.web.numbers import number_of, page_of
from tracker.web.reminders.blueprint import blueprint
from tracker.web.session import act, requires, say, session, tell, today, wiring

LETTERS_A_PAGE = 25


@blueprint.get("/reminders/preview")
@requires(Permission.Reminder.READ)
def preview_reminders() -> Any:
    """Show who would get which letter on a day; nothing is written."""
    day, problem = _day(), ""
    number, person_id = page_of(request.args), number_of(request.args.get("person"))
    first = (number - 1) * LETTERS_A_PAGE
    preview = None
    try:
        preview = previewing.preview_day(
            wiring().office, wiring().database, day, person_id, first, LETTERS_A_PAGE
        )
    except Invalid as error:
        problem = say(error.fields["on"])
    held = runs.find_held_run(session(), today())
    page = render_template(
        "reminders/preview_reminders.html",
        day=day,
        preview=preview,
        closed=_closed(preview.letters) if preview else frozenset(),
        problem=problem,
        number=number,
        pages=-(-preview.people // LETTERS_A_PAGE) if preview and person_id is None else 1,
        first=first + 1,
        person_id=person_id,
        people=[(user.id, f"{user.name} {user.title}".strip()) for user in list_everybody(session())],
        held=held,
        is_too_late=held is not None and not wiring().office.slot(session(), act().at).is_open,
        is_dry=wiring().office.is_dry,
    )
    return page, Invalid.status if problem else 200


@blueprint.post("/reminders/runs/release")
@requires(Permission.Reminder.RELEASE)
def release_run() -> Response:
    """Let today's large run go, of the size that was shown; where it has grown, the page asks again."""
    try:
        run = runs.release_run(session(), wiring().office, act(), number_of(request.form.get("seen")) or 0)
    except VersionConflict as grown:
        tell(grown.message, "info", **grown.values)
    else:
        tell(N_("已放行今日的提醒，共 %(count)s 封，將於一分鐘內開始寄送。"), count=run.letters)
    return redirect(url_for("reminders.preview_reminders"))


@blueprint.post("/reminders/test-letter")
@requires(Permission.Reminder.READ)
def send_test_letter() -> Response:
    """Send a test letter to whoever asks."""
    if previewing.send_test_letter(session(), wiring().office, act()) is None:
        tell(N_("一分鐘內只能寄一封測試信件，請稍候。"), "info")
    else:
        tell(N_("測試信件已排入寄送，不計入每日一封。"))
    return redirect(url_for("reminders.preview_reminders"))


@blueprint.get("/reminders/ledger")
@requires(Permission.Account.OWN)
def show_ledger() -> str:
    """Show why a person did or did not get mail: everybody their own, administrators anybody's, without the words."""
    own_id = act().by.person_id
    assert own_id is not None
    person_id = number_of(request.args.get("person")) or own_id
    oversees = act().by.may(Permission.Outbox.READ)
    if person_id != own_id and not oversees:
        raise Forbidden
    return render_template(
        "reminders/show_ledger.html",
        reader=get_user(session(), person_id),
        is_own=person_id == own_id,
        page=ledger.ledger_of_person(
            session(), person_id, wiring().settings.site.zone, page_of(request.args)
        ),
        waiting=say(why_waiting(session(), wiring().office, person_id)),
        people=[(user.id, f"{user.name} {user.title}".strip()) for user in list_everybody(session())]
        if oversees
        else [],
        has_rules=act().by.may(Permission.Reminder.READ),
    )


@blueprint.get("/reminders/items/<int:item_id>")
@requires(Permission.Action.READ)
def show_upcoming(item_id: int) -> str:
    """Show what the coming weeks bring for an item, and what is being withheld."""
    item = get_action(session(), act().by, item_id)
    upcoming = ledger.upcoming_of_item(session(), wiring().office, item.id)
    return render_template("reminders/show_upcoming.html", item=item, upcoming=upcoming)


def _closed(letters: Sequence[PreviewedLetter]) -> frozenset[int]:
    """Return the people whose letters the reader may not read, since they tell of a restricted report."""
    numbers = letter_queries.list_closed_numbers(session(), act().by)
    return frozenset(each.person_id for each in letters if any(number in each.text for number in numbers))


def _day() -> date:
    text = request.args.get("on", "").strip()
    try:
        return date.fromisoformat(text)
    except ValueError:
        return roc.parse(text) or today()
