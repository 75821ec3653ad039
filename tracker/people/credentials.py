"""Passwords: hashed and compared here and nowhere else, never more than two at a time."""

from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tracker.foundation.errors import Invalid
from tracker.people.rules import passwords, tokens

_hasher = PasswordHasher()
# One hash takes 64 MiB and a third of a second, so a flood of sign-ins must not compute many at the same time.
_hashing = BoundedSemaphore(2)


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    with _hashing:
        return _hasher.hash(password)


def password_matches(known_hash: str | None, password: str) -> bool:
    """Tell whether a password is the right one; takes as long for an unknown person as for a known one."""
    known_or_dummy = known_hash or _dummy_hash()
    try:
        with _hashing:
            _hasher.verify(known_or_dummy, password)
    except (VerificationError, InvalidHashError):
        return False
    return known_hash is not None


@cache
def _dummy_hash() -> str:
    return hash_password(tokens.new_token())


def check_password(password: str, name: str, email: str) -> None:
    """Raise Invalid for a password that is too easy to guess for this person."""
    if problem := passwords.problem_with(password, (name, email.split("@", maxsplit=1)[0])):
        raise Invalid(fields={"password": problem})
