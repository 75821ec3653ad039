"""Splitting, joining and moving the boundaries of drafts, on both databases."""

import random
from collections.abc import Sequence
from itertools import pairwise

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
from tracker.foundation.errors import Conflict, Forbidden, Invalid, NotFound, TrackerError, VersionConflict
from tracker.reports import queries
from tracker.reports.confirming import confirm
from tracker.reports.guards import DraftConfirmed, DraftGone, WordsTaken
from tracker.reports.models import Draft
from tracker.reports.reviewing import DraftChoice, accept_draft, add_draft, reconsider_draft, reject_draft
from tracker.reports.rules.drafts import HOLDS_ITS_WORDS, DraftKind, DraftState
from tracker.reports.spanning import (
    SomethingBetween,
    TooFarApart,
    merge_drafts,
    move_boundary,
    neighbours,
    split_draft,
)
from tracker.reports.undoing import undo


@pytest.fixture
def report_id(city: City) -> int:
    """A report with three drafts that wait, one below the other."""
    return city.give_report(QUOTES)


class TestSplitDraft:
    def test_cuts_where_it_is_told(self, city: City, report_id: int) -> None:
        attempt(city, report_id, split_first)
        assert quotes_of(city, report_id)[:2] == ["請教育局於115年12月底前辦理互訪。", LONG[SECOND:]]

    def test_proposes_for_each_part_what_its_own_words_say(self, city: City, report_id: int) -> None:
        parts = attempt(city, report_id, split_first)
        assert [part.owner_hint for part in parts] == ["教育局", "交通局"]
        assert [part.lead_department_id for part in parts] == [
            city.departments["EDU"],
            city.departments["TPT"],
        ]
        assert [str(part.due_on) for part in parts] == ["2026-12-31", "2026-06-30"]
        assert all(part.why[-1] == "split-by-reviewer" for part in parts)

    def test_lets_the_parts_wait(self, city: City, report_id: int) -> None:
        attempt(city, report_id, lambda s, act, drafts: accept_draft(s, act, drafts[0].id))
        parts = attempt(city, report_id, split_first)
        assert {part.state for part in parts} == {DraftState.WAITING}

    def test_refuses_to_cut_nothing_off(self, city: City, report_id: int) -> None:
        for places in ([], [0], [10_000]):
            with pytest.raises(Invalid):
                attempt(
                    city,
                    report_id,
                    lambda s, act, drafts, places=places: split_draft(  # type: ignore[misc]
                        s, act, drafts[0].id, places, PROPOSALS
                    ),
                )

    def test_is_the_coordinators(self, city: City, report_id: int) -> None:
        for key in ("officer", "agency_head", "viewer"):
            with pytest.raises((Forbidden, NotFound)):
                attempt(city, report_id, split_first, key)

    def test_stands_in_the_record(self, city: City, report_id: int) -> None:
        parts = attempt(city, report_id, split_first)
        with city.database.reading() as session:
            last = audit.history_of(session, "report", report_id)[-1]
        assert (last.action, last.after["parts"]) == ("draft_split", [part.id for part in parts])


class TestMergeDrafts:
    def test_makes_one_quote_of_neighbours(self, city: City, report_id: int) -> None:
        merged = attempt(city, report_id, merge_last)
        assert quotes_of(city, report_id) == [LONG, f"{QUOTES[1]}\n{QUOTES[2]}"]
        assert merged.why[-1] == "merged-by-reviewer"

    def test_of_what_was_split_gives_the_same_quote_again(self, city: City, report_id: int) -> None:
        parts = attempt(city, report_id, split_first)
        shown = {part.id: part.version for part in parts}
        attempt(city, report_id, lambda s, act, _: merge_drafts(s, act, report_id, shown))
        assert quotes_of(city, report_id) == list(QUOTES)

    def test_lets_the_departments_of_both_take_part(self, city: City, report_id: int) -> None:
        parts = attempt(city, report_id, split_first)
        shown = {part.id: part.version for part in parts}
        merged = attempt(city, report_id, lambda s, act, _: merge_drafts(s, act, report_id, shown))
        assert merged.lead_department_id == city.departments["EDU"]
        assert merged.support_department_ids == [city.departments["TPT"]]

    def test_refuses_what_has_another_one_between(self, city: City, report_id: int) -> None:
        with pytest.raises(SomethingBetween):
            attempt(
                city,
                report_id,
                lambda s, act, drafts: merge_drafts(
                    s, act, report_id, {drafts[0].id: None, drafts[2].id: None}
                ),
            )

    def test_passes_over_a_rejected_one_between(self, city: City, report_id: int) -> None:
        attempt(city, report_id, lambda s, act, drafts: reject_draft(s, act, drafts[1].id, "重複"))
        attempt(
            city,
            report_id,
            lambda s, act, drafts: merge_drafts(s, act, report_id, {drafts[0].id: None, drafts[2].id: None}),
        )
        assert "\n".join(QUOTES) in quotes_of(city, report_id)

    def test_refuses_what_lies_far_apart(self, city: City) -> None:
        far = city.give_report(("建請交通局試辦。" + "中" * 700 + "止", "建議教育局辦理。"))
        attempt(
            city,
            far,
            lambda s, act, drafts: move_boundary(s, act, drafts[0].id, drafts[0].start, drafts[0].start + 8),
        )
        with pytest.raises(TooFarApart):
            attempt(
                city,
                far,
                lambda s, act, drafts: merge_drafts(s, act, far, {each.id: None for each in drafts}),
            )

    def test_refuses_a_rejected_one(self, city: City, report_id: int) -> None:
        attempt(city, report_id, lambda s, act, drafts: reject_draft(s, act, drafts[1].id, "重複"))
        with pytest.raises(Conflict):
            attempt(city, report_id, merge_last)

    def test_refuses_one_that_changed_since_it_was_shown(self, city: City, report_id: int) -> None:
        with city.database.reading() as session:
            shown = {each.id: each.version for each in drafts_of(session, report_id)[1:]}
        attempt(city, report_id, lambda s, act, drafts: reject_draft(s, act, drafts[2].id, "重複"), DESK[1])
        with pytest.raises(VersionConflict):
            attempt(city, report_id, lambda s, act, _: merge_drafts(s, act, report_id, shown))

    def test_refuses_drafts_of_another_report(self, city: City, report_id: int) -> None:
        other = city.give_report(("建請交通局另案研議。",))
        with pytest.raises(NotFound):
            attempt(
                city,
                other,
                lambda s, act, drafts: merge_drafts(
                    s, act, other, {drafts[0].id: None, drafts_of(s, report_id)[0].id: None}
                ),
            )

    def test_leaves_nothing_to_do_with_the_one_that_is_gone(self, city: City, report_id: int) -> None:
        with city.database.reading() as session:
            last = drafts_of(session, report_id)[2]
        attempt(city, report_id, merge_last)
        with pytest.raises(DraftGone):
            attempt(city, report_id, lambda s, act, _: accept_draft(s, act, last.id, version=last.version))


class TestMoveBoundary:
    def test_keeps_state_and_choices(self, city: City, report_id: int) -> None:
        choice = DraftChoice("辦理互訪", THEMES[2])
        attempt(city, report_id, lambda s, act, drafts: accept_draft(s, act, drafts[0].id, choice))
        moved = attempt(
            city,
            report_id,
            lambda s, act, drafts: move_boundary(
                s, act, drafts[0].id, drafts[0].start, drafts[0].start + SECOND, drafts[0].version
            ),
        )
        assert (moved.state, moved.title, moved.theme) == (DraftState.ACCEPTED, "辦理互訪", THEMES[2])
        assert quotes_of(city, report_id)[0] == LONG[:SECOND]

    def test_renews_a_title_that_was_taken_from_the_words(self, city: City, report_id: int) -> None:
        moved = attempt(
            city,
            report_id,
            lambda s, act, drafts: move_boundary(
                s, act, drafts[0].id, drafts[0].start + SECOND, drafts[0].end
            ),
        )
        assert moved.title.startswith("並由交通局")
        assert moved.why[-1] == "moved-by-reviewer"

    def test_takes_no_blanks_at_the_ends(self, city: City, report_id: int) -> None:
        attempt(
            city,
            report_id,
            lambda s, act, drafts: move_boundary(
                s, act, drafts[1].id, drafts[1].start - 1, drafts[1].end + 1
            ),
        )
        assert quotes_of(city, report_id)[1] == QUOTES[1]

    def test_refuses_words_of_another_draft(self, city: City, report_id: int) -> None:
        with pytest.raises(WordsTaken):
            attempt(
                city,
                report_id,
                lambda s, act, drafts: move_boundary(
                    s, act, drafts[0].id, drafts[0].start, drafts[1].start + 1
                ),
            )

    @pytest.mark.parametrize("span", [(-1, 5), (5, 5), (9, 4), (0, 10_000)])
    def test_refuses_a_place_outside(self, city: City, report_id: int, span: tuple[int, int]) -> None:
        with pytest.raises(Invalid):
            attempt(city, report_id, lambda s, act, drafts: move_boundary(s, act, drafts[0].id, *span))

    def test_refuses_a_confirmed_quote(self, city: City, report_id: int) -> None:
        def confirm_first(session: Session, act: Act, drafts: Sequence[Draft]) -> None:
            accept_draft(session, act, drafts[0].id)
            confirm(session, act, report_id)
            session.info.pop("events", None)

        attempt(city, report_id, confirm_first)
        with pytest.raises(DraftConfirmed):
            attempt(
                city,
                report_id,
                lambda s, act, drafts: move_boundary(
                    s, act, drafts[0].id, drafts[0].start, drafts[0].end - 2
                ),
            )

    def test_is_free_up_to_the_neighbours(self, city: City, report_id: int) -> None:
        with city.database.reading() as session:
            first, second, third = drafts_of(session, report_id)
            draft = queries.get_draft(session, city.act("coordinator", session).by, second.id)
            assert neighbours(session, draft) == (first.end, third.start)


class TestAddDraft:
    def test_refuses_words_of_another_draft(self, city: City, report_id: int) -> None:
        with pytest.raises(WordsTaken):
            attempt(
                city,
                report_id,
                lambda s, act, drafts: add_draft(
                    s, act, report_id, drafts[0].start + 1, drafts[0].end, PROPOSALS
                ),
            )

    def test_may_use_the_words_of_a_rejected_one_which_then_stays_rejected(
        self, city: City, report_id: int
    ) -> None:
        attempt(city, report_id, lambda s, act, drafts: reject_draft(s, act, drafts[0].id, "範圍不對"))
        attempt(
            city,
            report_id,
            lambda s, act, drafts: add_draft(
                s, act, report_id, drafts[0].start, drafts[0].start + SECOND, PROPOSALS
            ),
        )
        for step in (reconsider_draft, accept_draft):
            with pytest.raises(WordsTaken):
                attempt(
                    city,
                    report_id,
                    lambda s, act, drafts, step=step: step(  # type: ignore[misc]
                        s, act, next(d.id for d in drafts if d.state is DraftState.REJECTED)
                    ),
                )

    def test_reads_owner_and_due_date_from_the_words(self, city: City) -> None:
        other = city.give_report(("沒有建議。",))
        attempt(city, other, lambda s, act, drafts: reject_draft(s, act, drafts[0].id, "不是建議"))
        added = attempt(
            city,
            other,
            lambda s, act, drafts: add_draft(s, act, other, drafts[0].start, drafts[0].end, PROPOSALS),
        )
        assert (added.kind, added.why, added.owner_hint) == (DraftKind.MANUAL, ["marked_by_reviewer"], "")


class TestAnyStepsAtAll:
    @pytest.mark.parametrize("seed", range(3))
    def test_never_let_two_drafts_share_words(self, city: City, report_id: int, seed: int) -> None:
        chance = random.Random(seed)
        taken = 0
        for _ in range(20):
            try:
                attempt(
                    city, report_id, lambda s, act, drafts: step(chance, s, act, drafts), chance.choice(DESK)
                )
                taken += 1
            except TrackerError:
                pass
            with city.database.reading() as session:
                held = [each for each in drafts_of(session, report_id) if each.state in HOLDS_ITS_WORDS]
            assert all(one.end <= other.start for one, other in pairwise(held))
        assert taken > 6


def step(chance: random.Random, session: Session, act: Act, drafts: Sequence[Draft]) -> None:
    """Take any step at all."""
    report_id, draft = drafts[0].report_id, chance.choice(drafts)
    low, high = max(0, draft.start - 12), draft.end + 12
    places = sorted(chance.sample(range(low, high), 2))
    chance.choice(
        [
            lambda: split_draft(session, act, draft.id, [chance.randint(draft.start, draft.end)], PROPOSALS),
            lambda: merge_drafts(
                session, act, report_id, {each.id: None for each in chance.sample(drafts, 2)}
            ),
            lambda: move_boundary(session, act, draft.id, *places),
            lambda: add_draft(session, act, report_id, *places, PROPOSALS),
            lambda: reject_draft(session, act, draft.id, "重複"),
            lambda: reconsider_draft(session, act, draft.id),
            lambda: accept_draft(session, act, draft.id),
            lambda: undo(session, act, report_id),
            lambda: undo(session, act, report_id),
        ]
    )()
