"""A small city with something of everything in it, and a way back to that state after each attack on it."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Connection, select, update
from werkzeug.test import TestResponse

from tests.factories import actions
from tests.factories.city import THEMES, City, build_city
from tests.support.client import Visitor, visitor
from tests.support.pdf import pdf
from tests.support.site import settings_for
from tracker.access import SYSTEM, Act, Grant, Principal, Role
from tracker.actions.exchange import exporting
from tracker.actions.exchange import importing as table_importing
from tracker.actions.exchange.columns import columns_of
from tracker.actions.exchange.exporting import Order
from tracker.actions.models import PostCheck
from tracker.actions.post_checking import CheckAnswer, answer_check
from tracker.actions.queries import ActionFilter
from tracker.actions.rules.filing import Period
from tracker.actions.rules.workflow import Status
from tracker.actions.saving import FilterFields, save_filter
from tracker.app import create_app
from tracker.dashboards import freezing, handing_up
from tracker.dashboards.models import FrozenFile, FrozenItem, Snapshot
from tracker.dashboards.rules.tables import Table as HandedUp
from tracker.dashboards.tables import Asked
from tracker.foundation.clock import FixedClock
from tracker.foundation.database import Base
from tracker.foundation.documents import Format
from tracker.foundation.jobs import run_next
from tracker.foundation.sheets import Kind
from tracker.people import api_tokens, invitations, organization, queries, service, signing_in
from tracker.people.calendar_keeping import DayFields, set_day
from tracker.people.rules.tokens import Purpose
from tracker.people.service import PersonFields, RoleAssignment
from tracker.reminders.ladder_changes import LadderFields, save_ladder
from tracker.reminders.models import LargeRun, LetterState, Notice, OutboxLetter, RefusedAddress
from tracker.reminders.rules.ladders import Scope
from tracker.reminders.rules.stages import SHIPPED
from tracker.reports import importing
from tracker.reports.batches import begin_batch
from tracker.reports.models import Draft, Recommendation, Report, ReviewStep
from tracker.reports.reviewing import DraftChoice, accept_draft
from tracker.reports.rules.adoption import Adoption
from tracker.reports.rules.drafts import Confidentiality
from tracker.wiring import Wiring, wire

SECRET_QUOTE = "建請交通局評估收購港區私有停車場。"
PUBLIC_QUOTE = "建請交通局於渡口試辦電子候船看板。"
EVIDENCE = b"%PDF-1.7 photographs of the ferry pier"
FORMER = "former"
# These two change by looking, on purpose: an idle time and the age of a token are counted from them.
CHANGED_BY_LOOKING = {"sign_in": "last_seen_at", "api_token": "last_used_at"}
Dump = Mapping[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Prepared:
    """A running site on the prepared city: ids by name, and each person's cookie, API token and one-time links."""

    app: Flask
    wiring: Wiring
    city: City
    folder: Path
    ids: Mapping[str, Any]
    cookies: Mapping[str, str]
    tokens: Mapping[str, str]

    def restore(self) -> None:
        """Bring the SQLite database back to how it was prepared."""
        self.wiring.database.close()
        for leftover in self.folder.glob("tracker.db-*"):
            leftover.unlink()
        shutil.copy(self.folder / "prepared.db", self.folder / "tracker.db")

    def visit(self, key: str | None = None) -> Visitor:
        """Come as a person of the city, with the cookie that they were given when the city was prepared."""
        coming = visitor(self.app)
        if key:
            coming.client.set_cookie("tracker", self.cookies[key])
        return coming

    def ask(self, key: str | None, path: str) -> TestResponse:
        """Ask the programming interface with a person's token."""
        headers = {"Authorization": f"Bearer {self.tokens[key]}"} if key else {}
        return self.app.test_client().get(path, headers=headers)

    def dump(self) -> Dump:
        """Return every row of every table, without what changes by looking."""
        with self.wiring.database.engine.connect() as connection:
            return {table.name: _rows(connection, table.name) for table in Base.metadata.sorted_tables}


def _rows(connection: Connection, name: str) -> list[tuple[Any, ...]]:
    table = Base.metadata.tables[name]
    columns = [column for column in table.columns if column.name != CHANGED_BY_LOOKING.get(name)]
    return sorted((tuple(row) for row in connection.execute(select(*columns))), key=repr)


def prepare(folder: Path, database_url: str, clock: FixedClock) -> Prepared:
    """Build the city by the services, in a folder and an empty, migrated database."""
    wiring = wire(settings_for(folder, database_url), clock)
    city = build_city(wiring.database, clock)
    ids = _follow_up(city, wiring)
    ids |= _reports(city, wiring, ids)
    cookies, tokens = _come_in(city)
    ids |= _belongings(city)
    ids |= _taken_out(city, wiring)
    ids |= _rules(city, wiring)
    wiring.database.close()
    if (folder / "tracker.db").exists():
        shutil.copy(folder / "tracker.db", folder / "prepared.db")
    return Prepared(create_app(wiring), wiring, city, folder, ids, cookies, tokens)


def _follow_up(city: City, wiring: Wiring) -> dict[str, Any]:
    fresh = city.give_action()
    going = city.give_action(support=("EDU-I",), quote=PUBLIC_QUOTE)
    alone = city.give_action()
    actions.acknowledge(city, going)
    actions.acknowledge(city, alone)
    proof = wiring.files.put(EVIDENCE, "渡口照片.pdf")
    filed = [actions.report(city, each, files=(proof,)) for each in (going, alone)]
    asked = actions.bring_to(city, "close_requested")
    closed = actions.bring_to(city, "closed_implemented")
    late = actions.bring_to(city, "in_progress")
    extension = actions.ask_for_days(city, late, 10)
    prepared = actions.prepare_closing(city, actions.bring_to(city, "in_progress"))
    petition = actions.petition(city, actions.bring_to(city, "in_progress"))
    checks = {
        name: _due_check(city, is_answered=name == "answered_check") for name in ("check", "answered_check")
    }
    draft = actions.keep_draft(city)
    secret = city.give_action(quote=SECRET_QUOTE, confidentiality=Confidentiality.RESTRICTED)
    actions.acknowledge(city, secret)
    actions.report(city, secret, files=(wiring.files.put(b"%PDF-1.7 price list", "價目.pdf"),))
    named = {
        "fresh": fresh,
        "going": going,
        "alone": alone,
        "asked": asked,
        "closed": closed,
        "late": late,
        "draft": draft,
        "secret": secret,
    }
    found: dict[str, Any] = {f"{name}_item": item_id for name, item_id in named.items()}
    for name in ("alone", "secret"):
        found[f"{name}_evidence"] = _seen(city, found[f"{name}_item"]).updates[0].evidence[0].id
    found["closing"] = _seen(city, asked).closings[0].id
    found |= {"extension": extension, "update": filed[1], "prepared_closing": prepared}
    found |= {"petition": petition, "petition_kind": "withdraw"}
    found |= checks
    found["part"] = _seen(city, alone).lead.id
    found |= {f"{name}_item_no": _seen(city, found[f"{name}_item"]).item_no for name in named}
    return found


def _due_check(city: City, *, is_answered: bool) -> int:
    """Return the check after closing of an item that was released as done a year ago."""
    item_id = actions.bring_to(city, "closed_implemented")
    with city.database.transaction() as session:
        check = session.scalars(select(PostCheck).where(PostCheck.item_id == item_id)).one()
        check.due_on = city.today()
    if is_answered:
        answer = CheckAnswer(Adoption.ADOPTED, in_effect=True, narrative="看板仍在使用。")
        actions.do(city, "officer", answer_check, check.id, answer)
    return check.id


def _seen(city: City, item_id: int) -> Any:
    return actions.look(city, "coordinator", item_id, lambda _session, _act, item: item)


def _reports(city: City, wiring: Wiring, ids: Mapping[str, Any]) -> dict[str, Any]:
    waiting = city.give_report(("建請交通局設置共乘候車區。", "建請交通局更新路線圖。"))
    empty = city.give_report(())
    with city.database.transaction() as session:
        found: dict[str, Any] = {"waiting_report": waiting, "empty_report": empty, "page_number": 1}
        for name in ("alone", "secret"):
            recommendation = session.scalars(
                select(Recommendation).join(Report).where(Recommendation.verbatim_quote == SECRET_QUOTE)
                if name == "secret"
                else select(Recommendation).order_by(Recommendation.id)
            ).first()
            assert recommendation is not None
            found[f"{name}_recommendation"] = recommendation.id
            found[f"{name}_report"] = recommendation.report_id
            found[f"{name}_report_no"] = recommendation.report.report_no
        for report in session.scalars(select(Report)):
            # Kept as a PDF, so that its pages can be looked at too.
            stored = wiring.files.put(pdf(f"Report {report.id}"))
            printed = {"source_name": "report.pdf", "source_kind": "pdf", "page_starts": [0]}
            this = update(Report).where(Report.id == report.id)
            session.execute(this.values(source_sha256=stored.sha256, **printed))
        drafts = session.scalars(select(Draft).where(Draft.report_id == waiting).order_by(Draft.id)).all()
        found |= {"draft": drafts[0].id, "draft_start": drafts[0].start, "draft_end": drafts[0].end}
        act = city.act("coordinator", session)
        chosen = DraftChoice("更新路線圖", THEMES[0])
        accept_draft(session, act, drafts[1].id, chosen)
        found["waiting_version"] = drafts[1].report.version
        found["mergeable"] = ",".join(f"{draft.id}-{draft.version}" for draft in drafts)
        found["review_step"] = session.scalars(select(ReviewStep.id).order_by(ReviewStep.id.desc())).first()
        file = f"另一份報告 {ids['fresh_item_no']}".encode()
        job = importing.request_import(
            session, act, wiring.files, "report.txt", file, 2**20, Confidentiality.PUBLIC
        )
        session.flush()
        found["job"] = job.id
        kept = importing.keep_file(wiring.files, "one.txt", f"又一份報告 {found['job']}".encode(), 2**20)
        batch = begin_batch(session, act, wiring.files, [("one.txt", kept)], Confidentiality.PUBLIC)
        found["batch"] = batch.id
        return found


def _come_in(city: City) -> tuple[dict[str, str], dict[str, str]]:
    """Sign everybody in and give them a token; one of them is deactivated afterwards."""
    cookies, tokens = {}, {}
    people = dict(city.people)
    with city.database.transaction() as session:
        founder = Act(
            Principal(None, SYSTEM.name, (Grant(Role.ADMINISTRATOR),)), city.clock.now(), city.today()
        )
        roles = (RoleAssignment(Role.OFFICER, city.departments["TPT-P"]),)
        fields = PersonFields("former@city.example", "紀往事", "科員", roles=roles)
        people[FORMER] = service.add_person(session, founder, fields).id
        for key, person_id in people.items():
            user = queries.get_user(session, person_id)
            principal = queries.principal_of(session, user, city.today())
            act = Act(principal, city.clock.now(), city.today(), "127.0.0.1")
            _, cookies[key] = signing_in.begin_sign_in(session, act, user, "test")
            tokens[key] = api_tokens.issue_api_token(session, act, person_id, "test")
        service.deactivate_person(session, founder, people[FORMER])
    return cookies, tokens


def _taken_out(city: City, wiring: Wiring) -> dict[str, Any]:
    """Let the officer take the list out by a background job, and a coordinator look through a table."""
    order = Order(ActionFilter(), columns_of(("title",)), Kind.CSV, "zh-Hant")
    with city.database.transaction() as session:
        job_id = exporting.request_export(session, city.act("officer", session), order).id
        act = city.act("coordinator", session)
        wanted = handing_up.Order(Asked(HandedUp.ITEMS), Format.CSV, "zh-Hant")
        made_id = handing_up.request(session, act, wanted).id
        table = "名稱,機關,期限\n更新站牌,TPT-P,115/12/31\n".encode()
        import_id = table_importing.begin_import(session, act, wiring.files, "table.csv", table).id
        table_importing.request_look(session, act, table_importing.get_import(session, act, import_id))
    for kind in (exporting.KIND, handing_up.KIND, table_importing.LOOK):
        run_next(city.database, {kind: wiring.handlers()[kind]}, city.clock)
    return {"export": job_id, "import": import_id, "made_table": made_id, **_frozen(city, wiring)}


def _frozen(city: City, wiring: Wiring) -> dict[str, Any]:
    """Keep a period as it was frozen, and let another wait to be."""
    stored = wiring.files.put(b"PK frozen table", "列管事項明細-20251105.ods")
    with city.database.transaction() as session:
        act = city.act("coordinator", session)
        figures = {
            "open": 3,
            "due_soon": 1,
            "overdue": 2,
            "past_original": 2,
            "awaiting_decision": 0,
            "closed": 4,
        }
        snapshot = Snapshot(
            period="2025-10",
            cut_off_on=date(2025, 11, 5),
            frozen_at=act.at,
            frozen_by_id=city.people["coordinator"],
            figures=figures,
        )
        session.add(snapshot)
        session.flush()
        due_on = city.today() + timedelta(days=3)
        named = ("115-TPT-900-01", "設置共乘區", "交通局")
        item = FrozenItem(snapshot_id=snapshot.id, item_id=1, due_on=due_on, is_overdue=False)
        item.item_no, item.title, item.department = named
        item.status = Status.IN_PROGRESS
        file = FrozenFile(snapshot_id=snapshot.id, table=HandedUp.ITEMS, form=Format.ODS, name=stored.name)
        file.sha256, file.size = stored.sha256, stored.size
        session.add_all([item, file])
        session.flush()
        waiting = freezing.request(session, act, Period(2025, 11), wiring.filing()).id
        return {"snapshot": snapshot.id, "frozen_file": file.id, "freezing": waiting}


def _rules(city: City, wiring: Wiring) -> dict[str, Any]:
    """Give the city a ladder of its own, and a run that waits for a person."""
    with city.database.transaction() as session:
        fields = LadderFields(
            "交通局的提醒", (Scope.DEPARTMENT, str(city.departments["TPT"])), tuple(SHIPPED)
        )
        ladder = save_ladder(session, wiring.office, city.act("coordinator", session), fields)
        session.add(LargeRun(day=city.today(), letters=900, held_at=city.clock.now()))
        return {"ladder": ladder.id}


def _belongings(city: City) -> dict[str, Any]:
    """Give the officer one of everything that a person can own, and somebody new an invitation."""
    with city.database.transaction() as session:
        officer = queries.get_user(session, city.people["officer"])
        act = city.act("officer", session)
        other_device, _ = signing_in.begin_sign_in(session, act, officer, "another device")
        token = queries.list_api_tokens(session, officer.id)[0]
        day = city.today() + timedelta(days=30)
        delegation = service.delegate(session, act, officer.id, city.people["unit_head"], day, day)
        administrator = city.act("administrator", session)
        invited = service.add_person(
            session,
            administrator,
            PersonFields(
                "new@city.example",
                "游新柔",
                roles=(RoleAssignment(Role.OFFICER, city.departments["EDU-I"]),),
            ),
        )
        leaver = service.add_person(session, administrator, PersonFields("leaver@city.example", "柳將行"))
        found: dict[str, Any] = {
            "sign_in": other_device.id,
            "token": token.id,
            "delegation": delegation.id,
            "invited": invited.id,
            "leaver": leaver.id,
            "invitation": invitations.issue_token(session, administrator, invited, Purpose.INVITATION),
            "reset": invitations.issue_token(session, administrator, officer, Purpose.PASSWORD_RESET),
            "office_day": set_day(
                session, city.act("coordinator", session), DayFields(date(2026, 12, 30), is_workday=False)
            ).id,
            "own_filter": save_filter(session, act, {"group": "overdue"}, FilterFields("逾期的")).id,
            "shared_filter": save_filter(
                session,
                city.act("coordinator", session),
                {"group": "due_soon"},
                FilterFields("快到期的", is_shared=True),
            ).id,
            "empty_department": organization.add_department(
                session, administrator, organization.DepartmentFields("SEA", "海洋局")
            ).id,
        }
    with city.database.transaction() as session:
        letter = session.scalars(select(OutboxLetter).order_by(OutboxLetter.id)).first()
        notice = session.scalars(
            select(Notice).where(Notice.person_id == city.people["unit_head"]).order_by(Notice.id)
        ).first()
        assert letter is not None
        assert notice is not None
        letter.state = LetterState.HELD
        refused = RefusedAddress(
            address=city.email("officer"), refused_at=city.clock.now(), text="550 no such mailbox"
        )
        session.add(refused)
        session.flush()
        return found | {"letter": letter.id, "notice": notice.id, "refused": refused.id}
