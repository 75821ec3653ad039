"""採行情形: the decision on a recommendation, apart from the workflow of its action items.

Codes are fixed, labels are for showing. Source: the adoption codes (採行、參採、存查) of research follow-up.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from tracker.foundation.language import N_


class Adoption(StrEnum):
    """What was decided about a recommendation."""

    PENDING = "pending"
    ADOPTED = "adopted"
    PARTIALLY_ADOPTED = "partially_adopted"
    REFERENCE = "reference"
    UNDER_STUDY = "under_study"
    FILED = "filed"
    NOT_ADOPTED = "not_adopted"


LABELS: Final[Mapping[Adoption, str]] = {
    Adoption.PENDING: N_("待決定"),
    Adoption.ADOPTED: N_("採行"),
    Adoption.PARTIALLY_ADOPTED: N_("部分採行"),
    Adoption.REFERENCE: N_("參採"),
    Adoption.UNDER_STUDY: N_("研議中"),
    Adoption.FILED: N_("存查"),
    Adoption.NOT_ADOPTED: N_("不採行"),
}
OPENS_ITEMS: Final = frozenset(
    {Adoption.PENDING, Adoption.ADOPTED, Adoption.PARTIALLY_ADOPTED, Adoption.UNDER_STUDY}
)
FINAL: Final = frozenset(Adoption) - {Adoption.PENDING, Adoption.UNDER_STUDY}
"""The decisions that can stand once the work is done; under study, 研議中, is no end."""
NEEDS_NO_REASON: Final = frozenset({Adoption.PENDING, Adoption.ADOPTED})


def problems_with(adoption: Adoption, reason: str, study_until: date | None, today: date) -> dict[str, str]:
    """Return, by field, the msgids of what a decision still lacks."""
    problems = {}
    if adoption not in NEEDS_NO_REASON and not reason.strip():
        problems["adoption_reason"] = N_("「採行」以外的決定必須填寫採行說明。")
    if adoption is Adoption.UNDER_STUDY:
        if study_until is None:
            problems["study_until"] = N_("「研議中」必須訂出研議期限。")
        elif study_until < today:
            problems["study_until"] = N_("研議期限不可早於今天。")
    return problems
