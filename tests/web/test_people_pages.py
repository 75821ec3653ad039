"""One's own settings, and what the administrator does with people, departments and tables of them."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.factories.city import PASSWORD, City
from tests.support.client import Visitor
from tracker.access import Role
from tracker.foundation.clock import FixedClock
from tracker.people import queries, service
from tracker.people.models import User

NEW_PASSWORD = "石階上的青苔濕濕滑滑的 7"
PEOPLE_CSV = "電子郵件,姓名,機關或單位,角色\nnew.one@city.example,蘇見山,TPT-P,承辦人\n"
BAD_LINE = "不是信箱,林安,海洋局,承辦人\n"
DEPARTMENTS_CSV = "機關代碼,機關名稱,上級機關\nSEA,海洋局,\nSEA-1,港灣科,SEA\n"
FOR_EVERYBODY = ("/me", "/notices")
FOR_THE_ADMINISTRATOR = (
    "/people",
    "/people?q=nobody",
    "/people/new",
    "/people/{officer}/edit",
    "/people/import",
    "/departments",
    "/departments/new",
    "/departments/{TPT}/edit",
    "/departments/import",
    "/outbox",
)


def user_of(city: City, key: str) -> User:
    with city.database.reading() as session:
        return queries.get_user(session, city.people[key])


def person_form(city: City, key: str, **changes: Any) -> dict[str, Any]:
    """Return what the page of a person sends when nothing, or only `changes`, was typed."""
    user = user_of(city, key)
    roles: dict[str, Any] = {}
    for number, grant in enumerate(user.grants):
        roles[f"roles-{number}-role"] = grant.role.value
        roles[f"roles-{number}-department"] = str(grant.department_id or "")
    shown = {
        "email": user.email,
        "name": user.name,
        "title": user.title,
        "extension": user.extension,
        "language": user.language,
        "version": str(user.version),
    }
    return {**shown, **roles, **changes}


def upload(visitor: Visitor, address: str, table: bytes | str, **fields: str) -> TestResponse:
    data = table if isinstance(table, bytes) else table.encode()
    return visitor.post(
        address, {"file": (io.BytesIO(data), "table.csv"), **fields}, content_type="multipart/form-data"
    )


def kept_in(answer: TestResponse) -> str:
    found = re.search(r'name="kept"[^>]*value="([^"]*)"', answer.text)
    assert found
    return found[1]


class TestEveryPage:
    @pytest.mark.parametrize("language", ["zh-Hant", "en"])
    def test_has_one_headline_that_begins_its_title(
        self, visit: Callable[..., Visitor], city: City, language: str
    ) -> None:
        visitor = visit("administrator", language)
        for address in (*FOR_EVERYBODY, *FOR_THE_ADMINISTRATOR):
            answer = visitor.get(address.format(**city.people, **city.departments))
            assert answer.status_code == 200
            (headline,) = re.findall(r"<h1>(.*?)</h1>", answer.text, re.DOTALL)
            title = re.search(r"<title>(.*?)</title>", answer.text, re.DOTALL)
            assert title
            assert title[1].strip().startswith(headline.strip())

    @pytest.mark.parametrize("language", ["zh-Hant", "en"])
    def test_outside_too(self, visit: Callable[..., Visitor], language: str) -> None:
        visitor = visit()
        visitor.client.set_cookie("language", language)
        for address in ("/sign-in", "/forgot"):
            answer = visitor.get(address)
            assert answer.status_code == 200
            assert answer.text.count("<h1>") == 1

    def test_of_administration_is_closed_to_others(self, visit: Callable[..., Visitor], city: City) -> None:
        for key in ("officer", "coordinator", "viewer"):
            visitor = visit(key)
            for address in FOR_THE_ADMINISTRATOR:
                assert visitor.get(address.format(**city.people, **city.departments)).status_code == 403


class TestOwnPassword:
    def test_a_change_signs_the_other_devices_out(self, visit: Callable[..., Visitor], city: City) -> None:
        here, elsewhere = visit("officer"), visit("officer")
        answer = here.post(
            "/me/password",
            {"old_password": PASSWORD, "password": NEW_PASSWORD, "repeated": NEW_PASSWORD},
        )
        assert answer.location == "/me"
        assert here.get("/me").status_code == 200
        assert elsewhere.get("/me").status_code == 302

    def test_needs_the_present_one(self, visit: Callable[..., Visitor]) -> None:
        answer = visit("officer").post(
            "/me/password", {"old_password": "guess", "password": NEW_PASSWORD, "repeated": NEW_PASSWORD}
        )
        assert answer.status_code == 422
        assert "目前的密碼不正確" in answer.text


class TestOwnSignIns:
    def test_each_can_be_ended_from_here(
        self, visit: Callable[..., Visitor], city: City, clock: FixedClock
    ) -> None:
        here, elsewhere = visit("officer"), visit("officer")
        ends = re.findall(r'action="(/me/sign-ins/\d+/end)"', here.get("/me").text)
        assert len(ends) == 1
        here.post(ends[0])
        assert elsewhere.get("/me").status_code == 302
        assert here.get("/me").status_code == 200

    def test_all_others_end_together(self, visit: Callable[..., Visitor]) -> None:
        here, *others = visit("officer"), visit("officer"), visit("officer")
        here.post("/me/sign-ins/end-others")
        assert [other.get("/me").status_code for other in others] == [302, 302]
        assert here.get("/me").status_code == 200

    def test_somebody_else_s_cannot_be_touched(self, visit: Callable[..., Visitor], city: City) -> None:
        victim, meddler = visit("viewer"), visit("officer")
        with city.database.reading() as session:
            (row,) = queries.list_sign_ins(session, city.people["viewer"], city.clock.now())
        assert meddler.post(f"/me/sign-ins/{row.id}/end").status_code == 404
        assert victim.get("/me").status_code == 200


class TestLetters:
    def test_keeps_what_was_chosen(self, visit: Callable[..., Visitor]) -> None:
        officer = visit("officer")
        answer = officer.post("/me/letters", {"hour": "14", "only_duties": "y"})
        assert answer.location == "/me"
        page = officer.get("/me").text
        assert '<option selected value="14">14:00</option>' in page
        assert re.search(r'<input[^>]*name="only_duties"[^>]*checked|checked[^>]*name="only_duties"', page)

    def test_offers_the_weekday_to_those_who_oversee(self, visit: Callable[..., Visitor]) -> None:
        told = {key: 'name="weekday"' in visit(key).get("/me").text for key in ("officer", "agency_head")}
        assert told == {"officer": False, "agency_head": True}

    def test_refuses_an_hour_at_night(self, visit: Callable[..., Visitor]) -> None:
        assert visit("officer").post("/me/letters", {"hour": "22"}).status_code == 422

    def test_leaves_the_choice_alone_when_another_form_fails(self, visit: Callable[..., Visitor]) -> None:
        officer = visit("officer")
        officer.post("/me/letters", {"hour": "14"})
        page = officer.post("/me/tokens", {"name": ""}).text
        assert '<option selected value="14">14:00</option>' in page


class TestDeputy:
    def test_is_named_for_some_days_and_let_go(self, visit: Callable[..., Visitor], city: City) -> None:
        officer = visit("officer")
        officer.post(
            "/me/deputies",
            {"deputy_id": city.people["unit_head"], "starts_on": "115/3/2", "ends_on": "2026-03-06"},
        )
        page = officer.get("/me").text
        assert "簡立群" in page
        assert "您目前代理何語安" in visit("unit_head").get("/me").text
        (end,) = re.findall(r'action="(/me/deputies/\d+/end)"', page)
        officer.post(end)
        assert "您目前代理" not in visit("unit_head").get("/me").text

    def test_days_the_wrong_way_round_are_told_at_the_field(
        self, visit: Callable[..., Visitor], city: City
    ) -> None:
        answer = visit("officer").post(
            "/me/deputies",
            {"deputy_id": city.people["unit_head"], "starts_on": "2026-03-06", "ends_on": "2026-03-02"},
        )
        assert answer.status_code == 422
        assert "結束日期不可早於開始日期" in answer.text

    def test_somebody_must_be_chosen(self, visit: Callable[..., Visitor]) -> None:
        answer = visit("officer").post(
            "/me/deputies", {"deputy_id": "", "starts_on": "2026-03-02", "ends_on": "2026-03-02"}
        )
        assert "請選擇職務代理人" in answer.text


class TestToken:
    def test_is_shown_once_and_can_be_revoked(self, visit: Callable[..., Visitor], city: City) -> None:
        officer = visit("officer")
        answer = officer.post("/me/tokens", {"name": "每月統計"})
        shown = re.search(r'id="issued-token" value="([\w-]+)"', answer.text)
        assert shown
        page = officer.get("/me").text
        assert shown[1] not in page
        (revoke,) = re.findall(r'action="(/me/tokens/\d+/revoke)"', page)
        with city.database.reading() as session:
            assert queries.find_api_token(session, shown[1]) is not None
        officer.post(revoke)
        with city.database.reading() as session:
            assert queries.find_api_token(session, shown[1]) is None

    def test_needs_a_name(self, visit: Callable[..., Visitor]) -> None:
        assert visit("officer").post("/me/tokens", {"name": " "}).status_code == 422


class TestPeople:
    def test_the_number_of_a_department_is_the_length_of_its_list(
        self, visit: Callable[..., Visitor], city: City
    ) -> None:
        administrator = visit("administrator")
        page = administrator.get("/departments").text
        found = re.search(rf'href="(/people\?department={city.departments["TPT"]}[^"]*)">(\d+)<', page)
        assert found
        listed = administrator.get(found[1].replace("&amp;", "&")).text
        assert f"共 {found[2]} 人" in listed

    def test_are_found_by_name_and_state(self, visit: Callable[..., Visitor]) -> None:
        administrator = visit("administrator")
        assert "何語安" in administrator.get("/people?q=語安").text
        assert "找不到符合條件的人員" in administrator.get("/people?q=語安&state=inactive").text

    def test_a_refused_invitation_keeps_what_was_typed(
        self, visit: Callable[..., Visitor], city: City
    ) -> None:
        answer = visit("administrator").post(
            "/people/new", {"email": city.email("officer"), "name": "蘇見山", "language": "zh-Hant"}
        )
        assert answer.status_code == 409
        assert 'value="蘇見山"' in answer.text
        assert "已經有人使用" in answer.text

    @pytest.mark.parametrize(
        ("row", "sentence"),
        [
            ({"roles-0-role": "officer", "roles-0-department": ""}, "必須指定機關或單位"),
            ({"roles-0-role": "", "roles-0-department": "1"}, "沒有填角色"),
        ],
    )
    def test_a_half_filled_role_is_told(
        self, visit: Callable[..., Visitor], city: City, row: dict[str, str], sentence: str
    ) -> None:
        answer = visit("administrator").post(
            "/people/new", {"email": "a@city.example", "name": "蘇見山", "language": "zh-Hant", **row}
        )
        assert answer.status_code == 422
        assert sentence in answer.text

    def test_a_person_gets_a_second_role(self, visit: Callable[..., Visitor], city: City) -> None:
        changed = {"roles-1-role": "viewer", "roles-1-department": ""}
        address = f"/people/{city.people['officer']}/edit"
        answer = visit("administrator").post(address, person_form(city, "officer", **changed))
        assert answer.location == "/people"
        assert {grant.role for grant in user_of(city, "officer").grants} == {Role.OFFICER, Role.VIEWER}

    def test_two_administrators_do_not_overwrite_each_other_unknowingly(
        self, visit: Callable[..., Visitor], city: City
    ) -> None:
        administrator, address = visit("administrator"), f"/people/{city.people['officer']}/edit"
        late = person_form(city, "officer", title="專門委員")
        administrator.post(address, person_form(city, "officer", title="專員"))
        answer = administrator.post(address, late)
        assert answer.status_code == 409
        assert "別人已先" in answer.text
        assert "專員" in answer.text
        assert 'value="專門委員"' in answer.text
        version = re.search(r'name="version"[^>]*value="(\d+)"', answer.text)
        assert version
        assert administrator.post(address, {**late, "version": version[1]}).status_code == 302
        assert user_of(city, "officer").title == "專門委員"

    def test_whoever_is_let_out_is_out_at_once(self, visit: Callable[..., Visitor], city: City) -> None:
        officer, administrator = visit("officer"), visit("administrator")
        administrator.post(f"/people/{city.people['officer']}/deactivate")
        assert officer.get("/me").status_code == 302
        guest = visit()
        refused = guest.post("/sign-in", {"email": city.email("officer"), "password": PASSWORD})
        assert refused.status_code == 422
        administrator.post(f"/people/{city.people['officer']}/reactivate")
        assert (
            guest.post("/sign-in", {"email": city.email("officer"), "password": PASSWORD}).status_code == 302
        )

    def test_the_last_administrator_stays(self, visit: Callable[..., Visitor], city: City) -> None:
        administrator = visit("administrator")
        answer = administrator.post(
            f"/people/{city.people['administrator']}/deactivate", follow_redirects=True
        )
        assert "至少要有一位使用中的系統管理者" in answer.text
        assert user_of(city, "administrator").is_active

    def test_who_has_a_password_is_not_invited_again(self, visit: Callable[..., Visitor], city: City) -> None:
        answer = visit("administrator").post(
            f"/people/{city.people['officer']}/invite", follow_redirects=True
        )
        assert "不需要再次邀請" in answer.text

    def test_nobody_else_may_let_people_out(self, visit: Callable[..., Visitor], city: City) -> None:
        assert visit("coordinator").post(f"/people/{city.people['officer']}/deactivate").status_code == 403
        assert user_of(city, "officer").is_active


class TestDepartments:
    def test_one_is_added_below_another_and_taken_out_of_use(
        self, visit: Callable[..., Visitor], city: City
    ) -> None:
        administrator = visit("administrator")
        fields = {
            "code": "tpt-x",
            "name": "停車管理科",
            "parent_id": city.departments["TPT"],
            "aliases": "停管科、停車科",
        }
        assert administrator.post("/departments/new", fields).location == "/departments"
        with city.database.reading() as session:
            department = queries.find_department_by_code(session, "TPT-X")
        assert department is not None
        assert department.aliases == ["停管科", "停車科"]
        administrator.post(f"/departments/{department.id}/deactivate")
        assert "已停用" in administrator.get(f"/departments/{department.id}/edit").text
        administrator.post(f"/departments/{department.id}/reactivate")
        assert "已停用" not in administrator.get(f"/departments/{department.id}/edit").text

    def test_an_agency_with_units_stays_in_use(self, visit: Callable[..., Visitor], city: City) -> None:
        answer = visit("administrator").post(
            f"/departments/{city.departments['TPT']}/deactivate", follow_redirects=True
        )
        assert "請先處理所屬單位" in answer.text

    def test_none_comes_to_lie_below_itself(self, visit: Callable[..., Visitor], city: City) -> None:
        fields = {"code": "TPT", "name": "交通局", "parent_id": city.departments["TPT-P"], "version": "1"}
        answer = visit("administrator").post(f"/departments/{city.departments['TPT']}/edit", fields)
        assert answer.status_code == 422
        assert "不能是自己或所屬單位" in answer.text

    def test_a_stale_page_is_told_what_changed(self, visit: Callable[..., Visitor], city: City) -> None:
        fields = {"code": "TPT", "name": "交通及運輸局", "parent_id": "", "version": "99"}
        answer = visit("administrator").post(f"/departments/{city.departments['TPT']}/edit", fields)
        assert "目前的資料是" in answer.text
        assert 'value="交通及運輸局"' in answer.text


class TestImport:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp950"])
    def test_people_are_shown_before_they_are_stored(
        self, visit: Callable[..., Visitor], city: City, encoding: str
    ) -> None:
        administrator = visit("administrator")
        shown = upload(administrator, "/people/import", PEOPLE_CSV.encode(encoding))
        assert "蘇見山" in shown.text
        with city.database.reading() as session:
            assert queries.find_user_by_email(session, "new.one@city.example") is None
        answer = administrator.post("/people/import", {"kept": kept_in(shown), "invite": "y"})
        assert answer.location == "/people"
        with city.database.reading() as session:
            added = queries.find_user_by_email(session, "new.one@city.example")
        assert added is not None
        assert added.name == "蘇見山"

    def test_departments_come_in_with_their_tree(self, visit: Callable[..., Visitor], city: City) -> None:
        administrator = visit("administrator")
        shown = upload(administrator, "/departments/import", DEPARTMENTS_CSV)
        administrator.post("/departments/import", {"kept": kept_in(shown)})
        with city.database.reading() as session:
            unit = queries.find_department_by_code(session, "SEA-1")
            assert unit is not None
            assert unit.parent is not None
            assert unit.parent.code == "SEA"

    def test_a_bad_line_stops_everything_unless_it_is_skipped(
        self, visit: Callable[..., Visitor], city: City
    ) -> None:
        administrator = visit("administrator")
        shown = upload(administrator, "/people/import", PEOPLE_CSV + BAD_LINE)
        assert "海洋局" in shown.text
        kept = kept_in(shown)
        refused = administrator.post("/people/import", {"kept": kept})
        assert refused.status_code == 422
        assert "沒有匯入任何資料" in refused.text
        assert kept_in(refused) == kept
        with city.database.reading() as session:
            assert queries.find_user_by_email(session, "new.one@city.example") is None
        assert administrator.post("/people/import", {"kept": kept, "skip": "y"}).location == "/people"
        with city.database.reading() as session:
            assert queries.find_user_by_email(session, "new.one@city.example") is not None

    @pytest.mark.parametrize(
        ("table", "sentence"),
        [
            (b"", "檔案是空的"),
            (b"PK\x03\x04", "這不是 CSV 檔"),
            ("姓名\n林安\n".encode(), "電子郵件"),
            (b"x" * 300_000, "檔案太大"),
        ],
    )
    def test_a_file_that_is_no_table_is_refused_in_plain_words(
        self, visit: Callable[..., Visitor], table: bytes, sentence: str
    ) -> None:
        answer = upload(visit("administrator"), "/people/import", table)
        assert answer.status_code == 422
        assert sentence in answer.text

    def test_without_a_file_asks_for_one(self, visit: Callable[..., Visitor]) -> None:
        assert "請選擇 CSV 檔" in visit("administrator").post("/people/import").text

    def test_what_was_tampered_with_in_the_page_stores_nothing(self, visit: Callable[..., Visitor]) -> None:
        assert visit("administrator").post("/people/import", {"kept": "%%%"}).status_code == 422

    def test_unknown_columns_are_told(self, visit: Callable[..., Visitor]) -> None:
        table = "電子郵件,姓名,血型\na@city.example,林安,O\n"
        assert "血型" in upload(visit("administrator"), "/people/import", table).text

    @pytest.mark.parametrize("address", ["/people/import/sample.csv", "/departments/import/sample.csv"])
    def test_a_sample_opens_in_a_spreadsheet(self, visit: Callable[..., Visitor], address: str) -> None:
        answer = visit("administrator").get(address)
        assert answer.data.startswith(b"\xef\xbb\xbf")
        assert "attachment" in answer.headers["Content-Disposition"]


class TestNobodyInvited:
    def test_an_invited_person_is_shown_as_such_and_invited_again(
        self, visit: Callable[..., Visitor], city: City
    ) -> None:
        with city.database.transaction() as session:
            fields = service.PersonFields("new.one@city.example", "蘇見山")
            person_id = service.add_person(session, city.act("administrator", session), fields).id
        administrator = visit("administrator")
        assert "蘇見山" in administrator.get("/people?state=invited").text
        answer = administrator.post(f"/people/{person_id}/invite", follow_redirects=True)
        assert "新的邀請信會寄出" in answer.text
