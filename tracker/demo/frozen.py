"""What the demonstration's coordinating office has handed up already: one frozen period."""

from tracker.dashboards import freezing
from tracker.demo.desk import COORDINATOR
from tracker.demo.founding import act_of
from tracker.foundation import jobs
from tracker.wiring import Wiring


def freeze_last_period(wiring: Wiring) -> None:
    """Let the coordinating office freeze the period that closed last, so that there is something to compare with."""
    with wiring.database.transaction() as session:
        act = act_of(wiring, session, COORDINATOR)
        latest = freezing.freezable(session, act.today, wiring.filing())[0]
        freezing.request(session, act, latest, wiring.filing())
    jobs.run_next(wiring.database, {freezing.KIND: wiring.handlers()[freezing.KIND]}, wiring.clock)
