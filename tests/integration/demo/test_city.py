"""The demonstration city: everything in it happened by the real services, and none of it is old."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.integration.demo.conftest import MAIL, MORNING, PASSWORD, TODAY
from tests.support.site import settings_for
from tracker import audit
from tracker.access import Role
from tracker.actions.models import ActionItem, Closing, Evidence
from tracker.actions.queries import overdue_on
from tracker.actions.rules.workflow import PartStatus, Status
from tracker.audit.models import AuditEvent
from tracker.dashboards import comparing, freezing
from tracker.demo.city import load_city
from tracker.demo.desk import COORDINATOR
from tracker.demo.samples import NAMES
from tracker.foundation.clock import FixedClock
from tracker.foundation.database import Database, Session
from tracker.foundation.mailing import MemoryMailer
from tracker.foundation.migrating import migrate
from tracker.people.credentials import password_matches
from tracker.people.models import Delegation, Department, RoleGrant, User
from tracker.people.queries import act_of, deputies_on, find_user_by_email
from tracker.reminders.comparing import compare_tonight
from tracker.reminders.delivery import deliver_outbox
from tracker.reminders.models import Notice, OutboxLetter
from tracker.reminders.planning import plan_reminders
from tracker.reports.comparing import compare
from tracker.reports.models import Edition, Recommendation, Report
from tracker.reports.queries import get_report
from tracker.reports.rules.adoption import Adoption
from tracker.reports.rules.drafts import ReportState
from tracker.reports.rules.editions import EditionState, Verdict
from tracker.wiring import Wiring, wire


@pytest.fixture
def session(city: Wiring) -> Iterator[Session]:
    """A session that looks at the loaded city."""
    with city.database.reading() as opened:
        yield opened


def items(session: Session) -> Sequence[ActionItem]:
    """Return every item."""
    return session.scalars(select(ActionItem)).all()


class TestFrozenPeriod:
    def test_can_be_compared_with_the_present(self, city: Wiring) -> None:
        with city.database.reading() as session:
            coordinator = find_user_by_email(session, f"{COORDINATOR}@city.example")
            assert coordinator is not None
            act = act_of(session, coordinator, MORNING, city.settings.site.zone)
            [snapshot] = freezing.list_snapshots(session, act)
            assert freezing.get_snapshot(session, act, snapshot.id).files
            assert comparing.compare(session, act, snapshot, None).changed


class TestPeople:
    def test_departments_form_a_tree(self, session: Session) -> None:
        departments = session.scalars(select(Department)).all()
        assert len(departments) >= 12
        assert sum(each.parent_id is not None for each in departments) >= 5
        assert all(each.english_name for each in departments)

    def test_hold_every_role(self, session: Session) -> None:
        assert (session.scalar(select(func.count(User.id))) or 0) >= 20
        assert set(session.scalars(select(RoleGrant.role))) == set(Role)

    def test_share_one_hashed_password(self, session: Session) -> None:
        for address in ("admin@city.example", "bochen.ni@city.example"):
            user = find_user_by_email(session, address)
            assert user
            assert password_matches(user.password_hash, PASSWORD)

    def test_somebody_stands_in_today(self, session: Session) -> None:
        assert session.scalars(select(Delegation)).all()
        assert deputies_on(session, TODAY)


class TestReports:
    def test_are_six_and_a_second_edition_of_which_two_wait_for_review(self, session: Session) -> None:
        states = list(session.scalars(select(Report.state)))
        assert len(states) == len(NAMES) + 1 == 7
        assert states.count(ReportState.IN_REVIEW) == 2

    def test_hold_a_printed_second_edition_that_waits_to_be_compared(
        self, session: Session, city: Wiring
    ) -> None:
        edition = session.scalars(select(Edition)).one()
        assert edition.state is EditionState.PROPOSED
        assert edition.report.source_kind == "pdf"
        coordinator = find_user_by_email(session, f"{COORDINATOR}@city.example")
        assert coordinator
        by = act_of(session, coordinator, MORNING, city.settings.site.zone).by
        compared = compare(session, by, get_report(session, by, edition.report_id, with_text=True))
        assert compared
        verdicts = Counter(each.verdict for each in compared.pairs)
        assert verdicts == {Verdict.SAME: 4, Verdict.REWORDED: 1}
        assert (len(compared.new), len(compared.dropped)) == (1, 1)

    def test_can_be_seen_as_they_were_printed(self, session: Session, city: Wiring) -> None:
        edition = session.scalars(select(Edition)).one()
        with city.files.open(edition.report.source_sha256) as file:
            data = file.read()
        assert data.startswith(b"%PDF-")

    def test_recommendations_are_verbatim(self, session: Session) -> None:
        for recommendation in session.scalars(select(Recommendation)):
            text = session.scalar(select(Report.text).where(Report.id == recommendation.report_id)) or ""
            assert text[recommendation.start : recommendation.end] == recommendation.verbatim_quote

    def test_are_decided_in_more_ways_than_one(self, session: Session) -> None:
        assert len(set(session.scalars(select(Recommendation.adoption)))) >= 5
        assert Adoption.NOT_ADOPTED in set(session.scalars(select(Recommendation.adoption)))

    def test_know_their_lead_agency(self, session: Session) -> None:
        assert all(agency is not None for agency in session.scalars(select(Report.lead_agency_id)))


class TestItems:
    def test_stand_in_every_status(self, session: Session) -> None:
        assert {item.status for item in items(session)} == set(Status)
        assert len(items(session)) >= 40

    def test_some_are_overdue_and_some_are_due_soon(self, session: Session) -> None:
        overdue = session.scalars(select(ActionItem).where(overdue_on(TODAY))).all()
        soon = [i for i in items(session) if TODAY <= i.due_on <= TODAY + timedelta(days=30)]
        assert 4 <= len(overdue) <= 10
        assert len(soon) >= 5

    def test_some_closings_were_refused(self, session: Session) -> None:
        refused = session.scalars(select(Closing).where(Closing.agreed.is_(False))).all()
        assert len(refused) >= 2
        assert any(item.round_no > 1 and item.status is Status.IN_PROGRESS for item in items(session))

    def test_one_closing_request_waits_for_the_head_of_its_unit(self, session: Session) -> None:
        waiting = session.scalars(select(Closing).where(Closing.decided_at.is_(None))).all()
        assert [each.item.status for each in waiting if each.requested_on is None] == [Status.IN_PROGRESS]

    def test_one_unit_asks_for_another_lead(self, session: Session) -> None:
        assert [item.status for item in items(session) if item.waiting_petition] == [Status.IN_PROGRESS]

    def test_some_departments_support_and_were_released(self, session: Session) -> None:
        supporting = [part for item in items(session) for part in item.supporting]
        assert len(supporting) >= 5
        assert any(part.status is PartStatus.RELEASED for part in supporting)

    def test_nobody_released_their_own_department(self, session: Session) -> None:
        decided = session.scalars(select(Closing).where(Closing.decided_at.is_not(None)))
        assert all(each.decided_by_id != each.requested_by_id for each in decided)

    def test_evidence_can_be_opened(self, session: Session, city: Wiring) -> None:
        pieces = session.scalars(select(Evidence)).all()
        assert len(pieces) >= 20
        for piece in pieces:
            with city.files.open(piece.sha256) as file:
                data = file.read()
            assert len(data) == piece.size
            assert data.startswith(b"%PDF-") or "青嶼市政府" in data.decode()


class TestHistory:
    def test_record_holds(self, session: Session) -> None:
        assert audit.verify(session) is None

    def test_ends_just_before_today(self, session: Session) -> None:
        latest = session.scalar(select(func.max(AuditEvent.at)))
        first = session.scalar(select(func.min(AuditEvent.at)))
        assert latest
        assert first
        assert timedelta(0) < MORNING - latest < timedelta(days=5)
        assert MORNING - first > timedelta(days=150)

    def test_nearly_every_notice_was_read(self, session: Session) -> None:
        unread = session.scalars(select(Notice).where(Notice.read_at.is_(None))).all()
        assert 0 < len(unread) <= 30


class TestLetters:
    def test_of_the_past_lie_in_the_folder(self, session: Session, loaded: Path) -> None:
        letters = sorted((loaded / "letters").glob("*.eml"))
        assert len(letters) == session.scalar(select(func.count(OutboxLetter.id)))
        newest = message_from_bytes(letters[-1].read_bytes(), policy=policy.default)
        assert str(newest["Subject"]).startswith("[列管追蹤]")

    def test_never_came_twice_a_day(self, session: Session) -> None:
        days = session.execute(select(OutboxLetter.recipient_id, OutboxLetter.local_date)).all()
        assert len(set(days)) == len(days)

    def test_first_tick_writes_a_handful(self, own_city: Wiring) -> None:
        mailer = MemoryMailer()
        office = replace(own_city.office, mailer=mailer, clock=FixedClock(MORNING))
        assert 1 <= plan_reminders(office, own_city.database) <= 15
        deliver_outbox(office, own_city.database)
        recipients = [letter.recipient for letter in mailer.delivered]
        assert len(set(recipients)) == len(recipients)
        assert plan_reminders(office, own_city.database) == 0


class TestInTheEvening:
    def test_nothing_of_the_day_is_missing_when_the_worker_compares(self, tmp_path: Path) -> None:
        settings, evening = settings_for(tmp_path, "", MAIL), FixedClock(MORNING + timedelta(hours=10))
        database = Database(settings.storage.database_url)
        migrate(database)
        database.close()
        load_city(settings, PASSWORD, tmp_path / "letters", evening)
        wiring = wire(settings, evening)
        found = compare_tonight(wiring.office, wiring.database)
        wiring.database.close()
        assert found is not None
        assert found.expected > 0
        assert found.is_sound
