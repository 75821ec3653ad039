"""Forty sample reports, their second editions with known changes, and what became of every recommendation."""

from tests.factories.city import build_city
from tests.support.edition_proof import prove
from tracker.foundation.clock import FixedClock
from tracker.foundation.database import Database

REPORTS = 40
LEAST = 0.95


class TestSecondEditions:
    def test_are_matched_as_intended_and_lose_no_decision(
        self, database: Database, clock: FixedClock
    ) -> None:
        tally = prove(build_city(database, clock), REPORTS)
        counts = ", ".join(f"{kind} {tally.matched[kind]} of {many}" for kind, many in tally.intended.items())
        print(f"\n{tally.recognised} of {tally.reports} recognised; {counts}; {tally.share:.1%} as intended")
        print(f"{tally.decided} decided recommendations, {tally.lost} lost", *tally.wrong, sep="\n")
        assert tally.recognised == REPORTS
        assert tally.share >= LEAST
        assert tally.lost == 0
