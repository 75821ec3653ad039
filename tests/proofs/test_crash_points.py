"""A worker dies at every commit and at every word of the dialogue; then a second one dies at every point after it."""

from collections.abc import Callable
from itertools import product

import pytest

from tests.support.crashing import Crashes, is_decisive


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    """The name of the database that a test runs on."""
    return str(request.node.callspec.params["copied_town"])


class TestEveryPoint:
    def test_loses_no_letter_and_explains_every_copy(
        self, crashes: Callable[[int], Crashes], engine: str
    ) -> None:
        lives = crashes(3)
        points = lives.points()
        broken = [(number, found) for number in range(len(points)) if (found := lives.complaints(number))]
        print(
            f"\n{engine}: died at {len(points)} points, {points.count('before a commit')} commits, {broken=}"
        )
        assert broken == []

    def test_nor_does_a_second_crash_after_the_first(
        self, crashes: Callable[[int], Crashes], engine: str
    ) -> None:
        lives = crashes(1)
        decisive = [number for number, point in enumerate(lives.points()) if is_decisive(point)]
        pairs = list(product(decisive, decisive))
        broken = [(pair, found) for pair in pairs if (found := lives.complaints(*pair))]
        print(f"\n{engine}: died at {len(pairs)} pairs of points, {broken=}")
        assert broken == []
