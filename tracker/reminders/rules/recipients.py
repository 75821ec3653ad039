"""Who hears of an item, and as what; nobody is told twice, and no stage falls silent for want of an officer."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Final

from tracker.access import Role
from tracker.actions.rules.extending import Level
from tracker.people.rules.tree import upwards
from tracker.reminders.rules.ladder import Facts, audience_of
from tracker.reminders.rules.preferences import Preferences
from tracker.reminders.rules.stages import Anchor, Capacity, Stage

_NOTHING_CHOSEN: Final = Preferences()
Office = tuple[Sequence[int], AbstractSet[int]]
"""Who holds an office, and who may not act in it, be it by standing in for a holder."""


@dataclass(frozen=True)
class Request:
    """What waits for somebody's word.

    `behind` are, for each thing that waits at once, those who asked for it or passed it on: they give no word on it
    themselves, nor does who stands in for one of them. `turn` is whose signature a request for more time waits for.
    Where no head of a unit may give the word, it `rises` to the head of the agency.
    """

    behind: Sequence[frozenset[int]] = ()
    turn: Level | None = None
    rises: bool = False


NO_REQUEST: Final = Request()


def asked_by(*people: int | None, turn: Level | None = None, rises: bool = False) -> Request:
    """Return a request by who asked for it and, where somebody did, passed it on."""
    return Request((frozenset(each for each in people if each is not None),), turn, rises)


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
    take, `mailboxes` the shared ones of departments that it does take. `coordinating` are the departments whose own
    items the head of their agency may decide on.
    """

    parents: Mapping[int, int | None]
    holders: Mapping[tuple[Role, int | None], Sequence[int]]
    active: frozenset[int]
    deputies: Mapping[int, Sequence[int]] = field(default_factory=dict)
    preferences: Mapping[int, Preferences] = field(default_factory=dict)
    refused: frozenset[int] = frozenset()
    mailboxes: Mapping[int, str] = field(default_factory=dict)
    coordinating: frozenset[int] = frozenset()

    def heads(self, department_id: int, role: Role) -> Sequence[int]:
        """Return the nearest heads of a kind on the way up from a department."""
        return next(self.levels(department_id, role), ())

    def levels(self, department_id: int, role: Role) -> Iterator[Sequence[int]]:
        """Yield the heads of a kind on the way up from a department, level by level, the nearest first."""
        on_the_way = (self.holders.get((role, here), ()) for here in upwards(self.parents, department_id))
        return filter(None, on_the_way)

    def serves(self, person_id: int) -> bool:
        """Tell whether a person is there and holds any role, or stands in for who does; nobody else may do anything."""
        return person_id in self.active and (person_id in self._held or person_id in self._standing_in)

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

    def barred(self, request: Request) -> AbstractSet[int]:
        """Return who may give no word on anything that waits: whoever is behind it, and who stands in for one."""
        return set.intersection(*map(self._with_deputies, request.behind)) if request.behind else set()

    def deciding(self, department_id: int, officer_id: int | None, request: Request) -> Iterator[Office]:
        """Yield who decides on what a department asks: the coordinators outside it, else who heads its agency.

        The latter only where the coordinating office itself leads. Never its owner: the officer, who could ask for
        release, and those who stand in for one of them. `closing.may_decide` for everybody at once.
        """
        owners = self._with_deputies([officer_id, *self._may_ask(department_id)]) | self.barred(request)
        yield self._coordinating_outside(department_id, owners)
        if department_id in self.coordinating:
            for heads in self.levels(department_id, Role.AGENCY_HEAD):
                yield heads, owners

    def signing(self, department_id: int, request: Request) -> Iterator[Office]:
        """Yield who signs a department's request for more time: whose turn it is, then whoever stands above.

        `extending.may_decide` for everybody at once.
        """
        barred = self.barred(request)
        for role in _SIGNING[request.turn] if request.turn else ():
            if role is Role.COORDINATOR:
                yield self._coordinating_outside(department_id, barred)
            elif request.turn is not Level.COORDINATOR or department_id in self.coordinating:
                for heads in self.levels(department_id, role):
                    yield heads, barred

    def _coordinating_outside(self, department_id: int, barred: AbstractSet[int]) -> Office:
        inside = [p for (_, place), held in self.holders.items() if place == department_id for p in held]
        return sorted(set(self.coordinators())), barred | self._with_deputies(inside)

    def readers_of_periods(self, leading: Iterable[int]) -> set[int]:
        """Return who hears of a period in which some departments led items.

        That is the heads of their agencies, the coordinating office, and whoever stands in for one of them.
        """
        above = {place for each in leading for place in upwards(self.parents, each)}
        held = [self.holders.get((Role.AGENCY_HEAD, place), ()) for place in above]
        return self._with_deputies(chain(*held, self.coordinators() if above else ()))

    def _may_ask(self, department_id: int) -> Iterator[int]:
        yield from self.holders.get((Role.OFFICER, department_id), ())
        for here in upwards(self.parents, department_id):
            yield from self.holders.get((Role.UNIT_HEAD, here), ())

    def _with_deputies(self, people: Iterable[int | None]) -> set[int]:
        found = {person for person in people if person is not None}
        # Who holds nothing any more lends nothing, so that nobody acts in their place.
        return found.union(*(self.deputies.get(person, ()) for person in found if person in self._held))


_SIGNING: Final[Mapping[Level, Sequence[Role]]] = {
    Level.UNIT_HEAD: (Role.UNIT_HEAD, Role.AGENCY_HEAD, Role.COORDINATOR),
    Level.AGENCY_HEAD: (Role.AGENCY_HEAD, Role.COORDINATOR),
    Level.COORDINATOR: (Role.COORDINATOR, Role.AGENCY_HEAD),
}
"""Who signs when it is somebody's turn; the next where nobody in the office may."""

_SUBSTITUTES: Mapping[Capacity, Sequence[Capacity]] = {
    Capacity.OFFICER: (Capacity.UNIT_HEAD, Capacity.AGENCY_HEAD, Capacity.COORDINATOR),
    Capacity.AGENCY_HEAD: (Capacity.COORDINATOR,),
}
"""Who hears in the place of those who are missing; an escalation must not end nowhere.

Nobody does for who decides or signs: whoever may is among them already.
"""


def recipients(
    audience: Sequence[Capacity],
    officer_id: int | None,
    department_id: int,
    directory: Directory,
    request: Request = NO_REQUEST,
) -> list[Recipient]:
    """Return who hears, each person once and as the strongest of what they are, deputies after whom they serve.

    Of a `request` only those hear who may act on it: where at the nearest level nobody may, the next one above.

    Where the officer is missing or inactive the unit's head hears instead, then the agency's, then the coordinators; a
    missing unit head is replaced by nobody, since the officer hears in any case.
    """
    found: dict[int, Recipient] = {}
    for capacity in Capacity:
        if capacity in audience:
            for each in _heard_as(capacity, officer_id, department_id, directory, request):
                found.setdefault(each.person_id, each)
    return sorted(found.values(), key=lambda each: list(Capacity).index(each.capacity))


def hearers(
    stage: Stage,
    facts: Facts,
    officer_id: int | None,
    department_id: int,
    directory: Directory,
    requests: Mapping[Anchor, Request],
) -> list[Recipient]:
    """Return who hears of a stage as things stand; its usual audience where the head to be chased has left.

    `requests` are those that wait, by the anchor of the stages that ask for an answer to them.
    """
    audience, usual = audience_of(stage, facts), tuple(stage.audience)
    # Who hears of the due date in the officer's place is asked to forward a closing request.
    anchor = stage.anchor if audience == usual else Anchor.CLOSING_PREPARED
    heard = recipients(audience, officer_id, department_id, directory, requests.get(anchor, NO_REQUEST))
    if heard or audience == usual:
        return heard
    return recipients(usual, officer_id, department_id, directory)


def _heard_as(
    capacity: Capacity, officer_id: int | None, department_id: int, directory: Directory, request: Request
) -> list[Recipient]:
    """Return the nearest who hear as something or in the place of who should, with those who stand in for them."""
    substitutes = _SUBSTITUTES.get(capacity, ())
    if capacity is Capacity.UNIT_HEAD and request.rises:
        substitutes = (Capacity.AGENCY_HEAD,)
    for heard_as in (capacity, *substitutes):
        for people, barred in _offices(heard_as, officer_id, department_id, directory, request):
            if heard := list(_able(heard_as, people, barred, directory)):
                return heard
    return []


def _able(
    heard_as: Capacity, people: Iterable[int], barred: AbstractSet[int], directory: Directory
) -> Iterator[Recipient]:
    for person_id in people:
        if person_id not in barred:
            yield Recipient(person_id, heard_as)
        for deputy_id in directory.deputies.get(person_id, ()):
            if deputy_id not in barred:
                yield Recipient(deputy_id, heard_as, deputy_for=person_id)


def _offices(
    capacity: Capacity, officer_id: int | None, department_id: int, directory: Directory, request: Request
) -> Iterator[Office]:
    """Yield who could hear as something, the nearest first, each with those who may not."""
    match capacity:
        case Capacity.OFFICER:
            if officer_id is not None and directory.serves(officer_id):
                yield (officer_id,), frozenset()
        case Capacity.UNIT_HEAD | Capacity.AGENCY_HEAD:
            barred = directory.barred(request)
            for heads in directory.levels(department_id, Role(capacity.value)):
                yield heads, barred
        case Capacity.DECIDER:
            yield from directory.deciding(department_id, officer_id, request)
        case Capacity.APPROVER:
            yield from directory.signing(department_id, request)
        case Capacity.COORDINATOR:
            yield directory.coordinators(), directory.barred(request)
