"""Who is here, on which rights a page stands, and the one transaction around it.

Every view is wrapped by `requires` or `anyone`; a test fails for a route that is neither. A page that only shows
gets a reading session, one that changes something a transaction that ends before the answer leaves.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import current_app, flash, g, make_response, redirect, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from tracker.access import ROLE_LABELS, SYSTEM, Act, Permission, Principal, Right
from tracker.actions.rules.deadlines import Standards
from tracker.foundation.clock import local_date
from tracker.foundation.database import Session
from tracker.foundation.errors import Forbidden, Invalid, TrackerError
from tracker.foundation.language import N_, known_language, translator
from tracker.people import queries
from tracker.people.signing_in import note_seen
from tracker.reminders.queries import unread_notices
from tracker.reminders.watching import TROUBLE_LABELS, look
from tracker.wiring import Wiring

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
SEEN_EVERY = timedelta(minutes=1)
LOOKS_EVERY = timedelta(seconds=20)
MEGABYTE = 1024 * 1024
MOST_FILES = 300
"""How many files one upload may bring; each is an open file while the request lasts."""
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Reader:
    """The signed-in person as the page frame shows them."""

    id: int
    name: str
    roles_label: str


def wiring() -> Wiring:
    """Return the wiring of this web process."""
    found: Wiring = current_app.extensions["tracker"]
    return found


def session() -> Session:
    """Return the database session of this request."""
    found: Session = g.session
    return found


def act() -> Act:
    """Return who acts in this request, and when."""
    found: Act = g.act
    return found


def today() -> date:
    """Return the local day of this request."""
    return act().today


def standards() -> Standards:
    """Return what the city holds items to."""
    return wiring().standards()


def say(msgid: str, **values: object) -> str:
    """Return a sentence in the reader's language."""
    sentence = translator(g.language)(msgid)
    return sentence % values if values else sentence


def requires(permission: Right) -> Callable[[View], View]:
    """Guard a view: signed in, and holding a right somewhere; the services check where."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*arguments: Any, **values: Any) -> Any:
            if g.get("sign_in_id") is None:
                return _to_sign_in()
            with _opened_session():
                if not g.act.by.may(permission):
                    raise Forbidden
                return make_response(view(*arguments, **values))

        guarded.required_permission = permission  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return guard


def anyone(reason: str) -> Callable[[View], View]:
    """Let everybody in, signed in or not, and say why that is right."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*arguments: Any, **values: Any) -> Any:
            with _opened_session():
                return make_response(view(*arguments, **values))

        guarded.public_reason = reason  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return guard


def identify() -> None:
    """Find out, before a view runs, who asks, in which language, and what the page frame shows."""
    now = wiring().clock.now()
    g.now, g.sign_in_id, g.reader, g.unread_notices, g.troubles = now, None, None, 0, ()
    g.departments = None
    zone = wiring().settings.site.zone
    g.act = Act(Principal(None, SYSTEM.name), now, local_date(now, zone), request.remote_addr)
    g.language = known_language(request.cookies.get("language") or wiring().settings.site.language)
    token = request.cookies.get(cookie_name())
    if not token or request.endpoint == "static" or request.blueprint == "api":
        return
    with wiring().database.reading() as reading:
        signed_in = queries.find_sign_in(reading, token, now, unread_notices)
        if signed_in is None:
            return
        found, g.unread_notices = signed_in
        g.act = queries.act_of(reading, found.person, now, zone, request.remote_addr)
        g.departments = queries.department_nodes(reading)
        principal = g.act.by
        g.sign_in_id, g.language = found.id, principal.language
        speak = translator(g.language)
        roles = speak(N_("、")).join(speak(ROLE_LABELS[role]) for role in principal.roles)
        g.reader = Reader(found.person_id, found.person.name, roles)
        g.troubles = _troubles(reading, principal)
    if now - found.last_seen_at > SEEN_EVERY:
        _note_seen(found.id)


def make_room() -> None:
    """Let those who may import reports send many at once; everybody else is held to the size of one file."""
    if request.endpoint == "reports.upload_report" and g.act.by.may(Permission.Report.IMPORT):
        request.max_content_length = wiring().settings.reading.max_upload_megabytes * MEGABYTE


def cookie_name() -> str:
    """Return the sign-in cookie's name; the __Host- prefix ties it to HTTPS and this host."""
    return "__Host-tracker" if wiring().settings.web.secure_cookies else "tracker"


def local_path(wanted: str | None) -> str:
    """Return a path of this site to go on to, or the start page for anything else."""
    text = wanted or ""
    is_local = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return text if is_local else url_for("dashboards.show_work")


@contextmanager
def refused(form: FlaskForm) -> Generator[None, None, None]:
    """Turn a refusal by a service into errors on a form, so that the page comes back with every word kept."""
    try:
        yield
    except Forbidden:
        raise
    except TrackerError as error:
        session().rollback()
        form.refusal = error
        fields = error.fields if isinstance(error, Invalid) else {}
        unplaced = [msgid for name, msgid in fields.items() if name not in form]
        for name, msgid in fields.items():
            if name in form:
                form[name].errors = [*form[name].errors, say(msgid)]
        if unplaced or not fields:
            general = [say(msgid) for msgid in unplaced] or [error.text(translator(g.language))]
            form.form_errors = [*form.form_errors, *general]


def tell(msgid: str, category: str = "success", **values: object) -> None:
    """Flash a sentence to the reader."""
    flash(say(msgid, **values), category)


@contextmanager
def _opened_session() -> Generator[None, None, None]:
    database = wiring().database
    # A page is drawn from one moment: a form must not carry the words of one version and the number of the next.
    opened = database.snapshot() if request.method in SAFE else database.transaction()
    with opened as g.session:
        if request.method in SAFE and g.departments is not None:
            queries.keep_departments(g.session, g.departments)
        yield


def _to_sign_in() -> Response:
    if request.method in SAFE:
        return redirect(url_for("people.sign_in", next=request.full_path.rstrip("?")))
    flash(say(N_("登入已逾時，請重新登入。您輸入的內容仍保留在瀏覽器裡。")), "warning")
    return redirect(url_for("people.sign_in", next=urlsplit(request.referrer or "").path or None))


def _troubles(reading: Session, principal: Principal) -> tuple[str, ...]:
    """Return what is amiss, as msgids, for those who can do something about it; looked at every few seconds only."""
    if not (principal.may(Permission.Outbox.READ) or principal.may(Permission.Calendar.CHANGE)):
        return ()
    seen_at, watch = current_app.extensions.get("watch", (None, None))
    if watch is None or not timedelta(0) <= g.now - seen_at < LOOKS_EVERY:
        watch = look(reading, wiring().office, g.now)
        current_app.extensions["watch"] = (g.now, watch)
    return tuple(TROUBLE_LABELS[trouble] for trouble in watch.troubles)


def _note_seen(sign_in_id: int) -> None:
    with wiring().database.transaction() as writing:
        note_seen(writing, sign_in_id, g.now)


NAVIGATION = (
    ("dashboards.show_work", N_("我的工作"), "home", Permission.Account.OWN),
    ("actions.list_actions", N_("列管事項"), "list-check", Permission.Action.READ),
    ("reports.list_reports", N_("報告"), "file-text", Permission.Report.READ),
    ("dashboards.show_dashboard", N_("儀表板"), "chart-bar", Permission.Dashboard.READ),
    ("tables.show_tables", N_("提報表件"), "table", Permission.Dashboard.HAND_UP),
    ("reminders.list_ladders", N_("提醒規則"), "bell", Permission.Reminder.READ),
    ("reminders.list_letters", N_("寄件匣"), "mail", Permission.Outbox.READ),
    ("people.list_people", N_("人員與機關"), "users", Permission.People.MANAGE),
)


def page_frame() -> dict[str, Any]:
    """Return what every page's frame needs."""
    person: Reader | None = g.get("reader")
    shown = (
        [
            (endpoint, say(label), symbol, request.endpoint == endpoint or _in_section(endpoint))
            for endpoint, label, symbol, permission in NAVIGATION
            if g.act.by.may(permission)
        ]
        if person
        else []
    )
    return {
        "person": person,
        "navigation": shown,
        "unread_notices": g.get("unread_notices", 0),
        "troubles": [say(msgid) for msgid in g.get("troubles", ())],
        "as_of": g.get("now") or wiring().clock.now(),
        "today": g.act.today if "act" in g else local_date(wiring().clock.now(), wiring().settings.site.zone),
        "may": g.act.by.may if "act" in g else (lambda *_: False),
        "Permission": Permission,
    }


def _in_section(endpoint: str) -> bool:
    here, _, page = (request.endpoint or "").partition(".")
    section, _, _ = endpoint.partition(".")
    if here == "snapshots":
        return section == "tables"
    if here == "dashboards":
        return False
    if page in ("list_notices", "show_settings", "show_ledger"):
        return False
    if here == section == "reminders":
        return (endpoint == "reminders.list_letters") == (page in ("list_letters", "show_letter"))
    return here == section
