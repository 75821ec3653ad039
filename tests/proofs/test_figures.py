"""A long life of a small city: no order of steps, bulk edits, imports and passing days makes a figure drift."""

import time
from dataclasses import replace
from datetime import timedelta
from random import Random

from tests.factories.city import ZONE
from tests.support import recount
from tests.support.recount import Chronicle
from tests.support.workflow_machine import prepare
from tracker.actions import history
from tracker.actions.cross_checking import contradictions
from tracker.actions.queries import ActionFilter, Group, count_actions
from tracker.actions.rules.deadlines import Standards
from tracker.dashboards.queries import overview
from tracker.dashboards.remembering import Figures
from tracker.foundation.clock import FixedClock
from tracker.foundation.database import Database

STANDARDS = Standards()
ROLES = ("officer", "unit_head", "agency_head", "other_officer", "coordinator", "viewer", "administrator")
SEED, STRETCHES, STRETCH = 20260302, 20, 25


class TestFigures:
    def test_never_drift_from_a_naive_recount(self, database: Database, clock: FixedClock) -> None:
        began, chance, figures = time.monotonic(), Random(SEED), Figures()
        chronicle = Chronicle(prepare(database, clock))
        compared = 0
        for _ in range(STRETCHES):
            chronicle.go_on(chance, STRETCH)
            compared += sum(compare(chronicle, figures, chance, key) for key in ROLES)
            with database.reading() as session:
                assert history.differences(session) == []
                assert history.torn_items(session) == []
                assert list(contradictions(session, ZONE)) == []
        length = (chronicle.city.today() - min(chronicle.pictures)).days
        print(
            f"\n{database.engine.dialect.name}: {chronicle.moves} steps and bulk edits, {chronicle.tables} imports,"
            f" {length} days, {compared} dashboards compared, {time.monotonic() - began:.0f} s"
        )
        assert chronicle.tables > STRETCHES


def compare(chronicle: Chronicle, figures: Figures, chance: Random, key: str) -> int:
    """Hold a person's dashboard of today and of two past days against a recount; return how many were compared."""
    city, today = chronicle.city, chronicle.city.today()
    length = (today - min(chronicle.pictures)).days
    days = (None, *(today - timedelta(days=chance.randint(1, length + 3)) for _ in range(2)))
    with city.database.reading() as session:
        principal = city.act(key, session).by
        for day in days:
            asked = (session, principal, ActionFilter(as_at=day), today, STANDARDS)
            told = overview(*asked, by_agency=False)
            assert figures.overview(*asked, by_agency=False) == told
            recount.check(chronicle, principal, told, STANDARDS)
        present = ActionFilter()
        mine = count_actions(session, principal, replace(present, group=Group.MINE), today, STANDARDS)
        assert figures.mine(session, principal, present, today, STANDARDS) == mine
    return len(days)
