"""A signed-in visitor for tests of the pages: real cookies, real form tokens."""

from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from tests.factories.city import City
from tracker.people import queries
from tracker.people.signing_in import begin_sign_in

FORM_TOKEN = "0" * 40


@dataclass(frozen=True)
class Visitor:
    """Somebody with a browser; `key` names a person of the small city, None nobody signed in."""

    client: FlaskClient
    form_token: str

    def get(self, path: str, **options: Any) -> TestResponse:
        """Ask for a page."""
        return self.client.get(path, **options)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """Send a form, with its token."""
        return self.client.post(path, data={"csrf_token": self.form_token, **(data or {})}, **options)


def visitor(
    app: Flask, city: City | None = None, key: str | None = None, language: str | None = None
) -> Visitor:
    """Return a visitor, signed in as a person of the city when a key is given."""
    client = app.test_client()
    if city and key:
        with city.database.transaction() as session:
            user = queries.get_user(session, city.people[key])
            if language:
                user.language = language
            _, token = begin_sign_in(session, city.act(key, session), user, "test")
        client.set_cookie("tracker", token)
    with client.session_transaction() as cookie:
        cookie["csrf_token"] = FORM_TOKEN
    serializer = URLSafeTimedSerializer(app.secret_key or b"", salt="wtf-csrf-token")
    return Visitor(client, str(serializer.dumps(FORM_TOKEN)))
