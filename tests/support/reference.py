"""Writes docs/reference from the code itself: settings, rights, commands, addresses, rules. Run as a program it brings the pages up to date."""

import importlib
import inspect
import os
import pkgutil
import re
import tomllib
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import click

import tracker.extraction
from tests.support.databases import migrate, sqlite_url
from tests.support.site import settings_for
from tracker.access import ROLE_LABELS, TABLE, Reach, Role
from tracker.app import create_app
from tracker.cli import main
from tracker.dashboards.handing_up import load_layouts
from tracker.dashboards.rules.tables import SUBJECTS, Subject
from tracker.dashboards.table_fields import FIELDS, field_of
from tracker.extraction.registry import RULES
from tracker.foundation.bundled import bundled
from tracker.foundation.language import translator
from tracker.wiring import wire

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "reference"
LANGUAGE = "en"
REACHES = {
    Reach.UNIT: "unit",
    Reach.SUBTREE: "unit and below",
    Reach.AGENCY: "whole agency",
    Reach.CITY: "city",
}


def settings_page() -> str:
    """Return the page of all settings: key, default, environment variable, meaning."""
    lines = [
        "# Settings",
        "",
        "Set them in `config/production.toml` or by the environment; `config/default.toml` holds the defaults.",
        "A sentence stands at the first of the keys that it speaks about.",
    ]
    for section, entries in _described_settings():
        lines += [
            "",
            f"## {section}",
            "",
            "| key | default | environment | meaning |",
            "| --- | --- | --- | --- |",
        ]
        for key, default, meaning in entries:
            variable = f"TRACKER_{section}__{key}".upper()
            lines.append(f"| `{section}.{key}` | `{default}` | `{variable}` | {meaning} |")
    return "\n".join(lines) + "\n"


def permissions_page() -> str:
    """Return the page of all rights: who holds each, and how far it reaches."""
    say = translator(LANGUAGE)
    heads = [f"{say(ROLE_LABELS[role])} (`{role.value}`)" for role in Role]
    lines = [
        "# Who may do what",
        "",
        "A right reaches the holder's own *unit*, the *unit and below*, or the whole *city*. Whether a step fits the state",
        "of an item, and that nobody decides on their own request, is told by the rules of the item itself.",
        "",
        f"| right | what it allows | {' | '.join(heads)} |",
        f"| --- | --- | {' | '.join('---' for _ in heads)} |",
    ]
    for right, holders in TABLE.items():
        reaches = [REACHES[holders[role]] if role in holders else "–" for role in Role]
        lines.append(f"| `{right.code}` | {say(right.value)} | {' | '.join(reaches)} |")
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """Return the page of all commands: how each is called, and what it does."""
    lines = [
        "# Commands",
        "",
        "Each tells more with `--help`.",
        "",
        "| command | what it does |",
        "| --- | --- |",
    ]
    with patch.dict(os.environ, {"TRACKER_LANGUAGE": LANGUAGE}):
        for context in _commands(click.Context(main, info_name="tracker")):
            arguments = [each for each in context.command.params if isinstance(each, click.Argument)]
            words = [context.command_path, *(each.make_metavar(context) for each in arguments)]
            lines.append(f"| `{' '.join(words)}` | {context.command.get_short_help_str(200)} |")
    return "\n".join(lines) + "\n"


def routes_page() -> str:
    """Return the page of all addresses: method, address, and the right it stands on or why everybody may come."""
    lines = ["# Addresses", "", "| method | address | right |", "| --- | --- | --- |"]
    with TemporaryDirectory() as folder:
        url = sqlite_url(Path(folder) / "empty.db")
        migrate(url)
        wiring = wire(settings_for(Path(folder), url))
        app = create_app(wiring)
        wiring.database.close()
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(rule.methods or ()))):
        if rule.endpoint == "static":
            continue
        view = app.view_functions[rule.endpoint]
        right = getattr(view, "required_permission", None)
        stands_on = f"`{right.code}`" if right else getattr(view, "public_reason", "")
        methods = ", ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        lines.append(f"| {methods} | `{rule.rule}` | {stands_on} |")
    return "\n".join(lines) + "\n"


def rules_page() -> str:
    """Return the page of the rules by which recommendations are found: name, what it looks at, example."""
    for module in pkgutil.walk_packages(tracker.extraction.__path__, "tracker.extraction."):
        importlib.import_module(module.name)
    lines = [
        "# Rules of extraction",
        "",
        "Each rule is a function of its name in `tracker/extraction`. The lines after it are its example, which the tests",
        "run; `quotes(text, name)` gives what is proposed from a text where a rule of that name spoke.",
    ]
    for family, rules in groupby(sorted(RULES.values(), key=lambda r: r.family), key=lambda r: r.family):
        lines += ["", f"## {family}"]
        for rule in rules:
            purpose, _, example = inspect.cleandoc(rule.function.__doc__ or "").partition("\n")
            lines += ["", f"### {rule.name}", "", purpose, "", "```python", example.strip(), "```"]
    return "\n".join(lines) + "\n"


def tables_page() -> str:
    """Return the page of the tables to hand up: their shipped columns, and the fields that a city may choose from."""
    say = translator(LANGUAGE)
    lines = [
        "# Tables to hand up",
        "",
        "`tables.file` names a file with a city's own columns, in the form of `config/tables.toml`. A table that stands",
        "in it takes the place of the shipped one, whole; a mistake is named when the program starts. Each table is a",
        "section with `title` and `english`, `formats` in the order in which they are offered, and `columns`: each with a",
        "`field`, a `width` in centimetres, and, where the usual name does not fit, `heading` and `english`.",
        "",
        "| table | shipped title | formats | columns |",
        "| --- | --- | --- | --- |",
    ]
    for table, layout in load_layouts().items():
        formats = ", ".join(layout.formats)
        columns = ", ".join(f"`{column.field}`" for column in layout.columns)
        lines.append(f"| `{table}` | {layout.english} | {formats} | {columns} |")
    for subject in (Subject.ITEM, Subject.DEPARTMENT):
        tables = ", ".join(
            f"`{table}`"
            for table, of in SUBJECTS.items()
            if (of is Subject.DEPARTMENT) == (subject is Subject.DEPARTMENT)
        )
        lines += ["", f"## Fields of {tables}", "", "| field | usual name |", "| --- | --- |"]
        lines += [f"| `{code}` | {say(field_of(subject, code).label)} |" for code in FIELDS[subject]]
    return "\n".join(lines) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "extraction.md": rules_page,
    "settings.md": settings_page,
    "permissions.md": permissions_page,
    "commands.md": commands_page,
    "routes.md": routes_page,
    "tables.md": tables_page,
}


def _commands(context: click.Context) -> Iterator[click.Context]:
    if not isinstance(context.command, click.Group):
        yield context
        return
    for name in context.command.list_commands(context):
        command = context.command.get_command(context, name)
        if command and not command.hidden:
            yield from _commands(click.Context(command, parent=context, info_name=name))


def _described_settings() -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    text = (bundled("config") / "default.toml").read_text("utf-8")
    for section in tomllib.loads(text):
        body = text.split(f"[{section}]\n", 1)[1].split("\n[", 1)[0]
        entries, words = [], []
        for line in body.splitlines():
            if line.startswith("#"):
                words.append(line.removeprefix("#").strip())
            elif match := re.match(r"(\w+) = (.*)", line):
                entries.append((match[1], match[2].replace("|", "\\|"), " ".join(words)))
                words = []
        yield section, entries


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), "utf-8")
