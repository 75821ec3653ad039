"""Letters against their stored snapshots; `UPDATE_LETTERS=1` writes the snapshots anew, for a person to read."""

import os
import re
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from tracker.actions.rules.filing import Period
from tracker.actions.rules.periods import Period as Year
from tracker.actions.rules.workflow import Status
from tracker.adapters.smtp import SMTPMailer
from tracker.dashboards.figures import Counts, DepartmentLoad, MonthOfTrend, Overview, Releases
from tracker.foundation.mailing import MemoryMailer
from tracker.people.models import Department, User
from tracker.reminders.briefs import ItemBrief
from tracker.reminders.letters import Summary, write_digest, write_summary, write_token_letter
from tracker.reminders.models import LetterKind, Notice, PlannedReminder
from tracker.reminders.rendering import Written, envelope
from tracker.reminders.rules.digest import Group, NoticeKind, Section
from tracker.reminders.rules.stages import Capacity
from tracker.reminders.speech import Digest

SNAPSHOTS = Path(__file__).resolve().parents[2] / "letters"
TODAY = date(2026, 6, 29)
SENT_AT = datetime(2026, 6, 29, 1, 0, tzinfo=UTC)


def person(language: str = "zh-Hant") -> User:
    return User(name="林雅婷", email="officer@city.example", language=language)


def brief(number: int, due_on: date, **changes: object) -> ItemBrief:
    values = {
        "item_id": number,
        "item_no": f"115-TPE-001-{number:02d}",
        "title": "規劃自動駕駛車輛的測試道路",
        "status": Status.IN_PROGRESS,
        "due_on": due_on,
        "days_late": max(0, (TODAY - due_on).days),
        "department": Department(name="智慧運輸科", english_name="Smart Transport Section"),
        "quote": "建議選定一處封閉場域，\n先行測試自動駕駛接駁車。",
        "report_title": "智慧運輸考察報告",
        "page": 12,
    }
    return ItemBrief(**(values | changes))


SUPPORTING = {90: Department(name="工務局養護科", english_name="Road Maintenance Section")}


def reminder(
    number: int, capacity: Capacity = Capacity.OFFICER, deputy_for: User | None = None, part_id: int = 0
) -> PlannedReminder:
    return PlannedReminder(
        item_id=number, part_id=part_id, stage="due-1", capacity=capacity, deputy_for=deputy_for
    )


def notice(number: int, kind: NoticeKind, detail: str = "") -> Notice:
    return Notice(
        item_id=number,
        kind=kind,
        actor_name="蔡佩珊",
        detail=detail,
        created_at=SENT_AT - timedelta(days=3),
        capacity=Capacity.OFFICER,
    )


DAY_BEFORE = Digest(
    today=TODAY,
    groups=(Group(Section.TOMORROW, (1,)),),
    items={
        1: brief(
            1,
            date(2026, 6, 30),
            progress="已完成場域盤點，刻正與學校洽談。",
            progress_at=SENT_AT - timedelta(days=20),
        )
    },
    reminders=(reminder(1),),
)
FULL_DAY = Digest(
    today=TODAY,
    groups=(
        Group(Section.TOMORROW, (1,)),
        Group(Section.LATE_THREE_DAYS, (2,)),
        Group(Section.ASSIGNED, (3,)),
        Group(Section.RETURNED, (4,)),
        Group(Section.TO_DECIDE, (5,)),
        Group(Section.SOON, (6,)),
        Group(Section.DECIDED, (7,)),
    ),
    items={
        1: brief(1, date(2026, 6, 30)),
        2: brief(2, date(2026, 6, 24), title="建置公車即時到站的語音播報"),
        3: brief(
            3, date(2026, 12, 31), title="研訂<b>共享機車</b>停放規則", status=Status.ASSIGNED, page=None
        ),
        4: brief(4, date(2026, 9, 30), title="延伸自行車道至河濱公園"),
        5: brief(
            5, date(2026, 6, 15), title="辦理姊妹市交通論壇", status=Status.CLOSE_REQUESTED, days_late=0
        ),
        6: brief(6, date(2026, 7, 6), title="檢討轉運站標示的外語版本", supporting=SUPPORTING),
        7: brief(
            7, date(2026, 6, 1), title="公開路口感測資料", status=Status.CLOSED_IMPLEMENTED, days_late=0
        ),
    },
    reminders=(
        reminder(1, deputy_for=User(name="黃俊傑")),
        reminder(2, Capacity.UNIT_HEAD),
        reminder(5, Capacity.DECIDER),
        reminder(6),
    ),
    notices=(
        notice(3, NoticeKind.ASSIGNED),
        notice(4, NoticeKind.RETURNED, "佐證資料未說明後續維護的經費來源，請補充。"),
        notice(7, NoticeKind.DECIDED),
    ),
)
OVERVIEW = Digest(
    today=TODAY,
    groups=(Group(Section.OVERVIEW, tuple(range(1, 24))),),
    items={number: brief(number, date(2026, 6, 12), supporting=SUPPORTING) for number in range(1, 24)},
    reminders=(
        reminder(1, Capacity.AGENCY_HEAD, part_id=90),
        *(reminder(number, Capacity.AGENCY_HEAD) for number in range(2, 24)),
    ),
)
REQUESTS = Digest(
    today=TODAY,
    groups=(
        Group(Section.RETURNED, (3, 4)),
        Group(Section.TO_EXTEND, (1,)),
        Group(Section.TO_APPROVE, (2,)),
        Group(Section.DECIDED, (5,)),
    ),
    items={
        1: brief(
            1,
            date(2026, 7, 15),
            extension_until=date(2026, 8, 4),
            extension_days=20,
            extension_reason="第一次招標流標，須重新上網公告。",
        ),
        2: brief(2, date(2026, 8, 31), title="增設渡輪站無障礙坡道"),
        3: brief(3, date(2026, 8, 31), title="整合轉運站候車資訊"),
        4: brief(4, date(2026, 7, 31), title="延伸自行車道至河濱公園"),
        5: brief(5, date(2026, 9, 14), title="檢討轉運站標示的外語版本"),
    },
    reminders=(reminder(1, Capacity.APPROVER), reminder(2, Capacity.UNIT_HEAD)),
    notices=(
        notice(3, NoticeKind.PROGRESS_RETURNED, "請附上完工照片。"),
        notice(4, NoticeKind.EXTENSION_REFUSED, "請先增派人力趕辦。"),
        notice(5, NoticeKind.EXTENSION_GRANTED, "同意展延十四日。"),
    ),
)
DIGESTS = {"day_before": DAY_BEFORE, "full_day": FULL_DAY, "overview": OVERVIEW, "requests": REQUESTS}


def load(number: int, name: str, english_name: str, opened: int, overdue: int) -> DepartmentLoad:
    return DepartmentLoad(number, name, english_name, True, Counts(open=opened, overdue=overdue, due_soon=2))


SUMMARY = Summary(
    Period(2026, 7),
    Overview(
        day=date(2026, 8, 5),
        counts=Counts(open=1_204, overdue=3, due_soon=12, past_original=7, awaiting_decision=4, silent=5),
        departments=[load(1, "交通局", "Transport", 800, 3), load(2, "教育局", "Education", 404, 0)],
        themes=[],
        ageing=[],
        calendar=[],
        trend=[
            MonthOfTrend(Year(2026, month=month), date(2026, month, 28), 10 + month, month, overdue)
            for month, overdue in ((3, 1), (4, 0), (5, 5), (6, 4), (7, 2), (8, 3))
        ],
        releases=Releases(Year(2026), 37, 30, 91),
        longest=[],
        latest=[],
    ),
    30,
    "tracking-2026-07.ods",
    ["件數統計", "逾期及未填報清單"],
)


BESIDE_FIGURES = Digest(
    today=TODAY,
    groups=(Group(Section.TO_DECIDE, (3,)), Group(Section.OVERVIEW, (1, 2))),
    items={
        1: brief(1, date(2026, 6, 12)),
        2: brief(2, date(2026, 6, 15), title="建置公車即時到站的語音播報"),
        3: brief(3, date(2026, 7, 6), title="辦理姊妹市交通論壇", status=Status.CLOSE_REQUESTED),
    },
    reminders=(
        reminder(1, Capacity.COORDINATOR),
        reminder(2, Capacity.AGENCY_HEAD, User(name="許文雄")),
        reminder(3, Capacity.DECIDER),
    ),
)


def written(office, name: str, language: str) -> Written:
    reader = person(language)
    if name == "monthly_with_items":
        return write_summary(office, reader, SUMMARY, BESIDE_FIGURES)
    if name in DIGESTS:
        return write_digest(office, reader, DIGESTS[name])
    kind = LetterKind(name)
    if kind is LetterKind.MONTHLY_SUMMARY:
        return write_summary(office, reader, SUMMARY)
    until = SENT_AT + timedelta(days=1)
    return write_token_letter(office, kind, reader, f"https://tracker.city.example/{name}/token", until)


@pytest.mark.parametrize("language", ["zh-Hant", "en"])
@pytest.mark.parametrize(
    "name", [*DIGESTS, "invitation", "password_reset", "monthly_summary", "monthly_with_items"]
)
class TestSnapshots:
    def test_text(self, office, name: str, language: str) -> None:
        letter = written(office, name, language)
        compare(f"{name}.{language}.txt", f"{letter.subject}\n\n{letter.text}")

    def test_html(self, office, name: str, language: str) -> None:
        compare(f"{name}.{language}.html", written(office, name, language).html)


def compare(name: str, present: str) -> None:
    path = SNAPSHOTS / name
    if os.environ.get("UPDATE_LETTERS"):
        path.write_text(present, "utf-8")
    assert present == path.read_text("utf-8")


@pytest.mark.parametrize("language", ["zh-Hant", "en"])
@pytest.mark.parametrize(
    "name", [*DIGESTS, "invitation", "password_reset", "monthly_summary", "monthly_with_items"]
)
class TestEveryLetter:
    def test_carries_one_address_of_the_site(self, office, name: str, language: str) -> None:
        letter = written(office, name, language)
        assert len(re.findall(r"https?://", letter.text)) == 1
        assert len(re.findall(r"https?://(?!www\.w3\.org)", letter.html)) == 1

    def test_fetches_and_hides_nothing(self, office, name: str, language: str) -> None:
        html = written(office, name, language).html
        assert re.findall(r"<(?:img|script|link|iframe|object|a)\b|url\(|<style|display:\s*none", html) == []

    def test_the_text_says_what_the_page_says(self, office, name: str, language: str) -> None:
        letter = written(office, name, language)
        # The legend speaks of the bars, which the text has no need of.
        left_out = r'<title>.*?</title>|<h1.*?</h1>|<p class="legend".*?</p>'
        page = re.sub(left_out, "", letter.html, flags=re.DOTALL)
        cells = re.findall(r">([^<]+)<", page)
        missing = [
            cell for cell in map(unescaped, cells) if cell and cell not in " ".join(letter.text.split())
        ]
        assert missing == []

    def test_the_subject_begins_alike(self, office, name: str, language: str) -> None:
        assert written(office, name, language).subject.startswith("[列管追蹤] ")

    def test_has_no_long_empty_stretches(self, office, name: str, language: str) -> None:
        assert "\n\n\n" not in written(office, name, language).text


class TestBarsOfTheMonthlyLetter:
    @pytest.mark.parametrize("language", ["zh-Hant", "en"])
    def test_stand_beside_their_numbers_as_shapes_without_words(self, office, language: str) -> None:
        drawn = re.findall(r"<svg.*?</svg>", written(office, "monthly_summary", language).html, re.DOTALL)
        assert len(drawn) == len(SUMMARY.told.departments) + sum(bool(m.overdue) for m in SUMMARY.told.trend)
        assert all('aria-hidden="true"' in each for each in drawn)
        assert [word for each in drawn for word in re.findall(r">([^<]+)<", each)] == []


def unescaped(words: str) -> str:
    for entity, character in {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&amp;": "&"}.items():
        words = words.replace(entity, character)
    return " ".join(words.split())


class TestDigestText:
    def test_tells_what_an_officer_needs(self, office) -> None:
        text = written(office, "day_before", "zh-Hant").text
        for words in (
            "115-TPE-001-01",
            "115年6月30日（二），明日到期",
            "第 12 頁",
            "建議選定一處封閉場域",
            "您是這個事項的承辦人",
        ):
            assert words in text

    def test_asks_who_hears_in_the_place_of_a_missing_officer_to_name_one(self, office) -> None:
        told = PlannedReminder(item_id=1, part_id=7, stage="due-7", capacity=Capacity.UNIT_HEAD)
        item = brief(1, date(2026, 7, 6), untaken_parts=frozenset({7}))
        digest = Digest(TODAY, (Group(Section.SOON, (1,)),), {1: item}, (told,))
        assert "請您：指派承辦人" in write_digest(office, person(), digest).text

    def test_asks_for_an_officer_only_until_there_is_one(self, office) -> None:
        told = notice(1, NoticeKind.OFFICER_MISSING)
        told.capacity = Capacity.UNIT_HEAD
        for untaken, asked in ((frozenset({7}), True), (frozenset[int](), False)):
            item = brief(1, date(2026, 7, 6), untaken_parts=untaken)
            digest = Digest(TODAY, (Group(Section.LATER, (1,)),), {1: item}, notices=(told,))
            text = write_digest(office, person(), digest).text
            assert "沒有指定接辦的人" in text
            assert ("請您：指派承辦人" in text) is asked

    def test_tells_the_days_late(self, office) -> None:
        assert "逾期 5 日" in written(office, "full_day", "zh-Hant").text

    def test_a_title_cannot_bring_markup(self, office) -> None:
        assert "<b>" not in written(office, "full_day", "zh-Hant").html

    def test_a_head_reads_what_is_asked_and_why_of_the_whole_list(self, office) -> None:
        text = write_digest(office, person(), OVERVIEW).text
        assert "請您：督促所屬單位儘速辦理並填報辦理情形。" in text
        assert text.count("寄給您的原因：您是這些事項的機關首長。") == 1

    def test_a_head_reads_numbers_and_a_short_list(self, office) -> None:
        text = written(office, "overview", "zh-Hant").text
        assert "共 23 件" in text
        assert "另有 3 件" in text
        assert "建議原文" not in text

    def test_a_line_break_in_a_title_cannot_forge_a_header(self, office) -> None:
        forged = brief(
            1, date(2026, 6, 30), title="好\r\nBcc: other@city.example", item_no="115-TPE-001-01\r\nX: y"
        )
        digest = Digest(TODAY, (Group(Section.TOMORROW, (1,)),), {1: forged}, (reminder(1),))
        assert "\n" not in write_digest(office, person(), digest).subject


class TestEnvelope:
    @pytest.mark.parametrize("mailer", [MemoryMailer(), "real"], ids=["twin", "real"])
    def test_both_mailers_compose_a_readable_letter(self, office, mailer) -> None:
        chosen = SMTPMailer(office.mail) if mailer == "real" else mailer
        letter = envelope(
            office, person(), written(office, "day_before", "zh-Hant"), "x@tracker.city.example", SENT_AT
        )
        message = message_from_bytes(chosen.compose(letter), policy=default)
        assert isinstance(message, EmailMessage)
        assert message["Subject"] == letter.subject
        assert message["Reply-To"] == "rdec@city.example"
        assert message["Auto-Submitted"] == "auto-generated"
        plain = message.get_body(("plain",))
        assert plain is not None
        assert plain.get_content().replace("\r\n", "\n").strip() == letter.text.strip()
