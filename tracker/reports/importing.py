"""The background job behind the upload page and `tracker import`: read in a child process, then store at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any
from zoneinfo import ZoneInfo

from tracker.access import Act
from tracker.extraction.model import ReadAndExtract
from tracker.foundation.database import Session
from tracker.foundation.errors import Duplicate, FileEmpty, FileTooLarge, Forbidden, FormatNotSupported
from tracker.foundation.filing import FileStore, StoredFile, describe
from tracker.foundation.jobs import Job, LeaseLost, Running, enqueue
from tracker.foundation.language import N_
from tracker.people.queries import act_of, get_user
from tracker.reading import SUFFIXES
from tracker.reports.drafting import Proposals
from tracker.reports.rules.drafts import Confidentiality
from tracker.reports.service import check_not_imported, import_report

KIND = "import_report"
_STEPS = 2


def request_import(
    session: Session,
    act: Act,
    files: FileStore,
    name: str,
    data: bytes,
    max_bytes: int,
    confidentiality: Confidentiality = Confidentiality.PUBLIC,
) -> Job:
    """Store a file and put its import in line, after what can be told at once.

    Raises FileEmpty, FileTooLarge, FormatNotSupported, ReportKnown or Forbidden; then nothing is stored.
    """
    check_file(name, data, max_bytes)
    file = describe(data, name)
    check_not_imported(session, act, file)
    is_new = not files.exists(file.sha256)
    files.put(data, name)
    return enqueue(session, KIND, payload_of(file, confidentiality, is_new=is_new), act.at, act.by.person_id)


def check_file(name: str, data: bytes, max_bytes: int) -> None:
    """Refuse what can be refused without reading: an empty file, a large one, a format that is not read."""
    if not data:
        raise FileEmpty
    if len(data) > max_bytes:
        raise FileTooLarge
    if PurePath(name).suffix.lower() not in SUFFIXES:
        raise FormatNotSupported


def payload_of(file: StoredFile, confidentiality: Confidentiality, *, is_new: bool = False) -> dict[str, Any]:
    """Return what the job is asked: which stored file, under which name, how confidential.

    `is_new` tells that the store did not hold the file before, so that a refused one is removed again.
    """
    return {
        "sha256": file.sha256,
        "size": file.size,
        "name": file.name,
        "confidentiality": confidentiality.value,
        "is_new": is_new,
    }


def discard_refused(files: FileStore, payload: Mapping[str, Any]) -> None:
    """Remove the file of an import that came to nothing, if it was stored for this import alone."""
    if payload.get("is_new"):
        files.discard(payload["sha256"])


@dataclass(frozen=True)
class ImportReport:
    """Reads a stored file and imports it; the reading holds no transaction open."""

    reader: ReadAndExtract
    files: FileStore
    proposals: Proposals
    zone: ZoneInfo

    def __call__(self, running: Running) -> Mapping[str, Any]:
        """Import the file of a job for the person who asked; raises what the file or the right is refused with."""
        try:
            return self._import(running)
        except (LeaseLost, Duplicate):
            # Another worker has the file in hand, or a report is made of it.
            raise
        except Exception:
            discard_refused(self.files, running.payload)
            raise

    def _import(self, running: Running) -> Mapping[str, Any]:
        file = StoredFile(running.payload["sha256"], running.payload["size"], running.payload["name"])
        act = self._act(running)
        running.progress(0, _STEPS, N_("正在讀取「%(name)s」並擷取建議事項…"), name=file.name)
        with running.database.reading() as session:
            check_not_imported(session, act, file)
        with self.files.open(file.sha256) as stored:
            read = self.reader.read(file.name, stored.read())
        running.progress(1, _STEPS, N_("正在儲存…"))
        with running.database.transaction() as session:
            confidentiality = Confidentiality(running.payload["confidentiality"])
            report = import_report(session, act, file, read, self.proposals, confidentiality)
            return {"report_id": report.id, "title": report.title, "drafts": len(report.drafts)}

    def _act(self, running: Running) -> Act:
        if running.requested_by_id is None:
            raise Forbidden
        with running.database.reading() as session:
            user = get_user(session, running.requested_by_id)
            return act_of(session, user, running.clock.now(), self.zone)
