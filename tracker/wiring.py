"""The one place that knows everything: it builds the outside world and holds the table "when this, do that"."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tracker.actions import events as action_events
from tracker.actions.service import open_confirmed
from tracker.adapters.disk import DiskFileStore
from tracker.adapters.sandbox import Sandbox
from tracker.adapters.smtp import SMTPMailer
from tracker.extraction.model import ReadAndExtract
from tracker.foundation.clock import Clock, SystemClock, local_date
from tracker.foundation.database import Database, Session
from tracker.foundation.events import Subscriptions
from tracker.foundation.filing import FileStore
from tracker.foundation.jobs import Handler
from tracker.foundation.mailing import Mailer
from tracker.foundation.office_days import OfficeCalendar, office_calendar
from tracker.people.events import TokenIssued
from tracker.people.queries import office_overrides
from tracker.reading.document import ReadingLimits
from tracker.reports import importing
from tracker.reports.events import RecommendationConfirmed
from tracker.reports.service import Proposals
from tracker.settings import Settings

MEGABYTE = 1024 * 1024
CALENDAR_YEARS_BACK, CALENDAR_YEARS_AHEAD = 8, 4


@dataclass(frozen=True)
class Wiring:
    """What every door works with."""

    settings: Settings
    clock: Clock
    database: Database
    files: FileStore
    reader: ReadAndExtract
    mailer: Mailer

    def today(self) -> date:
        """Return the local day at the site."""
        return local_date(self.clock.now(), self.settings.site.zone)

    def proposals(self) -> Proposals:
        """Return what the settings contribute to first proposals."""
        return Proposals(self.settings.follow_up.themes, self.settings.follow_up.default_due_days)

    def handlers(self) -> Mapping[str, Handler]:
        """Return who does which kind of background job."""
        return {
            importing.KIND: importing.ImportReport(
                self.reader, self.files, self.proposals(), self.settings.site.zone
            )
        }

    def office_calendar(self, session: Session) -> OfficeCalendar:
        """Return the working days of this office around today: the country's, and the office's own exceptions."""
        year = self.today().year
        years = range(year - CALENDAR_YEARS_BACK, year + CALENDAR_YEARS_AHEAD)
        return office_calendar(self.settings.site.country, years, office_overrides(session))


def subscriptions(settings: Settings) -> Subscriptions:
    """Return the reactions to every event that has any."""
    return {RecommendationConfirmed: (open_confirmed,)}


def wire(settings: Settings, clock: Clock | None = None) -> Wiring:
    """Build the outside world for one process."""
    return Wiring(
        settings=settings,
        clock=clock or SystemClock(),
        database=Database(settings.storage.database_url, subscriptions(settings)),
        files=DiskFileStore(settings.storage.files),
        reader=Sandbox(reading_limits(settings)),
        mailer=SMTPMailer(settings.mail),
    )


def reading_limits(settings: Settings) -> ReadingLimits:
    """Return what one uploaded file may take, in the units of the sandbox."""
    reading = settings.reading
    return ReadingLimits(
        max_bytes=reading.max_megabytes * MEGABYTE,
        max_pages=reading.max_pages,
        memory_bytes=reading.memory_megabytes * MEGABYTE,
        cpu_seconds=reading.cpu_seconds,
        wall_seconds=float(reading.wall_seconds),
    )


def secret_key(directory: Path) -> bytes:
    """Return the key that signs form tokens, made once and kept readable to its owner only."""
    path = directory / "secret_key"
    directory.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    key = secrets.token_bytes(32)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
    return key
