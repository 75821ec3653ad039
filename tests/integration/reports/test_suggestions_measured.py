"""How well departments are proposed: made recommendations of twelve departments, the later ones asked about."""

import pytest

from tests.factories.city import City
from tests.support.taught import found_departments, made, most_frequent, shares, teach, without_duties

FIRST, AMONG_THREE = 0.65, 0.85


class TestSuggestedDepartments:
    @pytest.mark.parametrize("seed", [7, 20])
    def test_are_right_first_and_among_three_and_far_above_the_most_frequent(
        self, city: City, seed: int
    ) -> None:
        earlier, later = made(seed)
        departments = found_departments(city)
        with city.database.transaction() as session:
            alone = shares(session, departments, later)
            teach(city, session, departments, earlier)
            found = shares(session, departments, later)
            without_duties(session, departments)
            memory = shares(session, departments, later)
        baseline = most_frequent(earlier, later)
        print(f"{found}; memory without duties {memory}; duties alone {alone}; most frequent {baseline}")
        assert found.first >= FIRST
        assert found.among_three >= AMONG_THREE
        assert min(memory.first, alone.first) > 3 * baseline.first
