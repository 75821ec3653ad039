"""Searching finds what the texts hold, on both databases alike, and the index follows every change."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from tests.factories.actions import do
from tests.factories.city import City
from tests.support.databases import migrate
from tracker.actions import searched
from tracker.actions.models import ActionItem, SearchedItem
from tracker.actions.queries import ActionFilter, count_actions
from tracker.actions.rules.deadlines import Standards
from tracker.actions.searched import found_by
from tracker.foundation.database import Session
from tracker.foundation.folding import fold
from tracker.foundation.searching import words_of
from tracker.people.organization import DepartmentFields, edit_department
from tracker.reports.models import Recommendation, Report
from tracker.reports.service import ReportFields, edit_report

SLOWLY = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
PIECES = (
    "交通部",
    "交通局",
    "會議",
    "智慧城市",
    "臺",
    "台灣",
    "市",
    "龘",
    "ＢＲＴ",
    "brt",
    "Transport",
    "port",
    "108-TPE-003",
    "100%",
    "_",
    "　",
    " ",
    "\n",
    "，",
    "é",
)
texts = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
questions = st.lists(st.sampled_from(PIECES) | st.text("交通部會議市智慧台臺brt-10%", max_size=3), max_size=3)


def given_items(city: City, session: Session, titles: Sequence[str]) -> dict[int, str]:
    """Hold items with some titles, and return for each all that searching reads."""
    recommendation = session.scalars(select(Recommendation)).first()
    assert recommendation is not None
    items = [
        ActionItem(
            item_no=f"115-SRC-{number:03d}",
            recommendation_id=recommendation.id,
            title=title,
            status="assigned",
            start_on=city.today(),
            original_due_on=city.today(),
            due_on=city.today(),
            opened_at=city.clock.now(),
        )
        for number, title in enumerate(titles)
    ]
    session.add_all(items)
    session.flush()
    source = [recommendation.verbatim_quote, recommendation.report.title]
    return {item.id: "\n".join(map(fold, [item.item_no, item.title, *source])) for item in items}


class TestFinding:
    @SLOWLY
    @given(st.lists(texts, min_size=1, max_size=12), questions.map(" ".join))
    def test_is_what_reading_every_text_finds(self, city: City, titles: list[str], question: str) -> None:
        city.give_action()
        with Session(city.database.engine) as session:
            told = given_items(city, session, titles)
            truth = {
                each for each, words in told.items() if all(word in words for word in words_of(question))
            }
            condition = found_by(question)
            query = select(ActionItem.id).where(ActionItem.id.in_(told))
            found = session.scalars(query if condition is None else query.where(condition))
            assert set(found) == truth
            session.rollback()

    @pytest.mark.parametrize(
        ("question", "number"),
        [
            ("站", 1),
            ("看板", 1),
            ("板看", 0),
            ("海港城 轉運站", 1),
            ("ＴＲＡＮＳＰＯＲＴ planning", 1),
            ("sport", 1),
            ("", 1),
            ("　", 1),
            ('"看板" OR 1', 0),
            ("看板*", 0),
            ("'", 0),
            ("\x00", 1),
            ("看板 " * 400, 1),
            ("看板" * 400, 0),
        ],
    )
    def test_takes_words_as_they_are_typed(self, city: City, question: str, number: int) -> None:
        city.give_action()
        assert count(city, question) == number


def count(city: City, question: str) -> int:
    with city.database.reading() as session:
        principal = city.act("coordinator", session).by
        return count_actions(session, principal, ActionFilter(words=question), city.today(), Standards())


class TestIndex:
    def test_follows_a_renamed_report(self, city: City) -> None:
        city.give_action()
        with city.database.reading() as session:
            report = session.scalars(select(Report)).one()
        fields = ReportFields("赴山城考察纜車", report.lead_agency_id)
        do(city, "coordinator", edit_report, report.id, fields)
        assert (count(city, "纜車"), count(city, "海港城")) == (1, 0)

    def test_follows_a_renamed_department(self, city: City) -> None:
        city.give_action()
        fields = DepartmentFields("TPT-P", "運輸企劃科", parent_id=city.departments["TPT"])
        do(city, "administrator", edit_department, city.departments["TPT-P"], fields)
        assert (count(city, "企劃"), count(city, "規劃科")) == (1, 0)

    def test_finds_supporting_departments(self, city: City) -> None:
        city.give_action(support=("EDU-I",))
        assert count(city, "國際教育") == 1

    def test_is_not_written_by_what_was_rolled_back(self, city: City) -> None:
        city.give_action()
        with Session(city.database.engine) as session:
            given_items(city, session, ["渡輪碼頭"])
            session.rollback()
        assert count(city, "渡輪") == 0

    def test_says_what_changed_behind_its_back_and_is_made_anew(self, city: City) -> None:
        item_id, other = city.give_action(), city.give_action()
        with city.database.engine.begin() as connection:
            connection.execute(update(ActionItem).where(ActionItem.id == item_id).values(title="纜車"))
            connection.execute(SearchedItem.__table__.delete().where(SearchedItem.item_id == other))
        with city.database.transaction() as session:
            assert searched.outdated_items(session) == [item_id, other]
            assert searched.rebuild(session) == 2
            assert searched.outdated_items(session) == []
            assert searched.is_index_sound(session)
        assert (count(city, "纜車"), count(city, "看板")) == (1, 2)

    def test_of_sqlite_is_told_apart_from_its_rows(self, city: City) -> None:
        city.give_action()
        if city.database.engine.dialect.name != "sqlite":
            pytest.skip("PostgreSQL keeps its own index by itself")
        with city.database.engine.begin() as connection:
            connection.execute(text("DROP TRIGGER searched_item_changed"))
            connection.execute(text("UPDATE searched_item SET grams = '纜車'"))
        with Session(city.database.engine) as session:
            assert not searched.is_index_sound(session)


class TestMigration:
    def test_fills_the_index_as_the_session_would(self, database_url: str, city: City) -> None:
        city.give_action(support=("EDU-I",), quote="建請於臺灣大道\n試辦ＢＲＴ看板 No. 3。")
        city.database.close()
        migrate(database_url, "0009_progress_review")
        migrate(database_url)
        with city.database.reading() as session:
            assert searched.outdated_items(session) == []
        assert count(city, "台灣大道 brt") == 1
