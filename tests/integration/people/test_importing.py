"""Bringing in tables: the plan tells exactly what the import does, and nothing is half-stored."""

import pytest
from sqlalchemy import func, select

from tests.factories.city import City
from tracker.access import Role
from tracker.foundation.database import Session
from tracker.foundation.errors import Forbidden
from tracker.people import importing, queries
from tracker.people.importing import Change, LinesRefused
from tracker.people.models import Department, Invitation, User

PEOPLE = """電子郵件,姓名,職稱,機關或單位,角色
new.one@city.example,蘇見山,科員,TPT-P,承辦人
new.one@city.example,蘇見山,,教育局,檢視者
officer@city.example,何語安,專員,TPT-P,承辦人
viewer@city.example,高望川,秘書,,檢視者
"""
DEPARTMENTS = """機關代碼,機關名稱,上級機關
TPT-X,停車管理股,停車管理科
TPT-K,停車管理科,TPT
TPT,交通局,
EDU-I,國際教育科,交通局
"""


def sentences(plan: importing.Plan) -> list[str]:
    return [problem.text(str) for problem in plan.problems]


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


class TestPlanPeople:
    def test_joins_lines_of_one_person_and_tells_what_changes(self, city: City) -> None:
        with city.database.reading() as session:
            plan = importing.plan_people(session, PEOPLE.encode())
        assert [(entry.lines, entry.change) for entry in plan.entries] == [
            ((2, 3), Change.ADD),
            ((4,), Change.UPDATE),
            ((5,), Change.NONE),
        ]

    @pytest.mark.parametrize(
        ("line", "word"),
        [
            ("not an address,林安,,,", "格式"),
            ("a@city.example,林安,,海洋局,承辦人", "海洋局"),
            ("a@city.example,林安,,,承辦人", "必須指定"),
            ("new.one@city.example,蘇見水,,,檢視者", "蘇見山"),
        ],
    )
    def test_says_what_does_not_fit_the_city(self, city: City, line: str, word: str) -> None:
        with city.database.reading() as session:
            plan = importing.plan_people(session, (PEOPLE + line + "\n").encode())
        assert len(plan.problems) == 1
        assert plan.problems[0].line == 6
        assert word in sentences(plan)[0]

    def test_does_not_wake_a_deactivated_account(self, city: City) -> None:
        with city.database.transaction() as session:
            queries.get_user(session, city.people["viewer"]).is_active = False
        with city.database.reading() as session:
            assert "已停用" in sentences(importing.plan_people(session, PEOPLE.encode()))[0]


class TestImportPeople:
    def test_adds_completes_and_invites(self, city: City) -> None:
        with city.database.transaction() as session:
            importing.import_people(session, city.act("administrator", session), PEOPLE.encode())
        with city.database.reading() as session:
            added = queries.find_user_by_email(session, "new.one@city.example")
            officer = queries.get_user(session, city.people["officer"])
            assert added is not None
            assert [grant.role for grant in added.grants] == [Role.OFFICER, Role.VIEWER]
            assert officer.title == "專員"
            assert count(session, Invitation) == 1

    def test_invites_nobody_when_told_so(self, city: City) -> None:
        with city.database.transaction() as session:
            act = city.act("administrator", session)
            importing.import_people(session, act, PEOPLE.encode(), invite=False)
            assert count(session, Invitation) == 0

    def test_never_takes_a_role_away(self, city: City) -> None:
        table = "電子郵件,姓名,角色\ncoordinator@city.example,溫如玉,檢視者\n"
        with city.database.transaction() as session:
            importing.import_people(session, city.act("administrator", session), table.encode())
            user = queries.get_user(session, city.people["coordinator"])
            assert {grant.role for grant in user.grants} == {Role.COORDINATOR, Role.VIEWER}

    def test_stores_nothing_while_a_line_has_a_problem(self, city: City) -> None:
        table = PEOPLE + ",無信箱,,,\n"
        with pytest.raises(LinesRefused), city.database.transaction() as session:
            importing.import_people(session, city.act("administrator", session), table.encode())
        with city.database.reading() as session:
            assert queries.find_user_by_email(session, "new.one@city.example") is None

    def test_leaves_such_lines_out_when_told_so(self, city: City) -> None:
        table = PEOPLE + ",無信箱,,,\n"
        with city.database.transaction() as session:
            importing.import_people(session, city.act("administrator", session), table.encode(), skip=True)
            assert queries.find_user_by_email(session, "new.one@city.example") is not None

    def test_a_second_import_changes_nothing(self, city: City) -> None:
        with city.database.transaction() as session:
            importing.import_people(session, city.act("administrator", session), PEOPLE.encode())
        with city.database.reading() as session:
            plan = importing.plan_people(session, PEOPLE.encode())
        assert {entry.change for entry in plan.entries} == {Change.NONE}

    def test_is_for_the_administrator_alone(self, city: City) -> None:
        with pytest.raises(Forbidden), city.database.transaction() as session:
            importing.import_people(session, city.act("coordinator", session), PEOPLE.encode())


class TestImportDepartments:
    def test_puts_parents_first_whatever_the_order_of_lines(self, city: City) -> None:
        with city.database.transaction() as session:
            plan = importing.import_departments(
                session, city.act("administrator", session), DEPARTMENTS.encode()
            )
            depths = queries.department_depths(session)
            by_code = {each.code: each for each in queries.list_departments(session)}
        assert [depths[by_code[code].id] for code in ("TPT", "TPT-K", "TPT-X", "EDU-I")] == [0, 1, 2, 1]
        assert (plan.count(Change.ADD), plan.count(Change.UPDATE), plan.count(Change.NONE)) == (2, 1, 1)

    @pytest.mark.parametrize(
        ("lines", "word"),
        [
            ("X1,甲科,海洋局\n", "海洋局"),
            ("X1,甲科,X2\nX2,乙科,X1\n", "互相從屬"),
            ("TPT,交通局,TPT-P\n", "互相從屬"),
            ("X1,甲科,\nX1,乙科,\n", "第 2 列"),
        ],
    )
    def test_says_what_fits_nowhere(self, city: City, lines: str, word: str) -> None:
        with city.database.reading() as session:
            plan = importing.plan_departments(session, ("機關代碼,機關名稱,上級機關\n" + lines).encode())
        assert plan.problems
        assert all(word in sentence for sentence in sentences(plan))

    def test_leaves_out_the_units_of_a_line_that_is_left_out(self, city: City) -> None:
        table = "機關代碼,機關名稱,上級機關,公用信箱\nX1,甲局,,不是信箱\nX2,乙科,X1,\nX3,丙局,,\n"
        with city.database.transaction() as session:
            importing.import_departments(
                session, city.act("administrator", session), table.encode(), skip=True
            )
            codes = {each.code for each in queries.list_departments(session)}
        assert "X3" in codes
        assert not codes & {"X1", "X2"}

    def test_two_departments_may_change_places(self, city: City) -> None:
        table = "機關代碼,機關名稱,上級機關\nTPT,交通局,EDU-I\nEDU,教育局,TPT\n"
        with city.database.reading() as session:
            before = count(session, Department), count(session, User)
            plan = importing.plan_departments(session, table.encode())
            assert [problem.line for problem in plan.problems] == [3]
            assert (count(session, Department), count(session, User)) == before
