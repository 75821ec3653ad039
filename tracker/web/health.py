"""How the installation does, for a monitor outside: one address, one status, no account, no names and no numbers."""

from datetime import datetime

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from tracker.reminders.watching import look
from tracker.web.session import act, anyone, session, wiring

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@anyone("a monitor has no account; nothing is told but whether everything moves")
def show_health() -> Response:
    """Answer 200 while everything moves, 503 when a person has to do something; a database that is away is 503 too."""
    now = act().at
    watch = look(session(), wiring().office, now)
    answer = jsonify(
        status="alarm" if watch.is_alarming else "attention" if watch.troubles else "ok",
        troubles=[trouble.value for trouble in watch.troubles],
        seconds_since_last_tick=_seconds(watch.last_tick, now),
        seconds_that_letters_wait=_seconds(watch.waits_since, now),
    )
    answer.status_code = 503 if watch.is_alarming else 200
    return answer


def _seconds(moment: datetime | None, now: datetime) -> int | None:
    return None if moment is None else max(0, int((now - moment).total_seconds()))
