"""Every route names the right it stands on, or says why everybody may come."""

import re
from pathlib import Path

from flask import Flask
from werkzeug.routing import Rule

from tracker.access import TABLE, Right

ROOT = Path(__file__).resolve().parents[2]


def guarded_rules(app: Flask) -> list[Rule]:
    """Return every rule of the site but that of the static files, which hold nothing of the city."""
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


class TestRoutes:
    def test_there_are_some(self, app: Flask) -> None:
        assert guarded_rules(app)

    def test_each_names_a_right_or_a_reason(self, app: Flask) -> None:
        unguarded = []
        for rule in guarded_rules(app):
            view = app.view_functions[rule.endpoint]
            right, reason = getattr(view, "required_permission", None), getattr(view, "public_reason", None)
            if not isinstance(right, Right) and not reason:
                unguarded.append(f"{rule.rule} -> {rule.endpoint}")
        assert unguarded == []

    def test_each_right_guards_or_is_asked_for_somewhere(self) -> None:
        code = "\n".join(
            path.read_text("utf-8")
            for folder in ("tracker", "templates")
            for path in (ROOT / folder).rglob("*")
            if path.suffix in {".py", ".html"} and "access" not in path.parts
        )
        assert [right.code for right in TABLE if f"Permission.{right.code}" not in code] == []

    def test_templates_name_only_endpoints_that_exist(self, app: Flask) -> None:
        named = {
            endpoint
            for path in (ROOT / "templates").rglob("*.*")
            for endpoint in re.findall(r"url_for\(\s*[\"']([\w.]+)[\"']", path.read_text("utf-8"))
        }
        assert sorted(named - set(app.view_functions)) == []
