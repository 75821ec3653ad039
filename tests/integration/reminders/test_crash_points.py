"""A worker dies at every commit, and before, within and after the body of every letter: the promise holds.

`make prove` takes every other word of the dialogue too, and lets a second worker die after the first.
"""

from collections.abc import Callable

from tests.support.crashing import Crashes, is_decisive


class TestEveryPoint:
    def test_loses_no_letter_and_explains_every_copy(self, crashes: Callable[[int], Crashes]) -> None:
        lives = crashes(2)
        points = lives.points()
        decisive = [number for number, point in enumerate(points) if is_decisive(point)]
        broken = {f"{number}, {points[number]}": lives.complaints(number) for number in decisive}
        assert {point: complaints for point, complaints in broken.items() if complaints} == {}
        assert {"before a commit", "after a commit", "after the dot", "after the answer 250"} <= set(points)

    def test_nor_does_a_death_over_a_handful_of_letters(self, crashes: Callable[..., Crashes]) -> None:
        lives = crashes(6, in_hand=2)
        points = lives.points()
        at_commits = [number for number, point in enumerate(points) if point.endswith("commit")]
        broken = {f"{number}, {points[number]}": lives.complaints(number) for number in at_commits}
        assert {point: complaints for point, complaints in broken.items() if complaints} == {}
