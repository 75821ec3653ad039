"""Read every hostile file by the real sandbox in a process of its own, and tell what became of each.

`python -m tests.support.hostile_run` prints the tables of `docs/proofs.md`; names of kinds after it choose some.
"""

import json
import resource
import subprocess
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from tests.support.hostile import HostileFile, hostile_files
from tests.support.hostile_cases import READ
from tracker.adapters.sandbox import Sandbox
from tracker.extraction.model import ReadReport
from tracker.foundation.errors import ReportUnreadable

_AT_ONCE: Final = 2
_MOST_GARBAGE: Final = 0.1
_KILOBYTE: Final = 1024


@dataclass(frozen=True)
class Outcome:
    """What became of one file: `answer` is "read" or the name of the error; `wrong` says what should not be so."""

    kind: str
    name: str
    answer: str
    seconds: float
    wrong: str


@dataclass(frozen=True)
class Figures:
    """All outcomes, and what the run took; memory in bytes, `left_over` the children that outlived their file."""

    outcomes: tuple[Outcome, ...]
    seconds: float
    memory_of_children: int
    growth_of_parent: int
    left_over: int


def run(files: Iterable[HostileFile]) -> Figures:
    """Write the files down and have them read, a few at a time, by a process that does nothing else.

    The bombs are made here, so that the memory of that process and of its children is the sandbox's alone.
    Raises AssertionError if it writes anything but its answer.
    """
    with TemporaryDirectory() as folder:
        cases = [_put_down(Path(folder), number, file) for number, file in enumerate(files)]
        ran = subprocess.run(
            [sys.executable, "-m", "tests.support.hostile_run", "--read"],
            input=json.dumps(cases),
            capture_output=True,
            text=True,
            check=False,
        )
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stderr
    values = json.loads(ran.stdout)
    return Figures(tuple(Outcome(**outcome) for outcome in values.pop("outcomes")), **values)


def _put_down(folder: Path, number: int, file: HostileFile) -> dict[str, Any]:
    path = folder / str(number)
    case = file.case
    path.write_bytes(case.data)
    return {
        "kind": file.kind,
        "name": case.name,
        "path": str(path),
        "answers": sorted(case.answers),
        "says": case.says,
    }


def read_all(cases: Iterable[dict[str, Any]]) -> Figures:
    """Read the files that stand on the disk and return the figures of this process."""
    before, begun = _resident(), time.monotonic()
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        outcomes = tuple(threads.map(lambda case: _outcome(**case), cases))
    return Figures(
        outcomes,
        time.monotonic() - begun,
        resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * _KILOBYTE,
        _resident() - before,
        _children(),
    )


def _outcome(kind: str, name: str, path: str, answers: Sequence[str], says: str) -> Outcome:
    data = Path(path).read_bytes()
    begun = time.monotonic()
    try:
        report = Sandbox().read(name, data)
        answer, wrong = READ, _faults(report, says)
    except ReportUnreadable as error:
        answer, wrong = type(error).__name__, ""
    except Exception as error:  # noqa: BLE001 - an error of any other family is what this run looks for
        answer, wrong = type(error).__name__, "not a member of the family"
    seconds = time.monotonic() - begun
    if answers and answer not in answers:
        wrong = f"expected {', '.join(answers)}"
    elif answer == ReportUnreadable.__name__:
        wrong = "gives no reason"
    return Outcome(kind, name, answer, seconds, wrong)


def _faults(report: ReadReport, says: str) -> str:
    text = report.document_text
    if not text.strip():
        return "read without text"
    if says and says not in " ".join(text.split()):
        return "read without its sentence"
    if _garbage(text) > _MOST_GARBAGE and not says:
        return "read as garbage"
    return ""


def _garbage(text: str) -> float:
    """Return the share of characters that no text holds."""
    bad = sum(
        c == "\ufffd" or (unicodedata.category(c) in {"Cc", "Co", "Cn", "Cs"} and c not in "\t\n\f\r")
        for c in text[:10_000]
    )
    return bad / len(text[:10_000])


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def _children() -> int:
    tasks = Path("/proc/self/task").glob("*/children")
    return sum(len(task.read_text(encoding="ascii").split()) for task in tasks)


def table(figures: Figures) -> str:
    """Return the figures as tables in Markdown."""
    outcomes = figures.outcomes
    rows = ["| kind | files | read | refused | longest, in seconds |", "| --- | --- | --- | --- | --- |"]
    for kind, count in Counter(outcome.kind for outcome in outcomes).items():
        own = [outcome for outcome in outcomes if outcome.kind == kind]
        read = sum(outcome.answer == READ for outcome in own)
        longest = max(outcome.seconds for outcome in own)
        rows.append(f"| {kind} | {count} | {read} | {count - read} | {longest:.1f} |")
    rows += ["", "| answer | files |", "| --- | --- |"]
    rows += [f"| {answer} | {count} |" for answer, count in Counter(o.answer for o in outcomes).most_common()]
    megabytes = 2**20
    rows += [
        "",
        (
            f"{len(outcomes)} files in {figures.seconds:.0f} s; longest {max(o.seconds for o in outcomes):.1f} s; "
            f"a child took {figures.memory_of_children / megabytes:.0f} MiB at most; the parent grew by "
            f"{figures.growth_of_parent / megabytes:.0f} MiB; children left over: {figures.left_over}."
        ),
    ]
    wrong = [f"- {o.kind}: {o.name[:80]!r} {o.answer}: {o.wrong}" for o in outcomes if o.wrong]
    return "\n".join([*rows, *wrong])


def main(arguments: Sequence[str]) -> None:
    """Print the figures of all files, or of some kinds; with `--read`, read what the process before wrote down."""
    if arguments == ["--read"]:
        print(json.dumps(asdict(read_all(json.load(sys.stdin)))))
    else:
        print(table(run(file for file in hostile_files() if not arguments or file.kind in arguments)))


if __name__ == "__main__":
    main(sys.argv[1:])
