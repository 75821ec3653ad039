"""The background job behind the upload page and `tracker import`: read in a child process, then store at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from tracker.access import Act
from tracker.extraction.model import ReadAndExtract
from tracker.foundation.clock import local_date
from tracker.foundation.errors import Forbidden
from tracker.foundation.filing import FileStore, StoredFile
from tracker.foundation.jobs import Running
from tracker.foundation.language import N_
from tracker.people.queries import get_user, principal_of
from tracker.reports.rules.drafts import Confidentiality
from tracker.reports.service import Proposals, check_not_imported, import_report

KIND = "import_report"
_STEPS = 2


def payload_of(file: StoredFile, confidentiality: Confidentiality) -> dict[str, Any]:
    """Return what the job is asked: which stored file, under which name, how confidential."""
    return {
        "sha256": file.sha256,
        "size": file.size,
        "name": file.name,
        "confidentiality": confidentiality.value,
    }


@dataclass(frozen=True)
class ImportReport:
    """Reads a stored file and imports it; the reading holds no transaction open."""

    reader: ReadAndExtract
    files: FileStore
    proposals: Proposals
    zone: ZoneInfo

    def __call__(self, running: Running) -> Mapping[str, Any]:
        """Import the file of a job for the person who asked; raises what the file or the right is refused with."""
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
        now = running.clock.now()
        today = local_date(now, self.zone)
        with running.database.reading() as session:
            user = get_user(session, running.requested_by_id)
            return Act(principal_of(session, user, today), now, today)
