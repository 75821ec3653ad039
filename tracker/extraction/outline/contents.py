"""The table of contents, which repeats the headings of the body and must not be taken for them."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from tracker.extraction.outline.headings import is_title, plain_title
from tracker.extraction.outline.labels import label_of
from tracker.extraction.passage import Line, width_of
from tracker.extraction.registry import rule

_HEAD = re.compile(r"(?:目次|目錄|(?:table of )?contents)", re.IGNORECASE)
_LEADER = re.compile(
    r"(?:[.…·‧．⋯_]{2,}|(?:[.·‧] ?){3,}|\t|\s{3,})\s*(?:\d{1,4}|[ivx]{1,5})$|[.…·．⋯]{6,}$", re.IGNORECASE
)
_LEADER_ENDS = frozenset("0123456789０１２３４５６７８９ivxIVX.…·．⋯")
_BLANKS = re.compile(r"\s+")
_WIDEST = 128
_HEAD_LENGTH = 30


@lru_cache(maxsize=2**14)
def key(text: str) -> str:
    """Return the words by which a heading and its entry in the contents are known for the same."""
    title = _LEADER.sub("", text) if _has_leader(text) else text
    previous = None
    while title != previous:
        previous, title = title, plain_title(title)
    return _BLANKS.sub("", title).lower()


@rule
def contents_head(text: str) -> bool:
    """The words above a table of contents.

    >>> contents_head("目　錄"), contents_head("Table of contents"), contents_head("目標")
    (True, True, False)
    """
    return len(text) <= _HEAD_LENGTH and bool(_HEAD.fullmatch(plain_title(text)))


@rule
def contents_leader(text: str) -> bool:
    """A title with dots or a wide gap before a page number.

    >>> contents_leader("四、建議……………12"), contents_leader("四、建議")
    (True, False)
    """
    return _has_leader(text)


def without_contents(lines: Sequence[Line]) -> tuple[list[Line], frozenset[str]]:
    """Take out the table of contents; its titles tell which lines of the body are headings."""
    return _Sieve(lines).sifted()


def _has_leader(text: str) -> bool:
    return text[-1:] in _LEADER_ENDS and len(text) <= _WIDEST and bool(_LEADER.search(text))


class _Sieve:
    """Holds back a run of lines that may be entries until it is clear whether they are."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._heads = Counter(key(line.text) for line in lines if is_title(line.text))
        self._kept: list[Line] = []
        self._titles: set[str] = set()
        self._run: list[Line] = []
        self._opened = False

    def sifted(self) -> tuple[list[Line], frozenset[str]]:
        for line in self._lines:
            if self._run and self._body_begins(line):
                self._close()
                self._kept.append(line)
            elif contents_head(line.text):
                self._close()
                self._run, self._opened = [line], True
            elif self._is_entry(line):
                self._run.append(line)
            else:
                self._close()
                self._kept.append(line)
        self._close()
        return self._kept, frozenset(self._titles)

    def _body_begins(self, line: Line) -> bool:
        """Say whether the first title comes again."""
        return _is_short(line) and any(key(line.text) == key(entry.text) for entry in self._run[:3])

    def _is_entry(self, line: Line) -> bool:
        if not _is_short(line):
            return False
        if contents_leader(line.text) and (self._opened or not line.is_row):
            return True
        if label_of(line.text) is None or not is_title(line.text):
            return False
        return self._heads[key(line.text)] > 1 or (bool(self._run) and not line.gap)

    def _close(self) -> None:
        entries = [line for line in self._run if not contents_head(line.text)]
        again = sum(self._heads[key(line.text)] > 1 for line in entries)
        leaders = sum(contents_leader(line.text) for line in entries)
        named = self._opened and bool(entries) and again > 0
        if leaders >= 2 or named or (len(entries) >= 3 and again * 2 > len(entries)):
            self._titles.update(key(line.text) for line in entries)
        else:
            self._kept.extend(self._run)
        self._run, self._opened = [], False


def _is_short(line: Line) -> bool:
    return len(line.text) <= _WIDEST and width_of(line.text) <= _WIDEST
