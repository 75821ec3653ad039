"""A small site that shows every component with invented facts: for looking at, and for the tests beside it.

`flask --app tests.web.style_site run` serves it; add ?language=en or ?theme=dark to an address.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask, Response, flash, render_template, request
from flask_wtf import CSRFProtect, FlaskForm
from jinja2 import StrictUndefined
from wtforms import BooleanField, DateField, FileField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Optional

from tracker.access import Permission
from tracker.foundation.bundled import bundled
from tracker.foundation.language import LANGUAGES, known_language, translator
from tracker.foundation.showing import show_date, show_moment, show_number, show_percent
from tracker.web.labels import TEMPLATE_LABELS

HERE = Path(__file__).resolve().parent
STATIC = HERE.parents[1] / "tracker" / "web" / "static"
ZONE = ZoneInfo("Asia/Taipei")
TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'"
PAGES = ("work", "list", "item", "form", "desk", "dashboard", "states")
ENDPOINTS = {
    "dashboards.show_work": "/work",
    "actions.list_actions": "/list",
    "reports.list_reports": "/desk",
    "dashboards.show_dashboard": "/dashboard",
    "reminders.list_letters": "/states",
    "people.list_people": "/form",
    "reminders.list_notices": "/states",
    "people.show_settings": "/form",
    "people.sign_out": "/gate",
    "people.choose_language": "/states",
    "people.choose_theme": "/states",
}
SOURCE = (
    "陸、心得與建議\r\n"
    "一、心得\r\n"
    "本次參訪港口再生地區，當地以步行與自行車為主的規劃令人印象深刻🚲，週末市集由社區自行營運。\r\n"
    "\r\n"
    "二、建議\r\n"
    "（一）建請交通局於年底前擇定兩處路口試辦行人早開時相，並公布成效。\r\n"
    "（二）研議於河濱公園設置共融式遊具，由公園管理單位\r\n"
    "邀集身障團體參與設計。\r\n"
    "（三）港區夜間照明之節能作法可供參考。\r\n"
)


@dataclass(frozen=True)
class Reader:
    """The person whom the pages greet."""

    id: int = 7
    name: str = "王小明"
    roles_label: str = "研考人員"


@dataclass(frozen=True)
class Row:
    """One line of a list of items."""

    number: str
    title: str
    department: str
    officer: str | None
    status: str
    signal: str
    due_on: date
    percent: int
    is_open: bool = True


@dataclass(frozen=True)
class Candidate:
    """One proposed recommendation on the review desk."""

    id: str
    number: int
    state: str
    start: int
    end: int

    @property
    def text(self) -> str:
        """Return its words in the source."""
        return SOURCE[self.start : self.end]


class ProgressForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """One field of every kind."""

    narrative = TextAreaField("辦理情形", [InputRequired("請填寫辦理情形。")])
    percent = IntegerField("進度", [InputRequired("請填寫進度。")])
    period = SelectField("填報期別", choices={"1": "115年2月", "2": "115年3月"})
    next_on = DateField("下一個里程碑", [Optional()])
    result = RadioField(
        "處理方式",
        [InputRequired("請選擇處理方式。")],
        choices={"keep": "持續辦理", "close": "申請解除列管"},
    )
    evidence = FileField("佐證資料")
    is_public = BooleanField("這則辦理情形可以對外公開")


ROWS = [
    Row("115-TPE-003-01", "擇定兩處路口試辦行人早開時相，並公布成效", "交通局", "林美惠", "in_progress", "overdue", TODAY - timedelta(12), 60),
    Row("115-TPE-003-02", "與姊妹市建立學生短期交流機制，每年至少辦理一梯次", "教育局", "陳志強", "close_requested", "attention", TODAY, 100),
    Row("115-TPE-004-01", "研議河濱公園共融式遊具之設置，邀集身障團體參與設計", "工務局公園路燈工程管理處", None, "assigned", "attention", TODAY + timedelta(5), 0),
    Row("114-TPE-011-03", "市場攤位導入行動支付並輔導攤商", "產業發展局", "張雅婷", "in_progress", "normal", TODAY + timedelta(96), 35),
    Row("114-TPE-009-02", "公共圖書館延長夜間開放時段", "文化局", "李國華", "closed_implemented", "none", TODAY - timedelta(60), 100, is_open=False),
]  # fmt: skip


def candidates() -> list[Candidate]:
    """Return candidates that stand in a list, run over a line end, and follow an astral character."""
    wanted = [
        ("possible", "週末市集由社區自行營運。"),
        ("accepted", "建請交通局於年底前擇定兩處路口試辦行人早開時相，並公布成效。"),
        ("pending", "研議於河濱公園設置共融式遊具，由公園管理單位\r\n邀集身障團體參與設計。"),
        ("rejected", "港區夜間照明之節能作法可供參考。"),
    ]
    found = [(state, SOURCE.index(words), len(words)) for state, words in wanted]
    return [
        Candidate(str(40 + number), number, state, start, start + length)
        for number, (state, start, length) in enumerate(found, start=1)
    ]


def history() -> list[dict[str, object]]:
    """Return a history of two rounds."""
    evidence = [{"name": "試辦成效報告.pdf", "href": "#", "size": 482_133, "uploaded_by": "林美惠"}]
    return [
        {"kind": "opened", "at": NOW - timedelta(120), "sentence": "王小明（研考會）列管這個事項，主辦機關為交通局。"},
        {"kind": "changed", "at": NOW - timedelta(118), "sentence": "林美惠（交通局）簽收。"},
        {"kind": "progress", "at": NOW - timedelta(60), "sentence": "林美惠（交通局）填報辦理情形，進度 60%。", "detail": "已擇定兩處路口，完成號誌時制模擬，預計下月現地試辦。"},
        {"kind": "asked", "at": NOW - timedelta(30), "sentence": "周文山（交通局）申請解除列管。", "files": evidence},
        {"kind": "refused", "at": NOW - timedelta(26), "round_no": 2, "sentence": "王小明（研考會）退回，持續列管。", "detail": "尚缺試辦後的成效數據，請補充後再申請。"},
        {"kind": "closed", "at": NOW - timedelta(2), "round_no": 2, "sentence": "王小明（研考會）同意解除列管。"},
    ]  # fmt: skip


def figures() -> dict[str, object]:
    """Return a chart of departments, the latest first."""
    departments = ["交通局", "工務局", "教育局", "文化局", "產業發展局", "環境保護局"]
    counts = {
        "late": ("逾期", [5, 3, 2, 1, 0, 0]),
        "soon": ("三十日內到期", [2, 4, 1, 0, 3, 1]),
        "open": ("辦理中", [6, 3, 7, 5, 4, 2]),
    }
    return {
        "kind": "bars", "unit": "件", "stacked": True, "categories": departments, "links": ["/list"] * 6,
        "series": [
            {"tone": tone, "name": name, "values": values, "links": ["/list"] * 6}
            for tone, (name, values) in counts.items()
        ],
    }  # fmt: skip


def make_app(translate: Callable[[str, str], str] | None = None) -> Flask:
    """Build the site; `translate(language, msgid)` stands in for the catalogues where it is given."""
    app = Flask("style_site", template_folder=str(bundled("templates")), static_folder=str(STATIC))
    app.config.update(SECRET_KEY="only for looking", WTF_CSRF_TIME_LIMIT=None, PROPAGATE_EXCEPTIONS=True)
    CSRFProtect(app)
    app.jinja_loader.searchpath.append(str(HERE / "style_pages"))  # type: ignore[union-attr]
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.globals.update(TEMPLATE_LABELS, due_soon_days=30)

    def language() -> str:
        return known_language(request.args.get("language"))

    def say(msgid: str) -> str:
        return translate(language(), msgid) if translate else translator(language())(msgid)

    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        say, lambda one, many, count: say(one if count == 1 else many), newstyle=True
    )
    app.jinja_env.filters.update(
        date=lambda value: show_date(value, language()),
        moment=lambda value: show_moment(value, ZONE, language()),
        number=lambda value: show_number(value, language()),
        percent=lambda value: show_percent(value, language()),
    )

    @app.context_processor
    def chrome() -> dict[str, object]:
        labels = ("我的工作", "列管事項", "報告", "儀表板", "寄件匣", "人員與機關")
        navigation = zip(list(ENDPOINTS)[:6], labels, ("home", "list-check", "report", "chart-bar", "send", "users"), strict=True)  # fmt: skip
        return {
            "person": Reader(), "unread_notices": 3, "troubles": [], "languages": LANGUAGES, "language": language(),
            "theme": request.args.get("theme", "auto"), "version": "0.1.0", "as_of": NOW,
            "Permission": Permission, "may": lambda *_: False,
            "navigation": [(endpoint, say(label), symbol, ENDPOINTS[endpoint] == request.path) for endpoint, label, symbol in navigation],
        }  # fmt: skip

    def show(page: str) -> str | tuple[str, int]:
        form = ProgressForm()
        failed = request.method == "POST" and not form.validate()
        if page == "states":
            flash(say("已送出辦理情形，等候單位主管核可。"), "success")
        body = render_template(
            f"{page}.html", rows=ROWS, today=TODAY, now=NOW, form=form, source=SOURCE, candidates=candidates(),
            entries=history(), data=figures(), page=page,
        )  # fmt: skip
        return (body, 422) if failed else body

    for endpoint, path in ENDPOINTS.items():
        app.add_url_rule(path, endpoint, lambda: show(request.path[1:]), methods=["GET", "POST"])
    app.add_url_rule("/gate", "gate", lambda: show("gate"), methods=["GET", "POST"])
    app.add_url_rule("/item", "item", lambda: show("item"), methods=["GET", "POST"])
    app.add_url_rule("/errors/<int:code>", "failure", lambda code: render_template(f"errors/{code}.html"))

    @app.after_request
    def strict(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    return app
