"""The ten facts about this work that a naive developer gets wrong, each with a test that names it, on both databases.

Two facts reach beyond what can be exercised here. Of the ninth only the first half stands: a late entry stays marked as
late for ever; figures frozen on the day on which they were handed up are still to come. Of the tenth, files to read only
(PDF) are still to come; what can be edited goes out as ODF.
"""

import io
import re
import zipfile
from datetime import date, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

import pytest
from sqlalchemy import select

from tests.factories import actions
from tests.factories.city import THEMES, ZONE, City
from tracker.actions import queries, releasing, reporting
from tracker.actions.assigning import Assignment, open_further
from tracker.actions.exchange.exporting import Order, write_list
from tracker.actions.models import ActionItem
from tracker.actions.queries import ActionFilter
from tracker.actions.reporting import Progress
from tracker.actions.rules import closing as closing_rules
from tracker.actions.rules import deadlines
from tracker.actions.rules.deadlines import Standards
from tracker.actions.rules.workflow import PartRole, PartStatus, Status
from tracker.extraction import extract
from tracker.extraction.model import ReadReport
from tracker.foundation import roc
from tracker.foundation.errors import Conflict, Forbidden
from tracker.foundation.filing import describe
from tracker.foundation.sheets import Kind
from tracker.foundation.showing import show_date
from tracker.people import service as people
from tracker.people.models import OfficeDay
from tracker.people.queries import calendars_around
from tracker.reading.document import Document
from tracker.reminders.models import OutboxLetter
from tracker.reminders.planning import plan_reminders
from tracker.reports.confirming import confirm, declare_no_recommendation
from tracker.reports.drafting import Proposals
from tracker.reports.models import Draft, Report
from tracker.reports.queries import filing_period_of, get_report
from tracker.reports.reviewing import DraftChoice, accept_draft
from tracker.reports.rules.adoption import Adoption
from tracker.reports.rules.drafts import DraftKind, ReportState
from tracker.reports.rules.filing import CountStart, FilingPeriod, FilingRule
from tracker.reports.service import import_report
from tracker.reports.spanning import split_draft
from tracker.settings import load_settings
from tracker.wiring import post_office

PROPOSALS = Proposals(THEMES, 180)
REPORT = """赴瀨灣市考察輕軌 出國報告
服務機關：交通局
出國期間：114年9月8日至9月12日
報告日期：114年11月20日

一、目的
了解輕軌的營運經驗。

二、過程
第一日試乘輕軌。

三、心得
同行教師與當地高中談妥，明年五月本市將邀請該校學生來訪一週。

四、建議
（一）建請交通局於輕軌沿線試辦行人優先號誌。建請交通局另設轉乘看板。
"""


def imported(city: City, text: str = REPORT) -> int:
    """Import a report as reading and extraction understand it, and return its id."""
    read = ReadReport(text, "text", None, extract(Document(text, "text")))
    with city.database.transaction() as session:
        act = city.act("coordinator", session)
        return import_report(session, act, describe(text.encode(), "report.txt"), read, PROPOSALS).id


def drafts_of(city: City, report_id: int, kind: DraftKind) -> list[Draft]:
    with city.database.reading() as session:
        query = select(Draft).where(Draft.report_id == report_id, Draft.kind == kind)
        return list(session.scalars(query.order_by(Draft.start)))


def seen(city: City, item_id: int) -> ActionItem:
    return actions.look(city, "coordinator", item_id, lambda _session, _act, item: item)


class TestFact1ARecommendationIsNotAnActionItemAndMayStandElsewhere:
    def test_a_commitment_in_the_reflections_is_proposed_and_becomes_an_item(self, city: City) -> None:
        report_id = imported(city)
        (possible,) = drafts_of(city, report_id, DraftKind.POSSIBLE)
        assert "邀請該校學生來訪" in REPORT[possible.start : possible.end]
        with city.database.transaction() as session:
            act = city.act("coordinator", session)
            accept_draft(session, act, possible.id, DraftChoice("邀請學生來訪", THEMES[2]))
            (confirmed,) = confirm(session, act, report_id)
            assert confirmed.verbatim_quote == REPORT[possible.start : possible.end]

    def test_one_paragraph_gives_several_and_one_recommendation_several_items(self, city: City) -> None:
        report_id = imported(city)
        draft = drafts_of(city, report_id, DraftKind.RECOMMENDATION)[0]
        with city.database.transaction() as session:
            act = city.act("coordinator", session)
            parts = split_draft(session, act, draft.id, [REPORT.index("建請交通局另設")], PROPOSALS)
            for part in parts:
                accept_draft(session, act, part.id, DraftChoice("辦理一項", THEMES[0]))
            confirmed = confirm(session, act, report_id)
            session.info.pop("events", None)
            assert [each.verbatim_quote[-6:] for each in confirmed] == ["人優先號誌。", "設轉乘看板。"]
            unit, day = city.departments["TPT-P"], city.today() + timedelta(days=60)
            for title in ("擬訂號誌時制", "完成路口標線"):
                open_further(session, act, confirmed[0].id, title, Assignment(unit, day))
            items = queries.items_of_recommendations(session, act.by, [confirmed[0].id])
            assert len(items[confirmed[0].id]) == 2

    def test_one_that_is_only_for_reference_opens_none(self, city: City) -> None:
        report_id = imported(city)
        draft = drafts_of(city, report_id, DraftKind.RECOMMENDATION)[0]
        with city.database.transaction() as session:
            act = city.act("coordinator", session)
            choice = DraftChoice("供參", THEMES[0], Adoption.REFERENCE, "僅供業務參考")
            accept_draft(session, act, draft.id, choice)
            (confirmed,) = confirm(session, act, report_id)
            session.info.pop("events", None)
            assignment = Assignment(city.departments["TPT-P"], city.today() + timedelta(days=60))
            with pytest.raises(Conflict):
                open_further(session, act, confirmed.id, "試辦", assignment)


class TestFact2ZeroIsAValueAndTheLeastNumberIsTheCitysOwn:
    def test_a_report_without_recommendations_ends_its_review_in_a_state_of_its_own(self, city: City) -> None:
        report_id = city.give_report(())
        with city.database.transaction() as session:
            declare_no_recommendation(session, city.act("coordinator", session), report_id)
        with city.database.reading() as session:
            report = session.get_one(Report, report_id)
            assert (report.state, report.no_recommendation_declared) == (ReportState.REVIEWED, True)

    def test_the_least_number_is_a_setting_which_asks_for_nothing_by_itself(self) -> None:
        assert load_settings({}).follow_up.report_least_recommendations == 0
        taipei = load_settings({"TRACKER_FOLLOW_UP__REPORT_LEAST_RECOMMENDATIONS": "3"})
        assert taipei.follow_up.report_least_recommendations == 3


class TestFact3ThreeMonthsFromTheWorkingDayAfterReturnToTheDayOfDispatch:
    def period(self, city: City, rule: FilingRule) -> FilingPeriod:
        report_id = city.give_report()
        with city.database.transaction() as session:
            session.get_one(Report, report_id).trip_end = date(2019, 2, 27)
        with city.database.reading() as session:
            report = get_report(session, city.act("coordinator", session).by, report_id)
            found = filing_period_of(session, report, rule, "TW")
        assert found is not None
        return found

    def test_a_return_before_a_long_weekend_counts_from_the_monday_after_it(self, city: City) -> None:
        assert self.period(city, FilingRule()) == FilingPeriod(date(2019, 3, 4), date(2019, 6, 3))

    def test_other_cities_count_from_the_day_of_return(self, city: City) -> None:
        rule = FilingRule(CountStart.DAY_OF_RETURN)
        assert self.period(city, rule).due_on == date(2019, 5, 26)

    def test_the_day_of_dispatch_decides_not_the_day_of_the_upload(self, city: City) -> None:
        period = self.period(city, FilingRule())
        assert period.days_late(date(2019, 6, 3), city.today()) == 0
        assert period.days_late(date(2019, 6, 4), city.today()) == 1


class TestFact4WeekendsAreDataNotArithmetic:
    @pytest.mark.parametrize("saturday", [date(2024, 2, 17), date(2025, 2, 8)])
    def test_a_make_up_saturday_is_worked(self, city: City, saturday: date) -> None:
        with city.database.reading() as session:
            assert calendars_around(session, "TW", saturday).everywhere.is_working_day(saturday)

    def test_the_new_holidays_are_known(self, city: City) -> None:
        with city.database.reading() as session:
            calendar = calendars_around(session, "TW", date(2026, 6, 1)).everywhere
        assert not any(calendar.is_working_day(day) for day in (date(2026, 9, 28), date(2026, 12, 25)))

    def test_a_typhoon_that_closes_one_place_overnight_closes_only_that_place(self, city: City) -> None:
        tuesday = date(2026, 7, 7)
        with city.database.transaction() as session:
            closed = OfficeDay(
                day=tuesday, is_workday=False, note="颱風", department_id=city.departments["TPT"]
            )
            session.add(closed)
        with city.database.reading() as session:
            calendars = calendars_around(session, "TW", tuesday)
        assert not calendars.of(city.departments["TPT-P"]).is_working_day(tuesday)
        assert calendars.of(city.departments["EDU-I"]).is_working_day(tuesday)


class TestFact5OverdueIsNoStatusAndAnExtensionErasesNoLateness:
    def test_it_is_derived_and_the_original_date_is_kept(self, city: City) -> None:
        item_id = actions.bring_to(city, "in_progress", due_in_days=5)
        due_on = seen(city, item_id).due_on
        actions.after_days(city, 9)
        assert deadlines.is_overdue(queries.deadline_of(seen(city, item_id)), city.today())
        extension_id = actions.ask_for_days(city, item_id, 14)
        actions.grant(city, extension_id, "unit_head")
        item = seen(city, item_id)
        facts = queries.deadline_of(item)
        assert not any("overdue" in status.value for status in Status)
        assert item.original_due_on == due_on < item.due_on
        assert not deadlines.is_overdue(facts, city.today())
        assert deadlines.is_overdue_vs_original(facts, city.today())
        assert item.extensions[0].requested_after_due


class TestFact6TheOwnerNeverCloses:
    @pytest.mark.parametrize("key", ["officer", "unit_head"])
    def test_the_owner_asks_and_somebody_else_decides(self, city: City, key: str) -> None:
        closing_id = actions.ask(city, actions.bring_to(city, "in_progress"))
        decision = releasing.ClosingDecision(agree=True, decision="同意。")
        with pytest.raises(Forbidden):
            actions.do(city, key, releasing.decide_closing, closing_id, decision)

    def test_a_refusal_is_the_beginning_of_the_next_round(self, city: City) -> None:
        item_id = actions.bring_to(city, "in_progress")
        for round_no in (2, 3):
            actions.refuse(city, actions.ask(city, item_id))
            item = seen(city, item_id)
            assert (item.status, item.round_no) == (Status.IN_PROGRESS, round_no)

    @pytest.mark.parametrize("words", ["將納入明年計畫辦理。", "本案研議中，俟定案後辦理。"])
    def test_a_promise_is_no_completion(self, words: str) -> None:
        assert closing_rules.only_promises(words)

    def test_whether_it_was_adopted_is_asked_again_a_year_later(self, city: City) -> None:
        item_id = actions.bring_to(city, "closed_implemented")
        (check,) = seen(city, item_id).checks
        assert check.due_on == city.today().replace(year=city.today().year + 1)


class TestFact7LeadAndSupportingDepartmentsEachReport:
    def test_the_item_closes_only_when_every_part_is_released(self, city: City) -> None:
        item_id = actions.bring_to(city, "in_progress", support=("EDU-I",))
        closing_id = actions.ask(city, item_id)
        with pytest.raises(Conflict):
            actions.agree(city, closing_id)
        actions.agree(city, actions.ask(city, item_id, "other_officer"))
        actions.agree(city, closing_id)
        item = seen(city, item_id)
        assert {part.status for part in item.parts} == {PartStatus.RELEASED}
        assert [part.role for part in item.parts].count(PartRole.LEAD) == 1

    def test_a_deputy_reports_for_an_officer_on_leave_and_only_then(self, city: City) -> None:
        item_id = actions.bring_to(city, "in_progress")
        with city.database.transaction() as session:
            people.delegate(
                session,
                city.act("unit_head", session),
                city.people["officer"],
                city.people["other_officer"],
                city.today(),
                city.today(),
            )
        actions.report(city, item_id, "other_officer")
        actions.after_days(city, 1)
        with city.database.reading() as session:
            assert not session.scalars(
                select(ActionItem.id).where(
                    ActionItem.id == item_id, queries.visible_to(city.act("other_officer", session).by)
                )
            ).all()


class _Page(HTMLParser):
    """Collects what the HTML of a letter fetches or leads to."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "background")]


class TestFact8AReminderMustNotLookLikeThePhishingDrill:
    @pytest.fixture
    def letter(self, city: City) -> EmailMessage:
        """The letter of the day before an item falls due, as it would leave."""
        actions.bring_to(city, "in_progress", due_in_days=2)
        actions.after_days(city, 1)
        plan_reminders(post_office(load_settings({}), city.clock), city.database)
        with city.database.reading() as session:
            query = select(OutboxLetter).where(OutboxLetter.recipient_id == city.people["officer"])
            payload = session.scalars(query).one().payload
        message = message_from_bytes(payload, policy=default)
        assert isinstance(message, EmailMessage)
        return message

    def part(self, letter: EmailMessage, kind: str) -> str:
        body = letter.get_body((kind,))
        assert body is not None
        return str(body.get_content())

    def test_its_plain_text_says_everything_without_a_click(self, letter: EmailMessage) -> None:
        text = self.part(letter, "plain")
        for words in ("-TPT-", "試辦候車資訊看板", "115年3月4日", "預定完成日", "建請交通局"):
            assert words in text

    def test_it_carries_one_address_without_a_token_and_nothing_to_fetch(self, letter: EmailMessage) -> None:
        address = load_settings({}).site.address.rstrip("/") + "/"
        assert set(re.findall(r"https?://\S+", self.part(letter, "plain"))) == {address}
        page = _Page()
        page.feed(self.part(letter, "html"))
        assert set(page.links) <= {address}
        assert page.tags.isdisjoint({"img", "script", "link", "iframe", "form", "button", "input", "object"})

    def test_it_comes_from_a_constant_sender_under_a_constant_mark(self, letter: EmailMessage) -> None:
        assert str(letter["Subject"]).startswith("[列管追蹤]")
        assert len(letter["To"].addresses) == 1


class TestFact9NumbersHandedUpMustNotMove:
    def test_a_report_that_came_late_stays_marked_whatever_happens_afterwards(self, city: City) -> None:
        item_id = actions.bring_to(city, "in_progress")
        actions.after_days(city, 20)  # 22 March: the month before closed on the fifth.
        actions.after_days(city, 20)  # 11 April: so did March.
        late = Progress("三月已完成現場勘查。", 30, period="2026-03")
        update_id = actions.do(city, "officer", reporting.submit_progress, item_id, late).id
        actions.approve(city, update_id)
        in_time = Progress("四月已完成設計。", 60, period="2026-04")
        actions.approve(city, actions.do(city, "officer", reporting.submit_progress, item_id, in_time).id)
        assert [(each.period, each.late) for each in seen(city, item_id).updates] == [
            ("2026-03", True),
            ("2026-04", False),
        ]


class TestFact10DatesAreThoseOfTheRepublicAndFilesAreODF:
    @pytest.mark.parametrize(
        ("text", "day"),
        [
            ("113/2/29", date(2024, 2, 29)),
            ("民國113年2月29日", date(2024, 2, 29)),
            ("99年12月31日", date(2010, 12, 31)),
            ("99.1.5", date(2010, 1, 5)),
        ],
    )
    def test_leap_days_and_years_below_a_hundred_are_read(self, text: str, day: date) -> None:
        assert roc.parse(text) == day

    def test_days_are_shown_in_years_of_the_republic(self) -> None:
        assert show_date(date(2024, 2, 29), "zh-Hant") == "113年2月29日（四）"

    def test_the_year_99_sorts_before_the_year_113(self, city: City) -> None:
        for year in (113, 99, 100):
            item_id = city.give_action()
            with city.database.transaction() as session:
                session.get_one(ActionItem, item_id).due_on = date(year + roc.EPOCH, 1, 1)
        with city.database.reading() as session:
            found = queries.list_actions(
                session, city.act("coordinator", session).by, ActionFilter(), city.today(), Standards()
            )
            assert [item.due_on.year - roc.EPOCH for item in found.rows] == [99, 100, 113]

    def test_the_list_goes_out_as_odf_with_real_dates(self, city: City) -> None:
        city.give_action(due_in_days=60)
        file = io.BytesIO()
        with city.database.reading() as session:
            order = Order(ActionFilter(), ("item_no", "due_on"), Kind.ODS, "zh-Hant")
            write_list(session, city.act("coordinator", session), order, file, ZONE, Standards())
        with zipfile.ZipFile(file) as package:
            assert package.read("mimetype") == b"application/vnd.oasis.opendocument.spreadsheet"
            content = package.read("content.xml").decode()
        assert 'office:date-value="2026-05-01' in content
        assert 'number:calendar="ROC"' in content


class TestTheTenFacts:
    def test_have_a_class_each(self) -> None:
        numbers = [int(found[1]) for name in globals() if (found := re.match(r"TestFact(\d+)[A-Z]", name))]
        assert sorted(numbers) == list(range(1, 11))
