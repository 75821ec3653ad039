"""Time comes from the clock that is handed in; only the clock itself asks the machine."""

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "tracker"
CLOCK = PACKAGE / "foundation" / "clock.py"
ASKING = {"now", "utcnow", "today", "fromtimestamp", "utcfromtimestamp"}
KINDS = {"datetime", "date"}


def questions_to_the_machine(path: Path) -> Iterator[str]:
    """Yield each place where a file asks `datetime` or `date` what time it is."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        owner = node.func.value
        name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
        if name in KINDS and node.func.attr in ASKING - ({"fromtimestamp"} if node.args[1:] else set()):
            yield f"{path.relative_to(PACKAGE.parent)}:{node.lineno}"


class TestTime:
    def test_nobody_but_the_clock_asks_the_machine(self) -> None:
        files = [path for path in PACKAGE.rglob("*.py") if path != CLOCK]
        assert [place for path in files for place in questions_to_the_machine(path)] == []

    def test_the_clock_asks_once(self) -> None:
        assert len(list(questions_to_the_machine(CLOCK))) == 1
