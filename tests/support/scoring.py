"""How much of the labelled reports extraction finds. Run as a program it prints precision and recall for each set.

A proposal hits a labelled recommendation when the characters that both hold are at least 0.6 of those that either holds,
without blanks and page furniture; one to one, the best pair first. An item that is labelled with `parts` may be hit in
parts instead. What hits an optional item, or a part of an item that was hit whole, counts neither way.
"""

import json
import re
import sys
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tracker.extraction import extract
from tracker.extraction.model import to_json
from tracker.reading.text import plain

DOCUMENTS = Path(__file__).resolve().parents[1] / "documents"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "corpus"
SETS = {
    "seen": DOCUMENTS / "seen",
    "unseen": DOCUMENTS / "unseen",
    "shared dev": SHARED / "dev",
    "shared seeds": SHARED / "seeds",
}
ENOUGH = 0.6
BANDS = (0.85, 0.6, 0.0)

Span = tuple[int, int]
Json = Mapping[str, Any]


@dataclass
class Figures:
    """Counts over one report or many; `bands` holds right and all proposals by how sure they were."""

    hits: float = 0
    proposed: int = 0
    labelled: int = 0
    owners: list[bool] = field(default_factory=list)
    dues: list[bool] = field(default_factory=list)
    fields: list[bool] = field(default_factory=list)
    bands: dict[float, list[bool]] = field(default_factory=lambda: {band: [] for band in BANDS})

    @property
    def precision(self) -> float:
        return self.hits / self.proposed if self.proposed else float(not self.labelled)

    @property
    def recall(self) -> float:
        return self.hits / self.labelled if self.labelled else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def add(self, other: "Figures") -> None:
        self.hits += other.hits
        self.proposed += other.proposed
        self.labelled += other.labelled
        self.owners += other.owners
        self.dues += other.dues
        self.fields += other.fields
        for band, marks in other.bands.items():
            self.bands[band] += marks


class Counted:
    """A text whose characters count, apart from blanks and page furniture."""

    def __init__(self, text: str, noise: Iterable[Sequence[int]]) -> None:
        skipped = {i for begin, end in noise for i in range(begin, end)}
        self._places = [i for i, c in enumerate(text) if not c.isspace() and i not in skipped]

    def size(self, begin: int, end: int) -> int:
        return max(0, bisect_left(self._places, end) - bisect_left(self._places, begin))

    def shared(self, one: Span, other: Span) -> int:
        return self.size(max(one[0], other[0]), min(one[1], other[1]))

    def overlap(self, one: Span, other: Span) -> float:
        shared = self.shared(one, other)
        joined = self.size(*one) + self.size(*other) - shared
        return shared / joined if joined else 0.0


def figures(folder: Path) -> Figures:
    """Return the figures of all labelled reports in a folder."""
    total = Figures()
    for path in sorted(folder.glob("*.txt")):
        label = folder / "gold" / f"{path.stem}.json"
        text = path.read_bytes().decode()
        total.add(judged(text, json.loads(label.read_text("utf-8")), to_json(extract(plain(text)))))
    return total


def judged(text: str, gold: Json, found: Json) -> Figures:
    """Judge what was found in one report."""
    counted = Counted(text, gold.get("noise", []))
    required = [r for r in gold["recommendations"] if r["level"] == "recommendation"]
    spans = [(r["start"], r["end"]) for r in found["recommendations"]]
    whole = _paired([[_spans(r) for r in required], spans], counted)
    used = set(whole.values())
    hits, more = float(len(whole)), 0
    for i, each in enumerate(required):
        parts = [tuple(part) for part in each.get("parts", [])]
        left = [k for k in range(len(spans)) if k not in used]
        pairs = _paired([[[part] for part in parts], [spans[k] for k in left]], counted)
        used |= {left[k] for k in pairs.values()}
        if i not in whole and pairs:
            hits, more = hits + len(pairs) / len(parts), more + 1
    right = set(used)
    neutral = {
        k for k in range(len(spans)) if k not in used and _is_optional(spans[k], gold, required, counted)
    }
    wrong = len(spans) - len(used | neutral)
    result = Figures(hits, len(whole) + more + wrong, len(required))
    for k, each in enumerate(found["recommendations"]):
        if k not in neutral:
            band = next(b for b in BANDS if each["confidence"] >= b)
            result.bands[band].append(k in right)
    if gold.get("hints_scored", True):
        for i, k in whole.items():
            proposal = found["recommendations"][k]
            result.owners.append(_owner_is_right(required[i].get("owner_hint"), proposal["owner_hint"]))
            result.dues.append(_due_is_right(required[i].get("due_hint"), proposal["due_hint"]))
    result.fields += [_field_is_right(gold["metadata"][n], found["metadata"][n]) for n in gold["metadata"]]
    return result


def _spans(labelled: Json) -> list[Span]:
    return [(labelled["start"], labelled["end"]), *((a, b) for a, b in labelled.get("alt", []))]


def _paired(sides: Any, counted: Counted) -> dict[int, int]:
    """Pair labelled items, each with its spans, and proposals: one to one, the best overlap first."""
    labelled, proposed = sides
    overlaps = (
        (max(counted.overlap(span, other) for span in spans), i, k)
        for i, spans in enumerate(labelled)
        for k, other in enumerate(proposed)
    )
    pairs: dict[int, int] = {}
    for overlap, i, k in sorted(overlaps, key=lambda o: (-o[0], o[1], o[2])):
        if overlap >= ENOUGH and i not in pairs and k not in pairs.values():
            pairs[i] = k
    return pairs


def _is_optional(span: Span, gold: Json, required: Sequence[Json], counted: Counted) -> bool:
    size = counted.size(*span)
    for each in (r for r in gold["recommendations"] if r["level"] == "optional"):
        near = any(
            counted.overlap(s, span) >= ENOUGH or counted.shared(s, span) >= ENOUGH * size > 0
            for s in _spans(each)
        )
        swallows = any(
            counted.shared((r["start"], r["end"]), span) > 0.5 * size
            for r in required
            if not (r["start"] <= each["start"] and each["end"] <= r["end"])
        )
        if near and not swallows:
            return True
    return False


def _plain(value: Any) -> str:
    folded = unicodedata.normalize("NFKC", str(value)).lower().replace("台", "臺")
    return re.sub(r"[\s#*_`\"'“”‘’「」『』《》〈〉()\[\]{}:,.;。，、；：!?！？|\-–—]+", "", folded)


def _choices(label: Any) -> list[Any]:
    return list(label["any"]) if isinstance(label, dict) and "any" in label else [label]


def _alike(one: Any, other: Any) -> bool:
    a, b = _plain(one), _plain(other)
    return bool(a and b) and (
        a == b or ((a in b or b in a) and min(len(a), len(b)) * 2 >= max(len(a), len(b)))
    )


def _owner_is_right(label: Any, found: str | None) -> bool:
    return any((not c and not found) or (c and found and _alike(c, found)) for c in _choices(label))


def _due_is_right(label: Any, found: Json | None) -> bool:
    if not found:
        return not label or bool(label.get("optional"))
    return bool(label) and (
        (label.get("date") is not None and label["date"] == found["date"])
        or _alike(label.get("text") or "", found["text"])
    )


def _field_is_right(label: Any, found: Any) -> bool:
    return any(_same_field(choice, found) for choice in _choices(label))


def _same_field(label: Any, found: Any) -> bool:
    if not label or not found:
        return not label and not found
    if isinstance(label, list):
        wanted, given = ([_plain(_name(v)) for v in values] for values in (label, found))
        return len(wanted) == len(given) and all(any(w in g or g in w for g in given) for w in wanted)
    return _plain(label) == _plain(found)


def _name(value: Any) -> Any:
    return value["name"] if isinstance(value, dict) else value


def _share(marks: Sequence[bool]) -> str:
    return f"{sum(marks) / len(marks):.3f}" if marks else "    –"


def report(sets: Mapping[str, Path] = SETS) -> Iterator[str]:
    """Give a line for each set that is at hand, then what the degrees of confidence are worth."""
    yield f"{'set':14}{'labelled':>9}{'precision':>11}{'recall':>8}{'F1':>7}{'owner':>8}{'due':>7}{'cover':>8}"
    bands: dict[float, list[bool]] = {band: [] for band in BANDS}
    for name, folder in sets.items():
        if not any(folder.glob("*.txt")):
            continue
        each = figures(folder)
        yield (
            f"{name:14}{each.labelled:9}{each.precision:11.3f}{each.recall:8.3f}{each.f1:7.3f}"
            f"{_share(each.owners):>8}{_share(each.dues):>7}{_share(each.fields):>8}"
        )
        if folder.parent == DOCUMENTS:
            for band, marks in each.bands.items():
                bands[band] += marks
    for band, marks in bands.items():
        yield f"confidence from {band:4.2f}: {sum(marks)} of {len(marks)} right"


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in report())
