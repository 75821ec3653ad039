"""A site on an empty database."""

from tests.support.site_fixtures import app, settings, wiring

__all__ = ["app", "settings", "wiring"]
