"""The rules and the SQL that repeats them say the same of any item, and every count says what its list shows."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.factories.city import City
from tracker.access import Principal
from tracker.actions import queries, rights
from tracker.actions.models import ActionItem, Closing, Part
from tracker.actions.queries import ActionFilter, Group, Order, count_by_group
from tracker.actions.rules import deadlines
from tracker.actions.rules.deadlines import Deadline, Signal, Standards
from tracker.actions.rules.filing import Cycle
from tracker.actions.rules.periods import Occasion, Period
from tracker.actions.rules.workflow import Outcome, PartRole, PartStatus, Status
from tracker.dashboards.queries import overview
from tracker.foundation.database import Session
from tracker.foundation.paging import Key, Place
from tracker.reports.models import Recommendation, Report
from tracker.reports.rules.adoption import Adoption

SLOWLY = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
READERS = (
    "officer",
    "unit_head",
    "agency_head",
    "other_officer",
    "coordinator",
    "second_coordinator",
    "viewer",
)
UNITS = ("TPT", "TPT-P", "EDU", "EDU-I", "RDC", "RDC-1")
NUMBERS = itertools.count(1)

STANDARDS = Standards()

days = st.integers(-70, 70)
parts = st.builds(
    dict,
    status=st.sampled_from(PartStatus),
    reports_from=st.integers(-400, 5),
    updated_on=st.none() | st.integers(-400, 0),
    filed_until=st.none() | st.integers(-400, 60),
)
standards = st.builds(
    Standards,
    due_soon_days=st.integers(0, 60),
    behind_points=st.integers(0, 40),
    missed_filings=st.integers(1, 4),
    cycle=st.sampled_from(Cycle),
    filing_days=st.integers(0, 40),
)
closings = st.builds(
    dict,
    requested=days,
    decided=st.booleans(),
    by=st.sampled_from(("officer", "other_officer", "coordinator")),
    support=st.booleans(),
)
items = st.builds(
    dict,
    status=st.sampled_from(Status),
    due=days,
    original=days,
    start=days,
    percent=st.integers(0, 100),
    lead=st.sampled_from(UNITS),
    support=st.sampled_from((None, *UNITS)),
    shares=st.tuples(parts, parts),
    officer=st.sampled_from((None, "officer", "other_officer", "coordinator")),
    closings=st.lists(closings, max_size=2),
)


SELDOM = 4


def seldom(*values: object) -> st.SearchStrategy:
    """Return nothing most of the time, else one of some values, so that several conditions together still find something."""
    return st.sampled_from((None,) * SELDOM * len(values) + values)


filters = st.builds(
    dict,
    department_id=seldom(*UNITS),
    with_units=st.booleans(),
    officer_id=seldom("officer", "other_officer"),
    status=seldom(*Status),
    signal=seldom(*Signal),
    adoption=seldom(*Adoption),
    report_no=seldom("REPORT", "115-XXX-999"),
    theme=seldom("交通運輸", "智慧城市"),
    trip_category=seldom("考察", "開會"),
    occasion=seldom(*Occasion),
    period=seldom(Period(2026), Period(2026, 1), Period(2026, 2)),
    due_from=seldom(*range(-70, 70, 20)),
    due_until=seldom(*range(-70, 70, 20)),
    words=seldom("看板 交通局", "候", "捷運"),
)


def filter_of(city: City, session: Session, asked: dict) -> ActionFilter:
    """Return what a reader asks for, with ids for keys and days for numbers."""
    given = {name: value for name, value in asked.items() if value is not None}
    for name, known in (("department_id", city.departments), ("officer_id", city.people)):
        if name in given:
            given[name] = known[given[name]]
    for name in ("due_from", "due_until"):
        if name in given:
            given[name] = city.today() + timedelta(given[name])
    if given.get("report_no") == "REPORT":
        given["report_no"] = session.scalars(select(Report.report_no)).first()
    return ActionFilter(**given)


@contextmanager
def stored(city: City, drawn: Sequence[dict]) -> Iterator[tuple[Session, list[ActionItem]]]:
    """Hold drawn items in a transaction that is never committed."""
    with Session(city.database.engine) as session:
        recommendation_id = session.scalars(select(Recommendation.id)).first()
        rows = [_row(city, recommendation_id, facts) for facts in drawn]
        session.add_all(rows)
        session.flush()
        session.expire_all()
        yield session, rows
        session.rollback()


def _row(city: City, recommendation_id: int, facts: dict) -> ActionItem:
    def day(number: int) -> date:
        return city.today() + timedelta(number)

    item = ActionItem(
        item_no=f"115-TST-{next(NUMBERS):06d}",
        recommendation_id=recommendation_id,
        title="試辦候車資訊看板",
        status=facts["status"],
        start_on=day(facts["start"]),
        original_due_on=day(facts["original"]),
        due_on=day(facts["due"]),
        opened_at=city.clock.now(),
    )
    officer = city.people[facts["officer"]] if facts["officer"] else None
    shares = facts["shares"]
    lead = _part(city, facts["lead"], PartRole.LEAD, facts["percent"], officer, shares[0])
    item.parts = [lead]
    if facts["support"] and facts["support"] != facts["lead"]:
        item.parts.append(_part(city, facts["support"], PartRole.SUPPORT, 0, None, shares[1]))
    asked: set[Part] = set()
    for each in facts["closings"]:
        part = item.parts[-1] if each["support"] else lead
        if part in asked:
            continue
        asked.add(part)
        item.closings.append(
            Closing(
                part=part,
                round_no=1,
                result="成果",
                completed_on=day(0),
                proposed_outcome=Outcome.IMPLEMENTED,
                requested_at=city.clock.now(),
                requested_on=day(each["requested"]),
                requested_by_id=city.people[each["by"]],
                decided_at=city.clock.now() if each["decided"] else None,
            )
        )
        part.status = PartStatus.OPEN if each["decided"] else PartStatus.CLOSE_REQUESTED
    return item


def _part(city: City, code: str, role: PartRole, percent: int, officer_id: int | None, share: dict) -> Part:
    filed, updated = share["filed_until"], share["updated_on"]
    return Part(
        department_id=city.departments[code],
        role=role,
        percent=percent,
        officer_id=officer_id,
        assigned_at=city.clock.now(),
        reports_from=city.today() + timedelta(share["reports_from"]),
        filed_until=None if filed is None else city.today() + timedelta(filed),
        updated_on=None if updated is None else city.today() + timedelta(updated),
        status=share["status"],
    )


def found(session: Session, condition) -> set[int]:
    return set(session.scalars(select(ActionItem.id).where(condition)))


Rule = Callable[[Deadline, date], bool]


def shows(wanted: Signal, standards: Standards) -> Rule:
    """Return the rule that says whether an item shows a 燈號."""
    return lambda facts, today: deadlines.signal(facts, today, standards) is wanted


def missed(filings: int, standards: Standards) -> Rule:
    """Return the rule that says whether an item missed so many filings."""
    return lambda facts, today: deadlines.missed_filings(facts, today, standards) >= filings


def soon(standards: Standards) -> Rule:
    """Return the rule that says whether an item is due soon."""
    return lambda facts, today: deadlines.is_due_soon(facts, today, standards)


class TestConditions:
    @SLOWLY
    @given(st.lists(items, min_size=1, max_size=15), standards)
    def test_lateness_in_sql_is_lateness_in_the_rules(
        self, city: City, drawn: list[dict], standards: Standards
    ) -> None:
        city.give_action()
        today = city.today()
        nobody = Principal(None, "")
        with stored(city, drawn) as (session, rows):
            ids = {row.id for row in rows}
            pairs = (
                (queries.overdue_on(today), deadlines.is_overdue),
                (queries.due_soon_on(today, standards), soon(standards)),
                (
                    queries.group_condition(Group.PAST_ORIGINAL, today, standards, nobody),
                    deadlines.is_overdue_vs_original,
                ),
                *((queries.missed_on(today, n, standards), missed(n, standards)) for n in (1, 2, 5)),
                *((queries.signal_on(today, each, standards), shows(each, standards)) for each in Signal),
            )
            for condition, rule in pairs:
                expected = {row.id for row in rows if rule(queries.deadline_of(row), today)}
                assert found(session, condition) & ids == expected

    @SLOWLY
    @given(st.lists(items, min_size=1, max_size=15))
    def test_who_decides_in_sql_is_who_decides_in_the_rules(self, city: City, drawn: list[dict]) -> None:
        city.give_action()
        with stored(city, drawn) as (session, rows):
            ids = {row.id for row in rows}
            for key in READERS:
                act = city.act(key, session)
                expected = {row.id for row in rows if rights.waiting_for(act, row)}
                assert found(session, queries.decidable_by(act.by)) & ids == expected, key

    @SLOWLY
    @given(st.lists(items, min_size=5, max_size=15), st.sampled_from(READERS), filters)
    def test_every_number_is_the_length_of_its_list(
        self, city: City, drawn: list[dict], key: str, asked: dict
    ) -> None:
        city.give_action()
        today = city.today()
        with stored(city, drawn) as (session, _):
            principal = city.act(key, session).by
            wanted = filter_of(city, session, asked)
            counts = queries.count_by_group(session, principal, wanted, today, STANDARDS)
            for group in Group:
                narrowed = replace(wanted, group=group)
                listed = queries.list_actions(session, principal, narrowed, today, STANDARDS, size=1000)
                number = queries.count_actions(session, principal, narrowed, today, STANDARDS)
                assert len(listed.rows) == number == counts[group], group

    @SLOWLY
    @given(st.lists(items, min_size=5, max_size=15), st.sampled_from(READERS), st.booleans())
    def test_the_bars_of_the_chart_are_the_lists_behind_them(
        self, city: City, drawn: list[dict], key: str, by_agency: bool
    ) -> None:
        city.give_action()
        today = city.today()
        with stored(city, drawn) as (session, _):
            principal = city.act(key, session).by
            told = overview(session, principal, ActionFilter(), today, STANDARDS, by_agency=by_agency)
            loads = told.departments
            total = count_by_group(session, principal, ActionFilter(), today, STANDARDS)
            assert sum(load.counts.open for load in loads) == total[Group.OPEN]
            assert sum(load.counts.overdue for load in loads) == total[Group.OVERDUE]
            late = [load.counts.overdue for load in loads]
            assert late == sorted(late, reverse=True)
            for load in loads:
                for group, number in (
                    (Group.OVERDUE, load.counts.overdue),
                    (Group.DUE_SOON, load.counts.due_soon),
                    (Group.LATER, load.counts.later),
                    (Group.OPEN, load.counts.open),
                ):
                    wanted = ActionFilter(
                        group=group, department_id=load.department_id, with_units=load.with_units
                    )
                    assert queries.count_actions(session, principal, wanted, today, STANDARDS) == number


def carried(order: Order, key: Key) -> Key:
    """Return a key as it comes back from an address."""
    read = queries.read_key(order, queries.write_key(key))
    assert read is not None
    return read


class TestList:
    @SLOWLY
    @given(st.lists(items, min_size=3, max_size=10), st.sampled_from(Order), st.booleans())
    def test_stretches_hold_every_item_once_in_the_same_order_both_ways(
        self, city: City, drawn: list[dict], order: Order, descending: bool
    ) -> None:
        city.give_action()
        with stored(city, drawn) as (session, _):
            principal = city.act("coordinator", session).by
            wanted = ActionFilter(order=order, descending=descending)
            whole = queries.list_actions(session, principal, wanted, city.today(), STANDARDS, size=1000)
            assert (whole.back, whole.on) == (None, None)
            stretch = queries.list_actions(session, principal, wanted, city.today(), STANDARDS, size=2)
            there, back = [stretch.rows], []
            while stretch.on:
                place = Place(after=carried(order, stretch.on))
                stretch = queries.list_actions(session, principal, wanted, city.today(), STANDARDS, place, 2)
                there.append(stretch.rows)
            assert [row.id for rows in there for row in rows] == [row.id for row in whole.rows]
            while stretch.back:
                place = Place(before=carried(order, stretch.back))
                stretch = queries.list_actions(session, principal, wanted, city.today(), STANDARDS, place, 2)
                back.append(stretch.rows)
            assert back[-1] == there[0]
            assert {row.id for rows in back for row in rows} >= {
                row.id for rows in there[:-1] for row in rows
            }

    @pytest.mark.parametrize("order", Order)
    def test_goes_on_where_it_was_whatever_came_in_between(self, city: City, order: Order) -> None:
        for number in range(6):
            city.give_action(due_in_days=number)
        with city.database.reading() as session:
            principal = city.act("coordinator", session).by
            wanted = ActionFilter(order=order)
            whole = queries.list_actions(session, principal, wanted, city.today(), STANDARDS, size=1000)
            first = queries.list_actions(session, principal, wanted, city.today(), STANDARDS, size=3)
        for _ in range(3):
            city.give_action(due_in_days=0)
        with city.database.reading() as session:
            rest = queries.list_actions(
                session, principal, wanted, city.today(), STANDARDS, Place(first.on), 1000
            )
        seen = [row.id for row in [*first.rows, *rest.rows]]
        assert len(seen) == len(set(seen))
        assert set(seen) >= {row.id for row in whole.rows}

    def test_finds_words_of_title_quote_report_department_and_number(self, city: City) -> None:
        item_id = city.give_action()
        with city.database.reading() as session:
            principal = city.act("coordinator", session).by
            number = queries.get_action(session, principal, item_id).item_no
            for words in (
                "看板",
                "轉運站",
                "海港城",
                "運輸規劃科",
                "transport planning",
                number,
                number[4:],
                "看板 運輸",
            ):
                wanted = ActionFilter(words=words)
                assert queries.count_actions(session, principal, wanted, city.today(), STANDARDS) == 1, words
            for words in ("捷運站", "100%", "_", "看板 捷運站"):
                wanted = ActionFilter(words=words)
                assert queries.count_actions(session, principal, wanted, city.today(), STANDARDS) == 0, words

    def test_finds_both_ways_of_writing_tai(self, city: City) -> None:
        city.give_action(quote="建請於臺灣大道試辦候車資訊看板。")
        with city.database.reading() as session:
            principal = city.act("coordinator", session).by
            for words in ("台灣大道", "臺灣大道"):
                assert (
                    queries.count_actions(
                        session, principal, ActionFilter(words=words), city.today(), STANDARDS
                    )
                    == 1
                )
