"""The department tree as plain values: who lies below whom, and how a name in a text finds its department."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Node:
    """A department as the tree rules see it."""

    id: int
    parent_id: int | None
    names: tuple[str, ...] = ()


def subtree(nodes: Iterable[Node], root: int) -> frozenset[int]:
    """Return the ids of a department and of everything below it."""
    children: dict[int | None, list[int]] = {}
    for node in nodes:
        children.setdefault(node.parent_id, []).append(node.id)
    found: set[int] = set()
    waiting = [root]
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            waiting += children.get(here, [])
    return frozenset(found)


def would_loop(nodes: Iterable[Node], department_id: int, new_parent_id: int | None) -> bool:
    """Tell whether hanging a department under another would make it its own ancestor."""
    return new_parent_id is not None and new_parent_id in subtree(nodes, department_id)


def upwards(parents: Mapping[int, int | None], department_id: int) -> Iterator[int]:
    """Yield a department and what it hangs under, up to its agency; ends also where the tree goes round in a circle."""
    seen: set[int] = set()
    here: int | None = department_id
    while here is not None and here not in seen:
        yield here
        seen.add(here)
        here = parents.get(here)


def agency_of(parents: Mapping[int, int | None], department_id: int) -> int:
    """Return the first-level agency above a department, or the department itself."""
    *_, agency = upwards(parents, department_id)
    return agency


def named_department(nodes: Iterable[Node], text: str | None) -> int | None:
    """Return the department that a text names, by full name, alias or ending; None when none or several fit.

    臺 and 台 count as one, and 交通局 finds 某市政府交通局.
    """
    wanted = _folded(text or "")
    if not wanted:
        return None
    exact: set[int] = set()
    endings: set[int] = set()
    for node in nodes:
        folded = [_folded(name) for name in node.names if name]
        if wanted in folded:
            exact.add(node.id)
        elif any(wanted.endswith(name) or name.endswith(wanted) for name in folded if len(name) > 1):
            endings.add(node.id)
    for found in (exact, endings):
        if len(found) == 1:
            return next(iter(found))
        if found:
            return None
    return None


def _folded(name: str) -> str:
    return "".join(name.split()).replace("台", "臺").casefold()
