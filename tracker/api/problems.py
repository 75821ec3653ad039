"""The error family as application/problem+json (RFC 9457)."""

import json
import logging
import secrets

from flask import Response, g, request
from pydantic import BaseModel
from werkzeug.exceptions import HTTPException

from tracker.foundation.errors import Invalid, TrackerError, Translate
from tracker.foundation.language import N_, known_language, translator

MEDIA_TYPE = "application/problem+json"
_log = logging.getLogger(__name__)


class Problem(BaseModel):
    """What went wrong; `fields` names the parameters at fault."""

    status: int
    title: str
    detail: str
    fields: dict[str, str] = {}


def answer(error: Exception) -> Response:
    """Answer an error, whichever it is; never a trace."""
    if isinstance(error, TrackerError):
        translate = _translate()
        fields = (
            {name: translate(msgid) for name, msgid in error.fields.items()}
            if isinstance(error, Invalid)
            else {}
        )
        headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
        return _problem(error.status, type(error).__name__, error.text(translate), fields, headers)
    if isinstance(error, HTTPException):
        headers = {name: value for name, value in error.get_headers() if name == "Allow"}
        return _problem(error.code or 500, error.name, error.description or error.name, {}, headers)
    number = secrets.token_hex(4)
    _log.error("error %s on %s %s", number, request.method, request.path, exc_info=error)
    return _problem(500, "Error", f"{_translate()(N_('發生未預期的錯誤。'))} ({number})", {}, {})


def _problem(
    status: int, title: str, detail: str, fields: dict[str, str], headers: dict[str, str]
) -> Response:
    body = Problem(status=status, title=title, detail=detail, fields=fields)
    text = json.dumps(body.model_dump(), ensure_ascii=False)
    return Response(text, status=status, headers=headers, content_type=MEDIA_TYPE)


def _translate() -> Translate:
    language = g.get("language") or known_language(
        request.accept_languages.best_match(["zh-Hant", "zh", "en"])
    )
    return translator(language)
