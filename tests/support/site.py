"""A whole installation for one test: settings, wiring, application and, where a browser comes, a real server."""

import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

from tests.support.loopback import free_port
from tests.support.smtp import Postbox
from tracker.foundation.clock import FixedClock
from tracker.settings import Settings, load_settings
from tracker.wiring import Wiring


@dataclass(frozen=True)
class Site:
    """A running installation: where it answers, what it is wired with, its clock and the city's mail server."""

    address: str
    wiring: Wiring
    clock: FixedClock
    postbox: Postbox


def settings_for(folder: Path, database_url: str, changes: Mapping[str, str] | None = None) -> Settings:
    """Return the default settings with everything stored under a folder; `changes` are as in the environment."""
    # An empty file keeps the developer's own config/production.toml out.
    nothing = folder / "nothing.toml"
    nothing.touch()
    stored = {
        "TRACKER_STORAGE__DIRECTORY": str(folder / "var"),
        "TRACKER_STORAGE__DATABASE": database_url,
        # The letter about a period takes the place of a day's reminders: only the tests about it want it.
        "TRACKER_REMINDERS__MONTHLY_SUMMARY": "false",
    }
    return load_settings({**stored, **(changes or {})}, nothing)


def settings_with_mail(folder: Path, database_url: str, postbox: Postbox) -> Settings:
    """Return settings of a site that sends its letters to a postbox, and has a port of its own to listen on."""
    port = free_port()
    return settings_for(
        folder,
        database_url,
        {
            "TRACKER_SITE__ADDRESS": f"http://127.0.0.1:{port}",
            "TRACKER_WEB__PORT": str(port),
            "TRACKER_MAIL__HOST": postbox.host,
            "TRACKER_MAIL__PORT": str(postbox.port),
        },
    )


@contextmanager
def served(app: Flask, settings: Settings) -> Generator[str, None, None]:
    """Serve an application on the loopback as `tracker serve` does; yields its address."""
    with served_at(app, settings.web.host, settings.web.port):
        yield settings.site.address


@contextmanager
def served_at(app: Flask, host: str, port: int) -> Generator[str, None, None]:
    """Serve an application without settings in the same way; yields its address."""
    server = create_server(app, host=host, port=port, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()

    def end() -> None:
        server.close()
        wasyncore.close_all(server._map)

    try:
        yield f"http://{host}:{port}"
    finally:
        # The loop closes its own sockets: from here it could be waiting on one in that very moment.
        server.trigger.pull_trigger(end)
        thread.join(10)
