"""A site on an empty database, as the command line finds it, or with a small city in it."""

from tests.support.site_fixtures import city, settings, wiring

__all__ = ["city", "settings", "wiring"]
