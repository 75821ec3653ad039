"""How like two texts are: what they share of the grams by which texts are found.

A gram counts as often as it stands in a text, so that a list of the same words does not pass for the same sentence.
"""

from collections import Counter

from tracker.foundation.folding import fold, grams_in


def bigrams(words: str) -> Counter[str]:
    """Return how often each gram stands in a text, however it was typed: pairs in Chinese, triples in Latin letters."""
    return Counter(gram for gram in grams_in(fold(words)) if len(gram) > 1)


def likeness(one: Counter[str], other: Counter[str]) -> float:
    """Return the share of grams that two texts have in common, after Dice: 1.0 for the same ones, 0.0 for none."""
    both = one.total() + other.total()
    if not both:
        return 0.0
    few, many = sorted((one, other), key=len)
    return 2 * sum(min(count, many[gram]) for gram, count in few.items()) / both
