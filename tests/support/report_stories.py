"""Sample reports in our own words, and the steps from a file to its desk, shared by the tests of the report pages."""

import io
import re
from dataclasses import dataclass

from werkzeug.test import TestResponse

from tests.support.client import Visitor
from tracker.foundation.jobs import run_next
from tracker.reports.models import Draft, Report
from tracker.wiring import Wiring

TRAM = """出國報告（出國類別：考察）
赴瀨灣市考察輕軌與水岸步道 出國報告
服務機關：交通局
姓名職稱：何語安 科員、簡立群 科長
派赴國家：日本
出國期間：114年9月8日至9月12日
報告日期：114年11月20日

一、目的
瀨灣市以輕軌串連港區與車站，本次前往了解營運經驗。

二、過程
第一日拜會港灣局，第二日試乘輕軌，第三日步行水岸。

三、心得
同行教師與當地高中談妥，明年五月本市將邀請該校學生來訪一週。

四、建議
（一）建請交通局於115年12月底前，在輕軌沿線三處路口試辦行人優先號誌。
（二）建議教育局與瀨灣市高中簽訂學生交流備忘錄，每年互訪一次。
（三）水岸步道宜比照瀨灣市設置連續照明，由交通局會同相關機關研議。
"""
QUOTE = "建請交通局於115年12月底前，在輕軌沿線三處路口試辦行人優先號誌。"


def upload(visitor: Visitor, *files: tuple[str, bytes], confidentiality: str = "public") -> TestResponse:
    """Send files by the upload page."""
    sent = [(io.BytesIO(data), name) for name, data in files]
    return visitor.post("/reports/new", {"files": sent, "confidentiality": confidentiality})


def work(wiring: Wiring) -> None:
    """Do the background work that waits, as the worker does."""
    while run_next(wiring.database, wiring.handlers(), wiring.clock):
        pass


@dataclass(frozen=True)
class Imported:
    """A report that waits on the desk, with its drafts in the order of the text."""

    id: int
    drafts: tuple[Draft, ...]


def imported(visitor: Visitor, wiring: Wiring, text: str = TRAM, confidentiality: str = "public") -> Imported:
    """Upload a report, let it be read, and return it; raises AssertionError when it was not taken."""
    answer = upload(visitor, ("report.txt", text.encode()), confidentiality=confidentiality)
    assert answer.status_code == 302, answer.text
    work(wiring)
    with wiring.database.reading() as session:
        report = session.query(Report).order_by(Report.id.desc()).first()
        assert report is not None
        return Imported(report.id, tuple(report.drafts))


def choice(draft: Draft, **changes: object) -> dict[str, object]:
    """Return what the form of a draft would send unchanged, with some changes."""
    stored = {
        "version": draft.version,
        "title": draft.title,
        "theme": draft.theme,
        "adoption": draft.adoption.value,
        "adoption_reason": draft.adoption_reason,
        "lead_department_id": draft.lead_department_id or "",
        "officer_id": draft.officer_id or "",
        "due_on": draft.due_on or "",
        "expected_result": draft.expected_result,
    }
    return {**stored, **changes}


def card(page: str, draft_id: int) -> str:
    """Return the part of the desk that belongs to a draft."""
    found = re.search(
        rf'<article class="candidate[^>]*id="candidate-{draft_id}".*?</article>', page, re.DOTALL
    )
    assert found, f"no card {draft_id}"
    return found[0]
