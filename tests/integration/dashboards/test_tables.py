"""Tables to hand up, on both databases: their rows are those of the lists, for each role's scope."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.factories import actions
from tests.factories.city import ZONE, City
from tests.support.counting import count_queries
from tracker.actions import queries
from tracker.actions.exchange import exporting
from tracker.actions.exchange.exporting import ExportGone, RightsChanged
from tracker.actions.queries import ActionFilter, Group
from tracker.actions.rules.deadlines import Standards
from tracker.actions.rules.periods import Period
from tracker.audit.models import AuditEvent
from tracker.dashboards import handing_up
from tracker.dashboards.handing_up import MakeTable, Order, load_layouts, order_of
from tracker.dashboards.rules.tables import Table
from tracker.dashboards.tables import Asked, Terms
from tracker.foundation import jobs
from tracker.foundation.documents import Format, Paper
from tracker.foundation.errors import Forbidden, NotFound
from tracker.foundation.filing import MemoryFileStore
from tracker.foundation.jobs import JobState
from tracker.people.models import RoleGrant
from tracker.reading.tables import read_table
from tracker.reports.rules.drafts import Confidentiality

LAYOUTS = load_layouts()
TERMS = Terms(Standards(), ZONE, lambda _session, item_ids, _day: dict.fromkeys(item_ids, 2))
CITY_WIDE = ("coordinator", "viewer")


def table(city: City, key: str, asked: Asked, language: str = "zh-Hant") -> tuple[Paper, list[dict]]:
    """Return a table as a person gets it, each row by the names of its columns."""
    order = Order(asked, Format.ODS, language)
    with city.database.snapshot() as session:
        act = city.act(key, session)
        paper = handing_up.paper_of(session, act, order, LAYOUTS[asked.table], TERMS)
        names = [column.name for column in paper.columns]
        return paper, [dict(zip(names, row, strict=True)) for row in paper.rows]


def rows(city: City, key: str, asked: Asked) -> list[dict]:
    return table(city, key, asked)[1]


def listed(city: City, key: str, wanted: ActionFilter) -> set[str]:
    with city.database.reading() as session:
        act = city.act(key, session)
        found = queries.list_actions(session, act.by, wanted, act.today, Standards(), size=500)
        return {item.item_no for item in found.rows}


@pytest.fixture
def varied(city: City) -> City:
    """A city whose items stand in many ways."""
    for status in ("assigned", "in_progress", "close_requested", "closed_implemented", "withdrawn", "void"):
        actions.bring_to(city, status)
    late = city.give_action(lead="EDU-I", officer="other_officer", due_in_days=1, support=("TPT-P",))
    actions.acknowledge(city, late, "other_officer")
    city.give_action(confidentiality=Confidentiality.RESTRICTED)
    actions.keep_draft(city)
    actions.after_days(city, 10)
    return city


class TestItems:
    @pytest.mark.parametrize("key", ["coordinator", "viewer", "agency_head", "unit_head"])
    def test_holds_what_the_list_holds_but_drafts_and_void_ones(self, varied: City, key: str) -> None:
        shown = {
            row["編號" if "編號" in row else "列管編號"] for row in rows(varied, key, Asked(Table.ITEMS))
        }
        without = {"void", "draft"}
        with varied.database.reading() as session:
            act = varied.act(key, session)
            found = queries.list_actions(
                session, act.by, ActionFilter(group=Group.ALL), act.today, Standards(), size=500
            )
            assert shown == {item.item_no for item in found.rows if item.status.value not in without}

    def test_shows_the_latest_report_of_each_department_that_was_not_returned(self, city: City) -> None:
        item = actions.bring_to(city, "in_progress")
        actions.approve(city, actions.report(city, item, percent=45))
        actions.send_back(city, actions.report(city, item, percent=60))
        [row] = rows(city, "coordinator", Asked(Table.ITEMS))
        assert "（45%）" in row["辦理情形"]
        assert "（60%）" not in row["辦理情形"]

    def test_is_narrowed_by_department_period_and_report(self, varied: City) -> None:
        department = varied.departments["EDU-I"]
        [row] = rows(varied, "coordinator", Asked(Table.ITEMS, department_id=department))
        number = row["列管編號"]
        year = varied.today().year
        assert len(rows(varied, "coordinator", Asked(Table.ITEMS, report_no=number.rpartition("-")[0]))) == 1
        assert rows(varied, "coordinator", Asked(Table.ITEMS, period=Period(year)))
        assert rows(varied, "coordinator", Asked(Table.ITEMS, period=Period(year - 1))) == []

    def test_has_as_many_rows_as_it_says(self, varied: City) -> None:
        for each in Table:
            paper, shown = table(varied, "coordinator", Asked(each))
            assert paper.length == len(shown), each


class TestAsAtADay:
    @pytest.mark.parametrize("key", ["coordinator", "viewer", "agency_head"])
    @pytest.mark.parametrize("each", Table)
    def test_tells_of_today_what_it_tells_of_the_present(self, varied: City, key: str, each: Table) -> None:
        actions.after_days(varied, 30)
        assert rows(varied, key, Asked(each, as_at=varied.today())) == rows(varied, key, Asked(each))

    @pytest.mark.parametrize("each", [each for each in Table if each is not Table.LONG_OPEN])
    def test_still_tells_the_same_after_everything_changed(self, varied: City, each: Table) -> None:
        actions.after_days(varied, 40)
        day, before = varied.today(), rows(varied, "coordinator", Asked(each))
        actions.after_days(varied, 1)
        _change_everything(varied)
        assert rows(varied, "coordinator", Asked(each)) != before
        assert rows(varied, "coordinator", Asked(each, as_at=day)) == before

    def test_names_what_was_not_filed_when_that_day_ended(self, city: City) -> None:
        actions.bring_to(city, "in_progress", due_in_days=400)
        month = Standards().last_closed(city.today() + timedelta(days=70))
        closing_day = month.closes_on(Standards().filing_days)
        actions.after_days(city, (closing_day - city.today()).days)
        on_the_day = rows(city, "coordinator", Asked(Table.OVERDUE))
        actions.after_days(city, 1)
        words, values = month.words
        for asked in (Asked(Table.OVERDUE), Asked(Table.OVERDUE, as_at=closing_day)):
            [row] = rows(city, "coordinator", asked)
            assert row["期別"] == words % values
        assert [row["期別"] for row in on_the_day] != [words % values]

    def test_is_narrowed_by_department(self, varied: City) -> None:
        inside = Asked(Table.ADOPTION, department_id=varied.departments["EDU"], as_at=varied.today())
        assert len(rows(varied, "coordinator", inside)) == 1

    def test_knows_nothing_of_what_came_later(self, varied: City) -> None:
        before = varied.today() - timedelta(days=20)
        for each in Table:
            assert rows(varied, "coordinator", Asked(each, as_at=before)) == [], each


class TestOverdue:
    def test_holds_the_overdue_and_the_silent(self, varied: City) -> None:
        actions.after_days(varied, 60)
        shown = {row["列管編號"]: row for row in rows(varied, "coordinator", Asked(Table.OVERDUE))}
        overdue = listed(varied, "coordinator", ActionFilter(group=Group.OVERDUE))
        assert overdue
        assert overdue <= shown.keys()
        silent = shown.keys() - overdue
        assert all(shown[number]["未填報期數"] for number in silent)
        assert {row["催辦次數"] for row in shown.values()} == {2}


class TestLongOpen:
    def test_holds_what_is_open_for_more_than_a_year(self, city: City) -> None:
        old = actions.bring_to(city, "in_progress")
        actions.after_days(city, 364)
        assert rows(city, "coordinator", Asked(Table.LONG_OPEN)) == []
        actions.after_days(city, 1)
        city.give_action()
        [row] = rows(city, "coordinator", Asked(Table.LONG_OPEN))
        number = actions.look(city, "coordinator", old, lambda _s, _a, item: item.item_no)
        assert row["列管編號"] == number


class TestCounts:
    @pytest.mark.parametrize("key", [*CITY_WIDE, "agency_head", "unit_head"])
    def test_says_the_numbers_of_the_lists(self, varied: City, key: str) -> None:
        *_, whole = rows(varied, key, Asked(Table.COUNTS))
        for name, group in (("未結案", Group.OPEN), ("已結案", Group.CLOSED), ("逾期", Group.OVERDUE)):
            assert whole[name] == len(listed(varied, key, ActionFilter(group=group))), name

    def test_adds_up(self, varied: City) -> None:
        *shown, whole = rows(varied, "coordinator", Asked(Table.COUNTS))
        for name in ("案件數", "已結案", "未結案", "撤銷、併案、作廢", "逾期", "展期件數"):
            assert sum(row[name] for row in shown) == whole[name]
        assert whole["案件數"] == whole["已結案"] + whole["未結案"] + whole["撤銷、併案、作廢"]

    def test_counts_by_agency_for_the_city_and_by_unit_within_an_agency(self, varied: City) -> None:
        agencies = {row["機關"] for row in rows(varied, "coordinator", Asked(Table.COUNTS))}
        inside = Asked(Table.COUNTS, department_id=varied.departments["TPT"])
        units = {row["機關"] for row in rows(varied, "coordinator", inside)}
        assert "交通局" in agencies
        assert units.isdisjoint({"交通局"})

    def test_tells_how_late_an_overdue_item_is_on_the_average(self, city: City) -> None:
        for days in (1, 4):
            city.give_action(due_in_days=days)
        actions.after_days(city, 10)
        *_, whole = rows(city, "coordinator", Asked(Table.COUNTS))
        assert (whole["逾期"], whole["平均逾期日數"]) == (2, 8)

    def test_draws_in_pdf_what_its_rows_say(self, varied: City) -> None:
        paper, [*shown, _] = table(varied, "coordinator", Asked(Table.COUNTS))
        assert paper.chart is not None
        drawn = {bar.label: bar.values for bar in paper.chart.bars}
        assert drawn == {
            row["機關"]: (row["逾期"], row["未結案"] - row["逾期"]) for row in shown if row["未結案"]
        }

    def test_is_empty_in_an_empty_city(self, city: City) -> None:
        paper, shown = table(city, "coordinator", Asked(Table.COUNTS))
        assert (paper.length, shown) == (0, [])


class TestRecommendations:
    def test_lists_also_what_has_no_item(self, city: City) -> None:
        city.give_action()
        before = rows(city, "coordinator", Asked(Table.ADOPTION))
        assert [bool(row["編號"]) for row in before] == [True]
        actions.do(city, "coordinator", actions.ending.make_void, _only_item(city), "重複建檔")
        [row] = rows(city, "coordinator", Asked(Table.ADOPTION))
        assert (row["編號"], row["建議事項"]) == (None, "建請交通局於轉運站試辦候車資訊看板。")

    def test_leaves_out_what_concerns_others(self, city: City) -> None:
        city.give_action(lead="EDU-I", officer="other_officer", agency="EDU")
        assert rows(city, "unit_head", Asked(Table.RECOMMENDATIONS)) == []
        assert len(rows(city, "viewer", Asked(Table.RECOMMENDATIONS))) == 1

    def test_keeps_restricted_reports_from_those_who_may_not_read_them(self, city: City) -> None:
        city.give_action(confidentiality=Confidentiality.RESTRICTED)
        for each in (Table.ADOPTION, Table.RECOMMENDATIONS, Table.ITEMS, Table.COUNCIL, Table.COUNTS):
            assert rows(city, "viewer", Asked(each)) == [], each
            assert rows(city, "coordinator", Asked(each)), each

    def test_is_narrowed_by_department(self, varied: City) -> None:
        inside = Asked(Table.RECOMMENDATIONS, department_id=varied.departments["EDU"])
        assert len(rows(varied, "coordinator", inside)) == 1


class TestStatements:
    @pytest.mark.parametrize("each", Table)
    def test_every_table_tells_cut_off_period_filter_and_exporter(self, city: City, each: Table) -> None:
        asked = Asked(each, Period(2026, 1), city.departments["TPT"])
        facts = dict(table(city, "coordinator", asked)[0].facts)
        assert facts["資料截至"].startswith("115年")
        assert facts["期間"] == "開始列管 115 年上半年"
        assert facts["篩選條件"] == "主辦機關 交通局"
        assert facts["匯出者"]

    def test_speaks_english_to_readers_of_english(self, city: City) -> None:
        paper, _ = table(city, "coordinator", Asked(Table.COUNTS, Period(2026, 1)), "en")
        assert paper.title == "Numbers of items under tracking"
        assert "2026" in dict(paper.facts)["Period"]


class TestRights:
    @pytest.mark.parametrize("key", ["officer", "administrator"])
    def test_refuses_who_hands_nothing_up(self, city: City, key: str) -> None:
        with pytest.raises(Forbidden):
            rows(city, key, Asked(Table.ITEMS))


class TestAsking:
    def test_asks_a_bounded_number_of_questions(self, city: City) -> None:
        few = _statements(city, 2)
        assert _statements(city, 6) == few


class TestInTheBackground:
    @pytest.fixture
    def files(self) -> MemoryFileStore:
        return MemoryFileStore()

    @pytest.fixture
    def make(self, city: City, files: MemoryFileStore) -> Callable[..., int]:
        def run(form: Format = Format.CSV, key: str = "coordinator") -> int:
            order = Order(Asked(Table.ITEMS), form, "zh-Hant")
            with city.database.transaction() as session:
                job_id = handing_up.request(session, city.act(key, session), order).id
            jobs.run_next(city.database, {handing_up.KIND: MakeTable(files, LAYOUTS, TERMS)}, city.clock)
            return job_id

        return run

    def test_keeps_the_file_for_who_asked(
        self, varied: City, make: Callable[..., int], files: MemoryFileStore
    ) -> None:
        job_id = make()
        with varied.database.reading() as session:
            act = varied.act("coordinator", session)
            stored = exporting.exported_file(session, act, job_id, handing_up.KIND)
            with pytest.raises(NotFound):
                exporting.exported_file(session, varied.act("viewer", session), job_id, handing_up.KIND)
        head = read_table(files.files[stored.sha256]).head
        assert list(head)[:2] == ["列管編號", "交辦來源"]

    def test_is_on_record(self, varied: City, make: Callable[..., int]) -> None:
        make()
        with varied.database.reading() as session:
            assert session.scalar(select(func.count()).where(AuditEvent.object_type == "table")) == 1

    def test_is_closed_to_whose_rights_changed(self, varied: City, make: Callable[..., int]) -> None:
        job_id = make(key="unit_head")
        with varied.database.transaction() as session:
            grant = session.scalars(
                select(RoleGrant).where(RoleGrant.person_id == varied.people["unit_head"])
            ).one()
            grant.department_id = varied.departments["TPT"]
        with varied.database.reading() as session, pytest.raises(RightsChanged):
            exporting.exported_file(session, varied.act("unit_head", session), job_id, handing_up.KIND)

    def test_is_removed_after_its_days(
        self, varied: City, make: Callable[..., int], files: MemoryFileStore
    ) -> None:
        job_id = make()
        now = varied.clock.now() + exporting.KEPT + timedelta(minutes=1)
        with varied.database.transaction() as session:
            assert exporting.has_old(session, now)
            assert exporting.discard_old(session, files, now) == 1
        assert files.files == {}
        with varied.database.reading() as session, pytest.raises(ExportGone):
            exporting.exported_file(session, varied.act("coordinator", session), job_id, handing_up.KIND)

    def test_ends_with_the_reason_when_it_cannot_be_made(
        self, varied: City, make: Callable[..., int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tracker.foundation.documents.MOST_ROWS_IN_PDF", 1)
        job_id = make(Format.PDF)
        with varied.database.reading() as session:
            job = jobs.find_job(session, job_id)
            assert job is not None
            assert (job.state, job.result["error"]) == (JobState.FAILED, "TooLongForPDF")

    def test_reads_back_what_was_asked(self) -> None:
        order = Order(Asked(Table.COUNCIL, Period(2026, 2), 3, "115-TPT-001"), Format.ODT, "en")
        assert order_of(order.payload()) == order


def _change_everything(city: City) -> None:
    """Take each open item a step, so that every table says something else."""
    with city.database.reading() as session:
        act = city.act("coordinator", session)
        wanted = ActionFilter(group=Group.OPEN)
        found = queries.list_actions(session, act.by, wanted, act.today, Standards(), size=500).rows
        standing = [(item.id, item.status.value, item.lead.department.code, item.due_on) for item in found]
        (waiting,) = [item.waiting_closing.id for item in found if item.waiting_closing]
    actions.agree(city, waiting)
    for item_id, status, code, due_on in standing:
        key = "officer" if code.startswith("TPT") else "other_officer"
        if status == "assigned":
            actions.acknowledge(city, item_id, key)
        elif status == "in_progress":
            actions.report(city, item_id, key, percent=70)
            if due_on > city.today():
                actions.grant(city, actions.ask_for_days(city, item_id, 10, key), actions.HEADS[key])
    city.give_action()


def _only_item(city: City) -> int:
    with city.database.reading() as session:
        act = city.act("coordinator", session)
        found = queries.list_actions(
            session, act.by, ActionFilter(group=Group.ALL), act.today, Standards(), size=2
        )
        items: Sequence = found.rows
        [item] = items
        return item.id


def _statements(city: City, number: int) -> int:
    for _ in range(number):
        actions.report(city, actions.bring_to(city, "in_progress"))
    with count_queries(city.database) as seen:
        rows(city, "coordinator", Asked(Table.ADOPTION))
    return len(seen)
