"""What the commands share: the operator's language, the wiring, and an error family told in one line."""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from copy import copy
from importlib import import_module
from typing import Any

import click

from tracker.access import Act, Grant, Principal, Role
from tracker.foundation.clock import local_date
from tracker.foundation.errors import Misconfigured, TrackerError, Translate
from tracker.foundation.language import N_, SOURCE_LANGUAGE, known_language, translator
from tracker.foundation.migrating import check_schema
from tracker.settings import load_settings
from tracker.wiring import Wiring, wire

OPERATOR = Principal(None, N_("主機操作人員"), (Grant(Role.ADMINISTRATOR),))
"""Whoever may run commands on the machine may do what an administrator may; the record calls them by this name."""

_LOCALES = ("TRACKER_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def language() -> str:
    """Return the language of the terminal where it names one that is spoken here, else the installation's."""
    for name in _LOCALES:
        wanted = os.environ.get(name, "").lower()
        if wanted.startswith(("zh", "en")):
            return known_language(wanted)
    try:
        return known_language(load_settings().site.language)
    except Misconfigured:
        return SOURCE_LANGUAGE


def speech() -> Translate:
    """Return the function that says a msgid to the operator."""
    return translator(language())


def say(msgid: str, **values: object) -> None:
    """Print a sentence in the operator's language."""
    sentence = speech()(msgid)
    click.echo(sentence % values if values else sentence)


@contextmanager
def wired() -> Generator[Wiring, None, None]:
    """Give the wiring of this installation; raises Misconfigured, DatabaseNotMigrated or DatabaseNewer."""
    wiring = wire(load_settings())
    try:
        check_schema(wiring.database)
        yield wiring
    finally:
        wiring.database.close()


def operator_act(wiring: Wiring) -> Act:
    """Return the act of whoever runs the command, now."""
    now = wiring.clock.now()
    return Act(OPERATOR, now, local_date(now, wiring.settings.site.zone))


class TrackerGroup(click.Group):
    """A group that loads a command when it is asked for, speaks the operator's language, and shows no traceback.

    `lazy` maps a command's name to "module:attribute", so that `tracker extract` need not load a database.
    """

    def __init__(self, *arguments: Any, lazy: Mapping[str, str] | None = None, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.lazy = dict(lazy or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self.lazy})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.lazy:
            found = super().get_command(ctx, cmd_name)
        else:
            module, _, attribute = self.lazy[cmd_name].partition(":")
            found = getattr(import_module(module), attribute)
        return _spoken(found, speech()) if found else None

    def get_help(self, ctx: click.Context) -> str:
        return click.Group.get_help(_spoken(self, speech()), ctx)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a member of the error family becomes one line on stderr and its exit code."""
        try:
            return super().invoke(ctx)
        except TrackerError as error:
            click.echo(f"tracker: {error.text(speech())}", err=True)
            for field, msgid in getattr(error, "fields", {}).items():
                click.echo(f"  {field}: {speech()(msgid)}", err=True)
            ctx.exit(error.exit_code)


def _spoken(command: click.Command, translate: Translate) -> click.Command:
    spoken = copy(command)
    spoken.help = translate(command.help) if command.help else command.help
    spoken.params = [_spoken_option(each, translate) for each in command.params]
    return spoken


def _spoken_option(parameter: click.Parameter, translate: Translate) -> click.Parameter:
    if not isinstance(parameter, click.Option) or not parameter.help:
        return parameter
    spoken = copy(parameter)
    spoken.help = translate(parameter.help)
    return spoken
