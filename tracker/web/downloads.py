"""Handing out files that were made here: as attachments, never shown in the page's own name."""

from collections.abc import Mapping
from typing import BinaryIO
from urllib.parse import quote

from flask import request
from werkzeug.wrappers import Response
from werkzeug.wsgi import wrap_file

_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "no-store",
}


def attachment(file: BinaryIO, name: str, mime_type: str) -> Response:
    """Return an open file as an answer that is saved under a name."""
    response = Response(wrap_file(request.environ, file), mimetype=mime_type, direct_passthrough=True)
    response.headers.update(_HEADERS)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return response
