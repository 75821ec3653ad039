"""The clock process: APScheduler is the ticker and nothing more; what is due is computed from the database.

No trigger knows a day or an hour, so clock changes and restarts cannot lose or double anything. Any number of workers
may run at once.
"""

import gc
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC
from types import FrameType

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from tracker.actions.exchange import exporting, importing
from tracker.foundation.clock import SystemClock
from tracker.foundation.jobs import run_next
from tracker.reminders.comparing import compare_tonight
from tracker.reminders.delivery import deliver_outbox
from tracker.reminders.heartbeats import DELIVER, beat
from tracker.reminders.summaries import plan_letters
from tracker.reports import scanning
from tracker.wiring import Wiring

TICK_SECONDS = 30
POLL_SECONDS = 2
PLAN, JOBS, TIDY = "plan_reminders", "run_jobs", "tidy_up"
COMPARE = "compare_plan"
SELDOM = frozenset({PLAN, TIDY, COMPARE})

_log = logging.getLogger(__name__)


def tick(wiring: Wiring) -> None:
    """Do once everything that is due: plan reminders, deliver letters, run background jobs, remove old files."""
    for name, work in works(wiring).items():
        _safely(wiring, name, work)


def works(wiring: Wiring, over: threading.Event | None = None) -> Mapping[str, Callable[[], object]]:
    """Return the regular works by name; jobs and letters that wait are left alone once it is over."""
    over = over or threading.Event()
    office, database = wiring.office, wiring.database
    return {
        PLAN: lambda: plan_letters(office, database),
        DELIVER: lambda: deliver_outbox(office, database, may_go_on=_for_a_while(over)),
        JOBS: lambda: _run_jobs(wiring, _for_a_while(over)),
        COMPARE: lambda: compare_tonight(office, database),
        TIDY: lambda: _tidy_up(wiring),
    }


def make_scheduler(wiring: Wiring, over: threading.Event | None = None) -> BackgroundScheduler:
    """Return the ticker: letters and background jobs every other second, the rest every 30 seconds."""
    regular = works(wiring, over)
    scheduler = BackgroundScheduler(
        jobstores={"default": MemoryJobStore()},
        executors={"default": ThreadPoolExecutor(len(regular))},
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        timezone=UTC,
    )
    for name, work in regular.items():
        seconds = TICK_SECONDS if name in SELDOM else POLL_SECONDS
        scheduler.add_job(
            _safely,
            IntervalTrigger(seconds=seconds, timezone=UTC),
            args=(wiring, name, work),
            id=name,
            next_run_time=SystemClock().now(),  # The ticker lives in machine time, whatever the clock of the work says.
        )
    return scheduler


def run(wiring: Wiring) -> None:
    """Work until a signal asks to end; what is in hand is finished first."""
    over = threading.Event()

    def end(number: int, _frame: FrameType | None) -> None:
        _log.info("ending on %s", signal.Signals(number).name)
        over.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    # A pass over the outbox may well outlast the poll; the ticker need not say so every other second.
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
    scheduler = make_scheduler(wiring, over)
    set_apart_what_stays()
    scheduler.start()
    _log.info("worker %s is running", os.getpid())
    over.wait()
    scheduler.shutdown(wait=True)
    wiring.office.mailer.close()
    wiring.database.close()


def set_apart_what_stays() -> None:
    """Have the garbage collector pass over all that is loaded by now, since it stays as long as the process.

    Looking through it again for every so many new objects took a sixth of the time of planning a day.
    """
    gc.collect()
    gc.freeze()


def _safely(wiring: Wiring, name: str, work: Callable[[], object]) -> None:
    """Do one piece of work; whatever goes wrong is logged and noted, and the next tick comes all the same."""
    started_at = wiring.clock.now()
    error = ""
    try:
        work()
    except Exception as failure:  # noqa: BLE001 - a crash loop would stop everything else
        _log.exception("%s failed", name)
        error = f"{type(failure).__name__}: {failure}"
    beat(wiring.database, name, started_at, wiring.clock.now(), error)


def _for_a_while(over: threading.Event) -> Callable[[], bool]:
    """Return the question whether a pass that begins now may go on.

    It ends now and then, however much waits, so that the heartbeat tells of a worker that is alive; and when the worker
    is to end.
    """
    until = time.monotonic() + TICK_SECONDS
    return lambda: not over.is_set() and time.monotonic() < until


def _run_jobs(wiring: Wiring, may_go_on: Callable[[], bool]) -> None:
    handlers = wiring.handlers()
    while may_go_on() and run_next(wiring.database, handlers, wiring.clock):
        pass


def _tidy_up(wiring: Wiring) -> None:
    now = wiring.clock.now()
    with wiring.database.reading() as session:
        is_due = exporting.has_old(session, now) or importing.list_old(session, now)
        if not is_due and not scanning.has_old(session, now):
            return
    with wiring.database.transaction() as session:
        exporting.discard_old(session, wiring.files, now)
        importing.discard_old(session, wiring.files, now)
        scanning.discard_old(session, wiring.files, now)
