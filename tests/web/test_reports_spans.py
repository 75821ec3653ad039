"""The steps of the desk that change which words a draft quotes, and the way back: by buttons, forms and pages."""

import re
from collections.abc import Callable

import pytest

from tests.factories.city import City
from tests.support.client import Visitor
from tests.support.report_stories import QUOTE, TRAM, Imported, card, choice, imported
from tracker.reports import queries
from tracker.reports.models import Draft
from tracker.reports.rules.drafts import DraftKind, DraftState
from tracker.wiring import Wiring

Visit = Callable[..., Visitor]
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def reviewer(visit: Visit) -> Visitor:
    """A coordinator at the desk."""
    return visit("coordinator")


@pytest.fixture
def report(reviewer: Visitor, wiring: Wiring) -> Imported:
    """A report with three proposals and a possible one."""
    return imported(reviewer, wiring)


@pytest.fixture
def first(report: Imported) -> Draft:
    """The first proposal."""
    return next(draft for draft in report.drafts if draft.kind is DraftKind.RECOMMENDATION)


def quotes(wiring: Wiring, report: Imported) -> list[str]:
    """Return what the drafts on the desk quote."""
    with wiring.database.reading() as session:
        return [TRAM[draft.start : draft.end] for draft in queries.list_drafts(session, report.id)]


def desk(visitor: Visitor, report: Imported) -> str:
    """Return the desk's page."""
    return visitor.get(f"/reports/{report.id}/review").text


def shown(page: str, draft_id: int) -> str:
    """Return what the button that joins a draft with the next one would send."""
    found = re.search(r'formaction="/reports/\d+/merge" name="shown" value="([^"]+)"', card(page, draft_id))
    assert found
    return found[1]


def undo(visitor: Visitor, report: Imported) -> str:
    """Press the undo button that the desk shows, and return the page that follows."""
    found = re.search(r'/undo" name="step" value="(\d+)"', desk(visitor, report))
    assert found
    answer = visitor.post(f"/reports/{report.id}/undo", {"step": found[1]}, follow_redirects=True)
    return answer.text


class TestPanels:
    @pytest.mark.parametrize("kind", ["edit", "split", "boundary"])
    def test_are_fetched_into_the_card(self, reviewer: Visitor, first: Draft, kind: str) -> None:
        answer = reviewer.get(f"/reports/drafts/{first.id}/{kind}", headers=FRAGMENT)
        assert answer.status_code == 200
        assert f'data-panel="{kind}"' in answer.text
        assert "<html" not in answer.text

    @pytest.mark.parametrize("kind", ["edit", "split", "boundary"])
    def test_are_pages_without_javascript(self, visit: Visit, first: Draft, kind: str) -> None:
        for language in ("zh-Hant", "en"):
            page = visit("coordinator", language).get(f"/reports/drafts/{first.id}/{kind}").text
            assert "<h1>" in page
            assert QUOTE in page
            assert f'action="/reports/drafts/{first.id}/{kind}"' in page

    @pytest.mark.parametrize("kind", ["edit", "split", "boundary"])
    def test_are_not_found_for_a_draft_that_is_not(
        self, reviewer: Visitor, report: Imported, kind: str
    ) -> None:
        assert reviewer.get(f"/reports/drafts/9999/{kind}").status_code == 404

    def test_stay_out_of_the_desk_until_they_are_asked_for(self, reviewer: Visitor, report: Imported) -> None:
        assert "data-panel=" not in desk(reviewer, report)


class TestAcceptAsItStands:
    def test_takes_the_proposal(self, reviewer: Visitor, first: Draft, wiring: Wiring) -> None:
        reviewer.post(f"/reports/drafts/{first.id}/accept", {"version": first.version})
        with wiring.database.reading() as session:
            kept = session.get_one(Draft, first.id)
            assert (kept.state, kept.title) == (DraftState.ACCEPTED, first.title)

    def test_opens_the_form_for_what_is_missing(
        self, reviewer: Visitor, first: Draft, wiring: Wiring
    ) -> None:
        with wiring.database.transaction() as session:
            session.get_one(Draft, first.id).due_on = None
        answer = reviewer.post(f"/reports/drafts/{first.id}/accept", {"version": first.version + 1})
        assert answer.status_code == 422
        part = card(answer.text, first.id)
        assert 'data-panel="edit"' in part
        assert "請訂出預定完成日" in part

    def test_is_told_of_what_a_colleague_changed(
        self, reviewer: Visitor, visit: Visit, first: Draft, wiring: Wiring
    ) -> None:
        colleague = visit("second_coordinator")
        colleague.post(f"/reports/drafts/{first.id}/edit", choice(first, title="同事取的名稱"))
        answer = reviewer.post(f"/reports/drafts/{first.id}/accept", {"version": first.version})
        assert answer.status_code == 422
        part = card(answer.text, first.id)
        assert "別人已先修改" in part
        assert "同事取的名稱" in part


class TestSplitDraft:
    def test_cuts_at_the_words_that_were_typed(
        self, reviewer: Visitor, report: Imported, first: Draft, wiring: Wiring
    ) -> None:
        sent = {"version": first.version, "words": "在輕軌沿線"}
        answer = reviewer.post(f"/reports/drafts/{first.id}/split", sent)
        assert answer.headers["Location"].endswith(f"#candidate-{first.id}")
        cut = QUOTE.index("在輕軌沿線")
        assert [QUOTE[:cut], QUOTE[cut:]] == quotes(wiring, report)[1:3]

    def test_cuts_at_both_ends_of_a_selection(
        self, reviewer: Visitor, report: Imported, first: Draft, wiring: Wiring
    ) -> None:
        cuts = [first.start + 5, first.start + 12]
        reviewer.post(f"/reports/drafts/{first.id}/split", {"version": first.version, "cuts": cuts})
        assert quotes(wiring, report)[1:4] == [QUOTE[:5], QUOTE[5:12], QUOTE[12:]]

    @pytest.mark.parametrize("words", ["報告裡沒有的話", "建請交通局"])
    def test_keeps_words_that_were_refused(
        self, reviewer: Visitor, report: Imported, first: Draft, wiring: Wiring, words: str
    ) -> None:
        sent = {"version": first.version, "words": words}
        answer = reviewer.post(f"/reports/drafts/{first.id}/split", sent)
        assert answer.status_code == 422
        part = card(answer.text, first.id)
        assert f'value="{words}"' in part
        assert "這一則裡找不到這幾個字" in part
        assert len(quotes(wiring, report)) == 4

    def test_asks_where(self, reviewer: Visitor, first: Draft) -> None:
        answer = reviewer.post(f"/reports/drafts/{first.id}/split", {"version": first.version})
        assert answer.status_code == 422
        assert "請選擇要從哪裡切開" in card(answer.text, first.id)

    def test_refuses_a_version_that_is_no_more(self, reviewer: Visitor, first: Draft) -> None:
        sent = {"version": 99, "words": "在輕軌沿線"}
        answer = reviewer.post(f"/reports/drafts/{first.id}/split", sent)
        assert answer.status_code == 422
        part = card(answer.text, first.id)
        assert "別人已先修改" in part
        assert "在輕軌沿線" in part


class TestMergeDrafts:
    def test_joins_a_draft_with_the_next(
        self, reviewer: Visitor, report: Imported, first: Draft, wiring: Wiring
    ) -> None:
        sent = {"shown": shown(desk(reviewer, report), first.id)}
        answer = reviewer.post(f"/reports/{report.id}/merge", sent)
        assert answer.headers["Location"].endswith(f"#candidate-{first.id}")
        assert len(quotes(wiring, report)) == 3
        assert QUOTE in quotes(wiring, report)[1]

    def test_names_the_neighbour_on_the_button(
        self, reviewer: Visitor, report: Imported, first: Draft
    ) -> None:
        page = desk(reviewer, report)
        assert "與 2 合併" in card(page, first.id)
        assert "合併" not in card(page, report.drafts[-1].id)

    @pytest.mark.parametrize("sent", [{}, {"shown": ""}, {"shown": "x"}, {"shown": "1-1"}])
    def test_refuses_an_incomplete_form(
        self, reviewer: Visitor, report: Imported, sent: dict[str, str]
    ) -> None:
        assert reviewer.post(f"/reports/{report.id}/merge", sent).status_code == 422

    def test_is_told_of_what_a_colleague_changed(
        self, reviewer: Visitor, visit: Visit, report: Imported, first: Draft, wiring: Wiring
    ) -> None:
        sent = {"shown": shown(desk(reviewer, report), first.id)}
        visit("second_coordinator").post(f"/reports/drafts/{first.id}/accept", {"version": first.version})
        answer = reviewer.post(f"/reports/{report.id}/merge", sent)
        assert answer.status_code == 422
        assert "別人已先修改" in answer.text
        assert len(quotes(wiring, report)) == 4

    def test_of_another_report_is_not_found(self, reviewer: Visitor, report: Imported, city: City) -> None:
        other = city.give_report(("建請交通局另案研議。", "建請教育局另案研議。"))
        sent = {"shown": f"{report.drafts[1].id}-1,{report.drafts[2].id}-1"}
        assert reviewer.post(f"/reports/{other}/merge", sent).status_code == 422
        assert reviewer.post("/reports/9999/merge", sent).status_code == 404


class TestMoveBoundary:
    def test_takes_the_selected_words(
        self, reviewer: Visitor, report: Imported, first: Draft, wiring: Wiring
    ) -> None:
        sent = {"version": first.version, "start": first.start + 5, "end": first.end - 1}
        answer = reviewer.post(f"/reports/drafts/{first.id}/boundary", sent)
        assert answer.headers["Location"].endswith(f"#candidate-{first.id}")
        assert quotes(wiring, report)[1] == QUOTE[5:-1]

    def test_finds_words_that_were_typed_with_an_ellipsis(
        self, reviewer: Visitor, report: Imported, first: Draft, wiring: Wiring
    ) -> None:
        sent = {"version": first.version, "words": "建請交通局…行人優先號誌"}
        reviewer.post(f"/reports/drafts/{first.id}/boundary", sent)
        assert quotes(wiring, report)[1] == QUOTE[:-1]

    def test_keeps_words_that_were_refused(self, reviewer: Visitor, first: Draft) -> None:
        sent = {"version": first.version, "words": "報告裡沒有的話"}
        answer = reviewer.post(f"/reports/drafts/{first.id}/boundary", sent)
        assert answer.status_code == 422
        part = card(answer.text, first.id)
        assert "原文裡找不到這段文字" in part
        assert "報告裡沒有的話" in part

    def test_refuses_words_of_another_draft(
        self, reviewer: Visitor, report: Imported, first: Draft, wiring: Wiring
    ) -> None:
        sent = {"version": first.version, "start": first.start, "end": first.end + 20}
        answer = reviewer.post(f"/reports/drafts/{first.id}/boundary", sent)
        assert answer.status_code == 422
        assert "與另一則候選重疊" in card(answer.text, first.id)
        assert quotes(wiring, report)[1] == QUOTE

    @pytest.mark.parametrize("place", ["x", "-5", "99999999"])
    def test_refuses_what_is_no_place(self, reviewer: Visitor, first: Draft, place: str) -> None:
        sent = {"version": first.version, "start": place, "end": first.end}
        assert reviewer.post(f"/reports/drafts/{first.id}/boundary", sent).status_code == 422


class TestUndo:
    def test_says_what_was_done_and_takes_it_back(
        self, reviewer: Visitor, report: Imported, first: Draft, wiring: Wiring
    ) -> None:
        reviewer.post(f"/reports/drafts/{first.id}/accept", {"version": first.version})
        assert f"已採用：{first.title}" in desk(reviewer, report)
        page = undo(reviewer, report)
        assert f"已復原「採用」：{first.title}" in page
        with wiring.database.reading() as session:
            assert session.get_one(Draft, first.id).state is DraftState.WAITING

    def test_is_offered_for_the_reader_s_own_steps_alone(
        self, reviewer: Visitor, visit: Visit, report: Imported, first: Draft
    ) -> None:
        reviewer.post(f"/reports/drafts/{first.id}/accept", {"version": first.version})
        page = desk(visit("second_coordinator"), report)
        assert "/undo" not in page
        assert "溫如玉剛剛也在審閱這份報告" in page

    def test_refuses_and_says_why_when_a_colleague_went_on(
        self, reviewer: Visitor, visit: Visit, report: Imported, first: Draft, wiring: Wiring
    ) -> None:
        reviewer.post(f"/reports/drafts/{first.id}/accept", {"version": first.version})
        sent = choice(first, title="同事取的名稱", version=first.version + 1)
        visit("second_coordinator").post(f"/reports/drafts/{first.id}/edit", sent)
        assert "不能復原；什麼都沒有變更" in undo(reviewer, report)
        with wiring.database.reading() as session:
            assert session.get_one(Draft, first.id).title == "同事取的名稱"

    @pytest.mark.parametrize("sent", [{}, {"step": "x"}, {"step": "99"}])
    def test_refuses_a_step_that_was_not_shown(
        self, reviewer: Visitor, report: Imported, sent: dict[str, str]
    ) -> None:
        assert reviewer.post(f"/reports/{report.id}/undo", sent).status_code == 422


class TestADraftThatIsGone:
    @pytest.fixture
    def gone(self, visit: Visit, report: Imported, first: Draft) -> Draft:
        """A draft that a colleague joined to the one before it."""
        colleague = visit("second_coordinator")
        sent = {"shown": shown(desk(colleague, report), first.id)}
        colleague.post(f"/reports/{report.id}/merge", sent)
        return next(draft for draft in report.drafts if draft.start > first.start)

    def test_leaves_the_words_that_were_typed_for_it(self, reviewer: Visitor, gone: Draft) -> None:
        sent = choice(gone, title="我打的名稱", expected_result="我打的成果")
        answer = reviewer.post(f"/reports/drafts/{gone.id}/edit", sent)
        assert answer.status_code == 422
        for words in ("已被合併到別則", "我打的名稱", "我打的成果"):
            assert words in answer.text

    def test_leaves_the_reason_that_was_typed_for_it(self, reviewer: Visitor, gone: Draft) -> None:
        sent = {"version": gone.version, "rejection_reason": "我打的說明"}
        answer = reviewer.post(f"/reports/drafts/{gone.id}/reject", sent)
        assert answer.status_code == 422
        assert "已被合併到別則" in answer.text
        assert "我打的說明" in answer.text

    def test_is_told_for_a_step_without_words(self, reviewer: Visitor, gone: Draft) -> None:
        answer = reviewer.post(f"/reports/drafts/{gone.id}/accept", {"version": gone.version})
        assert answer.status_code == 422
        assert "已被合併到別則" in answer.text

    def test_has_no_panel(self, reviewer: Visitor, gone: Draft) -> None:
        assert reviewer.get(f"/reports/drafts/{gone.id}/edit").status_code == 409


class TestConfirmReport:
    def test_confirms_nothing_that_was_not_seen(
        self, reviewer: Visitor, visit: Visit, report: Imported, first: Draft
    ) -> None:
        reviewer.post(f"/reports/drafts/{first.id}/accept", {"version": first.version})
        page = desk(reviewer, report)
        sent = dict(re.findall(r'type="hidden" name="(version|shown)" value="([^"]+)"', page))
        assert sent["shown"] == f"{first.id}-{first.version + 1}"
        last = report.drafts[-1]
        visit("second_coordinator").post(f"/reports/drafts/{last.id}/accept", {"version": last.version})
        answer = reviewer.post(f"/reports/{report.id}/confirm", sent)
        assert answer.status_code == 422
        assert "別人已先修改" in answer.text


class TestListReports:
    def test_tells_how_far_a_review_is_and_where_it_goes_on(
        self, reviewer: Visitor, report: Imported, first: Draft
    ) -> None:
        assert "開始審閱" in reviewer.get("/reports/").text
        reviewer.post(f"/reports/drafts/{first.id}/accept", {"version": first.version})
        page = reviewer.get("/reports/").text
        assert "審閱中 1/3" in page
        following = next(draft for draft in report.drafts if draft.start > first.start)
        assert f'href="/reports/{report.id}/review#candidate-{following.id}">繼續審閱' in page
