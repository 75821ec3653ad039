"""Suggestions at the desk: fed by events, taken by a step, counted when a recommendation is confirmed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.factories.city import City
from tests.support.decided import BUSES, LIKE_BUSES, NOTHING, decide
from tracker.access import SYSTEM, Principal
from tracker.actions.assigning import Assignment, open_confirmed, reassign
from tracker.actions.events import ActionAssigned
from tracker.actions.models import ActionItem
from tracker.actions.precedents import rebuild, remember_assignment
from tracker.foundation.database import Database, Session
from tracker.foundation.errors import Forbidden, Invalid, VersionConflict
from tracker.people import organization
from tracker.reports import duties
from tracker.reports.events import RecommendationConfirmed
from tracker.reports.models import Precedent, Recommendation, Report, SuggestionOutcome
from tracker.reports.queries import list_drafts
from tracker.reports.reviewing import accept_draft
from tracker.reports.rules.drafts import Confidentiality, DraftState
from tracker.reports.rules.suggesting import Ground, Suggestion
from tracker.reports.suggesting import (
    AlreadyDecided,
    Asked,
    Taken,
    note_outcome,
    suggest_for,
    suggest_for_drafts,
    take_suggestion,
)
from tracker.reports.suggestion_counts import count_outcomes
from tracker.reports.undoing import undo

SCHOOL = "建議國中小與海港城姊妹校辦理師生互訪。"


@pytest.fixture
def desk(city: City) -> Iterator[City]:
    """The city with the reactions that feed the desk's memory."""
    reactions = {
        RecommendationConfirmed: (note_outcome, open_confirmed),
        ActionAssigned: (remember_assignment,),
    }
    database = Database(str(city.database.engine.url.render_as_string(hide_password=False)), reactions)
    yield replace(city, database=database)
    database.close()


def asked(session: Session, quote: str, by: Principal = SYSTEM) -> Suggestion:
    words = duties.words_by_department(duties.read_words(session))
    return suggest_for(session, by, [Asked("", quote, None)], words)[0]


def proposed(session: Session, quote: str) -> list[int]:
    return asked(session, quote).department_ids


class TestMemory:
    def test_is_fed_by_confirming(self, desk: City) -> None:
        decide(desk, BUSES, "EDU-I")
        with desk.database.reading() as session:
            assert proposed(session, LIKE_BUSES)[0] == desk.departments["EDU-I"]

    def test_is_fed_by_giving_an_item_to_another_department(self, desk: City) -> None:
        decide(desk, BUSES, "EDU-I")
        with desk.database.transaction() as session:
            act = desk.act("coordinator", session)
            item = session.query(ActionItem).one()
            assignment = Assignment(desk.departments["TPT-P"], item.due_on)
            reassign(session, act, item.id, assignment, "屬運輸規劃業務")
        with desk.database.reading() as session:
            assert desk.departments["EDU-I"] not in proposed(session, LIKE_BUSES)
            assert proposed(session, LIKE_BUSES)[0] == desk.departments["TPT-P"]
            assert session.query(Precedent).count() == 1

    def test_made_anew_from_the_items_says_the_same(self, desk: City) -> None:
        decide(desk, BUSES, "EDU-I")
        decide(desk, SCHOOL, "EDU-I")
        with desk.database.transaction() as session:
            before = asked(session, LIKE_BUSES)
            assert rebuild(session) == 2
            again = asked(session, LIKE_BUSES)
        assert (again.department_ids, again.days) == (before.department_ids, before.days)


class TestSuggestion:
    def test_shows_the_earlier_decision_as_the_reason_with_quote_and_number(self, desk: City) -> None:
        decide(desk, BUSES, "EDU-I")
        with desk.database.reading() as session:
            found = asked(session, LIKE_BUSES, desk.act("coordinator", session).by)
            ground = found.departments[0].nearest and found.departments[0].nearest.ground
            assert ground == Ground(BUSES, session.query(ActionItem).one().item_no)

    def test_keeps_the_words_of_a_restricted_report_from_who_may_not_read_it(self, desk: City) -> None:
        decide(desk, BUSES, "EDU-I", Confidentiality.RESTRICTED)
        with desk.database.reading() as session:
            for key in ("other_officer", "viewer", "administrator"):
                first = asked(session, LIKE_BUSES, desk.act(key, session).by).departments[0]
                assert first.nearest is not None
                assert first.nearest.ground is None

    def test_is_none_without_ground(self, desk: City) -> None:
        decide(desk, BUSES, "EDU-I")
        with desk.database.reading() as session:
            assert proposed(session, NOTHING) == []

    def test_is_none_where_only_the_asking_is_alike(self, desk: City) -> None:
        decide(desk, "建請巡迴展出典藏版畫。", "EDU-I")
        with desk.database.reading() as session:
            assert proposed(session, "建請善用手寫筆記留存心得。") == []

    def test_is_none_where_only_the_day_is_the_same(self, desk: City) -> None:
        decide(desk, "建請於116年2月底前巡迴展出典藏版畫。", "EDU-I")
        with desk.database.reading() as session:
            assert proposed(session, "建請於116年2月底前善用手寫筆記。") == []

    def test_comes_from_duties_on_an_empty_installation(self, desk: City) -> None:
        with desk.database.reading() as session:
            assert proposed(session, BUSES) == [desk.departments["TPT"]]
            assert proposed(session, SCHOOL) == [desk.departments["EDU"]]

    def test_carries_the_theme_and_the_days_that_were_granted(self, desk: City) -> None:
        decide(desk, BUSES, "EDU-I", days=75)
        with desk.database.reading() as session:
            found = asked(session, LIKE_BUSES)
        assert (found.theme, found.days) == ("交通運輸", 75)

    def test_never_names_a_department_that_is_not_in_use(self, desk: City) -> None:
        decide(desk, BUSES, "EDU-I")
        with desk.database.transaction() as session:
            act = desk.act("administrator", session)
            department = session.get_one(organization.Department, desk.departments["EDU-I"])
            department.is_active = False
            duties.write_duties(session, act, department.id, ["看板"])
        with desk.database.reading() as session:
            assert desk.departments["EDU-I"] not in proposed(session, LIKE_BUSES)

    def test_fills_in_nothing_by_itself(self, desk: City) -> None:
        decide(desk, BUSES, "EDU-I")
        report_id = desk.give_report((LIKE_BUSES,))
        with desk.database.reading() as session:
            (draft,) = list_drafts(session, report_id)
            report = session.get_one(Report, report_id)
            words = duties.words_by_department(duties.read_words(session))
            found = suggest_for_drafts(session, SYSTEM, report, [draft], words)
            assert found[draft.id].department_ids
            assert draft.lead_department_id != desk.departments["EDU-I"]
            assert draft.state is DraftState.WAITING


class TestTakeSuggestion:
    def test_is_a_step_that_can_be_taken_back(self, desk: City) -> None:
        report_id = desk.give_report((LIKE_BUSES,))
        with desk.database.transaction() as session:
            act = desk.act("coordinator", session)
            (draft,) = list_drafts(session, report_id)
            before = draft.lead_department_id
            taken = Taken(desk.departments["EDU-I"], "交通運輸", act.today + timedelta(days=40))
            take_suggestion(session, act, draft.id, taken, draft.version)
            assert (draft.lead_department_id, draft.theme) == (desk.departments["EDU-I"], "交通運輸")
            assert draft.state is DraftState.WAITING
            undo(session, act, report_id)
            (draft,) = list_drafts(session, report_id)
            assert draft.lead_department_id == before

    def test_refuses_others_stale_pages_days_gone_by_and_what_was_decided(self, desk: City) -> None:
        report_id = desk.give_report((LIKE_BUSES,))
        with desk.database.transaction() as session:
            act = desk.act("coordinator", session)
            (draft,) = list_drafts(session, report_id)
            with pytest.raises(Forbidden):
                take_suggestion(session, desk.act("officer", session), draft.id, Taken(theme="交通運輸"))
            with pytest.raises(VersionConflict):
                take_suggestion(session, act, draft.id, Taken(theme="交通運輸"), draft.version + 1)
            with pytest.raises(Invalid):
                take_suggestion(session, act, draft.id, Taken(due_on=act.today - timedelta(days=1)))
            accept_draft(session, act, draft.id)
            with pytest.raises(AlreadyDecided):
                take_suggestion(session, act, draft.id, Taken(theme="交通運輸"))


class TestOutcomes:
    def test_count_what_was_taken_overruled_and_without_ground(self, desk: City) -> None:
        decide(desk, BUSES, "TPT")
        decide(desk, LIKE_BUSES, "TPT")
        decide(desk, LIKE_BUSES + "並逐年擴充。", "EDU-I")
        decide(desk, NOTHING, "EDU-I")
        with desk.database.reading() as session:
            found = count_outcomes(session, desk.act("administrator", session))
        assert (found.all.first, found.all.overruled, found.all.without_ground) == (2, 1, 1)
        assert found.all.total == sum(each.total for each in found.by_department) == 4
        assert found.themes_taken == found.themes == 2

    def test_take_a_unit_for_the_agency_that_was_proposed(self, desk: City) -> None:
        decide(desk, BUSES, "TPT-P")
        with desk.database.reading() as session:
            assert session.query(SuggestionOutcome).one().place == 1

    def test_do_not_find_the_decision_that_they_are_about(self, desk: City) -> None:
        decide(desk, NOTHING, "EDU-I")
        with desk.database.reading() as session:
            assert session.query(SuggestionOutcome).one().suggested_ids == []
            assert session.query(Recommendation).count() == 1

    def test_are_shown_to_those_who_keep_duties_only(self, desk: City) -> None:
        with desk.database.reading() as session, pytest.raises(Forbidden):
            count_outcomes(session, desk.act("officer", session))


class TestDuties:
    def test_that_an_administrator_writes_hold_instead_of_the_usual_ones(self, desk: City) -> None:
        with desk.database.transaction() as session:
            act = desk.act("administrator", session)
            kept = duties.write_duties(
                session, act, desk.departments["EDU-I"], ["候車資訊看板", "候車資訊看板"]
            )
            duties.write_duties(session, act, desk.departments["TPT"], [])
            assert (list(kept.words), kept.version) == (["候車資訊看板"], 1)
        with desk.database.reading() as session:
            assert proposed(session, BUSES) == [desk.departments["EDU-I"]]

    def test_become_the_usual_ones_again(self, desk: City) -> None:
        with desk.database.transaction() as session:
            act = desk.act("administrator", session)
            duties.write_duties(session, act, desk.departments["TPT"], [])
            assert "公車" in duties.restore_usual(session, act, desk.departments["TPT"]).words

    def test_refuse_others_and_stale_pages(self, desk: City) -> None:
        with desk.database.transaction() as session:
            act = desk.act("administrator", session)
            with pytest.raises(Forbidden):
                duties.write_duties(session, desk.act("unit_head", session), desk.departments["TPT"], [])
            duties.write_duties(session, act, desk.departments["TPT"], ["公車"])
            with pytest.raises(VersionConflict):
                duties.write_duties(session, act, desk.departments["TPT"], ["捷運"], 7)
