"""Forgotten passwords: one letter at a time, and none that tells who is known."""

from datetime import timedelta

from sqlalchemy import func, select

from tests.factories.city import City
from tracker.foundation.clock import FixedClock
from tracker.people.invitations import RESET_PAUSE, request_password_reset
from tracker.people.models import Invitation
from tracker.people.rules.tokens import Purpose


def ask(city: City, address: str) -> None:
    """Ask for a reset letter, as anybody can."""
    with city.database.transaction() as session:
        request_password_reset(session, city.act("viewer", session), address)


def letters(city: City) -> int:
    """Count the reset letters that were issued."""
    with city.database.reading() as session:
        query = select(func.count(Invitation.id)).where(Invitation.purpose == Purpose.PASSWORD_RESET)
        return session.scalar(query) or 0


class TestRequestPasswordReset:
    def test_issues_a_letter(self, city: City) -> None:
        ask(city, city.email("officer"))
        assert letters(city) == 1

    def test_fills_nobodys_mailbox(self, city: City) -> None:
        ask(city, city.email("officer"))
        ask(city, city.email("officer"))
        assert letters(city) == 1

    def test_issues_another_after_a_pause(self, city: City, clock: FixedClock) -> None:
        ask(city, city.email("officer"))
        clock.advance(RESET_PAUSE + timedelta(seconds=1))
        ask(city, city.email("officer"))
        assert letters(city) == 2

    def test_is_silent_about_an_unknown_address(self, city: City) -> None:
        ask(city, "nobody@city.example")
        assert letters(city) == 0
