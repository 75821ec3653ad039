"""Earlier decisions for the desk to learn from, made by its own verbs."""

from datetime import timedelta

from tests.factories.city import City
from tracker.reports.confirming import confirm
from tracker.reports.queries import list_drafts
from tracker.reports.reviewing import DraftChoice, accept_draft
from tracker.reports.rules.adoption import Adoption
from tracker.reports.rules.drafts import Confidentiality

BUSES = "建請於轉運站試辦電動公車候車資訊看板，並檢討路線班次。"
LIKE_BUSES = "宜比照當地，在轉運站設置公車候車資訊看板。"
NOTHING = "Quarterly xylophone zeitgeist."
"""A recommendation that says nothing which a department is there for."""


def decide(
    city: City,
    quote: str,
    department: str,
    confidentiality: Confidentiality = Confidentiality.PUBLIC,
    days: int = 90,
) -> int:
    """Confirm a recommendation for a department, and return the report's id."""
    report_id = city.give_report((quote,), confidentiality=confidentiality)
    with city.database.transaction() as session:
        act = city.act("coordinator", session)
        (draft,) = list_drafts(session, report_id)
        choice = DraftChoice(
            "試辦看板",
            "交通運輸",
            Adoption.ADOPTED,
            lead_department_id=city.departments[department],
            due_on=act.today + timedelta(days=days),
        )
        accept_draft(session, act, draft.id, choice)
        confirm(session, act, report_id)
    return report_id
