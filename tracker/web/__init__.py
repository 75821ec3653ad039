"""The pages: blueprints, filters, headers. The URL table of the whole site is `BLUEPRINTS`, on one page."""

from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, g, request
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from tracker import __version__
from tracker.foundation import showing
from tracker.foundation.language import LANGUAGES, translations
from tracker.people.rules.naming import department_name
from tracker.web import actions, dashboards, health, people, reminders, reports, session, snapshots, tables
from tracker.web.labels import TEMPLATE_LABELS
from tracker.web.numbers import RowNumber

STATIC = Path(__file__).parent / "static"
BLUEPRINTS = (
    (people.blueprint, ""),
    (reports.blueprint, "/reports"),
    (actions.blueprint, "/actions"),
    (dashboards.blueprint, ""),
    (tables.blueprint, "/tables"),
    (snapshots.blueprint, "/snapshots"),
    (reminders.blueprint, ""),
    (health.blueprint, ""),
)
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)


def register(app: Flask) -> CSRFProtect:
    """Give an application the pages; returns the CSRF guard so that other doors can step outside of it."""
    app.before_request(session.identify)
    app.before_request(session.make_room)
    app.before_request(_refuse_nonsense)
    guard = CSRFProtect(app)
    app.after_request(_safe_headers)
    app.context_processor(session.page_frame)
    _teach_templates(app)
    app.url_map.converters["int"] = RowNumber
    for blueprint, prefix in BLUEPRINTS:
        app.register_blueprint(blueprint, url_prefix=prefix or None)
    return guard


def _teach_templates(app: Flask) -> None:
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.add_extension("jinja2.ext.i18n")
    environment.add_extension("jinja2.ext.do")
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: translations(_language()).ugettext(text),
        lambda one, many, n: translations(_language()).ungettext(one, many, n),
        newstyle=True,
    )
    zone = app.extensions["tracker"].settings.site.zone
    environment.filters["date"] = lambda day: showing.show_date(_day(day), _language()) if day else ""
    environment.filters["moment"] = lambda at: showing.show_moment(at, zone, _language()) if at else ""
    environment.filters["department_name"] = lambda each: department_name(each, _language())
    environment.filters["phrase"] = lambda words: session.say(words[0], **words[1])
    environment.filters["number"] = lambda number: showing.show_number(number, _language())
    environment.filters["percent"] = lambda percent: showing.show_percent(percent, _language())
    environment.globals.update(version=__version__, languages=LANGUAGES, none=None, **TEMPLATE_LABELS)
    environment.globals["due_soon_days"] = app.extensions["tracker"].settings.follow_up.due_soon_days
    app.context_processor(lambda: {"language": _language(), "theme": request.cookies.get("theme", "auto")})


def _language() -> str:
    language: str = g.get("language", "zh-Hant")
    return language


def _day(value: date | str) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(value)


def _refuse_nonsense() -> None:
    """Refuse a NUL, which no text in a database may hold, and a Referer that is no address, before they are used."""
    names = (file.filename or "" for _, file in request.files.items(multi=True))
    typed = (text for values in (request.args, request.form) for _, text in values.items(multi=True))
    if any("\0" in text for text in (request.path, *typed, *names)):
        raise BadRequest
    try:
        urlsplit(request.referrer or "")
    except ValueError:
        raise BadRequest from None


def _safe_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    if session.wiring().settings.web.secure_cookies:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.endpoint == "static":
        headers["Cache-Control"] = "public, max-age=31536000" if request.args.get("v") else "no-cache"
    else:
        headers["Cache-Control"] = "no-store"
    return response
