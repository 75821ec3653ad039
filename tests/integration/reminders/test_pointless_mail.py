"""What was asked by a notice is asked by mail only as long as its reader can do it; on both databases."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import delete, select

from tracker import audit
from tracker.actions import assigning, ending, extending, petitioning, releasing, reporting
from tracker.actions.asking import ask_for_progress
from tracker.actions.editing import change_officer
from tracker.actions.extending import ExtensionDecision, ExtensionRequest
from tracker.actions.models import Closing, Extension, Part, Petition, ProgressUpdate
from tracker.actions.petitioning import PetitionDecision, PetitionRequest
from tracker.actions.releasing import ClosingRequest, ClosingReview
from tracker.actions.reporting import Progress, ProgressReview
from tracker.actions.rules.extending import ExtensionReason, Limits
from tracker.actions.rules.petitioning import PetitionKind
from tracker.actions.rules.workflow import WithdrawalReason
from tracker.foundation.database import Database
from tracker.foundation.filing import StoredFile
from tracker.people.models import Delegation, RoleGrant
from tracker.reminders.delivery import deliver_outbox
from tracker.reminders.ledger import reminders_of_item
from tracker.reminders.models import LetterState, Notice, OutboxLetter, Planned
from tracker.reminders.planning import plan_reminders
from tracker.reminders.queries import list_notices
from tracker.reminders.rules.digest import NoticeKind
from tracker.reminders.rules.ladder import Reason

DUE = date(2026, 12, 31)
AFTERNOON, EVENING, MORNING = "2026-06-16 16:00", "2026-06-16 17:00", "2026-06-17 09:00"
WORDS = "請補充驗收的日期與照片。"
DONE = ClosingRequest("測試道路已啟用，並完成第三方驗收。", date(2026, 6, 15))
EVIDENCE = StoredFile("0" * 64, 3, "驗收紀錄.pdf")
MORE_TIME = ExtensionRequest(
    date(2027, 1, 10), ExtensionReason.COORDINATION, "與鄰近縣市協調路線，尚待開會。"
)
WITHDRAWAL = PetitionRequest(
    PetitionKind.WITHDRAW, "市政會議已決議改採其他方案。", reason_code=WithdrawalReason.POLICY_CHANGED
)
ASKING = (
    NoticeKind.PROGRESS_ASKED,
    NoticeKind.PROGRESS_RETURNED,
    NoticeKind.CLOSING_RETURNED,
    NoticeKind.EXTENSION_REFUSED,
    NoticeKind.PETITION_REFUSED,
)


class Story:
    """What happens to one item, step by step."""

    def __init__(self, house: Database, city, acting, item_id: int) -> None:
        self.house, self.city, self._acting, self.item_id = house, city, acting, item_id

    def do(self, step: Callable[..., object], by: int, *arguments: object) -> None:
        with self.house.transaction() as session:
            step(session, self._acting(by), *arguments)

    def get(self, row: type[Closing | Extension | Petition | ProgressUpdate]) -> int:
        with self.house.reading() as session:
            return session.scalars(select(row.id)).one()

    def tell(self, kind: NoticeKind) -> None:
        """Ask something of the officer."""
        city, item = self.city, self.item_id
        match kind:
            case NoticeKind.PROGRESS_ASKED:
                self.do(ask_for_progress, city.head, item, WORDS)
            case NoticeKind.PROGRESS_RETURNED:
                self.do(reporting.submit_progress, city.officer, item, Progress("已完成招標。", 40))
                review = ProgressReview(approve=False, note=WORDS)
                self.do(reporting.review_progress, city.head, self.get(ProgressUpdate), review)
            case NoticeKind.CLOSING_RETURNED:
                self.do(releasing.request_closing, city.officer, item, DONE, [EVIDENCE])
                returned = ClosingReview(forward=False, note=WORDS)
                self.do(releasing.review_closing, city.head, self.get(Closing), returned)
            case NoticeKind.EXTENSION_REFUSED:
                self.do(extending.request_extension, city.officer, item, MORE_TIME, Limits())
                refused = ExtensionDecision(agree=False, decision=WORDS)
                self.do(extending.decide_extension, city.head, self.get(Extension), refused)
            case NoticeKind.PETITION_REFUSED:
                self.do(petitioning.make_petition, city.head, item, WITHDRAWAL)
                no = PetitionDecision(agree=False, decision=WORDS)
                self.do(petitioning.decide_petition, city.coordinator, self.get(Petition), no)

    def give_to_another_department(self) -> None:
        away = assigning.Assignment(self.city.office, DUE)
        self.do(assigning.reassign, self.city.coordinator, self.item_id, away, "業務調整")

    def end(self) -> None:
        self.do(
            ending.withdraw,
            self.city.coordinator,
            self.item_id,
            WithdrawalReason.OTHER,
            "政策調整",
            "府授研字第1號",
        )

    def change_officer(self) -> None:
        with self.house.transaction() as session:
            part_id = session.scalars(select(Part.id).where(Part.item_id == self.item_id)).one()
            change_officer(
                session, self._acting(self.city.director), part_id, self.city.head, reason="長期請假"
            )

    def ask_for_release(self) -> None:
        self.do(releasing.request_closing, self.city.head, self.item_id, DONE, [EVIDENCE])

    def take_the_post(self) -> None:
        with self.house.transaction() as session:
            session.execute(delete(RoleGrant).where(RoleGrant.person_id == self.city.officer))
            act = self._acting(self.city.coordinator)
            audit.record(session, act, "person_edited", "person", self.city.officer)

    def letters(self) -> list[str]:
        """Return the letters that have left."""
        with self.house.reading() as session:
            left = select(OutboxLetter.text).where(OutboxLetter.state == LetterState.ACCEPTED)
            return list(session.scalars(left))

    def mail(self, kind: NoticeKind, person_id: int | None = None) -> tuple[Planned | None, Reason | None]:
        """Return what became of the mail of the notice of a kind."""
        with self.house.reading() as session:
            wanted = select(Notice).where(Notice.kind == kind)
            notice = session.scalars(wanted.where(Notice.person_id == (person_id or self.city.officer))).one()
            return notice.mail, notice.reason


@pytest.fixture
def story(house, city, acting, make_item, at) -> Story:
    """An item on an afternoon."""
    at(AFTERNOON)
    return Story(house, city, acting, make_item(DUE))


CHANGES = {
    "it went to another department": (Story.give_to_another_department, Reason.NO_LONGER_CONCERNED),
    "it ended": (Story.end, Reason.ENDED),
    "another officer has it": (Story.change_officer, Reason.NO_LONGER_CONCERNED),
    "the officer lost the post": (Story.take_the_post, Reason.NO_LONGER_CONCERNED),
    "release was asked for": (Story.ask_for_release, Reason.PAUSED),
}


class TestWhatWasAskedInTheAfternoon:
    @pytest.mark.parametrize("kind", ASKING)
    def test_is_mailed_the_next_morning(self, story, morning, kind: NoticeKind) -> None:
        story.tell(kind)
        assert "officer" in morning(MORNING)
        assert story.mail(kind) == (Planned.SENT, None)
        assert any(WORDS in text for text in story.letters())

    @pytest.mark.parametrize("kind", ASKING)
    def test_is_not_mailed_when_the_item_went_to_another_department(
        self, story, at, morning, kind: NoticeKind
    ) -> None:
        story.tell(kind)
        at(EVENING)
        story.give_to_another_department()
        morning(MORNING)
        assert story.mail(kind) == (Planned.SUPPRESSED, Reason.NO_LONGER_CONCERNED)
        assert not any(WORDS in text for text in story.letters())

    @pytest.mark.parametrize("change", CHANGES)
    @pytest.mark.parametrize("kind", [NoticeKind.PROGRESS_ASKED, NoticeKind.PROGRESS_RETURNED])
    def test_is_not_mailed_when(self, story, at, morning, kind: NoticeKind, change: str) -> None:
        happens, reason = CHANGES[change]
        story.tell(kind)
        at(EVENING)
        happens(story)
        morning(MORNING)
        assert story.mail(kind) == (Planned.SUPPRESSED, reason)

    @pytest.mark.parametrize("change", CHANGES)
    def test_does_not_leave_when_that_happens_after_the_letter_was_written(
        self, story, office, house, at, change: str
    ) -> None:
        happens, reason = CHANGES[change]
        story.tell(NoticeKind.PROGRESS_RETURNED)
        at(MORNING)
        plan_reminders(office, house)
        happens(story)
        for moment in ("2026-06-17 09:05", "2026-06-17 09:10"):
            at(moment)
            deliver_outbox(office, house)
            plan_reminders(office, house)
        assert story.mail(NoticeKind.PROGRESS_RETURNED) == (Planned.SUPPRESSED, reason)
        assert not any(WORDS in text for text in story.letters())

    def test_stays_inside_the_system_and_the_item_says_why_there_was_no_mail(
        self, story, office, at, morning, city
    ) -> None:
        story.tell(NoticeKind.PROGRESS_ASKED)
        at(EVENING)
        story.give_to_another_department()
        morning(MORNING)
        with story.house.reading() as session:
            kinds = {each.kind for each in list_notices(session, city.officer).rows}
            told = reminders_of_item(session, story.item_id, office.zone)
        assert NoticeKind.PROGRESS_ASKED in kinds
        assert ("催請填報辦理情形", "收件人已不負責這個事項") in {
            (each.words[0], each.reason) for each in told
        }

    def test_is_not_mailed_to_a_deputy_whose_time_is_over(self, story, house, city, morning) -> None:
        with house.transaction() as session:
            day = date(2026, 6, 16)
            session.add(
                Delegation(person_id=city.officer, deputy_id=city.director, starts_on=day, ends_on=day)
            )
        story.tell(NoticeKind.PROGRESS_ASKED)
        with house.transaction() as session:
            session.execute(delete(RoleGrant).where(RoleGrant.person_id == city.director))
        morning(MORNING)
        assert story.mail(NoticeKind.PROGRESS_ASKED) == (Planned.SENT, None)
        told = story.mail(NoticeKind.PROGRESS_ASKED, city.director)
        assert told == (Planned.SUPPRESSED, Reason.NO_LONGER_CONCERNED)
