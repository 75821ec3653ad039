"""The lines of tests/web/rights.toml, and for each route an address and a form with which it can be tried."""

import io
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from tests.factories.city import PASSWORD
from tests.support.prepared import FORMER, Prepared

RIGHTS = tomllib.loads((Path(__file__).parents[1] / "web" / "rights.toml").read_text("utf-8"))
KEYS = ("officer", "other_officer", "unit_head", "agency_head", "coordinator", "viewer", "administrator")
GROUPS: Mapping[str, tuple[str, ...]] = {
    "everyone": KEYS,
    "others": KEYS,
    "owners": ("officer", "unit_head"),
    "readers": tuple(key for key in KEYS if key != "administrator"),
}
NEVER = 999_999
ABSENT: Mapping[str, str] = {
    "item_no": "199-TPT-999-99",
    "token": "no-such-token",
    "filename": "css/none.css",
}
KINDS: Mapping[str, str | None] = {
    "anonymous": None,
    "other department": "other_officer",
    "viewer": "viewer",
    "officer": "officer",
    "unit head": "unit_head",
    "agency head": "agency_head",
    "coordinator": "coordinator",
    "administrator": "administrator",
    "deactivated": FORMER,
}
"""The kinds of people against whom every route is tried."""
NEW_PASSWORD = "石階上的青苔濕濕滑滑的 7"
TARGETS: Mapping[str, Mapping[str, str]] = {
    # Of several things of a kind, the one on which a route can be tried.
    "usual": {
        "item_id": "alone_item",
        "report_id": "alone_report",
        "evidence_id": "alone_evidence",
        "recommendation_id": "alone_recommendation",
        "item_no": "alone_item_no",
        "closing_id": "closing",
        "extension_id": "extension",
        "petition_id": "petition",
        "kind": "petition_kind",
        "update_id": "update",
        "part_id": "part",
        "check_id": "check",
        "draft_id": "draft",
        "job_id": "job",
        "batch_id": "batch",
        "person_id": "leaver",
        "department_id": "empty_department",
        "sign_in_id": "sign_in",
        "token_id": "token",
        "delegation_id": "delegation",
        "notice_id": "notice",
        "letter_id": "letter",
        "refused_id": "refused",
        "token": "invitation",
        "filename": "stylesheet",
        "filter_id": "own_filter",
        "office_day_id": "office_day",
        "import_id": "import",
        "ladder_id": "ladder",
        "snapshot_id": "snapshot",
        "file_id": "frozen_file",
        "number": "page_number",
    },
    "@shared": {"filter_id": "shared_filter"},
    "@secret": {
        "item_id": "secret_item",
        "report_id": "secret_report",
        "evidence_id": "secret_evidence",
        "recommendation_id": "secret_recommendation",
        "item_no": "secret_item_no",
    },
    "@draft": {"item_id": "draft_item", "item_no": "draft_item_no"},
    "@supported": {"item_id": "going_item"},
    "@waiting": {"report_id": "waiting_report"},
    "actions.assign": {"item_id": "draft_item"},
    "actions.acknowledge": {"item_id": "fresh_item"},
    "actions.note_check": {"check_id": "answered_check"},
    "actions.forward_closing": {"closing_id": "prepared_closing"},
    "actions.take_back_closing": {"closing_id": "prepared_closing"},
    "actions.reopen": {"item_id": "closed_item"},
    "actions.show_export": {"job_id": "export"},
    "actions.cancel_export": {"job_id": "export"},
    "actions.download_export": {"job_id": "export"},
    "snapshots.show_freezing": {"job_id": "freezing"},
    "snapshots.cancel_freezing": {"job_id": "freezing"},
    "tables.show_making": {"job_id": "made_table"},
    "tables.cancel_making": {"job_id": "made_table"},
    "tables.download_table": {"job_id": "made_table"},
    "reports.review_report": {"report_id": "waiting_report"},
    "reports.show_edition": {"report_id": "waiting_report"},
    "reports.answer_edition": {"report_id": "waiting_report"},
    "reports.choose_former": {"report_id": "waiting_report"},
    "reports.judge_passages": {"report_id": "waiting_report"},
    "reports.edit_report": {"report_id": "waiting_report"},
    "reports.add_draft": {"report_id": "waiting_report"},
    "reports.merge_drafts": {"report_id": "waiting_report"},
    "reports.undo_step": {"report_id": "waiting_report"},
    "reports.confirm_report": {"report_id": "waiting_report"},
    "reports.declare_no_recommendation": {"report_id": "empty_report"},
    "people.invite_again": {"person_id": "invited"},
    "people.reset_password": {"token": "reset"},
    "people.end_deputy_of": {"person_id": "officer"},
}
# What an address carries behind the question mark, without which the route shows nothing; "=" begins a plain word.
QUERIES: Mapping[str, Mapping[str, str]] = {
    "actions.open_further": {"recommendation": "recommendation_id"},
    "actions.change_many": {"do": "=ask", "id": "item_id"},
}
FORMS: Mapping[str, Mapping[str, Any]] = {
    "people.sign_in": {"email": "officer@city.example", "password": PASSWORD},
    "people.choose_language": {"language": "en"},
    "people.choose_theme": {"theme": "dark"},
    "people.request_password_reset": {"email": "officer@city.example"},
    "people.accept_invitation": {"password": NEW_PASSWORD, "repeated": NEW_PASSWORD},
    "people.reset_password": {"password": NEW_PASSWORD, "repeated": NEW_PASSWORD},
    "people.change_password": {"old_password": PASSWORD, "password": NEW_PASSWORD, "repeated": NEW_PASSWORD},
    "people.choose_letters": {"hour": "14", "weekday": "2", "only_duties": "y"},
    "people.add_deputy": {
        "deputy_id": "{second_coordinator}",
        "starts_on": "2026-03-05",
        "ends_on": "2026-03-06",
    },
    "people.list_deputies": {
        "person_id": "{officer}",
        "deputy_id": "{second_coordinator}",
        "starts_on": "2026-03-05",
        "ends_on": "2026-03-06",
    },
    "people.issue_token": {"name": "報表"},
    "people.invite_person": {"email": "next@city.example", "name": "施以南", "language": "en"},
    "people.edit_person": {
        "email": "leaver@city.example",
        "name": "柳留下",
        "language": "en",
        "version": "1",
    },
    "people.add_department": {"code": "LIB", "name": "圖書館"},
    "people.edit_department": {"code": "SEA", "name": "海洋事務局", "version": "1"},
    "people.show_calendar": {"day": "2026-07-21", "is_workday": "no", "department_id": "", "note": "颱風"},
    "people.import_calendar": {"file": "日期,是否放假\n20260214,0\n"},
    "people.import_people": {"file": "電子郵件,姓名\nnext@city.example,施以南\n"},
    "people.import_departments": {"file": "機關代碼,機關名稱\nLIB,圖書館\n"},
    "reports.upload_report": {"files": "考察報告\n建議設置共乘區。", "confidentiality": "public"},
    "reports.edit_report": {"version": "2", "title": "赴海港城考察", "confidentiality": "public"},
    "reports.answer_edition": {"answer": "no", "version": "1"},
    "reports.choose_former": {"report_no": "{alone_report_no}"},
    "reports.judge_passages": {"keep": "{alone_recommendation}"},
    "reports.add_draft": {"start": "0", "end": "5"},
    "reports.accept_draft": {"version": "1"},
    "reports.edit_draft": {
        "version": "1",
        "title": "設置共乘候車區",
        "theme": "交通運輸",
        "adoption": "pending",
    },
    "reports.reject_draft": {"version": "1", "rejection_reason": "不是建議"},
    "reports.reconsider_draft": {"version": "1"},
    "reports.split_draft": {"version": "1", "words": "共乘"},
    "reports.move_boundary": {"version": "1", "start": "{draft_start}", "end": "{draft_end}"},
    "reports.show_workbench": {"draft": "{draft}", "reviewer_id": "{coordinator}"},
    "reports.confirm_sure": {},
    "reports.take_suggestion": {"version": "1", "department_id": "{empty_department}"},
    "reports.edit_duties": {"version": "0", "words": "公車、轉運站"},
    "reports.restore_duties": {},
    "reports.merge_drafts": {"shown": "{mergeable}"},
    "reports.undo_step": {"step": "{review_step}"},
    "reports.confirm_report": {"version": "{waiting_version}"},
    "reports.declare_no_recommendation": {"version": "2"},
    "reports.decide_adoption": {"version": "1", "adoption": "adopted"},
    "actions.open_further": {
        "title": "試辦第二處看板",
        "lead_department_id": "{TPT-P}",
        "due_on": "2026-06-30",
        "as_draft": "y",
    },
    "actions.import_actions": {"file": "名稱,機關,期限\n設置共乘區,TPT-P,115/12/31\n"},
    "actions.choose_columns": {"column_0": "title", "column_1": "department", "column_2": "due_on"},
    "actions.export_actions": {"question": "group=all", "kind": "csv"},
    "snapshots.freeze": {"period": "2025-12"},
    "tables.show_tables": {"question": "table=items", "form": "csv"},
    "actions.save_filter": {"name": "本科逾期", "question": "group=overdue"},
    "actions.edit_filter": {"name": "本科到期", "version": "1"},
    "actions.choose_default_filter": {"filter_id": ""},
    "actions.answer_check": {"adoption": "adopted", "in_effect": "yes", "narrative": "看板仍在使用。"},
    "actions.note_check": {"note": "准予備查"},
    "reminders.add_ladder": {
        "name": "提醒規則",
        "target": "city:",
        "is_enabled": "y",
        "accepts_silence": "y",
        "stages-0-anchor": "due",
        "stages-0-side": "before",
        "stages-0-days": "5",
        "stages-0-unit": "calendar",
        "stages-0-audience": "officer",
    },
    "reminders.edit_ladder": {
        "name": "交通局的提醒",
        "target": "city:",
        "is_enabled": "y",
        "version": "1",
        "accepts_silence": "y",
        "stages-0-anchor": "due",
        "stages-0-side": "before",
        "stages-0-days": "5",
        "stages-0-unit": "calendar",
        "stages-0-audience": "officer",
    },
    "reminders.delete_ladder": {"version": "1"},
    "actions.edit_action": {"title": "擴充候車資訊看板", "tracking_level": "agency", "tags": "重大"},
    "actions.change_officer": {"officer_id": "{unit_head}", "reason": "長期請假"},
    "actions.change_many": {"message": "請於週五前填報。"},
    "actions.acknowledge": {"officer_id": "{officer}"},
    "actions.report_progress": {"narrative": "已完成現場勘查。", "percent": "50"},
    "actions.request_closing": {
        "result": "兩處轉運站的看板已完成並啟用。",
        "completed_on": "2026-03-02",
        "outcome": "implemented",
    },
    "actions.forward_closing": {"forward": "yes", "note": ""},
    "actions.take_back_closing": {},
    "actions.decide_closing": {"agree": "yes", "outcome": "implemented", "decision": "成果具體"},
    "actions.review_progress": {"approve": "yes", "note": ""},
    "actions.request_extension": {
        "new_due_on": "2027-03-05",
        "reason_code": "procurement",
        "reason": "第一次招標流標，須重新上網公告。",
    },
    "actions.decide_extension": {"agree": "yes", "decision": "同意"},
    "actions.take_back_extension": {},
    "actions.reassign": {"lead_department_id": "{EDU-I}", "officer_id": "", "reason": "業務移撥"},
    "actions.split_action": {
        "title": "試辦第二處看板",
        "lead_department_id": "{EDU-I}",
        "due_on": "2026-06-30",
        "reason": "由兩個機關分別辦理",
    },
    "actions.make_petition": {"reason_code": "policy_changed", "reason": "市政會議已決議改採其他方案。"},
    "actions.decide_petition": {
        "agree": "yes",
        "decision": "政策已調整。",
        "reason_code": "policy_changed",
        "approval": "秘書長核准",
    },
    "actions.take_back_petition": {},
    "actions.withdraw": {"reason": "policy_changed", "explanation": "政策調整", "approval": "秘書長核准"},
    "actions.merge": {"into_item_no": "{fresh_item_no}", "explanation": "內容相同", "approval": "秘書長核准"},
    "actions.make_void": {"explanation": "重複建檔"},
    "actions.reopen": {"reason": "成效不足"},
}


@dataclass(frozen=True)
class Line:
    """One line of rights.toml: a route, and what each person is told."""

    method: str
    endpoint: str
    aspect: str
    told: Mapping[str | None, str]

    def __str__(self) -> str:
        return " ".join(filter(None, [self.method, self.endpoint, self.aspect]))


def names(words: str) -> list[str]:
    return [key for word in words.split() for key in GROUPS.get(word, (word,))]


def lines() -> Iterator[Line]:
    for name, facts in RIGHTS["open"].items():
        method, endpoint, *_ = name.split()
        yield Line(method, endpoint, "", dict.fromkeys((None, FORMER, *KEYS), facts.get("told", "let in")))
    for name, facts in RIGHTS["signed_in"].items():
        method, endpoint, *aspect = name.split()
        told = dict.fromkeys(KEYS, "403")
        told |= dict.fromkeys(names(facts.get("hidden", "")), "404")
        told |= dict.fromkeys(names(facts["may"]), "let in")
        yield Line(method, endpoint, " ".join(aspect), {**told, None: "sign in", FORMER: "sign in"})


def address_of(site: Prepared, line: Line, *, missing: bool = False) -> str:
    """Return an address with which a route can be tried: of something that is there, or of something that never was."""
    rules = site.app.url_map.iter_rules(line.endpoint)
    rule = next(rule for rule in rules if line.method in (rule.methods or ()))
    targets = {**TARGETS["usual"], **TARGETS.get(line.endpoint, {}), **TARGETS.get(line.aspect, {})}
    known = {**site.city.people, **site.ids, "stylesheet": "css/tracker.css"}
    asked = {
        name: named[1:] if named.startswith("=") else known[targets[named]]
        for name, named in QUERIES.get(line.endpoint, {}).items()
    }
    with site.app.test_request_context():
        names = {name: known[targets[name]] for name in rule.arguments}
        if missing:
            names = {name: _never(name, there) for name, there in names.items()}
        return site.app.url_for(line.endpoint, **names, **asked)


def _never(name: str, there: Any) -> Any:
    return NEVER if isinstance(there, int) else ABSENT.get(name, there)


def form_of(site: Prepared, endpoint: str) -> dict[str, Any]:
    known = {**site.city.people, **site.city.departments, **site.ids}
    form = dict(FORMS.get(endpoint, {}))
    for name, text in form.items():
        if name in ("file", "files"):
            form[name] = (io.BytesIO(text.encode()), "table.csv" if name == "file" else "report.txt")
        elif text.startswith("{"):
            form[name] = str(known[text.strip("{}")])
    return form


def addresses(site: Prepared, method: str) -> list[str]:
    """Return one address for every line of a method."""
    return [address_of(site, line) for line in lines() if line.method == method]


def methods_of(app: Flask) -> set[str]:
    """Return every method of every route, as the table names them."""
    return {
        f"{method} {rule.endpoint}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
