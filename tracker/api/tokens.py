"""Bearer tokens: who asks, on which right, inside one reading session."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import current_app, g, make_response, request

from tracker.access import Act, Right
from tracker.foundation.clock import local_date
from tracker.foundation.database import Session
from tracker.foundation.errors import Forbidden, TrackerError
from tracker.foundation.language import N_, known_language
from tracker.people.api_tokens import note_token_used
from tracker.people.queries import act_of, find_api_token
from tracker.wiring import Wiring

View = TypeVar("View", bound=Callable[..., Any])
SCHEME = "Bearer "


class TokenMissing(TrackerError):
    """The request carries no token, or one that is unknown, revoked or its owner's who left."""

    status = 401
    message = N_("請在 Authorization 標頭附上有效的 API 權杖（Bearer）。")


def wiring() -> Wiring:
    """Return the wiring of this web process."""
    found: Wiring = current_app.extensions["tracker"]
    return found


def session() -> Session:
    """Return the database session of this request."""
    found: Session = g.session
    return found


def act() -> Act:
    """Return who asks, and when."""
    found: Act = g.act
    return found


def token_with(permission: Right) -> Callable[[View], View]:
    """Guard a resource: a live token whose owner holds a right. Cookies are ignored here."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*arguments: Any, **values: Any) -> Any:
            _identify()
            if not g.act.by.may(permission):
                raise Forbidden
            with wiring().database.snapshot() as g.session:
                return make_response(view(*arguments, **values))

        guarded.required_permission = permission  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return guard


def _identify() -> None:
    header = request.headers.get("Authorization", "")
    g.language = known_language(request.accept_languages.best_match(["zh-Hant", "zh-TW", "zh", "en"]))
    if not header.startswith(SCHEME):
        raise TokenMissing
    now, zone = wiring().clock.now(), wiring().settings.site.zone
    with wiring().database.reading() as reading:
        token = find_api_token(reading, header.removeprefix(SCHEME).strip())
        if token is None:
            raise TokenMissing
        g.act = act_of(reading, token.person, now, zone, request.remote_addr)
    if token.last_used_at is None or local_date(token.last_used_at, zone) != g.act.today:
        with wiring().database.transaction() as writing:
            note_token_used(writing, token.id, now)
