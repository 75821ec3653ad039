"""Two reviewers at one desk in the same moment: one is told, and nothing of either is lost."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import sleep

import pytest

from tests.factories.city import THEMES, City
from tests.support.desk import (
    DESK,
    PROPOSALS,
    QUOTES,
    attempt,
    drafts_of,
    merge_last,
    split_first,
)
from tracker.access import Act
from tracker.foundation.database import Session
from tracker.foundation.errors import Conflict, TrackerError, VersionConflict
from tracker.reports import queries
from tracker.reports.confirming import confirm
from tracker.reports.models import Draft
from tracker.reports.reviewing import DraftChoice, accept_draft, add_draft, reject_draft
from tracker.reports.rules.drafts import DraftState
from tracker.reports.rules.steps import AT_WORK

Step = Callable[[Session, Act, Sequence[Draft]], object]


@pytest.fixture
def report_id(city: City) -> int:
    """A report with three drafts that wait, one below the other."""
    return city.give_report(QUOTES)


def in_the_same_moment(city: City, report_id: int, first: Step, second: Step) -> TrackerError | None:
    """Let the second reviewer begin before the first has ended; return what the second one is told."""
    with city.database.reading() as session:
        seen = drafts_of(session, report_id)

    def act_late() -> TrackerError | None:
        try:
            with city.database.transaction() as session:
                second(session, city.act(DESK[1], session), seen)
        except TrackerError as error:
            return error
        return None

    with ThreadPoolExecutor() as colleague:
        with city.database.transaction() as session:
            first(session, city.act(DESK[0], session), drafts_of(session, report_id))
            told = colleague.submit(act_late)
            sleep(0.3)
        return told.result()


def accept_first(session: Session, act: Act, drafts: Sequence[Draft]) -> Draft:
    """Accept the first draft, under a name of one's own."""
    choice = DraftChoice("同事取的名稱", THEMES[0])
    return accept_draft(session, act, drafts[0].id, choice, drafts[0].version)


def reject_first(session: Session, act: Act, drafts: Sequence[Draft]) -> Draft:
    """Set the first draft aside."""
    return reject_draft(session, act, drafts[0].id, "我寫的說明", drafts[0].version)


class TestTwoReviewers:
    @pytest.mark.parametrize(
        ("first", "second"),
        [
            (accept_first, reject_first),
            (reject_first, accept_first),
            (split_first, accept_first),
            (accept_first, split_first),
        ],
    )
    def test_of_one_draft_the_later_is_told_and_the_earlier_kept(
        self, city: City, report_id: int, first: Step, second: Step
    ) -> None:
        assert isinstance(in_the_same_moment(city, report_id, first, second), VersionConflict)

    def test_a_draft_that_was_merged_away_is_told_as_such(self, city: City, report_id: int) -> None:
        told = in_the_same_moment(
            city,
            report_id,
            merge_last,
            lambda s, act, drafts: reject_draft(s, act, drafts[2].id, "重複", drafts[2].version),
        )
        assert isinstance(told, Conflict)

    def test_the_same_passage_is_added_once(self, city: City, report_id: int) -> None:
        def add(session: Session, act: Act, _: Sequence[Draft]) -> Draft:
            return add_draft(session, act, report_id, 0, 5, PROPOSALS)

        assert isinstance(in_the_same_moment(city, report_id, add, add), Conflict)
        with city.database.reading() as session:
            assert len(drafts_of(session, report_id)) == 4

    def test_different_drafts_do_not_hinder_each_other(self, city: City, report_id: int) -> None:
        told = in_the_same_moment(
            city,
            report_id,
            accept_first,
            lambda s, act, drafts: reject_draft(s, act, drafts[2].id, "重複", drafts[2].version),
        )
        assert told is None
        with city.database.reading() as session:
            states = [draft.state for draft in drafts_of(session, report_id)]
        assert states == [DraftState.ACCEPTED, DraftState.WAITING, DraftState.REJECTED]

    def test_nothing_is_confirmed_that_was_not_seen(self, city: City, report_id: int) -> None:
        attempt(city, report_id, accept_first)
        with city.database.reading() as session:
            seen = {d.id: d.version for d in drafts_of(session, report_id) if d.state is DraftState.ACCEPTED}
        attempt(city, report_id, lambda s, act, drafts: accept_draft(s, act, drafts[1].id), DESK[1])
        with pytest.raises(VersionConflict):
            attempt(city, report_id, lambda s, act, _: confirm(s, act, report_id, shown=seen))


class TestColleagueStep:
    def test_shows_for_ten_minutes_who_else_is_here(self, city: City, report_id: int) -> None:
        attempt(city, report_id, accept_first, DESK[1])
        with city.database.reading() as session:
            act = city.act(DESK[0], session)
            found = queries.find_colleague_step(session, act.by, report_id, act.at - AT_WORK)
            late = queries.find_colleague_step(session, act.by, report_id, act.at + timedelta(seconds=1))
            own = queries.find_colleague_step(
                session, city.act(DESK[1], session).by, report_id, act.at - AT_WORK
            )
        assert found is not None
        assert found.person is not None
        assert found.person.name == "方正平"
        assert (late, own) == (None, None)
