"""The second edition of a report: recognised, answered, compared and carried on, on both databases."""

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import select

from tests.factories.city import City
from tests.support import editions as story
from tests.support.editions import ADDED, EXCHANGE, FIRST, LIGHTS, REWORDED, SIGNALS, two_editions
from tracker.access import Act
from tracker.actions.models import ActionItem
from tracker.actions.rules.workflow import Status
from tracker.audit.models import AuditEvent
from tracker.foundation.database import Session
from tracker.foundation.errors import Conflict, Duplicate, Forbidden, Invalid, NotFound, VersionConflict
from tracker.reports import comparing, editions, queries
from tracker.reports.comparing import AlreadyCarriedOn, Comparison
from tracker.reports.confirming import confirm, declare_no_recommendation
from tracker.reports.guards import DraftMatched
from tracker.reports.models import Draft, Edition, EditionVerdict, Recommendation, Report
from tracker.reports.reviewing import accept_draft, reject_draft
from tracker.reports.rules.adoption import Adoption
from tracker.reports.rules.drafts import DraftState, ReportState
from tracker.reports.rules.editions import EditionState, Ground, Verdict
from tracker.reports.service import ReportFields, ReportKnown, edit_report
from tracker.reports.twins import find_twins

Step = Callable[[Session, Act], object]


def take(city: City, step: Step, key: str = "coordinator") -> object:
    """Take a step as a person of the city."""
    with city.database.transaction() as session:
        return step(session, city.act(key, session))


def accepted(city: City, report_id: int) -> None:
    take(city, lambda session, act: editions.accept_edition(session, act, report_id))


def shown(city: City, report_id: int) -> Comparison:
    with city.database.reading() as session:
        return story.comparison_of(session, city.act("coordinator", session), report_id)


def carry(city: City, report_id: int, verdict: Verdict) -> None:
    pairs = [triple(each) for each in shown(city, report_id).waiting(verdict)]
    take(city, lambda session, act: comparing.carry_on(session, act, report_id, pairs))


def triple(pair: comparing.Compared) -> tuple[int, int, int]:
    return pair.draft_id, pair.draft_version, pair.known.recommendation.id


def edition_of(city: City, report_id: int) -> Edition | None:
    with city.database.reading() as session:
        return editions.find_edition(session, city.act("coordinator", session).by, report_id)


def decisions(city: City) -> Sequence[tuple[object, ...]]:
    """Return everything that was decided about recommendations and their items."""
    columns = (
        Recommendation.id,
        Recommendation.verbatim_quote,
        Recommendation.adoption,
        Recommendation.decided_at,
        Recommendation.version,
        ActionItem.item_no,
        ActionItem.status,
        ActionItem.due_on,
        ActionItem.version,
    )
    with city.database.reading() as session:
        query = select(*columns).outerjoin(ActionItem, ActionItem.recommendation_id == Recommendation.id)
        return [tuple(row) for row in session.execute(query.order_by(Recommendation.id))]


def recorded(city: City, action: str) -> int:
    with city.database.reading() as session:
        return len(session.scalars(select(AuditEvent).where(AuditEvent.action == action)).all())


class TestImportOfAKnownReport:
    def test_by_the_same_file_is_refused_with_its_title(self, city: City) -> None:
        story.bring(city, story.report_text(FIRST))
        with pytest.raises(ReportKnown, match="瀨灣市"):
            story.bring(city, story.report_text(FIRST))

    def test_of_the_next_year_is_recognised_and_nothing_else_happens(self, city: City) -> None:
        former, later = two_editions(city)
        edition = edition_of(city, later)
        assert edition is not None
        assert (edition.former_id, edition.state) == (former, EditionState.PROPOSED)
        assert {Ground.TITLE, Ground.AGENCY} <= set(edition.grounds)
        assert recorded(city, "edition_recognised") == 1
        with city.database.reading() as session:
            drafts = queries.list_drafts(session, later)
            assert {each.state for each in drafts} == {DraftState.WAITING}

    def test_of_the_same_trip_with_a_correction_is_recognised_by_the_trip(self, city: City) -> None:
        story.bring(city, story.report_text(FIRST))
        later = story.bring(city, story.report_text(FIRST).replace("三處", "四處"))
        edition = edition_of(city, later)
        assert edition is not None
        assert set(edition.grounds) == set(Ground) - {Ground.CHOSEN}

    def test_picks_the_edition_before_of_several(self, city: City) -> None:
        story.bring(city, story.report_text(FIRST, 112))
        second = story.bring(city, story.report_text(FIRST, 113))
        edition = edition_of(city, story.bring(city, story.report_text(FIRST, 114)))
        assert edition is not None
        assert edition.former_id == second

    def test_of_something_else_is_not_taken_for_an_edition(self, city: City) -> None:
        story.bring(city, story.report_text(FIRST))
        other = "赴北原市研習圖書館夜間服務 出國報告\n服務機關：教育局\n建議\n" + ADDED
        assert edition_of(city, story.bring(city, other)) is None

    def test_under_a_title_that_was_corrected_is_recognised_by_that(self, city: City) -> None:
        former = story.bring(city, "掃描檔\n服務機關：交通局\n建議\n" + SIGNALS)
        fields = ReportFields("赴北原市研習圖書館夜間服務 出國報告", city.departments["TPT"])
        take(city, lambda session, act: edit_report(session, act, former, fields))
        later = "赴北原市研習圖書館夜間服務 出國報告\n服務機關：交通局\n建議\n" + SIGNALS
        edition = edition_of(city, story.bring(city, later))
        assert edition is not None
        assert Ground.TITLE in edition.grounds


class TestAnswer:
    def test_is_the_coordinators(self, city: City) -> None:
        _, later = two_editions(city)
        for key in ("officer", "unit_head", "agency_head", "viewer", "administrator"):
            for step in (editions.accept_edition, editions.refuse_edition, editions.take_back_answer):
                with pytest.raises((Forbidden, NotFound)):
                    take(city, lambda session, act, step=step: step(session, act, later), key)
        assert edition_of(city, later).state is EditionState.PROPOSED

    def test_no_leaves_the_drafts_to_the_desk(self, city: City) -> None:
        _, later = two_editions(city)
        take(city, lambda session, act: editions.refuse_edition(session, act, later))
        comparison = shown(city, later)
        assert (comparison.pairs, comparison.dropped) == ((), ())
        assert recorded(city, "edition_refused") == 1

    def test_given_on_an_old_page_is_refused(self, city: City) -> None:
        _, later = two_editions(city)
        accepted(city, later)
        with pytest.raises(VersionConflict):
            take(city, lambda session, act: editions.refuse_edition(session, act, later, 1))
        with pytest.raises(Conflict):
            take(city, lambda session, act: editions.refuse_edition(session, act, later))

    def test_can_be_taken_back_with_all_that_followed(self, city: City) -> None:
        _, later = two_editions(city)
        before = decisions(city)
        accepted(city, later)
        carry(city, later, Verdict.SAME)
        take(city, lambda session, act: editions.take_back_answer(session, act, later))
        with city.database.reading() as session:
            assert {each.state for each in queries.list_drafts(session, later)} == {DraftState.WAITING}
            assert not session.scalars(select(EditionVerdict)).all()
        assert decisions(city) == before
        assert recorded(city, "edition_reconsidered") == recorded(city, "edition_verdict_undone") == 1

    def test_of_a_person_names_an_edition_that_was_not_recognised(self, city: City) -> None:
        former = story.bring(city, story.report_text(FIRST))
        story.confirm_all(city, former)
        other = story.bring(city, "另一份報告\n服務機關：教育局\n建議\n" + ADDED)
        with city.database.reading() as session:
            number = session.get_one(Report, former).report_no or ""
        take(city, lambda session, act: editions.choose_former(session, act, other, f" {number} "))
        assert edition_of(city, other).grounds == [Ground.CHOSEN]
        for wrong in ("", "nobody's"):
            with pytest.raises(Invalid):
                take(
                    city, lambda session, act, wrong=wrong: editions.choose_former(session, act, other, wrong)
                )

    def test_cannot_make_a_report_an_edition_of_its_own_later_one(self, city: City) -> None:
        former, later = two_editions(city)
        accepted(city, later)
        story.confirm_all(city, later)
        with city.database.reading() as session:
            number = session.get_one(Report, later).report_no or ""
        with pytest.raises(Invalid):
            take(city, lambda session, act: editions.choose_former(session, act, former, number))


class TestComparison:
    def test_tells_same_reworded_new_and_dropped(self, city: City) -> None:
        _, later = two_editions(city)
        comparison = shown(city, later)
        assert [(each.verdict, each.known.quote) for each in comparison.pairs] == [
            (Verdict.SAME, EXCHANGE),
            (Verdict.REWORDED, SIGNALS),
        ]
        assert [each.title[:4] for each in comparison.new] == [ADDED[2:6]]
        assert [each.known.quote for each in comparison.dropped] == [LIGHTS]

    def test_marks_the_words_that_changed(self, city: City) -> None:
        _, later = two_editions(city)
        (reworded,) = shown(city, later).waiting(Verdict.REWORDED)
        marked = [(change.value, text) for change, text in reworded.changes if change.value != "kept"]
        assert marked == [("removed", "三"), ("added", "五"), ("added", "及學校周邊")]

    def test_fits_what_was_set_aside_on_the_desk(self, city: City) -> None:
        _, later = two_editions(city)
        first = shown(city, later).pairs[0].draft_id
        take(city, lambda session, act: reject_draft(session, act, first, "重複"))
        assert [each.known.quote for each in shown(city, later).dropped] == [EXCHANGE, LIGHTS]


class TestCarryOn:
    def test_leaves_decisions_items_and_histories_with_the_recommendation(self, city: City) -> None:
        _, later = two_editions(city)
        before = decisions(city)
        accepted(city, later)
        carry(city, later, Verdict.SAME)
        carry(city, later, Verdict.REWORDED)
        assert decisions(city) == before
        assert recorded(city, "edition_judged") == 2

    def test_keeps_both_wordings_with_their_editions(self, city: City) -> None:
        _, later = two_editions(city)
        accepted(city, later)
        carry(city, later, Verdict.REWORDED)
        with city.database.reading() as session:
            by = city.act("coordinator", session).by
            known = session.scalars(
                select(Recommendation).where(Recommendation.verbatim_quote == SIGNALS)
            ).one()
            (source,) = known.sources
            text = queries.get_report(session, by, later, with_text=True).text
            assert (source.quote, source.verdict) == (REWORDED, Verdict.REWORDED)
            assert text[source.start : source.end] == REWORDED

    def test_ends_the_review_of_an_edition_that_says_nothing_new(self, city: City) -> None:
        _, later = two_editions(city, FIRST, (EXCHANGE, SIGNALS, LIGHTS))
        accepted(city, later)
        carry(city, later, Verdict.SAME)
        with pytest.raises(Conflict):
            take(city, lambda session, act: declare_no_recommendation(session, act, later))
        assert take(city, lambda session, act: list(confirm(session, act, later))) == []
        with city.database.reading() as session:
            assert session.get_one(Report, later).state is ReportState.REVIEWED

    def test_lets_new_ones_go_the_usual_way(self, city: City) -> None:
        _, later = two_editions(city)
        accepted(city, later)
        carry(city, later, Verdict.SAME)
        carry(city, later, Verdict.REWORDED)
        with city.database.reading() as session:
            waiting = [d for d in queries.list_drafts(session, later) if d.state is DraftState.WAITING]
        take(city, lambda session, act: accept_draft(session, act, waiting[0].id))
        (confirmed,) = take(city, lambda session, act: list(confirm(session, act, later)))  # type: ignore[misc]
        assert confirmed.verbatim_quote == ADDED

    def test_takes_only_what_is_the_same_when_many_are_taken_at_once(self, city: City) -> None:
        _, later = two_editions(city)
        accepted(city, later)
        pairs = [triple(each) for each in shown(city, later).pairs]
        with pytest.raises(VersionConflict):
            take(city, lambda session, act: comparing.carry_on(session, act, later, pairs, only_same=True))

    def test_refuses_a_draft_that_changed_since_it_was_shown(self, city: City) -> None:
        _, later = two_editions(city)
        accepted(city, later)
        draft_id, version, known_id = triple(shown(city, later).pairs[0])
        stale = [(draft_id, version + 1, known_id)]
        with pytest.raises(VersionConflict):
            take(city, lambda session, act: comparing.carry_on(session, act, later, stale))

    def test_gives_a_recommendation_one_source_in_a_report(self, city: City) -> None:
        _, later = two_editions(city)
        accepted(city, later)
        same, reworded = shown(city, later).pairs
        carry(city, later, Verdict.SAME)
        again = [(*triple(reworded)[:2], same.known.recommendation.id)]
        with pytest.raises(AlreadyCarriedOn):
            take(city, lambda session, act: comparing.carry_on(session, act, later, again))

    def test_closes_the_draft_on_the_desk_until_it_is_taken_back(self, city: City) -> None:
        _, later = two_editions(city)
        accepted(city, later)
        carry(city, later, Verdict.SAME)
        (pair, _) = shown(city, later).pairs
        with pytest.raises(DraftMatched):
            take(city, lambda session, act: accept_draft(session, act, pair.draft_id))
        assert pair.decided is not None
        verdict_id = pair.decided.id
        take(city, lambda session, act: comparing.take_back(session, act, later, verdict_id))
        with city.database.reading() as session:
            assert session.get_one(Draft, pair.draft_id).state is DraftState.WAITING
        with pytest.raises(VersionConflict):
            take(city, lambda session, act: comparing.take_back(session, act, later, verdict_id))

    def test_is_the_coordinators(self, city: City) -> None:
        _, later = two_editions(city)
        accepted(city, later)
        pairs = [triple(each) for each in shown(city, later).pairs]
        for key in ("officer", "unit_head", "agency_head", "viewer", "administrator"):
            for step in (
                lambda session, act: comparing.carry_on(session, act, later, pairs),
                lambda session, act: comparing.set_apart(session, act, later, *pairs[0]),
                lambda session, act: comparing.keep_dropped(session, act, later, pairs[0][2]),
            ):
                with pytest.raises((Forbidden, NotFound)):
                    take(city, step, key)

    def test_goes_on_over_a_third_edition(self, city: City) -> None:
        _, second = two_editions(city, FIRST, (REWORDED, EXCHANGE, LIGHTS))
        accepted(city, second)
        carry(city, second, Verdict.SAME)
        carry(city, second, Verdict.REWORDED)
        take(city, lambda session, act: confirm(session, act, second))
        third = story.bring(city, story.report_text((REWORDED, EXCHANGE, LIGHTS), 116))
        edition = edition_of(city, third)
        assert edition is not None
        assert edition.former_id == second
        assert [each.verdict for each in shown(city, third).pairs] == [Verdict.SAME] * 3


class TestSetApart:
    def test_makes_the_one_new_and_the_other_dropped(self, city: City) -> None:
        _, later = two_editions(city)
        accepted(city, later)
        (reworded,) = shown(city, later).waiting(Verdict.REWORDED)
        take(city, lambda session, act: comparing.set_apart(session, act, later, *triple(reworded)))
        comparison = shown(city, later)
        assert SIGNALS in [each.known.quote for each in comparison.dropped]
        assert len(comparison.new) == 2
        with pytest.raises(Duplicate):
            take(city, lambda session, act: comparing.set_apart(session, act, later, *triple(reworded)))


class TestDropped:
    def test_stays_open_until_a_person_decides(self, city: City) -> None:
        _, later = two_editions(city)
        accepted(city, later)
        carry(city, later, Verdict.SAME)
        carry(city, later, Verdict.REWORDED)
        with city.database.reading() as session:
            assert {each.status for each in session.scalars(select(ActionItem))} == {Status.ASSIGNED}

    def test_is_kept_with_its_decision_and_a_record(self, city: City) -> None:
        _, later = two_editions(city)
        accepted(city, later)
        before = decisions(city)
        (dropped,) = shown(city, later).dropped
        known_id = dropped.known.recommendation.id
        take(city, lambda session, act: comparing.keep_dropped(session, act, later, known_id))
        (dropped,) = shown(city, later).dropped
        assert dropped.kept is not None
        assert decisions(city) == before
        assert dropped.known.recommendation.adoption is Adoption.ADOPTED
        with pytest.raises(Conflict):
            take(city, lambda session, act: comparing.keep_dropped(session, act, later, known_id))


class TestTwins:
    def test_say_the_same_in_another_report(self, city: City) -> None:
        former = story.bring(city, story.report_text(FIRST))
        story.confirm_all(city, former)
        other = "赴北原市研習圖書館夜間服務 出國報告\n服務機關：教育局\n建議\n" + REWORDED + "\n" + ADDED
        report_id = story.bring(city, other)
        with city.database.reading() as session:
            by = city.act("coordinator", session).by
            twins = find_twins(session, by, report_id, {1: REWORDED, 2: ADDED})
            assert [(key, [each.quote for each in found]) for key, found in twins.items()] == [(1, [SIGNALS])]
            assert find_twins(session, by, former, {1: SIGNALS}) == {}
            assert find_twins(session, by, former, {}) == {}
