"""How sure a proposal is, from the rules that spoke for it.

The figures are shares of proposals that proved right on labelled reports; docs/proofs.md tells them by band.
"""

from tracker.extraction.items.found import Found
from tracker.extraction.sections import Kind
from tracker.extraction.wording.asks import Ask

_POSSIBLE = 0.35
_BY_PLACE = {
    Kind.LISTED.value: 0.8,
    "action-table": 0.95,
    "labelled-recommendation": 0.9,
    "named-item": 0.9,
    "labelled-inside": 0.9,
    Kind.MIXED.value: 0.6,
    Kind.BODY.value: 0.5,
}
_BY_ASK = {Ask.EXPLICIT.value: 0.15, Ask.MODAL.value: 0.1}
_BY_SHAPE = {"table-row": 0.1, "numbered-item": 0.05, "bullet-item": 0.05}
_SUREST = 0.98


def confidence_of(found: Found) -> float:
    """Return how sure a proposal is, from 0 to 1."""
    if found.is_possible:
        return _POSSIBLE
    place = _BY_PLACE.get(found.why[0], 0.5)
    more = sum(_BY_ASK.get(name, 0) + _BY_SHAPE.get(name, 0) for name in found.why)
    return round(min(_SUREST, place + more), 2)
