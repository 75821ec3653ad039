"""What was rejected in the edition before is known in the new one, on both databases."""

import pytest

from tests.factories.city import City
from tests.support import editions as story
from tests.support.editions import EXCHANGE, LIGHTS, SIGNALS, TICKETS, bring, report_text
from tracker.reports import editions, queries
from tracker.reports.set_aside import list_drafts_and_set_aside, match_set_aside

REASON = "只是當地的做法，與本市無關。"


@pytest.fixture
def later(city: City) -> int:
    """The second edition of a report of which the last recommendation was rejected."""
    return story.edition_after_rejection(city, REASON)


def found(city: City, report_id: int, key: str = "coordinator") -> dict[str, str]:
    """Return the reason by the words of what was rejected before."""
    with city.database.reading() as session:
        by = city.act(key, session).by
        report = queries.get_report(session, by, report_id, with_text=True)
        drafts, rejected = list_drafts_and_set_aside(session, by, report)
        assert drafts == queries.list_drafts(session, report_id)
        quotes = {each.id: report.text[each.start : each.end] for each in drafts}
        known = match_set_aside(rejected, quotes)
        return {quotes[each]: aside.reason for each, aside in known.items()}


class TestSetAside:
    def test_names_the_passage_and_the_reason(self, city: City, later: int) -> None:
        assert found(city, later) == {LIGHTS: REASON}

    def test_stays_when_the_edition_was_accepted(self, city: City, later: int) -> None:
        with city.database.transaction() as session:
            editions.accept_edition(session, city.act("coordinator", session), later)
        assert found(city, later) == {LIGHTS: REASON}

    def test_ends_when_the_report_is_one_of_its_own(self, city: City, later: int) -> None:
        with city.database.transaction() as session:
            editions.refuse_edition(session, city.act("coordinator", session), later)
        assert found(city, later) == {}

    def test_says_nothing_of_words_that_changed(self, city: City) -> None:
        former = story.reviewed_but_for(city, REASON)
        assert former
        reworded = "建議交通局比照瀨灣市，檢討水岸步道夜間照明的亮度、燈距與維護經費。"
        report_id = bring(city, report_text((EXCHANGE, SIGNALS, reworded, TICKETS), 115))
        assert found(city, report_id) == {}

    def test_says_nothing_of_a_report_that_is_no_edition(self, city: City) -> None:
        assert found(city, bring(city, report_text((SIGNALS,)))) == {}
