"""The day of the check after closing, and what an answer needs."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.actions.rules.post_checking import CHECK_LABELS, CheckState, check_day, problems_with_answer
from tracker.reports.rules.adoption import Adoption


@pytest.mark.parametrize(
    ("closed_on", "months", "due_on"),
    [
        (date(2026, 3, 2), 12, date(2027, 3, 2)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
    ],
)
def test_the_day_is_some_months_later(closed_on: date, months: int, due_on: date) -> None:
    assert check_day(closed_on, months) == due_on


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 60))
def test_the_day_never_comes_before_a_month_of_28_days_each(closed_on: date, months: int) -> None:
    assert 28 * months <= (check_day(closed_on, months) - closed_on).days <= 31 * months


def test_an_answer_gives_a_final_adoption_and_words() -> None:
    assert problems_with_answer(Adoption.ADOPTED, "仍在使用。") == {}
    assert list(problems_with_answer(Adoption.UNDER_STUDY, " ")) == ["adoption", "narrative"]
    assert list(problems_with_answer(None, "仍在使用。")) == ["adoption"]


def test_every_state_has_a_word() -> None:
    assert set(CHECK_LABELS) == set(CheckState)
