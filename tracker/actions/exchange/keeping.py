"""Which stored files are still wanted: one file may be an export, an imported table, evidence and a report at once."""

from typing import Final

from sqlalchemy import select

from tracker.actions.models import ActionImport, Evidence
from tracker.foundation.database import Session
from tracker.foundation.jobs import Job
from tracker.foundation.kept import is_kept_for_good
from tracker.reports.models import Report

EXPORT: Final = "export_actions"
HANDED_UP: Final = "make_table"
EXPORTS: Final = (EXPORT, HANDED_UP)
"""The kinds of jobs that leave a file for who asked for it."""


def holds_file(job: Job) -> bool:
    """Tell whether the file of an export is still kept."""
    return "sha256" in job.result and not job.result.get("removed")


def is_referred_to(session: Session, sha256: str) -> bool:
    """Tell whether anything still needs a stored file."""
    if is_kept_for_good(session, sha256):
        return True
    held = Job.result["sha256"].as_string() == sha256
    kept = session.scalars(select(Job).where(Job.kind.in_(EXPORTS), held)).all()
    users = (
        select(Evidence.id).where(Evidence.sha256 == sha256),
        select(Report.id).where(Report.source_sha256 == sha256),
        select(ActionImport.id).where(ActionImport.sha256 == sha256),
    )
    return any(map(holds_file, kept)) or any(session.scalar(query.limit(1)) is not None for query in users)
