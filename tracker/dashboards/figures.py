"""What the dashboard shows, as values; every field says what it counts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tiles:
    """How the tracked items stand on a day.

    open: assigned, in progress or waiting to be released.
    due_soon: open, due within the days that count as near, today included.
    overdue: open and past the due date, unless a closing request made in time still waits.
    past_original: open and past the date first agreed, whatever was granted since.
    awaiting_decision: the leading department asked for release and nobody has decided.
    closed: released, whatever the outcome; withdrawn, merged and void items do not count.
    """

    open: int
    due_soon: int
    overdue: int
    past_original: int
    awaiting_decision: int
    closed: int


@dataclass(frozen=True)
class DepartmentLoad:
    """The open items of one leading department, each counted once.

    with_units: whether everything below the department is counted with it.
    overdue, due_soon: as on the tiles.
    later: open, and neither overdue nor due soon.
    """

    department_id: int
    name: str
    english_name: str
    with_units: bool
    overdue: int
    due_soon: int
    later: int

    @property
    def open(self) -> int:
        """Return all open items of the department."""
        return self.overdue + self.due_soon + self.later
