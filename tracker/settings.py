"""Settings: a frozen dataclass for each concern, read from TOML files and then from the environment.

config/default.toml documents every key; an unknown key or a value of the wrong kind is refused by name.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tracker.foundation.bundled import bundled
from tracker.foundation.errors import Misconfigured

PREFIX = "TRACKER_"
T = TypeVar("T")


@dataclass(frozen=True)
class SiteSettings:
    """The city, its address, its zone and calendar."""

    city: str
    address: str
    time_zone: str
    country: str
    language: str

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone in which days begin; raises Misconfigured for an unknown one."""
        try:
            return ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise Misconfigured(detail=f"site.time_zone = {self.time_zone!r}") from error


@dataclass(frozen=True)
class StorageSettings:
    """Where data lies."""

    directory: str
    database: str

    @property
    def path(self) -> Path:
        """Return the data directory as an absolute path."""
        return Path(self.directory).expanduser().resolve()

    @property
    def database_url(self) -> str:
        """Return the database's address; without one, an SQLite file in the data directory."""
        return self.database or f"sqlite:///{self.path / 'tracker.db'}"

    @property
    def files(self) -> Path:
        """Return the directory of uploaded files."""
        return self.path / "files"

    @property
    def pages(self) -> Path:
        """Return the directory of pages drawn as images, which can be made again at any time."""
        return self.path / "pages"


@dataclass(frozen=True)
class WebSettings:
    """How the web process listens."""

    host: str
    port: int
    threads: int
    secure_cookies: bool
    trusted_proxies: int


@dataclass(frozen=True)
class MailSettings:
    """The mail server, and what every letter shows of its sender; time-outs in seconds."""

    host: str
    port: int
    security: str
    username: str
    password: str
    ca_file: str
    sender_name: str
    sender_address: str
    reply_to: str
    subject_prefix: str
    message_id_domain: str
    connect_timeout_seconds: float
    reply_timeout_seconds: float
    final_timeout_seconds: float
    letters_in_hand: int


@dataclass(frozen=True)
class ReadingSettings:
    """What one uploaded file may take, and how much may come at once."""

    max_megabytes: int
    max_upload_megabytes: int
    max_pages: int
    cpu_seconds: int
    wall_seconds: int
    memory_megabytes: int
    page_images_megabytes: int


@dataclass(frozen=True)
class ScanSettings:
    """How text is recognised on scanned pages; sureness in percent."""

    program: str
    languages: str
    dots_per_inch: int
    page_seconds: int
    memory_megabytes: int
    doubted_below: int


@dataclass(frozen=True)
class ReviewSettings:
    """What may be confirmed without looking at each."""

    bulk_confidence_percent: int
    bulk_sample: int


@dataclass(frozen=True)
class FollowUpSettings:
    """The city's choices about follow-up."""

    themes: tuple[str, ...]
    default_due_days: int
    evidence_required: bool
    max_evidence_megabytes: int
    max_evidence_total_megabytes: int
    report_counts_from: str
    report_months: int
    report_least_recommendations: int
    reporting_cycle: str
    filing_days: int
    missed_filings: int
    due_soon_days: int
    behind_plan_points: int
    post_check_months: int
    progress_approval: bool
    extension_days_unit_head: int
    extension_days_agency_head: int


@dataclass(frozen=True)
class ReminderSettings:
    """When reminders leave, and how fast."""

    hour: int
    letters_per_minute: int
    largest_run: int
    dry_run: bool
    monthly_summary: bool


@dataclass(frozen=True)
class TablesSettings:
    """Which file tells how the tables to hand up look."""

    file: str


@dataclass(frozen=True)
class Settings:
    """All settings of one installation."""

    site: SiteSettings
    storage: StorageSettings
    web: WebSettings
    mail: MailSettings
    reading: ReadingSettings
    scans: ScanSettings
    review: ReviewSettings
    follow_up: FollowUpSettings
    reminders: ReminderSettings
    tables: TablesSettings


def load_settings(environment: Mapping[str, str] | None = None, file: Path | None = None) -> Settings:
    """Read the defaults, then the installation's file, then the environment; raises Misconfigured."""
    environment = os.environ if environment is None else environment
    values = _read(bundled("config") / "default.toml")
    named = file or (Path(environment["TRACKER_CONFIG"]) if environment.get("TRACKER_CONFIG") else None)
    if named:
        _overlay(values, _read(named), str(named))
    elif (usual := Path("config/production.toml")).exists():
        _overlay(values, _read(usual), str(usual))
    _overlay_environment(values, environment)
    sections = get_type_hints(Settings)
    settings = Settings(**{name: _section(name, kind, values[name]) for name, kind in sections.items()})
    _check(settings)
    return settings


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Misconfigured(detail=f"{path.name}: {error}") from error


def _overlay(values: dict[str, dict[str, Any]], above: Mapping[str, Any], source: str) -> None:
    for section, entries in above.items():
        if section not in values or not isinstance(entries, dict):
            raise Misconfigured(detail=f"{source}: [{section}]")
        for key, value in entries.items():
            if key not in values[section]:
                raise Misconfigured(detail=f"{source}: {section}.{key}")
            values[section][key] = value


def _overlay_environment(values: dict[str, dict[str, Any]], environment: Mapping[str, str]) -> None:
    for name, text in environment.items():
        section, double, key = name.removeprefix(PREFIX).lower().partition("__")
        if not name.startswith(PREFIX) or not double:
            continue
        if key not in values.get(section, {}):
            raise Misconfigured(detail=name)
        values[section][key] = _from_text(name, text, values[section][key])


def _from_text(name: str, text: str, default: Any) -> Any:
    try:
        if isinstance(default, bool):
            return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}[
                text.lower()
            ]
        if isinstance(default, int):
            return int(text)
        if isinstance(default, list):
            return [part.strip() for part in text.split(",") if part.strip()]
    except (KeyError, ValueError) as error:
        raise Misconfigured(detail=f"{name} = {text!r}") from error
    return text


def _section(name: str, kind: type[T], values: Mapping[str, Any]) -> T:
    hints = get_type_hints(kind)
    taken: dict[str, Any] = {}
    for field in fields(kind):  # type: ignore[arg-type]
        value = values[field.name]
        taken[field.name] = _fitting(f"{name}.{field.name}", hints[field.name], value)
    return kind(**taken)


def _fitting(key: str, wanted: Any, value: Any) -> Any:
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if wanted in (str, int, bool, float):
        if type(value) is wanted:
            return value
    elif isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise Misconfigured(detail=f"{key} = {value!r}")


def _check(settings: Settings) -> None:
    _ = settings.site.zone
    if settings.mail.security not in ("none", "starttls", "tls"):
        raise Misconfigured(detail=f"mail.security = {settings.mail.security!r}")
    _check_review(settings.review)
    if not 0 <= settings.reminders.hour <= 23:
        raise Misconfigured(detail=f"reminders.hour = {settings.reminders.hour}")
    if not 72 <= settings.scans.dots_per_inch <= 400:
        raise Misconfigured(detail=f"scans.dots_per_inch = {settings.scans.dots_per_inch}")
    if settings.reminders.largest_run < 1:
        raise Misconfigured(detail=f"reminders.largest_run = {settings.reminders.largest_run}")
    if settings.follow_up.reporting_cycle not in ("monthly", "quarterly", "half_yearly"):
        raise Misconfigured(detail=f"follow_up.reporting_cycle = {settings.follow_up.reporting_cycle!r}")
    if settings.follow_up.report_counts_from not in ("day_after", "day_of_return"):
        raise Misconfigured(
            detail=f"follow_up.report_counts_from = {settings.follow_up.report_counts_from!r}"
        )
    if settings.follow_up.report_months < 1:
        raise Misconfigured(detail=f"follow_up.report_months = {settings.follow_up.report_months}")
    if settings.follow_up.missed_filings < 1:
        raise Misconfigured(detail=f"follow_up.missed_filings = {settings.follow_up.missed_filings}")
    if not settings.site.address.startswith(("http://", "https://")):
        raise Misconfigured(detail=f"site.address = {settings.site.address!r}")


def _check_review(review: ReviewSettings) -> None:
    if not 0 < review.bulk_confidence_percent <= 100:
        raise Misconfigured(detail=f"review.bulk_confidence_percent = {review.bulk_confidence_percent}")
    if review.bulk_sample < 1:
        raise Misconfigured(detail=f"review.bulk_sample = {review.bulk_sample}")
