"""A machine that plays the whole workflow with random people, and looks after every move whether a law was broken."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import ClassVar

from hypothesis import note
from hypothesis import settings as length
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.factories.actions import do
from tests.factories.city import City, build_city, password_hash
from tests.support.invariants import STEPS, Moment, broken_laws
from tests.support.moves import Call, Hand, Move, draw_call
from tests.support.pictures import Picture, draw_picture
from tracker import audit
from tracker.access import Act, Role
from tracker.actions import assigning, history, queries, rights, searched
from tracker.actions.assigning import Assignment
from tracker.actions.queries import ActionFilter, Group
from tracker.actions.rules.deadlines import Signal, Standards
from tracker.actions.rules.workflow import Status, Step
from tracker.foundation.clock import Clock, FixedClock
from tracker.foundation.database import Database, Session
from tracker.foundation.errors import TrackerError
from tracker.people import service
from tracker.people.service import PersonFields, RoleAssignment
from tracker.reports.rules.adoption import Adoption
from tracker.settings import load_settings
from tracker.wiring import post_office, subscriptions

WORDS = ("看板", "轉運站 交通", "教育局", "seminar", "115-", "")
SIZE = 100
DAYS_PASS, LIST_ASKED = 0.06, 0.02


def wired(url: str, clock: Clock) -> Database:
    """Open a database with every reaction of the house."""
    return Database(url, subscriptions(post_office(load_settings({}), clock)))


def prepare(database: Database, clock: Clock) -> City:
    """Build the city of the machine: one more officer, three items of two reports, and one kept as a draft."""
    city = build_city(database, clock)
    unit, office = city.departments["TPT-P"], city.departments["RDC-1"]
    fields = PersonFields(
        "colleague@city.example",
        "柳成蔭",
        "科員",
        roles=tuple(RoleAssignment(Role.OFFICER, each) for each in (unit, office)),
    )
    colleague = do(city, "administrator", service.add_person, fields)
    with database.transaction() as session:
        session.merge(colleague).password_hash = password_hash()
    city = City(database, clock, city.departments, {**city.people, "colleague": colleague.id})
    city.give_action(support=("EDU-I",))
    item_id = city.give_action(officer=None)
    city.give_action(lead="RDC-1", officer=None, support=("TPT-P",))
    with database.reading() as session:
        item = queries.get_action(session, city.act("coordinator", session).by, item_id)
    draft = Assignment(unit, city.today() + timedelta(days=30), officer_id=colleague.id)
    do(
        city,
        "coordinator",
        assigning.open_further,
        item.recommendation_id,
        "後續說明會",
        draft,
        as_draft=True,
    )
    return city


@dataclass
class Tally:
    """What a run of the machine did."""

    moves: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    taken: Counter[tuple[Status, Step]] = field(default_factory=Counter)

    def told(self) -> str:
        """Return the figures in words."""
        made, refused = self.moves.total(), self.refused.total()
        return f"{made + refused} moves tried, {made} made, {refused} refused, {len(self.taken)} transitions"


class WorkflowMachine(RuleBasedStateMachine):
    """Random people make random moves on a copy of the prepared city; `opened` gives a copy for each run."""

    opened: ClassVar[Callable[[], Iterator[City]]]
    tally: ClassVar[Tally]

    def __init__(self) -> None:
        super().__init__()
        self._opening = contextmanager(self.opened)()
        self.city = self._opening.__enter__()
        self.picture = draw_picture(self.city.database)

    @rule(chance=st.randoms(use_true_random=True))
    def go_on(self, chance: Random) -> None:
        """Let somebody try something, or days pass, or somebody look at a list."""
        hand = Hand(chance, self.city, self.picture)
        fate = chance.random()
        if fate < DAYS_PASS:
            self.city.clock.advance(timedelta(days=chance.randint(1, 40)))  # type: ignore[attr-defined]
        elif fate < DAYS_PASS + LIST_ASKED:
            self._ask_a_list(hand)
        else:
            self._make_a_move(hand)

    def teardown(self) -> None:
        """Verify the chain of the record, the history and the search index, and close the database."""
        try:
            with self.city.database.transaction() as session:
                assert audit.verify(session) is None
                assert history.differences(session) == []
                assert searched.is_index_sound(session)
        finally:
            self._opening.__exit__(None, None, None)

    def _make_a_move(self, hand: Hand) -> None:
        move, call = draw_call(hand)
        key = hand.actor(move.usually, call.item_id)
        if self.city.people[key] in self.picture.inactive:
            return
        persons, refusal = self._try(key, call)
        if refusal is None:
            note(f"  {self.city.today()} {key}: {move.name} {call.arguments} {dict(call.named)}")
        self._judge(move, call, persons, refusal)

    def _ask_a_list(self, hand: Hand) -> None:
        """Hold count, tab and list of a random question against each other."""
        wanted = ActionFilter(
            group=hand.any_of(list(Group)),
            status=hand.any_of([None, None, *Status]),
            signal=hand.any_of([None, None, *Signal]),
            adoption=hand.any_of([None, None, *Adoption]),
            department_id=hand.any_of([None, None, *self.city.departments.values()]),
            officer_id=hand.any_of([None, None, hand.person()]),
            words=hand.any_of(WORDS),
        )
        key = hand.any_of(list(self.city.people))
        with self.city.database.reading() as session:
            _check_list(session, self.city.act(key, session), wanted)

    def _try(self, key: str, call: Call) -> tuple[frozenset[int], TrackerError | None]:
        """Make a call, and return for whom the actor acted and why it was refused, if it was."""
        persons: frozenset[int] = frozenset()
        try:
            with self.city.database.transaction() as session:
                act = self.city.act(key, session)
                persons = act.by.persons
                offered = _offered(session, act, call)
                call.verb(session, act, *call.arguments, **call.named)
                assert not call.is_stale, "a step was taken on a version that had passed"
                assert offered is None or set(call.taking) & offered, (
                    f"{call.taking} was taken, offered was {offered}"
                )
        except TrackerError as refusal:
            return persons, refusal
        return persons, None

    def _judge(self, move: Move, call: Call, persons: frozenset[int], refusal: TrackerError | None) -> None:
        before, self.picture = self.picture, draw_picture(self.city.database, self.picture)
        after = self.picture
        if refusal is not None:
            self.tally.refused[move.name] += 1
            assert (before.rows, ()) == (after.rows, after.recorded), "a refused step left something behind"
            return
        self.tally.moves[move.name] += 1
        _count(self.tally, before, after)
        broken = broken_laws(Moment(before, after, persons))
        assert not broken, broken
        with self.city.database.reading() as session:
            assert searched.outdated_items(session) == []


def _offered(session: Session, act: Act, call: Call) -> set[Step] | None:
    if not call.taking or call.item_id is None:
        return None
    try:
        return set(rights.steps_for(act, queries.get_action(session, act.by, call.item_id)))
    except TrackerError:
        return set()


def _check_list(session: Session, act: Act, wanted: ActionFilter) -> None:
    standards = Standards()
    shown = queries.list_actions(session, act.by, wanted, act.today, standards, size=SIZE).rows
    count = queries.count_actions(session, act.by, wanted, act.today, standards)
    tab = queries.count_by_group(session, act.by, wanted, act.today, standards)[wanted.group]
    assert len(shown) == count == tab, f"{wanted}: {len(shown)} shown, {count} counted, {tab} on the tab"


def _count(tally: Tally, before: Picture, after: Picture) -> None:
    for item_id in after.items:
        was = before.items.get(item_id)
        status = was["status"] if was else Status.DRAFT
        for event in after.recorded_on("action_item", item_id):
            if step := STEPS.get(event["action"]):
                tally.taken[status, step] += 1
                status = Status(event["after"].get("status", status))


class Copies:
    """A prepared city, and what makes a fresh copy of it for each run of the machine."""

    def __init__(self, url: str, moment: datetime, copied: Callable[[], AbstractContextManager[str]]) -> None:
        self._moment, self._copied = moment, copied
        clock = FixedClock(moment)
        database = wired(url, clock)
        self._city = prepare(database, clock)
        database.close()

    def opened(self) -> Iterator[City]:
        """Open a copy, and close it afterwards."""
        clock = FixedClock(self._moment)
        with self._copied() as url:
            database = wired(url, clock)
            try:
                yield City(database, clock, self._city.departments, self._city.people)
            finally:
                database.close()


def play(copies: Copies, settings: length) -> Tally:
    """Let the machine play, and return what it did; raises AssertionError with the shortest play that breaks a law."""

    class Machine(WorkflowMachine):
        opened = staticmethod(copies.opened)
        tally = Tally()

    run_state_machine_as_test(Machine, settings=settings)
    return Machine.tally
