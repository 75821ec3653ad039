"""One process of a storm: a whole worker, or a scheduler that only plans, in a time that runs faster than the machine's."""

import logging
import os
import sys
import time
from dataclasses import replace
from datetime import datetime, timedelta

from tracker.foundation.errors import TrackerError
from tracker.reminders.planning import plan_reminders
from tracker.settings import load_settings
from tracker.wiring import Wiring, wire
from tracker.worker import run

LEASE = timedelta(minutes=3)
_log = logging.getLogger(__name__)


class FastClock:
    """Runs from a moment on, many times as fast as the machine's clock; alike in every process."""

    def __init__(self, began: float, moment: datetime, speed: int) -> None:
        self._began, self._moment, self._speed = began, moment, speed

    def now(self) -> datetime:
        """Return the moment in the storm's own time."""
        return self._moment + timedelta(seconds=(time.time() - self._began) * self._speed)


def storm_clock() -> FastClock:
    """Return the clock that the environment describes."""
    moment = datetime.fromisoformat(os.environ["STORM_MOMENT"])
    return FastClock(float(os.environ["STORM_BEGAN"]), moment, int(os.environ["STORM_SPEED"]))


def wired() -> Wiring:
    """Return the wiring of a process whose leases last as long as the storm can wait for."""
    wiring = wire(load_settings(), storm_clock())
    return replace(wiring, office=replace(wiring.office, lease=LEASE))


def plan_for_ever(wiring: Wiring) -> None:
    """Plan again and again; a database that is away is met again later."""
    while True:
        try:
            plan_reminders(wiring.office, wiring.database)
        except TrackerError as error:
            _log.warning("planning: %s", error)
        time.sleep(0.2)


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    if sys.argv[1] == "worker":
        run(wired())
    else:
        plan_for_ever(wired())
