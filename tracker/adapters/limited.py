"""The child program that becomes another one, within limits: `python -m tracker.adapters.limited LIMITS PROGRAM …`."""

import json
import os
import sys

from tracker.adapters.reading_child import bind
from tracker.reading.document import ReadingLimits


def main() -> None:
    """Bind this process, and become the program."""
    bind(ReadingLimits(**json.loads(sys.argv[1])))
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
