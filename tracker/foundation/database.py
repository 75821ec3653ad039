"""Plain SQLAlchemy for web, worker and command line alike: one `transaction()`, one `reading()`.

On SQLite a writing transaction begins IMMEDIATE: a deferred one that reads first and writes later fails at once
when another writer came between, and no time-out helps.
"""

import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

from sqlalchemy import JSON, Connection, DateTime, Engine, Enum, MetaData, Text, create_engine, event
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.types import TypeDecorator

from tracker.foundation.errors import DatabaseAway, DatabaseNotMigrated, Duplicate, VersionConflict
from tracker.foundation.events import Event, Subscriptions

__all__ = [
    "Base",
    "Database",
    "Page",
    "Session",
    "UTCDateTime",
    "attempt",
    "check_version",
    "code_column",
    "day_of",
    "mark_day",
    "raise_event",
    "rehearsal",
]

T = TypeVar("T")
NAMING = {
    "ix": "ix__%(table_name)s__%(column_0_N_name)s",
    "uq": "uq__%(table_name)s__%(column_0_N_name)s",
    "ck": "ck__%(table_name)s__%(constraint_name)s",
    "fk": "fk__%(table_name)s__%(column_0_N_name)s__%(referred_table_name)s",
    "pk": "pk__%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """A moment: refuses naive values, stores UTC, gives aware UTC back on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment into UTC; raises ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the stored moment its zone back; SQLite keeps none."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The parent of every mapped class; constraints get names so that migrations can change them."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads a plain class attribute
        datetime: UTCDateTime,
        str: Text,
        dict[str, Any]: JSON,
        list[str]: JSON,
        list[int]: JSON,
    }


def code_column(kind: type[Any]) -> Enum:
    """Return a column type that stores an enum by its value, as text, without a database type of its own."""
    return Enum(
        kind, native_enum=False, length=40, values_callable=lambda members: [m.value for m in members]
    )


@event.listens_for(Session, "after_rollback")
def _forget_events(session: Session) -> None:
    """Tell nobody of what was rolled back, since it did not happen."""
    session.info.pop("events", None)


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a longer result; `number` counts from 1, `total` counts all rows."""

    rows: Sequence[T]
    total: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        """Return how many pages there are, at least one."""
        return max(1, -(-self.total // self.size))


def check_version(present: int, shown: int | None) -> None:
    """Raise VersionConflict when a row changed since it was shown; a caller that showed none passes None."""
    if shown is not None and shown != present:
        raise VersionConflict


def raise_event(session: Session, happened: Event) -> None:
    """Tell the rest of the house, within this transaction, that something happened."""
    session.info.setdefault("events", []).append(happened)


def mark_day(session: Session, day: date) -> None:
    """Tell a transaction the local day on which its changes happen."""
    session.info["day"] = day


def day_of(session: Session) -> date | None:
    """Return the local day on which the changes of a transaction happen, None while no act was recorded."""
    day: date | None = session.info.get("day")
    return day


@contextmanager
def attempt(session: Session) -> Generator[None, None, None]:
    """Let a part of a transaction stand or fall by itself; what it told the house falls with it.

    Raises what `Database.transaction` raises.
    """
    earlier = session.info.pop("events", [])
    try:
        with translated_errors(), session.begin_nested():
            yield
    finally:
        session.info["events"] = earlier + session.info.pop("events", [])


@contextmanager
def rehearsal(session: Session) -> Generator[None, None, None]:
    """Let something happen for show: at the end all of it is undone, and what it told the house forgotten."""
    earlier = session.info.pop("events", [])
    savepoint = session.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()
        session.info["events"] = earlier


class Database:
    """An engine, and the two ways in: `transaction()` to write, `reading()` to look."""

    def __init__(self, url: str, subscriptions: Subscriptions | None = None) -> None:
        self.url = url
        self.engine = make_engine(url)
        self._subscriptions = subscriptions or {}

    @property
    def has_one_writer(self) -> bool:
        """Tell whether a writing transaction keeps every other one waiting, as on SQLite."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self) -> Generator[Session, None, None]:
        """Open a writing session that commits at the end, after the reactions to its events.

        Raises VersionConflict, Duplicate, DatabaseAway or DatabaseNotMigrated for what the database refuses.
        """
        with translated_errors(), Session(self.engine, expire_on_commit=False) as session:
            yield session
            session.flush()
            self.react(session)
            session.commit()

    @contextmanager
    def reading(self) -> Generator[Session, None, None]:
        """Open a session that only looks; nothing it holds is stored."""
        engine = self.engine.execution_options(only_reads=True)
        with translated_errors(), Session(engine, autoflush=False, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def snapshot(self) -> Generator[Session, None, None]:
        """Open a session that looks at one moment, however long it looks: what others commit meanwhile is not seen."""
        with self.reading() as session:
            # A transaction on SQLite sees one moment by itself.
            if self.engine.dialect.name == "postgresql":
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session

    def react(self, session: Session) -> None:
        """Let the reactions to what has happened so far in a transaction take place now."""
        while pending := session.info.pop("events", []):
            for happened in pending:
                for reaction in self._subscriptions.get(type(happened), ()):
                    reaction(session, happened)
            session.flush()

    def close(self) -> None:
        """Give every pooled connection back."""
        self.engine.dispose()


def make_engine(url: str) -> Engine:
    """Return an engine whose sessions behave alike on SQLite and PostgreSQL."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(parsed, pool_pre_ping=True, pool_size=10, max_overflow=20)
        event.listen(engine, "connect", _prepare_postgresql)
        return engine
    if parsed.database:
        Path(parsed.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": 20})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=20000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _prepare_postgresql(connection: Any, _record: object) -> None:
    # Compiling the counting of the dashboards takes longer than counting: their conditions are many, their rows few.
    with connection.cursor() as cursor:
        cursor.execute("SET jit = off")
    connection.commit()


def _begin_sqlite(connection: Connection) -> None:
    only_reads = connection.get_execution_options().get("only_reads", False)
    connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")


_TABLE_MISSING = re.compile(
    r"no such (table|column)|UndefinedTable|UndefinedColumn|does not exist", re.IGNORECASE
)
_GAVE_WAY = frozenset({"DeadlockDetected", "SerializationFailure"})
"""What PostgreSQL calls it when one of two changes at the same time had to give way; trying again helps."""
_NOT_UNIQUE = re.compile(r"unique|duplicate key", re.IGNORECASE)


@contextmanager
def translated_errors() -> Generator[None, None, None]:
    """Turn what the database says into the members of the error family that a door knows."""
    try:
        yield
    except StaleDataError as error:
        raise VersionConflict from error
    except IntegrityError as error:
        if _NOT_UNIQUE.search(str(error.orig)):
            raise Duplicate from error
        raise
    except (OperationalError, ProgrammingError) as error:
        if _TABLE_MISSING.search(f"{type(error.orig).__name__} {error.orig}"):
            raise DatabaseNotMigrated from error
        if type(error.orig).__name__ in _GAVE_WAY:
            raise VersionConflict from error
        if isinstance(error, OperationalError):
            raise DatabaseAway from error
        raise
    except DBAPIError as error:
        if error.connection_invalidated:
            raise DatabaseAway from error
        raise
