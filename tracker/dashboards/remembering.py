"""Figures that were counted, as long as nothing has changed: nothing is kept up to date, and nothing can drift.

Every change writes a row of the record in its own transaction, so the digest of the record's last row names the state
of all data. What was counted is remembered under that digest, the day, what the reader may see, the filter and the
city's standards: after a change, or at midnight, the next reader counts anew.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import date
from threading import Lock
from typing import Final, TypeVar, cast

from tracker import audit
from tracker.access import Permission, Principal
from tracker.actions.queries import ActionFilter
from tracker.actions.rules.deadlines import Standards
from tracker.dashboards import queries
from tracker.dashboards.figures import Overview
from tracker.foundation.database import Session

T = TypeVar("T")
_COMING_AND_GOING: Final = ("signed_in", "signed_out")
"""Acts that happen all day long and change nothing that is counted."""


class Figures:
    """Counts figures, and remembers as many of them as `size`; one for a process, shared by its threads."""

    def __init__(self, size: int = 128) -> None:
        self._size = size
        self._found: OrderedDict[Hashable, object] = OrderedDict()
        self._lock = Lock()

    def overview(
        self,
        session: Session,
        principal: Principal,
        wanted: ActionFilter,
        today: date,
        standards: Standards,
        *,
        by_agency: bool,
    ) -> Overview:
        """Return what `queries.overview` counts."""

        def count() -> Overview:
            return queries.overview(session, principal, wanted, today, standards, by_agency=by_agency)

        asked = ("overview", view_of(principal), wanted, today, standards, by_agency)
        return self.remembered(session, asked, count)

    def mine(
        self, session: Session, principal: Principal, wanted: ActionFilter, today: date, standards: Standards
    ) -> int:
        """Return what `queries.count_mine` counts."""

        def count() -> int:
            return queries.count_mine(session, principal, wanted, today, standards)

        asked = ("mine", principal.person_id, principal.grants, wanted, today, standards)
        return self.remembered(session, asked, count)

    def remembered(self, session: Session, asked: Hashable, count: Callable[[], T]) -> T:
        """Return what was counted for a question while the data were as they are now, or count it.

        A session that may write counts for itself: what it sees may never come to be.
        """
        if not session.get_bind().get_execution_options().get("only_reads"):
            return count()
        head = audit.head_of(session, passing_over=_COMING_AND_GOING)
        key = (head.digest if head else None, asked)
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return cast("T", self._found[key])
        counted = count()
        with self._lock:
            self._found[key] = counted
            while len(self._found) > self._size:
                self._found.popitem(last=False)
        return counted


def view_of(principal: Principal) -> Hashable:
    """Return what decides which items a person sees, and how wide; whoever sees the same shares what was counted."""
    scope = principal.scope(Permission.Action.READ)
    return (
        scope,
        principal.scope(Permission.Dashboard.READ),
        principal.scope(Permission.Report.READ_RESTRICTED),
        principal.may(Permission.Action.ASSIGN),
        None if scope.city else principal.persons,
    )
