"""Evidence (佐證資料) on an item: files filed with a report of progress or with a request, within the item's quota."""

from collections.abc import Sequence

from tracker.access import Act
from tracker.actions.models import ActionItem, Evidence, Part
from tracker.actions.rules.evidence import megabytes
from tracker.actions.steps import person_of
from tracker.foundation.errors import Invalid
from tracker.foundation.filing import StoredFile
from tracker.foundation.language import N_


class EvidenceQuotaReached(Invalid):
    """An item would hold more evidence than the city allows for one."""

    message = N_(
        "這個事項的佐證資料上限為 %(quota)s MB，還可以上傳 %(left)s MB，這次共 %(wanted)s MB，請減少或壓縮檔案。"
    )


def file_evidence(
    act: Act, item: ActionItem, files: Sequence[StoredFile], quota: int | None = None
) -> list[Evidence]:
    """Return stored files as evidence on an item; raises EvidenceQuotaReached beyond so many bytes in all.

    A file that the item has already takes no more room, for it is stored once.
    """
    held = {each.sha256: each.size for each in evidence_of(item)}
    coming = {file.sha256: file.size for file in files if file.sha256 not in held}
    used, wanted = sum(held.values()), sum(coming.values())
    if quota is not None and coming and used + wanted > quota:
        raise EvidenceQuotaReached(
            quota=megabytes(quota),
            left=megabytes(max(0, quota - used)),
            wanted=megabytes(wanted, round_up=True),
        )
    return [_new_evidence(act, item, file) for file in files]


def evidence_of(item: ActionItem) -> list[Evidence]:
    """Return all evidence of an item in the order in which it came."""
    filed = (item.updates, item.closings, item.extensions)
    return sorted((each for kind in filed for row in kind for each in row.evidence), key=lambda each: each.id)


def _new_evidence(act: Act, item: ActionItem, file: StoredFile) -> Evidence:
    return Evidence(
        item_id=item.id,
        name=file.name,
        sha256=file.sha256,
        size=file.size,
        uploaded_at=act.at,
        uploaded_by_id=person_of(act),
    )


def told_evidence(evidence: Sequence[Evidence]) -> list[dict[str, object]]:
    """Return how the record tells of some evidence."""
    return [{"id": file.id, "name": file.name, "sha256": file.sha256} for file in evidence]


def count_evidence(item: ActionItem, part: Part) -> int:
    """Return how many files a department has filed with its progress in this round."""
    return sum(len(u.evidence) for u in item.updates if u.part_id == part.id and u.round_no == item.round_no)
