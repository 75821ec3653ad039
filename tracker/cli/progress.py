"""How far long work is: a bar with rate and remaining time on a terminal, plain lines anywhere else."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.table import Column
from rich.text import Text

from tracker.cli.support import speech
from tracker.foundation.language import N_

NAME_CELLS = 32


class Display(Protocol):
    """Tells of each file that has ended."""

    def complain(self, sentence: str) -> None:
        """Tell of a bad file at once."""
        ...

    def tell(self, sentence: str) -> None:
        """Tell what a person should see in any case."""
        ...

    def mention(self, sentence: str) -> None:
        """Tell of a file with which all is well."""
        ...

    def advance(self, name: str) -> None:
        """Count a file that has ended."""
        ...


class Lines:
    """One line for each file: for a pipe, a log, or a single file."""

    def complain(self, sentence: str) -> None:
        click.echo(sentence, err=True)

    def tell(self, sentence: str) -> None:
        click.echo(sentence)

    def mention(self, sentence: str) -> None:
        click.echo(sentence)

    def advance(self, name: str) -> None:
        return


class Bar:
    """A bar that stays at the foot of the terminal, while what has to be told runs above it."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def complain(self, sentence: str) -> None:
        if sys.stderr.isatty():
            self._above(Text(sentence, style="red"))
        else:
            click.echo(sentence, err=True)

    def tell(self, sentence: str) -> None:
        self._above(Text(sentence))

    def mention(self, sentence: str) -> None:
        return

    def advance(self, name: str) -> None:
        self._progress.update(self._task, advance=1, name=name)

    def _above(self, text: Text) -> None:
        self._progress.console.print(text, highlight=False, soft_wrap=True)


class RateColumn(ProgressColumn):
    """Files in a second, or in a minute where that says more."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        if not speed:
            return Text("")
        if speed >= 1:
            return Text(speech()(N_("%(rate)s 個／秒")) % {"rate": f"{speed:.1f}"}, style="cyan")
        return Text(speech()(N_("%(rate)s 個／分")) % {"rate": f"{speed * 60:.1f}"}, style="cyan")


class RemainingColumn(ProgressColumn):
    """The time that is left, or the time that it took."""

    max_refresh = 0.5

    def render(self, task: Task) -> Text:
        seconds = task.finished_time if task.finished else task.time_remaining
        if seconds is None:
            return Text("")
        words = N_("共 %(time)s") if task.finished else N_("還要 %(time)s")
        return Text(speech()(words) % {"time": clock_face(seconds)})


def clock_face(seconds: float) -> str:
    """Return a length of time as on a watch: `2:05`, `1:02:05`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@contextmanager
def display_for(total: int) -> Generator[Display, None, None]:
    """Give what fits: a bar for several files on a terminal, lines otherwise."""
    if total < 2 or not sys.stdout.isatty():
        yield Lines()
        return
    narrow = Column(no_wrap=True, overflow="ellipsis", max_width=NAME_CELLS)
    name = TextColumn("{task.fields[name]}", markup=False, style="dim", table_column=narrow)
    columns = (BarColumn(), MofNCompleteColumn(), RateColumn(), RemainingColumn(), name)
    with Progress(*columns, console=Console(highlight=False), speed_estimate_period=60) as progress:
        yield Bar(progress, progress.add_task("", total=total, name=""))
