"""The `tracker` command. Every command stands in `COMMANDS` and is loaded when it is asked for."""

import click

from tracker import __version__
from tracker.cli.support import TrackerGroup
from tracker.foundation.language import N_

COMMANDS = {
    "audit": "tracker.cli.audit:audit",
    "catch-letters": "tracker.cli.demo:catch_letters",
    "check": "tracker.cli.checking:check",
    "db": "tracker.cli.db:db",
    "demo": "tracker.cli.demo:demo",
    "departments": "tracker.cli.people:departments",
    "doctor": "tracker.cli.doctor:doctor",
    "extract": "tracker.cli.extract:extract_command",
    "import": "tracker.cli.importing:import_command",
    "people": "tracker.cli.people:people",
    "reminders": "tracker.cli.reminders:reminders",
    "serve": "tracker.cli.serve:serve",
    "setup": "tracker.cli.people:setup",
    "worker": "tracker.cli.serve:worker",
}


@click.group("tracker", cls=TrackerGroup, lazy=COMMANDS, help=N_("公務出國報告建議事項追蹤。"))
@click.version_option(__version__, prog_name="tracker")
def main() -> None:
    """Hand over to the command that was named."""
