"""A site on an empty database."""

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.factories.city import City
from tests.support.interface import Ask, token_of
from tests.support.site_fixtures import app, city, settings, visit, wiring

__all__ = ["app", "city", "settings", "visit", "wiring"]


@pytest.fixture
def ask(app: Flask, city: City) -> Ask:
    """Ask the interface as a person of the city: `ask("/action-items", key="officer")`."""

    def asking(path: str, key: str | None = "coordinator", token: str | None = None) -> TestResponse:
        bearer = token or (token_of(city, key) if key else None)
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return app.test_client().get(f"/api/v1{path}", headers=headers)

    return asking
