"""Every transition of the table by everybody: who may take it, who may not, what it leaves in the record, whom it tells.

A step without a line in `WAYS`, and a transition that nothing can be brought to, fail the tests.
"""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from tests.factories.city import PEOPLE, City
from tests.support.ways import ALL, COORDINATORS, OWNERS, WAYS, Scene, Way, set_scene
from tracker.actions.models import ActionItem
from tracker.actions.rules.story import tell
from tracker.actions.rules.workflow import (
    CLOSED,
    OPEN,
    Status,
    Step,
)
from tracker.audit import AuditEvent
from tracker.foundation.database import Session, rehearsal
from tracker.foundation.errors import Conflict, Forbidden, Invalid, NotFound
from tracker.people import service
from tracker.people.models import User

KEYS = tuple(key for key, *_ in PEOPLE)
READERS = (*OWNERS, "agency_head", *COORDINATORS, "viewer")
STAND_IN = "other_officer"
"""Who stands in for each of the others in turn; an officer of a department that has no part in the item."""


@dataclass(frozen=True)
class Attempt:
    """What came of trying a step: what was recorded on the item, what the house was told, or how it was refused."""

    recorded: tuple[Any, ...] = ()
    told: tuple[type, ...] = ()
    refusal: type[Exception] | None = None


def attempt(session: Session, scene: Scene, key: str, way: Way) -> Attempt:
    """Let somebody try a step, and undo it."""
    known = len(record_of(session, scene.item_id))
    with rehearsal(session):
        try:
            way.take(session, scene.city.act(key, session), scene)
        except (Forbidden, NotFound, Conflict, Invalid) as refusal:
            return Attempt(refusal=type(refusal))
        told = tuple(type(event) for event in session.info.get("events", ()))
        return Attempt(record_of(session, scene.item_id)[known:], told)


def record_of(session: Session, item_id: int) -> tuple[Any, ...]:
    """Return the recorded acts on an item as plain rows, which outlive what is undone."""
    events = AuditEvent.__table__
    of_item = (events.c.object_type == "action_item") & (events.c.object_id == item_id)
    return tuple(session.execute(select(events).where(of_item).order_by(events.c.seq)))


def delegated(session: Session, city: City, key: str) -> None:
    """Let somebody stand in for a person today."""
    act = city.act("administrator", session)
    today = city.today()
    service.delegate(session, act, city.people[key], city.people[STAND_IN], today, today)


@pytest.mark.parametrize(("status", "step"), list(ALL), ids=[f"{a.value}-{b.value}" for a, b in ALL])
class TestTransitions:
    def test_is_taken_by_who_may_and_refused_to_everybody_else(
        self, city: City, status: Status, step: Step
    ) -> None:
        way = WAYS[step]
        scene = set_scene(city, status, way.waits_for)
        with city.database.transaction() as session:
            assert session.get_one(ActionItem, scene.item_id).status is status
            for key in KEYS:
                tried = attempt(session, scene, key, way)
                took = step.value in [event.action for event in tried.recorded]
                assert took is (key in way.may), f"{key}: {tried}"
                if tried.refusal is not None:
                    sees = key in (COORDINATORS if status is Status.DRAFT else READERS)
                    assert issubclass(tried.refusal, Forbidden if sees else NotFound), f"{key}: {tried}"
                if took:
                    self.check_what_it_leaves(scene, key, (status, step), tried)

    def check_what_it_leaves(
        self, scene: Scene, key: str, transition: tuple[Status, Step], tried: Attempt
    ) -> None:
        status, step = transition
        row = next(event for event in tried.recorded if event.action == step.value)
        assert row.actor_id == scene.city.people[key]
        stood = Status(row.before.get("status", status)), Status(row.after.get("status", status))
        assert stood == (status, ALL[transition])
        assert tell([row]), "the timeline does not know the step"
        assert set(tried.told) == set(WAYS[step].tells)

    def test_is_taken_by_the_deputies_of_who_may_and_by_nobody_who_left(
        self, city: City, status: Status, step: Step
    ) -> None:
        way = WAYS[step]
        scene = set_scene(city, status, way.waits_for)
        with city.database.transaction() as session:
            for key in KEYS:
                if key != STAND_IN:
                    with rehearsal(session):
                        delegated(session, city, key)
                        tried = attempt(session, scene, STAND_IN, way)
                    took = step.value in [event.action for event in tried.recorded]
                    assert took is (key in way.may), f"deputy of {key}: {tried}"
                with rehearsal(session):
                    session.get_one(User, city.people[key]).is_active = False
                    session.flush()
                    tried = attempt(session, scene, key, way)
                assert tried.refusal is NotFound, f"{key}, who left: {tried}"


class TestTable:
    def test_every_step_has_its_way(self) -> None:
        assert set(WAYS) == set(Step)

    def test_every_step_leads_somewhere(self) -> None:
        assert {step for _, step in ALL} == set(Step)

    def test_what_left_tracking_otherwise_than_released_goes_nowhere(self) -> None:
        assert {status for status, _ in ALL} == OPEN | CLOSED | {Status.DRAFT}
