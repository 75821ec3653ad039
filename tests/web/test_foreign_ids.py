"""What belongs to another department, or to a restricted report, shows nowhere: no body, count, title or file name."""

import pytest

from tests.support.prepared import SECRET_QUOTE, Prepared
from tests.support.rights import Line, address_of, addresses, form_of, lines
from tracker.dashboards.rules.tables import Table
from tracker.reading.tables import read_table

OUTSIDERS = ("other_officer", "other_head")
THEIR_OWN = ("@supported", "@shared")
WITHOUT_A_THING = ("actions.change_many", "health.show_health", "tables.show_tables")
PUBLIC = ("reports.", "people.", "reminders.")
SECRET_WORDS = (SECRET_QUOTE, "收購港區", "價目.pdf")


def pages_seen_by(site: Prepared, key: str) -> dict[str, str]:
    """Return every page that a person can open, by address, and every answer of the interface."""
    seen = {}
    for address in addresses(site, "GET"):
        if "/static/" in address:
            continue
        asked = site.ask(key, address) if "/api/" in address else site.visit(key).get(address)
        with asked as answer:
            seen[address] = answer.get_data().decode(errors="replace")
    return seen


def content_of(page: str) -> str:
    """Return what a page says, without its frame, which repeats its own address."""
    return page.split("<main")[1].split("</main>", maxsplit=1)[0]


class TestARestrictedReport:
    @pytest.mark.parametrize("key", ["viewer", *OUTSIDERS, "administrator"])
    def test_shows_nowhere_to_those_who_may_not_read_it(self, prepared_once: Prepared, key: str) -> None:
        words = (*SECRET_WORDS, prepared_once.ids["secret_item_no"])
        pages = pages_seen_by(prepared_once, key)
        assert [(address, word) for address, page in pages.items() for word in words if word in page] == []

    @pytest.mark.parametrize("key", ["viewer", "other_officer", "administrator"])
    def test_is_not_found_by_searching(self, prepared_once: Prepared, key: str) -> None:
        number = prepared_once.ids["secret_item_no"]
        for page in ("actions", "reports"):
            for words in ("港區", "停車場", number, number[:-3]):
                text = (
                    prepared_once.visit(key).get(f"/{page}/", query_string={"q": words, "group": "all"}).text
                )
                assert "收購" not in text
                assert f'/actions/{prepared_once.ids["secret_item"]}"' not in text
                assert f'/reports/{prepared_once.ids["secret_report"]}"' not in text

    def test_is_not_counted_for_those_who_may_not_read_it(self, prepared_once: Prepared) -> None:
        counts = {
            key: prepared_once.ask(key, "/api/v1/figures").json["open"] for key in ("coordinator", "viewer")
        }
        listed = prepared_once.ask("viewer", "/api/v1/action-items?group=open").json["total"]
        assert counts["coordinator"] - counts["viewer"] == 1
        assert counts["viewer"] == listed

    def test_is_no_choice_in_a_filter(self, prepared_once: Prepared) -> None:
        option = f'value="{prepared_once.ids["secret_report"]}"'
        page = prepared_once.visit("viewer").get("/actions/").text
        reports = page.split('name="report"')[1].split("</select>")[0] if 'name="report"' in page else ""
        assert option not in reports

    @pytest.mark.parametrize("key", ["viewer", "other_officer"])
    def test_gives_nothing_away_by_asking_for_its_number_in_a_filter(
        self, prepared_once: Prepared, key: str
    ) -> None:
        report_id = prepared_once.ids["secret_report"]
        known = prepared_once.visit(key).get(f"/actions/?group=all&report={report_id}").text
        unknown = prepared_once.visit(key).get("/actions/?group=all&report=999999").text
        assert known.count("<tr") == unknown.count("<tr")
        assert "收購" not in known

    def test_sends_no_notice_to_those_who_may_not_read_it(self, prepared_once: Prepared) -> None:
        for key in ("viewer", *OUTSIDERS):
            assert prepared_once.ids["secret_item_no"] not in prepared_once.visit(key).get("/notices").text


class TestADraft:
    @pytest.mark.parametrize("key", ["officer", "unit_head", "agency_head", "viewer", "other_officer"])
    def test_shows_nowhere_before_it_is_assigned(self, prepared_once: Prepared, key: str) -> None:
        pages = pages_seen_by(prepared_once, key)
        number = prepared_once.ids["draft_item_no"]
        assert [address for address, page in pages.items() if number in page] == []


class TestAnotherDepartmentsItem:
    @pytest.mark.parametrize("key", OUTSIDERS)
    def test_shows_in_no_list_count_or_figure(self, prepared_once: Prepared, key: str) -> None:
        pages = pages_seen_by(prepared_once, key)
        numbers = [prepared_once.ids[f"{name}_item_no"] for name in ("fresh", "alone", "asked", "closed")]
        lists = {address: page for address, page in pages.items() if not address.startswith("/reports")}
        assert [
            (address, number) for address, page in lists.items() for number in numbers if number in page
        ] == []
        assert prepared_once.ask(key, "/api/v1/figures").json["open"] == 1
        assert prepared_once.ask(key, "/api/v1/figures?department=TPT").json["open"] <= 1

    def test_looks_like_one_that_does_not_exist(self, prepared_once: Prepared) -> None:
        visitor = prepared_once.visit("other_officer")
        for there, nowhere in (
            (f"/actions/{prepared_once.ids['alone_item']}", "/actions/99999"),
            (f"/actions/evidence/{prepared_once.ids['alone_evidence']}", "/actions/evidence/99999"),
            (f"/actions/{prepared_once.ids['alone_item']}/progress", "/actions/99999/progress"),
            (f"/reports/{prepared_once.ids['secret_report']}", "/reports/99999"),
            (f"/reports/{prepared_once.ids['secret_report']}/file", "/reports/99999/file"),
        ):
            hidden, absent = visitor.get(there), visitor.get(nowhere)
            assert hidden.status_code == absent.status_code
            assert content_of(hidden.text) == content_of(absent.text)

    def test_is_no_target_of_a_part_that_is_not_one_s_own(self, prepared: Prepared) -> None:
        before = prepared.dump()
        form = {"narrative": "替別的機關填報。", "percent": "100", "part_id": "1"}
        answer = prepared.visit("other_officer").post(f"/actions/{prepared.ids['alone_item']}/progress", form)
        assert answer.status_code == 404
        assert prepared.dump() == before


def on_a_foreign_thing() -> list[Line]:
    """Return the routes on things of the follow-up that are another department's, and on reports one may not read."""
    return [
        line
        for line in lines()
        if line.told["other_officer"] != "let in"
        and line.endpoint not in WITHOUT_A_THING
        and line.aspect not in THEIR_OWN
        and (not line.endpoint.startswith(PUBLIC) or line.aspect)
    ]


def answer_of(site: Prepared, line: Line, key: str, *, missing: bool) -> tuple[int, str]:
    """Return status and content of a route's answer, to something there or to something that never was."""
    address = address_of(site, line, missing=missing)
    if line.endpoint.startswith("api"):
        answer = site.ask(key, address)
        return answer.status_code, answer.text.replace(address, "")
    visitor = site.visit(key)
    asked = (
        visitor.post(address, form_of(site, line.endpoint)) if line.method == "POST" else visitor.get(address)
    )
    with asked as answer:
        return answer.status_code, content_of(answer.text) if "<main" in answer.text else answer.text


@pytest.mark.parametrize("line", on_a_foreign_thing(), ids=str)
class TestEveryRouteOnAForeignThing:
    @pytest.mark.parametrize("key", OUTSIDERS)
    def test_answers_as_to_a_thing_that_never_was(
        self, prepared_once: Prepared, line: Line, key: str
    ) -> None:
        before = prepared_once.dump()
        hidden = answer_of(prepared_once, line, key, missing=False)
        assert hidden[0] in (403, 404)
        assert hidden == answer_of(prepared_once, line, key, missing=True)
        assert prepared_once.dump() == before


class TestAnExport:
    @pytest.mark.parametrize("kind", ["csv", "ods", "xlsx"])
    @pytest.mark.parametrize("key", ["viewer", *OUTSIDERS])
    def test_holds_only_what_the_list_shows(self, prepared: Prepared, key: str, kind: str) -> None:
        form = {"question": "group=all", "kind": kind}
        with prepared.visit(key).post("/actions/export", form) as sent:
            table = read_table(sent.data)
        words = " ".join(str(cell) for row in table.rows for cell in row.cells)
        hidden = ["secret", "draft"] if key == "viewer" else ["secret", "draft", "alone", "asked", "closed"]
        assert [name for name in hidden if prepared.ids[f"{name}_item_no"] in words] == []
        listed = (
            prepared.ask(key, "/api/v1/action-items?group=all").json["total"] if key in prepared.tokens else 1
        )
        assert len(table.rows) == listed


class TestABulkChange:
    def test_names_no_item_of_another_department(self, prepared_once: Prepared) -> None:
        foreign = prepared_once.ids["alone_item"]
        with prepared_once.visit("other_head").get(f"/actions/bulk?do=ask&id={foreign}") as answer:
            assert prepared_once.ids["alone_item_no"] not in answer.text


class TestGuessedIds:
    @pytest.mark.parametrize("key", ["other_officer", "viewer"])
    def test_of_thirty_rows_each_tell_an_outsider_nothing_secret(
        self, prepared_once: Prepared, key: str
    ) -> None:
        visitor, seen = prepared_once.visit(key), 0
        rules = {
            rule.rule
            for rule in prepared_once.app.url_map.iter_rules()
            if "<int:" in rule.rule and "GET" in (rule.methods or ())
        }
        for rule in rules:
            for number in range(1, 31):
                with visitor.get(rule.partition("<")[0] + str(number) + rule.partition(">")[2]) as answer:
                    assert answer.status_code in {200, 403, 404, 409}
                    seen += answer.status_code == 200
                    text = answer.get_data().decode(errors="replace")
                assert not any(word in text for word in SECRET_WORDS)
        assert seen

    @pytest.mark.parametrize(
        ("address", "whose"),
        [
            ("/me/sign-ins/{sign_in}/end", "officer"),
            ("/me/tokens/{token}/revoke", "officer"),
            ("/me/deputies/{delegation}/end", "officer"),
            ("/notices/{notice}/read", "unit_head"),
        ],
    )
    def test_of_other_people_s_belongings_touch_nothing(
        self, prepared_once: Prepared, address: str, whose: str
    ) -> None:
        before = prepared_once.dump()
        for key in prepared_once.city.people:
            if key != whose:
                assert prepared_once.visit(key).post(address.format(**prepared_once.ids)).status_code == 404
        assert prepared_once.dump() == before


class TestRightsInAForm:
    def test_nobody_becomes_more_by_extra_fields(self, prepared: Prepared) -> None:
        before = prepared.dump()["role_grant"]
        extra = {"roles-0-role": "administrator", "role": "administrator", "person_id": "1", "is_active": "1"}
        for address, form in (
            ("/me/tokens", {"name": "x"}),
            ("/language", {"language": "en"}),
            ("/me/password", {"old_password": "x"}),
            (
                f"/actions/{prepared.ids['alone_item']}/progress",
                {"narrative": "已完成勘查。", "percent": "50"},
            ),
        ):
            prepared.visit("officer").post(address, {**form, **extra})
        assert prepared.dump()["role_grant"] == before

    def test_progress_changes_neither_due_date_nor_lead(self, prepared: Prepared) -> None:
        form = {
            "narrative": "已完成勘查。",
            "percent": "50",
            "due_on": "2099-01-01",
            "status": "closed_implemented",
            "lead_department_id": "1",
        }
        prepared.visit("officer").post(f"/actions/{prepared.ids['alone_item']}/progress", form)
        item = prepared.ask("officer", f"/api/v1/action-items/{prepared.ids['alone_item_no']}").json
        assert (item["status"], item["lead_department"]["code"], item["due_on"]) == (
            "in_progress",
            "TPT-P",
            "2026-05-01",
        )


class TestATable:
    @pytest.mark.parametrize("table", Table)
    @pytest.mark.parametrize("key", ["viewer", "other_head"])
    def test_holds_nothing_that_the_lists_do_not_show(
        self, prepared: Prepared, key: str, table: Table
    ) -> None:
        with prepared.visit(key).post("/tables/", {"question": f"table={table}", "form": "csv"}) as sent:
            words = sent.data.decode("utf-8-sig")
        hidden = ["secret", "draft"] if key == "viewer" else ["secret", "draft", "alone", "asked", "closed"]
        assert [name for name in hidden if prepared.ids[f"{name}_item_no"] in words] == []
        assert [word for word in SECRET_WORDS if word in words] == []
