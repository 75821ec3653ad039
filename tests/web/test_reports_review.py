"""The review desk: read, choose, confirm; nothing that was typed is lost and nobody overwrites what they did not see."""

import re
from collections.abc import Callable

import pytest

from tests.factories.city import City
from tests.support.client import Visitor
from tests.support.report_stories import QUOTE, TRAM, Imported, card, choice, imported
from tracker.actions.models import ActionItem
from tracker.reports.models import Draft, Recommendation, Report
from tracker.reports.rules.adoption import Adoption
from tracker.reports.rules.drafts import DraftKind, DraftState
from tracker.wiring import Wiring

Visit = Callable[..., Visitor]


@pytest.fixture
def reviewer(visit: Visit) -> Visitor:
    """A coordinator at the desk."""
    return visit("coordinator")


@pytest.fixture
def report(reviewer: Visitor, wiring: Wiring) -> Imported:
    """A report with three proposals and a possible one."""
    return imported(reviewer, wiring)


def proposals(report: Imported) -> list[Draft]:
    """Return the drafts that extraction proposed outright."""
    return [draft for draft in report.drafts if draft.kind is DraftKind.RECOMMENDATION]


def state_of(wiring: Wiring, draft: Draft) -> DraftState:
    """Return how far a draft has come."""
    with wiring.database.reading() as session:
        return session.get_one(Draft, draft.id).state


def version_of(wiring: Wiring, report: Imported) -> int:
    """Return the version of the report that a page would show."""
    with wiring.database.reading() as session:
        return session.get_one(Report, report.id).version


def accept(visitor: Visitor, draft: Draft, **changes: object) -> str:
    """Accept a draft and return where the desk leads on to."""
    answer = visitor.post(f"/reports/drafts/{draft.id}/edit", choice(draft, **changes))
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


class TestReviewReport:
    def test_marks_every_candidate_in_its_place(self, reviewer: Visitor, report: Imported) -> None:
        page = reviewer.get(f"/reports/{report.id}/review").text
        for draft in report.drafts:
            assert f'id="place-{draft.id}"' in page
            assert f'id="candidate-{draft.id}"' in page

    def test_shows_quote_reasons_and_hints(self, reviewer: Visitor, report: Imported) -> None:
        part = card(reviewer.get(f"/reports/{report.id}/review").text, proposals(report)[0].id)
        for words in (QUOTE, "寫在「建議」的章節裡", "很有把握", "原文提到的機關：交通局", "115年12月底前"):
            assert words in part

    def test_folds_what_is_only_possible(self, reviewer: Visitor, report: Imported) -> None:
        page = reviewer.get(f"/reports/{report.id}/review").text
        folded = page[page.index('<details class="candidates-more">') :]
        assert "另有 1 則可能的建議" in folded
        assert "明年五月本市將邀請該校學生來訪一週" in folded

    def test_speaks_english(self, visit: Visit, report: Imported) -> None:
        page = visit("second_coordinator", "en").get(f"/reports/{report.id}/review").text
        assert '<html lang="en"' in page
        assert QUOTE in page

    @pytest.mark.parametrize("key", ["officer", "unit_head", "agency_head", "viewer", "administrator"])
    def test_is_the_coordinators(self, visit: Visit, report: Imported, key: str) -> None:
        assert visit(key).get(f"/reports/{report.id}/review").status_code in {403, 404}

    def test_gives_every_field_an_id_of_its_own(self, reviewer: Visitor, report: Imported) -> None:
        ids = re.findall(r'\sid="([^"]+)"', reviewer.get(f"/reports/{report.id}/review").text)
        assert sorted({each for each in ids if ids.count(each) > 1}) == []


class TestAcceptDraft:
    def test_leads_on_to_the_next_that_waits(self, reviewer: Visitor, report: Imported) -> None:
        first, second, third = proposals(report)
        assert accept(reviewer, second).endswith(f"#candidate-{third.id}")
        assert accept(reviewer, third).endswith(f"#candidate-{first.id}")
        assert accept(reviewer, first).endswith(f"#candidate-{first.id}")

    def test_keeps_what_was_chosen(
        self, reviewer: Visitor, report: Imported, wiring: Wiring, city: City
    ) -> None:
        draft = proposals(report)[0]
        accept(
            reviewer,
            draft,
            title="試辦行人優先號誌",
            adoption="adopted",
            lead_department_id=city.departments["TPT-P"],
            support_department_ids=[city.departments["EDU"]],
            officer_id=city.people["officer"],
            due_on="115/6/30",
            expected_result="三處路口啟用。",
        )
        with wiring.database.reading() as session:
            kept = session.get_one(Draft, draft.id)
            assert (kept.title, kept.adoption) == ("試辦行人優先號誌", Adoption.ADOPTED)
            assert kept.support_department_ids == [city.departments["EDU"]]
            assert str(kept.due_on) == "2026-06-30"

    def test_brings_a_refused_form_back_with_every_word(
        self, reviewer: Visitor, report: Imported, wiring: Wiring
    ) -> None:
        draft = proposals(report)[0]
        typed = choice(draft, title="改寫過的名稱", adoption="under_study", expected_result="留著的話")
        answer = reviewer.post(f"/reports/drafts/{draft.id}/edit", typed)
        assert answer.status_code == 422
        part = card(answer.text, draft.id)
        for words in ("改寫過的名稱", "留著的話", "必須填寫採行說明", "必須訂出研議期限"):
            assert words in part
        assert f'data-current="{draft.id}"' in answer.text
        assert state_of(wiring, draft) is DraftState.WAITING

    def test_refuses_a_day_that_is_none(self, reviewer: Visitor, report: Imported) -> None:
        draft = proposals(report)[0]
        answer = reviewer.post(f"/reports/drafts/{draft.id}/edit", choice(draft, due_on="下個月"))
        assert answer.status_code == 422
        assert "日期格式不正確" in card(answer.text, draft.id)

    def test_never_overwrites_what_was_not_seen(
        self, reviewer: Visitor, visit: Visit, report: Imported, wiring: Wiring
    ) -> None:
        draft = proposals(report)[0]
        accept(visit("second_coordinator"), draft, title="同事先改的名稱")
        answer = reviewer.post(f"/reports/drafts/{draft.id}/edit", choice(draft, title="我打的名稱"))
        assert answer.status_code == 422
        part = card(answer.text, draft.id)
        assert "別人已先修改" in part
        assert "我打的名稱" in part
        assert "同事先改的名稱" in part

    def test_takes_the_kept_words_once_the_change_was_seen(
        self, reviewer: Visitor, visit: Visit, report: Imported, wiring: Wiring
    ) -> None:
        draft = proposals(report)[0]
        accept(visit("second_coordinator"), draft, title="同事先改的名稱")
        answer = reviewer.post(f"/reports/drafts/{draft.id}/edit", choice(draft, title="我打的名稱"))
        shown = re.search(r'name="version"[^>]*value="(\d+)"', card(answer.text, draft.id))
        assert shown
        accept(reviewer, draft, title="我打的名稱", version=shown[1])
        with wiring.database.reading() as session:
            assert session.get_one(Draft, draft.id).title == "我打的名稱"

    def test_asks_for_the_version(self, reviewer: Visitor, report: Imported) -> None:
        draft = proposals(report)[0]
        answer = reviewer.post(f"/reports/drafts/{draft.id}/edit", choice(draft, version="x"))
        assert answer.status_code == 422

    @pytest.mark.parametrize("key", ["officer", "agency_head", "viewer"])
    def test_is_the_coordinators(self, visit: Visit, report: Imported, wiring: Wiring, key: str) -> None:
        draft = proposals(report)[0]
        answer = visit(key).post(f"/reports/drafts/{draft.id}/edit", choice(draft))
        assert answer.status_code in {403, 404}
        assert state_of(wiring, draft) is DraftState.WAITING


class TestRejectDraft:
    def test_needs_a_reason(self, reviewer: Visitor, report: Imported, wiring: Wiring) -> None:
        draft = proposals(report)[0]
        answer = reviewer.post(
            f"/reports/drafts/{draft.id}/reject", {"version": draft.version, "rejection_reason": " "}
        )
        assert answer.status_code == 422
        assert "請填寫剔除說明" in card(answer.text, draft.id)
        assert state_of(wiring, draft) is DraftState.WAITING

    def test_shows_the_reason_and_can_be_taken_back(
        self, reviewer: Visitor, report: Imported, wiring: Wiring
    ) -> None:
        draft = proposals(report)[0]
        sent = {"version": draft.version, "rejection_reason": "與第二則重複"}
        reviewer.post(f"/reports/drafts/{draft.id}/reject", sent)
        assert "與第二則重複" in card(reviewer.get(f"/reports/{report.id}/review").text, draft.id)
        reviewer.post(f"/reports/drafts/{draft.id}/reconsider", {"version": draft.version + 1})
        assert state_of(wiring, draft) is DraftState.WAITING


class TestAddDraft:
    def test_adds_the_selected_place(self, reviewer: Visitor, report: Imported, wiring: Wiring) -> None:
        start = TRAM.index("瀨灣市以輕軌")
        answer = reviewer.post(f"/reports/{report.id}/drafts", {"start": start, "end": start + 6})
        added = int(answer.headers["Location"].rpartition("-")[2])
        with wiring.database.reading() as session:
            draft = session.get_one(Draft, added)
            assert (draft.kind, draft.title) == (DraftKind.MANUAL, "瀨灣市以輕軌")

    def test_finds_pasted_words(self, reviewer: Visitor, report: Imported) -> None:
        answer = reviewer.post(f"/reports/{report.id}/drafts", {"words": "第二日 試乘\n輕軌"})
        assert "#candidate-" in answer.headers["Location"]

    def test_tells_when_the_words_are_not_there(self, reviewer: Visitor, report: Imported) -> None:
        answer = reviewer.post(f"/reports/{report.id}/drafts", {"words": "報告裡沒有的話"})
        assert answer.status_code == 422
        assert "原文裡找不到這段文字" in answer.text
        assert "報告裡沒有的話" in answer.text


class TestConfirmReport:
    def test_makes_recommendations_with_the_exact_words_and_opens_items(
        self, reviewer: Visitor, report: Imported, wiring: Wiring
    ) -> None:
        first, second, third = proposals(report)
        accept(reviewer, first)
        accept(reviewer, second, adoption="filed", adoption_reason="已有類似交流")
        sent = {"version": third.version, "rejection_reason": "另案辦理"}
        reviewer.post(f"/reports/drafts/{third.id}/reject", sent)
        page = reviewer.get(f"/reports/{report.id}/review").text
        assert "將有 2 項建議事項正式成立" in page
        assert "其中 1 項會開立列管事項" in page
        sent_version = {"version": version_of(wiring, report)}
        answer = reviewer.post(f"/reports/{report.id}/confirm", sent_version)
        assert answer.headers["Location"] == f"/reports/{report.id}"
        with wiring.database.reading() as session:
            kept = session.query(Recommendation).order_by(Recommendation.seq_no).all()
            assert [each.verbatim_quote for each in kept] == [TRAM[d.start : d.end] for d in (first, second)]
            assert kept[0].verbatim_quote == QUOTE
            assert [item.item_no for item in session.query(ActionItem)] == ["114-TPT-001-01"]

    def test_refuses_without_an_accepted_one(
        self, reviewer: Visitor, report: Imported, wiring: Wiring
    ) -> None:
        answer = reviewer.post(f"/reports/{report.id}/confirm", {"version": version_of(wiring, report)})
        assert answer.status_code == 422
        assert "還沒有採用任何建議事項" in answer.text

    def test_asks_for_the_lead_agency_first(self, reviewer: Visitor, wiring: Wiring) -> None:
        report = imported(reviewer, wiring, "赴他鄉考察\n建議\n（一）建請增設候車亭。\n")
        (draft,) = proposals(report)
        accept(reviewer, draft)
        answer = reviewer.post(f"/reports/{report.id}/confirm", {"version": version_of(wiring, report)})
        assert answer.status_code == 422
        assert "請先選定報告的主辦機關" in answer.text

    def test_refuses_when_the_report_was_changed_meanwhile(self, reviewer: Visitor, report: Imported) -> None:
        accept(reviewer, proposals(report)[0])
        answer = reviewer.post(f"/reports/{report.id}/confirm", {"version": 99})
        assert answer.status_code == 422
        assert "別人已先修改" in answer.text


class TestDeclareNoRecommendation:
    def test_ends_the_review(self, reviewer: Visitor, report: Imported, wiring: Wiring) -> None:
        sent = {"version": version_of(wiring, report)}
        answer = reviewer.post(f"/reports/{report.id}/no-recommendation", sent)
        assert "本報告無建議事項" in reviewer.get(answer.headers["Location"]).text


class TestEditReport:
    def test_corrects_what_the_cover_said(self, reviewer: Visitor, report: Imported, city: City) -> None:
        sent = {
            "version": 1,
            "title": "赴瀨灣市考察報告",
            "lead_agency_id": city.departments["EDU"],
            "destinations": "日本\n韓國",
            "trip_start": "114/9/8",
            "confidentiality": "restricted",
        }
        assert reviewer.post(f"/reports/{report.id}/edit", sent).status_code == 302
        page = reviewer.get(f"/reports/{report.id}").text
        for words in ("赴瀨灣市考察報告", "教育局", "日本、韓國", "114年9月8日", "限閱"):
            assert words in page

    def test_keeps_what_was_typed(self, reviewer: Visitor, report: Imported) -> None:
        sent = {"version": 1, "title": "", "trip_category": "打到一半", "confidentiality": "public"}
        answer = reviewer.post(f"/reports/{report.id}/edit", sent)
        assert answer.status_code == 422
        assert "打到一半" in answer.text
        assert "請填寫報告名稱" in answer.text
