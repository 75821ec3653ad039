"""The second edition of a report on the pages: asked, compared side by side, decided, and seen from the item."""

import html
import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.factories.city import City
from tests.support import editions as story
from tests.support.client import Visitor
from tests.support.counting import count_queries
from tests.support.editions import ADDED, EXCHANGE, FIRST, LIGHTS, REWORDED, SIGNALS, two_editions
from tracker.actions.models import ActionItem
from tracker.actions.rules.workflow import Status
from tracker.reports import queries
from tracker.reports.comparing import Comparison
from tracker.reports.models import Draft, Edition, EditionVerdict, Recommendation, Report
from tracker.reports.rules.drafts import Confidentiality, DraftState, ReportState
from tracker.reports.rules.editions import EditionState, Verdict

Visit = Callable[..., Visitor]
MOST = 12
REASON = "只是當地的做法，與本市無關。"


def answer(visitor: Visitor, report_id: int, said: str, version: int = 1) -> None:
    sent = visitor.post(f"/reports/{report_id}/edition", {"answer": said, "version": version})
    assert sent.status_code == 302, sent.text


def judge(visitor: Visitor, report_id: int, **said: object) -> None:
    sent = visitor.post(f"/reports/{report_id}/passages", said)
    assert sent.status_code == 302, sent.text


def shown(city: City, report_id: int) -> Comparison:
    with city.database.reading() as session:
        return story.comparison_of(session, city.act("coordinator", session), report_id)


def item_of(city: City, quote: str) -> ActionItem:
    with city.database.reading() as session:
        query = select(ActionItem).join(Recommendation, Recommendation.id == ActionItem.recommendation_id)
        return session.scalars(query.where(Recommendation.verbatim_quote == quote)).one()


def words(page: str) -> str:
    """Return what a page says, without its tags."""
    return html.unescape(re.sub(r"<[^>]+>", "", page))


@pytest.fixture
def coordinator(visit: Visit) -> Visitor:
    """A coordinator."""
    return visit("coordinator")


@pytest.fixture
def later(city: City) -> int:
    """The second edition of a confirmed report."""
    return two_editions(city)[1]


class TestRecognition:
    def test_is_told_on_the_desk_and_asked_on_a_page_of_its_own(
        self, coordinator: Visitor, later: int
    ) -> None:
        assert f'href="/reports/{later}/edition"' in coordinator.get(f"/reports/{later}/review").text
        page = words(coordinator.get(f"/reports/{later}/edition").text)
        assert "等您決定" in page
        assert "報告名稱相同" in page
        assert "還沒有任何變更" in page

    def test_speaks_english(self, visit: Visit, later: int) -> None:
        page = words(visit("coordinator", language="en").get(f"/reports/{later}/edition").text)
        assert "same title" in page
        assert not re.search("等您決定|前一版|辨識的依據", page)

    def test_can_be_refused_and_taken_back(self, city: City, coordinator: Visitor, later: int) -> None:
        answer(coordinator, later, "no")
        assert "不是同一份報告" in words(coordinator.get(f"/reports/{later}/edition").text)
        answer(coordinator, later, "undo", 2)
        with city.database.reading() as session:
            assert session.get_one(Edition, later).state is EditionState.PROPOSED

    def test_answered_on_an_old_page_comes_back_with_the_reason(
        self, coordinator: Visitor, later: int
    ) -> None:
        answer(coordinator, later, "yes")
        sent = coordinator.post(f"/reports/{later}/edition", {"answer": "no", "version": 1})
        assert sent.status_code == 422
        assert "別人已先修改" in words(sent.text)

    @pytest.mark.parametrize("form", [{"answer": "perhaps", "version": "1"}, {"answer": "yes"}, {}])
    def test_refuses_an_answer_that_is_none(
        self, coordinator: Visitor, later: int, form: dict[str, str]
    ) -> None:
        assert coordinator.post(f"/reports/{later}/edition", form).status_code == 422

    def test_can_be_made_by_hand(self, city: City, coordinator: Visitor) -> None:
        former = story.bring(city, story.report_text(FIRST))
        story.confirm_all(city, former)
        other = story.bring(city, "另一份報告\n服務機關：教育局\n建議\n" + ADDED)
        with city.database.reading() as session:
            number = session.get_one(Report, former).report_no
        assert "沒有辨識出" in words(coordinator.get(f"/reports/{other}/edition").text)
        assert coordinator.post(f"/reports/{other}/former", {"report_no": "無此編號"}).status_code == 422
        assert coordinator.post(f"/reports/{other}/former", {"report_no": number}).status_code == 302
        assert "由審閱人指定" in words(coordinator.get(f"/reports/{other}/edition").text)


class TestComparison:
    def test_stands_side_by_side_with_the_changed_words_marked(
        self, coordinator: Visitor, later: int
    ) -> None:
        page = coordinator.get(f"/reports/{later}/edition").text
        assert re.search(r"<del>.*?三.*?</del>", page)
        assert re.search(r"<ins>.*?五.*?</ins>", page)
        assert "〔刪除〕" in page
        assert "〔新增〕" in page
        for quote in (EXCHANGE, LIGHTS, ADDED[2:12]):
            assert quote in words(page)

    def test_decides_nothing_before_the_recognition_is_accepted(
        self, coordinator: Visitor, later: int
    ) -> None:
        assert 'name="carry"' not in coordinator.get(f"/reports/{later}/edition").text
        answer(coordinator, later, "yes")
        assert 'name="carry"' in coordinator.get(f"/reports/{later}/edition").text

    def test_asks_no_more_than_twelve_statements(self, city: City, coordinator: Visitor, later: int) -> None:
        answer(coordinator, later, "yes")
        for pair in shown(city, later).pairs:
            judge(coordinator, later, carry=pair.key)
        item = item_of(city, SIGNALS).id
        for address in (
            f"/reports/{later}/edition",
            f"/reports/{later}/review",
            f"/reports/{later}",
            f"/actions/{item}",
        ):
            coordinator.get(address)
            with count_queries(city.database) as seen:
                assert coordinator.get(address).status_code == 200
            assert len(seen) <= MOST, address


class TestVerdicts:
    def test_carry_on_what_is_the_same_at_once_and_the_reworded_one_by_one(
        self, city: City, coordinator: Visitor, later: int
    ) -> None:
        answer(coordinator, later, "yes")
        comparison = shown(city, later)
        judge(coordinator, later, same=",".join(each.key for each in comparison.waiting(Verdict.SAME)))
        (reworded,) = comparison.waiting(Verdict.REWORDED)
        judge(coordinator, later, carry=reworded.key)
        page = words(coordinator.get(f"/reports/{later}/edition").text)
        assert "沒有等您確認的改寫" in page
        assert "沒有等您確認的相同建議" in page
        assert item_of(city, SIGNALS).status is Status.ASSIGNED

    def test_refuse_a_reworded_one_among_the_same(self, city: City, coordinator: Visitor, later: int) -> None:
        answer(coordinator, later, "yes")
        keys = ",".join(each.key for each in shown(city, later).pairs)
        assert coordinator.post(f"/reports/{later}/passages", {"same": keys}).status_code == 422

    def test_put_a_dropped_one_to_the_coordinator(self, city: City, coordinator: Visitor, later: int) -> None:
        answer(coordinator, later, "yes")
        item = item_of(city, LIGHTS)
        page = coordinator.get(f"/reports/{later}/edition").text
        assert "列管不會自動結束" in page
        assert f"/actions/{item.id}/withdraw" in page
        (dropped,) = shown(city, later).dropped
        judge(coordinator, later, keep=dropped.known.recommendation.id)
        assert "仍照原決定辦理" in coordinator.get(f"/reports/{later}/edition").text
        assert item_of(city, LIGHTS).status is Status.ASSIGNED

    def test_let_a_dropped_one_be_withdrawn_by_the_usual_step(
        self, city: City, coordinator: Visitor, later: int
    ) -> None:
        answer(coordinator, later, "yes")
        item = item_of(city, LIGHTS)
        form = {
            "reason": "policy_changed",
            "explanation": "新版本不再提出。",
            "approval": "秘書長核准",
            "version": item.version,
        }
        assert coordinator.post(f"/actions/{item.id}/withdraw", form).status_code == 302
        assert "列管事項都已結束" in coordinator.get(f"/reports/{later}/edition").text

    def test_can_be_taken_back(self, city: City, coordinator: Visitor, later: int) -> None:
        answer(coordinator, later, "yes")
        pair = shown(city, later).pairs[0]
        judge(coordinator, later, carry=pair.key)
        with city.database.reading() as session:
            verdict_id = session.scalars(select(EditionVerdict.id)).one()
        judge(coordinator, later, undo=verdict_id)
        with city.database.reading() as session:
            assert session.get_one(Draft, pair.draft_id).state is DraftState.WAITING

    def test_set_a_pair_apart(self, city: City, coordinator: Visitor, later: int) -> None:
        answer(coordinator, later, "yes")
        (reworded,) = shown(city, later).waiting(Verdict.REWORDED)
        judge(coordinator, later, apart=reworded.key)
        assert len(shown(city, later).dropped) == 2

    @pytest.mark.parametrize(
        "form", [{}, {"carry": "1-2"}, {"same": "a-b-c"}, {"keep": "x"}, {"undo": "99999"}]
    )
    def test_refuse_what_no_page_sends(self, coordinator: Visitor, later: int, form: dict[str, str]) -> None:
        assert coordinator.post(f"/reports/{later}/passages", form).status_code == 422

    def test_end_the_review_where_nothing_is_new(self, city: City, coordinator: Visitor) -> None:
        _, later = two_editions(city, FIRST, (SIGNALS, EXCHANGE, LIGHTS))
        answer(coordinator, later, "yes")
        judge(coordinator, later, same=",".join(each.key for each in shown(city, later).pairs))
        page = coordinator.get(f"/reports/{later}/review").text
        assert "結束審閱" in page
        assert "既有的建議" in page
        with city.database.reading() as session:
            version = session.get_one(Report, later).version
        sent = coordinator.post(f"/reports/{later}/confirm", {"version": version, "shown": ""})
        assert sent.status_code == 302
        with city.database.reading() as session:
            assert session.get_one(Report, later).state is ReportState.REVIEWED
        assert "沿用的建議" in coordinator.get(f"/reports/{later}").text


class TestItemPage:
    def test_shows_the_later_wording_with_its_edition_once_that_was_reviewed(
        self, city: City, coordinator: Visitor, visit: Visit
    ) -> None:
        _, later = two_editions(city, FIRST, (REWORDED, EXCHANGE, LIGHTS))
        answer(coordinator, later, "yes")
        for pair in shown(city, later).pairs:
            judge(coordinator, later, carry=pair.key)
        item_id = item_of(city, SIGNALS).id
        assert REWORDED not in visit("unit_head").get(f"/actions/{item_id}").text
        with city.database.reading() as session:
            version = session.get_one(Report, later).version
        coordinator.post(f"/reports/{later}/confirm", {"version": version, "shown": ""})
        page = visit("unit_head").get(f"/actions/{item_id}").text
        assert SIGNALS in page
        assert REWORDED in page
        assert "後來的版本改寫為" in page


class TestNearDuplicate:
    def other_report(self, city: City) -> int:
        story.confirm_all(city, story.bring(city, story.report_text(FIRST)))
        text = (
            "赴北原市研習號誌管理 出國報告\n服務機關：教育局\n\n建議\n（一）"
            + REWORDED
            + "\n（二）"
            + ADDED
            + "\n"
        )
        return story.bring(city, text)

    def test_is_pointed_out_on_the_desk(self, city: City, coordinator: Visitor) -> None:
        page = coordinator.get(f"/reports/{self.other_report(city)}/review").text
        assert "有 1 項既有的建議說法相近" in page
        assert SIGNALS in page

    def test_can_be_taken_for_the_same_on_the_desk_and_taken_back(
        self, city: City, coordinator: Visitor
    ) -> None:
        report_id = self.other_report(city)
        (value,) = re.findall(
            r'name="twin" value="([-\d]+)"', coordinator.get(f"/reports/{report_id}/review").text
        )
        judge(coordinator, report_id, twin=value)
        page = coordinator.get(f"/reports/{report_id}/review").text
        assert "與這項是同一項建議" in page
        (verdict_id,) = re.findall(r'name="undo" value="(\d+)"', page)
        judge(coordinator, report_id, undo=verdict_id)
        assert 'name="twin"' in coordinator.get(f"/reports/{report_id}/review").text

    def test_is_pointed_out_on_the_item_page_and_merged_by_the_usual_step(
        self, city: City, coordinator: Visitor
    ) -> None:
        story.confirm_all(city, self.other_report(city))
        first, second = item_of(city, SIGNALS), item_of(city, REWORDED)
        page = coordinator.get(f"/actions/{second.id}").text
        assert "說法相近的列管事項" in page
        assert f"/actions/{second.id}/merge?into={first.item_no}" in page
        step = coordinator.get(f"/actions/{second.id}/merge?into={first.item_no}").text
        assert f'value="{first.item_no}"' in step
        form = {
            "into_item_no": first.item_no,
            "explanation": "兩份報告提出同一件事。",
            "approval": "秘書長核准",
            "version": second.version,
        }
        assert coordinator.post(f"/actions/{second.id}/merge", form).status_code == 302
        assert item_of(city, REWORDED).status is Status.MERGED
        assert "說法相近的列管事項" not in coordinator.get(f"/actions/{first.id}").text

    def test_of_an_item_that_the_reader_may_not_see_is_not_shown(self, city: City, visit: Visit) -> None:
        story.confirm_all(city, self.other_report(city))
        second = item_of(city, REWORDED)
        page = visit("other_officer").get(f"/actions/{second.id}")
        assert page.status_code == 404


class TestRejectedBefore:
    def test_is_pointed_out_on_the_desk_and_rejected_again_by_one_click(
        self, city: City, coordinator: Visitor
    ) -> None:
        later = story.edition_after_rejection(city, REASON)
        page = coordinator.get(f"/reports/{later}/review").text
        assert words(page).count(f"前一版已剔除這一段：{REASON}") == 1
        assert page.count('<mark class="is-set-aside') == 1
        with city.database.reading() as session:
            (draft,) = [each for each in queries.list_drafts(session, later) if each.title in LIGHTS]
        sent = {"version": draft.version, "rejection_reason": REASON}
        assert coordinator.post(f"/reports/drafts/{draft.id}/reject", sent).status_code == 302
        again = coordinator.get(f"/reports/{later}/review").text
        assert "前一版已剔除這一段" not in again
        assert f"剔除說明：{REASON}" in words(again)

    def test_is_told_in_english(self, city: City, visit: Visit) -> None:
        later = story.edition_after_rejection(city, REASON)
        page = words(visit("coordinator", language="en").get(f"/reports/{later}/review").text)
        assert "Rejected in the previous edition" in page
        assert "Reject as before" in page

    def test_costs_no_page_more_than_twelve_questions(self, city: City, coordinator: Visitor) -> None:
        later = story.edition_after_rejection(city, REASON)
        for address in (f"/reports/{later}/review", f"/reports/{later}/source"):
            coordinator.get(address)
            with count_queries(city.database) as seen:
                coordinator.get(address)
            assert len(seen) <= MOST, address


class TestSource:
    def test_marks_what_was_carried_on_and_names_its_item(
        self, city: City, coordinator: Visitor, later: int
    ) -> None:
        answer(coordinator, later, "yes")
        (same,) = shown(city, later).waiting(Verdict.SAME)
        judge(coordinator, later, same=same.key)
        page = coordinator.get(f"/reports/{later}/source").text
        assert page.count('<mark class="is-carried') == 1
        assert EXCHANGE in words(page)
        assert "既有的建議" in words(page)
        assert item_of(city, EXCHANGE).item_no in page
        assert '<mark class="is-carried' in coordinator.get(f"/reports/{later}/review").text

    def test_tells_no_more_of_a_report_that_may_not_be_seen(
        self, city: City, coordinator: Visitor, visit: Visit, later: int
    ) -> None:
        answer(coordinator, later, "yes")
        (same,) = shown(city, later).waiting(Verdict.SAME)
        judge(coordinator, later, same=same.key)
        with city.database.transaction() as session:
            edition = session.scalars(select(Edition)).one()
            edition.former.confidentiality = Confidentiality.RESTRICTED
            edition.report.state = ReportState.REVIEWED
        page = visit("other_officer").get(f"/reports/{later}/source").text
        assert EXCHANGE in words(page)
        assert '<mark class="is-carried' not in page
