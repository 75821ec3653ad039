"""Fixtures for whoever lets workers die: imported by the conftest of a folder."""

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import make_url

from tests.factories.deadlines import address
from tests.integration.conftest import Mailbox
from tests.support import databases
from tests.support.crashing import HANDFULS_IN_DOUBT, Crashes, Nursery, Place
from tests.support.storm import BEGINS, fill
from tracker.foundation.database import Database

Copied = Callable[[], AbstractContextManager[str]]


@pytest.fixture(params=["sqlite", "postgresql"])
def copied_town(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[int], Copied]:
    """Make a database in which some officers are to hear of one item each, and return what makes copies of it."""
    if request.param == "sqlite":
        migrated: Path = request.getfixturevalue("migrated_sqlite")
        return lambda officers: _copied_file(migrated, tmp_path, officers)
    server, filled = request.getfixturevalue("migrated_postgres"), request.getfixturevalue("postgresql_url")

    def make(officers: int) -> Copied:
        _fill(filled, officers)
        return lambda: databases.copied_postgres(server, make_url(filled).database)

    return make


def _copied_file(migrated: Path, folder: Path, officers: int) -> Copied:
    template = Path(shutil.copy(migrated, folder / "filled.db"))
    _fill(databases.sqlite_url(template), officers)

    @contextmanager
    def copied() -> Iterator[str]:
        with TemporaryDirectory(dir=folder) as place:
            yield databases.copied_sqlite(template, Path(place))

    return copied


def _fill(url: str, officers: int) -> None:
    database = Database(url)
    fill(database, officers)
    database.close()


@pytest.fixture
def copies(mailbox: Mailbox) -> Callable[[], Mapping[str, Sequence[bytes]]]:
    """Tell the letters that the mail server took, by recipient."""

    def by_recipient() -> Mapping[str, Sequence[bytes]]:
        found: dict[str, list[bytes]] = defaultdict(list)
        for taken in mailbox.taken:
            (recipient,) = taken.recipients
            found[recipient].append(taken.data)
        return found

    return by_recipient


@pytest.fixture
def crashes(
    copied_town: Callable[[int], Copied],
    mailbox: Mailbox,
    copies: Callable[[], Mapping[str, Sequence[bytes]]],
    tmp_path: Path,
) -> Iterator[Callable[..., Crashes]]:
    """Let workers die on a Monday morning on which some officers are to hear; the mail server takes every letter.

    `crashes(7, in_hand=3)`: the first letter goes alone, the others by the handful.
    """
    with ExitStack() as stack:

        def make(officers: int, in_hand: int = 1) -> Crashes:
            copied = copied_town(officers)
            nursery = Nursery(Place(tmp_path, mailbox.port, in_hand), stack.enter_context(copied()), BEGINS)
            stack.callback(nursery.close)
            expected = frozenset(map(address, range(1, officers + 1)))
            in_doubt = HANDFULS_IN_DOUBT * in_hand if in_hand > 1 else 1
            return Crashes(nursery, copied, BEGINS, expected, copies, mailbox.taken.clear, in_doubt)

        yield make
