"""The one place that knows everything: it builds the outside world and holds the table "when this, do that"."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

from tracker.actions.assigning import open_confirmed
from tracker.actions.events import (
    ActionAcknowledged,
    ActionAssigned,
    ActionClosed,
    ActionEnded,
    ActionReopened,
    ActionSplit,
    ClosingPrepared,
    ClosingRefused,
    ClosingRequested,
    ClosingReturned,
    ExtensionDecided,
    ExtensionRequested,
    OfficerChanged,
    PartsHandedOver,
    PetitionDecided,
    PetitionMade,
    PostCheckAnswered,
    PostCheckNoted,
    ProgressAsked,
    ProgressReturned,
    ProgressSubmitted,
)
from tracker.actions.exchange import exporting
from tracker.actions.exchange import importing as table_importing
from tracker.actions.handing_over import refuse_left_behind, refuse_misplaced
from tracker.actions.precedents import remember_assignment
from tracker.actions.reporting import Filing
from tracker.actions.rules.deadlines import Standards
from tracker.actions.rules.extending import Limits
from tracker.actions.rules.filing import Cycle
from tracker.adapters.casting import CastingMailer
from tracker.adapters.disk import DiskFileStore
from tracker.adapters.gallery import PageGallery
from tracker.adapters.sandbox import Sandbox
from tracker.adapters.smtp import SMTPMailer
from tracker.adapters.tesseract import Tesseract
from tracker.dashboards import freezing, handing_up
from tracker.dashboards.handing_up import Layouts
from tracker.dashboards.remembering import Figures
from tracker.dashboards.tables import Terms
from tracker.extraction.model import ReadAndExtract
from tracker.foundation.clock import Clock, SystemClock, local_date
from tracker.foundation.database import Database
from tracker.foundation.events import Subscriptions
from tracker.foundation.filing import FileStore
from tracker.foundation.jobs import Handler
from tracker.people.events import DeputyNamed, PersonDeactivated, RolesTaken, TokenIssued
from tracker.reading.document import ReadingLimits
from tracker.reading.picture import ShowPages
from tracker.reading.scan import ReadsPictures
from tracker.reminders import service as reminders
from tracker.reminders.letter_queries import count_chases
from tracker.reminders.post_office import Monthly, PostOffice
from tracker.reports import importing, scanning
from tracker.reports.drafting import Proposals
from tracker.reports.editions import propose_edition
from tracker.reports.events import DraftsAssigned, RecommendationConfirmed, ReportImported
from tracker.reports.importing import ImportAtOnce
from tracker.reports.rules.drafts import Confidentiality
from tracker.reports.rules.filing import CountStart, FilingRule
from tracker.reports.scanning import DrawsPages
from tracker.reports.suggesting import note_outcome
from tracker.reports.workbench import return_drafts
from tracker.settings import Settings

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Wiring:
    """What every door works with."""

    settings: Settings
    clock: Clock
    database: Database
    files: FileStore
    reader: ReadAndExtract
    pages: ShowPages
    drawer: DrawsPages
    scanner: ReadsPictures
    office: PostOffice
    layouts: Layouts
    figures: Figures = field(default_factory=Figures)

    def today(self) -> date:
        """Return the local day at the site."""
        return local_date(self.clock.now(), self.settings.site.zone)

    def proposals(self) -> Proposals:
        """Return what the settings contribute to first proposals."""
        return Proposals(self.settings.follow_up.themes, self.settings.follow_up.default_due_days)

    def filing(self) -> Filing:
        """Return how the city lets progress be filed."""
        return self.office.filing

    def standards(self) -> Standards:
        """Return what items are held to."""
        return standards(self.settings)

    def table_terms(self) -> Terms:
        """Return what the tables to hand up are told by."""
        return table_terms(self.settings)

    def filing_rule(self) -> FilingRule:
        """Return how the city counts the days for filing a report."""
        chosen = self.settings.follow_up
        return FilingRule(CountStart(chosen.report_counts_from), chosen.report_months)

    def evidence_quota(self) -> int:
        """Return how many bytes of evidence one item may hold."""
        return self.settings.follow_up.max_evidence_total_megabytes * MEGABYTE

    def extension_limits(self) -> Limits:
        """Return who may grant how many days."""
        chosen = self.settings.follow_up
        return Limits(chosen.extension_days_unit_head, chosen.extension_days_agency_head)

    def handlers(self) -> Mapping[str, Handler]:
        """Return who does which kind of background job."""
        return {
            importing.KIND: importing.ImportReport(
                self.reader, self.files, self.proposals(), self.settings.site.zone, self.scanner
            ),
            scanning.KIND: scanning.ReadScan(
                self.drawer,
                self.scanner,
                self.files,
                self.proposals(),
                self.settings.site.zone,
                self.settings.scans.dots_per_inch,
                self.settings.scans.doubted_below / 100,
            ),
            exporting.KIND: exporting.ExportActions(self.files, self.settings.site.zone, self.standards()),
            handing_up.KIND: handing_up.MakeTable(self.files, self.layouts, self.table_terms()),
            freezing.KIND: freezing.FreezePeriod(self.files, self.layouts, self.table_terms(), self.filing()),
            table_importing.LOOK: table_importing.LookThrough(
                self.files, self.settings.site.zone, self.settings.follow_up.themes
            ),
            table_importing.APPLY: table_importing.ApplyImport(self.files, self.settings.site.zone),
        }

    def import_at_once(self, person_id: int, confidentiality: Confidentiality) -> ImportAtOnce:
        """Return what imports a file for a person while they wait."""
        return ImportAtOnce(
            reader=self.reader,
            files=self.files,
            proposals=self.proposals(),
            zone=self.settings.site.zone,
            database=self.database,
            clock=self.clock,
            max_bytes=self.settings.reading.max_megabytes * MEGABYTE,
            person_id=person_id,
            confidentiality=confidentiality,
        )


@dataclass(frozen=True)
class SiteLinks:
    """The addresses that letters carry, below the site's own."""

    site: str

    def work_page(self) -> str:
        """Return the address of the reader's own work page, without a token."""
        return f"{self.site}/"

    def invitation(self, token: str) -> str:
        """Return the address on which an invited person sets a password."""
        return f"{self.site}/invitation/{token}"

    def password_reset(self, token: str) -> str:
        """Return the address on which a person sets a new password."""
        return f"{self.site}/reset/{token}"

    def setup(self, token: str) -> str:
        """Return the address on which the first administrator is made."""
        return f"{self.site}/setup/{token}"


def subscriptions(office: PostOffice) -> Subscriptions:
    """Return the reactions to every event: when this happens, do that."""
    return {
        TokenIssued: (partial(reminders.send_token_letter, office),),
        PersonDeactivated: (refuse_left_behind, return_drafts),
        RolesTaken: (refuse_misplaced, return_drafts),
        DraftsAssigned: (reminders.notify_of_drafts,),
        DeputyNamed: (reminders.notify_of_deputy,),
        ReportImported: (propose_edition,),
        # What was proposed is noted before the item is there, or the desk would find its own decision.
        RecommendationConfirmed: (note_outcome, open_confirmed),
        ActionAssigned: (remember_assignment, reminders.notify_of_assignment),
        ActionAcknowledged: (reminders.notify_of_acknowledgement,),
        ActionSplit: (reminders.notify_of_splitting,),
        OfficerChanged: (reminders.notify_of_new_officer,),
        ProgressSubmitted: (reminders.notify_of_progress,),
        ProgressAsked: (reminders.notify_of_question,),
        ProgressReturned: (reminders.notify_of_return,),
        ClosingPrepared: (reminders.notify_of_prepared_closing,),
        ClosingReturned: (reminders.notify_of_returned_closing,),
        ClosingRequested: (reminders.notify_of_closing_request,),
        ClosingRefused: (reminders.notify_of_refusal,),
        ActionClosed: (reminders.notify_of_closing,),
        ExtensionRequested: (reminders.notify_of_extension_request,),
        ExtensionDecided: (reminders.notify_of_extension_decision,),
        PetitionMade: (reminders.notify_of_petition,),
        PetitionDecided: (reminders.notify_of_petition_decision,),
        ActionReopened: (reminders.notify_of_reopening,),
        PostCheckAnswered: (reminders.notify_of_answered_check,),
        PostCheckNoted: (reminders.notify_of_noted_check,),
        ActionEnded: (reminders.notify_of_end,),
        PartsHandedOver: (reminders.notify_of_handover,),
    }


def wire(settings: Settings, clock: Clock | None = None) -> Wiring:
    """Build the outside world for one process."""
    office = post_office(settings, clock or SystemClock())
    files, sandbox = DiskFileStore(settings.storage.files), Sandbox(reading_limits(settings))
    most_bytes = settings.reading.page_images_megabytes * MEGABYTE
    return Wiring(
        settings=settings,
        clock=office.clock,
        database=Database(settings.storage.database_url, subscriptions(office)),
        files=files,
        reader=sandbox,
        drawer=sandbox,
        scanner=scanner(settings),
        pages=PageGallery(files, sandbox, settings.storage.pages, most_bytes),
        office=office,
        layouts=handing_up.load_layouts(settings.tables.file),
    )


def post_office(settings: Settings, clock: Clock) -> PostOffice:
    """Return what writing and sending letters needs."""
    return PostOffice(
        clock=clock,
        zone=settings.site.zone,
        country=settings.site.country,
        city=settings.site.city,
        hour=settings.reminders.hour,
        mail=settings.mail,
        mailer=CastingMailer(SMTPMailer(settings.mail)),
        links=SiteLinks(settings.site.address.rstrip("/")),
        letters_per_minute=settings.reminders.letters_per_minute,
        largest_run=settings.reminders.largest_run,
        is_dry=settings.reminders.dry_run,
        filing=filing(settings),
        monthly=monthly(settings),
    )


def monthly(settings: Settings) -> Monthly | None:
    """Return what the letters about each period are made with; None where the city does not want them."""
    if not settings.reminders.monthly_summary:
        return None
    return Monthly(handing_up.load_layouts(settings.tables.file), table_terms(settings))


def standards(settings: Settings) -> Standards:
    """Return what items are held to."""
    chosen = settings.follow_up
    return Standards(
        due_soon_days=chosen.due_soon_days,
        behind_points=chosen.behind_plan_points,
        missed_filings=chosen.missed_filings,
        cycle=Cycle(chosen.reporting_cycle),
        filing_days=chosen.filing_days,
    )


def table_terms(settings: Settings) -> Terms:
    """Return what the tables to hand up are told by."""
    return Terms(standards(settings), settings.site.zone, count_chases)


def filing(settings: Settings) -> Filing:
    """Return how the city lets progress be filed."""
    chosen = settings.follow_up
    cycle = Cycle(chosen.reporting_cycle)
    return Filing(cycle, chosen.filing_days, chosen.progress_approval)


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


def scanner(settings: Settings) -> Tesseract:
    """Return what recognises text on scanned pages, whether it is installed or not."""
    scans = settings.scans
    limits = ReadingLimits(
        memory_bytes=scans.memory_megabytes * MEGABYTE,
        cpu_seconds=scans.page_seconds,
        wall_seconds=float(scans.page_seconds),
    )
    return Tesseract(scans.program, scans.languages, limits, scans.dots_per_inch)


def secret_key(directory: Path) -> bytes:
    """Return the key that signs form tokens, made once and kept readable to its owner only."""
    path = directory / "secret_key"
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    key = secrets.token_bytes(32)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
    return key
