"""Two people take a step on one item at the same moment: what comes of it is what comes of one after the other."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations_with_replacement
from threading import Barrier

from tests.factories.city import City
from tests.support.pictures import OF_AN_ITEM, Picture, draw_picture, picture_through, without
from tests.support.ways import ALL, WAYS, Scene, set_scene
from tracker.access import Act
from tracker.actions.rules.workflow import Status, Step
from tracker.foundation.database import Session, rehearsal
from tracker.foundation.errors import TrackerError

DONE = "done"
NUMBERS = ("id", "item_id", "part_id", "update_id", "progress_update_id", "closing_id", "extension_id")
"""Columns that a rolled back attempt moves on in one database and not in the other."""


@dataclass(frozen=True)
class Race:
    """Two steps that a status allows, each by somebody who may; the two are different people where there are two."""

    status: Status
    one: Step
    other: Step

    def __str__(self) -> str:
        return f"{self.status.value}: {self.one.value} and {self.other.value}"

    def people(self) -> tuple[str, str]:
        """Return who takes the steps."""
        return WAYS[self.one].may[0], WAYS[self.other].may[-1]


@dataclass(frozen=True)
class Ending:
    """What became of both steps, and what the rows and the record say afterwards."""

    fates: tuple[str, str]
    rows: object


def all_races() -> Iterator[Race]:
    """Yield every pair of steps that one item can be brought to."""
    for status in Status:
        steps = [step for at, step in ALL if at is status]
        for one, other in combinations_with_replacement(sorted(steps, key=list(Step).index), 2):
            if not {"7 days", "45 days"} <= {WAYS[one].waits_for, WAYS[other].waits_for}:
                yield Race(status, one, other)


def run(city: City, race: Race) -> tuple[Ending, list[Ending]]:
    """Return how a race ends, and how it may: one after the other, in either order."""
    scene = set_scene(city, race.status, WAYS[race.one].waits_for, WAYS[race.other].waits_for)
    serial = [_in_turn(scene, race, order) for order in ((0, 1), (1, 0))]
    return _at_once(scene, race), serial


def _in_turn(scene: Scene, race: Race, order: tuple[int, int]) -> Ending:
    before = draw_picture(scene.city.database)
    with scene.city.database.transaction() as session, rehearsal(session):
        fates = ["", ""]
        for turn in order:
            fates[turn] = _attempt(session, scene, race, turn)
        return Ending((fates[0], fates[1]), _told(picture_through(session.connection(), before)))


def _attempt(session: Session, scene: Scene, race: Race, turn: int) -> str:
    try:
        with session.begin_nested():
            _take(session, _act(session, scene, race, turn), scene, race, turn)
            session.flush()
    except TrackerError as refusal:
        return type(refusal).__name__
    return DONE


def _at_once(scene: Scene, race: Race) -> Ending:
    before, barrier = draw_picture(scene.city.database), Barrier(2)

    def go(turn: int) -> str:
        try:
            with scene.city.database.transaction() as session:
                act = _act(session, scene, race, turn)
                if session.get_bind().dialect.name == "postgresql":
                    # SQLite lets one writer in at a time: the two cannot meet within their transactions.
                    barrier.wait(20)
                _take(session, act, scene, race, turn)
        except TrackerError as refusal:
            return type(refusal).__name__
        return DONE

    with ThreadPoolExecutor(2) as two:
        fates = tuple(two.map(go, (0, 1)))
    return Ending((fates[0], fates[1]), _told(draw_picture(scene.city.database, before)))


def _act(session: Session, scene: Scene, race: Race, turn: int) -> Act:
    return scene.city.act(race.people()[turn], session)


def _take(session: Session, act: Act, scene: Scene, race: Race, turn: int) -> None:
    WAYS[(race.one, race.other)[turn]].take(session, act, scene)


def _told(picture: Picture) -> object:
    """Return all rows and what was recorded, without the numbers that rows were given."""
    rows = {
        item["item_no"]: (
            without(item, *NUMBERS),
            [[without(row, *NUMBERS) for row in picture.of(kind, item["id"])] for kind in OF_AN_ITEM],
        )
        for item in picture.items.values()
    }
    return rows, [(event["action"], event["actor_id"]) for event in picture.recorded]
