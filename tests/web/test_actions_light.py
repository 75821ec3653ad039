"""The light of an item: its word, and why it is what it is, on every page that shows it."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.factories.actions import after_days, bring_to
from tests.factories.city import City
from tests.support.client import Visitor
from tracker.actions.rules.deadlines import Standards

Visit = Callable[..., Visitor]


def lights(page: str) -> list[str]:
    """Return what stands beside every lamp of a page's main part, its word first."""
    found = re.findall(
        r'<span class="lamp lamp--\w+">.*?</svg>(.*?)</span>(.*?)</(?:td|div)>', page, re.DOTALL
    )
    return [" ".join(re.sub(r"<[^>]*>", " ", f"{word} {rest}").split()) for word, rest in found]


class TestLight:
    @pytest.mark.parametrize(
        ("language", "words"), [("zh-Hant", "逾期 2 期未填報"), ("en", "Overdue Reports missed: 2")]
    )
    def test_says_in_words_what_turned_it_red(
        self, city: City, visit: Visit, language: str, words: str
    ) -> None:
        item_id = bring_to(city, "in_progress", due_in_days=400)
        after_days(city, 70)
        visitor = visit("officer", language=language)
        for address in (f"/actions/{item_id}", "/actions/?signal=overdue", "/"):
            assert any(light.startswith(words) for light in lights(visitor.get(address).text)), address

    def test_of_a_past_day_is_what_it_was_when_that_day_ended(self, city: City, visit: Visit) -> None:
        bring_to(city, "in_progress", due_in_days=400)
        standards = Standards()
        month = standards.last_closed(city.today() + timedelta(days=40))
        closing_day = month.closes_on(standards.filing_days)
        after_days(city, (closing_day - city.today()).days + 1)
        visitor = visit("coordinator")
        now = lights(visitor.get("/actions/").text)
        assert now == lights(visitor.get(f"/actions/?as_at={closing_day}").text) == ["注意 1 期未填報"]
        assert lights(visitor.get(f"/actions/?as_at={closing_day - timedelta(days=1)}").text) == ["正常"]

    def test_leaves_to_the_date_beside_it_what_the_date_says(self, city: City, visit: Visit) -> None:
        city.give_action(due_in_days=10)
        visitor = visit("officer")
        assert lights(visitor.get("/actions/").text) == ["注意"]
        without_date = visitor.get("/actions/?columns=signal,title").text
        assert lights(without_date) == ["注意 30 日內到期"]

    def test_two_missed_filings_are_not_counted_as_late_items(self, city: City, visit: Visit) -> None:
        bring_to(city, "in_progress", due_in_days=400)
        after_days(city, 70)
        assert "沒有逾期" in visit("officer").get("/").text
