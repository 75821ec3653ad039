"""The names by which the authors call their own side."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_HAN = r"[\u3400-\u9fff]"
_OWN = re.compile(
    r"本(?:市|府|縣|局|處|所|館|校|院|署|部|會|中心|公司|單位|機關|鄉|鎮|區|國|團|隊|科|校|園|站|廠)|"
    r"我(?:國|方|市|縣|們|府|校)|臺灣|台灣|市府|縣府|國內|\bour\b|\bwe\b|"
    r"\bthe (?:city|county|council|agency|department|authority|municipality|company|borough|town|state|service|team|college|school|"
    r"university|office|bureau|ministry|board|government|committee)\b (?:\w+ )?(?:should|must|needs? to|ought to)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Own:
    """The names by which the authors call their own side."""

    names: frozenset[str] = frozenset()

    def named_in(self, text: str) -> bool:
        """Say whether a text names the own side."""
        return bool(_OWN.search(text)) or any(name in text for name in self.names)


def own_names(agencies: Iterable[str]) -> Own:
    """Return the names of the own side: each agency, its government, its city in full and short."""
    names: set[str] = set()
    for agency in agencies:
        names.add(agency)
        match = re.match(rf"({_HAN}{{1,6}}?)([市縣鄉鎮區])", agency)
        if match:
            names |= {match[1] + match[2], match[1]} if len(match[1]) >= 2 else {match[1] + match[2]}
    return Own(frozenset(n for n in names if len(n) >= 2))
