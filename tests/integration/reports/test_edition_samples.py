"""A few of the sample reports with their second editions; all forty of them run with the proofs."""

from tests.factories.city import City
from tests.support.edition_proof import prove


class TestSecondEditions:
    def test_of_six_samples_are_matched_as_intended_and_lose_no_decision(self, city: City) -> None:
        tally = prove(city, 6)
        assert tally.recognised == 6
        assert tally.wrong == []
        assert tally.decided
        assert tally.lost == 0
