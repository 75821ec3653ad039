"""Tables of recommendations: a row for each, or a block of named cells for each."""

import re
from collections.abc import Mapping, Sequence
from statistics import mean

from tracker.extraction.items.found import Found, Proposals, Reader
from tracker.extraction.items.records import item_of, records
from tracker.extraction.passage import Line, Passage, joined
from tracker.extraction.registry import rule
from tracker.extraction.sections import Kind, Section
from tracker.extraction.wording.captions import Role, role_of, role_of_column
from tracker.extraction.wording.duedates import due_in, due_in_cell
from tracker.extraction.wording.imperatives import imperative
from tracker.extraction.wording.owners import owner_in_cell
from tracker.extraction.wording.remarks import no_recommendation
from tracker.extraction.wording.units import is_unit

_SHORTEST = 4
_WIDEST_HEAD = 30
_NAMES_ADVICE = re.compile("建議|擬辦|策進|改善|action|recommend", re.IGNORECASE)
# The hosts have their plans too; outside of the section only these heads are surely the authors'.
_NAMES_OWN_ADVICE = re.compile(
    r"建議|擬辦|recommend|action (?:items?|points?|required|agreed)|corrective|follow-up", re.IGNORECASE
)
_DONE = re.compile(r"(?:已完成|完成|已辦理|done|closed|completed?|resolved|implemented)", re.IGNORECASE)

Row = list[Passage | None]


def tables(section: Section, reader: Reader) -> Proposals:
    """Give the recommendations of a part's tables."""
    for table in section.part.tables:
        rows = [_cells(row) for row in table]
        columns = _columns(rows)
        if _is_form(rows):
            yield from _form(rows, section, reader)
        elif Role.ACTION in columns.values():
            yield from _rows(rows[0], rows[1:], columns, section, reader)
        elif section.kind is Kind.LISTED:
            body = rows[1:] if columns else rows
            yield from _rows(rows[0], body, guessed_columns(body) | columns, section, reader)


def _rows(
    header: Row, rows: Sequence[Row], columns: Mapping[int, Role], section: Section, reader: Reader
) -> Proposals:
    if section.kind in (Kind.LISTED, Kind.MIXED):
        where: str = section.kind.value
    elif action_table(header, columns):
        where = "action-table"
    else:
        return
    for row in _whole_rows(rows, columns):
        found = table_row(row, columns, section.category, where)
        if found:
            ask = reader.ask(found.passage)
            yield Found(**{**found.__dict__, "why": (*found.why, ask.value)}) if ask else found


@rule
def action_table(header: Row, columns: Mapping[int, Role]) -> bool:
    r"""A table outside the section, whose header names recommendations and an owner or a date.

    >>> quotes("一、過程\n編號\t建議事項\t主辦機關\n1\t增設候車亭\t交通局\n", "action-table")
    ['增設候車亭']
    >>> quotes("一、過程\n編號\t參訪項目\t時間\n1\t港務公司簡報\t九時\n", "action-table")
    []
    """
    names = " ".join(cell.text for cell in header if cell)
    return bool(_NAMES_OWN_ADVICE.search(names)) and bool({Role.OWNER, Role.DUE} & set(columns.values()))


@rule
def table_row(row: Row, columns: Mapping[int, Role], category: str | None, where: str) -> Found | None:
    r"""A row of a table with a column for recommendations; owner and date come from their own columns.

    >>> quotes("四、建議\n編號\t建議事項\t主辦機關\n1\t增設候車亭\t交通局\n", "table-row")
    ['增設候車亭']
    """
    by_role = {role: row[i] for i, role in columns.items() if i < len(row)}
    action = by_role.get(Role.ACTION)
    if action is None or no_recommendation(action.text) or len(action.text) < _SHORTEST:
        return None
    owner, due, status = (by_role.get(role) for role in (Role.OWNER, Role.DUE, Role.STATUS))
    return Found(
        action,
        category,
        (where, "table-row"),
        is_possible=bool(status and _DONE.fullmatch(status.text)),
        owner=owner_in_cell(owner.text) if owner else None,
        due=due_in_cell(due.text) if due else None,
        hints_are_given=bool({Role.OWNER, Role.DUE} & set(columns.values())),
    )


@rule
def guessed_columns(rows: Sequence[Row]) -> dict[int, Role]:
    r"""The columns of a table without header: the longest words are the recommendations, units and dates tell themselves.

    >>> quotes("四、建議\n1\t增設候車亭與座椅\t交通局\t115年底\n2\t公布末班車時間\t資訊局\t114年底\n", "table-row")
    ['增設候車亭與座椅', '公布末班車時間']
    """
    columns: dict[int, Role] = {}
    for i in range(max(map(len, rows), default=0)):
        texts = [cell.text for row in rows if i < len(row) and (cell := row[i])]
        if texts and all(text.strip("．.、()（）").isdigit() for text in texts):
            columns[i] = Role.NUMBER
        elif texts and all(is_unit(text) for text in texts):
            columns[i] = Role.OWNER
        elif texts and all(due_in(text) for text in texts):
            columns[i] = Role.DUE
    left = [i for i in range(max(map(len, rows), default=0)) if i not in columns]
    longest = max(left, key=lambda i: _weight([[], *rows], i)[2], default=None)
    return columns | ({longest: Role.ACTION} if longest is not None else {})


@rule
def form_block(rows: Sequence[Row], section: Section, reader: Reader) -> Proposals:
    r"""A form of two columns, names on the left, that tells one recommendation after the other.

    >>> quotes("四、建議\n建議\t增設候車亭\n主辦機關\t交通局\n建議\t公布班次\n主辦機關\t交通局\n", "form-block")
    ['增設候車亭', '公布班次']
    """
    lines = [
        line for row in rows if len(row) > 1 and row[0] and row[1] for line in [_as_paragraph(row[0], row[1])]
    ]
    for group in records(lines):
        found = item_of(group, section.category, (section.kind.value, "form-block"), reader)
        if found:
            yield found


def _form(rows: Sequence[Row], section: Section, reader: Reader) -> Proposals:
    if section.kind in (Kind.LISTED, Kind.MIXED):
        yield from form_block(rows, section, reader)


def _is_form(rows: Sequence[Row]) -> bool:
    """Say whether a table has the names of its cells on the left, and none above."""
    names = [role_of(row[0].text) for row in rows if row and row[0]]
    known = [name for name in names if name]
    has_head = any(cell and role_of_column(cell.text) for cell in rows[0][1:])
    return len(known) > 1 and Role.ACTION in known and len(known) * 2 >= len(names) and not has_head


def _as_paragraph(name: Passage, value: Passage) -> Passage:
    """Join a name and its cell as "name：cell"; the offsets of the cell stay."""
    caption = f"{name.text}："
    starts = (0, *(len(caption) + start for start in value.starts))
    return Passage(caption + value.text, starts, (name.start, *value.offsets))


def _cells(row: Line) -> Row:
    whole = joined([row])
    return [whole.part(begin, end) for begin, end in row.cells]


def _columns(rows: Sequence[Row]) -> dict[int, Role]:
    """Return what each column holds, by the header."""
    columns: dict[int, Role] = {}
    for i, cell in enumerate(rows[0]):
        role = role_of_column(cell.text) if cell and len(cell.text) <= _WIDEST_HEAD else None
        if role and (role is Role.ACTION or role not in columns.values()):
            columns[i] = role
    actions = [i for i, role in columns.items() if role is Role.ACTION]
    chosen = max(actions, key=lambda i: _weight(rows, i), default=None)
    return {i: role for i, role in columns.items() if role is not Role.ACTION or i == chosen}


def _weight(rows: Sequence[Row], column: int) -> tuple[bool, bool, float]:
    """Say how likely a column holds the recommendations: by its head, by how its cells begin, by their length."""
    texts = [cell.text for row in rows[1:] if column < len(row) and (cell := row[column])]
    head = rows[0][column] if column < len(rows[0]) else None
    begins = sum(imperative(text) for text in texts) * 2 > len(texts)
    return bool(head and _NAMES_ADVICE.search(head.text)), begins, mean(map(len, texts)) if texts else 0.0


def _whole_rows(rows: Sequence[Row], columns: Mapping[int, Role]) -> list[Row]:
    """Join a row that only goes on with the one above it: its number is missing and so is its owner and date."""
    numbers = [i for i, role in columns.items() if role is Role.NUMBER]
    others = [i for i, role in columns.items() if role in (Role.OWNER, Role.DUE)]
    whole: list[Row] = []
    for row in rows:
        filled = {i for i, cell in enumerate(row) if cell}
        goes_on = whole and numbers and not filled & {*numbers, *others} and len(filled) <= 2
        if goes_on:
            whole[-1] = [_joined(a, b) for a, b in zip(whole[-1], row, strict=False)]
        else:
            whole.append(row)
    return whole


def _joined(above: Passage | None, below: Passage | None) -> Passage | None:
    if above is None or below is None:
        return above or below
    return joined([*_lines(above), *_lines(below)])


def _lines(passage: Passage) -> list[Line]:
    bounds = (*passage.starts[1:], len(passage.text))
    pieces = zip(passage.starts, bounds, passage.offsets, strict=True)
    return [Line(offset, passage.text[begin:end].rstrip()) for begin, end, offset in pieces]
