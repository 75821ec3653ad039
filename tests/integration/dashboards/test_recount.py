"""Every figure against a naive recount, over random histories, for each role, today and at random past days."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.actions import acknowledge, after_days
from tests.factories.city import ZONE, City
from tests.support import recount
from tests.support.recount import Chronicle
from tests.support.workflow_machine import prepare
from tracker.actions import history, queries
from tracker.actions.cross_checking import contradictions
from tracker.actions.queries import OF_PAST_DAYS, ActionFilter, Group
from tracker.actions.rules.deadlines import Standards
from tracker.dashboards.filing import filing_by_period
from tracker.dashboards.queries import overview
from tracker.dashboards.remembering import Figures
from tracker.foundation.clock import FixedClock
from tracker.foundation.database import Database

STANDARDS = Standards()
ROLES = ("officer", "unit_head", "agency_head", "other_officer", "coordinator", "viewer", "administrator")
MOVES, PLAYS = 30, 2
SLOWLY = settings(
    max_examples=PLAYS, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def chronicle(database: Database, clock: FixedClock) -> Chronicle:
    """A prepared city whose rows are kept as each day ends."""
    return Chronicle(prepare(database, clock))


class TestFigures:
    @SLOWLY
    @given(seed=st.integers(0, 2**32))
    def test_are_those_of_a_naive_recount_on_any_day_for_every_role(
        self, chronicle: Chronicle, seed: int
    ) -> None:
        chance = Random(seed)
        chronicle.go_on(chance, MOVES)
        city, today = chronicle.city, chronicle.city.today()
        length = (today - min(chronicle.pictures)).days
        for key in ROLES:
            for day in (today, *(today - timedelta(days=chance.randint(1, length + 3)) for _ in range(2))):
                wanted = ActionFilter(as_at=day if day < today else None)
                with city.database.reading() as session:
                    principal = city.act(key, session).by
                    told = overview(session, principal, wanted, today, STANDARDS, by_agency=False)
                    filed = filing_by_period(session, principal, wanted, today, STANDARDS)
                recount.check(chronicle, principal, told, STANDARDS)
                recount.check_filing(chronicle, principal, filed, STANDARDS.filing_days)

    @SLOWLY
    @given(seed=st.integers(0, 2**32))
    def test_remembered_are_those_counted_anew_whatever_happened(
        self, chronicle: Chronicle, seed: int
    ) -> None:
        chance, figures = Random(seed), Figures(size=8)
        city = chronicle.city
        for _ in range(12):
            chronicle.go_on(chance, 3)
            today = city.today()
            for key in ("unit_head", "coordinator"):
                wanted = ActionFilter(as_at=chance.choice((None, today - timedelta(days=2))))
                with city.database.reading() as session:
                    principal = city.act(key, session).by
                    asked = (session, principal, wanted, today, STANDARDS)
                    assert figures.overview(*asked, by_agency=True) == overview(*asked, by_agency=True)
                    mine = replace(wanted, as_at=None)
                    narrowed = replace(mine, group=Group.MINE)
                    assert figures.mine(session, principal, mine, today, STANDARDS) == queries.count_actions(
                        session, principal, narrowed, today, STANDARDS
                    )
        with city.database.reading() as session:
            assert history.differences(session) == []
            assert list(contradictions(session, ZONE)) == []

    @SLOWLY
    @given(seed=st.integers(0, 2**32))
    def test_of_a_past_day_are_the_lengths_of_the_lists_of_that_day(
        self, chronicle: Chronicle, seed: int
    ) -> None:
        chance = Random(seed)
        chronicle.go_on(chance, MOVES)
        city, today = chronicle.city, chronicle.city.today()
        with city.database.reading() as session:
            for key in ROLES:
                principal = city.act(key, session).by
                day = today - timedelta(days=chance.randint(1, 40))
                wanted = ActionFilter(
                    as_at=day, department_id=chance.choice((None, *city.departments.values()))
                )
                counts = queries.count_by_group(session, principal, wanted, today, STANDARDS)
                assert set(counts) == OF_PAST_DAYS
                for group, number in counts.items():
                    narrowed = replace(wanted, group=group)
                    listed = queries.list_actions(session, principal, narrowed, today, STANDARDS, size=1000)
                    assert len(listed.rows) == number, group


class TestRemembering:
    def test_counts_once_while_nothing_changes(self, city: City) -> None:
        city.give_action()
        figures = Figures()
        assert self.ask(city, figures) == 1
        recount.count_differently(city.database)
        assert self.ask(city, figures) == 1

    def test_counts_anew_after_a_step_and_on_the_next_day(self, city: City) -> None:
        figures, item_id = Figures(), city.give_action()
        assert self.ask(city, figures, "assigned") == 1
        acknowledge(city, item_id)
        assert self.ask(city, figures, "assigned") == 0
        after_days(city, 100)
        assert self.ask(city, figures, "overdue") == 1

    def test_keeps_nothing_of_a_transaction_that_may_be_undone(self, city: City) -> None:
        figures = Figures()
        with city.database.transaction() as session:
            principal = city.act("coordinator", session).by
            figures.overview(session, principal, ActionFilter(), city.today(), STANDARDS, by_agency=True)
        city.give_action()
        assert self.ask(city, figures) == 1

    def test_tells_nobody_what_another_may_see(self, city: City) -> None:
        figures = Figures()
        city.give_action()
        assert self.ask(city, figures) == 1
        assert self.ask(city, figures, key="other_officer") == 0

    def ask(self, city: City, figures: Figures, name: str = "open", key: str = "coordinator") -> int:
        with city.database.reading() as session:
            principal = city.act(key, session).by
            told = figures.overview(
                session, principal, ActionFilter(), city.today(), STANDARDS, by_agency=True
            )
        return int(getattr(told.counts, name))
