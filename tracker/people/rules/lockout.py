"""When sign-in is refused for a while: after five failures in fifteen minutes, for fifteen minutes.

Failures are counted for the account from one address; a slower count over all addresses stops a distributed
guesser without letting a stranger lock somebody out with five tries. Source: 資通系統防護基準, account lock-out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=15)
FAILURES_FROM_ONE_ADDRESS = 5
FAILURES_FROM_ANYWHERE = 50


@dataclass(frozen=True)
class Attempt:
    """One attempt on an account."""

    at: datetime
    ip: str | None
    succeeded: bool


def locked_until(attempts: Sequence[Attempt], ip: str | None, now: datetime) -> datetime | None:
    """Return the moment until which sign-in from an address is refused, or None; `attempts` in any order."""
    recent = sorted((a for a in attempts if now - WINDOW < a.at <= now), key=lambda a: a.at)
    here = _failures_since_success([a for a in recent if a.ip == ip])
    everywhere = [a for a in recent if not a.succeeded]
    if len(here) >= FAILURES_FROM_ONE_ADDRESS:
        return here[-1].at + WINDOW
    if len(everywhere) >= FAILURES_FROM_ANYWHERE:
        return everywhere[-1].at + WINDOW
    return None


def _failures_since_success(attempts: Sequence[Attempt]) -> list[Attempt]:
    failures: list[Attempt] = []
    for attempt in attempts:
        failures = [] if attempt.succeeded else [*failures, attempt]
    return failures
