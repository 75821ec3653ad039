"""The web process: settings, wiring, doors."""

from typing import Any

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

from tracker import api, web
from tracker.foundation.bundled import bundled
from tracker.foundation.migrating import check_schema
from tracker.web import errors
from tracker.wiring import Wiring, secret_key

MEGABYTE = 1024 * 1024


def create_app(wiring: Wiring) -> Flask:
    """Return the application; raises DatabaseNotMigrated or DatabaseNewer when the structure does not fit."""
    check_schema(wiring.database)
    settings = wiring.settings
    app = Flask("tracker", template_folder=str(bundled("templates")), static_folder=str(web.STATIC))
    app.secret_key = secret_key(settings.storage.path)
    largest = max(settings.reading.max_megabytes, settings.follow_up.max_evidence_megabytes)
    app.config.update(
        MAX_CONTENT_LENGTH=(largest + 1) * MEGABYTE,
        SESSION_COOKIE_NAME="__Host-form" if settings.web.secure_cookies else "form",
        SESSION_COOKIE_SECURE=settings.web.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.extensions["tracker"] = wiring
    if settings.web.trusted_proxies:
        count = settings.web.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    guard = web.register(app)
    api.register(app, guard)
    app.register_error_handler(Exception, _answer)
    return app


def _answer(error: Exception) -> Any:
    """Translate an error once, at the door through which the request came."""
    door = api.answer if request.path.startswith(api.PREFIX) else errors.answer
    return door(error)
