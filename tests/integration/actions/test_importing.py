"""Tables brought in: what is looked at, what is refused and why, and that all of it happens or nothing."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.factories import actions
from tests.factories.city import THEMES, ZONE, City
from tests.factories.crowd import crowd
from tests.support.exchanging import bring_in, edit, facts_of, take_out
from tracker import audit
from tracker.actions import searched
from tracker.actions.editing import ItemChanges, edit_action
from tracker.actions.exchange import exporting, importing
from tracker.actions.exchange.columns import columns_of
from tracker.actions.exchange.exporting import Order
from tracker.actions.exchange.fields import Field
from tracker.actions.models import ActionImport, ActionItem, ImportLine
from tracker.actions.queries import ActionFilter, Group
from tracker.actions.rules.deadlines import Standards
from tracker.actions.rules.lines import LineOutcome
from tracker.foundation import jobs
from tracker.foundation.errors import Conflict, Forbidden, Invalid, NotFound
from tracker.foundation.filing import MemoryFileStore
from tracker.foundation.jobs import JobState
from tracker.foundation.sheets import Kind
from tracker.reports.models import Recommendation, Report

EXPORTED = (
    "title",
    "expected_result",
    "department",
    "officer",
    "status",
    "due_on",
    "percent",
    "level",
    "priority",
    "tags",
)
FILES = MemoryFileStore()


def export(city: City, kind: Kind = Kind.CSV, language: str = "zh-Hant") -> list[list[str]]:
    """Take every item out and return the rows as a spreadsheet holds them."""
    file = io.BytesIO()
    order = Order(ActionFilter(group=Group.ALL), columns_of(EXPORTED), kind, language)
    with city.database.snapshot() as session:
        exporting.write_list(session, city.act("coordinator", session), order, file, ZONE, Standards())
    return list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline="")))


def table(rows: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def bring(city: City, data: bytes, key: str = "coordinator", **choices: Any) -> int:
    """Bring a table in and look through it; return the import's id."""
    with city.database.transaction() as session:
        act = city.act(key, session)
        found = importing.begin_import(session, act, FILES, "table.csv", data)
        chosen = replace(importing.choices_of(found), **choices)
        importing.check_columns(importing.table_of(FILES, found), chosen)
        importing.choose(session, act, found, chosen)
        importing.request_look(session, act, found)
    work(city)
    return found.id


def work(city: City) -> None:
    handlers = {
        importing.LOOK: importing.LookThrough(FILES, ZONE, THEMES),
        importing.APPLY: importing.ApplyImport(FILES, ZONE),
    }
    while jobs.run_next(city.database, handlers, city.clock):
        pass


def apply(city: City, import_id: int, key: str = "coordinator") -> jobs.Job:
    with city.database.transaction() as session:
        act = city.act(key, session)
        job_id = importing.request_apply(session, act, importing.get_import(session, act, import_id)).id
    work(city)
    with city.database.reading() as session:
        return session.get_one(jobs.Job, job_id)


def lines(city: City, import_id: int) -> list[ImportLine]:
    with city.database.reading() as session:
        query = select(ImportLine).where(ImportLine.import_id == import_id)
        return list(session.scalars(query.order_by(ImportLine.line)))


def outcomes(city: City, import_id: int) -> list[LineOutcome]:
    return [line.outcome for line in lines(city, import_id)]


def problems(city: City, import_id: int) -> list[str]:
    return [msgid % values for line in lines(city, import_id) for msgid, values in line.problems]


def item(city: City, item_id: int) -> ActionItem:
    return actions.look(city, "coordinator", item_id, lambda _session, _act, found: found)


def count(city: City, model: type) -> int:
    with city.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


class TestEditedExport:
    @pytest.fixture
    def item_id(self, city: City) -> int:
        return city.give_action()

    def edited(self, city: City, **cells: object) -> bytes:
        head, row = export(city)
        for column, cell in cells.items():
            row[head.index(column)] = str(cell)
        return table([head, row])

    @pytest.mark.parametrize("language", ["zh-Hant", "en"])
    def test_changes_nothing_when_nothing_was_edited(self, city: City, item_id: int, language: str) -> None:
        assert outcomes(city, bring(city, table(export(city, language=language)))) == [LineOutcome.SAME]

    def test_changes_what_was_edited_and_records_it(self, city: City, item_id: int) -> None:
        import_id = bring(
            city,
            self.edited(
                city,
                列管事項="試辦五處看板",
                預期成果="民眾查得到到站時間",
                列管層級="自行列管",
                優先="優先",
                標籤="公車、看板",
            ),
        )
        assert apply(city, import_id).state is JobState.DONE
        found = item(city, item_id)
        assert (found.title, found.expected_result, found.is_priority) == (
            "試辦五處看板",
            "民眾查得到到站時間",
            True,
        )
        assert sorted(found.tags) == ["公車", "看板"]
        with city.database.reading() as session:
            assert [each.action for each in audit.history_of(session, "action_item", item_id)][-1] == "edit"
            assert searched.outdated_items(session) == []

    def test_tells_each_change_before_anything_is_stored(self, city: City, item_id: int) -> None:
        (line,) = lines(city, bring(city, self.edited(city, 列管事項="試辦五處看板")))
        assert line.changes == [["title", "試辦候車資訊看板", "試辦五處看板"]]
        assert item(city, item_id).title == "試辦候車資訊看板"

    def test_changes_the_officer_by_address(self, city: City, item_id: int) -> None:
        apply(city, bring(city, self.edited(city, 承辦人=city.email("unit_head"))))
        assert item(city, item_id).lead.officer_id == city.people["unit_head"]

    def test_moves_the_item_with_a_reason(self, city: City, item_id: int) -> None:
        import_id = bring(city, self.edited(city, 主辦機關="EDU-I"), reason="業務移撥")
        apply(city, import_id)
        assert item(city, item_id).lead.department_id == city.departments["EDU-I"]

    def test_moves_nothing_without_a_reason(self, city: City, item_id: int) -> None:
        assert "理由" in problems(city, bring(city, self.edited(city, 主辦機關="EDU-I")))[0]

    @pytest.mark.parametrize(
        ("column", "cell", "told"),
        [
            ("預定完成日", "116/01/01", "展延"),
            ("狀態", "辦理中", "不能以匯入變更"),
            ("進度", "80", "不能以匯入變更"),
            ("承辦人", "白若水", "找不到使用中"),
            ("承辦人", "", "不能以匯入清空"),
            ("主辦機關", "不存在局", "找不到機關"),
            ("列管層級", "院列管", "沒有"),
            ("列管事項", "", "請填寫"),
            ("標籤", "、".join(f"標籤{n}" for n in range(11)), "最多 10 個"),
            ("列管編號", "115-XXX-001-01", "找不到列管編號"),
        ],
    )
    def test_refuses_a_row_and_says_why(
        self, city: City, item_id: int, column: str, cell: str, told: str
    ) -> None:
        import_id = bring(city, self.edited(city, **{column: cell}), reason="移撥")
        assert outcomes(city, import_id) == [LineOutcome.ERROR]
        assert told in problems(city, import_id)[0]

    def test_tells_an_item_that_somebody_changed_since(self, city: City, item_id: int) -> None:
        data = self.edited(city, 列管事項="甲")
        actions.do(city, "coordinator", edit_action, item_id, ItemChanges(title="乙"))
        assert outcomes(city, bring(city, data)) == [LineOutcome.CONFLICT]

    def test_refuses_a_second_row_for_the_same_item(self, city: City, item_id: int) -> None:
        head, row = export(city)
        assert outcomes(city, bring(city, table([head, row, row]))) == [LineOutcome.SAME, LineOutcome.ERROR]

    def test_refuses_to_edit_what_left_tracking(self, city: City) -> None:
        actions.bring_to(city, "closed_implemented")
        assert "已離開列管" in problems(city, bring(city, self.edited(city, 列管事項="甲")))[0]

    def test_takes_the_mark_before_formulas_away(self, city: City, item_id: int) -> None:
        actions.do(
            city, "coordinator", edit_action, item_id, ItemChanges(title="=1+1", expected_result="'=2")
        )
        assert outcomes(city, bring(city, table(export(city)))) == [LineOutcome.SAME]

    def test_refuses_a_column_of_days_that_can_be_read_in_two_ways(self, city: City, item_id: int) -> None:
        with pytest.raises(Invalid, match="2026-04-03 或 2026-03-04"):
            bring(city, self.edited(city, 預定完成日="03/04/2026"))


class TestAllOrNothing:
    def test_applies_no_row_while_one_is_wrong(self, city: City) -> None:
        city.give_action()
        city.give_action()
        head, first, second = export(city)
        first[head.index("列管事項")] = "甲"
        second[head.index("列管層級")] = "院列管"
        import_id = bring(city, table([head, first, second]))
        assert sorted(outcomes(city, import_id)) == [LineOutcome.CHANGED, LineOutcome.ERROR]
        with pytest.raises(Conflict, match="1 列"):
            apply(city, import_id)

    def test_undoes_all_rows_when_one_fails_after_all(self, city: City) -> None:
        ids = [city.give_action(), city.give_action()]
        head, *rows = export(city)
        for row in rows:
            row[head.index("列管事項")] = "甲"
        import_id = bring(city, table([head, *rows]))
        actions.do(city, "coordinator", edit_action, ids[1], ItemChanges(title="別人改的"))
        assert apply(city, import_id).state is JobState.FAILED
        assert [item(city, each).title for each in ids] == ["試辦候車資訊看板", "別人改的"]
        assert LineOutcome.CONFLICT in outcomes(city, import_id)

    def test_applies_once_however_often_it_is_asked(self, city: City) -> None:
        city.give_action()
        head, row = export(city)
        row[head.index("列管事項")] = "甲"
        import_id = bring(city, table([head, row]))
        apply(city, import_id)
        with pytest.raises(Conflict):
            apply(city, import_id)

    def test_leaves_no_file_of_a_list_that_was_not_stored(self, city: City) -> None:
        import_id = bring(city, NEW)
        with city.database.transaction() as session:
            line = session.scalars(select(ImportLine).where(ImportLine.import_id == import_id)).first()
            assert line
            line.facts = {**line.facts, "title": " "}
        before = set(FILES.files)
        assert apply(city, import_id).state is JobState.FAILED
        assert set(FILES.files) == before
        assert count(city, ActionItem) == 0


NEW = table(
    [
        ["列管事項", "建議事項", "主辦機關", "協辦機關", "承辦人", "期限", "主題", "標籤"],
        [
            "設置共乘區",
            "建請交通局設置共乘區。",
            "TPT-P",
            "國際教育科",
            "何語安",
            "115/12/31",
            "交通運輸",
            "共乘",
        ],
        ["更新路線圖", "", "交通局", "", "", "114/01/31", "", ""],
    ]
)


class TestNewRows:
    def test_open_items_with_exact_quotes(self, city: City) -> None:
        assert apply(city, bring(city, NEW)).state is JobState.DONE
        with city.database.reading() as session:
            report = session.scalars(select(Report)).one()
            quotes = session.scalars(select(Recommendation).order_by(Recommendation.seq_no)).all()
            assert [report.text[each.start : each.end] for each in quotes] == [
                "建請交通局設置共乘區。",
                "更新路線圖",
            ]
            found = session.scalars(select(ActionItem).order_by(ActionItem.item_no)).all()
            assert [each.item_no for each in found] == [f"{report.report_no}-01", f"{report.report_no}-02"]
            assert searched.outdated_items(session) == []
        assert FILES.exists(report.source_sha256)

    def test_take_a_due_date_gone_by_for_the_original_one(self, city: City) -> None:
        apply(city, bring(city, NEW))
        with city.database.reading() as session:
            late = session.scalars(select(ActionItem).order_by(ActionItem.due_on)).first()
        assert late
        assert (late.due_on, late.original_due_on) == (late.due_on, late.due_on)
        assert late.due_on < city.today()

    def test_refuse_the_same_list_a_second_time(self, city: City) -> None:
        apply(city, bring(city, NEW))
        again = bring(city, NEW)
        assert outcomes(city, again) == [LineOutcome.ERROR, LineOutcome.ERROR]
        assert "先前匯入" in problems(city, again)[0]

    def test_tell_what_is_missing(self, city: City) -> None:
        data = table(
            [
                ["列管事項", "主辦機關", "期限"],
                ["", "TPT-P", "115/12/31"],
                ["甲", "", "115/12/31"],
                ["乙", "TPT-P", ""],
            ]
        )
        assert outcomes(city, bring(city, data)) == [LineOutcome.ERROR] * 3

    def test_skip_closed_ones_and_count_them(self, city: City) -> None:
        data = table(
            [
                ["名稱", "機關", "期限", "狀態"],
                ["甲", "TPT-P", "115/12/31", "結案"],
                ["乙", "TPT-P", "115/12/31", "辦理中"],
            ]
        )
        assert outcomes(city, bring(city, data)) == [LineOutcome.SKIPPED, LineOutcome.NEW]

    def test_refuse_closed_ones_when_they_are_not_to_be_skipped(self, city: City) -> None:
        data = table([["名稱", "機關", "期限", "狀態"], ["甲", "TPT-P", "115/12/31", "結案"]])
        assert outcomes(city, bring(city, data, skip_closed=False)) == [LineOutcome.ERROR]

    def test_go_to_a_report_of_their_own_title(self, city: City) -> None:
        data = table(
            [
                ["名稱", "機關", "期限", "報告"],
                ["甲", "TPT-P", "115/12/31", "甲報告"],
                ["乙", "TPT-P", "115/12/31", "乙報告"],
            ]
        )
        apply(city, bring(city, data))
        assert count(city, Report) == 2

    def test_take_what_a_person_said_about_a_value(self, city: City) -> None:
        data = table([["名稱", "department_id", "期限"], ["甲", "7", "2026-12-31"]])
        values = {Field.LEAD.value: {"7": str(city.departments["TPT-P"])}}
        apply(city, bring(city, data, values=values))
        with city.database.reading() as session:
            assert session.scalars(select(ActionItem)).one().lead.department_id == city.departments["TPT-P"]

    def test_need_an_agency_and_a_name_for_their_source(self, city: City) -> None:
        told = problems(city, bring(city, NEW, agency_id=None, title=""))
        assert sum("主辦機關" in each for each in told) == sum("來源名稱" in each for each in told) == 2

    def test_need_their_columns(self, city: City) -> None:
        with pytest.raises(Invalid, match="三欄"):
            bring(city, table([["名稱"], ["甲"]]))


class TestRights:
    @pytest.mark.parametrize("key", ["officer", "unit_head", "agency_head", "viewer", "administrator"])
    def test_only_the_coordinating_office_brings_tables_in(self, city: City, key: str) -> None:
        with city.database.transaction() as session, pytest.raises(Forbidden):
            importing.begin_import(session, city.act(key, session), FILES, "table.csv", NEW)

    def test_an_import_is_nobody_elses(self, city: City) -> None:
        import_id = bring(city, NEW)
        with city.database.reading() as session, pytest.raises(NotFound):
            importing.get_import(session, city.act("second_coordinator", session), import_id)


class TestRemoval:
    def test_takes_old_imports_away_and_leaves_what_they_brought(self, city: City) -> None:
        apply(city, bring(city, NEW))
        with city.database.transaction() as session:
            now = city.clock.now() + importing.KEPT * 2
            assert importing.discard_old(session, FILES, now) == 1
        assert (count(city, ActionImport), count(city, ImportLine), count(city, ActionItem)) == (0, 0, 2)


class TestRoundTrip:
    def test_of_two_hundred_items_changes_exactly_what_was_edited(self, city: City) -> None:
        crowd(city, 200)
        edited, expected = edit(take_out(city), seed=1)
        outcome = bring_in(city, edited)
        assert outcome.counts == {LineOutcome.CHANGED: len(expected), LineOutcome.SAME: 200 - len(expected)}
        assert len(expected) > 20
        assert facts_of(city, list(expected)) == expected
        assert bring_in(city, take_out(city), apply=False).counts == {LineOutcome.SAME: 200}
