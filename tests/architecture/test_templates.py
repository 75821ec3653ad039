"""Templates keep the strict content policy, use each component, and name only what exists."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, nodes
from jinja2.meta import find_referenced_templates

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "templates"
TEMPLATES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file())
# Letters and papers to print are no pages of the site: they carry their own style.
PAGES = [name for name in TEMPLATES if name.endswith(".html") and not name.startswith(("emails/", "papers/"))]
COMPONENTS = [name for name in TEMPLATES if name.startswith("components/")]
# One list for all pages keeps the sprite small; a wrong name would show nothing at all.
ICONS = {
    line.strip()
    for line in (ROOT / "config" / "frontend" / "icons.txt").read_text("utf-8").splitlines()
    if line.strip() and not line.startswith("#")
}
# The names under which templates get msgids: tables of labels, and facts that are msgids themselves.
MSGIDS = {
    "label",
    "labels",
    "kinds",
    "confidentialities",
    "reason_labels",
    "outcome_labels",
    "role_labels",
    "status_labels",
    "part_labels",
    "adoption_labels",
    "extension_reason_labels",
    "extension_level_labels",
    "signal_labels",
    "withdrawal_labels",
    "tracking_level_labels",
    "check_labels",
    "change_labels",
    "text",
    "capacity",
    "reason",
    "next_step",
    "sureness",
}
ENVIRONMENT = Environment(
    loader=FileSystemLoader(FOLDER),
    extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
    autoescape=True,
)


def source(name: str) -> str:
    """Return the text of a template without its comments."""
    return re.sub(r"\{#.*?#\}", "", (FOLDER / name).read_text("utf-8"), flags=re.DOTALL)


def translated_values(name: str) -> Iterator[str]:
    """Yield what a template hands to gettext that is no literal sentence."""
    for call in ENVIRONMENT.parse((FOLDER / name).read_text("utf-8")).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in {"_", "gettext", "ngettext"}:
            said = call.args[0].node if isinstance(call.args[0], nodes.Getitem) else call.args[0]
            if not isinstance(said, nodes.Const):
                yield said.attr if isinstance(said, nodes.Getattr) else said.name


def references(name: str) -> Iterator[str]:
    """Yield the templates that a template extends, includes or imports by a fixed name."""
    for reference in find_referenced_templates(ENVIRONMENT.parse((FOLDER / name).read_text("utf-8"))):
        if reference is not None:
            yield reference


@pytest.mark.parametrize("name", TEMPLATES)
class TestEveryTemplate:
    def test_can_be_read(self, name: str) -> None:
        ENVIRONMENT.parse((FOLDER / name).read_text("utf-8"))

    def test_names_only_templates_that_exist(self, name: str) -> None:
        assert [reference for reference in references(name) if reference not in TEMPLATES] == []

    def test_names_only_icons_of_the_sprite(self, name: str) -> None:
        named = re.findall(r"\b(?:icon\(|symbol=|icon=)\s*(?:name=)?[\"']([a-z0-9-]+)[\"']", source(name))
        assert sorted(set(named) - ICONS) == []

    def test_translates_only_sentences_of_the_program(self, name: str) -> None:
        # gettext in a template declares its result safe markup: what a person wrote must never pass through it.
        assert [value for value in translated_values(name) if value not in MSGIDS] == []


@pytest.mark.parametrize("name", PAGES)
class TestEveryPage:
    def test_has_no_inline_script(self, name: str) -> None:
        scripts = re.findall(r"<script\b(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", source(name))
        assert scripts == []

    def test_has_no_inline_handler(self, name: str) -> None:
        assert re.findall(r"<[^>]*\s(?:on[a-z]+|hx-on[^=]*)\s*=\s*[\"']", source(name)) == []

    def test_has_no_inline_style(self, name: str) -> None:
        assert re.findall(r"<style\b|<[^>]*\sstyle\s*=", source(name)) == []

    def test_fetches_nothing_from_elsewhere(self, name: str) -> None:
        assert (
            re.findall(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=[\"'](?:https?:)?//", source(name))
            == []
        )

    def test_sends_a_token_with_every_form_that_changes_something(self, name: str) -> None:
        forms = re.findall(
            r"<form\b[^>]*method=[\"']post[\"'].*?</form>", source(name), re.DOTALL | re.IGNORECASE
        )
        assert [form[:80] for form in forms if "csrf" not in form] == []


class TestComponents:
    def test_each_file_is_used(self) -> None:
        used = {reference for name in TEMPLATES for reference in references(name)}
        assert [name for name in COMPONENTS if name not in used] == []
