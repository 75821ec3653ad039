"""The memory of the desk: earlier decisions, and those that are near to a text.

Each decision is kept by the grams of its words, as searching finds them. A text asks for its rarest grams only, so that
a memory of many decisions is hardly slower than a small one; both databases answer the same.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from typing import Final

from sqlalchemy import case, delete, insert, select, text

from tracker.access import Principal
from tracker.foundation.database import Session
from tracker.foundation.likeness import bigrams
from tracker.people.models import Department
from tracker.reports.models import Precedent, PrecedentGram, Recommendation, Report
from tracker.reports.queries import visible_to
from tracker.reports.rules.suggesting import NEIGHBOURS, Ground, Remembered, nearness, rarity

COMMON: Final = 400
"""A gram that so many decisions hold is not counted further: it tells little."""
MOST_READ: Final = 3_000
"""How many entries of the index count for one text, those of the rarest grams."""
_BATCH: Final = 500
_LOOKED_AT: Final = 3 * NEIGHBOURS
_HOLDERS: Final[Mapping[str, str]] = {
    "sqlite": (
        "SELECT asked.value, (SELECT json_group_array(precedent_id) FROM {held}), (SELECT max(id) FROM precedent)"
        " FROM json_each(:grams) AS asked"
    ),
    "postgresql": (
        "SELECT asked.value, (SELECT CAST(json_agg(precedent_id) AS text) FROM {held}), (SELECT max(id) FROM precedent)"
        " FROM json_array_elements_text(CAST(:grams AS json)) AS asked(value)"
    ),
}
_HELD: Final = (
    f"(SELECT precedent_id FROM precedent_gram p WHERE p.gram = asked.value LIMIT {COMMON}) AS held"  # noqa: S608 - a number of ours
)


@dataclass(frozen=True)
class Decision:
    """What was decided about a recommendation: who leads its item, and how many days they were granted."""

    recommendation_id: int
    item_no: str
    department_id: int
    days: int


def learn(session: Session, decision: Decision) -> None:
    """Keep a decision; one about an item that is known takes the place of the earlier one."""
    known = select(Precedent).where(Precedent.item_no == decision.item_no)
    precedent = session.scalars(known).one_or_none()
    if precedent is not None:
        precedent.department_id, precedent.days = decision.department_id, decision.days
        return
    learn_all(session, [decision])


def learn_all(session: Session, decisions: Sequence[Decision]) -> None:
    """Keep decisions about items that are not known yet, many in one statement."""
    batches = [decisions[first : first + _BATCH] for first in range(0, len(decisions), _BATCH)]
    stored = [_store(session, batch) for batch in batches]
    # All decisions stand before the first gram refers to one: PostgreSQL settles at the first reference how to look
    # for them, and would read through the whole table for each when it was still empty then.
    for precedents in stored:
        told = _grams_of(session, precedents.values())
        rows = [
            {"gram": gram, "precedent_id": key}
            for key, recommendation_id in precedents.items()
            for gram in sorted(told[recommendation_id])
        ]
        if rows:
            session.execute(insert(PrecedentGram), rows)


def _store(session: Session, decisions: Sequence[Decision]) -> Mapping[int, int]:
    """Store decisions, and return the id of the recommendation by that of the decision."""
    told = _grams_of(session, [each.recommendation_id for each in decisions])
    rows = [
        {
            "item_no": each.item_no,
            "recommendation_id": each.recommendation_id,
            "department_id": each.department_id,
            "size": len(told[each.recommendation_id]),
            "days": each.days,
        }
        for each in decisions
    ]
    added = insert(Precedent).returning(Precedent.id, Precedent.recommendation_id)
    return {row.id: row.recommendation_id for row in session.execute(added, rows)}


def forget_all(session: Session) -> None:
    """Empty the memory, so that it can be made anew."""
    session.execute(delete(PrecedentGram))
    session.execute(delete(Precedent))


def grams_of_text(label: str, quote: str) -> frozenset[str]:
    """Return the grams by which a recommendation is remembered."""
    return frozenset(bigrams(f"{label}\n{quote}"))


def _grams_of(session: Session, ids: Collection[int]) -> Mapping[int, frozenset[str]]:
    query = select(Recommendation.id, Recommendation.label, Recommendation.verbatim_quote)
    rows = session.execute(query.where(Recommendation.id.in_(ids)))
    return {key: grams_of_text(label, quote) for key, label, quote in rows}


def nearest(
    session: Session, principal: Principal, texts: Sequence[frozenset[str]]
) -> list[list[tuple[Remembered, float]]]:
    """Return for each text, given by its grams, the nearest decisions and how near they are, the nearest first.

    Two statements for all of them. The words of a decision are there for who may read its report.
    """
    known, holders = _holders(session, frozenset().union(*texts))
    weights = {gram: rarity(known, len(ids)) for gram, ids in holders.items()}
    shared = [_shared(_rarest(grams, holders), weights, holders) for grams in texts]
    remembered = _read(session, principal, {key for each in shared for key in each})
    return [
        _best(each, sum(weights[gram] for gram in grams), len(grams), remembered)
        for each, grams in zip(shared, texts, strict=True)
    ]


def _shared(
    grams: Sequence[str], weights: Mapping[str, float], holders: Mapping[str, Sequence[int]]
) -> dict[int, float]:
    shared: defaultdict[int, float] = defaultdict(float)
    for gram in grams:
        weight = weights[gram]
        for precedent_id in holders[gram]:
            shared[precedent_id] += weight
    return {key: shared[key] for key in nlargest(_LOOKED_AT, shared, key=lambda key: (shared[key], -key))}


def _best(
    shared: Mapping[int, float],
    asked: float,
    asked_size: int,
    remembered: Mapping[int, tuple[Remembered, int]],
) -> list[tuple[Remembered, float]]:
    near = [(remembered[key], each) for key, each in shared.items() if key in remembered]
    scored = [(one, nearness(each, asked, size, asked_size)) for (one, size), each in near]
    return sorted(scored, key=lambda each: (-each[1], each[0].id))[:NEIGHBOURS]


def _read(session: Session, principal: Principal, ids: Collection[int]) -> dict[int, tuple[Remembered, int]]:
    """Return earlier decisions with their sizes; those of departments that are not in use do not count."""
    query = (
        select(
            Precedent.id,
            Precedent.department_id,
            Report.lead_agency_id,
            Recommendation.theme,
            Precedent.days,
            Precedent.size,
            case((visible_to(principal), Recommendation.verbatim_quote)),
            Precedent.item_no,
        )
        .join(Recommendation, Recommendation.id == Precedent.recommendation_id)
        .join(Report, Report.id == Recommendation.report_id)
        .join(Department, Department.id == Precedent.department_id)
        .where(Precedent.id.in_(ids), Department.is_active)
    )
    rows = session.execute(query) if ids else ()
    found = {}
    for key, department_id, agency_id, theme, days, size, quote, item_no in rows:
        ground = Ground(quote, item_no) if quote else None
        found[key] = Remembered(key, department_id, agency_id, theme, days, ground), size
    return found


def _holders(session: Session, grams: frozenset[str]) -> tuple[int, dict[str, list[int]]]:
    """Return how many decisions are known, and which of them hold each gram, at most `COMMON` of them."""
    query = _HOLDERS[session.connection().dialect.name].format(held=_HELD)
    rows = session.execute(text(query), {"grams": json.dumps(sorted(grams))}).all()
    known = next((row[2] for row in rows), None) or 0
    return known, {gram: json.loads(ids or "[]") for gram, ids, _ in rows}


def _rarest(grams: frozenset[str], holders: Mapping[str, Sequence[int]]) -> list[str]:
    chosen, read = [], 0
    for gram in sorted(grams, key=lambda each: (len(holders[each]), each)):
        read += len(holders[gram])
        if read > MOST_READ or len(holders[gram]) >= COMMON:
            break
        chosen.append(gram)
    return chosen
