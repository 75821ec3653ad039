"""Child processes that live no longer than whoever started them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import tracker
from tracker.foundation.errors import TrackerError
from tracker.foundation.language import N_

PATIENCE_SECONDS = 10.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class ChildEnded(TrackerError):
    """A process ended on its own."""

    message = N_("「%(name)s」程序意外結束（代碼 %(code)s），其他程序已一併停止。詳情請看 %(log)s。")


class Children:
    """Programs of this package, started one by one and ended together.

    Each leads a process group of its own, so a Ctrl-C in the terminal reaches only this process; and each holds the end
    of a pipe as its stdin, which closes even when this process is killed.
    """

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        self._logs.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        before = [signal.signal(each, signal.SIG_IGN) for each in _SIGNALS]
        for child in self._running.values():
            with suppress(ProcessLookupError):
                child.terminate()
        until = time.monotonic() + PATIENCE_SECONDS
        for child in self._running.values():
            _end(child, until)
        for each, handler in zip(_SIGNALS, before, strict=True):
            signal.signal(each, handler)

    def start(self, name: str, module: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start `python -m` with a module and its arguments; what it says goes into a log of its name."""
        source = str(Path(tracker.__file__).resolve().parents[1])
        paths = os.pathsep.join(filter(None, (source, environment.get("PYTHONPATH"))))
        with self._log(name).open("ab") as log:
            self._running[name] = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-P", "-m", *module],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**environment, "PYTHONPATH": paths},
                start_new_session=True,
            )

    def check(self) -> None:
        """Raise ChildEnded for the first child that is no longer there."""
        for name, child in self._running.items():
            if (code := child.poll()) is not None:
                raise ChildEnded(name=name, code=code, log=self._log(name))

    def _log(self, name: str) -> Path:
        return self._logs / f"{name}.log"


def _end(child: "subprocess.Popen[bytes]", until: float) -> None:
    """Wait for a child, then end whatever is left of its group."""
    with suppress(subprocess.TimeoutExpired):
        child.wait(max(0.1, until - time.monotonic()))
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    if child.stdin is not None:
        child.stdin.close()
