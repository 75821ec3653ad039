"""Whatever is typed, sent or made up is answered in order: never a trace, never status 500, on either database."""

import io
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.factories.city import PASSWORD
from tests.support.prepared import Prepared
from tests.support.rights import KEYS, Line, address_of, addresses, form_of, lines

HOSTILE = (
    "-1",
    "0",
    "10" * 20,
    "9" * 5000,
    "2147483648",
    "9223372036854775808",
    "１２",
    "\0",
    "a\0b",
    "\ud7ff\ufffe",
    "\u202e\u0000",
    "'; drop table person; --",
    "%",
    "_%\\",
    "{{7*7}}%s%(x)s",
    "9999-12-31",
    "0001-01-01",
    "2026-02-30",
    "999/99/99",
    "-due_on",
    "nothing",
    "<script>alert(1)</script>",
    "\r\nX-Evil: yes",
)
PARAMETERS = [
    "page",
    "per_page",
    "q",
    "state",
    "person",
    "department",
    "parent",
    "group",
    "status",
    "units",
    "officer",
    "report",
    "theme",
    "adoption",
    "due_from",
    "due_until",
    "sort",
    "next",
    "wait",
    "v",
]
READING = (
    "/actions/",
    "/reports/",
    "/dashboard",
    "/notices",
    "/people",
    "/outbox",
    "/departments/new",
    "/sign-in",
)
SIGNED_IN_READERS = ("coordinator", "administrator")
slow = settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def in_order(answer: TestResponse, what: object = "") -> None:
    assert answer.status_code < 500, (what, answer.status_code)
    assert "Traceback" not in answer.text


class TestAddresses:
    @pytest.mark.parametrize("key", SIGNED_IN_READERS)
    def test_that_read_parameters_bear_any_value_of_any(self, looked_at: Prepared, key: str) -> None:
        visitor = looked_at.visit(key)
        for value in HOSTILE:
            query = urlencode([(name, value) for name in PARAMETERS])
            for address in READING:
                in_order(visitor.get(f"{address}?{query}"), (address, value))

    @pytest.mark.parametrize("key", SIGNED_IN_READERS)
    def test_of_all_pages_bear_what_they_do_not_read(self, looked_at: Prepared, key: str) -> None:
        visitor = looked_at.visit(key)
        query = urlencode([(name, value) for name in PARAMETERS for value in HOSTILE])
        for address in addresses(looked_at, "GET"):
            with visitor.get(f"{address}?{query}") as answer:
                in_order(answer, address)

    @slow
    @given(
        query=st.lists(st.tuples(st.sampled_from(PARAMETERS), st.text(max_size=12)), max_size=6),
        address=st.sampled_from(READING),
    )
    def test_bear_whatever_is_made_up(
        self, looked_at: Prepared, query: list[tuple[str, str]], address: str
    ) -> None:
        made_up = f"{address}?{urlencode(query, errors='replace')}"
        for key in SIGNED_IN_READERS:
            in_order(looked_at.visit(key).get(made_up), made_up)

    @slow
    @given(
        name=st.sampled_from(["group", "status", "department", "q", "due_from", "page", "per_page", "theme"]),
        values=st.lists(st.text(max_size=12) | st.sampled_from(HOSTILE[:-1]), min_size=1, max_size=2),
    )
    def test_of_the_interface_bear_it_too(self, looked_at: Prepared, name: str, values: list[str]) -> None:
        query = urlencode([(name, value) for value in values], errors="replace")
        for resource in ("action-items", "figures"):
            in_order(looked_at.ask("coordinator", f"/api/v1/{resource}?{query}"), query)

    @pytest.mark.parametrize(
        "value",
        ["-1", "0", "4294967296", "9" * 30, "9" * 5000, "1.5", "%00", "a%00", "%ff%fe", "..%2f..%2fetc"],
    )
    def test_with_numbers_and_names_that_no_row_has_are_unknown(
        self, looked_at: Prepared, value: str
    ) -> None:
        for line in lines():
            if "<" not in rule_of(looked_at, line) or line.endpoint == "static":
                continue
            address = with_every_variable(rule_of(looked_at, line), value)
            key = next((key for key, told in line.told.items() if told == "let in" and key in KEYS), None)
            if line.endpoint.startswith("api"):
                answer = looked_at.ask(key, address)
            elif line.method == "GET":
                answer = looked_at.visit(key).get(address)
            else:
                answer = looked_at.visit(key).post(address)
            assert answer.status_code in {400, 404, 405, 409}, (line, address, answer.status_code)

    def test_in_bytes_that_are_no_text_are_answered(self, looked_at: Prepared) -> None:
        visitor = looked_at.visit("coordinator")
        for address in (
            "/%ff%fe",
            "/actions/?q=%ff%fe%80",
            "/reports/?q=%c3%28",
            "/actions/?%ff=%ff",
            "/sign-in?next=%ff",
        ):
            in_order(visitor.get(address), address)


def rule_of(site: Prepared, line: Line) -> str:
    return next(rule.rule for rule in site.app.url_map.iter_rules(line.endpoint))


def with_every_variable(rule: str, value: str) -> str:
    while "<" in rule:
        before, _, rest = rule.partition("<")
        rule = before + value + rest.partition(">")[2]
    return rule


class TestHeadersOfARequest:
    @pytest.mark.parametrize("referrer", ["http://[", "//["])
    def test_a_referrer_that_is_no_address_is_refused(self, looked_at: Prepared, referrer: str) -> None:
        answer = looked_at.visit().post("/me/tokens", {"name": "x"}, headers={"Referer": referrer})
        assert answer.status_code == 400

    @pytest.mark.parametrize("referrer", ["http://a\x80", "x" * 9000, "https://evil.example//evil.example/"])
    def test_a_strange_referrer_leads_to_the_sign_in_page(self, looked_at: Prepared, referrer: str) -> None:
        answer = looked_at.visit().post("/me/tokens", {"name": "x"}, headers={"Referer": referrer})
        assert answer.status_code == 302
        assert answer.location.startswith("/sign-in")

    @pytest.mark.parametrize(
        "headers",
        [
            {"Authorization": "Bearer \xff\xfe"},
            {"Authorization": "Bearer " + "x" * 9000},
            {"Authorization": "Basic eDp5"},
            {"Authorization": "Bearer"},
            {"Accept-Language": "\xff;q=x,,,;"},
        ],
    )
    def test_a_strange_token_is_no_token(self, looked_at: Prepared, headers: Mapping[str, str]) -> None:
        assert looked_at.app.test_client().get("/api/v1/figures", headers=headers).status_code == 401

    @pytest.mark.parametrize("cookie", ["", "x", "\xff", "x" * 4000, "a.b.c", "tracker"])
    def test_a_strange_cookie_is_no_sign_in(self, looked_at: Prepared, cookie: str) -> None:
        headers = {"Cookie": f"tracker={cookie}; form={cookie}; language={cookie}; theme={cookie}"}
        assert looked_at.app.test_client().get("/me", headers=headers).status_code == 302
        assert looked_at.app.test_client().get("/sign-in", headers=headers).status_code == 200


class TestForms:
    @pytest.mark.parametrize(
        "line", [line for line in lines() if line.method == "POST" and not line.aspect], ids=str
    )
    def test_bear_any_value_in_any_field(self, prepared: Prepared, line: Line) -> None:
        address, key = (
            address_of(prepared, line),
            next(k for k, told in line.told.items() if told != "sign in"),
        )
        key = next((k for k, told in line.told.items() if told == "let in" and k in KEYS), key)
        fields = form_of(prepared, line.endpoint)
        for value in HOSTILE:
            sent = {name: hostile(text, value) for name, text in fields.items()}
            in_order(prepared.visit(key).post(address, sent), value)

    def test_bear_a_megabyte_of_text(self, prepared: Prepared) -> None:
        visitor = prepared.visit("officer")
        for size in (400_000, 1_000_000):
            form = {"narrative": "字" * size, "percent": "10"}
            answer = visitor.post(f"/actions/{prepared.ids['alone_item']}/progress", form)
            in_order(answer, size)

    def test_bear_bytes_that_are_no_text(self, prepared: Prepared) -> None:
        visitor = prepared.visit("officer")
        body = f"csrf_token={quote(visitor.form_token)}&name=%ff%fe%80".encode() + b"\xff\xfe"
        in_order(
            visitor.client.post("/me/tokens", data=body, content_type="application/x-www-form-urlencoded")
        )
        for kind in (
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "application/json",
            "text/\xff",
        ):
            in_order(visitor.client.post("/me/tokens", data=body, content_type=kind), kind)

    def test_a_nul_is_refused_on_both_databases(self, looked_at: Prepared) -> None:
        visitor = looked_at.visit("officer")
        for address in ("/language", "/sign-in", "/forgot", "/me/tokens"):
            assert visitor.post(address, {"name": "a\0b", "email": "\0", "password": "\0"}).status_code == 400
        upload = {"confidentiality": "public", "files": (io.BytesIO(b"text"), "a\0b.txt")}
        assert looked_at.visit("coordinator").post("/reports/new", upload).status_code in {400, 422}

    def test_no_due_date_runs_past_the_calendar(self, prepared: Prepared) -> None:
        form = {
            **form_of(prepared, "reports.edit_draft"),
            "lead_department_id": str(prepared.city.departments["TPT-P"]),
            "due_on": "9999-12-31",
        }
        answer = prepared.visit("coordinator").post(f"/reports/drafts/{prepared.ids['draft']}/edit", form)
        assert answer.status_code == 422

    def test_one_that_names_a_field_twice_is_answered(self, prepared: Prepared) -> None:
        visitor = prepared.visit("officer")
        form = {"csrf_token": [visitor.form_token] * 2, "name": ["a", "b"]}
        in_order(visitor.client.post("/me/tokens", data=form))


def hostile(kept: Any, value: str) -> Any:
    """Return a hostile value in place of a field's, or a file of that name and content."""
    return (io.BytesIO(value.encode("utf-8", "replace")), value) if isinstance(kept, tuple) else value


class TestWhereToGoNext:
    @pytest.mark.parametrize(
        "elsewhere",
        [
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https:evil.example",
            "https:/evil.example",
            "http://[",
            "//[",
            "/\t/evil.example",
            "\t//evil.example",
            " //evil.example",
            "/\r\nLocation: https://evil.example",
            "／／evil.example",
            "\u2028//evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "evil.example",
            "@evil.example",
            "?x",
            "",
        ],
    )
    def test_is_never_another_site(self, prepared: Prepared, elsewhere: str) -> None:
        answers = [
            prepared.visit().post(
                f"/sign-in?{urlencode({'next': elsewhere})}",
                {"email": prepared.city.email("officer"), "password": PASSWORD},
            ),
            prepared.visit("officer").get(f"/sign-in?{urlencode({'next': elsewhere})}"),
            prepared.visit("officer").post("/language", {"language": "en", "next": elsewhere}),
            prepared.visit().post("/theme", {"theme": "dark", "next": elsewhere}),
        ]
        for answer in answers:
            assert (answer.status_code, answer.location) == (302, "/")
            assert answer.headers.getlist("Location") == ["/"]

    def test_may_be_any_page_of_this_one(self, prepared: Prepared) -> None:
        wanted = "/actions/?q=看板&page=2"
        answer = prepared.visit("officer").get(f"/sign-in?{urlencode({'next': wanted})}")
        assert answer.location == "/actions/?q=%E7%9C%8B%E6%9D%BF&page=2"
