"""Changes to the record as somebody with the owner's rights could make them, each in a transaction that is undone.

The triggers that refuse changes are dropped first. `CAUGHT_ALONE` break the chain wherever they are made; `CAUGHT_BY_HEAD`
leave a chain that holds in itself, and show only against a head that was kept outside.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, text, update

from tracker.audit import AuditEvent, Break, Head, head_of, verify
from tracker.audit.service import GENESIS, digest_of
from tracker.foundation.database import Base, Database, Session

RECORD = Base.metadata.tables["audit_event"]
CONTENT: Final = (
    "at",
    "actor_id",
    "actor_name",
    "ip",
    "action",
    "object_type",
    "object_id",
    "before",
    "after",
)
FAR: Final = 1_000_000
Rows = list[dict[str, Any]]


def drop_triggers(database: Database) -> None:
    """Take away what refuses to change the record."""
    with database.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER audit_event_no_update"))
            connection.execute(text("DROP TRIGGER audit_event_no_delete"))
        else:
            connection.execute(text("ALTER TABLE audit_event DISABLE TRIGGER ALL"))


@contextmanager
def undone(database: Database) -> Iterator[Connection]:
    """Open a transaction in which the record may be changed, and undo all of it."""
    with database.engine.connect() as connection:
        transaction = connection.begin()
        yield connection
        transaction.rollback()


def rows_of(connection: Connection) -> Rows:
    """Return the whole record, as plain values."""
    return [dict(row) for row in connection.execute(select(RECORD).order_by(RECORD.c.seq)).mappings()]


def found_in(connection: Connection, heads: tuple[Head, ...] = ()) -> Break | None:
    """Verify the record as it stands within a transaction."""
    with Session(bind=connection, join_transaction_mode="create_savepoint") as session:
        return verify(session, heads)


def edit(connection: Connection, rows: Rows, random: Random) -> None:
    """Change one column of one row."""
    row = random.choice(rows)
    column = random.choice((*CONTENT, "previous_digest", "digest"))
    _store(connection, row["seq"], {column: _other(row, column, random)})


def edit_several(connection: Connection, rows: Rows, random: Random) -> None:
    """Change a column of several rows."""
    for row in random.sample(rows, random.randint(2, 5)):
        column = random.choice(CONTENT)
        _store(connection, row["seq"], {column: _other(row, column, random)})


def edit_with_own_digest(connection: Connection, rows: Rows, random: Random) -> None:
    """Change a row that is not the last, and compute its own digest anew."""
    position = random.randrange(len(rows) - 1)
    _rewrite(connection, rows, position, position + 1, random)


def recompute_up_to_a_point(connection: Connection, rows: Rows, random: Random) -> None:
    """Change a row, and compute the digests anew from there to a row before the last."""
    position = random.randrange(len(rows) - 2)
    _rewrite(connection, rows, position, random.randrange(position + 1, len(rows) - 1), random)


def delete_one(connection: Connection, rows: Rows, random: Random) -> None:
    """Delete a row that is not the last."""
    connection.execute(delete(RECORD).where(RECORD.c.seq == random.choice(rows[:-1])["seq"]))


def delete_some(connection: Connection, rows: Rows, random: Random) -> None:
    """Delete several rows, not the last."""
    chosen = [row["seq"] for row in random.sample(rows[:-1], random.randint(2, 8))]
    connection.execute(delete(RECORD).where(RECORD.c.seq.in_(chosen)))


def renumber(connection: Connection, rows: Rows, random: Random) -> None:
    """Delete a row and close the gap by giving every later one the number before its own."""
    seq = random.choice(rows[:-1])["seq"]
    connection.execute(delete(RECORD).where(RECORD.c.seq == seq))
    _shift(connection, seq, -1)


def insert_forged(connection: Connection, rows: Rows, random: Random) -> None:
    """Put a forged row, rightly linked to the one before it, between two others, and move those after it."""
    position = random.randrange(1, len(rows))
    before = rows[position - 1]
    _shift(connection, before["seq"], 1)
    forged = {**random.choice(rows), "seq": before["seq"] + 1, "previous_digest": before["digest"]}
    connection.execute(insert(RECORD).values(**_chained(forged)))


def insert_copy(connection: Connection, rows: Rows, random: Random) -> None:
    """Put a copy of a row between two others, digests and all."""
    seq = random.choice(rows[:-1])["seq"]
    _shift(connection, seq, 1)
    connection.execute(insert(RECORD).values(**{**random.choice(rows), "seq": seq + 1}))


def swap_contents(connection: Connection, rows: Rows, random: Random) -> None:
    """Swap what two rows say, and leave their numbers and digests."""
    one, other = _two_unlike(rows, random)
    _store(connection, one["seq"], {name: other[name] for name in CONTENT})
    _store(connection, other["seq"], {name: one[name] for name in CONTENT})


def swap_rows(connection: Connection, rows: Rows, random: Random) -> None:
    """Swap the numbers of two rows."""
    one, other = random.sample(rows, 2)
    for old, new in ((one["seq"], FAR), (other["seq"], one["seq"]), (FAR, other["seq"])):
        connection.execute(update(RECORD).where(RECORD.c.seq == old).values(seq=new))


def cut_tail(connection: Connection, rows: Rows, random: Random) -> None:
    """Delete the last rows, or all of them."""
    first = random.choice(rows)["seq"]
    connection.execute(delete(RECORD).where(RECORD.c.seq >= first))


def cut_and_append(connection: Connection, rows: Rows, random: Random) -> None:
    """Delete the last rows and write others in their place, rightly chained, at least as many."""
    first = random.randrange(len(rows))
    connection.execute(delete(RECORD).where(RECORD.c.seq >= rows[first]["seq"]))
    previous = rows[first - 1]["digest"] if first else GENESIS
    for seq in range(first + 1, len(rows) + random.randint(1, 4)):
        forged = {**random.choice(rows), "seq": seq, "previous_digest": previous, "actor_name": "假冒"}
        forged = _chained(forged)
        previous = forged["digest"]
        connection.execute(insert(RECORD).values(**forged))


def recompute_to_the_end(connection: Connection, rows: Rows, random: Random) -> None:
    """Change a row, and compute every digest from there to the end anew."""
    _rewrite(connection, rows, random.randrange(len(rows)), len(rows), random)


Manipulation = Callable[[Connection, Rows, Random], None]
CAUGHT_ALONE: Final[tuple[Manipulation, ...]] = (
    edit,
    edit_several,
    edit_with_own_digest,
    recompute_up_to_a_point,
    delete_one,
    delete_some,
    renumber,
    insert_forged,
    insert_copy,
    swap_contents,
    swap_rows,
)
CAUGHT_BY_HEAD: Final[tuple[Manipulation, ...]] = (cut_tail, cut_and_append, recompute_to_the_end)


def tamper(database: Database, times: int, seed: int) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Change the record so many times, and return by kind how often that was done and how often it was found."""
    random = Random(seed)
    kinds = (*CAUGHT_ALONE, *CAUGHT_BY_HEAD)
    done: Counter[str] = Counter()
    found: Counter[str] = Counter()
    with database.reading() as session:
        head = head_of(session)
    assert head is not None
    with database.engine.connect() as connection:
        rows = rows_of(connection)
    for number in range(times):
        kind = kinds[number % len(kinds)]
        heads = () if kind in CAUGHT_ALONE else (head,)
        with undone(database) as connection:
            kind(connection, rows, random)
            done[kind.__name__] += 1
            found[kind.__name__] += found_in(connection, heads) is not None
    return done, found


def _rewrite(connection: Connection, rows: Rows, first: int, end: int, random: Random) -> None:
    column = random.choice(CONTENT)
    previous = rows[first]["previous_digest"]
    for position in range(first, end):
        row = {**rows[position], "previous_digest": previous}
        if position == first:
            row[column] = _other(row, column, random)
        row = _chained(row)
        previous = row["digest"]
        _store(connection, row["seq"], row)


def _chained(row: Mapping[str, Any]) -> dict[str, Any]:
    event = AuditEvent(**{name: value for name, value in row.items() if name != "digest"})
    return {**row, "digest": digest_of(event)}


def _store(connection: Connection, seq: int, values: Mapping[str, Any]) -> None:
    connection.execute(update(RECORD).where(RECORD.c.seq == seq).values(**values))


def _shift(connection: Connection, after: int, by: int) -> None:
    # Two moves, so that no number is taken twice on the way.
    moved = RECORD.c.seq > after
    connection.execute(update(RECORD).where(moved).values(seq=RECORD.c.seq + FAR))
    connection.execute(update(RECORD).where(RECORD.c.seq > FAR).values(seq=RECORD.c.seq - FAR + by))


def _two_unlike(rows: Rows, random: Random) -> tuple[dict[str, Any], dict[str, Any]]:
    while True:
        one, other = random.sample(rows, 2)
        if any(one[name] != other[name] for name in CONTENT):
            return one, other


def _other(row: Mapping[str, Any], column: str, random: Random) -> Any:
    """Return another value for a column than the row has: never the same, always one that the column takes."""
    value = row[column]
    if column in ("before", "after"):
        return {**value, random.choice(("status", "due_on", "x")): f"改過 {random.random()}"}
    if column == "at":
        return value + timedelta(microseconds=random.choice((1, 1000, 86_400_000_000)))
    if column in ("actor_id", "object_id"):
        return (value or 0) + random.randint(1, 9)
    if column in ("digest", "previous_digest"):
        place = random.randrange(64)
        other = random.choice([each for each in "0123456789abcdef" if each != value[place]])
        return f"{value[:place]}{other}{value[place + 1 :]}"
    return (value or "") + random.choice(("x", " ", "\u200b", "改"))
