"""Writes docs/reference from the code itself: settings, rights. Run as a program it brings the pages up to date."""

import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

from tracker.access import ROLE_LABELS, TABLE, Reach, Role
from tracker.foundation.bundled import bundled

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "reference"
REACHES = {Reach.UNIT: "unit", Reach.SUBTREE: "unit and below", Reach.CITY: "city"}


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
    heads = [f"{ROLE_LABELS[role]} {role.value}" for role in Role]
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
        lines.append(f"| `{right.code}` | {right.value} | {' | '.join(reaches)} |")
    return "\n".join(lines) + "\n"


PAGES: dict[str, Callable[[], str]] = {"settings.md": settings_page, "permissions.md": permissions_page}


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
