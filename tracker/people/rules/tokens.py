"""One-time tokens, sign-in tokens and API tokens: random, kept only as digests."""

import hashlib
import secrets
from datetime import timedelta
from enum import StrEnum


class Purpose(StrEnum):
    """What a one-time token is good for; one of one purpose is useless for another."""

    SETUP = "setup"
    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of a purpose, no secret


LIFETIMES = {
    Purpose.SETUP: timedelta(hours=24),
    Purpose.INVITATION: timedelta(days=14),
    Purpose.PASSWORD_RESET: timedelta(hours=1),
}


def new_token() -> str:
    """Return a fresh token of 256 random bits, safe in an address."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return what is stored in place of a token; a random token of this length needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()
