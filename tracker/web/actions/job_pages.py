"""What a page that waits for a background job shows of it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from tracker.foundation.jobs import ENDED, Job, JobState
from tracker.foundation.language import N_
from tracker.web.session import act, say

WORKER_IS_LATE: Final = timedelta(seconds=20)
LABELS: Final[Mapping[JobState, str]] = {
    JobState.WAITING: N_("等待處理"),
    JobState.RUNNING: N_("處理中"),
    JobState.DONE: N_("已完成"),
    JobState.FAILED: N_("未完成"),
    JobState.CANCELLED: N_("已取消"),
}


def facts_of_job(job: Job) -> dict[str, Any]:
    """Return how far a job is: its label, its own sentence, percent, and whether nobody took it up."""
    return {
        "job": job,
        "label": LABELS[job.state],
        "sentence": say(job.message, **job.message_values) if job.message else "",
        "ended": job.state in ENDED,
        "percent": round(100 * job.done / job.total) if job.total else 0,
        "worker_is_late": job.state is JobState.WAITING and act().at - job.created_at > WORKER_IS_LATE,
    }
