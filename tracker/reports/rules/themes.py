"""Proposes a theme from the city's closed list; a person decides."""

from collections.abc import Sequence

_LABEL_WEIGHT = 3


def propose_theme(themes: Sequence[str], label: str, quote: str) -> str:
    """Return the theme whose words stand in the label or the quote most often, or an empty text."""
    scores = {theme: _score(theme, label, quote) for theme in themes}
    best = max(scores.values(), default=0)
    return next((theme for theme, score in scores.items() if score == best), "") if best else ""


def _score(theme: str, label: str, quote: str) -> int:
    pairs = {theme[i : i + 2] for i in range(len(theme) - 1)}
    return sum(_LABEL_WEIGHT * label.count(pair) + quote.count(pair) for pair in pairs)
