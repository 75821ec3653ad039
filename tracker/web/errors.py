"""The error family as pages: what happened, what was kept, what to do; never a trace."""

import logging
import secrets
from typing import Any

from flask import g, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from tracker.foundation.errors import TrackerError
from tracker.foundation.language import N_, translator
from tracker.web import session

_log = logging.getLogger(__name__)
_PAGES = frozenset({400, 403, 404, 405, 409, 413, 422, 429, 500, 503})


def answer(error: Exception) -> Any:
    """Answer an error with a page, whichever it is."""
    if isinstance(error, TrackerError):
        return _tracker_error(error)
    if isinstance(error, CSRFError):
        return _stale_form(error)
    if isinstance(error, HTTPException):
        return _http_error(error)
    return _unexpected(error)


def _tracker_error(error: TrackerError) -> tuple[str, int]:
    if error.status >= 500:
        _log.warning("%s %s: %s", request.method, request.path, error)
    return _page(error.status, error.text(translator(g.get("language", "zh-Hant"))))


def _stale_form(_: CSRFError) -> tuple[str, int]:
    sentence = N_(
        "這個表單已過期，為了安全沒有送出。請重新整理頁面後再送一次；您輸入的內容仍保留在瀏覽器裡。"
    )
    return _page(400, translator(g.get("language", "zh-Hant"))(sentence))


def _http_error(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    if error.code == 413 and request.endpoint == "reports.upload_report":
        return _page(413, _upload_too_large())
    return _page(error.code, None)


def _upload_too_large() -> str:
    sentence = N_("一次上傳最多 %(files)s 個檔案、合計 %(limit)s MB。請分幾次上傳。")
    limit = session.wiring().settings.reading.max_upload_megabytes
    return session.say(sentence, files=session.MOST_FILES, limit=limit)


def _unexpected(error: Exception) -> tuple[str, int]:
    number = secrets.token_hex(4)
    _log.error("error %s on %s %s", number, request.method, request.path, exc_info=error)
    return _page(500, None, number=number)


def _page(status: int, message: str | None, number: str | None = None) -> tuple[str, int]:
    template = status if status in _PAGES else (400 if status < 500 else 500)
    return render_template(f"errors/{template}.html", message=message, reference=number), status
