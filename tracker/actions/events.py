"""What happens to action items; ids only, whoever reacts looks up the rest."""

from dataclasses import dataclass

from tracker.access import Act
from tracker.foundation.events import Event


@dataclass(frozen=True)
class ActionEvent(Event):
    """Something happened to an item; `act` tells who did it and when."""

    item_id: int
    act: Act


@dataclass(frozen=True)
class ActionAssigned(ActionEvent):
    """An item came, or came anew, to its departments; `lost_part_ids` are the parts that this took away (改分)."""

    lost_part_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class ActionAcknowledged(ActionEvent):
    """The leading department took the item."""


@dataclass(frozen=True)
class ActionSplit(ActionEvent):
    """A further item was taken out of an open one."""

    other_id: int
    reason: str


@dataclass(frozen=True)
class OfficerChanged(ActionEvent):
    """A department's part came from one officer, if it had any, to another."""

    part_id: int
    from_id: int | None
    reason: str


@dataclass(frozen=True)
class ProgressSubmitted(ActionEvent):
    """A department reported progress; `waits` tells whether the head of its unit has to approve it."""

    part_id: int
    waits: bool


@dataclass(frozen=True)
class ProgressAsked(ActionEvent):
    """Somebody above asks for a report of progress."""

    message: str


@dataclass(frozen=True)
class ProgressReturned(ActionEvent):
    """The head of the unit sent a report of progress back."""

    update_id: int


@dataclass(frozen=True)
class ClosingPrepared(ActionEvent):
    """An officer prepared a closing request, which waits for the head of the unit."""

    closing_id: int


@dataclass(frozen=True)
class ClosingReturned(ActionEvent):
    """The head of the unit sent a closing request back."""

    closing_id: int


@dataclass(frozen=True)
class ClosingRequested(ActionEvent):
    """A department asks to be released."""

    closing_id: int


@dataclass(frozen=True)
class ClosingRefused(ActionEvent):
    """The request was refused (持續列管): the next round begins."""

    closing_id: int


@dataclass(frozen=True)
class ExtensionRequested(ActionEvent):
    """A department asks for more time."""

    extension_id: int


@dataclass(frozen=True)
class ExtensionDecided(ActionEvent):
    """A request for more time was granted, refused, or handed on to the coordinating office."""

    extension_id: int


@dataclass(frozen=True)
class PetitionMade(ActionEvent):
    """The leading department asks for re-routing, withdrawal or merging."""

    petition_id: int


@dataclass(frozen=True)
class PetitionDecided(ActionEvent):
    """What the leading department asked for was granted or refused."""

    petition_id: int


@dataclass(frozen=True)
class ActionClosed(ActionEvent):
    """The item was released."""

    closing_id: int


@dataclass(frozen=True)
class ActionReopened(ActionEvent):
    """A released item is tracked again."""


@dataclass(frozen=True)
class PostCheckAnswered(ActionEvent):
    """The department said how things stand after closing."""

    check_id: int


@dataclass(frozen=True)
class PostCheckNoted(ActionEvent):
    """The coordinating office took note of that."""

    check_id: int


@dataclass(frozen=True)
class ActionEnded(ActionEvent):
    """The item left tracking without being released: withdrawn, merged or void."""


@dataclass(frozen=True)
class PartsHandedOver(Event):
    """Open parts went from one person to another, or to nobody yet."""

    from_id: int
    to_id: int | None
    part_ids: tuple[int, ...]
    act: Act
