"""The components render in both languages, keep the content policy, and say what they are asked to say."""

import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from markupsafe import escape
from werkzeug.test import TestResponse

from tests.web.style_site import PAGES, SOURCE, TODAY, candidates, make_app
from tracker.foundation.language import LANGUAGES

ICONS = (Path(__file__).resolve().parents[2] / "config" / "frontend" / "icons.txt").read_text("utf-8").split()
ERRORS = (400, 403, 404, 409, 413, 422, 429, 500, 503)


@pytest.fixture(scope="module")
def app() -> Flask:
    """The site that shows every component."""
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A reader of that site."""
    return app.test_client()


def render(app: Flask, template: str, address: str = "/list", **values: object) -> str:
    """Render a piece of template within a request."""
    with app.test_request_context(address):
        return render_template_string(template, **values)


class Lines(HTMLParser):
    """Collects the lines of a source text, and the words marked in them, as a browser would show them."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[int, str] = {}
        self.marked: dict[str, str] = {}
        self._start: int | None = None
        self._candidate: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where a line or a mark begins."""
        values = dict(attrs)
        if tag == "p":
            self._start = int(values["data-start"] or 0) if "data-start" in values else None
            if self._start is not None:
                self.lines[self._start] = ""
        elif tag == "mark":
            self._candidate = values["data-candidate"]

    def handle_endtag(self, tag: str) -> None:
        """Note where a mark ends."""
        if tag == "mark":
            self._candidate = None

    def handle_data(self, data: str) -> None:
        """Keep the words of the lines."""
        if self._start is not None and data.strip():
            self.lines[self._start] += data
        if self._candidate is not None:
            self.marked[self._candidate] = self.marked.get(self._candidate, "") + data


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", [*PAGES, "gate", *(f"errors/{code}" for code in ERRORS)])
class TestEveryPage:
    def test_renders(self, client: FlaskClient, page: str, language: str) -> None:
        assert client.get(f"/{page}?language={language}").status_code == 200

    def test_title_begins_with_its_only_heading(self, client: FlaskClient, page: str, language: str) -> None:
        body = client.get(f"/{page}?language={language}").text
        headings = re.findall(r"<h1>(.*?)</h1>", body, re.DOTALL)
        assert len(headings) == 1
        assert f"<title>{headings[0].strip()} · " in body

    def test_keeps_the_content_policy(self, client: FlaskClient, page: str, language: str) -> None:
        body = client.get(f"/{page}?language={language}").text
        assert re.findall(r"<[^>]*\s(?:style|on[a-z]+)=", body) == []
        assert re.findall(r"<script(?![^>]*(?:src=|application/json))", body) == []

    def test_shows_only_icons_of_the_sprite(self, client: FlaskClient, page: str, language: str) -> None:
        used = re.findall(r"icons\.svg#([a-z0-9-]+)", client.get(f"/{page}?language={language}").text)
        assert set(used) <= set(ICONS)

    def test_gives_every_id_once(self, client: FlaskClient, page: str, language: str) -> None:
        ids = re.findall(r'\sid="([^"]+)"', client.get(f"/{page}?language={language}").text)
        assert sorted(ids) == sorted(set(ids))


class TestDeadline:
    CALL = '{% from "components/deadline.html" import deadline %}{{ deadline(due, today=today, original=original) }}'

    @pytest.mark.parametrize(
        ("days", "words"),
        [(-12, "逾期 12 日"), (-1, "逾期 1 日"), (0, "今日到期"), (1, "還有 1 日"), (5, "還有 5 日")],
    )
    def test_says_how_far_away_it_is(self, app: Flask, days: int, words: str) -> None:
        shown = render(app, self.CALL, due=TODAY + timedelta(days), today=TODAY, original=None)
        assert words in shown

    def test_keeps_the_date_beside_the_relative_words(self, app: Flask) -> None:
        shown = render(app, self.CALL, due=TODAY, today=TODAY, original=None)
        assert '<time datetime="2026-03-02">115年3月2日（一）</time>' in shown

    def test_says_nothing_relative_of_a_closed_item(self, app: Flask) -> None:
        shown = render(app, self.CALL, due=TODAY - timedelta(12), today=None, original=None)
        assert "逾期" not in shown

    def test_shows_the_original_date_only_where_it_differs(self, app: Flask) -> None:
        assert "原定" not in render(app, self.CALL, due=TODAY, today=TODAY, original=TODAY)
        assert "原定" in render(app, self.CALL, due=TODAY, today=TODAY, original=TODAY - timedelta(30))


class TestAddress:
    CALL = '{% from "components/address.html" import address_with %}{{ address_with({"page": 2, "view": none}) }}'

    def test_keeps_the_filter_and_changes_only_what_is_asked(self, app: Flask) -> None:
        address = render(app, self.CALL, "/list?q=路口&status=a&status=b&page=9&view=late")
        assert address == "/list?q=%E8%B7%AF%E5%8F%A3&amp;status=a&amp;status=b&amp;page=2"

    def test_lets_no_markup_through(self, app: Flask) -> None:
        address = render(app, self.CALL, '/list?q="><script>')
        assert "<" not in address
        assert '"' not in address


class TestDataTable:
    CALL = (
        '{% from "components/data_table.html" import data_table, cell %}'
        '{% call data_table(caption="清單", columns=[("due", "期限", "date")], sortable=("due",), sort=sort) %}'
        '<tr>{% call cell("期限") %}今日{% endcall %}</tr>{% endcall %}'
    )

    def test_turns_the_order_round_at_the_second_press(self, app: Flask) -> None:
        assert 'href="/list?sort=due"' in render(app, self.CALL, sort="")
        assert 'href="/list?sort=-due"' in render(app, self.CALL, sort="due")

    def test_says_its_order_to_a_screen_reader(self, app: Flask) -> None:
        assert 'aria-sort="descending"' in render(app, self.CALL, sort="-due")

    def test_names_each_cell_for_the_card(self, app: Flask) -> None:
        assert 'data-label="期限"' in render(app, self.CALL, sort="")


class TestSourceText:
    CALL = '{% from "components/source_text.html" import source_text %}{{ source_text(text, found, pages) }}'

    def read(self, app: Flask, text: str = SOURCE, found: object = (), pages: object = ()) -> Lines:
        """Render a source text and read it back."""
        lines = Lines()
        lines.feed(render(app, self.CALL, text=text, found=found, pages=pages))
        return lines

    def test_gives_each_line_its_offset_in_the_source(self, app: Flask) -> None:
        for start, words in self.read(app, found=candidates()).lines.items():
            assert SOURCE[start : start + len(words)] == words

    def test_marks_exactly_the_words_of_each_candidate(self, app: Flask) -> None:
        marked = self.read(app, found=candidates()).marked
        assert marked == {one.id: one.text.replace("\r\n", "") for one in candidates()}

    def test_says_every_word_once_where_candidates_overlap(self, app: Flask) -> None:
        overlapping = [*candidates(), *candidates()]
        lines = self.read(app, found=sorted(overlapping, key=lambda one: one.start)).lines
        assert "".join(lines.values()) == SOURCE.replace("\r\n", "")

    def test_lets_no_markup_through(self, app: Flask) -> None:
        text = "<script>alert(1)</script>"
        assert str(escape(text)) in render(app, self.CALL, text=text, found=(), pages=())

    def test_shows_where_pages_begin(self, app: Flask) -> None:
        shown = render(app, self.CALL, text="甲\n乙\n", found=(), pages=(0, 2))
        assert shown.index("page-1") < shown.index("甲") < shown.index("page-2") < shown.index("乙")


class TestFormField:
    def send(self, client: FlaskClient, **values: str) -> TestResponse:
        """Send the form of the site as a browser would."""
        token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', client.get("/form").text)
        assert token
        return client.post("/form", data={"csrf_token": token[1], **values})

    def test_names_the_error_at_the_field_and_at_the_top(self, client: FlaskClient) -> None:
        answer = self.send(client, percent="60")
        assert answer.status_code == 422
        assert '<a href="#narrative">' in answer.text
        assert 'id="narrative-error"' in answer.text
        assert 'aria-describedby="narrative-hint narrative-error"' in answer.text

    def test_keeps_what_was_typed(self, client: FlaskClient) -> None:
        assert 'value="60"' in self.send(client, percent="60").text

    def test_says_which_fields_may_stay_empty(self, client: FlaskClient) -> None:
        body = client.get("/form").text
        assert re.search(r"下一個里程碑<span[^>]*>（選填）", body)
        assert not re.search(r"辦理情形<span[^>]*>（選填）", body)


class TestStatusPill:
    def test_says_every_status_in_words(self, client: FlaskClient) -> None:
        body = client.get("/states").text
        for word in (
            "暫存",
            "待受理",
            "辦理中",
            "待解列",
            "已解列（完成）",
            "已撤銷管制",
            "已併案",
            "已作廢",
            "研議中",
        ):
            assert word in body
