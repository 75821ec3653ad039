"""A reviewer's steps are taken back one by one, and nothing that a colleague did since."""

from collections.abc import Callable, Sequence

import pytest

from tests.factories.city import THEMES, City
from tests.support.desk import (
    DESK,
    LONG,
    PROPOSALS,
    QUOTES,
    SECOND,
    attempt,
    drafts_of,
    merge_last,
    quotes_of,
    split_first,
)
from tracker import audit
from tracker.access import Act
from tracker.foundation.database import Session
from tracker.foundation.errors import Forbidden, NotFound, VersionConflict
from tracker.reports.confirming import confirm
from tracker.reports.guards import WordsTaken
from tracker.reports.models import Draft
from tracker.reports.reviewing import DraftChoice, accept_draft, add_draft, reconsider_draft, reject_draft
from tracker.reports.rules.drafts import DraftState
from tracker.reports.spanning import move_boundary
from tracker.reports.undoing import (
    Facts,
    NothingToUndo,
    Overtaken,
    StepConfirmed,
    facts_of,
    find_undoable,
    undo,
)

Step = Callable[[Session, Act, Sequence[Draft]], object]
STEPS: dict[str, Step] = {
    "accept": lambda s, act, drafts: accept_draft(s, act, drafts[0].id, DraftChoice("互訪", THEMES[2])),
    "reject": lambda s, act, drafts: reject_draft(s, act, drafts[0].id, "重複"),
    "add": lambda s, act, drafts: add_draft(s, act, drafts[0].report_id, 0, 5, PROPOSALS),
    "split": split_first,
    "merge": merge_last,
    "move": lambda s, act, drafts: move_boundary(s, act, drafts[0].id, drafts[0].start, drafts[0].end - 4),
}


@pytest.fixture
def report_id(city: City) -> int:
    """A report with three drafts that wait, one below the other."""
    return city.give_report(QUOTES)


def take_back(session: Session, act: Act, drafts: Sequence[Draft]) -> None:
    """Undo the last step."""
    undo(session, act, drafts[0].report_id)


def stored(city: City, report_id: int) -> dict[int, Facts]:
    """Return everything that is stored of the drafts on the desk."""
    with city.database.reading() as session:
        return facts_of(drafts_of(session, report_id))


class TestUndo:
    @pytest.mark.parametrize("name", STEPS)
    def test_takes_back_every_step(self, city: City, report_id: int, name: str) -> None:
        before = stored(city, report_id)
        attempt(city, report_id, STEPS[name])
        assert stored(city, report_id) != before
        attempt(city, report_id, take_back)
        assert stored(city, report_id) == before

    def test_takes_back_one_after_the_other(self, city: City, report_id: int) -> None:
        states = [stored(city, report_id)]
        for name in ("accept", "split", "add", "reject"):
            attempt(city, report_id, STEPS[name])
            states.append(stored(city, report_id))
        attempt(city, report_id, lambda s, act, drafts: reconsider_draft(s, act, drafts[0].id))
        for state in reversed(states):
            attempt(city, report_id, take_back)
            assert stored(city, report_id) == state
        with pytest.raises(NothingToUndo):
            attempt(city, report_id, take_back)

    def test_takes_back_the_reader_s_own_step_alone(self, city: City, report_id: int) -> None:
        attempt(city, report_id, STEPS["accept"])
        with pytest.raises(NothingToUndo):
            attempt(city, report_id, take_back, DESK[1])
        attempt(city, report_id, lambda s, act, drafts: reject_draft(s, act, drafts[2].id, "重複"), DESK[1])
        attempt(city, report_id, take_back)
        with city.database.reading() as session:
            states = [draft.state for draft in drafts_of(session, report_id)]
        assert states == [DraftState.WAITING, DraftState.WAITING, DraftState.REJECTED]

    def test_refuses_when_a_colleague_changed_the_draft_since(self, city: City, report_id: int) -> None:
        attempt(city, report_id, STEPS["accept"])
        attempt(city, report_id, STEPS["reject"], DESK[1])
        present = stored(city, report_id)
        with pytest.raises(Overtaken):
            attempt(city, report_id, take_back)
        assert stored(city, report_id) == present

    def test_refuses_when_a_colleague_uses_the_words(self, city: City, report_id: int) -> None:
        attempt(
            city,
            report_id,
            lambda s, act, drafts: move_boundary(
                s, act, drafts[0].id, drafts[0].start, drafts[0].start + SECOND
            ),
        )
        attempt(
            city,
            report_id,
            lambda s, act, drafts: add_draft(
                s, act, report_id, drafts[0].end, drafts[0].start + len(LONG), PROPOSALS
            ),
            DESK[1],
        )
        with pytest.raises(WordsTaken):
            attempt(city, report_id, take_back)
        assert quotes_of(city, report_id)[:2] == [LONG[:SECOND], LONG[SECOND:]]

    def test_leaves_what_was_confirmed(self, city: City, report_id: int) -> None:
        def accept_and_confirm(session: Session, act: Act, drafts: Sequence[Draft]) -> None:
            accept_draft(session, act, drafts[0].id)
            confirm(session, act, report_id)
            session.info.pop("events", None)

        attempt(city, report_id, accept_and_confirm)
        with pytest.raises(StepConfirmed):
            attempt(city, report_id, take_back)
        with city.database.reading() as session:
            by = city.act("coordinator", session).by
            assert find_undoable(session, by, report_id, drafts_of(session, report_id)) is None

    def test_refuses_another_step_than_the_one_that_was_shown(self, city: City, report_id: int) -> None:
        attempt(city, report_id, STEPS["accept"])
        with pytest.raises(VersionConflict):
            attempt(city, report_id, lambda s, act, drafts: undo(s, act, report_id, shown=99))

    def test_stands_in_the_record(self, city: City, report_id: int) -> None:
        attempt(city, report_id, STEPS["split"])
        attempt(city, report_id, take_back)
        with city.database.reading() as session:
            last = audit.history_of(session, "report", report_id)[-1]
        assert (last.action, last.after["verb"]) == ("review_step_undone", "split")

    def test_is_the_coordinators(self, city: City, report_id: int) -> None:
        for key in ("officer", "viewer"):
            with pytest.raises((Forbidden, NotFound)):
                attempt(city, report_id, take_back, key)
