"""docs/mail-bugs.md answers for each of the 42 faults, and every test that it names is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "mail-bugs.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py::[\w:]+)`", PAGE)))


def is_there(node_id: str) -> bool:
    path, *names = node_id.split("::")
    here: ast.AST = ast.parse((ROOT / path).read_text("utf-8"))
    for name in names:
        inside = (each for each in ast.iter_child_nodes(here) if getattr(each, "name", None) == name)
        found = next(inside, None)
        if found is None:
            return False
        here = found
    return True


class TestTheFortyTwo:
    def test_have_a_line_each(self) -> None:
        rows = re.findall(r"^\| (\d+) \| [^|]+ \| ([^|]+) \|$", PAGE, re.MULTILINE)
        assert [int(number) for number, _ in rows] == list(range(1, 43))
        assert all(answer.strip() for _, answer in rows)

    @pytest.mark.parametrize("node_id", NAMED)
    def test_name_tests_that_exist(self, node_id: str) -> None:
        assert is_there(node_id)
