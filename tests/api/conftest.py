"""A site on an empty database."""

from tests.support.site_fixtures import app, city, settings, visit, wiring

__all__ = ["app", "city", "settings", "visit", "wiring"]
