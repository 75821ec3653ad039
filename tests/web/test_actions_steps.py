"""Each step by its form: what is sent arrives, what is refused comes back with every word."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.factories.actions import RESULT, acknowledge, ask, bring_to, look, report, status_of, version_of
from tests.factories.city import City
from tests.support.client import Visitor

Visit = Callable[..., Visitor]
AGREED = {"agree": "yes", "outcome": "implemented", "decision": "成果具體。"}
NARRATIVE = "已完成招標並開始施工，預定工期三個月。"
FORMS = {
    "acknowledge": {},
    "progress": {"narrative": NARRATIVE, "percent": "50"},
    "closing": {"result": RESULT, "completed_on": "115/3/2", "outcome": "implemented"},
    "extension": {"new_due_on": "116/3/5", "reason_code": "budget", "reason": "補助款核定較晚，須延後發包。"},
    "reassign": {"reason": "業務移撥"},
    "withdraw": {"reason": "policy_changed", "explanation": "政策調整", "approval": "秘書長核准"},
    "merge": {"into_item_no": "115-TPT-001-01", "explanation": "內容相同", "approval": "秘書長核准"},
    "void": {"explanation": "重複建檔"},
    "reopen": {"reason": "成果未持續"},
}
OWN_STEPS = ("acknowledge", "progress", "closing", "extension")


def pdf(name: str = "成果報告.pdf") -> tuple[io.BytesIO, str]:
    """Return a file as a browser sends it."""
    return io.BytesIO(b"%PDF-1.7 results"), name


def hidden(page: str) -> dict[str, str]:
    """Return what a form carries unseen."""
    return dict(re.findall(r'<input id="(version|seen)" name="\w+" type="hidden" value="(\d+)"', page))


def updates(city: City, item_id: int) -> list[Any]:
    return look(city, "coordinator", item_id, lambda _session, _act, item: list(item.updates))


class TestEveryStep:
    @pytest.mark.parametrize("step", FORMS)
    def test_is_refused_to_a_reader_who_may_not(self, city: City, visit: Visit, step: str) -> None:
        item_id = bring_to(city, "closed_implemented" if step == "reopen" else "in_progress")
        before = status_of(city, item_id)
        assert visit("viewer").get(f"/actions/{item_id}/{step}").status_code == 403
        assert visit("viewer").post(f"/actions/{item_id}/{step}", FORMS[step]).status_code == 403
        assert status_of(city, item_id) == before

    @pytest.mark.parametrize("step", FORMS)
    def test_knows_nothing_of_an_item_of_others(self, city: City, visit: Visit, step: str) -> None:
        item_id = city.give_action()
        answer = visit("other_head").post(f"/actions/{item_id}/{step}", FORMS[step])
        assert answer.status_code == (404 if step in OWN_STEPS else 403)
        assert "候車資訊" not in answer.text

    @pytest.mark.parametrize("step", FORMS)
    def test_opens_only_where_the_status_allows_it(self, city: City, visit: Visit, step: str) -> None:
        item_id = bring_to(city, "withdrawn")
        key = "officer" if step in OWN_STEPS else "coordinator"
        assert visit(key).get(f"/actions/{item_id}/{step}").status_code == 409

    def test_needs_its_token(self, city: City, visit: Visit) -> None:
        item_id = city.give_action()
        answer = visit("officer").client.post(f"/actions/{item_id}/acknowledge", data={})
        assert answer.status_code == 400
        assert status_of(city, item_id) == "assigned"

    @pytest.mark.parametrize("language", ["zh-Hant", "en"])
    @pytest.mark.parametrize("step", [step for step in FORMS if step not in ("acknowledge", "reopen")])
    def test_returns_an_empty_form_with_what_is_missing(
        self, city: City, visit: Visit, step: str, language: str
    ) -> None:
        item_id = bring_to(city, "in_progress")
        key = "officer" if step in OWN_STEPS else "coordinator"
        answer = visit(key, language).post(f"/actions/{item_id}/{step}", {})
        assert answer.status_code == 422
        assert "field__error" in answer.text
        assert status_of(city, item_id) == "in_progress"


class TestAcknowledge:
    def test_names_the_officer(self, city: City, visit: Visit) -> None:
        item_id = city.give_action(officer=None)
        data = {"officer_id": city.people["officer"]}
        answer = visit("unit_head").post(f"/actions/{item_id}/acknowledge", data)
        assert answer.location.endswith(f"/actions/{item_id}")
        assert status_of(city, item_id) == "in_progress"

    def test_offers_the_people_of_the_department_only(self, city: City, visit: Visit) -> None:
        page = visit("unit_head").get(f"/actions/{city.give_action()}/acknowledge").text
        assert "何語安" in page
        assert "白若水" not in page


class TestProgress:
    def test_is_filed_with_several_files(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        data = {
            **FORMS["progress"],
            "next_step": "驗收",
            "evidence": [pdf(), (io.BytesIO(b"text"), "我的/相片.txt")],
        }
        assert visit("officer").post(f"/actions/{item_id}/progress", data).status_code == 302
        (update,) = updates(city, item_id)
        page = visit("officer").get(f"/actions/{item_id}").text
        assert (update.narrative, update.percent, update.next_step) == (NARRATIVE, 50, "驗收")
        for word in (NARRATIVE, "驗收", "成果報告.pdf", ">相片.txt<"):
            assert word in page

    @pytest.mark.parametrize("percent", ["101", "-1", "half", ""])
    def test_keeps_the_words_when_a_number_is_wrong(self, city: City, visit: Visit, percent: str) -> None:
        item_id = bring_to(city, "in_progress")
        answer = visit("officer").post(
            f"/actions/{item_id}/progress", {"narrative": NARRATIVE, "percent": percent}
        )
        assert answer.status_code == 422
        assert NARRATIVE in answer.text
        assert updates(city, item_id) == []

    def test_keeps_good_files_when_a_word_is_missing(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        officer = visit("officer")
        answer = officer.post(f"/actions/{item_id}/progress", {"percent": "50", "evidence": [pdf()]})
        assert answer.status_code == 422
        (mark,) = re.findall(r'name="kept" value="([^"]+)"', answer.text)
        officer.post(f"/actions/{item_id}/progress", {**FORMS["progress"], "kept": mark})
        (update,) = updates(city, item_id)
        assert "成果報告.pdf" in officer.get(f"/actions/{item_id}").text
        assert update.percent == 50

    def test_believes_no_mark_that_it_did_not_sign(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        data = {**FORMS["progress"], "kept": "WyJhYmMiLDEsImEucGRmIl0.forged"}
        assert visit("officer").post(f"/actions/{item_id}/progress", data).status_code == 302
        assert "evidence/" not in visit("officer").get(f"/actions/{item_id}").text

    @pytest.mark.parametrize(
        ("data", "name"), [(b"<script>", "a.html"), (b"<html>", "a.pdf"), (b"", "a.txt")]
    )
    def test_refuses_a_bad_file_by_name(self, city: City, visit: Visit, data: bytes, name: str) -> None:
        item_id = bring_to(city, "in_progress")
        form = {**FORMS["progress"], "evidence": [(io.BytesIO(data), name), pdf()]}
        answer = visit("officer").post(f"/actions/{item_id}/progress", form)
        assert answer.status_code == 422
        assert f"{name}：" in answer.text
        assert 'name="kept"' in answer.text
        assert NARRATIVE in answer.text
        assert updates(city, item_id) == []

    def test_lets_somebody_with_two_parts_choose(self, city: City, visit: Visit) -> None:
        item_id = city.give_action(lead="TPT-P", support=("TPT",))
        acknowledge(city, item_id)
        page = visit("officer").get(f"/actions/{item_id}/progress").text
        assert 'name="part_id"' not in page

    def test_is_not_lost_when_the_item_moved_on_meanwhile(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        officer = visit("officer")
        carried = hidden(officer.get(f"/actions/{item_id}/progress").text)
        ask(city, item_id, "unit_head")
        answer = officer.post(f"/actions/{item_id}/progress", {**FORMS["progress"], **carried})
        assert answer.status_code == 409
        assert NARRATIVE in answer.text
        assert "簡立群（運輸規劃科）為運輸規劃科申請解除列管" in answer.text


class TestClosing:
    def test_refuses_without_evidence_and_keeps_the_words(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        answer = visit("officer").post(f"/actions/{item_id}/closing", FORMS["closing"])
        assert answer.status_code == 422
        assert RESULT in answer.text
        assert "請至少附上一件佐證資料。" in answer.text
        assert status_of(city, item_id) == "in_progress"

    def test_is_asked_with_evidence_and_decided_by_the_coordinator(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        visit("unit_head").post(f"/actions/{item_id}/closing", {**FORMS["closing"], "evidence": [pdf()]})
        assert status_of(city, item_id) == "close_requested"
        coordinator = visit("coordinator")
        (path,) = set(re.findall(r"/actions/closings/\d+", coordinator.get(f"/actions/{item_id}").text))
        carried = hidden(coordinator.get(path).text)
        answer = coordinator.post(path, {**AGREED, "outcome": "partial", **carried})
        assert answer.status_code == 302
        assert status_of(city, item_id) == "closed_partial"

    def test_agreeing_needs_a_word_and_may_say_what_was_adopted_in_the_end(
        self, city: City, visit: Visit
    ) -> None:
        item_id = bring_to(city, "in_progress")
        path = f"/actions/closings/{ask(city, item_id)}"
        coordinator = visit("coordinator")
        answer = coordinator.post(path, {**AGREED, "decision": "", "adoption": "adopted"})
        assert answer.status_code == 422
        assert '<option selected value="adopted">' in answer.text
        assert coordinator.post(path, {**AGREED, "adoption": "adopted"}).status_code == 302
        adoption = look(city, "coordinator", item_id, lambda _s, _a, item: item.recommendation.adoption)
        assert adoption == "adopted"

    def test_a_supporting_part_is_released_without_a_word_on_adoption(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress", support=("EDU-I",))
        page = visit("coordinator").get(f"/actions/closings/{ask(city, item_id, 'other_officer')}").text
        assert 'name="adoption"' not in page

    def test_refusal_needs_a_reason_and_begins_round_two(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        path = f"/actions/closings/{ask(city, item_id)}"
        coordinator = visit("coordinator")
        answer = coordinator.post(
            path, {"agree": "no", "outcome": "implemented", "document_no": "府研字第 7 號"}
        )
        assert answer.status_code == 422
        assert "府研字第 7 號" in answer.text
        coordinator.post(path, {"agree": "no", "outcome": "implemented", "decision": "請補充成效數據。"})
        page = visit("officer").get(f"/actions/{item_id}").text
        assert "第 2 輪" in page
        assert "請補充成效數據。" in page

    def test_waits_for_the_supporting_department(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress", support=("EDU-I",))
        path = f"/actions/closings/{ask(city, item_id)}"
        coordinator = visit("coordinator")
        assert "國際教育科" in coordinator.get(path).text
        assert coordinator.post(path, AGREED).status_code == 409
        visit("other_head").post(f"/actions/{item_id}/closing", {**FORMS["closing"], "evidence": [pdf()]})
        part_path = next(
            p
            for p in re.findall(r"/actions/closings/\d+", coordinator.get(f"/actions/{item_id}").text)
            if p != path
        )
        coordinator.post(part_path, AGREED)
        assert coordinator.post(path, AGREED).status_code == 302
        assert status_of(city, item_id) == "closed_implemented"

    def test_is_decided_once_and_the_second_decider_is_told(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        path = f"/actions/closings/{ask(city, item_id)}"
        late = visit("second_coordinator")
        carried = hidden(late.get(path).text)
        visit("coordinator").post(
            path, {"agree": "no", "outcome": "implemented", "decision": "請補充成效數據。"}
        )
        words = "成果具體，同意解除列管。"
        answer = late.post(path, {"agree": "yes", "outcome": "implemented", "decision": words, **carried})
        assert answer.status_code == 409
        assert words in answer.text
        assert "溫如玉（管制考核組）決定持續列管" in answer.text
        assert status_of(city, item_id) == "in_progress"


class TestCoordinatorsSteps:
    def test_reassign_moves_the_item(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        data = {
            "lead_department_id": city.departments["EDU-I"],
            "officer_id": city.people["other_officer"],
            "support_department_ids": [city.departments["TPT-P"]],
            "reason": "業務移撥",
        }
        assert visit("coordinator").post(f"/actions/{item_id}/reassign", data).status_code == 302
        assert "由運輸規劃科改分給國際教育科" in visit("other_officer").get(f"/actions/{item_id}").text

    def test_reassign_tells_what_changed_meanwhile_and_then_goes_through(
        self, city: City, visit: Visit
    ) -> None:
        item_id = city.give_action()
        coordinator = visit("coordinator")
        data = {
            "lead_department_id": city.departments["EDU-I"],
            "officer_id": "",
            "reason": "業務移撥到教育局",
        }
        carried = hidden(coordinator.get(f"/actions/{item_id}/reassign").text)
        acknowledge(city, item_id)
        answer = coordinator.post(f"/actions/{item_id}/reassign", {**data, **carried})
        assert answer.status_code == 409
        assert "業務移撥到教育局" in answer.text
        assert "何語安（運輸規劃科）簽收" in answer.text
        again = coordinator.post(f"/actions/{item_id}/reassign", {**data, **hidden(answer.text)})
        assert again.status_code == 302

    def test_reports_of_progress_make_no_conflict(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        version = version_of(city, item_id)
        report(city, item_id)
        data = {"explanation": "重複建檔", "version": version}
        assert visit("coordinator").post(f"/actions/{item_id}/void", data).status_code == 302

    @pytest.mark.parametrize(("step", "status"), [("withdraw", "withdrawn"), ("void", "void")])
    def test_ends(self, city: City, visit: Visit, step: str, status: str) -> None:
        item_id = bring_to(city, "in_progress")
        assert visit("coordinator").post(f"/actions/{item_id}/{step}", FORMS[step]).status_code == 302
        assert status_of(city, item_id) == status

    def test_merge_names_the_item_that_goes_on(self, city: City, visit: Visit) -> None:
        item_id, target = city.give_action(), city.give_action()
        number = look(city, "coordinator", target, lambda _session, _act, item: item.item_no)
        visit("coordinator").post(
            f"/actions/{item_id}/merge", {**FORMS["merge"], "into_item_no": f" {number} "}
        )
        assert status_of(city, item_id) == "merged"
        assert number in visit("officer").get(f"/actions/{item_id}").text

    def test_reopen_begins_a_new_round(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "closed_implemented")
        visit("coordinator").post(f"/actions/{item_id}/reopen", FORMS["reopen"])
        assert status_of(city, item_id) == "in_progress"
        assert "成果未持續" in visit("officer").get(f"/actions/{item_id}").text
