"""What may be edited of an item beside its workflow: who tracks it, whether it comes first, and its tags."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from tracker.foundation.language import N_

LONGEST_TAG: Final = 20
MOST_TAGS: Final = 10


class TrackingLevel(StrEnum):
    """Who tracks an item: the city government, or the agency by itself."""

    CITY = "city"
    AGENCY = "agency"


TRACKING_LEVEL_LABELS: Final[Mapping[TrackingLevel, str]] = {
    TrackingLevel.CITY: N_("府列管"),
    TrackingLevel.AGENCY: N_("自行列管"),
}


def normal_tag(written: str) -> str:
    """Return a tag as it is stored: without # or blanks in front, blanks in a row made one."""
    return " ".join(written.replace(",", " ").split()).lstrip("#＃ ")


def normal_tags(written: Iterable[str]) -> tuple[str, ...]:
    """Return tags as they are stored, each once, in order; case alone makes no second tag."""
    found: dict[str, str] = {}
    for tag in map(normal_tag, written):
        if tag:
            found.setdefault(tag.casefold(), tag)
    return tuple(sorted(found.values()))


def read_tags(text: str) -> tuple[str, ...]:
    """Return the tags that a person typed with commas, 、 or line breaks between them."""
    for mark in "，、；;\n":
        text = text.replace(mark, ",")
    return normal_tags(text.split(","))


def problem_with_tags(tags: Iterable[str]) -> str | None:
    """Return what is wrong with an item's tags as a msgid, None when nothing is."""
    chosen = tuple(tags)
    if len(chosen) > MOST_TAGS:
        return N_("標籤最多 10 個。")
    if any(len(tag) > LONGEST_TAG for tag in chosen):
        return N_("每個標籤請在 20 字以內。")
    return None
