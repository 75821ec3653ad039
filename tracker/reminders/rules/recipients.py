"""Who hears of an item, and as what; nobody is told twice, and no stage falls silent for want of an officer."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Final

from tracker.access import Role
from tracker.actions.rules.extending import Level
from tracker.people.rules.tree import upwards
from tracker.reminders.rules.ladder import Facts, audience_of
from tracker.reminders.rules.preferences import Preferences
from tracker.reminders.rules.stages import Capacity, Stage

_NOTHING_CHOSEN: Final = Preferences()


@dataclass(frozen=True)
class Recipient:
    """A person, as what they hear, and whom they stand in for."""

    person_id: int
    capacity: Capacity
    deputy_for: int | None = None


@dataclass(frozen=True)
class Directory:
    """The people who are active on a day, by what they hold where; `deputies` by the person stood in for.

    `preferences` holds what those chose who chose anything. `refused` are those whose address the mail server does not
    take, `mailboxes` the shared ones of departments that it does take.
    """

    parents: Mapping[int, int | None]
    holders: Mapping[tuple[Role, int | None], Sequence[int]]
    active: frozenset[int]
    deputies: Mapping[int, Sequence[int]] = field(default_factory=dict)
    preferences: Mapping[int, Preferences] = field(default_factory=dict)
    refused: frozenset[int] = frozenset()
    mailboxes: Mapping[int, str] = field(default_factory=dict)

    def heads(self, department_id: int, role: Role) -> Sequence[int]:
        """Return the nearest heads of a kind on the way up from a department."""
        on_the_way = (self.holders.get((role, here), ()) for here in upwards(self.parents, department_id))
        return next(filter(None, on_the_way), ())

    def preferences_of(self, person_id: int) -> Preferences:
        """Return what a person chose about their letters."""
        return self.preferences.get(person_id, _NOTHING_CHOSEN)

    def mailbox_for(self, person_id: int) -> str:
        """Return the nearest shared mailbox on the way up from a person's departments, empty where there is none."""
        ways = (upwards(self.parents, place) for place in sorted(self.departments_of(person_id)))
        return next((self.mailboxes[place] for way in ways for place in way if place in self.mailboxes), "")

    def is_reachable(self, person_id: int) -> bool:
        """Tell whether there is an address to which a person's letter can go."""
        return person_id not in self.refused or bool(self.mailbox_for(person_id))

    def departments_of(self, person_id: int) -> frozenset[int]:
        """Return the departments in which a person holds a role."""
        return self._places.get(person_id, frozenset())

    def only_post_of(self, person_id: int) -> tuple[Role | None, int | None]:
        """Return the one role that a person holds and where; nothing for who holds more, or stands in for somebody."""
        held = self._held.get(person_id, ())
        return held[0] if len(held) == 1 and person_id not in self._standing_in else (None, None)

    @cached_property
    def _held(self) -> Mapping[int, Sequence[tuple[Role, int | None]]]:
        found: dict[int, list[tuple[Role, int | None]]] = {}
        for place, people in self.holders.items():
            for person_id in people:
                found.setdefault(person_id, []).append(place)
        return found

    @cached_property
    def _standing_in(self) -> frozenset[int]:
        return frozenset(chain.from_iterable(self.deputies.values()))

    @cached_property
    def _places(self) -> Mapping[int, frozenset[int]]:
        found: dict[int, set[int]] = {}
        for (_, department_id), people in self.holders.items():
            if department_id is not None:
                for person_id in people:
                    found.setdefault(person_id, set()).add(department_id)
        return {person_id: frozenset(places) for person_id, places in found.items()}

    def coordinators(self) -> Sequence[int]:
        """Return everybody of the coordinating office."""
        return tuple(
            person for (role, _), held in self.holders.items() if role is Role.COORDINATOR for person in held
        )

    def deciders(self, department_id: int, officer_id: int | None) -> Sequence[int]:
        """Return who decides on a department's closing: coordinators outside it, else its agency head.

        Never its owner: the officer, who could ask for release, and those who stand in for one of them.
        """
        inside = [p for (_, place), held in self.holders.items() if place == department_id for p in held]
        owners = self._with_deputies([officer_id, *self._may_ask(department_id)])
        outside = set(self.coordinators()) - owners - self._with_deputies(inside)
        heads = self.heads(department_id, Role.AGENCY_HEAD)
        return sorted(outside) or [head for head in heads if head not in owners]

    def readers_of_periods(self, leading: Iterable[int]) -> set[int]:
        """Return who hears of a period in which some departments led items.

        That is the heads of their agencies, the coordinating office, and whoever stands in for one of them.
        """
        above = {place for each in leading for place in upwards(self.parents, each)}
        held = [self.holders.get((Role.AGENCY_HEAD, place), ()) for place in above]
        return self._with_deputies(chain(*held, self.coordinators() if above else ()))

    def approvers(self, department_id: int, turn: Level | None) -> Sequence[int]:
        """Return who signs next for a department's request for more time, nobody where none waits."""
        match turn:
            case Level.UNIT_HEAD:
                return self.heads(department_id, Role.UNIT_HEAD)
            case Level.AGENCY_HEAD:
                return self.heads(department_id, Role.AGENCY_HEAD)
            case Level.COORDINATOR:
                return self.coordinators()
            case None:
                return ()

    def _may_ask(self, department_id: int) -> Iterator[int]:
        yield from self.holders.get((Role.OFFICER, department_id), ())
        for here in upwards(self.parents, department_id):
            yield from self.holders.get((Role.UNIT_HEAD, here), ())

    def _with_deputies(self, people: Iterable[int | None]) -> set[int]:
        found = {person for person in people if person is not None}
        return found.union(*(self.deputies.get(person, ()) for person in found))


_SUBSTITUTES: Mapping[Capacity, Sequence[Capacity]] = {
    Capacity.OFFICER: (Capacity.UNIT_HEAD, Capacity.AGENCY_HEAD, Capacity.COORDINATOR),
    Capacity.UNIT_HEAD: (),
    Capacity.AGENCY_HEAD: (Capacity.COORDINATOR,),
    Capacity.COORDINATOR: (),
    Capacity.DECIDER: (Capacity.COORDINATOR,),
    Capacity.APPROVER: (Capacity.COORDINATOR,),
}
"""Who hears in the place of those who are missing; an escalation must not end nowhere."""


def recipients(
    audience: Sequence[Capacity],
    officer_id: int | None,
    department_id: int,
    directory: Directory,
    turn: Level | None = None,
) -> list[Recipient]:
    """Return who hears, each person once and as the strongest of what they are, deputies after whom they serve.

    `turn` is whose signature a request for more time waits for.

    Where the officer is missing or inactive the unit's head hears instead, then the agency's, then the coordinators; a
    missing unit head is replaced by nobody, since the officer hears in any case.
    """
    found: dict[int, Recipient] = {}
    for each in _everybody(audience, officer_id, department_id, directory, turn):
        found.setdefault(each.person_id, each)
    return sorted(found.values(), key=lambda each: list(Capacity).index(each.capacity))


def hearers(
    stage: Stage,
    facts: Facts,
    officer_id: int | None,
    department_id: int,
    directory: Directory,
    turn: Level | None = None,
) -> list[Recipient]:
    """Return who hears of a stage as things stand; its usual audience where the head to be chased has left."""
    heard = recipients(audience_of(stage, facts), officer_id, department_id, directory, turn)
    return heard or recipients(stage.audience, officer_id, department_id, directory, turn)


def _everybody(
    audience: Sequence[Capacity],
    officer_id: int | None,
    department_id: int,
    directory: Directory,
    turn: Level | None,
) -> Iterator[Recipient]:
    for capacity in Capacity:
        if capacity not in audience:
            continue
        for heard_as, person_id in _holders(capacity, officer_id, department_id, directory, turn):
            yield Recipient(person_id, heard_as)
            for deputy_id in directory.deputies.get(person_id, ()):
                yield Recipient(deputy_id, heard_as, deputy_for=person_id)


def _holders(
    capacity: Capacity, officer_id: int | None, department_id: int, directory: Directory, turn: Level | None
) -> list[tuple[Capacity, int]]:
    for heard_as in (capacity, *_SUBSTITUTES[capacity]):
        if people := _people(heard_as, officer_id, department_id, directory, turn):
            return [(heard_as, person_id) for person_id in people]
    return []


def _people(
    capacity: Capacity, officer_id: int | None, department_id: int, directory: Directory, turn: Level | None
) -> Sequence[int]:
    match capacity:
        case Capacity.OFFICER:
            return [officer_id] if officer_id is not None and officer_id in directory.active else []
        case Capacity.UNIT_HEAD:
            return directory.heads(department_id, Role.UNIT_HEAD)
        case Capacity.AGENCY_HEAD:
            return directory.heads(department_id, Role.AGENCY_HEAD)
        case Capacity.DECIDER:
            return directory.deciders(department_id, officer_id)
        case Capacity.APPROVER:
            return directory.approvers(department_id, turn)
        case Capacity.COORDINATOR:
            return directory.coordinators()
