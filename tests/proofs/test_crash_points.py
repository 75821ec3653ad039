"""A worker dies at every commit and at every word of the dialogue; then a second one dies at every point after it."""

from collections.abc import Callable
from itertools import product

import pytest

from tests.support.crashing import Crashes, is_decisive


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    """The name of the database that a test runs on."""
    return str(request.node.callspec.params["copied_town"])


@pytest.fixture(params=[1, 3], ids=["one in hand", "a handful in hand"])
def in_hand(request: pytest.FixtureRequest) -> int:
    """How many letters a worker may have in hand; the first goes alone."""
    number: int = request.param
    return number


class TestEveryPoint:
    def test_loses_no_letter_and_explains_every_copy(
        self, crashes: Callable[..., Crashes], engine: str, in_hand: int
    ) -> None:
        lives = crashes(3 if in_hand == 1 else 1 + 3 * in_hand, in_hand=in_hand)
        points = lives.points()
        broken = [(number, found) for number in range(len(points)) if (found := lives.complaints(number))]
        commits = points.count("before a commit")
        print(f"\n{engine}, {in_hand} in hand: died at {len(points)} points, {commits} commits, {broken=}")
        assert broken == []

    def test_nor_does_a_second_crash_after_the_first(
        self, crashes: Callable[..., Crashes], engine: str, in_hand: int
    ) -> None:
        lives = crashes(in_hand, in_hand=in_hand)
        decisive = [number for number, point in enumerate(lives.points()) if is_decisive(point)]
        pairs = list(product(decisive, decisive))
        broken = [(pair, found) for pair in pairs if (found := lives.complaints(*pair))]
        print(f"\n{engine}, {in_hand} in hand: died at {len(pairs)} pairs of points, {broken=}")
        assert broken == []
