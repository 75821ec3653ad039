"""The quota of an item's evidence: counted over everything filed on it, each content once."""

import pytest

from tests.factories import actions
from tests.factories.city import City
from tracker.actions.evidence import EvidenceQuotaReached
from tracker.actions.rules.evidence import MEGABYTE
from tracker.foundation.filing import StoredFile

QUOTA = 3 * MEGABYTE


def file(number: int, megabytes: float) -> StoredFile:
    return StoredFile(f"{number:064x}", int(megabytes * MEGABYTE), f"照片{number}.jpg")


class TestTheQuota:
    def test_takes_files_up_to_it(self, city: City) -> None:
        item_id = actions.bring_to(city, "in_progress")
        actions.report(city, item_id, files=(file(1, 2), file(2, 1)), quota=QUOTA)

    def test_refuses_with_what_is_left_counting_all_that_was_filed(self, city: City) -> None:
        item_id = actions.bring_to(city, "in_progress")
        actions.report(city, item_id, files=(file(1, 1),), quota=QUOTA)
        actions.ask_for_days(city, item_id, 10, files=(file(2, 1.5),), quota=QUOTA)
        with pytest.raises(EvidenceQuotaReached) as refusal:
            actions.ask(city, item_id, files=(file(3, 1),), quota=QUOTA)
        assert refusal.value.values == {"quota": "3", "left": "0.5", "wanted": "1"}

    def test_counts_a_file_that_the_item_has_already_once(self, city: City) -> None:
        item_id = actions.bring_to(city, "in_progress")
        for _ in range(3):
            actions.report(city, item_id, files=(file(1, 2),), quota=QUOTA)

    def test_is_each_item_s_own(self, city: City) -> None:
        for _ in range(2):
            item_id = actions.bring_to(city, "in_progress")
            actions.report(city, item_id, files=(file(1, 2),), quota=QUOTA)

    def test_stops_nobody_who_brings_no_file(self, city: City) -> None:
        item_id = actions.bring_to(city, "in_progress")
        actions.report(city, item_id, files=(file(1, 3),), quota=QUOTA)
        actions.report(city, item_id, quota=QUOTA)
        actions.report(city, item_id, quota=0)
