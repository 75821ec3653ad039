"""Finding typed words in columns: alike on both databases, in any case, with 臺 and 台 as one."""

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import InstrumentedAttribute

TextColumn = InstrumentedAttribute[str] | InstrumentedAttribute[str | None]


def holds(words: str, *columns: TextColumn) -> list[ColumnElement[bool]]:
    """Return one condition for each word: some column holds it, as it was typed and not as a pattern."""
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
