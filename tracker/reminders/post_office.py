"""What the reminders room needs from outside, in one value that wiring fills."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import NAMESPACE_URL, uuid5
from zlib import crc32
from zoneinfo import ZoneInfo

from tracker import __version__
from tracker.actions.reporting import Filing
from tracker.dashboards.handing_up import Layouts
from tracker.dashboards.tables import Terms as TableTerms
from tracker.foundation.clock import Clock, local_date
from tracker.foundation.database import Session
from tracker.foundation.mailing import Mailer
from tracker.foundation.office_days import Calendars
from tracker.people.queries import calendars_around
from tracker.reminders.queries import Terms, load_ladders
from tracker.reminders.rules.retry import Slot, slot_of
from tracker.settings import MailSettings

LEASE = timedelta(minutes=15)


class Links(Protocol):
    """The addresses that letters carry; a door knows them."""

    def work_page(self) -> str:
        """Return the address of the reader's own work page, without a token."""
        ...

    def invitation(self, token: str) -> str:
        """Return the address on which an invited person sets a password."""
        ...

    def password_reset(self, token: str) -> str:
        """Return the address on which a person sets a new password."""
        ...


@dataclass(frozen=True)
class Monthly:
    """What the letters about each period are made with: how the tables look, and what they are told by."""

    layouts: Layouts
    terms: TableTerms


@dataclass(frozen=True)
class PostOffice:
    """The clock, the city's zone and calendar, the mailer and the addresses: handed to whoever writes or sends.

    `hour` is the local hour from which the day's letters leave; more than `largest_run` of them wait for a person. In a
    dry run no reminder is recorded or sent. `filing` says how departments report; `monthly` makes the letters about a
    period, where the city wants them.
    """

    clock: Clock
    zone: ZoneInfo
    country: str
    city: str
    hour: int
    mail: MailSettings
    mailer: Mailer
    links: Links
    letters_per_minute: int = 60
    largest_run: int = 500
    is_dry: bool = False
    filing: Filing = field(default_factory=Filing)
    monthly: Monthly | None = None
    lease: timedelta = field(default=LEASE)

    @property
    def is_on(self) -> bool:
        """Tell whether a mail server is named; without one letters wait in the outbox."""
        return bool(self.mail.host)

    @property
    def mail_wait(self) -> timedelta:
        """Return how long the mail server may take to answer after a letter's last byte."""
        return timedelta(seconds=self.mail.final_timeout_seconds)

    def today(self) -> date:
        """Return the local day."""
        return local_date(self.clock.now(), self.zone)

    def terms(self, session: Session, today: date | None = None) -> Terms:
        """Return what reminders are judged by on a day, without one today."""
        ladders = load_ladders(session)
        return Terms(today or self.today(), self.zone, ladders, self.filing.cycle, self.filing.days)

    def calendars(self, session: Session, day: date) -> Calendars:
        """Return the days around a day on which reminders may stand: those on which their letters can leave.

        No letter leaves while the city is closed, so that a department's own working Saturday is none of them.
        """
        return calendars_around(session, self.country, day).where_everywhere_is_open()

    def slot(self, session: Session, now: datetime) -> Slot:
        """Return the slot in which the day's letters leave."""
        calendars = calendars_around(session, self.country, local_date(now, self.zone))
        return slot_of(now, self.zone, self.hour, calendars.everywhere)

    def as_of(self, recorded: str) -> str:
        """Return what a letter rests on: what is `recorded`, and the settings and the version it was written with."""
        settings = repr((__version__, self.filing, self.zone.key, self.country, self.hour))
        return f"{recorded}.{crc32(settings.encode()):08x}"

    def message_id(self, key: str) -> str:
        """Return the Message-ID of a letter; fixed by its key, and naming neither an item nor a machine."""
        site = uuid5(NAMESPACE_URL, self.mail.message_id_domain)
        return f"{uuid5(site, key)}@{self.mail.message_id_domain}"
