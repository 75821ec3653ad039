"""Asking the programming interface as a person of the small city."""

from collections.abc import Callable

from werkzeug.test import TestResponse

from tests.factories.city import City
from tracker.people.api_tokens import issue_api_token

Ask = Callable[..., TestResponse]


def token_of(city: City, key: str) -> str:
    """Make an API token for a person of the city."""
    with city.database.transaction() as session:
        return issue_api_token(session, city.act(key, session), city.people[key], "test")
