"""Runs the examples that stand in the docstrings of the rules of extraction."""

import doctest
import sys

from tracker.extraction import extract
from tracker.extraction.registry import Rule
from tracker.extraction.wording.duedates import due_in
from tracker.reading.text import plain


def quotes(text: str, name: str, *, possible: bool = False) -> list[str]:
    """Return what is proposed from a text where a rule of that name spoke for it."""
    found = extract(plain(text))
    return [c.text for c in (found.possible if possible else found.recommendations) if name in c.why]


def failures(rule: Rule) -> tuple[int, int]:
    """Run the example of a rule; return how many lines failed, and how many there were."""
    module = sys.modules[rule.function.__module__]
    names = {**vars(module), "quotes": quotes, "due_in": due_in}
    examples = doctest.DocTestFinder(recurse=False).find(rule.function, rule.name, module, names)
    runner = doctest.DocTestRunner(verbose=False)
    for example in examples:
        runner.run(example)
    return runner.failures, runner.tries
