"""The child program that reads one untrusted file: bytes come by stdin, one JSON object goes out by stdout.

Started by `sandbox` with the limits, the file's name and the question as arguments; it binds itself before it loads
any parser. What is asked at length, as the passages whose places are wanted, stands on a line before the bytes.
"""

import gc
import json
import os
import resource
import sys
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from typing import Any

from tracker.reading.document import BlockKind, Document, ReadingLimits
from tracker.reading.picture import Passage


def main() -> None:
    """Read the file on stdin and answer on what was stdout; whatever else a parser prints goes nowhere."""
    limits = ReadingLimits(**json.loads(sys.argv[1]))
    name, question, numbers = sys.argv[2], sys.argv[3], [int(number) for number in sys.argv[4:]]
    bind(limits)
    # This process ends after one file: looking for garbage among its lines would only cost time.
    gc.disable()
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with answer:
        answer.write(json.dumps(_answer(question, name, limits, *numbers)).encode("ascii"))


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


def _answer(question: str, name: str, limits: ReadingLimits, *numbers: int) -> dict[str, Any]:
    # Loaded only now, when the limits hold: the readers bring parsers written in C.
    from tracker.foundation.errors import ReportUnreadable  # noqa: PLC0415 - see above

    try:
        passages = json.loads(sys.stdin.buffer.readline()) if question == "marks" else []
        data = sys.stdin.buffer.read(limits.max_bytes + 1)
        answers: dict[str, Callable[[], dict[str, Any]]] = {
            "read": lambda: _report(name, data, limits),
            "boxes": lambda: _boxes(name, data, limits, *numbers),
            "picture": lambda: _picture(name, data, limits, *numbers),
            "marks": lambda: _marks(name, data, limits, passages),
            "looks": lambda: _looks(name, data, limits),
            "scan": lambda: _of_scan(data),
        }
        return answers[question]()
    except ReportUnreadable as error:
        return {"error": type(error).__name__}
    except (MemoryError, RecursionError):
        return {"error": "ReadingTookTooLong"}


def _report(name: str, data: bytes, limits: ReadingLimits) -> dict[str, Any]:
    from tracker.reading import readers  # noqa: PLC0415 - see above

    return _extracted(readers.read(name, data, limits))


def _of_scan(data: bytes) -> dict[str, Any]:
    from tracker.reading.scan import pages_from, text_of  # noqa: PLC0415 - see above

    return _extracted(text_of(pages_from(json.loads(data))).document)


def _extracted(document: Document) -> dict[str, Any]:
    from tracker.extraction import extract  # noqa: PLC0415 - see above
    from tracker.extraction.model import to_json  # noqa: PLC0415 - see above

    return {
        "text": document.text,
        "kind": document.kind,
        "page_starts": document.pages,
        "extraction": to_json(extract(document)),
        "scanned": document.scanned,
    }


def _boxes(name: str, data: bytes, limits: ReadingLimits, start: int, end: int) -> dict[str, Any]:
    from tracker.reading import readers  # noqa: PLC0415 - see above

    return {"boxes": readers.boxes(name, data, start, end, limits)}


def _picture(
    name: str, data: bytes, limits: ReadingLimits, number: int, width: int, is_grey: int
) -> dict[str, Any]:
    from tracker.reading import readers  # noqa: PLC0415 - see above

    drawn = readers.drawing(name, data, number, width, limits, is_grey=bool(is_grey))
    return {
        "data": b64encode(drawn.data).decode(),
        "mime_type": drawn.mime_type,
        "size": [drawn.width, drawn.height],
        "pages": drawn.pages,
    }


def _looks(name: str, data: bytes, limits: ReadingLimits) -> dict[str, Any]:
    from tracker.reading import readers  # noqa: PLC0415 - see above

    document = readers.read(name, data, limits)
    told = [block for block in document.blocks if block.level or block.kind is BlockKind.ROW]
    digest = sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest()
    return {"text": digest, "looks": [[block.start, block.level] for block in told]}


def _marks(name: str, data: bytes, limits: ReadingLimits, passages: list[list[Any]]) -> dict[str, Any]:
    from tracker.reading import readers  # noqa: PLC0415 - see above

    return {"marks": readers.marks(name, data, [Passage(*each) for each in passages], limits)}


if __name__ == "__main__":
    main()
