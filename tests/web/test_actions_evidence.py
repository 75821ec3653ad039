"""Evidence by the pages: the item's quota with what is left of it, and the hash of each file."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.factories.actions import bring_to, report
from tests.factories.city import City
from tests.support.client import Visitor
from tests.support.site import settings_for
from tracker.settings import Settings
from tracker.wiring import Wiring

Visit = Callable[..., Visitor]
PHOTOGRAPHS = b"%PDF-1.7 " + b"x" * (700 * 1024)


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    """Settings of a city that lets an item hold one megabyte of evidence."""
    return settings_for(tmp_path, sqlite_url, {"TRACKER_FOLLOW_UP__MAX_EVIDENCE_TOTAL_MEGABYTES": "1"})


FORMS = {
    "progress": {"narrative": "已完成現場勘查。", "percent": "50"},
    "closing": {
        "result": "兩處轉運站的候車資訊看板已完成並啟用。",
        "completed_on": "2026-03-02",
        "outcome": "implemented",
    },
    "extension": {
        "new_due_on": "2027-03-05",
        "reason_code": "procurement",
        "reason": "第一次招標流標，須重新上網公告。",
    },
}


class TestTheQuota:
    @pytest.mark.parametrize("step", FORMS)
    def test_refuses_with_what_is_left_and_keeps_every_word(
        self, city: City, visit: Visit, wiring: Wiring, step: str
    ) -> None:
        item_id = bring_to(city, "in_progress")
        report(city, item_id, files=(wiring.files.put(PHOTOGRAPHS, "照片.pdf"),))
        more = (io.BytesIO(b"%PDF-1.7 " + b"y" * (400 * 1024)), "更多照片.pdf")
        answer = visit("officer").post(f"/actions/{item_id}/{step}", {**FORMS[step], "evidence": more})
        assert answer.status_code == 422
        assert "上限為 1 MB，還可以上傳 0.3 MB，這次共 0.4 MB" in answer.text
        assert all(words in answer.text for words in FORMS[step].values() if not words.isascii())

    def test_takes_a_file_that_still_fits(self, city: City, visit: Visit, wiring: Wiring) -> None:
        item_id = bring_to(city, "in_progress")
        report(city, item_id, files=(wiring.files.put(PHOTOGRAPHS, "照片.pdf"),))
        more = (io.BytesIO(b"%PDF-1.7 one page"), "收據.pdf")
        form = {**FORMS["progress"], "evidence": more}
        assert visit("officer").post(f"/actions/{item_id}/progress", form).status_code == 302


class TestTheHash:
    @pytest.mark.parametrize("language", ["zh-Hant", "en"])
    def test_stands_beside_each_file(self, city: City, visit: Visit, wiring: Wiring, language: str) -> None:
        item_id = bring_to(city, "in_progress")
        report(city, item_id, files=(wiring.files.put(PHOTOGRAPHS, "照片.pdf"),))
        page = visit("viewer", language=language).get(f"/actions/{item_id}").text
        assert hashlib.sha256(PHOTOGRAPHS).hexdigest() in page
