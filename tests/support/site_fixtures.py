"""Fixtures of a whole site, for the folders that test its doors; their conftest.py imports what it offers."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.factories.city import City, build_city
from tests.support.client import Visitor, visitor
from tests.support.site import settings_for
from tracker.app import create_app
from tracker.foundation.clock import FixedClock
from tracker.settings import Settings
from tracker.wiring import Wiring, wire


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    """The default settings, with an empty database and all files in this test's own folder."""
    return settings_for(tmp_path, sqlite_url)


@pytest.fixture
def wiring(settings: Settings, clock: FixedClock) -> Iterator[Wiring]:
    """What every door works with, by the standing clock."""
    wired = wire(settings, clock)
    yield wired
    wired.database.close()


@pytest.fixture
def app(wiring: Wiring) -> Flask:
    """The web application on an empty database."""
    return create_app(wiring)


@pytest.fixture
def city(wiring: Wiring, clock: FixedClock) -> City:
    """A small city with one person for each role."""
    return build_city(wiring.database, clock)


@pytest.fixture
def visit(app: Flask, city: City) -> Callable[..., Visitor]:
    """Come to the site as a person of the city: `visit("officer")`, or `visit()` without signing in."""

    def come(key: str | None = None, language: str | None = None) -> Visitor:
        return visitor(app, city, key, language)

    return come
