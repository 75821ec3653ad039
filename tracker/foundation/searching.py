"""Finding typed words in texts: one meaning on both databases, fast by an index of grams.

A text holds a word when the folded text contains the folded word. The index cannot tell that for sure, it only leaves
out texts that lack one of the word's grams: pairs of characters in Chinese, triples in Latin letters and digits. So
whoever asks the index also asks the folded text itself, and both databases give the same answer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, SQLColumnExpression, Text, bindparam, literal_column, or_
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Boolean, TypeDecorator, TypeEngine

from tracker.foundation.folding import RUN, fold, gram_length

TextColumn = InstrumentedAttribute[str] | InstrumentedAttribute[str | None]

MOST_WORDS: Final = 20
"""How many words of a question are looked for; the rest is passed over."""
MOST_GRAMS: Final = 24
"""How many grams of a word the index is asked for; more narrow nothing, the text itself is asked anyway."""


def words_of(question: str) -> tuple[str, ...]:
    """Return the folded words that a question asks for, each once."""
    folded = (word for typed in question.split() for word in fold(typed).split())
    return tuple(islice(dict.fromkeys(folded), MOST_WORDS))


@dataclass(frozen=True)
class Gram:
    """What a text must have to hold a word: this gram, or one that begins so."""

    text: str
    is_beginning: bool = False


def grams_asked(words: Iterable[str]) -> tuple[Gram, ...]:
    """Return what every text has that holds the folded words; nothing for words of mere punctuation."""
    return tuple(dict.fromkeys(gram for word in words for gram in islice(_grams_of_word(word), MOST_GRAMS)))


def is_told_by_grams(word: str) -> bool:
    """Tell whether the index alone answers for a folded word: it is not longer than one gram."""
    return bool(RUN.fullmatch(word)) and len(word) <= gram_length(word)


def _grams_of_word(word: str) -> Iterable[Gram]:
    for run in RUN.findall(word):
        length = gram_length(run)
        if len(run) < length:
            yield Gram(run, is_beginning=True)
        for start in range(len(run) - length + 1):
            yield Gram(run[start : start + length])


class Grams(TypeDecorator[frozenset[str]]):
    """The grams of a text: a tsvector on PostgreSQL; on SQLite words between blanks, which an FTS5 table reads."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the column type of a database."""
        return dialect.type_descriptor(TSVECTOR() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: frozenset[str] | None, dialect: Dialect) -> str | None:
        """Write grams as both databases read them: letters and digits only, so nothing needs quoting."""
        return None if value is None else " ".join(sorted(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[str] | None:
        """Read them back."""
        return None if value is None else frozenset(value.replace("'", "").split())

    def bind_expression(self, bindparam: BindParameter[frozenset[str]]) -> ColumnElement[Any]:
        """Tell PostgreSQL that the text is a tsvector as it stands, with no dictionary in between."""
        return _AsGrams(bindparam)


class _AsGrams(FunctionElement[Any]):
    inherit_cache = True


@compiles(_AsGrams)
def _plain_grams(element: _AsGrams, compiler: SQLCompiler, **how: Any) -> str:
    return compiler.process(element.clauses, **how)


@compiles(_AsGrams, "postgresql")
def _tsvector(element: _AsGrams, compiler: SQLCompiler, **how: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **how)} AS tsvector)"


class GramQuery(TypeDecorator[tuple[Gram, ...]]):
    """What is asked of an index of grams, in the language of each database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[Gram, ...] | None, dialect: Dialect) -> str:
        """Ask for all of the grams."""
        asked = value or ()
        if dialect.name == "postgresql":
            return " & ".join(f"'{gram.text}'{':*' if gram.is_beginning else ''}" for gram in asked)
        return " AND ".join(f'"{gram.text}"{"*" if gram.is_beginning else ""}' for gram in asked)


class HasGrams(FunctionElement[bool]):
    """The condition that a key is that of a row whose grams hold what is asked; made by `has_grams`."""

    type = Boolean()
    inherit_cache = True


def has_grams(key: SQLColumnExpression[int], table: FromClause, words: Iterable[str]) -> HasGrams | None:
    """Return the condition that the row of a key, in a table with a column `grams`, may hold folded words.

    None when the index cannot tell. On SQLite the column of a table `t` is read by an FTS5 table `t_index`, whose
    rowid is the key.
    """
    asked = grams_asked(words)
    if not asked:
        return None
    (row,) = table.primary_key
    # The names go in as they are, since a column would bring its whole table into the query.
    names: tuple[ColumnElement[str], ...] = (literal_column(table.description), literal_column(row.name))
    return HasGrams(key, *names, bindparam("grams", asked, GramQuery, unique=True))


@compiles(HasGrams, "sqlite")
def _fts5(element: HasGrams, compiler: SQLCompiler, **how: Any) -> str:
    key, table, _row, asked = (compiler.process(each, **how) for each in element.clauses)
    return f"{key} IN (SELECT rowid FROM {table}_index WHERE {table}_index MATCH {asked})"  # noqa: S608 - the names are the model's own


@compiles(HasGrams, "postgresql")
def _gin(element: HasGrams, compiler: SQLCompiler, **how: Any) -> str:
    key, table, row, asked = (compiler.process(each, **how) for each in element.clauses)
    return f"{key} IN (SELECT {row} FROM {table} WHERE grams @@ CAST({asked} AS tsquery))"  # noqa: S608 - as above


def holds(words: str, *columns: TextColumn) -> list[ColumnElement[bool]]:
    """Return one condition for each word: some column of a short list holds it, as typed, not as a pattern."""
    return [
        or_(
            *(
                column.icontains(spelling, autoescape=True)
                for spelling in sorted({word, word.replace("台", "臺"), word.replace("臺", "台")})
                for column in columns
            )
        )
        for word in words.split()
    ]
