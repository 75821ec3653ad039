"""What a row of an imported table does."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from tracker.foundation.language import N_


class LineOutcome(StrEnum):
    """What applying a table does with a row, or why it does nothing."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    SKIPPED = "skipped"
    CONFLICT = "conflict"
    ERROR = "error"


OUTCOME_LABELS: Final[Mapping[LineOutcome, str]] = {
    LineOutcome.NEW: N_("新增"),
    LineOutcome.CHANGED: N_("變更"),
    LineOutcome.SAME: N_("不變"),
    LineOutcome.SKIPPED: N_("略過"),
    LineOutcome.CONFLICT: N_("衝突"),
    LineOutcome.ERROR: N_("錯誤"),
}
IN_THE_WAY: Final = frozenset({LineOutcome.CONFLICT, LineOutcome.ERROR})
"""As long as one row is like this, nothing is applied."""
