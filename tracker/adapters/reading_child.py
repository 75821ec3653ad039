"""The child program that reads one untrusted file: bytes come by stdin, one JSON object goes out by stdout.

Started by `sandbox` with the limits and the file's name as arguments; it binds itself before it loads any parser.
"""

import json
import os
import resource
import sys
from contextlib import suppress
from typing import Any

from tracker.reading.document import ReadingLimits


def main() -> None:
    """Read the file on stdin and answer on what was stdout; whatever else a parser prints goes nowhere."""
    limits = ReadingLimits(**json.loads(sys.argv[1]))
    name = sys.argv[2]
    bind(limits)
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with answer:
        answer.write(json.dumps(_answer(name, limits)).encode("ascii"))


def bind(limits: ReadingLimits) -> None:
    """Limit this process for good: memory, processor time, no core dump, no file grown by a byte."""
    for what, value in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        with suppress(ValueError, OSError):  # An outer limit that is tighter still stays.
            resource.setrlimit(what, (value, value))


def _answer(name: str, limits: ReadingLimits) -> dict[str, Any]:
    # Loaded only now, when the limits hold: the readers bring parsers written in C.
    from tracker.extraction import extract  # noqa: PLC0415 - see above
    from tracker.extraction.model import to_json  # noqa: PLC0415 - see above
    from tracker.foundation.errors import ReportUnreadable  # noqa: PLC0415 - see above
    from tracker.reading import readers  # noqa: PLC0415 - see above

    try:
        document = readers.read(name, sys.stdin.buffer.read(limits.max_bytes + 1), limits)
        extraction = to_json(extract(document))
    except ReportUnreadable as error:
        return {"error": type(error).__name__}
    except (MemoryError, RecursionError):
        return {"error": "ReadingTookTooLong"}
    return {
        "text": document.text,
        "kind": document.kind,
        "page_starts": document.pages,
        "extraction": extraction,
    }


if __name__ == "__main__":
    main()
