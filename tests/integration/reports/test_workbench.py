"""The workbench for many: lists, counts, reviewers, and confirming many at once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect

from tests.factories.city import THEMES, City
from tracker.access import Role
from tracker.actions.assigning import open_confirmed
from tracker.actions.handing_over import Handover, deactivate_person
from tracker.actions.models import ActionItem
from tracker.actions.queries.holdings import holdings_of
from tracker.audit.models import AuditEvent
from tracker.foundation.database import Database
from tracker.foundation.errors import Forbidden, Invalid, VersionConflict
from tracker.people.events import PersonDeactivated, RolesTaken
from tracker.people.service import PersonFields, RoleAssignment, edit_person
from tracker.reminders.models import Notice
from tracker.reminders.rules.digest import NoticeKind
from tracker.reminders.service import notify_of_drafts
from tracker.reports.bulk_confirming import (
    DOUBTFUL,
    HELD_BY_OTHERS,
    INCOMPLETE,
    NO_AGENCY,
    NothingSure,
    confirm_sure,
    preview_sure,
)
from tracker.reports.drafting import Proposals
from tracker.reports.events import DraftsAssigned, RecommendationConfirmed
from tracker.reports.models import Draft, Recommendation, Report
from tracker.reports.queries import list_drafts
from tracker.reports.reviewing import accept_draft, reject_draft
from tracker.reports.rules.drafts import DraftState, ReportState
from tracker.reports.spanning import split_draft
from tracker.reports.undoing import undo
from tracker.reports.workbench import (
    MINE,
    NOBODY,
    Age,
    NothingChosen,
    Order,
    QueueFilter,
    Sureness,
    assign_drafts,
    list_queue,
    return_drafts,
    tally,
)
from tracker.reports.workbench import (
    NO_AGENCY as WITHOUT_AGENCY,
)

LEAST = 0.85
BUSES = ("建請交通局於轉運站試辦候車資訊看板。", "建請交通局檢討公車路線班次。")
BICYCLES = ("建請交通局於車站增設自行車停放空間。",)
CHOICES = st.builds(
    QueueFilter,
    agency=st.sampled_from(["", "TPT", "EDU", WITHOUT_AGENCY]),
    reviewer=st.sampled_from(["", MINE, NOBODY, "second_coordinator"]),
    sureness=st.none() | st.sampled_from(Sureness),
    age=st.none() | st.sampled_from(Age),
    order=st.sampled_from(Order),
)


@pytest.fixture
def desk(city: City) -> Iterator[City]:
    """The city with the reactions that the workbench calls for."""
    reactions = {
        RecommendationConfirmed: (open_confirmed,),
        DraftsAssigned: (notify_of_drafts,),
        PersonDeactivated: (return_drafts,),
        RolesTaken: (return_drafts,),
    }
    database = Database(city.database.engine.url.render_as_string(hide_password=False), reactions)
    yield replace(city, database=database)
    database.close()


def fill(city: City) -> None:
    """Let drafts of two agencies and of none wait, of several ages and confidences, some with a reviewer."""
    for number, agency in enumerate(("TPT", "EDU", "TPT", "EDU", "TPT")):
        report_id = city.give_report(
            (f"建請試辦第 {number} 號看板。", f"建請檢討第 {number} 號班次。"), agency
        )
        with city.database.transaction() as session:
            report = session.get_one(Report, report_id)
            report.imported_at = city.clock.now() - timedelta(days=10 * number)
            if number == 4:
                report.lead_agency_id = None
            for draft in report.drafts:
                draft.confidence = (0.95, 0.7, 0.4)[draft.id % 3]
                draft.reviewer_id = (None, city.people["coordinator"], city.people["second_coordinator"])[
                    (draft.id + number) % 3
                ]


def named(city: City, wanted: QueueFilter) -> QueueFilter:
    """Return a filter with ids in the place of codes."""
    return replace(
        wanted,
        agency=str(city.departments.get(wanted.agency, wanted.agency)),
        reviewer=str(city.people.get(wanted.reviewer, wanted.reviewer)),
    )


class TestQueue:
    def test_counts_match_the_lists_behind_them(self, city: City) -> None:
        fill(city)
        with city.database.reading() as session:
            act = city.act("coordinator", session)
            whole = tally(session, act, QueueFilter())
            for name, counts in vars(whole).items():
                for value, count in counts.items():
                    field = {"sureness": Sureness, "age": Age}.get(name, str)
                    wanted = replace(QueueFilter(), **{name: field(value)}) if value else QueueFilter()
                    assert list_queue(session, act, wanted).total == count
            assert whole.agency[""] == 10

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(wanted=CHOICES)
    def test_counts_with_other_choices_kept_match_as_well(self, city: City, wanted: QueueFilter) -> None:
        with city.database.reading() as session:
            is_filled = list_queue(session, city.act("coordinator", session), QueueFilter()).total
        if not is_filled:
            fill(city)
        with city.database.reading() as session:
            act = city.act("coordinator", session)
            chosen = named(city, wanted)
            counted = tally(session, act, chosen)
            total = list_queue(session, act, chosen).total
            assert counted.agency.get(chosen.agency, 0) == total
            assert counted.reviewer.get(chosen.reviewer, 0) == total
            assert counted.sureness.get(str(chosen.sureness or ""), 0) == total
            assert counted.age.get(str(chosen.age or ""), 0) == total

    def test_sorts_by_age_confidence_and_agency(self, city: City) -> None:
        fill(city)
        with city.database.reading() as session:
            act = city.act("coordinator", session)

            def rows(order: Order) -> list[Draft]:
                return [each.draft for each in list_queue(session, act, QueueFilter(order=order)).rows]

            moments = [each.report.imported_at for each in rows(Order.OLDEST)]
            assert moments == sorted(moments)
            assert [each.report.imported_at for each in rows(Order.NEWEST)] == sorted(moments, reverse=True)
            sure = [each.confidence for each in rows(Order.SUREST)]
            assert sure == sorted(sure, reverse=True)
            assert [each.confidence for each in rows(Order.LEAST_SURE)] == sorted(sure)
            agencies = [each.report.lead_agency_id or 10**6 for each in rows(Order.AGENCY)]
            assert agencies == sorted(agencies)

    def test_brings_the_words_of_each_draft_without_the_reports_text(self, city: City) -> None:
        report_id = city.give_report(("🚌 建請試辦候車資訊看板。", *BUSES))
        with city.database.reading() as session:
            rows = list_queue(session, city.act("coordinator", session), QueueFilter()).rows
            assert [each.quote for each in rows] == ["🚌 建請試辦候車資訊看板。", *BUSES]
            assert all("text" in inspect(each.draft.report).unloaded for each in rows)
            assert {each.draft.report_id for each in rows} == {report_id}

    def test_is_the_reviewers_alone_and_without_what_was_decided(self, city: City) -> None:
        report_id = city.give_report(BUSES)
        with city.database.transaction() as session:
            act = city.act("coordinator", session)
            reject_draft(session, act, list_drafts(session, report_id)[0].id, "不是建議")
            assert list_queue(session, act, QueueFilter()).total == 1
            for key in ("officer", "viewer", "administrator", "agency_head"):
                with pytest.raises(Forbidden):
                    list_queue(session, city.act(key, session), QueueFilter())


class TestAssignDrafts:
    def test_gives_them_to_a_reviewer_who_gets_one_notice_and_leaves_their_versions_alone(
        self, desk: City
    ) -> None:
        report_id = desk.give_report(BUSES)
        with desk.database.transaction() as session:
            act = desk.act("coordinator", session)
            drafts = list_drafts(session, report_id)
            versions = [each.version for each in drafts]
            assert (
                assign_drafts(session, act, [each.id for each in drafts], desk.people["second_coordinator"])
                == 2
            )
        with desk.database.reading() as session:
            drafts = list_drafts(session, report_id)
            assert [each.version for each in drafts] == versions
            assert {each.reviewer_id for each in drafts} == {desk.people["second_coordinator"]}
            (notice,) = session.query(Notice).filter_by(kind=NoticeKind.DRAFTS_GIVEN)
            assert (notice.person_id, notice.detail) == (desk.people["second_coordinator"], "2")
            event = session.query(AuditEvent).filter_by(action="drafts_assigned").one()
            assert event.after["reviewer"] == "方正平"
            theirs = desk.act("second_coordinator", session)
            assert list_queue(session, theirs, QueueFilter(reviewer=MINE)).total == 2

    def test_refuses_who_may_not_review_and_what_does_not_wait(self, desk: City) -> None:
        report_id = desk.give_report(BUSES)
        with desk.database.transaction() as session:
            act = desk.act("coordinator", session)
            draft = list_drafts(session, report_id)[0]
            with pytest.raises(Invalid):
                assign_drafts(session, act, [draft.id], desk.people["officer"])
            with pytest.raises(Forbidden):
                assign_drafts(session, desk.act("officer", session), [draft.id], None)
            reject_draft(session, act, draft.id, "不是建議")
            with pytest.raises(NothingChosen):
                assign_drafts(session, act, [draft.id], desk.people["coordinator"])

    def test_does_not_stand_in_the_way_of_undoing(self, desk: City) -> None:
        report_id = desk.give_report(BUSES)
        with desk.database.transaction() as session:
            act = desk.act("coordinator", session)
            first, second = list_drafts(session, report_id)
            reject_draft(session, act, first.id, "不是建議")
            assign_drafts(session, act, [second.id], desk.people["second_coordinator"])
            undo(session, act, report_id)
            assert first.state is DraftState.WAITING
            assert second.reviewer_id == desk.people["second_coordinator"]

    def test_holds_for_both_parts_of_a_draft_that_is_split(self, desk: City) -> None:
        report_id = desk.give_report(("建請試辦看板。建請檢討公車路線班次。",))
        with desk.database.transaction() as session:
            act = desk.act("coordinator", session)
            (draft,) = list_drafts(session, report_id)
            assign_drafts(session, act, [draft.id], desk.people["second_coordinator"])
            split_draft(session, act, draft.id, [draft.start + 7], Proposals(THEMES, 180))
            reviewers = [each.reviewer_id for each in list_drafts(session, report_id)]
            assert reviewers == [desk.people["second_coordinator"]] * 2

    def test_ends_when_the_reviewer_leaves(self, desk: City) -> None:
        report_id = desk.give_report(BUSES)
        leaver = desk.people["second_coordinator"]
        with desk.database.transaction() as session:
            ids = [each.id for each in list_drafts(session, report_id)]
            assign_drafts(session, desk.act("coordinator", session), ids, leaver)
        with desk.database.transaction() as session:
            assert holdings_of(session, leaver, [], desk.today()).to_review == 2
            deactivate_person(session, desk.act("administrator", session), leaver, Handover(""))
        with desk.database.reading() as session:
            act = desk.act("coordinator", session)
            assert list_queue(session, act, QueueFilter(reviewer=NOBODY)).total == 2

    @pytest.mark.parametrize(("role", "left"), [(Role.OFFICER, 2), (Role.COORDINATOR, 0)])
    def test_ends_when_the_reviewer_may_review_no_more_and_not_before(
        self, desk: City, role: Role, left: int
    ) -> None:
        report_id = desk.give_report(BUSES)
        reviewer = desk.people["second_coordinator"]
        officer = RoleAssignment(Role.OFFICER, desk.departments["TPT-P"])
        with desk.database.transaction() as session:
            ids = [each.id for each in list_drafts(session, report_id)]
            assign_drafts(session, desk.act("coordinator", session), ids, reviewer)
            by = desk.act("administrator", session)
            both = (RoleAssignment(Role.COORDINATOR, None), officer)
            fields = PersonFields(desk.email("second_coordinator"), "方正平", roles=both)
            edit_person(session, by, reviewer, fields)
            only = officer if role is Role.OFFICER else both[0]
            edit_person(session, by, reviewer, replace(fields, roles=(only,)))
        with desk.database.reading() as session:
            act = desk.act("coordinator", session)
            assert list_queue(session, act, QueueFilter(reviewer=NOBODY)).total == left


class TestConfirmSure:
    def test_confirms_what_was_shown_with_the_same_record_as_by_hand(self, desk: City) -> None:
        reports = [desk.give_ready(BUSES), desk.give_ready(BICYCLES)]
        with desk.database.transaction() as session:
            act = desk.act("coordinator", session)
            preview = preview_sure(session, act, QueueFilter(), LEAST, 2)
            assert (len(preview.drafts), len(preview.sample)) == (3, 2)
            assert confirm_sure(session, act, QueueFilter(), LEAST, preview.shown) == 3
        with desk.database.reading() as session:
            assert session.query(Recommendation).count() == session.query(ActionItem).count() == 3
            assert {session.get_one(Report, each).state for each in reports} == {ReportState.REVIEWED}
            actions = [each.action for each in session.query(AuditEvent).all()]
            assert (actions.count("draft_accepted"), actions.count("recommendations_confirmed")) == (3, 2)

    def test_refuses_when_something_else_would_be_confirmed_than_was_shown(self, desk: City) -> None:
        desk.give_ready(BUSES)
        with desk.database.transaction() as session:
            act = desk.act("coordinator", session)
            shown = preview_sure(session, act, QueueFilter(), LEAST, 2).shown
        desk.give_ready(BICYCLES)
        with desk.database.transaction() as session, pytest.raises(VersionConflict):
            confirm_sure(session, desk.act("coordinator", session), QueueFilter(), LEAST, shown)
        with desk.database.reading() as session:
            assert session.query(Recommendation).count() == 0

    def test_leaves_what_is_less_sure_doubtful_incomplete_or_somebody_elses(self, desk: City) -> None:
        quotes = (
            *BUSES,
            "建請於車站增設自行車停放空間。",
            "建議國中小辦理姊妹校互訪。",
            "建請檢討停車費率。",
        )
        report_id = desk.give_report(quotes)
        without_agency = desk.give_report(("建請試辦接駁公車。",))
        with desk.database.transaction() as session:
            act = desk.act("coordinator", session)
            session.get_one(Report, without_agency).lead_agency_id = None
            unsure, incomplete, theirs, _schools, _parking = list_drafts(session, report_id)
            unsure.confidence = 0.5
            incomplete.due_on = None
            assign_drafts(session, act, [theirs.id], desk.people["second_coordinator"])
            for draft in list_drafts(session, report_id):
                draft.lead_department_id = desk.departments["TPT"]
            session.flush()
            preview = preview_sure(session, act, QueueFilter(), LEAST, 5)
            assert [each.title for each in preview.drafts] == ["檢討停車費率"]
            assert preview.held == {NO_AGENCY: 1, INCOMPLETE: 1, HELD_BY_OTHERS: 1, DOUBTFUL: 1}

    def test_leaves_alone_what_a_colleague_accepted_but_did_not_confirm(self, desk: City) -> None:
        report_id = desk.give_ready(BUSES)
        with desk.database.transaction() as session:
            act = desk.act("coordinator", session)
            accept_draft(
                session, desk.act("second_coordinator", session), list_drafts(session, report_id)[0].id
            )
            shown = preview_sure(session, act, QueueFilter(), LEAST, 2).shown
            assert confirm_sure(session, act, QueueFilter(), LEAST, shown) == 1
            states = [each.state for each in list_drafts(session, report_id)]
            assert states == [DraftState.ACCEPTED, DraftState.CONFIRMED]
            assert session.get_one(Report, report_id).state is ReportState.IN_REVIEW

    def test_has_nothing_to_do_without_sure_drafts_and_is_the_reviewers_alone(self, desk: City) -> None:
        with desk.database.transaction() as session:
            with pytest.raises(NothingSure):
                confirm_sure(session, desk.act("coordinator", session), QueueFilter(), LEAST, {})
            with pytest.raises(Forbidden):
                preview_sure(session, desk.act("officer", session), QueueFilter(), LEAST, 2)
