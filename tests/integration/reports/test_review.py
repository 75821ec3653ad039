"""From drafts to recommendations: what is refused, what is kept for ever, and who is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from time import sleep

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.factories.city import PEOPLE, THEMES, City
from tracker.access import Act
from tracker.foundation.database import Session
from tracker.foundation.errors import Conflict, Forbidden, Invalid, NotFound, VersionConflict
from tracker.reports import queries
from tracker.reports.confirming import confirm, decide_adoption, declare_no_recommendation
from tracker.reports.drafting import Proposals
from tracker.reports.events import RecommendationConfirmed
from tracker.reports.models import Draft, Recommendation, Report
from tracker.reports.queries import ReportFilter
from tracker.reports.reviewing import DraftChoice, accept_draft, add_draft, reconsider_draft, reject_draft
from tracker.reports.rules.adoption import Adoption
from tracker.reports.rules.drafts import Confidentiality, DraftState, ReportState

EVERYBODY = {key for key, *_ in PEOPLE}
COORDINATORS = {"coordinator", "second_coordinator"}
QUOTES = ("建請交通局於轉運站試辦候車資訊看板。", "建議教育局辦理互訪。")


@pytest.fixture
def report_id(city: City) -> int:
    """A report with two drafts that wait."""
    return city.give_report(QUOTES)


def drafts_of(session: Session, report_id: int) -> list[Draft]:
    """Return a report's drafts in the order of the text."""
    return list(queries.list_drafts(session, report_id))


def attempt(
    city: City, report_id: int, step: Callable[[Session, Act, Draft], object], key: str = "coordinator"
) -> None:
    """Take a step with the first draft of a report, as a person of the city."""
    with city.database.transaction() as session:
        step(session, city.act(key, session), drafts_of(session, report_id)[0])


def accepting(city: City, **changes: object) -> Callable[[Session, Act, Draft], object]:
    """Return the step that accepts a draft with some changes to a choice that can be taken."""
    return lambda session, act, draft: accept_draft(session, act, draft.id, choice_of(draft, city, **changes))


def choice_of(draft: Draft, city: City, **changes: object) -> DraftChoice:
    """Return a choice that can be taken, with some changes."""
    plain = DraftChoice(
        "試辦候車資訊看板",
        THEMES[0],
        lead_department_id=city.departments["TPT-P"],
        due_on=city.today() + timedelta(days=60),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


class TestAcceptDraft:
    @pytest.mark.parametrize(
        ("field", "changes"),
        [
            ("title", {"title": " "}),
            ("adoption_reason", {"adoption": Adoption.FILED}),
            ("study_until", {"adoption": Adoption.UNDER_STUDY, "adoption_reason": "待評估"}),
            ("lead_department_id", {"adoption": Adoption.ADOPTED, "lead_department_id": None}),
            ("due_on", {"due_on": None}),
        ],
    )
    def test_refuses_what_would_not_do(
        self, city: City, report_id: int, field: str, changes: dict[str, object]
    ) -> None:
        with pytest.raises(Invalid) as refused:
            attempt(city, report_id, accepting(city, **changes))
        assert set(refused.value.fields) == {field}

    def test_refuses_a_day_gone_by(self, city: City, report_id: int) -> None:
        with pytest.raises(Invalid) as refused:
            attempt(city, report_id, accepting(city, due_on=city.today() - timedelta(days=1)))
        assert set(refused.value.fields) == {"due_on"}

    def test_refuses_an_officer_of_another_agency(self, city: City, report_id: int) -> None:
        with pytest.raises(Invalid) as refused:
            attempt(city, report_id, accepting(city, officer_id=city.people["other_officer"]))
        assert set(refused.value.fields) == {"officer_id"}

    def test_refuses_the_lead_as_its_own_support(self, city: City, report_id: int) -> None:
        with pytest.raises(Invalid) as refused:
            attempt(city, report_id, accepting(city, support_department_ids=(city.departments["TPT-P"],)))
        assert set(refused.value.fields) == {"support_department_ids"}

    def test_refuses_a_version_that_is_no_more(self, city: City, report_id: int) -> None:
        with city.database.transaction() as session:
            draft = drafts_of(session, report_id)[0]
            shown = draft.version
            reject_draft(session, city.act("second_coordinator", session), draft.id, "重複", shown)
        with pytest.raises(VersionConflict):
            attempt(city, report_id, lambda s, act, d: accept_draft(s, act, d.id, choice_of(d, city), shown))

    def test_is_the_coordinators(self, city: City, report_id: int) -> None:
        for key in sorted(EVERYBODY - COORDINATORS):
            with pytest.raises((Forbidden, NotFound)):
                attempt(city, report_id, accepting(city), key)


class TestRejectDraft:
    def test_needs_a_reason(self, city: City, report_id: int) -> None:
        with pytest.raises(Invalid):
            attempt(city, report_id, lambda s, act, draft: reject_draft(s, act, draft.id, "  "))

    def test_can_be_taken_back(self, city: City, report_id: int) -> None:
        with city.database.transaction() as session:
            act, draft = city.act("coordinator", session), drafts_of(session, report_id)[0]
            reject_draft(session, act, draft.id, "與本市無關")
            assert reconsider_draft(session, act, draft.id).state is DraftState.WAITING


def mark(session: Session, act: Act, draft: Draft, span: tuple[int, int]) -> Draft:
    """Add a passage to the report of a draft."""
    return add_draft(session, act, draft.report_id, *span, Proposals(THEMES, 180))


class TestAddDraft:
    def test_quotes_what_stands_there(self, city: City, report_id: int) -> None:
        with city.database.transaction() as session:
            act = city.act("coordinator", session)
            source = queries.get_report(session, act.by, report_id, with_text=True).text
            start = source.index("海港城")
            draft = add_draft(session, act, report_id, start, start + 3, Proposals(THEMES, 180))
            assert source[draft.start : draft.end] == "海港城"
            assert draft.why == ["marked_by_reviewer"]

    def test_refuses_a_place_outside(self, city: City, report_id: int) -> None:
        for span in ((-1, 5), (5, 5), (9, 4), (0, 10_000)):
            with pytest.raises(Invalid):
                attempt(city, report_id, partial(mark, span=span))


def confirmed(
    city: City, report_id: int, **changes: object
) -> tuple[Act, list[RecommendationConfirmed], int]:
    """Accept the first draft and confirm; return the act, the events and the recommendation's id."""
    with city.database.transaction() as session:
        act, draft = city.act("coordinator", session), drafts_of(session, report_id)[0]
        accept_draft(session, act, draft.id, choice_of(draft, city, **changes))
        (recommendation,) = confirm(session, act, report_id)
        events = [e for e in session.info["events"] if isinstance(e, RecommendationConfirmed)]
        return act, events, recommendation.id


class TestConfirm:
    def test_keeps_the_exact_words(self, city: City, report_id: int) -> None:
        *_, recommendation_id = confirmed(city, report_id)
        with city.database.reading() as session:
            kept = session.get_one(Recommendation, recommendation_id)
            assert kept.verbatim_quote == QUOTES[0] == kept.report.text[kept.start : kept.end]

    def test_asks_for_an_item_with_the_number_of_the_report(self, city: City, report_id: int) -> None:
        _, (event,), _ = confirmed(city, report_id)
        assert event.item_no == "115-TPT-001-01"
        assert event.lead_department_id == city.departments["TPT-P"]

    def test_asks_for_none_when_nothing_shall_be_done(self, city: City, report_id: int) -> None:
        _, (event,), _ = confirmed(city, report_id, adoption=Adoption.FILED, adoption_reason="已有類似措施")
        assert event.lead_department_id is None

    def test_leaves_the_review_open_while_a_draft_waits(self, city: City, report_id: int) -> None:
        confirmed(city, report_id)
        with city.database.transaction() as session:
            report = session.get_one(Report, report_id)
            states = [report.state]
            act, last = city.act("coordinator", session), drafts_of(session, report_id)[1]
            accept_draft(session, act, last.id, choice_of(last, city))
            confirm(session, act, report_id)
            assert [*states, report.state] == [ReportState.IN_REVIEW, ReportState.REVIEWED]
            assert [r.seq_no for r in report.recommendations] == [1, 2]

    def test_refuses_when_nothing_was_accepted(self, city: City, report_id: int) -> None:
        with pytest.raises(Conflict), city.database.transaction() as session:
            confirm(session, city.act("coordinator", session), report_id)

    def test_refuses_a_due_date_that_passed_meanwhile(self, city: City, report_id: int) -> None:
        with city.database.transaction() as session:
            act, draft = city.act("coordinator", session), drafts_of(session, report_id)[0]
            accept_draft(session, act, draft.id, choice_of(draft, city))
        with pytest.raises(Conflict), city.database.transaction() as session:
            confirm(session, replace(act, today=act.today + timedelta(days=61)), report_id)

    def test_a_confirmed_draft_stays(self, city: City, report_id: int) -> None:
        confirmed(city, report_id)
        with pytest.raises(Conflict):
            attempt(city, report_id, lambda s, act, draft: reject_draft(s, act, draft.id, "反悔"))

    def test_the_database_itself_keeps_the_quote(self, city: City, report_id: int) -> None:
        confirmed(city, report_id)
        for change in ("verbatim_quote = '別的話'", '"start" = 0', '"end" = 9999', "page = 7", "seq_no = 5"):
            with (
                pytest.raises(DBAPIError, match="confirmed quote never changes"),
                city.database.engine.begin() as connection,
            ):
                connection.execute(text(f"UPDATE recommendation SET {change}"))


class TestDeclareNoRecommendation:
    def test_ends_the_review(self, city: City, report_id: int) -> None:
        with city.database.transaction() as session:
            report = declare_no_recommendation(session, city.act("coordinator", session), report_id)
            assert report.state is ReportState.REVIEWED
            assert report.no_recommendation_declared

    def test_refuses_beside_an_accepted_one(self, city: City, report_id: int) -> None:
        attempt(city, report_id, accepting(city))
        with pytest.raises(Conflict):
            attempt(city, report_id, lambda s, act, _: declare_no_recommendation(s, act, report_id))

    def test_is_taken_back_by_a_recommendation_found_later(self, city: City, report_id: int) -> None:
        with city.database.transaction() as session:
            act = city.act("coordinator", session)
            declare_no_recommendation(session, act, report_id)
            draft = drafts_of(session, report_id)[0]
            accept_draft(session, act, draft.id, choice_of(draft, city))
            confirm(session, act, report_id)
            assert not session.get_one(Report, report_id).no_recommendation_declared


class TestDecideAdoption:
    def test_records_who_decided(self, city: City, report_id: int) -> None:
        *_, recommendation_id = confirmed(city, report_id)
        with city.database.transaction() as session:
            act = city.act("second_coordinator", session)
            decided = decide_adoption(session, act, recommendation_id, Adoption.FILED, "已有類似措施")
            assert (decided.adoption, decided.decided_by_id) == (Adoption.FILED, act.by.person_id)

    def test_needs_a_reason(self, city: City, report_id: int) -> None:
        *_, recommendation_id = confirmed(city, report_id)
        with pytest.raises(Invalid), city.database.transaction() as session:
            decide_adoption(
                session, city.act("coordinator", session), recommendation_id, Adoption.NOT_ADOPTED
            )


def seen_by(city: City, key: str) -> set[int]:
    """Return the ids of the reports that a person's list shows."""
    with city.database.reading() as session:
        by = city.act(key, session).by
        return {line.report.id for line in queries.list_reports(session, by, ReportFilter()).rows}


def reviewed(city: City, confidentiality: Confidentiality) -> int:
    """Return a report whose review has ended."""
    report_id = city.give_report(QUOTES[:1], confidentiality=confidentiality)
    confirmed(city, report_id)
    return report_id


def readers_of(city: City, report_id: int) -> set[str]:
    """Return the keys of those whose list shows a report."""
    return {key for key in EVERYBODY if report_id in seen_by(city, key)}


class TestVisibleTo:
    def test_a_public_report_is_everybodys_once_reviewed(self, city: City) -> None:
        assert readers_of(city, reviewed(city, Confidentiality.PUBLIC)) == EVERYBODY

    def test_one_in_review_is_the_coordinators(self, city: City, report_id: int) -> None:
        assert readers_of(city, report_id) == COORDINATORS

    def test_a_restricted_one_is_the_lead_agencys(self, city: City) -> None:
        report_id = reviewed(city, Confidentiality.RESTRICTED)
        assert readers_of(city, report_id) == COORDINATORS | {"agency_head", "unit_head", "officer"}

    def test_one_led_by_a_unit_is_its_whole_agencys(self, city: City) -> None:
        report_id = city.give_report(QUOTES[:1], "TPT-P", Confidentiality.RESTRICTED)
        confirmed(city, report_id)
        assert readers_of(city, report_id) == COORDINATORS | {"agency_head", "unit_head", "officer"}


class TestNumbers:
    def test_two_reviews_that_end_in_the_same_moment_get_two_numbers(self, city: City) -> None:
        first, second = city.give_report(QUOTES), city.give_report(QUOTES)
        for report_id in (first, second):
            attempt(city, report_id, accepting(city))

        def end_review(report_id: int) -> None:
            with city.database.transaction() as session:
                confirm(session, city.act("coordinator", session), report_id)

        with ThreadPoolExecutor() as colleague:
            with city.database.transaction() as session:
                confirm(session, city.act("coordinator", session), first)
                late = colleague.submit(end_review, second)
                sleep(0.3)
            late.result()
        with city.database.reading() as session:
            numbers = [session.get_one(Report, each).report_no or "" for each in (first, second)]
        assert [number[-3:] for number in numbers] == ["001", "002"]


class TestListReports:
    def test_finds_by_words_of_the_title(self, city: City, report_id: int) -> None:
        with city.database.reading() as session:
            by = city.act("coordinator", session).by
            totals = [
                queries.list_reports(session, by, ReportFilter(words)).total
                for words in ("海港城", "候車 考察", "山城", "%")
            ]
        assert totals == [1, 1, 0, 0]

    def test_counts_what_waits_and_what_was_confirmed(self, city: City, report_id: int) -> None:
        confirmed(city, report_id)
        with city.database.reading() as session:
            (line,) = queries.list_reports(session, city.act("coordinator", session).by, ReportFilter()).rows
            assert (line.waiting, line.recommendations) == (1, 1)
