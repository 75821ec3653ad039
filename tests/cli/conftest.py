"""A site on an empty database, as the command line finds it."""

from tests.support.site_fixtures import settings, wiring

__all__ = ["settings", "wiring"]
