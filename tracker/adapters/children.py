"""Child programs that do one piece of work: given bytes, watched by the clock, and ended with all they started."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from tempfile import TemporaryFile

from tracker.foundation.errors import ReadingTookTooLong, ReportUnreadable

_CHUNK = 64 * 1024
_CRASHES = {signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE}


def answer_of(
    command: Sequence[str], given: Iterable[bytes], environment: Mapping[str, str], seconds: float, most: int
) -> bytes:
    """Start a program, give it bytes on its standard input, and return what it answers, at most so many bytes.

    Raises ReadingTookTooLong past the time, the size or a limit, and ReportUnreadable when the program fails.
    """
    with TemporaryFile() as file:
        # A file for stdin, since a pipe could fill up while the child is writing its answer.
        for part in given:
            file.write(part)
        file.seek(0)
        with subprocess.Popen(  # noqa: S603 - programs of our choice, names are arguments and no commands
            command,
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environment),
            cwd="/",
            start_new_session=True,
        ) as child:
            try:
                answer = _read(child, seconds, most)
                code = child.wait(seconds)
            except subprocess.TimeoutExpired:
                raise ReadingTookTooLong from None
            finally:
                _end(child)
    if code < 0:
        # A signal ended the child: the processor limit, the kernel's memory watch, or a parser's crash.
        raise ReportUnreadable if -code in _CRASHES else ReadingTookTooLong
    if code:
        raise ReportUnreadable
    return answer


def _read(child: "subprocess.Popen[bytes]", seconds: float, most: int) -> bytes:
    """Read the child's answer until it ends; raise ReadingTookTooLong past the time or the size."""
    assert child.stdout is not None
    until = time.monotonic() + seconds
    answer = bytearray()
    with selectors.DefaultSelector() as waiting:
        waiting.register(child.stdout, selectors.EVENT_READ)
        while True:
            left = until - time.monotonic()
            if left <= 0 or not waiting.select(left):
                raise ReadingTookTooLong
            chunk = os.read(child.stdout.fileno(), _CHUNK)
            if not chunk:
                return bytes(answer)
            answer += chunk
            if len(answer) > most:
                raise ReadingTookTooLong


def _end(child: "subprocess.Popen[bytes]") -> None:
    """End the child with all it may have started."""
    if child.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    child.wait()
