"""Two editions of a report in our own words, and the steps from the second one's file to its comparison."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from tests.factories.city import THEMES, City
from tracker.access import Act
from tracker.actions.assigning import open_confirmed
from tracker.extraction import extract
from tracker.extraction.model import ReadReport
from tracker.foundation.database import Session
from tracker.foundation.filing import describe
from tracker.reading.document import Document
from tracker.reports import queries
from tracker.reports.comparing import Comparison, compare
from tracker.reports.confirming import confirm
from tracker.reports.drafting import Proposals
from tracker.reports.editions import propose_edition
from tracker.reports.events import RecommendationConfirmed, ReportImported
from tracker.reports.models import Recommendation
from tracker.reports.reviewing import DraftChoice, accept_draft, reject_draft
from tracker.reports.rules.adoption import Adoption
from tracker.reports.service import import_report

PROPOSALS = Proposals(THEMES, 180)
SIGNALS = "建請交通局在輕軌沿線三處路口試辦行人優先號誌。"
EXCHANGE = "建議教育局與瀨灣市高中簽訂學生交流備忘錄，每年互訪一次。"
LIGHTS = "建議交通局比照瀨灣市，在水岸步道設置連續照明。"
TICKETS = "建請交通局整合輕軌與渡輪票證，提供單日聯票。"
REWORDED = "建請交通局在輕軌沿線五處路口及學校周邊試辦行人優先號誌。"
ADDED = "建議消防局與港灣局每半年合辦一次大型車站疏散演練。"
FIRST = (SIGNALS, EXCHANGE, LIGHTS)
SECOND = (EXCHANGE, REWORDED, ADDED)
"""One reworded and moved behind another, one dropped, one added."""
_COUNTS = "一二三四五六七八九十"
_REPORT = """出國報告（出國類別：考察）
赴瀨灣市考察輕軌與水岸步道 出國報告
服務機關：交通局
姓名職稱：何語安 科員
派赴國家：日本
出國期間：{year}年9月8日至9月12日
報告日期：{year}年11月20日

一、目的
瀨灣市以輕軌串連港區與車站，本次前往了解營運經驗，並與港灣局交換意見。

二、過程
第一日拜會港灣局，第二日試乘輕軌，第三日步行水岸，第四日參觀機廠與行控中心。

三、心得
輕軌班次密集，車站與人行空間相連，夜間照明讓水岸到深夜都有人散步。

四、建議
{recommendations}
"""


def report_text(recommendations: Iterable[str], year: int = 114) -> str:
    """Return the text of a report with its recommendations numbered."""
    lines = (f"（{_COUNTS[number]}）{each}" for number, each in enumerate(recommendations))
    return _REPORT.format(year=year, recommendations="\n".join(lines))


def bring(city: City, text: str, name: str = "report.txt", key: str = "coordinator") -> int:
    """Import a text as reading and extraction understand it, let editions be recognised, and return its id."""
    read = ReadReport(text, "text", None, extract(Document(text, "text")))
    with city.database.transaction() as session:
        act = city.act(key, session)
        report = import_report(session, act, describe(text.encode(), name), read, PROPOSALS)
        session.info.pop("events", None)
        propose_edition(session, ReportImported(report.id, act))
        return report.id


def confirm_all(city: City, report_id: int) -> Sequence[Recommendation]:
    """Adopt every draft of a report for the transport bureau, confirm them, and open their items."""
    with city.database.transaction() as session:
        act = city.act("coordinator", session)
        for draft in queries.list_drafts(session, report_id):
            accept_draft(session, act, draft.id, _choice(city, draft.title))
        confirmed = confirm(session, act, report_id)
        open_items(session)
        return confirmed


def open_items(session: Session) -> None:
    """Open the items that confirmations of this transaction asked for."""
    for happened in session.info.pop("events", []):
        if isinstance(happened, RecommendationConfirmed):
            open_confirmed(session, happened)
    session.info.pop("events", None)


def two_editions(city: City, first: Sequence[str] = FIRST, second: Sequence[str] = SECOND) -> tuple[int, int]:
    """Return the ids of a confirmed report and of its second edition, whose drafts wait."""
    former = bring(city, report_text(first))
    confirm_all(city, former)
    return former, bring(city, report_text(second, 115))


def comparison_of(session: Session, act: Act, report_id: int) -> Comparison:
    """Return a report beside the edition before; raises AssertionError when there is none."""
    comparison = compare(session, act.by, queries.get_report(session, act.by, report_id, with_text=True))
    assert comparison is not None
    return comparison


def _choice(city: City, title: str) -> DraftChoice:
    return DraftChoice(
        title,
        THEMES[0],
        Adoption.ADOPTED,
        lead_department_id=city.departments["TPT-P"],
        due_on=city.today() + timedelta(days=90),
    )


def reviewed_but_for(city: City, reason: str) -> int:
    """Return the id of a report whose recommendations were confirmed but for the last one, which was rejected."""
    report_id = bring(city, report_text(FIRST))
    with city.database.transaction() as session:
        act = city.act("coordinator", session)
        *_, last = queries.list_drafts(session, report_id)
        reject_draft(session, act, last.id, reason)
        for draft in queries.list_drafts(session, report_id)[:-1]:
            accept_draft(session, act, draft.id, _choice(city, draft.title))
        confirm(session, act, report_id)
        open_items(session)
    return report_id


def edition_after_rejection(city: City, reason: str) -> int:
    """Return the id of the second edition of such a report, in which the rejected one stands again."""
    reviewed_but_for(city, reason)
    return bring(city, report_text((EXCHANGE, LIGHTS, REWORDED), 115))
